"""The pages of one cohort: the overview, and the deeds that concern all of it, each asking before it acts."""

from django import forms
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import DeedForm, DeedReasonForm, object_deed
from accounts.admin_tools import event_lines, moment_or_dash
from portal import audit, clock, i18n
from portal.errors import Refused
from portal.uploads import takes_files
from programs import seating, todos
from programs.admin import attendance_pages, overview, round_overview
from programs.admin.attendance_pages import AttendancePages
from programs.admin.certificate_pages import CertificatePages
from programs.admin.deeds import ExtensionForm, seats_text, staged_text
from programs.admin.material_pages import MaterialPages
from programs.admin.on_behalf import EntryPages
from programs.admin.ranking_pages import RankingPages
from programs.admin.release_pages import ReleasePages
from programs.admin.reservations import ReservationPages, kept_facts
from programs.admin.round_pages import RoundPages
from programs.models.applications import Application, ApplicationStatus
from programs.models.cohorts import Phase, PromotionStop
from programs.models.selection import RoundKind
from programs.operations import applications, releases, seats
from programs.operations import cohorts as operations
from programs.operations.on_behalf import TAKES_ENTRIES

S = ApplicationStatus
RECORD_ROWS = 10


class CapacityForm(DeedForm):
    """The number of seats."""

    capacity = forms.IntegerField(label=_("Seats"), min_value=1, max_value=100_000)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["capacity"] = self.rows[0].capacity


class PersonalExtensionForm(ExtensionForm):
    """Who gets more time, by the address they log in with."""

    email = forms.EmailField(label=_("E-mail of the person"))
    field_order = ["email", "until", "reason"]

    def clean_email(self):
        """Somebody who has begun an application to this cohort."""
        address = self.cleaned_data["email"].strip().lower()
        begun = Application.objects.filter(
            cohort=self.rows[0], applicant__email=address, status__in=[S.DRAFT, S.SUBMITTED]
        ).first()
        if begun is None:
            raise forms.ValidationError(gettext("Nobody with this address has begun an application here."))
        self.application = begun
        return address


class CohortPages(
    AttendancePages,
    CertificatePages,
    MaterialPages,
    RoundPages,
    RankingPages,
    ReleasePages,
    ReservationPages,
    EntryPages,
):
    """Adds the pages of one cohort to its admin. An app above adds its own ways from here to `more_buttons`."""

    more_buttons = []  # functions of a cohort that return buttons

    def get_urls(self):
        """The overview and the deeds, before Django's own addresses."""
        pages = {
            "overview": self.overview_view,
            "ranking": self.ranking_view,
            "release": self.release_view,
            "releasing": self.releasing_view,
            "promote": self.promote_view,
            "publish": self.publish_view,
            "cancel": self.cancel_view,
            "capacity": self.capacity_view,
            "keep": self.keep_view,
            "extend": self.extend_view,
            "certify": self.certify_view,
            "certifying": self.certifying_view,
            "materials": takes_files()(self.materials_view),
        }
        own = [
            path(f"<int:cohort_id>/{name}/", self.admin_site.admin_view(view), name=f"programs_cohort_{name}")
            for name, view in pages.items()
        ]
        return own + super().get_urls()

    def overview_url(self, cohort):
        """The address of the page from which it is run."""
        return reverse("admin:programs_cohort_overview", args=[cohort.pk])

    def overview_view(self, request, cohort_id):
        """Where a cohort stands, what needs doing, its funnel, and what was done last."""
        if request.method not in ("GET", "HEAD"):
            raise Http404
        cohort = self.find(request, cohort_id)
        now = clock.now()
        counts = overview.status_counts(cohort)
        preview = releases.release_preview(cohort) if cohort.is_reviewed else None
        counted = preview["seats"] if preview else seating.seats(cohort, now)
        rounds = round_overview.Rounds(cohort, now)
        going_out = round_overview.release_line(cohort) or round_overview.held_up_line(cohort, now)
        behind, behind_left = rounds.behind()
        todo = overview.todo_lines(cohort, counts, counted, preview, now)
        return self.page(
            request,
            "admin/programs/cohort/overview.html",
            cohort,
            title=overview.name_of(cohort),
            pill=overview.phase_pill(cohort),
            server_now=i18n.moment(now),
            facts=overview.facts(cohort, counts, counted, now),
            todo=([going_out] if going_out else [])
            + todo
            + rounds.todo()
            + attendance_pages.todo_lines(cohort, now)
            + todos.lines(cohort, now),
            rounds=rounds.rows(),
            behind=behind,
            behind_left=behind_left,
            is_reviewing=rounds.current is not None,
            funnel=overview.funnel_rows(cohort, counts),
            staged=staged_text(preview) if preview else "",
            promotion=(seats.stop_of(cohort, now) or PromotionStop(cohort.promotion_stop)).label,
            kept=kept_facts(cohort, now),
            promotion_ran=moment_or_dash(cohort.promotion_ran_at),
            lines=event_lines(audit.history(cohort)[:RECORD_ROWS]),
            buttons=self.buttons(cohort, now),
            applications_url=overview.applications_url(cohort),
            public_url=self.view_on_site(cohort),
        )

    def buttons(self, cohort, now):
        """The deeds that make sense now, as links to the pages that ask."""
        phase = cohort.phase_at(now)
        chosen = []
        if not cohort.published_at and not cohort.cancelled_at:
            chosen.append(("publish", gettext("Publish")))
        if cohort.is_reviewed and phase != Phase.DRAFT:
            chosen.append(("ranking", gettext("Ranking and decisions")))
        if cohort.is_reviewed and phase not in overview.OVER:
            chosen.append(("release", gettext("Release the results")))
        if phase not in overview.OVER:
            chosen.append(("promote", gettext("Promote from the waitlist")))
            chosen.append(("capacity", gettext("Change the seats")))
            chosen.append(("keep", gettext("Keep seats for a partner")))
            chosen.append(("extend", gettext("Extend for one person")))
        if phase in (Phase.RUNNING, Phase.FINISHED) or cohort.sessions.exists():
            chosen.append(("attendance", gettext("Attendance and completion")))
        if phase in (Phase.RUNNING, Phase.FINISHED):
            chosen.append(("certify", gettext("Issue certificates")))
            chosen.append(("certifying", gettext("Certificates")))
        if phase in TAKES_ENTRIES:
            chosen.append(("enter", gettext("Enter an application on behalf")))
        buttons = [
            {"label": label, "url": reverse(f"admin:programs_cohort_{page}", args=[cohort.pk]), "small": True}
            for page, label in chosen
        ]
        for round_ in cohort.rounds.all():
            buttons.append({"label": round_.get_kind_display(), "url": self.round_url(round_), "small": True})
            if round_.kind == RoundKind.INTERVIEW:
                url = reverse("admin:programs_panel_round", args=[round_.pk])
                buttons.append({"label": gettext("Interview times"), "url": url, "small": True})
        if phase == Phase.FINISHED:
            bring_in = reverse("admin:programs_import_participants", args=[cohort.pk])
            buttons.append({"label": gettext("Bring in earlier participants"), "url": bring_in, "small": True})
            totals = reverse("admin:programs_import_totals", args=[cohort.pk])
            buttons.append({"label": gettext("Bring in survey totals"), "url": totals, "small": True})
        buttons += survey_buttons(cohort)
        for more in self.more_buttons:
            buttons += more(cohort)
        for name, label in (("session", gettext("Sessions")), ("enrolment", gettext("Enrolments"))):
            url = reverse(f"admin:programs_{name}_changelist") + f"?cohort={cohort.pk}"
            buttons.append({"label": label, "url": url, "small": True})
        materials = reverse("admin:programs_cohort_materials", args=[cohort.pk])
        buttons.append({"label": gettext("Materials"), "url": materials, "small": True})
        edit = reverse("admin:programs_cohort_change", args=[cohort.pk])
        buttons.append({"label": gettext("Edit"), "url": edit, "small": True})
        if phase not in (Phase.FINISHED, Phase.CANCELLED):
            cancel = reverse("admin:programs_cohort_cancel", args=[cohort.pk])
            buttons.append({"label": gettext("Cancel the cohort"), "url": cancel, "look": "danger", "small": True})
        return buttons

    def ask(
        self,
        request,
        cohort,
        *,
        label,
        perform,
        facts=(),
        note="",
        danger=False,
        form_class=None,
        done_url="",
        warning="",
        hidden=(),
    ):
        """A page that asks before something is done with a cohort."""
        return object_deed(
            self,
            request,
            cohort,
            label=label,
            note=note,
            danger=danger,
            facts=facts(cohort) if callable(facts) else facts,
            form_class=form_class,
            perform=lambda data: perform(cohort, data),
            back_url=self.overview_url(cohort),
            done_url=done_url,
            warning=warning,
            hidden=hidden,
        )

    def promote_view(self, request, cohort_id):
        """One promotion pass by hand."""

        def facts(cohort):
            return [
                (gettext("Seats"), seats_text(cohort, clock.now())),
                (gettext("Why the last pass stopped"), PromotionStop(cohort.promotion_stop).label),
            ]

        def perform(cohort, data):
            made = seats.run_promotions(cohort.pk, by=request.user)
            cohort.refresh_from_db(fields=["promotion_stop"])
            count = ngettext("%(count)s seat offered.", "%(count)s seats offered.", made) % {"count": made}
            return f"{count} {PromotionStop(cohort.promotion_stop).label}"

        return self.ask(
            request,
            self.find(request, cohort_id),
            label=gettext("Promote from the waitlist"),
            note=gettext("Every free seat is offered to the waitlist in its order."),
            facts=facts,
            perform=perform,
        )

    def publish_view(self, request, cohort_id):
        """Shows the cohort to everyone."""

        def perform(cohort, data):
            operations.publish_cohort(cohort.pk, by=request.user)
            return gettext("Published.")

        return self.ask(
            request,
            self.find(request, cohort_id),
            label=gettext("Publish"),
            note=gettext("Anyone can see the cohort from now on, and apply once applications open."),
            facts=lambda cohort: [
                (gettext("Applications open"), moment_or_dash(cohort.opens_at)),
                (gettext("Applications close"), moment_or_dash(cohort.closes_at)),
                (gettext("Results are announced"), moment_or_dash(cohort.announce_at)),
                (gettext("First session"), moment_or_dash(cohort.starts_at)),
            ],
            perform=perform,
        )

    def cancel_view(self, request, cohort_id):
        """Calls the cohort off."""

        def facts(cohort):
            counts = overview.status_counts(cohort)
            concerned = (S.OFFERED, S.CONFIRMED, S.WAITLISTED, S.SUBMITTED, S.IN_REVIEW, S.CHANGES_REQUESTED)
            told = sum(counts.get(status, 0) for status in concerned)
            return [
                (gettext("Confirmed places that end"), counts.get(S.CONFIRMED, 0)),
                (gettext("People who are told"), told),
            ]

        def perform(cohort, data):
            operations.cancel_cohort(cohort.pk, by=request.user, reason=data["reason"])
            return gettext("The cohort is cancelled.")

        return self.ask(
            request,
            self.find(request, cohort_id),
            label=gettext("Cancel the cohort"),
            note=gettext("Places and offers end, and everyone concerned is sent the reason. It cannot be undone."),
            danger=True,
            form_class=DeedReasonForm,
            facts=facts,
            perform=perform,
        )

    def capacity_view(self, request, cohort_id):
        """Changes the number of seats."""

        def perform(cohort, data):
            operations.change_capacity(cohort.pk, data["capacity"], by=request.user)
            return gettext("The cohort has %(capacity)s seats now.") % data

        return self.ask(
            request,
            self.find(request, cohort_id),
            label=gettext("Change the seats"),
            note=gettext("Seats that become free are offered to the waitlist at once."),
            form_class=CapacityForm,
            facts=lambda cohort: [(gettext("Seats"), seats_text(cohort, clock.now()))],
            perform=perform,
        )

    def extend_view(self, request, cohort_id):
        """Gives one person more time; whether they have begun an application shows only for their address."""

        def perform(cohort, data):
            begun = Application.objects.filter(
                cohort=cohort, applicant__email=data["email"], status__in=[S.DRAFT, S.SUBMITTED]
            ).first()
            if begun is None:
                raise Refused(gettext("Nobody with this address has begun an application here."))
            applications.extend_deadline(begun.pk, data["until"], by=request.user, reason=data["reason"])
            return gettext("The deadline is extended.")

        return self.ask(
            request,
            self.find(request, cohort_id),
            label=gettext("Extend for one person"),
            note=gettext("They may submit, or edit what they submitted, until then."),
            form_class=PersonalExtensionForm,
            facts=lambda cohort: [(gettext("Applications close"), moment_or_dash(cohort.closes_at))],
            perform=perform,
        )


def survey_buttons(cohort):
    """The way to a cohort's surveys, and to a new one."""
    listed = f"{reverse('admin:programs_survey_changelist')}?cohort={cohort.pk}"
    buttons = [{"label": gettext("Surveys"), "url": listed, "small": True}]
    if cohort.survey_totals.exists():
        url = reverse("admin:programs_survey_totals", args=[cohort.pk])
        buttons.append({"label": gettext("Survey totals from a table"), "url": url, "small": True})
    if cohort.published_at and not cohort.cancelled_at:
        url = reverse("admin:programs_survey_new", args=[cohort.pk])
        buttons.append({"label": gettext("New survey"), "url": url, "small": True})
    return buttons
