"""What staff do with a cohort as a whole."""

from django.db import transaction
from django.db.models import F, Max, Min
from django.utils.translation import gettext as _

from portal import audit, clock
from portal.errors import Refused
from programs import emails
from programs.models.applications import ApplicationStatus
from programs.models.cohorts import Session
from programs.models.enrolments import Enrolment, EnrolmentStatus
from programs.operations.moves import lock_cohort, move
from programs.operations.seats import promote
from programs.seating import seats
from programs.signals import enrolment_ended


@transaction.atomic
def refresh_schedule(cohort_id):
    """Set the cohort's begin and end to those of its sessions. Without any that are held they stay as they are."""
    cohort = lock_cohort(cohort_id)
    held = Session.objects.filter(cohort=cohort, cancelled_at=None)
    bounds = held.aggregate(starts_at=Min("starts_at"), ends_at=Max("ends_at"))
    if bounds["starts_at"] is None or (cohort.starts_at, cohort.ends_at) == (
        bounds["starts_at"],
        bounds["ends_at"],
    ):
        return
    cohort.starts_at, cohort.ends_at = bounds["starts_at"], bounds["ends_at"]
    cohort.save(update_fields=["starts_at", "ends_at"])


@transaction.atomic
def publish_cohort(cohort_id, *, by):
    """Show a cohort to everyone. Refuses one that could not be applied to: no dates, or no announcement."""
    cohort = lock_cohort(cohort_id)
    if cohort.published_at:
        return
    if cohort.is_reviewed and cohort.has_window and cohort.announce_at is None:
        raise Refused(_("Say when the results are announced; the applicants are promised that time."))
    if any(not round_.is_last and round_.announce_at is None for round_ in cohort.rounds.all()):
        raise Refused(_("Say when the results of each review round but the last are announced."))
    if not cohort.has_window and cohort.starts_at is None:
        raise Refused(_("Give the application window or the sessions first."))
    cohort.published_at = clock.now()
    cohort.save(update_fields=["published_at"])
    audit.record("cohort.published", target=cohort, by=by)


@transaction.atomic
def change_capacity(cohort_id, capacity, *, by):
    """Change the number of seats, never below what is promised; more seats go to the waitlist.

    Promised is what is confirmed, offered, about to be offered by a running release, or kept for a partner.
    """
    cohort = lock_cohort(cohort_id)
    if capacity == cohort.capacity:
        return
    now = clock.now()
    counted = seats(cohort, now)
    promised = counted.confirmed + counted.offered + counted.pending + counted.reserved
    if capacity < max(promised, 1):
        raise Refused(
            _("%(promised)s seats are confirmed, offered or kept; there cannot be fewer.") % {"promised": promised}
        )
    before, cohort.capacity = cohort.capacity, capacity
    cohort.save(update_fields=["capacity"])
    audit.record("cohort.capacity", target=cohort, by=by, before=before, after=capacity)
    promote(cohort, now=now)


@transaction.atomic
def cancel_cohort(cohort_id, *, by, reason):
    """Call a cohort off: places and offers end with the reason, waitlists close, everyone concerned is told."""
    cohort = lock_cohort(cohort_id)
    if cohort.cancelled_at:
        return
    if not reason.strip():
        raise Refused(_("Give a reason; the applicants will read it."))
    now = clock.now()
    if cohort.phase_at(now) == "finished":
        raise Refused(_("The cohort is over."))
    cohort.cancelled_at, cohort.cancel_reason = now, reason.strip()[:300]
    cohort.save(update_fields=["cancelled_at", "cancel_reason"])
    audit.record("cohort.cancelled", target=cohort, by=by, reason=reason)
    # for calendars every session that was to be held has changed with it
    cohort.sessions.filter(cancelled_at=None).update(sequence=F("sequence") + 1, changed_at=now)
    ends = {
        ApplicationStatus.OFFERED: ApplicationStatus.RESCINDED,
        ApplicationStatus.CONFIRMED: ApplicationStatus.CANCELLED,
        ApplicationStatus.WAITLISTED: ApplicationStatus.CLOSED_OUT,
        ApplicationStatus.SUBMITTED: ApplicationStatus.WITHDRAWN,
        ApplicationStatus.IN_REVIEW: ApplicationStatus.WITHDRAWN,
        ApplicationStatus.CHANGES_REQUESTED: ApplicationStatus.WITHDRAWN,
    }
    concerned = (
        cohort.applications.select_for_update(of=("self",), no_key=True)
        .filter(status__in=ends)
        .select_related("applicant")
        .order_by("pk")
    )
    for application in concerned:
        application.cohort = cohort
        change = move(application, ends[application.status], by=by, reason=cohort.cancel_reason)
        emails.cohort_cancelled(change)
    for enrolment in Enrolment.objects.live().filter(cohort=cohort).select_for_update(of=("self",), no_key=True):
        enrolment.status = (
            EnrolmentStatus.CANCELLED
            if enrolment.can_become(EnrolmentStatus.CANCELLED)
            else EnrolmentStatus.NOT_COMPLETED
        )
        enrolment.ended_at, enrolment.end_reason = now, cohort.cancel_reason
        enrolment.save(update_fields=["status", "ended_at", "end_reason"])
        enrolment_ended.send(sender=Enrolment, enrolment=enrolment, by=by)
