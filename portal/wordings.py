"""Wordings of mails by staff: which one counts, what it says, and writing a new one."""

import functools
import logging
from types import SimpleNamespace

from django.db import transaction
from django.db.models import Max
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from portal import audit, mail_words
from portal.errors import Refused
from portal.mail_events import EVENTS
from portal.models import MailTemplate

logger = logging.getLogger(__name__)


def latest(event_name, language):
    """The wording that staff have given a mail; None where the original counts."""
    row = MailTemplate.objects.filter(event=event_name, language=language).order_by("-number").first()
    return None if row is None or row.is_original else row


def written(event, language, values):
    """The subject and the text of a mail in the words of staff; None where there are none.

    A wording that does not fit the mail any more, because the portal has changed, is passed over.
    """
    row = latest(event.name, language)
    if row is None:
        return None
    if any(mail_words.problems(event, row.subject, row.body)):
        logger.warning("wording %s of %s does not fit its mail any more", row.pk, event.name)
        return None
    return filled(row.subject, row.body, values)


def filled(subject, body, values):
    """The subject and the text with their values."""
    return mail_words.one_line(mail_words.fill(subject, values)), mail_words.fill(body, values)


@functools.cache
def original(event_name, language):
    """The subject and the text that come with the portal, with placeholders in the place of values."""
    event = EVENTS[event_name]

    def render(values):
        context = {"person": SimpleNamespace(display_name="{name}"), "site_url": "{site_url}", **values}
        with translation.override(language):
            return render_to_string(event.template, context, using="plaintext")

    return mail_words.as_wording(event, render)


def current(event_name, language):
    """The subject and the text that count now."""
    row = latest(event_name, language)
    return (row.subject, row.body) if row else original(event_name, language)


@transaction.atomic
def write(event_name, language, *, subject, body, by):
    """Word a mail anew. The same as what counts already adds nothing. Returns the MailTemplate, or None."""
    if any(mail_words.problems(EVENTS[event_name], subject, body)):
        raise Refused(_("The wording does not fit this mail."))
    if (subject, body) == current(event_name, language):
        return None
    is_original = (subject, body) == original(event_name, language)
    return _add(event_name, language, by, "" if is_original else subject, "" if is_original else body)


@transaction.atomic
def back_to_original(event_name, language, *, by):
    """From now on the mail says again what comes with the portal. Returns the MailTemplate, or None."""
    return None if latest(event_name, language) is None else _add(event_name, language, by, "", "")


def _add(event_name, language, by, subject, body):
    rows = MailTemplate.objects.filter(event=event_name, language=language)
    row = MailTemplate.objects.create(
        event=event_name,
        language=language,
        number=(rows.aggregate(last=Max("number"))["last"] or 0) + 1,
        subject=subject,
        body=body,
        is_original=not subject,
        made_by=by,
    )
    verb = "mail_template.original" if row.is_original else "mail_template.written"
    audit.record(verb, target=row, by=by, after=f"{event_name} {language}")
    return row
