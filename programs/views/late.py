"""A page opened before its form moved on: what it sends is kept all the same, then the new form is shown."""

from django.contrib import messages
from django.http import HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _

from portal import i18n
from portal.errors import Refused
from programs import form_steps
from programs.checking import CONSENT
from programs.operations import adoption
from programs.operations.drafts import Stale
from programs.questions.loading import questions_of
from programs.questions.showing import row_of


def is_late(request, application):
    """Whether the request was written on a page of another form version than the application is on now."""
    made_for = request.POST.get("form", "")
    known = made_for.isascii() and made_for.isdigit() and len(made_for) < 18
    return known and int(made_for) != application.form_version_id and request.GET.get("step") != CONSENT


def take(request, application, *, base, is_autosave):
    """Keep what the page holds, then show the step as the new form has it; in JSON where a script saved it."""
    step = request.GET.get("step", "")
    try:
        adoption.keep_late(application, int(request.POST["form"]), step, request.POST, base=base)
    except Stale as stale:
        if is_autosave:
            rows = [row for row in questions_of(application.form_version_id) if row.key in stale.keys]
            found = {
                "stale": str(stale),
                "labels": [row.label for row in rows],
                "values": {row.key: application.draft.get(row.key, "") for row in rows},
                "revision": application.revision,
            }
            return JsonResponse(found, status=409)
        messages.warning(request, str(stale))
    except Refused as refusal:
        if is_autosave:
            return JsonResponse({"error": str(refusal)}, status=400)
        messages.error(request, str(refusal))
    if is_autosave:
        saved = _("Saved at %(time)s.") % {"time": i18n.clock_time(application.saved_at)}
        return JsonResponse({"saved": saved, "revision": application.revision, "lost": []})
    return HttpResponseRedirect(form_steps.address(application, step))


def earlier_answers(application):
    """What was said under questions that the form no longer asks in the same way, if the form was changed."""
    if application.form_moved_at is None:
        return []
    files = {row.upload.code: row.upload for row in application.files.select_related("upload")}
    rows = application.earlier_answers.select_related("question")
    return [row_of(row.question, row.value, files) for row in rows]
