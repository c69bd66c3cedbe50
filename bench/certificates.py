"""Certificates for a whole year in one go: how long until the last document is there and its person is told.

    python -m bench.certificates             1,100 certificates on PostgreSQL, one task worker and the clock
    python -m bench.certificates --kill      the worker is killed with -9 in the middle; the clock goes on

The exit status is 0 only when everybody has one certificate with its document and one mail, numbered without a gap,
every document names its person (pdftotext) and those that are looked into are whole (qpdf).
"""

import argparse
import os
import secrets
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connections

from bench import servers
from bench.first_come import DURABLE
from bench.release import running
from tests.pg import temporary_server

PATIENCE = 600  # seconds in which the last document has to be there


def options_of(arguments):
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m bench.certificates", description=__doc__.splitlines()[0])
    parser.add_argument("--certificates", type=int, default=1100)
    parser.add_argument("--kill", action="store_true", help="kill the worker with -9 when a third is made")
    return parser.parse_args(arguments)


def main(arguments=None):
    """Prepare, issue, wait, count, print; returns the exit status."""
    options = options_of(arguments)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-")))
        database = stack.enter_context(temporary_server(DURABLE))
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "VAR_DIR": str(folder),
            "SECRET_KEY": secrets.token_urlsafe(50),
            "DATABASE_URL": database.url,
        }
        django.setup()
        rows = import_module("bench.certificate_rows")  # models, which need the line above
        serve = import_module("portal.management.commands.serve")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        cohort = rows.prepare(options.certificates)
        connections.close_all()
        env = dict(os.environ)
        worker = stack.enter_context(running(serve.task_worker(), env, folder / "worker.log"))
        clock = stack.enter_context(running(serve.manage("run_due"), env, folder / "clock.log"))
        for process in (worker, clock):
            serve.yield_processor(process, serve.BACKGROUND)
        time.sleep(5)  # both have started
        before = servers.cpu_of(worker.pid) + servers.cpu_of(clock.pid)
        began_at, (run, held) = time.monotonic(), rows.start(cohort)
        killed, is_over = None, False
        while not is_over and time.monotonic() - began_at < PATIENCE:
            made, is_over = rows.state(run)
            if options.kill and killed is None and made > options.certificates / 3:
                os.kill(worker.pid, signal.SIGKILL)
                worker.wait()
                killed = made
            time.sleep(0.2)
        took = time.monotonic() - began_at
        cpu = servers.cpu_of(worker.pid) + servers.cpu_of(clock.pid) - before
        problems, counts = rows.wrong(cohort, run)
        report(options, counts, held=held, took=took, cpu=cpu, killed=killed)
        for line in problems:
            print(f"  DOES NOT HOLD: {line}")
        if not problems:
            print("  Everything holds.")
        connections.close_all()
    return 1 if problems else 0


def report(options, counts, *, held, took, cpu, killed):
    """Print the figures."""
    print(f"{options.certificates:,} certificates, one task worker and the clock")
    for name, value in counts.items():
        print(f"  {name:<29}{value}")
    print(f"  {'the cohort was locked for':<29}{held:.2f} s")
    print(f"  {'the last one was made after':<29}{took:.1f} s ({options.certificates / took:.0f} a second)")
    if killed is None:
        print(f"  {'CPU a certificate':<29}{cpu / options.certificates * 1000:.1f} ms, of worker and clock")
    else:
        print(f"  {'the worker was killed after':<29}{killed} documents; the clock made the rest")


if __name__ == "__main__":
    sys.exit(main())
