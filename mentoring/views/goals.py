"""A goal on a page of its own: its words, what has become of it, and its milestones."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mentoring import permissions
from mentoring.forms.pairs import GoalChangeForm, MilestoneForm
from mentoring.models.pairs import MOST_MILESTONES, GoalMilestone, Pairing
from mentoring.operations.goals import (
    add_milestone,
    change_goal,
    change_milestone,
    remove_milestone,
    tick_milestone,
)
from mentoring.views.pairs import find
from mentoring.workspace import goals as goal_part
from portal.errors import Refused


def own_goal(request, code, position):
    """A goal that the person may change, with its pair, else 404."""
    pairing = find(request, code)
    if not permissions.may_change_goals(request.user, pairing):
        raise Http404
    goal = next((goal for goal in pairing.goals.all() if goal.position == position), None)
    if goal is None:
        raise Http404
    return pairing, goal


def own_milestone(request, code):
    """A milestone that the person may change, with its pair, else 404."""
    pairs = Pairing.objects.visible_to(request.user)
    found = GoalMilestone.objects.filter(goal__pairing__in=pairs.values("pk"))
    milestone = get_object_or_404(found.select_related("goal__pairing"), code=code)
    pairing, goal = own_goal(request, milestone.goal.pairing.code, milestone.goal.position)
    milestone.goal = goal
    return pairing, milestone


def goal_url(pairing, goal):
    """The page of a goal."""
    return reverse("goal", args=[pairing.code, goal.position])


def goal_page(request, pairing, goal, *, form=None, milestone_form=None):
    """The page; with a form the one that could not be taken, with what was typed."""
    row = goal_part.row_of(goal, pairing, may_change=True)
    may_add = len(row["milestones"]) < MOST_MILESTONES
    context = {
        "pairing": pairing,
        "cohort": pairing.enrolment.cohort,
        "goal": goal,
        "row": row,
        "form": form or GoalChangeForm(goal=goal),
        "milestone_form": (milestone_form or MilestoneForm(prefix="milestone")) if may_add else milestone_form,
    }
    return render(request, "mentoring/goal.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def goal(request, code, position):
    """Word a goal anew, and say what has become of it."""
    pairing, found = own_goal(request, code, position)
    if request.method != "POST":
        return goal_page(request, pairing, found)
    form = GoalChangeForm(request.POST, goal=found)
    if form.is_valid():
        try:
            change_goal(found.pk, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, _("The goal is changed."))
            return redirect(f"{pairing.get_absolute_url()}#goals")
    return goal_page(request, pairing, found, form=form)


@require_POST
def milestone_add(request, code, position):
    """Add a milestone to a goal."""
    pairing, found = own_goal(request, code, position)
    form = MilestoneForm(request.POST, prefix="milestone")
    if form.is_valid():
        try:
            add_milestone(found.pk, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, _("The milestone is added."))
            return redirect(f"{goal_url(pairing, found)}#milestones")
    return goal_page(request, pairing, found, milestone_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def milestone(request, code):
    """Word a milestone anew or move its day."""
    pairing, found = own_milestone(request, code)
    data = request.POST if request.method == "POST" else None
    form = MilestoneForm(data, milestone=found)
    if data is not None and form.is_valid():
        try:
            change_milestone(found.pk, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, _("The milestone is changed."))
            return redirect(f"{goal_url(pairing, found.goal)}#milestones")
    context = {
        "pairing": pairing,
        "cohort": pairing.enrolment.cohort,
        "milestone": found,
        "goal_url": goal_url(pairing, found.goal),
        "form": form,
    }
    return render(request, "mentoring/milestone.html", context)


@require_POST
def milestone_tick(request, code):
    """Reached, or with an empty `done` not yet."""
    pairing, found = own_milestone(request, code)
    done = request.POST.get("done") == "1"
    try:
        tick_milestone(found.pk, by=request.user, done=done)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The milestone is reached.") if done else _("The milestone is open again."))
    return redirect(f"{pairing.get_absolute_url()}#goals")


@require_POST
def milestone_remove(request, code):
    """Take a milestone away."""
    pairing, found = own_milestone(request, code)
    try:
        remove_milestone(found.pk, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The milestone is gone."))
    return redirect(f"{goal_url(pairing, found.goal)}#milestones")
