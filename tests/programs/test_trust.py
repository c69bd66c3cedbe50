"""What the portal promises of applications: only the form's fields are taken, and only what is needed is asked."""

import pytest
from django.urls import reverse

from accounts.operations import change_profile
from portal.demo.forms import Forms
from portal.models import UploadKind
from programs import checking
from programs.models.applications import Application, ApplicationStatus
from programs.models.applying import ApplicationFile
from programs.models.eligibility import Appeal
from programs.models.forms import QuestionType
from programs.operations import applications, files
from programs.operations.drafts import save_draft
from programs.questions.loading import questions_of
from tests import make
from tests.files import make_pdf, uploaded

S = ApplicationStatus
T = QuestionType
pytestmark = pytest.mark.django_db
FILE = {"key": "script", "type": "file", "most_items": 2}
SOUGHT = {  # what somebody would like to set, by every name under which a page might take it
    "status": "confirmed",
    "receipt_number": "T1-0001",
    "receipt_serial": "1",
    "waitlist_number": "1",
    "applicant": "1",
    "applicant_id": "1",
    "user": "1",
    "by": "1",
    "cohort": "1",
    "form_version": "1",
    "form_version_id": "1",
    "extended_until": "2099-01-01T00:00",
    "closes_at": "2099-01-01T00:00",
    "answer_by": "2099-01-01T00:00",
    "changes_by": "2099-01-01T00:00",
    "submitted_at": "2020-01-01T00:00",
    "answers": '{"motivation": "x"}',
    "draft": '{"motivation": "x"}',
    "stamps": "{}",
    "sent_revision": "0",
    "changes_keys": "[]",
    "reason_code": "score",
    "is_staff": "on",
    "is_superuser": "on",
    "score": "100",
}
HELD = (
    "status", "receipt_number", "receipt_serial", "waitlist_number", "applicant_id", "cohort_id", "form_version_id",
    "extended_until", "answer_by", "changes_by", "submitted_at", "answers", "changes_keys", "reason_code",
)  # fmt: skip


def held(application):
    return Application.objects.values(*HELD).get(pk=application.pk)


def page(application, name, query=""):
    return reverse(f"application-{name}", args=[application.code]) + query


@pytest.fixture
def draft(client):
    questions = [*make.usual_questions(), FILE]
    cohort = make.make_cohort(form_version=make.make_form_version(questions=questions))
    application = make.make_application(cohort, status=S.DRAFT)
    client.force_login(application.applicant)
    return application


# --- 5: what is not on the form -----------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{}, {"X-Autosave": "1"}], ids=["saved", "by itself"])
@pytest.mark.parametrize("step", ["consent", "details", "part-1", "check", "part-99"])
def test_trust_5_writing_sets_nothing_but_answers(client, draft, step, headers):
    before = held(draft)
    client.post(
        page(draft, "edit", f"?step={step}"), SOUGHT | {"motivation": "새 동기", "next": "1"}, headers=headers
    )
    assert held(draft) == before
    draft.refresh_from_db()
    assert not set(draft.draft) & set(SOUGHT)


def test_trust_5_beginning_sets_nothing_of_it(client, draft):
    cohort = make.make_cohort()
    person = draft.applicant
    make.make_consents(person, cohort)
    boxes = {"consent_application": "on"}
    client.post(reverse("apply", args=[cohort.program.slug, cohort.slug]), SOUGHT | boxes)
    begun = Application.objects.get(cohort=cohort)
    assert (begun.status, begun.applicant, begun.form_version, begun.extended_until, begun.answers) == (
        S.DRAFT, person, cohort.form_version, None, {},
    )  # fmt: skip
    assert not set(begun.draft) & set(SOUGHT)


def test_trust_5_sending_takes_the_draft_and_nothing_else(client, draft):
    client.post(page(draft, "submit"), SOUGHT | {"motivation": "다른 동기"})
    draft.refresh_from_db()
    assert draft.status == S.SUBMITTED
    assert draft.receipt_number == f"{draft.cohort.receipt_prefix}-0001"
    assert draft.answers["motivation"] == "현장에서 배우고 싶습니다."
    assert (draft.waitlist_number, draft.extended_until, draft.form_version) == (
        None,
        None,
        draft.cohort.form_version,
    )
    assert not draft.applicant.is_staff


@pytest.mark.parametrize("name", ["withdraw", "confirm", "decline", "cancel", "discard"])
def test_trust_5_a_deed_does_itself_alone(client, draft, name):
    application = make.make_application(applicant=draft.applicant, status=S.IN_REVIEW)
    before = held(application)
    client.post(page(application, name), SOUGHT)
    after = held(application)
    assert after["status"] == (S.WITHDRAWN if name == "withdraw" else S.IN_REVIEW)
    assert after | {"status": before["status"]} == before


def test_trust_5_an_appeal_cannot_decide_itself(client):
    restriction = make.make_restriction()
    client.force_login(restriction.person)
    posted = {
        "restriction": restriction.pk,
        "text": "소명합니다.",
        "is_accepted": "True",
        "answer": "좋습니다.",
        "decided_by": "1",
        "decided_at": "2020-01-01T00:00",
        "lifted_at": "2020-01-01T00:00",
        "until": "2020-01-01T00:00",
    }
    client.post(reverse("my-restrictions"), posted)
    appeal = Appeal.objects.get()
    assert (appeal.is_accepted, appeal.answer, appeal.decided_at, appeal.decided_by) == (None, "", None, None)
    restriction.refresh_from_db()
    assert restriction.lifted_at is None


def other_file(draft):
    """A file in somebody else's application to the same cohort."""
    other = make.make_application(draft.cohort, status=S.DRAFT)
    question = other.form_version.questions.get(key="script")
    return files.attach_file(other.pk, question, uploaded(make_pdf("남의 대본"), "남의.pdf"), by=other.applicant)


@pytest.mark.parametrize("name", ["script", "script-0", "script[]"])
def test_trust_5_another_persons_file_cannot_be_claimed(client, draft, name):
    theirs = other_file(draft)
    before = held(draft)
    for headers in ({}, {"X-Autosave": "1"}):
        client.post(page(draft, "edit", "?step=part-1"), {name: theirs.code, "next": "1"}, headers=headers)
    draft.refresh_from_db()
    assert "script" not in draft.draft
    assert held(draft) == before
    assert not draft.files.exists()


def test_trust_5_a_code_that_is_not_ones_own_is_never_sent(client, draft):
    """Even where a draft names it, however it came there, it is neither shown nor counted nor given out."""
    theirs = other_file(draft)
    save_draft(draft, typed={"script": [theirs.code]})
    text = client.get(page(draft, "edit", "?step=check")).text
    assert "남의.pdf" not in text
    applications.submit_application(draft.pk, by=draft.applicant)
    draft.refresh_from_db()
    assert not draft.answers.get("script")
    assert draft.submissions.get().files == []
    address = reverse("application-file", args=[draft.code, theirs.code])
    assert client.get(address).status_code == 404
    assert ApplicationFile.objects.get(upload=theirs).application.applicant != draft.applicant


def test_trust_5_another_persons_file_cannot_be_taken_away(client, draft):
    theirs = other_file(draft)
    client.post(page(draft, "edit", "?step=part-1"), {"remove": f"script:{theirs.code}"})
    assert ApplicationFile.objects.filter(upload=theirs).exists()


def test_trust_5_a_file_belongs_to_its_person_whatever_is_posted(client, draft):
    posted = {"question": "script", "file": uploaded(make_pdf(), "내.pdf"), "owner": "1", "is_confidential": "on"}
    assert client.post(page(draft, "files"), posted).status_code == 200
    upload = draft.files.get().upload
    assert (upload.owner, upload.is_confidential, upload.kind) == (draft.applicant, False, UploadKind.PDF)


# --- 32: only what is needed --------------------------------------------------------------------------

FORMS = Forms()
NEEDED = {  # the personal answers without which each form cannot do what it is for
    "course": {"phone", "affiliation_kind", "career_years", "motivation"},
    "reboot-camp": {"phone", "birth_on", "affiliation_kind", "career_years", "motivation"},
    "registration": {"phone", "affiliation_kind"},
    "event": set(),
}


@pytest.mark.parametrize("name", FORMS.questions)
def test_trust_32_each_personal_question_says_why_in_both_languages(name):
    personal = [question for question in FORMS.questions[name] if question.is_personal]
    assert personal
    for question in personal:
        assert question.why_ko.strip(), question.key
        assert question.why_en.strip(), question.key
        assert any("가" <= letter <= "힣" for letter in question.why_ko)
        assert question.why_en.isascii()


@pytest.mark.parametrize("name", FORMS.questions)
def test_trust_32_what_tells_who_somebody_is_counts_as_personal(name):
    for question in FORMS.questions[name]:
        if question.profile_field or question.type in (T.PHONE, T.EMAIL, T.REGION):
            assert question.is_personal, question.key


@pytest.mark.parametrize("name", FORMS.questions)
def test_trust_32_only_what_is_needed_is_required(name):
    required = {question.key for question in FORMS.questions[name] if question.is_personal and question.is_required}
    assert required == NEEDED[name]


@pytest.mark.parametrize("name", FORMS.questions)
def test_trust_32_nothing_asks_for_a_resident_number(name):
    for question in FORMS.questions[name]:
        words = f"{question.label_ko} {question.help_ko} {question.label_en} {question.help_en}"
        assert "주민" not in words
        assert "resident registration" not in words.lower()


ANSWERS = {
    T.PHONE: "010-1234-5678",
    T.DATE: "1995-05-05",
    T.NUMBER: "3",
    T.SHORT: "짧은 글",
    T.LONG: "긴 글",
    T.STATEMENT: True,
    T.YES_NO: "yes",
}


@pytest.mark.parametrize("name", FORMS.questions)
def test_trust_32_whoever_answers_what_is_required_can_send(name):
    """Everything else may stay blank, and makes no difference."""
    forms = Forms()
    forms.write()
    version = forms.versions[name]
    cohort = make.make_cohort(form_version=version)
    typed = {"full_name": "김다별"}
    for question in questions_of(version.pk):
        if question.is_required and question.shown_if_id is None:
            typed[question.key] = ANSWERS.get(question.type) or question.choices[0]["key"]
            if question.type == T.RANKED:
                typed[question.key] = [question.choices[0]["key"], "", ""]
    application = make.make_application(cohort, status=S.DRAFT, draft=typed)
    assert checking.check(application, application.created_at).problems == []
    applications.submit_application(application.pk, by=application.applicant)
    application.refresh_from_db()
    assert application.status == S.SUBMITTED
    assert set(application.answers) == set(typed) - {"full_name"}


def test_trust_55_what_was_told_once_is_not_asked_again_and_errors_keep_it(client):
    person = make.make_user()
    change_profile(person.pk, by=person, phone="+821012345678", region="busan")
    client.force_login(person)
    questions = [
        {"key": "mobile", "type": "phone", "profile_field": "phone", "is_required": True},
        {"key": "motivation", "type": "short", "most_characters": 5, "is_required": True},
    ]
    for _again in range(2):  # in one application, and in the next
        cohort = make.make_cohort(form_version=make.make_form_version(questions=questions))
        client.post(reverse("apply", args=[cohort.program.slug, cohort.slug]), {"consent_application": "on"})
        application = Application.objects.get(cohort=cohort)
        assert "010-1234-5678" in client.get(page(application, "edit", "?step=details")).text
    wrong = client.post(page(application, "edit", "?step=part-1"), {"motivation": "여섯 글자 넘게", "next": "1"})
    assert "motivation" in wrong.context["form"].errors
    assert "여섯 글자 넘게" in wrong.text


@pytest.mark.parametrize("step", ["consent", "details", "part-1", "check"])
def test_trust_55_answers_are_checked_before_sending_and_help_is_at_one_place(client, step, settings):
    application = make.make_application(status=S.DRAFT, motivation="보내기 전에 보는 글")
    client.force_login(application.applicant)
    response = client.get(page(application, "edit", f"?step={step}"))
    foot = response.text[response.text.index("<footer") :]
    assert f"mailto:{settings.CONTACT_EMAIL}" in foot
    assert ("보내기 전에 보는 글" in response.text) == (step in ("part-1", "check"))
