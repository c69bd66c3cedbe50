"""What the demonstration writes in bulk is what the operations would have done, deed by deed.

The applications of a cohort are told, only its people and the cohort itself are written, and then everything that
people and staff did is done again through the operations, at the same moments, with the clock running between.
"""

import pytest
from django.conf import settings

from portal.demo.load import tell
from portal.management.commands.run_due import run_due
from programs.models.applications import Application, ApplicationStatus, Decision, Offer, StateChange
from programs.models.attendance import Attendance, Completion, Excuse
from programs.models.check_in import CheckIn
from programs.models.cohorts import Cohort
from programs.models.enrolments import Enrolment
from programs.models.interviews import InterviewChange, InterviewSlot
from programs.models.selection import Conflict, Review
from programs.operations import applications, decisions, review, seats
from programs.operations.drafts import save_draft
from tests.make import make_consents
from tests.portal.demo_season import NOW, clock_at

pytestmark = pytest.mark.django_db
S = ApplicationStatus
LIVED = (Application, StateChange, Decision, Offer, Enrolment)


def replayed(world, program, slug):
    """The cohort with nobody in it yet, and what was told of it."""
    told = {model: [row for row in world.ledger.rows[model] if concerns(row, program, slug)] for model in LIVED}
    for model in world.ledger.rows:
        hangs_on_them = (
            *LIVED,
            Review,
            Conflict,
            InterviewSlot,
            InterviewChange,
            CheckIn,
            Attendance,
            Excuse,
            Completion,
        )
        if model in hangs_on_them or model.__module__.startswith("mentoring"):
            world.ledger.rows[model] = []
    cohort = next(row for row in world.ledger.rows[Cohort] if (row.program.slug, row.slug) == (program, slug))
    lasting = ("review_began_at", "released_at", "promotion_ran_at", "promotion_stop")
    before = {name: getattr(cohort, name) for name in lasting}
    cohort.review_began_at = cohort.released_at = cohort.promotion_ran_at = None
    cohort.promotion_stop = ""
    world.forms.write()
    world.ledger.write()
    return cohort, told, before


def concerns(row, program, slug):
    cohort = row.cohort if hasattr(row, "cohort") else row.application.cohort
    return (cohort.program.slug, cohort.slug) == (program, slug)


def deeds(told, staff):
    """What people and staff did, in order: (when, deed)."""
    made = {}

    def begin(row):
        application = applications.start_application(row.cohort.pk, by=row.applicant)
        made[row.code] = application.pk
        make_consents(row.applicant, row.cohort)
        save_draft(application, typed=row.draft)

    def submit(row):
        applications.submit_application(made[row.code], by=row.applicant)

    by_applicant = {
        S.CONFIRMED: seats.confirm_offer,
        S.DECLINED: seats.decline_offer,
        S.CANCELLED: seats.cancel_place,
        S.WITHDRAWN: applications.withdraw_application,
    }
    by_staff = {
        S.IN_REVIEW: lambda pk, by: review.start_review([pk], by=by),
        S.REJECTED: review.reject_ineligible,
    }
    for row in told[Application]:
        yield row.created_at, lambda row=row: begin(row)
    for change in told[StateChange]:
        row = change.application
        if change.to_status == S.SUBMITTED:
            yield change.at, lambda row=row: submit(row)
        elif change.by is row.applicant:
            deed = by_applicant[change.to_status]
            yield change.at, lambda row=row, deed=deed: deed(made[row.code], by=row.applicant)
        elif change.by is not None:
            deed = by_staff[change.to_status]
            yield change.at, lambda row=row, deed=deed: deed(made[row.code], by=staff)
    for moment in {change.at for change in told[StateChange] if change.by is None}:
        yield moment, lambda moment=moment: run_due(moment)
    for decision in told[Decision]:
        yield (
            decision.at,
            lambda row=decision: decisions.stage_decisions(
                [made[row.application.code]], row.outcome, by=staff, reason_code=row.reason_code
            ),
        )


@pytest.mark.parametrize(
    ("program", "stage"),
    [
        ("production-sound", "all"),  # by selection; someone let a promotion run out
        ("data-color-meetup", "deciding"),  # first come; places given back, a waitlist, a promotion that still runs
    ],
)
def test_the_operations_come_to_the_same_end(program, stage, monkeypatch):
    world = tell(NOW, stage)
    staff = world.crowd["manager"]
    cohort, told, before = replayed(world, program, "demo-1")
    monkeypatch.setattr("portal.mail.deliver_waiting", lambda limit=200: 0)
    with clock_at(NOW):
        for moment, deed in sorted(deeds(told, staff), key=lambda pair: pair[0]):
            settings.DEMO_NOW = moment
            deed()
        settings.DEMO_NOW = NOW
        run_due(NOW)

    def state(rows):
        return {
            (row.applicant.email, row.status, row.waitlist_number, row.reason_code, row.answer_by, row.moved_at)
            for row in rows
        }

    assert state(Application.objects.select_related("applicant")) == state(told[Application])

    def history(rows):
        return sorted(
            (
                row.application.applicant.email,
                row.at,
                row.from_status,
                row.to_status,
                row.by.email if row.by else "",
            )
            for row in rows
        )

    changes = StateChange.objects.select_related("application__applicant", "by")
    assert history(changes) == history(told[StateChange])

    def offers(rows):
        return sorted((row.application.applicant.email, row.kind, row.made_at, row.expires_at) for row in rows)

    assert offers(Offer.objects.select_related("application__applicant")) == offers(told[Offer])

    def places(rows):
        return sorted((row.person.email, row.enrolled_at, row.status == "cancelled") for row in rows)

    assert places(Enrolment.objects.select_related("person")) == places(told[Enrolment])
    cohort.refresh_from_db()
    assert cohort.review_began_at == before["review_began_at"]
    assert cohort.released_at == before["released_at"]
