"""Feedback on meetings: of whom it is wanted until when, and what a mentor may know of it. Reads only.

A mentor never reads what a mentee said, only a mean. So that no single mentee can be told from it, nor from how it
moves, what was said is cut into parts in the order in which it was said: a part ends with the answer that makes it
five mentees, and only whole parts count. In a part every mentee counts once, with the mean of what they said.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from mentoring import permissions
from mentoring.models.actions import Owner
from mentoring.models.feedback import MeetingFeedback
from mentoring.models.meetings import MeetingStatus
from mentoring.models.pairs import EndKind
from programs.models.surveys import LEAST_SHOWN
from programs.survey_results import rounded

ASKED_FOR = timedelta(days=30)  # after the end of a meeting
LEAST = LEAST_SHOWN  # mentees in a part


def side_of(user, pairing):
    """On which side `user`, who may see the pair, is one of the two; None for everybody else."""
    if permissions.reads_as_mentor(user, pairing):
        return Owner.MENTOR
    return Owner.MENTEE if permissions.is_mentee(user, pairing) else None


def is_asked(meeting, now):
    """Whether its two are asked about a meeting: it was held lately, and the pair did not end for cause."""
    return (
        meeting.status == MeetingStatus.HELD
        and now < meeting.ends_at + ASKED_FOR
        and meeting.pairing.end_kind != EndKind.FOR_CAUSE
    )


def wanted_of(user, pairing, meetings, now):
    """Those of the pair's `meetings` on which `user`, one of the two, is asked and has said nothing.

    One query, and none where nothing was held lately.
    """
    asked = [meeting for meeting in meetings if is_asked(meeting, now)] if side_of(user, pairing) else []
    if not asked:
        return []
    rows = MeetingFeedback.objects.filter(meeting__in=[meeting.pk for meeting in asked], author=user)
    said = set(rows.values_list("meeting", flat=True))
    return [meeting for meeting in asked if meeting.pk not in said]


@dataclass(frozen=True)
class Mean:
    """How useful mentees found their meetings with a mentor."""

    value: str  # to one digit
    mentees: int


def whole_parts(rows, least=LEAST):
    """The answers `(mentee, useful)`, in their order, as parts of `least` mentees; what is over is left out."""
    found, part = [], defaultdict(list)
    for mentee, useful in rows:
        part[mentee].append(useful)
        if len(part) == least:
            found.append(part)
            part = defaultdict(list)
    return found


def mean_of(mentor):
    """The mean that a mentor may know; None until five mentees have answered. One query."""
    rows = MeetingFeedback.objects.about(mentor.pk).values_list("mentee", "useful")
    parts = whole_parts(rows)
    if not parts:
        return None
    means = [Fraction(sum(said), len(said)) for part in parts for said in part.values()]
    mentees = {mentee for part in parts for mentee in part}
    return Mean(rounded(sum(means) / len(means), 1), len(mentees))
