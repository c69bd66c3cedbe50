"""Partners: organizations, campaigns, agreements with their signatures. Administrators edit them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin_tools import ScopedAdmin, ScopedStackedInline, pill_html
from partners.models.agreements import Agreement, Campaign, Signature
from partners.models.organizations import Organization
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
            {"fields": [("signed_on", "signed_precision"), ("announced_on", "ends_on"), ("place_ko", "place_en")]},
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
