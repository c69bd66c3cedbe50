"""What is counted from the rows of mentoring, for agreements and reports: see `partners.metrics`."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mentoring.models.meetings import Meeting, MeetingStatus
from partners.metrics import Metric, Number, Of, Row, Total, Unit
from portal import i18n
from programs import counting

HELD = _("Meetings of pairs in cohorts that have begun, of which both sides or staff say that they were held.")


def held(scope):
    """The meetings that were held."""
    return Meeting.objects.filter(
        status=MeetingStatus.HELD, pairing__enrolment__cohort__in=counting.begun(scope)
    ).order_by()


def _row(meeting):
    pair = meeting.pairing
    return Row(
        f"meeting:{meeting.pk}",
        f"{pair.mentor.name} – {pair.enrolment.person.display_name}",
        i18n.moment(meeting.starts_at),
        reverse("admin:mentoring_meeting_change", args=[meeting.pk]),
    )


_of_meetings: dict[str, Any] = {
    "version": 1,
    "population": HELD,
    "of": Of.THINGS,
    "rows": held,
    "cohort": "pairing__enrolment__cohort",
    "related": ("pairing__mentor__expert", "pairing__mentor__user", "pairing__enrolment__person"),
    "describe": _row,
}

ALL = [
    Metric(
        key="mentoring.meetings",
        title=_("1:1 mentoring sessions"),
        definition=_("Meetings of a mentor and a mentee that were held; a cancelled or missed one does not count."),
        unit=Unit.TIMES,
        measure=Number(),
        **_of_meetings,
    ),
    Metric(
        key="mentoring.minutes",
        title=_("Minutes of mentoring"),
        definition=_("The minutes of the meetings that were held, as settled by both sides or by staff."),
        unit=Unit.MINUTES,
        measure=Total("minutes"),
        **_of_meetings,
    ),
]
