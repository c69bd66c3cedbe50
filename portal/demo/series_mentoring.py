"""Series Mentoring: a cohort of the season whose pairing is being prepared, for staff to pair it.

Half way through, both sides are asked for a mid-term evaluation.
"""

from mentoring.models.rounds import MentoringRound, RoundMentor, RoundMentorState
from mentoring.operations.form_evaluations import fix_questions, standard_form
from portal.demo.camp import add_mentor
from portal.demo.days import DAY, at, local_day, weekday
from portal.demo.ledger import dice, table
from portal.demo.mentoring import add_mentee, add_mentors_week
from programs.models.enrolments import Enrolment

COHORT = ("series-mentoring", "demo-1")
STILL_WRITING = 3  # how many of the mentees have not handed in yet
HALF_WAY = 25  # weekdays from now
ROLE = ("시리즈 1:1 멘토링의 멘토입니다.", "Series Mentoring mentor.")


def tell(world):
    """Add the round: mentors of three zones who take part, and mentees with profiles, wishes and weeks."""
    cohort = world.cohorts.get(COHORT)
    if cohort is None:
        return
    enrolments = [row for row in world.ledger.rows[Enrolment] if row.cohort is cohort and row.ended_at is None]
    rng, today = dice("series mentoring"), local_day(world.now)
    round_ = world.ledger.add(
        MentoringRound(
            code=world.ledger.new_code(),
            cohort=cohort,
            opens_at=at(weekday(today, -6), "10:00"),
            mentors_until=at(weekday(today, 1), "18:00"),
            wishes_until=at(weekday(today, 2), "18:00"),
            meeting_minutes=60,
            meetings_planned=6,
            hourly_rate=120_000,
        )
    )
    mentors = list(world.mentors.values())
    for row in table("mentors_series"):
        mentor = add_mentor(world, row, *ROLE)
        add_mentors_week(world, mentor, row)
        mentors.append(mentor)
    for mentor in mentors:
        world.ledger.add(
            RoundMentor(
                round=round_,
                mentor=mentor,
                capacity=3,
                state=RoundMentorState.TAKES_PART,
                invited_at=round_.opens_at,
                answered_at=min(round_.opens_at + DAY, world.now),
            )
        )
    own = world.crowd["applicant"]
    late = [row for row in enrolments if row.person is not own][-STILL_WRITING:]
    for enrolment in enrolments:
        if enrolment not in late:
            add_mentee(world, round_, enrolment, rng.sample(mentors, rng.choice((3, 3, 4, 5))), rng)


def write(world):
    """Give the round its mid-term form; the round is in the database."""
    cohort = world.cohorts.get(COHORT)
    if cohort is None:
        return
    version = standard_form()
    fix_questions(version)
    day = weekday(local_day(world.now), HALF_WAY)
    MentoringRound.objects.filter(cohort=cohort).update(mid_form=version, mid_due=day)
