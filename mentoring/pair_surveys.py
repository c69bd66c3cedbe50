"""Surveys of mentor pairs: what mentees think of their mentoring, and mentors of theirs.

Each is a survey of the cohort (programs), which names whom it asks. Who that is, is known here alone, so the clock
brings the names up to date until the survey closes: pairs are made and end while it waits or runs.
"""

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from mentoring import permissions
from mentoring.models.pairs import Pairing
from mentoring.pair_forms import SLUGS, Side, form_of
from portal.errors import Refused
from programs.models.cohorts import Cohort
from programs.models.enrolments import EnrolmentStatus
from programs.models.surveys import ASKED, LEAST_SHOWN, Asks, Survey
from programs.operations import surveys

TAKING_PART = (EnrolmentStatus.ENROLLED, *ASKED[Asks.PRESENT])
PEOPLE = {Side.MENTEES: "enrolment__person", Side.MENTORS: "mentor__user"}


def people_of(cohort_id, side):
    """The ids of those of a side whom a survey asks: of the last pair of each mentee who takes or took part.

    A pair that was ended and made anew with another mentor counts once, by that other one; closed accounts do not.
    """
    newest = Pairing.objects.filter(enrolment=OuterRef("enrolment")).order_by("-paired_at", "-pk").values("pk")
    pairs = Pairing.objects.filter(
        enrolment__cohort=cohort_id, enrolment__status__in=TAKING_PART, pk=Subquery(newest[:1])
    )
    person = PEOPLE[side]
    return set(pairs.filter(**{f"{person}__is_active": True}).order_by().values_list(person, flat=True))


@transaction.atomic
def create_pair_survey(
    cohort_id,
    side,
    *,
    by,
    opens_at,
    closes_at,
    is_anonymous=True,
    gates_certificate=False,
    min_shown=LEAST_SHOWN,
):
    """A survey of the mentees or of the mentors of a cohort; `by` runs it. Returns the Survey.

    Refused where nobody is paired, and where there is one of that side already.
    """
    if not permissions.runs(by, cohort_id):
        raise Refused(_("You do not run this cohort."))
    if not Cohort.objects.filter(pk=cohort_id, program__has_mentoring=True).exists():
        raise Refused(_("This program has no mentoring."))
    if gates_certificate and side == Side.MENTORS:
        raise Refused(_("Only mentees get a certificate that can wait."))
    people = people_of(cohort_id, side)
    if not people:
        raise Refused(_("Nobody is paired in this cohort yet."))
    return surveys.create_survey(
        cohort_id,
        by=by,
        opens_at=opens_at,
        closes_at=closes_at,
        version=surveys.standard_version(*form_of(side)),
        asks=Asks.NAMED,
        is_anonymous=is_anonymous,
        gates_certificate=gates_certificate,
        min_shown=min_shown,
        people=people,
    )


def name_people_due(now):
    """Bring the names of surveys of pairs that are not closed up to date. Returns how many names changed."""
    changed = 0
    for side, slug in SLUGS.items():
        rows = Survey.objects.filter(asks=Asks.NAMED, form_version__form__slug=slug, closes_at__gt=now)
        for survey in rows.filter(cohort__cancelled_at=None):
            changed += surveys.name_people(survey.pk, people_of(survey.cohort_id, side))
    return changed
