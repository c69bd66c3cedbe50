"""What is found out about a table of totals of a survey: which core question a row means, whether its counts fit.

Reads and judges, changes nothing; as many queries for one row as for all.
"""

import re
from collections import Counter
from dataclasses import dataclass

from portal.validators import normal
from programs.core_survey import CORE, ITEMS, RECOMMEND, SECTIONS
from programs.import_marks import doubt, plain, refuse
from programs.models.forms import Question, QuestionType
from programs.models.imports import Verdict
from programs.models.survey_totals import Scale, SurveyTotal
from programs.models.surveys import LIKERT_STEPS, NPS_STEPS, Survey
from programs.survey_results import Recommendation

AGREED = tuple(f"n{step}" for step in LIKERT_STEPS)
STEPS = tuple(f"nps{step}" for step in NPS_STEPS)
GROUPS = ("promoters", "passives", "detractors")
COLUMNS = {
    "item": ("항목", "문항", "질문", "key", "question"),
    "n5": ("5", "5점", "매우 그렇다", "strongly agree"),
    "n4": ("4", "4점", "그렇다", "agree"),
    "n3": ("3", "3점", "보통", "보통이다", "neither"),
    "n2": ("2", "2점", "그렇지 않다", "disagree"),
    "n1": ("1", "1점", "전혀 그렇지 않다", "strongly disagree"),
    **{f"nps{step}": (f"NPS {step}", f"추천 {step}", f"추천 {step}점") for step in reversed(NPS_STEPS)},
    "promoters": ("추천", "추천자", "추천 고객"),
    "passives": ("중립", "중립자", "중립 고객"),
    "detractors": ("비추천", "비추천자", "비추천 고객"),
    "asked": ("대상", "대상 인원", "대상자", "조사 대상", "asked", "invited"),
}
NEEDED = ("item", "asked")
WHOLE = re.compile(r"[0-9]{1,6}|[0-9]{1,3},[0-9]{3}")
KEYS = (*(key for key, _ko, _en in ITEMS), RECOMMEND)


class BadNumber(Exception):
    """A row whose numbers cannot be: its problem, and what that is about."""


@dataclass(frozen=True)
class Found:
    """What a row says: of which question, the counts in the order of their scale, and how many were asked."""

    key: str
    scale: Scale
    counts: tuple
    asked: int

    @property
    def answered(self):
        """How many answered."""
        return sum(self.counts)

    def same_as(self, total):
        """Whether a SurveyTotal says the same."""
        return (self.scale, list(self.counts), self.asked) == (total.scale, total.counts, total.asked)


def known_items():
    """`{words as compared: key}` of the core questions: their keys, and their texts in both languages."""
    found = {plain(key): key for key in KEYS}
    for _titles, questions in SECTIONS:
        for question in questions:
            if question["key"] in KEYS:
                found |= {words_of(question[name]): question["key"] for name in ("label_ko", "label_en")}
    asked = Question.objects.filter(version__form__slug=CORE, key__in=KEYS)
    for question in asked.filter(type__in=(QuestionType.LIKERT, QuestionType.NPS)):
        found |= {words_of(text): question.key for text in (question.label_ko, question.label_en) if text}
    return found


def words_of(text):
    """The text of a question as it is compared: its last mark does not count either."""
    return plain(text).rstrip("?!。")


def key_of(row, known):
    """The key of the core question that a row means, or None."""
    return known.get(words_of(row.cells.get("item", "")))


def read(row, key):
    """The Found of a row about the question `key`; raises BadNumber."""
    if key != RECOMMEND:
        return checked(Found(key, Scale.AGREEMENT, numbers(row, AGREED), number(row, "asked")))
    told = [any(row.cells.get(name) for name in names) for names in (STEPS, GROUPS)]
    if told == [False, False]:
        raise BadNumber("empty", GROUPS[0])
    groups = numbers(row, GROUPS) if told[1] else None
    if not told[0]:
        return checked(Found(key, Scale.GROUPS, groups, number(row, "asked")))
    steps = numbers(row, STEPS)
    own = Recommendation(steps).groups
    if groups is not None and groups != own:
        raise BadNumber("groups_differ", " · ".join(map(str, own)))
    return checked(Found(key, Scale.RECOMMENDATION, steps, number(row, "asked")))


def checked(found):
    """A Found, where somebody answered and no more than were asked."""
    if not found.answered:
        raise BadNumber("no_answers", "")
    if found.answered > found.asked:
        raise BadNumber("more_than_asked", f"{found.answered} > {found.asked}")
    return found


def numbers(row, names):
    """The counts under these headings, all of which must be there."""
    return tuple(number(row, name) for name in names)


def number(row, name):
    """The whole number in a cell."""
    text = normal(row.cells.get(name, ""), "NFKC").strip()
    if not text:
        raise BadNumber("empty", name)
    if not WHOLE.fullmatch(text):
        raise BadNumber("no_number", name)
    return int(text.replace(",", ""))


def judge(cohort, rows):
    """Write into each row that is not refused yet whether it comes in, is there already, or is in doubt."""
    known, lines, found = known_items(), {}, []
    for row in rows:
        if row.verdict == Verdict.REFUSED:
            continue
        key = key_of(row, known)
        if key is None:
            refuse(row, "unknown_item", row.cells["item"])
        elif key in lines:
            refuse(row, "same_question", lines[key])
        else:
            lines[key] = row.line
            try:
                found.append((row, read(row, key)))
            except BadNumber as bad:
                refuse(row, *bad.args)
    compare(cohort, found)


def compare(cohort, found):
    """Judge rows that can be read, as pairs with their Found: by what is there, and by each other."""
    there = {total.key: total for total in SurveyTotal.objects.filter(cohort=cohort)}
    here = set(
        Survey.objects.filter(
            cohort=cohort, session=None, expert=None, form_version__questions__key__in=KEYS
        ).values_list("form_version__questions__key", flat=True)
    )
    sums, asked = (Counter(values) for values in ([f.answered for _r, f in found], [f.asked for _r, f in found]))
    for row, one in found:
        earlier = there.get(one.key)
        if earlier is not None and one.same_as(earlier):
            row.verdict = Verdict.THERE
        elif earlier is not None:
            doubt(row, "other_numbers", " · ".join(map(str, earlier.counts)))
        elif one.key in here:
            doubt(row, "asked_here", "")
        elif one.answered != most(sums):
            doubt(row, "sum_differs", f"{one.answered} ≠ {most(sums)}")
        elif one.asked != most(asked):
            doubt(row, "asked_differs", f"{one.asked} ≠ {most(asked)}")


def most(counted):
    """What most rows say; where two say the same often, the first of them."""
    return counted.most_common(1)[0][0]
