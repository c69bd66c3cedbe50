"""Reports as they are read: by the reporter, and in the case file."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from mentoring.models.safeguarding import Concern, ConcernStatus
from portal import i18n, pills

PILLS = {
    ConcernStatus.OPEN: ("warn", "flag"),
    ConcernStatus.LOOKING: ("live", "eye"),
    ConcernStatus.CLOSED: ("done", "check"),
}


def pill_of(concern):
    """How far it has come."""
    return pills.pill(PILLS, concern.status, concern.get_status_display())


def received_words(concern):
    """When it came in; of an anonymous one the hour alone is known."""
    if concern.reporter_id is None:
        return _("%(moment)s, to the hour") % {"moment": i18n.moment(concern.received_at)}
    return i18n.moment(concern.received_at)


def lines_of(concern, *, to_officers=False):
    """Everything that was written between the two sides, in order: `who`, `when`, `text`, `lang`, `is_answer`."""
    first = {
        "who": pgettext("concern", "Report") if to_officers else pgettext("concern", "Your report"),
        "when": received_words(concern),
        "text": concern.text,
        "lang": i18n.language_of_text(concern.text),
        "is_answer": False,
    }
    rows = [first] if concern.text else []
    for message in concern.messages.select_related("officer"):
        is_answer = message.officer_id is not None
        if is_answer:
            who = message.officer.display_name if to_officers else pgettext("concern", "Answer")
        else:
            who = pgettext("concern", "The reporter") if to_officers else pgettext("concern", "You")
        rows.append(
            {
                "who": who,
                "when": i18n.moment(message.at),
                "text": message.text,
                "lang": i18n.language_of_text(message.text),
                "is_answer": is_answer,
            }
        )
    return rows


def for_person(user):
    """A person's own reports as lines, newest first."""
    return [
        {
            "title": _("Report of %(day)s") % {"day": i18n.day(concern.received_at, year=True)},
            "url": reverse("my-concern", args=[concern.code]),
            "pill": pill_of(concern),
        }
        for concern in Concern.objects.of_reporter(user)
    ]


def export(user):
    """What somebody reported with their account, and the answers; never the officers' notes."""
    return [
        {
            "received_at": concern.received_at,
            "about": concern.about,
            "text": concern.text,
            "contact": concern.contact,
            "status": concern.status,
            "messages": [
                {"at": message.at, "answer": message.officer_id is not None, "text": message.text}
                for message in concern.messages.all()
            ],
        }
        for concern in Concern.objects.of_reporter(user).prefetch_related("messages")
    ]
