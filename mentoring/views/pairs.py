"""The page of one pair: its application, its goals and its evaluation."""

from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mentoring import form_progress, permissions, progress
from mentoring.forms.pairs import EvaluationForm, GoalForm
from mentoring.models.evaluations import Evaluation, EvaluationStatus
from mentoring.models.pairs import MOST_GOALS, Pairing
from mentoring.operations.evaluations import save_evaluation, share_evaluation, submit_evaluation
from mentoring.operations.goals import add_goal
from mentoring.workspace import goals as goal_part
from mentoring.workspace import meetings as meeting_part
from mentoring.workspace import parts as workspace
from portal import clock, i18n, uploads
from portal.errors import Refused
from programs import sent

FILE = "file"  # stands for a file's code where only the rest of the address is wanted


def find(request, code):
    """The pair with that code, if this person may see it, else 404."""
    return get_object_or_404(Pairing.objects.visible_to(request.user).for_desk(), code=code)


def viewer_of(user, pairing):
    """What `user`, who may see the pair, is to it. A mentee who is also staff reads as the mentee."""
    if permissions.reads_as_mentor(user, pairing):
        return progress.MENTOR
    return progress.MENTEE if permissions.is_mentee(user, pairing) else progress.STAFF


def readable_evaluation(user, pairing):
    """The evaluation as far as this person may read it, with its scores, or None."""
    found = Evaluation.objects.visible_to(user).filter(pairing=pairing).prefetch_related("scores__goal").first()
    if found is not None:
        found.pairing = pairing
    return found


@require_safe
def pairing(request, code):
    """One pair, as its mentor, its mentee or its staff see it."""
    return pairing_page(request, find(request, code))


def application_parts(user, pairing):
    """The mentee's application as far as this person may read it: its parts, and where its files are had."""
    application = pairing.enrolment.application
    if application is None:
        return {"application": None}
    reader = permissions.reads_as(user, pairing)
    if permissions.reads_as_mentor(user, pairing):
        address = reverse("mentee-file", args=[pairing.code, FILE])
    else:
        address = reverse("application-file", args=[application.code, FILE])
    return {
        "application": application,
        "parts": sent.parts(application, reader=reader, with_names=False),
        "file_base": address.removesuffix(f"{FILE}/"),
    }


@require_safe
def mentee_file(request, code, upload):
    """A file from the mentee's application, for the mentor as long as they may read the pair; it is written down.

    Only what was sent, and only under questions whose answers reviewers read.
    """
    pairs = Pairing.objects.of_mentor(request.user).select_related("enrolment__application")
    application = get_object_or_404(pairs, code=code).enrolment.application
    if application is None:
        raise Http404
    for part in sent.parts(application, reader="reviewer", with_names=False):
        for row in part["rows"]:
            for file in row.get("files", ()):
                if file.code == upload:
                    return uploads.serve(request, file)
    raise Http404


def evaluated(goals):
    """Those that get a score: all but the dropped ones."""
    return [goal for goal in goals if not goal.is_dropped]


def pairing_page(request, pairing, *, form=None, goal_form=None, held=None):
    """The page; with `form` or `goal_form` the one that could not be taken, with what was typed.

    `held` has such forms of the page's other parts, by their names.
    """
    viewer = viewer_of(request.user, pairing)
    form_progress.attach([pairing])
    evaluation = readable_evaluation(request.user, pairing)
    is_submitted = evaluation is not None and evaluation.status == EvaluationStatus.SUBMITTED
    goals = list(pairing.goals.all())
    if permissions.may_evaluate(request.user, pairing) and form is None and not is_submitted:
        form = EvaluationForm(goals=evaluated(goals), evaluation=evaluation)
    may_add = permissions.may_change_goals(request.user, pairing) and len(goals) < MOST_GOALS
    person = pairing.mentor if viewer == progress.MENTEE else pairing.enrolment.person
    name = person.name if viewer == progress.MENTEE else person.display_name
    parts = workspace.parts_of(request.user, pairing, viewer, clock.now(), held)
    context = {
        "pairing": pairing,
        "cohort": pairing.enrolment.cohort,
        "sent": application_parts(request.user, pairing),
        "mentor": pairing.mentor,
        "name": name,
        "name_lang": i18n.language_of_text(name),
        "is_mentee": viewer == progress.MENTEE,
        "is_staff": viewer == progress.STAFF,
        "parts": parts,
        "last": workspace.parts_of(request.user, pairing, viewer, clock.now(), held, parts=workspace.LAST),
        "panel": progress.panel(pairing, viewer, **meeting_part.for_panel(parts)),
        "steps": progress.steps(pairing, viewer),
        "goals": goal_part.rows_of(request.user, pairing),
        "goal_form": (goal_form or GoalForm(use_required_attribute=False)) if may_add or goal_form else None,
        "form": form,
        "evaluation": evaluation if is_submitted else None,
        "may_share": is_submitted
        and evaluation.shared_at is None
        and permissions.may_share(request.user, evaluation),
        "saved_at": evaluation.saved_at if form is not None and evaluation is not None else None,
    }
    return render(request, "mentoring/pairing.html", context)


def unsaved(form):
    """What autosave says where a field could not be saved as it stands; all others were."""
    label, errors = next((form[name].label, form.errors[name]) for name in form.fields if name in form.errors)
    return _("%(field)s is not saved: %(error)s") % {"field": label, "error": errors[0]}


@require_POST
def evaluation_save(request, code):
    """Save the draft, or with the button `submit` hand it in. What is valid is saved, so nothing typed is lost."""
    pairing = find(request, code)
    if not permissions.may_evaluate(request.user, pairing):
        raise Http404
    is_autosave = request.headers.get("X-Autosave") == "1"
    submit = "submit" in request.POST and not is_autosave
    saved = Evaluation.objects.filter(pairing=pairing).prefetch_related("scores").first()
    fields = {"goals": evaluated(pairing.goals.all()), "evaluation": saved}
    draft = EvaluationForm(request.POST, **fields, as_draft=True)
    form = EvaluationForm(request.POST, **fields) if submit else draft
    is_valid = form.is_valid()
    draft.is_valid()
    try:
        if submit and is_valid:
            submit_evaluation(pairing.pk, by=request.user, **form.answers())
        else:
            save_evaluation(pairing.pk, by=request.user, **draft.answers())
    except Refused as refusal:
        if is_autosave:
            return JsonResponse({"error": str(refusal)}, status=400)
        form.add_error(None, str(refusal))
        return pairing_page(request, pairing, form=form)
    now = _("Saved at %(time)s.") % {"time": i18n.clock_time(clock.now())}
    if is_autosave:
        return JsonResponse({"saved": now if is_valid else unsaved(form)})
    if not is_valid:
        return pairing_page(request, pairing, form=form)
    messages.success(
        request, _("The evaluation is submitted. The mentee sees it once you share it.") if submit else now
    )
    return redirect(f"{pairing.get_absolute_url()}#evaluation")


@require_POST
def evaluation_share(request, code):
    """Show the submitted evaluation to the mentee."""
    pairing = find(request, code)
    evaluation = readable_evaluation(request.user, pairing)
    if evaluation is None or not permissions.may_share(request.user, evaluation):
        raise Http404
    try:
        share_evaluation(evaluation.pk, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The evaluation is shared. The mentee has been told by mail."))
    return redirect(f"{pairing.get_absolute_url()}#evaluation")


@require_POST
def goal_add(request, code):
    """Add a goal."""
    pairing = find(request, code)
    if not permissions.works_in(request.user, pairing):
        raise Http404
    form = GoalForm(request.POST, use_required_attribute=False)
    if form.is_valid():
        try:
            add_goal(pairing.pk, form.cleaned_data["text"], by=request.user)
        except Refused as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, _("The goal is added."))
            return redirect(f"{pairing.get_absolute_url()}#goals")
    return pairing_page(request, pairing, goal_form=form)
