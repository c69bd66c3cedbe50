"""Deeds: what staff do with rows or with one object of the admin, each with a page that asks before it acts."""

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.admin_tools import MOST_ROWS
from portal.errors import Refused
from portal.fields import CleanCharField

SHOWN_REFUSALS = 20
LONGEST_NUMBER, LONGEST_QUERY = 18, 2000  # what a way back may hold; Django refuses to redirect to a longer one


def row_line(line):
    """A deed's line as admin/action_confirm.html takes it."""
    return {"text": line["title"], "note": line.get("note", ""), "pill": line.get("pill")}


class ReasonForm(forms.Form):
    """Asks for a reason, which is written down and, where the deed says so, read by the person concerned."""

    reason = CleanCharField(label=gettext_lazy("Reason"), max_length=300)


class DeedForm(forms.Form):
    """A form that knows the rows it is asked about."""

    def __init__(self, *args, rows=(), request=None, **kwargs):
        self.rows, self.request = rows, request
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.label = capfirst(field.label)


class DeedReasonForm(DeedForm, ReasonForm):
    """A reason, for rows."""


class Deed:
    """An action of staff on chosen rows. A page first shows what it would do; nothing happens before its button.

    Subclasses say which rows are `able`, and call one operation for each (`perform`) or for all (`perform_all`).
    """

    name = ""
    label = ""  # in the menu, and the heading of the page
    button = ""  # what confirms it; the label where empty
    note = ""  # what it means, in a sentence
    danger = False
    form_class = None
    may = "view"

    @classmethod
    def action(cls):
        """The action for `ModelAdmin.actions`."""

        def run(model_admin, request, queryset):
            return cls()(model_admin, request, queryset)

        run.__name__ = cls.name
        run.short_description = cls.label
        run.allowed_permissions = (cls.may,)
        return run

    def refusal(self, row):
        """Why this cannot be done with `row` as it stands; empty where it can."""
        return ""

    def facts(self, request, rows):
        """What to know before confirming: pairs of a term and its value."""
        return []

    def line(self, row):
        """How `row` is shown on the page."""
        return {"title": str(row)}

    def perform(self, row, *, by, data):
        """Do it with one row; may raise Refused."""
        raise NotImplementedError

    def perform_all(self, rows, *, by, data):
        """Do it with all rows. Returns the refused ones with their refusals."""
        refused = []
        for row in rows:
            try:
                self.perform(row, by=by, data=data)
            except Refused as refusal:
                refused.append((row, str(refusal)))
        return refused

    def done(self, count):
        """The message afterwards."""
        return ngettext("Done for %(count)s.", "Done for %(count)s.", count) % {"count": count}

    def form(self, request, rows, data=None):
        """The form that asks for what the deed needs, or None."""
        if self.form_class is None:
            return None
        return self.form_class(data, rows=rows, request=request)

    def __call__(self, model_admin, request, queryset):
        """Show the page, or do it where the page was confirmed."""
        confirmed = "confirm" in request.POST
        rows = self.rows(request, queryset, as_posted=confirmed)
        if len(rows) > MOST_ROWS:
            too_many = _("Choose at most %(most)s at a time.") % {"most": MOST_ROWS}
            model_admin.message_user(request, too_many, messages.ERROR)
            return None
        refusals = [(row, str(self.refusal(row))) for row in rows]
        able = [row for row, refusal in refusals if not refusal]
        form = self.form(request, able, request.POST if confirmed else None)
        if confirmed and able and (form is None or form.is_valid()):
            return self.carry_out(model_admin, request, able, form.cleaned_data if form else {})
        refused = [(row, refusal) for row, refusal in refusals if refusal]
        context = {
            "title": capfirst(str(self.label)),
            "intro": self.note,
            "counts": self.facts(request, able),
            "rows": [row_line(self.line(row)) for row in able],
            "refused": [row_line({**self.line(row), "note": refusal}) for row, refusal in refused],
            "form": form if able else None,
            "action_url": model_admin.changelist_url(),
            "hidden": [
                ("action", self.name),
                ("confirm", "yes"),
                ("back", request.POST.get("back", request.META.get("QUERY_STRING", ""))),
                *[("object", chosen) for chosen in request.POST.getlist("object")],
                *[(ACTION_CHECKBOX_NAME, row.pk) for row in rows],
            ],
            "submit": (self.button or self.label) if able else "",
            "danger": self.danger,
            "back_url": self.back(model_admin, request),
        }
        return model_admin.page(request, "admin/action_confirm.html", None, **context)

    def rows(self, request, queryset, *, as_posted):
        """The chosen rows in the order of the list, or, once confirmed, in the order in which they were shown."""
        rows = list(queryset[: MOST_ROWS + 1])
        if as_posted:
            shown = request.POST.getlist(ACTION_CHECKBOX_NAME)
            places = {pk: place for place, pk in enumerate(shown)}
            rows.sort(key=lambda row: places.get(str(row.pk), len(shown)))
        return rows

    def back(self, model_admin, request):
        """The object's page where the deed was chosen there, else the list as it was filtered."""
        chosen = request.POST.get("object", "")
        if chosen.isdecimal() and len(chosen) < LONGEST_NUMBER:
            return model_admin.change_url(chosen)
        query = request.POST.get("back", request.META.get("QUERY_STRING", ""))
        return model_admin.changelist_url(query if len(query) <= LONGEST_QUERY else "")

    def carry_out(self, model_admin, request, rows, data):
        """Do it, say what came of it, and go back to the list."""
        try:
            refused = self.perform_all(rows, by=request.user, data=data)
        except Refused as refusal:
            model_admin.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(self.back(model_admin, request))
        count = len(rows) - len(refused)
        if count:
            model_admin.message_user(request, self.done(count), messages.SUCCESS)
        for row, why in refused[:SHOWN_REFUSALS]:
            model_admin.message_user(request, f"{self.line(row)['title']}: {why}", messages.ERROR)
        if len(refused) > SHOWN_REFUSALS:
            more = len(refused) - SHOWN_REFUSALS
            text = ngettext("Refused for %(count)s more.", "Refused for %(count)s more.", more) % {"count": more}
            model_admin.message_user(request, text, messages.ERROR)
        return HttpResponseRedirect(self.back(model_admin, request))


def object_deed(
    model_admin,
    request,
    obj,
    *,
    label,
    perform,
    back_url,
    done_url="",
    note="",
    danger=False,
    facts=(),
    form_class=None,
    warning="",
    hidden=(),
    lines=(),
):
    """A page that asks before something is done with one object: GET shows it, POST does it.

    `perform(data)` calls the operation and returns the message; `facts` are pairs of a term and its value, beside
    what the object is called there. `lines`, as `Deed.line` gives them, name what else it is done to. A refusal
    stands on the page, and nothing typed is lost. Afterwards it leads to `done_url`, else back.
    """
    form, named = None, model_admin.named(obj)
    if form_class is not None:
        form = form_class(request.POST if request.method == "POST" else None, rows=[obj], request=request)
    refused = []
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            message = perform(form.cleaned_data if form else {})
        except Refused as refusal:
            refused = [{"text": named, "note": str(refusal)}]
        else:
            model_admin.message_user(request, message, messages.SUCCESS)
            return redirect(done_url or back_url)
    return model_admin.page(
        request,
        "admin/action_confirm.html",
        obj,
        title=label,
        intro=note,
        counts=facts,
        rows=[{"text": named}, *map(row_line, lines)],
        refused=refused,
        form=form,
        action_url=request.get_full_path(),
        hidden=hidden,
        warning=warning,
        submit=label,
        danger=danger,
        back_url=back_url,
    )
