"""What cohorts ask their applicants to agree to, who may apply to them, and one restriction with its appeal."""

from datetime import timedelta

from accounts.models import Term
from programs.models.cohorts import Cohort
from programs.models.eligibility import Appeal, EligibilityRule, Restriction, RuleKind
from programs.models.enrolments import EnrolmentStatus
from programs.models.terms import CohortTerm

ALWAYS = ("application", "optional-items", "marketing")
BY_KIND = {  # besides, by the kind of program
    "course": ("no-show", "sensitive", "third-party-kocca", "portrait"),
    "masterclass": (
        "no-show", "confidentiality", "sensitive", "third-party-kofic", "third-party-netflix", "abroad-netflix",
        "portrait",
    ),
    "internship": ("no-show", "confidentiality", "third-party-hosts", "third-party-kocca"),
}  # fmt: skip
AT_EVENTS = ("no-show", "portrait")
REQUIRED = {"application", "no-show", "confidentiality", "third-party-hosts"}
OF_AGE = 19
WAIT = timedelta(days=180)  # after the second place that nobody took


def add_rules(world):
    """Add terms and conditions to every cohort in the ledger that takes applications, and the restriction."""
    terms = {term.slug: term for term in Term.objects.all()}
    for cohort in world.ledger.rows[Cohort]:
        if cohort.opens_at is None:
            continue
        slugs = ALWAYS[:1] + BY_KIND.get(cohort.program.kind, AT_EVENTS) + ALWAYS[1:]
        for position, slug in enumerate(slugs, start=1):
            world.ledger.add(
                CohortTerm(cohort=cohort, term=terms[slug], is_required=slug in REQUIRED, position=position)
            )
        if cohort.program.kind == "masterclass":
            world.ledger.add(EligibilityRule(cohort=cohort, kind=RuleKind.AGE, lowest=OF_AGE))
            world.ledger.add(EligibilityRule(cohort=cohort, kind=RuleKind.NOT_TWICE))
        elif cohort.program.kind == "internship":
            world.ledger.add(EligibilityRule(cohort=cohort, kind=RuleKind.CAREER, highest=15))
    add_restriction(world)


def add_restriction(world):
    """The person who did not come twice was restricted, said why, and was let in again."""
    person, staff = world.crowd["P09"], world.crowd["manager"]
    missed = sorted(
        enrolment.ended_at
        for enrolment in world.ledger.rows_of_enrolments()
        if enrolment.person is person and enrolment.status == EnrolmentStatus.NO_SHOW
    )
    if len(missed) < 2:
        return
    begins = missed[1] + timedelta(days=1)
    restriction = world.ledger.add(
        Restriction(
            person=person,
            reason="12개월 안에 두 번 불참",
            from_at=begins,
            until=begins + WAIT,
            made_by=staff,
            lifted_at=begins + timedelta(days=6),
        )
    )
    world.ledger.add(
        Appeal(
            restriction=restriction,
            text="두 번째 과정의 첫날 교통사고로 입원했습니다. 입퇴원 확인서를 담당자에게 보냈습니다.",
            made_at=begins + timedelta(days=2),
            decided_at=begins + timedelta(days=6),
            decided_by=staff,
            is_accepted=True,
            answer="제출하신 확인서로 사정을 확인하여 제한을 해제합니다.",
        )
    )
