"""Surveys in the admin: made, opened, closed, reminded of, and what came of them. Never who said what."""

from django.contrib import admin
from django.http import Http404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import object_deed
from accounts.admin_tools import ScopedAdmin, moment_in_list, name_verbs, pill_html, word_values
from portal import clock, i18n
from programs import attending, survey_documents, survey_tables, survey_totals, surveys
from programs.admin.filters import CohortFilter, SelectFilter
from programs.admin.overview import name_of
from programs.admin.survey_forms import SurveyForm, WindowForm
from programs.core_survey import OVERALL
from programs.models.cohorts import Cohort
from programs.models.forms import QuestionType
from programs.models.survey_totals import SurveyTotal
from programs.models.surveys import Asks, Survey, SurveyState
from programs.operations import surveys as operations

name_verbs(
    {
        "survey.made": _("Survey made"),
        "survey.window": _("Dates of the survey changed"),
        "survey.opened": _("Survey opened"),
        "survey.closed": _("Survey closed"),
        "survey.reminded": _("Reminded those who have not answered"),
        "survey.named": _("Who is asked brought up to date"),
        "survey_total.brought_in": _("Total of a survey brought in"),
        "survey_total.replaced": _("Total of a survey replaced"),
    }
)
word_values(
    {
        "survey.reminded": lambda before, after: (
            ngettext("%(count)s mail", "%(count)s mails", int(after or 0)) % {"count": after}
        )
    }
)
S = SurveyState


class StateFilter(SelectFilter):
    """Where a survey stands."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        """All."""
        return S.choices

    def queryset(self, request, queryset):
        """Those that stand there now."""
        now = clock.now()
        chosen = {
            S.COMING: {"opens_at__gt": now},
            S.OPEN: {"opens_at__lte": now, "closes_at__gt": now},
            S.CLOSED: {"closes_at__lte": now},
        }
        if self.value() is None:
            return queryset
        return queryset.filter(**chosen[self.value()]) if self.value() in chosen else queryset.none()


@admin.register(Survey)
class SurveyAdmin(ScopedAdmin):
    """The surveys of the cohorts that a person runs; each has a page from which it is run."""

    group = "run"
    place = 48
    admins_may = managers_may = ("view",)
    list_display = ["name", "title", "state_pill", "opens", "closes", "rate"]
    list_display_links = None
    list_filter = [StateFilter, CohortFilter]
    search_fields = ["cohort__program__title_ko", "cohort__program__title_en", "expert__name_ko", "expert__name_en"]
    search_help_text = _("Program or expert")
    ordering = ["-closes_at", "-pk"]
    change_list_template = "admin/programs/survey/change_list.html"
    pages = {
        "compare": ("compare/", "compare_view"),
        "new": ("cohort/<int:pk>/new/", "new_view"),
        "totals": ("cohort/<int:pk>/totals/", "totals_view"),
        "run": ("<int:pk>/run/", "run_view"),
        "results": ("<int:pk>/results/", "results_view"),
        "pdf": ("<int:pk>/results/<slug:language>.pdf", "pdf_view"),
        "window": ("<int:pk>/window/", "window_view"),
        "open": ("<int:pk>/open/", "open_view"),
        "close": ("<int:pk>/close/", "close_view"),
        "remind": ("<int:pk>/remind/", "remind_view"),
    }

    def run_by(self, queryset, user):
        """Those of the cohorts that a manager runs."""
        return queryset.managed_by(user)

    def get_queryset(self, request):
        """With names, and how many have answered."""
        related = ("cohort__program", "session", "expert", "form_version__form")
        return surveys.with_counts(super().get_queryset(request)).select_related(*related)

    def get_urls(self):
        """Ours before Django's own, which take anything for a number."""
        own = [
            path(address, self.admin_site.admin_view(getattr(self, view)), name=f"programs_survey_{name}")
            for name, (address, view) in self.pages.items()
        ]
        return own + super().get_urls()

    def named(self, obj):
        """A survey by what it is about, a cohort by its name."""
        return name_of(obj) if isinstance(obj, Cohort) else surveys.about(obj)

    @staticmethod
    def url(name, pk):
        """The address of one of the pages here."""
        return reverse(f"admin:programs_survey_{name}", args=[pk])

    # columns

    @admin.display(description=_("about"), ordering="cohort__program__title_ko")
    def name(self, survey):
        """The way to the page from which it is run."""
        return format_html('<a href="{}">{}</a>', self.url("run", survey.pk), surveys.about(survey))

    @admin.display(description=_("what is asked"))
    def title(self, survey):
        """Which form it asks."""
        return surveys.title_of(survey)

    @admin.display(description=_("state"))
    def state_pill(self, survey):
        """Where it stands."""
        return pill_html(surveys.pill(survey, clock.now()))

    @admin.display(description=_("opens"), ordering="opens_at")
    def opens(self, survey):
        """When it opens."""
        return moment_in_list(survey.opens_at)

    @admin.display(description=_("closes"), ordering="closes_at")
    def closes(self, survey):
        """When it closes."""
        return moment_in_list(survey.closes_at)

    @admin.display(description=_("response rate"))
    def rate(self, survey):
        """How many of those asked have answered."""
        return survey_tables.rate_text(survey.answered, survey.asked)

    # pages

    def run_view(self, request, pk):
        """How a survey goes: state, response rate, how many have not answered; what can be done."""
        survey, now = self.find(request, pk), clock.now()
        return self.page(
            request,
            "admin/programs/survey/run.html",
            survey,
            title=surveys.title_of(survey),
            about=surveys.about(survey),
            pill=surveys.pill(survey, now),
            facts=facts_of(survey),
            settings=settings_of(survey),
            percent=100 * survey.answered / survey.asked if survey.asked else 0,
            buttons=self.buttons(survey, now),
            overview_url=reverse("admin:programs_cohort_overview", args=[survey.cohort_id]),
            lines=self.timeline(survey),
        )

    def buttons(self, survey, now):
        """The deeds that make sense now."""
        chosen = {
            S.COMING: [("open", gettext("Open the survey now")), ("window", gettext("Change the dates"))],
            S.OPEN: [
                ("remind", gettext("Remind those who have not answered")),
                ("window", gettext("Change the dates")),
                ("close", gettext("Close the survey now")),
            ],
            S.CLOSED: [("results", gettext("Results of the survey"))],
        }[survey.state_at(now)]
        return [
            {
                "label": label,
                "url": self.url(name, survey.pk),
                "small": True,
                "look": {"close": "danger", "results": "primary"}.get(name, ""),
            }
            for name, label in chosen
        ]

    def results_view(self, request, pk):
        """What came of a survey."""
        survey, now = self.find(request, pk), clock.now()
        results = survey_tables.results(survey, now)
        return self.page(
            request,
            "admin/programs/survey/results.html",
            survey,
            title=gettext("Results of the survey"),
            about=surveys.about(survey),
            facts=facts_of(survey),
            results=results,
            buttons=[] if results["why"] else self.pdf_buttons(survey),
            back_url=self.url("run", survey.pk),
            totals_url=self.url("totals", survey.cohort_id)
            if SurveyTotal.objects.filter(cohort=survey.cohort_id).exists()
            else "",
        )

    def pdf_buttons(self, survey):
        """The ways to the document, in each language."""
        labels = {i18n.KO: gettext("PDF in Korean"), i18n.EN: gettext("PDF in English")}
        return [
            {
                "label": labels[language],
                "url": reverse("admin:programs_survey_pdf", args=[survey.pk, language]),
                "small": True,
            }
            for language in i18n.LANGUAGES
        ]

    def pdf_view(self, request, pk, language):
        """The same in one of both languages, to be saved; there is none where nothing is shown."""
        survey, now = self.find(request, pk), clock.now()
        if language not in i18n.LANGUAGES:
            raise Http404
        with i18n.speaking(language):
            return survey_documents.response(survey, survey_tables.results(survey, now))

    def totals_view(self, request, pk):
        """What a table told about the survey of a cohort, without single answers."""
        [totals] = survey_totals.totals_of(Cohort.objects.managed_by(request.user).filter(pk=pk)) or [None]
        if totals is None or not self.may("view", request):
            raise Http404
        return self.page(
            request,
            "admin/programs/survey/results.html",
            None,
            title=gettext("Survey totals from a table"),
            about=surveys.about(totals),
            facts=facts_of_totals(totals),
            results=survey_tables.results_of_totals(totals),
            back_url=reverse("admin:programs_cohort_overview", args=[pk]),
            is_told=True,
        )

    def compare_view(self, request):
        """One question over all closed surveys that the person may see: by cohort, expert or session."""
        if not self.may("view", request):
            raise Http404
        by = request.GET.get("by", "cohort")
        by = by if by in survey_tables.GROUPS else "cohort"
        cohorts = Cohort.objects.managed_by(request.user)
        rows = survey_tables.comparable(Survey.objects.managed_by(request.user), clock.now(), cohorts)
        years = sorted({survey_tables.year_of(row) for row in rows}, reverse=True)
        year = next((year for year in years if str(year) == request.GET.get("year")), None)
        groups = survey_tables.GROUPS[by]([row for row in rows if year in (None, survey_tables.year_of(row))])
        questions = survey_tables.keys_of([row for _label, found in groups for row in found])
        named = {question.key: question for question in questions}
        chosen = named.get(request.GET.get("question", ""), named.get(OVERALL, next(iter(questions), None)))
        labels = {"cohort": gettext("By cohort"), "expert": gettext("By expert"), "session": gettext("By session")}
        return self.page(
            request,
            "admin/programs/survey/compare.html",
            None,
            title=gettext("Surveys side by side"),
            chips=[
                {"label": label, "url": f"?by={name}", "current": name == by, "count": None}
                for name, label in labels.items()
            ],
            by=by,
            years=years,
            year=year,
            questions=[
                {"key": question.key, "label": question.label, "current": question is chosen}
                for question in questions
            ],
            chosen=chosen,
            formulas=survey_tables.formulas(),
            is_nps=chosen is not None and chosen.type == QuestionType.NPS,
            **(
                survey_tables.comparison(groups, chosen)
                if chosen
                else {"chart": None, "hidden": [], "has_told": False}
            ),
        )

    # deeds, each with a page that asks

    def new_view(self, request, pk):
        """A new survey of a cohort that the person runs."""
        cohort = Cohort.objects.managed_by(request.user).select_related("program").filter(pk=pk).first()
        if cohort is None or not self.may("view", request):
            raise Http404
        overview = reverse("admin:programs_cohort_overview", args=[cohort.pk])

        def perform(data):
            operations.create_survey(cohort.pk, by=request.user, **data)
            return gettext("The survey is made. It opens by itself.")

        return object_deed(
            self,
            request,
            cohort,
            label=gettext("New survey"),
            note=gettext("When it opens, everyone who is asked gets a mail. Its questions are fixed from now on."),
            form_class=SurveyForm,
            perform=perform,
            back_url=overview,
            done_url=self.changelist_url(f"cohort={cohort.pk}"),
        )

    def ask(self, request, survey, **options):
        """A page that asks, and goes back to the survey."""
        return object_deed(self, request, survey, back_url=self.url("run", survey.pk), **options)

    def window_view(self, request, pk):
        """Other dates."""
        survey = self.find(request, pk)

        def perform(data):
            operations.change_window(survey.pk, data["opens_at"], data["closes_at"], by=request.user)
            return gettext("The dates are changed.")

        return self.ask(
            request,
            survey,
            label=gettext("Change the dates"),
            note=gettext("A survey that is open keeps the moment at which it opened."),
            form_class=WindowForm,
            perform=perform,
        )

    def open_view(self, request, pk):
        """Opens it before its time."""
        survey = self.find(request, pk)

        def perform(data):
            operations.open_now(survey.pk, by=request.user)
            return gettext("The survey is open.")

        return self.ask(
            request,
            survey,
            label=gettext("Open the survey now"),
            note=gettext("Everyone who is asked gets a mail."),
            facts=asked_facts(survey),
            perform=perform,
        )

    def close_view(self, request, pk):
        """Closes it for good."""
        survey = self.find(request, pk)

        def perform(data):
            operations.close_now(survey.pk, by=request.user)
            return gettext("The survey is closed.")

        return self.ask(
            request,
            survey,
            label=gettext("Close the survey now"),
            note=gettext("No answers are taken any more and the results can be seen. It cannot be opened again."),
            danger=True,
            facts=asked_facts(survey),
            perform=perform,
        )

    def remind_view(self, request, pk):
        """Reminds those who have not answered."""
        survey = self.find(request, pk)

        def perform(data):
            count = operations.remind_now(survey.pk, by=request.user)
            text = ngettext("%(count)s reminder is on its way.", "%(count)s reminders are on their way.", count)
            return text % {"count": count}

        return self.ask(
            request,
            survey,
            label=gettext("Remind those who have not answered"),
            note=gettext("Only they get the mail, and whoever answers before it is sent does not."),
            facts=asked_facts(survey),
            perform=perform,
        )


def asked_facts(survey):
    """How many are asked, have answered, have not: pairs of a term and its value."""
    return [
        (gettext("Asked"), i18n.number(survey.asked)),
        (gettext("Answered"), i18n.number(survey.answered)),
        (gettext("Not answered"), i18n.number(survey.missing)),
    ]


def facts_of(survey):
    """The facts at the top."""
    rate = survey_tables.rate_text(survey.answered, survey.asked)
    return [
        {"term": gettext("Response rate"), "value": rate},
        {"term": gettext("Not answered"), "value": i18n.number(survey.missing)},
        {"term": gettext("Opens"), "value": i18n.moment(survey.opens_at)},
        {"term": gettext("Closes"), "value": i18n.moment(survey.closes_at)},
    ]


def facts_of_totals(totals):
    """The same for totals from a table, and from which."""
    batches = {total.batch_id: total.batch for total in totals.totals.values()}
    return [
        {"term": gettext("Response rate"), "value": survey_tables.rate_text(totals.answered, totals.asked)},
        *(
            {
                "term": gettext("From the table"),
                "value": f"{batch.file_name} · {i18n.day(batch.applied_at, year=True)}",
                "url": reverse("admin:programs_import_rows", args=[batch.pk]),
                "user": True,
            }
            for batch in batches.values()
        ),
    ]


def gate_words(survey, yes_no):
    """Whether certificates wait, and why not where the survey says so and the cohort's rule does not."""
    if survey.gates_certificate and not attending.rule_of(survey.cohort, clock.now()).needs_survey:
        return gettext("No: the completion rule of the cohort asks for no survey.")
    return yes_no[survey.gates_certificate]


def settings_of(survey):
    """How it was made."""
    yes_no = {True: gettext("Yes"), False: gettext("No")}
    return [
        {
            "term": gettext("What is asked"),
            "value": str(survey.form_version),
            "url": reverse("admin:programs_form_version", args=[survey.form_version_id]),
        },
        {"term": gettext("Who is asked"), "value": Asks(survey.asks).label},
        {"term": gettext("Anonymous"), "value": yes_no[survey.is_anonymous]},
        {"term": gettext("The certificate waits for the answer"), "value": gate_words(survey, yes_no)},
        {"term": gettext("Least answers for a result"), "value": survey.min_shown},
    ]
