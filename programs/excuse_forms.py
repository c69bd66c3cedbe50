"""What a trainee fills in to be excused from a session."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.consent_form import ConsentForm
from portal import uploads
from portal.fields import CleanCharField
from programs import excuses


class ExcuseForm(forms.Form):
    """Which session, why, and a file where there is one; the consent to it stands beside (`consents`)."""

    use_required_attribute = False

    session = forms.ChoiceField(label=gettext_lazy("Session"))
    reason = CleanCharField(
        label=gettext_lazy("Why you could not come, or cannot"),
        multiline=True,
        max_length=excuses.REASON_LIMIT,
        help_text=gettext_lazy("Only the staff of the cohort read it."),
        widget=forms.Textarea(attrs={"rows": 4, "data-limit": excuses.REASON_LIMIT}),
        error_messages={"required": gettext_lazy("Write why you could not come.")},
    )
    file = forms.FileField(
        label=gettext_lazy("Evidence"),
        required=False,
        allow_empty_file=True,  # it has a better word of its own
        help_text=gettext_lazy("PDF or image, at most 10 MB. Deleted 30 days after the end of the cohort."),
        widget=forms.FileInput(attrs={"accept": uploads.accept_of(excuses.KINDS)}),
    )

    def __init__(self, data=None, files=None, *, sessions, consent, too_large=False):
        super().__init__(data, files)
        self.by_code = {session.code: session for session in sessions}
        self.too_large = too_large
        self.fields["session"].choices = [
            ("", _("Choose")),
            *((code, excuses.session_words(session)) for code, session in self.by_code.items()),
        ]
        self.consents = ConsentForm([consent | {"given": False}], data) if consent is not None else None

    def clean_session(self):
        """One of those that can be asked for."""
        return self.by_code[self.cleaned_data["session"]]

    @property
    def consent(self):
        """The version agreed to, or None."""
        if self.consents is None or not self.consents.is_valid():
            return None
        return next((version for version, given in self.consents.answers().items() if given), None)

    def clean(self):
        """A file of a kind that is taken, and with consent; a browser does not keep it for the next try."""
        data = super().clean()
        file = data.get("file")
        if self.too_large:
            self.add_error("file", uploads.too_large(excuses.MOST_BYTES))
        elif file:
            if self.consent is None:
                self.add_error("file", _("To hand in a file, agree to its use below, or leave it out."))
            try:
                uploads.check(file, kinds=excuses.KINDS, most_bytes=excuses.MOST_BYTES)
            except ValidationError as error:
                self.add_error("file", error)
        if self.errors and file:
            self.add_error("file", _("Please choose the file again; a browser cannot keep it."))
        return data
