"""Who is what to a pair."""

import pytest

from mentoring import permissions
from portal import clock
from tests.make import (
    make_admin,
    make_application,
    make_cohort,
    make_enrolment,
    make_evaluation,
    make_manager,
    make_mentor,
    make_pairing,
    make_program,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pairing():
    cohort = make_cohort(make_program(has_mentoring=True), phase="running")
    return make_pairing(enrolment=make_enrolment(application=make_application(cohort, status="confirmed")))


@pytest.fixture
def people(pairing):
    return {
        "mentor": pairing.mentor.user,
        "mentee": pairing.enrolment.person,
        "manager": make_manager(pairing.enrolment.cohort),
        "admin": make_admin(),
        "other mentor": make_mentor().user,
        "other manager": make_manager(make_cohort()),
        "stranger": make_user(),
    }


def those(people, may):
    return {name for name, user in people.items() if may(user)}


def test_while_they_work_together(pairing, people):
    cohort = pairing.enrolment.cohort_id
    evaluation = make_evaluation(pairing, status="submitted")
    assert those(people, lambda user: permissions.is_mentor(user, pairing)) == {"mentor"}
    assert those(people, lambda user: permissions.is_mentee(user, pairing)) == {"mentee"}
    assert those(people, lambda user: permissions.runs(user, cohort)) == {"manager", "admin"}
    assert those(people, lambda user: permissions.works_in(user, pairing)) == {"mentor", "mentee"}
    assert those(people, lambda user: permissions.may_share(user, evaluation)) == {"mentor", "manager", "admin"}
    assert those(people, lambda user: "shared" in permissions.note_audiences(user, pairing)) == {"mentor", "mentee"}
    assert those(people, lambda user: "staff" in permissions.note_audiences(user, pairing)) == {"mentor"}
    assert those(people, lambda user: permissions.may_change_goals(user, pairing)) == set()
    evaluation.delete()
    pairing.refresh_from_db()
    assert those(people, lambda user: permissions.may_change_goals(user, pairing)) == {"mentor", "mentee"}


def test_all_answers_are_read_by_the_mentee_and_by_staff_alone(pairing, people):
    """Whoever gets to see a pair in some other way gets no more than its mentor."""
    everything = those(people, lambda user: permissions.reads_as(user, pairing) == "staff")
    assert everything == {"mentee", "manager", "admin", "other manager"}
    assert permissions.reads_as(people["mentor"], pairing) == "reviewer"


def test_after_the_end(pairing, people):
    pairing.ended_at, pairing.end_reason = clock.now(), "끝"
    assert those(people, lambda user: permissions.is_mentor(user, pairing)) == set()
    assert those(people, lambda user: permissions.is_mentee(user, pairing)) == {"mentee"}
    assert those(people, lambda user: permissions.works_in(user, pairing)) == set()
    assert those(people, lambda user: permissions.note_audiences(user, pairing)) == set()
    assert those(people, lambda user: permissions.reads_as_mentor(user, pairing)) == {"mentor"}
    assert permissions.reads_as(people["mentor"], pairing) == "reviewer"
    evaluation = make_evaluation(pairing, status="submitted")
    assert those(people, lambda user: permissions.may_share(user, evaluation)) == {"manager", "admin"}
    pairing.end_kind = "for_cause"
    assert those(people, lambda user: permissions.reads_as_mentor(user, pairing)) == set()
