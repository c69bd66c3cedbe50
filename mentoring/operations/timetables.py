"""Making, changing and publishing the timetable of a camp.

`make` freezes the question; the worker answers it (`answer`), outside of any transaction. Publishing puts the
question once more and refuses an answer to another one.
"""

import logging
import time

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django_tasks import task

from mentoring.emails import timetables as timetable_emails
from mentoring.meeting_labels import TIMETABLE_CHANGED
from mentoring.models.meetings import Meeting, MeetingStatus, MeetingWay
from mentoring.models.mentors import MentorProfile
from mentoring.models.pairs import Pairing
from mentoring.models.timetables import Timetable, TimetableState
from mentoring.operations.camps import lock_camp
from mentoring.timetables import camp_words
from mentoring.timetables.camp_input import Announced, Input
from mentoring.timetables.check import check, measure
from mentoring.timetables.conflicts import explain
from mentoring.timetables.model import Undecided
from mentoring.timetables.problem import Meeting as Planned
from mentoring.timetables.problem import Problem, meeting_json
from mentoring.timetables.solving import Timetable as Plan
from mentoring.timetables.solving import solve
from portal import audit, clock
from portal.errors import Refused
from programs.models.enrolments import Enrolment
from programs.models.experts import Expert

logger = logging.getLogger(__name__)


@transaction.atomic
def make(camp_id, *, by):
    """Freeze the question of a camp as it stands, and have it answered. Returns the Timetable, still being made.

    While one is being made of the same question it is that one, put to the worker once more.
    """
    return _make(lock_camp(camp_id, by=by), by=by)


def _make(camp, *, by):
    question = _question(camp)
    current = camp.timetables.filter(state=TimetableState.MAKING).first()
    if current is not None and current.digest == question.problem.digest:
        answer_in_background.enqueue(current.pk)
        return current
    if current is not None:
        _write(current, state=TimetableState.UNDECIDED)
    timetable = _new(camp, question.problem, question.previous, by=by)
    audit.record("timetable.asked", target=camp, by=by, after=timetable.number)
    answer_in_background.enqueue(timetable.pk)
    return timetable


def _question(camp):
    """The question as it stands; refuses what cannot be one, in words."""
    try:
        question = Input(camp)
    except ValueError as wrong:
        logger.warning("camp %s is no question: %s", camp.pk, wrong)
        raise Refused(_("The slots, absences or counts do not fit together. Check them first.")) from wrong
    if not question.problem.slots:
        raise Refused(_("Add slots first."))
    if not question.problem.pairs:
        raise Refused(_("There are no pairs yet."))
    return question


def _new(camp, problem, previous, *, by, **fields):
    last = camp.timetables.aggregate(last=Max("number"))["last"] or 0
    return Timetable.objects.create(
        camp=camp,
        number=last + 1,
        problem=problem.as_json(),
        digest=problem.digest,
        previous=None if previous is None else [meeting_json(meeting) for meeting in previous],
        made_by=by,
        made_at=clock.now(),
        **fields,
    )


def _write(timetable, **fields):
    for name, value in fields.items():
        setattr(timetable, name, value)
    timetable.save(update_fields=list(fields))


def answer(timetable_id):
    """Answer the question of a timetable that is being made; what is answered stays."""
    timetable = Timetable.objects.get(pk=timetable_id)
    if timetable.state != TimetableState.MAKING:
        return timetable
    problem = Problem.from_json(timetable.problem)
    previous = None if timetable.previous is None else tuple(Planned(**meeting) for meeting in timetable.previous)
    began = time.monotonic()
    found = {"state": TimetableState.MADE, "plan": None, "reasons": None}
    try:
        plan = solve(problem, previous=previous)
        if plan is not None and not check(problem, plan.meetings):
            found["plan"] = plan.as_json()
        else:
            reasons = None if plan is not None else explain(problem)
            found["state"] = TimetableState.IMPOSSIBLE if reasons else TimetableState.UNDECIDED
            found["reasons"] = reasons.as_json() if reasons else None
    except Undecided:
        found["state"] = TimetableState.UNDECIDED
    found["seconds"] = round(time.monotonic() - began, 2)
    with transaction.atomic():
        row = Timetable.objects.select_for_update(of=("self",), no_key=True).get(pk=timetable_id)
        if row.state == TimetableState.MAKING:
            _write(row, **found)
            audit.record("timetable.answered", target=row.camp, by=None, after=f"{row.number} {row.state}")
    return row


@task()
def answer_in_background(timetable_id):
    """The worker's door to `answer`."""
    answer(timetable_id)


@transaction.atomic
def do_without(timetable_id, *, by):
    """Do without the fewest demands without which there is a timetable, and make it. Returns the new Timetable."""
    timetable = _lock(timetable_id, by=by)
    if timetable.state != TimetableState.IMPOSSIBLE or not is_latest(timetable):
        raise Refused(_("This is not the latest timetable any more."))
    camp = timetable.camp
    given_up = timetable.reasons["give_up"]
    camp.waived = camp.waived + [demand for demand in given_up if demand not in camp.waived]
    camp.save(update_fields=["waived"])
    audit.record("camp.waived", target=camp, by=by, after=len(given_up))
    return _make(camp, by=by)


@transaction.atomic
def change(timetable_id, slot, pair, to_slot, *, by):
    """Move one meeting of the latest timetable to another slot, whoever is there coming back in its place.

    `pair` is (mentor, mentee) as the question has them. Held to the same rules as the solver; refuses with what
    would be broken. Returns the new Timetable, which is published as any other.
    """
    timetable = _lock(timetable_id, by=by)
    if timetable.plan is None or not is_latest(timetable):
        raise Refused(_("This is not the latest timetable any more."))
    problem = Problem.from_json(timetable.problem)
    plan = Plan.from_json(timetable.plan)
    best = moved(problem, plan.meetings, slot, pair, to_slot)
    faults = check(problem, best)
    if faults:
        named = camp_words.Names(timetable.camp)
        raise Refused(" ".join(camp_words.fault(problem, fault, named) for fault in faults[:3]))
    previous = None if timetable.previous is None else tuple(Planned(**meeting) for meeting in timetable.previous)
    changed = Plan(tuple(best), measure(problem, best, previous), ())
    new = _new(
        timetable.camp,
        problem,
        previous,
        by=by,
        state=TimetableState.MADE,
        plan=changed.as_json(),
        changed_from=timetable,
    )
    audit.record("timetable.changed", target=timetable.camp, by=by, before=timetable.number, after=new.number)
    return new


def moved(problem, meetings, slot, pair, to_slot):
    """The meetings with that one in another slot, and the mentor's meeting there in the place that it leaves.

    Interpreters stay with their meetings where that keeps the rules; else whoever keeps them.
    """
    target = next((m for m in meetings if m.pair == pair and m.slot == slot), None)
    if target is None or to_slot not in problem.slot_of or to_slot == slot:
        raise Refused(_("Choose another slot."))
    swap = next((m for m in meetings if m.mentor == pair[0] and m.slot == to_slot), None)
    rest = [meeting for meeting in meetings if meeting not in (target, swap)]
    best = None
    for mine in _interpreted(problem, target, to_slot):
        for other in _interpreted(problem, swap, slot) if swap else [None]:
            tried = [*rest, mine, *([other] if other else [])]
            faults = len(check(problem, tried))
            if best is None or faults < best[0]:
                best = (faults, tried)
            if not faults:
                break
        if not best[0]:
            break
    start = {name: each.start for name, each in problem.slot_of.items()}
    return sorted(best[1], key=lambda meeting: (start[meeting.slot], meeting))


def _interpreted(problem, meeting, slot):
    """The meeting in another slot, first with its own interpreter, then with each other who could."""
    names = [meeting.interpreter]
    language = problem.pair_of[meeting.pair].language
    if language:
        names += [p.id for p in problem.interpreters if language in p.languages and p.id != meeting.interpreter]
    return [Planned(*meeting.pair, slot, name) for name in names]


def is_latest(timetable):
    """Whether no later one has been made of the camp."""
    return not timetable.camp.timetables.filter(number__gt=timetable.number).exists()


def _lock(timetable_id, *, by):
    camp_id = Timetable.objects.values_list("camp", flat=True).get(pk=timetable_id)
    camp = lock_camp(camp_id, by=by)
    timetable = Timetable.objects.select_for_update(of=("self",), no_key=True).get(pk=timetable_id)
    timetable.camp = camp
    return timetable


# --- publishing -----------------------------------------------------------------------------------


@transaction.atomic
def publish(timetable_id, *, by):
    """Make the meetings of the latest timetable, and tell each person whose own have changed. Twice is once.

    Refuses where people, slots or absences are not as they were when the timetable was made. Meetings that stay are
    not touched; one that moves keeps its event in calendars.
    """
    timetable = _lock(timetable_id, by=by)
    if timetable.state == TimetableState.PUBLISHED:
        return timetable
    if timetable.state != TimetableState.MADE or not is_latest(timetable):
        raise Refused(_("This is not the latest timetable any more."))
    camp = timetable.camp
    _lock_people(camp)
    if _question(camp).problem.digest != timetable.digest:
        raise Refused(_("People, slots or absences have changed since. Make the timetable anew."))
    now = clock.now()
    planned = Plan.from_json(timetable.plan).meetings
    problem = Problem.from_json(timetable.problem)
    writer = _Writer(camp, problem, planned, by=by, now=now)
    writer.write()
    for old in camp.timetables.published():
        _write(old, state=TimetableState.REPLACED)
    _write(timetable, state=TimetableState.PUBLISHED, published_at=now, published_by=by)
    timetable.meetings.set(writer.meetings)
    audit.record("timetable.published", target=camp, by=by, after=f"{timetable.number}: {len(writer.meetings)}")
    for person in writer.concerned:
        timetable_emails.camp_timetable(timetable, person)
    return timetable


def _lock_people(camp):
    """Nobody books, moves or ends anything of these people meanwhile."""
    live = Pairing.objects.live().filter(enrolment__cohort=camp.round.cohort_id)
    for model, name in ((Enrolment, "enrolment"), (MentorProfile, "mentor")):
        keys = live.values(name)
        list(model.objects.filter(pk__in=keys).select_for_update(of=("self",), no_key=True).order_by("pk"))
    pairs = list(
        live.select_for_update(of=("self",), no_key=True).order_by("pk").select_related("mentor", "enrolment")
    )
    people = {key for pair in pairs for key in (pair.mentor.user_id, pair.enrolment.person_id)}
    users = get_user_model().objects.filter(pk__in=people)
    list(users.select_for_update(of=("self",), no_key=True).order_by("pk"))


class _Writer:
    """Turns a plan into meetings: what stays stays, what moves is moved, the rest is called off or new."""

    def __init__(self, camp, problem, planned, *, by, now):
        self.camp, self.problem, self.by, self.now = camp, problem, by, now
        announced = Announced(camp)
        self.standing = announced.meetings
        live = Pairing.objects.live().filter(enrolment__cohort=camp.round.cohort_id)
        live = live.select_related("mentor__user", "enrolment__person")
        self.pairs = {(str(pair.mentor_id), str(pair.enrolment_id)): pair for pair in live}
        self.planned = list(planned)
        self.experts = Expert.objects.in_bulk({int(m.interpreter) for m in planned if m.interpreter})
        self.meetings, self.concerned = list(announced.strayed), []

    def write(self):
        """First those that stay, then those that move to the nearest slot or are new, then those that go."""
        left = {(m.pairing_id, m.starts_at, m.ends_at): m for m in self.standing}
        new = []
        for planned in self.planned:
            slot, pairing = self.problem.slot_of[planned.slot], self.pairs[planned.pair]
            kept = left.pop((pairing.pk, slot.start, slot.end), None)
            if kept is None:
                new.append((pairing, planned, slot))
            else:
                self._keep(kept, planned)
        gone = {}
        for meeting in sorted(left.values(), key=lambda meeting: meeting.starts_at):
            gone.setdefault(meeting.pairing_id, []).append(meeting)
        for pairing, planned, slot in new:
            self._make(pairing, planned, slot, self._nearest(gone.get(pairing.pk, []), slot))
        for meetings in gone.values():
            for meeting in meetings:
                self._call_off(meeting)

    @staticmethod
    def _nearest(meetings, slot):
        """The meeting that moves into a slot: of the same day if there is one."""
        if not meetings:
            return None
        meetings.sort(key=lambda meeting: (abs(meeting.starts_at - slot.start), meeting.pk))
        return meetings.pop(0)

    def _keep(self, meeting, planned):
        expert = self.experts.get(int(planned.interpreter)) if planned.interpreter else None
        if meeting.interpreter_id != (expert.pk if expert else None) and meeting.starts_at > self.now:
            self._tell(meeting)
            meeting.interpreter, meeting.sequence, meeting.changed_at = expert, meeting.sequence + 1, self.now
            meeting.save(update_fields=["interpreter", "sequence", "changed_at"])
            self._tell(meeting)
        self.meetings.append(meeting)

    def _make(self, pairing, planned, slot, before):
        fields = {}
        if before is not None:
            self._tell(before)
            fields = {"uid": before.uid, "sequence": before.sequence + 1, "replaces": before}
            before.status, before.changed_at = MeetingStatus.RESCHEDULED, self.now
            before.called_off_by = self.by
            before.save(update_fields=["status", "changed_at", "called_off_by"])
        meeting = Meeting.objects.create(
            pairing=pairing,
            starts_at=slot.start,
            ends_at=slot.end,
            way=MeetingWay.IN_PERSON if self.camp.place else MeetingWay.ONLINE,
            place=self.camp.place,
            link=self.camp.link,
            interpreter=self.experts.get(int(planned.interpreter)) if planned.interpreter else None,
            booked_by=self.by,
            booked_at=self.now,
            changed_at=self.now,
            **fields,
        )
        self.meetings.append(meeting)
        self._tell(meeting)

    def _call_off(self, meeting):
        self._tell(meeting)
        meeting.status, meeting.changed_at = MeetingStatus.CANCELLED, self.now
        meeting.sequence += 1
        meeting.called_off_by, meeting.called_off_reason = self.by, TIMETABLE_CHANGED
        meeting.save(update_fields=["status", "changed_at", "sequence", "called_off_by", "called_off_reason"])

    def _tell(self, meeting):
        """Its two, and whoever interprets and has a login, are told once."""
        people = [meeting.pairing.mentor.user, meeting.pairing.enrolment.person]
        people += [meeting.interpreter.user] if meeting.interpreter and meeting.interpreter.user else []
        self.concerned += [person for person in people if person not in self.concerned]
