"""`/my/privacy/`: what a person agreed to and how to take it back, their data, and the end of their account."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import consent_form, operations, privacy, terms
from accounts.models import ConsentRecord, Term, TermKind
from portal import clock, i18n
from portal.errors import Refused

OFFERED = (TermKind.MARKETING,)  # may be agreed to at any time, without an application


def consent_url(term, cohort):
    """The page of one consent; a cohort's stands under the cohort's own address."""
    return reverse("my-consent", args=[term.slug, *([cohort.program.slug, cohort.slug] if cohort else [])])


def latest(records):
    """Of all answers (newest first) the one that stands for each text and cohort, cohort by cohort."""
    standing = {}
    for record in records:
        standing.setdefault(record.cohort_id, {}).setdefault(record.version.term_id, record)
    by_place = [
        sorted(found.values(), key=lambda record: record.version.term.position) for found in standing.values()
    ]
    return [record for found in by_place for record in found]


def state_pill(record):
    """Whether a consent stands, in a word."""
    if record is not None and record.given:
        return {"tone": "good", "icon": "check", "label": pgettext("consent", "Given")}
    return {"tone": "plain", "icon": "minus", "label": pgettext("consent", "Not given")}


def line(record):
    """One consent in the list: its text, which version, when."""
    version = record.version
    words = (
        _("Version %(number)s · given on %(when)s")
        if record.given
        else _("Version %(number)s · refused or withdrawn on %(when)s")
    )
    return {
        "title": version.title,
        "title_lang": i18n.language_of(version, "title"),
        "note": words % {"number": version.number, "when": i18n.moment(record.at)},
        "url": consent_url(version.term, record.cohort),
        "pill": state_pill(record),
    }


def offered_lines(records):
    """What may be agreed to at any time and has not been answered yet."""
    answered = {record.version.term_id for record in records if record.cohort_id is None}
    asked = Term.objects.filter(kind__in=OFFERED).exclude(pk__in=answered)
    return [
        {
            "title": version.title,
            "title_lang": i18n.language_of(version, "title"),
            "note": _("You have not been asked yet."),
            "url": consent_url(version.term, None),
            "pill": state_pill(None),
        }
        for version in terms.versions_in_force(asked).values()
    ]


def groups_of(records):
    """The consents of the account first, then those of each cohort, the last one answered first."""
    groups = {None: {"title": _("Your account"), "lines": []}}
    for record in records:
        cohort = record.cohort
        if record.cohort_id not in groups:
            title = f"{cohort.program.title} · {cohort.label}"
            groups[record.cohort_id] = {
                "title": title,
                "lang": i18n.language_of(cohort.program, "title"),
                "url": cohort.get_absolute_url(),
                "lines": [],
            }
        groups[record.cohort_id]["lines"].append(line(record))
    groups[None]["lines"] += offered_lines(records)
    return list(groups.values())


@require_safe
def overview(request):
    """Every consent that stands, by cohort; the ways to one's data and out."""
    records = ConsentRecord.objects.filter(user=request.user).select_related("version__term", "cohort__program")
    return render(request, "accounts/privacy.html", {"groups": groups_of(latest(records))})


def find(request, slug, program, cohort):
    """The term, the person's answers to it there (newest first), the cohort; 404 where none of it is theirs."""
    where = {"cohort__program__slug": program, "cohort__slug": cohort} if program else {"cohort": None}
    answers = ConsentRecord.objects.filter(user=request.user, version__term__slug=slug, **where)
    answers = list(answers.select_related("version__term", "cohort__program", "recorded_by"))
    if answers:
        return answers[0].version.term, answers, answers[0].cohort
    term = Term.objects.filter(slug=slug, kind__in=OFFERED).first()
    if term is None or program:
        raise Http404
    return term, [], None


def what_follows(user, version, cohort):
    """What a withdrawal means: for this text, then what the apps above say."""
    return [_("What was done before stays lawful; from now on this consent is no longer used.")] + [
        *privacy.consequences(user, version.term, cohort)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def consent(request, slug, program="", cohort=""):
    """One consent as it was shown, every answer to it, and the way to take it back or, if optional, to give it."""
    term, answers, where = find(request, slug, program, cohort)
    version = terms.versions_in_force([term])[term.pk]
    standing = answers[0] if answers else None
    is_given = standing is not None and standing.given
    shown = standing.version if is_given else version
    items = standing.items if standing is not None and standing.version_id == shown.pk else ""
    may_give = not is_given and not term.may_be_required
    if request.method == "POST":
        wanted = request.POST.get("answer")
        try:
            if wanted == "withdraw":
                operations.withdraw_consent(
                    request.user.pk, term.pk, cohort_id=where.pk if where else None, by=request.user
                )
                messages.success(request, _("Your consent has been withdrawn."))
            elif wanted == "give" and may_give:
                operations.record_consents(request.user, {version: True}, cohort=where, items={version: items})
                messages.success(request, _("Your consent has been recorded."))
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect(request.path)
    return render(
        request,
        "accounts/privacy_consent.html",
        {
            "term": term,
            "version": shown,
            "items": consent_form.items_of(shown, items.splitlines()),
            "cohort": where,
            "pill": state_pill(standing),
            "is_given": is_given,
            "can_be_withdrawn": is_given and term.can_be_withdrawn,
            "may_give": may_give,
            "follows": what_follows(request.user, shown, where) if is_given else [],
            "answers": [answer_line(record) for record in answers],
        },
    )


def answer_line(record):
    """One answer in the history of a consent."""
    given = _("Agreed to version %(number)s") if record.given else _("Did not agree to version %(number)s")
    return {
        "when": i18n.moment(record.at),
        "title": given % {"number": record.version.number},
        "note": _("Recorded by the institution, which holds it in writing.") if record.recorded_by_id else "",
    }


@require_POST
def data(request):
    """Everything that is held about the person, to keep: one zip. It is written down that it was taken."""
    packed = operations.download_data(request.user)
    name = f"grow-creative-{clock.now():%Y%m%d}.zip"
    response = FileResponse(packed, as_attachment=True, filename=name, content_type="application/zip")
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def close(request):
    """The end of an account: what goes, what stays, what stands in the way; then a POST ends it."""
    reasons = privacy.blockers(request.user)
    if request.method == "POST" and not reasons:
        try:
            operations.close_account(request.user.pk, by=request.user)
        except Refused:  # something has come in between
            return redirect("my-privacy-close")
        logout(request)
        return redirect("my-privacy-closed")
    return render(request, "accounts/privacy_close.html", {"reasons": reasons})


@require_safe
@login_not_required
def closed(request):
    """The account is gone; this page knows nobody."""
    return render(request, "accounts/privacy_closed.html")
