"""Which boxes to hide besides: the fewest, then those that count the fewest people, then by lot. Rows for HiGHS."""

import hashlib
from math import inf

NODES = 5000  # of one search; it does not depend on the machine, so neither does what is found
ENOUGH = 1e-6


class Choice:
    """Whether to hide each of some places. Rows say that enough of what bars something is hidden."""

    def __init__(self, places):
        self.places = sorted(places)
        self.column = {place: at for at, place in enumerate(self.places)}
        self.rows, self.low, self.seen = [], [], set()
        self.is_proved = True

    def need(self, weights, least=1.0, *, where=None):
        """Hide places until their weights come to `least`; with `where` only if that place is hidden.

        What weighs more than is needed weighs enough. Returns whether this says anything new.
        """
        row = {self.column[at]: min(weight / least, 1.0) for at, weight in weights.items() if at in self.column}
        low = 1.0
        if where is not None:
            row[self.column[where]] = row.get(self.column[where], 0.0) - 1.0
            low = 0.0
        key = (tuple(sorted(row.items())), low)
        if key in self.seen:
            return False
        self.seen.add(key)
        self.rows.append(row)
        self.low.append(low)
        return True

    def hold(self, costs, most):
        """Never again pay more than that."""
        self.rows.append({self.column[at]: -float(cost) for at, cost in costs.items() if cost})
        self.low.append(-float(most))

    def best(self, costs):
        """The places to hide at the least cost, or None where no choice was found."""
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        if not self.places:
            return set()
        size = len(self.places)
        starts = np.cumsum([0, *map(len, self.rows)])
        columns = np.array([column for row in self.rows for column in row], dtype=np.int32)
        weights = np.array([weight for row in self.rows for weight in row.values()], dtype=float)
        matrix = csr_array((weights, columns, starts), shape=(len(self.rows), size))
        result = milp(
            np.array([float(costs[place]) for place in self.places]),
            integrality=np.ones(size),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(matrix, np.array(self.low) - ENOUGH, inf) if self.rows else None,
            options={"mip_rel_gap": 0, "node_limit": NODES},
        )
        if result.status != 0:
            self.is_proved = False
        if result.x is None:
            return None
        return {place for place, value in zip(self.places, result.x, strict=True) if value > 0.5}


def lot(box):
    """What is drawn for a box: by its name alone, so that no count has a say."""
    parts = sorted((of, ",".join(sorted(map(str, some)))) for of, some in box)
    text = "\0".join(f"{of}={some}" for of, some in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=2).digest(), "big")
