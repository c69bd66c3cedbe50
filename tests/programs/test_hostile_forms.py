"""An application against what nobody means well by: every type of question, every way of sending, every file.

Nothing is a fault of ours; what is wrong is said at its field; what is right beside it is kept; nothing that was
handed in is ever given out so that a browser runs it.
"""

import json
import time
from urllib.parse import quote, urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from portal.models import FileAccess, Upload, UploadKind
from programs.models.applications import Application
from programs.models.applying import ApplicationFile
from programs.models.forms import QuestionType
from programs.operations import files as file_operations
from programs.questions.showing import shown
from tests import files, make
from tests.test_hostile import FORM, ODD, VALUES

pytestmark = pytest.mark.django_db
GOOD = {
    "short": {"short": "짧은 글"},
    "long": {"long": "긴 글\n두 번째 줄"},
    "single": {"single": "a"},
    "multiple": {"multiple": ["a", "c"]},
    "ranked": {"ranked_0": "b", "ranked_1": "a", "ranked_2": ""},
    "yes_no": {"yes_no": "yes"},
    "number": {"number": "1,000"},
    "date": {"date": "2000-01-31"},
    "email": {"email": "someone@example.com"},
    "phone": {"phone": "010-1234-5678"},
    "links": {"links_0": "https://example.com/reel", "links_1": "", "links_2": ""},
    "region": {"region": "seoul"},
    "credits": {
        "credits-rows": "1",
        "credits-0-year": "2024",
        "credits-0-title": "밤의 소리",
        "credits-0-role": "동시녹음",
        "credits-0-platform": "ott",
    },
    "career": {
        "career-rows": "1",
        "career-0-from": "2020-03",
        "career-0-to": "",
        "career-0-organization": "들풀 스튜디오",
        "career-0-role": "조수",
    },
    "statement": {"statement": "on"},
    "likert": {"likert": "5"},
    "nps": {"nps": "0"},
    "referee": {"referee_0": "남궁설", "referee_1": "", "referee_2": "referee@example.com"},
}
TYPES = list(GOOD)
LARGE = "가" * 330_000  # of characters that take three bytes each
VALUES_HERE = {label: value for label, value in VALUES.items() if len(value) < 200_000} | {
    "one megabyte": "x" * 1_000_000,
    "marks without end": quote("a" + "\u0301\u0316" * 30_000),
    "decomposed hangul": quote("\u1112\u1161\u11ab\u1100\u1173\u11af" * 300),
    "lone jamo": quote("ㄱㄴㄷ\u1100\u11a8\u115f\u1160"),
    "formula": quote("=1+1"),
    "formula at": quote("@SUM(1+1)*cmd|' /C calc'!A0"),
    "resident number": "900101-1234567",
    "html": quote("<img src=x onerror=alert(1)>{{7*7}}{% load x %}"),
    "half a tag": quote("</textarea><svg/onload=alert(1)>"),
    "separators": quote("a\u2028b\u2029c\x85d"),
    "json": quote('{"$gt": ""}'),
    "a list": quote('["a", "b"]'),
    "path": quote("../../etc/passwd\\..\\"),
}

# What a question of each type refuses, however politely it is asked.
WRONG = {
    "short": ["x" * 101, "900101-1234567"],
    "long": ["가" * 1001, "주민 900101-1234567"],
    "single": ["e", "A", "['a']", "선택 a"],
    "multiple": [["a", "e"], ["x"]],
    "ranked": [["a", "a", ""], ["", "a", ""], ["e", "", ""], ["a", "b", "x"]],
    "yes_no": ["maybe", "true", "1"],
    "number": ["x", "1.5", "1e9", "-5", "9" * 25, "²", "NaN", "=1+1", "9" * 5000],
    "date": ["2026-02-30", "0000-01-01", "1066-10-14", "9999-12-31", "tomorrow", "2000-01-31T10:00", "9" * 5000],
    "email": ["x", "a@b", "a@@example.com", "a@example.com, b@example.com", "a" * 400 + "@example.com", "a b@x.kr"],
    "phone": ["x", "12", "+", "010-12", "0" * 100, "+82-10-1234-567890123", "911"],
    "links": [
        ["javascript:alert(1)", "", ""],
        ["data:text/html,<script>alert(1)</script>", "", ""],
        ["file:///etc/passwd", "", ""],
        ["https://", "", ""],
        ["http://[::1", "", ""],
        ["https://example.com/" + "x" * 3000, "", ""],
        ["", "ftp://example.com", ""],
        ["vbscript:x", "", ""],
    ],
    "region": ["Seoul", "서울", "atlantis"],
    "credits": [
        {"0-year": "2024"},
        {"0-year": "20 24", "0-title": "x", "0-role": "x"},
        {"0-year": "2024", "0-title": "x" * 121, "0-role": "x"},
        {"0-year": "2024", "0-title": "x", "0-role": "x", "0-platform": "moon"},
        {"0-year": "1024", "0-title": "x", "0-role": "x"},
        {f"{row}-{key}": "2024" for row in range(23) for key in ("year", "title", "role")},
    ],
    "career": [
        {"0-from": "2020-13", "0-organization": "x"},
        {"0-from": "2020-03", "0-to": "2019-01", "0-organization": "x"},
        {"0-organization": "x"},
        {"0-from": "0000-00", "0-organization": "900101-1234567"},
    ],
    "statement": [""],
    "likert": ["0", "6", "5.0", "매우 그렇다"],
    "nps": ["-1", "11", "01", "ten"],
    "referee": [["이름", "", ""], ["", "", "a@example.com"], ["이름", "", "x"], ["x" * 61, "", "a@example.com"]],
}


@pytest.fixture
def application():
    """A draft in which every type of question waits for an answer."""
    questions = [{"key": key, "type": key, "is_required": key != "referee"} for key in TYPES]
    for question in questions:
        if question["type"] == "number":
            question |= {"lowest": 0, "highest": 5000}
        if question["type"] == "multiple":
            question |= {"most_items": 3}
    questions.append({"key": "file", "type": "file", "most_items": 2})
    questions.append({"key": "needed", "type": "short", "is_required": True})  # which nobody answers here
    assert {question["type"] for question in questions} == set(QuestionType.values)
    cohort = make.make_cohort(form_version=make.make_form_version(questions=questions))
    application = make.make_application(cohort, status="draft")
    application.draft = {"full_name": "김다별", "romanized_name": ""}
    application.save()
    return application


@pytest.fixture
def browser(application):
    """Its person's; a fault of ours is an answer here."""
    client = Client(raise_request_exception=False)
    client.force_login(application.applicant)
    return client


def page_of(application, step="part-1", act="edit"):
    url = reverse(f"application-{act}", args=[application.code])
    return f"{url}?step={step}" if step else url


def everything(application):
    """Every address at which something can be sent to an application."""
    return [
        *(page_of(application, step) for step in ("part-1", "details", "consent", "check", "nowhere", "")),
        *(page_of(application, "", act) for act in ("files", "submit", "withdraw", "confirm")),
        reverse("application-reference", args=[application.code, "referee"]),
        reverse("application-reference-ask", args=[application.code, "referee"]),
        reverse("apply", args=[application.cohort.program.slug, application.cohort.slug]),
    ]


def wrong_fields(key, value):
    """The inputs that say `value` under the question `key`."""
    if isinstance(value, dict):
        return {f"{key}-rows": "1"} | {f"{key}-{name}": text for name, text in value.items()}
    if key in ("ranked", "links", "referee"):
        return {f"{key}_{number}": text for number, text in enumerate(value)}
    return {key: value}


def draft_of(application):
    application.refresh_from_db()
    return application.draft


def look(browser, application):
    """Every page that shows the draft; none may be a fault."""
    for step in ("part-1", "part-1&errors=1", "check", "details"):
        response = browser.get(page_of(application, step))
        assert response.status_code == 200, step
        assert "<script>alert" not in response.text
        assert "onerror=alert(1)>" not in response.text
        assert "<svg/onload" not in response.text
    return response


def test_what_is_right_is_taken(application, browser):
    """Without this the tests below would show nothing."""
    fields = {name: value for part in GOOD.values() for name, value in part.items()}
    response = browser.post(page_of(application), fields | {"needed": "x", "next": "1"})
    assert response.status_code == 302
    assert browser.post(page_of(application, "", "submit")).status_code == 302
    application.refresh_from_db()
    assert application.status == "submitted"
    assert set(application.answers) == {*TYPES, "needed"}


@pytest.mark.parametrize("key", TYPES)
def test_what_is_wrong_is_said_at_its_field_and_the_rest_is_kept(application, browser, key):
    rest = GOOD["short" if key != "short" else "long"]
    kept_key, kept = next(iter(rest.items()))
    for value in WRONG[key]:
        fields = wrong_fields(key, value)
        if key == "statement":
            fields = {}
        Application.objects.filter(pk=application.pk).update(draft={"full_name": "김다별"}, stamps={}, revision=0)
        response = browser.post(page_of(application), fields | rest | {"next": "1"})
        assert response.status_code == 200, value
        form = response.context["form"]
        assert key in form.errors, value
        assert kept_key not in form.errors
        assert all(str(error).strip() for error in form.errors[key])
        assert f'href="#id_{key}' in response.text, value  # the summary leads to the field
        draft = draft_of(application)
        assert draft[kept_key] == kept
        if key not in ("statement",):
            assert draft.get(key) or "9" * 400 in str(value), (
                value
            )  # what was typed is kept too, though it is wrong
        assert browser.post(page_of(application, "", "submit")).status_code == 302
        application.refresh_from_db()
        assert application.status == "draft"


@pytest.mark.parametrize("label", VALUES_HERE)
def test_no_value_is_a_fault_however_it_is_sent(application, browser, label):
    """In every input of every question at once; a very long one in one of them."""
    value = VALUES_HERE[label]
    names = [name for key in TYPES for name in GOOD[key] if not name.endswith("-rows")]
    marker = "&credits-rows=1&career-rows=1"
    some = names if len(value) < 30_000 else ["short"]
    body = "&".join(f"{name}={value}" for name in some) + marker
    twice = "&".join(f"{name}={value[:2000]}&{name}=a" for name in names) + marker
    page, details = page_of(application), page_of(application, "details")
    began = time.monotonic()
    for text, headers in (
        (f"{body}&next=1", {}),
        (f"{body}&save=1", {}),
        (f"{body}&revision=0", {"X-Autosave": "1"}),
        (twice, {"X-Autosave": "1"}),
    ):
        response = browser.post(page, text, FORM, headers=headers)
        assert response.status_code in (200, 302, 400, 409)
        if headers and response.status_code != 400:
            json.loads(response.content)
    for text in (f"full_name={value}&next=1", f"romanized_name={value}&save=1"):
        assert browser.post(details, text, FORM).status_code in (200, 302, 400)
    look(browser, application)
    assert browser.post(page_of(application, "", "submit")).status_code == 302
    assert time.monotonic() - began < 30
    application.refresh_from_db()
    assert application.status == "draft"
    stored = json.dumps(application.draft)
    assert "\\u0000" not in stored
    assert not any("\ud800" <= letter <= "\udfff" for letter in json.loads(stored).get("short", ""))


@pytest.mark.parametrize("key", ["short", "long", "ranked", "links", "referee", "email", "phone", "credits"])
def test_a_megabyte_is_said_to_be_too_long_and_takes_nothing_else_along(application, browser, key):
    first = next(name for name in GOOD[key] if not name.endswith("-rows"))
    rest = GOOD["long" if key == "short" else "short"]
    fields = {first: LARGE, **rest, **({f"{key}-rows": "1"} if key == "credits" else {})}
    response = browser.post(page_of(application), fields | {"next": "1"})
    assert response.status_code == 200
    assert key in response.context["form"].errors
    kept_key, kept = next(iter(rest.items()))
    draft = draft_of(application)
    assert draft[kept_key] == kept
    assert len(json.dumps(draft)) < 200_000
    answer = browser.post(page_of(application), fields, headers={"X-Autosave": "1"})
    assert answer.status_code == 200
    assert answer.json()["lost"] == ([] if key == "credits" else [key])


@pytest.mark.parametrize(
    "fields",
    [
        {"credits-rows": "1", "credits-99999999-title": "x", "credits--1-title": "x", "credits-x-title": "x"},
        {"credits-rows": "1", **{f"credits-{row}-title": "x" for row in range(400)}},
        {"credits-rows": "x" * 1000, "credits-0-title": "x"},
        {"credits-rows": "1", "credits-0-__class__": "x", "credits-0-year[]": "x", "credits[0][year]": "2024"},
        {"credits-0-title": "without its marker"},
        {"ranked_99": "a", "ranked_-1": "a", "ranked[]": "a", "ranked": "a"},
        {"links_3": "https://example.com", "links": "https://example.com"},
        {"multiple": ["a"] * 500},
        {"multiple": [str(number) for number in range(101)]},
        {"full_name": "x", "draft": "{}", "answers": "{}", "status": "confirmed", "receipt_number": "X", "pk": "1"},
        {"applicant": "1", "cohort": "1", "form_version": "1", "stamps": "{}", "sent_revision": "9"},
        {"more": "credits", "credits-rows": "1"},
        {"more": "__class__"},
        {"more": "file"},
        {"go": "x" * 5000},
        {"go": "\r\nSet-Cookie: a=b"},
        {"go": "https://evil.example/"},
        {"go": "check&step=consent"},
        {"upload": "short"},
        {"upload": "x\r\ny"},
        {"upload": "file"},
        {"remove": "file:../../etc/passwd"},
        {"remove": "file:" + "x" * 5000},
        {"remove": "short:x"},
        {"remove": ":"},
        {"file": "not a file"},
        {"file": ["a", "b"]},
    ],
)
def test_no_name_is_a_fault_or_reaches_what_it_should_not(application, browser, fields):
    before = Application.objects.values().get()
    revisions = {"revision": "0"}
    for headers in ({}, {"X-Autosave": "1"}):
        response = browser.post(page_of(application), fields | revisions, headers=headers)
        assert response.status_code in (200, 302, 400, 404, 409)
        if response.status_code == 302:
            assert response.url.startswith(f"/ko/applications/{application.code}/edit/?step=")
            assert "Set-Cookie" not in response.headers
    after = Application.objects.values().get()
    written = {"draft", "stamps", "revision", "saved_at"}
    assert {name: before[name] for name in before if name not in written} == {
        name: after[name] for name in after if name not in written
    }
    assert set(after["draft"]) <= {"full_name", "romanized_name", *TYPES}
    assert after["draft"]["full_name"] == "김다별"  # which is not on this step
    assert len(after["draft"].get("credits", [])) <= 25
    look(browser, application)


@pytest.mark.parametrize(
    "revision", ["", "-1", "9" * 9, "9" * 30, "x", "1.5", "²", "٣", "0x1", " 0", "\x00", "1e400"]
)
def test_no_revision_is_a_fault(application, browser, revision):
    for act, headers in (("edit", {}), ("edit", {"X-Autosave": "1"}), ("submit", {})):
        fields = {"short": f"글 {revision[:5]}", "revision": revision, "opened": revision}
        response = browser.post(page_of(application, "part-1", act), fields, headers=headers)
        assert response.status_code in (200, 302), revision
    assert draft_of(application)["short"].startswith("글")


def test_what_is_older_overwrites_nothing_unseen(application, browser):
    browser.post(page_of(application), {"short": "새 글", "revision": "0"})
    for headers, status in (({}, 200), ({"X-Autosave": "1"}, 409)):
        response = browser.post(page_of(application), {"short": "옛 글", "revision": "0"}, headers=headers)
        assert response.status_code == status
        assert draft_of(application)["short"] == "새 글"


@pytest.mark.parametrize(
    "step", ["nowhere", "part-999", "check", "consent", "details", "%00", "x" * 3000, "<script>"]
)
def test_no_step_is_a_fault(application, browser, step):
    url = page_of(application, "") + f"?step={quote(step, safe='%')}"
    for headers in ({}, {"X-Autosave": "1"}):
        assert browser.get(url).status_code in (200, 400)
        for fields in ({}, {"short": "x"}, {"next": "1"}, {"more": "short"}, {"upload": "file"}):
            response = browser.post(url, fields, headers=headers)
            assert response.status_code in (200, 302, 400, 404), (step, fields)


@pytest.mark.parametrize("kind", ODD)
def test_no_body_is_a_fault_at_any_address(application, browser, kind):
    body, content_type = ODD[kind]
    for address in everything(application):
        for headers in ({}, {"X-Autosave": "1"}):
            response = browser.post(address, body, content_type=content_type, headers=headers)
            assert response.status_code < 500, address
    application.refresh_from_db()
    assert application.status == "draft"


JUNK = [
    None,
    0,
    True,
    1.5,
    "x",
    [],
    {},
    [None],
    [[]],
    [{}],
    {"a": {"b": []}},
    ["a", None, 1],
    [{"year": 1}],
    "\ufffd",
]


@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_nothing_in_a_draft_or_in_answers_is_a_fault(application, browser, junk):
    """Whatever an older form, an import or a mistake has put there, under every question at once."""
    keys = [*TYPES, "file", "full_name", "romanized_name"]
    draft = dict.fromkeys(keys, junk)
    Application.objects.filter(pk=application.pk).update(draft=draft, stamps=dict.fromkeys(keys, 1), revision=1)
    look(browser, application)
    assert browser.post(page_of(application), {"short": "x"}, headers={"X-Autosave": "1"}).status_code in (200, 409)
    stale = {name: "다름" for part in GOOD.values() for name in part} | {"revision": "0"}
    for headers in ({}, {"X-Autosave": "1"}):
        assert browser.post(page_of(application), stale, headers=headers).status_code in (200, 302, 409)
    assert browser.post(page_of(application, "", "submit")).status_code == 302

    sent = make.make_application(application.cohort)
    Application.objects.filter(pk=sent.pk).update(answers=draft, draft=draft)
    browser.force_login(sent.applicant)
    assert browser.get(sent.get_absolute_url()).status_code == 200
    browser.force_login(make.make_admin())
    assert browser.get(reverse("admin:programs_application_change", args=[sent.pk])).status_code == 200
    questions = list(application.form_version.questions.all())
    assert shown(questions, draft, reader="blind") is not None


def test_a_consent_that_was_never_asked_for_is_not_written_down(application, browser):
    page = page_of(application, "consent")
    before = list(application.applicant.consents.values())
    for body in (
        "",
        "consent_marketing=on&consent_unknown=on&consent_=on",
        "consent_application=x&consent_application=y",
        "&".join(f"consent_{number}=on" for number in range(500)),
        f"consent_marketing={VALUES['nul']}&consent_application={VALUES['long']}",
    ):
        assert browser.post(page, body, FORM).status_code in (200, 302), body[:40]
    asked = {record["version_id"] for record in application.applicant.consents.values()}
    assert asked == {record["version_id"] for record in before}


# --- the referee's page ------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", VALUES_HERE)
def test_no_letter_is_a_fault(application, settings, label):
    settings.RATE_LIMITS = "off"
    client, value = Client(raise_request_exception=False), VALUES_HERE[label]
    reference = make.make_reference(application)
    page = reverse("reference", args=[reference.code])
    for body in (
        f"text={value}",
        f"answer={value}&text=x&reason={value}",
        f"answer=send&text={value}&file={value}&x={value}",
        f"answer=send&text=&text={value}&agree=",
        f"answer=decline&text=x&reason={value}",
    ):
        response = client.post(page, body, FORM)
        assert response.status_code in (200, 400)
        assert "<script>alert" not in response.text
    reference.refresh_from_db()
    assert (reference.received_at, reference.declined_at) == (None, None)
    response = client.post(page, f"answer=send&agree=on&text={value}&reason=x", FORM)
    assert response.status_code in (200, 302, 400)
    staff = Client(raise_request_exception=False)
    staff.force_login(make.make_admin())
    Application.objects.filter(pk=application.pk).update(
        status="submitted", submitted_at=application.created_at, receipt_number="X-1", receipt_serial=1
    )
    assert staff.get(reverse("admin:programs_referencerequest_change", args=[reference.pk])).status_code == 200
    if response.status_code == 302:
        text = staff.post(reverse("admin:programs_referencerequest_letter", args=[reference.pk])).text
        assert "<script>alert" not in text
        assert "onerror=alert(1)>" not in text


@pytest.mark.parametrize("kind", ODD)
def test_no_body_of_a_letter_is_a_fault(application, kind):
    reference = make.make_reference(application)
    body, content_type = ODD[kind]
    client = Client(raise_request_exception=False)
    page = reverse("reference", args=[reference.code])
    assert client.post(page, body, content_type=content_type).status_code in (200, 400)
    reference.refresh_from_db()
    assert reference.received_at is None


def test_a_megabyte_of_a_letter_is_said_to_be_too_long(application):
    reference = make.make_reference(application)
    page = reverse("reference", args=[reference.code])
    response = Client().post(page, {"text": LARGE, "agree": "on", "answer": "send"})
    assert response.status_code == 200
    assert "text" in response.context["form"].errors
    assert LARGE in response.text


# --- files --------------------------------------------------------------------------------------------------


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
BAD_FILES = {
    "svg": ("a.svg", SVG),
    "svg called png": ("a.png", SVG),
    "html called pdf": ("a.pdf", b"<!doctype html><script>alert(1)</script>"),
    "html after pdf's head": ("a.pdf", b"<html>%PDF-1.7 <script>alert(1)</script>"),
    "exe called pdf": ("a.pdf", b"MZ\x90\x00" + b"\x00" * 500),
    "php": ("a.php", b"<?php system($_GET['x']);"),
    "zip called docx": ("a.docx", files.make_zip({"a.txt": b"x"})),
    "bomb": ("a.docx", files.make_zip(files.docx_entries() | {"word/media/a.bin": b"\0" * 20_000_000})),
    "macros": ("a.docx", files.make_docx(**{"word/vbaProject.bin": b"x"})),
    "nothing": ("a.pdf", b""),
    "half a png": ("a.png", files.make_image()[:40]),
    "gif with a jar": ("a.gif", b"GIF89a" + files.make_zip({"META-INF/MANIFEST.MF": b"x"})),
    "text": ("a.pdf", b"%PD"),
    "film": ("a.mp4", b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 100),
    "random": ("a.hwp", bytes(range(256)) * 40),
}
NAMES = [
    "가" * 300 + ".pdf",
    "../../../etc/passwd",
    "..\\..\\boot.ini",
    "a\r\nSet-Cookie: x=y.pdf",
    'a";filename="b.html".pdf',
    "\u202efdp.exe",
    "a.pdf\x00.html",
    "<script>alert(1)</script>.pdf",
    "한글.pdf",
    ".htaccess",
    "CON",
    " ",
    "%s%n{{7*7}}.pdf",
    "a.html",
]


def send_file(browser, application, name, content, *, way):
    """Send a file by itself, as the script does, or with its step, as a page without it does."""
    file = SimpleUploadedFile("x", content, "text/html")
    file._name = name
    if way == "alone":
        return browser.post(page_of(application, "", "files"), {"question": "file", "file": file})
    return browser.post(page_of(application), {"file": file, "upload": "file", "short": "함께 쓴 글"})


def stored():
    from django.core.files.storage import default_storage

    found = []
    for year in default_storage.listdir("uploads")[0] if default_storage.exists("uploads") else []:
        for month in default_storage.listdir(f"uploads/{year}")[0]:
            found += default_storage.listdir(f"uploads/{year}/{month}")[1]
    return sorted(found)


@pytest.mark.parametrize("way", ["alone", "with its step"])
@pytest.mark.parametrize("kind", BAD_FILES)
def test_no_hostile_file_is_kept(application, browser, kind, way):
    file_operations.attach_file(
        application.pk,
        application.form_version.questions.get(key="file"),
        SimpleUploadedFile("good.pdf", files.make_pdf()),
        by=application.applicant,
    )
    before, rows = stored(), Upload.objects.count()
    response = send_file(browser, application, *BAD_FILES[kind], way=way)
    if way == "alone":
        assert response.status_code == 400
        assert response.json()["error"]
    else:
        assert response.status_code == 200
        assert response.context["form"].errors["file"]
        assert "함께 쓴 글" in response.text
        assert draft_of(application)["short"] == "함께 쓴 글"
    assert (stored(), Upload.objects.count()) == (before, rows)
    assert len(draft_of(application)["file"]) == 1


@pytest.mark.parametrize("name", NAMES)
def test_no_name_of_a_file_does_harm(application, browser, name):
    response = send_file(browser, application, name, files.make_pdf(), way="alone")
    assert response.status_code in (200, 400)
    if response.status_code == 400:
        return
    upload = Upload.objects.get()
    assert "/" not in upload.name
    assert "\\" not in upload.name
    assert len(upload.name) <= 200
    given = browser.get(response.json()["url"])
    header = given["Content-Disposition"]
    assert header.startswith("attachment;")
    assert "\r" not in header
    assert "\n" not in header
    assert header.count('"') == 2
    assert "Set-Cookie" not in given.headers
    assert b"".join(given.streaming_content)
    text = look(browser, application).text + browser.get(page_of(application)).text
    assert "<script>alert" not in text


@pytest.mark.parametrize("kind", UploadKind.values)
def test_nothing_that_is_given_out_runs_on_our_origin(application, browser, kind):
    makers = {"png": "image", "jpeg": "image", "webp": "image"}
    maker = getattr(files, f"make_{makers.get(kind, kind)}")
    content = maker(kind) if kind in makers else maker()
    question = application.form_version.questions.get(key="file")
    upload = file_operations.attach_file(
        application.pk, question, SimpleUploadedFile("evil.html", content, "text/html"), by=application.applicant
    )
    response = browser.get(reverse("application-file", args=[application.code, upload.code]))
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cache-Control"] == "private, no-store"
    assert not response["Content-Type"].startswith(("text/", "image/svg", "application/xhtml", "application/xml"))
    assert ".html" not in response["Content-Disposition"].replace("evil.html.", "")
    assert b"".join(response.streaming_content)
    assert FileAccess.objects.get().by == application.applicant
    for method in ("post", "put", "delete"):
        assert getattr(browser, method)(response.request["PATH_INFO"]).status_code == 405


def test_no_folder_of_files_is_served(application, browser):
    question = application.form_version.questions.get(key="file")
    upload = file_operations.attach_file(
        application.pk, question, SimpleUploadedFile("a.pdf", files.make_pdf()), by=application.applicant
    )
    for base in ("/media/", "/uploads/", "/files/", "/static/", "/var/", "/"):
        for path in (upload.file.name, upload.code, "../" + upload.file.name):
            assert browser.get(f"{base}{path}").status_code in (301, 302, 404), base


@pytest.mark.parametrize("question", ["", "short", "file ", "FILE", "x" * 5000, "\x00", "__class__", "full_name"])
def test_a_file_is_taken_only_under_a_question_that_takes_one(application, browser, question):
    file = SimpleUploadedFile("a.pdf", files.make_pdf())
    response = browser.post(page_of(application, "", "files"), {"question": question, "file": file})
    assert response.status_code in (400, 404)
    assert not ApplicationFile.objects.exists()


def test_a_text_in_the_place_of_a_file_is_said_at_the_field(application, browser):
    response = browser.post(page_of(application, "", "files"), {"question": "file", "file": "text"})
    assert response.status_code == 400
    assert response.json()["error"]
    response = browser.post(page_of(application), {"file": "text", "upload": "file"})
    assert response.context["form"].errors["file"]


def test_no_code_of_a_file_can_be_set_or_borrowed(application, browser):
    other = make.make_application(application.cohort, status="draft")
    question = application.form_version.questions.get(key="file")
    upload = file_operations.attach_file(
        other.pk, question, SimpleUploadedFile("a.pdf", files.make_pdf()), by=other.applicant
    )
    for fields in ({"file": upload.code}, {"file_0": upload.code}, {"file": [upload.code]}):
        browser.post(page_of(application), fields, headers={"X-Autosave": "1"})
        browser.post(page_of(application), fields)
    assert not draft_of(application).get("file")
    Application.objects.filter(pk=application.pk).update(draft={"file": [upload.code]})
    for page in ("check", "part-1"):
        assert upload.code not in browser.get(page_of(application, page)).text
    for name in ("application-file",):
        assert browser.get(reverse(name, args=[application.code, upload.code])).status_code == 404
    browser.post(page_of(application), {"remove": f"file:{upload.code}"})
    assert Upload.objects.filter(pk=upload.pk).exists()


def test_a_file_that_breaks_off_leaves_nothing(application, browser):
    before = stored()
    body = (
        b'--x\r\nContent-Disposition: form-data; name="question"\r\n\r\nfile\r\n'
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7 broken off'
    )
    for address in (page_of(application, "", "files"), page_of(application)):
        response = browser.post(address, body, content_type="multipart/form-data; boundary=x")
        assert response.status_code in (200, 302, 400)
    assert stored() == before
    assert not Upload.objects.exists()


def test_nothing_typed_becomes_a_formula_or_a_tag_on_a_page(application, browser):
    fields = {"short": '=HYPERLINK("http://x")', "long": "<b>굵게</b><script>alert(1)</script>"}
    browser.post(page_of(application), fields | {"save": "1"})
    text = look(browser, application).text + browser.get(page_of(application, "check")).text
    assert "<b>굵게" not in text
    assert "&lt;b&gt;굵게" in text


def test_what_is_nested_is_read_as_flat(application, browser):
    body = urlencode([("long[a][b]", "x"), ("long.a", "x"), ("long", "글"), ("long", "둘")])
    browser.post(page_of(application), body, FORM)
    assert draft_of(application)["long"] in ("글", "둘")
