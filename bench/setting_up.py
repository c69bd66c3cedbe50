"""A site of its own for a measurement: the environment, Django, an empty database, the static files."""

import os
import secrets
from importlib import import_module

import django
from django.core.management import call_command

DURABLE = {  # PostgreSQL as it comes, for it is killed
    "listen_addresses": "127.0.0.1",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "max_connections": "60",
}


def set_up(folder, port, database, rows):
    """Make the site in `folder`, on `database` or else SQLite; returns the module `rows`, which needs Django, and
    the one that knows the web server's command line."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "VAR_DIR": str(folder),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATABASE_URL": database.url if database else f"sqlite:///{folder}/portal.sqlite3",
        "PORT": str(port),
    }
    django.setup()
    serve = import_module("portal.management.commands.serve")
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    serve.collect_static()
    return import_module(rows), serve
