"""Free time: wall clocks, zones, summer time, exceptions, and what two weeks have in common."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentoring import availability
from tests.make import make_week

pytestmark = pytest.mark.django_db


def week(zone, *parts, exceptions=()):
    return make_week(None, *parts, zone=zone, exceptions=exceptions)


def utc(*when):
    return datetime(*when, tzinfo=UTC)


def test_an_evening_in_seoul_is_a_morning_in_utc():
    seoul = week("Asia/Seoul", (0, 19 * 60, 21 * 60))
    found = availability.free_time(seoul, utc(2027, 3, 1), utc(2027, 3, 3))
    assert found == [(utc(2027, 3, 1, 10), utc(2027, 3, 1, 12))]


def test_summer_time_moves_the_stretch_and_not_the_hour_on_the_wall():
    london = week("Europe/London", (0, 9 * 60, 10 * 60))
    before = availability.free_time(london, utc(2027, 3, 22), utc(2027, 3, 23))
    after = availability.free_time(london, utc(2027, 3, 29), utc(2027, 3, 30))
    assert before == [(utc(2027, 3, 22, 9), utc(2027, 3, 22, 10))]
    assert after == [(utc(2027, 3, 29, 8), utc(2027, 3, 29, 9))]


def test_days_away_win_and_extra_time_counts():
    made = week(
        "UTC",
        (0, 0, 24 * 60),
        exceptions=[
            (date(2027, 3, 1), date(2027, 3, 1), None, None),
            (date(2027, 3, 1), date(2027, 3, 2), 600, 660),
        ],
    )
    found = availability.free_time(made, utc(2027, 3, 1), utc(2027, 3, 9))
    assert found == [
        (utc(2027, 3, 2, 10), utc(2027, 3, 2, 11)),
        (utc(2027, 3, 8), utc(2027, 3, 9)),
    ]


def test_a_whole_week_has_twenty_one_parts():
    full = week("UTC", *((day, 0, 24 * 60) for day in range(7)))
    assert availability.parts_of_week(full) == 21
    assert availability.parts_of_week(week("UTC", (0, 11 * 60, 13 * 60))) == 2
    assert availability.parts_of_week(week("UTC", (0, 11 * 60 + 30, 12 * 60 + 30))) == 0


def test_what_two_have_in_common_is_that_of_the_poorest_week():
    seoul = week("Asia/Seoul", (0, 18 * 60, 19 * 60))
    london = week("Europe/London", (0, 9 * 60, 10 * 60))
    assert availability.least_common_minutes(seoul, london, utc(2027, 3, 1), utc(2027, 3, 22)) == 60
    assert availability.least_common_minutes(seoul, london, utc(2027, 3, 1), utc(2027, 4, 12)) == 0


STRETCHES = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=6
)


def times(stretches):
    base = utc(2027, 1, 1)
    return availability.merged(
        (base + timedelta(minutes=start), base + timedelta(minutes=end)) for start, end in stretches
    )


def points(stretches):
    base = utc(2027, 1, 1)
    return {
        minute
        for minute in range(100)
        for start, end in stretches
        if start <= base + timedelta(minutes=minute) < end
    }


@given(STRETCHES, STRETCHES)
def test_common_and_without_are_those_of_sets(one, other):
    one, other = times(one), times(other)
    assert points(availability.common(one, other)) == points(one) & points(other)
    assert points(availability.without(one, other)) == points(one) - points(other)
    assert availability.minutes(one) == len(points(one))
