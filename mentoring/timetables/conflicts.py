"""Why there is no timetable: the fewest demands to give up, and small sets of demands that cannot all be met.

The fewest to give up are searched exactly. A conflict is a set of demands that cannot be met together, though all
but any one of them can. That it is the smallest is found out by turns: the least set that hits all known ways out
either is a conflict, or leaves another way out. `facts` are what stands in the way, likewise none too many: without
any one of them the demands of the conflict could be met. So each demand and each fact of a conflict is by itself
enough to change.
"""

import time
from collections import Counter
from dataclasses import asdict, dataclass

from mentoring.timetables.model import Fact, Model, Rows, Undecided
from mentoring.timetables.parts import parts
from mentoring.timetables.problem import Demand, demand_json

SECONDS = 10
MOST_TURNS = 200
MOST_CONFLICTS = 5
# What is tried first is left out rather than what is tried last: what staff can talk about stays.
KINDS = ("clash", "buffer", "most", "language", "short", "available", "absence")


@dataclass(frozen=True)
class Conflict:
    """Demands that cannot be met together, and the facts in the way.

    `is_irreducible`: all but any one of them can. `is_smallest`: no smaller set of demands of its part conflicts.
    """

    demands: tuple
    facts: tuple
    is_irreducible: bool
    is_smallest: bool


@dataclass(frozen=True)
class Reasons:
    """`give_up` are the fewest demands without which there is a timetable (proved if `is_fewest`)."""

    give_up: tuple
    is_fewest: bool
    conflicts: tuple

    def as_json(self):
        """The reasons as plain data."""
        return {
            "give_up": [demand_json(demand) for demand in self.give_up],
            "is_fewest": self.is_fewest,
            "conflicts": [
                {
                    "demands": [demand_json(demand) for demand in conflict.demands],
                    "facts": [asdict(fact) for fact in conflict.facts],
                    "is_irreducible": conflict.is_irreducible,
                    "is_smallest": conflict.is_smallest,
                }
                for conflict in self.conflicts
            ],
        }

    @classmethod
    def from_json(cls, data):
        """The reasons that `as_json` wrote down."""
        conflicts = tuple(
            Conflict(
                tuple(Demand(**demand) for demand in conflict["demands"]),
                tuple(Fact(**fact) for fact in conflict["facts"]),
                conflict["is_irreducible"],
                conflict["is_smallest"],
            )
            for conflict in data["conflicts"]
        )
        return cls(tuple(Demand(**demand) for demand in data["give_up"]), data["is_fewest"], conflicts)


def explain(problem, *, seconds=SECONDS):
    """The Reasons why there is no timetable, or None where there is one."""
    until = time.monotonic() + seconds
    coupled = len(problem.lengths()) > 1
    equal = tuple(demand for demand in problem.demands if demand.kind == "equal")
    demands = [demand for demand in problem.demands if not coupled or demand.kind != "equal"]
    groups = parts(problem, demands, across_days=False) + ([equal] if coupled else [])
    groups = [group for group in groups if not _can(problem, group, until)]
    if not groups and coupled and not _can(problem, problem.demands, until):
        groups = [problem.demands]
    if not groups:
        return None
    given_up, is_fewest = [], True
    for group in [problem.demands] if coupled else groups:
        fewest, is_proved = _fewest(problem, group, max(2.0, until - time.monotonic()))
        given_up += fewest
        is_fewest &= is_proved
    groups.sort(key=len)
    searches = [_Search(problem, group, until) for group in groups[:MOST_CONFLICTS]]
    for search in searches:
        search.leave_out()
    for number, search in enumerate(searches):
        search.by_turns(time.monotonic() + (until - time.monotonic()) / (len(searches) - number))
    conflicts = sorted(
        (search.conflict() for search in searches), key=lambda found: (len(found.demands), found.demands)
    )
    return Reasons(tuple(sorted(given_up)), is_fewest, tuple(conflicts))


def _fewest(problem, demands, seconds):
    """The fewest demands to give up so that the others can be met, and whether that is proved."""
    model = Model(problem, demands, elastic=True)
    try:
        best = model.search(dict.fromkeys(model.given_up.values(), 1), seconds=seconds)
    except Undecided:
        return list(demands), False
    return [demand for demand, column in model.given_up.items() if best.values[column]], best.is_proved


def _can(problem, demands, until, lifted=frozenset()):
    """Whether there is a timetable for these demands; where the time was too short to know, none."""
    try:
        left = max(0.5, until - time.monotonic())
        return Model(problem, demands, lifted=lifted).search({}, seconds=left) is not None
    except Undecided:
        return False


class _Search:
    """The smallest conflict within demands that cannot all be met."""

    def __init__(self, problem, demands, until):
        self.problem, self.until = problem, until
        self.demands = self.known = tuple(sorted(demands))
        self.is_irreducible = self.is_smallest = False

    def conflict(self):
        """The smallest conflict that was found."""
        facts = self._facts(self.known) if self.is_irreducible else ()
        return Conflict(tuple(sorted(self.known)), facts, self.is_irreducible, self.is_smallest)

    def leave_out(self):
        """Leave demands out as long as the rest cannot be met; in halves first, for most of them go together."""
        left, size = list(self.demands), max(1, len(self.demands) // 2)
        while not self.is_irreducible:
            at = 0
            while at < len(left):
                if time.monotonic() > self.until:
                    return
                fewer = left[:at] + left[at + size :]
                if fewer and not _can(self.problem, fewer, self.until):
                    self.known = left = fewer
                else:
                    at += size
            self.is_irreducible = size == 1
            size = max(1, min(size, len(left)) // 2)

    def by_turns(self, until):
        """Whether there is a smaller conflict; found out, or the time is over.

        Demands that are alike count and are not told apart: a way out says how many of each kind can be met.
        """
        kinds = list(self._alike().values())
        hit = Rows()
        taken = [[hit.column() for _demand in kind] for kind in kinds]
        for columns in taken:
            for fewer, more in zip(columns, columns[1:], strict=False):
                hit.row([(fewer, 1), (more, -1)], low=0)
        costs = dict.fromkeys(range(len(hit.highest)), 1)
        for _turn in range(MOST_TURNS):
            found = hit.search(costs, seconds=2)
            if time.monotonic() > until or not found.is_proved:
                return
            if found.cost >= len(self.known):
                self.is_smallest = self.is_irreducible
                return
            counts = [sum(found.values[column] for column in columns) for columns in taken]
            chosen = [demand for kind, count in zip(kinds, counts, strict=True) for demand in kind[:count]]
            held = set(chosen)
            way_out = self._way_out(held, until)
            if not way_out:
                if time.monotonic() < until and not _can(self.problem, chosen, until):
                    self.known, self.is_irreducible, self.is_smallest = chosen, True, True
                return
            while way_out:
                met = [sum(demand not in way_out for demand in kind) for kind in kinds]
                beyond = zip(taken, met, strict=True)
                hit.row([(columns[count], 1) for columns, count in beyond if count < len(columns)], low=1)
                held |= {demand for kind in kinds for demand in kind if demand in way_out}
                way_out = self._way_out(held, until)

    def _alike(self):
        """The demands by what tells them apart: meetings whose mentees are there at the same times are alike."""
        problem, kinds = self.problem, {}
        mentees = Counter(pair.mentee for pair in problem.pairs)
        fixed = {meeting.pair for meeting in problem.fixed}
        for demand in sorted(self.demands):
            key = (demand.kind, demand.mentor, demand.mentee, demand.day, demand.slot)
            if demand.kind == "meeting":
                pair, who = problem.pair_of[demand.mentor, demand.mentee], problem.people["mentee", demand.mentee]
                if mentees[demand.mentee] == 1 and pair.key not in fixed and problem.wanted(pair, demand.day) == 1:
                    there = tuple(slot.id for slot in problem.slots if not problem.why_not("mentee", who.id, slot))
                    key = (demand.mentor, demand.day, pair.language, there, who.buffer, who.most)
            elif demand.kind == "equal" and len(problem.lengths()) == 1:
                key = (
                    demand.kind,
                    sum(count for p in problem.pairs if p.mentee == demand.mentee for _d, count in p.wanted),
                )
            kinds.setdefault(key, []).append(demand)
        return kinds

    def _way_out(self, held, until):
        """The fewest demands to give up while the held ones are met; nothing where they cannot be met at all."""
        if time.monotonic() > until:
            return frozenset()
        model = Model(self.problem, self.demands, elastic=True)
        keep = {column: 0 for demand, column in model.given_up.items() if demand in held}
        try:
            best = model.search(dict.fromkeys(model.given_up.values(), 1), seconds=5, keep=keep)
        except Undecided:
            return frozenset()
        return frozenset(d for d, column in model.given_up.items() if best.values[column]) if best else frozenset()

    def _facts(self, demands):
        """What stands in the way of these demands, with nothing that could be left out."""
        lifted = set()
        for fact in self._possible(demands):
            if not _can(self.problem, demands, self.until + SECONDS, frozenset(lifted | {fact})):
                lifted.add(fact)
        return tuple(sorted(set(self._possible(demands)) - lifted))

    def _possible(self, demands):
        problem, pairs = self.problem, {(d.mentor, d.mentee) for d in demands if d.mentor}
        people = {("mentor", mentor) for mentor, _mentee in pairs} | {
            ("mentee", mentee) for _mentor, mentee in pairs
        }
        languages = {problem.pair_of[pair].language for pair in pairs} - {""}
        people |= {("interpreter", who.id) for who in problem.interpreters if languages & set(who.languages)}
        facts = [Fact("language", person=language) for language in languages]
        if pairs and any(slot.minutes < problem.minimum for slot in problem.slots):
            facts.append(Fact("short"))
        for role, person in people:
            who = problem.people[role, person]
            facts.append(Fact("clash", role, person))
            facts += [Fact("buffer", role, person)] if who.buffer else []
            facts += [Fact("most", role, person)] if who.most is not None else []
            facts += [Fact("available", role, person)] if who.available else []
            facts += [Fact("absence", role, person, number) for number in range(len(who.absences))]
        return sorted(facts, key=lambda fact: (KINDS.index(fact.kind), fact.role == "mentor", fact))
