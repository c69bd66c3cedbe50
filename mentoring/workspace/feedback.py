"""Feedback on one meeting as its page shows it, and how useful a mentor's meetings are. Reads only."""

from django.urls import reverse

from mentoring import feedback, progress
from mentoring.models.feedback import MeetingFeedback
from mentoring.models.meetings import MeetingStatus
from portal import i18n


def section(meeting, user, viewer, now):
    """For one of the two where theirs is given, and that of both for staff; None where there is nothing.

    A meeting that was not held costs no query.
    """
    if meeting.status != MeetingStatus.HELD:
        return None
    rows = [row_of(row) for row in MeetingFeedback.objects.visible_to(user).filter(meeting=meeting)]
    if viewer == progress.STAFF:
        return {"rows": sorted(rows, key=lambda row: row["side"] != "mentee"), "url": ""} if rows else None
    if not rows and not feedback.is_asked(meeting, now):
        return None
    return {"rows": rows, "url": "" if rows else reverse("meeting-feedback", args=[meeting.code])}


def row_of(row):
    """What one of the two has said."""
    return {
        "side": row.side,
        "label": row.get_side_display(),
        "useful": row.get_useful_display(),
        "number": row.useful,
        "text": row.text,
        "text_lang": i18n.language_of_text(row.text),
    }
