"""What many people's usual weeks have in common, two by two, in the poorest week of a cohort. Pure.

Says of each two what `availability.least_common_minutes` says, for thousands of pairs: a week is one whole number
whose bits are its minutes, and only weeks that differ by the clocks of some zone are looked at. Rows come as
`models.availability.Week` with their parts.
"""

from datetime import timedelta
from functools import cached_property
from math import gcd
from zoneinfo import ZoneInfo

from mentoring.availability import WEEK, free_time

MOST_MEETINGS = 4  # counted in one week; more say nothing more


class SharedTime:
    """The common time of people from `since`, whole weeks up to `until`; at least one.

    `weeks` maps whatever people are known by to their Week. Meetings last `meeting` minutes.
    """

    def __init__(self, weeks, since, until, *, meeting):
        self.since, self.until, self.meeting = since, until, meeting
        self.weeks, self._known = weeks, {}

    @cached_property
    def starts(self):
        """When the weeks begin that are looked at: one for each way in which the zones' clocks stand."""
        zones = sorted({week.zone for week in self.weeks.values()})
        found, start = {}, self.since
        while start < self.until and (not found or start + WEEK <= self.until):
            days = [start + timedelta(days=n) for n in range(8)]
            clocks = tuple(day.astimezone(ZoneInfo(zone)).utcoffset() for zone in zones for day in days)
            found.setdefault(clocks, start)
            start += WEEK
        return list(found.values()) or [self.since]

    @cached_property
    def step(self):
        """Minutes that one bit stands for: as many as divide every time there is."""
        return gcd(
            *(minute for spans in self._spans.values() for span in spans for pair in span for minute in pair), 60
        )

    @cached_property
    def _spans(self):
        """For each person their free minutes in each of the weeks, as (from, until) from its start."""
        spans = {}
        for key, week in self.weeks.items():
            spans[key] = [
                [(_minutes(since - start), _minutes(until - start)) for since, until in self._free(week, start)]
                for start in self.starts
            ]
        return spans

    def _free(self, week, start):
        return free_time(week, start, start + WEEK, usual=True)

    @cached_property
    def _bits(self):
        return {
            key: [sum(_ones(since // self.step, until // self.step) for since, until in spans) for spans in weeks]
            for key, weeks in self._spans.items()
        }

    def of(self, one, other):
        """`(minutes, meetings)` of two people in the week in which they have least in common, meetings up to four.

        None where one of them has said nothing about their time.
        """
        if (one, other) not in self._known:
            self._known[one, other] = self._reckoned(one, other)
        return self._known[one, other]

    def _reckoned(self, one, other):
        mine, theirs = self._bits.get(one), self._bits.get(other)
        if mine is None or theirs is None:
            return None
        shared = [a & b for a, b in zip(mine, theirs, strict=True)]
        minutes = min(bits.bit_count() for bits in shared) * self.step
        return minutes, min(self._meetings(bits) for bits in shared)

    def _meetings(self, bits):
        """How many meetings find room one after the other, up to four."""
        length = -(-self.meeting // self.step)
        room, width = bits, 1
        while width < length:  # bits from which on `length` of them are free
            by = min(width, length - width)
            room &= room >> by
            width += by
        count = 0
        while room and count < MOST_MEETINGS:
            count += 1
            first = (room & -room).bit_length() - 1
            room = room >> (first + length) << (first + length)
        return count


def _minutes(span):
    return int(span.total_seconds()) // 60


def _ones(start, end):
    return (1 << end) - (1 << start)
