"""What follows from what is shown: the tables that somebody who knows all of it cannot rule out.

Such a table is a count, zero or more, for each combination of labels of all dimensions. There can be far too many
of these, and they are not needed: it is enough to count by bags of dimensions, such that every count that is told
lies within one bag, that the bags hang together as a tree, and that neighbors agree on what they share. Tables that
agree so are always those of some people: hang one bag after the other on the tree and fill the table of both from
the corner, which works for whole numbers.
"""

from itertools import chain, product

ENOUGH = 1e-6
NODES = 1000  # of a search for whole numbers; mostly one is enough
LARGEST = 200_000  # combinations of labels that are counted at once


class TooLarge(ValueError):
    """The tables are linked in so many ways that they would have to be counted by too many combinations."""


def tree(scopes):
    """Bags of dimensions, every scope within one; what one shares with all later ones lies within one of them."""
    rest = [one for one in map(frozenset, scopes)]
    rest = sorted({one for one in rest if not any(one < other for other in rest)}, key=sorted)
    found = []
    while rest:
        ear = next((one for one in rest if _hangs_on(one, rest)), None)
        if ear is not None:
            found.append(ear)
            rest.remove(ear)
            continue
        pairs = [(one, other) for at, one in enumerate(rest) for other in rest[:at] if one & other]
        two = min(pairs, key=lambda pair: (len(pair[0] | pair[1]), sorted(map(sorted, pair))))
        both = two[0] | two[1]
        rest = sorted([*(one for one in rest if not one <= both), both], key=sorted)
    return found


def _hangs_on(one, rest):
    """Whether a single other has all that `one` shares with any."""
    others = [other for other in rest if other is not one]
    shared = one & frozenset().union(*others)
    return not others or any(shared <= other for other in others)


class Attack:
    """Boxes with their counts, as rows over columns, one for each combination of labels in each bag."""

    def __init__(self, frame, counts):
        import numpy as np

        self.boxes = sorted(counts, key=in_order)
        self.at = {box: at for at, box in enumerate(self.boxes)}
        self.counts = np.array([counts[box] for box in self.boxes], dtype=float)
        self._columns(frame)
        rows = [self._within(box) for box in self.boxes]
        links, signs = self._links()
        self.matrix = _sparse(rows, [[1.0] * len(row) for row in rows], self.size)
        self.links = _sparse(links, signs, self.size)
        self.single = np.array([len(row) == 1 for row in rows], dtype=bool)
        self.column = np.array([row[0] if len(row) == 1 else -1 for row in rows], dtype=int)

    def _columns(self, frame):
        self.bags, self.size = [], 0
        for dimensions in tree({frozenset(of for of, _some in box) for box in self.boxes}):
            names = sorted(dimensions)
            keys = list(product(*(frame.labels[name] for name in names)))
            self.bags.append((names, {key: self.size + at for at, key in enumerate(keys)}))
            self.size += len(keys)
            if self.size > LARGEST:
                raise TooLarge(f"{len(keys)} combinations of {', '.join(names)}")

    def _within(self, box):
        """The columns that add up to a box, in the first bag that has its dimensions."""
        labels = dict(box)
        names, columns = next((names, columns) for names, columns in self.bags if set(labels) <= set(names))
        wanted = [(at, labels[name]) for at, name in enumerate(names) if name in labels]
        return [column for key, column in columns.items() if all(key[at] in some for at, some in wanted)]

    def _links(self):
        """Rows that are nothing where neighbors agree."""
        rows, signs = [], []
        for at, (names, columns) in enumerate(self.bags):
            later = self.bags[at + 1 :]
            if not later:
                continue
            shared = sorted(set(names) & set().union(*(other for other, _columns in later)))
            other, others = next((other, others) for other, others in later if set(shared) <= set(other))
            sides = {}
            for side, sign in (((names, columns), 1.0), ((other, others), -1.0)):
                places = [side[0].index(name) for name in shared]
                for key, column in side[1].items():
                    sides.setdefault(tuple(key[place] for place in places), []).append((column, sign))
            for members in sides.values():
                rows.append([column for column, _sign in members])
                signs.append([sign for _column, sign in members])
        return rows, signs

    def view(self, is_shown):
        """What follows where these boxes are shown, an array of yes and no."""
        return View(self, is_shown)


class Found:
    """The counts of all boxes in a table that agrees with what is shown, and whether all in it is whole."""

    def __init__(self, counts, is_whole):
        self.counts, self.is_whole = counts, is_whole


class View:
    """The tables that agree with what is shown."""

    def __init__(self, attack, is_shown):
        import numpy as np
        from scipy.sparse import vstack

        self.attack = attack
        self.told = np.flatnonzero(is_shown & attack.single)
        self.values = np.zeros(attack.size)
        self.is_free = np.ones(attack.size, dtype=bool)
        self.values[attack.column[self.told]] = attack.counts[self.told]
        self.is_free[attack.column[self.told]] = False
        self.rows = np.flatnonzero(is_shown & ~attack.single)
        self.full = vstack([attack.matrix[self.rows], attack.links]).tocsc()
        self.equal = self.full[:, self.is_free].tocsr()
        sides = np.concatenate([attack.counts[self.rows], np.zeros(attack.links.shape[0])])
        self.sides = sides - self.full @ self.values

    def reach(self, at, target):
        """The table in which a box comes nearest to a count, in fractions, and what bars it from coming nearer.

        That is {place of a shown box: how much nearer it could come if that box were hidden}; others bar nothing.
        """
        import numpy as np
        from scipy.optimize import linprog

        attack, row = self.attack, self.attack.matrix[[at]].toarray()[0]
        sign = -1.0 if target > attack.counts[at] else 1.0
        own = row[self.is_free]
        held = float(row @ self.values)
        if not len(own):
            return self._found(np.zeros(0)), {int(place): np.inf for place in self.told}
        result = linprog(
            sign * own,
            A_ub=-sign * own.reshape(1, -1),
            b_ub=[-sign * (target - held)],
            A_eq=self.equal,
            b_eq=self.sides,
            method="highs-ds",
        )
        if result.x is None:
            raise ArithmeticError(f"no table agrees with what is shown: {result.message}")
        found = self._found(result.x)
        if abs(found.counts[at] - target) < ENOUGH:
            return found, {}
        duals, bars = result.eqlin.marginals, {}
        price = (sign * row - self.full.T @ duals)[attack.column[self.told]]
        for place, dual in chain(zip(self.rows, duals, strict=False), zip(self.told, price, strict=True)):
            if dual < -ENOUGH:
                bars[int(place)] = np.inf
            elif dual * attack.counts[place] > ENOUGH:
                bars[int(place)] = dual * attack.counts[place]
        return found, bars

    def near(self, wanted):
        """A table in which boxes are as near to the `wanted` counts {place: count} as can be, all together."""
        import numpy as np
        from scipy.optimize import linprog
        from scipy.sparse import block_array, eye_array

        own, sides = self._more(wanted)
        over = eye_array(len(wanted))
        result = linprog(
            np.concatenate([np.zeros(own.shape[1]), np.ones(2 * len(wanted))]),
            A_eq=block_array([[self.equal, None, None], [own, over, -over]]),
            b_eq=sides,
            method="highs-ds",
        )
        return self._found(result.x[: own.shape[1]])

    def table(self, wanted):
        """A whole-number table in which boxes have the `wanted` counts, None where there is none.

        Where the search is not through after so many nodes, there is none as far as is known.
        """
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import vstack

        own, sides = self._more(wanted)
        if not own.shape[1]:
            return self._found(np.zeros(0)) if np.abs(sides).max(initial=0) < ENOUGH else None
        result = milp(
            np.zeros(own.shape[1]),
            integrality=np.ones(own.shape[1]),
            bounds=Bounds(0, np.inf),
            constraints=LinearConstraint(vstack([self.equal, own]).tocsr(), sides, sides),
            options={"node_limit": NODES},
        )
        return None if result.x is None else self._found(np.rint(result.x))

    def _more(self, wanted):
        """The rows of some boxes, and the sides of all rows."""
        import numpy as np

        more = self.attack.matrix[list(wanted)]
        counts = np.array(list(wanted.values()), dtype=float)
        return more[:, self.is_free], np.concatenate([self.sides, counts - more @ self.values])

    def _found(self, free):
        import numpy as np

        values = self.values.copy()
        values[self.is_free] = free
        whole = np.rint(values)
        is_whole = bool(np.abs(values - whole).max(initial=0) < ENOUGH)
        return Found(self.attack.matrix @ (whole if is_whole else values), is_whole)


def in_order(box):
    """By which boxes are sorted, so that nothing depends on the order in which they came."""
    return sorted((of, sorted(map(str, some))) for of, some in box)


def _sparse(rows, weights, size):
    """Rows as a matrix."""
    import numpy as np
    from scipy.sparse import csr_array

    starts = np.cumsum([0, *map(len, rows)])
    columns = np.array([column for row in rows for column in row], dtype=np.int32)
    values = np.array([weight for row in weights for weight in row], dtype=float)
    return csr_array((values, columns, starts), shape=(len(rows), size))
