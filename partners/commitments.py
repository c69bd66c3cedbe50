"""What commitments come to: target, actual, rate and state, counted from rows. Reads only.

The rate is the actual *as displayed* ÷ the target, in percent, half up to one decimal. From 100 % a commitment is
achieved, above it exceeded; below it is missed once the agreement has ended, and in progress until then.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from partners import metrics
from partners.metrics import Figure, Metric, Scope
from partners.models.agreements import AgreementState
from partners.models.commitments import Commitment, MetricSnapshot
from portal import clock, i18n, pills
from portal.rounding import half_up

OVER = (AgreementState.EXPIRED, AgreementState.TERMINATED, AgreementState.SUPERSEDED)
WHOLE = 100  # percent


class State(StrEnum):
    """How a commitment stands."""

    EXCEEDED = "exceeded"
    ACHIEVED = "achieved"
    MISSED = "missed"
    IN_PROGRESS = "in_progress"
    COUNTING = "counting"


LABELS = {
    State.EXCEEDED: pgettext_lazy("commitment", "Exceeded"),
    State.ACHIEVED: pgettext_lazy("commitment", "Achieved"),
    State.MISSED: pgettext_lazy("commitment", "Missed"),
    State.IN_PROGRESS: pgettext_lazy("commitment", "In progress"),
    State.COUNTING: pgettext_lazy("commitment", "Being counted"),
}


@dataclass(frozen=True)
class Standing:
    """One commitment with its actual: `figure` exact, `rate` in percent, `planned` what is still ahead.

    `remaining` is target − actual as displayed; it is negative where more was done than promised.
    """

    commitment: Commitment
    metric: Metric
    figure: Figure
    planned: int | None
    state: State

    @property
    def rate(self) -> Decimal | None:
        """The actual as displayed ÷ the target."""
        return metrics.achieved(self.figure, self.commitment.target)

    @property
    def remaining(self) -> Decimal | None:
        """What is missing to the target."""
        return None if self.figure.shown is None else self.commitment.target - self.figure.shown


def scope_of(commitment):
    """The Scope a commitment is counted over; it must come with its scopes."""
    return scope_over(
        commitment.agreement_id, commitment.scopes.all(), starts=commitment.starts_on, ends=commitment.ends_on
    )


def scope_over(agreement_id, rows, *, starts, ends):
    """The Scope of an agreement in a period, narrowed to what CommitmentScopes name."""
    return Scope(
        agreement=agreement_id,
        programs=frozenset(row.program_id for row in rows if row.program_id),
        cohorts=frozenset(row.cohort_id for row in rows if row.cohort_id),
        starts=starts,
        ends=ends,
    )


def metric_of(commitment):
    """The Metric of a commitment in the version it was agreed with. Raises metrics.Unknown."""
    return metrics.get(commitment.metric, commitment.rule_version)


def figure_of(commitment, metric=None):
    """The actual of a commitment, by its own rule or by another Metric."""
    return figure_over(metric or metric_of(commitment), scope_of(commitment), commitment.scopes.all())


def figure_over(metric, scope, rows):
    """The figure within a Scope that CommitmentScopes share out.

    Where only a share of a program or a cohort counts, each cohort's count is taken by its share, and the sum is
    rounded half up to whole ones; only counts that add up may be shared.
    """
    if all(row.share == WHOLE for row in rows):
        return metric.figure(scope)
    shares = shares_of(rows)
    shared = sum(figure.part * shares[cohort] for cohort, figure in metric.by_cohort(scope).items())
    return Figure(int(half_up(Fraction(shared, WHOLE))))


def shares_of(rows):
    """The share in percent of each cohort in scope, by primary key; a cohort's own goes before its program's."""
    found = {}
    for row in rows:
        if row.program_id:
            found |= {cohort.pk: row.share for cohort in row.program.cohorts.only("pk", "program")}
    return found | {row.cohort_id: row.share for row in rows if row.cohort_id}


def state_of(figure, target, *, is_over):
    """Where a figure stands against its target."""
    rate = metrics.achieved(figure, target)
    if rate is None:
        return State.MISSED if is_over else State.COUNTING
    if figure.shown >= target:
        return State.EXCEEDED if figure.shown > target else State.ACHIEVED
    return State.MISSED if is_over else State.IN_PROGRESS


def is_over(agreement):
    """Whether nothing more is done under an agreement: its state says so, or its last day has passed."""
    today = i18n.local_date(clock.now())
    return agreement.state in OVER or (agreement.ends_on is not None and agreement.ends_on < today)


def standing(commitment):
    """A commitment with its actual as the rows stand now."""
    metric = metric_of(commitment)
    figure = figure_of(commitment, metric)
    planned = metric.planned(scope_of(commitment)) if metric.planned else None
    state = state_of(figure, commitment.target, is_over=is_over(commitment.agreement))
    return Standing(commitment, metric, figure, planned, state)


def standings(commitments):
    """Those of a query of commitments, in order."""
    found = commitments.select_related("agreement", "responsible").prefetch_related("scopes__program")
    return [standing(row) for row in found]


def last_counted(commitments):
    """The same as they stood when they were last counted, once a day: pairs of a day and a Standing.

    Left out are those that have never been counted. Three queries; nothing is counted anew.
    """
    latest = MetricSnapshot.objects.filter(commitment=OuterRef("pk")).order_by("-day").values("pk")[:1]
    found = commitments.select_related("agreement", "responsible").annotate(latest=Subquery(latest))
    kept = MetricSnapshot.objects.in_bulk([row.latest for row in found if row.latest])
    return [(kept[row.latest].day, _kept(row, kept[row.latest])) for row in found if row.latest]


def _kept(commitment, snapshot):
    metric = metrics.named(snapshot.rule)
    figure = Figure(snapshot.part, snapshot.whole, metric.measure.scale, metric.measure.digits)
    state = state_of(figure, commitment.target, is_over=is_over(commitment.agreement))
    return Standing(commitment, metric, figure, snapshot.planned, state)


# --- as pages show them -----------------------------------------------------------------------------------------


def rows(found):
    """Standings as `partners/_commitments.html` takes them, each text ready."""
    return [
        {
            "title": row.commitment.title,
            "title_lang": i18n.language_of(row.commitment, "title"),
            "target": i18n.number(_trimmed(row.commitment.target, row.metric.measure.digits)),
            "actual": row.figure.text,
            "unit": row.metric.unit_label,
            "of": row.metric.of_label,
            "basis": row.metric.measure.basis(row.figure),
            "rate": _("%(rate)s%%") % {"rate": row.rate} if row.rate is not None else "–",
            "remaining": i18n.number(_trimmed(row.remaining, row.metric.measure.digits))
            if row.remaining is not None
            else "–",
            "planned": i18n.number(row.planned) if row.planned else "",
            "pill": pills.pill(pills.COMMITMENT_PILLS, row.state, LABELS[row.state]),
            "why": row.commitment.why if row.state == State.MISSED else "",
            "why_lang": i18n.language_of(row.commitment, "why"),
            "definition": row.metric.definition,
            "responsible": row.commitment.responsible.name if row.commitment.responsible else "",
        }
        for row in found
    ]


def _trimmed(value, digits):
    """A target or a remainder with the digits of its figure."""
    return half_up(Fraction(value), digits)
