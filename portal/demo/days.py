"""Weekdays and times of day in Seoul."""

from datetime import datetime, time, timedelta

from portal.clock import SEOUL

DAY = timedelta(days=1)
HOLIDAYS = {(1, 1), (3, 1), (5, 5), (6, 6), (8, 15), (10, 3), (10, 9), (12, 25)}  # those with a fixed date


def at(day, clock_time):
    """`day` at `clock_time` (such as `17:00`) in Seoul."""
    return datetime.combine(day, time.fromisoformat(clock_time), SEOUL)


def is_weekday(day):
    """Whether people work on `day`: Monday to Friday, and no holiday with a fixed date."""
    return day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS


def weekday(day, steps):
    """The weekday `steps` weekdays after `day`, before it where negative; with 0 `day` itself or the next one."""
    if steps == 0:
        while not is_weekday(day):
            day += DAY
        return day
    step = DAY if steps > 0 else -DAY
    for _ in range(abs(steps)):
        day += step
        while not is_weekday(day):
            day += step
    return day


def weekdays_from(day, count):
    """`count` weekdays in a row, beginning on `day` or the next one."""
    days = [weekday(day, 0)]
    while len(days) < count:
        days.append(weekday(days[-1], 1))
    return days


def local_day(moment):
    """The date of `moment` in Seoul."""
    return moment.astimezone(SEOUL).date()


def between(rng, first, last):
    """Some whole second from `first` to `last`; `first` where there is nothing between."""
    return first + timedelta(seconds=rng.randint(0, max(int((last - first).total_seconds()), 0)))
