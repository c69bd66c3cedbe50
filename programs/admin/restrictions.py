"""Participation restrictions in the admin: laid on and lifted; appeals read, accepted or refused."""

from django import forms
from django.contrib import admin
from django.http import Http404
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import DeedForm, DeedReasonForm, object_deed
from accounts.admin_tools import ScopedAdmin, moment_in_list, moment_or_dash, name_verbs, pill_html
from accounts.models import User
from portal import clock
from portal.fields import CleanCharField
from programs.models.eligibility import Appeal, Restriction
from programs.operations import restrictions as operations
from programs.permissions import applicants_of
from programs.restrictions import appeal_pill, pill_of

name_verbs(
    {
        "restriction.made": _("Restriction laid on"),
        "restriction.lifted": _("Restriction lifted"),
        "appeal.made": _("Appeal received"),
        "appeal.accepted": _("Appeal accepted"),
        "appeal.refused": _("Appeal not accepted"),
    }
)


def name_of(person):
    """A person in a list: name and the address they log in with."""
    return f"{person.display_name} ({person.email})"


class RestrictionForm(forms.ModelForm):
    """Whom it concerns, by the address they log in with, until when, and why."""

    people = User.objects.none()  # set for each request: those whom the member of staff may restrict
    email = forms.EmailField(label=_("E-mail of the person"))

    class Meta:
        model = Restriction
        fields = ["until", "reason"]

    def clean_email(self):
        """Somebody with an account; for a manager, one who has applied to their cohorts."""
        person = self.people.filter(email=self.cleaned_data["email"].strip().lower()).first()
        if person is None:
            raise forms.ValidationError(gettext("Nobody whom you may restrict has this address."))
        self.instance.person = person
        return person.email

    def clean_until(self):
        """Not in the past."""
        if self.cleaned_data["until"] <= clock.now():
            raise forms.ValidationError(gettext("This lies in the past."))
        return self.cleaned_data["until"]


class StateFilter(admin.SimpleListFilter):
    """Restrictions that hold now, or no more."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        """Two."""
        return [("holds", pgettext_lazy("restriction", "Holds")), ("ended", _("Over or lifted"))]

    def queryset(self, request, queryset):
        """Those asked for."""
        now = clock.now()
        holding = {"lifted_at": None, "from_at__lte": now, "until__gt": now}
        if self.value() == "holds":
            return queryset.filter(**holding)
        return queryset.exclude(**holding) if self.value() == "ended" else queryset


class OwnPages(ScopedAdmin):
    """Read and laid on by administrators, and by managers for the people who have applied to their cohorts.

    Nobody sees what concerns themselves: that they read on their own page.
    """

    group = "people"
    admins_may = managers_may = ("view",)
    path_to_person = "person"
    deeds = {}

    def get_queryset(self, request):
        """Those of others."""
        return super().get_queryset(request).exclude(**{self.path_to_person: request.user})

    def run_by(self, queryset, user):
        """Those of people who have applied to the manager's cohorts."""
        return queryset.filter(**{f"{self.path_to_person}__in": applicants_of(user)})

    def get_urls(self):
        """A page for each deed, before Django's own addresses."""
        names = f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(getattr(self, f"{name}_view")),
                name=f"{names}_{name}",
            )
            for name in self.deeds
        ]
        return own + super().get_urls()

    def buttons(self, obj):
        """The deeds as links to the pages that ask."""
        links = [
            (reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=[obj.pk]), label)
            for name, label in self.deeds.items()
        ]
        return format_html_join(" ", '<a class="btn btn-sm" href="{}">{}</a>', links)


@admin.register(Restriction)
class RestrictionAdmin(OwnPages):
    """Who may not apply until when, and why. Rows are added and lifted, never edited."""

    place = 6
    admins_may = managers_may = ("view", "add")
    form = RestrictionForm
    list_display = ["person_name", "reason", "from_", "until_", "state", "appealed"]
    list_filter = [StateFilter]
    list_select_related = ["person", "made_by"]
    search_fields = ["person__full_name", "person__romanized_name", "person__email"]
    search_help_text = _("Name or e-mail")
    ordering = ["-from_at", "-pk"]
    deeds = {"lift": _("Lift the restriction")}

    def get_queryset(self, request):
        """With the appeals, in one query."""
        return super().get_queryset(request).prefetch_related("appeals")

    def get_fields(self, request, obj=None):
        """The form on adding; afterwards what was laid on, and what can be done."""
        if obj is None:
            return ["email", "until", "reason"]
        shown = ["person_name", "reason", "from_", "until_", "maker", "state", "lifted", "appeals"]
        return [*shown, "what_to_do"] if obj.holds_at(clock.now()) else shown

    def get_readonly_fields(self, request, obj=None):
        """All of it, once it stands."""
        return self.get_fields(request, obj) if obj is not None else ()

    def get_form(self, request, obj=None, change=False, **kwargs):
        """The form of this request, which knows whom the member of staff may restrict."""
        form = super().get_form(request, obj, change=change, **kwargs)
        people = User.objects.exclude(pk=request.user.pk)
        form.people = people if request.user.is_admin else people.filter(pk__in=applicants_of(request.user))
        return form

    def save_model(self, request, obj, form, change):
        """By the operation, which tells the person."""
        made = operations.restrict(obj.person_id, obj.until, obj.reason, by=request.user)
        obj.pk, obj.from_at, obj.made_by = made.pk, made.from_at, made.made_by

    def log_addition(self, request, obj, message):
        """The operation has written it down."""

    def lift_view(self, request, pk):
        """Lift one, with a reason."""
        restriction = self.find(request, pk)
        if restriction.lifted_at is not None and request.method != "POST":
            raise Http404

        def perform(data):
            operations.lift_restriction(restriction.pk, by=request.user, reason=data["reason"])
            return gettext("The restriction is lifted. The person has been told.")

        return object_deed(
            self,
            request,
            restriction,
            label=gettext("Lift the restriction"),
            note=gettext("The person may apply again at once. An appeal that waits is accepted with this reason."),
            facts=[(gettext("Person"), name_of(restriction.person)), (gettext("Reason"), restriction.reason)],
            form_class=DeedReasonForm,
            perform=perform,
            back_url=self.change_url(restriction.pk),
        )

    @admin.display(description=_("person"), ordering="person__full_name")
    def person_name(self, restriction):
        """Whom it concerns."""
        return name_of(restriction.person)

    @admin.display(description=_("from"), ordering="from_at")
    def from_(self, restriction):
        """Since when."""
        return moment_in_list(restriction.from_at)

    @admin.display(description=_("until"), ordering="until")
    def until_(self, restriction):
        """Until when."""
        return moment_in_list(restriction.until)

    @admin.display(description=_("laid on by"))
    def maker(self, restriction):
        """Who did."""
        return restriction.made_by.display_name if restriction.made_by else "–"

    @admin.display(description=_("state"))
    def state(self, restriction):
        """How it stands."""
        return pill_html(pill_of(restriction, clock.now()))

    @admin.display(description=_("lifted"))
    def lifted(self, restriction):
        """When it was lifted."""
        return moment_or_dash(restriction.lifted_at)

    @admin.display(description=_("appeal"))
    def appealed(self, restriction):
        """How the latest appeal stands."""
        appeals = list(restriction.appeals.all())
        return pill_html(appeal_pill(appeals[-1])) if appeals else "–"

    @admin.display(description=_("appeals"))
    def appeals(self, restriction):
        """Each with the way to its page."""
        lines = [
            (reverse("admin:programs_appeal_change", args=[row.pk]), moment_in_list(row.made_at), self.pill(row))
            for row in restriction.appeals.all()
        ]
        return format_html_join("", '<p><a href="{}">{}</a> {}</p>', lines) or "–"

    @staticmethod
    def pill(appeal):
        """How an appeal stands."""
        return pill_html(appeal_pill(appeal))

    @admin.display(description=_("what to do"))
    def what_to_do(self, restriction):
        """The deeds."""
        return self.buttons(restriction)


class WaitsFilter(admin.SimpleListFilter):
    """Appeals that wait for a decision, or were decided."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        """Three."""
        return [
            ("waiting", _("Waiting for a decision")),
            ("accepted", pgettext_lazy("appeal", "Accepted")),
            ("refused", pgettext_lazy("appeal", "Not accepted")),
        ]

    def queryset(self, request, queryset):
        """Those asked for."""
        outcomes = {"waiting": None, "accepted": True, "refused": False}
        return queryset.filter(is_accepted=outcomes[self.value()]) if self.value() in outcomes else queryset


class AnswerForm(DeedForm):
    """What the person is answered."""

    answer = CleanCharField(
        label=_("Answer"),
        multiline=True,
        max_length=operations.ANSWER_LIMIT,
        help_text=_("The person reads this, so write it in their language."),
    )


@admin.register(Appeal)
class AppealAdmin(OwnPages):
    """What people say against a restriction; each is decided once, with an answer."""

    place = 7
    path_to_person = "restriction__person"
    list_display = ["person_name", "made", "beginning", "state"]
    list_filter = [WaitsFilter]
    list_select_related = ["restriction__person", "decided_by"]
    search_fields = [
        "restriction__person__full_name",
        "restriction__person__romanized_name",
        "restriction__person__email",
    ]
    search_help_text = _("Name or e-mail")
    ordering = ["-made_at", "-pk"]
    deeds = {"accept": _("Accept the appeal"), "refuse": _("Do not accept the appeal")}

    def get_fields(self, request, obj=None):
        """What was said and about what; then what can be done, or what was."""
        shown = ["person_name", "restricted", "made", "said", "state"]
        return [*shown, *(["what_to_do"] if obj.decided_at is None else ["decided", "decider", "answered"])]

    def get_readonly_fields(self, request, obj=None):
        """All of it."""
        return self.get_fields(request, obj)

    def accept_view(self, request, pk):
        """Accept one, which lifts its restriction."""
        note = gettext("The restriction is lifted at once, and the person is told with your answer.")
        return self.decide(request, pk, is_accepted=True, label=gettext("Accept the appeal"), note=note)

    def refuse_view(self, request, pk):
        """Refuse one; the restriction stays."""
        note = gettext("The restriction stays. The person is told with your answer, and may appeal again.")
        return self.decide(request, pk, is_accepted=False, label=gettext("Do not accept the appeal"), note=note)

    def decide(self, request, pk, *, is_accepted, label, note):
        """A page that shows the appeal and asks for the answer."""
        appeal = self.find(request, pk)
        if appeal.decided_at is not None and request.method != "POST":
            raise Http404

        def perform(data):
            operations.decide_appeal(appeal.pk, is_accepted, data["answer"], by=request.user)
            return gettext("Decided. The person has been told.")

        facts = [
            (gettext("Person"), name_of(appeal.restriction.person)),
            (gettext("Reason of the restriction"), appeal.restriction.reason),
            (gettext("Appeal"), appeal.text),
        ]
        return object_deed(
            self,
            request,
            appeal,
            label=label,
            note=note,
            facts=facts,
            danger=not is_accepted,
            form_class=AnswerForm,
            perform=perform,
            back_url=self.change_url(appeal.pk),
        )

    @admin.display(description=_("person"), ordering="restriction__person__full_name")
    def person_name(self, appeal):
        """Who appeals."""
        return name_of(appeal.restriction.person)

    @admin.display(description=_("restriction"))
    def restricted(self, appeal):
        """Against what, with the way to it."""
        address = reverse("admin:programs_restriction_change", args=[appeal.restriction_id])
        text = f"{appeal.restriction.reason} · {moment_in_list(appeal.restriction.until)}"
        return format_html('<a href="{}">{}</a>', address, text)

    @admin.display(description=_("made"), ordering="made_at")
    def made(self, appeal):
        """When."""
        return moment_in_list(appeal.made_at)

    @admin.display(description=_("statement"))
    def beginning(self, appeal):
        """The first words."""
        return appeal.text[:60] + ("…" if len(appeal.text) > 60 else "")

    @admin.display(description=_("statement"))
    def said(self, appeal):
        """All of it."""
        return format_html('<div class="long-text" data-user-content>{}</div>', appeal.text)

    @admin.display(description=_("state"))
    def state(self, appeal):
        """How it stands."""
        return pill_html(appeal_pill(appeal))

    @admin.display(description=_("decided"))
    def decided(self, appeal):
        """When."""
        return moment_or_dash(appeal.decided_at)

    @admin.display(description=_("decided by"))
    def decider(self, appeal):
        """By whom."""
        return appeal.decided_by.display_name if appeal.decided_by else "–"

    @admin.display(description=_("answer"))
    def answered(self, appeal):
        """What the person was told."""
        return format_html('<div class="long-text" data-user-content>{}</div>', appeal.answer)

    @admin.display(description=_("what to do"))
    def what_to_do(self, appeal):
        """The deeds."""
        return self.buttons(appeal)


def today(request):
    """For the index: how many appeals wait for a decision."""
    waiting = Appeal.objects.filter(decided_at=None).exclude(restriction__person=request.user)
    if not request.user.is_admin:
        waiting = waiting.filter(restriction__person__in=applicants_of(request.user))
    count = waiting.count()
    if not count:
        return []
    text = ngettext("%(count)s appeal waits for a decision", "%(count)s appeals wait for a decision", count)
    address = reverse("admin:programs_appeal_changelist")
    return [{"title": text % {"count": count}, "url": f"{address}?state=waiting"}]


admin.site.add_today(today)  # type: ignore[attr-defined]  # it is PortalAdminSite
