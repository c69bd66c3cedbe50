"""What one of a pair writes to staff who asks for another pair."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from mentoring import due
from mentoring.forms.pairs import DueField
from mentoring.models.rematches import LATEST_DAY, TEXT_LIMIT, RematchCause
from portal.fields import CleanCharField

TALK, STAFF = "talk", "staff"
USUAL_DAY = timedelta(days=7)


class RematchForm(forms.Form):
    """The cause, words for staff, and whether the two talk first.

    About behavior the way to report a concern is shown before the request is taken: `knows_concerns` is asked for
    then, and stands on no form before.
    """

    use_required_attribute = False

    cause = forms.ChoiceField(
        label=gettext_lazy("What does not work?"),
        choices=RematchCause.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what does not work.")},
    )
    text = CleanCharField(
        label=gettext_lazy("What staff should know"),
        multiline=True,
        required=False,
        max_length=TEXT_LIMIT,
        help_text=gettext_lazy("Only the staff of the cohort read it, the other side never."),
    )
    way = forms.ChoiceField(
        label=gettext_lazy("How do you want to go on?"),
        choices=[
            (TALK, gettext_lazy("I would like to talk to the other side first. Ask me again later.")),
            (STAFF, pgettext_lazy("rematch", "The staff should look at it now.")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how you want to go on.")},
    )
    day = DueField(
        label=gettext_lazy("Ask me again on"),
        help_text=gettext_lazy("Only where you talk first: a day within the next two weeks."),
    )
    knows_concerns = forms.BooleanField(
        label=gettext_lazy("I know where to report a concern, and want to ask for a re-match as well."),
        error_messages={"required": gettext_lazy("Please read the note above, then check this box.")},
    )

    def __init__(self, data=None, *, person):
        self.today = due.today_of(person)
        super().__init__(data, initial={"day": self.today + USUAL_DAY})
        self.fields["text"].widget.attrs.update({"data-limit": TEXT_LIMIT, "rows": 5})
        if not self.is_about_behavior:
            del self.fields["knows_concerns"]

    @property
    def is_about_behavior(self):
        """Whether behavior was chosen; the note about concerns goes with it."""
        return self.data.get("cause") == RematchCause.BEHAVIOR

    def clean(self):
        """Something else needs words, talking first needs its day."""
        data = super().clean()
        if data.get("cause") == RematchCause.OTHER and not data.get("text") and "text" not in self.errors:
            self.add_error("text", _("Say in a few words what does not work."))
        if data.get("way") == TALK and "day" not in self.errors:
            day = data.get("day")
            if day is None or not self.today < day <= self.today + timedelta(days=LATEST_DAY):
                self.add_error("day", _("Choose a day from tomorrow to two weeks from now."))
        elif data.get("way") == STAFF:
            self.errors.pop("day", None)
            data["day"] = None
        return data

    def request(self):
        """What the operation takes."""
        data = self.cleaned_data
        return {"cause": data["cause"], "text": data["text"], "talk_until": data["day"]}
