"""Questions for the camp's timetable, and their answers by trying everything."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from mentoring.timetables.check import check, measure
from mentoring.timetables.problem import Meeting, Pair, Person, Problem, Slot

SEOUL = ZoneInfo("Asia/Seoul")
FIRST = datetime(2025, 1, 13, tzinfo=SEOUL)
CAMP = ("13:30", "14:30", "15:30", "16:30")
LONG_DAY = ("09:00", "10:00", "11:00", "13:30", "14:30", "15:30")


def at(day, time):
    """The instant of "13:30" on a day of the camp (0 is the first), in Seoul."""
    hour, minute = map(int, time.split(":"))
    return (FIRST + timedelta(days=day)).replace(hour=hour, minute=minute).astimezone(UTC)


def window(day, start, end):
    """From one time to another on a day of the camp."""
    return at(day, start), at(day, end)


def slots(days, times, minutes=40):
    """These slots on each day; nobody likes the last."""
    return tuple(
        Slot(
            f"day{day + 1}-{time}",
            (FIRST + timedelta(days=day)).date().isoformat(),
            at(day, time),
            at(day, time) + timedelta(minutes=minutes),
            time == times[-1],
        )
        for day in range(days)
        for time in times
    )


def camp(interpreters=2, **changes):
    """The camp of January 2025: four mentors, two of them from abroad, four mentees each, four slots a day."""
    mentors = tuple(Person(f"M{number}") for number in range(1, 5))
    mentees = tuple(Person(f"e{number:02}") for number in range(16))
    pairs = tuple(Pair(f"M{n // 4 + 1}", f"e{n:02}", language="en" if n < 8 else "") for n in range(16))
    able = tuple(Person(f"I{number}", languages=("en",)) for number in range(1, interpreters + 1))
    return replace(Problem(slots(5, CAMP), mentors, mentees, pairs, able, seed="camp"), **changes)


def hard(rng, interpreters=6, times=LONG_DAY):
    """40 mentees, 12 mentors of whom 7 sit in Los Angeles, interpreters, and people who are away now and then."""
    mentors, mentees, able = [], [], []
    for number in range(12):
        away = [window(rng.randrange(5), *rng.choice((("09:00", "10:00"), ("15:30", "16:30"))))]
        away = tuple(away) if rng.random() < 0.4 else ()
        if number < 7:
            evenings = tuple(window(day, "09:00", "16:30") for day in range(5))
            mentors.append(Person(f"M{number:02}", "America/Los_Angeles", available=evenings, absences=away))
        else:
            mentors.append(Person(f"M{number:02}", absences=away))
    for number in range(40):
        away = (window(rng.randrange(5), *rng.choice((("09:00", "12:00"), ("13:00", "15:00")))),)
        mentees.append(Person(f"e{number:02}", absences=away if rng.random() < 0.3 else ()))
    for number in range(interpreters):
        away = (window(rng.randrange(5), "09:00", "11:00"),) if number < 3 else ()
        able.append(Person(f"I{number}", languages=("en",), absences=away))
    pairs = tuple(Pair(f"M{n % 12:02}", f"e{n:02}", language="en" if n % 12 < 7 else "") for n in range(40))
    return Problem(slots(5, times), tuple(mentors), tuple(mentees), pairs, tuple(able), seed="hard")


def tiny(rng):
    """A question small enough to try every timetable: absences, buffers, limits, other lengths, fixed meetings."""
    days, times = rng.choice(((1, 2), (1, 3), (2, 2)))
    even = rng.random() < 0.6
    found = []
    for day in range(days):
        for number in range(times):
            start = at(day, "09:00") + timedelta(minutes=50 * number - rng.choice((0, 0, 20)))
            minutes = 40 if even else rng.choice((30, 40, 20))
            found.append(
                Slot(f"s{day}{number}", f"day{day}", start, start + timedelta(minutes=minutes), number == times - 1)
            )

    def person(name, **more):
        away = tuple((s.start, s.end) for s in found if rng.random() < 0.15)
        avoids = tuple((s.start, s.end) for s in found if rng.random() < 0.2)
        there = ((found[0].start, found[-1].end - timedelta(minutes=rng.choice((0, 0, 0, 30)))),)
        return Person(
            name,
            available=there if rng.random() < 0.3 and there[0][0] < there[0][1] else (),
            absences=away,
            avoids=avoids,
            buffer=rng.choice((0, 0, 0, 10, 20)),
            most=rng.choice((None, None, None, 1)),
            **more,
        )

    mentors = tuple(person(f"M{number}") for number in range(rng.randint(1, 2)))
    mentees = tuple(person(f"e{number}") for number in range(rng.randint(1, 3)))
    able = tuple(person(f"I{number}", languages=("en",)) for number in range(rng.randint(0, 2)))
    pairs = []
    for mentee in mentees:
        language = rng.choice(("", "", "en"))
        wanted = tuple((f"day{day}", rng.choice((1, 1, 1, 1, 0, 2))) for day in range(days))
        pairs.append(Pair(rng.choice(mentors).id, mentee.id, wanted, language))
    fixed = ()
    if rng.random() < 0.3:
        pair, slot = rng.choice(pairs), rng.choice(found)
        if dict(pair.wanted)[slot.day]:
            fixed = (Meeting(*pair.key, slot.id),)
    return Problem(tuple(found), mentors, mentees, tuple(pairs), able, fixed, seed=str(rng.random()))


def every_plan(problem):
    """All ways to give each pair on each day some of its meetings, none of them wrong by itself."""
    choices = []
    for pair in problem.pairs:
        names = [who.id for who in problem.interpreters] if pair.language else [""]
        for day in problem.days:
            want = problem.wanted(pair, day)
            alone = [
                Meeting(*pair.key, slot.id, name) for slot in problem.slots if slot.day == day for name in names
            ]
            wrong = ("short", "language", "absent", "unavailable", "unknown")
            alone = [m for m in alone if not any(fault.kind in wrong for fault in check(problem, [m]))]
            choices.append([some for count in range(want + 1) for some in itertools.combinations(alone, count)])
    for chosen in itertools.product(*choices):
        yield tuple(meeting for some in chosen for meeting in some)


def best_by_trying(problem, previous=None):
    """The values of the best timetable in the order of the stages, or None."""
    best = None
    for plan in every_plan(problem):
        if not check(problem, plan):
            values = tuple(measure(problem, plan, previous).values())
            best = values if best is None else min(best, values)
    return best


def can(problem, demands):
    """Whether these of the problem's demands can all be met, by trying."""
    left = [demand for demand in problem.demands if demand not in set(demands)]
    question = problem.without(left)
    return any(not check(question, plan) for plan in every_plan(question))
