"""How long a session lives, and what ends it."""

import time

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import DatabaseError, OperationalError
from django.test import Client

from accounts import operations, sessions
from accounts.models import Role
from tests.accounts.doors import make_member, url
from tests.make import make_admin, make_grant

pytestmark = pytest.mark.django_db
HOUR, DAY = 3600, 86400


@pytest.fixture
def later(monkeypatch):
    """Lets so many seconds pass."""
    passed = [0]
    real = time.time

    def let_pass(seconds):
        passed[0] += seconds

    monkeypatch.setattr(sessions.time, "time", lambda: real() + passed[0])
    return let_pass


def enters(client):
    return client.get(url("profile")).status_code == 200


def test_a_session_lives_fourteen_days_however_much_it_is_used(client, later, settings):
    client.force_login(make_member())
    for _day in range(14):
        later(DAY - 10)
        assert enters(client)
    later(DAY)
    assert not enters(client)
    assert SESSION_KEY not in client.session


def test_staff_are_logged_out_after_an_hour_without_use(client, later):
    client.force_login(make_admin())
    for _time in range(3):
        later(HOUR - 10)
        assert enters(client)
    later(HOUR + 10)
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert SESSION_KEY not in client.session


def test_whoever_says_they_are_still_there_stays(client, later):
    client.force_login(make_admin())
    later(HOUR - 10)
    assert client.post(url("stay")).status_code == 204
    assert client.get(url("stay")).status_code == 405
    later(HOUR - 10)
    assert enters(client)


def test_the_admin_warns_before_the_end(client):
    client.force_login(make_admin())
    page = client.get("/admin/").content.decode()
    assert f'action="{url("stay")}" method="post" data-session="3600" hidden' in page
    assert "js/session.js" in page


def test_others_are_not(client, later):
    client.force_login(make_member())
    later(DAY)
    assert enters(client)


def test_being_active_is_written_down_every_few_minutes_alone(client, later, django_assert_num_queries):
    client.force_login(make_member())
    assert enters(client)
    saved = client.session[sessions.SEEN]
    later(sessions.SEEN_STEP_SECONDS - 10)
    assert enters(client)
    assert client.session[sessions.SEEN] == saved
    later(60)
    assert enters(client)
    assert client.session[sessions.SEEN] > saved


def test_blocking_a_person_ends_their_sessions(client):
    user = make_member()
    other = Client()
    for browser in (client, other):
        browser.force_login(user)
        assert enters(browser)
    operations.block_user(user.pk, by=make_admin(), reason="부정 이용")
    assert not enters(client)
    assert not enters(other)


def test_the_admin_speaks_the_language_of_whoever_works_in_it(client):
    for language in ("en", "ko"):
        user = make_member(f"{language}@example.com", language=language)
        make_grant(user, Role.ADMIN)
        browser = Client(headers={"accept-language": "ko" if language == "en" else "en"})
        browser.force_login(user)
        response = browser.get("/admin/")
        assert response["Content-Language"] == language
        assert browser.get(url("profile", "en"))["Content-Language"] == "en"


def test_a_session_that_is_nobodys_changes_nothing():
    stale = Client(headers={"cookie": "session=nonsense"})
    assert stale.get("/admin/").status_code == 302
    assert not enters(stale)


def test_a_database_that_is_away_is_no_fault_of_the_request(client, monkeypatch, later):
    """It is answered as an error of ours; a session that was ended meanwhile stays a refused request."""
    client.raise_request_exception = False
    client.force_login(make_member())
    later(HOUR)  # being active is to be written down
    with monkeypatch.context() as away:
        away.setattr(Session, "save", fails_with(OperationalError("server closed the connection unexpectedly")))
        assert client.get(url("profile")).status_code == 500
    assert enters(client)
    with monkeypatch.context() as ended:
        ended.setattr(Session, "save", fails_with(DatabaseError("Forced update did not affect any rows.")))
        later(HOUR)
        assert client.get(url("profile")).status_code == 400


def fails_with(error):
    def save(*args, **kwargs):
        raise error

    return save
