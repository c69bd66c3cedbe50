"""A mentor's answer to a pair: accepted or declined by a press of a button, never by opening a link."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mentoring import permissions
from mentoring.forms.answers import DeclineForm
from mentoring.operations import answers
from mentoring.views.pairs import find, pairing_page
from portal.errors import Refused


def own(request, code):
    """The pair of a mentor who answers to it, else 404."""
    pairing = find(request, code)
    if not permissions.is_mentor(request.user, pairing):
        raise Http404
    return pairing


@require_POST
def accept(request, code):
    """Take the mentee on."""
    pairing = own(request, code)
    try:
        answers.accept(pairing.pk, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You have accepted. You can now agree on a first meeting."))
    return redirect(pairing)


@require_POST
def decline(request, code):
    """Do not take the mentee on, for a reason."""
    pairing = own(request, code)
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return pairing_page(request, pairing, held={"decline": form})
    try:
        answers.decline(pairing.pk, by=request.user, reason=form.text())
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return pairing_page(request, pairing, held={"decline": form})
    messages.success(request, _("You have declined. Staff will find another mentor for this mentee."))
    return redirect("mentoring")
