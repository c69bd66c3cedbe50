"""What everyone agreed to: the terms when they joined, and with each application what its cohort asked for."""

from django.utils import translation

from accounts import consent_form
from accounts.models import ConsentRecord, TermVersion
from accounts.terms import holding
from mentoring.models.mentors import MentorProfile
from portal.demo.ledger import dice
from programs import consents
from programs.models.applications import Application
from programs.models.terms import CohortTerm

ON_JOINING = ("terms", "privacy")
ON_MENTORING = ("mentor-pledge", "mentor-conduct")
ON_APPLYING = (("application", True),)  # where a cohort says nothing itself
WILLING = {  # how many of a hundred give a consent that is up to them
    "optional_items": 92,
    "sensitive": 12,
    "third_party": 78,
    "abroad": 55,
    "portrait": 81,
    "marketing": 64,
}
UNWILLING = "applicant2"  # 신나봄 refuses whatever may be refused, and can apply all the same


class Wordings:
    """The texts, which version of them held when, and the items that were shown with it."""

    def __init__(self, forms):
        self.questions = {version.pk: forms.questions[name] for name, version in forms.versions.items()}
        self.shown = {}
        self.versions = {}
        for version in TermVersion.objects.select_related("term").order_by("number"):
            self.versions.setdefault(version.term.slug, []).append(version)

    def at(self, slug, moment):
        """The version that held at `moment`; the first one before there was any."""
        return holding(self.versions[slug], moment)

    def items(self, version, cohort, language):
        """The items as somebody read them in `language`: the text's own, or those of the cohort's form."""
        form = cohort.form_version_id if cohort else None
        key = (version.pk, form, language)
        if key not in self.shown:
            with translation.override(language):
                asked = consents.items_of(self.questions.get(form, ()))
                self.shown[key] = "\n".join(consent_form.items_of(version, asked.get(version.kind, ())))
        return self.shown[key]


def asked_by_cohort(ledger):
    """For the id of each cohort's row in memory: what it asks, as pairs of a slug and whether it must be agreed to.

    The application's own text is always asked, and first.
    """
    asked = {}
    for row in ledger.rows.get(CohortTerm, ()):
        asked.setdefault(id(row.cohort), []).append(row)
    return {
        key: [
            *(pair for pair in ON_APPLYING if pair[0] not in {row.term.kind for row in rows}),
            *((row.term.slug, row.is_required) for row in sorted(rows, key=lambda row: row.position)),
        ]
        for key, rows in asked.items()
    }


def add_consents(world):
    """Add the consents of everyone in the ledger, each dated by what it belongs to."""
    wordings = Wordings(world.forms)
    asked = asked_by_cohort(world.ledger)
    for person in world.crowd.everyone:
        for slug in ON_JOINING:
            add(world, person, wordings.at(slug, person.date_joined), "", given=True, at=person.date_joined)
    for mentor in world.ledger.rows[MentorProfile]:
        for slug in ON_MENTORING:
            version, at = wordings.at(slug, mentor.confirmed_at), mentor.confirmed_at
            add(world, mentor.user, version, "", given=True, at=at)
    unwilling = world.crowd[UNWILLING]
    refused = wordings.at("marketing", unwilling.date_joined)
    shown = wordings.items(refused, None, unwilling.language)
    add(world, unwilling, refused, shown, given=False, at=unwilling.date_joined)
    sent = [row for row in world.ledger.rows[Application] if row.submitted_at is not None]
    once = {(unwilling.email, "marketing")}
    for application in sorted(sent, key=lambda row: row.submitted_at):
        add_of_application(world, application, asked.get(id(application.cohort), ON_APPLYING), wordings, once)


def add_of_application(world, application, asked, wordings, once):
    """What an applicant answered when the application was sent; `once` holds what needs no second answer."""
    person, cohort, at = application.applicant, application.cohort, application.submitted_at
    unwilling = person is world.crowd[UNWILLING]
    for slug, is_required in asked:
        version = wordings.at(slug, at)
        term = version.term
        if not term.is_of_cohort:
            if (person.email, slug) in once:
                continue
            once.add((person.email, slug))
        required = is_required and term.may_be_required
        chance = WILLING.get(term.kind, 100)
        rolled = dice("consent", slug, person.email, cohort.receipt_prefix).randrange(100)
        given = required or (not unwilling and rolled < chance)
        shown = wordings.items(version, cohort, person.language)
        add(world, person, version, shown, given=given, at=at, cohort=cohort if term.is_of_cohort else None)


def add(world, person, version, items, *, given, at, cohort=None):
    """One answer, in the person's language, with the items as they were shown."""
    world.ledger.add(
        ConsentRecord(
            user=person,
            version=version,
            cohort=cohort,
            given=given,
            items=items,
            language=person.language,
            at=at,
        )
    )
