"""The goals of a pair as its page shows them, each with its milestones."""

from django.db.models import prefetch_related_objects
from django.urls import reverse

from mentoring import permissions
from mentoring.models.pairs import GoalState
from portal import clock, i18n, pills


def rows_of(user, pairing):
    """The goals with what has become of them; two queries."""
    goals = list(pairing.goals.all())
    prefetch_related_objects(goals, "milestones")
    may_change = permissions.may_change_goals(user, pairing)
    return [row_of(goal, pairing, may_change=may_change) for goal in goals]


def row_of(goal, pairing, *, may_change):
    """One goal."""
    state = GoalState(goal.state)
    return {
        "text": goal.text,
        "word": goal.state_word,
        "pill": None if state == GoalState.OPEN else pills.pill(pills.GOAL_PILLS, state, state.label),
        "url": reverse("goal", args=[pairing.code, goal.position]) if may_change else "",
        "milestones": [milestone_row(milestone, may_change=may_change) for milestone in goal.milestones.all()],
    }


def milestone_row(milestone, *, may_change):
    """One milestone; its day is read in Seoul."""
    return {
        "text": milestone.text,
        "due": i18n.day(milestone.due_on) if milestone.due_on else "",
        "is_overdue": milestone.done_at is None
        and milestone.due_on is not None
        and milestone.due_on < clock.today(),
        "done_at": milestone.done_at,
        "url": reverse("milestone", args=[milestone.code]) if may_change else "",
        "tick_url": reverse("milestone-tick", args=[milestone.code]) if may_change else "",
    }
