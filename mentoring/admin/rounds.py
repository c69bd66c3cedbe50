"""Mentoring rounds: set up for a cohort, and the page on which staff see who has handed in what."""

from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import DeedReasonForm, object_deed
from accounts.admin_tools import ScopedAdmin, moment_in_list, name_verbs, notes_people
from mentoring.admin.closing import ClosingPages, closing_button
from mentoring.admin.round_forms import (
    PARTS_OF_SCORE,
    AnswerForForm,
    InviteMentorsForm,
    ReopenForm,
    RoundForm,
    SettleForm,
    weight_field,
)
from mentoring.admin.round_rows import Overview
from mentoring.admin.shared import cohort_name
from mentoring.models.pairs import Pairing
from mentoring.models.rounds import DeclaredConflict, MenteeProfile, MentoringRound, RoundMentor, RoundMentorState
from mentoring.operations import declared as declared_operations
from mentoring.operations import rounds as operations
from mentoring.operations.answers import mentor_leaves
from mentoring.operations.form_evaluations import fix_questions
from portal import clock, i18n
from programs.admin.cohorts import CohortAdmin
from programs.models.cohorts import Cohort
from programs.models.enrolments import Enrolment

name_verbs(
    {
        "roundmentor.invited": _("Mentor invited"),
        "roundmentor.answered": _("Mentor's answer"),
        "roundmentor.ranked": _("Briefs ranked by a mentor"),
        "menteeprofile.handed_in": _("Wishes handed in"),
        "menteeprofile.changed": _("Wishes changed"),
        "menteeprofile.reopened": _("Wishes opened again"),
        "mentorprofile.confirmed": _("Mentor's profile confirmed"),
        "week.changed": _("Availability changed"),
        "declaredconflict.declared": _("Conflict of interest declared"),
        "declaredconflict.withdrawn": _("Declared conflict taken back"),
        "declaredconflict.settled": _("Declared conflict settled"),
        "exclusion.made": _("Excluded from being paired"),
    }
)
notes_people("roundmentor.invited", "exclusion.made")


@admin.register(MentoringRound)
class RoundAdmin(ClosingPages, ScopedAdmin):
    """The rounds of the cohorts that a person runs. An app part beside adds its own ways to `more_buttons`."""

    group = "mentoring"
    place = 1
    admins_may = managers_may = ("view", "add", "change")
    form = RoundForm
    form_columns = {weight_field(key): "weights" for key in PARTS_OF_SCORE}
    more_buttons = [closing_button]  # functions of a round that return buttons
    list_display = ["name", "opens", "mentors_end", "wishes_end", "answers", "handed_in"]
    list_display_links = None
    ordering = ["-opens_at", "-pk"]
    pages = {
        "overview": ("<int:pk>/overview/", "overview_view"),
        "invite": ("<int:pk>/invite/", "invite_view"),
        "answer": ("mentors/<int:pk>/answer/", "answer_view"),
        "leave": ("mentors/<int:pk>/leave/", "leave_view"),
        "reopen": ("<int:pk>/mentees/<int:enrolment_id>/reopen/", "reopen_view"),
        "settle": ("conflicts/<int:pk>/settle/", "settle_view"),
        "dismiss": ("conflicts/<int:pk>/dismiss/", "dismiss_view"),
        "closing": ("<int:pk>/closing/", "closing_view"),
        "close": ("<int:pk>/closing/close/", "close_view"),
        "certify": ("<int:pk>/closing/certificates/", "certify_view"),
    }
    fieldsets = [
        (
            None,
            {"fields": ["cohort", "opens_at", ("mentors_until", "wishes_until"), "mentors_rank", "ranks_until"]},
        ),
        (_("What mentees hand in"), {"fields": ["least_wishes", "least_parts", "least_minutes"]}),
        (
            _("Pairing"),
            {
                "fields": [
                    "mode",
                    "seed",
                    *[weight_field(key) for key in PARTS_OF_SCORE],
                    ("poor_below", "weak_below"),
                    "undo_minutes",
                    "answer_hours",
                ],
                "description": _("The weights come to 1,000."),
            },
        ),
        (_("Meetings"), {"fields": ["is_camp", "meeting_minutes", "meetings_planned", "hourly_rate"]}),
        (
            _("Evaluations"),
            {
                "fields": ["mid_form", "mid_due", "final_form", "final_due"],
                "description": _("Both sides are reminded three days before the day, and the day after it."),
            },
        ),
    ]

    def run_by(self, queryset, user):
        """Those of the cohorts a manager runs."""
        return queryset.managed_by(user)

    def get_queryset(self, request):
        """With how many mentors have answered, and how many mentees have handed in."""
        live = Enrolment.objects.live().filter(cohort=OuterRef("cohort")).order_by().values("cohort")
        handed = MenteeProfile.objects.filter(enrolment=OuterRef("pk"), submitted_at__isnull=False)
        all_ = live.annotate(n=Count("pk")).values("n")
        done = live.filter(Exists(handed)).annotate(n=Count("pk")).values("n")
        rows = super().get_queryset(request).select_related("cohort__program")
        return rows.annotate(
            taking_part=Count("mentors", filter=Q(mentors__state=RoundMentorState.TAKES_PART)),
            asked=Count("mentors"),
            mentee_count=Coalesce(Subquery(all_), 0),
            handed_count=Coalesce(Subquery(done), 0),
        )

    def get_readonly_fields(self, request, obj=None):
        """The cohort of a round stays the same."""
        return [*super().get_readonly_fields(request, obj), *([] if obj is None else ["cohort"])]

    def save_model(self, request, obj, form, change):
        """The questions of a form that is chosen stay as they are from then on."""
        super().save_model(request, obj, form, change)
        for name in {"mid_form", "final_form"} & set(form.changed_data):
            if getattr(obj, name) is not None:
                fix_questions(getattr(obj, name))

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """The cohorts with mentoring that have no round yet."""
        if db_field.name == "cohort":
            free = Cohort.objects.managed_by(request.user).filter(
                program__has_mentoring=True, cancelled_at=None, mentoring_round=None
            )
            kwargs["queryset"] = free.select_related("program")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def named(self, obj):
        """A round by its cohort, a mentor or a mentee by name."""
        if isinstance(obj, MentoringRound):
            return cohort_name(obj.cohort)
        if isinstance(obj, RoundMentor):
            return obj.mentor.name
        if isinstance(obj, Enrolment):
            return obj.person.display_name
        if isinstance(obj, DeclaredConflict):
            return f"{obj.by.display_name}: {obj.words}"
        return super().named(obj)

    # columns

    @admin.display(description=_("cohort"), ordering="cohort")
    def name(self, round_):
        """The way to its page."""
        return format_html('<a href="{}">{}</a>', self.page_url("overview", round_.pk), cohort_name(round_.cohort))

    @admin.display(description=_("opens"), ordering="opens_at")
    def opens(self, round_):
        """When both sides may begin."""
        return moment_in_list(round_.opens_at)

    @admin.display(description=_("mentors until"), ordering="mentors_until")
    def mentors_end(self, round_):
        """The mentors' deadline."""
        return moment_in_list(round_.mentors_until)

    @admin.display(description=_("mentees until"), ordering="wishes_until")
    def wishes_end(self, round_):
        """The mentees' deadline."""
        return moment_in_list(round_.wishes_until)

    @admin.display(description=_("mentors taking part"))
    def answers(self, round_):
        """Of those invited."""
        return f"{round_.taking_part} / {round_.asked}"

    @admin.display(description=_("handed in"))
    def handed_in(self, round_):
        """Of all who take part."""
        return f"{round_.handed_count} / {round_.mentee_count}"

    # finding

    def get_urls(self):
        """Ours before Django's own."""
        own = [
            path(address, self.admin_site.admin_view(getattr(self, view)), name=f"mentoring_mentoringround_{name}")
            for name, (address, view) in self.pages.items()
        ]
        return own + super().get_urls()

    @staticmethod
    def page_url(name, *args):
        """The address of one of the pages here."""
        return reverse(f"admin:mentoring_mentoringround_{name}", args=args)

    def find_beneath(self, request, model, pk, *related):
        """A row beneath a round of a cohort that the person runs, with its round; else 404."""
        row = model.objects.select_related(*related).filter(pk=pk).first()
        if row is None:
            raise Http404
        row.round = self.find(request, row.round_id)
        return row

    def ask(self, request, obj, round_, **more):
        """A page that asks before something is done in a round."""
        return object_deed(self, request, obj, back_url=self.page_url("overview", round_.pk), **more)

    # pages

    def overview_view(self, request, pk):
        """Who has handed in what, whose answers are missing, which conflicts wait."""
        if request.method not in ("GET", "HEAD"):
            raise Http404
        round_ = self.find(request, pk)
        found = Overview(round_, clock.now(), self.page_url)
        buttons = [
            {"label": gettext("Invite mentors"), "url": self.page_url("invite", pk), "small": True},
            {"label": gettext("Dates and rules"), "url": self.change_url(pk), "small": True},
            *[button for more in self.more_buttons for button in more(round_)],
        ]
        return self.page(
            request,
            "admin/mentoring/round.html",
            round_,
            title=self.named(round_),
            facts=found.facts(),
            buttons=buttons,
            conflicts=found.conflicts(),
            mentees=found.mentees(),
            mentors=found.mentors(),
        )

    def invite_view(self, request, pk):
        """Invites mentors."""
        round_ = self.find(request, pk)

        def perform(data):
            count = operations.invite_mentors(pk, [mentor.pk for mentor in data["mentors"]], by=request.user)
            return ngettext("%(count)s mentor invited.", "%(count)s mentors invited.", count) % {"count": count}

        return self.ask(
            request,
            round_,
            round_,
            label=gettext("Invite mentors"),
            note=gettext("Each is told by mail, with the way to the page of the round and the deadline."),
            form_class=InviteMentorsForm,
            perform=perform,
        )

    def answer_view(self, request, pk):
        """Writes down a mentor's answer."""
        invited = self.find_beneath(request, RoundMentor, pk, "mentor__user", "mentor__expert")

        def perform(data):
            operations.answer_for(
                pk,
                by=request.user,
                takes_part=data["answer"] == RoundMentorState.TAKES_PART,
                capacity=data["capacity"],
                reason=data["reason"],
            )
            return gettext("Written down.")

        return self.ask(
            request,
            invited,
            invited.round,
            label=gettext("Write down a mentor's answer"),
            note=gettext("For what a mentor told you, also after the deadline. Pairs that there are stay."),
            form_class=AnswerForForm,
            perform=perform,
        )

    def leave_view(self, request, pk):
        """Ends a mentor's part in a round that has been paired; what is left to do is the repair."""
        leaving = self.find_beneath(request, RoundMentor, pk, "mentor__user", "mentor__expert")
        repair = reverse("admin:mentoring_pairing_repair", args=[leaving.round_id])
        live = Pairing.objects.live().filter(mentor=leaving.mentor_id, enrolment__cohort=leaving.round.cohort_id)

        def perform(data):
            ended = len(mentor_leaves(leaving.round_id, leaving.mentor_id, by=request.user, reason=data["reason"]))
            text = ngettext(
                "The mentor has left, and %(count)s pair has ended. Repair the pairing next.",
                "The mentor has left, and %(count)s pairs have ended. Repair the pairing next.",
                ended,
            )
            return text % {"count": ended}

        return self.ask(
            request,
            leaving,
            leaving.round,
            label=gettext("The mentor leaves the round"),
            note=gettext(
                "At once: the mentor's pairs in this round end, and meetings ahead are cancelled. Runs leave the "
                "mentor out. The mentees are without a mentor until the pairing is repaired."
            ),
            facts=[
                (gettext("Pairs that end"), live.count()),
                (gettext("Afterwards"), format_html('<a href="{}">{}</a>', repair, gettext("Repair the pairing"))),
            ],
            form_class=DeedReasonForm,
            perform=perform,
            done_url=repair,
            danger=True,
        )

    def reopen_view(self, request, pk, enrolment_id):
        """Opens profile, week and wishes for one mentee."""
        round_ = self.find(request, pk)
        enrolment = (
            Enrolment.objects.select_related("person").filter(pk=enrolment_id, cohort=round_.cohort_id).first()
        )
        if enrolment is None:
            raise Http404

        def perform(data):
            operations.reopen(pk, enrolment.pk, by=request.user, until=data["until"], reason=data["reason"])
            return gettext("Open for %(name)s until %(moment)s.") % {
                "name": enrolment.person.display_name,
                "moment": i18n.moment(data["until"]),
            }

        return self.ask(
            request,
            enrolment,
            round_,
            label=gettext("Open again for one mentee"),
            note=gettext("The mentee is told by mail. The reason is for the staff alone."),
            form_class=ReopenForm,
            perform=perform,
        )

    def settle_view(self, request, pk):
        """Lets a declared conflict hold."""
        row = self.find_beneath(request, DeclaredConflict, pk, "by", "mentor__user", "mentor__expert")

        def perform(data):
            people = [int(person) for person in data.get("people", ())]
            declared_operations.settle(pk, people, by=request.user, reason=data["reason"])
            return gettext("They are not paired in this round.")

        return self.ask(
            request,
            row,
            row.round,
            label=gettext("Do not pair them"),
            facts=[(gettext("Mentor"), row.mentor.name)] if row.mentor else (),
            note=gettext("A hard rule of this round. Whoever declared it sees that it is settled, nobody else."),
            form_class=SettleForm,
            perform=perform,
        )

    def dismiss_view(self, request, pk):
        """Says that a declared conflict is none."""
        row = self.find_beneath(request, DeclaredConflict, pk, "by", "mentor__user", "mentor__expert")

        def perform(data):
            declared_operations.dismiss(pk, by=request.user, reason=data["reason"])
            return gettext("Written down.")

        return self.ask(
            request,
            row,
            row.round,
            label=gettext("No conflict"),
            note=gettext("They can be paired. The reason is for the staff alone."),
            form_class=DeedReasonForm,
            perform=perform,
        )


def round_button(cohort):
    """The way from the cohort's page to its round, or to where one is added."""
    if not cohort.program.has_mentoring or cohort.cancelled_at:
        return []
    round_ = MentoringRound.objects.filter(cohort=cohort).only("pk").first()
    if round_ is not None:
        return [
            {"label": gettext("Mentoring round"), "url": RoundAdmin.page_url("overview", round_.pk), "small": True}
        ]
    url = f"{reverse('admin:mentoring_mentoringround_add')}?cohort={cohort.pk}"
    return [{"label": gettext("Set up the mentoring round"), "url": url, "small": True}]


CohortAdmin.more_buttons.append(round_button)
