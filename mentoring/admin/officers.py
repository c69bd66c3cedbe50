"""Who holds the safeguarding duty: named and ended by administrators."""

from django import forms
from django.contrib import admin
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import DeedForm, object_deed
from accounts.admin_tools import ReadOnlyAdmin, name_verbs, notes_people, pill_html
from accounts.models import User
from mentoring.models.safeguarding import SafeguardingOfficer
from mentoring.operations import safeguarding as operations

name_verbs(
    {
        "safeguardingofficer.named": _("Named as safeguarding officer"),
        "safeguardingofficer.ended": _("Duty as safeguarding officer ended"),
    }
)
notes_people("safeguardingofficer.named", "safeguardingofficer.ended")


class NameForm(DeedForm):
    """Somebody who works in the admin, by the address they log in with."""

    email = forms.EmailField(label=_("E-mail of the person"))

    def clean_email(self):
        """A member of staff."""
        person = User.objects.filter(email=self.cleaned_data["email"].strip().lower()).first()
        if person is None or not person.is_active or not person.is_staff:
            raise forms.ValidationError(
                gettext("Only somebody who works in the admin can be a safeguarding officer.")
            )
        self.person = person
        return person.email


@admin.register(SafeguardingOfficer)
class OfficerAdmin(ReadOnlyAdmin):
    """Who holds the duty. Named and ended by administrators; it is what opens case files."""

    group = "mentoring"
    place = 9
    list_display = ["name", "named_at", "named_by_name", "state"]
    list_select_related = ["user", "named_by"]
    change_list_template = "admin/mentoring/officers.html"
    ordering = ["ended_at", "-named_at"]

    def get_urls(self):
        """The two deeds."""
        wrap = self.admin_site.admin_view
        return [
            path("name/", wrap(self.name_view), name="mentoring_safeguardingofficer_name"),
            path("<int:pk>/end/", wrap(self.end_view), name="mentoring_safeguardingofficer_end"),
            *super().get_urls(),
        ]

    def named(self, obj):
        """By name."""
        return obj.user.display_name if isinstance(obj, SafeguardingOfficer) else obj.display_name

    def name_view(self, request):
        """Gives somebody the duty."""
        if not self.has_view_permission(request):
            raise Http404

        def perform(data):
            duty = operations.name_officer(User.objects.get(email=data["email"]), by=request.user)
            return gettext("%(name)s can open case files from now on.") % {"name": duty.user.display_name}

        return object_deed(
            self,
            request,
            request.user,
            label=gettext("Name a safeguarding officer"),
            note=gettext(
                "Officers read every report. Name two or three people whom others trust, "
                "from several organizations."
            ),
            form_class=NameForm,
            perform=perform,
            back_url=self.changelist_url(),
        )

    def end_view(self, request, pk):
        """Takes the duty from somebody."""
        duty = self.find(request, pk)

        def perform(data):
            operations.end_duty(duty.pk, by=request.user)
            return gettext("The duty has ended.")

        return object_deed(
            self,
            request,
            duty,
            label=gettext("End the duty"),
            note=gettext("The person can open no case file any more, from now on."),
            perform=perform,
            danger=True,
            back_url=self.changelist_url(),
        )

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The page that asks whether the duty ends, while it holds; else the list."""
        duty = self.find(request, object_id)
        if duty.ended_at is not None:
            return redirect(self.changelist_url())
        return redirect(reverse("admin:mentoring_safeguardingofficer_end", args=[duty.pk]))

    @admin.display(description=_("name"), ordering="user__full_name")
    def name(self, duty):
        """In the reader's language."""
        return duty.user.display_name

    @admin.display(description=_("named by"))
    def named_by_name(self, duty):
        """By whom."""
        return duty.named_by.display_name

    @admin.display(description=_("status"))
    def state(self, duty):
        """Whether it holds."""
        if duty.ended_at is None:
            return pill_html({"tone": "good", "icon": "check", "label": gettext("On duty")})
        return pill_html({"tone": "done", "icon": "x", "label": pgettext("duty", "Ended")})
