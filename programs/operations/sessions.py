"""What staff do with a session: added, changed, cancelled, taken away. People are told of what concerns them."""

from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit, clock
from portal.errors import Refused
from programs import schedule
from programs import session_emails as emails
from programs.attending import MARKED_FROM
from programs.models.attendance import Completion
from programs.models.cohorts import Session, SessionExpert
from programs.models.schedule import SessionChange, SessionChangeKind
from programs.operations.cohorts import refresh_schedule
from programs.operations.moves import lock_cohort

COUNTED = {"starts_at", "ends_at", "is_required"}  # what a decision on completion is made of


def lock_session(session_id):
    """The session and its cohort, both locked; the cohort first. Refuses one that was taken away meanwhile."""
    cohort_id = Session.objects.filter(pk=session_id).values_list("cohort", flat=True).first()
    cohort = lock_cohort(cohort_id) if cohort_id is not None else None
    found = Session.objects.select_for_update(of=("self",), no_key=True).filter(pk=session_id).first()
    if cohort is None or found is None:
        raise Refused(_("This session has been taken away."))
    found.cohort = cohort
    return found


def note(session, kind, *, before, by, reason="", now):
    """Write down what became of a session, and tell those concerned while it lies ahead."""
    change = SessionChange.objects.create(
        session=session,
        kind=kind,
        sequence=session.sequence,
        before=before,
        after=schedule.snapshot(session),
        at=now,
        by=by,
        reason=reason,
    )
    cohort = session.cohort
    ends_at = [session.ends_at.isoformat(), *([before["ends_at"]] if before else [])]
    is_ahead = any(schedule.moment_of(end) > now for end in ends_at)
    if cohort.published_at and not cohort.cancelled_at and is_ahead:
        emails.tell(change, emails.recipients(session))
    return change


def teach(session, experts):
    """Let `experts` (their numbers) teach; those who stay keep their role, whoever is new leads."""
    rows = session.session_experts
    rows.exclude(expert__in=experts).delete()
    known = set(rows.values_list("expert", flat=True))
    SessionExpert.objects.bulk_create(
        SessionExpert(session=session, expert_id=pk) for pk in experts if pk not in known
    )


@transaction.atomic
def add_session(cohort_id, values, *, by, experts=()):
    """Add a meeting to a cohort; those who have a place already are told. Returns the Session.

    Refuses a required one where completion is decided.
    """
    cohort = lock_cohort(cohort_id)
    now = clock.now()
    if values.get("is_required", True):
        refuse_decided(cohort.pk)
    session = Session.objects.create(cohort=cohort, changed_at=now, **_known(values))
    teach(session, experts)
    note(session, SessionChangeKind.ADDED, before={}, by=by, now=now)
    audit.record("session.added", target=session, by=by)
    refresh_schedule(cohort.pk)
    return session


@transaction.atomic
def change_session(session_id, values, *, by, experts=None):
    """Change a session: `values` by field, and with `experts` who teaches. Returns the Session.

    What people read of it raises `sequence` once, and they are told what is new since they were told last. Changing
    nothing is nothing. Refuses a cancelled one, and what attendance that is marked or completion that is decided
    does not allow.
    """
    session = lock_session(session_id)
    if session.cancelled_at:
        raise Refused(_("This session is cancelled."))
    before, now = schedule.snapshot(session), clock.now()
    changed = sorted(name for name, value in _known(values).items() if getattr(session, name) != value)
    for name in changed:
        setattr(session, name, values[name])
    refuse_counted(session, changed, now)
    if experts is not None:
        teach(session, experts)
    if not changed:
        return session
    is_told = schedule.snapshot(session) != before
    if is_told:
        session.sequence, session.changed_at = session.sequence + 1, now
    session.save(update_fields=[*changed, "sequence", "changed_at"])
    audit.record("session.changed", target=session, by=by, after=", ".join(changed))
    if is_told:
        note(session, SessionChangeKind.CHANGED, before=before, by=by, now=now)
        refresh_schedule(session.cohort_id)
    return session


def refuse_counted(session, changed, now):
    """Refuse to move to a later time what people have come to, and to change what decisions were made of."""
    is_ahead = now < session.starts_at - MARKED_FROM
    if "starts_at" in changed and is_ahead and session.attendance.exists():
        raise Refused(
            _("Attendance of this session is marked already. Cancel it and add another one for the new time.")
        )
    if COUNTED.intersection(changed):
        refuse_decided(session.cohort_id)


def refuse_decided(cohort_id):
    """Refuse to change what counts where somebody's completion has been decided by it."""
    if Completion.objects.filter(enrolment__cohort=cohort_id).exists():
        raise Refused(
            _("Completion has been decided. The times of sessions, and which are required, stay as they are.")
        )


@transaction.atomic
def cancel_session(session_id, *, by, reason):
    """Call a session off, with a reason that those concerned read; it stays, as cancelled. Twice is once."""
    session = lock_session(session_id)
    if session.cancelled_at:
        return session
    if not reason.strip():
        raise Refused(_("Give a reason; those who take part will read it."))
    now = clock.now()
    if session.ends_at <= now:
        raise Refused(_("This session is over."))
    before = schedule.snapshot(session)
    session.cancelled_at, session.cancel_reason = now, reason.strip()[:300]
    session.sequence, session.changed_at = session.sequence + 1, now
    session.save(update_fields=["cancelled_at", "cancel_reason", "sequence", "changed_at"])
    note(session, SessionChangeKind.CANCELLED, before=before, by=by, reason=session.cancel_reason, now=now)
    audit.record("session.cancelled", target=session, by=by, reason=session.cancel_reason)
    refresh_schedule(session.cohort_id)
    return session


@transaction.atomic
def remove_session(session_id, *, by):
    """Take a session away of which nobody with a place knows; any other is cancelled instead."""
    session = lock_session(session_id)
    if session.cohort.enrolments.exists() or session.materials.exists() or session.surveys.exists():
        raise Refused(_("People count on this session already; cancel it instead."))
    audit.record("session.removed", target=session, by=by)
    session.delete()
    refresh_schedule(session.cohort_id)


def _known(values):
    return {name: value for name, value in values.items() if name in schedule.FIELDS}
