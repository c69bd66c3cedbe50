"""The roof's pages: home, a person's own page, errors, health."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from mentoring import summaries
from portal import clock, home_page
from portal.public import public_page
from programs import mine, posters, restrictions
from programs.models.programs import ProgramKind


@require_safe
@public_page
def home(request):
    """What is open, what comes next, how it works, and what came of it."""
    return render(request, "portal/home.html", home_page.context())


@require_safe
def my(request):
    """One person's applications, places and pairs, each with its steps."""
    now = clock.now()
    context = mine.overview(request.user, now) | {
        "pairs": summaries.for_person(request.user),
        "restriction": restrictions.notice(request.user, now),
    }
    return render(request, "portal/my.html", context)


@require_safe
@login_not_required
@cache_control(public=True, max_age=60 * 60 * 24 * 365, immutable=True)
def poster(request, kind, slug):
    """A program's poster: a pure function of its slug and kind."""
    if kind not in ProgramKind.values:
        raise Http404
    return HttpResponse(posters.poster(slug, kind), content_type="image/svg+xml")


@require_safe
@login_not_required
@cache_control(no_store=True)
def healthz(request):
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@login_not_required
@cache_control(no_store=True)
def readyz(request):
    """The process answers and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ready\n", content_type="text/plain")


@require_safe
@login_not_required
@cache_control(public=True, max_age=86400)
def favicon(request):
    """Where browsers look without being told."""
    return redirect(static("favicon.ico"))


@require_safe
@login_not_required
@cache_control(public=True, max_age=86400)
def robots(request):
    """What search engines may read: the public pages."""
    lines = ["User-agent: *"]
    lines += [
        f"Disallow: /{code}/{part}/"
        for code, _name in settings.LANGUAGES
        for part in ("accounts", "my", "applications", "mentoring")
    ]
    return HttpResponse("\n".join([*lines, "Disallow: /admin/", ""]), content_type="text/plain")


# --- errors ------------------------------------------------------------------------------------------


def bad_request(request, exception=None):
    """400: what was sent cannot be read."""
    return render(request, "errors/400.html", status=400)


def not_found(request, exception=None):
    """404: also what a stranger gets for a page that is not theirs."""
    return render(request, "errors/404.html", status=404)


def csrf_failure(request, reason=""):
    """403: the form's token is missing or old. What was typed is still in the browser."""
    return render(request, "errors/403_csrf.html", status=403)


def server_error(request):
    """500: without the database, the session or the context processors."""
    return render(None, "errors/500.html", status=500)
