"""The stable plan: against all stable plans of tiny problems, textbook markets, and laws that hold for all."""

import json
import math
import random
import statistics
import time

import pytest

from mentoring import matching
from mentoring.solver.proof import check
from tests.mentoring import pairings

BLOCKS, EACH = 4, 60


def agree_with_enumeration(data):
    """What a stable solver must hold to, on one problem in plain data."""
    data = json.loads(json.dumps(data))
    problem = matching.Problem.from_json(data)
    plan = matching.stable(problem)
    pairs, count = pairings.best_stable(data)
    assert plan.pairs == pairs, f"{plan.pairs} is not the best for mentees among {count} stable plans of {data}"
    assert plan.blocking_pairs == ()
    check(problem, plan)
    return count


@pytest.mark.parametrize("block", range(BLOCKS))
def test_every_stable_plan_of_a_tiny_problem(block):
    rng = random.Random(block)
    counts = [agree_with_enumeration(pairings.tiny_market(rng)) for _number in range(EACH)]
    assert max(counts) > 1


def market(mentees, mentors, seats=None):
    """A stable problem from two tables of wishes: only who name each other may meet."""
    scores = [[one, other, 0] for one, some in mentees.items() for other in some if one in mentors[other]]
    return matching.Problem.from_json(
        {
            "mode": "stable",
            "mentees": [{"id": one} for one in mentees],
            "mentors": [{"id": one, "capacity": (seats or {}).get(one, 1)} for one in mentors],
            "scores": scores,
            "mentee_ranks": mentees,
            "mentor_ranks": mentors,
        }
    )


TEXTBOOK = {
    # Gale and Shapley 1962: three stable plans, the proposers' best gives all their first.
    "three in a circle": (
        {"a": "ABC", "b": "BCA", "c": "CAB"},
        {"A": "bca", "B": "cab", "C": "abc"},
        {},
        {"a": "A", "b": "B", "c": "C"},
    ),
    # Gale and Shapley 1962, the other example: one stable plan, nobody has their first.
    "four with one plan": (
        {"a": "ABCD", "b": "ADCB", "c": "BACD", "d": "DBCA"},
        {"A": "dcab", "B": "bdac", "C": "dabc", "D": "cbad"},
        {},
        {"a": "C", "b": "D", "c": "A", "d": "B"},
    ),
    # The residents' example that the National Resident Matching Program explains itself with.
    "residents": (
        {"arthur": ["city"], "sunny": ["city", "mercy"], "joseph": ["city", "general", "mercy"]}
        | {"latha": ["mercy", "city", "general"], "darrius": ["city", "mercy", "general"]},
        {"mercy": ["darrius", "joseph"], "city": ["darrius", "arthur", "sunny", "latha", "joseph"]}
        | {"general": ["darrius", "arthur", "joseph", "latha"]},
        {"mercy": 2, "city": 2, "general": 2},
        {"arthur": "city", "darrius": "city", "joseph": "general", "latha": "general"},
    ),
}


@pytest.mark.parametrize("name", TEXTBOOK)
def test_textbook_markets(name):
    mentees, mentors, seats, answer = TEXTBOOK[name]
    problem = market({a: list(b) for a, b in mentees.items()}, {a: list(b) for a, b in mentors.items()}, seats)
    plan = matching.answer(problem)
    assert plan.mentor_of == answer
    check(problem, plan)


def random_market(rng, size, others, seats=1, share=1.0):
    mentees, mentors = [f"a{n}" for n in range(size)], [f"m{n}" for n in range(others)]
    wishes = {a: [m for m in rng.sample(mentors, others) if rng.random() < share] for a in mentees}
    asked = {m: [a for a in rng.sample(mentees, size) if m in wishes[a]] for m in mentors}
    return wishes, asked, market(wishes, asked, dict.fromkeys(mentors, seats))


def test_the_same_people_have_somebody_in_every_stable_plan():
    """Rural Hospitals: whichever side proposes, the same mentees are matched and the same seats are taken."""
    for seed in range(20):
        wishes, asked, problem = random_market(random.Random(seed), 12, 9, share=0.3)
        plan = matching.stable(problem)
        turned = market(asked, wishes)
        other = tuple((mentee, mentor) for mentor, mentee in matching.stable(turned).pairs)
        check(problem, plan)
        assert {mentee for mentee, _m in plan.pairs} == {mentee for mentee, _m in other}
        assert {mentor for _a, mentor in plan.pairs} == {mentor for _a, mentor in other}
        best, worst = dict(plan.pairs), dict(other)
        assert all(wishes[a].index(best[a]) <= wishes[a].index(worst[a]) for a in best)


def test_a_random_market_takes_about_as_many_proposals_as_coupons_have_to_be_collected():
    """At most H_n proposals a mentee (those who forgot whom they asked would need exactly as many)."""
    size, found = 50, []
    for seed in range(30):
        _wishes, _asked, problem = random_market(random.Random(seed), size, size)
        plan = matching.stable(problem)
        assert len(plan.pairs) == size
        found.append((len(plan.certificate["refused"]) + size) / size)
    error = statistics.stdev(found) / math.sqrt(len(found))
    most = sum(1 / k for k in range(1, size + 1))
    assert most - 0.6 - 4 * error <= statistics.mean(found) <= most + 4 * error


def test_ties_are_broken_by_fit_then_by_lot_and_short_lists_are_completed():
    data = {
        "mode": "stable",
        "mentees": ["a", "b"],
        "mentors": [("m", 1), ("n", 1)],
        "scores": [("a", "m", 0, 300), ("a", "n", 0, 400), ("b", "m", 0, 900), ("b", "n", 0, 100)],
    }
    assert matching.stable(matching.Problem(**data)).pairs == (("a", "n"), ("b", "m"))
    wishes = {"mentee_ranks": {"a": [["m", "n"]], "b": ["n"]}, "mentor_ranks": {"n": ["a"]}}
    plan = matching.stable(matching.Problem(**data, **wishes))
    assert len(plan.pairs) == 2  # the short list of b does not leave b without m
    plans = set()
    for seed in "abcdefgh":
        even = [(a, m, 0, 500) for a, m, _score, _fit in data["scores"]]
        plans.add(matching.stable(matching.Problem(**(data | {"scores": even, "seed": seed}))).pairs)
    assert len(plans) == 2


def test_a_thousand_mentees_in_time_and_proven():
    problem = pairings.cohort(1, 1000, 400).but(mode="stable")
    matching.prepare(problem)
    began = time.process_time()
    plan = matching.stable(problem)
    assert time.process_time() - began < 0.6  # 0.3 s, on a machine that has nothing else to do
    assert plan.blocking_pairs == ()
    check(problem, plan)
