"""Taking part: begun by the clock, ended by staff with an outcome."""

from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit, clock
from portal.errors import Refused
from programs.models.attendance import WITH_MINUTES as CAME
from programs.models.enrolments import ENDED, Enrolment, EnrolmentStatus
from programs.operations import no_shows
from programs.signals import enrolment_ended

NEEDS_REASON = (EnrolmentStatus.DROPPED, EnrolmentStatus.NO_SHOW)


def activate_enrolments(now):
    """Make active the enrolments whose cohort has begun at `now`. Returns how many."""
    begun = Enrolment.objects.filter(
        status=EnrolmentStatus.ENROLLED,
        cohort__starts_at__lte=now,
        cohort__ends_at__gt=now,
        cohort__cancelled_at=None,
    )
    return begun.update(status=EnrolmentStatus.ACTIVE)


@transaction.atomic
def end_enrolment(enrolment_id, outcome, *, by, reason=""):
    """End someone's part with `outcome`; a drop-out and a no-show need their reason.

    A no-show has consequences (`programs/operations/no_shows.py`), in the same transaction; whoever came to any
    session is none.

    The seat stays taken: a place is given back by cancelling it, not by ending it. Ending twice with the same
    outcome is the same as once.
    """
    outcome = EnrolmentStatus(outcome)
    enrolment = Enrolment.objects.select_for_update(of=("self",), no_key=True).get(pk=enrolment_id)
    if enrolment.status == outcome:
        return enrolment
    if outcome not in ENDED or outcome == EnrolmentStatus.CANCELLED or not enrolment.can_become(outcome):
        raise Refused(
            _("“%(before)s” cannot become “%(after)s”.")
            % {"before": enrolment.get_status_display(), "after": outcome.label}
        )
    if outcome in NEEDS_REASON and not reason.strip():
        raise Refused(_("Give a reason."))
    if outcome == EnrolmentStatus.NO_SHOW and enrolment.attendance.filter(status__in=CAME).exists():
        raise Refused(_("They came to a session, as its attendance says. This is no no-show but a drop-out."))
    before = enrolment.status
    enrolment.status, enrolment.ended_at, enrolment.end_reason = outcome, clock.now(), reason.strip()[:300]
    enrolment.save(update_fields=["status", "ended_at", "end_reason"])
    audit.record(f"enrolment.{outcome}", target=enrolment, by=by, before=before, after=outcome, reason=reason)
    enrolment_ended.send(sender=Enrolment, enrolment=enrolment, by=by)
    if outcome == EnrolmentStatus.NO_SHOW:
        no_shows.follow(enrolment, by=by)
    return enrolment
