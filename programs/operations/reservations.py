"""Seats kept for whom a partner nominates: keeping them, letting them go, and who is nominated.

What is kept counts as taken (`programs/seating.py`) until its date; then the clock offers it to the waitlist.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit, clock, i18n
from portal.errors import Refused
from programs.models.applications import LIVE, ApplicationStatus
from programs.models.selection import SeatReservation
from programs.operations.moves import lock_application, lock_cohort, not_now
from programs.operations.seats import promote, promotes_until
from programs.seating import seats

NOMINABLE = tuple(status for status in LIVE if status != ApplicationStatus.DRAFT)


@transaction.atomic
def keep_seats(cohort_id, organization, count, until, *, by):
    """Keep `count` seats for whom `organization` nominates, until a moment; 0 lets them go.

    Refuses a date that is past, or so late that what falls back could go to nobody, and more than is not promised.
    Seats that become free are offered to the waitlist at once.
    """
    cohort = lock_cohort(cohort_id)
    now = clock.now()
    kept = SeatReservation.objects.filter(cohort=cohort, organization=organization).first()
    before = f"{organization.code} {kept.seats} {kept.until.isoformat()}" if kept else ""
    if count == 0:
        if kept is None:
            raise Refused(_("No seat is kept for this partner."))
        kept.delete()
        after = f"{organization.code} 0"
    else:
        refuse_date(cohort, until, now)
        values = {"seats": count, "until": until}
        SeatReservation.objects.update_or_create(cohort=cohort, organization=organization, defaults=values)
        refuse_overfull(cohort, now)
        after = f"{organization.code} {count} {until.isoformat()}"
    audit.record("cohort.seats_kept", target=cohort, by=by, before=before, after=after)
    promote(cohort, now=now)


def refuse_date(cohort, until, now):
    """Refuse to keep seats until a moment that is past, or after which nobody can be promoted."""
    if cohort.cancelled_at:
        raise Refused(_("The cohort is cancelled."))
    if until <= now:
        raise Refused(_("The date until which they are kept lies in the past."))
    last = promotes_until(cohort)
    if last is not None and until >= last:
        raise Refused(
            _("Seats that fall back could go to nobody: promotions end %(moment)s.") % {"moment": i18n.moment(last)}
        )


def refuse_overfull(cohort, now):
    """Refuse what would promise more seats than there are; the caller has written it behind the lock."""
    counted = seats(cohort, now)
    promised = counted.confirmed + counted.offered + counted.pending + counted.reserved
    if promised > cohort.capacity:
        raise Refused(
            _("%(promised)s seats would be confirmed, offered or kept, but there are %(capacity)s.")
            % {"promised": promised, "capacity": cohort.capacity}
        )


@transaction.atomic
def nominate(application_id, organization, *, by):
    """Write down which partner nominates the applicant, or with None that none does. Twice is the same as once.

    Whoever is nominated takes a seat that is kept for the partner before one that is everybody's. Refuses to take
    the nomination from somebody with a seat where the seat that is kept again would be one too many.
    """
    cohort, application = lock_application(application_id)
    if application.status not in NOMINABLE:
        raise not_now(application)
    before = application.nominated_by
    if before == organization:
        return
    application.nominated_by = organization
    application.save(update_fields=["nominated_by"])
    now = clock.now()
    refuse_overfull(cohort, now)
    names = [party.code if party else "" for party in (before, organization)]
    audit.record("application.nominated", target=application, by=by, before=names[0], after=names[1])
    promote(cohort, now=now)
