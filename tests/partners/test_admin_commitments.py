"""Commitments in the admin: chosen from the registered figures, and changed with a reason."""

import pytest
from django.urls import reverse

from partners.models.commitments import Commitment, CommitmentChange, Headline
from tests import make
from tests.programs.test_admin_cohorts import send, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client):
    person = make.make_admin(language="ko")
    client.force_login(person)
    return person


def address(row):
    return reverse("admin:partners_commitment_change", args=[row.pk])


def test_a_commitment_is_added_over_a_program(client, boss):
    agreement, program = make.make_agreement(), make.make_program()
    page = reverse("admin:partners_commitment_add")
    data = typed(client.get(page)) | {
        "agreement": str(agreement.pk),
        "title_ko": "교육 인원",
        "title_en": "Trainees",
        "metric": "courses.enrolled",
        "rule_version": "1",
        "target": "1000",
        "scopes-TOTAL_FORMS": "1",
        "scopes-0-program": str(program.pk),
        "scopes-0-share": "50",
    }
    send(client, page, data)
    row = Commitment.objects.get()
    assert (row.metric, row.target, row.scopes.get().share) == ("courses.enrolled", 1000, 50)
    assert not CommitmentChange.objects.exists()


def test_a_change_of_the_target_asks_for_its_reason_and_keeps_it(client, boss):
    row = make.make_commitment()
    data = typed(client.get(address(row))) | {"target": "12"}
    refused = client.post(address(row), data)
    assert "이행 항목을 왜 바꾸는지 적어 주세요." in refused.content.decode()
    row.refresh_from_db()
    assert row.target == 10
    send(client, address(row), data | {"reason": "추가 과정을 열었습니다."})
    row.refresh_from_db()
    kept = CommitmentChange.objects.get()
    assert row.target == 12
    assert (kept.field, kept.after, kept.reason, kept.by) == ("target", "12", "추가 과정을 열었습니다.", boss)


def test_a_title_is_changed_without_one(client, boss):
    row = make.make_commitment()
    send(client, address(row), typed(client.get(address(row))) | {"title_ko": "교육생"})
    row.refresh_from_db()
    assert row.title_ko == "교육생"
    assert not CommitmentChange.objects.exists()


def test_a_rule_that_does_not_exist_is_refused(client, boss):
    row = make.make_commitment()
    html = client.post(address(row), typed(client.get(address(row))) | {"rule_version": "7", "reason": "1"})
    assert "이 지표에는 그런 판이 없어요. 최신 판은 1이에요." in html.content.decode()


@pytest.mark.parametrize(
    ("metric", "refused"), [("experts.all", True), ("courses.completion_rate", True), ("courses.run", False)]
)
def test_only_what_adds_up_is_shared_out(client, boss, metric, refused):
    row = make.make_commitment(metric=metric)
    data = typed(client.get(address(row))) | {
        "scopes-TOTAL_FORMS": "1",
        "scopes-0-program": str(make.make_program().pk),
        "scopes-0-share": "50",
    }
    html = client.post(address(row), data).content.decode()
    assert ("비율로 나눌 수 있는 것은 단순 건수뿐이에요." in html) == refused
    assert row.scopes.exists() != refused


def test_a_headline_keeps_its_source_and_its_own_word(client, boss):
    page = reverse("admin:partners_headline_add")
    data = typed(client.get(page)) | {
        "agreement": str(make.make_agreement().pk),
        "metric": "courses.enrolled",
        "text_ko": "약 1,100명 교육",
        "text_en": "About 1,100 trained",
        "word": "took_part",
        "source": "보도자료",
        "source_url": "example.com/news",
        "published_on": "2025-04-25",
    }
    send(client, page, data)
    assert Headline.objects.get().source_url == "https://example.com/news"


@pytest.mark.parametrize("model", ["commitment", "headline"])
def test_managers_find_none_of_it(client, model):
    client.force_login(make.make_manager(make.make_organization()))
    assert client.get(reverse(f"admin:partners_{model}_changelist")).status_code == 404
