"""Calendars: the public one as a page and to subscribe to, and each person's own behind an address of theirs."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal import clock, i18n
from portal.public import public_page
from programs import agenda, calendars, session_calendars
from programs.models.schedule import CalendarFeed, FeedKind
from programs.operations import feeds


@require_safe
@public_page
def calendar(request):
    """The dates of all published cohorts, a month at a time."""
    now = clock.now()
    first = agenda.month_of(request.GET.get("month"), now)
    what = request.GET.get("what", "")
    what = what if what in (agenda.SESSIONS, agenda.APPLICATIONS) else ""
    rows = agenda.entries(first, what)
    this_month = agenda.month_of("", now)
    context = {
        "title": agenda.title_of(first),
        "days": agenda.days(rows),
        "count": len(rows),
        "chips": agenda.chips(first, what),
        "steps": agenda.steps(first, what),
        "today_url": agenda.address(this_month, what) if first != this_month else "",
        "feed_url": session_calendars.absolute("calendar-ics"),
    }
    return render(request, "programs/calendar.html", context)


def subscribed(text):
    """A calendar that calendar programs fetch again and again."""
    return HttpResponse(
        text,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'inline; filename="grow-creative.ics"'},
    )


@require_safe
@public_page
def calendar_ics(request):
    """The same to subscribe to: no session, no cookie, and a cache may keep it."""
    events = session_calendars.everyones(clock.now())
    return subscribed(calendars.calendar(events, name="Grow Creative"))


@require_safe
@login_not_required
def feed(request, code):
    """A person's own calendar, for whoever has its address; 404 once it is renewed, or the account is closed."""
    rows = CalendarFeed.objects.filter(person__is_active=True).select_related("person")
    found = get_object_or_404(rows, code=code)
    text = calendars.calendar(
        session_calendars.events_of(found, clock.now()), name=session_calendars.name_of(found)
    )
    answer = subscribed(text)
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def my_calendar(request):
    """The addresses of one's own calendars: to copy, to renew, to switch off."""
    teaches = hasattr(request.user, "expert")
    kinds = [FeedKind.LEARNING, *([FeedKind.TEACHING] if teaches else [])]
    if request.method == "POST":
        return _change(request, kinds)
    known = {row.kind: row for row in request.user.calendar_feeds.all()}
    context = {"calendars": [shown(kind, known.get(kind)) for kind in kinds]}
    return render(request, "programs/my_calendar.html", context)


def _change(request, kinds):
    kind, deed = request.POST.get("kind", ""), request.POST.get("deed", "")
    if kind not in kinds or deed not in ("renew", "remove"):
        raise Http404
    if deed == "renew":
        feeds.renew_feed(request.user, kind)
        messages.success(request, _("The address is ready. Any earlier one leads nowhere from now on."))
    else:
        feeds.remove_feed(request.user, kind)
        messages.success(request, _("The address is switched off."))
    return redirect("my-calendar")


def shown(kind, row):
    """A calendar as the page shows it; without `row` it has no address yet."""
    return {
        "kind": kind.value,
        "title": kind.label,
        "url": session_calendars.absolute("calendar-feed", row.code) if row else "",
        "since": i18n.day(row.made_at, year=True) if row else "",
    }
