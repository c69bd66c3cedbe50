"""Dates and names as people of each language write them, in Seoul's time."""

from datetime import UTC, date, datetime

import pytest
from django.db.models import F
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from partners.models.organizations import Organization
from portal import clock, i18n
from tests.make import make_organization

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # 10:00 in Seoul


@pytest.fixture(autouse=True)
def tuesday(settings):
    settings.DEMO_NOW = NOW


def at(day, hour=8, minute=0, month=11, year=2026):
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("made", "korean", "english"),
    [
        (lambda: i18n.day(at(26)), "11월 26일 (목)", "Thu, 26 November"),
        (lambda: i18n.day(at(26, year=2025)), "2025년 11월 26일 (수)", "Wed, 26 November 2025"),
        (lambda: i18n.day(at(26), year=True), "2026년 11월 26일 (목)", "Thu, 26 November 2026"),
        (lambda: i18n.day(date(2026, 11, 26), weekday=False), "11월 26일", "26 November"),
        (lambda: i18n.day(at(25, hour=15)), "11월 26일 (목)", "Thu, 26 November"),  # midnight in Seoul
        (lambda: i18n.moment(at(26)), "11월 26일 (목) 17:00", "Thu, 26 November, 17:00 KST"),
        (lambda: i18n.deadline(at(26)), "11월 26일 (목) 17:00까지", "by Thu, 26 November, 17:00 KST"),
        (lambda: i18n.span(at(26), at(26, 9)), "11월 26일 (목)", "Thu, 26 November"),
        (
            lambda: i18n.span(at(26, 1), at(26), times=True),
            "11월 26일 (목) 10:00~17:00",
            "Thu, 26 November, 10:00–17:00 KST",
        ),
        (lambda: i18n.span(at(26), at(27)), "11월 26일 (목) ~ 27일 (금)", "26–27 November"),
        (
            lambda: i18n.span(date(2024, 7, 4), date(2024, 7, 5)),
            "2024년 7월 4일 (목) ~ 5일 (금)",
            "4–5 July 2024",
        ),
        (
            lambda: i18n.span(at(30), at(1, month=12)),
            "11월 30일 (월) ~ 12월 1일 (화)",
            "30 November – 1 December",
        ),
        (
            lambda: i18n.span(at(31, month=12), at(1, month=1, year=2027)),
            "2026년 12월 31일 (목) ~ 2027년 1월 1일 (금)",
            "31 December 2026 – 1 January 2027",
        ),
        (lambda: i18n.dated(date(2025, 4, 24), "day"), "2025년 4월 24일 (목)", "24 April 2025"),
        (lambda: i18n.dated(date(2024, 4, 1), "month"), "2024년 4월", "April 2024"),
        (lambda: i18n.dated(date(2024, 1, 1), "year"), "2024년", "2024"),
        (lambda: i18n.number(1104), "1,104", "1,104"),
        (lambda: i18n.days_left(at(24, 9)), "오늘 마감", "Closes today"),
        (lambda: i18n.days_left(at(25)), "D-1", "1 day left"),
        (lambda: i18n.days_left(at(27)), "D-3", "3 days left"),
        (lambda: i18n.in_days(at(24, 9)), "오늘", "today"),
        (lambda: i18n.in_days(at(25)), "내일", "tomorrow"),
        (lambda: i18n.in_days(at(30)), "6일 뒤", "in 6 days"),
    ],
)
def test_each_language_has_its_way(made, korean, english):
    with override("ko"):
        assert made() == korean
    with override("en"):
        assert made() == english


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_any_two_moments_can_be_written(one, two):
    try:
        first, last = sorted((i18n.as_seoul(one), i18n.as_seoul(two)))
    except OverflowError:  # the last day of year 9999 ends later in Seoul
        return
    for language in i18n.LANGUAGES:
        with override(language):
            text = i18n.span(first, last, times=True)
            assert str(first.day) in text
            assert str(last.day) in text


def test_a_naive_moment_is_taken_to_be_in_seoul():
    assert i18n.as_seoul(datetime(2026, 11, 24, 10)) == NOW  # noqa: DTZ001


def test_a_pair_is_read_in_the_active_language_and_falls_back():
    organization = Organization(name_ko="영화진흥위원회", name_en="", about_ko="", about_en="A council")
    with override("en"):
        assert (organization.name, i18n.language_of(organization, "name")) == ("영화진흥위원회", "ko")
        assert (organization.about, i18n.language_of(organization, "about")) == ("A council", "en")
    with override("ko"):
        assert (organization.about, i18n.language_of(organization, "about")) == ("A council", "en")
    assert isinstance(Organization.name, i18n.Bilingual)


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "first"), [("ko", "가"), ("en", "Aardvark")])
def test_the_same_choice_in_sql(language, first):
    make_organization(name_ko="나", name_en="Aardvark")
    make_organization(name_ko="가", name_en="")
    with override(language):
        rows = Organization.objects.annotate(shown=i18n.localized_expression("name")).order_by(F("shown"))
        assert rows[0].shown == first


def test_whoever_has_no_known_language_is_spoken_to_in_korean():
    with i18n.speaking("fr"):
        assert i18n.language() == "ko"
    with i18n.speaking("en"):
        assert i18n.language() == "en"


def test_the_clock_can_be_frozen(settings):
    assert clock.now() == NOW
    assert clock.today() == date(2026, 11, 24)
    settings.DEMO_NOW = None
    assert clock.now() > NOW.replace(year=2020)
