"""Partners and agreements: what is known is shown, no more exactly than it is known."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners.models.agreements import Campaign
from tests.make import make_agreement, make_cohort, make_organization, make_program

pytestmark = pytest.mark.django_db


def page(client, address, language="ko"):
    response = client.get(f"/{language}{address}")
    assert response.status_code == 200, address
    assert not response.cookies
    return response.content.decode()


def queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.fixture
def kofic():
    return make_organization(slug="kofic", name_ko="영화진흥위원회", name_en="Korean Film Council")


@pytest.fixture
def kafa(kofic):
    names = {"name_ko": "한국영화아카데미", "name_en": "Korean Academy of Film Arts"}
    return make_organization(slug="kafa", kind="school", parent=kofic, about_ko="리부트캠프를 운영합니다.", **names)


def test_the_partners_their_campaign_and_their_agreements(client, kafa):
    campaign = {"slug": "grow", "name_ko": "그로우 캠페인", "name_en": "Grow", "about_ko": "창작자를 키웁니다."}
    Campaign.objects.create(**campaign, launched_on="2024-05-17")
    make_organization(name_ko="달무리픽쳐스", kind="host")
    make_organization(name_ko="비공개 기관", is_listed=False)
    make_agreement(parties=[kafa.parent], title_ko="둘째 협약")
    html = page(client, "/partners/")
    for text in [
        "영화진흥위원회",
        "한국영화아카데미",
        "그로우 캠페인",
        "2024년 5월 17일",
        "둘째 협약",
        "창작자를 키웁니다.",
    ]:
        assert text in html
    assert "달무리픽쳐스" not in html
    assert "비공개 기관" not in html


def test_without_rows_the_pages_say_so(client):
    assert "아직 등록된 기관이 없어요." in page(client, "/partners/")
    assert "아직 업무협약이 없어요." in page(client, "/agreements/")


def test_an_academy_stands_under_its_parent_with_its_programs(client, kafa):
    program = make_program(title_ko="리부트캠프", partners=[kafa])
    make_cohort(program)
    make_cohort(program, phase="finished")
    make_cohort(make_program(title_ko="아직 초안", partners=[kafa]), phase="draft")
    html = page(client, "/partners/kafa/")
    assert "영화진흥위원회 소속" in html
    assert html.count(">리부트캠프</a>") == 1
    assert "주최" in html
    assert "아직 초안" not in html
    assert "한국영화아카데미" in page(client, "/partners/kofic/")


def test_a_partner_without_programs_says_so_in_both_languages(client, kofic):
    assert "지금은 이 기관의 과정이 없어요." in page(client, "/partners/kofic/")
    assert "No programs of its own at the moment." in page(client, "/partners/kofic/", "en")


@pytest.mark.parametrize("fields", [{"is_listed": False}, {"kind": "host"}])
def test_who_is_not_listed_has_no_page(client, fields):
    make_organization(slug="quiet", **fields)
    assert client.get("/ko/partners/quiet/").status_code == 404


def test_agreements_come_latest_first_and_only_public_ones(client):
    make_agreement(
        slug="a24", title_ko="첫째 협약", signed_on="2024-04-01", signed_precision="month", state="expired"
    )
    make_agreement(slug="a25", title_ko="둘째 협약")
    make_agreement(slug="draft", title_ko="초안", state="draft")
    make_agreement(slug="note", title_ko="이력", signed_on="2023-04-27", is_history_note=True)
    html = page(client, "/agreements/")
    assert html.index("둘째 협약") < html.index("첫째 협약")
    assert "초안" not in html
    assert "이력" not in html
    for slug in ("draft", "note", "nowhere"):
        assert client.get(f"/ko/agreements/{slug}/").status_code == 404


@pytest.mark.parametrize(
    ("precision", "ko", "en"),
    [
        ("day", "2025년 4월 24일 (목)", "24 April 2025"),
        ("month", "2025년 4월", "April 2025"),
        ("year", "2025년", "2025"),
    ],
)
def test_a_date_of_signing_is_no_more_exact_than_it_is_known(client, precision, ko, en):
    make_agreement(slug="a", signed_precision=precision)
    assert f"<dd>{ko}</dd>" in page(client, "/agreements/a/")
    assert f"<dd>{en}</dd>" in page(client, "/agreements/a/", "en")


def test_an_agreement_names_who_signed_with_the_title_held_then(client, kofic):
    other = make_organization(name_ko="한국콘텐츠진흥원")
    before = make_agreement(slug="a24", signed_on="2024-04-01", signed_precision="month", state="expired")
    agreement = make_agreement(
        slug="a25",
        parties=[kofic, other],
        renews=before,
        campaign=Campaign.objects.create(slug="g", name_ko="캠페인", name_en="Campaign", launched_on="2024-05-17"),
        clauses_ko="교육과정 공동 운영\n멘토링",
        place_ko="서울",
        announced_on="2025-04-25",
        ends_on="2027-04-24",
    )
    signature = agreement.signatures.get(organization=kofic)
    signature.signatory_ko, signature.title_ko = "조근식", "한국영화아카데미 원장"
    signature.save()
    cohort = make_cohort(make_program(title_ko="리부트캠프"), agreement=agreement)
    make_cohort(make_program(title_ko="초안 과정"), agreement=agreement, phase="draft")
    html = page(client, "/agreements/a25/")
    for text in [
        "조근식",
        "한국영화아카데미 원장",
        "서명자는 보도되지 않았습니다.",
        "멘토링",
        "2024년 4월",
        "캠페인",
        "서울",
    ]:
        assert text in html
    assert cohort.get_absolute_url() in html
    assert "초안 과정" not in html
    assert "이어진 협약" in page(client, "/agreements/a24/")
    assert "아직 이 협약으로 연 과정이 없어요." in page(client, "/agreements/a24/")
    assert '<span lang="ko">조근식</span>' in page(client, "/agreements/a25/", "en")


def test_an_agreement_that_renews_a_draft_does_not_name_it(client):
    make_agreement(slug="a", renews=make_agreement(state="draft"))
    assert "이전 협약" not in page(client, "/agreements/a/")


def test_every_state_has_its_pill(client):
    for state in ("signed", "active", "expired", "terminated", "superseded"):
        make_agreement(state=state)
    assert page(client, "/agreements/").count('class="pill') == 5


def test_the_lists_cost_the_same_for_one_row_and_for_many(client, kafa):
    def add():
        organization = make_organization(parent=kafa)
        program = make_program(partners=[kafa])
        make_cohort(program, agreement=agreement)
        make_agreement(parties=[organization, kafa])

    agreement = make_agreement(slug="a", parties=[kafa])
    add()
    addresses = ["/ko/partners/", "/ko/partners/kafa/", "/ko/agreements/", "/ko/agreements/a/"]
    few = [queries(client, address) for address in addresses]
    for _n in range(25):
        add()
    assert [queries(client, address) for address in addresses] == few
    assert max(few) <= 8
