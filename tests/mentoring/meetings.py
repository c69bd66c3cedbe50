"""A pair that can meet, for the tests of meetings."""

from datetime import UTC, datetime, timedelta

from tests import make

NOW = datetime(2027, 3, 1, 0, 0, tzinfo=UTC)  # a Monday, 09:00 in Seoul
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALL_DAY = tuple((day, 0, 24 * 60) for day in range(7))


def make_pair(mentor=None, *, mentee=None, zone="America/Los_Angeles", cohort=None, **week):
    """A live pair of a running cohort with a round: the mentor in `zone`, the mentee in Seoul, both always free."""
    if cohort is None:
        program = make.make_program(has_mentoring=True, title_ko="리부트 캠프", title_en="Reboot Camp")
        cohort = make.make_cohort(program, phase="running")
        cohort.starts_at, cohort.ends_at = NOW - 30 * DAY, NOW + 100 * DAY
        cohort.save()
        cohort.sessions.all().delete()
        make.make_mentoring_round(cohort)
    if mentor is None:
        mentor = make.make_mentor(make.make_user(full_name="어진솔", romanized_name="Eo Jinsol"))
    mentee = mentee or make.make_user(full_name="박소울", romanized_name="Park Soul")
    enrolment = make.make_enrolment(application=make.make_application(cohort, mentee, status="confirmed"))
    pairing = make.make_pairing(mentor, enrolment, paired_at=NOW - 20 * DAY)
    fields = {"notice_hours": 24, "buffer_minutes": 10} | week
    for person, zone_ in ((mentor.user, zone), (mentee, "Asia/Seoul")):
        if not hasattr(person, "week"):
            make.make_week(person, *ALL_DAY, zone=zone_, **fields)
    return pairing


def people(pairing):
    """The mentor and the mentee."""
    return pairing.mentor.user, pairing.enrolment.person
