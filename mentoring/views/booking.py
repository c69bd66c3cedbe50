"""Choosing a time: a pair's free times week by week, to book a meeting or to move one."""

from datetime import date

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mentoring import progress, slots, zones
from mentoring.forms.meetings import AgreedForm, DetailsForm, MoveForm
from mentoring.models.meetings import MeetingStatus, MeetingWay
from mentoring.operations import meetings as operations
from mentoring.views import meetings, pairs
from mentoring.workspace import meetings as meeting_part
from portal import clock
from portal.errors import Refused


def asked_week(request):
    """The Monday that was asked for, or None."""
    try:
        return date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        return None


@require_http_methods(["GET", "HEAD", "POST"])
def book(request, code):
    """Book one of the free times; a mentor also a time that the two have agreed on."""
    pairing = pairs.find(request, code)
    viewer = meetings.own_viewer(request.user, pairing)
    form = DetailsForm(request.POST if request.method == "POST" else None, initial={"way": MeetingWay.ONLINE})
    chosen = Chosen(request, pairing, viewer)
    if request.method == "POST":
        valid = form.is_valid()
        start = chosen.start()
        if valid and start is not None:
            try:
                made = operations.book(
                    pairing.pk, start, by=request.user, agreed=chosen.is_agreed, **form.cleaned_data
                )
            except Refused as refusal:
                chosen.error = str(refusal)
            else:
                messages.success(request, _("The meeting is booked. The other side has been told by mail."))
                return redirect(made)
    return choose_page(request, pairing, viewer, form, chosen)


@require_http_methods(["GET", "HEAD", "POST"])
def move(request, code):
    """Move a meeting to another free time; a mentor also to a time that the two have agreed on."""
    found = meetings.find(request, code)
    viewer = meetings.own_viewer(request.user, found.pairing)
    form = MoveForm(request.POST if request.method == "POST" else None)
    chosen = Chosen(request, found.pairing, viewer)
    if request.method == "POST":
        valid = form.is_valid()
        start = chosen.start()
        if valid and start is not None:
            try:
                moved = operations.reschedule(
                    found.pk, start, by=request.user, reason=form.cleaned_data["reason"], agreed=chosen.is_agreed
                )
            except Refused as refusal:
                chosen.error = str(refusal)
            else:
                messages.success(request, _("The meeting is moved. The other side has been told by mail."))
                return redirect(moved)
    elif found.status != MeetingStatus.SCHEDULED or found.starts_at <= clock.now():
        return redirect(found)
    return choose_page(request, found.pairing, viewer, form, chosen, meeting=found)


class Chosen:
    """The time that was posted: one of the free ones, or with the button `other` one that the two agreed on."""

    def __init__(self, request, pairing, viewer):
        self.value, self.error = request.POST.get("slot", ""), ""
        self.is_agreed = viewer == progress.MENTOR and "other" in request.POST
        self.agreed_form = None
        if viewer == progress.MENTOR and not slots.closed(pairing):
            data = request.POST if self.is_agreed else None
            self.agreed_form = AgreedForm(data, zone=zones.zone_of(request.user))

    def start(self):
        """When it begins; None where that cannot be told, with the reason beside it."""
        if self.is_agreed and self.agreed_form is not None:
            return self.agreed_form.cleaned_data["start"] if self.agreed_form.is_valid() else None
        found = slots.start_in(self.value)
        if found is None:
            self.error = _("Please choose a time.")
        return found


def choose_page(request, pairing, viewer, form, chosen, *, meeting=None):
    """The free times of a week, and what goes with the meeting."""
    now = clock.now()
    found = slots.bookable(pairing, now, besides=meeting)
    week = meeting_part.weeks(found, pairing, request.user, asked_week(request))
    title, text = meeting_part.empty_reason(pairing, viewer)
    context = {
        "pairing": pairing,
        "cohort": pairing.enrolment.cohort,
        "name": meetings.names(pairing, viewer)[0],
        "server_now": zones.now_for(request.user, slots.people_of(pairing), now),
        "meeting": meeting,
        "facts": meeting_part.page(meeting, request.user, viewer, now)["facts"] if meeting else [],
        "late": meeting_part.notice_note(meeting, now) if meeting else "",
        "closed": slots.closed(pairing),
        "week": week,
        "empty_title": title,
        "empty_text": text,
        "notice": slots.notice_words(slots.terms_of(pairing)),
        "minutes": meeting_part.minutes_label(int(slots.terms_of(pairing).length.total_seconds() // 60)),
        "form": form,
        "agreed_form": chosen.agreed_form,
        "chosen": chosen.value,
        "error": chosen.error,
    }
    return render(request, "mentoring/book.html", context)
