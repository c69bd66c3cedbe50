"""The measurement of pairing in small: what it prints, and that it ends well only where everything holds."""

import subprocess
import sys

from django.conf import settings

from bench import pairing
from mentoring.solver import what_if as matching_what_if
from tests.mentoring import pairings


def test_the_bench_of_pairing_in_small():
    command = [sys.executable, "-m", "bench.pairing", "--mentees", "120", "--mentors", "50", "--runs", "2"]
    ended = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "120 x 50 real, no seat to spare: " in ended.stdout
    assert "no_new_poor: " in ended.stdout
    assert ended.stdout.endswith("Everything holds.\n")


def test_what_the_bench_looks_for_it_finds(monkeypatch, capsys):
    problem = pairings.cohort(1, 60, 25, share=0.1)
    plan = pairing.matching.solve(problem)
    assert pairing.repair(problem, plan) == []
    assert pairing.around(problem, plan) == []
    monkeypatch.setattr(pairing, "SECONDS", 0)
    assert "for the cost of every pair" in pairing.around(problem, plan)[0]

    repairs = matching_what_if.repairs(problem.but(published=plan.pairs))
    monkeypatch.setattr(matching_what_if, "repairs", lambda problem: repairs)  # of another event: too few changes
    assert pairing.repair(problem, plan) == ["a repair that changes more than one that may change more"]
    assert "blocking" not in capsys.readouterr().err
