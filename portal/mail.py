"""Mail is a row first. `queue` writes it inside the operation's transaction; the worker sends it afterwards.

A row is claimed in one short transaction, sent outside of any, and closed in another. A process killed in between
leaves it claimed; when the claim is over it is sent again, under the same Message-ID: at least once, never lost.
"""

import logging
import re
import secrets
import smtplib
import uuid
from datetime import UTC, timedelta
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import translation
from django_tasks import task

from portal import channels, clock, wordings
from portal.audit import kind
from portal.i18n import KO, LANGUAGES
from portal.mail_events import EVENTS
from portal.models import Channel, MailStatus, OutgoingMail
from portal.validators import clean_text

logger = logging.getLogger(__name__)
# How long to wait after each try that failed; after the last one it is given up.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440))
MAX_ATTEMPTS = len(PAUSES) + 1
URGENT = 20  # among the worker's tasks, of a mail for which somebody sits and waits
CLAIM = timedelta(minutes=5)  # longer than any try takes (EMAIL_TIMEOUT)
# What its person may read again: what was sent, or would have been had the server taken it.
READABLE = (MailStatus.SENT, MailStatus.BOUNCED, MailStatus.FAILED)
_still_wanted = {}
_soon_forgotten = set()
_parts = {}


def still_wanted(reason, *, of_mail=False):
    """Register a check for mails of `reason`: it takes the target's id, and a mail it denies is dropped unsent.

    `reason` may also be the name of the event, where each mail has a reason of its own. With `of_mail` the check
    takes the OutgoingMail.
    """

    def register(check):
        _still_wanted[reason] = check if of_mail else (lambda mail: check(mail.target_id))
        return check

    return register


def goes_with(reason):
    """Register what makes further parts of a mail of `reason` as it is sent: from its row, a list of MIME parts."""

    def register(make):
        _parts[reason] = make
        return make

    return register


def forget_when_done(reason):
    """Mails of `reason` keep neither their address nor their text once they are sent, dropped or given up."""
    _soon_forgotten.add(reason)


def is_wanted(mail):
    """Whether the reason of a mail still holds."""
    check = _still_wanted.get(mail.reason) or _still_wanted.get(mail.event)
    too_late = mail.expires_at is not None and mail.expires_at <= clock.now()
    wanted = not too_late and (check is None or bool(check(mail)))
    return wanted and (mail.channel == Channel.EMAIL or channels.may_send(mail))


def is_sealed(mail):
    """Whether a mail is nobody's but its recipient's: it may hold a code or a way into an account."""
    return mail.expires_at is not None or mail.reason in _soon_forgotten or mail.event not in EVENTS


def queue(
    template,
    *,
    person,
    target,
    context,
    reason=None,
    to=None,
    language=None,
    again=False,
    expires_at=None,
    deadline=None,
    hold=timedelta(0),
):
    """Write one mail to `person` about `target`, in that person's language; once for each reason.

    `template` names a plain text whose first line is the subject; its HTML twin is that text in the house frame.
    Where staff have worded the mail, theirs counts. Returns the row, which is the earlier one where the mail was
    queued before. `again=True` sends it once more each time; a reminder of a `deadline` is another one for another
    deadline. `person` and `target` are None for an address that belongs to nobody here. The text of a mail that
    `expires_at` some time holds a code, and is erased once the mail is done with. With `hold` it waits at least so
    long.
    """
    event = Path(template).stem
    chosen = language or (person.language if person and person.language in LANGUAGES else KO)
    nonce = secrets.token_hex(16) if again else stamp(deadline)
    about = {
        "reason": reason or event,
        "target_type": kind(target) if target else "",
        "target_id": target.pk if target else 0,
        "person": person,
        "nonce": nonce,
        "channel": Channel.EMAIL,
    }
    known = OutgoingMail.objects.filter(**about).first()
    if known is not None:
        return known
    declared = EVENTS.get(event)
    values = {}
    if declared is not None:
        with translation.override(chosen):
            values = declared.values(context, person)
    written = wordings.written(declared, chosen, values) if declared else None
    subject, body = written or _rendered(template, context, person, chosen)
    now = clock.now()
    usual = timedelta(seconds=settings.MAIL_HOLD_SECONDS if declared is not None and expires_at is None else 0)
    wait = max(usual, hold)
    mail = OutgoingMail.objects.create(
        **about,
        event=event,
        to=to or person.email,
        language=chosen,
        subject=" ".join(clean_text(subject, multiline=False).split())[:200],
        body=body,
        values=values,
        queued_at=now,
        send_after=now + wait,
        expires_at=expires_at,
        deadline_at=deadline,
    )
    messages = [mail]
    if declared is not None and declared.by_text and person is not None:
        messages += channels.queue(declared, mail, about | {"deadline_at": deadline, "send_after": now + wait})
    if not wait:  # else the clock sends it when its time has come
        for message_ in messages:
            deliver_mail.using(priority=URGENT if is_sealed(message_) else 0).enqueue(message_.pk)
    return mail


def _rendered(template, context, person, language):
    with translation.override(language):
        text = render_to_string(
            template, {**context, "person": person, "site_url": settings.SITE_URL}, using="plaintext"
        )
    subject, _, body = text.strip().partition("\n")
    return subject, re.sub(r"\n{3,}", "\n\n", body).strip()


def stamp(deadline):
    """By what a reminder of a deadline is told from one of another deadline."""
    return deadline.astimezone(UTC).strftime("%Y%m%dT%H%M%S") if deadline is not None else ""


class Told:
    """Which objects were told of which deadlines."""

    def __init__(self, rows):
        self.rows = set(rows)

    def of(self, target, deadline):
        """Whether `target` was told of `deadline`, or was before deadlines were written down."""
        return (target.pk, stamp(deadline)) in self.rows or (target.pk, "") in self.rows


def told(reason, targets):
    """What was queued for `reason` about objects of one model, less what lost its reason unsent. One query."""
    if not targets:
        return Told(())
    rows = OutgoingMail.objects.filter(
        reason=reason, target_type=kind(targets[0]), target_id__in=[target.pk for target in targets]
    )
    return Told(rows.values_list("target_id", "nonce"))


# --- sending ----------------------------------------------------------------------------------------


def due(now):
    """What may be sent at `now`: it waits, its time has come, and nobody is sending it."""
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    return Q(status=MailStatus.WAITING, send_after__lte=now) & free


def deliver_waiting(limit=200):
    """Send what waits, one transaction a message, so that one bad address holds up nobody. Returns how many."""
    waiting = OutgoingMail.objects.filter(due(clock.now()))
    return sum(deliver(pk) for pk in waiting.order_by("queued_at", "pk").values_list("pk", flat=True)[:limit])


def deliver(mail_id):
    """Send one mail if it waits, its time has come and its reason still holds. Returns 1 if it was sent, else 0."""
    mail = claim(mail_id)
    if mail is None:
        return 0
    try:
        send(mail)
    except channels.Unreachable as refusal:
        close(mail, MailStatus.BOUNCED, error=str(refusal))
    except smtplib.SMTPRecipientsRefused as refusal:
        code, words = next(iter(refusal.recipients.values()), (450, ""))
        fail(mail, words_of(code, words), for_good=code >= 500)
    except smtplib.SMTPResponseException as refusal:
        fail(mail, words_of(refusal.smtp_code, refusal.smtp_error))
    except OSError as error:
        fail(mail, words_of("", str(error) or type(error).__name__))
    except ValueError as error:  # a header that cannot be written: trying again does not help
        logger.warning("mail %s cannot be written: %s", mail.pk, type(error).__name__)
        close(mail, MailStatus.FAILED, error=words_of("", str(error)))
    else:
        mail.sent_at = clock.now()
        close(mail, MailStatus.SENT)
        return 1
    return 0


@transaction.atomic
def claim(mail_id):
    """Take one mail for sending, or return None: another worker has it, it is not due, or its reason is gone."""
    now = clock.now()
    mail = (
        OutgoingMail.objects.select_for_update(skip_locked=True, of=("self",)).filter(due(now), pk=mail_id).first()
    )
    if mail is None:
        return None
    if not is_wanted(mail):
        if mail.deadline_at is not None:  # a deadline that comes back is told after all
            mail.nonce = secrets.token_hex(16)
            mail.save(update_fields=["nonce"])
        close(mail, MailStatus.DROPPED)
        return None
    if mail.attempts >= MAX_ATTEMPTS:  # whatever sends it dies of it
        close(mail, MailStatus.FAILED, error=mail.error)
        return None
    mail.attempts += 1
    mail.claimed_until = now + CLAIM
    mail.save(update_fields=["attempts", "claimed_until"])
    return mail


def send(mail):
    """Hand a message to what carries it."""
    if mail.channel == Channel.EMAIL:
        message(mail).send()
    else:
        channels.send(mail)


def fail(mail, error, *, for_good=False):
    """Write down a try that failed: to be tried again after a pause, given up, or known to reach nobody."""
    logger.warning("mail %s was not sent (try %s)", mail.pk, mail.attempts)
    if for_good:
        close(mail, MailStatus.BOUNCED, error=error)
    elif mail.attempts >= MAX_ATTEMPTS:
        close(mail, MailStatus.FAILED, error=error)
    else:
        mail.send_after = clock.now() + PAUSES[mail.attempts - 1]
        close(mail, MailStatus.WAITING, error=error)


def words_of(code, words):
    """What a server said, as it is kept: one line, not too long."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return clean_text(f"{code} {text}", multiline=False)[:300]


def close(mail, status, *, error=""):
    """Write down how a mail stands; a code does not stay readable once the mail is done with."""
    mail.status, mail.error, mail.claimed_until = status, error, None
    written = ["status", "error", "claimed_until", "send_after", "sent_at"]
    forgotten = mail.reason in _soon_forgotten
    if status not in (MailStatus.WAITING, MailStatus.HELD) and (forgotten or mail.expires_at is not None):
        mail.body, mail.values = "", {}
        written += ["body", "values"]
        if forgotten:
            mail.to = mail.error = ""
            written.append("to")
    mail.save(update_fields=written)


@task()
def deliver_mail(mail_id):
    """The worker's door to `deliver`."""
    deliver(mail_id)


def message_id(mail):
    """The Message-ID: the same for every try, and known again when the mail comes back."""
    return f"<portal.{mail.code}@{settings.SITE_HOST}>"


def html_of(mail):
    """The HTML twin: the same text in the house frame."""
    with translation.override(mail.language):
        return render_to_string(
            "portal/emails/frame.html",
            {"mail": mail, "paragraphs": mail.body.split("\n\n"), "site_url": settings.SITE_URL},
        )


def message(mail):
    """The mail as it is sent: plain text, and the same text in the house frame as HTML."""
    headers = {
        "Message-ID": message_id(mail),
        "X-Portal-Mail": str(mail.pk or 0),
        "Auto-Submitted": "auto-generated",
        "Content-Language": mail.language,
    }
    if settings.MAIL_BOUNCES_TO:  # the envelope's sender, to whom mail that cannot be delivered comes back
        headers["From"] = settings.DEFAULT_FROM_EMAIL
    sent = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.body + "\n",
        from_email=settings.MAIL_BOUNCES_TO or None,
        to=[mail.to],
        headers=headers,
    )
    sent.attach_alternative(html_of(mail), "text/html")
    for part in _parts.get(mail.reason, lambda row: ())(mail):
        sent.attach(part)
    return sent


class FolderBackend(BaseEmailBackend):
    """Writes each message as an `.eml` file into `settings.MAIL_DIR`, for a site without a mail server."""

    def send_messages(self, email_messages):
        """Write the messages; returns how many."""
        settings.MAIL_DIR.mkdir(parents=True, exist_ok=True)
        for sent in email_messages:
            row = int(sent.extra_headers.get("X-Portal-Mail", 0))
            name = f"{row:08d}" if row else uuid.uuid4().hex
            (settings.MAIL_DIR / f"{name}.eml").write_bytes(sent.message().as_bytes())
        return len(email_messages)
