"""Staged outcomes: what staff mean to tell each applicant, unseen by them until a release carries it out."""

from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit, clock, i18n
from portal.errors import Refused
from programs.models.applications import ApplicationStatus, Decision, Outcome
from programs.operations.moves import lock_cohort
from programs.operations.review import by_cohort
from programs.operations.seats import promotes_until


def staged(cohort, round_number=None):
    """The decisions that a release would carry out now: the latest one of each application in review, by its id.

    With `round_number` only those of the applications that stand in that round. One that was taken back is none.
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
    return {
        pk: row
        for pk, row in latest.items()
        if row.at >= begun[pk] and row.outcome != Outcome.UNDO and not hasattr(row, "item")
    }


def waiting_list(found):
    """The applications for which `found`, as `staged` gives it, has a place on the waitlist, in its order."""
    rows = [row for row in found.values() if row.outcome == Outcome.WAITLIST]
    return [row.application_id for row in sorted(rows, key=lambda row: (row.rank, row.pk))]


@transaction.atomic
def stage_decisions(application_ids, outcome, *, by, reason_code="", places=None):
    """Stage `outcome` for applications in review; the applicants see nothing of it. Returns how many.

    A rejection needs its reason code. Before the last review round one can only advance or be rejected; in it
    nobody advances. What is too late (`too_late_for`) is refused. `Outcome.UNDO` takes back what is staged. On the
    waitlist each comes to the place that `places` (`{application: place}`) gives, the others in the order of the
    ids after those staged already; whoever stands there already makes room.
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
        now = clock.now()
        why = too_late_for(cohort, outcome, now)
        if why:
            raise Refused(why)
        if outcome == Outcome.WAITLIST:
            ranks = place_on_waitlist(staged(cohort), ids, places or {})
        else:
            ranks = dict.fromkeys(ids)
        Decision.objects.bulk_create(
            Decision(
                application_id=pk,
                outcome=outcome,
                rank=rank,
                reason_code=reason_code if outcome == Outcome.REJECT else "",
                at=now,
                by=by,
            )
            for pk, rank in ranks.items()
        )
        audit.record(f"decisions.staged.{outcome}", target=cohort, by=by, after=str(len(ids)))
    return len(application_ids)


def place_on_waitlist(found, ids, places):
    """`{application: rank}` of those that get a place or another place when `ids` are put on the waitlist."""
    order = [pk for pk in waiting_list(found) if pk not in set(ids)]
    order += [pk for pk in dict.fromkeys(ids) if pk not in places]
    for pk in sorted({pk for pk in ids if pk in places}, key=lambda pk: (places[pk], ids.index(pk))):
        order.insert(places[pk] - 1, pk)
    before = {pk: row.rank for pk, row in found.items()}
    return {pk: rank for rank, pk in enumerate(order, start=1) if pk in ids or before[pk] != rank}


def refuse_other_round(cohort, outcome, numbers):
    """Refuse an outcome that the rounds in which the applications stand cannot have."""
    last = cohort.rounds.order_by("-number").values_list("number", flat=True).first() or 1
    before_last = [number for number in numbers if number < last]
    if outcome == Outcome.ADVANCE and len(before_last) < len(numbers):
        raise Refused(_("This is the last round; offer a place, put on the waitlist or do not select."))
    if outcome in (Outcome.OFFER, Outcome.WAITLIST) and before_last:
        raise Refused(_("Another review round follows; advance to it or do not select."))


def too_late_for(cohort, outcome, now):
    """Why nobody can be told `outcome` any more at `now`, in sentences; empty while they can be.

    One rule for staging, for the release and for what it carries out: no seat is offered in a cohort that has
    begun, and nobody is put on a waitlist that closes at once.
    """
    if outcome == Outcome.OFFER and cohort.starts_at and cohort.starts_at <= now:
        return _("The cohort has begun, so no place can be offered any more.")
    until = promotes_until(cohort)
    if outcome == Outcome.WAITLIST and until is not None and until <= now:
        return _(
            "Promotion from the waitlist ended on %(moment)s, so nobody can be put on it. Set a later date for it, "
            "or decide otherwise."
        ) % {"moment": i18n.moment(until)}
    return ""
