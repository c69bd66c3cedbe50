"""The whole suite: first what needs PostgreSQL, then everything else on SQLite.

`python -m tests.run [--coverage] [pytest's options]`. Both parts run even when the first fails; the exit
status is 0 only when both passed. Each ends with pytest's closing line. Where no Chromium is installed the
browser tests are left out with a line that says so; with CI=true that is a failure.
"""

import os
import subprocess
import sys

from tests.browser import find_chromium
from tests.pg import main as with_postgres


def main(options: list[str]) -> int:
    pytest = [sys.executable, "-m", "pytest"]
    if options[:1] == ["--coverage"]:
        pytest = [sys.executable, "-m", "coverage", "run", "-m", "pytest"]
        options = options[1:]
    without = ""
    if not find_chromium():
        if os.environ.get("CI") == "true":
            print("No Chromium found, and CI=true: the browser tests cannot be left out.", file=sys.stderr)
            return 1
        print("No Chromium found: the browser tests are left out (on Debian: apt install chromium).")
        without = " and not e2e"
    on_postgres = with_postgres([*pytest, "-m", f"postgres{without}", *options])
    on_sqlite = subprocess.run([*pytest, "-m", f"not postgres{without}", *options]).returncode
    if on_postgres:
        print(f"The part on PostgreSQL, above, failed with status {on_postgres}.", file=sys.stderr)
    return on_postgres or on_sqlite


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
