"""Log-in and log-out: where they lead, what they say, how often they may be tried."""

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client

from tests.accounts.doors import PASSWORD, code_in, log_in, mails, make_member, url
from tests.make import make_user

pytestmark = pytest.mark.django_db


def is_logged_in(client):
    return SESSION_KEY in client.session


@pytest.mark.parametrize("language", ["ko", "en"])
def test_log_in_leads_where_one_was_going(client, language):
    make_member()
    response = client.get(url("my", language))
    assert response["Location"] == f"/{language}/accounts/login/?next=/{language}/my/"
    assert f'name="next" value="/{language}/my/"' in client.get(response["Location"]).content.decode()
    response = log_in(client, "Dabyeol@Example.com", language=language, next=url("privacy", language))
    assert response["Location"] == url("privacy", language)
    assert is_logged_in(client)
    assert client.get(url("account_login"))["Location"] == url("my")


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http://evil.example/",
        "http://testserver/ko/my/",
        "javascript:alert(1)",
        "word",
        "",
    ],
)
def test_log_in_and_log_out_lead_nowhere_else(client, target):
    make_member()
    assert log_in(client, next=target)["Location"] == url("my")
    assert client.post(url("account_logout"), {"next": target})["Location"] == url("home")


def test_log_in_makes_a_new_session_and_log_out_ends_it(client):
    make_member()
    client.get(url("account_login"))
    log_in(client)
    key = client.session.session_key
    other = Client(headers={"cookie": f"session={key}"})
    assert other.get(url("profile")).status_code == 200
    assert client.get(url("account_logout")).status_code == 200
    assert is_logged_in(client)
    assert client.post(url("account_logout"))["Location"] == url("home")
    assert not client.cookies["session"].value
    assert other.get(url("profile")).status_code == 302
    assert client.get(url("account_logout"))["Location"] == url("home")


def test_log_out_needs_its_token(client):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_member())
    assert strict.post(url("account_logout")).status_code == 403
    assert is_logged_in(strict)


def test_a_known_and_an_unknown_address_look_alike():
    make_member()
    pages = []
    for email in ("dabyeol@example.com", "nobody1@example.com"):
        response = log_in(Client(), email, "wrong wrong wrong")
        assert response.context["form"].non_field_errors() == [
            "이메일 또는 비밀번호가 맞지 않아요. 다시 확인해 주세요."
        ]
        lines = [line for line in response.content.decode().splitlines() if "csrfmiddlewaretoken" not in line]
        pages.append("\n".join(lines).replace(email, "…"))
    assert pages[0] == pages[1]
    assert not mails()


def test_an_address_that_was_never_verified_gets_a_code(client):
    make_user("dabyeol@example.com", password=PASSWORD)
    assert log_in(client)["Location"] == url("account_email_verification_sent")
    assert not is_logged_in(client)
    client.post(url("account_email_verification_sent"), {"code": code_in(mails()[0])})
    assert is_logged_in(client)


def test_a_blocked_person_is_told_and_stays_out(client):
    make_member(is_active=False)
    assert log_in(client)["Location"] == url("account_inactive")
    assert "지금은 이용할 수 없는 계정이에요" in client.get(url("account_inactive")).content.decode()
    assert not is_logged_in(client)


TOO_MANY = ["너무 여러 번 시도했어요. 몇 분 뒤에 다시 해 주세요."]


def test_a_stranger_who_guesses_does_not_lock_the_person_out():
    make_member()
    stranger = Client(REMOTE_ADDR="203.0.113.9")
    for _time in range(5):
        assert log_in(stranger, password="guess guess").context["form"].non_field_errors() != TOO_MANY
    assert log_in(stranger).context["form"].non_field_errors() == TOO_MANY
    log_in(person := Client())
    assert is_logged_in(person)


def test_one_address_cannot_try_many_accounts():
    stranger = Client(REMOTE_ADDR="203.0.113.9")
    for number in range(10):
        log_in(stranger, f"person{number}@example.com", "guess guess")
    make_member()
    assert log_in(stranger).context["form"].non_field_errors() == TOO_MANY


def test_very_many_addresses_are_stopped_until_the_password_is_reset(settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login_failed_anywhere": "3/h/key"}
    make_member()
    for number in range(3):
        log_in(Client(REMOTE_ADDR=f"203.0.113.{number}"), password="guess guess")
    person = Client()
    assert log_in(person).context["form"].non_field_errors() == TOO_MANY
    person.post(url("account_reset_password"), {"email": "dabyeol@example.com"})
    person.post(url("account_confirm_password_reset_code"), {"code": code_in(mails()[-1])})
    person.post(url("account_complete_password_reset"), {"password1": "another fine password"})
    assert is_logged_in(person)
    log_in(again := Client(), password="another fine password")
    assert is_logged_in(again)


def test_logging_in_rightly_is_not_counted():
    make_member()
    for _time in range(12):
        log_in(client := Client())
        assert is_logged_in(client)


def test_too_many_posts_get_a_page_that_says_so(settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login": "1/m/ip"}
    client = Client()
    log_in(client)
    response = log_in(client)
    assert response.status_code == 429
    assert "잠시만 기다려 주세요" in response.content.decode()


def test_limits_hold_where_the_address_cannot_be_told(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    client = Client(headers={"x-forwarded-for": "nonsense"})
    make_member()
    log_in(client)
    assert is_logged_in(client)


def test_a_test_site_may_lift_the_limits(settings):
    settings.ACCOUNT_RATE_LIMITS = settings.MFA_RATE_LIMITS = False
    stranger = Client()
    for _time in range(12):
        log_in(stranger, password="guess guess")
    make_member()
    log_in(stranger)
    assert is_logged_in(stranger)


def test_a_form_sent_without_being_logged_in_leads_back_to_its_page(client):
    page = f"http://testserver{url('profile')}"
    response = client.post(url("profile"), headers={"referer": page})
    assert response["Location"] == f"{url('account_login')}?next={url('profile')}"
    for elsewhere in ("http://evil.example/ko/my/", ""):
        response = client.post(url("profile"), headers={"referer": elsewhere})
        assert response["Location"] == f"{url('account_login')}?next={url('my')}"
