"""What may be typed about the time that a person has: a usual week as ticks and stretches, and days that differ."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.forms import ZONES
from mentoring.models.availability import DAY, SEOUL
from mentoring.vocabulary import Weekday
from mentoring.zones import zone_name
from portal import clock
from portal.rows import CellError, Column, RowsField

TICKS = (  # a part of a day, and the stretch that ticking it stands for, in minutes
    ("morning", gettext_lazy("Morning"), 9 * 60, 12 * 60),
    ("afternoon", gettext_lazy("Afternoon"), 13 * 60, 18 * 60),
    ("evening", gettext_lazy("Evening"), 19 * 60, 22 * 60),
)
STEP = 30
MOST_STRETCHES, MOST_DAYS = 40, 40
YEARS_AHEAD = 2
MOST_BUFFER, MOST_NOTICE = 240, 336


def as_time(minutes):
    """`570` as `09:30`."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def as_minutes(text):
    """`09:30` as `570`; the text has been checked."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def times(known=()):
    """Every half hour of a day and its end, and other times that are known, as choices."""
    return tuple((as_time(at), as_time(at)) for at in sorted({*range(0, DAY + 1, STEP), *known}))


def offset_words(zone, now):
    """`UTC+9`, `UTC−8:00` → `UTC−8`, `UTC+5:30`: how far a zone is from the world's time at `now`."""
    minutes = int(now.astimezone(ZoneInfo(zone)).utcoffset().total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'−' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def zone_choices(own=SEOUL):
    """The usual zones with what they differ by now, Seoul first; and the person's own where it is another one."""
    now = clock.now()
    zones = list(ZONES) if own in ZONES or own not in available_timezones() else [*ZONES, own]
    return [(zone, f"{zone_name(zone)} ({offset_words(zone, now)})") for zone in zones]


@dataclass(frozen=True)
class DayColumn(Column):
    """A day, such as 2027-01-14, not too far off."""

    def _clean_day(self, text):
        try:
            day = date.fromisoformat(text)
        except ValueError as error:
            raise ValidationError(_("Write the day like 2027-01-14."), code="day") from error
        if not clock.today() - timedelta(days=366) <= day <= clock.today() + timedelta(days=366 * YEARS_AHEAD):
            raise ValidationError(_("Choose a day within the next two years."), code="day")
        return day.isoformat()


class StretchesField(RowsField):
    """Rows with a beginning and an end; the end comes after the beginning, on the same day."""

    def to_python(self, value):
        """The rows, with an error at each end that is none."""
        rows = super().to_python(value)
        errors = [
            CellError(index, self.column("ends"), ValidationError(text, code="order"))
            for index, row in enumerate(rows)
            if (text := self.wrong(row))
        ]
        if errors:
            raise ValidationError(errors)
        return rows

    def column(self, key):
        """The column of that key."""
        return next(column for column in self.columns if column.key == key)

    def wrong(self, row):
        """What is wrong with the times of a row."""
        starts, ends = row.get("starts", ""), row.get("ends", "")
        if starts and ends and as_minutes(ends) <= as_minutes(starts):
            return _("The end comes after the beginning. For a night, write two rows.")
        return ""


class DaysField(StretchesField):
    """Days away, and days with time that the usual week does not have."""

    def wrong(self, row):
        """Also one time without the other, and a last day before the first."""
        if bool(row.get("starts")) != bool(row.get("ends")):
            return _("Choose both times, or none for days away.")
        return super().wrong(row)

    def to_python(self, value):
        """With the last day filled in, which is the first where it was left empty."""
        rows, errors = super().to_python(value), []
        for index, row in enumerate(rows):
            row["last"] = row["last"] or row["first"]
            if row["last"] < row["first"]:
                error = ValidationError(_("The last day comes after the first."), code="order")
                errors.append(CellError(index, self.column("last"), error))
        if errors:
            raise ValidationError(errors)
        return rows


def stretch_columns(known):
    """A day of the week, from when and until when."""
    return (
        Column(
            "day",
            pgettext_lazy("week", "Day"),
            "select",
            choices=tuple((str(day.value), day.label) for day in Weekday),
            required=True,
        ),
        Column("starts", pgettext_lazy("time", "From"), "select", choices=times(known)[:-1], required=True),
        Column("ends", pgettext_lazy("time", "Until"), "select", choices=times(known)[1:], required=True),
    )


def day_columns(known):
    """From which day to which, and for time besides the usual also from when until when."""
    return (
        DayColumn("first", pgettext_lazy("day", "From"), "day", required=True),
        DayColumn("last", pgettext_lazy("day", "Until"), "day", hint=_("Leave “Until” empty for a single day.")),
        Column("starts", pgettext_lazy("time", "From"), "select", choices=times(known)[:-1]),
        Column("ends", pgettext_lazy("time", "Until"), "select", choices=times(known)[1:]),
    )


class WeekForm(forms.Form):
    """A person's usual week, the days that are not as usual, and how they want to be booked."""

    use_required_attribute = False

    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("All times on this page are in this zone. It is not changed by a journey."),
    )
    buffer_minutes = forms.IntegerField(
        label=gettext_lazy("Minutes between two meetings"),
        min_value=0,
        max_value=MOST_BUFFER,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), gettext_lazy("Write a whole number from 0 to 240.")
        ),
    )
    notice_hours = forms.IntegerField(
        label=gettext_lazy("Hours of notice before a meeting"),
        help_text=gettext_lazy("Nobody can book a meeting with you that begins sooner."),
        min_value=0,
        max_value=MOST_NOTICE,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), gettext_lazy("Write a whole number from 0 to 336.")
        ),
    )

    def __init__(self, data=None, *, week=None, zone=SEOUL, initial=None):
        known = saved(week, zone)
        super().__init__(data, initial={**known["values"], **(initial or {})})
        self.fields["zone"].choices = zone_choices(week.zone if week else zone)
        for day in Weekday:
            for key, _label, _starts, _ends in TICKS:
                self.fields[tick_name(day, key)] = forms.BooleanField(required=False, label=f"{day.label} {_label}")
        self.fields["stretches"] = StretchesField(
            stretch_columns(known["times"]), MOST_STRETCHES, label=_("Other times"), required=False
        )
        self.fields["days"] = DaysField(
            day_columns(known["times"]),
            MOST_DAYS,
            label=_("Days that are not as usual"),
            required=False,
            help_text=_("Without times: you are away. With times: you have time besides your usual week."),
        )

    @property
    def grid(self):
        """The ticks: a row for each day, a cell for each part of it."""
        return [
            {"day": day.label, "cells": [self[tick_name(day, key)] for key, _label, _starts, _ends in TICKS]}
            for day in Weekday
        ]

    @property
    def heads(self):
        """The parts of a day with the times that their ticks stand for."""
        return [
            {"label": label, "times": f"{as_time(starts)}–{as_time(ends)}"} for _key, label, starts, ends in TICKS
        ]

    def answers(self):
        """What was typed, for the operation."""
        data = self.cleaned_data
        parts = [
            (day.value, starts, ends)
            for day in Weekday
            for key, _label, starts, ends in TICKS
            if data[tick_name(day, key)]
        ]
        parts += [
            (int(row["day"]), as_minutes(row["starts"]), as_minutes(row["ends"])) for row in data["stretches"] or ()
        ]
        return {
            "zone": data["zone"],
            "buffer_minutes": data["buffer_minutes"],
            "notice_hours": data["notice_hours"],
            "parts": parts,
            "exceptions": [
                (
                    date.fromisoformat(row["first"]),
                    date.fromisoformat(row["last"]),
                    as_minutes(row["starts"]) if row["starts"] else None,
                    as_minutes(row["ends"]) if row["ends"] else None,
                )
                for row in data["days"] or ()
            ],
        }


def tick_name(day, key):
    """The field of a part of a day."""
    return f"{key}_on_{int(day)}"


def saved(week, zone):
    """What a Week says, as the form shows it: `values`, and the `times` that stand in it."""
    if week is None:
        return {"values": {"zone": zone, "buffer_minutes": 10, "notice_hours": 24}, "times": ()}
    values = {name: getattr(week, name) for name in ("zone", "buffer_minutes", "notice_hours")}
    ticks = {(starts, ends): key for key, _label, starts, ends in TICKS}
    stretches, known = [], set()
    for part in week.parts.all():
        key = ticks.get((part.starts, part.ends))
        if key is not None:
            values[tick_name(part.weekday, key)] = True
            continue
        known |= {part.starts, part.ends}
        stretches.append({"day": str(part.weekday), "starts": as_time(part.starts), "ends": as_time(part.ends)})
    days = []
    for one in week.exceptions.all():
        if one.last_day < clock.today():
            continue
        known |= {one.starts, one.ends} - {None}
        days.append(
            {
                "first": one.first_day.isoformat(),
                "last": one.last_day.isoformat() if one.last_day != one.first_day else "",
                "starts": "" if one.is_away else as_time(one.starts),
                "ends": "" if one.is_away else as_time(one.ends),
            }
        )
    return {"values": {**values, "stretches": stretches, "days": days}, "times": known}
