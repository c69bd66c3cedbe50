"""What lasts across years: series, programs, experts."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin_tools import ScopedAdmin, ScopedTabularInline
from accounts.models import User
from programs.models.cohorts import Cohort
from programs.models.experts import Expert
from programs.models.programs import Program, ProgramPartner, Series
from programs.permissions import programs_run_by, programs_seen_by, runs_program


@admin.register(Series)
class SeriesAdmin(ScopedAdmin):
    """Budget lines that group programs."""

    group = "catalog"
    place = 1
    list_display = ["name", "slug"]
    search_fields = ["name_ko", "name_en", "slug"]
    search_help_text = _("Name")
    prepopulated_fields = {"slug": ["name_en"]}
    fields = [("name_ko", "name_en"), "slug"]

    @admin.display(description=_("name"), ordering="name_ko")
    def name(self, series):
        """In the reader's language."""
        return series.name


class ProgramPartnerInline(ScopedTabularInline):
    """Who carries a program. It decides which managers run it, so that administrators alone change it."""

    model = ProgramPartner
    managers_may = ("view",)
    extra = 1
    fields = ["organization", "role", "position"]

    def get_queryset(self, request):
        """With the organizations' names."""
        return super().get_queryset(request).select_related("organization")


@admin.register(Program)
class ProgramAdmin(ScopedAdmin):
    """Programs. Managers see those of their cohorts, and change those they run as a whole."""

    group = "catalog"
    place = 2
    managers_may = ("view", "change")
    admin_only_fields = ("series", "kind", "slug")
    list_display = ["title", "kind", "track", "series", "has_mentoring"]
    list_filter = ["kind", "track", "series"]
    list_select_related = ["series"]
    search_fields = ["title_ko", "title_en", "slug"]
    search_help_text = _("Title")
    inlines = [ProgramPartnerInline]
    fieldsets = [
        (None, {"fields": [("title_ko", "title_en"), "slug", "series", "kind", "track", "has_mentoring"]}),
        (_("Texts"), {"fields": [("tagline_ko", "tagline_en"), ("about_ko", "about_en")]}),
    ]

    def run_by(self, queryset, user):
        """Those of the cohorts a manager runs."""
        return queryset.filter(pk__in=programs_seen_by(user).values("pk"))

    def has_change_permission(self, request, obj=None):
        """A program is changed by who runs it as a whole, not by who runs one of its cohorts."""
        if not self.may("change", request):
            return False
        if obj is not None:
            return runs_program(request.user, obj)
        return request.user.is_admin or programs_run_by(request.user).exists()

    def get_prepopulated_fields(self, request, obj=None):
        """The address follows the title while there is none, and lasts afterwards."""
        return {} if obj is not None else {"slug": ["title_en"]}

    def get_readonly_fields(self, request, obj=None):
        """An address that has been given lasts."""
        fixed = super().get_readonly_fields(request, obj)
        return fixed if obj is None or "slug" in fixed else (*fixed, "slug")

    def view_on_site(self, program):
        """Its public page."""
        return program.get_absolute_url()

    @admin.display(description=_("title"), ordering="title_ko")
    def title(self, program):
        """In the reader's language."""
        return program.title


class ExpertForm(forms.ModelForm):
    """An expert; the login, where there is one, is named by its address."""

    login_email = forms.EmailField(
        label=_("E-mail of the login"), required=False, help_text=_("Only for experts who log in here.")
    )

    class Meta:
        model = Expert
        fields = [
            "slug",
            "name_ko",
            "name_en",
            "country",
            "specialism_ko",
            "specialism_en",
            "bio_ko",
            "bio_en",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.user_id:
            self.initial["login_email"] = self.instance.user.email

    def clean_country(self):
        """Two capital letters."""
        return self.cleaned_data["country"].upper()

    def clean_login_email(self):
        """An account that nobody else's profile has."""
        address = self.cleaned_data["login_email"].strip().lower()
        person = User.objects.filter(email=address).first() if address else None
        if address and person is None:
            raise forms.ValidationError(_("Nobody has an account with this address."))
        if person and Expert.objects.filter(user=person).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("This login belongs to another expert."))
        self.instance.user = person
        return address


@admin.register(Expert)
class ExpertAdmin(ScopedAdmin):
    """Those who teach. Managers see all, add new ones, and change those who teach in their cohorts."""

    group = "catalog"
    place = 3
    managers_may = ("view", "add", "change")
    form = ExpertForm
    form_columns = {"login_email": "user"}
    list_display = ["name", "specialism", "country", "has_login"]
    list_filter = ["country"]
    search_fields = ["name_ko", "name_en", "specialism_ko", "specialism_en", "slug"]
    search_help_text = _("Name or specialism")
    prepopulated_fields = {"slug": ["name_en"]}

    def get_fieldsets(self, request, obj=None):
        """The login is given by administrators."""
        facts = ["slug", "country", *(["login_email"] if request.user.is_admin else [])]
        texts = [("specialism_ko", "specialism_en"), ("bio_ko", "bio_en")]
        return [
            (None, {"fields": [("name_ko", "name_en"), *facts]}),
            (_("Texts"), {"fields": texts}),
        ]

    def get_queryset(self, request):
        """With the logins, which the form names."""
        return super().get_queryset(request).select_related("user")

    def run_by(self, queryset, user):
        """Everyone: the experts are public."""
        return queryset

    def has_change_permission(self, request, obj=None):
        """A manager changes the profile of whoever teaches in a cohort of theirs."""
        if request.user.is_admin or obj is None:
            return self.may("change", request)
        mine = Cohort.objects.managed_by(request.user)
        return self.may("change", request) and obj.sessions.filter(cohort__in=mine.values("pk")).exists()

    @admin.display(description=_("name"), ordering="name_ko")
    def name(self, expert):
        """In the reader's language."""
        return expert.name

    @admin.display(description=_("specialism"))
    def specialism(self, expert):
        """In the reader's language."""
        return expert.specialism

    @admin.display(description=_("log-in"), boolean=True)
    def has_login(self, expert):
        """Whether they log in here."""
        return expert.user_id is not None
