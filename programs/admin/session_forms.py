"""Sessions as staff fill them in: who teaches, what they collide with, and that they are saved by operations."""

from django import forms
from django.contrib import messages
from django.utils.translation import gettext_lazy as _

from accounts.admin_tools import ALL, ScopedStackedInline
from portal.errors import Refused
from programs import clashes
from programs.models.cohorts import Session
from programs.models.experts import Expert
from programs.operations import sessions

TIMES = {"starts_at", "ends_at"}
WATCHED = {  # what makes a clash of each kind somebody's own doing
    "starts_at": TIMES,
    "place_ko": TIMES | {"place_ko", "place_en", "address_ko", "address_en"},
    "teachers": TIMES | {"teachers"},
}


class SessionForm(forms.ModelForm):
    """A meeting, with those who teach it. What it collides with is said where it is typed, and can be accepted."""

    expert_choices = ()  # set once a request, so that the rows do not ask one by one
    teachers = forms.TypedMultipleChoiceField(
        label=_("Experts"),
        coerce=int,
        required=False,
        help_text=_("Several with Ctrl, or Cmd on a Mac. Whoever is added here leads the session."),
    )
    despite = forms.BooleanField(label=_("Save all the same"), required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["teachers"].choices = self.expert_choices
        self.clashes = []
        if self.instance.pk:
            self.initial["teachers"] = [row.expert_id for row in self.instance.session_experts.all()]

    def has_changed(self):
        """A box that only accepts clashes is no change of its own."""
        return bool(set(self.changed_data) - {"despite"})

    def _post_clean(self):
        """Once the session itself is right: what it collides with."""
        super()._post_clean()
        changed = set(self.changed_data)
        if self.errors or not changed & set().union(*WATCHED.values()) or self.cleaned_data.get("DELETE"):
            return
        found = clashes.of(self.instance, experts=self.cleaned_data["teachers"])
        self.clashes = [clash for clash in found if WATCHED[clash.field] & changed]
        if self.clashes:
            self.fields["despite"].widget = forms.CheckboxInput()
        if not self.cleaned_data["despite"]:
            for clash in self.clashes:
                self.add_error(clash.field if clash.field in self.fields else None, clash.text)

    def values(self):
        """What was typed, by field of the session."""
        own = {field.name for field in Session._meta.concrete_fields}
        return {name: value for name, value in self.cleaned_data.items() if name in own}


def expert_choices():
    """Everybody who may teach."""
    return [(expert.pk, expert.name) for expert in Expert.objects.all()]


class SessionInline(ScopedStackedInline):
    """The meetings, in order; the cohort's own dates follow them. All there is to a session is on its own page."""

    model = Session
    form = SessionForm
    managers_may = ALL
    extra = 1
    show_change_link = True
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("title_ko", "title_en"),
                    ("starts_at", "ends_at"),
                    ("place_ko", "place_en"),
                    "teachers",
                    "despite",
                ]
            },
        )
    ]

    def get_queryset(self, request):
        """With those who teach; a cancelled session is on its own page alone."""
        return super().get_queryset(request).filter(cancelled_at=None).prefetch_related("session_experts")

    def get_formset(self, request, obj=None, **kwargs):
        """All rows share one list of experts."""
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.expert_choices = expert_choices()
        return formset


def save_sessions(model_admin, request, cohort, formset):
    """Add, change and take away what a formset says, through the operations; what is refused is said."""
    formset.save(commit=False)
    for row in formset.forms:
        if row in formset.deleted_forms:
            if row.instance.pk:
                attempt(
                    model_admin, request, lambda pk=row.instance.pk: sessions.remove_session(pk, by=request.user)
                )
            continue
        if not row.has_changed():
            continue
        teachers = row.cleaned_data["teachers"] if "teachers" in row.changed_data else None
        if row.instance.pk:
            changed = {name: value for name, value in row.values().items() if name in row.changed_data}
            attempt(
                model_admin,
                request,
                lambda pk=row.instance.pk, values=changed, who=teachers: sessions.change_session(
                    pk, values, by=request.user, experts=who
                ),
            )
        else:
            sessions.add_session(cohort.pk, row.values(), by=request.user, experts=teachers or ())
        warn(model_admin, request, row)


def attempt(model_admin, request, operation):
    """Do it, or say why not. Returns whether it was done."""
    try:
        operation()
    except Refused as refusal:
        model_admin.message_user(request, str(refusal), messages.ERROR)
        return False
    return True


def warn(model_admin, request, form):
    """Say again what was saved in spite of."""
    for clash in form.clashes:
        model_admin.message_user(request, f"{form.instance.title}: {clash.text}", messages.WARNING)
