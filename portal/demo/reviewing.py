"""A round of review in full swing: who reviews what, what they have written so far, and who stepped back."""

from datetime import timedelta

from accounts.models import Role, RoleGrant
from portal.demo.days import at, between, local_day, weekday
from portal.demo.ledger import dice, texts
from programs.models.applications import Application, ApplicationStatus
from programs.models.cohorts import Criterion
from programs.models.selection import (
    Conflict,
    ConflictKind,
    OthersShown,
    Review,
    ReviewEnd,
    Reviewer,
    ReviewRound,
)

HOUR = timedelta(hours=1)
OWN = "reviewer"  # who can log in
EACH = 2  # reviews of each application
DONE, BEGUN = 0.55, 0.65  # of the files of each reviewer, how far those have come


def add_round(world, book):
    """The document review of a cohort in review, with its reviewers and their reviews as they stand now."""
    plan, cohort, ledger = book.plan, book.cohort, world.ledger
    round_ = ledger.add(
        ReviewRound(
            cohort=cohort,
            number=1,
            starts_at=plan.review_at,
            due_at=at(weekday(local_day(plan.announce_at), -2), "17:00"),
            is_blind=True,
            others_shown=OthersShown.AFTER_OWN,
            min_reviews=EACH,
        )
    )
    criteria = [row for row in ledger.rows[Criterion] if row.cohort is cohort]
    for criterion in criteria:
        criterion.round = round_
    people = [world.crowd[OWN], *(add_person(world, row) for row in texts("reviews")["people"])]
    reviewers = [invite(world, round_, person) for person in people]
    files = [
        row
        for row in ledger.rows[Application]
        if row.cohort is cohort and row.status == ApplicationStatus.IN_REVIEW and row.applicant not in people
    ]
    assign(world, book, reviewers, sorted(files, key=lambda row: row.receipt_serial), criteria)
    world.reviewed = cohort


def add_person(world, row):
    """A reviewer who cannot log in."""
    return world.crowd.add_expert(row["email"], row["full_name"], row["romanized_name"])


def invite(world, round_, person):
    """One reviewer, who pledged on the first day."""
    if person is not world.crowd[OWN]:
        world.ledger.add(
            RoleGrant(user=person, role=Role.REVIEWER, cohort=round_.cohort, from_at=round_.starts_at - 48 * HOUR)
        )
    return world.ledger.add(
        Reviewer(
            round=round_, user=person, invited_at=round_.starts_at - 48 * HOUR, pledged_at=round_.starts_at + HOUR
        )
    )


def assign(world, book, reviewers, files, criteria):
    """Every pair of reviewers in turn; the first file of the one who can log in was given back."""
    rng = dice("reviews", book.plan.program, book.plan.slug)
    pairs = [(one, other) for one in range(len(reviewers)) for other in range(one + 1, len(reviewers))]
    piles = {}
    for number, application in enumerate(files):
        for place in pairs[number % len(pairs)]:
            piles.setdefault(place, []).append(application)
    for place, pile in sorted(piles.items()):
        for number, application in enumerate(pile):
            review = world.ledger.add(
                Review(
                    code=world.ledger.new_code(),
                    round=reviewers[place].round,
                    application=application,
                    reviewer=reviewers[place].user,
                    assigned_at=book.plan.review_at,
                    assigned_by=book.staff,
                )
            )
            review.points = []
            if place == 0 and number == 0:
                give_back(world, review)
            elif number < DONE * len(pile):
                write(world, review, rng, criteria, is_done=True)
            elif number < BEGUN * len(pile):
                write(world, review, rng, criteria[:1], is_done=False)


def write(world, review, rng, criteria, *, is_done):
    """What somebody has written; with `is_done` it is handed in."""
    words = texts("reviews")
    strength = rng.choice((2, 3, 3, 4, 4, 5))
    review.points = [
        (criterion, min(max(strength + rng.choice((-1, 0, 0, 1)), 1), criterion.maximum)) for criterion in criteria
    ]
    review.revision = 1
    review.saved_at = between(rng, review.round.starts_at + 2 * HOUR, world.now - timedelta(minutes=5))
    if is_done:
        review.submitted_at = review.saved_at
        review.confidence = rng.choice((2, 3, 3))
        review.comment_applicant = rng.choice(words["applicant"]["strong" if strength > 3 else "weak"])
        review.comment_staff = rng.choice(words["staff"])


def give_back(world, review):
    """A conflict of interest that was declared."""
    review.ended_at, review.end_reason = review.round.starts_at + 3 * HOUR, ReviewEnd.RECUSED
    world.ledger.add(
        Conflict(
            application=review.application,
            reviewer=review.reviewer,
            kind=ConflictKind.TEACHING,
            note=texts("reviews")["conflict"],
            at=review.ended_at,
            by=review.reviewer,
        )
    )


def score(world):
    """Put the points under the keys of the criteria, once those are written."""
    reviews = world.ledger.rows.get(Review, [])
    for review in reviews:
        review.scores = {str(criterion.pk): points for criterion, points in review.points}
    Review.objects.bulk_update(reviews, ["scores"], batch_size=500)
