"""The timetable of an intensive camp: who meets whom in which slot, with which interpreter. Solved, not typed.

What must hold: nobody is in two meetings at once or nearer to the last than their buffer, everybody is there, each
pair has its meetings each day, all mentees have equal minutes. What is better than something else is said in
`timetable_stages`. The question (`timetable_problem`) is put to HiGHS as whole numbers (`timetable_model`), part
by part (`timetable_parts`) and stage by stage; a stage decides only among the timetables that all earlier ones find
equally good. Where nothing fits, `timetable_conflicts` names the demands that cannot all be met. `timetable_check`
works out anew, from the question and the meetings alone, whether a timetable keeps the rules and what it is worth.

The searches stop after a number of nodes, not of seconds, as long as a machine is not extremely slow; so the same
question gets the same timetable everywhere, whatever the order in which it is put.
"""

import time
from dataclasses import dataclass, replace
from itertools import combinations

from mentoring.timetables import stages
from mentoring.timetables.model import Model, Undecided
from mentoring.timetables.parts import parts
from mentoring.timetables.problem import Meeting, meeting_json

SECONDS = 15
WORK = 200_000  # nodes of a search x columns
MOST_NEIGHBORHOODS = 60
FIRST_NODES = 100


@dataclass(frozen=True)
class Timetable:
    """The meetings in order of time. `values` is what each stage came to; `proved` those that nothing can beat."""

    meetings: tuple
    values: dict
    proved: tuple

    def as_json(self):
        """The timetable as plain data."""
        return {
            "meetings": [meeting_json(meeting) for meeting in self.meetings],
            "values": self.values,
            "proved": list(self.proved),
        }

    @classmethod
    def from_json(cls, data):
        """The timetable that `as_json` wrote down."""
        return cls(tuple(Meeting(**m) for m in data["meetings"]), data["values"], tuple(data["proved"]))


def solve(problem, *, previous=None, seconds=SECONDS):
    """The best Timetable, or None where no timetable meets all demands.

    `previous` are the meetings announced before: then as few as can be are moved. Raises Undecided where the time
    was too short to find any.
    """
    until = time.monotonic() + seconds
    names = [name for name in stages.NAMES if previous is not None or name not in ("moved", "handed")]
    before = tuple(previous or ())
    values, proved = dict.fromkeys(names, 0), set(names)
    if previous is not None:
        values["moved"] = len(before)
    meetings = []
    for demands in sorted(parts(problem, problem.demands, across_days=True), key=len):
        part = _Part(problem, demands, before)
        if not part.solve(names, max(1.0, until - time.monotonic())):
            return None
        meetings += part.meetings
        for name in names:
            values[name] += part.values[name]
        proved &= part.proved
    slots = problem.slot_of
    meetings.sort(key=lambda meeting: (slots[meeting.slot].start, meeting))
    return Timetable(tuple(meetings), values, tuple(name for name in names if name in proved))


class _Part:
    """Demands that share nobody with the rest, taken through all stages."""

    def __init__(self, problem, demands, previous):
        self.model = Model(problem, demands)
        self.previous = previous
        self.values, self.proved, self.meetings = {}, set(), ()

    def solve(self, names, seconds):
        """Whether there is a timetable; then `meetings`, `values` and the names of those `proved` are known."""
        until = time.monotonic() + seconds
        self.strangers = self._strangers()
        best = self.model.search(self.strangers, seconds=seconds, nodes=FIRST_NODES)
        if best is None:
            return False
        sure = True
        for name in names:
            costs = stages.costs(name, self.model, self.previous)
            best, is_proved = self._better(best, costs, until)
            sure &= is_proved
            self.values[name] = best.cost
            if sure:
                self.proved.add(name)
            self.model.row(costs.items(), high=best.cost)
        self.meetings = self.model.plan(best.values)
        return True

    def _strangers(self):
        """A cost for each meeting with another interpreter than the one meant for the pair.

        It only gives the search a good beginning: pair after pair, a mentor's one after another, is meant for the
        interpreter that has most time left.
        """
        problem, left, meant = self.model.problem, {}, {}
        for meeting in self.model.meetings:
            if meeting.interpreter:
                left.setdefault(meeting.interpreter, set()).add(meeting.slot)
        left = {name: len(slots) for name, slots in left.items()}
        last, of = None, ""
        for pair in problem.pairs:
            able = {who.id for who in problem.interpreters if pair.language in who.languages} & set(left)
            if pair.language and able:
                wanted = sum(problem.wanted(pair, day) for day in problem.days)
                if last != pair.mentor or of not in able or left[of] < wanted:
                    of = max(sorted(able), key=left.get)
                meant[pair.key], last = of, pair.mentor
                left[of] -= wanted
        return {
            column: 1
            for column, meeting in enumerate(self.model.meetings)
            if meeting.interpreter and meeting.interpreter != meant[meeting.pair]
        }

    def _better(self, best, costs, until):
        """The cheapest values known in this stage, and whether none can be cheaper.

        First what the stages before found is bettered a day or two mentors at a time, which is quick; where that
        does not reach the bound, everything is searched.
        """
        best = self.model.search(costs, seconds=SECONDS, keep=self._kept(best.values))
        nothing = best.cost == 0 and min(costs.values(), default=0) >= 0
        bound = 0 if nothing else self.model.bound(costs, seconds=SECONDS)
        if best.cost > bound:
            best = self._little_by_little(best, costs, bound, until)
        left = until - time.monotonic()
        if best.cost <= bound or left <= 0:
            return best, best.cost <= bound
        try:
            found = self.model.search(costs, seconds=left / 2, nodes=max(20, WORK // len(self.model.highest)))
        except Undecided:
            return best, False
        if found is None or found.cost > best.cost:
            return best, False
        return found, found.is_proved

    def _little_by_little(self, best, costs, bound, until):
        rounds = self._neighborhoods()
        tried, much = 0, len(self.strangers) + 1
        both = {column: cost * much for column, cost in costs.items()}
        for column in self.strangers:
            both[column] = both.get(column, 0) + 1
        while tried < len(rounds) and best.cost > bound and time.monotonic() < until:
            free = rounds[0]
            rounds = [*rounds[1:], free]
            tried += 1
            try:
                found = self.model.search(both, seconds=5, keep=self._kept(best.values, free), nodes=100)
            except Undecided:
                continue
            cost = sum(cost * found.values[column] for column, cost in costs.items()) if found else best.cost
            if cost < best.cost:
                best, tried = replace(found, cost=cost), 0
        return best

    def _kept(self, values, free=frozenset()):
        return {column: values[column] for column in range(len(self.model.meetings)) if column not in free}

    def _neighborhoods(self):
        """Columns that are free while the others stay: those of a day, and those of two mentors."""
        days, mentors = {}, {}
        for column, meeting in enumerate(self.model.meetings):
            days.setdefault(self.model.problem.slot_of[meeting.slot].day, set()).add(column)
            mentors.setdefault(meeting.mentor, set()).add(column)
        two = [one | other for one, other in combinations(mentors.values(), 2)]
        return [*days.values(), *(two or mentors.values())][:MOST_NEIGHBORHOODS]
