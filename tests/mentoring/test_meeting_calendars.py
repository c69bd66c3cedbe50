"""Meetings in calendars, read by a library that did not write them: files, mails, and the person's own calendar."""

from datetime import UTC, timedelta
from email import message_from_bytes, policy

import pytest
import vobject
from django.core import mail as outbox
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from mentoring.models.meetings import Meeting
from mentoring.operations import meetings
from mentoring.operations.pairs import end_pairing
from portal import mail
from portal.models import OutgoingMail
from programs.models.schedule import CalendarFeed
from programs.operations import feeds
from tests import make
from tests.mentoring.meetings import DAY, HOUR, NOW, make_pair, people

pytestmark = pytest.mark.django_db
START = NOW + 3 * DAY


@pytest.fixture(autouse=True)
def _now(settings):
    settings.DEMO_NOW = NOW


@pytest.fixture
def pairing():
    return make_pair()


@pytest.fixture
def meeting(pairing):
    return meetings.book(
        pairing.pk, START, by=pairing.enrolment.person, link="https://meet.example.com/a", subject="1회; 도입"
    )


def read(raw):
    """The events of a calendar by UID; every line within 75 octets."""
    assert raw.endswith(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 75
    whole = vobject.readOne(raw.decode())
    assert whole.validate(raiseException=True)
    return {event.uid.value: event for event in whole.contents.get("vevent", [])}


def feed(person, kind="learning"):
    row = CalendarFeed.objects.filter(person=person, kind=kind).first() or feeds.renew_feed(person, kind)
    with override("ko"):
        response = Client().get(reverse("calendar-feed", args=[row.code]))
    assert response.status_code == 200
    return {uid: event for uid, event in read(response.content).items() if uid.startswith("meeting-")}


def file(person, meeting):
    client = Client()
    client.force_login(person)
    with override("ko"):
        response = client.get(reverse("meeting-ics", args=[meeting.code]))
    assert response.status_code == 200
    [event] = read(response.content).values()
    return event


def mailed(reason, person):
    """The method and the event that go with the last mail of that reason to a person."""
    outbox.outbox.clear()
    row = OutgoingMail.objects.filter(reason=reason, person=person).latest("pk")
    OutgoingMail.objects.filter(pk=row.pk).update(send_after=NOW - DAY)
    assert mail.deliver(row.pk) == 1
    parsed = message_from_bytes(outbox.outbox[0].message().as_bytes(), policy=policy.default)
    [part] = [part for part in parsed.walk() if part.get_content_type() == "text/calendar"]
    assert part.get_filename() == "meeting.ics"
    [event] = read(part.get_payload(decode=True)).values()
    return part["Content-Type"].params["method"], event


def test_a_meeting_is_one_event_for_both_in_utc_with_all_that_its_reader_may_know(pairing, meeting):
    mentor, mentee = people(pairing)
    for person, name in ((mentor, "박소울"), (mentee, "어진솔")):
        event = file(person, meeting)
        assert event.uid.value.startswith(f"meeting-{meeting.uid}@")
        assert event.dtstart.value == START.astimezone(UTC)
        assert event.dtend.value == (START + HOUR).astimezone(UTC)
        assert name in event.summary.value
        assert event.url.value == "https://meet.example.com/a"
        assert "1회; 도입" in event.description.value
        assert event.status.value == "CONFIRMED"


def test_a_chain_of_moves_keeps_its_uid_and_raises_its_sequence(pairing, meeting):
    mentor, mentee = people(pairing)
    events = [file(mentee, meeting)]
    moved = meetings.reschedule(meeting.pk, START + DAY, by=mentor)
    events.append(file(mentee, moved))
    meetings.change_details(moved.pk, by=mentor, way="in_person", place="홍릉 5층")
    events.append(file(mentee, moved))
    again = meetings.reschedule(moved.pk, START, by=mentee)
    events.append(file(mentee, again))
    meetings.cancel(again.pk, by=mentor, reason="1")
    events.append(file(mentee, again))
    assert len({event.uid.value for event in events}) == 1
    numbers = [int(event.sequence.value) for event in events]
    assert numbers == sorted(set(numbers))
    assert [event.status.value for event in events] == ["CONFIRMED"] * 4 + ["CANCELLED"]
    assert events[2].location.value == "홍릉 5층"
    assert file(mentee, meeting).serialize() == file(mentee, again).serialize()  # the old page gives the latest
    [own] = feed(mentee).values()
    assert own.status.value == "CANCELLED"


def test_mails_carry_the_event_to_its_reader_alone(pairing, meeting):
    mentor, mentee = people(pairing)
    method, booked = mailed("meeting_booked", mentor)
    assert (method, booked.status.value) == ("REQUEST", "CONFIRMED")
    assert booked.attendee.value == f"mailto:{mentor.email}"
    assert mentee.email not in booked.serialize()
    moved = meetings.reschedule(meeting.pk, START + DAY, by=mentor)
    method, told = mailed("meeting_moved", mentee)
    assert (method, told.uid.value) == ("REQUEST", booked.uid.value)
    assert mentor.email not in told.serialize()
    meetings.cancel(moved.pk, by=mentee, reason="1")
    method, off = mailed("meeting_cancelled", mentor)
    assert (method, off.status.value, off.uid.value) == ("CANCEL", "CANCELLED", booked.uid.value)
    assert int(off.sequence.value) > int(told.sequence.value) > int(booked.sequence.value)


def test_ones_own_calendar_holds_meetings_beside_sessions(pairing, meeting):
    mentor, mentee = people(pairing)
    assert [event.dtstart.value for event in feed(mentee).values()] == [START]
    assert len(feed(mentor)) == 1
    assert feed(make_pair(mentee=make.make_user()).enrolment.person) == {}
    session = make.make_session(pairing.enrolment.cohort)
    row = CalendarFeed.objects.get(person=mentee)
    response = Client().get(reverse("calendar-feed", args=[row.code]))
    assert f"session-{session.code}" in response.content.decode().replace("\r\n ", "")


def test_whoever_teaches_has_their_mentees_among_what_they_teach(pairing, meeting):
    mentor, _mentee = people(pairing)
    make.make_expert(user=mentor)
    assert len(feed(mentor, "teaching")) == 1
    assert feed(mentor, "learning") == {}


@pytest.mark.parametrize(("days", "is_there"), [(29, True), (31, False)])
def test_what_is_over_stays_for_a_month(pairing, meeting, settings, days, is_there):
    settings.DEMO_NOW = START + HOUR + timedelta(days=days)
    assert bool(feed(pairing.enrolment.person)) is is_there


def test_of_a_pair_that_ended_the_mentor_reads_no_name_and_after_a_month_nothing(pairing, meeting, settings):
    mentor, mentee = people(pairing)
    later = meetings.book(pairing.pk, START + 50 * DAY, by=mentor)
    end_pairing(pairing.pk, by=make.make_admin(), reason="1")
    [first, last] = feed(mentor).values()
    for event in (first, last):
        assert event.status.value == "CANCELLED"
        for secret in ("박소울", "1회", "meet.example.com"):
            assert secret not in event.serialize()
    assert "어진솔" in next(iter(feed(mentee).values())).summary.value
    settings.DEMO_NOW = NOW + 31 * DAY
    assert feed(mentor) == {}
    assert len(feed(mentee)) == 2 - (START + HOUR + 30 * DAY <= NOW + 31 * DAY)
    assert Meeting.objects.get(pk=later.pk).status == "cancelled"


def test_the_calendar_costs_the_same_for_any_number_of_meetings(pairing):
    mentee = pairing.enrolment.person
    row, counts = feeds.renew_feed(mentee, "learning"), []
    for number in range(3):
        meetings.book(pairing.pk, START + number * DAY, by=mentee)
        with CaptureQueriesContext(connection) as queries:
            Client().get(reverse("calendar-feed", args=[row.code]))
        counts.append(len(queries))
    assert len(set(counts)) == 1
