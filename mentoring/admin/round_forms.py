"""What staff fill in about a round before its pairing."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin_deeds import DeedForm, DeedReasonForm
from accounts.admin_tools import MomentField
from mentoring import rounds
from mentoring.models.mentors import MentorProfile
from mentoring.models.rounds import MentoringRound, RoundMentorState, usual_weights
from mentoring.profile_forms import MOST_MENTEES, number_field
from portal.fields import CleanCharField

PARTS_OF_SCORE = {
    "mentee_rank": gettext_lazy("Weight of the mentees' wishes"),
    "mentor_rank": gettext_lazy("Weight of the mentors' order of briefs"),
    "discipline": gettext_lazy("Weight of the discipline"),
    "skills": gettext_lazy("Weight of the skills"),
    "time": gettext_lazy("Weight of common time"),
}
WHOLE = 1000


def weight_field(key):
    """The form field of one weight."""
    return f"weight_{key}"


def weight(key):
    """How many of the points a part of the score can give."""
    return forms.IntegerField(label=PARTS_OF_SCORE[key], min_value=0, max_value=WHOLE)


class RoundForm(forms.ModelForm):
    """A round; its weights are typed one by one and come to 1,000."""

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
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kept = self.instance.weights if self.instance.pk else usual_weights()
        for key in PARTS_OF_SCORE:
            self.initial.setdefault(weight_field(key), kept.get(key, 0))

    def clean(self):
        """Weights that come to the whole, and a time for ranking where mentors rank."""
        data = super().clean()
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
