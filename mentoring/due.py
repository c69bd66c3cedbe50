"""Days by which something is due, where the person lives who does it."""

from datetime import datetime, time, timedelta

from mentoring.zones import zone_of
from portal import clock

MORNING = time(9)


def today_of(person):
    """The day it is now where `person` lives."""
    return clock.now().astimezone(zone_of(person)).date()


def end_of(day, person):
    """The moment at which that day is over where `person` lives."""
    return datetime.combine(day + timedelta(days=1), time(), zone_of(person))


def eve_of(day, person):
    """The morning before that day where `person` lives."""
    return datetime.combine(day - timedelta(days=1), MORNING, zone_of(person))


def morning_of(day, person):
    """The morning of that day where `person` lives."""
    return datetime.combine(day, MORNING, zone_of(person))
