"""The best plan for a problem. The package's docstring says how and why; `solve` is the way in."""

from dataclasses import dataclass
from typing import Any

from portal.assignment import problem as questions
from portal.assignment import reasons
from portal.assignment.prices import FAR, prices

BARRED = 1 << 59  # dearer than any way that exists
ROOM = 1 << 57  # what stages packed into one number may come to together


@dataclass
class Layer:
    """One stage in numbers: `pairs` rows by columns, `missing` rows by units missed, `loads` columns by units held.

    `missing` and `loads` say what one unit more costs; None where the stage has no such cost.
    """

    name: str
    pairs: Any = None
    missing: Any = None
    loads: Any = None

    def bound(self, hops):
        """What one circle can gain or lose at most in this stage: it passes so many columns, each once."""
        reach = [0, 0, 0]
        for number, costs in enumerate((self.pairs, self.missing, self.loads)):
            if costs is not None and costs.size:
                reach[number] = max(0, int(costs.max())) - min(0, int(costs.min()))
        return (hops + 1) * reach[0] + reach[1] + reach[2]


@dataclass
class Group:
    """Stages packed into one number: the first has more weight than all the later ones can outweigh."""

    layers: list
    pairs: Any
    missing: Any
    loads: Any


@dataclass
class Open:
    """What is still open. Units that are settled (`held`) stay; the rest is placed along `usable` pairs.

    A row misses from `least` to `most` units; a column takes up to `seats` units and should take `floor`.
    """

    held: Any
    usable: Any
    least: Any
    most: Any
    floor: Any
    seats: Any
    weight: int = 0  # of a place below `floor`, which is to be filled before anything else counts


def solve(problem):
    """The best plan: every stage in its order as small as can be, what is still equal drawn by the lottery."""
    import numpy as np

    question = _Question(problem)
    groups = question.groups()
    state = question.all_open()
    placed = state.held
    for group in groups:
        need = question.need - state.held.sum(axis=1) - state.least
        if not need.any():
            break
        search = _Search(question, group, state, need)
        placed = search.solved()
        state = search.narrowed()
    held = placed | question.fixed
    rows, columns = [row.id for row in problem.rows], [column.id for column in problem.columns]
    pairs = tuple((rows[i], columns[j]) for i, j in zip(*(a.tolist() for a in np.nonzero(held)), strict=True))
    return questions.Plan(
        pairs=pairs,
        values=question.values(held),
        unfilled=reasons.unfilled(problem, pairs),
        certificate={"problem": problem.digest(), "prices": prices(question, groups, placed)},
    )


class _Question:
    """The problem in arrays, rows and columns in the order of their ids."""

    def __init__(self, problem):
        import numpy as np

        self.problem = problem
        rows = {row.id: number for number, row in enumerate(problem.rows)}
        columns = {column.id: number for number, column in enumerate(problem.columns)}
        self.size = (len(rows), len(columns))
        self.at = self._places(rows, columns, problem.pairs)
        self.feasible, self.fixed = np.zeros(self.size, bool), np.zeros(self.size, bool)
        self.feasible[self.at] = True
        self.fixed[self._places(rows, columns, problem.fixed)] = True
        self.demand = np.array([row.demand for row in problem.rows], dtype=np.int64)
        self.need = np.maximum(self.demand - self.fixed.sum(axis=1), 0)
        self.base = np.array([column.loaded for column in problem.columns], dtype=np.int64) + self.fixed.sum(axis=0)
        capacity = np.array([column.capacity for column in problem.columns], dtype=np.int64)
        self.seats = np.minimum(capacity - self.base, (self.feasible & ~self.fixed).sum(axis=0) + 1)
        self.layers = [layer for stage in problem.stages for layer in self._layers(stage)]

    @staticmethod
    def _places(rows, columns, pairs):
        import numpy as np

        return (
            np.fromiter((rows[row] for row, _column in pairs), np.intp, len(pairs)),
            np.fromiter((columns[column] for _row, column in pairs), np.intp, len(pairs)),
        )

    def _layers(self, stage):
        import numpy as np

        if stage.lottery:
            drawn = questions.draws(self.problem)
            return [Layer(f"{stage.name} {number}", pairs=pairs) for number, pairs in enumerate(drawn, 1)]
        layer = Layer(stage.name)
        if stage.costs:
            layer.pairs = np.zeros(self.size, np.int32)
            layer.pairs[self.at] = stage.costs
        if stage.missing:
            # The first unit missed is the last one wanted: `received` of them are there before it goes.
            received = self.demand[:, None] - np.arange(self.need.max(initial=0))[None, :]
            layer.missing = np.ones_like(received) if stage.missing == "count" else 1 - 2 * received
        if stage.loads:
            load = self.base[:, None] + np.arange(self.seats.max(initial=0))[None, :]
            layer.loads = 2 * load + 1 if stage.loads == "squares" else -(load == 0).astype(np.int64)
        return [layer]

    def groups(self):
        """The stages packed into as few numbers as hold them, in their order."""
        hops = min(self.size[0], self.size[1]) + 1
        packs, room = [[]], ROOM // 4
        for layer in self.layers:
            factor = 1 + 2 * layer.bound(hops)
            if room // factor == 0:
                packs.append([])
                room = ROOM // 4  # a further stage stands before the later groups: `Open.floor`
            room //= factor
            packs[-1].append((layer, factor))
        return [self._packed(pack) for pack in packs]

    def _packed(self, pack):
        import numpy as np

        widths = [max(0, int(count.max(initial=0))) for count in (self.need, self.seats)]
        pairs = np.zeros(self.size, np.int64)
        missing, loads = (
            np.zeros((self.size[0], widths[0]), np.int64),
            np.zeros((self.size[1], widths[1]), np.int64),
        )
        weight = 1
        for layer, factor in reversed(pack):
            for total, part in ((pairs, layer.pairs), (missing, layer.missing), (loads, layer.loads)):
                if part is not None:
                    total += part.astype(np.int64) * weight
            weight *= factor
        return Group([layer for layer, _factor in pack], pairs, missing, loads)

    def all_open(self):
        """Where the first group starts: nothing is settled but what is fixed."""
        import numpy as np

        none = np.zeros(self.size[0], np.int64)
        return Open(
            held=np.zeros(self.size, bool),
            usable=self.feasible & ~self.fixed,
            least=none,
            most=self.need.copy(),
            floor=np.zeros(self.size[1], np.int64),
            seats=self.seats.copy(),
        )

    def values(self, held):
        """What each stage comes to, what is fixed included."""
        short = self.demand - held.sum(axis=1)
        short = short.clip(0)
        loads = self.base + held.sum(axis=0) - self.fixed.sum(axis=0)
        values = {}
        for stage in self.problem.stages:
            total = 0
            if stage.costs:
                total += sum(cost for cost, on in zip(stage.costs, held[self.at].tolist(), strict=True) if on)
            if stage.missing:
                got = self.demand - short
                total += int(short.sum() if stage.missing == "count" else (got * got).sum())
            if stage.loads:
                total += int((loads * loads).sum() if stage.loads == "squares" else (loads == 0).sum())
            if not stage.lottery:
                values[stage.name] = total
        return values


class _Search:
    """One group solved: units are placed one by one along cheapest ways, from a row over columns to a free place.

    `price` is what a unit put on a column costs at least until it, or the unit it pushes on, has found its place
    (the last column, beyond the real ones, is "nowhere": the unit is missed). A way's cost so far plus the price
    where it stands never overestimates, so the first place found is a nearest one, and raising the prices of the
    columns passed to its cost keeps them true. Places and missed units only become dearer, so a missed unit of one
    row never comes back because of another.
    """

    def __init__(self, question, group, state, need):
        import numpy as np

        self.state, self.group, self.need = state, group, need
        rows, columns = question.size
        self.nowhere = columns
        self.cost = np.where(state.usable, group.pairs, FAR)
        self.missed = state.least.copy()
        self.missing = np.full((rows, group.missing.shape[1] + 1), FAR)
        self.missing[:, :-1] = group.missing
        self.missing[np.arange(self.missing.shape[1])[None, :] >= state.most[:, None]] = FAR
        self.open = np.concatenate([self.cost, self.missing[np.arange(rows), self.missed][:, None]], axis=1)
        self.mine = np.zeros((columns, rows), bool)  # units that may be pushed on, by column
        self.held_by = [[] for _row in range(rows)]
        self.used = state.held.sum(axis=0)
        self.loads = np.full((columns, group.loads.shape[1] + 1), FAR)
        self.loads[:, :-1] = group.loads
        place = np.arange(self.loads.shape[1])[None, :]
        self.loads[place < state.floor[:, None]] -= state.weight
        self.loads[place >= state.seats[:, None]] = FAR
        self.free = np.append(self.loads[np.arange(columns), self.used], 0)
        self.price = np.minimum(self.free, BARRED)
        self.moves = [None] * columns

    def solved(self):
        """Every unit that the rows need placed: a best plan as far as this group goes."""
        for row, need in enumerate(self.need.tolist()):
            for _unit in range(need):
                self._place(row)
        return self.state.held | self.mine.T

    def _move(self, column):
        """The cheapest way to push a unit of this column on, to each column, and the row whose unit it is."""
        import numpy as np

        if self.moves[column] is None:
            rows = self.mine[column].nonzero()[0]
            if not rows.size:
                self.moves[column] = (np.full(self.nowhere + 1, FAR), None)
            else:
                ways = self.open[rows] - self.cost[rows, column][:, None]
                best = ways.argmin(axis=0)
                self.moves[column] = (ways[best, np.arange(self.nowhere + 1)], rows[best])
        return self.moves[column]

    def _place(self, row):
        import numpy as np

        price, slack = self.price, self.free - self.price
        reach = self.open[row] + price
        came = np.full(self.nowhere + 1, -1)
        todo, end = reach.copy(), int((reach + slack).argmin())
        total = int(reach[end] + slack[end])
        while True:
            column = int(todo.argmin())
            if todo[column] >= total:
                break
            cheapest, _rows = self._move(column)
            way = cheapest + price
            way += todo[column] - price[column]
            todo[column] = FAR
            better = way < reach
            if better.any():
                np.copyto(reach, way, where=better)
                np.copyto(todo, way, where=better)
                came[better] = column
                last = reach + slack
                end = int(last.argmin())
                total = int(last[end])
        price += np.maximum(total - reach, 0)
        self._push(row, end, came)

    def _push(self, row, end, came):
        """Move the units on the way by one column each, from its end back to the row that is being placed."""
        steps, column = [], end
        while came[column] >= 0:
            before = int(came[column])
            steps.append((int(self.moves[before][1][column]), before, column))
            column = before
        steps.append((row, None, column))
        for mover, before, after in steps:
            held = self.held_by[mover]
            if before is not None:
                held.remove(before)
                self.mine[before, mover] = False
                self.open[mover, before] = self.cost[mover, before]
                self.moves[before] = None
            if after == self.nowhere:
                self.missed[mover] += 1
                self.open[mover, after] = self.missing[mover, self.missed[mover]]
            else:
                held.append(after)
                self.mine[after, mover] = True
                self.open[mover, after] = FAR
            for column in held:
                self.moves[column] = None
        if end != self.nowhere:
            self.used[end] += 1
            self.free[end] = self.loads[end, self.used[end]]

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
