"""Rounds of applications and reviewers, made up for tests of the assignment."""

import itertools
import random

from portal.assignment.problem import Column, Row, spreading


def cohort(seed, rows, columns, demand, kind="dense", slack=1.15, loaded=False):
    """A round as it comes: `kind` says which pairs may meet ("dense", "conflicts", "blocks") or that fits tie.

    `slack` is how many places there are for each unit wanted.
    """
    rng = random.Random(seed)
    room = max(1, round(rows * demand / columns * slack))
    tongues, topics = [rng.random() < 0.3 for _ in range(rows)], [rng.randrange(5) for _ in range(rows)]
    speaks, knows = [rng.random() < 0.5 for _ in range(columns)], [rng.sample(range(5), 2) for _ in range(columns)]
    fits = {}
    for row, column in itertools.product(range(rows), range(columns)):
        barred = kind != "dense" and rng.random() < 0.05
        barred |= kind == "blocks" and (tongues[row] and not speaks[column] or topics[row] not in knows[column])
        if not barred:
            fits[f"a{row}", f"r{column}"] = 250 * rng.randrange(5) if kind == "ties" else rng.randint(0, 1000)
    sides = [Column(f"r{n}", room, rng.randrange(room) if loaded else 0) for n in range(columns)]
    return spreading([Row(f"a{n}", demand) for n in range(rows)], sides, fits, seed=str(seed))


def loads(problem, plan):
    """How many units each column holds in the end."""
    held = {column.id: column.loaded for column in problem.columns}
    for _row, column in plan.pairs:
        held[column] += 1
    return list(held.values())
