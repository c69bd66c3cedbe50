"""An applicant chooses an interview time in a browser, by keyboard and on a phone; a panel reads its list."""

import pytest

from programs.models.interviews import InterviewSlot
from programs.operations import interviews as operations
from tests.programs.interviews import make_interviews

pytestmark = pytest.mark.django_db(transaction=True)


def test_choosing_a_time(open_page):
    _round, (first, second, _third), (application, other) = make_interviews()
    page = open_page(user=application.applicant, viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page.goto(f"/ko/applications/{application.code}/")
    page.get_by_role("link", name="면접 시간 고르기").click()
    operations.book(other.pk, first.code, by=other.applicant)
    page.locator(f"[value='{first.code}']").check()
    page.get_by_role("button", name="이 시간으로 예약").click()
    page.get_by_text("방금 다른 분이").wait_for()
    assert page.locator(f"[value='{first.code}']").count() == 0
    page.locator(f"[value='{second.code}']").check()
    page.get_by_role("button", name="이 시간으로 예약").click()
    page.get_by_text("홍릉 3층").first.wait_for()
    assert InterviewSlot.objects.get(pk=second.pk).application == application
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_pages_are_accessible(open_page):
    _round, slots, (application, _other) = make_interviews()
    page = open_page("en-US", user=application.applicant)
    page.goto(f"/en/applications/{application.code}/interview/")
    open_page.check_accessibility(page)
    page.locator(f"[value='{slots[0].code}']").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.get_by_text("Hongneung, 3rd floor").first.wait_for()
    open_page.check_accessibility(page)
    panel = open_page("en-US", user=slots[0].panel.members.get())
    panel.goto("/en/reviews/interviews/")
    panel.get_by_text(application.receipt_number, exact=True).wait_for()
    open_page.check_accessibility(panel)
