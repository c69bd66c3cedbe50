"""A form that moves on while somebody writes: the page of the old one loses no word, whatever it sends."""

from datetime import timedelta

import pytest
from django.urls import reverse

from portal import clock
from programs.models.applications import Application, ApplicationStatus
from programs.models.applying import ApplicationFile, EarlierAnswer
from programs.models.forms import QuestionType
from programs.operations import adoption, drafts
from programs.operations import files as file_operations
from programs.operations import forms as operations
from programs.operations.adoption import adopt_version
from tests import make
from tests.files import make_pdf, uploaded
from tests.programs.forms import CHOICES, add, begin, cohort_with, new_version

pytestmark = pytest.mark.django_db
T = QuestionType


@pytest.fixture
def moved(client, settings, tmp_path):
    """A draft on `plan`, `gone`, `some` (several of several); its page is open, and `gone` is no longer asked."""
    settings.MEDIA_ROOT = tmp_path
    old = new_version("plan", "gone")
    add(old, "some", type=T.MULTIPLE)
    add(old, "proposal", type=T.FILE)
    cohort = cohort_with(old)
    draft = begin(cohort, plan="등대", some=["noor"])
    client.force_login(draft.applicant)
    new = operations.copy_version(old.pk, by=make.make_admin())
    for key in ("gone", "proposal"):
        operations.remove_question(new.questions.get(key=key).pk, by=make.make_admin())
    return draft, old, new


def address(draft, step="part-1"):
    return reverse("application-edit", args=[draft.code]) + f"?step={step}"


def move(draft, new):
    adopt_version(draft.cohort_id, new.pk, by=make.make_admin())


def aside(draft):
    return {row.question.key: row.value for row in draft.earlier_answers.select_related("question")}


def page_of(client, draft):
    """What the page sends that is open now."""
    text = client.get(address(draft)).text
    assert f'name="form" value="{draft.form_version_id}"' in text
    return {"form": draft.form_version_id, "revision": draft.revision, "plan": "등대", "some": ["noor"]}


@pytest.mark.parametrize("script", [True, False], ids=["autosave", "plain"])
def test_a_page_of_the_old_form_loses_no_word(client, moved, script):
    draft, _old, new = moved
    page = page_of(client, draft)
    move(draft, new)
    headers = {"X-Autosave": "1"} if script else {}
    answer = client.post(address(draft), page | {"plan": "등대의 아이들", "gone": "바다"}, headers=headers)

    draft.refresh_from_db()
    assert (draft.draft["plan"], draft.draft["some"]) == ("등대의 아이들", ["noor"])
    assert "gone" not in draft.draft
    assert aside(draft) == {"gone": "바다"}
    if script:
        assert (answer.status_code, answer.json()["revision"]) == (200, draft.revision)
    else:
        assert answer.url == address(draft)
    text = client.get(address(draft)).text
    assert "바다" in text
    assert "문항이 바뀌었어요" in text
    again = page | {"revision": draft.revision, "plan": "등대의 아이들", "gone": "바다와 소금"}
    client.post(address(draft), again, headers=headers)
    assert aside(draft) == {"gone": "바다와 소금"}
    client.post(address(draft), again | {"gone": " "}, headers=headers)
    assert aside(draft) == {"gone": "바다와 소금"}


@pytest.mark.parametrize("script", [True, False], ids=["autosave", "plain"])
def test_what_another_window_has_changed_since_is_not_written_over(client, moved, script):
    draft, old, new = moved
    page = page_of(client, draft)
    move(draft, new)
    draft.refresh_from_db()
    drafts.save_draft(draft, typed={"plan": "소금"}, base=draft.revision)
    headers = {"X-Autosave": "1"} if script else {}
    answer = client.post(address(draft), page | {"plan": "등대의 아이들"}, headers=headers)

    draft.refresh_from_db()
    assert draft.draft["plan"] == "소금"
    assert aside(draft) == {"plan": "등대의 아이들"}
    assert EarlierAnswer.objects.get().question.version == old
    if script:
        assert answer.status_code == 409
        assert (answer.json()["values"], answer.json()["labels"]) == ({"plan": "소금"}, ["질문 plan"])
    else:
        assert "등대의 아이들" in client.get(answer.url).text
    blank = client.post(address(draft), page | {"plan": " "}, headers={"X-Autosave": "1"})
    assert blank.status_code == 409
    assert aside(draft) == {"plan": "등대의 아이들"}


def test_names_and_choices_that_are_gone(client, moved):
    draft, old, new = moved
    some = new.questions.get(key="some")
    choices = [CHOICES[1], {"key": "sol", "ko": "진솔", "en": "Jinsol"}]
    operations.save_question(new.pk, some.section_id, some.pk, by=make.make_admin(), choices=choices)
    page = page_of(client, draft)
    move(draft, new)
    draft.refresh_from_db()
    assert draft.draft["some"] == []
    client.post(address(draft), page | {"revision": draft.revision, "some": ["noor", "dain"]})
    details = {"form": old.pk, "revision": draft.revision, "full_name": "남궁별"}
    client.post(address(draft, "details"), details)
    draft.refresh_from_db()
    assert (draft.draft["some"], draft.draft["full_name"]) == (["dain"], "남궁별")
    assert aside(draft)["some"] == ["noor", "dain"]


@pytest.mark.parametrize("script", [True, False], ids=["autosave", "plain"])
def test_sent_back_for_one_question_an_old_page_changes_that_one_alone(client, moved, script):
    draft, _old, new = moved
    page = page_of(client, draft)
    move(draft, new)
    now = clock.now()
    Application.objects.filter(pk=draft.pk).update(
        status=ApplicationStatus.CHANGES_REQUESTED, changes_keys=["plan"], changes_note="기획안",
        changes_by=now + timedelta(days=3), submitted_at=now, receipt_number="X-1", receipt_serial=1,
    )  # fmt: skip
    draft.refresh_from_db()
    headers = {"X-Autosave": "1"} if script else {}
    typed = page | {"revision": draft.revision, "plan": "등대의 아이들", "some": ["dain"]}
    client.post(address(draft), typed, headers=headers)
    draft.refresh_from_db()
    assert (draft.draft["plan"], draft.draft["some"]) == ("등대의 아이들", ["noor"])


@pytest.mark.parametrize("form", ["", "x", "9" * 30, "٣", "424242"])
def test_a_page_that_names_no_form_of_the_draft(client, moved, form):
    draft, _old, new = moved
    page = page_of(client, draft) | {"form": form, "plan": "등대의 아이들", "gone": "바다"}
    move(draft, new)
    assert client.post(address(draft), page, headers={"X-Autosave": "1"}).status_code in (200, 409)
    assert aside(draft) == {}


@pytest.mark.parametrize("script", [True, False], ids=["autosave", "plain"])
def test_nothing_is_kept_once_it_is_too_late(client, moved, script, monkeypatch):
    draft, _old, new = moved
    page = page_of(client, draft)
    move(draft, new)
    monkeypatch.setattr(adoption, "refuse_writing", lambda row: drafts.refuse_writing(withdrawn(row)))
    headers = {"X-Autosave": "1"} if script else {}
    answer = client.post(address(draft), page | {"gone": "바다"}, headers=headers)
    assert answer.status_code == (400 if script else 302)
    assert aside(draft) == {}


def withdrawn(application):
    application.status = "withdrawn"
    return application


def test_a_file_given_to_a_question_that_is_gone_stays(client, moved):
    draft, old, new = moved
    question = old.questions.get(key="proposal")
    upload = file_operations.attach_file(draft.pk, question, uploaded(make_pdf(), "plan.pdf"), by=draft.applicant)
    move(draft, new)
    assert aside(draft) == {"proposal": [upload.code]}
    with_file = add(operations.copy_version(new.pk, by=make.make_admin()), "script", type=T.FILE)
    move(draft, with_file.version)
    file_operations.attach_file(draft.pk, with_file, uploaded(make_pdf(), "script.pdf"), by=draft.applicant)
    assert ApplicationFile.objects.filter(application=draft).count() == 2
    text = client.get(address(draft)).text
    assert "plan.pdf" in text
    assert reverse("application-file", args=[draft.code, upload.code]) in text


def test_an_answer_under_a_condition_is_shown_beside_the_new_questions(client):
    old = new_version()
    stays = add(old, "stays", type=T.YES_NO)
    add(old, "why", shown_if=stays, shown_if_values=["no"])
    draft = begin(cohort_with(old), stays="no", why="월요일에 촬영이 있어요.")
    client.force_login(draft.applicant)
    new = new_version("plan", slug="other")
    move(draft, new)
    assert "월요일에 촬영이 있어요." in client.get(address(draft)).text
    assert "월요일에 촬영이 있어요." in client.get(address(draft, "check")).text
