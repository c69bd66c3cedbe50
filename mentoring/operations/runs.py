"""Asking who mentors whom, what staff fix beforehand, and publishing the answer. Each function is one transaction.

Rows are locked in the order round, enrolments, mentors, pairs. A run freezes its question; it can be published
while the rows still give the same one. Publishing ends the pairs that are moved and begins the new ones; those that
stay are not touched.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mentoring import matching, permissions
from mentoring.emails import pairings as pairing_emails
from mentoring.models.mentors import MentorProfile
from mentoring.models.pairs import EndKind, Pairing
from mentoring.models.rounds import Exclusion, ExclusionKind, MentoringRound, PairingMode, RoundMentor
from mentoring.models.runs import PairingRun, PairLock, RunKind
from mentoring.operations.handing_on import hand_on
from mentoring.operations.meeting_moves import lock_people
from mentoring.operations.pairs import drop_locks, end, make_pair
from mentoring.pairing import why
from mentoring.pairing.input import Reading, mentor_id, mentor_pk
from mentoring.pairing.rules import label
from mentoring.pairing.snapshot import Snapshot, may_be_overridden
from mentoring.solver import proof as matching_proof
from mentoring.solver.problem import BadProblem
from portal import audit, clock
from portal.errors import Refused
from programs.models.enrolments import Enrolment

REPAIRS = (RunKind.FEWEST_MOVES, RunKind.NO_POOR, RunKind.FULL)
STAGES = ("matched", "poor", "changed", "weak", "total")


class Stale(Refused):
    """What a run answers is not what stands in the rows any more. `changes` says what is different, as Changes."""

    def __init__(self, changes):
        self.changes = list(changes)
        super().__init__(
            _("Something has changed since this run. Nothing was published; look at the differences and run again.")
        )


class Impossible(Refused):
    """A question that cannot be put: `changes` name the rows, locks on excluded pairs or more locks than places."""

    def __init__(self, changes):
        self.changes = list(changes)
        super().__init__(
            ngettext(
                "%(count)s locked pair stands against the rules. Unlock it, or lift what stands against it.",
                "%(count)s locked pairs stand against the rules. Unlock them, or lift what stands against them.",
                len(self.changes),
            )
            % {"count": len(self.changes)}
        )


def lock_round(round_id, *, by):
    """The round behind its lock; refuses who does not run its cohort."""
    rows = MentoringRound.objects.select_for_update(of=("self",), no_key=True)
    round_ = rows.select_related("cohort__program").get(pk=round_id)
    if not permissions.runs(by, round_.cohort_id):
        raise Refused(_("You do not run this cohort."))
    return round_


# --- running --------------------------------------------------------------------------------------------


@transaction.atomic
def run(round_id, *, by, kind=None, mode=None):
    """Pair a round on paper and keep the answer with its question and proof. Returns the PairingRun.

    `kind` is a first pairing while nothing is announced, and a repair without a new poor pair afterwards, unless
    said otherwise. `mode` is the round's, and for a repair the best for the cohort.
    """
    round_ = lock_round(round_id, by=by)
    snapshot = Reading(round_).snapshot()
    if kind is None:
        kind = RunKind.NO_POOR if snapshot.published else RunKind.NEW
    is_anew = kind in (RunKind.NEW, RunKind.FULL)
    mode = mode or (round_.mode if is_anew else PairingMode.OPTIMAL)
    return _keep(round_, snapshot, RunKind(kind), PairingMode(mode), by=by)


@transaction.atomic
def repair(round_id, *, by):
    """The three ways to mend what is announced, as three PairingRuns: fewest moves, no new poor pair, all anew."""
    round_ = lock_round(round_id, by=by)
    snapshot = Reading(round_).snapshot()
    if not snapshot.published:
        raise Refused(_("Nobody is paired yet, so there is nothing to repair."))
    return [_keep(round_, snapshot, kind, PairingMode.OPTIMAL, by=by) for kind in REPAIRS]


def _keep(round_, snapshot, kind, mode, *, by):
    if kind == RunKind.NEW and snapshot.published:
        raise Refused(_("Pairs are announced already. Choose one of the ways to repair them."))
    if mode == PairingMode.STABLE and kind not in (RunKind.NEW, RunKind.FULL):
        raise Refused(_("The stable pairing does not keep announced pairs; run it anew."))
    problem, plan = solved(snapshot, kind, mode)
    number = round_.runs.aggregate(last=Max("number"))["last"] or 0
    kept = PairingRun.objects.create(
        round=round_,
        number=number + 1,
        kind=kind,
        mode=mode,
        problem=problem.as_json(),
        digest=snapshot.digest,
        plan=plan.as_json(),
        facts=snapshot.facts,
        made_at=clock.now(),
        made_by=by,
        **{name: plan.stages[name] for name in STAGES},
    )
    audit.record("pairing.run", target=kept, by=by, after=f"{kind} {mode}, round {round_.pk}")
    return kept


def solved(snapshot, kind, mode):
    """The Problem of a snapshot and its Plan, proved; raises Impossible where it cannot be put."""
    obstacles = snapshot.obstacles()
    if obstacles:
        raise Impossible(obstacles)
    try:
        problem = snapshot.problem(kind, mode)
    except BadProblem as error:  # weights or bands that no form lets through
        raise Refused(str(error)) from error
    plan = matching.answer(problem)
    matching_proof.check(problem, plan)  # what is not proved is not kept
    return problem, plan


# --- what staff fix beforehand --------------------------------------------------------------------------


@transaction.atomic
def lock(round_id, enrolment_id, mentor_id_, *, by, reason="", override=False):
    """Fix a pair: every run keeps it; with `override`, and a reason, in spite of most rules. Returns the PairLock.

    Locking a mentee to another mentor replaces the lock before; the same once more is the same as once.
    """
    round_ = lock_round(round_id, by=by)
    enrolment = _mentee(round_, enrolment_id)
    mentor = _mentor(mentor_id_)
    known = PairLock.objects.filter(round=round_, enrolment=enrolment).first()
    if known is not None and known.mentor_id == mentor.pk:
        return known
    reading = Reading(round_)
    row = next((row for row in reading.mentors if row.mentor_id == mentor.pk), None)
    if row is None:
        raise Refused(_("This mentor is not one of the round."))
    pair, name = (enrolment.code, mentor_id(mentor.pk)), reading.snapshot()
    reasons = [] if name.pair(*pair) is not None else name.reasons(*pair)
    if reasons and not may_be_overridden(reasons):
        raise Refused(_("This pair is ruled out for good: %(reason)s.") % {"reason": label(reasons[0])})
    if reasons and not override:
        raise Refused(
            _("A rule stands against this pair: %(reason)s. It can be locked all the same, with a reason.")
            % {"reason": label(reasons[0])}
        )
    if reasons and not reason.strip():
        raise Refused(_("Give a reason."))
    held = PairLock.objects.filter(round=round_, mentor=mentor).exclude(enrolment=enrolment).count()
    if not reasons and held >= name.mentors[pair[1]]["capacity"]:
        raise Refused(_("Every place of this mentor is locked already."))
    drop_locks(by=by, round=round_, enrolment=enrolment)
    made = PairLock.objects.create(
        round=round_,
        mentor=mentor,
        enrolment=enrolment,
        reason=reason.strip()[:300],
        is_override=bool(reasons),
        by=by,
        at=clock.now(),
    )
    audit.record(
        "pairing.locked",
        target=round_,
        by=by,
        after=f"enrolment {enrolment.pk}, mentor {mentor.pk}",
        reason=made.reason,
    )
    return made


@transaction.atomic
def unlock(round_id, enrolment_id, *, by):
    """Take the lock of a mentee back; without one nothing happens."""
    round_ = lock_round(round_id, by=by)
    drop_locks(by=by, round=round_, enrolment=enrolment_id)


@transaction.atomic
def exclude(round_id, enrolment_id, mentor_id_, *, by, reason):
    """Rule a pair out in this round, for a reason. Returns the Exclusion; twice is the same as once.

    A pair that is announced is not ended by it: the next repair moves it.
    """
    round_ = lock_round(round_id, by=by)
    enrolment, mentor = _mentee(round_, enrolment_id), _mentor(mentor_id_)
    if not reason.strip():
        raise Refused(_("Give a reason."))
    if PairLock.objects.filter(round=round_, enrolment=enrolment, mentor=mentor).exists():
        raise Refused(_("This pair is locked. Unlock it first."))
    known = Exclusion.objects.live().filter(
        round=round_, mentor=mentor, person=enrolment.person_id, kind=ExclusionKind.STAFF
    )
    found = known.first()
    if found is None:
        found = Exclusion.objects.create(
            round=round_,
            mentor=mentor,
            person_id=enrolment.person_id,
            kind=ExclusionKind.STAFF,
            reason=reason.strip()[:300],
            by=by,
            at=clock.now(),
        )
        audit.record("pairing.excluded", target=found, by=by, after=found.kind, reason=found.reason)
    return found


@transaction.atomic
def lift(exclusion_id, *, by, reason):
    """Let a pair be possible again, for a reason. Contact blocks and pairs ended for cause are not lifted here."""
    found = Exclusion.objects.get(pk=exclusion_id)
    if found.round_id is None or found.kind in (ExclusionKind.SAFEGUARDING, ExclusionKind.FOR_CAUSE):
        raise Refused(_("This exclusion protects somebody and is not lifted in the pairing."))
    lock_round(found.round_id, by=by)
    if not reason.strip():
        raise Refused(_("Give a reason."))
    found = Exclusion.objects.select_for_update(of=("self",), no_key=True).get(pk=exclusion_id)
    if found.lifted_at is None:
        found.lifted_at, found.lifted_by = clock.now(), by
        found.save(update_fields=["lifted_at", "lifted_by"])
        audit.record("pairing.allowed", target=found, by=by, before=found.kind, reason=reason.strip())
    return found


def _mentee(round_, enrolment_id):
    found = Enrolment.objects.live().filter(cohort=round_.cohort_id, pk=enrolment_id).first()
    if found is None:
        raise Refused(_("This person no longer takes part in the cohort."))
    return found


def _mentor(pk):
    return MentorProfile.objects.select_related("user", "expert").get(pk=pk)


# --- publishing -----------------------------------------------------------------------------------------


@transaction.atomic
def publish(run_id, *, by, digest):
    """Announce a run: its pairs begin, moved ones end, everybody concerned is told. Returns the PairingRun.

    `digest` is the one of the run that was looked at. Raises Stale where the rows give another question by now, be
    it that somebody else has published. Mails wait until publishing can no longer be undone.
    """
    round_ = lock_round(PairingRun.objects.values_list("round", flat=True).get(pk=run_id), by=by)
    found = PairingRun.objects.select_for_update(of=("self",), no_key=True).get(pk=run_id)
    if found.published_at is not None:
        raise Refused(_("This run is published already."))
    enrolments, mentors = _locked_sides(round_, found)
    reading = Reading(round_)
    snapshot = reading.snapshot()
    if digest != found.digest or snapshot.digest != found.digest:
        raise Stale(snapshot.changes_since(Snapshot.of_run(found)))
    now = clock.now()
    found.round, found.published_at, found.published_by = round_, now, by
    found.undo_until = now + timedelta(minutes=round_.undo_minutes)
    found.save(update_fields=["published_at", "published_by", "undo_until"])
    planned = {mentee: mentor for mentee, mentor in found.plan["pairs"]}
    ended = _end_moved(found, enrolments, planned, by=by)
    begun = []
    for code, name in sorted(planned.items()):
        if snapshot.published.get(code) != name:
            begun.append(_begin(found, reading, snapshot, enrolments[code], mentors[mentor_pk(name)], by=by))
    for pairing in begun:
        pairing_emails.announce(pairing, ended.get(pairing.enrolment_id), hold=found.undo_until - now)
    replaced = {pairing.enrolment_id for pairing in begun}
    for enrolment_id, former in sorted(ended.items()):
        pairing_emails.moved_away(former, is_replaced=enrolment_id in replaced, hold=found.undo_until - now)
    audit.record(
        "pairing.published", target=found, by=by, after=f"{len(begun)} begun, {len(ended)} ended", reason=found.kind
    )
    return found


def _locked_sides(round_, found):
    """Enrolments by code and mentors by row, locked: nobody leaves and nobody gets full while pairs begin."""
    rows = Enrolment.objects.select_for_update(of=("self",), no_key=True).filter(cohort=round_.cohort_id)
    rows = rows.select_related("cohort__program", "person", "application").order_by("pk")
    enrolments = {row.code: row for row in rows}
    names = {mentor_pk(name) for _mentee, name in found.plan["pairs"]} | {
        row["mentor"] for row in found.facts["mentors"].values()
    }
    rows = MentorProfile.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=names)
    mentors = {row.pk: row for row in rows.select_related("user", "expert").order_by("pk")}
    list(RoundMentor.objects.select_for_update(no_key=True).filter(round=round_).order_by("pk"))
    return enrolments, mentors


def _end_moved(found, enrolments, planned, *, by):
    """End the announced pairs that the plan does not keep; `{enrolment's row: Pairing}`."""
    rows = Pairing.objects.live().filter(enrolment__in=[row.pk for row in enrolments.values()])
    rows = rows.select_for_update(of=("self",), no_key=True)
    rows = rows.select_related("mentor__user", "mentor__expert", "enrolment__cohort__program", "enrolment__person")
    ended = {}
    for pairing in rows.order_by("pk"):
        if planned.get(pairing.enrolment.code) != mentor_id(pairing.mentor_id):
            end(pairing, by=by, reason=f"run {found.number}", kind=EndKind.MOVED, run=found)
            ended[pairing.enrolment_id] = pairing
    return ended


def _begin(found, reading, snapshot, enrolment, mentor, *, by):
    """Begin one pair of the plan, with what each side may read of the reasons."""
    code, name = enrolment.code, mentor_id(mentor.pk)
    return make_pair(
        enrolment,
        mentor,
        by=by,
        run=found,
        choice=snapshot.choice(code, name),
        why=why.facts_of(reading, snapshot, enrolment, mentor),
        answer_until=found.published_at + timedelta(hours=found.round.answer_hours),
    )


@transaction.atomic
def undo(run_id, *, by):
    """Take a publishing back while its time runs: its pairs end, and those it had ended begin anew.

    Restored are pairs whose mentee still takes part, has nobody else by now, and against which nothing stands,
    with all that they had. Mails that have not left are dropped; who had been told is told again. Returns the
    restored pairs.
    """
    round_ = lock_round(PairingRun.objects.values_list("round", flat=True).get(pk=run_id), by=by)
    found = PairingRun.objects.select_for_update(of=("self",), no_key=True).get(pk=run_id)
    now = clock.now()
    if found.published_at is None:
        raise Refused(_("This run is not published."))
    if found.undone_at is not None:
        raise Refused(_("This publishing was undone already."))
    if now > found.undo_until:
        raise Refused(_("The time in which this publishing could be undone is over."))
    if round_.runs.filter(published_at__gt=found.published_at, undone_at=None).exists():
        raise Refused(_("Another run was published after this one. Undo that one first."))
    enrolments, mentors = _locked_sides(round_, found)
    by_pk = {row.pk: row for row in enrolments.values()}
    rows = Pairing.objects.select_for_update(of=("self",), no_key=True).select_related(
        "mentor__user", "mentor__expert", "enrolment__cohort__program", "enrolment__person"
    )
    undone = list(rows.filter(run=found, ended_at=None).order_by("pk"))
    former = list(rows.filter(ended_run=found).order_by("pk"))
    lock_people(*former)
    found.undone_at, found.undone_by = now, by
    found.save(update_fields=["undone_at", "undone_by"])
    for pairing in undone:
        end(pairing, by=by, reason=f"run {found.number}", kind=EndKind.UNDONE)
    restored = {}
    for pairing in former:
        enrolment = by_pk[pairing.enrolment_id]
        if _can_be_restored(round_, pairing, enrolment):
            restored[pairing.enrolment_id] = _restore(pairing, enrolment, mentors[pairing.mentor_id], by=by)
    for pairing in undone:
        pairing_emails.undone(pairing, restored.get(pairing.enrolment_id))
    for pairing in former:
        if pairing.enrolment_id in restored:
            pairing_emails.back_again(pairing, restored[pairing.enrolment_id])
    audit.record("pairing.undone", target=found, by=by, after=f"{len(undone)} ended, {len(restored)} restored")
    return list(restored.values())


def _can_be_restored(round_, pairing, enrolment):
    if enrolment.ended_at is not None or enrolment.pairings.live().exists() or not pairing.mentor.user.is_active:
        return False
    standing = Exclusion.objects.in_round(round_).filter(mentor=pairing.mentor_id, person=enrolment.person_id)
    return not standing.exists()


def _restore(pairing, enrolment, mentor, *, by):
    """The same pair once more, as a row of its own; what was agreed, accepted, written and booked goes with it."""
    restored = make_pair(
        enrolment,
        mentor,
        by=by,
        goals=(),
        run=pairing.run,
        choice=pairing.choice,
        why=pairing.why,
        answer_until=pairing.answer_until,
        accepted_at=pairing.accepted_at,
    )
    hand_on(pairing, restored, by=by)
    return restored
