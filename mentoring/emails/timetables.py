"""The mail that brings each person their own timetable of a camp, with its calendar. Dropped when another holds."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from mentoring import meeting_calendars
from mentoring.emails.pairs import FOLDER
from mentoring.meeting_labels import whom
from mentoring.models.availability import SEOUL, Week
from mentoring.models.meetings import Meeting
from mentoring.models.timetables import Timetable, TimetableState
from portal import i18n, mail
from portal.i18n import speaking
from portal.mail_events import Kind, Placeholder, event, needed, sometimes
from programs import calendars, interviews

TIMETABLE = "camp_timetable"


def own(timetable, person):
    """The meetings of a timetable in which a person takes part: as mentor, mentee or interpreter."""
    rows = timetable.meetings.select_related(
        "pairing__mentor__user",
        "pairing__mentor__expert",
        "pairing__enrolment__person",
        "pairing__enrolment__cohort__program",
        "interpreter",
    )
    either = Meeting.objects.of_person(person) | Meeting.objects.filter(interpreter__user=person)
    return rows.filter(pk__in=either.values("pk")).order_by("starts_at", "pk")


def line(meeting, person, zone):
    """A meeting as its person reads it in the mail."""
    text = f"{i18n.span(meeting.starts_at, meeting.ends_at, times=True)} · {whom(meeting, person)}"
    own_time = interviews.own_time(meeting.starts_at, meeting.ends_at, zone)
    if own_time:
        text += f" ({own_time})"
    if meeting.interpreter is not None and meeting.interpreter.user_id != person.pk:
        text += " · " + gettext("interpreter: %(name)s") % {"name": meeting.interpreter.name}
    return text


@event(
    FOLDER,
    TIMETABLE,
    _("Timetable of a camp"),
    Placeholder("name", Kind.NAME, _("The name of the person to whom the mail goes.")),
    Placeholder("program", Kind.TEXT, _("The title of the program.")),
    Placeholder("label", Kind.TEXT, _("The name of the cohort.")),
    needed("lines", Kind.LIST, _("The person's meetings, one a line.")),
    sometimes("place", Kind.TEXT, _("Where they take place, if it is a place.")),
    sometimes("link", Kind.LINK, _("The online link, if there is one.")),
    sometimes("is_changed", Kind.YES_NO, _("Whether an earlier timetable has changed.")),
    needed("url", Kind.LINK, _("The page of one's mentoring.")),
    Placeholder("contact", Kind.TEXT, _("The address for questions.")),
    Placeholder("site_url", Kind.LINK, _("The address of the portal.")),
)
def camp_timetable(timetable, person):
    """All meetings of a person in a timetable, in order of time."""
    camp = timetable.camp
    cohort = camp.round.cohort
    zone = Week.objects.filter(person=person).values_list("zone", flat=True).first() or SEOUL
    with speaking(person.language):
        words = {
            "program": cohort.program.title,
            "label": cohort.label,
            "lines": [line(meeting, person, zone) for meeting in own(timetable, person)]
            or [gettext("You have no meetings in it any more.")],
            "place": camp.place,
            "link": "" if camp.place else camp.link,
            "is_changed": timetable.camp.timetables.filter(state=TimetableState.REPLACED).exists(),
            "url": settings.SITE_URL + reverse("mentoring"),
            "contact": cohort.contact_email or settings.CONTACT_EMAIL,
        }
    return mail.queue(f"{FOLDER}/{TIMETABLE}.txt", person=person, target=timetable, context=words)


@mail.still_wanted(TIMETABLE)
def _still_holds(timetable_id):
    return Timetable.objects.published().filter(pk=timetable_id).exists()


def calendar_of(timetable, person):
    """The person's meetings as events; what the timetable before had and this one has not is cancelled."""
    found = list(own(timetable, person))
    names = {meeting.uid for meeting in found}
    before = timetable.camp.timetables.filter(state=TimetableState.REPLACED).first()
    if before is not None:
        found += [meeting for meeting in own(before, person) if meeting.uid not in names and meeting.is_off]
    return [meeting_calendars.event_of(meeting, person) for meeting in found]


@mail.goes_with(TIMETABLE)
def _calendar(row):
    timetable = Timetable.objects.select_related("camp").get(pk=row.target_id)
    with override(row.language):
        events = calendar_of(timetable, row.person)
        return [calendars.part_of_mail(events, calendars.PUBLISH, name="timetable")]
