"""Seats: who holds one, who is offered the next, and what frees one.

Seats are counted (`programs/seating.py`) inside a transaction that holds the lock on the cohort row. One promotion
pass serves a cohort; whatever frees a seat runs it, and so does the clock.
"""

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F, Max
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from portal import clock, mail
from portal.errors import Refused
from programs import emails
from programs.eligibility import clash_of, clash_text
from programs.models.applications import (
    REOPENABLE,
    Application,
    ApplicationStatus,
    Offer,
    OfferKind,
)
from programs.models.cohorts import Cohort, PromotionStop, answer_time
from programs.models.enrolments import Enrolment, EnrolmentStatus
from programs.operations.moves import lock_application, lock_cohort, move, not_now
from programs.seating import SeatsLeft, seats
from programs.signals import enrolment_ended


def promotes_until(cohort):
    """The last moment at which a seat may be promoted; None where nothing ends it."""
    return cohort.promote_until or cohort.starts_at


def make_offer(application, kind, *, by, reason="", now):
    """Offer a seat; the caller holds the locks and has counted. Queues the mail. Returns the Offer."""
    until = answer_time(application.cohort, now)
    move(application, ApplicationStatus.OFFERED, by=by, reason=reason, answer_by=until)
    offer = Offer.objects.create(application=application, kind=kind, made_at=now, expires_at=until)
    emails.offered(offer)
    return offer


def next_waitlist_number(cohort):
    """The number after the highest ever given in `cohort`; the caller holds its lock."""
    return (cohort.applications.aggregate(last=Max("waitlist_number"))["last"] or 0) + 1


def refuse_overlap(cohort, person):
    """Refuse if `person` takes part in another cohort whose sessions overlap. Locks the person's row.

    The lock makes two confirmations in different cohorts follow each other.
    """
    get_user_model().objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    clash = clash_of(cohort, person)
    if clash is not None:
        raise Refused(clash_text(clash))


def enrol(application):
    """Make the enrolment of a place that was just confirmed."""
    return Enrolment.objects.create(
        cohort=application.cohort,
        person=application.applicant,
        application=application,
        enrolled_at=clock.now(),
    )


@transaction.atomic
def offer_seat(application_id, *, by, reason=""):
    """Offer a seat by staff's hand, off the waitlist or again to one who was turned down, late or declined.

    Refuses when no seat is free, when the cohort's results are not out, and without a reason where the
    waitlist's own order is not the reason. Returns the Offer.
    """
    cohort, application = lock_application(application_id)
    now = clock.now()
    if application.status in REOPENABLE:
        if not reason.strip():
            raise Refused(_("Give a reason for offering a place again."))
        refuse_second_live(application)
        kind = OfferKind.RENEWED
    else:
        kind = OfferKind.PROMOTION
    if not application.can_become(ApplicationStatus.OFFERED) or application.status == ApplicationStatus.IN_REVIEW:
        raise not_now(application)
    if cohort.is_reviewed and not cohort.released_at:
        raise Refused(_("The results are not out yet; stage a decision instead."))
    if cohort.cancelled_at:
        raise Refused(_("The cohort is cancelled."))
    if cohort.starts_at and cohort.starts_at <= now:
        raise Refused(_("The cohort has begun."))
    if cohort.releases.filter(finished_at=None).exists():
        raise Refused(_("The results are going out at this moment. Please try again when they are out."))
    if not SeatsLeft(cohort, now).take(application):
        raise Refused(seats_gone(seats(cohort, now)))
    if kind == OfferKind.PROMOTION and not reason.strip() and ahead_of(application):
        raise Refused(_("Others stand before this person on the waitlist; give a reason for passing them."))
    return make_offer(application, kind, by=by, reason=reason, now=now)


def seats_gone(counted):
    """Why nobody can be given a seat, in a sentence."""
    if counted.reserved:
        return _("Every seat is confirmed or offered, and %(count)s are kept for whom partners nominate.") % {
            "count": counted.reserved
        }
    return _("Every seat is confirmed or offered.")


def ahead_of(application):
    """How many stand before a waitlisted application."""
    return application.cohort.applications.filter(
        status=ApplicationStatus.WAITLISTED, waitlist_number__lt=application.waitlist_number or 0
    ).count()


def refuse_second_live(application):
    """Refuse to reopen an application while its person has another live one in the same cohort."""
    others = Application.objects.live().filter(cohort=application.cohort_id, applicant=application.applicant_id)
    if others.exclude(pk=application.pk).exists():
        raise Refused(_("This person has another application to the same cohort."))


@transaction.atomic
def confirm_offer(application_id, *, by):
    """The applicant takes the seat. Confirming twice is the same as once. Returns the Enrolment.

    Refuses an offer that has run out, and a person whose other place overlaps.
    """
    cohort, application = lock_application(application_id)
    if application.status == ApplicationStatus.CONFIRMED:
        return application.enrolment
    if application.status == ApplicationStatus.OFFERED and application.answer_by <= clock.now():
        raise Refused(_("The time to confirm has passed, so the place went to the next person."))
    if application.can_become(ApplicationStatus.CONFIRMED) and application.status == ApplicationStatus.OFFERED:
        refuse_overlap(cohort, application.applicant)
    else:
        raise Refused(_("There is no offer to confirm."))
    change = move(application, ApplicationStatus.CONFIRMED, by=by)
    enrolment = enrol(application)
    emails.confirmed(change)
    return enrolment


@transaction.atomic
def decline_offer(application_id, *, by):
    """The applicant gives the offered seat back; it is offered to the next in line. Twice is the same as once."""
    cohort, application = lock_application(application_id)
    if application.status == ApplicationStatus.DECLINED:
        return
    change = move(application, ApplicationStatus.DECLINED, by=by)
    emails.declined(change)
    promote(cohort, now=clock.now())


@transaction.atomic
def rescind_offer(application_id, *, by, reason):
    """Staff take an offer back, with a reason that the applicant is told."""
    cohort, application = lock_application(application_id)
    if not reason.strip():
        raise Refused(_("Give a reason; the applicant will read it."))
    change = move(application, ApplicationStatus.RESCINDED, by=by, reason=reason)
    emails.rescinded(change)
    promote(cohort, now=clock.now())


def can_cancel_until(cohort):
    """Until when an applicant may cancel a confirmed place; None where nothing ends it."""
    return cohort.cancel_until or cohort.starts_at


@transaction.atomic
def cancel_place(application_id, *, by, reason="", at_any_time=False):
    """Give a confirmed place back: the applicant until the cut-off, staff at any time with a reason.

    `at_any_time` is for what a cut-off cannot hold up, such as consent taken back. Ends the enrolment, frees the
    seat and runs the promotions. Twice is the same as once.
    """
    cohort, application = lock_application(application_id)
    if application.status == ApplicationStatus.CANCELLED:
        return
    now = clock.now()
    if by.pk == application.applicant_id:
        until = can_cancel_until(cohort)
        if until is not None and now >= until and not at_any_time:
            raise Refused(_("The last day to cancel has passed. Please write to us instead."))
    elif not reason.strip():
        raise Refused(_("Give a reason; the applicant will read it."))
    change = move(application, ApplicationStatus.CANCELLED, by=by, reason=reason)
    enrolment = Enrolment.objects.select_for_update(of=("self",), no_key=True).get(application=application)
    if not enrolment.can_become(EnrolmentStatus.CANCELLED):
        raise Refused(
            _("The place cannot be cancelled any more: %(status)s.") % {"status": enrolment.get_status_display()}
        )
    enrolment.status, enrolment.ended_at, enrolment.end_reason = EnrolmentStatus.CANCELLED, now, reason[:300]
    enrolment.save(update_fields=["status", "ended_at", "end_reason"])
    enrolment_ended.send(sender=Enrolment, enrolment=enrolment, by=by)
    emails.cancelled(change)
    promote(cohort, now=now)


# --- the promotion pass ---------------------------------------------------------------------------


def stop_of(cohort, now):
    """Why no seat may be promoted at `now`, whatever is free; None where nothing stands in the way."""
    if cohort.cancelled_at:
        return PromotionStop.CANCELLED
    if cohort.is_reviewed and not cohort.released_at:
        return PromotionStop.BEFORE_RELEASE
    if cohort.releases.filter(finished_at=None).exists():
        return PromotionStop.RELEASING
    until = promotes_until(cohort)
    if until is not None and now >= until:
        return PromotionStop.OVER
    return None


def promote(cohort, *, now, by=None):
    """Offer every free seat to the waitlist in its order, and write down why it stopped. Returns the offers made.

    A seat kept for whom a partner nominates goes to the first of those, even past others. The caller holds the lock
    on the cohort. `by` is the member of staff who asked for the pass, if one did.
    """
    made = 0
    stop = stop_of(cohort, now)
    if stop is None:
        waiting = list(
            cohort.applications.select_for_update(of=("self",), no_key=True)
            .filter(status=ApplicationStatus.WAITLISTED)
            .select_related("applicant")
            .order_by("waitlist_number")
        )
        left = SeatsLeft(cohort, now)
        for application in waiting:
            if left.is_used_up:
                break
            if not left.take(application):  # what is left is kept for others, who may stand further down
                continue
            application.cohort = cohort
            make_offer(application, OfferKind.PROMOTION, by=by, now=now)
            made += 1
        if made == len(waiting):
            stop = PromotionStop.NOBODY_WAITS
        else:
            stop = PromotionStop.NO_SEAT if left.is_used_up else PromotionStop.RESERVED
    if made or stop != cohort.promotion_stop or cohort.promotion_ran_at is None or by is not None:
        cohort.promotion_stop, cohort.promotion_ran_at = stop, now
        cohort.save(update_fields=["promotion_stop", "promotion_ran_at"])
    return made


@transaction.atomic
def run_promotions(cohort_id, *, by=None):
    """Run one promotion pass of a cohort; returns how many seats were offered."""
    return promote(lock_cohort(cohort_id), now=clock.now(), by=by)


# --- the clock ------------------------------------------------------------------------------------


def expire_offers(now):
    """Expire every offer whose time is up at `now` and promote the next in line. Returns how many expired."""
    due = Application.objects.filter(status=ApplicationStatus.OFFERED, answer_by__lte=now)
    return sum(_expire_in(pk, now) for pk in due.order_by().values_list("cohort", flat=True).distinct())


@transaction.atomic
def _expire_in(cohort_id, now):
    cohort = lock_cohort(cohort_id)
    due = (
        cohort.applications.select_for_update(of=("self",), no_key=True)
        .filter(status=ApplicationStatus.OFFERED, answer_by__lte=now)
        .select_related("applicant")
        .order_by("answer_by", "pk")
    )
    expired = 0
    for application in due:
        application.cohort = cohort
        emails.offer_expired(move(application, ApplicationStatus.EXPIRED, by=None))
        expired += 1
    promote(cohort, now=now)
    return expired


def promote_due(now):
    """Run the pass of every cohort in which someone waits and a seat may be free. Returns how many were offered."""
    waiting = Application.objects.filter(status=ApplicationStatus.WAITLISTED).order_by()
    cohorts = Cohort.objects.filter(pk__in=waiting.values("cohort"), cancelled_at=None).with_counts(now)
    due = cohorts.filter(seats_taken__lt=F("capacity")).values_list("pk", flat=True)
    return sum(run_promotions(pk) for pk in due)


def close_waitlists(now):
    """Close the waitlists on which nobody can be promoted any more, and tell those who waited. Returns how many."""
    over = Cohort.objects.annotate(until=Coalesce("promote_until", "starts_at")).filter(until__lte=now)
    waiting = Application.objects.filter(status=ApplicationStatus.WAITLISTED, cohort__in=over.values("pk"))
    due = waiting.order_by().values_list("cohort", flat=True).distinct()
    return sum(_close_waitlist_of(pk, now) for pk in due)


@transaction.atomic
def _close_waitlist_of(cohort_id, now):
    cohort = lock_cohort(cohort_id)
    until = promotes_until(cohort)
    if until is None or now < until or cohort.releases.filter(finished_at=None).exists():
        return 0  # staff gave more time meanwhile, or some have still to be put on it
    waiting = (
        cohort.applications.select_for_update(of=("self",), no_key=True)
        .filter(status=ApplicationStatus.WAITLISTED)
        .select_related("applicant")
        .order_by("waitlist_number")
    )
    closed = 0
    for application in waiting:
        application.cohort = cohort
        emails.waitlist_closed(move(application, ApplicationStatus.CLOSED_OUT, by=None))
        closed += 1
    return closed


def remind_offers(now):
    """Remind of each running offer once half of its time is over. Returns how many mails were queued."""
    running = Offer.objects.filter(
        application__status=ApplicationStatus.OFFERED, application__answer_by=F("expires_at"), expires_at__gt=now
    ).select_related("application__applicant", "application__cohort__program")
    due = [offer for offer in running if now - offer.made_at >= (offer.expires_at - offer.made_at) / 2]
    told = mail.told("offer_expiring", due)
    return sum(emails.offer_expiring(offer) for offer in due if not told.of(offer, offer.expires_at))
