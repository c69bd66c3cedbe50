"""The catalog, program, cohort and instructor pages: what they show, to whom, and what they cost."""

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from portal import clock
from portal.clock import SEOUL
from programs import catalog
from programs.filters import CatalogFilters, search_text
from programs.models.cohorts import Cohort, Phase
from programs.models.programs import PartnerRole, ProgramKind, ProgramPartner, Series, Track
from tests.make import (
    make_agreement,
    make_application,
    make_cohort,
    make_enrolment,
    make_expert,
    make_manager,
    make_milestone,
    make_organization,
    make_program,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db


def page(client, address, language="ko"):
    response = client.get(f"/{language}{address}")
    assert response.status_code == 200, address
    return response.content.decode()


def cohort_page(client, cohort, language="ko"):
    return page(client, f"/programs/{cohort.program.slug}/{cohort.slug}/", language)


def titles(html):
    return re.findall(r'<h3><a href="[^"]*"[^>]*>([^<]*)</a></h3>', html)


def queries(client, address):
    client.get(address)  # templates compile and caches fill on the first
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def titled(title, phase="open", **fields):
    program_fields = {
        name: fields.pop(name) for name in ("kind", "track", "title_en", "partners") if name in fields
    }
    return make_cohort(make_program(title_ko=title, **program_fields), phase=phase, **fields)


# --- the catalog -----------------------------------------------------------------------------------------


def test_the_catalog_begins_with_what_closes_soonest_and_ends_with_what_is_over(client):
    now = clock.now()
    for phase in ["finished", "running", "announced", "in_review", "closed", "scheduled", "open", "closing"]:
        titled(phase, phase)
    titled("open later", "open", closes_at=now + timedelta(days=20))
    titled("long over", "finished", starts_at=now - timedelta(days=700), ends_at=now - timedelta(days=699))
    titled("called off", "cancelled")
    titled("not yet shown", "draft")
    assert titles(page(client, "/programs/")) == [
        "closing",
        "open",
        "open later",
        "scheduled",
        "in_review",
        "closed",
        "announced",
        "running",
        "finished",
        "long over",
        "called off",
    ]


def test_chips_count_each_stage_of_what_matches_and_link_to_it(client):
    titled("가", "open")
    titled("나", "closing")
    titled("다", "finished", kind=ProgramKind.TALK)
    html = page(client, "/programs/?kind=course")
    assert 'href="/ko/programs/?kind=course" aria-current="page">전체 <b>2</b>' in html
    assert 'href="/ko/programs/?kind=course&amp;phase=open">접수 중 <b>2</b>' in html
    assert 'href="/ko/programs/?kind=course&amp;phase=closing">마감 임박 <b>1</b>' in html
    assert "교육 종료 <b>" not in html


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("phase=open", {"소리", "그림"}),
        ("phase=closing", {"그림"}),
        ("phase=finished", {"이야기"}),
        ("kind=talk", {"이야기"}),
        ("kind=talk&kind=course", {"소리", "그림", "이야기"}),
        ("track=story", {"이야기"}),
        ("delivery=online", {"그림"}),
        ("delivery=online&delivery=onsite", {"소리", "그림", "이야기"}),
        ("partner=kafa", {"이야기"}),
        ("partner=nobody", set()),
        ("kind=unknown&phase=unknown&track=unknown&delivery=unknown&page=unknown", {"소리", "그림", "이야기"}),
    ],
)
def test_filters_narrow_and_unknown_ones_are_ignored(client, query, found):
    titled("소리", "open")
    titled("그림", "closing", delivery="online")
    kafa = make_organization(slug="kafa")
    titled("이야기", "finished", kind=ProgramKind.TALK, track=Track.STORY, partners=[kafa])
    assert set(titles(page(client, f"/programs/?{query}"))) == found


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(
    "text",
    [
        "소리",
        "소",
        "so",
        "SOUND",
        "sound w",
        "École",
        "éCOLE",
        "설리",
        "O'Brien",
        "o'brien",
        "2031",
        "사운드",
        "OTT 방송",
    ],
)
def test_a_search_finds_titles_fields_labels_and_experts_in_both_languages(client, text, language):
    series = Series.objects.create(slug="ott", name_ko="OTT 방송영상콘텐츠 전문인력 양성", name_en="OTT training")
    program = make_program(
        title_ko="소리 워크숍", title_en="Sound Workshop", series=series, tagline_en="With the École"
    )
    cohort = make_cohort(program, label_ko="2031년 1기")
    make_session(cohort, experts=[make_expert(name_ko="남궁설리", name_en="Mary O'Brien")])
    make_session(cohort, experts=[make_expert()])
    titled("딴것", title_en="Other", track=Track.STORY)
    found = titles(client.get(f"/{language}/programs/", {"q": text}).content.decode())
    assert found == ["소리 워크숍" if language == "ko" else "Sound Workshop"]


@pytest.mark.parametrize("text", ["%", "_", ".", "(", "[a", "\\", "*", "' OR 1=1"])
def test_a_search_takes_every_character_as_itself(client, text):
    titled("소리")
    assert titles(client.get("/ko/programs/", {"q": text}).content.decode()) == []


def test_a_search_is_composed_and_not_endless():
    assert search_text("\u1109\u1169\u1105\u1175   \n가") == "소리 가"
    assert len(search_text("가" * 500)) == 100


def test_what_is_searched_stands_in_the_field_and_in_the_links(client):
    html = page(client, "/programs/?q=%22%3Cb%3E&kind=course")
    assert 'value="&quot;&lt;b&gt;"' in html
    assert "조건에 맞는 과정이 없어요." in html
    assert re.search(r'value="course" id="kind-course" checked', html)


def test_an_empty_catalog_says_so(client):
    assert "아직 과정이 없어요." in page(client, "/programs/")


def test_filters_write_the_same_address_that_they_read():
    filters = CatalogFilters(q="소리", kind=("course", "talk"), phase="open")
    assert filters.query() == "q=%EC%86%8C%EB%A6%AC&kind=course&kind=talk&phase=open"
    assert filters.query(phase="", kind=()) == "q=%EC%86%8C%EB%A6%AC"
    assert filters.is_narrow
    assert not CatalogFilters().is_narrow


def test_a_long_catalog_is_paged_and_keeps_its_filters(client):
    program = make_program(title_ko="소리")
    for _n in range(catalog.PER_PAGE + 1):
        make_cohort(program)
    html = page(client, "/programs/?kind=course")
    assert len(titles(html)) == catalog.PER_PAGE
    assert 'href="?kind=course&amp;page=2"' in html
    assert len(titles(page(client, "/programs/?kind=course&page=2"))) == 1
    assert len(titles(page(client, "/programs/?kind=course&page=99"))) == 1


def test_cards_say_what_matters_in_each_phase(client):
    program = make_program(kind=ProgramKind.COURSE)
    closing = make_cohort(program, phase="closing")
    scheduled, in_review = make_cohort(program, phase="scheduled"), make_cohort(program, phase="in_review")
    announced = make_cohort(program, phase="announced", offer_hours=48)
    late = make_cohort(program, phase="announced", released_at=clock.now() - timedelta(days=9))
    finished, empty = make_cohort(program, phase="finished"), make_cohort(program, phase="finished")
    cancelled, free = make_cohort(program, phase="cancelled"), make_cohort(program, registration_mode="first_come")
    full = make_cohort(program, registration_mode="rsvp", capacity=1, delivery="online")
    event = make_cohort(make_program(kind=ProgramKind.NETWORKING), phase="finished")
    make_application(full, status="confirmed")
    make_application(free, status="offered")
    for cohort in (finished, event):
        make_enrolment(cohort, status="completed" if cohort == finished else "active")
        make_enrolment(cohort, status="no_show")
    now = clock.now()
    with translation.override("en"):
        rows = catalog.rows_of(Cohort.objects.all(), now)
        cards = {row.pk: card for row, card in zip(rows, catalog.cards(rows, now), strict=True)}
        strong = {pk: card["strong"] for pk, card in cards.items()}
    assert strong[closing.pk].startswith("by ")
    assert strong[scheduled.pk].startswith("Opens ")
    assert strong[in_review.pk].startswith("Results ")
    assert strong[announced.pk].startswith("Confirm your place by ")
    assert strong[late.pk] == ""
    assert strong[finished.pk] == "1 enrolled · 1 completed"
    assert strong[event.pk] == "1 took part"
    assert strong[empty.pk] == ""
    assert strong[cancelled.pk] == "강사 사정"
    assert strong[free.pk] == "3 places left"
    assert strong[full.pk] == "Full. You can join the waitlist."
    assert "Online" in cards[full.pk]["meta"][-1]


def test_a_cohort_on_its_last_day_says_that_it_closes_today(client, settings):
    settings.DEMO_NOW = datetime(2026, 11, 24, 10, tzinfo=SEOUL)
    make_cohort(opens_at=settings.DEMO_NOW - timedelta(days=3), closes_at=settings.DEMO_NOW + timedelta(hours=7))
    assert "오늘 마감</span>" in page(client, "/programs/")


# --- a program -------------------------------------------------------------------------------------------


def test_a_program_shows_its_cohorts_over_the_years(client):
    kafa = make_organization(name_ko="한국영화아카데미", parent=make_organization(name_ko="영화진흥위원회"))
    program = make_program(
        slug="camp", title_ko="리부트캠프", partners=[kafa], about_ko="작가를 위한 5일.\n\n- 강의\n- 멘토링"
    )
    make_cohort(program, label_ko="2027년 1기")
    make_cohort(program, phase="finished", label_ko="2025년 1기")
    make_cohort(program, phase="draft", label_ko="2028년 1기")
    html = page(client, "/programs/camp/")
    assert titles(html)[:2] == ["2027년 1기", "2025년 1기"]
    assert "2028년 1기" not in html
    assert "<li>멘토링</li>" in html
    assert "영화진흥위원회 한국영화아카데미" in html


def test_a_program_without_anything_coming_says_so(client):
    make_cohort(make_program(slug="over"), phase="finished")
    assert "지금 예정된 기수가 없어요." in page(client, "/programs/over/")


def test_a_program_without_published_cohorts_is_not_there(client):
    make_cohort(make_program(slug="hidden"), phase="draft")
    assert client.get("/ko/programs/hidden/").status_code == 404
    assert client.get("/ko/programs/nowhere/").status_code == 404


# --- a cohort --------------------------------------------------------------------------------------------


def whole_cohort(sessions=2, **fields):
    """A cohort with all that a page can show."""
    nflx, kocca = make_organization(name_ko="넷플릭스"), make_organization(name_ko="한국콘텐츠진흥원")
    program = make_program(partners=[nflx], kind=ProgramKind.MASTERCLASS, tagline_ko="영화에서 시리즈로")
    ProgramPartner.objects.create(program=program, organization=kocca, role=PartnerRole.SPONSOR)
    earlier = make_cohort(program, phase="finished", capacity=4, label_ko="2025년 1기")
    for _n in range(10):
        make_application(earlier)
    make_application(earlier, status="draft")
    agreement = make_agreement(signed_precision="month", signed_on="2024-04-01")
    defaults = {
        "agreement": agreement,
        "criteria": [60, 40],
        "audience_ko": "각본을 한 편 이상 쓴 사람\n5일 모두 올 수 있는 사람",
        "contact_email": "camp@example.com",
        "hours": 40,
        "capacity": 16,
    }
    cohort = make_cohort(program, **(defaults | fields))
    make_milestone(cohort)
    for day in range(sessions):
        begins = (cohort.starts_at or clock.now()) + timedelta(days=day)
        make_session(cohort, starts_at=begins, experts=[make_expert(country="GB"), make_expert()])
    return cohort


def test_a_cohort_page_says_everything_before_one_applies(client):
    cohort = whole_cohort(sessions=5)
    html = cohort_page(client, cohort)
    for text in [
        "영화에서 시리즈로",
        "16명",
        "없음",
        "5일 중 4일 이상",
        "각본을 한 편 이상 쓴 사람",
        "면접",
        "결과는 발표 시각 전에 누구에게도 공개하지 않습니다.",
        "100점 만점. 동점이면",
        "지난 기수 지원",
        "2.50",
        "지원 10명 ÷ 정원 4명",
        "주최",
        "후원",
        "2024년 4월 업무협약",
        "영국",
        "camp@example.com",
    ]:
        assert text in html, text
    assert f'href="/ko/programs/{cohort.program.slug}/{cohort.slug}/apply/">지원하기</a>' in html


def test_the_same_page_in_english(client):
    html = cohort_page(client, whole_cohort(sessions=5), "en")
    for text in [
        "4 of 5 days or more",
        "16 people",
        "Free",
        "United Kingdom",
        "Agreement of April 2024",
        "Apply</a>",
    ]:
        assert text in html, text


def test_a_cohort_names_its_own_way_of_selection_its_window_and_the_academy_with_its_parent(client):
    kafa = make_organization(name_en="Academy", parent=make_organization(name_en="Council"), is_listed=False)
    cohort = make_cohort(
        make_program(partners=[kafa]),
        phase="scheduled",
        selection_ko="서류심사, 면접",
        selection_en="Documents, interview",
    )
    html = cohort_page(client, cohort, "en")
    assert "Documents, interview" in html
    assert "Academy (Council)</dd>" in html
    assert html.count("\N{NO-BREAK SPACE}KST") >= 2
    assert "서류심사, 면접" in cohort_page(client, cohort)


def test_a_session_over_midnight_shows_its_days(client):
    cohort = make_cohort()
    late = datetime(2027, 1, 18, 22, tzinfo=SEOUL)
    make_session(cohort, starts_at=late, ends_at=late + timedelta(hours=4))
    make_session(cohort, starts_at=late - timedelta(hours=2), ends_at=late)
    assert "18–19 January 2027" in cohort_page(client, cohort, "en")
    assert "Mon, 18 January 2027, <br>20:00–22:00 KST" in cohort_page(client, cohort, "en")
    assert "2027년 1월 18일 (월) <br>20:00~22:00" in cohort_page(client, cohort)


def test_names_in_the_other_language_carry_it(client):
    html = cohort_page(client, whole_cohort(), "en")
    assert re.search(r'<span lang="ko">남궁설\d+</span>', html)
    assert '<li lang="ko">' in html or 'class="text-list measure" lang="ko"' in html


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        ("open", "까지"),
        ("closing", "까지"),
        ("scheduled", "접수 시작"),
    ],
)
def test_the_bar_at_the_foot_tells_the_deadline_or_the_opening(client, phase, words):
    html = cohort_page(client, make_cohort(phase=phase))
    bar = html[html.index('class="apply-bar"') :]
    assert words in bar
    assert ("지원하기" in bar) == (phase != "scheduled")


@pytest.mark.parametrize("phase", ["closed", "in_review", "announced", "running", "finished", "cancelled"])
def test_there_is_no_bar_when_there_is_nothing_to_do(client, phase):
    assert "apply-bar" not in cohort_page(client, make_cohort(phase=phase))


@pytest.mark.parametrize("mode", ["first_come", "rsvp"])
def test_where_places_go_as_people_come_one_registers_and_sees_what_is_left(client, mode):
    cohort = make_cohort(registration_mode=mode, capacity=2)
    make_application(cohort, status="confirmed")
    html = cohort_page(client, cohort)
    assert "남은 자리 1석" in html
    assert "신청하기" in html
    assert "지원하기" not in html
    make_application(cohort, status="confirmed")
    assert "정원이 찼어요. 예비로 신청할 수 있어요." in cohort_page(client, cohort)


def test_a_finished_cohort_tells_how_many_took_part_and_completed(client):
    cohort = make_cohort(phase="finished")
    for status in ["completed", "completed", "not_completed", "no_show", "cancelled"]:
        make_enrolment(cohort, status=status)
    html = cohort_page(client, cohort)
    assert "수료 2명 ÷ 수강 3명" in html
    assert "66.7" in html


def test_a_finished_event_tells_how_many_came(client):
    cohort = make_cohort(make_program(kind=ProgramKind.TALK), phase="finished", registration_mode="rsvp")
    make_enrolment(cohort, status="active")
    html = cohort_page(client, cohort)
    assert "<h3>참여</h3>" in html
    assert "수료율" not in html


def test_a_cancelled_cohort_says_so_with_the_reason(client):
    html = cohort_page(client, make_cohort(phase="cancelled"))
    assert "이 기수는 취소되었습니다." in html
    assert "강사 사정" in html


def test_a_draft_is_there_for_those_who_run_it_alone(client):
    cohort = make_cohort(phase="draft")
    address = f"/ko/programs/{cohort.program.slug}/{cohort.slug}/"
    assert client.get(address).status_code == 404
    for person, status in [
        (make_user(), 404),
        (make_manager(make_cohort()), 404),
        (make_manager(cohort), 200),
        (make_manager(cohort.program), 200),
    ]:
        client.force_login(person)
        assert client.get(address).status_code == status
    assert "이 기수의 담당자에게만 보여요." in client.get(address).content.decode()
    assert client.get(f"/ko/programs/{cohort.program.slug}/").status_code == 200


def test_a_draft_agreement_is_not_named(client):
    agreement = make_agreement(state="draft", title_ko="비공개 협약")
    assert "근거 협약" not in cohort_page(client, make_cohort(agreement=agreement))


def test_whoever_has_applied_finds_the_way_to_the_application(client):
    application = make_application()
    client.force_login(application.applicant)
    html = cohort_page(client, application.cohort)
    assert application.get_absolute_url() in html
    assert "지원하기" not in html[html.index('class="apply-bar"') :]


def test_nothing_staged_shows_on_the_public_page(client):
    cohort = make_cohort(phase="in_review")
    before = cohort_page(client, cohort)
    application = make_application(cohort, status="in_review")
    application.decisions.create(outcome="offer")
    assert cohort_page(client, cohort) == before


@pytest.mark.parametrize("phase", Phase.values)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_bare_cohort_has_a_page_in_every_phase(client, phase, language):
    cohort = make_cohort(phase=phase, hours=None, place_ko="", place_en="")
    status = client.get(f"/{language}/programs/{cohort.program.slug}/{cohort.slug}/").status_code
    assert status == (404 if phase == "draft" else 200)


def test_a_cohort_without_any_dates_has_a_page(client):
    cohort = make_cohort(opens_at=None, closes_at=None, announce_at=None, starts_at=None, ends_at=None)
    assert "추후 공지" in cohort_page(client, cohort)


# --- instructors -----------------------------------------------------------------------------------------


def test_instructors_are_counted_by_where_they_come_from(client):
    make_expert(name_ko="가나다")
    make_expert(name_ko="라마바", country="FR", specialism_en="Colorist")
    html = page(client, "/instructors/")
    assert 'aria-current="page">전체 <b>2</b>' in html
    assert 'href="/ko/instructors/?origin=international">해외 <b>1</b>' in html
    assert "라마바" not in page(client, "/instructors/?origin=domestic")
    assert "가나다" not in page(client, "/instructors/?origin=international")
    assert "가나다" in page(client, "/instructors/?origin=elsewhere")
    html = page(client, "/instructors/?q=COLOR")
    assert "라마바" in html
    assert "가나다" not in html
    assert "찾는 강사가 없어요." in page(client, "/instructors/?q=zzz")


def test_an_instructor_stands_with_what_they_teach_in_public(client):
    expert = make_expert()
    make_session(titled("보이는 과정"), experts=[expert])
    make_session(titled("초안", "draft"), experts=[expert])
    html = page(client, "/instructors/")
    assert "보이는 과정" in html
    assert "초안" not in html


def test_without_instructors_the_page_says_so(client):
    assert "아직 등록된 강사가 없어요." in page(client, "/instructors/")


def test_many_instructors_are_paged(client):
    for _n in range(31):
        make_expert()
    assert 'href="?page=2"' in page(client, "/instructors/")


# --- for a cache, and for the clock ----------------------------------------------------------------------

ADDRESSES = ["/programs/", "/programs/?q=a", "/instructors/"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_visitors_page_touches_no_session_and_holds_no_token(client, address):
    cohort = whole_cohort()
    for path in [address, f"/programs/{cohort.program.slug}/", f"/programs/{cohort.program.slug}/{cohort.slug}/"]:
        response = client.get(f"/ko{path}")
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")
        assert "csrf" not in response.content.decode().lower()
        assert "public" in response["Cache-Control"]


@pytest.mark.parametrize(
    "address", ["/ko/programs/", "/en/programs/", "/ko/programs/?q=e&phase=finished", "/ko/programs/?q=과"]
)
def test_the_catalog_costs_the_same_for_one_row_and_for_many(client, address):
    def add():
        for mode in ("review", "first_come"):
            cohort = titled("과정", title_en="Course", registration_mode=mode)
            make_session(cohort, experts=[make_expert()])
        make_enrolment(titled("과정", "finished", title_en="Course"))

    add()
    few = queries(client, address)
    for _n in range(20):
        add()
    assert queries(client, address) == few
    assert few <= 6


def test_a_cohort_page_costs_the_same_however_much_it_shows(client):
    few = whole_cohort(sessions=1)
    many = whole_cohort(sessions=12, criteria=[10] * 10, registration_mode="first_come")
    over = whole_cohort(phase="finished")
    costs = [queries(client, reverse("cohort", args=[c.program.slug, c.slug])) for c in (few, many, over)]
    assert costs[0] <= 9
    assert costs[1] <= 9
    assert costs[2] <= 9


def test_a_program_page_costs_the_same_for_one_cohort_and_for_many(client):
    program = make_program(slug="years", partners=[make_organization()])
    for phase, mode in (("open", "first_come"), ("finished", "review")):
        make_cohort(program, phase=phase, registration_mode=mode)
    few = queries(client, "/ko/programs/years/")
    for _n in range(30):
        make_cohort(program, registration_mode="first_come")
        make_cohort(program, phase="finished")
    assert queries(client, "/ko/programs/years/") == few


def test_the_list_of_instructors_costs_the_same_for_one_and_for_many(client):
    cohort = make_cohort()
    make_session(cohort, experts=[make_expert()])
    few = queries(client, "/ko/instructors/")
    make_session(cohort, experts=[make_expert() for _n in range(40)])
    assert queries(client, "/ko/instructors/") == few
    assert few <= 4
