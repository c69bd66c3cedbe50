"""Deriving a report again: by the rules it was made with, or by the newest; what differs, row by row. Reads only.

A report is never changed by it. What the portal has written down about a row since is given as the reason.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from partners import commitments, freezing, metrics
from partners.freezing import Input
from partners.metrics import Figure, Metric, Row, Scope
from partners.models.commitments import Commitment, CommitmentScope
from partners.models.reports import Report
from portal.models import AuditEvent

MOST_ROWS = 200  # so many of each kind are described; all are counted


class Kind(StrEnum):
    """How a row differs."""

    GONE = "gone"
    NEW = "new"
    OTHERWISE = "otherwise"


KIND_LABELS = {
    Kind.GONE: pgettext_lazy("row", "No longer counted"),
    Kind.NEW: pgettext_lazy("row", "Counted now"),
    Kind.OTHERWISE: pgettext_lazy("row", "Counts otherwise"),
}


@dataclass(frozen=True)
class RowChange:
    """One row that differs. `is_deleted` where it is not there any more; `event` is the last note on it since."""

    kind: Kind
    row: Row
    is_deleted: bool = False
    event: AuditEvent | None = None


@dataclass(frozen=True)
class CohortChange:
    """The part of one cohort that differs; `before` or `after` is None where it has none."""

    cohort: int
    before: Figure | None
    after: Figure | None


@dataclass(frozen=True)
class Difference:
    """What is not as it was in one figure. `after` is None where its rule is no longer known.

    `targets` are the commitment's target then and now, where it was changed; `changes` its changes since.
    """

    entry: dict[str, Any]
    rule: str
    newest: str
    before: Figure
    after: Figure | None
    counts: dict[Kind, int] = field(default_factory=dict)
    rows: list[RowChange] = field(default_factory=list)
    cohorts: list[CohortChange] = field(default_factory=list)
    targets: tuple[str, str] | None = None
    changes: list[Any] = field(default_factory=list)


# --- what was counted -------------------------------------------------------------------------------------------


def input_of(report, entry, metric):
    """Over what an entry of a report was counted, from the report alone, for one Metric."""
    if "commitment" not in entry:
        scope = Scope(agreement=report.agreement_id, starts=report.starts_on, ends=report.ends_on)
        return Input(entry["slot"], metric, scope)
    shares = tuple(
        CommitmentScope(program_id=program, cohort_id=cohort, share=share)
        for program, cohort, share in entry["scopes"]
    )
    starts, ends = (date.fromisoformat(day) if (day := entry[name]) else None for name in ("starts", "ends"))
    scope = commitments.scope_over(report.agreement_id, shares, starts=starts, ends=ends)
    return Input(entry["slot"], metric, scope, shares)


def rederive(report: Report) -> list[Difference]:
    """Derive every figure again by its own rule: what differs from what was frozen; empty where nothing does."""
    kept = dict(report.counted.values_list("slot", "rows"))
    now_promised = Commitment.objects.in_bulk([row["commitment"] for row in report.content["commitments"]])
    found = []
    for entry in freezing.entries(report.content):
        targets, changes = _target_change(report, entry, now_promised)
        metric = _known(entry["rule"])
        if metric is None:
            before = freezing.read(entry)
            found.append(Difference(entry, entry["rule"], "", before, None, targets=targets, changes=changes))
            continue
        each = input_of(report, entry, metric)
        after, rows = each.figure(), each.rows()
        cohorts = _cohort_changes(entry, each)
        same = after == freezing.read(entry) and freezing.digest_of(rows) == entry["rows"]["digest"]
        if same and not cohorts and targets is None:
            continue
        counts, changed = _row_changes(kept[entry["slot"]], rows, metric, metric, since=report.as_of)
        found.append(
            Difference(
                entry=entry,
                rule=metric.name,
                newest=metric.name,
                before=freezing.read(entry),
                after=after,
                counts=counts,
                rows=changed,
                cohorts=cohorts,
                targets=targets,
                changes=changes,
            )
        )
    return found


def against_newest(report: Report) -> list[Difference]:
    """Where a rule has a newer version: the figure by both rules over the rows as they stand, and what differs."""
    found = []
    for entry in freezing.entries(report.content):
        old = _known(entry["rule"])
        if old is None:
            continue
        new = metrics.get(old.key)
        if new.version == old.version:
            continue
        before, after = input_of(report, entry, old), input_of(report, entry, new)
        counts, changed = _row_changes(before.rows(), after.rows(), old, new)
        found.append(Difference(entry, old.name, new.name, before.figure(), after.figure(), counts, changed))
    return found


def is_outdated(report: Report) -> bool:
    """Whether any rule in a report has a newer version. Counts nothing."""
    known = filter(None, map(_known, report.content["rules"]))
    return any(metrics.get(metric.key).version > metric.version for metric in known)


def _known(rule):
    try:
        return metrics.named(rule)
    except metrics.Unknown:
        return None


# --- what differs -----------------------------------------------------------------------------------------------


def _target_change(report, entry, now_promised):
    """Target then and now where they differ, with the changes of the commitment since; a pair of None and none."""
    row = now_promised.get(entry.get("commitment"))
    if row is None:
        return ((entry["target"], "–"), []) if "commitment" in entry else (None, [])
    target = f"{row.target.normalize():f}"
    if target == entry["target"]:
        return None, []
    return (entry["target"], target), list(row.changes.filter(at__gt=report.as_of, field="target"))


def _cohort_changes(entry, each):
    before = {part["cohort"]: freezing.read(part) for part in entry["by_cohort"]}
    after = each.by_cohort()
    return [
        CohortChange(pk, before.get(pk), after.get(pk))
        for pk in sorted(before.keys() | after.keys())
        if before.get(pk) != after.get(pk)
    ]


def _row_changes(before, after, old: Metric, new: Metric, since: datetime | None = None):
    """How many rows differ of each kind, and the rows; two rules over other kinds of row share none."""
    was, now = dict(before), dict(after)
    same = _model(old) is _model(new)
    both = was.keys() & now.keys() if same else set()
    keys = {
        Kind.GONE: sorted(was.keys() - both),
        Kind.NEW: sorted(now.keys() - both),
        Kind.OTHERWISE: sorted(pk for pk in both if was[pk] != now[pk]),
    }
    changed = []
    for kind, found in keys.items():
        metric = old if kind == Kind.GONE else new
        changed += _described(kind, found[:MOST_ROWS], metric, since)
    return {kind: len(found) for kind, found in keys.items() if found}, changed


def _model(metric):
    return metric.rows(Scope()).model


def _described(kind, keys, metric, since):
    if not keys:
        return []
    rows = metric.described(keys)
    events = _events(_model(metric), keys, since) if since else {}
    return [
        RowChange(
            kind,
            rows.get(pk) or Row(f"{_model(metric)._meta.model_name}:{pk}", _("Row no. %(n)s") % {"n": pk}),
            is_deleted=pk not in rows,
            event=events.get(pk),
        )
        for pk in keys
    ]


def _events(model, keys, since):
    """The last thing written down about each row since a moment, by primary key."""
    found = AuditEvent.objects.filter(target_type=model._meta.label_lower, target_id__in=keys, at__gt=since)
    return {event.target_id: event for event in found.select_related("by").order_by("at", "pk")}


# --- as pages show them -----------------------------------------------------------------------------------------


def reason_of(change: RowChange) -> str:
    """Why a row differs, as far as it can be told from the row itself."""
    if change.is_deleted:
        return _("The row was deleted.")
    if change.kind == Kind.GONE:
        return _("The row is there and no longer falls under the rule.")
    if change.kind == Kind.NEW:
        return _("The row falls under the rule now.")
    return _("The row is counted as before, with another value.")
