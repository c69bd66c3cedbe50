"""Is this a timetable that keeps all rules, and what is it worth? From the question and the meetings alone.

It shares nothing with the search, so what the search gets wrong shows here. Changes by hand are held to it too.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from math import ceil


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """A rule that is broken.

    kind "unknown": no such pair, slot or interpreter; "short": the slot is below the minimum; "language": no
    interpreter where one is needed, one where none is, or one of other languages; "absent", "unavailable": the
    person is not there; "clash", "buffer": two meetings of the person at once, or too near; "most": too many a day;
    "few", "many": the pair's meetings on the day; "fixed": a fixed meeting is missing; "equal": other minutes than
    most.
    """

    kind: str
    role: str = ""
    person: str = ""
    mentor: str = ""
    mentee: str = ""
    day: str = ""
    slot: str = ""
    other: str = ""


def check(problem, meetings):
    """The Faults, each once; none means that every rule is kept."""
    known = [meeting for meeting in meetings if _is_known(problem, meeting)]
    faults = [
        Fault("unknown", mentor=meeting.mentor, mentee=meeting.mentee, slot=meeting.slot)
        for meeting in meetings
        if not _is_known(problem, meeting)
    ]
    for meeting in known:
        faults += _of_meeting(problem, meeting)
    of_person = {}
    for meeting in known:
        for who in _people(meeting):
            of_person.setdefault(who, []).append(meeting)
    for (role, person), mine in of_person.items():
        faults += _of_person(problem, role, person, mine)
    faults += _of_counts(problem, known)
    faults += _of_fixed(problem, known)
    faults += _of_minutes(problem, known)
    return tuple(sorted(set(faults)))


def _is_known(problem, meeting):
    interpreters = {person.id for person in problem.interpreters} | {""}
    pairs = {(pair.mentor, pair.mentee) for pair in problem.pairs}
    return (
        (meeting.mentor, meeting.mentee) in pairs
        and meeting.slot in {slot.id for slot in problem.slots}
        and meeting.interpreter in interpreters
    )


def _people(meeting):
    roles = (("mentor", meeting.mentor), ("mentee", meeting.mentee), ("interpreter", meeting.interpreter))
    return [(role, person) for role, person in roles if person]


def _slot(problem, meeting):
    return next(slot for slot in problem.slots if slot.id == meeting.slot)


def _of_meeting(problem, meeting):
    slot = _slot(problem, meeting)
    about = {"mentor": meeting.mentor, "mentee": meeting.mentee, "day": slot.day, "slot": slot.id}
    if slot.end - slot.start < timedelta(minutes=problem.minimum):
        yield Fault("short", **about)
    language = next(p.language for p in problem.pairs if (p.mentor, p.mentee) == (meeting.mentor, meeting.mentee))
    spoken = [p.languages for p in problem.interpreters if p.id == meeting.interpreter]
    if bool(language) != bool(spoken) or (spoken and language not in spoken[0]):
        yield Fault("language", **about)
    for role, person in _people(meeting):
        who = problem.people[role, person]
        if any(slot.start < end and start < slot.end for start, end in who.absences):
            yield Fault("absent", role, person, **about)
        elif who.available and not _covers(who.available, slot):
            yield Fault("unavailable", role, person, **about)


def _covers(windows, slot):
    """Whether the windows together hold the slot from end to end."""
    at = slot.start
    for start, end in sorted(windows):
        if start <= at < end:
            at = end
    return at >= slot.end


def _of_person(problem, role, person, meetings):
    who = problem.people[role, person]
    slots = sorted(
        (_slot(problem, meeting) for meeting in meetings), key=lambda slot: (slot.start, slot.end, slot.id)
    )
    last = slots[0]
    for _before, slot in pairwise(slots):
        about = {"day": slot.day, "slot": last.id, "other": slot.id}
        if slot.start < last.end:
            yield Fault("clash", role, person, **about)
        elif slot.start - last.end < timedelta(minutes=who.buffer):
            yield Fault("buffer", role, person, **about)
        last = max(last, slot, key=lambda one: one.end)
    if who.most is not None:
        for day, count in Counter(slot.day for slot in slots).items():
            if count > who.most:
                yield Fault("most", role, person, day=day)


def _wanted(problem):
    """How many meetings each pair is to have on each day: the waived ones not, unless they are fixed."""
    waived = Counter((d.mentor, d.mentee, d.day) for d in problem.waived if d.kind == "meeting")
    free = {(d.mentor, d.mentee, d.slot) for d in problem.waived if d.kind == "fixed"}
    fixed = Counter(
        (m.mentor, m.mentee, _slot(problem, m).day)
        for m in problem.fixed
        if (m.mentor, m.mentee, m.slot) not in free
    )
    keys = [(pair.mentor, pair.mentee, day, count) for pair in problem.pairs for day, count in pair.wanted]
    return {
        (mentor, mentee, day): max(count - waived[mentor, mentee, day], fixed[mentor, mentee, day])
        for mentor, mentee, day, count in keys
    }


def _of_counts(problem, meetings):
    held = Counter((meeting.mentor, meeting.mentee, _slot(problem, meeting).day) for meeting in meetings)
    wanted = _wanted(problem)
    for mentor, mentee, day in {*held, *wanted}:
        count, want = held[mentor, mentee, day], wanted.get((mentor, mentee, day), 0)
        if count != want:
            yield Fault("few" if count < want else "many", mentor=mentor, mentee=mentee, day=day)


def _of_fixed(problem, meetings):
    waived = {(d.mentor, d.mentee, d.slot) for d in problem.waived if d.kind == "fixed"}
    for fixed in problem.fixed:
        key = (fixed.mentor, fixed.mentee, fixed.slot)
        kept = [m.interpreter for m in meetings if (m.mentor, m.mentee, m.slot) == key]
        if key not in waived and (not kept or fixed.interpreter not in ("", kept[0])):
            yield Fault("fixed", mentor=fixed.mentor, mentee=fixed.mentee, slot=fixed.slot)


def _of_minutes(problem, meetings):
    """Each mentee but the waived has the same minutes; a meeting that is not held may have been of any length."""
    lengths = [(slot.end - slot.start) // timedelta(minutes=1) for slot in problem.slots]
    lengths = [length for length in lengths if length >= problem.minimum]
    waived = {demand.mentee for demand in problem.waived if demand.kind == "equal"}
    ranges = {}
    for mentee in {pair.mentee for pair in problem.pairs} - waived:
        mine = [m for m in meetings if m.mentee == mentee]
        minutes = sum((s.end - s.start) // timedelta(minutes=1) for s in (_slot(problem, m) for m in mine))
        wanted = sum(count for pair in problem.pairs if pair.mentee == mentee for _day, count in pair.wanted)
        missing = max(0, wanted - len(mine)) if lengths else 0
        ranges[mentee] = (minutes + missing * min(lengths, default=0), minutes + missing * max(lengths, default=0))
    edges = sorted({low for low, _high in ranges.values()})
    fits = {edge: sum(low <= edge <= high for low, high in ranges.values()) for edge in edges}
    usual = max(edges, key=lambda edge: (fits[edge], edge), default=0)
    for mentee, (low, high) in ranges.items():
        if not low <= usual <= high:
            yield Fault("equal", "mentee", mentee, mentee=mentee)


def measure(problem, meetings, previous=None):
    """What the stages of `timetable_stages` come to, by their names."""
    slots = {meeting: _slot(problem, meeting) for meeting in meetings}
    places = {}
    for day in {slot.day for slot in problem.slots}:
        of_day = sorted((s for s in problem.slots if s.day == day), key=lambda s: (s.start, s.end, s.id))
        places |= {slot.id: number for number, slot in enumerate(of_day)}
    a_day = max(places.values(), default=0) + 1
    wanted = _wanted(problem)
    values = {}
    if previous is not None:
        now = {(m.mentor, m.mentee, m.slot): m.interpreter for m in meetings}
        before = {(m.mentor, m.mentee, m.slot): m.interpreter for m in previous}
        values["moved"] = sum(key not in now for key in before)
        values["handed"] = sum(now.get(key, name) != name for key, name in before.items())
    unfair, uneven, repeated = 0, 0, 0
    for mentee in {pair.mentee for pair in problem.pairs}:
        mine = [slots[m] for m in meetings if m.mentee == mentee]
        unloved = sum(slot.unloved for slot in mine)
        wants = sum(count for (_mentor, whose, _day), count in wanted.items() if whose == mentee)
        unfair += max(0, unloved - ceil(wants / a_day))
        uneven += unloved**2
        repeated += sum(n * (n - 1) // 2 for n in Counter(places[slot.id] for slot in mine).values())
    values |= {"unfair": unfair, "uneven": uneven}
    values["interpreters"] = len({(m.mentor, m.mentee, m.interpreter) for m in meetings if m.interpreter})
    values["avoided"] = sum(
        any(slot.start < end and start < slot.end for start, end in problem.people[who].avoids)
        for meeting, slot in slots.items()
        for who in _people(meeting)
    )
    values["repeated"] = repeated
    return values
