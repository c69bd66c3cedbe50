"""The public pages: catalog, program, cohort and the people who teach. A visitor's reading touches no session."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from partners import showing
from portal import clock, i18n
from portal.context import viewer
from portal.public import public_page
from programs import catalog, cohort_page, materials, people, results, steps
from programs.filters import PHASE_GROUPS, CatalogFilters, ExpertFilters
from programs.models.applications import Application
from programs.models.cohorts import TAKES_APPLICATIONS, Cohort, Phase
from programs.models.programs import Program


class CountedPaginator(Paginator):
    """Pages of rows whose number is already known, so that they are not counted again."""

    def __init__(self, rows, per_page, *, total):
        super().__init__(rows, per_page)
        self.total = total

    @cached_property
    def count(self):
        """The number of rows."""
        return self.total


@require_safe
@public_page
def programs(request):
    """Every published cohort that answers the address, the ones to act on first."""
    now = clock.now()
    filters = CatalogFilters.read(request.GET)
    every = catalog.rows_of(catalog.matching(filters), now)
    rows = catalog.of_phases(every, PHASE_GROUPS[filters.phase]) if filters.phase else every
    page = Paginator(rows, catalog.PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "cards": catalog.cards(list(page), now, eager=3),
        "page": page,
        "query": filters.query(),
        "chips": catalog.phase_chips(filters, every),
        "filters": catalog.filter_form(filters),
        "is_narrow": filters.is_narrow,
    }
    return render(request, "programs/catalog.html", context)


def seen_by(person):
    """The cohorts that `person` may see: the published, and for those who run them their drafts."""
    if person is None or not person.is_staff:
        return Cohort.objects.published()
    managed = Cohort.objects.managed_by(person).values("pk")
    return Cohort.objects.filter(Q(published_at__isnull=False) | Q(pk__in=managed))


@require_safe
@public_page
def program(request, program):
    """A program across the years: what it is, its cohorts, and who carries it."""
    now = clock.now()
    program = get_object_or_404(Program.objects.select_related("series"), slug=program)
    cohorts = seen_by(viewer(request)).filter(program=program)
    rows = catalog.rows_of(cohorts, now)
    if not rows:
        raise Http404
    left, counts = catalog.seats_left(rows, now), catalog.took_part(rows, now)
    lines = [
        {
            "title": i18n.localized(row, "label"),
            "url": f"{program.get_absolute_url()}{row.slug}/",
            "when": steps.dates(row) or _("Dates to be announced"),
            "note": catalog.headline(row, left.get(row.pk), counts.get(row.pk), now),
            "pill": catalog.phase_pill(row.phase, row.closes_at),
        }
        for row in rows
    ]
    past = (Phase.FINISHED, Phase.CANCELLED)
    partners = program.program_partners.select_related("organization__parent")
    context = {
        "program": program,
        "poster": cohort_page.poster(program),
        "caption": [program.get_kind_display(), program.get_track_display()],
        "about": cohort_page.paragraphs(program.about),
        "about_lang": i18n.language_of(program, "about"),
        "current": [line for line, row in zip(lines, rows, strict=True) if row.phase not in past],
        "past": [line for line, row in zip(lines, rows, strict=True) if row.phase in past],
        "partners": cohort_page.partner_facts(program, partners),
    }
    return render(request, "programs/program.html", context)


@require_safe
@public_page
def cohort(request, program, cohort):
    """One cohort: everything to know before applying, and the one thing to do."""
    now = clock.now()
    person = viewer(request)
    rows = seen_by(person).select_related("program__series", "agreement")
    cohort = get_object_or_404(rows, program__slug=program, slug=cohort)
    phase = cohort.phase_at(now)
    sessions = list(cohort.sessions.all())
    parts = cohort_page.session_parts(cohort)
    figures, left = cohort_page.figures(cohort, phase, now)
    rounds = list(cohort.rounds.all()) if cohort.is_reviewed else []
    mine = Application.objects.live().filter(cohort=cohort, applicant=person).first() if person else None
    closes_at = cohort.closes_at if phase in TAKES_APPLICATIONS else None
    context = {
        "cohort": cohort,
        "program": cohort.program,
        "phase": phase,
        "pill": catalog.phase_pill(phase, closes_at),
        "poster": cohort_page.poster(cohort.program),
        "caption": [cohort.program.get_kind_display(), _("Demo season") if cohort.is_demo_season else cohort.label],
        "facts": cohort_page.facts(cohort, phase, cohort_page.meeting_days(sessions)),
        "about": cohort_page.paragraphs(cohort.program.about),
        "about_lang": i18n.language_of(cohort.program, "about"),
        "audience": cohort_page.lines_of(cohort.audience),
        "steps": steps.cohort_steps(cohort, list(cohort.milestones.all()), now, rounds),
        "selection": cohort_page.selection(cohort, rounds),
        "criteria": None if rounds else cohort_page.criteria(cohort),
        "results_url": results.address(cohort, rounds),
        "figures": figures,
        "sessions": cohort_page.session_lines(sessions, parts),
        "materials": materials.for_everyone(cohort, now),
        "experts": cohort_page.experts(parts),
        "partners": cohort_page.partner_facts(
            cohort.program, cohort.program.program_partners.select_related("organization__parent")
        ),
        "agreement": cohort.agreement if cohort.agreement and showing.is_public(cohort.agreement) else None,
        "contact": cohort_page.address(cohort.contact_email),
        "bar": cohort_page.apply_bar(cohort, phase, left, mine),
    }
    return render(request, "programs/cohort.html", context)


@require_safe
@public_page
def instructors(request):
    """Everyone who teaches, from Korea and from abroad."""
    filters = ExpertFilters.read(request.GET)
    experts = people.matching(filters)
    counts = people.origin_counts(experts)
    rows = people.in_order(experts, filters)
    total = counts[filters.origin] if filters.origin else sum(counts.values())
    page = CountedPaginator(rows, people.PER_PAGE, total=total).get_page(request.GET.get("page"))
    context = {
        "experts": people.rows(list(page)),
        "page": page,
        "query": filters.query(),
        "chips": people.origin_chips(filters, counts),
        "filters": filters,
    }
    return render(request, "programs/instructors.html", context)
