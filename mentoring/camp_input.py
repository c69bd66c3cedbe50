"""The question of a camp's timetable, from the rows: live pairs, weeks, absences, other meetings. Reads only."""

from dataclasses import replace
from datetime import timedelta

from mentoring import timetable_problem as questions
from mentoring.availability import free_time
from mentoring.models.availability import SEOUL, Week
from mentoring.models.meetings import Meeting, MeetingStatus
from mentoring.models.pairs import Pairing
from mentoring.vocabulary import Language
from portal import clock

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


def day_of(slot):
    """The day of the camp a slot counts to: Seoul's."""
    return slot.starts_at.astimezone(clock.SEOUL).date().isoformat()


def published_of(camp):
    """The meetings of the timetable that holds, moved ones in the place of those that they replace."""
    timetable = camp.timetables.published().first()
    if timetable is None:
        return []
    uids = timetable.meetings.values("uid")
    rows = Meeting.objects.standing().filter(uid__in=uids, pairing__ended_at=None)
    people = ("pairing__mentor__user", "pairing__enrolment__person", "interpreter__user")
    return list(rows.select_related(*people).order_by("starts_at", "pk"))


class Input:
    """What a camp's timetable is made of: `problem`, and `previous`, the meetings announced before (or None)."""

    def __init__(self, camp, now=None):
        self.camp, self.now = camp, now or clock.now()
        self.pairs = pairs_of(camp)
        self.rows = list(camp.slots.all())
        self.able = list(camp.interpreters.select_related("expert").prefetch_related("absences"))
        self.published = published_of(camp)
        self.problem, self.previous = self._build()

    def _build(self):
        kept = {}
        by_time = {(slot.starts_at, slot.ends_at): slot for slot in self.rows}
        for meeting in self.published:
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
        problem = questions.Problem(
            slots,
            tuple(self._mentors(rows)),
            tuple(self._mentees()),
            (),
            tuple(self._interpreters()),
            minimum=self.camp.minimum_minutes,
            seed=self.camp.round.lottery_seed,
        )
        missed = []
        pairs = tuple(self._pair(pair, problem.days, begun, slots, missed) for pair in self.pairs)
        known = {pair.key for pair in pairs}
        fixed = tuple(meeting for meeting in begun if meeting.pair in known)
        problem = replace(problem, pairs=pairs, fixed=fixed)
        waived = {questions.Demand(**demand) for demand in self.camp.waived} | set(missed)
        problem = replace(problem, waived=tuple(waived & set(problem.demands)))
        had = self.camp.timetables.published().exists()
        return problem, tuple(kept.values()) if had else None

    def _interpreter_of(self, meeting):
        mine = str(meeting.interpreter_id or "")
        return mine if mine in {str(row.expert_id) for row in self.able} else ""

    def _is_fixed(self, meeting):
        return meeting.status != MeetingStatus.SCHEDULED or meeting.starts_at <= self.now

    def _pair(self, pairing, days, begun, slots, missed):
        """What a pair wants. What did not take place on days that are over goes to `missed`."""
        key = (str(pairing.mentor_id), str(pairing.enrolment_id))
        counts = self.camp.counts.get(str(pairing.pk), {})
        day_of_slot = {slot.id: slot.day for slot in slots}
        open_days = {slot.day for slot in slots if slot.start > self.now}
        wanted = []
        for day in days:
            held = sum(meeting.pair == key and day_of_slot[meeting.slot] == day for meeting in begun)
            count = max(counts.get(day, 1), held)
            wanted.append((day, count))
            if day not in open_days:
                missed += [questions.Demand("meeting", *key, day, number=n) for n in range(held + 1, count + 1)]
        return questions.Pair(*key, tuple(wanted), language_of(pairing))

    def _mentors(self, rows):
        mentors = {pair.mentor_id: pair.mentor for pair in self.pairs}
        weeks = {}
        if self.camp.weeks_count and rows:
            found = Week.objects.filter(person__in=[mentor.user_id for mentor in mentors.values()])
            weeks = {week.person_id: week for week in found.prefetch_related("parts", "exceptions")}
        taken = self._taken()
        since = min((row.starts_at for row in rows), default=self.now) - timedelta(days=1)
        until = max((row.ends_at for row in rows), default=self.now) + timedelta(days=1)
        for mentor in mentors.values():
            week = weeks.get(mentor.user_id)
            there = tuple(free_time(week, since, until)) if week else ()
            if week and not there:
                there = ((since - timedelta(days=1), since),)  # a week without any time: never there
            away = self._away(mentor=mentor.pk) + taken.get(mentor.user_id, ())
            yield self._person(mentor.pk, week.zone if week else SEOUL, away, there, most=self.camp.most_a_day)

    def _mentees(self):
        taken = self._taken()
        for pair in self.pairs:
            away = self._away(enrolment=pair.enrolment_id) + taken.get(pair.enrolment.person_id, ())
            yield self._person(pair.enrolment_id, SEOUL, away)

    def _interpreters(self):
        elsewhere = self._elsewhere()
        for row in self.able:
            away = tuple((absence.is_wish, absence.starts_at, absence.ends_at) for absence in row.absences.all())
            away += elsewhere.get(row.expert_id, ())
            yield self._person(
                row.expert_id, SEOUL, away, most=self.camp.most_a_day, languages=tuple(row.languages)
            )

    def _person(self, key, zone, away, there=(), *, most=None, languages=()):
        return questions.Person(
            str(key),
            zone,
            there,
            tuple(sorted({(start, end) for is_wish, start, end in away if not is_wish})),
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

    def _taken(self):
        """By person, the meetings that they have outside of this camp and that take place."""
        if not hasattr(self, "_taken_found"):
            self._taken_found = {}
            own = {meeting.uid for meeting in self.published}
            for meeting in (
                self._others().exclude(uid__in=own).select_related("pairing__mentor", "pairing__enrolment")
            ):
                both = (meeting.pairing.mentor.user_id, meeting.pairing.enrolment.person_id)
                for person in both:
                    window = (False, meeting.starts_at, meeting.ends_at)
                    self._taken_found[person] = (*self._taken_found.get(person, ()), window)
        return self._taken_found

    def _elsewhere(self):
        """By expert, the meetings outside of this camp in which they interpret."""
        own, found = {meeting.uid for meeting in self.published}, {}
        for meeting in self._others().exclude(uid__in=own).exclude(interpreter=None):
            window = (False, meeting.starts_at, meeting.ends_at)
            found[meeting.interpreter_id] = (*found.get(meeting.interpreter_id, ()), window)
        return found

    def _others(self):
        since = min((row.starts_at for row in self.rows), default=self.now)
        until = max((row.ends_at for row in self.rows), default=self.now)
        return Meeting.objects.standing().filter(
            status=MeetingStatus.SCHEDULED, starts_at__lt=until, ends_at__gt=since
        )
