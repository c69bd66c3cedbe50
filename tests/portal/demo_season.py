"""The moment at which tests look at the demonstration, and a way to have it in the database for a whole module."""

from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import transaction

from portal.demo.load import load

NOW = datetime.fromisoformat("2026-11-24T10:20+09:00")


@contextmanager
def clock_at(moment):
    """Stop the clock at `moment`."""
    before, settings.DEMO_NOW = settings.DEMO_NOW, moment
    try:
        yield
    finally:
        settings.DEMO_NOW = before


@contextmanager
def loaded(**options):
    """The demonstration in the database; everything is taken back at the end."""
    with clock_at(NOW), transaction.atomic():
        load(**options)
        yield
        transaction.set_rollback(True)
