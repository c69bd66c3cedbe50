"""What staff fill in about interviews: a panel, slots in a row, who gets one."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import DeedForm
from accounts.admin_tools import DayInput
from accounts.models import User
from portal import clock, i18n
from portal.fields import CleanCharField
from programs import interviews as reads
from programs.models.applications import Application
from programs.models.interviews import InterviewSlot, Panel


class PanelForm(DeedForm):
    """A panel: its names, where it meets, and who sits in it."""

    title_ko = CleanCharField(label=_("title (Korean)"), max_length=80)
    title_en = CleanCharField(label=_("title (English)"), max_length=80)
    place_ko = CleanCharField(label=_("place (Korean)"), max_length=160, required=False)
    place_en = CleanCharField(label=_("place (English)"), max_length=160, required=False)
    link = forms.URLField(
        label=_("online link"),
        required=False,
        assume_scheme="https",
        help_text=_("The panel sees it at once, an applicant from 24 hours before the interview."),
    )
    members = forms.ModelMultipleChoiceField(
        label=_("members"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Those who are invited as reviewers of this round. They review whom they meet."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        (obj,) = self.rows
        round_ = obj.round if isinstance(obj, Panel) else obj
        invited = round_.reviewers.filter(ended_at=None)
        self.fields["members"].queryset = User.objects.filter(pk__in=invited.values("user")).order_by("pk")
        self.fields["members"].label_from_instance = lambda person: f"{person.display_name} ({person.email})"
        if isinstance(obj, Panel):
            self.initial = {name: getattr(obj, name) for name in self.fields if name != "members"}
            self.initial["members"] = list(obj.members.values_list("pk", flat=True))


class SlotForm(DeedForm):
    """Who gets a slot: those without one first, then those who would move."""

    application = forms.ChoiceField(label=_("application"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        (slot,) = self.rows
        self.fields["application"].choices = candidates(slot)


class MoveForm(DeedForm):
    """To which free slot an interview moves: none before a panel with a conflict of interest."""

    slot = forms.ChoiceField(label=_("New time"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        (held,) = self.rows
        free = reads.choices(held.application, held.round, clock.now())
        rows = [
            (row.pk, f"{i18n.span(row.starts_at, row.ends_at, times=True)} · {row.panel.title}") for row in free
        ]
        empty = (
            gettext("Please choose.")
            if rows
            else gettext("No free slot is left before a panel that may meet them.")
        )
        self.fields["slot"].choices = [("", empty), *rows]


class SeriesForm(forms.Form):
    """Slots in a row, on one day, in Seoul's time."""

    day = forms.DateField(label=_("Date"), widget=DayInput)
    start = forms.TimeField(
        label=_("First interview begins"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    end = forms.TimeField(
        label=_("Last one ends by"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    minutes = forms.IntegerField(
        label=_("Minutes each"), min_value=reads.SHORTEST, max_value=reads.LONGEST, initial=30
    )
    pause = forms.IntegerField(label=_("Break between, in minutes"), min_value=0, max_value=240, initial=10)


def candidates(slot):
    """The choices of who can have a slot, none with whom a member of the panel has a conflict of interest."""
    standing = list(Application.objects.standing_in(slot.round))
    barred = reads.barred_panels(slot.round, standing)
    held = {row.application_id: row for row in InterviewSlot.objects.filter(round=slot.round, turnout="")}
    done = set(
        InterviewSlot.objects.filter(round=slot.round, turnout="attended").values_list("application", flat=True)
    )
    free, moving = [], []
    for row in standing:
        if slot.panel_id in barred[row.pk] or row.pk in done:
            continue
        name = f"{row.receipt_number} {row.full_name}"
        if row.pk in held:
            label = gettext("%(who)s, moves from %(moment)s") % {
                "who": name,
                "moment": i18n.moment(held[row.pk].starts_at),
            }
            moving.append((row.pk, label))
        else:
            free.append((row.pk, name))
    groups = [(gettext("Without a slot"), free), (gettext("With another slot"), moving)]
    return [("", gettext("Please choose.")), *[group for group in groups if group[1]]]
