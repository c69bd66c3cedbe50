"""What an applicant reads of the reviews of their application, once its result has been told. Reads only.

A comment belongs to a result: it appears with it, never before. Who wrote it is not told, and the order does not
tell it either. An application that is being decided anew shows nothing of that round until its new result.
"""

from programs.models.applications import ApplicationStatus
from programs.models.selection import ReleaseItem, Review, ReviewEnd
from programs.steps import round_titles

UNDECIDED = (ApplicationStatus.SUBMITTED, ApplicationStatus.IN_REVIEW, ApplicationStatus.CHANGES_REQUESTED)
COUNTS = ("", ReviewEnd.LEFT)  # a review that was given back or taken back says nothing


def told_at(application, rounds):
    """`{round: moment}` of the rounds whose result this application has been told, the latest time of each."""
    released = {round_.pk: round_ for round_ in rounds if round_.released_at is not None}
    if not released:
        return {}
    items = ReleaseItem.objects.filter(
        decision__application=application, release__round__in=released, done_at__isnull=False, is_void=False
    )
    told = {}
    for pk, done_at in items.order_by("done_at").values_list("release__round", "done_at"):
        waits = application.status in UNDECIDED and application.round_number <= released[pk].number
        if not waits:
            told[pk] = done_at
    return told


def comments(application, told):
    """`{round: [text]}` of what reviewers wrote for the applicant before the result, in random order."""
    found = {}
    if not told:
        return found
    rows = Review.objects.filter(
        application=application,
        round__in=told,
        round__shows_comments=True,
        submitted_at__isnull=False,
        end_reason__in=COUNTS,
    ).exclude(comment_applicant="")
    for row in rows.order_by("code"):  # the code is random, so its order follows neither names nor turns
        if row.submitted_at <= told[row.round_id]:
            found.setdefault(row.round_id, []).append(row.comment_applicant)
    return found


def comments_to(user):
    """`{application: [text]}` of all that reviewers wrote for somebody and they have been told. Two queries."""
    items = ReleaseItem.objects.filter(
        decision__application__applicant=user,
        release__round__released_at__isnull=False,
        done_at__isnull=False,
        is_void=False,
    ).select_related("decision__application", "release__round")
    told = {}
    for item in items.order_by("done_at"):
        application, round_ = item.decision.application, item.release.round
        if application.status not in UNDECIDED or application.round_number > round_.number:
            told[application.pk, round_.pk] = item.done_at
    rows = Review.objects.filter(
        application__applicant=user,
        round__shows_comments=True,
        submitted_at__isnull=False,
        end_reason__in=COUNTS,
    ).exclude(comment_applicant="")
    found = {}
    for row in rows.order_by("code"):
        at = told.get((row.application_id, row.round_id))
        if at is not None and row.submitted_at <= at:
            found.setdefault(row.application_id, []).append(row.comment_applicant)
    return found


def parts(application, rounds):
    """Round by round what its page shows: the comments for its applicant, and the panel's general comment.

    Only of rounds whose result has been told, and only where there is something to read. Two queries at most.
    """
    told = told_at(application, rounds)
    found, titles = comments(application, told), round_titles(rounds)
    return [
        {"title": titles[round_.number], "comments": found.get(round_.pk, []), "round": round_}
        for round_ in rounds
        if round_.pk in told and (found.get(round_.pk) or round_.comment)
    ]
