"""What an application said each time it was sent: part by part, and what changed from time to time. Reads only."""

from types import SimpleNamespace

from django.utils.translation import gettext as _

from portal import i18n
from programs.forms import NAMES
from programs.models.forms import QuestionType
from programs.questions.drafts import as_draft
from programs.questions.loading import in_details, parts_of, questions_of
from programs.questions.showing import row_of, shown


def names_of(full_name, romanized_name):
    """The names as rows for `components/answers.html`."""
    return [
        {"key": "full_name", "label": _("Full name"), "text": full_name},
        {"key": "romanized_name", "label": _("Name in English"), "text": romanized_name or _("No answer")},
    ]


def uploads_of(application):
    """The Uploads that lie with an application, also those that only its draft names. One query."""
    return [row.upload for row in application.files.select_related("upload")]


def parts(application, *, reader="staff", with_names=True):
    """What was sent last as `{title, lang, rows}` for each part of its form; nothing for a draft.

    `reader` is staff (also the applicant), reviewer or blind: the answers that are not theirs are left out, and
    parts without any. A file is shown only where the sent answers name it. Two queries at most.
    """
    if application.submitted_at is None:
        return []
    questions = questions_of(application.form_version_id)
    takes_files = any(question.type == QuestionType.FILE for question in questions)
    uploads = uploads_of(application) if takes_files else ()
    names = names_of(application.full_name, application.romanized_name) if with_names else []

    def rows(some):
        return shown(some, application.answers, files=uploads, reader=reader, every=questions)

    details = names + rows([question for question in questions if in_details(question)])
    found = [{"title": _("Details"), "lang": "", "rows": details}]
    for _key, section, some in parts_of(questions):
        found.append({"title": section.title, "lang": i18n.language_of(section, "title"), "rows": rows(some)})
    return [part for part in found if part["rows"]]


# --- from one sending to the next -------------------------------------------------------------------------


def changed_keys(before, after):
    """The keys under which two states differ; each is a dict of names and answers as `as_draft` makes it."""
    keys = list(dict.fromkeys([*NAMES, *before, *after]))
    return [key for key in keys if (before.get(key) or "") != (after.get(key) or "")]


def labels(keys, questions):
    """What the keys are called, in the order of the form."""
    known = {"full_name": _("Full name"), "romanized_name": _("Name in English")}
    known |= {question.key: question.label for question in questions}
    return [label for key, label in known.items() if key in keys]


def state_of(submission):
    """A Submission's names and answers under one roof."""
    return as_draft(submission.full_name, submission.romanized_name, submission.answers)


def rows_of(submission, keys, questions):
    """What a submission says under `keys`, as rows for `components/answers.html`."""
    files = {file["code"]: SimpleNamespace(**file) for file in submission.files}
    names = [row for row in names_of(submission.full_name, submission.romanized_name) if row["key"] in keys]
    return names + [
        row_of(question, submission.answers.get(question.key), files)
        for question in questions
        if question.key in keys
    ]


def submissions(application):
    """Every time the application was sent, the last one first, with what changed since the time before.

    Each as `number`, `at`, `by`, `reason`, `labels` of what changed, and `before` and `after` as rows. Two queries
    and one for each version of the form.
    """
    found, forms = [], {}
    last = None
    for submission in application.submissions.select_related("by"):
        version = submission.form_version_id
        if version not in forms:
            forms[version] = questions_of(version)
        entry = {
            "number": submission.number,
            "at": submission.at,
            "by": submission.by,
            "reason": submission.reason,
            "labels": [],
            "before": [],
            "after": [],
        }
        if last is not None:
            keys = changed_keys(state_of(last), state_of(submission))
            entry["labels"] = labels(keys, forms[version])
            entry["before"] = rows_of(last, keys, forms[last.form_version_id])
            entry["after"] = rows_of(submission, keys, forms[version])
        found.insert(0, entry)
        last = submission
    return found
