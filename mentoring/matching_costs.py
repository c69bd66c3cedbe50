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
        place = np.cumsum(open_row) - 1
        self.row = np.append(place[self.table.row[self.pairs]], np.arange(self.rows))
        self.column = np.append(self.table.column[self.pairs], np.full(self.rows, self.nobody))

    def stages(self):
        """The problem's stages in their order."""
        import numpy as np

        table, bands = self.table, [*self.problem.bands, 0, 0]
        fit = table.fit[self.pairs]
        poor = (fit >= 0) & (fit < bands[0])
        published = np.zeros(len(fit), bool)
        if self.problem.published:
            known = [pair for pair in self.problem.published if pair in self.problem.possible]
            published = table.marks(known)[table.row[self.pairs], table.column[self.pairs]]
        costs = {
            "matched": (np.zeros(len(fit), np.int64), 1),
            "poor": (poor, 1),
            "new_poor": (poor & ~published, 1),
            "changed": (-published.astype(np.int64), 1),
            "weak": (~poor & (fit >= 0) & (fit < bands[1]), 1),
            "total": (-table.score[self.pairs], int(table.score.max(initial=0))),
        }
        none, found = np.zeros(self.rows, np.int64), []
        for name in self.problem.stages:
            cost, span = costs[name]
            cost = np.append(cost.astype(np.int64), none + 1 if name == "matched" else none)
            found.append(Stage(name, cost.__getitem__, span))
        return found

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
