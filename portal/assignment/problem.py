"""The question put to the solver: rows, columns, pairs, stages. Frozen, checked on entry, with a fingerprint."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

LARGEST = 1_000_000  # of a cost, a demand, a capacity, a load
DRAWS = 3  # a lottery is three stages of 16 bits each, so that two plans hardly ever draw the same
MISSING = ("", "count", "squares")
LOADS = ("", "squares", "idle")


@dataclass(frozen=True, slots=True)
class Row:
    """What is to be placed: it wants `demand` different columns."""

    id: str
    demand: int = 1


@dataclass(frozen=True, slots=True)
class Column:
    """Who takes it: at most `capacity` units, of which `loaded` are there already and stay."""

    id: str
    capacity: int
    loaded: int = 0


@dataclass(frozen=True, slots=True)
class Stage:
    """One thing to keep as small as can be.

    `costs` has one whole number for each of the problem's pairs, in their order; empty means that the pair does not
    matter. `missing` is what a row pays for units it does not get: "count" one for each; "squares" as much as makes
    the sum of the squares of what rows get smallest, which leaves fewest rows with nothing, then fewest with one,
    and so on. `loads` is what a column pays: "squares" makes the sum of squared loads smallest, which is the most
    even spread; "idle" makes fewest columns idle. A `lottery` stands alone and last.
    """

    name: str
    costs: tuple = ()
    missing: str = ""
    loads: str = ""
    lottery: bool = False


def fewest_missing(name="units"):
    """Most units placed."""
    return Stage(name, missing="count")


def fairly_missing(name="fair"):
    """What is missing is spread over the rows: fewest with nothing, then fewest with one, …"""
    return Stage(name, missing="squares")


def even_loads(name="even"):
    """Loads as even as possible, with what is loaded and fixed."""
    return Stage(name, loads="squares")


def largest(name, values):
    """The largest sum of a value per pair."""
    return Stage(name, costs=tuple(-value for value in values))


def fewest(name, costs):
    """The smallest sum of a cost per pair."""
    return Stage(name, costs=tuple(costs))


def lottery(name="lottery"):
    """What all the stages before find equal is drawn."""
    return Stage(name, lottery=True)


@dataclass(frozen=True)
class Problem:
    """A frozen question. `pairs` may meet, as (row id, column id); `fixed` are those of them that are kept.

    `excluded` holds (row id, column id, reason) for pairs that may not meet; it explains and changes nothing.
    Whatever order things come in, they are kept sorted by id. Raises ValueError naming what is wrong.
    """

    rows: tuple
    columns: tuple
    pairs: tuple
    stages: tuple
    fixed: tuple = ()
    excluded: tuple = ()
    seed: str = ""

    def __post_init__(self):
        for name in ("rows", "columns", "stages"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        for name in ("pairs", "fixed", "excluded"):
            object.__setattr__(self, name, tuple(map(tuple, getattr(self, name))))
        self._check_sides()
        self._check_pairs()
        self._check_stages()
        self._check_fixed()
        self._sort()

    def _check_sides(self):
        for name, things in (("row", self.rows), ("column", self.columns)):
            ids = [thing.id for thing in things]
            _refuse(f"ids of {name}s that are not text", [i for i in ids if not isinstance(i, str) or not i])
            _refuse(f"{name}s given twice", repeated(ids))
        _refuse("demand is not a whole number from 1", [r.id for r in self.rows if not _whole(r.demand, 1)])
        _refuse(
            "capacity or load is not a whole number from 0",
            [c.id for c in self.columns if not (_whole(c.capacity) and _whole(c.loaded))],
        )
        _refuse("the seed is not text", [] if isinstance(self.seed, str) else [self.seed])

    def _check_pairs(self):
        rows, columns = {row.id for row in self.rows}, {column.id for column in self.columns}
        for name, pairs in (("pairs", self.pairs), ("fixed pairs", self.fixed), ("excluded pairs", self.excluded)):
            size = 3 if name == "excluded pairs" else 2
            _refuse(f"{name} that are not of {size} texts", [p for p in pairs if len(p) != size])
            _refuse(f"{name} with an unknown row", [p for p in pairs if p[0] not in rows])
            _refuse(f"{name} with an unknown column", [p for p in pairs if p[1] not in columns])
            if len(set(pairs)) < len(pairs):
                _refuse(f"{name} given twice", repeated(pairs))
        possible = set(self.pairs)
        _refuse("excluded pairs that may meet", [p for p in self.excluded if p[:2] in possible])

    def _check_stages(self):
        _refuse("stages given twice", repeated([stage.name for stage in self.stages]))
        for number, stage in enumerate(self.stages):
            if stage.missing not in MISSING or stage.loads not in LOADS:
                raise ValueError(f"stage {stage.name}: unknown kind {stage.missing or stage.loads!r}")
            if stage.lottery and (stage.costs or stage.missing or stage.loads or number + 1 < len(self.stages)):
                raise ValueError(f"stage {stage.name}: a lottery stands alone and last")
            if not stage.costs:
                continue
            if len(stage.costs) != len(self.pairs):
                raise ValueError(f"stage {stage.name}: {len(stage.costs)} costs for {len(self.pairs)} pairs")
            if set(map(type, stage.costs)) != {int} or max(map(abs, stage.costs)) > LARGEST:
                wrong = [p for p, cost in zip(self.pairs, stage.costs, strict=True) if not _whole(cost, -LARGEST)]
                _refuse(f"stage {stage.name}: costs that are not whole numbers up to {LARGEST}", wrong)

    def _check_fixed(self):
        possible, held = set(self.pairs), {}
        _refuse("fixed pairs that may not meet", [pair for pair in self.fixed if pair not in possible])
        for _row, column in self.fixed:
            held[column] = held.get(column, 0) + 1
        over = [
            f"{c.id} ({c.loaded} loaded and {held.get(c.id, 0)} fixed, capacity {c.capacity})"
            for c in self.columns
            if c.loaded + held.get(c.id, 0) > c.capacity
        ]
        _refuse("columns that hold more than their capacity", over)

    def _sort(self):
        order = sorted(range(len(self.pairs)), key=self.pairs.__getitem__)
        stages = tuple(
            Stage(s.name, tuple(map(s.costs.__getitem__, order)) if s.costs else (), s.missing, s.loads, s.lottery)
            for s in self.stages
        )
        for name, value in (
            ("rows", tuple(sorted(self.rows, key=lambda row: row.id))),
            ("columns", tuple(sorted(self.columns, key=lambda column: column.id))),
            ("pairs", tuple(map(self.pairs.__getitem__, order))),
            ("stages", stages),
            ("fixed", tuple(sorted(self.fixed))),
            ("excluded", tuple(sorted(self.excluded))),
        ):
            object.__setattr__(self, name, value)

    def as_json(self):
        """The whole question as plain data; `from_json` gives it back."""
        return {
            "rows": [[row.id, row.demand] for row in self.rows],
            "columns": [[column.id, column.capacity, column.loaded] for column in self.columns],
            "pairs": list(map(list, self.pairs)),
            "stages": [[s.name, list(s.costs), s.missing, s.loads, s.lottery] for s in self.stages],
            "fixed": [list(pair) for pair in self.fixed],
            "excluded": [list(pair) for pair in self.excluded],
            "seed": self.seed,
        }

    @classmethod
    def from_json(cls, data):
        """The question that `as_json` wrote down."""
        return cls(
            rows=[Row(*row) for row in data["rows"]],
            columns=[Column(*column) for column in data["columns"]],
            pairs=[tuple(pair) for pair in data["pairs"]],
            stages=[Stage(name, tuple(costs), *kind) for name, costs, *kind in data["stages"]],
            fixed=[tuple(pair) for pair in data["fixed"]],
            excluded=[tuple(pair) for pair in data["excluded"]],
            seed=data["seed"],
        )

    def digest(self):
        """A fingerprint of the question: the same for the same question, in whatever order it was put."""
        return self._digest

    @cached_property
    def _digest(self):
        text = json.dumps(self.as_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Plan:
    """The answer. `pairs` are all units, the fixed ones among them; `unfilled` explains rows that got too little.

    `values` is what each stage came to, by its name. `certificate` is plain data for `checker.check`.
    """

    pairs: tuple
    values: dict
    unfilled: tuple
    certificate: dict


def spreading(rows, columns, fits, *, fixed=(), excluded=(), seed=""):
    """The question of sharing out applications: `fits` says for each pair that may meet how well, 0 to 1000.

    In order: most units, what is missing spread fairly, loads even, largest total fit, lottery.
    """
    _refuse(
        "fits that are not whole numbers from 0 to 1000", [p for p, f in fits.items() if not _whole(f, 0, 1000)]
    )
    stages = [fewest_missing(), fairly_missing(), even_loads(), largest("fit", fits.values()), lottery()]
    return Problem(rows, columns, tuple(fits), tuple(stages), tuple(fixed), tuple(excluded), seed)


def draws(problem):
    """The tickets of the lottery: for each of its stages a matrix, rows by columns, of whole numbers below 65,536.

    Each is made of the seed and the two ids and of nothing else.
    """
    import numpy as np

    rows = hashed("row", problem.seed, [row.id for row in problem.rows])
    columns = hashed("column", problem.seed, [column.id for column in problem.columns])
    return [ticket.astype(np.int32) for ticket in tickets(rows[:, None], columns[None, :])]


def hashed(kind, seed, ids):
    """What the lottery makes of each id of a side ("row" or "column") and the seed: 64 bits."""
    import numpy as np

    digests = [hashlib.blake2b(f"{kind}\0{seed}\0{one}".encode(), digest_size=8) for one in ids]
    return np.array([int.from_bytes(digest.digest(), "big") for digest in digests], dtype=np.uint64)


def tickets(rows, columns):
    """The tickets of pairs whose sides are hashed, element by element: one array for each stage of a lottery."""
    import numpy as np

    mixed = rows ^ columns
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 0x9E3779B97F4A7C15)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return [(mixed >> np.uint64(16 * n)) & np.uint64(0xFFFF) for n in range(3, 3 - DRAWS, -1)]


def _whole(value, smallest=0, largest=LARGEST):
    return type(value) is int and smallest <= value <= largest


def repeated(things):
    """Those of the things that stood there before."""
    seen = set()
    return [thing for thing in things if thing in seen or seen.add(thing)]


def _refuse(what, things):
    """Raise ValueError that names the first of the things that are wrong."""
    if things:
        names = ", ".join("/".join(map(str, t)) if isinstance(t, tuple) else str(t) for t in things[:5])
        more = f" and {len(things) - 5} more" if len(things) > 5 else ""
        raise ValueError(f"{what}: {names}{more}")
