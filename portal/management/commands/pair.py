"""`manage.py pair --problem FILE --plan FILE [--check]`: a pairing problem in JSON, its plan in JSON."""

import json
import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from mentoring import matching
from mentoring.solver import proof as matching_proof


class Command(BaseCommand):
    """Solves what is put to it, writes the plan down, and has the proof checked by what did not solve it.

    With `--check`, a plan that is there already for this very problem is not solved again: it is put to the checker
    as it stands.
    """

    help = (
        "Solve a pairing problem (JSON) and write the plan. With --check the plan's proof is verified, and the "
        "command fails where it does not hold; a plan for this very problem that is there already is then verified "
        "as it stands. --verify-only never solves."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        """Declare the arguments."""
        parser.add_argument("--problem", required=True, metavar="FILE", help="the problem, as JSON")
        parser.add_argument("--plan", required=True, metavar="FILE", help="where the plan is written, as JSON")
        parser.add_argument("--check", action="store_true", help="verify the plan's proof")
        parser.add_argument("--verify-only", action="store_true", help="verify a plan that is there, solve nothing")

    def handle(self, *, problem, plan, check, verify_only, **options):
        """Read, solve or take what is there, check, and say what came of it."""
        path = Path(plan)
        try:
            asked = matching.Problem.from_json(self._read(Path(problem)))
        except matching.BadProblem as error:
            raise CommandError(str(error)) from None
        found = self._there(path, asked) if check or verify_only else None
        if found is None and verify_only:
            raise CommandError(f"{path}: there is no plan for this problem")
        if found is None:
            found = self._solve(asked, path)
        if check or verify_only:
            try:
                matching_proof.check(asked, found)
            except matching_proof.NotProven as error:
                raise CommandError(f"The plan is not proven: {error}") from None
            self.stdout.write("The proof holds.")
        values = ", ".join(f"{name} {value}" for name, value in found.stages.items())
        self.stdout.write(f"{len(found.pairs)} pairs, {len(found.unmatched)} without a mentor: {values}.")

    def _read(self, path):
        try:
            return json.loads(path.read_text())
        except (OSError, ValueError, RecursionError) as error:
            raise CommandError(f"{path}: {error}") from None

    def _there(self, path, asked):
        """The plan in the file, where it is one for this problem."""
        if not path.exists():
            return None
        try:
            found = matching.Plan.from_json(json.loads(path.read_text()))
        except (OSError, ValueError, RecursionError):
            return None
        return found if found.certificate.get("problem") == asked.digest() else None

    def _solve(self, asked, path):
        matching.prepare(asked)
        began = time.perf_counter()
        found = matching.answer(asked)
        seconds = time.perf_counter() - began
        written = found.as_json() | {"seconds": round(seconds, 6), "seconds_bare": self._bare(asked)}
        try:
            path.write_text(json.dumps(written, ensure_ascii=False) + "\n")
        except OSError as error:
            raise CommandError(f"{path}: {error}") from None
        return found

    def _bare(self, asked):
        """What one bare assignment takes, to compare with; nothing where no assignment is solved."""
        if asked.mode != "optimal":
            return 0.0
        assign = matching.bare(asked)
        began = time.perf_counter()
        assign()
        return round(time.perf_counter() - began, 6)
