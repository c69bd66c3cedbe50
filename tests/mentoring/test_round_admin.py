"""A round in the admin: set up, invited to, looked at, opened again; and what the clock tells both sides."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import operations as accounts
from mentoring import rounds
from mentoring.models.rounds import (
    ConflictOutcome,
    DeclaredConflict,
    Exclusion,
    MenteeProfile,
    MentoringRound,
    RoundMentor,
    usual_weights,
)
from mentoring.operations import declared, wishes
from mentoring.operations import rounds as operations
from portal import clock, mail
from portal.errors import Refused
from portal.models import AuditEvent, MailStatus, OutgoingMail
from tests import make
from tests.races import at_once

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def url(name, *args):
    return reverse(f"admin:mentoring_mentoringround_{name}", args=args)


@pytest.fixture
def ours():
    return make.make_organization()


@pytest.fixture
def manager(ours):
    return make.make_manager(ours)


@pytest.fixture
def cohort(ours):
    return make.make_cohort(make.make_program(partners=[ours], has_mentoring=True), phase="running")


@pytest.fixture
def round_(cohort):
    return make.make_mentoring_round(cohort)


def typed(cohort, **more):
    now = clock.now()
    at = {
        "opens_at": now + DAY,
        "mentors_until": now + 3 * DAY,
        "wishes_until": now + 4 * DAY,
    }
    moments = {name: value.astimezone(clock.SEOUL).strftime("%Y-%m-%dT%H:%M") for name, value in at.items()}
    return {
        "cohort": str(cohort.pk),
        **moments,
        "least_wishes": "3",
        "least_parts": "8",
        "least_minutes": "60",
        "mode": "optimal",
        "poor_below": "250",
        "weak_below": "450",
        "undo_minutes": "30",
        "answer_hours": "72",
        "meeting_minutes": "60",
        "meetings_planned": "6",
        "hourly_rate": "0",
        **{f"weight_{key}": str(value) for key, value in usual_weights().items()},
        **more,
    }


# --- set up -----------------------------------------------------------------------------------------------------


def test_a_manager_sets_up_a_round_for_a_cohort_they_run(cohort, manager):
    client = client_of(manager)
    page = client.get(url("add"))
    assert page.status_code == 200
    assert f'value="{cohort.pk}"' in page.text
    response = client.post(url("add"), typed(cohort, weight_time="0", weight_skills="300"))

    assert response.status_code == 302
    round_ = MentoringRound.objects.get()
    assert round_.weights == usual_weights() | {"time": 0, "skills": 300}
    assert AuditEvent.objects.filter(verb="mentoringround.added").count() == 1
    client.post(url("change", round_.pk), typed(cohort, meetings_planned="9"))
    round_.refresh_from_db()
    assert (round_.meetings_planned, round_.weights) == (9, usual_weights())


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"weight_time": "101"}, "1001"),
        ({"weight_time": "-1"}, "weight_time"),
        ({"wishes_until": "2020-01-01T00:00"}, "deadlines lie after the opening"),
        ({"poor_below": "500"}, "Poor lies below weak"),
        ({"mentors_rank": "on"}, "Say until when mentors rank briefs."),
        ({"mentors_rank": "on", "ranks_until": "2020-01-01T00:00"}, "Briefs are ranked after"),
        ({"least_parts": "22"}, "mentoring_round_parts_of_a_week"),
    ],
)
def test_what_does_not_hold_is_said_at_the_form(cohort, manager, more, words):
    manager.language = "en"
    manager.save()
    response = client_of(manager).post(url("add"), typed(cohort, **more), headers={"Accept-Language": "en"})

    assert response.status_code == 200
    assert words in response.text
    assert not MentoringRound.objects.exists()


def test_no_round_for_a_cohort_of_others_without_mentoring_or_with_one(cohort, manager, round_):
    others = make.make_cohort(make.make_program(has_mentoring=True), phase="running")
    plain = make.make_cohort(make.make_program(partners=[cohort.program.partners.first()]), phase="running")
    for one in (others, plain, cohort):
        assert client_of(manager).post(url("add"), typed(one)).status_code == 200
    assert MentoringRound.objects.count() == 1


def test_whoever_does_not_run_the_cohort_sees_nothing_of_it(round_):
    row = DeclaredConflict.objects.create(round=round_, by=make.make_user(), words="1")
    invited = make.make_round_mentor(round_)
    enrolment = make.make_enrolment(round_.cohort, status="active")
    addresses = [
        url("overview", round_.pk),
        url("invite", round_.pk),
        url("answer", invited.pk),
        url("reopen", round_.pk, enrolment.pk),
        url("settle", row.pk),
        url("dismiss", row.pk),
        url("change", round_.pk),
    ]
    for person in (make.make_manager(make.make_organization()), enrolment.person, invited.mentor.user):
        for address in addresses:
            assert client_of(person).get(address).status_code == 404
            assert client_of(person).post(address, {"reason": "1"}).status_code == 404


# --- invited ----------------------------------------------------------------------------------------------------


def test_mentors_are_invited_once_and_told_by_mail(round_, manager):
    mentors = [make.make_mentor() for _number in range(2)]
    response = client_of(manager).post(
        url("invite", round_.pk), {"mentors": [str(mentor.pk) for mentor in mentors]}
    )

    assert response.status_code == 302
    assert {row.mentor for row in round_.mentors.all()} == set(mentors)
    told = OutgoingMail.objects.filter(reason="mentor_invited")
    assert {row.to for row in told} == {mentor.user.email for mentor in mentors}
    assert operations.invite_mentors(round_.pk, [mentors[0].pk], by=manager) == 0
    assert told.count() == 2


def test_who_declined_is_asked_anew_and_who_pauses_is_not(round_, manager):
    declined = make.make_round_mentor(round_, state="out", answered_at=clock.now(), decline_reason="1")
    paused = make.make_mentor(is_paused=True)
    count = operations.invite_mentors(round_.pk, [declined.mentor_id, paused.pk], by=manager)

    declined.refresh_from_db()
    assert (count, declined.state, declined.answered_at, declined.decline_reason) == (1, "invited", None, "")


def test_staff_write_down_what_a_mentor_said(round_, manager):
    invited = make.make_round_mentor(round_, make.make_mentor(), state="invited")
    form = {"answer": "in", "capacity": "2", "reason": "전화로 들음"}
    page = client_of(manager).post(url("answer", invited.pk), form)
    assert page.status_code == 200  # the profile is not confirmed
    accounts.record_consents(
        invited.mentor.user, {row["version"]: True for row in rounds.mentor_terms(invited.mentor.user)}
    )
    invited.mentor.confirmed_at = clock.now()
    invited.mentor.save()
    assert client_of(manager).post(url("answer", invited.pk), form).status_code == 302
    invited.refresh_from_db()
    assert (invited.state, invited.capacity) == ("in", 2)
    assert AuditEvent.objects.get(verb="roundmentor.answered").reason == "전화로 들음"


# --- looked at --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 6])
def test_the_page_costs_the_same_for_many(round_, manager, count):
    for _number in range(count):
        invited = make.make_round_mentor(round_)
        make.make_week(invited.mentor.user, (0, 540, 720))
        mentee = make.make_mentee_profile(round_, invited.mentor)
        make.make_week(mentee.enrolment.person, (0, 540, 720), zone="Europe/London")
        DeclaredConflict.objects.create(
            round=round_, by=mentee.enrolment.person, mentor=invited.mentor, words="옛 동료"
        )
    client = client_of(manager)
    client.get(url("overview", round_.pk))
    with CaptureQueriesContext(connection) as queries:
        page = client.get(url("overview", round_.pk))

    assert page.status_code == 200
    assert "옛 동료" in page.text
    assert len(queries) == 18
    assert client.get(url("changelist")).status_code == 200


def test_looking_writes_nothing_and_posting_to_it_is_nothing(round_, manager):
    assert client_of(manager).post(url("overview", round_.pk)).status_code == 404
    make.make_enrolment(round_.cohort, status="active")
    client_of(manager).get(url("overview", round_.pk))
    assert not MenteeProfile.objects.exists()


# --- opened again -----------------------------------------------------------------------------------------------


def test_one_mentee_is_opened_again_with_a_reason_and_told(round_, manager, settings):
    enrolment = make.make_enrolment(round_.cohort, status="active")
    settings.DEMO_NOW = round_.wishes_until + DAY
    until = (round_.wishes_until + 2 * DAY).replace(second=0, microsecond=0)
    form = {"until": until.astimezone(clock.SEOUL).strftime("%Y-%m-%dT%H:%M"), "reason": "입원"}
    assert client_of(manager).post(url("reopen", round_.pk, enrolment.pk), form).status_code == 302

    profile = MenteeProfile.objects.get(enrolment=enrolment)
    assert profile.reopened_until == until
    assert OutgoingMail.objects.get().reason == "wishes_reopened"
    assert "입원" not in OutgoingMail.objects.get().body
    operations.reopen(round_.pk, enrolment.pk, by=manager, until=until, reason="1")
    assert AuditEvent.objects.filter(verb="menteeprofile.reopened").count() == 1


@pytest.mark.parametrize(("days", "reason"), [(-2, "1"), (-5, "1"), (1, " ")])
def test_what_cannot_be_opened(round_, manager, settings, days, reason):
    enrolment = make.make_enrolment(round_.cohort, status="active")
    settings.DEMO_NOW = round_.wishes_until - DAY
    with pytest.raises(Refused):
        operations.reopen(
            round_.pk, enrolment.pk, by=manager, until=round_.wishes_until + days * DAY, reason=reason
        )
    others = make.make_enrolment(status="active")
    with pytest.raises(Refused):
        operations.reopen(round_.pk, others.pk, by=manager, until=round_.wishes_until + DAY, reason="1")
    with pytest.raises(Refused):
        operations.reopen(round_.pk, enrolment.pk, by=make.make_user(), until=round_.wishes_until + DAY, reason="1")


# --- conflicts --------------------------------------------------------------------------------------------------


def test_a_mentees_conflict_becomes_a_rule_about_the_two(round_, manager):
    invited = make.make_round_mentor(round_)
    person = make.make_enrolment(round_.cohort, status="active").person
    row = declared.declare_of_mentee(round_.pk, invited.mentor_id, "옛 스승", by=person)
    assert client_of(manager).post(url("settle", row.pk), {"reason": ""}).status_code == 302

    exclusion = Exclusion.objects.get()
    assert (exclusion.round, exclusion.mentor, exclusion.person) == (round_, invited.mentor, person)
    assert (exclusion.kind, exclusion.by) == ("conflict", manager)
    row.refresh_from_db()
    assert (row.outcome, row.settled_by) == (ConflictOutcome.EXCLUDED, manager)
    with pytest.raises(Refused):
        declared.dismiss(row.pk, by=manager, reason="1")


def test_a_mentors_conflict_is_about_whom_staff_choose(round_, manager):
    invited = make.make_round_mentor(round_)
    people = [make.make_enrolment(round_.cohort, status="active").person for _number in range(3)]
    stranger = make.make_user()
    row = declared.declare_of_mentor(round_.pk, "들풀 스튜디오 사람들", by=invited.mentor.user)
    client = client_of(manager)
    assert client.post(url("settle", row.pk), {"people": []}).status_code == 200
    assert client.post(url("settle", row.pk), {"people": [str(stranger.pk)]}).status_code == 200
    assert client.post(url("settle", row.pk), {"people": ["x"]}).status_code == 200
    client.post(url("settle", row.pk), {"people": [str(person.pk) for person in people[:2]]})

    assert {row.person for row in Exclusion.objects.all()} == set(people[:2])
    with pytest.raises(Refused):
        declared.settle(row.pk, [people[2].pk], by=manager)


def test_no_conflict_needs_a_reason_that_stays_with_the_staff(round_, manager):
    invited = make.make_round_mentor(round_)
    person = make.make_enrolment(round_.cohort, status="active").person
    row = declared.declare_of_mentee(round_.pk, invited.mentor_id, "모르는 사이", by=person)
    assert client_of(manager).post(url("dismiss", row.pk), {"reason": ""}).status_code == 200
    client_of(manager).post(url("dismiss", row.pk), {"reason": "표식-직원-사유"})

    row.refresh_from_db()
    assert row.outcome == ConflictOutcome.DISMISSED
    assert not Exclusion.objects.exists()
    for reader in (person, invited.mentor.user):
        page = client_of(reader).get(reverse("mentoring-round", args=[round_.code]))
        assert page.status_code == 200
        assert "표식-직원-사유" not in page.text


def test_whoever_does_not_run_the_cohort_settles_nothing(round_):
    row = declared.declare_of_mentor(round_.pk, "1", by=make.make_round_mentor(round_).mentor.user)
    with pytest.raises(Refused):
        declared.dismiss(row.pk, by=make.make_user(), reason="1")
    with pytest.raises(Refused):
        declared.settle(row.pk, [], by=make.make_manager(make.make_organization()))


def test_a_settled_conflict_is_settled_whole(round_):
    row = declared.declare_of_mentor(round_.pk, "1", by=make.make_round_mentor(round_).mentor.user)
    with pytest.raises(IntegrityError), transaction.atomic():
        DeclaredConflict.objects.filter(pk=row.pk).update(outcome="dismissed")


# --- the clock --------------------------------------------------------------------------------------------------


def told(reason):
    return sorted(OutgoingMail.objects.filter(reason=reason).values_list("to", flat=True))


@pytest.fixture
def ahead(round_):
    """A round that has been open for ten days, with its deadlines in five days; two mentees, two mentors."""
    now = clock.now()
    round_.opens_at, round_.mentors_until, round_.wishes_until = now - 10 * DAY, now + 5 * DAY, now + 5 * DAY
    round_.save()
    done = make.make_mentee_profile(
        round_, enrolment=make.make_enrolment(round_.cohort, status="active", enrolled_at=now - 20 * DAY)
    )
    waiting = make.make_enrolment(round_.cohort, status="active", enrolled_at=now - 20 * DAY)
    ready = make.make_round_mentor(round_, invited_at=now - 9 * DAY)
    accounts.record_consents(
        ready.mentor.user, {row["version"]: True for row in rounds.mentor_terms(ready.mentor.user)}
    )
    asked = make.make_round_mentor(round_, make.make_mentor(), state="invited", invited_at=now - 9 * DAY)
    make.make_round_mentor(round_, state="out", invited_at=now - 9 * DAY)
    return {"round": round_, "done": done, "waiting": waiting, "asked": asked, "now": now}


def test_mentees_are_asked_once_when_the_round_opens(ahead, settings):
    settings.DEMO_NOW = ahead["now"]
    assert operations.ask_mentees(ahead["now"]) == 1
    assert operations.ask_mentees(ahead["now"]) == 0
    assert told("mentee_asked") == [ahead["waiting"].person.email]
    make.make_mentee_profile(ahead["round"], enrolment=ahead["waiting"])
    assert not mail.is_wanted(OutgoingMail.objects.get())


def test_nobody_is_asked_before_it_opens(round_):
    make.make_enrolment(round_.cohort, status="active")
    assert operations.ask_mentees(round_.opens_at - timedelta(seconds=1)) == 0
    assert operations.ask_mentees(round_.wishes_until) == 0


def test_those_who_are_late_are_reminded_three_days_and_one_day_before_once_each(ahead, settings):
    end, sent = ahead["round"].wishes_until, []
    for hours in (97, 73, 72, 71, 30, 24, 23, 1, 0, -1):
        settings.DEMO_NOW = end - timedelta(hours=hours)
        sent.append(operations.remind(settings.DEMO_NOW))

    assert sent == [0, 0, 2, 0, 0, 2, 0, 0, 0, 0]
    for days in (3, 1):
        assert told(f"mentee_round_reminder_{days}") == [ahead["waiting"].person.email]
        assert told(f"mentor_round_reminder_{days}") == [ahead["asked"].mentor.user.email]


def test_a_reminder_whose_reason_is_gone_is_dropped(ahead, settings):
    settings.DEMO_NOW = ahead["round"].wishes_until - 2 * DAY
    operations.remind(settings.DEMO_NOW)
    assert all(mail.is_wanted(row) for row in OutgoingMail.objects.all())
    make.make_mentee_profile(ahead["round"], enrolment=ahead["waiting"])
    RoundMentor.objects.filter(pk=ahead["asked"].pk).update(state="out")
    settings.DEMO_NOW += timedelta(hours=1)
    mail.deliver_waiting()
    assert {row.status for row in OutgoingMail.objects.all()} == {MailStatus.DROPPED}


def test_a_deadline_that_moves_is_told_anew(ahead, settings):
    round_ = ahead["round"]
    settings.DEMO_NOW = round_.wishes_until - 2 * DAY
    operations.remind(settings.DEMO_NOW)
    round_.wishes_until += 4 * DAY
    round_.save()
    [row] = OutgoingMail.objects.filter(reason="mentee_round_reminder_3")
    assert not mail.is_wanted(row)
    settings.DEMO_NOW = round_.wishes_until - 2 * DAY
    operations.remind(settings.DEMO_NOW)
    assert len(told("mentee_round_reminder_3")) == 2


def test_who_is_opened_again_is_reminded_of_that_deadline(ahead, settings):
    until = ahead["round"].wishes_until + 4 * DAY
    profile = make.make_mentee_profile(ahead["round"], enrolment=ahead["waiting"], submitted_at=None)
    profile.reopened_until = until
    profile.save()
    settings.DEMO_NOW = until - 2 * DAY
    operations.remind(settings.DEMO_NOW)
    assert told("mentee_round_reminder_3") == [ahead["waiting"].person.email]


def test_whoever_came_late_is_not_reminded_of_what_they_have_just_been_told(ahead, settings):
    settings.DEMO_NOW = ahead["round"].wishes_until - 2 * DAY
    late = make.make_enrolment(ahead["round"].cohort, status="active", enrolled_at=settings.DEMO_NOW)
    operations.remind(settings.DEMO_NOW)
    assert late.person.email not in told("mentee_round_reminder_3")


# --- at once ----------------------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_staff_who_invite_the_same_mentor_at_once_invite_once():
    round_, admin, mentor = make.make_mentoring_round(), make.make_admin(), make.make_mentor()
    outcomes = at_once([lambda: operations.invite_mentors(round_.pk, [mentor.pk], by=admin)] * 3)

    assert sorted(outcomes) == [0, 0, 1]
    assert RoundMentor.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_staff_who_settle_the_same_conflict_at_once_settle_it_once():
    round_, admin = make.make_mentoring_round(), make.make_admin()
    invited = make.make_round_mentor(round_)
    person = make.make_enrolment(round_.cohort, status="active").person
    row = declared.declare_of_mentee(round_.pk, invited.mentor_id, "1", by=person)
    outcomes = at_once(
        [
            lambda: declared.settle(row.pk, [], by=admin),
            lambda: declared.dismiss(row.pk, by=admin, reason="1"),
            lambda: declared.settle(row.pk, [], by=admin),
        ]
    )

    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 2
    row.refresh_from_db()
    assert Exclusion.objects.count() == (row.outcome == ConflictOutcome.EXCLUDED)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_mentor_who_answers_while_staff_write_down_the_opposite_leaves_one_answer():
    round_, admin = make.make_mentoring_round(), make.make_admin()
    invited = make.make_round_mentor(round_, state="invited")
    user = invited.mentor.user
    accounts.record_consents(user, {row["version"]: True for row in rounds.mentor_terms(user)})
    make.make_week(user, (0, 540, 720))
    at_once(
        [
            lambda: wishes.answer_round(round_.pk, by=user, takes_part=True, capacity=2),
            lambda: operations.answer_for(invited.pk, by=admin, takes_part=False, reason="1"),
        ]
    )

    invited.refresh_from_db()
    assert (invited.state, invited.decline_reason) in (("in", ""), ("out", "1"))
