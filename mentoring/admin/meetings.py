"""Meetings in the admin: read, decided where the two disagree, and given an interpreter."""

from django import forms
from django.contrib import admin
from django.http import Http404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import Deed, DeedForm, DeedReasonForm, object_deed
from accounts.admin_tools import ReadOnlyAdmin, event_lines, moment_in_list, moment_or_dash, pill_html
from mentoring import zones
from mentoring.admin.shared import EvaluationCohortFilter, cohort_name
from mentoring.forms.meetings import word_choices
from mentoring.meeting_labels import minutes_label, pill_of, reason_of, way_of, word_label
from mentoring.models.meetings import MOST_MINUTES, NO_SHOW, Meeting, MeetingStatus
from mentoring.operations.meeting_words import decide
from mentoring.operations.meetings import set_interpreter
from portal import audit, clock
from programs import todos
from programs.models.cohorts import Cohort
from programs.models.experts import Expert


class DecideForm(DeedReasonForm):
    """How it went, for how many minutes, and why staff say so."""

    how = forms.ChoiceField(label=_("how it went"), choices=word_choices, widget=forms.RadioSelect)
    minutes = forms.IntegerField(
        label=_("minutes held"),
        required=False,
        min_value=1,
        max_value=MOST_MINUTES,
        help_text=_("Only where it took place."),
    )
    field_order = ["how", "minutes", "reason"]

    def clean(self):
        """Minutes go with what took place, and with nothing else."""
        data = super().clean()
        if data.get("how") != MeetingStatus.HELD:
            self.errors.pop("minutes", None)
            data["minutes"] = None
        elif data.get("minutes") is None and "minutes" not in self.errors:
            self.add_error("minutes", gettext("Say how many minutes you met."))
        return data


class Decide(Deed):
    """Decides how meetings went."""

    name = "decide_meeting"
    label = _("Decide how the chosen meetings went")
    button = _("Write it down")
    note = _("The mentor and the mentee are told by mail. The reason is written down for staff.")
    form_class = DecideForm

    def refusal(self, row):
        """What was called off did not take place, and what lies ahead has not yet."""
        if row.is_off:
            return gettext("This meeting has been called off.")
        return "" if row.starts_at <= clock.now() else gettext("This can be said once the meeting has begun.")

    def line(self, row):
        """The two, when, and what each of them says."""
        said = [
            f"{term}: {word_label(word, minutes)}"
            for term, word, minutes in (
                (gettext("The mentor says"), row.mentor_says, row.mentor_minutes),
                (gettext("The mentee says"), row.mentee_says, row.mentee_minutes),
            )
            if word
        ]
        return {
            "title": f"{pair_name(row)}, {moment_in_list(row.starts_at)}",
            "note": " · ".join(said),
            "pill": pill_of(row, clock.now()),
        }

    def facts(self, request, rows):
        """How many."""
        return [(gettext("Meetings"), len(rows))]

    def perform(self, row, *, by, data):
        """Decide one."""
        decide(row.pk, data["how"], minutes=data["minutes"], by=by, reason=data["reason"])

    def done(self, count):
        """How many."""
        return ngettext("%(count)s meeting decided.", "%(count)s meetings decided.", count) % {"count": count}


class InterpreterForm(DeedForm):
    """Who interprets."""

    interpreter = forms.ModelChoiceField(
        label=_("interpreter"),
        queryset=Expert.objects.order_by("name_ko"),
        required=False,
        empty_label=_("Nobody"),
    )

    def __init__(self, *args, rows=(), **kwargs):
        super().__init__(*args, rows=rows, **kwargs)
        self.initial.setdefault("interpreter", rows[0].interpreter_id if rows else None)


class MeetingStateFilter(admin.SimpleListFilter):
    """How meetings stand, and what is to be done."""

    title = _("status")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        """Seven."""
        return [
            ("decide", _("To be decided")),
            ("unsaid", _("Over, and nobody has said how")),
            ("waiting", _("One side has said it")),
            ("ahead", _("Ahead")),
            ("held", pgettext_lazy("meeting", "Held")),
            ("no_show", _("Somebody did not come")),
            ("late", _("Called off late")),
            ("off", _("Called off")),
        ]

    def queryset(self, request, queryset):
        """Those that stand so."""
        now = clock.now()
        chosen = {
            "decide": lambda: queryset.disputed(),
            "unsaid": lambda: queryset.unsaid(now),
            "waiting": lambda: queryset.half_said(),
            "ahead": lambda: queryset.unsettled().filter(starts_at__gt=now),
            "held": lambda: queryset.filter(status=MeetingStatus.HELD),
            "no_show": lambda: queryset.filter(status__in=NO_SHOW),
            "late": lambda: queryset.filter(called_off_late=True),
            "off": lambda: queryset.filter(status__in=(MeetingStatus.CANCELLED, MeetingStatus.RESCHEDULED)),
        }
        return chosen[self.value()]() if self.value() in chosen else queryset


def todo_lines(cohort, now):
    """The meetings of a cohort about which the two disagree, as a line of its overview; one query."""
    if not cohort.program.has_mentoring:
        return []
    count = Meeting.objects.disputed().filter(pairing__enrolment__cohort=cohort).count()
    if not count:
        return []
    text = ngettext("%(count)s meeting is to be decided", "%(count)s meetings are to be decided", count)
    return [
        {
            "title": text % {"count": count},
            "note": gettext("The mentor and the mentee say different things about how it went."),
            "url": f"{reverse('admin:mentoring_meeting_changelist')}?cohort={cohort.pk}&state=decide",
            "label": gettext("View"),
        }
    ]


todos.register("meetings", todo_lines)


def pair_name(meeting):
    """The two, as staff read them."""
    return f"{meeting.pairing.enrolment.person.display_name} – {meeting.pairing.mentor.name}"


@admin.register(Meeting)
class MeetingAdmin(ReadOnlyAdmin):
    """Meetings are booked, moved and called off by the two; staff decide where they disagree."""

    group = "mentoring"
    place = 4
    managers_may = ("view",)
    list_display = ["pair", "cohort", "begins", "state", "minutes_held", "called_off"]
    list_filter = [EvaluationCohortFilter, MeetingStateFilter]
    search_fields = [
        "pairing__enrolment__person__full_name",
        "pairing__enrolment__person__romanized_name",
        "pairing__mentor__user__full_name",
        "pairing__mentor__user__romanized_name",
        "=code",
    ]
    search_help_text = _("Name or code")
    ordering = ["-starts_at", "-pk"]
    fields = readonly_fields = [
        "pair",
        "cohort",
        "when",
        "where",
        "subject",
        "interpreter_name",
        "state",
        "mentor_word",
        "mentee_word",
        "minutes_held",
        "settled",
        "called_off",
        "called_off_why",
        "page_of_meeting",
        "what_to_do",
    ]
    actions = [Decide.action()]

    def get_queryset(self, request):
        """With what a row and a page show."""
        return super().get_queryset(request).for_page().select_related("settled_by")

    def run_by(self, queryset, user):
        """Those in the cohorts a manager runs."""
        return queryset.filter(pairing__enrolment__cohort__in=Cohort.objects.managed_by(user).values("pk"))

    def get_urls(self):
        """The interpreter's page, before Django's own addresses."""
        view = self.admin_site.admin_view(self.interpreter_view)
        return [path("<int:pk>/interpreter/", view, name="mentoring_meeting_interpreter"), *super().get_urls()]

    def interpreter_view(self, request, pk):
        """Say who interprets a meeting that lies ahead."""
        row = self.get_queryset(request).filter(pk=pk).first()
        if row is None or not self.has_view_permission(request, row) or not self.is_ahead(row):
            raise Http404

        def perform(data):
            expert = data["interpreter"]
            set_interpreter(row.pk, expert.pk if expert else None, by=request.user)
            return gettext("The interpreter is written down. The two have been told by mail.")

        return object_deed(
            self,
            request,
            row,
            label=gettext("Choose the interpreter"),
            perform=perform,
            back_url=self.change_url(row.pk),
            note=gettext("Somebody who interprets or teaches elsewhere at that time cannot be chosen."),
            facts=[(gettext("When"), moment_or_dash(row.starts_at))],
            form_class=InterpreterForm,
        )

    def is_ahead(self, row):
        """Whether a meeting still lies ahead."""
        return row.status == MeetingStatus.SCHEDULED and row.starts_at > clock.now()

    def named(self, obj):
        """The two, and when."""
        return f"{pair_name(obj)}, {moment_in_list(obj.starts_at)}"

    def timeline(self, obj):
        """What became of it."""
        return event_lines(audit.history(obj))

    @admin.display(description=_("pair"), ordering="pairing__enrolment__person__full_name")
    def pair(self, meeting):
        """The mentee and the mentor."""
        return pair_name(meeting)

    @admin.display(description=_("cohort"), ordering="pairing__enrolment__cohort")
    def cohort(self, meeting):
        """The program and which run of it."""
        return cohort_name(meeting.pairing.enrolment.cohort)

    @admin.display(description=_("begins"), ordering="starts_at")
    def begins(self, meeting):
        """In Seoul."""
        return moment_in_list(meeting.starts_at)

    @admin.display(description=_("when"))
    def when(self, meeting):
        """In Seoul, and in the zones of the two."""
        return zones.times(meeting.starts_at, meeting.ends_at, zones.zones_for(None, meeting.people))

    @admin.display(description=_("where"))
    def where(self, meeting):
        """Online or the place; the link is for the two."""
        return way_of(meeting)

    @admin.display(description=_("interpreter"))
    def interpreter_name(self, meeting):
        """Who interprets."""
        return meeting.interpreter.name if meeting.interpreter else "–"

    @admin.display(description=_("status"), ordering="status")
    def state(self, meeting):
        """How it stands."""
        return pill_html(pill_of(meeting, clock.now()))

    @admin.display(description=_("the mentor says"))
    def mentor_word(self, meeting):
        """The mentor's word."""
        return word_label(meeting.mentor_says, meeting.mentor_minutes) if meeting.mentor_says else "–"

    @admin.display(description=_("the mentee says"))
    def mentee_word(self, meeting):
        """The mentee's word."""
        return word_label(meeting.mentee_says, meeting.mentee_minutes) if meeting.mentee_says else "–"

    @admin.display(description=_("minutes held"), ordering="minutes")
    def minutes_held(self, meeting):
        """As settled."""
        return minutes_label(meeting.minutes) if meeting.minutes else "–"

    @admin.display(description=_("settled"))
    def settled(self, meeting):
        """When, and by whom of the staff."""
        by = meeting.settled_by.display_name if meeting.settled_by else ""
        return " · ".join(filter(None, [moment_or_dash(meeting.settled_at), by]))

    @admin.display(description=_("called off"))
    def called_off(self, meeting):
        """By whom, and whether late."""
        if not meeting.is_off or meeting.called_off_by is None:
            return "–"
        late = gettext("late") if meeting.called_off_late else ""
        return " · ".join(filter(None, [meeting.called_off_by.display_name, late]))

    @admin.display(description=_("why it was called off"))
    def called_off_why(self, meeting):
        """The reason that the other side read."""
        return reason_of(meeting) or "–"

    @admin.display(description=_("page of the meeting"))
    def page_of_meeting(self, meeting):
        """As the two see it."""
        return format_html('<a href="{}">{}</a>', meeting.get_absolute_url(), gettext("Open"))

    @admin.display(description=_("what to do"))
    def what_to_do(self, meeting):
        """The interpreter's page, while the meeting lies ahead."""
        if not self.is_ahead(meeting):
            return "–"
        url = reverse("admin:mentoring_meeting_interpreter", args=[meeting.pk])
        return format_html('<a href="{}">{}</a>', url, gettext("Choose the interpreter"))
