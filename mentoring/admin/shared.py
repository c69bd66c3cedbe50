"""What several lists share: names, filters, and the verbs of the audit in words."""

from django.utils.translation import gettext_lazy as _

from accounts.admin_tools import name_verbs
from programs.admin.filters import CohortFilter

name_verbs(
    {
        "pairing.made": _("Paired"),
        "pairing.ended": _("Pair ended"),
        "goal.added": _("Goal added"),
        "evaluation.begun": _("Evaluation begun"),
        "evaluation.submitted": _("Evaluation submitted"),
        "evaluation.shared": _("Evaluation shared"),
        "meeting.booked": _("Meeting booked"),
        "meeting.moved": _("Meeting moved"),
        "meeting.cancelled": _("Meeting cancelled"),
        "meeting.details": _("Meeting: place, link or subject changed"),
        "meeting.interpreter": _("Interpreter of the meeting changed"),
        "meeting.said": _("Said how the meeting went"),
        "meeting.stands": _("Nothing else was said in time, so it stands"),
        "meeting.decided": _("Decided how the meeting went"),
    }
)


def cohort_name(cohort):
    """The program and which run of it."""
    return f"{cohort.program.title} {cohort.label}"


class PairCohortFilter(CohortFilter):
    """One of the cohorts that the person runs."""

    path = "enrolment__cohort"

    def queryset(self, request, queryset):
        """Its rows; nothing for what is not listed."""
        if self.value() is None:
            return queryset
        listed = {value for value, _display in self.lookup_choices}
        return queryset.filter(**{self.path: int(self.value())}) if self.value() in listed else queryset.none()


class EvaluationCohortFilter(PairCohortFilter):
    """The same, seen from an evaluation."""

    path = "pairing__enrolment__cohort"
