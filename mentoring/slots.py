"""When a pair can meet: what both weeks have in common, less what either has to do. Reads only.

A slot begins on a quarter of an hour (meetings of whole half hours: on a half hour), lasts as long as the round
says, keeps the larger of the two buffers to every other meeting of either, overlaps with no session that either
attends or teaches, lies within the cohort's time, and is booked at least the larger of the two notices ahead, while
the mentor's month is not full. Nobody learns what the other has to do at that time.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mentoring.availability import common, free_time, merged, without
from mentoring.models.meetings import Meeting
from mentoring.zones import week_of, zone_of
from programs.clashes import LIVE
from programs.models.cohorts import Session
from programs.models.enrolments import Enrolment

AHEAD = timedelta(weeks=8)  # how far ahead is looked
USUAL_MINUTES = 60  # of a meeting, where a pair stands in no round
QUARTER, HALF = timedelta(minutes=15), timedelta(minutes=30)
LONGEST_MONTH = timedelta(days=32)
FIRST_YEAR, LAST_YEAR = 2000, 2200  # what a time can be at all
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Terms:
    """What booking a meeting of a pair goes by."""

    length: timedelta
    notice: timedelta
    buffer: timedelta

    @property
    def step(self):
        """How far apart slots begin."""
        return HALF if self.length % HALF == timedelta(0) else QUARTER


def people_of(pairing):
    """The mentor and the mentee, with their weeks; those are read once."""
    people = [pairing.mentor.user, pairing.enrolment.person]
    prefetch_related_objects(people, "week__parts", "week__exceptions")
    return people


def round_of(pairing):
    """The round of the pair's cohort, or None."""
    return getattr(pairing.enrolment.cohort, "mentoring_round", None)


def terms_of(pairing):
    """The terms of a pair: of its round and of both weeks, the stricter of each."""
    round_ = round_of(pairing)
    weeks = [week for week in map(week_of, people_of(pairing)) if week]
    return Terms(
        timedelta(minutes=round_.meeting_minutes if round_ else USUAL_MINUTES),
        timedelta(hours=max((week.notice_hours for week in weeks), default=0)),
        timedelta(minutes=max((week.buffer_minutes for week in weeks), default=0)),
    )


def closed(pairing):
    """Why no meeting of this pair can be booked at all; empty where one can."""
    if not pairing.is_live:
        return _("This pair has ended.")
    if pairing.enrolment.cohort.cancelled_at:
        return _("The cohort is cancelled.")
    if pairing.awaits_answer:
        return _("Meetings can be booked once the mentor has accepted.")
    round_ = round_of(pairing)
    if round_ and round_.is_camp:
        return _("The meetings of a camp stand in its timetable, which the organizer makes.")
    return ""


def without_week(pairing):
    """Those of the two who have not written down when they have time."""
    return [person for person in people_of(pairing) if not week_of(person) or not week_of(person).parts.all()]


def window(pairing, since, until):
    """The part of a time that lies within the cohort's, and not before the two were paired."""
    cohort = pairing.enrolment.cohort
    first = max(filter(None, [since, cohort.starts_at, pairing.paired_at]))
    return first, min(until, cohort.ends_at or until)


def meetings_of(people, besides=None):
    """Every meeting that takes up time of any of these people; `besides` the one that is being moved."""
    found = Meeting.objects.standing().of_people(people)
    return found.exclude(pk=besides.pk) if besides else found


def sessions_of(people):
    """The sessions that any of these people attend or teach."""
    attended = Enrolment.objects.filter(person__in=people, status__in=LIVE).values("cohort")
    taught = Session.objects.filter(session_experts__expert__user__in=people).values("pk")
    held = Session.objects.held()
    return held.filter(cohort__in=attended) | held.filter(pk__in=taught)


def busy(pairing, since, until, *, buffer, besides=None):
    """When either of the two has something else to do: meetings with the buffer round them, sessions without."""
    people = people_of(pairing)
    met = meetings_of(people, besides).overlapping(since - buffer, until + buffer)
    held = sessions_of(people).meeting(since, until)
    return merged(
        [(start - buffer, end + buffer) for start, end in met.values_list("starts_at", "ends_at")]
        + list(held.values_list("starts_at", "ends_at"))
    )


def month_of(moment, mentor):
    """The month of a moment, where the mentor lives."""
    local = moment.astimezone(zone_of(mentor.user))
    return local.year, local.month


def full_months(mentor, since, until, besides=None):
    """The months between two moments in which the mentor has as many meetings as they want."""
    if mentor.monthly_limit is None:
        return lambda month: False
    around = meetings_of([mentor.user], besides).filter(
        pairing__mentor=mentor, starts_at__gt=since - LONGEST_MONTH, starts_at__lt=until + LONGEST_MONTH
    )
    count = Counter(month_of(start, mentor) for start in around.values_list("starts_at", flat=True))
    return lambda month: count[month] >= mentor.monthly_limit


def bookable(pairing, now, *, since=None, until=None, besides=None):
    """The slots in which a pair can meet, as pairs of moments in UTC, the earliest first.

    `besides` is the meeting that is being moved: its time counts as free. Eight weeks ahead where nothing is said.
    """
    if closed(pairing) or without_week(pairing):
        return []
    terms = terms_of(pairing)
    since, until = window(pairing, max(since or now, now + terms.notice), until or now + AHEAD)
    if since >= until:
        return []
    both = common(*(free_time(week_of(person), since, until) for person in people_of(pairing)))
    free = without(both, busy(pairing, since, until, buffer=terms.buffer, besides=besides))
    is_full = full_months(pairing.mentor, since, until, besides)
    return [
        (start, start + terms.length)
        for start in starts(free, terms)
        if not is_full(month_of(start, pairing.mentor))
    ]


def starts(free, terms):
    """Where slots begin in stretches of free time."""
    for begin, end in free:
        start = begin + (EPOCH - begin) % terms.step
        while start + terms.length <= end:
            yield start.astimezone(UTC)
            start += terms.step


# --- why not ------------------------------------------------------------------------------------------------------


def refusal(pairing, start, now, *, besides=None, agreed=False):
    """Why a pair cannot meet from `start` on; empty where it can.

    What the two have `agreed` on need not lie in their weeks, nor keep buffer and notice; only free must it be.
    """
    reason = closed(pairing)
    if reason:
        return reason
    terms = terms_of(pairing)
    end = start + terms.length
    if start <= now:
        return _("This time has passed.")
    if not agreed and start < now + terms.notice:
        return notice_words(terms)
    if window(pairing, start, end) != (start, end):
        return _("This time lies outside the time of the cohort.")
    if busy(pairing, start, end, buffer=timedelta(0) if agreed else terms.buffer, besides=besides):
        return _("One of you has something else at that time. Please choose another one.")
    if full_months(pairing.mentor, start, end, besides)(month_of(start, pairing.mentor)):
        return _("The mentor has no more meetings to give in that month.")
    if not agreed and (start, end) not in bookable(pairing, now, since=start, until=end, besides=besides):
        return _("This time is no longer offered. Please choose another one.")
    return ""


def notice_words(terms):
    """How long before its beginning a meeting is booked at the latest; empty where nobody wants notice."""
    hours = int(terms.notice / timedelta(hours=1))
    if not hours:
        return ""
    return ngettext(
        "Meetings are booked at least %(hours)s hour ahead.",
        "Meetings are booked at least %(hours)s hours ahead.",
        hours,
    ) % {"hours": hours}


def is_late(pairing, start, now):
    """Whether whoever calls a meeting off now does so within the notice that the two want."""
    return start - now < terms_of(pairing).notice


# --- as addresses and forms hold them -----------------------------------------------------------------------------


def value_of(start):
    """A beginning as a form holds it."""
    return start.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def start_in(value):
    """The beginning in what a form held, or None."""
    try:
        found = datetime.strptime(value, "%Y-%m-%dT%H:%M%z")
    except ValueError:
        return None
    return found.astimezone(UTC) if FIRST_YEAR <= found.year <= LAST_YEAR else None
