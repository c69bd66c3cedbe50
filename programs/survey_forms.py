"""The page on which a survey is answered: its questions in the groups in which they stand there. Writes nothing."""

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from programs.forms import AnswerForm
from programs.models.forms import QuestionType
from programs.questions import drafts
from programs.questions.fields import steps_of

T = QuestionType
SCALES = {T.LIKERT: "likert", T.NPS: "nps"}


def blank(questions, now):
    """The form with nothing in it."""
    return AnswerForm(questions, {}, now=now)


def posted(questions, data, now):
    """The form with what `data` says, checked; what is too long is still shown."""
    typed, lost = drafts.read(blank(questions, now), data, {})
    return AnswerForm(questions, typed | {k: v for k, v in lost.items() if isinstance(v, str)}, now=now, check=True)


def parts(form, questions):
    """The sections, each with its blocks: scales that follow each other stand in one block, all else by itself."""
    found, last = [], None
    for question in questions:
        if not found or found[-1]["section"] != question.section:
            found.append({"section": question.section, "blocks": []})
            last = None
        look = SCALES.get(question.type, "field")
        if look != last:
            found[-1]["blocks"].append({"look": look, "words": words_of(question), "fields": []})
        found[-1]["blocks"][-1]["fields"].append(form[question.key])
        last = look
    return found


def words_of(question):
    """The words at the head of a scale: of every step, or of both ends."""
    if question.type == T.LIKERT:
        return [label for _step, label in steps_of(question)]
    return [_("Not at all"), _("Certainly")] if question.type == T.NPS else []


def copy_name(survey, person):
    """Under which name a browser keeps what is typed until it is sent: another person's copy is never shown."""
    digest = salted_hmac("programs.surveys", f"{survey.code} {person.pk}").hexdigest()
    return f"survey:{digest[:24]}"
