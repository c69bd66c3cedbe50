"""The rows of the rush on a first-come cohort: those it begins with, and what it leaves. Needs Django set up."""

import secrets
import time
from collections import Counter

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from accounts import sessions
from accounts.models import ConsentRecord
from accounts.session_store import SessionStore
from bench.client import Visitor
from portal.i18n import speaking
from portal.models import OutgoingMail
from programs import consents
from programs.models.applications import Application, ApplicationStatus
from programs.models.applying import Submission
from programs.models.enrolments import Enrolment
from programs.questions.drafts import as_draft
from programs.views.writing import opened_stamp
from tests import make

S = ApplicationStatus
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def prepare(people, seats, **fields):
    """A first-come cohort of `seats`, and `people` who are logged in with a complete draft: (cohort, visitors).

    `fields` are further ones of the cohort.
    """
    cohort = make.make_cohort(registration_mode="first_come", capacity=seats, receipt_prefix="RUSH", **fields)
    drafts, agreed, logged_in, visitors = [], [], [], []
    for _number in range(people):
        person = make.make_user(language="en")
        drafts.append(
            Application(
                cohort=cohort,
                applicant=person,
                form_version=cohort.form_version,
                draft=as_draft(person.full_name, person.romanized_name, {"motivation": "빨리"}),
            )
        )
    Application.objects.bulk_create(drafts)
    stamp, now = opened_stamp(), int(time.time())
    required = [row["version"] for row in consents.rows(cohort, drafts[0].applicant, []) if row["required"]]
    for number, draft in enumerate(drafts):
        person = draft.applicant
        agreed += [ConsentRecord(user=person, version=version, cohort=cohort, given=True) for version in required]
        held = {
            "_auth_user_id": str(person.pk),
            "_auth_user_backend": BACKEND,
            "_auth_user_hash": person.get_session_auth_hash(),
            sessions.BEGAN: now,
            sessions.SEEN: now,
        }
        key, token = secrets.token_hex(16), secrets.token_hex(16)
        until = timezone.now() + timezone.timedelta(days=1)
        logged_in.append(Session(session_key=key, session_data=SessionStore().encode(held), expire_date=until))
        with speaking("en"):
            address = reverse("application-submit", args=[draft.code])
        visitors.append(
            Visitor(
                number=number,
                address=address,
                form={"csrfmiddlewaretoken": token, "opened": stamp, "revision": "0"},
                cookies={settings.SESSION_COOKIE_NAME: key, settings.CSRF_COOKIE_NAME: token},
            )
        )
    ConsentRecord.objects.bulk_create(agreed)
    Session.objects.bulk_create(logged_in)
    return cohort, visitors


def wrong(cohort, visitors):
    """What does not hold after the rush, one line each; and the counts that are printed: (lines, counts)."""
    people, seats = len(visitors), min(cohort.capacity, len(visitors))
    rows = {row.code: row for row in Application.objects.filter(cohort=cohort)}
    by_status = Counter(row.status for row in rows.values())
    numbers = sorted(row.waitlist_number for row in rows.values() if row.waitlist_number is not None)
    serials = sorted(row.receipt_serial or 0 for row in rows.values())
    enrolled = Enrolment.objects.filter(cohort=cohort)
    mails = Counter(OutgoingMail.objects.values_list("person", flat=True))
    reasons = Counter(OutgoingMail.objects.values_list("reason", flat=True))
    repeated = Submission.objects.values("application").annotate(n=Count("pk")).filter(n__gt=1).count()
    seated_late = [row for row in rows.values() if row.status == S.CONFIRMED and (row.receipt_serial or 0) > seats]
    unlike = [visitor for visitor in visitors if visitor.is_served and not _agrees(visitor, rows)]
    counts = {
        "confirmed": by_status[S.CONFIRMED],
        "waitlisted": by_status[S.WAITLISTED],
        "waitlist numbers": f"{numbers[0]}–{numbers[-1]}, {len(set(numbers))} different" if numbers else "none",
        "receipt numbers": f"{serials[0]}–{serials[-1]}, {len(set(serials))} different",
        "enrolments": enrolled.count(),
        "successes seen": sum(visitor.is_served for visitor in visitors),
        "successes seen and not there": len(unlike),
        "entered twice": repeated,
        "mails": f"{reasons['confirmed']} confirmed, {reasons['waitlisted']} waitlisted",
    }
    checks = {
        f"{seats} confirmed": by_status[S.CONFIRMED] == seats,
        f"{people - seats} waitlisted": by_status[S.WAITLISTED] == people - seats,
        f"waitlist numbers 1 to {people - seats} without a gap": numbers == list(range(1, people - seats + 1)),
        f"receipt numbers 1 to {people} without a gap": serials == list(range(1, people + 1)),
        "the first to arrive have the seats": not seated_late,
        "one enrolment a confirmed place": enrolled.count()
        == seats
        == enrolled.filter(application__status=S.CONFIRMED).values("person").distinct().count(),
        "everybody saw a success": all(visitor.is_served for visitor in visitors),
        "every success that was seen is there": not unlike,
        "nobody is entered twice": repeated == 0 and len({row.applicant_id for row in rows.values()}) == people,
        "one mail each, the right one": set(mails.values()) == {1}
        and len(mails) == people
        and (reasons["confirmed"], reasons["waitlisted"]) == (seats, people - seats),
    }
    return [name for name, holds in checks.items() if not holds], counts


def _agrees(visitor, rows):
    """Whether the database says what the visitor's page said."""
    row = rows[visitor.address.rstrip("/").split("/")[-2]]
    status = S.CONFIRMED if visitor.waitlist_number is None else S.WAITLISTED
    return (row.receipt_number, row.status, row.waitlist_number) == (
        visitor.receipt,
        status,
        visitor.waitlist_number,
    )
