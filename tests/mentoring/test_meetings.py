"""What becomes of meetings: booked, moved, called off, said, settled, decided; by whom, when, and who is told."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils.translation import override

from mentoring.models.meetings import Meeting
from mentoring.operations import meeting_words, meetings
from mentoring.operations.pairs import end, end_pairing, lock
from mentoring.privacy.people import export
from portal import audit, mail
from portal.errors import Refused
from portal.models import MailStatus, OutgoingMail
from tests import make
from tests.mentoring.meetings import DAY, HOUR, NOW, make_pair, people

pytestmark = pytest.mark.django_db
START = NOW + 3 * DAY
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _now(settings):
    settings.DEMO_NOW = NOW


@pytest.fixture
def pairing():
    return make_pair()


@pytest.fixture
def manager(pairing):
    return make.make_manager(pairing.enrolment.cohort)


def refusal(operation, *args, **kwargs):
    with override("en"), pytest.raises(Refused) as refused:
        operation(*args, **kwargs)
    return str(refused.value)


def verbs(meeting):
    return [event.verb.partition(".")[2] for event in audit.history(meeting).order_by("pk")]


def mails(*, reason=None):
    rows = OutgoingMail.objects.order_by("pk")
    return list((rows.filter(reason=reason) if reason else rows).values_list("reason", "person"))


def sent(settings, at):
    """Let everything that waits be sent at a moment; returns what was, by reason."""
    settings.DEMO_NOW = at
    mail.deliver_waiting()
    return sorted(OutgoingMail.objects.filter(status=MailStatus.SENT).values_list("reason", flat=True))


def booked(pairing, start=START, **fields):
    return meetings.book(pairing.pk, start, by=pairing.enrolment.person, **fields)


# --- booking ------------------------------------------------------------------------------------------------------


def test_either_books_and_the_other_is_told_once(pairing):
    mentor, mentee = people(pairing)
    meeting = booked(pairing, subject="1회 도입부", link="https://meet.example.com/a")
    again = booked(pairing, subject="다른 것")
    assert again == meeting
    assert (meeting.starts_at, meeting.ends_at, meeting.booked_by) == (START, START + HOUR, mentee)
    assert (meeting.way, meeting.subject, meeting.sequence) == ("online", "1회 도입부", 0)
    assert verbs(meeting) == ["booked"]
    assert mails() == [("meeting_booked", mentor.pk)]
    assert meetings.book(pairing.pk, START, by=mentor) == meeting
    other = meetings.book(pairing.pk, START + DAY, by=mentor)
    assert mails()[1:] == [("meeting_booked", mentee.pk)]
    assert other.booked_by == mentor


def test_what_is_not_free_is_refused_in_words(pairing):
    booked(pairing)
    assert refusal(booked, pairing, START + HOUR / 2) == (
        "One of you has something else at that time. Please choose another one."
    )
    assert refusal(booked, pairing, START + HOUR).startswith("One of you has something else")  # the buffer
    assert refusal(booked, pairing, NOW - HOUR) == "This time has passed."
    assert refusal(booked, pairing, NOW + 23 * HOUR) == "Meetings are booked at least 24 hours ahead."
    assert refusal(booked, pairing, START + DAY + 7 * MINUTE).startswith("This time is no longer offered")
    assert Meeting.objects.count() == 1


def test_nobody_is_booked_twice_over_all_their_pairs(pairing):
    mentor, mentee = people(pairing)
    booked(pairing)
    same_mentor = make_pair(pairing.mentor)
    same_mentee = make_pair(mentee=mentee)
    as_mentor = make_pair(make.make_mentor(mentee))
    for other in (same_mentor, same_mentee, as_mentor):
        assert refusal(booked, other).startswith("One of you has something else"), other
        assert booked(other, START + 2 * DAY + 3 * HOUR * other.pk)


def test_only_the_two_of_a_live_pair_book(pairing, manager):
    words = "Only the mentor and the mentee can do this."
    for stranger in (make.make_user(), manager, make.make_admin(), people(make_pair())[0]):
        assert refusal(meetings.book, pairing.pk, START, by=stranger) == words
    end_pairing(pairing.pk, by=manager, reason="1")
    assert refusal(booked, pairing) == "This pair has ended."
    past = make.make_meeting(pairing, starts_at=NOW - 5 * HOUR)
    assert refusal(say, past, "mentee", minutes=60) == "This pair has ended."
    assert refusal(meetings.book, pairing.pk, START, by=pairing.mentor.user) == words


def test_in_a_camp_nobody_books(pairing):
    round_ = pairing.enrolment.cohort.mentoring_round
    round_.is_camp = True
    round_.save()
    assert refusal(booked, pairing).startswith("The meetings of a camp")


def test_a_mentor_books_what_the_two_have_agreed_on(pairing):
    mentor, mentee = people(pairing)
    mentee.week.parts.all().delete()
    soon = NOW + 2 * HOUR + 5 * MINUTE
    assert refusal(meetings.book, pairing.pk, soon, by=mentee, agreed=True) == (
        "Only the mentor can book a time outside the free times."
    )
    meeting = meetings.book(pairing.pk, soon, by=mentor, agreed=True)
    assert audit.history(meeting).get().reason == "outside the weeks"
    assert meetings.book(pairing.pk, soon + HOUR, by=mentor, agreed=True)  # no buffer either
    assert refusal(meetings.book, pairing.pk, soon + HOUR / 2, by=mentor, agreed=True).startswith("One of you")
    assert refusal(meetings.book, pairing.pk, NOW, by=mentor, agreed=True) == "This time has passed."


def test_whoever_meets_online_has_no_place_and_the_other_way_round(pairing):
    online = booked(pairing, way="online", link="https://meet.example.com/a", place="홍릉")
    there = booked(pairing, START + DAY, way="in_person", link="https://meet.example.com/a", place="홍릉")
    assert (online.link, online.place) == ("https://meet.example.com/a", "")
    assert (there.link, there.place) == ("", "홍릉")
    assert refusal(booked, pairing, START + 2 * DAY, way="by_carrier_pigeon").startswith("Choose whether")


# --- moving and calling off ---------------------------------------------------------------------------------------


def test_a_meeting_is_moved_by_another_that_replaces_it(pairing):
    mentor, mentee = people(pairing)
    meeting = booked(pairing, subject="1회", link="https://meet.example.com/a")
    moved = meetings.reschedule(meeting.pk, START + HOUR / 2, by=mentor, reason=" 촬영 ")
    meeting.refresh_from_db()
    assert (meeting.status, meeting.called_off_by, meeting.called_off_reason) == ("rescheduled", mentor, "촬영")
    assert not meeting.called_off_late
    assert (moved.replaces, moved.uid, moved.sequence) == (meeting, meeting.uid, 1)
    assert (moved.subject, moved.link, moved.starts_at) == ("1회", "https://meet.example.com/a", START + HOUR / 2)
    assert mails(reason="meeting_moved") == [("meeting_moved", mentee.pk)]
    assert meetings.reschedule(meeting.pk, START + HOUR / 2, by=mentor) == moved  # twice is once
    assert meetings.reschedule(moved.pk, START + HOUR / 2, by=mentee) == moved  # it is there already
    assert verbs(moved) == ["moved"]
    assert refusal(meetings.reschedule, meeting.pk, START + DAY, by=mentor).startswith(
        "This meeting has been moved"
    )
    back = meetings.reschedule(moved.pk, START, by=mentee)
    assert (back.uid, back.sequence, back.starts_at) == (meeting.uid, 2, START)


def test_moving_asks_the_same_as_booking(pairing, manager):
    meeting = booked(pairing)
    booked(pairing, START + DAY)
    mentor, mentee = people(pairing)
    assert refusal(meetings.reschedule, meeting.pk, START + DAY, by=mentee).startswith("One of you")
    assert refusal(meetings.reschedule, meeting.pk, NOW + HOUR, by=mentee).startswith(
        "Meetings are booked at least"
    )
    assert refusal(meetings.reschedule, meeting.pk, START + 2 * DAY, by=manager).startswith("Only the mentor")
    assert meetings.reschedule(meeting.pk, NOW + 2 * HOUR, by=mentor, agreed=True)


def test_cancelling_needs_a_reason_which_the_other_reads(pairing, settings):
    mentor, mentee = people(pairing)
    meeting = booked(pairing)
    assert refusal(meetings.cancel, meeting.pk, by=mentee, reason=" ") == "Give a reason."
    assert refusal(meetings.cancel, meeting.pk, by=make.make_user(), reason="1").startswith("Only the mentor")
    for _time in range(2):
        meetings.cancel(meeting.pk, by=mentee, reason="촬영이 생겼습니다")
    meeting.refresh_from_db()
    assert (meeting.status, meeting.called_off_by, meeting.called_off_late) == ("cancelled", mentee, False)
    assert meeting.sequence == 1
    assert mails(reason="meeting_cancelled") == [("meeting_cancelled", mentor.pk)]
    assert "촬영이 생겼습니다" in OutgoingMail.objects.get(reason="meeting_cancelled").body
    assert booked(pairing) != meeting  # the time is free again


@pytest.mark.parametrize(("before", "late"), [(24 * HOUR, False), (24 * HOUR - MINUTE, True)])
def test_called_off_within_the_notice_is_late(pairing, settings, before, late):
    meeting = booked(pairing)
    settings.DEMO_NOW = START - before
    assert meetings.cancel(meeting.pk, by=pairing.mentor.user, reason="1").called_off_late is late
    other = booked(pairing, START + 5 * DAY)
    settings.DEMO_NOW = other.starts_at - before
    meetings.reschedule(other.pk, other.starts_at + 5 * DAY, by=pairing.mentor.user)
    other.refresh_from_db()
    assert other.called_off_late is late


def test_once_it_has_begun_it_is_neither_moved_nor_cancelled(pairing, settings):
    meeting = booked(pairing)
    settings.DEMO_NOW = START
    mentor, _mentee = people(pairing)
    words = "This meeting has begun. Please say how it went instead."
    assert refusal(meetings.cancel, meeting.pk, by=mentor, reason="1") == words
    assert refusal(meetings.reschedule, meeting.pk, START + 5 * DAY, by=mentor) == words


def test_staff_of_the_cohort_can_cancel_and_both_are_told(pairing, manager):
    meeting = booked(pairing)
    stranger = make.make_manager(make.make_cohort())
    assert refusal(meetings.cancel, meeting.pk, by=stranger, reason="1").startswith("Only the mentor")
    meetings.cancel(meeting.pk, by=manager, reason="태풍")
    assert {person for _reason, person in mails(reason="meeting_cancelled")} == {
        person.pk for person in people(pairing)
    }


def test_a_pair_that_ends_takes_its_meetings_with_it(pairing, manager, settings):
    past = booked(pairing)
    settings.DEMO_NOW = START + DAY
    ahead = booked(pairing, START + 5 * DAY)
    settings.DEMO_NOW = START + 5 * DAY - HOUR
    end_pairing(pairing.pk, by=manager, reason="연락이 없음")
    ahead.refresh_from_db()
    past.refresh_from_db()
    assert (ahead.status, ahead.called_off_late, ahead.called_off_by) == ("cancelled", False, manager)
    assert past.status == "scheduled"
    rows = OutgoingMail.objects.filter(reason="meeting_cancelled")
    assert {row.person for row in rows} == set(people(pairing))
    for row in rows:
        assert "연락이 없음" not in row.body  # why staff ended the pair is told elsewhere
        assert "pair ended" not in row.body


def test_details_are_changed_until_the_end_and_each_change_is_told(pairing, settings):
    mentor, mentee = people(pairing)
    meeting = booked(pairing)
    changed = meetings.change_details(meeting.pk, by=mentor, link="https://meet.example.com/b", subject="2회")
    assert (changed.link, changed.subject, changed.sequence) == ("https://meet.example.com/b", "2회", 1)
    meetings.change_details(meeting.pk, by=mentor, link="https://meet.example.com/b", subject="2회")
    assert mails(reason="meeting_details") == [("meeting_details", mentee.pk)]
    meetings.change_details(meeting.pk, by=mentor, way="in_person", place="홍릉", subject="2회")
    assert len(mails(reason="meeting_details")) == 2
    assert sent(settings, NOW + HOUR).count("meeting_details") == 1  # the last word alone
    settings.DEMO_NOW = START + HOUR
    assert refusal(meetings.change_details, meeting.pk, by=mentor, subject="3회") == "This meeting is over."
    assert refusal(meetings.change_details, meeting.pk, by=make.make_admin()).startswith("Only the mentor")


def test_an_interpreter_is_chosen_by_staff_and_is_in_one_place_at_a_time(pairing, manager):
    meeting = booked(pairing)
    expert = make.make_expert()
    assert refusal(meetings.set_interpreter, meeting.pk, expert.pk, by=pairing.mentor.user).startswith(
        "You do not run"
    )
    for _time in range(2):
        meetings.set_interpreter(meeting.pk, expert.pk, by=manager)
    assert len(mails(reason="meeting_details")) == 2
    other = booked(make_pair(cohort=pairing.enrolment.cohort), START + HOUR / 2)
    words = "This person interprets or teaches elsewhere at that time."
    assert refusal(meetings.set_interpreter, other.pk, expert.pk, by=manager) == words
    teacher = make.make_expert()
    make.make_session(make.make_cohort(), experts=[teacher], starts_at=START, ends_at=START + HOUR)
    assert refusal(meetings.set_interpreter, meeting.pk, teacher.pk, by=manager) == words
    kept = meetings.reschedule(meeting.pk, START + 2 * DAY, by=pairing.mentor.user)
    assert kept.interpreter == expert
    make.make_meeting(starts_at=START + 4 * DAY, interpreter=expert)
    lost = meetings.reschedule(kept.pk, START + 4 * DAY, by=pairing.mentor.user)
    assert lost.interpreter is None
    assert meetings.set_interpreter(lost.pk, None, by=manager).sequence == lost.sequence


# --- how it went --------------------------------------------------------------------------------------------------


@pytest.fixture
def over(pairing, settings):
    """A meeting that is over, of which nobody has said anything."""
    meeting = booked(pairing)
    OutgoingMail.objects.all().delete()
    settings.DEMO_NOW = START + HOUR
    return meeting


def say(meeting, who, status="held", minutes=None):
    by = meeting.people[0] if who == "mentor" else meeting.people[1]
    return meeting_words.say(meeting.pk, status, by=by, minutes=minutes)


def test_what_both_say_is_settled(over):
    mentor, mentee = over.people
    say(over, "mentor", minutes=55)
    over.refresh_from_db()
    assert (over.status, over.minutes, over.settled_at) == ("scheduled", None, None)
    assert mails() == [("meeting_said", mentee.pk)]
    settled = say(over, "mentee", minutes=55)
    assert (settled.status, settled.minutes, settled.settled_by) == ("held", 55, None)
    assert settled.settled_at == START + HOUR
    assert len(mails()) == 1
    assert say(over, "mentee", minutes=55) == settled
    assert refusal(say, over, "mentor", minutes=60).startswith("How this meeting went is settled.")
    assert verbs(over) == ["booked", "said", "said"]


@pytest.mark.parametrize("status", ["mentor_absent", "mentee_absent", "both_absent"])
def test_that_somebody_did_not_come_is_settled_without_minutes(over, status):
    say(over, "mentee", status, minutes=30)
    settled = say(over, "mentor", status)
    assert (settled.status, settled.minutes) == (status, None)


def test_different_words_wait_for_staff_or_for_one_to_give_way(over):
    say(over, "mentor", minutes=60)
    disputed = say(over, "mentee", "mentor_absent")
    assert disputed.status == "scheduled"
    assert list(Meeting.objects.disputed()) == [disputed]
    say(over, "mentee", minutes=50)  # other minutes are another word
    assert list(Meeting.objects.disputed()) == [disputed]
    assert meeting_words.settle_silent(START + 30 * DAY) == 0
    settled = say(over, "mentor", minutes=50)
    assert (settled.status, settled.minutes) == ("held", 50)


def test_what_can_be_said(over, settings):
    assert refusal(say, over, "mentor") == "Say how many minutes you met, between 1 and 720."
    assert refusal(say, over, "mentor", minutes=0) == refusal(say, over, "mentor", minutes=721)
    assert refusal(say, over, "mentor", "cancelled") == "Choose how the meeting went."
    assert refusal(meeting_words.say, over.pk, "held", by=make.make_admin(), minutes=1).startswith(
        "Only the mentor"
    )
    settings.DEMO_NOW = START - MINUTE
    assert refusal(say, over, "mentor", minutes=60) == "This can be said once the meeting has begun."


def test_a_word_stands_when_the_other_side_is_silent_for_72_hours(over, settings):
    say(over, "mentor", "mentee_absent")
    stands = START + HOUR + 72 * HOUR
    assert meeting_words.settle_silent(stands - MINUTE) == 0
    settings.DEMO_NOW = stands
    assert refusal(say, over, "mentee", minutes=60).startswith("The time to say otherwise is over.")
    assert meeting_words.settle_silent(stands) == 1
    assert meeting_words.settle_silent(stands) == 0
    over.refresh_from_db()
    assert (over.status, over.settled_by, over.settled_at) == ("mentee_absent", None, stands)
    assert verbs(over)[-1] == "stands"


def test_another_word_starts_the_72_hours_anew_and_is_told_again(over, settings):
    say(over, "mentor", "mentee_absent")
    settings.DEMO_NOW = START + 40 * HOUR
    say(over, "mentor", minutes=60)
    assert len(mails(reason="meeting_said")) == 2
    assert meeting_words.settle_silent(START + HOUR + 72 * HOUR) == 0
    settings.DEMO_NOW = START + 112 * HOUR
    assert meeting_words.settle_silent(START + 112 * HOUR) == 1


def test_the_other_side_reads_what_was_said_and_until_when(over):
    say(over, "mentor", minutes=55)
    row = OutgoingMail.objects.get()
    assert "진행 완료" in row.body or "Held" in row.body
    assert "55" in row.body
    assert "3월 7일 (일) 10:00 KST" in row.body


def test_the_mail_about_a_word_is_dropped_once_its_reader_has_spoken(over, settings):
    say(over, "mentor", minutes=55)
    say(over, "mentee", minutes=55)
    assert sent(settings, START + 2 * HOUR) == []


def test_staff_decide_for_a_reason_and_both_are_told(over, manager):
    say(over, "mentor", minutes=60)
    say(over, "mentee", "mentor_absent")
    OutgoingMail.objects.all().delete()
    decide = meeting_words.decide
    words = "Only staff who run the cohort, and were not there themselves, decide this."
    assert refusal(decide, over.pk, "held", by=over.people[0], reason="1", minutes=60) == words
    assert (
        refusal(decide, over.pk, "held", by=make.make_manager(make.make_cohort()), reason="1", minutes=60) == words
    )
    assert refusal(decide, over.pk, "held", by=manager, reason=" ", minutes=60) == "Give a reason."
    assert refusal(decide, over.pk, "held", by=manager, reason="1").startswith("Say how many minutes")
    for _time in range(2):
        decide(over.pk, "held", by=manager, reason="기록 확인", minutes=45)
    over.refresh_from_db()
    assert (over.status, over.minutes, over.settled_by) == ("held", 45, manager)
    assert {person for _reason, person in mails(reason="meeting_decided")} == {person.pk for person in over.people}
    assert len(mails()) == 2
    event = audit.history(over).first()
    assert (event.verb, event.before, event.after, event.reason) == (
        "meeting.decided",
        "scheduled",
        "held 45",
        "기록 확인",
    )
    decide(over.pk, "mentee_absent", by=manager, reason="오기")  # also where it was settled wrongly
    over.refresh_from_db()
    assert (over.status, over.minutes) == ("mentee_absent", None)
    assert len(mails()) == 4


def test_what_was_called_off_did_not_take_place(pairing, manager, settings):
    meeting = booked(pairing)
    meetings.cancel(meeting.pk, by=manager, reason="1")
    settings.DEMO_NOW = START + HOUR
    words = "This meeting has been cancelled."
    assert refusal(say, meeting, "mentor", minutes=60) == words
    assert refusal(meeting_words.decide, meeting.pk, "held", by=manager, reason="1", minutes=60) == words


# --- by the clock -------------------------------------------------------------------------------------------------


def test_both_are_reminded_a_day_and_an_hour_before_once(pairing, settings):
    booked(pairing)
    OutgoingMail.objects.all().delete()
    assert meeting_words.remind(START - DAY - MINUTE) == 0
    for at, message in ((START - DAY, "meeting_tomorrow"), (START - HOUR, "meeting_soon")):
        settings.DEMO_NOW = at
        assert meeting_words.remind(at) == 2
        assert meeting_words.remind(at + MINUTE) == 0
        assert {person for _reason, person in mails(reason=message)} == {person.pk for person in people(pairing)}
    assert meeting_words.remind(START) == 0


def test_nobody_is_reminded_of_what_was_just_booked(pairing, settings):
    meetings.book(pairing.pk, NOW + 2 * HOUR, by=pairing.mentor.user, agreed=True)
    assert meeting_words.remind(NOW + MINUTE) == 0
    assert meeting_words.remind(NOW + HOUR) == 2


@pytest.mark.parametrize("how", ["cancel", "move"])
def test_a_reminder_is_dropped_when_its_time_is_gone(pairing, settings, how):
    meeting = booked(pairing)
    settings.DEMO_NOW = START - DAY
    assert meeting_words.remind(START - DAY) == 2
    if how == "cancel":
        meetings.cancel(meeting.pk, by=pairing.mentor.user, reason="1")
    else:
        moved = meetings.reschedule(meeting.pk, START + 3 * DAY, by=pairing.mentor.user)
    gone = sent(settings, START - DAY + MINUTE)
    assert "meeting_tomorrow" not in gone
    assert "meeting_booked" not in gone
    if how == "move":
        settings.DEMO_NOW = moved.starts_at - DAY
        assert meeting_words.remind(moved.starts_at - DAY) == 2  # the new time has reminders of its own


def test_both_are_asked_once_a_day_after_while_nobody_has_said_anything(over, settings):
    end = START + HOUR
    assert meeting_words.ask(end + DAY - MINUTE) == 0
    assert meeting_words.ask(end + DAY) == 2
    assert meeting_words.ask(end + DAY + HOUR) == 0
    say(over, "mentor", minutes=60)
    assert "meeting_ask" not in sent(settings, end + DAY)


def test_nobody_is_asked_about_what_is_long_over_said_or_of_a_pair_that_has_ended(over, manager):
    end = START + HOUR
    assert meeting_words.ask(end + 7 * DAY) == 0
    say(over, "mentor", minutes=60)
    assert meeting_words.ask(end + DAY) == 0
    Meeting.objects.update(mentor_says="", mentor_said_at=None, mentor_minutes=None)
    end_pairing(over.pairing_id, by=manager, reason="1")
    assert meeting_words.ask(end + DAY) == 0


def test_the_clock_costs_the_same_for_any_number_of_meetings(pairing, django_assert_num_queries):
    for number in range(4):
        booked(pairing, START + number * 2 * HOUR)
    OutgoingMail.objects.all().delete()
    meeting_words.remind(START - DAY + 6 * HOUR)
    with django_assert_num_queries(2):
        assert meeting_words.remind(START - DAY + 6 * HOUR) == 0


def test_mails_are_in_the_readers_language_and_zone_and_name_no_address(pairing):
    mentor, mentee = people(pairing)
    mentor.language = "en"
    mentor.save()
    meeting = booked(pairing, link="https://meet.example.com/a")
    body = OutgoingMail.objects.get().body
    assert "Park Soul" in body
    assert "Wed, 3 March 2027, 16:00–17:00 PST · Thu, 4 March 2027, 09:00–10:00 KST" in body
    assert "meet.example.com" not in body  # what people wrote is no link in a mail of the portal
    assert "Online. The link is on the page below." in body
    assert f"/en/mentoring/meetings/{meeting.code}/" in body
    assert mentee.email not in body


# --- what is handed out and erased --------------------------------------------------------------------------------


def test_the_export_holds_ones_own_meetings_and_no_name_of_the_other(over):
    mentor, mentee = over.people
    say(over, "mentor", minutes=55)
    row = export(mentee)["as_mentee"][0]["meetings"][0]
    assert (row["starts_at"], row["status"], row["i_said"]) == (START, "scheduled", "")
    assert export(mentor)["as_mentor"][0]["meetings"][0]["i_said"] == "held 55"
    assert mentor.full_name not in str(export(mentee))


def test_erasing_takes_the_words_of_meetings_and_leaves_what_was_held(over):
    mentor, mentee = over.people
    from mentoring.operations.people import erase_person

    Meeting.objects.filter(pk=over.pk).update(subject="1회", link="https://meet.example.com/a", place="집")
    erase_person(mentee)
    over.refresh_from_db()
    assert (over.subject, over.link, over.place) == ("", "", "")
    assert over.starts_at == START


def test_a_mentor_who_reads_the_pair_no_more_is_not_told_again_with_whom(pairing, manager):
    mentor, mentee = people(pairing)
    over, ahead = (make.make_meeting(pairing, starts_at=NOW + days * DAY) for days in (-1, 2))
    with transaction.atomic():
        end(lock(pairing.pk), by=manager, reason="1", kind="for_cause")
    meeting_words.decide(over.pk, "held", by=manager, reason="1", minutes=50)
    for reason, meeting in (("meeting_cancelled", ahead), ("meeting_decided", over)):
        told = OutgoingMail.objects.get(reason=reason, person=mentor)
        assert mentee.display_name not in told.subject + told.body
        assert meeting.code not in told.body
        assert pairing.mentor.name in OutgoingMail.objects.get(reason=reason, person=mentee).body
