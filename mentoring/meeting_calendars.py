"""Meetings as calendar events, for one of the two: as a file, with a mail, and in their own calendar.

A chain of moved meetings is one event, known by the `uid` they share; each change raises SEQUENCE. What was
cancelled stays for a month with STATUS:CANCELLED. Of a pair that has ended its mentor's events name nobody.
"""

from django.conf import settings
from django.utils.translation import gettext as _

from mentoring.meeting_labels import way_of, whom
from mentoring.models.meetings import Meeting, MeetingStatus, MeetingWay
from programs import calendars
from programs.models.schedule import FeedKind
from programs.session_calendars import CANCELLED, CONFIRMED, KEPT


def uid_of(meeting):
    """The name of a meeting, the same whatever becomes of it."""
    return f"meeting-{meeting.uid}@{calendars.host()}"


def event_of(meeting, person):
    """A meeting as `person` has it in a calendar: one of the two, or who interprets, for whom it has no page."""
    pairing = meeting.pairing
    is_mentee = pairing.enrolment.person_id == person.pk
    program = pairing.enrolment.cohort.program.title
    is_off = meeting.is_off
    has_page = is_mentee or pairing.mentor.user_id == person.pk
    page = settings.SITE_URL + meeting.get_absolute_url() if has_page else ""
    if not (is_mentee or pairing.is_live):
        title, place, link, text = _("1:1 mentoring: %(program)s") % {"program": program}, "", "", []
    else:
        names = {"name": whom(meeting, person), "program": program}
        title = _("1:1 mentoring with %(name)s: %(program)s") % names
        place = "" if is_off or meeting.way == MeetingWay.ONLINE else way_of(meeting)
        link = page if is_off else meeting.link or page
        about = _("Everything about it: %(url)s") % {"url": page} if page else ""
        text = [] if is_off else [meeting.subject, about]
    return calendars.event(
        uid=uid_of(meeting),
        sequence=meeting.sequence,
        start=meeting.starts_at,
        end=meeting.ends_at,
        changed_at=meeting.changed_at,
        title=title,
        place=place,
        link=link,
        text="\n".join(line for line in text if line),
        status=CANCELLED if is_off else CONFIRMED,
    )


def latest(meeting):
    """The meeting that a moved one has become in the end, whatever became of that."""
    return Meeting.objects.for_page().filter(uid=meeting.uid).order_by("-sequence", "-pk").first()


def download(meeting, person):
    """The calendar of one meeting, to keep."""
    return calendars.download(calendars.calendar([event_of(latest(meeting), person)]), f"meeting-{meeting.uid}")


def parts_for(meeting, person):
    """What goes with a mail to `person` about a meeting: the meeting as it stands, or its cancellation."""
    found = latest(meeting)
    method = calendars.CANCEL if found.is_off else calendars.REQUEST
    return [calendars.part_of_mail([calendars.invite(event_of(found, person), person)], method, name="meeting")]


def of_person(person, kind, now):
    """The meetings in a person's own calendar of that kind. Two queries.

    A mentee's are among the sessions one takes part in; a mentor's among those one teaches, where there are such.
    """
    teaches = FeedKind.TEACHING if hasattr(person, "expert") else FeedKind.LEARNING
    rows = Meeting.objects.of_person(person).exclude(status=MeetingStatus.RESCHEDULED)
    rows = rows.filter(ends_at__gt=now - KEPT).for_page().order_by("starts_at", "pk")
    found = []
    for row in rows:
        is_mentee = row.pairing.enrolment.person_id == person.pk
        if kind == (FeedKind.LEARNING if is_mentee else teaches) and not is_gone(row, is_mentee, now):
            found.append(event_of(row, person))
    return found


def is_gone(meeting, is_mentee, now):
    """Whether a mentor's pair ended so long ago that nothing of it is theirs any more."""
    ended = meeting.pairing.ended_at
    return not is_mentee and ended is not None and ended <= now - KEPT
