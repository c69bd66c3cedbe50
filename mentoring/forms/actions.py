"""What the two of a pair agree to do: in a line, by whom, until when."""

from django import forms
from django.utils.translation import gettext_lazy as _

from mentoring.forms.pairs import DueField
from mentoring.models.actions import ACTION_LIMIT, Owner
from portal.fields import CleanCharField


class ActionForm(forms.Form):
    """One action."""

    use_required_attribute = False

    text = CleanCharField(
        label=_("Action"),
        max_length=ACTION_LIMIT,
        help_text=_("One thing to do, in one line."),
    )
    owner = forms.ChoiceField(
        label=_("Who does it"),
        choices=Owner.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who does it.")},
    )
    due_on = DueField(help_text=_("Whoever does it is reminded by mail the day before."))

    def __init__(self, data=None, *, action=None, names=None):
        saved = {"text": action.text, "owner": action.owner, "due_on": action.due_on} if action else None
        super().__init__(data, initial=saved, prefix="action")
        if names is not None:
            self.fields["owner"].choices = [(side, f"{label}: {names[side]}") for side, label in Owner.choices]
