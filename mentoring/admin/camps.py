"""Camps in the admin: slots, people, absences, and the timetable that is made of them, changed and published."""

from django.contrib import admin
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import object_deed
from accounts.admin_tools import ScopedAdmin, moment_or_dash, name_verbs, pill_html, word_values
from mentoring.admin.camp_forms import AbsenceForm, ChangeForm, CountForm, InterpreterForm, Move, SlotsForm
from mentoring.admin.shared import cohort_name
from mentoring.models.rounds import MentoringRound
from mentoring.models.timetables import Camp, Timetable, TimetableState
from mentoring.operations import camps as operations
from mentoring.operations import timetables
from mentoring.timetables import camp_table, camp_words
from mentoring.timetables.problem import Meeting
from portal import pills
from programs.models.cohorts import Cohort

name_verbs(
    {
        "camp.added": _("Camp added"),
        "camp.changed": _("Camp changed"),
        "camp.slots_added": _("Slots added"),
        "camp.slots_removed": _("Slots removed"),
        "camp.interpreter": _("Interpreter of the camp set"),
        "camp.interpreter_removed": _("Interpreter taken off the camp"),
        "camp.absence_added": _("Absence written down"),
        "camp.absence_removed": _("Absence removed"),
        "camp.count": _("Number of meetings of a pair set"),
        "camp.waived": _("Demands given up"),
        "camp.waived_again": _("Everything demanded again"),
        "timetable.asked": _("Timetable asked for"),
        "timetable.answered": _("Timetable made"),
        "timetable.changed": _("Timetable changed by hand"),
        "timetable.published": _("Timetable published"),
    }
)


def _answered(before, after):
    """The number of a timetable, and what came of it."""
    number, _space, state = after.partition(" ")
    return f"{number} · {TimetableState(state).label}" if state in TimetableState.values else after


word_values(
    {
        "timetable.answered": _answered,
        "camp.absence_added": lambda before, after: "",
        "camp.absence_removed": lambda before, after: "",
        "camp.interpreter": lambda before, after: "",
        "camp.interpreter_removed": lambda before, after: "",
        "camp.count": lambda before, after: after.partition(", ")[2],
    }
)
PILLS = {
    "making": ("live", "clock"),
    "made": ("soon", "pencil"),
    "impossible": ("bad", "warn"),
    "undecided": ("warn", "warn"),
    "published": ("good", "check"),
    "replaced": ("done", "minus"),
}


def pill_of(timetable):
    """How far a timetable is."""
    return pills.pill(PILLS, timetable.state, timetable.get_state_display())


@admin.register(Camp)
class CampAdmin(ScopedAdmin):
    """The camps of all rounds; each has a page on which its timetable is made."""

    group = "mentoring"
    place = 4
    managers_may = ("view", "add", "change")
    admins_may = ("view", "add", "change")
    list_display = ("name", "timetable_state", "published")
    list_display_links = None
    list_select_related = ("round__cohort__program",)
    fields = ("round", "minimum_minutes", "buffer_minutes", "most_a_day", "weeks_count", "place", "link")
    pages = {
        "camp": ("<int:pk>/camp/", "camp_view"),
        "slots": ("<int:pk>/slots/add/", "slots_view"),
        "slots_remove": ("<int:pk>/slots/remove/", "slots_remove_view"),
        "interpreter": ("<int:pk>/interpreters/add/", "interpreter_view"),
        "interpreter_remove": ("<int:pk>/interpreters/<int:row>/remove/", "interpreter_remove_view"),
        "absence": ("<int:pk>/absences/add/", "absence_view"),
        "absence_remove": ("<int:pk>/absences/<int:row>/remove/", "absence_remove_view"),
        "count": ("<int:pk>/counts/", "count_view"),
        "waived": ("<int:pk>/waived/", "waived_view"),
        "make": ("<int:pk>/make/", "make_view"),
        "timetable": ("<int:pk>/timetables/<int:number>/", "timetable_view"),
        "without": ("<int:pk>/timetables/<int:number>/without/", "without_view"),
        "publish": ("<int:pk>/timetables/<int:number>/publish/", "publish_view"),
        "move": ("<int:pk>/timetables/<int:number>/move/<str:mentor>/<str:mentee>/<str:slot>/", "move_view"),
    }

    def run_by(self, queryset, user):
        """Those of the cohorts that a manager runs."""
        return queryset.filter(round__cohort__in=Cohort.objects.managed_by(user).values("pk"))

    def get_queryset(self, request):
        """With their timetables, but for what is in them."""
        light = Timetable.objects.defer("problem", "previous", "plan", "reasons")
        found = super().get_queryset(request).select_related("round__cohort__program")
        return found.prefetch_related(Prefetch("timetables", light))

    def get_readonly_fields(self, request, obj=None):
        """The round of a camp stays."""
        fixed = super().get_readonly_fields(request, obj)
        return (*fixed, "round") if obj is not None else fixed

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """The rounds that are camps and have none yet."""
        if db_field.name == "round":
            own = MentoringRound.objects.managed_by(request.user).filter(is_camp=True, camp=None)
            kwargs["queryset"] = own.select_related("cohort__program")
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "round":
            field.label_from_instance = lambda round_: cohort_name(round_.cohort)
        return field

    def response_add(self, request, obj, post_url_continue=None):
        """On to its page."""
        return redirect(self.url("camp", obj))

    response_change = response_add

    @admin.display(description=_("camp"))
    def name(self, camp):
        """The way to the page of the camp."""
        return format_html('<a href="{}">{}</a>', self.url("camp", camp), self.named(camp))

    @admin.display(description=_("timetable"))
    def timetable_state(self, camp):
        """How far the latest is."""
        latest = next(iter(camp.timetables.all()), None)
        return pill_html(pill_of(latest)) if latest else "–"

    @admin.display(description=_("published"))
    def published(self, camp):
        """Since when one holds."""
        return moment_or_dash(next((row.published_at for row in camp.timetables.all() if row.published_at), None))

    def get_urls(self):
        """Ours before Django's own, which take anything for a number."""
        own = [
            path(address, self.admin_site.admin_view(getattr(self, view)), name=f"mentoring_camp_{name}")
            for name, (address, view) in self.pages.items()
        ]
        return own + super().get_urls()

    def named(self, obj):
        """A camp by its cohort, a timetable by its number, the rest as it calls itself."""
        if isinstance(obj, Camp):
            return cohort_name(obj.round.cohort)
        if isinstance(obj, Timetable):
            return gettext("Timetable %(number)s") % {"number": obj.number}
        return str(obj)

    @staticmethod
    def url(name, camp, **more):
        """The address of one of the pages here."""
        return reverse(f"admin:mentoring_camp_{name}", kwargs={"pk": camp.pk, **more})

    def find_timetable(self, request, pk, number):
        """A timetable of a camp that the person runs; else 404."""
        camp = self.find(request, pk)
        timetable = get_object_or_404(camp.timetables, number=number)
        timetable.camp = camp
        return timetable

    # the page of a camp

    def camp_view(self, request, pk):
        """Everything a timetable is made of, and the latest one."""
        camp = self.find(request, pk)
        latest = camp.timetables.first()
        return self.page(
            request,
            "admin/mentoring/camp.html",
            camp,
            title=gettext("Camp: %(cohort)s") % {"cohort": self.named(camp)},
            change_url=self.change_url(camp.pk),
            latest=self.timetable_row(latest) if latest else None,
            older=[self.timetable_row(row) for row in camp.timetables.all()[1:20]],
            buttons=self.buttons(camp),
            add_buttons=self.add_buttons(camp),
            remove_url=self.url("slots_remove", camp),
            waived_url=self.url("waived", camp) if camp.waived else "",
            **camp_table.overview(camp, self.url),
        )

    def timetable_row(self, timetable):
        """A timetable as a line."""
        return {
            "title": self.named(timetable),
            "url": self.url("timetable", timetable.camp, number=timetable.number),
            "pill": pill_of(timetable),
            "when": moment_or_dash(timetable.published_at or timetable.made_at),
        }

    def buttons(self, camp):
        """What can be done with the camp as a whole."""
        return [
            {"label": gettext("Make the timetable"), "url": self.url("make", camp), "look": "primary"},
            {"label": gettext("Settings"), "url": self.change_url(camp.pk)},
        ]

    def add_buttons(self, camp):
        """What can be added."""
        return {
            "slots": [{"label": gettext("Add slots"), "url": self.url("slots", camp), "small": True}],
            "interpreters": [
                {"label": gettext("Add an interpreter"), "url": self.url("interpreter", camp), "small": True}
            ],
            "absences": [
                {"label": gettext("Write down an absence"), "url": self.url("absence", camp), "small": True}
            ],
            "counts": [{"label": gettext("Change a number"), "url": self.url("count", camp), "small": True}],
        }

    # what it is made of

    def deed(self, request, camp, **more):
        """A page that asks, and leads back to the camp."""
        return object_deed(self, request, camp, back_url=self.url("camp", camp), **more)

    def slots_view(self, request, pk):
        """Slots in a row on some days."""
        camp = self.find(request, pk)

        def perform(data):
            count = operations.add_slots(camp.pk, by=request.user, **data)
            return ngettext("%(count)s slot added.", "%(count)s slots added.", count) % {"count": count}

        return self.deed(request, camp, label=gettext("Add slots"), perform=perform, form_class=SlotsForm)

    def slots_remove_view(self, request, pk):
        """Take the ticked slots away."""
        camp = self.find(request, pk)
        if request.method == "POST":
            chosen = [int(key) for key in request.POST.getlist("slot") if key.isdecimal() and len(key) < 18]
            count = operations.remove_slots(camp.pk, chosen, by=request.user)
            text = ngettext("%(count)s slot removed.", "%(count)s slots removed.", count) % {"count": count}
            self.message_user(request, text)
        return redirect(self.url("camp", camp))

    def interpreter_view(self, request, pk):
        """Somebody interprets."""
        camp = self.find(request, pk)

        def perform(data):
            operations.set_interpreter(camp.pk, data["expert"].pk, by=request.user, languages=data["languages"])
            return gettext("%(name)s interprets in the camp.") % {"name": data["expert"].name}

        label = gettext("Add an interpreter")
        return self.deed(request, camp, label=label, perform=perform, form_class=InterpreterForm)

    def interpreter_remove_view(self, request, pk, row):
        """Somebody interprets no more."""
        camp = self.find(request, pk)
        found = get_object_or_404(camp.interpreters.select_related("expert"), pk=row)

        def perform(data):
            operations.remove_interpreter(camp.pk, found.pk, by=request.user)
            return gettext("%(name)s does not interpret in the camp any more.") % {"name": found.expert.name}

        label = gettext("Take an interpreter off")
        facts = [(gettext("Interpreter"), found.expert.name)]
        return self.deed(request, camp, label=label, perform=perform, facts=facts, danger=True)

    def absence_view(self, request, pk):
        """Somebody is away, or would rather be free."""
        camp = self.find(request, pk)

        def perform(data):
            times = {name: data[name] for name in ("starts_at", "ends_at")}
            operations.add_absence(camp.pk, by=request.user, is_wish=bool(data["is_wish"]), **times, **data["who"])
            return gettext("Written down.")

        label = gettext("Write down an absence")
        return self.deed(request, camp, label=label, perform=perform, form_class=AbsenceForm)

    def absence_remove_view(self, request, pk, row):
        """Somebody is there after all."""
        camp = self.find(request, pk)
        found = get_object_or_404(camp.absences, pk=row)

        def perform(data):
            operations.remove_absence(camp.pk, found.pk, by=request.user)
            return gettext("Removed.")

        label = gettext("Remove an absence")
        facts = [(gettext("Absence"), camp_table.absence_words(found))]
        return self.deed(request, camp, label=label, perform=perform, facts=facts)

    def count_view(self, request, pk):
        """How often a pair meets on a day."""
        camp = self.find(request, pk)

        def perform(data):
            operations.set_count(camp.pk, int(data["pair"]), data["day"], data["count"], by=request.user)
            return gettext("Written down.")

        label = gettext("Change how often a pair meets")
        return self.deed(request, camp, label=label, perform=perform, form_class=CountForm)

    def waived_view(self, request, pk):
        """Everything is demanded again."""
        camp = self.find(request, pk)

        def perform(data):
            operations.forget_waived(camp.pk, by=request.user)
            return gettext("Everything is demanded again.")

        label = gettext("Demand everything again")
        return self.deed(request, camp, label=label, perform=perform)

    # the timetable

    def make_view(self, request, pk):
        """Freeze the question and have it answered."""
        camp = self.find(request, pk)
        if request.method == "POST":
            answer = self.deed(
                request, camp, label=gettext("Make the timetable"), perform=self.maker(request, camp)
            )
            latest = camp.timetables.order_by("-number").first()
            is_done = answer.status_code == 302 and latest is not None
            return redirect(self.url("timetable", camp, number=latest.number)) if is_done else answer
        note = gettext("It is worked out from the slots, pairs and absences as they stand now. Nobody is told yet.")
        label = gettext("Make the timetable")
        return self.deed(request, camp, label=label, perform=self.maker(request, camp), note=note)

    @staticmethod
    def maker(request, camp):
        """Makes it, and says that it is being made."""

        def perform(data):
            timetables.make(camp.pk, by=request.user)
            return gettext("The timetable is being made.")

        return perform

    def timetable_view(self, request, pk, number):
        """One timetable: as a grid, or why there is none."""
        if request.method not in ("GET", "HEAD"):
            raise Http404
        timetable = self.find_timetable(request, pk, number)
        camp = timetable.camp
        return self.page(
            request,
            "admin/mentoring/timetable.html",
            camp,
            title=f"{self.named(timetable)} · {self.named(camp)}",
            cohort_name=self.named(camp),
            camp_url=self.url("camp", camp),
            pill=pill_of(timetable),
            running=timetable.state == TimetableState.MAKING,
            buttons=self.timetable_buttons(timetable),
            **camp_table.page_of(timetable, self.url),
        )

    def timetable_buttons(self, timetable):
        """What can be done with it now."""
        if not timetables.is_latest(timetable):
            return []
        place = {"number": timetable.number}
        if timetable.state == TimetableState.MADE:
            url = self.url("publish", timetable.camp, **place)
            return [{"label": gettext("Publish"), "url": url, "look": "primary"}]
        if timetable.state == TimetableState.IMPOSSIBLE and timetable.reasons["give_up"]:
            url = self.url("without", timetable.camp, **place)
            return [{"label": gettext("Do without these and make it"), "url": url}]
        return []

    def without_view(self, request, pk, number):
        """Give up the fewest demands."""
        timetable = self.find_timetable(request, pk, number)
        url = self.url("timetable", timetable.camp, number=number)

        def perform(data):
            timetables.do_without(timetable.pk, by=request.user)
            return gettext("The timetable is being made.")

        count = len(timetable.reasons["give_up"]) if timetable.reasons else 0
        return object_deed(
            self,
            request,
            timetable,
            label=gettext("Do without these and make it"),
            perform=perform,
            back_url=url,
            done_url=self.url("camp", timetable.camp),
            note=gettext("The pairs concerned have fewer meetings. You can demand everything again at any time."),
            facts=[(gettext("Demands given up"), count)],
        )

    def publish_view(self, request, pk, number):
        """Make the meetings and tell everybody."""
        timetable = self.find_timetable(request, pk, number)

        def perform(data):
            timetables.publish(timetable.pk, by=request.user)
            return gettext("The timetable is published. Everybody whose meetings are new or changed gets a mail.")

        return object_deed(
            self,
            request,
            timetable,
            label=gettext("Publish"),
            perform=perform,
            back_url=self.url("timetable", timetable.camp, number=number),
            note=gettext(
                "Mentors, mentees and interpreters each get their own meetings by mail, with the calendar."
            ),
            facts=camp_table.publish_facts(timetable),
        )

    def move_view(self, request, pk, number, mentor, mentee, slot):
        """Move one meeting by hand."""
        timetable = self.find_timetable(request, pk, number)
        planned = timetable.plan["meetings"] if timetable.plan else []
        found = next((m for m in planned if (m["mentor"], m["mentee"], m["slot"]) == (mentor, mentee, slot)), None)
        if found is None:
            raise Http404
        move = Move(timetable, Meeting(**found), camp_words.Names(timetable.camp, camp_words.frozen(timetable)))

        def perform(data):
            timetables.change(timetable.pk, slot, (mentor, mentee), data["slot"], by=request.user)
            return gettext("Moved. The timetable is a new draft: publish it when it is right.")

        answer = object_deed(
            self,
            request,
            move,
            label=gettext("Move a meeting"),
            perform=perform,
            back_url=self.url("timetable", timetable.camp, number=number),
            note=gettext("Whoever the mentor meets then comes in its place. All rules are checked."),
            form_class=ChangeForm,
        )
        if answer.status_code == 302:
            latest = timetable.camp.timetables.order_by("-number").first()
            return redirect(self.url("timetable", timetable.camp, number=latest.number))
        return answer
