"""What staff do with mails: hold, let go, change, drop, try again; and what comes back from elsewhere."""

from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit, clock, mail
from portal.errors import Refused
from portal.models import Channel, MailStatus, OutgoingMail
from portal.validators import clean_text

S = MailStatus
OPEN = (S.WAITING, S.HELD)
# From which states each deed leads on.
FROM = {
    "hold": (S.WAITING,),
    "release": (S.HELD,),
    "edit": OPEN,
    "drop": (S.WAITING, S.HELD, S.FAILED),
    "retry": (S.FAILED, S.BOUNCED),
}


def refusal(row, deed):
    """Why `deed` (a key of FROM) cannot be done with a mail as it stands; empty where it can."""
    if deed == "edit" and mail.is_sealed(row):
        return _("It may hold a code, so nobody reads or changes it.")
    if deed == "edit" and row.channel != Channel.EMAIL:
        return _("Its words were approved in advance and cannot be changed.")
    if row.status not in FROM[deed]:
        return _("This is not possible while it is “%(status)s”.") % {"status": row.get_status_display()}
    if row.claimed_until is not None and row.claimed_until > clock.now():
        return _("It is being sent at this moment.")
    if deed == "retry" and not row.to:
        return _("Its address has been erased.")
    if deed == "retry" and row.expires_at is not None:
        return _("It held a code that has been erased.")
    return ""


def _locked(mail_id, deed):
    row = OutgoingMail.objects.select_for_update(of=("self",)).in_bulk([mail_id])[mail_id]
    why = refusal(row, deed)
    if why:
        raise Refused(why)
    return row


def _move(row, status, *, by, verb, reason="", **fields):
    before, row.status = row.status, status
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=["status", *fields])
    audit.record(verb, target=row, by=by, before=before, after=status, reason=reason)


@transaction.atomic
def hold(mail_id, *, by):
    """Keep a waiting mail from being sent until it is released."""
    _move(_locked(mail_id, "hold"), S.HELD, by=by, verb="mail.held")


@transaction.atomic
def release(mail_id, *, by):
    """Let a held mail go: it is sent at the next opportunity, if its reason still holds."""
    row = _locked(mail_id, "release")
    _move(row, S.WAITING, by=by, verb="mail.released", send_after=clock.now())
    mail.deliver_mail.enqueue(row.pk)


@transaction.atomic
def edit(mail_id, *, by, subject, body):
    """Change the words of a mail that has not been sent. The audit says who did, not what it says."""
    row = _locked(mail_id, "edit")
    subject = clean_text(subject, multiline=False)[:200]
    body = clean_text(body)
    if not subject or not body:
        raise Refused(_("A mail has a subject and a text."))
    if (subject, body) == (row.subject, row.body):
        return
    row.subject, row.body, row.edited_at = subject, body, clock.now()
    row.save(update_fields=["subject", "body", "edited_at"])
    audit.record("mail.edited", target=row, by=by)


@transaction.atomic
def drop(mail_id, *, by, reason):
    """Never send a mail, with the reason for it."""
    row = _locked(mail_id, "drop")
    if not reason.strip():
        raise Refused(_("Give a reason."))
    before = row.status
    mail.close(row, S.DROPPED)
    audit.record("mail.dropped", target=row, by=by, before=before, after=S.DROPPED, reason=reason)


@transaction.atomic
def retry(mail_id, *, by):
    """Try a failed mail again from the beginning, under the same Message-ID."""
    row = _locked(mail_id, "retry")
    if not mail.is_wanted(row):
        raise Refused(_("What it tells does not hold any more."))
    _move(row, S.WAITING, by=by, verb="mail.retried", send_after=clock.now(), attempts=0, sent_at=None, error="")
    mail.deliver_mail.enqueue(row.pk)


@transaction.atomic
def bounced(row_id, words):
    """Write down that a mail came back. Returns whether that was news: one dropped since stays dropped."""
    row = OutgoingMail.objects.select_for_update(of=("self",)).get(pk=row_id)
    if row.status not in (S.WAITING, S.SENT, S.FAILED):
        return False
    row.error = words if row.to else ""
    row.status, row.claimed_until = S.BOUNCED, None
    row.save(update_fields=["status", "error", "claimed_until"])
    audit.record("mail.bounced", target=row, by=None, after=S.BOUNCED)
    return True
