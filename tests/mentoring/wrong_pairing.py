"""Pairing done wrongly, in the eleven ways that tests must notice. Each takes a problem and gives its pairs."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from mentoring.matching import solve
from mentoring.solver.problem import Problem
from tests.mentoring import pairings


def greedy(problem):
    """The best score that is still possible, pair by pair."""
    room, taken = dict(problem.mentors), {}
    for mentee, mentor in problem.locks:
        taken[mentee] = mentor
        room[mentor] -= 1
    for mentee, mentor, *_rest in sorted(problem.scores, key=lambda row: -row[2]):
        if room[mentor] and mentee not in taken:
            taken[mentee] = mentor
            room[mentor] -= 1
    return taken.items()


def no_cardinality(problem):
    """Nothing is gained by having a mentor as such."""
    return _best_by(problem, lambda values: -values["total"] + 500 * values["matched"])


def soft_bands(problem):
    """A Poor pair costs points instead of coming first."""
    return _best_by(
        problem,
        lambda values: (-values["matched"], 300 * values["poor"] + 100 * values["weak"] - values["total"]),
    )


def small_bonus(problem):
    """A match is worth 300 points, and no more."""
    return _best_by(
        problem,
        lambda values: -300 * values["matched"] + 10_000 * values["poor"] + 2000 * values["weak"] - values["total"],
    )


def large_bonus(problem):
    """A match is worth so much that a float forgets the points."""
    return _floats(problem, lambda row: 1e17 + row[2], keeps_all=False)


def infeasible_kept(problem):
    """Pairs that may not meet count as pairs with no points."""
    return _floats(problem, lambda row: row[2], keeps_all=True)


def one_seat_too_many(problem):
    """Every mentor has a seat more."""
    return solve(problem.but(capacities={one: seats + 1 for one, seats in problem.mentors})).pairs


def one_seat_each(problem):
    """A mentor has a seat or none."""
    locks = [mentor for _mentee, mentor in problem.locks]
    seats = {one: max(min(1, seats), locks.count(one)) for one, seats in problem.mentors}
    return solve(problem.but(capacities=seats)).pairs


def zero_is_missing(problem):
    """A pair without points is taken for one that may not meet."""
    locks = set(problem.locks)
    scores = [row for row in problem.scores if row[2] or row[:2] in locks]
    return solve(_with(problem, scores)).pairs


def mentors_propose(problem):
    """The stable plan that is best for the mentors."""
    room, held = dict(problem.mentors), {}
    for _mentee, mentor in problem.locks:
        room[mentor] -= 1
    wishes, locked = pairings.tastes(problem.as_json()), dict(problem.locks)
    nth = dict.fromkeys(room, 0)
    while True:
        taken = list(held.values())
        asking = [one for one in room if taken.count(one) < room[one] and nth[one] < len(wishes[one])]
        if not asking:
            return [*problem.locks, *held.items()]
        mentor = asking[0]
        mentee = wishes[mentor][nth[mentor]]
        nth[mentor] += 1
        mine = wishes[mentee]
        if mentee not in locked and (mentee not in held or mine.index(mentor) < mine.index(held[mentee])):
            held[mentee] = mentor


def first_come(problem):
    """One mentee after the other takes the best who has a seat."""
    room, taken = dict(problem.mentors), dict(problem.locks)
    for mentor in taken.values():
        room[mentor] -= 1
    wishes = pairings.tastes(problem.as_json())
    for mentee in problem.mentees:
        for mentor in () if mentee in taken else wishes[mentee]:
            if room[mentor]:
                taken[mentee] = mentor
                room[mentor] -= 1
                break
    return taken.items()


def _with(problem, scores):
    return Problem(
        problem.mentees,
        problem.mentors,
        scores,
        problem.bands,
        problem.locks,
        problem.published,
        seed=problem.seed,
        order=problem.order,
    )


def _best_by(problem, key):
    data = problem.as_json()
    return min(pairings.plans(data), key=lambda pairs: key(pairings.values(data, pairs)))


def _floats(problem, worth, *, keeps_all):
    locks, room = dict(problem.locks), dict(problem.mentors)
    for mentor in locks.values():
        room[mentor] -= 1
    rows = [one for one in problem.mentees if one not in locks]
    seats = [one for one, count in room.items() for _seat in range(count)]
    matrix = np.zeros((len(rows), len(seats)))
    for row in problem.scores:
        for number, mentor in enumerate(seats):
            if mentor == row[1] and row[0] in rows:
                matrix[rows.index(row[0]), number] = worth(row)
    at = zip(*linear_sum_assignment(matrix, maximize=True), strict=True)
    pairs = [(rows[row], seats[seat]) for row, seat in at]
    return [*locks.items(), *(pair for pair in pairs if keeps_all or pair in problem.possible)]


OPTIMAL = (
    greedy,
    no_cardinality,
    soft_bands,
    small_bonus,
    large_bonus,
    infeasible_kept,
    one_seat_too_many,
    one_seat_each,
    zero_is_missing,
)
STABLE = (mentors_propose, first_come)
