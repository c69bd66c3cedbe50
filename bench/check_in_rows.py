"""The rows of a crowd at a door: those it begins with, and what it leaves. Needs Django set up."""

import secrets
import time
from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session as LogIn
from django.urls import reverse
from django.utils import timezone

from accounts import sessions
from accounts.session_store import SessionStore
from bench.client import Visitor
from bench.first_come_rows import BACKEND
from portal import clock
from portal.i18n import speaking
from programs import check_in
from programs.models.check_in import CheckIn
from programs.models.enrolments import Enrolment
from tests import make


def prepare(phones):
    """A session that begins in ten minutes, and people who take part and are logged in: (session, visitors)."""
    cohort = make.make_cohort(phase="running", capacity=phones)
    session = make.make_session(cohort, starts_at=clock.now() + timedelta(minutes=10))
    now, until = int(time.time()), timezone.now() + timedelta(days=1)
    places, logged_in, visitors = [], [], []
    for number in range(phones):
        person = make.make_user(language="en")
        places.append(Enrolment(cohort=cohort, person=person, status="active"))
        held = {
            "_auth_user_id": str(person.pk),
            "_auth_user_backend": BACKEND,
            "_auth_user_hash": person.get_session_auth_hash(),
            sessions.BEGAN: now,
            sessions.SEEN: now,
        }
        key, csrf = secrets.token_hex(16), secrets.token_hex(16)
        logged_in.append(LogIn(session_key=key, session_data=SessionStore().encode(held), expire_date=until))
        visitors.append(
            Visitor(
                number=number,
                address="",
                form={"csrfmiddlewaretoken": csrf, "deed": "come"},
                cookies={
                    settings.SESSION_COOKIE_NAME: key,
                    settings.CSRF_COOKIE_NAME: csrf,
                    "device": secrets.token_hex(16),
                },
            )
        )
    Enrolment.objects.bulk_create(places)
    LogIn.objects.bulk_create(logged_in)
    return session, visitors


def address_now(session):
    """The address that the door shows at this moment."""
    token = check_in.token(session, check_in.window_at(clock.now()))
    with speaking("en"):
        return reverse("check-in-scan", args=[session.code, token])


def wrong(session, visitors):
    """What does not hold afterwards, one line each; and the counts that are printed: (lines, counts)."""
    rows = list(CheckIn.objects.filter(session=session))
    people = {row.enrolment_id for row in rows}
    counts = {
        "phones": len(visitors),
        "saw that they are in": sum(visitor.is_served for visitor in visitors),
        "check-ins": len(rows),
        "different people": len(people),
        "different phones": len({row.device for row in rows}),
    }
    checks = {
        "everybody saw that they are in": all(visitor.is_served for visitor in visitors),
        "none is lost": len(people) == len(visitors),
        "none is double": len(rows) == len(people),
    }
    return [name for name, holds in checks.items() if not holds], counts
