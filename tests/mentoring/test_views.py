"""The desk and the page of a pair: who gets what, what a form does, and what hostile input does not do."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from mentoring.models.evaluations import Evaluation, EvaluationStatus, GoalScore
from mentoring.models.pairs import READABLE_FOR, Goal, Pairing
from mentoring.summaries import for_person
from portal import clock, uploads
from portal.models import AuditEvent, FileAccess, OutgoingMail, UploadKind
from programs.models.applying import ApplicationFile
from tests.files import make_pdf, uploaded
from tests.make import (
    make_admin,
    make_application,
    make_cohort,
    make_enrolment,
    make_evaluation,
    make_expert,
    make_goal,
    make_manager,
    make_mentor,
    make_pairing,
    make_program,
    make_question,
    make_user,
)

pytestmark = pytest.mark.django_db

GOOD = {"strengths": "인물의 동기가 분명합니다.", "next_steps": "갈등을 더 쌓아 보십시오."}


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def address(name, *args, language="ko"):
    with override(language):
        return reverse(name, args=args)


@pytest.fixture
def cohort():
    return make_cohort(
        make_program(has_mentoring=True, title_ko="리부트 캠프", title_en="Reboot Camp"), phase="running"
    )


def mentee(cohort, person=None, **fields):
    return make_enrolment(application=make_application(cohort, person, status="confirmed", **fields))


@pytest.fixture
def pairing(cohort):
    application = {
        "motivation": "끝까지 써 보고 싶습니다.",
        "career": "단편 〈소금의 기억〉 각본",
        "goals": "1회 도입부",
        "answers": {"portfolio": ["https://portfolio.example.com/reel"]},
    }
    person = make_user(full_name="박소울", romanized_name="Park Soul")
    mentor = make_mentor(
        make_user(full_name="어진솔", romanized_name="Eo Jinsol"),
        focus_ko="영화의 시리즈 각색",
        focus_en="film-to-series adaptation",
    )
    pairing = make_pairing(mentor, mentee(cohort, person, **application))
    make_goal(pairing, "1회 도입부")
    make_goal(pairing, "계단의 규칙")
    return pairing


@pytest.fixture
def mentor_client(pairing):
    return client_of(pairing.mentor.user)


@pytest.fixture
def mentee_client(pairing):
    return client_of(pairing.enrolment.person)


@pytest.fixture
def manager_client(pairing):
    return client_of(make_manager(pairing.enrolment.cohort))


def end(pairing, **fields):
    Pairing.objects.filter(pk=pairing.pk).update(ended_at=clock.now(), end_reason="끝", **fields)


def end_long_ago(pairing):
    at = clock.now() - READABLE_FOR
    end(pairing, paired_at=at)
    Pairing.objects.filter(pk=pairing.pk).update(ended_at=at)


# --- the desk -------------------------------------------------------------------------------------


def test_a_visitor_is_sent_to_log_in(pairing, client):
    for name, args in (("mentoring", []), ("pairing", [pairing.code])):
        response = client.get(address(name, *args))
        assert response.status_code == 302
        assert response.url.startswith(address("account_login"))


def test_the_desk_is_nothing_to_a_stranger(pairing):
    for stranger in (make_user(), make_admin(), make_manager(pairing.enrolment.cohort)):
        assert client_of(stranger).get(address("mentoring")).status_code == 404


def test_a_mentor_sees_active_mentees_and_what_is_next(pairing, mentor_client):
    former = make_pairing(pairing.mentor, mentee(pairing.enrolment.cohort, make_user(full_name="예전 멘티")))
    end_long_ago(former)
    page = mentor_client.get(address("mentoring"))
    assert "박소울" in page.text
    assert "예전 멘티" not in page.text
    assert "님의 평가를 작성해 주시기 바랍니다." in page.text
    assert f"{pairing.get_absolute_url()}#evaluation" in page.text
    assert [row["next"] for row in page.context["mentees"]] == ["평가 쓰기"]


def test_a_mentor_without_mentees_is_told_so():
    page = client_of(make_mentor().user).get(address("mentoring"))
    assert "지금은 멘티가 없어요." in page.text
    assert page.context["panel"] is None


def test_a_mentee_sees_the_mentor_also_after_the_end(pairing, mentee_client):
    assert "어진솔" in mentee_client.get(address("mentoring")).text
    end(pairing)
    page = mentee_client.get(address("mentoring", language="en"))
    assert "Eo Jinsol" in page.text
    assert [row["pill"]["label"] for row in page.context["mentors"]] == ["Ended"]


def test_someone_in_a_mentoring_program_waits_for_a_mentor(cohort):
    page = client_of(make_enrolment(cohort).person).get(address("mentoring"))
    assert "아직 멘토가 정해지지 않았어요." in page.text


def test_both_sides_of_one_person_stand_on_one_desk(pairing):
    make_pairing(pairing.mentor, mentee(pairing.enrolment.cohort))
    make_pairing(make_mentor(make_user(full_name="형다인")), mentee(pairing.enrolment.cohort, pairing.mentor.user))
    page = client_of(pairing.mentor.user).get(address("mentoring"))
    assert (len(page.context["mentees"]), len(page.context["mentors"])) == (2, 1)


@pytest.mark.parametrize(
    ("status", "shared", "has_goals", "title", "following"),
    [
        (None, False, False, "박소울 님의 목표가 아직 없습니다.", "목표 함께 정하기"),
        (None, False, True, "박소울 님의 평가를 작성해 주시기 바랍니다.", "평가 쓰기"),
        ("draft", False, True, "박소울 님의 평가를 작성하는 중입니다.", "평가 마저 쓰기"),
        ("submitted", False, True, "박소울 님의 평가가 제출되었습니다.", "평가 공유하기"),
        ("submitted", True, True, "모든 평가를 멘티에게 공유했습니다.", ""),
    ],
)
def test_the_desk_says_what_comes_first(pairing, mentor_client, status, shared, has_goals, title, following):
    if not has_goals:
        pairing.goals.all().delete()
    if status:
        make_evaluation(pairing, status=status, shared_at=clock.now() if shared else None)
    page = mentor_client.get(address("mentoring"))
    assert page.context["mentees"][0]["next"] == following
    assert title.replace("박소울", "<span data-user-content>박소울</span>") in page.text


def test_the_most_urgent_mentee_comes_first(pairing, mentor_client):
    other = make_pairing(pairing.mentor, mentee(pairing.enrolment.cohort, make_user(full_name="정이룸")))
    make_evaluation(other)
    assert "정이룸</span> 님의 평가를 작성하는 중입니다." in mentor_client.get(address("mentoring")).text


def test_a_cohort_without_dates_has_no_end_to_show(pairing, mentor_client):
    cohort = pairing.enrolment.cohort
    cohort.starts_at = cohort.ends_at = None
    cohort.save()
    assert "기수 종료" not in mentor_client.get(address("mentoring")).text
    assert "기수 종료" not in mentor_client.get(pairing.get_absolute_url()).text


def crowd(mentor, cohort, count):
    for number in range(count):
        pairing = make_pairing(mentor, mentee(cohort))
        make_goal(pairing)
        make_evaluation(pairing, status=["draft", "submitted"][number % 2])


@pytest.mark.parametrize("count", [1, 30])
def test_the_desk_costs_the_same_for_any_number_of_mentees(cohort, count, django_assert_num_queries):
    mentor = make_mentor(expert=make_expert(), capacity=40)
    crowd(mentor, cohort, count)
    client = client_of(mentor.user)
    # session, user, mentees, their goals, mentors, profile, waiting for a mentor, three of the last contact,
    # meetings, actions, places in rounds, rounds before their pairing
    with django_assert_num_queries(14):
        page = client.get(address("mentoring"))
    assert len(page.context["mentees"]) == count


@pytest.mark.parametrize("count", [1, 30])
def test_the_summary_costs_the_same_for_any_number_of_pairs(cohort, count, django_assert_num_queries):
    mentor = make_mentor(expert=make_expert(), capacity=40)
    crowd(mentor, cohort, count)
    with django_assert_num_queries(2), override("ko"):
        rows = for_person(mentor.user)
    assert len(rows) == count


def test_the_summary_names_the_other_side(pairing):
    with override("ko"):
        (to_mentor,), (to_mentee,) = for_person(pairing.mentor.user), for_person(pairing.enrolment.person)
    assert "박소울" in to_mentor["title"]
    assert (to_mentor["when"], to_mentor["next"]) == ("멘티", "평가 쓰기")
    assert to_mentor["note"] == f"리부트 캠프 · {pairing.enrolment.cohort.label_ko} · 평가 쓰기"
    assert "어진솔" in to_mentee["title"]
    assert (to_mentee["when"], to_mentee["next"]) == ("멘토", "")
    assert for_person(make_user()) == []


# --- the page of a pair ---------------------------------------------------------------------------


def test_a_stranger_gets_404_everywhere(pairing):
    make_evaluation(pairing, status="submitted")
    strangers = [make_user(), make_mentor().user, make_manager(make_cohort())]
    other = make_pairing(enrolment=mentee(pairing.enrolment.cohort))
    for stranger in [*strangers, other.mentor.user, other.enrolment.person]:
        client = client_of(stranger)
        assert client.get(pairing.get_absolute_url()).status_code == 404
        for name in ("evaluation-save", "evaluation-share", "goal-add"):
            assert client.post(address(name, pairing.code), {"text": "목표", **GOOD}).status_code == 404
    assert (Evaluation.objects.get().shared_at, Goal.objects.count()) == (None, 2)


def test_a_visitor_cannot_post(pairing, client):
    for name in ("evaluation-save", "evaluation-share", "goal-add"):
        assert client.post(address(name, pairing.code)).status_code == 302
    assert not Evaluation.objects.exists()


def test_acts_are_posts(pairing, mentor_client):
    for name in ("evaluation-save", "evaluation-share", "goal-add"):
        assert mentor_client.get(address(name, pairing.code)).status_code == 405


def test_an_unknown_code_is_404(mentor_client):
    assert mentor_client.get(address("pairing", "nobody")).status_code == 404


def test_the_mentor_reads_the_application_and_writes(pairing, mentor_client):
    page = mentor_client.get(pairing.get_absolute_url())
    assert "끝까지 써 보고 싶습니다." in page.text
    assert '<a href="https://portfolio.example.com/reel" rel="noopener noreferrer nofollow">' in page.text
    assert [step.state for step in page.context["steps"]] == ["done", "done", "now", "next"]
    assert pairing.enrolment.person.email not in page.text
    assert page.context["form"] is not None
    assert "1 매우 부족" in page.text


def test_the_mentee_reads_the_mentor_and_no_form(pairing, mentee_client):
    page = mentee_client.get(pairing.get_absolute_url())
    assert "영화의 시리즈 각색" in page.text
    assert pairing.mentor.user.email not in page.text
    assert page.context["form"] is None
    assert "아직 공유된 평가가 없어요." in page.text
    assert page.context["goal_form"] is not None


@pytest.mark.parametrize("status", [None, "draft", "submitted"])
def test_the_mentee_learns_nothing_of_an_evaluation_before_it_is_shared(pairing, mentee_client, status):
    before = mentee_client.get(pairing.get_absolute_url())
    if status:
        make_evaluation(pairing, status=status, score=2, strengths="비밀입니다")
    after = mentee_client.get(pairing.get_absolute_url())
    assert "비밀입니다" not in after.text
    assert after.context["steps"] == before.context["steps"]
    assert after.context["panel"]["pill"] == before.context["panel"]["pill"]
    desk = mentee_client.get(address("mentoring"))
    assert [row["pill"]["label"] for row in desk.context["mentors"]] == ["진행 중"]


def test_the_mentee_reads_a_shared_evaluation_also_after_the_end(pairing, mentee_client):
    make_evaluation(pairing, status="submitted", score=5, shared_at=clock.now())
    end(pairing)
    page = mentee_client.get(pairing.get_absolute_url())
    assert "인물의 동기가 분명합니다." in page.text
    assert "매우 뛰어남" in page.text
    assert page.context["may_share"] is False
    assert "멘토의 평가가 도착했습니다." in page.text
    desk = mentee_client.get(address("mentoring"))
    assert [(row["next"], row["pill"]["label"]) for row in desk.context["mentors"]] == [
        ("평가 읽기", "평가 공유됨")
    ]


def test_an_ended_pair_without_a_shared_evaluation_just_ended_for_the_mentee(pairing, mentee_client):
    end(pairing)
    page = mentee_client.get(pairing.get_absolute_url())
    assert "멘토링이 종료되었습니다." in page.text
    assert page.context["goal_form"] is None
    assert [step.title for step in page.context["steps"]] == ["매칭", "목표 정하기", "종료"]


def test_an_ended_pair_is_read_by_its_mentor_for_a_while_and_written_by_nobody(pairing, mentor_client):
    make_evaluation(pairing, status="submitted", strengths="제출한 평가")
    end(pairing)
    page = mentor_client.get(pairing.get_absolute_url())
    assert "제출한 평가" in page.text
    assert "끝까지 써 보고 싶습니다." in page.text
    assert page.context["form"] is page.context["goal_form"] is None
    assert page.context["may_share"] is False
    assert page.text.count('method="post"') == page.text.count('/logout/"') + page.text.count("i18n/setlang")
    for name, data in (("evaluation-save", GOOD), ("evaluation-share", {}), ("goal-add", {"text": "목표"})):
        assert mentor_client.post(address(name, pairing.code), data).status_code == 404
    assert Evaluation.objects.get().shared_at is None

    end_long_ago(pairing)
    assert mentor_client.get(pairing.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("kind", ["for_cause", "undone"])
def test_a_pair_ended_for_cause_or_undone_is_gone_for_its_mentor_at_once(pairing, mentor_client, kind):
    end(pairing, end_kind=kind)
    assert mentor_client.get(pairing.get_absolute_url()).status_code == 404
    assert "박소울" not in mentor_client.get(address("mentoring")).text


def test_staff_read_what_is_submitted_and_no_draft(pairing, manager_client):
    evaluation = make_evaluation(pairing, strengths="초안입니다")
    page = manager_client.get(pairing.get_absolute_url())
    assert "초안입니다" not in page.text
    assert "제출된 평가가 없어요." in page.text
    assert page.context["form"] is page.context["goal_form"] is None

    evaluation.status, evaluation.submitted_at, evaluation.next_steps = "submitted", clock.now(), "다음"
    evaluation.save()
    page = manager_client.get(pairing.get_absolute_url())
    assert "초안입니다" in page.text
    assert page.context["may_share"] is True


def test_staff_see_an_ended_pair_without_an_evaluation(pairing, manager_client):
    pairing.goals.all().delete()
    end(pairing)
    page = manager_client.get(pairing.get_absolute_url())
    assert "제출된 평가가 없습니다." in page.text
    assert "정한 목표가 없어요." in page.text


def test_a_mentee_who_is_also_staff_reads_as_the_mentee(cohort):
    admin = make_admin()
    pairing = make_pairing(enrolment=mentee(cohort, admin))
    make_evaluation(pairing, status="submitted", strengths="비밀입니다")
    assert "비밀입니다" not in client_of(admin).get(pairing.get_absolute_url()).text
    assert client_of(admin).post(address("evaluation-share", pairing.code)).status_code == 404


def test_a_pair_without_an_application_says_so(cohort):
    pairing = make_pairing(enrolment=make_enrolment(cohort))
    page = client_of(pairing.mentor.user).get(pairing.get_absolute_url())
    assert "지원서가 없어요." in page.text
    assert "아직 목표가 없습니다." in page.text
    page = client_of(pairing.enrolment.person).get(pairing.get_absolute_url())
    assert "멘토링에서 이루고 싶은 목표를 알려 주시기 바랍니다." in page.text


# --- the mentee's answers and files ---------------------------------------------------------------------


@pytest.fixture
def questions(cohort):
    """One more question of each audience, and one that takes files of each."""
    for audience in ("staff", "reviewer", "blind"):
        make_question(cohort.form_version, f"text-{audience}", "short", audience=audience)
        make_question(
            cohort.form_version, f"file-{audience}", "file", audience=audience, is_confidential=True, most_items=2
        )


def attach(application, key, name="기획안.pdf"):
    """A file of the application that nothing names yet."""
    upload = uploads.store(
        uploaded(make_pdf(), name), owner=application.applicant, kinds=UploadKind.values, most_bytes=10**7
    )
    ApplicationFile.objects.create(application=application, question_key=key, upload=upload)
    return upload


@pytest.fixture
def written(pairing, questions):
    """The mentee's application, answered in full; returns the uploads by their question's key."""
    application = pairing.enrolment.application
    found = {key: attach(application, key, f"{key}.pdf") for key in ("file-staff", "file-reviewer", "file-blind")}
    for audience in ("staff", "reviewer", "blind"):
        application.answers[f"text-{audience}"] = f"답 {audience}"
        application.answers[f"file-{audience}"] = [found[f"file-{audience}"].code]
    application.save(update_fields=["answers"])
    return found


def test_a_mentor_reads_what_reviewers_read(pairing, written, mentor_client, mentee_client, manager_client):
    text = mentor_client.get(pairing.get_absolute_url()).text
    assert ("답 staff" in text, "답 reviewer" in text, "답 blind" in text) == (False, True, True)
    assert "file-staff.pdf" not in text
    assert address("mentee-file", pairing.code, written["file-reviewer"].code) in text
    for client in (mentee_client, manager_client):
        text = client.get(pairing.get_absolute_url()).text
        assert all(f"답 {audience}" in text for audience in ("staff", "reviewer", "blind"))
        application = pairing.enrolment.application
        assert address("application-file", application.code, written["file-staff"].code) in text


def test_a_mentor_opens_a_file_and_that_is_written_down(pairing, written, mentor_client):
    upload = written["file-reviewer"]
    response = mentor_client.get(address("mentee-file", pairing.code, upload.code))
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment")
    assert b"".join(response.streaming_content) == make_pdf()
    access = FileAccess.objects.get()
    assert (access.code, access.by, access.owner) == (upload.code, pairing.mentor.user, pairing.enrolment.person)


def test_no_other_file_and_nobody_else(pairing, written, cohort, mentor_client, mentee_client, manager_client):
    unsent = attach(pairing.enrolment.application, "file-reviewer")
    elsewhere = attach(make_application(make_cohort()), "file-reviewer")
    for code in (written["file-staff"].code, unsent.code, elsewhere.code, "nobody"):
        assert mentor_client.get(address("mentee-file", pairing.code, code)).status_code == 404
    readable = address("mentee-file", pairing.code, written["file-reviewer"].code)
    other = make_pairing(enrolment=mentee(cohort))
    for client in (mentee_client, manager_client, client_of(other.mentor.user), client_of(make_admin())):
        assert client.get(readable).status_code == 404
    assert mentor_client.post(readable).status_code == 405
    assert FileAccess.objects.count() == 0


def test_a_mentor_opens_files_as_long_as_the_pair_may_be_read(pairing, written, mentor_client):
    file = address("mentee-file", pairing.code, written["file-blind"].code)
    end(pairing)
    assert b"".join(mentor_client.get(file).streaming_content) == make_pdf()
    end_long_ago(pairing)
    assert mentor_client.get(file).status_code == 404


def test_a_pair_without_an_application_has_no_files(cohort):
    pairing = make_pairing(enrolment=make_enrolment(cohort))
    response = client_of(pairing.mentor.user).get(address("mentee-file", pairing.code, "nobody"))
    assert response.status_code == 404


@pytest.mark.parametrize("count", [1, 5])
def test_a_pairs_page_costs_the_same_for_any_number_of_goals(cohort, count, django_assert_num_queries):
    pairing = make_pairing(enrolment=mentee(cohort))
    for number in range(count):
        make_goal(pairing, f"목표 {number}")
    make_evaluation(pairing, status="submitted", score=3)
    client = client_of(pairing.mentor.user)
    # session, user, grants, pair, goals, evaluation, scores, their goals, form, milestones, actions, three kinds of
    # notes, the draft of one, meetings, one's own request for a re-match
    with django_assert_num_queries(18):
        client.get(pairing.get_absolute_url())


def test_looking_writes_nothing(pairing, mentor_client, mentee_client, manager_client):
    for client in (mentor_client, mentee_client, manager_client):
        client.get(pairing.get_absolute_url())
    assert (Evaluation.objects.count(), AuditEvent.objects.count()) == (0, 0)


def test_names_without_a_latin_form_carry_their_language(cohort):
    person = make_user(full_name="정이룸", romanized_name="")
    pairing = make_pairing(enrolment=mentee(cohort, person))
    page = client_of(pairing.mentor.user).get(address("pairing", pairing.code, language="en"))
    assert '<span data-user-content lang="ko">정이룸</span>' in page.text
    page = client_of(pairing.mentor.user).get(address("mentoring", language="en"))
    assert '<span data-user-content lang="ko">정이룸</span> has no goals yet.' in page.text


def test_markup_in_what_people_write_is_text(cohort):
    person = make_user(full_name="<b>이름</b>")
    pairing = make_pairing(enrolment=mentee(cohort, person, motivation="<script>alert(1)</script>"))
    make_goal(pairing, "<img src=x>")
    client = client_of(pairing.mentor.user)
    for page in (client.get(pairing.get_absolute_url()), client.get(address("mentoring"))):
        assert "<b>이름" not in page.text
        assert "<script>alert" not in page.text
        assert "<img src=x>" not in page.text


# --- writing --------------------------------------------------------------------------------------


def save(client, pairing, button="save", **data):
    return client.post(address("evaluation-save", pairing.code), {button: "1", **data})


def scores():
    return list(GoalScore.objects.order_by("goal__position").values_list("goal__position", "score"))


def test_a_draft_is_saved_and_shown_again(pairing, mentor_client):
    response = save(mentor_client, pairing, strengths="좋은 점", score_2="4")
    assert response.status_code == 302
    assert response.url == f"{pairing.get_absolute_url()}#evaluation"
    assert Evaluation.objects.get().status == EvaluationStatus.DRAFT
    assert scores() == [(2, 4)]
    page = mentor_client.get(pairing.get_absolute_url())
    assert "좋은 점</textarea>" in page.text
    assert 'name="score_2" value="4" checked' in page.text
    assert "에 저장했어요." in page.text


def test_a_whole_evaluation_is_submitted_and_then_only_read(pairing, mentor_client):
    response = save(mentor_client, pairing, "submit", **GOOD, score_1="5", score_2="1")
    assert response.status_code == 302
    evaluation = Evaluation.objects.get()
    assert (evaluation.status, evaluation.strengths) == ("submitted", GOOD["strengths"])
    page = mentor_client.get(pairing.get_absolute_url())
    assert page.context["form"] is page.context["goal_form"] is None
    assert page.context["may_share"] is True
    assert "평가를 제출했어요. 공유하면 멘티가 볼 수 있어요." in page.text


def test_a_double_click_submits_once(pairing, mentor_client):
    for _number in range(2):
        assert save(mentor_client, pairing, "submit", **GOOD, score_1="5", score_2="1").status_code == 302
    assert AuditEvent.objects.filter(verb="evaluation.submitted").count() == 1


def test_submitting_too_little_says_so_at_the_fields_and_keeps_what_was_typed(pairing, mentor_client):
    page = save(mentor_client, pairing, "submit", strengths="좋은 점", score_1="3")
    assert page.status_code == 200
    assert dict(page.context["form"].errors) == {
        "next_steps": ["다음 단계를 써 주세요."],
        "score_2": ["1에서 5까지 점수를 골라 주세요."],
    }
    assert "좋은 점</textarea>" in page.text
    assert 'name="score_1" value="3" checked' in page.text
    assert 'href="#id_score_2"' in page.text
    assert (Evaluation.objects.get().status, scores()) == ("draft", [(1, 3)])


def test_a_text_over_the_limit_is_kept_in_the_draft_but_not_submitted(pairing, mentor_client):
    long = "가" * 1001
    page = save(mentor_client, pairing, "submit", **(GOOD | {"strengths": long}), score_1="3", score_2="3")
    assert list(page.context["form"].errors) == ["strengths"]
    assert f"{long}</textarea>" in page.text
    assert Evaluation.objects.get().strengths == long


def test_a_line_break_counts_once_and_composed_letters_too(pairing, mentor_client):
    text = "가\r\n" * 499 + "각" + "\u1100\u1161"  # the last one is 가 in parts
    assert (
        save(mentor_client, pairing, "submit", **(GOOD | {"strengths": text}), score_1="3", score_2="3").status_code
        == 302
    )
    saved = Evaluation.objects.get().strengths
    assert len(saved) == 1000
    assert saved.endswith("각가")


@pytest.mark.parametrize("score", ["0", "6", "abc", "4.5", "-1", "٣", "3\x00", "1" * 400])
def test_a_score_that_is_none_is_refused_at_its_field(pairing, mentor_client, score):
    page = save(mentor_client, pairing, "submit", **GOOD, score_1=score, score_2="3")
    assert page.context["form"].errors["score_1"] == ["1에서 5까지 점수를 골라 주세요."]
    assert scores() == [(2, 3)]


def test_no_other_goal_can_be_scored(pairing, mentor_client, cohort):
    other = make_goal(make_pairing(enrolment=mentee(cohort)), "남의 목표")
    save(
        mentor_client,
        pairing,
        **{f"score_{other.pk}": "5", "score_9": "5", "goal": other.pk, "status": "submitted"},
    )
    assert scores() == []
    assert Evaluation.objects.get().status == EvaluationStatus.DRAFT


def test_a_resident_number_is_refused_and_what_was_saved_stays(pairing, mentor_client):
    save(mentor_client, pairing, strengths="좋은 점")
    page = save(mentor_client, pairing, strengths="900101-1234567", next_steps="다음")
    assert list(page.context["form"].errors) == ["strengths"]
    assert "900101-1234567" in page.text
    evaluation = Evaluation.objects.get()
    assert (evaluation.strengths, evaluation.next_steps) == ("좋은 점", "다음")


def test_control_characters_are_stripped(pairing, mentor_client):
    save(mentor_client, pairing, strengths="좋은\x01 점\x07")
    assert Evaluation.objects.get().strengths == "좋은 점"


def test_a_nul_does_no_harm(pairing, mentor_client):
    assert save(mentor_client, pairing, strengths="좋은\x00점").status_code in (200, 302, 400)
    assert "\x00" not in "".join(Evaluation.objects.values_list("strengths", flat=True))


def test_the_mentee_and_staff_cannot_write(pairing, mentee_client, manager_client):
    for client in (mentee_client, manager_client):
        assert save(client, pairing, "submit", **GOOD, score_1="3", score_2="3").status_code == 404
    assert not Evaluation.objects.exists()


def test_a_submitted_evaluation_cannot_be_overwritten_from_an_old_page(pairing, mentor_client):
    make_evaluation(pairing, status="submitted", score=3)
    page = save(mentor_client, pairing, "submit", **(GOOD | {"strengths": "다른 말"}), score_1="3", score_2="3")
    assert page.context["form"].non_field_errors() == ["제출한 평가는 더 고칠 수 없어요."]
    assert "다른 말</textarea>" in page.text
    assert Evaluation.objects.get().strengths == "인물의 동기가 분명합니다."


def autosave(client, pairing, **data):
    return client.post(address("evaluation-save", pairing.code), data, headers={"X-Autosave": "1"})


def test_autosave_answers_with_the_time(pairing, mentor_client):
    response = autosave(mentor_client, pairing, strengths="좋은 점", submit="1")
    assert response.status_code == 200
    assert list(response.json()) == ["saved"]
    assert response.json()["saved"].endswith("에 저장했어요.")
    assert Evaluation.objects.get().status == EvaluationStatus.DRAFT


def test_autosave_says_which_field_it_could_not_save(pairing, mentor_client):
    response = autosave(mentor_client, pairing, strengths="900101-1234567", next_steps="다음")
    assert response.status_code == 200
    assert response.json()["saved"].startswith("강점 항목을 저장하지 못했어요: ")
    evaluation = Evaluation.objects.get()
    assert (evaluation.strengths, evaluation.next_steps) == ("", "다음")


def test_autosave_is_refused_once_the_evaluation_is_submitted(pairing, mentor_client):
    make_evaluation(pairing, status="submitted")
    response = autosave(mentor_client, pairing, strengths="다른 말")
    assert (response.status_code, response.json()) == (400, {"error": "제출한 평가는 더 고칠 수 없어요."})


# --- sharing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["mentor_client", "manager_client"])
def test_the_mentor_or_staff_share(pairing, who, request):
    make_evaluation(pairing, status="submitted", score=3)
    client = request.getfixturevalue(who)
    response = client.post(address("evaluation-share", pairing.code))
    assert response.url == f"{pairing.get_absolute_url()}#evaluation"
    assert Evaluation.objects.get().shared_at is not None
    assert OutgoingMail.objects.get().reason == "evaluation_shared"
    assert "평가를 공유했어요." in client.get(pairing.get_absolute_url()).text


def test_a_draft_cannot_be_shared(pairing, mentor_client, manager_client):
    make_evaluation(pairing)
    mentor_client.post(address("evaluation-share", pairing.code))
    assert "평가를 제출한 다음에 공유할 수 있어요." in mentor_client.get(pairing.get_absolute_url()).text
    assert manager_client.post(address("evaluation-share", pairing.code)).status_code == 404
    assert Evaluation.objects.get().shared_at is None


def test_the_mentee_cannot_share(pairing, mentee_client):
    make_evaluation(pairing, status="submitted")
    assert mentee_client.post(address("evaluation-share", pairing.code)).status_code == 404
    Evaluation.objects.update(shared_at=clock.now())
    assert mentee_client.post(address("evaluation-share", pairing.code)).status_code == 404


# --- goals ----------------------------------------------------------------------------------------


def add(client, pairing, text):
    return client.post(address("goal-add", pairing.code), {"text": text})


@pytest.mark.parametrize("who", ["mentor_client", "mentee_client"])
def test_both_add_goals(pairing, who, request):
    response = add(request.getfixturevalue(who), pairing, "  셋째 목표 ")
    assert response.url == f"{pairing.get_absolute_url()}#goals"
    assert [goal.text for goal in pairing.goals.all()] == ["1회 도입부", "계단의 규칙", "셋째 목표"]


def test_staff_do_not_add_goals(pairing, manager_client):
    assert add(manager_client, pairing, "목표").status_code == 404


@pytest.mark.parametrize("text", ["", "   ", "가" * 301, "900101-1234567"])
def test_a_goal_that_cannot_be_taken_is_kept_with_its_error(pairing, mentor_client, text):
    page = add(mentor_client, pairing, text)
    assert page.status_code == 200
    assert list(page.context["goal_form"].errors) == ["text"]
    if text.strip():
        assert text in page.text
    assert pairing.goals.count() == 2


def test_five_goals_are_the_most(pairing, mentor_client):
    for number in range(3, 6):
        add(mentor_client, pairing, f"목표 {number}")
    page = mentor_client.get(pairing.get_absolute_url())
    assert page.context["goal_form"] is None
    page = add(mentor_client, pairing, "여섯째")
    assert page.context["goal_form"].errors["text"] == ["목표는 5개까지 정할 수 있어요."]
    assert pairing.goals.count() == 5


# --- one day later --------------------------------------------------------------------------------


def test_a_goal_added_to_a_begun_draft_asks_for_its_score(pairing, mentor_client):
    make_evaluation(pairing, score=4)
    add(mentor_client, pairing, "셋째")
    page = save(mentor_client, pairing, "submit", **GOOD, score_1="4", score_2="4")
    assert list(page.context["form"].errors) == ["score_3"]


def test_the_times_shown_are_those_of_the_rows(pairing, mentor_client):
    at = clock.now() - timedelta(days=1)
    make_evaluation(pairing, status="submitted", submitted_at=at, shared_at=at, score=3)
    page = mentor_client.get(pairing.get_absolute_url())
    assert [step.state for step in page.context["steps"]] == ["done"] * 4
    assert page.context["may_share"] is False
