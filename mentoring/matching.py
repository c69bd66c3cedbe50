"""Who mentors whom: the best plan there is, stage by stage, with its proof; or the stable one. No Django here.

`solve` answers a `matching_problem.Problem` with a `Plan`. Stages are strictly in order: most mentees matched,
fewest Poor pairs, (after publishing) fewest changes, fewest Weak pairs, the largest total; what is still equal is
drawn by a lottery of the seed and the ids, so that the answer is one and hangs on no order of rows.
`matching_faces` solves, `matching_stable` finds the stable plan, `matching_proof` checks either without looking at
what they computed, `matching_what_if` asks of a plan what else could be.

numpy and scipy are imported inside the functions that calculate: a process that never does so starts without them.
"""

import time
from functools import partial

from mentoring import matching_stable, matching_unmatched
from mentoring.matching_faces import Face, Stage
from mentoring.matching_problem import NEW, PUBLISHED, VALUES, BadProblem, Plan, Problem, value_of
from portal.assignment import problem as lots

__all__ = ["NEW", "PUBLISHED", "BadProblem", "Plan", "Problem", "answer", "seconds_bare", "solve", "stable"]

PATHS = ("auto", "dense", "sparse")


def answer(problem):
    """The plan that the problem's mode asks for."""
    return stable(problem) if problem.mode == "stable" else solve(problem)


def solve(problem, *, path="auto"):
    """The best plan. `path` chooses how the stages are solved, densely or sparsely; the plan is the same."""
    if path not in PATHS:
        raise ValueError(f"path: {path!r} is none of {', '.join(PATHS)}")
    table = problem.table
    free, pairs, capacity = _open_pairs(problem)
    face = Face(*_places(table, free, pairs), (len(free), table.size[1]), capacity, path)
    face.settle(_stages(problem, pairs, len(free)))
    held = zip(free.tolist(), face.held.tolist(), strict=True)
    found = [(table.mentees[row], table.mentors[to]) for row, to in held if to < table.size[1]]
    names = [*problem.stages, *(f"lottery {n}" for n in range(1, lots.DRAWS + 1))]
    prices = zip(*(face.prices[name].tolist() for name in names), strict=True)
    certificate = {
        "problem": problem.digest(),
        "stages": names,
        "prices": dict(zip(table.mentors, map(list, prices), strict=True)),
    }
    return _plan(problem, sorted([*found, *problem.locks]), certificate, "optimal")


def stable(problem):
    """The stable plan that is best for every mentee: nobody would rather have each other."""
    pairs, refused = matching_stable.propose(problem)
    certificate = {"problem": problem.digest(), "refused": refused}
    return _plan(problem, pairs, certificate, "stable")


def seconds_bare(problem):
    """How long one `linear_sum_assignment` takes for most matched and the largest total, on seats as columns."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    table = problem.table
    free, pairs, capacity = _open_pairs(problem)
    worth = np.zeros(table.size)
    row, column, score = table.row[pairs], table.column[pairs], table.score[pairs]
    worth[row, column] = score + (int(score.max(initial=0)) + 1) * len(table.mentees)
    seats = np.minimum(capacity, np.bincount(column, minlength=table.size[1]))
    matrix = -worth[free][:, np.repeat(np.arange(table.size[1]), seats)]
    began = time.perf_counter()
    linear_sum_assignment(matrix)
    return time.perf_counter() - began


def _open_pairs(problem):
    """The mentees who are not locked, the pairs open to them, and the seats that are left."""
    import numpy as np

    table = problem.table
    open_row, capacity = np.ones(table.size[0], bool), table.capacity.copy()
    for mentee, mentor in problem.locks:
        open_row[table.mentee_at[mentee]] = False
        capacity[table.mentor_at[mentor]] -= 1
    return np.flatnonzero(open_row), np.flatnonzero(open_row[table.row] & (capacity > 0)[table.column]), capacity


def _places(table, free, pairs):
    """Rows and columns of the open pairs, and then of nobody for every row."""
    import numpy as np

    place = np.zeros(table.size[0], np.intp)
    place[free] = np.arange(len(free))
    column = np.append(table.column[pairs], np.full(len(free), table.size[1]))
    return np.append(place[table.row[pairs]], np.arange(len(free))), column


def _stages(problem, pairs, rows):
    """The stages in numbers, the lottery last: what each open pair costs, and then what nobody costs every row."""
    import numpy as np

    table, bands = problem.table, [*problem.bands, 0, 0]
    fit = table.fit[pairs]
    poor = (fit >= 0) & (fit < bands[0])
    published = np.zeros(len(pairs), bool)
    if problem.published:
        known = [pair for pair in problem.published if pair in problem.possible]
        published = table.marks(known)[table.row[pairs], table.column[pairs]]
    costs = {
        "matched": (np.zeros(len(pairs), np.int64), 1),
        "poor": (poor, 1),
        "new_poor": (poor & ~published, 1),
        "changed": (-published.astype(np.int64), 1),
        "weak": (~poor & (fit >= 0) & (fit < bands[1]), 1),
        "total": (-table.score[pairs], int(table.score.max(initial=0))),
    }
    none = np.zeros(rows, np.int64)
    stages = []
    for name in problem.stages:
        cost, span = costs[name]
        cost = np.append(cost.astype(np.int64), none + 1 if name == "matched" else none)
        stages.append(Stage(name, cost.__getitem__, span))
    hashes = lots.hashed("row", problem.seed, table.mentees), lots.hashed("column", problem.seed, table.mentors)

    def ticket(nth, chosen):
        chosen = np.arange(len(pairs) + rows)[chosen]
        real = chosen < len(pairs)
        at = pairs[chosen[real]]
        cost = np.zeros(len(chosen), np.int64)
        cost[real] = lots.tickets(hashes[0][table.row[at]], hashes[1][table.column[at]])[nth]
        return cost

    return stages + [Stage(f"lottery {n + 1}", partial(ticket, n), 0xFFFF) for n in range(lots.DRAWS)]


def _plan(problem, pairs, certificate, mode):
    blocking, mutual = matching_stable.blocking(problem, pairs)
    values = value_of(problem, pairs)
    return Plan(
        pairs=tuple(pairs),
        unmatched=matching_unmatched.unmatched(problem, pairs),
        stages={name: values[name] for name in VALUES},
        certificate=certificate,
        blocking_pairs=blocking,
        mutual=mutual,
        cleaned=problem.cleaned,
        mode=mode,
    )
