"""Partners and what they signed, for everyone."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from partners import showing
from partners.models.agreements import Agreement, Campaign
from portal import i18n
from portal.public import public_page


@require_safe
@public_page
def partners(request):
    """The organizations behind the programs, the campaign, and the agreements between them."""
    campaign = Campaign.objects.order_by("launched_on").first()
    context = {
        "organizations": showing.organization_rows(showing.listed().select_related("parent")),
        "campaign": campaign,
        "launched": i18n.dated(campaign.launched_on, "day") if campaign else "",
        "agreements": showing.agreement_lines(showing.with_parties(Agreement.objects.public())),
    }
    return render(request, "partners/partners.html", context)


@require_safe
@public_page
def partner(request, slug):
    """One organization: what it is, what it signed, and the programs it carries."""
    organization = get_object_or_404(showing.listed().select_related("parent"), slug=slug)
    children = showing.listed().filter(parent=organization).select_related("parent")
    context = {
        "organization": organization,
        "parent": organization.parent if organization.parent and organization.parent.is_listed else None,
        "children": showing.organization_rows(children),
        "agreements": showing.agreement_lines(showing.agreements_of(organization)),
        "programs": showing.program_rows(organization),
    }
    return render(request, "partners/partner.html", context)


@require_safe
@public_page
def agreements(request):
    """Every agreement, the latest first."""
    lines = showing.agreement_lines(showing.with_parties(Agreement.objects.public()))
    return render(request, "partners/agreements.html", {"agreements": lines})


@require_safe
@public_page
def agreement(request, slug):
    """One agreement: when and where, who signed with which title, what it says, and what runs under it."""
    rows = showing.with_parties(Agreement.objects.public().select_related("campaign", "renews__renews__renews"))
    agreement = get_object_or_404(rows, slug=slug)
    renewals = agreement.renewals.all()
    context = {
        "agreement": agreement,
        "pill": showing.state_pill(agreement),
        "facts": showing.agreement_facts(agreement),
        "parties": showing.parties(agreement),
        "clauses": [line.strip() for line in agreement.clauses.splitlines() if line.strip()],
        "promised": showing.promised(agreement),
        "headlines": showing.headlines(agreement),
        "cohorts": showing.cohort_lines(agreement),
        "renewals": showing.agreement_lines(showing.with_parties(renewals.public())),
    }
    return render(request, "partners/agreement.html", context)
