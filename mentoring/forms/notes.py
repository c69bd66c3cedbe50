"""What is typed into a note. Who reads it is chosen each time; there is no default."""

from django import forms
from django.utils.translation import gettext_lazy as _

from mentoring import zones
from mentoring.models.notes import NOTE_LIMIT, Audience
from portal.fields import CleanCharField

READERS = {
    Audience.PRIVATE: _("Only me: nobody else reads it, not even staff"),
    Audience.STAFF: _("Mentors and staff: the mentee does not read it"),
    Audience.SHARED: _("Shared: mentor, mentee and staff read it"),
}
AREA = {"rows": 5, "data-limit": NOTE_LIMIT}


def note_text():
    """The field of the text itself."""
    return CleanCharField(
        label=_("Note"),
        multiline=True,
        max_length=NOTE_LIMIT,
        widget=forms.Textarea(attrs=AREA),
        error_messages={"required": _("Write the note.")},
    )


class NoteForm(forms.Form):
    """A new note: the text, who reads it, and the meeting it belongs to. As a draft nothing is required."""

    use_required_attribute = False

    text = note_text()
    audience = forms.ChoiceField(
        label=_("Who reads it"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who reads the note.")},
    )
    meeting = forms.ChoiceField(label=_("Meeting"), required=False)

    def __init__(self, data=None, *, audiences, meetings, reader, draft=None, as_draft=False):
        saved = {}
        if draft is not None:
            meeting = draft.meeting.code if draft.meeting else ""
            saved = {"text": draft.text, "audience": draft.audience, "meeting": meeting}
        super().__init__(data, initial=saved, prefix="note")
        self.by_code = {meeting.code: meeting for meeting in meetings}
        self.fields["audience"].choices = [(audience.value, READERS[audience]) for audience in audiences]
        self.fields["meeting"].choices = [
            ("", _("None")),
            *((meeting.code, when(meeting, reader)) for meeting in meetings),
        ]
        if not meetings:
            del self.fields["meeting"]
        if as_draft:
            for field in self.fields.values():
                field.required = False
            text = self.fields["text"]
            text.validators = [each for each in text.validators if getattr(each, "code", "") != "max_length"]

    def answers(self):
        """What was typed, for the operations; of a draft as far as it can be kept."""
        found = self.cleaned_data
        return {
            "text": found.get("text", ""),
            "audience": found.get("audience", ""),
            "meeting": self.by_code.get(found.get("meeting", "")),
        }


class NoteChangeForm(forms.Form):
    """Other words for a note; who reads it stays."""

    use_required_attribute = False

    text = note_text()


def when(meeting, reader):
    """A meeting by its time, on the clocks of the two."""
    pairing = meeting.pairing
    people = [pairing.mentor.user, pairing.enrolment.person]
    return zones.times(meeting.starts_at, meeting.ends_at, zones.zones_for(reader, people))
