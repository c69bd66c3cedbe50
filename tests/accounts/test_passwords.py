"""A forgotten password, a changed one, and what becomes of other sessions."""

import time

import pytest
from allauth.account.internal.flows import code_verification
from allauth.account.models import EmailAddress
from django.contrib.auth import SESSION_KEY
from django.test import Client

from portal.models import AuditEvent
from tests.accounts.doors import PASSWORD, code_in, log_in, mails, make_member, set_up_second_factor, url

pytestmark = pytest.mark.django_db
NEW = "another fine password"


def ask_for_reset(client, email="dabyeol@example.com", language="ko", **data):
    return client.post(url("account_reset_password", language), {"email": email, **data})


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_forgotten_password_is_set_anew_with_a_code(client, language):
    user = make_member(language=language)
    elsewhere = Client()
    elsewhere.force_login(user)
    going = url("privacy", language)
    response = ask_for_reset(client, language=language, next=going)
    assert response["Location"].startswith(url("account_confirm_password_reset_code", language))
    [mail] = mails()
    assert (mail.reason, mail.person, mail.language) == ("password_reset_code", user, language)
    response = client.post(response["Location"], {"code": code_in(mail), "next": going})
    assert response["Location"].startswith(url("account_complete_password_reset", language))
    response = client.post(response["Location"], {"password1": NEW, "next": going})
    assert response["Location"] == going
    assert SESSION_KEY in client.session
    assert elsewhere.get(url("profile")).status_code == 302
    assert mails()[-1].reason == "password_reset"
    assert AuditEvent.objects.filter(verb="person.password_reset", target_id=user.pk).count() == 1
    log_in(fresh := Client(), password=NEW)
    assert SESSION_KEY in fresh.session


def test_trust_24_a_code_serves_once(client):
    make_member()
    ask_for_reset(client)
    code = code_in(mails()[0])
    client.post(url("account_confirm_password_reset_code"), {"code": code})
    client.post(url("account_complete_password_reset"), {"password1": NEW})
    client.post(url("account_logout"))
    response = client.post(url("account_confirm_password_reset_code"), {"code": code})
    assert response["Location"] == url("account_login")


@pytest.mark.parametrize(("seconds", "holds"), [(14 * 60 + 50, True), (15 * 60 + 10, False)])
def test_trust_24_a_code_lives_for_a_quarter_of_an_hour(client, monkeypatch, seconds, holds):
    make_member()
    ask_for_reset(client)
    later = time.time() + seconds
    monkeypatch.setattr(code_verification.time, "time", lambda: later)
    response = client.post(url("account_confirm_password_reset_code"), {"code": code_in(mails()[0])})
    assert (response["Location"] == url("account_complete_password_reset")) is holds


def test_after_three_wrong_codes_it_is_over(client):
    make_member()
    ask_for_reset(client)
    code = code_in(mails()[0])
    wrong = "00000000" if code != "00000000" else "11111111"
    for _time in range(3):
        response = client.post(url("account_confirm_password_reset_code"), {"code": wrong})
    assert response["Location"] == url("account_login")
    response = client.post(url("account_confirm_password_reset_code"), {"code": code})
    assert response["Location"] == url("account_login")


def test_a_known_and_an_unknown_address_look_alike():
    make_member()
    pages = []
    for email in ("dabyeol@example.com", "nobody1@example.com"):
        client = Client()
        response = ask_for_reset(client, email)
        assert response["Location"] == url("account_confirm_password_reset_code")
        lines = client.get(response["Location"]).content.decode().splitlines()
        pages.append("\n".join(line for line in lines if "csrfmiddlewaretoken" not in line).replace(email, "…"))
    assert pages[0] == pages[1]
    known, unknown = mails()
    assert (unknown.reason, unknown.person, unknown.language) == ("unknown_account", None, "ko")
    assert (unknown.target_type, unknown.target_id) == ("", 0)


def test_an_unknown_address_is_written_to_in_the_language_of_the_page_each_time(client):
    ask_for_reset(client, "nobody1@example.com", language="en")
    ask_for_reset(client, "nobody1@example.com", language="en")
    first, second = mails("unknown_account")
    assert first.language == second.language == "en"
    assert first.body == second.body
    assert "http://localhost:8000/en/accounts/signup/" in first.body


def test_trust_24_the_host_that_was_asked_for_does_not_get_into_mails(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    client.post(url("account_reset_password"), {"email": "nobody1@example.com"}, headers={"host": "evil.example"})
    assert "evil.example" not in mails()[0].body


def test_asking_again_and_again_is_stopped(client):
    make_member()
    for _time in range(3):
        assert ask_for_reset(client).status_code == 302
    assert ask_for_reset(client).status_code == 429


def test_trust_24_a_code_is_void_once_the_address_has_changed(client):
    user = make_member()
    ask_for_reset(client)
    client.post(url("account_confirm_password_reset_code"), {"code": code_in(mails()[0])})
    EmailAddress.objects.filter(user=user).update(email="new@example.com")
    user.email = "new@example.com"
    user.save()
    response = client.post(url("account_complete_password_reset"), {"password1": NEW})
    assert response.context["form"].non_field_errors() == [
        "계정의 이메일이 바뀌었어요. 확인 번호를 다시 받아 주세요."
    ]
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_reset_does_not_get_round_the_second_factor(client):
    set_up_second_factor(make_member())
    ask_for_reset(client)
    client.post(url("account_confirm_password_reset_code"), {"code": code_in(mails()[0])})
    response = client.post(url("account_complete_password_reset"), {"password1": NEW})
    assert response["Location"] == url("mfa_authenticate")
    assert SESSION_KEY not in client.session


def test_changing_asks_for_the_old_one_and_ends_other_sessions(client):
    user = make_member()
    elsewhere = Client()
    for browser in (client, elsewhere):
        browser.force_login(user)
    response = client.post(url("account_change_password"), {"oldpassword": "wrong", "password1": NEW})
    assert response.context["form"].errors["oldpassword"] == ["현재 비밀번호가 맞지 않아요."]
    response = client.post(url("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW}, follow=True)
    assert "새 비밀번호를 저장했어요." in response.content.decode()
    assert client.get(url("profile")).status_code == 200
    assert elsewhere.get(url("profile")).status_code == 302
    user.refresh_from_db()
    assert user.check_password(NEW)
    [mail] = mails()
    assert (mail.reason, mail.to) == ("password_changed", user.email)
    assert "/ko/accounts/password/reset/" in mail.body
    assert AuditEvent.objects.filter(verb="person.password_changed", by=user).count() == 1


def test_whoever_has_no_password_sets_one(client):
    user = make_member(password=None)
    client.force_login(user)
    assert client.get(url("account_change_password"))["Location"] == url("account_set_password")
    assert client.get(url("account_set_password")).status_code == 200
    client.post(url("account_set_password"), {"password1": NEW})
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert [mail.reason for mail in mails()] == ["password_set"]


@pytest.mark.parametrize("password", ["x" * 64, "비밀번호는 이렇게 길어도 됩니다", " spaces at both ends "])
def test_long_passwords_of_any_characters_are_taken_as_they_are(client, password):
    user = make_member()
    client.force_login(user)
    client.post(url("account_change_password"), {"oldpassword": PASSWORD, "password1": password})
    user.refresh_from_db()
    assert user.check_password(password)
