"""An application while it is written: begun with consent, written by steps, checked, sent; by its person alone."""

from datetime import UTC, datetime

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.consent_form import ConsentForm
from portal import clock, i18n, uploads
from portal.errors import Refused
from portal.models import UploadKind
from programs import checking, consents, eligibility, form_steps, privacy, sent, status
from programs.checking import CHECK, CONSENT, DETAILS
from programs.forms import AnswerForm
from programs.models.applications import EDITABLE, Application, ApplicationStatus
from programs.models.applying import ApplicationFile
from programs.models.cohorts import TAKES_APPLICATIONS, Cohort
from programs.models.forms import QuestionType
from programs.operations import applications as operations
from programs.operations import drafts as draft_operations
from programs.operations import files as file_operations
from programs.questions import drafts
from programs.questions.loading import questions_of
from programs.questions.showing import row_of, shown
from programs.views import late
from programs.views.applications import own

S = ApplicationStatus
OPENED = "programs.opened"  # what the stamp of a page is signed for
STAMP_HOLDS = 24 * 60 * 60  # seconds


def opened_stamp():
    """A signed word of when a page was opened, by the server's clock."""
    return signing.dumps(clock.now().timestamp(), salt=OPENED)


def opened_at(request):
    """When the page was opened that sent this request; None where it does not say so itself."""
    try:
        seconds = signing.loads(request.POST.get("opened", ""), salt=OPENED, max_age=STAMP_HOLDS)
    except signing.BadSignature:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def known_revision(request):
    """The revision on which the request was written; None where it does not say."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


# --- beginning ------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def apply(request, program, cohort):
    """Begin an application with the consents, or go on with the one there is."""
    cohort = get_object_or_404(
        Cohort.objects.published().select_related("program"), program__slug=program, slug=cohort
    )
    mine = Application.objects.live().filter(cohort=cohort, applicant=request.user).first()
    if mine is not None:
        return redirect("application-edit", mine.code) if mine.status == S.DRAFT else redirect(mine)
    if cohort.current_phase not in TAKES_APPLICATIONS:
        return render(request, "programs/apply_closed.html", {"cohort": cohort})
    rows = privacy.with_notes(consents.rows(cohort, request.user), request.user, cohort)
    form = ConsentForm(rows, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            application = operations.start_application(
                cohort.pk, by=request.user, consents=form.answers(), items=form.items()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return HttpResponseRedirect(form_steps.address(application, DETAILS))
    return start_page(request, cohort, form)


def start_page(request, cohort, form):
    """Before the first word: who may apply, what will be asked, and what is agreed to."""
    now = clock.now()
    questions = questions_of(cohort.form_version_id)
    unsaved = Application(cohort=cohort, applicant=request.user, draft=operations.first_draft(cohort, request.user))
    context = {
        "cohort": cohort,
        "form": form,
        "deadline": i18n.deadline(cohort.closes_at),
        "closes_at": cohort.closes_at,
        "left": i18n.days_left(cohort.closes_at),
        "is_near": (cohort.closes_at - now).days < 3,
        "conditions": eligibility.conditions(cohort, request.user, unsaved.draft, questions, now),
        "steps": form_steps.form_steps(unsaved, questions, checking.Checked())[1:-1],
    }
    return render(request, "programs/apply.html", context)


# --- writing --------------------------------------------------------------------------------------------


class Writing:
    """What every request to write needs of an application: its questions, its steps, and the step at hand."""

    def __init__(self, request, application):
        self.request, self.application = request, application
        self.now = clock.now()
        self.questions = questions_of(application.form_version_id)

    def look(self, *, conditions=False):
        """Check the draft, and find the steps and the one at hand."""
        self.files = checking.files_by_key(self.application)
        self.checked = checking.check(
            self.application, self.now, questions=self.questions, files=self.files, conditions=conditions
        )
        self.steps = form_steps.form_steps(self.application, self.questions, self.checked)
        self.step = form_steps.find(self.steps, self.request.GET.get("step", ""))

    def form(self, questions, draft, *, with_names, check=False):
        """The form of some questions over a draft."""
        return AnswerForm(
            questions,
            draft,
            now=self.now,
            with_names=with_names,
            files=self.files,
            check=check,
            every=self.questions,
            own_email=self.request.user.email,
            refused=consents.refused_items(self.checked.consents, self.questions) if check else frozenset(),
        )

    def consent_rows(self):
        """The boxes of consent, each with what goes when it is unticked."""
        return privacy.with_notes(self.checked.consents, self.request.user, self.application.cohort)

    def step_form(self, *, draft=None, check=False):
        """The form of the step at hand."""
        draft = self.application.draft if draft is None else draft
        with_names = self.step.key == DETAILS and checking.names_concerned(self.application)
        return self.form(self.step.questions, draft, with_names=with_names, check=check)


@uploads.takes_files()
@require_http_methods(["GET", "POST"])
def edit(request, code):
    """Write on: a draft, an application sent back, or a submitted one before the deadline; a step at a time."""
    application = own(request, code)
    writing = Writing(request, application)
    is_autosave = request.method == "POST" and bool(request.headers.get("X-Autosave"))
    if not may_write(application):
        refusal = _("This application can no longer be changed.")
        if is_autosave:
            return JsonResponse({"error": refusal}, status=400)
        return not_kept(request, writing, refusal) if request.method == "POST" else redirect(application)
    if request.method == "POST" and late.is_late(request, application):
        return late.take(request, application, base=known_revision(request), is_autosave=is_autosave)
    if is_autosave:
        return autosave(request, writing)
    writing.look(conditions=request.GET.get("step") == CHECK)
    if request.method == "GET":
        return show_step(request, writing)
    if writing.step.key == CONSENT:
        return take_consents(request, writing)
    return take_step(request, writing)


def may_write(application):
    """Whether anything typed is still kept: a draft always, the others as long as they can be sent."""
    return application.status == S.DRAFT or (
        application.status in EDITABLE and status.can_edit(application, clock.now())
    )


def not_kept(request, writing, refusal):
    """What was typed into an application that takes nothing any more: shown once, so that it can be copied."""
    form = raw_form(writing, request.GET.get("step", ""))
    typed, lost = drafts.read(form, request.POST, request.FILES)
    said = {**typed, **lost}
    rows = [row for row in names_in(said) if row["key"] in said]
    rows += [row_of(form.questions[key], value) for key, value in said.items() if key in form.questions]
    rows = [row for row in rows if not row.get("blank")]
    context = {"application": writing.application, "cohort": writing.application.cohort, "rows": rows}
    return render(request, "programs/not_kept.html", context | {"refusal": refusal})


def autosave(request, writing):
    """Keep what one step holds; the answer says when it was saved, or what is in the way."""
    application = writing.application
    key = request.GET.get("step", "")
    form = raw_form(writing, key)
    typed, lost = drafts.read(form, request.POST, request.FILES)
    try:
        saved = draft_operations.save_draft(application, typed=typed, base=known_revision(request))
    except draft_operations.Moved as moved:
        if late.is_late(request, application):
            return late.take(request, application, base=known_revision(request), is_autosave=True)
        return JsonResponse({"error": str(moved)}, status=400)
    except draft_operations.Stale as stale:
        theirs = {name: application.draft.get(name, "") for name in stale.keys}
        labels = [str(form.fields[name].label) for name in stale.keys]
        return JsonResponse(
            {"stale": str(stale), "labels": labels, "values": theirs, "revision": application.revision}, status=409
        )
    except Refused as refusal:
        return JsonResponse({"error": str(refusal)}, status=400)
    return JsonResponse({"saved": saved_word(saved), "revision": saved.revision, "lost": list(lost)})


def names_in(draft):
    """The names in a draft, as rows for `components/answers.html`."""
    return sent.names_of(draft.get("full_name", ""), draft.get("romanized_name", ""))


def saved_word(application):
    """When it was last saved, in words."""
    return _("Saved at %(time)s.") % {"time": i18n.clock_time(application.saved_at)}


def raw_form(writing, key):
    """The form of one step as far as reading a request needs it: without files, checks or queries."""
    open_now = checking.concerned(writing.application, writing.questions)
    steps = checking.steps_by_key(writing.questions)
    questions = [question for question in open_now if steps[question.key] == key]
    with_names = key == DETAILS and checking.names_concerned(writing.application)
    writing.files = {}
    return writing.form(questions, writing.application.draft, with_names=with_names)


def take_step(request, writing):
    """Save what was posted, wrong or not, then go where the button leads, or say what is wrong."""
    application, step = writing.application, writing.step
    form = writing.step_form()
    typed, lost = drafts.read(form, request.POST, request.FILES)
    try:
        draft_operations.save_draft(application, typed=typed, base=known_revision(request))
    except draft_operations.Moved as moved:
        if late.is_late(request, application):
            return late.take(request, application, base=known_revision(request), is_autosave=False)
        return not_kept(request, writing, str(moved))
    except draft_operations.Stale as stale:
        return show_step(request, writing, draft={**application.draft, **typed}, stale=stale)
    except Refused as refusal:
        return show_step(request, writing, draft={**application.draft, **typed}, refusal=refusal)
    if "upload" in request.POST:
        return take_posted_file(request, writing, request.POST["upload"])
    if "remove" in request.POST:
        return drop_posted_file(request, writing, request.POST["remove"])
    form = writing.step_form(draft={**application.draft, **lost}, check=True)
    for name in lost:
        form.add_error(name, _("This is too long to be kept. Please shorten it."))
    if "more" in request.POST:
        return show_step(request, writing, more=request.POST["more"])
    if lost or ("next" in request.POST and not form.is_valid()):
        return show_step(request, writing, form=form, lost=lost)
    if "go" in request.POST:
        return HttpResponseRedirect(form_steps.address(application, request.POST["go"][:20]))
    if "next" in request.POST:
        return HttpResponseRedirect(form_steps.address(application, form_steps.after(writing.steps, step).key))
    messages.success(request, saved_word(application))
    return HttpResponseRedirect(form_steps.address(application, step.key))


def take_consents(request, writing):
    """Write down what was answered to the terms; a required one that is missing is said at its box."""
    application = writing.application
    form = ConsentForm(writing.consent_rows(), request.POST)
    if not form.is_valid():
        return show_step(request, writing, form=form)
    try:
        operations.give_consents(application.pk, by=request.user, consents=form.answers(), items=form.items())
    except Refused as refusal:  # it was sent or taken back in another window a moment ago
        return show_step(request, writing, form=form, refusal=refusal)
    following = request.POST.get("go", "")[:20] or form_steps.after(writing.steps, writing.step).key
    return HttpResponseRedirect(form_steps.address(application, following))


def show_step(request, writing, *, form=None, draft=None, stale=None, refusal=None, lost=(), more=""):
    """The page of the step at hand. `draft` is what was typed where it could not be kept."""
    application, step = writing.application, writing.step
    if form is None and step.key == CONSENT:
        form = ConsentForm(writing.consent_rows())
    elif form is None and step.key != CHECK:
        form = writing.step_form(draft=draft, check=bool(request.GET.get("errors")) and step.state != "done")
    if more and form is not None and more in form.fields:
        form.fields[more].widget.opened = True  # the first blank row takes the focus
    theirs = []
    if stale:
        rows = [question for question in writing.questions if question.key in stale.keys]
        theirs = [row for row in names_in(application.draft) if row["key"] in stale.keys] + [
            row_of(question, application.draft.get(question.key)) for question in rows
        ]
    deadline = application.deadline
    context = {
        "application": application,
        "cohort": application.cohort,
        "step": step,
        "steps": writing.steps,
        "number": writing.steps.index(step) + 1,
        "form": form,
        "stale": stale,
        "is_unsaved": bool(stale or refusal or lost),
        "theirs": theirs,
        "refusal": refusal,
        "deadline": i18n.deadline(deadline) if deadline else "",
        "closes_at": deadline,
        "left": i18n.days_left(deadline) if deadline else "",
        "is_near": deadline is not None and (deadline - writing.now).days < 3,
        "is_late": not application.is_in_time(writing.now),
        "is_sent": application.submitted_at is not None,
        "saved": saved_word(application) if application.revision else "",
        "note": application.changes_note if application.status == S.CHANGES_REQUESTED else "",
        "earlier": late.earlier_answers(application),
        "file_base": reverse("application-files", args=[application.code]),
        "has_moved": application.form_moved_at is not None,
    }
    if step.key == CHECK:
        context |= check_context(writing)
    template = "programs/check.html" if step.key == CHECK else "programs/write.html"
    return render(request, template, context)


def check_context(writing):
    """Everything as it would be sent, part by part, with what is missing."""
    application = writing.application
    uploads_there = [upload for rows in writing.files.values() for upload in rows]
    names = [*names_in(application.draft), {"label": _("E-mail"), "text": application.applicant.email}]
    parts = []
    for step in writing.steps:
        if step.key in (CONSENT, CHECK):
            continue
        rows = shown(step.questions, application.draft, files=uploads_there, every=writing.questions)
        if step.key == DETAILS and checking.names_concerned(application):
            rows = names + rows
        parts.append({"step": step, "rows": rows})
    return {
        "parts": parts,
        "problems": writing.checked.problems,
        "opened": opened_stamp(),
        "has_changed": application.sent_revision != application.revision,
        "file_base": reverse("application-files", args=[application.code]),
    }


@require_http_methods(["GET", "POST"])
def submit(request, code):
    """Send what was written, once it is complete; on GET the check."""
    application = own(request, code)
    if request.method == "GET":
        return HttpResponseRedirect(form_steps.address(application, CHECK))
    was_sent = application.submitted_at is not None
    try:
        handed = operations.submit_application(
            application.pk, by=request.user, began_at=opened_at(request), revision=known_revision(request)
        )
    except operations.Incomplete as incomplete:
        count = len(incomplete.checked.problems)
        messages.error(
            request,
            ngettext(
                "Not submitted yet: %(count)s thing is missing or wrong.",
                "Not submitted yet: %(count)s things are missing or wrong.",
                count,
            )
            % {"count": count},
        )
        return HttpResponseRedirect(form_steps.address(application, CHECK))
    except Refused as refusal:
        messages.error(request, str(refusal))
        if may_write(application) and application.is_in_time(clock.now()):
            return HttpResponseRedirect(form_steps.address(application, CHECK))
        return redirect(application)
    if was_sent and application.status == S.SUBMITTED:
        messages.success(request, _("Your changes are saved. The application stays submitted."))
    else:
        messages.success(
            request,
            _("Your application has been submitted. Receipt number: %(number)s")
            % {"number": handed.receipt_number},
        )
    return redirect(handed)


@require_http_methods(["GET", "POST"])
def discard(request, code):
    """Throw a draft away, or give up changes that were not sent; asks on GET, acts on POST."""
    application = own(request, code)
    is_draft = application.status == S.DRAFT
    if not is_draft and (application.status != S.SUBMITTED or application.sent_revision == application.revision):
        return redirect(application)
    if request.method == "POST":
        try:
            if is_draft:
                operations.discard_draft(application.pk, by=request.user)
            else:
                operations.discard_changes(application.pk, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The draft is deleted.") if is_draft else _("The changes are discarded."))
            return redirect("my") if is_draft else redirect(application)
        return redirect(application)
    context = {
        "application": application,
        "title": _("Delete this draft?") if is_draft else _("Discard your changes?"),
        "text": _("What you wrote and the files in it are erased at once.")
        if is_draft
        else _("The application stays as you sent it."),
        "label": _("Delete draft") if is_draft else _("Discard changes"),
        "look": "danger",
    }
    return render(request, "programs/application_act.html", context)


# --- files ----------------------------------------------------------------------------------------------


def file_question(application, key):
    """The question of a form that takes files, or 404."""
    questions = checking.concerned(application, questions_of(application.form_version_id))
    for question in questions:
        if question.key == key and question.type == QuestionType.FILE:
            return question
    raise Http404


def take_file(request, application, key):
    """Keep the file of a request under a question. Returns the Upload; raises ValidationError or Refused."""
    question = file_question(application, key)
    if getattr(request, "upload_too_large", False):
        raise uploads.too_large(question.megabytes * 1024 * 1024)
    file = request.FILES.get(key) or request.FILES.get("file")
    if file is None:
        raise ValidationError(_("Choose a file first."))
    with uploads.prepared(file, kinds=UploadKind.values, most_bytes=question.megabytes * 1024 * 1024) as ready:
        return file_operations.attach_file(application.pk, question, ready, by=request.user)


def take_posted_file(request, writing, key):
    """The way without JavaScript: the page again, with the file or with what is wrong with it."""
    try:
        take_file(request, writing.application, key)
    except (ValidationError, Refused) as error:
        text = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        form = writing.step_form(check=True)
        form.errors.clear()
        form.add_error(key if key in form.fields else None, text)
        return show_step(request, writing, form=form)
    messages.success(request, _("The file has been added."))
    return HttpResponseRedirect(form_steps.address(writing.application, writing.step.key) + f"#id_{key}")


def drop_posted_file(request, writing, value):
    """Take a file out; the button says of which question and which one."""
    key, _colon, code = value.partition(":")
    try:
        file_operations.remove_file(
            writing.application.pk, file_question(writing.application, key), code, by=request.user
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    return HttpResponseRedirect(form_steps.address(writing.application, writing.step.key) + f"#id_{key}")


@uploads.takes_files()
@require_POST
def files(request, code):
    """Take one file, sent by itself with its progress shown: `question` and `file`. Answers in JSON."""
    application = own(request, code)
    try:
        upload = take_file(request, application, request.POST.get("question", ""))
    except (ValidationError, Refused) as error:
        text = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        return JsonResponse({"error": text}, status=400)
    application.refresh_from_db(fields=["revision"])
    return JsonResponse(
        {
            "code": upload.code,
            "name": upload.name,
            "size": filesizeformat(upload.size),
            "revision": application.revision,
            "url": file_address(application, upload),
        }
    )


def file_address(application, upload):
    """Where a file of an application is had."""
    return reverse("application-file", args=[application.code, upload.code])


@require_safe
def file(request, code, upload):
    """A file of an application, for its person and for the staff of its cohort."""
    application = get_object_or_404(Application.objects.visible_to(request.user), code=code)
    row = get_object_or_404(
        ApplicationFile.objects.filter(application=application).select_related("upload"), upload__code=upload
    )
    if application.applicant_id != request.user.pk and not file_operations.is_sent(application, row):
        raise Http404  # what was not sent is nobody else's
    return uploads.serve(request, row.upload)
