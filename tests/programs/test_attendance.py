"""Marking attendance: once, by whom, until when, and put right with the old value kept."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from portal import clock
from portal.errors import Refused
from portal.models import AuditEvent
from programs import attending
from programs.models.attendance import Attendance, AttendanceChange, Completion, CompletionRule, Source
from programs.models.cohorts import ExpertRole, SessionExpert
from programs.operations import attendance
from programs.operations.attendance import Mark
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    return make.make_course(people=3)


def instructor_of(*sessions, role=ExpertRole.LEAD):
    expert = make.make_expert(user=make.make_user())
    for session in sessions:
        SessionExpert.objects.create(session=session, expert=expert, role=role)
    return expert.user


def marks_of(session):
    rows = session.attendance.order_by("enrolment_id")
    return [(row.status, row.minutes) for row in rows]


# --- marking ----------------------------------------------------------------------------------------------------


def test_one_and_many_are_marked(course):
    _cohort, sessions, (first, second, third) = course
    boss = make.make_admin()

    one = attendance.mark(sessions[0].pk, [Mark(first.pk, "late", 400)], by=boss)
    many = attendance.mark(sessions[0].pk, [Mark(second.pk, "present"), Mark(third.pk, "absent")], by=boss)

    assert (one.marked, many.marked, one.refused, many.refused) == (1, 2, [], [])
    assert marks_of(sessions[0]) == [("late", 400), ("present", None), ("absent", None)]
    assert {row.marked_by for row in Attendance.objects.all()} == {boss}
    assert list(AuditEvent.objects.filter(verb="session.marked").values_list("after", flat=True)) == ["2 0", "1 0"]


def test_the_same_mark_twice_is_the_same_as_once(course):
    _cohort, sessions, (first, *_others) = course
    boss = make.make_admin()
    for _time in range(2):
        attendance.mark(sessions[0].pk, [Mark(first.pk, "present")], by=boss)
    assert Attendance.objects.count() == 1
    assert AttendanceChange.objects.count() == 0
    assert AuditEvent.objects.filter(verb="session.marked").count() == 1


def test_the_rest_is_marked_present_and_what_is_marked_stays(course):
    _cohort, sessions, (first, *_others) = course
    boss = make.make_admin()
    attendance.mark(sessions[0].pk, [Mark(first.pk, "absent")], by=boss)
    assert attendance.mark(sessions[0].pk, [], by=boss, rest="present").marked == 2
    assert attendance.mark(sessions[0].pk, [], by=boss, rest="present").marked == 0
    assert [status for status, _minutes in marks_of(sessions[0])] == ["absent", "present", "present"]


@pytest.mark.parametrize("status", ["dropped", "completed", "not_completed", "no_show", "cancelled"])
def test_whose_part_has_ended_is_not_marked(course, status):
    cohort, sessions, _people = course
    ended = make.make_enrolment(cohort, status=status)
    done = attendance.mark(sessions[0].pk, [Mark(ended.pk, "present")], by=make.make_admin())
    assert (done.marked, [pk for pk, _why in done.refused]) == (0, [ended.pk])


def test_who_is_of_another_cohort_is_not_marked(course):
    _cohort, sessions, _people = course
    stranger = make.make_enrolment()
    done = attendance.mark(sessions[0].pk, [Mark(stranger.pk, "present")], by=make.make_admin())
    assert (done.marked, len(done.refused), Attendance.objects.count()) == (0, 1, 0)


@pytest.mark.parametrize(
    ("status", "minutes", "taken"),
    [
        ("late", 0, True),
        ("late", 420, True),
        ("late", 421, False),
        ("late", -1, False),
        ("present", 60, True),
        ("absent", 60, False),
        ("excused", 60, False),
        ("sleeping", None, False),
        ("", None, False),
    ],
)
def test_minutes_and_statuses_that_can_be(course, status, minutes, taken):
    _cohort, sessions, (first, *_others) = course
    done = attendance.mark(sessions[0].pk, [Mark(first.pk, status, minutes)], by=make.make_admin())
    assert (done.marked == 1, bool(done.refused)) == (taken, not taken)


# --- by whom and when -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "taken"), [(timedelta(hours=1), True), (timedelta(hours=1, seconds=1), False)])
def test_from_one_hour_before_the_session_on(settings, course, before, taken):
    _cohort, sessions, (first, *_others) = course
    settings.DEMO_NOW = sessions[0].starts_at - before
    boss = make.make_admin()
    if taken:
        assert attendance.mark(sessions[0].pk, [Mark(first.pk, "present")], by=boss).marked == 1
    else:
        with pytest.raises(Refused, match="10:00|부터|from"):
            attendance.mark(sessions[0].pk, [Mark(first.pk, "present")], by=boss)


@pytest.mark.parametrize(("after", "taken"), [(timedelta(days=7), True), (timedelta(days=7, seconds=1), False)])
def test_instructors_have_seven_days_and_staff_have_more(settings, course, after, taken):
    _cohort, sessions, (first, second, _third) = course
    teacher, boss = instructor_of(sessions[0]), make.make_admin()
    settings.DEMO_NOW = sessions[0].ends_at + after
    if taken:
        assert attendance.mark(sessions[0].pk, [Mark(first.pk, "present")], by=teacher).marked == 1
    else:
        with pytest.raises(Refused):
            attendance.mark(sessions[0].pk, [Mark(first.pk, "present")], by=teacher)
    assert attendance.mark(sessions[0].pk, [Mark(second.pk, "present")], by=boss).marked == 1


def test_a_cancelled_cohort_is_not_marked(course):
    cohort, sessions, (first, *_others) = course
    cohort.cancelled_at, cohort.cancel_reason = clock.now(), "강사 사정"
    cohort.save()
    with pytest.raises(Refused):
        attendance.mark(sessions[0].pk, [Mark(first.pk, "present")], by=make.make_admin())


def test_instructors_neither_excuse_nor_change_what_is_excused(course):
    _cohort, sessions, (first, second, _third) = course
    teacher = instructor_of(sessions[0])
    make.make_attendance(sessions[0], first, "excused")
    done = attendance.mark(
        sessions[0].pk, [Mark(first.pk, "absent"), Mark(second.pk, "excused")], by=teacher, reason="확인"
    )
    assert (done.marked, done.corrected, len(done.refused)) == (0, 0, 2)


@pytest.mark.parametrize(
    ("role", "teaches"),
    [("lead", True), ("assistant", True), ("moderator", True), ("interpreter", False)],
)
def test_who_teaches_has_the_roster(course, role, teaches):
    _cohort, sessions, _people = course
    user = instructor_of(sessions[0], role=role)
    assert list(attending.taught_by(user, clock.now())) == ([sessions[0]] if teaches else [])


@pytest.mark.parametrize(("after", "open_"), [(timedelta(days=30, seconds=-1), True), (timedelta(days=30), False)])
def test_names_are_not_read_for_longer_than_thirty_days(course, after, open_):
    cohort, sessions, _people = course
    user = instructor_of(*sessions)
    assert attending.taught_by(user, cohort.ends_at + after).exists() is open_


# --- putting right ----------------------------------------------------------------------------------------------


def test_a_slip_of_the_hand_is_put_right_without_a_reason_and_kept(course):
    _cohort, sessions, (first, *_others) = course
    teacher = instructor_of(sessions[0])
    attendance.mark(sessions[0].pk, [Mark(first.pk, "absent")], by=teacher)
    done = attendance.mark(sessions[0].pk, [Mark(first.pk, "late", 400)], by=teacher)
    change = AttendanceChange.objects.get()
    assert (done.corrected, change.before, change.after, change.after_minutes) == (1, "absent", "late", 400)
    assert (change.before_by, change.by) == (teacher, teacher)


def test_what_somebody_else_marked_is_changed_with_a_reason_alone(course):
    _cohort, sessions, (first, *_others) = course
    teacher, boss = instructor_of(sessions[0]), make.make_admin()
    attendance.mark(sessions[0].pk, [Mark(first.pk, "absent")], by=teacher)

    refused = attendance.mark(sessions[0].pk, [Mark(first.pk, "present")], by=boss)
    assert (refused.corrected, len(refused.refused)) == (0, 1)
    assert marks_of(sessions[0]) == [("absent", None)]
    done = attendance.mark(sessions[0].pk, [Mark(first.pk, "present")], by=boss, reason=" 서명부 확인 ")

    assert (done.corrected, marks_of(sessions[0])) == (1, [("present", None)])
    change = AttendanceChange.objects.get()
    assert (change.reason, change.before_by, change.by) == ("서명부 확인", teacher, boss)


def test_ones_own_mark_of_another_day_needs_a_reason(settings, course):
    _cohort, sessions, (first, *_others) = course
    boss = make.make_admin()
    attendance.mark(sessions[0].pk, [Mark(first.pk, "absent")], by=boss)
    settings.DEMO_NOW = clock.now() + timedelta(days=1)
    assert attendance.mark(sessions[0].pk, [Mark(first.pk, "present")], by=boss).refused
    assert attendance.mark(sessions[0].pk, [Mark(first.pk, "present")], by=boss, reason="확인").corrected == 1


@pytest.mark.parametrize(("seen", "taken"), [("", False), ("absent", False), ("late:30", True), (None, True)])
def test_what_was_marked_meanwhile_is_not_overwritten_unseen(course, seen, taken):
    _cohort, sessions, (first, *_others) = course
    boss = make.make_admin()
    attendance.mark(sessions[0].pk, [Mark(first.pk, "late", 30)], by=boss)
    done = attendance.mark(sessions[0].pk, [Mark(first.pk, "present", seen=seen)], by=boss)
    assert (done.corrected == 1, bool(done.refused)) == (taken, not taken)


# --- what the database holds ------------------------------------------------------------------------------------


def test_the_database_holds_one_known_mark_a_person_and_session(course):
    _cohort, sessions, (first, *_others) = course
    make.make_attendance(sessions[0], first)
    for fields in (
        {},
        {"session": sessions[1], "status": "asleep"},
        {"session": sessions[1], "status": "absent", "minutes": 5},
        {"session": sessions[1], "source": "magic"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            make.make_attendance(**({"session": sessions[0], "enrolment": first} | fields))


def test_the_database_holds_rules_that_can_be_and_decisions_with_their_reason(course):
    cohort, _sessions, (first, *_others) = course
    rule = CompletionRule.objects.create(cohort=cohort)
    for fields in (
        {"threshold": 0},
        {"threshold": 101},
        {"slips_per_absence": 0},
        {"basis": "mood"},
        {"number": 1},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            CompletionRule.objects.create(**({"cohort": cohort, "number": 2} | fields))
    with pytest.raises(IntegrityError), transaction.atomic():
        Completion.objects.create(
            enrolment=first, rule=rule, basis="days", present=5, total=5, is_reached=True, is_completed=False
        )


def test_a_session_with_marks_is_not_deleted_in_the_admin(client, course):
    _cohort, sessions, (first, *_others) = course
    make.make_attendance(sessions[0], first)
    with pytest.raises(Exception, match="protected"):
        sessions[0].delete()
    with override("en"):
        assert str(sessions[0]) == sessions[0].title_en


# --- one's own --------------------------------------------------------------------------------------------------


def test_nobody_marks_themselves_but_by_checking_in(course):
    cohort, (session, *_rest), (own, other, _third) = course
    SessionExpert.objects.create(session=session, expert=make.make_expert(user=own.person))
    marked = attendance.mark(session.pk, [Mark(own.pk, "present"), Mark(other.pk, "present")], by=own.person)
    assert [pk for pk, _why in marked.refused] == [own.pk]
    assert list(session.attendance.values_list("enrolment", flat=True)) == [other.pk]
    attendance.mark(session.pk, [Mark(own.pk, "present")], by=own.person, source=Source.QR)
    assert session.attendance.filter(enrolment=own, source=Source.QR).exists()


def test_a_check_out_past_midnight_puts_the_check_in_right(settings, course):
    _cohort, sessions, (own, *_others) = course
    session = sessions[-1]
    late = session.ends_at.astimezone(clock.SEOUL).replace(hour=23, minute=50)
    settings.DEMO_NOW = late
    attendance.mark(session.pk, [Mark(own.pk, "present")], by=own.person, source=Source.QR)
    settings.DEMO_NOW = late + timedelta(minutes=20)
    attendance.mark(session.pk, [Mark(own.pk, "late", 30)], by=own.person, source=Source.QR)
    assert session.attendance.get(enrolment=own).status == "late"
