"""What staff do with a mail, and what comes back."""

import io
import sys
from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.core.management import CommandError, call_command

from accounts.emails import account_mail
from portal import bounces, clock, mail, mailroom
from portal.errors import Refused
from portal.models import AuditEvent, MailStatus, OutgoingMail
from programs import emails
from programs.models.applications import ApplicationStatus, StateChange
from tests import make

S = MailStatus
pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return make.make_admin()


def received(**fields):
    application = make.make_application(status="submitted")
    change = StateChange.objects.create(application=application, from_status="draft", to_status="submitted")
    row = emails.received(change)
    if fields:
        OutgoingMail.objects.filter(pk=row.pk).update(**fields)
        row.refresh_from_db()
    return row


def fresh(row):
    return OutgoingMail.objects.get(pk=row.pk)


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def test_held_and_released(boss):
    row = received()
    mailroom.hold(row.pk, by=boss)
    assert (fresh(row).status, mail.deliver_waiting()) == (S.HELD, 0)
    with pytest.raises(Refused):
        mailroom.hold(row.pk, by=boss)
    mailroom.release(row.pk, by=boss)
    assert (mail.deliver_waiting(), fresh(row).status) == (1, S.SENT)
    assert verbs() == ["mail.held", "mail.released"]
    with pytest.raises(Refused):
        mailroom.release(row.pk, by=boss)


@pytest.mark.parametrize("status", [S.WAITING, S.HELD])
def test_changed_before_it_goes_and_the_audit_keeps_no_text(boss, status):
    row = received(status=status)
    mailroom.edit(row.pk, by=boss, subject="새 제목\r\nBcc: all@example.com", body="새 글\r\n둘째 줄")
    row = fresh(row)
    assert (row.subject, row.body) == ("새 제목 Bcc: all@example.com", "새 글\n둘째 줄")
    assert row.edited_at is not None
    (event,) = AuditEvent.objects.all()
    assert (event.verb, event.by, event.before, event.after, event.reason) == ("mail.edited", boss, "", "", "")
    mailroom.edit(row.pk, by=boss, subject=row.subject, body=row.body)
    assert AuditEvent.objects.count() == 1
    for empty in ({"subject": " ", "body": "x"}, {"subject": "x", "body": "\n"}):
        with pytest.raises(Refused):
            mailroom.edit(row.pk, by=boss, **empty)


@pytest.mark.parametrize("status", [S.SENT, S.FAILED, S.DROPPED, S.BOUNCED])
def test_what_is_done_with_is_not_changed(boss, status):
    row = received(status=status, sent_at=clock.now() if status == S.SENT else None)
    with pytest.raises(Refused):
        mailroom.edit(row.pk, by=boss, subject="x", body="y")


def test_a_code_is_neither_changed_nor_tried_again(boss):
    person = make.make_user()
    row = account_mail("account/email/email_confirmation", to=person.email, person=person, context={"code": "1"})
    with pytest.raises(Refused):
        mailroom.edit(row.pk, by=boss, subject="x", body="y")
    OutgoingMail.objects.update(status=S.FAILED)
    with pytest.raises(Refused):
        mailroom.retry(row.pk, by=boss)


def test_dropped_with_a_reason(boss):
    row = received()
    with pytest.raises(Refused):
        mailroom.drop(row.pk, by=boss, reason=" ")
    mailroom.drop(row.pk, by=boss, reason="두 번 썼다")
    assert (fresh(row).status, mail.deliver_waiting()) == (S.DROPPED, 0)
    assert AuditEvent.objects.get().reason == "두 번 썼다"
    with pytest.raises(Refused):
        mailroom.release(row.pk, by=boss)


@pytest.mark.parametrize("status", [S.FAILED, S.BOUNCED])
def test_tried_again_from_the_beginning(boss, status):
    row = received(status=status, attempts=8, error="550 no", sent_at=clock.now() if status == S.BOUNCED else None)
    mailroom.retry(row.pk, by=boss)
    row = fresh(row)
    assert (row.status, row.attempts, row.error, row.sent_at) == (S.WAITING, 0, "", None)
    assert mail.deliver_waiting() == 1


def test_not_tried_again_where_it_does_not_hold_or_has_no_address(boss):
    row = received(status=S.FAILED)
    change = StateChange.objects.get()
    application = change.application
    application.status = ApplicationStatus.WITHDRAWN
    application.save()
    with pytest.raises(Refused):
        mailroom.retry(row.pk, by=boss)
    OutgoingMail.objects.update(to="")
    with pytest.raises(Refused):
        mailroom.retry(row.pk, by=boss)


@pytest.mark.parametrize("deed", ["hold", "drop", "edit"])
def test_what_is_being_sent_is_left_alone(boss, deed):
    row = received(claimed_until=clock.now() + timedelta(minutes=1))
    words = {"hold": {}, "drop": {"reason": "x"}, "edit": {"subject": "x", "body": "y"}}[deed]
    with pytest.raises(Refused):
        getattr(mailroom, deed)(row.pk, by=boss, **words)


# --- what comes back --------------------------------------------------------------------------------------


def returned(row, *, action="failed", status="5.1.1", headers=None, part="message/rfc822", recipient=None):
    """A notification as a server writes it (RFC 3464)."""
    if headers is None:
        headers = f"Message-ID: {mail.message_id(row)}\nX-Portal-Mail: {row.pk}"
    parts = [
        ("text/plain", "I am sorry."),
        (
            "message/delivery-status",
            f"Reporting-MTA: dns; mx.example.com\n\nFinal-Recipient: rfc822; {recipient or row.to}\n"
            f"Action: {action}\nStatus: {status}\nDiagnostic-Code: smtp; 550 user unknown",
        ),
        (part, f"{headers}\nSubject: x\n\n"),
    ]
    body = "".join(f"--cut\nContent-Type: {kind}\n\n{text}\n" for kind, text in parts if kind)
    return (
        "From: mailer-daemon@example.com\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="cut"\n\n{body}--cut--\n'
    ).encode()


@pytest.mark.parametrize("part", ["message/rfc822", "text/rfc822-headers"])
def test_a_mail_that_comes_back_is_marked(part):
    row = received(status=S.SENT, sent_at=clock.now())
    found, marked = bounces.take(returned(row, part=part))
    assert (found.pk, marked) == (row.pk, True)
    row = fresh(row)
    assert (row.status, row.error) == (S.BOUNCED, "5.1.1 550 user unknown")
    assert verbs() == ["mail.bounced"]
    assert bounces.take(returned(row, part=part))[1] is False


def test_what_is_only_late_marks_nothing():
    row = received(status=S.SENT, sent_at=clock.now())
    assert bounces.take(returned(row, action="delayed", status="4.4.1"))[1] is False
    assert fresh(row).status == S.SENT


def test_what_was_erased_keeps_nothing_of_what_the_server_said():
    row = received(status=S.SENT, sent_at=clock.now())
    data = returned(row)
    OutgoingMail.objects.update(to="")
    assert bounces.take(data)[1] is True
    assert fresh(row).error == ""


def test_its_number_alone_counts_for_its_own_address():
    row = received(status=S.SENT, sent_at=clock.now())
    only = f"X-Portal-Mail: {row.pk}"
    with pytest.raises(bounces.Unreadable):
        bounces.take(returned(row, headers=only, recipient="someone@example.com"))
    assert bounces.take(returned(row, headers=only, recipient=row.to.upper()))[1] is True


@pytest.mark.parametrize(
    "headers", ["X-Other: 1", "Message-ID: <portal.abcdefghijkl@localhost>", "X-Portal-Mail: 99999999999999999999"]
)
def test_mail_of_others_is_not_ours(headers):
    row = received(status=S.SENT, sent_at=clock.now())
    with pytest.raises(bounces.Unreadable):
        bounces.take(returned(row, headers=headers))
    assert fresh(row).status == S.SENT


def plain():
    message = EmailMessage()
    message.set_content("Hello")
    return message.as_bytes()


def test_what_is_no_notification_is_said_to_be_none():
    row = received()
    no_recipient = returned(row).replace(b"Action:", b"X-Action:")
    nothing_of_it = returned(row, part="text/plain")
    for data in (plain(), b"", b"\x00\xff" * 50, no_recipient, nothing_of_it, b"x" * (bounces.MOST_BYTES + 1)):
        with pytest.raises(bounces.Unreadable):
            bounces.read(data)


def test_the_command_reads_a_file_and_what_is_piped_in(tmp_path, monkeypatch, capsys):
    row = received(status=S.SENT, sent_at=clock.now())
    path = tmp_path / "back.eml"
    path.write_bytes(returned(row))
    call_command("bounced", str(path))
    assert f"Mail {row.pk} is marked as bounced." in capsys.readouterr().out
    piped = io.TextIOWrapper(io.BytesIO(returned(row)))
    monkeypatch.setattr(sys, "stdin", piped)
    call_command("bounced", "-")
    assert "Nothing changes" in capsys.readouterr().out
    path.write_bytes(plain())
    for name in (str(path), str(tmp_path / "nowhere")):
        with pytest.raises(CommandError):
            call_command("bounced", name)
