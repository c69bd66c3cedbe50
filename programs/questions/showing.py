"""Answers as people read them: label, and the answer as text, a list, a table, links or files."""

from datetime import date

from django.utils.translation import gettext as _

from portal import i18n, phones, regions, rows
from programs.models.forms import Audience, QuestionType
from programs.questions.conditions import asked, is_blank
from programs.questions.drafts import shaped
from programs.questions.fields import choices_of, steps_of

T = QuestionType
TABLES = {T.CREDITS: rows.CREDITS, T.CAREER: rows.CAREER}
READS = {  # reader: the audiences whose answers are theirs
    "staff": {Audience.STAFF, Audience.REVIEWER, Audience.BLIND},
    "reviewer": {Audience.REVIEWER, Audience.BLIND},
    "blind": {Audience.BLIND},
}
TELLING = (T.EMAIL, T.PHONE, T.REFEREE)  # never read in blind review, whatever the question says
TELLING_FIELDS = ("phone", "birth_on", "affiliation_kind", "affiliation", "position_title")  # of the profile


def shown(questions, answers, *, files=(), reader="staff", every=None):
    """The answers to the questions asked, as rows for `components/answers.html`; blank ones say so.

    `files` are the application's Uploads. `reader` is staff (also the applicant), reviewer or blind. `every` are
    the questions of the whole form where `questions` are a part of it.
    """
    by_code = {file.code: file for file in files}
    wanted = {question.pk for question in asked(every or questions, answers)}
    return [
        row_of(question, answers.get(question.key), by_code)
        for question in questions
        if question.pk in wanted and is_readable(question, reader)
    ]


def is_readable(question, reader):
    """Whether the answer to a question is `reader`'s. What tells who somebody is never is in blind review."""
    if reader == "blind" and (question.type in TELLING or question.profile_field in TELLING_FIELDS):
        return False
    return question.audience in READS[reader]


def row_of(question, answer, files=None):
    """One question with its answer. Exactly one of `text`, `entries`, `links`, `table`, `files` is set."""
    row = {
        "key": question.key,
        "label": question.label,
        "lang": i18n.language_of(question, "label"),
        "blank": False,
    }
    answer = shaped(question, answer)
    if is_blank(answer):
        return row | {"blank": True, "text": _("No answer")}
    return row | form_of(question, answer, files or {})


def form_of(question, answer, files):
    """The answer in the form that its type is read in."""
    kind = question.type
    if kind == T.FILE:
        found = [files[code] for code in answer if code in files]
        return {"files": found} if found else {"text": _("No answer"), "blank": True}
    if kind in TABLES:
        return {"table": rows.show(TABLES[kind], answer)}
    if kind == T.LINKS:
        return {"links": [url for url in answer if url]}
    if kind in (T.MULTIPLE, T.RANKED):
        labels = dict(choices_of(question))
        return {"entries": [labels.get(key, key) for key in answer if key], "ordered": kind == T.RANKED}
    if kind == T.REFEREE:
        return {"entries": [part for part in answer if part]}
    return {"text": text_of(question, answer)}


def day_of(answer):
    """A day as people write it; what is no day, such as one half typed, stands as it is."""
    try:
        return i18n.day(date.fromisoformat(answer), year=True, weekday=False)
    except ValueError:
        return answer


def text_of(question, answer):
    """The answer in words."""
    kind = question.type
    if kind == T.SINGLE:
        return dict(choices_of(question)).get(answer, answer)
    if kind == T.LIKERT:
        return dict(steps_of(question)).get(answer, answer)
    if kind == T.YES_NO:
        return {"yes": _("Yes"), "no": _("No")}.get(answer, answer)
    if kind == T.REGION:
        return regions.show(answer) or answer
    if kind == T.DATE:
        return day_of(answer)
    if kind == T.PHONE:
        return phones.show(answer)
    if kind == T.STATEMENT:
        return _("Accepted")
    return str(answer)
