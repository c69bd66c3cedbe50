"""One report at the partners' desk: read by the parties, approved or returned by whoever it waits for."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners import permissions, reporting
from partners.forms import ReturnForm
from partners.models.reports import Decision, ReportState
from partners.operations import reports
from portal.errors import Refused


def find(request, slug, code):
    """A report on an agreement of one's own, once it is sent; else 404."""
    own = permissions.reports_of(request.user).select_related("agreement", "successor__agreement")
    return get_object_or_404(own, agreement__slug=slug, code=code)


@require_http_methods(["GET", "HEAD", "POST"])
def report(request, slug, code):
    """The whole report as it was frozen, and the answer of one's own party. The look is kept."""
    found = find(request, slug, code)
    if request.method == "POST":
        return answer(request, found)
    if request.method == "GET":
        reports.note_look(found, by=request.user)
    return page(request, found)


def waiting_for(user, report):
    """The parties whose answer is awaited and for which the person answers."""
    if report.state != ReportState.IN_APPROVAL:
        return []
    asked = report.approvals.filter(sending=report.sending, decision=Decision.WAITING).select_related(
        "organization"
    )
    return [row.organization for row in asked if permissions.answers_for(user, row.organization_id)]


def answer(request, report):
    """Approve or return it for one party, as it stood on the page."""
    own = permissions.organizations_of(request.user)
    party = next((pk for pk in own if str(pk) == request.POST.get("party")), None)
    if party is None:
        raise Http404
    digest = request.POST.get("digest", "")
    form = ReturnForm(request.POST, prefix=f"party-{party}")
    try:
        if "approve" in request.POST:
            reports.approve(report.pk, party, digest, by=request.user)
            messages.success(request, _("You have approved the report."))
            return redirect(report)
        if not form.is_valid():
            return page(request, report, form=form)
        reports.send_back(report.pk, party, digest, form.cleaned_data["reason"], by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return page(request, report, form=form if "return" in request.POST else None)
    messages.success(request, _("The report is returned. You are asked again when it is sent anew."))
    return redirect("partnering-agreement", report.agreement.slug)


def page(request, report, form=None):
    """The page, with a form for each party whose answer is awaited; `form` is the one that was sent."""
    answers = []
    for party in waiting_for(request.user, report):
        prefix = f"party-{party.pk}"
        own = form if form is not None and form.prefix == prefix else ReturnForm(prefix=prefix)
        answers.append({"party": party, "form": own})
    context = {
        "report": report,
        "agreement": report.agreement,
        "document": reporting.document(report),
        "pill": reporting.state_pill(report),
        "approvals": reporting.approval_lines(report),
        "answers": answers,
    }
    return render(request, "partners/desk/report.html", context)
