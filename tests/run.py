"""The whole suite: first what needs PostgreSQL, then everything else on SQLite.

`python -m tests.run [pytest's options]`. Both parts run even when the first fails; the exit status is
0 only when both passed. Each ends with pytest's closing line.
"""

import subprocess
import sys

from tests.pg import main as with_postgres


def main(options: list[str], runner: list[str] | None = None) -> int:
    pytest = runner or [sys.executable, "-m", "pytest"]
    on_postgres = with_postgres([*pytest, "-m", "postgres", *options])
    on_sqlite = subprocess.run([*pytest, "-m", "not postgres", *options]).returncode
    if on_postgres:
        print(f"The PostgreSQL part above failed (status {on_postgres}).", file=sys.stderr)
    return on_postgres or on_sqlite


if __name__ == "__main__":
    if sys.argv[1:2] == ["--coverage"]:
        sys.exit(main(sys.argv[2:], [sys.executable, "-m", "coverage", "run", "-m", "pytest"]))
    sys.exit(main(sys.argv[1:]))
