"""Mentors: added and changed by administrators, seen by everyone who pairs."""

from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_tools import ScopedAdmin, moment_or_dash, pill_html
from accounts.models import User
from mentoring.models.mentors import MentorProfile
from mentoring.public_profiles import public_profile


class MentorForm(forms.ModelForm):
    """A mentor; the person is named by the address they log in with, and stays the same."""

    email = forms.EmailField(label=_("E-mail of the person"))

    class Meta:
        model = MentorProfile
        fields = ["expert", "focus_ko", "focus_en", "capacity", "capacity_overall", "monthly_limit", "is_paused"]

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
        first = "email" if obj is None else "name"
        said = [] if obj is None else ["offers", "confirmed"]
        return [first, *MentorForm.Meta.fields, *said]

    def get_readonly_fields(self, request, obj=None):
        """A mentor's person stays the same."""
        return [
            *super().get_readonly_fields(request, obj),
            *([] if obj is None else ["name", "offers", "confirmed"]),
        ]

    @admin.display(description=_("mentor"), ordering="user__full_name")
    def name(self, mentor):
        """In the reader's language."""
        return mentor.name

    @admin.display(description=_("what the mentor offers"))
    def offers(self, mentor):
        """As the mentees read it."""
        facts = public_profile(mentor)["facts"]
        return format_html_join("", "<p>{}: {}</p>", ((fact["term"], fact["value"]) for fact in facts)) or "–"

    @admin.display(description=_("profile confirmed"), ordering="confirmed_at")
    def confirmed(self, mentor):
        """When, with the pledge and the code of conduct."""
        return moment_or_dash(mentor.confirmed_at)

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
