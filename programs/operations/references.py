"""Reference letters: asked of the referee whom the applicant names, written without an account, ended with it.

A request is answered once, by a letter or by the word that there will be none. Naming somebody else ends it and
makes another. What a letter says goes to staff and reviewers, never to the applicant.
"""

from datetime import timedelta

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portal import audit, clock, mail, uploads
from portal.errors import Refused
from portal.models import MailStatus, OutgoingMail
from programs import emails, letters
from programs.letters import LetterState
from programs.models.applications import ApplicationStatus
from programs.models.applying import ReferenceRequest, Submission
from programs.operations.moves import lock_application, not_now
from programs.questions.loading import questions_of

S = ApplicationStatus
MOST_ASKED = 10  # people that one application may ask for one letter, so that nobody writes to the world by us
REMIND_BEFORE = timedelta(days=3)
REMIND_AFTER = timedelta(days=1)  # nobody is reminded on the day on which they were asked


# --- by the applicant ------------------------------------------------------------------------------------------


def ask_all(application, *, by):
    """Ask the referees that the sent answers name, and stop asking those they no longer name.

    A letter that has arrived stays as long as its referee is named. The caller holds the lock.
    """
    questions = letters.referee_questions(application, questions_of(application.form_version_id))
    wanted = {
        question.key: application.answers[question.key]
        for question in questions
        if question.key in application.answers
    }
    for request in application.references.filter(ended_at=None):
        if request.question_key not in wanted:
            end(request)
    if letters.is_late(application, clock.now()):
        return
    for key, (name, affiliation, email) in wanted.items():
        ask(application, key, name=name, affiliation=affiliation, email=email, by=by)


@transaction.atomic
def ask_now(application_id, key, *, by):
    """Ask the referee named under `key` before the application is submitted. Twice is the same as once."""
    _cohort, application = lock_application(application_id)
    refuse_asking(application)
    question = referee_question(application, key)
    try:
        name, affiliation, email = letters.named(application, question)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    return ask(application, key, name=name, affiliation=affiliation, email=email, by=by)


@transaction.atomic
def name_another(application_id, key, *, name, affiliation, email, by):
    """Name another referee for a letter that has not arrived, and ask them. Returns the ReferenceRequest.

    What was sent then names the new one too, and its copy is kept like every other.
    """
    _cohort, application = lock_application(application_id)
    if application.status == S.DRAFT:
        raise not_now(application)
    refuse_asking(application)
    referee_question(application, key)
    live = application.references.filter(question_key=key, ended_at=None).first()
    if live is not None and live.received_at is not None:
        raise Refused(_("The letter has arrived already."))
    answer = [name, affiliation, email]
    if application.answers.get(key) != answer:
        put_in_answers(application, key, answer, by=by)
    if live is not None and live.declined_at is not None:
        end(live)
    return ask(application, key, name=name, affiliation=affiliation, email=email, by=by)


def refuse_asking(application):
    """Refuse where no letter for the application counts any more."""
    now = clock.now()
    if not letters.is_wanted(application, now):
        raise not_now(application)
    if letters.is_late(application, now):
        raise Refused(_("The time for reference letters has passed."))


def referee_question(application, key):
    """The question under which a referee is named; refuses where the application is asked for none."""
    for question in letters.referee_questions(application, questions_of(application.form_version_id)):
        if question.key == key:
            return question
    raise Refused(_("No reference letter is asked for here."))


def put_in_answers(application, key, answer, *, by):
    """Name a referee in what was sent and in the draft, and keep the copy; the caller holds the lock."""
    has_unsent = application.sent_revision != application.revision
    application.revision += 1
    application.answers = {**application.answers, key: answer}
    application.draft = {**application.draft, key: answer}
    application.stamps = {**application.stamps, key: application.revision}
    if not has_unsent:
        application.sent_revision = application.revision
    application.save(update_fields=["answers", "draft", "stamps", "revision", "sent_revision"])
    last = application.submissions.order_by("-number").first()
    Submission.objects.create(
        application=application,
        number=last.number + 1 if last else 1,
        form_version_id=application.form_version_id,
        full_name=application.full_name,
        romanized_name=application.romanized_name,
        answers=application.answers,
        files=last.files if last else [],
        by=by,
    )


def ask(application, key, *, name, affiliation, email, by):
    """Ask one referee, by a mail in the applicant's language, and nobody else any more under that `key`.

    Whoever has been asked already is not asked again. Returns the ReferenceRequest. The caller holds the lock.
    """
    live = application.references.filter(question_key=key, ended_at=None).first()
    if live is not None and live.email.lower() == email.lower():
        if (live.name, live.affiliation) != (name, affiliation):
            live.name, live.affiliation = name, affiliation
            live.save(update_fields=["name", "affiliation"])
        return live
    if application.references.filter(question_key=key).count() >= MOST_ASKED:
        raise Refused(_("Too many people have been asked for this letter. Please write to us."))
    if live is not None:
        end(live)
    request = ReferenceRequest.objects.create(
        application=application,
        question_key=key,
        name=name,
        affiliation=affiliation,
        email=email,
        language=application.applicant.language,
    )
    emails.reference_asked(request)
    audit.record("reference.asked", target=application, by=by, after=key)
    return request


def end(request):
    """Stop asking; its address leads nowhere from now on."""
    request.ended_at = clock.now()
    request.save(update_fields=["ended_at"])


def end_all(application):
    """Stop asking every referee of an application."""
    for request in application.references.filter(ended_at=None):
        end(request)


def delete_all(application):
    """Erase the requests of a draft that is thrown away, with their letters."""
    erase(application.references.all())


def erase(rows):
    """Erase these requests for letters, with the letters, and the mails by which they were asked for."""
    rows = list(rows.select_related("upload"))
    mails = OutgoingMail.objects.filter(
        target_type=audit.kind(ReferenceRequest), target_id__in=[row.pk for row in rows], person=None
    )
    mails.filter(status__in=(MailStatus.WAITING, MailStatus.HELD)).update(status=MailStatus.DROPPED)
    mails.update(to="", subject="", body="", values={}, error="")
    for row in rows:
        upload = row.upload
        row.delete()
        if upload is not None:
            uploads.remove(upload)


# --- by the referee, whom the code in the address lets in --------------------------------------------------------


def lock_request(request_id):
    """The request and its application, locked; refuses where the draft it belonged to is gone."""
    try:
        application_id = ReferenceRequest.objects.values_list("application", flat=True).get(pk=request_id)
        _cohort, application = lock_application(application_id)
        request = ReferenceRequest.objects.get(pk=request_id)  # the application's lock covers it
    except ObjectDoesNotExist as error:
        raise Refused(_("This letter is no longer needed.")) from error
    request.application = application
    return request


def refuse_answer(request):
    """Refuse where the request takes no answer at this time."""
    refusals = {
        LetterState.RECEIVED: _("Your letter has arrived already."),
        LetterState.DECLINED: _("You have declined already."),
        LetterState.LATE: _("The time for this letter has passed."),
        LetterState.ENDED: _("This letter is no longer needed."),
    }
    reached = letters.state(request, clock.now())
    if reached in refusals:
        raise Refused(refusals[reached])


@transaction.atomic
def receive(request_id, *, text="", file=None):
    """Take a referee's letter: text, or a file, or both. The same request takes no second one; twice is once.

    Tells the applicant that it has arrived, and nothing of what it says. Raises ValidationError where the file is
    not one of those asked for.
    """
    request = lock_request(request_id)
    if request.received_at is not None:
        return request
    refuse_answer(request)
    if file:
        request.upload = uploads.store(file, owner=None, kinds=letters.KINDS, most_bytes=letters.MOST_BYTES)
    request.text, request.received_at = text, clock.now()
    request.save(update_fields=["text", "upload", "received_at"])
    audit.record("reference.received", target=request.application, by=None, after=request.question_key)
    emails.reference_received(request)
    return request


@transaction.atomic
def decline(request_id, *, reason=""):
    """The referee will not write. Twice is the same as once. Tells the applicant, without the reason."""
    request = lock_request(request_id)
    if request.declined_at is not None:
        return request
    refuse_answer(request)
    request.declined_at, request.decline_reason = clock.now(), reason[:300]
    request.save(update_fields=["declined_at", "decline_reason"])
    audit.record("reference.declined", target=request.application, by=None, after=request.question_key)
    emails.reference_declined(request)
    return request


# --- by staff, and by the clock ----------------------------------------------------------------------------------


@transaction.atomic
def ask_again(request_id, *, by):
    """Send the mail again to a referee who has not answered; one who declined is asked anew."""
    request = lock_request(request_id)
    application = request.application
    if request.ended_at is not None or request.received_at is not None:
        raise Refused(_("This letter has arrived, or is no longer asked for."))
    refuse_asking(application)
    if request.declined_at is not None:
        end(request)
        return ask(
            application,
            request.question_key,
            name=request.name,
            affiliation=request.affiliation,
            email=request.email,
            by=by,
        )
    emails.reference_asked(request, again=True)
    audit.record("reference.asked_again", target=application, by=by, after=request.question_key)
    return request


@transaction.atomic
def end_request(request_id, *, by, reason):
    """Stop asking one referee; the reason is written down. Twice is the same as once."""
    request = lock_request(request_id)
    if request.ended_at is not None:
        return
    if request.received_at is not None:
        raise Refused(_("This letter has arrived already."))
    end(request)
    audit.record("reference.ended", target=request.application, by=by, after=request.question_key, reason=reason)


def read_letter(request, *, by):
    """Write down that `by` reads a letter. Returns its text."""
    audit.record("reference.read", target=request.application, by=by, after=request.question_key)
    return request.text


def remind(now):
    """Remind each referee three days before the time is over, once for each time. Returns how many mails."""
    near = list(unanswered(now))
    told = mail.told("reference_reminder", near)
    return sum(
        remind_one(request, now) for request in near if not told.of(request, letters.until(request.application))
    )


def unanswered(now):
    """The requests without an answer whose time ends within three days."""
    end = now + REMIND_BEFORE
    own = Q(application__cohort__references_until=None)
    near = Q(application__cohort__references_until__gt=now, application__cohort__references_until__lte=end)
    for name in ("application__cohort__closes_at", "application__extended_until", "application__changes_by"):
        near |= own & Q(**{f"{name}__gt": now, f"{name}__lte": end})
    rows = ReferenceRequest.objects.filter(near, ended_at=None, received_at=None, declined_at=None)
    return rows.select_related("application__cohort__program", "application__applicant")


@transaction.atomic
def remind_one(request, now):
    """Remind one referee unless it is too early or too late, or somebody has done it. Returns 1 if done, else 0."""
    end = letters.until(request.application)
    if letters.state(request, now) != LetterState.ASKED or now < max(
        end - REMIND_BEFORE, request.asked_at + REMIND_AFTER
    ):
        return 0
    still = ReferenceRequest.objects.select_for_update(of=("self",), no_key=True).filter(
        pk=request.pk, ended_at=None, received_at=None, declined_at=None
    )
    if still.first() is None or mail.told("reference_reminder", [request]).of(request, end):
        return 0
    emails.reference_reminder(request)
    still.update(reminded_at=now)
    return 1
