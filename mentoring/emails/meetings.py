"""The mails about meetings, each to one of the two. A change goes with the calendar that makes it theirs.

No address that people wrote stands in a mail of the portal: the online link is on the page, and in the calendar.
A mail is dropped when what it says no longer holds: the meeting was cancelled or moved, is over, or is settled.
Whoever can read the pair no more is told of a meeting without being told again with whom.
"""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from mentoring import meeting_calendars as calendars
from mentoring import zones
from mentoring.emails.pairs import FOLDER
from mentoring.meeting_labels import reason_of, word_label
from mentoring.models.meetings import Meeting, MeetingStatus, MeetingWay
from mentoring.models.pairs import Pairing
from portal import clock, mail
from portal.i18n import speaking
from portal.mail_events import Kind, Placeholder, event, needed, sometimes
from portal.models import GONE_OUT, OutgoingMail

BOOKED, MOVED, DETAILS, CANCELLED = "meeting_booked", "meeting_moved", "meeting_details", "meeting_cancelled"
DAY, HOUR, ASK = "meeting_tomorrow", "meeting_soon", "meeting_ask"
SAID, DECIDED, AGAIN = "meeting_said", "meeting_decided", "meeting_again"
STANDS = timedelta(hours=72)  # how long a word waits for the other side's

PLACES = (
    Placeholder("name", Kind.NAME, _("The name of the person to whom the mail goes.")),
    Placeholder("program", Kind.TEXT, _("The title of the program.")),
    Placeholder("label", Kind.TEXT, _("The name of the cohort.")),
    Placeholder("other", Kind.NAME, _("The name of whom the reader meets.")),
    needed("when", Kind.TEXT, _("When the meeting is, in the zones of both.")),
    needed("url", Kind.LINK, _("The page of the meeting.")),
    Placeholder("contact", Kind.TEXT, _("The address for questions.")),
    Placeholder("site_url", Kind.LINK, _("The address of the portal.")),
)
WHERE = (
    sometimes("subject", Kind.TEXT, _("What the meeting is about.")),
    sometimes("is_online", Kind.YES_NO, _("Whether the two meet online.")),
    sometimes("has_link", Kind.YES_NO, _("Whether there is an online link; it stands on the page.")),
    sometimes("place", Kind.TEXT, _("The place, if the two meet in person.")),
    sometimes("interpreter", Kind.NAME, _("The name of the interpreter, if there is one.")),
)
WORD = needed("word", Kind.TEXT, _("How the meeting went, as it is written down."))


def _queue(message, meeting, person, *, again=False, deadline=None, **context):
    cohort = meeting.pairing.enrolment.cohort
    both = zones.zones_for(person, meeting.people)
    is_read = Pairing.objects.of_person(person).filter(pk=meeting.pairing_id).exists()
    with speaking(person.language):
        words = {
            "program": cohort.program.title,
            "label": cohort.label,
            "other": _name_of_other(meeting, person) if is_read else pgettext("meeting", "the other side"),
            "when": zones.times(meeting.starts_at, meeting.ends_at, both, year=True),
            "url": settings.SITE_URL + (meeting.get_absolute_url() if is_read else reverse("mentoring")),
            "contact": cohort.contact_email or settings.CONTACT_EMAIL,
            "subject": meeting.subject,
            "is_online": meeting.way == MeetingWay.ONLINE,
            "has_link": bool(meeting.link),
            "place": meeting.place,
            "interpreter": meeting.interpreter.name if meeting.interpreter else "",
            **{name: value() if callable(value) else value for name, value in context.items()},
        }
    return mail.queue(
        f"{FOLDER}/{message}.txt", person=person, target=meeting, context=words, again=again, deadline=deadline
    )


def _name_of_other(meeting, person):
    if person == meeting.pairing.enrolment.person:
        return meeting.pairing.mentor.name
    return meeting.pairing.enrolment.person.display_name


@event(FOLDER, BOOKED, _("Meeting booked"), *PLACES, *WHERE)
def booked(meeting, person):
    """The other side has booked a meeting."""
    return _queue(BOOKED, meeting, person)


@event(
    FOLDER,
    MOVED,
    _("Meeting moved"),
    *PLACES,
    *WHERE,
    sometimes("before", Kind.TEXT, _("When the meeting was to be before.")),
    sometimes("why", Kind.TEXT, _("The reason, where one was given.")),
)
def moved(meeting, person):
    """The other side has moved a meeting to another time."""
    was = meeting.replaces
    both = zones.zones_for(person, meeting.people)
    return _queue(
        MOVED,
        meeting,
        person,
        before=lambda: zones.times(was.starts_at, was.ends_at, both, year=True),
        why=was.called_off_reason,
    )


@event(FOLDER, DETAILS, _("Meeting: place, link or subject changed"), *PLACES, *WHERE)
def details(meeting, person):
    """The time stays; where the two meet, who interprets or what it is about does not."""
    return _queue(DETAILS, meeting, person, again=True)


@event(
    FOLDER,
    CANCELLED,
    _("Meeting cancelled"),
    *PLACES,
    Placeholder("why", Kind.TEXT, _("Why it does not take place.")),
)
def cancelled(meeting, person):
    """The meeting does not take place, and why."""
    return _queue(CANCELLED, meeting, person, again=True, why=lambda: reason_of(meeting))


def was_told_off(meeting, person):
    """Whether the mail that a meeting is cancelled has left, or could not be kept from it."""
    rows = OutgoingMail.objects.filter(reason=CANCELLED, target_type=mail.kind(Meeting), target_id=meeting.pk)
    return rows.filter(person=person, status__in=GONE_OUT).exists()


@event(FOLDER, AGAIN, _("Meeting takes place after all"), *PLACES, *WHERE)
def again(meeting, person):
    """A meeting that was cancelled takes place after all, as it was booked."""
    return _queue(AGAIN, meeting, person, again=True)


@event(FOLDER, DAY, _("Meeting within a day"), *PLACES, *WHERE)
@event(FOLDER, HOUR, _("Meeting within an hour"), *PLACES, *WHERE)
@event(FOLDER, ASK, _("How did the meeting go?"), *PLACES)
def reminder(meeting, person, message):
    """The day before, an hour before, or the day after."""
    return _queue(message, meeting, person)


@event(
    FOLDER,
    SAID,
    _("The other side has said how the meeting went"),
    *PLACES,
    WORD,
    needed("until", Kind.MOMENT, _("Until when the reader can say otherwise.")),
)
def said(meeting, person):
    """What the other side says of a meeting, and until when it can be said otherwise."""
    by_mentor = meeting.mentor_says != "" and person == meeting.pairing.enrolment.person
    side = "mentor" if by_mentor else "mentee"
    until = getattr(meeting, f"{side}_said_at") + STANDS
    both = zones.zones_for(person, meeting.people)
    return _queue(
        SAID,
        meeting,
        person,
        deadline=until,
        word=lambda: word_label(getattr(meeting, f"{side}_says"), getattr(meeting, f"{side}_minutes")),
        until=lambda: zones.times(until, None, both, year=True),
    )


@event(FOLDER, DECIDED, _("Staff have decided how the meeting went"), *PLACES, WORD)
def decided(meeting, person):
    """What staff have decided about a meeting."""
    return _queue(DECIDED, meeting, person, again=True, word=lambda: word_label(meeting.status, meeting.minutes))


def told(meetings):
    """Which reminders were queued: `{(message, meeting id, person id)}`; one query."""
    if not meetings:
        return set()
    rows = OutgoingMail.objects.filter(
        reason__in=(DAY, HOUR, ASK),
        target_type=mail.kind(Meeting),
        target_id__in=[meeting.pk for meeting in meetings],
    )
    return set(rows.values_list("reason", "target_id", "person"))


# --- what is dropped, and what goes with a mail -------------------------------------------------------------------


def _ahead(meeting_id):
    now = clock.now()
    return Meeting.objects.unsettled().filter(pk=meeting_id, starts_at__gt=now).exists()


for _reason in (BOOKED, MOVED, DAY, HOUR, AGAIN):
    mail.still_wanted(_reason)(_ahead)


@mail.still_wanted(DETAILS, of_mail=True)
def _latest(row):
    """The last word about where the two meet, of a meeting that is not over."""
    there = Meeting.objects.unsettled().filter(pk=row.target_id, ends_at__gt=clock.now())
    return there.exists() and _is_last(row)


def _is_last(row):
    """Whether no later mail says the same of the same meeting to the same person."""
    later = OutgoingMail.objects.filter(
        reason=row.reason, target_type=row.target_type, target_id=row.target_id, person=row.person_id, pk__gt=row.pk
    )
    return not later.exists()


@mail.still_wanted(CANCELLED, of_mail=True)
def _is_cancelled(row):
    return _is_last(row) and Meeting.objects.filter(pk=row.target_id, status=MeetingStatus.CANCELLED).exists()


@mail.still_wanted(ASK)
def _is_unsaid(meeting_id):
    return Meeting.objects.unsaid(clock.now()).filter(pk=meeting_id).exists()


@mail.still_wanted(SAID, of_mail=True)
def _waits(row):
    """That the reader has not said anything yet."""
    meeting = Meeting.objects.half_said().for_page().filter(pk=row.target_id).first()
    if meeting is None:
        return False
    is_mentor = meeting.pairing.mentor.user_id == row.person_id
    return not (meeting.mentor_says if is_mentor else meeting.mentee_says)


@mail.still_wanted(DECIDED, of_mail=True)
def _still_decided(row):
    """That nothing else was decided since."""
    return _is_last(row)


def _calendar(row):
    meeting = Meeting.objects.for_page().filter(pk=row.target_id).first()
    if meeting is None or row.person is None:
        return []
    with translation.override(row.language):
        return calendars.parts_for(meeting, row.person)


for _reason in (BOOKED, MOVED, DETAILS, CANCELLED, AGAIN):
    mail.goes_with(_reason)(_calendar)
