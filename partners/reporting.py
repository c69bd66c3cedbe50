"""A frozen report as its readers see it: parts with ready texts in the active language, from its content alone.

Pages, print, PDF, spreadsheets and charts all take `document`, so that none can say what another does not.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from partners import freezing
from partners.commitments import LABELS, State
from partners.models.commitments import Visibility
from partners.models.reports import Decision, Report, ReportApproval, ReportPart, ReportState
from portal import i18n, pills
from portal.rounding import half_up


def state_pill(report):
    """Where a report stands, as a pill."""
    return pills.pill(pills.REPORT_PILLS, report.state, report.get_state_display())


def period(report):
    """From its first day to its last."""
    return i18n.span(report.starts_on, report.ends_on, year=True)


def document(report: Report, *, public=False) -> dict[str, Any]:
    """The whole report: `title`, `facts`, `notices`, `parts` (key, title, kind and rows), `definitions`.

    With `public` only what anyone may read; else what the parties read. Texts are in the active language.
    """
    content = report.content
    promised = [row for row in content["commitments"] if not public or row["visibility"] == Visibility.PUBLIC]
    rows = {
        ReportPart.COMMITMENTS: [_commitment(content, row) for row in promised],
        ReportPart.HEADLINES: [_headline(row) for row in content["headlines"]],
    }
    kinds = {ReportPart.COMMITMENTS: "commitments", ReportPart.HEADLINES: "headlines"}
    return {
        "title": _in_language(content["agreement"]["title"]),
        "title_lang": _lang(content["agreement"]["title"]),
        "facts": facts(report),
        "notices": notices(report),
        "parts": [
            {
                "key": part,
                "title": ReportPart(part).label,
                "kind": kinds.get(part, "figures"),
                "rows": rows.get(part) or _figures(content, part),
            }
            for part in content["parts"]
        ],
        "definitions": _definitions(content, promised),
    }


def facts(report):
    """What stands above a report, as components/facts.html takes it."""
    found = [
        {"term": _("Period"), "value": period(report)},
        {"term": _("As of"), "value": i18n.moment(report.as_of, year=True)},
        {"term": pgettext("term", "Version"), "value": str(report.version)},
        {
            "term": _("Parties"),
            "value": " · ".join(party[i18n.language()] for party in report.content["agreement"]["parties"]),
        },
    ]
    if report.published_at:
        found.append({"term": pgettext("term", "Published"), "value": i18n.moment(report.published_at, year=True)})
    return [*found, {"term": _("Fingerprint"), "value": report.digest[:16]}]


def notices(report):
    """What a reader has to know first, as components/alert.html takes it: superseded, or corrected."""
    found = []
    if report.state == ReportState.SUPERSEDED:
        later = report.successor
        text = _("A corrected version %(version)s was published on %(day)s: %(correction)s") % {
            "version": later.version,
            "day": i18n.day(report.superseded_at, year=True),
            "correction": later.correction,
        }
        found.append({"tone": "warning", "title": _("This report is superseded."), "text": text, "later": later})
    if report.correction:
        title = _("This version corrects an earlier one.")
        found.append({"tone": "info", "title": title, "text": report.correction})
    return found


# --- parts ------------------------------------------------------------------------------------------------------


def _in_language(texts):
    return texts[i18n.language()] or texts[i18n.other(i18n.language())]


def _lang(texts):
    """The language a text stands in; it is another where the reader's own is empty."""
    return i18n.language() if texts[i18n.language()] else i18n.other(i18n.language())


def _figures(content, part):
    names = {row["cohort"]: row for row in content["cohorts"]}
    return [
        _counted(content, entry)
        | {
            "cohorts": [
                {
                    "cohort": each["cohort"],
                    "label": names[each["cohort"]][i18n.language()],
                    "value": freezing.read(each).text,
                    "figure": freezing.read(each),
                }
                for each in _in_order(entry["by_cohort"], content)
            ]
        }
        for entry in content["figures"]
        if entry["part"] == part
    ]


def _in_order(parts, content):
    places = {row["cohort"]: place for place, row in enumerate(content["cohorts"])}
    return sorted((part for part in parts if part["cohort"] in places), key=lambda part: places[part["cohort"]])


def _counted(content, entry):
    rule = content["rules"][entry["rule"]]
    return {
        "slot": entry["slot"],
        "title": rule["title"][i18n.language()],
        "rule": entry["rule"],
        "anchor": _anchor(entry["rule"]),
        "figure": freezing.read(entry),
        "value": freezing.read(entry).text,
        "unit": rule["unit"][i18n.language()],
        "of": rule["of"][i18n.language()],
        "basis": entry["basis"][i18n.language()],
        "definition": rule["definition"][i18n.language()],
        "adds_up": rule["adds_up"],
    }


def _commitment(content, entry):
    """A commitment as `partners/_commitments.html` takes it."""
    row = _counted(content, entry)
    state = State(entry["state"])
    target = half_up(Fraction(Decimal(entry["target"])), entry["digits"])
    return row | {
        "title": _in_language(entry["title"]),
        "title_lang": _lang(entry["title"]),
        "target": i18n.number(target),
        "actual": row["value"],
        "rate": "–" if entry["rate"] is None else _("%(rate)s%%") % {"rate": entry["rate"]},
        "state": state,
        "pill": pills.pill(pills.COMMITMENT_PILLS, state, LABELS[state]),
        "why": _in_language(entry["why"]) if state == State.MISSED else "",
        "why_lang": _lang(entry["why"]),
        "responsible": entry["responsible"][i18n.language()],
    }


def _headline(row):
    return {
        "text": _in_language(row["text"]),
        "lang": _lang(row["text"]),
        "source": row["source"],
        "source_lang": i18n.language_of_text(row["source"]),
        "url": row["url"],
        "day": i18n.dated(date.fromisoformat(row["day"]), "day"),
        "word": row["word"][i18n.language()],
        "note": _in_language(row["note"]),
        "note_lang": _lang(row["note"]),
    }


def _anchor(rule):
    """A rule's name as a fragment of an address."""
    return rule.replace(".", "-").replace("@", "-")


def _definitions(content, promised):
    """What each figure that is shown means, once for each rule, in the order in which they come."""
    names = dict.fromkeys(entry["rule"] for entry in [*content["figures"], *promised])
    rules = {name: content["rules"][name] for name in names}
    return [
        {
            "rule": name,
            "anchor": _anchor(name),
            "title": rule["title"][i18n.language()],
            "of": rule["of"][i18n.language()],
            "definition": rule["definition"][i18n.language()],
            "population": rule["population"][i18n.language()],
        }
        for name, rule in rules.items()
    ]


# --- around it --------------------------------------------------------------------------------------------------


def approval_lines(report):
    """What each party has said since the report was last sent, as components/lines.html takes it."""
    rows = report.approvals.filter(sending=report.sending).select_related("organization")
    return [
        {
            "title": row.organization.name,
            "title_lang": i18n.language_of(row.organization, "name"),
            "note": " · ".join(filter(None, [i18n.moment(row.at) if row.at else "", row.reason])),
            "pill": pills.pill(pills.APPROVAL_PILLS, row.decision, row.get_decision_display()),
            "user": bool(row.reason),
        }
        for row in rows
    ]


def awaiting(reports, organizations):
    """Of a query of reports, those that wait for an answer of one of these organizations."""
    asked = ReportApproval.objects.filter(
        sending=F("report__sending"), decision=Decision.WAITING, organization__in=organizations
    )
    return reports.filter(state=ReportState.IN_APPROVAL, pk__in=asked.values("report"))


def report_lines(reports, organizations):
    """Reports as the partners' desk lists them; one that waits for an answer of these organizations says so."""
    waiting = set(awaiting(reports, organizations).values_list("pk", flat=True))
    return [
        {
            "title": period(report),
            "url": report.get_absolute_url(),
            "note": " · ".join(filter(None, [version(report), _("Awaits your approval") * (report.pk in waiting)])),
            "pill": state_pill(report),
        }
        for report in reports
    ]


def waiting_lines(reports, organizations):
    """The reports that wait for an answer of these organizations, each with its agreement."""
    return [
        {
            "title": report.agreement.title,
            "title_lang": i18n.language_of(report.agreement, "title"),
            "url": report.get_absolute_url(),
            "note": f"{period(report)} · {version(report)}",
            "pill": state_pill(report),
        }
        for report in awaiting(reports, organizations).select_related("agreement").defer("content")
    ]


def version(report):
    """Which version it is, in words."""
    return _("Version %(version)s") % {"version": report.version}
