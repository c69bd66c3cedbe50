"""Interviews in the admin: the panels of a round, their slots, who comes when, and the list to print."""

from django.contrib import admin, messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import DeedReasonForm, object_deed
from accounts.admin_tools import ScopedAdmin, name_verbs, word_values
from portal import clock, i18n, pills
from portal.errors import Refused
from programs import interviews as reads
from programs.admin.interview_forms import MoveForm, PanelForm, SeriesForm, SlotForm
from programs.admin.overview import name_of
from programs.models.applications import Application
from programs.models.cohorts import Cohort
from programs.models.interviews import InterviewSlot, Panel, Turnout
from programs.models.selection import ReviewRound, RoundKind
from programs.operations import interviews as operations

name_verbs(
    {
        "interview.booked": _("Interview booked"),
        "interview.moved": _("Interview moved"),
        "interview.details": _("Place of the interview changed"),
        "interview.cancelled": _("Interview cancelled"),
        "interview.turnout": _("Turnout written down"),
        "interviews.assigned": _("Interview slots assigned to all who were left"),
        "panel.added": _("Interview panel added"),
        "panel.changed": _("Interview panel changed"),
        "panel.removed": _("Interview panel removed"),
        "slots.made": _("Interview slots made"),
        "slots.removed": _("Interview slots removed"),
    }
)
word_values(
    {
        "panel.added": lambda before, after: "",
        "panel.changed": lambda before, after: "",
        "panel.removed": lambda before, after: "",
        "slots.made": lambda before, after: after,
        "interview.turnout": lambda before, after: " → ".join(
            str(Turnout(part).label) for part in (before, after) if part in Turnout.values
        ),
    }
)
TURNOUT_PILLS = {"": ("live", "check"), "attended": ("good", "check"), "absent": ("bad", "minus")}


@admin.register(Panel)
class PanelAdmin(ScopedAdmin):
    """The panels of all interview rounds; each round has a page on which its interviews are run."""

    group = "run"
    place = 45
    admins_may = managers_may = ("view",)
    list_display = ("name", "cohort_name", "slot_count")
    list_display_links = None
    list_select_related = ("round__cohort__program",)
    pages = {
        "round": ("round/<int:pk>/", "round_view"),
        "add_to": ("round/<int:pk>/add/", "add_to_view"),
        "rest": ("round/<int:pk>/rest/", "rest_view"),
        "roster": ("round/<int:pk>/roster/", "roster_view"),
        "clear": ("round/<int:pk>/clear/", "clear_view"),
        "edit": ("<int:pk>/edit/", "edit_view"),
        "slots": ("<int:pk>/slots/", "slots_view"),
        "remove": ("<int:pk>/remove/", "remove_view"),
        "assign": ("slot/<int:pk>/assign/", "assign_view"),
        "move": ("slot/<int:pk>/move/", "move_view"),
        "cancel": ("slot/<int:pk>/cancel/", "cancel_view"),
        "turnout": ("slot/<int:pk>/turnout/", "turnout_view"),
    }

    def run_by(self, queryset, user):
        """Those of the cohorts that a manager runs."""
        return queryset.filter(round__cohort__in=Cohort.objects.managed_by(user).values("pk"))

    def get_queryset(self, request):
        """With the number of slots."""
        return super().get_queryset(request).prefetch_related("slots")

    @admin.display(description=_("interview panel"))
    def name(self, panel):
        """The way to the round's interviews."""
        return format_html('<a href="{}">{}</a>', self.round_url(panel.round), panel.title)

    @admin.display(description=_("cohort"))
    def cohort_name(self, panel):
        """Which program, which run."""
        return name_of(panel.round.cohort)

    @admin.display(description=_("slots"))
    def slot_count(self, panel):
        """Booked of all."""
        rows = panel.slots.all()
        return gettext("%(booked)s of %(count)s booked") % {
            "booked": sum(slot.application_id is not None for slot in rows),
            "count": len(rows),
        }

    def get_urls(self):
        """Ours before Django's own, which take anything for a number."""
        own = [
            path(address, self.admin_site.admin_view(getattr(self, view)), name=f"programs_panel_{name}")
            for name, (address, view) in self.pages.items()
        ]
        return own + super().get_urls()

    # finding

    def named(self, obj):
        """A panel by its title, a slot by its time and panel."""
        if isinstance(obj, InterviewSlot):
            return f"{i18n.span(obj.starts_at, obj.ends_at, times=True)} · {obj.panel.title}"
        return f"{obj.get_kind_display()} · {name_of(obj.cohort)}" if isinstance(obj, ReviewRound) else str(obj)

    def find_round(self, request, pk):
        """An interview round of a cohort that the person runs; else 404."""
        if not self.may("view", request):
            raise Http404
        own = Cohort.objects.managed_by(request.user).values("pk")
        rounds = ReviewRound.objects.select_related("cohort__program").filter(kind=RoundKind.INTERVIEW)
        return get_object_or_404(rounds, pk=pk, cohort__in=own)

    def find_panel(self, request, pk):
        """A panel with its round; else 404."""
        found = get_object_or_404(Panel.objects.select_related("round"), pk=pk)
        found.round = self.find_round(request, found.round_id)
        return found

    def find_slot(self, request, pk):
        """A slot with its round; else 404."""
        found = get_object_or_404(reads.slots(), pk=pk)
        found.round = self.find_round(request, found.round_id)
        return found

    @staticmethod
    def round_url(round_):
        """The address of a round's interviews."""
        return reverse("admin:programs_panel_round", args=[round_.pk])

    @staticmethod
    def url(name, pk):
        """The address of one of the pages here."""
        return reverse(f"admin:programs_panel_{name}", args=[pk])

    # the page of a round

    def round_view(self, request, pk):
        """All interviews of a round: panels, who has which slot, who has none."""
        round_ = self.find_round(request, pk)
        now = clock.now()
        waiting = list(reads.without_slot(round_))
        panels = list(round_.panels.prefetch_related("members", "slots"))
        found = list(reads.slots().filter(round=round_))
        booked = [slot for slot in found if slot.application_id is not None]
        to_move = {slot.pk: slot for slot in reads.to_move(round_, now)} if booked else {}
        return self.page(
            request,
            "admin/programs/interview_round.html",
            None,
            title=gettext("Interviews: %(cohort)s") % {"cohort": name_of(round_.cohort)},
            round=round_,
            cohort=name_of(round_.cohort),
            overview_url=reverse("admin:programs_cohort_overview", args=[round_.cohort_id]),
            facts=self.facts(round_, waiting, booked, found),
            buttons=self.buttons(round_, waiting, booked),
            panels=[self.panel_line(panel) for panel in panels],
            to_move=[self.conflict_line(slot) for slot in to_move.values()],
            days=self.day_lines(found, now, to_move),
            waiting=[{"url": self.application_url(row.pk), "row": row} for row in waiting],
            has_free=any(slot.application_id is None for slot in found),
            clear_url=self.url("clear", round_.pk),
        )

    @staticmethod
    def application_url(pk):
        """The page of an application."""
        return reverse("admin:programs_application_change", args=[pk])

    @staticmethod
    def facts(round_, waiting, booked, found):
        """The four facts at the top."""
        until = round_.booking_until
        numbers = {"booked": len(booked), "count": len(found)}
        return [
            {"term": gettext("Booked"), "value": gettext("%(booked)s of %(count)s slots") % numbers},
            {"term": gettext("Without a slot"), "value": len(waiting)},
            {
                "term": gettext("Applicants choose"),
                "value": i18n.deadline(until) if until else gettext("No, staff assign the slots"),
            },
            {
                "term": pgettext("term", "Names"),
                "value": gettext("Hidden from reviewers") if round_.is_blind else gettext("Shown to reviewers"),
            },
        ]

    def buttons(self, round_, waiting, booked):
        """What can be done with the round as a whole."""
        found = [{"label": gettext("Add a panel"), "url": self.url("add_to", round_.pk), "small": True}]
        if waiting:
            label = gettext("Assign all that are left")
            found.append({"label": label, "url": self.url("rest", round_.pk), "small": True})
        if booked:
            found.append({"label": gettext("List to print"), "url": self.url("roster", round_.pk), "small": True})
        place = {"cohort_id": round_.cohort_id, "number": round_.number}
        reviews = reverse("admin:programs_cohort_round", kwargs=place)
        found.append({"label": gettext("Reviewers and reviews"), "url": reviews, "small": True})
        return found

    def panel_line(self, panel):
        """A panel: who sits in it and where, and what can be done with it."""
        rows = list(panel.slots.all())
        return {
            "title": panel.title,
            "lang": i18n.language_of(panel, "title"),
            "members": ", ".join(member.display_name for member in panel.members.all()),
            "place": " · ".join(part for part in (panel.place, panel.link) if part),
            "slots": gettext("%(booked)s of %(count)s booked")
            % {"booked": sum(slot.application_id is not None for slot in rows), "count": len(rows)},
            "slots_url": self.url("slots", panel.pk),
            "edit_url": self.url("edit", panel.pk),
            "remove_url": "" if rows else self.url("remove", panel.pk),
        }

    def conflict_line(self, slot):
        """A slot that is to be moved: whose, when, before whom, and the way to another."""
        return {
            "title": f"{slot.application.receipt_number} {slot.application.full_name}",
            "when": i18n.span(slot.starts_at, slot.ends_at, times=True),
            "panel": slot.panel.title,
            "panel_lang": i18n.language_of(slot.panel, "title"),
            "members": ", ".join(member.display_name for member in slot.conflicted),
            "url": self.url("move", slot.pk),
        }

    def day_lines(self, found, now, to_move):
        """The slots day by day; those in `to_move` are marked."""
        days = {}
        for slot in found:
            row = slot.application
            line = {
                "slot": slot,
                "time": i18n.hours(slot.starts_at, slot.ends_at),
                "panel": slot.panel.title,
                "panel_lang": i18n.language_of(slot.panel, "title"),
                "has_begun": slot.starts_at <= now,
                "is_held": slot.turnout == "attended",
                "assign_url": self.url("assign", slot.pk),
                "move_url": "" if slot.ends_at <= now else self.url("move", slot.pk),
                "cancel_url": self.url("cancel", slot.pk),
                "turnout_url": self.url("turnout", slot.pk),
            }
            if row is not None:
                label = slot.get_turnout_display() or gettext("Booked")
                pill = pills.pill(TURNOUT_PILLS, slot.turnout, label)
                if slot.pk in to_move:
                    pill = {"tone": "bad", "icon": "warn", "label": gettext("A conflict: move this slot")}
                line |= {
                    "number": row.receipt_number,
                    "name": row.full_name,
                    "url": self.application_url(row.pk),
                    "pill": pill,
                }
            days.setdefault(i18n.local_date(slot.starts_at), []).append(line)
        return [{"title": i18n.day(day), "rows": rows} for day, rows in sorted(days.items())]

    def roster_view(self, request, pk):
        """Who comes when to which panel, to print."""
        round_ = self.find_round(request, pk)
        grouped = {}
        for slot in reads.running().filter(round=round_):
            grouped.setdefault(slot.panel, []).append(
                {
                    "day": i18n.day(slot.starts_at),
                    "time": i18n.hours(slot.starts_at, slot.ends_at),
                    "number": slot.application.receipt_number,
                    "name": slot.application.full_name,
                    "turnout": slot.get_turnout_display() if slot.turnout else "",
                }
            )
        members = {panel.pk: panel for panel in round_.panels.prefetch_related("members")}
        return self.page(
            request,
            "admin/programs/interview_roster.html",
            None,
            title=gettext("Interviews: %(cohort)s") % {"cohort": name_of(round_.cohort)},
            panels=[
                {**self.panel_line(members[panel.pk]), "rows": rows}
                for panel, rows in sorted(grouped.items(), key=lambda item: item[0].pk)
            ],
            back_url=self.round_url(round_),
            printed=i18n.moment(clock.now()),
        )

    # deeds, each with a page that asks

    def ask(self, request, obj, round_, **options):
        """A page that asks, and goes back to the round."""
        return object_deed(self, request, obj, back_url=self.round_url(round_), **options)

    def add_to_view(self, request, pk):
        """A new panel."""
        round_ = self.find_round(request, pk)

        def perform(data):
            operations.add_panel(round_.pk, by=request.user, members=list(data.pop("members")), **data)
            return gettext("The panel is added. Give it slots next.")

        return self.ask(
            request, round_, round_, label=gettext("Add a panel"), form_class=PanelForm, perform=perform
        )

    def edit_view(self, request, pk):
        """A panel's names, place, link and members."""
        panel = self.find_panel(request, pk)

        def perform(data):
            operations.change_panel(panel.pk, by=request.user, members=list(data.pop("members")), **data)
            return gettext("The panel is changed.")

        return self.ask(
            request,
            panel,
            panel.round,
            label=gettext("Change the panel"),
            note=gettext("Whoever has a slot ahead is told by mail when the place or the link changes."),
            form_class=PanelForm,
            perform=perform,
        )

    def remove_view(self, request, pk):
        """A panel that never met anybody."""
        panel = self.find_panel(request, pk)

        def perform(data):
            operations.remove_panel(panel.pk, by=request.user)
            return gettext("The panel is removed.")

        label = gettext("Remove the panel")
        return self.ask(request, panel, panel.round, label=label, danger=True, perform=perform)

    def rest_view(self, request, pk):
        """A slot for everybody who has none."""
        round_ = self.find_round(request, pk)

        def perform(data):
            made = operations.assign_rest(round_.pk, by=request.user)
            return ngettext("%(count)s slot assigned.", "%(count)s slots assigned.", made) % {"count": made}

        plan = operations.plan_rest(round_, clock.now())
        waiting = reads.without_slot(round_).count()
        return self.ask(
            request,
            round_,
            round_,
            label=gettext("Assign all that are left"),
            note=gettext(
                "In the order of receipt, the earliest free slot each, never before a panel with a conflict of "
                "interest. Everybody is told by mail."
            ),
            facts=[
                (gettext("Without a slot"), waiting),
                (gettext("Would get one"), len(plan)),
                (gettext("Would stay without"), waiting - len(plan)),
            ],
            perform=perform,
        )

    def assign_view(self, request, pk):
        """Gives a free slot to somebody, also to one who moves from another."""
        slot = self.find_slot(request, pk)

        def perform(data):
            row = get_object_or_404(Application, pk=data["application"])
            operations.assign(row.pk, slot.pk, by=request.user)
            return gettext("%(number)s has this slot now, and is told by mail.") % {"number": row.receipt_number}

        return self.ask(
            request,
            slot,
            slot.round,
            label=gettext("Assign this slot"),
            facts=self.slot_facts(slot),
            form_class=SlotForm,
            perform=perform,
        )

    def move_view(self, request, pk):
        """Gives whoever has a slot another one, without freeing it first."""
        slot = self.find_slot(request, pk)
        if slot.application is None:  # given back in the meantime
            messages.error(request, gettext("Nobody has this slot."))
            return HttpResponseRedirect(self.round_url(slot.round))

        def perform(data):
            operations.assign(slot.application_id, int(data["slot"]), by=request.user)
            return gettext("The interview has moved, and the applicant is told by mail.")

        return self.ask(
            request,
            slot,
            slot.round,
            label=gettext("Move the interview"),
            note=gettext("Free slots before panels without a conflict of interest. The slot of now is free again."),
            facts=self.slot_facts(slot),
            form_class=MoveForm,
            perform=perform,
        )

    def cancel_view(self, request, pk):
        """Calls one interview off."""
        slot = self.find_slot(request, pk)

        def perform(data):
            operations.cancel(slot.pk, by=request.user, reason=data["reason"])
            return gettext("The interview is cancelled, and the applicant is told by mail.")

        return self.ask(
            request,
            slot,
            slot.round,
            label=gettext("Cancel the interview"),
            note=gettext("The slot is free again. The applicant reads the reason."),
            danger=True,
            facts=self.slot_facts(slot),
            form_class=DeedReasonForm,
            perform=perform,
        )

    @staticmethod
    def slot_facts(slot):
        """Who has it, and where it is, beside its time and its panel."""
        who = slot.application
        return [
            (pgettext("who applies", "Applicant"), f"{who.receipt_number} {who.full_name}" if who else "–"),
            (pgettext("term", "Place"), " · ".join(filter(None, [slot.panel.place, slot.panel.link])) or "–"),
        ]

    def turnout_view(self, request, pk):
        """Whether somebody came; by a button of the list alone."""
        slot = self.find_slot(request, pk)
        if request.method == "POST":
            try:
                operations.set_turnout(slot.pk, request.POST.get("turnout", ""), by=request.user)
            except Refused as refusal:
                messages.error(request, str(refusal))
        return HttpResponseRedirect(f"{self.round_url(slot.round)}#slot-{slot.pk}")

    def clear_view(self, request, pk):
        """Takes away the free slots that were ticked."""
        round_ = self.find_round(request, pk)
        chosen = [number for number in request.POST.getlist("slot") if number.isdecimal() and len(number) < 18]
        if request.method == "POST" and chosen:
            try:
                gone = operations.remove_slots(round_.pk, chosen, by=request.user)
            except Refused as refusal:
                messages.error(request, str(refusal))
            else:
                text = ngettext("%(count)s slot removed.", "%(count)s slots removed.", gone) % {"count": gone}
                messages.success(request, text)
        elif request.method == "POST":
            messages.error(request, gettext("Tick the free slots that are to be removed."))
        return HttpResponseRedirect(self.round_url(round_))

    def slots_view(self, request, pk):
        """Slots in a series: shown first, with what clashes, then made without that."""
        panel = self.find_panel(request, pk)
        form = SeriesForm(request.POST if request.method == "POST" else None)
        lines, fits = [], []
        if form.is_bound and form.is_valid():
            spans = reads.series(*(form.cleaned_data[name] for name in ("day", "start", "end", "minutes", "pause")))
            members, now = list(panel.members.all()), clock.now()
            for (start, end), clash in zip(spans, reads.clashes(panel, spans, members=members), strict=True):
                clash = gettext("This time has passed.") if start <= now else clash
                lines.append({"text": i18n.span(start, end, times=True), "note": clash})
                fits += [] if clash else [(start, end)]
            if not fits:
                form.add_error(None, gettext("No slot fits in there."))
            elif "make" in request.POST:
                try:
                    made = operations.make_slots(panel.pk, fits, by=request.user)
                except Refused as refusal:
                    form.add_error(None, str(refusal))
                else:
                    text = ngettext("%(count)s slot made.", "%(count)s slots made.", made) % {"count": made}
                    messages.success(request, text)
                    return HttpResponseRedirect(self.round_url(panel.round))
        return self.page(
            request,
            "admin/programs/interview_series.html",
            panel,
            title=gettext("Make slots"),
            note=gettext("Times are in Seoul (KST). Look at them first; those that clash are left out."),
            panel=panel,
            form=form,
            lines=lines,
            fits=len(fits),
            back_url=self.round_url(panel.round),
        )
