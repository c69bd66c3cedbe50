"""Running, fixing beforehand, publishing, undoing, repairing: what comes of it, who may, and every refusal."""

from datetime import timedelta

import pytest

from mentoring.models.meetings import Meeting
from mentoring.models.pairs import Goal, Pairing
from mentoring.models.rematches import RematchRequest
from mentoring.models.rounds import Exclusion
from mentoring.models.runs import PairingRun, PairLock
from mentoring.operations import meetings, runs
from mentoring.operations.answers import accept
from mentoring.operations.handing_on import CONTENT, hand_on
from mentoring.operations.pairs import end, end_pairing, pair
from mentoring.pairing import run_reading
from mentoring.pairing import words as pairing_words
from mentoring.pairing.input import mentor_id
from mentoring.pairing.snapshot import Snapshot
from portal import clock, mail
from portal.demo import eraser
from portal.errors import Refused
from portal.models import AuditEvent, MailStatus, OutgoingMail
from programs.models.cohorts import Cohort
from programs.operations.enrolments import end_enrolment
from tests import make
from tests.mentoring.rounds import make_full_round, names

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return make.make_admin()


def refusal(operation, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        operation(*args, **kwargs)
    return str(refused.value)


def published(round_, staff, **more):
    run = runs.run(round_.pk, by=staff, **more)
    return runs.publish(run.pk, by=staff, digest=run.digest)


def live(round_):
    """The announced pairs, as runs name them."""
    rows = Pairing.objects.live().filter(enrolment__cohort=round_.cohort)
    return {row.enrolment.code: mentor_id(row.mentor_id) for row in rows.select_related("enrolment")}


def later(monkeypatch, **much):
    now = clock.now() + timedelta(**much)
    monkeypatch.setattr(clock, "now", lambda: now)


def told():
    return sorted(OutgoingMail.objects.values_list("reason", "person__email"))


# --- running -----------------------------------------------------------------------------------------


def test_a_run_freezes_its_question_and_its_answer(staff):
    round_, _rows, people = make_full_round()
    run = runs.run(round_.pk, by=staff)
    assert (run.number, run.kind, run.mode, run.matched, run.changed) == (1, "new", "optimal", 3, 0)
    assert run.published_at is None
    assert run_reading.problem_of(run).as_json() == run.problem
    assert set(run_reading.pairs_of(run)) == {person.enrolment.code for person in people}
    assert runs.run(round_.pk, by=staff).number == 2
    assert not Pairing.objects.exists()
    assert AuditEvent.objects.filter(verb="pairing.run").count() == 2


def test_a_run_that_is_not_proved_is_not_kept(staff, monkeypatch):
    round_, _rows, _people = make_full_round()
    answer = runs.matching.answer

    def worse(problem):
        plan = answer(problem)
        return type(plan)(**{**plan.__dict__, "pairs": plan.pairs[1:]})

    monkeypatch.setattr(runs.matching, "answer", worse)
    with pytest.raises(ValueError, match=r"stage|unmatched|name"):
        runs.run(round_.pk, by=staff)
    assert not PairingRun.objects.exists()


@pytest.mark.parametrize(("mentees", "mentors"), [(0, 0), (0, 2), (2, 0), (1, 1)])
def test_the_smallest_rounds_have_a_run(staff, mentees, mentors):
    round_, _rows, _people = make_full_round(mentees, mentors)
    run = runs.run(round_.pk, by=staff)
    assert run.matched == min(mentees, mentors)
    assert len(run.plan["unmatched"]) == mentees - run.matched


def test_whoever_has_no_mentor_is_listed_with_the_reason_and_what_would_help(staff):
    round_, (row,), people = make_full_round(1, 1)
    people[0].languages = ["en"]
    people[0].save()
    run = runs.run(round_.pk, by=staff)
    (entry,) = run.plan["unmatched"]
    code = people[0].enrolment.code
    assert (entry["mentee"], entry["reason"], entry["excluded"]) == (code, "no_mentor_possible", {"language": 1})
    snapshot = Snapshot.of_run(run)
    assert pairing_words.relaxations(snapshot, code) == [("language", names(row))]


def test_a_stable_run_stands_beside_the_best_one(staff):
    round_, _rows, _people = make_full_round(4, 2)
    best, stable = (runs.run(round_.pk, by=staff, mode=mode) for mode in ("optimal", "stable"))
    assert (best.mode, stable.mode, stable.digest) == ("optimal", "stable", best.digest)
    found = run_reading.compare(best, stable)
    assert found.stages["matched"] == (4, 4)
    assert found.blocking[1] == []
    assert run_reading.costs(stable) is None
    assert run_reading.costs(best).of(*next(iter(run_reading.pairs_of(best).items())))["matched"] == 0


def test_who_may_run_and_publish(staff):
    round_, rows, people = make_full_round()
    run = runs.run(round_.pk, by=make.make_manager(round_.cohort))
    for stranger in (make.make_user(), make.make_manager(make.make_cohort()), rows[0].mentor.user):
        for deed in (
            lambda by: runs.run(round_.pk, by=by),
            lambda by: runs.repair(round_.pk, by=by),
            lambda by: runs.publish(run.pk, by=by, digest=run.digest),
            lambda by: runs.undo(run.pk, by=by),
            lambda by: runs.lock(round_.pk, people[0].enrolment.pk, rows[0].mentor.pk, by=by),
            lambda by: runs.unlock(round_.pk, people[0].enrolment.pk, by=by),
            lambda by: runs.exclude(round_.pk, people[0].enrolment.pk, rows[0].mentor.pk, by=by, reason="1"),
        ):
            assert refusal(deed, stranger) == "이 기수의 담당자가 아니에요."


def test_kinds_that_make_no_sense_are_refused(staff):
    round_, _rows, _people = make_full_round()
    refusal(runs.repair, round_.pk, by=staff)
    published(round_, staff)
    refusal(runs.run, round_.pk, by=staff, kind="new")
    refusal(runs.run, round_.pk, by=staff, kind="fewest", mode="stable")
    assert runs.run(round_.pk, by=staff).kind == "no_poor"


# --- locks and exclusions ----------------------------------------------------------------------------


def test_a_lock_is_kept_by_every_run_until_it_is_taken_back(staff):
    round_, rows, people = make_full_round(2, 2, capacity=1)
    places = [row.mentor.pk for row in rows]
    for mentor in places:
        made = runs.lock(round_.pk, people[0].enrolment.pk, mentor, by=staff)
        assert runs.lock(round_.pk, people[0].enrolment.pk, mentor, by=staff) == made
        run = runs.run(round_.pk, by=staff)
        assert run_reading.pairs_of(run)[people[0].enrolment.code] == mentor_id(mentor)
    assert PairLock.objects.get().mentor_id == places[1]
    text = refusal(runs.lock, round_.pk, people[1].enrolment.pk, places[1], by=staff)
    assert text == "이 멘토의 자리는 이미 모두 고정되어 있어요."
    runs.unlock(round_.pk, people[0].enrolment.pk, by=staff)
    runs.unlock(round_.pk, people[0].enrolment.pk, by=staff)
    assert not PairLock.objects.exists()
    verbs = AuditEvent.objects.filter(verb__startswith="pairing.").exclude(verb="pairing.run")
    assert list(verbs.order_by("pk").values_list("verb", flat=True)) == [
        "pairing.locked",
        "pairing.unlocked",
        "pairing.locked",
        "pairing.unlocked",
    ]


def test_a_lock_against_a_rule_needs_its_reason(staff):
    round_, (row,), (mentee,) = make_full_round(1, 1)
    mentee.languages = ["en"]
    mentee.save()
    deed = (round_.pk, mentee.enrolment.pk, row.mentor.pk)
    refusal(runs.lock, *deed, by=staff)
    refusal(runs.lock, *deed, by=staff, override=True, reason=" ")
    made = runs.lock(*deed, by=staff, override=True, reason="통역이 함께합니다.")
    assert (made.is_override, made.reason) == (True, "통역이 함께합니다.")
    assert runs.run(round_.pk, by=staff).matched == 1


@pytest.mark.parametrize("kind", ["safeguarding", "for_cause"])
def test_nobody_locks_a_pair_that_is_ruled_out_to_protect_somebody(staff, kind):
    round_, (row,), (mentee,) = make_full_round(1, 1)
    block = Exclusion.objects.create(round=None, mentor=row.mentor, person=mentee.enrolment.person, kind=kind)
    refusal(runs.lock, round_.pk, mentee.enrolment.pk, row.mentor.pk, by=staff, override=True, reason="1")
    refusal(runs.lift, block.pk, by=staff, reason="1")
    refusal(pair, mentee.enrolment.pk, row.mentor.pk, by=staff)
    assert runs.run(round_.pk, by=staff).matched == 0
    assert not PairLock.objects.exists()


def test_a_rule_that_comes_after_a_lock_stops_the_run_and_names_the_pair(staff):
    round_, (row,), (mentee,) = make_full_round(1, 1)
    runs.lock(round_.pk, mentee.enrolment.pk, row.mentor.pk, by=staff)
    Exclusion.objects.create(round=round_, mentor=row.mentor, person=mentee.enrolment.person, kind="conflict")
    with pytest.raises(runs.Impossible) as refused:
        runs.run(round_.pk, by=staff)
    (change,) = refused.value.changes
    assert (change.what, change.mentee, change.after) == ("lock_excluded", mentee.enrolment.code, ["conflict"])


def test_more_locks_than_places_stop_the_run_and_name_the_mentor(staff):
    round_, (row,), people = make_full_round(2, 1, capacity=2)
    for person in people:
        runs.lock(round_.pk, person.enrolment.pk, row.mentor.pk, by=staff)
    row.capacity = 1
    row.save()
    with pytest.raises(runs.Impossible) as refused:
        runs.run(round_.pk, by=staff)
    assert [(change.what, change.mentor, change.after) for change in refused.value.changes] == [
        ("locks_over", names(row)[0], 2)
    ]


def test_a_pair_is_ruled_out_and_allowed_again_for_a_reason(staff):
    round_, (row,), (mentee,) = make_full_round(1, 1)
    deed = (round_.pk, mentee.enrolment.pk, row.mentor.pk)
    refusal(runs.exclude, *deed, by=staff, reason=" ")
    made = runs.exclude(*deed, by=staff, reason="같은 팀")
    assert runs.exclude(*deed, by=staff, reason="다시") == made
    assert runs.run(round_.pk, by=staff).matched == 0
    refusal(runs.lift, made.pk, by=staff, reason="")
    runs.lift(made.pk, by=staff, reason="오해")
    runs.lift(made.pk, by=staff, reason="오해")
    assert runs.run(round_.pk, by=staff).matched == 1
    runs.lock(*deed, by=staff)
    refusal(runs.exclude, *deed, by=staff, reason="1")
    assert AuditEvent.objects.filter(verb="pairing.allowed").count() == 1


def test_only_people_of_the_round_are_locked_or_ruled_out(staff):
    round_, (row,), (mentee,) = make_full_round(1, 1)
    refusal(runs.lock, round_.pk, mentee.enrolment.pk, make.make_mentor().pk, by=staff)
    other = make.make_enrolment()
    refusal(runs.lock, round_.pk, other.pk, row.mentor.pk, by=staff)
    refusal(runs.exclude, round_.pk, other.pk, row.mentor.pk, by=staff, reason="1")


def test_who_leaves_is_locked_to_nobody(staff):
    round_, (row,), people = make_full_round(2, 1, capacity=1)
    runs.lock(round_.pk, people[0].enrolment.pk, row.mentor.pk, by=staff)
    end_enrolment(people[0].enrolment.pk, "dropped", by=staff, reason="1")
    assert list(run_reading.pairs_of(runs.run(round_.pk, by=staff))) == [people[1].enrolment.code]
    assert AuditEvent.objects.filter(verb="pairing.unlocked", target_id=round_.pk).count() == 1


# --- publishing --------------------------------------------------------------------------------------


def test_publishing_begins_the_pairs(staff):
    round_, _rows, _people = make_full_round()
    run = published(round_, staff)
    assert live(round_) == run_reading.pairs_of(run)
    for pairing in Pairing.objects.live():
        assert (pairing.run, pairing.paired_by) == (run, staff)
        assert pairing.choice in (1, 2)
        assert pairing.answer_until == run.published_at + timedelta(hours=72)
        assert pairing.why["skills"] == ["pilot"]
    assert run.undo_until == run.published_at + timedelta(minutes=30)
    assert [reason for reason, _to in told()] == ["paired_mentee"] * 3 + ["paired_mentor"] * 3
    assert all(row.send_after >= run.undo_until - timedelta(seconds=5) for row in OutgoingMail.objects.all())
    assert refusal(runs.publish, run.pk, by=staff, digest=run.digest)


def test_what_has_changed_since_is_told_and_nothing_is_published(staff):
    round_, rows, people = make_full_round()
    run = runs.run(round_.pk, by=staff)
    rows[0].capacity = 1
    rows[0].save()
    end_enrolment(people[0].enrolment.pk, "dropped", by=staff, reason="1")
    with pytest.raises(runs.Stale) as refused:
        runs.publish(run.pk, by=staff, digest=run.digest)
    changes = refused.value.changes
    assert [(change.what, change.mentee or change.mentor) for change in changes] == [
        ("mentee_left", people[0].enrolment.code),
        ("room", names(rows[0])[0]),
    ]
    known = pairing_words.Names(Snapshot.of_run(run))
    texts = [pairing_words.change_text(change, known) for change in changes]
    assert people[0].enrolment.person.display_name in texts[0]
    assert "1" in texts[1]
    assert not Pairing.objects.exists()
    run.refresh_from_db()
    assert run.published_at is None


def test_publishing_takes_only_the_run_that_was_looked_at(staff):
    round_, _rows, _people = make_full_round()
    run = runs.run(round_.pk, by=staff)
    with pytest.raises(runs.Stale):
        runs.publish(run.pk, by=staff, digest="0" * 64)
    assert not Pairing.objects.exists()


def test_the_second_of_two_runs_is_stale_once_the_first_is_published(staff):
    round_, _rows, people = make_full_round()
    one, other = (runs.run(round_.pk, by=staff) for _ in range(2))
    runs.publish(one.pk, by=staff, digest=one.digest)
    with pytest.raises(runs.Stale) as refused:
        runs.publish(other.pk, by=staff, digest=other.digest)
    assert {(change.what, change.mentee) for change in refused.value.changes} == {
        ("published", person.enrolment.code) for person in people
    }


def test_a_place_taken_in_another_cohort_makes_a_run_stale(staff):
    round_, (row,), _people = make_full_round(1, 1)
    row.mentor.capacity_overall = 2
    row.mentor.save()
    run = runs.run(round_.pk, by=staff)
    make.make_pairing(row.mentor)
    with pytest.raises(runs.Stale) as refused:
        runs.publish(run.pk, by=staff, digest=run.digest)
    assert [change.what for change in refused.value.changes] == ["room"]


# --- repairing ---------------------------------------------------------------------------------------


def test_the_three_ways_to_repair_and_what_each_moves(staff):
    round_, rows, people = make_full_round(4, 3, capacity=2)
    published(round_, staff)
    before = live(round_)
    gone = Pairing.objects.live().filter(mentor=rows[0].mentor).first()
    runs.exclude(round_.pk, gone.enrolment_id, rows[0].mentor.pk, by=staff, reason="1")

    options = runs.repair(round_.pk, by=staff)

    assert [run.kind for run in options] == ["fewest", "no_poor", "full"]
    fewest = options[0]
    assert (fewest.matched, fewest.changed) == (4, 1)
    assert all(fewest.changed <= run.changed for run in options)
    for run in options:
        assert len([move for move in run_reading.moves(run) if run_reading.is_moved(move)]) == run.changed
    runs.publish(fewest.pk, by=staff, digest=fewest.digest)
    gone.refresh_from_db()
    assert (gone.end_kind, gone.ended_run) == ("moved", fewest)
    after = live(round_)
    assert {code for code in before if before[code] != after[code]} == {gone.enrolment.code}
    assert Pairing.objects.filter(run=fewest).count() == 1
    assert len(people) == len(after)


def test_a_late_joiner_is_paired_without_moving_anybody(staff):
    round_, _rows, _people = make_full_round(3, 2)
    published(round_, staff)
    before = live(round_)
    late = make.make_enrolment(round_.cohort)
    run = published(round_, staff)
    assert (run.kind, run.changed, run.matched) == ("no_poor", 0, 4)
    assert live(round_).items() > before.items()
    assert late.code in live(round_)


def test_a_smaller_capacity_moves_nobody(staff):
    round_, rows, _people = make_full_round(4, 3, capacity=2)
    published(round_, staff)
    before = live(round_)
    full = next(row for row in rows if Pairing.objects.live().filter(mentor=row.mentor).count() == 2)
    full.capacity = 1
    full.save()
    run = runs.run(round_.pk, by=staff)
    assert (run.changed, Snapshot.of_run(run).over_capacity) == (0, names(full))
    runs.publish(run.pk, by=staff, digest=run.digest)
    assert live(round_) == before


def test_a_mentee_told_of_the_first_mentor_is_told_of_the_change(staff, monkeypatch):
    round_, rows, _people = make_full_round(1, 2)
    published(round_, staff)
    former = Pairing.objects.live().get()
    OutgoingMail.objects.update(status=MailStatus.SENT, sent_at=clock.now())
    runs.exclude(round_.pk, former.enrolment_id, former.mentor_id, by=staff, reason="1")
    published(round_, staff)
    now = Pairing.objects.live().get()
    reasons = {(row.reason, row.person_id) for row in OutgoingMail.objects.filter(status=MailStatus.WAITING)}
    assert reasons == {
        ("moved_mentee", former.enrolment.person_id),
        ("moved_mentor", former.mentor.user_id),
        ("paired_mentor", now.mentor.user_id),
    }
    to_former = OutgoingMail.objects.get(reason="moved_mentor")
    assert now.mentor.name not in to_former.body
    to_mentee = OutgoingMail.objects.get(reason="moved_mentee")
    assert now.mentor.name in to_mentee.body
    assert all(mail.is_wanted(row) for row in OutgoingMail.objects.filter(status=MailStatus.WAITING))


def test_who_was_moved_before_any_mail_left_reads_of_one_mentor_only(staff):
    round_, _rows, _people = make_full_round(1, 2)
    published(round_, staff)
    former = Pairing.objects.live().get()
    runs.exclude(round_.pk, former.enrolment_id, former.mentor_id, by=staff, reason="1")
    published(round_, staff)
    wanted = [row for row in OutgoingMail.objects.filter(status=MailStatus.WAITING) if mail.is_wanted(row)]
    assert sorted(row.reason for row in wanted) == ["paired_mentee", "paired_mentor"]
    assert {row.target_id for row in wanted} == {Pairing.objects.live().get().pk}


def test_a_pair_that_nobody_can_replace_ends_and_the_mentee_is_told(staff):
    round_, (row,), (mentee,) = make_full_round(1, 1)
    published(round_, staff)
    OutgoingMail.objects.update(status=MailStatus.SENT, sent_at=clock.now())
    runs.exclude(round_.pk, mentee.enrolment.pk, row.mentor.pk, by=staff, reason="1")
    run = published(round_, staff, kind="fewest")
    assert (run.matched, run.changed, live(round_)) == (0, 1, {})
    waiting = OutgoingMail.objects.filter(status=MailStatus.WAITING)
    assert sorted(row.reason for row in waiting) == ["moved_mentee", "moved_mentor"]
    assert all(mail.is_wanted(row) for row in waiting)


# --- undoing -----------------------------------------------------------------------------------------


def test_undoing_ends_the_pairs_and_drops_the_mails(staff):
    round_, _rows, _people = make_full_round()
    run = published(round_, staff)
    assert runs.undo(run.pk, by=staff) == []
    assert live(round_) == {}
    assert set(Pairing.objects.values_list("end_kind", flat=True)) == {"undone"}
    assert not any(mail.is_wanted(row) for row in OutgoingMail.objects.all())
    refusal(runs.undo, run.pk, by=staff)
    assert published(round_, staff).kind == "new"


def test_undoing_restores_what_publishing_had_ended(staff):
    round_, rows, _people = make_full_round(1, 2)
    published(round_, staff)
    former = Pairing.objects.live().get()
    accept(former.pk, by=former.mentor.user)
    Goal.objects.create(pairing=former, text="2회까지 쓰기", position=1)
    OutgoingMail.objects.update(status=MailStatus.SENT, sent_at=clock.now())
    runs.exclude(round_.pk, former.enrolment_id, former.mentor_id, by=staff, reason="1")
    run = published(round_, staff)
    Exclusion.objects.all().delete()

    (restored,) = runs.undo(run.pk, by=staff)

    former.refresh_from_db()
    assert (former.end_kind, former.is_live) == ("moved", False)
    assert (restored.mentor, restored.run, restored.choice) == (former.mentor, former.run, former.choice)
    assert restored.accepted_at is not None
    assert [goal.text for goal in restored.goals.all()] == ["2회까지 쓰기"]
    assert live(round_) == {former.enrolment.code: mentor_id(former.mentor_id)}
    waiting = OutgoingMail.objects.filter(status=MailStatus.WAITING)
    assert not any(mail.is_wanted(row) for row in waiting)
    assert len(rows) == 2


def test_undoing_gives_the_pair_everything_back_that_it_had(staff):
    round_, _rows, _people = make_full_round(1, 2)
    published(round_, staff)
    former = Pairing.objects.live().get()
    accept(former.pk, by=former.mentor.user)
    goal = make.make_goal(former, state="reached", state_word="끝까지 썼습니다.")
    step = make.make_goal_milestone(goal, due_on=clock.today(), done_at=clock.now())
    action = make.make_action(former)
    note = make.make_note("shared", former)
    evaluation = make.make_evaluation(former)
    sample = make.make_sample(former)
    soon, later_on = (clock.now() + timedelta(days=days) for days in (2, 9))
    past = {"starts_at": clock.now() - timedelta(days=3), "settled_at": clock.now()}
    held = make.make_meeting(former, status="mentee_absent", **past)
    booked = [make.make_meeting(former, starts_at=moment, subject="2회") for moment in (soon, later_on)]
    runs.exclude(round_.pk, former.enrolment_id, former.mentor_id, by=staff, reason="1")
    run = published(round_, staff)
    assert not Meeting.objects.unsettled().exists()
    OutgoingMail.objects.filter(reason="meeting_cancelled", target_id=booked[0].pk).update(
        status=MailStatus.SENT, sent_at=clock.now()
    )
    other = make.make_pairing(former.mentor)
    make.make_meeting(other, starts_at=later_on)
    Exclusion.objects.all().delete()

    (restored,) = runs.undo(run.pk, by=staff)

    assert [(row.pk, row.state, row.state_word) for row in restored.goals.all()] == [
        (goal.pk, "reached", "끝까지 썼습니다.")
    ]
    kept = goal.milestones.get()
    assert (kept.pk, kept.due_on, kept.done_at) == (step.pk, step.due_on, step.done_at)
    assert restored.actions.get() == action
    for row in (note, evaluation, sample, held):
        row.refresh_from_db()
        assert row.pairing_id == restored.pk
    stands, fallen = (Meeting.objects.get(pk=row.pk) for row in booked)
    assert (stands.status, stands.called_off_reason, stands.sequence) == ("scheduled", "", 2)
    assert (stands.starts_at, stands.subject, stands.uid) == (soon, "2회", booked[0].uid)
    assert fallen.status == "cancelled"  # the mentor has promised the time to somebody else meanwhile
    told = OutgoingMail.objects.filter(reason="meeting_again")
    assert set(told.values_list("target_id", "person")) == {(stands.pk, person.pk) for person in stands.people}
    cancellations = OutgoingMail.objects.filter(reason="meeting_cancelled", status=MailStatus.WAITING)
    assert {row.target_id for row in cancellations if mail.is_wanted(row)} == {fallen.pk}
    assert not former.goals.exists()
    assert not former.meetings.exists()


def test_a_meeting_that_stands_again_can_be_cancelled_and_is_told_anew(staff):
    meeting = make.make_meeting(starts_at=clock.now() + timedelta(days=2))
    former = meeting.pairing
    end(Pairing.objects.select_for_update().get(pk=former.pk), by=staff, reason="1")
    OutgoingMail.objects.update(status=MailStatus.SENT, sent_at=clock.now())
    hand_on(former, make.make_pairing(former.mentor, former.enrolment), by=staff)
    meetings.cancel(meeting.pk, by=staff, reason="병원에 갑니다.")
    waiting = OutgoingMail.objects.filter(reason="meeting_cancelled", status=MailStatus.WAITING)
    assert len(waiting) == 2
    assert all(mail.is_wanted(row) for row in waiting)


def test_whatever_hangs_on_a_pair_is_handed_on():
    """All but what is asked for while a pair lasts, and ends with it."""
    hanging = {
        relation.related_model
        for relation in Pairing._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete
    }
    assert hanging - set(CONTENT) == {RematchRequest}


def test_nothing_is_handed_on_to_other_people(staff):
    refusal(hand_on, make.make_pairing(), make.make_pairing(), by=staff)


def test_who_had_read_of_an_undone_pair_is_told(staff):
    round_, _rows, _people = make_full_round(1, 1)
    run = published(round_, staff)
    OutgoingMail.objects.update(status=MailStatus.SENT, sent_at=clock.now())
    runs.undo(run.pk, by=staff)
    waiting = OutgoingMail.objects.filter(status=MailStatus.WAITING)
    assert sorted(row.reason for row in waiting) == ["undone_mentee", "undone_mentor"]
    assert all(mail.is_wanted(row) for row in waiting)


def test_a_pair_that_may_not_be_any_more_is_not_restored(staff):
    round_, _rows, _people = make_full_round(1, 2)
    published(round_, staff)
    former = Pairing.objects.live().get()
    runs.exclude(round_.pk, former.enrolment_id, former.mentor_id, by=staff, reason="1")
    run = published(round_, staff)
    assert runs.undo(run.pk, by=staff) == []
    assert live(round_) == {}


def test_undoing_has_its_time(staff, monkeypatch):
    round_, _rows, _people = make_full_round()
    run = published(round_, staff)
    later(monkeypatch, minutes=31)
    refusal(runs.undo, run.pk, by=staff)
    assert len(live(round_)) == 3


def test_only_the_last_publishing_is_undone(staff):
    round_, _rows, _people = make_full_round(1, 2)
    first = published(round_, staff)
    make.make_enrolment(round_.cohort)
    second = published(round_, staff)
    refusal(runs.undo, first.pk, by=staff)
    refusal(runs.undo, runs.run(round_.pk, by=staff).pk, by=staff)
    runs.undo(second.pk, by=staff)
    assert len(live(round_)) == 1


def test_a_pair_that_staff_ended_meanwhile_stays_ended(staff):
    round_, _rows, _people = make_full_round(2, 1)
    run = published(round_, staff)
    one = Pairing.objects.live().first()
    end_pairing(one.pk, by=staff, reason="1")
    runs.undo(run.pk, by=staff)
    assert sorted(Pairing.objects.values_list("end_kind", flat=True)) == ["staff", "undone"]


# --- what could be -----------------------------------------------------------------------------------


def test_what_if_names_who_moves_and_stores_nothing(staff):
    round_, rows, people = make_full_round(3, 2, capacity=2)
    run = runs.run(round_.pk, by=staff)
    pairs = run_reading.pairs_of(run)
    code, held = next(iter(pairs.items()))
    other = next(name for name in names(*rows) if name != held)
    found = run_reading.what_if(run, force=[(code, other)])
    assert run_reading.Move(code, held, other) in found.moves
    assert found.after["matched"] == 3
    assert found.after["changed"] == len(found.moves)
    fewer = run_reading.what_if(run, capacities=dict.fromkeys(names(*rows), 1))
    assert (fewer.after["matched"], len(fewer.unmatched)) == (2, 1)
    nobody = run_reading.what_if(run, exclude=[(code, name) for name in names(*rows)])
    assert nobody.unmatched == [code]
    assert run_reading.what_if(run).moves == []
    assert PairingRun.objects.count() == 1
    assert len(people) == 3


def test_what_if_a_pair_were_allowed(staff):
    round_, (row,), (mentee,) = make_full_round(1, 1)
    runs.exclude(round_.pk, mentee.enrolment.pk, row.mentor.pk, by=staff, reason="1")
    run = runs.run(round_.pk, by=staff)
    deed = (mentee.enrolment.code, names(row)[0])
    refusal(run_reading.what_if, run, force=[deed])
    assert run_reading.what_if(run, allow=[deed]).after["matched"] == 1
    assert run_reading.what_if(run, allow=[deed], force=[deed]).after["matched"] == 1


def test_forcing_costs_what_a_new_solution_says(staff):
    round_, rows, people = make_full_round(4, 3, capacity=2)
    run = runs.run(round_.pk, by=staff)
    costs = run_reading.costs(run)
    for person in people:
        for name in names(*rows):
            found = run_reading.what_if(run, force=[(person.enrolment.code, name)], keep=False)
            difference = costs.of(person.enrolment.code, name)
            for stage in ("matched", "poor", "weak", "total"):
                assert found.after[stage] - found.before[stage] == difference[stage]


def test_mentors_whose_place_would_help_most(staff):
    round_, rows, _people = make_full_round(3, 2, capacity=1)
    run = runs.run(round_.pk, by=staff)
    worth = run_reading.seats_worth(run)
    assert {name for name, _difference in worth} == set(names(*rows))
    assert worth[0][1]["matched"] == 1


def test_choices_are_counted(staff):
    round_, _rows, _people = make_full_round(3, 2, capacity=2)
    assert run_reading.choices(runs.run(round_.pk, by=staff)) == {1: 2, 2: 1}
    late = make.make_enrolment(round_.cohort)
    counts = run_reading.choices(runs.run(round_.pk, by=staff))
    assert (counts[run_reading.OTHER], sum(counts.values())) == (1, 4)
    worst = run_reading.by_worst(runs.run(round_.pk, by=staff))
    assert worst[-1][0] == late.code


def test_a_cohort_of_the_demonstration_goes_with_its_runs(staff):
    round_, _rows, _people = make_full_round(2, 2)
    published(round_, staff)
    one = Pairing.objects.live().first()
    runs.exclude(round_.pk, one.enrolment_id, one.mentor_id, by=staff, reason="1")
    published(round_, staff)
    eraser.remove(Cohort.objects.filter(pk=round_.cohort_id))
    assert not PairingRun.objects.exists()
    assert not Pairing.objects.exists()
