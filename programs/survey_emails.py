"""What people are told about surveys: that one waits for them, and once more before it closes."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal import clock, i18n, mail
from portal.i18n import speaking
from portal.mail_events import Kind, event, needed, sometimes
from programs import surveys
from programs.emails import address
from programs.mail_places import CONTACT, FOLDER, NAME, SITE, deadline
from programs.models.enrolments import Enrolment, EnrolmentStatus
from programs.models.surveys import Asks, Survey, SurveyState

OPEN, REMINDER = "survey_open", "survey_reminder"
OF_SURVEY = (
    NAME,
    needed("about", Kind.TEXT, _("What the survey is about.")),
    needed("url", Kind.LINK, _("The page of the survey.")),
    deadline(_("Until when it can be answered.")),
    sometimes("is_anonymous", Kind.YES_NO, _("Whether it is anonymous.")),
    sometimes("is_needed", Kind.YES_NO, _("Whether the certificate waits for it.")),
    CONTACT,
    SITE,
)


@event(FOLDER, OPEN, _("A survey is open"), *OF_SURVEY)
def survey_open(survey, person):
    """A survey waits for somebody's answer."""
    return _queue(OPEN, survey, person)


@event(FOLDER, REMINDER, _("Reminder of a survey"), *OF_SURVEY)
def survey_reminder(survey, person):
    """It still waits; only those who have not answered are told."""
    return _queue(REMINDER, survey, person, again=True)


def _queue(message, survey, person, *, again=False):
    cohort = survey.cohort
    with speaking(person.language):
        words = {
            "name": person.display_name,
            "about": about(survey),
            "url": address("survey", person.language, survey.code),
            "deadline": i18n.deadline(survey.closes_at, year=True),
            "is_anonymous": survey.is_anonymous,
            "is_needed": is_needed(survey, person),
            "contact": cohort.contact_email or settings.CONTACT_EMAIL,
        }
    return mail.queue(f"{FOLDER}/{message}.txt", person=person, target=survey, context=words, again=again)


def about(survey):
    """What it asks about; a survey that names whom it asks is told from the cohort's own by what it is called."""
    words = surveys.about(survey)
    return f"{surveys.title_of(survey)} · {words}" if survey.asks == Asks.NAMED else words


def is_needed(survey, person):
    """Whether the person's certificate waits for the answer: not where there will be none."""
    failed = Enrolment.objects.filter(cohort=survey.cohort_id, person=person, status=EnrolmentStatus.NOT_COMPLETED)
    return surveys.is_gate(survey, clock.now()) and not failed.exists()


@mail.still_wanted(OPEN, of_mail=True)
@mail.still_wanted(REMINDER, of_mail=True)
def still_unanswered(row):
    """Whether the survey is open and still asks the person, who has not answered it meanwhile."""
    survey = Survey.objects.held().filter(pk=row.target_id).first()
    if survey is None or survey.state_at(clock.now()) != SurveyState.OPEN:
        return False
    return surveys.still_asked(survey).filter(pk=row.person_id).exists()
