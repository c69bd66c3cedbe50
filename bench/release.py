"""Results that go out while people read: how long it takes, and what the web notices of it.

    python -m bench.release                  2,000 decisions, 2 web processes, PostgreSQL
    python -m bench.release --kill           the worker is killed with -9 in the middle; the clock goes on

People read pages at a steady --rate, first for --calm seconds, then while a worker process carries the release
out, then while it sends the mails. All parts are measured in the same way on the same machine, so that their ratios
say what the release costs the web. The exit status is 0 only when every decision is carried out once, with one mail
each.
"""

import argparse
import asyncio
import os
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connections

from bench import client, servers
from bench.first_come import DURABLE
from tests.pg import free_port, temporary_server

PATIENCE = 900  # seconds in which a release has to be out
ENOUGH = 2  # pages, without which there are no quantiles


def options_of(arguments):
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m bench.release", description=__doc__.splitlines()[0])
    parser.add_argument("--decisions", type=int, default=2000)
    parser.add_argument("--processes", type=int, default=2, help="of the web server")
    parser.add_argument("--rate", type=float, default=10.0, help="pages asked for a second")
    parser.add_argument("--calm", type=float, default=20.0, help="seconds before the release")
    parser.add_argument("--kill", action="store_true", help="kill the worker with -9 when a third is out")
    return parser.parse_args(arguments)


@contextmanager
def running(command, env, log):
    """A process of the portal until the block ends."""
    with open(log, "ab") as output:
        process = subprocess.Popen(command, env=env, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


class Reader:
    """Asks for pages at a steady rate and notes how long each took; `cpu` is what the web took meanwhile."""

    def __init__(self, web, pages, rate):
        self.web, self.pages, self.rate = web, pages, rate

    async def read(self, is_over):
        """Read until `is_over()`; returns (Tally, the web's CPU seconds)."""
        tally, jobs, began_at, before = client.Tally(), [], time.monotonic(), self.web.cpu()
        while not await asyncio.to_thread(is_over):
            for _number in range(max(int((time.monotonic() - began_at) * self.rate) - len(jobs), 0)):
                path, cookies = self.pages[len(jobs) % len(self.pages)]
                jobs.append(asyncio.create_task(self.ask(path, cookies, tally)))
            await asyncio.sleep(0.5 / self.rate)
        await asyncio.gather(*jobs)
        return tally, self.web.cpu() - before

    async def ask(self, path, cookies, tally):
        """One page."""
        asked_at = time.monotonic()
        try:
            status, _headers, _text = await client.ask(self.web.port, "GET", path, cookies=cookies)
        except client.Lost:
            tally.lost += 1
        else:
            tally.note(status, time.monotonic() - asked_at)


def quantiles(tally):
    """Half, nine tenths and all but one in a hundred of the answers came within so many milliseconds."""
    parts = statistics.quantiles(tally.seconds, n=100)
    return {"50 %": parts[49] * 1000, "90 %": parts[89] * 1000, "99 %": parts[98] * 1000}


def main(arguments=None):
    """Prepare, read, release, count, print; returns the exit status."""
    options = options_of(arguments)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-")))
        database = stack.enter_context(temporary_server(DURABLE))
        port = free_port()
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "VAR_DIR": str(folder),
            "SECRET_KEY": secrets.token_urlsafe(50),
            "DATABASE_URL": database.url,
            "PORT": str(port),
        }
        django.setup()
        rows = import_module("bench.release_rows")  # models, which need the line above
        serve = import_module("portal.management.commands.serve")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        serve.collect_static()
        cohort, pages = rows.prepare(options.decisions)
        connections.close_all()
        env = dict(os.environ)
        command = serve.web_server("127.0.0.1", port, options.processes)
        web = stack.enter_context(servers.web_server(command, port, env, folder / "web.log"))
        process = stack.enter_context(running(serve.task_worker(), env, folder / "worker.log"))
        serve.yield_processor(process, serve.BACKGROUND)
        print(
            f"{options.decisions:,} decisions, {options.processes} web processes, {options.rate:g} pages/s",
            flush=True,
        )
        reader = Reader(web, pages, options.rate)
        asyncio.run(reader.read(until(3)))  # what is read once and kept is read now
        calm = asyncio.run(reader.read(until(options.calm)))

        began_at, release = time.monotonic(), rows.start(cohort)
        killed = []

        def is_out():
            done, is_over = rows.state(release)
            if options.kill and not killed and done > options.decisions / 3:
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
                killed.append(done)
                beside = stack.enter_context(running(serve.manage("run_due"), env, folder / "clock.log"))
                serve.yield_processor(beside, serve.BACKGROUND)
            return is_over or time.monotonic() - began_at > PATIENCE

        busy = asyncio.run(reader.read(is_out))
        took, worker_cpu = time.monotonic() - began_at, servers.cpu_of(process.pid)
        mailing = asyncio.run(reader.read(lambda: rows.is_sent() or time.monotonic() - began_at > PATIENCE))
        parts = {"before": calm, "meanwhile": busy, "mails": mailing}
        problems, counts = rows.wrong(cohort, release)
        report(options, parts, took=took, worker_cpu=worker_cpu, killed=killed, counts=counts)
        for line in problems:
            print(f"  DOES NOT HOLD: {line}")
        if not problems:
            print("  Everything holds.")
        connections.close_all()
    answered = all(not tally.lost and set(tally.statuses) <= {200} for tally, _cpu in parts.values())
    return 0 if answered and not problems else 1


def until(seconds):
    """A clock that is over after so many seconds, from its first look on."""
    end = []

    def is_over():
        end.append(time.monotonic() + seconds)
        return time.monotonic() >= end[0]

    return is_over


def report(options, parts, *, took, worker_cpu, killed, counts):
    """Print the figures of each part, and what they are to those before the release."""
    for name, value in counts.items():
        print(f"  {name:<29}{value}")
    print(f"  {'all were out after':<29}{took:.1f} s ({options.decisions / took:.0f} decisions/s)")
    if killed:
        print(f"  {'the worker was killed after':<29}{killed[0]} decisions; the clock carried out the rest")
    else:
        print(f"  {'CPU a decision':<29}{worker_cpu / options.decisions * 1000:.1f} ms, of the worker")
    known = {}
    for name, (tally, cpu) in parts.items():
        if len(tally.seconds) < ENOUGH:  # the last mails went out with the last decisions
            continue
        known[name] = quantiles(tally) | {"CPU": cpu / len(tally.seconds) * 1000}
        shown = ", ".join(f"{part} {value:,.1f} ms" for part, value in known[name].items())
        answers = ", ".join(f"{count} x {status}" for status, count in sorted(tally.statuses.items()))
        print(f"  {f'a page, {name}':<29}{shown} ({answers}, {tally.lost} lost)")
        if name != "before":
            ratios = ", ".join(f"{part} {value / known['before'][part]:.2f}" for part, value in known[name].items())
            print(f"  {'ratio':<29}{ratios}")


if __name__ == "__main__":
    sys.exit(main())
