"""Agreeing in a real browser: one box ticks a group and never the other, and everything works without scripts."""

import pytest
from playwright.sync_api import expect

from accounts.models import ConsentRecord, Term
from programs.models.terms import CohortTerm
from tests.accounts.doors import PASSWORD, make_member, url
from tests.make import make_cohort

pytestmark = pytest.mark.django_db(transaction=True)
REQUIRED = ["application", "no-show"]
OPTIONAL = ["portrait", "marketing"]


@pytest.fixture
def cohort():
    cohort = make_cohort()
    for position, slug in enumerate((*REQUIRED, *OPTIONAL), start=1):
        CohortTerm.objects.create(
            cohort=cohort, term=Term.objects.get(slug=slug), is_required=slug in REQUIRED, position=position
        )
    return cohort


def address(cohort, language="ko"):
    return url("apply", language, program=cohort.program.slug, cohort=cohort.slug)


def ticked(page):
    return [box.get_attribute("name") for box in page.locator("[data-consent]").all() if box.is_checked()]


def names(slugs):
    return [f"consent_{slug}" for slug in slugs]


@pytest.mark.parametrize(("locale", "language"), [("ko-KR", "ko"), ("en-US", "en")])
def test_trust_28_agreeing_to_all_required_ones_ticks_no_optional_one(open_page, cohort, locale, language):
    page = open_page(locale, user=make_member(), viewport={"width": 360, "height": 740})
    page.goto(address(cohort, language))
    assert ticked(page) == []
    required, optional = page.locator("[data-consents-all]").all()

    required.check()
    assert ticked(page) == names(REQUIRED)
    optional.check()
    assert ticked(page) == names(REQUIRED + OPTIONAL)
    required.uncheck()
    assert ticked(page) == names(OPTIONAL)
    page.locator("[name=consent_marketing]").uncheck()
    expect(optional).not_to_be_checked()
    assert optional.evaluate("box => box.indeterminate")
    page.locator("[name=consent_marketing]").check()
    expect(optional).to_be_checked()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    open_page.check_accessibility(page)


def test_trust_28_without_scripts_each_box_stands_for_itself(open_page, cohort):
    person = make_member()
    page = open_page("ko-KR", user=person, java_script_enabled=False)
    page.goto(address(cohort))
    expect(page.locator("[data-consents-all]").first).not_to_be_visible()
    page.locator("[name=consent_application]").check()
    page.locator("main button.btn-primary").click()

    expect(page.locator(".summary a")).to_have_count(1)
    expect(page.locator(".summary a")).to_have_attribute("href", "#id_consent_no-show")
    expect(page.locator("#id_consent_no-show_error")).to_have_text("이 동의가 없으면 지원할 수 없어요.")
    expect(page.locator("[name=consent_application]")).to_be_checked()
    assert not ConsentRecord.objects.exists()

    page.locator("[name=consent_no-show]").check()
    page.locator("main button.btn-primary").click()
    expect(page.locator("[name=full_name]")).to_be_visible()  # on to the first step
    given = ConsentRecord.objects.filter(user=person, given=True)
    assert set(given.values_list("version__term__slug", flat=True)) == set(REQUIRED)
    assert ConsentRecord.objects.filter(user=person, given=False).count() == len(OPTIONAL)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_trust_33_taking_back_taking_along_and_leaving(open_page, scheme):
    person = make_member()
    ConsentRecord.objects.create(
        user=person, version=Term.objects.get(slug="marketing").versions.get(), given=True, language="ko"
    )
    page = open_page("ko-KR", user=person, color_scheme=scheme, viewport={"width": 360, "height": 740})
    page.goto(url("my-privacy"))
    open_page.check_accessibility(page)
    page.get_by_role("link", name="광고성 정보 수신 동의").click()
    expect(page.get_by_role("button", name="동의 철회하기")).to_be_visible()
    open_page.check_accessibility(page)
    page.get_by_role("button", name="동의 철회하기").click()
    expect(page.get_by_text("동의를 철회했어요.")).to_be_visible()
    assert not ConsentRecord.objects.order_by("-pk").first().given

    page.goto(url("my-privacy"))
    with page.expect_download() as download:
        page.get_by_role("button", name="내 정보 내려받기").click()
    assert download.value.suggested_filename.endswith(".zip")

    page.get_by_role("link", name="탈퇴하기").click()
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button.btn-primary").click()
    expect(page.get_by_role("button", name="탈퇴하기")).to_be_visible()
    open_page.check_accessibility(page)
    page.get_by_role("button", name="탈퇴하기").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("탈퇴가 완료되었습니다")
    open_page.check_accessibility(page)
    person.refresh_from_db()
    assert not person.is_active
