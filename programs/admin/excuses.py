"""Requests to be excused in the admin: read, with their evidence, and decided."""

from django.contrib import admin
from django.http import Http404
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import DeedForm, object_deed
from accounts.admin_tools import ScopedAdmin, moment_in_list, pill_html
from portal import uploads
from portal.fields import CleanCharField
from programs import excuses as reading
from programs.admin.filters import CohortFilter
from programs.models.attendance import Excuse
from programs.models.cohorts import Cohort
from programs.operations import excuses


class ExcuseCohortFilter(CohortFilter):
    """One of the cohorts that the person runs."""

    def queryset(self, request, queryset):
        """Those of that cohort; nothing for what is not listed."""
        if self.value() is None:
            return queryset
        listed = {value for value, _display in self.lookup_choices}
        return queryset.filter(enrolment__cohort=self.value()) if self.value() in listed else queryset.none()


class ExcuseStateFilter(admin.SimpleListFilter):
    """Waiting, accepted, not accepted."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        """Three."""
        return [
            ("waiting", pgettext_lazy("excuse", "Being looked at")),
            ("accepted", pgettext_lazy("excuse", "Accepted")),
            ("refused", pgettext_lazy("excuse", "Not accepted")),
        ]

    def queryset(self, request, queryset):
        """Those that stand so."""
        chosen = {
            "waiting": {"decided_at": None},
            "accepted": {"is_accepted": True},
            "refused": {"is_accepted": False},
        }
        return queryset.filter(**chosen[self.value()]) if self.value() in chosen else queryset


class AcceptForm(DeedForm):
    """A word to the person, if one is wanted."""

    answer = CleanCharField(
        label=_("answer"),
        max_length=reading.ANSWER_LIMIT,
        required=False,
        help_text=_("The person reads it."),
    )


class RefuseForm(DeedForm):
    """Why it is not accepted."""

    answer = CleanCharField(label=_("answer"), max_length=reading.ANSWER_LIMIT, help_text=_("The person reads it."))


@admin.register(Excuse)
class ExcuseAdmin(ScopedAdmin):
    """Who asks to be excused from what. Nobody sees their own here."""

    group = "run"
    place = 4
    admins_may = managers_may = ("view",)
    list_display = ["person_name", "cohort_title", "session_title", "state", "asked"]
    list_filter = [ExcuseCohortFilter, ExcuseStateFilter]
    list_select_related = ["enrolment__person", "enrolment__cohort__program", "session", "evidence", "decided_by"]
    search_fields = ["enrolment__person__full_name", "enrolment__person__romanized_name", "=code"]
    search_help_text = _("Name or code")
    ordering = ["-asked_at", "-pk"]
    fields = readonly_fields = [
        "person_name",
        "cohort_title",
        "session_title",
        "reason",
        "file",
        "state",
        "asked",
        "decided",
        "answer",
        "what_to_do",
    ]

    def get_queryset(self, request):
        """Those of others, with what a row and a page show."""
        rows = super().get_queryset(request).select_related(*self.list_select_related)
        return rows.exclude(enrolment__person=request.user)

    def run_by(self, queryset, user):
        """Those of the cohorts a manager runs."""
        return queryset.filter(enrolment__cohort__in=Cohort.objects.managed_by(user).values("pk"))

    def get_urls(self):
        """The decisions and the file, before Django's own addresses."""
        views = {"accept": self.accept_view, "refuse": self.refuse_view, "file": self.file_view}
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"programs_excuse_{name}")
            for name, view in views.items()
        ]
        return own + super().get_urls()

    def url(self, name, excuse):
        """The address of a page about one request."""
        return reverse(f"admin:programs_excuse_{name}", args=[excuse.pk])

    def named(self, obj):
        """Who, and which session."""
        return f"{obj.enrolment.person.display_name} · {reading.session_words(obj.session)}"

    def accept_view(self, request, pk):
        """Recognizes the absence."""
        note = gettext("The session counts as attended. The person is told by mail.")
        return self.decide(request, pk, True, gettext("Excuse the absence"), note, AcceptForm)

    def refuse_view(self, request, pk):
        """Does not recognize it."""
        note = gettext("The mark of the session stays as it is. The person is sent the answer.")
        return self.decide(request, pk, False, gettext("Do not excuse"), note, RefuseForm)

    def decide(self, request, pk, is_accepted, label, note, form_class):
        """The page that asks, and the decision."""
        found = self.find(request, pk)

        def perform(data):
            excuses.decide(found.pk, is_accepted, data["answer"], by=request.user)
            return gettext("Decided. The person has been told.")

        return object_deed(
            self,
            request,
            found,
            label=label,
            note=note,
            facts=[(gettext("Reason"), found.reason)],
            form_class=form_class,
            perform=perform,
            danger=not is_accepted,
            back_url=self.change_url(found.pk),
        )

    def file_view(self, request, pk):
        """The evidence; `portal.uploads.serve` writes down who had it."""
        found = self.find(request, pk)
        if found.evidence is None or request.method not in ("GET", "HEAD"):
            raise Http404
        return uploads.serve(request, found.evidence)

    @admin.display(description=_("name"), ordering="enrolment__person__full_name")
    def person_name(self, excuse):
        """In the reader's language."""
        return excuse.enrolment.person.display_name

    @admin.display(description=_("cohort"))
    def cohort_title(self, excuse):
        """The program and which run of it."""
        return f"{excuse.enrolment.cohort.program.title} {excuse.enrolment.cohort.label}"

    @admin.display(description=_("session"), ordering="session__starts_at")
    def session_title(self, excuse):
        """Day and title."""
        return reading.session_words(excuse.session)

    @admin.display(description=_("state"))
    def state(self, excuse):
        """How it stands."""
        return pill_html(reading.pill_of(excuse))

    @admin.display(description=_("asked"), ordering="asked_at")
    def asked(self, excuse):
        """When."""
        return moment_in_list(excuse.asked_at)

    @admin.display(description=_("decided"))
    def decided(self, excuse):
        """When, and by whom."""
        if excuse.decided_at is None:
            return "–"
        by = excuse.decided_by.display_name if excuse.decided_by else gettext("System")
        return f"{moment_in_list(excuse.decided_at)} · {by}"

    @admin.display(description=_("evidence"))
    def file(self, excuse):
        """The way to the file; opening it is recorded, and the person reads that."""
        if excuse.evidence is None:
            return reading.evidence_words(excuse) or "–"
        size = uploads.shown_size(excuse.evidence.size)
        return format_html('<a href="{}">{}</a> {}', self.url("file", excuse), excuse.evidence.name, size)

    @admin.display(description=_("what to do"))
    def what_to_do(self, excuse):
        """The decisions, as links to the pages that ask."""
        if excuse.decided_at is not None:
            return "–"
        links = [
            (self.url("accept", excuse), gettext("Excuse the absence")),
            (self.url("refuse", excuse), gettext("Do not excuse")),
        ]
        return format_html_join(" ", '<a class="btn btn-sm" href="{}">{}</a>', links)
