"""What may be typed about a pair. What is then done with it is the operations' business."""

from django import forms
from django.utils.translation import gettext_lazy as _

from mentoring.models.evaluations import TEXT_LIMIT, Score
from mentoring.models.pairs import GOAL_LIMIT, MILESTONE_LIMIT, GoalState
from portal.fields import CleanCharField

TEXTS = ("strengths", "next_steps")


class GoalForm(forms.Form):
    """One goal more."""

    text = CleanCharField(
        label=_("Another goal"),
        max_length=GOAL_LIMIT,
        help_text=_("One thing that can be seen at the end, in one line."),
    )


class DueField(forms.DateField):
    """A day by which something is due; none is needed."""

    def __init__(self, **kwargs):
        given = {
            "label": _("Due"),
            "required": False,
            "widget": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "error_messages": {"invalid": _("Enter a day, as in 2026-12-31.")},
        }
        super().__init__(**given | kwargs)


class GoalChangeForm(forms.Form):
    """A goal's words, and what has become of it."""

    use_required_attribute = False

    text = CleanCharField(label=_("Goal"), max_length=GOAL_LIMIT)
    state = forms.ChoiceField(label=_("Status"), choices=GoalState.choices, widget=forms.RadioSelect)
    word = CleanCharField(
        label=_("In a word"),
        max_length=200,
        required=False,
        help_text=_("How it was reached, or why it is dropped. A goal that is dropped gets no score."),
    )

    def __init__(self, data=None, *, goal):
        super().__init__(data, initial={"text": goal.text, "state": goal.state, "word": goal.state_word})

    def clean(self):
        """Whatever is dropped says why."""
        data = super().clean()
        if data.get("state") == GoalState.DROPPED and not data.get("word") and "word" not in self.errors:
            self.add_error("word", _("Say in a word why the goal is dropped."))
        return data


class MilestoneForm(forms.Form):
    """A step on the way to a goal."""

    use_required_attribute = False

    text = CleanCharField(label=_("Milestone"), max_length=MILESTONE_LIMIT)
    due_on = DueField()

    def __init__(self, data=None, *, milestone=None, prefix=None):
        saved = {"text": milestone.text, "due_on": milestone.due_on} if milestone else None
        super().__init__(data, initial=saved, prefix=prefix)


class EvaluationForm(forms.Form):
    """A mentor's words and a score for each goal. As a draft nothing is required and no text is too long.

    The fields of the scores are named after the goals' places (`score_1` …), so no other goal can be posted.
    """

    strengths = CleanCharField(
        label=_("Strengths"),
        multiline=True,
        max_length=TEXT_LIMIT,
        help_text=_("What works in the person's writing or directing, with an example. The mentee reads it."),
        error_messages={"required": _("Write about the strengths.")},
    )
    next_steps = CleanCharField(
        label=_("Next steps"),
        multiline=True,
        max_length=TEXT_LIMIT,
        help_text=_("What to do next, in an order that can be followed. The mentee reads it."),
        error_messages={"required": _("Write about the next steps.")},
    )

    def __init__(self, data=None, *, goals, evaluation=None, as_draft=False):
        self.goals = {f"score_{goal.position}": goal for goal in goals}
        super().__init__(data, initial=self._saved(evaluation), use_required_attribute=False)
        self.as_draft = as_draft
        for name in TEXTS:
            self.fields[name].widget.attrs.update({"data-limit": TEXT_LIMIT, "rows": 8})
        for name, goal in self.goals.items():
            self.fields[name] = forms.TypedChoiceField(
                label=_("Score for goal %(number)s") % {"number": goal.position},
                choices=Score.choices,
                coerce=int,
                empty_value=None,
                widget=forms.RadioSelect,
                error_messages={
                    "required": _("Choose a score from 1 to 5."),
                    "invalid_choice": _("Choose a score from 1 to 5."),
                },
            )

    def _saved(self, evaluation):
        """What is kept already, by the names of the fields."""
        if evaluation is None:
            return {}
        scores = {score.goal_id: score.score for score in evaluation.scores.all()}
        return {name: getattr(evaluation, name) for name in TEXTS} | {
            name: scores.get(goal.pk) for name, goal in self.goals.items()
        }

    def full_clean(self):
        """A draft is cleaned by looser rules; the fields still say what the whole evaluation needs."""
        fields = self.fields.values()
        kept = [(field, field.required, field.validators) for field in fields]
        if self.as_draft:
            for field in fields:
                field.required = False
                field.validators = [v for v in field.validators if getattr(v, "code", "") != "max_length"]
        super().full_clean()
        for field, required, validators in kept:
            field.required, field.validators = required, validators

    def scores(self):
        """The goals' texts, each with its bound field, in the order of the goals."""
        return [(goal.text, self[name]) for name, goal in self.goals.items()]

    def answers(self):
        """What was typed, for the operations; in place of a field with an error what was saved before."""
        values = {name: self.cleaned_data.get(name, self.initial.get(name)) for name in self.fields}
        return {
            **{name: values[name] or "" for name in TEXTS},
            "scores": {goal.pk: values[name] for name, goal in self.goals.items()},
        }
