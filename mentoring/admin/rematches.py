"""Requests for another pair: the queue of the staff, and what they do with one.

Nobody finds those about a pair of their own, whichever side has asked.
"""

from datetime import timedelta

from django import forms
from django.contrib import admin
from django.http import Http404
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import DeedForm, DeedReasonForm, object_deed
from accounts.admin_tools import (
    ReadOnlyAdmin,
    event_lines,
    moment_in_list,
    moment_or_dash,
    name_verbs,
    pill_html,
    word_values,
)
from mentoring.admin.shared import EvaluationCohortFilter, cohort_name
from mentoring.forms.pairs import DueField
from mentoring.models.rematches import (
    REASON_LIMIT,
    WAITING,
    RematchCause,
    RematchRequest,
    RematchStatus,
)
from mentoring.models.rounds import MentoringRound
from mentoring.operations import rematches as operations
from mentoring.workspace import rematches as rematch_part
from portal import audit, clock, i18n
from portal.fields import CleanCharField

name_verbs(
    {
        "rematch.asked": _("Re-match asked for"),
        "rematch.gone_on": _("Handed to the staff"),
        "rematch.talking": _("Asked to talk first"),
        "rematch.granted": _("Re-match granted"),
        "rematch.refused": _("Re-match not granted"),
        "rematch.withdrawn": _("Request taken back"),
        "rematch.lapsed": _("Settled by the end of the pair"),
    }
)


def asked_words(before, after):
    """The cause and the state in which it began."""
    cause, _space, status = after.partition(" ")
    if cause not in RematchCause.values or status not in RematchStatus.values:
        return after
    return f"{RematchCause(cause).label} · {RematchStatus(status).label}"


word_values({"rematch.asked": asked_words})


class TalkForm(DeedReasonForm):
    """Until when the two talk."""

    day = DueField(
        label=_("day on which we ask again"),
        required=True,
        initial=lambda: clock.today() + timedelta(days=7),
        help_text=_("From tomorrow to two weeks from now."),
        error_messages={
            "required": _("Choose a day from tomorrow to two weeks from now."),
            "invalid": _("Enter a day, as in 2026-12-31."),
        },
    )
    field_order = ["day", "reason"]


class GrantForm(DeedReasonForm):
    """How the pair ends."""

    for_cause = forms.BooleanField(
        label=_("end the pair for cause"),
        required=False,
        help_text=_(
            "The two are never paired again, in no round, and the mentor reads nothing of the pair any more. "
            "Without it this round does not pair them again, and the mentor can read the page for 30 more days."
        ),
    )
    field_order = ["for_cause", "reason"]


class RefuseForm(DeedForm):
    """What the asker reads, and what only staff read."""

    answer = CleanCharField(
        label=_("answer to the person who asked"),
        multiline=True,
        max_length=REASON_LIMIT,
        help_text=_("It stands on their page. Name what can be done instead."),
    )
    reason = CleanCharField(
        label=_("reason"), max_length=REASON_LIMIT, help_text=_("For the record; only staff read it.")
    )


class StateFilter(admin.SimpleListFilter):
    """What waits, and what is settled."""

    title = _("status")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        """Three, and each end."""
        settled = [choice for choice in RematchStatus.choices if choice[0] not in WAITING]
        return [("waiting", _("Waiting")), ("late", _("Waiting past its day")), *settled]

    def queryset(self, request, queryset):
        """Those that stand so."""
        value = self.value()
        if value == "waiting":
            return queryset.waiting()
        if value == "late":
            return queryset.waiting().filter(due_at__lte=clock.now())
        return queryset.filter(status=value) if value in RematchStatus.values else queryset


@admin.register(RematchRequest)
class RematchAdmin(ReadOnlyAdmin):
    """Requests are made by one of a pair; staff have the two talk first, grant or do not grant."""

    group = "mentoring"
    place = 5
    managers_may = ("view",)
    deeds = {
        "talk": _("Have them talk first"),
        "grant": _("Grant the re-match"),
        "refuse": _("Do not grant"),
    }
    list_display = ["number", "cohort", "by", "cause", "state", "asked", "due"]
    list_filter = [EvaluationCohortFilter, StateFilter]
    search_fields = [
        "pairing__enrolment__person__full_name",
        "pairing__enrolment__person__romanized_name",
        "pairing__mentor__user__full_name",
        "pairing__mentor__user__romanized_name",
        "=code",
    ]
    search_help_text = _("Name or code")
    ordering = ["-asked_at", "-pk"]
    fields = readonly_fields = [
        "pair",
        "cohort",
        "by",
        "cause",
        "said",
        "state",
        "asked",
        "due",
        "again",
        "settled",
        "reason",
        "answered",
        "what_to_do",
    ]

    def get_queryset(self, request):
        """Without those about a pair of one's own."""
        return super().get_queryset(request).managed_by(request.user).for_staff()

    def run_by(self, queryset, user):
        """Those in the cohorts a manager runs."""
        return queryset.managed_by(user)

    def get_urls(self):
        """A page for each deed, before Django's own addresses."""
        own = [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(getattr(self, f"{name}_view")),
                name=f"mentoring_rematchrequest_{name}",
            )
            for name in self.deeds
        ]
        return own + super().get_urls()

    def named(self, obj):
        """The two, and who of them asks."""
        return f"{pair_name(obj)} ({obj.get_side_display()})"

    def timeline(self, obj):
        """What became of it."""
        return event_lines(audit.history(obj))

    # deeds

    def deed(self, request, asked, name, **more):
        """A page that asks before something is done with a request that waits; else 404."""
        if not asked.is_waiting and request.method != "POST":
            raise Http404
        facts = [
            (gettext("Cause"), asked.get_cause_display()),
            (gettext("To be decided by"), i18n.day(asked.due_at)),
            *more.pop("facts", ()),
        ]
        back = self.change_url(asked.pk)
        return object_deed(self, request, asked, label=self.deeds[name], facts=facts, back_url=back, **more)

    def talk_view(self, request, pk):
        """Asks the asker to talk first."""
        asked = self.find(request, pk)

        def perform(data):
            operations.talk_first(pk, by=request.user, day=data["day"], reason=data["reason"])
            return gettext("The person has been asked by mail, and is asked again on %(day)s.") % {
                "day": i18n.day(data["day"])
            }

        note = gettext(
            "The person who asked reads a short guide and is told the day. The other side is told nothing."
        )
        return self.deed(request, asked, "talk", note=note, form_class=TalkForm, perform=perform)

    def grant_view(self, request, pk):
        """Ends the pair; the way to the repair stands on the page, and is where it leads."""
        asked = self.find(request, pk)
        url = repair_url(asked)

        def perform(data):
            operations.grant(pk, by=request.user, reason=data["reason"], for_cause=data["for_cause"])
            return gettext("The pair has ended, and both have been told by mail. Repair the pairing next.")

        note = gettext(
            "At once: the pair ends, meetings ahead are cancelled, and both get a mail. The mentee is without a "
            "mentor until the pairing is repaired."
        )
        more = [(gettext("Afterwards"), repair_link(asked))] if url else []
        return self.deed(
            request,
            asked,
            "grant",
            note=note,
            facts=more,
            form_class=GrantForm,
            perform=perform,
            done_url=url,
            danger=True,
        )

    def refuse_view(self, request, pk):
        """Lets the pair go on."""
        asked = self.find(request, pk)

        def perform(data):
            operations.refuse(pk, by=request.user, reason=data["reason"], answer=data["answer"])
            return gettext("The pair goes on. The person who asked has been told by mail.")

        note = gettext(
            "The pair goes on, and the other side is told nothing. The person can ask again two weeks after asking."
        )
        return self.deed(request, asked, "refuse", note=note, form_class=RefuseForm, perform=perform)

    # columns

    @admin.display(description=_("pair"), ordering="pairing__enrolment__person__full_name")
    def number(self, asked):
        """The two."""
        return pair_name(asked)

    @admin.display(description=_("pair"))
    def pair(self, asked):
        """The two, and the way to their page."""
        return format_html(
            '<a href="{}" data-user-content>{}</a>', asked.pairing.get_absolute_url(), pair_name(asked)
        )

    @admin.display(description=_("cohort"), ordering="pairing__enrolment__cohort")
    def cohort(self, asked):
        """The program and which run of it."""
        return cohort_name(asked.pairing.enrolment.cohort)

    @admin.display(description=_("asked by"), ordering="side")
    def by(self, asked):
        """Which of the two."""
        return asked.get_side_display()

    @admin.display(description=_("what staff should know"))
    def said(self, asked):
        """What the asker wrote."""
        return format_html('<div class="long-text" data-user-content>{}</div>', asked.text) if asked.text else "–"

    @admin.display(description=_("status"), ordering="status")
    def state(self, asked):
        """How far it has come; overdue is said."""
        if asked.is_waiting and asked.due_at <= clock.now():
            late = {"tone": "warn", "icon": "warn", "label": pgettext("rematch", "Past its day")}
            return format_html("{} {}", pill_html(rematch_part.pill_of(asked)), pill_html(late))
        return pill_html(rematch_part.pill_of(asked))

    @admin.display(description=_("asked"), ordering="asked_at")
    def asked(self, asked):
        """When."""
        return moment_in_list(asked.asked_at)

    @admin.display(description=_("to be decided by"), ordering="due_at")
    def due(self, asked):
        """The day."""
        return i18n.day(asked.due_at)

    @admin.display(description=_("asked again on"))
    def again(self, asked):
        """While the two talk."""
        return i18n.day(asked.ask_again_on) if asked.status == RematchStatus.TALKING else "–"

    @admin.display(description=pgettext_lazy("rematch", "settled"))
    def settled(self, asked):
        """When, by whom."""
        by = asked.closed_by.display_name if asked.closed_by else ""
        return " · ".join(filter(None, [moment_or_dash(asked.closed_at), by]))

    @admin.display(description=_("answer"))
    def answered(self, asked):
        """What the asker was told."""
        return format_html("<div data-user-content>{}</div>", asked.answer) if asked.answer else "–"

    @admin.display(description=_("what to do"))
    def what_to_do(self, asked):
        """The deeds; once granted, the way to the repair."""
        if asked.status == RematchStatus.GRANTED:
            return repair_link(asked) or "–"
        if not asked.is_waiting:
            return "–"
        links = [
            (reverse(f"admin:mentoring_rematchrequest_{name}", args=[asked.pk]), label)
            for name, label in self.deeds.items()
        ]
        return format_html_join(" ", '<a class="btn btn-sm" href="{}">{}</a>', links)


def pair_name(asked):
    """The two, as staff read them."""
    return f"{asked.pairing.enrolment.person.display_name} – {asked.pairing.mentor.name}"


def repair_url(asked):
    """The repair of the round, where the cohort has one."""
    round_ = MentoringRound.objects.filter(cohort=asked.pairing.enrolment.cohort_id).only("pk").first()
    return reverse("admin:mentoring_pairing_repair", kwargs={"round_id": round_.pk}) if round_ else ""


def repair_link(asked):
    """The way to it, or nothing."""
    url = repair_url(asked)
    return format_html('<a href="{}">{}</a>', url, gettext("Repair the pairing")) if url else ""


def today(request):
    """For the index: how many requests wait, and how many past their day."""
    waiting = RematchRequest.objects.waiting().managed_by(request.user)
    count = waiting.count()
    if not count:
        return []
    late = waiting.filter(due_at__lte=clock.now()).count()
    text = ngettext("%(count)s request for a re-match waits", "%(count)s requests for a re-match wait", count)
    line = {
        "title": text % {"count": count},
        "url": f"{reverse('admin:mentoring_rematchrequest_changelist')}?state=waiting",
    }
    if late:
        line["note"] = ngettext("%(count)s of them past its day", "%(count)s of them past their day", late) % {
            "count": late
        }
    return [line]


admin.site.add_today(today)  # type: ignore[attr-defined]  # it is PortalAdminSite
