"""Reading the list of participants that a video meeting exports: who was there from when to when. Pure.

Zoom's report and its like: a table, perhaps below a few lines about the meeting, with a name, perhaps an address,
and a time of joining and of leaving in every row; whoever came back has several rows. Column names are known in
English and Korean. Times without a zone are Seoul's.
"""

import csv
import io
import re
from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _

from portal.clock import SEOUL
from portal.errors import Refused
from portal.validators import clean_text

MOST_BYTES = 2 * 1024 * 1024
MOST_ROWS = 20_000
HEADER_WITHIN = 30  # lines
COLUMNS = {
    "name": (
        "name",
        "participant",
        "participant name",
        "full name",
        "이름",
        "참가자",
        "참가자 이름",
        "사용자 이름",
    ),
    "email": ("user email", "email", "e-mail", "email address", "사용자 이메일", "이메일", "이메일 주소"),
    "joined": (
        "join time",
        "joined",
        "joined at",
        "time joined",
        "참가 시간",
        "입장 시간",
        "참여 시간",
        "들어온 시간",
    ),
    "left": ("leave time", "left", "left at", "time exited", "나간 시간", "퇴장 시간", "종료 시간"),
    "minutes": ("duration", "기간", "참여 시간 분", "체류 시간"),
}
FORMATS = (
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%Y-%m-%d %I:%M:%S %p",
    "%Y-%m-%d %I:%M %p",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%Y-%m-%d %p %I:%M:%S",
    "%Y-%m-%d %p %I:%M",
    "%Y. %m. %d. %p %I:%M:%S",
    "%Y. %m. %d. %p %I:%M",
)
FIRST_YEAR, LAST_YEAR = 2000, 2150


class Stay(NamedTuple):
    """One row: somebody from when to when."""

    line: int
    name: str
    email: str
    joined: datetime
    left: datetime


class Unread(NamedTuple):
    """A row that could not be read, and why."""

    line: int
    name: str
    why: str


def read(text):
    """The stays in `text`, and the rows that could not be read. Raises Refused where there is no such table."""
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text)))
    except csv.Error as error:
        raise Refused(_("This file is no table of text. Export the participants as CSV.")) from error
    start, places = header_of(table)
    stays, unread = [], []
    for line, row in enumerate(table[start + 1 :], start=start + 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(stays) + len(unread) >= MOST_ROWS:
            raise Refused(_("This file has more rows than a meeting has people."))
        cells = {key: clean(row[place]) if place < len(row) else "" for key, place in places.items()}
        found = stay_of(line, cells)
        (stays if isinstance(found, Stay) else unread).append(found)
    return stays, unread


def delimiter_of(text):
    """What stands between the cells: what the line of the headings has most of."""
    for line in text.splitlines()[:HEADER_WITHIN]:
        found = max(",;\t", key=line.count)
        if {"name", "joined"} <= set(places_of(next(csv.reader([line], delimiter=found), []))):
            return found
    return ","


def header_of(table):
    """Which row holds the headings, and which column is what."""
    for number, row in enumerate(table[:HEADER_WITHIN]):
        places = places_of(row)
        if "name" in places and "joined" in places and ("left" in places or "minutes" in places):
            return number, places
    raise Refused(
        _("The columns were not found. The table needs a name, a join time and a leave time in every row.")
    )


def places_of(row):
    """The columns that a row of headings names."""
    places = {}
    for place, cell in enumerate(row):
        heading = " ".join(re.sub(r"\(.*?\)", " ", clean(cell)).casefold().split())
        for key, names in COLUMNS.items():
            if heading in names:
                places.setdefault(key, place)
    return places


def clean(cell):
    """A cell on one line, not longer than any name."""
    return clean_text(cell, multiline=False)[:200]


def stay_of(line, cells):
    """A row as a stay, or why it is none."""
    name = cells["name"]
    joined, left = moment_of(cells["joined"]), moment_of(cells.get("left", ""))
    if joined is not None and left is None and cells.get("minutes", "").isdecimal() and len(cells["minutes"]) < 6:
        left = joined + timedelta(minutes=int(cells["minutes"]))
    if not name and not cells.get("email"):
        return Unread(line, name, _("Neither a name nor an address."))
    if joined is None or left is None:
        return Unread(line, name, _("The times could not be read."))
    if left < joined:
        return Unread(line, name, _("Left before joining."))
    return Stay(line, name, cells.get("email", "").casefold(), joined, left)


def moment_of(text):
    """A moment as such tables write it; None for anything else."""
    text = text.replace("오전", "AM").replace("오후", "PM").strip()
    found = None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        for pattern in FORMATS:
            try:
                found = datetime.strptime(text, pattern).replace(tzinfo=SEOUL)
            except ValueError:
                continue
            break
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=SEOUL)
