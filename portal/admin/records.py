"""The record of deeds: what was done by whom. It is read, never written."""

from django.apps import apps
from django.contrib import admin
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_tools import ReadOnlyAdmin, moment_in_list, verb_label
from portal.models import AuditEvent


def kind_in_words(label):
    """`programs.cohort` as staff call it; the label itself where there is no such model any more."""
    try:
        return capfirst(str(apps.get_model(label)._meta.verbose_name))
    except (LookupError, ValueError):
        return label


class KindFilter(admin.SimpleListFilter):
    """The kind of object that something was done to."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        """Those that there are."""
        labels = AuditEvent.objects.order_by().values_list("target_type", flat=True).distinct()
        return sorted(((label, kind_in_words(label)) for label in labels), key=lambda pair: pair[1])

    def queryset(self, request, queryset):
        """What was done to them."""
        return queryset if self.value() is None else queryset.filter(target_type=self.value())


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """Every deed, newest first."""

    group = "records"
    place = 1
    list_display = ["when", "what", "kind", "target", "who", "change", "reason"]
    list_filter = [KindFilter]
    list_select_related = ["by"]
    search_fields = ["verb", "target_type", "=target_id", "by__email", "reason"]
    search_help_text = _("Verb, kind, number of the object, or e-mail of who did it")
    ordering = ["-at", "-pk"]
    fields = readonly_fields = [
        "when",
        "what",
        "verb",
        "kind",
        "target",
        "who",
        "before",
        "after",
        "reason",
        "request_id",
    ]

    @admin.display(description=_("when"), ordering="at")
    def when(self, event):
        """When."""
        return moment_in_list(event.at)

    @admin.display(description=_("what"), ordering="verb")
    def what(self, event):
        """In words."""
        return verb_label(event.verb)

    @admin.display(description=_("kind"), ordering="target_type")
    def kind(self, event):
        """The kind of object."""
        return kind_in_words(event.target_type)

    @admin.display(description=_("object"), ordering="target_id")
    def target(self, event):
        """Its number, and the way to its history where it has one here."""
        try:
            address = reverse(f"admin:{event.target_type.replace('.', '_')}_history", args=[event.target_id])
        except NoReverseMatch:
            return event.target_id
        return format_html('<a href="{}">{}</a>', address, event.target_id)

    @admin.display(description=_("who"))
    def who(self, event):
        """Who did it."""
        return event.by.email if event.by else gettext("System")

    @admin.display(description=_("change"))
    def change(self, event):
        """From what to what."""
        return " → ".join(part for part in (event.before, event.after) if part) or "–"
