"""What is counted from the rows of programs: each figure a `partners.metrics.Metric`, its definition beside it.

Counted are published cohorts that were not cancelled and whose first session has begun; those still ahead are
planned. What happens in a cohort belongs to the period in which the cohort began (in Seoul).
"""

from datetime import date, datetime, timedelta
from functools import partial

from django.db.models import Exists, OuterRef, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from partners.metrics import (
    CohortName,
    Different,
    Figure,
    Measure,
    Metric,
    Number,
    Of,
    Row,
    Scope,
    Share,
    Total,
    Unit,
)
from portal import clock, i18n
from programs import survey_results, survey_tables, survey_totals
from programs.core_survey import OVERALL
from programs.models.applications import Application, ApplicationStatus, Offer, StateChange
from programs.models.attendance import WITH_MINUTES, Attendance
from programs.models.cohorts import Cohort, SessionExpert
from programs.models.enrolments import Enrolment, EnrolmentStatus
from programs.models.experts import HOME_COUNTRY
from programs.models.programs import ProgramKind
from programs.models.surveys import LIKERT_STEPS, Survey

NATIONS = (ProgramKind.WORKSHOP, ProgramKind.EXCHANGE)
COURSE = (ProgramKind.COURSE,)

# --- over which cohorts -----------------------------------------------------------------------------------------


def cohorts_of(scope, kinds=()):
    """The cohorts of a Scope that take or took place, begun or not; of some kinds of program, or of all."""
    found = Cohort.objects.published().filter(cancelled_at__isnull=True, starts_at__isnull=False)
    if kinds:
        found = found.filter(program__kind__in=kinds)
    if scope.agreement:
        found = found.filter(agreement=scope.agreement)
    if scope.programs or scope.cohorts:
        found = found.filter(Q(program__in=scope.programs) | Q(pk__in=scope.cohorts))
    if scope.starts:
        found = found.filter(starts_at__gte=_midnight(scope.starts))
    if scope.ends:
        found = found.filter(starts_at__lt=_midnight(scope.ends + timedelta(days=1)))
    return found.order_by()


def begun(scope, kinds=()):
    """Those of them whose first session has begun."""
    return cohorts_of(scope, kinds).filter(starts_at__lte=clock.now())


def ahead(scope, kinds=()):
    """Those of them that are still ahead."""
    return cohorts_of(scope, kinds).filter(starts_at__gt=clock.now())


def _midnight(day):
    return datetime(day.year, day.month, day.day, tzinfo=clock.SEOUL)


# --- what is counted in them ------------------------------------------------------------------------------------


def counted(kinds, scope):
    """Enrolments, without no-shows and cancelled places (수강)."""
    return Enrolment.objects.counted().filter(cohort__in=begun(scope, kinds))


def completed(kinds, scope):
    """Enrolments that were completed (수료)."""
    return Enrolment.objects.filter(status=EnrolmentStatus.COMPLETED, cohort__in=begun(scope, kinds))


def attended(kinds, scope):
    """Enrolments of those who were there at least once: marked so in a session, or completed without marks."""
    there = Attendance.objects.filter(enrolment=OuterRef("pk"), status__in=WITH_MINUTES)
    return counted(kinds, scope).filter(Q(status=EnrolmentStatus.COMPLETED) | Exists(there))


def applied(kinds, scope):
    """Applications that were submitted, whatever became of them."""
    rows = Application.objects.exclude(status=ApplicationStatus.DRAFT)
    return rows.filter(cohort__in=begun(scope, kinds))


def selected(kinds, scope):
    """Applications that were ever offered a place, or had one without an offer as they came first (선정)."""
    at_once = StateChange.objects.filter(
        application=OuterRef("pk"),
        from_status=ApplicationStatus.SUBMITTED,
        to_status=ApplicationStatus.CONFIRMED,
    )
    offers = Offer.objects.filter(application=OuterRef("pk"))
    return applied(kinds, scope).filter(Exists(offers) | Exists(at_once))


def teaching(where, scope):
    """The parts of experts in sessions of short courses; `where` narrows the experts."""
    rows = SessionExpert.objects.filter(session__cohort__in=begun(scope, COURSE), session__cancelled_at=None)
    return rows.filter(where)


def asked(kinds, scope):
    """Cohorts whose people were asked for their overall satisfaction, where enough have answered to tell it."""
    found = begun(scope, kinds)
    return found.filter(pk__in=list(_answers(found)))


def _answers(cohorts):
    """What is told of the overall satisfaction in each of `cohorts`: a survey_results.Agreement by primary key.

    Of closed surveys about whole cohorts, and of tables from earlier years; a result that may not be shown by
    itself is left out (`survey_results.summed`).
    """
    closed = Survey.objects.held().filter(cohort__in=cohorts, session=None, expert=None, closes_at__lte=clock.now())
    by_survey = survey_tables.responses_of(list(closed.values_list("pk", flat=True)))
    question = survey_totals.core_questions()[OVERALL]
    found = {}
    for survey in closed:
        answers = [row for row in by_survey[survey.pk] if OVERALL in row]
        found.setdefault(survey.cohort_id, []).append((survey_results.tally(question, answers), survey.min_shown))
    for row in survey_totals.totals_of(cohorts):
        found.setdefault(row.cohort.pk, []).append((row.result(OVERALL), row.min_shown))
    summed = {pk: survey_results.summed([pair for pair in rows if pair[0]]) for pk, rows in found.items()}
    return {pk: result for pk, result in summed.items() if result is not None}


class Satisfaction(Measure):
    """The mean of all answers from 1 to 5, each answer counting the same in whichever cohort it was given."""

    digits = 2
    adds_up = False

    def figure(self, rows):
        return self._figure(list(_answers(rows).values()))

    def by_cohort(self, rows, cohort):
        return {pk: self._figure([result]) for pk, result in _answers(rows).items()}

    def basis(self, figure):
        n = figure.whole
        return ngettext("%(n)s answer", "%(n)s answers", n) % {"n": i18n.number(n)} if n else ""

    def _figure(self, results):
        counts = [sum(step) for step in zip(*(result.counts for result in results), strict=True)]
        points = sum(step * count for step, count in zip(LIKERT_STEPS, counts, strict=True)) if counts else 0
        return Figure(points, sum(counts), digits=self.digits)


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


_of_cohorts = {"cohort": "pk", "related": ("program",), "describe": _cohort_row}
_of_enrolments = {"related": ("person", "cohort__program"), "describe": _enrolment_row}
_of_applications = {"related": ("cohort__program",), "describe": _application_row}
_of_teaching = {
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
    share = {"unit": Unit.PEOPLE, "population": population, "version": 1} | _of_enrolments
    persons = {"of": Of.PERSONS, "measure": Different("person")} | share
    enrolments = {"of": Of.ENROLMENTS, "measure": Number()} | share
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
    share = {"population": population, "version": 1} | _of_applications
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
