"""What the home page shows: what is open, what comes next, how it works, and what came of it."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from partners import showing
from portal import clock, i18n
from programs import catalog, metrics
from programs.models.cohorts import TAKES_APPLICATIONS, Cohort

FIGURES_YEAR = 2024
CARDS = 4


def context():
    """Everything the template shows, each text ready."""
    now = clock.now()
    rows = catalog.rows_of(Cohort.objects.published(), now)
    takes = catalog.of_phases(rows, TAKES_APPLICATIONS)
    return {
        "heading": _("Training for\npeople who make\nfilm and series").split("\n"),
        "cards": catalog.cards(takes[:CARDS], now, eager=CARDS),
        "open_count": len(takes),
        "total": len(rows),
        "dates": catalog.upcoming_lines(rows, now),
        "flow": flow(),
        "year": FIGURES_YEAR,
        "figures": year_figures(FIGURES_YEAR),
        "organizations": showing.organization_rows(showing.listed().select_related("parent")),
    }


def flow():
    """How a program goes, in five steps."""
    return [
        {"title": _("Find"), "text": _("Check dates, places left, experts and criteria first.")},
        {"title": pgettext("step", "Apply"), "text": _("What you write is saved until you submit it.")},
        {"title": _("Selection"), "text": _("See the current step and the next date at any time.")},
        {"title": _("Take part"), "text": _("Confirm your place in time, and come.")},
        {"title": _("Complete"), "text": _("With 80% of the hours or days you complete the program.")},
    ]


def year_figures(year):
    """What came of the short courses of `year`, as components/figures.html shows it; empty where none ran."""
    courses = metrics.courses_run(year)
    if not courses:
        return []
    counts, experts = metrics.enrolment_counts(year), metrics.expert_counts(year)
    people = catalog.counter("명")
    return [
        {
            "number": i18n.number(courses),
            "unit": catalog.counter("개 과정"),
            "title": _("Short courses"),
            "definition": metrics.COURSES_RUN,
        },
        {
            "number": i18n.number(counts["enrolled"]),
            "unit": people,
            "title": pgettext("figure", "Enrolled"),
            "definition": metrics.ENROLLED,
        },
        {
            "number": metrics.rate(counts["completed"], counts["enrolled"]),
            "unit": "%",
            "title": _("Completion rate"),
            "definition": metrics.COMPLETION_RATE % {name: i18n.number(count) for name, count in counts.items()},
        },
        {
            "number": i18n.number(sum(experts.values())),
            "unit": people,
            "title": _("Experts"),
            "definition": metrics.EXPERTS % experts,
        },
    ]
