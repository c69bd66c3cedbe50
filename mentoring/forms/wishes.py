"""What mentees type for a pairing, and what mentors answer: wishes and briefs in order, conflicts in words."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from mentoring.forms.choices import discipline_field, languages_field, skills_field
from mentoring.forms.profiles import MOST_MENTEES, number_field
from portal.fields import CleanCharField
from programs.questions.drafts import ROOM
from programs.questions.fields import PartsField, PartsWidget

BRIEF_LIMIT = 600
WORDS_LIMIT = 300
MOVE = "move"  # the button that moves a choice, its value as `0:down`
NAMES = ("discipline", "skills", "languages", "brief", "wishes")


class RankingWidget(PartsWidget):
    """Choices in order, one list to choose from each, with buttons that move a choice up and down."""

    template_name = "mentoring/widgets/ranking.html"

    def value_from_datadict(self, data, files, name):
        """What was chosen, with the move that a button asked for."""
        chosen = super().value_from_datadict(data, files, name)
        return moved(chosen, data.get(MOVE, ""))


def moved(chosen, move):
    """The same choices, with that of `place:up` or `place:down` in the place of its neighbor."""
    place, _colon, way = move.partition(":")
    if not (place.isascii() and place.isdigit() and len(place) < 4) or way not in ("up", "down"):
        return chosen
    here = int(place)
    there = here + (1 if way == "down" else -1)
    if here < len(chosen) and 0 <= there < len(chosen):
        chosen[here], chosen[there] = chosen[there], chosen[here]
    return chosen


class RankingField(PartsField):
    """Choices in order of preference, each at most once; what is left blank between them closes up."""

    def __init__(self, *, choices, most, least=0, missing="", **kwargs):
        most = min(most, len(choices)) or 1
        options = [("", _("Not chosen")), *choices]
        labels = [_("Choice %(rank)s") % {"rank": rank} for rank in range(1, most + 1)]
        needed = tuple(range(least))
        widget = RankingWidget([forms.Select(choices=options) for _label in labels], labels, needed=needed)
        super().__init__(widget=widget, required=least > 0, **kwargs)
        self.keys, self.least, self.missing = {key for key, _label in choices}, least, missing
        self.error_messages["required"] = missing

    def clean_parts(self, parts):
        """The keys in order."""
        chosen = [part for part in parts if part]
        if any(key not in self.keys for key in chosen):
            raise ValidationError(_("Choose from the list."), code="invalid_choice")
        if len(set(chosen)) < len(chosen):
            raise ValidationError(_("Choose each only once."), code="twice")
        if len(chosen) < self.least:
            raise ValidationError(self.missing, code="few")
        return chosen


class MenteeForm(forms.Form):
    """What a mentee looks for, and the mentors they would like. A draft requires nothing, and its text has room."""

    use_required_attribute = False

    def __init__(self, data=None, *, initial, mentors, least, most, as_draft=False):
        """`mentors` are pairs of a mentor's key and name; `least` and `most` say how many wishes there may be."""
        super().__init__(data, initial=initial)
        needed = not as_draft
        self.fields["discipline"] = discipline_field(label=_("Discipline"), required=needed)
        self.fields["skills"] = skills_field(label=_("What you want to work on"), required=needed)
        self.fields["languages"] = languages_field(
            label=_("Languages in which you can be mentored"), required=needed
        )
        self.fields["brief"] = CleanCharField(
            label=_("Brief"),
            multiline=True,
            required=needed,
            max_length=ROOM if as_draft else BRIEF_LIMIT,
            help_text=_(
                "What you work on and what you want from the mentoring, without your name. Mentors may read it "
                "before the pairing."
            ),
            error_messages={"required": _("Write a brief.")},
            widget=forms.Textarea(attrs={"data-limit": BRIEF_LIMIT, "rows": 6}),
        )
        self.fields["wishes"] = RankingField(
            label=_("Mentors you would like"),
            choices=mentors,
            most=most,
            least=0 if as_draft else least,
            missing=_("Choose at least %(least)s mentors.") % {"least": least},
            help_text=_(
                "First wish first. Mentors you do not choose stay possible: your list is completed by who fits "
                "you, so leaving others out brings no advantage."
            ),
        )

    def typed(self):
        """What can be kept of it, by name, and the names of what cannot as it stands."""
        wrong = [name for name in NAMES if name in self.errors]
        return {name: self.cleaned_data[name] for name in NAMES if name not in wrong}, wrong


class AnswerForm(forms.Form):
    """Whether a mentor takes part in a round, and for how many."""

    use_required_attribute = False

    answer = forms.ChoiceField(
        label=gettext_lazy("Do you take part?"),
        choices=[
            ("in", pgettext_lazy("mentor", "Yes, I take part")),
            ("out", pgettext_lazy("mentor", "No, not this time")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the two.")},
    )

    def __init__(self, data=None, *, initial, usual):
        super().__init__(data, initial=initial)
        self.fields["capacity"] = number_field(
            _("Mentees in this round"),
            most=MOST_MENTEES,
            help_text=_("Leave it empty for as many as your profile says (%(count)s).") % {"count": usual},
        )
        self.fields["reason"] = CleanCharField(
            label=_("Reason, if you do not take part"),
            required=False,
            max_length=WORDS_LIMIT,
            help_text=_("Only staff read it."),
        )

    def clean(self):
        """Who does not take part says why."""
        data = super().clean()
        if data.get("answer") == "out" and not data.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Give a reason."))
        return data


class BriefsForm(forms.Form):
    """The briefs that a mentor would like, first one first; all of it may stay empty."""

    use_required_attribute = False

    def __init__(self, data=None, *, initial, briefs, most):
        """`briefs` are pairs of a key and the number under which the brief is shown."""
        super().__init__(data, initial={"briefs": initial})
        self.fields["briefs"] = RankingField(
            label=_("Mentees you would like"),
            choices=briefs,
            most=most,
            help_text=_("By the brief alone. Leave it empty if you have no preference; that counts neither way."),
        )


def words_field(help_text):
    """Who it is about, and how the two know each other."""
    return CleanCharField(
        label=_("How you know each other"),
        max_length=WORDS_LIMIT,
        help_text=help_text,
        error_messages={"required": _("Write how you know each other.")},
    )


class MenteeConflictForm(forms.Form):
    """A mentor of the round with whom the mentee cannot work."""

    use_required_attribute = False

    def __init__(self, data=None, *, mentors):
        super().__init__(data)
        self.fields["mentor"] = forms.ChoiceField(
            label=_("Mentor"),
            choices=[("", _("Choose")), *mentors],
            error_messages={"required": _("Choose a mentor.")},
        )
        self.fields["words"] = words_field(_("Only staff read it. The mentor is not told."))


class MentorConflictForm(forms.Form):
    """People or organizations with whom the mentor cannot work, in words: mentees are not named yet."""

    use_required_attribute = False

    def __init__(self, data=None):
        super().__init__(data)
        self.fields["words"] = words_field(
            _("Name the person, company or school, and how you know each other. Only staff read it.")
        )
