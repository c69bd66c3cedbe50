"""Sessions: changed, cancelled, taken away; who is told what, once; what they collide with."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from portal import clock, mail
from portal.errors import Refused
from portal.models import AuditEvent, MailStatus, OutgoingMail
from programs import clashes
from programs.eligibility import clash_of
from programs.models.cohorts import LINK_SHOWN
from programs.models.schedule import SessionChange
from programs.operations import cohorts, sessions
from tests import make

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def boss():
    return make.make_admin()


@pytest.fixture
def session():
    """A meeting in the future, of a cohort with one Korean and one English trainee and one who teaches."""
    teacher = make.make_user(language="ko")
    cohort = make.make_cohort(phase="announced")
    found = make.make_session(cohort, experts=[make.make_expert(user=teacher)], place_ko="1호", place_en="Room 1")
    make.make_enrolment(cohort, make.make_user(language="ko"))
    make.make_enrolment(cohort, make.make_user(language="en"))
    return found


def mails(reason="session_changed"):
    return OutgoingMail.objects.filter(reason=reason).order_by("pk")


def run_clock(settings):
    """Let the quiet time pass, and send what waits."""
    settings.DEMO_NOW = clock.now() + HOUR
    mail.deliver_waiting()


# --- changed ------------------------------------------------------------------------------------------------------


def test_a_change_is_told_to_those_enrolled_and_those_who_teach(session, boss):
    later = session.starts_at + HOUR
    sessions.change_session(session.pk, {"starts_at": later, "ends_at": later + HOUR}, by=boss)
    session.refresh_from_db()
    assert (session.sequence, session.starts_at) == (1, later)
    assert sorted(row.language for row in mails()) == ["en", "ko", "ko"]
    (english,) = mails().filter(language="en")
    assert "- Time: " in english.body
    assert "(before: " in english.body
    assert not any("가" <= letter <= "힣" for letter in english.subject + english.body)
    assert AuditEvent.objects.filter(verb="session.changed").get().after == "ends_at, starts_at"


def test_it_is_not_sent_before_the_quiet_time_is_over(session, boss, settings):
    settings.DEMO_NOW = clock.now()
    sessions.change_session(session.pk, {"place_ko": "2호", "place_en": "Room 2"}, by=boss)
    assert mail.deliver_waiting() == 0
    settings.DEMO_NOW += timedelta(minutes=4, seconds=59)
    assert mail.deliver_waiting() == 0
    settings.DEMO_NOW += timedelta(seconds=1)
    assert mail.deliver_waiting() == 3


def test_several_changes_make_one_mail_that_tells_all_of_it(session, boss, settings):
    sessions.change_session(session.pk, {"place_ko": "2호", "place_en": "Room 2"}, by=boss)
    sessions.change_session(session.pk, {"place_ko": "3호", "place_en": "Room 3"}, by=boss)
    sessions.change_session(session.pk, {"title_ko": "새 제목", "title_en": "New title"}, by=boss)
    run_clock(settings)
    sent = mails().filter(status=MailStatus.SENT)
    assert sent.count() == 3
    english = sent.get(language="en").body
    assert "- Place: Room 3 (before: Room 1)" in english
    assert "- Title: New title (before: " in english
    assert mails().filter(status=MailStatus.DROPPED).count() == 6
    session.refresh_from_db()
    assert session.sequence == 3


def test_changed_back_in_time_nobody_is_told(session, boss, settings):
    sessions.change_session(session.pk, {"place_ko": "2호", "place_en": "Room 2"}, by=boss)
    sessions.change_session(session.pk, {"place_ko": "1호", "place_en": "Room 1"}, by=boss)
    run_clock(settings)
    assert set(mails().values_list("status", flat=True)) == {MailStatus.DROPPED}


def test_changed_back_after_it_was_told_is_told_again(session, boss, settings):
    sessions.change_session(session.pk, {"place_ko": "2호", "place_en": "Room 2"}, by=boss)
    run_clock(settings)
    sessions.change_session(session.pk, {"place_ko": "1호", "place_en": "Room 1"}, by=boss)
    run_clock(settings)
    bodies = [row.body for row in mails().filter(language="en", status=MailStatus.SENT)]
    assert ["Room 1 (before: Room 2)" in body for body in bodies] == [False, True]


def test_what_is_told_counts_from_what_each_was_told_last(session, boss):
    """One has had the first mail, another has not yet: each reads what is new to them."""
    sessions.change_session(session.pk, {"place_ko": "2호", "place_en": "Room 2"}, by=boss)
    first = mails().get(language="en")
    OutgoingMail.objects.filter(pk=first.pk).update(status=MailStatus.SENT, sent_at=clock.now())
    sessions.change_session(session.pk, {"place_ko": "3호", "place_en": "Room 3"}, by=boss)
    assert "Room 3 (before: Room 2)" in mails().filter(language="en").last().body
    korean = mails().filter(language="ko").last().body
    assert "1호" in korean
    assert "2호" not in korean


def test_the_same_again_is_nothing(session, boss):
    sessions.change_session(session.pk, {"place_ko": "1호", "starts_at": session.starts_at}, by=boss)
    assert not mails().exists()
    assert not AuditEvent.objects.filter(verb="session.changed").exists()


def test_what_people_do_not_read_of_it_changes_quietly(session, boss):
    sessions.change_session(session.pk, {"is_required": False, "late_after": 5}, by=boss)
    session.refresh_from_db()
    assert (session.is_required, session.late_after, session.sequence) == (False, 5, 0)
    assert not mails().exists()


def test_the_link_is_named_as_changed_and_not_told(session, boss):
    sessions.change_session(session.pk, {"link": "https://meet.example.com/secret"}, by=boss)
    for row in mails():
        assert "secret" not in row.body


def test_of_what_is_over_nobody_is_told(boss):
    cohort = make.make_cohort(phase="finished")
    session = make.make_session(cohort)
    make.make_enrolment(cohort)
    sessions.change_session(session.pk, {"place_ko": "2호"}, by=boss)
    assert not OutgoingMail.objects.exists()


def test_a_draft_of_a_cohort_tells_nobody(boss):
    cohort = make.make_cohort(phase="draft")
    session = make.make_session(cohort, experts=[make.make_expert(user=make.make_user())])
    sessions.change_session(session.pk, {"place_ko": "2호"}, by=boss)
    assert not OutgoingMail.objects.exists()


def test_whoever_has_left_meanwhile_is_not_told(session, boss, settings):
    sessions.change_session(session.pk, {"place_ko": "2호", "place_en": "2"}, by=boss)
    session.cohort.enrolments.update(status="dropped", ended_at=clock.now())
    run_clock(settings)
    assert mails().filter(status=MailStatus.SENT).count() == 1  # the teacher


def test_the_dates_of_the_cohort_follow(session, boss):
    later = session.starts_at + timedelta(days=3)
    sessions.change_session(session.pk, {"starts_at": later, "ends_at": later + HOUR}, by=boss)
    session.cohort.refresh_from_db()
    assert (session.cohort.starts_at, session.cohort.ends_at) == (later, later + HOUR)


def test_a_session_ends_after_it_begins(session, boss):
    with pytest.raises(IntegrityError), transaction.atomic():
        sessions.change_session(session.pk, {"ends_at": session.starts_at}, by=boss)


def test_a_new_session_is_told_as_new_and_what_is_mended_at_once_is_part_of_it(session, boss, settings):
    at = session.starts_at + timedelta(days=1)
    values = {"title_ko": "보강", "title_en": "Extra", "starts_at": at, "ends_at": at + HOUR}
    added = sessions.add_session(session.cohort_id, values, by=boss)
    sessions.change_session(added.pk, {"title_en": "Extra hour"}, by=boss)
    run_clock(settings)
    (sent,) = mails("session_added").filter(language="en", status=MailStatus.SENT)
    assert "has a new session: Extra hour." in sent.body
    assert not mails().filter(status=MailStatus.SENT).exists()
    assert "before" not in sent.body


def test_a_new_session_that_is_cancelled_at_once_is_told_to_nobody(session, boss, settings):
    at = session.starts_at + timedelta(days=1)
    values = {"title_ko": "보강", "title_en": "Extra", "starts_at": at, "ends_at": at + HOUR}
    added = sessions.add_session(session.cohort_id, values, by=boss)
    sessions.cancel_session(added.pk, by=boss, reason="대관 취소")
    run_clock(settings)
    assert not OutgoingMail.objects.filter(status=MailStatus.SENT).exists()


# --- cancelled, taken away ----------------------------------------------------------------------------------------


def test_cancelling_tells_the_reason_and_stays(session, boss, settings):
    sessions.cancel_session(session.pk, by=boss, reason="강사 사정")
    sessions.cancel_session(session.pk, by=boss, reason="다시")
    run_clock(settings)
    session.refresh_from_db()
    assert (session.sequence, session.cancel_reason) == (1, "강사 사정")
    assert mails("session_cancelled").filter(status=MailStatus.SENT, body__contains="강사 사정").count() == 3
    assert SessionChange.objects.count() == 1


def test_cancelled_after_a_change_that_was_not_told_yet_makes_one_mail(session, boss, settings):
    sessions.change_session(session.pk, {"place_en": "Room 2", "place_ko": "2호"}, by=boss)
    sessions.cancel_session(session.pk, by=boss, reason="강사 사정")
    run_clock(settings)
    assert OutgoingMail.objects.filter(status=MailStatus.SENT).count() == 3


@pytest.mark.parametrize("reason", ["", "   "])
def test_cancelling_takes_a_reason(session, boss, reason):
    with pytest.raises(Refused):
        sessions.cancel_session(session.pk, by=boss, reason=reason)


def test_what_is_over_is_not_cancelled(session, boss, settings):
    settings.DEMO_NOW = session.ends_at - timedelta(seconds=1)
    other = make.make_session(session.cohort, starts_at=session.starts_at)
    sessions.cancel_session(session.pk, by=boss, reason="중단")
    settings.DEMO_NOW = other.ends_at
    with pytest.raises(Refused):
        sessions.cancel_session(other.pk, by=boss, reason="중단")


def test_a_cancelled_session_is_not_changed(session, boss):
    sessions.cancel_session(session.pk, by=boss, reason="강사 사정")
    with pytest.raises(Refused):
        sessions.change_session(session.pk, {"place_ko": "2호"}, by=boss)


def test_a_session_that_people_count_on_is_not_taken_away(session, boss):
    with pytest.raises(Refused):
        sessions.remove_session(session.pk, by=boss)
    session.cohort.enrolments.all().delete()
    sessions.remove_session(session.pk, by=boss)
    with pytest.raises(Refused):
        sessions.change_session(session.pk, {"place_ko": "2호"}, by=boss)


def test_calling_the_cohort_off_changes_its_sessions_for_calendars(session, boss):
    cohorts.cancel_cohort(session.cohort_id, by=boss, reason="폐강")
    session.refresh_from_db()
    assert session.sequence == 1
    assert session.cancelled_at is None


def test_a_cancelled_session_keeps_nobody_from_another_place(session, boss):
    other = make.make_cohort(phase="announced")
    make.make_session(other, starts_at=session.starts_at)
    person = session.cohort.enrolments.first().person
    assert clash_of(other, person) == session
    sessions.cancel_session(session.pk, by=boss, reason="강사 사정")
    assert clash_of(other, person) is None


def test_the_link_shows_from_an_hour_before_until_the_end(session):
    session.link = "https://meet.example.com/a"
    begin, end = session.starts_at - LINK_SHOWN, session.ends_at
    second = timedelta(seconds=1)
    shown = [session.shows_link(at) for at in (begin - second, begin, end, end + second)]
    assert shown == [False, True, True, False]


# --- collisions ---------------------------------------------------------------------------------------------------


def texts(session, experts=()):
    with override("en"):
        return [(clash.field, clash.text) for clash in clashes.of(session, experts=experts)]


def elsewhere(session, **fields):
    """A session of another cohort an hour later, so that both overlap."""
    cohort = make.make_cohort(phase="announced", place_ko="", place_en="")
    return make.make_session(cohort, starts_at=session.starts_at + HOUR, **fields)


def test_an_expert_who_teaches_elsewhere(session):
    expert = session.experts.get()
    other = elsewhere(session)
    other.session_experts.create(expert=expert)
    ((field, text),) = texts(session, [expert.pk])
    assert field == "teachers"
    assert text.startswith(f"{expert.name_en} teaches elsewhere")
    assert texts(session) == []


@pytest.mark.parametrize(
    ("fields", "is_same"),
    [
        ({"place_ko": "1 호"}, True),
        ({"place_en": "room 1"}, True),
        ({"place_ko": "2호"}, False),
        ({"place_ko": "1호", "address_ko": "3층 302"}, True),
        ({}, False),
    ],
)
def test_a_room_is_known_by_its_text(session, fields, is_same):
    elsewhere(session, **fields)
    assert [field for field, _text in texts(session)] == (["place_ko"] if is_same else [])


def test_two_rooms_of_one_place_are_told_apart(session):
    session.address_ko = "3층 301"
    elsewhere(session, place_ko="1호", address_ko="3층 302")
    assert texts(session) == []


def test_people_with_places_elsewhere_are_counted(session):
    other = elsewhere(session)
    for enrolment in session.cohort.enrolments.all():
        make.make_enrolment(other.cohort, enrolment.person)
    ((field, text),) = texts(session)
    assert (field, text[:8]) == ("starts_at", "2 people")


def test_what_begins_as_the_other_ends_does_not_collide(session):
    make.make_session(session.cohort, starts_at=session.ends_at)
    assert texts(session) == []
    make.make_session(session.cohort, starts_at=session.ends_at - timedelta(seconds=1))
    assert [field for field, _text in texts(session)] == ["starts_at"]


def test_what_is_cancelled_collides_with_nothing(session, boss):
    other = elsewhere(session, place_ko="1호")
    sessions.cancel_session(other.pk, by=boss, reason="대관 취소")
    assert texts(session) == []
