"""`manage.py serve`: web, worker and clock start together, come back when they die, and end together."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.core.management import CommandError

from portal.management.commands import serve
from tests.pg import free_port

PATIENCE = 120


def environment(folder, port, **more):
    names = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "SECRET_KEY")
    env = {name: value for name, value in os.environ.items() if name not in names}
    return env | {"VAR_DIR": str(folder), "PORT": str(port), "DEMO_PASSWORD": "an open secret"} | more


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{condition} did not come true")


def children_of(pid):
    """The processes that `pid` started, by what their command line says they are."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int(re.search(r"^PPid:\s+(\d+)$", (folder / "status").read_text(), re.M)[1])
            words = (folder / "cmdline").read_text().split("\0")
        except (OSError, TypeError):
            continue
        if parent == pid:
            found[next(name for name in ("granian", "db_worker", "run_due", "") if name in words)] = int(
                folder.name
            )
    return found


@pytest.mark.skipif(not Path("/proc").exists(), reason="reads /proc")
def test_it_serves_revives_and_stops(tmp_path):
    port = free_port()
    log = tmp_path / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), "serve"],
            env=environment(tmp_path / "var", port),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        until(lambda: "Stop with Ctrl-C" in log.read_text() or process.poll() is not None)
        said = log.read_text()
        assert f"http://localhost:{port}" in said
        assert str(tmp_path / "var" / "mail") in said
        assert "mentor@example.com" in said
        assert "Password: an open secret" in said
        with urlopen(f"http://localhost:{port}/ko/") as page:
            assert page.status == 200
        running = children_of(process.pid)
        assert set(running) == {"granian", "db_worker", "run_due"}
        os.kill(running["run_due"], signal.SIGKILL)
        until(lambda: children_of(process.pid).get("run_due", running["run_due"]) != running["run_due"])
        assert "The clock ended with status -9; it starts again in 1 s." in log.read_text()
        running = children_of(process.pid)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        assert not any(Path(f"/proc/{pid}").exists() for pid in running.values())
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(PATIENCE)


def test_a_port_in_use_is_one_clear_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(CommandError, match="Cannot listen on 127.0.0.1"):
            serve.refuse_taken("127.0.0.1", taken.getsockname()[1])
    serve.refuse_taken("::1" if socket.has_dualstack_ipv6() else "127.0.0.1", free_port())


def test_nobody_answers_where_nothing_runs():
    assert not serve.answers("0.0.0.0", free_port())  # noqa: S104
    assert not serve.answers("::1", free_port())


def test_any_answer_counts(live_server):
    assert serve.answers(live_server.thread.host, live_server.thread.port)


def test_a_child_that_keeps_dying_waits_longer_each_time(monkeypatch):
    now = [1_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    child = serve.Child("clock", [sys.executable, "-c", "raise SystemExit(3)"])
    pauses = []
    for _ in range(7):
        child.start()
        child.process.wait()
        assert "status 3" in child.revive()
        pauses.append(child.due_at - now[0])
        assert child.revive() is None
        assert child.process is None
        now[0] = child.due_at
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    child.revive()
    assert child.process is not None
    child.process.wait()
    now[0] += serve.STEADY_SECONDS
    assert "in 1 s" in child.revive()


def test_a_child_that_does_not_stop_is_ended(monkeypatch):
    monkeypatch.setattr(serve, "STOP_SECONDS", 0.1)
    deaf = "from signal import *; import time; signal(SIGTERM, SIG_IGN); print('up', flush=True); time.sleep(600)"
    child = serve.Child("clock", [sys.executable, "-c", deaf])
    child.process = subprocess.Popen(child.command, stdout=subprocess.PIPE)
    child.process.stdout.readline()
    idle = serve.Child("clock", [])
    serve.Command().stop([child, idle])
    assert child.process.returncode == -signal.SIGKILL
    child.process.stdout.close()


def test_static_files_are_collected_only_when_they_changed(monkeypatch, settings, tmp_path):
    calls = []
    settings.VAR_DIR, settings.STATIC_ROOT = tmp_path, tmp_path / "static"

    def collect(*args, **options):
        calls.append(args)
        settings.STATIC_ROOT.mkdir(exist_ok=True)
        (settings.STATIC_ROOT / "staticfiles.json").write_text("{}")

    monkeypatch.setattr(serve, "call_command", collect)
    serve.collect_static()
    serve.collect_static()
    assert len(calls) == 1
    (tmp_path / "static.sha256").write_text("another state")
    serve.collect_static()
    assert len(calls) == 2
