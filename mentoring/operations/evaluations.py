"""Everything that changes an evaluation. Each function is one transaction."""

from django.db import transaction
from django.utils.translation import gettext as _

from mentoring import permissions
from mentoring.emails import pairs as emails
from mentoring.models.evaluations import TEXT_LIMIT, Evaluation, EvaluationStatus, GoalScore, Score
from mentoring.models.pairs import GoalState
from mentoring.operations.pairs import lock, refuse_ended
from portal import audit, clock
from portal.errors import Refused


def _write(pairing_id, *, by, strengths, next_steps, scores):
    """Put the mentor's words and scores on the pair's draft; makes it if there is none. Returns the Evaluation.

    `scores` maps the keys of goals to numbers from 1 to 5, or to None for one not given yet.
    """
    pairing = lock(pairing_id)
    refuse_ended(pairing)
    if not permissions.may_evaluate(by, pairing):
        raise Refused(_("Only the mentor writes the evaluation."))
    if set(scores) - set(pairing.goals.values_list("pk", flat=True)):
        raise Refused(_("A score is given to a goal that is not one of this pair."))
    given = {goal_id: score for goal_id, score in scores.items() if score is not None}
    if set(given.values()) - set(Score.values):
        raise Refused(_("A score is a number from 1 to 5."))
    texts = {"strengths": strengths.strip(), "next_steps": next_steps.strip()}
    evaluation, is_new = Evaluation.objects.select_for_update(of=("self",), no_key=True).get_or_create(
        pairing=pairing, defaults={"author": by, "saved_at": clock.now(), **texts}
    )
    evaluation.pairing = pairing
    if is_new:
        audit.record("evaluation.begun", target=evaluation, by=by)
    elif evaluation.status == EvaluationStatus.SUBMITTED:
        before = dict(evaluation.scores.values_list("goal", "score"))
        if before != given or any(getattr(evaluation, name) != text for name, text in texts.items()):
            raise Refused(_("The evaluation is submitted and can no longer be changed."))
        return evaluation
    for name, text in texts.items():
        setattr(evaluation, name, text)
    evaluation.saved_at = clock.now()
    evaluation.save(update_fields=[*texts, "saved_at"])
    evaluation.scores.exclude(goal__in=given).delete()
    GoalScore.objects.bulk_create(
        [GoalScore(evaluation=evaluation, goal_id=goal_id, score=score) for goal_id, score in given.items()],
        update_conflicts=True,
        unique_fields=["evaluation", "goal"],
        update_fields=["score"],
    )
    return evaluation


@transaction.atomic
def save_evaluation(pairing_id, *, by, strengths, next_steps, scores):
    """Keep what the mentor has typed so far; nothing need be complete. Returns the Evaluation."""
    return _write(pairing_id, by=by, strengths=strengths, next_steps=next_steps, scores=scores)


@transaction.atomic
def submit_evaluation(pairing_id, *, by, strengths, next_steps, scores):
    """Hand the evaluation in: both texts within their limit, and a score for each goal. Then it stays as it is.

    Submitting the same words and scores again is the same as once. Returns the Evaluation.
    """
    evaluation = _write(pairing_id, by=by, strengths=strengths, next_steps=next_steps, scores=scores)
    if evaluation.status == EvaluationStatus.SUBMITTED:
        return evaluation
    if not evaluation.strengths or not evaluation.next_steps:
        raise Refused(_("Write about the strengths and about the next steps."))
    if max(len(evaluation.strengths), len(evaluation.next_steps)) > TEXT_LIMIT:
        raise Refused(_("A text has at most %(limit)s characters.") % {"limit": TEXT_LIMIT})
    goals = evaluation.pairing.goals.exclude(state=GoalState.DROPPED)
    if goals.exclude(scores__evaluation=evaluation).exists():
        raise Refused(_("Give each goal a score."))
    evaluation.status, evaluation.submitted_at = EvaluationStatus.SUBMITTED, clock.now()
    evaluation.save(update_fields=["status", "submitted_at"])
    audit.record("evaluation.submitted", target=evaluation, by=by, before=EvaluationStatus.DRAFT)
    return evaluation


@transaction.atomic
def share_evaluation(evaluation_id, *, by):
    """Show a submitted evaluation to the mentee, who is told by mail. Sharing it twice is the same as once."""
    evaluation = (
        Evaluation.objects.select_for_update(of=("self",), no_key=True)
        .select_related(
            "pairing__mentor__user",
            "pairing__mentor__expert",
            "pairing__enrolment__cohort__program",
            "pairing__enrolment__person",
        )
        .get(pk=evaluation_id)
    )
    if not permissions.may_share(by, evaluation):
        raise Refused(_("Only its author, or staff who run the cohort, can share an evaluation."))
    if evaluation.status != EvaluationStatus.SUBMITTED:
        raise Refused(_("An evaluation can be shared once it is submitted."))
    if evaluation.shared_at is None:
        evaluation.shared_at = clock.now()
        evaluation.save(update_fields=["shared_at"])
        audit.record("evaluation.shared", target=evaluation, by=by)
        emails.evaluation_shared(evaluation)
    return evaluation
