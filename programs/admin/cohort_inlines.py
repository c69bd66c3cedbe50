"""The rows beneath a cohort: criteria, milestones, conditions, texts to agree to. Sessions are in `sessions.py`."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_tools import ALL, ScopedStackedInline
from accounts.models import OF_THE_ACCOUNT, Term
from programs.models.cohorts import Criterion, Milestone
from programs.models.eligibility import EligibilityRule
from programs.models.programs import Program
from programs.models.selection import ReviewRound
from programs.models.terms import CohortTerm


class ReviewRoundInline(ScopedStackedInline):
    """The rounds of the selection, in order; who reviews in them is said on their own pages."""

    model = ReviewRound
    managers_may = ALL
    extra = 0
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("kind", "number"),
                    ("starts_at", "due_at"),
                    ("announce_at", "booking_until"),
                    ("is_blind", "shows_comments"),
                    ("others_shown", "tie_break"),
                    ("min_reviews", "flag_spread"),
                    ("discipline_key", "language_key"),
                    ("comment_ko", "comment_en"),
                ]
            },
        )
    ]


class CriterionForm(forms.ModelForm):
    """A criterion; what its scores mean is checked line by line."""

    rounds = {}  # the cohort's own; set once a request by the inline, so that the rows do not ask one by one
    round = forms.TypedChoiceField(
        label=_("Review round"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("The round in which it is scored."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(pk, row.get_kind_display()) for pk, row in self.rounds.items()]
        self.fields["round"].choices = [("", "–"), *choices]

    def clean_round(self):
        """The round itself, or None."""
        return self.rounds.get(self.cleaned_data["round"])

    def clean(self):
        """Each line has a score up to the highest, a colon and words; each score once."""
        data = super().clean()
        highest = data.get("maximum") or 0
        for name in ("anchors_ko", "anchors_en"):
            scores = []
            for line in data.get(name, "").splitlines():
                score, colon, words = line.partition(":")
                if not line.strip():
                    continue
                if not (colon and score.strip().isdecimal() and words.strip()):
                    self.add_error(name, gettext("Write each line as a score, a colon and the words, such as 5: …"))
                    break
                scores.append(int(score))
            if any(score > highest for score in scores) or len(set(scores)) < len(scores):
                self.add_error(name, gettext("Each score up to the highest can stand there once."))
        return data


class CriterionInline(ScopedStackedInline):
    """What the selection looks at."""

    model = Criterion
    form = CriterionForm
    managers_may = ALL
    extra = 1
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("title_ko", "title_en"),
                    ("note_ko", "note_en"),
                    ("weight", "position"),
                    ("round", "maximum"),
                    ("anchors_ko", "anchors_en"),
                ]
            },
        )
    ]

    def get_formset(self, request, obj=None, **kwargs):
        """All rows share one list of rounds: those of this cohort."""
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.rounds = {row.pk: row for row in obj.rounds.all()} if obj is not None else {}
        return formset


class MilestoneInline(ScopedStackedInline):
    """Dates beyond those of the window."""

    model = Milestone
    managers_may = ALL
    extra = 1
    fieldsets = [
        (
            None,
            {"fields": [("title_ko", "title_en"), ("at", "until"), ("note_ko", "note_en")]},
        )
    ]


class RuleFormSet(forms.BaseInlineFormSet):
    """The conditions of a cohort, each once."""

    def clean(self):
        """Two conditions of the same kind would be read as one, and the other forgotten."""
        super().clean()
        seen = set()
        for row in self.forms:
            data = getattr(row, "cleaned_data", {})
            if not data.get("kind") or data.get("DELETE"):
                continue
            key = (data["kind"], data.get("program"))
            if key in seen:
                row.add_error("kind", gettext("This condition stands here twice."))
            seen.add(key)


class EligibilityRuleInline(ScopedStackedInline):
    """Who may apply. Restrictions and overlapping places are looked at for every cohort."""

    model = EligibilityRule
    formset = RuleFormSet
    managers_may = ALL
    fieldsets = [
        (
            None,
            {
                "fields": ["kind", ("lowest", "highest"), "program"],
                "description": _(
                    "Age counts on the first day. Age and years of experience are read from the form's questions "
                    "that are taken over from the profile. Both numbers are included; either may stay empty."
                ),
            },
        )
    ]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Any program may be one to have completed, whoever runs it."""
        if db_field.name == "program":
            kwargs["queryset"] = Program.objects.all()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class CohortTermInline(ScopedStackedInline):
    """What applicants are asked to agree to; the collection of data itself is asked for in any case."""

    model = CohortTerm
    managers_may = ALL
    fieldsets = [(None, {"fields": ["term", ("is_required", "position")]})]

    def get_queryset(self, request):
        """With the text that each is named after."""
        return super().get_queryset(request).select_related("term")

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """The texts of cohorts; those of the account are agreed to on signing up."""
        if db_field.name == "term":
            kwargs["queryset"] = Term.objects.exclude(kind__in=OF_THE_ACCOUNT)
            kwargs["label"] = _("text to agree to")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
