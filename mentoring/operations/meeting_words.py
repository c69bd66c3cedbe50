"""How a meeting went: each of the two says it, and what follows from that. Each function is one transaction.

Both the same: it is settled. Different: staff decide, or one of them says the other's word. Where one says nothing
until the other's word is `STANDS` old, that word stands.
"""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from mentoring import permissions
from mentoring.emails import meetings as emails
from mentoring.models.meetings import MOST_MINUTES, SAID, Meeting, MeetingStatus
from mentoring.operations.meeting_moves import lock_meeting, refuse_off, refuse_strangers, write
from portal import audit, clock
from portal.errors import Refused

STANDS = emails.STANDS
ASK_AFTER, ASK_UNTIL = timedelta(hours=24), timedelta(days=7)  # counted from the end of a meeting
DAY_BEFORE, HOUR_BEFORE = timedelta(hours=24), timedelta(hours=1)


def check_word(status, minutes):
    """Refuse what is no word about a meeting; the minutes that go with it."""
    if status not in SAID:
        raise Refused(_("Choose how the meeting went."))
    if status != MeetingStatus.HELD:
        return None
    if minutes is None or not 1 <= minutes <= MOST_MINUTES:
        raise Refused(_("Say how many minutes you met, between 1 and %(most)s.") % {"most": MOST_MINUTES})
    return minutes


@transaction.atomic
def say(meeting_id, status, *, by, minutes=None):
    """One of the two says how it went, once the meeting has begun. The same is once; another word replaces it.

    The other is told what was said and until when they can say otherwise.
    """
    meeting = lock_meeting(meeting_id)
    refuse_strangers(meeting.pairing, by)
    refuse_off(meeting)
    minutes = check_word(status, minutes)
    now = clock.now()
    if meeting.starts_at > now:
        raise Refused(_("This can be said once the meeting has begun."))
    side, other = ("mentor", "mentee") if permissions.is_mentor(by, meeting.pairing) else ("mentee", "mentor")
    word = (status, minutes)
    own, others = said_by(meeting, side), said_by(meeting, other)
    if own == word:
        return meeting
    if meeting.status != MeetingStatus.SCHEDULED:
        raise Refused(_("How this meeting went is settled. If that is wrong, please write to the organizer."))
    others_at = getattr(meeting, f"{other}_said_at")
    if not own[0] and others_at is not None and others_at + STANDS <= now:
        raise Refused(_("The time to say otherwise is over. If that is wrong, please write to the organizer."))
    fields = {f"{side}_says": status, f"{side}_minutes": minutes, f"{side}_said_at": now}
    write(meeting, **fields)
    audit.record("meeting.said", target=meeting, by=by, before=noted(own), after=noted(word))
    if others == word:
        settle(meeting, word, by=None, now=now)
    elif not others[0]:
        emails.said(meeting, meeting.other_than(by))
    return meeting


def said_by(meeting, side):
    """The word of a side: how it went, and the minutes; ("", None) while there is none."""
    return getattr(meeting, f"{side}_says"), getattr(meeting, f"{side}_minutes")


def noted(word):
    """A word as the audit notes it."""
    return " ".join(str(part) for part in word if part)


def settle(meeting, word, *, by, now):
    """Write down how a locked meeting went, once and for all but for staff."""
    status, minutes = word
    write(meeting, status=status, minutes=minutes, settled_at=now, settled_by=by)


@transaction.atomic
def decide(meeting_id, status, *, by, reason, minutes=None):
    """Staff who run the cohort decide how a meeting went, for a reason that is written down; the two are told.

    Also after it was settled, where that was wrong. The same decision again is once.
    """
    meeting = lock_meeting(meeting_id)
    cohort_id = meeting.pairing.enrolment.cohort_id
    if not permissions.runs(by, cohort_id) or by in meeting.people:
        raise Refused(_("Only staff who run the cohort, and were not there themselves, decide this."))
    refuse_off(meeting)
    minutes = check_word(status, minutes)
    if not reason.strip():
        raise Refused(_("Give a reason."))
    now = clock.now()
    if meeting.starts_at > now:
        raise Refused(_("This can be said once the meeting has begun."))
    before = (meeting.status, meeting.minutes)
    if before == (status, minutes):
        return meeting
    settle(meeting, (status, minutes), by=by, now=now)
    audit.record(
        "meeting.decided",
        target=meeting,
        by=by,
        before=noted(before),
        after=noted((status, minutes)),
        reason=reason,
    )
    for person in meeting.people:
        emails.decided(meeting, person)
    return meeting


# --- by the clock -------------------------------------------------------------------------------------------------


def settle_silent(now):
    """Let a word stand to which the other side has said nothing in time. Returns how many."""
    waiting = Meeting.objects.half_said().exclude(mentor_said_at__gt=now - STANDS)
    waiting = waiting.exclude(mentee_said_at__gt=now - STANDS)
    return sum(let_stand(pk, now) for pk in waiting.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def let_stand(meeting_id, now):
    """Settle one meeting by the word of one side, if it still waits. Returns 1 if it did, else 0."""
    meeting = lock_meeting(meeting_id)
    if not Meeting.objects.half_said().filter(pk=meeting_id).exists():
        return 0
    side = "mentor" if meeting.mentor_says else "mentee"
    if getattr(meeting, f"{side}_said_at") > now - STANDS:
        return 0
    word = said_by(meeting, side)
    settle(meeting, word, by=None, now=now)
    audit.record("meeting.stands", target=meeting, by=None, after=noted(word))
    return 1


def remind(now):
    """Remind both a day and an hour before a meeting, each once. Returns how many mails.

    Nobody is reminded of what was booked after the reminder's time: the mail about that has just gone out.
    """
    ahead = Meeting.objects.unsettled().filter(starts_at__gt=now, starts_at__lte=now + DAY_BEFORE).for_page()
    return _tell(
        ahead.order_by("starts_at", "pk"),
        lambda meeting: emails.HOUR if meeting.starts_at - HOUR_BEFORE <= now else emails.DAY,
        lambda meeting, message: (
            meeting.booked_at <= meeting.starts_at - (HOUR_BEFORE if message == emails.HOUR else DAY_BEFORE)
        ),
    )


def ask(now):
    """Ask both how a meeting went of which nobody has said it a day after its end, once. Returns how many mails."""
    over = Meeting.objects.unsaid(now - ASK_AFTER).filter(
        ends_at__gt=now - ASK_UNTIL, pairing__ended_at__isnull=True
    )
    return _tell(over.for_page().order_by("starts_at", "pk"), lambda meeting: emails.ASK, lambda *_args: True)


def _tell(meetings, message_of, is_wanted):
    rows = [(meeting, message_of(meeting)) for meeting in meetings]
    known = emails.told([meeting for meeting, _message in rows])
    queued = 0
    for meeting, message in rows:
        for person in meeting.people:
            if is_wanted(meeting, message) and (message, meeting.pk, person.pk) not in known:
                with transaction.atomic():
                    emails.reminder(meeting, person, message)
                queued += 1
    return queued
