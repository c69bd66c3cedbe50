"""The instructors' desk and the roster: marked on a page without a script, in both languages, names and no more."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from programs.models.attendance import Attendance
from programs.models.cohorts import SessionExpert
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    """A running cohort of three people whose first three days somebody teaches."""
    cohort, sessions, people = make.make_course(begun=3, people=3)
    expert = make.make_expert(user=make.make_user(language="en"))
    for session in sessions[:3]:
        SessionExpert.objects.create(session=session, expert=expert)
    return cohort, sessions, people, expert.user


def page(session, name="teaching-session", language="en", query=""):
    with override(language):
        return reverse(name, args=[session.code]) + query


def fields(client, address):
    """The fields of each person's marks, by code, as the page has them."""
    return {row["code"]: row["field"] for row in client.get(address).context["rows"]}


@pytest.mark.parametrize(("language", "word"), [("en", "Not marked yet"), ("ko", "김다별")])
def test_the_roster_shows_names_and_attendance_and_nothing_else(client, course, language, word):
    _cohort, sessions, people, teacher = course
    client.force_login(teacher)
    text = client.get(page(sessions[0], language=language)).text
    assert word in text
    for enrolment in people:
        person = enrolment.person
        assert (person.full_name if language == "ko" else person.romanized_name) in text
        assert person.email not in text
        assert enrolment.application.receipt_number not in text


def test_two_of_the_same_name_are_told_apart_by_their_receipt_numbers(client, course):
    _cohort, sessions, people, teacher = course
    for enrolment in people[:2]:
        enrolment.person.romanized_name = "Kim Dabyeol"
        enrolment.person.save()
    client.force_login(teacher)
    names = [row["name"] for row in client.get(page(sessions[0])).context["rows"]]
    assert sorted(name for name in names if name.startswith("Kim Dabyeol (")) == sorted(
        f"Kim Dabyeol ({enrolment.application.receipt_number})" for enrolment in people[:2]
    )


def test_some_are_marked_and_the_rest_present(client, course):
    _cohort, sessions, people, teacher = course
    client.force_login(teacher)
    address = page(sessions[2])
    names = fields(client, address)
    response = client.post(address, {names[people[0].code]: "late", "rest": "1"}, follow=True)
    assert response.redirect_chain == [(address, 302)]
    assert [str(message) for message in response.context["messages"]] == ["3 people marked."]
    marks = dict(Attendance.objects.values_list("enrolment", "status"))
    assert marks == {people[0].pk: "late", people[1].pk: "present", people[2].pk: "present"}
    assert set(Attendance.objects.values_list("marked_by", flat=True)) == {teacher.pk}


def test_minutes_are_asked_for_on_their_own_page_and_kept_on_the_other(client, course):
    _cohort, sessions, people, teacher = course
    client.force_login(teacher)
    address = page(sessions[2], query="?minutes=1")
    names = fields(client, address)
    first = people[0].code
    wrong = client.post(address, {names[first]: "late", f"minutes.{first}": "viele"})
    assert [row["minutes"] for row in wrong.context["rows"] if row["code"] == first] == ["viele"]
    assert not Attendance.objects.exists()
    client.post(address, {names[first]: "late", f"minutes.{first}": "380"})
    assert Attendance.objects.get().minutes == 380
    plain = page(sessions[2])
    client.post(plain, {fields(client, plain)[first]: "late"})
    assert Attendance.objects.get().minutes == 380


def test_what_was_marked_meanwhile_stays_and_what_was_chosen_too(client, course):
    _cohort, sessions, people, teacher = course
    client.force_login(teacher)
    address = page(sessions[2])
    names = fields(client, address)
    make.make_attendance(sessions[2], people[0], "absent", marked_by=make.make_admin())

    response = client.post(address, {names[people[0].code]: "present", names[people[1].code]: "present"})

    [row] = [row for row in response.context["rows"] if row["code"] == people[0].code]
    assert "Somebody else has marked this person meanwhile: Absent" in row["error"]
    assert [option["value"] for option in row["options"] if option["checked"]] == ["present"]
    assert dict(Attendance.objects.values_list("enrolment", "status")) == {
        people[0].pk: "absent",
        people[1].pk: "present",
    }
    again = client.post(address, {row["field"]: "present"})
    assert "Give a reason" in [row["error"] for row in again.context["rows"] if row["error"]][0]
    done = client.post(address, {row["field"]: "present", "reason": "착오"})
    assert done.status_code == 302
    assert Attendance.objects.get(enrolment=people[0]).status == "present"
    assert "was Absent until" in client.get(address).text


def test_an_excused_person_is_fixed_for_instructors(client, course):
    _cohort, sessions, people, teacher = course
    make.make_attendance(sessions[2], people[0], "excused")
    client.force_login(teacher)
    rows = {row["code"]: row for row in client.get(page(sessions[2])).context["rows"]}
    assert rows[people[0].code]["options"] == []
    assert "excused" not in [option["value"] for option in rows[people[1].code]["options"]]


def test_before_its_time_a_roster_is_read_only(client, course):
    _cohort, sessions, people, teacher = course
    SessionExpert.objects.create(session=sessions[4], expert=teacher.expert)
    client.force_login(teacher)
    response = client.get(page(sessions[4]))
    assert "Attendance can be marked from" in response.text
    assert 'type="radio"' not in response.text
    posted = client.post(page(sessions[4]), {f"mark.{people[0].code}.": "present"})
    assert posted.status_code == 200
    assert not Attendance.objects.exists()


def test_only_ones_own_sessions_and_nothing_for_others(client, course):
    cohort, sessions, people, teacher = course
    client.force_login(teacher)
    assert client.get(page(sessions[3])).status_code == 404
    assert client.post(page(sessions[3]), {}).status_code == 404
    for person in (make.make_user(), people[0].person, make.make_manager(cohort)):
        client.force_login(person)
        assert client.get(page(sessions[0])).status_code == 404
        assert client.get(page(sessions[0], "teaching-sheet")).status_code == 404
        with override("en"):
            assert client.get(reverse("teaching")).status_code == 404


@pytest.mark.parametrize(
    "posted",
    [
        {"mark": "present"},
        {"mark..": "present"},
        {"mark.nobody.": "present"},
        {"mark.\x00.\x00": "present"},
        {"reason": "900101-1234567"},
        {"reason": "\x00" * 400},
        {"rest.": "1"},
    ],
)
def test_hostile_posts_mark_nobody(client, course, posted):
    _cohort, sessions, _people, teacher = course
    client.force_login(teacher)
    response = client.post(page(sessions[2]), posted)
    assert response.status_code in (200, 302)
    assert not Attendance.objects.exists()


@pytest.mark.parametrize("status", ["asleep", "EXCUSED", "excused", "present ", "\x00"])
def test_a_status_that_is_none_is_refused_at_its_row(client, course, status):
    _cohort, sessions, people, teacher = course
    client.force_login(teacher)
    address = page(sessions[2])
    response = client.post(address, {fields(client, address)[people[0].code]: status})
    assert response.status_code == 200
    assert [row["error"] for row in response.context["rows"] if row["code"] == people[0].code][0]
    assert not Attendance.objects.exists()


@pytest.mark.parametrize("minutes", ["-1", "421", "99999999", "1e3", "١٢", "12.5", " "])
def test_minutes_that_are_none_are_refused_at_their_row(client, course, minutes):
    _cohort, sessions, people, teacher = course
    client.force_login(teacher)
    address = page(sessions[2], query="?minutes=1")
    first = people[0].code
    response = client.post(address, {fields(client, address)[first]: "late", f"minutes.{first}": minutes})
    if minutes == " ":
        assert Attendance.objects.get().minutes is None
    else:
        assert response.status_code == 200
        assert not Attendance.objects.exists()


def test_the_sheet_lists_everyone_to_sign(client, course):
    _cohort, sessions, people, teacher = course
    make.make_attendance(sessions[0], people[0], "late")
    client.force_login(teacher)
    response = client.get(page(sessions[0], "teaching-sheet"))
    assert len(response.context["rows"]) == 3
    assert "Signature" in response.text
    assert response.text.count('class="sheet__sign"') == 3


def test_the_desk_lists_sessions_by_day(client, course):
    _cohort, sessions, people, teacher = course
    make.make_attendance(sessions[2], people[0])
    client.force_login(teacher)
    with override("en"):
        response = client.get(reverse("teaching"))
    parts = {name: [line["url"] for line in response.context[name]] for name in ("today", "ahead", "earlier")}
    own = [page(session) for session in sessions[:3]]
    assert sorted([*parts["today"], *parts["earlier"]]) == sorted(own)
    assert parts["ahead"] == []
    assert "1 of 3 marked" in response.text
    assert "No session of yours lies ahead." in client.get("/en/my/").text
    SessionExpert.objects.create(session=sessions[4], expert=teacher.expert)
    assert "/en/teaching/" in client.get("/en/my/").text


@pytest.mark.parametrize("count", [1, 40])
def test_desk_and_roster_cost_the_same_for_any_number(client, count):
    cohort, sessions, people = make.make_course(begun=2, people=count)
    expert = make.make_expert(user=make.make_user())
    for session in sessions:
        SessionExpert.objects.create(session=session, expert=expert)
    for _number in range(count):
        SessionExpert.objects.create(session=make.make_session(cohort), expert=expert)
    for enrolment in people:
        make.make_attendance(sessions[0], enrolment, marked_by=expert.user)
    client.force_login(expert.user)
    with override("ko"):
        for address, most in ((reverse("teaching"), 10), (page(sessions[0], language="ko"), 10)):
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            assert len(queries) <= most, [query["sql"][:90] for query in queries]


def test_staff_have_the_same_roster_and_may_excuse(client, course):
    cohort, sessions, people, _teacher = course
    client.force_login(make.make_manager(cohort, language="en"))
    address = reverse("admin:programs_cohort_roster", args=[cohort.pk, sessions[0].pk])
    rows = {row["code"]: row for row in client.get(address).context["rows"]}
    assert [option["value"] for option in rows[people[0].code]["options"]].count("excused") == 1
    client.post(address, {rows[people[0].code]["field"]: "excused"})
    assert Attendance.objects.get().status == "excused"
    sheet = reverse("admin:programs_cohort_sheet", args=[cohort.pk, sessions[0].pk])
    assert client.get(sheet).status_code == 200


def test_a_trainee_reads_every_line_of_their_standing(client, course):
    _cohort, sessions, people, _teacher = course
    make.make_attendance(sessions[0], people[0], "absent")
    client.force_login(people[0].person)
    with override("en"):
        address = reverse("learning-excuses", args=[people[0].code])
    response = client.get(address)
    part = response.context["part"]
    assert part["pill"]["label"] == "One more absence, and out of reach"
    assert len(part["lines"]) == 5
    assert "4 days of 5 days, which is 80%" in response.text
    assert [line["pill"]["label"] for line in part["lines"]] == ["Absent", *["Not marked yet"] * 4]
