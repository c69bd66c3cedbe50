"""What staff do with applications under review: begin it, ask for more, turn down, bring back."""

from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Refused
from programs import emails
from programs.models.applications import (
    Application,
    ApplicationStatus,
    ReasonCode,
)
from programs.operations.drafts import reset_draft
from programs.operations.moves import lock_application, lock_cohort, move
from programs.operations.seats import refuse_second_live
from programs.questions.loading import questions_of

LARGEST_ID = 2**63 - 1  # what the database takes for one


def by_cohort(application_ids):
    """The ids grouped by cohort, keeping their order. Refuses where one belongs to no application."""
    asked = [pk for pk in application_ids if isinstance(pk, int) and 0 < pk <= LARGEST_ID]
    cohorts = dict(Application.objects.filter(pk__in=asked).values_list("pk", "cohort"))
    groups = {}
    for pk in application_ids:
        if pk not in cohorts:
            raise Refused(_("One of these applications is not there any more."))
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
