"""Moving somebody who has a place to another cohort: one place ends and another begins, or neither does."""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from portal import audit, clock
from portal.errors import Refused
from programs import transfer_emails as emails
from programs.models.applications import Application, ApplicationStatus
from programs.models.cohorts import Phase
from programs.models.enrolments import Enrolment, EnrolmentStatus
from programs.operations.moves import lock_cohorts, move
from programs.operations.seats import enrol, promote, refuse_overlap, seats_gone
from programs.seating import SeatsLeft, seats
from programs.signals import enrolment_ended

S = ApplicationStatus
MOVABLE = (EnrolmentStatus.ENROLLED, EnrolmentStatus.ACTIVE)
CLOSED = (Phase.DRAFT, Phase.FINISHED, Phase.CANCELLED)


@transaction.atomic
def move_place(enrolment_id, cohort_id, *, by, reason):
    """Move a place to the cohort `cohort_id`, with a reason that its person reads. Returns the new Enrolment.

    Both cohorts are locked, the one with the lower number first, so that two moves cannot wait for each other; the
    seat there is counted behind its lock, the one here goes to whoever waits. What was applied with stays with the
    cohort that was applied to: there the place is cancelled, here an application stands that was entered for it.
    Refuses without a seat, for a cohort that is over or not public, and where sessions overlap with a third cohort.
    Moving twice to the same cohort is the same as once.
    """
    here = Enrolment.objects.values_list("cohort", flat=True).get(pk=enrolment_id)
    if here == cohort_id:
        raise Refused(_("The place is in this cohort already."))
    locked = lock_cohorts(here, cohort_id)
    application = (
        Application.objects.select_for_update(of=("self",), no_key=True)
        .filter(enrolment=enrolment_id)
        .select_related("applicant")
        .first()
    )
    left = _lock_place(enrolment_id)
    left.cohort, target = locked[here], locked[cohort_id]
    again = Enrolment.objects.live().filter(cohort=target, person=left.person_id).first()
    if left.status == EnrolmentStatus.CANCELLED and again is not None:
        return again
    now, reason = clock.now(), reason.strip()
    _refuse(left, target, reason, now)
    _leave(left, application, now, by=by, reason=reason)
    new = _enter(left.person, target, now, by=by, reason=reason)
    emails.place_moved(new, left, reason=reason)
    audit.record("enrolment.moved", target=left, by=by, before=left.code, after=new.code, reason=reason)
    audit.record("enrolment.moved_here", target=new, by=by, before=left.code, after=new.code, reason=reason)
    promote(left.cohort, now=now)
    return new


def _lock_place(enrolment_id):
    rows = Enrolment.objects.select_for_update(of=("self",), no_key=True).select_related("person")
    return rows.get(pk=enrolment_id)


def _refuse(left, target, reason, now):
    if not reason:
        raise Refused(_("Give a reason; the participant will read it."))
    if left.status not in MOVABLE:
        raise Refused(_("Ended already: %(status)s.") % {"status": left.get_status_display()})
    if target.phase_at(now) in CLOSED:
        raise Refused(_("Nobody can be moved to a cohort that is over, called off or not published."))
    if target.applications.live().filter(applicant=left.person_id).exists():
        raise Refused(_("This person has another application to the same cohort."))


def _leave(left, application, now, *, by, reason):
    """End the place where it was, and free its seat."""
    if application is not None:
        application.cohort = left.cohort
        move(application, S.CANCELLED, by=by, reason=reason)
    left.status, left.ended_at, left.end_reason = EnrolmentStatus.CANCELLED, now, reason[:300]
    left.save(update_fields=["status", "ended_at", "end_reason"])
    enrolment_ended.send(sender=Enrolment, enrolment=left, by=by)


def _enter(person, target, now, *, by, reason):
    """Begin the place where it is now: an application that holds the seat, and the enrolment."""
    application = Application(
        cohort=target, applicant=person, full_name=person.full_name, romanized_name=person.romanized_name
    )
    if not SeatsLeft(target, now).take(application):
        raise Refused(seats_gone(seats(target, now)))
    refuse_overlap(target, person)
    application.save()
    serial = (target.applications.aggregate(last=Max("receipt_serial"))["last"] or 0) + 1
    receipt = {"receipt_serial": serial, "receipt_number": f"{target.receipt_prefix}-{serial:04d}"}
    move(application, S.SUBMITTED, by=by, reason=reason, submitted_at=now, sent_revision=0, **receipt)
    move(application, S.CONFIRMED, by=by, reason=reason)
    return enrol(application)
