"""Reference letters: asked of the referee whom the applicant names, written without an account, ended with it."""

from portal import audit, clock, uploads
from programs import emails
from programs.models.applying import ReferenceRequest
from programs.models.forms import QuestionType
from programs.questions.loading import questions_of


def ask_all(application, *, by):
    """Ask the referees that the sent answers name, and stop asking those they no longer name.

    A letter that has arrived stays as long as its referee is named. The caller holds the lock.
    """
    wanted = {}
    for question in questions_of(application.form_version_id):
        answer = application.answers.get(question.key)
        if question.type == QuestionType.REFEREE and answer:
            wanted[question.key] = answer
    for request in application.references.filter(ended_at=None):
        if wanted.get(request.question_key, [None] * 3)[2] != request.email:
            end(request)
    asked = set(application.references.filter(ended_at=None).values_list("question_key", flat=True))
    for key, (name, affiliation, email) in wanted.items():
        if key not in asked:
            ask(application, key, name=name, affiliation=affiliation, email=email, by=by)


def ask(application, key, *, name, affiliation, email, by):
    """Ask one referee, by a mail in the applicant's language. Returns the ReferenceRequest."""
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
    for request in application.references.select_related("upload"):
        upload = request.upload
        request.delete()
        if upload is not None:
            uploads.remove(upload)
