"""Why two people may not be paired: each reason by its code, and what it means for locks and announced pairs."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mentoring.models.rounds import ExclusionKind


class Reason(models.TextChoices):
    """In the order in which they are named where several hold."""

    SAME_PERSON = "same_person", _("The same person")
    SAFEGUARDING = ExclusionKind.SAFEGUARDING.value, _("Contact block")
    FOR_CAUSE = ExclusionKind.FOR_CAUSE.value, _("Ended for cause")
    INACTIVE = "inactive", _("Account blocked or closed")
    CONFLICT = ExclusionKind.CONFLICT.value, _("Conflict of interest")
    DECLINED = ExclusionKind.DECLINED.value, _("Declined")
    STAFF = ExclusionKind.STAFF.value, _("Excluded by staff")
    RELATION = "relation", _("Conflict of interest found by the portal")
    NOT_TAKING_PART = "not_taking_part", _("Does not take part in the round")
    PAUSED = "paused", _("Paused")
    FULL = "full", _("Has more mentees than places")
    LANGUAGE = "language", _("No common language")
    TIME = "time", _("Too little common time")


ORDER = list(Reason.values)
NEVER = {Reason.SAME_PERSON, Reason.SAFEGUARDING, Reason.FOR_CAUSE, Reason.INACTIVE}  # no override lifts these
# What came up after a pair was announced and does not undo it by itself; staff read of it and decide.
KEEPS_ANNOUNCED = {
    Reason.RELATION,
    Reason.NOT_TAKING_PART,
    Reason.PAUSED,
    Reason.FULL,
    Reason.LANGUAGE,
    Reason.TIME,
}
CLOSED = {Reason.NOT_TAKING_PART, Reason.PAUSED, Reason.INACTIVE}  # the mentor takes nobody new


def in_order(codes):
    """The reasons as a list, the weightiest first."""
    return sorted(codes, key=ORDER.index)


def label(code):
    """A reason in words."""
    return Reason(code).label
