"""Through the doors as a person goes: sign-up, log-in, codes from mails, codes from an app."""

import re
import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.urls import reverse
from django.utils.translation import override

from accounts.operations import verify_address
from portal.models import OutgoingMail
from tests.make import make_user

PASSWORD = "correct horse battery"


def url(name, language="ko", **kwargs):
    """The address of a page in one language."""
    with override(language):
        return reverse(name, kwargs=kwargs or None)


def make_member(email="dabyeol@example.com", **fields):
    """A person who can log in."""
    user = make_user(email, **{"password": PASSWORD} | fields)
    verify_address(user)
    return user


def mails(reason=None, **fields):
    """The mails queued so far, oldest first."""
    rows = OutgoingMail.objects.filter(**fields).order_by("pk")
    return list(rows.filter(reason=reason) if reason else rows)


def code_in(mail):
    """The code of a mail, which stands on a line of its own."""
    return re.search(r"^\d{6,8}$", mail.body, re.MULTILINE).group()


def say_age(client, language="ko", **data):
    """Answer the question before sign-up."""
    return client.post(url("age", language), {"answer": "yes", **data})


def sign_up_form(**fields):
    """What the sign-up form needs."""
    return {
        "full_name": "김다별",
        "email": "dabyeol@example.com",
        "password1": PASSWORD,
        "agree_terms": "on",
        "agree_privacy": "on",
    } | fields


def log_in(client, email="dabyeol@example.com", password=PASSWORD, language="ko", **data):
    """Send the log-in form."""
    return client.post(url("account_login", language), {"login": email, "password": password, **data})


def confirm_password(client, password=PASSWORD, **data):
    """Give the password once more."""
    return client.post(url("account_reauthenticate"), {"password": password, **data})


def set_up_second_factor(user):
    """Give a person an authenticator app and recovery codes. Returns the app's secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def app_code(secret):
    """What the app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))
