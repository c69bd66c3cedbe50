"""Conflicts of interest that the portal finds by itself, and that they are found in bulk."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Profile, Role
from programs import conflicts
from programs.models.cohorts import Cohort
from programs.models.programs import PartnerRole, ProgramPartner
from programs.models.selection import Conflict
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_():
    return make.make_round()


def apply(round_, person=None, **fields):
    return make.make_application(round_.cohort, person, status="in_review", **fields)


def kinds(round_):
    return {kind.value for kind in conflicts.conflicts_of(round_).values()}


def test_where_nothing_connects_two_people_nothing_is_found(round_):
    assert conflicts.conflicts_of(round_) == {}
    make.make_reviewer(round_)
    assert conflicts.conflicts_of(round_) == {}
    apply(round_)
    assert conflicts.conflicts_of(round_) == {}


def test_nobody_reviews_their_own(round_):
    person = make.make_reviewer(round_).user
    own = apply(round_, person)
    apply(round_)
    assert conflicts.conflicts_of(round_) == {(own.pk, person.pk): "same_person"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("㈜들풀 스튜디오", "들풀스튜디오"),
        ("(주) 들풀", "주식회사 들풀"),
        ("들풀주식회사", "들풀"),
        ("Wild Grass Inc.", "WILD GRASS"),
        ("Wild Grass Co., Ltd.", "wildgrass"),
        ("사단법인 들풀", "들풀"),
        ("한국영화아카데미", "한국 영화 아카데미"),
    ],
)
def test_names_of_the_same_organization_are_the_same(one, other):
    assert conflicts.as_organization(one) == conflicts.as_organization(other) != ""


@pytest.mark.parametrize("name", ["", None, "프리랜서", "Freelance", "무소속", "(주)", "N/A", "-"])
def test_what_names_no_organization_is_none(name):
    assert conflicts.as_organization(name) == ""


def test_the_same_organization_in_the_profile_or_in_the_answer(round_):
    make.make_question(round_.cohort.form_version, "affiliation", "short")
    by_answer = apply(round_, answers={"affiliation": "(주)들풀 스튜디오"})
    by_profile = apply(round_)
    Profile.objects.create(user=by_profile.applicant, affiliation="들풀 스튜디오")
    free = apply(round_, answers={"affiliation": "프리랜서"})
    odd = apply(round_, answers={"affiliation": ["들풀"]})
    reviewer = make.make_reviewer(round_, affiliation="들풀스튜디오 주식회사").user
    make.make_reviewer(round_, affiliation="프리랜서")
    found = conflicts.conflicts_of(round_)
    pairs = {(by_answer.pk, reviewer.pk), (by_profile.pk, reviewer.pk)}
    assert set(found) == pairs
    assert not {free.pk, odd.pk} & {pk for pk, _user in found}
    assert set(found.values()) == {"organization"}


def test_the_organization_one_reviews_for(round_):
    organization = make.make_organization(name_ko="바람결 필름", name_en="Baramgyeol Film")
    make.make_question(round_.cohort.form_version, "work", "short", profile_field="affiliation")
    mine = apply(round_, answers={"work": "Baramgyeol Film Co., Ltd."})
    nominated = apply(round_, nominated_by=organization)
    apply(round_, nominated_by=make.make_organization())
    reviewer = make.make_reviewer(round_, organization=organization).user
    assert conflicts.conflicts_of(round_) == {
        (mine.pk, reviewer.pk): "organization",
        (nominated.pk, reviewer.pk): "nominated",
    }


@pytest.mark.parametrize("way", ["mentor", "mentee"])
def test_mentor_and_mentee(round_, way):
    pairing = make.make_pairing()
    mentor, mentee = pairing.mentor.user, pairing.enrolment.person
    reviewer, applicant = (mentor, mentee) if way == "mentor" else (mentee, mentor)
    make.make_reviewer(round_, reviewer)
    make.make_reviewer(round_)
    mine = apply(round_, applicant)
    apply(round_)
    assert conflicts.conflicts_of(round_) == {(mine.pk, reviewer.pk): "mentoring"}


def test_a_referee_whatever_came_of_the_letter(round_):
    reviewer = make.make_reviewer(round_).user
    mine = apply(round_)
    make.make_reference(mine, email=reviewer.email.upper(), ended_at=round_.starts_at)
    make.make_reference(mine, question_key="other")
    assert conflicts.conflicts_of(round_) == {(mine.pk, reviewer.pk): "referee"}


SCOPES = ["cohort", "program", "organization", "operator", "sponsor", "admin", "super", "other"]


@pytest.mark.parametrize("scope", SCOPES)
def test_who_runs_the_cohort_reviews_nothing_in_it(round_, scope):
    user = make.make_user()
    cohort = round_.cohort
    organization = make.make_organization()
    if scope in ("cohort", "program"):
        make.make_grant(user, Role.MANAGER, cohort if scope == "cohort" else cohort.program)
    elif scope in ("organization", "operator", "sponsor"):
        role = {"operator": PartnerRole.OPERATOR, "sponsor": PartnerRole.SPONSOR}.get(scope, PartnerRole.ORGANIZER)
        ProgramPartner.objects.create(program=cohort.program, organization=organization, role=role, position=1)
        make.make_grant(user, Role.MANAGER, organization)
    elif scope == "admin":
        make.make_grant(user, Role.ADMIN)
    elif scope == "super":
        type(user).objects.filter(pk=user.pk).update(is_superuser=True)
    else:
        make.make_grant(user, Role.MANAGER, make.make_cohort())
    make.make_reviewer(round_, user)
    apply(round_)
    user = type(user).objects.get(pk=user.pk)
    runs = Cohort.objects.managed_by(user).filter(pk=cohort.pk).exists()
    assert kinds(round_) == ({"staff"} if runs else set())
    assert runs is (scope not in ("sponsor", "other"))


def test_what_was_declared_goes_before_what_is_found(round_):
    reviewer = make.make_reviewer(round_).user
    mine = apply(round_)
    make.make_reference(mine, email=reviewer.email)
    Conflict.objects.create(application=mine, reviewer=reviewer, kind="family", note="사촌")
    assert kinds(round_) == {"family"}


def test_only_those_who_stand_in_the_round_and_are_invited(round_):
    ended = make.make_reviewer(round_, ended_at=round_.starts_at).user
    reviewer = make.make_reviewer(round_).user
    mine = apply(round_, reviewer)
    apply(round_, ended)
    elsewhere = make.make_application(round_.cohort, status="in_review", round_number=2)
    make.make_reference(elsewhere, email=reviewer.email)
    assert set(conflicts.conflicts_of(round_)) == {(mine.pk, reviewer.pk)}
    other = apply(round_)
    assert conflicts.conflicts_of(round_, applications=[other.pk]) == {}
    assert conflicts.conflicts_of(round_, reviewers=[ended.pk]) == {}


def test_many_cost_as_many_queries_as_few(round_):
    organization = make.make_organization()
    make.make_reviewer(round_, affiliation="들풀", organization=organization)
    apply(round_)

    def counted():
        with CaptureQueriesContext(connection) as captured:
            conflicts.conflicts_of(round_)
        return len(captured)

    one = counted()
    for _row in range(40):
        apply(round_)
    for _row in range(10):
        make.make_reviewer(round_, affiliation="들풀")
    assert counted() == one <= 12
