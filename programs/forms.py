"""What may be typed into an application, and how it is laid out. Nothing here is written anywhere."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from portal.fields import CleanCharField
from programs.models.applications import CAREER_LIMIT, GOALS_LIMIT, MOTIVATION_LIMIT


class ApplicationForm(forms.Form):
    """The answers of an application to `cohort`. As a draft nothing is required and no text is too long.

    A text over its limit is kept in a draft all the same, since whoever writes must never lose a word; the limit
    holds when the application is submitted.
    """

    full_name = CleanCharField(
        label=_("Full name"), max_length=60, help_text=_("As it should stand on your certificate.")
    )
    romanized_name = CleanCharField(
        label=_("Name in English"),
        max_length=80,
        required=False,
        help_text=_("As in your passport. We never romanize a name for you."),
    )
    motivation = CleanCharField(
        label=_("Motivation"),
        multiline=True,
        max_length=MOTIVATION_LIMIT,
        help_text=_("What you have done so far, and what you want to be able to do after this program."),
    )
    career = CleanCharField(
        label=_("Career history"),
        multiline=True,
        max_length=CAREER_LIMIT,
        required=False,
        help_text=_("Works, roles and years, one a line."),
    )
    goals = CleanCharField(
        label=_("Goals for the mentoring"),
        multiline=True,
        max_length=GOALS_LIMIT,
        required=False,
        help_text=_("Up to three, one a line. Your mentor reads them."),
    )
    portfolio_url = forms.URLField(
        label=_("Portfolio link"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=_("A page or a showreel that we can open without an account."),
        error_messages={"invalid": _("Enter a whole address, such as https://example.com/reel.")},
    )
    consent = forms.BooleanField(
        label=_("I agree to the collection and use of my personal information as described above."),
        error_messages={"required": _("Without this consent an application cannot be considered.")},
    )

    def __init__(self, *args, cohort, as_draft=False, consent_given=False, **kwargs):
        super().__init__(*args, **kwargs)
        if not cohort.program.has_mentoring:
            del self.fields["goals"]
        if not cohort.is_reviewed:
            self.fields["motivation"].required = False
        for name, limit in (("motivation", MOTIVATION_LIMIT), ("career", CAREER_LIMIT), ("goals", GOALS_LIMIT)):
            if name in self.fields:
                self.fields[name].widget.attrs.update({"data-limit": limit, "rows": 7})
        self.fields["full_name"].widget.attrs["autocomplete"] = "name"
        if consent_given:
            del self.fields["consent"]
        if as_draft:
            self.take_as_draft()
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*[name for name in self.fields if name != "consent"])  # it stands by its text

    def take_as_draft(self):
        """Require nothing, and let long texts pass."""
        for name, field in self.fields.items():
            field.required = False
            if name in ("motivation", "career", "goals"):
                field.max_length = None
                field.validators = [v for v in field.validators if getattr(v, "code", "") != "max_length"]

    def answers(self):
        """The cleaned answers without the consent; in a draft the fields with errors are left out."""
        return {name: value for name, value in self.cleaned_data.items() if name != "consent"}
