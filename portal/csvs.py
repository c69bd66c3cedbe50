"""Tables as text files: those that staff hand in, whatever program made them, and those that they take away."""

import csv
import io
import unicodedata

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.errors import Refused
from portal.validators import clean_text

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 5000
LONGEST_CELL = 500
DELIMITERS = ",;\t"
# What a spreadsheet takes for a formula (OWASP, "CSV injection"); full-width twins count, Excel folds them.
FORMULA = tuple("=+-@\t\r＝＋－＠")


class Table:
    """A table that was handed in: its `headings` as they are written, and `rows` of `(line, {key: cell})`.

    `missing` are the keys no column was found for, `ignored` the headings that mean nothing here.
    """

    def __init__(self, headings, rows, missing, ignored):
        self.headings, self.rows, self.missing, self.ignored = headings, rows, missing, ignored


def read(content, columns):
    """The Table in the bytes of a file; `columns` maps each key to the headings under which it may stand.

    UTF-8 with or without its mark, UTF-16 with it, and CP949 as Korean spreadsheets save are understood; cells are
    parted by commas, semicolons or tabs. Empty lines are passed over; `line` is its number in the file. Refuses
    what is no such text, is empty, or is longer than MOST_BYTES or MOST_ROWS.
    """
    lines = _lines(text_of(content))
    headings = next((cells for _line, cells in lines if any(cells)), None)
    if headings is None:
        raise Refused(_("The file is empty."))
    keys = {_plain(heading): key for key, known in columns.items() for heading in (key, *known)}
    places = {}
    for place, heading in enumerate(headings):
        key = keys.get(_plain(heading))
        if key is not None:
            places.setdefault(key, place)
    found = [(line, cells) for line, cells in lines if any(cells) and cells is not headings]
    if len(found) > MOST_ROWS:
        text = ngettext(
            "The file has more than %(count)s row.", "The file has more than %(count)s rows.", MOST_ROWS
        )
        raise Refused(text % {"count": MOST_ROWS})
    rows = [
        (line, {key: cells[place] if place < len(cells) else "" for key, place in places.items()})
        for line, cells in found
    ]
    used = set(places.values())
    ignored = [heading for place, heading in enumerate(headings) if place not in used and heading]
    return Table(headings, rows, [key for key in columns if key not in places], ignored)


def text_of(content, most_bytes=MOST_BYTES):
    """The text in the bytes of a file: UTF-8, UTF-16 with its mark, or CP949. Refuses what is none or too long."""
    if len(content) > most_bytes:
        raise Refused(_("The file is larger than %(size)s MB.") % {"size": most_bytes // (1024 * 1024)})
    codings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp949")
    for coding in codings:
        try:
            text = content.decode(coding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Refused(_("This is not a text file. Save the table as CSV (UTF-8) and hand that in."))


def _lines(text):
    """`(number, cells)` of each line, cells cleaned and cut."""
    first = next(filter(str.strip, text.splitlines()), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [(reader.line_num, [_cell(cell) for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise Refused(
            _("Line %(line)s cannot be read as a row of a table.") % {"line": reader.line_num + 1}
        ) from error


def _cell(cell):
    return clean_text(cell, multiline=False).strip()[:LONGEST_CELL]


def _plain(heading):
    """A heading as it is compared: whatever its case, width and gaps."""
    return "".join(unicodedata.normalize("NFKC", heading).casefold().replace("_", " ").split())


def safe(cell):
    """A cell that keeps its row and is no formula in a spreadsheet: a quote goes before what could be one."""
    text = clean_text(str(cell), multiline=False)
    return f"'{text}" if text.startswith(FORMULA) else text


def response(name, headings, rows):
    """A table to take away: CSV in UTF-8 with its mark, so that Hangul opens in Excel, kept by no cache."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerows([[safe(cell) for cell in cells] for cells in (headings, *rows)])
    return HttpResponse(
        "\ufeff" + text.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": content_disposition_header(True, f"{name}.csv"),
            "Cache-Control": "private, no-store",
        },
    )
