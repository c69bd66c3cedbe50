"""Earlier years brought in from tables: handing one in, looking at what it would do, deciding, applying."""

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from accounts.admin_tools import ScopedAdmin, moment_in_list, pill_html
from portal import csvs, i18n, pills
from portal.errors import Refused
from portal.uploads import takes_files
from programs import import_rows, import_totals, survey_totals
from programs.core_survey import ITEMS, RECOMMEND
from programs.models.cohorts import Cohort
from programs.models.enrolments import EnrolmentStatus
from programs.models.imports import Choice, Import, ImportKind, Verdict
from programs.operations import imports

ROWS_A_PAGE = 100  # each with a choice: fewer than the fields that a request may hold
EXAMPLES = {
    ImportKind.PARTICIPANTS: [
        ("kim@example.com", "김다별", "Kim Dabyeol", "수료"),
        ("lee@example.com", "이봄결", "Lee Bomgyeol", "미수료"),
    ],
    ImportKind.EXPERTS: [("남궁설", "Namgung Seol", "KR", "사운드 디자인", "Sound design")],
    ImportKind.TOTALS: [
        (ITEMS[0][1], 48, 21, 5, 1, 0, *[""] * 14, 90),
        (ITEMS[1][1], 40, 25, 8, 2, 0, *[""] * 14, 90),
        (RECOMMEND, *[""] * 16, 44, 22, 9, 90),
    ],
}
TITLES = {
    ImportKind.PARTICIPANTS: gettext_lazy("Bring in earlier participants"),
    ImportKind.EXPERTS: gettext_lazy("Bring in experts"),
    ImportKind.TOTALS: gettext_lazy("Bring in survey totals"),
}
# What wants a decision comes first, then what does not come in.
ORDER = (Verdict.DOUBTFUL, Verdict.REFUSED, Verdict.NEW, Verdict.KNOWN, Verdict.THERE)
CHOICE_WORDS = {
    "name_differs": {Choice.SAME: gettext_lazy("It is the same person"), Choice.LEAVE: Choice.LEAVE.label},
    "same_name": {
        Choice.SAME: gettext_lazy("It is that person"),
        Choice.NEW: gettext_lazy("It is another person"),
        Choice.LEAVE: Choice.LEAVE.label,
    },
    "other_numbers": {Choice.NEW: gettext_lazy("Put these in their place"), Choice.LEAVE: Choice.LEAVE.label},
    **dict.fromkeys(
        ("asked_here", "sum_differs", "asked_differs"),
        {Choice.NEW: gettext_lazy("Bring it in"), Choice.LEAVE: Choice.LEAVE.label},
    ),
}


class TableForm(forms.Form):
    """A table to hand in."""

    file = forms.FileField(
        label=gettext_lazy("Table (CSV)"),
        allow_empty_file=True,  # it has a better word of its own
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )


@admin.register(Import)
class ImportAdmin(ScopedAdmin):
    """Tables that were handed in. Each is looked at on a page of its own before it counts."""

    group = "run"
    place = 9
    admins_may = managers_may = ("view",)
    list_display = ["name", "kind_word", "state_pill", "handed_in", "by", "came_in"]
    list_filter = ["kind"]
    list_select_related = ["cohort__program", "by"]
    search_fields = ["file_name", "cohort__program__title_ko", "cohort__program__title_en"]
    search_help_text = gettext_lazy("File or program")

    def get_queryset(self, request):
        """With what a line shows."""
        return super().get_queryset(request).select_related(*self.list_select_related)

    def run_by(self, queryset, user):
        """Those of the cohorts a manager runs, and the experts they handed in themselves."""
        cohorts = Cohort.objects.managed_by(user).values("pk")
        return queryset.filter(cohort__in=cohorts) | queryset.filter(cohort=None, by=user)

    def get_urls(self):
        """The pages of an import, before Django's own addresses."""
        view = self.admin_site.admin_view
        files = takes_files(csvs.MOST_BYTES)
        return [
            path("experts/", view(files(self.experts_view)), name="programs_import_experts"),
            path(
                "participants/<int:pk>/", view(files(self.participants_view)), name="programs_import_participants"
            ),
            path("totals/<int:pk>/", view(files(self.totals_view)), name="programs_import_totals"),
            path("example/<slug:kind>/", view(self.example_view), name="programs_import_example"),
            path("<int:pk>/rows/", view(self.rows_view), name="programs_import_rows"),
            path("<int:pk>/left-out/", view(self.left_out_view), name="programs_import_left_out"),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The page of an import is that of its rows."""
        return HttpResponseRedirect(self.rows_url(self.find(request, object_id)))

    def changelist_view(self, request, extra_context=None):
        """The list, with the way to hand in experts; participants are handed in on the page of their cohort."""
        extra = {"tools": [(reverse("admin:programs_import_experts"), _("Bring in experts"))]}
        return super().changelist_view(request, {**extra, **(extra_context or {})})

    def rows_url(self, batch):
        """The address of the page of an import."""
        return reverse("admin:programs_import_rows", args=[batch.pk])

    # the list

    @admin.display(description=gettext_lazy("table"))
    def name(self, batch):
        """The cohort, or what else it is of, and the file."""
        return " · ".join(filter(None, [cohort_name(batch.cohort), batch.file_name]))

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def kind_word(self, batch):
        """What the rows are."""
        return batch.get_kind_display()

    @admin.display(description=gettext_lazy("state"))
    def state_pill(self, batch):
        """Whether it waits, was applied or given up."""
        return pill_html(state_of(batch))

    @admin.display(description=gettext_lazy("handed in"), ordering="uploaded_at")
    def handed_in(self, batch):
        """When."""
        return moment_in_list(batch.uploaded_at)

    @admin.display(description=gettext_lazy("brought in"))
    def came_in(self, batch):
        """How many rows."""
        return batch.counts.get("brought_in", 0) if batch.applied_at else "–"

    # handing in

    def participants_view(self, request, pk):
        """Takes a table of the participants of a cohort that is over."""
        return self.hand_in_of(request, ImportKind.PARTICIPANTS, pk)

    def totals_view(self, request, pk):
        """Takes a table with the totals of the survey of a cohort that is over."""
        return self.hand_in_of(request, ImportKind.TOTALS, pk)

    def hand_in_of(self, request, kind, pk):
        """Takes a table of one cohort."""
        cohort = Cohort.objects.managed_by(request.user).select_related("program").filter(pk=pk).first()
        if cohort is None:
            raise Http404
        back = reverse("admin:programs_cohort_overview", args=[cohort.pk])
        return self.hand_in(request, kind, cohort, back)

    def experts_view(self, request):
        """Takes a table of experts."""
        return self.hand_in(request, ImportKind.EXPERTS, None, self.changelist_url())

    def hand_in(self, request, kind, cohort, back_url):
        """The form, or the way to the page of what was handed in."""
        if not self.has_view_permission(request):
            raise Http404
        form = TableForm(request.POST or None, request.FILES or None)
        if request.method == "POST":
            form = TableForm(request.POST, request.FILES)
            if getattr(request, "upload_too_large", False):
                form.add_error("file", too_large())
            elif form.is_valid():
                file = form.cleaned_data["file"]
                try:
                    batch = imports.take_in(kind, file.read(), file.name, by=request.user, cohort=cohort)
                except Refused as refusal:
                    form.add_error("file", str(refusal))
                else:
                    return HttpResponseRedirect(self.rows_url(batch))
        return self.page(
            request,
            "admin/programs/import/hand_in.html",
            cohort,
            title=TITLES[kind],
            subject=cohort_name(cohort),
            form=form,
            columns=columns_to_tell(kind),
            outcomes=[status.label for status in import_rows.OUTCOMES] if kind == ImportKind.PARTICIPANTS else [],
            items=items() if kind == ImportKind.TOTALS else [],
            example_url=reverse("admin:programs_import_example", args=[kind]),
            most_rows=csvs.MOST_ROWS,
            keep_days=imports.KEEP_ROWS.days,
            back_url=back_url,
        )

    def example_view(self, request, kind):
        """A table with the headings and a made-up row or two, to be filled in."""
        if kind not in ImportKind.values or not self.has_view_permission(request):
            raise Http404
        headings = [str(import_rows.HEADINGS[key]) for key in import_rows.COLUMNS[kind]]
        return csvs.response(f"{kind}", headings, EXAMPLES[kind])

    # looking, deciding, applying

    def rows_view(self, request, pk):
        """What each row would do or did; POST decides what is in doubt, applies, or gives up."""
        batch = self.find(request, pk)
        if request.method == "POST":
            self.act(request, batch)
            return HttpResponseRedirect(request.get_full_path())
        kept = batch.forgotten_at is None
        counts = imports.counts_of(batch.rows.all()) if kept and batch.is_open else batch.counts
        chosen = request.GET.get("show", "")
        chosen = chosen if chosen in Verdict.values else next((v for v in ORDER if counts.get(v)), Verdict.NEW)
        rows = batch.rows.filter(verdict=chosen).select_related("person", "expert")
        number = request.GET.get("page", "")
        page = Paginator(rows, ROWS_A_PAGE).get_page(number if number.isdecimal() and len(number) < 7 else 1)
        return self.page(
            request,
            "admin/programs/import/rows.html",
            batch,
            title=_("Look at it before it counts") if batch.is_open else _("What became of it"),
            batch=batch,
            name=self.name(batch),
            pill=state_of(batch),
            facts=[{"term": term, "value": value} for term, value in facts_of(batch, counts)] + way_to(batch),
            headings=headings_of(batch.kind),
            chips=[
                {"label": v.label, "count": counts.get(v, 0), "url": f"?show={v}", "current": v == chosen}
                for v in ORDER
                if counts.get(v) or v == chosen
            ],
            has_rows=kept,
            page=page,
            page_query=f"show={chosen}",
            rows=[line_of(batch, row) for row in page.object_list],
            decides=batch.is_open and any(row.choice for row in page.object_list),
            comes_in=coming(counts) if batch.is_open else 0,
            left_out_url=reverse("admin:programs_import_left_out", args=[batch.pk]) if kept else "",
            keep_until=i18n.day(batch.uploaded_at + imports.KEEP_ROWS, year=True),
            back_url=overview_url(batch) or self.changelist_url(),
            opts=self.opts,
        )

    def act(self, request, batch):
        """Do what the button that was pressed says, and tell what came of it."""
        deed = request.POST.get("deed", "")
        choices = {
            int(name.removeprefix("row-")): choice
            for name, choice in request.POST.items()
            if name.startswith("row-") and name.removeprefix("row-").isdecimal() and len(name) < 22
            if choice in Choice.values
        }
        try:
            if deed == "discard":
                imports.discard(batch.pk, by=request.user)
                messages.success(request, _("Discarded. Nothing was brought in."))
            elif deed == "apply":
                batch = imports.apply(batch.pk, by=request.user, choices=choices)
                count = batch.counts["brought_in"]
                text = ngettext("%(count)s row was brought in.", "%(count)s rows were brought in.", count)
                messages.success(request, text % {"count": count})
            elif deed == "decide":
                imports.decide(batch.pk, choices)
                messages.success(request, _("Your decisions are kept."))
            else:
                raise Http404
        except Refused as refusal:
            messages.error(request, str(refusal))

    def left_out_view(self, request, pk):
        """The rows that did not or will not come in, with the reason, as a table to mend and hand in again."""
        batch = self.find(request, pk)
        if batch.forgotten_at is not None:
            raise Http404
        keys = list(import_rows.COLUMNS[batch.kind])
        headings = [_("Line"), *(str(import_rows.HEADINGS[key]) for key in keys), pgettext("column", "Reason")]
        rows = [
            [row.line, *(row.cells.get(key, "") for key in keys), import_rows.reason_of(row)]
            for row in batch.rows.all()
            if not row.comes_in and row.verdict != Verdict.THERE
        ]
        return csvs.response(f"import-{batch.pk}-left-out", headings, rows)


def too_large():
    """What is said of a file beyond the limit."""
    return _("The file is larger than %(size)s MB.") % {"size": csvs.MOST_BYTES // (1024 * 1024)}


def cohort_name(cohort):
    """A cohort in words; empty for none."""
    return f"{cohort.program.title} {cohort.label}" if cohort else ""


def overview_url(batch):
    """The page of the cohort that an import is of; empty where it is of none."""
    return reverse("admin:programs_cohort_overview", args=[batch.cohort_id]) if batch.cohort_id else ""


def state_of(batch):
    """The pill of an import."""
    if batch.applied_at:
        return pills.pill(pills.IMPORT_PILLS, "applied", pgettext("import", "Applied"))
    if batch.discarded_at:
        return pills.pill(pills.IMPORT_PILLS, "discarded", pgettext("import", "Discarded"))
    return pills.pill(pills.IMPORT_PILLS, "waiting", pgettext("import", "Waiting"))


def coming(counts):
    """How many rows come in as they are decided now."""
    return sum(counts.get(v, 0) for v in (Verdict.NEW, Verdict.KNOWN, Verdict.DOUBTFUL)) - counts.get("left_out", 0)


def facts_of(batch, counts):
    """What an import is, and what it does or did."""
    by = batch.by.display_name if batch.by else "–"
    facts = [
        (_("Handed in"), f"{i18n.moment(batch.uploaded_at)} · {by}"),
        (_("Rows"), sum(counts.get(v, 0) for v in Verdict.values)),
    ]
    if batch.applied_at:
        facts.append((_("Brought in"), f"{counts.get('brought_in', 0)} · {i18n.moment(batch.applied_at)}"))
        if batch.kind == ImportKind.PARTICIPANTS:
            facts.append((_("New accounts, without a password"), counts.get("accounts", 0)))
    elif batch.is_open:
        facts.append((_("Rows that come in"), coming(counts)))
    if batch.ignored:
        facts.append((_("Columns that mean nothing here"), ", ".join(batch.ignored)))
    return facts


def way_to(batch):
    """Where what came in of a table of totals is to be seen, as a fact."""
    if batch.kind != ImportKind.TOTALS or not batch.survey_totals.exists():
        return []
    url = reverse("admin:programs_survey_totals", args=[batch.cohort_id])
    return [{"term": _("Results of the survey"), "value": _("Survey totals from a table"), "url": url}]


def columns_to_tell(kind):
    """The columns of a table with whether a row needs them, as the page tells them; many of a sort in one line."""
    if kind != ImportKind.TOTALS:
        needed = import_rows.NEEDED[kind]
        return [
            (import_rows.HEADINGS[key], _("needed") if key in needed else _("if known"))
            for key in import_rows.COLUMNS[kind]
        ]
    agreed, steps, groups = (
        " · ".join(str(import_rows.HEADINGS[key]) for key in keys)
        for keys in (import_totals.AGREED, import_totals.STEPS, import_totals.GROUPS)
    )
    return [
        (import_rows.HEADINGS["item"], _("needed")),
        (agreed, _("for questions on agreement")),
        (steps, _("for the recommendation")),
        (groups, _("for the recommendation, where the steps are not known")),
        (import_rows.HEADINGS["asked"], _("needed")),
    ]


def items():
    """What the core questions are called that a table may hold."""
    questions = survey_totals.core_questions()
    return [questions[key].label for key in import_totals.KEYS]


def headings_of(kind):
    """The headings of the rows on the page."""
    if kind == ImportKind.TOTALS:
        return [import_rows.HEADINGS["item"], _("Answers"), import_rows.HEADINGS["asked"]]
    return [import_rows.HEADINGS[key] for key in import_rows.COLUMNS[kind]]


def cells_of(kind, row):
    """The cells of a row on the page, under `headings_of`."""
    if kind == ImportKind.TOTALS:
        keys = [key for key in import_rows.COLUMNS[kind] if key not in ("item", "asked") and row.cells.get(key)]
        counts = " · ".join(f"{import_rows.HEADINGS[key]}:\u00a0{row.cells[key]}" for key in keys)
        return [row.cells.get("item", ""), counts, row.cells.get("asked", "")]
    cells = {key: row.cells.get(key, "") for key in import_rows.COLUMNS[kind]}
    if kind == ImportKind.PARTICIPANTS and (outcome := import_rows.outcome_of(row)):
        cells["outcome"] = EnrolmentStatus(outcome).label
    return cells.values()


def line_of(batch, row):
    """A row as the page shows it."""
    words = CHOICE_WORDS.get(row.problem, CHOICE_WORDS["same_name"])
    meant = ""
    if row.person is not None and row.verdict in (Verdict.KNOWN, Verdict.THERE):
        meant = _("Account: %(name)s") % {"name": row.person.display_name}
    elif row.expert is not None and row.verdict == Verdict.THERE:
        meant = _("Profile: %(name)s") % {"name": row.expert.name}
    return {
        "pk": row.pk,
        "line": row.line,
        "cells": list(zip(headings_of(batch.kind), cells_of(batch.kind, row), strict=True)),
        "reason": import_rows.reason_of(row) or meant,
        "is_done": row.is_done,
        "choice": row.choice,
        "choices": [
            (choice, words.get(choice, choice.label), choice == row.choice)
            for choice in (import_rows.choices_of(row) if row.choice and batch.is_open else ())
        ],
        "decided": words.get(row.choice, Choice(row.choice).label) if row.choice and not batch.is_open else "",
    }
