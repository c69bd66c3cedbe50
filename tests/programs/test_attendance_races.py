"""Two people mark, excuse and decide at the same moment (PostgreSQL)."""

import pytest

from portal import clock
from programs.models.attendance import Attendance, AttendanceChange, Completion
from programs.operations import attendance, completion, excuses
from programs.operations.attendance import Mark
from tests import make
from tests.races import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_two_who_mark_the_same_person_leave_one_mark_and_the_second_is_told():
    _cohort, sessions, (enrolment,) = make.make_course()
    first, second = make.make_admin(), make.make_admin()

    done = at_once(
        [
            lambda: attendance.mark(sessions[0].pk, [Mark(enrolment.pk, "present", seen="")], by=first),
            lambda: attendance.mark(sessions[0].pk, [Mark(enrolment.pk, "absent", seen="")], by=second),
        ]
    )

    assert sorted(one.marked for one in done) == [0, 1]
    assert sorted(len(one.refused) for one in done) == [0, 1]
    row = Attendance.objects.get()
    assert (row.status, row.marked_by) in [("present", first), ("absent", second)]
    assert not AttendanceChange.objects.exists()


def test_two_who_mark_the_whole_roster_mark_everyone_once():
    _cohort, sessions, people = make.make_course(people=8)
    first, second = make.make_admin(), make.make_admin()
    forth = [Mark(row.pk, "present", seen="") for row in people]

    done = at_once(
        [
            lambda: attendance.mark(sessions[0].pk, forth, by=first, rest="present"),
            lambda: attendance.mark(sessions[0].pk, forth[::-1], by=second, rest="present"),
        ]
    )

    assert sorted(one.marked for one in done) == [0, 8]
    assert [one.refused for one in done] == [[], []]
    assert Attendance.objects.count() == 8


def test_marking_while_completion_is_decided():
    cohort, sessions, (enrolment,) = make.make_course()
    boss, teacher = make.make_admin(), make.make_admin()
    for session in sessions:
        make.make_attendance(session, enrolment, "present", marked_by=boss)
    stamp = completion.preview(cohort, clock.now()).stamp
    absent = [Mark(enrolment.pk, "absent")]

    at_once(
        [
            lambda: completion.decide_cohort(cohort.pk, by=boss, stamp=stamp),
            lambda: attendance.mark(sessions[0].pk, absent, by=teacher, reason="착오"),
            lambda: attendance.mark(sessions[1].pk, absent, by=teacher, reason="착오"),
        ]
    )

    enrolment.refresh_from_db()
    found = Completion.objects.filter(enrolment=enrolment).first()
    present = enrolment.attendance.filter(status="present").count()
    if found is None:  # a mark came first, so what was looked at no longer holds
        assert enrolment.status == "active"
        assert present < 5
    else:
        assert (enrolment.status, found.present, present) == ("completed", 5, 5)


def test_two_who_decide_completion_decide_once():
    cohort, sessions, people = make.make_course(people=3)
    boss = make.make_admin()
    for enrolment in people:
        for session in sessions:
            make.make_attendance(session, enrolment)
    stamp = completion.preview(cohort, clock.now()).stamp
    decide = lambda: completion.decide_cohort(cohort.pk, by=boss, stamp=stamp)  # noqa: E731
    at_once([decide, decide])
    assert Completion.objects.count() == 3
    assert cohort.completion_rules.count() == 1


def test_two_who_decide_a_request_and_one_who_marks():
    _cohort, sessions, (enrolment,) = make.make_course()
    first, second = make.make_admin(), make.make_admin()
    made = make.make_excuse(enrolment, sessions[0])

    at_once(
        [
            lambda: excuses.decide(made.pk, True, "", by=first),
            lambda: excuses.decide(made.pk, False, "증빙 없음", by=second),
            lambda: attendance.mark(sessions[0].pk, [Mark(enrolment.pk, "absent", seen="")], by=second),
        ]
    )

    made.refresh_from_db()
    row = Attendance.objects.get()
    if made.is_accepted:
        assert (row.status, made.decided_by) == ("excused", first)
    else:
        assert (row.status, made.decided_by) == ("absent", second)


def test_one_who_asks_twice_at_once_has_one_request():
    _cohort, sessions, (enrolment,) = make.make_course()
    ask = lambda: excuses.ask(enrolment.pk, sessions[0].pk, "병원", by=enrolment.person)  # noqa: E731
    made = at_once([ask, ask])
    assert len({one.pk for one in made}) == 1
