"""What staff do with a cohort as a whole, and how an enrolment ends."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from portal import clock
from portal.errors import Refused
from portal.models import AuditEvent, OutgoingMail
from programs.models.applications import ApplicationStatus
from programs.models.cohorts import Cohort
from programs.models.enrolments import Enrolment, EnrolmentStatus
from programs.operations import cohorts, enrolments
from programs.signals import enrolment_ended
from tests.make import (
    make_admin,
    make_application,
    make_cohort,
    make_enrolment,
    make_manager,
    make_organization,
    make_program,
    make_session,
    make_user,
)

S = ApplicationStatus
pytestmark = pytest.mark.django_db


@pytest.fixture
def ended():
    """The enrolments of which apps above were told that they ended."""
    told = []

    def receiver(sender, enrolment, by, **kwargs):
        told.append((enrolment.pk, enrolment.status))

    enrolment_ended.connect(receiver)
    yield told
    enrolment_ended.disconnect(receiver)


def test_the_schedule_follows_the_sessions():
    cohort = make_cohort()
    begin = clock.now() + timedelta(days=50)
    make_session(cohort, starts_at=begin)
    last = make_session(cohort, starts_at=begin + timedelta(days=2))
    cohorts.refresh_schedule(cohort.pk)
    cohorts.refresh_schedule(cohort.pk)
    cohort.refresh_from_db()
    assert (cohort.starts_at, cohort.ends_at) == (begin, last.ends_at)


def test_without_sessions_the_schedule_stays():
    cohort = make_cohort()
    before = cohort.starts_at
    cohorts.refresh_schedule(cohort.pk)
    cohort.refresh_from_db()
    assert cohort.starts_at == before


def test_publishing_is_once_and_audited():
    cohort, staff = make_cohort(phase="draft"), make_admin()
    cohorts.publish_cohort(cohort.pk, by=staff)
    cohorts.publish_cohort(cohort.pk, by=staff)
    cohort.refresh_from_db()
    assert cohort.published_at is not None
    assert AuditEvent.objects.filter(verb="cohort.published", target_id=cohort.pk).count() == 1


@pytest.mark.parametrize(
    "fields", [{"announce_at": None}, {"opens_at": None, "closes_at": None, "starts_at": None, "ends_at": None}]
)
def test_publishing_needs_its_dates(fields):
    with pytest.raises(Refused):
        cohorts.publish_cohort(make_cohort(phase="draft", **fields).pk, by=make_admin())


def test_capacity_never_falls_below_what_is_promised_and_more_seats_go_to_the_waitlist():
    cohort = make_cohort(phase="announced", capacity=2)
    make_application(cohort, status=S.CONFIRMED)
    make_application(cohort, status=S.OFFERED)
    waiting = make_application(cohort, status=S.WAITLISTED)
    staff = make_admin()
    with pytest.raises(Refused):
        cohorts.change_capacity(cohort.pk, 1, by=staff)

    cohorts.change_capacity(cohort.pk, 3, by=staff)
    cohorts.change_capacity(cohort.pk, 3, by=staff)

    waiting.refresh_from_db()
    assert waiting.status == S.OFFERED
    event = AuditEvent.objects.get(verb="cohort.capacity")
    assert (event.before, event.after) == ("2", "3")


def test_there_is_always_a_seat():
    with pytest.raises(Refused):
        cohorts.change_capacity(make_cohort().pk, 0, by=make_admin())


def test_calling_a_cohort_off_ends_everything_and_tells_everyone(ended):
    cohort = make_cohort(phase="announced", capacity=9)
    rows = {
        status: make_application(cohort, status=status)
        for status in (S.SUBMITTED, S.IN_REVIEW, S.WAITLISTED, S.OFFERED, S.CONFIRMED, S.REJECTED, S.DRAFT)
    }
    enrolment = make_enrolment(application=rows[S.CONFIRMED])
    with pytest.raises(Refused):
        cohorts.cancel_cohort(cohort.pk, by=make_admin(), reason=" ")

    cohorts.cancel_cohort(cohort.pk, by=make_admin(), reason="강사 사정")
    cohorts.cancel_cohort(cohort.pk, by=make_admin(), reason="다시")

    for row in (*rows.values(), enrolment, cohort):
        row.refresh_from_db()
    assert {before: row.status for before, row in rows.items()} == {
        S.SUBMITTED: S.WITHDRAWN,
        S.IN_REVIEW: S.WITHDRAWN,
        S.WAITLISTED: S.CLOSED_OUT,
        S.OFFERED: S.RESCINDED,
        S.CONFIRMED: S.CANCELLED,
        S.REJECTED: S.REJECTED,
        S.DRAFT: S.DRAFT,
    }
    assert (cohort.phase_at(clock.now()), cohort.cancel_reason) == ("cancelled", "강사 사정")
    assert enrolment.status == EnrolmentStatus.CANCELLED
    assert ended == [(enrolment.pk, "cancelled")]
    assert OutgoingMail.objects.filter(reason="cohort_cancelled").count() == 5


def test_a_running_cohort_that_is_called_off_leaves_its_trainees_not_completed(ended):
    cohort = make_cohort(phase="running")
    enrolment = make_enrolment(cohort, status=EnrolmentStatus.ACTIVE)
    cohorts.cancel_cohort(cohort.pk, by=make_admin(), reason="시설 사고")
    enrolment.refresh_from_db()
    assert enrolment.status == EnrolmentStatus.NOT_COMPLETED


def test_what_is_over_is_not_called_off():
    with pytest.raises(Refused):
        cohorts.cancel_cohort(make_cohort(phase="finished").pk, by=make_admin(), reason="사유")


# --- who runs what -----------------------------------------------------------------------------------------


def test_a_manager_runs_a_cohort_a_program_or_the_programs_of_an_organization():
    organization, other = make_organization(), make_organization()
    mine = make_cohort(make_program(partners=[organization]))
    theirs = make_cohort(make_program(partners=[other]))
    everything = {mine, theirs}

    assert set(Cohort.objects.managed_by(make_admin())) == everything
    assert set(Cohort.objects.managed_by(make_manager(organization))) == {mine}
    assert set(Cohort.objects.managed_by(make_manager(theirs.program))) == {theirs}
    assert set(Cohort.objects.managed_by(make_manager(mine))) == {mine}
    assert set(Cohort.objects.managed_by(make_user(role="reviewer", scope=mine))) == set()
    assert set(Cohort.objects.managed_by(make_user())) == set()


def test_counts_are_those_of_the_applications(django_assert_num_queries):
    cohort = make_cohort(phase="announced", capacity=9)
    for status in (
        S.DRAFT,
        S.SUBMITTED,
        S.IN_REVIEW,
        S.OFFERED,
        S.CONFIRMED,
        S.CONFIRMED,
        S.WAITLISTED,
        S.REJECTED,
    ):
        make_application(cohort, status=status)
    make_application(cohort, status=S.OFFERED, answer_by=clock.now() - timedelta(seconds=1))
    make_cohort()

    with django_assert_num_queries(1):
        counted, empty = Cohort.objects.with_counts().order_by("pk")

    assert (counted.applied, counted.confirmed, counted.offered, counted.waiting) == (8, 2, 1, 1)
    assert (counted.in_review, counted.seats_taken) == (1, 3)
    assert (empty.applied, empty.seats_taken) == (0, 0)


# --- enrolments -----------------------------------------------------------------------------------------------


def test_the_clock_begins_what_has_begun():
    running = make_enrolment(make_cohort(phase="running"))
    later = make_enrolment(make_cohort(phase="announced"))
    assert enrolments.activate_enrolments(clock.now()) == 1
    running.refresh_from_db()
    later.refresh_from_db()
    assert (running.status, later.status) == (EnrolmentStatus.ACTIVE, EnrolmentStatus.ENROLLED)


@pytest.mark.parametrize("outcome", ["completed", "not_completed", "dropped", "no_show"])
def test_an_enrolment_ends_once_with_its_outcome(outcome, ended):
    enrolment, staff = make_enrolment(), make_admin()
    enrolments.end_enrolment(enrolment.pk, outcome, by=staff, reason="사유")
    enrolments.end_enrolment(enrolment.pk, outcome, by=staff, reason="사유")
    enrolment.refresh_from_db()
    assert (enrolment.status, enrolment.end_reason) == (outcome, "사유")
    assert enrolment.ended_at is not None
    assert ended == [(enrolment.pk, outcome)]
    assert AuditEvent.objects.filter(verb=f"enrolment.{outcome}").count() == 1


@pytest.mark.parametrize(
    ("status", "outcome", "reason"),
    [
        ("enrolled", "dropped", ""),
        ("enrolled", "no_show", " "),
        ("enrolled", "cancelled", "x"),
        ("enrolled", "active", "x"),
        ("active", "cancelled", "x"),
        ("completed", "not_completed", "x"),
        ("cancelled", "completed", "x"),
    ],
)
def test_how_an_enrolment_does_not_end(status, outcome, reason):
    enrolment = make_enrolment(status=status)
    with pytest.raises(Refused):
        enrolments.end_enrolment(enrolment.pk, outcome, by=make_admin(), reason=reason)


def test_enrolled_counts_all_but_cancelled_and_no_show():
    for status in EnrolmentStatus.values:
        make_enrolment(status=status)
    counted = set(Enrolment.objects.counted().values_list("status", flat=True))
    assert counted == {"enrolled", "active", "dropped", "completed", "not_completed"}


def test_who_sees_an_enrolment():
    enrolment = make_enrolment()
    assert list(Enrolment.objects.visible_to(enrolment.person)) == [enrolment]
    assert list(Enrolment.objects.visible_to(make_manager(enrolment.cohort))) == [enrolment]
    assert list(Enrolment.objects.visible_to(make_user())) == []


@pytest.mark.parametrize("fields", [{"status": "nonsense"}, {"status": "completed", "ended_at": None}])
def test_the_database_refuses_a_half_ended_enrolment(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_enrolment(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"capacity": 0},
        {"closes_at": None},
        {"registration_mode": "lottery"},
        {"delivery": "post"},
        {"cancelled_at": "2026-11-24T00:00Z"},
        {"offer_hours": 0},
        {"dates_precision": "hour"},
    ],
)
def test_the_database_refuses_an_impossible_cohort(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_cohort(**fields)
