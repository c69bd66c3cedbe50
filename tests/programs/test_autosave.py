"""What static/js/autosave.js asks of the server, and what it is answered; the browser's side is in tests/e2e."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from programs.models.applications import Application
from tests import make

pytestmark = pytest.mark.django_db
QUESTIONS = [
    {"key": "motivation", "type": "long", "most_characters": 500, "is_required": True},
    {"key": "logline", "type": "short"},
    {"key": "genre", "type": "single"},
    {"key": "days", "type": "multiple"},
    {"key": "reel", "type": "links", "most_items": 3},
    {"key": "credits", "type": "credits"},
    {"key": "treatment", "type": "file"},
]


@pytest.fixture
def draft():
    cohort = make.make_cohort(form_version=make.make_form_version(questions=QUESTIONS))
    return make.make_application(cohort, status="draft", answers={"motivation": "", "career": ""})


def page(draft):
    return reverse("application-edit", args=[draft.code]) + "?step=part-1"


def save(client, draft, **data):
    client.force_login(draft.applicant)
    return client.post(page(draft), data, headers={"x-autosave": "1"})


def test_an_answer_says_when_and_names_the_new_revision(client, draft):
    answer = save(client, draft, motivation="현장에서", revision="0")
    assert answer.status_code == 200
    assert answer.json()["revision"] == 1
    assert "저장" in answer.json()["saved"]
    assert answer.json()["lost"] == []


def test_a_save_repeated_as_it_was_is_never_in_its_own_way(client, draft):
    """Its answer may not have arrived: the browser sends it again on the revision it knows."""
    for _try in range(3):
        answer = save(client, draft, motivation="현장에서", revision="0")
        assert (answer.status_code, answer.json()["revision"]) == (200, 1)
    assert save(client, draft, motivation="현장에서 더", revision="1").json()["revision"] == 2


def test_what_is_newer_is_named_and_stays(client, draft):
    save(client, draft, motivation="첫 창", reel_0="https://example.com/1", revision="0")
    answer = save(client, draft, motivation="둘째 창", reel_0="", logline="한 줄", revision="0")
    assert answer.status_code == 409
    held = answer.json()
    assert held["values"] == {"motivation": "첫 창", "reel": ["https://example.com/1", "", ""]}
    assert len(held["labels"]) == 2
    assert held["revision"] == 1
    draft.refresh_from_db()
    assert "logline" not in draft.draft  # all or nothing: what the page then sends holds it again
    answer = save(
        client, draft, motivation="둘째 창", reel_0="https://example.com/1", logline="한 줄", revision="1"
    )
    assert answer.status_code == 200


def test_a_field_the_page_does_not_hold_is_not_emptied(client, draft):
    save(client, draft, motivation="현장에서", genre="a", **{"credits-rows": "1", "credits-0-title": "밤의 끝"})
    save(client, draft, logline="한 줄")
    draft.refresh_from_db()
    assert draft.draft["motivation"] == "현장에서"
    assert draft.draft["genre"] == "a"
    assert draft.draft["credits"][0]["title"] == "밤의 끝"


def test_what_is_too_long_to_be_kept_is_named_and_the_rest_kept(client, draft):
    answer = save(client, draft, motivation="가" * 30_000, logline="한 줄", revision="0")
    assert answer.json()["lost"] == ["motivation"]
    draft.refresh_from_db()
    assert draft.draft["logline"] == "한 줄"
    assert draft.draft["motivation"] == ""


def test_a_log_in_that_has_run_out_is_a_redirect(client, draft):
    answer = client.post(page(draft), {"motivation": "x"}, headers={"x-autosave": "1"})
    assert answer.status_code == 302
    assert "/login/" in answer.url


def test_a_token_of_an_older_session_is_refused_and_the_page_holds_a_new_one(draft):
    client = Client(enforce_csrf_checks=True)
    client.force_login(draft.applicant)
    assert client.post(page(draft), {"motivation": "x"}, headers={"x-autosave": "1"}).status_code == 403
    token = client.get(page(draft)).context["csrf_token"]
    data = {"motivation": "x", "csrfmiddlewaretoken": str(token)}
    assert client.post(page(draft), data, headers={"x-autosave": "1"}).status_code == 200


def test_files_are_never_taken_by_a_save(client, draft):
    save(client, draft, treatment="codes-of-others", revision="0")
    assert "treatment" not in Application.objects.get(pk=draft.pk).draft


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_gives_the_script_what_it_needs(client, draft, language):
    client.force_login(draft.applicant)
    client.cookies["language"] = language
    text = client.get(page(draft).replace("/ko/", f"/{language}/")).text
    for mark in ("data-autosave=", "data-upload-to=", f'data-copy="{draft.code}:part-1"', 'autocomplete="off"'):
        assert mark in text
    for script in ("autosave", "conditions", "uploads", "countdown", "rows"):
        assert f"js/{script}.js" in text
    assert "data-unsaved" not in text


def test_a_page_that_shows_what_is_not_kept_says_so_to_the_script(client, draft):
    save(client, draft, motivation="첫 창", revision="0")
    shown = client.post(page(draft), {"motivation": "둘째 창", "revision": "0", "save": "1"})
    assert "data-unsaved" in shown.text


def test_a_condition_is_written_where_the_script_reads_it(client, draft):
    version = draft.form_version
    decides = version.questions.get(key="genre")
    make.make_question(version, "other", shown_if=decides, shown_if_values=["a", "b"], is_required=True)
    client.force_login(draft.applicant)
    shown = client.get(page(draft))
    box = shown.text.split('data-shown-if="genre"')[1].split(">")[0]
    values = box.split('data-shown-values="')[1].split('"')[0].replace("&quot;", '"')
    assert json.loads(values) == ["a", "b"]
    answer = client.post(page(draft), {"motivation": "x", "genre": "c", "next": "1"})
    assert answer.status_code == 302  # what is not asked is not missing
    answer = client.post(page(draft), {"motivation": "x", "genre": "a", "next": "1"})
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["other"]
