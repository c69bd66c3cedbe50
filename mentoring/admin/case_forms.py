"""What officers type about a case."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import DeedForm
from accounts.models import User
from mentoring.admin.shared import cohort_name
from mentoring.models.mentors import MentorProfile
from mentoring.models.pairs import Pairing
from mentoring.models.safeguarding import TEXT_LIMIT, Outcome
from portal.fields import CleanCharField


def pair_words(pairing):
    """A pair as it stands among others."""
    names = f"{pairing.enrolment.person.display_name} – {pairing.mentor.name}"
    return f"{names} · {cohort_name(pairing.enrolment.cohort)}"


class AnswerForm(DeedForm):
    """What the reporter will read."""

    text = CleanCharField(label=_("answer"), multiline=True, max_length=TEXT_LIMIT)


class NoteForm(DeedForm):
    """What officers read."""

    text = CleanCharField(label=_("note"), multiline=True, max_length=TEXT_LIMIT)


class CloseForm(DeedForm):
    """What came of it."""

    outcome = forms.ChoiceField(label=_("outcome"), choices=[("", _("Choose")), *Outcome.choices])


class BlockForm(DeedForm):
    """Between whom: a live pair, or a mentor and a person by their addresses."""

    pair = forms.TypedChoiceField(
        label=_("pair"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("Pairs that work together now. For two people who are no pair, leave this empty."),
    )
    mentor = forms.EmailField(label=_("E-mail of the mentor"), required=False)
    person = forms.EmailField(label=_("E-mail of the other person"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        rows = Pairing.objects.live().for_desk()
        self.pairs = {row.pk: row for row in rows}
        self.fields["pair"].choices = [("", _("Choose a pair")), *((row.pk, pair_words(row)) for row in rows)]

    def clean(self):
        """Two people, one of them a mentor."""
        data = super().clean()
        pair = self.pairs.get(data.get("pair"))
        if pair is not None:
            self.chosen = pair.mentor_id, pair.enrolment.person_id
            return data
        if "pair" in self.errors:
            return data
        mentor = MentorProfile.objects.filter(user__email=data.get("mentor", "").lower()).first()
        person = User.objects.filter(email=data.get("person", "").lower()).first()
        if mentor is None and "mentor" not in self.errors:
            self.add_error("mentor", gettext("Choose a pair, or enter the address of a mentor."))
        if person is None and "person" not in self.errors:
            self.add_error("person", gettext("Choose a pair, or enter the address of an account."))
        if mentor and person:
            self.chosen = mentor.pk, person.pk
        return data
