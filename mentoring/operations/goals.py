"""Everything that changes a pair's goals."""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from mentoring import permissions
from mentoring.models.evaluations import EvaluationStatus
from mentoring.models.pairs import GOAL_LIMIT, MOST_GOALS, Goal
from mentoring.operations.pairs import lock, refuse_ended
from portal import audit
from portal.errors import Refused


@transaction.atomic
def add_goal(pairing_id, text, *, by):
    """Add a goal to a pair; by the mentor or the mentee, until the evaluation is in. The same text counts once."""
    pairing = lock(pairing_id)
    refuse_ended(pairing)
    if not permissions.may_add_goal(by, pairing):
        raise Refused(_("Only the mentor and the mentee add goals."))
    text = text.strip()
    if not text or len(text) > GOAL_LIMIT:
        raise Refused(_("A goal has between 1 and %(limit)s characters.") % {"limit": GOAL_LIMIT})
    known = pairing.goals.filter(text=text).first()
    if known is not None:
        return known
    evaluation = pairing.begun_evaluation
    if evaluation is not None and evaluation.status == EvaluationStatus.SUBMITTED:
        raise Refused(_("The evaluation is submitted, so the goals can no longer change."))
    if pairing.goals.count() >= MOST_GOALS:
        raise Refused(_("There can be at most %(most)s goals.") % {"most": MOST_GOALS})
    last = pairing.goals.aggregate(last=Max("position"))["last"] or 0
    goal = Goal.objects.create(pairing=pairing, text=text, position=last + 1)
    audit.record("goal.added", target=goal, by=by, after=f"pairing {pairing.pk}")
    return goal
