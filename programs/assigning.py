"""The question of who reviews what, put to the solver, and what its answer says of the gaps. Reads only."""

from collections import Counter

from django.utils.translation import gettext as _

from portal.assignment import problem as solving
from programs import conflicts
from programs.models.applications import Application
from programs.models.selection import ConflictKind, Review

LANGUAGE, DISCIPLINE = "language", "discipline"


def reviewers_of(round_):
    """Those who review in the round and have not been taken off it."""
    return round_.reviewers.filter(ended_at=None).select_related("user", "organization")


def barred(round_, reviewer, application, known):
    """Why this reviewer may not have this application: a ConflictKind, `language`, `discipline`, or empty."""
    conflict = known.get((application.pk, reviewer.user_id))
    if conflict:
        return conflict
    if not suits(reviewer.languages, application.answers.get(round_.language_key)):
        return LANGUAGE
    if not suits(reviewer.disciplines, application.answers.get(round_.discipline_key)):
        return DISCIPLINE
    return ""


def suits(limits, answer):
    """Whether an answer lies within a reviewer's limits; no limits, or no answer, rule nothing out."""
    chosen = answer if isinstance(answer, list) else [answer] if answer else []
    return not limits or not chosen or bool(set(limits) & set(chosen))


def fit(round_, reviewer, application):
    """How well a file suits a reviewer, 0 to 1000: first those who named its discipline, then its language."""
    named = 0
    if reviewer.disciplines and application.answers.get(round_.discipline_key):
        named += 700
    if reviewer.languages and application.answers.get(round_.language_key):
        named += 300
    return named


def problem_of(round_, *, moves_unbegun=False):
    """The question for the solver: every application of the round wants `min_reviews` reviewers, loads are even.

    What is assigned stays; with `moves_unbegun` only what somebody has begun, handed in or given back.
    """
    applications = list(
        Application.objects.standing_in(round_).only("pk", "answers", "applicant", "receipt_serial")
    )
    reviewers = list(reviewers_of(round_))
    known = conflicts.conflicts_of(round_)
    fits, excluded = {}, []
    for application in applications:
        for reviewer in reviewers:
            pair = (str(application.pk), str(reviewer.user_id))
            why = barred(round_, reviewer, application, known)
            if why:
                excluded.append((*pair, str(why)))
            else:
                fits[pair] = fit(round_, reviewer, application)
    kept = Review.objects.live().filter(round=round_, application__in=[row.pk for row in applications])
    if moves_unbegun:
        kept = kept.exclude(saved_at=None, submitted_at=None)
    kept_pairs = [(str(row), str(user)) for row, user in kept.values_list("application", "reviewer")]
    fixed = [pair for pair in kept_pairs if pair in fits]
    others = [pair for pair in kept_pairs if pair not in fits]  # in spite of a limit, or by somebody who has left
    held, loads = Counter(column for _row, column in kept_pairs), Counter(column for _row, column in others)
    done, settled = Counter(row for row, _column in others), Counter(row for row, _column in fixed)
    demands = {row: max(round_.min_reviews - done[row], settled[row]) for row in map(id_of, applications)}
    rows = [solving.Row(row, demand) for row, demand in demands.items() if demand > 0]
    columns = [
        solving.Column(str(one.user_id), max(one.most, held[str(one.user_id)]), loads[str(one.user_id)])
        for one in reviewers
    ]
    wanted = {row.id for row in rows}
    return solving.spreading(
        rows,
        columns,
        {pair: value for pair, value in fits.items() if pair[0] in wanted},
        fixed=fixed,
        excluded=[line for line in excluded if line[0] in wanted],
        seed=f"{round_.cohort.receipt_prefix}-{round_.number}",
    )


def id_of(row):
    """A row's id as the solver takes it."""
    return str(row.pk)


def reason_text(reason):
    """Why a reviewer may not have a file, in words."""
    if reason == LANGUAGE:
        return _("Another language")
    if reason == DISCIPLINE:
        return _("Another discipline")
    return ConflictKind(reason).label
