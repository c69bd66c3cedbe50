"""A usual week in words: on the wall of its own zone and of Seoul's, with what it offers. Reads only."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mentoring import availability
from mentoring.forms.weeks import offset_words
from mentoring.models.availability import SEOUL
from mentoring.vocabulary import Weekday
from mentoring.zones import zone_name
from portal import clock

PARTS = 21


def next_monday(zone):
    """The coming midnight from Sunday to Monday on the wall of a zone."""
    today = clock.now().astimezone(ZoneInfo(zone)).date()
    return datetime.combine(today + timedelta(days=7 - today.weekday()), time(), ZoneInfo(zone))


def by_day(stretches, zone):
    """Stretches of one week as `{weekday: ["09:00–12:00", …]}` on the wall of a zone, cut at its midnights."""
    found = {}
    for start, end in stretches:
        here, until = start.astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone))
        while here < until:
            midnight = datetime.combine(here.date() + timedelta(days=1), time(), ZoneInfo(zone))
            stop = min(until, midnight)
            last = "24:00" if stop == midnight else f"{stop:%H:%M}"
            found.setdefault(here.weekday(), []).append((here.time(), f"{here:%H:%M}–{last}"))
            here = stop
    return {day: [words for _start, words in sorted(times)] for day, times in found.items()}


def tables(week):
    """The usual week for reading: in its own zone, and in Seoul's where next week's clocks differ."""
    since = next_monday(week.zone)
    found = availability.free_time(week, since, since + availability.WEEK, usual=True)
    zones = [week.zone] if is_seoul(week.zone, since) else [week.zone, SEOUL]
    tables_ = []
    for zone in zones:
        days = by_day(found, zone)
        tables_.append(
            {
                "zone": f"{zone_name(zone)} ({offset_words(zone, since)})",
                "rows": [{"day": day.label, "times": ", ".join(days.get(day, ()))} for day in Weekday],
            }
        )
    return tables_


def is_seoul(zone, at):
    """Whether clocks in a zone show what they show in Seoul."""
    return at.astimezone(ZoneInfo(zone)).utcoffset() == at.astimezone(ZoneInfo(SEOUL)).utcoffset()


def parts_words(count):
    """How many parts of a week are offered."""
    return ngettext("%(count)s of 21 parts of the week", "%(count)s of 21 parts of the week", count) % {
        "count": count
    }


def lack_words(count, least):
    """What is missing where a round wants more parts; empty where it is enough."""
    if count >= least:
        return ""
    return _("At least %(least)s of the 21 parts of the week are needed (mornings, afternoons, evenings).") % {
        "least": least
    }
