"""The surveys: what 842 people answered in 2024, to the figures of `data/survey_*.csv`, and some under way."""

import uuid
from datetime import timedelta

from portal.demo.courses2024 import SLUG
from portal.demo.days import DAY
from portal.demo.ledger import dice, table, texts
from programs.core_survey import ITEMS, RECOMMEND
from programs.models.enrolments import EnrolmentStatus
from programs.models.surveys import ASKED, LIKERT_STEPS, Asks, Comment, Response, Survey, Ticket
from programs.operations.surveys import core_version

OPEN_DAYS = 14
# How many chose each step of the recommendation in 2024, from 10 down: 498 promoters, 261 passives, 83 detractors.
RECOMMENDED = (283, 215, 168, 93, 38, 24, 9, 6, 3, 1, 2)
NOISE = 0.9  # how far answers of one person lie apart
RECENT = (  # cohorts of the season: program, days since it opened, until it closes, and how many have answered
    {"program": "reboot-camp", "opened": 1, "left": 6, "answered": 6, "gates": True},
    {"program": "dit-training", "opened": 9, "left": 5, "answered": 27, "gates": True},
    {"program": "production-sound", "opened": 3, "left": -1, "answered": 12, "expert": "namgung-seol"},
    {"program": "production-sound", "opened": 3, "left": -1, "answered": 3, "session": True},
    {"program": "production-sound", "opened": 1, "left": 4, "answered": 8, "session": True},
)
CAMP = ("reboot-camp", "2025-1")
CAMP_OVERALL = (15, 1)  # how many of the camp's people chose 5 and 4 …
CAMP_RECOMMENDED = (9, 5, 2)  # … and 10, 9 and 8 of the recommendation
STEPS_OF_SEASON = (11, 6, 2, 1)  # how often 5, 4, 3, 2 come up


def write(world):
    """Write the surveys; everything they point at is in the database."""
    version = core_version()
    if not version.is_locked:
        version.locked_at = version.made_at
        version.save(update_fields=["locked_at"])
    rng = dice("surveys")
    write_2024(world, version, rng)
    write_camp(world, version, rng)
    write_season(world, version, rng)


def places_of(world, cohort, asks):
    """The places of those whom a survey of `cohort` asks, in the order in which they were made."""
    return [row for row in world.ledger.rows_of_enrolments() if row.cohort is cohort and row.status in ASKED[asks]]


# --- the courses of 2024 ----------------------------------------------------------------------------------------


def write_2024(world, version, rng):
    """The eight courses: each with its own overall satisfaction, all other questions to their sums over all."""
    courses = {row["code"]: row["program"] for row in table("courses_2024")}
    people = [
        {"course": row["course"], ITEMS[0][0]: step}
        for row in table("survey_courses")
        for step in LIKERT_STEPS
        for _ in range(int(row[f"n{step}"]))
    ]
    first, *others = [key for key, _ko, _en in ITEMS]
    for row, key in zip(table("survey_items")[1:], others, strict=True):
        share_out(rng, people, first, key, {step: int(row[f"n{step}"]) for step in LIKERT_STEPS})
    share_out(rng, people, first, RECOMMEND, dict(zip(range(10, -1, -1), RECOMMENDED, strict=True)))
    said = texts("survey_words")
    for code, program in courses.items():
        cohort = world.cohorts[program, SLUG]
        survey = history(world, version, cohort)
        answers = [
            {key: str(step) for key, step in person.items() if key != "course"}
            for person in people
            if person["course"] == code
        ]
        places = rng.sample(places_of(world, cohort, Asks.COMPLETED), len(answers))
        put(rng, survey, places, answers, [row for row in said if row["course"] == code])


def share_out(rng, people, first, key, counts):
    """Give each of `people` a step for `key`, so often as `counts` says; who was content is mostly content here."""
    steps = [step for step in sorted(counts, reverse=True) for _ in range(counts[step])]
    order = sorted(people, key=lambda person: person[first] + rng.gauss(0, NOISE), reverse=True)
    for person, step in zip(order, steps, strict=True):
        person[key] = step


def put(rng, survey, places, answers, said=()):
    """Write a survey with its tickets and answers, each in an order of its own."""
    survey.save()

    def new_id():
        return uuid.UUID(int=rng.getrandbits(128), version=4)

    tickets = [Ticket(id=new_id(), survey=survey, person=place.person) for place in places]
    responses = [Response(id=new_id(), survey=survey, answers=row) for row in answers]
    comments = [
        Comment(id=new_id(), survey=survey, key=row["key"], text=row["text"], may_quote=row["may_quote"])
        for row in said
    ]
    for model, rows in ((Ticket, tickets), (Response, responses), (Comment, comments)):
        rng.shuffle(rows)
        model.objects.bulk_create(rows, batch_size=500)


def write_camp(world, version, rng):
    """The Reboot Camp of 2025, all of whose people answered."""
    cohort = world.cohorts[CAMP]
    places = places_of(world, cohort, Asks.COMPLETED)
    overall = [step for step, count in zip((5, 4), CAMP_OVERALL, strict=True) for _ in range(count)]
    recommended = [step for step, count in zip((10, 9, 8), CAMP_RECOMMENDED, strict=True) for _ in range(count)]
    answers = []
    for first, last in zip(overall, recommended, strict=True):
        steps = {key: str(rng.choices((5, 4), (4, 1))[0]) for key, _ko, _en in ITEMS}
        answers.append(steps | {ITEMS[0][0]: str(first), RECOMMEND: str(last)})
    put(rng, history(world, version, cohort), places, answers)


def history(world, version, cohort):
    """The survey of a cohort that is over: from its last session on, for two weeks."""
    return Survey(
        code=world.ledger.new_code(),
        form_version=version,
        cohort=cohort,
        asks=Asks.COMPLETED,
        opens_at=cohort.ends_at,
        closes_at=cohort.ends_at + OPEN_DAYS * DAY,
        made_at=cohort.ends_at - 7 * DAY,
    )


# --- the season -------------------------------------------------------------------------------------------------


def write_season(world, version, rng):
    """Surveys that wait for answers, and two that are just closed: one with a result, one with too few answers."""
    taken = set()
    for row in RECENT:
        cohort = season_cohort(world, row["program"])
        if cohort is None:
            continue
        session = next_session(world, cohort, taken) if row.get("session") else None
        if row.get("session") and session is None:
            continue
        expert = world.catalog.experts.get(row.get("expert"))
        survey = Survey(
            code=world.ledger.new_code(),
            form_version=version,
            cohort=cohort,
            session=session,
            expert=expert,
            opens_at=world.now - row["opened"] * DAY,
            closes_at=world.now + row["left"] * DAY,
            gates_certificate=row.get("gates", False),
            made_at=world.now - timedelta(days=row["opened"] + 7),
        )
        waiting = world.crowd["mentee"]  # who can log in and answer
        places = [place for place in places_of(world, cohort, Asks.PRESENT) if place.person is not waiting]
        chosen = rng.sample(places, min(row["answered"], len(places)))
        put(rng, survey, chosen, [answers_of_season(rng) for _place in chosen])


def season_cohort(world, program):
    """The cohort of the season whose people take part or took part; None where the season has none."""
    running = (EnrolmentStatus.ACTIVE, EnrolmentStatus.COMPLETED)
    for row in world.ledger.rows_of_enrolments():
        if row.cohort.program.slug == program and row.cohort.is_demo_season and row.status in running:
            return row.cohort
    return None


def next_session(world, cohort, taken):
    """The first session of a cohort that is not in `taken`; None where there is none left."""
    for session in world.ledger.sessions():
        if session.cohort is cohort and id(session) not in taken:
            taken.add(id(session))
            return session
    return None


def answers_of_season(rng):
    """Somebody's answers by dice."""
    steps = rng.choices((5, 4, 3, 2), STEPS_OF_SEASON, k=len(ITEMS))
    answers = {key: str(step) for (key, _ko, _en), step in zip(ITEMS, steps, strict=True)}
    return answers | {RECOMMEND: str(rng.choices((10, 9, 8, 7, 5), (6, 5, 4, 2, 1))[0])}
