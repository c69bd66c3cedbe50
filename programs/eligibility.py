"""Who may apply to a cohort: each condition, whether a person meets it, and the way out if not. Reads only.

A cohort's own rules are EligibilityRule rows. Two conditions hold everywhere: no participation restriction runs,
and no confirmed place of the person overlaps with the cohort's sessions.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from portal import clock, i18n
from portal.errors import Refused
from programs.models.cohorts import Session
from programs.models.eligibility import Restriction, RuleKind
from programs.models.enrolments import Enrolment, EnrolmentStatus

MET, UNMET, UNKNOWN = "met", "unmet", "unknown"
TOOK_PART = (
    EnrolmentStatus.ENROLLED,
    EnrolmentStatus.ACTIVE,
    EnrolmentStatus.COMPLETED,
    EnrolmentStatus.NOT_COMPLETED,
)


@dataclass
class Finding:
    """One condition as it stands for one person: `code` for machines, `rule` and `sentence` for people."""

    code: str
    state: str
    rule: str
    sentence: str = ""
    way_out: str = ""


class NotEligible(Refused):
    """A person does not meet the conditions; `findings` are those that are not met."""

    def __init__(self, findings):
        super().__init__(" ".join(f"{finding.sentence} {finding.way_out}".strip() for finding in findings))
        self.findings = findings


def conditions(cohort, person, answers, questions, now):
    """Every condition of `cohort` as a Finding, met or not; `unknown` where nothing has been said yet.

    `answers` are a draft or what was sent; age and experience are read from the questions taken over from the
    profile. Five queries at most.
    """
    found = [restriction_finding(person, now), overlap_finding(cohort, person)]
    facts = facts_of(answers, questions)
    history = None
    for rule in cohort.eligibility_rules.select_related("program"):
        if rule.kind == RuleKind.AGE:
            found.append(age_finding(rule, facts.get("birth_on"), cohort, now))
        elif rule.kind == RuleKind.CAREER:
            found.append(career_finding(rule, facts.get("career_years")))
        else:
            if history is None:
                history = history_of(person)
            found.append(history_finding(rule, cohort, history))
    return [finding for finding in found if finding is not None]


def findings(cohort, person, answers, questions, now):
    """The conditions that are not met."""
    return [finding for finding in conditions(cohort, person, answers, questions, now) if finding.state == UNMET]


def refuse(cohort, person, answers, questions):
    """Raise NotEligible where a condition is not met, as far as anything is known."""
    unmet = findings(cohort, person, answers, questions, clock.now())
    if unmet:
        raise NotEligible(unmet)


def facts_of(answers, questions):
    """What the answers say of age and experience, by the profile field their question is taken over from."""
    return {q.profile_field: answers.get(q.key) for q in questions if q.profile_field}


def history_of(person):
    """How the person took part before: program id and status of each enrolment."""
    return list(Enrolment.objects.filter(person=person).values_list("cohort__program", "cohort", "status"))


def restriction_finding(person, now):
    """The restriction that runs, if one does."""
    running = Restriction.objects.filter(person=person, lifted_at=None, from_at__lte=now, until__gt=now)
    row = running.order_by("-until").first()
    if row is None:
        return None
    return Finding(
        "restricted",
        UNMET,
        _("No participation restriction"),
        _("You cannot apply before %(moment)s: %(reason)s")
        % {"moment": i18n.moment(row.until), "reason": row.reason},
        _("You can appeal on “My page”."),
    )


def overlap_finding(cohort, person):
    """A confirmed place whose sessions overlap, if there is one."""
    mine = list(cohort.sessions.values_list("starts_at", "ends_at"))
    if not mine:
        return None
    meets = Q(pk__in=[])
    for starts_at, ends_at in mine:
        meets |= Q(starts_at__lt=ends_at, ends_at__gt=starts_at)
    clash = (
        Session.objects.filter(
            meets,
            cohort__enrolments__person=person,
            cohort__enrolments__status__in=[EnrolmentStatus.ENROLLED, EnrolmentStatus.ACTIVE],
        )
        .exclude(cohort=cohort)
        .select_related("cohort__program")
        .first()
    )
    if clash is None:
        return None
    return Finding(
        "overlap",
        UNMET,
        _("No place at the same time"),
        _("This overlaps with a place you have confirmed: %(title)s.") % {"title": clash.cohort.program.title},
        _("Cancel that place first, if you would rather come to this one."),
    )


def bounds_text(lowest, highest):
    """A range of years in words."""
    if lowest is not None and highest is not None:
        return _("%(lowest)s to %(highest)s years") % {"lowest": lowest, "highest": highest}
    if lowest is not None:
        return _("%(lowest)s years or more") % {"lowest": lowest}
    return _("%(highest)s years or less") % {"highest": highest}


def in_bounds(rule, years):
    """Whether `years` lies within the rule, both ends included."""
    return (rule.lowest is None or years >= rule.lowest) and (rule.highest is None or years <= rule.highest)


def age_on(born, day):
    """Full years between a birthday and `day`; who was born on 29 February is a year older on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def age_finding(rule, answer, cohort, now):
    """The age on the first day of the cohort (today where that is not set)."""
    text = _("Age: %(bounds)s on the first day") % {"bounds": bounds_text(rule.lowest, rule.highest)}
    try:
        born = date.fromisoformat(answer or "")
    except (TypeError, ValueError):
        return Finding("age", UNKNOWN, text)
    day = i18n.local_date(cohort.starts_at or now)
    if in_bounds(rule, age_on(born, day)):
        return Finding("age", MET, text)
    years = age_on(born, day)
    return Finding(
        "age",
        UNMET,
        text,
        _("You will be %(years)s on the first day; this cohort is for people of %(bounds)s.")
        % {"years": years, "bounds": bounds_text(rule.lowest, rule.highest)},
        _("Check your date of birth; other programs are in the catalog."),
    )


def career_finding(rule, answer):
    """Years of experience."""
    text = _("Experience: %(bounds)s") % {"bounds": bounds_text(rule.lowest, rule.highest)}
    try:
        years = int(answer)
    except (TypeError, ValueError):
        return Finding("career", UNKNOWN, text)
    if in_bounds(rule, years):
        return Finding("career", MET, text)
    return Finding(
        "career",
        UNMET,
        text,
        _("You gave %(years)s years of experience; this cohort is for %(bounds)s.")
        % {"years": years, "bounds": bounds_text(rule.lowest, rule.highest)},
        _("Check the number of years; other programs are in the catalog."),
    )


def history_finding(rule, cohort, history):
    """A program completed before, or the same program not taken before."""
    if rule.kind == RuleKind.COMPLETED:
        done = any(
            program == rule.program_id and status == EnrolmentStatus.COMPLETED for program, _c, status in history
        )
        text = _("Completed: %(title)s") % {"title": rule.program.title}
        if done:
            return Finding("completed", MET, text)
        return Finding(
            "completed",
            UNMET,
            text,
            _("This cohort is for people who have completed %(title)s.") % {"title": rule.program.title},
            _("Complete it first; its next cohort is in the catalog."),
        )
    before = any(
        program == cohort.program_id and other != cohort.pk and status in TOOK_PART
        for program, other, status in history
    )
    text = _("Has not taken part in this program before")
    if not before:
        return Finding("not_twice", MET, text)
    return Finding(
        "not_twice",
        UNMET,
        text,
        _("You have taken part in this program before, and it can be taken only once."),
        _("Other programs are in the catalog."),
    )
