"""A rush on a first-come cohort while things break; then the seats are counted.

    python -m bench.first_come                  2,000 people, 300 seats, 4 web processes, PostgreSQL
    python -m bench.first_come --sqlite         300 people, 50 seats

People press the button over --seconds and again after every lost connection or error page. After a third of the
time one web process is killed with -9; in the middle PostgreSQL is ended as by a crash and comes back --down
seconds later. The exit status is 0 only when every count holds.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from django.db import connections

from bench import client, servers
from bench.setting_up import DURABLE, set_up
from tests.pg import free_port, temporary_server

PATIENCE = 900  # seconds after the rush in which the last have to be served


def options_of(arguments):
    """The options, with the sizes that belong to the database where none are given."""
    parser = argparse.ArgumentParser(prog="python -m bench.first_come", description=__doc__.splitlines()[0])
    parser.add_argument("--sqlite", action="store_true", help="SQLite, which is not killed")
    parser.add_argument("--people", type=int)
    parser.add_argument("--seats", type=int)
    parser.add_argument("--seconds", type=float, help="over which people press the button")
    parser.add_argument("--processes", type=int, default=4, help="of the web server")
    parser.add_argument("--down", type=float, default=3.0, help="seconds for which PostgreSQL stays away")
    parser.add_argument("--calm", action="store_true", help="nothing is killed")
    options = parser.parse_args(arguments)
    sizes = (300, 50, 15.0) if options.sqlite else (2000, 300, 60.0)
    for name, size in zip(("people", "seats", "seconds"), sizes, strict=True):
        if getattr(options, name) is None:
            setattr(options, name, size)
    return options


async def play(web, visitors, tally, *, seconds, calm=False, database=None, down=0.0, say=print):
    """The rush, and what breaks during it. Returns (seconds until the last was served, PostgreSQL's CPU)."""
    began_at = time.monotonic()
    spent = []

    async def break_things():
        await asyncio.sleep(seconds / 3)
        say(f"  {seconds / 3:5.1f} s  web process {web.kill_one()} is killed with -9")
        if database is not None:
            await asyncio.sleep(seconds / 6)
            spent.append(servers.cpu_of(database.process.pid))
            await asyncio.to_thread(database.crash)
            await asyncio.sleep(down)
            await asyncio.to_thread(database.start)
            away = f"from {seconds / 2:.1f} s to {time.monotonic() - began_at:.1f} s"
            say(f"  {seconds / 2:5.1f} s  PostgreSQL crashes; it was away {away}")

    jobs = [client.rush(web.port, visitors, tally, seconds=seconds, patience=PATIENCE)]
    await asyncio.gather(*jobs, *([] if calm else [break_things()]))
    if database is not None:
        spent.append(servers.cpu_of(database.process.pid))
    return time.monotonic() - began_at, sum(spent)


def distribution(seconds):
    """A line about how long something took: half, nine tenths, all but one in a hundred, the longest."""
    parts = statistics.quantiles(seconds, n=100) if len(seconds) > 1 else [seconds[0]] * 99
    named = {"50 %": parts[49], "90 %": parts[89], "99 %": parts[98], "longest": max(seconds)}
    return ", ".join(f"{name} {value * 1000:,.0f} ms" for name, value in named.items())


def main(arguments=None):
    """Prepare, rush, count, print; returns the exit status."""
    options = options_of(arguments)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-")))
        database = None if options.sqlite else stack.enter_context(temporary_server(DURABLE))
        port = free_port()
        rows, serve = set_up(folder, port, database, "bench.first_come_rows")
        cohort, visitors = rows.prepare(options.people, options.seats)
        connections.close_all()
        where = "SQLite" if options.sqlite else "PostgreSQL"
        print(
            f"{options.people:,} people, {options.seats} seats, {options.processes} web processes, {where}, "
            f"{options.seconds:.0f} s",
            flush=True,
        )
        command = serve.web_server("127.0.0.1", port, options.processes)
        web = stack.enter_context(servers.web_server(command, port, dict(os.environ), folder / "web.log"))
        tally = client.Tally()
        before = web.cpu()
        took, database_cpu = asyncio.run(
            play(
                web, visitors, tally, seconds=options.seconds, calm=options.calm, database=database,
                down=options.down,
            )
        )  # fmt: skip
        report(rows, cohort, visitors, tally, took=took, web_cpu=web.cpu() - before, database_cpu=database_cpu)
        problems, _counts = rows.wrong(cohort, visitors)
        connections.close_all()
        if problems or tally.odd:
            print((folder / "web.log").read_text(errors="replace")[-4000:], file=sys.stderr)
    return 1 if problems or tally.odd else 0


def report(rows, cohort, visitors, tally, *, took, web_cpu, database_cpu):
    """Print the counts and the figures."""
    problems, counts = rows.wrong(cohort, visitors)
    for name, count in counts.items():
        print(f"  {name:<29}{count}")
    answers = sum(tally.statuses.values())
    retried = sum(visitor.tries > 1 for visitor in visitors)
    print(f"  {'answers':<29}" + ", ".join(f"{tally.statuses[key]} x {key}" for key in sorted(tally.statuses)))
    print(f"  {'lost connections':<29}{tally.lost}; {retried} people pressed more than once")
    print(f"  {'the last was served after':<29}{took:.1f} s ({answers / took:.0f} answers/s)")
    print(f"  {'CPU an answer':<29}web {web_cpu / answers * 1000:.1f} ms, database "
          f"{database_cpu / answers * 1000:.1f} ms")  # fmt: skip
    print(f"  {'an answer took':<29}{distribution(tally.seconds)}")
    print(f"  {'from click to receipt':<29}{distribution([v.ended_at - v.began_at for v in visitors])}")
    for line in [*problems, *tally.odd[:10]]:
        print(f"  DOES NOT HOLD: {line}")
    if not problems and not tally.odd:
        print("  Everything holds.")


if __name__ == "__main__":
    sys.exit(main())
