"""What staff fill in for a survey: what it asks whom about what, and when."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import DeedForm
from accounts.admin_tools import MomentField
from programs.core_survey import CORE
from programs.models.cohorts import Session
from programs.models.experts import Expert
from programs.models.forms import FormVersion, Question
from programs.models.surveys import LEAST_SHOWN, TAKES, Asks


class WindowForm(DeedForm):
    """When it opens and closes."""

    opens_at = MomentField(label=_("Opens"), help_text=_("Seoul time."))
    closes_at = MomentField(
        label=_("Closes"), help_text=_("Seoul time. Results can be seen from then on; it is not opened again.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("opens_at", "closes_at"):
            self.initial.setdefault(name, getattr(self.rows[0], name, None))


def other_versions():
    """The newest version of each form, but for the core, that asks nothing a survey cannot ask."""
    personal = Q(is_personal=True) | ~Q(profile_field="") | Q(shown_if__isnull=False)
    unfit = Question.objects.filter(~Q(type__in=TAKES) | personal)
    rows = FormVersion.objects.exclude(form__slug=CORE).filter(questions__isnull=False).distinct()
    rows = rows.exclude(pk__in=unfit.values("version")).select_related("form")
    newest = {row.form_id: row for row in rows.order_by("form__title_ko", "number")}
    return newest.values()


class SettingsForm(WindowForm):
    """When it opens and closes, and how it is held; for a new survey of a cohort."""

    is_anonymous = forms.BooleanField(
        label=_("Anonymous"),
        required=False,
        initial=True,
        help_text=_("Without this, answers are kept with names, and the page says so."),
    )
    gates_certificate = forms.BooleanField(
        label=_("The certificate waits for the answer"),
        required=False,
        help_text=_("For as long as the survey is open."),
    )
    min_shown = forms.IntegerField(
        label=_("Least answers for a result"),
        min_value=LEAST_SHOWN,
        max_value=1000,
        initial=LEAST_SHOWN,
        help_text=_("Results of fewer answers are shown to nobody."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["opens_at"], self.initial["closes_at"] = self.rows[0].ends_at, None


class SurveyForm(SettingsForm):
    """A new survey of a cohort."""

    COHORT = "cohort"

    version = forms.ChoiceField(
        label=_("What is asked"),
        help_text=_("The core questions are the same every year, so that years and courses can be compared."),
    )
    about = forms.ChoiceField(label=_("About"))
    asks = forms.ChoiceField(
        label=_("Who is asked"), choices=[(asks.value, asks.label) for asks in (Asks.PRESENT, Asks.COMPLETED)]
    )
    field_order = ["version", "about", "asks", "opens_at", "closes_at"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        cohort = self.rows[0]
        self.versions = {str(row.pk): row for row in other_versions()}
        self.fields["version"].choices = [
            ("", gettext("Core questions on satisfaction")),
            *((pk, str(row)) for pk, row in self.versions.items()),
        ]
        self.fields["version"].required = False
        self.sessions = {f"session-{row.pk}": row for row in Session.objects.filter(cohort=cohort)}
        experts = Expert.objects.filter(session_experts__session__cohort=cohort).distinct()
        self.experts = {f"expert-{row.pk}": row for row in experts}
        choices = [(self.COHORT, gettext("The cohort as a whole"))]
        if self.sessions:
            choices.append((gettext("A session"), [(key, row.title) for key, row in self.sessions.items()]))
        if self.experts:
            choices.append((gettext("An expert"), [(key, row.name) for key, row in self.experts.items()]))
        self.fields["about"].choices = choices

    def survey(self):
        """What is to be made, as `create_survey` takes it."""
        data = dict(self.cleaned_data)
        about = data.pop("about")
        return data | {
            "version": self.versions.get(data["version"]),
            "session": self.sessions.get(about),
            "expert": self.experts.get(about),
        }

    def clean(self):
        """The same, as the data of the form."""
        data = super().clean()
        if not self.errors:
            self.cleaned_data = data
            return self.survey()
        return data
