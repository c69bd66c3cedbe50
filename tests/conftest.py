"""What every test may count on."""

import os

import pytest
from django.core.cache import cache
from django.utils import translation


def pytest_collection_modifyitems(config, items):
    """Leaves the tests that need PostgreSQL to `python -m tests.run`, which has a server for them."""
    if "TEST_DATABASE_URL" not in os.environ:
        left_out = [item for item in items if item.get_closest_marker("postgres")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(autouse=True)
def empty_cache():
    """Each test begins with no counted log-in attempts."""
    cache.clear()


@pytest.fixture(autouse=True)
def korean():
    """Each test begins in Korean, whatever language the last request of the test before was in."""
    with translation.override("ko"):
        yield
