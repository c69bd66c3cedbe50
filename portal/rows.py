"""Rows of a form that people add to: credits, places of work. One field holds them all.

Raw, they are a list of dicts of strings, as typed; cleaned, the same without blank rows. A page that shows such a
field loads `static/js/rows.js`; without it the button `more` asks the server for further rows, so a view says:

    if rows.more_asked(request.POST):
        form = AForm(initial=rows.as_typed(form))  # not bound: nothing is checked, nothing saved
        rows.open_more(form, request.POST)
"""

import re
import unicodedata
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from portal import clock
from portal.i18n import dated
from portal.validators import clean_text, no_resident_number

SPARE = 2  # blank rows below those that are filled
BEYOND = 5  # how many rows above the limit are still read, so that they can be shown and mended
LONGEST_RAW = 2000  # of one cell as typed; far above every limit, so that what is too long is shown, not cut
MORE = "more"
UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
FIRST_YEAR, YEARS_AHEAD = 1900, 5
MONTH = re.compile(r"(\d{4})(?:\s*[-./년]\s*)?(\d{1,2})(?:\s*[월.])?", re.ASCII)
CLEAN_MONTH = re.compile(r"[1-9]\d{3}-(0[1-9]|1[0-2])", re.ASCII)
ONGOING = {"now", "present", "current", "today", "현재", "지금", "재직중", "재직 중", "진행중", "진행 중"}


@dataclass(frozen=True)
class Column:
    """What stands in one column: `kind` is text, year, month or select.

    A month that is `open_ended` may stay empty, which says that it still goes on; one that is `not_before` another
    column's month is held against it. `limit` counts characters of the cleaned text.
    """

    key: str
    label: object
    kind: str = "text"
    choices: tuple = ()
    limit: int = 120
    required: bool = False
    open_ended: bool = False
    not_before: str = ""
    hint: object = ""

    def clean(self, text):
        """The text as it is kept; raises ValidationError with a sentence that does not name the column."""
        text = clean_text(text, multiline=False)
        if text:
            return getattr(self, f"_clean_{self.kind}")(text)
        if self.required:
            raise ValidationError(_("This field is required."), code="required")
        return ""

    def _clean_text(self, text):
        no_resident_number(text)
        if (over := len(text) - self.limit) > 0:
            raise ValidationError(
                _("Please shorten this to %(limit)s characters; it is %(over)s too long.")
                % {"limit": self.limit, "over": over},
                code="max_length",
            )
        return text

    def _clean_year(self, text):
        year = unicodedata.normalize("NFKC", text).removesuffix("년").strip()
        last = clock.now().year + YEARS_AHEAD
        if not re.fullmatch(r"\d{4}", year, re.ASCII) or not FIRST_YEAR <= int(year) <= last:
            raise ValidationError(
                _("Please write the year in four digits, from %(first)s to %(last)s.")
                % {"first": FIRST_YEAR, "last": last},
                code="year",
            )
        return year

    def _clean_month(self, text):
        if self.open_ended and text.lower() in ONGOING:
            return ""
        match = MONTH.fullmatch(unicodedata.normalize("NFKC", text))
        year, month = map(int, match.groups()) if match else (0, 0)
        if not (FIRST_YEAR <= year <= clock.now().year + YEARS_AHEAD and 1 <= month <= 12):
            raise ValidationError(_("Please write year and month like 2024-03."), code="month")
        return f"{year}-{month:02}"

    def _clean_select(self, text):
        if text not in dict(self.choices):
            raise ValidationError(_("Please choose one from the list."), code="invalid_choice")
        return text

    def show(self, text):
        """A text for reading: cleaned, or in a draft as it was typed."""
        if self.kind == "select":
            return str(dict(self.choices).get(text, text))
        if self.kind == "month":
            if CLEAN_MONTH.fullmatch(text):
                return dated(_first_of(text), "month")
            return text or (_("present") if self.open_ended else "")
        return text


def _first_of(month):
    year, number = map(int, month.split("-"))
    return clock.now().date().replace(year=year, month=number, day=1)


CREDITS = (
    Column("year", pgettext_lazy("of a work", "Year"), "year", required=True),
    Column("title", pgettext_lazy("of a work", "Title"), limit=120, required=True),
    Column("role", pgettext_lazy("in a work", "Role"), limit=60, required=True),
    Column(
        "platform",
        pgettext_lazy("of a work", "Released"),
        "select",
        choices=(
            ("theatre", pgettext_lazy("where a work is shown", "Cinema")),
            ("tv", pgettext_lazy("where a work is shown", "TV")),
            ("ott", pgettext_lazy("where a work is shown", "Streaming")),
            ("festival", pgettext_lazy("where a work is shown", "Festival")),
            ("other", pgettext_lazy("where a work is shown", "Other")),
        ),
    ),
)
CAREER = (
    Column(
        "from",
        pgettext_lazy("month", "From"),
        "month",
        required=True,
        hint=gettext_lazy("Write months like 2024-03."),
    ),
    Column(
        "to",
        pgettext_lazy("month", "To"),
        "month",
        open_ended=True,
        not_before="from",
        hint=gettext_lazy("Leave “To” empty for what you still do."),
    ),
    Column("organization", gettext_lazy("Company or institution"), limit=120, required=True),
    Column("role", pgettext_lazy("at work", "Role"), limit=60),
)


class CellError(ValidationError):
    """An error of one cell: `row` counts from 0, `text` is the sentence without row and column."""

    def __init__(self, row, column, error):
        self.row, self.column, self.text = row, column.key, " ".join(error.messages)
        super().__init__(
            _("Row %(number)s · %(column)s: %(message)s")
            % {"number": row + 1, "column": column.label, "message": self.text},
            code=error.code,
        )


def is_blank(row):
    """Whether nothing was typed into a row."""
    return not any(text.strip() for text in row.values())


def tidy(columns, most, raw):
    """`raw`, from wherever it comes, as rows: a bounded list of dicts with a bounded string for each column."""
    if not isinstance(raw, (list, tuple)):
        return []
    rows = []
    for given in raw[: most + BEYOND]:
        given = given if isinstance(given, dict) else {}
        texts = {column.key: given.get(column.key) for column in columns}
        rows.append(
            {
                key: UNKEEPABLE.sub("", text[:LONGEST_RAW]) if isinstance(text, str) else ""
                for key, text in texts.items()
            }
        )
    return rows


def show(columns, rows):
    """Cleaned rows for reading, each a list of {label, text}; for `components/rows_shown.html`."""
    return [
        [{"label": column.label, "text": column.show(row.get(column.key, ""))} for column in columns]
        for row in rows
    ]


def more_asked(data):
    """The name of the field for which the person asked for further rows instead of sending the form, or nothing."""
    return data.get(MORE, "")


def as_typed(form):
    """What was posted into a bound form, unchecked, as `initial` for showing it again without a word of error."""
    return {name: form[name].data for name in form.fields}


def open_more(form, data):
    """Let the first of the rows that the person asked for take the focus."""
    field = form.fields.get(more_asked(data))
    if isinstance(field, RowsField):
        field.widget.opened = True


class RowsWidget(forms.Widget):
    """Shows rows and reads them; posted as `<name>-<index>-<column>`, with `<name>-rows` saying that they were."""

    template_name = "components/rows.html"
    use_fieldset = True

    def __init__(self, columns, most, attrs=None):
        super().__init__(attrs)
        self.columns, self.most = tuple(columns), most
        self.errors = []  # those of the field, when it is shown
        self.label = ""  # that of the field, when it is shown
        self.opened = False  # whether the first blank row takes the focus

    def value_omitted_from_data(self, data, files, name):
        """Whether the rows were not on the page at all, which is not the same as all of them removed."""
        return f"{name}-rows" not in data

    def value_from_datadict(self, data, files, name):
        """The rows as typed, blank ones with them; None if the page had none. Indexes beyond are not read."""
        if self.value_omitted_from_data(data, files, name):
            return None
        rows = []
        for index in range(self.most + BEYOND):
            cells = {column.key: data.get(f"{name}-{index}-{column.key}") for column in self.columns}
            if any(text is not None for text in cells.values()):
                rows.append(cells)
        if more_asked(data) == name:
            rows += [{} for _spare in range(min(SPARE, self.most - len(rows)))]
        return tidy(self.columns, self.most, rows)

    def get_context(self, name, value, attrs):
        """For the template: rows of cells, one more row to copy, and the words for the script."""
        context = super().get_context(name, value, attrs)
        base = context["widget"]["attrs"].get("id") or f"id_{name}"
        rows = tidy(self.columns, self.most, value)
        first_blank = len(rows)
        while first_blank and is_blank(rows[first_blank - 1]):
            first_blank -= 1
        while len(rows) < min(first_blank + SPARE, self.most):
            rows.append(dict.fromkeys((column.key for column in self.columns), ""))
        needed = ", ".join(str(column.label) for column in self.columns if column.required)
        problems = {(error.row, error.column): error for error in self.errors if isinstance(error, CellError)}
        hints = [{"id": f"{base}_hint_{column.key}", "text": column.hint} for column in self.columns if column.hint]
        context["widget"] |= {
            "id": base,
            "label": self.label,
            "rows": [
                self._row(name, base, index, row, problems, self.opened and index == first_blank)
                for index, row in enumerate(rows)
            ],
            "blank": self._row(name, base, "__row__", {}, {}, False),
            "hints": hints,
            "needed": _("Needed in each row: %(columns)s.") % {"columns": needed} if needed else "",
            "filled": first_blank,
            "most": self.most,
            "is_full": len(rows) >= self.most,
            "other_errors": [" ".join(error.messages) for error in self.errors if not isinstance(error, CellError)],
            "words": {
                "row": _("Row %(number)s") % {"number": "{n}"},
                "added": _("Row %(number)s has been added.") % {"number": "{n}"},
                "removed": _("Row %(number)s has been removed.") % {"number": "{n}"},
                "restored": _("Row %(number)s is back.") % {"number": "{n}"},
                "full": _("You can add up to %(most)s rows.") % {"most": self.most},
            },
        }
        return context

    def _row(self, name, base, index, row, problems, takes_focus):
        number = index + 1 if isinstance(index, int) else "{n}"
        cells = []
        for column in self.columns:
            cell_id, text = f"{base}-{index}-{column.key}", row.get(column.key, "")
            error = problems.get((index, column.key))
            described = [f"{base}_hint_{column.key}"] if column.hint else []
            if error:
                described.append(f"{cell_id}_error")
            cells.append(
                {
                    "id": cell_id,
                    "name": f"{name}-{index}-{column.key}",
                    "label": column.label,
                    "kind": column.kind,
                    "value": text,
                    "choices": [(key, label, key == text) for key, label in column.choices],
                    "error": error.text if error else "",
                    "described": " ".join(described),
                    "takes_focus": takes_focus and not cells,
                }
            )
        return {
            "label": _("Row %(number)s") % {"number": number},
            "cells": cells,
            "errors": [cell for cell in cells if cell["error"]],
        }


class RowsBoundField(forms.BoundField):
    """Tells the widget what is wrong, so that each cell says its own."""

    def as_widget(self, widget=None, attrs=None, only_initial=False):
        """The rows, with their errors."""
        shown = widget or self.field.widget
        shown.errors, shown.label = self.errors.as_data(), self.label
        return super().as_widget(widget, attrs, only_initial)

    def target_of(self, error):
        """The id of what `error` is about: a cell, or the rows as a whole."""
        return f"{self.auto_id}-{error.row}-{error.column}" if isinstance(error, CellError) else self.auto_id


class RowsField(forms.Field):
    """Repeatable rows of `columns`, at most `most` of them filled."""

    def __init__(self, columns, most, **kwargs):
        self.columns, self.most = tuple(columns), most
        kwargs.setdefault("widget", RowsWidget(self.columns, most))
        super().__init__(**kwargs)

    def get_bound_field(self, form, field_name):
        """The field as it stands in a form."""
        return RowsBoundField(form, self, field_name)

    def to_python(self, value):
        """The cleaned rows, without those that are blank; every error names its row and its column."""
        rows, errors = [], []
        for index, raw in enumerate(tidy(self.columns, self.most, value)):
            if is_blank(raw):
                continue
            row = {}
            for column in self.columns:
                try:
                    row[column.key] = column.clean(raw[column.key])
                except ValidationError as error:
                    errors.append(CellError(index, column, error))
            errors += self._wrong_order(index, row)
            rows.append(row)
        if len(rows) > self.most:
            errors.append(
                ValidationError(
                    _("You can add up to %(most)s rows. Please empty %(over)s of them.")
                    % {"most": self.most, "over": len(rows) - self.most},
                    code="too_many",
                )
            )
        if errors:
            raise ValidationError(errors)
        return rows

    def _wrong_order(self, index, row):
        for column in self.columns:
            first, last = row.get(column.not_before), row.get(column.key)
            if first and last and last < first:
                error = ValidationError(_("The end comes before the beginning."), code="order")
                yield CellError(index, column, error)

    def has_changed(self, initial, data):
        """Whether the rows say something else, blank ones apart."""
        kept = [
            [row for row in tidy(self.columns, self.most, rows) if not is_blank(row)] for rows in (initial, data)
        ]
        return kept[0] != kept[1]
