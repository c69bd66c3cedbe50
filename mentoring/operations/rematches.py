"""Requests for another pair: made, taken back, decided. Each function is one transaction.

The other side is told nothing before staff act. Everything happens behind the lock on the pair.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from mentoring import due, permissions
from mentoring.emails import care as care_emails
from mentoring.emails import rematches as emails
from mentoring.models.actions import Owner
from mentoring.models.pairs import EndKind, Pairing
from mentoring.models.rematches import (
    DECIDED_WITHIN,
    LATEST_DAY,
    REASON_LIMIT,
    TEXT_LIMIT,
    RematchCause,
    RematchRequest,
    RematchStatus,
)
from mentoring.models.rounds import Exclusion, ExclusionKind, MentoringRound
from mentoring.operations.pairs import drop_locks, end, refuse_ended
from mentoring.operations.pairs import lock as lock_pair
from portal import audit, clock, i18n, mail
from portal.errors import Refused

S = RematchStatus


def side_of(user, pairing):
    """Which of the two `user` is."""
    return Owner.MENTEE if permissions.is_mentee(user, pairing) else Owner.MENTOR


def free_from(pairing, user):
    """From when `user` may ask about the pair again after a refusal, while that lies ahead; else None."""
    refused = pairing.rematch_requests.of_asker(user).filter(status=S.REFUSED, due_at__gt=clock.now())
    return refused.order_by("-due_at").values_list("due_at", flat=True).first()


@transaction.atomic
def ask(pairing_id, *, by, cause, text="", talk_until=None):
    """One of a live pair asks staff for another one. Returns the RematchRequest; asking twice is asking once.

    With `talk_until` the asker talks to the other first, and is asked again on that day.
    """
    pairing = lock_pair(pairing_id)
    refuse_ended(pairing)
    if not permissions.works_in(by, pairing):
        raise Refused(_("Only the mentor and the mentee can ask."))
    if pairing.awaits_answer:
        raise Refused(_("The mentor has not answered yet. Until then there is nothing to change."))
    side = side_of(by, pairing)
    known = pairing.rematch_requests.waiting().filter(side=side).first()
    if known is not None:
        return known
    again = free_from(pairing, by)
    if again is not None:
        raise Refused(
            _("The staff have decided lately. You can ask again from %(day)s.") % {"day": i18n.day(again)}
        )
    text = text.strip()
    if cause not in RematchCause.values:
        raise Refused(_("Choose what does not work."))
    if cause == RematchCause.OTHER and not text:
        raise Refused(_("Say in a few words what does not work."))
    if len(text) > TEXT_LIMIT:
        raise Refused(_("At most %(limit)s characters.") % {"limit": TEXT_LIMIT})
    if talk_until is not None:
        refuse_day(talk_until, by)
    now = clock.now()
    asked = RematchRequest.objects.create(
        pairing=pairing,
        asker=by,
        side=side,
        cause=cause,
        text=text,
        status=S.OPEN if talk_until is None else S.TALKING,
        ask_again_on=talk_until,
        asked_at=now,
        due_at=now + DECIDED_WITHIN,
    )
    audit.record("rematch.asked", target=asked, by=by, after=f"{cause} {asked.status}")
    return asked


def refuse_day(day, person):
    """Refuse a day on which nobody can be asked again, counted where `person` lives."""
    today = due.today_of(person)
    if not today < day <= today + timedelta(days=LATEST_DAY):
        raise Refused(_("Choose a day from tomorrow to two weeks from now."))


@transaction.atomic
def withdraw(request_id, *, by):
    """The asker takes a request back. Twice is the same as once. Returns it."""
    asked = _own(request_id, by)
    if asked.status == S.WITHDRAWN:
        return asked
    _refuse_settled(asked)
    _close(asked, S.WITHDRAWN, by=by)
    audit.record("rematch.withdrawn", target=asked, by=by)
    return asked


@transaction.atomic
def go_on(request_id, *, by):
    """The asker has talked, or does not want to: from now on it is the staff's turn. Returns the request."""
    asked = _own(request_id, by)
    if asked.status == S.OPEN:
        return asked
    _refuse_settled(asked)
    asked.status = S.OPEN
    asked.save(update_fields=["status"])
    audit.record("rematch.gone_on", target=asked, by=by)
    return asked


# --- staff -----------------------------------------------------------------------------------------------


@transaction.atomic
def talk_first(request_id, *, by, day, reason):
    """Staff ask the asker to talk to the other first, and to say on `day` whether it has helped. Returns it.

    The time to decide reaches at least to that day.
    """
    asked = _for_staff(request_id, by)
    _refuse_settled(asked)
    reason = _checked_reason(reason)
    if (asked.status, asked.ask_again_on) == (S.TALKING, day):
        return asked
    refuse_day(day, asked.asker)
    asked.status, asked.ask_again_on = S.TALKING, day
    asked.due_at = max(asked.due_at, due.end_of(day, asked.asker))
    asked.save(update_fields=["status", "ask_again_on", "due_at"])
    audit.record("rematch.talking", target=asked, by=by, after=day.isoformat(), reason=reason)
    emails.talk(asked)
    return asked


@transaction.atomic
def grant(request_id, *, by, reason, for_cause=False):
    """End the pair, so that both can be paired anew. Twice is the same as once. Returns the request.

    No run of the round brings the two together again; ended `for_cause`, no run of any round does, and the mentor
    reads nothing of the pair any more. What the other side has asked about the same pair is granted with it.
    """
    pairing_id = RematchRequest.objects.values_list("pairing", flat=True).get(pk=request_id)
    cohort_id = Pairing.objects.values_list("enrolment__cohort", flat=True).get(pk=pairing_id)
    rounds = MentoringRound.objects.select_for_update(of=("self",), no_key=True)
    round_ = rounds.filter(cohort=cohort_id).first()
    asked = _for_staff(request_id, by)
    if asked.status == S.GRANTED:
        return asked
    _refuse_settled(asked)
    reason = _checked_reason(reason)
    pairing = asked.pairing
    for row in RematchRequest.objects.select_for_update(no_key=True).waiting().filter(pairing=pairing):
        row.pairing, row.reason = pairing, reason
        _close(row, S.GRANTED, by=by)
        audit.record("rematch.granted", target=row, by=by, reason=reason)
        emails.granted(row)
    _keep_apart(pairing, round_, by=by, reason=reason, for_cause=for_cause)
    with translation.override("ko"):
        why = _("Ended by the organizer")
    end(pairing, by=by, reason=why, kind=EndKind.FOR_CAUSE if for_cause else EndKind.MOVED)
    for person, side in ((pairing.mentor.user, Owner.MENTOR), (pairing.enrolment.person, Owner.MENTEE)):
        if not pairing.rematch_requests.filter(side=side, status=S.GRANTED).exists():
            (care_emails.pair_stopped if for_cause else emails.ended)(pairing, person)
    asked.refresh_from_db(fields=["status", "closed_at", "closed_by", "reason"])
    return asked


def _keep_apart(pairing, round_, *, by, reason, for_cause):
    """An exclusion between the two of a pair, and no lock any more."""
    drop_locks(by=by, mentor=pairing.mentor, enrolment=pairing.enrolment)
    if round_ is None and not for_cause:  # staff pair by hand in a cohort without a round
        return
    exclusion, is_new = Exclusion.objects.get_or_create(
        round=None if for_cause else round_,
        mentor=pairing.mentor,
        person=pairing.enrolment.person,
        kind=ExclusionKind.FOR_CAUSE if for_cause else ExclusionKind.STAFF,
        lifted_at=None,
        defaults={"reason": reason, "by": by, "at": clock.now()},
    )
    if is_new:
        audit.record("pairing.excluded", target=exclusion, by=by, after=exclusion.kind, reason=reason)


@transaction.atomic
def refuse(request_id, *, by, reason, answer):
    """The pair goes on; `answer` is what the asker reads. Twice is the same as once. Returns the request."""
    asked = _for_staff(request_id, by)
    if asked.status == S.REFUSED:
        return asked
    _refuse_settled(asked)
    asked.reason, asked.answer = _checked_reason(reason), answer.strip()[:REASON_LIMIT]
    if not asked.answer:
        raise Refused(_("Write what the person reads."))
    _close(asked, S.REFUSED, by=by)
    audit.record("rematch.refused", target=asked, by=by, reason=asked.reason)
    emails.refused(asked)
    return asked


# --- the clock -------------------------------------------------------------------------------------------


def ask_again(now):
    """Ask whoever talked first whether it has helped, from nine on their day. Returns how many mails."""
    rows = RematchRequest.objects.filter(status=S.TALKING, ask_again_on__lte=now.date() + timedelta(days=1))
    rows = list(rows.for_staff().select_related("asker__week").order_by("pk"))
    told, count = mail.told(emails.AGAIN, rows), 0
    for asked in rows:
        morning = due.morning_of(asked.ask_again_on, asked.asker)
        if morning <= now and not told.of(asked, morning):
            with transaction.atomic():
                emails.again(asked, day=morning)
            count += 1
    return count


# --- locks and rules -------------------------------------------------------------------------------------


def _locked(request_id):
    """A request behind the lock on its pair and its own."""
    pairing = lock_pair(RematchRequest.objects.values_list("pairing", flat=True).get(pk=request_id))
    rows = RematchRequest.objects.select_for_update(of=("self",), no_key=True).select_related("asker")
    asked = rows.get(pk=request_id)
    asked.pairing = pairing
    return asked


def _own(request_id, by):
    asked = _locked(request_id)
    if asked.asker_id != by.pk:
        raise Refused(_("Only whoever asked can do this."))
    return asked


def _for_staff(request_id, by):
    asked = _locked(request_id)
    enrolment = asked.pairing.enrolment
    if not permissions.runs(by, enrolment.cohort_id):
        raise Refused(_("You do not run this cohort."))
    if by.pk in (asked.pairing.mentor.user_id, enrolment.person_id):
        raise Refused(_("Nobody decides about a pair of their own."))
    return asked


def _refuse_settled(asked):
    if not asked.is_waiting:
        raise Refused(_("This request is settled already."))


def _checked_reason(reason):
    reason = reason.strip()[:REASON_LIMIT]
    if not reason:
        raise Refused(_("Give a reason."))
    return reason


def _close(asked, status, *, by):
    asked.status, asked.closed_at, asked.closed_by = status, clock.now(), by
    asked.save(update_fields=["status", "closed_at", "closed_by", "reason", "answer"])
