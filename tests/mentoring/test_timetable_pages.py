"""The camp as staff run it: slots, absences, a timetable made, changed by hand, published, and made again."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import vobject
from django.core import mail as outbox
from django.test import Client
from django.urls import reverse

from mentoring.models.meetings import Meeting, MeetingStatus
from mentoring.models.timetables import Camp, Timetable, TimetableState
from mentoring.operations import camps as operations
from mentoring.operations import timetables
from mentoring.operations.pairs import end_pairing
from mentoring.operations.people import erase_person
from mentoring.privacy import people as privacy
from mentoring.timetables.camp_input import Input
from mentoring.timetables.check import check
from mentoring.timetables.problem import Meeting as Planned
from mentoring.timetables.problem import Problem
from portal import clock, mail
from portal.errors import Refused
from portal.models import AuditEvent, OutgoingMail
from tests.make import (
    make_admin,
    make_cohort,
    make_expert,
    make_manager,
    make_meeting,
    make_mentoring_round,
    make_pairing,
    make_session,
    make_user,
    make_week,
)
from tests.mentoring.camps import DAY, make_camp
from tests.races import at_once

pytestmark = pytest.mark.django_db


def made(camp, by):
    return timetables.answer(timetables.make(camp.pk, by=by).pk)


def published(camp, by):
    return timetables.publish(made(camp, by).pk, by=by)


@pytest.fixture
def camp():
    return make_camp()


@pytest.fixture
def staff(camp):
    return make_manager(camp.round.cohort, language="ko")


@pytest.fixture
def client(staff):
    client = Client()
    client.force_login(staff)
    return client


def url(name, camp, **more):
    return reverse(f"admin:mentoring_camp_{name}", kwargs={"pk": camp.pk, **more})


# --- what it is made of -----------------------------------------------------------------------------


def test_a_camp_is_added_for_a_round_that_is_one(client, camp, staff):
    other = make_mentoring_round(is_camp=True)
    mine = make_mentoring_round(make_cohort(camp.round.cohort.program, phase="running"), is_camp=True)
    make_manager(mine.cohort)
    staff.grants.create(role="manager", cohort=mine.cohort, from_at=clock.now() - DAY)

    page = client.get(reverse("admin:mentoring_camp_add")).text
    assert f'value="{mine.pk}"' in page
    assert f'value="{other.pk}"' not in page
    data = {"round": mine.pk, "minimum_minutes": 30, "buffer_minutes": 10, "weeks_count": "on", "place": "홍릉"}
    answer = client.post(reverse("admin:mentoring_camp_add"), data)

    new = Camp.objects.get(round=mine)
    assert answer.url == url("camp", new)
    assert (new.buffer_minutes, new.place) == (10, "홍릉")
    assert client.get(url("camp", new)).status_code == 200


def test_slots_are_added_in_a_row_and_removed(client, camp):
    camp.slots.all().delete()
    first = (clock.now().astimezone(clock.SEOUL) + 20 * DAY).date()
    data = {
        "first_day": first.isoformat(),
        "last_day": (first + 4 * DAY).isoformat(),
        "start": "13:30",
        "minutes": 40,
        "pause": 20,
        "count": 4,
    }

    assert client.get(url("slots", camp)).status_code == 200
    assert client.post(url("slots", camp), data).url == url("camp", camp)
    assert camp.slots.count() == 20
    times = [f"{slot.starts_at.astimezone(clock.SEOUL):%H:%M}" for slot in camp.slots.all()[:4]]
    assert times == ["13:30", "14:30", "15:30", "16:30"]
    client.post(url("slots", camp), data)
    assert camp.slots.count() == 20
    for wrong in ({"last_day": first.replace(year=first.year - 1).isoformat()}, {"count": 24}, {"minutes": ""}):
        answer = client.post(url("slots", camp), data | wrong)
        assert answer.status_code == 200
        assert first.isoformat() in answer.text
    past = client.post(url("slots", camp), data | {"first_day": "2020-01-01", "last_day": "2020-01-02"})
    assert past.status_code == 200
    client.post(url("slots_remove", camp), {"slot": [camp.slots.first().pk, "x", 10**30]})
    assert camp.slots.count() == 19


def test_interpreters_absences_and_counts_are_written_down(client, camp):
    expert = make_expert()
    client.post(url("interpreter", camp), {"expert": expert.pk, "languages": ["en"]})
    row = camp.interpreters.get(expert=expert)
    pairing = Input(camp).pairs[0]
    start = camp.slots.first().starts_at.astimezone(clock.SEOUL)
    times = {"starts_at": f"{start:%Y-%m-%dT%H:%M}", "ends_at": f"{start + DAY / 24:%Y-%m-%dT%H:%M}"}
    for who in (f"mentor-{pairing.mentor_id}", f"enrolment-{pairing.enrolment_id}", f"interpreter-{row.pk}"):
        answer = client.post(url("absence", camp), {"person": who, **times})
        assert answer.url == url("camp", camp)
    stranger = client.post(url("absence", camp), {"person": "mentor-999999", **times})
    assert stranger.status_code == 200
    backwards = client.post(
        url("absence", camp), {"person": who, "starts_at": times["ends_at"], "ends_at": times["starts_at"]}
    )
    assert backwards.status_code == 200
    day = start.date().isoformat()
    client.post(url("count", camp), {"pair": pairing.pk, "day": day, "count": 2})
    camp.refresh_from_db()

    problem = Input(camp).problem
    assert camp.counts == {str(pairing.pk): {day: 2}}
    assert dict(problem.pair_of[str(pairing.mentor_id), str(pairing.enrolment_id)].wanted)[day] == 2
    away = [person.id for person in problem.people.values() if person.absences]
    assert sorted(away) == sorted([str(pairing.mentor_id), str(pairing.enrolment_id), str(expert.pk)])
    page = client.get(url("camp", camp)).text
    assert page.count("삭제") >= 3 or page.count("Remove") >= 3
    for absence in camp.absences.all():
        client.post(url("absence_remove", camp, row=absence.pk))
    client.post(url("interpreter_remove", camp, row=row.pk))
    client.post(url("count", camp), {"pair": pairing.pk, "day": day, "count": 1})
    camp.refresh_from_db()
    assert (camp.absences.count(), camp.interpreters.count(), camp.counts) == (0, 1, {})


def test_the_question_knows_weeks_languages_and_other_meetings(camp):
    pairs = Input(camp).pairs
    abroad, home = pairs[0].mentor, pairs[-1].mentor
    abroad, home = (abroad, home) if abroad.languages == ["en"] else (home, abroad)
    make_week(abroad.user, zone="America/Los_Angeles")
    slot = camp.slots.first()
    elsewhere = make_meeting(make_pairing(home), starts_at=slot.starts_at, minutes=30)

    problem = Input(camp).problem

    person = problem.people["mentor", str(abroad.pk)]
    assert person.zone == "America/Los_Angeles"
    assert person.available
    assert {pair.language for pair in problem.pairs if pair.mentor == str(abroad.pk)} == {"en"}
    assert {pair.language for pair in problem.pairs if pair.mentor == str(home.pk)} == {""}
    assert problem.people["mentor", str(home.pk)].absences == ((elsewhere.starts_at, elsewhere.ends_at),)
    camp.weeks_count = False
    assert Input(camp).problem.people["mentor", str(abroad.pk)].available == ()


# --- making -------------------------------------------------------------------------------------------


def test_a_timetable_is_made_shown_and_published(client, camp, staff):
    assert client.get(url("make", camp)).status_code == 200
    answer = client.post(url("make", camp))
    timetable = Timetable.objects.get()
    assert answer.url == url("timetable", camp, number=1)
    assert timetable.state == TimetableState.MAKING
    assert 'data-progress="running"' in client.get(answer.url).text

    timetables.answer(timetable.pk)

    page = client.get(answer.url).text
    names = [pair.enrolment.person.full_name for pair in Input(camp).pairs]
    assert all(page.count(name) == 2 for name in names)
    assert "80분" in page or "80 minutes" in page
    confirm = client.get(url("publish", camp, number=1))
    assert confirm.status_code == 200
    assert Meeting.objects.count() == 0
    client.post(url("publish", camp, number=1))
    timetable.refresh_from_db()
    assert (timetable.state, timetable.published_by) == (TimetableState.PUBLISHED, staff)
    assert Meeting.objects.count() == 8
    assert set(timetable.meetings.all()) == set(Meeting.objects.all())
    problem = Problem.from_json(timetable.problem)
    planned = [
        Planned(
            str(m.pairing.mentor_id),
            str(m.pairing.enrolment_id),
            str(camp.slots.get(starts_at=m.starts_at).pk),
            str(m.interpreter_id or ""),
        )
        for m in Meeting.objects.select_related("pairing")
    ]
    assert check(problem, planned) == ()
    assert OutgoingMail.objects.filter(event="camp_timetable").count() == 6
    client.post(url("publish", camp, number=1))
    assert Meeting.objects.count() == 8
    assert OutgoingMail.objects.filter(event="camp_timetable").count() == 6


def test_asking_twice_is_once_while_it_is_made(camp, staff):
    assert timetables.make(camp.pk, by=staff) == timetables.make(camp.pk, by=staff)
    row = Timetable.objects.get()
    camp.slots.first().delete()
    again = timetables.make(camp.pk, by=staff)
    row.refresh_from_db()
    assert (row.state, again.number) == (TimetableState.UNDECIDED, 2)
    assert timetables.answer(row.pk).state == TimetableState.UNDECIDED


@pytest.mark.parametrize("missing", ["slots", "pairs"])
def test_nothing_is_made_of_nothing(client, camp, staff, missing):
    if missing == "slots":
        camp.slots.all().delete()
    else:
        for pairing in Input(camp).pairs:
            end_pairing(pairing.pk, by=staff, reason="1")
    assert client.post(url("make", camp)).status_code == 200
    assert Timetable.objects.count() == 0
    assert client.get(url("camp", camp)).status_code == 200


def test_what_cannot_be_is_said_and_given_up(client, staff):
    camp = make_camp(mentors=1, mentees=3, days=1, slots=2)
    staff.grants.create(role="manager", cohort=camp.round.cohort, from_at=clock.now() - DAY)
    timetable = made(camp, staff)
    assert timetable.state == TimetableState.IMPOSSIBLE

    page = client.get(url("timetable", camp, number=1)).text
    mentor = Input(camp).pairs[0].mentor
    assert mentor.name in page
    assert len(timetable.reasons["give_up"]) == 1
    assert client.get(url("without", camp, number=1)).status_code == 200
    client.post(url("without", camp, number=1))
    second = timetables.answer(Timetable.objects.get(number=2).pk)
    assert second.state == TimetableState.MADE
    assert len(second.plan["meetings"]) == 2
    assert client.get(url("camp", camp)).status_code == 200
    assert client.get(url("waived", camp)).status_code == 200
    client.post(url("waived", camp))
    camp.refresh_from_db()
    assert camp.waived == []
    with pytest.raises(Refused):
        timetables.do_without(timetable.pk, by=staff)


# --- changing by hand ------------------------------------------------------------------------------------


def test_a_meeting_is_moved_by_hand_within_the_rules(client, camp, staff):
    timetable = made(camp, staff)
    problem = Problem.from_json(timetable.problem)
    first = Planned(**timetable.plan["meetings"][0])
    other = next(
        Planned(**m)
        for m in timetable.plan["meetings"]
        if m["mentor"] == first.mentor
        and m["mentee"] != first.mentee
        and problem.slot_of[m["slot"]].day == problem.slot_of[first.slot].day
    )
    place = {"number": 1, "mentor": first.mentor, "mentee": first.mentee, "slot": first.slot}

    assert client.get(url("move", camp, **place)).status_code == 200
    answer = client.post(url("move", camp, **place), {"slot": other.slot})

    assert answer.url == url("timetable", camp, number=2)
    changed = Timetable.objects.get(number=2)
    plan = {(m["mentee"], m["slot"]) for m in changed.plan["meetings"]}
    assert (first.mentee, other.slot) in plan
    assert (other.mentee, first.slot) in plan
    assert changed.changed_from == timetable
    assert client.post(url("move", camp, **place), {"slot": other.slot}).status_code == 200  # of an older one
    assert client.get(url("move", camp, **{**place, "mentee": "0"})).status_code == 404
    assert timetables.publish(changed.pk, by=staff).state == TimetableState.PUBLISHED


def test_a_change_that_breaks_a_rule_is_refused_in_words(client, camp, staff):
    timetable = made(camp, staff)
    problem = Problem.from_json(timetable.problem)
    first = Planned(**timetable.plan["meetings"][0])
    elsewhere = next(s.id for s in problem.slots if s.day != problem.slot_of[first.slot].day)
    taken = {m["slot"] for m in timetable.plan["meetings"] if m["mentor"] == first.mentor}
    free = next(s.id for s in problem.slots if s.id not in taken and s.day != problem.slot_of[first.slot].day)
    place = {"number": 1, "mentor": first.mentor, "mentee": first.mentee, "slot": first.slot}

    answer = client.post(url("move", camp, **place), {"slot": free or elsewhere})

    assert answer.status_code == 200
    assert Timetable.objects.count() == 1
    with pytest.raises(Refused, match=r"\S"):
        timetables.change(timetable.pk, first.slot, first.pair, free, by=staff)


# --- publishing again --------------------------------------------------------------------------------------


def test_a_question_that_has_changed_is_not_published(camp, staff):
    timetable = made(camp, staff)
    pairing = Input(camp).pairs[0]
    slot = camp.slots.first()
    operations.add_absence(
        camp.pk,
        by=staff,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        is_wish=False,
        enrolment_id=pairing.enrolment_id,
    )
    with pytest.raises(Refused):
        timetables.publish(timetable.pk, by=staff)
    assert Meeting.objects.count() == 0
    newer = made(camp, staff)
    with pytest.raises(Refused):
        timetables.publish(timetable.pk, by=staff)
    assert timetables.publish(newer.pk, by=staff).state == TimetableState.PUBLISHED


def test_publishing_again_moves_only_what_must(camp, staff):
    first = published(camp, staff)
    before = {m.pk: m for m in Meeting.objects.all()}
    OutgoingMail.objects.all().delete()
    victim = Meeting.objects.order_by("starts_at").first()
    operations.add_absence(
        camp.pk,
        by=staff,
        starts_at=victim.starts_at,
        ends_at=victim.ends_at,
        is_wish=False,
        enrolment_id=victim.pairing.enrolment_id,
    )

    second = published(camp, staff)

    first.refresh_from_db()
    assert first.state == TimetableState.REPLACED
    moved = Meeting.objects.filter(status=MeetingStatus.RESCHEDULED)
    kept = [m for m in Meeting.objects.standing() if m.pk in before]
    assert second.plan["values"]["moved"] == moved.count() <= 2
    assert len(kept) == 8 - moved.count()
    assert Meeting.objects.standing().count() == 8
    for old in moved:
        assert (old.replaced_by.uid, old.replaced_by.sequence) == (old.uid, old.sequence + 1)
    told = set(OutgoingMail.objects.filter(event="camp_timetable").values_list("person", flat=True))
    concerned = {victim.pairing.enrolment.person_id, victim.pairing.mentor.user_id}
    assert concerned <= told
    everybody = {p.mentor.user_id for p in Input(camp).pairs} | {p.enrolment.person_id for p in Input(camp).pairs}
    assert told != everybody


def test_a_pair_that_ended_is_called_off_and_held_meetings_stay(camp, staff):
    published(camp, staff)
    ended = Input(camp).pairs[0]
    end_pairing(ended.pk, by=staff, reason="1")
    published(camp, staff)
    live = Meeting.objects.standing().filter(pairing__ended_at=None)
    assert live.count() == 6
    assert not Timetable.objects.published().get().meetings.filter(pairing=ended).exists()


def test_what_was_held_stays_when_the_rest_is_made_again(camp, staff, monkeypatch):
    published(camp, staff)
    first_day = [m.pk for m in Meeting.objects.order_by("starts_at")[:4]]
    morning_after = Meeting.objects.order_by("starts_at")[3].ends_at + timedelta(hours=12)
    for meeting in Meeting.objects.filter(pk__in=first_day[1:]):
        meeting.status, meeting.minutes, meeting.settled_at = MeetingStatus.HELD, 40, morning_after
        meeting.save()
    missed = Meeting.objects.get(pk=first_day[0])
    missed.status, missed.called_off_reason = MeetingStatus.CANCELLED, "1"
    missed.save()
    monkeypatch.setattr(clock, "now", lambda: morning_after)

    second = published(camp, staff)

    assert second.state == TimetableState.PUBLISHED
    assert len(second.plan["meetings"]) == 7
    assert set(first_day[1:]) <= set(second.meetings.values_list("pk", flat=True))
    missed.refresh_from_db()
    assert missed.status == MeetingStatus.CANCELLED


def test_a_meeting_moved_by_hand_stays_where_it_is(camp, staff):
    published(camp, staff)
    old = Meeting.objects.order_by("starts_at").first()
    evening = old.starts_at.replace(hour=10, minute=0)  # 19:00 in Seoul
    Meeting.objects.filter(pk=old.pk).update(status=MeetingStatus.RESCHEDULED)
    new = make_meeting(old.pairing, starts_at=evening, minutes=40, uid=old.uid, sequence=1, replaces=old)

    second = published(camp, staff)
    third = published(camp, staff)

    new.refresh_from_db()
    assert new.status == MeetingStatus.SCHEDULED
    assert Meeting.objects.standing().count() == 8
    for timetable in (second, third):
        assert len(timetable.plan["meetings"]) == 7
        assert new in timetable.meetings.all()


def test_meetings_that_stand_in_slots_already_are_taken_over(camp, staff):
    pairing, slot = Input(camp).pairs[-1], camp.slots.first()
    booked = make_meeting(pairing, starts_at=slot.starts_at, minutes=40)

    timetable = published(camp, staff)

    assert Meeting.objects.count() == 8
    assert booked in timetable.meetings.all()
    assert timetable.plan["values"]["moved"] == 0


def test_whoever_teaches_elsewhere_is_away(camp):
    expert, slot = camp.interpreters.get().expert, camp.slots.first()
    session = make_session(make_cohort(), starts_at=slot.starts_at, ends_at=slot.ends_at)
    session.session_experts.create(expert=expert)

    assert Input(camp).problem.people["interpreter", str(expert.pk)].absences == ((slot.starts_at, slot.ends_at),)


def test_a_timetable_is_made_when_the_first_day_is_over(camp, staff):
    camp.slots.filter(pk=camp.slots.first().pk).update(
        starts_at=clock.now() - DAY, ends_at=clock.now() - DAY + timedelta(minutes=40)
    )
    problem = Input(camp).problem
    assert len(problem.slots) == 5


# --- who is told ---------------------------------------------------------------------------------------------


def test_the_mail_brings_the_own_meetings_and_the_calendar(camp, staff):
    interpreter = camp.interpreters.get().expert
    interpreter.user = make_user(language="en")
    interpreter.save()
    published(camp, staff)
    mentee = Input(camp).pairs[0].enrolment.person

    row = OutgoingMail.objects.get(event="camp_timetable", person=mentee)
    others = [p.enrolment.person.full_name for p in Input(camp).pairs if p.enrolment.person != mentee]
    assert not any(name in row.body for name in others)
    assert row.body.count("\n- ") == 2
    assert OutgoingMail.objects.get(event="camp_timetable", person=interpreter.user).body.count("\n- ") == 4
    mail.deliver_waiting()
    sent = next(message for message in outbox.outbox if message.to == [mentee.email])
    whole = message_from_bytes(sent.message().as_bytes(), policy=policy.default)
    part = next(part for part in whole.walk() if part.get_content_type() == "text/calendar")
    events = list(vobject.readOne(part.get_content()).vevent_list)
    own = Meeting.objects.filter(pairing__enrolment__person=mentee)
    assert sorted(event.dtstart.value for event in events) == sorted(own.values_list("starts_at", flat=True))
    assert {event.uid.value.partition("@")[0] for event in events} == {f"meeting-{m.uid}" for m in own}
    assert not any(name in part.get_content() for name in others)


def test_a_mail_about_a_timetable_that_is_replaced_is_dropped(camp, staff):
    first = published(camp, staff)
    row = OutgoingMail.objects.filter(event="camp_timetable").first()
    assert mail.is_wanted(row)
    Timetable.objects.filter(pk=first.pk).update(state=TimetableState.REPLACED)
    assert not mail.is_wanted(row)


def test_absences_are_handed_out_and_let_go_of_with_the_person(camp, staff):
    pairing, slot = Input(camp).pairs[0], camp.slots.first()
    mentee = pairing.enrolment.person
    times = {"starts_at": slot.starts_at, "ends_at": slot.ends_at}
    operations.add_absence(camp.pk, by=staff, is_wish=True, enrolment_id=pairing.enrolment_id, **times)

    assert privacy.export(mentee)["camp_absences"] == [
        {"from": slot.starts_at, "until": slot.ends_at, "wish": True}
    ]
    erase_person(mentee)
    assert privacy.export(mentee)["camp_absences"] == []


# --- rights and races ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["stranger", "mentor", "other"])
def test_whoever_does_not_run_the_cohort_finds_nothing(camp, staff, who):
    made(camp, staff)
    person = {
        "stranger": make_user,
        "mentor": lambda: Input(camp).pairs[0].mentor.user,
        "other": lambda: make_manager(make_cohort()),
    }[who]()
    client = Client()
    client.force_login(person)
    meeting = Planned(**Timetable.objects.get().plan["meetings"][0])
    place = {"mentor": meeting.mentor, "mentee": meeting.mentee, "slot": meeting.slot}
    for name, more in (
        ("camp", {}), ("slots", {}), ("slots_remove", {}), ("interpreter", {}), ("absence", {}), ("count", {}),
        ("make", {}), ("waived", {}), ("timetable", {"number": 1}), ("publish", {"number": 1}),
        ("without", {"number": 1}), ("move", {"number": 1, **place}),
    ):  # fmt: skip
        for answer in (client.get(url(name, camp, **more)), client.post(url(name, camp, **more))):
            assert answer.status_code in ((404,) if who == "other" else (302, 403, 404)), name
            if answer.status_code == 302:
                assert "/admin/mentoring" not in answer.url.partition("?")[0]
    for deed in (
        lambda: timetables.make(camp.pk, by=person),
        lambda: timetables.publish(Timetable.objects.get().pk, by=person),
        lambda: operations.remove_slots(camp.pk, [], by=person),
    ):
        with pytest.raises(Refused):
            deed()


def test_looking_writes_nothing_and_every_page_stands_in_both_languages(camp, staff, django_assert_max_num_queries):
    made(camp, staff)
    for language in ("ko", "en"):
        person = make_admin(language=language)
        client = Client()
        client.force_login(person)
        count = AuditEvent.objects.count()
        for name, more in (("camp", {}), ("timetable", {"number": 1})):
            with django_assert_max_num_queries(40):
                assert client.get(url(name, camp, **more)).status_code == 200
        assert client.get(reverse("admin:mentoring_camp_changelist")).status_code == 200
        assert AuditEvent.objects.count() == count


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_publish_at_once_and_the_meetings_are_made_once():
    camp = make_camp()
    boss = make_admin()
    timetable = made(camp, boss)

    at_once([lambda: timetables.publish(timetable.pk, by=boss)] * 2)

    assert Meeting.objects.count() == 8
    assert OutgoingMail.objects.filter(event="camp_timetable").count() == 6


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_pair_that_ends_while_its_timetable_is_published_is_not_left_in_it():
    camp = make_camp()
    boss = make_admin()
    timetable = made(camp, boss)
    pairing = Input(camp).pairs[0]

    outcomes = at_once(
        [
            lambda: timetables.publish(timetable.pk, by=boss),
            lambda: end_pairing(pairing.pk, by=boss, reason="1"),
        ]
    )

    refused = any(isinstance(outcome, Refused) for outcome in outcomes)
    assert Meeting.objects.count() == (0 if refused else 8)
