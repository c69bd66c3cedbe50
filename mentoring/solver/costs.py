"""The question in numbers: who is open to whom, and what each pair costs in every stage."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from portal.assignment import problem as lots

EVERY = slice(None)
# Stages that want as much as can be had; costs are the other way round.
LARGEST_IS_BEST = ("matched", "total")


@dataclass
class Stage:
    """A name, a function that gives whole-number costs for some of the pairs, and how far these may differ."""

    name: str
    cost: Any
    span: int


class Costs:
    """Mentees who are not locked are the rows, mentors the columns; the last column is nobody, open to every row.

    `row` and `column` list the open pairs: first those with a mentor, as many as `pairs` (their places in the
    table), then nobody for each row. `capacity` is what locks leave of it; mentors of whom nothing is left are open
    to nobody, but listed `with_full`.
    """

    def __init__(self, problem, *, with_full=False):
        import numpy as np

        self.problem, self.table = problem, problem.table
        open_row, self.capacity = np.ones(self.table.size[0], bool), self.table.capacity.copy()
        for mentee, mentor in problem.locks:
            open_row[self.table.mentee_at[mentee]] = False
            self.capacity[self.table.mentor_at[mentor]] -= 1
        self.free = np.flatnonzero(open_row)
        self.rows, self.nobody = len(self.free), self.table.size[1]
        seats = with_full | (self.capacity > 0)
        self.pairs = np.flatnonzero(open_row[self.table.row] & seats[self.table.column])
        count, place = len(self.pairs), np.cumsum(open_row) - 1
        self.row, self.column = np.empty((2, count + self.rows), np.intp)
        self.row[:count], self.row[count:] = place[self.table.row[self.pairs]], np.arange(self.rows)
        self.column[:count], self.column[count:] = self.table.column[self.pairs], self.nobody

    def stages(self):
        """The problem's stages in their order."""
        return [self._stage(name) for name in self.problem.stages]

    def _stage(self, name):
        import numpy as np

        cost, span = np.zeros(len(self.row), np.int64), 1
        real = cost[: len(self.pairs)]
        low, high = [*self.problem.bands, 0, 0][:2]
        if name == "matched":
            cost[len(self.pairs) :] = 1
        elif name == "total":
            np.negative(self.table.score[self.pairs], out=real)
            span = -int(real.min(initial=0))
        elif name == "changed":
            real[self._published()] = -1
        elif self.problem.bands:
            fit = self.table.fit[self.pairs]
            real[:] = (fit < low) & (fit >= 0) if name != "weak" else (fit < high) & (fit >= max(0, low))
            if name == "new_poor":
                real[self._published()] = 0
        return Stage(name, cost.__getitem__, span)

    def _published(self):
        """Which of the open pairs are published."""
        known = [pair for pair in self.problem.published if pair in self.problem.possible]
        return self.table.marks(known)[self.table.row[self.pairs], self.table.column[self.pairs]]

    def lottery(self):
        """The stages that draw what all the others find equal."""
        table, seed = self.table, self.problem.seed
        hashes = lots.hashed("row", seed, table.mentees), lots.hashed("column", seed, table.mentors)
        return [Stage(name, partial(self._ticket, hashes, nth), 0xFFFF) for nth, name in enumerate(lottery_names())]

    def _ticket(self, hashes, nth, chosen):
        import numpy as np

        chosen = np.arange(len(self.row))[chosen]
        real = chosen < len(self.pairs)
        at = self.pairs[chosen[real]]
        cost = np.zeros(len(chosen), np.int64)
        cost[real] = lots.tickets(hashes[0][self.table.row[at]], hashes[1][self.table.column[at]])[nth]
        return cost


def lottery_names():
    """What the stages of the lottery are called."""
    return [f"lottery {number}" for number in range(1, lots.DRAWS + 1)]


def weigh(spans, hops, limit, times=1):
    """Weights of as many of the stages as can be packed below the limit, at least of one; the last weighs 1.

    A circle of moves changes a stage by at most its span for each of its hops. Plans are compared by circles, which
    count once; `times` says how often that what is compared otherwise may differ by.
    """
    for count in range(len(spans), 0, -1):
        weights, below = [], 0
        for span in reversed(spans[:count]):
            weights.insert(0, below + 1)
            below += times * max(span, 1) * hops * weights[0]
        if below <= limit or count == 1:
            return weights
    return []


def summed(stages, pairs, weights):
    """The costs of these pairs, the stages packed into one number."""
    total = 0
    for stage, weight in zip(stages, weights, strict=False):
        cost = stage.cost(pairs)
        total = total + (cost if weight == 1 else weight * cost)
    return total


def unpacked(packed, weights):
    """What was packed, one array for each weight."""
    for weight in weights:
        value = (packed + weight // 2) // weight
        packed = packed - weight * value
        yield value
