"""What every request passes: unreadable ones, errors, caching, the two languages."""

import json
import logging

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.translation import override

from portal import context, logs, views
from tests.make import make_application, make_cohort, make_user

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("charset", ["utf-7", "euc-kr", "utf-16", "none-such", "base64"])
def test_a_body_in_another_charset_is_a_bad_request(client, charset):
    response = client.generic("POST", "/ko/", b"q=%EA", content_type=f"{FORM}; charset={charset}")
    assert response.status_code == 400
    assert "요청을 읽을 수 없어요" in response.text
    assert "cannot be read" in response.text


@pytest.mark.parametrize("address", ["/ko/programs/?q=%00", "/ko/programs/%00/", "/ko/%00"])
def test_nul_is_a_bad_request(client, address):
    assert client.get(address).status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        "/ko/programs/?page=-1",
        "/ko/programs/?page=abc&kind=nonsense&phase=%F0%9F%98%80&track=%27%22%3E",
        "/ko/programs/?q=" + "%ED%95%9C" * 500,
        "/ko/programs/?q=%27%20OR%201=1--",
        "/ko/instructors/?page=999999999999999999999",
        "/en/programs/?q=%E1%84%92%E1%85%A1%E1%86%AB",
        "/ko/programs/?q=\x07%0d%0aX-Header:1",
    ],
)
def test_odd_addresses_are_answered(client, address):
    make_cohort()
    assert client.get(address).status_code in (200, 400, 404)


@pytest.mark.parametrize(("language", "words"), [("ko", "찾을 수 없"), ("en", "There is no such page")])
def test_not_found_in_both_languages_with_a_way_on(client, language, words):
    response = client.get(f"/{language}/nowhere/")
    assert response.status_code == 404
    assert words in response.text
    assert f'href="/{language}/"' in response.text
    assert "Traceback" not in response.text


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_failed_token_answers_403_and_says_what_to_do(language):
    client = Client(enforce_csrf_checks=True)
    person = make_user()
    client.force_login(person)
    with override(language):
        address = reverse("application-withdraw", args=[make_application(applicant=person).code])
    response = client.post(address)
    assert response.status_code == 403
    assert f'lang="{language}"' in response.text


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_a_foreign_origin_is_refused(origin):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    page = client.get("/ko/my/")
    token = page.context["csrf_token"]
    response = client.post("/ko/accounts/logout/", {"csrfmiddlewaretoken": str(token)}, headers={"origin": origin})
    assert response.status_code == 403


def test_a_fault_of_ours_needs_nothing_and_tells_nothing(client, monkeypatch):
    def broken():
        raise RuntimeError("a detail that nobody outside may read")

    monkeypatch.setattr("portal.clock.now", broken)
    client.raise_request_exception = False
    response = client.get("/ko/")
    assert response.status_code == 500
    assert "문제가 생겼어요" in response.text
    assert "Something went wrong" in response.text
    assert "detail" not in response.text


def test_bad_request_page():
    request = RequestFactory().get("/ko/")
    request.resolver_match = None
    assert views.bad_request(request).status_code == 400


def test_permission_denied_tells_no_more_than_not_found():
    request = RequestFactory().get("/ko/x/")
    request.resolver_match = None
    assert views.not_found(request).status_code == 404


def test_the_root_chooses_by_the_browsers_language(client):
    assert client.get("/", headers={"accept-language": "en-US,en;q=0.9"}).url == "/en/"
    assert client.get("/", headers={"accept-language": "ko"}).url == "/ko/"
    assert client.get("/", headers={"accept-language": "fr"}).url == "/ko/"


def test_each_page_leads_to_its_twin(client):
    cohort = make_cohort()
    with override("ko"):
        address = cohort.get_absolute_url()
    text = client.get(address).text
    assert f'href="{address.replace("/ko/", "/en/", 1)}"' in text
    assert 'hreflang="en"' in text
    assert 'href="/en/programs/?q=a&amp;kind=talk"' in client.get("/ko/programs/?q=a&kind=talk").text


def test_a_page_without_a_twin_leads_home():
    request = RequestFactory().get("/ko/nowhere/")
    request.resolver_match = None
    with override("ko"):
        assert context.twin(request) == "/en/"
        request.resolver_match = object()
        assert context.twin(request) == "/en/"


def test_what_may_be_kept_and_by_whom(client):
    assert client.get("/ko/").headers["Cache-Control"] == "public, max-age=0, s-maxage=60"
    assert "no-store" in client.get("/ko/nowhere/").headers["Cache-Control"]
    assert "no-store" in client.get("/healthz").headers["Cache-Control"]
    client.force_login(make_user())
    for address in ("/ko/", "/ko/my/"):
        assert client.get(address).headers["Cache-Control"] == "private, no-store"


def test_the_browser_is_told_to_be_strict(client):
    response = client.get("/ko/")
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    for part in (
        "default-src 'none'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    ):
        assert part in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["X-Frame-Options"] == "DENY"


def test_health_robots_and_the_icon(client):
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").text == "ready\n"
    assert "Disallow: /ko/my/" in client.get("/robots.txt").text
    assert client.get("/favicon.ico").status_code == 302


def test_posters_are_kept_for_long_and_only_of_known_kinds(client):
    response = client.get("/posters/course/dit-training.svg")
    assert response.headers["Content-Type"] == "image/svg+xml"
    assert "immutable" in response.headers["Cache-Control"]
    assert client.get("/posters/nonsense/dit-training.svg").status_code == 404


def test_a_line_of_the_log_carries_the_request_id(client):
    seen = {}

    class Keep(logging.Handler):
        def emit(self, record):
            seen["id"] = record.request_id

    handler = Keep()
    handler.addFilter(logs.RequestIdFilter())
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        response = client.get("/ko/nowhere/")
    finally:
        logger.removeHandler(handler)
    assert seen["id"] == response.headers["X-Request-Id"]
    assert logs.request_id() == seen["id"]


def test_unknown_methods_are_refused(client):
    assert client.post("/ko/").status_code == 405
    assert client.generic("PROPFIND", "/ko/programs/").status_code == 405


def test_json_where_a_form_is_expected_is_no_fault(client):
    client.force_login(make_user())
    cohort = make_cohort()
    with override("ko"):
        address = reverse("apply", args=[cohort.program.slug, cohort.slug])
    response = client.post(address, json.dumps({"submit": 1}), content_type="application/json")
    assert response.status_code in (200, 302)
