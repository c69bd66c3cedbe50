"""Everything that changes when a person has time. Each function is one transaction."""

from django.db import transaction
from django.utils.translation import gettext as _

from mentoring import rounds
from mentoring.models.availability import Week, WeekException, WeekPart
from portal import audit, clock
from portal.errors import Refused


class Frozen(Refused):
    """The usual week counts for a pairing that is being made."""


@transaction.atomic
def save_week(*, by, zone, parts, exceptions, buffer_minutes, notice_hours):
    """Keep a person's own week; `parts` are (weekday, from, until), `exceptions` (first, last, from, until).

    Stretches that touch become one. From the deadline for wishes until the pairs are out a mentee's zone and usual
    week stay as they are, unless staff have opened them again: whoever knows the others could force a mentor by
    them. Days that are over are kept. Returns the Week.
    """
    Week.objects.get_or_create(person=by, defaults={"zone": zone})
    week = Week.objects.select_for_update(no_key=True).get(person=by)
    wanted = merged(parts)
    before = [(part.weekday, part.starts, part.ends) for part in week.parts.all()]
    usual_changes = wanted != before or (zone != week.zone and bool(before))
    if usual_changes:
        frozen = rounds.freezing(by, clock.now())
        if frozen is not None:
            raise Frozen(
                _("Your usual week is fixed until the pairs of %(program)s are announced.")
                % {"program": frozen.cohort.program.title}
            )
    week.zone, week.buffer_minutes, week.notice_hours = zone, buffer_minutes, notice_hours
    week.changed_at = clock.now()
    week.save()
    if wanted != before:
        week.parts.all().delete()
        WeekPart.objects.bulk_create(
            WeekPart(week=week, weekday=day, starts=starts, ends=ends) for day, starts, ends in wanted
        )
    week.exceptions.filter(last_day__gte=clock.today()).delete()
    WeekException.objects.bulk_create(
        WeekException(week=week, first_day=first, last_day=last, starts=starts, ends=ends)
        for first, last, starts, ends in sorted(set(exceptions), key=str)
    )
    if usual_changes:
        audit.record("week.changed", target=week, by=by, after=f"{len(wanted)} parts")
    return week


def merged(parts):
    """The same time as sorted stretches, none of which overlaps or touches another of its day."""
    found = []
    for day, starts, ends in sorted(parts):
        if found and found[-1][0] == day and starts <= found[-1][2]:
            found[-1] = (day, found[-1][1], max(found[-1][2], ends))
        else:
            found.append((day, starts, ends))
    return found
