"""Sessions as calendar events: the public calendar, and what each person takes part in or teaches.

A session is known by its code, so that it stays one event whatever is changed; each change raises SEQUENCE. One
that is called off stays with STATUS:CANCELLED, for calendars that would otherwise keep what they have. Reads only.
"""

from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from partners.models.agreements import DatePrecision
from portal import audit
from portal.models import AuditEvent
from programs import calendars
from programs.models.cohorts import Cohort, Session
from programs.models.enrolments import Enrolment, EnrolmentStatus
from programs.models.schedule import FeedKind

KEPT = timedelta(days=30)  # how long what is over, called off or given up stays in a calendar
LEFT = (EnrolmentStatus.CANCELLED, EnrolmentStatus.DROPPED)
CONFIRMED, CANCELLED = "CONFIRMED", "CANCELLED"


def uid_of(session):
    """The name of a session, the same whatever becomes of it."""
    return f"session-{session.code}@{calendars.host()}"


def state_of(session):
    """Whether a session takes place, in the words of a calendar."""
    return CANCELLED if session.cancelled_at or session.cohort.cancelled_at else CONFIRMED


def where(session):
    """Where it is held, for those who take part or teach."""
    return ", ".join(part for part in (session.place or session.cohort.place, session.address) if part)


def absolute(name, *args):
    """The absolute address of a page in the active language."""
    return settings.SITE_URL + reverse(name, args=args)


def event_of(session, *, place="", link="", text=(), status=None, later=0):
    """One session; `later` is by how much its reader's own doings raise its SEQUENCE."""
    return calendars.event(
        uid=uid_of(session),
        sequence=session.sequence + later,
        start=session.starts_at,
        end=session.ends_at,
        changed_at=session.changed_at,
        title=f"{session.cohort.program.title}: {session.title}",
        place=place,
        link=link,
        text="\n".join(line for line in text if line),
        status=status or state_of(session),
    )


# --- everyone's ---------------------------------------------------------------------------------------------------


def everyones(now):
    """Sessions and closing days of published cohorts, from a month ago on. Three queries."""
    sessions = Session.objects.filter(cohort__published_at__isnull=False, ends_at__gt=now - KEPT)
    rows = sessions.filter(cohort__dates_precision=DatePrecision.DAY).select_related("cohort__program")
    found = [
        event_of(
            row,
            place=row.place or row.cohort.place,
            link=settings.SITE_URL + row.cohort.get_absolute_url(),
            text=[row.cohort.label],
        )
        for row in rows.order_by("starts_at", "pk")
    ]
    return found + closing_days(now)


def closing_days(now):
    """When applications close. SEQUENCE counts what was written down of that date, and nothing else that staff do
    with a cohort: nobody learns from a calendar that something is being decided.
    """
    cohorts = list(
        Cohort.objects.published()
        .filter(closes_at__gt=now - KEPT)
        .select_related("program")
        .order_by("closes_at", "pk")
    )
    if not cohorts:
        return []
    events = AuditEvent.objects.filter(
        Q(verb="cohort.changed", after__contains="closes_at") | Q(verb="cohort.cancelled"),
        target_type=audit.kind(cohorts[0]),
        target_id__in=[row.pk for row in cohorts],
    )
    changes = dict(events.order_by().values_list("target_id").annotate(n=Count("pk")))
    return [
        calendars.event(
            uid=f"closes-{row.program.slug}-{row.slug}@{calendars.host()}",
            sequence=changes.get(row.pk, 0),
            start=row.closes_at,
            changed_at=row.published_at,
            title=_("Applications close: %(program)s") % {"program": row.program.title},
            link=settings.SITE_URL + row.get_absolute_url(),
            text=row.label,
            status=CANCELLED if row.cancelled_at else CONFIRMED,
        )
        for row in cohorts
    ]


# --- one person's -------------------------------------------------------------------------------------------------


_sources = {}


def register(name, source):
    """Let calendars hold more than sessions; `source` takes a person, a kind of calendar and the time."""
    _sources[name] = source


def events_of(feed, now):
    """What a person's calendar holds: the sessions, and what is registered beside them."""
    found = learning(feed.person, now) if feed.kind == FeedKind.LEARNING else teaching(feed.person, now)
    return found + [event for source in _sources.values() for event in source(feed.person, feed.kind, now)]


def name_of(feed):
    """What calendar programs call it."""
    return "Grow Creative · " + (_("My sessions") if feed.kind == FeedKind.LEARNING else _("Sessions I teach"))


def learning(person, now):
    """The sessions of the cohorts in which `person` has a place, or had until lately. Two queries."""
    places = Enrolment.objects.filter(person=person).exclude(status=EnrolmentStatus.NO_SHOW)
    left, current = Counter(), {}
    for place in places.order_by("enrolled_at", "pk"):
        if place.status in LEFT:
            left[place.cohort_id] += 1
            if place.ended_at > now - KEPT:
                current.setdefault(place.cohort_id, place)
        else:
            current[place.cohort_id] = place
    rows = Session.objects.filter(cohort__in=list(current), cohort__published_at__isnull=False)
    found = []
    for row in rows.select_related("cohort__program").order_by("starts_at", "pk"):
        place = current[row.cohort_id]
        if place.status in LEFT and row.ends_at <= place.ended_at:
            continue  # it was over when the place was given up
        found.append(of_learner(row, place, left[row.cohort_id], now))
    return found


def of_learner(session, place, times_left, now):
    """A session as whoever has a place in it reads it; the link is in it once it is shown.

    Each time that the place was given up, and had again, the event has changed for its reader: SEQUENCE rises.
    """
    has_left = place.status in LEFT
    page = absolute("learning", place.code)
    return event_of(
        session,
        place="" if has_left else where(session),
        link=session.link if not has_left and session.shows_link(now) else page,
        text=[]
        if has_left
        else [session.access, session.map_link, _("Everything about it: %(url)s") % {"url": page}],
        status=CANCELLED if has_left else None,
        later=2 * times_left - has_left,
    )


def teaching(person, now):
    """The sessions that `person` teaches, with all that those enrolled see, and the link at any time. One query."""
    rows = Session.objects.taught_by(person).filter(cohort__published_at__isnull=False)
    return [
        event_of(
            row,
            place=where(row),
            link=row.link or settings.SITE_URL + row.cohort.get_absolute_url(),
            text=[row.cohort.label, row.access, row.map_link],
        )
        for row in rows.select_related("cohort__program").order_by("starts_at", "pk")
    ]
