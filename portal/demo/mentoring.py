"""The mentoring of the camps: what mentors offer and mentees wish, their weeks, their meetings.

The camp of January 2025 had 80 meetings in its timetable: 79 were held, two of them moved within their day, and one
was called off because the mentor was ill.
"""

from datetime import timedelta

from mentoring.models.availability import Week, WeekPart
from mentoring.models.meetings import Meeting, MeetingStatus, MeetingWay
from mentoring.models.pairs import Pairing
from mentoring.models.rounds import MenteeProfile, MentoringRound, RoundMentor, RoundMentorState, Wish
from mentoring.models.samples import SampleVersion, WorkSample
from mentoring.vocabulary import Discipline, Skill
from portal.demo import papers
from portal.demo.days import DAY, at, between, local_day, weekday
from portal.demo.ledger import dice, table
from portal.models import AccessWay, FileAccess
from programs.models.cohorts import Session

MEETING = timedelta(minutes=40)
SLOTS = ("13:30", "14:30", "15:30", "16:30")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAYTIME, EVENING = (9 * 60, 18 * 60), (19 * 60, 22 * 60)
MOVED, ILL = (7, 52), 33  # places in the timetable of January 2025
ILLNESS = "멘토의 병가로 취소합니다."
BRIEFS = (
    "여섯 회 시리즈의 1회를 다시 쓰고 싶습니다. 인물의 첫 선택이 늦게 나옵니다.",
    "영화로 쓴 이야기를 시즌으로 늘리고 있습니다. 회차마다 끝을 어떻게 맺을지 배우고 싶습니다.",
    "세계관은 정했지만 첫 회에 설명이 많습니다. 장면으로 보여 주는 법을 찾고 있습니다.",
    "배우와 대본을 읽으며 장면을 고치는 방법이 궁금합니다. 연출 계획서도 함께 보고 싶습니다.",
    "해외 제작사에 보낼 소개서를 준비하고 있습니다. 로그라인과 톤을 다듬고 싶습니다.",
)
SAMPLES = (
    "〈남쪽 정류장〉 1회 대본",
    "〈파도의 문법〉 기획안",
    "〈열두 번째 손님〉 인물표",
    "〈빈 의자〉 장면 연습",
)
FOLDER = "https://files.example.com/samples"
FOCUS = ("파일럿의 첫 장면", "인물의 목표", "시즌의 끝", "로그라인", "소개서", "2회의 전환점", "세계관의 규칙")


def tell(world):
    """Add the mentoring of every camp that has pairs."""
    weeks(world)
    by_cohort = {}
    for pairing in world.ledger.rows[Pairing]:
        by_cohort.setdefault(id(pairing.enrolment.cohort), []).append(pairing)
    for pairings in by_cohort.values():
        round_ = add_round(world, pairings)
        wish(world, round_, pairings)
        meet(world, round_, pairings)
        papers.tell(world, pairings)
        if round_.cohort.is_demo_season:
            hand_in(world, pairings)


def profile_of(row):
    """What a mentor offers, from a row of `data/mentors.csv`."""
    return {
        "discipline": row["discipline"],
        "second_disciplines": row["second"].split(),
        "skills": row["skills"].split(),
        "languages": row["languages"].split(),
    }


def weeks(world):
    """The usual weeks of the camps' mentors."""
    for row in table("mentors"):
        add_mentors_week(world, world.mentors[row["email"]], row)


def add_mentors_week(world, mentor, row):
    """A mentor's usual week, in the mentor's own zone, from a row such as `mon-fri 15-21`."""
    days, hours = row["week"].split()
    first, last = (WEEKDAYS.index(day) for day in days.split("-"))
    starts, ends = (int(hour) * 60 for hour in hours.split("-"))
    add_week(world, mentor.user, row["zone"], [(day, starts, ends) for day in range(first, last + 1)])


def add_week(world, person, zone, parts):
    """The usual week of one person."""
    week = world.ledger.add(Week(person=person, zone=zone, changed_at=world.crowd.founded_at))
    for day, starts, ends in parts:
        world.ledger.add(WeekPart(week=week, weekday=day, starts=starts, ends=ends))


def add_round(world, pairings):
    """The mentoring round of a camp, closed when its pairs were made; every mentor took part."""
    cohort, paired_at = pairings[0].enrolment.cohort, pairings[0].paired_at
    closed = at(weekday(local_day(paired_at), -2), "18:00")
    round_ = world.ledger.add(
        MentoringRound(
            code=world.ledger.new_code(),
            cohort=cohort,
            opens_at=closed - 7 * DAY,
            mentors_until=closed - DAY,
            wishes_until=closed,
            is_camp=True,
            meeting_minutes=40,
            meetings_planned=5,
            hourly_rate=120_000,
        )
    )
    for mentor in world.mentors.values():
        world.ledger.add(
            RoundMentor(
                round=round_,
                mentor=mentor,
                state=RoundMentorState.TAKES_PART,
                invited_at=closed - 7 * DAY,
                answered_at=closed - 5 * DAY,
            )
        )
    return round_


def wish(world, round_, pairings):
    """What each mentee of a camp looked for; most were paired with their first or second wish."""
    rng, mentors = dice("wishes", round_.cohort.slug), list(world.mentors.values())
    for pairing in pairings:
        others = rng.sample([mentor for mentor in mentors if mentor is not pairing.mentor], len(mentors) - 1)
        place = rng.choice((0, 0, 0, 1, 1, 2))
        others.insert(place, pairing.mentor)
        add_mentee(world, round_, pairing.enrolment, others, rng)
        pairing.choice = place + 1
        pairing.accepted_at = min(pairing.paired_at + timedelta(hours=rng.randint(2, 30)), world.now)


def add_mentee(world, round_, enrolment, wishes, rng):
    """What a mentee handed in: profile, wishes (mentors, first wish first), and a usual week."""
    person = enrolment.person
    writes = rng.random() < 0.6
    mentee = world.ledger.add(
        MenteeProfile(
            code=world.ledger.new_code(),
            enrolment=enrolment,
            discipline=Discipline.WRITING if writes else Discipline.DIRECTING,
            skills=sorted(rng.sample([Skill.PILOT, Skill.CHARACTER, Skill.ADAPTATION, Skill.VISUAL], 2)),
            languages=["en"] if person.language == "en" else rng.choice((["ko"], ["ko", "en"])),
            brief=rng.choice(BRIEFS),
            saved_at=between(rng, round_.opens_at, min(round_.wishes_until, world.now)),
        )
    )
    mentee.submitted_at = mentee.saved_at
    for rank, mentor in enumerate(wishes, 1):
        world.ledger.add(Wish(mentee=mentee, mentor=mentor, rank=rank))
    if not any(week.person is person for week in world.ledger.rows[Week]):
        days = sorted(rng.sample(range(5), 4))
        parts = [(day, *DAYTIME) for day in days] + [(day, *EVENING) for day in days]
        add_week(world, person, person.time_zone, parts)
    return mentee


def meet(world, round_, pairings):
    """The timetable of a camp: each pair once a day, everybody in every slot as often as anybody else."""
    starts = {local_day(row.starts_at) for row in world.ledger.rows[Session] if row.cohort is round_.cohort}
    turns, place = {}, 0
    for pairing in pairings:
        turns[id(pairing)] = sum(other.mentor is pairing.mentor for other in pairings[: pairings.index(pairing)])
    for number, day in enumerate(sorted(starts)):
        for pairing in pairings:
            slot = SLOTS[(turns[id(pairing)] + number) % len(SLOTS)]
            add_meeting(world, round_, pairing, at(day, slot), place)
            place += 1


def add_meeting(world, round_, pairing, starts_at, place):
    """One meeting of the timetable, and what became of it by now."""
    rng = dice("meeting", round_.cohort.slug, place)
    is_first_camp = round_.cohort.slug == "2025-1"
    facts = {
        "pairing": pairing,
        "way": MeetingWay.IN_PERSON,
        "place": round_.cohort.place_ko,
        "subject": rng.choice(FOCUS),
        "booked_by": pairing.paired_by,
        "booked_at": pairing.paired_at + timedelta(hours=1),
        "changed_at": pairing.paired_at + timedelta(hours=1),
    }
    if is_first_camp and place == ILL:
        told_at = starts_at - timedelta(hours=5)
        add_row(
            world,
            starts_at,
            facts
            | {
                "status": MeetingStatus.CANCELLED,
                "called_off_by": pairing.mentor.user,
                "called_off_reason": ILLNESS,
                "called_off_late": True,
                "changed_at": told_at,
                "sequence": 1,
            },
        )
        return
    if is_first_camp and place in MOVED:
        told_at = starts_at - timedelta(hours=26)
        first = add_row(
            world, starts_at, facts | {"status": MeetingStatus.RESCHEDULED, "changed_at": told_at, "sequence": 1}
        )
        starts_at = at(local_day(starts_at), "19:00")
        facts |= {"replaces": first, "uid": first.uid, "sequence": 2, "booked_at": told_at, "changed_at": told_at}
    over = starts_at + MEETING
    said_at = over + timedelta(minutes=rng.randint(5, 90))
    if said_at <= world.now:
        facts |= {
            "status": MeetingStatus.HELD,
            "minutes": 40,
            "mentor_says": MeetingStatus.HELD,
            "mentor_said_at": said_at,
            "mentor_minutes": 40,
            "mentee_says": MeetingStatus.HELD,
            "mentee_said_at": over,
            "mentee_minutes": 40,
            "settled_at": said_at,
            "changed_at": said_at,
        }
    add_row(world, starts_at, facts)


def add_row(world, starts_at, facts):
    """A meeting of that beginning."""
    code = world.ledger.new_code()
    row = Meeting(**{"code": code, "uid": code, "starts_at": starts_at, "ends_at": starts_at + MEETING} | facts)
    return world.ledger.add(row)


def hand_in(world, pairings):
    """A work sample of every other mentee of a camp of the season and of the one who logs in, as links.

    The first lets in another mentor as well.
    """
    last = local_day(pairings[0].enrolment.cohort.ends_at) + 30 * DAY
    own = world.crowd["mentee"]
    chosen = [row for place, row in enumerate(pairings) if place % 2 == 0 or row.enrolment.person is own]
    for number, pairing in enumerate(chosen):
        person, came_at = pairing.enrolment.person, pairing.paired_at + timedelta(hours=3 + number)
        again_at = came_at + timedelta(hours=20)
        has_two = number % 3 == 0 and again_at <= world.now
        sample = world.ledger.add(
            WorkSample(
                code=world.ledger.new_code(),
                pairing=pairing,
                owner=person,
                title=SAMPLES[number % len(SAMPLES)],
                with_staff=number % 4 == 0,
                readable_until=last,
                handed_in_at=came_at,
                changed_at=again_at if has_two else came_at,
            )
        )
        if number == 0:
            other = next(mentor for mentor in world.mentors.values() if mentor is not pairing.mentor)
            world.ledger.add(WorkSample.mentors.through(worksample=sample, mentorprofile=other))
        for version, added_at in enumerate((came_at, again_at)[: 1 + has_two], 1):
            add_version(world, sample, version, added_at)


def add_version(world, sample, number, added_at):
    """A version of a work sample; the mentor opened it a few hours later."""
    code = world.ledger.new_code()
    link = f"{FOLDER}/{code[:6]}/{number}"
    name = FOLDER.split("/")[2]
    world.ledger.add(
        SampleVersion(code=code, sample=sample, number=number, link=link, name=name, added_at=added_at)
    )
    opened_at = added_at + timedelta(hours=5)
    if opened_at <= world.now:
        reader, way = sample.pairing.mentor.user, AccessWay.DOWNLOAD
        world.ledger.add(FileAccess(code=code, owner=sample.owner, by=reader, at=opened_at, way=way))
