"""The verbs of the audit that programs write, in words; and what comes next for a cohort."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.admin_tools import name_verbs, word_values
from programs.models.applications import Outcome
from programs.models.enrolments import EnrolmentStatus

name_verbs(
    {
        "application.edited": gettext_lazy("Edited by the applicant"),
        "application.entered": gettext_lazy("Entered on behalf of the applicant"),
        "application.fixed": gettext_lazy("Changed on behalf of the applicant"),
        "application.file_added": gettext_lazy("File added"),
        "application.file_removed": gettext_lazy("File taken out"),
        "application.nominated": gettext_lazy("Nomination by a partner"),
        "application.extended": gettext_lazy("Deadline extended"),
        "application.discarded": gettext_lazy("Draft deleted by its writer"),
        "cohort.announced_early": gettext_lazy("Announcement moved to now"),
        "cohort.answers_erased": gettext_lazy("Answers erased whose time was over"),
        "application.items_erased": gettext_lazy("Optional items erased, consent withdrawn"),
        "cohort.published": gettext_lazy("Published"),
        "cohort.capacity": gettext_lazy("Number of seats changed"),
        "cohort.seats_kept": gettext_lazy("Seats kept for a partner"),
        "cohort.cancelled": gettext_lazy("Cohort cancelled"),
        "decisions.staged.advance": gettext_lazy("Advances staged"),
        "decisions.staged.undo": gettext_lazy("Staged decisions taken back"),
        "decisions.staged.offer": gettext_lazy("Offers staged"),
        "decisions.staged.waitlist": gettext_lazy("Waitlist staged"),
        "decisions.staged.reject": gettext_lazy("Rejections staged"),
        "decisions.released": gettext_lazy("Results released"),
        "enrolment.dropped": gettext_lazy("Dropped out"),
        "enrolment.no_show": gettext_lazy("No-show"),
        "enrolment.no_show_undone": gettext_lazy("No-show taken back"),
        "enrolment.completed": gettext_lazy("Completed"),
        "enrolment.not_completed": gettext_lazy("Not completed"),
        "calendar.renewed": gettext_lazy("New address of a personal calendar"),
        "calendar.removed": gettext_lazy("Address of a personal calendar switched off"),
        "import.taken_in": gettext_lazy("Table handed in"),
        "import.applied": gettext_lazy("Table brought in"),
        "import.discarded": gettext_lazy("Table discarded"),
        "enrolment.brought_in": gettext_lazy("Brought in from a table"),
        "expert.brought_in": gettext_lazy("Brought in from a table"),
        "session.marked": gettext_lazy("Attendance marked"),
        "excuse.asked": gettext_lazy("Asked to be excused"),
        "excuse.withdrawn": gettext_lazy("Request to be excused taken back"),
        "excuse.accepted": gettext_lazy("Absence excused"),
        "excuse.lapsed": gettext_lazy("Request to be excused lapsed"),
        "excuse.refused": gettext_lazy("Absence not excused"),
        "cohort.evidence_deleted": gettext_lazy("Evidence deleted whose time was over"),
        "cohort.rule_changed": gettext_lazy("New version of the completion rule"),
        "cohort.completion_decided": gettext_lazy("Completion decided"),
        "enrolment.moved": gettext_lazy("Moved to another cohort"),
        "enrolment.moved_here": gettext_lazy("Moved here from another cohort"),
    }
)


def applications_counted(before, after):
    """How many applications a deed was done with."""
    if not after.isdecimal():
        return after
    return ngettext("%(count)s application", "%(count)s applications", int(after)) % {"count": after}


def completion_counted(before, after):
    """How many completed, and how many did not."""
    completed, _space, others = after.partition(" ")
    return _("completed %(completed)s, not completed %(others)s") % {"completed": completed, "others": others}


def marks_counted(before, after):
    """How many were marked, and how many marks were put right."""
    marked, _space, corrected = after.partition(" ")
    return _("marked %(marked)s, put right %(corrected)s") % {"marked": marked, "corrected": corrected}


def enrolment_words(before, after):
    """From which state of a place to which."""
    labels = dict(EnrolmentStatus.choices)
    return " → ".join(str(labels.get(part, part)) for part in (before, after) if part)


OUTCOMES_OF_ENROLMENT = ("dropped", "no_show", "no_show_undone", "completed", "not_completed")
word_values({f"decisions.staged.{outcome}": applications_counted for outcome in Outcome.values})
word_values({"cohort.completion_decided": completion_counted, "session.marked": marks_counted})
word_values({f"enrolment.{outcome}": enrolment_words for outcome in OUTCOMES_OF_ENROLMENT})


def next_moment(cohort, now):
    """The next date of a cohort after `now`: what happens, and when; None where nothing is left."""
    if cohort.cancelled_at:
        return None
    dates = [
        (cohort.opens_at, _("Applications open")),
        (cohort.closes_at, _("Applications close")),
        (None if cohort.released_at else cohort.announce_at, _("Results are announced")),
        (cohort.starts_at, _("First session")),
        (cohort.ends_at, _("Last session ends")),
    ]
    ahead = [(at, what) for at, what in dates if at is not None and at > now]
    if not ahead:
        return None
    at, what = min(ahead, key=lambda pair: pair[0])
    return {"at": at, "what": what}
