"""Asking staff for another pair: one page for whoever of the two asks; the other side reads nothing of it."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from mentoring import progress
from mentoring.forms.rematches import RematchForm
from mentoring.models.rematches import RematchStatus
from mentoring.operations import rematches
from mentoring.views.pairs import find, viewer_of
from mentoring.workspace import rematches as rematch_part
from portal import i18n
from portal.errors import Refused


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def rematch(request, code):
    """One's own request about a pair: made, handed to staff, taken back; and what they have answered."""
    pairing = find(request, code)
    if viewer_of(request.user, pairing) == progress.STAFF:
        raise Http404
    asked = rematch_part.latest(request.user, pairing)
    if asked is not None and asked.is_waiting:
        return waiting(request, pairing, asked)
    if pairing.awaits_answer or (asked is None and not pairing.is_live):
        return redirect(pairing)
    again = rematches.free_from(pairing, request.user)
    if not pairing.is_live or again is not None:
        return page(request, pairing, asked, again=again)
    form = RematchForm(request.POST if request.method == "POST" else None, person=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            rematches.ask(pairing.pk, by=request.user, **form.request())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your request is written down. The other side is told nothing."))
            return redirect("pairing-rematch", pairing.code)
    return page(request, pairing, asked, form=form)


def waiting(request, pairing, asked):
    """A request that is not settled: shown, or by a button taken back or handed to staff."""
    if request.method != "POST":
        return page(request, pairing, asked)
    try:
        if "withdraw" in request.POST:
            rematches.withdraw(asked.pk, by=request.user)
            messages.success(request, _("Your request is taken back. Nobody else learns of it."))
            return redirect(pairing)
        if "go_on" in request.POST:
            rematches.go_on(asked.pk, by=request.user)
            messages.success(request, _("The staff look at it now."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("pairing-rematch", pairing.code)


def page(request, pairing, asked, *, form=None, again=None):
    """The page, with a form where one may ask."""
    person = pairing.mentor if viewer_of(request.user, pairing) == progress.MENTEE else pairing.enrolment.person
    name = person.name if person is pairing.mentor else person.display_name
    context = {
        "pairing": pairing,
        "cohort": pairing.enrolment.cohort,
        "name": name,
        "name_lang": i18n.language_of_text(name),
        "asked": asked,
        "panel": rematch_part.panel(asked) if asked else None,
        "is_talking": asked is not None and asked.status == RematchStatus.TALKING,
        "answer_lang": i18n.language_of_text(asked.answer) if asked else "",
        "form": form,
        "again": i18n.day(again) if again else "",
    }
    response = render(request, "mentoring/rematch.html", context)
    response["Cache-Control"] = "private, no-store"
    return response
