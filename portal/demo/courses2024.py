"""The eight short courses of 2024, application by application, to the figures of `data/courses_2024.csv`."""

from collections import Counter
from datetime import date

from portal.demo.days import DAY, at
from portal.demo.ledger import dice, table
from portal.demo.plan import INTERPRETED, KOREAN, Plan
from portal.demo.registration import register
from portal.demo.selection import (
    COMPLETED,
    GAVE_UP,
    INELIGIBLE,
    NO_SHOW,
    NOT_COMPLETED,
    REJECTED,
    WAITED,
    WITHDRAWN,
    Entry,
    select,
)

THRICE, TWICE, ONCE = 14, 54, 954  # of the people who took part, so many took that many courses
AGAIN_ELSEWHERE = 230  # applications that came to nothing, by people who took part in another course
TWO_IN_VAIN = 30  # people who applied to two courses and took part in none
SLUG, LABEL = "2024-1", ("2024년 1기", "2024, cohort 1")
# People written by hand: in which course they stand, and with what outcome.
CAST = {
    ("C1", COMPLETED): ["P13"],
    ("C2", "promoted"): ["P02"],
    ("C2", NO_SHOW): ["P09"],
    ("C3", COMPLETED): ["P06"],
    ("C5", COMPLETED): ["applicant"],
    ("C5", NOT_COMPLETED): ["P07"],
    ("C7", COMPLETED): ["P16"],
    ("C8", NO_SHOW): ["P09"],
    ("C8", WITHDRAWN): ["P08"],
}


def tell(world):
    """Add the courses; returns the books by code."""
    rows = {row["code"]: {name: number(value) for name, value in row.items()} for row in table("courses_2024")}
    people = cast_people(world, rows)
    return {code: tell_course(world, row, people[code]) for code, row in rows.items()}


def number(value):
    """Counts as numbers, everything else as it stands."""
    return int(value) if value.isdigit() else value


def groups_of(row):
    """How many people had each outcome."""
    return {
        COMPLETED: row["completed"],
        NOT_COMPLETED: row["enrolled"] - row["completed"],
        NO_SHOW: row["no_show"],
        GAVE_UP: row["gave_up"],
        REJECTED: row["not_selected"],
        WAITED: row["waitlisted"] - row["promoted"],
        WITHDRAWN: row["withdrawn"],
        INELIGIBLE: row["ineligible"],
    }


def cast_people(world, rows):
    """Who stands where: by course, lists of people by outcome; nobody twice in one course."""
    rng, crowd = dice("courses of 2024"), world.crowd
    taking_part = share_seats(rng, crowd, rows)
    members = {code: set(map(id, people)) for code, people in taking_part.items()}
    by_hand = set(map(id, crowd.known.values()))
    enrolled = [person for people in taking_part.values() for person in people if id(person) not in by_hand]
    enrolled = list({id(person): person for person in enrolled}.values())
    groups = {code: groups_of(row) for code, row in rows.items()}
    slots = [
        (code, outcome)
        for code, counts in groups.items()
        for outcome, count in counts.items()
        if outcome not in (COMPLETED, NOT_COMPLETED)
        for _ in range(count)
    ]
    rng.shuffle(slots)
    filled = {code: {outcome: [] for outcome in counts} for code, counts in groups.items()}
    for (code, outcome), keys in CAST.items():
        for key in keys if outcome in (NO_SHOW, WITHDRAWN) else ():
            slots.remove((code, outcome))
            filled[code][outcome].append(crowd[key])
            members[code].add(id(crowd[key]))
    # Those who were absent without a word took part nowhere else.
    absent = [slot for slot in slots if slot[1] == NO_SHOW]
    others = [slot for slot in slots if slot[1] != NO_SHOW]
    for code, outcome in absent:
        filled[code][outcome].append(crowd.somebody())
    for code, outcome in others[:AGAIN_ELSEWHERE]:
        person = rng.choice(enrolled)
        while id(person) in members[code]:
            person = rng.choice(enrolled)
        members[code].add(id(person))
        filled[code][outcome].append(person)
    rest = others[AGAIN_ELSEWHERE:]
    for _ in range(TWO_IN_VAIN):
        person, (code, outcome) = crowd.somebody(), rest.pop()
        filled[code][outcome].append(person)
        second = next(slot for slot in rest if slot[0] != code)
        rest.remove(second)
        filled[second[0]][second[1]].append(person)
    for code, outcome in rest:
        filled[code][outcome].append(crowd.somebody())
    for code, people in taking_part.items():
        finish(rng, crowd, code, people, filled[code], rows[code]["completed"])
    return filled


def share_seats(rng, crowd, rows):
    """By course the people who take part in it: most in one course, some in two, a few in three."""
    left = Counter({code: row["enrolled"] for code, row in rows.items()})
    taking_part = {code: [] for code in rows}
    for key_code, outcome in CAST:
        for key in CAST[key_code, outcome] if outcome in (COMPLETED, NOT_COMPLETED, "promoted") else ():
            taking_part[key_code].append(crowd[key])
            left[key_code] -= 1
    for courses, count in ((3, THRICE), (2, TWICE)):
        for _ in range(count):
            person = crowd.somebody()
            for code in rng.sample(sorted(rows), courses):
                taking_part[code].append(person)
                left[code] -= 1
    for code in rows:
        taking_part[code].extend(crowd.many(left[code]))
    return taking_part


def finish(rng, crowd, code, people, filled, completed):
    """Share the people who took part into those who completed the course and those who did not."""
    by_hand = {
        id(crowd[key]): outcome for (cast_code, outcome), keys in CAST.items() if cast_code == code for key in keys
    }
    sure = [person for person in people if by_hand.get(id(person)) in (COMPLETED, "promoted")]
    failed = [person for person in people if by_hand.get(id(person)) == NOT_COMPLETED]
    others = [person for person in people if id(person) not in by_hand]
    rng.shuffle(others)
    cut = completed - len(sure)
    filled[COMPLETED] = sure + others[:cut]
    filled[NOT_COMPLETED] = failed + others[cut:]


def tell_course(world, row, people):
    """One course: its plan, its sessions and its applications."""
    days = [date.fromisoformat(day) for day in row["days"].split(";")]
    per_day = row["hours"] // len(days)
    experts = world.catalog.courses_of_experts[row["code"]]
    plan = Plan(
        program=row["program"],
        slug=SLUG,
        label=LABEL,
        prefix=row["prefix"],
        mode="first_come" if row["selection"] == "first_come" else "review",
        capacity=row["capacity"],
        place=(row["place_ko"], row["place_en"]),
        delivery=row["delivery"],
        hours=row["hours"],
        interview=row["selection"] == "review_interview",
        languages=INTERPRETED if any(expert.is_international for expert in experts) else KOREAN,
        agreement="2024",
        experts=experts,
    )
    plan.run_over(days, "10:00", f"{10 + per_day}:00")
    plan.select_before(days[0])
    plan.cancel_until = at(days[0] - 2 * DAY, "12:00")
    plan.published_at = plan.opens_at - 7 * DAY
    book = world.open(plan)
    entries = entries_of(book, row, people, world.crowd)
    if plan.is_reviewed:
        select(book, entries)
    else:
        register(book, arriving(book, entries))
    return book.close()


def entries_of(book, row, people, crowd):
    """The entries of one course; of those with a seat so many came off the waitlist as the table says."""
    with_seat = [(person, outcome) for outcome in (COMPLETED, NOT_COMPLETED, NO_SHOW) for person in people[outcome]]
    book.rng.shuffle(with_seat)
    sure = {id(crowd[key]) for key in CAST.get((row["code"], "promoted"), ())}
    never = {id(crowd[key]) for keys in CAST.values() for key in keys} - sure
    with_seat.sort(key=lambda pair: (id(pair[0]) not in sure, id(pair[0]) in never))
    entries = [
        Entry(person, outcome, promoted=place < row["promoted"])
        for place, (person, outcome) in enumerate(with_seat)
    ]
    for outcome in (GAVE_UP, REJECTED, WAITED, WITHDRAWN, INELIGIBLE):
        entries.extend(Entry(person, outcome) for person in people[outcome])
    return entries


def arriving(book, entries):
    """The order of arrival at a course without selection: the seats, then the waitlist; a few are turned away."""
    seated = [
        entry for entry in entries if not entry.promoted and entry.outcome not in (WAITED, WITHDRAWN, INELIGIBLE)
    ]
    promoted = [entry for entry in entries if entry.promoted]
    waiting = [entry for entry in entries if entry.outcome in (WAITED, WITHDRAWN)]
    book.rng.shuffle(seated)
    book.rng.shuffle(waiting)
    order = seated + promoted + waiting
    for entry in (entry for entry in entries if entry.outcome == INELIGIBLE):
        order.insert(book.rng.randrange(len(order)), entry)
    return order
