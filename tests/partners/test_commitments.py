"""Commitments: what is counted for them, how they stand, and that every change keeps its reason."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from partners import commitments, metrics
from partners.commitments import State
from partners.metrics import Figure
from partners.models.commitments import Commitment, CommitmentChange, CommitmentScope, MetricSnapshot, Visibility
from partners.operations.commitments import note_changes, take_snapshots
from portal import clock
from portal.errors import Refused
from tests.make import (
    make_admin,
    make_agreement,
    make_cohort,
    make_commitment,
    make_enrolment,
    make_organization,
    make_program,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreement():
    return make_agreement(parties=[make_organization(name_ko="첫 기관"), make_organization(name_ko="둘째 기관")])


def run(agreement, enrolled=0, program=None, **fields):
    cohort = make_cohort(program, phase="running", agreement=agreement, **fields)
    for _ in range(enrolled):
        make_enrolment(cohort, status="active")
    return cohort


def actual(commitment):
    return commitments.figure_of(Commitment.objects.get(pk=commitment.pk)).text


# --- the rule of the rate and the state -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figure", "target", "rate"),
    [
        (Figure(1015, 1104, 100, 1), "85", "108.1"),  # 91.9 as displayed ÷ 85, not 91.938…
        (Figure(79), "80", "98.8"),
        (Figure(3843, 842, digits=2), "4.5", "101.3"),
        (Figure(1, 3, 100, 1), "33.3", "100.0"),
        (Figure(18), "20", "90.0"),
        (Figure(0), "3", "0.0"),
        (Figure(1), "8", "12.5"),
        (Figure(1), "16", "6.3"),  # 6.25, half up
        (Figure(0, 0, 100, 1), "85", None),
    ],
)
def test_the_rate_is_the_actual_as_displayed_by_the_target(figure, target, rate):
    found = metrics.achieved(figure, Decimal(target))
    assert (found if found is None else str(found)) == rate


@pytest.mark.parametrize(
    ("part", "is_over", "state"),
    [
        (11, False, State.EXCEEDED),
        (10, False, State.ACHIEVED),
        (9, False, State.IN_PROGRESS),
        (9, True, State.MISSED),
        (10, True, State.ACHIEVED),
        (11, True, State.EXCEEDED),
    ],
)
def test_how_a_figure_stands(part, is_over, state):
    assert commitments.state_of(Figure(part), Decimal(10), is_over=is_over) == state


def test_where_nothing_can_be_said_it_is_being_counted_until_the_end():
    nothing = Figure(0, 0, 100, 1)
    assert commitments.state_of(nothing, Decimal(85), is_over=False) == State.COUNTING
    assert commitments.state_of(nothing, Decimal(85), is_over=True) == State.MISSED


@pytest.mark.parametrize(("after", "is_over"), [(-1, False), (0, False), (1, True)])
def test_an_agreement_is_over_the_day_after_its_last(agreement, settings, after, is_over):
    agreement.ends_on = date(2026, 3, 31)
    last_hour = datetime(2026, 3, 31, 23, tzinfo=clock.SEOUL)
    settings.DEMO_NOW = last_hour + timedelta(days=after)
    assert commitments.is_over(agreement) == is_over


# --- over what is counted ---------------------------------------------------------------------------------------


def test_what_runs_under_the_agreement_counts_and_nothing_else(agreement):
    commitment = make_commitment(agreement)
    run(agreement, 3)
    run(make_agreement(), 2)
    run(None, 4)
    assert actual(commitment) == "3"


def test_scopes_narrow_it_to_programs_and_cohorts(agreement):
    program = make_program()
    run(agreement, 3, program)
    cohort = run(agreement, 2)
    run(agreement, 4)
    commitment = make_commitment(agreement)
    CommitmentScope.objects.create(commitment=commitment, program=program)
    assert actual(commitment) == "3"
    CommitmentScope.objects.create(commitment=commitment, cohort=cohort)
    assert actual(commitment) == "5"


def test_a_share_counts_in_part_and_a_cohorts_own_goes_before_its_programs(agreement):
    program = make_program()
    run(agreement, 3, program)
    second = run(agreement, 4, program)
    commitment = make_commitment(agreement)
    CommitmentScope.objects.create(commitment=commitment, program=program, share=50)
    assert actual(commitment) == "4"  # half of 7, half up
    CommitmentScope.objects.create(commitment=commitment, cohort=second, share=25)
    assert actual(commitment) == "3"  # 1.5 + 1, half up


def test_one_activity_counts_for_two_parties_and_once_in_the_total(agreement):
    run(agreement, 3)
    first, second = agreement.signatures.all()
    ours = make_commitment(agreement, responsible=first.organization)
    theirs = make_commitment(agreement, responsible=second.organization)
    assert actual(ours) == actual(theirs) == "3"
    total = metrics.get("courses.enrolled").figure(metrics.Scope(agreement=agreement.pk))
    assert total.part == 3


@pytest.mark.parametrize(
    ("starts", "ends", "counts"), [(0, 0, True), (-3, -1, False), (1, 3, False), (0, None, True)]
)
def test_a_period_counts_the_cohorts_that_began_in_it(agreement, starts, ends, counts):
    cohort = run(agreement, 2)
    day = cohort.starts_at.astimezone(clock.SEOUL).date()
    until = None if ends is None else day + timedelta(days=ends)
    commitment = make_commitment(agreement, starts_on=day + timedelta(days=starts), ends_on=until)
    assert actual(commitment) == ("2" if counts else "0")


def test_what_is_ahead_is_planned_and_what_was_done_beyond_the_target_is_negative(agreement):
    run(agreement, 12)
    make_cohort(phase="open", agreement=agreement, capacity=30)
    standing = commitments.standing(make_commitment(agreement))
    assert (standing.figure.part, standing.planned, standing.remaining) == (12, 30, Decimal(-2))


# --- every day, and every change --------------------------------------------------------------------------------


def test_each_commitment_is_counted_once_a_day(agreement, settings):
    settings.DEMO_NOW = clock.now().replace(hour=3)
    commitment = make_commitment(agreement)
    make_commitment(make_agreement(state="draft", signed_on=None))
    run(agreement, 3)
    assert take_snapshots(clock.now()) == 1
    assert take_snapshots(clock.now()) == 0
    run(agreement, 2)
    settings.DEMO_NOW += timedelta(days=1)
    assert take_snapshots(clock.now()) == 1
    assert list(commitment.snapshots.values_list("part", "rule")) == [
        (3, "courses.enrolled@1"),
        (5, "courses.enrolled@1"),
    ]


def test_a_change_of_what_was_signed_needs_its_reason(agreement):
    boss, commitment = make_admin(), make_commitment(agreement)
    with pytest.raises(Refused):
        note_changes(commitment.pk, [("target", 10, 12)], by=boss, reason=" ")
    note_changes(commitment.pk, [("target", 10, 12)], by=boss, reason="추가 과정을 열었습니다.")
    kept = CommitmentChange.objects.get()
    assert (kept.field, kept.before, kept.after, kept.by) == ("target", "10", "12", boss)
    draft = make_commitment(make_agreement(state="draft", signed_on=None))
    assert note_changes(draft.pk, [("target", 10, 12)], by=boss, reason="") == []


# --- the public page --------------------------------------------------------------------------------------------


def page(client, agreement, language="ko"):
    return client.get(f"/{language}/agreements/{agreement.slug}/").content.decode()


def test_the_page_shows_the_last_count_and_counts_nothing_itself(client, agreement):
    make_commitment(agreement, target=3)
    run(agreement, 3)
    take_snapshots(clock.now())
    run(agreement, 2)
    html = page(client, agreement)
    assert "100.0%" in html
    assert "달성" in html
    assert "Achieved" in page(client, agreement, "en")


def test_before_the_first_count_the_page_says_nothing_of_them(client, agreement):
    make_commitment(agreement)
    assert 'id="commitments"' not in page(client, agreement)


@pytest.mark.parametrize("visibility", [Visibility.PARTIES, Visibility.STAFF])
def test_what_is_not_public_is_not_on_the_page(client, agreement, visibility):
    make_commitment(agreement, title_ko="내부 목표", visibility=visibility)
    make_commitment(agreement)
    take_snapshots(clock.now())
    html = page(client, agreement)
    assert "교육 인원" in html
    assert "내부 목표" not in html


def test_why_it_was_missed_is_told_only_where_it_was(client):
    ended = make_agreement(state="expired")
    make_commitment(ended, why_ko="과정 하나가 취소되었습니다.", why_en="One course was cancelled.")
    take_snapshots(clock.now())
    assert "과정 하나가 취소되었습니다." in page(client, ended)
    assert "One course was cancelled." in page(client, ended, "en")
    running = make_agreement()
    make_commitment(running, why_ko="아직 이르다.")
    take_snapshots(clock.now())
    assert MetricSnapshot.objects.count() == 2
    assert "아직 이르다." not in page(client, running)
