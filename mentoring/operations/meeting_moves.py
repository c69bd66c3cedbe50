"""What every change of a meeting goes through: its locks, its row, its place in the audit.

Whoever changes a meeting holds the lock on its pair. Whoever takes up somebody's time also holds those on both
people, in the order of their numbers, so that nobody is booked twice, as mentor or as mentee, in whatever pair.
"""

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from mentoring import permissions, slots
from mentoring.emails import meetings as emails
from mentoring.meeting_labels import PAIR_ENDED
from mentoring.models.meetings import Meeting, MeetingStatus
from mentoring.models.pairs import Pairing
from portal import audit, clock
from portal.errors import Refused


def lock_meeting(meeting_id, *, with_people=False):
    """The meeting behind the lock on its pair and its own; with those on both people in between where asked."""
    found = Meeting.objects.select_related("pairing__mentor__user", "pairing__enrolment__person").get(pk=meeting_id)
    Pairing.objects.select_for_update(of=("self",), no_key=True).get(pk=found.pairing_id)
    if with_people:
        lock_people(found.pairing)
    return Meeting.objects.select_for_update(of=("self",), no_key=True).for_page().get(pk=meeting_id)


def lock_people(*pairings):
    """Lock the people of pairs, so that the time of nobody is given away at the same moment."""
    wanted = {pk for pairing in pairings for pk in (pairing.mentor.user_id, pairing.enrolment.person_id)}
    people = get_user_model().objects.select_for_update(of=("self",), no_key=True)
    list(people.filter(pk__in=wanted).order_by("pk"))


def refuse_strangers(pairing, by):
    """Refuse whoever is not one of the two, or is no more."""
    if not (permissions.is_mentor(by, pairing) or permissions.is_mentee(by, pairing)):
        raise Refused(_("Only the mentor and the mentee can do this."))
    if not pairing.is_live:
        raise Refused(_("This pair has ended."))


def refuse_off(meeting):
    """Refuse what cannot be done with a meeting that was cancelled or moved."""
    if meeting.status == MeetingStatus.CANCELLED:
        raise Refused(_("This meeting has been cancelled."))
    if meeting.status == MeetingStatus.RESCHEDULED:
        raise Refused(_("This meeting has been moved to another time."))


def write(meeting, **fields):
    """Change a meeting; calendars are told by a higher SEQUENCE where `sequence` is among the fields."""
    for name, value in (fields | {"changed_at": clock.now()}).items():
        setattr(meeting, name, value)
    meeting.save(update_fields=[*fields, "changed_at"])


def call_off(meeting, status, *, by, reason, now):
    """Cancel a locked meeting, or mark it as moved; it is late within the notice that the two want."""
    write(
        meeting,
        status=status,
        sequence=meeting.sequence + (status == MeetingStatus.CANCELLED),
        called_off_by=by,
        called_off_reason=reason[:300],
        called_off_late=slots.is_late(meeting.pairing, meeting.starts_at, now),
    )


def end_with_pair(pairing, *, by):
    """The meetings that a pair has still ahead are cancelled as it ends, and both are told.

    Behind the lock on the pair. Nobody called them off late: what is over of itself is held against nobody.
    """
    now = clock.now()
    ahead = Meeting.objects.select_for_update(of=("self",), no_key=True).unsettled().for_page()
    for meeting in ahead.filter(pairing=pairing, starts_at__gt=now).order_by("pk"):
        call_off(meeting, MeetingStatus.CANCELLED, by=by, reason=PAIR_ENDED, now=now)
        write(meeting, called_off_late=False)
        audit.record("meeting.cancelled", target=meeting, by=by, reason=PAIR_ENDED)
        for person in meeting.people:
            emails.cancelled(meeting, person)
