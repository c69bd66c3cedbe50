"""Booking, moving and calling off a pair's meetings. Each function is one transaction.

A time is never edited: a meeting that is moved is marked so, and another one takes its place under the same `uid`.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from mentoring import permissions, slots
from mentoring.emails import meetings as emails
from mentoring.models.meetings import Meeting, MeetingStatus, MeetingWay
from mentoring.operations.meeting_moves import (
    call_off,
    lock_meeting,
    lock_people,
    refuse_off,
    refuse_strangers,
    write,
)
from mentoring.operations.pairs import lock
from portal import audit, clock
from portal.errors import Refused
from programs.models.cohorts import Session
from programs.models.experts import Expert

DETAILS = ("way", "link", "place", "subject")
S = MeetingStatus


def minute(moment):
    """A moment as the audit notes it."""
    return moment.isoformat(timespec="minutes")


def check_time(pairing, start, *, by, agreed, besides=None):
    """Refuse a time at which the two cannot meet; only the mentor books what the two have agreed on."""
    if agreed and not permissions.is_mentor(by, pairing):
        raise Refused(_("Only the mentor can book a time outside the free times."))
    reason = slots.refusal(pairing, start, clock.now(), besides=besides, agreed=agreed)
    if reason:
        raise Refused(reason)


def checked(details):
    """The details of a meeting, as they are kept."""
    found = {name: details.get(name, "") for name in DETAILS}
    found["way"] = found["way"] or MeetingWay.ONLINE
    if found["way"] not in MeetingWay.values:
        raise Refused(_("Choose whether you meet online or in person."))
    if found["way"] == MeetingWay.ONLINE:
        found["place"] = ""
    else:
        found["link"] = ""
    return found


@transaction.atomic
def book(pairing_id, start, *, by, agreed=False, **details):
    """Book a meeting from `start` on, by either of the two; the other is told. The same time again is once.

    Of the free slots of the pair; `agreed`: any time that both are free, by the mentor's word that the two want it.
    """
    pairing = lock(pairing_id)
    refuse_strangers(pairing, by)
    lock_people(pairing)
    known = pairing.meetings.unsettled().for_page().filter(starts_at=start).first()
    if known is not None:
        return known
    check_time(pairing, start, by=by, agreed=agreed)
    now = clock.now()
    meeting = Meeting.objects.create(
        pairing=pairing,
        starts_at=start,
        ends_at=start + slots.terms_of(pairing).length,
        booked_by=by,
        booked_at=now,
        changed_at=now,
        **checked(details),
    )
    audit.record(
        "meeting.booked", target=meeting, by=by, after=minute(start), reason="outside the weeks" if agreed else ""
    )
    emails.booked(meeting, meeting.other_than(by))
    return meeting


@transaction.atomic
def reschedule(meeting_id, start, *, by, reason="", agreed=False):
    """Move a meeting that has not begun to another time, by either of the two; the other is told.

    Returns the meeting that takes its place; moving it to where it is, or twice to the same time, is once. An
    interpreter comes along where they are free.
    """
    meeting = lock_meeting(meeting_id, with_people=True)
    pairing = meeting.pairing
    refuse_strangers(pairing, by)
    if meeting.status == S.RESCHEDULED and meeting.replaced_by.starts_at == start:
        return meeting.replaced_by
    refuse_off(meeting)
    if meeting.starts_at == start:
        return meeting
    now = clock.now()
    refuse_begun(meeting, now)
    check_time(pairing, start, by=by, agreed=agreed, besides=meeting)
    end = start + slots.terms_of(pairing).length
    interpreter = meeting.interpreter
    if interpreter is not None and interpreter_clash(interpreter, start, end, besides=meeting):
        interpreter = None
    call_off(meeting, S.RESCHEDULED, by=by, reason=reason.strip(), now=now)
    moved = Meeting.objects.create(
        uid=meeting.uid,
        sequence=meeting.sequence + 1,
        pairing=pairing,
        starts_at=start,
        ends_at=end,
        interpreter=interpreter,
        booked_by=by,
        booked_at=now,
        changed_at=now,
        replaces=meeting,
        **{name: getattr(meeting, name) for name in DETAILS},
    )
    audit.record("meeting.moved", target=moved, by=by, before=minute(meeting.starts_at), after=minute(start))
    emails.moved(moved, moved.other_than(by))
    return moved


@transaction.atomic
def cancel(meeting_id, *, by, reason):
    """Call a meeting off before it begins, for a reason that the other side reads; twice is the same as once.

    By either of the two while they work together, or by staff who run the cohort.
    """
    meeting = lock_meeting(meeting_id)
    pairing = meeting.pairing
    if not permissions.runs(by, pairing.enrolment.cohort_id):
        refuse_strangers(pairing, by)
    if meeting.status == S.CANCELLED:
        return meeting
    refuse_off(meeting)
    now = clock.now()
    refuse_begun(meeting, now)
    if not reason.strip():
        raise Refused(_("Give a reason."))
    call_off(meeting, S.CANCELLED, by=by, reason=reason.strip(), now=now)
    audit.record("meeting.cancelled", target=meeting, by=by, before=minute(meeting.starts_at))
    for person in meeting.people:
        if person != by:
            emails.cancelled(meeting, person)
    return meeting


@transaction.atomic
def change_details(meeting_id, *, by, **details):
    """Change where the two meet and what about, by either of them, until the meeting is over; the other is told.

    What is as it was changes nothing.
    """
    meeting = lock_meeting(meeting_id)
    refuse_strangers(meeting.pairing, by)
    refuse_off(meeting)
    if meeting.status != S.SCHEDULED or meeting.ends_at <= clock.now():
        raise Refused(_("This meeting is over."))
    new = checked(details)
    changed = [name for name in DETAILS if getattr(meeting, name) != new[name]]
    if not changed:
        return meeting
    write(meeting, **new, sequence=meeting.sequence + 1)
    audit.record("meeting.details", target=meeting, by=by, after=", ".join(changed))
    emails.details(meeting, meeting.other_than(by))
    return meeting


@transaction.atomic
def set_interpreter(meeting_id, expert_id, *, by):
    """Staff who run the cohort say who interprets a meeting, or with None that nobody does; the two are told.

    Refuses somebody who interprets or teaches elsewhere at that time.
    """
    meeting = lock_meeting(meeting_id)
    if not permissions.runs(by, meeting.pairing.enrolment.cohort_id):
        raise Refused(_("You do not run this cohort."))
    refuse_off(meeting)
    refuse_begun(meeting, clock.now())
    if meeting.interpreter_id == expert_id:
        return meeting
    expert = None
    if expert_id is not None:
        expert = Expert.objects.select_for_update(of=("self",), no_key=True).get(pk=expert_id)
        if interpreter_clash(expert, meeting.starts_at, meeting.ends_at, besides=meeting):
            raise Refused(_("This person interprets or teaches elsewhere at that time."))
    before = meeting.interpreter_id or ""
    write(meeting, interpreter=expert, sequence=meeting.sequence + 1)
    audit.record("meeting.interpreter", target=meeting, by=by, before=before, after=expert_id or "")
    for person in meeting.people:
        emails.details(meeting, person)
    return meeting


def interpreter_clash(expert, start, end, *, besides):
    """Whether an interpreter has something else to do at a time."""
    elsewhere = Meeting.objects.standing().filter(interpreter=expert).exclude(pk=besides.pk)
    teaches = Session.objects.held().meeting(start, end).filter(session_experts__expert=expert)
    return elsewhere.overlapping(start, end).exists() or teaches.exists()


def refuse_begun(meeting, now):
    """Refuse what is too late once a meeting has begun."""
    if meeting.status != S.SCHEDULED or meeting.starts_at <= now:
        raise Refused(_("This meeting has begun. Please say how it went instead."))
