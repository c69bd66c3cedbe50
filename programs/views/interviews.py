"""Interviews: the applicant's choice of a time, and the panel's list; both as calendars too."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal import clock
from portal.errors import Refused
from programs import calendars, interviews
from programs.operations import interviews as operations
from programs.views.applications import act, own


@require_http_methods(["GET", "POST"])
def choose(request, code):
    """The free times of the applicant's round; posting one takes it, and posting it again changes nothing."""
    found = own(request, code)
    now = clock.now()
    round_ = interviews.round_of(found)
    if round_ is None or not interviews.can_choose(round_, now):
        if request.method == "POST":
            messages.error(request, _("Times can no longer be chosen here. Please write to us instead."))
        return redirect(found)
    error = ""
    if request.method == "POST":
        try:
            operations.book(found.pk, request.POST.get("slot", ""), by=request.user)
        except Refused as refusal:
            error = str(refusal) if request.POST.get("slot") else _("Please choose a time.")
        else:
            messages.success(request, _("Your interview is booked. We have sent you a mail with it."))
            return redirect(found)
    part = interviews.part(found, now)
    context = {
        "application": found,
        "part": part,
        "days": interviews.days(interviews.choices(found, round_, now), request.user, own=part["slot"]),
        "has_slot": part["slot"] is not None,
        "error": error,
    }
    return render(request, "programs/interviews/choose.html", context)


@require_http_methods(["GET", "POST"])
def give_back(request, code):
    """Ask on GET; on POST the applicant is without a time again."""
    return act(
        request, code, operation=operations.give_back, title=_("Give your interview time back?"),
        text=_("Somebody else can take it then. Choose another time before the choice ends."),
        label=_("Give the time back"), done=_("You have no interview time any more."), look="danger",
        possible=has_choice,
    )  # fmt: skip


def has_choice(found, now):
    """Whether there is a time to give back."""
    part = interviews.part(found, now)
    return part is not None and part["slot"] is not None and part["can_choose"]


@require_safe
def calendar(request, code):
    """The applicant's interview as a calendar; 404 while there is none."""
    found = own(request, code)
    slot = interviews.slot_of(found)
    if slot is None:
        raise Http404
    text = calendars.calendar([calendars.of_applicant(slot, clock.now())])
    return calendars.download(text, f"interview-{found.receipt_number}")


@require_safe
def panel_list(request):
    """The interviews of whoever sits in a panel; nobody else has such a page."""
    if not interviews.is_on_panel(request.user):
        raise Http404
    now = clock.now()
    days = interviews.lines_of_panel(interviews.slots_for(request.user), now)
    return render(request, "programs/interviews/panel_list.html", {"days": days})


@require_safe
def panel_calendar(request):
    """The same as a calendar."""
    if not interviews.is_on_panel(request.user):
        raise Http404
    events = [calendars.of_panel(slot) for slot in interviews.slots_for(request.user)]
    return calendars.download(calendars.calendar(events), "interviews")
