"""Not coming: the first time within a year is warned of, the second restricts, and a mistake is taken back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from portal import clock, mail
from portal.errors import Refused
from portal.models import AuditEvent, MailStatus, OutgoingMail
from programs.models.eligibility import Restriction
from programs.operations import enrolments, no_shows, restrictions, seats
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return make.make_admin()


@pytest.fixture
def person():
    return make.make_user()


def missed(person, boss, *, ago=timedelta(days=2), **fields):
    """A place of `person` in a cohort that began `ago`, marked as a no-show now."""
    begun = clock.now() - ago
    cohort = make.make_cohort(phase="running", starts_at=begun, ends_at=begun + timedelta(days=1), **fields)
    enrolment = make.make_enrolment(application=make.make_application(cohort, person, status="confirmed"))
    return enrolments.end_enrolment(enrolment.pk, "no_show", by=boss, reason="연락 없음")


def told(person):
    return list(OutgoingMail.objects.filter(person=person).order_by("pk").values_list("reason", flat=True))


# --- the rule -----------------------------------------------------------------------------------------


def test_the_first_is_a_warning_that_says_the_rule_and_when_it_lapses(person, boss):
    enrolment = missed(person, boss)
    assert not Restriction.objects.exists()
    assert told(person) == ["no_show_warning"]
    body = OutgoingMail.objects.get(person=person).body
    assert "12개월" in body
    assert "6개월" in body
    assert "연락 없음" in body
    lapses = no_shows.months_after(no_shows.missed_at(enrolment), 12)
    assert f"{lapses.year}년 {lapses.month}월 {lapses.day}일" in body


def test_the_second_within_a_year_restricts_for_half_a_year_and_says_why(client, person, boss):
    first, second = missed(person, boss, ago=timedelta(days=200)), missed(person, boss)
    (restriction,) = Restriction.objects.all()
    assert restriction.cause == second
    assert restriction.until == no_shows.months_after(restriction.from_at, 6)
    assert restriction.made_by == boss
    for enrolment in (first, second):
        assert enrolment.cohort.program.title_ko in restriction.reason
    assert told(person) == ["no_show_warning", "restricted"]
    assert AuditEvent.objects.filter(verb="restriction.made", target_id=restriction.pk).exists()
    client.force_login(person)
    assert "12개월 안에 두 번 불참" in client.get("/ko/my/restrictions/").text


def test_two_that_lie_a_year_apart_are_two_warnings(person, boss):
    missed(person, boss, ago=timedelta(days=367))
    missed(person, boss, ago=timedelta(days=1))
    assert not Restriction.objects.exists()
    assert told(person) == ["no_show_warning"] * 2


def test_the_order_in_which_they_are_written_down_does_not_matter(person, boss):
    missed(person, boss, ago=timedelta(days=1))
    late = missed(person, boss, ago=timedelta(days=100))
    assert Restriction.objects.get().cause == late


def test_another_person_s_no_show_counts_for_nobody_else(person, boss):
    missed(make.make_user(), boss)
    missed(person, boss)
    assert not Restriction.objects.exists()


def test_marking_it_twice_is_the_same_as_once(person, boss):
    missed(person, boss)
    second = missed(person, boss)
    enrolments.end_enrolment(second.pk, "no_show", by=boss, reason="연락 없음")
    assert Restriction.objects.count() == 1
    assert told(person) == ["no_show_warning", "restricted"]
    with pytest.raises(IntegrityError), transaction.atomic():
        make.make_restriction(person, cause=second)


def test_other_endings_and_a_place_given_back_in_time_are_no_no_show(person, boss):
    missed(person, boss)
    for outcome in ("completed", "not_completed", "dropped"):
        enrolment = make.make_enrolment(person=person, status="active")
        enrolments.end_enrolment(enrolment.pk, outcome, by=boss, reason="사정")
    application = make.make_application(make.make_cohort(phase="announced"), person, status="confirmed")
    make.make_enrolment(application=application)
    seats.cancel_place(application.pk, by=person)
    assert not Restriction.objects.exists()
    assert told(person) == ["no_show_warning", "cancelled"]


def test_without_a_date_of_the_cohort_the_day_it_was_marked_counts(person, boss):
    cohort = make.make_cohort(starts_at=None, ends_at=None)
    enrolment = make.make_enrolment(cohort, person)
    enrolments.end_enrolment(enrolment.pk, "no_show", by=boss, reason="연락 없음")
    enrolment.refresh_from_db()
    assert no_shows.missed_at(enrolment) == enrolment.ended_at


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ((2026, 1, 31), 1, (2026, 2, 28)),
        ((2026, 8, 31), 6, (2027, 2, 28)),
        ((2024, 2, 29), 12, (2025, 2, 28)),
        ((2026, 6, 15), 12, (2027, 6, 15)),
        ((2026, 12, 1), 1, (2027, 1, 1)),
    ],
)
def test_months_are_those_of_the_calendar(start, months, end):
    assert no_shows.months_after(datetime(*start, 3, tzinfo=UTC), months) == datetime(*end, 3, tzinfo=UTC)


# --- appeals, and mistakes ----------------------------------------------------------------------------


def test_an_accepted_appeal_lifts_it_and_excuses_that_no_show(person, boss):
    missed(person, boss, ago=timedelta(days=300))
    missed(person, boss, ago=timedelta(days=3))
    restriction = Restriction.objects.get()
    appeal = restrictions.appeal(restriction.pk, "입원했습니다.", by=person)
    restrictions.decide_appeal(appeal.pk, True, "확인했습니다.", by=boss)
    restriction.refresh_from_db()
    assert restriction.lifted_at is not None
    assert len(no_shows.counted(person)) == 1

    with transaction.atomic():
        later = missed(person, boss, ago=timedelta(hours=1))
    assert Restriction.objects.filter(lifted_at=None).get().cause == later  # the first one still counts


def test_a_mistake_takes_back_the_warning_before_it_is_sent(person, boss):
    enrolment = missed(person, boss)
    no_shows.undo_no_show(enrolment.pk, by=boss, reason="출석부 오류")
    enrolment.refresh_from_db()
    assert (enrolment.status, enrolment.ended_at, enrolment.end_reason) == ("active", None, "")
    mail.deliver_waiting()
    sent = dict(OutgoingMail.objects.filter(person=person).values_list("reason", "status"))
    assert sent == {"no_show_warning": MailStatus.DROPPED, "no_show_undone": MailStatus.SENT}
    assert AuditEvent.objects.get(verb="enrolment.no_show_undone").reason == "출석부 오류"

    no_shows.undo_no_show(enrolment.pk, by=boss, reason="출석부 오류")
    assert told(person) == ["no_show_warning", "no_show_undone"]
    enrolments.end_enrolment(enrolment.pk, "no_show", by=boss, reason="다시 확인")
    assert told(person) == ["no_show_warning", "no_show_undone", "no_show_warning"]


@pytest.mark.parametrize("place", [0, 1])
def test_a_mistake_lifts_the_restriction_whichever_of_the_two_it_was(person, boss, place):
    rows = [missed(person, boss, ago=timedelta(days=30)), missed(person, boss)]
    other = make.make_restriction(person)
    no_shows.undo_no_show(rows[place].pk, by=boss, reason="출석부 오류")
    restriction = Restriction.objects.get(cause=rows[1])
    assert restriction.lifted_at is not None
    other.refresh_from_db()
    assert other.lifted_at is None
    assert "restriction_lifted" in told(person)

    enrolments.end_enrolment(rows[place].pk, "no_show", by=boss, reason="다시 확인")
    assert Restriction.objects.get(cause__isnull=False, lifted_at=None).cause == rows[place]


def test_a_restriction_with_two_others_behind_it_stands(person, boss):
    rows = [missed(person, boss, ago=timedelta(days=days)) for days in (30, 20, 10)]
    no_shows.undo_no_show(rows[0].pk, by=boss, reason="출석부 오류")
    assert [row.cause for row in Restriction.objects.filter(lifted_at=None)] == [rows[2], rows[1]]


def test_what_cannot_be_taken_back(person, boss):
    enrolment = missed(person, boss)
    with pytest.raises(Refused, match="불참"):
        no_shows.undo_no_show(enrolment.pk, by=person, reason="…")
    with pytest.raises(Refused):
        no_shows.undo_no_show(enrolment.pk, by=boss, reason=" ")
    completed = make.make_enrolment(status="completed")
    with pytest.raises(Refused):
        no_shows.undo_no_show(completed.pk, by=boss, reason="출석부 오류")


def test_before_the_cohort_begins_the_place_is_about_to_be_taken_again(person, boss):
    enrolment = make.make_enrolment(make.make_cohort(), person)
    enrolments.end_enrolment(enrolment.pk, "no_show", by=boss, reason="잘못 누름")
    assert no_shows.undo_no_show(enrolment.pk, by=boss, reason="잘못 누름").status == "enrolled"


# --- the admin ----------------------------------------------------------------------------------------


def test_staff_see_how_often_and_take_one_back(client, person):
    boss = make.make_admin(language="en")
    client.force_login(boss)
    first, second = missed(person, boss, ago=timedelta(days=30)), missed(person, boss)
    page = client.get(reverse("admin:programs_enrolment_change", args=[second.pk])).text
    assert "2 (" in page
    assert (
        "No-shows that count"
        in client.get(reverse("admin:programs_application_change", args=[second.application_id])).text
    )
    clean = make.make_enrolment()
    assert (
        "No-shows that count"
        not in client.get(
            reverse("admin:programs_application_change", args=[make.make_application(clean.cohort).pk])
        ).text
    )
    client.get(reverse("admin:programs_enrolment_change", args=[clean.pk]))

    chosen = {"action": "undo_no_show", "index": "0", "_selected_action": [second.pk, clean.pk]}
    asked = client.post("/admin/programs/enrolment/", chosen)
    assert asked.context["refused"][0]["note"] == "Only a no-show can be taken back."
    confirmed = {**dict(asked.context["hidden"]), "_selected_action": [second.pk], "reason": "출석부 오류"}
    response = client.post("/admin/programs/enrolment/", confirmed, follow=True)
    assert "1 no-show taken back." in response.text
    second.refresh_from_db()
    assert second.status == "active"
    assert first.status == "no_show"
