"""Closing pairs: one and a whole round, what stands in the way, what both sides read of it afterwards."""

import pytest
from django.urls import reverse

from mentoring import closing
from mentoring.models.pairs import EndKind, Pairing
from mentoring.models.rounds import MentoringRound
from mentoring.operations import closing as operations
from mentoring.operations import runs
from mentoring.operations.evaluations import share_evaluation
from mentoring.pairing.todo import todo_of
from portal import clock, mail
from portal.errors import Refused
from portal.models import AuditEvent, OutgoingMail
from programs.operations.enrolments import end_enrolment
from tests import make
from tests.mentoring.meetings import DAY, NOW, make_pair, people
from tests.mentoring.rounds import make_full_round

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def staff():
    return make.make_admin(language="en")


@pytest.fixture
def pairing():
    return make_pair()


def held(pairing, minutes, days):
    meeting = make.make_meeting(pairing, starts_at=clock.now() - days * DAY)
    meeting.status, meeting.minutes, meeting.settled_at = "held", minutes, clock.now()
    meeting.save()
    return meeting


def refusal(operation, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        operation(*args, **kwargs)
    return str(refused.value)


def told(reason):
    return [row for row in OutgoingMail.objects.filter(reason=reason).order_by("pk") if mail.is_wanted(row)]


# --- one pair ----------------------------------------------------------------------------------------


def test_closing_ends_the_pair_well_and_tells_both_once(pairing, staff):
    operations.close_pair(pairing.pk, by=staff)
    operations.close_pair(pairing.pk, by=staff)
    pairing.refresh_from_db()
    assert (pairing.end_kind, pairing.is_live) == (EndKind.FINISHED, False)
    rows = told("pair_closed")
    assert {row.person for row in rows} == set(people(pairing))
    address = reverse("pairing-closing", args=[pairing.code]).partition("/mentoring/")[2]
    assert all(address in row.body for row in rows)
    assert AuditEvent.objects.filter(verb="pairing.ended").count() == 1


def test_a_meeting_ahead_is_named_and_cancelled_only_by_word(pairing, staff):
    meeting = make.make_meeting(pairing, starts_at=clock.now() + 2 * DAY)
    assert "KST" in refusal(operations.close_pair, pairing.pk, by=staff)
    meeting.refresh_from_db()
    assert meeting.status == "scheduled"
    operations.close_pair(pairing.pk, by=staff, cancels=True)
    meeting.refresh_from_db()
    assert (meeting.status, meeting.called_off_late) == ("cancelled", False)
    assert len(told("meeting_cancelled")) == 2


def test_only_who_runs_the_cohort_closes_and_only_what_works_together(pairing, staff):
    for stranger in (*people(pairing), make.make_user(), make.make_manager(make.make_cohort())):
        refusal(operations.close_pair, pairing.pk, by=stranger)
    Pairing.objects.update(answer_until=clock.now() + DAY)
    refusal(operations.close_pair, pairing.pk, by=staff)
    Pairing.objects.update(answer_until=None, ended_at=clock.now(), end_reason="1", end_kind=EndKind.DECLINED)
    refusal(operations.close_pair, pairing.pk, by=staff)
    assert not told("pair_closed")


def test_the_regular_end_of_an_enrolment_tells_both_as_well(pairing, staff):
    make.make_goal(pairing)
    make.make_evaluation(pairing, status="submitted")
    end_enrolment(pairing.enrolment_id, "completed", by=staff)
    assert len(told("pair_closed")) == 2


# --- a round -----------------------------------------------------------------------------------------


def test_a_round_is_closed_whole_or_not_at_all(pairing, staff):
    cohort = pairing.enrolment.cohort
    round_ = cohort.mentoring_round
    other = make_pair(cohort=cohort, mentee=make.make_user(), mentor=pairing.mentor)
    make.make_meeting(other, starts_at=clock.now() + 2 * DAY)
    refusal(operations.close_round, round_.pk, by=staff)
    assert Pairing.objects.live().count() == 2
    assert not closing.is_closed(round_)
    assert len(operations.close_round(round_.pk, by=staff, cancels=True)) == 2
    assert closing.is_closed(round_)
    assert AuditEvent.objects.filter(verb="round.closed", after="2").exists()
    refusal(operations.close_round, round_.pk, by=staff)


def test_who_has_finished_is_neither_paired_again_nor_to_do(staff):
    round_, _rows, _people = make_full_round(2, 1)
    run = runs.run(round_.pk, by=staff)
    runs.publish(run.pk, by=staff, digest=run.digest)
    Pairing.objects.update(accepted_at=clock.now())
    first, second = Pairing.objects.order_by("pk")
    operations.close_pair(first.pk, by=staff)
    assert todo_of(round_, clock.now()) == []
    repaired = runs.run(round_.pk, by=staff)
    assert repaired.plan["pairs"] == [[second.enrolment.code, f"m{second.mentor_id}"]]


def test_a_pairing_is_due_once_all_is_handed_in(staff):
    round_, rows, profiles = make_full_round(1, 1)
    now = clock.now()
    assert todo_of(round_, now) == []
    later = now + 4 * DAY
    round_.cohort.ends_at = later
    assert todo_of(round_, later) == []
    round_.cohort.ends_at = later + DAY
    assert [todo.what for todo in todo_of(round_, later)] == ["due"]
    make.make_pairing(rows[0].mentor, profiles[0].enrolment)
    assert todo_of(round_, later) == []


# --- what is read ------------------------------------------------------------------------------------


def test_what_was_reached_counts_what_was_held_and_not_given_up(pairing):
    held(pairing, 50, 3)
    held(pairing, 40, 5)
    make.make_meeting(pairing, starts_at=clock.now() - DAY, status="mentee_absent", settled_at=clock.now())
    make.make_meeting(pairing, starts_at=clock.now() - 2 * DAY)
    make.make_meeting(pairing, starts_at=clock.now() + 2 * DAY)
    done = make.make_goal(pairing, state="reached")
    make.make_goal(pairing, "2회 쓰기")
    dropped = make.make_goal(pairing, "3회 쓰기", state="dropped", state_word="2회까지만 씁니다.")
    make.make_goal_milestone(done, done_at=clock.now())
    make.make_goal_milestone(done, "다시 쓰기")
    make.make_goal_milestone(dropped)
    reached = closing.reached_by([pairing])[pairing.pk]
    assert reached == closing.Reached(held=2, minutes=90, unsettled=1, ahead=1, goals=2, reached=1, steps=2, done=1)


def test_figures_of_many_pairs_cost_as_much_as_those_of_one(pairing, django_assert_num_queries):
    pairs = [pairing, *(make.make_pairing() for _ in range(3))]
    with django_assert_num_queries(3):
        assert len(closing.reached_by(pairs)) == 4


def page(client, user, pairing, language="en"):
    client.force_login(user)
    return client.get(f"/{language}/mentoring/{pairing.code}/closing/")


def test_both_read_what_was_reached_once_it_is_closed(pairing, staff, client, monkeypatch):
    mentor, mentee = people(pairing)
    make.make_goal(pairing, state="reached")
    held(pairing, 90, 3)
    evaluation = make.make_evaluation(pairing, status="submitted", next_steps="4회의 갈등을 더 쌓아 보십시오.")
    assert page(client, mentee, pairing).status_code == 404
    assert page(client, mentor, pairing).status_code == 404
    assert "What has been reached so far." in page(client, staff, pairing).text
    operations.close_pair(pairing.pk, by=staff)

    read = page(client, mentee, pairing).text
    assert "1 hour 30 minutes" in read
    assert "The mentoring is complete." in read
    assert evaluation.next_steps not in read
    assert evaluation.next_steps in page(client, mentor, pairing).text
    share_evaluation(evaluation.pk, by=staff)
    assert evaluation.next_steps in page(client, mentee, pairing).text
    assert (
        reverse("pairing-closing", args=[pairing.code]).partition("/mentoring/")[2]
        in client.get(f"/en/mentoring/{pairing.code}/").text
    )

    later = clock.now() + 31 * DAY
    monkeypatch.setattr(clock, "now", lambda: later)
    assert page(client, mentor, pairing).status_code == 404
    assert page(client, mentee, pairing).status_code == 200
    assert page(client, make.make_user(), pairing).status_code == 404


# --- the admin ---------------------------------------------------------------------------------------


@pytest.fixture
def desk(client, staff):
    client.force_login(staff)
    return client


def test_the_deed_names_what_is_ahead_and_asks_for_a_word(pairing, desk):
    make.make_meeting(pairing, starts_at=clock.now() + 2 * DAY)
    address = reverse("admin:mentoring_pairing_changelist")
    data = {"action": "close_pairing", "_selected_action": [pairing.pk]}
    assert "Still ahead:" in desk.post(address, data).text
    refused = desk.post(address, data | {"confirm": "yes"})
    assert "Say that they are cancelled, or wait until they are over." in refused.text
    assert Pairing.objects.live().exists()
    desk.post(address, data | {"confirm": "yes", "cancels": "on"})
    assert Pairing.objects.get().end_kind == EndKind.FINISHED


def test_a_round_is_closed_from_its_page(pairing, desk):
    round_ = pairing.enrolment.cohort.mentoring_round
    held(pairing, 90, 3)
    make.make_meeting(pairing, starts_at=clock.now() - DAY)
    listing = desk.get(reverse("admin:mentoring_mentoringround_closing", args=[round_.pk])).text
    assert "1 hour 30 minutes" in listing
    assert "1 past meeting is not settled yet" in listing
    close = reverse("admin:mentoring_mentoringround_close", args=[round_.pk])
    assert pairing.enrolment.person.display_name in desk.get(close).text
    assert desk.post(close).status_code == 302
    assert closing.is_closed(round_)
    assert (
        "Issue certificates to the mentors"
        in desk.get(reverse("admin:mentoring_mentoringround_closing", args=[round_.pk])).text
    )


def test_the_pages_are_for_who_runs_the_cohort(pairing, client):
    client.force_login(make.make_manager(make.make_cohort()))
    for name in ("closing", "close", "certify"):
        address = reverse(
            f"admin:mentoring_mentoringround_{name}", args=[pairing.enrolment.cohort.mentoring_round.pk]
        )
        assert client.get(address).status_code == 404
        assert client.post(address).status_code == 404


def test_the_overview_of_the_cohort_says_that_the_pairing_is_due(desk):
    round_, _rows, _people = make_full_round(1, 1)
    address = reverse("admin:programs_cohort_overview", args=[round_.cohort_id])
    assert "Pairs are to be made" not in desk.get(address).text
    now = clock.now()
    MentoringRound.objects.update(opens_at=now - 9 * DAY, mentors_until=now - 2 * DAY, wishes_until=now - DAY)
    assert "Pairs are to be made" in desk.get(address).text
