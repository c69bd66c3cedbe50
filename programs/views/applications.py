"""One application: where it stands, and the applicant's word. Written it is in `programs/views/writing.py`."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal import clock, i18n
from portal.errors import Refused
from programs import (
    consents,
    feedback,
    files_seen,
    interviews,
    letters,
    mails_sent,
    own_steps,
    results,
    sent,
    status,
    steps,
)
from programs.eligibility import clash_of, clash_text
from programs.models.applications import Application, ApplicationStatus
from programs.operations import applications as operations
from programs.operations import seats
from programs.questions.loading import questions_of

S = ApplicationStatus
TOLD = (S.RESCINDED, S.CANCELLED, S.WITHDRAWN, S.CLOSED_OUT)  # whose reason staff know the applicant reads


def own(request, code):
    """The person's own application, or 404: nobody acts on another's, whatever they may see."""
    rows = Application.objects.filter(applicant=request.user).select_related("cohort__program", "applicant")
    return get_object_or_404(rows, code=code)


@require_safe
def application(request, code):
    """Where an application stands: all its steps, what comes next and when, what was sent, what happened."""
    found = get_object_or_404(
        Application.objects.visible_to(request.user).select_related("cohort__program", "applicant"), code=code
    )
    now = clock.now()
    changes = list(found.changes.select_related("by"))
    enrolment = getattr(found, "enrolment", None)
    rounds = list(found.cohort.rounds.all())
    slots = list(found.slots.select_related("panel", "round")) if rounds else []
    all_steps = own_steps.application_steps(
        found,
        found.cohort,
        list(found.cohort.milestones.all()),
        changes,
        enrolment,
        now,
        rounds=rounds,
        slots=slots,
    )
    is_own = found.applicant_id == request.user.pk
    ahead = seats.ahead_of(found) if found.status == S.WAITLISTED else None
    panel = status.panel(found, steps.next_step(all_steps), now, ahead=ahead, rounds=rounds, slots=slots)
    if not is_own:
        panel["actions"] = []
    if enrolment is not None:
        address = reverse("learning", args=[enrolment.code])
        panel["actions"] = [{"label": _("Schedule and materials"), "url": address, "look": "primary"}]
    questions = questions_of(found.form_version_id)
    context = {
        "application": found,
        "cohort": found.cohort,
        "is_own": is_own,
        "panel": panel,
        "overlap": overlap(found, now) if is_own else None,
        "steps": all_steps,
        "place": position(all_steps),
        "feedback": feedback.parts(found, rounds),
        "results_url": results.address(found.cohort, rounds),
        "interview": interviews.part(found, now, is_own=is_own),
        "parts": sent.parts(found),
        "file_base": reverse("application-files", args=[found.code]),
        "consents": [consent_line(row) for row in consents.rows(found.cohort, found.applicant)] if is_own else [],
        "letters": letters.lines(found, questions, now),
        "seen": files_seen.lines(found) if is_own else [],
        "mails": mails_sent.lines(found) if is_own else [],
        "history": [history_line(change, found) for change in reversed(changes)],
        "ending": status.ending(found, now) if is_own else None,
    }
    return render(request, "programs/application.html", context)


def overlap(found, now):
    """The confirmed place that keeps its person from taking this one, and the way out; None where none does."""
    clash = clash_of(found.cohort, found.applicant) if has_offer(found, now) else None
    if clash is None:
        return None
    places = Application.objects.filter(cohort=clash.cohort_id, applicant=found.applicant_id, status=S.CONFIRMED)
    place = places.select_related("cohort__program").first()
    if place is not None and status.can_cancel(place, now):
        until = seats.can_cancel_until(place.cohort)
        text = _("You can hold one of the two. To take this one, give that place up first.")
        if until is not None:
            text += " " + _("You can do so %(deadline)s.") % {"deadline": i18n.deadline(until)}
        return {
            "title": clash_text(clash),
            "text": text,
            "url": reverse("application-cancel", args=[place.code]),
            "label": _("Give up that place"),
        }
    text = _("You can hold one of the two, and the last day to give that place up has passed. Please write to us.")
    return {"title": clash_text(clash), "text": text, "url": "", "label": ""}


def consent_line(row):
    """A term and what was answered."""
    return {
        "title": row["version"].title,
        "note": _("Required") if row["required"] else _("Optional"),
        "side": _("Agreed") if row["given"] else _("Not agreed"),
    }


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
    if operation is seats.confirm_offer:
        context["overlap"] = overlap(found, clock.now())
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
