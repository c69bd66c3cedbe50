"""The form in which an application is written, made from its questions. Nothing here is written anywhere."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext as _

from portal.fields import CleanCharField
from programs.questions import drafts
from programs.questions.conditions import asked
from programs.questions.fields import field_of

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


class AnswerForm(forms.Form):
    """Questions as fields, over a draft: what it shows and checks are the draft's raw values, not a request's.

    Unbound it shows the draft; with `check=True` it is bound, so that it has errors and cleaned answers. Only the
    questions asked (`programs.questions.conditions`) are checked: others are fields that take anything.
    """

    def __init__(self, questions, draft, *, now, with_names=False, files=None, check=False, every=None):
        """`every` are the questions of the whole form where `questions` are those of one step."""
        super().__init__(initial=draft)
        self.is_bound = check
        self.draft = draft
        self.questions = {question.key: question for question in questions}
        self.rooms = {question.key: drafts.room_of(question) for question in questions}
        self.asked = {question.key for question in asked(every or questions, draft)}
        if with_names:
            self.fields.update(name_fields())
        for question in questions:
            required = question.key in self.asked and question.is_required_at(now)
            field = field_of(question, required=required, files=(files or {}).get(question.key, ()))
            self.fields[question.key] = field
        if check:
            for key in set(self.questions) - self.asked:
                del self.fields[key]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*self.fields)

    def _widget_data_value(self, widget, html_name):
        """What a bound field is checked on: the draft. Django's hook between a form and what was sent to it."""
        return self.draft.get(html_name)

    def answers(self):
        """The cleaned answers by key, without the names; blank ones are left out. Call only where it is valid."""
        return {
            key: value
            for key, value in self.cleaned_data.items()
            if key not in NAMES and value not in (None, "", [], False)
        }

    def names(self):
        """The cleaned names."""
        return {name: self.cleaned_data.get(name, "") for name in NAMES}
