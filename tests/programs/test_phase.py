"""A cohort's phase is the same whether the database or Python computes it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from programs.models.cohorts import Cohort, Phase, RegistrationMode
from tests.make import make_cohort, make_program

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
HOURS = st.sampled_from([-800, -300, -73, -72, -71, -24, -1, 0, 1, 24, 71, 72, 73, 300, 800])


@st.composite
def cohorts(draw):
    """The dates of a cohort that the database takes, close to where a phase ends and the next begins."""

    def some_time():
        return NOW + timedelta(hours=draw(HOURS), seconds=draw(st.sampled_from([-1, 0, 1])))

    def perhaps(value):
        return value if draw(st.booleans()) else None

    opens, length = some_time(), timedelta(hours=draw(st.integers(1, 400)))
    starts, meets = some_time(), timedelta(hours=draw(st.integers(1, 400)))
    windowed, dated = draw(st.booleans()), draw(st.booleans())
    cancelled = perhaps(some_time())
    return {
        "registration_mode": draw(st.sampled_from(RegistrationMode.values)),
        "published_at": perhaps(some_time()),
        "cancelled_at": cancelled,
        "cancel_reason": "강사 사정" if cancelled else "",
        "opens_at": opens if windowed else None,
        "closes_at": opens + length if windowed else None,
        "announce_at": None,
        "review_began_at": perhaps(some_time()),
        "released_at": perhaps(some_time()),
        "starts_at": starts if dated else None,
        "ends_at": starts + meets if dated else None,
    }


@pytest.mark.django_db
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(dates=cohorts())
def test_the_database_and_python_agree(dates):
    cohort = make_cohort(make_program(), **dates)
    found = Cohort.objects.with_phase(NOW).get(pk=cohort.pk)
    assert found.phase == found.phase_at(NOW)
    assert found.phase in Phase.values


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("hours", "phase"),
    [(-1, "scheduled"), (0, "open"), (27, "open"), (28, "closing"), (99, "closing"), (100, "closed")],
)
def test_a_window_opens_and_closes_on_the_hour_and_its_last_72_hours_are_closing(hours, phase):
    cohort = make_cohort(
        opens_at=NOW, closes_at=NOW + timedelta(hours=100), starts_at=None, ends_at=None, announce_at=None
    )
    assert cohort.phase_at(NOW + timedelta(hours=hours)) == phase
