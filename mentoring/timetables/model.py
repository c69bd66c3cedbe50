"""The question in whole-number rows and columns for HiGHS. A column is a meeting that may take place.

numpy and scipy are imported inside the functions that calculate, so that a process that never does so starts
without them.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from math import ceil, inf

from mentoring.timetables.problem import Meeting

NODES = 2000  # of one search: a limit that does not depend on the machine, so neither does the answer
OPTIMAL, INFEASIBLE = 0, 2  # as scipy says it
NEARLY = 1e-6


class Undecided(Exception):
    """The search was stopped before it knew whether there is a timetable."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to: values of all columns, their cost, and whether nothing cheaper exists."""

    values: tuple
    cost: int
    is_proved: bool


@dataclass(frozen=True, slots=True, order=True)
class Fact:
    """Something that stands in the way and is not a demand.

    kind "absence" (`number` says which), "available" (the windows of a person), "clash" (one meeting at a time),
    "buffer", "most" (meetings a day), all of a person in a role; "language": meetings in the language that stands
    in place of the person need an interpreter; "short": slots below the minimum are not used.
    """

    kind: str
    role: str = ""
    person: str = ""
    number: int = 0


class Rows:
    """Columns with bounds, rows over them, and a search. Nothing here knows of meetings."""

    def __init__(self):
        self.highest, self.whole = [], []
        self.rows, self.bounds = [], []
        self._made = None

    def column(self, highest=1, *, whole=True):
        """A new column from 0 to `highest`; returns its number."""
        self.highest.append(highest)
        self.whole.append(int(whole))
        return len(self.highest) - 1

    def row(self, weights, low=-inf, high=inf):
        """Hold the sum of weight x column between `low` and `high`; weights are (column, weight)."""
        self.rows.append(tuple(weights))
        self.bounds.append((low, high))

    def search(self, costs, *, seconds, keep=None, nodes=NODES):
        """The cheapest values by `costs` {column: whole number}, or None where no values keep all rows.

        `keep` are values {column: number} that stay. Raises Undecided where the search found neither an answer nor
        that there is none within its limits.
        """
        status, values, bound = self._run(costs, keep or {}, whole=True, seconds=seconds, nodes=nodes)
        if status == INFEASIBLE:
            return None
        if values is None:
            raise Undecided
        cost = sum(values[column] * price for column, price in costs.items())
        return Found(tuple(values), cost, status == OPTIMAL or cost <= bound)

    def bound(self, costs, *, seconds):
        """What no values can be cheaper than."""
        status, _values, bound = self._run(costs, {}, whole=False, seconds=seconds, nodes=NODES)
        return bound if status == OPTIMAL else -inf

    def _run(self, costs, keep, *, whole, seconds, nodes):
        """The status of a search, the whole numbers it found or None, and what nothing is cheaper than.

        Columns that stay are taken out beforehand: most of them do where a timetable is bettered little by little.
        """
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp

        size = len(self.highest)
        objective, values, is_free = np.zeros(size), np.zeros(size), np.ones(size, dtype=bool)
        objective[list(costs)] = list(costs.values())
        values[list(keep)] = list(keep.values())
        is_free[list(keep)] = False
        matrix, low, high = self._matrix()
        held = matrix @ values
        low, high, matrix = low - held, high - held, matrix[:, is_free]
        open_rows = np.diff(matrix.indptr) > 0
        if (low[~open_rows] > NEARLY).any() or (high[~open_rows] < -NEARLY).any():
            return INFEASIBLE, None, inf
        paid = float(objective @ values)
        if not is_free.any():
            return OPTIMAL, np.rint(values).astype(int).tolist(), paid
        result = milp(
            objective[is_free],
            integrality=np.array(self.whole)[is_free] if whole else None,
            bounds=Bounds(0, np.array(self.highest, dtype=float)[is_free]),
            constraints=LinearConstraint(matrix[open_rows], low[open_rows], high[open_rows]),
            options={"mip_rel_gap": 0, "node_limit": nodes, "time_limit": max(0.1, seconds)},
        )
        if result.x is None:
            return result.status, None, -inf
        values[is_free] = result.x
        least = result.fun if result.mip_dual_bound is None else result.mip_dual_bound
        return result.status, np.rint(values).astype(int).tolist(), ceil(paid + least - NEARLY)

    def _matrix(self):
        """The rows as a matrix with their bounds; made anew where rows or columns have come since."""
        import numpy as np
        from scipy.sparse import csr_array

        shape = (len(self.rows), len(self.highest))
        if self._made is None or self._made[0].shape != shape:
            starts = np.cumsum([0, *map(len, self.rows)])
            columns = np.array([column for row in self.rows for column, _weight in row], dtype=np.int32)
            weights = np.array([weight for row in self.rows for _column, weight in row], dtype=float)
            bounds = np.array(self.bounds, dtype=float).reshape(-1, 2)
            self._made = csr_array((weights, columns, starts), shape=shape), bounds[:, 0], bounds[:, 1]
        return self._made


class Model(Rows):
    """All that must hold. `lifted` facts are left out; `demands` (those of the problem) are held.

    With `elastic` each demand has a column that is 1 where it is given up.
    """

    def __init__(self, problem, demands=None, *, lifted=frozenset(), elastic=False):
        super().__init__()
        self.problem, self.lifted = problem, lifted
        self.demands = problem.demands if demands is None else tuple(demands)
        self.meetings, self.given_up = [], {}
        self._columns()
        if elastic:
            self.given_up = {demand: self.column() for demand in self.demands}
        self._hold_meetings()
        self._hold_people()
        self._hold_equal()

    def plan(self, values):
        """The meetings that the values stand for."""
        return [meeting for meeting, value in zip(self.meetings, values, strict=False) if value]

    def _columns(self):
        wanted = {(d.mentor, d.mentee, d.day) for d in self.demands if d.kind == "meeting"}
        fixed = {(d.mentor, d.mentee, d.slot) for d in self.demands if d.kind == "fixed"}
        problem = self.problem
        short = Fact("short") in self.lifted
        slots = [slot for slot in problem.slots if short or slot.minutes >= problem.minimum]
        there = {
            (role, person, slot.id)
            for role, person in problem.people
            for slot in slots
            if self._is_there(role, person, slot)
        }
        for pair in problem.pairs:
            names = [""]
            if pair.language and Fact("language", person=pair.language) not in self.lifted:
                names = [person.id for person in problem.interpreters if pair.language in person.languages]
            for slot in slots:
                if (*pair.key, slot.day) not in wanted and (*pair.key, slot.id) not in fixed:
                    continue
                if ("mentor", pair.mentor, slot.id) in there and ("mentee", pair.mentee, slot.id) in there:
                    able = (name for name in names if not name or ("interpreter", name, slot.id) in there)
                    self.meetings += [Meeting(*pair.key, slot.id, name) for name in able]
        self.meetings.sort(key=lambda meeting: (_drawn(problem.seed, meeting), meeting))
        self.of_day, self.of_fixed, self.of_person = {}, {}, {}
        for meeting in self.meetings:
            column = self.column()
            self.of_day.setdefault((*meeting.pair, problem.slot_of[meeting.slot].day), []).append(column)
            self.of_fixed.setdefault((*meeting.pair, meeting.slot), []).append(column)
            for role in ("mentor", "mentee", "interpreter"):
                if name := getattr(meeting, role):
                    self.of_person.setdefault((role, name), {}).setdefault(meeting.slot, []).append(column)

    def _is_there(self, role, person, slot):
        who = self.problem.people[role, person]
        for number, (start, end) in enumerate(who.absences):
            if start < slot.end and slot.start < end and Fact("absence", role, person, number) not in self.lifted:
                return False
        if Fact("available", role, person) in self.lifted:
            return True
        return self.problem.why_not(role, person, slot) != "unavailable" or not who.available

    def _hold_meetings(self):
        """As many meetings of a pair a day as are demanded, those given up aside; the fixed ones where they are."""
        days, fixed = {day: [] for day in self.of_day}, []
        for demand in self.demands:
            if demand.kind == "meeting":
                days.setdefault((demand.mentor, demand.mentee, demand.day), []).append(demand)
            elif demand.kind == "fixed":
                fixed.append(demand)
        for (mentor, mentee, day), demands in days.items():
            weights = [(column, 1) for column in self.of_day.get((mentor, mentee, day), ())]
            most = self.problem.wanted(self.problem.pair_of[mentor, mentee], day)
            if not self.given_up:
                self.row(weights, len(demands), most)
                continue
            self.row(weights, high=most)
            self.row(weights + [(self.given_up[demand], 1) for demand in demands], len(demands))
        for demand in fixed:
            weights = [(column, 1) for column in self._fixed_columns(demand)]
            self.row(weights + ([(self.given_up[demand], 1)] if self.given_up else []), 1)

    def _fixed_columns(self, demand):
        columns = self.of_fixed.get((demand.mentor, demand.mentee, demand.slot), ())
        name = next(
            m.interpreter
            for m in self.problem.fixed
            if (m.mentor, m.mentee, m.slot) == (demand.mentor, demand.mentee, demand.slot)
        )
        return [c for c in columns if not name or self.meetings[c].interpreter in ("", name)]

    def _hold_people(self):
        """Nobody is in two meetings at once, nor nearer to the last than their buffer, nor in too many a day."""
        for (role, person), slots in self.of_person.items():
            who = self.problem.people[role, person]
            if Fact("clash", role, person) not in self.lifted:
                buffer = 0 if Fact("buffer", role, person) in self.lifted else who.buffer
                for together in _cliques([self.problem.slot_of[slot] for slot in slots], timedelta(minutes=buffer)):
                    weights = [(column, 1) for slot in together for column in slots[slot]]
                    if len(weights) > 1:
                        self.row(weights, high=1)
            if who.most is not None and Fact("most", role, person) not in self.lifted:
                for day in self.problem.days:
                    columns = [c for slot in slots if self.problem.slot_of[slot].day == day for c in slots[slot]]
                    if len(columns) > who.most:
                        self.row([(column, 1) for column in columns], high=who.most)

    def _hold_equal(self):
        """The mentees have equal minutes; a meeting that does not take place counts as one of some length."""
        equal = [demand for demand in self.demands if demand.kind == "equal"]
        lengths = self.problem.lengths(short=Fact("short") in self.lifted)
        if len(equal) < 2 or not lengths:
            return
        wanted = {demand.mentee: 0 for demand in equal}
        for pair in self.problem.pairs:
            if pair.mentee in wanted:
                wanted[pair.mentee] += sum(count for _day, count in pair.wanted)
        of_mentee = {mentee: [] for mentee in wanted}
        for column, meeting in enumerate(self.meetings):
            if meeting.mentee in of_mentee:
                of_mentee[meeting.mentee].append((column, self.problem.slot_of[meeting.slot].minutes))
        top = max(wanted.values()) * lengths[-1]
        everybody = self.column(top, whole=False)
        for demand in equal:
            held, meetings = of_mentee[demand.mentee], wanted[demand.mentee]
            lost = self.column(top, whole=False)
            self.row([(lost, 1), *((column, lengths[0]) for column, _m in held)], low=meetings * lengths[0])
            self.row([(lost, 1), *((column, lengths[-1]) for column, _m in held)], high=meetings * lengths[-1])
            weights = [*held, (lost, 1), (everybody, -1)]
            if self.given_up:
                self.row([*weights, (self.given_up[demand], top)], low=0)
                self.row([*weights, (self.given_up[demand], -top)], high=0)
            else:
                self.row(weights, 0, 0)


def _drawn(seed, meeting):
    """The search takes columns in their order, so the order is a lottery: by the seed and the ids alone."""
    text = "\0".join((seed, *meeting.pair, meeting.slot, meeting.interpreter))
    return hashlib.blake2b(text.encode(), digest_size=8).digest()


def _cliques(slots, buffer):
    """The largest sets of slots of which one person can take one: at one moment all of them still last, or rest."""
    slots = sorted(slots, key=lambda slot: (slot.start, slot.end, slot.id))
    found = []
    for at in slots:
        together = [slot.id for slot in slots if slot.start <= at.start < slot.end + buffer]
        if found and set(found[-1]) <= set(together):
            found[-1] = together
        else:
            found.append(together)
    return found
