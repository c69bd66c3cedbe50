"""The list of those who teach: who answers the address, in which order, and what a row shows."""

import re

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import i18n
from programs.cohort_page import expert_row
from programs.filters import ORIGINS
from programs.models.cohorts import SessionExpert
from programs.models.experts import HOME_COUNTRY, Expert

PER_PAGE = 30
LABELS = {"domestic": lambda: _("From Korea"), "international": lambda: _("From abroad")}


def matching(filters):
    """The experts whose name or specialism carries the search, in either language and whatever its case."""
    if not filters.q:
        return Expert.objects.all()
    pattern = re.escape(filters.q)
    found = Q()
    for name in ("name_ko", "name_en", "specialism_ko", "specialism_en"):
        found |= Q(**{f"{name}__iregex": pattern})
    return Expert.objects.filter(found)


def origin_counts(experts):
    """How many come from Korea and from abroad."""
    return experts.aggregate(
        domestic=Count("pk", filter=Q(country=HOME_COUNTRY)),
        international=Count("pk", filter=~Q(country=HOME_COUNTRY)),
    )


def in_order(experts, filters):
    """Those of the origin asked for, by name as it is read."""
    if filters.origin:
        experts = experts.domestic() if filters.origin == "domestic" else experts.international()
    return experts.order_by(i18n.localized_expression("name"), "pk")


def rows(experts):
    """Each with what it taught, in published cohorts: one query for all."""
    parts = (
        SessionExpert.objects.filter(expert__in=experts, session__cohort__published_at__isnull=False)
        .order_by("-session__cohort__starts_at", "pk")
        .values_list(
            "expert",
            "session__cohort__program__slug",
            "session__cohort__program__title_ko",
            "session__cohort__program__title_en",
            named=True,
        )
    )
    taught: dict[int, dict[str, dict]] = {}
    catalog_url = reverse("catalog")
    for part in parts:
        url = f"{catalog_url}{part.session__cohort__program__slug}/"
        title = "session__cohort__program__title"
        taught.setdefault(part.expert, {})[url] = {
            "url": url,
            "title": i18n.localized(part, title),
            "lang": i18n.language_of(part, title),
        }
    return [expert_row(expert) | {"taught": list(taught.get(expert.pk, {}).values())} for expert in experts]


def origin_chips(filters, counts):
    """Links to all, to those from Korea and to those from abroad, with their numbers."""
    url = reverse("instructors")

    def chip(label, origin, count):
        query = filters.query(origin=origin)
        current = filters.origin == origin
        return {"label": label, "url": f"{url}?{query}" if query else url, "count": count, "current": current}

    return [
        chip(_("All"), "", sum(counts.values())),
        *[chip(LABELS[origin](), origin, counts[origin]) for origin in ORIGINS],
    ]
