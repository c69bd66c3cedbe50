"""A person's own pages: the question before sign-up, the profile; and the two texts that anyone may read."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from allauth.account import views as allauth_views
from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import operations, sessions, terms
from accounts.forms import ProfileForm
from accounts.models import TermKind
from portal import clock, i18n, rows
from portal.public import public_page

AGE = "age_confirmed_at"
ANSWER_HOLDS = timedelta(hours=1)  # whoever sits down at the same computer later is asked again


def next_url(request):
    """Where the person was going, if that is a page of this site; else nothing."""
    url = request.POST.get("next") or request.GET.get("next", "")
    return url if get_adapter().is_safe_url(url) else ""


def with_next(name, request):
    """The address of the page `name`, which passes on where the person was going."""
    url = next_url(request)
    return f"{reverse(name)}?{urlencode({'next': url})}" if url else reverse(name)


def age_answer(request):
    """When the person said in this session that they are 14 or older; None if they have not."""
    said_at = request.session.get(AGE)
    said_at = datetime.fromisoformat(said_at) if said_at else None
    return said_at if said_at and clock.now() - said_at < ANSWER_HOLDS else None


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def age(request):
    """The question that stands before any field; of the answer only its time is kept."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_url(request) or reverse("my"))
    answer = request.POST.get("answer")
    if answer == "yes":
        request.session[AGE] = clock.now().isoformat()
        return HttpResponseRedirect(with_next("account_signup", request))
    if answer == "no":
        request.session.pop(AGE, None)
        return redirect("too_young")
    return render(request, "accounts/age.html", {"next": next_url(request), "unanswered": request.method == "POST"})


@require_safe
@login_not_required
def too_young(request):
    """For people under 14: they cannot sign up, and nothing about them was kept."""
    return render(request, "accounts/too_young.html")


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def signup(request):
    """Sign-up, once the question about age has been answered."""
    if not request.user.is_authenticated:
        request.age_confirmed_at = age_answer(request)
        if request.age_confirmed_at is None:
            return HttpResponseRedirect(with_next("age", request))
    response = allauth_views.signup(request)
    if request.method == "POST" and response.status_code == 302:
        request.session.pop(AGE, None)
    return response


@require_POST
def stay(request):
    """The person is still there, though no page was asked for: the session goes on."""
    sessions.touch(request, now=True)
    return HttpResponse(status=204)


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request):
    """What a person tells about themselves, and how the portal speaks to them."""
    form = ProfileForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and rows.more_asked(request.POST):
        form = ProfileForm(user=request.user, initial=rows.as_typed(form))
        rows.open_more(form, request.POST)
    elif request.method == "POST" and form.is_valid():
        operations.change_profile(request.user.pk, by=request.user, **form.cleaned_data)
        with override(form.cleaned_data["language"]):
            messages.success(request, _("Your profile has been saved."))
            return redirect("profile")
    return render(request, "accounts/profile.html", {"form": form})


def text_page(request, kind):
    """The text of `kind` that holds now, with its day."""
    term = terms.in_force(kind)
    return render(request, "accounts/text.html", {"term": term, "day": i18n.day(term.in_force_at, year=True)})


@require_safe
@public_page
def privacy(request):
    """The privacy policy in force."""
    return text_page(request, TermKind.PRIVACY)


@require_safe
@public_page
def terms_of_use(request):
    """The terms of use in force."""
    return text_page(request, TermKind.TERMS)
