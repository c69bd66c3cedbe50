"""What is said of a meeting, in words: pills, what each side says, why it was called off. Pure."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from mentoring.models.meetings import MeetingStatus, MeetingWay
from portal import pills

PAIR_ENDED = "pair ended"  # why a meeting was cancelled that outlived its pair
TIMETABLE_CHANGED = "timetable changed"  # … and one that a camp's new timetable has no more
S = MeetingStatus


def state_of(meeting, now):
    """How a meeting stands for whoever looks: as its status says, and while that is open, what it waits for."""
    if meeting.status != S.SCHEDULED:
        return meeting.status
    if meeting.mentor_says and meeting.mentee_says:
        return "disputed"
    if meeting.mentor_says or meeting.mentee_says:
        return "half_said"
    if meeting.ends_at <= now:
        return "unsaid"
    return "now" if meeting.starts_at <= now else "scheduled"


def pill_of(meeting, now):
    """The pill of a meeting."""
    state = state_of(meeting, now)
    labels = {
        "disputed": _("To be decided"),
        "half_said": _("One side has said it"),
        "unsaid": _("How did it go?"),
        "now": pgettext("meeting", "Under way"),
    }
    return pills.pill(pills.MEETING_PILLS, state, labels.get(state) or meeting.get_status_display())


def word_label(status, minutes):
    """How a meeting went: `진행 완료, 55분`."""
    label = str(S(status).label)
    if status != S.HELD or minutes is None:
        return label
    return _("%(word)s, %(minutes)s") % {"word": label, "minutes": minutes_label(minutes)}


def minutes_label(minutes):
    """So many minutes."""
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}


def reason_of(meeting):
    """Why a meeting was called off, as its people read it."""
    if meeting.called_off_reason == PAIR_ENDED:
        return _("The pair has ended.")
    if meeting.called_off_reason == TIMETABLE_CHANGED:
        return _("The timetable of the camp has changed.")
    return meeting.called_off_reason


def whom(meeting, person):
    """Whom a person meets: the other of the two, or both for who interprets."""
    mentor, mentee = meeting.pairing.mentor, meeting.pairing.enrolment.person
    names = [] if person.pk == mentor.user_id else [mentor.name]
    return ", ".join(names if person.pk == mentee.pk else [*names, mentee.display_name])


def way_of(meeting):
    """Where the two meet."""
    if meeting.way == MeetingWay.IN_PERSON:
        return meeting.place or meeting.get_way_display()
    return meeting.get_way_display()
