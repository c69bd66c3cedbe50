"""Who mentors whom: the best plan there is, stage by stage, with its proof; or the stable one. Pure, without Django.

`solve` answers a `matching_problem.Problem` with a `Plan`. Stages are strictly in order: most mentees matched, fewest
Poor pairs, (after publishing) fewest changes, fewest Weak pairs, the largest total score; what is still equal is
drawn by a lottery of the seed and the ids, so that the answer is one and hangs on no order of rows.
`matching_faces` solves, `matching_stable` finds the stable plan, `matching_proof` checks either without looking at
what they computed, `matching_what_if` asks of a plan what else could be.

numpy and scipy are imported inside the functions that calculate: a process that never does so starts without them.
"""

import time

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
    table, locked = problem.table, dict(problem.locks)
    free, usable, capacity = _open_pairs(table, problem.locks)
    face = Face(usable, capacity, path)
    face.settle(_stages(problem, free, usable))
    pairs = [
        (table.mentees[row], table.mentors[to])
        for row, to in zip(free, face.held, strict=True)
        if to < table.size[1]
    ]
    names = [*problem.stages, *(f"lottery {n}" for n in range(1, lots.DRAWS + 1))]
    prices = zip(*(face.prices[name].tolist() for name in names), strict=True)
    certificate = {
        "problem": problem.digest(),
        "stages": names,
        "prices": dict(zip(table.mentors, map(list, prices), strict=True)),
    }
    return _plan(problem, sorted([*pairs, *locked.items()]), certificate, "optimal")


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
    free, usable, capacity = _open_pairs(table, problem.locks)
    worth = np.zeros(table.size)
    worth[table.row, table.column] = table.score + (int(table.score.max(initial=0)) + 1) * len(table.mentees)
    seats = np.minimum(capacity, usable[:, :-1].sum(axis=0))
    matrix = -worth[free][:, np.repeat(np.arange(table.size[1]), seats)]
    began = time.perf_counter()
    linear_sum_assignment(matrix)
    return time.perf_counter() - began


def _open_pairs(table, locks):
    """The rows that are not locked, the pairs open to them (the last column is nobody), and the seats that are left."""
    import numpy as np

    rows, columns = table.size
    open_row, capacity = np.ones(rows, bool), table.capacity.copy()
    for mentee, mentor in locks:
        open_row[table.mentee_at[mentee]] = False
        capacity[table.mentor_at[mentor]] -= 1
    usable = np.zeros((rows, columns + 1), bool)
    usable[table.row, table.column] = True
    usable[:, :-1] &= capacity > 0
    usable[:, -1] = True
    free = np.flatnonzero(open_row)
    return free, usable[free], capacity


def _stages(problem, free, usable):
    """The stages in numbers, the lottery last: what each open pair costs, and having nobody."""
    import numpy as np

    table = problem.table
    rows, columns = table.size
    place = np.full(rows, -1)
    place[free] = np.arange(len(free))
    mine = place[table.row] >= 0
    at = (place[table.row[mine]], table.column[mine])

    def stage(name, costs, nobody=0):
        cost = np.zeros((len(free), columns + 1), np.int32)
        cost[:, -1] = nobody
        cost[at] = costs
        cost[~usable] = 0
        return Stage(name, cost)

    fit = table.fit[mine]
    limits = [0, *problem.bands, *problem.bands[-1:] * (2 - len(problem.bands))] if problem.bands else [0, 0, 0]
    poor, weak = (fit >= 0) & (fit < limits[1]), (fit >= limits[1]) & (fit < limits[2])
    published = np.zeros(len(fit), bool)
    if problem.published:
        known = {pair for pair in problem.published if pair in problem.possible}
        published = table.marks(known)[table.row[mine], table.column[mine]]
    costs = {
        "matched": lambda: (0, 1),
        "poor": lambda: (poor, 0),
        "new_poor": lambda: (poor & ~published, 0),
        "changed": lambda: (-published.astype(np.int32), 0),
        "weak": lambda: (weak, 0),
        "total": lambda: (-table.score[mine], 0),
    }
    stages = [stage(name, *costs[name]()) for name in problem.stages]
    hashes = lots.hashed("row", problem.seed, table.mentees), lots.hashed("column", problem.seed, table.mentors)
    draws = lots.tickets(hashes[0][table.row[mine]], hashes[1][table.column[mine]])
    return stages + [stage(f"lottery {n}", draw) for n, draw in enumerate(draws, 1)]


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
