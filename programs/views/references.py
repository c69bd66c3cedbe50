"""Reference letters: the page on which a referee writes without an account, and what the applicant may do."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import limits
from portal import clock, i18n, uploads
from portal.errors import Refused
from portal.validators import clean_text
from programs import letters
from programs.letters import LetterState
from programs.models.applying import ReferenceRequest
from programs.operations import references as operations
from programs.questions.loading import questions_of
from programs.reference_forms import LetterForm, RefereeForm
from programs.views.applications import own

TRIES = "30/10m/ip"  # letters sent from one place
MISSES = "60/h/ip"  # addresses tried that lead nowhere
ASKS = "20/d/user"  # mails that one person may have us write
WITH = ("application__cohort__program", "application__applicant")


# --- the referee's page ----------------------------------------------------------------------------------------


@login_not_required
@uploads.takes_files(letters.MOST_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def reference(request, code):
    """Where a referee writes. Whoever has the address may; looking at it changes nothing."""
    found = ReferenceRequest.objects.select_related(*WITH).filter(code=code).first()
    if found is None:
        if not limits.is_within(request, "reference_miss", MISSES):
            return closed(render(request, "programs/reference_busy.html", status=429))
        raise Http404
    if request.method != "POST":
        return show_letter_page(request, found, LetterForm())
    form = LetterForm(request.POST, request.FILES, too_large=request.upload_too_large)
    if not limits.is_within(request, "reference", TRIES):
        form.add_error(None, _("Too many attempts. Please wait a few minutes and try again."))
        return show_letter_page(request, found, form, status=429)
    if form.is_valid():
        try:
            if answer(found, form):
                return closed(redirect("reference", found.code))
        except ValidationError as error:
            form.add_error("file", error)
        except Refused:
            pass  # the page says how it stands
        found = ReferenceRequest.objects.select_related(*WITH).filter(pk=found.pk).first()
        if found is None:
            raise Http404
    is_open = letters.state(found, clock.now()) == LetterState.ASKED
    return show_letter_page(request, found, form, status=200 if is_open else 409)


def answer(found, form):
    """Carry out what the form says: a letter, or none. False where another letter was there before this one."""
    if form.declines:
        operations.decline(found.pk, reason=form.cleaned_data["reason"])
        return True
    text, file = form.cleaned_data["text"], form.cleaned_data["file"]
    if not file:
        return operations.receive(found.pk, text=text).text == text
    with uploads.prepared(file, kinds=letters.KINDS, most_bytes=letters.MOST_BYTES) as ready:
        return operations.receive(found.pk, text=text, file=ready).text == text


def show_letter_page(request, found, form, *, status=200):
    """The form, or the word why there is none; what was typed and could not be taken stays readable."""
    application = found.application
    now = clock.now()
    reached = letters.state(found, now)
    end = letters.until(application)
    context = {
        "reference": found,
        "state": reached,
        "is_open": reached == LetterState.ASKED,
        "form": form,
        "cohort": application.cohort,
        "applicant": letters.asker(application),
        "deadline": i18n.deadline(end, year=True) if end else "",
        "left": i18n.days_left(end) if end and end > now else "",
        "moment": i18n.moment(found.received_at or found.declined_at)
        if found.received_at or found.declined_at
        else "",
        "typed": clean_text(form.data.get("text", "")) if form.is_bound else "",
        "contact": application.cohort.contact_email,
    }
    return closed(render(request, "programs/reference.html", context, status=status))


def closed(response):
    """Kept by no cache, found by no search, and its address told to no other site."""
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "same-origin"
    return response


# --- the applicant's part --------------------------------------------------------------------------------------


def may_ask(request):
    """Whether the person may have us write to one more referee today; says so where not."""
    if limits.is_within(request, "reference_ask", ASKS, user=request.user):
        return True
    messages.error(request, _("You have asked many people today. Please go on tomorrow."))
    return False


@require_POST
def ask(request, code, key):
    """Ask the named referee now, before the application is submitted."""
    found = own(request, code)
    if may_ask(request):
        try:
            asked = operations.ask_now(found.pk, key, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("%(name)s has been asked for the letter.") % {"name": asked.name})
    return redirect(found)


@require_http_methods(["GET", "POST"])
def another(request, code, key):
    """Name somebody else for a letter that has not arrived."""
    found = own(request, code)
    lines = letters.lines(found, questions_of(found.form_version_id), clock.now())
    line = next((line for line in lines if line.key == key), None)
    if line is None:
        raise Http404
    if request.method == "GET" and not line.can_change:
        return redirect(found)
    form = RefereeForm(
        request.POST if request.method == "POST" else None, label=line.label, own_email=request.user.email
    )
    if request.method == "POST" and form.is_valid() and may_ask(request):
        name, affiliation, email = form.cleaned_data["referee"]
        try:
            operations.name_another(found.pk, key, name=name, affiliation=affiliation, email=email, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(name)s has been asked for the letter.") % {"name": name})
            return redirect(found)
    context = {"application": found, "cohort": found.cohort, "line": line, "form": form}
    return render(request, "programs/reference_another.html", context)
