"""What a reviewer types: scores with words, two comments; the pledge, and why a file is given back."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from portal.fields import CleanCharField
from programs import reviewing
from programs.models.selection import DECLARED, ConflictKind
from programs.questions.drafts import ROOM

COMMENT_LIMIT = 2000
NOTE_LIMIT = 300
MOST_RADIOS = 10  # a criterion with more points is typed as a number
COMMENTS = ("comment_staff", "comment_applicant")
CONFIDENCE = (
    (3, pgettext_lazy("confidence", "Sure")),
    (2, pgettext_lazy("confidence", "Fairly sure")),
    (1, pgettext_lazy("confidence", "Not sure")),
)
SCORE = "criterion"  # begins the name of a score's field, before the key of its criterion


class ReviewForm(forms.Form):
    """The scores, comments and confidence of one review. A draft requires nothing, and its texts have more room."""

    use_required_attribute = False

    def __init__(self, data=None, *, review, criteria, as_draft=False):
        super().__init__(data, initial=saved(review, criteria))
        self.criteria = {f"{SCORE}{criterion.pk}": criterion for criterion in criteria}
        for name, criterion in self.criteria.items():
            self.fields[name] = score_field(criterion, required=not as_draft)
        limit = ROOM if as_draft else COMMENT_LIMIT
        self.fields["comment_staff"] = comment_field(
            gettext_lazy("Comment for staff"), gettext_lazy("Only the staff of the cohort read it."), limit
        )
        self.fields["comment_applicant"] = comment_field(
            gettext_lazy("Comment for the applicant"), applicant_help(review.round), limit
        )
        self.fields["confidence"] = forms.TypedChoiceField(
            label=gettext_lazy("How sure are you?"),
            choices=CONFIDENCE,
            coerce=int,
            empty_value=None,
            required=False,
            widget=forms.RadioSelect,
        )

    def scores(self):
        """Each criterion with its bound field and, point by point, the radios with their words."""
        for name, criterion in self.criteria.items():
            anchors = reviewing.anchors_of(criterion)
            bound = self[name]
            radios = []
            if isinstance(bound.field.widget, forms.RadioSelect):
                radios = [{"radio": radio, "words": anchors.get(int(radio.data["value"]), "")} for radio in bound]
            yield {"criterion": criterion, "field": bound, "radios": radios, "anchors": anchors}

    def typed(self):
        """What was typed and can be kept, by the names of the fields, and the names of those that cannot."""
        self.full_clean()
        kept = {name: self.cleaned_data[name] for name in self.fields if name in self.cleaned_data}
        return kept, [name for name in self.fields if name in self.errors]


def saved(review, criteria):
    """What is kept of a review, by the names of the fields."""
    scores = {f"{SCORE}{criterion.pk}": review.scores.get(str(criterion.pk)) for criterion in criteria}
    return scores | {name: getattr(review, name) for name in (*COMMENTS, "confidence")}


def score_field(criterion, *, required):
    """The points of a criterion: radios, or a number where there are many."""
    wrong = _("Choose a score from 0 to %(most)s.") % {"most": criterion.maximum}
    messages = dict.fromkeys(("required", "invalid_choice", "invalid", "min_value", "max_value"), wrong)
    if criterion.maximum > MOST_RADIOS:
        return forms.IntegerField(
            label=criterion.title,
            min_value=0,
            max_value=criterion.maximum,
            required=required,
            error_messages=messages,
        )
    return forms.TypedChoiceField(
        label=criterion.title,
        choices=[(points, str(points)) for points in range(criterion.maximum + 1)],
        coerce=int,
        empty_value=None,
        required=required,
        widget=forms.RadioSelect,
        error_messages=messages,
    )


def comment_field(label, help_text, limit):
    """A text with its counter."""
    found = CleanCharField(label=label, help_text=help_text, multiline=True, max_length=limit, required=False)
    found.widget.attrs.update({"data-limit": COMMENT_LIMIT, "rows": 5})
    return found


def applicant_help(round_):
    """Who reads what is written for the applicant."""
    if round_.shows_comments:
        return gettext_lazy("With the results the applicant reads it, without your name. Staff read it too.")
    return gettext_lazy("In this round comments are not passed on; staff read it.")


class GiveBackForm(forms.Form):
    """Why somebody cannot review a file."""

    use_required_attribute = False

    kind = forms.ChoiceField(
        label=gettext_lazy("What connects you with the application?"),
        choices=[(kind.value, kind.label) for kind in DECLARED],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what connects you.")},
    )
    note = CleanCharField(
        label=gettext_lazy("Reason"),
        max_length=NOTE_LIMIT,
        help_text=gettext_lazy("In a sentence. Only the staff of the cohort read it."),
        error_messages={"required": gettext_lazy("Give the reason in a sentence.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["note"].widget.attrs["data-limit"] = NOTE_LIMIT


class PledgeForm(forms.Form):
    """The pledge of confidentiality, and for each file whether there is a conflict of interest."""

    use_required_attribute = False

    pledge = forms.BooleanField(
        label=gettext_lazy("I make this pledge."),
        error_messages={"required": gettext_lazy("Without the pledge no file can be opened.")},
    )

    def __init__(self, data=None, *, rows):
        super().__init__(data)
        self.files = rows
        for row in rows:
            code = row["review"].code
            self.fields[f"kind_{code}"] = forms.ChoiceField(
                label=_("%(number)s: conflict of interest") % {"number": row["title"]},
                choices=[("", _("None")), *((kind.value, kind.label) for kind in DECLARED)],
                required=False,
            )
            self.fields[f"note_{code}"] = CleanCharField(
                label=_("%(number)s: reason") % {"number": row["title"]}, max_length=NOTE_LIMIT, required=False
            )

    def clean(self):
        """A conflict needs its reason."""
        for row in self.files:
            code = row["review"].code
            said = self.cleaned_data
            if said.get(f"kind_{code}") and said.get(f"note_{code}") == "":
                self.add_error(f"note_{code}", _("Give the reason in a sentence."))
        return self.cleaned_data

    def lines(self):
        """The files, each with its two fields."""
        return [
            row | {"kind": self[f"kind_{row['review'].code}"], "reason": self[f"note_{row['review'].code}"]}
            for row in self.files
        ]

    def declared(self):
        """`{review id: (kind, reason)}` of a valid form."""
        said = self.cleaned_data
        return {
            row["review"].pk: (ConflictKind(said[f"kind_{row['review'].code}"]), said[f"note_{row['review'].code}"])
            for row in self.files
            if said[f"kind_{row['review'].code}"]
        }
