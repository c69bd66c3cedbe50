"""Reports of concerns and what officers do about them. Each function is one transaction.

A report writes no audit: whoever may read the audit would learn who reported. What officers do is written down, by
number and never in words. Contact blocks take their locks as pairs do: enrolment, mentor, pair, meeting.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from mentoring.emails import care as emails
from mentoring.models.meetings import MeetingStatus
from mentoring.models.mentors import MentorProfile
from mentoring.models.pairs import EndKind, Pairing
from mentoring.models.rounds import Exclusion, ExclusionKind
from mentoring.models.safeguarding import (
    TEXT_LIMIT,
    CaseLook,
    CaseNote,
    Concern,
    ConcernMessage,
    ConcernStatus,
    ContactBlock,
    Outcome,
    SafeguardingOfficer,
)
from mentoring.operations.pairs import end
from portal import audit, clock
from portal.errors import Refused
from programs.models.enrolments import Enrolment

KEPT = timedelta(days=3 * 365)  # the texts of a closed case
OPENED_FOR = timedelta(minutes=30)  # a look holds so long; the next one is written down again

# --- the duty ---------------------------------------------------------------------------------------------------


@transaction.atomic
def name_officer(user, *, by):
    """Give a member of staff the duty; by an administrator. Twice is once."""
    if not by.is_admin:
        raise Refused(_("Only an administrator names safeguarding officers."))
    if not user.is_active or not user.is_staff:
        raise Refused(_("Only somebody who works in the admin can be a safeguarding officer."))
    known = SafeguardingOfficer.objects.select_for_update().filter(user=user, ended_at=None).first()
    if known is not None:
        return known
    duty = SafeguardingOfficer.objects.create(user=user, named_by=by, named_at=clock.now())
    audit.record("safeguardingofficer.named", target=duty, by=by, after=user.pk)
    return duty


@transaction.atomic
def end_duty(duty_id, *, by):
    """Take the duty from somebody; by an administrator. The case files stay."""
    if not by.is_admin:
        raise Refused(_("Only an administrator names safeguarding officers."))
    duty = SafeguardingOfficer.objects.select_for_update().get(pk=duty_id)
    if duty.ended_at is None:
        duty.ended_at, duty.ended_by = clock.now(), by
        duty.save(update_fields=["ended_at", "ended_by"])
        audit.record("safeguardingofficer.ended", target=duty, by=by, after=duty.user_id)
    return duty


# --- the reporter's side ----------------------------------------------------------------------------------------


@transaction.atomic
def report(text, *, about="", contact="", wants_contact=False, reporter=None):
    """Take in what somebody reports; officers are told that there is something, by mail. Returns the Concern.

    Without `reporter` nothing is kept of who it was, and of the time the hour alone.
    """
    text = _whole(text)
    now = clock.now()
    if reporter is None:
        now = now.replace(minute=0, second=0, microsecond=0)
    concern = Concern.objects.create(
        reporter=reporter,
        language=translation.get_language()[:2],
        text=text,
        about=about.strip(),
        wants_contact=wants_contact,
        contact=contact.strip() if wants_contact else "",
        received_at=now,
    )
    if not emails.concern_news():
        emails.concern_unattended()
    return concern


@transaction.atomic
def write_more(concern_id, text):
    """The reporter adds something; also to a closed case. The caller has asked who may. The same twice is once."""
    concern = _lock(concern_id)
    text = _whole(text)
    if concern.texts_erased_at is not None:
        raise Refused(_("This report has been erased. Please make a new one."))
    last = concern.messages.last()
    if last is not None and last.officer_id is None and last.text == text:
        return last
    now = clock.now()
    if concern.reporter_id is None:
        now = max(now.replace(minute=0, second=0, microsecond=0), last.at if last else concern.received_at)
    message = ConcernMessage.objects.create(concern=concern, text=text, at=now)
    if not emails.concern_news():
        emails.concern_unattended()
    return message


def _whole(text):
    text = text.strip()
    if not text:
        raise Refused(_("Write what happened."))
    if len(text) > TEXT_LIMIT:
        raise Refused(_("Shorten the text to %(limit)s characters.") % {"limit": TEXT_LIMIT})
    return text


# --- the officers' side -----------------------------------------------------------------------------------------


def _lock(concern_id):
    return (
        Concern.objects.select_for_update(of=("self",), no_key=True).select_related("reporter").get(pk=concern_id)
    )


def _case(concern_id, by):
    """The case behind its lock, for whoever holds the duty."""
    if not SafeguardingOfficer.objects.holds(by):
        raise Refused(_("Only safeguarding officers work on reports."))
    return _lock(concern_id)


@transaction.atomic
def look(concern_id, *, by):
    """Open a case file; written down in it and in the audit, once in half an hour."""
    concern = _case(concern_id, by)
    if not is_open_to(concern, by, clock.now()):
        CaseLook.objects.create(concern=concern, officer=by, at=clock.now())
        audit.record("concern.read", target=concern, by=by)
    return concern


def is_open_to(concern, user, now):
    """Whether `user` has opened the case file so lately that it still lies open."""
    return concern.looks.filter(officer=user, at__gt=now - OPENED_FOR).exists()


@transaction.atomic
def take_up(concern_id, *, by):
    """Begin to look into it, or go on after it was closed. Twice is once."""
    concern = _case(concern_id, by)
    if concern.texts_erased_at is not None:
        raise Refused(_("The texts of this case have been erased."))
    if concern.status != ConcernStatus.LOOKING:
        before = concern.status
        concern.status, concern.closed_at, concern.outcome = ConcernStatus.LOOKING, None, ""
        concern.taken_up_at = concern.taken_up_at or clock.now()
        concern.save(update_fields=["status", "closed_at", "outcome", "taken_up_at"])
        audit.record("concern.taken_up", target=concern, by=by, before=before, after=concern.status)
    return concern


@transaction.atomic
def answer(concern_id, text, *, by):
    """Write to the reporter, who reads it with the code or on their own page. The same twice is once."""
    concern = _case(concern_id, by)
    if concern.texts_erased_at is not None:
        raise Refused(_("The texts of this case have been erased."))
    text = _whole(text)
    last = concern.messages.last()
    if last is not None and last.officer_id == by.pk and last.text == text:
        return last
    message = ConcernMessage.objects.create(concern=concern, officer=by, text=text, at=clock.now())
    audit.record("concern.answered", target=concern, by=by)
    if concern.reporter is not None and concern.reporter.is_active:
        emails.message_waiting(concern.reporter)
    return message


@transaction.atomic
def add_note(concern_id, text, *, by):
    """Write down something that officers alone read. The same twice is once."""
    concern = _case(concern_id, by)
    if concern.texts_erased_at is not None:
        raise Refused(_("The texts of this case have been erased."))
    text = _whole(text)
    last = concern.notes.last()
    if last is not None and last.officer_id == by.pk and last.text == text:
        return last
    note = CaseNote.objects.create(concern=concern, officer=by, text=text, at=clock.now())
    audit.record("concern.noted", target=concern, by=by)
    return note


@transaction.atomic
def close(concern_id, outcome, *, by):
    """Close a case with what came of it. A contact block stays until it is lifted. Twice is once."""
    concern = _case(concern_id, by)
    if outcome not in Outcome.values:
        raise Refused(_("Choose what came of it."))
    if concern.is_closed:
        if concern.outcome == outcome:
            return concern
        raise Refused(_("This case is closed already."))
    before = concern.status
    concern.status, concern.outcome, concern.closed_at = ConcernStatus.CLOSED, outcome, clock.now()
    concern.save(update_fields=["status", "outcome", "closed_at"])
    audit.record("concern.closed", target=concern, by=by, before=before, after=outcome)
    return concern


# --- contact blocks ---------------------------------------------------------------------------------------------


@transaction.atomic
def block(concern_id, mentor_id, person_id, *, by):
    """Keep a mentor and a person apart at once, in every round, until an officer lifts it.

    A live pair of the two ends, its meetings are cancelled, and both are told that it has ended; neither sees its
    page any more. The audit of the pair names nobody: that would say who is looked into.
    """
    concern = _case(concern_id, by)
    enrolments = list(
        Enrolment.objects.select_for_update(of=("self",), no_key=True).filter(person=person_id).order_by("pk")
    )
    mentor = MentorProfile.objects.select_for_update(of=("self",), no_key=True).get(pk=mentor_id)
    if mentor.user_id == person_id:
        raise Refused(_("A contact block stands between two people."))
    known = Exclusion.objects.live().filter(
        mentor=mentor, person=person_id, kind=ExclusionKind.SAFEGUARDING, round=None
    )
    exclusion = known.select_related("contact_block").first()
    if exclusion is None:
        exclusion = Exclusion.objects.create(
            mentor=mentor, person_id=person_id, kind=ExclusionKind.SAFEGUARDING, by=by, at=clock.now()
        )
        ContactBlock.objects.create(concern=concern, exclusion=exclusion)
        audit.record("concern.blocked", target=concern, by=by, after=f"exclusion {exclusion.pk}")
    rows = Pairing.objects.live().filter(mentor=mentor, enrolment__in=[row.pk for row in enrolments])
    for pairing in (
        rows.select_for_update(of=("self",), no_key=True)
        .select_related("mentor__user", "mentor__expert", "enrolment__cohort__program", "enrolment__person")
        .order_by("pk")
    ):
        stop(pairing)
    return exclusion.contact_block


def stop(pairing):
    """End a locked pair for a contact block, with its meetings; both are told in the same neutral words."""
    now = clock.now()
    with translation.override("ko"):
        reason = _("Ended by the organizer")
    end(pairing, by=None, reason=reason, kind=EndKind.FOR_CAUSE)
    meetings = pairing.meetings.select_for_update(no_key=True).filter(
        status=MeetingStatus.SCHEDULED, ends_at__gt=now
    )
    for meeting in meetings.order_by("pk"):
        meeting.status, meeting.called_off_reason = MeetingStatus.CANCELLED, reason
        meeting.changed_at, meeting.sequence = now, meeting.sequence + 1
        meeting.save(update_fields=["status", "called_off_reason", "changed_at", "sequence"])
    for person in (pairing.mentor.user, pairing.enrolment.person):
        emails.pair_stopped(pairing, person)


@transaction.atomic
def lift(block_id, reason, *, by):
    """End a contact block for a reason that is written into the case; the pair stays ended. Twice is once."""
    found = ContactBlock.objects.select_related("exclusion").get(pk=block_id)
    concern = _case(found.concern_id, by)
    exclusion = Exclusion.objects.select_for_update().get(pk=found.exclusion_id)
    if not reason.strip():
        raise Refused(_("Give a reason."))
    if exclusion.lifted_at is None:
        exclusion.lifted_at, exclusion.lifted_by = clock.now(), by
        exclusion.save(update_fields=["lifted_at", "lifted_by"])
        found.lift_reason = reason.strip()[:300]
        found.save(update_fields=["lift_reason"])
        audit.record("concern.block_lifted", target=concern, by=by, before=f"exclusion {exclusion.pk}")
    return found


# --- letting go -------------------------------------------------------------------------------------------------


def erase_texts(concerns):
    """Take away what stands in these cases; their dates and outcomes stay. Returns how many."""
    numbers = list(concerns.values_list("pk", flat=True))
    ConcernMessage.objects.filter(concern__in=numbers).delete()
    CaseNote.objects.filter(concern__in=numbers).delete()
    ContactBlock.objects.filter(concern__in=numbers).update(lift_reason="")
    return Concern.objects.filter(pk__in=numbers).update(
        text="", about="", contact="", reporter=None, wants_contact=False, texts_erased_at=clock.now()
    )


@transaction.atomic
def forget_closed(now):
    """Erase the texts of cases that were closed three years ago, unless a contact block of theirs still holds."""
    due = Concern.objects.select_for_update(no_key=True).filter(closed_at__lte=now - KEPT, texts_erased_at=None)
    holding = ContactBlock.objects.filter(exclusion__lifted_at=None).values("concern")
    rows = list(due.exclude(pk__in=holding).order_by("pk"))
    erase_texts(Concern.objects.filter(pk__in=[row.pk for row in rows]))
    for row in rows:
        audit.record("concern.erased", target=row, by=None)
    return len(rows)


def forget_reporter(user):
    """A person's account is closed: what they reported stays to be looked into, without their name or address."""
    Concern.objects.filter(reporter=user).update(reporter=None, contact="", wants_contact=False)
