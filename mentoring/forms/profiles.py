"""What mentors type about themselves."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mentoring.forms.choices import discipline_field, languages_field, several_field, skills_field
from mentoring.vocabulary import Discipline
from portal.fields import CleanCharField

FOCUS_LIMIT = 160
MOST_MENTEES, MOST_MEETINGS = 50, 200
NAMES = (
    "focus_ko",
    "focus_en",
    "discipline",
    "second_disciplines",
    "skills",
    "languages",
    "capacity",
    "capacity_overall",
    "monthly_limit",
    "is_paused",
)


def number_field(label, *, least=1, most=MOST_MENTEES, required=False, help_text=""):
    """A whole number, typed."""
    wrong = _("Write a whole number from %(least)s to %(most)s.") % {"least": least, "most": most}
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        required=required,
        help_text=help_text,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value", "required"), wrong),
    )


class MentorProfileForm(forms.Form):
    """A mentor's own profile: what others read of it, and how many mentees and meetings there may be."""

    use_required_attribute = False

    focus_ko = CleanCharField(
        label=gettext_lazy("Focus in Korean"),
        max_length=FOCUS_LIMIT,
        help_text=gettext_lazy("What you can help with, in one line. If you write no Korean, write it in English."),
        widget=forms.TextInput(attrs={"data-limit": FOCUS_LIMIT, "lang": "ko"}),
    )
    focus_en = CleanCharField(
        label=gettext_lazy("Focus in English"),
        max_length=FOCUS_LIMIT,
        widget=forms.TextInput(attrs={"data-limit": FOCUS_LIMIT, "lang": "en"}),
    )
    discipline = discipline_field(label=gettext_lazy("Main discipline"))
    second_disciplines = several_field(
        Discipline.choices, "", label=gettext_lazy("Other disciplines"), required=False
    )
    skills = skills_field(label=gettext_lazy("What you can help with"))
    languages = languages_field(label=gettext_lazy("Languages in which you mentor"))

    def __init__(self, data=None, *, mentor):
        super().__init__(data, initial={name: getattr(mentor, name) for name in NAMES})
        self.fields["capacity"] = number_field(
            _("Mentees in one cohort"),
            required=True,
            help_text=_("Mentees whom you have already stay, also when you lower this."),
        )
        self.fields["capacity_overall"] = number_field(
            _("Mentees at the same time"), help_text=_("Over all cohorts. Leave it empty for no limit.")
        )
        self.fields["monthly_limit"] = number_field(
            _("Meetings a month"), most=MOST_MEETINGS, help_text=_("Leave it empty for no limit.")
        )
        self.fields["is_paused"] = forms.BooleanField(
            label=_("Pause: no new mentees for now"),
            required=False,
            help_text=_("Mentees whom you have already stay."),
        )

    @property
    def public(self):
        """The fields that others read."""
        return [self[name] for name in NAMES[:6]]

    @property
    def limits(self):
        """The fields that staff and the pairing read."""
        return [self[name] for name in NAMES[6:]]

    def clean(self):
        """The main discipline is not one of the others as well."""
        data = super().clean()
        main = data.get("discipline")
        data["second_disciplines"] = [one for one in data.get("second_disciplines") or () if one != main]
        return data
