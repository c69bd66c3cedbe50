"""The processes that are measured: web servers that can be killed, and how much of the processor a tree took."""

import os
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

TICK = os.sysconf("SC_CLK_TCK")
START_SECONDS = 60


def stat_of(pid):
    """(parent, own seconds, seconds of children that have ended) of a process; None where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    own, ended = (sum(map(int, fields[at : at + 2])) / TICK for at in (11, 13))
    return int(fields[1]), own, ended


def children_of(pid):
    """The processes that `pid` started and that still run."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        stat = stat_of(folder.name)
        if stat is not None and stat[0] == pid:
            found.append(int(folder.name))
    return sorted(found)


def cpu_of(pid):
    """The processor's seconds that `pid` and everything it started took so far."""
    stat = stat_of(pid)
    if stat is None:
        return 0.0
    return stat[1] + stat[2] + sum(cpu_of(child) for child in children_of(pid))


class Web:
    """A web server with several processes; each goes into the log it is given."""

    def __init__(self, command, port, env, log):
        self.command, self.port, self.env, self.log = command, port, env, Path(log)

    def start(self):
        """Start it, and return once it answers."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command, env=self.env, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        deadline = time.monotonic() + START_SECONDS
        while not _is_ready(self.port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("The web server did not start:\n" + self.log.read_text(errors="replace"))
            time.sleep(0.1)

    def kill(self):
        """Kill all of it with -9."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """End it in order."""
        self.process.terminate()
        try:
            self.process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def workers(self):
        """The ids of the processes that answer requests."""
        found = []
        for pid in children_of(self.process.pid):
            try:
                words = Path(f"/proc/{pid}/cmdline").read_text()
            except OSError:
                continue
            if "resource_tracker" not in words:
                found.append(pid)
        return found

    def cpu(self):
        """The processor's seconds it took so far."""
        return cpu_of(self.process.pid)

    def kill_one(self):
        """Kill one of the processes with -9; returns its id."""
        pid = self.workers()[0]
        os.kill(pid, signal.SIGKILL)
        return pid


@contextmanager
def web_server(command, port, env, log):
    """Run `command` until the block ends; yields a Web that answers."""
    web = Web(command, port, env, log)
    web.start()
    try:
        yield web
    finally:
        web.stop()


def _is_ready(port):
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:  # noqa: S310 (its own address, on loopback)
            return answer.status == 200
    except (URLError, OSError):
        return False
