"""The camp's timetable: solved as well as by trying everything, checked anew, and reasons where nothing fits."""

import itertools
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace

import pytest

from mentoring.timetables.check import Fault, check, measure
from mentoring.timetables.conflicts import Reasons, explain
from mentoring.timetables.model import Fact
from mentoring.timetables.problem import Demand, Meeting, Pair, Person, Problem
from mentoring.timetables.solving import Timetable, solve
from tests.mentoring.timetables import (
    CAMP,
    at,
    best_by_trying,
    camp,
    can,
    every_plan,
    hard,
    slots,
    tiny,
    window,
)

EXAMPLES = int(os.environ.get("TIMETABLE_EXAMPLES", "120"))


def two(**changes):
    """One mentor, two mentees, one day of two slots."""
    pairs = (Pair("M", "a"), Pair("M", "b"))
    problem = Problem(slots(1, CAMP[:2]), (Person("M"),), (Person("a"), Person("b")), pairs)
    return replace(problem, **changes)


# --- the two that must be shown -------------------------------------------------------------------


def test_the_camp_of_january_is_solved_and_cannot_be_better():
    problem = camp()

    timetable = solve(problem)

    assert check(problem, timetable.meetings) == ()
    assert len(timetable.meetings) == 80
    assert timetable.values == measure(problem, timetable.meetings)
    assert timetable.values["unfair"] == 0
    assert set(timetable.proved) == set(timetable.values)
    last = Counter(m.mentee for m in timetable.meetings if problem.slot_of[m.slot].unloved)
    assert max(last.values()) <= 2  # five days of four slots: nobody has the last one a third time
    assert timetable.values["interpreters"] == 8  # each pair that needs one keeps it


def test_the_hard_one_is_solved_with_equal_minutes():
    problem = hard(random.Random(1))

    began = time.process_time()
    timetable = solve(problem)

    assert time.process_time() - began < 60  # 11 to 17 s, on two cores that have other work
    assert check(problem, timetable.meetings) == ()
    assert len(timetable.meetings) == 200
    assert timetable.values == measure(problem, timetable.meetings)
    minutes = Counter()
    for meeting in timetable.meetings:
        minutes[meeting.mentee] += problem.slot_of[meeting.slot].minutes
    assert set(minutes.values()) == {200}


def test_too_few_interpreters_are_named():
    problem = camp(interpreters=1)

    assert solve(problem) is None
    reasons = explain(problem)

    assert (len(reasons.give_up), reasons.is_fewest) == (20, True)
    assert len(reasons.conflicts) == 5
    for conflict in reasons.conflicts:
        assert len(conflict.demands) == 5
        assert conflict.is_smallest
        assert conflict.facts == (Fact("clash", "interpreter", "I1"), Fact("language", person="en"))
    without = problem.without(reasons.give_up)
    assert check(without, solve(without).meetings) == ()


def test_the_fewest_demands_to_give_up_of_a_hard_one_are_named():
    problem = hard(random.Random(1), interpreters=4)

    began = time.process_time()
    reasons = explain(problem, seconds=3)

    assert time.process_time() - began < 60  # 11 to 17 s, on two cores that have other work
    assert reasons.is_fewest
    without = problem.without(reasons.give_up)
    assert check(without, solve(without).meetings) == ()


# --- against trying everything --------------------------------------------------------------------


def test_small_ones_are_solved_as_well_as_by_trying_everything():
    solved = 0
    for seed in range(EXAMPLES):
        rng = random.Random(seed)
        problem = tiny(rng)
        previous = rng.choice(list(itertools.islice(every_plan(problem), 200))) if rng.random() < 0.4 else None
        best = best_by_trying(problem, previous)

        timetable = solve(problem, previous=previous)

        assert (timetable is None) == (best is None), seed
        if best is not None:
            solved += 1
            assert check(problem, timetable.meetings) == (), seed
            assert tuple(timetable.values.values()) == best, seed
            assert measure(problem, timetable.meetings, previous) == timetable.values, seed
            assert set(timetable.proved) == set(timetable.values), seed
            assert explain(problem) is None, seed
    assert solved > EXAMPLES / 6


def test_what_conflicts_in_small_ones_truly_conflicts_and_is_the_least():
    tried = 0
    for seed in range(1000, 1000 + EXAMPLES // 2):
        problem = tiny(random.Random(seed))
        demands = problem.demands
        if len(demands) > 7 or best_by_trying(problem):
            continue
        tried += 1

        reasons = explain(problem)

        fewest = next(
            count
            for count in range(len(demands) + 1)
            if any(can(problem, some) for some in itertools.combinations(demands, len(demands) - count))
        )
        assert (len(reasons.give_up), reasons.is_fewest) == (fewest, True), seed
        assert can(problem, set(demands) - set(reasons.give_up)), seed
        for conflict in reasons.conflicts:
            assert conflict.is_irreducible, seed
            assert not can(problem, conflict.demands), seed
            for demand in conflict.demands:
                assert can(problem, set(conflict.demands) - {demand}), seed
            assert conflict.is_smallest, seed
        if len(problem.lengths()) > 1:
            continue  # minutes join everything, and a conflict among the meetings alone is told first
        least = next(
            count
            for count in range(1, len(demands) + 1)
            if any(not can(problem, some) for some in itertools.combinations(demands, count))
        )
        assert len(reasons.conflicts[0].demands) == least, seed
    assert tried > EXAMPLES / 8


# --- what must hold ---------------------------------------------------------------------------------


def test_the_order_of_the_question_does_not_matter():
    problem, rng = camp(), random.Random(3)
    shuffled = {
        name: tuple(rng.sample(getattr(problem, name), len(getattr(problem, name))))
        for name in ("slots", "mentors", "mentees", "pairs", "interpreters")
    }
    other = replace(problem, **shuffled)

    assert other.digest == problem.digest
    assert solve(other) == solve(problem)


def test_another_seed_draws_another_timetable_that_is_as_good():
    one, other = solve(camp()), solve(camp(seed="other"))

    assert one.values == other.values
    assert one.meetings != other.meetings


def test_only_what_must_is_moved():
    problem = camp()
    before = solve(problem).meetings
    ill = window(2, "13:00", "14:30")  # the first slot of the third day
    mentors = (replace(problem.mentors[0], absences=(ill,)), *problem.mentors[1:])
    wanted = tuple(
        replace(pair, wanted=tuple((day, 0 if day == "2025-01-15" else 1) for day in problem.days))
        if pair.key == next(m.pair for m in before if m.mentor == "M1" and m.slot == "day3-13:30")
        else pair
        for pair in problem.pairs
    )
    waived = Demand("equal", mentee=next(m.mentee for m in before if m.mentor == "M1" and m.slot == "day3-13:30"))
    changed = replace(problem, mentors=mentors, pairs=wanted, waived=(waived,))

    after = solve(changed, previous=before)

    assert check(changed, after.meetings) == ()
    assert after.values["moved"] == 1
    assert after.values["handed"] == 0
    assert set(after.meetings) < set(before)


def test_a_timetable_stays_as_it_was_when_nothing_has_changed():
    problem = camp()
    before = solve(replace(problem, seed="before")).meetings

    assert set(solve(problem, previous=before).meetings) == set(before)


def test_meetings_of_other_lengths_come_to_the_same_minutes():
    short = slots(1, ("09:00",), minutes=30) + slots(1, ("10:00",), minutes=40)
    second = tuple(
        replace(slot, id=f"next-{slot.id}", day="next", start=slot.start + (at(1, "00:00") - at(0, "00:00")))
        for slot in short
    )
    second = tuple(
        replace(slot, end=slot.start + (old.end - old.start)) for slot, old in zip(second, short, strict=True)
    )
    problem = two(slots=short + second, pairs=(Pair("M", "a"), Pair("M", "b")))

    timetable = solve(problem)

    assert check(problem, timetable.meetings) == ()
    assert Counter((m.mentee, problem.slot_of[m.slot].minutes) for m in timetable.meetings) == {
        ("a", 30): 1,
        ("a", 40): 1,
        ("b", 30): 1,
        ("b", 40): 1,
    }


def test_minutes_that_cannot_be_equal_are_named():
    problem = two(slots=slots(1, ("09:00",), minutes=30) + slots(1, ("10:00",), minutes=40))

    reasons = explain(problem)

    assert len(reasons.give_up) == 1
    assert reasons.conflicts[0].demands == (
        Demand("equal", mentee="a"),
        Demand("equal", mentee="b"),
        Demand("meeting", "M", "a", "2025-01-13"),
        Demand("meeting", "M", "b", "2025-01-13"),
    )


def test_fewer_meetings_of_one_are_not_equal():
    problem = two(pairs=(Pair("M", "a"), Pair("M", "b", wanted=(("2025-01-13", 0),))))

    assert solve(problem) is None
    assert explain(problem).conflicts[0].demands == (Demand("equal", mentee="a"), Demand("equal", mentee="b"))
    assert solve(problem.without([Demand("equal", mentee="b")])) is not None


def test_a_conflict_names_the_absence_that_makes_it():
    problem = two(mentors=(Person("M", absences=(window(0, "14:30", "15:00"), window(3, "09:00", "10:00"))),))

    conflict = explain(problem).conflicts[0]

    assert conflict.demands == (
        Demand("meeting", "M", "a", "2025-01-13"),
        Demand("meeting", "M", "b", "2025-01-13"),
    )
    assert conflict.facts == (Fact("absence", "mentor", "M", 0), Fact("clash", "mentor", "M"))


@pytest.mark.parametrize(
    ("changes", "fact"),
    [
        ({"mentors": (Person("M", buffer=30),)}, Fact("buffer", "mentor", "M")),
        ({"mentors": (Person("M", most=1),)}, Fact("most", "mentor", "M")),
        ({"mentors": (Person("M", available=(window(0, "13:00", "14:20"),)),)}, Fact("available", "mentor", "M")),
        ({"minimum": 50}, Fact("short")),
    ],
)
def test_a_conflict_names_the_fact_that_makes_it(changes, fact):
    assert fact in explain(two(**changes)).conflicts[0].facts


def test_a_fixed_meeting_stays():
    fixed = Meeting("M", "b", "day1-13:30")

    timetable = solve(two(fixed=(fixed,)))

    assert timetable.meetings == (fixed, Meeting("M", "a", "day1-14:30"))


def test_a_fixed_meeting_where_somebody_is_away_is_named():
    problem = two(
        fixed=(Meeting("M", "b", "day1-13:30"),),
        mentees=(Person("a"), Person("b", absences=(window(0, "13:00", "14:00"),))),
    )

    conflict = explain(problem).conflicts[0]

    assert conflict.demands == (Demand("fixed", "M", "b", "2025-01-13", "day1-13:30"),)
    assert conflict.facts == (Fact("absence", "mentee", "b", 0),)


# --- the checker ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("meetings", "changes", "faults"),
    [
        (["a day1-13:30", "b day1-14:30"], {}, []),
        (["a day1-13:30", "b day1-13:30"], {}, [("clash", "M")]),
        (["a day1-13:30"], {}, [("few", "")]),
        (["a day1-13:30", "a day1-14:30", "b day1-14:30"], {}, [("clash", "M"), ("equal", "b"), ("many", "")]),
        (["a day1-13:30", "b nowhere"], {}, [("few", ""), ("unknown", "")]),
        (["a day1-13:30", "b day1-14:30"], {"minimum": 45}, [("short", "")]),
        (["a day1-13:30", "b day1-14:30"], {"mentors": (Person("M", buffer=21),)}, [("buffer", "M")]),
        (["a day1-13:30", "b day1-14:30"], {"mentors": (Person("M", buffer=20),)}, []),
        (["a day1-13:30", "b day1-14:30"], {"mentors": (Person("M", most=1),)}, [("most", "M")]),
        (
            ["a day1-13:30", "b day1-14:30"],
            {"mentors": (Person("M", absences=(window(0, "14:10", "14:30"),)),)},
            [],
        ),
        (
            ["a day1-13:30", "b day1-14:30"],
            {"mentors": (Person("M", absences=(window(0, "14:09", "14:31"),)),)},
            [("absent", "M")],
        ),
        (
            ["a day1-13:30", "b day1-14:30"],
            {"mentors": (Person("M", available=(window(0, "13:30", "14:40"), window(0, "14:40", "15:10"))),)},
            [],
        ),
        (
            ["a day1-13:30", "b day1-14:30"],
            {"mentors": (Person("M", available=(window(0, "13:30", "14:40"), window(0, "14:41", "15:10"))),)},
            [("unavailable", "M")],
        ),
        (
            ["a day1-13:30", "b day1-14:30"],
            {"pairs": (Pair("M", "a", language="en"), Pair("M", "b"))},
            [("language", "")],
        ),
        (["a day1-13:30", "b day1-14:30"], {"fixed": (Meeting("M", "a", "day1-14:30"),)}, [("fixed", "")]),
    ],
)
def test_the_checker_sees(meetings, changes, faults):
    problem = two(**changes)
    plan = [Meeting("M", *meeting.split()) for meeting in meetings]

    assert sorted({(fault.kind, fault.person) for fault in check(problem, plan)}) == faults


def test_the_checker_sees_an_interpreter_in_two_meetings():
    problem = two(
        mentors=(Person("M"), Person("N")),
        interpreters=(Person("I", languages=("en",)),),
        pairs=(Pair("M", "a", language="en"), Pair("N", "b", language="en")),
    )
    plan = [Meeting("M", "a", "day1-13:30", "I"), Meeting("N", "b", "day1-13:30", "I")]

    day = {"day": "2025-01-13", "slot": "day1-13:30", "other": "day1-13:30"}
    assert check(problem, plan) == (Fault("clash", "interpreter", "I", **day),)


# --- what goes in and out --------------------------------------------------------------------------


def test_question_and_answer_are_kept_as_data():
    problem = hard(random.Random(2), interpreters=4)
    fixed = Meeting("M11", "e11", "day1-09:00")
    problem = replace(problem, fixed=(fixed,)).without([Demand("equal", mentee="e03")])
    again = Problem.from_json(json.loads(json.dumps(problem.as_json())))
    timetable = solve(two())
    reasons = explain(two(mentors=(Person("M", most=1),)))

    assert again == problem
    assert again.digest == problem.digest
    assert Timetable.from_json(json.loads(json.dumps(timetable.as_json()))) == timetable
    assert Reasons.from_json(json.loads(json.dumps(reasons.as_json()))) == reasons


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mentors": (Person("M"), Person("M"))}, "mentors given twice: M"),
        ({"mentors": (Person("M"), Person(""))}, "mentors without an id"),
        ({"pairs": (Pair("X", "a"),)}, "pairs with an unknown mentor: X/a"),
        ({"pairs": (Pair("M", "x"),)}, "pairs with an unknown mentee: M/x"),
        ({"pairs": (Pair("M", "a"), Pair("M", "a"))}, "pairs given twice: M/a"),
        ({"pairs": (Pair("M", "a", wanted=(("never", 1),)),)}, "days that are not of the camp"),
        ({"pairs": (Pair("M", "a", wanted=(("2025-01-13", -1),)),)}, "counts below 0"),
        ({"mentors": (Person("M", buffer=-5),)}, "mentors whose buffer is not minutes from 0: M"),
        ({"mentors": (Person("M", most=-1),)}, "meetings a day"),
        ({"mentors": (Person("M", absences=(window(0, "15:00", "14:00"),)),)}, "M has a window"),
        ({"minimum": 0}, "the minimum"),
        ({"fixed": (Meeting("M", "a", "nowhere"),)}, "fixed meetings of an unknown pair or slot: M/a/nowhere"),
        ({"fixed": (Meeting("M", "a", "day1-13:30", "X"),)}, "fixed meetings with an unknown interpreter"),
        (
            {"fixed": (Meeting("M", "a", "day1-13:30"), Meeting("M", "a", "day1-14:30"))},
            "more fixed meetings than wanted",
        ),
        ({"waived": (Demand("equal", mentee="x"),)}, "waived demands that nobody makes"),
    ],
)
def test_a_question_that_is_wrong_is_refused_by_name(changes, message):
    with pytest.raises(ValueError, match=message):
        two(**changes)


@pytest.mark.parametrize(
    ("data", "message"),
    [({}, "missing: slots"), ({"slots": 3}, "not a timetable problem"), ([], "not a timetable problem")],
)
def test_data_of_another_form_is_refused(data, message):
    with pytest.raises(ValueError, match=message):
        Problem.from_json(data)


def test_nothing_to_do_is_a_timetable():
    assert solve(Problem((), (), (), ())).meetings == ()
    assert explain(Problem((), (), (), ())) is None


def test_meetings_without_slots_cannot_be():
    problem = two(slots=slots(1, CAMP[:1]))

    assert solve(problem) is None
    assert len(explain(problem).give_up) == 1


def test_the_process_starts_without_numpy():
    code = (
        "import sys, mentoring.timetables.conflicts, mentoring.timetables.solving;"
        "print('scipy' in sys.modules, 'django' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert result.stdout.split() == ["False", "False"]
