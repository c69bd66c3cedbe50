"""What the pages of partners and agreements show, each with ready texts."""

from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from partners import commitments, terms
from partners.models.agreements import Agreement, AgreementState, Signature
from partners.models.commitments import Commitment
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
        (
            pgettext("term", "Holds from"),
            i18n.dated(agreement.starts_on, agreement.signed_precision) if agreement.starts_on else "",
            None,
            "",
        ),
        (
            pgettext("term", "Ends"),
            i18n.dated(agreement.ends_on, agreement.signed_precision) if agreement.ends_on else "",
            None,
            "",
        ),
        (pgettext("term", "In a row"), in_a_row(agreement), None, ""),
        (pgettext("term", "Ceremony"), agreement.media, i18n.language_of(agreement, "media"), ""),
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


def promised(agreement):
    """The public commitments as they were last counted: `day` and `rows`; None where none has been counted."""
    found = commitments.last_counted(Commitment.objects.public().filter(agreement=agreement))
    if not found:
        return None
    return {
        "day": i18n.dated(max(day for day, _standing in found), "day"),
        "rows": commitments.rows([standing for _day, standing in found]),
    }


def headlines(agreement):
    """What was published of it, each beside its source and its own word, and why our figure differs."""
    return [
        {
            "text": headline.text,
            "lang": i18n.language_of(headline, "text"),
            "source": headline.source,
            "source_lang": i18n.language_of_text(headline.source),
            "url": headline.source_url,
            "day": i18n.dated(headline.published_on, "day"),
            "word": headline.get_word_display(),
            "note": headline.note,
            "note_lang": i18n.language_of(headline, "note"),
        }
        for headline in agreement.headlines.all()
    ]


def in_a_row(agreement):
    """That it is the second, third … agreement in a row; empty for a first one."""
    count = terms.in_a_row(agreement)
    if count == 1:
        return ""
    words = {2: _("Second consecutive year"), 3: _("Third consecutive year"), 4: _("Fourth consecutive year")}
    return words.get(count) or _("%(count)s agreements in a row") % {"count": count}


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
