"""The demonstration's attendance comes to exactly the outcomes that are told, by the portal's own sums."""

import pytest

from programs import attending
from programs.completion import Verdict
from programs.models.attendance import Attendance, Completion, Excuse
from programs.models.cohorts import Cohort
from programs.models.enrolments import Enrolment
from tests.portal.demo_season import NOW, loaded

pytestmark = pytest.mark.django_db
COURSES = {
    "window-background": (82, 78),
    "next-generation-academy": (296, 262),
    "vfx-producer-virtual-production": (121, 113),
    "camera-unscripted": (113, 106),
    "dit-training": (91, 86),
    "dubbing": (122, 114),
    "vfx-editor": (66, 63),
    "production-sound": (213, 193),
}


@pytest.fixture(scope="module", autouse=True)
def demonstration(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), loaded():
        yield


def course(program):
    return Cohort.objects.get(program__slug=program, slug="2024-1")


@pytest.mark.parametrize("program", COURSES)
def test_exactly_those_who_completed_reach_the_rule(program):
    cohort = course(program)
    enrolled = list(Enrolment.objects.filter(cohort=cohort, status__in=["completed", "not_completed"]))
    where = attending.standings(cohort, enrolled, NOW)
    reached = [row for row in enrolled if where[row.pk].verdict == Verdict.REACHED]
    assert (len(enrolled), len(reached)) == COURSES[program]
    assert {row.pk for row in reached} == {row.pk for row in enrolled if row.status == "completed"}
    assert all(where[row.pk].verdict == Verdict.NOT_REACHED for row in enrolled if row.status == "not_completed")
    assert all(not where[row.pk].open for row in enrolled)


def test_late_three_times_on_five_days_is_exactly_enough():
    enrolment = Enrolment.objects.get(cohort=course("vfx-producer-virtual-production"), person__full_name="정이룸")
    found = attending.standing_of(enrolment, NOW)
    assert (found.basis, found.sum.slips, found.sum.absences) == ("days", 3, 1)
    assert (found.present, found.total, found.percent, found.verdict) == (4, 5, 80, Verdict.REACHED)
    assert enrolment.status == "completed"


def test_twenty_two_of_twenty_eight_hours_is_not():
    enrolment = Enrolment.objects.get(cohort=course("dit-training"), person__full_name="최온유")
    found = attending.standing_of(enrolment, NOW)
    assert (found.basis, found.present, found.total, found.percent) == ("hours", 22 * 60, 28 * 60, 78)
    assert found.verdict == Verdict.NOT_REACHED
    assert enrolment.status == "not_completed"
    assert (enrolment.completion.present, enrolment.completion.is_reached) == (1320, False)


def test_every_decision_is_a_row_that_agrees_with_the_status():
    rows = Completion.objects.select_related("enrolment")
    assert rows.filter(enrolment__cohort__slug="2024-1").count() == 1104
    for row in rows:
        assert row.is_completed == (row.enrolment.status == "completed")
        assert row.is_reached == row.is_completed


def test_no_mark_lies_ahead_and_none_is_of_somebody_who_never_came():
    assert not Attendance.objects.filter(session__ends_at__gt=NOW).exists()
    assert not Attendance.objects.filter(enrolment__status__in=["no_show", "cancelled"]).exists()
    assert not Attendance.objects.filter(marked_at__gt=NOW).exists()


def test_what_is_excused_was_asked_for_and_one_request_waits():
    excused = set(Attendance.objects.filter(status="excused").values_list("enrolment", "session"))
    accepted = set(Excuse.objects.filter(is_accepted=True).values_list("enrolment", "session"))
    assert excused == accepted
    assert excused
    assert Excuse.objects.waiting().exists()
