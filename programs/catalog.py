"""What lists of cohorts show: the rows in their order, and each as a card with ready texts.

A card is made of one `Row`, not of model objects, and leaves nothing for the template to compute.
"""

import re
from collections import Counter
from datetime import UTC, datetime
from typing import NamedTuple

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.models.organizations import Organization
from portal import i18n, pills
from programs import posters, seating, steps
from programs.filters import PHASE_GROUPS
from programs.models.applications import Application
from programs.models.cohorts import (
    TAKES_APPLICATIONS,
    Cohort,
    Delivery,
    Phase,
    RegistrationMode,
    SessionExpert,
    answer_time,
)
from programs.models.enrolments import NOT_COUNTED, Enrolment, EnrolmentStatus
from programs.models.programs import ProgramKind, ProgramPartner, Track

PER_PAGE = 24
DOT = f"{steps.KEPT}· "  # a line never begins with the dot
HIDDEN = (Phase.DRAFT, Phase.CANCELLED)
ORDER = [
    Phase.CLOSING,
    Phase.OPEN,
    Phase.SCHEDULED,
    Phase.IN_REVIEW,
    Phase.CLOSED,
    Phase.ANNOUNCED,
    Phase.RUNNING,
    Phase.FINISHED,
    Phase.CANCELLED,
]
LATEST, EARLIEST = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)


class Columns(NamedTuple):
    """The columns that lists need of a cohort, by the names of their fields, and its computed phase."""

    pk: int
    slug: str
    label_ko: str
    label_en: str
    registration_mode: str
    capacity: int
    opens_at: datetime | None
    closes_at: datetime | None
    review_began_at: datetime | None
    announce_at: datetime | None
    released_at: datetime | None
    offer_hours: int
    starts_at: datetime | None
    ends_at: datetime | None
    dates_precision: str
    published_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str
    delivery: str
    place_ko: str
    place_en: str
    is_demo_season: bool
    program__slug: str
    program__kind: str
    program__title_ko: str
    program__title_en: str
    phase: str = ""


class Row(Columns):
    """A cohort in a list: enough of one for `Cohort.phase_at`."""

    __slots__ = ()
    has_window = Cohort.has_window
    is_reviewed = Cohort.is_reviewed


COLUMNS = [name for name in Row._fields if name != "phase"]


# --- rows ----------------------------------------------------------------------------------------------


def search(cohorts, text):
    """Those whose program, track, label or experts carry `text` in either language, whatever its case.

    A regular expression, since SQLite's LIKE knows the case of ASCII letters alone.
    """
    pattern = re.escape(text)
    names = ("program__title_ko", "program__title_en", "program__tagline_ko", "program__tagline_en")
    found = Q()
    for name in (*names, "program__series__name_ko", "program__series__name_en", "label_ko", "label_en"):
        found |= Q(**{f"{name}__iregex": pattern})
    taught = SessionExpert.objects.filter(
        Q(expert__name_ko__iregex=pattern) | Q(expert__name_en__iregex=pattern)
    ).values("session__cohort")
    found |= Q(pk__in=taught)
    folded = text.casefold()
    tracks = set()
    for language in i18n.LANGUAGES:
        with translation.override(language):
            tracks |= {track.value for track in Track if folded in str(track.label).casefold()}
    return cohorts.filter(found | Q(program__track__in=tracks))


def matching(filters):
    """The published cohorts that answer `filters`, in any phase."""
    cohorts = Cohort.objects.published()
    if filters.kind:
        cohorts = cohorts.filter(program__kind__in=filters.kind)
    if filters.track:
        cohorts = cohorts.filter(program__track=filters.track)
    if filters.delivery:
        cohorts = cohorts.filter(delivery__in=filters.delivery)
    if filters.partner:
        of_partner = ProgramPartner.objects.filter(organization__slug=filters.partner).values("program")
        cohorts = cohorts.filter(program__in=of_partner)
    if filters.q:
        cohorts = search(cohorts, filters.q)
    return cohorts


def rows_of(cohorts, now):
    """`cohorts` as rows with their phase, in order: what closes soonest, open, opening soon, in review, and so on.

    All of them at once. Phases and order are computed here and not in SQL, where the expressions cost more to
    compile than the rows of a hundred cohorts cost to read.
    """
    rows = [Row(*values) for values in cohorts.order_by().values_list(*COLUMNS)]
    rows = [row._replace(phase=Cohort.phase_at(row, now)) for row in rows]
    return sorted(rows, key=_place)


def _place(row):
    """Where a row stands: by its phase, then the next date soonest first, or what began latest first."""
    phase = row.phase
    if phase in TAKES_APPLICATIONS:
        next_at = row.closes_at
    elif phase == Phase.SCHEDULED:
        next_at = row.opens_at
    elif phase == Phase.IN_REVIEW:
        next_at = row.announce_at
    elif phase in (Phase.FINISHED, Phase.CANCELLED):
        next_at = None
    else:
        next_at = row.starts_at
    rank = ORDER.index(phase) if phase in ORDER else len(ORDER)
    return rank, next_at or LATEST, LATEST - (row.starts_at or EARLIEST), row.pk


def of_phases(rows, phases):
    """Those of `rows` that are in one of `phases`."""
    return [row for row in rows if row.phase in phases]


def seats_left(rows, now):
    """Places left by cohort, for those that are filled as people come and still take them.

    The same queries whatever is in `rows`, so that a list costs the same for one row and for many.
    """
    held = Application.objects.filter(cohort__in=[row.pk for row in rows]).holding_seats(now).order_by()
    held = held.exclude(cohort__registration_mode=RegistrationMode.REVIEW)
    taken = {row["cohort"]: row["n"] for row in held.values("cohort").annotate(n=Count("pk"))}
    kept = seating.reserved_in([row.pk for row in rows], now)
    return {
        row.pk: max(row.capacity - taken.get(row.pk, 0) - sum(kept.get(row.pk, {}).values()), 0)
        for row in rows
        if row.registration_mode != RegistrationMode.REVIEW and row.phase in TAKES_APPLICATIONS
    }


def took_part(rows, now):
    """`{cohort: (enrolled, completed)}` for those that are over. One query, as in `seats_left`."""
    enrolments = Enrolment.objects.filter(cohort__in=[row.pk for row in rows], cohort__ends_at__lt=now).order_by()
    counts = enrolments.values("cohort").annotate(
        enrolled=Count("pk", filter=~Q(status__in=NOT_COUNTED)),
        completed=Count("pk", filter=Q(status=EnrolmentStatus.COMPLETED)),
    )
    return {row["cohort"]: (row["enrolled"], row["completed"]) for row in counts}


def upcoming(rows, now, limit):
    """The next `limit` openings, closings and announcements: `(when, what, row)`, soonest first."""
    coming = [(row.opens_at, "opens", row) for row in rows]
    coming += [(row.closes_at, "closes", row) for row in rows]
    coming += [(row.announce_at, "announces", row) for row in rows if not row.released_at]
    shown = [date for date in coming if date[0] and date[0] > now and date[2].phase not in HIDDEN]
    return sorted(shown, key=lambda date: (date[0], date[2].pk))[:limit]


# --- texts ---------------------------------------------------------------------------------------------


def counter(word):
    """A Korean counter such as 명, to stand after a figure; English has none."""
    return word if i18n.language() == i18n.KO else ""


def people(count):
    """`16명` / `16 people`."""
    return ngettext("%(count)s person", "%(count)s people", count) % {"count": i18n.number(count)}


def places_left(count):
    """`남은 자리 28석` / `28 places left`; that the waitlist is open where there is none."""
    if not count:
        return _("Full. You can join the waitlist.")
    return ngettext("%(count)s place left", "%(count)s places left", count) % {"count": i18n.number(count)}


def phase_pill(phase, closes_at=None):
    """The pill of a phase; while one can apply it also says how long."""
    label = str(Phase(phase).label)
    if phase in TAKES_APPLICATIONS and closes_at:
        left = i18n.days_left(closes_at)
        label = left if phase == Phase.CLOSING and not any(c.isdigit() for c in left) else f"{label} · {left}"
    return pills.pill(pills.PHASE_PILLS, phase, label)


def headline(row, left, counts, now):
    """The line of a card that matters now."""
    phase = row.phase
    if phase in TAKES_APPLICATIONS:
        return places_left(left) if left is not None else i18n.deadline(row.closes_at)
    if phase == Phase.SCHEDULED:
        return _("Opens %(when)s") % {"when": i18n.moment(row.opens_at)}
    if phase == Phase.IN_REVIEW and row.announce_at and row.announce_at > now:
        return _("Results %(when)s") % {"when": i18n.moment(row.announce_at)}
    if phase == Phase.ANNOUNCED:
        answer_by = answer_time(row, row.released_at)
        if answer_by > now:
            return _("Confirm your place %(by)s") % {"by": i18n.deadline(answer_by)}
    if phase == Phase.FINISHED and counts:
        return took_part_text(row.program__kind, *counts)
    if phase == Phase.CANCELLED:
        return row.cancel_reason
    return ""


def took_part_text(kind, enrolled, completed):
    """`수강 91명 · 수료 86명` / `91 enrolled · 86 completed`; of an event only how many took part."""
    count = {"count": i18n.number(enrolled)}
    if kind in steps.EVENTS:
        return _("%(count)s took part") % count
    text = _("%(count)s enrolled") % count
    return text + " · " + _("%(count)s completed") % {"count": i18n.number(completed)} if completed else text


def where(row):
    """The place, or that it is online."""
    if row.delivery == Delivery.ONLINE:
        return str(Delivery.ONLINE.label)
    return i18n.localized(row, "place")


def card(row, *, left=None, counts=None, now, catalog_url, eager=False):
    """One cohort as components/card.html shows it."""
    slug, kind = row.program__slug, row.program__kind
    details = [steps.dates(row), where(row)]
    lines = []
    if row.phase in TAKES_APPLICATIONS:
        details.append(str(RegistrationMode(row.registration_mode).label))
        if left is not None:
            lines.append(i18n.deadline(row.closes_at))
    lines.append(DOT.join(part for part in details if part))
    return {
        "url": f"{catalog_url}{slug}/{row.slug}/",
        "poster_url": reverse("poster", args=[kind, slug]),
        "caption_tone": posters.caption_tone(slug, kind),
        "caption": [
            ProgramKind(kind).label,
            _("Demo season") if row.is_demo_season else i18n.localized(row, "label"),
        ],
        "title": i18n.localized(row, "program__title"),
        "title_lang": i18n.language_of(row, "program__title"),
        "pill": phase_pill(row.phase, row.closes_at),
        "strong": headline(row, left, counts, now),
        "meta": lines,
        "eager": eager,
    }


def cards(rows, now, *, eager=0):
    """Rows as cards, with the counts they need: two queries, however many rows."""
    left, counts = seats_left(rows, now), took_part(rows, now)
    catalog_url = reverse("catalog")
    return [
        card(
            row,
            left=left.get(row.pk),
            counts=counts.get(row.pk),
            now=now,
            catalog_url=catalog_url,
            eager=n < eager,
        )
        for n, row in enumerate(rows)
    ]


WHAT = {
    "opens": lambda title: _("%(title)s: applications open") % {"title": title},
    "closes": lambda title: _("%(title)s: applications close") % {"title": title},
    "announces": lambda title: _("%(title)s: results announced") % {"title": title},
}


def upcoming_lines(rows, now, limit=6):
    """The next dates as components/lines.html shows them."""
    catalog_url = reverse("catalog")
    return [
        {
            "when": i18n.moment(at),
            "title": WHAT[what](i18n.localized(row, "program__title")),
            "url": f"{catalog_url}{row.program__slug}/{row.slug}/",
            "pill": phase_pill(row.phase),
        }
        for at, what, row in upcoming(rows, now, limit)
    ]


# --- what narrows ----------------------------------------------------------------------------------------


def phase_chips(filters, rows):
    """Links to each group of phases that holds any of `rows`, with its number, and to all."""
    url, counts = reverse("catalog"), Counter(row.phase for row in rows)

    def chip(label, group, count):
        query = filters.query(phase=group)
        current = filters.phase == group
        return {"label": label, "url": f"{url}?{query}" if query else url, "count": count, "current": current}

    chips = [chip(_("All"), "", len(rows))]
    for group, phases in PHASE_GROUPS.items():
        count = sum(counts[phase] for phase in phases)
        if count or filters.phase == group:
            chips.append(chip(Phase(group).label, group, count))
    return chips


def choices(options, chosen):
    """`(value, label)` pairs as rows of a form: with whether each is chosen."""
    return [{"value": value, "label": label, "chosen": value in chosen} for value, label in options]


def partner_options():
    """The organizations that carry a program, as `(slug, name)`."""
    carriers = ProgramPartner.objects.values("organization")
    rows = Organization.objects.filter(pk__in=carriers).order_by("position", "code")
    return [(row.slug, i18n.localized(row, "name")) for row in rows]


def filter_form(filters):
    """What the form beside the list shows, each choice ready."""
    return {
        "q": filters.q,
        "phase": filters.phase,
        "kinds": choices(ProgramKind.choices, filters.kind),
        "tracks": choices(Track.choices, (filters.track,)),
        "partners": choices(partner_options(), (filters.partner,)),
        "deliveries": choices(Delivery.choices, filters.delivery),
    }
