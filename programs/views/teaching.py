"""The instructors' desk: their own sessions, the roster of each, and the sheet to print."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal import clock, i18n
from programs import attending, rosters, teaching


@require_safe
def desk(request):
    """One's own sessions. For whoever teaches nothing there is no such page."""
    if not teaching.is_instructor(request.user):
        raise Http404
    now = clock.now()
    context = teaching.desk(request.user, now) | {"withheld": teaching.withheld(request.user, now)}
    return render(request, "programs/teaching/desk.html", context)


def find(request, code, now):
    """A session that the person teaches, and whose roster is open to them; else 404."""
    return get_object_or_404(teaching.own(request.user, now), code=code)


def when(found):
    """The day and times of a session."""
    return i18n.span(found.starts_at, found.ends_at, times=True)


@require_http_methods(["GET", "HEAD", "POST"])
def session(request, code):
    """The roster: who came. What is posted is marked; what cannot be taken stays on the page with its reason."""
    now = clock.now()
    found = find(request, code, now)
    roster = rosters.Roster(
        found,
        request.user,
        now,
        is_staff=attending.runs(request.user, found.cohort_id),
        with_minutes="minutes" in request.GET,
    )
    if request.method == "POST":
        text = roster.take(request.POST)
        if text:
            messages.success(request, text)
            return redirect(request.get_full_path())
    context = roster.context() | {"cohort": found.cohort, "sheet_url": f"{request.path}sheet/", "when": when(found)}
    return render(request, "programs/teaching/session.html", context)


@require_safe
def sheet(request, code):
    """The list to print and sign."""
    now = clock.now()
    found = find(request, code, now)
    context = {
        "session": found,
        "cohort": found.cohort,
        "rows": rosters.Roster(found, request.user, now, is_staff=False).rows(),
        "when": when(found),
        "printed": i18n.moment(now),
        "back_url": teaching.url_of(found),
    }
    return render(request, "programs/teaching/sheet.html", context)
