"""The frame that every page stands in, seen on the page for an unknown address."""

import pytest

UNKNOWN = {"ko": "/ko/no-such-page/", "en": "/en/no-such-page/"}
LOCALES = {"ko": "ko-KR", "en": "en-US"}


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_frame_has_no_accessibility_finding(open_page, language, scheme):
    page = open_page(LOCALES[language], color_scheme=scheme)
    assert page.goto(UNKNOWN[language]).status == 404
    open_page.expect("404")
    assert page.locator("html").get_attribute("lang") == language
    open_page.check_accessibility(page)


@pytest.mark.parametrize("width", [320, 360, 768])
def test_nothing_sticks_out_sideways(open_page, width):
    page = open_page(viewport={"width": width, "height": 700})
    page.goto(UNKNOWN["ko"])
    open_page.expect("404")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_first_tab_stop_leads_past_the_menu(korean, open_page):
    korean.goto(UNKNOWN["ko"])
    open_page.expect("404")
    korean.keyboard.press("Tab")
    assert korean.evaluate("document.activeElement.getAttribute('href')").startswith("#")
    korean.keyboard.press("Enter")
    assert korean.evaluate("document.activeElement.closest('main') !== null")


def test_the_same_page_in_the_other_language_is_one_click_away(korean, open_page):
    korean.goto(UNKNOWN["ko"])
    open_page.expect("404")
    link = korean.locator("a[hreflang='en']").first
    assert link.get_attribute("href").startswith("/en/")
