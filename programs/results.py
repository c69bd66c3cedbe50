"""The public results of a cohort: receipt numbers and counts, never a name, never the number of one not selected.

The lists are what was announced. They come from rows that are only added (offers, moves, the items of releases), so
that what becomes of an offer later does not rewrite them; who is offered a place after the announcement stands in a
list of its own, from the moment of that offer on.
"""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal import i18n
from programs import catalog
from programs.filters import search_text
from programs.models.applications import (
    Application,
    ApplicationStatus,
    Offer,
    OfferKind,
    Outcome,
    ReasonCode,
    StateChange,
)
from programs.models.selection import ReleaseItem
from programs.steps import round_titles

LONGEST_NUMBER = 16  # of a receipt number


def are_out(cohort, rounds):
    """Whether any result of the cohort has been announced."""
    return cohort.is_reviewed and (
        cohort.released_at is not None or any(round_.released_at is not None for round_ in rounds)
    )


def address(cohort, rounds):
    """The address of its results; empty while nothing has been announced or the cohort is not public."""
    if cohort.published_at is None or not are_out(cohort, rounds):
        return ""
    return reverse("cohort-results", args=[cohort.program.slug, cohort.slug])


# --- the lists ------------------------------------------------------------------------------------------


def selected(cohort):
    """The receipt numbers of those who were offered a place with the results, in their order."""
    first = Offer.objects.filter(application__cohort=cohort, kind=OfferKind.FIRST)
    rows = cohort.applications.filter(pk__in=first.values("application")).order_by("receipt_serial")
    return list(rows.values_list("receipt_number", flat=True))


def waitlisted(cohort):
    """`(number, receipt number)` of those who were put on the waitlist, in its order."""
    moves = StateChange.objects.filter(application__cohort=cohort, to_status=ApplicationStatus.WAITLISTED)
    rows = cohort.applications.filter(pk__in=moves.values("application")).order_by("waitlist_number")
    return list(rows.values_list("waitlist_number", "receipt_number"))


def added(cohort):
    """`(day, receipt number)` of those who were offered a place after the results, each once, as it happened."""
    offers = (
        Offer.objects.filter(application__cohort=cohort).select_related("application").order_by("made_at", "pk")
    )
    found = {}
    for offer in offers:
        found.setdefault(offer.application.receipt_number, offer)
    return [(i18n.day(offer.made_at), number) for number, offer in found.items() if offer.kind != OfferKind.FIRST]


def advanced(round_):
    """The receipt numbers of those who passed a round, in their order."""
    items = ReleaseItem.objects.filter(
        release__round=round_, decision__outcome=Outcome.ADVANCE, done_at__isnull=False, is_void=False
    )
    rows = Application.objects.filter(pk__in=items.values("decision__application")).order_by("receipt_serial")
    return list(rows.values_list("receipt_number", flat=True))


def lists(cohort, rounds):
    """The lists of the page, the latest results first: `key`, `title`, `rows` of `number`, `mark` and `id`."""
    found = []
    if cohort.released_at is not None:
        found.append(_list("selected", _("Selected"), [("", number) for number in selected(cohort)]))
        later = added(cohort)
        if later:
            found.append(
                _list("added", _("Selected later"), later, note=_("From the waitlist, or after another look."))
            )
        ranked = [
            (pgettext("waitlist", "no. %(number)s") % {"number": n}, number) for n, number in waitlisted(cohort)
        ]
        if ranked:
            found.append(
                _list("waitlist", _("Waitlist"), ranked, note=_("Places that open are offered in this order."))
            )
    titles = round_titles(rounds)
    for round_ in reversed(rounds[:-1]):
        if round_.released_at is not None:
            title = _("%(round)s passed") % {"round": titles[round_.number]}
            found.append(_list(f"round-{round_.number}", title, [("", number) for number in advanced(round_)]))
    return found


def _list(key, title, rows, note=""):
    return {
        "key": key,
        "title": title,
        "note": note,
        "rows": [{"mark": mark, "number": number, "id": f"{key}-{number}"} for mark, number in rows],
    }


# --- finding one's own ----------------------------------------------------------------------------------


def plain(number):
    """A receipt number as it is compared: without spaces and hyphens, in capitals."""
    return "".join(number.split()).replace("-", "").upper()


def find(query, found):
    """Where a receipt number stands, as somebody typed it; None where nothing is asked for.

    A number that is on no list gets the same answer whether it exists or not.
    """
    typed = search_text(query)[: LONGEST_NUMBER * 2]
    wanted = plain(typed)
    if not wanted:
        return None
    places = [
        {"title": one["title"], "mark": row["mark"], "id": row["id"]}
        for one in found
        for row in one["rows"]
        if plain(row["number"]) == wanted
    ]
    return {"typed": typed, "places": places}


# --- counts and dates -----------------------------------------------------------------------------------


def ratio(applied, seats):
    """`3.4 : 1`, rounded half up to one decimal."""
    tenths = (applied * 20 + seats) // (seats * 2)
    return pgettext("competition", "%(ratio)s : 1") % {"ratio": f"{tenths // 10}.{tenths % 10}"}


def figures(cohort, found):
    """How many applied, met the conditions and were selected, and the competition; for components/figures.html."""
    sent = cohort.applications.exclude(status=ApplicationStatus.DRAFT)
    looked_at = StateChange.objects.filter(application__cohort=cohort, to_status=ApplicationStatus.IN_REVIEW)
    turned_down = Q(status=ApplicationStatus.REJECTED, reason_code=ReasonCode.NOT_ELIGIBLE)
    applied, eligible = (
        sent.count(),
        sent.filter(pk__in=looked_at.values("application")).exclude(turned_down).count(),
    )
    people = catalog.counter("명")
    rows = [
        {"number": i18n.number(applied), "unit": people, "title": _("Applied")},
        {
            "number": i18n.number(eligible),
            "unit": people,
            "title": _("Reviewed"),
            "definition": _("Applications that met the conditions and came to the review."),
        },
    ]
    chosen = next((one for one in found if one["key"] == "selected"), None)
    if chosen is not None:
        rows.append({"number": i18n.number(len(chosen["rows"])), "unit": people, "title": _("Selected")})
    seats = {"applied": i18n.number(applied), "seats": i18n.number(cohort.capacity)}
    rows.append(
        {
            "number": ratio(applied, cohort.capacity),
            "title": _("Competition"),
            "note": _("%(applied)s applied ÷ %(seats)s seats") % seats,
        }
    )
    return rows


def dates(cohort, rounds):
    """When what was reviewed and announced, as terms."""
    titles, facts = round_titles(rounds), []
    for place, round_ in enumerate(rounds, 1):
        title = titles[round_.number]
        facts.append({"term": title, "value": i18n.span(round_.starts_at, round_.due_at, year=True)})
        if place < len(rounds):
            announced = round_.released_at or round_.announce_at
            if announced is not None:
                value = i18n.moment(announced, year=True)
                facts.append({"term": _("%(round)s: results") % {"round": title}, "value": value})
    if cohort.released_at is not None:
        facts.append({"term": _("Results announced"), "value": i18n.moment(cohort.released_at, year=True)})
    elif cohort.announce_at is not None:
        facts.append({"term": _("Final results"), "value": i18n.moment(cohort.announce_at, year=True)})
    return facts


def comments(cohort, rounds):
    """The panel's general comment on each round whose results are out."""
    titles = round_titles(rounds)
    return [
        {"title": titles[round_.number], "text": round_.comment, "lang": i18n.language_of(round_, "comment")}
        for round_ in rounds
        if round_.released_at is not None and round_.comment
    ]
