"""The files of an application: given to a question, taken away again, dropped when nothing names them."""

from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit, uploads
from portal.errors import Refused
from portal.models import UploadKind
from programs import checking
from programs.models.applying import ApplicationFile
from programs.operations.drafts import refuse_writing, save_draft
from programs.operations.moves import lock_application
from programs.questions.loading import questions_of

MOST_WAITING = 60  # files of one application, those of earlier submissions included


@transaction.atomic
def attach_file(application_id, question, file, *, by):
    """Take `file` for `question` into the draft; where the question is full, it takes the last one's place.

    `file` is best one of `portal.uploads.prepared`, so that nothing slow happens behind the lock. Raises
    ValidationError where it is not one of those asked for. Returns the Upload.
    """
    _cohort, application = lock_application(application_id)
    refuse_writing(application)
    question = still_asked(application, question)
    if application.files.count() >= MOST_WAITING:
        raise Refused(_("There are too many files in this application. Remove one first."))
    upload = keep(application, question, file)
    codes = chosen_codes(application.draft, question.key)[: question.items - 1]
    save_draft(application, typed={question.key: [*codes, upload.code]})
    drop_unused(application)
    audit.record("application.file_added", target=application, by=by, after=upload.code)
    return upload


@transaction.atomic
def remove_file(application_id, question, code, *, by):
    """Take a file out of the draft; it is erased unless it was sent. Twice is the same as once."""
    _cohort, application = lock_application(application_id)
    refuse_writing(application)
    question = still_asked(application, question)
    codes = chosen_codes(application.draft, question.key)
    if code not in codes:
        return
    save_draft(application, typed={question.key: [known for known in codes if known != code]})
    drop_unused(application)
    audit.record("application.file_removed", target=application, by=by, after=code)


def keep(application, question, file):
    """Store a file of the applicant under a question, in no draft yet; the caller holds the lock.

    Raises ValidationError where it is not one of those asked for. Returns the Upload.
    """
    upload = uploads.store(
        file,
        owner=application.applicant,
        kinds=UploadKind.values,
        most_bytes=question.megabytes * 1024 * 1024,
        is_confidential=question.is_confidential,
    )
    ApplicationFile.objects.create(application=application, question_key=question.key, upload=upload)
    return upload


def still_asked(application, question):
    """The question as the application asks it behind the lock; refuses where it no longer does."""
    for row in checking.concerned(application, questions_of(application.form_version_id)):
        if (row.key, row.type) == (question.key, question.type):
            return row
    raise Refused(_("This form does not ask that."))


def chosen_codes(answers, key):
    """The codes of the files that `answers` names under `key`."""
    codes = answers.get(key)
    return [code for code in codes if isinstance(code, str)] if isinstance(codes, list) else []


def is_sent(application, row):
    """Whether a file belongs to what was sent last."""
    return row.upload.code in chosen_codes(application.answers, row.question_key)


def drop_unused(application):
    """Erase the files that nothing names any more: the draft, what was sent, what was set aside.

    The caller holds the lock.
    """
    aside = list(application.earlier_answers.values_list("question__key", "value"))
    kept = [application.draft, application.answers, *({key: value} for key, value in aside)]
    for row in application.files.select_related("upload"):
        if not any(row.upload.code in chosen_codes(answers, row.question_key) for answers in kept):
            uploads.remove(row.upload)


def delete_all(application):
    """Erase every file of an application; the caller holds the lock."""
    for row in application.files.select_related("upload"):
        uploads.remove(row.upload)
