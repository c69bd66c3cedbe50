"""Conflicts that mentors and mentees declare before a pairing, and what staff make of them."""

from django.db import transaction
from django.utils.translation import gettext as _

from mentoring import permissions, rounds
from mentoring.models.mentors import MentorProfile
from mentoring.models.rounds import (
    ConflictOutcome,
    DeclaredConflict,
    Exclusion,
    ExclusionKind,
    MenteeProfile,
    MentoringRound,
)
from mentoring.operations.wishes import lock_mentor, set_wishes
from portal import audit, clock
from portal.errors import Refused
from programs.models.enrolments import ENDED, Enrolment

MOST_DECLARED = 20


@transaction.atomic
def declare_of_mentee(round_id, mentor_id, words, *, by):
    """A mentee names a mentor of the round with whom they cannot work; a wish for that mentor goes with it.

    The same again is the same as once. Returns the DeclaredConflict.
    """
    round_ = MentoringRound.objects.get(pk=round_id)
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",), no_key=True)
        .filter(cohort=round_.cohort_id, person=by)
        .exclude(status__in=ENDED)
        .first()
    )
    if enrolment is None:
        raise Refused(_("You do not take part in this cohort."))
    if mentor_id not in [row.mentor_id for row in rounds.offered_mentors(round_)]:
        raise Refused(_("Choose a mentor."))
    declared = _declare(round_, words, by=by, mentor_id=mentor_id)
    profile = MenteeProfile.objects.filter(enrolment=enrolment).first()
    if profile is not None and profile.wishes.filter(mentor=mentor_id).exists():
        rest = profile.wishes.exclude(mentor=mentor_id).order_by("rank").values_list("mentor", flat=True)
        set_wishes(profile, list(rest))
        profile.revision += 1
        profile.save(update_fields=["revision"])
    return declared


@transaction.atomic
def declare_of_mentor(round_id, words, *, by):
    """A mentor names people or organizations with whom they cannot work. Returns the DeclaredConflict."""
    round_, _invited = lock_mentor(round_id, by)
    return _declare(round_, words, by=by)


def _declare(round_, words, *, by, mentor_id=None):
    words = words.strip()[:300]
    if not words:
        raise Refused(_("Write how you know each other."))
    mine = round_.declared.filter(by=by)
    known = mine.filter(mentor=mentor_id, outcome="", **({} if mentor_id else {"words": words})).first()
    if known is not None:
        if known.words != words:
            known.words = words
            known.save(update_fields=["words"])
        return known
    if mine.count() >= MOST_DECLARED:
        raise Refused(_("Please write to the staff of the program."))
    declared = DeclaredConflict.objects.create(
        round=round_, by=by, mentor_id=mentor_id, words=words, at=clock.now()
    )
    audit.record("declaredconflict.declared", target=round_, by=by)
    return declared


@transaction.atomic
def withdraw(declared_id, *, by):
    """Take back what one declared oneself, as long as staff have not settled it."""
    declared = DeclaredConflict.objects.select_for_update(no_key=True).filter(pk=declared_id, by=by).first()
    if declared is None:
        return
    if declared.settled_at is not None:
        raise Refused(_("Staff have settled this already."))
    audit.record("declaredconflict.withdrawn", target=declared.round, by=by)
    declared.delete()


@transaction.atomic
def settle(declared_id, people, *, by, reason=""):
    """Let a declared conflict hold: the mentor is not paired with `people` (ids) in this round; by who runs it.

    Of a mentee's it is that mentee, whatever `people` says. Settled is settled.
    """
    declared = _lock_declared(declared_id, by)
    if declared.mentor_id is not None:
        mentor_id, people = declared.mentor_id, [declared.by_id]
    else:
        mentor_id = MentorProfile.objects.get(user=declared.by_id).pk
        mentees = set(rounds.mentees_of(declared.round).values_list("person", flat=True))
        people = [person for person in dict.fromkeys(people) if person in mentees and person != declared.by_id]
    if not people:
        raise Refused(_("Choose whom it is about, or say that there is no conflict."))
    known = Exclusion.objects.live().filter(
        round=declared.round, mentor=mentor_id, person__in=people, kind=ExclusionKind.CONFLICT
    )
    excluded = set(known.values_list("person", flat=True))
    for person in people:
        if person in excluded:
            continue
        Exclusion.objects.create(
            round=declared.round,
            mentor_id=mentor_id,
            person_id=person,
            kind=ExclusionKind.CONFLICT,
            reason=reason.strip()[:300],
            by=by,
            at=clock.now(),
        )
        audit.record("exclusion.made", target=declared.round, by=by, after=f"{person} {ExclusionKind.CONFLICT}")
    _settled(declared, ConflictOutcome.EXCLUDED, reason, by=by)


@transaction.atomic
def dismiss(declared_id, *, by, reason):
    """Say that what was declared is no conflict, and why; by who runs the cohort."""
    declared = _lock_declared(declared_id, by)
    if not reason.strip():
        raise Refused(_("Give a reason."))
    _settled(declared, ConflictOutcome.DISMISSED, reason, by=by)


def _lock_declared(declared_id, by):
    round_id = DeclaredConflict.objects.values_list("round", flat=True).get(pk=declared_id)
    MentoringRound.objects.select_for_update(no_key=True).get(pk=round_id)
    declared = (
        DeclaredConflict.objects.select_for_update(of=("self",), no_key=True)
        .select_related("round")
        .get(pk=declared_id)
    )
    if not permissions.runs(by, declared.round.cohort_id):
        raise Refused(_("You do not run this cohort."))
    if declared.settled_at is not None:
        raise Refused(_("This is settled already."))
    return declared


def _settled(declared, outcome, reason, *, by):
    declared.outcome, declared.settle_reason = outcome, reason.strip()[:300]
    declared.settled_at, declared.settled_by = clock.now(), by
    declared.save(update_fields=["outcome", "settle_reason", "settled_at", "settled_by"])
    audit.record("declaredconflict.settled", target=declared.round, by=by, after=outcome, reason=reason)
