"""The portal's own settings, made quick and independent of the machine's environment."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# The process that starts the suite makes the folder and removes it; its workers have one each inside.
if "PORTAL_TESTS_DIR" not in os.environ:
    os.environ["PORTAL_TESTS_DIR"] = tempfile.mkdtemp(prefix="portal-tests-")
    atexit.register(shutil.rmtree, os.environ["PORTAL_TESTS_DIR"], ignore_errors=True)
_folder = Path(os.environ["PORTAL_TESTS_DIR"], os.environ.get("PYTEST_XDIST_WORKER", "main"))

# What a developer has exported for the site does not reach the tests; commands that tests start see the same.
_example = (Path(__file__).parent.parent / ".env.example").read_text()
for _name in [line.split("=")[0] for line in _example.splitlines() if "=" in line]:
    os.environ.pop(_name.removeprefix("#").strip(), None)
os.environ["VAR_DIR"] = str(_folder)
os.environ["SECRET_KEY"] = "only tests use this key and nothing is kept under it"
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", f"sqlite:///{_folder}/portal.sqlite3")

from portal.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
RELEASE_PAUSE_SECONDS = 0
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

# Without collectstatic there is no manifest to look names up in.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405

# A file, not memory: the live server's threads and the test then have connections of their own.
DATABASES["default"]["TEST"] = {"NAME": None}  # noqa: F405
if "TEST_DATABASE_URL" not in os.environ:
    _folder.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["TEST"] = {"NAME": str(_folder / "test.sqlite3")}  # noqa: F405
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"  # noqa: F405
else:
    DATABASES["default"]["OPTIONS"].pop("pool", None)  # noqa: F405  # its threads outlive the test database

# A query repeated per row raises in any request a test makes.
INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]  # noqa: F405
MIDDLEWARE = ["zeal.middleware.zeal_middleware", *MIDDLEWARE]  # noqa: F405
ZEAL_ALLOWLIST = [
    {"model": "account.EmailAddress"},  # allauth asks for a person's address again at each step
    {"model": "sessions.Session"},  # an unknown or ended session is looked for once more before a new one is made
]

# Static files come from where they lie, without collecting them first.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
