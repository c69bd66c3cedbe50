"""Interview slots: who may have which, what follows from it, and who is told."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from portal import clock, mail
from portal.errors import Refused
from portal.models import AuditEvent, OutgoingMail
from programs import interviews as reads
from programs.models.interviews import InterviewChange, InterviewSlot
from programs.models.selection import Conflict, Review, ReviewEnd
from programs.operations import applications, decisions, releases, review
from programs.operations import cohorts as cohort_operations
from programs.operations import interview_news as news
from programs.operations import interviews as operations
from tests.make import (
    make_admin,
    make_application,
    make_cohort,
    make_reviewer,
    make_round,
    make_user,
)
from tests.programs.interviews import at, make_interviews, make_slot
from tests.races import at_once

pytestmark = pytest.mark.django_db


def holder(slot):
    return InterviewSlot.objects.get(pk=slot.pk).application


def reasons(person, **fields):
    mails = OutgoingMail.objects.filter(person=person, **fields).order_by("pk")
    return list(mails.values_list("reason", flat=True))


def live(application):
    return set(Review.objects.live().filter(application=application).values_list("reviewer", flat=True))


# --- choosing --------------------------------------------------------------------------------------


def test_an_applicant_books_changes_and_gives_back():
    round_, (first, second, _third), (application, _other) = make_interviews()
    person = application.applicant

    booked = operations.book(application.pk, first.code, by=person)
    again = operations.book(application.pk, first.code, by=person)

    assert (booked.application, again.sequence, booked.sequence) == (application, 1, 1)
    assert InterviewChange.objects.count() == 1
    assert reasons(person) == ["interview_booked"]
    assert live(application) == set(first.panel.members.values_list("pk", flat=True))

    operations.book(application.pk, second.code, by=person)
    assert (holder(first), holder(second)) == (None, application)
    operations.book(application.pk, first.code, by=person)
    sequences = list(InterviewChange.objects.order_by("pk").values_list("kind", "sequence"))
    assert [kind for kind, _number in sequences] == ["booked", "moved", "moved"]
    assert [number for _kind, number in sequences] == sorted({number for _kind, number in sequences})

    operations.give_back(application.pk, by=person)
    operations.give_back(application.pk, by=person)
    assert holder(first) is None
    assert reasons(person) == ["interview_booked", "interview_moved", "interview_moved", "interview_cancelled"]
    ended = Review.objects.get(application=application)
    assert (ended.end_reason, live(application)) == (ReviewEnd.REMOVED, set())
    verbs = AuditEvent.objects.filter(target_id=application.pk).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == [
        "interview.booked",
        "interview.moved",
        "interview.moved",
        "interview.cancelled",
    ]


def test_what_may_not_be_booked(monkeypatch):
    round_, (first, second, _third), (application, other) = make_interviews()
    person, now = application.applicant, clock.now()
    operations.book(other.pk, first.code, by=other.applicant)
    past = make_slot(first.panel, now - timedelta(hours=1))

    for code, words in ((first.code, "다른 분이"), (past.code, "지난"), ("gone", "제공되지")):
        with pytest.raises(Refused, match=words):
            operations.book(application.pk, code, by=person)
    at(monkeypatch, round_.booking_until)
    with pytest.raises(Refused, match="고를 수 없"):
        operations.book(application.pk, second.code, by=person)
    with pytest.raises(Refused, match="고를 수 없"):
        operations.give_back(other.pk, by=other.applicant)
    assert holder(first) == other


def test_a_slot_that_has_begun_is_not_given_back(monkeypatch):
    now = clock.now()
    round_, (first, *_rest), (application, _other) = make_interviews(booking_until=now + timedelta(days=5))
    operations.book(application.pk, first.code, by=application.applicant)
    at(monkeypatch, first.starts_at)
    with pytest.raises(Refused):
        operations.give_back(application.pk, by=application.applicant)


def test_nobody_books_before_they_stand_in_the_round():
    """Who waits for the results of the round before sees nothing of the interview."""
    cohort = make_cohort(phase="in_review")
    make_round(cohort, number=1, starts_at=clock.now() - timedelta(days=4), due_at=clock.now() - timedelta(days=1))
    round_, (slot, *_rest), _rows = make_interviews(cohort=cohort, number=2, people=0)
    waiting = make_application(cohort, status="in_review", round_number=1)
    submitted = make_application(cohort, status="submitted", round_number=2)

    for application in (waiting, submitted):
        with pytest.raises(Refused):
            operations.book(application.pk, slot.code, by=application.applicant)
        with pytest.raises(Refused):
            operations.assign(application.pk, slot.pk, by=make_admin())
        assert reads.part(application, clock.now()) is None
    assert operations.assign_rest(round_.pk, by=make_admin()) == 0

    staff = make_admin()
    decisions.stage_decisions([waiting.pk], "advance", by=staff)
    assert reads.part(waiting, clock.now()) is None
    releases.release_decisions(cohort.pk, by=staff)
    waiting.refresh_from_db()
    assert reads.part(waiting, clock.now())["can_choose"]
    assert operations.book(waiting.pk, slot.code, by=waiting.applicant).application == waiting


def test_a_cancelled_cohort_holds_no_interviews():
    round_, (slot, *_rest), (application, _other) = make_interviews()
    operations.book(application.pk, slot.code, by=application.applicant)
    cohort_operations.cancel_cohort(round_.cohort_id, by=make_admin(), reason="강사 사정")
    assert holder(slot) is None
    with pytest.raises(Refused):
        operations.make_slots(slot.panel_id, [], by=make_admin())
    application.cohort.refresh_from_db()
    with pytest.raises(Refused):
        operations.round_for(application)


def test_one_person_is_not_in_two_interviews_at_once():
    _round, (slot, later, *_rest), (application, _other) = make_interviews()
    _round2, (same, *_rest2), _rows = make_interviews(people=0)
    second = make_application(same.round.cohort, application.applicant, status="in_review")
    operations.book(application.pk, slot.code, by=application.applicant)

    with pytest.raises(Refused, match="다른 면접"):
        operations.book(second.pk, same.code, by=application.applicant)
    assert operations.assign_rest(same.round_id, by=make_admin()) == 1
    got = InterviewSlot.objects.get(application=second)
    assert got.starts_at == later.starts_at
    third = same.round.slots.order_by("starts_at").last()
    assert operations.book(second.pk, third.code, by=application.applicant).pk == third.pk


def test_a_time_that_another_panel_has_too_is_chosen_as_a_time(client):
    """Two panels at the same time are one choice; whoever comes second meets the other panel, nobody a third."""
    round_, slots, rows = make_interviews(panels=2, slots=1, people=3)
    client.force_login(rows[2].applicant)
    text = client.get(reverse("application-interview", args=[rows[2].code])).text
    assert [slot.code in text for slot in slots] == [True, False]
    for row, slot in zip(rows, slots, strict=False):
        assert operations.book(row.pk, slots[0].code, by=row.applicant).pk == slot.pk
    with pytest.raises(Refused, match="다른 분이"):
        operations.book(rows[2].pk, slots[0].code, by=rows[2].applicant)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_people_take_the_same_slot_at_once():
    _round, (slot, free, _third), rows = make_interviews()

    outcomes = at_once([lambda a=a: operations.book(a.pk, slot.code, by=a.applicant) for a in rows])

    got = [outcome for outcome in outcomes if not isinstance(outcome, Refused)]
    refused = [str(outcome) for outcome in outcomes if isinstance(outcome, Refused)]
    assert len(got) == 1
    assert len(refused) == 1
    assert "다른 분이" in refused[0]
    assert OutgoingMail.objects.filter(reason="interview_booked").count() == 1
    assert reads.free_slots(slot.round, clock.now()).count() == 2
    loser = next(row for row in rows if row.pk != got[0].application_id)
    assert operations.book(loser.pk, free.code, by=loser.applicant).pk == free.pk


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_staff_assign_everybody_while_people_choose_and_one_withdraws():
    round_, slots, rows = make_interviews(panels=2, slots=4, people=6)
    staff = make_admin()

    at_once(
        [lambda: operations.assign_rest(round_.pk, by=staff) for _ in range(2)]
        + [lambda a=a: operations.book(a.pk, slots[0].code, by=a.applicant) for a in rows[:2]]
        + [lambda: applications.withdraw_application(rows[5].pk, by=rows[5].applicant)]
    )

    held = list(InterviewSlot.objects.filter(application__isnull=False).values_list("application", flat=True))
    assert sorted(held) == sorted(row.pk for row in rows[:5])
    for row in rows[:5]:
        assert len(live(row)) == 1
    assert live(rows[5]) == set()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_panels_of_one_member_are_given_the_same_time_at_once():
    _round, _slots, _rows = make_interviews(slots=0, people=0)
    panel = _round.panels.get()
    other, _none, _nobody = make_interviews(slots=0, people=0)
    member = panel.members.get()
    make_reviewer(other, member)
    second = other.panels.get()
    second.members.add(member)
    begin = clock.now() + timedelta(days=2)
    staff = make_admin()

    outcomes = at_once(
        [
            lambda p=p: operations.make_slots(p.pk, [(begin, begin + timedelta(minutes=30))], by=staff)
            for p in (panel, second)
        ]
    )
    assert sorted(map(type, outcomes), key=str) == sorted([int, Refused], key=str)
    assert InterviewSlot.objects.count() == 1


# --- staff -----------------------------------------------------------------------------------------


def test_staff_assign_and_move_after_the_choice_has_ended(monkeypatch):
    now = clock.now()
    round_, slots, (application, other) = make_interviews(panels=2, booking_until=None)
    first, elsewhere = slots[0], slots[4]
    staff = make_admin()
    operations.assign(application.pk, first.pk, by=staff)
    operations.assign(application.pk, first.pk, by=staff)
    done = make_reviewer(round_).user
    Review.objects.create(round=round_, application=application, reviewer=done, submitted_at=now)

    operations.assign(application.pk, elsewhere.pk, by=staff)

    assert (holder(first), holder(elsewhere)) == (None, application)
    assert live(application) == {done.pk, elsewhere.panel.members.get().pk}
    assert reasons(application.applicant) == ["interview_booked", "interview_moved"]
    with pytest.raises(Refused):
        operations.assign(other.pk, elsewhere.pk, by=staff)
    _else, (strange, *_rest), _rows = make_interviews()
    with pytest.raises(Refused):
        operations.assign(other.pk, strange.pk, by=staff)


def test_staff_cancel_with_a_reason():
    _round, (slot, *_rest), (application, _other) = make_interviews()
    staff = make_admin()
    with pytest.raises(Refused):
        operations.cancel(slot.pk, by=staff, reason="심사위원 사정")
    operations.assign(application.pk, slot.pk, by=staff)
    with pytest.raises(Refused):
        operations.cancel(slot.pk, by=staff, reason=" ")
    operations.cancel(slot.pk, by=staff, reason="심사위원 사정")
    told = OutgoingMail.objects.get(reason="interview_cancelled")
    assert "심사위원 사정" in told.body
    assert "다른 시간을 골라" in told.body


def test_a_slot_given_back_while_staff_cancel_it(monkeypatch):
    """Between looking and locking the applicant has given it back."""
    _round, (slot, *_rest), (application, _other) = make_interviews()
    operations.book(application.pk, slot.code, by=application.applicant)
    lock = operations.lock_application

    def meanwhile(pk):
        monkeypatch.setattr(operations, "lock_application", lock)
        operations.give_back(application.pk, by=application.applicant)
        return lock(pk)

    monkeypatch.setattr(operations, "lock_application", meanwhile)
    with pytest.raises(Refused):
        operations.cancel(slot.pk, by=make_admin(), reason="심사위원 사정")


def test_everybody_left_is_assigned_in_the_order_of_receipt_past_conflicts():
    """The first could take either panel, but the second may meet only one: both get a slot."""
    round_, slots, rows = make_interviews(panels=2, slots=1, people=3)
    one, two = slots[0].panel.members.get(), slots[1].panel.members.get()
    Conflict.objects.create(application=rows[1], reviewer=two, kind="work")
    staff = make_admin()

    assert operations.assign_rest(round_.pk, by=staff) == 2

    assert holder(slots[0]) == rows[1]
    assert holder(slots[1]) == rows[0]
    assert live(rows[1]) == {one.pk}
    assert list(reads.without_slot(round_)) == [rows[2]]
    assert operations.assign_rest(round_.pk, by=staff) == 0


def test_a_panel_never_meets_those_it_may_not():
    round_, (slot, *_rest), (application, other) = make_interviews()
    member = slot.panel.members.get()
    own = make_application(round_.cohort, member, status="in_review")
    Conflict.objects.create(application=application, reviewer=member, kind="family")

    for row in (application, own):
        assert reads.choices(row, round_, clock.now()) == []
        with pytest.raises(Refused, match="면접할 수 없"):
            operations.assign(row.pk, slot.pk, by=make_admin())
    assert len(reads.choices(other, round_, clock.now())) == 3


def test_a_conflict_declared_later_takes_no_new_review_and_hides_the_slot():
    round_, (slot, second, *_rest), (application, other) = make_interviews(members=2)
    member, colleague = slot.panel.members.order_by("pk")
    operations.assign(application.pk, slot.pk, by=make_admin())
    operations.assign(other.pk, second.pk, by=make_admin())
    Conflict.objects.create(application=application, reviewer=member, kind="family")
    Review.objects.filter(application=application, reviewer=member).update(
        ended_at=clock.now(), end_reason=ReviewEnd.RECUSED
    )
    operations.change_panel(slot.panel_id, by=make_admin(), members=[member, colleague], place_ko="홍릉 4층")
    assert live(application) == {colleague.pk}
    assert [row.application for row in reads.slots_for(member)] == [other]


def test_turnout(monkeypatch):
    round_, (slot, later, *_rest), (application, other) = make_interviews()
    staff = make_admin()
    operations.assign(application.pk, slot.pk, by=staff)
    operations.assign(other.pk, later.pk, by=staff)
    with pytest.raises(Refused):
        operations.set_turnout(slot.pk, "attended", by=staff)
    at(monkeypatch, later.ends_at)
    free = make_slot(slot.panel, slot.starts_at - timedelta(hours=3))
    with pytest.raises(Refused):
        operations.set_turnout(free.pk, "attended", by=staff)
    with pytest.raises(Refused):
        operations.set_turnout(slot.pk, "late", by=staff)
    operations.set_turnout(slot.pk, "attended", by=staff)
    operations.set_turnout(slot.pk, "attended", by=staff)
    operations.set_turnout(later.pk, "absent", by=staff)
    assert AuditEvent.objects.filter(verb="interview.turnout").count() == 2

    again = make_slot(slot.panel, clock.now() + timedelta(days=1))
    with pytest.raises(Refused, match="진행"):
        operations.assign(application.pk, again.pk, by=staff)
    with pytest.raises(Refused, match="진행"):
        operations.cancel(slot.pk, by=staff, reason="착오")
    operations.assign(other.pk, again.pk, by=staff)  # who did not come may get another
    assert holder(later) is None


# --- leaving ---------------------------------------------------------------------------------------


def test_who_withdraws_or_is_turned_down_leaves_the_slot_to_others():
    round_, (first, second, third), (withdrawn, rejected) = make_interviews(cohort=make_cohort(phase="in_review"))
    staff = make_admin()
    for row, slot in ((withdrawn, first), (rejected, second)):
        operations.book(row.pk, slot.code, by=row.applicant)

    applications.withdraw_application(withdrawn.pk, by=withdrawn.applicant)
    round_.cohort.announce_at = round_.due_at
    round_.cohort.save()
    decisions.stage_decisions([rejected.pk], "reject", by=staff, reason_code="score")
    assert holder(second) == rejected
    releases.release_decisions(round_.cohort_id, by=staff)

    assert (holder(first), holder(second)) == (None, None)
    assert set(Review.objects.values_list("end_reason", flat=True)) == {ReviewEnd.LEFT}
    assert reasons(withdrawn.applicant) == ["interview_booked", "withdrawn", "interview_cancelled"] or reasons(
        withdrawn.applicant
    ) == ["interview_booked", "interview_cancelled", "withdrawn"]
    told = OutgoingMail.objects.get(reason="interview_cancelled", person=rejected.applicant)
    assert "더 이상" in told.body


def test_what_has_been_held_stays_written_down(monkeypatch):
    round_, (slot, *_rest), (application, _other) = make_interviews(cohort=make_cohort(phase="in_review"))
    operations.book(application.pk, slot.code, by=application.applicant)
    at(monkeypatch, slot.ends_at)
    applications.withdraw_application(application.pk, by=application.applicant)
    assert holder(slot) == application


def test_who_is_asked_for_more_keeps_the_slot():
    round_, (slot, *_rest), (application, _other) = make_interviews()
    operations.book(application.pk, slot.code, by=application.applicant)
    until = clock.now() + timedelta(days=1)
    review.request_changes(application.pk, by=make_admin(), note="파일이 열리지 않습니다.", until=until)
    assert holder(slot) == application
    assert reads.slot_of(application.__class__.objects.get(pk=application.pk)) is None  # not shown meanwhile


# --- panels and slots ------------------------------------------------------------------------------


def test_a_series_of_slots():
    spans = reads.series(date(2027, 1, 4), time(10), time(12), 30, 10)
    assert [f"{start:%H:%M}-{end:%H:%M}" for start, end in spans] == ["10:00-10:30", "10:40-11:10", "11:20-11:50"]
    assert {start.utcoffset() for start, _end in spans} == {timedelta(hours=9)}
    assert len(reads.series(date(2027, 1, 4), time(0), time(23), 5, 0)) == reads.MOST_IN_SERIES
    assert reads.series(date(2027, 1, 4), time(12), time(10), 30, 0) == []


def test_slots_are_made_and_removed():
    round_, _slots, (application, _other) = make_interviews(slots=0)
    panel, staff = round_.panels.get(), make_admin()
    begin = clock.now() + timedelta(days=2)
    spans = [(begin + timedelta(hours=n), begin + timedelta(hours=n, minutes=30)) for n in range(3)]

    assert operations.make_slots(panel.pk, spans, by=staff) == 3
    with pytest.raises(Refused, match="이미"):
        operations.make_slots(panel.pk, spans[1:2], by=staff)
    with pytest.raises(Refused, match="지난"):
        operations.make_slots(panel.pk, [(clock.now(), begin)], by=staff)
    with pytest.raises(Refused):
        operations.make_slots(panel.pk, [], by=staff)
    made = list(InterviewSlot.objects.order_by("starts_at"))
    operations.assign(application.pk, made[0].pk, by=staff)
    with pytest.raises(Refused):
        operations.remove_slots(round_.pk, [row.pk for row in made], by=staff)
    assert operations.remove_slots(round_.pk, [made[1].pk], by=staff) == 1
    assert operations.remove_slots(round_.pk, [made[1].pk], by=staff) == 0
    assert reads.clashes(panel, [], members=[]) == []


def test_a_member_is_in_one_panel_at_a_time_in_any_cohort():
    round_, _slots, _rows = make_interviews(slots=0)
    elsewhere, (busy, *_rest), _rows = make_interviews()
    panel, member = round_.panels.get(), busy.panel.members.get()
    free = panel.members.get()
    make_reviewer(round_, member)
    panel.members.set([member])
    half = [(busy.starts_at + timedelta(minutes=15), busy.starts_at + timedelta(minutes=45))]

    with pytest.raises(Refused, match=member.full_name):
        operations.make_slots(panel.pk, half, by=make_admin())
    operations.change_panel(panel.pk, by=make_admin(), members=[free])
    operations.make_slots(panel.pk, half, by=make_admin())
    with pytest.raises(Refused, match=member.full_name):
        operations.change_panel(panel.pk, by=make_admin(), members=[free, member])
    panel.members.set([])
    with pytest.raises(Refused):
        operations.make_slots(panel.pk, half, by=make_admin())


def test_panels_are_made_of_invited_reviewers():
    round_, _slots, _rows = make_interviews(slots=0)
    member, stranger, staff = round_.panels.get().members.get(), make_user(), make_admin()
    with pytest.raises(Refused):
        operations.add_panel(round_.pk, by=staff, members=[member, stranger], title_ko="가", title_en="A")
    panel = operations.add_panel(round_.pk, by=staff, members=[member], title_ko="가", title_en="A")
    assert list(panel.members.all()) == [member]
    operations.remove_panel(panel.pk, by=staff)
    assert round_.panels.count() == 1
    with pytest.raises(Refused):
        operations.add_panel(make_round().pk, by=staff, members=[], title_ko="나", title_en="B")


def test_a_panel_changes_and_its_reviews_and_mails_follow(monkeypatch):
    round_, (slot, past, *_rest), (application, gone) = make_interviews()
    old, staff = slot.panel.members.get(), make_admin()
    new = make_reviewer(round_).user
    operations.assign(application.pk, slot.pk, by=staff)
    operations.assign(gone.pk, past.pk, by=staff)
    gone.round_number = 9  # stands in another round by now
    gone.save()
    before = InterviewSlot.objects.get(pk=slot.pk).sequence

    operations.change_panel(slot.panel_id, by=staff, members=[new], place_ko="홍릉 5층", link="")
    assert live(application) == {new.pk}
    assert live(gone) == {old.pk}
    assert InterviewSlot.objects.get(pk=slot.pk).sequence == before + 1
    told = OutgoingMail.objects.get(reason="interview_details")
    assert "홍릉 5층" in told.body

    operations.change_panel(slot.panel_id, by=staff, members=[new], place_ko="홍릉 5층", title_ko="새 패널")
    assert OutgoingMail.objects.filter(reason="interview_details").count() == 1
    at(monkeypatch, slot.ends_at)
    operations.change_panel(slot.panel_id, by=staff, members=[new], place_ko="홍릉 6층")
    assert OutgoingMail.objects.filter(reason="interview_details").count() == 1


def test_a_panel_takes_no_member_who_may_not_meet_its_applicants():
    round_, (slot, *_rest), (application, _other) = make_interviews()
    staff = make_admin()
    operations.assign(application.pk, slot.pk, by=staff)
    new = make_reviewer(round_).user
    Conflict.objects.create(application=application, reviewer=new, kind="work")
    with pytest.raises(Refused, match=application.receipt_number):
        operations.change_panel(slot.panel_id, by=staff, members=[new])
    with pytest.raises(Refused):
        operations.remove_panel(slot.panel_id, by=staff)
    operations.cancel(slot.pk, by=staff, reason="착오")
    with pytest.raises(Refused):
        operations.remove_panel(slot.panel_id, by=staff)  # its changes stay


# --- what the clock tells --------------------------------------------------------------------------


def test_reminders_follow_the_interview(monkeypatch):
    begun = clock.now()
    round_, (first, second, third), (application, other) = make_interviews(booking_until=begun + timedelta(days=9))
    person = application.applicant
    operations.book(application.pk, first.code, by=person)
    assert news.remind(clock.now()) == 0

    at(monkeypatch, first.starts_at - timedelta(hours=24))
    assert (news.remind(clock.now()), news.remind(clock.now())) == (1, 0)
    reminder = OutgoingMail.objects.get(reason="interview_tomorrow")
    assert "https://meet.example.com/a" in reminder.body

    later = make_slot(first.panel, first.starts_at + timedelta(days=1))
    operations.book(application.pk, later.code, by=person)  # the reminder of the old time is not sent
    assert mail.deliver(reminder.pk) == 0
    assert OutgoingMail.objects.get(pk=reminder.pk).status == "dropped"
    at(monkeypatch, later.starts_at - timedelta(hours=23))
    assert news.remind(clock.now()) == 1
    at(monkeypatch, later.starts_at - timedelta(minutes=50))
    operations.change_panel(
        later.panel_id, by=make_admin(), members=list(later.panel.members.all()), place_ko="홍릉 9층"
    )
    assert news.remind(clock.now()) == 1
    soon = OutgoingMail.objects.get(reason="interview_soon")
    last = OutgoingMail.objects.filter(reason="interview_tomorrow").latest("pk")
    assert [mail.deliver(soon.pk), mail.deliver(last.pk)] == [1, 1]  # the place changed, not the time


def test_no_reminder_of_what_was_booked_a_moment_ago_or_is_cancelled(monkeypatch):
    begun = clock.now()
    round_, (first, second, _third), (application, other) = make_interviews(booking_until=begun + timedelta(days=9))
    operations.book(other.pk, second.code, by=other.applicant)
    at(monkeypatch, first.starts_at - timedelta(hours=2))
    operations.book(application.pk, first.code, by=application.applicant)
    assert news.remind(clock.now()) == 1  # that of the other
    at(monkeypatch, first.starts_at - timedelta(minutes=30))
    assert news.remind(clock.now()) == 1
    assert reasons(application.applicant) == ["interview_booked", "interview_soon"]
    reminder = OutgoingMail.objects.get(reason="interview_soon")
    at(monkeypatch, first.starts_at - timedelta(minutes=29))
    operations.give_back(application.pk, by=application.applicant)
    assert mail.deliver(reminder.pk) == 0

    at(monkeypatch, first.starts_at - timedelta(minutes=15))
    make_slot(first.panel, clock.now() + timedelta(minutes=5), 10)
    bare = InterviewSlot.objects.latest("pk")
    InterviewSlot.objects.filter(pk=bare.pk).update(application=application, booked_at=clock.now())
    assert news.remind(clock.now()) == 1  # the other's hour; nothing is known of how this one came about


def test_one_mail_and_the_right_one_after_several_changes():
    round_, (first, second, _third), (application, _other) = make_interviews()
    operations.book(application.pk, first.code, by=application.applicant)
    operations.book(application.pk, second.code, by=application.applicant)
    operations.give_back(application.pk, by=application.applicant)
    rows = OutgoingMail.objects.filter(person=application.applicant).order_by("pk")
    assert [mail.deliver(row.pk) for row in rows] == [0, 0, 1]

    operations.book(application.pk, first.code, by=application.applicant)
    cancelled = OutgoingMail.objects.get(reason="interview_cancelled")
    OutgoingMail.objects.filter(pk=cancelled.pk).update(status="waiting", sent_at=None)
    assert mail.deliver(cancelled.pk) == 0
    booked = OutgoingMail.objects.filter(reason="interview_booked").latest("pk")
    applications.withdraw_application(application.pk, by=application.applicant)
    assert mail.deliver(booked.pk) == 0


def test_a_panel_is_told_of_changes_in_one_mail(monkeypatch):
    round_, slots, rows = make_interviews(panels=2, people=4, is_blind=True)
    one, two = slots[0].panel.members.get(), slots[3].panel.members.get()
    staff = make_admin()
    operations.assign(rows[0].pk, slots[0].pk, by=staff)
    operations.assign(rows[1].pk, slots[1].pk, by=staff)
    operations.cancel(slots[1].pk, by=staff, reason="착오")  # came and went: no news
    assert news.tell_panels(clock.now()) == 0
    start = clock.now()
    at(monkeypatch, start + timedelta(minutes=31))
    assert (news.tell_panels(clock.now()), news.tell_panels(clock.now())) == (1, 0)
    first = OutgoingMail.objects.get(reason="interview_digest")
    assert first.person == one
    assert rows[0].receipt_number in first.body
    assert rows[1].receipt_number not in first.body
    for row in rows:
        assert row.full_name not in first.body

    operations.assign(rows[0].pk, slots[4].pk, by=staff)  # to the other panel
    operations.assign(rows[2].pk, slots[1].pk, by=staff)
    operations.assign(rows[2].pk, slots[2].pk, by=staff)
    at(monkeypatch, start + timedelta(hours=5))
    assert news.tell_panels(clock.now()) == 2
    to_one = OutgoingMail.objects.filter(reason="interview_digest", person=one).latest("pk").body
    to_two = OutgoingMail.objects.get(reason="interview_digest", person=two).body
    assert "빠짐" in to_one
    assert "새 면접" in to_one
    assert "새 면접" in to_two

    operations.assign(rows[2].pk, slots[0].pk, by=staff)
    operations.change_panel(slots[4].panel_id, by=staff, members=[two], place_ko="홍릉 7층")
    at(monkeypatch, start + timedelta(hours=9))
    assert news.tell_panels(clock.now()) == 2
    assert "옮겨" in OutgoingMail.objects.filter(reason="interview_digest", person=one).latest("pk").body
    assert "장소" in OutgoingMail.objects.filter(reason="interview_digest", person=two).latest("pk").body
    assert news.tell_round(round_.pk, clock.now()) == 0

    operations.change_panel(slots[4].panel_id, by=staff, members=[two], place_ko="홍릉 8층")
    operations.assign(rows[0].pk, slots[5].pk, by=staff)
    operations.cancel(slots[5].pk, by=staff, reason="착오")
    at(monkeypatch, start + timedelta(hours=12))
    assert news.tell_panels(clock.now()) == 1


def test_a_digest_is_dropped_once_the_round_is_over(monkeypatch):
    round_, (slot, *_rest), (application, _other) = make_interviews()
    operations.assign(application.pk, slot.pk, by=make_admin())
    at(monkeypatch, clock.now() + timedelta(hours=1))
    news.tell_panels(clock.now())
    digest = OutgoingMail.objects.get(reason="interview_digest")
    round_.released_at = clock.now()
    round_.save()
    assert mail.deliver(digest.pk) == 0


def test_a_change_that_is_gone_needs_no_mail():
    for reason in ("interview_booked", "interview_tomorrow", "interview_cancelled", "interview_digest"):
        row = OutgoingMail.objects.create(
            reason=reason, target_type="programs.interviewchange", target_id=99, to="a@example.com",
            language="ko", subject="제목", body="글",
        )  # fmt: skip
        assert mail.deliver(row.pk) == 0


# --- pages -----------------------------------------------------------------------------------------


def test_an_applicant_chooses_on_the_page(client):
    round_, (first, second, third), (application, other) = make_interviews(panels=1)
    person = application.applicant
    person.time_zone = "Europe/London"
    person.save()
    client.force_login(person)
    page = reverse("application", args=[application.code])
    choose = reverse("application-interview", args=[application.code])

    assert choose in client.get(page).text
    text = client.get(choose).text
    assert [slot.code in text for slot in (first, second, third)] == [True] * 3
    assert "London" in text
    assert "홍릉 3층" not in text
    assert "meet.example.com" not in text

    operations.book(other.pk, first.code, by=other.applicant)
    taken = client.post(choose, {"slot": first.code})
    assert taken.status_code == 200
    assert "다른 분이" in taken.text
    assert first.code not in taken.text
    assert second.code in taken.text
    assert "골라" in client.post(choose, {}).text

    for _time in range(2):
        assert client.post(choose, {"slot": second.code}).url == page
    assert holder(second) == application
    shown = client.get(page).text
    assert "홍릉 3층" in shown
    assert "meet.example.com" not in shown
    assert "London" in shown
    assert "홍릉 3층" in client.get(choose).text

    back = reverse("application-interview-return", args=[application.code])
    assert client.get(back).status_code == 200
    assert client.post(back).url == page
    assert holder(second) is None
    assert client.get(back).url == page


def test_the_link_is_shown_near_the_time(client, monkeypatch):
    begun = clock.now()
    round_, (slot, *_rest), (application, _other) = make_interviews(booking_until=begun + timedelta(days=1))
    operations.book(application.pk, slot.code, by=application.applicant)
    client.force_login(application.applicant)
    page = reverse("application", args=[application.code])
    choose = reverse("application-interview", args=[application.code])
    for moment, shown in (
        (slot.starts_at - timedelta(hours=24, seconds=1), False),
        (slot.starts_at - timedelta(hours=24), True),
        (slot.ends_at - timedelta(seconds=1), True),
        (slot.ends_at, False),
    ):
        at(monkeypatch, moment)
        assert ("meet.example.com" in client.get(page).text) == shown
        assert client.get(choose).url == page
    assert client.post(choose, {"slot": slot.code}).url == page
    online, (other, *_rest), (row, _row) = make_interviews(panel={"place_ko": "", "place_en": ""})
    assert reads.way(other.panel) == "온라인"
    assert reads.facts(other, row.applicant, clock.now())[-1] == {"term": "장소", "value": "온라인"}
    other.panel.link = ""
    assert reads.way(other.panel) == ""
    assert reads.facts(other, row.applicant, clock.now())[-1]["term"] != "장소"


def test_nothing_of_it_is_another_persons(client):
    round_, (slot, *_rest), (application, other) = make_interviews()
    operations.book(application.pk, slot.code, by=application.applicant)
    client.force_login(other.applicant)
    for name in ("application-interview", "application-interview-return", "application-interview-ics"):
        assert client.get(reverse(name, args=[application.code])).status_code == 404
        assert client.post(reverse(name, args=[application.code])).status_code in (404, 405)
    assert holder(slot) == application
    assert client.get(reverse("reviews-interviews")).status_code == 404
    assert client.get(reverse("reviews-interviews-ics")).status_code == 404


def test_where_all_times_are_taken(client):
    _round, _slots, (application, _other) = make_interviews(slots=0)
    client.force_login(application.applicant)
    assert "빈 시간이 없어요" in client.get(reverse("application-interview", args=[application.code])).text


def test_staff_see_the_interview_and_cannot_choose(client):
    round_, (slot, *_rest), (application, other) = make_interviews(booking_until=None)
    operations.assign(application.pk, slot.pk, by=make_admin())
    client.force_login(make_admin())
    text = client.get(reverse("application", args=[application.code])).text
    assert "홍릉 3층" in text
    assert reverse("application-interview", args=[application.code]) not in text
    client.force_login(other.applicant)
    assert "아직 정해지지 않았어요" in client.get(reverse("application", args=[other.code])).text


@pytest.mark.parametrize(
    ("is_blind", "pledged", "named"), [(True, True, False), (False, True, True), (False, False, False)]
)
def test_the_panels_list(client, is_blind, pledged, named):
    round_, slots, (application, other) = make_interviews(panels=2, is_blind=is_blind)
    member = slots[0].panel.members.get()
    if not pledged:
        round_.reviewers.filter(user=member).update(pledged_at=None)
    client.force_login(member)
    assert "아직 없어요" in client.get(reverse("reviews-interviews")).text
    operations.assign(application.pk, slots[0].pk, by=make_admin())
    operations.assign(other.pk, slots[3].pk, by=make_admin())
    for name in ("reviews-interviews", "reviews-interviews-ics"):
        text = client.get(reverse(name)).text.replace("\r\n ", "")
        assert application.receipt_number in text
        assert other.receipt_number not in text
        assert (application.full_name in text) == named
        assert application.applicant.email not in text
        assert "meet.example.com" in text
    assert reverse("reviews-interviews") in client.get(reverse("reviews")).text
    written = Review.objects.get(application=application)
    assert reverse("review", args=[written.code]) in client.get(reverse("reviews-interviews")).text
    Review.objects.update(ended_at=clock.now(), end_reason=ReviewEnd.REMOVED)
    assert written.code not in client.get(reverse("reviews-interviews")).text
    round_.reviewers.filter(user=member).update(ended_at=clock.now())
    assert client.get(reverse("reviews-interviews")).status_code == 404


def test_the_page_that_gives_a_time_back_speaks_of_the_interview_alone(client):
    _round, (slot, *_rest), (application, _other) = make_interviews()
    operations.book(application.pk, slot.code, by=application.applicant)
    client.force_login(application.applicant)
    page = client.get(reverse("application-interview-return", args=[application.code])).text
    assert "예약 취소" in page
    assert "회피" not in page


def test_whoever_has_to_choose_is_told_so_on_their_page(client):
    round_, slots, (application, _other) = make_interviews()
    client.force_login(application.applicant)
    page = client.get(application.get_absolute_url())
    assert "면접 시간을 골라 주세요" in page.context["panel"]["text"]
    choose = reverse("application-interview", args=[application.code])
    assert choose in client.get(reverse("my")).text
    operations.book(application.pk, slots[0].code, by=application.applicant)
    assert choose not in client.get(reverse("my")).text
    assert "골라 주세요" not in client.get(application.get_absolute_url()).context["panel"]["text"]
    operations.give_back(application.pk, by=application.applicant)
    round_.booking_until = clock.now() - timedelta(seconds=1)
    round_.save()
    assert "골라 주세요" not in client.get(application.get_absolute_url()).context["panel"]["text"]
