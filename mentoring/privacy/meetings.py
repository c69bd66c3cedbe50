"""What meetings and the feedback on them hold about a person, for `mentoring.privacy`: handed out and erased."""

from django.db.models import Q

from mentoring.models.feedback import MeetingFeedback
from mentoring.models.meetings import Meeting

GONE = "–"  # stands where a reason was that a cancelled meeting cannot be without


def of_pair(pairing, side, *, own_only=False):
    """The meetings of a pair as one side may take them along; the other is not named, nor what they said.

    With `own_only` also without the texts that either of the two may have written.
    """
    given = {row.meeting_id: row for row in MeetingFeedback.objects.filter(meeting__pairing=pairing, side=side)}
    return [
        {
            "starts_at": row.starts_at,
            "ends_at": row.ends_at,
            "status": row.status,
            "minutes": row.minutes,
            "way": row.way,
            **{name: "" if own_only else getattr(row, name) for name in ("place", "link", "subject")},
            "i_said": " ".join(
                str(part) for part in (getattr(row, f"{side}_says"), getattr(row, f"{side}_minutes")) if part
            ),
            "feedback_useful": given[row.pk].useful if row.pk in given else None,
            "feedback_text": given[row.pk].text if row.pk in given else "",
        }
        for row in pairing.meetings.all()
    ]


def erase(user):
    """Take away what was written about the meetings of a person; that and when they were held stays.

    Of feedback the number stays, which is nobody's in a mean; the words go that the person wrote, and those on the
    meetings that they had as a mentee.
    """
    own = Meeting.objects.of_person(user)
    own.exclude(called_off_reason="").update(called_off_reason=GONE)
    own.update(subject="", link="", place="")
    about = Q(author=user) | Q(meeting__pairing__enrolment__person=user)
    MeetingFeedback.objects.filter(about).update(text="")
