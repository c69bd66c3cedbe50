"""Meetings under pressure (PostgreSQL): one time is given once, whoever asks for it and however close together."""

from datetime import timedelta

import pytest

from mentoring.models.meetings import Meeting
from mentoring.operations import meeting_words, meetings
from mentoring.operations.pairs import end_pairing
from portal import clock
from portal.errors import Refused
from portal.models import OutgoingMail
from tests import make
from tests.mentoring.meetings import DAY, HOUR, NOW, make_pair, people
from tests.races import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
START = NOW + 3 * DAY
TRIES = 4


@pytest.fixture(autouse=True)
def _now(settings):
    settings.DEMO_NOW = NOW


def refused(outcomes):
    return [outcome for outcome in outcomes if isinstance(outcome, Refused)]


def booking(pairing, start, by=None):
    return lambda: meetings.book(pairing.pk, start, by=by or pairing.enrolment.person)


def clashes():
    """Pairs of standing meetings of one person that overlap."""
    rows = list(Meeting.objects.standing().for_page())
    return [
        (one, other)
        for place, one in enumerate(rows)
        for other in rows[place + 1 :]
        if one.starts_at < other.ends_at and other.starts_at < one.ends_at and set(one.people) & set(other.people)
    ]


@pytest.mark.parametrize("apart", [0, 30])
def test_two_mentees_book_the_same_mentor_at_once(apart):
    first = make_pair()
    second = make_pair(first.mentor)
    for number in range(TRIES):
        start = START + number * DAY
        outcomes = at_once([booking(first, start), booking(second, start + apart * timedelta(minutes=1))])
        assert len(refused(outcomes)) == 1
        assert "something else" in str(refused(outcomes)[0]) or "다른 일정" in str(refused(outcomes)[0])
    assert clashes() == []
    assert Meeting.objects.count() == TRIES == OutgoingMail.objects.filter(reason="meeting_booked").count()


def test_two_mentors_of_one_mentee_book_at_once():
    first = make_pair()
    second = make_pair(mentee=first.enrolment.person)
    for number in range(TRIES):
        start = START + number * DAY
        outcomes = at_once([booking(pair, start, pair.mentor.user) for pair in (first, second)])
        assert len(refused(outcomes)) == 1
    assert clashes() == []


def test_people_who_are_mentor_here_and_mentee_there_do_not_lock_each_other_out():
    """Two pairs of the same two people, the other way round: the locks are taken in one order."""
    one = make_pair()
    other = make_pair(make.make_mentor(one.enrolment.person), mentee=one.mentor.user)
    for number in range(TRIES):
        outcomes = at_once([booking(pair, START + number * DAY) for pair in (one, other)])
        assert len(refused(outcomes)) == 1
    assert clashes() == []


def test_the_same_pair_books_the_same_time_from_both_sides():
    pairing = make_pair()
    outcomes = at_once([booking(pairing, START, person) for person in people(pairing)] * 2)
    assert {outcome.pk for outcome in outcomes} == {Meeting.objects.get().pk}
    assert OutgoingMail.objects.filter(reason="meeting_booked").count() == 1


def test_a_mentee_books_while_the_mentor_cancels_what_stands_there():
    first = make_pair()
    second = make_pair(first.mentor)
    for number in range(TRIES):
        start = START + number * DAY
        meeting = meetings.book(first.pk, start, by=first.mentor.user)
        outcomes = at_once(
            [lambda at=start: meetings.book(second.pk, at, by=second.enrolment.person),
             lambda pk=meeting.pk: meetings.cancel(pk, by=first.mentor.user, reason="1")]
        )  # fmt: skip
        assert len(refused(outcomes)) <= 1
        assert Meeting.objects.get(pk=meeting.pk).status == "cancelled"
        assert clashes() == []


def test_a_mentee_books_while_staff_end_the_pair():
    boss = make.make_admin()
    for _number in range(TRIES):
        pairing = make_pair()
        at_once([booking(pairing, START), lambda pk=pairing.pk: end_pairing(pk, by=boss, reason="1")])
        assert not Meeting.objects.standing().filter(pairing=pairing).exists()


def test_one_moves_a_meeting_while_the_other_cancels_it():
    pairing = make_pair()
    mentor, mentee = people(pairing)
    for number in range(TRIES):
        start = START + number * 2 * DAY
        meeting = meetings.book(pairing.pk, start, by=mentee)
        outcomes = at_once(
            [lambda pk=meeting.pk, at=start: meetings.reschedule(pk, at + DAY, by=mentor),
             lambda pk=meeting.pk: meetings.cancel(pk, by=mentee, reason="1")]
        )  # fmt: skip
        meeting.refresh_from_db()
        assert len(refused(outcomes)) == 1
        standing = Meeting.objects.standing().filter(uid=meeting.uid).count()
        assert (meeting.status, standing) in (("cancelled", 0), ("rescheduled", 1))


def test_both_say_how_it_went_at_once(settings):
    for number in range(TRIES):
        settings.DEMO_NOW = NOW
        pairing = make_pair()
        meeting = meetings.book(pairing.pk, START + number * DAY, by=pairing.enrolment.person)
        settings.DEMO_NOW = meeting.ends_at
        outcomes = at_once(
            [
                lambda by=by, pk=meeting.pk: meeting_words.say(pk, "held", by=by, minutes=60)
                for by in people(pairing)
            ]
        )
        meeting.refresh_from_db()
        assert refused(outcomes) == []
        assert (meeting.status, meeting.minutes) == ("held", 60)


def test_a_word_in_the_second_in_which_the_others_stands(settings):
    for _number in range(TRIES):
        settings.DEMO_NOW = NOW
        pairing = make_pair()
        mentor, mentee = people(pairing)
        meeting = meetings.book(pairing.pk, START, by=mentee)
        settings.DEMO_NOW = START + HOUR
        meeting_words.say(meeting.pk, "mentee_absent", by=mentor)
        settings.DEMO_NOW = START + HOUR + meeting_words.STANDS
        outcomes = at_once(
            [lambda pk=meeting.pk, by=mentee: meeting_words.say(pk, "held", by=by, minutes=60),
             lambda: meeting_words.settle_silent(clock.now())]
        )  # fmt: skip
        meeting.refresh_from_db()
        assert len(refused(outcomes)) == 1
        assert (meeting.status, meeting.mentee_says) == ("mentee_absent", "")


def test_in_the_second_of_the_notice_a_time_can_still_be_had_and_after_it_not(settings):
    pairing = make_pair()
    settings.DEMO_NOW = START - 24 * HOUR
    assert meetings.book(pairing.pk, START, by=pairing.enrolment.person)
    other = make_pair()
    settings.DEMO_NOW = START - 24 * HOUR + timedelta(seconds=1)
    with pytest.raises(Refused):
        meetings.book(other.pk, START, by=other.enrolment.person)


def test_the_last_meeting_of_a_month_is_given_once():
    for number in range(1, TRIES + 1):
        first = make_pair()
        second = make_pair(first.mentor)
        first.mentor.monthly_limit = 1
        first.mentor.save()
        outcomes = at_once([booking(first, START), booking(second, START + 2 * DAY)])
        assert len(refused(outcomes)) == 1
        assert Meeting.objects.count() == number
