"""When people have time: their usual weeks as stretches of real time, and what two of them have in common.

A stretch is a pair of aware datetimes in UTC, the second excluded. Lists of stretches are sorted and do not touch.
The clock of a zone is asked for each day anew, so that a change to summer time moves the stretch and not the hour
on the wall; an hour that the change skips is left out.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARTS_OF_A_DAY = ((6 * 60, 12 * 60), (12 * 60, 18 * 60), (18 * 60, 24 * 60))
WEEK = timedelta(days=7)


def merged(stretches):
    """The same time as a sorted list of stretches that neither overlap nor touch."""
    result = []
    for start, end in sorted(stretches):
        if start >= end:
            continue
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return result


def common(one, other):
    """The time that two lists of stretches have in common."""
    result, i, j = [], 0, 0
    while i < len(one) and j < len(other):
        start, end = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if start < end:
            result.append((start, end))
        if one[i][1] <= other[j][1]:
            i += 1
        else:
            j += 1
    return result


def without(stretches, taken):
    """What is left of a list of stretches when `taken`, a list too, is gone."""
    result = []
    for start, end in stretches:
        for gone, until in taken:
            if until <= start or gone >= end:
                continue
            if gone > start:
                result.append((start, gone))
            start = until
            if start >= end:
                break
        if start < end:
            result.append((start, end))
    return result


def minutes(stretches):
    """How many whole minutes they last together."""
    return sum(int((end - start).total_seconds()) // 60 for start, end in stretches)


def _at(day, minute, zone):
    """That minute of a day on the wall of a zone, in UTC."""
    local = datetime.combine(day, time(), zone) + timedelta(minutes=minute)  # wall clock, as in the zone itself
    return local.astimezone(UTC)


def free_time(week, since, until, *, usual=False):
    """The stretches between two instants in which a person has time by their usual week and its exceptions.

    `week` is a `models.availability.Week` with its parts and exceptions; days away win over everything else. With
    `usual` the exceptions are left aside.
    """
    zone = ZoneInfo(week.zone)
    parts = {}
    for part in week.parts.all():
        parts.setdefault(part.weekday, []).append((part.starts, part.ends))
    exceptions = [] if usual else list(week.exceptions.all())
    day, last, found = since.astimezone(zone).date(), until.astimezone(zone).date(), []
    while day <= last:
        today = [each for each in exceptions if each.first_day <= day <= each.last_day]
        if not any(each.is_away for each in today):
            spans = parts.get(day.weekday(), []) + [(each.starts, each.ends) for each in today]
            found += [(_at(day, starts, zone), _at(day, ends, zone)) for starts, ends in spans]
        day += timedelta(days=1)
    return common(merged(found), [(since, until)])


def parts_of_week(week, *, least=60):
    """How many of the 21 parts of a week (mornings, afternoons, evenings) offer at least so many minutes."""
    count = 0
    for weekday in range(7):
        spans = [(part.starts, part.ends) for part in week.parts.all() if part.weekday == weekday]
        for begins, ends in PARTS_OF_A_DAY:
            offered = sum(max(0, min(end, ends) - max(start, begins)) for start, end in spans)
            count += offered >= least
    return count


def least_common_minutes(one, other, since, until):
    """The minutes that two people have in common in the poorest whole week between two instants.

    Weeks are counted from `since`; where a change to summer time falls between, the weeks differ, and the least
    counts. Less than a week counts as one. Exceptions are left aside: they are single days, not the usual week.
    """
    fewest, start = None, since
    while start < until and (fewest is None or start + WEEK <= until):
        shared = common(
            free_time(one, start, start + WEEK, usual=True), free_time(other, start, start + WEEK, usual=True)
        )
        fewest = minutes(shared) if fewest is None else min(fewest, minutes(shared))
        start += WEEK
    return fewest or 0
