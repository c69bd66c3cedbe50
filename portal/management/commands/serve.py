"""`manage.py serve`: the whole portal in one terminal, that is web, task worker and clock."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from urllib.error import HTTPError
from urllib.request import urlopen

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from portal.demo import load, logins
from programs.models.programs import Program

MOST_WORKERS = 2
START_SECONDS = 30
STOP_SECONDS = 10
LONGEST_PAUSE = 30
BACKGROUND = 10  # the niceness of what nobody waits for on a page
STEADY_SECONDS = 60  # a child that lived this long is started again without a pause


class Child:
    """A process of the portal; started again, after a growing pause, whenever it dies."""

    def __init__(self, name, command, niceness=0):
        self.name = name
        self.command = command
        self.niceness = niceness
        self.process = None
        self.failures = 0
        self.started_at = self.due_at = 0.0

    def start(self):
        """Start it now."""
        self.started_at = time.monotonic()
        # In a session of its own, so that Ctrl-C reaches the supervisor alone, which then ends them in order.
        self.process = subprocess.Popen(self.command, cwd=settings.BASE_DIR, start_new_session=True)
        yield_processor(self.process, self.niceness)

    def revive(self):
        """Start it again if it is dead and its pause is over; returns a line to print when it is found dead."""
        if self.process is not None:
            status = self.process.poll()
            if status is None:
                return None
            self.process = None
            steady = time.monotonic() - self.started_at >= STEADY_SECONDS
            self.failures = 1 if steady else self.failures + 1
            pause = min(2 ** (self.failures - 1), LONGEST_PAUSE)
            self.due_at = time.monotonic() + pause
            return f"The {self.name} ended with status {status}; it starts again in {pause} s."
        if time.monotonic() >= self.due_at:
            self.start()
        return None

    def stop(self, number):
        """Tell it to stop, if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


def yield_processor(process, niceness):
    """Let a process of ours step back where others want the processor: people before work that can wait."""
    if niceness:
        os.setpriority(os.PRIO_PROCESS, process.pid, niceness)


def task_worker():
    """The command line of the task worker, which is to run with BACKGROUND as its niceness."""
    return manage("db_worker", "--no-reload", "--queue-name", "*", "--interval", "0.3", "-v", "0")


def manage(*arguments):
    """The command line of another management command."""
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]


def web_server(host, port, workers):
    """The command line of the web server; a process of it that dies is started again beside the others."""
    web = ["--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(workers)]
    web += ["--blocking-threads", "1", "--backlog", "1024", "--no-ws", "--log-level", "warning"]
    return [sys.executable, "-m", "granian", *web, "--respawn-failed-workers", "portal.wsgi:application"]


def children(host, port):
    """What runs beside each other."""
    return [
        Child("web server", web_server(host, port, min(os.cpu_count() or 1, MOST_WORKERS))),
        Child("task worker", task_worker(), BACKGROUND),
        Child("clock", manage("run_due"), BACKGROUND),
    ]


def collect_static():
    """Collect the static files unless they are as they were the last time."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            state = os.stat(storage.path(path))
            digest.update(f"{path} {state.st_size} {state.st_mtime_ns}\n".encode())
    mark = settings.VAR_DIR / "static.sha256"
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    if manifest.exists() and mark.exists() and mark.read_text() == digest.hexdigest():
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    mark.write_text(digest.hexdigest())


def refuse_taken(host, port):
    """Stop with one clear line when something else listens there already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(f"Cannot listen on {host}:{port}: {error.strerror}. Try PORT=8001.") from error


def answers(host, port):
    """Whether the web server answers at all."""
    here = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    try:
        with urlopen(f"http://{here}:{port}/healthz", timeout=5):  # noqa: S310
            return True
    except HTTPError:
        return True
    except OSError:
        return False


class Command(BaseCommand):
    """Prepares the database and the static files, then runs everything until it is told to stop."""

    help = "Run the portal: web, task worker and clock, on 127.0.0.1:PORT (HOST to bind elsewhere)."

    def handle(self, **options):
        """Prepare, start, say where, and keep it running."""
        host, port = os.environ.get("HOST", "127.0.0.1"), settings.PORT
        refuse_taken(host, port)
        self.prepare()
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_args: stop.set())
        web, *others = running = children(host, port)
        try:
            web.start()  # first and alone, so that it answers soon
            deadline = time.monotonic() + START_SECONDS
            while not answers(host, port) and time.monotonic() < deadline and not stop.wait(0.1):
                self.revive([web])
            for child in others:
                child.start()
            if not stop.is_set():
                self.announce(port)
            while not stop.wait(0.5):
                self.revive(running)
        finally:
            self.stop(running)

    def prepare(self):
        """Bring the database and the static files up to date; fill an empty demonstration site."""
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        collect_static()
        if settings.DEMO_ALLOWED and not Program.objects.exists():
            self.say("Loading the demonstration …")
            load.load()
        self.has_demo = load.is_loaded()
        connections.close_all()

    def announce(self, port):
        """Where it is, where mails go, and who can log in."""
        self.say(f"\nThe portal is at http://localhost:{port}")
        if settings.EMAIL_BACKEND == "portal.mail.FolderBackend":
            self.say(f"Mails become files in {settings.MAIL_DIR}")
        if self.has_demo:
            self.say(logins.notice())
        self.say("Stop with Ctrl-C.")

    def revive(self, running):
        """Start again whoever died."""
        for child in running:
            line = child.revive()
            if line:
                self.say(line)

    def stop(self, running):
        """End everything, gently first."""
        for child in running:
            child.stop(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for child in running:
            if child.process is not None:
                try:
                    child.process.wait(max(deadline - time.monotonic(), 0.1))
                except subprocess.TimeoutExpired:
                    child.process.kill()
                    child.process.wait()

    def say(self, line):
        """Print a line at once, also into a pipe."""
        self.stdout.write(line)
        self.stdout.flush()
