"""What staff do with applications up to the results: review, ask for more, stage, release."""

import logging
from collections import Counter, namedtuple

from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit, clock
from portal.errors import Refused
from programs import emails
from programs.models.applications import (
    Application,
    ApplicationStatus,
    Decision,
    OfferKind,
    Outcome,
    ReasonCode,
)
from programs.models.cohorts import Cohort
from programs.operations.drafts import reset_draft
from programs.operations.moves import lock_application, lock_cohort, move
from programs.operations.seats import make_offer, next_waitlist_number, promote, refuse_second_live, seats
from programs.questions.loading import questions_of

logger = logging.getLogger(__name__)
Release = namedtuple("Release", "offered waitlisted rejected undecided")


def by_cohort(application_ids):
    """The ids grouped by cohort, keeping their order."""
    cohorts = dict(Application.objects.filter(pk__in=application_ids).values_list("pk", "cohort"))
    groups = {}
    for pk in application_ids:
        groups.setdefault(cohorts[pk], []).append(pk)
    return groups


@transaction.atomic
def start_review(application_ids, *, by):
    """Move submitted applications into review; any that is not submitted refuses them all. Returns how many."""
    moved = 0
    for cohort_id in sorted(by_cohort(application_ids)):
        cohort = lock_cohort(cohort_id)
        if not cohort.is_reviewed:
            raise Refused(_("Seats of “%(cohort)s” are not given by selection.") % {"cohort": cohort})
        chosen = cohort.applications.select_for_update(of=("self",), no_key=True).filter(pk__in=application_ids)
        for application in chosen.order_by("pk"):
            application.cohort = cohort
            move(application, ApplicationStatus.IN_REVIEW, by=by)
            moved += 1
        if cohort.review_began_at is None:
            cohort.review_began_at = clock.now()
            cohort.save(update_fields=["review_began_at"])
    return moved


@transaction.atomic
def request_changes(application_id, *, by, note, until, keys=()):
    """Send an application back for what is missing, with a note and its own deadline.

    `keys` are the questions concerned (`full_name` for the names): only they can be answered then. None means all.
    What the applicant had changed without sending it is given up first, so that they write on what staff read.
    """
    _cohort, application = lock_application(application_id)
    if not note.strip():
        raise Refused(_("Say what is missing; the applicant will read it."))
    if until <= clock.now():
        raise Refused(_("The deadline lies in the past."))
    known = {"full_name", *(question.key for question in questions_of(application.form_version_id))}
    if set(keys) - known:
        raise Refused(_("This form does not ask that."))
    reset_draft(application)
    change = move(
        application,
        ApplicationStatus.CHANGES_REQUESTED,
        by=by,
        changes_note=note.strip(),
        changes_by=until,
        changes_keys=list(keys),
    )
    emails.changes_requested(change)


@transaction.atomic
def reject_ineligible(application_id, *, by):
    """Turn down an application that does not meet the conditions, before or after it was sent back."""
    _cohort, application = lock_application(application_id)
    if application.status == ApplicationStatus.IN_REVIEW:
        raise Refused(_("The review has begun; stage a decision instead."))
    emails.rejected(move(application, ApplicationStatus.REJECTED, by=by, reason_code=ReasonCode.NOT_ELIGIBLE))


@transaction.atomic
def reopen_application(application_id, *, by, reason):
    """Bring a rejected, declined or expired application back into review, with a reason.

    Refuses where no review leads anywhere: where seats are not given by selection, and in a cancelled cohort.
    """
    cohort, application = lock_application(application_id)
    if not reason.strip():
        raise Refused(_("Give a reason for reopening it."))
    if not cohort.is_reviewed:
        raise Refused(_("Seats of this cohort are not given by selection."))
    if cohort.cancelled_at:
        raise Refused(_("The cohort is cancelled."))
    refuse_second_live(application)
    move(application, ApplicationStatus.IN_REVIEW, by=by, reason=reason)


# --- staged decisions -------------------------------------------------------------------------------


def staged(cohort):
    """The decisions that would count at a release now: the latest one of each application in review."""
    latest = {}
    rows = Decision.objects.filter(application__cohort=cohort, application__status=ApplicationStatus.IN_REVIEW)
    for decision in rows.order_by("at", "pk"):
        latest[decision.application_id] = decision
    begun = dict(
        cohort.applications.filter(pk__in=latest).values_list("pk", "moved_at")
    )  # a decision older than the last move belongs to an earlier round
    return {pk: decision for pk, decision in latest.items() if decision.at >= begun[pk]}


@transaction.atomic
def stage_decisions(application_ids, outcome, *, by, reason_code=""):
    """Stage `outcome` for applications in review; the applicants see nothing of it. Returns how many.

    Waitlist places follow the order of the ids, after those staged already. A rejection needs its reason code.
    """
    outcome = Outcome(outcome)
    if outcome == Outcome.REJECT and not reason_code:
        raise Refused(_("A rejection needs its reason."))
    for cohort_id, ids in sorted(by_cohort(application_ids).items()):
        cohort = lock_cohort(cohort_id)
        in_review = set(
            cohort.applications.filter(pk__in=ids, status=ApplicationStatus.IN_REVIEW).values_list("pk", flat=True)
        )
        if len(in_review) < len(set(ids)):
            raise Refused(_("A decision can be staged only for applications under review."))
        ranks = [
            d.rank for pk, d in staged(cohort).items() if d.outcome == Outcome.WAITLIST and pk not in in_review
        ]
        first = max(ranks, default=0) + 1
        now = clock.now()
        Decision.objects.bulk_create(
            Decision(
                application_id=pk,
                outcome=outcome,
                rank=first + place if outcome == Outcome.WAITLIST else None,
                reason_code=reason_code if outcome == Outcome.REJECT else "",
                at=now,
                by=by,
            )
            for place, pk in enumerate(ids)
        )
        audit.record(f"decisions.staged.{outcome}", target=cohort, by=by, after=str(len(ids)))
    return len(application_ids)


def release_preview(cohort):
    """What a release now would do: counts by outcome, those undecided, and the seats they meet."""
    counts = Counter(decision.outcome for decision in staged(cohort).values())
    in_review = cohort.applications.filter(status=ApplicationStatus.IN_REVIEW).count()
    return {
        "offered": counts[Outcome.OFFER],
        "waitlisted": counts[Outcome.WAITLIST],
        "rejected": counts[Outcome.REJECT],
        "undecided": in_review - counts.total(),
        "seats": seats(cohort, clock.now()),
        "early": cohort.announce_at is not None and cohort.announce_at > clock.now(),
    }


@transaction.atomic
def release_decisions(cohort_id, *, by):
    """Turn every staged decision into an offer, a waitlist number or a rejection, all at once. Returns a Release.

    The clock (`by=None`) releases from `announce_at` on; staff may do so earlier, which moves the announcement to
    now. Refuses before applications close, with nothing staged, and when the offers would exceed the seats.
    """
    cohort = lock_cohort(cohort_id)
    now = clock.now()
    if not cohort.is_reviewed:
        raise Refused(_("Seats of this cohort are not given by selection."))
    if cohort.cancelled_at:
        raise Refused(_("The cohort is cancelled."))
    if cohort.closes_at and now < cohort.closes_at:
        raise Refused(_("Applications are still open."))
    if by is None and (cohort.announce_at is None or now < cohort.announce_at):
        raise Refused(_("The announcement has not come yet."))
    decisions = staged(cohort)
    if not decisions:
        raise Refused(_("No decision is staged."))
    counts = Counter(decision.outcome for decision in decisions.values())
    if counts[Outcome.OFFER] and cohort.starts_at and cohort.starts_at <= now:
        raise Refused(_("The cohort has begun."))
    free = seats(cohort, now).free
    if counts[Outcome.OFFER] > free:
        raise Refused(
            _("%(offers)s offers are staged, but only %(free)s seats are free.")
            % {"offers": counts[Outcome.OFFER], "free": free}
        )
    if cohort.announce_at is None or cohort.announce_at > now:
        audit.record("cohort.announced_early", target=cohort, by=by, before=str(cohort.announce_at), after=str(now))
        cohort.announce_at = now
    cohort.released_at = cohort.released_at or now
    cohort.save(update_fields=["announce_at", "released_at"])
    release_all(cohort, decisions, by=by, now=now)
    undecided = cohort.applications.filter(status=ApplicationStatus.IN_REVIEW).count()
    result = Release(counts[Outcome.OFFER], counts[Outcome.WAITLIST], counts[Outcome.REJECT], undecided)
    audit.record("decisions.released", target=cohort, by=by, after=str(tuple(result)))
    promote(cohort, now=now)
    return result


def release_all(cohort, decisions, *, by, now):
    """Carry the decisions out; the caller holds the cohort's lock. Waitlist numbers follow the staged places."""
    chosen = (
        cohort.applications.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=decisions)
        .select_related("applicant")
    )
    number = next_waitlist_number(cohort)
    for application in sorted(chosen, key=lambda row: (decisions[row.pk].rank or 0, row.pk)):
        application.cohort = cohort
        decision = decisions[application.pk]
        if decision.outcome == Outcome.OFFER:
            make_offer(application, OfferKind.FIRST, by=by, now=now)
        elif decision.outcome == Outcome.WAITLIST:
            emails.waitlisted(move(application, ApplicationStatus.WAITLISTED, by=by, waitlist_number=number))
            number += 1
        else:
            emails.rejected(move(application, ApplicationStatus.REJECTED, by=by, reason_code=decision.reason_code))


def release_due(now):
    """Release every cohort whose announcement has come and for which decisions are staged. Returns how many."""
    due = Cohort.objects.filter(
        announce_at__lte=now, cancelled_at=None, released_at=None, registration_mode="review"
    )
    released = 0
    for cohort in due:
        if not staged(cohort):
            continue
        try:
            release_decisions(cohort.pk, by=None)
        except Refused as refusal:  # one cohort's trouble holds up no other
            logger.warning("cohort %s was not released: %s", cohort.pk, refusal)
        else:
            released += 1
    return released
