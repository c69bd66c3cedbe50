"""Two languages: bilingual fields, and dates as people in each language write them (Asia/Seoul, always named)."""

from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from portal.clock import SEOUL, now

KO, EN = "ko", "en"
LANGUAGES = (KO, EN)
WEEKDAYS_KO = "월화수목금토일"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def language():
    """The active language, `ko` or `en`."""
    return EN if (translation.get_language() or KO).startswith(EN) else KO


def other(code):
    """The other of the two languages."""
    return KO if code == EN else EN


def localized(instance, name):
    """The text of the pair `name_ko`/`name_en` in the active language; the other one where that is empty."""
    here = language()
    return getattr(instance, f"{name}_{here}") or getattr(instance, f"{name}_{other(here)}")


def language_of(instance, name):
    """The language in which `localized(instance, name)` is written, for a `lang` attribute."""
    here = language()
    return here if getattr(instance, f"{name}_{here}") else other(here)


def language_of_text(text):
    """The language of a name or a title that has no pair, by its letters: Korean where any of them is Hangul."""
    return KO if any("가" <= letter <= "힣" for letter in text) else EN


def localized_expression(name, *, prefix=""):
    """The same choice as `localized`, as an SQL expression for ordering and values()."""
    here = language()
    return Coalesce(NullIf(F(f"{prefix}{name}_{here}"), Value("")), F(f"{prefix}{name}_{other(here)}"))


class Bilingual:
    """`title = Bilingual()` on a model reads the pair `title_ko`/`title_en` in the active language."""

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner=None):
        return self if instance is None else localized(instance, self.name)


# --- dates ---------------------------------------------------------------------------------------


def _local(moment):
    return moment.astimezone(SEOUL) if hasattr(moment, "hour") else moment


def local_date(value):
    """The day of a moment in Seoul."""
    return _local(value).date() if hasattr(value, "hour") else value


def _shows_year(day, year):
    return day.year != now().astimezone(SEOUL).year if year is None else year


def day(value, *, year=None, weekday=True):
    """`11월 26일 (목)` / `Thu, 26 November`. The year is shown unless it is the current one, or as `year` says."""
    value = _local(value)
    shown = _shows_year(value, year)
    if language() == KO:
        text = f"{value.year}년 " if shown else ""
        text += f"{value.month}월 {value.day}일"
        return f"{text} ({WEEKDAYS_KO[value.weekday()]})" if weekday else text
    text = f"{value.day} {MONTHS_EN[value.month - 1]}"
    text += f" {value.year}" if shown else ""
    return f"{WEEKDAYS_EN[value.weekday()]}, {text}" if weekday else text


def clock_time(value):
    """`17:00`, in Seoul."""
    return f"{_local(value):%H:%M}"


def moment(value, *, year=None):
    """`11월 26일 (목) 17:00` / `Thu, 26 November, 17:00 KST`."""
    if language() == KO:
        return f"{day(value, year=year)} {clock_time(value)}"
    return f"{day(value, year=year)}, {clock_time(value)} KST"


def deadline(value, *, year=None):
    """`11월 26일 (목) 17:00까지` / `by Thu, 26 November, 17:00 KST`."""
    return pgettext("deadline", "by %(moment)s") % {"moment": moment(value, year=year)}


def hours(start, end):
    """The times of one day from `start` to `end`."""
    return f"{clock_time(start)}{'~' if language() == KO else '–'}{clock_time(end)}"


def span(start, end, *, year=None, times=False):
    """From `start` to `end`, as one reads it: one day, a few days, or with the hours of one day."""
    first, last = _local(start), _local(end)
    first_on = first.date() if hasattr(first, "hour") else first
    last_on = last.date() if hasattr(last, "hour") else last
    if first_on == last_on:
        if not times:
            return day(first, year=year)
        if language() == KO:
            return f"{day(first, year=year)} {hours(first, last)}"
        return f"{day(first, year=year)}, {hours(first, last)} KST"
    shown = _shows_year(first, year) or _shows_year(last, year)
    if language() == KO:
        tail = f"{last.month}월 {last.day}일" if first_on.month != last_on.month else f"{last.day}일"
        if first_on.year != last_on.year:
            tail = f"{last.year}년 {last.month}월 {last.day}일"
        return f"{day(first, year=shown)} ~ {tail} ({WEEKDAYS_KO[last.weekday()]})"
    tail = f"{last.day} {MONTHS_EN[last.month - 1]}" + (f" {last.year}" if shown else "")
    if first_on.year != last_on.year:
        return f"{first.day} {MONTHS_EN[first.month - 1]} {first.year} – {tail}"
    if first_on.month != last_on.month:
        return f"{first.day} {MONTHS_EN[first.month - 1]} – {tail}"
    return f"{first.day}–{tail}"


def dated(value, precision):
    """A date known to the day, the month or the year: `2025년 4월 24일 (목)`, `2024년 4월`, `2024년`."""
    if precision == "day":
        return day(value, year=True) if language() == KO else day(value, year=True, weekday=False)
    if precision == "month":
        return (
            f"{value.year}년 {value.month}월" if language() == KO else f"{MONTHS_EN[value.month - 1]} {value.year}"
        )
    return f"{value.year}년" if language() == KO else f"{value.year}"


def number(value):
    """`1,104` in both languages."""
    return f"{value:,}"


def days_left(value):
    """What is left until `value`: `D-3` or `오늘 마감` / `3 days left` or `Closes today`. Counts days in Seoul."""
    left = (_local(value).date() - now().astimezone(SEOUL).date()).days
    if left <= 0:
        return _("Closes today")
    return ngettext("%(days)s day left", "%(days)s days left", left) % {"days": left}


def in_days(value):
    """How far off `value` is: `6일 뒤` / `in 6 days`, `오늘` / `today`, `내일` / `tomorrow`."""
    left = (_local(value).date() - now().astimezone(SEOUL).date()).days
    if left <= 0:
        return pgettext("when", "today")
    if left == 1:
        return pgettext("when", "tomorrow")
    return _("in %(days)s days") % {"days": left}


def speaking(user_language):
    """A context in which texts are in that person's language; `ko` where it is not known."""
    return translation.override(user_language if user_language in LANGUAGES else KO)


def as_seoul(value):
    """`value` in Seoul's time; a naive one is taken to be there already."""
    return value.astimezone(SEOUL) if timezone.is_aware(value) else value.replace(tzinfo=SEOUL)
