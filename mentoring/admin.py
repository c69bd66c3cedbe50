"""Mentors, pairs and submitted evaluations in the admin; people are paired from the list of enrolments."""

from collections import Counter
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_tools import (
    Deed,
    DeedForm,
    DeedReasonForm,
    ReadOnlyAdmin,
    ScopedAdmin,
    event_line,
    moment_or_dash,
    name_verbs,
    pill_html,
)
from accounts.models import User
from mentoring import operations, progress
from mentoring.models import Evaluation, EvaluationStatus, MentorProfile, Pairing
from portal import audit, pills
from programs.admin.enrolments import EnrolmentAdmin
from programs.admin.filters import CohortFilter
from programs.models.cohorts import Cohort
from programs.models.enrolments import ENDED

name_verbs(
    {
        "pairing.made": _("Paired"),
        "pairing.ended": _("Pair ended"),
        "goal.added": _("Goal added"),
        "evaluation.begun": _("Evaluation begun"),
        "evaluation.submitted": _("Evaluation submitted"),
        "evaluation.shared": _("Evaluation shared"),
    }
)


def cohort_name(cohort):
    """The program and which run of it."""
    return f"{cohort.program.title} {cohort.label}"


# --- pairing ----------------------------------------------------------------------------------------


def free_places(cohort_ids):
    """The mentors who take mentees, and a Counter of the places each has taken by (mentor, cohort)."""
    mentors = MentorProfile.objects.filter(is_paused=False, user__is_active=True)
    live = Pairing.objects.live().filter(enrolment__cohort__in=cohort_ids).order_by()
    taken = Counter(
        {
            (row["mentor"], row["enrolment__cohort"]): row["n"]
            for row in live.values("mentor", "enrolment__cohort").annotate(n=Count("pk"))
        }
    )
    return list(mentors.select_related("user", "expert").order_by("user__full_name", "pk")), taken


class PairForm(DeedForm):
    """A mentor for each of the chosen mentees, among those with a free place in the cohort."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.mentors, self.taken = free_places({row.cohort_id for row in self.rows})
        for row in self.rows:
            goals = operations.goals_in(row.application.goals) if row.application else []
            self.fields[f"mentor_{row.pk}"] = forms.TypedChoiceField(
                label=row.person.display_name,
                help_text=" / ".join(goals) or _("No goals in the application."),
                choices=[("", _("Choose a mentor")), *self.choices(row)],
                coerce=int,
            )

    def free(self, mentor, cohort_id):
        """How many mentees the mentor can still take in that cohort."""
        return mentor.capacity - self.taken[mentor.pk, cohort_id]

    def choices(self, row):
        """The mentors for one mentee, each with the places that are left."""
        for mentor in self.mentors:
            free = self.free(mentor, row.cohort_id)
            if free > 0 and mentor.user_id != row.person_id:
                places = ngettext("%(count)s place free", "%(count)s places free", free) % {"count": free}
                yield mentor.pk, f"{mentor.name} · {mentor.focus} · {places}"

    def clean(self):
        """No mentor gets more mentees than there are places."""
        data = super().clean()
        left = {}
        for row in self.rows:
            chosen = data.get(f"mentor_{row.pk}")
            mentor = next((mentor for mentor in self.mentors if mentor.pk == chosen), None)
            if mentor is None:
                continue
            key = mentor.pk, row.cohort_id
            left[key] = left.get(key, self.free(mentor, row.cohort_id)) - 1
            if left[key] < 0:
                self.add_error(f"mentor_{row.pk}", gettext("This mentor has no free place in the cohort."))
        return data


class PairDeed(Deed):
    """Gives each chosen mentee a mentor."""

    name = "pair"
    label = _("Pair with a mentor")
    button = _("Pair")
    note = _("Each mentor and each mentee is told by mail. The goals come from the applications.")
    form_class = PairForm

    def rows(self, request, queryset, *, as_posted):
        """With the mentor whom each has already."""
        live = Pairing.objects.live().select_related("mentor__user", "mentor__expert")
        queryset = queryset.prefetch_related(Prefetch("pairings", live, to_attr="live_pairings"))
        return super().rows(request, queryset, as_posted=as_posted)

    def refusal(self, row):
        """Those who take part in a program with mentoring, and have no mentor."""
        if not row.cohort.program.has_mentoring:
            return gettext("This program has no mentoring.")
        if row.status in ENDED:
            return gettext("This person no longer takes part in the cohort.")
        if row.live_pairings:
            return gettext("Paired already with %(mentor)s.") % {"mentor": row.live_pairings[0].mentor.name}
        return ""

    def line(self, row):
        """Who, in which cohort, and how it stands."""
        return {
            "title": row.person.display_name,
            "note": cohort_name(row.cohort),
            "pill": pills.pill(pills.ENROLMENT_PILLS, row.status, row.get_status_display()),
        }

    def facts(self, request, rows):
        """How many people, and the places that their cohorts' mentors have left."""
        cohorts = {row.cohort_id: row.cohort for row in rows}
        mentors, taken = free_places(set(cohorts))
        facts = [(gettext("People"), len(rows))]
        for cohort in cohorts.values():
            free = sum(max(mentor.capacity - taken[mentor.pk, cohort.pk], 0) for mentor in mentors)
            facts.append((gettext("Free places with mentors: %(cohort)s") % {"cohort": cohort_name(cohort)}, free))
        return facts

    def perform(self, row, *, by, data):
        """Pair one."""
        operations.pair(row.pk, data[f"mentor_{row.pk}"], by=by)

    def done(self, count):
        """How many."""
        return ngettext("%(count)s pair made.", "%(count)s pairs made.", count) % {"count": count}


class HasMentorFilter(admin.SimpleListFilter):
    """Those who take part in a program with mentoring, with or without a mentor."""

    title = _("mentor")
    parameter_name = "mentor"

    def lookups(self, request, model_admin):
        """Two."""
        return [("no", _("No mentor yet")), ("yes", _("With a mentor"))]

    def queryset(self, request, queryset):
        """Those asked for."""
        paired = Exists(Pairing.objects.live().filter(enrolment=OuterRef("pk")))
        if self.value() == "yes":
            return queryset.filter(paired)
        if self.value() == "no":
            return queryset.live().filter(~paired, cohort__program__has_mentoring=True)
        return queryset


EnrolmentAdmin.actions.append(PairDeed.action())
EnrolmentAdmin.list_filter.append(HasMentorFilter)


# --- pairs ------------------------------------------------------------------------------------------


class EndPairing(Deed):
    """Ends pairs."""

    name = "end_pairing"
    label = _("End the chosen pairs")
    button = _("End the pairs")
    note = _("The mentors lose access to the mentees' papers at once. What was submitted stays.")
    danger = True
    form_class = DeedReasonForm

    def refusal(self, row):
        """What has ended has ended."""
        return "" if row.is_live else gettext("Ended already.")

    def line(self, row):
        """The two, and in which cohort."""
        return {
            "title": f"{row.enrolment.person.display_name} – {row.mentor.name}",
            "note": cohort_name(row.enrolment.cohort),
            "pill": progress.pill(row, progress.STAFF),
        }

    def facts(self, request, rows):
        """How many."""
        return [(gettext("Pairs"), len(rows))]

    def perform(self, row, *, by, data):
        """End one."""
        operations.end_pairing(row.pk, by=by, reason=data["reason"])

    def done(self, count):
        """How many."""
        return ngettext("%(count)s pair ended.", "%(count)s pairs ended.", count) % {"count": count}


class PairCohortFilter(CohortFilter):
    """One of the cohorts that the person runs."""

    path = "enrolment__cohort"

    def queryset(self, request, queryset):
        """Its rows; nothing for what is not listed."""
        if self.value() is None:
            return queryset
        listed = {value for value, _display in self.lookup_choices}
        return queryset.filter(**{self.path: int(self.value())}) if self.value() in listed else queryset.none()


class EvaluationCohortFilter(PairCohortFilter):
    """The same, seen from an evaluation."""

    path = "pairing__enrolment__cohort"


class LiveFilter(admin.SimpleListFilter):
    """Pairs that work together, or no more."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request, model_admin):
        """Two."""
        return [("live", pgettext("pair", "In progress")), ("ended", pgettext("pair", "Ended"))]

    def queryset(self, request, queryset):
        """Those asked for."""
        if self.value() in ("live", "ended"):
            return queryset.filter(ended_at__isnull=self.value() == "live")
        return queryset


@admin.register(Pairing)
class PairingAdmin(ReadOnlyAdmin):
    """Pairs are made from the enrolments, ended by a deed, and never edited."""

    group = "mentoring"
    place = 1
    managers_may = ("view",)
    list_display = ["mentee", "mentor_name", "cohort", "state", "paired", "ended"]
    list_filter = [PairCohortFilter, LiveFilter]
    search_fields = [
        "enrolment__person__full_name",
        "enrolment__person__romanized_name",
        "enrolment__person__email",
        "mentor__user__full_name",
        "mentor__user__romanized_name",
        "=code",
    ]
    search_help_text = _("Name, e-mail or code")
    ordering = ["-paired_at", "-pk"]
    fields = readonly_fields = [
        "mentee",
        "mentor_name",
        "cohort",
        "state",
        "paired",
        "ended",
        "end_reason",
        "goals",
        "workspace",
    ]
    actions = [EndPairing.action()]

    def get_queryset(self, request):
        """With what a row and a page show."""
        return super().get_queryset(request).for_desk().order_by(*self.ordering)

    def run_by(self, queryset, user):
        """Those in the cohorts a manager runs."""
        return queryset.filter(enrolment__cohort__in=Cohort.objects.managed_by(user).values("pk"))

    def timeline(self, obj):
        """What became of the pair and of its submitted evaluation."""
        events = list(audit.history(obj))
        if obj.begun_evaluation is not None:
            events += audit.history(obj.begun_evaluation).exclude(verb="evaluation.begun")
        return [event_line(event) for event in sorted(events, key=lambda event: (event.at, event.pk), reverse=True)]

    @admin.display(description=_("mentee"), ordering="enrolment__person__full_name")
    def mentee(self, pairing):
        """In the reader's language."""
        return pairing.enrolment.person.display_name

    @admin.display(description=_("mentor"), ordering="mentor__user__full_name")
    def mentor_name(self, pairing):
        """In the reader's language."""
        return pairing.mentor.name

    @admin.display(description=_("cohort"), ordering="enrolment__cohort")
    def cohort(self, pairing):
        """The program and which run of it."""
        return cohort_name(pairing.enrolment.cohort)

    @admin.display(description=_("status"))
    def state(self, pairing):
        """How far the two are; a draft is not told."""
        return pill_html(progress.pill(pairing, progress.STAFF))

    @admin.display(description=_("paired"), ordering="paired_at")
    def paired(self, pairing):
        """Since when."""
        return moment_or_dash(pairing.paired_at)

    @admin.display(description=_("ended"), ordering="ended_at")
    def ended(self, pairing):
        """When it ended."""
        return moment_or_dash(pairing.ended_at)

    @admin.display(description=_("goals"))
    def goals(self, pairing):
        """One a line."""
        return (
            format_html_join("", "<p data-user-content>{}</p>", ((goal.text,) for goal in pairing.goals.all()))
            or "–"
        )

    @admin.display(description=_("page of the pair"))
    def workspace(self, pairing):
        """The way to the application, the goals and the evaluation."""
        return format_html('<a href="{}">{}</a>', pairing.get_absolute_url(), gettext("Open"))


# --- evaluations --------------------------------------------------------------------------------------


class ShareEvaluation(Deed):
    """Shows evaluations to their mentees."""

    name = "share"
    label = _("Share with the mentees")
    button = _("Share")
    note = _("Each mentee is told by mail. Sharing cannot be taken back.")

    def refusal(self, row):
        """What is shared is shared."""
        return gettext("Shared already.") if row.shared_at else ""

    def line(self, row):
        """Of whom, by whom."""
        pairing = row.pairing
        return {
            "title": f"{pairing.enrolment.person.display_name} – {pairing.mentor.name}",
            "note": cohort_name(pairing.enrolment.cohort),
        }

    def facts(self, request, rows):
        """How many."""
        return [(gettext("Evaluations"), len(rows))]

    def perform(self, row, *, by, data):
        """Share one."""
        operations.share_evaluation(row.pk, by=by)

    def done(self, count):
        """How many."""
        return ngettext("%(count)s evaluation shared.", "%(count)s evaluations shared.", count) % {"count": count}


class SharedFilter(admin.SimpleListFilter):
    """Evaluations that the mentees can read, or not yet."""

    title = _("shared with the mentee")
    parameter_name = "shared"

    def lookups(self, request, model_admin):
        """Two."""
        return [("no", _("Not yet")), ("yes", _("Shared"))]

    def queryset(self, request, queryset):
        """Those asked for."""
        if self.value() in ("no", "yes"):
            return queryset.filter(shared_at__isnull=self.value() == "no")
        return queryset


@admin.register(Evaluation)
class EvaluationAdmin(ReadOnlyAdmin):
    """Submitted evaluations; a draft is its author's alone, and none is its mentee's before it is shared."""

    group = "mentoring"
    place = 2
    managers_may = ("view",)
    list_display = ["mentee", "mentor_name", "cohort", "submitted", "shared"]
    list_filter = [EvaluationCohortFilter, SharedFilter]
    list_select_related = [
        "pairing__mentor__user",
        "pairing__mentor__expert",
        "pairing__enrolment__person",
        "pairing__enrolment__cohort__program",
    ]
    search_fields = [
        "pairing__enrolment__person__full_name",
        "pairing__enrolment__person__romanized_name",
        "pairing__mentor__user__full_name",
        "pairing__mentor__user__romanized_name",
        "=code",
    ]
    search_help_text = _("Name or code")
    ordering = ["-submitted_at", "-pk"]
    fields = readonly_fields = [
        "mentee",
        "mentor_name",
        "cohort",
        "submitted",
        "shared",
        "given",
        "strengths",
        "next_steps",
    ]
    actions = [ShareEvaluation.action()]

    def get_queryset(self, request):
        """Without drafts, and without the person's own before it is shared."""
        rows = super().get_queryset(request).visible_to(request.user).filter(status=EvaluationStatus.SUBMITTED)
        return rows.select_related(*self.list_select_related)

    def run_by(self, queryset, user):
        """Those in the cohorts a manager runs."""
        return queryset.filter(pairing__enrolment__cohort__in=Cohort.objects.managed_by(user).values("pk"))

    @admin.display(description=_("mentee"), ordering="pairing__enrolment__person__full_name")
    def mentee(self, evaluation):
        """In the reader's language."""
        return evaluation.pairing.enrolment.person.display_name

    @admin.display(description=_("mentor"), ordering="pairing__mentor__user__full_name")
    def mentor_name(self, evaluation):
        """In the reader's language."""
        return evaluation.pairing.mentor.name

    @admin.display(description=_("cohort"), ordering="pairing__enrolment__cohort")
    def cohort(self, evaluation):
        """The program and which run of it."""
        return cohort_name(evaluation.pairing.enrolment.cohort)

    @admin.display(description=_("submitted"), ordering="submitted_at")
    def submitted(self, evaluation):
        """When."""
        return moment_or_dash(evaluation.submitted_at)

    @admin.display(description=_("shared with the mentee"), ordering="shared_at")
    def shared(self, evaluation):
        """When, if it is."""
        return moment_or_dash(evaluation.shared_at)

    @admin.display(description=_("scores"))
    def given(self, evaluation):
        """Each goal with its score."""
        rows = evaluation.scores.select_related("goal")
        lines = ((score.goal.text, score.score, score.get_score_display()) for score in rows)
        return (
            format_html_join("", "<p><span data-user-content>{}</span>: <strong>{}</strong> · {}</p>", lines) or "–"
        )


# --- mentors ------------------------------------------------------------------------------------------


class MentorForm(forms.ModelForm):
    """A mentor; the person is named by the address they log in with, and stays the same."""

    email = forms.EmailField(label=_("E-mail of the person"))

    class Meta:
        model = MentorProfile
        fields = ["expert", "focus_ko", "focus_en", "capacity", "is_paused"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["email"]

    def clean_email(self):
        """An account that is no mentor yet."""
        person = User.objects.filter(email=self.cleaned_data["email"].strip().lower()).first()
        if person is None:
            raise forms.ValidationError(_("Nobody has an account with this address."))
        if MentorProfile.objects.filter(user=person).exists():
            raise forms.ValidationError(_("This person is a mentor already."))
        self.instance.user = person
        return person.email


@admin.register(MentorProfile)
class MentorAdmin(ScopedAdmin):
    """Who can be paired with mentees. Administrators add and change; managers choose among them."""

    group = "mentoring"
    place = 3
    admins_may = ("view", "add", "change")
    managers_may = ("view",)
    form = MentorForm
    list_display = ["name", "focus", "capacity", "live_mentees", "state"]
    list_filter = ["is_paused"]
    search_fields = ["user__full_name", "user__romanized_name", "focus_ko", "focus_en"]
    search_help_text = _("Name or focus")
    ordering = ["user__full_name", "pk"]

    def get_queryset(self, request):
        """With how many mentees each has now."""
        rows = super().get_queryset(request).select_related("user", "expert")
        return rows.annotate(live_count=Count("pairings", filter=Q(pairings__ended_at__isnull=True)))

    def run_by(self, queryset, user):
        """Everyone: a manager chooses among all mentors."""
        return queryset

    def get_fields(self, request, obj=None):
        """The address on adding, afterwards whose it is."""
        return ["email" if obj is None else "name", "expert", "focus_ko", "focus_en", "capacity", "is_paused"]

    def get_readonly_fields(self, request, obj=None):
        """A mentor's person stays the same."""
        return [*super().get_readonly_fields(request, obj), *([] if obj is None else ["name"])]

    @admin.display(description=_("mentor"), ordering="user__full_name")
    def name(self, mentor):
        """In the reader's language."""
        return mentor.name

    @admin.display(description=_("focus"))
    def focus(self, mentor):
        """In the reader's language."""
        return mentor.focus

    @admin.display(description=_("mentees now"), ordering="live_count")
    def live_mentees(self, mentor):
        """Over all cohorts, with a way to them."""
        query = urlencode({"status": "live", "q": mentor.user.full_name})
        address = reverse("admin:mentoring_pairing_changelist")
        return format_html('<a href="{}?{}">{}</a>', address, query, mentor.live_count)

    @admin.display(description=_("status"))
    def state(self, mentor):
        """Whether they take mentees."""
        if mentor.is_paused:
            return pill_html({"tone": "done", "icon": "pause", "label": gettext("Paused")})
        return pill_html({"tone": "good", "icon": "check", "label": gettext("Takes mentees")})
