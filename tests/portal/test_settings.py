"""The settings read the environment strictly, and refuse to start where something is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "SITE_URL": "https://portal.example.com",
    "SECRET_KEY": "a key of more than fifty characters that only this test has ever used",
    "ALLOWED_HOSTS": "portal.example.com",
    "DATABASE_URL": "postgres://portal@db.example.com/portal",
    "EMAIL_URL": "smtp+tls://mail.example.com:587",
}
SHOW = "import portal.settings as s; print({})"


def start(tmp_path, show="s.DEBUG", **env):
    """Import the settings in a process of its own; its exit status, output and last line of error."""
    kept = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", SHOW.format(show)], env=kept | env, cwd=ROOT, capture_output=True, text=True
    )
    return done.returncode, done.stdout.strip(), done.stderr.strip().splitlines()[-1:] or [""]


def test_without_anything_it_is_a_closed_site_of_ones_own(tmp_path):
    code, shown, _error = start(tmp_path, "(s.DEBUG, s.SITE_URL, s.PRODUCTION, s.STAFF_NEED_SECOND_FACTOR)")
    assert (code, shown) == (0, "(False, 'http://localhost:8000', False, False)")
    key = tmp_path / "secret-key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert start(tmp_path, "s.SECRET_KEY")[1] == key.read_text()


@pytest.mark.parametrize("name", [name for name in PRODUCTION if name != "SITE_URL"])
def test_production_says_in_one_line_what_is_missing(tmp_path, name):
    code, _shown, (error,) = start(tmp_path, **{key: value for key, value in PRODUCTION.items() if key != name})
    assert code != 0
    assert error.endswith(f"An https site needs {name} in the environment.")


def test_serve_does_not_start_and_prints_one_line(tmp_path):
    env = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "SITE_URL": "https://portal.example.com"}
    done = subprocess.run([sys.executable, "manage.py", "serve"], env=env, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Not started: An https site needs SECRET_KEY, ALLOWED_HOSTS, DATABASE_URL, EMAIL_URL in the environment."
    ]


def test_production_is_shut(tmp_path):
    show = (
        "(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS >= 31536000, s.SECURE_SSL_REDIRECT,"
        " s.STAFF_NEED_SECOND_FACTOR, s.DEMO_ALLOWED)"
    )
    code, shown, _error = start(tmp_path, show, **PRODUCTION)
    assert (code, shown) == (0, "('__Host-session', True, True, True, True, False)")
    assert start(tmp_path, "s.DEMO_ALLOWED", **PRODUCTION, DEMO="yes")[1] == "True"


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({**PRODUCTION, "DEBUG": "yes"}, "DEBUG=yes is refused on an https site."),
        ({**PRODUCTION, "DEMO_NOW": "2026-11-24T10:00+09:00"}, "DEMO_NOW is refused on an https site."),
        ({"DEBUG": "True"}, "DEBUG must be yes or no, not 'True'."),
        ({"RATE_LIMITS": "maybe"}, "RATE_LIMITS must be on or off, not 'maybe'."),
        ({"DEMO_NOW": "soon"}, "DEMO_NOW must be an ISO time such as 2026-11-24T10:00+09:00."),
        ({"DEMO_NOW": "2026-11-24T10:00"}, "DEMO_NOW must name its offset, such as 2026-11-24T10:00+09:00."),
    ],
)
def test_nonsense_is_refused(tmp_path, env, words):
    code, _shown, (error,) = start(tmp_path, **env)
    assert code != 0
    assert error.endswith(words)


def test_the_rest_of_the_environment(tmp_path):
    pool = "'pool' in s.DATABASES['default']['OPTIONS']"
    show = f"(s.DEMO_NOW.hour, s.USE_X_FORWARDED_HOST, s.ACCOUNT_RATE_LIMITS, {pool})"
    env = {
        "DEMO_NOW": "2026-11-24T10:00+09:00",
        "TRUSTED_PROXY_COUNT": "1",
        "RATE_LIMITS": "off",
        "DATABASE_URL": "postgres://u@h/d",
    }
    code, shown, error = start(tmp_path, show, **env)
    assert (code, shown) == (0, "(10, True, False, True)"), error
