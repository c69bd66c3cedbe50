"""Actions: added and ticked on the page of the pair, changed on a page of their own."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mentoring import permissions
from mentoring.forms.actions import ActionForm
from mentoring.models.actions import Action
from mentoring.operations.actions import add_action, change_action, remove_action, tick_action
from mentoring.views.pairs import find, pairing_page
from mentoring.workspace import actions as action_part
from portal.errors import Refused


def own(request, code):
    """An action of a pair in which the person works, else 404."""
    found = Action.objects.visible_to(request.user).select_related(
        "pairing__mentor__user__week",
        "pairing__mentor__expert",
        "pairing__enrolment__person__week",
        "pairing__enrolment__cohort__program",
    )
    action = get_object_or_404(found, code=code)
    if not permissions.works_in(request.user, action.pairing):
        raise Http404
    return action


def back(action):
    """To the actions of its pair."""
    return redirect(f"{action.pairing.get_absolute_url()}#actions")


@require_POST
def add(request, code):
    """Add an action."""
    pairing = find(request, code)
    if not permissions.works_in(request.user, pairing):
        raise Http404
    form = ActionForm(request.POST, names=action_part.names(pairing))
    if form.is_valid():
        try:
            add_action(pairing.pk, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, _("The action is added."))
            return redirect(f"{pairing.get_absolute_url()}#actions")
    return pairing_page(request, pairing, held={"action": form})


@require_http_methods(["GET", "HEAD", "POST"])
def action(request, code):
    """Word an action anew, give it to the other, or move its day."""
    found = own(request, code)
    data = request.POST if request.method == "POST" else None
    form = ActionForm(data, action=found, names=action_part.names(found.pairing))
    if data is not None and form.is_valid():
        try:
            change_action(found.pk, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, _("The action is changed."))
            return back(found)
    context = {
        "pairing": found.pairing,
        "cohort": found.pairing.enrolment.cohort,
        "action": found,
        "form": form,
    }
    return render(request, "mentoring/action.html", context)


@require_POST
def tick(request, code):
    """Done, or with an empty `done` open again."""
    found = own(request, code)
    done = request.POST.get("done") == "1"
    try:
        tick_action(found.pk, by=request.user, done=done)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The action is done.") if done else _("The action is open again."))
    return back(found)


@require_POST
def remove(request, code):
    """Take an open action away."""
    found = own(request, code)
    try:
        remove_action(found.pk, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The action is gone."))
    return back(found)
