"""Staff at work in a real browser: from the list to a staged decision to the release, also without JavaScript."""

import pytest
from playwright.sync_api import expect

from portal import clock
from programs.models.applications import Decision
from programs.models.cohorts import Cohort
from programs.operations import releases
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cohort():
    cohort = make.make_cohort(phase="in_review", capacity=2)
    for _number in range(3):
        make.make_application(cohort, status="in_review")
    return cohort


@pytest.mark.parametrize("with_javascript", [True, False], ids=["javascript", "plain"])
def test_stage_and_release(open_page, cohort, with_javascript):
    page = open_page(user=make.make_admin(language="en"), java_script_enabled=with_javascript)
    page.goto(f"/admin/programs/cohort/{cohort.pk}/overview/")
    page.get_by_role("link", name="3 applications are undecided").click()
    for number in (0, 1):
        page.locator("input.action-select").nth(number).check()
    page.get_by_label("Action:").select_option(label="Stage: offer a place")
    page.get_by_role("button", name="Go", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Stage: offer a place")
    expect(page.get_by_text("offer 2 · waitlist 0 · do not select 0 · undecided 1")).to_be_visible()
    assert Decision.objects.count() == 0
    page.get_by_role("button", name="Stage the offers").click()
    expect(page.get_by_text("2 decisions staged.")).to_be_visible()

    page.goto(f"/admin/programs/cohort/{cohort.pk}/overview/")
    page.get_by_role("link", name="2 decisions wait for the announcement").click()
    assert Cohort.objects.get().released_at is None
    page.get_by_role("button", name="Release the results").click()

    expect(page.locator("[data-progress=running]")).to_be_visible()
    assert Cohort.objects.get().released_at is not None
    releases.resume_releases(clock.now() + releases.STANDS_STILL)  # the worker's part
    page.goto(page.url)
    expect(page.locator("[data-progress=done]")).to_be_visible()


def test_by_keyboard_alone(open_page, cohort):
    page = open_page(user=make.make_admin(language="en"))
    application = cohort.applications.first()
    page.goto(f"/admin/programs/application/{application.pk}/change/")
    page.get_by_label("What to do").focus()
    page.keyboard.type("Stage: w")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.wait_for_url("**/admin/programs/application/")
    button = page.get_by_role("button", name="Stage the waitlist")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-to-content-link")).to_be_focused()
    page.keyboard.press("Enter")  # past the menu
    for _step in range(60):
        if button.evaluate("node => node === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_text("1 decision staged.")).to_be_visible()
    assert page.url.endswith(f"/{application.pk}/change/")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_the_pages_between_are_accessible(open_page, cohort, theme, width):
    options = {"viewport": {"width": width, "height": 900}, "color_scheme": theme}
    page = open_page(user=make.make_admin(language="ko"), **options)
    make.make_session(cohort, experts=[make.make_expert()])
    for address in ("overview", "release", "cancel", "capacity", "extend", "history"):
        page.goto(f"/admin/programs/cohort/{cohort.pk}/{address}/")
        open_page.check_accessibility(page)
    page.goto("/admin/programs/application/")
    page.locator("input.action-select").first.check()
    page.locator("select[name=action]").select_option("request_changes")
    with page.expect_navigation():
        page.locator("button[name=index]").click()
    open_page.check_accessibility(page)
    page.locator(".confirm button[type=submit]").click()
    expect(page.locator(".invalid-feedback").first).to_be_visible()
    open_page.check_accessibility(page)
