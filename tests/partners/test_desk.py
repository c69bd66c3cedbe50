"""The partners' desk: one's own agreements down to the cohorts behind a figure, and nothing of another partner."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from partners.models.commitments import Visibility
from partners.operations.commitments import take_snapshots
from portal import clock
from tests.make import (
    make_agreement,
    make_cohort,
    make_commitment,
    make_enrolment,
    make_grant,
    make_organization,
    make_program,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours():
    return make_organization(name_ko="우리 기관")


@pytest.fixture
def agreement(ours):
    return make_agreement(parties=[ours, make_organization()], title_ko="우리 협약", title_en="Our agreement")


def partner_of(organization, **fields):
    return make_user(role=Role.PARTNER, scope=organization, **fields)


def page(user, address, language="ko", status=200):
    client = Client()
    client.force_login(user)
    response = client.get(f"/{language}/partnering/{address}")
    assert response.status_code == status, address
    return response.content.decode()


def run(agreement, enrolled, **program):
    cohort = make_cohort(make_program(**program), phase="running", agreement=agreement)
    for _ in range(enrolled):
        make_enrolment(cohort, status="active")
    return cohort


def test_from_the_list_to_the_cohorts_behind_a_figure(ours, agreement):
    user, commitment = partner_of(ours), make_commitment(agreement, target=22)
    run(agreement, 6, title_ko="첫 과정", title_en="First course")
    run(agreement, 5, title_ko="둘째 과정", title_en="Second course")
    take_snapshots(clock.now())
    assert "진행 중 1" in page(user, "")
    html = page(user, f"{agreement.slug}/")
    assert "50.0%" in html
    assert f"/ko/partnering/{agreement.slug}/{commitment.pk}/" in html
    html = page(user, f"{agreement.slug}/{commitment.pk}/")
    assert html.index("첫 과정") < html.index("둘째 과정")
    assert "courses.enrolled@1" in html
    english = page(user, f"{agreement.slug}/{commitment.pk}/", "en")
    assert "Second course" in english
    assert "whoever took two counts twice" in english


def test_what_does_not_add_up_says_so(ours, agreement):
    user = partner_of(ours)
    once = run(agreement, 0)
    twice = run(agreement, 0)
    for person in [make_user() for _ in range(5)]:
        for cohort in (once, twice):
            make_enrolment(cohort, person, status="active")
    commitment = make_commitment(agreement, metric="courses.enrolled_persons")
    html = page(user, f"{agreement.slug}/{commitment.pk}/")
    assert "더해도 전체와 같지 않아요" in html


@pytest.mark.parametrize("metric", ["courses.enrolled", "courses.completion_rate", "courses.completed_hours"])
@pytest.mark.parametrize(("fewest", "is_told"), [(4, False), (5, True)])
def test_parts_that_tell_of_fewer_than_five_people_are_not_told(ours, agreement, metric, fewest, is_told):
    for count in (fewest, 9):
        cohort = run(agreement, 0, title_ko="작은 과정")
        for _ in range(count):
            make_enrolment(cohort, status="completed")
    commitment = make_commitment(agreement, metric=metric)
    html = page(partner_of(ours), f"{agreement.slug}/{commitment.pk}/")
    assert ("작은 과정" in html) == is_told
    assert ("내역은 표시하지 않아요." in html) != is_told


def test_a_share_stands_beside_the_part_it_is_taken_of(ours, agreement):
    cohort = run(agreement, 8)
    commitment = make_commitment(agreement)
    commitment.scopes.create(cohort=cohort, share=25)
    html = page(partner_of(ours), f"{agreement.slug}/{commitment.pk}/")
    assert "× 25%" in html
    assert ">2</td>" in html


def test_without_commitments_and_without_rows_the_pages_say_so(ours, agreement):
    user = partner_of(ours)
    assert "등록된 이행 항목이 없어요." in page(user, "")
    assert "등록된 이행 항목이 없어요." in page(user, f"{agreement.slug}/")
    commitment = make_commitment(agreement)
    assert "아직 집계한 값이 없어요." in page(user, f"{agreement.slug}/{commitment.pk}/")


def test_another_partners_agreements_are_not_there(ours, agreement):
    theirs = make_organization()
    other = make_agreement(parties=[theirs], title_ko="남의 협약")
    secret = make_commitment(other, title_ko="남의 목표")
    make_commitment(agreement)
    take_snapshots(clock.now())
    user = partner_of(ours)
    assert "남의" not in page(user, "")
    page(user, f"{other.slug}/", status=404)
    page(user, f"{other.slug}/{secret.pk}/", status=404)
    page(user, f"{agreement.slug}/{secret.pk}/", status=404)


@pytest.mark.parametrize(
    ("visibility", "reads"), [(Visibility.PUBLIC, True), (Visibility.PARTIES, True), (Visibility.STAFF, False)]
)
def test_parties_read_more_than_everyone_and_less_than_administrators(ours, agreement, visibility, reads):
    commitment = make_commitment(agreement, title_ko="참여 목표", visibility=visibility)
    take_snapshots(clock.now())
    user = partner_of(ours)
    assert ("참여 목표" in page(user, f"{agreement.slug}/")) == reads
    page(user, f"{agreement.slug}/{commitment.pk}/", status=200 if reads else 404)


def test_a_draft_is_no_partners_business_yet(ours):
    draft = make_agreement(parties=[ours], state="draft", signed_on=None, title_ko="초안 협약")
    user = partner_of(ours)
    assert "초안 협약" not in page(user, "")
    page(user, f"{draft.slug}/", status=404)


def test_a_grant_that_ended_and_other_roles_open_nothing(ours, agreement):
    gone = make_user()
    make_grant(gone, Role.PARTNER, scope=ours, from_at=clock.now() - timedelta(days=2), to_at=clock.now())
    page(gone, "", status=404)
    page(gone, f"{agreement.slug}/", status=404)
    page(make_user(role=Role.MANAGER, scope=ours), "", status=404)


def test_the_list_costs_the_same_for_any_number(ours):
    user = partner_of(ours)

    def cost():
        client = Client()
        client.force_login(user)
        client.get("/ko/partnering/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/ko/partnering/").status_code == 200
        return len(queries)

    make_commitment(make_agreement(parties=[ours]))
    take_snapshots(clock.now())
    one = cost()
    for _ in range(9):
        make_commitment(make_agreement(parties=[ours]))
    take_snapshots(clock.now())
    assert cost() == one
