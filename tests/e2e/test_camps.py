"""Staff make a camp's timetable in a browser: with and without JavaScript, on a phone, in the dark."""

import pytest
from django.urls import reverse

from mentoring.models.timetables import Timetable
from mentoring.operations import timetables
from tests.make import make_admin
from tests.mentoring.camps import make_camp

pytestmark = pytest.mark.django_db(transaction=True)


def url(name, camp, **more):
    return reverse(f"admin:mentoring_camp_{name}", kwargs={"pk": camp.pk, **more})


def test_a_timetable_is_made_moved_and_published(open_page):
    camp, boss = make_camp(place="홍릉"), make_admin(language="ko")
    page = open_page(user=boss, viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page.goto(url("camp", camp))
    page.get_by_role("link", name="시간표 만들기").click()
    page.get_by_role("button", name="시간표 만들기").click()
    page.get_by_role("status").wait_for()
    timetables.answer(Timetable.objects.get().pk)
    page.get_by_role("link", name="새로 고침").click()
    page.locator(".timetable-grid a").first.click()
    page.get_by_label("새 일정").select_option(index=1)
    page.get_by_role("button", name="미팅 이동").click()
    page.get_by_role("link", name="공개하기").click()
    page.get_by_role("button", name="공개하기").click()
    page.get_by_text("시간표를 공개했어요").wait_for()
    assert Timetable.objects.published().get().meetings.count() == 8
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit(open_page, scheme):
    fitting, tight = make_camp(interpreters=2), make_camp(mentors=1, mentees=3, days=1, slots=2)
    boss = make_admin(language="en")
    for camp in (fitting, tight):
        timetables.answer(timetables.make(camp.pk, by=boss).pk)
    pages = [
        (name, camp, more)
        for camp in (fitting, tight)
        for name, more in (("camp", {}), ("timetable", {"number": 1}))
    ]
    pages += [(name, fitting, {}) for name in ("slots", "interpreter", "absence", "count")]
    for width in (1280, 360):
        page = open_page("en-US", user=boss, viewport={"width": width, "height": 900}, color_scheme=scheme)
        for name, camp, more in pages:
            page.goto(url(name, camp, **more))
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            if width == 1280:
                open_page.check_accessibility(page)
