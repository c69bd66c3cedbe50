"""Crawls every page that links lead to, as each kind of visitor, in both languages, on the demonstration."""

from urllib.parse import urljoin, urlsplit

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from accounts.models import User
from tests.reading import Page, untranslated

LIMIT = 220  # pages a visitor and language; lists repeat themselves
NAMES = {"KAFA X Netflix", "Creative Asia at BIFF"}  # titles that are English in both languages


@pytest.fixture(scope="module")
def demonstration(django_db_setup, django_db_blocker):
    """The demonstration, loaded once for this module and taken back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("demo", verbosity=0)
        yield
        transaction.set_rollback(True)


def crawl(client, start, prefix, limit=LIMIT):
    """Every page below `prefix` that links lead to from `start`: its address and what was read there."""
    waiting, seen = [start], {start}
    while waiting and len(seen) < limit + len(waiting):
        address = waiting.pop(0)
        response = client.get(address)
        while response.status_code == 302 and not urlsplit(response.url).netloc:
            response = client.get(urljoin(address, response.url))
        if response.status_code == 302:  # leads to another site, such as a file that lies there
            continue
        assert response.status_code == 200, f"{address} answers {response.status_code}"
        if not response.headers["Content-Type"].startswith("text/html"):
            continue
        page = Page(response.text)
        yield address, page
        for link in page.links:
            target = urlsplit(urljoin(address, link))
            if target.netloc or not target.path.startswith(prefix):
                continue
            found = f"{target.path}?{target.query}" if target.query else target.path
            if found not in seen and len(seen) < limit:
                seen.add(found)
                waiting.append(found)


VISITORS = [None, "applicant@example.com", "mentor@example.com", "mentee@example.com", "manager@example.com"]


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("visitor", VISITORS)
def test_every_page_is_in_its_language_and_whole(demonstration, visitor, language):
    client = Client()
    if visitor:
        client.force_login(User.objects.get(email=visitor))
    start = f"/{language}/" if visitor is None else f"/{language}/my/"
    read = 0
    for address, page in crawl(client, start, f"/{language}/", LIMIT if visitor is None else 60):
        wrong = [text for text in untranslated(page, language) if text not in NAMES]
        assert wrong == [], f"{address}: {wrong}"
        assert page.broken == [], f"{address}: {page.broken}"
        assert len(page.ids) == len(set(page.ids)), f"{address}: an id stands twice"
        read += 1
    assert read > (20 if visitor is None else 5)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_admin_is_in_the_persons_language(demonstration, language):
    client, staff = Client(), User.objects.get(email="admin@example.com")
    staff.language = language
    staff.save()
    client.force_login(staff)
    for address, page in crawl(client, "/admin/", "/admin/", 80):
        assert page.texts[0].language == language or language in {text.language for text in page.texts}
        if language == "ko":
            wrong = [text for text in untranslated(page, "ko") if text not in NAMES]
            assert wrong == [], f"{address}: {wrong}"
