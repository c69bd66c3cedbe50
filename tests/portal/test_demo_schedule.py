"""The schedule of the demonstration: rooms, changes, materials, check-ins, and what the logins see of them."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts.models import User
from portal.models import OutgoingMail
from programs.check_in import attendance_of
from programs.models.attendance import Attendance, AttendanceStatus, Source
from programs.models.check_in import CheckIn
from programs.models.cohorts import Cohort, Delivery, Phase, Session
from programs.models.enrolments import Enrolment
from programs.models.materials import Audience, Material, MaterialKind
from programs.models.schedule import CalendarFeed, SessionChange, SessionChangeKind
from programs.schedule import TOLD, differences, snapshot
from tests.portal.demo_season import NOW, loaded

pytestmark = pytest.mark.django_db
RUNNING = {"reboot-camp", "production-sound", "subtitle-localization"}
THERE = (AttendanceStatus.PRESENT, AttendanceStatus.LATE, AttendanceStatus.LEFT_EARLY)


@pytest.fixture(scope="module", autouse=True)
def demonstration(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), loaded():
        yield


@pytest.fixture(autouse=True)
def english_now():
    with override("en"):
        yield


def season(program):
    return Cohort.objects.get(program__slug=program, slug="demo-1")


def place_of(login, program, slug="demo-1"):
    return Enrolment.objects.get(
        person__email=f"{login}@example.com", cohort__program__slug=program, cohort__slug=slug
    )


def page(login, name, *args):
    """What somebody who can log in reads at an address."""
    client = Client()
    client.force_login(User.objects.get(email=f"{login}@example.com"))
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return response.content.decode()


# --- where --------------------------------------------------------------------------------------------------------


def test_every_session_of_the_season_and_of_the_courses_has_a_room_or_a_link():
    sessions = Session.objects.filter(cohort__is_demo_season=True) | Session.objects.filter(
        cohort__slug="2024-1", cohort__program__kind="course"
    )
    bare = [row for row in sessions.exclude(cohort__place_ko="파리 · 서울") if not row.address_ko and not row.link]
    assert sessions.count() > 60
    assert bare == []
    for row in sessions.exclude(address_ko=""):
        assert (row.address_en, row.access_ko, row.access_en) > ("", "", "")
        assert "(가상)" in row.address_ko
        assert "(demo)" in row.address_en


def test_links_lead_to_nobody_and_no_map_is_linked():
    sessions = Session.objects.exclude(link="")
    assert {row.cohort.delivery for row in sessions.select_related("cohort")} == {Delivery.HYBRID}
    assert all(row.link.startswith("https://meet.example.com/") for row in sessions)
    assert all(row.link.startswith("https://files.example.com/") for row in Material.objects.all())
    assert not Session.objects.exclude(map_link="").exists()
    assert sessions.filter(place_en="Online", address_en="").exists()


# --- what became of them ------------------------------------------------------------------------------------------


def test_in_running_cohorts_one_was_moved_one_cancelled_and_one_is_optional():
    moved, cancelled = (
        SessionChange.objects.filter(kind=kind).select_related("session__cohort__program", "by")
        for kind in (SessionChangeKind.CHANGED, SessionChangeKind.CANCELLED)
    )
    optional = Session.objects.filter(is_required=False).select_related("cohort")
    assert {row.session.cohort.program.slug for row in moved} == {"reboot-camp", "subtitle-localization"}
    assert [row.session.cohort.program.slug for row in cancelled] == ["subtitle-localization"]
    assert {row.cohort.program.slug for row in optional} == {"reboot-camp"}
    for session in [*optional, *(row.session for row in (*moved, *cancelled))]:
        assert session.cohort.phase_at(NOW) == Phase.RUNNING
        assert session.starts_at > NOW


def test_a_change_is_what_the_operations_would_have_written():
    for row in SessionChange.objects.select_related("session__cohort"):
        session = row.session
        assert (row.sequence, session.sequence) == (1, 1)
        assert session.changed_at == row.at <= NOW
        assert row.after == snapshot(session)
        assert set(row.before) == set(TOLD)
        assert bool(session.cancelled_at) == (row.kind == SessionChangeKind.CANCELLED)
        if session.cancelled_at:
            assert (row.before, row.reason) == (row.after, session.cancel_reason)
        else:
            said = "\n".join(differences(row.before, row.after))
            assert "Time:" in said
            assert "Room and address:" in said
    untouched = Session.objects.filter(changes=None)
    assert not untouched.exclude(sequence=0, cancelled_at=None).exists()
    assert not OutgoingMail.objects.exists()


# --- what is handed out -------------------------------------------------------------------------------------------


def test_materials_come_out_in_time():
    rows = Material.objects.select_related("session", "cohort")
    assert {row.audience for row in rows} == set(Audience)
    assert {row.kind for row in rows} == set(MaterialKind)
    assert all(row.made_at <= NOW for row in rows)
    assert all(row.made_at >= row.cohort.published_at for row in rows)
    recordings = rows.filter(kind=MaterialKind.RECORDING)
    assert all(row.session.ends_at < row.made_at < row.visible_from for row in recordings)
    slides = rows.filter(kind=MaterialKind.MATERIAL, session__isnull=False)
    assert all(row.visible_from < row.session.starts_at for row in slides)
    assert any(row.is_out(NOW) for row in slides)
    waiting = [row for row in slides if not row.is_out(NOW)]
    assert {row.cohort.program.slug for row in waiting} >= {"reboot-camp", "subtitle-localization"}
    assert not rows.filter(session__cancelled_at__isnull=False).exists()
    assert rows.filter(cohort__slug="2024-1").values("cohort").distinct().count() == 8


# --- the door -----------------------------------------------------------------------------------------------------


def test_check_ins_and_attendance_say_the_same():
    [session] = Session.objects.exclude(check_ins=None).distinct().select_related("cohort__program")
    assert session.cohort == season("subtitle-localization")
    assert not Session.objects.filter(
        cohort=session.cohort, starts_at__gt=session.starts_at, ends_at__lte=NOW
    ).exists()
    marks = {row.enrolment_id: row for row in Attendance.objects.filter(session=session)}
    rows = CheckIn.objects.filter(session=session).select_related("enrolment")
    assert rows.count() > 40
    for row in rows:
        mark = marks.pop(row.enrolment_id)
        assert (mark.status, mark.minutes) == attendance_of(row, session)
        assert (mark.source, mark.marked_by_id) == (Source.QR, row.enrolment.person_id)
        assert mark.marked_at == (row.out_at or row.in_at) <= NOW
        assert mark.status in THERE
    assert any(mark.status == AttendanceStatus.PRESENT for mark in marks.values())
    assert all(mark.source != Source.QR for mark in marks.values())


# --- who sees it --------------------------------------------------------------------------------------------------


def test_the_mentee_sees_the_day_the_room_what_moved_and_the_slides():
    text = page("mentee", "learning", place_of("mentee", "reboot-camp").code)
    for part in ("Now: ", "(demo)", "Does not count for completion.", "Slides: ", "Time: "):
        assert part in text


def test_the_applicant_sees_todays_session_with_its_link_and_what_is_called_off():
    place = place_of("applicant", "subtitle-localization")
    text = page("applicant", "learning", place.code)
    assert place.status == "active"
    for part in ("Now: ", "https://meet.example.com/", "Join online", "강사의 사정으로 쉽니다", "Recording: "):
        assert part in text
    before = page("applicant", "learning", place_of("applicant", "dit-training", "2024-1").code)
    assert "Slides: " in before


def test_the_instructor_has_a_session_ahead_and_one_that_has_been():
    rows = Session.objects.filter(
        experts__user__email="instructor@example.com", cohort=season("production-sound")
    ).order_by("starts_at")
    first, second = rows
    assert first.ends_at < NOW < second.starts_at
    text = page("instructor", "teaching")
    assert reverse("teaching-session", args=[second.code]) in text
    assert page("instructor", "teaching-session", second.code)


@pytest.mark.parametrize(
    ("login", "program", "count"),
    [
        ("mentee", "reboot-camp", 15),
        ("applicant", "subtitle-localization", 5),
        ("instructor", "production-sound", 2),
    ],
)
def test_what_the_logins_take_part_in_is_in_their_calendars(login, program, count):
    feed = CalendarFeed.objects.get(person__email=f"{login}@example.com")
    assert reverse("calendar-feed", args=[feed.code]) in page(login, "my-calendar")
    text = Client().get(reverse("calendar-feed", args=[feed.code])).content.decode()
    sessions = season(program).sessions.all()
    assert len(sessions) == count
    for session in sessions:
        event = next(part for part in text.split("BEGIN:VEVENT") if f"UID:session-{session.code}@" in part)
        assert ("STATUS:CANCELLED" in event) == (session.cancelled_at is not None)
        assert f"SEQUENCE:{session.sequence}\r\n" in event
