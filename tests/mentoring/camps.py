"""A camp for tests: a round with pairs, slots and interpreters."""

from datetime import timedelta

from mentoring.models.timetables import Camp, CampInterpreter, CampSlot
from portal import clock
from tests.make import (
    make_cohort,
    make_enrolment,
    make_expert,
    make_mentor,
    make_mentoring_round,
    make_pairing,
    make_program,
)

DAY = timedelta(days=1)


def make_camp(mentors=2, mentees=2, days=2, slots=3, interpreters=1, **fields):
    """A camp from in ten days on: mentors with so many mentees each; the first mentor comes from abroad."""
    cohort = make_cohort(
        make_program(has_mentoring=True, title_ko="리부트 캠프", title_en="Reboot Camp"),
        phase="running",
        capacity=40,
    )
    camp = Camp.objects.create(round=make_mentoring_round(cohort, is_camp=True), **fields)
    for number in range(mentors):
        mentor = make_mentor(languages=["en"] if number == 0 else ["ko"])
        for _mentee in range(mentees):
            make_pairing(mentor, make_enrolment(cohort, status="active"))
    first = clock.now().astimezone(clock.SEOUL).replace(hour=13, minute=30, second=0, microsecond=0) + 10 * DAY
    for day in range(days):
        for slot in range(slots):
            start = first + day * DAY + slot * timedelta(hours=1)
            CampSlot.objects.create(camp=camp, starts_at=start, ends_at=start + timedelta(minutes=40))
    for _number in range(interpreters):
        CampInterpreter.objects.create(camp=camp, expert=make_expert(), languages=["en"])
    return camp
