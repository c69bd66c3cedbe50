"""A round of interviews that is being booked: two panels, their slots, and who has chosen one by now."""

from datetime import timedelta

from portal.demo.days import at, between, local_day, weekday
from portal.demo.ledger import dice, texts
from portal.demo.reviewing import add_person, invite
from programs.models.applications import Application, ApplicationStatus
from programs.models.cohorts import Criterion
from programs.models.interviews import ChangeKind, InterviewChange, InterviewSlot, Panel
from programs.models.selection import Review, ReviewRound, RoundKind

HOUR = timedelta(hours=1)
LENGTH = timedelta(minutes=30)
STARTS = ("10:00", "10:30", "11:00", "11:30", "14:00", "14:30", "15:00", "15:30", "16:00", "16:30", "17:00")
STILL_CHOOSING = 4  # of the applicants, besides those who can log in


def add_interviews(world, book):
    """The interviews of a cohort in review; each panel meets on a day of its own, the last before the results."""
    plan, cohort, ledger = book.plan, book.cohort, world.ledger
    announced = local_day(plan.announce_at)
    round_ = ledger.add(
        ReviewRound(
            cohort=cohort,
            number=1,
            kind=RoundKind.INTERVIEW,
            starts_at=plan.review_at,
            due_at=at(weekday(announced, -1), "18:00"),
            is_blind=False,
            booking_until=at(weekday(announced, -3), "18:00"),
        )
    )
    for criterion in [row for row in ledger.rows[Criterion] if row.cohort is cohort]:
        criterion.round = round_
    people = [add_person(world, row) for row in texts("interviews")["people"]]
    for person in people:
        invite(world, round_, person)
    slots = []
    for row, day in zip(
        texts("interviews")["panels"], (weekday(announced, -2), weekday(announced, -1)), strict=True
    ):
        slots += add_panel(world, round_, row, [people[place] for place in row["members"]], day)
    files = [
        row
        for row in ledger.rows[Application]
        if row.cohort is cohort
        and row.status == ApplicationStatus.IN_REVIEW
        and row.applicant not in world.crowd.known.values()
    ]
    book_slots(world, book, sorted(files, key=lambda row: row.receipt_serial)[:-STILL_CHOOSING], slots)


def add_panel(world, round_, row, members, day):
    """A panel with its slots of a day. Returns the slots, each with the `members` who sit in it."""
    fields = {name: value for name, value in row.items() if name != "members"}
    panel = world.ledger.add(Panel(round=round_, **fields))
    for person in members:
        world.ledger.add(Panel.members.through(panel=panel, user=person))
    slots = []
    for start in STARTS:
        slot = InterviewSlot(
            code=world.ledger.new_code(),
            panel=panel,
            round=round_,
            starts_at=at(day, start),
            ends_at=at(day, start) + LENGTH,
            changed_at=round_.starts_at,
        )
        slot.people = members
        slots.append(world.ledger.add(slot))
    return slots


def book_slots(world, book, files, slots):
    """Each of `files` has chosen a slot; who sits in its panel reviews it."""
    rng = dice("interviews", book.plan.program, book.plan.slug)
    for application, slot in zip(files, rng.sample(slots, min(len(files), len(slots))), strict=False):
        moment = between(rng, slot.round.starts_at + HOUR, world.now - timedelta(minutes=5))
        slot.application, slot.sequence = application, 1
        slot.booked_at = slot.changed_at = moment
        world.ledger.add(
            InterviewChange(
                application=application,
                round=slot.round,
                panel=slot.panel,
                kind=ChangeKind.BOOKED,
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
                sequence=slot.sequence,
                at=moment,
                by=application.applicant,
            )
        )
        for person in slot.people:
            review = Review(
                code=world.ledger.new_code(),
                round=slot.round,
                application=application,
                reviewer=person,
                assigned_at=moment,
                assigned_by=application.applicant,
            )
            review.points = []
            world.ledger.add(review)
