"""A reviewer at their desk, in a browser: by keyboard, in two windows, without JavaScript, on a phone."""

import re

import pytest
from playwright.sync_api import expect

from programs.models.selection import Review
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def review():
    """A file that waits to be scored, in a blind round, with words for some scores."""
    round_ = make.make_round(criteria=(60, 40))
    round_.criteria.update(anchors_ko="5: 분명하다\n1: 보이지 않는다", anchors_en="5: Clear\n1: Not to be seen")
    make.make_question(round_.cohort.form_version, "idea", "long", audience="blind")
    answers = {"idea": "파도가 부르는 이야기"}
    application = make.make_application(round_.cohort, status="in_review", answers=answers)
    invited = make.make_reviewer(round_, make.make_user(full_name="하예람"), pledged_at=None)
    make.make_review(round_, reviewer=invited.user)
    return make.make_review(round_, application, invited.user)


def address(review, language="ko"):
    return f"/{language}/reviews/{review.code}/"


def pledged(review):
    review.round.reviewers.update(pledged_at=review.assigned_at)
    return review


def test_from_the_pledge_to_the_review_handed_in_by_keyboard(open_page, review):
    page = open_page("ko-KR", review.reviewer)
    page.goto("/ko/my/")
    page.get_by_role("region", name="심사", exact=True).get_by_role("link").first.click()
    page.get_by_role("link", name="서약하기").click()
    open_page.check_accessibility(page)
    page.get_by_role("button", name="서약하고 지원서 열기").click()
    expect(page.get_by_role("alert")).to_contain_text("서약하지 않으면 지원서를 열 수 없어요.")
    page.get_by_label("위와 같이 서약합니다.").press("Space")
    page.get_by_role("button", name="서약하고 지원서 열기").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("심사")
    open_page.check_accessibility(page)
    page.get_by_role("link", name=review.application.receipt_number).press("Enter")
    expect(page.get_by_text("파도가 부르는 이야기")).to_be_visible()
    assert review.application.full_name not in page.content()
    open_page.check_accessibility(page)
    first = page.locator("fieldset.score").first
    first.get_by_role("radio").first.focus()
    for _step in range(3):
        page.keyboard.press("ArrowDown")
    expect(first.get_by_role("radio", name=re.compile("^3"))).to_be_checked()
    page.get_by_role("button", name="심사 제출하기").press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("0점에서 5점 사이의 점수를 골라 주세요.")
    open_page.check_accessibility(page)
    page.locator("fieldset.score").nth(1).get_by_role("radio", name=re.compile("^5 분명하다")).check()
    page.get_by_role("button", name="심사 제출하기").press("Enter")
    expect(page.get_by_text("심사를 제출했어요.")).to_be_visible()
    review.refresh_from_db()
    assert sorted(review.scores.values()) == [3, 5]
    assert review.submitted_at is not None
    page.get_by_role("link", name="아직 심사하지 않은 다음 지원서").first.click()
    expect(page.get_by_role("heading", level=1)).not_to_contain_text(review.application.receipt_number)


def test_what_is_typed_is_saved_by_itself_and_two_windows_overwrite_nothing(open_page, review):
    pledged(review)
    one = open_page("en-US", review.reviewer)
    two = open_page("en-US", review.reviewer)
    for page in (one, two):
        page.goto(address(review, "en"))
    one.locator("fieldset.score").first.get_by_role("radio", name=re.compile("^4")).check()
    expect(one.locator("[data-autosave-status]")).to_contain_text("Saved at")
    two.locator("fieldset.score").first.get_by_role("radio", name=re.compile("^2")).check()
    choice = two.locator("[data-autosave-stale]")
    expect(choice).to_contain_text("This was changed in another window")
    open_page.check_accessibility(two)
    review.refresh_from_db()
    assert list(review.scores.values()) == [4]
    open_page.expect("409")
    choice.get_by_role("button", name="Save mine over it").click()
    expect(two.locator("[data-autosave-status]")).to_contain_text("Saved at")
    review.refresh_from_db()
    assert list(review.scores.values()) == [2]


def test_without_javascript_and_on_a_phone(open_page, review):
    pledged(review)
    page = open_page("ko-KR", review.reviewer, java_script_enabled=False, viewport={"width": 360, "height": 740})
    page.goto(address(review))
    for number in range(2):
        page.locator("fieldset.score").nth(number).get_by_role("radio", name=re.compile("^4")).check()
    page.get_by_label("담당자에게 남기는 의견").fill("근거가 분명합니다.")
    page.get_by_role("button", name="임시저장").click()
    expect(page.get_by_label("담당자에게 남기는 의견")).to_have_value("근거가 분명합니다.")
    page.get_by_role("button", name="심사 제출하기").click()
    expect(page.get_by_text("심사를 제출했어요.")).to_be_visible()
    assert Review.objects.exclude(submitted_at=None).get() == review
    other = Review.objects.get(submitted_at=None)
    page.goto(f"{address(other)}give-back/")
    page.get_by_role("radio").nth(1).check()
    page.get_by_label("사유").fill("같은 팀이었습니다.")
    page.get_by_role("button", name="심사 회피하기").click()
    expect(page.get_by_text("심사를 회피했어요.")).to_be_visible()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_nothing_stands_out_on_a_phone(open_page, review, language):
    pledged(review)
    page = open_page("ko-KR", review.reviewer, viewport={"width": 360, "height": 740})
    for where in (f"/{language}/reviews/", address(review, language), f"{address(review, language)}give-back/"):
        page.goto(where)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, where
