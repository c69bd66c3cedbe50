"""Sharing out applications over reviewers, with the database: `python -m bench.assign_reviews [--files N]`.

A round with so many applications, reviewers and reviews of each; one in twenty pairs has a conflict of interest.
Prints what each step took of the processor's time, and how even the loads are. Ends with 1 where the proof does not
hold, a file lacks reviewers, or two loads differ by more than one.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter

SECONDS = 2.0  # of the processor, for solving and checking


def main():
    """Build the round in a database of its own, spread, read back."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--files", type=int, default=1000)
    options.add_argument("--people", type=int, default=40)
    options.add_argument("--reviews", type=int, default=3)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3", "VAR_DIR": folder}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        return 0 if spread(chosen) else 1


def spread(chosen):
    """Make the rows, have them spread and measure it. Returns whether everything held."""
    from portal.assignment import checker, solver
    from programs import assigning
    from programs.models.applications import Application
    from programs.models.selection import Conflict
    from programs.operations import reviewers
    from tests import make

    rng = random.Random(1)
    cohort = make.make_cohort(phase="in_review")
    round_ = make.make_round(cohort, min_reviews=chosen.reviews)
    most = -(-chosen.files * chosen.reviews // chosen.people) + 10
    people = [make.make_reviewer(round_, most=most).user for _number in range(chosen.people)]
    files = [make.make_application(cohort, status="in_review") for _number in range(chosen.files)]
    pairs = [(file, person) for file in files for person in people if rng.random() < 0.05]
    Conflict.objects.bulk_create(Conflict(application=file, reviewer=person, kind="work") for file, person in pairs)

    began = time.process_time()
    problem = assigning.problem_of(round_)
    asked = time.process_time()
    plan = solver.solve(problem)
    solved = time.process_time()
    checker.check(problem, plan)
    checked = time.process_time()
    reviewers.spread_reviews(round_.pk, by=make.make_admin())
    ended = time.process_time()

    loads = Counter(round_.reviews.live().values_list("reviewer", flat=True))
    held = Counter(round_.reviews.live().values_list("application", flat=True))
    short = Application.objects.filter(cohort=cohort).count() - sum(n == chosen.reviews for n in held.values())
    uneven = max(loads.values()) - min(loads.values())
    print(f"{chosen.files} files x {chosen.people} reviewers x {chosen.reviews} reviews, {len(pairs)} conflicts")
    print(f"reading the question  {asked - began:6.2f} s of the processor")
    print(f"solving               {solved - asked:6.2f} s")
    print(f"checking the proof    {checked - solved:6.2f} s")
    print(f"the whole operation   {ended - checked:6.2f} s, rows and mails written")
    print(f"loads differ by {uneven}; files that lack reviewers: {short}")
    return not short and uneven <= 1 and checked - asked < SECONDS


if __name__ == "__main__":
    sys.exit(main())
