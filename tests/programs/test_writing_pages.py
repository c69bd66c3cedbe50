"""Writing an application in the browser's stead: consent, steps, check, submission, files."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from zeal import zeal_ignore

from accounts.models import ConsentRecord, Term, TermVersion
from accounts.operations import change_profile
from portal import clock
from portal.errors import Refused
from portal.models import FileAccess, OutgoingMail, Upload
from programs.models.applications import Application, ApplicationStatus
from programs.models.forms import Section
from programs.models.terms import CohortTerm
from programs.operations import applications as operations
from programs.operations import drafts as draft_operations
from programs.operations import files
from programs.operations.adoption import adopt_version
from programs.operations.drafts import save_draft
from programs.views import writing
from tests.files import make_pdf
from tests.make import (
    make_application,
    make_cohort,
    make_enrolment,
    make_form_version,
    make_manager,
    make_program,
    make_question,
    make_session,
    make_user,
    usual_questions,
)

pytestmark = pytest.mark.django_db
S = ApplicationStatus
NAMES = {"full_name": "김다별", "romanized_name": "Kim Dabyeol"}
ANSWERS = {
    "motivation": "현장에서 배우고 싶습니다.",
    "career": "동시녹음 3년",
    "portfolio_0": "https://example.com/reel",
}


def page_of(application, act="", step=""):
    url = reverse(f"application-{act}" if act else "application", args=[application.code])
    return f"{url}?step={step}" if step else url


def apply_page(cohort):
    return reverse("apply", args=[cohort.program.slug, cohort.slug])


@pytest.fixture
def person():
    return make_user(**NAMES)


@pytest.fixture
def client(client, person):
    client.force_login(person)
    return client


@pytest.fixture
def draft(person):
    return make_application(applicant=person, status=S.DRAFT)


def with_file(**fields):
    """A form with the usual questions and one that takes a file."""
    version = make_form_version(questions=usual_questions())
    make_question(version, "proposal", "file", **fields)
    return version


# --- beginning ------------------------------------------------------------------------------------------


def test_the_first_page_writes_nothing_and_ticks_nothing(client):
    cohort = make_cohort()
    optional = Term.objects.get(slug="marketing")
    CohortTerm.objects.create(cohort=cohort, term=optional, position=2)
    page = client.get(apply_page(cohort))
    assert page.status_code == 200
    assert [row["given"] for row in page.context["form"].rows] == [False, False]
    assert "checked" not in page.text
    assert Application.objects.count() == 0


def test_an_application_begins_with_its_consents(client, person):
    cohort = make_cohort()
    response = client.post(apply_page(cohort), {"consent_application": "on"})
    application = Application.objects.get()
    assert response.url == page_of(application, "edit", "details")
    assert application.draft == NAMES
    record = ConsentRecord.objects.get(user=person)
    assert (record.given, record.cohort, record.version.term.slug) == (True, cohort, "application")


def test_without_a_required_consent_nothing_begins_and_without_an_optional_one_it_does(client, person):
    cohort = make_cohort()
    CohortTerm.objects.create(cohort=cohort, term=Term.objects.get(slug="marketing"), position=2)
    page = client.post(apply_page(cohort), {"consent_marketing": "on"})
    assert "consent_application" in page.context["form"].errors
    assert Application.objects.count() == 0
    client.post(apply_page(cohort), {"consent_application": "on"})
    answers = dict(ConsentRecord.objects.filter(user=person).values_list("version__term__slug", "given"))
    assert answers == {"application": True, "marketing": False}


def test_the_person_who_applied_is_taken_to_their_application(client, person, draft):
    assert client.get(apply_page(draft.cohort)).url == page_of(draft, "edit")
    submitted = make_application(applicant=person)
    assert client.get(apply_page(submitted.cohort)).url == page_of(submitted)


@pytest.mark.parametrize(("phase", "words"), [("scheduled", "아직 접수 기간이 아니"), ("closed", "마감되었")])
def test_a_cohort_that_is_not_open_says_so(client, phase, words):
    cohort = make_cohort(phase=phase)
    assert words in client.get(apply_page(cohort)).text
    assert words in client.post(apply_page(cohort), {"consent_application": "on"}).text
    assert Application.objects.count() == 0


def test_a_draft_cohort_is_not_there(client):
    assert client.get(apply_page(make_cohort(phase="draft"))).status_code == 404


def test_a_refusal_is_said_with_the_boxes_as_they_were(client, person):
    cohort = make_cohort(registration_mode="first_come")
    make_session(cohort)
    other = make_cohort()
    make_session(other, starts_at=cohort.starts_at)
    make_enrolment(other, person)
    page = client.post(apply_page(cohort), {"consent_application": "on"})
    assert "겹쳐요" in page.text
    assert page.context["form"].rows[0]["given"]
    assert Application.objects.count() == 0


# --- steps ------------------------------------------------------------------------------------------------


def test_from_the_first_step_to_the_receipt(client, person):
    cohort = make_cohort(receipt_prefix="RB27")
    client.post(apply_page(cohort), {"consent_application": "on"})
    application = Application.objects.get()

    details = client.post(page_of(application, "edit", "details"), NAMES | {"next": "1"})
    assert details.url == page_of(application, "edit", "part-1")
    part = client.post(page_of(application, "edit", "part-1"), ANSWERS | {"next": "1"})
    assert part.url == page_of(application, "edit", "check")
    check = client.get(part.url)
    assert check.context["problems"] == []
    assert ANSWERS["motivation"] in check.text
    application.refresh_from_db()
    sent = client.post(
        page_of(application, "submit"),
        {"revision": application.revision, "opened": check.context["opened"]},
        follow=True,
    )

    application.refresh_from_db()
    assert (application.status, application.receipt_number) == (S.SUBMITTED, "RB27-0001")
    assert application.answers["portfolio"] == ["https://example.com/reel"]
    assert "RB27-0001" in sent.text
    assert ANSWERS["motivation"] in sent.text
    assert OutgoingMail.objects.filter(person=person, reason="received").count() == 1


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("step", ["consent", "details", "part-1", "check", "nonsense", ""])
def test_every_step_has_its_page_in_both_languages(client, draft, language, step):
    page = client.get(page_of(draft, "edit", step).replace("/ko/", f"/{language}/"))
    assert page.status_code == 200
    assert [part.key for part in page.context["steps"]] == ["consent", "details", "part-1", "check"]


def test_without_a_step_the_first_that_is_not_done_is_opened(client, draft):
    assert client.get(page_of(draft, "edit")).context["step"].key == "check"
    save_draft(draft, typed={"motivation": ""})
    assert client.get(page_of(draft, "edit")).context["step"].key == "part-1"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("motivation", " "),
        ("motivation", "가" * 501),
        ("motivation", "제 번호는 900101-1234567 입니다"),
        ("portfolio_0", "javascript:alert(1)"),
        ("portfolio_0", "주소 아님"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost(client, draft, field, value):
    page = client.post(page_of(draft, "edit", "part-1"), ANSWERS | {field: value, "next": "1"})
    assert page.status_code == 200
    key = field.removesuffix("_0")
    assert list(page.context["form"].errors) == [key]
    assert ANSWERS["career"] in page.text
    draft.refresh_from_db()
    assert draft.status == S.DRAFT
    assert draft.draft["career"] == ANSWERS["career"]
    assert draft.draft[key] == (value.strip() if key == "motivation" else [value])


def test_a_text_too_long_to_be_kept_says_so_and_stays_on_the_page(client, draft):
    before = draft.draft["motivation"]
    page = client.post(page_of(draft, "edit", "part-1"), ANSWERS | {"motivation": "가" * 30_000, "save": "1"})
    assert "motivation" in page.context["form"].errors
    assert "가" * 30_000 in page.text
    draft.refresh_from_db()
    assert (draft.draft["motivation"], draft.draft["career"]) == (before, ANSWERS["career"])


def test_the_limit_counts_composed_hangul(client, draft):
    decomposed = "\u1112\u1161\u11ab" * 500  # 한, as some keyboards send it
    page = client.post(page_of(draft, "edit", "part-1"), ANSWERS | {"motivation": decomposed, "next": "1"})
    assert page.status_code == 302
    draft.refresh_from_db()
    assert draft.draft["motivation"] == "한" * 500


def test_a_step_of_the_list_saves_before_it_leads_there(client, draft):
    response = client.post(page_of(draft, "edit", "part-1"), {"motivation": "쓰던 글", "go": "details"})
    assert response.url == page_of(draft, "edit", "details")
    draft.refresh_from_db()
    assert draft.draft["motivation"] == "쓰던 글"


def test_saving_stays_on_the_step_and_says_when(client, draft):
    response = client.post(page_of(draft, "edit", "part-1"), {"motivation": "쓰던 글", "save": "1"}, follow=True)
    assert response.context["step"].key == "part-1"
    assert "저장했어요" in response.text


def test_trust_5_fields_that_are_not_on_the_form_cannot_be_set(client, person, draft):
    posted = {
        "status": "confirmed",
        "waitlist_number": "1",
        "applicant": "1",
        "receipt_number": "X",
        "answers": "{}",
    }
    client.post(page_of(draft, "edit", "part-1"), ANSWERS | posted | {"full_name": "다른 사람", "next": "1"})
    draft.refresh_from_db()
    assert (draft.status, draft.applicant, draft.waitlist_number, draft.answers) == (S.DRAFT, person, None, {})
    assert set(draft.draft) == {"full_name", "romanized_name", "motivation", "career", "portfolio"}
    assert draft.draft["full_name"] == person.full_name  # it stands on another step


def test_the_check_names_what_is_missing_and_where(client, draft):
    save_draft(draft, typed={"motivation": "", "full_name": ""})
    page = client.get(page_of(draft, "edit", "check"))
    assert [(problem.step, problem.key) for problem in page.context["problems"]] == [
        ("details", "full_name"),
        ("part-1", "motivation"),
    ]
    assert f"{page_of(draft, 'edit')}?step=part-1&amp;errors=1#id_motivation" in page.text
    marked = client.get(page_of(draft, "edit", "part-1") + "&errors=1")
    assert "motivation" in marked.context["form"].errors
    refused = client.post(page_of(draft, "submit"), {"revision": draft.revision}, follow=True)
    assert "아직 제출되지 않았어요" in refused.text
    draft.refresh_from_db()
    assert draft.status == S.DRAFT


def test_a_condition_asks_and_does_not_ask(client, person):
    version = make_form_version()
    decides = make_question(version, "all_days", "yes_no", is_required=True)
    make_question(version, "absence", "long", is_required=True, shown_if=decides, shown_if_values=["no"])
    draft = make_application(make_cohort(form_version=version), person, status=S.DRAFT)
    assert (
        client.post(page_of(draft, "edit", "part-1"), {"all_days": "no", "absence": "", "next": "1"}).status_code
        == 200
    )
    assert (
        client.post(page_of(draft, "edit", "part-1"), {"all_days": "yes", "absence": "x", "next": "1"}).status_code
        == 302
    )
    operations.submit_application(draft.pk, by=person)
    draft.refresh_from_db()
    assert draft.answers == {"all_days": "yes"}


def test_parts_without_a_question_of_their_own_are_no_step(client, person):
    version = make_form_version(questions=usual_questions())
    details = Section.objects.create(version=version, title_ko="연락처", title_en="Contact", position=0)
    make_question(version, "phone", "phone", section=details, profile_field="phone")
    draft = make_application(make_cohort(form_version=version), person, status=S.DRAFT)
    page = client.get(page_of(draft, "edit", "details"))
    assert [step.key for step in page.context["steps"]] == ["consent", "details", "part-1", "check"]
    assert "phone" in page.context["form"].fields


def test_the_form_starts_with_what_the_profile_knows(client, person):
    change_profile(person.pk, by=person, phone="+821012345678", region="busan")
    version = make_form_version(questions=usual_questions())
    make_question(version, "mobile", "phone", profile_field="phone")
    cohort = make_cohort(form_version=version)
    client.post(apply_page(cohort), {"consent_application": "on"})
    application = Application.objects.get()
    assert application.draft == NAMES | {"mobile": "+821012345678"}
    assert "010-1234-5678" in client.get(page_of(application, "edit", "details")).text


def test_a_mentoring_program_asks_for_goals(client, person):
    draft = make_application(make_cohort(make_program(has_mentoring=True)), person, status=S.DRAFT)
    client.post(page_of(draft, "edit", "part-1"), ANSWERS | {"goals": "인물\n세계관", "next": "1"})
    operations.submit_application(draft.pk, by=person)
    draft.refresh_from_db()
    assert draft.goals == "인물\n세계관"


# --- two windows --------------------------------------------------------------------------------------------


def test_two_windows_on_one_step_overwrite_nothing_unseen(client, draft):
    client.post(
        page_of(draft, "edit", "part-1"), ANSWERS | {"motivation": "새 창의 글", "revision": "0", "save": "1"}
    )
    page = client.post(
        page_of(draft, "edit", "part-1"), ANSWERS | {"motivation": "옛 창의 글", "revision": "0", "next": "1"}
    )
    assert page.status_code == 200
    assert "새 창의 글" in page.text
    assert "옛 창의 글" in page.text
    draft.refresh_from_db()
    assert draft.draft["motivation"] == "새 창의 글"

    newest = page.context["application"].revision
    client.post(
        page_of(draft, "edit", "part-1"), ANSWERS | {"motivation": "옛 창의 글", "revision": newest, "save": "1"}
    )
    draft.refresh_from_db()
    assert draft.draft["motivation"] == "옛 창의 글"


def test_two_windows_on_two_steps_do_not_meet(client, draft):
    client.post(page_of(draft, "edit", "part-1"), ANSWERS | {"revision": "0", "save": "1"})
    client.post(page_of(draft, "edit", "details"), NAMES | {"full_name": "김새별", "revision": "0", "save": "1"})
    draft.refresh_from_db()
    assert (draft.draft["full_name"], draft.draft["career"]) == ("김새별", ANSWERS["career"])


def test_what_was_changed_after_the_check_was_opened_is_not_sent_unseen(client, draft):
    seen = draft.revision
    save_draft(draft, typed={"motivation": "다른 기기에서 고친 글"})
    page = client.post(page_of(draft, "submit"), {"revision": seen}, follow=True)
    assert "다른 창이나 다른 기기" in page.text
    draft.refresh_from_db()
    assert draft.status == S.DRAFT


def test_two_windows_with_two_names_show_both(client, draft):
    client.post(page_of(draft, "edit", "details"), NAMES | {"full_name": "새 창", "revision": "0", "save": "1"})
    old = NAMES | {"full_name": "옛 창", "revision": "0", "next": "1"}
    page = client.post(page_of(draft, "edit", "details"), old)
    assert [row["text"] for row in page.context["theirs"]] == ["새 창"]


def test_consents_given_again_lead_where_the_button_says(client, draft):
    answer = client.post(page_of(draft, "edit", "consent"), {"consent_application": "on", "go": "part-1"})
    assert answer.url == page_of(draft, "edit", "part-1")
    answer = client.post(page_of(draft, "edit", "consent"), {"consent_application": "on", "next": "1"})
    assert answer.url == page_of(draft, "edit", "details")
    assert "consent_application" in client.post(page_of(draft, "edit", "consent"), {}).context["form"].errors


def test_consents_that_come_too_late_are_refused_in_words(client, draft, monkeypatch):
    def refuse(*args, **kwargs):
        raise Refused("제출한 뒤입니다.")

    monkeypatch.setattr(operations, "give_consents", refuse)
    page = client.post(page_of(draft, "edit", "consent"), {"consent_application": "on"})
    assert "제출한 뒤입니다." in page.text


# --- what is over -------------------------------------------------------------------------------------------


def test_a_deadline_that_passes_while_writing_keeps_the_draft(client, draft, settings):
    settings.DEMO_NOW = draft.cohort.closes_at + timedelta(minutes=1)
    client.post(page_of(draft, "edit", "part-1"), ANSWERS | {"career": "늦게 쓴 글", "save": "1"})
    page = client.post(page_of(draft, "submit"), {}, follow=True)
    draft.refresh_from_db()
    assert (draft.status, draft.draft["career"]) == (S.DRAFT, "늦게 쓴 글")
    assert "접수가 마감" in page.text


def test_what_was_opened_in_time_counts_within_the_grace(client, draft, settings):
    settings.DEMO_NOW = draft.cohort.closes_at - timedelta(seconds=1)
    opened = client.get(page_of(draft, "edit", "check")).context["opened"]
    settings.DEMO_NOW = draft.cohort.closes_at + timedelta(seconds=29)
    client.post(page_of(draft, "submit"), {"opened": opened + "x"})
    draft.refresh_from_db()
    assert draft.status == S.DRAFT
    client.post(page_of(draft, "submit"), {"opened": opened})
    draft.refresh_from_db()
    assert draft.status == S.SUBMITTED


def test_editing_after_submission(client, person):
    application = make_application(applicant=person)
    client.post(page_of(application, "edit", "part-1"), ANSWERS | {"motivation": "고친 동기", "next": "1"})
    application.refresh_from_db()
    assert application.answers["motivation"] != "고친 동기"
    assert "아직 보내지 않았어요" in client.get(page_of(application)).text
    page = client.post(page_of(application, "submit"), {"revision": application.revision}, follow=True)
    application.refresh_from_db()
    assert (application.answers["motivation"], application.status) == ("고친 동기", S.SUBMITTED)
    assert "제출된 상태" in page.text


@pytest.mark.parametrize("status", [S.IN_REVIEW, S.CONFIRMED, S.REJECTED])
def test_what_cannot_be_edited_leads_back_and_shows_what_was_typed(client, person, status):
    application = make_application(make_cohort(phase="in_review"), person, status=status)
    assert client.get(page_of(application, "edit")).url == page_of(application)
    page = client.post(page_of(application, "edit", "part-1"), ANSWERS | {"motivation": "늦은 글", "save": "1"})
    assert "늦은 글" in page.text
    assert ANSWERS["portfolio_0"] in page.text
    saved = client.post(page_of(application, "edit", "part-1"), ANSWERS, headers={"X-Autosave": "1"})
    assert (saved.status_code, list(saved.json())) == (400, ["error"])
    application.refresh_from_db()
    assert application.draft["motivation"] != "늦은 글"


def test_the_address_for_submitting_forgives_a_second_click(client, person, draft):
    assert client.get(page_of(draft, "submit")).url == page_of(draft, "edit", "check")
    seated = make_application(applicant=person, status=S.CONFIRMED)
    assert client.post(page_of(seated, "submit")).url == page_of(seated)


def test_only_what_is_concerned_is_asked_when_it_was_sent_back(client, person):
    cohort = make_cohort(phase="in_review")
    application = make_application(cohort, person, status=S.CHANGES_REQUESTED, changes_keys=["career"])
    page = client.get(page_of(application, "edit"))
    assert application.changes_note in page.text
    assert [step.key for step in page.context["steps"]] == ["part-1", "check"]
    part = client.get(page_of(application, "edit", "part-1"))
    assert list(part.context["form"].fields) == ["career"]
    before = application.answers["motivation"]
    client.post(
        page_of(application, "edit", "part-1"), ANSWERS | {"motivation": "몰래", "career": "새 경력", "next": "1"}
    )
    client.post(page_of(application, "submit"))
    application.refresh_from_db()
    assert (application.status, application.answers["career"]) == (S.SUBMITTED, "새 경력")
    assert application.answers["motivation"] == before


def test_a_new_wording_is_asked_of_those_it_was_sent_back_to(client, person):
    cohort = make_cohort(phase="in_review")
    application = make_application(cohort, person, status=S.CHANGES_REQUESTED, changes_keys=["career"])
    newer = TermVersion.objects.create(
        term=Term.objects.get(slug="application"), number=900, title_ko="새 동의", in_force_at=clock.now()
    )
    page = client.get(page_of(application, "edit", "consent"))
    assert [step.key for step in page.context["steps"]] == ["consent", "part-1", "check"]
    client.post(page_of(application, "edit", "consent"), {"consent_application": "on"})
    assert ConsentRecord.objects.filter(user=person, version=newer, given=True).exists()
    client.post(page_of(application, "submit"))
    application.refresh_from_db()
    assert application.status == S.SUBMITTED


def test_what_is_not_concerned_decides_as_it_was_sent(client, person):
    version = make_form_version()
    decides = make_question(version, "all_days", "yes_no")
    make_question(version, "absence", "long", is_required=True, shown_if=decides, shown_if_values=["no"])
    application = make_application(
        make_cohort(phase="in_review", form_version=version),
        person,
        status=S.CHANGES_REQUESTED,
        changes_keys=["absence"],
        answers={"all_days": "no", "absence": "첫날"},
    )
    application.draft |= {"all_days": "yes", "absence": ""}  # however that came about
    application.save()
    client.post(page_of(application, "submit"))
    application.refresh_from_db()
    assert (application.status, application.answers["absence"]) == (S.CHANGES_REQUESTED, "첫날")


def test_a_form_that_moves_in_the_middle_of_a_save_loses_nothing(client, draft, monkeypatch):
    manager = make_manager(draft.cohort)
    newer = make_form_version(questions=[{"key": "career", "type": "long", "most_characters": 500}])
    read = writing.raw_form

    def and_meanwhile(*args):
        form = read(*args)
        monkeypatch.undo()
        with zeal_ignore():  # it is another request
            adopt_version(draft.cohort_id, newer.pk, by=manager)
        return form

    monkeypatch.setattr(writing, "raw_form", and_meanwhile)
    before = draft.form_version_id
    typed = {"motivation": "옛 문항에 쓴 글", "career": "새 경력", "form": before, "revision": "0"}
    client.post(page_of(draft, "edit", "part-1"), typed, headers={"X-Autosave": "1"})
    draft.refresh_from_db()
    assert (draft.form_version_id, draft.draft["career"]) == (newer.pk, "새 경력")
    kept = draft.earlier_answers.get(question__key="motivation")
    assert (kept.question.version_id, kept.value) == (before, "옛 문항에 쓴 글")


def test_a_form_that_moves_is_said_where_the_page_does_not_say_its_own(client, draft, monkeypatch):
    def moved(*args, **kwargs):
        raise draft_operations.Moved

    monkeypatch.setattr(draft_operations, "save_draft", moved)
    saved = client.post(page_of(draft, "edit", "part-1"), ANSWERS, headers={"X-Autosave": "1"})
    assert (saved.status_code, list(saved.json())) == (400, ["error"])
    page = client.post(page_of(draft, "edit", "part-1"), ANSWERS | {"save": "1"})
    assert ANSWERS["motivation"] in page.text


def test_a_file_for_a_question_that_is_gone_is_refused(client, person):
    version = with_file()
    draft = make_application(make_cohort(form_version=version), person, status=S.DRAFT)
    question = version.questions.get(key="proposal")
    question.key = "gone"
    with pytest.raises(Refused):
        files.attach_file(draft.pk, question, pdf(), by=person)
    with pytest.raises(Refused):
        files.remove_file(draft.pk, question, "x", by=person)


def test_throwing_a_draft_away_asks_first(client, draft):
    assert client.get(page_of(draft, "discard")).status_code == 200
    assert Application.objects.count() == 1
    client.post(page_of(draft, "discard"))
    assert Application.objects.count() == 0


def test_changes_that_were_not_sent_are_given_up_after_a_question(client, person):
    application = make_application(applicant=person)
    assert client.get(page_of(application, "discard")).url == page_of(application)
    save_draft(application, typed={"career": "고친 글"})
    assert client.get(page_of(application, "discard")).status_code == 200
    client.post(page_of(application, "discard"))
    application.refresh_from_db()
    assert application.draft["career"] == application.answers["career"]


# --- files --------------------------------------------------------------------------------------------------


def pdf(name="기획안.pdf"):
    return SimpleUploadedFile(name, make_pdf(), content_type="application/pdf")


def test_a_file_is_sent_by_itself_and_removed_again(client, person):
    draft = make_application(make_cohort(form_version=with_file(is_required=True)), person, status=S.DRAFT)
    answer = client.post(page_of(draft, "files"), {"question": "proposal", "file": pdf()})
    assert answer.status_code == 200
    draft.refresh_from_db()
    upload = Upload.objects.get()
    assert draft.draft["proposal"] == [upload.code]
    assert answer.json()["revision"] == draft.revision
    assert "기획안.pdf" in client.get(page_of(draft, "edit", "part-1")).text

    got = client.get(answer.json()["url"])
    assert got["Content-Disposition"].startswith("attachment")
    assert got["X-Content-Type-Options"] == "nosniff"
    assert b"".join(got.streaming_content).startswith(b"%PDF-")  # to its end, which closes the file
    client.post(page_of(draft, "edit", "part-1"), ANSWERS | {"remove": f"proposal:{upload.code}"})
    draft.refresh_from_db()
    assert (draft.draft["proposal"], Upload.objects.count()) == ([], 0)


def test_a_file_without_javascript_comes_with_the_page(client, person):
    draft = make_application(make_cohort(form_version=with_file()), person, status=S.DRAFT)
    fields = ANSWERS | {"career": "함께 보낸 글", "upload": "proposal", "proposal": pdf()}
    response = client.post(page_of(draft, "edit", "part-1"), fields)
    assert response.url == page_of(draft, "edit", "part-1") + "#id_proposal"
    draft.refresh_from_db()
    assert len(draft.draft["proposal"]) == 1
    assert draft.draft["career"] == "함께 보낸 글"


@pytest.mark.parametrize("way", ["alone", "with the page"])
def test_a_file_that_is_none_of_those_asked_for_is_refused_at_the_field(client, person, way):
    draft = make_application(make_cohort(form_version=with_file()), person, status=S.DRAFT)
    wrong = SimpleUploadedFile("기획안.pdf", b"<html><script>alert(1)</script></html>")
    if way == "alone":
        answer = client.post(page_of(draft, "files"), {"question": "proposal", "file": wrong})
        assert (answer.status_code, list(answer.json())) == (400, ["error"])
    else:
        page = client.post(page_of(draft, "edit", "part-1"), ANSWERS | {"upload": "proposal", "proposal": wrong})
        assert "proposal" in page.context["form"].errors
        assert ANSWERS["career"] in page.text
    assert Upload.objects.count() == 0


def test_a_second_file_takes_the_place_of_the_first(client, person):
    draft = make_application(make_cohort(form_version=with_file()), person, status=S.DRAFT)
    for name in ("하나.pdf", "둘.pdf"):
        client.post(page_of(draft, "files"), {"question": "proposal", "file": pdf(name)})
    assert [upload.name for upload in Upload.objects.all()] == ["둘.pdf"]


def test_a_file_that_was_sent_stays_until_the_change_is_sent(client, person):
    application = make_application(make_cohort(form_version=with_file()), person, status=S.DRAFT)
    client.post(page_of(application, "files"), {"question": "proposal", "file": pdf("하나.pdf")})
    operations.submit_application(application.pk, by=person)
    client.post(page_of(application, "files"), {"question": "proposal", "file": pdf("둘.pdf")})
    assert {upload.name for upload in Upload.objects.all()} == {"하나.pdf", "둘.pdf"}
    operations.submit_application(application.pk, by=person)
    assert [upload.name for upload in Upload.objects.all()] == ["둘.pdf"]
    assert [copy.files[0]["name"] for copy in application.submissions.all()] == ["하나.pdf", "둘.pdf"]


def test_a_file_that_was_not_sent_yet_is_its_persons_alone(client, person):
    """The address the applicant has it at gives staff of the cohort only what was sent."""
    cohort = make_cohort(form_version=with_file())
    application = make_application(cohort, person, status=S.DRAFT)
    client.post(page_of(application, "files"), {"question": "proposal", "file": pdf("하나.pdf")})
    operations.submit_application(application.pk, by=person)
    client.post(page_of(application, "files"), {"question": "proposal", "file": pdf("둘.pdf")})
    addresses = {
        upload.name: reverse("application-file", args=[application.code, upload.code])
        for upload in Upload.objects.all()
    }

    def answer(name):
        response = client.get(addresses[name])
        return response.status_code, b"".join(response)[:4] == b"%PDF"

    assert (answer("하나.pdf"), answer("둘.pdf")) == ((200, True), (200, True))
    client.force_login(make_manager(cohort))
    assert (answer("하나.pdf"), answer("둘.pdf")) == ((200, True), (404, False))
    assert not FileAccess.objects.filter(upload__name="둘.pdf").exclude(by=person).exists()


def test_codes_of_others_files_cannot_be_claimed(client, person):
    version = with_file()
    other = make_application(make_cohort(form_version=version), status=S.DRAFT)
    draft = make_application(make_cohort(form_version=version), person, status=S.DRAFT)
    upload = files.attach_file(other.pk, version.questions.get(key="proposal"), pdf(), by=other.applicant)
    client.post(page_of(draft, "edit", "part-1"), ANSWERS | {"proposal": [upload.code], "next": "1"})
    save_draft(draft, typed={"proposal": [upload.code]})
    draft.refresh_from_db()
    operations.submit_application(draft.pk, by=person)
    draft.refresh_from_db()
    assert "proposal" not in draft.answers
    assert client.get(reverse("application-file", args=[draft.code, upload.code])).status_code == 404
    assert client.get(reverse("application-file", args=[other.code, upload.code])).status_code == 404


def test_a_question_that_takes_no_file_is_not_there(client, draft):
    assert client.post(page_of(draft, "files"), {"question": "career", "file": pdf()}).status_code == 404
    assert client.post(page_of(draft, "files"), {"question": "career"}).status_code == 404


# --- what it costs --------------------------------------------------------------------------------------------


def large_form():
    """Sixty questions, among them a table with twenty rows."""
    questions = [{"key": f"q{number}", "type": "short", "most_characters": 100} for number in range(57)]
    questions += [
        {"key": "credits", "type": "credits"},
        {"key": "pick", "type": "multiple"},
        {"key": "rank", "type": "ranked"},
    ]
    return make_form_version(questions=questions)


CREDITS = [{"year": "2024", "title": f"작품 {n}", "role": "연출", "platform": "ott"} for n in range(20)]


def test_a_long_form_opens_in_twelve_queries_and_saves_in_five(client, person, django_assert_max_num_queries):
    answers = {f"q{number}": "답" for number in range(57)} | {"credits": CREDITS, "ranked": ["a", "b"]}
    draft = make_application(make_cohort(form_version=large_form()), person, status=S.DRAFT, answers=answers)
    url = page_of(draft, "edit", "part-1")
    with django_assert_max_num_queries(12):
        page = client.get(url)
    assert page.text.count("작품 ") == 20
    with django_assert_max_num_queries(12):
        client.get(page_of(draft, "edit", "check"))
    typed = {f"q{number}": "고친 답" for number in range(57)} | {"credits-rows": "1", "revision": "0"}
    for index, row in enumerate(CREDITS):
        typed |= {f"credits-{index}-{key}": value for key, value in row.items()}
    with django_assert_max_num_queries(5):
        saved = client.post(url, typed, headers={"X-Autosave": "1"})
    assert saved.status_code == 200
    draft.refresh_from_db()
    assert (draft.draft["q0"], len(draft.draft["credits"])) == ("고친 답", 20)


def test_a_page_opened_long_ago_says_nothing_of_when_it_was_opened(client, draft, settings):
    assert clock.now() < draft.cohort.closes_at
    client.post(page_of(draft, "submit"), {"opened": "nonsense", "revision": "nonsense"})
    draft.refresh_from_db()
    assert draft.status == S.SUBMITTED
