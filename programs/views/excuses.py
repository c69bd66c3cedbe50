"""A trainee's own attendance, and the requests to be excused: asked, taken back, their files."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import limits
from portal import clock, i18n, uploads
from portal.errors import Refused
from programs import attendance_part, excuses
from programs.excuse_forms import ExcuseForm
from programs.models.enrolments import Enrolment
from programs.operations import excuses as operations

ASKS = "30/d/user"


def own(request, code):
    """The person's own part in a cohort, else 404."""
    return get_object_or_404(
        Enrolment.objects.select_related("cohort__program", "person"), person=request.user, code=code
    )


@uploads.takes_files(excuses.MOST_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def requests_page(request, code):
    """Where one stands, the requests made so far, and a form where something can still be asked for."""
    enrolment, now = own(request, code), clock.now()
    sessions = excuses.sessions_for(enrolment, now)
    consent = excuses.consent_row(enrolment)
    posted = request.method == "POST"
    form = ExcuseForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        sessions=sessions,
        consent=consent,
        too_large=posted and request.upload_too_large,
    )
    if posted:
        if not limits.is_within(request, "excuse", ASKS, user=request.user):
            form.add_error(None, _("Too many attempts. Please wait a few minutes and try again."))
        elif form.is_valid() and ask(request, enrolment, form):
            messages.success(request, _("Your request has been received. We will tell you the decision by mail."))
            return redirect("learning-excuses", enrolment.code)
    return render(
        request,
        "programs/learning/excuses.html",
        {
            "enrolment": enrolment,
            "cohort": enrolment.cohort,
            "part": attendance_part.part(enrolment, now),
            "rows": [row_of(enrolment, row) for row in enrolment.excuses.select_related("session", "evidence")],
            "form": form if sessions or posted else None,
        },
    )


def ask(request, enrolment, form):
    """Carry the form out; False where it was refused, with the reason on the form."""
    data = form.cleaned_data
    said = {"by": request.user, "consent": form.consent}
    try:
        if data["file"]:
            kinds = {"kinds": excuses.KINDS, "most_bytes": excuses.MOST_BYTES}
            with uploads.prepared(data["file"], **kinds) as ready:
                operations.ask(enrolment.pk, data["session"].pk, data["reason"], file=ready, **said)
        else:
            operations.ask(enrolment.pk, data["session"].pk, data["reason"], **said)
    except ValidationError as error:
        form.add_error("file", error)
    except Refused as refusal:
        form.add_error(None, str(refusal))
    else:
        return True
    return False


def row_of(enrolment, row):
    """One request as the page shows it."""
    address = [enrolment.code, row.code]
    return {
        "title": excuses.session_words(row.session),
        "asked": i18n.moment(row.asked_at, year=True),
        "reason": row.reason,
        "pill": excuses.pill_of(row),
        "answer": row.answer,
        "evidence": row.evidence,
        "size": uploads.shown_size(row.evidence.size) if row.evidence else "",
        "file_url": reverse("learning-excuse-file", args=address) if row.evidence else "",
        "gone": excuses.evidence_words(row),
        "withdraw_url": reverse("learning-excuse-withdraw", args=address) if row.decided_at is None else "",
    }


@require_POST
def withdraw(request, code, excuse):
    """Take back a request that nobody has decided."""
    found = own(request, code).excuses.filter(code=excuse).first()
    if found is None:
        raise Http404
    try:
        operations.withdraw(found.pk, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your request is taken back."))
    return redirect("learning-excuses", code)


@require_safe
def file(request, code, excuse):
    """One's own evidence."""
    found = own(request, code).excuses.select_related("evidence").filter(code=excuse).first()
    if found is None or found.evidence is None:
        raise Http404
    return uploads.serve(request, found.evidence)
