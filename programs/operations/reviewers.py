"""Who reviews in a round, and which files they are given: invited, limited, spread, taken back."""

import time

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import operations as accounts
from accounts.models import Role
from portal import audit, clock
from portal.assignment import checker, solver
from portal.errors import Refused
from programs import assigning, conflicts, reviewer_emails
from programs.models.applications import Application
from programs.models.selection import (
    AssignmentRun,
    Conflict,
    Review,
    ReviewEnd,
    Reviewer,
    ReviewRound,
    RoundKind,
)
from programs.operations.moves import lock_cohort


def lock_round(round_id):
    """The round with its cohort, which is locked until the transaction ends."""
    round_ = ReviewRound.objects.get(pk=round_id)
    round_.cohort = lock_cohort(round_.cohort_id)
    round_.refresh_from_db()
    return round_


@transaction.atomic
def invite_reviewer(round_id, email, *, full_name, romanized_name="", language="ko", by, **limits):
    """Invite somebody to review in a round; an account is opened where there is none. A mail tells them.

    `limits` are fields of Reviewer. Inviting whoever is invited already changes their limits and sends nothing;
    whoever was taken off the round comes back.
    """
    round_ = lock_round(round_id)
    refuse_released(round_)
    person = accounts.open_account(
        email, full_name=full_name, romanized_name=romanized_name, language=language, by=by
    )
    accounts.grant_role(person.pk, Role.REVIEWER, cohort=round_.cohort, by=by)
    reviewer = round_.reviewers.filter(user=person).first()
    was_ended = reviewer is not None and reviewer.ended_at is not None
    is_new = reviewer is None or was_ended
    reviewer = reviewer or Reviewer(round=round_, user=person)
    for name, value in limits.items():
        setattr(reviewer, name, value)
    if is_new:
        reviewer.ended_at, reviewer.invited_at = None, clock.now()
    reviewer.save()
    audit.record("reviewer.invited" if is_new else "reviewer.changed", target=round_, by=by, after=str(person.pk))
    if is_new:
        reviewer_emails.reviewer_invited(reviewer, again=was_ended)
    return reviewer


@transaction.atomic
def change_limits(reviewer_id, *, by, **limits):
    """Change what a reviewer can be given; what they have stays."""
    reviewer = Reviewer.objects.select_for_update(of=("self",), no_key=True).get(pk=reviewer_id)
    changed = [name for name, value in limits.items() if getattr(reviewer, name) != value]
    for name in changed:
        setattr(reviewer, name, limits[name])
    if changed:
        reviewer.save(update_fields=changed)
        audit.record("reviewer.changed", target=reviewer.round, by=by, after=", ".join(changed))
    return reviewer


@transaction.atomic
def end_reviewer(reviewer_id, *, by, reason):
    """Take somebody off a round: what they have not handed in is taken back. Twice is the same as once.

    The role ends with their last round of the cohort.
    """
    reviewer = Reviewer.objects.select_related("round", "user").get(pk=reviewer_id)
    round_ = lock_round(reviewer.round_id)
    reviewer.refresh_from_db(fields=["ended_at"])
    if reviewer.ended_at is not None:
        return
    if not reason.strip():
        raise Refused(_("Give a reason."))
    reviewer.ended_at = clock.now()
    reviewer.save(update_fields=["ended_at"])
    open_reviews = Review.objects.live().filter(round=round_, reviewer=reviewer.user_id, submitted_at=None)
    open_reviews.update(ended_at=clock.now(), end_reason=ReviewEnd.REMOVED)
    audit.record("reviewer.ended", target=round_, by=by, before=str(reviewer.user_id), reason=reason)
    others = Reviewer.objects.filter(round__cohort=round_.cohort, user=reviewer.user_id, ended_at=None)
    if not others.exists():
        for grant in reviewer.user.grants.live().filter(role=Role.REVIEWER, cohort=round_.cohort):
            accounts.end_grant(grant.pk, by=by)


def refuse_released(round_):
    """Refuse to change who reviews once the round's results are out."""
    if round_.released_at is not None:
        raise Refused(_("The results of this round are out."))


def spread_reviews(round_id, *, by, moves_unbegun=False):
    """Give every application of the round its reviewers, by the exact solver; what is assigned stays.

    With `moves_unbegun` files that nobody has begun may move. Solved before the lock is taken, and refused where
    the question has changed meanwhile. The proof is checked before anything is written. Returns the AssignmentRun.
    """
    round_ = ReviewRound.objects.select_related("cohort").get(pk=round_id)
    if round_.kind == RoundKind.INTERVIEW:
        raise Refused(_("In an interview round the members of a panel review whom they meet."))
    refuse_released(round_)
    if not assigning.reviewers_of(round_).exists():
        raise Refused(_("Invite reviewers first."))
    began = time.perf_counter()
    problem = assigning.problem_of(round_, moves_unbegun=moves_unbegun)
    plan = solver.solve(problem)
    checker.check(problem, plan)
    seconds = time.perf_counter() - began
    return _carry_out(round_id, problem, plan, by=by, moves_unbegun=moves_unbegun, seconds=seconds)


@transaction.atomic
def _carry_out(round_id, problem, plan, *, by, moves_unbegun, seconds):
    round_ = lock_round(round_id)
    if assigning.problem_of(round_, moves_unbegun=moves_unbegun) != problem:
        raise Refused(_("Something changed while this was worked out. Please try again."))
    now = clock.now()
    wanted = {(int(row), int(user)) for row, user in plan.pairs}
    known = {(review.application_id, review.reviewer_id): review for review in round_.reviews.live()}
    if moves_unbegun:
        given_up = [
            review.pk
            for pair, review in known.items()
            if pair not in wanted and review.saved_at is None and review.submitted_at is None
        ]
        still = Review.objects.live().filter(pk__in=given_up, saved_at=None, submitted_at=None)
        if still.update(ended_at=now, end_reason=ReviewEnd.REMOVED) < len(given_up):
            raise Refused(_("Something changed while this was worked out. Please try again."))
    made = [
        Review(round=round_, application_id=row, reviewer_id=user, assigned_at=now, assigned_by=by)
        for row, user in sorted(wanted - set(known))
    ]
    Review.objects.bulk_create(made)
    run = AssignmentRun.objects.create(
        round=round_,
        at=now,
        by=by,
        digest=problem.digest(),
        stages=plan.values,
        certificate=plan.certificate,
        gaps=list(plan.unfilled),
        seconds=round(seconds, 3),
    )
    audit.record("reviews.spread", target=round_, by=by, after=str(len(made)))
    for reviewer in assigning.reviewers_of(round_).filter(user__in={review.reviewer_id for review in made}):
        reviewer_emails.reviews_assigned(run, reviewer)
    return run


@transaction.atomic
def assign_review(round_id, application_id, user_id, *, by, reason=""):
    """Give one file to one reviewer by hand. A conflict of interest refuses it; a limit only asks for a reason."""
    round_ = lock_round(round_id)
    refuse_released(round_)
    application = Application.objects.standing_in(round_).filter(pk=application_id).first()
    if application is None:
        raise Refused(_("This application is not under review in this round."))
    reviewer = assigning.reviewers_of(round_).filter(user=user_id).first()
    if reviewer is None:
        raise Refused(_("This person does not review in this round."))
    known = round_.reviews.live().filter(application=application, reviewer=user_id).first()
    if known is not None:
        return known
    why = assigning.barred(round_, reviewer, application, conflicts.conflicts_of(round_))
    if why and why not in (assigning.LANGUAGE, assigning.DISCIPLINE):
        raise Refused(_("Conflict of interest: %(kind)s.") % {"kind": assigning.reason_text(why)})
    if why and not reason.strip():
        raise Refused(
            _("%(limit)s: give a reason for assigning it all the same.") % {"limit": assigning.reason_text(why)}
        )
    audit.record("review.assigned", target=application, by=by, after=str(user_id), reason=reason)
    return Review.objects.create(
        round=round_, application=application, reviewer_id=user_id, assigned_at=clock.now(), assigned_by=by
    )


@transaction.atomic
def take_back(review_id, *, by, reason):
    """Take a file back from its reviewer, also one that was handed in; it no longer counts. Twice is as once."""
    round_ = lock_round(Review.objects.values_list("round", flat=True).get(pk=review_id))
    refuse_released(round_)
    review = Review.objects.select_for_update(of=("self",), no_key=True).get(pk=review_id)
    if review.ended_at is not None:
        return
    if not reason.strip():
        raise Refused(_("Give a reason."))
    review.ended_at, review.end_reason = clock.now(), ReviewEnd.REMOVED
    review.save(update_fields=["ended_at", "end_reason"])
    audit.record("review.removed", target=review, by=by, before=str(review.reviewer_id), reason=reason)


@transaction.atomic
def note_conflict(application_id, user_id, kind, *, by, note=""):
    """Write down a conflict of interest that staff know of, and end the review of it, also one that was handed in.

    Its score no longer counts. Only a review on which a result rests that is out stays as it is.
    """
    application = Application.objects.get(pk=application_id)
    lock_cohort(application.cohort_id)
    conflict, is_new = Conflict.objects.get_or_create(
        application=application, reviewer_id=user_id, defaults={"kind": kind, "note": note.strip()[:300], "by": by}
    )
    if is_new:
        audit.record("conflict.noted", target=application, by=by, after=f"{user_id} {kind}")
    rows = application.reviews.live().filter(reviewer=user_id).select_related("round").order_by("pk")
    for review in rows.select_for_update(of=("self",), no_key=True):
        if review.submitted_at is not None:
            if review.round.released_at is not None and not application.stands_in(review.round):
                continue
            audit.record("review.set_aside", target=review, by=by, before=str(user_id), after=conflict.kind)
        review.ended_at, review.end_reason = clock.now(), ReviewEnd.RECUSED
        review.save(update_fields=["ended_at", "end_reason"])
    return conflict
