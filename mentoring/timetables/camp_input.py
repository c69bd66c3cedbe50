"""The question of a camp's timetable, from the rows: live pairs, weeks, absences, other meetings. Reads only."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from django.db.models import Q

from mentoring.availability import free_time
from mentoring.models.availability import SEOUL, Week
from mentoring.models.meetings import Meeting, MeetingStatus
from mentoring.models.pairs import Pairing
from mentoring.timetables import problem as questions
from mentoring.vocabulary import Language
from portal import clock
from programs.models.cohorts import SessionExpert

HOME = Language.KOREAN.value


def pairs_of(camp):
    """The live pairs of the camp's cohort, by the names of mentor and mentee."""
    found = Pairing.objects.live().filter(enrolment__cohort=camp.round.cohort_id)
    return list(
        found.select_related(
            "mentor__user", "mentor__expert", "enrolment__person", "enrolment__mentee_profile"
        ).order_by("mentor__user__full_name", "mentor", "enrolment__person__full_name", "pk")
    )


def language_of(pairing):
    """The language from which the two need an interpreter; "" where they share one."""
    mentor = pairing.mentor
    abroad = mentor.expert is not None and mentor.expert.is_international
    spoken = list(mentor.languages) or [Language.ENGLISH.value if abroad else HOME]
    profile = getattr(pairing.enrolment, "mentee_profile", None)
    understood = list(profile.languages) if profile and profile.languages else [HOME]
    return "" if set(spoken) & set(understood) else spoken[0]


def seoul_day(moment):
    """The day of the camp that a moment counts to: Seoul's."""
    return moment.astimezone(clock.SEOUL).date().isoformat()


def day_of(slot):
    """The day of the camp that a slot counts to."""
    return seoul_day(slot.starts_at)


class Announced:
    """The meetings of a camp as they stand: those of the timetable that holds, and others in one of its slots.

    `strayed` are those that one of the two has moved by hand to a time that is no slot; they stay where they are.
    """

    def __init__(self, camp):
        self.timetable = camp.timetables.published().first()
        self.slots = {(slot.starts_at, slot.ends_at) for slot in camp.slots.all()}
        self.planned = set(self.slots)
        uids = []
        if self.timetable is not None:
            self.planned |= {(s.start, s.end) for s in questions.Problem.from_json(self.timetable.problem).slots}
            uids = list(self.timetable.meetings.values_list("uid", flat=True))
        rows = Meeting.objects.standing().filter(
            Q(uid__in=uids) | Q(starts_at__in={start for start, _end in self.slots}),
            pairing__ended_at=None,
            pairing__enrolment__cohort=camp.round.cohort_id,
        )
        people = ("pairing__mentor__user", "pairing__enrolment__person", "interpreter__user")
        found = [
            row
            for row in rows.select_related(*people).order_by("starts_at", "pk")
            if row.uid in uids or (row.starts_at, row.ends_at) in self.slots
        ]
        self.strayed = [row for row in found if (row.starts_at, row.ends_at) not in self.planned]
        self.meetings = [row for row in found if row not in self.strayed]

    def days_lost(self):
        """The pairs and days, as the question has them, for which a strayed meeting stands; with how many."""
        lost = Counter()
        chain = Meeting.objects.filter(uid__in=[row.uid for row in self.strayed]).order_by("sequence")
        came_from = {row.uid: row.starts_at for row in chain if (row.starts_at, row.ends_at) in self.planned}
        for row in self.strayed:
            pair = (str(row.pairing.mentor_id), str(row.pairing.enrolment_id))
            lost[(*pair, seoul_day(came_from.get(row.uid, row.starts_at)))] += 1
        return lost


class Input:
    """What a camp's timetable is made of: `problem`, and `previous`, the meetings announced before (or None)."""

    def __init__(self, camp, now=None):
        self.camp, self.now = camp, now or clock.now()
        self.pairs = pairs_of(camp)
        self.rows = list(camp.slots.all())
        self.able = list(camp.interpreters.select_related("expert").prefetch_related("absences"))
        self.announced = Announced(camp)
        self.taken = Taken(self)
        self.problem, self.previous = self._build()

    def _build(self):
        kept = {}
        by_time = {(slot.starts_at, slot.ends_at): slot for slot in self.rows}
        for meeting in self.announced.meetings:
            slot = by_time.get((meeting.starts_at, meeting.ends_at))
            if slot is not None:
                pair = (str(meeting.pairing.mentor_id), str(meeting.pairing.enrolment_id))
                kept[meeting] = questions.Meeting(*pair, str(slot.pk), self._interpreter_of(meeting))
        begun = [found for meeting, found in kept.items() if self._is_fixed(meeting)]
        used = {meeting.slot for meeting in begun}
        rows = [slot for slot in self.rows if slot.starts_at > self.now or str(slot.pk) in used]
        last = {day_of(slot): slot.pk for slot in self.rows}
        slots = tuple(
            questions.Slot(str(row.pk), day_of(row), row.starts_at, row.ends_at, last[day_of(row)] == row.pk)
            for row in rows
        )
        self.was_there = was_there(begun, {slot.id: slot for slot in slots})
        problem = questions.Problem(
            slots,
            tuple(self._mentors(rows)),
            tuple(self._mentees()),
            (),
            tuple(self._interpreters()),
            minimum=self.camp.minimum_minutes,
            seed=self.camp.round.lottery_seed,
        )
        missed, lost = [], self.announced.days_lost()
        pairs = tuple(self._pair(pair, problem.days, begun, slots, lost, missed) for pair in self.pairs)
        known = {pair.key for pair in pairs}
        fixed = tuple(meeting for meeting in begun if meeting.pair in known)
        problem = replace(problem, pairs=pairs, fixed=fixed)
        waived = {questions.Demand(**demand) for demand in self.camp.waived} | set(missed)
        problem = replace(problem, waived=tuple(waived & set(problem.demands)))
        has_before = bool(self.announced.timetable or self.announced.meetings)
        return problem, tuple(kept.values()) if has_before else None

    def _interpreter_of(self, meeting):
        mine = str(meeting.interpreter_id or "")
        return mine if mine in {str(row.expert_id) for row in self.able} else ""

    def _is_fixed(self, meeting):
        return meeting.status != MeetingStatus.SCHEDULED or meeting.starts_at <= self.now

    def _pair(self, pairing, days, begun, slots, lost, missed):
        """What a pair wants. What is lost, or did not take place on days that are over, goes to `missed`."""
        key = (str(pairing.mentor_id), str(pairing.enrolment_id))
        counts = self.camp.counts.get(str(pairing.pk), {})
        day_of_slot = {slot.id: slot.day for slot in slots}
        open_days = {slot.day for slot in slots if slot.start > self.now}
        wanted = []
        for day in days:
            held = sum(meeting.pair == key and day_of_slot[meeting.slot] == day for meeting in begun)
            count = max(counts.get(day, 1), held)
            wanted.append((day, count))
            first = held + 1 if day not in open_days else max(held, count - lost[(*key, day)]) + 1
            missed += [questions.Demand("meeting", *key, day, number=n) for n in range(first, count + 1)]
        return questions.Pair(*key, tuple(wanted), language_of(pairing))

    def _mentors(self, rows):
        mentors = {pair.mentor_id: pair.mentor for pair in self.pairs}
        weeks = {}
        if self.camp.weeks_count and rows:
            found = Week.objects.filter(person__in=[mentor.user_id for mentor in mentors.values()])
            weeks = {week.person_id: week for week in found.prefetch_related("parts", "exceptions")}
        since = min((row.starts_at for row in rows), default=self.now) - timedelta(days=1)
        until = max((row.ends_at for row in rows), default=self.now) + timedelta(days=1)
        for mentor in mentors.values():
            week = weeks.get(mentor.user_id)
            there = tuple(free_time(week, since, until)) if week else ()
            if week and not there:
                there = ((since - timedelta(days=1), since),)  # a week without any time: never there
            away = self._away(mentor=mentor.pk) + self.taken.of_person(mentor.user_id)
            away += self.taken.of_expert(mentor.expert_id)
            zone = week.zone if week else SEOUL
            yield self._person("mentor", mentor.pk, zone, away, there, most=self.camp.most_a_day)

    def _mentees(self):
        for pair in self.pairs:
            away = self._away(enrolment=pair.enrolment_id) + self.taken.of_person(pair.enrolment.person_id)
            yield self._person("mentee", pair.enrolment_id, SEOUL, away)

    def _interpreters(self):
        for row in self.able:
            away = tuple((absence.is_wish, absence.starts_at, absence.ends_at) for absence in row.absences.all())
            away += self.taken.of_expert(row.expert_id)
            limits = {"most": self.camp.most_a_day, "languages": tuple(row.languages)}
            yield self._person("interpreter", row.expert_id, SEOUL, away, **limits)

    def _person(self, role, key, zone, away, there=(), *, most=None, languages=()):
        """Somebody as the question has them. Who has met somebody was there, whatever is written down since."""
        met = self.was_there.get((role, str(key)), ())
        absences = {
            (start, end)
            for is_wish, start, end in away
            if not is_wish and not any(start < until and since < end for since, until in met)
        }
        return questions.Person(
            str(key),
            zone,
            (*there, *met) if there else (),
            tuple(sorted(absences)),
            tuple(sorted({(start, end) for is_wish, start, end in away if is_wish})),
            self.camp.buffer_minutes,
            most,
            languages,
        )

    def _away(self, **person):
        """When a mentor or a mentee is away or would rather be free."""
        ((name, key),) = person.items()
        found = self._absences.get((name, key), ())
        return tuple((absence.is_wish, absence.starts_at, absence.ends_at) for absence in found)

    @property
    def _absences(self):
        if not hasattr(self, "_absences_found"):
            self._absences_found = {}
            for absence in self.camp.absences.all():
                for name in ("mentor", "enrolment"):
                    key = getattr(absence, f"{name}_id")
                    if key is not None:
                        self._absences_found.setdefault((name, key), []).append(absence)
        return self._absences_found


def was_there(begun, slots):
    """By role and id, the times of the meetings that have begun."""
    found = {}
    for meeting in begun:
        slot = slots[meeting.slot]
        for role in ("mentor", "mentee", "interpreter"):
            if key := getattr(meeting, role):
                found.setdefault((role, key), []).append((slot.start, slot.end))
    return found


class Taken:
    """What people have outside of the camp while it lasts: other meetings, and sessions of other cohorts."""

    def __init__(self, question):
        rows = question.rows
        self.since = min((row.starts_at for row in rows), default=question.now)
        self.until = max((row.ends_at for row in rows), default=question.now)
        self.people, self.experts = {}, {}
        own = [meeting.pk for meeting in question.announced.meetings]
        others = Meeting.objects.standing().filter(
            status=MeetingStatus.SCHEDULED, starts_at__lt=self.until, ends_at__gt=self.since
        )
        for meeting in others.exclude(pk__in=own).select_related("pairing__mentor", "pairing__enrolment"):
            window = (False, meeting.starts_at, meeting.ends_at)
            for person in (meeting.pairing.mentor.user_id, meeting.pairing.enrolment.person_id):
                self.people.setdefault(person, []).append(window)
            if meeting.interpreter_id is not None:
                self.experts.setdefault(meeting.interpreter_id, []).append(window)
        teaching = SessionExpert.objects.filter(
            session__cancelled_at=None, session__starts_at__lt=self.until, session__ends_at__gt=self.since
        ).exclude(session__cohort=question.camp.round.cohort_id)
        for expert, start, end in teaching.values_list("expert", "session__starts_at", "session__ends_at"):
            self.experts.setdefault(expert, []).append((False, start, end))

    def of_person(self, key):
        """When somebody has another meeting."""
        return tuple(self.people.get(key, ()))

    def of_expert(self, key):
        """When an expert interprets or teaches elsewhere."""
        return tuple(self.experts.get(key, ()))
