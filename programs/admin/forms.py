"""Forms: their list, where each is used. What is in them is built on pages of its own."""

from django.contrib import admin
from django.db.models import Max
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_tools import name_verbs
from programs.admin.form_deeds import FormDeeds
from programs.models.forms import Form

MOST_SHOWN = 3

name_verbs(
    {
        "form.made": _("Form made"),
        "form.renamed": _("Form renamed"),
        "form_version.copied": _("Copied"),
        "form_version.section_added": _("Section added"),
        "form_version.section_changed": _("Section changed"),
        "form_version.section_moved": _("Section moved"),
        "form_version.section_removed": _("Section removed"),
        "form_version.question_added": _("Question added"),
        "form_version.question_changed": _("Question changed"),
        "form_version.question_moved": _("Question moved"),
        "form_version.question_removed": _("Question removed"),
        "form_version.wording_mended": _("Wording mended"),
        "cohort.form": _("Form of the cohort"),
        "application.form_moved": _("Moved to a newer form"),
    }
)


@admin.register(Form)
class FormAdmin(FormDeeds):
    """Every form may be seen by all staff, and taken as a model for one's own."""

    group = "run"
    place = 4
    managers_may = ("view", "add", "change")
    admins_may = ("view", "add", "change")
    list_display = ["name", "slug", "newest", "used_by"]
    list_display_links = ["name"]
    search_fields = ["title_ko", "title_en", "slug"]
    search_help_text = _("Title or short name")
    ordering = ["title_ko", "pk"]

    def run_by(self, queryset, user):
        """All of them."""
        return queryset

    def get_queryset(self, request):
        """With the number of the newest version, and the cohorts that use any."""
        forms = super().get_queryset(request).annotate(last=Max("versions__number"))
        return forms.prefetch_related("versions__cohorts__program")

    @admin.display(description=_("title"), ordering="title_ko")
    def name(self, form):
        """In the reader's language."""
        return form.title

    @admin.display(description=_("newest version"), ordering="last")
    def newest(self, form):
        """Its number."""
        return form.last

    @admin.display(description=_("used by"))
    def used_by(self, form):
        """The cohorts that ask it, the first few by name."""
        cohorts = [cohort for version in form.versions.all() for cohort in version.cohorts.all()]
        names = [f"{cohort.program.title} {cohort.label}" for cohort in cohorts[:MOST_SHOWN]]
        if len(cohorts) > MOST_SHOWN:
            names.append(gettext("and %(count)s more") % {"count": len(cohorts) - MOST_SHOWN})
        return ", ".join(names) or "–"
