"""What every page of the admin stands on: rights from roles, audited changes, deeds that ask before acting."""

import re
from datetime import datetime

from django import forms
from django.contrib import admin
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ERROR_FLAG
from django.db import models
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from portal import audit, i18n, icons
from portal.fields import CleanAdminMixin

ALL = ("view", "add", "change", "delete")
MOST_ROWS = 300
TIMELINE_ROWS = 200
FIRST_YEAR, LAST_YEAR = 1950, 2150
FILTER_ENDINGS = ("exact", "isnull", "id__exact", "id__isnull")  # what Django's filters of a column ask

# --- words ----------------------------------------------------------------------------------------

_words = {
    "added": gettext_lazy("Added"),
    "changed": gettext_lazy("Changed"),
    "deleted": gettext_lazy("Deleted"),
}


def name_verbs(words):
    """Give verbs of the audit (or their last part) the words in which staff read them."""
    _words.update(words)


def verb_label(verb):
    """A verb of the audit in words; the verb itself where nobody has named it."""
    return _words.get(verb) or _words.get(verb.rpartition(".")[2]) or verb


_values = {}  # verb: what it notes, before and after, in words
_of_people = set()  # verbs that note the number of a person
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d")


def word_values(words):
    """Say in words what verbs of the audit note: of each a function of what stood before and after."""
    _values.update(words)


def notes_people(*verbs):
    """Of these verbs the first word before or after is the number of a person; staff read the name."""
    _of_people.update(verbs)


def pill_html(pill):
    """A status for a column: what `components/pill.html` shows, from the same dict."""
    return format_html(
        '<span class="pill pill--{}">{}{}</span>', pill["tone"], icons.icon(pill["icon"]), pill["label"]
    )


def moment_or_dash(value):
    """A moment as people read it, or a dash where there is none."""
    return i18n.moment(value) if value else "–"


def moment_in_list(value):
    """A moment for a column, as short as it can be said."""
    return f"{i18n.day(value, weekday=False)} {i18n.clock_time(value)}" if value else "–"


def number_in(text):
    """The number with which a note begins, or None."""
    first = text.partition(" ")[0]
    return int(first) if first.isdecimal() and len(first) < 18 else None


def people_in(events):
    """The people whose numbers events note, by number; one query, none where there are none."""
    notes = [text for event in events if event.verb in _of_people for text in (event.before, event.after)]
    numbers = {number for text in notes if (number := number_in(text)) is not None}
    return User.objects.in_bulk(numbers) if numbers else {}


def with_name(text, people):
    """A note with the name of a person in the place of their number."""
    person = people.get(number_in(text))
    return " ".join(filter(None, [person.display_name, text.partition(" ")[2]])) if person else text


def changed_words(event, people):
    """What an event notes, as staff read it: names for numbers, moments in Seoul's time."""
    before, after = event.before, event.after
    if event.verb in _of_people:
        before, after = with_name(before, people), with_name(after, people)
    if event.verb in _values:
        text = str(_values[event.verb](before, after))
    else:
        text = " → ".join(part for part in (before, after) if part)
    return MOMENT.sub(lambda found: i18n.moment(datetime.fromisoformat(found[0])), text)


def event_lines(events):
    """Rows of the audit as lines of a history; one query for the names they note, however many there are."""
    events = list(events)
    people = people_in(events)
    return [event_line(event, people) for event in events]


def event_line(event, people=None):
    """One row of the audit as a line of a history; `people` as `people_in` finds them for it and its like."""
    change = changed_words(event, people_in([event]) if people is None else people)
    note = " · ".join(part for part in (change, event.reason) if part)
    return {
        "at": event.at,
        "when": i18n.moment(event.at),
        "title": verb_label(event.verb),
        "note": note,
        "side": event.by.display_name if event.by else _("System"),
        "user": True,
    }


# --- inputs ---------------------------------------------------------------------------------------


class MomentInput(forms.DateTimeInput):
    """The browser's own field for a day and a time, in Seoul."""

    input_type = "datetime-local"

    def format_value(self, value):
        """To the minute; with the seconds of a moment that has some, so that saving does not cut them off."""
        if hasattr(value, "second"):
            return value.strftime("%Y-%m-%dT%H:%M:%S" if value.second else "%Y-%m-%dT%H:%M")
        return value


class MomentField(forms.DateTimeField):
    """A moment in a year that databases and time zones can hold."""

    widget = MomentInput

    def clean(self, value):
        """Nothing before computers kept such things, nothing that nobody will live to see."""
        moment = super().clean(value)
        if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return moment


class DayInput(forms.DateInput):
    """The browser's own field for a day."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


NATIVE_INPUTS = {
    models.DateTimeField: {"form_class": MomentField, "widget": MomentInput},
    models.DateField: {"form_class": forms.DateField, "widget": DayInput},
    models.URLField: {"assume_scheme": "https"},
}


# --- rights ---------------------------------------------------------------------------------------


class Rights:
    """Who may do what, by role: administrators what `admins_may` says, cohort managers what `managers_may` says."""

    admins_may = ALL
    managers_may = ()

    def may(self, deed, request):
        """Whether the person may do `deed` here at all; which rows they reach is the queryset's business."""
        if request.user.is_admin:
            return deed in self.admins_may
        return request.user.is_staff and deed in self.managers_may

    def has_view_permission(self, request, obj=None):
        """Whether rows may be seen."""
        return self.may("view", request)

    def has_add_permission(self, request, obj=None):
        """Whether a row may be added."""
        return self.may("add", request)

    def has_change_permission(self, request, obj=None):
        """Whether a row may be changed."""
        return self.may("change", request)

    def has_delete_permission(self, request, obj=None):
        """Whether a row may be deleted."""
        return self.may("delete", request)

    def has_module_permission(self, request):
        """Whether the model stands in the index."""
        return self.may("view", request)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """A choice among the rows that the person may see."""
        if "queryset" not in kwargs:
            kwargs["queryset"] = self.related_choices(db_field.remote_field.model, request)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        return field

    def related_choices(self, model, request):
        """The rows of `model` that may be chosen; none where its admin shows the person none."""
        related = self.admin_site._registry.get(model)  # noqa: SLF001 (Django has no public way to ask)
        if isinstance(related, ScopedAdmin):
            return related.choices_for(request)
        return model._default_manager.all() if request.user.is_admin else model._default_manager.none()

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """The field without Django's pop-up windows beside it, and in the language in which it is filled."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        stem, _underscore, code = db_field.name.rpartition("_")
        if field is not None and stem and code in i18n.LANGUAGES:
            field.widget.attrs["lang"] = code
        for name in ("can_add_related", "can_change_related", "can_delete_related", "can_view_related"):
            if field is not None and hasattr(field.widget, name):
                setattr(field.widget, name, False)
        return field


class ScopedAdmin(Rights, CleanAdminMixin, admin.ModelAdmin):
    """A ModelAdmin whose rights come from roles alone, and whose changes are audited.

    What a person may not see does not exist for them: it is 404.
    """

    group = "other"  # the heading in the index
    place = 50  # and where under it
    admin_only_fields = ()
    form_columns = {}  # form fields that are no columns, and the column that each sets
    view_on_site = False
    list_per_page = 50
    list_max_show_all = MOST_ROWS
    show_facets = admin.ShowFacets.NEVER
    formfield_overrides = NATIVE_INPUTS
    actions = []

    def run_by(self, queryset, user):
        """The rows of a cohort manager. None unless a model says which."""
        return queryset.none()

    def get_queryset(self, request):
        """All rows for an administrator, for a manager those they run."""
        queryset = super().get_queryset(request)
        return queryset if request.user.is_admin else self.run_by(queryset, request.user)

    def choices_for(self, request):
        """The rows offered where another model points here."""
        return self.get_queryset(request)

    def get_readonly_fields(self, request, obj=None):
        """Read-only are also those fields that only an administrator sets."""
        fixed = tuple(super().get_readonly_fields(request, obj))
        return fixed if request.user.is_admin else (*fixed, *self.admin_only_fields)

    def get_actions(self, request):
        """The deeds of this model, for whoever may see it; each asks for itself what it needs."""
        return super().get_actions(request) if self.may("view", request) else {}

    def response_action(self, request, queryset):
        """Do the chosen deed; what is no row number is nobody's."""
        if not all(pk.isdecimal() and len(pk) < 18 for pk in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            raise Http404
        return super().response_action(request, queryset)

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404

    def get_object(self, request, object_id, from_field=None):
        """The object by its number; an address that names no column means the number too."""
        return super().get_object(request, object_id, from_field or None)

    def lookup_allowed(self, lookup, value, request=None):
        """What the list's own filters ask for, nothing else: a query is no way to ask about any column.

        Neither a fault (`?id__in=` with a number no database holds) nor a guess at a password's hash gets through.
        """
        columns = [entry for entry in self.list_filter if isinstance(entry, str)]
        own = {entry.parameter_name for entry in self.list_filter if not isinstance(entry, str)}
        return lookup in own | {f"{column}__{ending}" for column in columns for ending in FILTER_ENDINGS}

    # changes

    def save_model(self, request, obj, form, change):
        """Write what was changed and nothing else, so that two people's changes do not undo each other."""
        if not change:
            obj.save()
            return
        columns = {field.name for field in self.opts.concrete_fields}
        names = {self.form_columns.get(name, name) for name in form.changed_data}
        changed = sorted(names & columns)
        if changed:
            obj.save(update_fields=changed)

    def construct_change_message(self, request, form, formsets, add=False):
        """The names of what was changed, never what it says."""
        parts = [] if add else list(form.changed_data)
        for formset in formsets or ():
            name = formset.model._meta.model_name
            parts += [f"{name} +{len(formset.new_objects)}"] if formset.new_objects else []
            parts += [f"{name} ~{len(formset.changed_objects)}"] if formset.changed_objects else []
            parts += [f"{name} -{len(formset.deleted_objects)}"] if formset.deleted_objects else []
        return ", ".join(parts)

    def log_addition(self, request, obj, message):
        """Audit the new row."""
        audit.record(f"{self.opts.model_name}.added", target=obj, by=request.user, after=message)

    def log_change(self, request, obj, message):
        """Audit which fields were changed, if any were."""
        if message:
            audit.record(f"{self.opts.model_name}.changed", target=obj, by=request.user, after=message)

    def log_deletions(self, request, queryset):
        """Audit each row that goes."""
        for obj in queryset:
            audit.record(f"{self.opts.model_name}.deleted", target=obj, by=request.user)

    # pages

    def changelist_view(self, request, extra_context=None):
        """The list, headed by what it lists."""
        title = capfirst(str(self.opts.verbose_name_plural))
        try:
            return super().changelist_view(request, {"title": title, **(extra_context or {})})
        except DisallowedModelAdminLookup:
            return redirect(f"{request.path}?{ERROR_FLAG}=1")

    def timeline(self, obj):
        """The lines of the object's history, newest first."""
        return event_lines(audit.history(obj)[:TIMELINE_ROWS])

    def history_view(self, request, object_id, extra_context=None):
        """What became of one object, by whom."""
        obj = self.find(request, object_id)
        return self.page(
            request,
            ["admin/object_history.html"],
            obj,
            title=_("History of %(object)s") % {"object": self.named(obj)},
            named=self.named(obj),
            lines=self.timeline(obj),
        )

    def named(self, obj):
        """What an object is called on the pages about it."""
        return str(obj)

    def find(self, request, object_id):
        """The object, if the person may see it; else 404."""
        obj = self.get_object(request, unquote(str(object_id)))
        if obj is None or not self.has_view_permission(request, obj):
            raise Http404
        return obj

    def page(self, request, template, obj, **context):
        """A page about `obj` in the frame of the admin."""
        request.current_app = self.admin_site.name
        return TemplateResponse(
            request,
            template,
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "original": obj,
                "object": obj,
                "subtitle": None,
                "has_view_permission": True,
                "preserved_filters": "",
                **context,
            },
        )

    def change_url(self, pk):
        """The address of one object's page."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[pk])

    def changelist_url(self, query=""):
        """The address of the list, with `query`."""
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return f"{address}?{query}" if query else address


MOST_BENEATH = 100  # beneath one object: more fields than a request may hold (DATA_UPLOAD_MAX_NUMBER_FIELDS)


class ScopedInline(Rights, CleanAdminMixin):
    """Rows beneath an object; the object has been found for this person already."""

    formfield_overrides = NATIVE_INPUTS
    extra = 0
    max_num = MOST_BENEATH
    show_change_link = False

    def get_formset(self, request, obj=None, **kwargs):
        """Rows up to as many as a request can hold; Django would build two thousand for a number made up."""
        return super().get_formset(request, obj, **{"absolute_max": MOST_BENEATH, **kwargs})


class ScopedTabularInline(ScopedInline, admin.TabularInline):  # type: ignore[misc]
    """Rows as a table."""


class ScopedStackedInline(ScopedInline, admin.StackedInline):  # type: ignore[misc]
    """Rows as blocks."""


class ReadOnlyAdmin(ScopedAdmin):
    """Rows that the admin only ever shows."""

    admins_may = ("view",)
