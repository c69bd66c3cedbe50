"""The page on which mentors and mentees say when they have time."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mentoring import rounds, week_words
from mentoring.forms.weeks import WeekForm
from mentoring.models.mentors import MentorProfile
from mentoring.operations.weeks import Frozen, save_week
from portal import clock, rows
from portal.errors import Refused
from programs.models.enrolments import Enrolment


def takes_part(user):
    """Whether somebody is a mentor, or a mentee who takes part."""
    mentees = Enrolment.objects.live().filter(person=user, cohort__program__has_mentoring=True)
    return MentorProfile.objects.filter(user=user).exists() or mentees.exists()


@require_http_methods(["GET", "HEAD", "POST"])
def week(request):
    """One's own usual week. For whoever is neither mentor nor mentee there is no such page."""
    if not takes_part(request.user):
        raise Http404
    found = rounds.week_of(request.user)
    shown = {"week": found, "zone": request.user.time_zone}
    if request.method != "POST":
        return page(request, WeekForm(**shown), found)
    form = WeekForm(request.POST, **shown)
    if rows.more_asked(request.POST):
        form = WeekForm(initial=rows.as_typed(form), **shown)
        rows.open_more(form, request.POST)
        return page(request, form, found)
    if form.is_valid():
        try:
            save_week(by=request.user, **form.answers())
        except Frozen as refusal:
            form.add_error("stretches", str(refusal))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your week is saved."))
            return redirect("week")
    return page(request, form, found)


def page(request, form, found):
    """The form, and what is saved as both zones have it."""
    now = clock.now()
    count = rounds.parts_of(found)
    context = {
        "form": form,
        "week": found,
        "tables": week_words.tables(found) if found is not None else [],
        "parts": week_words.parts_words(count),
        "lack": week_words.lack_words(count, rounds.wants_parts(request.user, now)),
        "frozen": rounds.freezing(request.user, now),
    }
    return render(request, "mentoring/before/week.html", context)
