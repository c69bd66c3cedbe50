"""What the portal relies on in PostgreSQL, asked of the server the tests run on."""

import pytest
from django.db import connection

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def test_the_server_is_postgresql_in_utf8():
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        assert cursor.fetchone() == ("UTF8",)
    assert connection.vendor == "postgresql"


def test_the_locale_classifies_hangul_as_letters():
    with connection.cursor() as cursor:
        cursor.execute("SELECT '데이터' ~ '^[[:alpha:]]+$'")
        assert cursor.fetchone() == (True,)
