"""The figures of programs, each a `partners.metrics.Metric` over the rows of `programs.counting`."""

from datetime import date
from functools import partial
from typing import Any

from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners.metrics import CohortName, Different, Figure, Metric, Number, Of, Row, Scope, Share, Total, Unit
from portal import i18n
from programs.counting import (
    COURSE,
    Satisfaction,
    ahead,
    applied,
    asked,
    attended,
    begun,
    completed,
    counted,
    selected,
    teaching,
)
from programs.models.cohorts import Cohort
from programs.models.enrolments import EnrolmentStatus
from programs.models.experts import HOME_COUNTRY
from programs.models.programs import ProgramKind

NATIONS = (ProgramKind.WORKSHOP, ProgramKind.EXCHANGE)

# --- how staff read a counted row -------------------------------------------------------------------------------


def _cohort_row(cohort):
    return Row(
        f"cohort:{cohort.pk}",
        f"{cohort.program.title} · {cohort.label}",
        i18n.dated(i18n.local_date(cohort.starts_at), cohort.dates_precision),
        reverse("admin:programs_cohort_change", args=[cohort.pk]),
    )


def _enrolment_row(enrolment):
    return Row(
        f"enrolment:{enrolment.pk}",
        enrolment.person.display_name,
        f"{enrolment.cohort.program.title} · {enrolment.get_status_display()}",
        reverse("admin:programs_enrolment_change", args=[enrolment.pk]),
    )


def _application_row(application):
    return Row(
        f"application:{application.pk}",
        application.receipt_number,
        f"{application.cohort.program.title} · {application.get_status_display()}",
        reverse("admin:programs_application_change", args=[application.pk]),
    )


def _teaching_row(part):
    return Row(
        f"session_expert:{part.pk}",
        part.expert.name,
        f"{part.session.cohort.program.title} · {part.session.title}",
        reverse("admin:programs_expert_change", args=[part.expert_id]),
    )


_of_cohorts: dict[str, Any] = {"cohort": "pk", "related": ("program",), "describe": _cohort_row}
_of_enrolments: dict[str, Any] = {
    "hides_small": True,
    "related": ("person", "cohort__program"),
    "describe": _enrolment_row,
}
_of_applications: dict[str, Any] = {
    "hides_small": True,
    "related": ("cohort__program",),
    "describe": _application_row,
}
_of_teaching: dict[str, Any] = {
    "cohort": "session__cohort",
    "related": ("expert", "session__cohort__program"),
    "describe": _teaching_row,
}

# --- the figures ------------------------------------------------------------------------------------------------

SHORT_COURSES = _("Short courses that were published, were not cancelled, and have begun.")
ALL_PROGRAMS = _("Cohorts of every kind of program that were published, were not cancelled, and have begun.")


def _cohorts(key, title, definition, unit, kinds):
    """How many cohorts of some kinds have begun."""
    return Metric(
        key=key,
        version=1,
        title=title,
        definition=definition,
        population=ALL_PROGRAMS,
        unit=unit,
        of=Of.THINGS,
        rows=partial(begun, kinds=kinds),
        measure=Number(),
        planned=lambda scope: ahead(scope, kinds).count(),
        **_of_cohorts,
    )


def _seats_ahead(kinds):
    """What published cohorts that are still ahead will add to enrolments: their seats."""
    return lambda scope: ahead(scope, kinds).aggregate(n=Sum("capacity", default=0))["n"]


def _enrolled(prefix, kinds, population):
    """The figures of those who take part, of some kinds of program: as enrolments and as persons."""
    share: dict[str, Any] = {"unit": Unit.PEOPLE, "population": population, "version": 1} | _of_enrolments
    persons: dict[str, Any] = {"of": Of.PERSONS, "measure": Different("person")} | share
    enrolments: dict[str, Any] = {"of": Of.ENROLMENTS, "measure": Number()} | share
    return [
        Metric(
            key=f"{prefix}.enrolled",
            title=_("Enrolled, as enrolments"),
            definition=_(
                "Everyone enrolled, added up over the cohorts, without no-shows and cancelled places: whoever took "
                "two counts twice."
            ),
            rows=partial(counted, kinds),
            planned=_seats_ahead(kinds),
            **enrolments,
        ),
        Metric(
            key=f"{prefix}.enrolled_persons",
            title=_("Enrolled, as persons"),
            definition=_("Different people enrolled, without no-shows and cancelled places."),
            rows=partial(counted, kinds),
            **persons,
        ),
        Metric(
            key=f"{prefix}.attended",
            title=_("Attended, as enrolments"),
            definition=_("Enrolments of those who were in at least one session, or who completed the program."),
            rows=partial(attended, kinds),
            **enrolments,
        ),
        Metric(
            key=f"{prefix}.attended_persons",
            title=_("Attended, as persons"),
            definition=_("Different people who were in at least one session, or who completed a program."),
            rows=partial(attended, kinds),
            **persons,
        ),
        Metric(
            key=f"{prefix}.completed",
            title=_("Completed, as enrolments"),
            definition=_("Enrolments that were completed by the rule of their cohort, added up over the cohorts."),
            rows=partial(completed, kinds),
            **enrolments,
        ),
        Metric(
            key=f"{prefix}.completed_persons",
            title=_("Completed, as persons"),
            definition=_("Different people who completed at least one cohort by its rule."),
            rows=partial(completed, kinds),
            **persons,
        ),
        Metric(
            key=f"{prefix}.completion_rate",
            title=_("Completion rate"),
            definition=_("Completed ÷ enrolled, both as enrolments, in percent to one decimal, half up."),
            rows=partial(counted, kinds),
            **share | {"unit": Unit.PERCENT, "of": Of.ENROLMENTS},
            measure=Share(Q(status=EnrolmentStatus.COMPLETED)),
        ),
        Metric(
            key=f"{prefix}.completed_hours",
            title=_("Hours completed"),
            definition=_("The hours of the course for each completed enrolment, added up."),
            rows=partial(completed, kinds),
            measure=Total("cohort__hours"),
            **share | {"unit": Unit.HOURS, "of": Of.ENROLMENTS},
        ),
    ]


def _applied(prefix, kinds, population):
    """The figures of applications, of some kinds of program."""
    share: dict[str, Any] = {"population": population, "version": 1} | _of_applications
    return [
        Metric(
            key=f"{prefix}.applications",
            title=_("Applications"),
            definition=_("Applications that were submitted, whatever became of them."),
            rows=partial(applied, kinds),
            measure=Number(),
            unit=Unit.CASES,
            of=Of.ENROLMENTS,
            **share,
        ),
        Metric(
            key=f"{prefix}.applicants",
            title=_("Applicants, as persons"),
            definition=_("Different people who submitted at least one application."),
            rows=partial(applied, kinds),
            measure=Different("applicant"),
            unit=Unit.PEOPLE,
            of=Of.PERSONS,
            **share,
        ),
        Metric(
            key=f"{prefix}.selected",
            title=_("Selected"),
            definition=_("Applications offered a place at first or from the waitlist, or confirmed as they came."),
            rows=partial(selected, kinds),
            measure=Number(),
            unit=Unit.CASES,
            of=Of.ENROLMENTS,
            **share,
        ),
    ]


def _experts(key, title, definition, where):
    """How many different people taught in short courses."""
    return Metric(
        key=key,
        version=1,
        title=title,
        definition=definition,
        population=SHORT_COURSES,
        unit=Unit.PEOPLE,
        of=Of.PERSONS,
        rows=partial(teaching, where),
        measure=Different("expert"),
        **_of_teaching,
    )


def _satisfaction(prefix, kinds, population):
    """The overall satisfaction of those who took part in some kinds of program."""
    return Metric(
        key=f"{prefix}.satisfaction",
        version=1,
        title=_("Overall satisfaction"),
        definition=_(
            "The mean of all answers from 1 to 5 to “Overall I am satisfied with the course”, one question and not "
            "an average of several; each answer counts the same. Cohorts with fewer than five answers are left out."
        ),
        population=population,
        unit=Unit.POINTS,
        of=Of.THINGS,
        rows=partial(asked, kinds),
        measure=Satisfaction(),
        **_of_cohorts,
    )


COURSES_RUN = _cohorts(
    "courses.run",
    _("Short courses run"),
    _("Short courses whose first session has begun and that were not cancelled."),
    Unit.COURSES,
    COURSE,
)
ENROLLED, ENROLLED_PERSONS, *_others, COMPLETION_RATE, COMPLETED_HOURS = _enrolled("courses", COURSE, SHORT_COURSES)
EXPERTS = _experts(
    "experts.all",
    _("Experts"),
    _("Different people who taught in at least one session of the short courses."),
    Q(),
)
DOMESTIC = _experts(
    "experts.domestic",
    _("Experts from Korea"),
    _("Different people from Korea who taught in at least one session of the short courses."),
    Q(expert__country=HOME_COUNTRY),
)
INTERNATIONAL = _experts(
    "experts.international",
    _("Experts from abroad"),
    _("Different people from abroad who taught in at least one session of the short courses."),
    ~Q(expert__country=HOME_COUNTRY),
)

ALL = [
    COURSES_RUN,
    ENROLLED,
    ENROLLED_PERSONS,
    *_others,
    COMPLETION_RATE,
    COMPLETED_HOURS,
    *_applied("courses", COURSE, SHORT_COURSES),
    Metric(
        key="courses.hours",
        version=1,
        title=_("Course hours"),
        definition=_("The hours of the short courses, each course once."),
        population=SHORT_COURSES,
        unit=Unit.HOURS,
        of=Of.THINGS,
        rows=partial(begun, kinds=COURSE),
        measure=Total("hours"),
        **_of_cohorts,
    ),
    _satisfaction("courses", COURSE, SHORT_COURSES),
    EXPERTS,
    DOMESTIC,
    INTERNATIONAL,
    _cohorts(
        "programs.run",
        _("Cohorts run"),
        _("Cohorts of every kind of program whose first session has begun and that were not cancelled."),
        Unit.COHORTS,
        (),
    ),
    *_enrolled("programs", (), ALL_PROGRAMS),
    *_applied("programs", (), ALL_PROGRAMS),
    _satisfaction("programs", (), ALL_PROGRAMS),
    Metric(
        key="internships.placed",
        version=1,
        title=_("Internship placements"),
        definition=_("People placed with a host company: everyone enrolled in an internship, without no-shows."),
        population=_("Cohorts of internships that have begun."),
        unit=Unit.PEOPLE,
        of=Of.ENROLMENTS,
        rows=partial(counted, (ProgramKind.INTERNSHIP,)),
        measure=Number(),
        planned=_seats_ahead((ProgramKind.INTERNSHIP,)),
        **_of_enrolments,
    ),
    Metric(
        key="internships.completed",
        version=1,
        title=_("Internships completed"),
        definition=_("Internships that were completed to their end."),
        population=_("Cohorts of internships that have begun."),
        unit=Unit.PEOPLE,
        of=Of.ENROLMENTS,
        rows=partial(completed, (ProgramKind.INTERNSHIP,)),
        measure=Number(),
        **_of_enrolments,
    ),
    _cohorts(
        "networking.run",
        _("Networking events"),
        _("Networking events that have taken place and were not cancelled."),
        Unit.TIMES,
        (ProgramKind.NETWORKING,),
    ),
    Metric(
        key="networking.attended",
        version=1,
        title=_("Attendance of networking events"),
        definition=_("Everyone who came to a networking event, added up over the events."),
        population=_("Networking events that have taken place."),
        unit=Unit.PEOPLE,
        of=Of.ENROLMENTS,
        rows=partial(attended, (ProgramKind.NETWORKING,)),
        measure=Number(),
        **_of_enrolments,
    ),
    _cohorts(
        "festival.run",
        _("Festival sessions"),
        _("Talks held alongside a festival."),
        Unit.TIMES,
        (ProgramKind.TALK,),
    ),
    _cohorts(
        "international.run",
        _("International workshops and exchanges"),
        _("International workshops and exchanges that have taken place, each once."),
        Unit.TIMES,
        NATIONS,
    ),
    _cohorts(
        "masterclass.run",
        _("Masterclasses"),
        _("Masterclasses that have taken place and were not cancelled."),
        Unit.TIMES,
        (ProgramKind.MASTERCLASS,),
    ),
]


def cohort_names(keys):
    """Cohorts as figures name them: see `partners.metrics.name_cohorts_by`."""
    found = Cohort.objects.filter(pk__in=keys).select_related("program").order_by("starts_at", "pk")
    return {
        cohort.pk: CohortName(
            f"{cohort.program.title} · {cohort.label}",
            i18n.language_of(cohort.program, "title"),
            cohort.get_absolute_url(),
        )
        for cohort in found
    }


# --- a year, and a rate by itself --------------------------------------------------------------------------------


def of_year(year):
    """The Scope of everything that began in `year`."""
    return Scope(starts=date(year, 1, 1), ends=date(year, 12, 31))


def rate(part, whole):
    """`part` of `whole` in percent, rounded half up to one decimal, as text; a dash where there is nothing."""
    return Figure(part, whole, 100, 1).text
