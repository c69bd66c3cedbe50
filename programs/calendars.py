"""Interviews as calendar events (RFC 5545); sessions are in `programs/session_calendars.py`.

Times are written in UTC, so that no time zone has to be described or can be misread; every calendar shows them in
its owner's. A downloaded calendar is METHOD:PUBLISH. What comes by mail is METHOD:REQUEST with its reader as an
attendee who has accepted and is asked for no answer, and METHOD:CANCEL where the interview is called off: mail
programs put the one into the calendar, move it when a higher SEQUENCE comes under the same UID, and take it out on
the other. An applicant's event is known by application and round, so that it stays one event when it moves to
another slot; a panel's by its slot.
"""

from datetime import UTC, timedelta
from email.mime.text import MIMEText
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vDuration

from portal import clock
from portal.i18n import speaking
from programs import interviews

PUBLISH, REQUEST, CANCEL = "PUBLISH", "REQUEST", "CANCEL"
PRODUCT = "-//Grow Creative//Portal//EN"
ASK_AGAIN = timedelta(hours=1)  # how often a calendar that somebody subscribes to is fetched


def host():
    """The name under which events are unique in the world."""
    return urlsplit(settings.SITE_URL).hostname


def uid_of(application, round_):
    """The name of an applicant's interview in a round, the same in whatever slot it is."""
    return f"interview-{application.code}-{round_.number}@{host()}"


def calendar(events, method=PUBLISH, *, name=""):
    """The text of a calendar that holds `events`; one to subscribe to has a `name`, and says how often to ask."""
    whole = Calendar()
    whole.add("prodid", PRODUCT)
    whole.add("version", "2.0")
    whole.add("calscale", "GREGORIAN")
    whole.add("method", method)
    if name:
        whole.add("name", name)
        whole.add("x-wr-calname", name)
        whole.add("x-wr-timezone", clock.SEOUL.key)
        whole.add("refresh-interval", ASK_AGAIN, {"value": "DURATION"})
        whole.add("x-published-ttl", vDuration(ASK_AGAIN))
    for found in events:
        whole.add_component(found)
    return whole.to_ical().decode()


def event(*, uid, sequence, start, changed_at, end=None, title, place="", link="", text="", status="CONFIRMED"):
    """One event, stamped with the present; without `end` it is a moment."""
    made = Event()
    made.add("uid", uid)
    made.add("dtstamp", clock.now().astimezone(UTC))
    made.add("last-modified", changed_at.astimezone(UTC))
    made.add("sequence", sequence)
    made.add("dtstart", start.astimezone(UTC))
    if end is not None:
        made.add("dtend", end.astimezone(UTC))
    made.add("summary", title)
    made.add("status", status)
    for name, value in (("location", place), ("url", link), ("description", text)):
        if value:
            made.add(name, value)
    return made


def invite(found, person):
    """Make an event an invitation: from the portal, to `person`, who need not answer."""
    organizer = vCalAddress(f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
    organizer.params["CN"] = "Grow Creative"
    found.add("organizer", organizer)
    attendee = vCalAddress(f"mailto:{person.email}")
    attendee.params["CN"] = person.display_name
    attendee.params["PARTSTAT"] = "ACCEPTED"
    attendee.params["RSVP"] = "FALSE"
    found.add("attendee", attendee, encode=False)
    return found


# --- the applicant's -------------------------------------------------------------------------------


def of_applicant(slot, now):
    """The event of the applicant in a booked slot; the link is in it once it is shown."""
    application = slot.application
    program = application.cohort.program
    page = settings.SITE_URL + reverse("application", args=[application.code])
    return event(
        uid=uid_of(application, slot.round),
        sequence=slot.sequence,
        start=slot.starts_at,
        end=slot.ends_at,
        changed_at=slot.changed_at,
        title=_("Interview: %(program)s") % {"program": program.title},
        place=slot.panel.place or (interviews.way(slot.panel)),
        link=slot.panel.link if interviews.is_linked(slot, now) else page,
        text="\n".join(
            [
                _("Receipt number %(number)s") % {"number": application.receipt_number},
                _("Time, place and how to change them: %(url)s") % {"url": page},
            ]
        ),
    )


def called_off(change):
    """The event by which a cancelled interview leaves the applicant's calendar."""
    application = change.application
    return event(
        uid=uid_of(application, change.round),
        sequence=change.sequence,
        start=change.starts_at,
        end=change.ends_at,
        changed_at=change.at,
        title=_("Interview: %(program)s") % {"program": application.cohort.program.title},
        status="CANCELLED",
    )


# --- the panel's -----------------------------------------------------------------------------------


def of_panel(slot):
    """The event of a panel's member; where names are hidden the receipt number alone says who comes."""
    application = slot.application
    who = application.receipt_number
    if slot.names_shown:
        who = f"{application.full_name} ({who})"
    return event(
        uid=f"slot-{slot.code}@{host()}",
        sequence=slot.sequence,
        start=slot.starts_at,
        end=slot.ends_at,
        changed_at=slot.changed_at,
        title=_("Interview %(who)s") % {"who": who},
        place=slot.panel.place,
        link=slot.panel.link,
        text=f"{application.cohort.program.title} {application.cohort.label}\n{slot.panel.title}",
    )


# --- how they travel -------------------------------------------------------------------------------


def download(text, name):
    """A calendar to keep, which no cache keeps."""
    return HttpResponse(
        text,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.ics"', "Cache-Control": "private, no-store"},
    )


def part_of_mail(events, method, *, name="interview"):
    """A calendar as the part of a mail that mail programs act on."""
    part = MIMEText(calendar(events, method), "calendar", "utf-8")
    part.set_param("method", method)
    part.add_header("Content-Disposition", "attachment", filename=f"{name}.ics")
    return part


def parts_for(change, person, language, now):
    """What goes with a mail about `change`: the interview as it stands, or its cancellation."""
    slot = interviews.slot_of(change.application)
    with speaking(language):
        if change.kind == interviews.ChangeKind.CANCELLED:
            return [part_of_mail([invite(called_off(change), person)], CANCEL)]
        if slot is None:
            return []
        return [part_of_mail([invite(of_applicant(slot, now), person)], REQUEST)]
