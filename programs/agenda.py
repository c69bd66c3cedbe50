"""The public calendar: the dates of published cohorts, a month at a time. Reads only."""

import re
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from partners.models.agreements import DatePrecision
from portal import clock, i18n
from programs import cohort_page
from programs.models.cohorts import Cohort, Milestone, Session

MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)
SESSIONS, APPLICATIONS = "sessions", "applications"


def month_of(text, now):
    """The first day of the month that an address asks for; of the present one where it asks for none."""
    found = MONTH.fullmatch(text or "")
    return date(int(found[1]), int(found[2]), 1) if found else i18n.local_date(now).replace(day=1)


def following(first):
    """The first day of the next month."""
    return (first + timedelta(days=31)).replace(day=1)


def before(first):
    """The first day of the month before."""
    return (first - timedelta(days=1)).replace(day=1)


def title_of(first):
    """A month as people write it."""
    return i18n.dated(first, DatePrecision.MONTH)


def bounds(first):
    """When a month begins and ends in Seoul."""
    return tuple(datetime(day.year, day.month, 1, tzinfo=clock.SEOUL) for day in (first, following(first)))


def entries(first, what):
    """Everything of a month, in its order: `(moment, line)`. At most four queries."""
    start, end = bounds(first)
    found = []
    if what != APPLICATIONS:
        found += _sessions(start, end)
    if what != SESSIONS:
        found += _windows(start, end)
    return sorted(found, key=lambda row: row[0])


def days(rows):
    """Entries by their day: `{"title": …, "lines": […]}`."""
    by_day = {}
    for at, line in rows:
        by_day.setdefault(i18n.local_date(at), []).append(line)
    return [{"title": i18n.day(day, year=False), "lines": lines} for day, lines in by_day.items()]


def _published():
    return Q(cohort__published_at__isnull=False, cohort__dates_precision=DatePrecision.DAY)


def _sessions(start, end):
    rows = Session.objects.filter(_published(), starts_at__gte=start, starts_at__lt=end)
    for row in rows.select_related("cohort__program"):
        cancelled = row.cancelled_at or row.cohort.cancelled_at
        line = _line(row.cohort, i18n.hours(row.starts_at, row.ends_at), row.title, row.place)
        yield row.starts_at, line | {"pill": cohort_page.cancelled_pill() if cancelled else None}
    milestones = Milestone.objects.filter(_published(), cohort__cancelled_at=None, at__gte=start, at__lt=end)
    for row in milestones.select_related("cohort__program"):
        yield row.at, _line(row.cohort, i18n.clock_time(row.at), row.title, row.note)


def _windows(start, end):
    words = {
        "opens_at": _("Applications open"),
        "closes_at": _("Applications close"),
        "announce_at": pgettext("calendar", "Results"),
    }
    within = Q()
    for name in words:
        within |= Q(**{f"{name}__gte": start, f"{name}__lt": end})
    for row in Cohort.objects.published().filter(within, cancelled_at=None).select_related("program"):
        for name, word in words.items():
            at = getattr(row, name)
            if at is not None and start <= at < end:
                yield at, _line(row, i18n.clock_time(at), word)


def _line(cohort, when, what, note=""):
    return {
        "when": when,
        "title": cohort.program.title,
        "title_lang": i18n.language_of(cohort.program, "title"),
        "note": " · ".join(part for part in (what, cohort.label, note) if part),
        "url": cohort.get_absolute_url(),
    }


def chips(first, what):
    """Links to all of a month, to its sessions alone, to what concerns applying."""
    labels = {"": _("All dates"), SESSIONS: _("Sessions"), APPLICATIONS: pgettext("calendar", "Applications")}
    return [
        {"label": label, "url": address(first, value), "current": value == what} for value, label in labels.items()
    ]


def address(first, what=""):
    """The address of a month."""
    query = f"month={first:%Y-%m}" + (f"&what={what}" if what else "")
    return f"{reverse('calendar')}?{query}"


def steps(first, what):
    """The ways to the months around, as far as there are any to be asked for."""
    around = {"before": before(first), "following": following(first)}
    return {
        name: {"url": address(day, what), "label": title_of(day)}
        for name, day in around.items()
        if 2000 <= day.year <= 2099
    }
