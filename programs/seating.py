"""Who holds the seats of a cohort. Reads only; exact only behind the lock on the cohort.

Taken = confirmed + unexpired offers + offers that a running release has still to make + seats that are kept for
whom a partner nominates and not yet taken by them, until the date to which they are kept.
"""

from collections import Counter, namedtuple

from django.db.models import Count, F, Q, Value

from programs.models.applications import Application, ApplicationStatus, Outcome
from programs.models.selection import ReleaseItem, SeatReservation

Seats = namedtuple("Seats", "capacity confirmed offered pending reserved free waiting")


def pending_offers(cohort_ids):
    """The items of running releases that will still offer a seat."""
    return ReleaseItem.objects.filter(
        release__cohort__in=cohort_ids,
        release__finished_at=None,
        done_at=None,
        decision__outcome=Outcome.OFFER,
        decision__application__status=ApplicationStatus.IN_REVIEW,
        decision__at__gte=F("decision__application__moved_at"),
    )


def seats(cohort, now):
    """How many seats `cohort` has, and who holds them at `now`. Exact only behind the lock on the cohort."""
    held = cohort.applications.holding_seats(now)
    confirmed = held.filter(status=ApplicationStatus.CONFIRMED).count()
    offered = held.count() - confirmed
    pending = pending_offers([cohort.pk]).count()
    kept = sum(reserved(cohort, now).values())
    waiting = cohort.applications.filter(status=ApplicationStatus.WAITLISTED).count()
    free = max(cohort.capacity - confirmed - offered - pending - kept, 0)
    return Seats(cohort.capacity, confirmed, offered, pending, kept, free, waiting)


def reserved(cohort, now):
    """`{organization: seats}` still kept in a cohort at `now` for whom each nominates."""
    return reserved_in([cohort.pk], now).get(cohort.pk, {})


def reserved_in(cohort_ids, now):
    """The same for several cohorts: `{cohort: {organization: seats}}`. At most three queries."""
    rows = list(SeatReservation.objects.filter(cohort__in=cohort_ids, until__gt=now))
    if not rows:
        return {}
    taken = Counter()
    nominated = Application.objects.filter(cohort__in=cohort_ids, nominated_by__isnull=False)
    held = nominated.holding_seats(now).order_by().values("cohort", "nominated_by")
    for row in held.annotate(n=Count("pk")):
        taken[row["cohort"], row["nominated_by"]] += row["n"]
    pending = pending_offers(cohort_ids).filter(Q(decision__application__nominated_by__isnull=False)).order_by()
    for cohort, organization in pending.values_list("release__cohort", "decision__application__nominated_by"):
        taken[cohort, organization] += 1
    kept = {}
    for row in rows:
        left = row.seats - taken[row.cohort_id, row.organization_id]
        if left > 0:
            kept.setdefault(row.cohort_id, {})[row.organization_id] = left
    return kept


def places_left(cohort, now):
    """The seats that whoever registers now can still have, where they go as people come. One query."""
    held = cohort.applications.holding_seats(now).order_by().values("nominated_by").annotate(n=Count("pk"))
    kept = SeatReservation.objects.filter(cohort=cohort, until__gt=now).order_by()
    rows = held.values_list("nominated_by", "n", Value(0)).union(
        kept.values_list("organization", Value(0), "seats"), all=True
    )
    taken, reserved = Counter(), Counter()
    for organization, held_seats, kept_seats in rows:
        taken[organization] += held_seats
        reserved[organization] += kept_seats
    waiting_for = sum(max(count - taken[organization], 0) for organization, count in reserved.items())
    return max(cohort.capacity - taken.total() - waiting_for, 0)


class SeatsLeft:
    """The seats that can be given now, taken one after the other: a kept one before one that is everybody's."""

    def __init__(self, cohort, now):
        self.free, self.kept = seats(cohort, now).free, reserved(cohort, now)

    def take(self, application):
        """Take a seat for `application`; returns whether there was one for it."""
        if self.kept.get(application.nominated_by_id, 0) > 0:
            self.kept[application.nominated_by_id] -= 1
            return True
        if self.free > 0:
            self.free -= 1
            return True
        return False

    @property
    def is_used_up(self):
        """Whether nobody can be given a seat any more."""
        return self.free == 0 and not any(self.kept.values())
