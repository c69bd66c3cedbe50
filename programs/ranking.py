"""Reviews side by side: means, how far reviewers disagree, and the order that each measure gives. Decides nothing.

Pure: plain rows in, plain rows out. The total of a review is `100 * sum(weight * points / maximum) / sum(weight)`,
so from 0 to 100.

The reviewer-centered mean takes each reviewer's strictness out. A total is read as `level of the application +
strictness of the reviewer + rest`. Levels and strictness are those that make the sum of the squared rests, plus
SHRINK times the sum of the squared strictness, as small as it can be; that is,

    level(a)      = mean of (total - strictness of its reviewer) over the reviews of a
    strictness(r) = n / (n + SHRINK) * mean of (total - level of the application) over the n reviews of r

both at once, solved exactly as one system of linear equations with a row for each reviewer. SHRINK works like that
many more reviews of average strictness: of a reviewer with 3 reviews half is believed, of one with 27 nine tenths.
The level is the centered mean. It may lie a little outside of 0 to 100. Reviewers who share no application, not
even through others, are never set against each other, and where there is one reviewer nothing is taken out.
"""

from collections import defaultdict, namedtuple
from dataclasses import dataclass, field
from statistics import fmean, median, stdev

import numpy as np

SHRINK = 3
DIGITS = 9  # beyond them numbers that are equal differ by the way in which they were computed
MEASURES = ("centered", "raw", "middle")

Criterion = namedtuple("Criterion", "key weight maximum position")
Entry = namedtuple("Entry", "pk submitted_at")  # an application that is ranked
Score = namedtuple("Score", "application reviewer scores confidence")  # a review that was handed in


@dataclass
class Line:
    """What the reviews say about one application. Without reviews every measure is None, and so is every rank."""

    application: int
    totals: tuple = ()
    raw: float | None = None
    middle: float | None = None  # the median
    spread: float | None = None  # the highest total minus the lowest
    deviation: float | None = None  # the sample's standard deviation, of two reviews or more
    centered: float | None = None
    confidence: float | None = None
    is_flagged: bool = False  # reviewers disagree
    missing: int = 0  # reviews short of the minimum
    by_criterion: dict = field(default_factory=dict)  # key: mean share of its maximum, 0 to 1
    ranks: dict = field(default_factory=dict)  # measure: place, equal ones on the same


def total(scores, criteria):
    """The total of a review, 0 to 100, over the criteria that it scores; None where it scores none."""
    given = [row for row in criteria if row.key in scores]
    if not given:
        return None
    return 100 * sum(row.weight * scores[row.key] / row.maximum for row in given) / sum(row.weight for row in given)


def strictness(totals, *, shrink=SHRINK):
    """How many points each reviewer gives above (or below) the others, shrunk; see the head of the module.

    `totals` are rows (application, reviewer, total). With `shrink=0` nothing is, and of all solutions the one
    whose values add up to nothing among those who are compared is taken.
    """
    reviewers = sorted({reviewer for _application, reviewer, _total in totals})
    place = {reviewer: number for number, reviewer in enumerate(reviewers)}
    of_application = defaultdict(list)
    for application, reviewer, value in totals:
        of_application[application].append((place[reviewer], value))
    matrix = np.zeros((len(reviewers), len(reviewers)))
    right = np.zeros(len(reviewers))
    for application in sorted(of_application):
        rows = sorted(of_application[application])
        level = fmean(value for _reviewer, value in rows)
        for reviewer, value in rows:
            matrix[reviewer, reviewer] += 1
            right[reviewer] += value - level
            for other, _value in rows:
                matrix[reviewer, other] -= 1 / len(rows)
    if not reviewers:
        return {}
    if shrink:
        solved = np.linalg.solve(matrix + shrink * np.eye(len(reviewers)), right)
    else:
        solved = np.linalg.lstsq(matrix, right, rcond=None)[0]
    return {reviewer: float(value) for reviewer, value in zip(reviewers, solved, strict=True)}


def lines(entries, scores, criteria, *, tie_break="submission", flag_spread=30, min_reviews=1, shrink=SHRINK):
    """`{application: Line}` of `entries`, from the reviews `scores`.

    Reviews of applications that are not ranked (any more) still tell how strict their reviewer is. On equal
    measures `tie_break` decides: with "criteria" the mean share of the criterion of the highest weight, then of the
    next; then, and with "submission" at once, who submitted earlier. What is still equal has the same rank.
    """
    rows, reviews = [], defaultdict(list)
    for score in scores:
        value = total(score.scores, criteria)
        if value is not None:
            rows.append((score.application, score.reviewer, value))
            reviews[score.application].append((score, value))
    strict = strictness(rows, shrink=shrink)
    found = {}
    for entry in entries:
        line = found[entry.pk] = Line(entry.pk, missing=max(min_reviews - len(reviews[entry.pk]), 0))
        if reviews[entry.pk]:
            measure(line, reviews[entry.pk], strict, criteria)
            line.is_flagged = len(line.totals) > 1 and line.spread >= flag_spread
    by_weight = sorted(criteria, key=lambda row: (-row.weight, row.position)) if tie_break == "criteria" else []
    submitted = {entry.pk: entry.submitted_at for entry in entries}
    for name in MEASURES:
        rank([line for line in found.values() if line.totals], name, by_weight, submitted)
    return found


def measure(line, reviews, strict, criteria):
    """Fill a Line from its reviews, pairs of a Score and its total."""
    totals = [value for _score, value in reviews]
    line.totals = tuple(sorted(totals, reverse=True))
    line.raw, line.middle = fmean(totals), median(totals)
    line.spread = max(totals) - min(totals)
    line.deviation = stdev(totals) if len(totals) > 1 else None
    line.centered = fmean(value - strict[score.reviewer] for score, value in reviews)
    sure = [score.confidence for score, _value in reviews if score.confidence is not None]
    line.confidence = fmean(sure) if sure else None
    for row in criteria:
        given = [score.scores[row.key] / row.maximum for score, _value in reviews if row.key in score.scores]
        if given:
            line.by_criterion[row.key] = fmean(given)


def rank(chosen, name, by_weight, submitted):
    """Give each line its place by one measure: 1, 2, 2, 4."""

    def key(line):
        shares = tuple(-round(line.by_criterion.get(row.key, 0), DIGITS) for row in by_weight)
        return -round(getattr(line, name), DIGITS), shares, submitted[line.application]

    before, place = None, 0
    for number, line in enumerate(sorted(chosen, key=key), start=1):
        if key(line) != before:
            before, place = key(line), number
        line.ranks[name] = place
