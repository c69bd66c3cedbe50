"""Sharing out applications and pairing people: the solver against brute force, an oracle, and its own checker."""

import itertools
import random

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
)
from portal.assignment.solver import solve

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
