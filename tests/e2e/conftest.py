"""A real browser against a real server: Chromium through Playwright, Django's live server.

`korean` and `english` are pages of a desktop browser in that language; `open_page` makes others (a phone, a
second person, without JavaScript). At the end of a test, whatever the browser wrote to its console and every
request that left the site fails it; `open_page.expect("…")` takes a message that belongs to the test.
"""

import os
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.browser import find_chromium

FLAGS = [
    "--no-sandbox",  # the suite may run as root in a container
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
TIMEOUT_MS = 20_000
expect.set_options(timeout=TIMEOUT_MS)  # what is expected comes as soon as it comes, also on a slow machine


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(os.path.dirname(__file__)):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.fail("No Chromium found (on Debian: apt install chromium).", pytrace=False)
    # Playwright's event loop runs in this thread, and Django would take every query for one made inside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Pages:
    """Opens pages of the live server and remembers what the browser complained about."""

    def __init__(self, browser: Browser, base_url: str):
        self.browser = browser
        self.base_url = base_url
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []
        self.listening = True

    def __call__(self, locale: str = "ko-KR", user=None, **options) -> Page:
        """Returns a page of a new browser profile, logged in as `user` when one is given."""
        options = {
            "viewport": {"width": 1280, "height": 900},
            "timezone_id": "Asia/Seoul",
            "reduced_motion": "reduce",
            **options,
        }
        context = self.browser.new_context(base_url=self.base_url, locale=locale, **options)
        context.set_default_timeout(TIMEOUT_MS)
        context.on("console", self.hear)
        context.on("weberror", lambda error: self.complaints.append(f"script error: {error.error}"))
        context.on("request", self.notice)
        self.contexts.append(context)
        if user is not None:
            self.log_in(context, user)
        return context.new_page()

    def log_in(self, context: BrowserContext, user) -> None:
        """Gives the profile a session of the user without going through the form."""
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.base_url}])

    def hear(self, message: ConsoleMessage) -> None:
        if self.listening:
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def notice(self, request: Request) -> None:
        if not request.url.startswith((self.base_url, "data:", "blob:", "about:")):
            self.complaints.append(f"request to another site: {request.url}")

    def expect(self, fragment: str) -> None:
        """Takes the complaints that contain the fragment; there must be one."""
        rest = [line for line in self.complaints if fragment not in line]
        if len(rest) == len(self.complaints):
            pytest.fail(f"the browser did not say {fragment!r}, but: {self.complaints}", pytrace=False)
        self.complaints = rest

    def check_accessibility(self, page: Page, **context) -> None:
        """Runs axe on the page as it stands and fails with what it found."""
        self.listening = False  # axe adds a style element, which the page's policy refuses
        try:
            found = Axe().run(page, **context).response["violations"]
        finally:
            self.listening = True
        lines = [
            f"{rule['id']}: {rule['help']}: {', '.join(str(node['target']) for node in rule['nodes'])}"
            for rule in found
        ]
        assert not lines, f"{page.url}\n" + "\n".join(lines)

    def close(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.fixture
def open_page(browser, live_server) -> Iterator[Pages]:
    pages = Pages(browser, live_server.url)
    yield pages
    pages.close()
    if pages.complaints:
        pytest.fail("\n".join(pages.complaints), pytrace=False)


@pytest.fixture
def korean(open_page) -> Page:
    return open_page("ko-KR")


@pytest.fixture
def english(open_page) -> Page:
    return open_page("en-US")
