"""Cohorts: their list, their form, and the page from which staff run one."""

from django import forms
from django.contrib import admin
from django.db.models import Count, Max, Min
from django.http import Http404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_tools import (
    ALL,
    DeedForm,
    DeedReasonForm,
    ScopedAdmin,
    ScopedStackedInline,
    ScopedTabularInline,
    event_line,
    moment_or_dash,
    object_deed,
    pill_html,
)
from portal import audit, clock, i18n, pills
from portal.errors import Refused
from programs.admin.deeds import ExtensionForm, seats_text, staged_text
from programs.admin.filters import KindFilter, PhaseFilter, YearFilter
from programs.admin.words import next_moment
from programs.models.applications import Application, ApplicationStatus
from programs.models.cohorts import Cohort, Criterion, Milestone, Phase, PromotionStop, Session, SessionExpert
from programs.models.experts import Expert
from programs.operations import applications, review, seats
from programs.operations import cohorts as operations
from programs.permissions import programs_run_by

S = ApplicationStatus
RECORD_ROWS = 10
OVER = (Phase.FINISHED, Phase.CANCELLED, Phase.DRAFT)


def phase_pill(cohort):
    """Where a cohort stands."""
    phase = Phase(cohort.current_phase)
    return pills.pill(pills.PHASE_PILLS, phase, phase.label)


def name_of(cohort):
    """The program and which run of it."""
    return f"{cohort.program.title} {cohort.label}"


class SessionForm(forms.ModelForm):
    """A meeting, with those who teach it."""

    expert_choices = ()  # set once a request by the inline, so that the rows do not ask one by one
    teachers = forms.TypedMultipleChoiceField(
        label=_("experts"),
        coerce=int,
        required=False,
        help_text=_("Several with Ctrl, or Cmd on a Mac. Whoever is added here leads the session."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["teachers"].choices = self.expert_choices
        if self.instance.pk:
            self.initial["teachers"] = [row.expert_id for row in self.instance.session_experts.all()]

    def set_teachers(self):
        """Add and remove experts as chosen; those who stay keep their role."""
        chosen = set(self.cleaned_data["teachers"])
        rows = self.instance.session_experts
        rows.exclude(expert__in=chosen).delete()
        known = set(rows.values_list("expert", flat=True))
        SessionExpert.objects.bulk_create(
            SessionExpert(session=self.instance, expert_id=pk)
            for pk in self.cleaned_data["teachers"]
            if pk not in known
        )


class SessionInline(ScopedStackedInline):
    """The meetings, in order; the cohort's own dates follow them."""

    model = Session
    form = SessionForm
    managers_may = ALL
    extra = 1
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("title_ko", "title_en"),
                    ("starts_at", "ends_at"),
                    ("place_ko", "place_en"),
                    "teachers",
                ]
            },
        )
    ]

    def get_queryset(self, request):
        """With those who teach."""
        return super().get_queryset(request).prefetch_related("session_experts")

    def get_formset(self, request, obj=None, **kwargs):
        """All rows share one list of experts."""
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.expert_choices = [(expert.pk, expert.name) for expert in Expert.objects.all()]
        return formset


class CriterionInline(ScopedTabularInline):
    """What the selection looks at."""

    model = Criterion
    managers_may = ALL
    extra = 1
    fields = ["position", "title_ko", "title_en", "note_ko", "note_en", "weight"]


class MilestoneInline(ScopedStackedInline):
    """Dates beyond those of the window."""

    model = Milestone
    managers_may = ALL
    extra = 1
    fieldsets = [
        (
            None,
            {"fields": [("title_ko", "title_en"), ("at", "until"), ("note_ko", "note_en")]},
        )
    ]


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


@admin.register(Cohort)
class CohortAdmin(ScopedAdmin):
    """Dated runs. What follows from dates and seats is shown; what changes them for people is a deed."""

    group = "run"
    place = 1
    managers_may = ("view", "add", "change")
    admin_only_fields = ("agreement",)
    list_display = ["name", "phase_pill", "next", "applied", "seats_shown", "confirmed", "waiting"]
    list_display_links = None
    list_filter = [PhaseFilter, KindFilter, YearFilter]
    list_select_related = ["program"]
    search_fields = [
        "program__title_ko",
        "program__title_en",
        "program__slug",
        "label_ko",
        "label_en",
        "receipt_prefix",
    ]
    search_help_text = _("Program, cohort or receipt prefix")
    ordering = ["-starts_at", "pk"]
    inlines = [SessionInline, CriterionInline, MilestoneInline]

    def get_queryset(self, request):
        """With its program; the list adds counts and phase."""
        return super().get_queryset(request).with_counts().with_phase().select_related("program")

    def run_by(self, queryset, user):
        """Those a manager runs."""
        return queryset.managed_by(user)

    def choices_for(self, request):
        """The cohorts by themselves, without their counts."""
        return Cohort.objects.managed_by(request.user).select_related("program")

    def has_add_permission(self, request, obj=None):
        """A cohort is added by who runs its program as a whole."""
        return self.may("add", request) and (request.user.is_admin or programs_run_by(request.user).exists())

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """A new cohort belongs to a program that is run as a whole."""
        if db_field.name == "program":
            kwargs["queryset"] = programs_run_by(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    # the form

    def get_fieldsets(self, request, obj=None):
        """By what staff do; the number of seats is changed by a deed once the cohort exists."""
        when = [("opens_at", "closes_at"), ("announce_at", "offer_hours"), ("cancel_until", "promote_until")]
        when += [("starts_at", "ends_at"), "dates_precision"]
        where = ["delivery", ("place_ko", "place_en"), ("languages_ko", "languages_en"), "hours"]
        seats_ = [("registration_mode", "capacity"), ("selection_ko", "selection_en")]
        seats_ += [("audience_ko", "audience_en")]
        sets = [
            (None, {"fields": ["program", ("label_ko", "label_en"), ("slug", "receipt_prefix")]}),
            (_("When"), {"fields": when}),
            (_("Where"), {"fields": where}),
            (_("Seats and selection"), {"fields": seats_}),
            (_("Contact and agreement"), {"fields": ["contact_email", "agreement"]}),
        ]
        if obj is not None:
            state = ["phase_pill", "published", "review_began", "released", "cancelled", "promotion"]
            sets.append((_("State"), {"fields": state}))
        return sets

    def get_readonly_fields(self, request, obj=None):
        """What others rely on is not typed over."""
        fixed = list(super().get_readonly_fields(request, obj))
        if obj is None:
            return fixed
        fixed += ["program", "capacity", "phase_pill", "published", "review_began", "released", "cancelled"]
        fixed.append("promotion")
        if obj.published_at:
            fixed.append("slug")
        if obj.applications.exists():
            fixed += ["receipt_prefix", "registration_mode"]
        if obj.released_at:
            fixed.append("announce_at")
        if obj.sessions.exists():
            fixed += ["starts_at", "ends_at"]
        return fixed

    def save_formset(self, request, form, formset, change):
        """The rows, and who teaches them."""
        super().save_formset(request, form, formset, change)
        if formset.model is Session:
            for row in formset.forms:
                if "teachers" in row.changed_data and row.instance.pk and not row.cleaned_data.get("DELETE"):
                    row.set_teachers()

    def save_related(self, request, form, formsets, change):
        """The cohort's dates follow its sessions."""
        super().save_related(request, form, formsets, change)
        operations.refresh_schedule(form.instance.pk)

    def view_on_site(self, cohort):
        """Its public page, once it is published."""
        return cohort.get_absolute_url() if cohort.published_at else None

    # columns and read-only fields

    @admin.display(description=_("cohort"), ordering="program__title_ko")
    def name(self, cohort):
        """The way to the page from which it is run."""
        address = reverse("admin:programs_cohort_overview", args=[cohort.pk])
        return format_html('<a href="{}">{}</a>', address, name_of(cohort))

    @admin.display(description=_("phase"), ordering="phase")
    def phase_pill(self, cohort):
        """Where it stands."""
        return pill_html(phase_pill(cohort))

    @admin.display(description=_("next"))
    def next(self, cohort):
        """The next date, and what happens then."""
        ahead = next_moment(cohort, clock.now())
        return f"{i18n.moment(ahead['at'])} · {ahead['what']}" if ahead else "–"

    @admin.display(description=_("applied"), ordering="applied")
    def applied(self, cohort):
        """How many applications were submitted."""
        return cohort.applied

    @admin.display(description=_("seats taken"), ordering="seats_taken")
    def seats_shown(self, cohort):
        """Confirmed and offered, out of all."""
        return f"{cohort.seats_taken} / {cohort.capacity}"

    @admin.display(description=_("confirmed"), ordering="confirmed")
    def confirmed(self, cohort):
        """Confirmed places."""
        return cohort.confirmed

    @admin.display(description=_("waiting"), ordering="waiting")
    def waiting(self, cohort):
        """On the waitlist."""
        return cohort.waiting

    @admin.display(description=_("published"))
    def published(self, cohort):
        """Since when anyone may see it."""
        return moment_or_dash(cohort.published_at)

    @admin.display(description=_("review began"))
    def review_began(self, cohort):
        """When the first application was moved to review."""
        return moment_or_dash(cohort.review_began_at)

    @admin.display(description=_("results released"))
    def released(self, cohort):
        """When the results came out."""
        return moment_or_dash(cohort.released_at)

    @admin.display(description=_("cancelled"))
    def cancelled(self, cohort):
        """When and why it was called off."""
        if not cohort.cancelled_at:
            return "–"
        return f"{i18n.moment(cohort.cancelled_at)} · {cohort.cancel_reason}"

    @admin.display(description=_("why promotion stopped"))
    def promotion(self, cohort):
        """What the last promotion pass wrote down."""
        return PromotionStop(cohort.promotion_stop).label

    # pages of one cohort

    def get_urls(self):
        """The overview and the deeds, before Django's own addresses."""
        pages = {
            "overview": self.overview_view,
            "release": self.release_view,
            "promote": self.promote_view,
            "publish": self.publish_view,
            "cancel": self.cancel_view,
            "capacity": self.capacity_view,
            "extend": self.extend_view,
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
        counts = status_counts(cohort)
        preview = review.release_preview(cohort) if cohort.is_reviewed else None
        counted = preview["seats"] if preview else seats.seats(cohort, now)
        return self.page(
            request,
            "admin/programs/cohort/overview.html",
            cohort,
            title=name_of(cohort),
            pill=phase_pill(cohort),
            server_now=i18n.moment(now),
            facts=overview_facts(cohort, counts, counted, now),
            todo=todo_lines(cohort, counts, counted, preview, now),
            funnel=funnel_rows(cohort, counts),
            staged=staged_text(preview) if preview else "",
            promotion=PromotionStop(cohort.promotion_stop).label,
            promotion_ran=moment_or_dash(cohort.promotion_ran_at),
            lines=[event_line(event) for event in audit.history(cohort)[:RECORD_ROWS]],
            buttons=self.buttons(cohort, now),
            applications_url=applications_url(cohort),
            public_url=self.view_on_site(cohort),
        )

    def buttons(self, cohort, now):
        """The deeds that make sense now, as links to the pages that ask."""
        phase = cohort.phase_at(now)
        chosen = []
        if not cohort.published_at and not cohort.cancelled_at:
            chosen.append(("publish", gettext("Publish")))
        if cohort.is_reviewed and phase not in OVER:
            chosen.append(("release", gettext("Release the results")))
        if phase not in OVER:
            chosen.append(("promote", gettext("Promote from the waitlist")))
            chosen.append(("capacity", gettext("Change the seats")))
            chosen.append(("extend", gettext("Extend for one person")))
        buttons = [
            {"label": label, "url": reverse(f"admin:programs_cohort_{page}", args=[cohort.pk]), "small": True}
            for page, label in chosen
        ]
        edit = reverse("admin:programs_cohort_change", args=[cohort.pk])
        buttons.append({"label": gettext("Edit"), "url": edit, "small": True})
        if phase not in (Phase.FINISHED, Phase.CANCELLED):
            cancel = reverse("admin:programs_cohort_cancel", args=[cohort.pk])
            buttons.append({"label": gettext("Cancel the cohort"), "url": cancel, "look": "danger", "small": True})
        return buttons

    def ask(self, request, cohort_id, *, label, perform, facts=(), note="", danger=False, form_class=None):
        """A page that asks before something is done with a cohort."""
        cohort = self.find(request, cohort_id)
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
        )

    def release_view(self, request, cohort_id):
        """The results, all at once; before the announcement's time this moves the announcement to now."""
        cohort = self.find(request, cohort_id)
        now = clock.now()
        note = gettext("Every staged decision takes effect, and each applicant is sent the result by mail.")
        if cohort.announce_at and cohort.announce_at > now:
            early = gettext(
                "The announcement is promised for %(moment)s. Releasing now moves it to now; the date on the "
                "public page changes with it."
            ) % {"moment": i18n.moment(cohort.announce_at)}
            note = f"{note} {early}"

        def facts(cohort):
            counts = review.release_preview(cohort)
            return [
                (gettext("Offers"), counts["offered"]),
                (gettext("Waitlist"), counts["waitlisted"]),
                (gettext("Not selected"), counts["rejected"]),
                (gettext("Undecided, staying under review"), counts["undecided"]),
                (gettext("Seats"), seats_text(cohort, now)),
            ]

        def perform(cohort, data):
            result = review.release_decisions(cohort.pk, by=request.user)
            return (
                gettext(
                    "Released: %(offered)s offers, %(waitlisted)s on the waitlist, %(rejected)s not selected, "
                    "%(undecided)s undecided."
                )
                % result._asdict()
            )

        return self.ask(
            request, cohort_id, label=gettext("Release the results"), note=note, facts=facts, perform=perform
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
            cohort_id,
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
            cohort_id,
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
            counts = status_counts(cohort)
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
            cohort_id,
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
            cohort_id,
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
            cohort_id,
            label=gettext("Extend for one person"),
            note=gettext("They may submit, or edit what they submitted, until then."),
            form_class=PersonalExtensionForm,
            facts=lambda cohort: [(gettext("Applications close"), moment_or_dash(cohort.closes_at))],
            perform=perform,
        )


# --- the overview ---------------------------------------------------------------------------------


def status_counts(cohort):
    """How many applications stand where."""
    rows = cohort.applications.order_by().values("status").annotate(n=Count("pk"))
    return {row["status"]: row["n"] for row in rows}


def applications_url(cohort, **query):
    """The list of its applications, filtered."""
    address = reverse("admin:programs_application_changelist")
    return "&".join([f"{address}?cohort={cohort.pk}", *[f"{name}={value}" for name, value in query.items()]])


def overview_facts(cohort, counts, counted, now):
    """The four facts at the top."""
    ahead = next_moment(cohort, now)
    submitted = sum(n for status, n in counts.items() if status != S.DRAFT)
    return [
        {"term": gettext("Next"), "value": f"{i18n.moment(ahead['at'])} {ahead['what']}" if ahead else "–"},
        {
            "term": gettext("Seats"),
            "value": gettext("%(capacity)s · confirmed %(confirmed)s · offered %(offered)s · free %(free)s")
            % counted._asdict(),
        },
        {
            "term": gettext("Applications"),
            "value": gettext("%(count)s submitted · %(withdrawn)s withdrawn · %(drafts)s begun")
            % {
                "count": submitted,
                "withdrawn": counts.get(S.WITHDRAWN, 0),
                "drafts": counts.get(S.DRAFT, 0),
            },
        },
        {"term": gettext("Waitlist"), "value": counted.waiting},
    ]


def todo_lines(cohort, counts, counted, preview, now):
    """What waits for staff: each with where to do it."""
    page = {name: reverse(f"admin:programs_cohort_{name}", args=[cohort.pk]) for name in ("release", "promote")}
    lines = []

    def add(count, title, note, url, label):
        if count:
            lines.append({"title": title % {"count": count}, "note": note, "url": url, "label": label})

    if not cohort.published_at and not cohort.cancelled_at:
        url = reverse("admin:programs_cohort_publish", args=[cohort.pk])
        note = gettext("Nobody but staff can see it.")
        lines.append(
            {"title": gettext("The cohort is a draft"), "note": note, "url": url, "label": gettext("Publish")}
        )
    closed = cohort.closes_at is None or cohort.closes_at <= now
    if cohort.is_reviewed and closed:
        add(
            counts.get(S.SUBMITTED, 0),
            ngettext(
                "%(count)s application waits for its review",
                "%(count)s applications wait for their review",
                counts.get(S.SUBMITTED, 0),
            ),
            gettext("Check the conditions, then move them to review."),
            applications_url(cohort, status=S.SUBMITTED.value),
            gettext("View"),
        )
    sent_back = cohort.applications.filter(status=S.CHANGES_REQUESTED).aggregate(first=Min("changes_by"))
    add(
        counts.get(S.CHANGES_REQUESTED, 0),
        ngettext(
            "%(count)s application is to be completed by the applicant",
            "%(count)s applications are to be completed by the applicants",
            counts.get(S.CHANGES_REQUESTED, 0),
        ),
        i18n.deadline(sent_back["first"]) if sent_back["first"] else "",
        applications_url(cohort, status=S.CHANGES_REQUESTED.value),
        gettext("View"),
    )
    if preview:
        add(
            preview["undecided"],
            ngettext(
                "%(count)s application is undecided",
                "%(count)s applications are undecided",
                preview["undecided"],
            ),
            staged_text(preview),
            applications_url(cohort, status=S.IN_REVIEW.value, staged="none"),
            gettext("View"),
        )
        staged = preview["offered"] + preview["waitlisted"] + preview["rejected"]
        announced = i18n.moment(cohort.announce_at) if cohort.announce_at else gettext("No announcement is set.")
        add(
            staged,
            ngettext(
                "%(count)s decision waits for the announcement",
                "%(count)s decisions wait for the announcement",
                staged,
            ),
            announced,
            page["release"],
            gettext("Preview"),
        )
    answers = cohort.applications.filter(status=S.OFFERED).aggregate(last=Max("answer_by"))
    add(
        counts.get(S.OFFERED, 0),
        ngettext(
            "%(count)s offer is unanswered",
            "%(count)s offers are unanswered",
            counts.get(S.OFFERED, 0),
        ),
        i18n.deadline(answers["last"]) if answers["last"] else "",
        applications_url(cohort, status=S.OFFERED.value),
        gettext("View"),
    )
    if counted.free and counted.waiting:
        add(
            counted.waiting,
            ngettext(
                "%(count)s person waits while seats are free",
                "%(count)s people wait while seats are free",
                counted.waiting,
            ),
            PromotionStop(cohort.promotion_stop).label,
            page["promote"],
            gettext("Promote"),
        )
    return lines


def funnel_rows(cohort, counts):
    """How many stand where, each with the way to their list; the bar is a share of all that were submitted."""
    whole = sum(n for status, n in counts.items() if status != S.DRAFT)
    return [
        {
            "label": status.label,
            "count": counts[status],
            "percent": round(100 * counts[status] / whole, 2),
            "url": applications_url(cohort, status=status.value),
            "tone": "accent" if status == S.CONFIRMED else "",
        }
        for status in S
        if status != S.DRAFT and counts.get(status)
    ]


def today(request):
    """The cohorts that are under way, for the index: where each stands and what comes next."""
    now = clock.now()
    cohorts = Cohort.objects.managed_by(request.user).with_counts(now).with_phase(now).select_related("program")
    under_way = cohorts.exclude(phase__in=OVER).order_by("closes_at", "pk")[:20]
    lines = []
    for cohort in under_way:
        ahead = next_moment(cohort, now)
        counts = gettext("%(applied)s applied · %(taken)s of %(capacity)s seats taken · %(waiting)s waiting") % {
            "applied": cohort.applied,
            "taken": cohort.seats_taken,
            "capacity": cohort.capacity,
            "waiting": cohort.waiting,
        }
        lines.append(
            {
                "title": name_of(cohort),
                "url": reverse("admin:programs_cohort_overview", args=[cohort.pk]),
                "note": f"{i18n.moment(ahead['at'])} {ahead['what']} · {counts}" if ahead else counts,
                "pill": phase_pill(cohort),
            }
        )
    return lines


admin.site.add_today(today)
