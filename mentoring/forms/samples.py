"""What is typed about work samples: the file or the link, who opens them, until when."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mentoring import sample_readers
from mentoring.forms.pairs import DueField
from mentoring.models.samples import LINK_LIMIT, LONGEST, MOST_BYTES, TITLE_LIMIT
from portal import clock, uploads
from portal.fields import CleanCharField
from portal.models import UploadKind

AFTER_THE_COHORT = timedelta(days=30)
WITHOUT_AN_END = timedelta(days=90)  # where the cohort has no last day yet
OTHER, STAFF = "other", "staff"


def usual_day(cohort):
    """Until when a sample stands open unless told: thirty days after the cohort, and thirty days at least."""
    if cohort.ends_at is None:
        return clock.today() + WITHOUT_AN_END
    last = cohort.ends_at.astimezone(clock.SEOUL).date() + AFTER_THE_COHORT
    return max(last, clock.today() + AFTER_THE_COHORT)


class VersionForm(forms.Form):
    """A file or a link, one of the two."""

    use_required_attribute = False

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        allow_empty_file=True,  # it has a better word of its own
        help_text=gettext_lazy("PDF, DOCX, HWP, HWPX or an image, at most 30 MB; a PDF without a password."),
        widget=forms.FileInput(attrs={"accept": uploads.accept_of(UploadKind.values)}),
    )
    link = forms.URLField(
        label=gettext_lazy("Or a link"),
        required=False,
        max_length=LINK_LIMIT,
        assume_scheme="https",
        help_text=gettext_lazy("For video and anything that is kept elsewhere. Set there who may see it, too."),
        error_messages={"invalid": gettext_lazy("Enter an address that begins with https://.")},
    )

    def __init__(self, data=None, files=None, *, too_large=False, **kwargs):
        super().__init__(data, files, **kwargs)
        self.too_large = too_large

    def clean_link(self):
        """Nothing but the web."""
        link = self.cleaned_data["link"]
        if link and not link.startswith(("https://", "http://")):
            raise forms.ValidationError(self.fields["link"].error_messages["invalid"])
        return link

    def clean(self):
        """A file or a link. What a browser cannot give back is asked for once more."""
        data = super().clean()
        if self.too_large:
            self.add_error("file", uploads.too_large(MOST_BYTES))
        elif "link" not in self.errors and bool(data.get("file")) == bool(data.get("link")):
            self.add_error("file", _("Give a file or a link, one of the two."))
        elif self.errors and data.get("file"):
            self.add_error("file", _("Please choose the file again."))
        return data


class ReadersForm(forms.Form):
    """A title, who else opens the work sample, and until when."""

    use_required_attribute = False

    title = CleanCharField(
        label=gettext_lazy("Title"),
        max_length=TITLE_LIMIT,
        error_messages={"required": gettext_lazy("Give a title.")},
    )
    readers = forms.MultipleChoiceField(
        label=gettext_lazy("Who else may open it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Nobody else does, not even staff, unless you choose them."),
    )
    mentors = forms.MultipleChoiceField(
        label=gettext_lazy("Other mentors of the round"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("They see your name and this work sample, and nothing else of you."),
        error_messages={"invalid_choice": gettext_lazy("Choose mentors who take part in the round.")},
    )
    readable_until = DueField(
        label=gettext_lazy("Until"),
        required=True,
        help_text=gettext_lazy(
            "Others can open it until the end of this day in Seoul, at the latest 30 days after the pair has ended."
        ),
    )

    def __init__(self, data=None, files=None, *, pairing, owner, sample=None, **kwargs):
        saved = {"readers": [OTHER], "readable_until": usual_day(pairing.enrolment.cohort)}
        if sample is not None:
            readers = [name for name, chosen in ((OTHER, sample.with_other), (STAFF, sample.with_staff)) if chosen]
            saved = {"title": sample.title, "readers": readers, "readable_until": sample.readable_until}
            saved["mentors"] = [str(mentor.pk) for mentor in sample.mentors.all()]
        super().__init__(data, files, initial=saved, **kwargs)
        self.fields["readers"].choices = [
            (OTHER, other_words(pairing, owner)),
            (STAFF, _("The staff who run the cohort")),
        ]
        found = sample_readers.other_mentors(pairing, owner)
        self.by_key = {str(mentor.pk): mentor for mentor in found}
        self.fields["mentors"].choices = [(key, mentor.name) for key, mentor in self.by_key.items()]
        if not found:
            del self.fields["mentors"]

    def clean_readable_until(self):
        """A day that can be meant."""
        day = self.cleaned_data["readable_until"]
        if not clock.today() <= day <= clock.today() + LONGEST:
            raise forms.ValidationError(_("Choose a day from today on, within two years."))
        return day

    def answers(self):
        """What the operation takes, but for the file and the link."""
        data = self.cleaned_data
        return {
            "title": data["title"],
            "with_other": OTHER in data["readers"],
            "with_staff": STAFF in data["readers"],
            "mentors": [self.by_key[key] for key in data.get("mentors", ())],
            "readable_until": data["readable_until"],
        }


class SampleForm(ReadersForm, VersionForm):
    """A new work sample."""

    field_order = ["title", "file", "link", "readers", "mentors", "readable_until"]


def other_words(pairing, owner):
    """The other of the two, as they are chosen."""
    if pairing.enrolment.person_id == owner.pk:
        return _("My mentor: %(name)s") % {"name": pairing.mentor.name}
    return _("The mentee: %(name)s") % {"name": pairing.enrolment.person.display_name}
