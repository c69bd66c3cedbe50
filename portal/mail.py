"""Mail is a row first. `queue` writes it inside the operation's transaction; the worker sends it afterwards."""

import logging
import re
import secrets
import uuid
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django_tasks import task

from portal import clock
from portal.audit import kind
from portal.i18n import KO, LANGUAGES
from portal.models import MailStatus, OutgoingMail

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 5
_still_wanted = {}
_soon_forgotten = set()


def still_wanted(reason):
    """Register a check for mails of `reason`: it takes the target's id, and a mail it denies is dropped unsent."""

    def register(check):
        _still_wanted[reason] = check
        return check

    return register


def forget_when_done(reason):
    """Mails of `reason` keep neither their address nor their text once they are sent, dropped or given up."""
    _soon_forgotten.add(reason)


def queue(template, *, person, target, context, reason=None, to=None, language=None, again=False, expires_at=None):
    """Write one mail to `person` about `target`, in that person's language; once for each reason.

    `template` names a plain text whose first line is the subject; its HTML twin is that text in the house frame.
    Returns the row, which is the earlier one where the mail was queued before. `again=True` sends it once more
    each time. `person` and `target` are None for an address that belongs to nobody here. The text of a mail that
    `expires_at` some time holds a code, and is erased once the mail is done with.
    """
    reason = reason or Path(template).stem
    chosen = language or (person.language if person and person.language in LANGUAGES else KO)
    about = {
        "reason": reason,
        "target_type": kind(target) if target else "",
        "target_id": target.pk if target else 0,
        "person": person,
        "nonce": secrets.token_hex(16) if again else "",
    }
    known = OutgoingMail.objects.filter(**about).first()
    if known is not None:
        return known
    with translation.override(chosen):
        text = render_to_string(
            template, {**context, "person": person, "site_url": settings.SITE_URL}, using="plaintext"
        )
    subject, _, body = text.strip().partition("\n")
    mail = OutgoingMail.objects.create(
        **about,
        to=to or person.email,
        language=chosen,
        subject=" ".join(subject.split())[:200],
        body=re.sub(r"\n{3,}", "\n\n", body).strip(),
        expires_at=expires_at,
    )
    deliver_mail.enqueue(mail.pk)
    return mail


def deliver_waiting(limit=200):
    """Send what waits, one transaction a message, so that one bad address holds up nobody. Returns how many."""
    waiting = OutgoingMail.objects.filter(status=MailStatus.WAITING)
    return sum(deliver(pk) for pk in waiting.order_by("queued_at", "pk").values_list("pk", flat=True)[:limit])


@transaction.atomic
def deliver(mail_id):
    """Send one mail if it still waits and its reason still holds. Returns 1 if it was sent, else 0."""
    mail = (
        OutgoingMail.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk=mail_id, status=MailStatus.WAITING)
        .first()
    )
    if mail is None:  # another worker has it, or it is done with
        return 0
    check = _still_wanted.get(mail.reason)
    too_late = mail.expires_at is not None and mail.expires_at <= clock.now()
    if too_late or (check is not None and not check(mail.target_id)):
        close(mail, MailStatus.DROPPED)
        return 0
    mail.attempts += 1
    try:
        message(mail).send()
    except (OSError, ValueError):  # SMTPException is the one, a header that cannot be written the other
        logger.exception("mail %s was not sent", mail.pk)
        close(mail, MailStatus.FAILED if mail.attempts >= MAX_ATTEMPTS else MailStatus.WAITING)
        return 0
    mail.sent_at = clock.now()
    close(mail, MailStatus.SENT)
    return 1


def close(mail, status):
    """Write down how a mail stands after a try; a code does not stay readable once the mail is done with."""
    mail.status = status
    forgotten = mail.reason in _soon_forgotten
    if status != MailStatus.WAITING and (forgotten or mail.expires_at is not None):
        mail.body = ""
        mail.to = "" if forgotten else mail.to
    mail.save(update_fields=["attempts", "status", "sent_at", "body", "to"])


@task()
def deliver_mail(mail_id):
    """The worker's door to `deliver`."""
    deliver(mail_id)


def message(mail):
    """The mail as it is sent: plain text, and the same text in the house frame as HTML."""
    with translation.override(mail.language):
        html = render_to_string(
            "portal/emails/frame.html",
            {"mail": mail, "paragraphs": mail.body.split("\n\n"), "site_url": settings.SITE_URL},
        )
    sent = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.body + "\n",
        to=[mail.to],
        headers={
            "X-Portal-Mail": str(mail.pk),
            "Auto-Submitted": "auto-generated",
            "Content-Language": mail.language,
        },
    )
    sent.attach_alternative(html, "text/html")
    return sent


class FolderBackend(BaseEmailBackend):
    """Writes each message as an `.eml` file into `settings.MAIL_DIR`, for a site without a mail server."""

    def send_messages(self, email_messages):
        """Write the messages; returns how many."""
        settings.MAIL_DIR.mkdir(parents=True, exist_ok=True)
        for sent in email_messages:
            row = sent.extra_headers.get("X-Portal-Mail")
            name = f"{int(row):08d}" if row else uuid.uuid4().hex
            (settings.MAIL_DIR / f"{name}.eml").write_bytes(sent.message().as_bytes())
        return len(email_messages)
