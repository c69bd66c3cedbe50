"""What staff fill in about a camp: slots in a row, interpreters, absences, how often a pair meets, another slot."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import DeedForm
from accounts.admin_tools import DayInput, MomentField
from mentoring.operations.camps import MOST_A_DAY
from mentoring.timetables import camp_words
from mentoring.timetables.camp_input import HOME, pairs_of
from mentoring.timetables.problem import Problem
from mentoring.vocabulary import Language
from portal import i18n
from programs.models.experts import Expert

FOREIGN = [(code, label) for code, label in Language.choices if code != HOME]


class SlotsForm(DeedForm):
    """Slots in a row on some days, in Seoul's time."""

    first_day = forms.DateField(label=_("first day"), widget=DayInput)
    last_day = forms.DateField(label=_("last day"), widget=DayInput)
    start = forms.TimeField(
        label=_("first slot begins"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        initial="13:30",
        help_text=_("In Seoul (KST)."),
    )
    minutes = forms.IntegerField(label=_("Minutes each"), min_value=10, max_value=240, initial=40)
    pause = forms.IntegerField(label=_("Break between, in minutes"), min_value=0, max_value=240, initial=20)
    count = forms.IntegerField(label=_("Slots a day"), min_value=1, max_value=24, initial=4)

    def clean(self):
        """The days in order, not too many, and the last slot on the day of the first."""
        data = super().clean()
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day lies before the first."))
        elif first and last and (last - first).days > 30:
            self.add_error("last_day", _("A camp has at most 31 days."))
        if all(data.get(name) is not None for name in ("start", "minutes", "pause", "count")):
            begins = data["start"].hour * 60 + data["start"].minute
            if begins + data["count"] * data["minutes"] + (data["count"] - 1) * data["pause"] > 24 * 60:
                self.add_error("count", _("The slots do not fit into the day."))
        return data


class InterpreterForm(DeedForm):
    """Who interprets, from which languages."""

    expert = forms.ModelChoiceField(label=_("interpreter"), queryset=Expert.objects.order_by("name_ko", "pk"))
    languages = forms.MultipleChoiceField(
        label=_("languages"), choices=FOREIGN, widget=forms.CheckboxSelectMultiple, initial=[FOREIGN[0][0]]
    )


def person_choices(camp):
    """Everybody of a camp, by role."""
    pairs = pairs_of(camp)
    mentors = {pair.mentor_id: pair.mentor.name for pair in pairs}
    mentees = {pair.enrolment_id: pair.enrolment.person.display_name for pair in pairs}
    able = {row.pk: row.expert.name for row in camp.interpreters.select_related("expert")}
    groups = (
        (_("Mentors"), "mentor", mentors),
        (_("Mentees"), "enrolment", mentees),
        (_("Interpreters"), "interpreter", able),
    )
    return [("", _("Please choose."))] + [
        (label, [(f"{role}-{key}", name) for key, name in people.items()])
        for label, role, people in groups
        if people
    ]


class AbsenceForm(DeedForm):
    """Who is away, or would rather be free, from when until when."""

    person = forms.ChoiceField(label=_("Person"))
    starts_at = MomentField(label=_("from"), help_text=_("In Seoul (KST)."))
    ends_at = MomentField(label=_("until"))
    is_wish = forms.TypedChoiceField(
        label=_("what it is"),
        choices=[("", _("Away: no meeting then")), ("wish", _("A wish: rather no meeting then"))],
        coerce=bool,
        required=False,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = person_choices(self.rows[0])

    def clean(self):
        """The times in order; who it is, by role."""
        data = super().clean()
        starts, ends = data.get("starts_at"), data.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("The end lies before the beginning."))
        if data.get("person"):
            role, _dash, key = data["person"].partition("-")
            data["who"] = {f"{role}_id": int(key)}
        return data


class CountForm(DeedForm):
    """How often a pair meets on a day."""

    pair = forms.ChoiceField(label=_("pair"))
    day = forms.ChoiceField(label=_("day"))
    count = forms.IntegerField(
        label=_("meetings"),
        min_value=0,
        max_value=MOST_A_DAY,
        initial=1,
        help_text=_("Whoever misses a day can have two meetings on another, so that all have equal minutes."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        (camp,) = self.rows
        self.fields["pair"].choices = [
            (pair.pk, f"{pair.enrolment.person.display_name} – {pair.mentor.name}") for pair in pairs_of(camp)
        ]
        self.fields["day"].choices = [(day, camp_words.day_words(day)) for day, _slots in camp_words.days_of(camp)]


class ChangeForm(DeedForm):
    """To which slot a meeting moves: the others of the camp, with who is there now."""

    slot = forms.ChoiceField(label=_("New time"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        (move,) = self.rows
        self.fields["slot"].choices = [("", _("Please choose.")), *move.choices()]


class Move:
    """A meeting of a timetable that is to be moved."""

    def __init__(self, timetable, meeting, names):
        self.timetable, self.meeting, self.names = timetable, meeting, names
        self.problem = Problem.from_json(timetable.problem)
        self.slot = self.problem.slot_of[meeting.slot]

    def __str__(self):
        """Who, and when."""
        mentee = self.names.person("mentee", self.meeting.mentee)
        mentor = self.names.person("mentor", self.meeting.mentor)
        return f"{mentee} – {mentor} · {camp_words.slot_words(self.slot)}"

    def choices(self):
        """The slots by day; those in which the mentor meets somebody say whom, who then comes in its place."""
        held = {m["slot"]: m for m in self.timetable.plan["meetings"] if m["mentor"] == self.meeting.mentor}
        days = {}
        for slot in self.problem.slots:
            if slot.id != self.slot.id:
                label = i18n.hours(slot.start, slot.end)
                if slot.id in held:
                    name = self.names.person("mentee", held[slot.id]["mentee"])
                    label = _("%(when)s, in exchange with %(name)s") % {"when": label, "name": name}
                days.setdefault(slot.day, []).append((slot.id, label))
        return [(camp_words.day_words(day), slots) for day, slots in days.items()]
