"""Cohorts: their list and their form. What changes a cohort for people is done on its own pages."""

from django.contrib import admin, messages
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_tools import moment_or_dash, pill_html
from portal import clock, i18n
from programs import eligibility
from programs.admin import overview
from programs.admin.cohort_inlines import (
    CohortTermInline,
    CriterionInline,
    EligibilityRuleInline,
    MilestoneInline,
    ReviewRoundInline,
)
from programs.admin.cohort_pages import CohortPages
from programs.admin.filters import KindFilter, PhaseFilter, YearFilter
from programs.admin.session_forms import SessionInline, save_sessions
from programs.admin.words import next_moment
from programs.models.cohorts import Cohort, PromotionStop, Session
from programs.operations import cohorts as operations
from programs.permissions import programs_run_by


@admin.register(Cohort)
class CohortAdmin(CohortPages):
    """Dated runs. What follows from dates and seats is shown; what changes them for people is a deed."""

    group = "run"
    place = 1
    managers_may = ("view", "add", "change")
    admin_only_fields = ("agreement",)
    list_display = ["name", "phase_pill", "next", "applied", "seats_shown", "confirmed", "waiting"]
    list_display_links = None
    list_filter = [PhaseFilter, KindFilter, YearFilter]
    list_select_related = ["program"]
    search_fields = [
        "program__title_ko",
        "program__title_en",
        "program__slug",
        "label_ko",
        "label_en",
        "receipt_prefix",
    ]
    search_help_text = _("Program, cohort or receipt prefix")
    ordering = ["-starts_at", "pk"]
    inlines = [
        SessionInline,
        ReviewRoundInline,
        CriterionInline,
        MilestoneInline,
        EligibilityRuleInline,
        CohortTermInline,
    ]

    def get_queryset(self, request):
        """With its program; the list adds counts and phase."""
        return super().get_queryset(request).with_counts().with_phase().select_related("program")

    def run_by(self, queryset, user):
        """Those a manager runs."""
        return queryset.managed_by(user)

    def choices_for(self, request):
        """The cohorts by themselves, without their counts."""
        return Cohort.objects.managed_by(request.user).select_related("program")

    def has_add_permission(self, request, obj=None):
        """A cohort is added by who runs its program as a whole."""
        return self.may("add", request) and (request.user.is_admin or programs_run_by(request.user).exists())

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """A new cohort belongs to a program that is run as a whole."""
        if db_field.name == "program":
            kwargs["queryset"] = programs_run_by(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    # the form

    def get_fieldsets(self, request, obj=None):
        """By what staff do; the number of seats is changed by a deed once the cohort exists."""
        when = [("opens_at", "closes_at"), ("announce_at", "offer_hours"), ("cancel_until", "promote_until")]
        when += ["references_until"]
        when += [("starts_at", "ends_at"), "dates_precision"]
        where = ["delivery", ("place_ko", "place_en"), ("languages_ko", "languages_en"), "hours"]
        seats_ = [("registration_mode", "capacity"), ("selection_ko", "selection_en")]
        seats_ += [("audience_ko", "audience_en")]
        sets = [
            (None, {"fields": ["program", ("label_ko", "label_en"), ("slug", "receipt_prefix")]}),
            (_("When"), {"fields": when}),
            (_("Where"), {"fields": where}),
            (_("Seats and selection"), {"fields": seats_}),
            (_("Contact and agreement"), {"fields": ["contact_email", "agreement"]}),
        ]
        if obj is not None:
            state = ["phase_pill", "published", "review_began", "released", "cancelled", "promotion"]
            sets.append((_("State"), {"fields": state}))
        return sets

    def get_readonly_fields(self, request, obj=None):
        """What others rely on is not typed over."""
        fixed = list(super().get_readonly_fields(request, obj))
        return fixed if obj is None else [*fixed, *self.fixed_by_life(obj)]

    def fixed_by_life(self, obj):
        """The fields that what has happened to a cohort has fixed; asked once a request."""
        if hasattr(obj, "fixed_fields"):
            return obj.fixed_fields
        fixed = [
            "program",
            "capacity",
            "phase_pill",
            "published",
            "review_began",
            "released",
            "cancelled",
            "promotion",
        ]
        if obj.published_at:
            fixed.append("slug")
        if obj.applications.exists():
            fixed += ["receipt_prefix", "registration_mode"]
        if obj.released_at:
            fixed.append("announce_at")
        if obj.sessions.exists():
            fixed += ["starts_at", "ends_at"]
        obj.fixed_fields = fixed
        return fixed

    def save_formset(self, request, form, formset, change):
        """The rows; sessions through their operations, which tell those concerned."""
        if formset.model is Session:
            save_sessions(self, request, form.instance, formset)
        else:
            super().save_formset(request, form, formset, change)

    def save_related(self, request, form, formsets, change):
        """The cohort's dates follow its sessions; a condition that its form cannot tell is pointed out."""
        super().save_related(request, form, formsets, change)
        operations.refresh_schedule(form.instance.pk)
        for rule in eligibility.unasked(form.instance):
            text = gettext(
                "The form does not ask what “%(rule)s” needs to know, so this condition keeps nobody out."
            )
            self.message_user(request, text % {"rule": rule.get_kind_display()}, messages.WARNING)

    def view_on_site(self, cohort):
        """Its public page, once it is published."""
        return cohort.get_absolute_url() if cohort.published_at else None

    # columns and read-only fields

    @admin.display(description=_("cohort"), ordering="program__title_ko")
    def name(self, cohort):
        """The way to the page from which it is run."""
        address = reverse("admin:programs_cohort_overview", args=[cohort.pk])
        return format_html('<a href="{}">{}</a>', address, overview.name_of(cohort))

    @admin.display(description=_("phase"), ordering="phase")
    def phase_pill(self, cohort):
        """Where it stands."""
        return pill_html(overview.phase_pill(cohort))

    @admin.display(description=_("next"))
    def next(self, cohort):
        """The next date, and what happens then."""
        ahead = next_moment(cohort, clock.now())
        return f"{i18n.moment(ahead['at'])} · {ahead['what']}" if ahead else "–"

    @admin.display(description=_("applied"), ordering="applied")
    def applied(self, cohort):
        """How many applications were submitted."""
        return cohort.applied

    @admin.display(description=_("seats taken"), ordering="seats_taken")
    def seats_shown(self, cohort):
        """Confirmed and offered, out of all."""
        return f"{cohort.seats_taken} / {cohort.capacity}"

    @admin.display(description=_("confirmed"), ordering="confirmed")
    def confirmed(self, cohort):
        """Confirmed places."""
        return cohort.confirmed

    @admin.display(description=_("waiting"), ordering="waiting")
    def waiting(self, cohort):
        """On the waitlist."""
        return cohort.waiting

    @admin.display(description=_("published"))
    def published(self, cohort):
        """Since when anyone may see it."""
        return moment_or_dash(cohort.published_at)

    @admin.display(description=_("review began"))
    def review_began(self, cohort):
        """When the first application was moved to review."""
        return moment_or_dash(cohort.review_began_at)

    @admin.display(description=_("results released"))
    def released(self, cohort):
        """When the results came out."""
        return moment_or_dash(cohort.released_at)

    @admin.display(description=_("cancelled"))
    def cancelled(self, cohort):
        """When and why it was called off."""
        if not cohort.cancelled_at:
            return "–"
        return f"{i18n.moment(cohort.cancelled_at)} · {cohort.cancel_reason}"

    @admin.display(description=_("why promotion stopped"))
    def promotion(self, cohort):
        """What the last promotion pass wrote down."""
        return PromotionStop(cohort.promotion_stop).label


admin.site.add_today(overview.today)  # type: ignore[attr-defined]  # it is PortalAdminSite
