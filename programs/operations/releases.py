"""Releasing results: the staged decisions of a round, frozen at once and carried out in small portions.

`start_release` decides that and what is released; `carry_out` does it, a short transaction a portion, each behind
the cohort's lock. Killed in between, it goes on where it stopped: an item is done in the transaction of its move
and its mail, so nothing happens twice. While a release runs, its offers count as taken seats and none is promoted.

People read meanwhile, so it pauses after each portion. The worker takes a portion a task, and what is urgent comes
in between; the clock leaves a release alone that is being carried out and goes on with one that stands still.
"""

import hashlib
import itertools
import json
import logging
import time
from collections import Counter, namedtuple
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django_tasks import task

from portal import audit, clock
from portal.errors import Refused
from programs import emails, seating
from programs.models.applications import ApplicationStatus, OfferKind, Outcome
from programs.models.cohorts import Cohort
from programs.models.selection import Release, ReleaseItem
from programs.operations.decisions import refuse_other_round, staged, too_late_for
from programs.operations.moves import lock_cohort, move
from programs.operations.seats import make_offer, next_waitlist_number, promote

logger = logging.getLogger(__name__)
PORTION = 50
PRIORITY = 10  # of a portion among the worker's tasks: before the mails of those that are done, after urgent ones
STANDS_STILL = timedelta(seconds=20)  # without a portion for so long, nobody is at it any more
WAITING = (ApplicationStatus.SUBMITTED, ApplicationStatus.IN_REVIEW, ApplicationStatus.CHANGES_REQUESTED)
ORDER = (Outcome.OFFER, Outcome.WAITLIST, Outcome.ADVANCE, Outcome.REJECT)
Counts = namedtuple("Counts", "offered waitlisted advanced rejected undecided")


def current_round(cohort):
    """The round whose results come next: the first that is not released, else the last; None without rounds."""
    rounds = list(cohort.rounds.order_by("number"))
    return next((round_ for round_ in rounds if round_.released_at is None), rounds[-1] if rounds else None)


def left_behind(cohort):
    """The first round that is released and in which decisions are staged since: for whom was undecided then, came
    late or was brought back. None where there is none."""
    for round_ in cohort.rounds.filter(released_at__isnull=False).order_by("number"):
        if not round_.is_last and staged(cohort, round_.number):
            return round_
    return None


def to_release(cohort):
    """The round whose results staff release next: what was left behind comes first. None without rounds."""
    return left_behind(cohort) or current_round(cohort)


def running(cohort):
    """The release of `cohort` that is under way, or None."""
    return cohort.releases.filter(finished_at=None).first()


def announced_at(cohort, round_):
    """When the results of `round_` are promised: its own time, or the cohort's."""
    return cohort.announce_at if round_ is None or round_.is_last else round_.announce_at


def release_preview(cohort):
    """What a release now would do: counts by outcome, those undecided, and the seats they meet."""
    round_ = to_release(cohort)
    number = round_.number if round_ else None
    counts = Counter(decision.outcome for decision in staged(cohort, number).values())
    in_review = cohort.applications.filter(status=ApplicationStatus.IN_REVIEW)
    if number is not None:
        in_review = in_review.filter(round_number=number)
    due = announced_at(cohort, round_)
    return {
        "round": round_,
        "announce_at": due,
        "advanced": counts[Outcome.ADVANCE],
        "offered": counts[Outcome.OFFER],
        "waitlisted": counts[Outcome.WAITLIST],
        "rejected": counts[Outcome.REJECT],
        "undecided": in_review.count() - counts.total(),
        "seats": seating.seats(cohort, clock.now()),
        "early": due is not None and due > clock.now(),
    }


def obstacle(cohort, *, by, now):
    """Why the results that come next cannot be released at `now`, in a sentence; empty where they can be.

    `by` is None for the clock, which releases from the announcement on. The one rule, for the release and for the
    pages that say why it has not happened.
    """
    if not cohort.is_reviewed:
        return _("Seats of this cohort are not given by selection.")
    if cohort.cancelled_at:
        return _("The cohort is cancelled.")
    if cohort.closes_at and now < cohort.closes_at:
        return _("Applications are still open.")
    round_ = to_release(cohort) if by else current_round(cohort)
    due = announced_at(cohort, round_)
    if round_ is not None and not round_.is_last and now < round_.due_at:
        return _("The reviews of this round are not due yet; set an earlier date first.")
    if by is None and (due is None or now < due):
        return _("The announcement has not come yet.")
    if running(cohort):
        return _("The results are going out at this moment.")
    decisions = staged(cohort, round_.number if round_ else None)
    if not decisions:
        return _("No decision is staged.")
    outcomes = {decision.outcome for decision in decisions.values()}
    for outcome in filter(outcomes.__contains__, ORDER):
        try:
            refuse_other_round(cohort, outcome, {round_.number} if round_ else {1})  # rounds may have come or gone
        except Refused as refusal:
            return str(refusal)
        why = too_late_for(cohort, outcome, now)
        if why:
            return why
    return too_many(cohort, [pk for pk, row in decisions.items() if row.outcome == Outcome.OFFER], now)


def held_up(cohort, now):
    """Why the announcement's moment has passed without a release; empty where it has not, or nobody waits."""
    round_ = current_round(cohort)
    due = announced_at(cohort, round_)
    if due is None or now < due or cohort.released_at or cohort.cancelled_at or running(cohort):
        return ""
    waiting = cohort.applications.filter(status__in=WAITING)
    if round_ is not None:
        waiting = waiting.filter(round_number=round_.number)
    return obstacle(cohort, by=None, now=now) if cohort.is_reviewed and waiting.exists() else ""


def digest(cohort):
    """What staff see before they release, as one short text: what is staged in the round, and the seats."""
    round_ = to_release(cohort)
    rows = staged(cohort, round_.number if round_ else None).values()
    decided = sorted((row.application_id, row.outcome, row.rank or 0, row.reason_code) for row in rows)
    shown = [round_.pk if round_ else None, decided, list(seating.seats(cohort, clock.now()))]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:32]


@transaction.atomic
def start_release(cohort_id, *, by, seen=None):
    """Freeze what is staged in the current round; it is out from now on. Returns the Release, not carried out yet.

    Staff first release what they have staged in an earlier round since its results went out, if anything. Staff
    may release before the announcement, which moves it to now. Refuses what `obstacle` says, and where `seen`, the
    `digest` of what was shown, is not what is there.
    """
    cohort = lock_cohort(cohort_id)
    now = clock.now()
    why = obstacle(cohort, by=by, now=now)
    if why:
        raise Refused(why)
    if seen is not None and seen != digest(cohort):
        raise Refused(
            _(
                "What is staged or the seats have changed since this page was shown. Nothing was released; please "
                "look at it again."
            )
        )
    round_ = to_release(cohort) if by else current_round(cohort)
    decisions = staged(cohort, round_.number if round_ else None)
    announce(cohort, round_, announced_at(cohort, round_), by=by, now=now)
    release = Release.objects.create(cohort=cohort, round=round_, started_at=now, by=by, total=len(decisions))
    order = sorted(decisions.values(), key=place_in_line)
    ReleaseItem.objects.bulk_create(
        ReleaseItem(release=release, decision=decision, position=place) for place, decision in enumerate(order, 1)
    )
    return release


def place_in_line(decision):
    """Offers first, then the waitlist in its order, then those who advance, then the rejections."""
    return ORDER.index(decision.outcome), decision.rank or 0, decision.application_id


def too_many(cohort, offers, now):
    """Say where there are more offers than seats: everybody's, and those kept for whom a partner nominates."""
    left = seating.SeatsLeft(cohort, now)
    free = left.free + sum(left.kept.values())
    refused = [row for row in cohort.applications.filter(pk__in=offers).order_by("pk") if not left.take(row)]
    if not refused:
        return ""
    return _("%(offers)s offers are staged, but only %(free)s seats are free for them.") % {
        "offers": len(offers),
        "free": min(free, len(offers) - len(refused)),
    }


def announce(cohort, round_, due, *, by, now):
    """Write down that the results are out from `now` on; a promised later time moves to now."""
    holder = cohort if round_ is None or round_.is_last else round_
    if due is None or due > now:
        audit.record("cohort.announced_early", target=cohort, by=by, before=str(due), after=str(now))
        holder.announce_at = now
    if holder.released_at is None:
        holder.released_at = now
    holder.save(update_fields=["announce_at", "released_at"])
    if round_ is not None and holder is cohort and round_.released_at is None:
        round_.released_at = now
        round_.save(update_fields=["released_at"])


def carry_out(release_id, *, pause=0):
    """Carry a release out to its end, portion by portion, with a pause of so many seconds. Returns its Counts."""
    while carry_portion(release_id):
        time.sleep(pause)
    return counts_of(Release.objects.get(pk=release_id))


@transaction.atomic
def carry_portion(release_id):
    """Carry out the next PORTION items, behind the cohort's lock. Returns whether anything is left to do.

    What has become too late while the release stood still is not carried out: the application stays under review,
    undecided. After the last item the release is finished, and the seats that are left are promoted.
    """
    release = Release.objects.get(pk=release_id)
    cohort = lock_cohort(release.cohort_id)
    release.refresh_from_db(fields=["finished_at"])
    if release.finished_at is not None:
        return False
    now = clock.now()
    items = list(release.items.filter(done_at=None).select_related("decision").order_by("position")[:PORTION])
    if not items:
        release.finished_at = now
        release.save(update_fields=["finished_at"])
        audit.record("decisions.released", target=cohort, by=release.by, after=str(tuple(counts_of(release))))
        promote(cohort, now=now)
        return False
    chosen = cohort.applications.select_for_update(of=("self",), no_key=True).select_related("applicant")
    applications = chosen.in_bulk([item.decision.application_id for item in items])
    numbers = itertools.count(next_waitlist_number(cohort))
    late = {outcome: bool(too_late_for(cohort, outcome, now)) for outcome in ORDER}
    for item in items:
        application = applications[item.decision.application_id]
        application.cohort = cohort
        item.is_void = cohort.cancelled_at is not None or is_overtaken(application, item.decision, release)
        item.is_late = not item.is_void and late[item.decision.outcome]
        item.is_void = item.is_void or item.is_late
        if not item.is_void:
            carry_item(application, item.decision, release, numbers, now)
        item.done_at = now
    ReleaseItem.objects.bulk_update(items, ["done_at", "is_void", "is_late"])
    return True


def is_overtaken(application, decision, release):
    """Whether an application has moved since the decision was frozen, even if it is under review again."""
    elsewhere = release.round is not None and application.round_number != release.round.number
    return application.status != ApplicationStatus.IN_REVIEW or elsewhere or decision.at < application.moved_at


def carry_item(application, decision, release, numbers, now):
    """Turn one decision into what it means, with its mail; `numbers` are the free ones of the waitlist."""
    if decision.outcome == Outcome.OFFER:
        make_offer(application, OfferKind.FIRST, by=release.by, now=now)
    elif decision.outcome == Outcome.WAITLIST:
        number = next(numbers)
        emails.waitlisted(move(application, ApplicationStatus.WAITLISTED, by=release.by, waitlist_number=number))
    elif decision.outcome == Outcome.REJECT:
        emails.rejected(
            move(application, ApplicationStatus.REJECTED, by=release.by, reason_code=decision.reason_code)
        )
    else:
        application.round_number = release.round.next_round.number
        application.save(update_fields=["round_number"])
        emails.advanced(decision, application)


def left_undecided(release):
    """`{outcome: how many}` of those that a release could not carry out because it had become too late for them."""
    rows = release.items.filter(is_late=True).order_by().values_list("decision__outcome")
    return dict(rows.annotate(n=Count("pk")))


def counts_of(release):
    """What a release has done so far, and how many applications of its round are undecided."""
    done = release.items.filter(done_at__isnull=False, is_void=False)
    counts = Counter(done.values_list("decision__outcome", flat=True))
    undecided = release.cohort.applications.filter(status=ApplicationStatus.IN_REVIEW)
    if release.round_id:
        undecided = undecided.filter(round_number=release.round.number)
    return Counts(*(counts[outcome] for outcome in ORDER), undecided.count() - left_of(release))


def left_of(release):
    """How many items of a release still wait for their turn."""
    return release.items.filter(done_at=None, decision__application__status=ApplicationStatus.IN_REVIEW).count()


def release_decisions(cohort_id, *, by):
    """Release the current round and carry it out at once, in the caller's time. Returns its Counts."""
    return carry_out(start_release(cohort_id, by=by).pk)


@task(priority=PRIORITY)
def carry_out_release(release_id):
    """The worker's part: one portion, a pause, and the next as a task of its own."""
    if carry_portion(release_id):
        time.sleep(settings.RELEASE_PAUSE_SECONDS)
        carry_out_release.enqueue(release_id)


def release_due(now):
    """Release every round whose announcement has come and for which decisions are staged. Returns how many."""
    reviewed = Cohort.objects.filter(cancelled_at=None, released_at=None, registration_mode="review")
    released = 0
    for cohort in reviewed.filter(applications__status=ApplicationStatus.IN_REVIEW).distinct():
        round_ = current_round(cohort)
        due = announced_at(cohort, round_)
        if due is None or due > now or not staged(cohort, round_.number if round_ else None):
            continue
        try:
            release = start_release(cohort.pk, by=None)
        except Refused as refusal:  # one cohort's trouble holds up no other
            logger.warning("cohort %s was not released: %s", cohort.pk, refusal)
            continue
        carry_out(release.pk, pause=settings.RELEASE_PAUSE_SECONDS)
        released += 1
    return released


def resume_releases(now):
    """Go on with every release that stands still before its end. Returns how many there were.

    Where the clock is frozen nothing can be told to stand still, and every release counts.
    """
    patience = timedelta() if settings.DEMO_NOW else STANDS_STILL
    touched = Release.objects.filter(finished_at=None).annotate(at=Coalesce(Max("items__done_at"), "started_at"))
    stopped = list(touched.filter(at__lte=now - patience).order_by("pk").values_list("pk", flat=True))
    for pk in stopped:
        try:
            carry_out(pk, pause=settings.RELEASE_PAUSE_SECONDS)
        except Exception:  # one cohort's trouble holds up no other
            logger.exception("release %s cannot go on", pk)
    return len(stopped)
