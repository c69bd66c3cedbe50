"""Reading surveys: what they are about, whom they ask, how many have answered, and what waits for an answer."""

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from portal import clock, i18n, pills
from programs import attending, certificates
from programs.models.enrolments import Enrolment
from programs.models.surveys import ASKED, Asks, Invited, Survey, SurveyState, Ticket


def with_names():
    """Surveys with all that their titles need, in one query."""
    return Survey.objects.select_related("cohort__program", "session", "expert", "form_version__form")


def title_of(survey):
    """What the survey is called."""
    return survey.form_version.form.title


def about(survey):
    """What it asks about, in the active language: the program, or beneath it a session or an expert."""
    whole = f"{survey.cohort.program.title} · {survey.cohort.label}"
    part = survey.session.title if survey.session_id else survey.expert.name if survey.expert_id else ""
    return f"{whole} · {part}" if part else whole


def pill(survey, now):
    """Where it stands, as a pill."""
    state = survey.state_at(now)
    return pills.pill(pills.SURVEY_PILLS, state, state.label)


def has_answered(survey, person):
    """Whether `person` has answered."""
    return Ticket.objects.filter(survey=survey, person=person).exists()


def still_asked(survey):
    """The people who are asked and have not answered; an account that is closed is asked nothing."""
    answered = Ticket.objects.filter(survey=survey).values("person")
    return survey.people().filter(is_active=True).exclude(pk__in=answered)


def with_counts(surveys):
    """Each with `answered` and `asked`: who has answered without being asked any more counts among those asked."""
    asked, left = [], []
    for asks, statuses in ASKED.items():
        places = Enrolment.objects.filter(cohort=OuterRef("cohort"), status__in=statuses)
        own = Enrolment.objects.filter(
            cohort=OuterRef("survey__cohort"), person=OuterRef("person"), status__in=statuses
        )
        gone = Ticket.objects.filter(~Exists(own), survey=OuterRef("pk"))
        asked.append(When(asks=asks, then=_count(places, "cohort")))
        left.append(When(asks=asks, then=_count(gone, "survey")))
    named = Invited.objects.filter(survey=OuterRef("survey"), person=OuterRef("person"))
    gone = Ticket.objects.filter(~Exists(named), survey=OuterRef("pk"))
    asked.append(When(asks=Asks.NAMED, then=_count(Invited.objects.filter(survey=OuterRef("pk")), "survey")))
    left.append(When(asks=Asks.NAMED, then=_count(gone, "survey")))
    return surveys.annotate(
        answered=_count(Ticket.objects.filter(survey=OuterRef("pk")), "survey"),
        asked=Case(*asked, default=Value(0), output_field=IntegerField())
        + Case(*left, default=Value(0), output_field=IntegerField()),
    ).annotate(missing=F("asked") - F("answered"))


def _count(rows, name):
    return Coalesce(Subquery(rows.order_by().values(name).annotate(n=Count("pk")).values("n")), Value(0))


def waiting_for(person, now):
    """The open surveys that ask `person` and have no answer yet, the next to close first, as lines; one query."""
    answered = Ticket.objects.filter(person=person).values("survey")
    rows = with_names().asking(person).open_at(now).exclude(pk__in=answered).order_by("closes_at", "pk")
    return [
        {
            "url": row.get_absolute_url(),
            "title": title_of(row),
            "note": about(row),
            "when": i18n.deadline(row.closes_at),
            "pill": pill(row, now),
        }
        for row in rows
    ]


def is_gate(survey, now):
    """Whether certificates wait for a survey: there are such, it says so, and so does the rule of its cohort."""
    has_any = survey.cohort.program.kind in certificates.TITLES
    return has_any and survey.gates_certificate and attending.rule_of(survey.cohort, now).needs_survey


def certificate_gate(cohort, enrolments):
    """Whose certificates wait for a survey: `{enrolment id: sentence}`; four queries, whatever their number.

    They wait where the cohort's rule says so, for as long as the survey can still be answered. Once that is closed
    nobody could catch up, and what was earned is not lost over a form (docs/decisions/0014). What is cancelled
    holds nothing up, and whoever a survey that names its people does not name is not held up by it.
    """
    now = clock.now()
    asked = [one for one in enrolments if one.status in ASKED[Asks.PRESENT]]
    rows = Survey.objects.held().filter(cohort=cohort, gates_certificate=True, closes_at__gt=now)
    rows = list(rows.order_by("opens_at", "pk")) if asked else []
    if not rows or not attending.rule_of(cohort, now).needs_survey:
        return {}
    people = [one.person_id for one in asked]
    answered = set(Ticket.objects.filter(survey__in=rows, person__in=people).values_list("survey", "person"))
    naming = [row for row in rows if row.asks == Asks.NAMED]
    invited = Invited.objects.filter(survey__in=naming, person__in=people)
    named = set(invited.values_list("survey", "person")) if naming else set()
    found = {}
    for one in asked:
        own = (row for row in rows if row.asks != Asks.NAMED or (row.pk, one.person_id) in named)
        survey = next((row for row in own if (row.pk, one.person_id) not in answered), None)
        if survey is not None:
            found[one.pk] = gate_text(survey, now)
    return found


def gate_text(survey, now):
    """Why a certificate waits for a survey."""
    if survey.state_at(now) == SurveyState.COMING:
        return _("The certificate follows once you have answered the survey, which opens %(moment)s.") % {
            "moment": i18n.moment(survey.opens_at)
        }
    return _("Complete the survey to get your certificate. It can be answered %(deadline)s.") % {
        "deadline": i18n.deadline(survey.closes_at)
    }
