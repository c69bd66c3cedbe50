"""The mentoring of the demonstration: the timetable of the first camp, wishes, weeks, and what the logins see."""

from collections import Counter
from datetime import timedelta
from itertools import combinations

import pytest
from django.db.models import Count

from mentoring import availability, feedback
from mentoring.models.availability import Week
from mentoring.models.feedback import MeetingFeedback
from mentoring.models.meetings import Meeting, MeetingStatus
from mentoring.models.mentors import MentorProfile
from mentoring.models.notes import SharedNote
from mentoring.models.pairs import EndKind, GoalMilestone, Pairing
from mentoring.models.rematches import RematchRequest
from mentoring.models.rounds import MenteeProfile, MentoringRound, Wish
from mentoring.models.samples import WorkSample
from mentoring.models.timetables import Timetable
from mentoring.timetables.check import check
from mentoring.timetables.problem import Problem
from mentoring.timetables.solving import Timetable as Plan
from portal.models import FileAccess
from tests.portal.demo_season import NOW, loaded

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def demonstration(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), loaded():
        yield


def meetings(slug):
    return Meeting.objects.filter(
        pairing__enrolment__cohort__slug=slug, pairing__enrolment__cohort__program__slug="reboot-camp"
    )


def test_the_first_camp_held_79_of_80_meetings():
    found = Counter(meetings("2025-1").values_list("status", flat=True))
    assert found == {MeetingStatus.HELD: 79, MeetingStatus.CANCELLED: 1, MeetingStatus.RESCHEDULED: 2}
    assert meetings("2025-1").filter(replaces__isnull=False, status=MeetingStatus.HELD).count() == 2
    assert not meetings("2025-1").filter(status__endswith="absent").exists()
    for row in meetings("2025-1").filter(status=MeetingStatus.HELD):
        assert row.minutes == 40
        assert row.ends_at - row.starts_at == timedelta(minutes=40)


@pytest.mark.parametrize("slug", ["2025-1", "demo-1"])
def test_a_timetable_is_fair_and_without_clash(slug):
    rows = list(meetings(slug).exclude(status=MeetingStatus.RESCHEDULED).select_related("pairing"))
    assert len(rows) == 80
    assert set(Counter(row.pairing_id for row in rows).values()) == {5}
    for one, other in combinations(rows, 2):
        if one.starts_at < other.ends_at and other.starts_at < one.ends_at:
            assert one.pairing.mentor_id != other.pairing.mentor_id
            assert one.pairing_id != other.pairing_id
    if slug == "demo-1":
        slots = {}
        for row in rows:
            slots.setdefault(row.pairing_id, Counter())[row.starts_at.time()] += 1
        assert all(set(each.values()) == {1, 2} for each in slots.values())


def test_the_running_camp_has_its_timetable_notes_actions_and_one_who_asks_for_another_pair():
    timetable = Timetable.objects.published().get()
    problem, plan = Problem.from_json(timetable.problem), Plan.from_json(timetable.plan)
    assert not check(problem, plan.meetings)
    assert timetable.meetings.count() == len(plan.meetings) == 80
    pairs = Pairing.objects.live().filter(meetings__status=MeetingStatus.HELD).distinct()
    assert pairs
    for pairing in pairs:
        assert pairing.actions.count() == 2
        assert SharedNote.objects.filter(pairing=pairing, written_at__lte=NOW).exists()
        assert GoalMilestone.objects.filter(goal__pairing=pairing).count() in (0, 2)
    asked = RematchRequest.objects.get()
    assert asked.asked_at <= NOW < asked.due_at
    assert asked.pairing in pairs


def test_what_lies_ahead_is_scheduled_and_what_is_past_is_said():
    ahead = meetings("demo-1").filter(ends_at__gt=NOW)
    assert ahead.exists()
    assert set(ahead.values_list("status", flat=True)) == {MeetingStatus.SCHEDULED}
    assert meetings("demo-1").filter(status=MeetingStatus.HELD).exists()


def test_every_mentee_has_wishes_a_week_and_a_mentor_among_the_wishes():
    assert MentoringRound.objects.count() == 3
    for mentee in MenteeProfile.objects.annotate(wished=Count("wishes")).select_related("enrolment__person"):
        assert mentee.wished >= 3
        assert mentee.submitted_at is not None
        week = Week.objects.prefetch_related("parts", "exceptions").get(person=mentee.enrolment.person)
        assert availability.parts_of_week(week) >= 8
    for pairing in Pairing.objects.exclude(choice=None).select_related("enrolment__mentee_profile"):
        wish = Wish.objects.get(mentee=pairing.enrolment.mentee_profile, mentor=pairing.mentor)
        assert wish.rank == pairing.choice


def test_half_the_mentees_of_the_season_have_handed_in_work_samples():
    samples = WorkSample.objects.prefetch_related("versions")
    assert samples.count() >= Pairing.objects.filter(enrolment__cohort__is_demo_season=True).count() // 2
    assert samples.filter(owner__email="mentee@example.com").exists()
    assert {sample.latest.number for sample in samples} == {1, 2}
    assert WorkSample.mentors.through.objects.count() == 1
    codes = [version.code for sample in samples for version in sample.versions.all()]
    assert FileAccess.objects.filter(code__in=codes, at__lte=NOW).exists()


def test_pairs_that_are_over_are_finished():
    over = Pairing.objects.filter(ended_at__isnull=False)
    assert over.exists()
    assert set(over.values_list("end_kind", flat=True)) == {EndKind.FINISHED}


def test_series_mentoring_waits_to_be_paired():
    """Some still write, everyone else has handed in; more places than mentees, and nobody is paired."""
    round_ = MentoringRound.objects.get(cohort__program__slug="series-mentoring")
    mentees = round_.cohort.enrolments.filter(ended_at=None)
    handed_in = MenteeProfile.objects.filter(enrolment__in=mentees, submitted_at__isnull=False)
    assert handed_in.count() == mentees.count() - 3
    assert handed_in.filter(enrolment__person__email="applicant@example.com").exists()
    assert sum(row.places for row in round_.mentors.select_related("mentor")) >= mentees.count()
    assert round_.opens_at < NOW < round_.wishes_until
    assert not Pairing.objects.filter(enrolment__cohort=round_.cohort).exists()
    assert round_.mid_form.is_locked
    assert round_.opens_at.date() < round_.mid_due <= round_.cohort.ends_at.date()


def test_some_said_how_useful_their_meetings_were():
    said = MeetingFeedback.objects.filter(meeting__in=meetings("2025-1"))
    by_side = Counter(said.values_list("side", flat=True))
    assert 79 > by_side["mentee"] > by_side["mentor"] > 10
    assert said.exclude(text="").exists()
    assert not MeetingFeedback.objects.exclude(meeting__status=MeetingStatus.HELD).exists()
    assert not MeetingFeedback.objects.filter(given_at__gt=NOW).exists()
    mentor = MentorProfile.objects.get(user__email="mentor@example.com")
    assert feedback.mean_of(mentor).mentees >= feedback.LEAST
