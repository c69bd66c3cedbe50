"""How long an agreement holds, and the how-manieth in a row it is. Pure."""

import calendar
from datetime import date, timedelta

NOTICE_MONTHS = 3  # this long before the end, those who answer for an agreement are told
GAP = timedelta(days=366)  # an agreement begun later than this after the one before does not follow it


def months_after(day, months):
    """The same day so many months later (earlier, where negative); the month's last where it has no such day."""
    whole = day.year * 12 + day.month - 1 + months
    year, month = divmod(whole, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def last_day(first, months):
    """The last day of a term of so many months that begins with the day `first`.

    The day before the one that answers to it in the last month; where that month has no such day, its last day
    (Civil Act of Korea, article 160): a year from 29 February 2024 ends on 28 February 2025, and a year from
    1 March 2023 on 29 February 2024.
    """
    there = months_after(first, months)
    return there if there.day < first.day else there - timedelta(days=1)


def notice_day(ends_on):
    """The day on which the end of an agreement is announced to those who answer for it."""
    return months_after(ends_on, -NOTICE_MONTHS)


def in_a_row(agreement):
    """The how-manieth agreement in a row it is, counting back along what each renews: 1, 2 and so on.

    A note on what came before is none, and the row breaks where more than a year lies between two. The chain is
    followed row by row, and ends where it would come round to an agreement that it has passed.
    """
    count, seen, current = 1, {agreement.pk}, agreement
    while (before := current.renews) and before.pk not in seen:
        if before.is_history_note or not _follows(before, current):
            break
        seen.add(before.pk)
        count, current = count + 1, before
    return count


def _follows(before, after):
    if before.signed_on is None or after.signed_on is None or before.signed_on >= after.signed_on:
        return False
    end = before.ends_on or months_after(before.signed_on, 12)
    return after.signed_on - end <= GAP
