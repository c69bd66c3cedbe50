"""The health board: every check at its second, every number with its rows, own rounds alone, constant queries."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import privacy as people
from mentoring.care import absences, health, health_rows
from mentoring.models.care import AbsenceStep
from mentoring.models.meetings import Meeting
from mentoring.models.rounds import RoundMentorState
from mentoring.operations import absences as operations
from portal import clock, mail
from portal.errors import Refused
from portal.models import OutgoingMail
from tests import make

pytestmark = pytest.mark.django_db
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
BOARD = "admin:mentoring_health_changelist"


@pytest.fixture
def round_():
    cohort = make.make_cohort(make.make_program(has_mentoring=True), phase="running")
    return make.make_mentoring_round(cohort, meetings_planned=5, meeting_minutes=60)


def paired(round_, days=0, mentor=None, **fields):
    return make.make_pairing(
        mentor or make.make_mentor(),
        make.make_enrolment(round_.cohort, status="active"),
        **{"paired_at": clock.now() - days * DAY} | fields,
    )


def met(pairing, days=1, minutes=60, **fields):
    starts_at = clock.now() - days * DAY
    values = {
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=1),
        "status": "held",
        "minutes": minutes,
        "settled_at": starts_at + timedelta(hours=2),
    }
    return Meeting.objects.create(pairing=pairing, **values | fields)


def missed(pairing, days=1, who="mentee_absent", **fields):
    return met(pairing, days, None, status=who, **fields)


def board(*rounds, now=None):
    return health.Board(rounds, now or clock.now())


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


# --- the checks -------------------------------------------------------------------------------------------------


def test_no_contact_in_seven_days_to_the_second(round_):
    pair = paired(round_, 0)
    at = pair.paired_at + 7 * DAY
    assert board(round_, now=at - SECOND).no_contact == []
    assert board(round_, now=at).no_contact == [pair]
    make.make_meeting(pair, status="cancelled", called_off_reason="1")  # one was booked, whatever came of it
    assert board(round_, now=at).no_contact == []


def test_the_days_count_from_the_mentors_word(round_):
    pair = paired(round_, 8, accepted_at=clock.now() - 2 * DAY)
    assert board(round_).no_contact == []
    assert board(round_, now=clock.now() + 5 * DAY).no_contact == [pair]


def test_no_meeting_in_21_days_to_the_second(round_):
    pair = paired(round_, 60)
    meeting = met(pair, 10)
    at = meeting.starts_at + 21 * DAY
    assert board(round_, now=at - SECOND).no_meeting == []
    assert board(round_, now=at).no_meeting == [pair]
    never = paired(round_, 22)
    assert never in board(round_).no_meeting
    for days in range(1, 5):
        met(pair, 40 + days)
    assert board(round_, now=at).no_meeting == [never]  # the other has held all that was planned


def test_an_ended_pair_is_asked_for_nothing(round_):
    paired(round_, 60, ended_at=clock.now(), end_reason="1")
    found = board(round_)
    assert (found.no_contact, found.no_meeting, found.unanswered) == ([], [], [])


def test_unlogged_after_48_hours_to_the_second(round_):
    pair = paired(round_, 9)
    meeting = make.make_meeting(pair, starts_at=clock.now() - 5 * DAY)
    at = meeting.ends_at + timedelta(hours=48)
    assert board(round_, now=at - SECOND).unlogged == []
    assert board(round_, now=at).unlogged == [meeting]
    Meeting.objects.update(mentee_says="held", mentee_said_at=clock.now())
    assert board(round_, now=at).unlogged == []


def test_evaluations_late_once_the_cohort_is_over(round_):
    pair = paired(round_, 9)
    ends_at = round_.cohort.ends_at
    assert board(round_, now=ends_at - SECOND).evaluations_late == []
    assert board(round_, now=ends_at).evaluations_late == [pair]
    evaluation = make.make_evaluation(pair)
    assert board(round_, now=ends_at).evaluations_late == [pair]  # a draft is none
    evaluation.delete()
    make.make_evaluation(pair, status="submitted")
    assert board(round_, now=ends_at).evaluations_late == []


def test_unanswered_waiting_idle_and_over_capacity(round_):
    mentor = make.make_mentor()
    row = make.make_round_mentor(round_, mentor, capacity=1)
    idle = make.make_round_mentor(round_)
    make.make_round_mentor(round_, make.make_mentor(is_paused=True))
    make.make_round_mentor(round_, state=RoundMentorState.INVITED)
    answered = paired(round_, 1, mentor, answer_until=clock.now() + DAY, accepted_at=clock.now())
    open_ = paired(round_, 1, mentor, answer_until=clock.now() - DAY)
    waiting = make.make_enrolment(round_.cohort, status="active")
    make.make_enrolment(round_.cohort, status="dropped")
    found = board(round_)
    assert (found.unanswered, found.waiting, found.idle, found.over_capacity) == ([open_], [waiting], [idle], [row])
    assert found.loads[round_.pk, mentor.pk] == 2
    answered.ended_at, answered.end_reason = clock.now(), "1"
    answered.save()
    assert board(round_).over_capacity == []
    assert answered.enrolment in board(round_).waiting
    mentor.capacity_overall = 1
    mentor.save()
    other = make.make_mentoring_round()
    paired(other, 1, mentor)
    assert board(round_).over_capacity == [row]


def test_minutes_against_plan(round_):
    one, two = paired(round_, 30), paired(round_, 30)
    met(one, 1, 50)
    met(one, 2, 30)
    missed(two, 3)
    paired(round_, 30, ended_at=clock.now(), end_reason="1", end_kind="declined")
    assert board(round_).minutes == (80, 600)


def test_the_funnel_counts_whoever_has_gone_further_in_every_step_before(round_):
    make.make_enrolment(round_.cohort, status="active")
    make.make_enrolment(round_.cohort, status="cancelled")
    paired(round_, 1, answer_until=clock.now() + DAY)
    paired(round_, 1)  # nobody was asked to accept
    met(paired(round_, 30), 1)
    half = paired(round_, 30)
    for days in (1, 2, 3):
        met(half, days)
    make.make_evaluation(paired(round_, 30), status="submitted")
    paired(round_, 3, ended_at=clock.now(), end_reason="1", end_kind="declined")
    counts = {step: len(rows) for step, rows in board(round_).funnel.items()}
    assert counts == {"enrolled": 7, "matched": 5, "accepted": 4, "first": 3, "mid": 2, "final": 1}


# --- pages ------------------------------------------------------------------------------------------------------


def everything(round_):
    """Something behind every number."""
    mentor = make.make_mentor()
    make.make_round_mentor(round_, mentor, capacity=1)
    make.make_round_mentor(round_)
    pair = paired(round_, 30, mentor)
    paired(round_, 30, mentor, answer_until=clock.now())
    make.make_enrolment(round_.cohort, status="active")
    make.make_meeting(pair, starts_at=clock.now() - 4 * DAY)
    for days in (8, 9, 10):
        missed(pair, days)
    round_.cohort.ends_at = clock.now() - DAY
    round_.cohort.save()
    operations.follow_up(clock.now())
    return pair


def test_each_number_leads_to_as_many_rows_and_to_its_file(round_):
    pair = everything(round_)
    manager = make.make_manager(round_.cohort)
    client = client_of(manager)
    for address in (reverse(BOARD), reverse("admin:mentoring_health_change", args=[round_.pk])):
        page = client.get(address)
        shown = page.context["funnel"] + page.context["checks"]
        assert {row["url"].rstrip("/").rpartition("/")[2] for row in shown} == {*health.STEPS, *health.CHECKS}
        for row in shown:
            rows = client.get(row["url"])
            assert len(rows.context["rows"]) == row["count"], row["url"]
            file = client.get(f"{row['url']}csv/")
            lines = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
            assert len(lines) == row["count"] + 1, row["url"]
        assert all(row["count"] for row in page.context["checks"] if "over_capacity" not in row["url"])
    rows = client.get(reverse("admin:mentoring_health_all_rows", args=["no_meeting"]))
    assert pair.enrolment.person.full_name in rows.text
    assert client.get(reverse("admin:mentoring_health_all_rows", args=["nothing"])).status_code == 404
    assert client.get(reverse("admin:mentoring_health_all_rows", args=["minutes"])).status_code == 200
    assert client.get(reverse("admin:mentoring_health_all_rows", args=["load"])).status_code == 200


def test_every_measure_has_its_words_and_its_rows():
    assert {*health.STEPS, *health.CHECKS, "minutes", "load"} == set(health_rows.MAKERS) == set(health_rows.TITLES)


def test_only_ones_own_rounds(round_):
    pair = everything(round_)
    other = make.make_mentoring_round()
    manager = make.make_manager(other.cohort)
    client = client_of(manager)
    assert client.get(reverse("admin:mentoring_health_change", args=[round_.pk])).status_code == 404
    assert client.get(reverse("admin:mentoring_health_rows", args=[round_.pk, "matched"])).status_code == 404
    assert client.get(reverse("admin:mentoring_health_csv", args=[round_.pk, "matched"])).status_code == 404
    step = AbsenceStep.objects.get(kind="to_do")
    assert client.get(reverse("admin:mentoring_health_settle", args=[step.pk])).status_code == 404
    page = client.get(reverse(BOARD))
    assert [row["title"] for row in page.context["rounds"]] == [health_rows.cohort_words(other.cohort)]
    for check in (*health.STEPS, *health.CHECKS):
        text = client.get(reverse("admin:mentoring_health_all_rows", args=[check])).text
        assert pair.enrolment.person.full_name not in text, check
    assert client_of(make.make_user()).get(reverse(BOARD)).status_code == 404


def test_a_round_long_over_leaves_the_board_of_all_and_keeps_its_own(round_):
    admin = client_of(make.make_admin())
    round_.cohort.starts_at, round_.cohort.ends_at = clock.now() - 90 * DAY, clock.now() - 61 * DAY
    round_.cohort.save()
    assert admin.get(reverse(BOARD)).context["is_empty"]
    assert admin.get(reverse("admin:mentoring_health_change", args=[round_.pk])).status_code == 200


def test_the_board_costs_the_same_for_one_pair_and_for_many(round_):
    client = client_of(make.make_admin())

    def queries(address):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    addresses = [reverse(BOARD), reverse("admin:mentoring_health_change", args=[round_.pk])]
    addresses += [
        reverse("admin:mentoring_health_all_rows", args=[measure]) for measure in sorted(health_rows.MAKERS)
    ]
    everything(round_)
    for address in addresses:
        client.get(address)
    few = [queries(address) for address in addresses]
    for _more in range(5):
        more = make.make_mentoring_round()
        everything(more)
    assert [queries(address) for address in addresses] == few


def test_the_board_of_all_agrees_with_those_of_its_rounds(round_):
    everything(round_)
    other = make.make_mentoring_round()
    everything(other)
    both = board(round_, other)
    for one in (round_, other):
        alone, narrowed = board(one), both.narrowed(one)
        for check in health.CHECKS:
            assert len(getattr(alone, check)) == len(getattr(narrowed, check)), check
        assert {k: len(v) for k, v in alone.funnel.items()} == {k: len(v) for k, v in narrowed.funnel.items()}


# --- meetings missed --------------------------------------------------------------------------------------------


def test_for_whom_a_meeting_counts(round_):
    pair = paired(round_, 50)
    mentor, mentee = pair.mentor.user, pair.enrolment.person
    missed(pair, 1, "mentor_absent")
    missed(pair, 2, "mentee_absent")
    missed(pair, 3, "both_absent")
    cancelled = {"status": "cancelled", "minutes": None, "settled_at": None, "called_off_reason": "1"}
    met(pair, 4, **cancelled, called_off_by=mentee, called_off_late=True)
    met(pair, 5, **cancelled, called_off_by=mentor)
    met(pair, 6, **cancelled, called_off_by=make.make_admin(), called_off_late=True)
    met(pair, 7)
    found = absences.missed(clock.now())
    assert {person: len(rows) for person, rows in found.items()} == {mentor.pk: 2, mentee.pk: 3}
    assert [row["as_mentor"] for row in found[mentor.pk]] == [True, True]
    assert [row["late"] for row in found[mentee.pk]] == [True, False, False]


def test_sixty_days_to_the_second(round_):
    meeting = missed(paired(round_, 70), 1)
    person = meeting.pairing.enrolment.person_id
    assert absences.count_of(person, meeting.starts_at + 60 * DAY - SECOND) == 1
    assert absences.count_of(person, meeting.starts_at + 60 * DAY) == 0


def test_two_are_warned_of_once_and_three_left_to_staff(round_, settings):
    pair = paired(round_, 50)
    person = pair.enrolment.person
    missed(pair, 9)
    assert operations.follow_up(clock.now()) == 0
    missed(pair, 8)
    for _again in range(3):
        call_command("run_due", once=True)
        operations.follow_up(clock.now())
    (told,) = OutgoingMail.objects.filter(event="absence_warning")
    assert (told.person, "2" in told.body) == (person, True)
    assert pair.mentor.user.full_name not in told.body
    assert not AbsenceStep.objects.filter(kind="to_do").exists()
    missed(pair, 7)
    for _again in range(3):
        operations.follow_up(clock.now())
    step = AbsenceStep.objects.get(kind="to_do")
    assert (step.person, step.count) == (person, 3)
    assert OutgoingMail.objects.filter(event="absence_warning").count() == 1


def test_a_warning_is_dropped_where_it_is_no_longer_so(round_):
    pair = paired(round_, 50)
    missed(pair, 9)
    wrong = missed(pair, 8)
    operations.follow_up(clock.now())
    told = OutgoingMail.objects.get(event="absence_warning")
    assert mail.is_wanted(told)
    Meeting.objects.filter(pk=wrong.pk).update(status="held", minutes=60)
    assert not mail.is_wanted(told)


def test_a_to_do_is_settled_and_comes_again_only_for_another_meeting(round_, settings):
    pair = paired(round_, 50)
    for days in (7, 8, 9):
        missed(pair, days)
    operations.follow_up(clock.now())
    step = AbsenceStep.objects.get(kind="to_do")
    manager = make.make_manager(round_.cohort)
    client = client_of(manager)
    address = reverse("admin:mentoring_health_settle", args=[step.pk])
    assert address in client.get(reverse("admin:mentoring_health_all_rows", args=["absences"])).text
    assert any("mentoring/health" in line["url"] for line in client.get("/admin/").context["today"])
    assert client.post(address, {"note": ""}).status_code == 200
    for by in (make.make_manager(make.make_cohort()), pair.enrolment.person):
        with pytest.raises(Refused):
            operations.settle(step.pk, "x", by=by)
    client.post(address, {"note": "전화로 이야기함"})
    step.refresh_from_db()
    assert (step.note, step.settled_by) == ("전화로 이야기함", manager)
    assert operations.follow_up(clock.now()) == 0
    settings.DEMO_NOW = clock.now() + DAY
    missed(pair, 0.5)
    assert operations.follow_up(clock.now()) == 1
    assert AbsenceStep.objects.filter(kind="to_do", settled_at=None).count() == 1


def test_what_is_kept_of_missed_meetings_is_handed_out_and_goes_with_the_account(round_):
    pair = paired(round_, 50)
    person = pair.enrolment.person
    for days in (7, 8, 9):
        missed(pair, days)
    operations.follow_up(clock.now())
    kept = people.export(person)["mentoring"]["missed_meetings"]
    assert [(row["kind"], row["count"]) for row in kept] == [("warning", 3), ("to_do", 3)]
    people.erase(person)
    assert not AbsenceStep.objects.exists()


def test_steps_are_suggested_for_either_side():
    assert len(absences.suggested(as_mentor=True)) == len(absences.suggested(as_mentor=False)) == 4
