"""One's own attendance: where one stands, line by line, and how it was decided. A part of the learning page."""

from django.urls import reverse
from django.utils.translation import gettext as _

from portal import i18n
from programs import attending, excuses
from programs import completion_words as words
from programs.completion import Verdict
from programs.models.attendance import Completion
from programs.models.enrolments import ENDED, EnrolmentStatus


def part(enrolment, now):
    """What `programs/learning/_attendance.html` takes; None where there is nothing to attend."""
    if enrolment.status in (EnrolmentStatus.CANCELLED, EnrolmentStatus.NO_SHOW):
        return None
    decided = Completion.objects.filter(enrolment=enrolment).select_related("rule").first()
    rule = decided.rule if decided is not None else attending.rule_of(enrolment.cohort, now)
    standing = attending.standings(enrolment.cohort, [enrolment], now, rule=rule)[enrolment.pk]
    if not standing.lines:
        return None
    is_over = enrolment.status in ENDED
    return {
        "template": "programs/learning/_attendance.html",
        "pill": words.outcome_pill(enrolment) if is_over else words.pill(standing),
        "text": outcome_text(enrolment, decided) if is_over else advice(standing, now),
        "rule": words.rule_text(rule, standing.basis),
        "sums": [{"term": term, "value": value} for term, value in words.sums(standing, is_over=is_over)],
        "lines": words.session_lines(standing),
        "excuses_url": reverse("learning-excuses", args=[enrolment.code]),
        "has_asked": enrolment.excuses.exists(),
        "can_ask": not is_over and bool(excuses.sessions_for(enrolment, now)),
    }


def outcome_text(enrolment, decided):
    """How it was decided, and why where it was decided otherwise than the rule computes."""
    if decided is None:
        return enrolment.end_reason
    day = i18n.day(decided.at, year=True)
    if decided.is_override:
        return _("Decided on %(day)s, otherwise than the rule computes: %(reason)s") % {
            "day": day,
            "reason": decided.reason,
        }
    return _("Decided on %(day)s by the sums below.") % {"day": day}


def advice(standing, now):
    """What the verdict means for the trainee."""
    if standing.verdict in (Verdict.WITHIN, Verdict.ONE_MORE) and not standing.can_miss(now):
        return _("All sessions are over, and not all of them are marked yet.")
    return {
        Verdict.REACHED: _("You have attended enough, whatever still comes."),
        Verdict.WITHIN: _("If you attend what is left, you complete the cohort."),
        Verdict.ONE_MORE: _("If you miss one more session, you can no longer complete the cohort."),
        Verdict.UNREACHABLE: _("Even with everything that is left, it is no longer enough."),
        Verdict.NOT_REACHED: _("It was not enough to complete the cohort."),
    }[standing.verdict]
