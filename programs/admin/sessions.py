"""Sessions: each on a page of its own, with its place, its link and what it collides with; cancelled by a deed."""

from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import DeedReasonForm, object_deed
from accounts.admin_tools import ScopedAdmin, name_verbs, pill_html, word_values
from portal import clock, i18n, pills
from programs import clashes, schedule
from programs import session_emails as emails
from programs.admin.filters import CohortFilter
from programs.admin.overview import name_of
from programs.admin.session_forms import SessionForm, attempt, expert_choices, warn
from programs.models.cohorts import Session
from programs.operations import sessions

name_verbs(
    {
        "session.added": _("Session added"),
        "session.changed": _("Session changed"),
        "session.cancelled": _("Session cancelled"),
        "session.removed": _("Session taken away"),
    }
)


def field_names(before, after):
    """Which fields were changed, as the form calls them."""
    names = {name: str(Session._meta.get_field(name).verbose_name) for name in schedule.FIELDS}
    return ", ".join(names.get(part, part) for part in after.split(", ") if part)


word_values({"session.changed": field_names})


@admin.register(Session)
class SessionAdmin(ScopedAdmin):
    """The meetings of all cohorts. They are added on their cohort's page and changed here."""

    group = "run"
    place = 2
    form = SessionForm
    admins_may = managers_may = ("view", "change")
    list_display = ["when", "name", "cohort_name", "where_shown", "state"]
    list_display_links = ["name"]
    list_filter = [CohortFilter]
    list_select_related = ["cohort__program"]
    search_fields = ["title_ko", "title_en", "place_ko", "place_en", "cohort__program__title_ko"]
    search_help_text = _("Title, place or program")
    ordering = ["-starts_at", "pk"]
    readonly_fields = ["cohort_name", "state", "clash_list", "told"]
    fieldsets = [
        (None, {"fields": ["cohort_name", "state", ("title_ko", "title_en"), ("starts_at", "ends_at"), "despite"]}),
        (_("Who teaches"), {"fields": ["teachers"]}),
        (
            _("Where"),
            {
                "fields": [
                    ("place_ko", "place_en"),
                    ("address_ko", "address_en"),
                    ("access_ko", "access_en"),
                    "map_link",
                    "link",
                ],
                "description": _("The place is public. Room, address, way in and link are for those enrolled."),
            },
        ),
        (_("Attendance"), {"fields": ["is_required", ("late_after", "early_before")]}),
        (_("Collisions and news"), {"fields": ["clash_list", "told"]}),
    ]

    def get_queryset(self, request):
        """With what a row shows."""
        return super().get_queryset(request).select_related(*self.list_select_related)

    def run_by(self, queryset, user):
        """Those of the cohorts a manager runs."""
        return queryset.managed_by(user)

    def has_change_permission(self, request, obj=None):
        """A cancelled session is only read."""
        return super().has_change_permission(request, obj) and (obj is None or obj.cancelled_at is None)

    def get_urls(self):
        """The deed, before Django's own addresses."""
        cancel = self.admin_site.admin_view(self.cancel_view)
        return [path("<int:pk>/cancel/", cancel, name="programs_session_cancel"), *super().get_urls()]

    def get_form(self, request, obj=None, change=False, **kwargs):
        """With the list of experts."""
        form = super().get_form(request, obj, change=change, **kwargs)
        form.expert_choices = expert_choices()
        return form

    def get_fieldsets(self, request, obj=None):
        """Of a cancelled session nothing is filled in, so that who teaches is left out."""
        sets = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            return sets
        hidden = {"teachers", "despite", "clash_list"}
        shown = [
            (title, more | {"fields": [one for one in more["fields"] if one not in hidden]}) for title, more in sets
        ]
        return [(title, more) for title, more in shown if more["fields"]]

    def named(self, obj):
        """Title and day."""
        return f"{obj.title}, {schedule.times_of(obj)}"

    # changes

    def save_model(self, request, obj, form, change):
        """Through the operation, which tells those concerned."""
        changed = {name: value for name, value in form.values().items() if name in form.changed_data}
        teachers = form.cleaned_data["teachers"] if "teachers" in form.changed_data else None
        if attempt(
            self,
            request,
            lambda: sessions.change_session(obj.pk, changed, by=request.user, experts=teachers),
        ):
            warn(self, request, form)

    def log_change(self, request, obj, message):
        """The operation has put it on record."""

    def cancel_view(self, request, pk):
        """Calls the session off."""
        session = self.find(request, pk)
        if session.cancelled_at:
            self.message_user(request, gettext("This session is cancelled."), messages.WARNING)
            return HttpResponseRedirect(self.change_url(pk))

        def perform(data):
            sessions.cancel_session(session.pk, by=request.user, reason=data["reason"])
            return gettext("The session is cancelled.")

        return object_deed(
            self,
            request,
            session,
            label=gettext("Cancel the session"),
            note=gettext("Those who take part and those who teach are sent the reason. It cannot be undone."),
            danger=True,
            form_class=DeedReasonForm,
            facts=[(gettext("People who are told"), len(emails.recipients(session)))],
            perform=perform,
            back_url=self.change_url(session.pk),
        )

    # columns and read-only fields

    @admin.display(description=_("when"), ordering="starts_at")
    def when(self, session):
        """The day and the times."""
        return i18n.span(session.starts_at, session.ends_at, times=True)

    @admin.display(description=_("session"))
    def name(self, session):
        """Its title."""
        return session.title

    @admin.display(description=_("cohort"))
    def cohort_name(self, session):
        """The way to the cohort."""
        address = reverse("admin:programs_cohort_overview", args=[session.cohort_id])
        return format_html('<a href="{}">{}</a>', address, name_of(session.cohort))

    @admin.display(description=_("place"))
    def where_shown(self, session):
        """Where it is held."""
        return (
            " · ".join(part for part in (session.place, gettext("Online") if session.link else "") if part) or "–"
        )

    @admin.display(description=_("state"))
    def state(self, session):
        """Whether it takes place; the way to cancel it."""
        if session.cancelled_at:
            label = pgettext("session", "Cancelled")
            return format_html(
                "{} {}", pill_html(pills.pill(pills.PHASE_PILLS, "cancelled", label)), session.cancel_reason
            )
        now = clock.now()
        if session.ends_at <= now:
            return pill_html(pills.pill(pills.PHASE_PILLS, "finished", gettext("Over")))
        label = gettext("Running") if session.starts_at <= now else gettext("Ahead")
        return pill_html(
            pills.pill(pills.PHASE_PILLS, "running" if session.starts_at <= now else "scheduled", label)
        )

    @admin.display(description=_("collides with"))
    def clash_list(self, session):
        """What it collides with as it stands."""
        experts = list(session.session_experts.values_list("expert", flat=True))
        found = clashes.of(session, experts=experts)
        return "\n".join(clash.text for clash in found) or gettext("Nothing.")

    @admin.display(description=_("last told"))
    def told(self, session):
        """When those concerned were last told of a change."""
        last = session.changes.order_by("-pk").first()
        return i18n.moment(last.at) if last else "–"
