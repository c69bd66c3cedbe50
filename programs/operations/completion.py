"""Deciding who has completed a cohort: as the rule computes, all in one deed, or against it with a reason.

The status itself is written by `enrolments.end_enrolment` alone. A decision is a row (`Completion`) with the
version of the rule, the sums and the reason. Before it the enrolment is locked, behind which nobody marks.
"""

import hashlib
import logging
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit, clock
from portal.errors import Refused
from programs import attendance_emails as emails
from programs import attending
from programs.completion import Standing, Verdict
from programs.models.attendance import Attendance, AttendanceStatus, Completion, CompletionRule, Excuse
from programs.models.cohorts import Cohort
from programs.models.enrolments import Enrolment, EnrolmentStatus
from programs.operations.enrolments import end_enrolment

logger = logging.getLogger(__name__)
GRACE = timedelta(minutes=30)  # a mark so young may be a slip of the hand; nobody is warned of it yet
WARNED_UNTIL = timedelta(days=14)  # after the end of a cohort


# --- the rule ---------------------------------------------------------------------------------------------------

NUMBERS = ("basis", "threshold", "day_percent", "slips_per_absence", "needs_survey")


@transaction.atomic
def change_rule(cohort_id, *, by, **numbers):
    """Give a cohort a new version of its completion rule, in force at once; an earlier one is never edited.

    The same numbers as those in force change nothing. Refused once somebody's completion has been decided: the same
    rule holds for everyone. Returns the rule in force.
    """
    cohort = lock_cohort(cohort_id)
    now = clock.now()
    known = attending.rule_of(cohort, now)
    if known.pk is not None and all(getattr(known, name) == numbers.get(name) for name in NUMBERS):
        return known
    if Completion.objects.filter(enrolment__cohort=cohort).exists():
        raise Refused(_("Completion has been decided by this rule already; it holds for everyone."))
    made = CompletionRule(cohort=cohort, number=next_number(cohort), in_force_at=now, made_by=by, made_at=now)
    for name in NUMBERS:
        setattr(made, name, numbers[name])
    made.save()
    audit.record(
        "cohort.rule_changed", target=cohort, by=by, before=known.number if known.pk else "", after=made.number
    )
    return made


def next_number(cohort):
    """The number of the next version."""
    last = cohort.completion_rules.order_by("-number").first()
    return last.number + 1 if last else 1


def lock_cohort(cohort_id):
    """The cohort, locked until the transaction ends."""
    return Cohort.objects.select_for_update(of=("self",), no_key=True).get(pk=cohort_id)


def saved_rule(cohort, now):
    """The rule in force as a row; the usual one is written down at its first use. The caller holds the lock."""
    rule = attending.rule_of(cohort, now)
    if rule.pk is None:
        rule.number, rule.in_force_at, rule.made_at = next_number(cohort), now, now
        rule.save()
    return rule


# --- deciding ---------------------------------------------------------------------------------------------------


class Row(NamedTuple):
    """One person in the preview: where they stand, and why nothing can be decided yet, where that is so."""

    enrolment: Enrolment
    standing: Standing
    why_not: str


class Preview(NamedTuple):
    """What deciding now would do; `stamp` changes with anything that it is made of."""

    rule: CompletionRule
    rows: list
    why_not: str
    stamp: str

    def count(self, outcome):
        """How many come out with `outcome`: True, False, or None for not yet."""
        return sum((None if row.why_not else row.standing.is_reached) == outcome for row in self.rows)


def preview(cohort, now):
    """What the rule computes for everyone still taking part; five queries, whatever their number."""
    live = Enrolment.objects.live().filter(cohort=cohort).select_related("person", "application")
    found = sorted(live, key=lambda row: (row.person.display_name, row.pk))
    rule = attending.rule_of(cohort, now)
    where = attending.standings(cohort, found, now, rule=rule)
    asking = set(Excuse.objects.waiting().filter(enrolment__cohort=cohort).values_list("enrolment", flat=True))
    rows = [Row(row, where[row.pk], undecided(where[row.pk], asks=row.pk in asking)) for row in found]
    parts = [
        rule.pk,
        *((row.enrolment.pk, row.standing.present, row.standing.verdict, bool(row.why_not)) for row in rows),
    ]
    stamp = hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
    return Preview(rule, rows, too_early(cohort, now), stamp)


def too_early(cohort, now):
    """Why completion cannot be decided at `now`; empty where it can."""
    if cohort.cancelled_at:
        return _("The cohort is cancelled.")
    if cohort.ends_at is None or cohort.ends_at > now:
        return _("The last session has not ended yet.")
    return ""


def undecided(standing, *, asks=False):
    """Why the rule says nothing about somebody yet; empty where it does.

    Whoever `asks` to be excused may still reach what is not reached without it.
    """
    if not standing.total:
        return _("No session counts.")
    if not standing.is_decided:
        return _("Not marked yet: %(count)s.") % {"count": len(standing.open)}
    if asks and not standing.is_reached:
        return _("A request to be excused waits for its decision.")
    return ""


@transaction.atomic
def decide_cohort(cohort_id, *, by, stamp):
    """Decide everyone about whom the rule says something. Returns how many completed, and how many did not.

    `stamp` is that of the preview that was looked at; where anything has changed since, it is refused.
    """
    cohort = lock_cohort(cohort_id)
    now = clock.now()
    live = Enrolment.objects.live().filter(cohort=cohort).order_by("pk")
    list(live.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    found = preview(cohort, now)
    if found.why_not:
        raise Refused(found.why_not)
    if found.stamp != stamp:
        raise Refused(_("Something has changed since you looked. Please look again."))
    rule = saved_rule(cohort, now)
    counted = {True: 0, False: 0}
    for row in found.rows:
        if not row.why_not:
            write(row.enrolment, row.standing, rule, row.standing.is_reached, by=by, now=now)
            counted[row.standing.is_reached] += 1
    if any(counted.values()):
        audit.record("cohort.completion_decided", target=cohort, by=by, after=f"{counted[True]} {counted[False]}")
    return counted[True], counted[False]


@transaction.atomic
def decide(enrolment_id, is_completed, *, by, reason=""):
    """Decide about one person; otherwise than the rule computes only with a reason, which the person reads.

    The same decision twice is the same as once. Nobody decides about themselves.
    """
    cohort_id = Enrolment.objects.values_list("cohort", flat=True).get(pk=enrolment_id)
    cohort, now = lock_cohort(cohort_id), clock.now()
    rows = Enrolment.objects.select_for_update(of=("self",), no_key=True)
    enrolment = rows.get(pk=enrolment_id)
    enrolment.cohort = cohort
    reached = EnrolmentStatus.COMPLETED if is_completed else EnrolmentStatus.NOT_COMPLETED
    if enrolment.status == reached:
        return enrolment
    refusal = too_early(cohort, now)
    if refusal:
        raise Refused(refusal)
    if by.pk == enrolment.person_id:
        raise Refused(_("You cannot decide about your own part."))
    standing = attending.standing_of(enrolment, now)
    open_still = undecided(standing, asks=enrolment.excuses.waiting().exists())
    if not reason.strip() and (open_still or standing.is_reached != is_completed):
        what = open_still or f"{standing.percent}% / {standing.threshold}%."
        raise Refused(_("The rule says otherwise: %(what)s Give a reason.") % {"what": what})
    return write(
        enrolment, standing, saved_rule(cohort, now), is_completed, by=by, now=now, reason=reason.strip()[:300]
    )


def write(enrolment, standing, rule, is_completed, *, by, now, reason=""):
    """Write a decision and end the part with it; the caller holds the locks on cohort and enrolment."""
    if not enrolment.can_become(EnrolmentStatus.COMPLETED):
        raise Refused(_("Their part has ended: %(status)s.") % {"status": enrolment.get_status_display()})
    is_reached = standing.is_reached
    Completion.objects.create(
        enrolment=enrolment,
        rule=rule,
        basis=standing.basis,
        present=standing.present,
        total=standing.total,
        slips=standing.sum.slips,
        is_reached=is_reached,
        is_completed=is_completed,
        reason=reason,
        by=by,
        at=now,
    )
    outcome = EnrolmentStatus.COMPLETED if is_completed else EnrolmentStatus.NOT_COMPLETED
    return end_enrolment(enrolment.pk, outcome, by=by, reason=reason)


# --- warnings ---------------------------------------------------------------------------------------------------


def warn(now):
    """Tell those who can miss nothing more, or can no longer complete; each once. Returns how many mails.

    Nobody is told before something was missed, nor of a mark younger than half an hour, nor to miss nothing more
    once all is over. What fails for one person holds up none of the others.
    """
    missed = Attendance.objects.exclude(
        status__in=[AttendanceStatus.PRESENT, AttendanceStatus.EXCUSED], minutes=None
    ).filter(session__cohort__ends_at__gt=now - WARNED_UNTIL, session__cohort__cancelled_at=None)
    young = Attendance.objects.filter(marked_at__gt=now - GRACE)
    rows = (
        Enrolment.objects.live().filter(pk__in=missed.values("enrolment")).exclude(pk__in=young.values("enrolment"))
    )
    cohorts = {}
    for row in rows.select_related("cohort__program", "person").order_by("pk"):
        cohorts.setdefault(row.cohort, []).append(row)
    told = 0
    for cohort, its in cohorts.items():
        where = attending.standings(cohort, its, now)
        for row in its:
            try:
                with transaction.atomic():
                    told += warn_one(row, where[row.pk], now)
            except Exception:
                logger.exception("Enrolment %s was not warned", row.pk)
    return told


def warn_one(enrolment, standing, now):
    """One person's warning, where there is something to warn of. Returns 1 if it is new, else 0."""
    if not standing.has_missed:
        return 0
    if standing.verdict == Verdict.ONE_MORE:
        if not standing.can_miss(now):
            return 0
        return emails.attendance_last_chance(enrolment, standing)
    if standing.verdict in (Verdict.UNREACHABLE, Verdict.NOT_REACHED):
        return emails.attendance_out_of_reach(enrolment, standing)
    return 0
