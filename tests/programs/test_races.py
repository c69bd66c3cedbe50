"""Two different deeds at the same moment: whichever comes first, seats, waitlist and mails add up (PostgreSQL)."""

import pytest

from portal.models import OutgoingMail
from programs.models.applications import Application, ApplicationStatus, Decision, Outcome
from programs.models.enrolments import Enrolment
from programs.operations import applications, cohorts, decisions, releases, seats
from tests.make import make_admin, make_application, make_cohort, make_enrolment
from tests.races import at_once

S = ApplicationStatus
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def statuses(cohort):
    return sorted(cohort.applications.values_list("status", flat=True))


def test_a_release_while_someone_withdraws():
    cohort, staff = make_cohort(phase="in_review", capacity=1), make_admin()
    first, second = (make_application(cohort, status=S.IN_REVIEW) for _ in range(2))
    decisions.stage_decisions([first.pk], Outcome.OFFER, by=staff)
    decisions.stage_decisions([second.pk], Outcome.WAITLIST, by=staff)

    at_once(
        [
            lambda: releases.release_decisions(cohort.pk, by=staff),
            lambda: applications.withdraw_application(first.pk, by=first.applicant),
        ]
    )

    # Withdrawn before the release, the seat goes to the next; offered before, it can only be declined.
    assert statuses(cohort) in (["offered", "withdrawn"], ["offered", "waitlisted"])
    assert cohort.applications.filter(status=S.OFFERED).count() == 1
    told = OutgoingMail.objects.filter(person=first.applicant).values_list("reason", flat=True)
    first.refresh_from_db()
    assert list(told) == (["offered"] if first.status == S.OFFERED else ["withdrawn"])


def test_fewer_seats_while_an_offer_is_confirmed_and_another_made():
    cohort, staff = make_cohort(phase="announced", capacity=3), make_admin()
    offered = make_application(cohort, status=S.OFFERED)
    waiting = make_application(cohort, status=S.WAITLISTED)

    at_once(
        [
            lambda: cohorts.change_capacity(cohort.pk, 1, by=staff),
            lambda: seats.confirm_offer(offered.pk, by=offered.applicant),
            lambda: seats.offer_seat(waiting.pk, by=staff),
        ]
    )

    cohort.refresh_from_db()
    taken = cohort.applications.filter(status__in=[S.OFFERED, S.CONFIRMED]).count()
    assert taken <= cohort.capacity
    assert Enrolment.objects.filter(application=offered).count() == 1


def test_two_places_given_back_while_the_clock_promotes():
    cohort = make_cohort(phase="announced", capacity=2)
    held = [make_application(cohort, status=S.CONFIRMED) for _ in range(2)]
    for application in held:
        make_enrolment(application=application)
    for _ in range(3):
        make_application(cohort, status=S.WAITLISTED)

    at_once(
        [lambda a=a: seats.cancel_place(a.pk, by=a.applicant) for a in held]
        + [lambda: seats.run_promotions(cohort.pk)] * 2
    )

    assert statuses(cohort) == ["cancelled", "cancelled", "offered", "offered", "waitlisted"]
    offered = cohort.applications.filter(status=S.OFFERED).order_by("waitlist_number")
    left = cohort.applications.get(status=S.WAITLISTED)
    assert all(row.waitlist_number < left.waitlist_number for row in offered)
    assert OutgoingMail.objects.filter(reason="promoted").count() == 2


def test_two_managers_stage_different_outcomes():
    cohort = make_cohort(phase="in_review", capacity=5)
    rows = [make_application(cohort, status=S.IN_REVIEW).pk for _ in range(3)]
    one, other = make_admin(), make_admin()

    at_once(
        [
            lambda: decisions.stage_decisions(rows, Outcome.WAITLIST, by=one),
            lambda: decisions.stage_decisions(rows[::-1], Outcome.REJECT, by=other, reason_code="score"),
        ]
    )

    latest = {decision.outcome for decision in decisions.staged(cohort).values()}
    assert len(latest) == 1  # the later of the two, whole
    assert Decision.objects.count() == 6


def test_an_offer_runs_out_while_it_is_confirmed_and_while_the_cohort_is_cancelled():
    cohort, staff = make_cohort(phase="announced", capacity=1), make_admin()
    offered = make_application(cohort, status=S.OFFERED)
    waiting = make_application(cohort, status=S.WAITLISTED)

    at_once(
        [
            lambda: seats.expire_offers(offered.answer_by),
            lambda: seats.confirm_offer(offered.pk, by=offered.applicant),
            lambda: cohorts.cancel_cohort(cohort.pk, by=staff, reason="강사 사정"),
        ]
    )

    assert not Application.objects.live().filter(pk__in=[offered.pk, waiting.pk]).exists()
    assert not Enrolment.objects.live().exists()
