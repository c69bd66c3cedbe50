"""What is counted from the rows, one plain function a figure, each with the definition that stands beside it.

A year's figures are those of the cohorts whose first session began in it (in Seoul) and that were not cancelled.
"""

from datetime import datetime

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from programs.models.cohorts import Cohort
from programs.models.enrolments import NOT_COUNTED, Enrolment, EnrolmentStatus
from programs.models.experts import HOME_COUNTRY, Expert
from programs.models.programs import ProgramKind

COURSES_RUN = _("Short courses whose first session was in that year and that were not cancelled.")
ENROLLED = _(
    "The people enrolled in each of these courses, added up: whoever took two courses counts twice. "
    "No-shows and cancelled places are not counted."
)
COMPLETION_RATE = _(
    "%(completed)s completed ÷ %(enrolled)s enrolled. A course under 30 hours is completed with 80%% of its hours, "
    "a longer one with 80%% of its days."
)
EXPERTS = _(
    "Different people who taught at least one session of these courses: %(domestic)s from Korea, "
    "%(international)s from abroad."
)


def courses_of(year):
    """The short courses that began in `year`."""
    return Cohort.objects.published().filter(
        program__kind=ProgramKind.COURSE,
        cancelled_at__isnull=True,
        starts_at__gte=datetime(year, 1, 1, tzinfo=clock.SEOUL),
        starts_at__lt=datetime(year + 1, 1, 1, tzinfo=clock.SEOUL),
    )


def courses_run(year):
    """How many short courses began in `year`."""
    return courses_of(year).count()


def enrolment_counts(year):
    """Of the short courses of `year`: `enrolled` (수강) and `completed` (수료), added up over the courses."""
    return Enrolment.objects.filter(cohort__in=courses_of(year).order_by()).aggregate(
        enrolled=Count("pk", filter=~Q(status__in=NOT_COUNTED)),
        completed=Count("pk", filter=Q(status=EnrolmentStatus.COMPLETED)),
    )


def expert_counts(year):
    """Different people who taught in the short courses of `year`: `domestic` and `international`."""
    taught = Expert.objects.filter(sessions__cohort__in=courses_of(year).order_by())
    return taught.aggregate(
        domestic=Count("pk", filter=Q(country=HOME_COUNTRY), distinct=True),
        international=Count("pk", filter=~Q(country=HOME_COUNTRY), distinct=True),
    )


def rate(part, whole):
    """`part` of `whole` in percent, rounded half up to one decimal, as text; a dash where there is nothing."""
    if not whole:
        return "–"
    tenths = (part * 2000 + whole) // (whole * 2)
    return f"{tenths // 10}.{tenths % 10}"
