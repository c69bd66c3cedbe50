"""Actions: added, changed, finished by the two; overdue where their owner lives; a reminder the day before."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from mentoring.models.actions import ACTION_LIMIT, MOST_OPEN, Action, Owner
from mentoring.models.pairs import Pairing
from mentoring.models.rounds import Exclusion
from mentoring.operations import actions as operations
from portal import clock, mail
from portal.errors import Refused
from portal.models import AuditEvent, MailStatus, OutgoingMail
from tests import make

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 12, 1, 3, tzinfo=UTC)  # 1 December, 12:00 in Seoul
TOMORROW = date(2026, 12, 2)


@pytest.fixture(autouse=True)
def noon(settings):
    settings.DEMO_NOW = NOON


@pytest.fixture
def pairing():
    cohort = make.make_cohort(make.make_program(has_mentoring=True), phase="running")
    person = make.make_user(full_name="박소울", language="ko")
    enrolment = make.make_enrolment(application=make.make_application(cohort, person, status="confirmed"))
    return make.make_pairing(make.make_mentor(make.make_user(full_name="어진솔", language="en")), enrolment)


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def mentor(pairing):
    return pairing.mentor.user


@pytest.fixture
def mentee(pairing):
    return pairing.enrolment.person


def address(name, *args, language="ko"):
    with override(language):
        return reverse(name, args=args)


def data(text="1회 초고 보내기", owner="mentee", due_on="2026-12-02"):
    return {"action-text": text, "action-owner": owner, "action-due_on": due_on}


def rows(page, kind="open"):
    return [row for part in page.context["parts"] if "_actions" in part["template"] for row in part[kind]]


def end(pairing):
    Pairing.objects.filter(pk=pairing.pk).update(paired_at=clock.now(), ended_at=clock.now(), end_reason="끝")


# --- on the page ----------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["mentor", "mentee"])
def test_both_add_for_either(pairing, side, request):
    client = client_of(request.getfixturevalue(side))
    client.post(address("action-add", pairing.code), data())
    client.post(address("action-add", pairing.code), data("메모 읽기", "mentor", ""))
    found = rows(client.get(pairing.get_absolute_url()))
    assert [(row["text"], row["name"], row["due"]) for row in found] == [
        ("1회 초고 보내기", "박소울", "12월 2일 (수)"),
        ("메모 읽기", "어진솔", ""),
    ]
    assert list(AuditEvent.objects.values_list("verb", flat=True)) == ["action.added"] * 2


def test_the_same_again_counts_once(pairing, mentor):
    for _time in range(2):
        client_of(mentor).post(address("action-add", pairing.code), data())
    assert Action.objects.count() == 1


def test_nobody_else_adds_changes_or_finishes(pairing):
    action = make.make_action(pairing)
    other = make.make_pairing(
        pairing.mentor,
        make.make_enrolment(application=make.make_application(pairing.enrolment.cohort, status="confirmed")),
    )
    for user in (
        make.make_user(),
        make.make_mentor().user,
        other.enrolment.person,
        make.make_manager(pairing.enrolment.cohort),
        make.make_admin(),
    ):
        client = client_of(user)
        assert client.post(address("action-add", pairing.code), data()).status_code == 404
        assert client.get(address("action", action.code)).status_code == 404
        for name in ("action", "action-tick", "action-remove"):
            assert client.post(address(name, action.code), {**data("바꿈"), "done": "1"}).status_code == 404
        for operation, args, more in (
            (operations.add_action, (pairing.pk, "글"), {"owner": "mentor"}),
            (operations.change_action, (action.pk, "글"), {"owner": "mentor"}),
            (operations.tick_action, (action.pk,), {"done": True}),
            (operations.remove_action, (action.pk,), {}),
        ):
            with pytest.raises(Refused):
                operation(*args, by=user, **more)
    action.refresh_from_db()
    assert (action.text, action.done_at) == ("1회 초고 보내기", None)


def test_staff_read_them(pairing):
    make.make_action(pairing)
    page = client_of(make.make_manager(pairing.enrolment.cohort)).get(pairing.get_absolute_url())
    [row] = rows(page)
    assert (row["url"], row["tick_url"]) == ("", "")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"text": ""}, "text"),
        ({"text": "가" * (ACTION_LIMIT + 1)}, "text"),
        ({"owner": ""}, "owner"),
        ({"owner": "staff"}, "owner"),
        ({"due_on": "soon"}, "due_on"),
        ({"due_on": "2026-02-30"}, "due_on"),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field_and_stays(pairing, mentor, fields, wrong):
    typed = data(**({"text": "적어 둔 글"} | fields))
    page = client_of(mentor).post(address("action-add", pairing.code), typed)
    form = next(part["form"] for part in page.context["parts"] if "_actions" in part["template"])
    assert list(form.errors) == [wrong]
    assert form["text"].value() == typed["action-text"]
    assert not Action.objects.exists()


def test_there_is_an_end_to_what_can_be_open(pairing, mentor):
    for number in range(MOST_OPEN):
        make.make_action(pairing, f"일 {number}")
    page = client_of(mentor).post(address("action-add", pairing.code), data())
    assert page.status_code == 200
    done = make.make_action(pairing, "끝난 일", done_at=clock.now(), done_by=mentor)
    with pytest.raises(Refused):
        operations.tick_action(done.pk, by=mentor, done=False)
    operations.tick_action(Action.objects.first().pk, by=mentor, done=True)
    operations.tick_action(done.pk, by=mentor, done=False)
    assert Action.objects.open().count() == MOST_OPEN


def test_an_action_is_finished_and_opened_again(pairing, mentee):
    action, client = make.make_action(pairing), client_of(mentee)
    for _time in range(2):
        client.post(address("action-tick", action.code), {"done": "1"})
    action.refresh_from_db()
    assert (action.done_at, action.done_by) == (NOON, mentee)
    page = client.get(pairing.get_absolute_url())
    assert (rows(page), [row["text"] for row in rows(page, "done")]) == ([], ["1회 초고 보내기"])
    client.post(address("action-tick", action.code), {"done": ""})
    action.refresh_from_db()
    assert (action.done_at, action.done_by) == (None, None)
    assert sorted(AuditEvent.objects.values_list("verb", flat=True)) == ["action.done", "action.undone"]


def test_an_action_is_changed_and_deleted_while_it_is_open(pairing, mentor):
    action, client = make.make_action(pairing, due_on=TOMORROW), client_of(mentor)
    assert 'value="2026-12-02"' in client.get(address("action", action.code)).text
    client.post(address("action", action.code), data("메모 읽기", "mentor", "2026-12-09"))
    action.refresh_from_db()
    assert (action.text, action.owner, action.due_on) == ("메모 읽기", "mentor", date(2026, 12, 9))
    assert client.post(address("action", action.code), data("")).context["form"].errors
    operations.tick_action(action.pk, by=mentor, done=True)
    assert client.post(address("action", action.code), data("또 바꿈")).status_code == 200
    client.post(address("action-remove", action.code))
    assert Action.objects.filter(text="메모 읽기").exists()
    operations.tick_action(action.pk, by=mentor, done=False)
    client.post(address("action-remove", action.code))
    assert not Action.objects.exists()


def test_nothing_changes_once_the_pair_has_ended(pairing, mentor, mentee):
    action = make.make_action(pairing)
    end(pairing)
    for user in (mentor, mentee):
        assert client_of(user).post(address("action-tick", action.code), {"done": "1"}).status_code == 404
        [row] = rows(client_of(user).get(pairing.get_absolute_url()))
        assert (row["url"], row["tick_url"]) == ("", "")
        with pytest.raises(Refused):
            operations.tick_action(action.pk, by=user, done=True)


def test_looking_at_the_pages_changes_nothing(pairing, mentor):
    action = make.make_action(pairing)
    for name in ("action-tick", "action-remove"):
        assert client_of(mentor).get(address(name, action.code)).status_code == 405


def test_a_day_has_passed_where_the_owner_lives(pairing, mentor, mentee, settings):
    make.make_week(mentor, zone="America/Los_Angeles")
    for owner in Owner:
        make.make_action(pairing, f"{owner}의 일", owner=owner, due_on=TOMORROW)
    settings.DEMO_NOW = datetime(2026, 12, 2, 15, tzinfo=UTC)  # the 3rd in Seoul, the 2nd in Los Angeles
    found = rows(client_of(mentee).get(pairing.get_absolute_url()))
    assert {row["side"]: row["is_overdue"] for row in found} == {"멘토": False, "멘티": True}


# --- the reminder ---------------------------------------------------------------------------------

SET = NOON - timedelta(days=7)


def reminders():
    return list(OutgoingMail.objects.filter(event="action_due").order_by("pk"))


def test_the_owner_is_reminded_the_day_before_once(pairing, mentee):
    make.make_action(pairing, due_on=TOMORROW, due_set_at=SET)
    make.make_action(pairing, "다음 일", due_on=TOMORROW + timedelta(days=1), due_set_at=SET)
    make.make_action(pairing, "날이 없는 일", due_set_at=SET)
    assert operations.remind(NOON) == 1
    assert operations.remind(NOON + timedelta(hours=1)) == 0
    [row] = reminders()
    assert (row.person, row.language) == (mentee, "ko")
    assert "1회 초고 보내기" in row.body
    assert "12월 2일 (수)" in row.subject
    assert f"{pairing.get_absolute_url()}#actions" in row.body


def test_the_mentor_is_reminded_in_their_own_morning_and_language(pairing, mentor):
    make.make_week(mentor, zone="America/Los_Angeles")
    make.make_action(pairing, owner=Owner.MENTOR, due_on=TOMORROW, due_set_at=SET)
    nine = datetime(2026, 12, 1, 17, tzinfo=UTC)  # 09:00 on the 1st in Los Angeles
    assert operations.remind(nine - timedelta(seconds=1)) == 0
    assert operations.remind(nine) == 1
    [row] = reminders()
    assert (row.person, row.language) == (mentor, "en")
    assert "Wed, 2 December" in row.subject


def test_nobody_is_reminded_too_late_or_of_what_was_just_agreed(pairing):
    make.make_action(pairing, due_on=TOMORROW, due_set_at=NOON)
    late = make.make_action(pairing, "지난 일", due_on=TOMORROW - timedelta(days=1), due_set_at=SET)
    assert operations.remind(datetime(2026, 12, 1, 15, tzinfo=UTC)) == 0  # the 2nd has begun in Seoul
    assert operations.remind(datetime(2026, 12, 1, 14, 59, tzinfo=UTC)) == 1
    assert [row.target_id for row in reminders()] == [late.pk]


def test_another_day_is_another_reminder(pairing, mentor, settings):
    action = make.make_action(pairing, due_on=TOMORROW, due_set_at=SET)
    operations.remind(NOON)
    operations.change_action(action.pk, action.text, by=mentor, owner="mentee", due_on=TOMORROW + timedelta(days=7))
    assert not mail.is_wanted(reminders()[0])
    settings.DEMO_NOW = NOON + timedelta(days=7)
    assert operations.remind(settings.DEMO_NOW) == 1
    assert mail.is_wanted(reminders()[1])


def test_the_reminder_is_dropped_when_its_reason_is_gone(pairing, mentee, mentor, settings):
    action = make.make_action(pairing, due_on=TOMORROW, due_set_at=SET)
    operations.remind(NOON)
    [row] = reminders()
    assert mail.is_wanted(row)

    def wanted_after(change):
        change()
        wanted = mail.is_wanted(row)
        Action.objects.filter(pk=action.pk).update(done_at=None, done_by=None, owner="mentee")
        Pairing.objects.update(ended_at=None, end_reason="")
        settings.DEMO_NOW = NOON
        return wanted

    assert not wanted_after(lambda: operations.tick_action(action.pk, by=mentee, done=True))
    assert not wanted_after(lambda: Action.objects.filter(pk=action.pk).update(owner="mentor"))
    assert not wanted_after(lambda: end(pairing))
    assert not wanted_after(lambda: setattr(settings, "DEMO_NOW", NOON + timedelta(hours=36)))
    assert mail.is_wanted(row)
    Action.objects.all().delete()
    assert not mail.is_wanted(row)


def test_a_mentor_under_a_contact_block_hears_nothing(pairing, mentee):
    make.make_action(pairing, owner=Owner.MENTOR, due_on=TOMORROW, due_set_at=SET)
    operations.remind(NOON)
    [row] = reminders()
    Exclusion.objects.create(mentor=pairing.mentor, person=mentee, kind="safeguarding")
    assert not mail.is_wanted(row)
    assert row.status == MailStatus.WAITING


@pytest.mark.parametrize("count", [1, 20])
def test_reminding_costs_the_same_to_find_out(pairing, count, django_assert_num_queries):
    for number in range(count):
        make.make_action(pairing, f"일 {number}", due_on=TOMORROW, due_set_at=SET)
    operations.remind(NOON)
    with django_assert_num_queries(2):
        assert operations.remind(NOON) == 0
