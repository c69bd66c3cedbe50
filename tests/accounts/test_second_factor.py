"""The second factor: set up, asked for at log-in, needed by staff, turned off."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import SESSION_KEY
from django.test import Client, TestCase

from accounts.models import Role
from portal.models import AuditEvent
from tests.accounts.doors import (
    app_code,
    confirm_password,
    log_in,
    mails,
    make_member,
    set_up_second_factor,
    url,
)
from tests.make import make_grant

pytestmark = pytest.mark.django_db


def make_staff():
    user = make_member()
    make_grant(user, Role.ADMIN)
    return user


def activate(client):
    page = client.get(url("mfa_activate_totp"))
    with TestCase.captureOnCommitCallbacks(execute=True):
        return client.post(url("mfa_activate_totp"), {"code": app_code(page.context["form"].secret)})


@pytest.mark.parametrize("language", ["ko", "en"])
def test_setting_it_up_shows_a_code_to_scan_and_gives_recovery_codes(client, language):
    user = make_member(language=language)
    log_in(client)
    assert client.get(url("mfa_index", language)).status_code == 200
    response = client.get(url("mfa_activate_totp", language))
    assert response["Location"].startswith(url("account_reauthenticate", language))
    confirm_password(client)
    response = client.get(url("mfa_activate_totp", language))
    assert 'src="data:image/svg+xml;base64,' in response.content.decode()
    assert 'fill="white"' in response.context["totp_svg"]
    response = client.post(url("mfa_activate_totp", language), {"code": "1"})
    assert "code" in response.context["form"].errors
    assert activate(client)["Location"] == url("mfa_view_recovery_codes")
    page = client.get(url("mfa_view_recovery_codes", language))
    codes = page.context["unused_codes"]
    assert len(codes) == 10
    text = client.get(url("mfa_download_recovery_codes", language))
    assert text.content.decode().split() == codes
    assert text["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert mails("totp_activated")[0].language == language
    assert set(AuditEvent.objects.values_list("verb", "target_id")) == {("person.second_factor_added", user.pk)}
    assert client.get(url("mfa_index", language)).context["is_mfa_enabled"]


def test_log_in_then_needs_the_app_or_a_recovery_code():
    user = make_member()
    secret = set_up_second_factor(user)
    client = Client()
    assert log_in(client, next=url("privacy"))["Location"] == url("mfa_authenticate")
    assert client.get(url("mfa_authenticate")).status_code == 200
    assert client.get(url("profile")).status_code == 302
    response = client.post(url("mfa_authenticate"), {"code": "000"})
    assert response.context["form"].errors["code"] == ["번호가 맞지 않아요. 다시 확인해 주세요."]
    response = client.post(url("mfa_authenticate"), {"code": app_code(secret)})
    assert response["Location"] == url("privacy")
    assert SESSION_KEY in client.session

    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    for code, enters in ((codes[0], True), (codes[0], False)):
        other = Client()
        log_in(other)
        other.post(url("mfa_authenticate"), {"code": code})
        assert (SESSION_KEY in other.session) is enters


def test_turning_it_off_asks_who_one_is_and_tells(client):
    user = make_member()
    log_in(client)
    confirm_password(client)
    activate(client)
    assert client.get(url("mfa_deactivate_totp")).status_code == 200
    client.post(url("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=user).exists()
    assert mails("totp_deactivated")
    assert AuditEvent.objects.filter(verb="person.second_factor_removed").count() == 2  # the app and its codes
    response = client.get(url("mfa_index"))
    assert not response.context["is_mfa_enabled"]


def test_new_recovery_codes_void_the_old(client):
    make_member()
    log_in(client)
    confirm_password(client)
    activate(client)
    before = client.get(url("mfa_view_recovery_codes")).context["unused_codes"]
    assert client.get(url("mfa_generate_recovery_codes")).context["unused_code_count"] == 10
    with TestCase.captureOnCommitCallbacks(execute=True):
        client.post(url("mfa_generate_recovery_codes"))
    assert set(before).isdisjoint(client.get(url("mfa_view_recovery_codes")).context["unused_codes"])
    assert mails("recovery_codes_generated")


def test_recovery_codes_need_the_app(client):
    make_member()
    log_in(client)
    confirm_password(client)
    response = client.post(url("mfa_generate_recovery_codes"))
    assert response.context["form"].non_field_errors() == ["먼저 인증 앱을 설정해 주세요."]


# --- staff ------------------------------------------------------------------------------------------


def test_staff_of_a_demonstration_need_none(client):
    client.force_login(make_staff())
    assert client.get("/admin/").status_code == 200


@pytest.mark.django_db(transaction=True)  # what happens on commit changes the session
def test_staff_in_production_set_one_up_first(client, settings):
    settings.STAFF_NEED_SECOND_FACTOR = True
    make_staff()
    log_in(client)
    for page in ("/admin/", url("my")):
        assert client.get(page)["Location"] == url("mfa_activate_totp")
    assert client.post("/admin/")["Location"] == url("mfa_activate_totp")
    assert client.get(url("profile")).status_code == 200
    assert client.get(url("privacy")).status_code == 200
    confirm_password(client)
    page = client.get(url("mfa_activate_totp"))
    assert "다른 사람의 정보를 다루는 계정" in page.content.decode()
    activate(client)
    assert client.get("/admin/").status_code == 200


def test_staff_show_it_at_every_log_in(client, settings):
    settings.STAFF_NEED_SECOND_FACTOR = True
    secret = set_up_second_factor(make_staff())
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert client.get("/admin/login/", follow=True).request["PATH_INFO"].endswith("/accounts/login/")
    assert log_in(client, next="/admin/")["Location"] == url("mfa_authenticate")
    assert client.get("/admin/").status_code == 302
    response = client.post(url("mfa_authenticate"), {"code": app_code(secret)})
    assert response["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_session_from_before_it_was_set_up_must_show_it(client, settings):
    settings.STAFF_NEED_SECOND_FACTOR = True
    user = make_staff()
    client.force_login(user)
    secret = set_up_second_factor(user)
    response = client.get("/admin/?q=1")
    assert response["Location"] == f"{url('mfa_reauthenticate')}?next=%2Fadmin%2F%3Fq%3D1"
    assert client.post("/admin/")["Location"] == url("mfa_reauthenticate")
    response = client.get(response["Location"])
    assert response.status_code == 200
    response = client.post(url("mfa_reauthenticate"), {"code": app_code(secret), "next": "/admin/?q=1"})
    assert response["Location"] == "/admin/?q=1"
    assert client.get("/admin/").status_code == 200


def test_other_people_and_visitors_pass(client, settings):
    settings.STAFF_NEED_SECOND_FACTOR = True
    assert client.get(url("profile"))["Location"].startswith(url("account_login"))
    client.force_login(make_member())
    assert client.get(url("my")).status_code == 200
    stale = Client(headers={"cookie": "session=nonsense"})
    assert stale.get(url("my"))["Location"].startswith(url("account_login"))


@pytest.mark.django_db(transaction=True)  # what happens on commit changes the session
def test_the_second_factor_is_that_persons_alone(client, settings):
    settings.STAFF_NEED_SECOND_FACTOR = True
    make_member("other@example.com")
    log_in(client, "other@example.com")
    confirm_password(client)
    activate(client)
    staff = make_staff()
    client.force_login(staff)  # the same browser, without logging out
    assert client.get("/admin/")["Location"] == url("mfa_activate_totp")
