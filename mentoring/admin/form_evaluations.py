"""Evaluations by the program's form that are handed in: read on the pair's page, and shared by a deed."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_tools import ReadOnlyAdmin, moment_or_dash
from mentoring.admin.evaluations import SharedFilter, ShareEvaluation
from mentoring.admin.shared import EvaluationCohortFilter, cohort_name
from mentoring.models.actions import Owner
from mentoring.models.form_evaluations import FormEvaluation
from mentoring.operations.form_evaluations import share
from programs.models.cohorts import Cohort


class ShareForms(ShareEvaluation):
    """Shows mentors' evaluations by a form to their mentees."""

    name = "share_forms"

    def refusal(self, row):
        """What is shared is shared; what mentees write of themselves is theirs already."""
        if row.side == Owner.MENTEE:
            return gettext("This is the mentee's own.")
        return super().refusal(row)

    def perform(self, row, *, by, data):
        """Share one."""
        share(row.pk, by=by)


@admin.register(FormEvaluation)
class FormEvaluationAdmin(ReadOnlyAdmin):
    """Those handed in; a draft is its author's alone, and the mentor's is not its mentee's before it is shared."""

    group = "mentoring"
    place = 2
    managers_may = ("view",)
    list_display = ["mentee", "mentor_name", "cohort", "stage", "side", "submitted", "shared"]
    list_filter = [EvaluationCohortFilter, "stage", "side", SharedFilter]
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
        "stage",
        "side",
        "submitted",
        "shared",
        "way",
    ]
    actions = [ShareForms.action()]

    def get_queryset(self, request):
        """Without drafts, and without the person's own before it is shared."""
        rows = super().get_queryset(request).visible_to(request.user).submitted()
        return rows.select_related(*self.list_select_related)

    def run_by(self, queryset, user):
        """Those in the cohorts a manager runs."""
        return queryset.filter(pairing__enrolment__cohort__in=Cohort.objects.managed_by(user).values("pk"))

    def named(self, obj):
        """Of whom, and which it is."""
        return f"{obj.pairing.enrolment.person.display_name}, {obj.get_stage_display()}"

    @admin.display(description=_("mentee"), ordering="pairing__enrolment__person__full_name")
    def mentee(self, row):
        """In the reader's language."""
        return row.pairing.enrolment.person.display_name

    @admin.display(description=_("mentor"), ordering="pairing__mentor__user__full_name")
    def mentor_name(self, row):
        """In the reader's language."""
        return row.pairing.mentor.name

    @admin.display(description=_("cohort"), ordering="pairing__enrolment__cohort")
    def cohort(self, row):
        """The program and which run of it."""
        return cohort_name(row.pairing.enrolment.cohort)

    @admin.display(description=_("submitted"), ordering="submitted_at")
    def submitted(self, row):
        """When."""
        return moment_or_dash(row.submitted_at)

    @admin.display(description=_("shared with the mentee"), ordering="shared_at")
    def shared(self, row):
        """When, if it is."""
        return moment_or_dash(row.shared_at)

    @admin.display(description=_("answers"))
    def way(self, row):
        """Where the answers are read."""
        url = reverse("form-evaluation", args=[row.pairing.code, row.stage])
        return format_html('<a href="{}#{}">{}</a>', url, row.side, gettext("Open"))
