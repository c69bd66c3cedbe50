"""Reboot Camp: the mentors, the cohort of January 2025, and the pairs that come of a camp."""

from datetime import date, timedelta

from mentoring.models.evaluations import Evaluation, EvaluationStatus, GoalScore
from mentoring.models.mentors import MentorProfile
from mentoring.models.pairs import EndKind, Goal, Pairing
from portal.demo.days import DAY, at, between, weekday, weekdays_from
from portal.demo.ledger import dice, table, texts
from portal.demo.mentoring import profile_of
from portal.demo.plan import INTERPRETED, Plan
from portal.demo.selection import COMPLETED, GAVE_UP, INELIGIBLE, REJECTED, WAITED, Entry, select
from programs.models.experts import Expert

PROGRAM = "reboot-camp"
PLACE = ("KAFA 서울", "KAFA, Seoul")
DAY_FRAME = (("10:00", "12:00"), ("13:30", "17:10"), ("17:30", "18:50"))
ENDED = "과정이 끝났습니다."
COUNTS = {COMPLETED: 16, GAVE_UP: 1, WAITED: 3, REJECTED: 37, INELIGIBLE: 4}


def add_mentors(world):
    """The four mentors, each with a public profile and a login; only one of the logins has a password."""
    for row in table("mentors"):
        foreign = row["country"] != "KR"
        if row["email"] == world.crowd["mentor"].email:
            user = world.crowd["mentor"]
        else:
            user = world.crowd.add_mentor(row["email"], row["name_ko"], row["name_en"], foreign)
        expert = world.ledger.add(
            Expert(
                slug=row["slug"],
                name_ko=row["name_ko"],
                name_en=row["name_en"],
                country=row["country"],
                specialism_ko=row["focus_ko"],
                specialism_en=row["focus_en"],
                bio_ko="작가와 감독의 기획안을 1:1로 함께 읽고 고칩니다. 리부트캠프의 멘토입니다.",
                bio_en="Reads and mends outlines with writers and directors, one to one. Reboot Camp mentor.",
                user=user,
            )
        )
        world.mentors[row["email"]] = world.ledger.add(
            MentorProfile(
                user=user,
                expert=expert,
                focus_ko=row["focus_ko"],
                focus_en=row["focus_en"],
                capacity=int(row["capacity"]),
                pledged_at=world.crowd.founded_at,
                conduct_at=world.crowd.founded_at,
                confirmed_at=world.crowd.founded_at,
                **profile_of(row),
            )
        )


def camp_days(plan, days):
    """Lecture, mentoring and critique on each of `days`."""
    plan.sessions = [(at(day, first), at(day, last)) for day in days for first, last in DAY_FRAME]
    plan.starts_at, plan.ends_at = plan.sessions[0][0], plan.sessions[-1][1]


def camp_plan(world, **facts):
    """The plan of any camp, with `facts` of its own."""
    return Plan(
        program=PROGRAM,
        mode="review",
        place=PLACE,
        hours=35,
        interview=True,
        languages=INTERPRETED,
        experts=[profile.expert for profile in world.mentors.values()],
        contact="camp@example.com",
        **facts,
    )


def tell(world, former):
    """Add the camp of January 2025: 61 applied, 16 took part, all completed."""
    first = date(2025, 1, 13)
    plan = camp_plan(
        world,
        slug="2025-1",
        label=("2025년 1기", "2025, cohort 1"),
        prefix="RB25",
        capacity=16,
        agreement="2024",
    )
    camp_days(plan, weekdays_from(first, 5))
    plan.select_before(first, open_days=60, close_days=38, announce_days=20)
    plan.cancel_until = at(first - 2 * DAY, "12:00")
    plan.published_at = plan.opens_at - 7 * DAY
    book = world.open(plan)
    crowd, rng = world.crowd, dice("camp of 2025")
    by_hand = [crowd["P11"], crowd["P12"]]
    people = by_hand + crowd.many(40) + rng.sample(former, sum(COUNTS.values()) - 42)
    entries = [Entry(by_hand[0], COMPLETED), Entry(by_hand[1], WAITED)]
    left = iter(people[2:])
    for outcome, count in COUNTS.items():
        known = sum(entry.outcome == outcome for entry in entries)
        entries.extend(
            Entry(next(left), outcome, promoted=outcome == COMPLETED and place == 0)
            for place in range(count - known)
        )
    select(book, entries)
    book.close()
    mentees = [enrolment for enrolment in book.enrolments.values()]
    paired_at = at(weekday(first, -3), "14:00")
    pair_up(world, book, mentees, paired_at, letters=["shared"] * 10 + ["submitted"] * 4 + ["draft"] * 2)


def pair_up(world, book, mentees, paired_at, letters):
    """Give each mentor four mentees, in turn through the list; `letters` says how far each evaluation has come."""
    now, plan, rng = world.now, book.plan, dice("pairs", book.plan.slug)
    if paired_at > now:
        return
    mentors = list(world.mentors.values())
    for place, enrolment in enumerate(mentees):
        mentor = mentors[place // mentors[0].capacity]
        over = enrolment.ended_at is not None
        pairing = world.ledger.add(
            Pairing(
                code=world.ledger.new_code(),
                mentor=mentor,
                enrolment=enrolment,
                paired_at=paired_at,
                paired_by=book.staff,
                ended_at=enrolment.ended_at if over else None,
                end_reason=ENDED if over else "",
                end_kind=EndKind.FINISHED if over else "",
            )
        )
        goals = [
            world.ledger.add(Goal(pairing=pairing, text=text, position=position))
            for position, text in enumerate(enrolment.application.goals.splitlines(), 1)
        ]
        if letters[place]:
            written_at = min(now, plan.ends_at + timedelta(hours=20))
            evaluate(
                world, pairing, goals, letters[place], between(rng, max(paired_at, plan.starts_at), written_at), rng
            )


def evaluate(world, pairing, goals, stage, written_at, rng):
    """What the mentor has written so far, in the mentee's language."""
    korean = pairing.enrolment.person.language == "ko"
    submitted = stage in ("submitted", "shared")
    evaluation = world.ledger.add(
        Evaluation(
            code=world.ledger.new_code(),
            pairing=pairing,
            author=pairing.mentor.user,
            strengths=rng.choice(texts("answers")["strengths"])[0 if korean else 1],
            next_steps=rng.choice(texts("answers")["next_steps"])[0 if korean else 1] if submitted else "",
            status=EvaluationStatus.SUBMITTED if submitted else EvaluationStatus.DRAFT,
            saved_at=written_at,
            submitted_at=written_at if submitted else None,
            shared_at=written_at if stage == "shared" else None,
        )
    )
    if submitted:
        for goal in goals:
            world.ledger.add(GoalScore(evaluation=evaluation, goal=goal, score=rng.choice((3, 4, 4, 5, 5))))
