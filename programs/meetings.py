"""Who of a roster was in a video meeting, for how long, and what mark that makes. Reads only.

People are found by their address, then by their name; a name that two people have finds nobody. Several stays of
one person are laid over each other and cut to the session. Whoever misses no more than the tolerance, all gaps
together, is present; otherwise the largest gap says whether they came late, left early or stepped out, with the
minutes that they were there. What somebody has marked already stays as it is.
"""

import re
import unicodedata
from datetime import timedelta
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import i18n
from programs import attending, meeting_csv
from programs import completion_words as words
from programs.completion import minutes_of
from programs.models.attendance import AttendanceStatus
from programs.models.enrolments import ENDED
from programs.operations.attendance import Mark

TOLERANCE = 10  # minutes
S = AttendanceStatus


class Found(NamedTuple):
    """Somebody of the roster: the mark that the meeting makes, or why none is made."""

    enrolment: Any
    status: str
    minutes: int | None
    note: str
    why_not: str


class Left(NamedTuple):
    """A row of the table that belongs to nobody on the roster, and why."""

    name: str
    why: str


class Reading(NamedTuple):
    """What a table comes to: people of the roster, rows left over, people who are not in it."""

    found: list
    left: list
    missing: list

    def marks(self, *, absent=False):
        """The marks to make; with `absent` also of those who are not in the table."""
        made = [Mark(row.enrolment.pk, row.status, row.minutes, seen="") for row in self.found if not row.why_not]
        return made + [Mark(row.pk, S.ABSENT, seen="") for row in self.missing if absent]


def plain(name):
    """A name by which people are compared: without what stands in brackets, case and spaces."""
    name = re.sub(r"[(\[（].*?[)\]）]", "", unicodedata.normalize("NFKC", name))
    return "".join(name.split()).casefold()


class People:
    """The people of a roster, by address and by name."""

    def __init__(self, roster):
        self.by_email, self.by_name = {}, {}
        for row in roster:
            self.by_email[row.person.email.casefold()] = row
            names = {row.person.full_name, row.person.romanized_name}
            if row.application_id:
                names |= {row.application.full_name, row.application.romanized_name}
            for name in {plain(name) for name in names} - {""}:
                self.by_name.setdefault(name, []).append(row)

    def find(self, stay):
        """The enrolment that a stay belongs to, and else why none."""
        row = self.by_email.get(stay.email) if stay.email else None
        if row is not None:
            return row, ""
        named = self.by_name.get(plain(stay.name), [])
        if len(named) == 1:
            return named[0], ""
        if named:
            return None, _("Several people on the roster have this name.")
        return None, _("Nobody on the roster has this address or name.")


def look(session, text, *, tolerance=TOLERANCE):
    """What the table in `text` says about a session. Raises Refused where it is none."""
    stays, unread = meeting_csv.read(text)
    roster = [row for row in attending.roster(session) if row.status not in ENDED]
    people, stayed, left = People(roster), {}, {}
    for stay in stays:
        row, why = people.find(stay)
        if row is None:
            left.setdefault((stay.name or stay.email, why), 0)
        else:
            stayed.setdefault(row.pk, []).append(stay)
    found, outside = [], set()
    for row in roster:
        if row.pk not in stayed:
            continue
        parts = inside(session, stayed[row.pk])
        if parts:
            found.append(found_of(session, row, parts, tolerance))
        else:
            outside.add(row.pk)
            left[(row.roster_name, _("Was there outside of the session's time alone."))] = 0
    missing = [row for row in roster if row.mark is None and (row.pk not in stayed or row.pk in outside)]
    others = [Left(row.name, line_words(row)) for row in unread]
    return Reading(found, [*(Left(name, why) for name, why in left), *others], missing)


def line_words(row):
    """A row that could not be read, by its number."""
    return _("Row %(line)s: %(why)s") % {"line": row.line, "why": row.why}


def inside(session, stays):
    """The stays of one person laid over each other and cut to the session: pairs in order, none touching."""
    parts = []
    for joined, gone in sorted((stay.joined, stay.left) for stay in stays):
        begin, end = max(joined, session.starts_at), min(gone, session.ends_at)
        if begin >= end:
            continue
        if parts and begin <= parts[-1][1]:
            parts[-1] = (parts[-1][0], max(parts[-1][1], end))
        else:
            parts.append((begin, end))
    return parts


def found_of(session, row, parts, tolerance):
    """The mark of one person."""
    status, minutes = mark_of(session, parts, tolerance)
    why_not = ""
    if row.mark is not None:
        why_not = _("Marked already: %(status)s. It stays.") % {"status": row.mark.get_status_display()}
    return Found(row, status, minutes, note_of(parts), why_not)


def mark_of(session, parts, tolerance):
    """Status and minutes; none where nothing to speak of is missing."""
    late = parts[0][0] - session.starts_at
    early = session.ends_at - parts[-1][1]
    there = sum((end - begin for begin, end in parts), timedelta())
    length = session.ends_at - session.starts_at
    if length - there <= timedelta(minutes=tolerance):
        return S.PRESENT, None
    gaps = {S.LATE: late, S.LEFT_EARLY: early, S.STEPPED_OUT: length - there - late - early}
    status = max(gaps, key=lambda name: gaps[name])
    return status, min(int(there.total_seconds()) // 60, minutes_of(session))


def note_of(parts):
    """From when to when somebody was there, and how often they came."""
    there = sum((end - begin for begin, end in parts), timedelta())
    times = ngettext("%(count)s time", "%(count)s times", len(parts)) % {"count": len(parts)}
    minutes = int(there.total_seconds()) // 60
    return f"{i18n.hours(parts[0][0], parts[-1][1])} · {words.time_text(minutes)} · {times}"
