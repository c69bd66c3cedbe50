"""Forms in the admin: built page by page, seen, tried, compared, copied, given to a cohort, mended; by whom."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.models import AuditEvent, OutgoingMail, Upload
from programs.admin.form_pages import FormPages
from programs.admin.forms import FormAdmin
from programs.form_compare import compare
from programs.models.applications import Application
from programs.models.forms import Form, FormVersion, Question, QuestionType, WordingFix
from programs.operations import forms as operations
from programs.permissions import may_build
from tests import make
from tests.files import make_pdf, uploaded
from tests.programs.forms import CHOICES, add, begin, cohort_with, new_version

pytestmark = pytest.mark.django_db
T = QuestionType
LABELS = {"label_ko": "로그라인", "label_en": "Log line", "audience": "reviewer"}


def url(name, pk=None):
    return reverse(f"admin:programs_form_{name}", args=[] if pk is None else [pk])


def rows(*choices):
    """Choices as the page posts them."""
    posted = {"choices-rows": "1"}
    for place, (ko, en, key) in enumerate(choices):
        posted |= {f"choices-{place}-ko": ko, f"choices-{place}-en": en, f"choices-{place}-key": key}
    return posted


@pytest.fixture
def organization():
    return make.make_organization()


@pytest.fixture
def manager(client, organization):
    manager = make.make_manager(organization, language="ko")
    client.force_login(manager)
    return manager


@pytest.fixture
def program(organization):
    return make.make_program(partners=[organization], title_ko="리부트캠프", title_en="Reboot Camp")


# --- who ----------------------------------------------------------------------------------------------------------


def pages_of(version):
    """Every page about a version, its first section and its first question, and those that only take a POST."""
    numbers = {"titles": version.form_id, "section": version.sections.first().pk}
    numbers |= dict.fromkeys(("section_move", "section_remove"), numbers["section"])
    numbers |= dict.fromkeys(("question", "question_move", "question_remove"), version.questions.first().pk)
    return {name: url(name, numbers.get(name, version.pk)) for name in FormAdmin.pages}


@pytest.mark.parametrize("role", [None, "mentor", "partner", "reviewer"])
def test_nobody_but_staff_gets_in(client, role, program):
    client.force_login(make.make_user(role=role, scope=make.make_cohort(program) if role else None))
    pages = pages_of(new_version("plan"))
    for address in [url("changelist"), url("add"), *pages.values()]:
        assert client.get(address).status_code == 404
        assert client.post(address, {"to": "up"}).status_code == 404


def test_a_visitor_is_sent_to_log_in(client):
    assert "login" in client.get(url("changelist"), follow=True).redirect_chain[-1][0]


def test_staff_see_every_page_of_what_they_may_build(client, manager):
    version = new_version("plan", "logline")
    for name, address in pages_of(version).items():
        expected = {"section_move": 405, "question_move": 405, "wording": 404}.get(name, 200)
        assert client.get(address).status_code == expected, name


def test_what_cohorts_of_others_use_is_seen_copied_and_not_changed(client, manager):
    version = new_version("plan")
    theirs = cohort_with(version)
    assert not may_build(manager, version)
    pages = pages_of(version)
    for name in ("version", "preview", "try", "compare", "copy", "adopt"):
        assert client.get(pages[name]).status_code == 200, name
    assert "다른 담당자의 기수" in client.get(pages["version"]).text
    for name in (
        "titles",
        "section",
        "section_add",
        "section_remove",
        "question",
        "question_add",
        "question_remove",
    ):
        assert client.get(pages[name]).status_code == 404, name
        assert client.post(pages[name], LABELS).status_code == 404, name
    for name in ("section_move", "question_move"):
        assert client.post(pages[name], {"to": "up"}).status_code == 404, name

    client.post(pages["copy"], {"where": "same"})
    assert FormVersion.objects.count() == 1
    client.post(pages["copy"], {"where": "other", "slug": "ours", "title_ko": "우리 것", "title_en": "Ours"})
    assert FormVersion.objects.get(form__slug="ours").copied_from == version

    begin(theirs)
    assert client.get(pages["wording"]).status_code == 200
    assert client.post(pages["wording"], {"reason": "오탈자"}).status_code == 404


def test_who_may_build(manager, program):
    version = new_version("plan")
    assert may_build(manager, version)
    ours = cohort_with(version, program=program)
    assert may_build(manager, version)
    begin(ours)
    assert may_build(manager, version)
    theirs = make.make_cohort(form_version=None)
    make.make_application(theirs, form_version=version)
    assert not may_build(manager, version)
    assert may_build(make.make_admin(), version)
    assert not may_build(make.make_user(), new_version(slug="other"))


# --- forms and versions -------------------------------------------------------------------------------------------


def test_a_form_is_made_listed_and_renamed(client, manager, program):
    answer = client.post(url("add"), {"title_ko": "지원서", "title_en": "Application", "slug": "Camp"})
    form = Form.objects.get()
    version = form.versions.get()
    assert (answer.url, form.slug) == (url("version", version.pk), "camp")
    assert "같은 짧은 이름" in client.post(url("add"), {"title_ko": "가", "title_en": "A", "slug": "camp"}).text
    assert "필수" in client.post(url("add"), {}).text

    for number in range(4):
        make.make_cohort(program, form_version=version, label_ko=f"{number}기")
    text = client.get(url("changelist"), {"q": "camp"}).text
    assert "지원서" in text
    assert text.count("리부트캠프 ") == 3
    assert "외 1개" in text

    client.post(url("titles", form.pk), {"title_ko": "새 지원서", "title_en": "New"})
    page = client.get(url("change", form.pk))
    assert "새 지원서" in page.text
    assert "리부트캠프 3기" in page.text
    assert client.post(url("change", form.pk)).status_code == 404
    assert "필수" in client.post(url("titles", form.pk), {"title_ko": "새"}).text
    history = client.get(url("history", form.pk)).text
    assert "양식 이름 변경" in history


def test_a_managers_history_shows_what_was_done_to_versions(client, manager):
    version = new_version("plan")
    assert "버전 1: 문항 추가" in client.get(url("history", version.form_id)).text


def test_no_form_is_deleted(client, manager):
    version = new_version("plan")
    assert client.get(url("delete", version.form_id)).status_code in (403, 404)
    client.force_login(make.make_admin())
    assert client.post(url("delete", version.form_id), {"post": "yes"}).status_code in (403, 404)
    assert Form.objects.exists()


def test_the_page_of_a_version_says_what_is_asked_and_what_is_wrong(client, manager, program):
    version = new_version()
    stays = add(version, "stays", type=T.YES_NO, label_ko="전일 참석", is_required=True)
    add(version, "why", shown_if=stays, shown_if_values=["no"], is_personal=True, label_en="")
    add(version, "phone", type=T.PHONE, profile_field="phone")
    add(version, "mentor", type=T.SINGLE)
    operations.add_section(version.pk, by=manager, title_ko="작품")
    make.make_cohort(program, form_version=version, label_ko="9기")

    text = client.get(url("version", version.pk)).text
    assert "예/아니요 · 필수 · stays" in text
    assert "긴 글 · 1,000자까지 · 개인정보 · 조건: 전일 참석: 아니요 · why" in text
    assert "전화번호 · 프로필에서 가져옴 · phone" in text
    assert "선택지 2개" in text
    assert "고칠 것 4가지" in text
    assert f"{url('question', version.questions.get(key='why').pk)}#id_label_en" in text
    assert f"{url('section', version.sections.last().pk)}#id_title_en" in text
    assert "리부트캠프 9기" in text


def test_a_locked_version_shows_no_tools_and_leads_back(client, manager, program):
    version = new_version("plan")
    begin(cohort_with(version, program=program))
    pages = pages_of(version)
    text = client.get(pages["version"]).text
    assert pages["question_move"] not in text
    assert "쓰기 시작한 지원서가 있어요" in text
    for name in ("question", "question_add", "section", "section_add"):
        answer = client.get(pages[name], follow=True)
        assert answer.redirect_chain == [(pages["version"], 302)]
        assert "문항을 바꿀 수 없어요" in answer.text
    assert "문항을 바꿀 수 없어요" in client.post(pages["question_move"], {"to": "up"}, follow=True).text
    assert "문항을 바꿀 수 없어요" in client.post(pages["question_remove"]).text


def test_a_lock_that_comes_while_a_page_is_open_is_said(client, manager, monkeypatch):
    version = new_version("plan")
    question, section = version.questions.get(), version.sections.get()
    FormVersion.objects.update(locked_at="2026-11-24T10:00+09:00")
    monkeypatch.setattr(FormPages, "back_if_locked", lambda *args: None)
    assert "문항을 바꿀 수 없어요" in client.post(url("question", question.pk) + "?type=short", LABELS).text
    assert "문항을 바꿀 수 없어요" in client.post(url("section", section.pk), {"title_ko": "새"}).text


# --- sections and questions ---------------------------------------------------------------------------------------


def test_sections_page_by_page(client, manager):
    version = new_version()
    first = version.sections.get()
    texts = {"title_ko": "작품", "title_en": "Your work", "intro_ko": "최근 작품부터", "intro_en": "Latest first"}
    answer = client.post(url("section_add", version.pk), texts)
    second = version.sections.last()
    assert answer.url == f"{url('version', version.pk)}#section-{second.pk}"
    client.post(url("section", second.pk), texts | {"title_en": "Work"})
    second.refresh_from_db()
    assert (second.title_en, second.intro_ko) == ("Work", "최근 작품부터")
    client.post(url("section_move", second.pk), {"to": "up"})
    assert list(version.sections.all()) == [second, first]
    assert "주민등록번호" in client.post(url("section", second.pk), texts | {"intro_ko": "주민등록번호"}).text
    assert "제목을 적어" in client.post(url("section", second.pk), {}).text
    assert client.get(url("section_remove", second.pk)).status_code == 200
    assert version.sections.count() == 2
    client.post(url("section_remove", second.pk))
    client.post(url("section_remove", first.pk))
    assert not version.sections.exists()
    assert "먼저 구역" in client.get(url("question_add", version.pk), follow=True).text


def test_first_the_kind_then_the_question(client, manager):
    version = new_version()
    address = url("question_add", version.pk)
    text = client.get(address).text
    for kind in T:
        assert f"type={kind.value}" in text
        page = client.get(f"{address}?type={kind.value}")
        assert page.status_code == 200
        assert 'name="label_ko"' in page.text
    answer = client.post(f"{address}?type=short", LABELS | {"most_characters": "100", "is_required": "on"})
    question = Question.objects.get()
    assert answer.url == f"{url('version', version.pk)}#question-{question.pk}"
    assert (question.type, question.key, question.most_characters) == ("short", "log_line", 100)
    assert question.is_required
    assert client.post(f"{address}?type=long", LABELS | {"another": "1"}).url.startswith(address)
    assert "글자 수" in client.get(f"{address}?type=long").text
    assert client.get(f"{address}?type=short&section=nonsense").status_code == 200


def test_what_is_wrong_is_said_at_its_field(client, manager):
    version = new_version("plan")
    address = url("question_add", version.pk) + "?type=long"
    page = client.post(address, LABELS | {"key": "plan", "why_ko": "주민번호", "most_characters": "0"})
    assert {"most_characters"} == set(page.context["form"].errors)
    page = client.post(address, LABELS | {"key": "plan", "why_ko": "주민번호"})
    assert {"key", "why_ko"} == set(page.context["form"].errors)
    page = client.post(address, {"audience": "reviewer", "required_from": "2026-12-01T10:00"})
    assert {"label_ko", "required_from"} == set(page.context["form"].errors)
    assert version.questions.count() == 1


def test_choices_are_rows_that_grow_without_javascript(client, manager):
    version = new_version()
    address = url("question_add", version.pk) + "?type=ranked"
    more = client.post(address, LABELS | rows(("누르", "Noor", "")) | {"more": "choices", "help_ko": "셋까지"})
    assert Question.objects.count() == 0
    assert 'name="choices-2-ko"' in more.text
    assert 'value="Noor"' in more.text
    assert 'value="셋까지"' in more.text
    client.post(address, LABELS | rows(("누르", "Noor", ""), ("", "", ""), ("다인", "Dain", "hyung")))
    question = Question.objects.get()
    assert question.choices == [
        {"key": "noor", "ko": "누르", "en": "Noor"},
        {"key": "hyung", "ko": "다인", "en": "Dain"},
    ]
    page = client.get(url("question", question.pk)).text
    assert 'value="hyung"' in page
    taken = client.post(url("question", question.pk), LABELS | rows(("누르", "Noor", "a"), ("다인", "Dain", "a")))
    assert "둘이에요" in taken.text


def test_a_condition_names_the_answers_of_one_question(client, manager):
    version = new_version()
    stays = add(version, "stays", type=T.YES_NO)
    mentor = add(version, "mentor", type=T.SINGLE)
    plan = add(version, "plan")
    address = url("question", plan.pk)
    assert f'value="{mentor.pk}:noor"' in client.get(address).text
    client.post(address, LABELS | {"condition": [f"{mentor.pk}:noor", f"{mentor.pk}:dain"]})
    plan.refresh_from_db()
    assert (plan.shown_if, plan.shown_if_values) == (mentor, ["noor", "dain"])
    page = client.get(address)
    assert page.context["form"].initial["condition"] == [f"{mentor.pk}:noor", f"{mentor.pk}:dain"]
    mixed = client.post(address, LABELS | {"condition": [f"{mentor.pk}:noor", f"{stays.pk}:no"]})
    assert "한 문항의 답만" in mixed.text
    client.post(address, LABELS)
    plan.refresh_from_db()
    assert (plan.shown_if, plan.shown_if_values) == (None, [])
    assert "condition" not in client.get(url("question", stays.pk)).context["form"].fields


def test_what_the_profile_knows_is_personal(client, manager):
    version = new_version()
    address = url("question_add", version.pk) + "?type=phone"
    why = {"why_ko": "연락에 써요.", "why_en": "To reach you."}
    client.post(address, LABELS | {"profile_field": "phone"} | why)
    question = Question.objects.get()
    assert (question.is_personal, question.profile_field) == (True, "phone")


def test_a_question_moves_to_another_section_and_another_kind(client, manager):
    copied = operations.copy_version(new_version("plan").pk, by=manager)
    section = operations.add_section(copied.pk, by=manager, title_ko="작품", title_en="Work")
    plan = copied.questions.get()
    page = client.get(url("question", plan.pk))
    assert page.context["form"].fields["key"].disabled
    client.post(url("question", plan.pk), LABELS | {"section": section.pk})
    plan.refresh_from_db()
    assert (plan.section, plan.key) == (section, "plan")
    assert "새 키를 받아요" in client.get(url("question", plan.pk) + "?type=").text
    client.post(url("question", plan.pk) + "?type=short", LABELS | {"section": section.pk})
    plan.refresh_from_db()
    assert (plan.type, plan.key) == ("short", "plan_v2")
    client.post(url("question", plan.pk), LABELS | {"section": section.pk, "is_new_meaning": "on", "key": "x"})
    plan.refresh_from_db()
    assert plan.key == "x"


def test_a_new_meaning_is_a_box_to_tick(client, manager):
    copied = operations.copy_version(new_version("plan").pk, by=manager)
    plan = copied.questions.get()
    client.post(url("question", plan.pk), LABELS | {"is_new_meaning": "on"})
    plan.refresh_from_db()
    assert plan.key == "plan_v2"


def test_questions_move_and_go(client, manager):
    version = new_version()
    stays = add(version, "stays", type=T.YES_NO)
    why = add(version, "why", shown_if=stays, shown_if_values=["no"])
    plan = add(version, "plan")
    client.post(url("question_move", plan.pk), {"to": "up"})
    assert [q.key for q in version.questions.order_by("position")] == ["stays", "plan", "why"]
    client.post(url("question_move", plan.pk), {"to": "down"})
    refused = client.post(url("question_move", why.pk), {"to": "up"}, follow=True)
    assert "더 나중에 묻게 돼요" in refused.text
    assert "달려 있어요" in client.post(url("question_remove", stays.pk)).text
    assert "why" in client.get(url("question_remove", why.pk)).text
    answer = client.post(url("question_remove", why.pk), follow=True)
    assert "삭제했습니다" in answer.text
    assert version.questions.count() == 2


# --- seen, tried --------------------------------------------------------------------------------------------------


def camp():
    """A form with something of every kind that can be tried without a draft."""
    version = new_version()
    stays = add(version, "stays", type=T.YES_NO, label_ko="전일 참석", label_en="All days", is_required=True)
    add(version, "why", shown_if=stays, shown_if_values=["no"], is_required=True)
    add(version, "logline", type=T.SHORT, label_ko="로그라인", label_en="Log line", most_characters=5)
    add(version, "mentor", type=T.RANKED)
    add(version, "credits", type=T.CREDITS)
    add(version, "proposal", type=T.FILE, label_ko="기획안", is_required=True)
    add(version, "phone", type=T.PHONE, profile_field="phone")
    operations.change_section(
        version.sections.get().pk, by=make.make_admin(), intro_ko="안내", intro_en="Read this"
    )
    return version


@pytest.mark.parametrize(
    ("language", "words"), [("ko", ["전일 참석", "인적사항", "안내"]), ("en", ["All days", "Read"])]
)
@pytest.mark.parametrize("page", ["preview", "try"])
def test_a_form_is_seen_in_either_language(client, manager, page, language, words):
    version = camp()
    answer = client.get(url(page, version.pk), {"lang": language})
    assert f'<html lang="{language}"' in answer.text
    for word in words:
        assert word in answer.text
    for key in ("full_name", "stays", "why", "logline", "mentor_0", "credits-0-year", "phone"):
        assert f'name="{key}' in answer.text
    assert '<html lang="ko"' in client.get(url(page, version.pk), {"lang": "xx"}).text


def pdf(name="plan.pdf"):
    return uploaded(make_pdf(), name)


def test_a_try_is_checked_as_on_submission_and_nothing_is_kept(client, manager):
    version = camp()
    address = url("try", version.pk)
    before = [model.objects.count() for model in (Application, Upload, AuditEvent, OutgoingMail)]
    wrong = {
        "full_name": "남궁별",
        "stays": "no",
        "logline": "너무 긴 로그라인",
        "mentor_0": "",
        "mentor_1": "noor",
    }
    page = client.post(address, wrong | {"proposal": SimpleUploadedFile("plan.pdf", b"MZ no document at all")})
    assert {problem["label"] for problem in page.context["problems"]} == {
        "질문 why", "로그라인", "질문 mentor", "기획안"
    }  # fmt: skip
    assert 'value="너무 긴 로그라인"' in page.text

    right = {"full_name": "남궁별", "stays": "yes", "logline": "등대", "mentor_0": "dain", "phone": "010-0000-0001"}
    right |= {"credits-rows": "1", "credits-0-year": "2024", "credits-0-title": "소금", "credits-0-role": "연출"}
    page = client.post(address, right | {"proposal": pdf()})
    assert "problems" not in page.context
    for text in ("이대로 제출할 수 있어요", "남궁별", "등대", "다인", "소금", "plan.pdf", "010-0000-0001"):
        assert text in page.text, text
    assert "질문 why" not in page.text
    assert before == [model.objects.count() for model in (Application, Upload, AuditEvent, OutgoingMail)]
    version.refresh_from_db()
    assert not version.is_locked


def test_a_try_takes_further_rows_and_hostile_input(client, manager):
    version = camp()
    address = url("try", version.pk)
    more = {"more": "credits", "credits-rows": "1", "credits-0-year": "2024", "logline": "등대"}
    page = client.post(address, more)
    assert 'name="credits-2-year"' in page.text
    assert 'value="등대"' in page.text
    assert not page.context.get("problems")
    page = client.post(
        address, {"full_name": "남궁\0별", "logline": "가" * 30_000, "proposal": pdf("a" * 300 + ".pdf")}
    )
    assert page.status_code == 200
    assert "로그라인" in {problem["label"] for problem in page.context["problems"]}


# --- compared, copied ---------------------------------------------------------------------------------------------


def test_versions_are_compared(client, manager):
    version = new_version("plan", "gone", "same")
    stays = add(version, "stays", type=T.YES_NO)
    mentor = add(version, "mentor", type=T.SINGLE)
    copy = operations.copy_version(version.pk, by=manager)
    of = {question.key: question for question in copy.questions.all()}
    operations.remove_question(of["gone"].pk, by=manager)
    save = {"version_id": copy.pk, "section_id": copy.sections.get().pk, "by": manager}
    operations.save_question(
        **save,
        question_id=of["plan"].pk,
        label_ko="새 <b>질문</b>",
        is_required=True,
        required_from=version.made_at,
    )
    operations.save_question(
        **save, question_id=of["mentor"].pk, choices=CHOICES[:1], shown_if=of["stays"], shown_if_values=["yes"]
    )
    add(copy, "new")

    found = compare(version, copy)
    assert [question.key for question in found.added] == ["new"]
    assert [question.key for question in found.removed] == ["gone"]
    assert found.same == 2
    changed = {change["question"].key: change["lines"] for change in found.changed}
    assert len(changed["plan"]) == 3
    assert [(line["before"], line["after"]) for line in changed["mentor"]] == [
        ("누르 / Noor (noor)\n다인 / Dain (dain)", "누르 / Noor (noor)"),
        ("", "질문 stays: 네"),
    ]
    assert compare(copy, copy).is_empty
    assert (stays.key, mentor.key) == ("stays", "mentor")

    page = client.get(url("compare", copy.pk))
    assert "&lt;b&gt;" in page.text
    assert page.context["comparison"].same == 2
    assert client.get(url("compare", copy.pk), {"with": version.pk}).status_code == 200
    assert client.get(url("compare", copy.pk), {"with": "9999"}).status_code == 404
    assert client.get(url("compare", version.pk)).context["comparison"].removed[0].key == "new"
    alone = new_version("plan", slug="alone")
    assert "다른 버전이 없어요" in client.get(url("compare", alone.pk)).text


def test_a_copy_becomes_the_next_version_or_another_form(client, manager):
    version = new_version("plan")
    address = url("copy", version.pk)
    answer = client.post(address, {"where": "same"})
    copy = version.form.versions.get(number=2)
    assert answer.url == url("version", copy.pk)
    assert set(client.post(address, {"where": "other"}).context["form"].errors) == {"slug", "title_ko", "title_en"}
    taken = client.post(address, {"where": "other", "slug": "camp", "title_ko": "가", "title_en": "A"})
    assert "같은 짧은 이름" in taken.text
    client.post(address, {"where": "other", "slug": "camp-27", "title_ko": "가", "title_en": "A"})
    assert FormVersion.objects.get(form__slug="camp-27").number == 1
    assert "버전 1" in client.get(url("version", copy.pk)).text


# --- given to a cohort --------------------------------------------------------------------------------------------


def test_a_form_is_given_to_a_cohort_after_a_page_that_says_what_it_means(client, manager, program):
    old = new_version("plan", "gone")
    cohort = cohort_with(old, program=program, label_ko="9기")
    draft = begin(cohort, plan="등대", gone="바다")
    make.make_application(cohort)
    new = operations.copy_version(old.pk, by=manager)
    operations.remove_question(new.questions.get(key="gone").pk, by=manager)
    over = make.make_cohort(program, phase="closed", label_ko="지난 기수")
    theirs = make.make_cohort(label_ko="남의 기수")

    address = url("adopt", new.pk)
    text = client.get(address).text
    assert "리부트캠프 9기" in text
    assert over.label_ko not in text
    assert theirs.label_ko not in text
    assert client.get(address, {"cohort": theirs.pk}).context["form"].errors

    page = client.get(address, {"cohort": cohort.pk})
    facts = dict(page.context["counts"])
    assert facts["옮겨 가는 작성 중 지원서"] == 1
    assert facts["그대로 남는 제출한 지원서"] == 1
    assert facts["다르게 묻거나 더는 묻지 않는 문항"] == "질문 gone"
    cohort.refresh_from_db()
    assert cohort.form_version == old

    answer = client.post(f"{address}?cohort={cohort.pk}", {"reason": "문항을 줄입니다."}, follow=True)
    assert "1건을 옮겼습니다" in answer.text
    cohort.refresh_from_db()
    draft.refresh_from_db()
    assert cohort.form_version == draft.form_version == new
    assert AuditEvent.objects.get(verb="cohort.form", target_id=cohort.pk, after=str(new.pk)).reason
    again = client.get(address, {"cohort": cohort.pk})
    assert "바뀌는 것이 없어요" in again.text
    assert dict(again.context["counts"])["옮겨 가는 작성 중 지원서"] == 0
    overview = client.get(reverse("admin:programs_cohort_overview", args=[cohort.pk])).text
    assert url("version", new.pk) in overview


def test_a_cohort_without_a_form_gets_its_first(client, manager, program):
    cohort = make.make_cohort(program, form_version=None)
    overview = client.get(reverse("admin:programs_cohort_overview", args=[cohort.pk])).text
    assert url("changelist") in overview
    version = new_version("plan")
    address = f"{url('adopt', version.pk)}?cohort={cohort.pk}"
    assert dict(client.get(address).context["counts"])["지금까지의 양식"] == "–"
    assert "적용했습니다" in client.post(address, follow=True).text


def test_an_unfinished_form_is_given_to_nobody(client, manager, program):
    cohort = make.make_cohort(program, form_version=None)
    version = new_version()
    add(version, "plan", label_en="")
    assert "아직 완성되지 않은" in client.get(url("adopt", version.pk)).text
    refused = client.post(f"{url('adopt', version.pk)}?cohort={cohort.pk}")
    assert "아직 완성되지 않은" in refused.text
    cohort.refresh_from_db()
    assert cohort.form_version is None


# --- wording ------------------------------------------------------------------------------------------------------


def test_wording_is_mended_on_a_page_that_shows_what_was_mended(client, manager, program):
    version = new_version("plan")
    add(version, "mentor", type=T.SINGLE)
    begin(cohort_with(version, program=program))
    address = url("wording", version.pk)
    page = client.get(address)
    form = page.context["form"]
    posted = {name: field.initial or "" for name, field in form.fields.items()}
    plan = version.questions.get(key="plan")
    name = f"question-{plan.pk}-label_ko"
    assert posted[name] == "질문 plan"

    assert "바뀐 내용이 없어요" in client.post(address, posted | {"reason": "오탈자"}).text
    assert set(client.post(address, posted | {name: ""}).context["form"].errors) == {name, "reason"}
    answer = client.post(address, posted | {name: "기획안 요약", "reason": "오탈자"}, follow=True)
    assert "문구 1개를 고쳤습니다" in answer.text
    assert WordingFix.objects.get().after == "기획안 요약"
    text = client.get(address).text
    assert "질문 plan" in text
    assert "오탈자" in text


def test_a_form_of_many_questions_costs_no_more_queries(client, manager, django_assert_max_num_queries):
    version = new_version(*(f"q{number}" for number in range(60)))
    client.get(url("version", version.pk))
    for name, most in (("version", 14), ("preview", 14), ("try", 14)):
        with django_assert_max_num_queries(most):
            assert client.get(url(name, version.pk)).status_code == 200
