"""The eight courses of 2025. Only months and totals are known, so nothing finer is told of them."""

from datetime import date

from portal.demo.days import DAY, at, weekday
from portal.demo.ledger import dice, table
from portal.demo.plan import Plan
from portal.demo.registration import register
from portal.demo.selection import COMPLETED, NOT_COMPLETED, Entry

SLUG, LABEL = "2025-1", ("2025년 1기", "2025, cohort 1")
RETURNING = 0.18  # share of places taken by people of 2024


def tell(world, former):
    """Add the courses; some places go to `former` participants."""
    for row in table("courses_2025"):
        tell_course(world, row, former)


def tell_course(world, row, former):
    """One course: everyone who registered was confirmed."""
    enrolled, completed = int(row["enrolled"]), int(row["completed"])
    first, last = month_of(row["month"])
    if row["day"]:
        first = last = date.fromisoformat(row["day"])
    plan = Plan(
        program=row["program"],
        slug=SLUG,
        label=LABEL,
        prefix=row["prefix"],
        mode="rsvp",
        capacity=enrolled,
        place=("", ""),
        agreement="2025",
        precision="day" if row["day"] else "month",
        starts_at=at(first, "10:00"),
        ends_at=at(last, "18:00"),
        published_at=at(weekday(first - 60 * DAY, 0), "10:00"),
    )
    book = world.open(plan)
    rng = dice("places of 2025", row["code"])
    returning = rng.sample(former, int(enrolled * RETURNING))
    people = returning + world.crowd.many(enrolled - len(returning))
    rng.shuffle(people)
    outcomes = [COMPLETED] * completed + [NOT_COMPLETED] * (enrolled - completed)
    rng.shuffle(outcomes)
    entries = [Entry(person, outcome) for person, outcome in zip(people, outcomes, strict=True)]
    register(
        book,
        entries,
        opens_at=at(weekday(first - 40 * DAY, 0), "10:00"),
        until=at(weekday(first - 15 * DAY, 0), "17:00"),
    )
    book.close()


def month_of(text):
    """The first and the last day of a month such as 2025-06."""
    first = date.fromisoformat(f"{text}-01")
    return first, (first + 31 * DAY).replace(day=1) - DAY
