"""`manage.py pair`: a problem in JSON, a plan in JSON, and what it says to whatever is wrong."""

import json

import pytest
from django.core.management import CommandError, call_command

from mentoring import matching
from mentoring.solver import proof as matching_proof
from tests.mentoring import pairings

PROBLEM = {
    "mentees": [{"id": "a"}, {"id": "b"}, {"id": "c"}],
    "mentors": [{"id": "m", "capacity": 1}, {"id": "n", "capacity": 1}],
    "scores": [["a", "m", 620, 540], ["b", "m", 900], ["b", "n", 0, 100], ["c", "m", 5]],
    "bands": [250, 450],
    "locks": [],
    "seed": "2025-1",
}


@pytest.fixture
def pair(tmp_path, capsys):
    """Put a problem (an object, or text) to the command; gives the plan and what it printed."""

    def run(problem, *options, plan=None):
        asked, answer = tmp_path / "problem.json", tmp_path / "plan.json"
        asked.write_text(problem if isinstance(problem, str) else json.dumps(problem))
        if plan is not None:
            answer.write_text(json.dumps(plan))
        call_command("pair", "--problem", str(asked), "--plan", str(answer), *options)
        return json.loads(answer.read_text()), capsys.readouterr().out

    return run


def test_a_plan_comes_out_and_is_proven(pair):
    plan, out = pair(PROBLEM, "--check")
    assert plan["pairs"] == [["a", "m"], ["b", "n"]]
    assert plan["stages"] == {"matched": 2, "poor": 1, "changed": 0, "weak": 0, "total": 620}
    assert [entry["mentee"] for entry in plan["unmatched"]] == ["c"]
    assert plan["unmatched"][0]["hall"] == {"mentees": ["a", "c"], "mentors": ["m"], "seats": 1}
    assert plan["blocking_pairs"] == [["b", "m"]]
    assert plan["seconds"] > 0
    assert plan["seconds_bare"] > 0
    assert out == (
        "The proof holds.\n2 pairs, 1 without a mentor: matched 2, poor 1, changed 0, weak 0, total 620.\n"
    )


def test_stable_plans_and_ranks_that_are_wrong(pair):
    ranks = {
        "mentee_ranks": {"a": ["m", "m", "x", "a"], "b": ["m", "n"], "z": ["m"], "c": ["n"]},
        "mentor_ranks": {"m": ["b", "a", "c"]},
    }
    plan, _out = pair(PROBLEM | ranks | {"mode": "stable"}, "--check")
    assert plan["mode"] == "stable"
    assert plan["pairs"] == [["b", "m"]]
    assert plan["blocking_pairs"] == []
    assert [(row["ranks"], row["of"], row["named"], row["why"]) for row in plan["cleaned"]] == [
        ("mentee_ranks", "a", "m", "twice"),
        ("mentee_ranks", "a", "x", "unknown"),
        ("mentee_ranks", "a", "a", "self"),
        ("mentee_ranks", "c", "n", "infeasible"),
        ("mentee_ranks", "z", None, "unknown"),
    ]


def test_a_plan_that_is_there_is_checked_as_it_stands(pair):
    right, _out = pair(PROBLEM, "--check")
    plan, out = pair(PROBLEM, "--check", plan=right)
    assert plan == right
    worse = right | {"pairs": [["b", "m"]], "stages": right["stages"] | {"matched": 1, "poor": 0, "total": 900}}
    worse["unmatched"] = [{"mentee": one, "reason": "seat_free", "hall": {}} for one in ("a", "c")]
    for option in ("--check", "--verify-only"):
        with pytest.raises(CommandError, match="The plan is not proven: stage matched: a better plan"):
            pair(PROBLEM, option, plan=worse)
    plan, _out = pair(PROBLEM, plan=worse)
    assert plan["pairs"] == right["pairs"]  # without --check it is solved anew
    other = PROBLEM | {"seed": "2026-1"}
    plan, _out = pair(other, "--check", plan=worse)
    assert plan["pairs"] == right["pairs"]  # the plan was for another problem
    with pytest.raises(CommandError, match="no plan for this problem"):
        pair(PROBLEM, "--verify-only", plan={"pairs": 3})


def test_published_pairs_bands_and_locks(pair):
    problem = PROBLEM | {"published": [["b", "m"], ["a", "n"]], "locks": [["c", "m"]]}
    plan, _out = pair(problem, "--check")
    assert plan["pairs"] == [["b", "n"], ["c", "m"]]
    assert plan["stages"]["changed"] == 2
    plan, _out = pair(PROBLEM | {"bands": []}, "--check")
    assert plan["stages"]["poor"] == 0


def test_tiny_problems_are_as_brute_force_has_them(pair):
    import random

    rng = random.Random(77)
    for _number in range(25):
        data = pairings.tiny(rng)
        plan, _out = pair(data, "--check")
        assert tuple(map(tuple, plan["pairs"])) == pairings.brute(data)[1]


SCORES = PROBLEM["scores"]
WRONG = {
    "mentors: m: the capacity -1 is not a whole number": {"mentors": [{"id": "m", "capacity": -1}]},
    "mentors: m: the capacity 1.5 is not": {"mentors": [{"id": "m", "capacity": 1.5}]},
    "mentors: m: the capacity 'x' is not": {"mentors": [{"id": "m", "capacity": "x"}]},
    "mentors: m is there twice": {"mentors": [{"id": "m", "capacity": 1}] * 2},
    "mentees: a is there twice": {"mentees": [{"id": "a"}, {"id": "a"}]},
    "mentees: the id 7 is not text": {"mentees": [{"id": 7}]},
    "mentees, row 1: {} has no id": {"mentees": [{}]},
    "mentees: not a list": {"mentees": {}},
    r"scores, row 5 \(a, n\): the score nan is not": {"scores": [*SCORES, ["a", "n", float("nan")]]},
    r"scores, row 5 \(a, n\): the score inf is not": {"scores": [*SCORES, ["a", "n", float("inf")]]},
    r"scores, row 5 \(a, n\): the score -1 is not": {"scores": [*SCORES, ["a", "n", -1]]},
    r"scores, row 5 \(a, n\): the score 5.5 is not": {"scores": [*SCORES, ["a", "n", 5.5]]},
    r"scores, row 5 \(a, n\): the score True is not": {"scores": [*SCORES, ["a", "n", True]]},
    r"scores, row 5 \(a, n\): the score 1000001 is not": {"scores": [*SCORES, ["a", "n", 1_000_001]]},
    r"scores, row 5 \(a, n\): the fit 1001 is not": {"scores": [*SCORES, ["a", "n", 1, 1001]]},
    r"scores, row 5 \(z, n\): unknown mentee z": {"scores": [*SCORES, ["z", "n", 1]]},
    r"scores, row 5 \(a, z\): unknown mentor z": {"scores": [*SCORES, ["a", "z", 1]]},
    r"scores, row 5 \(\['a'\], n\): unknown mentee": {"scores": [*SCORES, [["a"], "n", 1]]},
    r"scores, row 5 \(a, m\): the pair is there twice": {"scores": [*SCORES, ["a", "m", 1]]},
    "scores, row 5: 'am' is not mentee, mentor": {"scores": [*SCORES, "am"]},
    r"locks, row 1 \(a, n\): the pair may not meet": {"locks": [["a", "n"]]},
    r"locks, row 1 \(z, n\): unknown mentee z": {"locks": [["z", "n"]]},
    "locks: mentor m has 2 of them and capacity 1": {"locks": [["a", "m"], ["b", "m"]]},
    "locks: mentee b is there twice": {"locks": [["b", "m"], ["b", "n"]]},
    r"locks, row 1: \['a'\] is not a mentee and a mentor": {"locks": [["a"]]},
    r"published, row 1 \(a, z\): unknown mentor z": {"published": [["a", "z"]]},
    "published: mentee a is there twice": {"published": [["a", "m"], ["a", "n"]]},
    r"excluded, row 1 \(a, m, time\): the pair has a score": {"excluded": [["a", "m", "time"]]},
    r"excluded, row 1: \['a', 'm'\] is not": {"excluded": [["a", "m"]]},
    r"bands: \[450, 250\] are not": {"bands": [450, 250]},
    "mode: 'best' is neither": {"mode": "best"},
    "seed: 7 is not text": {"seed": 7},
    "order: there is no stage 'luck'": {"order": ["luck"]},
    "order: poor is there twice": {"order": ["poor", "poor"]},
    r"mentee_ranks: \[\] is not a list for each id": {"mentee_ranks": []},
    "mentee_ranks: a: 'm' is not a list": {"mentee_ranks": {"a": "m"}},
}


@pytest.mark.parametrize("words", WRONG)
def test_what_is_wrong_is_named(pair, words):
    with pytest.raises(CommandError, match=words):
        pair(PROBLEM | WRONG[words])


def test_everything_that_is_wrong_is_named_at_once_a_line_each(pair):
    scores = [["a", "m", float("nan")], ["b", "q", 900], ["b", "n", -1]]
    with pytest.raises(CommandError) as refusal:
        pair(PROBLEM | {"scores": scores})
    assert str(refusal.value).splitlines() == [
        "scores, row 1 (a, m): the score nan is not a whole number from 0 to 1,000,000",
        "scores, row 2 (b, q): unknown mentor q",
        "scores, row 3 (b, n): the score -1 is not a whole number from 0 to 1,000,000",
    ]
    with pytest.raises(CommandError, match="… and 50 more"):
        pair(PROBLEM | {"scores": [["a", "z", 1]] * 100})


def test_files_that_cannot_be_read_or_written(pair, tmp_path):
    with pytest.raises(CommandError, match="problem.json: Expecting"):
        pair("{")
    with pytest.raises(CommandError, match="not an object"):
        pair("[]")
    with pytest.raises(CommandError, match="mentees: missing"):
        pair("{}")
    with pytest.raises(CommandError, match="nothing.json"):
        call_command("pair", "--problem", str(tmp_path / "nothing.json"), "--plan", str(tmp_path / "plan.json"))
    (tmp_path / "problem.json").write_text(json.dumps(PROBLEM))
    with pytest.raises(CommandError, match="nowhere"):
        call_command("pair", "--problem", str(tmp_path / "problem.json"), "--plan", str(tmp_path / "nowhere" / "p"))


def test_plain_data_gives_problem_and_plan_back():
    problem = pairings.cohort(2, 20, 8, slack=0.8).but(locks=[("a0", _first(2))])
    again = matching.Problem.from_json(json.loads(json.dumps(problem.as_json())))
    assert again == problem
    assert again.digest() == problem.digest()
    plan = matching.solve(problem)
    read = matching.Plan.from_json(json.loads(json.dumps(plan.as_json())))
    assert read == plan
    matching_proof.check(again, read)


def _first(seed):
    return next(row[1] for row in pairings.cohort(seed, 20, 8, slack=0.8).scores if row[0] == "a0")
