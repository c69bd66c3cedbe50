"""Participation restrictions: laid on by staff, appealed against by the person (소명), lifted again.

Every deed locks the person (laying on) or the restriction (all others) first, leaves an audit row without what
people wrote, and tells the person by mail.
"""

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit, clock
from portal.errors import Refused
from programs import emails
from programs.models.eligibility import Appeal, Restriction

REASON_LIMIT = 300
APPEAL_LIMIT = 2000
ANSWER_LIMIT = 1000


@transaction.atomic
def restrict(person_id, until, reason, *, by):
    """Keep a person from applying until `until`; the person reads the reason. Returns the Restriction.

    The same restriction twice is the same as once. What was applied for before stays as it is.
    """
    person = get_user_model().objects.select_for_update(of=("self",), no_key=True).get(pk=person_id)
    now, reason = clock.now(), reason.strip()
    if not reason:
        raise Refused(_("Give a reason; the person will read it."))
    if len(reason) > REASON_LIMIT:
        raise Refused(_("Shorten the text to %(limit)s characters.") % {"limit": REASON_LIMIT})
    if until <= now:
        raise Refused(_("A restriction ends in the future."))
    known = person.restrictions.filter(until=until, reason=reason, lifted_at=None).first()
    if known is not None:
        return known
    restriction = Restriction.objects.create(person=person, reason=reason, from_at=now, until=until, made_by=by)
    audit.record("restriction.made", target=restriction, by=by, after=until.isoformat())
    emails.restricted(restriction)
    return restriction


@transaction.atomic
def lift_restriction(restriction_id, *, by, reason):
    """End a restriction before its time; an appeal that waits is accepted with it. Twice is the same as once."""
    restriction = lock(restriction_id)
    if restriction.lifted_at is not None:
        return
    refuse_own(restriction, by)
    reason = reason.strip()
    if not reason:
        raise Refused(_("Give a reason."))
    waiting = restriction.appeals.filter(decided_at=None).first()
    if waiting is not None:
        decide(waiting, is_accepted=True, answer=reason, by=by)
    lift(restriction, by=by, reason=reason)
    if waiting is None:
        emails.restriction_lifted(restriction)


@transaction.atomic
def appeal(restriction_id, text, *, by):
    """The person says why a restriction should not stand. The same text twice is the same as once.

    A new appeal may follow one that was refused, none while one waits. Returns the Appeal.
    """
    restriction, text = lock(restriction_id), text.strip()
    if by.pk != restriction.person_id:
        raise Refused(_("Only the person concerned can appeal."))
    waiting = restriction.appeals.filter(decided_at=None).first()
    if waiting is not None and waiting.text == text:
        return waiting
    if not restriction.holds_at(clock.now()):
        raise Refused(_("This restriction no longer holds."))
    if waiting is not None:
        raise Refused(_("Your appeal is being looked at. You will be told the decision by mail."))
    if not text:
        raise Refused(_("Write what we should know."))
    if len(text) > APPEAL_LIMIT:
        raise Refused(_("Shorten the text to %(limit)s characters.") % {"limit": APPEAL_LIMIT})
    made = Appeal.objects.create(restriction=restriction, text=text, made_at=clock.now())
    audit.record("appeal.made", target=restriction, by=by, after=made.pk)
    emails.appeal_received(made)
    return made


@transaction.atomic
def decide_appeal(appeal_id, is_accepted, answer, *, by):
    """Accept an appeal, which lifts its restriction, or refuse it; the person reads the answer.

    The same decision twice is the same as once; another one is refused. Nobody decides about themselves.
    """
    restriction = lock(Appeal.objects.values_list("restriction", flat=True).get(pk=appeal_id))
    found = restriction.appeals.get(pk=appeal_id)
    if found.decided_at is not None:
        if found.is_accepted == is_accepted:
            return found
        raise Refused(_("This appeal has been decided already."))
    refuse_own(restriction, by)
    if not answer.strip():
        raise Refused(_("Give an answer; the person will read it."))
    decide(found, is_accepted=is_accepted, answer=answer.strip(), by=by)
    if is_accepted and restriction.lifted_at is None:
        lift(restriction, by=by)
    return found


def lock(restriction_id):
    """The restriction with its person, locked until the transaction ends."""
    rows = Restriction.objects.select_for_update(of=("self",), no_key=True).select_related("person")
    return rows.get(pk=restriction_id)


def refuse_own(restriction, by):
    """Refuse staff who would decide about themselves."""
    if by.pk == restriction.person_id:
        raise Refused(_("You cannot decide about your own restriction."))


def lift(restriction, *, by, reason=""):
    """Write down that it no longer holds; the caller holds the lock."""
    restriction.lifted_at = clock.now()
    restriction.save(update_fields=["lifted_at"])
    audit.record("restriction.lifted", target=restriction, by=by, reason=reason)


def decide(found, *, is_accepted, answer, by):
    """Write down a decision and tell it; the caller holds the lock on the restriction."""
    found.decided_at, found.decided_by = clock.now(), by
    found.is_accepted, found.answer = is_accepted, answer
    found.save(update_fields=["decided_at", "decided_by", "is_accepted", "answer"])
    verb = "appeal.accepted" if is_accepted else "appeal.refused"
    audit.record(verb, target=found.restriction, by=by, after=found.pk)
    emails.appeal_decided(found)
