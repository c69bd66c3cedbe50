"""When the two of a pair were last in touch."""

from django.db.models import Max

from mentoring.models.actions import Action
from mentoring.models.meetings import Meeting, MeetingStatus
from mentoring.models.notes import SharedNote


def last_contacts(pairing_ids):
    """The latest of a meeting held, a shared note and an action done, by pair; without those that have none.

    Three queries, however many pairs.
    """
    latest = {}
    for rows, field in (
        (Meeting.objects.filter(status=MeetingStatus.HELD), "ends_at"),
        (SharedNote.objects.all(), "written_at"),
        (Action.objects.filter(done_at__isnull=False), "done_at"),
    ):
        by_pair = rows.filter(pairing__in=pairing_ids).order_by().values("pairing").annotate(at=Max(field))
        for pairing_id, at in by_pair.values_list("pairing", "at"):
            latest[pairing_id] = max(at, latest.get(pairing_id, at))
    return latest
