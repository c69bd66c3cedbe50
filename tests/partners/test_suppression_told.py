"""The breakdowns that reports show, large tables, rates and means, and what a hidden cell says."""

import random
from fractions import Fraction
from itertools import product

import pytest
from django.utils import translation

from partners.suppression import checking, figures, hiding, words
from partners.suppression.solving import suppress
from partners.suppression.tables import BadTables, Release, Table, cell, published
from tests.partners import suppressed

# The trainees of the eight courses of 2024.
TRAINEES = {
    "sex": {"female": 561, "male": 509, "not said": 34},
    "region": {
        "Seoul": 548,
        "Gyeonggi": 271,
        "Incheon": 49,
        "Busan, Ulsan, Gyeongnam": 74,
        "Daegu, Gyeongbuk": 38,
        "Gwangju, Jeolla": 31,
        "Daejeon, Sejong, Chungcheong": 47,
        "Gangwon": 14,
        "Jeju": 9,
        "abroad": 23,
    },
    "age": {"19-24": 218, "25-29": 387, "30-34": 271, "35-39": 132, "40-49": 78, "50+": 18},
    "career": {"student": 352, "under 1": 128, "1-3": 266, "4-6": 187, "7-10": 108, "11+": 63},
    "job": {"freelance": 418, "permanent": 196, "fixed term": 138, "student": 289, "seeking": 63},
}
COURSES = {"C1": 82, "C2": 296, "C3": 121, "C4": 113, "C5": 91, "C6": 122, "C7": 66, "C8": 213}
# The sixteen of the camp.
CAMP = {
    "role": {"writer": 7, "director": 6, "writer-director": 3},
    "sex": {"female": 9, "male": 7},
    "region": {"Seoul": 10, "Gyeonggi": 3, "Busan": 2, "Gwangju": 1},
}


def one_way(cuts):
    return [Table((name,), {(label,): count for label, count in some.items()}) for name, some in cuts.items()]


def dealt():
    """The 1,104 as people: each cut in the numbers above, put together by lot."""
    rng = random.Random(2024)
    people = [{} for _number in range(1104)]
    for name, some in [*TRAINEES.items(), ("course", COURSES)]:
        labels = [label for label, count in some.items() for _nth in range(count)]
        rng.shuffle(labels)
        for one, label in zip(people, labels, strict=True):
            one[name] = label
    return people


def test_what_a_report_says_of_all_trainees_stands_whole():
    release = Release(tuple(one_way(TRAINEES)))
    told = suppress(release)
    assert told.hidden == frozenset()
    assert checking.recoverable(told) == []
    assert told.count(cell()) == 1104


def test_of_sixteen_only_groups_of_five_are_told():
    told = suppress(Release(tuple(one_way(CAMP))))
    assert {label: told.count(cell(region=label)) for label in CAMP["region"]} == {
        "Seoul": 10,
        "Gyeonggi": None,
        "Busan": None,
        "Gwangju": None,
    }
    assert [told.count(cell(role=label)) for label in CAMP["role"]] == [7, None, None]
    assert [told.count(cell(sex=label)) for label in CAMP["sex"]] == [9, 7]
    assert checking.recoverable(told) == []


def test_breakdowns_by_course_and_over_all_courses_are_closed_together():
    """Every cut by course, the cuts alone, and sex by age; how many took each course stands in any case."""
    people = dealt()
    cuts = [suppressed.counted(people, (name, "course")) for name in TRAINEES]
    release = Release((*cuts, suppressed.counted(people, ("sex", "age"))), facts=((), ("course",)))
    told = suppress(release)
    assert told.is_smallest
    assert checking.recoverable(told) == []
    assert checking.narrowed(release, told) == []
    assert {told.count(cell(course=course)) for course in COURSES} == set(COURSES.values())
    assert len(release.small) < len(told.hidden) < 3 * len(release.small)
    assert checking.recoverable(published(release, ()))


def large(rng, rows, columns):
    keys = product((f"r{row}" for row in range(rows)), (f"c{column}" for column in range(columns)))
    counts = {key: int(rng.expovariate(0.1)) for key in keys}
    return Release((Table(("row", "column"), counts),))


def test_a_large_table_is_a_matter_of_seconds():
    release = large(random.Random(1), 50, 8)
    told = suppress(release)
    assert told.is_smallest
    assert len(release.small) > 100
    assert checking.recoverable(told) == []
    assert checking.narrowed(release, told) == []


def test_the_order_in_which_anything_comes_does_not_matter():
    rng, release = random.Random(3), large(random.Random(2), 6, 4)
    told = suppress(release)
    for _time in range(3):
        table = release.tables[0]
        keys = sorted(table.counts, key=lambda _key: rng.random())
        turned = Table(("column", "row"), {key[::-1]: table.counts[key] for key in keys})
        assert suppress(Release((turned,))).hidden == told.hidden


def test_what_is_equally_good_is_drawn_by_names_alone():
    counts = {("a",): 3, ("b",): 9, ("c",): 9, ("d",): 9}
    told = suppress(Release((Table(("x",), counts),)))
    drawn = min("bcd", key=lambda label: hiding.lot(told.frame.box(cell(x=label))))
    assert told.count(cell(x=drawn)) is None
    assert len(told.hidden) == 2


@pytest.mark.parametrize("limit", [("hiding.NODES", 0), ("solving.ROUNDS", 0)])
def test_where_the_search_is_cut_short_more_is_hidden_and_nothing_tells(limit, monkeypatch):
    release = large(random.Random(4), 8, 5)
    best = suppress(release)
    monkeypatch.setattr(f"partners.suppression.{limit[0]}", limit[1])
    told = suppress(release)
    assert checking.recoverable(told) == []
    assert checking.narrowed(release, told) == []
    assert len(told.hidden) >= len(best.hidden)
    assert not told.is_smallest


# Tables that cannot be


def bad(*tables, **more):
    with pytest.raises(BadTables) as refusal:
        suppress(Release(tables, **more))
    return refusal.value.lines


def test_tables_about_other_people_are_refused_line_by_line():
    sex = Table(("sex",), {("F",): 9, ("M",): 8})
    others = Table(("sex",), {("F",): 9, ("M",): 9})
    assert bad(sex, others) == ["sex M: both 8 and 9", "everybody: both 17 and 18"]
    assert bad(Table(("sex",), {("F",): -1})) == ["sex F: -1 is not a count"]
    assert bad(Table(("sex",), {("F", "M"): 1})) == ["sex: ('F', 'M') does not have a label for each"]
    assert bad(Table(("sex", "age"), {("F",): 1})) == ["sex, age: ('F',) does not have a label for each"]
    areas = {"area": ("region", {"south": ("Busan", "Jeju"), "islands": ("Jeju",)})}
    assert bad(Table(("area",), {("north",): 1}), levels=areas) == ["area: there is no 'north'"]
    assert bad(Table(("area",), {("south",): 7, ("islands",): 7}), levels=areas) == [
        "area: the labels of area cannot be added up"
    ]


def test_tables_that_nobody_could_be_counted_by_are_refused():
    """Of three yes and no questions each two are answered differently by everybody."""
    differ = {("0", "1"): 9, ("1", "0"): 9}
    lines = bad(*(Table(by, differ) for by in (("a", "b"), ("b", "c"), ("a", "c"))))
    assert lines == ["the tables are not about the same people: nobody could be counted like that"]


def test_many_lines_of_a_refusal_are_counted():
    wrong = BadTables(f"line {number}" for number in range(60))
    assert str(wrong).endswith("line 49\n… and 10 more")


# Rates, means, words


OUTCOMES = Table(
    ("sex", "outcome"),
    {("F", "done"): 30, ("F", "not"): 9, ("M", "done"): 22, ("M", "not"): 12, ("X", "done"): 6, ("X", "not"): 7},
)
FEW = Table(
    ("sex", "outcome"),
    {("F", "done"): 30, ("F", "not"): 3, ("M", "done"): 22, ("M", "not"): 12, ("X", "done"): 6, ("X", "not"): 7},
)


def rate(told, **labels):
    return figures.rate(told, cell(outcome="done", **labels), cell(**labels))


def test_a_rate_stands_where_its_counts_do():
    told = suppress(Release((OUTCOMES,), telling=("outcome",)))
    assert rate(told, sex="F") == Fraction(30, 39)
    told = suppress(Release((FEW,), telling=("outcome",)))
    assert rate(told, sex="F") is None
    hidden = {sex for sex in "FMX" if rate(told, sex=sex) is None}
    assert hidden == {"F", "X"}
    assert rate(told) == Fraction(58, 80)


def test_a_rate_tells_how_many_are_left_over():
    few = Table(("outcome",), {("done",): 78, ("not",): 4}, sums=((),))
    bare = published(Release((few,)), ())
    assert figures.rate(bare, cell(outcome="done"), cell()) is None
    funnel = suppress(Release((few,), facts=((), ("outcome",))))
    assert figures.rate(funnel, cell(outcome="done"), cell()) == Fraction(78, 82)
    assert figures.rate(suppress(Release((Table(("x",), {("a",): 0}),))), cell(x="a"), cell()) is None


def test_a_mean_stands_where_it_is_of_five():
    told = suppress(Release(tuple(one_way(CAMP))))
    assert figures.of_people(told, cell(region="Seoul"), 4.6) == 4.6
    assert figures.of_people(told, cell(region="Busan"), 4.6) is None
    assert figures.of_people(suppress(Release((Table(("x",), {("a",): 4}),))), cell(), 4.6) is None


def test_one_sign_stands_for_both_reasons():
    told = suppress(Release(tuple(one_way(CAMP))))
    with translation.override("en"):
        assert words.text(told, cell(role="director")) == words.text(told, cell(role="writer-director")) == "hidden"
        assert words.text(told, cell(role="writer")) == "7"
        assert "fewer than 5 people" in words.why()
