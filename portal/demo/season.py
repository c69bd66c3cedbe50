"""The demo season: its dates follow today, so that there is always something in every stage."""

from datetime import timedelta

from portal.demo.attendance import attend
from portal.demo.camp import PROGRAM as CAMP
from portal.demo.camp import camp_days, camp_plan, pair_up
from portal.demo.days import DAY, at, is_weekday, local_day, weekday, weekdays_from
from portal.demo.interviewing import add_interviews
from portal.demo.ledger import dice, texts
from portal.demo.plan import INTERPRETED, KOREAN, Plan
from portal.demo.registration import register
from portal.demo.reviewing import add_round
from portal.demo.selection import (
    CHANGES,
    COMPLETED,
    DRAFT,
    GAVE_UP,
    INELIGIBLE,
    NO_SHOW,
    NOT_COMPLETED,
    REJECTED,
    UNDECIDED,
    WAITED,
    WITHDRAWN,
    Entry,
    select,
)

HOUR = timedelta(hours=1)
LAST_HOURS = timedelta(hours=72)
RETURNING = 0.25  # share of applicants who were here before
STAGES = ("open", "deciding", "running", "finished")
# What one stage alone consists of: a cohort of each way to a seat.
BY_MODE = (CAMP, "data-color-meetup", "alumni-directors-talk")
MENTEES = ("P03", "mentee", "P06", "P04")
# Under which count a person written by hand is counted.
GROUPS = {COMPLETED: "offered", NOT_COMPLETED: "offered", UNDECIDED: "offered", CHANGES: REJECTED}
LETTERS = {"P03": "shared", "P06": "draft", "P04": "submitted"}


def tell(world, former, stage="all", scale=1):
    """Add the season: every entry of `data/season.json`, or one cohort of each mode in `stage`."""
    returning = iter(dice("returning").sample(former, len(former)))
    if stage == "all":
        entries = texts("season")
    else:
        known = {(row["program"], row["scene"]): row for row in texts("season")}
        entries = [one_stage(known, program, stage) for program in BY_MODE]
    for serial, row in enumerate(entries, 1):
        tell_entry(world, row, serial, returning, scale)


def one_stage(known, program, stage):
    """The season's entry of `program`, put in `stage`."""
    row = next(row for (slug, _scene), row in known.items() if slug == program)
    scene = {"deciding": "in_review" if row["mode"] == "review" else "closed"}.get(stage, stage)
    full = stage != "open"
    counts = {"applied": row["applied"]}
    if full:
        counts = {"applied": row["capacity"] + row["capacity"] // 2, "waitlisted": max(row["capacity"] // 8, 4)}
        counts |= {"gave_up": 2, "promoted": 1 if scene == "closed" else 2}
    cast = {}
    if program == CAMP:
        cast = {"open": {"applicant": "draft"}, "deciding": {"applicant": "rejected"}}.get(
            stage, {"applicant": "completed"}
        )
        if stage in ("running", "finished"):
            cast = dict.fromkeys(MENTEES, "completed")
    return {**row, **counts, "number": 1, "scene": scene, "cast": cast}


def tell_entry(world, row, serial, returning, scale):
    """One cohort of the season."""
    plan = make_plan(world, row, serial)
    set_scene(plan, row, world.now)
    plan.cancel_until = at(local_day(plan.starts_at) - 2 * DAY, "12:00") if plan.starts_at else None
    book = world.open(plan)
    if plan.opens_at > world.now:
        return
    entries = entries_of(world, book, row, returning, scale)
    until = min(plan.closes_at, world.now - timedelta(minutes=7))
    if plan.is_reviewed:
        select(book, entries, until=until)
    else:
        register(book, entries, until=until)
    book.close()
    if plan.starts_at and plan.starts_at <= world.now:
        attend(world.ledger, book)
    if row["program"] == CAMP:
        pair_camp(world, book)
    if row["scene"] == "in_review":
        if plan.interview and row["program"] != CAMP:
            add_interviews(world, book)
        else:
            add_round(world, book)


def make_plan(world, row, serial):
    """The plan of one entry, still without dates."""
    number = row["number"]
    label = ("데모 시즌", "Demo season")
    if number > 1:
        label = (f"데모 시즌 {number}기", f"Demo season, cohort {number}")
    facts = {
        "slug": f"demo-{number}",
        "label": label,
        "prefix": f"{row['prefix']}D{number}",
        "capacity": row["capacity"],
        "is_season": True,
    }
    if row["program"] == CAMP:
        return camp_plan(world, **facts)
    return Plan(
        program=row["program"],
        mode=row["mode"],
        place=(row["place_ko"], row["place_en"]),
        delivery=row.get("delivery", "onsite"),
        hours=row.get("hours"),
        interview=row.get("interview", False),
        languages=INTERPRETED if row.get("interpreted") else KOREAN,
        experts=[world.catalog.experts[slug] for slug in row.get("experts", ())],
        **facts,
    )


# --- dates -----------------------------------------------------------------------------------------


def set_scene(plan, row, now):
    """Give `plan` the dates that put it into the scene of `row` at `now`."""
    SCENES[row["scene"]](plan, row, now, local_day(now), row.get("shift", 0))
    plan.published_at = plan.opens_at - 6 * DAY
    if row["scene"] == "scheduled":
        plan.published_at = at(weekday(local_day(now), -1), "10:00")
    elif row["scene"] == "draft":
        plan.published_at = at(weekday(local_day(now), 3), "10:00")


def is_open(plan, row, now, today, shift):
    """Applications run for another one and a half weeks or more."""
    plan.opens_at = at(weekday(today, -9), "10:00")
    close(plan, row, weekday(today, 8 + shift))


def is_closing(plan, row, now, today, shift):
    """The last 17:00 between Monday and Friday within 72 hours; a holiday would leave gaps longer than that."""
    plan.opens_at = at(weekday(today, -14), "10:00")
    day = local_day(now + LAST_HOURS)
    while day.weekday() > 4 or at(day, "17:00") > now + LAST_HOURS:
        day -= DAY
    close(plan, row, day)


def is_scheduled(plan, row, now, today, shift):
    """Applications open in the coming days."""
    plan.opens_at = at(weekday(today, 4 + shift), "10:00")
    close(plan, row, weekday(today, 18 + shift))


def is_in_review(plan, row, now, today, shift):
    """Closed a week ago; the announcement comes within days."""
    plan.opens_at = at(weekday(today, -22), "10:00")
    close(plan, row, weekday(today, -6), announced=weekday(today, 4 + shift))


def is_closed(plan, row, now, today, shift):
    """Registration is over, the event comes next week."""
    plan.opens_at = at(weekday(today, -15), "10:00")
    plan.closes_at = at(weekday(today, -2), "17:00")
    meet(plan, row, weekday(today, 5 + shift))


def is_announced(plan, row, now, today, shift):
    """The results came out at the last 10 o'clock of a weekday; offers run for at least two days more."""
    announced = today if is_weekday(today) and at(today, "10:00") <= now - HOUR else weekday(today, -1)
    plan.opens_at = at(weekday(announced, -26), "10:00")
    close(plan, row, weekday(announced, -12), announced=announced)
    waited = now - plan.announce_at
    last = local_day(now + max(2 * DAY, waited + HOUR))
    last = (
        weekday(last, 0) if at(weekday(last, 0), "17:00") >= now + max(2 * DAY, waited + HOUR) else weekday(last, 1)
    )
    plan.offer_hours = int((at(last, "17:00") - plan.announce_at) / HOUR)


def is_running(plan, row, now, today, shift):
    """Begun on the last weekday before today, and not over before tomorrow."""
    first = weekday(today, -1 - row.get("ago", 0))
    count = max(row["days"], 2)
    if row.get("every"):
        days = [weekday(first + place * row["every"] * DAY, 0) for place in range(count)]
    else:
        days = weekdays_from(first, count) if count > 2 else [first, weekday(today, 1)]
    plan.opens_at = at(weekday(first, -40), "10:00")
    close(plan, row, weekday(first, -24), announced=weekday(first, -14), days=days)


def is_finished(plan, row, now, today, shift):
    """Over for more than a week."""
    last = weekday(today, -8 + shift)
    first = weekday(last, 1 - row["days"])
    plan.opens_at = at(weekday(first, -40), "10:00")
    close(plan, row, weekday(first, -24), announced=weekday(first, -14), days=weekdays_from(first, row["days"]))


SCENES = {
    "open": is_open,
    "closing": is_closing,
    "scheduled": is_scheduled,
    "draft": is_scheduled,
    "in_review": is_in_review,
    "closed": is_closed,
    "announced": is_announced,
    "running": is_running,
    "finished": is_finished,
}


def close(plan, row, day, *, announced=None, days=None):
    """Close on `day`; a selection is announced some weeks later, and the sessions follow."""
    plan.closes_at = at(day, "17:00")
    if plan.is_reviewed:
        announced = announced or weekday(day, 17 if plan.interview else 10)
        plan.announce_at = at(announced, "10:00")
        plan.set_review()
        meet(plan, row, weekday(announced, 8), days)
    else:
        meet(plan, row, weekday(day, 4), days)


def meet(plan, row, first, days=None):
    """The sessions begin on `first`, or stand on `days`; an internship lasts four months without sessions."""
    if row["program"].startswith("internship"):
        plan.starts_at, plan.ends_at = at(first, "10:00"), at(weekday(first, 85), "18:00")
    elif row["program"] == CAMP:
        while first.weekday() > 0:  # a camp fills one week
            first += DAY
        camp_days(plan, days or weekdays_from(first, row["days"]))
    else:
        plan.run_over(days or weekdays_from(first, row["days"]), row["from"], row["to"])


# --- people ----------------------------------------------------------------------------------------


def entries_of(world, book, row, returning, scale):
    """The applications of one entry, with those of the people written by hand."""
    crowd, rng, capacity = world.crowd, dice("season", row["program"], row["number"]), row["capacity"]
    applied = row["applied"] * scale
    waiting, gave_up, promoted = row.get("waitlisted", 0), row.get("gave_up", 0), row.get("promoted", 0)
    # `cast` names who stands where; the numbers below count them too.
    cast = [(crowd[key], outcome) for key, outcome in row.get("cast", {}).items()]

    def somebody():
        return next(returning, None) or crowd.somebody() if rng.random() < RETURNING else crowd.somebody()

    if book.plan.is_reviewed:
        withdrawn, ineligible = applied // 25, applied // 30
        offers = min(capacity, max(applied - withdrawn - ineligible - waiting, 0))
        counts = {
            "offered": offers - gave_up,
            GAVE_UP: gave_up,
            "promoted": promoted,
            WAITED: waiting - promoted,
            WITHDRAWN: withdrawn,
            INELIGIBLE: ineligible,
            REJECTED: max(applied - offers - waiting - withdrawn - ineligible, 0),
            DRAFT: applied // 8 if book.plan.closes_at > world.now else 0,
        }
    else:
        seated = min(capacity, applied)
        counts = {
            "offered": seated - gave_up,
            GAVE_UP: gave_up,
            "promoted": promoted,
            UNDECIDED: gave_up - promoted if applied > capacity else 0,
            WAITED: max(applied - seated - gave_up, 0),
        }
    people = {}
    for person, outcome in cast:
        group = GROUPS.get(outcome, outcome)
        counts[group] = max(counts.get(group, 0) - 1, 0)
        people.setdefault(group, []).append(Entry(person, outcome, promoted=outcome == "promoted"))
    entries = []
    for group, count in counts.items():
        by_hand = people.pop(group, [])
        if group in ("offered", "promoted"):
            entries.extend(entry._replace(outcome=COMPLETED) if group == "promoted" else entry for entry in by_hand)
            entries.extend(
                Entry(somebody(), outcome, promoted=group == "promoted") for outcome in taking_part(rng, count, row)
            )
        else:
            entries.extend(by_hand)
            entries.extend(Entry(somebody(), group) for _ in range(count))
    for rest in people.values():
        entries.extend(rest)
    return entries if book.plan.is_reviewed else in_order(rng, entries)


def taking_part(rng, count, row):
    """How `count` people with a seat will have ended: most complete."""
    absent, failed = count // 30, count // 14
    outcomes = [NO_SHOW] * absent + [NOT_COMPLETED] * failed + [COMPLETED] * (count - absent - failed)
    if row["program"] == CAMP:
        outcomes = [COMPLETED] * count
    rng.shuffle(outcomes)
    return outcomes


def in_order(rng, entries):
    """The order of arrival: those with a seat first, then the waitlist, promoted ones at its head."""
    seated = [entry for entry in entries if not entry.promoted and entry.outcome not in (WAITED, UNDECIDED)]
    rng.shuffle(seated)
    promoted = [entry for entry in entries if entry.promoted]
    undecided = [entry for entry in entries if entry.outcome == UNDECIDED]
    waited = [entry for entry in entries if entry.outcome == WAITED]
    if len(waited) > 2:  # somebody written by hand comes third; they are told first
        waited.insert(2, waited.pop(0))
    return seated + promoted + undecided + waited


def pair_camp(world, book):
    """The pairs of a camp that has begun; the mentor who can log in has the mentees written by hand."""
    known = [
        book.enrolments[world.crowd[key].email] for key in MENTEES if world.crowd[key].email in book.enrolments
    ]
    others = [enrolment for enrolment in book.enrolments.values() if enrolment not in known]
    own = list(world.mentors).index(world.crowd["mentor"].email) * 4
    mentees = others[:own] + known + others[own:]
    by_email = {world.crowd[key].email: letter for key, letter in LETTERS.items()}
    letters = [by_email.get(enrolment.person.email, "") for enrolment in mentees]
    if len(known) == len(MENTEES):
        pair_up(world, book, mentees, at(weekday(local_day(book.plan.starts_at), -3), "14:00"), letters)
