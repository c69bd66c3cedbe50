"""Staged outcomes: what staff mean to tell each applicant, unseen by them until a release carries it out."""

from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit, clock
from portal.errors import Refused
from programs.models.applications import ApplicationStatus, Decision, Outcome
from programs.operations.moves import lock_cohort
from programs.operations.review import by_cohort


def staged(cohort, round_number=None):
    """The decisions that a release would carry out now: the latest one of each application in review, by its id.

    With `round_number` only those of the applications that stand in that round.
    """
    latest = {}
    rows = Decision.objects.filter(application__cohort=cohort, application__status=ApplicationStatus.IN_REVIEW)
    if round_number is not None:
        rows = rows.filter(application__round_number=round_number)
    for decision in rows.select_related("item").order_by("at", "pk"):
        latest[decision.application_id] = decision
    begun = dict(
        cohort.applications.filter(pk__in=latest).values_list("pk", "moved_at")
    )  # a decision older than the last move belongs to an earlier review, one with an item to an earlier release
    return {pk: row for pk, row in latest.items() if row.at >= begun[pk] and not hasattr(row, "item")}


@transaction.atomic
def stage_decisions(application_ids, outcome, *, by, reason_code=""):
    """Stage `outcome` for applications in review; the applicants see nothing of it. Returns how many.

    Waitlist places follow the order of the ids, after those staged already. A rejection needs its reason code.
    Before the last review round one can only advance or be rejected; in it nobody advances.
    """
    outcome = Outcome(outcome)
    if outcome == Outcome.REJECT and not reason_code:
        raise Refused(_("A rejection needs its reason."))
    for cohort_id, ids in sorted(by_cohort(application_ids).items()):
        cohort = lock_cohort(cohort_id)
        in_review = dict(
            cohort.applications.filter(pk__in=ids, status=ApplicationStatus.IN_REVIEW).values_list(
                "pk", "round_number"
            )
        )
        if len(in_review) < len(set(ids)):
            raise Refused(_("A decision can be staged only for applications under review."))
        refuse_other_round(cohort, outcome, set(in_review.values()))
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


def refuse_other_round(cohort, outcome, numbers):
    """Refuse an outcome that the rounds in which the applications stand cannot have."""
    last = cohort.rounds.order_by("-number").values_list("number", flat=True).first() or 1
    before_last = [number for number in numbers if number < last]
    if outcome == Outcome.ADVANCE and len(before_last) < len(numbers):
        raise Refused(_("This is the last round; offer a place, put on the waitlist or do not select."))
    if outcome in (Outcome.OFFER, Outcome.WAITLIST) and before_last:
        raise Refused(_("Another review round follows; advance to it or do not select."))
