"""What may be typed about meetings."""

from datetime import UTC, datetime

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from mentoring.models.meetings import MOST_MINUTES, SAID, MeetingStatus, MeetingWay
from mentoring.slots import FIRST_YEAR, LAST_YEAR
from mentoring.zones import zone_name
from portal.fields import CleanCharField

PLACE_LIMIT, SUBJECT_LIMIT, REASON_LIMIT = 200, 200, 300


class DetailsForm(forms.Form):
    """Where the two meet, and what about."""

    use_required_attribute = False

    way = forms.ChoiceField(
        label=pgettext_lazy("meeting", "Where"),
        choices=MeetingWay,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose whether you meet online or in person.")},
    )
    link = forms.URLField(
        label=gettext_lazy("Online link"),
        required=False,
        max_length=200,
        assume_scheme="https",
        help_text=gettext_lazy("For a meeting online; you can add it later. Only the two of you see it."),
        error_messages={"invalid": gettext_lazy("Enter an address that begins with https://.")},
    )
    place = CleanCharField(
        label=gettext_lazy("Place"),
        required=False,
        max_length=PLACE_LIMIT,
        help_text=gettext_lazy("For a meeting in person."),
    )
    subject = CleanCharField(
        label=gettext_lazy("What it is about"),
        required=False,
        max_length=SUBJECT_LIMIT,
        help_text=gettext_lazy("So that both can prepare, in one line."),
    )

    def clean_link(self):
        """Nothing but the web."""
        link = self.cleaned_data["link"]
        if link and not link.startswith(("https://", "http://")):
            raise forms.ValidationError(self.fields["link"].error_messages["invalid"])
        return link

    def clean(self):
        """Whoever meets in person says where."""
        data = super().clean()
        if data.get("way") == MeetingWay.IN_PERSON and not data.get("place") and "place" not in self.errors:
            self.add_error("place", _("Write where you meet."))
        return data


class ReasonForm(forms.Form):
    """Why a meeting is called off."""

    use_required_attribute = False

    reason = CleanCharField(
        label=gettext_lazy("Reason"),
        max_length=REASON_LIMIT,
        help_text=gettext_lazy("The other person reads it."),
        error_messages={"required": gettext_lazy("Write why the meeting does not take place.")},
    )


class MoveForm(forms.Form):
    """Why a meeting is moved, where one wants to say it."""

    use_required_attribute = False

    reason = CleanCharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=REASON_LIMIT,
        help_text=gettext_lazy("The other person reads it."),
    )


class DayInput(forms.DateInput):
    """The browser's own field for a day."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """The browser's own field for a time of the day."""

    input_type = "time"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%H:%M")


class AgreedForm(forms.Form):
    """A time that the two have agreed on, in the zone of the mentor who books it."""

    use_required_attribute = False

    day = forms.DateField(
        label=pgettext_lazy("meeting", "Day"),
        widget=DayInput,
        error_messages={"required": gettext_lazy("Choose a day."), "invalid": gettext_lazy("Choose a day.")},
    )
    time = forms.TimeField(
        label=pgettext_lazy("meeting", "Time"),
        widget=TimeInput,
        error_messages={"required": gettext_lazy("Choose a time."), "invalid": gettext_lazy("Choose a time.")},
    )
    agreed = forms.BooleanField(
        label=gettext_lazy("The mentee and I have agreed on this time"),
        error_messages={"required": gettext_lazy("Ask the mentee first, then say so here.")},
    )

    def __init__(self, data=None, *, zone, **kwargs):
        self.zone = zone
        super().__init__(data, **kwargs)
        self.fields["time"].help_text = _("In your time zone: %(zone)s.") % {"zone": zone_name(zone.key)}

    def clean(self):
        """A time that there is: summer time skips an hour once a year."""
        data = super().clean()
        if "day" in data and "time" in data:
            if not FIRST_YEAR <= data["day"].year <= LAST_YEAR:
                self.add_error("day", _("Choose a day."))
                return data
            local = datetime.combine(data["day"], data["time"].replace(second=0, microsecond=0), self.zone)
            data["start"] = local.astimezone(UTC)
            if data["start"].astimezone(self.zone).replace(tzinfo=None) != local.replace(tzinfo=None):
                self.add_error("time", _("This time does not exist on that day, because the clocks change."))
        return data


def word_choices():
    """What may be said of a meeting."""
    labels = {
        MeetingStatus.HELD: _("It took place"),
        MeetingStatus.MENTOR_ABSENT: _("The mentor did not come"),
        MeetingStatus.MENTEE_ABSENT: _("The mentee did not come"),
        MeetingStatus.BOTH_ABSENT: _("It did not take place, and nobody came"),
    }
    return [(word.value, labels[word]) for word in SAID]


class WordForm(forms.Form):
    """How a meeting went."""

    use_required_attribute = False

    how = forms.ChoiceField(
        label=gettext_lazy("How did the meeting go?"),
        widget=forms.RadioSelect,
        choices=word_choices,
        error_messages={"required": gettext_lazy("Choose how the meeting went.")},
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"),
        required=False,
        min_value=1,
        max_value=MOST_MINUTES,
        help_text=gettext_lazy("How long you met, if it took place."),
        error_messages={"invalid": gettext_lazy("Enter whole minutes.")},
    )

    def clean(self):
        """Minutes go with what took place, and with nothing else."""
        data = super().clean()
        if data.get("how") != MeetingStatus.HELD:
            self.errors.pop("minutes", None)
            data["minutes"] = None
        elif data.get("minutes") is None and "minutes" not in self.errors:
            self.add_error("minutes", _("Say how many minutes you met."))
        return data
