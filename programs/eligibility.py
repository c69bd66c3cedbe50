"""Who may apply to a cohort: each condition, whether a person meets it, and the way out where they do not.

A cohort's own rules are EligibilityRule rows. Two conditions hold everywhere: no participation restriction runs,
and no confirmed place of the person overlaps with the cohort's sessions. Reads only.
"""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import clock, i18n
from portal.errors import Refused
from programs.models.cohorts import Session
from programs.models.eligibility import RuleKind
from programs.models.enrolments import Enrolment, EnrolmentStatus
from programs.models.forms import QuestionType
from programs.questions.conditions import asked
from programs.questions.fields import field_of
from programs.questions.loading import questions_of
from programs.restrictions import running_of

MET, UNMET, UNKNOWN = "met", "unmet", "unknown"
FACTS = {"birth_on": QuestionType.DATE, "career_years": QuestionType.NUMBER}  # what is read from answers
TOOK_PART = (
    EnrolmentStatus.ENROLLED,
    EnrolmentStatus.ACTIVE,
    EnrolmentStatus.COMPLETED,
    EnrolmentStatus.NOT_COMPLETED,
)


@dataclass
class Finding:
    """One condition as it stands for one person: `code` for machines, `rule` and `sentence` for people.

    `key` names the question whose answer decides it, where one does.
    """

    code: str
    state: str
    rule: str
    sentence: str = ""
    way_out: str = ""
    key: str = ""

    @property
    def text(self):
        """What stands in the way, and the way out."""
        return f"{self.sentence} {self.way_out}".strip()


class NotEligible(Refused):
    """A person does not meet the conditions; `findings` are those that are not met."""

    def __init__(self, findings):
        super().__init__(" ".join(finding.text for finding in findings))
        self.findings = findings


def conditions(cohort, person, answers, questions, now):
    """Every condition of `cohort` as a Finding, met or not; `unknown` where nothing usable has been said yet.

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


def findings(cohort, person, answers, questions, now, *, complete=False):
    """The conditions that are not met; with `complete` also those not known though the form asks for the answer.

    What a form does not ask for keeps nobody from sending it.
    """
    return [
        finding
        for finding in conditions(cohort, person, answers, questions, now)
        if finding.state == UNMET or (complete and finding.state == UNKNOWN and finding.key)
    ]


def refuse(cohort, person, answers, questions):
    """Raise NotEligible where a condition is not met, as far as anything is known."""
    unmet = findings(cohort, person, answers, questions, clock.now())
    if unmet:
        raise NotEligible(unmet)


def facts_of(answers, questions):
    """What the answers say of age and experience, by profile field: the key of the question, and its clean answer.

    The answer is None where it is blank or cannot be read. A question that is not asked says nothing.
    """
    found = {}
    for question in asked(questions, answers):
        if question.type == FACTS.get(question.profile_field):
            try:
                value = field_of(question, required=False).clean(answers.get(question.key))
            except ValidationError:
                value = None
            found[question.profile_field] = (question.key, value)
    return found


def unasked(cohort):
    """The rules of a cohort that its form cannot tell anything about."""
    questions = questions_of(cohort.form_version_id)
    told = {question.profile_field for question in questions if question.type == FACTS.get(question.profile_field)}
    needs = {RuleKind.AGE: "birth_on", RuleKind.CAREER: "career_years"}
    return [rule for rule in cohort.eligibility_rules.all() if rule.kind in needs and needs[rule.kind] not in told]


def history_of(person):
    """How the person took part before: program, cohort and status of each enrolment."""
    return list(Enrolment.objects.filter(person=person).values_list("cohort__program", "cohort", "status"))


def restriction_finding(person, now):
    """The restriction that runs, if one does."""
    row = running_of(person, now)
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


def clash_of(cohort, person):
    """A session of another cohort, in which `person` has a place, that overlaps with one of `cohort`; or None."""
    meets = Q()
    for starts_at, ends_at in cohort.sessions.filter(cancelled_at=None).values_list("starts_at", "ends_at"):
        meets |= Q(starts_at__lt=ends_at, ends_at__gt=starts_at)
    if not meets:
        return None
    return (
        Session.objects.filter(
            meets,
            cancelled_at=None,
            cohort__enrolments__person=person,
            cohort__enrolments__status__in=[EnrolmentStatus.ENROLLED, EnrolmentStatus.ACTIVE],
        )
        .exclude(cohort=cohort)
        .select_related("cohort__program")
        .order_by("starts_at", "pk")
        .first()
    )


def clash_text(session):
    """The sentence about a place that overlaps."""
    return _("This overlaps with a place you have confirmed: %(title)s.") % {"title": session.cohort.program.title}


def overlap_finding(cohort, person):
    """A confirmed place whose sessions overlap, if there is one."""
    clash = clash_of(cohort, person)
    if clash is None:
        return None
    return Finding(
        "overlap",
        UNMET,
        _("No place at the same time"),
        clash_text(clash),
        _("Cancel that place first, if you would rather come to this one."),
    )


def in_bounds(rule, years):
    """Whether `years` lies within the rule, both ends included."""
    return (rule.lowest is None or years >= rule.lowest) and (rule.highest is None or years <= rule.highest)


def age_on(born, day):
    """Full years between a birthday and `day`; who was born on 29 February is a year older on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def age_bounds(rule):
    """The ages of a rule in words."""
    if rule.lowest is not None and rule.highest is not None:
        return _("%(lowest)s to %(highest)s years old") % {"lowest": rule.lowest, "highest": rule.highest}
    if rule.lowest is not None:
        return _("%(lowest)s years old or older") % {"lowest": rule.lowest}
    return _("%(highest)s years old or younger") % {"highest": rule.highest}


def age_finding(rule, fact, cohort, now):
    """The age on the first day of the cohort (today where that is not set)."""
    text = _("Age: %(bounds)s on the first day") % {"bounds": age_bounds(rule)}
    key, answer = fact or ("", None)
    if not answer:
        return unknown("age", text, key)
    born, day = date.fromisoformat(answer), i18n.local_date(cohort.starts_at or now)
    years = age_on(born, day)
    if years >= 0 and in_bounds(rule, years):
        return Finding("age", MET, text, key=key)
    if years < 0:
        sentence = _("The date of birth you gave lies in the future.")
    else:
        sentence = _("You will be %(years)s on the first day; this cohort is for people %(bounds)s.") % {
            "years": years,
            "bounds": age_bounds(rule),
        }
    return Finding(
        "age", UNMET, text, sentence, _("Check your date of birth; other programs are in the catalog."), key
    )


def career_bounds(rule):
    """The years of experience of a rule in words."""
    if rule.lowest is not None and rule.highest is not None:
        return _("%(lowest)s to %(highest)s years") % {"lowest": rule.lowest, "highest": rule.highest}
    if rule.lowest is not None:
        text = ngettext("%(lowest)s year or more", "%(lowest)s years or more", rule.lowest)
        return text % {"lowest": rule.lowest}
    text = ngettext("%(highest)s year or less", "%(highest)s years or less", rule.highest)
    return text % {"highest": rule.highest}


def career_finding(rule, fact):
    """Years of experience."""
    text = _("Experience: %(bounds)s") % {"bounds": career_bounds(rule)}
    key, years = fact or ("", None)
    if years is None:
        return unknown("career", text, key)
    if in_bounds(rule, years):
        return Finding("career", MET, text, key=key)
    sentence = ngettext(
        "You gave %(years)s year of experience; this cohort is for %(bounds)s.",
        "You gave %(years)s years of experience; this cohort is for %(bounds)s.",
        years,
    ) % {"years": years, "bounds": career_bounds(rule)}
    return Finding(
        "career", UNMET, text, sentence, _("Check the number of years; other programs are in the catalog."), key
    )


def unknown(code, text, key):
    """A condition of which the answers say nothing usable."""
    sentence = _("We need this answer to see whether you may apply.") if key else ""
    return Finding(code, UNKNOWN, text, sentence, key=key)


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
