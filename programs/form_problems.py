"""What is wrong with a form while it is built: the one place where its rules are written down. Reads only.

Some faults keep a question from being saved at all (`blocks`); the others, such as a translation that is still
missing, are listed in the builder and keep a version from being given to a cohort.
"""

import re
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext as _

from accounts.models import AffiliationKind
from portal import regions
from portal.i18n import LANGUAGES
from portal.validators import RESIDENT_NUMBER, normal
from programs.models.forms import (
    COUNTED,
    GOALS,
    MAY_DECIDE,
    MOST_MEGABYTES,
    WITH_CHOICES,
    Audience,
    Question,
    QuestionType,
    Section,
)
from programs.questions.fields import choices_of
from programs.questions.loading import in_details, questions_of

T = QuestionType
KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")
CHOICE_KEY = re.compile(r"[a-z0-9_-]{1,40}")
RESERVED = {
    *("csrfmiddlewaretoken", "revision", "step", "next", "save", "go", "more", "upload", "remove", "opened"),
    *("full_name", "romanized_name", "question", "file", "form"),
    *("action", "method", "submit", "elements", "dataset"),  # inputs of these names hide what scripts ask of a form
}
RESERVED_START = "consent_"
IN_PARTS = (T.RANKED, T.LINKS, T.REFEREE)  # whose inputs are named `key_0`, `key_1` …
IN_ROWS = (T.CREDITS, T.CAREER)  # whose inputs are named `key-rows`, `key-0-year` …
MOST_CHARACTERS = 10_000
MOST_CHOICES = 50
MOST_ITEMS = {T.MULTIPLE: 50, T.RANKED: 10, T.LINKS: 10, T.CREDITS: 50, T.CAREER: 50, T.FILE: 10}
FITS = {  # what each field of the profile answers
    "phone": T.PHONE,
    "birth_on": T.DATE,
    "region": T.REGION,
    "affiliation_kind": T.SINGLE,
    "affiliation": T.SHORT,
    "position_title": T.SHORT,
    "career_years": T.NUMBER,
    "languages": T.SHORT,
    "credits": T.CREDITS,
    "career": T.CAREER,
}
NUMBERS_OF_RESIDENTS = ("주민등록번호", "주민번호", "residentregistrationnumber", "residentnumber")
TEXTS = ("label", "help", "why")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: in words, and at which field of which question or section."""

    text: str
    field: str = ""
    question: Question | None = None
    section: Section | None = None
    blocks: bool = False


def form_problems(version):
    """Everything that keeps `version` from being given to a cohort, as Faults in the order of its questions."""
    faults = []
    for section in version.sections.all():
        faults += section_faults(section)
    before = []
    questions = questions_of(version.pk)
    for question in questions:
        faults += question_faults(question, before, questions)
        before.append(question)
    return faults


def section_faults(section):
    """What is wrong with a section by itself."""
    faults = [
        Fault(_("The title is missing in one language."), f"title_{code}", section=section)
        for code in LANGUAGES
        if not getattr(section, f"title_{code}")
    ]
    faults += [Fault(text, name, section=section, blocks=True) for name, text in too_long(section)]
    pairs = [f"{name}_{code}" for name in ("title", "intro") for code in LANGUAGES]
    return faults + [
        Fault(resident_text(), name, section=section, blocks=True)
        for name in pairs
        if asks_resident_number(getattr(section, name))
    ]


def question_faults(question, before, others):
    """What is wrong with `question`: `before` are those asked earlier, `others` all of its version."""
    found = [
        *key_faults(question, others),
        *text_faults(question),
        *choice_faults(question),
        *limit_faults(question),
        *condition_faults(question, before),
        *data_faults(question),
    ]
    return [Fault(text, field, question=question, blocks=blocks) for field, text, blocks in found]


# --- by part: each yields (field, text, whether it blocks) -----------------------------------------------


def key_faults(question, others):
    """The key: spelled so that an input can be named by it, and nobody else's."""
    key = question.key
    if not KEY.fullmatch(key):
        yield "key", _("A key is made of small letters, digits, - and _, and begins with a letter."), True
    elif key in RESERVED or key.startswith(RESERVED_START):
        yield "key", _("The key “%(key)s” is used by the page itself. Choose another one.") % {"key": key}, True
    for other in others:
        if other.pk == question.pk:
            continue
        if other.key == key:
            yield "key", _("Another question has the key “%(key)s”.") % {"key": key}, True
        elif names_input_of(key, other) or names_input_of(other.key, question):
            pair = {"key": key, "other": other.key}
            yield "key", _("The keys “%(key)s” and “%(other)s” are too alike. Choose another one.") % pair, True
    if key == GOALS and question.type != T.LONG:
        yield "key", _("The question with the key “goals” holds the goals for mentoring; it is a long text."), True


def names_input_of(key, question):
    """Whether one of the inputs of `question` has the name `key`."""
    if question.type in IN_PARTS:
        return re.fullmatch(re.escape(question.key) + r"_\d+", key) is not None
    return question.type in IN_ROWS and key.startswith(f"{question.key}-")


def text_faults(question):
    """The texts: in both languages, short enough, and no resident registration number asked for."""
    if question.type not in QuestionType.values:
        yield "type", _("Choose a type."), True
    if question.audience not in Audience.values:
        yield "audience", _("Choose who reads the answer."), True
    if not question.label_ko and not question.label_en:
        yield "label_ko", _("Write the question."), True
    else:
        for code in LANGUAGES:
            if not getattr(question, f"label_{code}"):
                yield f"label_{code}", _("The question is missing in one language."), False
    for name, text in too_long(question):
        yield name, text, True
    for name in TEXTS:
        pair = [f"{name}_{code}" for code in LANGUAGES]
        if name != "label" and any(getattr(question, part) for part in pair):
            for part in pair:
                if not getattr(question, part):
                    yield part, _("This text is missing in one language."), False
        for part in pair:
            if asks_resident_number(getattr(question, part)):
                yield part, resident_text(), True
    if asks_resident_number(question.key):
        yield "key", resident_text(), True


def choice_faults(question):
    """The choices: two or more, each with a key of its own, and both languages."""
    if question.type not in WITH_CHOICES:
        return
    keys = [choice["key"] for choice in question.choices]
    if len(keys) < 2:
        yield "choices", _("Give at least two choices."), False
    if len(keys) > MOST_CHOICES:
        yield "choices", _("Give at most %(most)s choices.") % {"most": MOST_CHOICES}, True
    for key in keys:
        if not CHOICE_KEY.fullmatch(key):
            text = _("“%(key)s”: a choice's key is made of small letters, digits, - and _.") % {"key": key}
            yield "choices", text, True
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield "choices", _("Two choices have the key “%(key)s”.") % {"key": key}, True
    for choice in question.choices:
        texts = [choice.get(code, "") for code in LANGUAGES]
        if not any(texts):
            yield "choices", _("The choice “%(key)s” has no text.") % {"key": choice["key"]}, True
        elif not all(texts):
            text = _("The choice “%(text)s” is missing in one language.") % {"text": "".join(texts)}
            yield "choices", text, False
        if any(asks_resident_number(text) for text in texts):
            yield "choices", resident_text(), True


def limit_faults(question):
    """The limits: positive, in order, and such as the page can hold."""
    too_low = _("Enter a number above 0, or leave it empty.")
    most = {
        "most_characters": MOST_CHARACTERS if question.type in COUNTED else None,
        "most_items": MOST_ITEMS.get(question.type),
        "most_megabytes": MOST_MEGABYTES if question.type == T.FILE else None,
        "kept_days": 10_000,
    }
    for name, highest in most.items():
        value = getattr(question, name)
        if value is not None and value < 1:
            yield name, too_low, True
        elif value is not None and highest is not None and value > highest:
            yield name, _("At most %(most)s is possible.") % {"most": highest}, True
    if question.lowest is not None and question.highest is not None and question.highest < question.lowest:
        yield "highest", _("The highest number is below the lowest."), True
    if question.required_from is not None and not question.is_required:
        yield "required_from", _("Only a required question can be required from a day on."), True


def condition_faults(question, before):
    """The condition: an earlier question of the same version that can decide, and answers that it has."""
    decides = question.shown_if
    if decides is None:
        if question.shown_if_values:
            yield "condition", _("Choose the question on which this one depends."), True
        return
    if decides.pk not in {earlier.pk for earlier in before}:
        yield "condition", _("A question can only depend on one that is asked before it."), True
        return
    if decides.type not in MAY_DECIDE:
        yield "condition", _("No question can depend on “%(label)s”.") % {"label": decides.label}, True
        return
    if not question.shown_if_values:
        yield "condition", _("Choose the answers on which this question depends."), True
    known = {value for value, _label in values_of(decides)}
    for value in question.shown_if_values:
        if value not in known:
            pair = {"value": value, "label": decides.label}
            yield "condition", _("“%(value)s” is no answer to “%(label)s”.") % pair, True
    if in_details(question) and not in_details(decides):
        text = _("What the profile answers is asked before all else, so it can only depend on such a question.")
        yield "condition", text, False


def data_faults(question):
    """What is asked about people: what the profile can answer, and why it is asked."""
    field = question.profile_field
    if field and FITS.get(field) != question.type:
        yield "profile_field", _("This type does not fit what the profile holds."), True
    keys = {choice["key"] for choice in question.choices}
    if field == "affiliation_kind" and question.type == T.SINGLE and keys != set(AffiliationKind.values):
        names = {"keys": ", ".join(AffiliationKind.values)}
        yield "choices", _("The profile knows these choices, by their keys: %(keys)s.") % names, False
    if question.is_personal and not question.why_ko and not question.why_en:
        for code in LANGUAGES:
            yield f"why_{code}", _("Say why this personal data is asked for."), False


# --- words ---------------------------------------------------------------------------------------------


def values_of(question):
    """The answers on which another question may depend, as pairs of key and words."""
    if question.type == T.YES_NO:
        return [("yes", _("Yes")), ("no", _("No"))]
    if question.type == T.REGION:
        return list(regions.REGIONS)
    return choices_of(question)


def asks_resident_number(text):
    """Whether a text asks for, or holds, a resident registration number."""
    plain = re.sub(r"[\W_]", "", normal(text, "NFKC").casefold())
    return any(words in plain for words in NUMBERS_OF_RESIDENTS) or bool(RESIDENT_NUMBER.search(text))


def resident_text():
    """Why such a question cannot be asked."""
    return _("No form may ask for a resident registration number.")


def too_long(row):
    """The text columns of a row that hold more than they may, each with what to say."""
    for field in row._meta.concrete_fields:
        if not isinstance(field, models.CharField) or field.choices:
            continue
        over = len(getattr(row, field.attname)) - field.max_length
        if over > 0:
            limits = {"limit": field.max_length, "over": over}
            yield field.name, _("Shorten this to %(limit)s characters. It is %(over)s over.") % limits
