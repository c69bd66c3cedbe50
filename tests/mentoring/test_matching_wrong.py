"""Wrong implementations are noticed: by brute force, and by the checker alone."""

import dataclasses
import random

import pytest

from mentoring import matching
from mentoring.solver import proof as matching_proof
from mentoring.solver.problem import Plan, value_of
from tests.mentoring import pairings, test_matching, test_matching_stable, wrong_pairing

WRONG = [*wrong_pairing.OPTIMAL, *wrong_pairing.STABLE]


def told_truly(problem, pairs, certificate):
    """A plan of these pairs that says of itself what is so, with a certificate from elsewhere."""
    pairs = tuple(sorted(pairs))
    have = dict(pairs)
    values = value_of(problem, pairs)
    return Plan(
        pairs=pairs,
        unmatched=tuple({"mentee": o, "reason": "seat_free", "hall": {}} for o in problem.mentees if o not in have),
        stages={name: values[name] for name in ("matched", "poor", "changed", "weak", "total")},
        certificate=certificate,
        mode=problem.mode,
    )


def in_place_of(wrong):
    """A solver that is wrong and has the right one's proof."""

    def solve(problem, path="auto"):
        right = matching_solve[problem.mode](problem)
        pairs = tuple(sorted(wrong(problem)))
        try:
            return told_truly(problem, pairs, right.certificate)
        except KeyError:  # there is nothing true to say of pairs that may not meet
            return dataclasses.replace(right, pairs=pairs)

    return solve


matching_solve = {"optimal": matching.solve, "stable": matching.stable}


def test_there_are_eleven():
    assert len(set(WRONG)) == 11


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.__name__)
def test_the_suite_fails_with_a_wrong_implementation_in_place_of_the_right_one(wrong, monkeypatch):
    if wrong in wrong_pairing.STABLE:
        monkeypatch.setattr(matching, "stable", in_place_of(wrong))
        trying = test_matching_stable.test_every_stable_plan_of_a_tiny_problem
    else:
        monkeypatch.setattr(matching, "solve", in_place_of(wrong))
        trying = test_matching.test_every_plan_of_a_tiny_problem_tried
    assert any(fails(trying, block) for block in range(4))


def fails(trying, block):
    """Whether a test of the suite does."""
    try:
        trying(block)
    except AssertionError:
        return True
    return False


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.__name__)
def test_the_checker_alone_rejects_whatever_brute_force_rejects(wrong):
    rng, caught, right = random.Random(5), 0, 0
    mode = "stable" if wrong in wrong_pairing.STABLE else "optimal"
    while caught < 5:
        problem = matching.Problem.from_json(pairings.tiny_market(rng) if mode == "stable" else pairings.tiny(rng))
        if mode == "optimal":
            problem = problem.but(order=())
        data = problem.as_json()
        best = pairings.brute(data)[1] if mode == "optimal" else pairings.best_stable(data)[0]
        plan = in_place_of(wrong)(problem)
        if sorted(plan.pairs) == sorted(best):
            matching_proof.check(problem, plan)
            right += 1
            assert right < 2000
        else:
            caught += 1
            with pytest.raises(matching_proof.NotProven):
                matching_proof.check(problem, plan)


def certificates(problem, rng):
    """Proofs that may come with any plan: the right one, those of other questions, some out of thin air."""
    right = matching.solve(problem).certificate
    yield right
    names = right["stages"]
    seats = {one: count + 1 for one, count in problem.mentors}
    for other in (problem.but(order=problem.stages[::-1]), problem.but(capacities=seats), problem.but(locks=[])):
        found = matching.solve(other).certificate
        places = [found["stages"].index(name) for name in names]
        yield right | {"prices": {one: [some[at] for at in places] for one, some in found["prices"].items()}}
    for size in (0, 1, 900):
        prices = {one: [rng.randint(-size, size) for _stage in names] for one, _seats in problem.mentors}
        yield right | {"prices": prices}


def test_the_checker_rejects_every_plan_but_the_best_whatever_proof_comes_with_it():
    rng, rejected, accepted = random.Random(9), 0, 0
    for _instance in range(45):
        data = pairings.tiny(rng)
        if len(data["mentees"]) > 4:
            continue
        problem = matching.Problem.from_json(data)
        _best, pairs = pairings.brute(data)
        proofs = list(certificates(problem, rng))
        for plan in pairings.plans(data):
            for number, proof in enumerate(proofs):
                told = told_truly(problem, plan, proof)
                if sorted(plan) == sorted(pairs) and number == 0:
                    matching_proof.check(problem, told)
                    accepted += 1
                elif sorted(plan) != sorted(pairs):
                    rejected += 1
                    with pytest.raises(matching_proof.NotProven):
                        matching_proof.check(problem, told)
    assert accepted > 15
    assert rejected > 1000


def test_every_stable_plan_but_the_best_is_rejected():
    rng, rejected = random.Random(3), 0
    while rejected < 8:
        data = pairings.tiny_market(rng)
        problem, wishes = matching.Problem.from_json(data), pairings.tastes(data)
        right = matching.stable(problem)
        for pairs in pairings.plans(data):
            told = told_truly(problem, pairs, right.certificate)
            if told.pairs != right.pairs:
                rejected += not pairings.blocks(data, pairs, wishes)
                with pytest.raises(matching_proof.NotProven):
                    matching_proof.check(problem, told)


def test_a_plan_that_says_something_else_of_itself_is_rejected():
    problem = pairings.cohort(3, 30, 12, slack=0.8)
    plan = matching.solve(problem)
    matching_proof.check(problem, plan)
    proof, missing = plan.certificate, plan.unmatched
    hall = missing[0]["hall"]
    mentor = next(iter(proof["prices"]))
    prices = proof["prices"]
    wrong = {
        "the plan is stable": {"mode": "stable"},
        "for another problem": {"certificate": proof | {"problem": "0"}},
        "not for these stages": {"certificate": proof | {"stages": proof["stages"][1:]}},
        "does not price every mentor": {"certificate": proof | {"prices": {}}},
        "not one for each stage": {"certificate": proof | {"prices": prices | {mentor: [0]}}},
        "not whole numbers": {"certificate": proof | {"prices": prices | {mentor: [0.5] * 7}}},
        "more than one mentor": {"pairs": (*plan.pairs, (plan.pairs[0][0], plan.pairs[1][1]))},
        "stage total": {"stages": plan.stages | {"total": plan.stages["total"] + 1}},
        "stage poor": {"stages": plan.stages | {"poor": True}},
        "does not name exactly those": {"unmatched": missing[1:]},
        "too few are not": {"unmatched": ({**missing[0], "hall": hall | {"mentors": []}}, *missing[1:])},
        "said to be too few": {"unmatched": ({**missing[0], "hall": hall | {"seats": 1}}, *missing[1:])},
    }
    for words, changes in wrong.items():
        with pytest.raises(matching_proof.NotProven, match=words):
            matching_proof.check(problem, dataclasses.replace(plan, **changes))
    locked = problem.but(locks=[plan.pairs[0]])
    told = told_truly(locked, plan.pairs[1:], matching.solve(locked).certificate)
    with pytest.raises(matching_proof.NotProven, match="locked pairs that are gone"):
        matching_proof.check(locked, told)


def test_refusals_that_need_not_be_are_rejected():
    data = {
        "mentees": ["a", "b"],
        "mentors": [("m", 1), ("n", 1)],
        "scores": [("a", "m", 9), ("a", "n", 1), ("b", "m", 3), ("b", "n", 2)],
        "mode": "stable",
    }
    problem = matching.Problem(**data)
    plan = matching.stable(problem)
    assert plan.certificate["refused"] == [["b", "m"]]
    matching_proof.check(problem, plan)
    for refused, words in (
        ([], "not shown that m is the best"),
        ([["a", "m"]], "m need not refuse a"),
        ([["b", "n"]], "whom they do not ask next"),
        ([["b", "m"], ["b", "n"]], "n need not refuse b"),
    ):
        proof = plan.certificate | {"refused": refused}
        with pytest.raises(matching_proof.NotProven, match=words):
            matching_proof.check(problem, dataclasses.replace(plan, certificate=proof))
