"""The desks: what a mentor reads of each mentee and in what order, what a mentee reads of the mentor."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from mentoring import desk_rows
from mentoring.care import contact
from mentoring.models.actions import Owner
from mentoring.models.pairs import READABLE_FOR, Pairing
from mentoring.models.rounds import Exclusion
from portal import clock
from tests import make

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 12, 1, 3, tzinfo=UTC)  # 12:00 in Seoul
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def noon(settings):
    settings.DEMO_NOW = NOON


@pytest.fixture
def cohort():
    program = make.make_program(has_mentoring=True, title_ko="리부트 캠프", title_en="Reboot Camp")
    return make.make_cohort(program, phase="running", ends_at=NOON + 40 * DAY)


@pytest.fixture
def mentor():
    return make.make_mentor(make.make_user(full_name="어진솔"), capacity=4)


def pair(mentor, cohort, name="박소울", **fields):
    person = make.make_user(full_name=name, romanized_name="")
    application = make.make_application(cohort, person, status="confirmed")
    fields = {"paired_at": NOON - 3 * DAY} | fields
    return make.make_pairing(mentor, make.make_enrolment(application=application), **fields)


def desk_of(user, language="ko"):
    client = Client()
    client.force_login(user)
    with override(language):
        return client.get(reverse("mentoring"))


def facts(row):
    return {fact["term"]: fact["value"] for fact in row["facts"]}


def by_names(page, key="mentees"):
    return [row["name"] for row in page.context[key]]


# --- what a row says ------------------------------------------------------------------------------


def test_a_row_tells_of_a_mentee_with_whom_nothing_has_happened(mentor, cohort):
    pairing = pair(mentor, cohort)
    [row] = desk_of(mentor.user, "en").context["mentees"]
    assert facts(row) == {
        "Application": "Read",
        "Goals": "No goals yet",
        "Next meeting": "None booked",
        "Open actions": "None",
        "Last contact": "Not yet",
        "Evaluation": "Due by Sun, 10 January 2027",
    }
    with override("en"):
        address = pairing.get_absolute_url()
    assert [fact.get("url") for fact in row["facts"]] == [
        f"{address}#application",
        f"{address}#goals",
        None,
        f"{address}#actions",
        None,
        f"{address}#evaluation",
    ]
    assert (row["next"], row["next_url"]) == ("Agree on goals", f"{address}#goals")


def test_a_row_tells_of_everything_that_has_happened(mentor, cohort):
    pairing = pair(mentor, cohort)
    make.make_goal(pairing, "1회 도입부", state="reached")
    make.make_goal(pairing, "계단의 규칙")
    make.make_goal(pairing, "그만둔 것", state="dropped", state_word="미룸")
    make.make_meeting(pairing, starts_at=NOON + 3 * DAY)
    make.make_meeting(pairing, starts_at=NOON + 2 * DAY)
    make.make_meeting(pairing, starts_at=NOON + DAY, status="cancelled", called_off_reason="일정")
    make.make_action(pairing, due_on=(NOON - DAY).date())
    make.make_action(pairing, "메모 읽기", owner=Owner.MENTOR)
    make.make_note("shared", pairing, written_at=NOON - 2 * DAY)
    make.make_evaluation(pairing)
    [row] = desk_of(mentor.user, "en").context["mentees"]
    assert facts(row) == {
        "Application": "Read",
        "Goals": "1 of 2 reached",
        "Next meeting": "Thu, 3 December, 12:00–13:00 KST",
        "Open actions": "2, 1 overdue",
        "Last contact": "Sun, 29 November",
        "Evaluation": "Due by Sun, 10 January 2027",
    }
    assert row["next_url"].endswith("#evaluation")


def test_a_meeting_stands_on_both_clocks(mentor, cohort):
    make.make_week(mentor.user, zone="America/Los_Angeles")
    pairing = pair(mentor, cohort)
    make.make_meeting(pairing, starts_at=NOON + DAY)
    [row] = desk_of(mentor.user, "en").context["mentees"]
    assert facts(row)["Next meeting"] == "Tue, 1 December, 19:00–20:00 PST · Wed, 2 December, 12:00–13:00 KST"
    [row] = desk_of(pairing.enrolment.person, "en").context["mentors"]
    assert facts(row)["Next meeting"] == "Wed, 2 December, 12:00–13:00 KST · Tue, 1 December, 19:00–20:00 PST"


@pytest.mark.parametrize(
    ("ends_at", "status", "text"),
    [
        (NOON - DAY, None, "Overdue since Mon, 30 November"),
        (NOON + DAY, "draft", "Due by Wed, 2 December"),
        (None, None, "To be written"),
        (NOON - DAY, "submitted", "Evaluation: submitted"),
    ],
)
def test_the_evaluation_is_due_by_the_end_of_the_cohort(mentor, cohort, ends_at, status, text):
    pairing = pair(mentor, cohort)
    cohort.ends_at = ends_at
    cohort.starts_at = None if ends_at is None else ends_at - 9 * DAY
    cohort.save()
    if status:
        make.make_evaluation(pairing, status=status)
    [row] = desk_of(mentor.user, "en").context["mentees"]
    assert facts(row)["Evaluation"] == text


def test_the_last_contact_is_the_latest_that_both_know_of(mentor, cohort):
    pairing, other = pair(mentor, cohort), pair(mentor, cohort)
    assert contact.last_contacts([pairing.pk, other.pk]) == {}
    make.make_note("private", pairing, written_at=NOON)
    make.make_note("staff", pairing, written_at=NOON)
    make.make_meeting(pairing, starts_at=NOON - DAY)
    make.make_action(pairing)
    assert contact.last_contacts([pairing.pk, other.pk]) == {}
    make.make_note("shared", pairing, written_at=NOON - 5 * DAY)
    assert contact.last_contacts([pairing.pk]) == {pairing.pk: NOON - 5 * DAY}
    make.make_action(pairing, done_at=NOON - 4 * DAY, done_by=mentor.user)
    assert contact.last_contacts([pairing.pk]) == {pairing.pk: NOON - 4 * DAY}
    make.make_meeting(pairing, starts_at=NOON - 3 * DAY - timedelta(hours=1))
    pairing.meetings.filter(starts_at__lt=NOON - 2 * DAY).update(status="held", minutes=60, settled_at=NOON)
    assert contact.last_contacts([pairing.pk, other.pk]) == {pairing.pk: NOON - 3 * DAY}


def test_another_part_adds_a_fact_to_every_row(mentor, cohort, monkeypatch):
    pairing = pair(mentor, cohort)

    def samples(reader, pairs):
        return {each.pk: {"term": "견본", "value": "2", "url": "/x/"} for each in pairs}

    monkeypatch.setattr(desk_rows, "FACTS", (samples,))
    assert facts(desk_of(mentor.user).context["mentees"][0])["견본"] == "2"
    assert facts(desk_of(pairing.enrolment.person).context["mentors"][0])["견본"] == "2"


# --- the order ------------------------------------------------------------------------------------


def test_the_most_urgent_stands_first(mentor, cohort):
    quiet = pair(mentor, cohort, "오래조용", paired_at=NOON - 20 * DAY)
    fresh = pair(mentor, cohort, "갓시작")
    theirs = pair(mentor, cohort, "멘티지연")
    make.make_action(theirs, due_on=(NOON - 2 * DAY).date())
    soon = pair(mentor, cohort, "곧만남")
    make.make_meeting(soon, starts_at=NOON + timedelta(hours=20))
    mine = pair(mentor, cohort, "내지연")
    make.make_action(mine, owner=Owner.MENTOR, due_on=(NOON - 2 * DAY).date())
    closing = make.make_cohort(cohort.program, phase="running", ends_at=NOON + 6 * DAY)
    pressing = pair(mentor, closing, "평가임박")
    ended = pair(mentor, cohort, "끝난이")
    Pairing.objects.filter(pk=ended.pk).update(ended_at=NOON - DAY, end_reason="끝")
    order = [row.enrolment.person.full_name for row in (pressing, mine, soon, theirs, quiet, fresh)]
    page = desk_of(mentor.user)
    assert by_names(page) == order
    assert by_names(page, "former") == ["끝난이"]


def test_the_place_and_the_load_of_a_mentor(mentor, cohort):
    for number in range(2):
        pair(mentor, cohort, f"멘티{number}")
    assert "2 of 4 places taken" in desk_of(mentor.user, "en").text
    round_ = make.make_mentoring_round(cohort)
    make.make_round_mentor(round_, mentor, capacity=3)
    assert "2 of 3 places taken" in desk_of(mentor.user, "en").text
    other = make.make_cohort(make.make_program(has_mentoring=True, title_en="Second Camp"), phase="running")
    pair(mentor, other)
    page = desk_of(mentor.user, "en")
    assert [(load["taken"], load["places"]) for load in page.context["loads"]] in (
        [(2, 3), (1, 4)],
        [(1, 4), (2, 3)],
    )
    assert "Second Camp" in page.text


# --- ended ----------------------------------------------------------------------------------------


def ended(pairing, ago, **fields):
    at = NOON - ago
    values = {"paired_at": at - DAY, "ended_at": at, "end_reason": "끝"}
    Pairing.objects.filter(pk=pairing.pk).update(**values | fields)


@pytest.mark.parametrize(
    ("ago", "kind", "stands"),
    [
        (timedelta(0), "", True),
        (READABLE_FOR - timedelta(seconds=1), "left", True),
        (READABLE_FOR, "left", False),
        (timedelta(0), "for_cause", False),
        (timedelta(0), "undone", False),
    ],
)
def test_an_ended_pair_stands_apart_for_thirty_days(mentor, cohort, ago, kind, stands):
    pairing = pair(mentor, cohort)
    ended(pairing, ago, end_kind=kind)
    page = desk_of(mentor.user)
    assert by_names(page, "former") == (["박소울"] if stands else [])
    assert by_names(page) == []
    assert page.context["panel"] is None
    assert ("박소울" in page.text) == stands
    if stands:
        [row] = page.context["former"]
        assert row["next"] == ""


def test_the_end_of_the_thirty_days_is_told(mentor, cohort):
    pairing = pair(mentor, cohort)
    ended(pairing, DAY)
    client = Client()
    client.force_login(mentor.user)
    until = "Wed, 30 December, 12:00 KST"
    assert until in desk_of(mentor.user, "en").text
    with override("en"):
        assert until in client.get(pairing.get_absolute_url()).text


def test_a_contact_block_takes_a_live_pair_off_the_desk(mentor, cohort):
    pairing = pair(mentor, cohort)
    Exclusion.objects.create(mentor=mentor, person=pairing.enrolment.person, kind="safeguarding")
    assert "박소울" not in desk_of(mentor.user).text


# --- a mentee's -----------------------------------------------------------------------------------


def test_a_mentee_reads_the_mentor_the_next_meeting_and_ones_own_actions(cohort):
    expert = make.make_expert(bio_ko="시리즈 각본을 20년 썼습니다.", bio_en="Twenty years of series.")
    mentor = make.make_mentor(expert=expert)
    pairing = pair(mentor, cohort, choice=2)
    make.make_meeting(pairing, starts_at=NOON + DAY)
    make.make_action(pairing, due_on=(NOON - DAY).date())
    make.make_action(pairing, "멘토의 일", owner=Owner.MENTOR)
    page = desk_of(pairing.enrolment.person, "en")
    [row] = page.context["mentors"]
    assert facts(row) == {
        "Goals": "No goals yet",
        "Next meeting": "Wed, 2 December, 12:00–13:00 KST",
        "My actions": "1, 1 overdue",
        "My wish": "No. 2",
    }
    assert "Twenty years of series." in page.text


def test_a_mentee_reads_nothing_of_a_mentors_other_mentees(mentor, cohort):
    pairing, other = pair(mentor, cohort), pair(mentor, cohort, "다른멘티")
    make.make_action(other, "남의 일")
    make.make_goal(other, "남의 목표")
    make.make_note("shared", other, text="남의 글")
    text = desk_of(pairing.enrolment.person).text
    assert not [words for words in ("다른멘티", "남의 일", "남의 목표", "남의 글", "/4") if words in text]


def test_what_was_undone_never_was(mentor, cohort):
    pairing = pair(mentor, cohort)
    ended(pairing, timedelta(0), end_kind="undone")
    page = desk_of(pairing.enrolment.person)
    assert (by_names(page, "mentors"), page.context["waits"]) == ([], True)


# --- what it costs --------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 25])
def test_the_desk_costs_the_same_with_everything_in_it(mentor, cohort, count, django_assert_num_queries):
    for number in range(count):
        pairing = pair(mentor, cohort, f"멘티{number}")
        make.make_week(pairing.enrolment.person, zone="Asia/Tokyo")
        make.make_goal(pairing)
        make.make_meeting(pairing)
        make.make_action(pairing, due_on=clock.today())
        make.make_note("shared", pairing)
        if number % 2:
            ended(pairing, DAY)
    client = Client()
    client.force_login(mentor.user)
    # session, user, mentees, their goals, mentors, profile, waiting, three of the last contact, meetings, actions,
    # places in rounds
    with django_assert_num_queries(14), override("ko"):
        client.get(reverse("mentoring"))
