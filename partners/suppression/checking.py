"""What can somebody find out who reads all that is published, knows the rule, and can calculate?

From the Published alone: over all whole-number tables that agree with it each hidden count is made as small and as
large as it gets. It is not told which were hidden because they are small and which besides; it knows the rule, by
which wherever something is hidden there is a small count among it. It shares nothing with what chose them.
"""

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations, product

from partners.suppression.tables import LEAST

MANY = 8  # a search for many counts at once goes on as long as it finds one in so many


@dataclass(frozen=True)
class Leak:
    """A box that tells too much: its count lies between these."""

    box: frozenset
    lowest: int
    highest: int | None  # None where nothing bounds it


def recoverable(published):
    """The Leaks: counts that are known for sure, or known to be small and better than that they are 1 to 4.

    What the facts alone say, which stand in any case, is no leak, unless it is the very count.
    """
    reader = Reader(published)
    reader.look_around()
    return [leak for leak in map(reader.leak, reader.kept) if leak]


def ranges(published):
    """{box: (lowest, highest)} of everything that is not shown, for somebody who knows the rule."""
    reader = Reader(published)
    return {box: reader.range(box) for box in reader.kept}


def narrowed(release, published):
    """The boxes under five of which a count from 1 to 5 is barred that facts alone would leave possible.

    What `suppress` promises, looked at by somebody who knows the counts. Where facts leave one such count, 0 too.
    """
    reader, bare = Reader(published, knows_rule=False), Reader(published, knows_rule=False, is_bare=True)
    small = {box for box in release.counts if release.counts[box] < LEAST}
    kept = (small & published.hidden) | (release.small & published.unshown)
    wanted = {box: set(range(1, LEAST + 1)) for box in sorted(kept - set(published.known), key=repr_of)}
    reader.cover(wanted)
    found = []
    for box, counts in wanted.items():
        if all(reader.can_be(box, count) for count in counts):
            continue
        asked = [count for count in counts if bare.can_be(box, count)]
        asked = [0, *asked] if len(asked) == 1 and bare.can_be(box, 0) else asked
        if not all(reader.can_be(box, count) for count in asked):
            found.append(box)
    return found


class Reader:
    """All that a reader of a Published knows, as rows over columns; some columns say "this one is small"."""

    def __init__(self, published, *, knows_rule=True, is_bare=False):
        self.published = published
        self.told = {box: count for box, count in published.shown.items() if not is_bare or box in published.fixed}
        if not is_bare:
            self.told |= published.known
        self.kept = sorted(published.hidden | published.unshown, key=repr_of)
        self.size, self.highest, self.rows, self.low, self.high = 0, [], [], [], []
        self.found, self.entries = [], None
        self.most = sum(self.told.values()) + 1000
        self._count_in_bags()
        for box, count in self.told.items():
            self._row({column: 1 for column in self.columns[box]}, count, count)
        self.plain = len(self.rows), self.size
        if knows_rule and not is_bare:
            self._know_rule()
            if self._solve({}) is None:  # not hidden by that rule
                self._forget_rule()

    def range(self, box):
        """The smallest and the largest count it can have."""
        ends = [self._solve({column: sign for column in self.columns[box]}) for sign in (1, -1)]
        lowest, highest = (self._count(box, values) for values in ends)
        return lowest, None if highest >= self.most else highest

    def is_open(self, box):
        """Whether the tables found so far show that not too much is known of a box."""
        seen = [self._count(box, values) for values in self.found]
        low, high = min(seen, default=0), max(seen, default=0)
        return low < high and (high >= LEAST or low <= 1 and high >= LEAST - 1)

    def leak(self, box):
        """What is known of a box, if that is too much."""
        if self.is_open(box):
            return None
        lowest, highest = self.range(box)
        if box in self.published.hidden and lowest == highest:
            return Leak(box, lowest, highest)
        is_small = highest is not None and highest < LEAST
        if not is_small or lowest <= 1 and highest >= LEAST - 1 or box in self.published.unshown and not lowest:
            return None
        bare = Reader(self.published, is_bare=True).range(box)
        is_fact = lowest <= max(bare[0], 1) and bare[1] is not None and highest >= min(bare[1], LEAST - 1)
        return None if is_fact and lowest != highest else Leak(box, lowest, highest)

    def look_around(self):
        """Find some tables that agree, so that fewer ranges have to be worked out."""
        for turn in range(2 * MANY):
            closed = [box for box in self.kept if not self.is_open(box)]
            weights = defaultdict(int)
            for at, box in enumerate(closed):
                for column in self.columns[box]:
                    weights[column] += (-1) ** ((at >> (turn // 2)) + turn)
            values = self._solve(weights) if closed else None
            if values is None:
                return
            self.found.append(values)

    def cover(self, wanted):
        """Find tables in which many boxes have counts that are wanted of them, {box: counts}."""
        while True:
            turn = {}
            for at, (box, counts) in enumerate(wanted.items()):
                left = sorted(counts - {self._count(box, values) for values in self.found})
                if left:
                    turn[box] = left[at % len(left)]
            values = self._near(turn) if turn else None
            if values is None:
                return
            self.found.append(values)
            if sum(self._count(box, values) == count for box, count in turn.items()) * MANY < len(turn):
                return

    def can_be(self, box, count):
        """Whether it can have that count."""
        if any(self._count(box, values) == count for values in self.found):
            return True
        values = self._solve({}, more=[({column: 1 for column in self.columns[box]}, count, count)])
        if values is not None:
            self.found.append(values)
        return values is not None

    def _count(self, box, values):
        return int(sum(values[column] for column in self.columns[box]))

    def _column(self, highest):
        self.highest.append(highest)
        self.size += 1
        return self.size - 1

    def _row(self, weights, low, high):
        self.entries = None
        self.rows.append(weights)
        self.low.append(low)
        self.high.append(high)

    def _count_in_bags(self):
        """A column for each combination of labels in a bag; bags agree on dimensions that they have in common."""
        labels = self.published.frame.labels
        boxes = {*self.told, *self.kept}
        bags = {}
        for bag in _bags([{of for of, _some in box} for box in boxes]):
            names = sorted(bag)
            keys = list(product(*(labels[name] for name in names)))
            bags[bag] = [(dict(zip(names, key, strict=True)), self._column(self.most)) for key in keys]
        for one, other in _joints(list(bags)):
            shared, sums = sorted(one & other), defaultdict(dict)
            for sign, bag in ((1, one), (-1, other)):
                for person, column in bags[bag]:
                    sums[tuple(person[name] for name in shared)][column] = sign
            for weights in sums.values():
                self._row(weights, 0, 0)
        self.columns = {}
        for box in boxes:
            wanted = dict(box)
            bag = next(bag for bag in bags if set(wanted) <= bag)
            self.columns[box] = [
                column for person, column in bags[bag] if all(person[name] in some for name, some in wanted.items())
            ]

    def _know_rule(self):
        """Among the hidden counts that hang together one at least is small."""
        for group in self._together():
            smalls = {}
            for box in group:
                is_small = self._column(1)
                tells = any(of in self.published.telling for of, _some in box)
                own = {column: 1 for column in self.columns[box]}
                if not tells:
                    self._row({**own, is_small: -1}, 0, float("inf"))
                self._row({**own, is_small: self.most}, float("-inf"), self.most + LEAST - 1)
                smalls[is_small] = 1
            self._row(smalls, 1, float("inf"))

    def _forget_rule(self):
        rows, size = self.plain
        self.entries = None
        del self.rows[rows:], self.low[rows:], self.high[rows:], self.highest[size:]
        self.size = size

    def _together(self):
        """The hidden boxes in groups that no row of what is told connects."""
        fixed = {cs[0] for box, cs in self.columns.items() if len(cs) == 1 and box in self.told}
        fixed |= {c for box, cs in self.columns.items() if self.told.get(box) == 0 for c in cs}
        over = list(range(self.size))

        def top(column):
            while over[column] != column:
                column = over[column]
            return column

        for line in [*self.rows, *(self.columns[box] for box in self.kept)]:
            free = [column for column in line if column not in fixed]
            for column in free[1:]:
                over[top(column)] = top(free[0])
        groups = defaultdict(list)
        for box in self.published.hidden:
            free = [column for column in self.columns[box] if column not in fixed]
            if free:
                groups[top(free[0])].append(box)
        return [sorted(group, key=repr_of) for _top, group in sorted(groups.items())]

    def _near(self, turn):
        """A table in which the boxes come near to their counts."""
        size = self.size
        more, weights = [], {}
        for nth, (box, count) in enumerate(turn.items()):
            over, under = size + 2 * nth, size + 2 * nth + 1
            more.append(({**{column: 1 for column in self.columns[box]}, over: -1, under: 1}, count, count))
            weights |= {over: 1, under: 1}
        return self._solve(weights, more=more, extra=2 * len(turn), nodes=1)

    def _solve(self, weights, *, more=(), extra=0, nodes=None):
        """The whole-number values of the columns at which the weighted sum is smallest; None where none fit."""
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import coo_array

        size = self.size + extra
        if self.entries is None:
            self.entries = _entries(self.rows)
        entries = np.concatenate([self.entries, _entries([row for row, _low, _high in more], len(self.rows))])
        matrix = coo_array((entries[:, 2], entries[:, :2].astype(int).T), (len(self.rows) + len(more), size))
        low = [*self.low, *(low for _row, low, _high in more)]
        high = [*self.high, *(high for _row, _low, high in more)]
        aim = np.zeros(size)
        aim[list(weights)] = list(weights.values())
        result = milp(
            aim,
            integrality=np.concatenate([np.ones(self.size), np.zeros(extra)]),
            bounds=Bounds(0, np.array([*self.highest, *[self.most] * extra], dtype=float)),
            constraints=LinearConstraint(matrix.tocsr(), low, high),
            options={"mip_rel_gap": 0} if nodes is None else {"node_limit": nodes},
        )
        if result.x is None and result.status != 2 and nodes is None:
            raise ArithmeticError(result.message)
        return None if result.x is None else np.rint(result.x)


def _entries(rows, first=0):
    """Rows as lines of (row, column, weight)."""
    import numpy as np

    lines = [(at, column, weight) for at, row in enumerate(rows, first) for column, weight in row.items()]
    return np.array(lines, dtype=float).reshape(-1, 3)


def repr_of(box):
    """By which boxes are sorted."""
    return sorted((of, sorted(map(str, some))) for of, some in box)


def _bags(scopes):
    """Sets of dimensions of which one holds each scope: dimensions are taken away, those with fewest ties first."""
    near = defaultdict(set)
    for scope in scopes:
        for one in scope:
            near[one] |= scope - {one}
    found = []
    while near:

        def missing(one):
            return sum(second not in near[first] for first, second in combinations(sorted(near[one]), 2))

        one = min(sorted(near), key=missing)
        around = near.pop(one)
        found.append(frozenset(around | {one}))
        for other in around:
            near[other] |= around - {other}
            near[other].discard(one)
    found = [bag for bag in found if not any(bag < other for other in found)]
    return found or [frozenset()]


def _joints(bags):
    """Neighbors in a tree over the bags, those first that have most in common."""
    group = {bag: {bag} for bag in bags}
    for one, other in sorted(combinations(bags, 2), key=lambda two: -len(two[0] & two[1])):
        if group[one] is not group[other]:
            yield one, other
            group[one] |= group[other]
            for bag in group[other]:
                group[bag] = group[one]
