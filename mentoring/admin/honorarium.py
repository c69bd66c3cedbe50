"""Statements of honorarium: drawn up for a month, approved, paid; on a page, as Excel, as CSV, on paper."""

from django import forms
from django.contrib import admin
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import Deed, DeedForm, object_deed
from accounts.admin_tools import (
    DayInput,
    ReadOnlyAdmin,
    event_lines,
    moment_or_dash,
    name_verbs,
    pill_html,
    word_values,
)
from mentoring.admin.shared import cohort_name
from mentoring.care import honorarium
from mentoring.models.honorarium import Statement, StatementLine, StatementStatus
from mentoring.models.rounds import MentoringRound
from mentoring.operations import honorarium as operations
from portal import audit, clock, csvs, i18n, sheets
from portal.errors import Refused
from programs.admin.cohorts import CohortAdmin
from programs.admin.filters import CohortFilter

RECORD_ROWS = 20
S = StatementStatus

name_verbs(
    {
        "honorarium.drawn_up": _("Honorarium drawn up"),
        "statement.approved": _("Honorarium approved"),
        "statement.paid": _("Honorarium paid"),
    }
)


def approved_words(before, after):
    """The sum that was approved, and the fingerprint of the lines."""
    amount, _space, digest = after.partition(" ")
    return f"{honorarium.won(int(amount))} · {digest}" if amount.lstrip("-").isdecimal() else after


word_values({"statement.approved": approved_words})


class StatementCohortFilter(CohortFilter):
    """One of the cohorts that the person runs."""

    def queryset(self, request, queryset):
        """Its statements; nothing for what is not listed."""
        if self.value() is None:
            return queryset
        listed = {value for value, _display in self.lookup_choices}
        return queryset.filter(round__cohort=self.value()) if self.value() in listed else queryset.none()


class MonthFilter(admin.SimpleListFilter):
    """One month."""

    title = _("month")
    parameter_name = "month"

    def lookups(self, request, model_admin):
        """Those for which there are statements, newest first."""
        months = model_admin.get_queryset(request).order_by("-month").values_list("month", flat=True).distinct()
        return [(f"{month:%Y-%m}", honorarium.month_words(month)) for month in months]

    def queryset(self, request, queryset):
        """Those of that month; nothing for what is none."""
        if self.value() is None:
            return queryset
        month = honorarium.parsed_month(self.value())
        return queryset.filter(month=month) if month else queryset.none()


class Approve(Deed):
    """Freezes drafts."""

    name = "approve"
    label = _("Approve the chosen drafts")
    button = _("Approve")
    note = _("Each is reckoned once more. What has changed in the meantime is shown and not approved.")

    def refusal(self, row):
        """A draft of somebody else."""
        return gettext("Approved already.") if row.is_frozen else ""

    def line(self, row):
        """Who, for what, and how much."""
        return {
            "title": f"{row.mentor.name} · {honorarium.won(row.amount)}",
            "note": f"{honorarium.month_words(row.month)} · {cohort_name(row.round.cohort)}",
            "pill": honorarium.pill_of(row),
        }

    def facts(self, request, rows):
        """How many, and how much in all."""
        return [
            (gettext("Statements"), len(rows)),
            (gettext("Time"), honorarium.hours_words(sum(row.minutes for row in rows))),
            (gettext("Amount"), honorarium.won(sum(row.amount for row in rows))),
        ]

    def perform(self, row, *, by, data):
        """Approve one, as it stood on the page."""
        _statement, is_approved = operations.approve(row.pk, row.amount, by=by)
        if not is_approved:
            raise Refused(gettext("The meetings have changed; the draft is written anew. Please look at it again."))

    def done(self, count):
        """How many."""
        return ngettext("%(count)s statement approved.", "%(count)s statements approved.", count) % {"count": count}


class PaidForm(DeedForm):
    """The day of the payment."""

    day = forms.DateField(label=_("paid on"), widget=DayInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["day"] = clock.today()


class MarkPaid(Approve):
    """Writes down that statements were paid."""

    name = "mark_paid"
    label = _("Mark the chosen statements as paid")
    button = _("Mark as paid")
    note = _(
        "What is paid stays as it is. Whatever is put right later goes into the next statement as a difference."
    )
    form_class = PaidForm

    def refusal(self, row):
        """What is approved and not paid."""
        if row.status == S.PAID:
            return gettext("Paid already.")
        return "" if row.status == S.APPROVED else gettext("Approve the statement first.")

    def perform(self, row, *, by, data):
        """Mark one."""
        operations.pay(row.pk, data["day"], by=by)

    def done(self, count):
        """How many."""
        return ngettext("%(count)s statement marked as paid.", "%(count)s statements marked as paid.", count) % {
            "count": count
        }


def as_excel(model_admin, request, queryset):
    """The chosen statements as one file: a sheet of sums and one of all meetings."""
    return sheets.response(f"honorarium-{clock.today():%Y-%m-%d}", sheets_of(list(queryset)))


as_excel.short_description = _("Download as Excel")  # type: ignore[attr-defined]
as_excel.allowed_permissions = ("view",)  # type: ignore[attr-defined]


def as_csv(model_admin, request, queryset):
    """The lines of the chosen statements as CSV."""
    return csvs.response(f"honorarium-{clock.today():%Y-%m-%d}", *csv_of(list(queryset)))


as_csv.short_description = _("Download as CSV")  # type: ignore[attr-defined]
as_csv.allowed_permissions = ("view",)  # type: ignore[attr-defined]


def cell_text(cell):
    """A cell for CSV: a moment in Seoul's time, the rest as it is."""
    if hasattr(cell, "hour"):
        return cell.astimezone(clock.SEOUL).strftime("%Y-%m-%d %H:%M")
    return "" if cell is None else cell


def csv_of(statements):
    """The headings and lines of statements for CSV."""
    _name, headings, rows, _sums = lines_sheet(statements)
    return headings, [[cell_text(cell) for cell in cells] for cells in rows]


def sheets_of(statements):
    """The two sheets of a file."""
    headings = [
        gettext("Month"),
        gettext("Mentor"),
        gettext("Cohort"),
        gettext("Minutes"),
        gettext("Amount (KRW)"),
        gettext("Status"),
        gettext("Approved"),
        gettext("Paid on"),
        gettext("Code"),
    ]
    rows = [
        [
            f"{row.month:%Y-%m}",
            row.mentor.name,
            cohort_name(row.round.cohort),
            row.minutes,
            row.amount,
            row.get_status_display(),
            row.approved_at,
            row.paid_on,
            row.code,
        ]
        for row in statements
    ]
    return [(gettext("Statements"), headings, rows, (3, 4)), lines_sheet(statements)]


def lines_sheet(statements):
    """Every line of statements; no mentee is named."""
    by_number = {row.pk: row for row in statements}
    lines = StatementLine.objects.filter(statement__in=by_number).select_related("meeting")
    headings = [
        gettext("Month"),
        gettext("Mentor"),
        gettext("Cohort"),
        gettext("Meeting"),
        gettext("What"),
        gettext("Minutes"),
        gettext("Rate an hour (KRW)"),
        gettext("Amount (KRW)"),
        gettext("Status"),
    ]
    order = {number: place for place, number in enumerate(by_number)}
    rows = [
        [
            f"{by_number[line.statement_id].month:%Y-%m}",
            by_number[line.statement_id].mentor.name,
            cohort_name(by_number[line.statement_id].round.cohort),
            line.starts_at,
            gettext("Difference to an earlier statement") if line.is_correction else gettext("Meeting"),
            line.minutes,
            line.rate,
            line.amount,
            by_number[line.statement_id].get_status_display(),
        ]
        for line in sorted(lines, key=lambda line: (order[line.statement_id], line.starts_at, line.pk))
    ]
    return gettext("Meetings"), headings, rows, (5, 7)


class MonthInput(forms.DateInput):
    """The browser's own field for a month."""

    input_type = "month"


class DrawUpForm(DeedForm):
    """Which month."""

    month = forms.CharField(label=_("month"), widget=MonthInput, help_text=_("Such as 2026-11."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["month"] = f"{clock.today():%Y-%m}"

    def clean_month(self):
        """Its first day."""
        month = honorarium.parsed_month(self.cleaned_data["month"].strip())
        if month is None:
            raise forms.ValidationError(gettext("Write the month as 2026-11."))
        return month


@admin.register(Statement)
class StatementAdmin(ReadOnlyAdmin):
    """What mentors are paid, for whoever runs the round."""

    group = "mentoring"
    place = 6
    managers_may = ("view",)
    list_display = ["mentor_name", "month_column", "cohort", "time", "money", "state", "paid"]
    list_filter = [StatementCohortFilter, MonthFilter, "status"]
    list_select_related = ["mentor__user", "mentor__expert", "round__cohort__program"]
    search_fields = ["mentor__user__full_name", "mentor__user__romanized_name", "=code"]
    search_help_text = _("Name or code")
    ordering = ["-month", "mentor__user__full_name", "pk"]
    actions = [Approve.action(), MarkPaid.action(), as_excel, as_csv]

    def run_by(self, queryset, user):
        """Those of the rounds a manager runs."""
        return queryset.managed_by(user)

    def get_queryset(self, request):
        """With what a row shows."""
        return super().get_queryset(request).select_related(*self.list_select_related)

    def get_urls(self):
        """Drawing up and the files, before Django's own addresses."""
        views = {"draw-up/<int:round_id>/": self.draw_up_view}
        views |= {"<int:pk>/excel/": self.excel_view, "<int:pk>/csv/": self.csv_view}
        own = [
            path(address, self.admin_site.admin_view(view), name=f"mentoring_statement_{name}")
            for (address, view), name in zip(views.items(), ("draw_up", "excel", "csv"), strict=True)
        ]
        return own + super().get_urls()

    def excel_view(self, request, pk):
        """One statement as Excel."""
        found = self.find(request, pk)
        return sheets.response(f"honorarium-{found.month:%Y-%m}-{found.code[:6]}", sheets_of([found]))

    def csv_view(self, request, pk):
        """One statement as CSV."""
        found = self.find(request, pk)
        return csvs.response(f"honorarium-{found.month:%Y-%m}-{found.code[:6]}", *csv_of([found]))

    def named(self, obj):
        """A round by its cohort, a statement by mentor and month."""
        if isinstance(obj, MentoringRound):
            return cohort_name(obj.cohort)
        return f"{obj.mentor.name} · {honorarium.month_words(obj.month)}"

    def draw_up_view(self, request, round_id):
        """Reckons the drafts of a round for a month."""
        rounds = MentoringRound.objects.managed_by(request.user).select_related("cohort__program")
        round_ = rounds.filter(pk=round_id).first()
        if round_ is None or not self.has_view_permission(request):
            raise Http404
        chosen = {}

        def perform(data):
            chosen["month"] = data["month"]
            count = len(operations.draw_up(round_.pk, data["month"], by=request.user))
            return ngettext("%(count)s draft drawn up.", "%(count)s drafts drawn up.", count) % {"count": count}

        return object_deed(
            self,
            request,
            round_,
            label=gettext("Draw up the honorarium"),
            note=gettext(
                "Meetings that were held and confirmed by the end of the month, and stand in no statement yet. "
                "Drafts are reckoned anew; what is approved or paid stays."
            ),
            facts=[(gettext("Honorarium an hour"), honorarium.won(round_.hourly_rate))],
            form_class=DrawUpForm,
            perform=perform,
            back_url=f"{self.changelist_url()}?cohort={round_.cohort_id}",
        )

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """One statement with its lines, to look at and to print."""
        if request.method not in ("GET", "HEAD"):
            raise Http404
        found = self.find(request, object_id)
        return self.page(
            request,
            "admin/mentoring/statement/statement.html",
            found,
            title=self.named(found),
            pill=honorarium.pill_of(found),
            facts=facts_of(found),
            lines=honorarium.line_rows(honorarium.written(found)),
            total={"time": honorarium.hours_words(found.minutes), "amount": honorarium.won(found.amount)},
            is_broken=found.is_frozen and not honorarium.is_intact(found),
            record=event_lines(audit.history(found)[:RECORD_ROWS]),
            action_url=self.changelist_url(),
            deeds=[
                {"name": deed.name, "label": deed.button}
                for deed in (Approve, MarkPaid)
                if not deed().refusal(found)
            ],
            files=[
                {
                    "label": gettext("Download as Excel"),
                    "url": reverse("admin:mentoring_statement_excel", args=[found.pk]),
                },
                {
                    "label": gettext("Download as CSV"),
                    "url": reverse("admin:mentoring_statement_csv", args=[found.pk]),
                },
            ],
        )

    @admin.display(description=_("mentor"), ordering="mentor__user__full_name")
    def mentor_name(self, statement):
        """In the reader's language."""
        return statement.mentor.name

    @admin.display(description=_("month"), ordering="month")
    def month_column(self, statement):
        """Year and month."""
        return honorarium.month_words(statement.month)

    @admin.display(description=_("cohort"))
    def cohort(self, statement):
        """The program and which run of it."""
        return cohort_name(statement.round.cohort)

    @admin.display(description=_("time"), ordering="minutes")
    def time(self, statement):
        """Hours and minutes."""
        return honorarium.hours_words(statement.minutes)

    @admin.display(description=_("amount"), ordering="amount")
    def money(self, statement):
        """In won."""
        return honorarium.won(statement.amount)

    @admin.display(description=_("status"), ordering="status")
    def state(self, statement):
        """Draft, approved, paid."""
        return pill_html(honorarium.pill_of(statement))

    @admin.display(description=_("paid on"), ordering="paid_on")
    def paid(self, statement):
        """The day."""
        return i18n.day(statement.paid_on, year=True) if statement.paid_on else "–"


def facts_of(statement):
    """What stands above the lines."""
    facts = [
        (gettext("Mentor"), statement.mentor.name, True),
        (gettext("Month"), honorarium.month_words(statement.month), False),
        (gettext("Cohort"), cohort_name(statement.round.cohort), False),
        (gettext("Drawn up"), i18n.moment(statement.drawn_up_at), False),
        (gettext("Approved"), moment_or_dash(statement.approved_at), False),
        (gettext("Approved by"), statement.approved_by.display_name if statement.approved_by else "–", True),
        (gettext("Paid on"), i18n.day(statement.paid_on, year=True) if statement.paid_on else "–", False),
        (gettext("Fingerprint"), statement.digest[:16] or "–", False),
    ]
    return [{"term": term, "value": value, "user": user} for term, value, user in facts]


def honorarium_buttons(cohort):
    """The ways from the cohort's page."""
    round_ = MentoringRound.objects.filter(cohort=cohort).first() if cohort.program.has_mentoring else None
    if round_ is None or not round_.hourly_rate:
        return []
    return [
        {
            "label": gettext("Draw up the honorarium"),
            "url": reverse("admin:mentoring_statement_draw_up", args=[round_.pk]),
            "small": True,
        },
        {
            "label": gettext("Honorarium"),
            "url": f"{reverse('admin:mentoring_statement_changelist')}?cohort={cohort.pk}",
            "small": True,
        },
    ]


CohortAdmin.more_buttons.append(honorarium_buttons)
