"""Applications: found, read, and moved along by deeds. Nothing in them is ever typed over."""

from django.contrib import admin
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_tools import TIMELINE_ROWS, ScopedAdmin, moment_in_list, moment_or_dash, people_in, pill_html
from portal import audit, clock, i18n, pills, uploads
from programs import files_seen, sent
from programs.admin import application_page
from programs.admin.application_page import who
from programs.admin.deeds import DEEDS, CohortPage
from programs.admin.filters import CohortFilter, StagedFilter, StatusFilter
from programs.admin.on_behalf import FixPages
from programs.admin.reservations import Nominate
from programs.models.applications import Application, ApplicationStatus, Decision, Outcome, ReasonCode
from programs.models.cohorts import Cohort
from programs.models.selection import ReviewRound
from programs.operations import files, no_shows
from programs.operations.on_behalf import FIXABLE

S = ApplicationStatus
ALL_DEEDS = [*DEEDS, Nominate]


def change_line(change):
    """A move of the application."""
    before, after = S(change.from_status).label, S(change.to_status).label
    return {
        "at": change.at,
        "when": i18n.moment(change.at),
        "title": f"{before} → {after}",
        "note": change.reason,
        "side": who(change.by),
        "user": True,
    }


def decision_line(decision):
    """A staged outcome, or one that was taken back."""
    label = Outcome(decision.outcome).label
    taken_back = decision.outcome == Outcome.UNDO
    parts = [who(decision.by)]
    if decision.rank is not None:
        parts.append(gettext("place %(rank)s") % {"rank": decision.rank})
    if decision.reason_code:
        parts.append(ReasonCode(decision.reason_code).label)
    return {
        "at": decision.at,
        "when": i18n.moment(decision.at),
        "title": label if taken_back else gettext("Staged: %(outcome)s") % {"outcome": label},
        "note": " · ".join(str(part) for part in parts),
        "pill": pills.pill(pills.OUTCOME_PILLS, decision.outcome, label),
    }


def offer_line(offer):
    """An offer and how long it lasted."""
    return {
        "at": offer.made_at,
        "when": i18n.moment(offer.made_at),
        "title": gettext("Offer: %(kind)s") % {"kind": offer.get_kind_display()},
        "note": gettext("To be confirmed %(deadline)s") % {"deadline": i18n.deadline(offer.expires_at)},
    }


@admin.register(Application)
class ApplicationAdmin(FixPages, ScopedAdmin):
    """The list from which staff work, and one page for each application."""

    group = "run"
    place = 2
    admins_may = managers_may = ("view",)
    list_display = ["receipt", "name", "cohort_title", "status_pill", "staged", "submitted"]
    list_filter = [CohortFilter, StatusFilter, StagedFilter]
    list_select_related = ["cohort__program", "applicant"]
    search_fields = [
        "receipt_number",
        "=code",
        "full_name",
        "romanized_name",
        "applicant__email",
        "applicant__full_name",
    ]
    search_help_text = _("Name, e-mail, code or receipt number")
    ordering = ["-submitted_at", "-pk"]
    actions = [deed.action() for deed in ALL_DEEDS]

    def get_queryset(self, request):
        """Submitted ones, each with the outcome staged now and its cohort's last round; drafts are their writers'.

        One's own is not among them: nobody reads or stages their own result before it is announced.
        """
        latest = Decision.objects.filter(application=OuterRef("pk"), at__gte=OuterRef("moved_at"))
        gone = When(Q(outcome=Outcome.UNDO) | Q(item__isnull=False), then=None)  # taken back, or released
        latest = latest.filter(application__status=S.IN_REVIEW).order_by("-at", "-pk")
        outcome = latest.annotate(counts=Case(gone, default=F("outcome"))).values("counts")[:1]
        submitted = super().get_queryset(request).exclude(status=S.DRAFT).exclude(applicant=request.user)
        rounds = ReviewRound.objects.filter(cohort=OuterRef("cohort")).order_by("-number").values("number")[:1]
        return submitted.annotate(staged_outcome=Subquery(outcome), last_round=Coalesce(Subquery(rounds), Value(1)))

    def run_by(self, queryset, user):
        """Those to the cohorts a manager runs."""
        return queryset.filter(cohort__in=Cohort.objects.managed_by(user).values("pk"))

    # columns

    @admin.display(description=_("receipt number"), ordering="receipt_number")
    def receipt(self, application):
        """The number on results and mails."""
        return application.receipt_number

    @admin.display(description=_("name"), ordering="full_name")
    def name(self, application):
        """As the applicant wrote it."""
        return application.full_name

    @admin.display(description=_("cohort"), ordering="cohort")
    def cohort_title(self, application):
        """The program and which run of it."""
        return f"{application.cohort.program.title} {application.cohort.label}"

    @admin.display(description=_("status"), ordering="status")
    def status_pill(self, application):
        """Where it stands."""
        return pill_html(pills.pill(pills.APPLICATION_PILLS, application.status, application.label))

    @admin.display(description=_("staged decision"), ordering="staged_outcome")
    def staged(self, application):
        """What the release would bring."""
        return Outcome(application.staged_outcome).label if application.staged_outcome else "–"

    @admin.display(description=_("submitted"), ordering="submitted_at")
    def submitted(self, application):
        """When it was submitted."""
        return moment_in_list(application.submitted_at)

    # pages

    def timeline(self, application):
        """Moves, staged decisions, offers and the rest, newest first."""
        lines = [change_line(change) for change in application.changes.select_related("by")]
        lines += [decision_line(decision) for decision in application.decisions.select_related("by")]
        lines += [offer_line(offer) for offer in application.offers.all()]
        events = list(audit.history(application)[:TIMELINE_ROWS])
        people = people_in(events)
        lines += [application_page.deed_line(event, people) for event in events]
        return sorted(lines, key=lambda line: line["at"], reverse=True)

    def get_urls(self):
        """Its files, before Django's own addresses."""
        view = self.admin_site.admin_view(self.file_view)
        own = [path("<int:application_id>/files/<slug:code>/", view, name="programs_application_file")]
        return own + super().get_urls()

    def file_view(self, request, application_id, code):
        """A file that was sent, given out and written down; what lies in a draft is nobody else's."""
        if request.method not in ("GET", "HEAD"):
            raise Http404
        application = self.find(request, application_id)
        row = get_object_or_404(application.files.select_related("upload"), upload__code=code)
        if not files.is_sent(application, row):
            raise Http404
        return uploads.serve(request, row.upload)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The application to read, with the deeds that its status allows."""
        if request.method not in ("GET", "HEAD"):
            raise Http404
        application = self.find(request, object_id)
        can_fix = application.status in FIXABLE
        return self.page(
            request,
            "admin/programs/application/change_form.html",
            application,
            title=str(application),
            pill=pills.pill(pills.APPLICATION_PILLS, application.status, application.label),
            server_now=i18n.moment(clock.now()),
            facts=self.facts(application),
            deeds=self.deeds(application),
            action_url=self.changelist_url(),
            fix_url=reverse("admin:programs_application_fix", args=[application.pk]) if can_fix else "",
            parts=sent.parts(application, with_names=False),
            file_base=f"{self.change_url(application.pk).removesuffix('change/')}files/",
            submissions=application_page.submission_entries(application),
            consents=application_page.consent_lines(application),
            references=application_page.reference_lines(application, clock.now()),
            seen=files_seen.lines(application),
            mails=application_page.mail_lines(application, request.user),
            lines=self.timeline(application),
        )

    def deeds(self, application):
        """The deeds that are possible now, as name and label."""
        possible = [
            deed for deed in ALL_DEEDS if not issubclass(deed, CohortPage) and not deed().refusal(application)
        ]
        return [{"name": deed.name, "label": deed.label} for deed in possible]

    def facts(self, application):
        """Whose it is, where to, and the dates that hold for it."""
        cohort = application.cohort
        facts = [
            (gettext("Name"), application.full_name),
            (gettext("Name in English"), application.romanized_name),
            (gettext("E-mail"), application.applicant.email),
            (gettext("Cohort"), f"{cohort.program.title} {cohort.label}"),
            (gettext("Submitted at"), moment_or_dash(application.submitted_at)),
            (gettext("Last change"), moment_or_dash(application.moved_at)),
        ]
        if application.staged_outcome:
            facts.append((gettext("Staged decision"), Outcome(application.staged_outcome).label))
        if application.answer_by:
            facts.append((gettext("To be confirmed"), i18n.deadline(application.answer_by)))
        if application.changes_by:
            facts.append((gettext("To be completed"), i18n.deadline(application.changes_by)))
        if application.extended_until:
            facts.append((gettext("Personal extension"), i18n.deadline(application.extended_until)))
        if application.changes_note:
            facts.append((gettext("What was missing"), application.changes_note))
        if application.nominated_by:
            facts.append((gettext("Nominated by"), application.nominated_by.name))
        missed = no_shows.counted(application.applicant)
        if missed:
            facts.append((gettext("No-shows that count"), str(len(missed))))
        if application.reason_code:
            facts.append((gettext("Reason"), application.get_reason_code_display()))
        return [{"term": term, "value": value, "user": True} for term, value in facts if value]
