"""The partners' desk: one's own agreements, their commitments, and what is counted for each."""

from itertools import groupby

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from partners import commitments, desk, permissions, reporting, showing
from partners.models.commitments import Commitment


@require_safe
def agreements(request):
    """One's own agreements. For whoever stands for no partner there is no such page."""
    if not permissions.is_partner(request.user):
        raise Http404
    own = list(showing.with_parties(permissions.agreements_of(request.user)))
    read = Commitment.objects.of_parties(permissions.organizations_of(request.user))
    counted = commitments.last_counted(read.filter(agreement__in=own).order_by("agreement", "position", "pk"))
    by_agreement = dict.fromkeys([agreement.pk for agreement in own], ()) | {
        pk: list(group)
        for pk, group in groupby([row for _day, row in counted], key=lambda row: row.commitment.agreement_id)
    }
    waiting = reporting.waiting_lines(
        permissions.reports_of(request.user), permissions.organizations_of(request.user)
    )
    context = {"agreements": desk.agreement_cards(own, by_agreement), "waiting": waiting}
    return render(request, "partners/desk/agreements.html", context)


def find(request, slug):
    """An agreement of one's own; else 404."""
    return get_object_or_404(permissions.agreements_of(request.user), slug=slug)


@require_safe
def agreement(request, slug):
    """One agreement with its commitments, counted now."""
    own = find(request, slug)
    found = commitments.standings(permissions.commitments_of(request.user, own))
    made = permissions.reports_of(request.user).filter(agreement=own).select_related("agreement").defer("content")
    context = {
        "agreement": own,
        "panel": desk.panel(own, found),
        "rows": desk.rows(own, found),
        "reports": reporting.report_lines(made, permissions.organizations_of(request.user)),
    }
    return render(request, "partners/desk/agreement.html", context)


@require_safe
def figure(request, slug, pk):
    """What is counted for one commitment: definition, population, and the part of each cohort."""
    own = find(request, slug)
    rows = permissions.commitments_of(request.user, own).select_related("agreement", "responsible")
    commitment = get_object_or_404(rows.prefetch_related("scopes__program"), pk=pk)
    context = {"agreement": own, "commitment": commitment} | desk.figure(commitments.standing(commitment))
    return render(request, "partners/desk/figure.html", context)
