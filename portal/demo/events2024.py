"""Networking, talk, workshops and exchange of 2024: who registered, and who came."""

from datetime import date, timedelta

from portal.demo.days import DAY, at, is_weekday
from portal.demo.ledger import dice, table
from portal.demo.plan import INTERPRETED, KOREAN, Plan
from portal.demo.registration import register
from portal.demo.selection import COMPLETED, NO_SHOW, Entry

SLUG, LABEL = "2024-1", ("2024년 1기", "2024, cohort 1")
NEWCOMERS = 0.2  # share of people who came to an event without having applied to a course
IN_ENGLISH = ("series-story-workshop", "europe-exchange-lab", "asia-codevelopment")


class Diaries:
    """When people are in a session, so that nobody is told to be in two places."""

    def __init__(self, ledger):
        self.busy = {}
        taking = {}
        for row in ledger.rows_of_enrolments():
            taking.setdefault(id(row.cohort), []).append(row.person)
        for session in ledger.sessions():
            for person in taking.get(id(session.cohort), ()):
                self.busy.setdefault(id(person), []).append((session.starts_at, session.ends_at))

    def is_free(self, person, sessions):
        """Whether none of `sessions` meets what the person does already."""
        return not any(
            starts < busy_until and ends > busy_from
            for starts, ends in sessions
            for busy_from, busy_until in self.busy.get(id(person), ())
        )

    def take(self, person, sessions):
        """Note that the person sits in `sessions`."""
        self.busy.setdefault(id(person), []).extend(sessions)


def tell(world, former):
    """Add the events; most registrations come from `former` applicants of the courses."""
    diaries = Diaries(world.ledger)
    for row in table("events_2024"):
        tell_event(world, row, former, diaries)


def tell_event(world, row, former, diaries):
    """One event."""
    registered, attended = int(row["registered"]), int(row["attended"])
    first, last = date.fromisoformat(row["first_day"]), date.fromisoformat(row["last_day"])
    days = [first + step * DAY for step in range((last - first).days + 1)]
    if len(days) > 1:
        days = [day for day in days if is_weekday(day)]
    plan = Plan(
        program=row["program"],
        slug=SLUG,
        label=LABEL,
        prefix=row["prefix"],
        mode="rsvp",
        capacity=registered,
        place=(row["place_ko"], row["place_en"]),
        languages=INTERPRETED if row["program"] in IN_ENGLISH else KOREAN,
        agreement="2024",
    )
    plan.run_over(days, row["from"], row["to"])
    plan.select_before(first, open_days=35, close_days=5)
    plan.cancel_until = at(first - 2 * DAY, "12:00")
    plan.published_at = plan.opens_at - timedelta(days=7)
    book = world.open(plan)
    rng = dice("events of 2024", row["code"])
    newcomers = world.crowd.many(int(registered * NEWCOMERS))
    candidates = rng.sample(former, len(former))
    known = [person for person in candidates if diaries.is_free(person, plan.sessions)]
    people = newcomers + known[: registered - len(newcomers)]
    for person in people:
        diaries.take(person, plan.sessions)
    outcomes = [COMPLETED] * attended + [NO_SHOW] * (registered - attended)
    rng.shuffle(people)
    rng.shuffle(outcomes)
    register(book, [Entry(person, outcome) for person, outcome in zip(people, outcomes, strict=True)])
    book.close()
