"""What mentors are paid, reckoned: pure sums, and what stands in statements. docs/decisions/0024 says why so.

A meeting is paid by its minutes at the round's rate an hour, rounded to the won, half a won up. What a later word
changes is paid as the difference of two such amounts, so that all that was paid is what one statement would say.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from mentoring.models.honorarium import FROZEN, Statement, StatementLine, StatementStatus
from mentoring.models.meetings import Meeting, MeetingStatus
from portal import clock, i18n, pills

PILLS = {
    StatementStatus.DRAFT: ("soon", "pencil"),
    StatementStatus.APPROVED: ("good", "check"),
    StatementStatus.PAID: ("done", "lock"),
}


@dataclass(frozen=True)
class Line:
    """A line before it is written: a meeting, or the difference to what was frozen of it."""

    meeting_id: int
    code: str
    starts_at: datetime
    minutes: int
    rate: int
    amount: int
    is_correction: bool = False


# --- sums -------------------------------------------------------------------------------------------------------


def pay(minutes, rate):
    """Whole won for so many minutes at `rate` an hour, half a won up."""
    return (2 * minutes * rate + 60) // 120


def first_of(day):
    """The first day of the month of `day`."""
    return day.replace(day=1)


def month_end(month):
    """The moment in Seoul at which the month that begins on that day is over."""
    following = (month + timedelta(days=32)).replace(day=1)
    return datetime.combine(following, time(), clock.SEOUL)


def parsed_month(text):
    """The first day of a month written as `2026-11`; None for anything else."""
    try:
        return date.fromisoformat(f"{text}-01") if len(text) == 7 else None
    except ValueError:
        return None


def month_words(month):
    """A month as people read it."""
    return i18n.dated(month, "month")


def hours_words(minutes):
    """Minutes as hours and minutes."""
    sign = "−" if minutes < 0 else ""
    return sign + _("%(hours)s h %(minutes)s min") % {
        "hours": i18n.number(abs(minutes) // 60),
        "minutes": abs(minutes) % 60,
    }


def won(amount):
    """An amount of money as people read it."""
    text = i18n.number(abs(amount))
    return ("−" if amount < 0 else "") + pgettext("money", "KRW %(amount)s") % {"amount": text}


# --- what a statement holds -------------------------------------------------------------------------------------


def payable(round_, mentor_id=None):
    """The meetings of a round that count: held, and settled by both sides or by staff."""
    rows = Meeting.objects.filter(
        pairing__enrolment__cohort=round_.cohort_id, status=MeetingStatus.HELD, settled_at__isnull=False
    )
    return rows if mentor_id is None else rows.filter(pairing__mentor=mentor_id)


def lines_for(statement):
    """The lines that a draft gets now: what is payable and stands in no statement, and what has changed since.

    What was held in an earlier month and settled late comes in here; nothing after the month does.
    """
    return sorted(
        [*_new_lines(statement), *_corrections(statement)],
        key=lambda line: (line.starts_at, line.code, line.is_correction),
    )


def _new_lines(statement):
    round_ = statement.round
    elsewhere = StatementLine.objects.filter(is_correction=False).exclude(statement=statement.pk)
    rows = payable(round_, statement.mentor_id).filter(starts_at__lt=month_end(statement.month), minutes__gt=0)
    for meeting in rows.exclude(pk__in=elsewhere.values("meeting")).order_by("starts_at", "pk"):
        yield Line(
            meeting.pk,
            meeting.code,
            meeting.starts_at,
            meeting.minutes,
            round_.hourly_rate,
            pay(meeting.minutes, round_.hourly_rate),
        )


def _corrections(statement):
    """For each meeting in a frozen statement of the two: what it is worth now, less all that was said of it."""
    said = StatementLine.objects.filter(
        statement__round=statement.round_id, statement__mentor=statement.mentor_id
    ).exclude(statement=statement.pk)
    open_elsewhere = said.filter(is_correction=True).exclude(statement__status__in=FROZEN).values("meeting")
    frozen = said.filter(statement__status__in=FROZEN).exclude(meeting__in=open_elsewhere)
    totals = frozen.values("meeting").annotate(all_minutes=Sum("minutes"), all_amount=Sum("amount")).order_by()
    sums = {row["meeting"]: row for row in totals}
    rates = dict(frozen.filter(is_correction=False).values_list("meeting", "rate"))
    for meeting in Meeting.objects.filter(pk__in=sums).order_by("starts_at", "pk"):
        counts = meeting.status == MeetingStatus.HELD and meeting.settled_at is not None
        minutes = meeting.minutes if counts else 0
        rate = rates[meeting.pk]
        difference = minutes - sums[meeting.pk]["all_minutes"]
        money = pay(minutes, rate) - sums[meeting.pk]["all_amount"]
        if difference or money:
            yield Line(meeting.pk, meeting.code, meeting.starts_at, difference, rate, money, is_correction=True)


def written(statement):
    """The lines as they stand in the database, in their order."""
    rows = StatementLine.objects.filter(statement=statement).select_related("meeting")
    return [
        Line(
            row.meeting_id,
            row.meeting.code,
            row.starts_at,
            row.minutes,
            row.rate,
            row.amount,
            is_correction=row.is_correction,
        )
        for row in rows.order_by("starts_at", "meeting__code", "is_correction")
    ]


def digest_of(statement, lines):
    """The fingerprint of a statement: whose, for what, every line, and the sums."""
    held = {
        "statement": statement.code,
        "round": statement.round.code,
        "mentor": statement.mentor_id,
        "month": statement.month.isoformat(),
        "lines": [
            [line.code, line.starts_at.isoformat(), line.minutes, line.rate, line.amount, line.is_correction]
            for line in lines
        ],
        "minutes": statement.minutes,
        "amount": statement.amount,
    }
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()


def is_intact(statement):
    """Whether a frozen statement still says what was approved."""
    return statement.digest == digest_of(statement, written(statement))


# --- words ------------------------------------------------------------------------------------------------------


def pill_of(statement):
    """How it stands."""
    return pills.pill(PILLS, statement.status, statement.get_status_display())


def line_rows(lines):
    """Lines as a table shows them; no mentee is named in it."""
    return [
        {
            "when": i18n.moment(line.starts_at),
            "what": _("Difference to an earlier statement") if line.is_correction else _("Meeting"),
            "time": hours_words(line.minutes),
            "rate": won(line.rate),
            "amount": won(line.amount),
        }
        for line in lines
    ]


def export(user):
    """A mentor's own statements."""
    return [
        {
            "month": row.month,
            "minutes": row.minutes,
            "amount": row.amount,
            "status": row.status,
            "paid_on": row.paid_on,
        }
        for row in Statement.objects.of_mentor(user)
    ]
