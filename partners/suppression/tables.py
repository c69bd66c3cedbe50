"""What is counted, and what of it is told. A Release is everything about the same people that is out together.

A cell is a frozenset of (dimension, label): persons with all these; without any it is everybody. Inside, a cell is
a box: a frozenset of (dimension, labels), with the labels of a level spelled out and without dimensions that do not
narrow it. So one count has one box, however many tables it stands in.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import chain, combinations, product

LEAST = 5  # a count of persons below this points at them
NO_OTHER = ""  # the label of nobody, where a dimension has one label only
NAMED = 50  # lines of a refusal; the rest is counted


class BadTables(ValueError):
    """These tables cannot be about the same people. `lines` name what is wrong, one line each."""

    def __init__(self, lines):
        self.lines = list(lines)
        more = [f"… and {len(self.lines) - NAMED} more"] if len(self.lines) > NAMED else []
        super().__init__("\n".join([*self.lines[:NAMED], *more]))


def cell(**labels):
    """The cell of those with all these labels: `cell(sex="F", region="Jeju")`."""
    return frozenset(labels.items())


@dataclass(frozen=True)
class Table:
    """Persons counted `by` some dimensions: `counts` {(label, …): count}; what is missing counts nobody.

    `sums` are the sets of dimensions by which sums stand beside, as tuples, () for the whole; None: all of them. A
    table that is not shown is printed nowhere: what it counts, and that alone, must not follow from the others.
    """

    by: tuple
    counts: dict
    sums: tuple | None = None
    is_shown: bool = True

    def margins(self):
        """The sets of dimensions for which counts stand in the table, the full one first."""
        if not self.is_shown:
            return [self.by]
        if self.sums is not None:
            return [self.by, *(tuple(name for name in self.by if name in by) for by in self.sums if by != self.by)]
        return list(chain.from_iterable(combinations(self.by, size) for size in range(len(self.by), -1, -1)))


@dataclass(frozen=True)
class Frame:
    """The dimensions with their labels, and the levels: other ways to put the labels of a dimension together."""

    labels: dict
    levels: dict

    def dimension(self, name):
        """The dimension that a name stands for, with the labels behind each of its labels."""
        if name in self.levels:
            of, groups = self.levels[name]
            return of, {label: frozenset(some) for label, some in groups.items()}
        return name, {label: frozenset([label]) for label in self.labels[name]}

    def box(self, named):
        """The box of a cell."""
        narrowed = {}
        for name, label in named:
            of, groups = self.dimension(name)
            narrowed[of] = narrowed.get(of, frozenset(self.labels[of])) & groups[label]
        return self.tidy(narrowed.items())

    def tidy(self, box):
        """The box without the dimensions in which it takes everybody."""
        return frozenset((of, some) for of, some in box if some != frozenset(self.labels[of]))

    def parts(self, name):
        """The labels of a name where each person has exactly one of them, else None."""
        of, groups = self.dimension(name)
        behind = Counter(chain.from_iterable(groups.values()))
        return groups if set(behind) == set(self.labels[of]) and set(behind.values()) <= {1} else None


@dataclass(frozen=True)
class Release:
    """Tables about the same people, and what else is known of them.

    `levels` {name: (dimension, {label: labels})} are names that tables may count by as well; labels may overlap, as
    the persons of two editions do. `facts` are sets of dimensions whose counts are no cells and always stand: the
    whole, places of a funnel. In a `telling` dimension, such as an outcome, nobody is a small number too: it says
    something about everybody else in the group. `earlier` has what is out already.
    """

    tables: tuple
    levels: dict = field(default_factory=dict)
    facts: tuple = ((),)
    telling: tuple = ()
    earlier: tuple = ()

    def __post_init__(self):
        for name, value in self._read().items():
            object.__setattr__(self, name, value)

    def _read(self):
        """`frame`, `counts` {box: count}, the boxes that are `fixed` facts, `unshown`, `small`; `known` before."""
        frame = Frame(self._labels(), dict(self.levels))
        wrong, counts, known = [], {}, {}
        fixed, shown, small = set(), set(), set()
        for table in self.tables:
            wrong += _wrong_counts(frame, table)
        if wrong:
            raise BadTables(wrong)
        for table in self.tables:
            for named, count in _cells(frame, table, wrong):
                box = frame.box(named)
                if not all(some for _of, some in box):  # a label beside one that excludes it
                    continue
                if counts.setdefault(box, count) != count:
                    wrong.append(f"{_say(named)}: both {counts[box]} and {count}")
                if {name for name, _label in named} in map(set, self.facts):
                    fixed.add(box)
                elif 0 < count < LEAST or count == 0 and self._tells(table, named):
                    small.add(box)
                if table.is_shown:
                    shown.add(box)
        for before in self.earlier:
            for was, count in {**before.known, **before.shown}.items():
                box = frame.tidy(was)
                if known.setdefault(box, counts.get(box, count)) != count:
                    wrong.append(f"{_say_box(box)}: {known[box]} now, {count} before; count by edition instead")
        if wrong:
            raise BadTables(wrong)
        return {
            "frame": frame,
            "counts": counts,
            "fixed": frozenset(fixed & shown),
            "unshown": frozenset(counts) - shown,
            "small": frozenset(small - fixed),
            "known": known,
        }

    def _labels(self):
        """Every dimension with its labels, in order."""
        labels = {}
        for table in self.tables:
            for at, name in enumerate(table.by):
                if name not in self.levels:
                    labels.setdefault(name, set()).update(key[at] for key in table.counts if _fits(key, table))
        for of, groups in self.levels.values():
            labels.setdefault(of, set()).update(chain.from_iterable(groups.values()))
        for before in self.earlier:
            for of, some in chain.from_iterable([*before.known, *before.shown, *before.hidden]):
                labels.setdefault(of, set()).update(some)
        of_levels = {of for of, _groups in self.levels.values()}
        for name, some in labels.items():
            if len(some) == 1 and name not in of_levels:  # "all three are women" is not the count of everybody
                some.add(NO_OTHER)
        return {name: tuple(sorted(some, key=str)) for name, some in sorted(labels.items())}

    def _tells(self, table, named):
        """Whether it says something about a group that nobody in it is in this cell."""
        group = {(name, label) for name, label in named if name not in self.telling}
        if len(group) == len(named):
            return False
        return any(count for key, count in table.counts.items() if group <= set(zip(table.by, key, strict=True)))


@dataclass(frozen=True)
class Published:
    """What is told: `shown` {box: count} and the boxes that are `hidden`; nothing in it says which came first.

    `fixed` are facts, which stand whatever is hidden; `known` {box: count} was shown before; `unshown` boxes stand
    in no table and are to be kept all the same. `is_smallest`: no smaller choice keeps what has to be kept.
    """

    frame: Frame
    shown: dict
    hidden: frozenset
    fixed: frozenset = frozenset()
    unshown: frozenset = frozenset()
    telling: tuple = ()
    known: dict = field(default_factory=dict)
    is_smallest: bool = True

    def count(self, named):
        """The count of a cell, None where it is hidden. A cell that stands in no table is a KeyError."""
        box = self.frame.box(named)
        return None if box in self.hidden else self.shown[box]

    def among(self, of, some):
        """The same, told of those alone who have one of some labels of a dimension that came up since."""
        more = (of, frozenset(some))
        return replace(
            self,
            shown={box | {more}: count for box, count in self.shown.items()},
            hidden=frozenset(box | {more} for box in self.hidden),
            known={box | {more}: count for box, count in self.known.items()},
        )


def published(release, also_hidden, *, is_smallest=True):
    """What is told where the small cells are hidden, and also those boxes."""
    hidden = (release.small | frozenset(also_hidden)) - release.unshown
    left_out = hidden | release.unshown
    return Published(
        frame=release.frame,
        shown={box: count for box, count in release.counts.items() if box not in left_out},
        hidden=hidden,
        fixed=release.fixed,
        unshown=release.unshown,
        telling=tuple(release.telling),
        known=release.known,
        is_smallest=is_smallest,
    )


def _fits(key, table):
    return isinstance(key, tuple) and len(key) == len(table.by)


def _wrong_counts(frame, table):
    """What is wrong with one table by itself."""
    for key, count in table.counts.items():
        if not _fits(key, table):
            yield f"{', '.join(table.by)}: {key!r} does not have a label for each"
        elif type(count) is not int or count < 0:
            yield f"{_say(zip(table.by, key, strict=True))}: {count!r} is not a count"
        else:
            for name, label in zip(table.by, key, strict=True):
                if label not in frame.dimension(name)[1]:
                    yield f"{name}: there is no {label!r}"


def _cells(frame, table, wrong):
    """Every cell of a table with its count, sums included."""
    for by in table.margins():
        uncounted = [name for name in table.by if name not in by and frame.parts(name) is None]
        if uncounted:
            wrong.append(f"{', '.join(table.by)}: the labels of {', '.join(uncounted)} cannot be added up")
            continue
        sums = Counter()
        for key, count in table.counts.items():
            sums[tuple(label for name, label in zip(table.by, key, strict=True) if name in by)] += count
        for key in (
            product(*(sorted(frame.dimension(name)[1], key=str) for name in by)) if table.is_shown else sorted(sums)
        ):
            yield frozenset(zip(by, key, strict=True)), sums[key]


def _say(named):
    return ", ".join(f"{name} {label}" for name, label in sorted(named)) or "everybody"


def _say_box(box):
    return _say((of, "/".join(map(str, sorted(some)))) for of, some in box)
