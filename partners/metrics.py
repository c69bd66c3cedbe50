"""The registry of what is counted: each figure is a Metric with a key, a version and a definition.

`programs.metrics` and `mentoring.metrics` register theirs when Django starts; nothing here knows what a course is.
A rule is never changed in place: one that counts otherwise is the next version under the same key. All versions
stay, so that a figure can be derived again by the rule it was made with, and two rules can be compared row by row.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import models
from django.db.models import Case, Count, Q, QuerySet, When
from django.utils.translation import pgettext_lazy

from portal import i18n
from portal.rounding import half_up


class Unit(models.TextChoices):
    """In what a figure is counted; the word stands after the number."""

    COURSES = "courses", pgettext_lazy("unit", "courses")
    COHORTS = "cohorts", pgettext_lazy("unit", "cohorts")
    PEOPLE = "people", pgettext_lazy("unit", "people")
    TIMES = "times", pgettext_lazy("unit", "events")
    CASES = "cases", pgettext_lazy("unit", "applications")
    PERCENT = "percent", "%"
    POINTS = "points", pgettext_lazy("unit", "of 5")
    HOURS = "hours", pgettext_lazy("unit", "hours")
    MINUTES = "minutes", pgettext_lazy("unit", "minutes")


class Of(models.TextChoices):
    """What one in the figure is: whoever comes twice is one person and two enrolments."""

    PERSONS = "persons", pgettext_lazy("counted", "Persons")
    ENROLMENTS = "enrolments", pgettext_lazy("counted", "Enrolments")
    THINGS = "things", pgettext_lazy("counted", "Activities")


@dataclass(frozen=True)
class Scope:
    """Over what is counted: what runs under `agreement`, and where given only in these programs or cohorts.

    All are primary keys. `starts` and `ends` are days in Seoul, both included: an activity belongs to the period in
    which its cohort began. Without an agreement, programs or cohorts it is everything the portal holds.
    """

    agreement: int | None = None
    programs: frozenset[int] = frozenset()
    cohorts: frozenset[int] = frozenset()
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True)
class Figure:
    """An exact figure: `part` ÷ `whole` × `scale`, rounded half up to `digits` where it is shown.

    Of a plain count `whole` is 1. Where `whole` is 0 there is nothing to say yet, and `shown` is None.
    """

    part: int
    whole: int = 1
    scale: int = 1
    digits: int = 0

    @property
    def shown(self):
        """What is displayed, as a Decimal; None where there is nothing to say."""
        return half_up(Fraction(self.part * self.scale, self.whole), self.digits) if self.whole else None

    @property
    def text(self):
        """What is displayed: `1,104`, `91.9`, or a dash."""
        return "–" if self.shown is None else i18n.number(self.shown)


@dataclass(frozen=True)
class Row:
    """One of those that were counted. `key` stays the same from one derivation to the next."""

    key: str
    label: str
    note: str = ""
    url: str = ""


class Measure(ABC):
    """How a query of rows becomes a figure. `by_cohort` splits it along a lookup that leads to the cohort."""

    digits = 0
    scale = 1
    adds_up = True  # whether the figures of cohorts add up to that of all

    @abstractmethod
    def figure(self, rows: QuerySet) -> Figure:
        """The figure of all rows."""

    @abstractmethod
    def by_cohort(self, rows: QuerySet, cohort: str) -> dict[int, Figure]:
        """The figure of each cohort that has any, by its primary key."""

    def counts(self, rows: QuerySet) -> dict[int, Any]:
        """What each row counts as, by its primary key: by it two derivations are compared row by row."""
        return dict.fromkeys(rows.order_by().values_list("pk", flat=True), 1)

    def basis(self, figure: Figure) -> str:
        """What stands behind a figure that is no plain count; empty of one that is."""
        return ""


class Number(Measure):
    """How many rows there are."""

    def figure(self, rows):
        return Figure(rows.order_by().count())

    def by_cohort(self, rows, cohort):
        found = rows.order_by().values_list(cohort).annotate(n=Count("pk", distinct=True))
        return {pk: Figure(n) for pk, n in found}


@dataclass(frozen=True)
class Different(Measure):
    """How many different ones the rows point to by `field`: persons, experts. They do not add up."""

    field: str
    adds_up = False

    def figure(self, rows):
        return Figure(rows.order_by().aggregate(n=Count(self.field, distinct=True))["n"])

    def by_cohort(self, rows, cohort):
        found = rows.order_by().values_list(cohort).annotate(n=Count(self.field, distinct=True))
        return {pk: Figure(n) for pk, n in found}

    def counts(self, rows):
        return dict(rows.order_by().values_list("pk", self.field))


@dataclass(frozen=True)
class Share(Measure):
    """In percent, to one decimal: those rows that `part` holds for, of all."""

    part: Q
    digits = 1
    scale = 100
    adds_up = False

    def figure(self, rows):
        found = rows.order_by().aggregate(whole=Count("pk"), part=Count("pk", filter=self.part))
        return self._figure(found["part"], found["whole"])

    def by_cohort(self, rows, cohort):
        found = rows.order_by().values_list(cohort).annotate(n=Count("pk"), part=Count("pk", filter=self.part))
        return {pk: self._figure(part, whole) for pk, whole, part in found}

    def counts(self, rows):
        counts = Case(When(self.part, then=1), default=0)
        return dict(rows.order_by().annotate(counts=counts).values_list("pk", "counts"))

    def basis(self, figure):
        return f"{i18n.number(figure.part)} ÷ {i18n.number(figure.whole)}" if figure.whole else ""

    def _figure(self, part, whole):
        return Figure(part, whole, self.scale, self.digits)


@dataclass(frozen=True)
class Total(Measure):
    """The sum of a whole number over the rows, such as minutes."""

    amount: Any  # a field's name or an aggregate over it

    def figure(self, rows):
        return Figure(rows.order_by().aggregate(n=models.Sum(self.amount, default=0))["n"])

    def by_cohort(self, rows, cohort):
        found = rows.order_by().values_list(cohort).annotate(n=models.Sum(self.amount, default=0))
        return {pk: Figure(n) for pk, n in found}

    def counts(self, rows):
        return dict(rows.order_by().values_list("pk", self.amount))


@dataclass(frozen=True)
class Metric:
    """A figure that agreements may promise. `rows` gives exactly what is counted within a Scope; reads only.

    `describe` turns one counted row into the Row that staff read, `with_names` says what that needs beside it.
    `planned` gives the figure that published activities still ahead will add, where that can be known.
    """

    key: str
    version: int
    title: Any
    definition: Any
    population: Any
    unit: str
    of: str
    rows: Callable[[Scope], QuerySet]
    measure: Measure
    describe: Callable[[Any], Row]
    cohort: str = "cohort"
    related: tuple[str, ...] = ()
    planned: Callable[[Scope], int] | None = None
    hides_small: bool = False  # a cohort's part tells of its people, and where these are few it is not told

    @property
    def name(self):
        """Key and version together, as reports and snapshots keep them: `courses.enrolled@1`."""
        return f"{self.key}@{self.version}"

    @property
    def unit_label(self):
        """The word after the number."""
        return Unit(self.unit).label

    @property
    def of_label(self):
        """What one in the figure is; nothing is said of activities, which are what their unit says."""
        return "" if self.of == Of.THINGS else Of(self.of).label

    @property
    def adds_up(self):
        """Whether it may be split in shares and added over cohorts."""
        return self.measure.adds_up

    def figure(self, scope: Scope) -> Figure:
        """The figure within the scope, from the rows as they stand."""
        return self.measure.figure(self.rows(scope))

    def by_cohort(self, scope: Scope) -> dict[int, Figure]:
        """The same for each cohort that has any, by its primary key."""
        return self.measure.by_cohort(self.rows(scope), self.cohort)

    def fewest(self, scope: Scope) -> int:
        """How many rows stand behind the part of the cohort that has fewest; 0 where there is none."""
        rows = Number().by_cohort(self.rows(scope), self.cohort)
        return min((figure.part for figure in rows.values()), default=0)

    def evidence(self, scope: Scope, cohort: int | None = None) -> Iterable[Row]:
        """The rows that are counted, described for staff; of one cohort, or of all."""
        rows = self.rows(scope).select_related(*self.related)
        rows = rows.filter(**{self.cohort: cohort}) if cohort else rows
        return (self.describe(row) for row in rows.iterator(chunk_size=2000))

    def counts(self, scope: Scope) -> dict[int, Any]:
        """What each counted row counts as, by primary key: what a report keeps, so that two derivations compare."""
        return self.measure.counts(self.rows(scope))

    def described(self, keys: Iterable[int]) -> dict[int, Row]:
        """Rows by their primary keys as staff read them, counted or not; those that are gone are left out."""
        found = self.rows(Scope()).model._default_manager.filter(pk__in=keys).select_related(*self.related)
        return {row.pk: self.describe(row) for row in found}


@dataclass(frozen=True)
class CohortName:
    """How a cohort is called where figures are split by cohort, and its public page."""

    label: str
    lang: str
    url: str


_metrics: dict[str, dict[int, Metric]] = {}
_namers: list[Callable[[Iterable[int]], dict[int, CohortName]]] = []


def name_cohorts_by(namer):
    """Say how cohorts are called: a function of primary keys that gives a CohortName of each, in order."""
    _namers[:] = [namer]


def cohort_names(keys):
    """The names of cohorts, by primary key, in the order in which they began."""
    return _namers[0](keys) if _namers and keys else {}


class Unknown(LookupError):
    """No metric has this key, or not in this version."""


def register(*metrics: Metric):
    """Make metrics known. The same version may be registered once only, unless it is the same object."""
    for metric in metrics:
        versions = _metrics.setdefault(metric.key, {})
        if versions.setdefault(metric.version, metric) is not metric:
            raise ValueError(f"{metric.name} is registered already")


def forget(metric: Metric):
    """Take one version back; for tests that try another rule."""
    del _metrics[metric.key][metric.version]


def get(key: str, version: int | None = None) -> Metric:
    """A metric in a version, or in its latest. Raises Unknown."""
    versions = _metrics.get(key)
    if not versions:
        raise Unknown(key)
    version = max(versions) if version is None else version
    if version not in versions:
        raise Unknown(f"{key}@{version}")
    return versions[version]


def named(name: str) -> Metric:
    """A metric by key and version together, as `Metric.name` gives them. Raises Unknown."""
    key, _at, version = name.partition("@")
    return get(key, int(version))


def versions_of(key: str) -> list[Metric]:
    """All versions of a metric, the first one first."""
    return [_metrics[key][number] for number in sorted(_metrics.get(key, ()))]


def is_known(key: str) -> bool:
    """Whether any metric has this key."""
    return key in _metrics


def everything() -> list[Metric]:
    """Every metric in its latest version, by key."""
    return [get(key) for key in sorted(_metrics)]


def achieved(figure: Figure, target: Decimal) -> Decimal | None:
    """In percent, to one decimal, half up: the actual *as displayed* ÷ the target. None without an actual."""
    return None if figure.shown is None else half_up(Fraction(figure.shown) / Fraction(target) * 100, 1)
