"""Free times of a pair: against a minute by minute account that shares no code, and rule by rule."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from mentoring import slots, zones
from mentoring.models.pairs import Pairing
from programs.models.cohorts import Session
from tests import make

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 3, 1, 0, 0, tzinfo=UTC)  # a Monday, 09:00 in Seoul
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
ALL_DAY = tuple((day, 0, 24 * 60) for day in range(7))


@pytest.fixture(autouse=True)
def _now(settings):
    settings.DEMO_NOW = NOW


def made(mentor_week=ALL_DAY, mentee_week=ALL_DAY, *, minutes=60, mentor_fields=None, cohort=None, **week):
    """A pair of a round, whose weeks are as said; notice and buffer none where nothing is said."""
    cohort = cohort or make.make_cohort(make.make_program(has_mentoring=True), phase="running")
    cohort.starts_at, cohort.ends_at = NOW - DAY, NOW + 100 * DAY
    cohort.save()
    make.make_mentoring_round(cohort, meeting_minutes=minutes)
    pairing = make.make_pairing(
        make.make_mentor(**(mentor_fields or {})), make.make_enrolment(cohort), paired_at=NOW
    )
    fields = {"notice_hours": 0, "buffer_minutes": 0} | week
    zone, other_zone = fields.pop("zone", "Asia/Seoul"), fields.pop("mentee_zone", "Asia/Seoul")
    make.make_week(pairing.mentor.user, *mentor_week, zone=zone, **fields)
    make.make_week(pairing.enrolment.person, *mentee_week, zone=other_zone, **fields)
    return again(pairing)


def again(pairing):
    """As it stands now."""
    return Pairing.objects.get(pk=pairing.pk)


def beginnings(pairing, since=NOW, until=NOW + 7 * DAY, **fields):
    return [start for start, _end in slots.bookable(again(pairing), NOW, since=since, until=until, **fields)]


def utc(day, hour, minute=0):
    return datetime(2027, 3, day, hour, minute, tzinfo=UTC)


# --- against an account that goes through every minute ------------------------------------------------------------

parts = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 95), st.integers(1, 40)), min_size=1, max_size=6).map(
    lambda rows: {
        (day, start): (day, start * 15, min(24 * 60, (start + length) * 15)) for day, start, length in rows
    }
)
zone_names = st.sampled_from(["Asia/Seoul", "America/Los_Angeles", "Europe/London", "Asia/Kathmandu"])
taken = st.lists(st.tuples(st.integers(0, 7 * 96), st.integers(1, 12)), max_size=4)


def is_in_week(moment, parts_, zone):
    local = moment.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    return any(day == local.weekday() and starts <= minute < ends for day, starts, ends in parts_)


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    mentor_parts=parts, mentee_parts=parts, zone=zone_names, other=zone_names, meetings=taken, sessions=taken,
    length=st.sampled_from([30, 45, 60]), buffer=st.sampled_from([0, 10, 30]), notice=st.sampled_from([0, 5, 24]),
)  # fmt: skip
def test_slots_are_those_of_a_naive_account_of_every_minute(
    mentor_parts, mentee_parts, zone, other, meetings, sessions, length, buffer, notice
):
    pairing = made(
        mentor_parts.values(), mentee_parts.values(), zone=zone, mentee_zone=other,
        minutes=length, notice_hours=notice, buffer_minutes=buffer,
    )  # fmt: skip
    busy = []
    for start, quarters in meetings:
        begin, end = NOW + start * 15 * MINUTE, NOW + (start + quarters) * 15 * MINUTE
        make.make_meeting(make.make_pairing(pairing.mentor), starts_at=begin, minutes=quarters * 15)
        busy.append((begin - buffer * MINUTE, end + buffer * MINUTE))
    Session.objects.filter(cohort=pairing.enrolment.cohort).delete()
    for start, quarters in sessions:
        begin, end = NOW + start * 15 * MINUTE, NOW + (start + quarters) * 15 * MINUTE
        make.make_session(pairing.enrolment.cohort, starts_at=begin, ends_at=end)
        busy.append((begin, end))
    free = [
        is_in_week(moment, mentor_parts.values(), zone)
        and is_in_week(moment, mentee_parts.values(), other)
        and moment >= NOW + notice * HOUR
        and not any(begin <= moment < end for begin, end in busy)
        for moment in (NOW + minute * MINUTE for minute in range(7 * 24 * 60))
    ]
    step = 30 if length % 30 == 0 else 15
    expected = [
        NOW + minute * MINUTE
        for minute in range(0, 7 * 24 * 60 - length + 1, step)
        if all(free[minute : minute + length])
    ]
    assert beginnings(pairing) == expected


# --- rule by rule -------------------------------------------------------------------------------------------------


def test_an_evening_in_los_angeles_is_a_morning_in_seoul():
    pairing = made([(0, 16 * 60, 18 * 60)], [(1, 9 * 60, 12 * 60)], zone="America/Los_Angeles")
    found = beginnings(pairing)
    assert found == [utc(2, 0), utc(2, 0, 30), utc(2, 1)]  # 16:00 PST on Monday is 09:00 KST on Tuesday


@pytest.mark.parametrize(("minutes", "step"), [(30, 30), (40, 15), (45, 15), (60, 30), (90, 30)])
def test_slots_begin_on_quarters_or_halves(minutes, step):
    found = beginnings(made(minutes=minutes), until=NOW + 3 * HOUR)
    assert found == [NOW + step * number * MINUTE for number in range(len(found))]
    assert found[-1] + minutes * MINUTE <= NOW + 3 * HOUR < found[-1] + (minutes + step) * MINUTE


def test_the_larger_notice_and_the_larger_buffer_count():
    pairing = made()
    mentor, mentee = pairing.mentor.user.week, pairing.enrolment.person.week
    mentor.notice_hours, mentor.buffer_minutes = 3, 30
    mentee.notice_hours, mentee.buffer_minutes = 2, 5
    mentor.save()
    mentee.save()
    assert beginnings(pairing)[0] == NOW + 3 * HOUR
    make.make_meeting(make.make_pairing(pairing.mentor), starts_at=NOW + 6 * HOUR)
    found = beginnings(pairing, until=NOW + 9 * HOUR)
    assert found == [NOW + hours * HOUR for hours in (3, 3.5, 4, 4.5, 7.5, 8)]


@pytest.mark.parametrize("status", ["cancelled", "rescheduled"])
def test_what_was_called_off_takes_up_nobodys_time(status):
    pairing = made()
    make.make_meeting(pairing, starts_at=NOW + HOUR, status=status, called_off_reason="1")
    assert NOW + HOUR in beginnings(pairing)


def test_a_meeting_of_the_mentee_with_another_mentor_counts_and_so_does_one_where_they_are_the_mentor():
    pairing = made()
    mentee = pairing.enrolment.person
    make.make_meeting(make.make_pairing(None, make.make_enrolment(None, mentee)), starts_at=NOW + HOUR)
    make.make_meeting(make.make_pairing(make.make_mentor(mentee)), starts_at=NOW + 3 * HOUR)
    found = beginnings(pairing, until=NOW + 5 * HOUR)
    assert found == [NOW, NOW + 2 * HOUR, NOW + 4 * HOUR]


def test_sessions_that_either_attends_or_teaches_are_left_out_unless_they_are_called_off():
    pairing = made()
    expert = make.make_expert(user=pairing.mentor.user)
    place = make.make_enrolment(make.make_cohort(phase="running"), pairing.enrolment.person, status="active")
    attended = make.make_session(place.cohort, starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)
    taught = make.make_session(
        make.make_cohort(phase="running"), experts=[expert], starts_at=NOW + 3 * HOUR, ends_at=NOW + 4 * HOUR
    )
    assert beginnings(pairing, until=NOW + 5 * HOUR) == [NOW, NOW + 2 * HOUR, NOW + 4 * HOUR]
    Session.objects.filter(pk__in=[attended.pk, taught.pk]).update(cancelled_at=NOW, cancel_reason="1")
    assert len(beginnings(pairing, until=NOW + 5 * HOUR)) == 9


def test_a_course_that_was_left_takes_up_no_time():
    pairing = made()
    place = make.make_enrolment(
        make.make_cohort(phase="running"), pairing.enrolment.person, status="dropped", end_reason="1"
    )
    make.make_session(place.cohort, starts_at=NOW, ends_at=NOW + DAY)
    assert NOW in beginnings(pairing)


def test_the_mentors_month_is_counted_where_the_mentor_lives():
    pairing = made(zone="America/Los_Angeles", mentor_fields={"monthly_limit": 1})
    make.make_meeting(make.make_pairing(pairing.mentor), starts_at=NOW + HOUR)  # still February there
    first_of_march = datetime(2027, 3, 1, 8, tzinfo=UTC)  # midnight in Los Angeles
    assert beginnings(pairing)[0] == first_of_march
    make.make_meeting(make.make_pairing(pairing.mentor), starts_at=NOW + 20 * DAY)
    assert beginnings(pairing) == []
    april = datetime(2027, 4, 1, 7, tzinfo=UTC)  # midnight there, in summer time
    assert beginnings(pairing, until=NOW + 40 * DAY)[0] == april


def test_nothing_lies_outside_the_time_of_the_cohort():
    pairing = made()
    cohort = pairing.enrolment.cohort
    cohort.starts_at, cohort.ends_at = NOW + DAY, NOW + DAY + 2 * HOUR
    cohort.save()
    assert beginnings(pairing) == [NOW + DAY, NOW + DAY + HOUR / 2, NOW + DAY + HOUR]
    cohort.starts_at = cohort.ends_at = None
    cohort.save()
    assert len(slots.bookable(again(pairing), NOW)) == 56 * 48 - 1


def test_the_meeting_that_is_moved_is_not_in_its_own_way():
    pairing = made()
    meeting = make.make_meeting(pairing, starts_at=NOW + HOUR)
    assert NOW + 1.5 * HOUR not in beginnings(pairing)
    assert NOW + 1.5 * HOUR in beginnings(pairing, besides=meeting)


def test_without_a_week_of_both_there_is_no_free_time():
    pairing = made()
    week = pairing.enrolment.person.week
    week.parts.all().delete()
    assert beginnings(pairing) == []
    assert slots.without_week(again(pairing)) == [pairing.enrolment.person]
    week.delete()
    assert slots.without_week(again(pairing)) == [pairing.enrolment.person]


def test_why_a_time_cannot_be_had():
    pairing = made([(0, 9 * 60, 12 * 60)], notice_hours=2, mentor_fields={"monthly_limit": 1})
    make.make_meeting(pairing, starts_at=NOW + 7 * DAY)

    def why(start, **fields):
        with override("en"):
            return slots.refusal(again(pairing), start, NOW, **fields)

    assert why(NOW - HOUR) == why(NOW) == "This time has passed."
    assert why(NOW + HOUR) == "Meetings are booked at least 2 hours ahead."
    assert why(NOW + 200 * DAY) == "This time lies outside the time of the cohort."
    assert why(NOW + 7 * DAY).startswith("One of you has something else")
    assert why(NOW + 14 * DAY).startswith("The mentor has no more meetings")
    pairing.mentor.monthly_limit = None
    pairing.mentor.save()
    assert why(NOW + 14 * DAY) == ""
    assert why(NOW + 14 * DAY + 7 * MINUTE) == why(NOW + 15 * DAY)
    assert why(NOW + 15 * DAY) == "This time is no longer offered. Please choose another one."
    assert why(NOW + 15 * DAY, agreed=True) == ""
    assert why(NOW + HOUR, agreed=True) == ""
    assert why(NOW + 7 * DAY + HOUR / 2, agreed=True).startswith("One of you has something else")


def test_when_nothing_can_be_booked_at_all():
    pairing = made()

    def closed():
        with override("en"):
            return slots.closed(again(pairing))

    assert closed() == ""
    Pairing.objects.filter(pk=pairing.pk).update(answer_until=NOW + DAY)
    assert closed() == "Meetings can be booked once the mentor has accepted."
    Pairing.objects.filter(pk=pairing.pk).update(accepted_at=NOW)
    assert closed() == ""
    round_ = pairing.enrolment.cohort.mentoring_round
    round_.is_camp = True
    round_.save()
    assert closed().startswith("The meetings of a camp")
    Pairing.objects.filter(pk=pairing.pk).update(ended_at=NOW, end_reason="1")
    assert closed() == "This pair has ended."
    assert beginnings(pairing) == []


@pytest.mark.parametrize(
    "value",
    ["", "x", "2027-03-01", "2027-03-01T10:00", "9999-12-31T23:59Z", "0001-01-01T00:00+1400", "2027-13-01T10:00Z"],
)
def test_what_is_no_time_is_none(value):
    assert slots.start_in(value) is None


def test_a_beginning_comes_back_as_it_was():
    start = utc(3, 1, 30)
    assert slots.start_in(slots.value_of(start)) == start


# --- in words -----------------------------------------------------------------------------------------------------


def told(start, *names, language="ko", end=True):
    with override(language):
        return zones.times(start, start + HOUR if end else None, [ZoneInfo(name) for name in names], year=False)


def test_both_zones_are_told_with_the_day_where_it_differs():
    start = datetime(2027, 1, 14, 1, tzinfo=UTC)
    assert told(start, "Asia/Seoul", "America/Los_Angeles", end=False) == (
        "1월 14일 (목) 10:00 KST · 1월 13일 (수) 17:00 PST"
    )
    assert told(start, "America/Los_Angeles", "Asia/Seoul", language="en") == (
        "Wed, 13 January, 17:00–18:00 PST · Thu, 14 January, 10:00–11:00 KST"
    )
    noon = datetime(2027, 1, 14, 12, tzinfo=UTC)
    assert told(noon, "Asia/Seoul", "Europe/London") == "1월 14일 (목) 21:00~22:00 KST · 12:00~13:00 GMT"


def test_one_clock_is_told_once_and_a_zone_without_a_name_by_its_distance():
    start = datetime(2027, 7, 14, 1, tzinfo=UTC)
    assert told(start, "Asia/Seoul", "Asia/Tokyo", "Asia/Seoul") == "7월 14일 (수) 10:00~11:00 KST"
    assert told(start, "Asia/Seoul", "America/Sao_Paulo").endswith("· 7월 13일 (화) 22:00~23:00 UTC-03")


def test_whose_zone_comes_first():
    pairing = made(zone="America/Los_Angeles")
    mentor, mentee = slots.people_of(pairing)
    keys = lambda reader: [zone.key for zone in zones.zones_for(reader, (mentor, mentee))]  # noqa: E731
    assert keys(mentor) == ["America/Los_Angeles", "Asia/Seoul"]
    assert keys(mentee) == keys(make.make_admin()) == ["Asia/Seoul", "America/Los_Angeles"]


def test_a_deadline_stands_on_the_readers_clock_and_on_seouls():
    until = datetime(2027, 3, 7, 1, tzinfo=UTC)
    here, tokyo = ZoneInfo("Asia/Seoul"), ZoneInfo("Asia/Tokyo")
    there = zones.zone_in(make.make_week(zone="America/Los_Angeles"))
    assert zones.own_moment(until, there) == "3월 6일 (토) 17:00 PST · 3월 7일 (일) 10:00 KST"
    assert zones.own_deadline(until, zones.zone_in(None)) == "3월 7일 (일) 10:00까지"
    with override("en"):
        assert zones.own_deadline(until, there) == "by Sat, 6 March, 17:00 PST · Sun, 7 March, 10:00 KST"
        assert zones.own_moment(until, here) == zones.own_moment(until, tokyo) == "Sun, 7 March, 10:00 KST"
