"""The times of a pair in the zones of those who meet: whose time it is first, the day where it is another one."""

from zoneinfo import ZoneInfo

from django.utils.translation import pgettext

from accounts.forms import ZONES
from portal import i18n
from portal.clock import SEOUL


def week_of(person):
    """The usual week that `person` has written down, or None."""
    return getattr(person, "week", None)


def zone_of(person):
    """The zone in which `person` lives; Seoul's until they say otherwise."""
    return zone_in(week_of(person))


def zone_in(week):
    """The zone of a usual week; Seoul's where there is none."""
    return ZoneInfo(week.zone) if week else SEOUL


def zones_for(reader, people):
    """The zones in which `reader` is told of a meeting of `people`: one's own first; staff begin with Seoul's."""
    first = zone_of(reader) if reader in people else SEOUL
    return list(dict.fromkeys([first, *(zone_of(person) for person in people)]))


def zone_name(zone):
    """A zone, given by its key, as people call it; its place where it is not one of the usual ones."""
    return str(ZONES.get(zone) or zone.rpartition("/")[2].replace("_", " "))


def abbreviation(moment, zone):
    """What the zone is called at that moment: `KST`, `PDT`; `UTC-03` where it has no name."""
    name = moment.astimezone(zone).tzname()
    return f"UTC{name}" if name[:1] in "+-" else name


def hours(start, end=None):
    """`10:00~11:00` on one clock, or `10:00` without an end."""
    if end is None:
        return f"{start:%H:%M}"
    return f"{start:%H:%M}{'~' if i18n.language() == i18n.KO else '–'}{end:%H:%M}"


def _told(start, end, zone, *, with_day, year):
    local = start.astimezone(zone)
    text = f"{hours(local, end and end.astimezone(zone))} {abbreviation(start, zone)}"
    if not with_day:
        return text
    comma = "" if i18n.language() == i18n.KO else ","
    return f"{i18n.day(local.date(), year=year)}{comma} {text}"


def times(start, end, zones, *, year=None):
    """`1월 14일 (화) 10:00~11:00 KST · 1월 13일 (월) 17:00~18:00 PST`: each clock once, days where they differ.

    Without `end` it is a moment.
    """
    first, *others = zones
    parts = [_told(start, end, first, with_day=True, year=year)]
    seen, today = {start.astimezone(first).utcoffset()}, start.astimezone(first).date()
    for zone in others:
        local = start.astimezone(zone)
        if local.utcoffset() not in seen:
            seen.add(local.utcoffset())
            parts.append(_told(start, end, zone, with_day=local.date() != today, year=year))
    return " · ".join(parts)


def elsewhere(moment, zones):
    """A moment on every clock but the first; empty where all agree."""
    return times(moment, None, zones).partition(" · ")[2]


def own_moment(moment, zone, *, year=None):
    """A moment as `i18n.moment` tells it; where the reader's clock, in `zone`, differs, on that before Seoul's."""
    if moment.astimezone(zone).utcoffset() == moment.astimezone(SEOUL).utcoffset():
        return i18n.moment(moment, year=year)
    return times(moment, None, [zone, SEOUL], year=year)


def now_for(reader, people, now):
    """The time as the head of a page tells it to `reader`; where clocks differ, on each of those of `people`."""
    both = zones_for(reader, people)
    if len({now.astimezone(zone).utcoffset() for zone in [*both, SEOUL]}) == 1:
        return i18n.moment(now, year=True)
    return times(now, None, both, year=True)


def own_deadline(moment, zone, *, year=None):
    """The same as a deadline: `by Sat, 6 March, 17:00 PST · Sun, 7 March, 10:00 KST`."""
    return pgettext("deadline", "by %(moment)s") % {"moment": own_moment(moment, zone, year=year)}
