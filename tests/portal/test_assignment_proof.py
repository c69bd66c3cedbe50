"""Larger assignments: a second solver as the oracle, and the checker against wrong plans and certificates."""

import dataclasses
import itertools
import random
import time

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import coo_array, vstack

from portal.assignment.checker import NotProven, check
from portal.assignment.solver import solve
from tests.portal.cohorts import cohort, loads


@pytest.mark.parametrize(
    ("seed", "kind", "slack", "loaded"),
    [
        (3, "dense", 1.15, False),
        (4, "conflicts", 0.8, False),
        (5, "conflicts", 1.0, False),
        (6, "blocks", 1.7, False),
        (7, "blocks", 1.1, True),
        (8, "ties", 2.3, True),
    ],
)
def test_an_oracle_finds_the_same_units_loads_and_fit(seed, kind, slack, loaded):
    """HiGHS solves stage after stage, what came before held fast; the places of a column cost 1, 3, 5, …"""
    problem = cohort(seed, 60, 12, 3, kind, slack, loaded)
    plan = solve(problem)
    check(problem, plan)
    rows = {row.id: number for number, row in enumerate(problem.rows)}
    columns = {column.id: number for number, column in enumerate(problem.columns)}
    size = len(problem.pairs)
    # What there is to decide: each pair, how many units a row misses in all (its 1st, 2nd, 3rd), each place.
    misses = [(n, nth) for n, row in enumerate(problem.rows) for nth in range(row.demand)]
    places = [(n, load) for n, c in enumerate(problem.columns) for load in range(c.loaded, c.capacity)]
    first_place, width = size + len(misses), size + len(misses) + len(places)
    lines = [rows[row] for row, _column in problem.pairs] + [n for n, _nth in misses]
    wants = coo_array(([1.0] * first_place, (lines, range(first_place))), (len(rows), width))
    lines = [columns[column] for _row, column in problem.pairs] + [n for n, _load in places]
    at = [*range(size), *range(first_place, width)]
    holds = coo_array(([1.0] * size + [-1.0] * len(places), (lines, at)), (len(columns), width))
    cost = {stage: np.zeros(width) for stage in ("units", "fair", "even", "fit")}
    cost["units"][size:first_place] = 1
    cost["fair"][size:first_place] = [1 - 2 * (problem.rows[n].demand - nth) for n, nth in misses]
    cost["even"][first_place:] = [2 * load + 1 for _column, load in places]
    cost["fit"][:size] = problem.stages[3].costs
    whole = {
        "fair": sum(row.demand**2 for row in problem.rows),
        "even": sum(column.loaded**2 for column in problem.columns),
    }
    equal, values = [wants, holds], [row.demand for row in problem.rows] + [0] * len(columns)
    for stage in cost:
        found = linprog(cost[stage], A_eq=vstack(equal), b_eq=values, bounds=(0, 1), method="highs")
        assert plan.values[stage] == round(found.fun) + whole.get(stage, 0), stage
        equal.append(coo_array(cost[stage][None, :]))
        values.append(round(found.fun))


def greedy(problem):
    """The best fit that is still possible, pair by pair: not the best plan."""
    room = {column.id: column.capacity - column.loaded for column in problem.columns}
    wants = {row.id: row.demand for row in problem.rows}
    taken = []
    for _cost, (row, column) in sorted(zip(problem.stages[3].costs, problem.pairs, strict=True)):
        if wants[row] and room[column]:
            wants[row] -= 1
            room[column] -= 1
            taken.append((row, column))
    return sorted(taken)


def truthful(problem, plan, pairs):
    """The plan with other pairs and the values they come to, so that only the proof can tell."""
    got = [sum(pair[0] == row.id for pair in pairs) for row in problem.rows]
    held = [column.loaded + sum(pair[1] == column.id for pair in pairs) for column in problem.columns]
    chosen = set(pairs)
    values = {
        "units": sum(row.demand for row in problem.rows) - len(pairs),
        "fair": sum(count**2 for count in got),
        "even": sum(load**2 for load in held),
        "fit": sum(c for p, c in zip(problem.pairs, problem.stages[3].costs, strict=True) if p in chosen),
    }
    return dataclasses.replace(plan, pairs=tuple(pairs), values=values)


def test_the_checker_refuses_what_is_not_the_best_plan():
    problem = cohort(7, 30, 6, 2, "conflicts")
    plan = solve(problem)
    assert truthful(problem, plan, plan.pairs) == plan
    check(problem, plan)
    with pytest.raises(NotProven, match="better plan is not ruled out"):
        check(problem, truthful(problem, plan, greedy(problem)))
    with pytest.raises(NotProven, match="stage units: a better plan"):
        check(problem, truthful(problem, plan, plan.pairs[1:]))
    possible, swapped = set(problem.pairs), 0
    for (row, one), (rival, other) in itertools.combinations(plan.pairs, 2):
        new = {(row, other), (rival, one)}
        if row == rival or one == other or not new <= possible or new & set(plan.pairs):
            continue
        swapped += 1
        mutant = sorted({*plan.pairs, *new} - {(row, one), (rival, other)})
        with pytest.raises(NotProven, match=r"stage (fit|lottery): a better plan"):
            check(problem, truthful(problem, plan, mutant))
    assert swapped > 100


def test_the_checker_refuses_an_uneven_plan():
    """One unit moved from a column to another that then holds two more."""
    problem = cohort(7, 30, 6, 2, "conflicts")
    plan, moved = solve(problem), 0
    for row, column in plan.pairs:
        for other in {p[1] for p in problem.pairs if p[0] == row} - {p[1] for p in plan.pairs if p[0] == row}:
            moved += 1
            mutant = sorted({*plan.pairs, (row, other)} - {(row, column)})
            with pytest.raises(NotProven, match="stage even: a better plan"):
                check(problem, truthful(problem, plan, mutant))
    assert moved > 50


def test_the_checker_refuses_what_breaks_the_rules():
    problem = cohort(8, 20, 5, 2, "blocks", 0.8)
    plan = solve(problem)
    check(problem, plan)
    possible, held = set(problem.pairs), set(plan.pairs)
    apart = next(p for p in itertools.product(("a0", "a1", "a2"), ("r0", "r1", "r2")) if p not in possible)
    full = next(c for c in problem.columns if sum(p[1] == c.id for p in plan.pairs) == c.capacity)
    smaller = [dataclasses.replace(c, capacity=c.capacity - 1) if c is full else c for c in problem.columns]
    unused = next(p for p in problem.pairs if p not in held)
    fewer = [dataclasses.replace(row, demand=1) for row in problem.rows]
    for what, broken, question in (
        ("pairs given twice", (*plan.pairs, plan.pairs[0]), problem),
        ("pairs that may not meet", (*plan.pairs, apart), problem),
        ("columns over capacity: " + full.id, plan.pairs, dataclasses.replace(problem, columns=smaller)),
        ("fixed pairs that are gone", plan.pairs, dataclasses.replace(problem, fixed=[unused])),
        ("rows with more than they want", plan.pairs, dataclasses.replace(problem, rows=fewer)),
        ("stage units: the plan says", plan.pairs[1:], problem),
        ("another problem", plan.pairs, dataclasses.replace(problem, seed="another")),
    ):
        with pytest.raises(NotProven, match=what):
            check(question, dataclasses.replace(plan, pairs=tuple(broken)))


def test_the_checker_refuses_a_wrong_certificate():
    problem = cohort(8, 20, 5, 2)
    plan = solve(problem)
    prices = plan.certificate["prices"]
    for wrong in (
        None,
        {},
        {**prices, "r0": prices["r0"][1:]},
        {**prices, "r0": [*prices["r0"][1:], 0.5]},
        {**prices, "r0": [*prices["r0"][1:], 1 << 62]},
    ):
        with pytest.raises(NotProven, match="the certificate"):
            check(problem, plan, {**plan.certificate, "prices": wrong})
    # Loads are all equal, so a price may stand anywhere between the last place and the next: not so far away.
    for stage, change in itertools.product(range(3), (-(10**9), 10**9)):
        moved = [*prices["r0"]]
        moved[stage] += change
        with pytest.raises(NotProven, match="not ruled out"):
            check(problem, plan, {**plan.certificate, "prices": {**prices, "r0": moved}})


def test_the_set_that_bars_a_row_is_full_and_too_small():
    problem = cohort(11, 60, 12, 3, "blocks", 0.9)
    plan = solve(problem)
    load = dict(zip((column.id for column in problem.columns), loads(problem, plan), strict=True))
    capacity = {column.id: column.capacity for column in problem.columns}
    may = {}
    for row, column in problem.pairs:
        may.setdefault(row, set()).add(column)
    wants = {row.id: row.demand for row in problem.rows}
    assert plan.unfilled
    for short in plan.unfilled:
        barred = set(short["barred"])
        assert may.get(short["row"], set()) - set(short["held"]) <= barred
        assert all(load[column] == capacity[column] for column in barred)
        # Even with every other column they may have, these rows lack more than the barred ones can hold.
        rivals = {row for row, column in plan.pairs if column in barred} - {short["row"]}
        assert short["rivals"] == len(rivals)
        group = {short["row"], *rivals}
        least = sum(max(0, wants[row] - len(may.get(row, set()) - barred)) for row in group)
        assert not barred or least > sum(capacity[column] for column in barred)


@pytest.mark.parametrize("kind", ["conflicts", "blocks"])
def test_a_thousand_applications_are_shared_out_evenly_in_time(kind):
    problem = cohort(1, 1000, 40, 3, kind)
    started = time.process_time()
    plan = solve(problem)
    check(problem, plan)
    assert time.process_time() - started < 2
    assert len(plan.pairs) == 3000
    assert max(loads(problem, plan)) - min(loads(problem, plan)) <= 1


def test_pairing_one_to_one_is_the_same_problem():
    """Two hundred with one mentor each: the oracle is scipy's own assignment, with a seat for each unit."""
    from scipy.optimize import linear_sum_assignment

    from portal.assignment.problem import Column, Problem, Row, fewest, fewest_missing, largest, lottery

    rng = random.Random(13)
    rows, columns = [Row(f"a{n}") for n in range(200)], [Column(f"m{n}", rng.randint(0, 5)) for n in range(80)]
    pairs = [(row.id, column.id) for row in rows for column in columns if rng.random() < 0.4]
    scores = [rng.randint(0, 1000) for _pair in pairs]
    poor = [int(score < 250) for score in scores]
    problem = Problem(
        rows, columns, pairs, [fewest_missing("matched"), fewest("poor", poor), largest("score", scores), lottery()]
    )
    plan = solve(problem)
    check(problem, plan)
    cost = np.full((200, 80), 10**10)
    for (row, column), score, bad in zip(pairs, scores, poor, strict=True):
        cost[int(row[1:]), int(column[1:])] = 10**6 * bad - score
    seats = [n for n, column in enumerate(columns) for _seat in range(column.capacity)]
    cost = np.column_stack([cost[:, seats], np.full((200, 200), 10**9)])
    total = int(cost[linear_sum_assignment(cost)].sum())
    assert total == 10**9 * plan.values["matched"] + 10**6 * plan.values["poor"] + plan.values["score"]
