"""The steps of a cohort and of an application, in every phase and every status."""

from datetime import timedelta

import pytest

from portal import clock, i18n
from programs.models.applications import ApplicationStatus as S
from programs.models.applications import StateChange
from programs.models.cohorts import Phase
from programs.models.interviews import InterviewSlot, Panel
from programs.models.programs import ProgramKind
from programs.own_steps import application_steps
from programs.steps import (
    DONE,
    NEXT,
    NOW,
    cohort_steps,
    completion_rule,
    current_step,
    next_step,
)
from tests.make import make_application, make_cohort, make_enrolment, make_milestone, make_program, make_round

pytestmark = pytest.mark.django_db


def keys(steps, state=None):
    return [step.key for step in steps if state in (None, step.state)]


def steps_of(application, enrolment=None, milestones=()):
    changes = list(application.changes.all())
    return application_steps(application, application.cohort, milestones, changes, enrolment, clock.now())


REVIEWED = ["apply", "eligibility", "review", "results", "confirm", "program", "completion"]


@pytest.mark.parametrize(
    ("phase", "current"),
    [
        ("open", "apply"),
        ("closing", "apply"),
        ("closed", "eligibility"),
        ("in_review", "review"),
        ("announced", "confirm"),
        ("running", "program"),
    ],
)
def test_a_reviewed_cohort_stands_at_the_step_of_its_phase(phase, current):
    steps = cohort_steps(make_cohort(phase=phase), [], clock.now())
    assert keys(steps) == REVIEWED
    assert keys(steps, NOW) == [current]
    assert keys(steps, DONE) == REVIEWED[: REVIEWED.index(current)]


@pytest.mark.parametrize(("phase", "state"), [("scheduled", NEXT), ("draft", NEXT), ("finished", DONE)])
def test_before_and_after_everything_no_step_is_now(phase, state):
    steps = cohort_steps(make_cohort(phase=phase), [], clock.now())
    assert keys(steps, state) == REVIEWED


def test_a_cancelled_cohort_stops_there_and_says_why():
    steps = cohort_steps(make_cohort(phase="cancelled"), [], clock.now())
    assert keys(steps) == ["apply", "cancelled"]
    assert steps[-1].note == "강사 사정"
    assert steps[-1].state == NOW


@pytest.mark.parametrize(
    ("phase", "current"), [("open", "apply"), ("closed", "place"), ("running", "program"), ("finished", None)]
)
@pytest.mark.parametrize("mode", ["first_come", "rsvp"])
def test_without_review_a_place_is_had_at_once(mode, phase, current):
    steps = cohort_steps(make_cohort(phase=phase, registration_mode=mode), [], clock.now())
    assert keys(steps) == ["apply", "place", "program", "completion"]
    assert keys(steps, NOW) == ([current] if current else [])


def test_an_interview_stands_between_the_review_and_the_results_and_moves_the_cohort_on():
    cohort = make_cohort(phase="in_review")
    interview = make_milestone(cohort)
    before = cohort_steps(cohort, [interview], interview.at - timedelta(hours=1))
    during = cohort_steps(cohort, [interview], interview.at + timedelta(hours=1))
    assert keys(before) == [
        "apply",
        "eligibility",
        "review",
        "milestone",
        "results",
        "confirm",
        "program",
        "completion",
    ]
    assert keys(before, NOW) == ["review"]
    assert keys(during, NOW) == ["milestone"]


def test_a_milestone_with_the_name_of_a_step_gives_that_step_its_dates():
    cohort = make_cohort(phase="in_review")
    checked = make_milestone(cohort, title_ko="자격 확인", title_en="Conditions", at=cohort.closes_at, until=None)
    reviewed = make_milestone(cohort, title_ko="심사", title_en="Document review", note_ko="세 명이 읽습니다.")
    steps = cohort_steps(cohort, [reviewed, checked], clock.now())
    assert keys(steps) == REVIEWED
    assert steps[1].when
    assert (steps[2].title, steps[2].note) == ("심사", "세 명이 읽습니다.")


def test_a_briefing_while_one_can_apply_is_over_when_its_time_has_passed():
    cohort = make_cohort()
    briefing = make_milestone(cohort, at=clock.now() - timedelta(hours=1), until=None)
    steps = cohort_steps(cohort, [briefing], clock.now())
    assert keys(steps)[:2] == ["apply", "milestone"]
    assert keys(steps, NOW) == ["apply"]
    assert keys(steps, DONE) == ["milestone"]


def test_a_cohort_known_by_its_month_alone_has_its_program_and_no_selection():
    cohort = make_cohort(
        phase="finished", opens_at=None, closes_at=None, announce_at=None, released_at=None, dates_precision="month"
    )
    steps = cohort_steps(cohort, [], clock.now())
    assert keys(steps) == ["program", "completion"]
    assert steps[0].when.endswith("월")


def test_an_event_has_no_completion():
    cohort = make_cohort(make_program(kind=ProgramKind.NETWORKING), registration_mode="rsvp")
    assert keys(cohort_steps(cohort, [], clock.now())) == ["apply", "place", "program"]


def test_a_cohort_without_dates_says_that_they_will_come():
    cohort = make_cohort(starts_at=None, ends_at=None, announce_at=None, hours=None)
    steps = cohort_steps(cohort, [], clock.now())
    assert keys(steps) == REVIEWED[:-1]
    assert steps[-1].when
    assert steps[3].when


@pytest.mark.parametrize(
    ("hours", "days", "words"),
    [(None, 0, ""), (12, 0, "12"), (29, 9, "29"), (30, 5, "4"), (30, 4, "4"), (35, 0, "80")],
)
def test_short_courses_complete_by_hours_and_longer_ones_by_days(hours, days, words):
    rule = completion_rule(make_cohort(hours=hours), days)
    assert words in rule
    assert bool(rule) == bool(words)


@pytest.mark.parametrize(
    ("status", "current"),
    [
        (S.DRAFT, "apply"),
        (S.SUBMITTED, "eligibility"),
        (S.CHANGES_REQUESTED, "eligibility"),
        (S.IN_REVIEW, "review"),
        (S.WAITLISTED, "waitlist"),
        (S.OFFERED, "confirm"),
        (S.CONFIRMED, "confirm"),
    ],
)
def test_a_live_application_stands_at_one_step_and_something_comes_next(status, current):
    steps = steps_of(make_application(status=status))
    assert current_step(steps).key == current
    assert keys(steps, NOW) == [current]
    assert next_step(steps).key == keys(steps)[keys(steps).index(current) + 1]
    assert all(step.title for step in steps)


@pytest.mark.parametrize("status", [S.DRAFT, S.SUBMITTED, S.WAITLISTED, S.OFFERED, S.CONFIRMED])
@pytest.mark.parametrize("mode", ["first_come", "rsvp"])
def test_without_review_an_application_stands_at_one_step(mode, status):
    steps = steps_of(make_application(make_cohort(registration_mode=mode), status=status))
    assert len(keys(steps, NOW)) == 1
    assert "review" not in keys(steps)


@pytest.mark.parametrize("status", [S.DRAFT, S.IN_REVIEW, S.OFFERED, S.CONFIRMED])
def test_a_cohort_without_a_window_still_has_one_step_now(status):
    cohort = make_cohort(opens_at=None, closes_at=None, announce_at=None)
    assert len(keys(steps_of(make_application(cohort, status=status)), NOW)) == 1


@pytest.mark.parametrize(
    ("status", "before", "reached"),
    [
        (S.WITHDRAWN, S.SUBMITTED, ["apply"]),
        (S.WITHDRAWN, S.IN_REVIEW, ["apply", "eligibility"]),
        (S.REJECTED, S.IN_REVIEW, ["apply", "eligibility", "review"]),
        (S.DECLINED, S.OFFERED, ["apply", "eligibility", "review", "results"]),
        (S.EXPIRED, S.OFFERED, ["apply", "eligibility", "review", "results"]),
        (S.RESCINDED, S.OFFERED, ["apply", "eligibility", "review", "results"]),
        (S.CANCELLED, S.CONFIRMED, ["apply", "eligibility", "review", "results", "confirm"]),
        (S.CLOSED_OUT, S.WAITLISTED, ["apply", "eligibility", "review", "results", "waitlist"]),
    ],
)
def test_an_ended_application_closes_its_list_where_it_ended(status, before, reached):
    application = make_application(status=status)
    StateChange.objects.create(application=application, from_status=before, to_status=status)
    steps = steps_of(application)
    assert keys(steps) == [*reached, "ended"]
    assert steps[-1].state == NOW
    assert steps[-1].title == str(application.label)
    assert next_step(steps) is None


def test_an_ineligible_application_ends_before_any_review():
    application = make_application(status=S.REJECTED, reason_code="not_eligible")
    assert keys(steps_of(application)) == ["apply", "ended"]


def test_an_interview_that_was_held_stays_in_the_list_of_one_not_selected():
    cohort = make_cohort(phase="announced")
    interview = make_milestone(cohort)
    application = make_application(cohort, status=S.REJECTED, submitted_at=cohort.opens_at)
    assert keys(steps_of(application, milestones=[interview]))[-2:] == ["milestone", "ended"]


def test_what_is_staged_changes_no_step():
    application = make_application(make_cohort(phase="in_review"), status=S.IN_REVIEW)
    before = steps_of(application)
    application.decisions.create(outcome="reject", reason_code="score")
    assert steps_of(application) == before


def test_a_draft_after_the_deadline_was_not_submitted():
    steps = steps_of(make_application(make_cohort(phase="closed"), status=S.DRAFT))
    assert keys(steps) == ["ended"]


def test_a_personal_extension_keeps_a_draft_open():
    cohort = make_cohort(phase="closed")
    application = make_application(cohort, status=S.DRAFT, extended_until=clock.now() + timedelta(days=1))
    assert keys(steps_of(application), NOW) == ["apply"]


@pytest.mark.parametrize(
    ("status", "phase", "current"),
    [
        ("enrolled", "announced", "confirm"),
        ("enrolled", "running", "program"),
        ("active", "running", "program"),
        ("active", "finished", "completion"),
        ("not_completed", "finished", "ended"),
        ("dropped", "running", "ended"),
        ("no_show", "finished", "ended"),
    ],
)
def test_a_confirmed_place_goes_on_to_completion(status, phase, current):
    application = make_application(make_cohort(phase=phase), status=S.CONFIRMED)
    steps = steps_of(application, make_enrolment(application=application, status=status))
    assert keys(steps, NOW) == [current]


def test_whoever_completed_has_all_steps_done():
    application = make_application(make_cohort(phase="finished"), status=S.CONFIRMED)
    steps = steps_of(application, make_enrolment(application=application, status="completed"))
    assert keys(steps, DONE) == REVIEWED


def test_a_live_application_to_a_cancelled_cohort_says_so():
    application = make_application(make_cohort(phase=Phase.CANCELLED), status=S.SUBMITTED)
    assert keys(steps_of(application)) == ["apply", "cancelled"]


def test_the_plan_promises_no_later_answer_than_an_offer_has():
    cohort = make_cohort()
    cohort.starts_at = cohort.announce_at + timedelta(hours=40)
    cohort.ends_at = cohort.starts_at + timedelta(hours=8)
    confirm = next(step for step in cohort_steps(cohort, [], clock.now()) if step.key == "confirm")
    assert confirm.when == i18n.deadline(cohort.announce_at + timedelta(hours=2))


# --- rounds of review -----------------------------------------------------------------------------------


def in_rounds(phase="in_review", **fields):
    """A cohort with a document review and an interview, and those rounds."""
    cohort = make_cohort(phase=phase, **fields)
    now = clock.now()
    begun = {"starts_at": now - timedelta(days=2), "due_at": now - timedelta(days=1), "announce_at": now}
    document = make_round(cohort, **begun)
    interview = make_round(
        cohort, number=2, kind="interview", starts_at=now + timedelta(days=2), due_at=now + timedelta(days=3)
    )
    return cohort, [document, interview]


IN_ROUNDS = [
    "apply",
    "eligibility",
    "round-1",
    "passed-1",
    "round-2",
    "results",
    "confirm",
    "program",
    "completion",
]


@pytest.mark.parametrize(
    ("phase", "current"),
    [("open", "apply"), ("closed", "eligibility"), ("in_review", "round-1"), ("announced", "confirm")],
)
def test_each_round_is_a_step_of_the_cohort_with_its_results(phase, current):
    cohort, rounds = in_rounds(phase)
    steps = cohort_steps(cohort, [], clock.now(), rounds)
    assert keys(steps) == IN_ROUNDS
    assert keys(steps, NOW) == [current]
    assert [step.title for step in steps[2:5]] == ["서류심사", "서류심사 결과 발표", "면접심사"]
    assert steps[2].when == i18n.span(rounds[0].starts_at, rounds[0].due_at)


def test_between_two_rounds_the_results_of_the_first_are_now_and_then_the_second():
    cohort, rounds = in_rounds()
    rounds[0].released_at = clock.now()
    assert keys(cohort_steps(cohort, [], clock.now(), rounds), NOW) == ["passed-1"]
    assert keys(cohort_steps(cohort, [], rounds[1].starts_at, rounds), NOW) == ["round-2"]
    rounds[1].released_at = clock.now()
    assert keys(cohort_steps(cohort, [], rounds[1].starts_at, rounds), NOW) == ["round-2"]


def test_rounds_of_one_kind_are_counted_and_a_missing_date_is_said():
    cohort, rounds = in_rounds()
    rounds[1].kind, rounds[0].announce_at = "document", None
    steps = cohort_steps(cohort, [], clock.now(), rounds)
    assert [steps[2].title, steps[4].title] == ["서류심사 1차", "서류심사 2차"]
    assert steps[3].when


def test_a_milestone_with_the_name_of_a_round_gives_that_round_its_dates():
    cohort, rounds = in_rounds()
    named = make_milestone(cohort, title_ko="면접", title_en="Interviews", at=rounds[1].starts_at)
    steps = cohort_steps(cohort, [named], clock.now(), rounds)
    assert keys(steps) == IN_ROUNDS
    assert steps[4].title == "면접"


def own(application, rounds, slots=()):
    changes = list(application.changes.all())
    return application_steps(
        application, application.cohort, [], changes, None, clock.now(), rounds=rounds, slots=slots
    )


def test_an_application_stands_in_its_round_and_says_what_it_has_passed():
    cohort, rounds = in_rounds()
    application = make_application(cohort, status=S.IN_REVIEW)
    steps = own(application, rounds)
    assert keys(steps, NOW) == ["round-1"]
    assert steps[3].title == "서류심사 결과 발표"

    application.round_number = 2
    steps = own(application, rounds)
    assert keys(steps, NOW) == ["round-2"]
    assert steps[3].title == "서류 합격"
    assert keys(steps, DONE) == ["apply", "eligibility", "round-1", "passed-1"]


@pytest.mark.parametrize(
    ("status", "before", "number", "reached"),
    [
        (S.REJECTED, S.IN_REVIEW, 1, ["apply", "eligibility", "round-1"]),
        (S.REJECTED, S.IN_REVIEW, 2, ["apply", "eligibility", "round-1", "passed-1", "round-2"]),
        (S.WITHDRAWN, S.IN_REVIEW, 1, ["apply", "eligibility"]),
        (S.WITHDRAWN, S.IN_REVIEW, 2, ["apply", "eligibility", "round-1", "passed-1"]),
        (S.DECLINED, S.OFFERED, 2, ["apply", "eligibility", "round-1", "passed-1", "round-2", "results"]),
        (S.DECLINED, S.OFFERED, 1, ["apply", "eligibility", "round-1", "results"]),
    ],
)
def test_one_that_has_ended_shows_the_rounds_it_was_in(status, before, number, reached):
    cohort, rounds = in_rounds("announced")
    application = make_application(cohort, status=status, round_number=number)
    StateChange.objects.create(application=application, from_status=before, to_status=status)
    assert keys(own(application, rounds)) == [*reached, "ended"]


def test_a_place_given_after_the_first_round_alone_shows_no_interview():
    cohort, rounds = in_rounds("announced")
    application = make_application(cohort, status=S.OFFERED, round_number=1)
    assert keys(own(application, rounds)) == [
        "apply",
        "eligibility",
        "round-1",
        "results",
        "confirm",
        *IN_ROUNDS[-2:],
    ]


@pytest.mark.parametrize(
    ("place", "link", "note"), [("홍릉", "", "홍릉"), ("", "https://meet.example.com", "온라인")]
)
def test_the_interview_has_its_own_time_once_the_round_before_is_passed(place, link, note):
    cohort, rounds = in_rounds()
    application = make_application(cohort, status=S.IN_REVIEW)
    panel = Panel.objects.create(
        round=rounds[1], title_ko="1조", title_en="Panel 1", place_ko=place, place_en=place, link=link
    )
    begin = rounds[1].starts_at
    slot = InterviewSlot.objects.create(
        panel=panel,
        round=rounds[1],
        starts_at=begin,
        ends_at=begin + timedelta(minutes=20),
        application=application,
        booked_at=clock.now(),
    )
    assert own(application, rounds, [slot]) == own(application, rounds)
    application.round_number = 2
    step = own(application, rounds, [slot])[4]
    assert step.when == i18n.span(slot.starts_at, slot.ends_at, times=True)
    assert step.note == note
    assert own(application, rounds, [])[4].when == i18n.span(rounds[1].starts_at, rounds[1].due_at)
