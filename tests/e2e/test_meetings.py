"""A mentee books a meeting across zones in a browser, on a phone and by keyboard; both say how it went."""

import pytest

from mentoring.models.meetings import Meeting
from mentoring.operations import meetings
from tests.mentoring.meetings import DAY, HOUR, NOW, make_pair, people

pytestmark = pytest.mark.django_db(transaction=True)
START = NOW + 3 * DAY


@pytest.fixture(autouse=True)
def _now(settings):
    settings.DEMO_NOW = NOW


def width(page):
    return page.evaluate("document.documentElement.scrollWidth")


def test_booking_on_a_phone_without_scripts_and_agreeing_on_how_it_went(open_page, settings):
    pairing = make_pair()
    mentor, mentee = people(pairing)
    phone = {"viewport": {"width": 360, "height": 740}, "java_script_enabled": False}
    page = open_page(user=mentee, **phone)
    page.goto(f"/ko/mentoring/{pairing.code}/")
    page.get_by_role("link", name="미팅 예약하기").click()
    page.locator("[value='2027-03-04T00:00Z']").check()
    page.get_by_label("주제").fill("1회 도입부")
    assert width(page) <= 360
    page.get_by_role("button", name="이 시간으로 예약").click()
    page.get_by_text("3월 4일 (목) 09:00~10:00 KST · 3월 3일 (수) 16:00~17:00 PST").first.wait_for()
    assert width(page) <= 360
    meeting = Meeting.objects.get()
    settings.DEMO_NOW = START + HOUR
    other = open_page("en-US", user=mentor, **phone)
    other.goto(f"/en/mentoring/meetings/{meeting.code}/")
    other.get_by_label("It took place").check()
    other.get_by_label("Minutes").fill("55")
    other.get_by_role("button", name="Save how it went").click()
    other.get_by_text("You have said how it went.").wait_for()
    assert width(other) <= 360
    page.goto(f"/ko/mentoring/meetings/{meeting.code}/")
    page.get_by_role("button", name="동의하기: 진행 완료, 55분").click()
    page.get_by_text("미팅 진행 결과가 확정되었어요.").wait_for()
    meeting.refresh_from_db()
    assert (meeting.status, meeting.minutes) == ("held", 55)


def test_the_pages_are_accessible_and_moved_by_keyboard(open_page):
    pairing = make_pair()
    mentor, _mentee = people(pairing)
    meeting = meetings.book(pairing.pk, START, by=mentor, link="https://meet.example.com/a")
    page = open_page("en-US", user=mentor)
    for address in ("meetings/{0}/", "meetings/{0}/cancel/", "{1}/book/", "{1}/", "meetings/{0}/move/"):
        page.goto("/en/mentoring/" + address.format(meeting.code, pairing.code))
        open_page.check_accessibility(page)
        assert width(page) <= 1280
    page.locator("[value='2027-03-04T02:00Z']").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.get_by_text("Wed, 3 March, 18:00–19:00 PST · Thu, 4 March, 11:00–12:00 KST").first.wait_for()
    assert Meeting.objects.get(status="scheduled").replaces == meeting
