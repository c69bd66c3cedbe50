"""Mails that may come again, mails to nobody we know, and codes that do not stay readable."""

from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.core.mail import EmailMessage

from accounts import emails
from portal import clock, mail
from portal.models import MailStatus
from tests.make import make_user

pytestmark = pytest.mark.django_db


def send_code(person, code="123456"):
    template = "account/email/email_confirmation"
    return emails.account_mail(template, to=person.email, person=person, context={"code": code})


def test_a_code_is_sent_and_then_erased():
    row = send_code(make_user())
    assert "123456" in row.body
    assert "123456" not in row.subject
    mail.deliver_waiting()
    row.refresh_from_db()
    assert (row.status, row.body) == (MailStatus.SENT, "")
    [sent] = outbox.outbox
    assert "123456" in sent.body
    assert "123456" in sent.alternatives[0][0]


def test_each_code_is_a_mail_of_its_own():
    person = make_user()
    assert send_code(person).pk != send_code(person).pk
    assert mail.deliver_waiting() == 2


def test_a_code_that_is_out_of_date_is_not_sent(settings):
    settings.DEMO_NOW = clock.now()
    row = send_code(make_user())
    settings.DEMO_NOW += emails.CODE_LIVES + timedelta(seconds=1)
    assert mail.deliver_waiting() == 0
    row.refresh_from_db()
    assert (row.status, row.body) == (MailStatus.DROPPED, "")


def test_a_code_that_cannot_be_sent_waits_and_is_erased_when_given_up(monkeypatch, settings):
    settings.DEMO_NOW = clock.now()

    def down(self, fail_silently=False):
        raise OSError("no route")

    monkeypatch.setattr(EmailMessage, "send", down)
    row = send_code(make_user())
    mail.deliver_waiting()
    row.refresh_from_db()
    assert (row.status, "123456" in row.body) == (MailStatus.WAITING, True)
    settings.DEMO_NOW += mail.PAUSES[0]
    mail.deliver_waiting()
    row.refresh_from_db()
    assert (row.status, row.attempts, "123456" in row.body) == (MailStatus.WAITING, 2, True)
    type(row).objects.update(attempts=mail.MAX_ATTEMPTS - 1, send_after=clock.now())
    mail.deliver_waiting()
    row.refresh_from_db()
    assert (row.status, row.body) == (MailStatus.FAILED, "")


def test_other_mails_keep_their_text():
    person = make_user()
    row = emails.account_mail("account/email/password_changed", to=person.email, person=person, context={})
    mail.deliver_waiting()
    row.refresh_from_db()
    assert row.status == MailStatus.SENT
    assert row.body


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_html_is_the_text_in_its_language_with_links(language):
    person = make_user(language=language, full_name="<b>김</b>", romanized_name="<b>Kim</b>")
    emails.account_mail("account/email/password_changed", to=person.email, person=person, context={})
    mail.deliver_waiting()
    [sent] = outbox.outbox
    html, kind = sent.alternatives[0]
    assert kind == "text/html"
    assert f'<html lang="{language}">' in html
    address = f"http://localhost:8000/{language}/accounts/password/reset/"
    assert f'<a href="{address}" rel="nofollow">{address}</a>' in html
    assert address in sent.body
    assert "&lt;b&gt;" in html
    assert "<b>" not in html
    assert "<img" not in html
    assert "src=" not in html
    assert sent.to == [person.email]
    assert sent.extra_headers["Content-Language"] == language
