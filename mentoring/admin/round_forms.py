"""What staff fill in about a round before its pairing."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin_deeds import DeedForm, DeedReasonForm
from accounts.admin_tools import FIRST_YEAR, LAST_YEAR, MomentField
from mentoring import rounds
from mentoring.forms import evaluations as evaluation_forms
from mentoring.forms.profiles import MOST_MENTEES, number_field
from mentoring.models.form_evaluations import FormEvaluation, Stage
from mentoring.models.mentors import MentorProfile
from mentoring.models.rounds import MentoringRound, RoundMentorState, usual_weights
from mentoring.operations.form_evaluations import standard_form
from portal import i18n
from portal.fields import CleanCharField
from programs.admin.survey_forms import other_versions

PARTS_OF_SCORE = {
    "mentee_rank": gettext_lazy("Weight of the mentees' wishes"),
    "mentor_rank": gettext_lazy("Weight of the mentors' order of briefs"),
    "discipline": gettext_lazy("Weight of the discipline"),
    "skills": gettext_lazy("Weight of the skills"),
    "time": gettext_lazy("Weight of common time"),
}
WHOLE = 1000
STAGES = {"mid_form": (Stage.MID, "mid_due"), "final_form": (Stage.FINAL, "final_due")}
STANDARD = "standard"  # stands for the form that is written in the program, made when it is first chosen


def weight_field(key):
    """The form field of one weight."""
    return f"weight_{key}"


def weight(key):
    """How many of the points a part of the score can give."""
    return forms.IntegerField(label=PARTS_OF_SCORE[key], min_value=0, max_value=WHOLE)


def evaluation_form(label, help_text):
    """Which form an evaluation uses; `RoundForm` knows the choices."""
    return forms.ChoiceField(label=label, required=False, help_text=help_text)


class RoundForm(forms.ModelForm):
    """A round; its weights are typed one by one and come to 1,000."""

    mid_form = evaluation_form(
        gettext_lazy("Form of the mid-term evaluation"),
        gettext_lazy(
            "Mentor and mentee each fill it in. A question whose key begins with mentor_ is asked of the mentor "
            "alone, one with mentee_ of the mentee alone. Its questions are fixed once it is chosen."
        ),
    )
    final_form = evaluation_form(
        gettext_lazy("Form of the final evaluation"),
        gettext_lazy("Without one, the mentor's letter is the final evaluation."),
    )

    weight_mentee_rank = weight("mentee_rank")
    weight_mentor_rank = weight("mentor_rank")
    weight_discipline = weight("discipline")
    weight_skills = weight("skills")
    weight_time = weight("time")

    class Meta:
        model = MentoringRound
        fields = [
            "cohort",
            "opens_at",
            "mentors_until",
            "wishes_until",
            "mentors_rank",
            "ranks_until",
            "least_wishes",
            "least_parts",
            "least_minutes",
            "mode",
            "seed",
            "poor_below",
            "weak_below",
            "undo_minutes",
            "answer_hours",
            "is_camp",
            "meeting_minutes",
            "meetings_planned",
            "hourly_rate",
            "mid_form",
            "mid_due",
            "final_form",
            "final_due",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        fit = list(other_versions())
        self.standard = next((row for row in fit if row.form.slug == evaluation_forms.STANDARD), None)
        chosen = {name: getattr(self.instance, name) for name in STAGES}
        self.versions = {self.key_of(row): row for row in [*filter(None, chosen.values()), *fit]}
        choices = {STANDARD: evaluation_forms.TITLES[i18n.language()]}
        choices |= {key: str(row) for key, row in self.versions.items() if key != STANDARD}
        for name, version in chosen.items():
            if name in self.fields:
                self.fields[name].choices = [("", _("None")), *choices.items()]
                self.initial[name] = self.key_of(version) if version else ""
        kept = self.instance.weights if self.instance.pk else usual_weights()
        for key in PARTS_OF_SCORE:
            self.initial.setdefault(weight_field(key), kept.get(key, 0))

    def key_of(self, version):
        """By what a form version is chosen."""
        return STANDARD if version == self.standard else str(version.pk)

    def clean_mid_form(self):
        """The version chosen, or None."""
        return self.chosen_version("mid_form")

    def clean_final_form(self):
        """The version chosen, or None."""
        return self.chosen_version("final_form")

    def chosen_version(self, name):
        """The version that is chosen; another one only as long as nobody has begun to write."""
        value, before = self.cleaned_data[name], getattr(self.instance, name)
        version = self.standard or standard_form() if value == STANDARD else self.versions.get(value)
        if before is not None and version != before:
            begun = FormEvaluation.objects.filter(
                stage=STAGES[name][0], pairing__enrolment__cohort=self.instance.cohort_id
            )
            if begun.exists():
                raise forms.ValidationError(_("Somebody has begun to write by this form, so it stays."))
        return version

    def check_evaluations(self, data):
        """A form has a day by which it is due, and the final evaluation comes after the mid-term one."""
        for form, (_stage, day) in STAGES.items():
            if data.get(day) and not FIRST_YEAR <= data[day].year <= LAST_YEAR:
                self.add_error(day, _("Choose a day."))
            elif form not in self.errors and day not in self.errors and data.get(form) and not data.get(day):
                self.add_error(day, _("Say by which day it is due."))
        if data.get("mid_due") and "mid_form" not in self.errors and not data.get("mid_form"):
            self.add_error("mid_form", _("Choose a form, or leave the day empty."))
        if data.get("mid_due") and data.get("final_due") and data["final_due"] <= data["mid_due"]:
            self.add_error("final_due", _("The final evaluation is due after the mid-term one."))

    def clean(self):
        """Weights that come to the whole, a time for ranking where mentors rank, days for the evaluations."""
        data = super().clean()
        self.check_evaluations(data)
        names = [weight_field(key) for key in PARTS_OF_SCORE if weight_field(key) in self.fields]
        if names and not any(name in self.errors for name in names):
            total = sum(data[name] for name in names)
            if total != WHOLE:
                self.add_error(
                    names[0], _("The weights come to %(total)s; they have to come to 1,000.") % {"total": total}
                )
            else:
                self.instance.weights = {key: data[weight_field(key)] for key in PARTS_OF_SCORE}
        if data.get("mentors_rank") and not data.get("ranks_until") and "ranks_until" not in self.errors:
            self.add_error("ranks_until", _("Say until when mentors rank briefs."))
        return data


class InviteMentorsForm(DeedForm):
    """Which mentors to invite: those who take mentees and are not in the round."""

    mentors = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Mentors"),
        queryset=MentorProfile.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one mentor.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        [round_] = self.rows
        known = round_.mentors.exclude(state=RoundMentorState.DECLINED).values("mentor")
        free = MentorProfile.objects.filter(is_paused=False, user__is_active=True).exclude(pk__in=known)
        field = self.fields["mentors"]
        field.queryset = free.select_related("user", "expert").order_by("user__full_name", "pk")
        field.label_from_instance = lambda mentor: f"{mentor.name} · {mentor.focus}"


class AnswerForForm(DeedReasonForm):
    """What a mentor told staff."""

    answer = forms.ChoiceField(
        label=gettext_lazy("What the mentor said"),
        choices=[
            (RoundMentorState.TAKES_PART, RoundMentorState.TAKES_PART.label),
            (RoundMentorState.DECLINED, RoundMentorState.DECLINED.label),
        ],
        widget=forms.RadioSelect,
    )
    field_order = ["answer", "capacity", "reason"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        [invited] = self.rows
        self.fields["capacity"] = number_field(
            _("Mentees in this round"),
            most=MOST_MENTEES,
            help_text=_("Leave it empty for as many as the mentor's profile says (%(count)s).")
            % {"count": invited.mentor.capacity},
        )
        self.initial["capacity"] = invited.capacity
        self.order_fields(self.field_order)


class ReopenForm(DeedReasonForm):
    """Until when a mentee can change profile, week and wishes, and why."""

    until = MomentField(label=gettext_lazy("Open until"))
    field_order = ["until", "reason"]


class SettleForm(DeedForm):
    """Whom a declared conflict is about, and a note for the other staff."""

    people = forms.MultipleChoiceField(
        label=gettext_lazy("Whom it is about"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one mentee.")},
    )
    reason = CleanCharField(label=gettext_lazy("Note"), max_length=300, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        [declared] = self.rows
        if declared.mentor_id is not None:
            del self.fields["people"]
            return
        mentees = rounds.mentees_of(declared.round).exclude(person=declared.by_id)
        self.fields["people"].choices = [(str(row.person_id), row.person.display_name) for row in mentees]
