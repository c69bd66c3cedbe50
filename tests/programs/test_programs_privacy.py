"""What programs hold about a person: taken along; erased with the account, with consent, when its time is over."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import operations as people
from accounts import privacy as registry
from accounts.models import ConsentRecord, Term, TermKind
from portal import clock, mail
from portal.errors import Refused
from portal.management.commands import run_due
from portal.models import AuditEvent, FileAccess, MailStatus, OutgoingMail, Upload
from programs import privacy
from programs.models.applications import Application, ApplicationStatus, StateChange
from programs.models.applying import EarlierAnswer, ReferenceRequest, Submission
from programs.models.cohorts import Cohort
from programs.models.enrolments import Enrolment, EnrolmentStatus
from programs.models.forms import Question
from programs.models.terms import CohortTerm
from programs.operations import (
    applications,
    decisions,
    files,
    interviews,
    references,
    releases,
    restrictions,
    retention,
    review,
    seats,
)
from programs.operations.drafts import save_draft
from tests import make
from tests.accounts.doors import url
from tests.files import make_pdf, uploaded
from tests.programs.interviews import make_interviews

S = ApplicationStatus
pytestmark = [pytest.mark.django_db(transaction=True)]
QUESTIONS = [
    {"key": "motivation", "type": "long", "is_required": True},
    {"key": "tracks", "type": "multiple"},
    {"key": "credits", "type": "credits"},
    {"key": "access", "type": "long", "kept_days": 30, "is_personal": True},
    {"key": "script", "type": "file", "is_confidential": True, "kept_days": 10},
    {"key": "referee", "type": "referee"},
]
WORDS = {
    "full_name": "김다별",
    "romanized_name": "Kim Dabyeol",
    "motivation": "현장에서 배우고 싶습니다.",
    "tracks": ["b", "a"],
    "credits": [{"year": "2024", "title": "겨울 바다", "role": "동시녹음", "platform": "tv"}],
    "access": "휠체어를 씁니다.",
    "referee": ["남궁설", "한국예술대학교", "referee@example.com"],
}
PRIVATE = ["김다별", "Dabyeol", "현장에서", "겨울 바다", "휠체어", "남궁설", "referee@example.com", "대본"]


def question(application, key):
    return Question.objects.get(version=application.form_version_id, key=key)


def write(cohort=None, person=None, **words):
    """Somebody's draft with an answer to everything, a file among them."""
    cohort = cohort or make.make_cohort(form_version=make.make_form_version(questions=QUESTIONS))
    application = make.make_application(cohort, person or make.make_user(), status="draft", draft={})
    save_draft(application, typed=WORDS | words)
    files.attach_file(
        application.pk,
        question(application, "script"),
        uploaded(make_pdf("대본"), "대본.pdf"),
        by=application.applicant,
    )
    application.refresh_from_db()
    return application


def send(application):
    applications.submit_application(application.pk, by=application.applicant)
    application.refresh_from_db()
    return application


def exported(person):
    """What is taken along, as it stands in the archive."""
    with people.download_data(person) as packed, zipfile.ZipFile(packed) as box:
        return json.loads(box.read("data.json")), {name: box.read(name) for name in box.namelist()}


def everything():
    """All rows of programs, all mails and uploads, in one text, by which one sees what is left of somebody."""
    text = io.StringIO()
    call_command("dumpdata", "programs", "portal.outgoingmail", "portal.upload", stdout=text)
    return json.dumps(json.loads(text.getvalue()), ensure_ascii=False)


# --- taken along --------------------------------------------------------------------------------------


def test_trust_33_all_that_was_written_can_be_taken_along():
    application = send(write())
    person = application.applicant
    save_draft(application, typed={"motivation": "다시 썼습니다."})
    EarlierAnswer.objects.create(application=application, question=question(application, "access"), value="옛 답")
    review.start_review([application.pk], by=make.make_admin())
    make.make_enrolment(make.make_cohort(phase="finished"), person, status="completed")
    restriction = make.make_restriction(person, reason="불참 2회")
    restrictions.appeal(restriction.pk, "병원에 있었습니다.", by=person)
    upload = Upload.objects.get()
    FileAccess.objects.create(upload=upload, code=upload.code, owner=person, by=make.make_admin(), way="download")

    data, box = exported(person)
    part = data["programs"]

    (found,) = part["applications"]
    assert found["receipt_number"] == application.receipt_number
    assert (found["full_name"], found["romanized_name"]) == ("김다별", "Kim Dabyeol")
    answers = {row["question"]: row["answer"] for row in found["answers"]}
    assert answers["지원동기"] == "현장에서 배우고 싶습니다."
    assert answers["문항 tracks"] == ["선택 a", "선택 b"]
    assert answers["문항 credits"] == [{"연도": "2024", "작품명": "겨울 바다", "역할": "동시녹음", "공개": "방송"}]
    assert answers["문항 access"] == "휠체어를 씁니다."
    assert answers["문항 script"] == ["대본.pdf"]
    assert {row["answer"] for row in found["draft"] if row["question"] == "지원동기"} == {"다시 썼습니다."}
    assert found["earlier_answers"] == [{"question": "문항 access", "answer": "옛 답"}]
    (copy,) = found["submissions"]
    assert copy["answers"] == found["answers"]
    assert copy["files"][0]["name"] == "대본.pdf"
    assert [row["by"] for row in found["history"]] == ["applicant", "staff"]
    (file,) = found["files"]
    assert (file["name"], file["sha256"], len(file["opened_at"])) == ("대본.pdf", upload.sha256, 1)
    assert found["references"][0]["email"] == "referee@example.com"
    assert part["enrolments"][0]["status"] == "수료"
    assert part["restrictions"][0]["reason"] == "불참 2회"
    assert part["restrictions"][0]["appeals"][0]["text"] == "병원에 있었습니다."
    assert box["files/programs/001-대본.pdf"].startswith(b"%PDF")
    assert any(application.receipt_number in row["body"] for row in data["account"]["mails"])


def test_what_a_referee_wrote_and_what_staff_noted_is_not_handed_out():
    application = send(write())
    request = application.references.get()
    references.receive(request.pk, text="아주 좋은 학생입니다.", file=uploaded(make_pdf("추천"), "추천서.pdf"))
    review.start_review([application.pk], by=make.make_admin())
    StateChange.objects.filter(to_status=S.IN_REVIEW).update(reason="내부 메모")
    data, box = exported(application.applicant)
    text = json.dumps(data, ensure_ascii=False)
    assert "아주 좋은 학생" not in text
    assert "내부 메모" not in text
    assert "추천서.pdf" not in str(list(box))
    assert data["programs"]["applications"][0]["references"][0]["received_at"]


def test_a_draft_is_taken_along_and_nobody_elses():
    draft, other = write(), send(write(full_name="이봄결", motivation="남의 글"))
    data, box = exported(draft.applicant)
    (found,) = data["programs"]["applications"]
    assert (found["full_name"], found["answers"], found["submissions"]) == ("김다별", [], [])
    assert len(found["draft"]) == len(QUESTIONS)
    assert "남의 글" not in json.dumps(data, ensure_ascii=False)
    assert other.receipt_number not in json.dumps(data)
    assert len([name for name in box if name.startswith("files/")]) == 1


def test_what_the_portal_did_by_itself_says_so():
    version = make.make_form_version(questions=QUESTIONS)
    cohort = make.make_cohort(form_version=version, registration_mode="first_come")
    application = send(write(cohort))
    assert application.status == S.CONFIRMED
    (found,) = privacy.export(application.applicant)["applications"]
    assert [(row["status"], row["by"]) for row in found["history"]] == [
        ("제출 완료", "applicant"),
        ("참여 확정", "system"),
    ]


@pytest.mark.parametrize("count", [1, 8])
def test_taking_along_costs_the_same_for_any_number(count):
    person, cohort = make.make_user(), make.make_cohort()
    for number in range(count):
        made = make.make_application(make.make_cohort(form_version=cohort.form_version), person, status="withdrawn")
        make.make_reference(made, question_key=f"r{number}")
        make.make_restriction(person)
        make.make_enrolment(person=person, status="completed")
    with CaptureQueriesContext(connection) as queries:
        privacy.export(person)
    assert len(queries) <= 19


def reviewed(count=2):
    """An application with an interview and so many reviews handed in, each with a comment, before its result."""
    cohort = make.make_cohort(phase="in_review", announce_at=clock.now() - timedelta(minutes=1))
    round_ = make.make_round(cohort, due_at=clock.now() - timedelta(hours=1))
    application = make.make_application(cohort, status="in_review")
    for number in range(count):
        make.make_review(
            round_, application, points=3, comment_applicant=f"좋은 점 {number}", comment_staff=f"속말 {number}"
        )
    return application, round_


def test_what_reviewers_wrote_is_taken_along_once_the_result_is_out_and_goes_with_the_account():
    application, round_ = reviewed()
    person = application.applicant
    (before,) = privacy.export(person)["applications"]
    assert before["comments_of_reviewers"] == []
    decisions.stage_decisions([application.pk], "reject", by=make.make_admin(), reason_code="score")
    releases.release_decisions(round_.cohort_id, by=None)
    (after,) = privacy.export(person)["applications"]
    assert sorted(after["comments_of_reviewers"]) == ["좋은 점 0", "좋은 점 1"]
    late = make.make_review(round_, application, points=3, comment_applicant="나중에", submitted_at=clock.now())
    assert late.submitted_at > round_.cohort.announce_at
    assert "나중에" not in privacy.export(person)["applications"][0]["comments_of_reviewers"]
    retention.erase_person(person)
    texts = application.reviews.values_list("comment_applicant", "comment_staff")
    assert set(texts) == {("", "")}


def test_comments_of_a_result_that_is_being_decided_anew_are_not_taken_along():
    application, round_ = reviewed()
    staff = make.make_admin()
    decisions.stage_decisions([application.pk], "reject", by=staff, reason_code="score")
    releases.release_decisions(round_.cohort_id, by=None)
    review.reopen_application(application.pk, by=staff, reason="다시 봄")
    assert privacy.export(application.applicant)["applications"][0]["comments_of_reviewers"] == []


def test_interviews_are_taken_along_without_the_names_of_a_panel():
    _round, slots, (application, _other) = make_interviews()
    interviews.book(application.pk, slots[0].code, by=application.applicant)
    (row,) = privacy.export(application.applicant)["applications"][0]["interviews"]
    assert (row["starts_at"], row["by"], row["place"]) == (slots[0].starts_at, "applicant", "홍릉 3층")
    assert set(row) == {"at", "what", "starts_at", "ends_at", "place", "by", "reason"}


def test_a_reviewer_who_leaves_gives_back_what_is_not_handed_in():
    round_ = make.make_round()
    person = make.make_reviewer(round_, affiliation="가온").user
    done, open_ = make.make_review(round_, reviewer=person, points=3), make.make_review(round_, reviewer=person)
    retention.erase_person(person)
    done.refresh_from_db()
    open_.refresh_from_db()
    assert (done.ended_at, open_.end_reason) == (None, "removed")
    reviewer = round_.reviewers.get(user=person)
    assert (reviewer.affiliation, reviewer.ended_at is None) == ("", False)


# --- closing the account ------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [S.SUBMITTED, S.IN_REVIEW, S.CHANGES_REQUESTED, S.WAITLISTED, S.OFFERED])
def test_an_undecided_application_keeps_the_account_open(status):
    application = make.make_application(make.make_cohort(phase="in_review"), status=status)
    (sentence,) = privacy.blocks(application.applicant)
    assert application.cohort.program.title in sentence
    with pytest.raises(Refused):
        people.close_account(application.applicant_id, by=application.applicant)


@pytest.mark.parametrize("status", ["enrolled", "active"])
def test_a_place_keeps_the_account_open_until_the_cohort_is_over(status):
    enrolment = make.make_enrolment(make.make_cohort(phase="running"), status=status)
    assert enrolment.cohort.program.title in privacy.blocks(enrolment.person)[0]
    Cohort.objects.filter(pk=enrolment.cohort_id).update(ends_at=clock.now() - timedelta(hours=1))
    assert privacy.blocks(enrolment.person) == []


@pytest.mark.parametrize("phase", ["finished", "cancelled"])
def test_what_is_over_keeps_nothing_open(phase):
    application = make.make_application(make.make_cohort(phase=phase), status=S.SUBMITTED)
    assert privacy.blocks(application.applicant) == []


@pytest.mark.parametrize(
    "status", [S.DRAFT, S.DECLINED, S.EXPIRED, S.RESCINDED, S.CANCELLED, S.REJECTED, S.WITHDRAWN, S.CLOSED_OUT]
)
def test_what_has_ended_and_drafts_keep_nothing_open(status):
    assert privacy.blocks(make.make_application(status=status).applicant) == []


def test_trust_33_with_the_account_goes_all_that_was_written():
    sent = send(write())
    person = sent.applicant
    request = sent.references.get()
    references.receive(request.pk, text="추천합니다.", file=uploaded(make_pdf("추천"), "추천서.pdf"))
    save_draft(sent, typed={"motivation": "현장에서 다시"})
    EarlierAnswer.objects.create(application=sent, question=question(sent, "access"), value="휠체어")
    applications.withdraw_application(sent.pk, by=person, reason="김다별의 사정")
    draft = make.make_application(sent.cohort, person, status="draft", draft=WORDS)
    files.attach_file(draft.pk, question(draft, "script"), uploaded(make_pdf("대본"), "대본2.pdf"), by=person)
    restriction = make.make_restriction(person, reason="김다별 불참")
    make.make_appeal(restriction, text="휠체어가 고장 났습니다.")
    Enrolment.objects.create(
        cohort=make.make_cohort(), person=person, status="dropped", ended_at=clock.now(), end_reason="김다별 퇴사"
    )
    stranger = make.make_user(full_name="이봄결", romanized_name="Lee Bomgyeol")
    names = {"full_name": "이봄결", "romanized_name": "Lee Bomgyeol"}
    other = send(write(person=stranger, motivation="남의 글", access="남의 사정", **names))
    stored = list(Upload.objects.filter(owner=person).values_list("file", flat=True))
    stored += [Upload.objects.get(name="추천서.pdf").file.name]
    changes = StateChange.objects.filter(application=sent).count()

    people.close_account(person.pk, by=person)

    mail.deliver_waiting()  # the last mail says that the account is closed, and is forgotten with it
    left = everything()
    other_words = {"남궁설", "referee@example.com", "대본", "겨울 바다"}  # which the other wrote too
    for word in set(PRIVATE) - other_words | {"추천합니다", "대본2", "퇴사", "불참"}:
        assert word not in left, word
    assert not Application.objects.filter(pk=draft.pk).exists()
    sent.refresh_from_db()
    assert (sent.status, sent.receipt_number is not None, sent.full_name, sent.answers, sent.draft) == (
        S.WITHDRAWN, True, "", {}, {},
    )  # fmt: skip
    assert StateChange.objects.filter(application=sent).count() == changes
    assert set(StateChange.objects.filter(application=sent).values_list("reason", flat=True)) == {""}
    copy = Submission.objects.get(application=sent)
    assert (copy.answers, copy.files, copy.full_name) == ({}, [], "")
    assert not ReferenceRequest.objects.filter(application=sent).exists()
    assert not EarlierAnswer.objects.filter(application=sent).exists()
    assert not any(default_storage.exists(name) for name in stored)
    other.refresh_from_db()
    assert other.answers["motivation"] == "남의 글"
    assert default_storage.exists(other.files.get().upload.file.name)
    assert other.references.exists()


def test_an_application_sent_back_in_a_cohort_that_is_over_can_be_erased_too():
    application = make.make_application(make.make_cohort(phase="finished"), status=S.CHANGES_REQUESTED)
    people.close_account(application.applicant_id, by=application.applicant)
    application.refresh_from_db()
    assert (application.changes_note, application.answers) == ("–", {})


def test_a_mail_to_a_referee_that_waits_is_not_sent_any_more():
    application = send(write())
    queued = OutgoingMail.objects.get(reason="reference_asked")
    applications.withdraw_application(application.pk, by=application.applicant)
    people.close_account(application.applicant_id, by=application.applicant)
    queued.refresh_from_db()
    assert (queued.status, queued.to, queued.body) == (MailStatus.DROPPED, "", "")
    assert mail.deliver(queued.pk) == 0


# --- consent taken back -------------------------------------------------------------------------------


def collection():
    return Term.objects.get(kind=TermKind.APPLICATION)


def take_back(application, term=None):
    person = application.applicant
    term = term or collection()
    if not ConsentRecord.objects.filter(user=person, version__term=term, cohort=application.cohort).exists():
        version = term.versions.first()
        people.record_consents(person, {version: True}, cohort=application.cohort)
    people.withdraw_consent(person.pk, term.pk, cohort_id=application.cohort_id, by=person)
    return Application.objects.filter(pk=application.pk).first()


@pytest.mark.parametrize(
    ("status", "after", "words"),
    [
        (S.SUBMITTED, S.WITHDRAWN, "지원이 취소"),
        (S.IN_REVIEW, S.WITHDRAWN, "지원이 취소"),
        (S.CHANGES_REQUESTED, S.WITHDRAWN, "지원이 취소"),
        (S.WAITLISTED, S.WITHDRAWN, "지원이 취소"),
        (S.OFFERED, S.DECLINED, "다음 순번"),
    ],
)
def test_trust_30_without_consent_the_application_ends_and_its_words_go(status, after, words):
    application = make.make_application(make.make_cohort(phase="announced"), status=status)
    said = " ".join(privacy.follows(application.applicant, collection(), application.cohort))
    assert words in said
    assert "되돌릴 수 없어요" in said
    found = take_back(application)
    assert (found.status, found.answers, found.draft, found.full_name) == (after, {}, {}, "")
    assert AuditEvent.objects.filter(verb="consent.withdrawn").count() == 1


def test_trust_30_without_consent_a_draft_is_deleted():
    draft = write()
    stored = draft.files.get().upload.file.name
    assert "작성 중인 지원서" in privacy.follows(draft.applicant, collection(), draft.cohort)[0]
    assert take_back(draft) is None
    assert not default_storage.exists(stored)


def test_trust_30_without_consent_a_place_is_cancelled_even_after_the_cut_off():
    cohort = make.make_cohort(phase="announced", cancel_until=clock.now() - timedelta(days=1))
    application = make.make_application(cohort, status=S.CONFIRMED)
    enrolment = make.make_enrolment(application=application)
    waiting = make.make_application(cohort, status=S.WAITLISTED)
    with pytest.raises(Refused):
        seats.cancel_place(application.pk, by=application.applicant)
    assert "자리가 취소" in privacy.follows(application.applicant, collection(), cohort)[0]

    assert take_back(application).status == S.CANCELLED

    enrolment.refresh_from_db()
    assert enrolment.status == EnrolmentStatus.CANCELLED
    waiting.refresh_from_db()
    assert waiting.status == S.OFFERED


def test_trust_30_without_consent_nobody_takes_part_any_more():
    application = make.make_application(make.make_cohort(phase="running"), status=S.CONFIRMED)
    enrolment = make.make_enrolment(application=application, status="active")
    assert "중도 포기" in privacy.follows(application.applicant, collection(), application.cohort)[0]
    found = take_back(application)
    enrolment.refresh_from_db()
    assert enrolment.status == EnrolmentStatus.DROPPED
    assert (found.answers, found.full_name != "") == ({}, True)  # the name stays with the place


def test_that_somebody_took_part_stays_on_record():
    application = make.make_application(make.make_cohort(phase="finished"), status=S.CONFIRMED)
    enrolment = make.make_enrolment(application=application, status="completed")
    assert "기록" in privacy.follows(application.applicant, collection(), application.cohort)[0]
    found = take_back(application)
    enrolment.refresh_from_db()
    assert (enrolment.status, found.status) == (EnrolmentStatus.COMPLETED, S.CONFIRMED)
    assert (found.answers, found.full_name != "") == ({}, True)


def test_an_application_that_ended_before_loses_its_words_too():
    application = make.make_application(status=S.REJECTED)
    found = take_back(application)
    assert (found.status, found.reason_code, found.answers) == (S.REJECTED, "score", {})


def test_another_consent_that_the_cohort_requires_ends_the_application_but_erases_nothing():
    application = make.make_application(status=S.IN_REVIEW)
    pledge = Term.objects.filter(kind=TermKind.CONFIDENTIALITY).first()
    CohortTerm.objects.create(cohort=application.cohort, term=pledge, is_required=True)
    said = privacy.follows(application.applicant, pledge, application.cohort)
    assert len(said) == 1
    found = take_back(application, pledge)
    assert found.status == S.WITHDRAWN
    assert found.answers


def test_a_running_part_is_ended_by_the_consent_to_collect_alone():
    application = make.make_application(make.make_cohort(phase="running"), status=S.CONFIRMED)
    enrolment = make.make_enrolment(application=application, status="active")
    pledge = Term.objects.filter(kind=TermKind.CONFIDENTIALITY).first()
    CohortTerm.objects.create(cohort=application.cohort, term=pledge, is_required=True)
    assert "기록" in privacy.follows(application.applicant, pledge, application.cohort)[0]
    take_back(application, pledge)
    enrolment.refresh_from_db()
    assert enrolment.status == EnrolmentStatus.ACTIVE


def test_trust_28_an_optional_consent_taken_back_leaves_the_application():
    application = make.make_application(status=S.IN_REVIEW)
    portrait = Term.objects.filter(kind=TermKind.PORTRAIT).first()
    CohortTerm.objects.create(cohort=application.cohort, term=portrait)
    assert privacy.follows(application.applicant, portrait, application.cohort) == []
    found = take_back(application, portrait)
    assert (found.status, bool(found.answers)) == (S.IN_REVIEW, True)


def test_a_consent_of_the_account_leaves_every_application():
    application = make.make_application()
    marketing = Term.objects.get(kind=TermKind.MARKETING)
    assert privacy.follows(application.applicant, marketing, None) == []
    retention.leave_without_consent(application.applicant, marketing, None)
    application.refresh_from_db()
    assert application.status == S.SUBMITTED


def test_nothing_follows_where_nothing_was_applied_for():
    person, cohort = make.make_user(), make.make_cohort()
    assert privacy.follows(person, collection(), cohort) == []
    retention.leave_without_consent(person, collection(), cohort.pk)


def test_the_page_says_so_before(client):
    application = make.make_application(status=S.IN_REVIEW)
    make.make_consents(application.applicant, application.cohort)
    client.force_login(application.applicant)
    cohort = application.cohort
    place = {"slug": collection().slug, "program": cohort.program.slug, "cohort": cohort.slug}
    text = client.get(url("my-consent", "ko", **place)).text
    for sentence in privacy.follows(application.applicant, collection(), cohort):
        assert sentence in text
    client.post(url("my-consent", "ko", **place), {"answer": "withdraw"})
    application.refresh_from_db()
    assert application.status == S.WITHDRAWN


# --- answers whose time is over -----------------------------------------------------------------------


def end(cohort, days_ago):
    ends_at = clock.now() - timedelta(days=days_ago)
    Cohort.objects.filter(pk=cohort.pk).update(starts_at=ends_at - timedelta(days=2), ends_at=ends_at)


def held(application):
    """Which of the two kept questions something is still held of, anywhere."""
    application.refresh_from_db()
    found = set()
    for key in ("access", "script"):
        places = [application.answers, application.draft, application.stamps]
        places += [copy.answers for copy in application.submissions.all()]
        if any(key in place for place in places):
            found.add(key)
        if application.files.filter(question_key=key) or application.earlier_answers.filter(question__key=key):
            found.add(key)
    return found


def test_trust_34_answers_are_erased_when_their_time_is_over():
    application = send(write())
    EarlierAnswer.objects.create(application=application, question=question(application, "access"), value="옛 답")
    upload = Upload.objects.get()
    other = send(write())
    end(application.cohort, 9)
    assert retention.forget_due(clock.now()) == 0
    assert held(application) == {"access", "script"}

    end(application.cohort, 10)
    assert retention.forget_due(clock.now()) == 1
    assert held(application) == {"access"}
    assert not default_storage.exists(upload.file.name)
    assert application.submissions.get().files == []

    end(application.cohort, 30)
    assert retention.forget_due(clock.now()) == 1
    assert held(application) == set()
    assert retention.forget_due(clock.now()) == 0

    assert application.answers["motivation"] == application.submissions.get().answers["motivation"]
    assert application.references.exists()
    assert held(other) == {"access", "script"}
    rows = AuditEvent.objects.filter(verb="cohort.answers_erased").order_by("pk")
    assert [(row.target_id, row.by, row.after) for row in rows] == [
        (application.cohort_id, None, "applications 1, answers 1, files 1"),
        (application.cohort_id, None, "applications 1, answers 1, files 0"),
    ]
    assert everything().count("휠체어") == 3  # the other's answer, draft and copy


def test_drafts_that_were_never_sent_lose_them_too():
    draft = write()
    end(draft.cohort, 40)
    assert retention.forget_due(clock.now()) == 1
    assert held(draft) == set()
    assert draft.draft["motivation"]


def test_a_cancelled_cohort_counts_from_its_cancellation():
    application = send(write())
    Cohort.objects.filter(pk=application.cohort_id).update(
        cancelled_at=clock.now() - timedelta(days=29), cancel_reason="강사 사정"
    )
    retention.forget_due(clock.now())
    assert held(application) == {"access"}
    retention.forget_due(clock.now() + timedelta(days=1))
    assert held(application) == set()


def test_a_referee_may_be_kept_for_a_time_only():
    version = make.make_form_version(questions=[{"key": "referee", "type": "referee", "kept_days": 5}])
    cohort = make.make_cohort(form_version=version)
    application = make.make_application(cohort, status="draft", draft=WORDS)
    send(application)
    references.receive(application.references.get().pk, text="추천합니다.")
    end(cohort, 5)
    assert retention.forget_due(clock.now()) == 1
    assert not ReferenceRequest.objects.exists()
    assert OutgoingMail.objects.get(reason="reference_asked").to == ""


def test_one_that_fails_holds_up_none_of_the_others(monkeypatch):
    first, second = send(write()), send(write())
    end(first.cohort, 40)
    end(second.cohort, 40)
    forget = retention.forget

    def fails_once(application, keys):
        if application.pk == first.pk:
            raise OSError
        return forget(application, keys)

    monkeypatch.setattr(retention, "forget", fails_once)
    assert retention.forget_due(clock.now()) == 1
    assert held(second) == set()
    monkeypatch.undo()
    assert retention.forget_due(clock.now()) == 1


def test_the_clock_erases_once_an_hour(monkeypatch):
    monkeypatch.setattr(run_due, "_taken", {})
    application = send(write())
    end(application.cohort, 40)
    call_command("run_due", once=True)
    assert held(application) == set()
    second = send(write())
    end(second.cohort, 40)
    call_command("run_due", once=True)
    assert held(second) == {"access", "script"}
    monkeypatch.setattr(run_due, "HOUR_SECONDS", 0)
    call_command("run_due", once=True)
    assert held(second) == set()


def test_programs_are_registered():
    assert registry._parts["programs"].erase is retention.erase_person
