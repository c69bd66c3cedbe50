"""What many missed meetings lead to: a mail at two, a to-do for staff at three."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from mentoring import permissions
from mentoring.care import absences
from mentoring.emails import absences as emails
from mentoring.models.care import AbsenceKind, AbsenceStep
from portal import audit, clock
from portal.errors import Refused


def follow_up(now):
    """Warn whoever has missed two meetings in 60 days, and leave a to-do for three. Returns how many steps.

    A person is warned once in 60 days. A to-do that was settled comes again only for a meeting after that.
    """
    found = {person: rows for person, rows in absences.missed(now).items() if len(rows) >= absences.WARNED_AT}
    steps = AbsenceStep.objects.filter(person__in=found)
    warned = set(
        steps.filter(kind=AbsenceKind.WARNING, at__gt=now - absences.WITHIN).values_list("person", flat=True)
    )
    dealt_with = {}
    for person, settled_at in steps.filter(kind=AbsenceKind.TO_DO).values_list("person", "settled_at"):
        dealt_with[person] = max(dealt_with.get(person, settled_at or now), settled_at or now)
    done = 0
    for person, rows in found.items():
        if person not in warned:
            done += add_step(person, AbsenceKind.WARNING, now)
        newest = max(row["starts_at"] for row in rows)
        if len(rows) >= absences.TO_DO_AT and newest > dealt_with.get(person, newest - absences.WITHIN):
            done += add_step(person, AbsenceKind.TO_DO, now)
    return done


@transaction.atomic
def add_step(person_id, kind, now):
    """One step for one person, behind the lock on their row, counted again. Returns 1 if it is new, else 0."""
    person = User.objects.select_for_update(no_key=True).get(pk=person_id)
    count = absences.count_of(person_id, now)
    earlier = AbsenceStep.objects.filter(person=person, kind=kind)
    if kind == AbsenceKind.WARNING:
        if count < absences.WARNED_AT or earlier.filter(at__gt=now - absences.WITHIN).exists():
            return 0
    elif count < absences.TO_DO_AT or earlier.filter(settled_at=None).exists():
        return 0
    step = AbsenceStep.objects.create(person=person, kind=kind, count=count, at=now)
    if kind == AbsenceKind.WARNING and person.is_active:
        emails.absence_warning(step)
    audit.record(f"absences.{kind}", target=step, by=None, after=f"{person_id} {count}")
    return 1


@transaction.atomic
def settle(step_id, note, *, by):
    """Staff have looked at it, and say what was done; by whoever runs a cohort that one of the meetings was of."""
    step = AbsenceStep.objects.select_for_update(of=("self",)).select_related("person").get(pk=step_id)
    rows = absences.missed(clock.now(), people={step.person_id}).get(step.person_id, ())
    if step.person_id == by.pk:
        raise Refused(_("Somebody else has to settle this."))
    if not by.is_admin and not any(permissions.runs(by, cohort) for cohort in {row["cohort"] for row in rows}):
        raise Refused(_("You do not run this cohort."))
    if not note.strip():
        raise Refused(_("Write what was done."))
    if step.settled_at is None:
        step.settled_at, step.settled_by, step.note = clock.now(), by, note.strip()[:300]
        step.save(update_fields=["settled_at", "settled_by", "note"])
        audit.record("absences.settled", target=step, by=by)
    return step
