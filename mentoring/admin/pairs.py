"""Pairs: read here, and ended by a deed."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import Deed, DeedReasonForm
from accounts.admin_tools import ReadOnlyAdmin, event_line, moment_or_dash, pill_html
from mentoring import progress
from mentoring.admin.closing import ClosePairing
from mentoring.admin.pair_surveys import PairSurveyPages
from mentoring.admin.shared import PairCohortFilter, cohort_name
from mentoring.models.pairs import Pairing
from mentoring.operations.pairs import end_pairing
from portal import audit
from programs.models.cohorts import Cohort


class EndPairing(Deed):
    """Ends pairs."""

    name = "end_pairing"
    label = _("End the chosen pairs")
    button = _("End the pairs")
    note = _("The mentors read the mentees' papers for 30 more days and write nothing any more.")
    danger = True
    form_class = DeedReasonForm

    def refusal(self, row):
        """What has ended has ended."""
        return "" if row.is_live else gettext("This pair has ended.")

    def line(self, row):
        """The two, and in which cohort."""
        return {
            "title": f"{row.enrolment.person.display_name} – {row.mentor.name}",
            "note": cohort_name(row.enrolment.cohort),
            "pill": progress.pill(row, progress.STAFF),
        }

    def facts(self, request, rows):
        """How many."""
        return [(gettext("Pairs"), len(rows))]

    def perform(self, row, *, by, data):
        """End one."""
        end_pairing(row.pk, by=by, reason=data["reason"])

    def done(self, count):
        """How many."""
        return ngettext("%(count)s pair ended.", "%(count)s pairs ended.", count) % {"count": count}


class LiveFilter(admin.SimpleListFilter):
    """Pairs that work together, or no more."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request, model_admin):
        """Two."""
        return [("live", pgettext("pair", "In progress")), ("ended", pgettext("pair", "Ended"))]

    def queryset(self, request, queryset):
        """Those asked for."""
        if self.value() in ("live", "ended"):
            return queryset.filter(ended_at__isnull=self.value() == "live")
        return queryset


@admin.register(Pairing)
class PairingAdmin(PairSurveyPages, ReadOnlyAdmin):
    """Pairs are made from the enrolments, ended by a deed, and never edited."""

    group = "mentoring"
    place = 1
    managers_may = ("view",)
    list_display = ["mentee", "mentor_name", "cohort", "state", "paired", "ended"]
    list_filter = [PairCohortFilter, LiveFilter]
    search_fields = [
        "enrolment__person__full_name",
        "enrolment__person__romanized_name",
        "enrolment__person__email",
        "mentor__user__full_name",
        "mentor__user__romanized_name",
        "=code",
    ]
    search_help_text = _("Name, e-mail or code")
    ordering = ["-paired_at", "-pk"]
    fields = readonly_fields = [
        "mentee",
        "mentor_name",
        "cohort",
        "state",
        "workspace",
        "paired",
        "ended",
        "end_reason",
        "goals",
    ]
    actions = [ClosePairing.action(), EndPairing.action()]

    def get_queryset(self, request):
        """With what a row and a page show."""
        return super().get_queryset(request).for_desk().order_by(*self.ordering)

    def run_by(self, queryset, user):
        """Those in the cohorts a manager runs."""
        return queryset.filter(enrolment__cohort__in=Cohort.objects.managed_by(user).values("pk"))

    def timeline(self, obj):
        """What became of the pair and of its submitted evaluation."""
        events = list(audit.history(obj))
        if obj.begun_evaluation is not None:
            events += audit.history(obj.begun_evaluation).exclude(verb="evaluation.begun")
        return [event_line(event) for event in sorted(events, key=lambda event: (event.at, event.pk), reverse=True)]

    @admin.display(description=_("mentee"), ordering="enrolment__person__full_name")
    def mentee(self, pairing):
        """In the reader's language."""
        return pairing.enrolment.person.display_name

    @admin.display(description=_("mentor"), ordering="mentor__user__full_name")
    def mentor_name(self, pairing):
        """In the reader's language."""
        return pairing.mentor.name

    @admin.display(description=_("cohort"), ordering="enrolment__cohort")
    def cohort(self, pairing):
        """The program and which run of it."""
        return cohort_name(pairing.enrolment.cohort)

    @admin.display(description=_("status"))
    def state(self, pairing):
        """How far the two are; a draft is not told."""
        return pill_html(progress.pill(pairing, progress.STAFF))

    @admin.display(description=_("paired"), ordering="paired_at")
    def paired(self, pairing):
        """Since when."""
        return moment_or_dash(pairing.paired_at)

    @admin.display(description=_("ended"), ordering="ended_at")
    def ended(self, pairing):
        """When it ended."""
        return moment_or_dash(pairing.ended_at)

    @admin.display(description=_("goals"))
    def goals(self, pairing):
        """One a line."""
        return (
            format_html_join("", "<p data-user-content>{}</p>", ((goal.text,) for goal in pairing.goals.all()))
            or "–"
        )

    @admin.display(description=_("page of the pair"))
    def workspace(self, pairing):
        """The way to the application, the goals and the evaluation."""
        return format_html('<a href="{}">{}</a>', pairing.get_absolute_url(), gettext("Open"))
