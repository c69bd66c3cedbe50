"""Sessions in the admin: their list and page, what they collide with, the deed that cancels one."""

from datetime import timedelta

import pytest
from django.urls import reverse

from portal.models import OutgoingMail
from programs.models.cohorts import Session
from programs.operations import sessions
from tests import make
from tests.programs.test_admin_cohorts import local, page, said, send, typed

pytestmark = pytest.mark.django_db
LIST = "/admin/programs/session/"


def address(session, name="change"):
    return reverse(f"admin:programs_session_{name}", args=[session.pk])


@pytest.fixture
def session():
    cohort = make.make_cohort(phase="announced")
    make.make_enrolment(cohort, make.make_user())
    return make.make_session(cohort, place_ko="1호", place_en="Room 1")


def test_the_list_shows_when_and_where(client, boss, session):
    text = client.get(LIST).text
    assert session.title_en in text
    assert "Room 1" in text


def test_a_change_goes_through_the_operation(client, boss, session):
    data = typed(client.get(address(session)), address_en="Floor 3", link="https://meet.example.com/a")
    assert send(client, address(session), data).status_code == 302
    session.refresh_from_db()
    assert (session.address_en, session.link, session.sequence) == ("Floor 3", "https://meet.example.com/a", 1)
    assert OutgoingMail.objects.filter(reason="session_changed").count() == 1


def test_saving_what_stands_there_changes_nothing(client, boss, session):
    send(client, address(session), typed(client.get(address(session))))
    session.refresh_from_db()
    assert session.sequence == 0
    assert not OutgoingMail.objects.exists()


def test_a_link_that_is_none_is_refused(client, boss, session):
    data = typed(client.get(address(session)), link="javascript:alert(1)", map_link="https://map.example.com/a")
    response = send(client, address(session), data)
    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == ["link"]


def collide(session):
    """Another session in the same room, an hour later."""
    other = make.make_cohort(phase="announced")
    return make.make_session(
        other, starts_at=session.starts_at + timedelta(hours=4), place_ko="1호", place_en="Room 1"
    )


def test_a_collision_is_said_where_it_is_typed_and_can_be_accepted(client, boss, session):
    other = collide(session)
    moved = {"starts_at": local(other.starts_at), "ends_at": local(other.ends_at)}
    data = typed(client.get(address(session)), **moved)
    response = send(client, address(session), data)
    errors = response.context["adminform"].form.errors
    assert list(errors) == ["place_ko"]
    assert "The room is taken at that time" in errors["place_ko"][0]
    assert "Save all the same" in response.text
    assert send(client, address(session), data | {"despite": "on"}).status_code == 302
    assert any("The room is taken" in text for text in said(client.get(LIST)))
    session.refresh_from_db()
    assert session.sequence == 1
    assert "The room is taken at that time" in client.get(address(session)).text


def test_the_rows_of_a_cohort_say_so_too_and_go_through_the_operation(client, boss, session):
    other = collide(session)
    data = typed(client.get(page("change", session.cohort)))
    data |= {"sessions-0-starts_at": local(other.starts_at), "sessions-0-ends_at": local(other.ends_at)}
    response = send(client, page("change", session.cohort), data)
    assert response.status_code == 200
    assert "The room is taken at that time" in response.text
    assert send(client, page("change", session.cohort), data | {"sessions-0-despite": "on"}).status_code == 302
    session.refresh_from_db()
    assert session.sequence == 1
    assert OutgoingMail.objects.filter(reason="session_changed").count() == 1


def test_a_session_that_people_count_on_stays_and_the_page_says_why(client, boss, session):
    data = typed(client.get(page("change", session.cohort)), **{"sessions-0-DELETE": "on"})
    response = send(client, page("change", session.cohort), data, follow=True)
    assert "People count on this session already; cancel it instead." in said(response)
    assert Session.objects.filter(pk=session.pk).exists()


def test_cancelling_asks_and_takes_a_reason(client, boss, session):
    text = client.get(address(session, "cancel")).text
    assert "People who are told" in text
    assert send(client, address(session, "cancel"), {"reason": ""}).status_code == 200
    assert send(client, address(session, "cancel"), {"reason": "강사 사정"}).status_code == 302
    session.refresh_from_db()
    assert session.cancel_reason == "강사 사정"
    assert "강사 사정" in client.get(address(session)).text
    assert client.get(address(session, "cancel")).status_code == 302
    assert session.title_en not in client.get(page("change", session.cohort)).text


def test_a_cancelled_session_is_only_read(client, boss, session):
    sessions.cancel_session(session.pk, by=boss, reason="강사 사정")
    assert send(client, address(session), {"title_ko": "다른 제목"}).status_code in (403, 404)
    session.refresh_from_db()
    assert session.title_ko != "다른 제목"


@pytest.mark.parametrize("runs_it", [True, False])
def test_a_manager_reaches_the_sessions_of_own_cohorts_alone(client, session, runs_it):
    cohort = session.cohort if runs_it else make.make_cohort()
    client.force_login(make.make_manager(cohort, language="en"))
    wanted = 200 if runs_it else 404
    assert client.get(address(session)).status_code == wanted
    assert client.get(address(session, "cancel")).status_code == wanted
    assert (session.title_en in client.get(LIST).text) is runs_it


def test_the_public_page_says_that_a_session_is_cancelled(client, boss, session):
    sessions.cancel_session(session.pk, by=boss, reason="강사 사정")
    client.logout()
    with_pill = client.get(session.cohort.get_absolute_url()).text
    assert "pill--bad" in with_pill
