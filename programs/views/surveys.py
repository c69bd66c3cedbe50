"""A survey as the person answers it, thanks afterwards; and what those who teach read of their own."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from portal import clock
from portal.errors import Refused
from programs import survey_documents, survey_forms, survey_tables, surveys
from programs.models.experts import Expert
from programs.models.surveys import SurveyState
from programs.operations import surveys as operations
from programs.questions.loading import questions_of


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request, code):
    """The questions while they can be answered, thanks once they are, else why not; on POST the answers."""
    row = get_object_or_404(surveys.with_names().visible_to(request.user), code=code)
    now = clock.now()
    context = {
        "survey": row,
        "title": surveys.title_of(row),
        "about": surveys.about(row),
        "copy": survey_forms.copy_name(row, request.user),
    }
    if request.method != "POST" and surveys.has_answered(row, request.user):
        return render(
            request, "programs/surveys/thanks.html", context | {"waiting": surveys.waiting_for(request.user, now)}
        )
    if request.method != "POST" and row.state_at(now) != SurveyState.OPEN:
        return render(request, "programs/surveys/shut.html", context | {"pill": surveys.pill(row, now)})
    questions = questions_of(row.form_version_id)
    refusal = ""
    if request.method == "POST":
        form = survey_forms.posted(questions, request.POST, now)
        try:
            operations.refuse_shut(row, request.user)
            if form.is_valid():
                operations.answer(row.pk, form.answers(), by=request.user)
                return redirect(row)
        except Refused as refused:
            refusal = str(refused)
    else:
        form = survey_forms.blank(questions, now)
    context |= {
        "form": form,
        "parts": survey_forms.parts(form, questions),
        "count": len(questions),
        "refusal": refusal,
        "note": _("What you typed is still below. Copy it if you need it elsewhere."),
    }
    return render(request, "programs/surveys/survey.html", context)


# --- those who teach --------------------------------------------------------------------------------------------


@require_safe
def teaching(request):
    """The surveys about one's own sessions and oneself. For anyone who does not teach there is no such page."""
    if not Expert.objects.filter(user=request.user).exists():
        raise Http404
    now = clock.now()
    rows = surveys.with_counts(surveys.with_names().taught_by(request.user)).order_by("-closes_at", "-pk")
    found = survey_tables.lines(rows, now, lambda row: reverse("teaching-survey", args=[row.code]))
    return render(request, "programs/surveys/teaching.html", {"lines": found})


@require_safe
def teaching_results(request, code):
    """What came of one of them, for whom it is about."""
    row, now = find_taught(request, code), clock.now()
    context = {
        "survey": row,
        "title": surveys.title_of(row),
        "about": surveys.about(row),
        "pill": surveys.pill(row, now),
        "rate": survey_tables.rate_text(row.answered, row.asked),
        "results": survey_tables.results(row, now),
    }
    return render(request, "programs/surveys/results.html", context)


@require_safe
def teaching_pdf(request, code):
    """The same to be saved, in the language of the page."""
    row = find_taught(request, code)
    return survey_documents.response(row, survey_tables.results(row, clock.now()))


def find_taught(request, code):
    """A survey about the person or about a session of theirs, with how many have answered."""
    return get_object_or_404(surveys.with_counts(surveys.with_names().taught_by(request.user)), code=code)
