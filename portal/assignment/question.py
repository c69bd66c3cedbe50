"""A problem in arrays of whole numbers, its stages packed into as few numbers as hold them."""

from dataclasses import dataclass
from typing import Any

from portal.assignment import problem as questions

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
    """Stages packed into one number: the first has more weight than all the later ones can outweigh.

    `rough` are the first of them, as far as no pair has a cost, with the same weights; `step` is their least
    weight.
    """

    pairs: Any
    missing: Any
    loads: Any
    rough: Any = None
    step: int = ROOM


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


class Question:
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
            np.array([rows[row] for row, _column in pairs], dtype=np.intp),
            np.array([columns[column] for _row, column in pairs], dtype=np.intp),
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
        empty = (self.size, (self.size[0], widths[0]), (self.size[1], widths[1]))
        whole, rough = (Group(*(np.zeros(shape, np.int64) for shape in empty)) for _each in range(2))
        whole.rough = rough
        plain = next((at for at, (layer, _factor) in enumerate(pack) if layer.pairs is not None), len(pack))
        weight = 1
        for at, (layer, factor) in reversed(list(enumerate(pack))):
            for group in (whole, rough) if at < plain else (whole,):
                for total, part in (
                    (group.pairs, layer.pairs),
                    (group.missing, layer.missing),
                    (group.loads, layer.loads),
                ):
                    if part is not None:
                        total += part.astype(np.int64) * weight
            if at == plain - 1:
                whole.step = weight
            weight *= factor
        return whole

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
