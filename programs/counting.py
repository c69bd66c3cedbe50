"""The rows that figures of programs count, and how satisfaction is made of answers. Reads only.

Counted are published cohorts that were not cancelled and whose first session has begun; those still ahead are
planned. What happens in a cohort belongs to the period in which the cohort began (in Seoul).
"""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import ngettext

from partners.metrics import Figure, Measure
from portal import clock, i18n
from programs import survey_results, survey_tables, survey_totals
from programs.core_survey import OVERALL
from programs.models.applications import Application, ApplicationStatus, Offer, StateChange
from programs.models.attendance import WITH_MINUTES, Attendance
from programs.models.cohorts import Cohort, SessionExpert
from programs.models.enrolments import Enrolment, EnrolmentStatus
from programs.models.programs import ProgramKind
from programs.models.surveys import LIKERT_STEPS, Survey

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

    def counts(self, rows):
        return {pk: list(result.counts) for pk, result in _answers(rows).items()}

    def basis(self, figure):
        n = figure.whole
        return ngettext("%(n)s answer", "%(n)s answers", n) % {"n": i18n.number(n)} if n else ""

    def _figure(self, results):
        counts = [sum(step) for step in zip(*(result.counts for result in results), strict=True)]
        points = sum(step * count for step, count in zip(LIKERT_STEPS, counts, strict=True)) if counts else 0
        return Figure(points, sum(counts), digits=self.digits)
