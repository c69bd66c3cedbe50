"""The sums of `completion.py` in words, line by line, for whoever reads them: trainee, staff, instructor."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from portal import i18n, pills
from programs.completion import Verdict, percent_of
from programs.models.attendance import AttendanceStatus

VERDICTS = {
    Verdict.REACHED: gettext_lazy("Reached"),
    Verdict.WITHIN: gettext_lazy("Within reach"),
    Verdict.ONE_MORE: gettext_lazy("One more absence, and out of reach"),
    Verdict.UNREACHABLE: gettext_lazy("Out of reach"),
    Verdict.NOT_REACHED: gettext_lazy("Not reached"),
}


def pill(standing):
    """The verdict as `components/pill.html` takes it."""
    return pills.pill(pills.VERDICT_PILLS, standing.verdict, VERDICTS[standing.verdict])


def outcome_pill(enrolment):
    """How somebody's part in a cohort stands or ended."""
    return pills.pill(pills.ENROLMENT_PILLS, enrolment.status, enrolment.get_status_display())


def status_pill(status):
    """How somebody attended; unmarked where nothing is written."""
    if not status:
        return pills.pill(pills.ATTENDANCE_PILLS, "", pgettext("attendance", "Not marked yet"))
    return pills.pill(pills.ATTENDANCE_PILLS, status, AttendanceStatus(status).label)


def time_text(minutes):
    """So many minutes, in hours and minutes."""
    hours, rest = divmod(minutes, 60)
    if not rest and hours:
        return pgettext("duration", "%(hours)s h") % {"hours": hours}
    if not hours:
        return pgettext("duration", "%(minutes)s min") % {"minutes": rest}
    return pgettext("duration", "%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}


def days_text(count):
    """So many days."""
    return ngettext("%(count)s day", "%(count)s days", count) % {"count": count}


def amount(basis, number):
    """Minutes or days, as the basis counts."""
    return time_text(number) if basis == "hours" else days_text(number)


def share_text(basis, present, total):
    """How much of how much, and what that is in percent, rounded down."""
    return _("%(present)s of %(total)s, which is %(percent)s%%") % {
        "present": amount(basis, present),
        "total": amount(basis, total),
        "percent": percent_of(present, total),
    }


def session_lines(standing):
    """The sessions that count, one a line: day, title, how they were attended, and for how long."""
    return [
        {
            "when": i18n.day(line.day),
            "title": line.session.title,
            "title_lang": i18n.language_of(line.session, "title"),
            "note": note_of(line),
            "pill": status_pill(line.status),
        }
        for line in standing.lines
    ]


def note_of(line):
    """How long a session was attended; nothing while it is open."""
    times = i18n.hours(line.session.starts_at, line.session.ends_at)
    if line.is_open:
        return times
    of = {"attended": time_text(line.attended), "length": time_text(line.length)}
    return f"{times} · " + _("%(attended)s of %(length)s") % of


def sums(standing, *, is_over=False):
    """How the sums come about: pairs of a term and its value, in the order in which they are added.

    Where somebody's part `is_over`, nothing can be added any more.
    """
    here = standing.sum
    if standing.basis == "hours":
        facts = [(_("Attended"), f"{time_text(here.attended)} / {time_text(here.total)}")]
    else:
        facts = [(_("Days that count"), f"{here.attended} / {days_text(here.total)}")]
        facts += [(i18n.day(day.day), day_text(day, standing.day_percent)) for day in short_days(here)]
    if here.slips:
        facts.append((_("Late, left early or stepped out"), slips_text(standing)))
    facts.append((_("Counts"), share_text(standing.basis, standing.present, standing.total)))
    if standing.open and not is_over:
        facts.append((_("Can still become"), share_text(standing.basis, standing.best, standing.total)))
    facts.append((_("Needed"), _("%(percent)s%%; exactly that is enough") % {"percent": standing.threshold}))
    return facts


def short_days(here):
    """The days that do not count whole, and are over."""
    return [day for day in here.days if not day.is_open and day.attended < day.length]


def day_text(day, needed):
    """Why a day that was not attended whole counts, or does not."""
    of = {"attended": time_text(day.attended), "length": time_text(day.length), "needed": needed}
    if day.counts:
        return _("%(attended)s of %(length)s: at least %(needed)s%%, so the day counts") % of
    return _("%(attended)s of %(length)s: less than %(needed)s%%, so the day does not count") % of


def slips_text(standing):
    """How many slips, and what they take away."""
    here = standing.sum
    times = ngettext("%(count)s time", "%(count)s times", here.slips) % {"count": here.slips}
    if not here.absences:
        return _("%(times)s; %(number)s make one absence") % {
            "times": times,
            "number": standing.slips_per_absence,
        }
    absences = ngettext("%(count)s absence", "%(count)s absences", here.absences) % {"count": here.absences}
    return _("%(times)s, which makes %(absences)s: −%(taken)s") % {
        "times": times,
        "absences": absences,
        "taken": amount(standing.basis, here.taken),
    }


def rule_text(rule, basis):
    """What it takes, in one sentence."""
    words = {"threshold": rule.threshold, "slips": rule.slips_per_absence, "day": rule.day_percent}
    if basis == "hours":
        return (
            _(
                "Completed by whoever attends at least %(threshold)s%% of the hours. "
                "Late, left early or stepped out %(slips)s times counts as missing one session."
            )
            % words
        )
    return (
        _(
            "Completed by whoever attends at least %(threshold)s%% of the days; a day counts from %(day)s%% of "
            "its time on. Late, left early or stepped out %(slips)s times counts as missing one day."
        )
        % words
    )
