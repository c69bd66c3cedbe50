"""The mails that went to an applicant about an application. Reads only."""

from django.db.models import Q
from django.urls import reverse

from portal import i18n, mail, pills
from portal.models import MailStatus, OutgoingMail
from programs.models.applications import Decision, Offer, StateChange
from programs.models.applying import ReferenceRequest, Submission
from programs.models.enrolments import Enrolment
from programs.models.interviews import InterviewChange

# What a mail about an application may be about.
BELONGING = (StateChange, Offer, Decision, Submission, ReferenceRequest, Enrolment, InterviewChange)
SITE = "[Grow Creative] "  # how every subject begins


def about(application):
    """The mails to the applicant about the application or anything that belongs to it, newest first. One query."""
    found = Q(target_type=mail.kind(application), target_id=application.pk)
    for model in BELONGING:
        rows = model.objects.filter(application=application)
        found |= Q(target_type=model._meta.label_lower, target_id__in=rows.values("pk"))
    return OutgoingMail.objects.filter(found, person=application.applicant_id)


def line(row):
    """A mail as a line: what it is about and when it left, or why it has not."""
    is_sent = row.status == MailStatus.SENT
    return {
        "when": i18n.moment(row.sent_at or row.queued_at),
        "title": row.subject.removeprefix(SITE),
        "title_lang": row.language,
        "pill": None if is_sent else pills.pill(pills.MAIL_PILLS, row.status, row.get_status_display()),
    }


def lines(application):
    """What the applicant was sent, newest first, each with the way to its text; what was not sent is left out."""
    rows = about(application).filter(status__in=mail.READABLE)
    return [line(row) | {"url": reverse("my-mail-text", args=[row.code])} for row in rows]
