"""Why a mentor does not take a mentee on."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.fields import CleanCharField

REASON_LIMIT = 250


class DeclineForm(forms.Form):
    """One reason, and words to it where there is more to say; staff read both."""

    use_required_attribute = False

    REASONS = (
        ("time", _("I do not have the time")),
        ("field", _("It is not my field")),
        ("known", _("We know each other too well")),
        ("language", _("We lack a common language")),
        ("other", _("Another reason")),
    )

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
    )
    words = CleanCharField(
        label=_("What staff should know"),
        max_length=REASON_LIMIT,
        required=False,
        help_text=_("Only staff read it. The mentee learns that they will get another mentor."),
    )

    def __init__(self, data=None):
        super().__init__(data, prefix="decline")

    def clean(self):
        """Another reason needs words."""
        cleaned = super().clean()
        if cleaned.get("reason") == "other" and not cleaned.get("words"):
            self.add_error("words", _("Say in a few words what the reason is."))
        return cleaned

    def text(self):
        """The reason as staff read it, in the language of the page."""
        label = str(dict(self.REASONS)[self.cleaned_data["reason"]])
        words = self.cleaned_data.get("words")
        return f"{label}: {words}" if words else label
