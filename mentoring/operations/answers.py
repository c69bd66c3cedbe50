"""What mentors answer to a pair, and what is done when people leave. Each function is one transaction.

Silence ends nothing: a mentor who does not answer in time is reminded, staff see it, and the pair goes on.
"""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from mentoring import permissions
from mentoring.emails import pairings as pairing_emails
from mentoring.models.pairs import EndKind, Pairing
from mentoring.models.rounds import Exclusion, ExclusionKind, MentoringRound, RoundMentor, RoundMentorState
from mentoring.operations.pairs import drop_locks, end, refuse_ended
from mentoring.operations.pairs import lock as lock_pair
from mentoring.operations.runs import lock_round
from portal import audit, clock, mail
from portal.errors import Refused

REASON_LIMIT = 300
REMINDED = timedelta(hours=24)  # before the time to answer is over, or half of that time where it is shorter
OVERDUE_TOLD = timedelta(days=7)  # nobody is told later of a time that was over so long ago


@transaction.atomic
def accept(pairing_id, *, by):
    """The mentor takes the mentee on; accepting twice is the same as once. Returns the Pairing."""
    pairing = lock_pair(pairing_id)
    _refuse_other(pairing, by)
    if pairing.accepted_at is None:
        pairing.accepted_at = clock.now()
        pairing.save(update_fields=["accepted_at"])
        audit.record("pairing.accepted", target=pairing, by=by)
    return pairing


@transaction.atomic
def decline(pairing_id, *, by, reason):
    """The mentor does not take the mentee on, for a reason that staff read. Returns the Pairing.

    The pair ends, and no run of this round brings the two together again. The mentee is without a mentor until
    staff repair the pairing.
    """
    _lock_round_of(pairing_id)
    pairing = lock_pair(pairing_id)
    if pairing.end_kind == EndKind.DECLINED and pairing.mentor.user_id == by.pk:
        return pairing
    _refuse_other(pairing, by)
    if pairing.accepted_at is not None:
        raise Refused(_("You have accepted this mentee. Please talk to the staff of the program."))
    reason = reason.strip()
    if not reason:
        raise Refused(_("Give a reason."))
    if len(reason) > REASON_LIMIT:
        raise Refused(_("A reason has at most %(limit)s characters.") % {"limit": REASON_LIMIT})
    exclusion, _is_new = Exclusion.objects.get_or_create(
        round=_round(pairing),
        mentor=pairing.mentor,
        person=pairing.enrolment.person,
        kind=ExclusionKind.DECLINED,
        lifted_at=None,
        defaults={"reason": reason, "by": by, "at": clock.now()},
    )
    drop_locks(by=by, round=exclusion.round, mentor=pairing.mentor, enrolment=pairing.enrolment)
    end(pairing, by=by, reason=reason, kind=EndKind.DECLINED)
    audit.record("pairing.declined", target=pairing, by=by, reason=reason)
    return pairing


def _refuse_other(pairing, by):
    refuse_ended(pairing)
    if not permissions.is_mentor(by, pairing):
        raise Refused(_("Only the mentor answers."))
    if pairing.answer_until is None:
        raise Refused(_("This pair needs no answer."))


def _round(pairing):
    return MentoringRound.objects.filter(cohort=pairing.enrolment.cohort_id).first()


def _lock_round_of(pairing_id):
    """The lock on the round of a pair: no run is published while somebody declines."""
    cohort = Pairing.objects.values_list("enrolment__cohort", flat=True).get(pk=pairing_id)
    list(MentoringRound.objects.select_for_update(of=("self",), no_key=True).filter(cohort=cohort))


@transaction.atomic
def mentor_leaves(round_id, mentor_id, *, by, reason):
    """A mentor gives up taking part in a round: their pairs in it end, and runs leave them out. Returns the pairs.

    By staff who run the cohort. The mentees are without a mentor until staff repair the pairing.
    """
    round_ = lock_round(round_id, by=by)
    reason = reason.strip()[:REASON_LIMIT]
    if not reason:
        raise Refused(_("Give a reason."))
    now = clock.now()
    row, _is_new = RoundMentor.objects.select_for_update(of=("self",), no_key=True).get_or_create(
        round=round_, mentor_id=mentor_id
    )
    row.state, row.answered_at, row.decline_reason = RoundMentorState.DECLINED, now, reason
    row.save(update_fields=["state", "answered_at", "decline_reason"])
    rows = Pairing.objects.live().filter(mentor=mentor_id, enrolment__cohort=round_.cohort_id).order_by("pk")
    pairs = [lock_pair(pk) for pk in rows.values_list("pk", flat=True)]
    drop_locks(by=by, round=round_, mentor=mentor_id)
    for pairing in pairs:
        end(pairing, by=by, reason=reason, kind=EndKind.MENTOR_LEFT)
    audit.record("pairing.mentor_left", target=row, by=by, after=f"{len(pairs)} ended", reason=reason)
    return pairs


def remind(now):
    """Remind mentors whose answer is awaited: once before their time is over, once when it is. Returns how many."""
    rows = Pairing.objects.live().filter(
        accepted_at=None, answer_until__gt=now - OVERDUE_TOLD, answer_until__lte=now + REMINDED
    )
    rows = rows.select_related("mentor__user", "mentor__expert", "enrolment__cohort__program", "enrolment__person")
    rows = list(rows.order_by("pk"))
    told = {name: mail.told(name, rows) for name in ("answer_reminder", "answer_overdue")}
    count = 0
    for pairing in rows:
        if pairing.answer_until <= now:
            name, send = "answer_overdue", pairing_emails.answer_overdue
        elif now >= pairing.answer_until - min(REMINDED, (pairing.answer_until - pairing.paired_at) / 2):
            name, send = "answer_reminder", pairing_emails.answer_reminder
        else:
            continue
        if not told[name].of(pairing, pairing.answer_until):
            send(pairing)
            count += 1
    return count
