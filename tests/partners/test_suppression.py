"""No small number can be read in tables, nor worked out of them; and no more is hidden than has to be."""

import random
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partners.suppression import checking
from partners.suppression.attack import tree
from partners.suppression.solving import suppress
from partners.suppression.tables import BadTables, Release, Table, cell, published
from tests.partners import suppressed

SEX, REGION, PLACE = "sex", "region", "place"


def one_way(name, **counts):
    return Table((name,), {(label,): count for label, count in counts.items()})


def grid(rows, **options):
    """`{"F": (12, 3, 7)}`: by sex and by place a, b, c …"""
    counts = {
        (row, column): count for row, some in rows.items() for column, count in zip("abcdefgh", some, strict=False)
    }
    return Table((SEX, PLACE), counts, **options)


def kept_back(told):
    """The hidden cells of tables in names, sorted."""
    return sorted(" ".join(sorted("/".join(sorted(some)) for _of, some in box)) or "all" for box in told.hidden)


def assert_safe(release):
    """The tables as they are told, after nobody could recover anything."""
    told = suppress(release)
    assert checking.recoverable(told) == []
    assert checking.narrowed(release, told) == []
    assert told.is_smallest
    return told


# What is hidden


def test_a_small_number_is_hidden_and_the_smallest_other_from_which_it_would_follow():
    told = assert_safe(Release((one_way(REGION, Seoul=40, Busan=12, Jeju=3),)))
    assert kept_back(told) == ["Busan", "Jeju"]
    assert told.count(cell(region="Seoul")) == 40
    assert told.count(cell(region="Jeju")) is told.count(cell(region="Busan")) is None
    assert told.count(cell()) == 55
    with pytest.raises(KeyError):
        told.count(cell(sex="F"))


def test_a_small_number_that_comes_to_five_with_others_needs_no_more():
    assert kept_back(assert_safe(Release((one_way(REGION, a=40, b=12, c=3, d=2),)))) == ["c", "d"]
    assert kept_back(assert_safe(Release((one_way(REGION, a=40, b=12, c=2, d=2),)))) == ["b", "c", "d"]


def test_where_the_total_is_not_told_nothing_else_is_hidden():
    counts = {("F",): 20, ("M",): 3}
    assert kept_back(assert_safe(Release((Table((SEX,), counts, sums=()),)))) == ["M"]
    assert kept_back(assert_safe(Release((Table((SEX,), counts),)))) == ["F", "M"]


def test_a_table_is_closed_in_both_directions():
    told = assert_safe(Release((grid({"F": (12, 3, 7, 20), "M": (9, 8, 2, 26)}),)))
    assert kept_back(told) == ["F b", "F c", "M b", "M c"]


def test_nobody_is_no_small_number_but_in_what_tells_of_the_others():
    counts = {("F", "done"): 9, ("F", "not"): 0, ("M", "done"): 20, ("M", "not"): 12, ("X", "done"): 0}
    table = Table((SEX, "outcome"), counts)
    assert suppress(Release((table,))).hidden == frozenset()
    told = assert_safe(Release((table,), telling=("outcome",)))
    assert kept_back(told) == ["F done", "F not", "M done", "M not"]
    assert told.count(cell(sex="X", outcome="done")) == 0  # a group that nobody is in


def test_facts_stand_whatever_they_tell_and_ask_for_no_more_than_they_leave():
    told = suppress(Release((grid({"F": (2, 0, 9), "M": (1, 1, 9)}),), facts=((), (PLACE,))))
    assert [told.count(cell(place=one)) for one in "abc"] == [3, 1, 18]
    assert {"F a", "F b", "M a", "M b"} <= set(kept_back(told))
    assert checking.recoverable(told) == []


def test_that_all_are_of_one_kind_is_hidden_where_they_are_few():
    for table in (one_way(SEX, F=3), one_way(SEX, F=3, M=0)):
        told = assert_safe(Release((table,)))
        assert (told.count(cell()), told.count(cell(sex="F"))) == (3, None)
    assert suppress(Release((one_way(SEX, F=7),))).count(cell(sex="F")) == 7


def test_a_few_people_have_no_table():
    told = suppress(Release((one_way(SEX, F=2, M=1, X=0),)))
    assert kept_back(told) == ["F", "M"]
    assert {ends for box, ends in checking.ranges(told).items() if box in told.hidden} == {(0, 3)}


def test_numbers_of_other_levels_are_closed_together():
    areas = {"area": (REGION, {"capital": ("Seoul", "Incheon"), "rest": ("Busan", "Jeju")})}
    regions = one_way(REGION, Seoul=40, Incheon=9, Busan=12, Jeju=3)
    alone, wider = Release((regions,)), Release((Table(("area",), {("capital",): 49, ("rest",): 15}),), areas)
    assert kept_back(suppress(alone)) == ["Incheon", "Jeju"]
    both = Release((regions, wider.tables[0]), areas)
    leaks = checking.recoverable(suppressed.together(both, suppress(alone), suppress(wider)))
    assert [(leak.lowest, leak.highest) for leak in leaks] == [(9, 9), (3, 3)]
    assert kept_back(assert_safe(both)) == ["Busan", "Jeju"]


# What was told before


def test_what_was_told_before_is_known():
    rows = {"F": (12, 3, 7, 20), "M": (9, 8, 2, 26)}
    first = Release((Table((SEX, PLACE), grid(rows).counts, sums=()),))
    before = suppress(first)
    assert kept_back(before) == ["F b", "M c"]
    after = Release((grid(rows),))
    both = suppressed.together(after, before, suppress(after))
    assert {(leak.lowest, leak.highest) for leak in checking.recoverable(both)} == {(3, 3), (2, 2)}
    told = suppress(Release((grid(rows),), earlier=(before,)))
    assert checking.recoverable(told) == []
    assert {"b", "c"} <= set(kept_back(told))  # the sums, since the parts are out


def test_what_should_never_have_been_told_is_found():
    before = published(Release((one_way(SEX, F=30, M=9),)), ())
    told = suppress(Release((grid({"F": (27, 3), "M": (8, 1)}),), earlier=(before,)))
    assert checking.recoverable(told) == []
    wrong = replace(told, known={**told.known, told.frame.box(cell(sex="F", place="b")): 3})
    assert {leak.lowest for leak in checking.recoverable(wrong)} == {3, 27}
    again = suppress(Release((grid({"F": (27, 3), "M": (8, 1)}),), earlier=(wrong,)))
    assert checking.recoverable(again)
    assert checking.narrowed(Release((grid({"F": (27, 3), "M": (8, 1)}),)), again)


def test_other_counts_than_before_are_those_of_another_edition():
    with pytest.raises(BadTables, match="sex F: 31 now, 30 before"):
        Release((one_way(SEX, F=31, M=9),), earlier=(suppress(Release((one_way(SEX, F=30, M=9),))),))


def editions(earlier=()):
    """A woman joined between two editions."""
    return Release(
        (
            Table(("edition", SEX), {("second", "F"): 31, ("second", "M"): 19}, sums=(("edition",),)),
            Table(("presence", SEX), {("joined", "F"): 1}, is_shown=False),
        ),
        levels={"edition": ("presence", {"second": ("stayed", "joined")})},
        facts=((), ("edition",)),
        earlier=earlier,
    )


def test_who_joined_between_two_editions_stays_unknown():
    first = suppress(Release((one_way(SEX, F=30, M=19),))).among("presence", ["stayed"])
    naive = published(editions((first,)), ())
    assert [(leak.lowest, leak.highest) for leak in checking.recoverable(naive)] == [(1, 1)]
    told = suppress(editions((first,)))
    assert kept_back(told) == ["F", "M"]
    assert checking.recoverable(told) == []
    assert suppress(editions()).hidden == frozenset()


# Wrong suppressions are caught


ROWS = {"F": (12, 3, 7, 20), "M": (9, 8, 2, 26), "X": (15, 7, 11, 6)}


def hidden_by_hand(*cells, release=None):
    """A Published in which exactly these cells are hidden."""
    release = release or Release((grid(ROWS),))
    boxes = frozenset(release.frame.box(one) for one in cells)
    shown = {box: count for box, count in release.counts.items() if box not in boxes}
    return release, replace(published(release, ()), shown=shown, hidden=boxes)


def at(sex, place):
    return cell(sex=sex, place=place)


SMALL = [at("F", "b"), at("M", "c")]
WRONG = {
    "only what is small": SMALL,
    "closed in one direction": [*SMALL, at("F", "c"), at("M", "b"), at("X", "d")],
    "closed in rows alone": [*SMALL, at("F", "a"), at("M", "d")],
    "closed in columns alone": [*SMALL, at("X", "b"), at("X", "c")],
    "by totals of totals": [at("F", "b"), cell(sex="F"), *[at("M", one) for one in "bc"], at("X", "c")],
}


@pytest.mark.parametrize("cells", WRONG.values(), ids=list(WRONG))
def test_a_wrong_suppression_is_caught(cells):
    release, told = hidden_by_hand(*cells)
    assert checking.recoverable(told)
    assert suppress(release).hidden != told.hidden


def test_two_that_come_to_four_are_caught_by_what_was_promised():
    """Whoever knows that one of both is small knows no more than the rule: that is no leak by itself."""
    release, told = hidden_by_hand(cell(sex="M"), cell(sex="X"), release=Release((one_way(SEX, F=20, M=1, X=3),)))
    assert set(checking.ranges(told).values()) == {(0, 4)}
    assert checking.recoverable(told) == []
    assert len(checking.narrowed(release, told)) == 2


def test_the_rule_itself_tells_that_one_of_those_hidden_is_small():
    _release, told = hidden_by_hand(cell(sex="M"), cell(sex="X"), release=Release((one_way(SEX, F=20, M=1, X=4),)))
    assert set(checking.ranges(told).values()) == {(1, 4)}
    _release, told = hidden_by_hand(cell(sex="M"), cell(sex="X"), release=Release((one_way(SEX, F=20, M=2, X=40),)))
    assert set(checking.ranges(told).values()) == {(1, 41)}
    _release, told = hidden_by_hand(cell(sex="M"), cell(sex="X"), release=Release((one_way(SEX, F=20, M=0, X=0),)))
    assert {(leak.lowest, leak.highest) for leak in checking.recoverable(told)} == {(0, 0)}  # by no such rule


def test_three_tables_in_a_ring_tell_more_than_any_two():
    people = [dict(zip("abc", one, strict=True)) for one in product("01", repeat=3)] * 6
    people += [{"a": "0", "b": "0", "c": "1"}] * 3
    ring = [suppressed.counted(people, by) for by in (("a", "b"), ("b", "c"), ("a", "c"))]
    told = assert_safe(Release((*ring, suppressed.counted(people, ("a", "b", "c"), is_shown=False))))
    assert told.hidden == frozenset()
    assert tree([set("ab"), set("bc"), set("ac")]) == [frozenset("abc")]
    assert tree([set("ab"), set("bc"), set("cd"), set()]) == [frozenset("ab"), frozenset("bc"), frozenset("cd")]


# By trying everything


def tiny(rng):
    """A table of few people."""
    labels = rng.choice([("012",), ("0123",), ("01", "01"), ("01", "012")])
    names = "ab"[: len(labels)]
    most = 14 if len(labels) == 1 else 9
    people = [
        {name: rng.choice(some * 1 + some[0] * rng.randint(0, 3)) for name, some in zip(names, labels, strict=True)}
        for _number in range(rng.randint(3, most))
    ]
    return Release((suppressed.counted(people, tuple(names)),), telling=rng.choice([(), (names[-1],)]))


def test_no_choice_is_smaller_and_every_range_is_right():
    rng = random.Random(8)
    for _number in range(15):
        release = tiny(rng)
        tables = suppressed.every_table(release)
        told = suppress(release)
        assert suppressed.keeps(release, tables, told)
        besides = told.hidden - release.small
        assert (len(besides), sum(release.counts[box] for box in besides)) == suppressed.smallest(release, tables)
        reader = checking.Reader(told, knows_rule=False)
        seen = suppressed.values(tables, told.shown)
        for box in told.hidden:
            assert reader.range(box) == (min(seen[box]), max(seen[box]))


def test_the_promise_is_looked_at_rightly():
    rng = random.Random(9)
    outcomes = set()
    for _number in range(20):
        release = tiny(rng)
        tables = suppressed.every_table(release)
        some = [box for box in release.counts if box not in release.fixed and rng.random() < 0.4]
        told = published(release, some)
        is_kept = suppressed.keeps(release, tables, told)
        assert is_kept == (checking.narrowed(release, told) == [])
        outcomes.add(is_kept)
    assert outcomes == {True, False}


# Tables of any kind


@st.composite
def releases(draw, shapes):
    """Tables over up to four dimensions of up to four labels each, about a hundred people or fewer."""
    shape = draw(st.sampled_from(shapes))
    names = sorted(set("".join(shape)))
    some = {name: st.sampled_from("0123"[: draw(st.integers(2, 4))]) for name in names}
    people = draw(st.lists(st.fixed_dictionaries(some), min_size=1, max_size=25))
    people *= draw(st.sampled_from([1, 1, 3]))
    facts = ((), (names[0],)) if draw(st.booleans()) else ((),)
    telling = (names[-1],) if draw(st.booleans()) else ()
    return Release(tuple(suppressed.counted(people, tuple(by)) for by in shape), facts=facts, telling=telling)


def check_any(release):
    told = suppress(release)
    assert checking.narrowed(release, told) == []
    assert told.is_smallest
    # What is known although it is hidden follows from the facts alone: everybody in a group is of one kind.
    hidden = frozenset(release.counts) - told.fixed
    bare = replace(told, shown={box: told.shown[box] for box in told.fixed}, hidden=hidden)
    facts = {leak.box for leak in checking.recoverable(bare)}
    assert {leak.box for leak in checking.recoverable(told)} <= facts


@settings(max_examples=12, deadline=None)
@given(releases([("a",), ("ab",), ("a", "b"), ("abc",)]))
def test_no_table_tells(release):
    check_any(release)


@settings(max_examples=10, deadline=None)
@given(releases([("ab", "bc"), ("ab", "bc", "cd"), ("ab", "ac", "ad"), ("ab", "bc", "ac"), ("abc", "cd")]))
def test_no_linked_tables_tell(release):
    check_any(release)
