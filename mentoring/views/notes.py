"""Notes: written on the page of the pair, changed on a page of their own."""

from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mentoring import permissions
from mentoring.forms.notes import NoteChangeForm
from mentoring.models.notes import NOTES, Audience
from mentoring.operations.notes import change_note, remove_note, save_draft, write_note
from mentoring.views.pairs import find, pairing_page
from mentoring.workspace import notes as note_part
from portal import clock, i18n
from portal.errors import Refused


def own(request, audience, code):
    """The person's own note of that kind, which they may change, else 404."""
    model = NOTES.get(audience)
    if model is None:
        raise Http404
    found = model.objects.visible_to(request.user).select_related(
        "pairing__mentor__user__week",
        "pairing__mentor__expert",
        "pairing__enrolment__person__week",
        "pairing__enrolment__cohort__program",
    )
    note = get_object_or_404(found, code=code, author=request.user)
    if note.audience not in permissions.note_audiences(request.user, note.pairing):
        raise Http404
    return note


@require_POST
def add(request, code):
    """Write a note; as the page saves it by itself, keep it as a draft that nobody else reads."""
    pairing = find(request, code)
    if not permissions.note_audiences(request.user, pairing):
        raise Http404
    if request.headers.get("X-Autosave") == "1":
        return autosave(request, pairing)
    form = note_part.new_form(request.user, pairing, request.POST)
    if form.is_valid():
        try:
            write_note(pairing.pk, by=request.user, **form.answers())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The note is written."))
            return redirect(f"{pairing.get_absolute_url()}#notes")
    return pairing_page(request, pairing, held={"note": form})


def autosave(request, pairing):
    """Keep what has been typed so far."""
    form = note_part.new_form(request.user, pairing, request.POST, as_draft=True)
    if not form.is_valid():
        field, errors = next(iter(form.errors.items()))
        said = _("%(field)s is not saved: %(error)s") % {"field": form[field].label, "error": errors[0]}
        return JsonResponse({"error": said}, status=400)
    try:
        save_draft(pairing.pk, by=request.user, **form.answers())
    except Refused as refusal:
        return JsonResponse({"error": str(refusal)}, status=400)
    return JsonResponse({"saved": _("Draft saved at %(time)s. Only you see it.") % {"time": now_text()}})


def now_text():
    """The time of saving."""
    return i18n.clock_time(clock.now())


@require_http_methods(["GET", "HEAD", "POST"])
def note(request, audience, code):
    """Other words for one's own note."""
    found = own(request, audience, code)
    form = NoteChangeForm(request.POST if request.method == "POST" else None, initial={"text": found.text})
    if request.method == "POST" and form.is_valid():
        try:
            change_note(found, form.cleaned_data["text"], by=request.user)
        except Refused as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, _("The note is changed."))
            return redirect(f"{found.pairing.get_absolute_url()}#notes")
    context = {
        "pairing": found.pairing,
        "cohort": found.pairing.enrolment.cohort,
        "row": note_part.row_of(found, request.user, found.pairing, may_change=False),
        "form": form,
        "is_private": found.audience == Audience.PRIVATE,
        "remove_url": reverse("note-remove", args=[code]) if found.audience == Audience.PRIVATE else "",
    }
    return render(request, "mentoring/note.html", context)


@require_POST
def remove(request, code):
    """Take one's own private note away."""
    found = own(request, Audience.PRIVATE, code)
    try:
        remove_note(found, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The note is gone."))
    return redirect(f"{found.pairing.get_absolute_url()}#notes")
