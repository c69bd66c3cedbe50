"""Counts by group never point at a person: what is hidden cannot be computed from what is shown."""

import random
from dataclasses import replace
from itertools import islice

import pytest

from partners.suppression import checking
from partners.suppression.tables import Release, Table, cell, published
from programs.balance import LEAST, balance


def people(**groups):
    """`a=(12, 3)`: twelve applied, three of them selected."""
    return [(name, place < selected) for name, (applied, selected) in groups.items() for place in range(applied)]


def shown(**groups):
    return {"+".join(row.groups): (row.applied, row.selected) for row in balance(people(**groups)).rows}


def test_large_groups_are_shown_as_they_are():
    found = balance(people(a=(20, 8), b=(30, 12)))
    assert [tuple(row) for row in found.rows] == [(("b",), 30, 12), (("a",), 20, 8)]
    assert (found.applied, found.selected) == (50, 20)


def test_one_small_group_is_joined_with_the_smallest_other():
    assert shown(a=(30, 10), b=(12, 6), c=(2, 1)) == {"a": (30, 10), "b+c": (14, 7)}


def test_small_groups_are_joined_and_take_another_only_where_they_must():
    assert shown(a=(30, 10), b=(4, 3), c=(8, 4), d=(4, 2)) == {"a": (30, 10), "c": (8, None), "b+d": (8, None)}
    assert shown(a=(30, 10), c=(12, 6), b=(2, 1), d=(2, 1)) == {"a": (30, 10), "c+b+d": (16, 8)}


def test_few_selected_of_a_group_are_hidden_with_those_of_another():
    assert shown(a=(30, 12), b=(20, 9), c=(12, 2)) == {"a": (30, 12), "b": (20, None), "c": (12, None)}


def test_all_but_a_few_selected_is_hidden_too():
    assert shown(a=(30, 12), b=(20, 9), c=(12, 10)) == {"a": (30, 12), "b": (20, None), "c": (12, None)}


@pytest.mark.parametrize("selected", [(0, 4), (20, 27)])
def test_where_few_are_selected_or_left_in_all_no_row_says_how_many(selected):
    assert shown(a=(20, selected[0]), b=(30, selected[1])) == {"b": (30, None), "a": (20, None)}


def test_few_applicants_have_no_rows():
    assert shown(a=(2, 1), b=(2, 1)) == {}
    assert balance([]).rows == []
    assert shown(a=(1, 0), b=(1, 0), c=(3, 1)) == {"c+a+b": (5, None)}


def test_one_group_says_what_the_totals_say():
    assert shown(a=(20, 9)) == {"a": (20, 9)}


def seasons():
    """Many small cohorts, where hiding matters."""
    rng = random.Random(4)
    for _number in range(400):
        groups = {}
        for name in "abcde"[: rng.randint(2, 5)]:
            applied = rng.choice((1, 2, 3, 4, 5, 6, 8, 11, 15))
            groups[name] = (applied, rng.randint(0, applied))
        yield groups


def ways(rows, total, most):
    """Every way in which hidden numbers from 0 to `most` add up to `total`."""
    if len(most) == 1:
        return [(total,)] if 0 <= total <= most[0] else []
    return [(n, *rest) for n in range(min(most[0], total) + 1) for rest in ways(rows, total - n, most[1:])]


def test_no_hidden_number_follows_from_those_shown():
    """By trying all that fits what is shown: the totals, the rows, and that nobody is counted below nothing."""
    looked_at = 0
    for groups in seasons():
        found = balance(people(**groups))
        for row in found.rows:
            assert row.applied >= LEAST
            assert (
                row.selected is None
                or min(row.selected, row.applied - row.selected) >= LEAST
                or (len(found.rows) == 1)
            )
            if len(row.groups) > 1:  # each group of a joined row has somebody; their sum is known
                looked_at += 1
                extra = row.applied - len(row.groups)
                fits = ways(row, extra, [extra] * len(row.groups))
                assert all(len({way[at] for way in fits}) >= 2 for at in range(len(row.groups)))
        hidden = [row for row in found.rows if row.selected is None]
        if hidden and min(found.selected, found.applied - found.selected) >= LEAST:
            looked_at += 1
            left = found.selected - sum(row.selected or 0 for row in found.rows)
            fits = ways(hidden, left, [row.applied for row in hidden])
            assert all(len({way[at] for way in fits}) >= 4 for at in range(len(hidden)))
        assert sum(row.applied for row in found.rows) in (0, found.applied)
    assert looked_at > 300


def test_that_search_finds_what_follows():
    """One hidden row alone follows from the totals, and so do two of which nobody is selected."""
    assert len(ways(None, 3, [12])) == 1
    assert len(ways(None, 0, [12, 8])) == 1


def as_table(found, groups):
    """The rows as the tables that everything else is told by, and what of it they tell."""
    counts, hidden = {}, []
    for row in found.rows:
        name, selected = "+".join(row.groups), sum(groups[group][1] for group in row.groups)
        counts |= {(name, "selected"): selected, (name, "not"): row.applied - selected}
        hidden += [cell(group=name, outcome=one) for one in ("selected", "not") if row.selected is None]
    table = Table(("group", "outcome"), counts)
    release = Release((table,), facts=((), ("group",), ("outcome",)), telling=("outcome",))
    boxes = frozenset(map(release.frame.box, hidden))
    shown = {box: count for box, count in release.counts.items() if box not in boxes}
    return release, replace(published(release, ()), shown=shown, hidden=boxes)


def test_the_rows_keep_what_is_asked_of_any_table():
    looked_at = 0
    for groups in islice(seasons(), 14):
        found = balance(people(**groups))
        if len(found.rows) > 1 and 0 < found.selected < found.applied:
            release, told = as_table(found, groups)
            assert checking.recoverable(told) == []
            assert checking.narrowed(release, told) == []
            looked_at += bool(told.hidden)
    assert looked_at > 3
