"""What staff type while they build a form, as it is kept; and which of its words may be mended later. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from django.utils.text import slugify

from portal.i18n import LANGUAGES
from portal.validators import clean_text
from programs.models.forms import COUNTED, WITH_CHOICES, Question, QuestionType, Section

T = QuestionType
ONE_LINE = ("label_ko", "label_en", "help_ko", "help_en", "why_ko", "why_en")
ONLY_OF = {  # columns that mean something for some types alone
    "choices": WITH_CHOICES,
    "most_characters": COUNTED,
    "most_items": (T.MULTIPLE, T.RANKED, T.LINKS, T.CREDITS, T.CAREER, T.FILE),
    "most_megabytes": (T.FILE,),
    "is_confidential": (T.FILE,),
    "lowest": (T.NUMBER,),
    "highest": (T.NUMBER,),
}
LONGEST_STEM = 30
MEANING = ("label_ko", "label_en", "help_ko", "help_en", "choices")  # what an answer was given to


def settle(question):
    """Empty the columns that mean nothing for the question's type."""
    for name, types in ONLY_OF.items():
        if question.type not in types:
            setattr(question, name, Question._meta.get_field(name).get_default())
    if question.shown_if is None:
        question.shown_if_values = []


def tidy(name, value):
    """The value of a question's column as it is kept."""
    if name in ONE_LINE:
        return clean_text(value, multiline=False)
    return tidy_choices(value) if name == "choices" else value


def tidy_choices(choices):
    """Choices with cleaned texts, each with a key: its own, or one made from its English text. Blank ones go."""
    found, taken = [], {choice.get("key") for choice in choices}
    for choice in choices:
        texts = {code: clean_text(choice.get(code, ""), multiline=False) for code in LANGUAGES}
        key = clean_text(choice.get("key", ""), multiline=False)
        if not key and not any(texts.values()):
            continue
        if not key:
            key = next(name for name in numbered(slug(texts["en"]) or "choice", "_") if name not in taken)
            taken.add(key)
        found.append({"key": key, **texts})
    return found


def slug(text):
    """A short name from a text, of letters, digits and `_`."""
    return slugify(text).replace("-", "_")[:LONGEST_STEM].strip("_")


def stem(label, kind):
    """What a question's key begins with, from its English text; its type where that gives nothing."""
    words = re.sub(r"_(\d+)$", r"\1", slug(label))
    return words if re.match("[a-z]", words) else str(kind)


def numbered(start, between) -> Iterator[str]:
    """`start`, then it with 2, 3 … behind it."""
    yield start
    for place in count(2):
        yield f"{start}{between}{place}"


def is_same(one, other):
    """Whether two questions say the same to the person who answers."""
    return all(getattr(one, name) == getattr(other, name) for name in MEANING)


@dataclass(frozen=True)
class Wording:
    """One text of a version that may be mended after the lock, under a name of its own."""

    name: str
    row: Section | Question
    column: str
    code: str  # its language
    choice: str = ""
    limit: int | None = None
    is_needed: bool = False

    @property
    def text(self):
        """As it stands."""
        if self.choice:
            return next(choice.get(self.code, "") for choice in self.row.choices if choice["key"] == self.choice)
        return getattr(self.row, f"{self.column}_{self.code}")

    @property
    def field(self):
        """What a WordingFix calls it."""
        return f"choice {self.choice} {self.code}" if self.choice else f"{self.column}_{self.code}"

    def write(self, text):
        """Put `text` in its place; the caller saves the row."""
        if not self.choice:
            setattr(self.row, f"{self.column}_{self.code}", text)
            return
        self.row.choices = [
            {**choice, self.code: text} if choice["key"] == self.choice else choice for choice in self.row.choices
        ]


def wordings(sections, questions):
    """Every text of a version that may be mended, in the order in which it is read."""
    found = []
    for section in sections:
        found += [wording(section, "section", "title", code, is_needed=True) for code in LANGUAGES]
        found += [wording(section, "section", "intro", code) for code in LANGUAGES]
        for question in questions:
            if question.section_id != section.pk:
                continue
            found += [wording(question, "question", "label", code, is_needed=True) for code in LANGUAGES]
            for column in ("help", "why"):
                found += [wording(question, "question", column, code) for code in LANGUAGES]
            for choice in question.choices:
                name = f"question-{question.pk}-choice-{choice['key']}"
                found += [
                    Wording(f"{name}-{code}", question, "choices", code, choice["key"], is_needed=True)
                    for code in LANGUAGES
                ]
    return found


def wording(row, kind, column, code, *, is_needed=False):
    """A text in a column of a section or a question."""
    limit = row._meta.get_field(f"{column}_{code}").max_length
    return Wording(f"{kind}-{row.pk}-{column}_{code}", row, column, code, limit=limit, is_needed=is_needed)
