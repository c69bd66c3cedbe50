"""Everything that changes a pair's goals and their milestones: by the two, until the evaluation is in."""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from mentoring import permissions
from mentoring.models.evaluations import EvaluationStatus
from mentoring.models.pairs import (
    GOAL_LIMIT,
    MILESTONE_LIMIT,
    MOST_GOALS,
    MOST_MILESTONES,
    Goal,
    GoalMilestone,
    GoalState,
)
from mentoring.operations.pairs import lock, refuse_ended
from portal import audit, clock
from portal.errors import Refused

WORD_LIMIT = 200


def _lock_for(pairing_id, *, by):
    """The pair behind its lock, while `by` works in it."""
    pairing = lock(pairing_id)
    refuse_ended(pairing)
    if not permissions.works_in(by, pairing):
        raise Refused(_("Only the mentor and the mentee change the goals."))
    return pairing


def _refuse_evaluated(pairing):
    """Refuse what changes goals by which the mentor has already evaluated."""
    evaluation = pairing.begun_evaluation
    if evaluation is not None and evaluation.status == EvaluationStatus.SUBMITTED:
        raise Refused(_("The evaluation is submitted, so the goals can no longer change."))


def _cleaned(text):
    """The text of a goal, stripped."""
    text = text.strip()
    if not text or len(text) > GOAL_LIMIT:
        raise Refused(_("A goal has between 1 and %(limit)s characters.") % {"limit": GOAL_LIMIT})
    return text


@transaction.atomic
def add_goal(pairing_id, text, *, by):
    """Add a goal to a pair; by the mentor or the mentee, until the evaluation is in. The same text counts once."""
    pairing = lock(pairing_id)
    refuse_ended(pairing)
    if not permissions.works_in(by, pairing):
        raise Refused(_("Only the mentor and the mentee add goals."))
    text = _cleaned(text)
    known = pairing.goals.filter(text=text).first()
    if known is not None:
        return known
    _refuse_evaluated(pairing)
    if pairing.goals.count() >= MOST_GOALS:
        raise Refused(_("There can be at most %(most)s goals.") % {"most": MOST_GOALS})
    last = pairing.goals.aggregate(last=Max("position"))["last"] or 0
    goal = Goal.objects.create(pairing=pairing, text=text, position=last + 1)
    audit.record("goal.added", target=goal, by=by, after=f"pairing {pairing.pk}")
    return goal


@transaction.atomic
def change_goal(goal_id, *, by, text, state, word):
    """Word a goal anew, and say what has become of it; one that is dropped says why. Returns the Goal."""
    pairing = _lock_for(Goal.objects.values_list("pairing", flat=True).get(pk=goal_id), by=by)
    goal = pairing.goals.get(pk=goal_id)
    text, word = _cleaned(text), word.strip()
    if state not in GoalState.values:
        raise Refused(_("Say what has become of the goal."))
    if len(word) > WORD_LIMIT:
        raise Refused(_("A text has at most %(limit)s characters.") % {"limit": WORD_LIMIT})
    if state == GoalState.DROPPED and not word:
        raise Refused(_("Say in a word why the goal is dropped."))
    before = goal.state
    values = {"text": text, "state": state, "state_word": "" if state == GoalState.OPEN else word}
    if all(getattr(goal, name) == value for name, value in values.items()):
        return goal
    _refuse_evaluated(pairing)
    if pairing.goals.filter(text=text).exclude(pk=goal.pk).exists():
        raise Refused(_("There is a goal with these words already."))
    for name, value in values.items():
        setattr(goal, name, value)
    goal.save(update_fields=list(values))
    audit.record("goal.changed", target=goal, by=by, before=before, after=state)
    return goal


@transaction.atomic
def add_milestone(goal_id, text, *, by, due_on=None):
    """Add a step to a goal. The same text counts once. Returns the milestone."""
    pairing = _lock_for(Goal.objects.values_list("pairing", flat=True).get(pk=goal_id), by=by)
    goal = pairing.goals.get(pk=goal_id)
    text = _milestone_text(text)
    known = goal.milestones.filter(text=text).first()
    if known is not None:
        return known
    _refuse_evaluated(pairing)
    if goal.milestones.count() >= MOST_MILESTONES:
        raise Refused(_("A goal has at most %(most)s milestones.") % {"most": MOST_MILESTONES})
    milestone = GoalMilestone.objects.create(goal=goal, text=text, due_on=due_on)
    audit.record("milestone.added", target=goal, by=by, after=f"milestone {milestone.pk}")
    return milestone


def _milestone_text(text):
    """The text of a milestone, stripped."""
    text = text.strip()
    if not text or len(text) > MILESTONE_LIMIT:
        raise Refused(_("A milestone has between 1 and %(limit)s characters.") % {"limit": MILESTONE_LIMIT})
    return text


def _locked_milestone(milestone_id, *, by):
    """A milestone behind the lock on its pair; not one that the other has just deleted."""
    found = GoalMilestone.objects.filter(pk=milestone_id)
    pairing_id = found.values_list("goal__pairing", flat=True).first()
    if pairing_id is not None:
        _refuse_evaluated(_lock_for(pairing_id, by=by))
    milestone = found.select_related("goal").first()
    if milestone is None:
        raise Refused(_("It has just been deleted."))
    return milestone


@transaction.atomic
def change_milestone(milestone_id, text, *, by, due_on=None):
    """Word a milestone anew or move its day. Returns the milestone."""
    milestone = _locked_milestone(milestone_id, by=by)
    text = _milestone_text(text)
    if milestone.goal.milestones.filter(text=text).exclude(pk=milestone.pk).exists():
        raise Refused(_("There is a milestone with these words already."))
    if (milestone.text, milestone.due_on) != (text, due_on):
        milestone.text, milestone.due_on = text, due_on
        milestone.save(update_fields=["text", "due_on"])
        audit.record("milestone.changed", target=milestone.goal, by=by, after=f"milestone {milestone.pk}")
    return milestone


@transaction.atomic
def tick_milestone(milestone_id, *, by, done):
    """Say that a milestone is reached, or that it is not yet. Twice is the same as once. Returns it."""
    milestone = _locked_milestone(milestone_id, by=by)
    if done != (milestone.done_at is not None):
        milestone.done_at = clock.now() if done else None
        milestone.save(update_fields=["done_at"])
        verb = "milestone.done" if done else "milestone.undone"
        audit.record(verb, target=milestone.goal, by=by, after=f"milestone {milestone.pk}")
    return milestone


@transaction.atomic
def remove_milestone(milestone_id, *, by):
    """Take a milestone away."""
    milestone = _locked_milestone(milestone_id, by=by)
    audit.record("milestone.removed", target=milestone.goal, by=by, before=f"milestone {milestone.pk}")
    milestone.delete()
