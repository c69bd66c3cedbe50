"""Attendance in a real browser: accessible in both themes, marked by keyboard, by touch and without a script."""

import pytest
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import expect

from programs.models.attendance import Attendance
from programs.models.cohorts import SessionExpert
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture
def course():
    """A running cohort, somebody who teaches it, and who administers it."""
    cohort, sessions, people = make.make_course(begun=3, people=4)
    expert = make.make_expert(user=make.make_user(full_name="남궁설", romanized_name="Namgung Seol"))
    for session in sessions:
        SessionExpert.objects.create(session=session, expert=expert)
    make.make_attendance(sessions[0], people[0], "late", minutes=400, marked_by=expert.user)
    make.make_attendance(sessions[0], people[1], "excused")
    make.make_excuse(people[0], sessions[1])
    return cohort, sessions, people, expert.user


def look(page, open_page, address, language):
    with override(language):
        response = page.goto(address())
    assert response.status == 200, page.url
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide == 0, f"{page.url} is {too_wide} px too wide"
    open_page.check_accessibility(page)


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize(("language", "theme"), [("ko", "light"), ("en", "dark")])
def test_pages_of_teaching_and_learning(open_page, course, language, theme, viewport):
    _cohort, sessions, people, teacher = course
    own = {"viewport": viewport, "color_scheme": theme}
    page = open_page("ko-KR", user=teacher, **own)
    for name, code, query in (
        ("teaching", [], ""),
        ("teaching-session", [sessions[0].code], ""),
        ("teaching-session", [sessions[0].code], "?minutes=1"),
        ("teaching-session", [sessions[4].code], ""),
        ("teaching-sheet", [sessions[0].code], ""),
    ):
        look(page, open_page, lambda name=name, code=code, query=query: reverse(name, args=code) + query, language)
    page = open_page("ko-KR", user=people[0].person, **own)
    look(page, open_page, lambda: reverse("learning-excuses", args=[people[0].code]), language)
    page.locator("form[enctype] button[type=submit]").click()
    expect(page.locator(".summary")).to_be_focused()
    open_page.check_accessibility(page)


@pytest.mark.parametrize(("language", "theme"), [("ko", "dark"), ("en", "light")])
def test_pages_of_staff(open_page, course, language, theme):
    cohort, sessions, _people, _teacher = course
    page = open_page("ko-KR", user=make.make_admin(language=language), viewport=WIDE, color_scheme=theme)
    for name, more in (
        ("attendance", []),
        ("rule", []),
        ("complete", []),
        ("roster", [sessions[0].pk]),
        ("sheet", [sessions[0].pk]),
        ("import", [sessions[0].pk]),
    ):
        address = reverse(f"admin:programs_cohort_{name}", args=[cohort.pk, *more])
        look(page, open_page, lambda address=address: address, language)
    excuse = reverse("admin:programs_excuse_changelist")
    look(page, open_page, lambda: excuse, language)


def test_a_roster_by_keyboard_alone(open_page, course):
    _cohort, sessions, people, teacher = course
    page = open_page("en-US", user=teacher, viewport=WIDE)
    with override("en"):
        page.goto(reverse("teaching-session", args=[sessions[2].code]))
    page.locator("fieldset input").first.focus()
    for key in ("1", "2", "5", "1"):
        page.keyboard.press(key)
    expect(page.locator("[data-roster-said]")).to_have_text("Chosen, not saved yet: 4")
    page.keyboard.press("Enter")
    expect(page.locator(".messages")).to_contain_text("4 people marked.")
    assert sorted(Attendance.objects.filter(session=sessions[2]).values_list("status", flat=True)) == [
        "absent",
        "late",
        "present",
        "present",
    ]
    assert len(people) == 4


def test_a_roster_without_javascript_on_a_phone(open_page, course):
    _cohort, sessions, _people, teacher = course
    page = open_page("ko-KR", user=teacher, viewport=NARROW, java_script_enabled=False)
    with override("ko"):
        page.goto(reverse("teaching-session", args=[sessions[2].code]))
    page.locator("fieldset").first.locator("label", has_text="Late").or_(
        page.locator("fieldset").first.locator("label", has_text="지각")
    ).click()
    page.locator("button[name=rest]").click()
    expect(page.locator(".messages")).to_contain_text("4")
    assert sorted(Attendance.objects.filter(session=sessions[2]).values_list("status", flat=True)) == [
        "late",
        "present",
        "present",
        "present",
    ]
