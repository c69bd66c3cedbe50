"""Who did not come to meetings, or called them off late, and how often in the last two months. Reads only."""

from collections import defaultdict
from datetime import timedelta

from django.db.models import F, Q
from django.utils.translation import gettext as _

from mentoring.models.meetings import Meeting, MeetingStatus

WITHIN = timedelta(days=60)
WARNED_AT = 2  # so many are answered by a mail
TO_DO_AT = 3  # and so many are for staff
MENTOR_MISSED = (MeetingStatus.MENTOR_ABSENT, MeetingStatus.BOTH_ABSENT)
MENTEE_MISSED = (MeetingStatus.MENTEE_ABSENT, MeetingStatus.BOTH_ABSENT)


def missed(now, *, people=None):
    """For each person the meetings of the last 60 days that they did not come to or cancelled late, as rows.

    A row: `meeting`, `starts_at`, `cohort`, `as_mentor`, `late` (cancelled late, not stayed away). One query.
    """
    late = Q(status=MeetingStatus.CANCELLED, called_off_late=True)
    rows = Meeting.objects.filter(
        Q(status__in=(*MENTOR_MISSED, *MENTEE_MISSED)) | late,
        starts_at__gt=now - WITHIN,
        starts_at__lte=now + WITHIN,
    ).annotate(
        mentor_user=F("pairing__mentor__user"),
        mentee=F("pairing__enrolment__person"),
        cohort=F("pairing__enrolment__cohort"),
    )
    if people is not None:
        rows = rows.filter(Q(mentor_user__in=people) | Q(mentee__in=people))
    found = defaultdict(list)
    for row in rows.order_by("starts_at", "pk").values(
        "pk", "starts_at", "status", "called_off_by", "mentor_user", "mentee", "cohort"
    ):
        for person, as_mentor in _who(row):
            if people is None or person in people:
                found[person].append(
                    {
                        "meeting": row["pk"],
                        "starts_at": row["starts_at"],
                        "cohort": row["cohort"],
                        "as_mentor": as_mentor,
                        "late": row["status"] == MeetingStatus.CANCELLED,
                    }
                )
    return dict(found)


def _who(row):
    """Whom a meeting counts for."""
    if row["status"] == MeetingStatus.CANCELLED:
        return [
            (person, person == row["mentor_user"])
            for person in (row["mentor_user"], row["mentee"])
            if person == row["called_off_by"]
        ]
    who = [(row["mentor_user"], True)] if row["status"] in MENTOR_MISSED else []
    return who + ([(row["mentee"], False)] if row["status"] in MENTEE_MISSED else [])


def count_of(person_id, now):
    """How many count for one person."""
    return len(missed(now, people={person_id}).get(person_id, ()))


def export(user):
    """That the person was warned or talked to, and when; not what staff wrote about it."""
    return list(user.absence_steps.order_by("at", "pk").values("kind", "count", "at", "settled_at"))


def suggested(*, as_mentor):
    """The steps that staff are advised to take, in their order."""
    if as_mentor:
        return [
            _("Call the mentor and ask what stands in the way."),
            _("Offer a pause or fewer mentees."),
            _("Tell the mentees how the missed meetings are made up."),
            _("If nothing changes, pair the mentees anew."),
        ]
    return [
        _("Call the mentee and ask what stands in the way."),
        _("Look for other times together with the mentor."),
        _("Agree on a date by which things must have changed."),
        _("If nothing changes, give the place to somebody who waits."),
    ]
