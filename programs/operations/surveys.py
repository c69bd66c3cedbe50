"""Surveys: made, opened, closed, answered once by each person, and those who have not answered reminded.

What is answered anonymously is written so that the database does not say whose it is: docs/decisions/0014.
"""

import random
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal import audit, clock, i18n
from portal.audit import kind
from portal.errors import Refused
from portal.models import OutgoingMail
from programs import survey_emails
from programs.core_survey import CORE, SECTIONS, TITLES
from programs.form_problems import form_problems
from programs.models.cohorts import Cohort, SessionExpert
from programs.models.forms import Form, FormVersion, Question, Section
from programs.models.surveys import (
    LEAST_SHOWN,
    QUOTE,
    TAKES,
    WORDS,
    Asks,
    Comment,
    Invited,
    Response,
    SignedResponse,
    Survey,
    SurveyState,
    Ticket,
)
from programs.questions.loading import questions_of
from programs.surveys import has_answered, still_asked

MIXED = 50  # so many rows that are there already are written anew together with each answer
REMIND_BEFORE = timedelta(days=3)  # the clock's reminder: this long before the survey closes …
APART = timedelta(days=1)  # … and never sooner than this after the survey opened, or after another reminder
_shuffle = random.SystemRandom()


# --- the form ---------------------------------------------------------------------------------------------------


def core_version():
    """The newest version of the core form, which is made where there is none. Returns it."""
    return standard_version(CORE, TITLES, SECTIONS)


@transaction.atomic
def standard_version(slug, titles, sections):
    """The newest version of a form whose first one is written in the program, and made where there is none."""
    newest = FormVersion.objects.filter(form__slug=slug).order_by("-number").first()
    if newest is not None:
        return newest
    form, is_new = Form.objects.get_or_create(
        slug=slug, defaults={"title_ko": titles["ko"], "title_en": titles["en"]}
    )
    form = Form.objects.select_for_update(no_key=True).get(pk=form.pk)
    newest = form.versions.first()
    if newest is not None:  # somebody was quicker
        return newest
    version = FormVersion.objects.create(form=form, number=1)
    for position, (heads, questions) in enumerate(sections, start=1):
        section = Section.objects.create(version=version, position=position, **heads)
        Question.objects.bulk_create(
            Question(version=version, section=section, position=place, audience="staff", **fields)
            for place, fields in enumerate(questions, start=1)
        )
    return version


def refuse_unfit(version):
    """Refuse a form version that a survey cannot ask: unfinished, or with questions that tell who answers."""
    if form_problems(version):
        raise Refused(_("This form is not finished. The form builder says what is missing."))
    questions = questions_of(version.pk)
    if not questions:
        raise Refused(_("This form has no questions."))
    for question in questions:
        unfit = question.type not in TAKES or question.profile_field or question.is_personal
        if unfit or question.shown_if_id is not None:
            raise Refused(_("A survey cannot ask “%(label)s”.") % {"label": question.label})


# --- making and running one -------------------------------------------------------------------------------------


@transaction.atomic
def create_survey(
    cohort_id,
    *,
    by,
    opens_at,
    closes_at,
    version=None,
    session=None,
    expert=None,
    asks=Asks.PRESENT,
    is_anonymous=True,
    gates_certificate=False,
    min_shown=LEAST_SHOWN,
    people=(),
):
    """A survey of a cohort, with the core form unless a `version` is given; its questions are fixed from now on.

    It is about the cohort, or one `session` or `expert` of it. Refused where there is one about the same already.
    One that asks those who are NAMED names `people` (their ids), who must be some.
    """
    cohort = Cohort.objects.select_for_update(of=("self",), no_key=True).get(pk=cohort_id)
    now = clock.now()
    if cohort.cancelled_at is not None:
        raise Refused(_("The cohort is cancelled."))
    refuse_window(opens_at, closes_at, now)
    if session is not None and expert is not None:
        raise Refused(_("A survey is about one thing: a session or an expert."))
    if session is not None and session.cohort_id != cohort.pk:
        raise Refused(_("This session belongs to another cohort."))
    if session is not None and session.cancelled_at is not None:
        raise Refused(_("This session does not take place."))
    if expert is not None and not SessionExpert.objects.filter(session__cohort=cohort, expert=expert).exists():
        raise Refused(_("This expert does not teach in this cohort."))
    if (asks == Asks.NAMED) != bool(people):
        raise Refused(_("There is nobody whom the survey would ask."))
    if min_shown < LEAST_SHOWN:
        raise Refused(_("Results of fewer than %(least)s answers are never shown.") % {"least": LEAST_SHOWN})
    version = FormVersion.objects.select_for_update(of=("self",), no_key=True).get(
        pk=(version or core_version()).pk
    )
    refuse_unfit(version)
    twice = _("There is such a survey already, with the same questions.")
    if Survey.objects.filter(cohort=cohort, form_version=version, session=session, expert=expert).exists():
        raise Refused(twice)
    if not version.is_locked:
        version.locked_at = now
        version.save(update_fields=["locked_at"])
    try:
        with transaction.atomic():
            survey = Survey.objects.create(
                cohort=cohort,
                form_version=version,
                session=session,
                expert=expert,
                asks=asks,
                opens_at=opens_at,
                closes_at=closes_at,
                is_anonymous=is_anonymous,
                gates_certificate=gates_certificate,
                min_shown=min_shown,
            )
    except IntegrityError as error:
        raise Refused(twice) from error
    Invited.objects.bulk_create([Invited(survey=survey, person_id=person) for person in sorted(people)])
    audit.record("survey.made", target=survey, by=by, after=window_of(survey))
    return survey


@transaction.atomic
def name_people(survey_id, people):
    """Have a survey that asks those who are named name `people` (ids), until it closes.

    Who has answered stays named. Twice is the same as once. Returns how many were added or left out.
    """
    survey = lock_survey(survey_id)
    if survey.asks != Asks.NAMED or survey.state_at(clock.now()) == SurveyState.CLOSED:
        return 0
    named = set(Invited.objects.filter(survey=survey).values_list("person", flat=True))
    answered = set(Ticket.objects.filter(survey=survey).values_list("person", flat=True))
    added, gone = set(people) - named, named - set(people) - answered
    if added or gone:
        Invited.objects.filter(survey=survey, person__in=gone).delete()
        Invited.objects.bulk_create([Invited(survey=survey, person_id=person) for person in sorted(added)])
        after = len(named | added) - len(gone)
        audit.record("survey.named", target=survey, by=None, before=len(named), after=after)
    return len(added) + len(gone)


def refuse_window(opens_at, closes_at, now):
    """Refuse dates that are out of order, or over already."""
    if closes_at <= opens_at:
        raise Refused(_("A survey closes after it opens."))
    if closes_at <= now:
        raise Refused(_("The close lies in the past."))


def window_of(survey):
    """Its dates as the audit notes them."""
    return f"{survey.opens_at.isoformat()} – {survey.closes_at.isoformat()}"


def lock_survey(survey_id):
    """The survey, locked until the transaction ends."""
    rows = Survey.objects.select_for_update(of=("self",), no_key=True).select_related("cohort", "session")
    return rows.get(pk=survey_id)


def refuse_closed(survey, now):
    """A closed survey stays closed: results have been seen, and a later answer could be told from them."""
    if survey.state_at(now) == SurveyState.CLOSED:
        raise Refused(_("The survey is closed, and its results can be seen. It cannot be opened again."))


@transaction.atomic
def change_window(survey_id, opens_at, closes_at, *, by):
    """Other dates for a survey that is not closed; an open one keeps the moment at which it opened."""
    survey, now = lock_survey(survey_id), clock.now()
    refuse_closed(survey, now)
    if survey.state_at(now) == SurveyState.OPEN:
        opens_at = survey.opens_at
    refuse_window(opens_at, closes_at, now)
    if (survey.opens_at, survey.closes_at) == (opens_at, closes_at):
        return survey
    before = window_of(survey)
    survey.opens_at, survey.closes_at = opens_at, closes_at
    survey.save(update_fields=["opens_at", "closes_at"])
    audit.record("survey.window", target=survey, by=by, before=before, after=window_of(survey))
    return survey


@transaction.atomic
def open_now(survey_id, *, by):
    """Open a survey before its time. One that is open stays as it is."""
    survey, now = lock_survey(survey_id), clock.now()
    refuse_closed(survey, now)
    if survey.state_at(now) == SurveyState.COMING:
        survey.opens_at = now
        survey.save(update_fields=["opens_at"])
        audit.record("survey.opened", target=survey, by=by)
    return survey


@transaction.atomic
def close_now(survey_id, *, by):
    """Close a survey before its time, for good. A closed one stays as it is."""
    survey, now = lock_survey(survey_id), clock.now()
    state = survey.state_at(now)
    if state == SurveyState.COMING or survey.opens_at == now:
        raise Refused(_("The survey has not opened yet."))
    if state == SurveyState.OPEN:
        survey.closes_at = now
        survey.save(update_fields=["closes_at"])
        audit.record("survey.closed", target=survey, by=by)
    return survey


# --- answering --------------------------------------------------------------------------------------------------


def refuse_shut(survey, person):
    """Refuse where the survey takes no answer of `person` now: answered, not open, or not asked."""
    state = survey.state_at(clock.now())
    if has_answered(survey, person):
        raise Refused(_("You have answered this survey already. What you sent first counts."))
    if state == SurveyState.COMING:
        raise Refused(_("The survey opens %(moment)s.") % {"moment": i18n.moment(survey.opens_at)})
    if state == SurveyState.CLOSED:
        closed = _("The survey closed %(moment)s. Your answers were not taken.")
        raise Refused(closed % {"moment": i18n.moment(survey.closes_at)})
    if not survey.is_held or not survey.people().filter(pk=person.pk).exists():
        raise Refused(_("This survey does not ask you."))


@transaction.atomic
def answer(survey_id, answers, *, by):
    """Take the cleaned `answers` of a person, by key, once. Nothing else is written: no audit, no mail, no time.

    Refused where the survey is not open, does not ask the person, or has their answer already.
    """
    survey = lock_survey(survey_id)
    refuse_shut(survey, by)
    Ticket.objects.create(survey=survey, person=by)
    if survey.is_anonymous:
        chosen, comments = parted(survey, answers)
        mix_in(Response, survey, [Response(survey=survey, answers=chosen)])
        mix_in(Comment, survey, comments)
    else:
        SignedResponse.objects.create(survey=survey, person=by, answers=answers)


def parted(survey, answers):
    """What was chosen, by key, and what was written, as Comments."""
    words = {question.key for question in questions_of(survey.form_version_id) if question.type in WORDS}
    may_quote = answers.get(QUOTE) is True
    chosen = {key: value for key, value in answers.items() if key not in words and key != QUOTE}
    comments = [
        Comment(survey=survey, key=key, text=answers[key], may_quote=may_quote)
        for key in sorted(words & answers.keys())
    ]
    return chosen, comments


def mix_in(model, survey, new):
    """Write `new` rows together with up to MIXED rows that are there, in an order that chance decides.

    The rows that are there are written anew, so that neither the place of a row on the disk nor the transaction
    that wrote it (`rowid` in SQLite, `ctid` and `xmin` in PostgreSQL) tells it from the others. It is done also
    where nothing is new: whoever wrote no comment is not told from those who did.
    """
    known = list(model.objects.filter(survey=survey).values_list("pk", flat=True))
    chosen = _shuffle.sample(known, min(len(known), MIXED))
    rows = [*model.objects.filter(pk__in=chosen), *new]
    model.objects.filter(pk__in=chosen).delete()
    _shuffle.shuffle(rows)
    model.objects.bulk_create(rows)


# --- telling people ---------------------------------------------------------------------------------------------


def told(survey, reason, *, since=None):
    """The people who were sent a mail of `reason` about a survey, as a query of ids."""
    rows = OutgoingMail.objects.filter(
        reason=reason, target_type=kind(survey), target_id=survey.pk, person__isnull=False
    )
    return (rows if since is None else rows.filter(queued_at__gt=since)).values("person")


def tell(survey, send, known):
    """Queue a mail to each who has not answered and is not `known`, one transaction a person. Returns how many."""
    count = 0
    for person in still_asked(survey).exclude(pk__in=known).order_by("pk"):
        with transaction.atomic():
            if not has_answered(survey, person):
                send(survey, person)
                count += 1
    return count


def open_surveys(now):
    """Those that take answers at `now`."""
    rows = Survey.objects.held().open_at(now)
    return rows.select_related("cohort__program", "session", "expert", "form_version__form")


def invite_due(now):
    """Tell everyone whom an open survey asks, once each. Returns how many."""
    return sum(
        tell(survey, survey_emails.survey_open, told(survey, survey_emails.OPEN)) for survey in open_surveys(now)
    )


def remind_due(now):
    """Remind those who have not answered, once in the last days of a survey. Returns how many."""
    due = open_surveys(now).filter(closes_at__lte=now + REMIND_BEFORE, opens_at__lte=now - APART)
    count = 0
    for survey in due:
        since = min(survey.closes_at - REMIND_BEFORE, now - APART)
        count += tell(survey, survey_emails.survey_reminder, told(survey, survey_emails.REMINDER, since=since))
    return count


@transaction.atomic
def remind_now(survey_id, *, by):
    """Remind those who have not answered at once, at most once a day. Returns how many."""
    survey, now = lock_survey(survey_id), clock.now()
    if survey.state_at(now) != SurveyState.OPEN:
        raise Refused(_("The survey is not open."))
    if not survey.is_held:
        raise Refused(_("What the survey is about is cancelled; nobody is asked any more."))
    if told(survey, survey_emails.REMINDER, since=now - APART).exists():
        raise Refused(_("A reminder went out less than a day ago."))
    count = tell(survey, survey_emails.survey_reminder, ())
    audit.record("survey.reminded", target=survey, by=by, after=count)
    return count
