"""What each pair would cost, what a seat is worth, whom a forced pair moves, what repairs there are."""

import random
import time

import pytest

from mentoring import matching
from mentoring.solver import unmatched as matching_unmatched
from mentoring.solver import what_if as matching_what_if
from mentoring.solver.problem import BadProblem, value_of
from mentoring.solver.proof import check
from tests.mentoring import pairings


def differences(problem, plan, other):
    before, after = value_of(problem, plan.pairs), value_of(problem, other.pairs)
    return {name: after[name] - before[name] for name in problem.stages}


@pytest.mark.parametrize("block", range(3))
def test_what_a_pair_costs_is_what_solving_with_it_comes_to(block, monkeypatch):
    if block == 2:
        monkeypatch.setattr(matching_what_if, "WIDE", 1)  # each stage in a number of its own
    rng, tried = random.Random(block), 0
    while tried < 250:
        problem = matching.Problem.from_json(pairings.tiny(rng))
        plan = matching.solve(problem)
        costs = matching_what_if.PairCosts(problem, plan)
        for mentee, mentor, *_rest in problem.scores:
            told = costs.of(mentee, mentor)
            if mentee in dict(problem.locks):
                assert told is None
                continue
            tried += 1
            try:
                what = matching_what_if.forced(problem, plan, mentee, mentor)
            except BadProblem:
                assert told is None
                continue
            assert told == differences(problem, plan, what.plan)
            assert (mentee, mentor) in what.plan.pairs
        for mentor, seats in problem.mentors:
            more = matching.solve(problem.but(capacities={mentor: seats + 1}))
            assert costs.seats()[mentor] == differences(problem, plan, more)


def test_all_pairs_at_once_say_the_same_as_one_by_one():
    problem = pairings.cohort(3, 60, 20, slack=1)
    plan = matching.solve(problem)
    costs = matching_what_if.PairCosts(problem, plan)
    arrays, possible = costs.arrays()
    assert possible.all()
    table = problem.table
    for number in range(0, len(costs.pairs_of()), 37):
        mentee, mentor = costs.pairs_of()[number]
        assert costs.of(mentee, mentor) == {name: int(some[number]) for name, some in arrays.items()}
    assert {costs.of(*pair)["total"] for pair in plan.pairs} == {0}
    nobody = costs.of(plan.pairs[0][0], None)
    assert nobody["matched"] in (-1, 0)
    assert costs.of("a0", next(one for one in table.mentors if ("a0", one) not in problem.possible)) is None


def test_a_forced_pair_says_who_moves_and_may_move_as_few_as_can_be():
    problem = pairings.cohort(4, 80, 30, slack=1)
    plan = matching.solve(problem)
    tried = 0
    for mentee, mentor, *_rest in problem.scores[::40]:
        if (mentee, mentor) in plan.pairs:
            continue
        tried += 1
        what = matching_what_if.forced(problem, plan, mentee, mentor)
        few = matching_what_if.forced(problem, plan, mentee, mentor, fewest_moves=True)
        assert (mentee, plan.mentor_of.get(mentee), mentor) in what.moved
        assert len(few.moved) <= len(what.moved)
        assert few.difference["matched"] == what.difference["matched"]
        assert what.difference["total"] == what.plan.stages["total"] - plan.stages["total"]
    assert tried > 10
    mentee, mentor = plan.pairs[0]
    barred = next(one for one, _seats in problem.mentors if (mentee, one) not in problem.possible)
    with pytest.raises(BadProblem, match="may not meet"):
        matching_what_if.forced(problem, plan, mentee, barred)
    other = next(row[1] for row in problem.scores if row[0] == mentee and row[1] != mentor)
    with pytest.raises(BadProblem, match="twice"):
        matching_what_if.forced(problem.but(locks=[(mentee, mentor)]), plan, mentee, other)


def test_repairs_change_the_least_that_their_order_allows():
    rng, tried = random.Random(8), 0
    while tried < 60:
        data = pairings.tiny(rng) | {"locks": [], "published": []}
        data.pop("order", None)
        before = matching.solve(matching.Problem.from_json(data))
        if not before.pairs:
            continue
        tried += 1
        gone = rng.choice(before.pairs)[1]
        mentors = [one | {"capacity": one["capacity"] * (one["id"] != gone)} for one in data["mentors"]]
        after = data | {"mentors": mentors, "published": [list(pair) for pair in before.pairs]}
        every = [(pairs, pairings.values(after, pairs)) for pairs in pairings.plans(after)]
        most = max(values["matched"] for _pairs, values in every)
        found = matching_what_if.repairs(matching.Problem.from_json(after))
        assert list(found) == ["fewest_moves", "no_new_poor", "full"]
        for problem, plan in found.values():
            check(problem, plan)
            assert plan.stages["matched"] == most
        fewest = min(values["changed"] for _pairs, values in every if values["matched"] == most)
        assert found["fewest_moves"][1].stages["changed"] == fewest
        poor = min(values["new_poor"] for _pairs, values in every if values["matched"] == most)
        least = min(v["changed"] for _pairs, v in every if (v["matched"], v["new_poor"]) == (most, poor))
        problem, plan = found["no_new_poor"]
        assert value_of(problem, plan.pairs)["new_poor"] == poor
        assert plan.stages["changed"] == least
        full = found["full"][1]
        assert full.pairs == matching.solve(matching.Problem.from_json(after | {"published": []})).pairs
        assert full.stages["changed"] == len(set(before.pairs) - set(full.pairs))


def test_what_would_give_somebody_a_mentor():
    rng, tried = random.Random(3), 0
    while tried < 40:
        data = pairings.tiny(rng) | {"locks": [], "published": []}
        data.pop("order", None)
        problem = matching.Problem.from_json(data)
        plan = matching.solve(problem)
        for entry in plan.unmatched:
            tried += 1
            mentee = entry["mentee"]
            told = matching_unmatched.relaxations(problem, plan, mentee)
            for mentor, seats in problem.mentors:
                if (mentee, mentor) not in problem.possible:
                    more = matching.Problem.from_json(data | {"scores": [*data["scores"], [mentee, mentor, 0]]})
                    helps = matching.solve(more).stages["matched"] > len(plan.pairs)
                    assert helps == ([mentor, []] in told["pairs"])
                more = matching.solve(problem.but(capacities={mentor: seats + 1}))
                assert mentor not in told["seats"] or len(more.pairs) > len(plan.pairs)


def test_reasons_stand_beside_what_would_help():
    problem = matching.Problem(
        ["a"], [("m", 1), ("n", 1)], [], excluded=[("a", "m", "time"), ("a", "m", "language"), ("a", "n", "time")]
    )
    told = matching_unmatched.relaxations(problem, matching.solve(problem), "a")
    assert told == {"pairs": [["n", ["time"]], ["m", ["language", "time"]]], "seats": []}


def test_a_thousand_mentees_at_once():
    problem = pairings.cohort(1, 1000, 400)
    matching.prepare(problem)
    plan = matching.solve(problem)
    began = time.process_time()
    matching_what_if.PairCosts(problem, plan).arrays()
    assert time.process_time() - began < 1
