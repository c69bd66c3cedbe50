"""Attendance as it is read: who teaches what, who may mark when, and where each person stands. Writes nothing."""

from collections import Counter
from datetime import timedelta

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from portal import i18n
from programs.completion import standing
from programs.models.attendance import Attendance, CompletionRule
from programs.models.cohorts import Cohort, Session, SessionExpert
from programs.models.enrolments import Enrolment, EnrolmentStatus
from programs.permissions import LEADS

MARKED_FROM = timedelta(hours=1)  # before a session begins
INSTRUCTORS_UNTIL = timedelta(days=7)  # after it has ended; what is marked later is put right by staff
NAMES_UNTIL = timedelta(days=30)  # after the cohort has ended; then an instructor reads no names any more
ON_ROSTER = (
    EnrolmentStatus.ENROLLED,
    EnrolmentStatus.ACTIVE,
    EnrolmentStatus.COMPLETED,
    EnrolmentStatus.NOT_COMPLETED,
    EnrolmentStatus.DROPPED,
)


# --- the rule, and where people stand ---------------------------------------------------------------------------


def rule_of(cohort, now):
    """The version of the rule that holds for a cohort at `now`; the usual one, unsaved, where there is none.

    It is read once for a cohort in hand and a moment: several parts of one page ask for it.
    """
    read_at, rule = getattr(cohort, "rule_in_hand", (None, None))
    if read_at != now:
        rule = cohort.completion_rules.in_force(now).first() or CompletionRule(cohort=cohort, number=1)
        cohort.rule_in_hand = (now, rule)
    return rule


def sessions_of(cohort):
    """The sessions of a cohort, in order."""
    return list(Session.objects.filter(cohort=cohort).order_by("starts_at", "pk"))


def standings(cohort, enrolments, now, *, rule=None):
    """`{enrolment_id: Standing}` of enrolments in one cohort; three queries, whatever their number."""
    rule = rule or rule_of(cohort, now)
    sessions = sessions_of(cohort)
    marks = {enrolment.pk: [] for enrolment in enrolments}
    for row in Attendance.objects.filter(session__cohort=cohort, enrolment__in=marks):
        marks[row.enrolment_id].append(row)
    return {pk: standing(rule, sessions, rows, cohort.hours) for pk, rows in marks.items()}


def standing_of(enrolment, now):
    """Where one person stands."""
    return standings(enrolment.cohort, [enrolment], now)[enrolment.pk]


# --- who marks --------------------------------------------------------------------------------------------------


def runs(user, cohort_id):
    """Whether `user` runs that cohort as staff."""
    return user.is_staff and Cohort.objects.managed_by(user).filter(pk=cohort_id).exists()


def taught_by(user, now):
    """The sessions that `user` teaches, of published cohorts that are not long over: nobody reads names forever."""
    own = SessionExpert.objects.filter(expert__user=user, role__in=LEADS)
    return Session.objects.filter(
        pk__in=own.values("session"),
        cohort__published_at__isnull=False,
        cohort__cancelled_at=None,
        cohort__ends_at__gt=now - NAMES_UNTIL,
    )


def why_not(session, now, *, is_staff):
    """Why attendance of a session cannot be marked at `now`; empty where it can."""
    if session.cohort.cancelled_at or getattr(session, "cancelled_at", None):
        return _("This session does not take place.")
    if now < session.starts_at - MARKED_FROM:
        return _("Attendance can be marked from %(moment)s on.") % {
            "moment": i18n.moment(session.starts_at - MARKED_FROM)
        }
    if not is_staff and now > session.ends_at + INSTRUCTORS_UNTIL:
        return _(
            "The time in which instructors mark this session is over. Please write to the staff of the cohort."
        )
    return ""


# --- the roster -------------------------------------------------------------------------------------------------


def token(row):
    """A mark as a page shows it and sends it back, so that what was marked meanwhile is not overwritten unseen."""
    if row is None:
        return ""
    return row.status if row.minutes is None else f"{row.status}:{row.minutes}"


def roster(session):
    """The enrolments that stand on the roster of a session, by name, each with its `mark` there or None."""
    marks = Attendance.objects.filter(session=session).select_related("marked_by").prefetch_related("changes")
    found = (
        Enrolment.objects.filter(cohort=session.cohort_id, status__in=ON_ROSTER)
        .select_related("person", "application")
        .prefetch_related(Prefetch("attendance", queryset=marks, to_attr="marks"))
    )
    rows = sorted(found, key=lambda row: (row.person.display_name, row.pk))
    for row in rows:
        row.mark = row.marks[0] if row.marks else None
    shown = [row for row in rows if row.status != EnrolmentStatus.DROPPED or row.mark]
    counted = Counter(row.person.display_name for row in shown)
    for row in shown:
        row.roster_name = row.person.display_name
        if counted[row.roster_name] > 1 and row.application_id:
            row.roster_name += f" ({row.application.receipt_number})"
    return shown
