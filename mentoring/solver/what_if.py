"""What else could be: what each pair would cost, what a seat more is worth, a pair forced, a plan repaired.

`PairCosts` answers for all pairs at once, from cheapest ways over the mentors: whoever takes up a mentor frees a
seat with their own, and pushes people on from the other one until that seat, or a free one, is reached. `forced`
and `repairs` solve anew and give whole plans, exact like every other.
"""

from dataclasses import dataclass

from mentoring import matching
from mentoring.solver.costs import EVERY, LARGEST_IS_BEST, Costs, summed, unpacked, weigh
from mentoring.solver.problem import value_of

FAR = 1 << 61  # a way that does not exist
WIDE = 1 << 62  # what packed stages may come to
# After an event: leave people where they are; or bring about no new Poor pair; or begin anew.
OPTIONS = {
    "fewest_moves": ("matched", "changed", "poor", "weak", "total"),
    "no_new_poor": ("matched", "new_poor", "changed", "poor", "weak", "total"),
    "full": ("matched", "poor", "weak", "total"),
}


class PairCosts:
    """For every pair that may meet what the best plan with it comes to, against the best plan.

    `plan` has to be a best plan of the problem, with the same stages. What is told are differences of these: a
    `matched` or a `total` of -3 is three less, a `poor` of 2 is two more. The lottery is left out of it.
    """

    def __init__(self, problem, plan):
        import numpy as np

        self.costs = costs = Costs(problem, with_full=True)
        table, place = problem.table, {row: number for number, row in enumerate(costs.free.tolist())}
        held = np.full(costs.rows, costs.nobody)
        for mentee, mentor in plan.pairs:
            if table.mentee_at[mentee] in place:
                held[place[table.mentee_at[mentee]]] = table.mentor_at[mentor]
        load = np.bincount(held, minlength=costs.nobody + 1)[:-1]
        self.free, self.taken = load < costs.capacity, load > 0
        # The nodes are the mentors of somebody, and nobody, for whom an empty mentor with a seat is as good.
        self.inner = np.append(np.flatnonzero(self.taken), costs.nobody)
        self.node = np.full(costs.nobody + 1, len(self.inner) - 1)
        self.node[self.inner] = np.arange(len(self.inner))
        self.closed = np.append(costs.capacity <= 0, False)[costs.column]
        self.before, self.after = self.node[held[costs.row]], self.node[costs.column]
        self.packs, self.change = [], []
        todo, hops = costs.stages(), min(costs.rows, costs.nobody) + 1
        mine = costs.column == held[costs.row]
        while todo:
            weights = weigh([stage.span for stage in todo], hops, WIDE, times=3)
            self.packs.append(([stage.name for stage in todo[: len(weights)]], weights))
            cost, here = summed(todo, EVERY, weights), np.zeros(costs.rows, np.int64)
            here[costs.row[mine]] = cost[mine]
            self.change.append(cost - here[costs.row])
            todo = todo[len(weights) :]
        self.ways = self._ways()
        self.places = {}

    def _ways(self):
        """The cheapest ways between all nodes. They may all lead through nobody, so that goes first."""
        import numpy as np

        size = len(self.inner)
        last, each = size - 1, np.arange(size)
        frees = self.node[np.flatnonzero(self.free & self.taken)]
        open_ = ~self.closed
        before = np.concatenate([self.before[open_], frees, np.full(size, last), each])
        after = np.concatenate([self.after[open_], np.full(len(frees), last), each, each])
        steps = [np.append(change[open_], np.zeros(len(before) - open_.sum(), np.int64)) for change in self.change]
        steps, at = _least(steps, before * size + after)
        ways = []
        for step in steps:
            way = np.full(size * size, FAR)
            way[at] = step
            ways.append(way.reshape(size, size))
        for middle in (last, *range(last)):
            through = [way[:, middle : middle + 1] + way[middle : middle + 1] for way in ways]
            if len(ways) == 1:
                np.minimum(ways[0], through[0], out=ways[0])
            else:
                less = _less(through, ways)
                for way, other in zip(ways, through, strict=True):
                    np.copyto(way, other, where=less)
        return ways

    def arrays(self):
        """The differences by stage, an array each, in the order of `pairs_of`; and which of them are possible."""
        found, real = {}, slice(len(self.costs.pairs))
        for (names, weights), change, way in zip(self.packs, self.change, self.ways, strict=True):
            values = unpacked((change + way[self.after, self.before])[real], weights)
            found |= {name: _signed(name, value) for name, value in zip(names, values, strict=True)}
        return found, ~self.closed[real]

    def pairs_of(self):
        """The pairs of which `arrays` tells: all that may meet, but for mentees who are locked."""
        table, pairs = self.costs.table, self.costs.pairs
        at = zip(table.row[pairs].tolist(), table.column[pairs].tolist(), strict=True)
        return [(table.mentees[row], table.mentors[column]) for row, column in at]

    def of(self, mentee, mentor):
        """The differences for one pair, mentor None being nobody; None where it is impossible."""
        if not self.places:
            rows, columns = self.costs.free[self.costs.row].tolist(), self.costs.column.tolist()
            self.places = {pair: number for number, pair in enumerate(zip(rows, columns, strict=True))}
        table = self.costs.table
        column = self.costs.nobody if mentor is None else table.mentor_at[mentor]
        at = self.places.get((table.mentee_at[mentee], column))
        if at is None or self.closed[at]:
            return None
        found = {}
        for (names, weights), change, way in zip(self.packs, self.change, self.ways, strict=True):
            values = unpacked(int(change[at]) + int(way[self.after[at], self.before[at]]), weights)
            found |= {name: _signed(name, value) for name, value in zip(names, values, strict=True)}
        return found

    def seats(self):
        """What one seat more with each mentor would change in the best plan: nothing where a seat is free."""
        import numpy as np

        last, size = len(self.inner) - 1, self.costs.nobody
        worth = []
        for way in self.ways:
            some = np.zeros(size, np.int64)
            some[self.inner[:-1]] = way[last, :-1]
            some[self.free] = 0
            worth.append(some)
        closed = np.flatnonzero(self.closed)
        if len(closed):
            before = self.before[closed]
            steps = [one[closed] + way[last, before] for one, way in zip(self.change, self.ways, strict=True)]
            steps, at = _least(steps, self.costs.column[closed])
            gains = _less(steps, [np.zeros(len(at), np.int64)] * len(steps))
            for some, step in zip(worth, steps, strict=True):
                some[at[gains]] = step[gains]
        found = {mentor: {} for mentor in self.costs.table.mentors}
        for (names, weights), some in zip(self.packs, worth, strict=True):
            for name, values in zip(names, unpacked(some, weights), strict=True):
                for mentor, value in zip(found, _signed(name, values).tolist(), strict=True):
                    found[mentor][name] = value
        return found


def _signed(name, value):
    return -value if name in LARGEST_IS_BEST else value


def _least(values, keys):
    """The least of the values (lists that are compared in their order) of each key, and the keys."""
    import numpy as np

    order = np.lexsort((*reversed(values), keys))
    first = order[np.flatnonzero(np.diff(keys[order], prepend=-1))]
    return [value[first] for value in values], keys[first]


def _less(some, others):
    """Where the first values that differ are smaller."""
    less, equal = False, True
    for one, other in zip(some, others, strict=True):
        less = less | equal & (one < other)
        equal = equal & (one == other)
    return less


@dataclass(frozen=True)
class WhatIf:
    """Another plan beside the one there is: who would move (mentee, from, to), and what changes in each stage."""

    plan: matching.Plan
    moved: tuple
    difference: dict


def moved(before, after):
    """Who has another mentor, or none, in the second list of pairs: (mentee, from, to), None being nobody."""
    one, other = dict(before), dict(after)
    return tuple((m, one.get(m), other.get(m)) for m in sorted({*one, *other}) if one.get(m) != other.get(m))


def compared(problem, plan, other):
    """The other plan beside this one, as a WhatIf."""
    before, after = value_of(problem, plan.pairs), value_of(problem, other.pairs)
    return WhatIf(other, moved(plan.pairs, other.pairs), {name: after[name] - before[name] for name in plan.stages})


def forced(problem, plan, mentee, mentor, *, fewest_moves=False):
    """The best plan with this pair, beside the one there is; with `fewest_moves` the one that moves fewest people.

    Raises BadProblem where the pair cannot be: they may not meet, or locks stand against it.
    """
    locks = [*problem.locks, *([] if (mentee, mentor) in problem.locks else [(mentee, mentor)])]
    if fewest_moves:
        other = problem.but(locks=locks, published=plan.pairs, order=OPTIONS["fewest_moves"])
    else:
        other = problem.but(locks=locks)
    return compared(problem, plan, matching.solve(other))


def repairs(problem):
    """What may be done after an event, for a problem that knows what is published and has what is new in it.

    A plan for each of OPTIONS, each of them the best by its own order of stages, with its own problem, by which it
    can be checked: {option: (problem, plan)}.
    """
    found = {}
    for option, order in OPTIONS.items():
        other = problem.but(order=order)
        found[option] = (other, matching.solve(other))
    return found
