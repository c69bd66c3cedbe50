"""How a mail leaves: claimed, tried again with pauses, held back, refused for good; the same every time."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from django.core import mail as outbox
from django.core.mail import EmailMessage
from django.db import connection, connections

from portal import clock, mail
from portal.models import MailStatus, OutgoingMail
from programs import emails
from programs.models.applications import StateChange
from tests import make, smtp

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db


@pytest.fixture
def now(settings):
    settings.DEMO_NOW = clock.now()
    return settings.DEMO_NOW


def received():
    application = make.make_application(status="submitted")
    change = StateChange.objects.create(
        application=application, from_status="draft", to_status="submitted", by=application.applicant
    )
    return emails.received(change)


def through(settings, server):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address


def test_a_server_takes_it_and_it_has_an_id_of_its_own(settings):
    row = received()
    with smtp.server() as server:
        through(settings, server)
        assert mail.deliver(row.pk) == 1
    (taken,) = server.taken
    sent = message_from_bytes(taken)
    assert sent["Message-ID"] == mail.message_id(row) == f"<portal.{row.code}@localhost>"
    assert sent["X-Portal-Mail"] == str(row.pk)


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        ("550 5.1.1 nobody here", MailStatus.BOUNCED, "550 5.1.1 nobody here"),
        ("451 4.7.1 try later", MailStatus.WAITING, "451 4.7.1 try later"),
    ],
)
def test_a_recipient_that_is_refused(settings, now, answer, status, words):
    row = received()
    with smtp.server() as server:
        server.on_recipient = lambda line: answer
        through(settings, server)
        assert mail.deliver(row.pk) == 0
    row.refresh_from_db()
    assert (row.status, row.error, row.attempts) == (status, words, 1)
    assert server.taken == []
    if status == MailStatus.WAITING:
        assert row.send_after == now + timedelta(minutes=1)


def test_a_text_that_is_refused_is_tried_again(settings, now):
    row = received()
    with smtp.server() as server:
        server.answer = "554 5.6.0 not like this"
        through(settings, server)
        assert mail.deliver(row.pk) == 0
    row.refresh_from_db()
    assert (row.status, row.error) == (MailStatus.WAITING, "554 5.6.0 not like this")


def test_what_cannot_be_written_is_given_up_at_once(monkeypatch):
    row = received()

    def broken(self, fail_silently=False):
        raise ValueError("no such header")

    monkeypatch.setattr(EmailMessage, "send", broken)
    assert mail.deliver(row.pk) == 0
    row.refresh_from_db()
    assert (row.status, row.error) == (MailStatus.FAILED, "no such header")


def test_an_error_without_words_says_what_it_is(monkeypatch, caplog):
    row = received()

    def down(self, fail_silently=False):
        raise ConnectionResetError

    monkeypatch.setattr(EmailMessage, "send", down)
    mail.deliver(row.pk)
    row.refresh_from_db()
    assert row.error == "ConnectionResetError"
    assert row.to not in caplog.text


def test_a_held_mail_is_never_sent():
    row = received()
    OutgoingMail.objects.update(status=MailStatus.HELD)
    assert (mail.deliver(row.pk), mail.deliver_waiting()) == (0, 0)
    mail.deliver_mail.call(row.pk)
    assert outbox.outbox == []


def test_new_mail_waits_as_long_as_it_is_told_but_a_code_does_not(settings, now):
    from accounts.emails import account_mail

    settings.MAIL_HOLD_SECONDS = 600
    row = received()
    person = make.make_user()
    code = account_mail("account/email/email_confirmation", to=person.email, person=person, context={"code": "1"})
    assert row.send_after == now + timedelta(minutes=10)
    assert mail.deliver_waiting() == 1
    mail.deliver_mail.call(row.pk)
    assert [sent.to for sent in outbox.outbox] == [[code.to]]
    settings.DEMO_NOW = now + timedelta(minutes=10)
    assert mail.deliver_waiting() == 1


def test_what_another_process_is_sending_is_left_alone_until_its_claim_is_over(settings, now):
    row = received()
    assert mail.claim(row.pk).attempts == 1
    assert (mail.claim(row.pk), mail.deliver_waiting()) == (None, 0)
    settings.DEMO_NOW = now + mail.CLAIM
    assert mail.deliver_waiting() == 1
    row.refresh_from_db()
    assert (row.status, row.attempts, row.claimed_until) == (MailStatus.SENT, 2, None)


def test_a_mail_that_kills_its_sender_each_time_is_given_up(settings, now):
    row = received()
    for _try in range(mail.MAX_ATTEMPTS):
        assert mail.claim(row.pk) is not None
        settings.DEMO_NOW += mail.CLAIM
    assert mail.deliver_waiting() == 0
    row.refresh_from_db()
    assert row.status == MailStatus.FAILED


def test_what_was_erased_while_it_was_sent_does_not_come_back(monkeypatch):
    row = received()
    real = EmailMessage.send

    def send(self, fail_silently=False):
        OutgoingMail.objects.update(to="", subject="", body="", values={}, status=MailStatus.DROPPED)
        return real(self, fail_silently)

    monkeypatch.setattr(EmailMessage, "send", send)
    assert mail.deliver(row.pk) == 1
    row.refresh_from_db()
    assert (row.to, row.subject, row.body, row.values, row.status) == ("", "", "", {}, MailStatus.SENT)


def test_mail_comes_back_to_where_it_is_told_to(settings):
    settings.MAIL_BOUNCES_TO = "bounces@example.com"
    message = mail.message(received())
    assert message.from_email == "bounces@example.com"
    assert message.message()["From"] == settings.DEFAULT_FROM_EMAIL


# --- a process that is killed -----------------------------------------------------------------------------

SEND = "import django; django.setup(); from portal import mail; print(mail.deliver_waiting())"
QUEUE = """
import django; django.setup()
from django.db import transaction
from accounts.models import User
from portal import mail
import os, signal
person = User.objects.get(pk={pk})
with transaction.atomic():
    mail.queue("accounts/emails/account_opened.txt", person=person, target=person, context={{}})
    {where}
os.kill(os.getpid(), signal.SIGKILL)
"""


def start(code, server):
    """A process of its own on the database of this test, with a real mail server."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        url = f"sqlite:///{name}"
    else:
        url = os.environ["TEST_DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    env = {
        **os.environ,
        "DATABASE_URL": url,
        "EMAIL_URL": server.url,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)


def said(code, server):
    """What such a process prints."""
    with start(code, server) as child:
        return child.communicate(timeout=120)[0].strip()


@pytest.mark.django_db(transaction=True)
def test_killed_between_the_server_and_the_commit_it_is_sent_again_under_the_same_id():
    row = received()
    connections.close_all()
    with smtp.server() as server:
        children = []

        def kill(text):
            os.kill(children[0].pid, signal.SIGKILL)
            children[0].wait(30)

        server.on_taken = kill  # it has the mail; that it says so is never heard
        with start(SEND, server) as child:
            children.append(child)
            assert child.wait(120) == -signal.SIGKILL
        row.refresh_from_db()
        assert (row.status, row.attempts) == (MailStatus.WAITING, 1)  # not lost

        server.on_taken = lambda text: None
        OutgoingMail.objects.update(claimed_until=clock.now())  # five minutes later
        assert said(SEND, server) == "1"
    row.refresh_from_db()
    assert (row.status, row.attempts) == (MailStatus.SENT, 2)
    ids = [message_from_bytes(text)["Message-ID"] for text in server.taken]
    assert ids == [mail.message_id(row)] * 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("committed", [True, False])
def test_killed_after_a_deed_its_mail_is_there_and_before_it_neither_is(committed):
    person = make.make_user()
    connections.close_all()
    with smtp.server() as server:
        where = "pass" if committed else "os.kill(os.getpid(), signal.SIGKILL)"
        with start(QUEUE.format(pk=person.pk, where=where), server) as child:
            assert child.wait(120) == -signal.SIGKILL
        assert OutgoingMail.objects.count() == committed
        assert said(SEND, server) == str(int(committed))
    assert len(server.taken) == committed
