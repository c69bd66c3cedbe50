"""Two versions of a form held against each other: what was added, taken away, changed. Reads only."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from portal import i18n
from programs.form_problems import values_of
from programs.models.forms import Question
from programs.questions.loading import questions_of

COMPARED = (
    *("label_ko", "label_en", "help_ko", "help_en", "why_ko", "why_en", "type", "choices", "is_required"),
    *("required_from", "most_characters", "most_items", "most_megabytes", "lowest", "highest", "audience"),
    *("is_personal", "is_confidential", "kept_days", "profile_field"),
)


@dataclass
class Comparison:
    """The questions only the newer version has, those only the older one has, and the changed ones with how."""

    added: list = field(default_factory=list)
    removed: list = field(default_factory=list)
    changed: list = field(default_factory=list)
    same: int = 0

    @property
    def is_empty(self):
        """Whether the two ask the same."""
        return not (self.added or self.removed or self.changed)


def compare(older, newer):
    """What became of the questions of `older` in `newer`, by their keys. Two queries."""
    before = {question.key: question for question in with_deciders(older)}
    after = {question.key: question for question in with_deciders(newer)}
    found = Comparison(
        added=[question for key, question in after.items() if key not in before],
        removed=[question for key, question in before.items() if key not in after],
    )
    for key, question in after.items():
        if key not in before:
            continue
        lines = differences(before[key], question)
        if lines:
            found.changed.append({"question": question, "lines": lines})
        else:
            found.same += 1
    return found


def with_deciders(version):
    """The questions of a version, those they depend on being the same objects."""
    questions = questions_of(version.pk)
    by_id = {question.pk: question for question in questions}
    for question in questions:
        if question.shown_if_id is not None:
            question.shown_if = by_id[question.shown_if_id]
    return questions


def differences(one, other):
    """What differs between two questions: what it is called, before and after, in words."""
    pairs = [(name_of(column), in_words(one, column), in_words(other, column)) for column in COMPARED]
    pairs.append((_("Section"), one.section.title, other.section.title))
    pairs.append((_("Asked only if"), condition_of(one), condition_of(other)))
    return [{"what": what, "before": before, "after": after} for what, before, after in pairs if before != after]


def name_of(column):
    """What staff call a column."""
    return str(Question._meta.get_field(column).verbose_name)


def in_words(question, column):
    """The value of a column as people read it."""
    value = getattr(question, column)
    if column == "choices":
        return "\n".join(f"{choice['ko']} / {choice['en']} ({choice['key']})" for choice in value)
    if column in ("type", "audience"):
        return str(getattr(question, f"get_{column}_display")())
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if column == "required_from":
        return i18n.moment(value, year=True) if value else ""
    return "" if value is None else str(value)


def condition_of(question):
    """On which answer a question depends, in words; nothing where it is always asked."""
    if question.shown_if_id is None:
        return ""
    words = dict(values_of(question.shown_if))
    answers = [str(words.get(value, value)) for value in question.shown_if_values]
    return f"{question.shown_if.label}: {', '.join(answers)}"
