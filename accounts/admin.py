"""People, their roles and what they agreed to. Nothing here is typed over: what changes, changes by operations."""

from django import forms
from django.contrib import admin
from django.db.models import Max, Prefetch
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import operations, privacy
from accounts.admin_deeds import Deed, DeedReasonForm
from accounts.admin_tools import (
    ReadOnlyAdmin,
    ScopedAdmin,
    ScopedTabularInline,
    moment_in_list,
    moment_or_dash,
    name_verbs,
    pill_html,
)
from accounts.models import ConsentRecord, Role, RoleGrant, Term, TermVersion, User
from portal import clock, i18n

name_verbs(
    {
        "person.signed_up": _("Signed up"),
        "person.opened": _("Account opened on behalf"),
        "person.changed": _("Profile changed"),
        "person.address_changed": _("E-mail address changed"),
        "person.password_changed": _("Password changed"),
        "person.password_reset": _("Password reset"),
        "person.second_factor_added": _("Two-step verification turned on"),
        "person.second_factor_removed": _("Two-step verification turned off"),
        "person.recovery_codes_renewed": _("New recovery codes"),
        "person.blocked": _("Blocked"),
        "person.unblocked": _("Unblocked"),
        "person.data_downloaded": _("Own data downloaded"),
        "person.closed": _("Account closed"),
        "consent.recorded": _("Consent recorded on behalf"),
        "consent.withdrawn": _("Consent withdrawn"),
        **{f"role.granted.{role}": _("Role granted") for role in Role.values},
        **{f"role.ended.{role}": _("Role ended") for role in Role.values},
    }
)


def active_pill(user):
    """Whether the person may log in."""
    if user.is_active:
        return pill_html({"tone": "good", "icon": "check", "label": _("Active")})
    if privacy.is_erased(user):
        return pill_html({"tone": "done", "icon": "x", "label": _("Closed")})
    return pill_html({"tone": "bad", "icon": "lock", "label": _("Blocked")})


def holds(grant, now):
    """Whether a grant holds at `now`."""
    return grant.from_at <= now and (grant.to_at is None or grant.to_at > now)


def scope_of(grant):
    """What a grant is for."""
    return grant.cohort or grant.program or grant.organization or _("Everything")


class Block(Deed):
    """Keeps people from logging in."""

    name = "block"
    label = _("Block the chosen people")
    button = _("Block")
    note = _("They are logged out at once and cannot log in until they are unblocked.")
    danger = True
    form_class = DeedReasonForm

    def refusal(self, row):
        """Blocked people need no blocking."""
        return "" if row.is_active else _("Already blocked.")

    def perform(self, row, *, by, data):
        """Block one."""
        operations.block_user(row.pk, by=by, reason=data["reason"])

    def done(self, count):
        """How many."""
        return ngettext("%(count)s person blocked.", "%(count)s people blocked.", count) % {"count": count}


class Unblock(Deed):
    """Lets people log in again."""

    name = "unblock"
    label = _("Unblock the chosen people")
    button = _("Unblock")
    form_class = DeedReasonForm

    def refusal(self, row):
        """Only blocked people; who has closed their account does not come back."""
        if privacy.is_erased(row):
            return _("This account was closed for good.")
        return _("Not blocked.") if row.is_active else ""

    def perform(self, row, *, by, data):
        """Unblock one."""
        operations.unblock_user(row.pk, by=by, reason=data["reason"])

    def done(self, count):
        """How many."""
        return ngettext("%(count)s person unblocked.", "%(count)s people unblocked.", count) % {"count": count}


class GrantInline(ScopedTabularInline):
    """A person's roles, as they were given."""

    model = RoleGrant
    admins_may = ("view",)
    fields = readonly_fields = ["role", "scope", "from_", "until"]

    def get_queryset(self, request):
        """With the scopes' names."""
        return super().get_queryset(request).select_related("organization", "program", "cohort__program")

    @admin.display(description=_("scope"))
    def scope(self, grant):
        """What it is for."""
        return scope_of(grant)

    @admin.display(description=_("from"))
    def from_(self, grant):
        """Since when."""
        return moment_or_dash(grant.from_at)

    @admin.display(description=_("until"))
    def until(self, grant):
        """Until when."""
        return moment_or_dash(grant.to_at)


@admin.register(User)
class UserAdmin(ScopedAdmin):
    """People: found and read here, blocked and unblocked by operations."""

    group = "people"
    place = 1
    admins_may = ("view",)
    list_display = ["display_name", "email", "language", "roles", "active", "joined"]
    list_filter = ["is_active", "language", "is_demo"]
    search_fields = ["full_name", "romanized_name", "email"]
    search_help_text = _("Name or e-mail")
    ordering = ["-date_joined", "-pk"]
    fields = readonly_fields = [
        "email",
        "full_name",
        "romanized_name",
        "language",
        "time_zone",
        "active",
        "joined",
        "last_seen",
        "age_confirmed",
        "give_role",
    ]
    inlines = [GrantInline]
    actions = [Block.action(), Unblock.action()]

    def get_queryset(self, request):
        """With the roles that hold now, in one query."""
        live = Prefetch("grants", queryset=RoleGrant.objects.live(), to_attr="grants_now")
        return super().get_queryset(request).prefetch_related(live)

    @admin.display(description=_("name"), ordering="full_name")
    def display_name(self, user):
        """The name in the reader's language."""
        return user.display_name

    @admin.display(description=_("roles"))
    def roles(self, user):
        """What the person is trusted with now."""
        names = sorted({str(grant.get_role_display()) for grant in user.grants_now})
        return ", ".join(names) or "–"

    @admin.display(description=_("log-in"), ordering="is_active")
    def active(self, user):
        """Active or blocked."""
        return active_pill(user)

    @admin.display(description=_("joined"), ordering="date_joined")
    def joined(self, user):
        """When the account was made."""
        return moment_in_list(user.date_joined)

    @admin.display(description=_("last log-in"))
    def last_seen(self, user):
        """When the person last logged in."""
        return moment_or_dash(user.last_login)

    @admin.display(description=_("said to be 14 or older"))
    def age_confirmed(self, user):
        """When they answered the question before sign-up."""
        return moment_or_dash(user.age_confirmed_at)

    @admin.display(description=_("add a role"))
    def give_role(self, user):
        """The way to the form for it."""
        address = reverse("admin:accounts_rolegrant_add")
        return format_html('<a href="{}?person={}">{}</a>', address, user.pk, _("Give a role"))


class GrantForm(forms.ModelForm):
    """Who gets which role for what; the person is named by the address they log in with."""

    email = forms.EmailField(label=_("E-mail of the person"))

    class Meta:
        model = RoleGrant
        fields = ["role", "organization", "program", "cohort", "to_at"]

    def clean_email(self):
        """The person must have an account."""
        person = User.objects.filter(email=self.cleaned_data["email"].strip().lower()).first()
        if person is None:
            raise forms.ValidationError(_("Nobody has an account with this address."))
        self.instance.user = person
        return person.email

    def clean_to_at(self):
        """A role that has ended need not be given."""
        until = self.cleaned_data["to_at"]
        if until is not None and until <= clock.now():
            raise forms.ValidationError(_("This lies in the past."))
        return until


class EndGrant(Deed):
    """Takes roles away."""

    name = "end_grant"
    label = _("End the chosen roles")
    button = _("End the roles")
    note = _("The people lose what the role gives them at once. The rows stay as a record.")
    danger = True

    def refusal(self, row):
        """What has ended cannot end."""
        return _("Ended already.") if row.to_at and row.to_at <= clock.now() else ""

    def line(self, row):
        """The role and whose it is."""
        return {"title": f"{row.get_role_display()} · {row.user.email}", "user": True}

    def perform_all(self, rows, *, by, data):
        """End them; one's own administrator role is kept, so that somebody is left."""
        own = [row for row in rows if row.user_id == by.pk and row.role == Role.ADMIN]
        for row in rows:
            if row not in own:
                operations.end_grant(row.pk, by=by)
        return [(row, str(_("You cannot end your own administrator role."))) for row in own]

    def done(self, count):
        """How many."""
        return ngettext("%(count)s role ended.", "%(count)s roles ended.", count) % {"count": count}


class HoldsFilter(admin.SimpleListFilter):
    """Grants that hold now, or no more."""

    title = _("holds")
    parameter_name = "holds"

    def lookups(self, request, model_admin):
        """Two."""
        return [("now", _("Now")), ("ended", _("Ended"))]

    def queryset(self, request, queryset):
        """Those asked for."""
        if self.value() == "now":
            return queryset.live()
        if self.value() == "ended":
            return queryset.filter(to_at__lte=clock.now())
        return queryset


@admin.register(RoleGrant)
class RoleGrantAdmin(ScopedAdmin):
    """Roles are given and ended, never edited, and both are audited."""

    group = "people"
    place = 2
    admins_may = ("view", "add")
    form = GrantForm
    list_display = ["person", "role", "scope", "from_", "until", "state"]
    list_filter = [HoldsFilter, "role"]
    list_select_related = ["user", "organization", "program", "cohort__program"]
    search_fields = ["user__full_name", "user__romanized_name", "user__email"]
    search_help_text = _("Name or e-mail")
    ordering = ["-from_at", "-pk"]
    actions = [EndGrant.action()]

    def get_fields(self, request, obj=None):
        """The form on adding; afterwards what was given."""
        if obj is None:
            return ["email", "role", "organization", "program", "cohort", "to_at"]
        return ["person", "role", "organization", "program", "cohort", "from_", "until"]

    def get_readonly_fields(self, request, obj=None):
        """Everything, once it is given."""
        return self.get_fields(request, obj) if obj is not None else []

    def get_changeform_initial_data(self, request):
        """The person, where the way here led from one."""
        chosen = request.GET.get("person", "")
        person = User.objects.filter(pk=int(chosen[:9])).first() if chosen.isdecimal() else None
        return {"email": person.email} if person else {}

    def save_model(self, request, obj, form, change):
        """Give the role."""
        obj.pk = operations.grant_role(
            obj.user_id,
            obj.role,
            by=request.user,
            organization=obj.organization,
            program=obj.program,
            cohort=obj.cohort,
            to_at=obj.to_at,
        ).pk

    def log_addition(self, request, obj, message):
        """The operation has written it down."""

    @admin.display(description=_("person"), ordering="user__full_name")
    def person(self, grant):
        """Whose it is."""
        return f"{grant.user.display_name} ({grant.user.email})"

    @admin.display(description=_("scope"))
    def scope(self, grant):
        """What it is for."""
        return scope_of(grant)

    @admin.display(description=_("from"), ordering="from_at")
    def from_(self, grant):
        """Since when."""
        return moment_in_list(grant.from_at)

    @admin.display(description=_("until"), ordering="to_at")
    def until(self, grant):
        """Until when."""
        return moment_in_list(grant.to_at)

    @admin.display(description=_("state"))
    def state(self, grant):
        """Whether it holds."""
        if holds(grant, clock.now()):
            return pill_html({"tone": "good", "icon": "check", "label": _("Holds")})
        return pill_html({"tone": "done", "icon": "square", "label": _("Ended")})


@admin.register(Term)
class TermAdmin(ScopedAdmin):
    """What people are asked to agree to. What it is about stays as it is; the wording stands in its versions."""

    group = "people"
    place = 3
    admins_may = ("view", "add", "change")
    list_display = ["kind", "slug", "recipient", "latest", "may_be_required"]
    list_filter = ["kind"]
    list_select_related = ["recipient"]
    ordering = ["position", "pk"]
    fields = ["slug", "kind", "recipient", "is_essential", "position"]

    def get_queryset(self, request):
        """With the versions, in one query."""
        return super().get_queryset(request).prefetch_related("versions")

    def get_readonly_fields(self, request, obj=None):
        """What people agreed to keeps its meaning."""
        return ["slug", "kind", "recipient"] if obj is not None else []

    @admin.display(description=_("newest version"))
    def latest(self, term):
        """Its title and number."""
        newest = max(term.versions.all(), key=lambda version: version.number, default=None)
        return f"{newest.title} {newest.number}" if newest else "–"

    @admin.display(description=_("may be required"), boolean=True)
    def may_be_required(self, term):
        """Whether a cohort may require it."""
        return term.may_be_required


class TermVersionForm(forms.ModelForm):
    """A new wording: it begins some time from now on, and says in either language what the law wants said."""

    def clean_in_force_at(self):
        """Nobody is bound to a text before it was there."""
        moment = self.cleaned_data["in_force_at"]
        if moment < clock.now():
            raise forms.ValidationError(_("This lies in the past."))
        return moment

    def clean(self):
        """Either the free text or a purpose, in both languages."""
        cleaned = super().clean()
        for code in i18n.LANGUAGES:
            if not cleaned.get(f"text_{code}") and not cleaned.get(f"purpose_{code}"):
                self.add_error(f"text_{code}", _("Give the purpose or a text."))
        return cleaned


PARTS = ["title", "recipient", "purpose", "items", "transfer", "retention", "refusal", "text"]


@admin.register(TermVersion)
class TermVersionAdmin(ScopedAdmin):
    """Wordings of the texts people agree to: added, mended until they come into force, never afterwards."""

    group = "people"
    place = 4
    admins_may = ("view", "add", "change")
    form = TermVersionForm
    list_display = ["title", "term", "number", "in_force"]
    list_filter = ["term__kind"]
    list_select_related = ["term"]
    ordering = ["term__position", "term", "-number"]

    def has_change_permission(self, request, obj=None):
        """Until it comes into force."""
        return super().has_change_permission(request, obj) and (obj is None or obj.in_force_at > clock.now())

    def get_fields(self, request, obj=None):
        """The pairs side by side; once in force, as it is read."""
        if obj is not None and not self.has_change_permission(request, obj):
            return ["term", "number", "in_force", "both_titles", "in_korean", "in_english"]
        number = ["number"] if obj is not None else []
        return ["term", *number, "in_force_at", *((f"{part}_ko", f"{part}_en") for part in PARTS)]

    def get_readonly_fields(self, request, obj=None):
        """Which text it is of, once there is one."""
        shown = ["in_force", "both_titles", "in_korean", "in_english"]
        return ["term", "number", *shown] if obj is not None else ["number", *shown]

    def save_model(self, request, obj, form, change):
        """Numbers count within a text."""
        if not change:
            newest = obj.term.versions.aggregate(newest=Max("number"))["newest"]
            obj.number = (newest or 0) + 1
        super().save_model(request, obj, form, change)

    @admin.display(description=_("title"))
    def title(self, version):
        """In the reader's language."""
        return version.title

    @admin.display(description=_("title"))
    def both_titles(self, version):
        """In both languages."""
        pairs = [("ko", version.title_ko), ("en", version.title_en)]
        return format_html_join(" / ", '<span lang="{}">{}</span>', pairs)

    @admin.display(description=_("in force from"), ordering="in_force_at")
    def in_force(self, version):
        """Since when."""
        return moment_or_dash(version.in_force_at)

    @admin.display(description=_("Korean text"))
    def in_korean(self, version):
        """As it is shown."""
        return self.long_text(version, "ko")

    @admin.display(description=_("English text"))
    def in_english(self, version):
        """As it is shown."""
        return self.long_text(version, "en")

    @staticmethod
    def long_text(version, code):
        """All parts of a wording in one language, one after the other."""
        parts = [getattr(version, f"{part}_{code}") for part in PARTS[1:]]
        return format_html('<div class="long-text" lang="{}">{}</div>', code, "\n\n".join(filter(None, parts)))


@admin.register(ConsentRecord)
class ConsentRecordAdmin(ReadOnlyAdmin):
    """Who agreed to what, when. Rows are only ever added."""

    group = "people"
    place = 5
    list_display = ["person", "version", "cohort", "given", "when"]
    list_filter = ["given", "version__term__kind"]
    list_select_related = ["user", "version", "cohort__program"]
    search_fields = ["user__full_name", "user__romanized_name", "user__email"]
    search_help_text = _("Name or e-mail")
    fields = readonly_fields = ["person", "version", "cohort", "given", "shown", "language", "recorder", "when"]

    @admin.display(description=_("person"))
    def person(self, record):
        """Who answered."""
        return f"{record.user.display_name} ({record.user.email})"

    @admin.display(description=_("items as they were shown"))
    def shown(self, record):
        """What the person read."""
        return record.items or "–"

    @admin.display(description=_("recorded by"))
    def recorder(self, record):
        """Staff who hold the consent in writing."""
        return record.recorded_by.display_name if record.recorded_by else "–"

    @admin.display(description=_("when"), ordering="at")
    def when(self, record):
        """When."""
        return moment_in_list(record.at)
