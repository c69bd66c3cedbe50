"""Feedback on meetings, read by staff who run the cohort and are not one of the two."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_tools import ReadOnlyAdmin, moment_in_list
from mentoring.admin.meetings import pair_name
from mentoring.admin.shared import PairCohortFilter, cohort_name
from mentoring.models.feedback import MeetingFeedback
from programs.models.cohorts import Cohort


class FeedbackCohortFilter(PairCohortFilter):
    """One of the cohorts that the person runs."""

    path = "meeting__pairing__enrolment__cohort"


@admin.register(MeetingFeedback)
class FeedbackAdmin(ReadOnlyAdmin):
    """What the two of a pair said of their meetings; of one's own pair one reads nothing here."""

    group = "mentoring"
    place = 4
    managers_may = ("view",)
    list_display = ["pair", "cohort", "meeting_time", "said_by", "how_useful", "words"]
    list_filter = [FeedbackCohortFilter, "side", "useful"]
    search_fields = [
        "meeting__pairing__enrolment__person__full_name",
        "meeting__pairing__enrolment__person__romanized_name",
        "meeting__pairing__mentor__user__full_name",
        "meeting__pairing__mentor__user__romanized_name",
    ]
    search_help_text = _("Name")
    ordering = ["-given_at", "-pk"]
    fields = readonly_fields = ["pair", "cohort", "meeting_time", "said_by", "how_useful", "words", "way"]

    def get_queryset(self, request):
        """With what a row shows, and without the person's own pairs."""
        rows = super().get_queryset(request).visible_to(request.user)
        rows = rows.exclude(meeting__pairing__mentor__user=request.user)
        return rows.exclude(meeting__pairing__enrolment__person=request.user).select_related(
            "meeting__pairing__mentor__user",
            "meeting__pairing__mentor__expert",
            "meeting__pairing__enrolment__person",
            "meeting__pairing__enrolment__cohort__program",
        )

    def run_by(self, queryset, user):
        """Those in the cohorts a manager runs."""
        return queryset.filter(meeting__pairing__enrolment__cohort__in=Cohort.objects.managed_by(user).values("pk"))

    def named(self, obj):
        """The two, and when they met."""
        return f"{pair_name(obj.meeting)}, {moment_in_list(obj.meeting.starts_at)}"

    @admin.display(description=_("pair"))
    def pair(self, row):
        """The mentee and the mentor."""
        return pair_name(row.meeting)

    @admin.display(description=_("cohort"))
    def cohort(self, row):
        """The program and which run of it."""
        return cohort_name(row.meeting.pairing.enrolment.cohort)

    @admin.display(description=_("meeting"), ordering="meeting__starts_at")
    def meeting_time(self, row):
        """When they met, in Seoul."""
        return moment_in_list(row.meeting.starts_at)

    @admin.display(description=_("said by"), ordering="side")
    def said_by(self, row):
        """The mentor or the mentee."""
        return row.get_side_display()

    @admin.display(description=_("how useful"), ordering="useful")
    def how_useful(self, row):
        """The number, and what stands behind it."""
        return f"{row.useful} · {row.get_useful_display()}"

    @admin.display(description=_("what helped or should change"))
    def words(self, row):
        """As it was written."""
        return format_html("<span data-user-content>{}</span>", row.text) if row.text else "–"

    @admin.display(description=_("page of the meeting"))
    def way(self, row):
        """With what both said."""
        return format_html('<a href="{}#feedback">{}</a>', row.meeting.get_absolute_url(), gettext("Open"))
