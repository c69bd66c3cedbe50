"""Public pages for a visitor: the same for all, so that a cache may keep them whole.

No session is read, no cookie is set, no CSRF token stands in them, and they do not vary with the cookie. Every
view marked public is tried; one that needs an object must have an example below.
"""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils.translation import override

from portal import clock
from tests.accounts.doors import make_member, url
from tests.make import make_agreement, make_cohort, make_organization, make_program

pytestmark = pytest.mark.django_db


def views(patterns):
    """Each view of the site, with the name of its address."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern.name, pattern.callback
        else:
            yield from views(pattern.url_patterns)


PUBLIC = sorted(
    {name for name, view in views(get_resolver().url_patterns) if getattr(view, "is_public_page", False)}
)


def examples():
    """For each public page about one thing, the thing."""
    partner = make_organization()
    cohort = make_cohort(make_program(partners=[partner]))
    agreement = make_agreement(parties=[partner])
    announced = make_cohort(cohort.program, phase="announced")
    return {
        "program": {"program": cohort.program.slug},
        "cohort": {"program": cohort.program.slug, "cohort": cohort.slug},
        "cohort-results": {"program": announced.program.slug, "cohort": announced.slug},
        "partner": {"slug": partner.slug},
        "agreement": {"slug": agreement.slug},
    }


def test_there_are_public_pages():
    assert {"home", "privacy", "terms"} <= set(PUBLIC)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_page_is_the_same_for_every_visitor(name, language, settings):
    things = examples()
    settings.DEMO_NOW = clock.now()  # a countdown says another minute once in a while
    with override(language):
        address = reverse(name, kwargs=things.get(name))
    visitor = Client()
    response = visitor.get(address)
    assert response.status_code == 200
    assert not response.cookies
    assert not response.wsgi_request.session.accessed
    assert "cookie" not in response.get("Vary", "").lower()
    assert "csrfmiddlewaretoken" not in response.content.decode()
    assert "public" in response["Cache-Control"]
    assert not Session.objects.exists()

    other = Client(headers={"cookie": f"{settings.LANGUAGE_COOKIE_NAME}=en", "accept-language": "en"})
    assert other.get(address).content == response.content


@pytest.mark.parametrize("name", ["home", "privacy"])
def test_for_whoever_is_logged_in_it_is_kept_by_nobody(name):
    client = Client()
    client.force_login(make_member(full_name="김다별"))
    response = client.get(url(name))
    assert "김다별" in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"
