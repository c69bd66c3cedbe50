"""The moment at which tests look at the demonstration, and a way to have it in the database for a whole module."""

import sqlite3
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import connection

from portal.demo.load import load

NOW = datetime.fromisoformat("2026-11-24T10:20+09:00")
_told = []  # the demonstration as a database in memory, once it has been told


@contextmanager
def clock_at(moment):
    """Stop the clock at `moment`."""
    before, settings.DEMO_NOW = settings.DEMO_NOW, moment
    try:
        yield
    finally:
        settings.DEMO_NOW = before


@contextmanager
def loaded():
    """The demonstration in the database; everything is taken back at the end.

    It is told once in a test process and copied from then on, as telling it takes a hundred times as long.
    """
    with clock_at(NOW):
        connection.ensure_connection()
        live, nothing = connection.connection, sqlite3.connect(":memory:")
        live.backup(nothing)
        try:
            _fill(live)
            yield
        finally:
            nothing.backup(live)
            nothing.close()


def _fill(live):
    if _told:
        _told[0].backup(live)
        return
    load()
    told = sqlite3.connect(":memory:")
    live.backup(told)
    _told.append(told)
