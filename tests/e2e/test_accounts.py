"""Accounts in a real browser: without JavaScript, by keyboard alone, and every step accessible."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from tests.accounts.doors import PASSWORD, app_code, code_in, mails, make_member, url

pytestmark = pytest.mark.django_db(transaction=True)

NARROW = {"width": 360, "height": 740}


def send(page):
    """Send the form and wait for the page that answers: what the tests read next is what the request left."""
    with page.expect_navigation():
        page.locator("main button.btn-primary").click()


def test_sign_up_without_javascript(open_page):
    page = open_page("ko-KR", java_script_enabled=False)
    page.goto(url("account_signup") + "?next=" + url("profile"))
    page.locator("button[value=yes]").click()
    page.locator("[name=full_name]").fill("김다별")
    page.locator("[name=email]").fill("주소 아님")
    page.locator("[name=agree_terms]").check()
    send(page)
    expect(page.locator(".summary a")).to_have_count(3)
    expect(page.locator("[name=full_name]")).to_have_value("김다별")
    expect(page.locator("[name=email]")).to_have_value("주소 아님")
    expect(page.locator("[name=agree_terms]")).to_be_checked()
    page.locator("[name=email]").fill("dabyeol@example.com")
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("[name=agree_privacy]").check()
    send(page)
    page.locator("[name=code]").fill(code_in(mails()[0]))
    send(page)
    expect(page).to_have_url(f"{open_page.base_url}{url('profile')}")
    assert User.objects.get().full_name == "김다별"


def test_log_in_by_keyboard_alone(open_page):
    make_member()
    page = open_page("en-US")
    page.goto(url("account_login", "en"))
    page.locator("main").focus()
    for text in ("dabyeol@example.com", PASSWORD):
        page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{open_page.base_url}{url('my', 'en')}")


@pytest.mark.parametrize(
    ("language", "theme", "options"),
    [
        ("ko", "dark", {}),
        ("en", "light", {}),
        ("en", "dark", {"viewport": NARROW}),
        ("ko", "light", {"viewport": NARROW}),
    ],
)
def test_every_step_is_accessible(open_page, language, theme, options):
    page = open_page("ko-KR" if language == "ko" else "en-US", color_scheme=theme, **options)

    def look():
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide == 0, f"{page.url} is {too_wide} px too wide"
        open_page.check_accessibility(page)

    page.goto(url("age", language))
    look()
    with page.expect_navigation():
        page.locator("button[value=no]").click()
    look()
    page.goto(url("age", language))
    page.locator("button[value=yes]").click()
    page.locator("main form button.btn-primary").click()
    expect(page.locator(".summary a")).to_have_count(5)
    look()
    for name, value in (("full_name", "김다별"), ("email", "dabyeol@example.com"), ("password1", PASSWORD)):
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=agree_terms]").check()
    page.locator("[name=agree_privacy]").check()
    send(page)
    look()
    page.locator("[name=code]").fill("0")
    send(page)
    look()
    page.locator("[name=code]").fill(code_in(mails()[0]))
    send(page)
    expect(page).to_have_url(f"{open_page.base_url}{url('my', language)}")

    page.goto(url("mfa_activate_totp", language))
    look()
    page.locator("[name=password]").fill(PASSWORD)
    send(page)
    look()
    page.locator("[name=code]").fill(app_code(page.locator("main code").inner_text()))
    send(page)
    expect(page.locator("main code")).to_have_count(10)
    look()
    for name in ("mfa_index", "mfa_deactivate_totp", "mfa_generate_recovery_codes", "account_logout"):
        page.goto(url(name, language))
        look()
    send(page)

    page.goto(url("account_login", language))
    page.locator("[name=login]").fill("dabyeol@example.com")
    page.locator("[name=password]").fill("wrong wrong wrong")
    send(page)
    look()
    page.locator("[name=password]").fill(PASSWORD)
    send(page)
    look()
    with page.expect_navigation():
        page.locator("form:has([name=next]) button.btn-sm").click()

    page.goto(url("account_reset_password", language))
    page.locator("[name=email]").fill("dabyeol@example.com")
    send(page)
    look()
    page.locator("[name=code]").fill(code_in(mails()[-1]))
    send(page)
    look()
