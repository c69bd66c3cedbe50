"""The best plan stage by stage: one assignment solved by scipy, its prices, and what they leave open for the next.

The mentees are rows, the mentors columns, and one column more (the last) stands for having no mentor. A stage is a
whole-number cost for each row and column. Stages are packed into one number as far as it stays exact in a float,
which is what scipy computes with; the weight of a stage is larger than what one circle of moves can change in all
the later ones of the pack together.

Prices are shortest ways over the columns: a column hands one of its rows on to another one, until a seat is free.
At these prices a plan is as good as the best exactly when it uses only pairs that are worth their price and fills
every column whose price is not nothing (complementary slackness). So the next stage is decided among those, and
nothing has to be frozen with a tolerance. Of the pairs that are left only those are still in question that lie on a
circle of such moves, that is within one strongly connected part of the columns; mostly there are none.
"""

from dataclasses import dataclass
from typing import Any

FAR = 1 << 61  # a move that does not exist
WIDE = 1 << 60  # what prices of packed stages may come to
EXACT = 1 << 53  # beyond this a float skips whole numbers
DENSE = 0.25  # from this share of possible pairs on the dense method is the quicker one


@dataclass
class Stage:
    """A name and a cost for every row and column, the last column being nobody; `span` is how far costs differ."""

    name: str
    cost: Any

    def __post_init__(self):
        self.span = int(self.cost.max(initial=0)) - int(self.cost.min(initial=0))


class Face:
    """The plans that are best so far: `usable` pairs, and columns that are `bound` to stay full.

    `held` is the column of each row in one such plan, `prices` prove it, a list for each stage.
    """

    def __init__(self, usable, capacity, path="auto"):
        import numpy as np

        self.usable, self.capacity, self.path = usable, capacity, path
        self.rows, self.nobody = usable.shape[0], usable.shape[1] - 1
        self.held = np.full(self.rows, self.nobody)
        self.bound = np.zeros(self.nobody, bool)
        self.hops = min(self.rows, self.nobody) + 1  # moves in one circle
        self.prices = {}

    def settle(self, stages):
        """Take the stages one after the other to their best; `held` is then a best plan and `prices` its proof."""
        first, todo = True, list(stages)
        while todo:
            open_, within = (None, self.usable) if first else self._open()
            if not first and not open_.any():
                pack = todo
            else:
                pack = self._improve(todo, open_, within)
            todo, first = todo[len(pack) :], False
            while pack:
                pack = pack[self._price(pack) :]

    def _improve(self, todo, open_, within):
        """Solve the first of the stages, as many as fit in one number, for the rows that are open."""
        import numpy as np

        if open_ is None:
            rows, columns, capacity = slice(None), slice(None), self.capacity
            bound = self.bound
            hops = self.hops
        else:
            rows = np.flatnonzero(open_)
            columns = np.append(np.flatnonzero(within[rows, :-1].any(axis=0)), self.nobody)
            settled = np.bincount(self.held[~open_], minlength=self.nobody + 1)[:-1]
            capacity = (self.capacity - settled)[columns[:-1]]
            bound = self.bound[columns[:-1]]
            within = within[np.ix_(rows, columns)]
            hops = min(within.shape) + 1
        count, cost = packed([stage.cost[rows][:, columns] for stage in todo], hops, bound.any())
        found = assigned(cost, within, capacity, bound, hops, self.path)
        self.held[rows] = found if open_ is None else columns[found]
        return todo[:count]

    def _price(self, pack):
        """Prices for the first of the stages, as many as fit in one number; the face is narrowed to match."""
        import numpy as np

        weights = weigh([stage.span for stage in pack], self.hops, WIDE, 5)
        cost = summed(weights, [stage.cost for stage in pack])
        each = np.arange(self.rows)
        here = cost[each, self.held]
        ways = self._ways(cost, here)
        price = np.zeros(self.nobody + 1, np.int64)
        for _round in range(self.nobody + 3):
            shorter = np.minimum(price, (ways + price[None, :]).min(axis=1))
            if (shorter == price).all():
                break
            price = shorter
        else:
            raise AssertionError("a circle of moves improves the plan")
        price -= price[-1]
        self.usable &= cost + price[None, :] == (here + price[self.held])[:, None]
        self.bound |= price[:-1] != 0
        rest = price
        for weight, stage in zip(weights, pack, strict=False):
            value = (rest + weight // 2) // weight
            self.prices[stage.name] = value[:-1]
            rest = rest - weight * value
        return len(weights)

    def _ways(self, cost, here):
        """The cheapest move from each column to each: a row goes over, or a seat is free or made free."""
        import numpy as np

        ways = np.full((self.nobody + 1, self.nobody + 1), FAR)
        order = np.argsort(self.held, kind="stable")
        if self.rows:
            moves = np.where(self.usable, cost - here[:, None], FAR)[order]
            starts = np.flatnonzero(np.diff(self.held[order], prepend=-1))
            ways[self.held[order][starts]] = np.minimum.reduceat(moves, starts, axis=0)
        free, taken = self._slack()
        ways[:-1, -1][free] = np.minimum(ways[:-1, -1][free], 0)
        ways[-1, :-1][taken] = np.minimum(ways[-1, :-1][taken], 0)
        return ways

    def _slack(self):
        """The columns that have a seat free, and those that may free one."""
        import numpy as np

        load = np.bincount(self.held, minlength=self.nobody + 1)[:-1]
        return ~self.bound & (load < self.capacity), ~self.bound & (load > 0)

    def _open(self):
        """Which rows may still move, and along which pairs."""
        import numpy as np
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        moves = np.zeros((self.nobody + 1, self.nobody + 1), bool)
        order = np.argsort(self.held, kind="stable")
        starts = np.flatnonzero(np.diff(self.held[order], prepend=-1))
        moves[self.held[order][starts]] = np.logical_or.reduceat(self.usable[order], starts, axis=0)
        free, taken = self._slack()
        moves[:-1, -1] |= free
        moves[-1, :-1] |= taken
        _count, part = connected_components(csr_array(moves), directed=True, connection="strong")
        within = self.usable & (part[self.held][:, None] == part[None, :])
        return within.sum(axis=1) > 1, within


def weigh(spans, hops, limit, times=1):
    """Weights of as many of the stages as can be packed below the limit, at least of one; the last weighs 1.

    A circle of moves changes a stage by at most its span for each of its hops. Plans are compared by circles, which
    count once; prices are differences of two ways, and what is compared at them differs by up to five `times` that.
    """
    for count in range(len(spans), 0, -1):
        weights, below = [], 0
        for span in reversed(spans[:count]):
            weights.insert(0, below + 1)
            below += times * max(span, 1) * hops * weights[0]
        if below <= limit or count == 1:
            return weights
    return []


def packed(costs, hops, bound):
    """How many of the costs fit in one number, and that number for every pair.

    Where columns are bound to stay full, room is left for the weight of that on top.
    """
    spans = [int(cost.max(initial=0)) - int(cost.min(initial=0)) for cost in costs]
    count = max(1, len(weigh([1, *spans] if bound else spans, hops, EXACT >> 2)) - int(bound))
    return count, summed(weigh(spans[:count], hops, FAR), costs)


def summed(weights, costs):
    """The costs in one number for every pair."""
    total = 0
    for weight, cost in zip(weights, costs, strict=False):
        total = total + weight * cost.astype("int64")
    return total


def assigned(cost, usable, capacity, bound, hops, path):
    """A cheapest column for each row: seats kept, bound columns full, only usable pairs. The last column is nobody."""
    import numpy as np

    rows, nobody = usable.shape[0], usable.shape[1] - 1
    seats = np.minimum(capacity, usable[:, :-1].sum(axis=0))
    if not rows or not seats.any():
        return np.full(rows, nobody)
    if path == "auto":
        path = "dense" if usable[:, :-1].mean() >= DENSE else "sparse"
    anyone = usable[:, -1].all() and not bound.any()
    if path == "dense" and anyone:
        return _dense_with_nobody(cost, usable, seats)
    spread = int(cost.max()) - int(cost.min())
    worth = np.where(bound, 2 * hops * spread + 1, 0) if bound.any() else np.zeros(nobody, np.int64)
    shifted = cost - int(cost.min()) + 1 + int(worth.max(initial=0))  # the sparse method takes 0 for no pair
    shifted[:, :-1] -= worth[None, :]
    return (_dense if path == "dense" else _sparse)(shifted, usable, seats)


def _dense_with_nobody(cost, usable, seats):
    """Where everybody may be left over: on a seat that is dearer than nobody, a row has nobody."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    gain = np.where(usable[:, :-1], np.minimum(cost[:, :-1] - cost[:, -1:], 0), 0)
    seat_of = np.repeat(np.arange(len(seats)), seats)
    rows, places = linear_sum_assignment(gain.astype(np.float64)[:, seat_of])
    found = np.full(len(cost), len(seats))
    columns = seat_of[places]
    held = usable[rows, columns] & (cost[rows, columns] <= cost[rows, -1])
    found[rows[held]] = columns[held]
    return found


def _dense(cost, usable, seats):
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    alone = np.flatnonzero(usable[:, -1])
    seat_of = np.repeat(np.arange(len(seats)), seats)
    full = np.full((len(cost), len(seat_of) + len(alone)), np.inf)
    full[:, : len(seat_of)] = np.where(usable[:, :-1], cost[:, :-1], np.inf)[:, seat_of]
    full[alone, len(seat_of) + np.arange(len(alone))] = cost[alone, -1]
    _rows, places = linear_sum_assignment(full)
    return np.append(seat_of, np.full(len(alone), len(seats)))[places]


def _sparse(cost, usable, seats):
    import numpy as np
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    rows, columns = np.nonzero(usable[:, :-1])
    alone = np.flatnonzero(usable[:, -1])
    seat_of = np.repeat(np.arange(len(seats)), seats)
    first, each = np.cumsum(seats) - seats, seats[columns]
    nth = np.arange(each.sum()) - np.repeat(np.cumsum(each) - each, each)
    places = np.concatenate([np.repeat(first[columns], each) + nth, len(seat_of) + np.arange(len(alone))])
    values = np.concatenate([np.repeat(cost[rows, columns], each), cost[alone, -1]]).astype(np.float64)
    rows = np.concatenate([np.repeat(rows, each), alone])
    graph = csr_array((values, (rows, places)), (len(cost), len(seat_of) + len(alone)))
    chosen, taken = min_weight_full_bipartite_matching(graph)
    found = np.empty(len(cost), np.intp)
    found[chosen] = np.append(seat_of, np.full(len(alone), len(seats)))[taken]
    return found
