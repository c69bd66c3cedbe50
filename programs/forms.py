"""The form in which an application is written, made from its questions. Nothing here is written anywhere."""

import json

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.fields import CleanCharField
from programs.questions import drafts
from programs.questions.conditions import asked, is_blank
from programs.questions.fields import answers_of, field_of

NAMES = ("full_name", "romanized_name")


def name_fields():
    """The two names, which every application holds."""
    return {
        "full_name": CleanCharField(
            label=_("Full name"),
            max_length=60,
            help_text=_("As it should stand on your certificate."),
            widget=forms.TextInput(attrs={"autocomplete": "name"}),
        ),
        "romanized_name": CleanCharField(
            label=_("Name in English"),
            max_length=80,
            required=False,
            help_text=_("As in your passport. We never romanize a name for you."),
        ),
    }


class Condition(Div):
    """Round a field that depends on an answer.

    Where that stands on the same step, conditions.js shows and hides the field; without the script a note says when
    it is asked. Where it stands on another step, the field is shown as it was answered there.
    """

    template = "programs/widgets/condition.html"

    def __init__(self, *fields, decides, values, is_asked):
        super().__init__(*fields)
        self.decides, self.is_asked = decides, is_asked
        self.values = json.dumps(values)
        labels = dict(answers_of(decides)) if decides else {}
        self.answers = ", ".join(str(labels.get(value, value)) for value in values)


class AnswerForm(forms.Form):
    """Questions as fields, over a draft: what it shows and checks are the draft's raw values, not a request's.

    Unbound it shows the draft; with `check=True` it is bound, so that it has errors and cleaned answers. Only the
    questions asked (`programs.questions.conditions`) are checked: others are fields that take anything.
    """

    unconsented = gettext_lazy(
        "You have not agreed to the collection of optional items. Leave this empty, or agree under “Consent” first."
    )

    def __init__(
        self,
        questions,
        draft,
        *,
        now,
        with_names=False,
        files=None,
        check=False,
        every=None,
        own_email="",
        refused=frozenset(),
    ):
        """`every` are the questions of the whole form where `questions` are those of one step.

        `own_email` is the applicant's address; `refused` are the keys under which nothing may be told, for want of
        consent (`programs.consents.refused_items`).
        """
        self.refused = refused
        self.draft = draft | {q.key: drafts.shaped(q, draft[q.key]) for q in questions if q.key in draft}
        super().__init__(initial=self.draft)
        self.is_bound = check
        self.questions = {question.key: question for question in questions}
        self.rooms = {question.key: drafts.room_of(question) for question in questions}
        self.asked = {question.key for question in asked(every or questions, draft)}
        if with_names:
            self.fields.update(name_fields())
        for question in questions:
            required = question.key in self.asked and question.is_required_at(now)
            field = field_of(
                question, required=required, files=(files or {}).get(question.key, ()), own_email=own_email
            )
            self.fields[question.key] = field
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*(self.placed(key) for key in self.fields))

    def placed(self, key):
        """The field as it stands in the page: within its condition, where it is asked only because of an answer."""
        question = self.questions.get(key)
        if question is None or question.shown_if_id is None:
            return key
        decides = next((other for other in self.questions.values() if other.pk == question.shown_if_id), None)
        return Condition(key, decides=decides, values=question.shown_if_values, is_asked=key in self.asked)

    def full_clean(self):
        """Check only what is asked; the rest stays in the form, in case it is asked again."""
        super().full_clean()
        for key in set(self.questions) - self.asked if self.is_bound else ():
            self._errors.pop(key, None)
            self.cleaned_data.pop(key, None)
        for key in self.refused & set(self.fields) if self.is_bound else ():
            is_told = key in self._errors or not is_blank(self.cleaned_data.get(key))
            if is_told and (key in self.asked or key in NAMES):
                self._errors.pop(key, None)
                self.add_error(key, ValidationError(self.unconsented, code="unconsented"))

    def _widget_data_value(self, widget, html_name):
        """What a bound field is checked on: the draft. Django's hook between a form and what was sent to it."""
        return self.draft.get(html_name)

    def answers(self):
        """The cleaned answers by key, without the names; blank ones are left out. Call only where it is valid."""
        return {key: value for key, value in self.cleaned_data.items() if key not in NAMES and not is_blank(value)}

    def names(self):
        """The cleaned names."""
        return {name: self.cleaned_data.get(name, "") for name in NAMES}
