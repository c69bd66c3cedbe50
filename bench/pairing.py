"""Pairing mentees with mentors, no database: `python -m bench.pairing [--mentees N] [--mentors N] [--runs N]`.

All stages, on cohorts in which 40 % of the pairs are possible ("real"), nearly all ("dense"), or few ("sparse"),
with more seats than mentees and with just as many; each time against one bare `linear_sum_assignment` on the same
seats in the same run. Then the proof, the cost of every pair, repairs after a mentor leaves, the stable plan, and
the memory. Times are of the processor. Ends with 1 where something does not hold.
"""

import argparse
import gc
import statistics
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

from mentoring import matching
from mentoring.solver import proof as matching_proof
from mentoring.solver import what_if as matching_what_if
from mentoring.solver.problem import value_of
from tests.mentoring import pairings

RATIO, MEGABYTES, SECONDS = 5.0, 150, 1.0
LARGE = 1000  # mentees, from which on ratios are judged: a small cohort is solved before a call is made
KINDS = {
    "real": (0.4, 1.2),
    "real, no seat to spare": (0.4, 1.0),
    "dense": (0.99, 1.2),
    "dense, no seat to spare": (0.99, 1.0),
    "sparse": (0.02, 1.2),
}


def main():
    """Measure, judge, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--mentees", type=int, default=1000)
    options.add_argument("--mentors", type=int, default=400)
    options.add_argument("--runs", type=int, default=7)
    options.add_argument(
        "--memory", action="store_true", help="only solve once, and print what that took of memory"
    )
    chosen = options.parse_args()
    if chosen.memory:
        return memory(chosen)
    wrong = []
    for kind, shape in KINDS.items():
        ratio = against_bare(f"{chosen.mentees} x {chosen.mentors} {kind}", cohort(chosen, *shape), chosen.runs)
        if ratio > RATIO and chosen.mentees >= LARGE:
            wrong.append(f"{kind}: {ratio:.1f} times the bare assignment, {RATIO:.0f} are allowed")
    for kind in ("real", "sparse"):
        problem = cohort(chosen, *KINDS[kind])
        plan = matching.solve(problem)
        print(f"{kind}:")
        wrong += around(problem, plan)
        wrong += repair(problem, plan)
    command = [sys.executable, "-m", "bench.pairing", "--memory"]
    command += ["--mentees", str(chosen.mentees), "--mentors", str(chosen.mentors)]
    took = float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    print(f"memory above what the question takes: {took:.0f} MB")
    wrong += [f"{took:.0f} MB of memory, {MEGABYTES} are allowed"] if took > MEGABYTES else []
    print("\n".join(f"WRONG: {line}" for line in wrong) or "Everything holds.")
    return 1 if wrong else 0


def cohort(chosen, share, slack):
    """The problem of one kind, ready to be solved."""
    problem = pairings.cohort(1, chosen.mentees, chosen.mentors, share=share, slack=slack)
    matching.prepare(problem)
    return problem


def timed(function, *given, **named):
    """What the function gives, and what it took of the processor."""
    began = time.process_time()
    found = function(*given, **named)
    return found, time.process_time() - began


def against_bare(name, problem, runs):
    """Solve and prove, time and again, each time beside the bare assignment. Returns the median ratio."""
    matching.solve(problem)
    solved, bare, ratios = [], [], []
    for _run in range(runs):
        before = matching.bare(problem)
        _found, one = timed(before)
        plan, other = timed(matching.solve, problem)
        _found, again = timed(before)
        solved.append(other)
        bare.append((one + again) / 2)
        ratios.append(2 * other / (one + again))
    matching_proof.check(problem, plan)
    ratio = statistics.median(ratios)
    print(
        f"{name}: {statistics.median(solved) * 1000:.0f} ms for all stages, bare "
        f"{statistics.median(bare) * 1000:.0f} ms, ratio {ratio:.1f} ({min(ratios):.1f} to {max(ratios):.1f}); "
        f"{plan.stages}"
    )
    return ratio


def around(problem, plan):
    """What is asked of a plan: its proof, the cost of every pair, the stable plan. Returns what is wrong."""
    _none, took = timed(matching_proof.check, problem, plan)
    print(f"  proof checked: {took * 1000:.0f} ms")
    _costs, took = timed(lambda: matching_what_if.PairCosts(problem, plan).arrays())
    print(f"  what each of {len(problem.scores)} pairs would cost: {took * 1000:.0f} ms")
    wrong = [f"{took:.1f} s for the cost of every pair, {SECONDS:.0f} is allowed"] if took > SECONDS else []
    asked = problem.but(mode="stable")
    stable, took = timed(matching.stable, asked)
    matching_proof.check(asked, stable)
    print(f"  stable plan: {took * 1000:.0f} ms; {stable.stages}; blocking the best: {len(plan.blocking_pairs)}")
    return wrong


def repair(problem, plan):
    """A mentor leaves: the three repairs, each proven by its own order of stages. Returns what is wrong."""
    held = [mentor for _mentee, mentor in plan.pairs]
    gone = max(sorted(set(held)), key=held.count)
    after = problem.but(published=plan.pairs, capacities={gone: 0})
    found, took = timed(matching_what_if.repairs, after)
    print(f"  {gone} leaves {held.count(gone)} mentees; three repairs: {took * 1000:.0f} ms")
    for option, (asked, repaired) in found.items():
        matching_proof.check(asked, repaired)
        new_poor = value_of(asked, repaired.pairs)["new_poor"]
        print(f"    {option}: {repaired.stages['changed']} pairs change, {new_poor} new Poor; {repaired.stages}")
    fewest, none, full = (found[option][1].stages["changed"] for option in ("fewest_moves", "no_new_poor", "full"))
    if not held.count(gone) <= fewest <= none <= full:
        return ["a repair that changes more than one that may change more"]
    return []


def memory(chosen):
    """Print by how many megabytes solving grows the process beyond its size with the question in it, at most."""
    problem = cohort(chosen, *KINDS["dense"])
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    before = status("VmRSS")
    matching.solve(problem)
    grown = (status("VmHWM") - before) / 1024
    tracemalloc.start()
    matching.solve(problem)
    print(max(grown, tracemalloc.get_traced_memory()[1] / 1024**2))
    return 0


def status(name):
    """What the system says of this process, in kilobytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


if __name__ == "__main__":
    sys.exit(main())
