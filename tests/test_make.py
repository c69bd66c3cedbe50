"""The rows that tests are made of can be made, and are what they say."""

import pytest

from programs.models.applications import ApplicationStatus
from programs.models.cohorts import Phase, RegistrationMode
from programs.models.enrolments import EnrolmentStatus
from tests.make import (
    make_admin,
    make_agreement,
    make_application,
    make_cohort,
    make_enrolment,
    make_expert,
    make_manager,
    make_milestone,
    make_organization,
    make_pairing,
    make_session,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("phase", Phase.values)
def test_a_cohort_is_in_the_phase_asked_for(phase):
    assert make_cohort(phase=phase).current_phase == phase


@pytest.mark.parametrize("mode", [RegistrationMode.FIRST_COME, RegistrationMode.RSVP])
def test_a_cohort_without_review_has_no_announcement(mode):
    assert make_cohort(registration_mode=mode).announce_at is None


@pytest.mark.parametrize("status", ApplicationStatus.values)
def test_an_application_can_be_made_in_every_status(status):
    assert make_application(status=status).status == status


@pytest.mark.parametrize("status", EnrolmentStatus.values)
def test_an_enrolment_can_be_made_in_every_status(status):
    assert make_enrolment(status=status).status == status


def test_the_rest_hangs_together():
    cohort = make_cohort(criteria=[60, 40])
    session = make_session(cohort, experts=[make_expert()])
    assert session.experts.count() == 1
    assert [criterion.weight for criterion in cohort.criteria.all()] == [60, 40]
    assert make_milestone(cohort).at < cohort.announce_at
    assert make_agreement(parties=[make_organization()]).signatures.count() == 1
    assert make_pairing().ended_at is None
    assert make_admin().is_admin
    assert list(type(cohort).objects.managed_by(make_manager(cohort))) == [cohort]
