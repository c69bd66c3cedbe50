"""What an applicant reads of the reviews of their application, once its result has been told. Reads only.

A comment belongs to a result: it appears with it, never before. Who wrote it is not told, and the order does not
tell it either. An application that is being decided anew shows nothing of that round until its new result.
"""

from programs.models.applications import Application, ApplicationStatus
from programs.models.selection import ReleaseItem, Review, ReviewEnd
from programs.steps import round_titles

UNDECIDED = (ApplicationStatus.SUBMITTED, ApplicationStatus.IN_REVIEW, ApplicationStatus.CHANGES_REQUESTED)
COUNTS = ("", ReviewEnd.LEFT)  # a review that was given back or taken back says nothing


def told_at(applications):
    """`{(application, round): moment}` of the results that these applications were told, the latest of each."""
    items = ReleaseItem.objects.filter(
        decision__application__in=applications,
        release__round__released_at__isnull=False,
        done_at__isnull=False,
        is_void=False,
    ).select_related("decision__application", "release__round")
    told = {}
    for item in items.order_by("done_at"):
        application, round_ = item.decision.application, item.release.round
        waits = application.status in UNDECIDED and application.round_number <= round_.number
        if not waits:
            told[application.pk, round_.pk] = item.done_at
    return told


def comments(told):
    """`{(application, round): [text]}` of what reviewers wrote for applicants before their result.

    In the order of the reviews' codes, which are random: it follows neither names nor turns.
    """
    if not told:
        return {}
    rows = Review.objects.filter(
        application__in={application for application, _round in told},
        round__shows_comments=True,
        submitted_at__isnull=False,
        end_reason__in=COUNTS,
    ).exclude(comment_applicant="")
    found = {}
    for row in rows.order_by("code"):
        place = row.application_id, row.round_id
        if place in told and row.submitted_at <= told[place]:
            found.setdefault(place, []).append(row.comment_applicant)
    return found


def comments_to(user):
    """`{application: [text]}` of all that reviewers wrote for somebody and they have been told. Two queries."""
    found = {}
    for (application, _round), texts in comments(told_at(Application.objects.filter(applicant=user))).items():
        found.setdefault(application, []).extend(texts)
    return found


def parts(application, rounds):
    """Round by round what its page shows: the comments for its applicant, and the panel's general comment.

    Only of rounds whose result has been told, and only where there is something to read. Two queries at most.
    """
    told = told_at([application]) if any(round_.released_at for round_ in rounds) else {}
    found, titles = comments(told), round_titles(rounds)
    shown = [(round_, found.get((application.pk, round_.pk), [])) for round_ in rounds]
    return [
        {"title": titles[round_.number], "comments": texts, "round": round_}
        for round_, texts in shown
        if (application.pk, round_.pk) in told and (texts or round_.comment)
    ]
