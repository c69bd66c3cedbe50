"""Tables as Excel files: numbers as numbers, text as text, Hangul in a face that Korean Excel has."""

import io
from datetime import date, datetime

import xlsxwriter
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from portal import clock
from portal.validators import clean_text

KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FACE = {"font_name": "Malgun Gothic", "font_size": 10}
LOOKS = {"text": "@", "number": "#,##0", "day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm"}
LONGEST_CELL = 32_000  # Excel takes 32,767 characters
WIDEST = 60
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}


def workbook(sheets):
    """The bytes of a file with `sheets`, each a name, headings, rows, and sums (columns by number) or ()."""
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, OPTIONS)
    book.formats[0].set_font_name(FACE["font_name"])
    book.formats[0].set_font_size(FACE["font_size"])
    book.set_properties(
        {"title": "Grow Creative", "created": clock.now().astimezone(clock.SEOUL).replace(tzinfo=None)}
    )
    head = book.add_format({**FACE, "bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    looks = {name: book.add_format({**FACE, "num_format": look}) for name, look in LOOKS.items()}
    total = book.add_format({**FACE, "num_format": "#,##0", "bold": True, "top": 1})
    for name, headings, rows, sums in sheets:
        sheet = book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        widths = [_width(heading) for heading in headings]
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, str(heading), head)
        for number, cells in enumerate(rows, start=1):
            for column, cell in enumerate(cells):
                _write(sheet, number, column, cell, looks)
                widths[column] = max(widths[column], _width(cell))
        last = len(rows)
        for column in sums if rows else ():
            letter = xlsxwriter.utility.xl_col_to_name(column)
            value = sum(cells[column] or 0 for cells in rows)
            sheet.write_formula(last + 1, column, f"=SUM({letter}2:{letter}{last + 1})", total, value)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(width + 2, WIDEST))
    book.close()
    return held.getvalue()


def _write(sheet, row, column, cell, looks):
    """One cell by what it is: a moment is written in Seoul's time, text never becomes a formula."""
    if isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell.astimezone(clock.SEOUL).replace(tzinfo=None), looks["moment"])
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), looks["day"])  # noqa: DTZ001
    elif isinstance(cell, int):
        sheet.write_number(row, column, cell, looks["number"])
    elif cell is not None:
        sheet.write_string(row, column, clean_text(str(cell), multiline=False)[:LONGEST_CELL], looks["text"])


def _width(cell):
    """How wide a cell is, in characters; Hangul takes two."""
    if isinstance(cell, date):
        return 16 if isinstance(cell, datetime) else 10
    if isinstance(cell, int):
        return len(f"{cell:,}")
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in str("" if cell is None else cell))


def response(name, sheets):
    """An Excel file to take away, kept by no cache."""
    return HttpResponse(
        workbook(sheets),
        content_type=KIND,
        headers={
            "Content-Disposition": content_disposition_header(True, f"{name}.xlsx"),
            "Cache-Control": "private, no-store",
        },
    )
