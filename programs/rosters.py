"""The roster of a session as a page has it: a row for each person, what was posted, and what could not be taken.

A field carries in its name whose mark it is and the mark that the page showed (`mark.<code>.<token>`), so a page
of 1,100 people posts no more fields than a request may hold, and what somebody else has marked meanwhile is
noticed. Minutes are asked for only where the page is opened with them (`?minutes=1`).
"""

from collections import Counter

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import i18n, pills
from portal.errors import Refused
from portal.validators import RESIDENT_NUMBER, clean_text
from programs import attending, cohort_page
from programs import completion_words as words
from programs.models.attendance import SLIPS, WITH_MINUTES, Attendance, AttendanceStatus
from programs.models.enrolments import ENDED, Enrolment
from programs.operations import attendance as operations

MARK, MINUTES = "mark", "minutes"
LONGEST_NUMBER = 5


class Roster:
    """The roster of one session for somebody who may see it; with `post` what they have chosen."""

    def __init__(self, session, user, now, *, is_staff, with_minutes=False):
        self.session, self.user, self.now = session, user, now
        self.is_staff = is_staff
        self.with_minutes = with_minutes
        self.typed = {}  # by code: (status, minutes as typed)
        self.errors = {}  # by code
        self.reason, self.reason_error = "", ""
        self.refusal = ""
        self.load()

    def load(self):
        """Read the people and their marks."""
        self.people = attending.roster(self.session)
        self.by_code = {row.code: row for row in self.people}

    @property
    def why_not(self):
        """Why nothing can be marked now; empty where it can."""
        return attending.why_not(self.session, self.now, is_staff=self.is_staff)

    @property
    def unmarked(self):
        """Those whom nobody has marked, and who still take part."""
        return [row for row in self.people if row.mark is None and row.status not in ENDED]

    # --- what was posted

    def take(self, data):
        """Mark what `data` says. Returns a sentence where all of it was taken; else "" and `errors`."""
        marks = self.read(data)
        self.reason = clean_text(data.get("reason", ""), multiline=False)[: operations.REASON_LIMIT]
        if RESIDENT_NUMBER.search(self.reason):
            self.reason_error = _("Do not enter a resident registration number.")
            return ""
        try:
            rest = AttendanceStatus.PRESENT if "rest" in data else ""
            done = operations.mark(self.session.pk, marks, by=self.user, reason=self.reason, rest=rest)
        except Refused as refusal:
            self.refusal = str(refusal)
            return ""
        codes = {row.pk: row.code for row in self.people}
        self.errors |= {codes.get(pk, ""): why for pk, why in done.refused}
        self.load()
        self.typed = {code: self.typed[code] for code in self.errors if code in self.typed}
        return "" if self.errors else said(done.marked, done.corrected)

    def read(self, data):
        """The marks that were chosen, of people on this roster; what cannot be read is named at its row."""
        marks = []
        for name in data:
            part, _dot, rest = name.partition(".")
            code, _dot, seen = rest.partition(".")
            row = self.by_code.get(code)
            if part != MARK or row is None or not data[name]:
                continue
            status = data[name]
            self.typed[code] = (status, data.get(f"{MINUTES}.{code}", ""))
            if status not in AttendanceStatus.values:
                self.errors[code] = _("Choose a status.")
                continue
            try:
                minutes = self.minutes_of(row, status, data)
            except ValueError:
                self.errors[code] = _("Give the minutes as a number.")
                continue
            marks.append(operations.Mark(row.pk, status, minutes, seen=seen))
        return marks

    def minutes_of(self, row, status, data):
        """The minutes of one person: as typed; where they are not asked for, as they were if the status stays."""
        if not self.with_minutes:
            return row.mark.minutes if row.mark is not None and row.mark.status == status else None
        raw = data.get(f"{MINUTES}.{row.code}", "").strip()
        if not raw or status not in WITH_MINUTES:
            return None
        if not raw.isascii() or not raw.isdecimal() or len(raw) > LONGEST_NUMBER:
            raise ValueError(raw)
        return int(raw)

    # --- what is shown

    def rows(self):
        """The people as the page shows them."""
        return [self.row_of(row, place) for place, row in enumerate(self.people, start=1)]

    def row_of(self, row, place):
        """One person: who, what is chosen, and what is wrong with it."""
        mark = row.mark
        status, minutes = self.typed.get(row.code) or (
            (mark.status, "" if mark.minutes is None else mark.minutes) if mark is not None else ("", "")
        )
        is_fixed = row.status in ENDED or (
            not self.is_staff and mark is not None and mark.status == AttendanceStatus.EXCUSED
        )
        return {
            "place": place,
            "code": row.code,
            "name": row.roster_name,
            "field": f"{MARK}.{row.code}.{attending.token(mark)}",
            "minutes_field": f"{MINUTES}.{row.code}",
            "minutes": minutes,
            "options": [] if is_fixed else self.options(row, status),
            "is_open": mark is None,
            "mark": words.status_pill(mark.status if mark is not None else ""),
            "ended": pills.pill(pills.ENROLMENT_PILLS, row.status, row.get_status_display())
            if row.status in ENDED
            else None,
            "note": note_of(mark),
            "error": self.errors.get(row.code, ""),
        }

    def options(self, row, chosen):
        """The statuses to choose from; only staff excuse."""
        return [
            {
                "value": status.value,
                "label": status.label,
                "id": f"{row.code}-{status}",
                "checked": status == chosen,
            }
            for status in AttendanceStatus
            if self.is_staff or status != AttendanceStatus.EXCUSED
        ]

    def counts(self):
        """How many stand how, as pairs for a line of facts."""
        found = Counter(row.mark.status for row in self.people if row.mark is not None)
        facts = [{"term": status.label, "value": found[status]} for status in AttendanceStatus if found[status]]
        return [*facts, {"term": _("Not marked yet"), "value": len(self.unmarked)}]

    @property
    def needs_reason(self):
        """Whether anything that stands here can be changed only with a reason."""
        return any(
            row.mark is not None and operations.needs_reason(row.mark, by=self.user, now=self.now)
            for row in self.people
        )

    def context(self):
        """What the page takes."""
        return {
            "session": self.session,
            "rows": self.rows(),
            "counts": self.counts(),
            "unmarked": len(self.unmarked),
            "why_not": self.why_not,
            "refusal": self.refusal,
            "with_minutes": self.with_minutes,
            "needs_reason": self.needs_reason or bool(self.errors),
            "reason": self.reason,
            "reason_error": self.reason_error,
            "has_errors": bool(self.errors),
            "keys": [status.label for status in AttendanceStatus if self.is_staff or status != "excused"],
        }


def said(marked, corrected):
    """What was done, in a sentence."""
    if not marked and not corrected:
        return _("Nothing was changed.")
    parts = []
    if marked:
        parts.append(ngettext("%(count)s person marked.", "%(count)s people marked.", marked) % {"count": marked})
    if corrected:
        text = ngettext("%(count)s mark put right.", "%(count)s marks put right.", corrected)
        parts.append(text % {"count": corrected})
    return " ".join(parts)


def note_of(mark):
    """For how long somebody was there, how the mark came about, and what it was before."""
    if mark is None:
        return ""
    parts = []
    if mark.minutes is not None and mark.status in WITH_MINUTES:
        parts.append(words.time_text(mark.minutes))
    if mark.source != "hand":
        parts.append(mark.get_source_display())
    parts += [
        _("was %(status)s until %(moment)s")
        % {"status": change.get_before_display(), "moment": i18n.moment(change.at)}
        for change in mark.changes.all()
    ]
    return " · ".join(str(part) for part in parts)


# --- lists of sessions ------------------------------------------------------------------------------------------


def session_lines(sessions, now, url_of):
    """Sessions as lines of a list, each with how many are marked; two queries, whatever their number."""
    sessions = list(sessions)
    people, marked = {}, {}
    cohorts = {session.cohort_id for session in sessions}
    for cohort, pk in Enrolment.objects.live().filter(cohort__in=cohorts).values_list("cohort", "pk"):
        people.setdefault(cohort, set()).add(pk)
    rows = Attendance.objects.filter(session__in=sessions).values_list("session", "enrolment", "status")
    for session, enrolment, status in rows:
        marked.setdefault(session, {})[enrolment] = status
    return [session_line(one, people, marked.get(one.pk, {}), now, url_of) for one in sessions]


def session_line(session, people, marks, now, url_of):
    """One session: when, what, how many of those who take part are marked; of a cancelled one that it is."""
    concerned = people.get(session.cohort_id, set()) | set(marks)
    begun = now >= session.starts_at - attending.MARKED_FROM
    done = len(marks)
    if session.cancelled_at:
        pill = cohort_page.cancelled_pill()
    elif not begun:
        pill = pills.pill(pills.ROSTER_PILLS, "ahead", _("Not begun"))
    elif done >= len(concerned):
        pill = pills.pill(pills.ROSTER_PILLS, "done", _("All marked"))
    else:
        pill = pills.pill(
            pills.ROSTER_PILLS, "open", _("%(done)s of %(all)s marked") % {"done": done, "all": len(concerned)}
        )
    slips = sum(status in SLIPS for status in marks.values())
    absent = sum(status == AttendanceStatus.ABSENT for status in marks.values())
    note = _("absent %(absent)s, late or away %(slips)s") % {"absent": absent, "slips": slips} if marks else ""
    optional = "" if session.is_required else _("optional")
    return {
        "when": i18n.span(session.starts_at, session.ends_at, times=True),
        "title": session.title,
        "title_lang": i18n.language_of(session, "title"),
        "url": url_of(session),
        "note": " · ".join(part for part in (optional, note) if part),
        "pill": pill,
    }
