"""The question of a camp's timetable: slots, people, pairs, what each pair wants. Frozen, checked on entry.

Times are instants; the zone that people read them in is kept with each person and decides nothing.
"""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

MOST_SLOTS, MOST_MEETINGS = 400, 2000
KINDS = ("meeting", "fixed", "equal")


@dataclass(frozen=True, slots=True)
class Slot:
    """A time in which meetings take place. `day` is the day of the camp it counts to.

    `unloved` ones nobody likes: they want to be shared out fairly.
    """

    id: str
    day: str
    start: datetime
    end: datetime
    unloved: bool = False

    @property
    def minutes(self):
        """How long a meeting in it lasts."""
        return int((self.end - self.start).total_seconds()) // 60


@dataclass(frozen=True, slots=True)
class Person:
    """A mentor, a mentee or an interpreter.

    `available` are the windows outside which the person is not there (none: always there), `absences` those in
    which not, `avoids` those that they would rather have free. `buffer` are the minutes between two of their
    meetings, `most` the meetings they have in one day at most. `languages` are what an interpreter interprets.
    """

    id: str
    zone: str = "Asia/Seoul"
    available: tuple = ()
    absences: tuple = ()
    avoids: tuple = ()
    buffer: int = 0
    most: int | None = None
    languages: tuple = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """A mentor and a mentee. `wanted` are (day, meetings); a `language` is one that needs an interpreter."""

    mentor: str
    mentee: str
    wanted: tuple = ()
    language: str = ""

    @property
    def key(self):
        """Who it is."""
        return self.mentor, self.mentee


@dataclass(frozen=True, slots=True, order=True)
class Meeting:
    """One pair in one slot, with the interpreter where it needs one."""

    mentor: str
    mentee: str
    slot: str
    interpreter: str = ""

    @property
    def pair(self):
        """Whose it is."""
        return self.mentor, self.mentee


@dataclass(frozen=True, slots=True, order=True)
class Demand:
    """Something that the timetable must do and that staff could do without.

    kind "meeting": the pair's meeting `number` on the day; "fixed": the pair meets in that slot; "equal": the
    mentee has as many minutes as the others.
    """

    kind: str
    mentor: str = ""
    mentee: str = ""
    day: str = ""
    slot: str = ""
    number: int = 1


@dataclass(frozen=True)
class Problem:
    """A frozen question, sorted by id. `waived` are demands that staff do without.

    ValueError names what is wrong.
    """

    slots: tuple
    mentors: tuple
    mentees: tuple
    pairs: tuple
    interpreters: tuple = ()
    fixed: tuple = ()
    waived: tuple = ()
    minimum: int = 30
    seed: str = ""

    def __post_init__(self):
        for name in ("mentors", "mentees", "interpreters"):
            object.__setattr__(self, name, tuple(sorted(getattr(self, name), key=lambda person: person.id)))
        for name in ("fixed", "waived"):
            object.__setattr__(self, name, tuple(sorted(getattr(self, name))))
        object.__setattr__(
            self, "slots", tuple(sorted(self.slots, key=lambda slot: (slot.start, slot.end, slot.id)))
        )
        pairs = (
            pair if pair.wanted else replace(pair, wanted=tuple((day, 1) for day in self.days))
            for pair in self.pairs
        )
        pairs = (replace(pair, wanted=tuple(sorted(map(tuple, pair.wanted)))) for pair in pairs)
        object.__setattr__(self, "pairs", tuple(sorted(pairs, key=lambda pair: pair.key)))
        self._check_slots()
        self._check_people()
        self._check_pairs()
        self._check_demands()

    @cached_property
    def days(self):
        """The days of the camp, in order."""
        return tuple(dict.fromkeys(slot.day for slot in sorted(self.slots, key=lambda slot: (slot.start, slot.id))))

    @cached_property
    def slot_of(self):
        """The slots by their ids."""
        return {slot.id: slot for slot in self.slots}

    @cached_property
    def pair_of(self):
        """The pairs by (mentor, mentee)."""
        return {pair.key: pair for pair in self.pairs}

    @cached_property
    def people(self):
        """Everybody, by (role, id)."""
        roles = (("mentor", self.mentors), ("mentee", self.mentees), ("interpreter", self.interpreters))
        return {(role, person.id): person for role, people in roles for person in people}

    @cached_property
    def position(self):
        """Which slot of its day a slot is, from 0."""
        found = {}
        for day in self.days:
            for number, slot in enumerate(slot for slot in self.slots if slot.day == day):
                found[slot.id] = number
        return found

    @cached_property
    def demands(self):
        """Everything that is demanded, what is waived left out."""
        meetings = [
            Demand("meeting", pair.mentor, pair.mentee, day, number=number)
            for pair in self.pairs
            for day, count in pair.wanted
            for number in range(1, count + 1)
        ]
        fixed = [Demand("fixed", m.mentor, m.mentee, self.slot_of[m.slot].day, m.slot) for m in self.fixed]
        equal = [Demand("equal", mentee=mentee) for mentee in sorted({pair.mentee for pair in self.pairs})]
        left = set(self.waived)
        return tuple(demand for demand in meetings + fixed + equal if demand not in left)

    def lengths(self, *, short=False):
        """How long a meeting may last, shortest first; with `short` also less than the minimum."""
        return sorted({slot.minutes for slot in self.slots if short or slot.minutes >= self.minimum})

    def wanted(self, pair, day):
        """How many meetings the pair is to have on the day: not the waived ones, but those that are fixed."""
        return self._wanted.get((*pair.key, day), 0)

    @cached_property
    def _wanted(self):
        counts = {(*pair.key, day): count for pair in self.pairs for day, count in pair.wanted}
        fixed = Counter((d.mentor, d.mentee, d.day) for d in self.demands if d.kind == "fixed")
        for demand in self.waived:
            if demand.kind == "meeting":
                counts[demand.mentor, demand.mentee, demand.day] -= 1
        return {key: max(count, fixed[key]) for key, count in counts.items()}

    def why_not(self, role, person, slot):
        """Why the person cannot be there in the slot: "absent", "unavailable", or nothing."""
        who = self.people[role, person]
        if any(start < slot.end and slot.start < end for start, end in who.absences):
            return "absent"
        if who.available and not any(
            start <= slot.start and slot.end <= end for start, end in _joined(who.available)
        ):
            return "unavailable"
        return ""

    def without(self, demands):
        """The same question with these demands waived."""
        return replace(self, waived=(*self.waived, *demands))

    def _check_slots(self):
        _refuse("slots given twice", _twice(slot.id for slot in self.slots))
        _refuse("slots whose times are not instants", [s.id for s in self.slots if not (_zoned(s.start, s.end))])
        _refuse("slots that end before they begin", [s.id for s in self.slots if s.end <= s.start])
        _refuse("slots of more than a day", [s.id for s in self.slots if s.minutes > 24 * 60])
        if len(self.slots) > MOST_SLOTS:
            raise ValueError(f"more than {MOST_SLOTS} slots")
        if not _whole(self.minimum, 1):
            raise ValueError("the minimum is a whole number of minutes from 1")

    def _check_people(self):
        for name, people in (
            ("mentors", self.mentors),
            ("mentees", self.mentees),
            ("interpreters", self.interpreters),
        ):
            ids = [person.id for person in people]
            _refuse(f"{name} without an id", [i for i in ids if not isinstance(i, str) or not i])
            _refuse(f"{name} given twice", _twice(ids))
            for person in people:
                windows = (*person.available, *person.absences, *person.avoids)
                if not all(_zoned(*window) and window[0] < window[1] for window in windows):
                    raise ValueError(f"{name}: {person.id} has a window that is not two instants in order")
            _refuse(f"{name} whose buffer is not minutes from 0", [p.id for p in people if not _whole(p.buffer, 0)])
            limits = [p.id for p in people if p.most is not None and not _whole(p.most, 0)]
            _refuse(f"{name} whose meetings a day are not a number from 0", limits)

    def _check_pairs(self):
        known = {role: {person for kind, person in self.people if kind == role} for role in ("mentor", "mentee")}
        _refuse("pairs given twice", _twice(pair.key for pair in self.pairs))
        _refuse("pairs with an unknown mentor", [p.key for p in self.pairs if p.mentor not in known["mentor"]])
        _refuse("pairs with an unknown mentee", [p.key for p in self.pairs if p.mentee not in known["mentee"]])
        for pair in self.pairs:
            _refuse(f"pair {'/'.join(pair.key)}: days given twice", _twice(day for day, _count in pair.wanted))
            wrong = [day for day, count in pair.wanted if day not in self.days or not _whole(count, 0)]
            _refuse(f"pair {'/'.join(pair.key)}: days that are not of the camp, or counts below 0", wrong)
        if sum(count for pair in self.pairs for _day, count in pair.wanted) > MOST_MEETINGS:
            raise ValueError(f"more than {MOST_MEETINGS} meetings")

    def _check_demands(self):
        interpreters = {person.id for person in self.interpreters}
        fixed = {}
        for meeting in self.fixed:
            name = "/".join((*meeting.pair, meeting.slot))
            if meeting.pair not in self.pair_of or meeting.slot not in self.slot_of:
                raise ValueError(f"fixed meetings of an unknown pair or slot: {name}")
            if meeting.interpreter and meeting.interpreter not in interpreters:
                raise ValueError(f"fixed meetings with an unknown interpreter: {name}")
            day = (meeting.pair, self.slot_of[meeting.slot].day)
            fixed[day] = fixed.get(day, 0) + 1
        _refuse("fixed meetings given twice", _twice((*m.pair, m.slot) for m in self.fixed))
        _refuse("demands waived twice", _twice(self.waived))
        _refuse("waived demands of an unknown kind", [d.kind for d in self.waived if d.kind not in KINDS])
        all_demands = set(replace(self, waived=()).demands) if self.waived else set()
        _refuse("waived demands that nobody makes", [repr(d) for d in self.waived if d not in all_demands])
        wanted = {(pair.key, day): count for pair in self.pairs for day, count in pair.wanted}
        over = [(*key[0], key[1]) for key, count in fixed.items() if count > wanted.get(key, 0)]
        _refuse("more fixed meetings than wanted", over)

    def as_json(self):
        """The whole question as plain data; `from_json` gives it back."""
        return {
            "slots": [
                {"id": s.id, "day": s.day, "start": _text(s.start), "end": _text(s.end), "unloved": s.unloved}
                for s in self.slots
            ],
            **{
                name: [
                    {
                        "id": p.id,
                        "zone": p.zone,
                        **{
                            kind: [[_text(start), _text(end)] for start, end in getattr(p, kind)]
                            for kind in ("available", "absences", "avoids")
                        },
                        "buffer": p.buffer,
                        "most": p.most,
                        "languages": list(p.languages),
                    }
                    for p in getattr(self, name)
                ]
                for name in ("mentors", "mentees", "interpreters")
            },
            "pairs": [
                {"mentor": p.mentor, "mentee": p.mentee, "wanted": dict(p.wanted), "language": p.language}
                for p in self.pairs
            ],
            "fixed": [meeting_json(meeting) for meeting in self.fixed],
            "waived": [demand_json(demand) for demand in self.waived],
            "minimum": self.minimum,
            "seed": self.seed,
        }

    @classmethod
    def from_json(cls, data):
        """The question that `as_json` wrote down. ValueError names what is missing or has another form."""
        try:
            return cls(
                slots=tuple(
                    Slot(s["id"], s["day"], _instant(s["start"]), _instant(s["end"]), bool(s.get("unloved", False)))
                    for s in data["slots"]
                ),
                mentors=tuple(map(_person, data["mentors"])),
                mentees=tuple(map(_person, data["mentees"])),
                interpreters=tuple(map(_person, data.get("interpreters", ()))),
                pairs=tuple(
                    Pair(p["mentor"], p["mentee"], tuple(p.get("wanted", {}).items()), p.get("language", ""))
                    for p in data["pairs"]
                ),
                fixed=tuple(Meeting(**meeting) for meeting in data.get("fixed", ())),
                waived=tuple(Demand(**demand) for demand in data.get("waived", ())),
                minimum=data.get("minimum", 30),
                seed=data.get("seed", ""),
            )
        except KeyError as missing:
            raise ValueError(f"missing: {missing.args[0]}") from missing
        except (TypeError, AttributeError) as wrong:
            raise ValueError(f"not a timetable problem: {wrong}") from wrong

    @cached_property
    def digest(self):
        """A fingerprint of the question: the same for the same question, in whatever order it was put."""
        text = json.dumps(self.as_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def meeting_json(meeting):
    """A meeting as plain data."""
    return {name: getattr(meeting, name) for name in ("mentor", "mentee", "slot", "interpreter")}


def demand_json(demand):
    """A demand as plain data."""
    return {name: getattr(demand, name) for name in ("kind", "mentor", "mentee", "day", "slot", "number")}


def _person(data):
    windows = {
        kind: tuple((_instant(start), _instant(end)) for start, end in data.get(kind, ()))
        for kind in ("available", "absences", "avoids")
    }
    return Person(
        data["id"],
        data.get("zone", "Asia/Seoul"),
        buffer=data.get("buffer", 0),
        most=data.get("most"),
        languages=tuple(data.get("languages", ())),
        **windows,
    )


def _text(instant):
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _instant(text):
    return datetime.fromisoformat(text)


def _zoned(*instants):
    return all(isinstance(instant, datetime) and instant.tzinfo is not None for instant in instants)


def _whole(value, smallest):
    return type(value) is int and value >= smallest


def _joined(windows):
    """The windows, those that touch put together."""
    joined = []
    for start, end in sorted(windows):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _twice(things):
    seen = set()
    return [thing for thing in things if thing in seen or seen.add(thing)]


def _refuse(what, things):
    """Raise ValueError that names the first of the things that are wrong."""
    if things:
        names = ", ".join("/".join(map(str, t)) if isinstance(t, tuple) else str(t) for t in things[:5])
        more = f" and {len(things) - 5} more" if len(things) > 5 else ""
        raise ValueError(f"{what}: {names}{more}")
