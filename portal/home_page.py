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
    scope = metrics.of_year(year)
    courses = metrics.COURSES_RUN.figure(scope)
    if not courses.part:
        return []
    rate = metrics.COMPLETION_RATE.figure(scope)
    domestic, abroad = metrics.DOMESTIC.figure(scope), metrics.INTERNATIONAL.figure(scope)
    people = catalog.counter("명")
    return [
        {
            "number": courses.text,
            "unit": catalog.counter("개 과정"),
            "title": _("Short courses"),
            "definition": _("Short courses whose first session was in that year and that were not cancelled."),
        },
        {
            "number": i18n.number(rate.whole),
            "unit": people,
            "title": pgettext("figure", "Enrolled"),
            "definition": _(
                "The people enrolled in each of these courses, added up: whoever took two courses counts twice. "
                "No-shows and cancelled places are not counted."
            ),
        },
        {
            "number": rate.text,
            "unit": "%",
            "title": _("Completion rate"),
            "definition": _(
                "%(completed)s completed ÷ %(enrolled)s enrolled. A course under 30 hours is completed with 80%% "
                "of its hours, a longer one with 80%% of its days."
            )
            % {"completed": i18n.number(rate.part), "enrolled": i18n.number(rate.whole)},
        },
        {
            "number": i18n.number(domestic.part + abroad.part),
            "unit": people,
            "title": _("Experts"),
            "definition": _(
                "Different people who taught at least one session of these courses: %(domestic)s from Korea, "
                "%(international)s from abroad."
            )
            % {"domestic": domestic.text, "international": abroad.text},
        },
    ]
