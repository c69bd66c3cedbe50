"""The addresses of people's own calendars: had, renewed, switched off."""

from django.db import transaction

from portal import audit, clock
from portal.codes import new_code
from programs.models.schedule import CalendarFeed, FeedKind


@transaction.atomic
def renew_feed(person, kind):
    """Give `person` a new address for a calendar of that kind; the one before leads nowhere from now on."""
    feed, _made = CalendarFeed.objects.update_or_create(
        person=person, kind=FeedKind(kind), defaults={"code": new_code(), "made_at": clock.now()}
    )
    audit.record("calendar.renewed", target=feed, by=person, after=kind)
    return feed


@transaction.atomic
def remove_feed(person, kind):
    """Switch the address off. Twice is the same as once."""
    feed = CalendarFeed.objects.select_for_update(of=("self",)).filter(person=person, kind=FeedKind(kind)).first()
    if feed is not None:
        audit.record("calendar.removed", target=feed, by=person, after=kind)
        feed.delete()
