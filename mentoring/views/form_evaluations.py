"""The mid-term and the final evaluation by the program's form: written by both sides, read as far as one may."""

from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from mentoring import form_progress, permissions
from mentoring.forms import evaluations as evaluation_forms
from mentoring.models.actions import Owner
from mentoring.models.form_evaluations import FormEvaluation
from mentoring.operations import form_evaluations as operations
from mentoring.views.pairs import find, viewer_of
from mentoring.workspace import forms as form_part
from portal import clock, i18n
from portal.errors import Refused
from programs import survey_forms
from programs.operations.drafts import Stale
from programs.questions.loading import questions_of
from programs.questions.showing import row_of
from programs.views.writing import known_revision


class Writing:
    """What writing an evaluation needs: whose it is, what is kept of it, its questions and the goals."""

    def __init__(self, user, pairing, asked):
        self.pairing, self.asked, self.now = pairing, asked, clock.now()
        self.side = Owner.MENTOR if permissions.is_mentor(user, pairing) else Owner.MENTEE
        self.kept = FormEvaluation.objects.filter(pairing=pairing, stage=asked.stage, side=self.side).first()
        version = self.kept.form_version_id if self.kept else asked.version_id
        self.questions = evaluation_forms.asked_of(questions_of(version), self.side)
        self.goals = operations.evaluated(pairing)

    @property
    def draft(self):
        """What is kept."""
        return self.kept.draft if self.kept else {}

    def form(self, draft=None, *, check=False):
        """The form over what is kept, or over `draft`."""
        draft = self.draft if draft is None else draft
        return evaluation_forms.EvaluationAnswerForm(
            self.questions, draft, goals=self.goals, now=self.now, check=check
        )

    def theirs(self, stale):
        """What another window has saved under the keys that clash, as rows to read."""
        self.kept.refresh_from_db()
        scores = {name: goal.text for name, goal in self.form().goals.items() if name in stale.keys}
        rows = [row_of(question, self.draft.get(question.key)) for question in self.questions]
        return [row for row in rows if row["key"] in stale.keys] + [
            {"key": name, "label": text, "text": self.draft.get(name) or "–"} for name, text in scores.items()
        ]


def asked_for(pairing, stage):
    """What the round asks of the pair at that stage, else 404."""
    found = next((asked for asked in form_progress.asked_of(pairing) if asked.stage == stage), None)
    if found is None:
        raise Http404
    return found


def saved_word(kept):
    """When it was last saved, in words."""
    return _("Saved at %(time)s.") % {"time": i18n.clock_time(kept.saved_at)}


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def evaluation(request, code, stage):
    """One stage of a pair: one's own form while it can be written, and what is handed in and may be read."""
    pairing = find(request, code)
    asked = asked_for(pairing, stage)
    if not permissions.works_in(request.user, pairing):
        if request.method == "POST":
            raise Http404
        return page(request, pairing, asked, None)
    writing = Writing(request.user, pairing, asked)
    if request.method == "POST":
        return take(request, writing)
    return page(request, pairing, asked, writing)


def page(request, pairing, asked, writing, *, form=None, **more):
    """The page; with `form` the one that could not be taken, with what was typed."""
    viewer, now = viewer_of(request.user, pairing), clock.now()
    is_open = writing is not None and (form is not None or not (writing.kept and writing.kept.is_submitted))
    if is_open:
        form = form or writing.form()
        kept = writing.kept
        more |= {
            "form": form,
            "parts": survey_forms.parts(form, writing.questions),
            "revision": kept.revision if kept else 0,
            "version": kept.form_version_id if kept else asked.version_id,
            "saved": _("Last saved %(moment)s") % {"moment": i18n.moment(kept.saved_at)} if kept else "",
            "is_mentor": writing.side == Owner.MENTOR,
        }
    name = pairing.mentor.name if viewer == "mentee" else pairing.enrolment.person.display_name
    context = {
        "pairing": pairing,
        "cohort": pairing.enrolment.cohort,
        "stage": asked.stage,
        "title": asked.stage.label,
        "name": name,
        "name_lang": i18n.language_of_text(name),
        "day": i18n.day(asked.due_on),
        "is_late": is_open and asked.due_at <= now,
        "rows": form_part.read_rows(request.user, pairing, asked.stage, viewer),
    }
    response = render(request, "mentoring/form_evaluation.html", context | more)
    response["Cache-Control"] = "private, no-store"
    return response


def take(request, writing):
    """Keep what was posted, wrong or not; hand it in where the button says so and all is right."""
    pairing, asked = writing.pairing, writing.asked
    is_autosave = request.headers.get("X-Autosave") == "1"
    typed, lost = evaluation_forms.read(writing.questions, writing.goals, request.POST, writing.now)
    submits = "submit" in request.POST and not is_autosave
    form = writing.form({**writing.draft, **typed, **lost}, check=submits or bool(lost))
    for name in lost:
        form.add_error(name, _("This is too long to be kept. Please shorten it."))
    hands_in = submits and not lost and form.is_valid()
    operation = operations.submit if hands_in else operations.save
    try:
        kept = operation(pairing.pk, asked.stage, by=request.user, typed=typed, base=known_revision(request))
    except Stale as stale:
        return answer_stale(request, writing, stale, typed, is_autosave=is_autosave)
    except Refused as refusal:
        if is_autosave:
            return JsonResponse({"error": str(refusal)}, status=400)
        return page(request, pairing, asked, writing, form=form, is_unsaved=True, refusal=str(refusal))
    if is_autosave:
        return JsonResponse({"saved": saved_word(kept), "revision": kept.revision, "lost": list(lost)})
    if lost or submits and not hands_in:
        writing.kept = kept
        return page(request, pairing, asked, writing, form=form, is_unsaved=bool(lost))
    messages.success(request, _("It is handed in.") if hands_in else saved_word(kept))
    return redirect("form-evaluation", pairing.code, asked.stage)


def answer_stale(request, writing, stale, typed, *, is_autosave):
    """Another window has saved something newer: nothing is overwritten, and the person chooses."""
    rows = writing.theirs(stale)
    if is_autosave:
        return JsonResponse(
            {
                "stale": str(stale),
                "labels": [row["label"] for row in rows],
                "values": {row["key"]: writing.draft.get(row["key"], "") for row in rows},
                "revision": writing.kept.revision,
            },
            status=409,
        )
    form = writing.form({**writing.draft, **typed})
    more = {"is_unsaved": True, "stale": str(stale), "theirs": rows}
    return page(request, writing.pairing, writing.asked, writing, form=form, **more)


@require_POST
def share(request, code, stage):
    """Show the mentor's evaluation of a stage to the mentee."""
    pairing = find(request, code)
    asked_for(pairing, stage)
    visible = FormEvaluation.objects.visible_to(request.user)
    found = get_object_or_404(visible, pairing=pairing, stage=stage, side=Owner.MENTOR)
    found.pairing = pairing
    if not permissions.may_share(request.user, found):
        raise Http404
    try:
        operations.share(found.pk, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The evaluation is shared. The mentee has been told by mail."))
    return redirect("form-evaluation", pairing.code, stage)
