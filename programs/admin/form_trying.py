"""A form as its applicants see it, for staff: every step at once, filled in and checked, and nothing kept. Pure."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal import i18n, uploads
from portal.models import Upload, UploadKind
from programs.forms import AnswerForm
from programs.models.forms import QuestionType
from programs.questions import drafts
from programs.questions.loading import in_details, parts_of
from programs.questions.showing import shown

DETAILS = "details"


def steps_to_show(questions, draft, now, *, check=False, files=None, wrong=None):
    """Each step with the form of its questions over `draft`; with `check` the forms have errors.

    `wrong` are further errors by key, said where they belong.
    """
    steps = [{"key": DETAILS, "title": _("Your details"), "intro": "", "lang": "", "with_names": True}]
    steps[0]["questions"] = [question for question in questions if in_details(question)]
    for key, section, asked in parts_of(questions):
        lang = i18n.language_of(section, "title")
        step = {"key": key, "title": section.title, "intro": section.intro, "lang": lang, "with_names": False}
        steps.append(step | {"questions": asked})
    for step in steps:
        form = AnswerForm(
            step["questions"],
            draft,
            now=now,
            with_names=step["with_names"],
            files=files,
            check=check,
            every=questions,
        )
        for key, error in (wrong or {}).items():
            if key in form.fields:
                form.errors.pop(key, None)
                form.add_error(key, error)
        step["form"] = form
    return steps


def tried(questions, data, files, now, *, check=True):
    """What a try came to: the steps again with the problems, or the answers as staff read them."""
    whole = AnswerForm(questions, {}, now=now, with_names=True, every=questions)
    typed, lost = drafts.read(whole, data, files)
    if not check:  # further rows were asked for
        return {"steps": steps_to_show(questions, {**typed, **lost}, now)}
    given, wrong = look_at(questions, files)
    typed |= {key: [file.code for file in found] for key, found in given.items()}
    wrong |= dict.fromkeys(lost, _("This is too long to be kept. Please shorten it."))
    steps = steps_to_show(questions, {**typed, **lost}, now, check=True, files=given, wrong=wrong)
    forms = [step["form"] for step in steps]
    problems = [
        {"label": form[key].label, "text": error, "anchor": form[key].id_for_label or form[key].auto_id}
        for form in forms
        for key, errors in form.errors.items()
        for error in errors
    ]
    if problems:
        for form in forms:
            form.errors_said = True  # in one summary above all steps
            for key in given.keys() & form.fields.keys():
                form.fields[key].widget.files = ()  # looked at and let go, so there is nothing to open
        return {"steps": steps, "problems": problems}
    answers = {key: value for form in forms for key, value in form.answers().items()}
    uploads_there = [file for found in given.values() for file in found]
    names = [
        {"label": forms[0][name].label, "text": text, "blank": not text} for name, text in forms[0].names().items()
    ]
    return {"names": names, "answers": shown(questions, answers, files=uploads_there)}


def look_at(questions, files):
    """The files of a request by the key of their question, looked at and let go; and what is wrong with them."""
    found, wrong = {}, {}
    for question in questions:
        file = files.get(question.key)
        if question.type != QuestionType.FILE or file is None:
            continue
        try:
            checked = uploads.check(file, kinds=UploadKind.values, most_bytes=question.megabytes * 1024 * 1024)
        except ValidationError as error:
            wrong[question.key] = " ".join(error.messages)
        else:
            found[question.key] = [Upload(name=checked.name, size=checked.size, kind=checked.kind)]
    return found, wrong
