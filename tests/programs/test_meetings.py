"""Attendance from the export of a video meeting: read, matched, looked at, marked; no earlier mark is lost."""

from contextlib import suppress
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from portal import csvs
from portal.clock import SEOUL
from portal.errors import Refused
from programs import meeting_csv, meetings
from programs.meeting_csv import Stay
from programs.models.attendance import Attendance
from tests import make
from tests.files import uploaded
from tests.programs.test_completion import FIRST

HEAD = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest"
PREAMBLE = 'Meeting ID,Topic,Start Time,User Email,Duration (Minutes)\n"1","세미나","x","h@example.com","360"\n\n'


def table(*rows, head=HEAD, before=PREAMBLE):
    return before + "\n".join([head, *rows]) + "\n"


def one(session, name="", email="", since=0, until=None, fmt="%m/%d/%Y %I:%M:%S %p"):
    """A row of somebody who was there from minute to minute of the session."""
    length = (session.ends_at - session.starts_at) // timedelta(minutes=1)
    joined = session.starts_at.astimezone(SEOUL) + timedelta(minutes=since)
    left = session.starts_at.astimezone(SEOUL) + timedelta(minutes=length if until is None else until)
    return f'"{name}",{email},"{joined.strftime(fmt)}","{left.strftime(fmt)}",1,Yes'


@pytest.fixture
def course(db):
    cohort, sessions, people = make.make_course(days=2, hours=3, people=3)
    return cohort, sessions[0], people


def look(session, *rows, **fields):
    return meetings.look(session, table(*rows), **fields)


def said(reading):
    return [(row.enrolment, str(row.status), row.minutes) for row in reading.found]


# --- reading ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "09/21/2026 09:58:12 AM",
        "2026-09-21 09:58:12 AM",
        "2026-09-21 09:58:12",
        "2026-09-21T00:58:12Z",
        "2026-09-21T09:58:12+09:00",
        "2026/09/21 09:58:12",
        "2026. 09. 21. 오전 09:58:12",
        "2026-09-21 오전 09:58:12",
    ],
)
def test_times_as_such_tables_write_them(text):
    found = meeting_csv.moment_of(text).astimezone(SEOUL)
    assert (found.day, found.hour, found.minute, found.second) == (21, 9, 58, 12)


@pytest.mark.parametrize(
    "text", ["", "morgen", "21.09.2026", "99/99/9999 10:00:00", "1899-01-01 10:00", "2026-02-30 10:00"]
)
def test_what_is_no_time_is_none(text):
    assert meeting_csv.moment_of(text) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_files_as_such_programs_write_them(encoding):
    text = "이름(원래 이름),사용자 이메일,참가 시간,나간 시간,기간(분)\n"
    text += "김다별,a@example.com,2026-09-21 10:00:00,2026-09-21 11:00:00,60\n"
    stays, unread = meeting_csv.read(csvs.text_of(text.encode(encoding)))
    assert ([row.name for row in stays], unread) == (["김다별"], [])


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_are_found_whatever_divides_them(delimiter):
    text = delimiter.join(["Name", "Join time", "Leave time"]) + "\n"
    text += delimiter.join(["Kim", "2026-09-21 10:00:00", "2026-09-21 11:00:00"]) + "\n"
    assert len(meeting_csv.read(text)[0]) == 1


def test_without_a_leave_time_the_duration_says_it():
    text = "Name,Join time,Duration (Minutes)\nKim,2026-09-21 10:00:00,45\nLee,2026-09-21 10:00:00,lang\n"
    stays, unread = meeting_csv.read(text)
    assert [row.left - row.joined for row in stays] == [timedelta(minutes=45)]
    assert [row.line for row in unread] == [3]


@pytest.mark.parametrize("text", ["", "Name\nKim\n", "a,b,c\n1,2,3\n", "Name,Email\nKim,a@b.c\n", '"', "\r\r\r"])
def test_what_is_no_such_table_is_refused(text):
    with pytest.raises(Refused):
        meeting_csv.read(text)


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\x00\x00", b"\xff\xfe\x00", b"PK\x03\x04\x00\x00\xff", b"\xff" * 40]
)
def test_what_is_no_text_is_refused(data):
    with pytest.raises(Refused):
        meeting_csv.read(csvs.text_of(data))


def test_too_much_is_refused():
    with pytest.raises(Refused):
        csvs.text_of(b"x" * (meeting_csv.MOST_BYTES + 1), meeting_csv.MOST_BYTES)
    row = "Kim,,2026-09-21 10:00:00,2026-09-21 11:00:00,1,Yes"
    with pytest.raises(Refused):
        meeting_csv.read(table(*[row] * (meeting_csv.MOST_ROWS + 1)))


@given(st.text(max_size=400))
def test_no_text_breaks_the_reader(text):
    for one_text in (table(text), text):
        with suppress(Refused):
            meeting_csv.read(one_text)


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data):
    with suppress(Refused):
        meeting_csv.read(csvs.text_of(data))


# --- matching ---------------------------------------------------------------------------------------------------


def test_found_by_address_then_by_name(course):
    _cohort, session, people = course
    reading = look(
        session,
        one(session, "Somebody", people[0].person.email.upper()),
        one(session, f"{people[1].person.romanized_name.upper()} (Guest)", "other@example.com"),
        one(session, f" {people[2].person.full_name} "),
    )
    assert {row for row, _status, _minutes in said(reading)} == set(people)
    assert reading.left == []


def test_who_is_left_over_and_why(course):
    _cohort, session, people = course
    for enrolment in people[:2]:
        enrolment.person.full_name = enrolment.application.full_name = "김다별"
        enrolment.person.save()
        enrolment.application.save()
    reading = look(
        session,
        one(session, "김다별"),
        one(session, "Host", "host@example.com"),
        one(session, "Host", "host@example.com"),
        '"김하늘",,gestern,heute,1,Yes',
        one(session, people[2].person.full_name, since=300, until=400),
    )
    assert reading.found == []
    assert [row.name for row in reading.left] == ["김다별", "Host", people[2].person.full_name, "김하늘"]
    assert len({row.why for row in reading.left}) == 4
    assert set(reading.missing) == set(people)


# --- marks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stays", "status", "minutes"),
    [
        ([(0, 180)], "present", None),
        ([(-30, 400)], "present", None),
        ([(10, 180)], "present", None),
        ([(11, 180)], "late", 169),
        ([(0, 169)], "left_early", 169),
        ([(0, 60), (71, 180)], "stepped_out", 169),
        ([(0, 60), (70, 180)], "present", None),
        ([(3, 60), (65, 177)], "stepped_out", 169),
        ([(0, 100), (50, 180)], "present", None),
        ([(0, 100), (0, 100)], "left_early", 100),
        ([(90, 180)], "late", 90),
    ],
)
def test_stays_make_a_mark(course, stays, status, minutes):
    _cohort, session, people = course
    rows = [one(session, "x", people[0].person.email, since, until) for since, until in stays]
    assert said(look(session, *rows)) == [(people[0], status, minutes)]


def test_the_tolerance_is_staffs(course):
    _cohort, session, people = course
    row = one(session, "x", people[0].person.email, 5)
    assert said(look(session, row, tolerance=5))[0][1] == "present"
    assert said(look(session, row, tolerance=4))[0][1:] == ("late", 175)


@given(st.lists(st.tuples(st.integers(-50, 250), st.integers(0, 200)), min_size=1, max_size=6))
def test_minutes_are_those_of_the_union(stays):
    """Against a count minute by minute, whatever the stays are."""
    session = SimpleNamespace(starts_at=FIRST, ends_at=FIRST + timedelta(minutes=180))
    rows = [
        Stay(1, "x", "", FIRST + timedelta(minutes=since), FIRST + timedelta(minutes=since + length))
        for since, length in stays
    ]
    there = {minute for since, length in stays for minute in range(since, since + length)} & set(range(180))
    parts = meetings.inside(session, rows)
    assert sum((end - begin for begin, end in parts), timedelta()) == timedelta(minutes=len(there))
    if parts:
        status, minutes = meetings.mark_of(session, parts, 10)
        assert (minutes if minutes is not None else len(there)) == len(there)
        assert (status == "present") == (180 - len(there) <= 10)


# --- the page ---------------------------------------------------------------------------------------------------


def address(cohort, session):
    return reverse("admin:programs_cohort_import", args=[cohort.pk, session.pk])


def test_looked_at_first_and_then_marked(client, course):
    cohort, session, people = course
    boss = make.make_admin(language="en")
    client.force_login(boss)
    make.make_attendance(session, people[1], "absent", marked_by=boss)
    text = table(
        one(session, "a", people[0].person.email, 40),
        one(session, "b", people[1].person.email),
        one(session, "Host", "host@example.com"),
    )
    file = uploaded(text.encode("utf-8-sig"), "participants.csv")
    page = client.post(address(cohort, session), {"file": file, "tolerance": "10", "absent": "on"})
    reading = page.context["reading"]
    assert Attendance.objects.count() == 1
    assert (len(reading["found"]), len(reading["left"]), len(reading["missing"]), reading["count"]) == (2, 1, 1, 2)
    assert "Marked already: Absent. It stays." in page.text

    response = client.post(address(cohort, session), dict(reading["hidden"]) | {"apply": "1"}, follow=True)

    assert [str(message) for message in response.context["messages"]] == ["2 people marked."]
    rows = {row.enrolment_id: (row.status, row.minutes, row.source) for row in Attendance.objects.all()}
    assert rows == {
        people[0].pk: ("late", 140, "import"),
        people[1].pk: ("absent", None, "hand"),
        people[2].pk: ("absent", None, "import"),
    }


@pytest.mark.parametrize(
    ("posted", "field"),
    [
        ({"tolerance": "10"}, "file"),
        ({"tolerance": "-1", "text": "x"}, "tolerance"),
        ({"tolerance": "999", "text": "x"}, "tolerance"),
        ({"tolerance": "zehn", "text": "x"}, "tolerance"),
        ({"tolerance": "10", "text": "no table", "apply": "1"}, "file"),
        ({"tolerance": "10", "file": b"\x89PNG\x00"}, "file"),
        ({"tolerance": "10", "file": b""}, "file"),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field(client, course, posted, field):
    cohort, session, _people = course
    client.force_login(make.make_admin())
    if "file" in posted:
        posted = posted | {"file": uploaded(posted["file"], "list.csv")}
    response = client.post(address(cohort, session), posted)
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert not Attendance.objects.exists()


def test_a_session_that_has_not_begun_is_not_imported(client, course, settings):
    cohort, session, people = course
    settings.DEMO_NOW = session.starts_at - timedelta(hours=2)
    client.force_login(make.make_admin())
    text = table(one(session, "a", people[0].person.email))
    client.post(address(cohort, session), {"text": text, "tolerance": "10", "apply": "1"})
    assert not Attendance.objects.exists()


def test_only_staff_of_the_cohort_import(client, course):
    cohort, session, people = course
    for person in (people[0].person, make.make_manager(make.make_cohort())):
        client.force_login(person)
        assert client.get(address(cohort, session)).status_code == 404
        assert client.post(address(cohort, session), {"text": "x"}).status_code == 404
