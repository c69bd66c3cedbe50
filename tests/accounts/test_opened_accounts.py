"""Accounts that staff open for whoever handed something in on paper: told by mail, and taken over by a password."""

import pytest
from allauth.account.models import EmailAddress

from accounts import operations
from accounts.models import User
from portal.models import AuditEvent
from tests.accounts.doors import code_in, log_in, mails, url
from tests.make import make_admin, make_user

pytestmark = pytest.mark.django_db
NEW = "another horse battery"


def open_account(by, email="paper@example.com", language="ko"):
    return operations.open_account(email, full_name="고운솔", romanized_name="", language=language, by=by)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_an_account_without_a_password_and_a_mail_about_it(language):
    admin = make_admin()
    user = open_account(admin, " Paper@Example.COM ", language)
    assert (user.email, user.full_name, user.language) == ("paper@example.com", "고운솔", language)
    assert not user.has_usable_password()
    assert user.age_confirmed_at is not None
    (mail,) = mails()
    assert (mail.reason, mail.person, mail.language) == ("account_opened", user, language)
    assert f"/{language}/accounts/password/reset/" in mail.body
    assert "paper@example.com" in mail.body
    event = AuditEvent.objects.get()
    assert (event.verb, event.by, event.target_id, event.after) == ("person.opened", admin, user.pk, "")


def test_whoever_has_one_keeps_it_and_is_told_nothing():
    admin, known = make_admin(), make_user("paper@example.com", full_name="김다별")
    assert open_account(admin) == known
    known.refresh_from_db()
    assert known.full_name == "김다별"
    assert open_account(admin, "second@example.com") == open_account(admin, "second@example.com")
    assert [mail.to for mail in mails()] == ["second@example.com"]
    assert User.objects.count() == 3


def test_nobody_gets_in_before_a_password_is_chosen_by_the_mailbox(client):
    open_account(make_admin())
    for password in ("", "!", NEW):
        log_in(client, "paper@example.com", password)
        assert client.get(url("my")).status_code == 302

    client.post(url("account_reset_password"), {"email": "paper@example.com"})
    code = code_in(mails("password_reset_code")[0])
    client.post(url("account_confirm_password_reset_code"), {"code": code})
    client.post(url("account_complete_password_reset"), {"password1": NEW})
    assert client.get(url("my")).status_code == 200
    assert EmailAddress.objects.get().verified
    client.post(url("account_logout"))
    log_in(client, "paper@example.com", NEW)
    assert client.get(url("my")).status_code == 200
