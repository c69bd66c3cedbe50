"""What is typed about a concern: the report, more of it, and the code that leads back to the answers."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from mentoring.models.safeguarding import CONTACT_LIMIT, TEXT_LIMIT, WHO_LIMIT
from portal.codes import typed_code
from portal.fields import CleanCharField

NAMED, NAMELESS = "named", "nameless"
WAYS = [
    (NAMELESS, gettext_lazy("Without my name. Nothing is kept that leads to me.")),
    (NAMED, gettext_lazy("With my account. I read the answers on My page.")),
]


class ConcernForm(forms.Form):
    """A report. Only what happened is needed; whoever is logged in chooses whether by name."""

    way = forms.ChoiceField(
        label=gettext_lazy("How do you want to report?"),
        choices=WAYS,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how you want to report.")},
    )
    about = CleanCharField(
        label=gettext_lazy("Whom or what is it about?"),
        max_length=WHO_LIMIT,
        required=False,
        help_text=gettext_lazy(
            "A person, a pair, a place or a program, in your own words. You may leave this empty."
        ),
    )
    text = CleanCharField(
        label=gettext_lazy("What happened?"),
        multiline=True,
        max_length=TEXT_LIMIT,
        help_text=gettext_lazy("When, where, who was there. Write as much as you can; you can add to it later."),
        error_messages={"required": gettext_lazy("Write what happened.")},
    )
    wants_contact = forms.BooleanField(
        label=gettext_lazy("I would like to be contacted."),
        required=False,
        help_text=gettext_lazy("Leave this empty if you would rather read the answers here."),
    )
    contact = CleanCharField(
        label=gettext_lazy("How can we reach you?"),
        max_length=CONTACT_LIMIT,
        required=False,
        help_text=gettext_lazy(
            "A phone number or an e-mail address, and when it suits you. Only officers read it."
        ),
    )

    def __init__(self, data=None, *, user):
        super().__init__(data, use_required_attribute=False)
        self.is_known = user.is_authenticated
        if not self.is_known:
            del self.fields["way"]
        self.fields["text"].widget.attrs.update({"data-limit": TEXT_LIMIT, "rows": 12})

    @property
    def is_nameless(self):
        """Whether nothing may be kept of who reports."""
        return self.cleaned_data.get("way", NAMELESS) == NAMELESS

    def clean(self):
        """Whoever wants to be contacted says how, unless their account does."""
        cleaned = super().clean()
        if cleaned.get("wants_contact") and not cleaned.get("contact") and cleaned.get("way", NAMELESS) != NAMED:
            self.add_error("contact", _("Write how we can reach you, or leave the box above empty."))
        return cleaned


class MoreForm(forms.Form):
    """Something more, or an answer to a question."""

    text = CleanCharField(
        label=pgettext_lazy("concern", "Write more"),
        multiline=True,
        max_length=TEXT_LIMIT,
        error_messages={"required": gettext_lazy("Write something first.")},
    )

    def __init__(self, data=None):
        super().__init__(data, use_required_attribute=False)
        self.fields["text"].widget.attrs.update({"data-limit": TEXT_LIMIT, "rows": 6})


class CodeForm(forms.Form):
    """The code that was shown after the report."""

    code = forms.CharField(
        label=gettext_lazy("Code of your report"),
        max_length=40,
        help_text=gettext_lazy("Twenty letters and digits. Capitals and hyphens do not matter."),
        error_messages={"required": gettext_lazy("Enter the code.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )

    def __init__(self, data=None):
        super().__init__(data, use_required_attribute=False)

    def clean_code(self):
        """In its own form, or a word that it was mistyped."""
        code = typed_code(self.cleaned_data["code"])
        if not code:
            raise ValidationError(_("This code was mistyped. Please check each character."))
        return code
