"""Rows that people add to, in a browser: added, removed, taken back, sent; on a phone, without a script."""

import pytest
from playwright.sync_api import expect

from accounts import operations
from accounts.models import Profile
from tests.accounts.doors import make_member, url

pytestmark = pytest.mark.django_db(transaction=True)

SAVED = "내 정보를 저장했어요."
NARROW = {"width": 360, "height": 740}
WORKS = [
    {"year": str(2025 - index), "title": f"작품 {index + 1}", "role": "각본", "platform": "festival"}
    for index in range(3)
]


def credits_of(page):
    return page.locator("[data-rows=credits]")


def titles(page):
    """What stands in the rows, top to bottom."""
    return [field.input_value() for field in credits_of(page).get_by_label("작품명").all()]


def add(page):
    credits_of(page).get_by_role("button", name="줄 추가").click()


def remove(page, number):
    credits_of(page).get_by_role("button", name=f"삭제 {number}번째 줄").click()


def said(page):
    return credits_of(page).get_by_role("status")


def send(page):
    page.locator("main .actions button.btn-primary").click()


@pytest.fixture
def person(db):
    """Somebody who has told of three works."""
    user = make_member(full_name="김다별")
    operations.change_profile(user.pk, by=user, credits=WORKS)
    return user


def test_rows_come_and_go_and_what_was_removed_comes_back(open_page, person):
    page = open_page("ko-KR", user=person)
    page.goto(url("profile"))
    assert titles(page) == ["작품 1", "작품 2", "작품 3"]
    add(page)
    expect(said(page)).to_have_text("4번째 줄을 추가했어요.")
    expect(page.locator("#id_credits-3-year")).to_be_focused()
    page.keyboard.type("2020")
    page.keyboard.press("Tab")
    page.keyboard.type("작품 4")
    remove(page, 2)
    expect(said(page)).to_have_text("2번째 줄을 지웠어요.")
    expect(page.locator("#id_credits-1-year")).to_be_focused()
    assert titles(page) == ["작품 1", "작품 3", "작품 4"]
    assert credits_of(page).get_by_role("group").evaluate_all("rows => rows.map(row => row.ariaLabel)") == [
        "1번째 줄",
        "2번째 줄",
        "3번째 줄",
    ]
    credits_of(page).get_by_role("button", name="되돌리기").click()
    expect(said(page)).to_have_text("2번째 줄을 되돌렸어요.")
    expect(page.locator("#id_credits-1-year")).to_be_focused()
    expect(credits_of(page).get_by_role("button", name="되돌리기")).to_be_hidden()
    assert titles(page) == ["작품 1", "작품 2", "작품 3", "작품 4"]
    remove(page, 1)
    page.locator("#id_credits-2-role").fill("편집")
    send(page)
    expect(page.get_by_text(SAVED)).to_be_visible()
    assert [work["title"] for work in Profile.objects.get().credits] == ["작품 2", "작품 3", "작품 4"]
    assert Profile.objects.get().credits[2] == {"year": "2020", "title": "작품 4", "role": "편집", "platform": ""}


def test_the_last_row_never_goes_and_no_more_than_the_limit_come(open_page, person):
    page = open_page("ko-KR", user=person)
    page.goto(url("profile"))
    for _row in range(3):
        remove(page, 1)
    assert titles(page) == [""]
    remove(page, 1)
    assert titles(page) == [""]
    credits_of(page).get_by_role("button", name="되돌리기").click()
    assert titles(page) == ["작품 3"]
    for _row in range(19):
        add(page)
    expect(said(page)).to_have_text("20번째 줄을 추가했어요. 20줄까지 적을 수 있어요.")
    expect(credits_of(page).get_by_role("button", name="줄 추가")).to_be_hidden()
    remove(page, 20)
    expect(credits_of(page).get_by_role("button", name="줄 추가")).to_be_visible()


def test_each_change_sounds_for_autosave(open_page, person):
    page = open_page("ko-KR", user=person)
    page.goto(url("profile"))
    page.evaluate("window.heard = 0; document.addEventListener('input', () => { window.heard += 1; })")
    add(page)
    remove(page, 1)
    credits_of(page).get_by_role("button", name="되돌리기").click()
    assert page.evaluate("window.heard") == 3


def test_a_link_in_the_summary_leads_to_the_very_cell(open_page, person):
    page = open_page("ko-KR", user=person)
    page.goto(url("profile"))
    page.locator("#id_credits-2-year").fill("20x3")
    page.locator("#id_credits-1-role").fill("")
    send(page)
    expect(page.locator(".summary")).to_be_focused()
    page.get_by_role("link", name="주요 참여작: 3번째 줄 · 연도").click()
    expect(page.locator("#id_credits-2-year")).to_be_focused()
    described = page.locator("#id_credits-2-year").evaluate(
        "field => document.getElementById(field.getAttribute('aria-describedby')).textContent"
    )
    assert described.startswith("연도: 연도를 네 자리 숫자로")
    assert page.locator("#id_credits-2-year_error").is_visible()
    remove(page, 1)
    assert page.locator("#id_credits-1-year").get_attribute("aria-describedby") == "id_credits-1-year_error"
    assert page.locator("#id_credits-1-year_error").is_visible()


def test_enter_in_a_row_saves_and_adds_none(open_page, person):
    for script in (True, False):
        page = open_page("ko-KR", user=person, java_script_enabled=script)
        page.goto(url("profile"))
        page.locator("#id_credits-0-title").fill(f"새 이름 {script}")
        page.locator("#id_credits-0-title").press("Enter")
        expect(page.locator("#id_credits-0-title")).to_have_value(f"새 이름 {script}")
        expect(page.get_by_text(SAVED)).to_be_visible()
        assert Profile.objects.get().credits[0]["title"] == f"새 이름 {script}"


def test_without_a_script_the_page_gives_further_rows(open_page, person):
    page = open_page("ko-KR", user=person, java_script_enabled=False)
    page.goto(url("profile"))
    assert titles(page) == ["작품 1", "작품 2", "작품 3", "", ""]
    page.locator("[name=phone]").fill("010-12")
    page.locator("#id_credits-3-title").fill("반쯤 쓴 줄")
    with page.expect_navigation():
        add(page)
    assert titles(page) == ["작품 1", "작품 2", "작품 3", "반쯤 쓴 줄", "", "", ""]
    expect(page.locator("[name=phone]")).to_have_value("010-12")
    expect(page.locator(".summary")).to_have_count(0)
    expect(credits_of(page).get_by_role("button", name="삭제")).to_have_count(0)
    page.locator("[name=phone]").fill("")
    page.locator("#id_credits-3-title").fill("")
    page.locator("#id_credits-0-title").fill("")
    page.locator("#id_credits-0-year").fill("")
    page.locator("#id_credits-0-role").fill("")
    page.locator("#id_credits-0-platform").select_option("")
    send(page)
    expect(page.get_by_text(SAVED)).to_be_visible()
    expect(page.locator(".summary")).to_have_count(0)
    assert [work["title"] for work in Profile.objects.get().credits] == ["작품 2", "작품 3"]


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(
    "options", [{}, {"color_scheme": "dark"}, {"viewport": NARROW}, {"viewport": NARROW, "color_scheme": "dark"}]
)
def test_the_profile_is_accessible_with_its_errors(open_page, person, language, options):
    page = open_page("ko-KR" if language == "ko" else "en-US", user=person, **options)
    page.goto(url("profile", language))
    credits_of(page).locator("[data-rows-add]").click()
    open_page.check_accessibility(page)
    page.locator("[name=phone]").fill("010-12")
    page.locator("#id_credits-0-year").fill("20x5")
    page.locator("#id_career-0-to").fill("2023-01")
    send(page)
    expect(page.locator(".summary a")).to_have_count(4)
    open_page.check_accessibility(page)
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width == 0
    tops = [
        page.locator(f"#id_credits-0-{key}").bounding_box()["y"] for key in ("year", "title", "role", "platform")
    ]
    assert (len({round(top) for top in tops}) == 4) == ("viewport" in options)
