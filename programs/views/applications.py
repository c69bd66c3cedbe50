"""One application: begun, written, submitted, followed, answered. Only its own person acts on it."""

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import terms
from accounts.models import TermKind
from portal import clock, i18n
from portal.errors import Refused
from programs import status, steps
from programs.forms import ApplicationForm
from programs.models.applications import EDITABLE, Application, ApplicationStatus
from programs.models.cohorts import TAKES_APPLICATIONS, Cohort
from programs.operations import applications as operations
from programs.operations import seats

S = ApplicationStatus
TOLD = (S.RESCINDED, S.CANCELLED, S.WITHDRAWN, S.CLOSED_OUT)  # whose reason staff know the applicant reads


def own(request, code):
    """The person's own application, or 404: nobody acts on another's, whatever they may see."""
    rows = Application.objects.filter(applicant=request.user).select_related("cohort__program", "applicant")
    return get_object_or_404(rows, code=code)


@require_http_methods(["GET", "POST"])
def apply(request, program, cohort):
    """Begin an application, or go on with the one there is."""
    cohort = get_object_or_404(
        Cohort.objects.published().select_related("program"), program__slug=program, slug=cohort
    )
    mine = Application.objects.live().filter(cohort=cohort, applicant=request.user).first()
    if mine is not None and mine.status != S.DRAFT:
        return redirect(mine)
    if mine is not None:
        if request.method == "GET":
            return redirect("application-edit", mine.code)
        return take(request, mine, submit="submit" in request.POST)
    if request.method == "GET":
        if cohort.current_phase not in TAKES_APPLICATIONS:
            return render(request, "programs/apply_closed.html", {"cohort": cohort})
        return form_page(request, cohort, None, new_form(request, cohort, None))
    try:
        application = operations.start_application(cohort.pk, by=request.user)
    except Refused as refusal:
        return refused(request, cohort, str(refusal))
    return take(request, application, submit="submit" in request.POST)


def refused(request, cohort, refusal):
    """No application can be begun: why, beside what was typed, which only this page holds."""
    if not cohort.has_window:
        messages.error(request, refusal)
        return redirect(cohort)
    form = new_form(request, cohort, None, data=request.POST)
    form.is_valid()
    form.add_error(None, refusal)
    return form_page(request, cohort, None, form)


@require_http_methods(["GET", "POST"])
def edit(request, code):
    """Write on: a draft, an application sent back, or a submitted one before the deadline."""
    application = own(request, code)
    may_edit = application.status in EDITABLE and status.can_edit(application, clock.now())
    if request.headers.get("X-Autosave") and (not may_edit or application.status == S.SUBMITTED):
        # a window left open: what was submitted is changed by a button alone
        return JsonResponse({"error": _("This application can no longer be changed.")}, status=400)
    if not may_edit:
        if request.method == "POST":
            messages.error(request, _("This application can no longer be changed."))
        return redirect(application)
    if request.method == "GET":
        return form_page(
            request, application.cohort, application, new_form(request, application.cohort, application)
        )
    return take(request, application, submit="submit" in request.POST)


@require_http_methods(["GET", "POST"])
def submit(request, code):
    """Submit what was typed; on GET the form."""
    application = own(request, code)
    if request.method == "GET":
        return redirect("application-edit", code)
    if application.status not in EDITABLE:  # the second of two clicks
        return redirect(application)
    return take(request, application, submit=True)


def new_form(request, cohort, application, *, data=None, as_draft=False):
    """The form with what is known: the application's answers, or the person's profile."""
    person = application or request.user
    names = ("full_name", "romanized_name", "motivation", "career", "goals", "portfolio_url")
    initial = {name: getattr(person, name, "") for name in names}
    given = application is not None and application.submitted_at is not None
    return ApplicationForm(data, initial=initial, cohort=cohort, as_draft=as_draft, consent_given=given)


def take(request, application, *, submit):
    """Save or submit the posted form. What is valid is saved in any case, so nothing typed is lost."""
    cohort = application.cohort
    was_submitted = application.status == S.SUBMITTED
    submit = submit and not request.headers.get("X-Autosave")
    draft = new_form(request, cohort, application, data=request.POST, as_draft=True)
    draft.is_valid()
    if not was_submitted:
        try:
            operations.save_draft(application.pk, by=request.user, **draft.answers())
        except Refused as refusal:  # its time has passed, or it was submitted in another window a moment ago
            if request.headers.get("X-Autosave"):
                return JsonResponse({"error": str(refusal)}, status=400)
            draft.add_error(None, str(refusal))
            return form_page(request, cohort, application, draft)
    if not submit and not was_submitted:
        saved = _("Saved at %(time)s.") % {"time": i18n.clock_time(clock.now())}
        if request.headers.get("X-Autosave"):
            return JsonResponse({"saved": saved})
        if draft.is_valid():
            messages.success(request, saved)
            return redirect("application-edit", application.code)
        return form_page(request, cohort, application, draft)
    form = new_form(request, cohort, application, data=request.POST)
    if not form.is_valid():
        return form_page(request, cohort, application, form)
    try:
        if was_submitted:
            operations.edit_submission(application.pk, by=request.user, **form.answers())
            messages.success(request, _("Your changes are saved. The application stays submitted."))
        else:
            consents = {terms.in_force(TermKind.APPLICATION): True} if "consent" in form.fields else None
            application = operations.submit_application(
                application.pk, by=request.user, consents=consents, **form.answers()
            )
            messages.success(
                request,
                _("Your application has been submitted. Receipt number: %(number)s")
                % {"number": application.receipt_number},
            )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return form_page(request, cohort, application, form)
    return redirect(application)


def form_page(request, cohort, application, form):
    """The page on which an application is written."""
    now = clock.now()
    limit = cohort.closes_at
    if application is not None:
        limit = application.changes_by or application.extended_until or limit
    context = {
        "cohort": cohort,
        "application": application,
        "form": form,
        "deadline": i18n.deadline(limit),
        "left": i18n.days_left(limit),
        "is_near": (limit - now).days < 3,
        "term": terms.in_force(TermKind.APPLICATION),
        "is_submitted": application is not None and application.status == S.SUBMITTED,
        "note": application.changes_note if application and application.status == S.CHANGES_REQUESTED else "",
    }
    return render(request, "programs/apply.html", context)


@require_safe
def application(request, code):
    """Where an application stands: all its steps, what comes next and when, what was sent, what happened."""
    found = get_object_or_404(
        Application.objects.visible_to(request.user).select_related("cohort__program", "applicant"), code=code
    )
    now = clock.now()
    changes = list(found.changes.select_related("by"))
    enrolment = getattr(found, "enrolment", None)
    all_steps = steps.application_steps(
        found, found.cohort, list(found.cohort.milestones.all()), changes, enrolment, now
    )
    is_own = found.applicant_id == request.user.pk
    ahead = seats.ahead_of(found) if found.status == S.WAITLISTED else None
    panel = status.panel(found, steps.next_step(all_steps), now, ahead=ahead)
    if not is_own:
        panel["actions"] = []
    context = {
        "application": found,
        "cohort": found.cohort,
        "is_own": is_own,
        "panel": panel,
        "steps": all_steps,
        "place": position(all_steps),
        "history": [history_line(change, found) for change in reversed(changes)],
        "ending": status.ending(found, now) if is_own else None,
    }
    return render(request, "programs/application.html", context)


def position(all_steps):
    """`3 of 9`: how far along the steps are; empty where none is current."""
    current = next((place for place, step in enumerate(all_steps, 1) if step.state == "now"), None)
    if current is None:
        return ""
    return _("Step %(current)s of %(total)s") % {"current": current, "total": len(all_steps)}


def history_line(change, found):
    """One move as its line: when, to what, and by whom in a word."""
    if change.by_id is None:
        who = _("System")
    elif change.by_id == found.applicant_id:
        who = _("Applicant")
    else:
        who = _("Staff")
    note = change.reason if change.to_status in TOLD else ""
    return {
        "when": i18n.moment(change.at),
        "title": change.get_to_status_display(),
        "note": note,
        "side": who,
        "user": bool(note),
    }


# --- the applicant's word: each asks on GET, and acts on POST alone ------------------------------------


def act(request, code, *, operation, title, text, label, done, possible, look="primary"):
    """Ask on GET; on POST carry the operation out and go back to the application."""
    found = own(request, code)
    if request.method == "POST":
        try:
            operation(found.pk, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, done)
        return redirect(found)
    if not possible(found, clock.now()):
        return redirect(found)
    context = {"application": found, "title": title, "text": text, "label": label, "look": look}
    return render(request, "programs/application_act.html", context)


@require_http_methods(["GET", "POST"])
def confirm(request, code):
    """Take the offered place."""
    return act(
        request, code, operation=seats.confirm_offer, title=_("Confirm your place?"),
        text=_("We keep the place for you. If you cannot come, please cancel it early."),
        label=_("Confirm my place"), done=_("Your place is confirmed."), possible=has_offer,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def decline(request, code):
    """Give the offered place back."""
    return act(
        request, code, operation=seats.decline_offer, title=_("Decline your place?"),
        text=_("The place is offered to the next person at once. This cannot be undone."),
        label=_("Decline my place"), done=_("You have declined your place."), possible=has_offer, look="danger",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def withdraw(request, code):
    """Take the application back."""
    return act(
        request, code, operation=operations.withdraw_application, title=_("Withdraw this application?"),
        text=_("It will not be considered any more. You may apply again until the deadline."),
        label=_("Withdraw application"), done=_("Your application has been withdrawn."),
        possible=lambda found, now: (status.ending(found, now) or {}).get("name") == "withdraw", look="danger",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def cancel(request, code):
    """Give a confirmed place back."""
    return act(
        request, code, operation=seats.cancel_place, title=_("Cancel your place?"),
        text=_("The place goes to the next person on the waitlist. This cannot be undone."),
        label=_("Cancel my place"), done=_("Your place has been cancelled."),
        possible=status.can_cancel, look="danger",
    )  # fmt: skip


def has_offer(found, now):
    """Whether there is an offer to answer."""
    return found.status == S.OFFERED and found.answer_by > now
