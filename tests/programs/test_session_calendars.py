"""Sessions in calendars, read by a library that did not write them: what a subscriber sees before and after."""

from datetime import UTC, timedelta

import pytest
import vobject
from django.conf import settings as site
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from accounts.operations import close_account
from portal import audit, clock
from programs.models.schedule import CalendarFeed
from programs.operations import cohorts, feeds, seats, sessions
from tests import make

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def boss():
    return make.make_admin()


@pytest.fixture
def session():
    program = make.make_program(
        title_ko="프로덕션 사운드 세미나; 심화, 이론과 실습 그리고 현장 이야기 – 아주 긴 제목", title_en="Sound"
    )
    cohort = make.make_cohort(program, phase="announced")
    return make.make_session(
        cohort,
        place_ko="1호",
        address_ko="본관 3층 302호",
        access_ko="정문에서 오른쪽입니다.",
        link="https://meet.example.com/secret",
    )


def read(raw):
    """The events of a calendar by their UID, as `vobject` finds them; every line within 75 octets."""
    assert raw.endswith(b"\r\n")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75
    whole = vobject.readOne(raw.decode())
    assert whole.version.value == "2.0"
    assert whole.method.value == "PUBLISH"
    found = {event.uid.value: event for event in whole.contents.get("vevent", [])}
    assert len(found) == len(whole.contents.get("vevent", []))
    return found


def feed_of(client, person, kind="learning"):
    """What a calendar program gets, without cookies, in Korean."""
    row = CalendarFeed.objects.filter(person=person, kind=kind).first() or feeds.renew_feed(person, kind)
    client.cookies.clear()
    with override("ko"):
        response = client.get(reverse("calendar-feed", args=[row.code]))
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert not response.cookies
    return read(response.content)


def uid(session):
    return f"session-{session.code}@{site.SITE_HOST}"


def everyones(client):
    with override("ko"):
        return read(client.get(reverse("calendar-ics")).content)


# --- everyone's ---------------------------------------------------------------------------------------------------


def test_the_public_calendar_has_every_published_session_and_nothing_that_is_for_those_enrolled(client, session):
    draft = make.make_session(make.make_cohort(phase="draft"))
    events = everyones(client)
    event = events[uid(session)]
    assert event.dtstart.value == session.starts_at.replace(microsecond=0).astimezone(UTC)
    assert event.dtend.value == session.ends_at.replace(microsecond=0).astimezone(UTC)
    assert event.summary.value == f"{session.cohort.program.title_ko}: {session.title_ko}"
    assert event.location.value == "1호"
    assert event.status.value == "CONFIRMED"
    assert uid(draft) not in events
    raw = client.get("/ko/calendar.ics").content.decode().replace("\r\n ", "")
    for hidden in ("302호", "정문", "secret"):
        assert hidden not in raw


def test_it_is_the_same_for_everyone_and_a_cache_may_keep_it(client, session):
    response = client.get("/en/calendar.ics")
    assert response.headers["Cache-Control"] == "public, max-age=0, s-maxage=60"
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")
    assert "Sound: " in response.content.decode()


@pytest.mark.parametrize(("days", "is_there"), [(29, True), (31, False)])
def test_what_is_over_stays_for_a_month(client, session, settings, days, is_there):
    settings.DEMO_NOW = session.ends_at + timedelta(days=days)
    assert (uid(session) in everyones(client)) is is_there


def test_closing_days_are_in_it_and_their_changes_alone_count(client, boss):
    cohort = make.make_cohort(phase="open")
    name = f"closes-{cohort.program.slug}-{cohort.slug}@{site.SITE_HOST}"
    before = everyones(client)[name]
    assert before.dtstart.value == cohort.closes_at.replace(microsecond=0)
    cohorts.change_capacity(cohort.pk, 9, by=boss)
    assert everyones(client)[name].sequence.value == before.sequence.value  # what staff do is nobody's business
    audit.record("cohort.changed", target=cohort, by=boss, after="closes_at, announce_at")
    assert int(everyones(client)[name].sequence.value) == int(before.sequence.value) + 1


# --- what a subscriber sees ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["everyone", "learning", "teaching"])
def test_a_change_and_a_cancellation_reach_whoever_subscribed(client, session, boss, who):
    person = make.make_user()
    if who == "learning":
        make.make_enrolment(session.cohort, person)
    elif who == "teaching":
        session.session_experts.create(expert=make.make_expert(user=person))

    def seen():
        events = everyones(client) if who == "everyone" else feed_of(client, person, who)
        return events[uid(session)]

    first = seen()
    later = session.starts_at + timedelta(days=1)
    sessions.change_session(session.pk, {"starts_at": later, "ends_at": later + HOUR}, by=boss)
    second = seen()
    sessions.cancel_session(session.pk, by=boss, reason="강사 사정")
    third = seen()
    assert first.uid.value == second.uid.value == third.uid.value
    numbers = [int(event.sequence.value) for event in (first, second, third)]
    assert numbers[0] < numbers[1] < numbers[2]
    assert second.dtstart.value == later.replace(microsecond=0).astimezone(UTC)
    assert [event.status.value for event in (first, second, third)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert first.last_modified.value <= second.last_modified.value <= third.last_modified.value


def test_a_cohort_that_is_called_off_leaves_every_calendar(client, session, boss):
    application = make.make_application(session.cohort, status="confirmed")
    make.make_enrolment(application=application)
    before = feed_of(client, application.applicant)[uid(session)]
    cohorts.cancel_cohort(session.cohort_id, by=boss, reason="폐강")
    for events in (everyones(client), feed_of(client, application.applicant)):
        assert events[uid(session)].status.value == "CANCELLED"
        assert int(events[uid(session)].sequence.value) > int(before.sequence.value)


# --- one's own ----------------------------------------------------------------------------------------------------


def test_ones_own_calendar_has_room_and_way_in_and_the_link_when_it_is_near(client, session, settings):
    person = make.make_user()
    place = make.make_enrolment(session.cohort, person)
    make.make_session(make.make_cohort(phase="announced"))
    settings.DEMO_NOW = session.starts_at - HOUR - timedelta(seconds=1)
    events = feed_of(client, person)
    assert list(events) == [uid(session)]
    event = events[uid(session)]
    assert event.location.value == "1호, 본관 3층 302호"
    assert "정문에서 오른쪽입니다." in event.description.value
    assert event.url.value.endswith(f"/ko/my/learning/{place.code}/")
    settings.DEMO_NOW = session.starts_at - HOUR
    assert feed_of(client, person)[uid(session)].url.value == "https://meet.example.com/secret"


def test_a_place_given_up_is_cancelled_in_the_calendar_and_back_when_it_is_had_again(client, session, settings):
    application = make.make_application(session.cohort, status="confirmed")
    person = application.applicant
    make.make_enrolment(application=application)
    first = feed_of(client, person)[uid(session)]
    seats.cancel_place(application.pk, by=person)
    gone = feed_of(client, person)[uid(session)]
    assert gone.status.value == "CANCELLED"
    assert not hasattr(gone, "location")
    make.make_enrolment(session.cohort, person)
    again = feed_of(client, person)[uid(session)]
    assert again.status.value == "CONFIRMED"
    assert int(first.sequence.value) < int(gone.sequence.value) < int(again.sequence.value)


def test_what_was_given_up_leaves_after_a_month(client, session, settings):
    place = make.make_enrolment(session.cohort, status="cancelled")
    settings.DEMO_NOW = place.ended_at + timedelta(days=29)
    assert list(feed_of(client, place.person)) == [uid(session)]
    settings.DEMO_NOW = place.ended_at + timedelta(days=31)
    assert feed_of(client, place.person) == {}


def test_whoever_teaches_has_own_sessions_alone_and_the_link_at_any_time(client, session):
    person = make.make_user()
    session.session_experts.create(expert=make.make_expert(user=person))
    make.make_session(session.cohort)
    events = feed_of(client, person, "teaching")
    assert list(events) == [uid(session)]
    assert events[uid(session)].url.value == "https://meet.example.com/secret"
    assert feed_of(client, person) == {}


# --- the address --------------------------------------------------------------------------------------------------


def post(client, **data):
    with override("ko"):
        return client.post(reverse("my-calendar"), data)


def address_on(client):
    with override("ko"):
        text = client.get(reverse("my-calendar")).text
    found = text.split('id="feed-learning" type="text" value="')
    return found[1].split('"')[0] if len(found) == 2 else ""


def test_the_address_is_had_renewed_and_switched_off(client, session):
    person = make.make_user()
    make.make_enrolment(session.cohort, person)
    client.force_login(person)
    assert address_on(client) == ""
    assert post(client, kind="learning", deed="renew").status_code == 302
    first = address_on(client)
    assert first.startswith("http://localhost:8000/ko/calendar/")
    assert client.get(first).status_code == 200
    post(client, kind="learning", deed="renew")
    second = address_on(client)
    assert second != first
    assert client.get(first).status_code == 404
    post(client, kind="learning", deed="remove")
    post(client, kind="learning", deed="remove")
    assert client.get(second).status_code == 404
    assert address_on(client) == ""


@pytest.mark.parametrize("data", [{}, {"kind": "teaching", "deed": "renew"}, {"kind": "learning", "deed": "x"}])
def test_hostile_posts_get_404(client, data):
    client.force_login(make.make_user())
    assert post(client, **data).status_code == 404
    assert not CalendarFeed.objects.exists()


def test_a_closed_account_has_no_calendar(client, session):
    person = make.make_user()
    code = feeds.renew_feed(person, "learning").code
    close_account(person.pk, by=person)
    assert client.get(f"/ko/calendar/{code}.ics").status_code == 404


def test_a_calendar_asks_the_same_for_one_session_and_for_many(client, session):
    person = make.make_user()
    make.make_enrolment(session.cohort, person)
    code = feeds.renew_feed(person, "learning").code

    def asked():
        counts = []
        for address in (f"/ko/calendar/{code}.ics", "/ko/calendar.ics", "/ko/calendar/"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counts.append(len(queries))
        return counts

    few = asked()
    for _number in range(40):
        make.make_session(session.cohort)
        make.make_session(make.make_cohort(phase="announced"))
    assert asked() == few


# --- the page -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_shows_the_dates_of_a_month(client, session, boss, language):
    cancelled = make.make_session(session.cohort, title_ko="취소 회차", title_en="Called off")
    sessions.cancel_session(cancelled.pk, by=boss, reason="강사 사정")
    month = f"{session.starts_at.astimezone(clock.SEOUL):%Y-%m}"
    text = client.get(f"/{language}/calendar/?month={month}").text
    assert getattr(session, f"title_{language}") in text
    assert getattr(cancelled, f"title_{language}") in text
    assert "pill--bad" in text
    assert "302호" not in text
    assert getattr(session, f"title_{language}") not in client.get(f"/{language}/calendar/?month=2001-05").text
    only = client.get(f"/{language}/calendar/?month={month}&what=applications").text
    assert getattr(session, f"title_{language}") not in only


@pytest.mark.parametrize(
    "query",
    ["month=2026-13", "month=9999-01", "month=٢٠٢٦-٠١", "month=' OR 1", "what=x", "month=2000-01", "month=2099-12"],
)
def test_hostile_months_are_the_present_one_or_empty(client, query):
    assert client.get(f"/ko/calendar/?{query}").status_code == 200
