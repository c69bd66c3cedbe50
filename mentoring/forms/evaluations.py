"""What an evaluation asks of each side, and the form in which it is written. Writes nothing.

One form serves both sides. A question whose key begins with `mentor_` is asked of the mentor alone, one that begins
with `mentee_` of the mentee alone, every other of both; and each side gives the goals of the pair a score.
"""

from django import forms
from django.utils.translation import gettext as _

from mentoring.models.actions import Owner
from mentoring.models.evaluations import Score
from programs.forms import AnswerForm
from programs.models.forms import QuestionType
from programs.questions import drafts

TEXT = 1000
STANDARD = "mentoring-progress"
TITLES = {"ko": "멘토링 중간 평가", "en": "Mentoring: mid-term evaluation"}
SECTIONS = (  # of the standard form: heads, and questions
    (
        {"title_ko": "지금까지의 과정", "title_en": "The way so far"},
        [
            {"key": key, "type": QuestionType.LIKERT, "label_ko": ko, "label_en": en, "is_required": True}
            for key, ko, en in (
                (
                    "mentor_closer",
                    "멘티가 목표에 가까워지고 있다",
                    "The mentee is getting closer to the goals",
                ),
                (
                    "mentor_applies",
                    "멘티가 미팅에서 나눈 이야기를 작업에 반영한다",
                    "The mentee works what we talk about into the project",
                ),
                ("mentee_closer", "나는 목표에 가까워지고 있다", "I am getting closer to my goals"),
                (
                    "mentee_applies",
                    "나는 미팅에서 나눈 이야기를 작업에 반영한다",
                    "I work what we talk about into my project",
                ),
            )
        ],
    ),
    (
        {"title_ko": "앞으로의 과정", "title_en": "The way ahead"},
        [
            {
                "key": "helped",
                "type": QuestionType.LONG,
                "label_ko": "지금까지 무엇이 도움이 되었습니까?",
                "label_en": "What has helped so far?",
                "most_characters": TEXT,
                "is_required": True,
            },
            {
                "key": "focus",
                "type": QuestionType.LONG,
                "label_ko": "남은 기간에 무엇에 집중하겠습니까?",
                "label_en": "What is the remaining time for?",
                "most_characters": TEXT,
                "is_required": True,
            },
        ],
    ),
)


def asked_of(questions, side):
    """The questions that a side is asked, in their order."""
    others = f"{Owner.MENTEE if side == Owner.MENTOR else Owner.MENTOR}_"
    return [question for question in questions if not question.key.startswith(others)]


def goal_field(position):
    """The name of a goal's field; a question's key has no full stop."""
    return f"goal.{position}"


class EvaluationAnswerForm(AnswerForm):
    """The questions of one side over its draft, and a score for each goal of the pair."""

    def __init__(self, questions, draft, *, goals, now, check=False):
        super().__init__(questions, draft, now=now, check=check)
        self.goals = {goal_field(goal.position): goal for goal in goals}
        wrong = _("Choose a score from 1 to 5.")
        for name, goal in self.goals.items():
            self.fields[name] = forms.TypedChoiceField(
                label=_("Score for goal %(number)s") % {"number": goal.position},
                choices=Score.choices,
                coerce=int,
                empty_value=None,
                widget=forms.RadioSelect,
                error_messages={"required": wrong, "invalid_choice": wrong},
            )

        self.order_fields([*self.goals, *self.questions])

    def scores(self):
        """The goals' texts, each with its bound field, in the order of the goals."""
        return [(goal.text, self[name]) for name, goal in self.goals.items()]

    def answers(self):
        """The cleaned answers to the questions by key. Call only where it is valid."""
        return {key: value for key, value in super().answers().items() if key not in self.goals}

    def goal_scores(self):
        """The goals' words, each with its score. Call only where it is valid."""
        return [{"goal": goal.text, "score": self.cleaned_data[name]} for name, goal in self.goals.items()]


def read(questions, goals, data, now):
    """What `data` says, as `(typed, lost)`: raw values by key, those too large to keep apart."""
    return drafts.read(EvaluationAnswerForm(questions, {}, goals=goals, now=now), data, {})


def checked(questions, draft, goals, now):
    """The form over what was typed, checked."""
    return EvaluationAnswerForm(questions, draft, goals=goals, now=now, check=True)
