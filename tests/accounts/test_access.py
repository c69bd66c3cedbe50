"""allauth's addresses against every kind of visitor; that looking writes nothing; that each has our page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from tests.accounts.doors import confirm_password, log_in, make_member, set_up_second_factor, url

pytestmark = pytest.mark.django_db

LOGIN, PASSWORD_AGAIN = "account_login", "account_reauthenticate"
# name: (what a visitor gets, what whoever has just logged in gets, what they get with a second factor and after
# they gave their password again); a word is the page they are sent to
EXPECTED = {
    "account_login": (200, "my", "my"),
    "account_signup": ("age", "my", "my"),
    "account_logout": ("home", 200, 200),
    "account_inactive": (200, 200, 200),
    "account_reauthenticate": (LOGIN, 200, 200),
    "account_email": (LOGIN, 200, 200),
    "account_email_verification_sent": (LOGIN, "account_email", "account_email"),
    "account_change_password": (LOGIN, 200, 200),
    "account_set_password": (LOGIN, "account_change_password", "account_change_password"),
    "account_reset_password": (200, 200, 200),
    "account_confirm_password_reset_code": (LOGIN, LOGIN, LOGIN),
    "account_complete_password_reset": ("account_reset_password",) * 3,
    "account_password_reset_completed": (200, 200, 200),
    "account_confirm_login_code": (LOGIN, "my", "my"),
    "mfa_index": (LOGIN, 200, 200),
    "mfa_authenticate": (LOGIN, "my", "my"),
    "mfa_reauthenticate": (LOGIN, PASSWORD_AGAIN, 200),
    "mfa_activate_totp": (LOGIN, PASSWORD_AGAIN, "mfa_deactivate_totp"),
    "mfa_deactivate_totp": (LOGIN, 404, 200),
    "mfa_view_recovery_codes": (LOGIN, 404, 200),
    "mfa_download_recovery_codes": (LOGIN, 404, 200),
    "mfa_generate_recovery_codes": (LOGIN, PASSWORD_AGAIN, 200),
}
PLAIN = {"mfa_download_recovery_codes"}
NOTES_THE_VIEW = {"mfa_view_recovery_codes", "mfa_download_recovery_codes"}  # that codes were shown, on purpose


def names(patterns):
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from names(pattern.url_patterns)
        elif pattern.name:
            yield pattern.name


def check(client, column):
    for name, expected in EXPECTED.items():
        address = url(name)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        if isinstance(expected[column], str):
            assert response.status_code == 302, name
            assert response["Location"].partition("?")[0] == url(expected[column]), name
        else:
            assert response.status_code == expected[column], name
        if response.status_code == 200:
            page = response.content.decode()
            assert (name in PLAIN) is ("<h1" not in page), name
            assert response["Cache-Control"].startswith(("private", "max-age=0")), name
        written = [
            query["sql"]
            for query in queries
            if query["sql"].startswith(("INSERT", "UPDATE", "DELETE")) and "django_session" not in query["sql"]
        ]
        assert not written or name in NOTES_THE_VIEW, name


def test_every_address_has_a_row():
    found = set(names(get_resolver().url_patterns))
    assert {name for name in found if name.startswith(("account_", "mfa_"))} == set(EXPECTED)


def test_a_visitor(client):
    check(client, 0)


def test_a_member(client):
    make_member()
    log_in(client)
    check(client, 1)


def test_a_member_with_a_second_factor_who_gave_the_password_again(client):
    user = make_member()
    log_in(client)
    confirm_password(client)
    set_up_second_factor(user)
    check(client, 2)


@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "account_email", "mfa_index", "age", "profile"]
)
def test_methods_that_no_page_knows_are_refused(client, name):
    client.force_login(make_member())
    for method in (client.put, client.delete, client.patch):
        assert method(url(name)).status_code in (302, 405)
