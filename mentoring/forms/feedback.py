"""The two questions about a meeting that was held."""

from django import forms
from django.utils.translation import gettext_lazy as _

from mentoring.models.feedback import FEEDBACK_LIMIT, Useful
from portal.fields import CleanCharField


class FeedbackForm(forms.Form):
    """How useful it was, and one thing that helped or should change."""

    use_required_attribute = False

    useful = forms.TypedChoiceField(
        label=_("How useful was this meeting?"),
        choices=[(value, label) for value, label in reversed(Useful.choices)],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how useful the meeting was.")},
    )
    text = CleanCharField(
        label=_("One thing that helped, or that should change"),
        multiline=True,
        required=False,
        max_length=FEEDBACK_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4, "data-limit": FEEDBACK_LIMIT}),
    )
