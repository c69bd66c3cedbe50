"""Reference letters in the admin: which have arrived, asking again, and reading one, which leaves a row."""

from django.contrib import admin
from django.db.models import Q
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import Deed, DeedReasonForm
from accounts.admin_tools import ScopedAdmin, event_line, moment_in_list, moment_or_dash, name_verbs, pill_html
from portal import audit, clock, i18n, pills, uploads
from programs import letters
from programs.admin.filters import CohortFilter
from programs.letters import LetterState
from programs.models.applications import ApplicationStatus
from programs.models.applying import ReferenceRequest
from programs.models.cohorts import Cohort
from programs.operations import references

name_verbs(
    {
        "reference.asked": _("Referee asked"),
        "reference.asked_again": _("Referee asked again"),
        "reference.received": _("Reference letter received"),
        "reference.declined": _("Referee declined"),
        "reference.ended": _("Referee no longer asked"),
        "reference.read": _("Reference letter read"),
    }
)


def letter_pill(request):
    """Where a request stands now."""
    reached = letters.state(request, clock.now())
    return pills.pill(pills.LETTER_PILLS, reached, reached.label)


class LetterDeed(Deed):
    """A deed for requests that wait for an answer."""

    def line(self, row):
        """The referee, for whose application, and how it stands."""
        return {
            "title": row.name,
            "note": f"{row.application} · {row.application.full_name}",
            "pill": letter_pill(row),
        }

    def facts(self, request, rows):
        """How many."""
        return [(gettext("Reference letters"), len(rows))]


class AskAgain(LetterDeed):
    """Sends the mail once more."""

    name = "ask_again"
    label = _("Ask the referee again")
    note = _("The referee is sent the mail with the address once more; one who declined gets a new address.")

    def refusal(self, row):
        """Only who can still answer."""
        now = clock.now()
        if row.ended_at is not None or row.received_at is not None or not letters.is_wanted(row.application, now):
            return gettext("This letter has arrived, or is no longer asked for.")
        if letters.is_late(row.application, now):
            return gettext("The time for reference letters has passed. Set a later one on the cohort first.")
        return ""

    def perform(self, row, *, by, data):
        """Ask one."""
        references.ask_again(row.pk, by=by)

    def done(self, count):
        """How many."""
        return ngettext("%(count)s referee asked again.", "%(count)s referees asked again.", count) % {
            "count": count
        }


class EndRequest(LetterDeed):
    """Stops asking."""

    name = "end_request"
    label = _("Stop asking the referee")
    note = _("The address in the referee's mail takes no letter any more. The applicant may name somebody else.")
    danger = True
    form_class = DeedReasonForm

    def refusal(self, row):
        """Only what has not arrived and still runs."""
        if row.ended_at is not None or row.received_at is not None:
            return gettext("This letter has arrived, or is no longer asked for.")
        return ""

    def perform(self, row, *, by, data):
        """End one."""
        references.end_request(row.pk, by=by, reason=data["reason"])

    def done(self, count):
        """How many."""
        return ngettext("%(count)s request ended.", "%(count)s requests ended.", count) % {"count": count}


class ApplicationsCohortFilter(CohortFilter):
    """The cohort of the application."""

    def queryset(self, request, queryset):
        """Its letters; nothing for what is not listed."""
        if self.value() is None:
            return queryset
        listed = {value for value, _display in self.lookup_choices}
        return queryset.filter(application__cohort=int(self.value())) if self.value() in listed else queryset.none()


class AnswerFilter(admin.SimpleListFilter):
    """What came of a request."""

    title = _("answer")
    parameter_name = "answer"

    def lookups(self, request, model_admin):
        """Received, declined, not yet, and no longer asked."""
        return [
            (LetterState.RECEIVED, LetterState.RECEIVED.label),
            (LetterState.ASKED, LetterState.ASKED.label),
            (LetterState.DECLINED, LetterState.DECLINED.label),
            (LetterState.ENDED, LetterState.ENDED.label),
        ]

    def queryset(self, request, queryset):
        """Those with that answer; the time they were given is not looked at."""
        waiting = Q(received_at=None, declined_at=None)
        found = {
            LetterState.RECEIVED: Q(received_at__isnull=False),
            LetterState.DECLINED: Q(declined_at__isnull=False),
            LetterState.ASKED: waiting & Q(ended_at=None),
            LetterState.ENDED: waiting & Q(ended_at__isnull=False),
        }.get(self.value())
        return queryset if found is None else queryset.filter(found)


@admin.register(ReferenceRequest)
class ReferenceRequestAdmin(ScopedAdmin):
    """The letters asked for applications that have been submitted."""

    group = "run"
    place = 4
    admins_may = managers_may = ("view",)
    list_display = [
        "referee",
        "application_number",
        "applicant_name",
        "cohort_title",
        "state_pill",
        "asked",
        "received",
    ]
    list_filter = [ApplicationsCohortFilter, AnswerFilter]
    list_select_related = ["application__cohort__program", "application__applicant"]
    search_fields = ["name", "email", "application__receipt_number", "application__full_name"]
    search_help_text = _("Name or e-mail of the referee, name or receipt number of the applicant")
    ordering = ["-asked_at", "-pk"]
    actions = [AskAgain.action(), EndRequest.action()]

    def get_queryset(self, request):
        """Of submitted applications, and not of one's own; with what a row and a page show."""
        rows = super().get_queryset(request).exclude(application__status=ApplicationStatus.DRAFT)
        return rows.exclude(application__applicant=request.user).select_related(*self.list_select_related)

    def run_by(self, queryset, user):
        """Those for the cohorts a manager runs."""
        return queryset.filter(application__cohort__in=Cohort.objects.managed_by(user).values("pk"))

    def get_urls(self):
        """With the addresses behind which a letter is read."""
        own = [
            path(
                "<int:object_id>/letter/",
                self.admin_site.admin_view(self.letter_view),
                name="programs_referencerequest_letter",
            ),
            path(
                "<int:object_id>/file/",
                self.admin_site.admin_view(self.file_view),
                name="programs_referencerequest_file",
            ),
        ]
        return own + super().get_urls()

    # columns

    @admin.display(description=_("referee"), ordering="name")
    def referee(self, request):
        """As the applicant named them."""
        return request.name

    @admin.display(description=_("receipt number"), ordering="application__receipt_number")
    def application_number(self, request):
        """Of the application."""
        return request.application.receipt_number

    @admin.display(description=_("applicant"), ordering="application__full_name")
    def applicant_name(self, request):
        """As written in the application."""
        return request.application.full_name

    @admin.display(description=_("cohort"), ordering="application__cohort")
    def cohort_title(self, request):
        """The program and which run of it."""
        return f"{request.application.cohort.program.title} {request.application.cohort.label}"

    @admin.display(description=_("status"))
    def state_pill(self, request):
        """Received or not."""
        return pill_html(letter_pill(request))

    @admin.display(description=_("asked"), ordering="asked_at")
    def asked(self, request):
        """When the mail was written."""
        return moment_in_list(request.asked_at)

    @admin.display(description=_("received"), ordering="received_at")
    def received(self, request):
        """When the letter arrived."""
        return moment_in_list(request.received_at)

    # pages

    def timeline(self, request):
        """What the application's history says of its letters."""
        events = audit.history(request.application).filter(
            verb__startswith="reference.", after=request.question_key
        )
        return [event_line(event) for event in events]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """How one request stands; the letter itself is read by its button."""
        if request.method not in ("GET", "HEAD"):
            raise Http404
        return self.letter_page(request, self.find(request, object_id))

    def letter_view(self, request, object_id):
        """The page with the letter's text. By POST, since reading it is written down."""
        found = self.find(request, object_id)
        if request.method != "POST" or not found.text:
            raise Http404
        return self.letter_page(request, found, text=references.read_letter(found, by=request.user))

    def file_view(self, request, object_id):
        """The letter's file; `portal.uploads.serve` writes down who had it."""
        found = self.find(request, object_id)
        if request.method not in ("GET", "HEAD") or found.upload is None:
            raise Http404
        return uploads.serve(request, found.upload)

    def letter_page(self, request, found, *, text=""):
        """The page, with the text where it was asked for."""
        return self.page(
            request,
            "admin/programs/referencerequest/change_form.html",
            found,
            title=found.name,
            pill=letter_pill(found),
            facts=self.facts(found),
            lines=self.timeline(found),
            text=text,
            file={"name": found.upload.name, "size": uploads.shown_size(found.upload.size)}
            if found.upload
            else None,
            letter_url=self.address("letter", found) if found.text else "",
            file_url=self.address("file", found) if found.upload else "",
            action_url=self.changelist_url(),
            deeds=[
                {"name": deed.name, "label": deed.label}
                for deed in (AskAgain, EndRequest)
                if not deed().refusal(found)
            ],
        )

    def address(self, name, found):
        """Where a letter's text or file is had."""
        return reverse(f"admin:programs_referencerequest_{name}", args=[found.pk])

    def facts(self, found):
        """Who is asked, for whom, and the dates."""
        application = found.application
        end = letters.until(application)
        facts = [
            (gettext("Referee"), found.name),
            (gettext("Affiliation"), found.affiliation),
            (gettext("E-mail"), found.email),
            (pgettext("who applies", "Applicant"), application.full_name),
            (gettext("Cohort"), f"{application.cohort.program.title} {application.cohort.label}"),
            (gettext("Asked"), moment_or_dash(found.asked_at)),
            (gettext("Until"), i18n.deadline(end) if end else ""),
            (gettext("Reminded"), i18n.moment(found.reminded_at) if found.reminded_at else ""),
            (gettext("Received"), i18n.moment(found.received_at) if found.received_at else ""),
            (gettext("Declined"), i18n.moment(found.declined_at) if found.declined_at else ""),
            (gettext("Reason"), found.decline_reason),
            (gettext("No longer asked"), i18n.moment(found.ended_at) if found.ended_at else ""),
        ]
        address = reverse("admin:programs_application_change", args=[application.pk])
        rows = [{"term": term, "value": value, "user": True} for term, value in facts if value]
        return [*rows, {"term": gettext("Application"), "value": str(application), "url": address}]
