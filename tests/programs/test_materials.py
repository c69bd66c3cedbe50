"""Materials: who may have them and when, and who hands them out."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import override

from portal import clock
from portal.errors import Refused
from portal.models import FileAccess, Upload
from programs.models.cohorts import SessionExpert
from programs.models.materials import Material
from programs.operations import materials as operations
from tests import make
from tests.files import make_pdf

pytestmark = pytest.mark.django_db
LINK = "https://files.example.com/recording"


@pytest.fixture
def session():
    return make.make_session(make.make_cohort(phase="running"))


def page(name, *args):
    with override("ko"):
        return reverse(name, args=args)


def status(client, material, person=None):
    """What a person gets, or a visitor."""
    client.logout()
    if person is not None:
        client.force_login(person)
    response = client.get(page("material", material.code))
    if response.streaming:
        assert b"".join(response.streaming_content).startswith(b"%PDF")
    return response.status_code


def teacher(session, role="lead"):
    person = make.make_user()
    SessionExpert.objects.create(session=session, expert=make.make_expert(user=person), role=role)
    return person


# --- who may have it ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "gets"),
    [
        ("enrolled", 200),
        ("active", 200),
        ("completed", 200),
        ("not_completed", 200),
        ("dropped", 404),
        ("no_show", 404),
        ("cancelled", 404),
    ],
)
def test_whoever_takes_part_or_did_has_it(client, session, place, gets):
    material = make.make_material(session.cohort)
    person = make.make_enrolment(session.cohort, status=place).person
    assert status(client, material, person) == gets
    assert not FileAccess.objects.exists()


def test_a_visitor_is_asked_to_log_in_whether_or_not_there_is_such_a_thing(client, session):
    material = make.make_material(session.cohort)
    assert status(client, material) == 302
    assert client.get(page("material", "nobody")).status_code == 302


def test_what_is_for_everyone_a_visitor_has_and_the_public_page_lists_it(client, session):
    material = make.make_material(session.cohort, audience="public", title_ko="공개 자료")
    other = make.make_material(session.cohort, title_ko="수강생 자료")
    assert status(client, material) == 200
    text = client.get(session.cohort.get_absolute_url()).text
    assert material.title_ko in text
    assert other.title_ko not in text


def test_it_is_there_from_its_moment_on(client, session, settings):
    settings.DEMO_NOW = clock.now()
    material = make.make_material(
        session.cohort, audience="public", visible_from=clock.now() + timedelta(seconds=1), link=LINK
    )
    person = make.make_enrolment(session.cohort, status="active").person
    assert status(client, material, person) == 404
    assert status(client, material, teacher(session)) == 302  # whoever hands it out can look at it before
    settings.DEMO_NOW += timedelta(seconds=1)
    assert status(client, material, person) == 302
    assert client.get(page("material", material.code)).url == LINK


def test_a_draft_of_a_cohort_shows_nobody_anything(client):
    material = make.make_material(make.make_cohort(phase="draft"), audience="public")
    assert status(client, material) == 302
    assert status(client, material, make.make_user()) == 404


# --- handed out ---------------------------------------------------------------------------------------------------


def fields(**more):
    return {"title_ko": "강의 자료", "title_en": "Slides", "kind": "material", "audience": "enrolled"} | more


def hand_out(client, session, **more):
    return client.post(page("teaching-materials", session.code), fields(**more))


def pdf(name="자료.pdf", content=None):
    return SimpleUploadedFile(name, make_pdf() if content is None else content)


def test_whoever_teaches_hands_out_a_file_and_takes_it_away(client, session):
    client.force_login(teacher(session))
    assert hand_out(client, session, file=pdf()).status_code == 302
    material = Material.objects.get()
    assert (material.session, material.title_en, material.upload.name) == (session, "Slides", "자료.pdf")
    name = material.upload.file.name
    assert default_storage.exists(name)
    assert "강의 자료" in client.get(page("teaching-materials", session.code)).text
    address = page("teaching-material-remove", session.code, material.code)
    assert client.post(address).status_code == 302
    assert not Material.objects.exists()
    assert not Upload.objects.exists()


def test_a_recording_is_a_link(client, session):
    client.force_login(teacher(session))
    hand_out(client, session, kind="recording", link=LINK)
    assert Material.objects.get().link == LINK


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({}, "file"),
        ({"link": LINK, "file": True}, "file"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": LINK, "title_ko": "", "title_en": " "}, "title_ko"),
        ({"link": LINK, "kind": "secret"}, "kind"),
        ({"link": LINK, "audience": "staff"}, "audience"),
        ({"link": LINK, "visible_from": "9999999-01-01T00:00"}, "visible_from"),
        ({"link": LINK, "title_ko": "900101-1234567"}, "title_ko"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(client, session, more, field):
    client.force_login(teacher(session))
    more = {name: pdf() if value is True else value for name, value in more.items()}
    response = hand_out(client, session, **more)
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert not Material.objects.exists()
    assert not Upload.objects.exists()


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00", b"<html>"])
def test_a_file_of_no_known_kind_is_refused(client, session, content):
    client.force_login(teacher(session))
    response = hand_out(client, session, file=pdf(content=content))
    assert list(response.context["form"].errors) == ["file"]
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("role", "gets"), [("lead", 200), ("assistant", 200), ("moderator", 200), ("interpreter", 404)]
)
def test_whoever_interprets_hands_nothing_out(client, session, role, gets):
    client.force_login(teacher(session, role))
    assert client.get(page("teaching-materials", session.code)).status_code == gets


def test_nobody_takes_away_what_is_of_another_session(client, session):
    other = make.make_material(session.cohort, session=make.make_session(session.cohort), link=LINK)
    client.force_login(teacher(session))
    assert client.post(page("teaching-material-remove", session.code, other.code)).status_code == 404
    assert Material.objects.exists()


def test_the_operation_refuses_a_session_of_another_cohort_and_both_or_neither(session):
    boss, other = make.make_admin(), make.make_cohort()
    values = {"title_ko": "자료", "kind": "material", "audience": "enrolled"}
    for more in ({"link": LINK, "session_id": session.pk}, {}):
        with pytest.raises(Refused):
            operations.add_material(other.pk, by=boss, **values, **more)
    with pytest.raises(IntegrityError), transaction.atomic():
        Material.objects.create(cohort=other, made_by=boss, title_ko="자료")
    material = operations.add_material(other.pk, by=boss, link=LINK, **values)
    operations.remove_material(material.pk, by=boss)
    operations.remove_material(material.pk, by=boss)
    assert not Material.objects.exists()


def test_there_is_an_end_to_how_many(session, monkeypatch):
    monkeypatch.setattr(operations, "MOST", 1)
    boss, values = make.make_admin(), {"title_ko": "자료", "kind": "material", "audience": "enrolled"}
    operations.add_material(session.cohort_id, by=boss, link=LINK, **values)
    with pytest.raises(Refused):
        operations.add_material(session.cohort_id, by=boss, link=LINK, **values)


# --- by staff -----------------------------------------------------------------------------------------------------


def admin_page(cohort):
    return reverse("admin:programs_cohort_materials", args=[cohort.pk])


def test_staff_hand_out_to_the_cohort_or_a_session_and_take_it_away(client, boss, session):
    address = admin_page(session.cohort)
    assert client.post(address, fields(file=pdf())).status_code == 302
    assert client.post(address, fields(link=LINK, session=session.pk)).status_code == 302
    whole, part = Material.objects.all()
    assert (whole.session, part.session) == (None, session)
    text = client.get(address).text
    assert "Slides" in text
    assert client.post(address, {"remove": whole.code}).status_code == 302
    assert list(Material.objects.all()) == [part]


def test_staff_do_not_choose_a_session_of_another_cohort(client, boss, session):
    other = make.make_session(make.make_cohort())
    response = client.post(admin_page(session.cohort), fields(link=LINK, session=other.pk))
    assert list(response.context["form"].errors) == ["session"]


@pytest.mark.parametrize("code", ["", "nobody", "' OR 1"])
def test_what_is_not_there_is_not_taken_away(client, boss, session, code):
    make.make_material(make.make_cohort(), link=LINK)
    assert client.post(admin_page(session.cohort), {"remove": code}).status_code == 404
    assert Material.objects.exists()


def test_a_manager_of_others_hands_nothing_out(client, session):
    client.force_login(make.make_manager(make.make_cohort()))
    assert client.get(admin_page(session.cohort)).status_code == 404
    assert client.post(admin_page(session.cohort), fields(link=LINK)).status_code == 404
    assert not Material.objects.exists()
