"""What several lists share: names, filters, and the verbs of the audit in words."""

from django.utils.translation import gettext_lazy as _

from accounts.admin_tools import name_verbs
from programs.admin.filters import CohortFilter

name_verbs(
    {
        "pairing.made": _("Paired"),
        "pairing.ended": _("Pair ended"),
        "pairing.accepted": _("Accepted by the mentor"),
        "pairing.declined": _("Declined by the mentor"),
        "pairing.run": _("Pairing run"),
        "pairing.published": _("Pairing published"),
        "pairing.undone": _("Publishing undone"),
        "pairing.handed_on": _("Content of the earlier pair taken over"),
        "pairing.locked": _("Pair locked"),
        "pairing.unlocked": _("Lock of a pair taken back"),
        "pairing.excluded": _("Pair ruled out"),
        "pairing.allowed": _("Pair allowed again"),
        "pairing.mentor_left": _("Mentor left the round"),
        "goal.added": _("Goal added"),
        "goal.changed": _("Goal changed"),
        "milestone.added": _("Milestone added"),
        "milestone.changed": _("Milestone changed"),
        "milestone.done": _("Milestone reached"),
        "milestone.undone": _("Milestone opened again"),
        "milestone.removed": _("Milestone deleted"),
        "action.added": _("Action added"),
        "action.changed": _("Action changed"),
        "action.done": _("Action done"),
        "action.undone": _("Action opened again"),
        "action.removed": _("Action deleted"),
        "note.written": _("Note written"),
        "note.changed": _("Note changed"),
        "sample.handed_in": _("Work sample handed in"),
        "sample.version": _("New version of a work sample"),
        "sample.changed": _("Title, readers or last day of a work sample changed"),
        "sample.withdrawn": _("Work sample withdrawn"),
        "sample.cleared": _("Files of a work sample deleted"),
        "evaluation.begun": _("Evaluation begun"),
        "evaluation.submitted": _("Evaluation submitted"),
        "evaluation.shared": _("Evaluation shared"),
        "formevaluation.begun": _("Evaluation by form begun"),
        "formevaluation.submitted": _("Evaluation by form handed in"),
        "formevaluation.shared": _("Evaluation by form shared"),
        "meeting.feedback": _("Feedback on the meeting given"),
        "meeting.booked": _("Meeting booked"),
        "meeting.moved": _("Meeting moved"),
        "meeting.cancelled": _("Meeting cancelled"),
        "meeting.stands_again": _("Meeting takes place after all"),
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
