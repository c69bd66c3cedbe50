"""The surveys of a cohort on a trainee's page of that cohort."""

from django.utils.translation import gettext as _

from portal import i18n
from programs import surveys
from programs.models.enrolments import EnrolmentStatus
from programs.models.surveys import ASKED, Invited, SurveyState, Ticket

TEMPLATE = "programs/learning/_survey.html"


def part(enrolment, now):
    """What the person of `enrolment` is, was or will be asked; None where there is nothing. Three queries."""
    asked = [asks for asks, statuses in ASKED.items() if enrolment.status in statuses]
    own = {"person": enrolment.person_id, "survey__cohort": enrolment.cohort_id}
    answered, named = (
        set(model.objects.filter(**own).values_list("survey", flat=True)) for model in (Ticket, Invited)
    )
    if not asked and not answered and not named:
        return None
    rows = list(surveys.with_names().filter(cohort=enrolment.cohort_id).order_by("opens_at", "pk"))
    for row in rows:
        row.cohort = enrolment.cohort
    shown = [row for row in rows if row.pk in answered or ((row.pk in named or row.asks in asked) and row.is_held)]
    if not shown:
        return None
    return {
        "template": TEMPLATE,
        "lines": [line(row, now, row.pk in answered) for row in shown],
        "is_needed": enrolment.status != EnrolmentStatus.NOT_COMPLETED and is_waited_for(shown, answered, now),
    }


def is_waited_for(rows, answered, now):
    """Whether the certificate waits for one of the surveys in `rows`, all of one cohort."""
    missing = [row for row in rows if row.gates_certificate and row.pk not in answered and now < row.closes_at]
    return bool(missing) and surveys.is_gate(missing[0], now)


def line(survey, now, is_answered):
    """One survey: what it is about, whether it is answered, until when it can be."""
    state = survey.state_at(now)
    when = {
        SurveyState.COMING: i18n.moment(survey.opens_at),
        SurveyState.OPEN: i18n.deadline(survey.closes_at),
        SurveyState.CLOSED: i18n.moment(survey.closes_at),
    }[state]
    about = survey.session or survey.expert
    return {
        "url": survey.get_absolute_url(),
        "title": surveys.title_of(survey),
        "note": (about.title if survey.session_id else about.name) if about else survey.cohort.program.title,
        "when": when,
        "pill": {"tone": "good", "icon": "check", "label": _("Answered")}
        if is_answered
        else surveys.pill(survey, now),
    }
