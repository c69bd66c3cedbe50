"""The steps in which an application is written: consent, details, the parts of its form, the check. Reads only."""

from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import i18n
from programs import checking
from programs.checking import CHECK, CONSENT, DETAILS
from programs.questions.loading import in_details, parts_of


@dataclass
class FormStep:
    """One step: its questions, and in `state` where it stands: done, wrong, open or now."""

    key: str
    title: str
    lang: str = ""
    intro: str = ""
    questions: list = field(default_factory=list)
    state: str = "open"
    note: str = ""


def form_steps(application, questions, checked):
    """The steps that can be taken now, each with its state as `checked` (programs.checking) found it.

    An application sent back has only those with something to be mended; a consent may be among it, where its
    wording has changed since.
    """
    open_now = checking.concerned(application, questions)
    narrowed = len(open_now) < len(questions)
    steps = [] if narrowed and not checked.of_step(CONSENT) else [FormStep(CONSENT, _("Consent"))]
    details = [question for question in open_now if in_details(question)]
    if details or checking.names_concerned(application):
        steps.append(FormStep(DETAILS, _("Your details"), questions=details))
    shown = {question.pk for question in open_now}
    for key, section, rows in parts_of(questions):
        asked = [question for question in rows if question.pk in shown]
        if asked:
            lang = i18n.language_of(section, "title")
            steps.append(FormStep(key, section.title, lang=lang, intro=section.intro, questions=asked))
    steps.append(FormStep(CHECK, _("Check and submit")))
    for step in steps:
        mark(step, checked)
    return steps


def mark(step, checked):
    """Say of a step whether it is done, has something wrong, or is open."""
    if step.key == CHECK:
        return
    problems = checked.of_step(step.key)
    wrong = sum(not problem.is_missing for problem in problems)
    if wrong:
        step.state = "wrong"
        step.note = ngettext("%(count)s to correct", "%(count)s to correct", wrong) % {"count": wrong}
    elif problems:
        count = len(problems)
        step.note = ngettext("%(count)s left", "%(count)s left", count) % {"count": count}
    else:
        step.state, step.note = "done", _("Done")


def find(steps, key):
    """The step of that key; where there is none, the first that is not done."""
    named = next((step for step in steps if step.key == key), None)
    return named or next(step for step in steps if step.state != "done")


def after(steps, step):
    """The step that follows."""
    place = steps.index(step)
    return steps[min(place + 1, len(steps) - 1)]


def address(application, step, *, show_errors=False):
    """Where a step is written."""
    return (
        reverse("application-edit", args=[application.code])
        + f"?step={step.key if isinstance(step, FormStep) else step}"
        + ("&errors=1" if show_errors else "")
    )
