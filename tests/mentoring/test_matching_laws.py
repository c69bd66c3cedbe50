"""Pairing against what is known beforehand: instances whose best plan can be read off, and laws of random ones.

Each goes through the command's own functions as plain data. The laws: for random costs the mean of the cheapest
assignment is known (Parisi, Coppersmith and Sorkin), and so is how often its dearest pair can be below a limit.
"""

import itertools
import json
import math
import random
import statistics

import numpy as np
import pytest

from mentoring import matching
from mentoring.solver.proof import check

MOST = 1_000_000
SCALE = 50_000  # of a cost that is exponentially distributed; one beyond MOST does not occur


def answered(mentees, mentors, scores, **more):
    """The plan of a problem put as the command takes it, proven."""
    data = {
        "mentees": [{"id": one} for one in mentees],
        "mentors": [{"id": one, "capacity": seats} for one, seats in mentors.items()],
        "scores": scores,
        **more,
    }
    problem = matching.Problem.from_json(json.loads(json.dumps(data)))
    plan = matching.answer(problem)
    check(problem, plan)
    return plan


def cheapest(costs, seats=None):
    """What the cheapest assignment of the rows of a table costs."""
    size = len(costs), len(costs[0])
    mentors = {f"m{column}": (seats or [1] * size[1])[column] for column in range(size[1])}
    cells = itertools.product(range(size[0]), range(size[1]))
    scores = [[f"a{row}", f"m{column}", MOST - int(costs[row][column])] for row, column in cells]
    plan = answered([f"a{row}" for row in range(size[0])], mentors, scores)
    return plan.stages["matched"] * MOST - plan.stages["total"]


TABLES = [
    ([[250, 400, 350], [400, 600, 350], [200, 400, 250]], 950),
    ([[82, 83, 69, 92], [77, 37, 49, 92], [11, 69, 5, 86], [8, 9, 98, 23]], 140),
    ([[400, 150, 400], [400, 450, 600], [300, 225, 300]], 850),
    ([[10, 10, 8], [9, 8, 1], [9, 7, 4]], 18),
    ([[1, 2, 3], [2, 4, 6], [3, 6, 9]], 10),
]


@pytest.mark.parametrize(("table", "least"), TABLES)
def test_tables_of_textbooks(table, least):
    assert cheapest(table) == least


@pytest.mark.parametrize("size", [5, 30, 80])
def test_the_hard_table_of_machol_and_wien(size):
    """Costs i times j, for which the cheapest plan turns the order round: n (n + 1) (n + 2) / 6."""
    table = [[row * column for column in range(1, size + 1)] for row in range(1, size + 1)]
    assert cheapest(table) == size * (size + 1) * (size + 2) // 6


@pytest.mark.parametrize(("rows", "columns", "seats"), [(40, 40, 1), (60, 60, 1), (60, 25, 3), (50, 20, 4)])
def test_a_plan_hidden_under_prices_is_found(rows, columns, seats):
    """Costs are a price for the row, one for the column, and something on top that the hidden plan does not pay."""
    rng = np.random.default_rng(rows * columns)
    row_price, column_price = rng.integers(0, 4000, rows), rng.integers(0, 4000, columns)
    table = row_price[:, None] + column_price[None, :] + rng.integers(1, 900, (rows, columns))
    places = np.repeat(np.arange(columns), seats)[:rows]
    counts = np.bincount(places, minlength=columns)
    rng.shuffle(places)
    table[np.arange(rows), places] = row_price + column_price[places]
    assert cheapest(table.tolist(), counts.tolist()) == int(row_price.sum() + column_price[places].sum())


def test_students_and_projects():
    """By hand: who names a project first has a fit of 900 there, second 300, third 100. There are six seats.

    Only s6 and s7 can take s and t. The most points come from s6 having the first choice and s7 the third; nobody
    needs a third choice when both take their second. Four of the others have their first choice in any case.
    """
    wishes = {"s1": "pq", "s2": "pr", "s3": "pqr", "s4": "q", "s5": "rq", "s6": "st", "s7": "pst"}
    seats = {"p": 2, "q": 1, "r": 1, "s": 1, "t": 1}
    fits = (900, 300, 100)
    scores = [[one, to, fits[nth], fits[nth]] for one, some in wishes.items() for nth, to in enumerate(some)]
    plan = answered(list(wishes), seats, scores, bands=[250, 450])
    assert plan.stages == {"matched": 6, "poor": 0, "changed": 0, "weak": 2, "total": 4 * 900 + 2 * 300}
    assert {("s6", "t"), ("s7", "s"), ("s4", "q"), ("s5", "r")} < set(plan.pairs)
    (left,) = plan.unmatched
    assert left["reason"] == "no_seats"
    assert left["hall"] == {"mentees": ["s1", "s2", "s3", "s4", "s5"], "mentors": ["p", "q", "r"], "seats": 4}
    most = answered(list(wishes), seats, scores)
    assert (most.stages["total"], most.mentor_of["s6"]) == (5 * 900 + 100, "s")


def mean_of_the_cheapest(rows, columns, count):
    """Coppersmith and Sorkin: the mean cost of the cheapest `count` pairs when costs are exponential."""
    return sum(1 / ((rows - i) * (columns - j)) for i in range(count) for j in range(count - i))


@pytest.mark.parametrize(
    ("rows", "columns", "count", "times"),
    [(3, 3, 3, 300), (10, 10, 10, 120), (40, 40, 40, 20), (20, 60, 20, 30), (8, 8, 5, 120)],
)
def test_the_mean_of_the_cheapest_assignment_is_the_known_one(rows, columns, count, times):
    rng, found = np.random.default_rng(rows * columns + count), []
    free = rows - count  # so many take a mentor that costs nothing, and the others are the cheapest `count`
    for _time in range(times):
        costs = np.minimum(rng.exponential(SCALE, (rows, columns)).round(), MOST).astype(int)
        table = np.hstack([costs, np.zeros((rows, free), int)])
        found.append(cheapest(table.tolist()) / SCALE)
    error = statistics.stdev(found) / math.sqrt(times)
    assert abs(statistics.mean(found) - mean_of_the_cheapest(rows, columns, count)) <= 4 * error
    if rows == columns == count:
        squares = sum(1 / k**2 for k in range(1, rows + 1))
        assert mean_of_the_cheapest(rows, columns, count) == pytest.approx(squares)


def test_how_often_nobody_needs_a_poor_pair_is_the_known_share():
    """The bottleneck of uniform costs: P(n B - ln n <= c) tends to exp(-2 exp(-c))."""
    size, times, above = 40, 50, 1.5
    limit, rng, held = (math.log(size) + above) / size, random.Random(4), 0
    ids = [f"a{row}" for row in range(size)]
    for _time in range(times):
        scores = [[one, f"m{to}", 0, 900 if rng.random() < limit else 100] for one in ids for to in range(size)]
        held += answered(ids, {f"m{to}": 1 for to in range(size)}, scores, bands=[250]).stages["poor"] == 0
    share = math.exp(-2 * math.exp(-above))
    assert abs(held / times - share) <= 4 * math.sqrt(share * (1 - share) / times)
