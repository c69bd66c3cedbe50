"""The page of a place: what is next, the schedule and who sees what of it, and what late joiners find."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from portal import clock
from programs import learning
from programs.operations import sessions
from tests import make

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
SECRET = "https://meet.example.com/secret"


@pytest.fixture
def place():
    """A place in a running cohort with a session that is over, one tomorrow and one next week."""
    cohort = make.make_cohort(phase="running")
    now = clock.now()
    for days in (-1, 1, 7):
        make.make_session(
            cohort,
            starts_at=now + timedelta(days=days),
            place_ko="1호",
            place_en="Room 1",
            address_ko="본관 302호",
            address_en="Main building 302",
            access_ko="정문으로 오십시오.",
            access_en="Use the main gate.",
            link=SECRET,
            map_link="https://map.example.com/a",
        )
    application = make.make_application(cohort, status="confirmed")
    return make.make_enrolment(application=application, status="active")


def see(client, place, person=None, language="ko"):
    client.force_login(person or place.person)
    with override(language):
        return client.get(reverse("learning", args=[place.code]))


@pytest.mark.parametrize("language", ["ko", "en"])
def test_it_says_what_comes_next_and_where(client, place, language):
    text = see(client, place, language=language).text
    following = learning.ahead(place, clock.now())[0]
    assert getattr(following, f"title_{language}") in text
    assert {"ko": "본관 302호", "en": "Main building 302"}[language] in text
    assert {"ko": "정문으로 오십시오.", "en": "Use the main gate."}[language] in text
    assert SECRET not in text


def test_the_link_is_there_from_an_hour_before_until_the_end(client, place, settings):
    following = learning.ahead(place, clock.now())[0]
    for at, is_there in (
        (following.starts_at - HOUR - timedelta(seconds=1), False),
        (following.starts_at - HOUR, True),
        (following.ends_at, True),
        (following.ends_at + timedelta(seconds=1), False),
    ):
        settings.DEMO_NOW = at
        assert (SECRET in see(client, place).text) is is_there


@pytest.mark.parametrize("status", ["dropped", "cancelled", "no_show"])
def test_whoever_left_sees_no_room_no_link_and_no_materials(client, place, settings, status):
    place.status, place.ended_at = status, clock.now()
    place.save()
    make.make_material(place.cohort, link=SECRET, title_ko="자료 하나")
    settings.DEMO_NOW = learning.sessions_of(place)[1].starts_at
    text = see(client, place).text
    for hidden in ("본관 302호", "정문으로 오십시오.", SECRET, "자료 하나"):
        assert hidden not in text


def test_a_stranger_gets_404_and_staff_of_the_cohort_see_whose_it_is(client, place):
    assert see(client, place, make.make_user()).status_code == 404
    assert see(client, place, make.make_manager(make.make_cohort())).status_code == 404
    seen = see(client, place, make.make_manager(place.cohort))
    assert place.person.full_name in seen.text


def test_a_cancelled_session_says_why_and_is_not_what_comes_next(client, place):
    first, second = learning.ahead(place, clock.now())
    sessions.cancel_session(first.pk, by=make.make_admin(), reason="강사 사정")
    response = see(client, place)
    assert "강사 사정" in response.text
    assert second.title_ko in response.context["panel"]["title"]


def test_without_sessions_and_after_the_last(client, settings):
    place = make.make_enrolment(make.make_cohort(phase="announced"))
    with override("en"):
        assert learning.panel(place, clock.now())["title"] == "The sessions are not fixed yet."
        assert see(client, place, language="en").status_code == 200
        session = make.make_session(place.cohort)
        del place.known_sessions
        assert learning.panel(place, session.ends_at)["title"] == "All sessions are over."


@pytest.mark.parametrize(
    ("offset", "word"),
    [(timedelta(days=-3), "Next: "), (-timedelta(minutes=1), "Today: "), (timedelta(0), "Now: ")],
)
def test_now_today_and_next(place, offset, word):
    session = learning.sessions_of(place)[2]
    noon = session.starts_at.astimezone(clock.SEOUL).replace(hour=12, minute=0)
    session.starts_at, session.ends_at = noon, noon + HOUR
    place.known_sessions = [session]
    with override("en"):
        assert learning.panel(place, noon + offset)["title"] == word + session.title_en


def test_late_joiners_have_what_was_handed_out_and_told_before(client, place, settings):
    boss, session = make.make_admin(), learning.ahead(place, clock.now())[0]
    make.make_material(place.cohort, link=SECRET, title_en="First slides")
    sessions.change_session(session.pk, {"place_ko": "2호", "place_en": "Room 2"}, by=boss)
    settings.DEMO_NOW = clock.now() + HOUR
    late = make.make_enrolment(place.cohort, status="active")
    text = see(client, late, language="en").text
    for words in ("First slides", "Room 2 (before: Room 1)", "before you joined"):
        assert words in text
    assert "before you joined" not in see(client, place, language="en").text


def test_the_page_costs_the_same_for_few_and_many(client, place):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert see(client, place).status_code == 200
        return len(queries)

    def more(count):
        for number in range(count):
            session = make.make_session(
                place.cohort, experts=[make.make_expert()], starts_at=clock.now() + timedelta(days=number + 9)
            )
            make.make_material(place.cohort, session=session, link=SECRET)
            sessions.change_session(session.pk, {"place_ko": f"{number}호"}, by=boss)

    boss = make.make_admin()
    more(1)
    asked()
    one = asked()
    more(20)
    assert asked() == one


def test_ones_own_page_and_the_application_lead_there(client, place):
    client.force_login(place.person)
    with override("ko"):
        address = reverse("learning", args=[place.code])
        assert address in client.get(reverse("my")).text
        assert address in client.get(reverse("application", args=[place.application.code])).text
