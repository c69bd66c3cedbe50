"""Mail as rows: sent once, tried again, given up, and written to a folder where there is no server."""

import email
from datetime import timedelta
from email.policy import default

import pytest
from django.core import mail as outbox
from django.core.mail import EmailMessage
from django.db import transaction

from portal import clock, mail
from portal.models import MailStatus, OutgoingMail
from tests.make import make_application, make_user

pytestmark = pytest.mark.django_db


def waiting(**fields):
    person = make_user()
    defaults = {"reason": "test", "target_type": "x", "target_id": person.pk, "person": person, "to": person.email}
    texts = {"language": "ko", "subject": "제목", "body": "첫 문단\n\nhttp://localhost:8000/ko/"}
    return OutgoingMail.objects.create(**(defaults | texts | fields))


def test_what_waits_is_sent_once():
    rows = [waiting(), waiting()]
    assert mail.deliver_waiting() == 2
    assert mail.deliver_waiting() == 0
    assert [message.to for message in outbox.outbox] == [[row.to] for row in rows]
    assert set(OutgoingMail.objects.values_list("status", flat=True)) == {MailStatus.SENT}


def test_the_worker_sends_one():
    row = waiting()
    mail.deliver_mail.call(row.pk)
    assert len(outbox.outbox) == 1


def test_a_server_that_is_down_is_tried_again_and_then_given_up(monkeypatch, settings):
    settings.DEMO_NOW = clock.now()
    row = waiting()

    def down(self, fail_silently=False):
        raise OSError("no route")

    monkeypatch.setattr(EmailMessage, "send", down)
    for pause in (*mail.PAUSES, None):
        row.refresh_from_db()
        assert row.status == MailStatus.WAITING
        assert mail.deliver_waiting() == 0
        if pause is not None:
            row.refresh_from_db()
            assert (row.send_after, row.error) == (settings.DEMO_NOW + pause, "no route")
            settings.DEMO_NOW += pause - timedelta(seconds=1)
            mail.deliver(row.pk)
            assert OutgoingMail.objects.get().attempts == row.attempts  # not before its time
            settings.DEMO_NOW += timedelta(seconds=1)
    row.refresh_from_db()
    assert (row.status, row.attempts) == (MailStatus.FAILED, mail.MAX_ATTEMPTS)
    assert row.attempts == 8
    assert mail.deliver_waiting() == 0


def test_one_bad_address_holds_up_nobody(monkeypatch):
    bad, good = waiting(), waiting()
    real = EmailMessage.send

    def send(self, fail_silently=False):
        if self.to == [bad.to]:
            raise OSError("refused")
        return real(self, fail_silently)

    monkeypatch.setattr(EmailMessage, "send", send)
    assert mail.deliver_waiting() == 1
    good.refresh_from_db()
    assert good.status == MailStatus.SENT


def test_both_bodies_say_the_same_and_nothing_is_fetched():
    row = waiting(body="<b>굵게</b>\n\nhttp://localhost:8000/ko/my/")
    message = mail.message(row)
    html = message.alternatives[0][0]
    assert "&lt;b&gt;굵게&lt;/b&gt;" in html
    assert 'href="http://localhost:8000/ko/my/"' in html
    assert "<img" not in html
    assert "src=" not in html


def test_without_a_server_mail_is_a_file(settings):
    settings.EMAIL_BACKEND = "portal.mail.FolderBackend"
    row = waiting()
    mail.deliver(row.pk)
    (path,) = settings.MAIL_DIR.glob(f"*{row.pk:08d}.eml")
    kept = email.message_from_bytes(path.read_bytes(), policy=default)
    assert kept["Subject"] == "제목"
    assert kept["To"] == row.to
    assert "첫 문단" in kept.get_body(("plain",)).get_content()


def test_the_folder_takes_mail_of_others_too(settings):
    settings.EMAIL_BACKEND = "portal.mail.FolderBackend"
    before = len(list(settings.MAIL_DIR.glob("*.eml")))
    EmailMessage("Server", "text", to=["ops@example.com"]).send()
    assert len(list(settings.MAIL_DIR.glob("*.eml"))) == before + 1


def test_a_row_is_there_only_if_the_deed_is():
    application = make_application()
    with transaction.atomic():
        mail.queue("programs/emails/declined.txt", person=application.applicant, target=application, context={})
        transaction.set_rollback(True)
    assert OutgoingMail.objects.count() == 0
