"""Reports in the admin: drawn up, sent, published, corrected; derived again and set beside the newest rules."""

from datetime import date

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import DeedForm, DeedReasonForm, object_deed
from accounts.admin_tools import (
    FIRST_YEAR,
    LAST_YEAR,
    DayInput,
    ScopedAdmin,
    event_line,
    event_lines,
    name_verbs,
    pill_html,
)
from partners import freezing, rederiving, reporting
from partners.models.agreements import Agreement
from partners.models.reports import Report, ReportPart, ReportState
from partners.operations import reports as operations
from portal import audit, i18n
from portal.errors import Refused

S = ReportState
RECORD_ROWS = 20
LOOK_ROWS = 50
LIVABLE = [MinValueValidator(date(FIRST_YEAR, 1, 1)), MaxValueValidator(date(LAST_YEAR, 12, 31))]

name_verbs(
    {
        "report.drawn_up": _("Report drawn up"),
        "report.sent": _("Report sent for approval"),
        "report.party_approved": _("Report approved by a party"),
        "report.approved": _("Report approved by every party"),
        "report.returned": _("Report returned by a party"),
        "report.withdrawn": _("Report taken back"),
        "report.published": _("Report published"),
        "report.superseded": _("Report superseded"),
    }
)


class DrawUpForm(DeedForm):
    """On what, over which time, and with which parts."""

    agreement = forms.ModelChoiceField(label=_("agreement"), queryset=Agreement.objects.public())
    starts_on = forms.DateField(label=_("from"), widget=DayInput, validators=LIVABLE)
    ends_on = forms.DateField(label=_("until"), widget=DayInput, validators=LIVABLE)
    parts = forms.MultipleChoiceField(
        label=_("parts"),
        choices=ReportPart.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=ReportPart.values,
        error_messages={"required": _("Choose at least one part.")},
        help_text=_("A cohort belongs to the period in which it began; commitments keep their own time."),
    )

    def clean(self):
        """The last day is not before the first."""
        data = super().clean()
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", ValidationError(gettext("The last day is not before the first.")))
        return data


class SupersedeForm(DeedReasonForm):
    """What is corrected, as readers of both versions see it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = gettext("What is corrected")


# Each deed: its name in the address, label, what it means, the states in which it stands, its form.
DEEDS = {
    "again": (
        _("Draw up anew"),
        _("Everything is counted as of now, each figure by its newest rule. Commitments keep the rule agreed."),
        (S.DRAFT,),
        None,
    ),
    "send": (
        _("Send for approval"),
        _("Every party of the agreement is asked. What they see is frozen and does not change any more."),
        (S.DRAFT,),
        None,
    ),
    "withdraw": (
        _("Take back from the parties"),
        _("The report becomes a draft again, and every party is asked anew next time."),
        (S.IN_APPROVAL, S.APPROVED),
        DeedReasonForm,
    ),
    "publish": (
        _("Publish the report"),
        _("It stays as it is from then on. Where it corrects an earlier version, that one is superseded."),
        (S.APPROVED,),
        None,
    ),
    "supersede": (
        _("Correct the report"),
        _("The next version is drawn up. The published one holds until that one is published in its place."),
        (S.PUBLISHED,),
        SupersedeForm,
    ),
}


@admin.register(Report)
class ReportAdmin(ScopedAdmin):
    """Reports on agreements, from the draft to what took its place."""

    group = "partners"
    place = 6
    admins_may = ("view", "add")
    list_display = ["agreement_title", "period_column", "version", "state_column", "as_of_column"]
    list_filter = ["agreement", "state"]
    list_select_related = ["agreement"]
    search_fields = ["agreement__title_ko", "agreement__title_en", "=code"]
    search_help_text = _("Agreement or code")

    def get_queryset(self, request):
        """With the agreement, which every page names; the content comes where it is asked for."""
        return super().get_queryset(request).select_related("agreement").defer("content")

    def get_urls(self):
        """The deeds and the comparison, before Django's own addresses."""
        views = {"deed": ("<int:pk>/do/<slug:name>/", self.deed_view)}
        views["compare"] = ("<int:pk>/compare/", self.compare_view)
        own = [
            path(address, self.admin_site.admin_view(view), name=f"partners_report_{name}")
            for name, (address, view) in views.items()
        ]
        return own + super().get_urls()

    def named(self, obj):
        """By its agreement, period and version."""
        return f"{obj.agreement.title} · {reporting.period(obj)} · {reporting.version(obj)}"

    def add_view(self, request, form_url="", extra_context=None):
        """Draws a report up; a draft on the same agreement and period is written anew."""
        if not self.has_add_permission(request):
            raise Http404
        form = DrawUpForm(request.POST if request.method == "POST" else None, request=request)
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            try:
                report = operations.draw_up(
                    data["agreement"].pk, data["starts_on"], data["ends_on"], data["parts"], by=request.user
                )
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                self.message_user(request, gettext("The report is drawn up."), messages.SUCCESS)
                return redirect(self.change_url(report.pk))
        return self.page(
            request,
            "admin/action_confirm.html",
            None,
            title=gettext("Draw up a report"),
            intro=gettext("Everything is counted as of now and frozen. A draft that is there is written anew."),
            form=form,
            submit=gettext("Draw up the report"),
            back_url=self.changelist_url(),
        )

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """One report, with its approvals, who looked at it, and what can be done."""
        if request.method not in ("GET", "HEAD"):
            raise Http404
        found = self.find(request, object_id)
        return self.page(
            request,
            "admin/partners/report.html",
            found,
            title=self.named(found),
            pill=reporting.state_pill(found),
            document=reporting.document(found),
            is_broken=not freezing.is_intact(found),
            is_outdated=found.state == S.DRAFT and rederiving.is_outdated(found),
            buttons=self.buttons(found),
            approvals=reporting.approval_lines(found),
            looks=look_lines(found),
            record=event_lines(audit.history(found)[:RECORD_ROWS]),
        )

    def buttons(self, report):
        """What can be done with it as it stands, and the comparison."""
        deeds = [
            {
                "label": label,
                "url": reverse("admin:partners_report_deed", args=[report.pk, name]),
                "look": "primary" if name in ("send", "publish") else "",
            }
            for name, (label, _note, states, _form) in DEEDS.items()
            if report.state in states
        ]
        compare = {
            "label": gettext("Derive again"),
            "url": reverse("admin:partners_report_compare", args=[report.pk]),
        }
        return [*deeds, compare]

    def deed_view(self, request, pk, name):
        """Asks, and does one thing with a report."""
        found = self.find(request, pk)
        if name not in DEEDS:
            raise Http404
        label, note, _states, form_class = DEEDS[name]

        def perform(data):
            if name == "again":
                operations.draw_up_again(pk, by=request.user)
            elif name == "send":
                operations.send_for_approval(pk, by=request.user)
            elif name == "withdraw":
                operations.withdraw(pk, data["reason"], by=request.user)
            elif name == "publish":
                operations.publish(pk, by=request.user)
            else:
                operations.supersede(pk, data["reason"], by=request.user)
            return gettext("Done.")

        return object_deed(
            self,
            request,
            found,
            label=str(label),
            note=note,
            facts=[(gettext("State"), found.get_state_display()), (gettext("Fingerprint"), found.digest[:16])],
            form_class=form_class,
            perform=perform,
            back_url=self.change_url(pk),
            done_url=self.changelist_url() if name == "supersede" else "",
        )

    def compare_view(self, request, pk):
        """The report derived again by its own rules, and each figure whose rule has a newer version by both."""
        if request.method not in ("GET", "HEAD"):
            raise Http404
        found = self.find(request, pk)
        return self.page(
            request,
            "admin/partners/report_compare.html",
            found,
            title=gettext("Derived again"),
            named=self.named(found),
            report_url=self.change_url(found.pk),
            count=len(freezing.entries(found.content)),
            again=[difference_row(found, one) for one in rederiving.rederive(found)],
            newest=[difference_row(found, one) for one in rederiving.against_newest(found)],
        )

    @admin.display(description=_("agreement"), ordering="agreement__title_ko")
    def agreement_title(self, report):
        """In the reader's language."""
        return report.agreement.title

    @admin.display(description=_("period"), ordering="starts_on")
    def period_column(self, report):
        """From its first day to its last."""
        return reporting.period(report)

    @admin.display(description=_("state"), ordering="state")
    def state_column(self, report):
        """Where it stands."""
        return pill_html(reporting.state_pill(report))

    @admin.display(description=_("as of"), ordering="as_of")
    def as_of_column(self, report):
        """When it was frozen."""
        return i18n.moment(report.as_of)


def look_lines(report):
    """Who looked at a report or downloaded it, newest first."""
    return [
        {
            "when": i18n.moment(look.at),
            "title": look.by.display_name,
            "side": " ".join(filter(None, [look.get_kind_display(), look.format])),
            "user": True,
        }
        for look in report.looks.select_related("by")[:LOOK_ROWS]
    ]


def difference_row(report, found):
    """One difference as admin/partners/report_compare.html takes it, each text ready."""
    rule = report.content["rules"][found.entry["rule"]]
    title = found.entry.get("title", rule["title"])
    notes = []
    for kind, count in found.counts.items():
        rows = ngettext("%(n)s row", "%(n)s rows", count) % {"n": i18n.number(count)}
        notes.append(f"{rederiving.KIND_LABELS[kind]}: {rows}")
    if found.targets:
        notes.append(
            gettext("Target %(before)s → %(after)s") % dict(zip(("before", "after"), found.targets, strict=True))
        )
    notes += [change.reason for change in found.changes]
    if found.after is None:
        notes.append(gettext("The rule is no longer known, so it cannot be derived again."))
    elif found.cohorts:
        count = len(found.cohorts)
        notes.append(
            ngettext("Differs in %(n)s cohort", "Differs in %(n)s cohorts", count) % {"n": i18n.number(count)}
        )
    hidden = sum(found.counts.values()) - len(found.rows)
    return {
        "title": title[i18n.language()],
        "rule": found.rule if found.rule == found.newest or not found.newest else f"{found.rule} → {found.newest}",
        "before": found.before.text,
        "after": found.after.text if found.after else "–",
        "notes": notes,
        "rows": [row_change_line(change) for change in found.rows],
        "hidden": i18n.number(hidden) if hidden else "",
    }


def row_change_line(change):
    """One row that differs: how, what it is, and why as far as that is written down."""
    noted = event_line(change.event) if change.event else None
    parts = [change.row.note, rederiving.reason_of(change)]
    if noted:
        parts += [f"{noted['when']} {noted['title']}", noted["note"], noted["side"]]
    return {
        "when": rederiving.KIND_LABELS[change.kind],
        "title": change.row.label,
        "url": change.row.url,
        "note": " · ".join(str(part) for part in parts if part),
        "user": True,
    }
