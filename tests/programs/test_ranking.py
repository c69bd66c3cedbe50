"""Reviews side by side: what each measure says, and what a reviewer's strictness may not change."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from programs import ranking
from programs.ranking import Criterion, Entry, Score

DAY = datetime(2026, 11, 1, tzinfo=UTC)
HUNDRED = [Criterion("t", 1, 100, 1)]  # the points are the total
TWO = [Criterion("a", 40, 5, 1), Criterion("b", 60, 10, 2)]


def entries(count):
    return [Entry(pk, DAY + timedelta(minutes=pk)) for pk in range(1, count + 1)]


def score(application, reviewer, points, confidence=None):
    return Score(application, reviewer, {"t": points}, confidence)


def order(found, name="centered"):
    return sorted((pk for pk in found if found[pk].ranks), key=lambda pk: found[pk].ranks[name])


def season(seed, *, applications=40, reviewers=6, each=3, noise=4, strict=0):
    """Applications of known levels, reviewed by reviewers of known strictness: (levels, scores)."""
    rng = random.Random(seed)
    levels = {pk: rng.uniform(30, 70) for pk in range(1, applications + 1)}
    harsh = {r: rng.uniform(-strict, strict) for r in range(1, reviewers + 1)}
    scores = []
    for pk, level in levels.items():
        for reviewer in rng.sample(sorted(harsh), each):
            scores.append(score(pk, reviewer, level + harsh[reviewer] + rng.gauss(0, noise)))
    return levels, scores


# --- one application --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ({"a": 5, "b": 10}, 100),
        ({"a": 0, "b": 0}, 0),
        ({"a": 5, "b": 0}, 40),
        ({"a": 1, "b": 5}, 8 + 30),
        ({"a": 4}, 80),  # over what it scores: a criterion that came later takes nothing away
        ({"z": 4}, None),
        ({}, None),
    ],
)
def test_the_total_of_a_review(scores, expected):
    assert ranking.total(scores, TWO) == (None if expected is None else pytest.approx(expected))


def test_what_the_reviews_of_one_application_say():
    scores = [score(1, 1, 90, 3), score(1, 2, 60, 1), score(1, 3, 66)]
    line = ranking.lines(entries(1), scores, HUNDRED, min_reviews=4)[1]
    assert line.totals == (90, 66, 60)
    assert (line.raw, line.middle, line.spread) == (72, 66, 30)
    assert line.deviation == pytest.approx(15.8745, abs=1e-4)
    assert (line.confidence, line.is_flagged, line.missing) == (2, True, 1)
    assert line.ranks == {"centered": 1, "raw": 1, "middle": 1}


@pytest.mark.parametrize(("low", "flagged"), [(60, True), (60.5, False)])
def test_disagreement_begins_at_the_rounds_own_spread(low, flagged):
    found = ranking.lines(entries(1), [score(1, 1, 90), score(1, 2, low)], HUNDRED, flag_spread=30)
    assert found[1].is_flagged is flagged


def test_one_review_disagrees_with_nobody():
    line = ranking.lines(entries(1), [score(1, 1, 90)], HUNDRED, flag_spread=0)[1]
    assert (line.spread, line.deviation, line.is_flagged) == (0, None, False)


def test_without_a_review_there_is_no_value_and_no_rank():
    found = ranking.lines(entries(2), [score(1, 1, 50), Score(2, 1, {}, 3)], HUNDRED, min_reviews=2)
    line = found[2]
    assert (line.totals, line.ranks, line.missing) == ((), {}, 2)
    assert {line.raw, line.middle, line.spread, line.deviation, line.centered, line.confidence} == {None}
    assert ranking.lines([], [], HUNDRED) == {}
    assert ranking.strictness([]) == {}


# --- ties ---------------------------------------------------------------------------------------------------


def test_a_tie_goes_by_the_criterion_of_the_highest_weight_or_by_who_came_first():
    three = [Criterion("a", 20, 10, 1), Criterion("b", 40, 10, 2), Criterion("c", 40, 10, 3)]
    scores = [
        Score(1, 1, {"a": 6, "b": 5, "c": 5}, None),  # each 52
        Score(2, 1, {"a": 6, "b": 4, "c": 6}, None),
        Score(3, 1, {"a": 0, "b": 7, "c": 6}, None),
    ]
    assert order(ranking.lines(entries(3), scores, three, tie_break="criteria")) == [3, 1, 2]
    assert order(ranking.lines(entries(3), scores, three, tie_break="submission")) == [1, 2, 3]


def test_what_stays_equal_has_the_same_rank_and_the_next_place_stays_empty():
    alike = [Entry(pk, DAY) for pk in (1, 2, 3, 4)]
    scores = [score(1, 1, 50), score(2, 1, 70), score(3, 1, 50), score(4, 1, 40)]
    found = ranking.lines(alike, scores, HUNDRED, tie_break="criteria")
    assert {pk: line.ranks["raw"] for pk, line in found.items()} == {2: 1, 1: 2, 3: 2, 4: 4}


def test_thirds_that_are_equal_are_equal():
    scores = [score(1, r, p) for r, p in ((1, 10), (2, 20), (3, 40))]
    scores += [score(2, r, p) for r, p in ((3, 40), (1, 10), (2, 20))]
    found = ranking.lines([Entry(1, DAY), Entry(2, DAY)], scores, HUNDRED)
    assert found[1].ranks == found[2].ranks == {"centered": 1, "raw": 1, "middle": 1}


# --- strictness ---------------------------------------------------------------------------------------------


def test_the_formula_by_hand():
    """Two reviewers, two applications, both by both: strictness is n / (n + k) of half their difference."""
    scores = [score(1, 1, 80), score(1, 2, 60), score(2, 1, 50), score(2, 2, 40)]
    strict = ranking.strictness([(s.application, s.reviewer, s.scores["t"]) for s in scores], shrink=3)
    # (n + k) s1 = sum of (total - mean) + n * mean strictness = 10 + 5 + 0, with n = 2 and k = 3
    assert strict == pytest.approx({1: 3, 2: -3})
    assert ranking.lines(entries(2), scores, HUNDRED)[1].centered == pytest.approx(70)


@pytest.mark.parametrize("seed", range(20))
def test_both_sides_of_the_formula_hold_at_once(seed):
    _levels, scores = season(seed, strict=15)
    rows = [(s.application, s.reviewer, s.scores["t"]) for s in scores]
    strict = ranking.strictness(rows)
    found = ranking.lines(entries(40), scores, HUNDRED)
    for reviewer, value in strict.items():
        rest = [points - found[pk].centered for pk, who, points in rows if who == reviewer]
        assert value == pytest.approx(sum(rest) / (len(rest) + ranking.SHRINK))
    assert sum(strict.values()) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_one_reviewer_for_all_leaves_the_raw_order(seed):
    rng = random.Random(seed)
    scores = [score(pk, 1, rng.choice((10, 40, 40, 70, 90))) for pk in range(1, 21)]
    found = ranking.lines(entries(20), scores, HUNDRED)
    assert all(line.centered == pytest.approx(line.raw) for line in found.values())
    assert order(found) == order(found, "raw")


@pytest.mark.parametrize("seed", range(20))
def test_a_constant_added_to_one_reviewer_changes_no_order(seed):
    """Exactly so without shrinking; the levels move together, by the same amount."""
    _levels, scores = season(seed)
    stricter = [s._replace(scores={"t": s.scores["t"] - 17}) if s.reviewer == 2 else s for s in scores]
    before = ranking.lines(entries(40), scores, HUNDRED, shrink=0)
    after = ranking.lines(entries(40), stricter, HUNDRED, shrink=0)
    moved = [before[pk].centered - after[pk].centered for pk in before]
    assert max(moved) - min(moved) < 1e-6
    assert order(before) == order(after)
    assert order(before, "raw") != order(after, "raw")  # the raw means do not forgive it


@pytest.mark.parametrize("seed", range(10))
def test_with_many_reviews_shrinking_hardly_matters(seed):
    """Seventy-five reviews each: what is left of 17 points is less than one."""
    _levels, scores = season(seed, applications=100, reviewers=4)
    stricter = [s._replace(scores={"t": s.scores["t"] - 17}) if s.reviewer == 2 else s for s in scores]
    before, after = (ranking.lines(entries(100), rows, HUNDRED) for rows in (scores, stricter))
    moved = [before[pk].centered - after[pk].centered for pk in before]
    assert max(moved) - min(moved) < 1
    raw = [before[pk].raw - after[pk].raw for pk in before]
    assert max(raw) - min(raw) > 5


@pytest.mark.parametrize("seed", range(10))
def test_it_comes_nearer_to_the_truth_than_the_raw_mean(seed):
    levels, scores = season(seed, applications=80, reviewers=8, strict=20)
    found = ranking.lines(entries(80), scores, HUNDRED)

    def error(name):
        off = [getattr(found[pk], name) - level for pk, level in levels.items()]
        middle = sum(off) / len(off)
        return sum((value - middle) ** 2 for value in off)

    assert error("centered") < error("raw") / 2


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_the_rows_does_not_matter(seed):
    _levels, scores = season(seed, strict=15)
    mixed, all_entries = scores[:], entries(40)
    rng = random.Random(seed)
    rng.shuffle(mixed)
    rng.shuffle(all_entries)
    before, after = ranking.lines(entries(40), scores, HUNDRED), ranking.lines(all_entries, mixed, HUNDRED)
    assert {pk: line.ranks for pk, line in before.items()} == {pk: line.ranks for pk, line in after.items()}
    assert all(before[pk].centered == pytest.approx(after[pk].centered) for pk in before)


@pytest.mark.parametrize("seed", range(20))
def test_it_moves_nobody_further_than_the_strictest_reviewer_is_off(seed):
    _levels, scores = season(seed, reviewers=12, each=2, strict=30)
    strict = ranking.strictness([(s.application, s.reviewer, s.scores["t"]) for s in scores])
    bound = max(abs(value) for value in strict.values())
    for line in ranking.lines(entries(40), scores, HUNDRED).values():
        assert abs(line.centered - line.raw) <= bound + 1e-9


def test_reviewers_who_share_nothing_are_not_set_against_each_other():
    low = [score(pk, reviewer, 20) for pk in (1, 2, 3) for reviewer in (1, 2)]
    high = [score(pk, reviewer, 80) for pk in (4, 5, 6) for reviewer in (3, 4)]
    rows = [(s.application, s.reviewer, s.scores["t"]) for s in low + high]
    assert list(ranking.strictness(rows).values()) == pytest.approx([0, 0, 0, 0])


def test_who_left_still_tells_how_strict_a_reviewer_is():
    scores = [score(pk, r, 60 - 20 * (r == 2)) for pk in range(1, 11) for r in (1, 2)] + [score(11, 2, 40)]
    found = ranking.lines([Entry(11, DAY)], scores, HUNDRED)
    assert found[11].centered > 46
    assert found[11].ranks == {"centered": 1, "raw": 1, "middle": 1}


def test_a_thousand_applications_are_quick():
    """Forty reviewers, three reviews each: far below a second, and the reader waits for it on each page."""
    _levels, scores = season(1, applications=1000, reviewers=40)
    began = datetime.now(UTC)
    ranking.lines(entries(1000), scores, HUNDRED)
    assert datetime.now(UTC) - began < timedelta(seconds=1)
