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

from mentoring.solver.costs import EVERY, summed, unpacked, weigh

FAR = 1 << 61  # a move that does not exist
WIDE = 1 << 60  # what prices of packed stages may come to
EXACT = 1 << 53  # beyond this a float skips whole numbers
DENSE = 0.25  # from this share of possible pairs on the dense method is the quicker one


def _span(cost):
    return int(cost.max(initial=0)) - int(cost.min(initial=0))


class Face:
    """The plans that are best so far: pairs that are usable, and columns that are `bound` to stay full.

    Pairs are places in the lists of `costs`. `held` is the column of each row in one best plan, `prices` prove it,
    an array for each stage.
    """

    def __init__(self, costs, path="auto"):
        import numpy as np

        self.row, self.column, self.capacity, self.path = costs.row, costs.column, costs.capacity, path
        self.rows, self.nobody = costs.rows, costs.nobody
        self.usable = np.arange(len(self.row))
        self.held = np.full(self.rows, self.nobody)
        self.bound = np.zeros(self.nobody, bool)
        self.hops = min(self.rows, self.nobody) + 1  # moves in one circle
        self.prices = {}

    def settle(self, stages):
        """Take the stages one after the other to their best; `held` is then a best plan and `prices` its proof."""
        todo, pairs = list(stages), EVERY
        while todo:
            pack = self._improve(pairs, todo) if pairs is EVERY or len(pairs) else todo
            todo = todo[len(pack) :]
            while pack:
                pack = pack[self._price(pack) :]
            pairs = self._open()

    def _improve(self, pairs, todo):
        """Solve the first of the stages, as many as fit in one number, for the rows that have these pairs."""
        import numpy as np

        if pairs is EVERY:
            rows, columns = np.arange(self.rows), np.arange(self.nobody)
            row, column = self.row, self.column
        else:
            rows, row = np.unique(self.row[pairs], return_inverse=True)
            columns, column = np.unique(np.append(self.column[pairs], self.nobody), return_inverse=True)
            column, columns = column[:-1], columns[:-1]
        still = np.ones(self.rows, bool)
        still[rows] = False
        settled = np.bincount(self.held[still], minlength=self.nobody + 1)
        room, bound = (self.capacity - settled[:-1])[columns], self.bound[columns]
        hops = min(len(rows), len(columns)) + 1
        # Where columns are bound to stay full, there has to be room for the weight of that on top.
        first = [1] if bound.any() else []
        count = max(1, len(weigh([*first, *(stage.span for stage in todo)], hops, EXACT >> 2)) - len(first))
        cost = summed(todo[:count], pairs, weigh([stage.span for stage in todo[:count]], hops, FAR))
        found = Assignment(row, column, cost, room, bound, hops).solved(self.path, len(rows))
        self.held[rows] = np.append(columns, self.nobody)[found]
        return todo[:count]

    def _price(self, pack):
        """Prices for the first of the stages, as many as fit in one number; the face is narrowed to match."""
        import numpy as np

        # Prices are differences of two ways, and differences of prices are compared.
        weights = weigh([stage.span for stage in pack], self.hops, WIDE, times=5)
        pairs = EVERY if len(self.usable) == len(self.row) else self.usable
        cost, row, column = summed(pack, pairs, weights), self.row[pairs], self.column[pairs]
        held = self.held[row]
        here = np.zeros(self.rows, np.int64)
        mine = column == held
        here[row[mine]] = cost[mine]
        ways = self._ways(held, column, cost - here[row])
        price = np.zeros(self.nobody + 1, np.int64)
        for _round in range(self.nobody + 3):
            shorter = np.minimum(price, (ways + price[None, :]).min(axis=1))
            if (shorter == price).all():
                break
            price = shorter
        else:
            raise AssertionError("a circle of moves improves the plan")
        price -= price[-1]
        self.usable = self.usable[cost + price[column] == here[row] + price[held]]
        self.bound |= price[:-1] != 0
        for stage, value in zip(pack, unpacked(price[:-1], weights), strict=False):
            self.prices[stage.name] = value
        return len(weights)

    def _ways(self, before, after, change):
        """The cheapest move from each column to each: a row goes over, or a seat is free or is freed."""
        import numpy as np

        ways = np.full((self.nobody + 1, self.nobody + 1), FAR)
        np.minimum.at(ways.reshape(-1), before * (self.nobody + 1) + after, change)
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
        """The pairs that are still in question: those along which rows may move and others come back."""
        import numpy as np
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        row, column = self.row[self.usable], self.column[self.usable]
        if len(row) == self.rows:
            return self.usable[:0]
        free, taken = (np.flatnonzero(some) for some in self._slack())
        nobody = np.full(len(free) + len(taken), self.nobody)
        before = np.concatenate([self.held[row], free, nobody[: len(taken)]])
        after = np.concatenate([column, nobody[: len(free)], taken])
        size = (self.nobody + 1, self.nobody + 1)
        moves = coo_array((np.ones(len(before), np.int8), (before, after)), size).tocsr()
        _count, part = connected_components(moves, directed=True, connection="strong")
        within = part[self.held[row]] == part[column]
        several = np.bincount(row[within], minlength=self.rows) > 1
        return self.usable[within & several[row]]


class Assignment:
    """A cheapest column for each row over its pairs: seats kept, bound columns full. The last column is nobody."""

    def __init__(self, row, column, cost, room, bound, hops):
        import numpy as np

        self.row, self.column, self.cost, self.bound = row, column, cost, bound
        self.nobody, self.hops = len(room), hops
        self.real = column < self.nobody
        self.seats = np.minimum(room, np.bincount(column, minlength=self.nobody + 1)[:-1])
        self.seat_of = np.repeat(np.arange(self.nobody), self.seats)

    def solved(self, path, rows):
        """The column of each row."""
        import numpy as np

        if not len(self.seat_of):
            return np.full(rows, self.nobody)
        if path == "auto":
            path = "dense" if self.real.sum() >= DENSE * rows * self.nobody else "sparse"
        if path == "dense" and len(self.cost) - self.real.sum() == rows and not self.bound.any():
            return self._dense_with_nobody(rows)
        return (self._dense if path == "dense" else self._sparse)(rows, *self._shifted())

    def _shifted(self):
        """Costs from 1 on, as 0 is no pair in the sparse method; much lower ones where columns are to be filled."""
        import numpy as np

        worth = np.where(np.append(self.bound, False), 2 * self.hops * _span(self.cost) + 1, 0)
        cost = (self.cost - worth[self.column]).astype(np.float64)
        cost -= cost.min() - 1
        alone = np.flatnonzero(~self.real)
        return cost, self.row[alone], cost[alone]

    def _dense_with_nobody(self, rows):
        """Where everybody may be left over: whose seat is no gain has nobody."""
        import numpy as np
        from scipy.optimize import linear_sum_assignment

        nobody = np.zeros(rows, np.int64)
        nobody[self.row[~self.real]] = self.cost[~self.real]
        gain = np.ones((rows, self.nobody + 1))
        gain.reshape(-1)[self.row * (self.nobody + 1) + self.column] = self.cost - nobody[self.row]
        useful = np.minimum(gain[:, :-1], 0)
        at, places = linear_sum_assignment(np.repeat(useful, self.seats, axis=1))
        found, columns = np.full(rows, self.nobody), self.seat_of[places]
        held = gain[at, columns] <= 0
        found[at[held]] = columns[held]
        return found

    def _dense(self, rows, cost, alone, worth):
        import numpy as np
        from scipy.optimize import linear_sum_assignment

        every = np.full((rows, self.nobody), np.inf)
        every[self.row[self.real], self.column[self.real]] = cost[self.real]
        nobody = np.full((rows, len(alone)), np.inf)
        nobody[alone, np.arange(len(alone))] = worth
        _rows, places = linear_sum_assignment(np.hstack([every[:, self.seat_of], nobody]))
        return np.append(self.seat_of, np.full(len(alone), self.nobody))[places]

    def _sparse(self, rows, cost, alone, worth):
        import numpy as np
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import min_weight_full_bipartite_matching

        column, seats = self.column[self.real], len(self.seat_of)
        each = self.seats[column]
        nth = np.arange(each.sum()) - np.repeat(np.cumsum(each) - each, each)
        places = np.repeat((np.cumsum(self.seats) - self.seats)[column], each) + nth
        graph = csr_array(
            (
                np.concatenate([np.repeat(cost[self.real], each), worth]),
                (
                    np.concatenate([np.repeat(self.row[self.real], each), alone]),
                    np.concatenate([places, seats + np.arange(len(alone))]),
                ),
            ),
            (rows, seats + len(alone)),
        )
        chosen, taken = min_weight_full_bipartite_matching(graph)
        found = np.empty(rows, np.intp)
        found[chosen] = np.append(self.seat_of, np.full(len(alone), self.nobody))[taken]
        return found
