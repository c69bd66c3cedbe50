"""What a referee fills in, and what an applicant fills in to name another one."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import uploads
from portal.fields import CleanCharField
from programs import letters
from programs.questions.fields import RefereeField, TextField

SEND, DECLINE = "send", "decline"
ENDINGS = ",".join(ending for kind in letters.KINDS for ending in uploads.ENDINGS[kind])


class LetterForm(forms.Form):
    """A letter, as text or as a file or both; or the word that there will be none, with a reason if one likes."""

    text = TextField(
        limit=letters.MOST_CHARACTERS,
        multiline=True,
        required=False,
        label=gettext_lazy("Your letter"),
    )
    file = forms.FileField(
        required=False,
        allow_empty_file=True,  # it has a better word of its own
        label=gettext_lazy("Or a file"),
        help_text=gettext_lazy("PDF, DOCX, HWP or HWPX, at most 10 MB."),
        widget=forms.FileInput(attrs={"accept": ENDINGS}),
    )
    agree = forms.BooleanField(
        label=gettext_lazy("I agree to what happens with my letter, as described above."),
        error_messages={"required": gettext_lazy("Please agree to this, so that we may take your letter.")},
    )
    reason = CleanCharField(
        required=False,
        max_length=300,
        multiline=True,
        label=gettext_lazy("Reason, if you wish to give one"),
        help_text=gettext_lazy("Read by the staff of the program alone."),
        widget=forms.Textarea(attrs={"rows": 2, "data-limit": 300}),
    )

    def __init__(self, data=None, files=None, *, too_large=False):
        super().__init__(data, files)
        self.fields["text"].widget.attrs["rows"] = 14
        self.too_large = too_large
        self.declines = data is not None and data.get("answer") == DECLINE
        self.fields["agree"].required = not self.declines

    def clean(self):
        """A letter, or no letter at all."""
        cleaned = super().clean()
        self.clean_decline(cleaned) if self.declines else self.clean_letter(cleaned)
        if self.errors and cleaned.get("file"):
            self.add_error("file", _("Please choose the file again; a browser cannot keep it."))
        return cleaned

    def clean_letter(self, cleaned):
        """Something has to be there to be sent."""
        if self.too_large:
            self.add_error("file", uploads.too_large(letters.MOST_BYTES))
        elif cleaned.get("file"):
            try:
                uploads.check(cleaned["file"], kinds=letters.KINDS, most_bytes=letters.MOST_BYTES)
            except ValidationError as error:
                self.add_error("file", error)
        if not cleaned.get("text") and not cleaned.get("file") and not {"text", "file"} & set(self.errors):
            self.add_error("text", _("Write your letter here, or choose a file below."))

    def clean_decline(self, cleaned):
        """Nobody throws away a letter by the wrong button."""
        if cleaned.get("text") or "text" in self.errors:
            self.add_error("text", _("There is a letter here. Send it, or empty this field before you decline."))


class RefereeForm(forms.Form):
    """Somebody else to be asked."""

    def __init__(self, data=None, *, label, own_email, initial=None):
        super().__init__(data, initial=initial)
        self.fields["referee"] = RefereeField(label=label, required=True, own_email=own_email)
