"""What follows from a table, found by trying every table there could be. It shares no code with the portal."""

from collections import Counter
from dataclasses import replace
from itertools import combinations, pairwise, product

from partners.suppression.tables import Table, published


def counted(people, by, **options):
    """A Table of `people`, dicts of labels."""
    return Table(by, dict(Counter(tuple(one[name] for name in by) for one in people)), **options)


def joints(labels, total):
    """Every way in which `total` people can have the labels, as {combination: count}."""
    keys = list(product(*labels.values()))
    for bars in combinations(range(total + len(keys) - 1), len(keys) - 1):
        ends = [-1, *bars, total + len(keys) - 1]
        counts = [after - before - 1 for before, after in pairwise(ends)]
        yield dict(zip(keys, counts, strict=True))


def count_in(joint, names, box):
    wanted = dict(box)
    return sum(
        count
        for key, count in joint.items()
        if all(label in wanted.get(name, (label,)) for name, label in zip(names, key, strict=True))
    )


def every_table(release):
    """Every table of as many people as there are, as {box: count} over all boxes of the release."""
    labels = release.frame.labels
    return [
        {box: count_in(joint, list(labels), box) for box in release.counts}
        for joint in joints(labels, release.counts[frozenset()])
    ]


def values(tables, told):
    """{box: counts it has} over those tables that agree with what is told."""
    agreeing = [table for table in tables if all(table[box] == count for box, count in told.items())]
    return {box: {table[box] for table in agreeing} for box in tables[0]}


def keeps(release, tables, what):
    """Whether every hidden count below five can be all that the facts leave of 1 to 5; 0 where that is one."""
    facts = values(tables, {box: release.counts[box] for box in release.fixed})
    seen = values(tables, what.shown)
    for box in what.hidden:
        asked = facts[box] & {1, 2, 3, 4, 5}
        if len(asked) == 1:
            asked |= facts[box] & {0}
        if release.counts[box] < 5 and not asked <= seen[box]:
            return False
    return True


def smallest(release, tables):
    """The number of boxes to hide besides, and the people in them, of the best choice there is."""
    rest = [box for box in release.counts if box not in release.small | release.fixed]
    for size in range(len(rest) + 1):
        found = [
            sum(release.counts[box] for box in some)
            for some in combinations(rest, size)
            if keeps(release, tables, published(release, some))
        ]
        if found:
            return size, min(found)
    raise AssertionError("hiding everything keeps everything")


def together(release, *told):
    """What is known to somebody who reads several publications about the people of a release."""
    shown = {box: count for one in told for box, count in one.shown.items()}
    return replace(published(release, ()), shown=shown, hidden=frozenset(release.counts) - frozenset(shown))
