"""Who mentors whom: the best plan there is, stage by stage, with its proof; or the stable one. No Django here.

`solve` answers a `solver.problem.Problem` with a `Plan`. Stages are strictly in order: most mentees matched,
fewest Poor pairs, (after publishing) fewest changes, fewest Weak pairs, the largest total; what is still equal is
drawn by a lottery of the seed and the ids, so that the answer is one and hangs on no order of rows.
`solver.faces` solves, `solver.stable` finds the stable plan, `solver.proof` checks either without looking at
what they computed, `solver.what_if` asks of a plan what else could be.

numpy and scipy are imported inside the functions that calculate: a process that never does so starts without them.
"""

from functools import partial

from mentoring.solver import stable as matching_stable
from mentoring.solver import unmatched as matching_unmatched
from mentoring.solver.costs import Costs, lottery_names
from mentoring.solver.faces import Face
from mentoring.solver.problem import NEW, PUBLISHED, VALUES, BadProblem, Plan, Problem, value_of

__all__ = [
    "NEW",
    "PUBLISHED",
    "BadProblem",
    "Plan",
    "Problem",
    "answer",
    "bare",
    "prepare",
    "solve",
    "stable",
]

PATHS = ("auto", "dense", "sparse")


def answer(problem):
    """The plan that the problem's mode asks for."""
    return stable(problem) if problem.mode == "stable" else solve(problem)


def solve(problem, *, path="auto"):
    """The best plan. `path` chooses how the stages are solved, densely or sparsely; the plan is the same."""
    if path not in PATHS:
        raise ValueError(f"path: {path!r} is none of {', '.join(PATHS)}")
    table, costs = problem.table, Costs(problem)
    face = Face(costs, path)
    face.settle([*costs.stages(), *costs.lottery()])
    held = zip(costs.free.tolist(), face.held.tolist(), strict=True)
    found = [(table.mentees[row], table.mentors[to]) for row, to in held if to < costs.nobody]
    names = [*problem.stages, *lottery_names()]
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


def prepare(problem):
    """What is done once, whatever is then solved: libraries are imported, the question is put in arrays."""
    import scipy.optimize
    import scipy.sparse.csgraph  # noqa: F401

    return problem.table, problem.digest()


def bare(problem):
    """One `linear_sum_assignment` to compare with, ready to be called: most matched, then the largest total."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    table, costs = problem.table, Costs(problem)
    worth = np.zeros((costs.rows, costs.nobody))
    real, score = slice(len(costs.pairs)), table.score[costs.pairs]
    worth[costs.row[real], costs.column[real]] = score + (int(score.max(initial=0)) + 1) * costs.rows
    seats = np.minimum(costs.capacity, np.bincount(costs.column[real], minlength=costs.nobody))
    return partial(linear_sum_assignment, np.repeat(worth, seats, axis=1), maximize=True)


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
