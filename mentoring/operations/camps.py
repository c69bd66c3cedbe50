"""What a camp's timetable is made of: slots, interpreters, absences, how often a pair meets.

Each function is one transaction behind the lock on the round; `by` runs the cohort.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from mentoring import permissions
from mentoring.models.rounds import MentoringRound
from mentoring.models.timetables import Camp, CampAbsence, CampInterpreter, CampSlot
from mentoring.timetables.camp_input import pairs_of
from mentoring.timetables.problem import MOST_SLOTS
from portal import audit, clock
from portal.errors import Refused

MOST_ABSENCES = 500
MOST_A_DAY = 4  # meetings of one pair


def lock_camp(camp_id, *, by):
    """The camp behind the lock on its round."""
    round_id = Camp.objects.values_list("round", flat=True).get(pk=camp_id)
    round_ = (
        MentoringRound.objects.select_for_update(of=("self",), no_key=True)
        .select_related("cohort__program")
        .get(pk=round_id)
    )
    if not permissions.runs(by, round_.cohort_id):
        raise Refused(_("You do not run this cohort."))
    camp = Camp.objects.get(pk=camp_id)
    camp.round = round_
    return camp


@transaction.atomic
def add_slots(camp_id, *, by, first_day, last_day, start, minutes, count, pause):
    """Slots in a row on each day from the first to the last, in Seoul's time; returns how many are new."""
    camp = lock_camp(camp_id, by=by)
    if last_day < first_day:
        raise Refused(_("The last day lies before the first."))
    now, found, day = clock.now(), [], first_day
    while day <= last_day and len(found) <= MOST_SLOTS:
        begins = datetime.combine(day, start, clock.SEOUL)
        for _number in range(count):
            ends = begins + timedelta(minutes=minutes)
            found.append(CampSlot(camp=camp, starts_at=begins, ends_at=ends))
            begins = ends + timedelta(minutes=pause)
        day += timedelta(days=1)
    if found[0].starts_at <= now:
        raise Refused(_("The first slot lies in the past."))
    known = set(camp.slots.values_list("starts_at", "ends_at"))
    new = [slot for slot in found if (slot.starts_at, slot.ends_at) not in known]
    if len(known) + len(new) > MOST_SLOTS:
        raise Refused(_("A camp has at most %(most)s slots.") % {"most": MOST_SLOTS})
    CampSlot.objects.bulk_create(new)
    if new:
        audit.record("camp.slots_added", target=camp, by=by, after=len(new))
    return len(new)


@transaction.atomic
def remove_slots(camp_id, slot_ids, *, by):
    """Take slots away; meetings in them stay until the next timetable. Returns how many."""
    camp = lock_camp(camp_id, by=by)
    count, _each = camp.slots.filter(pk__in=slot_ids).delete()
    if count:
        audit.record("camp.slots_removed", target=camp, by=by, before=count)
    return count


@transaction.atomic
def set_interpreter(camp_id, expert_id, *, by, languages):
    """Let somebody interpret in the camp from these languages; again: from others."""
    camp = lock_camp(camp_id, by=by)
    row, _is_new = CampInterpreter.objects.update_or_create(
        camp=camp, expert_id=expert_id, defaults={"languages": sorted(languages)}
    )
    audit.record("camp.interpreter", target=camp, by=by, after=f"expert {expert_id}")
    return row


@transaction.atomic
def remove_interpreter(camp_id, interpreter_id, *, by):
    """Take somebody off the interpreters; twice is once."""
    camp = lock_camp(camp_id, by=by)
    row = camp.interpreters.filter(pk=interpreter_id).first()
    if row is not None:
        audit.record("camp.interpreter_removed", target=camp, by=by, before=f"expert {row.expert_id}")
        row.delete()


@transaction.atomic
def add_absence(
    camp_id, *, by, starts_at, ends_at, is_wish, mentor_id=None, enrolment_id=None, interpreter_id=None
):
    """Write down when somebody of the camp is away, or would rather be free. The same again is once."""
    camp = lock_camp(camp_id, by=by)
    if ends_at <= starts_at:
        raise Refused(_("The end lies before the beginning."))
    pairs = pairs_of(camp)
    known = (
        mentor_id in {pair.mentor_id for pair in pairs}
        or enrolment_id in {pair.enrolment_id for pair in pairs}
        or camp.interpreters.filter(pk=interpreter_id).exists()
    )
    if not known:
        raise Refused(_("This person does not take part in the camp."))
    if camp.absences.count() >= MOST_ABSENCES:
        raise Refused(_("There can be at most %(most)s absences.") % {"most": MOST_ABSENCES})
    absence, is_new = CampAbsence.objects.get_or_create(
        camp=camp,
        mentor_id=mentor_id,
        enrolment_id=enrolment_id,
        interpreter_id=interpreter_id,
        starts_at=starts_at,
        ends_at=ends_at,
        defaults={"is_wish": is_wish},
    )
    if is_new:
        audit.record("camp.absence_added", target=camp, by=by, after=absence.pk)
    return absence


@transaction.atomic
def remove_absence(camp_id, absence_id, *, by):
    """The person is there after all; twice is once."""
    camp = lock_camp(camp_id, by=by)
    count, _each = camp.absences.filter(pk=absence_id).delete()
    if count:
        audit.record("camp.absence_removed", target=camp, by=by, before=absence_id)


@transaction.atomic
def set_count(camp_id, pairing_id, day, count, *, by):
    """How many meetings a pair has on a day of the camp; usually it is one."""
    camp = lock_camp(camp_id, by=by)
    if pairing_id not in {pair.pk for pair in pairs_of(camp)}:
        raise Refused(_("This pair has ended."))
    if not 0 <= count <= MOST_A_DAY:
        raise Refused(_("A pair meets up to %(most)s times a day.") % {"most": MOST_A_DAY})
    of_pair = {**camp.counts.get(str(pairing_id), {}), day: count}
    of_pair = {day: count for day, count in of_pair.items() if count != 1}
    camp.counts = {**camp.counts, str(pairing_id): of_pair} if of_pair else without(camp.counts, str(pairing_id))
    camp.save(update_fields=["counts"])
    audit.record("camp.count", target=camp, by=by, after=f"pairing {pairing_id}, {day}: {count}")


def without(counts, key):
    """The same without one pair."""
    return {other: value for other, value in counts.items() if other != key}


@transaction.atomic
def forget_waived(camp_id, *, by):
    """Everything is demanded again that was given up."""
    camp = lock_camp(camp_id, by=by)
    if camp.waived:
        audit.record("camp.waived_again", target=camp, by=by, before=len(camp.waived))
        camp.waived = []
        camp.save(update_fields=["waived"])
