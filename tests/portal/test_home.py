"""The home page: what is open, what comes next, and figures that anyone can count again."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal import clock
from portal.clock import SEOUL
from programs import catalog, metrics
from programs.models.cohorts import Cohort
from programs.models.programs import ProgramKind
from tests.make import make_cohort, make_enrolment, make_expert, make_organization, make_program, make_session

pytestmark = pytest.mark.django_db


def home(client, language="ko"):
    response = client.get(f"/{language}/")
    assert response.status_code == 200
    return response.content.decode()


def course_of_2024(day=20, **fields):
    begins = datetime(2024, 6, day, 10, tzinfo=SEOUL)
    window = {"opens_at": None, "closes_at": None, "announce_at": None, "released_at": None}
    return make_cohort(
        phase="finished", **(window | {"starts_at": begins, "ends_at": begins + timedelta(days=1)} | fields)
    )


def test_an_empty_portal_has_a_home(client):
    html = home(client)
    for text in [
        "만드는 사람을 <br>키우는 교육",
        "지금 접수 중인 과정이 없어요.",
        "아직 정해진 일정이 없어요.",
        "지원에서 수료까지",
    ]:
        assert text in html
    assert "2024년 성과" not in html
    assert "함께하는 기관" not in html


def test_it_shows_the_four_that_close_soonest(client):
    now = clock.now()
    for days in range(1, 7):
        make_cohort(make_program(title_ko=f"{days}일 뒤 마감"), closes_at=now + timedelta(days=days))
    make_cohort(make_program(title_ko="초안"), phase="draft")
    html = home(client)
    cards = html[: html.index('id="dates"')]
    assert [days for days in range(1, 7) if f"{days}일 뒤 마감</a>" in cards] == [1, 2, 3, 4]
    assert "기준, 6개" in html
    assert "전체 6개 과정" in html
    assert "초안" not in html


def test_coming_dates_are_the_soonest_of_all_kinds(client):
    now = clock.now()
    make_cohort(
        make_program(title_ko="가"), closes_at=now + timedelta(days=2), announce_at=now + timedelta(days=4, hours=1)
    )
    make_cohort(make_program(title_ko="나"), phase="scheduled", opens_at=now + timedelta(days=1))
    make_cohort(make_program(title_ko="다"), phase="in_review", announce_at=now + timedelta(days=3))
    make_cohort(make_program(title_ko="취소"), phase="cancelled")
    make_cohort(make_program(title_ko="초안"), phase="draft")
    rows = catalog.rows_of(Cohort.objects.all(), now)
    lines = [line["title"] for line in catalog.upcoming_lines(rows, now, 4)]
    assert lines == ["나 접수 시작", "가 접수 마감", "다 결과 발표", "가 결과 발표"]
    assert "나 접수 시작" in home(client)


def test_the_figures_of_a_year_are_counted_from_its_rows(client):
    abroad, here = make_expert(country="NO"), make_expert()
    for day in (1, 10):
        cohort = course_of_2024(day)
        make_session(cohort, starts_at=cohort.starts_at, experts=[abroad, here])
        make_session(cohort, starts_at=cohort.starts_at, experts=[here])
        for status in ["completed"] * 5 + ["not_completed", "dropped", "no_show", "cancelled"]:
            make_enrolment(cohort, status=status)
    masterclass = course_of_2024(program=make_program(kind=ProgramKind.MASTERCLASS))
    make_enrolment(masterclass, status="completed")
    course_of_2024(12, cancelled_at=clock.now(), cancel_reason="강사 사정")
    course_of_2024(13, starts_at=datetime(2025, 1, 1, 0, tzinfo=SEOUL), ends_at=datetime(2025, 1, 2, tzinfo=SEOUL))
    new_year = datetime(2024, 1, 1, 0, tzinfo=SEOUL)
    course_of_2024(14, starts_at=new_year, ends_at=new_year + timedelta(hours=3))
    year = metrics.of_year(2024)
    assert metrics.COURSES_RUN.figure(year).part == 3
    assert (metrics.COMPLETION_RATE.figure(year).part, metrics.COMPLETION_RATE.figure(year).whole) == (10, 14)
    assert (metrics.DOMESTIC.figure(year).part, metrics.INTERNATIONAL.figure(year).part) == (1, 1)
    html = home(client)
    assert "2024년 성과" in html
    assert "수료 10명 ÷ 수강 14명" in html
    assert "71.4<small>%</small>" in html
    assert "국내 1명, 해외 1명" in html
    assert "10 completed ÷ 14 enrolled" in home(client, "en")


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (1015, 1104, "91.9"),
        (1, 3, "33.3"),
        (2, 3, "66.7"),
        (1, 16, "6.3"),
        (5, 5, "100.0"),
        (0, 5, "0.0"),
        (0, 0, "–"),
    ],
)
def test_a_rate_is_rounded_half_up_to_one_decimal(part, whole, text):
    assert metrics.rate(part, whole) == text


def test_a_visitors_home_touches_no_session_and_holds_no_token(client):
    make_cohort()
    response = client.get("/ko/")
    assert not response.cookies
    assert "csrf" not in response.content.decode().lower()
    assert "Cookie" not in response.get("Vary", "")


def test_home_costs_the_same_however_much_there_is(client):
    def add():
        make_cohort(registration_mode="first_come")
        make_cohort(phase="scheduled")
        course = course_of_2024()
        make_enrolment(course)
        make_organization(parent=make_organization())

    def cost():
        client.get("/ko/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/ko/")
        return len(captured)

    add()
    few = cost()
    for _n in range(20):
        add()
    assert cost() == few
    assert few <= 10
