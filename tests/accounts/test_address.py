"""Another e-mail address: with the password, after a code, and the old address is told."""

import pytest

from portal.models import AuditEvent
from tests.accounts.doors import code_in, confirm_password, log_in, mails, make_member, url

pytestmark = pytest.mark.django_db


def change_address(client, email="New@Example.com"):
    """Ask for another address, and give the password once more; the request is then taken up again."""
    data = {"email": email, "action_add": "yes"}
    response = client.post(url("account_email"), data)
    if response.status_code == 302 and "reauthenticate" in response["Location"]:
        response = confirm_password(client, next=url("account_email"))
    return response


def test_the_new_address_takes_over_once_its_code_is_entered(client):
    user = make_member()
    log_in(client)
    response = client.post(url("account_email"), {"email": "New@Example.com", "action_add": "yes"})
    assert response["Location"].startswith(url("account_reauthenticate"))
    assert not mails()
    response = confirm_password(client, "wrong password", next=url("account_email"))
    assert response.context["form"].errors["password"] == ["비밀번호가 맞지 않아요."]
    response = confirm_password(client, next=url("account_email"))
    assert response["Location"] == url("account_email_verification_sent")
    [mail] = mails()
    assert (mail.reason, mail.to, mail.person) == ("email_confirmation", "new@example.com", user)
    assert client.get(url("account_email_verification_sent")).context["cancel_url"] == url("account_email")
    user.refresh_from_db()
    assert user.email == "dabyeol@example.com"

    client.post(url("account_email_verification_sent"), {"code": code_in(mail)})
    user.refresh_from_db()
    assert user.email == "new@example.com"
    told = mails()[-1]
    assert (told.reason, told.to, told.person) == ("email_changed", "dabyeol@example.com", user)
    assert "dabyeol@example.com에서 new@example.com" in told.body
    assert AuditEvent.objects.filter(verb="person.address_changed", by=user).count() == 1
    client.post(url("account_logout"))
    assert log_in(client).status_code == 200
    assert log_in(client, "new@example.com").status_code == 302


def test_an_address_of_somebody_else_cannot_be_had_and_is_not_given_away(client):
    make_member("other@example.com")
    user = make_member()
    log_in(client)
    assert change_address(client, "other@example.com")["Location"] == url("account_email_verification_sent")
    response = client.post(url("account_email_verification_sent"), {"code": code_in(mails()[-1])})
    assert response.context["form"].errors["code"] == ["이 주소는 쓸 수 없어요. 다른 주소를 입력해 주세요."]
    user.refresh_from_db()
    assert user.email == "dabyeol@example.com"


def test_ones_own_address_is_no_change(client):
    make_member()
    log_in(client)
    response = client.post(url("account_email"), {"email": "dabyeol@example.com", "action_add": "yes"})
    assert response.context["form"].errors["email"] == ["이미 쓰고 있는 주소예요."]


def test_the_only_address_cannot_be_removed(client):
    user = make_member()
    log_in(client)
    confirm_password(client)
    client.post(url("account_email"), {"email": user.email, "action_remove": "yes"})
    assert user.emailaddress_set.get().email == user.email
