"""Partners: organizations, campaigns, agreements with their signatures. Administrators edit them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin_tools import ScopedAdmin, ScopedStackedInline, ScopedTabularInline, pill_html
from partners import admin_reports  # noqa: F401  (registers itself)
from partners.commitments import metric_of, standing
from partners.forms import CommitmentForm, HeadlineForm, ScopesForm
from partners.models.agreements import Agreement, Campaign, Signature
from partners.models.commitments import Commitment, CommitmentScope, Headline
from partners.models.organizations import Organization
from partners.operations import commitments as operations
from portal import pills


@admin.register(Organization)
class OrganizationAdmin(ScopedAdmin):
    """Partners and host companies."""

    group = "partners"
    place = 1
    list_display = ["name", "code", "kind", "parent", "is_listed", "position"]
    list_filter = ["kind", "is_listed"]
    list_select_related = ["parent"]
    search_fields = ["code", "name_ko", "name_en"]
    search_help_text = _("Name or code")
    prepopulated_fields = {"slug": ["name_en"]}
    fieldsets = [
        (None, {"fields": ["code", "kind", "parent", "slug", "is_listed", "position"]}),
        (_("Texts"), {"fields": [("name_ko", "name_en"), ("about_ko", "about_en"), ("place_ko", "place_en")]}),
    ]

    @admin.display(description=_("name"), ordering="name_ko")
    def name(self, organization):
        """In the reader's language."""
        return organization.name


@admin.register(Campaign)
class CampaignAdmin(ScopedAdmin):
    """Umbrellas over agreements."""

    group = "partners"
    place = 3
    list_display = ["name", "launched_on"]
    search_fields = ["name_ko", "name_en"]
    search_help_text = _("Name")
    prepopulated_fields = {"slug": ["name_en"]}
    fieldsets = [
        (None, {"fields": ["slug", "launched_on"]}),
        (_("Texts"), {"fields": [("name_ko", "name_en"), ("about_ko", "about_en")]}),
    ]

    @admin.display(description=_("name"), ordering="name_ko")
    def name(self, campaign):
        """In the reader's language."""
        return campaign.name


class SignatureInline(ScopedStackedInline):
    """One block for each party."""

    model = Signature
    extra = 1
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("organization", "position"),
                    ("signatory_ko", "signatory_en"),
                    ("title_ko", "title_en"),
                ]
            },
        )
    ]


@admin.register(Agreement)
class AgreementAdmin(ScopedAdmin):
    """What was signed, by whom, and when, as exactly as it is known."""

    group = "partners"
    place = 2
    list_display = ["title", "kind", "state_pill", "signed", "campaign", "is_history_note"]
    list_filter = ["state", "kind", "campaign"]
    list_select_related = ["campaign"]
    search_fields = ["title_ko", "title_en", "slug"]
    search_help_text = _("Title")
    prepopulated_fields = {"slug": ["title_en"]}
    inlines = [SignatureInline]
    fieldsets = [
        (None, {"fields": ["kind", "state", "campaign", "slug", "renews", "is_history_note"]}),
        (_("Texts"), {"fields": [("title_ko", "title_en"), ("clauses_ko", "clauses_en")]}),
        (
            _("Signing"),
            {
                "fields": [
                    ("signed_on", "signed_precision"),
                    "announced_on",
                    ("starts_on", "term_months", "ends_on"),
                    ("place_ko", "place_en"),
                    ("media_ko", "media_en"),
                ]
            },
        ),
    ]

    @admin.display(description=_("title"), ordering="title_ko")
    def title(self, agreement):
        """In the reader's language."""
        return agreement.title

    @admin.display(description=_("state"), ordering="state")
    def state_pill(self, agreement):
        """Where it stands."""
        return pill_html(pills.pill(pills.AGREEMENT_PILLS, agreement.state, agreement.get_state_display()))

    @admin.display(description=_("signed"), ordering="signed_on")
    def signed(self, agreement):
        """No more exact than it is known."""
        return agreement.signed or "–"


class CommitmentScopeInline(ScopedTabularInline):
    """Over which programs and cohorts it is counted; none: all that runs under the agreement."""

    model = CommitmentScope
    formset = ScopesForm
    extra = 0
    fields = ["program", "cohort", "share"]
    verbose_name_plural = _("Counted over (empty: all that runs under the agreement)")


@admin.register(Commitment)
class CommitmentAdmin(ScopedAdmin):
    """What an agreement promises, and every change of it with its reason."""

    group = "partners"
    place = 4
    form = CommitmentForm
    list_display = ["title", "agreement", "figure", "target", "responsible", "visibility"]
    list_filter = ["agreement", "visibility"]
    list_select_related = ["agreement", "responsible"]
    search_fields = ["title_ko", "title_en", "metric"]
    search_help_text = _("Title or figure")
    inlines = [CommitmentScopeInline]
    readonly_fields = ["counted"]
    fieldsets = [
        (None, {"fields": ["agreement", ("title_ko", "title_en"), "responsible", ("visibility", "position")]}),
        (_("Promise"), {"fields": [("metric", "rule_version"), "target", ("starts_on", "ends_on"), "reason"]}),
        (_("How it stands"), {"fields": ["counted", ("why_ko", "why_en")]}),
    ]

    @admin.display(description=_("title"), ordering="title_ko")
    def title(self, commitment):
        """In the reader's language."""
        return commitment.title

    @admin.display(description=_("figure"), ordering="metric")
    def figure(self, commitment):
        """What is counted, in words."""
        return metric_of(commitment).title

    @admin.display(description=_("actual"))
    def counted(self, commitment):
        """What it comes to now, by the rule that was promised."""
        return standing(commitment).figure.text if commitment.pk else "–"

    def save_model(self, request, obj, form, change):
        """A change of what was signed keeps its reason."""
        changes = form.changes() if change else []
        super().save_model(request, obj, form, change)
        operations.note_changes(obj.pk, changes, by=request.user, reason=form.cleaned_data["reason"])


@admin.register(Headline)
class HeadlineAdmin(ScopedAdmin):
    """Figures as they were published, with their source and their own word."""

    group = "partners"
    place = 5
    form = HeadlineForm
    list_display = ["text", "agreement", "word", "source", "published_on"]
    list_filter = ["agreement"]
    list_select_related = ["agreement"]
    search_fields = ["text_ko", "text_en", "source"]
    search_help_text = _("Text or source")
    fieldsets = [
        (None, {"fields": ["agreement", "metric", ("text_ko", "text_en"), "word"]}),
        (_("Source"), {"fields": [("source", "source_url"), "published_on", ("note_ko", "note_en")]}),
    ]

    @admin.display(description=_("as published"), ordering="text_ko")
    def text(self, headline):
        """In the reader's language."""
        return headline.text
