"""Whether somebody completes a cohort: sums over sessions and marks. Pure: no database, no clock, integers alone.

The rule (docs/decisions/0012-completion.md) is that of Korean public training: a cohort of fewer than 30 hours is
counted by minutes, any other by days; a day counts when at least half of its minutes were attended; three times
late, left early or stepped out make one absence; exactly 80 % is enough. Versions of the rule carry these
numbers.

What an absence made of slips takes away:

- by days: one day;
- by hours: one session, namely, of every three slips taken from the longest stay down, the shortest of the three;
  and of it the minutes that were attended, since the others are missing already. So nothing is taken twice, and
  coming late is never worse than staying away, nor is one slip more ever better than one fewer.

A session that nobody has marked is open, never missed: it counts as nothing now, and as whole in what can still be
reached. What is excused (공가) counts as attended. Optional and cancelled sessions do not count at all.
"""

import enum
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from portal.i18n import local_date

HOUR_RULE_BELOW = 30 * 60  # minutes
WHOLE = ("present", "excused", "late", "left_early", "stepped_out")  # attended, unless the row says for how long
SLIPS = ("late", "left_early", "stepped_out")


class Verdict(enum.StrEnum):
    """Where somebody stands towards completion."""

    REACHED = "reached"  # whatever comes now
    WITHIN = "within"  # nothing stands in the way yet
    ONE_MORE = "one_more"  # one more absence, and it is out of reach
    UNREACHABLE = "unreachable"  # even if nothing more is missed
    NOT_REACHED = "not_reached"  # every session is marked, and it was not enough


@dataclass(frozen=True)
class Line:
    """One session in the sums: how long it is, how it was marked ("" where it was not), how much was attended."""

    session: Any
    day: date
    length: int
    status: str
    attended: int

    @property
    def is_open(self):
        """Whether nobody has marked it."""
        return not self.status

    @property
    def is_slip(self):
        """Whether it counts as late, left early or stepped out."""
        return self.status in SLIPS


@dataclass(frozen=True)
class Day:
    """One day in the sums."""

    day: date
    length: int
    attended: int
    counts: bool
    is_open: bool


@dataclass(frozen=True)
class Sum:
    """What a set of lines comes to: minutes by hours, days by days."""

    present: int
    total: int
    attended: int  # before the slips
    slips: int
    absences: int  # that the slips make
    days: tuple = ()

    @property
    def taken(self):
        """What the slips take away."""
        return self.attended - self.present


@dataclass(frozen=True)
class Standing:
    """Where somebody stands: the sums as they are, the verdict, and the lines they come from."""

    basis: str
    threshold: int
    day_percent: int
    slips_per_absence: int
    sum: Sum
    best: int  # what `present` can still become
    lines: tuple
    verdict: Verdict

    @property
    def present(self):
        """Minutes or days that count."""
        return self.sum.present

    @property
    def total(self):
        """Out of so many."""
        return self.sum.total

    @property
    def percent(self):
        """Rounded down, so that a figure never says more than there is; 0 where nothing counts."""
        return percent_of(self.present, self.total)

    @property
    def open(self):
        """The lines that nobody has marked."""
        return tuple(line for line in self.lines if line.is_open)

    def can_miss(self, now):
        """Whether a session that counts is still to be attended at `now`."""
        return any(line.session.ends_at > now for line in self.open)

    @property
    def has_missed(self):
        """Whether anything of what was marked is missing, or counts as a slip."""
        return any(not line.is_open and (line.is_slip or line.attended < line.length) for line in self.lines)

    @property
    def is_decided(self):
        """Whether the outcome is certain, whatever the open sessions bring."""
        return self.verdict in (Verdict.REACHED, Verdict.UNREACHABLE, Verdict.NOT_REACHED)

    @property
    def is_reached(self):
        """Whether it is certain that the cohort is completed."""
        return self.verdict == Verdict.REACHED


def percent_of(present, total):
    """Whole percent, rounded down; 0 where nothing counts."""
    return present * 100 // total if total else 0


def minutes_of(session):
    """How long a session is, in whole minutes."""
    return int((session.ends_at - session.starts_at).total_seconds()) // 60


def counts(session):
    """Whether a session counts towards completion: it is required, and takes place."""
    return session.is_required and getattr(session, "cancelled_at", None) is None


def basis_of(rule, lines, hours=None):
    """`hours` or `days`: as the rule says, or by the cohort's hours; by those of its sessions where not given."""
    if rule.basis != "auto":
        return str(rule.basis)
    minutes = hours * 60 if hours is not None else sum(line.length for line in lines)
    return "hours" if minutes < HOUR_RULE_BELOW else "days"


def line_of(session, row):
    """A session with its mark, or None."""
    length = minutes_of(session)
    status = str(row.status) if row is not None else ""
    attended = length if status in WHOLE else 0
    if attended and row.minutes is not None:
        attended = min(row.minutes, length)
    return Line(session, local_date(session.starts_at), length, status, attended)


def by_hours(rule, lines):
    """Minutes attended out of all, less what the slips take."""
    attended = sum(line.attended for line in lines)
    stays = sorted((line.attended for line in lines if line.is_slip), reverse=True)
    taken = stays[rule.slips_per_absence - 1 :: rule.slips_per_absence]
    total = sum(line.length for line in lines)
    return Sum(attended - sum(taken), total, attended, len(stays), len(taken))


def by_days(rule, lines):
    """Days that count out of all, less one for each absence that the slips make."""
    found = {}
    for line in lines:
        found.setdefault(line.day, []).append(line)
    days = []
    for day, its in sorted(found.items()):
        length, attended = sum(line.length for line in its), sum(line.attended for line in its)
        is_enough = attended * 100 >= length * rule.day_percent
        days.append(Day(day, length, attended, is_enough, any(line.is_open for line in its)))
    counted = sum(day.counts for day in days)
    slips = sum(line.is_slip for line in lines)
    absences = slips // rule.slips_per_absence
    return Sum(max(0, counted - absences), len(days), counted, slips, absences, tuple(days))


def standing(rule, sessions, rows, hours=None):
    """Where somebody stands whose marks are `rows`, one a session at most, in a cohort with these `sessions`.

    `hours` are those that the cohort declares; they choose the basis of an automatic rule.
    """
    marks = {row.session_id: row for row in rows}
    counting = sorted((session for session in sessions if counts(session)), key=lambda s: (s.starts_at, s.pk))
    lines = tuple(line_of(session, marks.get(session.pk)) for session in counting)
    basis = basis_of(rule, lines, hours)
    add = by_hours if basis == "hours" else by_days
    here = add(rule, lines)
    best = add(rule, [attending(line) for line in lines])
    return Standing(
        basis=basis,
        threshold=rule.threshold,
        day_percent=rule.day_percent,
        slips_per_absence=rule.slips_per_absence,
        sum=here,
        best=best.present,
        lines=lines,
        verdict=verdict_of(rule, basis, lines, here, best),
    )


def attending(line):
    """An open line as if it were attended; any other as it is."""
    return replace(line, status="present", attended=line.length) if line.is_open else line


def enough(rule, present, total):
    """Whether so much is enough; exactly the threshold is."""
    return present * 100 >= total * rule.threshold


def verdict_of(rule, basis, lines, here, best):
    """The verdict on the sums as they are (`here`) and as they can still become (`best`)."""
    if not here.total:
        return Verdict.WITHIN
    still_open = [line for line in lines if line.is_open]
    if not still_open:
        return Verdict.REACHED if enough(rule, here.present, here.total) else Verdict.NOT_REACHED
    if not enough(rule, best.present, here.total):
        return Verdict.UNREACHABLE
    if enough(rule, worst(rule, basis, still_open, here), here.total):
        return Verdict.REACHED
    one_fewer = best.present - dearest(rule, basis, lines, still_open)
    return Verdict.WITHIN if enough(rule, one_fewer, here.total) else Verdict.ONE_MORE


def worst(rule, basis, still_open, here):
    """What is left if everything that is open goes as badly as it can.

    By hours that is staying away. By days each open session may also become a slip.
    """
    if basis == "hours":
        return here.present
    return max(0, here.attended - (here.slips + len(still_open)) // rule.slips_per_absence)


def dearest(rule, basis, lines, still_open):
    """What one more absence costs at most: by hours the longest open session, by days a day that needs them."""
    if basis == "hours":
        return max(line.length for line in still_open)
    here, best = by_days(rule, lines), by_days(rule, [attending(line) for line in lines])
    return max(int(after.counts and not now.counts) for now, after in zip(here.days, best.days, strict=True))
