"""Materials as they are filled in and shown."""

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin_tools import MomentField
from portal import i18n, uploads
from portal.fields import CleanCharField
from portal.models import UploadKind
from programs.models.materials import Audience, Material, MaterialKind


class MaterialForm(forms.Form):
    """A title in one language at least, a file or a link, since when, for whom; the session where one chooses."""

    session = forms.TypedChoiceField(label=gettext_lazy("Session"), coerce=int, empty_value=None, required=False)
    title_ko = CleanCharField(label=gettext_lazy("Title (Korean)"), max_length=120, required=False)
    title_en = CleanCharField(label=gettext_lazy("Title (English)"), max_length=120, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=MaterialKind.choices)
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        allow_empty_file=True,  # it has a better word of its own
        help_text=gettext_lazy("PDF, DOCX, HWP, HWPX or an image, at most 50 MB."),
        widget=forms.FileInput(attrs={"accept": uploads.accept_of(UploadKind.values)}),
    )
    link = forms.URLField(
        label=gettext_lazy("Or a link"),
        required=False,
        assume_scheme="https",
        help_text=gettext_lazy("For recordings and anything that is kept elsewhere."),
    )
    audience = forms.ChoiceField(label=gettext_lazy("For whom"), choices=Audience.choices)
    visible_from = MomentField(
        label=gettext_lazy("From"), required=False, help_text=gettext_lazy("Empty: at once. Seoul time.")
    )

    def __init__(self, data=None, files=None, *, sessions=(), too_large=False):
        super().__init__(data, files)
        self.too_large = too_large
        if sessions:
            whole = ("", _("The whole cohort"))
            self.fields["session"].choices = [whole, *((row.pk, session_name(row)) for row in sessions)]
        else:
            del self.fields["session"]

    def clean(self):
        """A title, and a file or a link."""
        data = super().clean()
        if self.too_large:
            self.add_error("file", uploads.too_large(uploads.MOST_BYTES))
        elif not self.errors:
            if not (data.get("title_ko") or data.get("title_en")):
                self.add_error("title_ko", _("Give a title in one language at least."))
            if bool(data.get("file")) == bool(data.get("link")):
                self.add_error("file", _("Give a file or a link, one of the two."))
        return data

    def values(self):
        """What the operation takes, but for the file."""
        names = ("title_ko", "title_en", "kind", "audience", "visible_from", "link")
        return {name: self.cleaned_data[name] for name in names}


def session_name(session):
    """A session as it is chosen."""
    return f"{i18n.day(session.starts_at)} {session.title}"


def address(material):
    """The address of a material, for whoever may have it."""
    return reverse("material", args=[material.code])


def line(material, now, *, with_session=True):
    """A material as it is listed."""
    upload = material.upload
    note = [material.get_kind_display()]
    if upload is not None:
        note.append(f"{upload.get_kind_display()}, {uploads.shown_size(upload.size)}")
    if with_session and material.session_id:
        note.insert(0, material.session.title)
    return {
        "code": material.code,
        "title": material.title,
        "title_lang": i18n.language_of(material, "title"),
        "note": " · ".join(str(part) for part in note),
        "url": address(material),
    }


def managed_line(material, now):
    """A material as whoever hands it out sees it: for whom, and since when."""
    side = [material.get_audience_display()]
    if material.visible_from is not None:
        since = i18n.moment(material.visible_from)
        side.append(
            _("Since %(moment)s") % {"moment": since}
            if material.is_out(now)
            else _("From %(moment)s") % {"moment": since}
        )
    return line(material, now) | {"side": " · ".join(str(part) for part in side), "is_out": material.is_out(now)}


def rows():
    """Materials with what a line shows of them."""
    return Material.objects.select_related("upload", "session")


def for_everyone(cohort, now):
    """What anyone may have of a cohort, for its public page. One query."""
    found = rows().for_everyone(now).filter(cohort=cohort)
    return [{**line(row, now), "side": ""} for row in found.order_by("made_at", "pk")]
