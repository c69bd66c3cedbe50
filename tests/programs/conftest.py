"""What tests of programs share."""

import pytest

from tests import make


@pytest.fixture
def boss(client):
    """An administrator who reads English, logged in."""
    person = make.make_admin(language="en")
    client.force_login(person)
    return person
