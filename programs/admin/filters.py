"""The filters of the lists of programs."""

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.models.applications import STAGEABLE, ApplicationStatus
from programs.models.cohorts import Cohort, Phase
from programs.models.programs import ProgramKind


class SelectFilter(admin.SimpleListFilter):
    """A filter with too many choices for links: a select with a button, which needs no script."""

    template = "admin/filter_select.html"
    hidden = ()

    def choices(self, changelist):
        """The options; what else the list is filtered by goes along unseen."""
        self.hidden = [
            (name, value)
            for name, values in changelist.filter_params.items()
            if name != self.parameter_name
            for value in values
        ]
        self.hidden += [("q", changelist.query)] if changelist.query else []
        yield {"value": "", "display": _("All"), "selected": self.value() is None}
        for value, display in self.lookup_choices:
            yield {"value": value, "display": display, "selected": self.value() == str(value)}


def managed_cohorts(request):
    """The cohorts a person runs, as a filter lists them."""
    cohorts = Cohort.objects.managed_by(request.user).select_related("program")
    return [(str(cohort.pk), f"{cohort.program.title} {cohort.label}") for cohort in cohorts]


class CohortFilter(SelectFilter):
    """One of the cohorts that the person runs."""

    title = _("cohort")
    parameter_name = "cohort"

    def lookups(self, request, model_admin):
        """Theirs alone."""
        return managed_cohorts(request)

    def queryset(self, request, queryset):
        """Its rows; nothing for what is not listed."""
        if self.value() is None:
            return queryset
        listed = {value for value, _display in self.lookup_choices}
        return queryset.filter(cohort=int(self.value())) if self.value() in listed else queryset.none()


class StatusFilter(admin.SimpleListFilter):
    """Where an application stands; drafts are their writers' alone."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request, model_admin):
        """All but the draft."""
        return [choice for choice in ApplicationStatus.choices if choice[0] != ApplicationStatus.DRAFT]

    def queryset(self, request, queryset):
        """Those that stand there."""
        return queryset if self.value() is None else queryset.filter(status=self.value())


class StagedFilter(admin.SimpleListFilter):
    """What is staged for an application under review."""

    title = _("staged decision")
    parameter_name = "staged"

    def lookups(self, request, model_admin):
        """The outcomes, and none."""
        return [*((outcome.value, outcome.label) for outcome in STAGEABLE), ("none", _("Undecided"))]

    def queryset(self, request, queryset):
        """Those for which it is staged."""
        if self.value() == "none":
            return queryset.filter(status=ApplicationStatus.IN_REVIEW, staged_outcome=None)
        return queryset if self.value() is None else queryset.filter(staged_outcome=self.value())


class PhaseFilter(admin.SimpleListFilter):
    """Where a cohort stands."""

    title = _("phase")
    parameter_name = "phase"

    def lookups(self, request, model_admin):
        """All phases."""
        return Phase.choices

    def queryset(self, request, queryset):
        """Those in it; the list's rows know their phase."""
        return queryset if self.value() is None else queryset.filter(phase=self.value())


class KindFilter(admin.SimpleListFilter):
    """The kind of program."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        """All kinds."""
        return ProgramKind.choices

    def queryset(self, request, queryset):
        """Its cohorts."""
        return queryset if self.value() is None else queryset.filter(program__kind=self.value())


class YearFilter(admin.SimpleListFilter):
    """The year in which a cohort begins."""

    title = _("year")
    parameter_name = "year"

    def lookups(self, request, model_admin):
        """The years there are, the latest first."""
        begun = Cohort.objects.managed_by(request.user).filter(starts_at__isnull=False)
        years = begun.order_by().values_list("starts_at__year", flat=True).distinct()
        return [(str(year), str(year)) for year in sorted(years, reverse=True)]

    def queryset(self, request, queryset):
        """Those that begin in it."""
        if self.value() is None:
            return queryset
        listed = {value for value, _display in self.lookup_choices}
        begins = Q(starts_at__year=int(self.value())) if self.value() in listed else Q(pk__in=[])
        return queryset.filter(begins)
