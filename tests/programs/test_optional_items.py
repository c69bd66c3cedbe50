"""Optional personal items: told only with the consent to them, and gone once it is taken back."""

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from accounts.models import ConsentRecord, Term
from accounts.operations import change_profile, record_consents, withdraw_consent
from accounts.terms import versions_in_force
from portal import clock
from portal.models import AuditEvent
from programs import checking, consents, privacy
from programs.models.applications import ApplicationStatus
from programs.models.applying import EarlierAnswer
from programs.models.terms import CohortTerm
from programs.operations import applications, files, forms, on_behalf, retention
from programs.operations.adoption import adopt_version
from programs.operations.drafts import Stale, save_draft
from tests import make
from tests.accounts.doors import url
from tests.files import make_pdf, uploaded

S = ApplicationStatus
pytestmark = pytest.mark.django_db
QUESTIONS = [
    {"key": "motivation", "type": "long", "is_required": True},
    {"key": "career", "type": "long"},
    {"key": "region", "type": "short", "is_personal": True, "label_ko": "사는 곳", "label_en": "Region"},
    {"key": "script", "type": "file", "is_personal": True, "label_ko": "대본", "label_en": "Script"},
    {"key": "phone", "type": "phone", "is_personal": True, "profile_field": "phone"},
]
for row in QUESTIONS[2:]:
    row |= {"why_ko": "연락하려고", "why_en": "To reach you"}
TOLD = {
    "full_name": "김다별",
    "romanized_name": "Kim Dabyeol",
    "motivation": "배우고 싶습니다.",
    "career": "동시녹음 3년",
    "region": "강원",
}
LEFT = {"motivation": "배우고 싶습니다.", "career": "동시녹음 3년"}


def optional():
    return Term.objects.get(slug="optional-items")


@pytest.fixture
def cohort():
    """One that asks for the consent to optional items."""
    cohort = make.make_cohort(form_version=make.make_form_version(questions=QUESTIONS))
    CohortTerm.objects.create(cohort=cohort, term=optional(), position=2)
    return cohort


def answer(person, cohort, given):
    version = versions_in_force([optional()])[optional().pk]
    record_consents(person, {version: given}, cohort=cohort)


def write(cohort, *, given=True, **words):
    """A draft with everything in it, a file too, and the answer to the consent."""
    draft = make.make_application(cohort, make.make_user(), status="draft", draft={})
    answer(draft.applicant, cohort, given)
    save_draft(draft, typed=TOLD | words)
    script = draft.form_version.questions.get(key="script")
    files.attach_file(draft.pk, script, uploaded(make_pdf("대본"), "대본.pdf"), by=draft.applicant)
    draft.refresh_from_db()
    return draft


def problems(application):
    return {
        problem.key: (problem.step, problem.message)
        for problem in checking.check(application, clock.now()).problems
    }


def take_back(application):
    withdraw_consent(
        application.applicant_id, optional().pk, cohort_id=application.cohort_id, by=application.applicant
    )
    application.refresh_from_db()
    return application


# --- taken back -----------------------------------------------------------------------------------------


def test_trust_28_taken_back_the_optional_items_are_erased_wherever_they_are(
    cohort, django_capture_on_commit_callbacks
):
    draft = write(cohort)
    applications.submit_application(draft.pk, by=draft.applicant)
    stored = draft.files.get().upload.file.name
    draft.refresh_from_db()
    save_draft(draft, typed={"region": "제주", "career": "동시녹음 4년"})
    region = draft.form_version.questions.get(key="region")
    EarlierAnswer.objects.create(application=draft, question=region, value="서울")

    with django_capture_on_commit_callbacks(execute=True):
        found = take_back(draft)

    assert (found.status, found.full_name, found.romanized_name) == (S.SUBMITTED, "김다별", "")
    assert found.answers == LEFT
    assert found.draft == {"full_name": "김다별", **LEFT, "career": "동시녹음 4년"}
    copy = found.submissions.get()
    assert (copy.answers, copy.files, copy.full_name, copy.romanized_name) == (LEFT, [], "김다별", "")
    assert (found.files.count(), found.earlier_answers.count()) == (0, 0)
    assert not default_storage.exists(stored)
    assert found.sent_revision < found.revision  # what was changed and not sent still is
    event = AuditEvent.objects.get(verb="application.items_erased")
    assert (event.by, event.after) == (found.applicant, "answers 2, files 1")
    assert problems(found) == {}


def test_what_was_sent_and_not_changed_since_counts_as_sent(cohort):
    draft = write(cohort)
    applications.submit_application(draft.pk, by=draft.applicant)
    found = take_back(draft)
    assert found.sent_revision == found.revision


def test_a_page_opened_before_does_not_write_them_again_unseen(cohort):
    draft = write(cohort)
    seen = draft.revision
    found = take_back(draft)
    assert found.draft == {"full_name": "김다별", **LEFT}
    for key in ("region", "romanized_name"):
        with pytest.raises(Stale) as refusal:
            save_draft(found, typed={key: TOLD[key]}, base=seen)
        assert refusal.value.keys == [key]
    save_draft(found, typed={"career": "동시녹음 4년"}, base=seen)


def test_the_box_unticked_while_writing_does_the_same_and_the_page_says_so_before(client, cohort):
    draft = write(cohort)
    client.force_login(draft.applicant)
    address = reverse("application-edit", args=[draft.code]) + "?step=consent"
    text = client.get(address).text
    assert "체크를 풀면" in text
    assert "영문 성명, 사는 곳, 대본" in text
    required = {row["field"]: "on" for row in consents.rows(cohort, draft.applicant) if row["required"]}
    client.post(address, required)
    draft.refresh_from_db()
    assert draft.draft == {"full_name": "김다별", **LEFT}
    assert "체크를 풀면" not in client.get(address).text


@pytest.mark.parametrize(
    ("language", "words"), [("ko", "영문 성명, 사는 곳, 대본"), ("en", "Name in English, Region, Script")]
)
def test_the_privacy_page_says_what_goes_before_it_goes(client, cohort, language, words):
    draft = write(cohort)
    draft.applicant.language = language
    draft.applicant.save()
    client.force_login(draft.applicant)
    place = {"slug": "optional-items", "program": cohort.program.slug, "cohort": cohort.slug}
    address = url("my-consent", language, **place)
    assert words in client.get(address).text
    client.post(address, {"answer": "withdraw"})
    draft.refresh_from_db()
    assert draft.draft == {"full_name": "김다별", **LEFT}
    client.post(address, {"answer": "give"})
    assert words not in client.get(address).text


def test_nothing_told_nothing_erased(cohort):
    draft = make.make_application(
        cohort, make.make_user(), status="draft", draft={"full_name": "김다별"}, romanized_name=""
    )
    answer(draft.applicant, cohort, True)
    assert privacy.follows(draft.applicant, optional(), cohort) == []
    assert take_back(draft).revision == 0
    assert not AuditEvent.objects.filter(verb="application.items_erased").exists()


def test_other_cohorts_and_other_people_keep_theirs(cohort):
    draft, other = write(cohort), write(cohort)
    elsewhere = make.make_application(make.make_cohort(form_version=cohort.form_version), draft.applicant)
    take_back(draft)
    for row in (other, elsewhere):
        before = (row.draft, row.romanized_name)
        row.refresh_from_db()
        assert (row.draft, row.romanized_name) == before
    retention.leave_without_consent(draft.applicant, optional(), None)  # a consent that belongs to no cohort


def test_the_name_stays_with_the_part_that_was_taken_under_it(cohort):
    application = make.make_application(
        make.make_cohort(phase="finished", form_version=cohort.form_version),
        status=S.CONFIRMED,
        answers={"region": "강원"},
    )
    make.make_enrolment(application=application, status="completed")
    said = " ".join(privacy.follows(application.applicant, optional(), application.cohort))
    assert "사는 곳" in said
    assert "영문 성명" not in said
    retention.leave_without_consent(application.applicant, optional(), application.cohort_id)
    application.refresh_from_db()
    assert "region" not in application.answers
    assert application.romanized_name


def test_an_item_goes_by_how_the_form_asks_now_and_an_old_version_is_not_forgotten(cohort):
    draft = write(cohort)
    by = make.make_admin()
    newer = forms.copy_version(cohort.form_version_id, by=by)
    newer.questions.filter(key="region").update(is_required=True)
    forms.remove_question(newer.questions.get(key="script").pk, by=by)
    adopt_version(cohort.pk, newer.pk, by=by)
    assert draft.earlier_answers.count() >= 1  # the file, which is no longer asked for
    draft.refresh_from_db()
    found = take_back(draft)
    assert found.draft["region"] == "강원"
    assert found.files.count() == 0
    assert not found.earlier_answers.filter(question__key="script").exists()


# --- not given ------------------------------------------------------------------------------------------


def test_trust_28_without_the_consent_an_optional_item_is_a_problem_at_its_field(cohort, client):
    draft = write(cohort, given=False)
    found = problems(draft)
    assert {key: step for key, (step, _text) in found.items()} == {
        "romanized_name": "details",
        "region": "part-1",
        "script": "part-1",
    }
    assert all("선택 항목" in text for _step, text in found.values())
    with pytest.raises(applications.Incomplete):
        applications.submit_application(draft.pk, by=draft.applicant)
    client.force_login(draft.applicant)
    address = reverse("application-edit", args=[draft.code]) + "?step=part-1"
    page = client.post(address, {"motivation": "배우고 싶습니다.", "region": "강원", "next": "1"}).text
    assert "선택 항목 수집에 동의하지 않았어요" in page
    assert 'id="id_region_error"' in page
    answer(draft.applicant, cohort, True)
    assert problems(draft) == {}
    applications.submit_application(draft.pk, by=draft.applicant)


def test_left_empty_they_are_no_problem(cohort):
    draft = make.make_application(cohort, make.make_user(), status="draft", draft={})
    save_draft(draft, typed={"full_name": "김다별", "motivation": "배우고 싶습니다.", "career": "3년"})
    assert problems(draft) == {}


def test_a_wrong_answer_without_the_consent_is_said_once(cohort):
    draft = write(cohort, given=False, phone="010-12")
    assert "선택 항목" in problems(draft)["phone"][1]


def test_a_question_that_is_not_asked_is_no_problem(cohort):
    choice = make.make_question(cohort.form_version, "some", "single")
    make.make_question(
        cohort.form_version, "more", is_personal=True, shown_if=choice, shown_if_values=["a"], type="short"
    )
    draft = make.make_application(cohort, make.make_user(), status="draft", draft={})
    save_draft(draft, typed={"full_name": "김다별", "motivation": "글", "some": "b", "more": "비밀"})
    assert problems(draft) == {}
    save_draft(draft, typed={"some": "a"})
    assert set(problems(draft)) == {"more"}


def test_where_a_cohort_does_not_ask_for_it_all_may_be_told():
    cohort = make.make_cohort(form_version=make.make_form_version(questions=QUESTIONS))
    draft = make.make_application(cohort, make.make_user(), status="draft", draft={})
    save_draft(draft, typed=TOLD)
    assert problems(draft) == {}


# --- at the beginning ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [True, False, None])
def test_a_profile_fills_in_optional_items_only_with_the_consent(cohort, given):
    person = make.make_user(romanized_name="Kim Dabyeol")
    change_profile(person.pk, by=person, phone="010-1234-5678")
    said = {row["version"]: row["required"] for row in consents.rows(cohort, person)}
    if given is not None:
        said[versions_in_force([optional()])[optional().pk]] = given
    draft = applications.start_application(cohort.pk, by=person, consents=said).draft
    assert draft["full_name"] == person.full_name
    assert bool(draft.get("phone")) == bool(draft.get("romanized_name")) == bool(given)


def test_a_consent_given_before_fills_them_in_too(cohort):
    person = make.make_user(romanized_name="Kim Dabyeol")
    answer(person, cohort, True)
    assert applications.start_application(cohort.pk, by=person).draft["romanized_name"] == "Kim Dabyeol"
    assert ConsentRecord.objects.filter(user=person, given=True).count() == 1


# --- by staff ---------------------------------------------------------------------------------------------


def test_staff_enter_no_optional_item_without_the_consent_in_writing(cohort):
    boss = make.make_admin()
    given = {row["version"]: row["required"] for row in consents.rows(cohort, None, [])}
    typed = TOLD | {"full_name": "남궁별"}
    with pytest.raises(on_behalf.Unfit) as refusal:
        on_behalf.enter_application(cohort.pk, "new@example.com", typed, by=boss, reason="우편", given=given)
    assert {key for key, _text in refusal.value.problems} == {"romanized_name", "region"}
    assert "동의하지 않았습니다" in dict(refusal.value.problems)["region"]
    given = dict.fromkeys(given, True)
    entered = on_behalf.enter_application(cohort.pk, "new@example.com", typed, by=boss, reason="우편", given=given)
    assert entered.answers["region"] == "강원"


def test_staff_put_something_else_right_where_the_wording_has_changed_since(cohort):
    """What stands there was told under the wording before; only a new item needs the consent of today."""
    application = make.make_application(cohort, answers={"region": "강원"})
    boss = make.make_admin()
    on_behalf.fix_application(application.pk, {"career": "5년"}, by=boss, reason="본인 요청")
    with pytest.raises(on_behalf.Unfit):
        on_behalf.fix_application(application.pk, {"region": "제주"}, by=boss, reason="본인 요청")
