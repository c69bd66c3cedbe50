"""The rows of a release that is measured: those it begins with, and what it leaves. Needs Django set up."""

import time
from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts import sessions
from accounts.models import User
from accounts.session_store import SessionStore
from bench.first_come_rows import BACKEND
from portal import clock
from portal.i18n import speaking
from portal.models import MailStatus, OutgoingMail
from programs.models.applications import Application, ApplicationStatus, Offer, Outcome, StateChange
from programs.models.selection import Release, ReleaseItem
from programs.operations import decisions, releases
from tests import make

S = ApplicationStatus
STAFF = "staff@example.com"
READERS = 10  # people who read their own application's page meanwhile


def prepare(count):
    """A cohort in review whose decisions are all staged, and the pages that are read: (cohort, pages)."""
    cohort = make.make_cohort(phase="in_review", capacity=max(count // 7, 1), receipt_prefix="OUT")
    staff = make.make_admin(email=STAFF)
    people = User.objects.bulk_create(
        User(
            email=f"out{number}@example.com",
            full_name=f"김다별{number}",
            romanized_name="Kim Dabyeol",
            language="ko",
        )
        for number in range(1, count + 1)
    )
    earlier = clock.now() - timedelta(days=1)
    applications = Application.objects.bulk_create(
        Application(
            cohort=cohort,
            applicant=person,
            form_version=cohort.form_version,
            status=S.IN_REVIEW,
            full_name=person.full_name,
            romanized_name=person.romanized_name,
            answers={"motivation": "현장에서 배우고 싶습니다."},
            receipt_serial=number,
            receipt_number=f"OUT-{number:04d}",
            submitted_at=earlier,
            moved_at=earlier,
        )
        for number, person in enumerate(people, start=1)
    )
    ids = [application.pk for application in applications]
    offers, waiting = cohort.capacity, cohort.capacity + count // 4
    decisions.stage_decisions(ids[:offers], Outcome.OFFER, by=staff)
    decisions.stage_decisions(ids[offers:waiting], Outcome.WAITLIST, by=staff)
    decisions.stage_decisions(ids[waiting:], Outcome.REJECT, by=staff, reason_code="score")
    with speaking("ko"):
        public = [reverse("home"), reverse("catalog"), reverse("cohort", args=[cohort.program.slug, cohort.slug])]
        own = [
            (reverse("application", args=[application.code]), {settings.SESSION_COOKIE_NAME: logged_in(person)})
            for application, person in zip(applications[:READERS], people, strict=False)
        ]
    return cohort, [page for one in own for page in [*((path, {}) for path in public), one]]


def logged_in(person):
    """The key of a session in which somebody is logged in."""
    now = int(time.time())
    held = {
        "_auth_user_id": str(person.pk),
        "_auth_user_backend": BACKEND,
        "_auth_user_hash": person.get_session_auth_hash(),
        sessions.BEGAN: now,
        sessions.SEEN: now,
    }
    key = f"reader{person.pk:026d}"
    until = timezone.now() + timezone.timedelta(days=1)
    Session.objects.create(session_key=key, session_data=SessionStore().encode(held), expire_date=until)
    return key


def start(cohort):
    """Do what the button does: freeze the decisions and leave them to the worker. Returns the Release."""
    release = releases.start_release(cohort.pk, by=User.objects.get(email=STAFF))
    releases.carry_out_release.enqueue(release.pk)
    connection.close()
    return release


def state(release):
    """How many decisions are carried out, and whether the release is finished."""
    done = ReleaseItem.objects.filter(release=release).exclude(done_at=None).count()
    is_over = Release.objects.exclude(finished_at=None).filter(pk=release.pk).exists()
    connection.close()
    return done, is_over


def is_sent():
    """Whether every mail is on its way."""
    waits = OutgoingMail.objects.filter(status=MailStatus.WAITING).exists()
    connection.close()
    return not waits


def wrong(cohort, release):
    """What does not hold after the release, one line each; and the counts that are printed: (lines, counts)."""
    by_status = Counter(Application.objects.filter(cohort=cohort).values_list("status", flat=True))
    outcomes = Counter(release.items.values_list("decision__outcome", flat=True))
    moves = Counter(StateChange.objects.values_list("application", flat=True))
    mails = Counter(OutgoingMail.objects.values_list("person", flat=True))
    reasons = Counter(OutgoingMail.objects.values_list("reason", flat=True))
    waiting = Application.objects.filter(cohort=cohort).exclude(waitlist_number=None)
    numbers = list(waiting.order_by("receipt_serial").values_list("waitlist_number", flat=True))
    counts = {
        "offered": by_status[S.OFFERED],
        "waitlisted": by_status[S.WAITLISTED],
        "not selected": by_status[S.REJECTED],
        "mails": ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items())),
    }
    total = outcomes.total()
    checks = {
        "every decision is carried out": not release.items.filter(done_at=None).exists(),
        "each became what was staged": (by_status[S.OFFERED], by_status[S.WAITLISTED], by_status[S.REJECTED])
        == (outcomes["offer"], outcomes["waitlist"], outcomes["reject"]),
        "each moved once": len(moves) == total and set(moves.values()) == {1},
        "one mail each": len(mails) == total and set(mails.values()) == {1},
        "one offer a seat": Offer.objects.count() == outcomes["offer"] == cohort.capacity,
        "waitlist numbers in order and without a gap": numbers == list(range(1, outcomes["waitlist"] + 1)),
    }
    return [name for name, holds in checks.items() if not holds], counts
