"""Completion decided: as the rule computes, against it with a reason; its versions; and the warnings before it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from zeal import zeal_ignore

from portal import clock, mail
from portal.errors import Refused
from portal.models import AuditEvent, MailStatus, OutgoingMail
from programs.completion import Verdict
from programs.models.attendance import Completion, CompletionRule
from programs.models.enrolments import Enrolment
from programs.operations import completion
from tests import make
from tests.programs.test_admin_applications import confirm, said

pytestmark = pytest.mark.django_db
USUAL = {"basis": "auto", "threshold": 80, "day_percent": 50, "slips_per_absence": 3, "needs_survey": True}


def marked(sessions, enrolment, statuses):
    for session, status in zip(sessions, statuses, strict=False):
        if status:
            make.make_attendance(session, enrolment, status, marked_at=clock.now() - timedelta(hours=2))


def statuses_of(cohort):
    return list(Enrolment.objects.filter(cohort=cohort).order_by("pk").values_list("status", flat=True))


def decide(cohort, boss):
    return completion.decide_cohort(cohort.pk, by=boss, stamp=completion.preview(cohort, clock.now()).stamp)


# --- everyone in one deed ---------------------------------------------------------------------------------------


def test_everyone_is_decided_as_the_rule_computes():
    cohort, sessions, people = make.make_course(people=4)
    boss = make.make_admin()
    marked(sessions, people[0], ["late", "present", "late", "present", "late"])  # exactly 80 %
    marked(sessions, people[1], ["absent", "absent", "present", "present", "present"])
    marked(sessions, people[2], ["present", "present", "present", None, None])  # not marked: nothing is decided
    marked(sessions, people[3], ["excused"] * 5)

    assert decide(cohort, boss) == (2, 1)

    assert statuses_of(cohort) == ["completed", "not_completed", "active", "completed"]
    first = Completion.objects.get(enrolment=people[0])
    assert (first.basis, first.present, first.total, first.slips) == ("days", 4, 5, 3)
    assert (first.is_reached, first.is_completed, first.reason, first.by) == (True, True, "", boss)
    rule = CompletionRule.objects.get()
    assert (rule.number, first.rule, rule.threshold) == (1, rule, 80)
    assert AuditEvent.objects.get(verb="cohort.completion_decided").after == "2 1"
    assert decide(cohort, boss) == (0, 0)


def test_twenty_two_of_twenty_eight_hours_is_not_completed():
    cohort, sessions, (enrolment,) = make.make_course(days=4)
    for session, minutes in zip(sessions, (420, 420, 420, 60), strict=True):
        make.make_attendance(session, enrolment, "left_early", minutes=minutes if minutes < 420 else None)
    # three full ones marked as left early would be slips; here they are present
    enrolment.attendance.filter(minutes=None).update(status="present")
    decide(cohort, make.make_admin())
    found = Completion.objects.get()
    assert (found.basis, found.present, found.total, found.is_completed) == ("hours", 22 * 60, 28 * 60, False)


def test_not_before_the_last_session_has_ended(settings):
    cohort, sessions, (enrolment,) = make.make_course()
    marked(sessions, enrolment, ["present"] * 5)
    boss = make.make_admin()
    settings.DEMO_NOW = cohort.ends_at - timedelta(seconds=1)
    with pytest.raises(Refused):
        decide(cohort, boss)
    with pytest.raises(Refused):
        completion.decide(enrolment.pk, True, by=boss, reason="확인")
    settings.DEMO_NOW = cohort.ends_at
    assert decide(cohort, boss) == (1, 0)


def test_what_changed_since_the_preview_is_looked_at_again():
    cohort, sessions, (enrolment,) = make.make_course()
    marked(sessions, enrolment, ["present"] * 5)
    stamp = completion.preview(cohort, clock.now()).stamp
    enrolment.attendance.filter(session__in=sessions[:2]).update(status="absent")
    with pytest.raises(Refused):
        completion.decide_cohort(cohort.pk, by=make.make_admin(), stamp=stamp)
    assert statuses_of(cohort) == ["active"]


def test_the_preview_costs_the_same_for_any_number(django_assert_num_queries):
    cohort, sessions, people = make.make_course(people=12)
    for enrolment in people:
        marked(sessions, enrolment, ["present"] * 5)
    with django_assert_num_queries(5):
        assert completion.preview(cohort, clock.now()).count(True) == 12


# --- one person, also against the rule --------------------------------------------------------------------------


def test_against_the_rule_with_a_reason_that_is_kept_and_read():
    cohort, sessions, (enrolment,) = make.make_course()
    boss = make.make_admin()
    marked(sessions, enrolment, ["absent", "absent", "present", "present", "present"])
    with pytest.raises(Refused, match="60%"):
        completion.decide(enrolment.pk, True, by=boss)
    for _time in range(2):
        completion.decide(enrolment.pk, True, by=boss, reason=" 산업재해로 결석 ")
    found = Completion.objects.get()
    assert (found.is_reached, found.is_completed, found.is_override) == (False, True, True)
    assert found.reason == "산업재해로 결석"
    enrolment.refresh_from_db()
    assert (enrolment.status, enrolment.end_reason) == ("completed", "산업재해로 결석")
    with pytest.raises(Refused):
        completion.decide(enrolment.pk, False, by=boss, reason="번복")


def test_where_the_rule_says_nothing_yet_a_reason_is_needed():
    _cohort, sessions, (enrolment,) = make.make_course()
    marked(sessions, enrolment, ["present", "present", "present"])
    with pytest.raises(Refused):
        completion.decide(enrolment.pk, True, by=make.make_admin())
    completion.decide(enrolment.pk, True, by=make.make_admin(), reason="서명부로 확인")
    assert Completion.objects.get().is_override


def test_nobody_decides_about_themselves():
    boss = make.make_admin()
    cohort, sessions, _people = make.make_course()
    own = make.make_enrolment(cohort, boss, status="active")
    marked(sessions, own, ["present"] * 5)
    with pytest.raises(Refused):
        completion.decide(own.pk, True, by=boss)


# --- the rule ---------------------------------------------------------------------------------------------------


def test_a_change_is_a_new_version_and_the_same_numbers_are_none():
    cohort = make.make_cohort(phase="running")
    boss = make.make_admin()
    first = completion.change_rule(cohort.pk, by=boss, **USUAL)
    assert completion.change_rule(cohort.pk, by=boss, **USUAL) == first
    second = completion.change_rule(cohort.pk, by=boss, **USUAL | {"threshold": 90})
    assert (first.number, second.number) == (1, 2)
    first.refresh_from_db()
    assert first.threshold == 80


def test_once_used_the_rule_holds_for_everyone():
    cohort, sessions, (enrolment,) = make.make_course()
    marked(sessions, enrolment, ["present"] * 5)
    boss = make.make_admin()
    decide(cohort, boss)
    with pytest.raises(Refused):
        completion.change_rule(cohort.pk, by=boss, **USUAL | {"threshold": 60})


def test_a_stricter_rule_is_what_decides():
    cohort, sessions, (enrolment,) = make.make_course()
    marked(sessions, enrolment, ["absent", "present", "present", "present", "present"])
    boss = make.make_admin()
    completion.change_rule(cohort.pk, by=boss, **USUAL | {"threshold": 81})
    assert decide(cohort, boss) == (0, 1)


# --- warnings ---------------------------------------------------------------------------------------------------


def mails():
    return list(OutgoingMail.objects.order_by("pk").values_list("reason", "status"))


LAST, OUT = "attendance_last_chance", "attendance_out_of_reach"


def test_each_warning_goes_once():
    _cohort, sessions, (enrolment,) = make.make_course(begun=3)
    now = clock.now()
    assert completion.warn(now) == 0
    marked(sessions, enrolment, ["absent"])
    assert (completion.warn(now), completion.warn(now)) == (1, 0)
    assert mails() == [(LAST, "waiting")]
    marked(sessions[1:], enrolment, ["absent"])
    assert (completion.warn(now), completion.warn(now)) == (1, 0)
    assert [reason for reason, _status in mails()] == [LAST, OUT]
    text = OutgoingMail.objects.get(reason=OUT).body
    assert "60%" in text
    assert "80%" in text


def test_nobody_is_warned_who_missed_nothing_nor_of_a_young_mark(settings):
    cohort, sessions, (enrolment,) = make.make_course(days=2, begun=1)
    make.make_attendance(sessions[0], enrolment)
    assert completion.preview(cohort, clock.now()).rows[0].standing.verdict == Verdict.ONE_MORE
    assert completion.warn(clock.now()) == 0
    enrolment.attendance.update(status="late", marked_at=clock.now() - timedelta(minutes=29))
    assert completion.warn(clock.now()) == 0
    enrolment.attendance.update(marked_at=clock.now() - timedelta(minutes=31))
    assert completion.warn(clock.now()) == 1


@pytest.mark.parametrize("reason", [LAST, OUT])
def test_a_warning_that_is_no_longer_true_is_dropped_and_told_again_when_it_is(reason):
    _cohort, sessions, (enrolment,) = make.make_course(begun=3)
    absent = ["absent"] if reason == LAST else ["absent", "absent"]
    marked(sessions, enrolment, absent)
    completion.warn(clock.now())
    enrolment.attendance.update(status="excused")
    mail.deliver_waiting()
    assert mails() == [(reason, MailStatus.DROPPED)]
    enrolment.attendance.update(status="absent")
    assert completion.warn(clock.now()) == 1
    mail.deliver_waiting()
    assert mails() == [(reason, MailStatus.DROPPED), (reason, MailStatus.SENT)]


def test_whose_part_has_ended_is_not_warned():
    cohort, sessions, (enrolment,) = make.make_course(begun=3)
    marked(sessions, enrolment, ["absent", "absent"])
    completion.warn(clock.now())
    Enrolment.objects.update(status="dropped", ended_at=clock.now())
    mail.deliver_waiting()
    assert mails() == [(OUT, MailStatus.DROPPED)]
    assert completion.warn(clock.now()) == 0
    assert cohort.enrolments.count() == 1


def test_one_that_fails_holds_up_none_of_the_others(monkeypatch):
    _cohort, sessions, people = make.make_course(begun=3, people=2)
    for enrolment in people:
        marked(sessions, enrolment, ["absent"])
    real = completion.warn_one

    def fails(enrolment, standing, now):
        if enrolment == people[0]:
            raise RuntimeError
        return real(enrolment, standing, now)

    monkeypatch.setattr(completion, "warn_one", fails)
    assert completion.warn(clock.now()) == 1


# --- in the admin -----------------------------------------------------------------------------------------------


def admin(name, cohort, *more):
    return reverse(f"admin:programs_cohort_{name}", args=[cohort.pk, *more])


def test_staff_look_first_and_then_decide(client, boss):
    cohort, sessions, people = make.make_course(people=3)
    marked(sessions, people[0], ["present"] * 5)
    marked(sessions, people[1], ["absent"] * 5)

    page = client.get(admin("attendance", cohort))
    assert [row["pill"]["label"] for row in page.context["rows"]].count("Reached") == 1
    ask = client.get(admin("complete", cohort))
    assert (len(ask.context["rows"]), len(ask.context["refused"])) == (2, 1)
    assert statuses_of(cohort) == ["active"] * 3
    with zeal_ignore():  # each part ends behind its own lock
        response = client.post(admin("complete", cohort), dict(ask.context["hidden"]), follow=True)

    assert statuses_of(cohort) == ["completed", "not_completed", "active"]
    assert said(response) == ["Decided: completed 1, not completed 1."]
    assert len(response.context["decided"]) == 2
    stale = client.post(admin("complete", cohort), {"stamp": "old"}, follow=True)
    assert said(stale) == ["Something has changed since you looked. Please look again."]


def test_staff_decide_against_the_rule_on_the_list_of_enrolments(client, boss):
    _cohort, sessions, (enrolment,) = make.make_course()
    marked(sessions, enrolment, ["absent"] * 5)
    data = {"action": "decide_completion", "index": "0", "_selected_action": [enrolment.pk]}
    page = client.post("/admin/programs/enrolment/", data)
    refused = confirm(client, page, outcome="completed", reason="")
    assert "0% / 80%" in said(refused)[0]
    assert said(confirm(client, page, outcome="completed", reason="특별 사유")) == ["Decided about 1 person."]
    text = client.get(reverse("admin:programs_enrolment_change", args=[enrolment.pk])).text
    assert "특별 사유" in text
    assert "0 days of 5 days, which is 0%" in text


def test_the_rule_is_changed_on_its_page(client, boss):
    cohort, _sessions, _people = make.make_course()
    page = client.get(admin("rule", cohort))
    assert page.context["form"].initial["threshold"] == 80
    wrong = client.post(admin("rule", cohort), USUAL | {"threshold": 0, "slips_per_absence": 0})
    assert set(wrong.context["form"].errors) == {"threshold", "slips_per_absence"}
    client.post(admin("rule", cohort), USUAL | {"threshold": 70})
    assert CompletionRule.objects.get().threshold == 70
    assert "70%" in client.get(admin("attendance", cohort)).text


def test_what_waits_for_staff_stands_on_the_overview(client, boss):
    cohort, sessions, people = make.make_course(people=2)
    make.make_excuse(people[0], sessions[0])
    make.make_attendance(sessions[1], people[0])
    titles = [line["title"] for line in client.get(admin("overview", cohort)).context["todo"]]
    assert "1 request to be excused waits" in titles
    assert "4 sessions have no attendance" in titles
    assert "Completion of 2 people is not decided" in titles


def test_managers_of_others_find_nothing(client):
    cohort, sessions, _people = make.make_course()
    client.force_login(make.make_manager(make.make_cohort()))
    for address in (
        admin("attendance", cohort),
        admin("rule", cohort),
        admin("complete", cohort),
        admin("roster", cohort, sessions[0].pk),
        admin("sheet", cohort, sessions[0].pk),
    ):
        assert client.get(address).status_code == 404
        assert client.post(address).status_code == 404


def test_a_session_of_another_cohort_is_not_found(client, boss):
    cohort, _sessions, _people = make.make_course()
    other = make.make_session(make.make_cohort())
    assert client.get(admin("roster", cohort, other.pk)).status_code == 404


def test_a_request_is_decided_in_the_admin(client, boss):
    _cohort, sessions, (enrolment,) = make.make_course()
    made = make.make_excuse(enrolment, sessions[0])
    page = client.get(reverse("admin:programs_excuse_change", args=[made.pk]))
    assert "Excuse the absence" in page.text
    refused = client.post(reverse("admin:programs_excuse_refuse", args=[made.pk]), {"answer": ""})
    assert "answer" in refused.context["form"].errors
    client.post(reverse("admin:programs_excuse_accept", args=[made.pk]), {"answer": ""})
    made.refresh_from_db()
    assert made.is_accepted
    listed = client.get("/admin/programs/excuse/?state=accepted").context["cl"].result_list
    assert [row.pk for row in listed] == [made.pk]
    client.force_login(make.make_manager(make.make_cohort()))
    assert client.get(reverse("admin:programs_excuse_change", args=[made.pk])).status_code == 404
