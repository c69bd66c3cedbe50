"""Sharing out applications and pairing people: the solver against brute force, an oracle, and its own checker."""

import dataclasses
import itertools
import json
import random
import subprocess
import sys

import pytest

from portal.assignment.checker import check
from portal.assignment.problem import (
    Column,
    Problem,
    Row,
    Stage,
    draws,
    even_loads,
    fairly_missing,
    fewest,
    fewest_missing,
    largest,
    lottery,
    spreading,
)
from portal.assignment.solver import solve
from tests.portal.cohorts import cohort

WORST = (1 << 40,)


def tiny(rng):
    """A problem small enough to try every plan: any demand, capacity 0, loads, fixed pairs, ties, any stages."""
    rows = [Row(f"row{n}", rng.choice((1, 1, 2, 3))) for n in range(rng.randint(1, 4))]
    columns = []
    for number in range(rng.randint(1, 3)):
        loaded = rng.choice((0, 1, 2))
        columns.append(Column(f"column{number}", loaded + rng.choice((0, 1, 2, 3)), loaded))
    pairs = [(row.id, column.id) for row in rows for column in columns if rng.random() < 0.8]
    levels = rng.choice((1, 2, 1000))
    costs = [[rng.randrange(-levels, levels) for _pair in pairs] for _stage in range(3)]
    stages = [fewest_missing(), fairly_missing(), even_loads(), largest("fit", costs[0])]
    if rng.random() < 0.6:
        stages += [
            Stage("idle", loads="idle"),
            fewest("poor", costs[1]),
            Stage("mixed", tuple(costs[2]), "count", "squares"),
        ]
        rng.shuffle(stages)
        del stages[rng.randint(1, len(stages)) :]
    fixed, room = [], {column.id: column.capacity - column.loaded for column in columns}
    for pair in pairs:
        if room[pair[1]] and rng.random() < 0.15:
            room[pair[1]] -= 1
            fixed.append(pair)
    return Problem(rows, columns, pairs, [*stages, lottery()], fixed, seed=str(rng.random()))


def brute(problem):
    """The best plan and its list of values, by trying all. Written from the rules, not from the solver."""
    fixed, wants, may = set(problem.fixed), {row.id: row.demand for row in problem.rows}, {}
    for row, column in problem.pairs:
        may.setdefault(row, []).append(column)
    choices = []
    for row in problem.rows:
        kept = [column for column in may.get(row.id, ()) if (row.id, column) in fixed]
        free = [column for column in may.get(row.id, ()) if (row.id, column) not in fixed]
        size = max(0, wants[row.id] - len(kept))
        choices.append(
            [kept + list(some) for count in range(size + 1) for some in itertools.combinations(free, count)]
        )
    tickets = [matrix.tolist() for matrix in draws(problem)]
    at_row = {row.id: number for number, row in enumerate(problem.rows)}
    at_column = {column.id: number for number, column in enumerate(problem.columns)}
    best, plan = WORST, None
    for chosen in itertools.product(*choices):
        loads = {column.id: column.loaded for column in problem.columns}
        for column in itertools.chain(*chosen):
            loads[column] += 1
        if any(loads[column.id] > column.capacity for column in problem.columns):
            continue
        pairs = {(row.id, column) for row, some in zip(problem.rows, chosen, strict=True) for column in some}
        values = []
        for stage in problem.stages:
            if stage.lottery:
                values += [sum(draw[at_row[r]][at_column[c]] for r, c in pairs) for draw in tickets]
                continue
            value = sum(cost for pair, cost in zip(problem.pairs, stage.costs, strict=False) if pair in pairs)
            got = [min(row.demand, len(some)) for row, some in zip(problem.rows, chosen, strict=True)]
            if stage.missing == "count":
                value += sum(row.demand - count for row, count in zip(problem.rows, got, strict=True))
            elif stage.missing == "squares":
                value += sum(count**2 for count in got)
            if stage.loads == "squares":
                value += sum(load**2 for load in loads.values())
            elif stage.loads == "idle":
                value += sum(not load for load in loads.values())
            values.append(value)
        if tuple(values) < best:
            best, plan = tuple(values), pairs
    return best, plan


@pytest.mark.parametrize("block", range(4))
def test_every_plan_of_a_tiny_problem_tried(block):
    rng = random.Random(block)
    for _instance in range(200):
        problem = tiny(rng)
        best, pairs = brute(problem)
        plan = solve(problem)
        assert set(plan.pairs) == pairs, problem
        assert tuple(plan.values.values()) == best[: len(problem.stages) - 1]
        check(problem, plan)


@pytest.mark.parametrize("kind", ["dense", "blocks", "ties"])
def test_order_does_not_matter(kind):
    problem = cohort(5, 40, 8, 3, kind, 0.9)
    plan, rng = solve(problem), random.Random(1)
    for _time in range(3):
        order = rng.sample(range(len(problem.pairs)), len(problem.pairs))
        stages = [
            dataclasses.replace(stage, costs=tuple(stage.costs[n] for n in order)) if stage.costs else stage
            for stage in problem.stages
        ]
        other = Problem(
            rng.sample(problem.rows, len(problem.rows)),
            rng.sample(problem.columns, len(problem.columns)),
            [problem.pairs[n] for n in order],
            stages,
            seed=problem.seed,
        )
        assert other.digest() == problem.digest()
        assert solve(other) == plan


def test_another_seed_draws_another_lot_for_the_same_values():
    problem = cohort(5, 40, 8, 3, "ties")
    other = dataclasses.replace(problem, seed="another")
    assert other.digest() != problem.digest()
    assert solve(other).values == solve(problem).values
    assert solve(other).pairs != solve(problem).pairs


def test_plain_data_gives_the_question_back():
    problem = cohort(6, 12, 4, 2, "blocks")
    apart = next(
        p for p in itertools.product(("a0", "a1", "a2"), ("r0", "r1", "r2", "r3")) if p not in problem.pairs
    )
    problem = dataclasses.replace(problem, fixed=[problem.pairs[0]], excluded=[(*apart, "conflict")])
    again = Problem.from_json(json.loads(json.dumps(problem.as_json())))
    assert again == problem
    assert again.digest() == problem.digest()
    plan = solve(problem)
    assert json.loads(json.dumps(plan.certificate)) == plan.certificate
    check(again, plan)


def test_what_is_fixed_stays_when_a_reviewer_is_recused():
    problem = cohort(9, 50, 10, 3, "conflicts")
    plan = solve(problem)
    out = next(pair for pair in plan.pairs if pair[0] == "a7")
    fits = dict(zip(problem.pairs, (-cost for cost in problem.stages[3].costs), strict=True))
    del fits[out]
    again = spreading(
        problem.rows,
        problem.columns,
        fits,
        fixed=[pair for pair in plan.pairs if pair != out],
        excluded=[(*out, "recused")],
        seed=problem.seed,
    )
    new = solve(again)
    check(again, new)
    assert set(plan.pairs) - {out} < set(new.pairs)
    (replaced,) = set(new.pairs) - set(plan.pairs)
    assert replaced[0] == "a7"
    assert replaced != out
    assert new.values["units"] == 0


def test_nothing_to_do_and_nobody_to_do_it():
    for problem in (
        spreading([], [], {}),
        spreading([Row("a")], [], {}),
        spreading([], [Column("r", 3)], {}),
        spreading([Row("a", 2)], [Column("r", 0)], {("a", "r"): 5}),
    ):
        plan = solve(problem)
        check(problem, plan)
        assert plan.pairs == ()
        assert plan.values["units"] == sum(row.demand for row in problem.rows)


def test_a_fit_of_zero_is_still_a_pair():
    problem = spreading([Row("a")], [Column("r", 1)], {("a", "r"): 0})
    assert solve(problem).pairs == (("a", "r"),)


def test_why_a_row_got_too_little():
    """Two speak Korean and can take one each; three want one of them, and another may have nobody at all."""
    rows = [Row("a"), Row("b"), Row("c"), Row("d"), Row("e")]
    columns = [Column("kim", 1), Column("lee", 1), Column("pak", 5)]
    fits = {(row, column): 500 for row in "abc" for column in ("kim", "lee")} | {("d", "pak"): 10}
    excluded = [(row, "pak", "language") for row in "abc"]
    excluded += [("e", "kim", "conflict"), ("e", "lee", "conflict"), ("e", "pak", "language")]
    problem = spreading(rows, columns, fits, excluded=excluded, seed="x")
    plan = solve(problem)
    check(problem, plan)
    first, second = plan.unfilled
    assert first["row"] in "abc"
    assert first == {
        "row": first["row"],
        "missing": 1,
        "possible": 2,
        "held": [],
        "reasons": {"language": 1},
        "barred": ["kim", "lee"],
        "rivals": 2,
    }
    assert second == {
        "row": "e",
        "missing": 1,
        "possible": 0,
        "held": [],
        "reasons": {"conflict": 2, "language": 1},
        "barred": [],
        "rivals": 0,
    }


GOOD = {
    "rows": [Row("a", 1), Row("b", 2)],
    "columns": [Column("r", 2, 1), Column("s", 3)],
    "pairs": [("a", "r"), ("b", "r"), ("b", "s")],
    "stages": [fewest_missing(), largest("fit", [1, 2, 3]), lottery()],
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"columns": [Column("r", -1), Column("s", 3)]}, "capacity or load is not a whole number from 0: r"),
        ({"columns": [Column("r", 2), Column("s", float("nan"))]}, "capacity or load .*: s"),
        ({"columns": [Column("r", 2), Column("s", 3, -1)]}, "capacity or load .*: s"),
        ({"columns": [Column("r", 2), Column("s", 3), Column("r", 4)]}, "columns given twice: r"),
        ({"columns": [Column("r", 2), Column("s", 3, 4)]}, "more than their capacity: s .4 loaded and 0 fixed"),
        ({"rows": [Row("a", 0), Row("b", True)]}, "demand is not a whole number from 1: a, b"),
        ({"rows": [Row("a"), Row("b"), Row(7)]}, "ids of rows that are not text: 7"),
        ({"pairs": [("a", "r"), ("z", "r"), ("b", "s")]}, "pairs with an unknown row: z/r"),
        ({"pairs": [("a", "r"), ("b", "t"), ("b", "s")]}, "pairs with an unknown column: b/t"),
        ({"pairs": [("a", "r"), ("a", "r"), ("b", "s")]}, "pairs given twice: a/r"),
        ({"pairs": [("a",), ("a", "r"), ("b", "s")]}, "pairs that are not of 2 texts: a"),
        ({"fixed": [("a", "r"), ("a", "r")]}, "fixed pairs given twice: a/r"),
        ({"fixed": [("a", "s")]}, "fixed pairs that may not meet: a/s"),
        ({"fixed": [("a", "r"), ("b", "r")]}, "more than their capacity: r .1 loaded and 2 fixed, capacity 2"),
        ({"excluded": [("a", "r", "conflict")]}, "excluded pairs that may meet: a/r"),
        ({"seed": 5}, "the seed is not text: 5"),
        ({"stages": [largest("fit", [1, 2])]}, "stage fit: 2 costs for 3 pairs"),
        ({"stages": [fewest("fit", [1, 2, float("nan")])]}, "stage fit: costs .*: b/s"),
        ({"stages": [fewest("fit", [1, 2.5, 10**7])]}, "stage fit: costs .*: b/r, b/s"),
        ({"stages": [lottery(), fewest_missing()]}, "a lottery stands alone and last"),
        ({"stages": [Stage("x", loads="odd")]}, "stage x: unknown kind 'odd'"),
        ({"stages": [fewest_missing(), fewest_missing()]}, "stages given twice: units"),
    ],
)
def test_a_bad_question_is_refused_by_name(change, message):
    solve(Problem(**GOOD))
    with pytest.raises(ValueError, match=message):
        Problem(**{**GOOD, **change})


def test_many_wrong_things_are_counted():
    with pytest.raises(ValueError, match="pairs with an unknown row: a/r, b/r, c/r, d/r, e/r and 2 more"):
        Problem([], [Column("r", 1)], [(row, "r") for row in "abcdefg"], [])


def test_a_fit_outside_the_scale_is_refused():
    for fit in (-1, 1001, 0.5, float("nan"), True):
        with pytest.raises(ValueError, match="fits that are not whole numbers from 0 to 1000: a/r"):
            spreading([Row("a")], [Column("r", 1)], {("a", "r"): fit})


def test_costs_too_large_for_one_number_are_solved_one_after_another():
    """Six stages of a million each do not fit into 64 bits together; brute force says the same."""
    rng = random.Random(12)
    for _instance in range(30):
        rows, columns = [Row(f"a{n}", rng.randint(1, 2)) for n in range(4)], [Column(f"r{n}", 2) for n in range(3)]
        pairs = [(row.id, column.id) for row in rows for column in columns]
        stages = [Stage(f"s{n}", tuple(rng.choice((-(10**6), 10**6)) for _ in pairs)) for n in range(6)]
        stages = rng.sample([fewest_missing(), *stages, even_loads(), fairly_missing()], 9)
        problem = Problem(rows, columns, pairs, [*stages, lottery()], seed="x")
        plan = solve(problem)
        check(problem, plan)
        assert set(plan.pairs) == brute(problem)[1]


def test_the_package_starts_without_numpy():
    """Web processes that never share anything out do not pay for it."""
    code = "import sys, portal.assignment.solver, portal.assignment.checker; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
