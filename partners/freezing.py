"""What a report holds, counted and frozen: figures with their rules and rows, commitments, headlines. Reads only.

The content is plain JSON with both languages in it, so that a report reads the same when words, names or rules have
changed since. Its digest is taken over one canonical form; the rows behind each figure stand in it by their own.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.utils import translation

from partners import commitments, metrics
from partners.metrics import Figure, Metric, Scope
from partners.models.commitments import CommitmentScope, Visibility
from partners.models.reports import ReportPart
from portal import i18n

# Which figures stand in which part; those of a part are all of its metrics whose key begins so.
FIGURES = {
    ReportPart.COURSES: ("courses.",),
    ReportPart.PROGRAMS: ("programs.",),
    ReportPart.EXPERTS: ("experts.",),
    ReportPart.MENTORING: ("masterclass.", "mentoring."),
    ReportPart.INTERNSHIPS: ("internships.",),
    ReportPart.EVENTS: ("networking.", "festival.", "international."),
}


@dataclass(frozen=True)
class Input:
    """One figure before it is counted: its key in the content, its rule, and over what it is counted."""

    slot: str
    metric: Metric
    scope: Scope
    shares: tuple[CommitmentScope, ...] = ()

    def figure(self):
        """The figure from the rows as they stand."""
        return commitments.figure_over(self.metric, self.scope, self.shares)

    def by_cohort(self):
        """The figure of each cohort that has any, by primary key."""
        return self.metric.by_cohort(self.scope)

    def rows(self):
        """Pairs of each counted row's primary key and what it counts as, in order."""
        return [[pk, count] for pk, count in sorted(self.metric.counts(self.scope).items())]


def canonical(value):
    """JSON in the one form of which digests are taken."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(value):
    """SHA-256 over the canonical form."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def is_intact(report):
    """Whether content and rows still are what was frozen."""
    kept = dict(report.counted.values_list("slot", "rows"))
    return report.digest == digest_of(report.content) and all(
        digest_of(kept.get(entry["slot"])) == entry["rows"]["digest"] for entry in entries(report.content)
    )


def entries(content):
    """Everything counted in a report's content: its figures and its commitments."""
    return [*content["figures"], *content["commitments"]]


# --- counting ---------------------------------------------------------------------------------------------------


def freeze(report):
    """What `report` holds as the rows stand now: a pair of its content and the rows behind each figure by slot."""
    parts = [part for part in ReportPart.values if part in report.parts]
    rows: dict[str, list[Any]] = {}
    rules: dict[str, Any] = {}
    promised = _promised(report) if ReportPart.COMMITMENTS in parts else []
    content = {
        "report": report.code,
        "version": report.version,
        "corrects": report.supersedes.code if report.supersedes else None,
        "correction": report.correction,
        "as_of": report.as_of.isoformat(),
        "starts": report.starts_on.isoformat(),
        "ends": report.ends_on.isoformat(),
        "parts": parts,
        "agreement": _agreement(report.agreement),
        "figures": [
            {"part": part} | _counted(each, rows, rules) for part in parts for each in _inputs(report, part)
        ],
        "commitments": [_commitment(standing, rows, rules) for standing in promised],
        "headlines": _headlines(report.agreement) if ReportPart.HEADLINES in parts else [],
        "rules": rules,
    }
    content["cohorts"] = _cohorts(content)
    return content, rows


def _inputs(report, part):
    scope = Scope(agreement=report.agreement_id, starts=report.starts_on, ends=report.ends_on)
    return [
        Input(f"figure:{metric.key}", metric, scope)
        for metric in metrics.everything()
        if metric.key.startswith(FIGURES.get(part, ()))
    ]


def _promised(report):
    found = report.agreement.commitments.exclude(visibility=Visibility.STAFF)
    return commitments.standings(found.order_by("position", "pk"))


def _counted(each, rows, rules):
    figure = each.figure()
    rows[each.slot] = each.rows()
    rules[each.metric.name] = _rule(each.metric)
    return {
        "slot": each.slot,
        "rule": each.metric.name,
        **written(figure),
        "basis": _both(lambda: each.metric.measure.basis(figure)),
        "by_cohort": [{"cohort": pk, **written(part)} for pk, part in sorted(each.by_cohort().items())],
        "rows": {"count": len(rows[each.slot]), "digest": digest_of(rows[each.slot])},
    }


def _commitment(standing, rows, rules):
    row = standing.commitment
    shares = tuple(row.scopes.all())
    each = Input(f"commitment:{row.pk}", standing.metric, commitments.scope_of(row), shares)
    return _counted(each, rows, rules) | {
        "commitment": row.pk,
        "title": {"ko": row.title_ko, "en": row.title_en},
        "target": f"{row.target.normalize():f}",
        "rate": None if standing.rate is None else str(standing.rate),
        "state": str(standing.state),
        "planned": standing.planned,
        "why": {"ko": row.why_ko, "en": row.why_en},
        "responsible": _both(lambda: row.responsible.name if row.responsible else ""),
        "visibility": row.visibility,
        "scopes": [[share.program_id, share.cohort_id, share.share] for share in shares],
        "starts": row.starts_on.isoformat() if row.starts_on else None,
        "ends": row.ends_on.isoformat() if row.ends_on else None,
    }


def written(figure):
    """A Figure as content keeps it, exact and as displayed."""
    shown = None if figure.shown is None else str(figure.shown)
    exact = {"amount": figure.part, "whole": figure.whole, "scale": figure.scale, "digits": figure.digits}
    return exact | {"shown": shown}


def read(entry):
    """The Figure that content keeps."""
    return Figure(entry["amount"], entry["whole"], entry["scale"], entry["digits"])


# --- words ------------------------------------------------------------------------------------------------------


def _both(text):
    """A text in both languages, made anew in each."""
    found = {}
    for code in i18n.LANGUAGES:
        with translation.override(code):
            found[code] = str(text())
    return found


def _rule(metric):
    return {
        "key": metric.key,
        "version": metric.version,
        "adds_up": metric.adds_up,
        "title": _both(lambda: metric.title),
        "definition": _both(lambda: metric.definition),
        "population": _both(lambda: metric.population),
        "unit": _both(lambda: metric.unit_label),
        "of": _both(lambda: metric.of_label),
    }


def _agreement(agreement):
    parties = [signature.organization for signature in agreement.signatures.select_related("organization")]
    return {
        "slug": agreement.slug,
        "title": {"ko": agreement.title_ko, "en": agreement.title_en},
        "signed": _both(lambda: agreement.signed),
        "parties": [{"code": party.code, "ko": party.name_ko, "en": party.name_en} for party in parties],
    }


def _headlines(agreement):
    return [
        {
            "metric": headline.metric,
            "text": {"ko": headline.text_ko, "en": headline.text_en},
            "word": _both(headline.get_word_display),
            "source": headline.source,
            "url": headline.source_url,
            "day": headline.published_on.isoformat(),
            "note": {"ko": headline.note_ko, "en": headline.note_en},
        }
        for headline in agreement.headlines.all()
    ]


def _cohorts(content):
    """How the cohorts in a content are called, in the order in which they began."""
    keys = sorted({part["cohort"] for entry in entries(content) for part in entry["by_cohort"]})
    names = {}
    for code in i18n.LANGUAGES:
        with translation.override(code):
            names[code] = metrics.cohort_names(keys)
    order = list(next(iter(names.values())))
    return [{"cohort": pk} | {code: names[code][pk].label for code in names} for pk in order]
