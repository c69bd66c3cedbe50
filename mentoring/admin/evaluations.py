"""Submitted evaluations: read here, and shared by a deed."""

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import Deed
from accounts.admin_tools import ReadOnlyAdmin, moment_or_dash
from mentoring.admin.shared import EvaluationCohortFilter, cohort_name
from mentoring.models.evaluations import Evaluation, EvaluationStatus
from mentoring.operations.evaluations import share_evaluation
from programs.models.cohorts import Cohort


class ShareEvaluation(Deed):
    """Shows evaluations to their mentees."""

    name = "share"
    label = _("Share with the mentees")
    button = _("Share")
    note = _("Each mentee is told by mail. Sharing cannot be taken back.")

    def refusal(self, row):
        """What is shared is shared."""
        return gettext("Shared already.") if row.shared_at else ""

    def line(self, row):
        """Of whom, by whom."""
        pairing = row.pairing
        return {
            "title": f"{pairing.enrolment.person.display_name} – {pairing.mentor.name}",
            "note": cohort_name(pairing.enrolment.cohort),
        }

    def facts(self, request, rows):
        """How many."""
        return [(gettext("Evaluations"), len(rows))]

    def perform(self, row, *, by, data):
        """Share one."""
        share_evaluation(row.pk, by=by)

    def done(self, count):
        """How many."""
        return ngettext("%(count)s evaluation shared.", "%(count)s evaluations shared.", count) % {"count": count}


class SharedFilter(admin.SimpleListFilter):
    """Evaluations that the mentees can read, or not yet."""

    title = _("shared with the mentee")
    parameter_name = "shared"

    def lookups(self, request, model_admin):
        """Two."""
        return [("no", _("Not yet")), ("yes", _("Shared"))]

    def queryset(self, request, queryset):
        """Those asked for."""
        if self.value() in ("no", "yes"):
            return queryset.filter(shared_at__isnull=self.value() == "no")
        return queryset


@admin.register(Evaluation)
class EvaluationAdmin(ReadOnlyAdmin):
    """Submitted evaluations; a draft is its author's alone, and none is its mentee's before it is shared."""

    group = "mentoring"
    place = 2
    managers_may = ("view",)
    list_display = ["mentee", "mentor_name", "cohort", "submitted", "shared"]
    list_filter = [EvaluationCohortFilter, SharedFilter]
    list_select_related = [
        "pairing__mentor__user",
        "pairing__mentor__expert",
        "pairing__enrolment__person",
        "pairing__enrolment__cohort__program",
    ]
    search_fields = [
        "pairing__enrolment__person__full_name",
        "pairing__enrolment__person__romanized_name",
        "pairing__mentor__user__full_name",
        "pairing__mentor__user__romanized_name",
        "=code",
    ]
    search_help_text = _("Name or code")
    ordering = ["-submitted_at", "-pk"]
    fields = readonly_fields = [
        "mentee",
        "mentor_name",
        "cohort",
        "submitted",
        "shared",
        "given",
        "strengths",
        "next_steps",
    ]
    actions = [ShareEvaluation.action()]

    def get_queryset(self, request):
        """Without drafts, and without the person's own before it is shared."""
        rows = super().get_queryset(request).visible_to(request.user).filter(status=EvaluationStatus.SUBMITTED)
        return rows.select_related(*self.list_select_related)

    def run_by(self, queryset, user):
        """Those in the cohorts a manager runs."""
        return queryset.filter(pairing__enrolment__cohort__in=Cohort.objects.managed_by(user).values("pk"))

    @admin.display(description=_("mentee"), ordering="pairing__enrolment__person__full_name")
    def mentee(self, evaluation):
        """In the reader's language."""
        return evaluation.pairing.enrolment.person.display_name

    @admin.display(description=_("mentor"), ordering="pairing__mentor__user__full_name")
    def mentor_name(self, evaluation):
        """In the reader's language."""
        return evaluation.pairing.mentor.name

    @admin.display(description=_("cohort"), ordering="pairing__enrolment__cohort")
    def cohort(self, evaluation):
        """The program and which run of it."""
        return cohort_name(evaluation.pairing.enrolment.cohort)

    @admin.display(description=_("submitted"), ordering="submitted_at")
    def submitted(self, evaluation):
        """When."""
        return moment_or_dash(evaluation.submitted_at)

    @admin.display(description=_("shared with the mentee"), ordering="shared_at")
    def shared(self, evaluation):
        """When, if it is."""
        return moment_or_dash(evaluation.shared_at)

    @admin.display(description=_("scores"))
    def given(self, evaluation):
        """Each goal with its score."""
        rows = evaluation.scores.select_related("goal")
        lines = ((score.goal.text, score.score, score.get_score_display()) for score in rows)
        return (
            format_html_join("", "<p><span data-user-content>{}</span>: <strong>{}</strong> · {}</p>", lines) or "–"
        )
