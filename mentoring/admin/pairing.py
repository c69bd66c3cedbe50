"""Runs of the pairing in the admin: their list, and the pairing desk with all its pages."""

from django.contrib import admin
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_tools import pill_html
from mentoring.admin.pairing_base import made_text, run_name, run_pill
from mentoring.admin.pairing_desk import DeskPages
from mentoring.admin.pairing_publishing import PublishingPages
from mentoring.admin.pairing_runs import RunPages
from mentoring.admin.pairing_weighing import WeighingPages
from mentoring.admin.rounds import RoundAdmin
from mentoring.admin.shared import PairCohortFilter, cohort_name
from mentoring.models.rounds import MentoringRound
from mentoring.models.runs import PairingRun
from mentoring.pairing.todo import WORDS, is_due
from programs import todos
from programs.admin.cohorts import CohortAdmin
from programs.models.cohorts import Cohort


class RunCohortFilter(PairCohortFilter):
    """One of the cohorts that the person runs."""

    path = "round__cohort"


@admin.register(PairingRun)
class PairingRunAdmin(DeskPages, RunPages, WeighingPages, PublishingPages):
    """Every run that was made; each has its page on the desk of its round."""

    group = "mentoring"
    place = 2
    managers_may = ("view",)
    list_display = ["name", "cohort", "state", "matched", "poor", "weak", "made"]
    list_display_links = None
    list_filter = [RunCohortFilter]
    ordering = ["-made_at", "-pk"]

    def get_urls(self):
        """Ours before Django's own."""
        own = [*self.desk_urls(), *self.run_urls(), *self.weighing_urls(), *self.publishing_urls()]
        return own + super().get_urls()

    def get_queryset(self, request):
        """Without what only the page of a run reads."""
        rows = super().get_queryset(request).select_related("round__cohort__program", "made_by")
        return rows.defer("problem", "plan", "facts")

    def run_by(self, queryset, user):
        """Those of the cohorts a manager runs."""
        return queryset.filter(round__cohort__in=Cohort.objects.managed_by(user).values("pk"))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """A run is looked at on its desk."""
        return redirect(self.run_url(self.find(request, object_id)))

    @admin.display(description=_("run"), ordering="number")
    def name(self, run):
        """The way to its page."""
        return format_html('<a href="{}">{}</a>', self.run_url(run), run_name(run))

    @admin.display(description=_("cohort"), ordering="round__cohort")
    def cohort(self, run):
        """The way to the desk of its round."""
        return format_html('<a href="{}">{}</a>', self.desk_url(run.round), cohort_name(run.round.cohort))

    @admin.display(description=_("status"))
    def state(self, run):
        """Whether it is published."""
        pill = run_pill(run)
        return pill_html(pill) if pill else "–"

    @admin.display(description=_("worked out"), ordering="made_at")
    def made(self, run):
        """When, by whom."""
        return made_text(run)


def desk_button(cohort):
    """The way from the cohort's page to the desk, where its round has been set up."""
    if not cohort.program.has_mentoring:
        return []
    round_ = MentoringRound.objects.filter(cohort=cohort).only("pk").first()
    return desk_way(round_) if round_ is not None else []


def desk_way(round_):
    """The way to the desk of a round."""
    url = reverse("admin:mentoring_pairing_desk", kwargs={"round_id": round_.pk})
    return [{"label": gettext("Pairing desk"), "url": url, "small": True}]


def todo_lines(cohort, now):
    """That the pairing of a cohort's round is due, as a line of its overview."""
    round_ = getattr(cohort, "mentoring_round", None) if cohort.program.has_mentoring else None
    if round_ is None or not is_due(round_, now):
        return []
    url = reverse("admin:mentoring_pairing_desk", kwargs={"round_id": round_.pk})
    title, note = gettext("Pairs are to be made"), str(WORDS["due"])
    return [{"title": title, "note": note, "url": url, "label": gettext("Pairing desk")}]


CohortAdmin.more_buttons.append(desk_button)
todos.register("pairing", todo_lines)
RoundAdmin.more_buttons.append(desk_way)
