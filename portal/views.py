"""The roof's pages: home, a person's own page, errors, health."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db import connection
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from mentoring import summaries
from partners import permissions
from portal import clock, home_page, i18n, mail, pills
from portal.models import MailStatus, OutgoingMail
from portal.public import public_page
from programs import mine, posters, restrictions, reviewing, surveys, teaching
from programs.models.programs import ProgramKind

MAILS_PER_PAGE = 30


@require_safe
@public_page
def home(request):
    """What is open, what comes next, how it works, and what came of it."""
    return render(request, "portal/home.html", home_page.context())


@require_safe
def my(request):
    """One person's applications, places and pairs, each with its steps."""
    now = clock.now()
    taught = teaching.for_person(request.user, now)
    context = mine.overview(request.user, now) | {
        **summaries.my_page(request.user, now),
        "restriction": restrictions.notice(request.user, now),
        "reviews": reviewing.for_person(request.user),
        "teaching": taught,
        "teaches": bool(taught) or teaching.is_instructor(request.user),
        "surveys": surveys.waiting_for(request.user, now),
        "is_partner": permissions.is_partner(request.user),
    }
    return render(request, "portal/my.html", context)


@require_safe
def my_mail(request):
    """Every mail to one person, newest first, each with its text."""
    page = Paginator(mails_to(request.user), MAILS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/my_mail.html", {"page": page, "mails": [mail_row(row) for row in page]})


@require_safe
def my_mail_text(request, code):
    """One mail to the person, to be read."""
    row = get_object_or_404(mails_to(request.user), code=code)
    return render(request, "portal/my_mail_text.html", {"mail": mail_row(row)})


def mails_to(person):
    """The mails to a person that were sent or could not be. What still waits is nobody's yet: it may be held."""
    return OutgoingMail.objects.filter(person=person, status__in=mail.READABLE)


def mail_row(row):
    """A mail as its reader sees it. One that held a code is never shown: the code proves who reads the mailbox."""
    is_sent = row.status == MailStatus.SENT
    return {
        "code": row.code,
        "when": i18n.moment(row.sent_at or row.queued_at),
        "to": row.to,
        "subject": row.subject.removeprefix("[Grow Creative] "),
        "lang": row.language,
        "body": "" if row.expires_at is not None else row.body,
        "pill": None if is_sent else pills.pill(pills.MAIL_PILLS, row.status, row.get_status_display()),
    }


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
        for part in ("accounts", "my", "applications", "mentoring", "partnering", "reviews", "surveys", "teaching")
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
