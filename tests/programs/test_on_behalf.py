"""Staff write for an applicant: what came on paper is entered, what was sent is put right; nothing is lost."""

from datetime import timedelta

import pytest

from accounts.models import ConsentRecord, User
from portal import clock, uploads
from portal.errors import Refused
from portal.models import AuditEvent, OutgoingMail, Upload, UploadKind
from programs import consents, sent
from programs.eligibility import NotEligible
from programs.models.applications import Application, StateChange
from programs.models.applying import ApplicationFile, Submission
from programs.models.eligibility import EligibilityRule, RuleKind
from programs.models.enrolments import Enrolment
from programs.operations import applications, drafts, review
from programs.operations.on_behalf import FIXABLE, Unfit, enter_application, fix_application
from tests import make
from tests.files import make_pdf, uploaded

pytestmark = pytest.mark.django_db
TYPED = {"full_name": "고운솔", "romanized_name": "Go Unsol", "motivation": "현장에서 배우고 싶습니다."}


@pytest.fixture
def cohort():
    return make.make_cohort(phase="in_review")


@pytest.fixture
def boss():
    return make.make_admin(full_name="한누리")


def agreed(cohort):
    """What the cohort requires, on paper."""
    return {row["version"]: True for row in consents.rows(cohort, None, []) if row["required"]}


def enter(cohort, boss, email="paper@example.com", typed=TYPED, **options):
    options = {"reason": "서면 접수 (11. 20.)", "given": agreed(cohort)} | options
    return enter_application(cohort.pk, email, typed, by=boss, **options)


def fix(application, boss, typed, **options):
    return fix_application(application.pk, typed, by=boss, **({"reason": "본인 요청"} | options))


def reasons():
    return list(OutgoingMail.objects.order_by("pk").values_list("reason", flat=True))


def last_event(verb):
    return AuditEvent.objects.filter(verb=verb).latest("pk")


def text_of(reason):
    return OutgoingMail.objects.get(reason=reason).body


# --- entering -----------------------------------------------------------------------------------------


def test_an_application_on_paper_is_entered_after_the_deadline(cohort, boss):
    person = make.make_user("paper@example.com", language="en")
    application = enter(cohort, boss, " Paper@Example.com ")

    assert (application.applicant, application.status) == (person, "submitted")
    assert application.receipt_number == f"{cohort.receipt_prefix}-0001"
    assert (application.full_name, application.answers) == ("고운솔", {"motivation": TYPED["motivation"]})
    submission = Submission.objects.get()
    assert (submission.by, submission.reason, submission.number) == (boss, "서면 접수 (11. 20.)", 1)
    change = StateChange.objects.get()
    assert (change.to_status, change.by, change.reason) == ("submitted", boss, "서면 접수 (11. 20.)")
    event = last_event("application.entered")
    assert (event.by, event.after, event.reason) == (boss, "", "서면 접수 (11. 20.)")
    cohort.form_version.refresh_from_db()
    assert cohort.form_version.is_locked


def test_its_person_is_told_once_why_and_never_what_it_says(cohort, boss):
    make.make_user("paper@example.com", language="en")
    enter(cohort, boss)
    assert reasons() == ["entered"]
    mail = OutgoingMail.objects.get()
    assert mail.subject.endswith(": entered for you")
    assert "서면 접수 (11. 20.)" in mail.body
    assert f"{cohort.receipt_prefix}-0001" in mail.body
    assert TYPED["motivation"] not in mail.body


def test_whoever_has_no_account_gets_one_without_a_password(cohort, boss):
    application = enter(cohort, boss, "New.Person@Example.com", language="en")
    person = User.objects.get(email="new.person@example.com")
    assert (application.applicant, person.full_name, person.language) == (person, "고운솔", "en")
    assert not person.has_usable_password()
    assert person.age_confirmed_at is not None
    assert reasons() == ["account_opened", "entered"]
    assert "/en/accounts/password/reset/" in text_of("account_opened")
    assert last_event("person.opened").by == boss


def test_the_consents_on_paper_are_recorded_by_whom(cohort, boss):
    application = enter(cohort, boss, items={version: "성명\n전자우편" for version in agreed(cohort)})
    records = ConsentRecord.objects.filter(user=application.applicant)
    assert {record.version for record in records} == set(agreed(cohort))
    assert {(r.given, r.recorded_by, r.cohort, r.items) for r in records} == {
        (True, boss, cohort, "성명\n전자우편")
    }


def test_without_a_required_consent_nothing_is_entered(cohort, boss):
    with pytest.raises(Unfit) as refusal:
        enter(cohort, boss, given={})
    names = [row["field"] for row in consents.rows(cohort, None, []) if row["required"]]
    assert [name for name, _text in refusal.value.problems] == names
    assert (Application.objects.count(), User.objects.count(), reasons()) == (0, 1, [])


def test_a_required_question_may_stay_open_and_that_is_written_down(cohort, boss):
    application = enter(cohort, boss, typed={"full_name": "고운솔", "motivation": "  "})
    assert application.answers == {}
    assert Submission.objects.get().reason == "서면 접수 (11. 20.) · 비워 둔 문항: 지원동기"
    assert last_event("application.entered").after == "open: motivation"


def test_what_is_wrong_is_never_taken(cohort, boss):
    make.make_question(cohort.form_version, "phone", "phone")
    for typed, key in (
        ({"motivation": "가" * 501}, "motivation"),
        ({"phone": "전화 없음"}, "phone"),
        ({"full_name": ""}, "full_name"),
        ({"full_name": "가" * 61}, "full_name"),
    ):
        with pytest.raises(Unfit) as refusal:
            enter(cohort, boss, typed=TYPED | typed)
        assert [name for name, _text in refusal.value.problems] == [key]
    assert Application.objects.count() == 0


def test_only_what_the_form_asks_is_kept(cohort, boss):
    make.make_question(cohort.form_version, "more", shown_if=None)
    decides = make.make_question(cohort.form_version, "decides", "yes_no")
    make.make_question(cohort.form_version, "depends", shown_if=decides, shown_if_values=["yes"], is_required=True)
    typed = TYPED | {"decides": "no", "depends": "묻지 않은 답", "status": "confirmed", "more": "덧붙임"}
    application = enter(cohort, boss, typed=typed)
    assert application.answers == {"motivation": TYPED["motivation"], "decides": "no", "more": "덧붙임"}


def test_files_come_with_it(cohort, boss):
    make.make_question(cohort.form_version, "plan", "file", most_items=2, is_confidential=True)
    files = {"plan": [uploaded(make_pdf(), "기획안.pdf"), uploaded(make_pdf("둘"), "이력서.pdf")]}
    application = enter(cohort, boss, new_files=files)
    stored = [row.upload for row in application.files.select_related("upload")]
    assert application.answers["plan"] == [upload.code for upload in stored]
    assert {(upload.owner, upload.is_confidential) for upload in stored} == {(application.applicant, True)}
    assert [file["name"] for file in Submission.objects.get().files] == ["기획안.pdf", "이력서.pdf"]


@pytest.mark.parametrize("files", [[b"<svg onload=alert(1)>"], [make_pdf(), make_pdf(), make_pdf()]])
def test_a_file_that_is_not_taken_takes_nothing_with_it(cohort, boss, files):
    make.make_question(cohort.form_version, "plan", "file", most_items=2)
    with pytest.raises(Unfit) as refusal:
        enter(cohort, boss, new_files={"plan": [uploaded(content) for content in files]})
    assert [key for key, _text in refusal.value.problems] == ["plan"]
    assert (Application.objects.count(), Upload.objects.count()) == (0, 0)


def test_a_condition_is_passed_over_only_by_a_word_of_its_own(cohort, boss):
    make.make_question(cohort.form_version, "years", "number", profile_field="career_years")
    EligibilityRule.objects.create(cohort=cohort, kind=RuleKind.CAREER, lowest=3)
    typed = TYPED | {"years": "1"}
    with pytest.raises(NotEligible):
        enter(cohort, boss, typed=typed)
    assert Application.objects.count() == 0
    assert enter(cohort, boss, typed=typed, override=True).answers["years"] == 1
    assert last_event("application.entered").after == "unmet: career"


@pytest.mark.parametrize(("capacity", "status"), [(1, "confirmed"), (0, "waitlisted")])
def test_a_registration_on_paper_takes_its_turn(boss, capacity, status):
    cohort = make.make_cohort(registration_mode="first_come", capacity=1)
    if not capacity:
        make.make_application(cohort, status="confirmed")
    application = enter(cohort, boss)
    assert application.status == status
    assert Enrolment.objects.filter(application=application).exists() == (status == "confirmed")
    assert reasons() == ["account_opened", status, "entered"]
    assert "신청서를 대신 입력했습니다." in text_of("entered")
    fix(application, boss, {"career": "고침"})
    assert "신청서를 대신 수정했습니다." in text_of("fixed")


@pytest.mark.parametrize("phase", ["draft", "cancelled", "running", "finished"])
def test_not_outside_of_its_time(boss, phase):
    with pytest.raises(Refused):
        enter(make.make_cohort(phase=phase), boss)
    assert User.objects.count() == 1


def test_not_for_oneself_nor_for_a_closed_account_nor_twice(cohort, boss):
    closed = make.make_user(is_active=False)
    drafted = make.make_application(cohort, status="draft").applicant
    for person in (boss, closed, drafted):
        with pytest.raises(Refused):
            enter(cohort, boss, person.email)
    enter(cohort, boss)
    with pytest.raises(Refused):
        enter(cohort, boss)
    assert Application.objects.exclude(status="draft").count() == 1


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_not_without_a_reason(cohort, boss, reason):
    with pytest.raises(Refused):
        enter(cohort, boss, reason=reason)
    with pytest.raises(Refused):
        fix(make.make_application(cohort), boss, {"motivation": "고침"}, reason=reason)


def test_the_person_may_take_it_over(cohort, boss):
    """What staff entered is an application like any other: edited before the deadline, withdrawn at any time."""
    application = enter(make.make_cohort(), boss)
    drafts.save_draft(application, typed={"career": "동시녹음 3년"})
    applications.submit_application(application.pk, by=application.applicant)
    application.refresh_from_db()
    assert application.answers["career"] == "동시녹음 3년"
    applications.withdraw_application(application.pk, by=application.applicant)


# --- putting right ------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", FIXABLE)
def test_what_was_sent_is_put_right_and_the_status_stays(cohort, boss, status):
    application = make.make_application(cohort, status=status)
    fix(application, boss, {"career": "동시녹음 5년", "romanized_name": "Kim D."})
    application.refresh_from_db()
    assert application.status == status
    assert (application.answers["career"], application.romanized_name) == ("동시녹음 5년", "Kim D.")
    assert application.answers["motivation"] == "현장에서 배우고 싶습니다."
    assert application.draft["career"] == "동시녹음 5년"
    assert application.sent_revision == application.revision
    submission = Submission.objects.get()
    assert (submission.by, submission.reason, submission.answers) == (boss, "본인 요청", application.answers)
    event = last_event("application.fixed")
    assert (event.before, event.after, event.reason) == ("romanized_name, career", "", "본인 요청")
    assert StateChange.objects.count() == 0


def test_the_applicant_is_told_what_was_changed_by_its_name(cohort, boss):
    person = make.make_user(language="en")
    fix(make.make_application(cohort, person), boss, {"career": "동시녹음 5년"})
    mail = OutgoingMail.objects.get()
    assert mail.reason == "fixed"
    assert "- Career history" in mail.body
    assert "본인 요청" in mail.body
    assert "동시녹음 5년" not in mail.body
    assert "Motivation" not in mail.body


def test_fixing_twice_tells_twice(cohort, boss):
    application = make.make_application(cohort)
    fix(application, boss, {"career": "하나"})
    fix(application, boss, {"career": "둘"})
    assert reasons() == ["fixed", "fixed"]
    assert list(Submission.objects.values_list("number", flat=True)) == [1, 2]


def test_nothing_changed_is_nothing_done(cohort, boss):
    application = make.make_application(cohort)
    for typed in ({}, {"career": " 동시녹음 3년 "}, {"status": "confirmed"}):
        with pytest.raises(Refused):
            fix(application, boss, typed)
    assert (Submission.objects.count(), reasons()) == (0, [])


@pytest.mark.parametrize("status", ["draft", "rejected", "withdrawn", "declined", "expired", "cancelled"])
def test_not_a_draft_nor_what_has_ended(cohort, boss, status):
    with pytest.raises(Refused):
        fix(make.make_application(cohort, status=status), boss, {"career": "고침"})


@pytest.mark.parametrize("phase", ["finished", "cancelled"])
def test_not_in_a_cohort_that_is_over(boss, phase):
    with pytest.raises(Refused):
        fix(make.make_application(make.make_cohort(phase=phase), status="confirmed"), boss, {"career": "고침"})


def test_not_ones_own(cohort, boss):
    with pytest.raises(Refused):
        fix(make.make_application(cohort, boss), boss, {"career": "고침"})


def test_not_over_a_newer_submission(boss):
    application = make.make_application()
    fix(application, boss, {"career": "하나"}, seen=0)
    with pytest.raises(Refused):
        fix(application, boss, {"career": "둘"}, seen=0)
    fix(application, boss, {"career": "둘"}, seen=1)


def test_what_is_not_sent_is_neither_read_nor_lost(boss):
    """The applicant has changed two answers and not sent them; staff change one of the two and a third one."""
    application = make.make_application()
    drafts.save_draft(application, typed={"motivation": "아직 보내지 않은 글", "full_name": "새 이름"})
    fix(application, boss, {"motivation": "직원이 고친 글", "career": "동시녹음 5년"})
    application.refresh_from_db()
    assert application.answers == {"motivation": "직원이 고친 글", "career": "동시녹음 5년"}
    assert application.draft["motivation"] == "아직 보내지 않은 글"
    assert application.draft["full_name"] == "새 이름"
    assert application.draft["career"] == "동시녹음 5년"
    assert application.full_name != "새 이름"
    assert application.sent_revision != application.revision

    applications.submit_application(application.pk, by=application.applicant)
    application.refresh_from_db()
    assert application.answers == {"motivation": "아직 보내지 않은 글", "career": "동시녹음 5년"}


def test_a_second_fix_reaches_the_draft_as_well(boss):
    application = make.make_application()
    drafts.save_draft(application, typed={"motivation": "아직 보내지 않은 글"})
    fix(application, boss, {"career": "하나"})
    fix(application, boss, {"career": "둘"})
    application.refresh_from_db()
    assert (application.draft["career"], application.draft["motivation"]) == ("둘", "아직 보내지 않은 글")


def test_an_open_page_of_the_applicant_learns_of_it(boss):
    application = make.make_application()
    base = application.revision
    fix(application, boss, {"career": "직원이 고친 글"})
    application.refresh_from_db()
    with pytest.raises(drafts.Stale):
        drafts.save_draft(application, typed={"career": "옛 화면에서 쓴 글"}, base=base)


def test_what_was_asked_for_can_be_completed_by_staff(cohort, boss):
    application = make.make_application(cohort, status="changes_requested", changes_keys=["career"])
    fix(application, boss, {"career": "동시녹음 5년"}, completes=True)
    application.refresh_from_db()
    assert (application.status, application.changes_keys, application.changes_by) == ("submitted", [], None)
    assert StateChange.objects.get().by == boss
    assert reasons() == ["fixed"]


def test_completing_needs_no_change_but_a_request(cohort, boss):
    fix(make.make_application(cohort, status="changes_requested"), boss, {}, completes=True)
    assert "변경된 항목" not in text_of("fixed")
    with pytest.raises(Refused):
        fix(make.make_application(cohort), boss, {"career": "고침"}, completes=True)


def test_a_required_answer_may_be_taken_out_with_the_reason(cohort, boss):
    application = make.make_application(cohort)
    fix(application, boss, {"motivation": ""})
    application.refresh_from_db()
    assert "motivation" not in application.answers
    assert application.draft["motivation"] == ""
    assert last_event("application.fixed").after == "open: motivation"


def test_what_was_open_before_is_not_said_again(cohort, boss):
    application = enter(cohort, boss, typed={"full_name": "고운솔"})
    fix(application, boss, {"career": "동시녹음 5년"})
    assert Submission.objects.latest("pk").reason == "본인 요청"
    assert last_event("application.fixed").after == ""


def test_a_condition_that_was_not_met_before_is_no_hindrance(cohort, boss):
    make.make_question(cohort.form_version, "years", "number", profile_field="career_years")
    EligibilityRule.objects.create(cohort=cohort, kind=RuleKind.CAREER, lowest=3)
    application = make.make_application(cohort, answers={"years": 1})
    fix(application, boss, {"career": "고침"})
    fit = make.make_application(cohort, answers={"years": 5})
    with pytest.raises(NotEligible):
        fix(fit, boss, {"years": "2"})
    fix(fit, boss, {"years": "2"}, override=True)
    assert last_event("application.fixed").after == "unmet: career"


def attached(application, key, name):
    upload = uploads.store(
        uploaded(make_pdf(name), name), owner=application.applicant, kinds=UploadKind.values, most_bytes=10**7
    )
    ApplicationFile.objects.create(application=application, question_key=key, upload=upload)
    return upload


def test_files_are_added_taken_out_and_replaced(cohort, boss):
    make.make_question(cohort.form_version, "plan", "file")
    make.make_question(cohort.form_version, "works", "file", most_items=2)
    application = make.make_application(cohort)
    old, kept, gone = (
        attached(application, key, f"{key}{n}.pdf") for n, key in enumerate(["plan", "works", "works"])
    )
    application.answers |= {"plan": [old.code], "works": [kept.code, gone.code]}
    application.save()

    fix(application, boss, {"works": [kept.code]}, new_files={"plan": [uploaded(make_pdf("새"), "새 기획안.pdf")]})

    application.refresh_from_db()
    assert application.answers["works"] == [kept.code]
    assert [file["name"] for file in Submission.objects.get().files] == ["새 기획안.pdf", "works1.pdf"]
    assert set(Upload.objects.values_list("name", flat=True)) == {"새 기획안.pdf", "works1.pdf"}


def test_a_referee_who_was_named_is_asked(boss):
    cohort = make.make_cohort()
    make.make_question(cohort.form_version, "referee", "referee")
    application = make.make_application(cohort, answers={"referee": ["남궁설", "", "old@example.com"]})
    fix(application, boss, {"referee": ["남궁설", "", "new@example.com"]})
    assert list(application.references.values_list("email", "ended_at")) == [("new@example.com", None)]
    with pytest.raises(Unfit):
        fix(application, boss, {"referee": ["나", "", application.applicant.email]})


def test_the_review_goes_on_with_what_was_put_right(cohort, boss):
    application = make.make_application(cohort)
    fix(application, boss, {"career": "동시녹음 5년"})
    review.start_review([application.pk], by=boss)
    until = clock.now() + timedelta(days=2)
    review.request_changes(application.pk, by=boss, note="경력", until=until, keys=["career"])
    application.refresh_from_db()
    assert application.draft["career"] == "동시녹음 5년"


# --- what changed from one sending to the next --------------------------------------------------------------


def test_submissions_say_what_changed(cohort, boss):
    application = enter(cohort, boss)
    fix(application, boss, {"career": "동시녹음 5년", "full_name": "고은솔"})
    second, first = sent.submissions(application)
    assert (first["number"], first["labels"], first["before"]) == (1, [], [])
    assert (second["number"], second["labels"]) == (2, ["성명", "경력사항"])
    assert [row["text"] for row in second["before"]] == ["고운솔", "답변 없음"]
    assert [row["text"] for row in second["after"]] == ["고은솔", "동시녹음 5년"]
