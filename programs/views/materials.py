"""Materials: given to whoever may have them, handed out by those who teach."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import clock, uploads
from portal.context import viewer
from portal.errors import Refused
from portal.models import UploadKind
from programs import materials as reads
from programs import teaching
from programs.models.materials import Material
from programs.operations import materials as operations
from programs.permissions import sessions_led_by


@require_safe
@login_not_required
def material(request, code):
    """A file, or the way to where it is kept. A visitor is asked to log in for all that is not for everyone."""
    now = clock.now()
    person = viewer(request)
    rows = Material.objects.select_related("upload")
    rows = rows.for_everyone(now) if person is None else rows.visible_to(person, now)
    found = rows.filter(code=code).first()
    if found is None:
        if person is None:
            return redirect_to_login(request.get_full_path())
        raise Http404
    if found.upload is None:
        return HttpResponseRedirect(found.link, headers={"Cache-Control": "private, no-store"})
    return uploads.serve(request, found.upload, log=False)


def take(request, cohort, *, session=None, sessions=()):
    """What was posted, handed out. Returns the form where something is wrong with it, else None."""
    form = reads.MaterialForm(request.POST, request.FILES, sessions=sessions, too_large=request.upload_too_large)
    if not form.is_valid():
        return form
    chosen = session.pk if session is not None else form.cleaned_data.get("session")
    values = form.values() | {"session_id": chosen, "by": request.user}
    try:
        file = form.cleaned_data["file"]
        if file:
            with uploads.prepared(file, kinds=UploadKind.values, most_bytes=operations.MOST_BYTES) as ready:
                operations.add_material(cohort.pk, file=ready, **values)
        else:
            operations.add_material(cohort.pk, **values)
    except ValidationError as error:
        form.add_error("file", error)
    except Refused as refusal:
        form.add_error(None, str(refusal))
    else:
        messages.success(request, _("It is handed out."))
        return None
    return form


@require_http_methods(["GET", "HEAD", "POST"])
@uploads.takes_files()
def teaching_materials(request, code):
    """What is handed out in a session, and the form that adds to it; for whoever leads it or runs its cohort."""
    session = get_object_or_404(sessions_led_by(request.user).select_related("cohort__program"), code=code)
    form = reads.MaterialForm()
    if request.method == "POST":
        form = take(request, session.cohort, session=session)
        if form is None:
            return redirect("teaching-materials", code=code)
    now = clock.now()
    context = {
        "session": session,
        "cohort": session.cohort,
        "roster_url": teaching.roster_of(session, request.user, now),
        "lines": [reads.managed_line(row, now) for row in reads.rows().filter(session=session)],
        "form": form,
    }
    return render(request, "programs/teaching/materials.html", context)


@require_POST
def remove_material(request, code, material):
    """Take one of a session's materials away."""
    session = get_object_or_404(sessions_led_by(request.user), code=code)
    found = get_object_or_404(session.materials, code=material)
    operations.remove_material(found.pk, by=request.user)
    messages.success(request, _("It is taken away."))
    return redirect("teaching-materials", code=code)
