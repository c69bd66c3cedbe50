"""What reviewers do: pledge, write and hand in reviews, give a file back.

Rows are locked in one order: the invitation, then the review. A file with a conflict of interest is never written
on; giving it back leaves a Conflict, which holds for every round of the cohort.
"""

import json

from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit, clock
from portal.errors import Refused
from programs import conflicts
from programs.models.cohorts import Criterion
from programs.models.selection import DECLARED, Conflict, Review, ReviewEnd, Reviewer
from programs.operations.drafts import Stale

SCORE = "criterion"  # begins the key of a score, before the key of its criterion
TEXTS = ("comment_staff", "comment_applicant")


class Missing(Refused):
    """A review is handed in without a score; `keys` says where."""

    def __init__(self, keys):
        super().__init__(_("Give each criterion a score."))
        self.keys = keys


def lock(review_id, by):
    """The review, locked, if it is with `by` now; refuses where it is not."""
    review = (
        Review.objects.visible_to(by)
        .filter(pk=review_id)
        .select_for_update(of=("self",), no_key=True)
        .select_related("round__cohort__program", "application")
        .first()
    )
    if review is None:
        raise Refused(_("This file is no longer with you."))
    return review


def conflict_of(review):
    """The kind of conflict that keeps its reviewer from it, or None."""
    found = conflicts.conflicts_of(
        review.round, reviewers=[review.reviewer_id], applications=[review.application_id]
    )
    return found.get((review.application_id, review.reviewer_id))


def refuse_writing(review):
    """Refuse where a review cannot be written now."""
    if not review.round.takes_reviews_at(clock.now()):
        raise Refused(_("The time for reviews is over. Yours stays as it is."))
    if not Reviewer.objects.filter(round=review.round, user=review.reviewer_id, pledged_at__isnull=False).exists():
        raise Refused(_("Make the pledge of confidentiality first."))
    if conflict_of(review) is not None:
        raise Refused(_("A conflict of interest was found. Please give the file back."))


# --- writing ----------------------------------------------------------------------------------------------------


@transaction.atomic
def save_review(review_id, *, by, typed, base=None):
    """Keep what was typed, complete or not; `typed` holds `criterion<key>`, the comments and `confidence`.

    `base` is the revision on which it was written, None to keep it in any case. Raises Stale where another window
    has saved something else since. A review that is handed in stays whole. Returns the Review.
    """
    review = lock(review_id, by)
    refuse_writing(review)
    return write(review, typed, base, by)


@transaction.atomic
def hand_in_review(review_id, *, by, typed, base=None):
    """Hand a review in: each criterion has its score. Until the round is due it can still be changed.

    Handing in the same again is the same as once. Raises Missing and Stale. Returns the Review.
    """
    review = lock(review_id, by)
    refuse_writing(review)
    write(review, typed, base, by, whole=True)
    if review.submitted_at is None:
        review.submitted_at = clock.now()
        review.save(update_fields=["submitted_at"])
        audit.record("review.handed_in", target=review, by=by, after=f"application {review.application_id}")
    return review


def criteria_of(review):
    """The criteria of its round, by the keys under which their scores are typed."""
    return {f"{SCORE}{criterion.pk}": criterion for criterion in Criterion.objects.filter(round=review.round_id)}


def missing_in(review, criteria):
    """The keys of the criteria without a score."""
    return [key for key, criterion in criteria.items() if str(criterion.pk) not in review.scores]


def write(review, typed, base, by, *, whole=False):
    """Put what was typed on a locked review; nothing where it says so already. `whole`: no score is missing."""
    criteria = criteria_of(review)
    refuse_unknown(typed, criteria)
    now = {key: review.scores.get(str(criterion.pk)) for key, criterion in criteria.items()}
    now |= {name: getattr(review, name) for name in (*TEXTS, "confidence")}
    changed = {key: value for key, value in typed.items() if now[key] != value}
    if changed and base is not None and base != review.revision:
        raise Stale(list(changed))
    before = review.scores
    review.scores = {**before, **{str(criteria[key].pk): changed[key] for key in changed if key in criteria}}
    review.scores = {key: points for key, points in review.scores.items() if points is not None}
    for key in changed.keys() - criteria.keys():
        setattr(review, key, changed[key])
    missing = missing_in(review, criteria)
    if missing and (whole or review.submitted_at is not None):
        raise Missing(missing)
    if not changed:
        return review
    review.revision += 1
    review.saved_at = clock.now()
    review.save(update_fields=["scores", *TEXTS, "confidence", "revision", "saved_at"])
    if review.submitted_at is not None and review.scores != before:
        audit.record("review.changed", target=review, by=by, before=as_text(before), after=as_text(review.scores))
    return review


def refuse_unknown(typed, criteria):
    """Refuse what is no field of the round's form, and points beyond a criterion's."""
    if set(typed) - {*criteria, *TEXTS, "confidence"}:
        raise Refused(_("This round does not ask that."))
    for key, criterion in criteria.items():
        points = typed.get(key)
        if points is not None and not 0 <= points <= criterion.maximum:
            raise Refused(_("A score lies between 0 and %(most)s.") % {"most": criterion.maximum})
    if typed.get("confidence") not in (None, 1, 2, 3):
        raise Refused(_("This round does not ask that."))


def as_text(scores):
    """Scores for the record."""
    return json.dumps(scores, sort_keys=True)


# --- pledging and giving back -----------------------------------------------------------------------------------


@transaction.atomic
def pledge(reviewer_id, *, by, declared):
    """Make the pledge of confidentiality, and declare conflicts before anything is read. Once is enough.

    `declared` maps ids of reviews to (kind, reason). Those files are given back, as are those in which the portal
    finds a conflict. Returns how many were given back.
    """
    reviewer = (
        Reviewer.objects.select_for_update(of=("self",), no_key=True)
        .select_related("round__cohort")
        .filter(pk=reviewer_id, user=by, ended_at=None)
        .first()
    )
    if reviewer is None:
        raise Refused(_("You are not invited to this round any more."))
    if reviewer.pledged_at is not None:
        return 0
    reviewer.pledged_at = clock.now()
    reviewer.save(update_fields=["pledged_at"])
    audit.record("reviewer.pledged", target=reviewer, by=by)
    given_back = 0
    mine = Review.objects.visible_to(by).filter(round=reviewer.round, submitted_at=None)
    found = conflicts.conflicts_of(reviewer.round, reviewers=[by.pk])
    for review in mine.select_for_update(of=("self",), no_key=True).order_by("pk"):
        kind, note = declared.get(review.pk) or (found.get((review.application_id, by.pk)), "")
        if kind is not None:
            recuse(review, kind, note, by)
            given_back += 1
    return given_back


@transaction.atomic
def give_back(review_id, *, by, kind=None, note=""):
    """Give a file back for a conflict of interest, which is declared, or was found; staff assign it anew.

    One that is handed in counts, and only staff can take it back.
    """
    review = lock(review_id, by)
    found = conflict_of(review)
    if review.submitted_at is not None:
        raise Refused(_("This review is handed in. Please tell the staff of the cohort."))
    if found is None:
        if kind not in DECLARED:
            raise Refused(_("Choose what connects you."))
        if not note.strip():
            raise Refused(_("Give the reason in a sentence."))
    recuse(review, found or kind, note.strip(), by)
    return review


def recuse(review, kind, note, by):
    """End a locked review, and write the conflict down."""
    conflict = Conflict(
        application_id=review.application_id,
        reviewer_id=review.reviewer_id,
        kind=kind,
        note=note[:300],
        at=clock.now(),
        by=by,
    )
    Conflict.objects.bulk_create([conflict], ignore_conflicts=True)  # one written down before stays as it is
    review.ended_at, review.end_reason = clock.now(), ReviewEnd.RECUSED
    review.save(update_fields=["ended_at", "end_reason"])
    audit.record("review.given_back", target=review, by=by, before=kind)
