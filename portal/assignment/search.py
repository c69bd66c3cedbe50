"""One group of stages solved to the end: units are moved one by one along cheapest ways over the columns."""

from portal.assignment.prices import FAR
from portal.assignment.question import ROOM, Open

BARRED = 1 << 59  # dearer than any way that exists


class Search:
    """The plan on its way to the best one, with a price for each column.

    `price` is what a unit put on a column costs at least until it, or the unit it pushes on, has found its place
    (the last column, beyond the real ones, is "nowhere": the unit is missed, at no price of its own). At every
    moment no row would rather have what it has not got, and a column's price lies between that of the last place
    taken and that of the next. So a way's cost plus the price where it stands never overestimates, the first end
    found is a nearest one, and moving the prices of the columns passed by what they fell short of its cost keeps
    all this true. Once every unit has its place nothing can be improved. Where the prices start has no influence on
    that.
    """

    def __init__(self, question, group, state, need):
        import numpy as np

        rows, columns = question.size
        self.state, self.need, self.nowhere = state, need, columns
        self.rows = np.flatnonzero(need)
        self.cost = np.where(state.usable, group.pairs, FAR)
        self.missed = state.least.copy()
        self.missing = np.full((rows, group.missing.shape[1] + 1), FAR)
        self.missing[:, :-1] = group.missing
        self.missing[np.arange(self.missing.shape[1])[None, :] >= state.most[:, None]] = FAR
        self.open = np.concatenate([self.cost, self.missing[np.arange(rows), self.missed][:, None]], axis=1)
        self.mine = np.zeros((columns, rows), bool)  # units that may be pushed on, by column
        self.held_by = [[] for _row in range(rows)]
        self.base = state.held.sum(axis=0)  # what is settled
        self.used = self.base.copy()  # places taken
        self.surplus = np.zeros(columns, np.int64)  # units without a place, or places without a unit
        self.loads = np.full((columns, group.loads.shape[1] + 1), FAR)
        self.loads[:, :-1] = group.loads
        place = np.arange(self.loads.shape[1])[None, :]
        self.loads[place < state.floor[:, None]] -= state.weight
        self.loads[place >= state.seats[:, None]] = FAR
        self.free = np.append(self.loads[np.arange(columns), self.used], 0)
        self.price = np.minimum(self.free, BARRED)
        self.moves = [None] * (columns + 1)

    def solved(self, prices=None):
        """Every unit placed: a best plan as far as this group goes. Nearly right `prices` make it quick."""
        if prices is None:
            for row in self.rows.tolist():
                for _unit in range(int(self.need[row])):
                    self._place(row)
        else:
            self._start(prices)
            for column in (self.surplus > 0).nonzero()[0].tolist():
                while self.surplus[column] > 0:
                    self._hand_on(column)
            while (self.surplus < 0).any():
                self._fill()
        return self.state.held | self.mine.T

    def chosen(self, prices):
        """What the open rows would take at these prices.

        For each of them the columns, the number of missed units, the price of the last of these and of what is
        next.
        """
        import numpy as np

        rows, wants = self.rows, self.need[self.rows]
        missing = self.missing[rows].copy()
        missing[np.arange(missing.shape[1])[None, :] < self.state.least[rows][:, None]] = FAR
        options = np.concatenate([self.cost[rows] + prices, missing], axis=1)
        size = int(wants.max(initial=0)) + 1
        order = np.argpartition(options, size - 1, axis=1)[:, :size]
        reach = np.take_along_axis(options, order, axis=1)
        within = reach.argsort(axis=1)
        order, reach = np.take_along_axis(order, within, axis=1), np.take_along_axis(reach, within, axis=1)
        taken, each = np.zeros(options.shape, bool), np.arange(len(rows))
        for nth in range(size - 1):
            some = wants > nth
            taken[each[some], order[some, nth]] = True
        columns = taken[:, : self.nowhere]
        return columns, wants - columns.sum(axis=1), reach[each, wants - 1], reach[each, wants]

    def places(self, prices, taken):
        """The places that are taken when columns get so many units at these prices."""
        import numpy as np

        low, high = ((self.loads < prices[:, None]).sum(axis=1), (self.loads <= prices[:, None]).sum(axis=1))
        return np.clip(self.base + taken, np.maximum(low, self.base), np.maximum(high, self.base))

    def _start(self, prices):
        """Every row takes what is best for it; columns with too many or too few units are seen to afterwards."""
        import numpy as np

        columns, missed, _last, _next = self.chosen(prices)
        rows, each = self.rows, np.arange(self.nowhere)
        self.mine[:, rows] = columns.T
        for row, column in zip(*(at.tolist() for at in self.mine.T.nonzero()), strict=True):
            self.held_by[row].append(column)
        self.open[:, :-1][self.mine.T] = FAR
        self.missed[rows] += missed
        self.open[rows, self.nowhere] = self.missing[rows, self.missed[rows]]
        taken = columns.sum(axis=0)
        self.used = self.places(prices, taken)
        self.surplus = self.base + taken - self.used
        self.free = np.append(self.loads[each, self.used], 0)
        self.price = np.append(prices, 0)

    def _move(self, column):
        """The cheapest way to push a unit of this column on, to each column, and the row whose unit it is."""
        import numpy as np

        if self.moves[column] is None:
            if column == self.nowhere:
                rows = (self.missed > self.state.least).nonzero()[0]
                here = self.missing[rows, self.missed[rows] - 1]
            else:
                rows = self.mine[column].nonzero()[0]
                here = self.cost[rows, column]
            if not rows.size:
                self.moves[column] = (np.full(self.nowhere + 1, FAR), None)
            else:
                ways = self.open[rows] - here[:, None]
                best = ways.argmin(axis=0)
                self.moves[column] = (ways[best, np.arange(self.nowhere + 1)], rows[best])
        return self.moves[column]

    def _nearest(self, reach, slack):
        """The cheapest way on from where `reach` starts to an end, at `slack` above the price there.

        Gives the end, from where each column was reached, and the cost; `reach` is then right for all that is
        nearer.
        """
        import numpy as np

        price = self.price
        came = np.full(self.nowhere + 1, -1)
        todo, ends = reach.copy(), reach + slack
        end = int(ends.argmin())
        total = int(ends[end])
        while True:
            column = int(todo.argmin())
            if todo[column] >= total:
                return end, came, total
            cheapest, _rows = self._move(column)
            way = cheapest + price
            way += todo[column] - price[column]
            todo[column] = FAR
            better = way < reach
            if better.any():
                np.copyto(reach, way, where=better)
                np.copyto(todo, way, where=better)
                came[better] = column
                ends = reach + slack
                end = int(ends.argmin())
                total = int(ends[end])

    def _place(self, row):
        """One unit more of a row."""
        import numpy as np

        reach = self.open[row] + self.price
        end, came, total = self._nearest(reach, self.free - self.price)
        self.price += np.maximum(total - reach, 0)
        steps, first = self._steps(end, came)
        self._push([*steps, (row, None, first)])
        self._take(end)

    def _hand_on(self, column):
        """One unit less on a column that has too many: to a free place or where a place has no unit."""
        import numpy as np

        reach = np.full(self.nowhere + 1, FAR)
        reach[column] = self.price[column]
        slack = self.free - self.price
        slack[:-1][self.surplus < 0] = 0
        end, came, total = self._nearest(reach, slack)
        self.price += np.maximum(total - reach, 0)
        self._push(self._steps(end, came)[0])
        self.surplus[column] -= 1
        if end != self.nowhere and self.surplus[end] < 0:
            self.surplus[end] += 1
        else:
            self._take(end)

    def _fill(self):
        """One unit more for a column with too few: some column gives up a place, or a missed unit comes back."""
        import numpy as np

        reach = np.full(self.nowhere + 1, FAR)
        gives = (self.used > self.base).nonzero()[0]
        reach[gives] = self.price[gives] - self.loads[gives, self.used[gives] - 1]
        if (self.missed > self.state.least).any():
            reach[self.nowhere] = 0
        slack = np.where(np.append(self.surplus, 0) < 0, 0, FAR)
        end, came, total = self._nearest(reach, slack)
        self.price -= np.minimum(total, reach)
        self.price[self.nowhere] = 0
        steps, first = self._steps(end, came)
        self._push(steps)
        self.surplus[end] += 1
        if first != self.nowhere:
            self.used[first] -= 1
            self.free[first] = self.loads[first, self.used[first]]

    def _take(self, column):
        if column != self.nowhere:
            self.used[column] += 1
            self.free[column] = self.loads[column, self.used[column]]

    def _steps(self, end, came):
        """The way back from its end: whose unit moves from where to where; and the column where it starts."""
        steps, column = [], end
        while came[column] >= 0:
            before = int(came[column])
            steps.append((int(self.moves[before][1][column]), before, column))
            column = before
        return steps, column

    def _push(self, steps):
        """Move the units on the way by one column each."""
        for mover, before, after in steps:
            held = self.held_by[mover]
            if before == self.nowhere:
                self.missed[mover] -= 1
            elif before is not None:
                held.remove(before)
                self.mine[before, mover] = False
                self.open[mover, before] = self.cost[mover, before]
                self.moves[before] = None
            if after == self.nowhere:
                self.missed[mover] += 1
            else:
                held.append(after)
                self.mine[after, mover] = True
                self.open[mover, after] = FAR
            self.open[mover, self.nowhere] = self.missing[mover, self.missed[mover]]
            for column in held:
                self.moves[column] = None
        self.moves[self.nowhere] = None

    def narrowed(self):
        """What is open for the next group: all plans that are as good for this one, and no others."""
        import numpy as np

        state, price = self.state, self.price[:-1]
        mine = self.mine.T
        reach = self.cost + price[None, :]
        missed_last = self.missing[np.arange(len(self.missed)), self.missed - 1]
        right = np.where(mine, reach, -FAR).max(axis=1, initial=-FAR)  # what a unit of the row may cost
        right = np.where(self.missed > state.least, np.maximum(right, missed_last), right)
        placed = right > -FAR
        open_ends = self.missing[:, :-1]
        least = np.where(placed, (open_ends < right[:, None]).sum(axis=1), self.missed)
        most = np.where(placed, (open_ends <= right[:, None]).sum(axis=1), self.missed)
        least, most = np.maximum(least, state.least), np.minimum(most, state.most)
        usable = state.usable & (reach == right[:, None])
        settled = mine & (reach < right[:, None])
        # A row whose open pairs are just what it still needs has no choice.
        forced = (least == most) & ((usable & mine).sum(axis=1) == usable.sum(axis=1))
        settled |= usable & forced[:, None]
        return Open(
            held=state.held | settled,
            usable=usable & ~settled,
            least=least,
            most=most,
            floor=np.maximum((self.loads < price[:, None]).sum(axis=1), state.floor),
            seats=np.minimum((self.loads <= price[:, None]).sum(axis=1), state.seats),
            weight=ROOM,
        )
