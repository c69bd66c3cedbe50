"""Requests to be excused as they are read: for which sessions one can ask, and what is asked for the evidence."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts import consent_form, terms
from accounts.models import Term
from portal import i18n, pills
from portal.models import UploadKind
from programs import attending
from programs.models.attendance import Attendance, AttendanceStatus, Excuse
from programs.models.enrolments import ENDED
from programs.models.terms import CohortTerm

TERM = "excuse-evidence"
ASKED_UNTIL = timedelta(days=7)  # after the session
KEPT = timedelta(days=30)  # how long evidence is kept after the cohort has ended
KINDS = (UploadKind.PDF, UploadKind.JPEG, UploadKind.PNG, UploadKind.WEBP)
MOST_BYTES = 10 * 1024 * 1024
REASON_LIMIT = 1000
ANSWER_LIMIT = 300


def why_not(enrolment, session, now):
    """Why one cannot ask to be excused from a session at `now`; empty where one can."""
    if enrolment.status in ENDED:
        return _("Your part in this cohort has ended.")
    if session.cohort_id != enrolment.cohort_id or getattr(session, "cancelled_at", None):
        return _("This session is not one of yours.")
    if now > session.ends_at + ASKED_UNTIL:
        return _("You can ask until seven days after the session.")
    return ""


def sessions_for(enrolment, now):
    """The sessions for which `enrolment` can ask now: not attended whole, not excused, nothing waits."""
    closed = Attendance.objects.filter(
        enrolment=enrolment,
        status__in=[AttendanceStatus.PRESENT, AttendanceStatus.EXCUSED],
        minutes=None,
    ).values_list("session", flat=True)
    waiting = Excuse.objects.waiting().filter(enrolment=enrolment).values_list("session", flat=True)
    taken = {*closed, *waiting}
    return [
        session
        for session in attending.sessions_of(enrolment.cohort)
        if session.pk not in taken and not why_not(enrolment, session, now)
    ]


def consent_row(enrolment):
    """The consent to hand in evidence, as `components/consents.html` takes it; None where there is no such text."""
    term = Term.objects.filter(slug=TERM).first()
    if term is None:
        return None
    rows = consent_form.rows_for(
        [CohortTerm(cohort=enrolment.cohort, term=term, is_required=False)],
        versions=terms.versions_in_force([term]),
        standing=terms.standing(enrolment.person, enrolment.cohort),
    )
    return rows[0] if rows else None


def state_of(excuse):
    """`waiting`, `accepted` or `refused`."""
    if excuse.decided_at is None:
        return "waiting"
    return "accepted" if excuse.is_accepted else "refused"


def pill_of(excuse):
    """How a request stands."""
    state = state_of(excuse)
    label = {
        "waiting": pgettext("excuse", "Being looked at"),
        "accepted": pgettext("excuse", "Accepted"),
        "refused": pgettext("excuse", "Not accepted"),
    }[state]
    return pills.pill(pills.EXCUSE_PILLS, state, label)


def evidence_words(excuse):
    """What there is of evidence, in words, where there is no file to open."""
    if excuse.evidence_id is None and excuse.had_evidence:
        return _("The file has been deleted.")
    return ""


def session_words(session):
    """A session by its day and title."""
    return f"{i18n.day(session.starts_at)} · {session.title}"
