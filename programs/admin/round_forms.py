"""What staff fill in about a round of review: whom to invite, what they can be given, who gets which file."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import DeedForm
from partners.models.organizations import Organization
from portal.fields import CleanCharField
from programs import assigning
from programs.models.applications import Application
from programs.models.selection import ConflictKind, Reviewer
from programs.questions.fields import choices_of
from programs.questions.loading import questions_of


def round_choices(round_, key):
    """The choices of a question of the cohort's form that a round looks at; none where it looks at none."""
    if not key:
        return []
    question = next((one for one in questions_of(round_.cohort.form_version_id) if one.key == key), None)
    return choices_of(question) if question is not None else []


class LimitsForm(DeedForm):
    """What a reviewer can be given."""

    organization = forms.ModelChoiceField(
        label=_("Organization"),
        queryset=Organization.objects.none(),
        required=False,
        empty_label=_("None"),
        help_text=_("Applications that it nominated are kept from this reviewer."),
    )
    affiliation = CleanCharField(
        label=_("Affiliation"),
        max_length=120,
        required=False,
        help_text=_("Applicants with the same affiliation are kept from this reviewer."),
    )
    most = forms.IntegerField(label=_("Most applications"), min_value=1, max_value=1000, initial=40)
    languages = forms.MultipleChoiceField(
        label=_("Languages"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("None: all.")
    )
    disciplines = forms.MultipleChoiceField(
        label=_("Disciplines"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("None: all.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        asked = self.rows[0]
        round_ = asked.round if isinstance(asked, Reviewer) else asked
        self.fields["organization"].queryset = Organization.objects.all()
        for name, key in (("languages", round_.language_key), ("disciplines", round_.discipline_key)):
            self.fields[name].choices = round_choices(round_, key)
            if not self.fields[name].choices:
                del self.fields[name]
        if isinstance(asked, Reviewer):
            self.initial |= {name: getattr(asked, name) for name in self.fields}


class InviteForm(LimitsForm):
    """Whom to invite, and what they can be given."""

    email = forms.EmailField(
        label=_("E-mail of the person"),
        help_text=_("Whoever has no account yet gets one without a password, and a mail that says so."),
    )
    full_name = CleanCharField(
        label=_("Full name"), max_length=60, help_text=_("For a new account. Whoever has one keeps their name.")
    )
    romanized_name = CleanCharField(label=_("Name in English"), max_length=80, required=False)
    language = forms.ChoiceField(
        label=_("Language of the mails"), choices=[("ko", "한국어"), ("en", "English")], initial="ko"
    )
    field_order = ["email", "full_name", "romanized_name", "language"]


class SpreadForm(DeedForm):
    """Whether what was given out may move."""

    moves_unbegun = forms.BooleanField(
        label=_("Files that nobody has begun may move to another reviewer"),
        required=False,
        help_text=_("What has been scored or begun always stays where it is."),
    )


class AssignForm(DeedForm):
    """Which file to whom."""

    receipt = CleanCharField(label=_("Receipt number"), max_length=16)
    reviewer = forms.TypedChoiceField(label=_("Reviewer"), coerce=int)
    reason = CleanCharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("Needed only where a limit of language or discipline is passed over."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reviewer"].choices = [("", gettext("Choose"))] + [
            (one.user_id, f"{one.user.display_name} ({one.user.email})")
            for one in assigning.reviewers_of(self.rows[0])
        ]

    def clean_receipt(self):
        """An application of this round."""
        number = self.cleaned_data["receipt"].strip().upper()
        application = Application.objects.standing_in(self.rows[0]).filter(receipt_number=number).first()
        if application is None:
            raise forms.ValidationError(gettext("No application under review in this round has this number."))
        return application


class ConflictForm(AssignForm):
    """Which conflict of interest, between whom."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("Choose")), *ConflictKind.choices])
    field_order = ["receipt", "reviewer", "kind", "reason"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = gettext("What you know of it. The reviewer does not read it.")
