"""The way in: the whole demonstration, written at once."""

from django.contrib.auth import get_user_model
from django.db import transaction

from partners.operations.commitments import take_snapshots
from portal import clock
from portal.demo import (
    attendance,
    camp,
    certificates,
    courses2024,
    events2024,
    feedback,
    internship,
    logins,
    mentoring,
    reviewing,
    schedule,
    season,
    series_mentoring,
    surveys,
    timetable,
    year2025,
)
from portal.demo.consents import add_consents
from portal.demo.eraser import erase
from portal.demo.rules import add_rules
from portal.demo.world import World
from programs.models.enrolments import EnrolmentStatus

SUMMER = ("C1", "C2", "C3", "C4")


def is_loaded():
    """Whether the demonstration is in the database."""
    return get_user_model().objects.filter(is_demo=True).exists()


@transaction.atomic
def load(*, stage="all", scale=1, reset=False):
    """Write the demonstration as it stands at the clock's moment; returns whether anything was written.

    With `reset` an earlier one is taken away first; without, it is left as it is.
    """
    if is_loaded():
        if not reset:
            return False
        erase()
    world = tell(clock.now(), stage, scale)
    add_rules(world)
    add_consents(world)
    world.forms.write()
    world.ledger.write()
    timetable.write(world)
    year2025.bring_in(world)
    reviewing.score(world)
    certificates.issue(world)
    surveys.write(world)
    series_mentoring.write(world)
    take_snapshots(world.now)
    logins.set_password(world)
    return True


def tell(now, stage="all", scale=1):
    """The whole story at `now`, with nothing written yet."""
    world = World(now)
    books = courses2024.tell(world)
    attendance.tell(world, books)
    camp.add_mentors(world)
    by_hand = set(map(id, world.crowd.known.values()))

    def strangers(people):
        return list({id(person): person for person in people if id(person) not in by_hand}.values())

    applicants = strangers(case.person for book in books.values() for case in book.cases)
    graduates = strangers(
        enrolment.person
        for code in SUMMER
        for enrolment in books[code].enrolments.values()
        if enrolment.status == EnrolmentStatus.COMPLETED
    )
    internship.tell(world, graduates)
    events2024.tell(world, applicants)
    camp.tell(world, applicants)
    year2025.tell(world, applicants)
    season.tell(world, applicants, stage, scale)
    schedule.tell(world, books)
    mentoring.tell(world)
    feedback.tell(world)
    series_mentoring.tell(world)
    logins.grant_roles(world)
    world.crowd.leave_out_strangers()
    return world
