"""Interviews as calendars: read back by another parser's eyes, the same instants, updated and called off by UID."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as outbox
from django.urls import reverse
from icalendar import Calendar

from portal import clock, mail
from portal.models import OutgoingMail
from programs import calendars
from programs import interviews as reads
from programs.models.interviews import InterviewSlot
from programs.operations import applications
from programs.operations import interviews as operations
from tests.make import make_admin
from tests.programs.interviews import at, make_interviews

pytestmark = pytest.mark.django_db


def events(text):
    return Calendar.from_ical(text).walk("VEVENT")


def sent_calendar(row):
    """The calendar in a mail, as a mail program takes it out of the bytes."""
    outbox.outbox.clear()
    assert mail.deliver(row.pk) == 1
    parsed = message_from_bytes(outbox.outbox[0].message().as_bytes(), policy=policy.default)
    (part,) = [part for part in parsed.walk() if part.get_content_type() == "text/calendar"]
    assert part.get_filename() == "interview.ics"
    text = part.get_content()
    calendar = Calendar.from_ical(text)
    assert part["Content-Type"].params["method"] == calendar["METHOD"]
    assert part["Content-Type"].params["charset"] == "utf-8"
    return calendar


def test_the_applicants_calendar(client):
    _round, (slot, *_rest), (application, _other) = make_interviews()
    client.force_login(application.applicant)
    address = reverse("application-interview-ics", args=[application.code])
    assert client.get(address).status_code == 404
    operations.book(application.pk, slot.code, by=application.applicant)

    answer = client.get(address)

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    raw = answer.content
    assert raw.startswith(b"BEGIN:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    calendar = Calendar.from_ical(raw)
    assert (calendar["METHOD"], calendar["VERSION"]) == ("PUBLISH", "2.0")
    (event,) = events(raw)
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (slot.starts_at, slot.ends_at)
    assert event["DTSTAMP"].dt <= clock.now()
    assert event["SUMMARY"] == f"면접: {application.cohort.program.title_ko}"
    assert event["LOCATION"] == "홍릉 3층"
    assert application.receipt_number in event["DESCRIPTION"]
    assert b"meet.example.com" not in raw
    assert b"ATTENDEE" not in raw


def test_what_people_write_is_escaped_and_folded_between_letters():
    """Commas, semicolons, backslashes and line breaks of a long Korean place come back as they were written."""
    place = "서울, 홍릉; 콘텐츠인재캠퍼스 \\ 3층 " + "가나다라마바사" * 8
    _round, (slot, *_rest), (application, _other) = make_interviews(panel={"place_ko": place})
    operations.book(application.pk, slot.code, by=application.applicant)
    slot = reads.slot_of(application)
    text = calendars.calendar([calendars.of_applicant(slot, clock.now())])
    lines = text.encode().split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    for line in lines:
        line.decode()  # no letter is cut in two
    assert "서울\\, 홍릉\\; " in text
    assert events(text)[0]["LOCATION"] == place
    assert text.count("BEGIN:VEVENT") == text.count("\r\nBEGIN:VEVENT") == 1
    assert "\n" in str(events(text)[0]["DESCRIPTION"])


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Asia/Seoul"])
def test_the_instant_is_the_same_on_both_sides_of_a_change_of_clocks(zone):
    """London leaves summer time on 31 October 2027 at 01:00 UTC, which is ten in the morning in Seoul."""
    there = ZoneInfo(zone)
    for hour in (23, 0, 1, 2):
        day = 30 if hour == 23 else 31
        instant = datetime(2027, 10, day, hour, 30, tzinfo=UTC)
        found = calendars.event(
            uid="a", sequence=0, start=instant.astimezone(there), end=instant + timedelta(minutes=30),
            changed_at=instant, title="면접",
        )  # fmt: skip
        (back,) = events(calendars.calendar([found]))
        assert back["DTSTART"].dt == instant
        assert back["DTSTART"].dt.astimezone(there) == instant.astimezone(there)
        assert back["DTEND"].dt - back["DTSTART"].dt == timedelta(minutes=30)


def test_times_in_the_readers_own_zone():
    start = datetime(2027, 10, 31, 0, 0, tzinfo=UTC)
    half = timedelta(minutes=30)
    assert "01:00~01:30, London" in reads.own_time(start, start + half, "Europe/London")
    later = start + timedelta(hours=2)
    assert "02:00~02:30, London" in reads.own_time(later, later + half, "Europe/London")
    for same in ("Asia/Seoul", "Asia/Tokyo", "Nowhere/Land", "../etc/passwd"):
        assert reads.own_time(start, later, same) == ""


def test_mails_update_one_event_and_call_it_off():
    _round, (first, second, _third), (application, _other) = make_interviews()
    person = application.applicant
    operations.book(application.pk, first.code, by=person)
    booked = sent_calendar(OutgoingMail.objects.get(reason="interview_booked"))
    operations.book(application.pk, second.code, by=person)
    moved = sent_calendar(OutgoingMail.objects.get(reason="interview_moved"))
    operations.change_panel(
        second.panel_id, by=make_admin(), members=list(second.panel.members.all()), place_ko="홍릉 5층"
    )
    details = sent_calendar(OutgoingMail.objects.get(reason="interview_details"))
    operations.give_back(application.pk, by=person)
    off = sent_calendar(OutgoingMail.objects.get(reason="interview_cancelled"))

    assert [c["METHOD"] for c in (booked, moved, details, off)] == ["REQUEST"] * 3 + ["CANCEL"]
    one, two, three, four = (calendar.walk("VEVENT")[0] for calendar in (booked, moved, details, off))
    assert len({str(event["UID"]) for event in (one, two, three, four)}) == 1
    numbers = [event["SEQUENCE"] for event in (one, two, three, four)]
    assert numbers == sorted(set(numbers))
    assert (one["DTSTART"].dt, two["DTSTART"].dt) == (first.starts_at, second.starts_at)
    assert (three["LOCATION"], three["DTSTART"].dt) == ("홍릉 5층", second.starts_at)
    assert (four["STATUS"], four["DTSTART"].dt) == ("CANCELLED", second.starts_at)
    assert one["ATTENDEE"] == f"mailto:{person.email}"
    assert one["ATTENDEE"].params["RSVP"] == "FALSE"
    assert one["ORGANIZER"].startswith("mailto:")


def test_leaving_takes_the_event_out_of_the_calendar():
    _round, (slot, *_rest), (application, _other) = make_interviews()
    operations.book(application.pk, slot.code, by=application.applicant)
    applications.withdraw_application(application.pk, by=application.applicant)
    assert sent_calendar(OutgoingMail.objects.get(reason="interview_cancelled"))["METHOD"] == "CANCEL"


def test_the_link_comes_with_the_reminder(monkeypatch):
    from programs.operations import interview_news

    _round, (slot, *_rest), (application, _other) = make_interviews()
    operations.book(application.pk, slot.code, by=application.applicant)
    at(monkeypatch, slot.starts_at - timedelta(hours=23))
    interview_news.remind(clock.now())
    event = sent_calendar(OutgoingMail.objects.get(reason="interview_tomorrow")).walk("VEVENT")[0]
    assert event["URL"] == "https://meet.example.com/a"


def test_a_mail_whose_interview_is_gone_holds_no_calendar():
    _round, (slot, *_rest), (application, _other) = make_interviews()
    operations.book(application.pk, slot.code, by=application.applicant)
    change = reads.changes_of(application, slot.round).first()
    InterviewSlot.objects.filter(pk=slot.pk).update(application=None, booked_at=None)
    assert calendars.parts_for(change, application.applicant, "ko", clock.now()) == []


def test_the_panels_calendar_hides_names_where_they_are_hidden(client):
    _round, slots, (application, _other) = make_interviews(is_blind=True)
    member = slots[0].panel.members.get()
    operations.assign(application.pk, slots[0].pk, by=make_admin())
    client.force_login(member)
    raw = client.get(reverse("reviews-interviews-ics")).content
    (event,) = events(raw)
    assert event["SUMMARY"] == f"면접 {application.receipt_number}"
    assert event["URL"] == "https://meet.example.com/a"
    assert event["DTSTART"].dt == slots[0].starts_at
    flat = raw.decode().replace("\r\n ", "")
    for mark in (application.full_name, application.romanized_name, application.applicant.email, application.code):
        assert mark not in flat
