"""Reference letters as they stand: until when, in which state, and what the applicant sees. Reads only."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import i18n, pills
from portal.models import UploadKind
from portal.validators import clean_text
from programs.models.applications import GRACE, ApplicationStatus
from programs.models.forms import QuestionType
from programs.questions.conditions import asked
from programs.questions.fields import RefereeField

S = ApplicationStatus
UNDECIDED = (S.DRAFT, S.SUBMITTED, S.IN_REVIEW, S.CHANGES_REQUESTED)
KINDS = (UploadKind.PDF, UploadKind.DOCX, UploadKind.HWP, UploadKind.HWPX)
MOST_CHARACTERS = 5000
MOST_BYTES = 10 * 1024 * 1024


class LetterState(models.TextChoices):
    """Where a request for a letter stands; the words are the ones people read."""

    ASKED = "asked", gettext_lazy("Not received yet")
    RECEIVED = "received", gettext_lazy("Received")
    DECLINED = "declined", gettext_lazy("Declined by the referee")
    LATE = "late", gettext_lazy("Not received in time")
    ENDED = "ended", gettext_lazy("No longer asked")


def until(application):
    """Until when letters for an application are taken: the cohort's own time, else its deadline; None if open."""
    return application.cohort.references_until or application.deadline


def is_wanted(application, now):
    """Whether a letter could still matter: the application is undecided, and a draft can still be sent."""
    if application.cohort.cancelled_at is not None:
        return False
    if application.status == S.DRAFT:
        return application.is_in_time(now)
    if not application.cohort.is_reviewed and application.status in (S.CONFIRMED, S.WAITLISTED):
        return True  # a registration is decided the moment it is sent
    return application.status in UNDECIDED


def is_late(application, now):
    """Whether the time for letters is over. What was begun before may arrive a little later."""
    end = until(application)
    return end is not None and now >= end + GRACE


def state(request, now):
    """The LetterState of a ReferenceRequest at `now`."""
    if request.received_at is not None:
        return LetterState.RECEIVED
    if request.declined_at is not None:
        return LetterState.DECLINED
    if request.ended_at is not None or not is_wanted(request.application, now):
        return LetterState.ENDED
    return LetterState.LATE if is_late(request.application, now) else LetterState.ASKED


def asker(application):
    """The applicant's name for the referee: as in the application, in a draft as it is written so far."""
    drafted = application.draft.get("full_name")
    written = clean_text(drafted, multiline=False)[:60] if isinstance(drafted, str) else ""
    return application.full_name or written or application.applicant.display_name


def named(application, question):
    """Who is named under `question`, as (name, affiliation, e-mail): in what was sent, or in the draft before that.

    Raises ValidationError where nobody is, or not completely.
    """
    is_draft = application.status == S.DRAFT
    value = (application.draft if is_draft else application.answers).get(question.key)
    field = RefereeField(required=True, label=question.label, own_email=application.applicant.email)
    return tuple(field.clean(value))


def referee_questions(application, questions):
    """Those of `questions` under which `application` is asked to name a referee."""
    answers = application.draft if application.status == S.DRAFT else application.answers
    return [question for question in asked(questions, answers) if question.type == QuestionType.REFEREE]


# --- for the applicant's page ----------------------------------------------------------------------------------


@dataclass
class Line:
    """One letter on the applicant's page, never with what it says. `can_ask` and `can_change` are buttons."""

    key: str
    label: str
    lang: str
    referee: str
    pill: dict
    note: str = ""
    can_ask: bool = False
    can_change: bool = False


def lines(application, questions, now):
    """A Line for each referee that `application` names or should name, in the form's order. One query."""
    wanted = referee_questions(application, questions)
    if not wanted:
        return []
    live = {request.question_key: request for request in application.references.filter(ended_at=None)}
    return [line(application, question, live.get(question.key), now) for question in wanted]


def line(application, question, request, now):
    """How one letter stands, and what the applicant may do about it."""
    found = Line(question.key, question.label, i18n.language_of(question, "label"), "", {})
    open_now = is_wanted(application, now) and not is_late(application, now)
    try:
        name, affiliation, email = named(application, question)
    except ValidationError:
        name = affiliation = email = ""
    if request is not None:
        request.application = application
    if request is None or (email and email.lower() != request.email.lower()):
        found.referee = ", ".join(part for part in (name, affiliation) if part)
        found.pill = {"tone": "soon", "icon": "ring", "label": _("Not asked yet")}
        found.can_ask = open_now and bool(email)
        found.note = first_note(application, request, email, open_now)
        return found
    reached = state(request, now)
    found.referee = ", ".join(part for part in (request.name, request.affiliation) if part)
    found.pill = pills.pill(pills.LETTER_PILLS, reached, reached.label)
    found.note = note(request, reached)
    is_sent = application.status != S.DRAFT  # in a draft it is the form that says who
    found.can_change = is_sent and open_now and reached in (LetterState.ASKED, LetterState.DECLINED)
    return found


def first_note(application, request, email, open_now):
    """What to say of a letter that nobody has been asked for."""
    if not open_now:
        return ""
    if not email:
        return _("Nobody is named yet.")
    if request is not None:
        return _("You have named somebody else since %(name)s was asked.") % {"name": request.name}
    if application.status == S.DRAFT:
        return _("The request goes out when you submit. You may send it earlier.")
    return ""


def note(request, reached):
    """When it was asked for, arrived or was declined, and until when it may come."""
    if reached == LetterState.RECEIVED:
        return _("Received on %(moment)s.") % {"moment": i18n.moment(request.received_at)}
    if reached == LetterState.DECLINED:
        return _("Declined on %(moment)s. You may name somebody else.") % {
            "moment": i18n.moment(request.declined_at)
        }
    asked_on = _("Asked on %(moment)s.") % {"moment": i18n.moment(request.asked_at)}
    end = until(request.application)
    if reached == LetterState.ASKED and end is not None:
        return asked_on + " " + _("The letter may arrive %(deadline)s.") % {"deadline": i18n.deadline(end)}
    return asked_on
