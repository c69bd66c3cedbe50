"""A manager builds the form of the Reboot Camp in the admin alone, in both languages, and applicants fill it in."""

import re

import pytest
from playwright.sync_api import expect

from programs.models.cohorts import Cohort
from programs.models.forms import FormVersion, Question
from programs.operations import forms as operations
from programs.operations.adoption import adopt_version
from programs.questions.loading import questions_of
from tests import make
from tests.e2e.applying import Applying
from tests.programs.forms import add, begin, cohort_with, new_version

pytestmark = pytest.mark.django_db(transaction=True)
MENTORS = [
    ("기디언 말로프라이스", "Gideon Marlowe-Pryce"),
    ("누르 카스텔란", "Noor Castellane"),
    ("어진솔", "Eo Jinsol"),
    ("형다인", "Hyung Dain"),
]
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def season():
    """A masterclass that opens soon enough, without a form, and its manager."""
    organization = make.make_organization(name_ko="한국영화아카데미", name_en="Korean Academy of Film Arts")
    program = make.make_program(
        kind="masterclass", slug="camp", title_ko="리부트캠프", title_en="Reboot Camp", partners=[organization]
    )
    cohort = make.make_cohort(
        program, slug="2027-1", form_version=None, label_ko="2027년 1기", label_en="2027, cohort 1"
    )
    return cohort, make.make_manager(organization, language="ko")


def fill(page, **texts):
    for name, text in texts.items():
        page.locator(f"[name={name}]").fill(text)


def add_question(page, section, kind, ko, en, *, done=lambda page: None, **texts):
    """Add a question to a section: its kind first, then the rest."""
    page.get_by_role("link", name=re.compile(f"문항 추가.*{section}")).click()
    page.locator(".form-types").get_by_text(kind, exact=True).click()
    fill(page, label_ko=ko, label_en=en, **texts)
    done(page)
    page.get_by_role("button", name="저장하기", exact=True).click()
    expect(page.get_by_text(f"“{ko}”을(를) 저장했습니다.")).to_be_visible()


def name_mentors(page):
    """The four mentors as choices; a row that is missing is asked for first."""
    for place, (ko, en) in enumerate(MENTORS):
        if not page.locator(f"[name=choices-{place}-ko]").count():
            page.get_by_role("button", name="줄 추가").click()
        fill(page, **{f"choices-{place}-ko": ko, f"choices-{place}-en": en})


def require(page):
    page.get_by_label("필수 문항").check()


def build(page):
    """All of the form, from nothing; ends on the page of its version."""
    page.goto("/admin/programs/form/")
    page.get_by_role("link", name="양식 추가").click()
    fill(page, title_ko="리부트캠프 지원서", title_en="Reboot Camp application", slug="reboot-camp")
    page.get_by_role("button", name="만들기").click()

    section = "지원 내용"
    page.get_by_role("link", name=re.compile(f"수정.*{section}")).click()
    fill(page, title_ko="시리즈 기획", title_en="Your series", intro_ko="장편 시리즈 한 편을 소개해 주세요.")
    fill(page, intro_en="Tell us about one series.")
    page.get_by_role("button", name="저장하기").click()
    section = "시리즈 기획"

    def summary(page):
        fill(page, help_ko="결말까지 써 주세요.", help_en="Include the ending.", most_characters="1000")
        require(page)

    add_question(page, section, "긴 글", "시리즈 기획안 요약", "Summary of the series", done=summary)
    add_question(page, section, "짧은 글", "로그라인", "Log line", most_characters="100", done=require)

    page.get_by_role("link", name="구역 추가").click()
    fill(page, title_ko="포트폴리오와 멘토", title_en="Portfolio and mentors")
    page.get_by_role("button", name="저장하기").click()
    section = "포트폴리오와 멘토"
    add_question(page, section, "링크", "포트폴리오 링크", "Portfolio links", most_items="3")
    add_question(page, section, "파일", "포트폴리오 파일", "Portfolio file", most_megabytes="50")

    def mentors(page):
        name_mentors(page)
        fill(page, most_items="3")
        require(page)

    add_question(page, section, "순위 고르기", "멘토 1~3지망", "Mentors, first to third choice", done=mentors)
    add_question(page, section, "예/아니요", "전일 참석할 수 있나요?", "Can you attend on every day?", done=require)
    add_question(
        page,
        section,
        "짧은 글",
        "참석하지 못하는 날",
        "Days you cannot attend",
        done=lambda page: page.locator("#id_condition").get_by_label("아니요").check(),
    )
    add_question(
        page, section, "확인 문구", "전일 참석을 약속해요.", "I promise to attend on every day.", done=require
    )


@pytest.mark.parametrize("with_javascript", [True, False], ids=["javascript", "plain"])
def test_the_form_of_the_reboot_camp(open_page, season, with_javascript):
    cohort, manager = season
    page = open_page(user=manager, java_script_enabled=with_javascript)
    build(page)
    version = FormVersion.objects.get()
    assert [(row.type, row.is_required) for row in questions_of(version.pk)] == [
        ("long", True), ("short", True), ("links", False), ("file", False), ("ranked", True), ("yes_no", True),
        ("short", False), ("statement", True),
    ]  # fmt: skip
    mentors = Question.objects.get(type="ranked")
    assert [(choice["ko"], choice["en"]) for choice in mentors.choices] == MENTORS

    page.get_by_role("link", name="미리보기").click()
    expect(page.get_by_role("heading", name="2. 시리즈 기획")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="2. Your series")).to_be_visible()
    page.get_by_role("link", name="Back to the form").click()

    page.get_by_role("link", name="기수에 적용").click()
    page.get_by_label("기수").select_option(label="리부트캠프 2027년 1기")
    page.get_by_role("button", name="계속").click()
    expect(page.get_by_text("옮겨 가는 작성 중 지원서")).to_be_visible()
    assert Cohort.objects.get().form_version is None
    page.get_by_role("button", name="이 양식을 기수에 적용").click()
    expect(page.get_by_text("이 양식을 기수에 적용했습니다.")).to_be_visible()
    assert Cohort.objects.get().form_version == version

    for language, words in (
        ("ko", ["시리즈 기획안 요약", "결말까지 써 주세요.", "로그라인", "멘토 1~3지망", "누르 카스텔란"]),
        ("en", ["Summary of the series", "Include the ending.", "Log line", "Mentors, first", "Noor Castellane"]),
    ):
        draft = begin(cohort)
        locale = {"ko": "ko-KR", "en": "en-US"}[language]
        applicant = open_page(locale, user=draft.applicant, java_script_enabled=with_javascript)
        seen = ""
        for step in ("part-1", "part-2"):
            applicant.goto(f"/{language}/applications/{draft.code}/edit/?step={step}")
            seen += applicant.locator("main").inner_text() + applicant.locator("main").inner_html()
        for word in words:
            assert word in seen, word
        if language == "en":
            form = re.sub(r"<[^>]+>", "", applicant.locator(".form-section").inner_html())
            assert not re.search("[가-힣]", form)


def test_a_try_says_what_an_applicant_would_be_told(open_page, season):
    version = new_version()
    stays = add(version, "stays", type="yes_no", label_ko="전일 참석", is_required=True)
    add(
        version,
        "why",
        type="short",
        label_ko="못 오는 날",
        shown_if=stays,
        shown_if_values=["no"],
        is_required=True,
    )
    page = open_page(user=season[1])
    page.goto(f"/admin/programs/form/version/{version.pk}/try/")
    expect(page.get_by_label("못 오는 날")).to_be_hidden()
    page.get_by_role("button", name="확인하기").click()
    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(2)  # the name, and whether one stays
    page.get_by_label("성명").first.fill("남궁별")
    page.get_by_label("아니요").check()
    page.get_by_label("못 오는 날").fill("월요일")
    page.get_by_role("button", name="확인하기").click()
    expect(page.get_by_text("이대로 제출할 수 있어요.")).to_be_visible()
    expect(page.get_by_text("월요일")).to_be_visible()
    version.refresh_from_db()
    assert not version.is_locked


def pages_to_look_at(version):
    """Every kind of page of the builder."""
    question = version.questions.get(key="mentor")
    copy = operations.copy_version(version.pk, by=make.make_admin())
    operations.remove_question(copy.questions.get(key="plan").pk, by=make.make_admin())
    begin(cohort_with(copy))
    base = "/admin/programs/form/"
    return [
        base,
        f"{base}add/",
        f"{base}{version.form_id}/change/",
        f"{base}version/{version.pk}/",
        f"{base}version/{version.pk}/question/",
        f"{base}question/{question.pk}/",
        f"{base}section/{question.section_id}/",
        f"{base}version/{copy.pk}/compare/",
        f"{base}version/{version.pk}/copy/",
        f"{base}version/{copy.pk}/adopt/",
        f"{base}version/{copy.pk}/wording/",
        f"{base}version/{version.pk}/preview/",
        f"{base}version/{version.pk}/try/",
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_is_accessible_and_fits(open_page, width, theme):
    version = new_version("plan")
    stays = add(version, "stays", type="yes_no")
    add(version, "mentor", type="ranked", shown_if=stays, shown_if_values=["yes"])
    add(version, "summary", label_en="")
    add(version, "proposal", type="file")
    add(version, "credits", type="credits")
    version.questions.filter(key="summary").update(label_en="")
    size = {"viewport": {"width": width, "height": 900}, "color_scheme": theme}
    page = open_page(user=make.make_admin(language="ko"), **size)
    operations.save_question(
        version.pk, version.sections.get().pk, version.questions.get(key="summary").pk, by=make.make_admin(),
        label_en="Summary",
    )  # fmt: skip
    addresses = pages_to_look_at(version)
    version.questions.filter(key="summary").update(label_en="")
    for address in addresses:
        page.goto(address)
        open_page.check_accessibility(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    page.goto(addresses[3])
    expect(page.get_by_role("heading", name="고칠 것 1가지")).to_be_visible()
    page.get_by_role("link", name="문항이 한 언어로만").click()
    assert page.url.endswith("#id_label_en")


def test_a_form_that_moves_on_while_somebody_types(open_page):
    applying = Applying()
    page = open_page(user=applying.person, viewport=PHONE)
    applying.version.questions.filter(key="motivation").update(help_en="Why do you apply?")
    page.goto(applying.address("part-1"))
    page.locator("[name=logline]").fill("등대에 불이 켜진다")
    page.keyboard.press("Tab")
    applying.wait_for(page, "logline", "등대에 불이 켜진다")

    copy = operations.copy_version(applying.version.pk, by=make.make_admin())
    operations.remove_question(copy.questions.get(key="logline").pk, by=make.make_admin())
    adopt_version(applying.cohort.pk, copy.pk, by=make.make_admin())
    page.locator("[name=motivation]").fill("배우고 싶어요")
    page.locator("[name=logline]").fill("등대에 불이 꺼진다")
    page.keyboard.press("Tab")
    applying.wait_for(page, "motivation", "배우고 싶어요")
    page.get_by_role("button", name="저장하고 다음").last.click()
    expect(page.get_by_text("이 지원서의 문항이 바뀌었어요.")).to_be_visible()
    page.get_by_text("더는 묻지 않는 문항에 쓴 내용").click()
    expect(page.get_by_text("등대에 불이 꺼진다")).to_be_visible()
    assert "logline" not in applying.draft()
