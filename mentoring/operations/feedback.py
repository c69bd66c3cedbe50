"""Feedback on a meeting: given once by each of the two."""

from django.db import transaction
from django.utils.translation import gettext as _

from mentoring import feedback
from mentoring.models.feedback import FEEDBACK_LIMIT, MeetingFeedback, Useful
from mentoring.operations.meeting_moves import lock_meeting
from portal import audit, clock
from portal.errors import Refused


@transaction.atomic
def give(meeting_id, *, by, useful, text=""):
    """One of the two says how useful a held meeting was, from 1 to 5, and a word. The same again is once.

    That it was said is audited, not what. Returns the MeetingFeedback.
    """
    meeting = lock_meeting(meeting_id)
    side, text = feedback.side_of(by, meeting.pairing), text.strip()
    if side is None:
        raise Refused(_("Only the mentor and the mentee say this."))
    known = MeetingFeedback.objects.filter(meeting=meeting, side=side).first()
    if known is not None and (known.useful, known.text) == (useful, text):
        return known
    if known is not None:
        raise Refused(_("You have given your feedback on this meeting. What you sent first counts."))
    if not feedback.is_asked(meeting, clock.now()) or meeting.pairing.is_blocked:
        raise Refused(_("No feedback is asked for on this meeting."))
    if useful not in Useful.values:
        raise Refused(_("Choose how useful the meeting was."))
    if len(text) > FEEDBACK_LIMIT:
        raise Refused(_("A text has at most %(limit)s characters.") % {"limit": FEEDBACK_LIMIT})
    given = MeetingFeedback.objects.create(
        meeting=meeting, side=side, author=by, useful=useful, text=text, given_at=clock.now()
    )
    audit.record("meeting.feedback", target=meeting, by=by)
    return given
