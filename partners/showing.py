"""What the pages of partners and agreements show, each with ready texts."""

from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from partners.models.agreements import Agreement, AgreementState, Signature
from partners.models.organizations import Organization, OrganizationKind
from portal import i18n, pills


def listed():
    """The organizations shown to everyone: the partners, without the companies that host interns."""
    return Organization.objects.filter(is_listed=True).exclude(kind=OrganizationKind.HOST)


def organization_rows(organizations):
    """Organizations as the list shows them; each must come with its parent."""
    return [
        {
            "name": organization.name,
            "lang": i18n.language_of(organization, "name"),
            "url": organization.get_absolute_url(),
            "kind": organization.get_kind_display(),
            "parent": organization.parent.name if organization.parent else "",
            "about": organization.about,
            "about_lang": i18n.language_of(organization, "about"),
            "place": organization.place,
        }
        for organization in organizations
    ]


def with_parties(agreements):
    """Agreements with their signatures and the organizations behind these: two more queries for all."""
    signatures = Signature.objects.select_related("organization__parent")
    return agreements.prefetch_related(Prefetch("signatures", queryset=signatures))


def state_pill(agreement):
    """Where an agreement stands, as a pill."""
    return pills.pill(pills.AGREEMENT_PILLS, agreement.state, agreement.get_state_display())


def agreement_lines(agreements):
    """Agreements as components/lines.html shows them; each must come with its parties."""
    return [
        {
            "when": agreement.signed,
            "title": agreement.title,
            "title_lang": i18n.language_of(agreement, "title"),
            "url": agreement.get_absolute_url(),
            "note": " · ".join(signature.organization.name for signature in agreement.signatures.all()),
            "pill": state_pill(agreement),
        }
        for agreement in agreements
    ]


def agreement_facts(agreement):
    """The terms of one agreement. What is not known is left out; a date is no more exact than it is known."""
    rows = [
        (pgettext("term", "Kind"), agreement.get_kind_display(), None, ""),
        (pgettext("term", "Signed"), agreement.signed, None, ""),
        (pgettext("term", "Place"), agreement.place, i18n.language_of(agreement, "place"), ""),
        (
            pgettext("term", "Announced"),
            i18n.dated(agreement.announced_on, "day") if agreement.announced_on else "",
            None,
            "",
        ),
        (pgettext("term", "Ends"), i18n.dated(agreement.ends_on, "day") if agreement.ends_on else "", None, ""),
    ]
    if agreement.campaign:
        campaign = agreement.campaign
        rows.append((pgettext("term", "Campaign"), campaign.name, i18n.language_of(campaign, "name"), ""))
    if agreement.renews and is_public(agreement.renews):
        before = agreement.renews
        rows.append((pgettext("term", "Renews"), before.signed, None, before.get_absolute_url()))
    return [{"term": term, "value": value, "lang": lang, "url": url} for term, value, lang, url in rows if value]


def is_public(agreement):
    """Whether anyone may see it."""
    return agreement.state != AgreementState.DRAFT and not agreement.is_history_note


def parties(agreement):
    """Who signed for whom, with the title held then; a party whose signatory is not known says so."""
    return [
        {
            "organization": signature.organization.name,
            "organization_lang": i18n.language_of(signature.organization, "name"),
            "url": signature.organization.get_absolute_url() if signature.organization.is_listed else "",
            "signatory": signature.signatory,
            "signatory_lang": i18n.language_of(signature, "signatory"),
            "title": signature.title,
            "title_lang": i18n.language_of(signature, "title"),
            "unknown": "" if signature.signatory else _("The signatory was not reported."),
        }
        for signature in agreement.signatures.all()
    ]


def cohort_lines(agreement):
    """The published cohorts that run under it, by year: one line a cohort."""
    cohorts = agreement.cohorts.filter(published_at__isnull=False).select_related("program")
    return [
        {
            "when": cohort.label,
            "title": cohort.program.title,
            "title_lang": i18n.language_of(cohort.program, "title"),
            "url": cohort.get_absolute_url(),
            "side": cohort.program.get_kind_display(),
        }
        for cohort in cohorts.order_by("starts_at", "pk")
    ]


def program_rows(organization):
    """The programs it carries that anyone may see, with its role in each."""
    partners = (
        organization.program_partners.filter(
            Q(program__cohorts__published_at__isnull=False, program__cohorts__cancelled_at__isnull=True)
        )
        .select_related("program")
        .order_by("program__kind", "program__slug", "position", "pk")
        .distinct()
    )
    return [
        {
            "title": partner.program.title,
            "title_lang": i18n.language_of(partner.program, "title"),
            "url": partner.program.get_absolute_url(),
            "note": partner.program.get_kind_display(),
            "side": partner.get_role_display(),
        }
        for partner in partners
    ]


def agreements_of(organization):
    """The public agreements it is a party to."""
    return with_parties(Agreement.objects.public().filter(signatures__organization=organization))
