"""The page of one meeting: where it stands, where the two meet, calling it off, and how it went."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mentoring import meeting_calendars, permissions, progress, zones
from mentoring.forms.meetings import DetailsForm, ReasonForm, WordForm
from mentoring.models.meetings import Meeting, MeetingStatus
from mentoring.operations import meeting_words
from mentoring.operations import meetings as operations
from mentoring.views.pairs import viewer_of
from mentoring.workspace import feedback as feedback_part
from mentoring.workspace import meetings as meeting_part
from portal import clock, i18n
from portal.errors import Refused

S = MeetingStatus


def find(request, code):
    """The meeting with that code, if this person may see it, else 404."""
    return get_object_or_404(Meeting.objects.visible_to(request.user).for_page(), code=code)


def own_viewer(user, pairing):
    """What `user`, one of the two of a live pair, is to it; for anybody else there is nothing to do, so 404."""
    is_one = permissions.is_mentor(user, pairing) or permissions.is_mentee(user, pairing)
    if not (pairing.is_live and is_one):
        raise Http404
    return viewer_of(user, pairing)


def names(pairing, viewer):
    """Whom the page names: the other one, staff both."""
    mentee = pairing.enrolment.person.display_name
    mentor = pairing.mentor.name
    found = {progress.MENTEE: [mentor], progress.MENTOR: [mentee], progress.STAFF: [mentee, mentor]}[viewer]
    return [{"name": name, "lang": i18n.language_of_text(name)} for name in found]


@require_safe
def meeting(request, code):
    """One meeting, as the two or their staff see it; one that was moved says where it is now."""
    return meeting_page(request, find(request, code))


def meeting_page(request, found, *, details_form=None, word_form=None):
    """The page; with a form the one that could not be taken, with what was typed."""
    now = clock.now()
    viewer = viewer_of(request.user, found.pairing)
    shown = meeting_part.page(found, request.user, viewer, now)
    if shown["may_detail"]:
        shown["details_form"] = details_form or DetailsForm(initial=details_of(found))
    if shown["may_say"]:
        shown["word_form"] = word_form or WordForm(initial=usual_word(found, viewer))
        shown["other_word"] = other_word(found, viewer)
    context = shown | {
        "pairing": found.pairing,
        "cohort": found.pairing.enrolment.cohort,
        "names": names(found.pairing, viewer),
        "is_staff": viewer == progress.STAFF,
        "server_now": zones.now_for(request.user, found.people, now),
        "feedback": feedback_part.section(found, request.user, viewer, now),
        "moved_to": found.replaced_by if found.status == S.RESCHEDULED else None,
    }
    return render(request, "mentoring/meeting.html", context)


def details_of(found):
    """What the form about the details holds at first."""
    return {name: getattr(found, name) for name in operations.DETAILS}


def usual_word(found, viewer):
    """What the form about how it went holds at first: one's own word, else the planned minutes."""
    said, minutes = meeting_words.said_by(found, "mentor" if viewer == progress.MENTOR else "mentee")
    planned = int((found.ends_at - found.starts_at).total_seconds() // 60)
    return {"how": said, "minutes": minutes or planned}


def other_word(found, viewer):
    """What the other side has said and one can agree with at once, or None."""
    side, other = ("mentor", "mentee") if viewer == progress.MENTOR else ("mentee", "mentor")
    said, minutes = meeting_words.said_by(found, other)
    if not said or meeting_words.said_by(found, side)[0]:
        return None
    return {"how": said, "minutes": minutes or "", "label": meeting_part.word_label(said, minutes)}


def carry_out(request, form, operation, done):
    """Do what a valid form asks for; False where it was refused, with the reason on the form."""
    try:
        operation()
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, done)
    return True


@require_POST
def details(request, code):
    """Change where the two meet, and what about."""
    found = find(request, code)
    own_viewer(request.user, found.pairing)
    form = DetailsForm(request.POST)
    if form.is_valid() and carry_out(
        request,
        form,
        lambda: operations.change_details(found.pk, by=request.user, **form.cleaned_data),
        _("The details are saved."),
    ):
        return redirect(found)
    return meeting_page(request, Meeting.objects.for_page().get(pk=found.pk), details_form=form)


@require_POST
def word(request, code):
    """Say how the meeting went."""
    found = find(request, code)
    own_viewer(request.user, found.pairing)
    form = WordForm(request.POST)
    if form.is_valid() and carry_out(
        request,
        form,
        lambda: meeting_words.say(
            found.pk, form.cleaned_data["how"], minutes=form.cleaned_data["minutes"], by=request.user
        ),
        _("Thank you. It is written down."),
    ):
        return redirect(found)
    return meeting_page(request, Meeting.objects.for_page().get(pk=found.pk), word_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request, code):
    """Ask for the reason on GET; on POST the meeting is cancelled."""
    found = find(request, code)
    viewer = viewer_of(request.user, found.pairing)
    shown = meeting_part.page(found, request.user, viewer, clock.now())
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if form.is_valid() and carry_out(
            request,
            form,
            lambda: operations.cancel(found.pk, by=request.user, reason=form.cleaned_data["reason"]),
            _("The meeting is cancelled. The other side has been told by mail."),
        ):
            return redirect(found)
    elif not shown["may_cancel"]:
        return redirect(found)
    context = {"meeting": found, "form": form, "facts": shown["facts"], "late": shown["late"]}
    return render(request, "mentoring/meeting_cancel.html", context)


@require_safe
def calendar(request, code):
    """The meeting as a calendar, for one of the two."""
    found = find(request, code)
    if viewer_of(request.user, found.pairing) == progress.STAFF:
        raise Http404
    return meeting_calendars.download(found, request.user)
