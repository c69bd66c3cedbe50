"""What every test may count on."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def empty_cache():
    """Each test begins with no counted log-in attempts."""
    cache.clear()
