"""What stands between a mentor and a mentee, as far as the portal finds it by itself."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Profile
from mentoring.pairing.conflicts import JUDGE, KINDS, automatic
from programs.models.selection import Conflict, ConflictKind
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return make.make_cohort(make.make_program(has_mentoring=True), phase="running")


def place(cohort, **fields):
    return make.make_enrolment(application=make.make_application(cohort, status="confirmed", **fields))


def kinds(mentor, enrolment):
    return automatic([mentor], [enrolment]).get((mentor.user_id, enrolment.pk))


def test_nothing_stands_between_strangers(cohort):
    assert kinds(make.make_mentor(), place(cohort)) is None
    assert automatic([], [place(cohort)]) == {}


def test_the_same_person(cohort):
    mentor, mentee = make.make_mentor(), place(cohort)
    mentor.user = mentee.person
    mentor.save()

    assert kinds(mentor, mentee) == ConflictKind.SAME_PERSON


def test_the_same_company_in_both_profiles_also_without_an_application(cohort):
    mentor, mentee = make.make_mentor(), make.make_enrolment(cohort)
    Profile.objects.create(user=mentor.user, affiliation="(주)들풀 스튜디오")
    Profile.objects.create(user=mentee.person, affiliation="들풀 스튜디오")

    assert kinds(mentor, mentee) == ConflictKind.ORGANIZATION


def test_freelancers_share_no_company(cohort):
    mentor, mentee = make.make_mentor(), place(cohort)
    for person in (mentor.user, mentee.person):
        Profile.objects.create(user=person, affiliation="프리랜서")

    assert kinds(mentor, mentee) is None


def test_whoever_wrote_the_letter(cohort):
    mentor, mentee = make.make_mentor(), place(cohort)
    make.make_reference(mentee.application, email=mentor.user.email.upper())

    assert kinds(mentor, mentee) == ConflictKind.REFEREE


def test_whoever_judged_the_application(cohort):
    mentor = make.make_mentor()
    round_ = make.make_round(cohort)
    review = make.make_review(round_, reviewer=mentor.user)
    mentee = make.make_enrolment(application=review.application)

    assert kinds(mentor, mentee) == JUDGE


def test_what_was_declared_while_reviewing_and_not_what_is_no_conflict_here(cohort):
    mentor, family, staff = make.make_mentor(), place(cohort), place(cohort)
    Conflict.objects.create(application=family.application, reviewer=mentor.user, kind=ConflictKind.FAMILY)
    Conflict.objects.create(application=staff.application, reviewer=mentor.user, kind=ConflictKind.STAFF)

    assert automatic([mentor], [family, staff]) == {(mentor.user_id, family.pk): ConflictKind.FAMILY}


def test_of_several_the_first_counts(cohort):
    mentor, mentee = make.make_mentor(), place(cohort)
    make.make_reference(mentee.application, email=mentor.user.email)
    Conflict.objects.create(application=mentee.application, reviewer=mentor.user, kind=ConflictKind.WORK)

    assert kinds(mentor, mentee) == min(ConflictKind.REFEREE, ConflictKind.WORK, key=KINDS.index)


@pytest.mark.parametrize("count", [1, 4])
def test_the_number_of_queries_is_the_same(cohort, count):
    mentors = [make.make_mentor() for _number in range(count)]
    for mentor in mentors:
        Profile.objects.create(user=mentor.user, affiliation="들풀 스튜디오")
    mentees = [place(cohort) for _number in range(count)]
    with CaptureQueriesContext(connection) as queries:
        automatic(mentors, mentees)

    assert len(queries) == 7
