"""Reference letters: asked, written without an account, answered once, read by staff alone."""

import json
import re
import zipfile
from datetime import timedelta
from html import unescape

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from accounts import privacy
from portal import audit, clock, mail, pills
from portal.errors import Refused
from portal.models import AuditEvent, FileAccess, MailStatus, OutgoingMail, Upload
from programs import letters
from programs.letters import LetterState
from programs.models.applications import Application
from programs.models.applying import ReferenceRequest
from programs.models.forms import Question
from programs.operations import applications, references
from tests import files, make

pytestmark = pytest.mark.django_db
REFEREE = ["남궁설", "들풀 스튜디오", "referee@example.com"]
OTHER = ["제갈온", "", "other@example.com"]
LETTER = "함께 일하는 동안 늘 믿을 수 있었습니다.\n추천합니다."


def text_of(response):
    """The page's words, its tags apart."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def make_form():
    """A form that asks for one reference letter."""
    question = {"key": "referee", "type": "referee", "label_ko": "추천서", "label_en": "Reference"}
    return make.make_form_version(questions=[question])


def make_asking(*, status="submitted", draft=None, answers=None, cohort=None, program=None, **fields):
    """An application to a cohort with such a form, and with the referee named."""
    cohort = cohort or make.make_cohort(make.make_program(**(program or {})))
    if not cohort.form_version.questions.filter(type="referee").exists():
        cohort.form_version = make_form()
        cohort.save()
    application = make.make_application(cohort, status=status, **fields)
    application.answers = {} if status == "draft" else {"referee": REFEREE} if answers is None else answers
    application.draft = draft if draft is not None else {"full_name": "김다별", "referee": REFEREE}
    application.save()
    return application


def make_request(application=None, **fields):
    """A referee who has been asked, and the mail."""
    application = application or make_asking()
    references.ask(application, "referee", name=REFEREE[0], affiliation=REFEREE[1], email=REFEREE[2], by=None)
    request = application.references.get(ended_at=None)
    for name, value in fields.items():
        setattr(request, name, value)
    if fields:
        request.save()
    return request


def page_of(request, language="ko"):
    with override(language):
        return reverse("reference", args=[request.code])


def sent(reason):
    return list(OutgoingMail.objects.filter(reason=reason).order_by("pk"))


def letter(**fields):
    return {"text": LETTER, "agree": "on", "answer": "send"} | fields


@pytest.fixture
def at(settings):
    """Sets the portal's clock."""

    def set_to(moment):
        settings.DEMO_NOW = moment

    return set_to


# --- asked ------------------------------------------------------------------------------------------


def test_submitting_asks_the_referee_once_in_the_applicants_language():
    person = make.make_user(language="en", romanized_name="Kim Dabyeol")
    application = make_asking(status="draft", applicant=person, draft={"full_name": "김다별", "referee": REFEREE})

    applications.submit_application(application.pk, by=person)
    applications.submit_application(application.pk, by=person)

    request = ReferenceRequest.objects.get()
    assert (request.name, request.affiliation, request.email, request.language) == (*REFEREE, "en")
    asked = OutgoingMail.objects.get(reason="reference_asked")
    assert (asked.to, asked.person, asked.language) == ("referee@example.com", None, "en")
    assert asked.subject == "[Grow Creative] 김다별 asks you for a reference letter"
    assert f"/en/references/{request.code}/" in asked.body
    assert "Receipt number" not in asked.body  # it is the applicant's
    assert [event.verb for event in audit.history(application) if event.verb.startswith("reference")] == [
        "reference.asked"
    ]


def test_the_mail_in_korean_says_who_asks_for_what_and_until_when():
    request = make_request(make_asking(program={"title_ko": "프로덕션 사운드 세미나"}))
    asked = OutgoingMail.objects.get(reason="reference_asked")
    assert asked.subject == f"[Grow Creative] {request.application.full_name} 님이 추천서를 부탁했습니다"
    assert asked.body.startswith("남궁설 님")
    for part in ("프로덕션 사운드 세미나", "까지", f"/ko/references/{request.code}/", "계정은 필요하지 않습니다"):
        assert part in asked.body


def test_sending_again_with_another_referee_ends_the_first_and_keeps_a_letter_of_the_same():
    application = make_asking(status="draft")
    person = application.applicant
    applications.submit_application(application.pk, by=person)
    first = ReferenceRequest.objects.get()

    application.refresh_from_db()
    application.draft |= {"referee": OTHER}
    application.revision += 1
    application.save()
    applications.submit_application(application.pk, by=person)

    first.refresh_from_db()
    assert first.ended_at is not None
    assert ReferenceRequest.objects.get(ended_at=None).email == OTHER[2]

    application.refresh_from_db()
    application.draft |= {"referee": ["제갈 온", "새 회사", "OTHER@example.com"]}
    application.revision += 1
    application.save()
    applications.submit_application(application.pk, by=person)

    live = ReferenceRequest.objects.get(ended_at=None)
    assert (live.name, live.affiliation, live.email) == ("제갈 온", "새 회사", OTHER[2])
    assert len(sent("reference_asked")) == 2


def test_sending_without_a_referee_ends_the_request():
    application = make_asking(status="draft")
    applications.submit_application(application.pk, by=application.applicant)
    application.refresh_from_db()
    application.draft = {"full_name": "김다별"}
    application.revision += 1
    application.save()
    applications.submit_application(application.pk, by=application.applicant)
    assert ReferenceRequest.objects.get().ended_at is not None


def test_nobody_is_asked_for_a_letter_that_could_not_arrive_any_more():
    cohort = make.make_cohort(references_until=clock.now() - timedelta(hours=1))
    application = make_asking(status="draft", cohort=cohort)
    applications.submit_application(application.pk, by=application.applicant)
    assert not ReferenceRequest.objects.exists()


def test_ones_own_address_is_refused_at_the_field(client):
    person = make.make_user("own@example.com")
    application = make_asking(status="draft", applicant=person, draft={"full_name": "김다별"}, answers={})
    client.force_login(person)
    with override("ko"):
        address = reverse("application-edit", args=[application.code]) + "?step=part-1"
    response = client.post(
        address, {"referee_0": "나", "referee_1": "", "referee_2": "OWN@example.com", "next": "1"}
    )
    assert response.status_code == 200
    assert "본인의 이메일" in response.text
    assert 'value="OWN@example.com"' in response.text  # and kept
    with pytest.raises(applications.Incomplete):
        applications.submit_application(application.pk, by=person)
    assert not ReferenceRequest.objects.exists()


def test_a_draft_may_ask_early(client):
    application = make_asking(status="draft", full_name="")
    client.force_login(application.applicant)
    with override("ko"):
        page = application.get_absolute_url()
        address = reverse("application-reference-ask", args=[application.code, "referee"])
    text = client.get(page).text
    assert "아직 요청하지 않음" in text
    assert address in text

    assert client.get(address).status_code == 405
    response = client.post(address, follow=True)

    assert "남궁설" in response.text
    assert "받지 못함" in response.text
    assert address not in response.text
    client.post(address)
    assert ReferenceRequest.objects.count() == len(sent("reference_asked")) == 1
    assert sent("reference_asked")[0].subject.startswith("[Grow Creative] 김다별 님")  # as written in the draft


def test_a_draft_whose_referee_was_changed_may_ask_the_other_one():
    application = make_asking(status="draft")
    references.ask_now(application.pk, "referee", by=application.applicant)
    application.draft |= {"referee": OTHER}
    application.save()
    (line,) = letters.lines(application, list(application.form_version.questions.all()), clock.now())
    assert line.can_ask
    assert "남궁설" in line.note
    assert line.referee == "제갈온"

    references.ask_now(application.pk, "referee", by=application.applicant)
    assert ReferenceRequest.objects.get(ended_at=None).email == OTHER[2]
    assert ReferenceRequest.objects.exclude(ended_at=None).count() == 1


@pytest.mark.parametrize(
    ("draft", "word"),
    [
        ({}, "필수"),
        ({"referee": ["이름만", "", ""]}, "이메일"),
        ({"referee": ["이름", "", "no address"]}, "이메일"),
        ({"referee": "a string"}, "필수"),
    ],
)
def test_an_incomplete_referee_is_not_asked(draft, word):
    application = make_asking(status="draft", draft=draft)
    (line,) = letters.lines(application, list(application.form_version.questions.all()), clock.now())
    assert not line.can_ask
    with pytest.raises(Refused) as refusal:
        references.ask_now(application.pk, "referee", by=application.applicant)
    assert word in str(refusal.value)


def test_only_a_question_that_asks_for_a_letter_can_be_asked(client):
    application = make_asking(status="draft")
    with pytest.raises(Refused):
        references.ask_now(application.pk, "motivation", by=application.applicant)
    client.force_login(application.applicant)
    with override("ko"):
        address = reverse("application-reference-ask", args=[application.code, "motivation"])
    assert "추천서를 받지 않아요" in client.post(address, follow=True).text


def test_a_letter_that_the_form_does_not_ask_for_under_these_answers_is_not_asked():
    version = make_form()
    question = version.questions.get()
    question.shown_if = Question.objects.create(
        version=version, section=question.section, key="has", type="yes_no", label_ko="?", label_en="?", position=0
    )
    question.shown_if_values = ["yes"]
    question.position = 2
    question.save()
    cohort = make.make_cohort(form_version=version)
    application = make_asking(status="draft", cohort=cohort, draft={"referee": REFEREE, "has": "no"})
    with pytest.raises(Refused):
        references.ask_now(application.pk, "referee", by=application.applicant)
    application.draft |= {"has": "yes"}
    application.save()
    assert references.ask_now(application.pk, "referee", by=application.applicant).email == REFEREE[2]


def test_one_application_does_not_write_to_the_world():
    application = make_asking()
    for number in range(references.MOST_ASKED):
        references.ask(application, "referee", name="이름", affiliation="", email=f"r{number}@example.com", by=None)
    with pytest.raises(Refused):
        references.ask(application, "referee", name="이름", affiliation="", email="more@example.com", by=None)
    assert len(sent("reference_asked")) == references.MOST_ASKED


def test_one_person_does_not_write_to_the_world(client, settings):
    person = make.make_user()
    client.force_login(person)
    with override("ko"):
        for _number in range(20):
            application = make_asking(status="draft", applicant=person)
            client.post(reverse("application-reference-ask", args=[application.code, "referee"]))
        application = make_asking(status="draft", applicant=person)
        address = reverse("application-reference-ask", args=[application.code, "referee"])
    response = client.post(address, follow=True)
    assert "내일" in response.text
    assert not application.references.exists()
    settings.RATE_LIMITS = "off"
    client.post(address)
    assert application.references.exists()


def test_a_stranger_asks_for_nothing(client):
    application = make_asking(status="draft")
    client.force_login(make.make_user())
    with override("ko"):
        for name in ("application-reference", "application-reference-ask"):
            assert client.post(reverse(name, args=[application.code, "referee"])).status_code == 404
    assert not ReferenceRequest.objects.exists()


# --- somebody else ------------------------------------------------------------------------------------------


def test_another_referee_may_be_named_after_submitting(client):
    request = make_request(make_asking(status="in_review"))
    application = request.application
    client.force_login(application.applicant)
    with override("ko"):
        address = reverse("application-reference", args=[application.code, "referee"])
        page = application.get_absolute_url()
    application.cohort.references_until = clock.now() + timedelta(days=5)
    application.cohort.save()
    assert address in client.get(page).text
    assert "다른 추천인" in client.get(address).text

    own = application.applicant.email
    wrong = client.post(address, {"referee_0": "제갈온", "referee_1": "", "referee_2": own})
    assert "본인의 이메일" in wrong.text
    assert 'value="제갈온"' in wrong.text

    response = client.post(address, dict(zip(("referee_0", "referee_1", "referee_2"), OTHER, strict=True)))
    assert response.url == page
    request.refresh_from_db()
    application.refresh_from_db()
    assert request.ended_at is not None
    assert application.references.get(ended_at=None).email == OTHER[2]
    assert application.answers["referee"] == application.draft["referee"] == OTHER
    assert application.sent_revision == application.revision == 1
    copy = application.submissions.get()
    assert (copy.number, copy.answers["referee"], copy.by) == (1, OTHER, application.applicant)
    assert Client().post(page_of(request), letter()).status_code == 409


def test_what_was_not_sent_yet_stays_unsent_when_another_is_named():
    request = make_request()
    application = request.application
    Application.objects.filter(pk=application.pk).update(
        revision=4, sent_revision=2, draft={"full_name": "김다별", "referee": REFEREE, "x": "unsent"}
    )
    first = application.submissions.create(
        number=1, answers=application.answers, by=application.applicant, files=[1]
    )
    references.name_another(
        application.pk, "referee", name=OTHER[0], affiliation="", email=OTHER[2], by=application.applicant
    )
    application.refresh_from_db()
    assert (application.revision, application.sent_revision, application.stamps) == (5, 2, {"referee": 5})
    assert application.draft["x"] == "unsent"
    assert "x" not in application.answers
    assert application.submissions.last().files == first.files
    assert application.submissions.last().number == 2


def test_the_same_person_may_be_named_again_after_declining():
    request = make_request()
    references.decline(request.pk)
    again = references.name_another(
        request.application_id, "referee", name=REFEREE[0], affiliation=REFEREE[1], email=REFEREE[2], by=None
    )
    assert again.pk != request.pk
    assert not request.application.submissions.exists()  # nothing else was named


@pytest.mark.parametrize("status", ["draft", "rejected", "withdrawn"])
def test_another_is_not_named_where_no_letter_counts(client, status):
    application = make_asking(status=status)
    client.force_login(application.applicant)
    with override("ko"):
        address = reverse("application-reference", args=[application.code, "referee"])
    assert client.get(address).status_code == 302
    response = client.post(address, dict(zip(("referee_0", "referee_1", "referee_2"), OTHER, strict=True)))
    assert response.status_code == 200
    assert "지금은" in response.text or "할 수 없" in response.text
    assert not ReferenceRequest.objects.exists()


def test_a_letter_that_has_arrived_is_not_replaced(client):
    request = make_request()
    references.receive(request.pk, text=LETTER)
    with pytest.raises(Refused):
        references.name_another(
            request.application_id, "referee", name=OTHER[0], affiliation="", email=OTHER[2], by=None
        )
    client.force_login(request.application.applicant)
    with override("ko"):
        address = reverse("application-reference", args=[request.application.code, "referee"])
        assert client.get(address).status_code == 302
        unknown = reverse("application-reference", args=[request.application.code, "other"])
        assert client.get(unknown).status_code == 404


def test_naming_is_over_with_the_time_for_letters(at):
    request = make_request()
    at(request.application.deadline + timedelta(minutes=2))
    with pytest.raises(Refused) as refusal:
        references.name_another(
            request.application_id, "referee", name=OTHER[0], affiliation="", email=OTHER[2], by=None
        )
    assert "추천서" in str(refusal.value)


# --- the referee's page ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_says_who_asks_for_what_until_when_and_what_becomes_of_it(client, language):
    application = make_asking(program={"title_ko": "사운드 세미나", "title_en": "Sound Seminar"})
    response = client.get(page_of(make_request(application), language))
    text = text_of(response)
    wanted = {
        "ko": ("사운드 세미나", application.full_name, "까지", "지원자는", "볼 수 없", "추천서 보내기"),
        "en": ("Sound Seminar", application.full_name, "by ", "never what it says", "erase", "Send the letter"),
    }
    for part in wanted[language]:
        assert part in text
    assert response["Cache-Control"] == "private, no-store"
    assert "noindex" in response["X-Robots-Tag"]
    assert response["Referrer-Policy"] == "same-origin"
    assert "session" not in response.cookies


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_mail_scanner_changes_nothing(client, method):
    request = make_request()
    before = ReferenceRequest.objects.values().get()
    rows = (AuditEvent.objects.count(), OutgoingMail.objects.count())
    for query in ("", "?answer=send&text=x&agree=on", "?answer=decline"):
        with CaptureQueriesContext(connection) as queries:
            assert getattr(client, method)(page_of(request) + query).status_code == 200
        assert all(query["sql"].startswith("SELECT") for query in queries)
    for other in ("put", "patch", "delete"):
        assert getattr(client, other)(page_of(request)).status_code == 405
    assert client.options(page_of(request)).status_code == 405
    assert ReferenceRequest.objects.values().get() == before
    assert (AuditEvent.objects.count(), OutgoingMail.objects.count()) == rows


def test_addresses_cannot_be_walked(client):
    request = make_request()
    assert len(request.code) == 20
    wrong = [request.code[:-1], request.code[:-1] + "-", request.code.upper(), str(request.pk), "0" * 20, "x" * 500]
    for code in wrong:
        assert client.get(f"/ko/references/{code}/").status_code == 404
        assert client.post(f"/ko/references/{code}/", letter()).status_code == 404
    for _number in range(60):
        last = client.get(f"/ko/references/{'0' * 20}/").status_code
    assert last == 429
    assert client.get(page_of(request)).status_code == 200  # whoever has the right one is not kept out
    assert request.code not in client.get("/ko/").text


def test_a_letter_is_taken_once_and_the_applicant_told_without_a_word_of_it(client):
    request = make_request()
    address = page_of(request)

    response = client.post(address, letter(text=f"  {LETTER}\r\n"))
    assert response.status_code == 302
    assert response.url == address
    assert response["Referrer-Policy"] == "same-origin"

    request.refresh_from_db()
    assert request.text == LETTER
    assert request.received_at is not None
    page = client.get(address)
    assert "감사합니다" in page.text
    assert "믿을 수" not in page.text
    assert "<form" not in page.text.split("<main")[1].split("</main>")[0]

    assert client.post(address, letter()).status_code == 302  # the second of two clicks
    second = client.post(address, letter(text="다른 추천서"))
    assert second.status_code == 409
    assert "다른 추천서" in second.text  # to be copied
    assert "저장하지 않았" in second.text
    assert client.post(address, {"answer": "decline"}).status_code == 409
    request.refresh_from_db()
    assert (request.text, request.declined_at) == (LETTER, None)

    told = OutgoingMail.objects.get(reason="reference_received")
    assert told.person == request.application.applicant
    assert "남궁설" in told.body
    assert "믿을 수" not in told.body + told.subject
    verbs = AuditEvent.objects.values_list("verb", "by", "after", "reason")
    assert ("reference.received", None, "referee", "") in verbs
    assert list(verbs.filter(verb="reference.received")) == [("reference.received", None, "referee", "")]


@pytest.mark.parametrize("kind", ["pdf", "docx", "hwp", "hwpx"])
def test_a_letter_may_be_a_file(client, kind):
    request = make_request()
    content = getattr(files, f"make_{kind}")()
    response = client.post(
        page_of(request), letter(text="", file=SimpleUploadedFile(f"추천서.{kind}", content, "text/html"))
    )
    assert response.status_code == 302
    request.refresh_from_db()
    assert (request.text, request.upload.kind, request.upload.owner) == ("", kind, None)


def test_text_and_file_may_come_together(client):
    request = make_request()
    client.post(page_of(request), letter(file=SimpleUploadedFile("a.pdf", files.make_pdf())))
    request.refresh_from_db()
    assert request.text == LETTER
    assert request.upload.name == "a.pdf"


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"text": " \n\t"}, "추천서를 쓰거나"),
        ({"agree": ""}, "동의해 주세요"),
        ({"text": "가" * 5001}, "1자"),
        ({"text": "900101-1234567"}, "주민등록번호"),
        ({"file": SimpleUploadedFile("a.pdf", b"")}, "빈 파일"),
        ({"file": SimpleUploadedFile("a.pdf", files.make_image(), "application/pdf")}, "PNG 파일"),
        ({"file": SimpleUploadedFile("a.pdf", b"MZ\x90\x00" * 20)}, "PDF, DOCX"),
        ({"file": SimpleUploadedFile("900101-1234567.pdf", files.make_pdf())}, "주민등록번호"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(client, fields, word):
    request = make_request()
    for value in fields.values():
        if hasattr(value, "seek"):
            value.seek(0)
    response = client.post(page_of(request), letter(**fields))
    assert response.status_code == 200
    assert word in text_of(response)
    assert 'aria-invalid="true"' in response.text
    kept = fields.get("text", LETTER).strip()
    assert kept.splitlines()[0] in response.text if kept else True
    request.refresh_from_db()
    assert request.received_at is None
    assert not Upload.objects.exists()


def test_a_file_is_to_be_chosen_again_where_something_else_was_wrong(client):
    request = make_request()
    response = client.post(page_of(request), letter(agree="", file=SimpleUploadedFile("a.pdf", files.make_pdf())))
    assert "파일을 다시" in response.text
    assert LETTER.splitlines()[1] in response.text


def test_a_file_that_is_too_large_is_said_at_the_field(client, monkeypatch):
    request = make_request()
    large = SimpleUploadedFile("a.pdf", files.make_pdf() + b"\0" * letters.MOST_BYTES)
    response = client.post(page_of(request), letter(file=large))
    assert response.status_code == 200
    assert "10 MB" in response.text
    assert LETTER.splitlines()[1] in response.text
    assert not Upload.objects.exists()


def test_a_disk_that_is_full_is_said_at_the_field(client, monkeypatch):
    request = make_request()

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage.save", full)
    response = client.post(page_of(request), letter(file=SimpleUploadedFile("a.pdf", files.make_pdf())))
    assert response.status_code == 200
    assert "저장하지 못했" in text_of(response)
    request.refresh_from_db()
    assert request.received_at is None


def test_declining_takes_a_reason_for_staff_and_tells_the_applicant_without_it(client):
    request = make_request()
    wrong = client.post(page_of(request), letter(answer="decline", reason="바쁩니다"))
    assert wrong.status_code == 200
    assert LETTER.splitlines()[1] in wrong.text  # nobody throws a letter away by the wrong button

    response = client.post(page_of(request), {"answer": "decline", "reason": "바쁩니다", "text": ""})
    assert response.status_code == 302
    request.refresh_from_db()
    assert (request.decline_reason, request.text) == ("바쁩니다", "")
    assert "알려 주셔서" in client.get(page_of(request)).text
    assert client.post(page_of(request), {"answer": "decline"}).status_code == 302
    assert client.post(page_of(request), letter()).status_code == 409
    (told,) = sent("reference_declined")
    assert "바쁩니다" not in told.body
    assert "다른" in told.body
    (line,) = letters.lines(
        request.application, list(request.application.form_version.questions.all()), clock.now()
    )
    assert line.can_change
    assert line.pill["label"] == LetterState.DECLINED.label


def test_a_reason_that_is_too_long_is_said_and_kept(client):
    request = make_request()
    response = client.post(page_of(request), {"answer": "decline", "reason": "가" * 301})
    assert response.status_code == 200
    assert "가" * 301 in response.text
    request.refresh_from_db()
    assert request.declined_at is None


@pytest.mark.parametrize("cause", ["ended", "late", "withdrawn", "cancelled"])
def test_what_comes_too_late_is_not_kept_and_is_said_clearly(client, at, cause):
    request = make_request()
    application = request.application
    if cause == "ended":
        references.end_request(request.pk, by=None, reason="실수")
    elif cause == "withdrawn":
        applications.withdraw_application(application.pk, by=application.applicant)
    elif cause == "cancelled":
        application.cohort.cancelled_at, application.cohort.cancel_reason = clock.now(), "강사 사정"
        application.cohort.save()
    else:
        at(application.deadline + timedelta(seconds=30))
    word = "시간이 지났" if cause == "late" else "더 이상 필요하지 않"
    page = client.get(page_of(request))
    assert page.status_code == 200
    assert word in page.text
    response = client.post(page_of(request), letter(file=SimpleUploadedFile("a.pdf", files.make_pdf())))
    assert response.status_code == 409
    assert word in response.text
    assert LETTER.splitlines()[1] in response.text  # to be copied, not kept
    empty = client.post(page_of(request), {})
    assert empty.status_code == 409
    request.refresh_from_db()
    assert (request.received_at, request.text, request.upload) == (None, "", None)
    assert not Upload.objects.exists()
    assert client.post(page_of(request), {"answer": "decline"}).status_code == 409


def test_what_arrives_in_the_seconds_after_the_deadline_counts(client, at):
    request = make_request()
    at(request.application.deadline + timedelta(seconds=29))
    assert client.post(page_of(request), letter()).status_code == 302


def test_the_cohort_may_take_letters_longer_than_applications(client, at):
    request = make_request(make_asking(status="in_review"))
    cohort = request.application.cohort
    cohort.references_until = cohort.closes_at + timedelta(days=7)
    cohort.save()
    at(cohort.closes_at + timedelta(days=6))
    assert client.post(page_of(request), letter()).status_code == 302


def test_a_draft_that_can_no_longer_be_sent_needs_no_letter(client, at):
    application = make_asking(status="draft")
    application.cohort.references_until = application.cohort.closes_at + timedelta(days=7)
    application.cohort.save()
    request = make_request(application)
    assert client.get(page_of(request)).context["is_open"]
    at(application.cohort.closes_at + timedelta(days=1))
    assert not client.get(page_of(request)).context["is_open"]


def test_a_registration_is_confirmed_at_once_and_its_letter_still_counts(client):
    cohort = make.make_cohort(registration_mode="first_come", form_version=make_form())
    application = make_asking(status="draft", cohort=cohort)
    applications.submit_application(application.pk, by=application.applicant)
    request = ReferenceRequest.objects.get()
    request.application.refresh_from_db()
    assert request.application.status == "confirmed"
    assert client.post(page_of(request), letter()).status_code == 302


def test_a_page_without_any_deadline_is_open(client):
    application = make_asking(status="in_review")
    application.cohort.opens_at = application.cohort.closes_at = application.cohort.announce_at = None
    application.cohort.save()
    request = make_request(application)
    response = client.get(page_of(request))
    assert response.context["is_open"]
    assert response.context["deadline"] == ""
    assert client.post(page_of(request), letter()).status_code == 302


def test_a_letter_needs_its_token():
    strict = Client(enforce_csrf_checks=True)
    request = make_request()
    assert strict.post(page_of(request), letter()).status_code == 403
    strict.get(page_of(request))
    token = strict.cookies["csrf"].value
    assert strict.post(page_of(request), letter(csrfmiddlewaretoken=token)).status_code == 302


def test_many_letters_from_one_place_wait_and_lose_nothing(client):
    request = make_request()
    for _number in range(30):
        client.post(page_of(request), {"text": ""})
    response = client.post(page_of(request), letter())
    assert response.status_code == 429
    assert LETTER.splitlines()[1] in response.text
    request.refresh_from_db()
    assert request.received_at is None


def test_a_draft_thrown_away_takes_its_letter_along(client):
    application = make_asking(status="draft")
    request = make_request(application)
    client.post(page_of(request), letter(file=SimpleUploadedFile("a.pdf", files.make_pdf())))
    applications.discard_draft(application.pk, by=application.applicant)
    assert not ReferenceRequest.objects.exists()
    assert not Upload.objects.exists()
    asked = OutgoingMail.objects.get(reason="reference_asked")
    assert (asked.status, asked.to, asked.subject, asked.body) == (MailStatus.DROPPED, "", "", "")
    assert client.get(page_of(request)).status_code == 404
    for operation in (references.receive, references.decline):
        with pytest.raises(Refused):
            operation(request.pk)


def test_a_draft_thrown_away_before_its_letter_came_forgets_the_referee():
    request = make_request(make_asking(status="draft"))
    applications.discard_draft(request.application_id, by=request.application.applicant)
    assert not ReferenceRequest.objects.exists()
    assert not OutgoingMail.objects.filter(to=REFEREE[2]).exists()


def test_a_request_that_goes_while_its_letter_is_on_the_way(client, monkeypatch):
    request = make_request(make_asking(status="draft"))

    def gone(request_id, **kwargs):
        ReferenceRequest.objects.all().delete()
        raise Refused("gone")

    monkeypatch.setattr(references, "receive", gone)
    assert client.post(page_of(request), letter()).status_code == 404


# --- what the applicant sees --------------------------------------------------------------------------------------


def test_the_applicants_page_says_received_and_never_the_text(client):
    request = make_request()
    client.force_login(request.application.applicant)
    with override("ko"):
        page = request.application.get_absolute_url()
    assert "받지 못함" in client.get(page).text
    references.receive(request.pk, text=LETTER, file=SimpleUploadedFile("비밀.pdf", files.make_pdf()))
    text = client.get(page).text
    assert "받음" in text
    assert "('" not in text  # answers stand there as text
    assert "남궁설" in text
    for secret in ("믿을 수", "비밀", request.code, Upload.objects.get().code):
        assert secret not in text
    with override("ko"):
        download = reverse("application-file", args=[request.application.code, Upload.objects.get().code])
    assert client.get(download).status_code == 404


def test_what_people_take_along_of_their_data_holds_no_letter():
    request = make_request()
    file = SimpleUploadedFile("비밀.pdf", files.make_pdf("비밀"))
    references.receive(request.pk, text=LETTER, file=file)
    upload = Upload.objects.get()
    with privacy.archive(request.application.applicant) as archive, zipfile.ZipFile(archive) as packed:
        names = packed.namelist()
        content = b"".join(packed.read(name) for name in names)
    assert "data.json" in names
    for secret in ("믿을 수", "비밀", upload.code, upload.name, upload.sha256, request.code):
        assert secret not in "".join(names)
        assert secret.encode() not in content
        assert json.dumps(secret)[1:-1].encode() not in content


@pytest.mark.parametrize("answers", [{}, {"referee": REFEREE}])
def test_a_decided_application_offers_nothing_more(answers):
    application = make_asking(status="rejected", answers=answers)
    (line,) = letters.lines(application, list(application.form_version.questions.all()), clock.now())
    assert not line.can_ask
    assert not line.can_change
    assert line.note == ""


def test_nobody_named_is_said():
    application = make_asking(answers={})
    (line,) = letters.lines(application, list(application.form_version.questions.all()), clock.now())
    assert (line.referee, line.can_ask) == ("", False)
    assert line.note


def test_a_letter_that_did_not_come_is_said(at):
    request = make_request()
    at(request.application.deadline + timedelta(hours=1))
    (line,) = letters.lines(
        request.application, list(request.application.form_version.questions.all()), clock.now()
    )
    assert line.pill["label"] == LetterState.LATE.label
    assert not line.can_change


def test_a_form_without_letters_shows_none():
    application = make.make_application()
    assert letters.lines(application, list(application.form_version.questions.all()), clock.now()) == []


@pytest.mark.parametrize(
    ("full_name", "drafted", "shown"),
    [("김다별", "x", "김다별"), ("", " 김  다별 ", "김 다별"), ("", ["x"], "프로필"), ("", "", "프로필")],
)
def test_the_referee_reads_the_name_as_far_as_it_is_written(full_name, drafted, shown):
    person = make.make_user(full_name="프로필")
    application = make_asking(applicant=person, status="draft", draft={"full_name": drafted}, full_name=full_name)
    assert letters.asker(application) == shown


# --- the clock ------------------------------------------------------------------------------------------


def test_a_referee_is_reminded_once_three_days_before(at):
    request = make_request()
    end = request.application.deadline
    for when in (end - timedelta(days=3, seconds=1), end + timedelta(seconds=1)):
        assert references.remind(when) == 0
    at(end - timedelta(days=3))
    assert references.remind(clock.now()) == 1
    assert references.remind(clock.now()) == 0
    assert references.remind(end - timedelta(hours=1)) == 0
    (reminder,) = sent("reference_reminder")
    assert (reminder.to, reminder.language) == (REFEREE[2], "ko")
    assert "아직" in reminder.body
    assert f"/ko/references/{request.code}/" in reminder.body


def test_nobody_is_reminded_on_the_day_they_were_asked(at):
    at(make.make_cohort().closes_at)  # only to have a moment
    cohort = make.make_cohort(closes_at=clock.now() + timedelta(days=2))
    make_request(make_asking(cohort=cohort))
    assert references.remind(clock.now() + timedelta(hours=23)) == 0
    assert references.remind(clock.now() + timedelta(hours=24)) == 1


@pytest.mark.parametrize("until", ["references_until", "extended_until", "changes_by"])
def test_the_reminder_follows_the_time_that_holds(until):
    now = clock.now()
    cohort = make.make_cohort(form_version=make_form(), closes_at=now + timedelta(hours=1))
    status = "changes_requested" if until == "changes_by" else "draft"
    application = make_asking(cohort=cohort, status=status)
    later = now + timedelta(days=20)
    for row, name in ((application.cohort, "references_until"), (application, until)):
        if hasattr(row, until) and name == until:
            setattr(row, until, later)
            row.save()
    if until == "references_until":
        cohort.closes_at = later
        cohort.save()
    make_request(application)
    assert references.remind(now + timedelta(days=1)) == 0
    assert references.remind(later - timedelta(days=2)) == 1


@pytest.mark.parametrize("answer", ["received", "declined", "ended", "withdrawn"])
def test_whoever_has_answered_is_not_reminded(answer):
    request = make_request()
    end = request.application.deadline
    if answer == "received":
        references.receive(request.pk, text=LETTER)
    elif answer == "declined":
        references.decline(request.pk)
    elif answer == "ended":
        references.end_request(request.pk, by=None, reason="x")
    else:
        applications.withdraw_application(request.application_id, by=None)
    assert references.remind(end - timedelta(days=1)) == 0


def test_of_two_clocks_one_reminds():
    request = make_request()
    when = request.application.deadline - timedelta(days=1)
    assert [references.remind_one(request, when), references.remind_one(request, when)] == [1, 0]


def test_a_referee_is_reminded_of_a_time_that_has_moved():
    request = make_request()
    cohort = request.application.cohort
    cohort.references_until = request.application.deadline + timedelta(days=1)
    cohort.save()
    when = cohort.references_until - timedelta(days=2)
    assert [references.remind(when), references.remind(when)] == [1, 0]
    cohort.references_until += timedelta(days=30)
    cohort.save()
    assert references.remind(when) == 0
    later = cohort.references_until - timedelta(days=2)
    assert [references.remind(later), references.remind(later)] == [1, 0]
    old, new = OutgoingMail.objects.filter(reason="reference_reminder").order_by("pk")
    assert old.deadline_at < new.deadline_at == cohort.references_until
    assert mail.deliver(old.pk) == 0
    assert mail.deliver(new.pk) == 1
    old.refresh_from_db()
    assert old.status == "dropped"


def test_the_clock_takes_this_step():
    from portal.management.commands import run_due

    assert references.remind in run_due.STEPS


def test_a_mail_is_dropped_once_its_letter_has_arrived():
    request = make_request()
    references.receive(request.pk, text=LETTER)
    mail.deliver_waiting()
    assert OutgoingMail.objects.get(reason="reference_asked").status == MailStatus.DROPPED
    assert OutgoingMail.objects.get(reason="reference_received").status == MailStatus.SENT


# --- staff ------------------------------------------------------------------------------------------


@pytest.fixture
def desk(client):
    """A request, and a client logged in as the manager of its cohort."""
    organization = make.make_organization()
    cohort = make.make_cohort(make.make_program(partners=[organization]))
    request = make_request(make_asking(cohort=cohort))
    manager = make.make_manager(organization, language="ko")
    client.force_login(manager)
    return request, manager


def admin_address(name, *args):
    return reverse(f"admin:programs_referencerequest_{name}", args=args)


def test_staff_see_which_letters_have_arrived(client, desk):
    request, _manager = desk
    other = make_request(make_asking(applicant=make.make_user(full_name="다른 코호트")))
    hidden = make_request(make_asking(cohort=request.application.cohort, status="draft"))
    text = client.get(admin_address("changelist")).text
    assert "남궁설" in text
    assert "다른 코호트" not in text
    for stranger in (other, hidden):
        assert client.get(admin_address("change", stranger.pk)).status_code == 404
    cohort = request.application.cohort_id
    for query, found in (
        ("answer=received", False),
        ("answer=asked", True),
        ("answer=declined", False),
        ("answer=ended", False),
        ("answer=x", True),
        (f"cohort={cohort}", True),
        (f"cohort={other.application.cohort_id}", False),
        ("q=referee@example.com", True),
        ("q=nobody", False),
    ):
        rows = client.get(f"{admin_address('changelist')}?{query}").context["cl"].result_list
        assert bool(rows) is found, query


def test_reading_a_letter_is_written_down(client, desk):
    request, manager = desk
    page = admin_address("change", request.pk)
    assert "도착한 추천서가 없" in client.get(page).text
    assert client.post(admin_address("letter", request.pk)).status_code == 404
    assert client.get(admin_address("file", request.pk)).status_code == 404
    references.receive(request.pk, text=LETTER, file=SimpleUploadedFile("a.pdf", files.make_pdf()))

    shown = client.get(page).text
    assert "믿을 수" not in shown
    assert client.get(admin_address("letter", request.pk)).status_code == 404
    assert client.post(page).status_code == 404
    assert not AuditEvent.objects.filter(verb="reference.read").exists()

    assert "믿을 수" in client.post(admin_address("letter", request.pk)).text
    event = AuditEvent.objects.get(verb="reference.read")
    assert (event.by, event.target_id, event.after) == (manager, request.application_id, "referee")

    response = client.get(admin_address("file", request.pk))
    assert response["Content-Disposition"].startswith("attachment")
    assert b"".join(response.streaming_content) == files.make_pdf()
    assert FileAccess.objects.get().by == manager
    assert client.post(admin_address("file", request.pk)).status_code == 404
    history = client.get(admin_address("history", request.pk)).text
    assert "추천서를 읽음" in history


def test_nobody_else_reads_a_letter(client, desk):
    request, _manager = desk
    references.receive(request.pk, text=LETTER, file=SimpleUploadedFile("a.pdf", files.make_pdf()))
    others = [
        make.make_user(),
        request.application.applicant,
        make.make_manager(make.make_organization()),
        make.make_user(role="partner", scope=make.make_organization()),
    ]
    for person in others:
        client.force_login(person)
        assert client.get(admin_address("change", request.pk)).status_code == 404
        assert client.post(admin_address("letter", request.pk)).status_code == 404
        assert client.get(admin_address("file", request.pk)).status_code == 404
    client.logout()
    assert client.get(admin_address("file", request.pk)).status_code == 302
    assert not FileAccess.objects.exists()
    assert not AuditEvent.objects.filter(verb="reference.read").exists()


def test_staff_who_apply_themselves_do_not_read_their_own_letter(client):
    admin_person = make.make_admin()
    request = make_request(make_asking(applicant=admin_person))
    references.receive(request.pk, text=LETTER)
    client.force_login(admin_person)
    assert client.get(admin_address("change", request.pk)).status_code == 404
    assert client.post(admin_address("letter", request.pk)).status_code == 404


def deed(client, name, request, **fields):
    data = {"action": name, "_selected_action": [request.pk], "confirm": "yes", **fields}
    return client.post(admin_address("changelist"), data, follow=True)


def test_staff_ask_again(client, desk):
    request, manager = desk
    first = client.post(admin_address("changelist"), {"action": "ask_again", "_selected_action": [request.pk]})
    assert "남궁설" in first.text
    assert len(sent("reference_asked")) == 1
    deed(client, "ask_again", request)
    assert len(sent("reference_asked")) == 2
    assert AuditEvent.objects.get(verb="reference.asked_again").by == manager

    references.decline(request.pk, reason="바쁨")
    assert "바쁨" in client.get(admin_address("change", request.pk)).text
    deed(client, "ask_again", request)
    fresh = request.application.references.get(ended_at=None)
    assert fresh.code != request.code
    assert fresh.email == request.email


def test_staff_stop_asking(client, desk):
    request, manager = desk
    response = deed(client, "end_request", request)
    assert ReferenceRequest.objects.get().ended_at is None  # a reason is needed
    deed(client, "end_request", request, reason="잘못된 주소")
    request.refresh_from_db()
    assert request.ended_at is not None
    event = AuditEvent.objects.get(verb="reference.ended")
    assert (event.by, event.reason) == (manager, "잘못된 주소")
    references.end_request(request.pk, by=manager, reason="again")
    assert AuditEvent.objects.filter(verb="reference.ended").count() == 1
    assert response.status_code == 200
    with pytest.raises(Refused):
        references.ask_again(request.pk, by=manager)


def test_what_has_arrived_or_is_too_late_is_not_asked_again(client, desk, at):
    request, manager = desk
    at(request.application.deadline + timedelta(days=1))
    deed(client, "ask_again", request)
    with pytest.raises(Refused):
        references.ask_again(request.pk, by=manager)
    at(request.application.deadline - timedelta(days=1))
    references.receive(request.pk, text=LETTER)
    for name in ("ask_again", "end_request"):
        deed(client, name, request, reason="x")
    with pytest.raises(Refused):
        references.ask_again(request.pk, by=manager)
    with pytest.raises(Refused):
        references.end_request(request.pk, by=manager, reason="x")
    request.refresh_from_db()
    assert request.ended_at is None
    assert len(sent("reference_asked")) == 1


def test_every_state_of_a_letter_has_its_pill():
    assert set(pills.LETTER_PILLS) == set(LetterState.values)


def test_the_list_of_letters_is_registered_for_reading_alone():
    model_admin = admin.site._registry[ReferenceRequest]
    assert model_admin.admins_may == model_admin.managers_may == ("view",)


def test_of_two_letters_each_has_its_own_referee(client):
    version = make.make_form_version(
        questions=[{"key": "first", "type": "referee"}, {"key": "referee", "type": "referee"}]
    )
    application = make_asking(cohort=make.make_cohort(form_version=version), answers={"first": REFEREE})
    references.name_another(
        application.pk, "referee", name=OTHER[0], affiliation="", email=OTHER[2], by=application.applicant
    )
    application.refresh_from_db()
    assert application.answers == {"first": REFEREE, "referee": [OTHER[0], "", OTHER[2]]}
    assert list(application.references.values_list("question_key", "email")) == [("referee", OTHER[2])]


def test_whoever_could_not_be_asked_in_time_is_asked_once_there_is_more(client):
    application = make_asking()
    (line,) = letters.lines(application, list(application.form_version.questions.all()), clock.now())
    assert line.can_ask
    assert line.note == ""
    assert references.ask_now(application.pk, "referee", by=application.applicant).email == REFEREE[2]
