"""Where the pieces of running a cohort meet: what one of them does is what the others say."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from portal import clock
from programs import rosters, teaching
from programs.admin.attendance_pages import todo_lines
from programs.models.cohorts import SessionExpert
from programs.operations import sessions as operations
from tests import make

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def boss():
    return make.make_admin(language="en")


def call_off(session):
    """Cancel a session as staff do, though it may be over by now."""
    session.cancelled_at, session.cancel_reason = session.starts_at - DAY, "강사 사정"
    session.save()


# --- a session that is cancelled ----------------------------------------------------------------------------------


def test_a_cancelled_session_waits_for_no_attendance_anywhere(boss):
    cohort, sessions, _people = make.make_course(begun=3)
    expert = make.make_expert(user=make.make_user())
    for session in sessions:
        SessionExpert.objects.create(session=session, expert=expert)
    call_off(sessions[0])
    operations.cancel_session(sessions[4].pk, by=boss, reason="강사 사정")
    now = clock.now()
    with override("en"):
        (line,) = [line for line in todo_lines(cohort, now) if "attendance" in line["title"]]
        lines = rosters.session_lines(cohort.sessions.order_by("starts_at"), now, lambda session: "")
    assert line["title"] == "2 sessions have no attendance"
    assert [line["pill"]["label"] for line in lines] == [
        "Cancelled",
        "0 of 1 marked",
        "0 of 1 marked",
        "Not begun",
        "Cancelled",
    ]
    ahead = [line["url"] for line in teaching.for_person(expert.user, now)]
    assert ahead == [teaching.url_of(sessions[3])]
