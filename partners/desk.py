"""The partners' desk: what was promised under one's own agreements, how it stands, and what is counted for it."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from partners import commitments, metrics, showing
from partners.commitments import LABELS, WHOLE, State
from partners.suppression.tables import LEAST
from portal import i18n

ORDER = (State.MISSED, State.IN_PROGRESS, State.COUNTING, State.ACHIEVED, State.EXCEEDED)


def agreement_cards(agreements, by_agreement):
    """Each agreement as a line, with how many of its commitments stand how; from the last daily count."""
    return [
        line
        | {"url": reverse("partnering-agreement", args=[agreement.slug]), "note": tally(by_agreement[agreement.pk])}
        for agreement, line in zip(agreements, showing.agreement_lines(agreements), strict=True)
    ]


def tally(standings):
    """How many commitments stand how, in words: `2 missed · 3 achieved`; or that there are none."""
    if not standings:
        return _("No commitments are kept for it.")
    states = [standing.state for standing in standings]
    return " · ".join(
        f"{LABELS[state]} {i18n.number(states.count(state))}" for state in ORDER if states.count(state)
    )


def panel(agreement, found):
    """Where an agreement stands, as components/now.html takes it."""
    behind = [standing for standing in found if standing.state == State.MISSED]
    done = [standing for standing in found if standing.state in (State.ACHIEVED, State.EXCEEDED)]
    if not found:
        title, text = _("No commitments are kept for it."), ""
    elif behind:
        title = ngettext("%(n)s commitment was missed.", "%(n)s commitments were missed.", len(behind)) % {
            "n": len(behind)
        }
        text = _("The reasons stand beside each of them.")
    elif len(done) == len(found):
        title, text = _("Every commitment is achieved."), ""
    else:
        title = _("The agreement is being carried out.")
        text = _("What is still ahead counts as soon as it has taken place.")
    facts = [
        {"term": pgettext("term", "Signed"), "value": agreement.signed},
        {
            "term": _("Commitments achieved"),
            "value": pgettext("commitments", "%(part)s of %(whole)s") % {"part": len(done), "whole": len(found)},
        },
    ]
    if agreement.ends_on:
        facts.append(
            {"term": pgettext("term", "Ends"), "value": i18n.dated(agreement.ends_on, agreement.signed_precision)}
        )
    pill = showing.state_pill(agreement)
    return {"pill": pill, "title": title, "text": text, "facts": facts, "actions": []}


def rows(agreement, found):
    """Standings as `partners/_commitments.html` shows them, each with the way to what is counted."""
    return [
        row | {"url": reverse("partnering-figure", args=[agreement.slug, standing.commitment.pk])}
        for row, standing in zip(commitments.rows(found), found, strict=True)
    ]


def figure(standing):
    """One figure down to its cohorts: the definition, what stands behind it, and each cohort's part."""
    metric, (row,) = standing.metric, commitments.rows([standing])
    scope = commitments.scope_of(standing.commitment)
    parts = metric.by_cohort(scope)
    is_told = not (parts and metric.hides_small) or metric.fewest(scope) >= LEAST
    return {
        "row": row,
        "metric": metric,
        "rule": metric.name,
        "population": metric.population,
        "facts": facts(row),
        "parts": part_rows(standing.commitment, parts) if is_told else [],
        "is_told": is_told,
        "adds_up": metric.adds_up,
    }


def part_rows(commitment, parts):
    """Each cohort's part, with the share of it that counts where that is not all."""
    shares = commitments.shares_of(commitment.scopes.all())
    return [
        {
            "label": name.label,
            "lang": name.lang,
            "url": name.url,
            "figure": parts[pk].text,
            "share": f"{shares[pk]}%" if shares.get(pk, WHOLE) != WHOLE else "",
        }
        for pk, name in metrics.cohort_names(parts).items()
    ]


def facts(row):
    """Target, actual, rate and what is missing, as components/facts.html takes them."""
    found = [
        {"term": _("Target"), "value": row["target"]},
        {"term": _("Actual"), "value": " ".join(str(part) for part in (row["actual"], row["unit"]) if part)},
        {"term": _("Rate"), "value": row["rate"]},
        {"term": _("Still missing (negative: beyond the target)"), "value": row["remaining"]},
    ]
    if row["of"]:
        found.append({"term": _("What is counted"), "value": row["of"]})
    if row["basis"]:
        found.append({"term": _("What stands behind it"), "value": row["basis"]})
    if row["planned"]:
        found.append({"term": _("Planned from what is still ahead"), "value": row["planned"]})
    if row["responsible"]:
        found.append({"term": _("Answers for it"), "value": row["responsible"]})
    return found
