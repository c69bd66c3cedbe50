"""What mentors answer, what silence leads to, and what becomes of pairs when people leave."""

from datetime import timedelta

import pytest

from mentoring.models.pairs import EndKind, Pairing
from mentoring.models.rounds import Exclusion
from mentoring.models.runs import PairLock
from mentoring.operations import answers, runs
from mentoring.operations.evaluations import submit_evaluation
from mentoring.pairing.todo import todo_of
from portal import clock, mail
from portal.errors import Refused
from portal.models import AuditEvent, MailStatus, OutgoingMail
from programs.operations.enrolments import end_enrolment
from tests import make
from tests.mentoring.rounds import make_full_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return make.make_admin()


@pytest.fixture
def round_(staff):
    """Three mentees, two mentors, published."""
    found, _rows, _people = make_full_round(3, 3)
    run = runs.run(found.pk, by=staff)
    runs.publish(run.pk, by=staff, digest=run.digest)
    return found


@pytest.fixture
def pairing(round_):
    return Pairing.objects.live().select_related("mentor__user").first()


def refusal(operation, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        operation(*args, **kwargs)
    return str(refused.value)


def at(monkeypatch, moment):
    monkeypatch.setattr(clock, "now", lambda: moment)


def kinds(round_):
    return [entry.what for entry in todo_of(round_, clock.now())]


def test_accepting_is_written_down_once(pairing):
    first = answers.accept(pairing.pk, by=pairing.mentor.user).accepted_at
    assert answers.accept(pairing.pk, by=pairing.mentor.user).accepted_at == first
    assert AuditEvent.objects.filter(verb="pairing.accepted").count() == 1
    assert refusal(answers.decline, pairing.pk, by=pairing.mentor.user, reason="1")


def test_declining_ends_the_pair_rules_it_out_and_leaves_the_rest_to_staff(round_, pairing, staff):
    mails = OutgoingMail.objects.count()
    answers.decline(pairing.pk, by=pairing.mentor.user, reason="다른 작품에 들어갑니다.")
    answers.decline(pairing.pk, by=pairing.mentor.user, reason="다른 작품에 들어갑니다.")
    pairing.refresh_from_db()
    assert (pairing.end_kind, pairing.end_reason) == (EndKind.DECLINED, "다른 작품에 들어갑니다.")
    block = Exclusion.objects.live().get()
    assert (block.round, block.mentor, block.person) == (round_, pairing.mentor, pairing.enrolment.person)
    assert (block.kind, block.by) == ("declined", pairing.mentor.user)
    assert OutgoingMail.objects.count() == mails
    assert kinds(round_) == ["declined"]
    run = runs.run(round_.pk, by=staff)
    assert (run.kind, run.changed, run.matched) == ("no_poor", 0, 3)
    assert [pairing.enrolment.code, f"m{pairing.mentor_id}"] not in run.plan["pairs"]
    runs.publish(run.pk, by=staff, digest=run.digest)
    assert kinds(round_) == []


def test_only_the_mentor_answers_and_gives_a_reason(pairing, staff):
    for stranger in (staff, pairing.enrolment.person, make.make_user()):
        refusal(answers.accept, pairing.pk, by=stranger)
        refusal(answers.decline, pairing.pk, by=stranger, reason="1")
    refusal(answers.decline, pairing.pk, by=pairing.mentor.user, reason="  ")
    refusal(answers.decline, pairing.pk, by=pairing.mentor.user, reason="가" * 301)
    assert Pairing.objects.live().count() == 3


def test_a_pair_made_by_hand_needs_no_answer():
    pairing = make.make_pairing()
    refusal(answers.accept, pairing.pk, by=pairing.mentor.user)
    refusal(answers.decline, pairing.pk, by=pairing.mentor.user, reason="1")


def test_an_ended_pair_is_not_answered(pairing, staff):
    end_enrolment(pairing.enrolment_id, "dropped", by=staff, reason="1")
    refusal(answers.accept, pairing.pk, by=pairing.mentor.user)
    refusal(answers.decline, pairing.pk, by=pairing.mentor.user, reason="1")


def test_a_lock_goes_with_the_pair_that_is_declined(round_, pairing, staff):
    runs.lock(round_.pk, pairing.enrolment_id, pairing.mentor_id, by=staff)
    answers.decline(pairing.pk, by=pairing.mentor.user, reason="1")
    assert not PairLock.objects.exists()


# --- silence -----------------------------------------------------------------------------------------


def reminders():
    rows = OutgoingMail.objects.filter(reason__startswith="answer_", status=MailStatus.WAITING)
    return sorted(rows.values_list("reason", "target_id"))


def test_silence_is_reminded_of_twice_and_ends_nothing(round_, pairing, monkeypatch):
    until = pairing.answer_until
    Pairing.objects.exclude(pk=pairing.pk).update(accepted_at=clock.now())
    at(monkeypatch, until - timedelta(hours=24, seconds=1))
    assert (answers.remind(clock.now()), reminders()) == (0, [])
    at(monkeypatch, until - timedelta(hours=24))
    assert answers.remind(clock.now()) == 1
    assert answers.remind(clock.now()) == 0
    assert reminders() == [("answer_reminder", pairing.pk)]
    assert kinds(round_) == []
    at(monkeypatch, until)
    assert answers.remind(clock.now()) == 1
    assert answers.remind(clock.now()) == 0
    assert reminders() == [("answer_overdue", pairing.pk), ("answer_reminder", pairing.pk)]
    assert kinds(round_) == ["unanswered"]
    at(monkeypatch, until + timedelta(days=30))
    assert answers.remind(clock.now()) == 0
    assert Pairing.objects.live().count() == 3
    answers.accept(pairing.pk, by=pairing.mentor.user)
    assert kinds(round_) == []


def test_a_short_time_is_reminded_of_at_its_half(round_, pairing, monkeypatch):
    Pairing.objects.exclude(pk=pairing.pk).update(accepted_at=clock.now())
    Pairing.objects.filter(pk=pairing.pk).update(answer_until=pairing.paired_at + timedelta(hours=4))
    at(monkeypatch, pairing.paired_at + timedelta(hours=1))
    assert answers.remind(clock.now()) == 0
    at(monkeypatch, pairing.paired_at + timedelta(hours=2))
    assert answers.remind(clock.now()) == 1


def test_a_reminder_is_dropped_once_the_mentor_has_answered(pairing, monkeypatch):
    at(monkeypatch, pairing.answer_until - timedelta(hours=1))
    answers.remind(clock.now())
    row = OutgoingMail.objects.get(reason="answer_reminder", target_id=pairing.pk)
    assert mail.is_wanted(row)
    answers.accept(pairing.pk, by=pairing.mentor.user)
    assert not mail.is_wanted(row)


# --- leaving -----------------------------------------------------------------------------------------


def test_a_mentor_who_leaves_loses_the_pairs_of_this_round_only(round_, pairing, staff):
    elsewhere = make.make_pairing(pairing.mentor)
    mentor = pairing.mentor
    held = Pairing.objects.live().filter(mentor=mentor, enrolment__cohort=round_.cohort).count()
    refusal(answers.mentor_leaves, round_.pk, mentor.pk, by=staff, reason=" ")
    refusal(answers.mentor_leaves, round_.pk, mentor.pk, by=mentor.user, reason="1")

    ended = answers.mentor_leaves(round_.pk, mentor.pk, by=staff, reason="촬영 일정")

    assert len(ended) == held
    assert {row.end_kind for row in ended} == {EndKind.MENTOR_LEFT}
    assert Pairing.objects.live().filter(pk=elsewhere.pk).exists()
    row = mentor.rounds.get(round=round_)
    assert (row.state, row.decline_reason) == ("out", "촬영 일정")
    assert kinds(round_) == ["mentor_left"] * held
    run = runs.run(round_.pk, by=staff)
    assert run.matched == 3
    assert f"m{mentor.pk}" not in {name for _mentee, name in run.plan["pairs"]}


@pytest.mark.parametrize(("outcome", "kind"), [("dropped", EndKind.LEFT), ("completed", EndKind.FINISHED)])
def test_how_a_pair_ends_with_the_mentees_part(pairing, staff, outcome, kind):
    if outcome == "completed":
        answers.accept(pairing.pk, by=pairing.mentor.user)
        text = "이야기의 뼈대가 섰습니다."
        submit_evaluation(pairing.pk, by=pairing.mentor.user, strengths=text, next_steps=text, scores={})
    end_enrolment(pairing.enrolment_id, outcome, by=staff, reason="1")
    pairing.refresh_from_db()
    assert pairing.end_kind == kind


def test_a_late_joiner_is_on_the_list_of_staff(round_):
    make.make_enrolment(round_.cohort)
    assert kinds(round_) == ["late"]


def test_before_publishing_there_is_nothing_to_do():
    found, _rows, _people = make_full_round()
    assert kinds(found) == []


def test_more_mentees_than_places_are_on_the_list(round_, pairing):
    row = pairing.mentor.rounds.get(round=round_)
    row.capacity = 0
    row.save()
    assert kinds(round_) == ["over_capacity"]
