"""Reporting a concern, with an account or without one, and coming back to read the answers."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import limits
from mentoring.care import concerns
from mentoring.forms.concerns import CodeForm, ConcernForm, MoreForm
from mentoring.models.safeguarding import Concern
from mentoring.operations import safeguarding as operations
from portal.codes import shown_code
from portal.errors import Refused

REPORTS = "20/h/ip"  # sent from one place, as sign-up allows about as many
MISSES = "60/h/ip"  # codes tried that lead nowhere


def closed(response):
    """Kept by no cache, found by no search, and its address told to no other site."""
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "same-origin"
    return response


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def report(request):
    """The form, for anyone; beside it the way back with a code. Looking at it writes nothing."""
    if request.method != "POST":
        return page(request, ConcernForm(user=request.user), CodeForm())
    if "find" in request.POST:
        return find(request)
    form = ConcernForm(request.POST, user=request.user)
    if not limits.is_within(request, "concern", REPORTS):
        form.add_error(None, _("Too many attempts. Please wait a few minutes and try again."))
        return page(request, form, CodeForm(), status=429)
    if form.is_valid():
        reporter = None if form.is_nameless else request.user
        fields = {name: form.cleaned_data[name] for name in ("text", "about", "contact", "wants_contact")}
        try:
            made = operations.report(reporter=reporter, **fields)
        except Refused as refusal:
            form.add_error("text", str(refusal))
        else:
            if reporter is None:
                return closed(redirect(f"{reverse('concern', args=[made.code])}?new=1"))
            messages.success(request, _("Your report has arrived. The answers appear on this page."))
            return closed(redirect("my-concern", made.code))
    return page(request, form, CodeForm())


def page(request, form, code_form, *, status=200):
    """The report and the way back."""
    context = {"form": form, "code_form": code_form}
    return closed(render(request, "mentoring/concerns/report.html", context, status=status))


def find(request):
    """From a code to its report; a mistyped one is told at its field."""
    code_form = CodeForm(request.POST)
    form = ConcernForm(user=request.user)
    if not code_form.is_valid():
        return page(request, form, code_form)
    if Concern.objects.nameless().filter(code=code_form.cleaned_data["code"]).exists():
        return closed(redirect("concern", code_form.cleaned_data["code"]))
    if not limits.is_within(request, "concern_miss", MISSES):
        code_form.add_error("code", _("Too many attempts. Please wait a few minutes and try again."))
        return page(request, form, code_form, status=429)
    code_form.add_error("code", _("There is no report with this code."))
    return page(request, form, code_form)


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def concern(request, code):
    """One report without an account, for whoever has its code."""
    found = Concern.objects.nameless().filter(code=code).first()
    if found is None:
        if not limits.is_within(request, "concern_miss", MISSES):
            return closed(render(request, "429.html", status=429))
        raise Http404
    return one(request, found, reverse("concern", args=[found.code]))


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def my_concern(request, code):
    """One report that the person made with their account."""
    found = get_object_or_404(Concern.objects.of_reporter(request.user), code=code)
    return one(request, found, reverse("my-concern", args=[found.code]))


def one(request, found, address):
    """The report, its answers, and a field to write more."""
    form = MoreForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        if not limits.is_within(request, "concern", REPORTS):
            form.add_error(None, _("Too many attempts. Please wait a few minutes and try again."))
            status = 429
        elif form.is_valid():
            try:
                operations.write_more(found.pk, form.cleaned_data["text"])
            except Refused as refusal:
                form.add_error("text", str(refusal))
            else:
                return closed(redirect(f"{address}#more"))
    context = {
        "concern": found,
        "pill": concerns.pill_of(found),
        "lines": concerns.lines_of(found),
        "code": shown_code(found.code) if found.reporter_id is None else "",
        "is_new": found.reporter_id is None and "new" in request.GET,
        "form": form,
        "address": address,
        "outcome": found.get_outcome_display() if found.is_closed else "",
    }
    return closed(render(request, "mentoring/concerns/concern.html", context, status=status))


@require_safe
def my_concerns(request):
    """What a person has reported with their account."""
    context = {"lines": concerns.for_person(request.user)}
    return closed(render(request, "mentoring/concerns/mine.html", context))
