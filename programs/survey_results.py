"""What came of a survey, as figures: pure counts, in whole numbers and fractions until the last digit is rounded.

Rounding is half up, away from zero. Agreement has two conversions to 100 points that partners use side by side;
every page that prints one prints its formula. Of fewer answers than `least` nothing is told. Results that are put
side by side have one sum, which is that of the rows shown, so nothing hidden can be had by taking shown rows from
it; and every figure anywhere is a sum of whole surveys each of which may be shown (docs/decisions/0014).
"""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, reduce
from operator import add

from portal.rounding import rounded
from programs.models.forms import QuestionType
from programs.models.surveys import LIKERT_STEPS, NPS_STEPS

T = QuestionType
PROMOTERS, PASSIVES = (9, 10), (7, 8)  # all below are detractors


def percent(part, whole):
    """`part` of `whole` in percent, to one digit: `93.8`. Nothing of nothing is `0.0`."""
    return rounded(Fraction(100 * part, whole), 1) if whole else "0.0"


@dataclass(frozen=True)
class Agreement:
    """How many chose each of the five steps, from 5 down to 1."""

    counts: tuple

    @cached_property
    def n(self):
        """How many answered."""
        return sum(self.counts)

    @property
    def exact(self):
        """The mean as a fraction; there has to be an answer."""
        return Fraction(sum(step * count for step, count in zip(LIKERT_STEPS, self.counts, strict=True)), self.n)

    @property
    def mean(self):
        """To two digits."""
        return rounded(self.exact, 2)

    @property
    def top2(self):
        """The share of 5 and 4, in percent."""
        return percent(self.counts[0] + self.counts[1], self.n)

    def points(self, how):
        """The mean on 100 points: `linear` is (mean − 1) ÷ 4 × 100, `times20` is mean × 20."""
        return rounded(CONVERSIONS[how](self.exact), 1)

    def __add__(self, other):
        return Agreement(tuple(map(sum, zip(self.counts, other.counts, strict=True))))


CONVERSIONS = {"linear": lambda mean: (mean - 1) / 4 * 100, "times20": lambda mean: mean * 20}


class Recommended:
    """What recommendations have in common: their three groups, and the score that is made of these."""

    counts: tuple

    @cached_property
    def n(self):
        """How many answered."""
        return sum(self.counts)

    @property
    def groups(self):
        """Promoters, passives, detractors."""
        raise NotImplementedError

    @property
    def score(self):
        """Promoters minus detractors, in percent of all: `+49.3`."""
        promoters, _passives, detractors = self.groups
        exact = Fraction(100 * (promoters - detractors), self.n)
        text = rounded(exact, 1)
        return f"+{text}" if exact > 0 and text != "0.0" else text

    def __add__(self, other):
        """Together; where the single steps of one are not known, those of both are not."""
        kind = Recommendation if isinstance(self, Recommendation) and isinstance(other, Recommendation) else Groups
        told = (self.counts, other.counts) if kind is Recommendation else (self.groups, other.groups)
        return kind(tuple(map(sum, zip(*told, strict=True))))


@dataclass(frozen=True)
class Recommendation(Recommended):
    """How many chose each of the steps from 0 to 10."""

    counts: tuple

    @property
    def groups(self):
        """Those who chose 9 or 10, 7 or 8, and 0 to 6."""
        promoters, passives = (sum(self.counts[step] for step in some) for some in (PROMOTERS, PASSIVES))
        return promoters, passives, self.n - promoters - passives


@dataclass(frozen=True)
class Groups(Recommended):
    """How many promoters, passives and detractors there were, where the single steps are not known."""

    counts: tuple

    @property
    def groups(self):
        """These are they."""
        return self.counts


@dataclass(frozen=True)
class Choices:
    """How many chose each of the choices of a question; with several choices a person counts under each."""

    counts: tuple
    n: int


def tally(question, responses):
    """The answers of `responses` (dicts by key) to a question, counted; None where its type is not counted."""
    given = [answers[question.key] for answers in responses if question.key in answers]
    if question.type == T.LIKERT:
        return Agreement(steps(given, LIKERT_STEPS))
    if question.type == T.NPS:
        return Recommendation(steps(given, NPS_STEPS))
    if question.type == T.MULTIPLE:
        found = Counter(key for keys in given for key in keys)
        return Choices(tuple(found[choice["key"]] for choice in question.choices), len(given))
    keys = {
        T.SINGLE: [choice["key"] for choice in question.choices],
        T.YES_NO: ["yes", "no"],
        T.STATEMENT: [True],
    }.get(question.type)
    if keys is None:
        return None
    found = Counter(given)
    return Choices(tuple(found[key] for key in keys), len(given))


def steps(given, known):
    """How often each of the `known` steps was given."""
    found = Counter(given)
    return tuple(found[str(step)] for step in known)


def is_shown(result, least):
    """Whether enough have answered for a result to be told."""
    return result is not None and result.n >= least


@dataclass(frozen=True)
class Breakdown:
    """Results side by side: the rows that are shown, their sum, and the labels of those that are not."""

    rows: tuple
    total: Agreement | Recommended | None
    hidden: tuple


def side_by_side(rows):
    """A Breakdown of `(label, result)`, results as `summed` gives them; those that are None are hidden."""
    shown = tuple((label, result) for label, result in rows if result is not None)
    hidden = tuple(label for label, result in rows if result is None)
    return Breakdown(shown, add_up([result for _label, result in shown]), hidden)


def summed(results):
    """The sum of `(result, least)`, each of which may be shown by itself; None where none may.

    One that may not is left out, so that it cannot be had by taking the others, shown elsewhere, from the sum.
    """
    return add_up([result for result, least in results if is_shown(result, least)])


def add_up(results):
    """The sum of results; None of none."""
    return reduce(add, results) if results else None


def mean_of_means(results):
    """The mean of the means of several Agreements, to two digits."""
    return rounded(sum((result.exact for result in results), Fraction(0)) / len(results), 2)
