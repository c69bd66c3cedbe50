"""Enrolments: read here, and ended by a deed. Apps above may add deeds of their own to `EnrolmentAdmin.actions`."""

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import Deed, DeedForm, DeedReasonForm
from accounts.admin_tools import ScopedAdmin, moment_in_list, pill_html
from portal import clock, i18n, pills
from portal.fields import CleanCharField
from programs import attending
from programs import completion_words as words
from programs.admin.certificates import IssueCertificate
from programs.admin.filters import CohortFilter
from programs.admin.overview import name_of
from programs.models.attendance import Completion
from programs.models.cohorts import Cohort
from programs.models.enrolments import ENDED, Enrolment, EnrolmentStatus
from programs.operations import completion, enrolments, no_shows, transfers

OUTCOMES = (EnrolmentStatus.DROPPED, EnrolmentStatus.NO_SHOW)


class EndForm(DeedForm):
    """How it ended, and why where that needs saying."""

    outcome = forms.ChoiceField(
        label=_("How it ended"),
        choices=[(outcome.value, outcome.label) for outcome in OUTCOMES],
        widget=forms.RadioSelect,
    )
    reason = CleanCharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_(
            "Needed for a drop-out and a no-show. The participant reads it. The first no-show within 12 months is "
            "warned of, the second keeps the person from applying for six months."
        ),
    )

    def clean(self):
        """A reason where one is needed."""
        data = super().clean()
        if data.get("outcome") in enrolments.NEEDS_REASON and not data.get("reason"):
            self.add_error("reason", gettext("Give a reason."))
        return data


class EndEnrolment(Deed):
    """Ends people's parts in a cohort with one outcome."""

    name = "end_enrolment"
    label = _("End the enrolment")
    note = _(
        "An outcome is final, but for a no-show marked by mistake. A place that is to go to someone else is "
        "cancelled instead, on the application."
    )
    danger = True
    form_class = EndForm

    def refusal(self, row):
        """What has ended has ended."""
        if row.status in ENDED:
            return gettext("Ended already: %(status)s.") % {"status": row.get_status_display()}
        return ""

    def line(self, row):
        """Who, in which cohort, and how it stands."""
        return {
            "title": row.person.display_name,
            "note": f"{row.cohort.program.title} {row.cohort.label}",
            "pill": pills.pill(pills.ENROLMENT_PILLS, row.status, row.get_status_display()),
            "user": True,
        }

    def facts(self, request, rows):
        """How many."""
        return [(gettext("People"), len(rows))]

    def perform(self, row, *, by, data):
        """End one."""
        enrolments.end_enrolment(row.pk, data["outcome"], by=by, reason=data["reason"])

    def done(self, count):
        """How many."""
        return ngettext("%(count)s enrolment ended.", "%(count)s enrolments ended.", count) % {"count": count}


class CompletionForm(DeedForm):
    """What is decided, and why where the rule says otherwise."""

    outcome = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (EnrolmentStatus.COMPLETED.value, EnrolmentStatus.COMPLETED.label),
            (EnrolmentStatus.NOT_COMPLETED.value, EnrolmentStatus.NOT_COMPLETED.label),
        ],
        widget=forms.RadioSelect,
    )
    reason = CleanCharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("Needed where the rule says otherwise, or says nothing yet. The participant reads it."),
    )


class DecideCompletion(Deed):
    """Decides about chosen people, also against the completion rule."""

    name = "decide_completion"
    label = _("Decide completion")
    note = _(
        "For single people, also against the rule, with a reason that stays on record. Everyone in a cohort is "
        "decided at once on the cohort's page. It is final."
    )
    danger = True
    form_class = CompletionForm

    def refusal(self, row):
        """Still taking part, and the sessions are over."""
        if row.status in ENDED:
            return gettext("Ended already: %(status)s.") % {"status": row.get_status_display()}
        return completion.too_early(row.cohort, clock.now())

    def line(self, row):
        """Who, in which cohort, and how it stands."""
        return EndEnrolment.line(self, row)

    def perform(self, row, *, by, data):
        """Decide about one."""
        is_completed = data["outcome"] == EnrolmentStatus.COMPLETED
        completion.decide(row.pk, is_completed, by=by, reason=data["reason"])

    def done(self, count):
        """How many."""
        return ngettext("Decided about %(count)s person.", "Decided about %(count)s people.", count) % {
            "count": count
        }


class UndoNoShow(Deed):
    """Takes back a no-show that was marked by mistake, with the restriction it led to."""

    name = "undo_no_show"
    label = _("Take the no-show back")
    note = _(
        "For a no-show that was marked by mistake. The place is open again, and a restriction that came of it is "
        "lifted. A mentoring pair that ended with it is not restored."
    )
    form_class = DeedReasonForm

    def refusal(self, row):
        """Only what is one."""
        if row.status != EnrolmentStatus.NO_SHOW:
            return gettext("Only a no-show can be taken back.")
        return ""

    def line(self, row):
        """Who, in which cohort, and how it stands."""
        return EndEnrolment.line(self, row)

    def perform(self, row, *, by, data):
        """Take one back."""
        no_shows.undo_no_show(row.pk, by=by, reason=data["reason"])

    def done(self, count):
        """How many."""
        return ngettext("%(count)s no-show taken back.", "%(count)s no-shows taken back.", count) % {"count": count}


class MoveForm(DeedForm):
    """Where to, and why."""

    cohort = forms.TypedChoiceField(label=_("To the cohort"), coerce=int)
    reason = CleanCharField(label=_("Reason"), max_length=300, help_text=_("The participant reads it."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        now = clock.now()
        here = {row.cohort_id for row in self.rows}
        found = Cohort.objects.managed_by(self.request.user).with_phase(now).with_counts(now)
        found = found.exclude(phase__in=transfers.CLOSED).select_related("program").order_by("starts_at", "pk")
        self.fields["cohort"].choices = [
            (row.pk, f"{name_of(row)} · {row.seats_taken} / {row.capacity}") for row in found if {row.pk} != here
        ]


class MoveToCohort(Deed):
    """Moves people who have a place to another cohort."""

    name = "move_place"
    label = _("Move to another cohort")
    note = _(
        "The place here ends, and its seat goes to whoever waits; there a seat is taken. Whoever moves is told the "
        "reason. A mentoring pair ends with the place, and attendance stays where it was."
    )
    form_class = MoveForm

    def refusal(self, row):
        """What has ended has ended."""
        return EndEnrolment.refusal(self, row)

    def line(self, row):
        """Who, in which cohort, and how it stands."""
        return EndEnrolment.line(self, row)

    def facts(self, request, rows):
        """How many."""
        return [(gettext("People"), len(rows))]

    def perform(self, row, *, by, data):
        """Move one."""
        transfers.move_place(row.pk, data["cohort"], by=by, reason=data["reason"])

    def done(self, count):
        """How many."""
        return ngettext("%(count)s place moved.", "%(count)s places moved.", count) % {"count": count}


class EnrolmentStatusFilter(admin.SimpleListFilter):
    """How someone's part stands."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request, model_admin):
        """All."""
        return EnrolmentStatus.choices

    def queryset(self, request, queryset):
        """Those that stand so."""
        return queryset if self.value() is None else queryset.filter(status=self.value())


@admin.register(Enrolment)
class EnrolmentAdmin(ScopedAdmin):
    """Who takes part in what."""

    group = "run"
    place = 3
    admins_may = managers_may = ("view",)
    list_display = ["person_name", "cohort_title", "status_pill", "enrolled", "ended"]
    list_filter = [CohortFilter, EnrolmentStatusFilter]
    list_select_related = ["person", "cohort__program", "application"]
    search_fields = [
        "person__full_name",
        "person__romanized_name",
        "person__email",
        "=code",
        "application__receipt_number",
    ]
    search_help_text = _("Name, e-mail, code or receipt number")
    ordering = ["-enrolled_at", "-pk"]
    fields = readonly_fields = [
        "person_name",
        "email",
        "cohort_title",
        "status_pill",
        "enrolled",
        "ended",
        "end_reason",
        "standing",
        "decision",
        "no_show_count",
        "application_link",
    ]
    actions = [
        EndEnrolment.action(),
        DecideCompletion.action(),
        UndoNoShow.action(),
        MoveToCohort.action(),
        IssueCertificate.action(),
    ]

    def get_queryset(self, request):
        """With what a row and a page show."""
        return super().get_queryset(request).select_related(*self.list_select_related)

    def run_by(self, queryset, user):
        """Those in the cohorts a manager runs."""
        return queryset.filter(cohort__in=Cohort.objects.managed_by(user).values("pk"))

    @admin.display(description=_("name"), ordering="person__full_name")
    def person_name(self, enrolment):
        """In the reader's language."""
        return enrolment.person.display_name

    @admin.display(description=_("e-mail"))
    def email(self, enrolment):
        """The person's address."""
        return enrolment.person.email

    @admin.display(description=_("cohort"), ordering="cohort")
    def cohort_title(self, enrolment):
        """The program and which run of it."""
        return f"{enrolment.cohort.program.title} {enrolment.cohort.label}"

    @admin.display(description=_("status"), ordering="status")
    def status_pill(self, enrolment):
        """How it stands."""
        return pill_html(pills.pill(pills.ENROLMENT_PILLS, enrolment.status, enrolment.get_status_display()))

    @admin.display(description=_("enrolled"), ordering="enrolled_at")
    def enrolled(self, enrolment):
        """Since when."""
        return moment_in_list(enrolment.enrolled_at)

    @admin.display(description=_("ended"), ordering="ended_at")
    def ended(self, enrolment):
        """When it ended."""
        return moment_in_list(enrolment.ended_at)

    @admin.display(description=_("attendance"))
    def standing(self, enrolment):
        """The sums of the completion rule, line by line."""
        where = attending.standing_of(enrolment, clock.now())
        if not where.lines:
            return "–"
        pairs = [(words.pill(where)["label"], ""), *words.sums(where, is_over=enrolment.status in ENDED)]
        return format_html_join(mark_safe("<br>"), "{} {}", pairs)  # noqa: S308 - a tag of ours

    @admin.display(description=_("decision on completion"))
    def decision(self, enrolment):
        """By which version of the rule it was decided, and why where against it."""
        found = Completion.objects.filter(enrolment=enrolment).select_related("rule", "by").first()
        if found is None:
            return "–"
        by = found.by.display_name if found.by else gettext("System")
        share = words.share_text(found.basis, found.present, found.total)
        parts = [moment_in_list(found.at), by, str(found.rule), share, found.reason]
        return " · ".join(part for part in parts if part)

    @admin.display(description=_("no-shows of the person that count"))
    def no_show_count(self, enrolment):
        """How often the person has not come, in any cohort; the last one's day. Excused ones are left out."""
        rows = no_shows.counted(enrolment.person)
        if not rows:
            return "0"
        return f"{len(rows)} ({i18n.day(no_shows.missed_at(rows[-1]), year=True)})"

    @admin.display(description=_("application"))
    def application_link(self, enrolment):
        """The way to the application it came from."""
        if enrolment.application is None:
            return "–"
        address = reverse("admin:programs_application_change", args=[enrolment.application_id])
        return format_html('<a href="{}">{}</a>', address, enrolment.application)
