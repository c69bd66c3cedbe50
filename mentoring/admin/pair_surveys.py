"""Surveys of mentor pairs, made from the page of their cohort; run from there on like every survey."""

from django import forms
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import object_deed
from mentoring import pair_surveys
from mentoring.admin.shared import cohort_name
from mentoring.pair_forms import Side
from portal import i18n
from programs.admin.cohorts import CohortAdmin
from programs.admin.survey_forms import SettingsForm
from programs.models.cohorts import Cohort


class PairSurveyForm(SettingsForm):
    """Who of the pairs is asked, and when."""

    side = forms.ChoiceField(label=_("Who is asked"), choices=Side.choices, initial=Side.MENTEES)
    field_order = ["side", "opens_at", "closes_at"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["gates_certificate"].help_text = gettext("Of mentees, and for as long as the survey is open.")


class PairSurveyPages:
    """Adds the page on which a survey of pairs is made to the admin of pairs."""

    def get_urls(self):
        """Ours before Django's own."""
        view = self.admin_site.admin_view(self.survey_view)
        return [path("cohort/<int:pk>/survey/", view, name="mentoring_pairing_survey"), *super().get_urls()]

    def named(self, obj):
        """A cohort by its name."""
        return cohort_name(obj) if isinstance(obj, Cohort) else super().named(obj)

    def survey_view(self, request, pk):
        """A new survey of the mentees or the mentors of a cohort that the person runs."""
        cohorts = Cohort.objects.managed_by(request.user).filter(program__has_mentoring=True)
        cohort = cohorts.select_related("program").filter(pk=pk).first()
        if cohort is None or not self.has_view_permission(request):
            raise Http404

        def perform(data):
            side = Side(data.pop("side"))
            pair_surveys.create_pair_survey(cohort.pk, side, by=request.user, **data)
            return gettext("The survey is made. It opens by itself.")

        return object_deed(
            self,
            request,
            cohort,
            label=gettext("Survey about the mentoring"),
            note=gettext(
                "Whoever is in the last pair of a mentee is asked, once. Pairs made or ended later count too."
            ),
            facts=[(side.label, i18n.number(len(pair_surveys.people_of(cohort.pk, side)))) for side in Side],
            form_class=PairSurveyForm,
            perform=perform,
            back_url=reverse("admin:programs_cohort_overview", args=[cohort.pk]),
            done_url=f"{reverse('admin:programs_survey_changelist')}?cohort={cohort.pk}",
        )


def survey_button(cohort):
    """The way from the cohort's page."""
    if not cohort.program.has_mentoring or not cohort.published_at or cohort.cancelled_at:
        return []
    url = reverse("admin:mentoring_pairing_survey", args=[cohort.pk])
    return [{"label": gettext("Survey about the mentoring"), "url": url, "small": True}]


CohortAdmin.more_buttons.append(survey_button)
