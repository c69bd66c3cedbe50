"""A crowd at the door of one session: everybody scans, presses the button, and is in.

    python -m bench.check_in                    300 phones in 60 s, 2 web processes, PostgreSQL

Each phone opens the page of the code that the door shows at that moment and presses its button, every tenth twice
at once. The exit status is 0 only when everybody is in, nobody twice, and ninety-nine of a hundred presses were
answered, by the page that says so, within a second.
"""

import argparse
import asyncio
import os
import random
import re
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connections

from bench import client, servers
from bench.first_come import distribution
from bench.setting_up import DURABLE, set_up
from tests.pg import free_port, temporary_server

GOAL = 1.0  # seconds from pressing to the page that says that one is in, for 99 of 100
STAMP = re.compile(r'name="stamp" value="([^"]+)"')
INSIDE = "Checked in at"


def options_of(arguments):
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m bench.check_in", description=__doc__.splitlines()[0])
    parser.add_argument("--phones", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=60.0, help="over which people come to the door")
    parser.add_argument("--processes", type=int, default=2, help="of the web server")
    return parser.parse_args(arguments)


async def scan(port, visitor, address, tally):
    """Open the page of a code; returns its stamp, or None where there is no button to press."""
    at = time.monotonic()
    status, _headers, text = await client.ask(port, "GET", address, cookies=visitor.cookies)
    tally.note(status, time.monotonic() - at)
    found = STAMP.search(text)
    return found[1] if found else None


async def press(port, visitor, address, stamp, tally, presses):
    """Press the button, and read the page it leads to; returns whether that says that one is in."""
    at = time.monotonic()
    form = visitor.form | {"stamp": stamp}
    status, headers, text = await client.ask(port, "POST", address, cookies=visitor.cookies, form=form)
    tally.note(status, time.monotonic() - at)
    if status == 302:
        path, then = urlsplit(headers["location"]).path, time.monotonic()
        status, _headers, text = await client.ask(port, "GET", path, cookies=visitor.cookies)
        tally.note(status, time.monotonic() - then)
    presses.append(time.monotonic() - at)
    return status == 200 and INSIDE in text


async def come(port, visitor, address_now, tally, presses, *, twice):
    """What one phone does; the visitor's receipt says when it is in."""
    visitor.began_at = time.monotonic()
    address = address_now()
    try:
        stamp = await scan(port, visitor, address, tally)
        if stamp is None:
            tally.odd.append(f"phone {visitor.number}: no button")
            return
        pressed = [press(port, visitor, address, stamp, tally, presses) for _ in range(2 if twice else 1)]
        if all(await asyncio.gather(*pressed)):
            visitor.receipt = "in"
    except client.Lost:
        tally.lost += 1
    visitor.ended_at = time.monotonic()


async def play(port, visitors, address_now, tally, *, seconds):
    """Everybody comes at a moment of their own. Returns how long each press took."""
    presses = []

    async def arrive(visitor):
        await asyncio.sleep(random.uniform(0, seconds))
        await come(port, visitor, address_now, tally, presses, twice=visitor.number % 10 == 0)

    await asyncio.gather(*(arrive(visitor) for visitor in visitors))
    return presses


def ninety_nine(seconds):
    """Within how long 99 of 100 were done."""
    return statistics.quantiles(seconds, n=100)[98] if len(seconds) > 1 else seconds[0]


def main(arguments=None):
    """Prepare, let them come, count, print; returns the exit status."""
    options = options_of(arguments)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-")))
        database = stack.enter_context(temporary_server(DURABLE))
        port = free_port()
        rows, serve = set_up(folder, port, database, "bench.check_in_rows")
        session, visitors = rows.prepare(options.phones)
        connections.close_all()
        print(
            f"{options.phones:,} phones, {options.processes} web processes, PostgreSQL, {options.seconds:.0f} s",
            flush=True,
        )
        command = serve.web_server("127.0.0.1", port, options.processes)
        web = stack.enter_context(servers.web_server(command, port, dict(os.environ), folder / "web.log"))
        tally = client.Tally()
        presses = asyncio.run(
            play(port, visitors, lambda: rows.address_now(session), tally, seconds=options.seconds)
        )
        problems = report(rows, session, visitors, tally, presses, cpu=web.cpu())
        connections.close_all()
        if problems:
            print((folder / "web.log").read_text(errors="replace")[-4000:], file=sys.stderr)
    return 1 if problems else 0


def report(rows, session, visitors, tally, presses, *, cpu):
    """Print the counts and the figures; returns what does not hold."""
    problems, counts = rows.wrong(session, visitors)
    for name, count in counts.items():
        print(f"  {name:<29}{count}")
    took = [visitor.ended_at - visitor.began_at for visitor in visitors if visitor.is_served]
    answers = sum(tally.statuses.values())
    print(f"  {'answers':<29}" + ", ".join(f"{tally.statuses[key]} x {key}" for key in sorted(tally.statuses)))
    print(f"  {'lost connections':<29}{tally.lost}")
    print(f"  {'CPU an answer':<29}web {cpu / max(answers, 1) * 1000:.1f} ms")
    print(f"  {'an answer took':<29}{distribution(tally.seconds)}")
    if took:
        print(f"  {'from scanning to being in':<29}{distribution(took)}")
    if presses:
        print(f"  {'from pressing to being in':<29}{distribution(presses)}")
        if ninety_nine(presses) >= GOAL:
            problems.append(f"99 of 100 presses are answered within {GOAL:.0f} s")
    problems += tally.odd[:10]
    for line in problems:
        print(f"  DOES NOT HOLD: {line}")
    if not problems:
        print("  Everything holds.")
    return problems


if __name__ == "__main__":
    sys.exit(main())
