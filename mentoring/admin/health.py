"""The health board: one page for all rounds that a person runs, one for each, and the rows behind every number."""

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import DeedForm, object_deed
from accounts.admin_tools import ScopedAdmin, name_verbs, notes_people
from mentoring.care import absences, health, health_rows
from mentoring.models.care import AbsenceKind, AbsenceStep, Health
from mentoring.models.pairs import Pairing
from mentoring.operations import absences as operations
from portal import clock, csvs, i18n
from portal.fields import CleanCharField
from programs.admin.cohorts import CohortAdmin
from programs.models.cohorts import Cohort
from programs.models.enrolments import Enrolment

SHOWN = 500  # rows on a page; the file has all of them

name_verbs(
    {
        "absences.warning": _("Warned for missed meetings"),
        "absences.to_do": _("Missed meetings left to staff"),
        "absences.settled": _("Missed meetings looked at"),
    }
)
notes_people("absences.warning", "absences.to_do")


class SettleForm(DeedForm):
    """What was done."""

    note = CleanCharField(label=_("what was done"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


@admin.register(Health)
class HealthAdmin(ScopedAdmin):
    """How pairs are doing. Everything here is read; the only deed says that somebody's absences were looked at."""

    group = "mentoring"
    place = 0
    admins_may = managers_may = ("view",)
    ordering = ["-opens_at", "-pk"]

    def run_by(self, queryset, user):
        """Those of the cohorts a manager runs."""
        return queryset.filter(cohort__in=Cohort.objects.managed_by(user).values("pk"))

    def get_queryset(self, request):
        """With the cohort."""
        return super().get_queryset(request).select_related("cohort__program")

    def named(self, obj):
        """A round by its cohort, a to-do by its person."""
        return obj.person.display_name if isinstance(obj, AbsenceStep) else health_rows.cohort_words(obj.cohort)

    def get_urls(self):
        """The rows and the to-dos, before Django's own addresses."""
        wrap = self.admin_site.admin_view
        own = [
            path("rows/<slug:measure>/", wrap(self.rows_view), name="mentoring_health_all_rows"),
            path("rows/<slug:measure>/csv/", wrap(self.csv_view), name="mentoring_health_all_csv"),
            path("<int:round_id>/rows/<slug:measure>/", wrap(self.rows_view), name="mentoring_health_rows"),
            path("<int:round_id>/rows/<slug:measure>/csv/", wrap(self.csv_view), name="mentoring_health_csv"),
            path("absences/<int:step_id>/", wrap(self.settle_view), name="mentoring_health_settle"),
        ]
        return own + super().get_urls()

    def address(self, name, round_=None):
        """A function that gives the address of a measure's page, of one round or of all."""
        if round_ is None:
            return lambda measure: reverse(f"admin:mentoring_health_all_{name}", args=[measure])
        return lambda measure: reverse(f"admin:mentoring_health_{name}", args=[round_.pk, measure])

    def board(self, request, round_id=None):
        """The board of one round that the person runs, or of all that are under way; with the round or None."""
        if request.method not in ("GET", "HEAD"):
            raise Http404
        if round_id is not None:
            round_ = self.find(request, round_id)
            return health.Board([round_], clock.now()), round_
        if not self.has_view_permission(request):
            raise Http404
        rounds = health.on_board(self.get_queryset(request), clock.now())
        return health.Board(rounds, clock.now()), None

    # pages

    def changelist_view(self, request, extra_context=None):
        """All rounds together, and a line for each."""
        board, _round = self.board(request)
        rows = health_rows.round_rows(board, lambda round_: self.change_url(round_.pk))
        return self.board_page(request, board, None, title=gettext("Health board"), rounds=rows)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """One round."""
        board, round_ = self.board(request, object_id)
        title = gettext("Health of %(cohort)s") % {"cohort": self.named(round_)}
        return self.board_page(request, board, round_, title=title)

    def board_page(self, request, board, round_, *, title, rounds=()):
        """The page."""
        address = self.address("rows", round_)
        return self.page(
            request,
            "admin/mentoring/health/board.html",
            None,
            title=title,
            one=self.named(round_) if round_ else "",
            server_now=i18n.moment(board.now),
            is_empty=not board.rounds,
            funnel=health_rows.funnel_rows(board, address),
            checks=health_rows.check_rows(board, address),
            minutes=health_rows.minutes_row(board, address),
            load=health_rows.table(board, "load"),
            load_url=address("load"),
            rounds=rounds,
            overview_url=reverse("admin:programs_cohort_overview", args=[round_.cohort_id]) if round_ else "",
        )

    def table(self, request, measure, round_id):
        """The rows behind a number; what is no measure is 404."""
        if measure not in health_rows.MAKERS:
            raise Http404
        board, round_ = self.board(request, round_id)
        return health_rows.table(board, measure), round_

    def rows_view(self, request, measure, round_id=None):
        """The rows on a page."""
        table, round_ = self.table(request, measure, round_id)
        return self.page(
            request,
            "admin/mentoring/health/rows.html",
            None,
            title=table.title,
            table=table,
            rows=table.rows[:SHOWN],
            left_out=max(0, len(table.rows) - SHOWN),
            one=self.named(round_) if round_ else "",
            board_url=self.change_url(round_.pk) if round_ else self.changelist_url(),
            csv_url=self.address("csv", round_)(measure),
        )

    def csv_view(self, request, measure, round_id=None):
        """The rows as a file."""
        table, _round = self.table(request, measure, round_id)
        return csvs.response(f"mentoring-{measure}", table.headings, [row.cells for row in table.rows])

    def settle_view(self, request, step_id):
        """Somebody's absences have been looked at."""
        step = self.find_step(request, step_id)
        rows = absences.missed(clock.now(), people={step.person_id}).get(step.person_id, [])

        def perform(data):
            operations.settle(step.pk, data["note"], by=request.user)
            return gettext("Written down.")

        steps = health_rows.steps_words(rows)
        facts = [(gettext("In the last 60 days"), health_rows.count_words(len(rows)))]
        facts += [(gettext("Step %(number)s") % {"number": number}, text) for number, text in enumerate(steps, 1)]
        return object_deed(
            self,
            request,
            step,
            label=gettext("Missed meetings: looked at"),
            note=gettext("Say what was done. If another meeting is missed, it comes up again."),
            facts=facts,
            form_class=SettleForm,
            perform=perform,
            back_url=reverse("admin:mentoring_health_all_rows", args=["absences"]),
        )

    def find_step(self, request, step_id):
        """An unsettled to-do about a meeting of a cohort that the person runs, not about themselves; else 404."""
        if not self.has_view_permission(request):
            raise Http404
        found = to_dos(request.user).select_related("person").filter(pk=step_id).first()
        if found is None:
            raise Http404
        return found


def to_dos(user):
    """The unsettled to-dos about people in cohorts that `user` runs."""
    rows = AbsenceStep.objects.filter(kind=AbsenceKind.TO_DO, settled_at=None).exclude(person=user)
    if user.is_admin:
        return rows
    run = Cohort.objects.managed_by(user).values("pk")
    mentees = Enrolment.objects.filter(cohort__in=run).values("person")
    mentors = Pairing.objects.filter(enrolment__cohort__in=run).values("mentor__user")
    return rows.filter(Q(person__in=mentees) | Q(person__in=mentors))


def health_button(cohort):
    """The way from the cohort's page."""
    round_ = Health.objects.filter(cohort=cohort).first() if cohort.program.has_mentoring else None
    if round_ is None:
        return []
    url = reverse("admin:mentoring_health_change", args=[round_.pk])
    return [{"label": gettext("Health of the mentoring"), "url": url, "small": True}]


def today(request):
    """For the index: whose absences wait to be looked at."""
    count = to_dos(request.user).count()
    if not count:
        return []
    text = ngettext(
        "%(count)s person has missed three mentoring meetings",
        "%(count)s people have missed three mentoring meetings",
        count,
    )
    return [
        {
            "title": text % {"count": count},
            "url": reverse("admin:mentoring_health_all_rows", args=["absences"]),
        }
    ]


CohortAdmin.more_buttons.append(health_button)
admin.site.add_today(today)  # type: ignore[attr-defined]  # it is PortalAdminSite
