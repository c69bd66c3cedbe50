"""Marking attendance: one or many at once, and putting right what was marked, with the old value kept.

Whoever marks holds the lock on the enrolments concerned, in the order of their numbers; so of two people who mark
the same person at once one is first, and the other is told, unless both say the same. A decision on completion
takes the same lock. What was marked wrongly is never lost: each correction is a row with the value before it.
"""

from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit, clock
from portal.errors import Refused
from portal.i18n import local_date
from programs import attending
from programs.completion import minutes_of
from programs.models.attendance import WITH_MINUTES, Attendance, AttendanceChange, AttendanceStatus, Source
from programs.models.cohorts import Session
from programs.models.enrolments import ENDED, Enrolment

REASON_LIMIT = 300


class Mark(NamedTuple):
    """What is said of one person: status, for how long, and the mark that the page showed (None: any)."""

    enrolment_id: int
    status: str
    minutes: int | None = None
    seen: str | None = None


class Marked(NamedTuple):
    """What came of it: how many were marked, how many put right, and whose mark was not taken, with the reason."""

    marked: int
    corrected: int
    refused: list


@transaction.atomic
def mark(session_id, marks, *, by, reason="", source=Source.HAND, rest=""):
    """Mark people of a session, and with `rest` everyone else whom nobody has marked. Returns Marked.

    What cannot be taken is named with its reason; the rest is taken. Raises Refused where nobody can be marked now.
    The same mark twice is the same as once.
    """
    session = Session.objects.select_related("cohort").get(pk=session_id)
    now, is_staff = clock.now(), attending.runs(by, session.cohort_id)
    refusal = attending.why_not(session, now, is_staff=is_staff)
    if refusal:
        raise Refused(refusal)
    reason = reason.strip()[:REASON_LIMIT]
    marks = {one.enrolment_id: one for one in marks}
    left = Enrolment.objects.live().filter(cohort=session.cohort_id) if rest else Enrolment.objects.none()
    locked, known = lock(session, {*marks, *left.values_list("pk", flat=True)})
    marks |= {pk: Mark(pk, rest) for pk in locked if pk not in known and pk not in marks}
    made, corrected, refused = [], 0, []
    for pk, one in sorted(marks.items()):
        enrolment, row = locked.get(pk), known.get(pk)
        if row is not None and (row.status, row.minutes) == (one.status, one.minutes):
            continue
        why = own_mark(enrolment, by, source) or cannot(
            session, enrolment, row, one, by=by, reason=reason, now=now, is_staff=is_staff, source=source
        )
        if why:
            refused.append((pk, why))
        elif row is None:
            made.append(first(session, enrolment, one, by=by, source=source, now=now))
        else:
            correct(row, one, by=by, reason=reason, source=source, now=now)
            corrected += 1
    Attendance.objects.bulk_create(made)
    if made or corrected:
        audit.record("session.marked", target=session, by=by, after=f"{len(made)} {corrected}", reason=reason)
    return Marked(len(made), corrected, refused)


def lock(session, ids):
    """The enrolments of the session's cohort among `ids`, locked, and their marks there; both by enrolment."""
    rows = Enrolment.objects.select_for_update(of=("self",), no_key=True).filter(cohort=session.cohort_id)
    locked = {row.pk: row for row in rows.filter(pk__in=list(ids)).order_by("pk")}
    known = {row.enrolment_id: row for row in session.attendance.filter(enrolment__in=locked)}
    return locked, known


def own_mark(enrolment, by, source):
    """Why somebody cannot mark this person; empty where they can. Nobody marks themselves but by checking in."""
    is_own = enrolment is not None and enrolment.person_id == by.pk
    return _("Your own attendance is marked by somebody else.") if is_own and source != Source.QR else ""


def cannot(session, enrolment, row, one, *, by, reason, now, is_staff, source=Source.HAND):
    """Why one mark cannot be taken; empty where it can. The caller holds the lock."""
    if enrolment is None or one.status not in AttendanceStatus.values:
        return _("This person does not take part in this cohort.") if enrolment is None else _("Choose a status.")
    if enrolment.status in ENDED:
        return _("Their part has ended: %(status)s.") % {"status": enrolment.get_status_display()}
    if one.minutes is not None:
        if one.status not in WITH_MINUTES:
            return _("Minutes are given of those who were there.")
        if not 0 <= one.minutes <= minutes_of(session):
            return _("The session has %(minutes)s minutes.") % {"minutes": minutes_of(session)}
    excused = AttendanceStatus.EXCUSED
    if not is_staff and (one.status == excused or (row is not None and row.status == excused)):
        return _("Only staff excuse somebody, or change that.")
    if row is None:
        return _("The mark that you saw is gone.") if one.seen else ""
    if one.seen is not None and attending.token(row) != one.seen:
        return _("Somebody else has marked this person meanwhile: %(status)s. Look again.") % {
            "status": row.get_status_display()
        }
    if not reason and needs_reason(row, by=by, now=now, source=source):
        return _("Give a reason: this changes what was marked before.")
    return ""


def needs_reason(row, *, by, now, source=Source.HAND):
    """Whether a mark is put right only with a reason: all but one's own of the same day, a slip of the hand.

    Whoever checks out puts their own check-in right, also past midnight.
    """
    is_late = source != Source.QR and local_date(row.marked_at) != local_date(now)
    return row.marked_by_id != by.pk or is_late


def first(session, enrolment, one, *, by, source, now):
    """The row of a first mark, not saved yet; the caller holds the lock."""
    return Attendance(
        session=session,
        enrolment=enrolment,
        status=one.status,
        minutes=one.minutes,
        source=source,
        marked_by=by,
        marked_at=now,
    )


def correct(row, one, *, by, reason, source, now):
    """Put a mark right, and keep the one before it; the caller holds the lock."""
    AttendanceChange.objects.create(
        attendance=row,
        before=row.status,
        before_minutes=row.minutes,
        before_by_id=row.marked_by_id,
        before_at=row.marked_at,
        after=one.status,
        after_minutes=one.minutes,
        reason=reason,
        by=by,
        at=now,
    )
    row.status, row.minutes, row.source = one.status, one.minutes, source
    row.marked_by, row.marked_at = by, now
    row.save(update_fields=["status", "minutes", "source", "marked_by", "marked_at"])
