"""A survey in a browser: by keyboard, on a phone without scripts, kept in the tab; results that can be read."""

from datetime import timedelta

import pytest

from portal import clock
from programs.core_survey import ITEMS
from programs.models.surveys import Response, Survey
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


@pytest.fixture
def survey():
    return make.make_survey()


@pytest.fixture
def person(survey):
    [found] = make.make_asked(survey)
    return found


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_answering_by_keyboard_alone(open_page, survey, person):
    page = open_page("en-US", user=person)
    page.goto(f"/en/surveys/{survey.code}/")
    page.locator("#id_overall_0").focus()
    for key in range(len(ITEMS)):
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")  # from “Strongly agree” to “Agree”
        if key < len(ITEMS) - 1:
            page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.get_by_text("11 of 14 answered").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.type("The hands-on sessions.")
    page.get_by_text("12 of 14 answered").wait_for()
    page.get_by_role("button", name="Send my answers").press("Enter")
    page.get_by_text("Thank you. Your answers have arrived.").wait_for()
    assert Response.objects.get().answers == dict.fromkeys([key for key, _ko, _en in ITEMS], "4") | {
        "recommend": "0"
    }


def test_answering_on_a_phone_without_scripts(open_page, survey, person):
    page = open_page("en-US", user=person, viewport=NARROW, java_script_enabled=False)
    page.goto(f"/en/surveys/{survey.code}/")
    page.get_by_role("button", name="Send my answers").click()
    page.get_by_text("Please check what you entered").wait_for()
    for question in page.locator(".scale__row").all():
        question.get_by_role("radio").first.check()
    page.get_by_role("button", name="Send my answers").click()
    page.get_by_text("Thank you. Your answers have arrived.").wait_for()
    assert fits(page)


def test_what_is_typed_stays_in_this_tab_until_it_is_sent(open_page, survey, person):
    page = open_page("en-US", user=person)
    page.goto(f"/en/surveys/{survey.code}/")
    page.locator("#id_level_2").check()
    page.locator("#id_improve").fill("More time.")
    page.reload()
    assert page.locator("#id_level_2").is_checked()
    assert page.locator("#id_improve").input_value() == "More time."
    assert page.evaluate("localStorage.length") == 0
    for key, _ko, _en in ITEMS:
        page.locator(f"#id_{key}_0").check()
    page.locator("#id_recommend_10").check()
    page.get_by_role("button", name="Send my answers").click()
    page.get_by_text("Thank you. Your answers have arrived.").wait_for()
    assert page.evaluate("sessionStorage.length") == 0


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(("theme", "viewport"), [("light", WIDE), ("dark", NARROW)])
def test_the_pages_are_accessible(open_page, survey, person, language, theme, viewport):
    locale = "ko-KR" if language == "ko" else "en-US"
    page = open_page(locale, user=person, viewport=viewport, color_scheme=theme)
    page.goto(f"/{language}/surveys/{survey.code}/")
    open_page.check_accessibility(page)
    assert fits(page)
    page.locator("form.survey button[type=submit]").click()
    page.locator(".summary").first.wait_for()
    open_page.check_accessibility(page)
    assert fits(page)
    page.goto(f"/{language}/my/")
    open_page.check_accessibility(page)


@pytest.mark.parametrize(("theme", "viewport"), [("light", WIDE), ("dark", NARROW)])
def test_the_results_are_accessible(open_page, theme, viewport):
    user = make.make_admin()
    expert, cohort = make.make_expert(user=user), make.make_cohort(phase="running")
    make.make_session(cohort, experts=[expert])
    now = clock.now()
    for about in ({"expert": expert}, {}):
        survey = make.make_survey(cohort, opens_at=now - 9 * DAY, closes_at=now - DAY, **about)
        said = [("best", "현장 이야기가 좋았습니다.", True), ("improve", "Too short.", False)]
        make.make_answered(survey, [5, 4, 4, 3, 5, 1], nps=[10, 9, 8, 7, 10, 2], comments=said)
    page = open_page("en-US", user=user, viewport=viewport, color_scheme=theme)
    pk = Survey.objects.get(expert=expert).pk
    for address in (
        "/en/teaching/surveys/",
        f"/en/teaching/surveys/{Survey.objects.get(expert=expert).code}/",
        f"/admin/programs/survey/{pk}/run/",
        f"/admin/programs/survey/{pk}/results/",
        "/admin/programs/survey/compare/",
        f"/admin/programs/survey/cohort/{cohort.pk}/new/",
    ):
        assert page.goto(address).status == 200
        for summary in page.locator(".charted summary").all():
            if summary.evaluate("element => !element.parentElement.open"):
                summary.click()
        open_page.check_accessibility(page)
        assert fits(page), address
