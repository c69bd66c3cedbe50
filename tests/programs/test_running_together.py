"""Where the pieces of running a cohort meet: what one of them does is what the others say."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import gettext, override

from portal import clock, mail
from portal.errors import Refused
from portal.models import OutgoingMail
from programs import (
    attendance_part,
    certificate_gates,
    certificate_part,
    privacy,
    rosters,
    survey_emails,
    survey_part,
    teaching,
)
from programs.admin.attendance_pages import todo_lines
from programs.models.attendance import Excuse
from programs.models.cohorts import SessionExpert
from programs.models.eligibility import Restriction
from programs.models.surveys import Ticket
from programs.operations import (
    attendance,
    certificates,
    cohorts,
    completion,
    enrolments,
    excuses,
    retention,
    transfers,
)
from programs.operations import sessions as operations
from programs.operations import surveys as survey_operations
from tests import make

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def boss():
    return make.make_admin(language="en")


def call_off(session):
    """Cancel a session as staff do, though it may be over by now."""
    session.cancelled_at, session.cancel_reason = session.starts_at - DAY, "강사 사정"
    session.save()


# --- a session that is cancelled ----------------------------------------------------------------------------------


def test_a_cancelled_session_waits_for_no_attendance_anywhere(boss):
    cohort, sessions, _people = make.make_course(begun=3)
    expert = make.make_expert(user=make.make_user())
    for session in sessions:
        SessionExpert.objects.create(session=session, expert=expert)
    call_off(sessions[0])
    operations.cancel_session(sessions[4].pk, by=boss, reason="강사 사정")
    now = clock.now()
    with override("en"):
        (line,) = [line for line in todo_lines(cohort, now) if "attendance" in line["title"]]
        lines = rosters.session_lines(cohort.sessions.order_by("starts_at"), now, lambda session: "")
    assert line["title"] == "2 sessions have no attendance"
    assert [line["pill"]["label"] for line in lines] == [
        "Cancelled",
        "0 of 1 marked",
        "0 of 1 marked",
        "Not begun",
        "Cancelled",
    ]
    ahead = [line["url"] for line in teaching.for_person(expert.user, now)]
    assert ahead == [teaching.url_of(sessions[3])]


# --- a session that people have come to ---------------------------------------------------------------------------


def test_what_people_have_come_to_is_not_moved_ahead_but_its_times_are_put_right(boss):
    _cohort, sessions, (place,) = make.make_course(begun=3)
    last = sessions[2]
    make.make_attendance(last, place)
    tomorrow = {"starts_at": clock.now() + DAY, "ends_at": clock.now() + DAY + HOUR}
    with pytest.raises(Refused):
        operations.change_session(last.pk, tomorrow, by=boss)
    later = {"starts_at": last.starts_at + HOUR, "ends_at": last.ends_at + HOUR}
    assert operations.change_session(last.pk, later, by=boss).starts_at == last.starts_at + HOUR
    assert operations.change_session(sessions[1].pk, tomorrow, by=boss).starts_at == tomorrow["starts_at"]


@pytest.mark.parametrize("name", ["starts_at", "is_required"])
def test_what_a_decision_was_made_of_stays(boss, name):
    cohort, sessions, (place,) = make.make_course()
    for session in sessions:
        make.make_attendance(session, place)
    completion.decide_cohort(cohort.pk, by=boss, stamp=completion.preview(cohort, clock.now()).stamp)
    change = {"starts_at": sessions[0].starts_at + HOUR, "is_required": False}
    with pytest.raises(Refused):
        operations.change_session(sessions[0].pk, {name: change[name]}, by=boss)
    assert operations.change_session(sessions[0].pk, {"title_en": "Editing"}, by=boss).title_en == "Editing"


def test_a_session_with_a_survey_is_not_taken_away(boss):
    session = make.make_session(make.make_cohort(phase="open"))
    make.make_survey(session.cohort, session=session)
    with pytest.raises(Refused):
        operations.remove_session(session.pk, by=boss)


@pytest.mark.parametrize(("status", "is_taken"), [("late", False), ("present", False), ("absent", True)])
def test_whoever_came_to_a_session_is_no_no_show(boss, status, is_taken):
    _cohort, sessions, (place,) = make.make_course(begun=3)
    make.make_attendance(sessions[0], place, status)
    if is_taken:
        assert enrolments.end_enrolment(place.pk, "no_show", by=boss, reason="연락 없음").status == "no_show"
        return
    with pytest.raises(Refused):
        enrolments.end_enrolment(place.pk, "no_show", by=boss, reason="연락 없음")
    assert not Restriction.objects.exists()
    assert not OutgoingMail.objects.exists()


# --- surveys ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["session", "cohort"])
def test_about_what_is_cancelled_nobody_is_asked_told_or_kept_waiting(client, boss, what):
    cohort, sessions, (place,) = make.make_course(begun=3)
    survey = make.make_survey(cohort, session=sessions[4], gates_certificate=True)
    survey_emails.survey_open(survey, place.person)
    if what == "session":
        operations.cancel_session(sessions[4].pk, by=boss, reason="강사 사정")
    else:
        cohorts.cancel_cohort(cohort.pk, by=boss, reason="폭우")
    client.force_login(place.person)
    assert client.get(reverse("my")).context["surveys"] == []
    assert client.get(survey.get_absolute_url()).status_code == 404
    place.refresh_from_db()
    assert survey_part.part(place, clock.now()) is None
    place.status = "completed"
    assert certificate_gates.obstacle(place) == ""
    assert not mail.is_wanted(OutgoingMail.objects.get(reason="survey_open"))
    assert survey_operations.invite_due(clock.now()) == 0
    with pytest.raises(Refused):
        survey_operations.remind_now(survey.pk, by=boss)
    with pytest.raises(Refused):
        survey_operations.answer(survey.pk, {"overall": "5"}, by=place.person)


def test_no_survey_is_made_about_a_cancelled_session(boss):
    cohort, sessions, _people = make.make_course(begun=3)
    operations.cancel_session(sessions[4].pk, by=boss, reason="강사 사정")
    sessions[4].refresh_from_db()
    now = clock.now()
    with pytest.raises(Refused):
        survey_operations.create_survey(cohort.pk, by=boss, session=sessions[4], opens_at=now, closes_at=now + DAY)


def test_whoever_has_left_meanwhile_is_sent_no_survey(boss):
    cohort, _sessions, (place,) = make.make_course(begun=3)
    survey = make.make_survey(cohort)
    survey_emails.survey_open(survey, place.person)
    row = OutgoingMail.objects.get(reason="survey_open")
    assert mail.is_wanted(row)
    enrolments.end_enrolment(place.pk, "dropped", by=boss, reason="이직")
    assert not mail.is_wanted(row)


@pytest.mark.parametrize(
    ("needs_survey", "status", "is_told"),
    [(True, "active", True), (True, "not_completed", False), (False, "active", False)],
)
def test_a_certificate_waits_for_a_survey_only_where_it_does(boss, needs_survey, status, is_told):
    place = make.make_enrolment(make.make_cohort(phase="running"), status=status)
    survey = make.make_survey(place.cohort, gates_certificate=True)
    numbers = {"basis": "auto", "threshold": 80, "day_percent": 50, "slips_per_absence": 3}
    completion.change_rule(place.cohort_id, by=boss, **numbers, needs_survey=needs_survey)
    assert survey_part.part(place, clock.now())["is_needed"] == is_told
    survey_emails.survey_open(survey, place.person)
    with override(place.person.language):
        words = gettext("Complete the survey to get your certificate.")
    assert (words in OutgoingMail.objects.get(reason="survey_open").body) == is_told


@pytest.mark.parametrize("count", [2, 12])
def test_who_gets_a_certificate_is_found_in_the_same_number_of_queries(django_assert_num_queries, count):
    cohort = make.make_cohort(phase="finished")
    survey = make.make_survey(cohort, gates_certificate=True)
    places = [make.make_enrolment(cohort, status="completed") for _place in range(count)]
    Ticket.objects.create(survey=survey, person=places[0].person)
    with django_assert_num_queries(4):  # people, surveys, the rule, answers
        able, kept_back = certificates.preview(cohort)
    assert (able, list(kept_back.values())) == (1, [count - 1])


# --- requests to be excused ---------------------------------------------------------------------------------------


def test_nobody_fails_while_a_request_of_theirs_waits(boss):
    cohort, sessions, people = make.make_course(people=2)
    for enrolment in people:
        for session, status in zip(sessions, ["absent", "absent", *["present"] * 3], strict=True):
            make.make_attendance(session, enrolment, status)
    asked = make.make_excuse(people[0], sessions[0])
    found = completion.preview(cohort, clock.now())
    assert [found.count(outcome) for outcome in (True, False, None)] == [0, 1, 1]
    assert completion.decide_cohort(cohort.pk, by=boss, stamp=found.stamp) == (0, 1)
    with pytest.raises(Refused, match="waits"), override("en"):
        completion.decide(people[0].pk, False, by=boss)
    excuses.decide(asked.pk, True, "", by=boss)
    found = completion.preview(cohort, clock.now())
    assert completion.decide_cohort(cohort.pk, by=boss, stamp=found.stamp) == (1, 0)


def test_a_request_made_since_the_preview_stops_the_decision(boss):
    cohort, sessions, (place,) = make.make_course()
    for session in sessions:
        make.make_attendance(session, place, "absent")
    stamp = completion.preview(cohort, clock.now()).stamp
    make.make_excuse(place, sessions[4])
    with pytest.raises(Refused):
        completion.decide_cohort(cohort.pk, by=boss, stamp=stamp)


@pytest.mark.parametrize("how", ["dropped", "moved", "called off"])
def test_a_request_lapses_with_the_part(client, boss, how):
    cohort, sessions, (place,) = make.make_course(begun=3)
    asked = make.make_excuse(place, sessions[0])
    if how == "dropped":
        enrolments.end_enrolment(place.pk, "dropped", by=boss, reason="이직")
    elif how == "moved":
        other = make.make_cohort(phase="announced")
        transfers.move_place(place.pk, other.pk, by=boss, reason="일정 변경")
    else:
        cohorts.cancel_cohort(cohort.pk, by=boss, reason="폭우")
    asked.refresh_from_db()
    assert (asked.is_accepted, asked.decided_by) == (False, None)
    assert not Excuse.objects.waiting().exists()
    assert not OutgoingMail.objects.filter(reason="excuse_refused").exists()
    client.force_login(place.person)
    assert asked.answer
    assert asked.answer in client.get(reverse("learning-excuses", args=[place.code])).text


# --- once it is over ----------------------------------------------------------------------------------------------


def missed_one(begun):
    """A course of five days, one of them missed, the last not marked yet."""
    cohort, sessions, (place,) = make.make_course(begun=begun)
    for session, status in zip(sessions, ["absent", *["present"] * 3], strict=False):
        make.make_attendance(session, place, status, marked_at=clock.now() - 2 * HOUR)
    return cohort, sessions, place


@pytest.mark.parametrize(("begun", "told"), [(4, 1), (5, 0)])
def test_nobody_is_warned_to_miss_nothing_more_once_all_is_over(begun, told):
    missed_one(begun)
    assert completion.warn(clock.now()) == told


def test_a_warning_that_waits_is_dropped_once_all_is_over(settings):
    _cohort, sessions, _place = missed_one(4)
    completion.warn(clock.now())
    row = OutgoingMail.objects.get(reason="attendance_last_chance")
    assert mail.is_wanted(row)
    settings.DEMO_NOW = sessions[4].ends_at
    assert not mail.is_wanted(row)


@pytest.mark.parametrize(("begun", "words"), [(4, "miss one more session"), (5, "All sessions are over")])
def test_what_is_advised_can_still_be_done(begun, words):
    _cohort, _sessions, place = missed_one(begun)
    with override("en"):
        assert words in attendance_part.part(place, clock.now())["text"]


def test_nothing_more_can_become_of_a_part_that_has_ended(boss):
    _cohort, _sessions, place = missed_one(4)
    with override("en"):
        terms = [fact["term"] for fact in attendance_part.part(place, clock.now())["sums"]]
        assert "Can still become" in terms
        enrolments.end_enrolment(place.pk, "dropped", by=boss, reason="이직")
        place.refresh_from_db()
        terms = [fact["term"] for fact in attendance_part.part(place, clock.now())["sums"]]
    assert "Can still become" not in terms


# --- the ways there -----------------------------------------------------------------------------------------------


def test_a_place_of_an_earlier_year_is_found_from_ones_own_page(client):
    place = make.make_enrolment(make.make_cohort(phase="finished"), status="completed")
    make.make_enrolment(make.make_cohort(phase="finished"), place.person, status="no_show")
    client.force_login(place.person)
    (line,) = client.get(reverse("my")).context["learning"]
    assert line["url"] == reverse("learning", args=[place.code])
    assert client.get(line["url"]).status_code == 200


def test_whoever_has_taught_finds_the_desk_with_nothing_ahead(client):
    _cohort, sessions, _people = make.make_course()
    expert = make.make_expert(user=make.make_user())
    SessionExpert.objects.create(session=sessions[0], expert=expert)
    client.force_login(expert.user)
    assert f'href="{reverse("teaching")}"' in client.get(reverse("my")).text
    client.force_login(make.make_user())
    assert f'href="{reverse("teaching")}"' not in client.get(reverse("my")).text


def test_requests_that_were_made_are_found_when_no_more_can_be(client, boss):
    _cohort, sessions, (place,) = make.make_course(begun=3)
    address = f'href="{reverse("learning-excuses", args=[place.code])}"'
    make.make_excuse(place, sessions[0])
    enrolments.end_enrolment(place.pk, "dropped", by=boss, reason="이직")
    client.force_login(place.person)
    assert address in client.get(reverse("learning", args=[place.code])).text


def test_staff_read_a_place_without_what_is_its_persons_alone(client, boss, settings):
    cohort, sessions, (place,) = make.make_course(begun=3)
    survey = make.make_survey(cohort)
    settings.DEMO_NOW = sessions[3].starts_at
    own = [
        survey.get_absolute_url(),
        reverse("learning-excuses", args=[place.code]),
        reverse("my-calendar"),
        reverse("check-in", args=[sessions[3].code]),
    ]
    page = reverse("learning", args=[place.code])
    client.force_login(place.person)
    text = client.get(page).text
    assert all(f'href="{address}"' in text for address in own)
    client.force_login(boss)
    text = client.get(page).text
    assert not any(f'href="{address}"' in text for address in own)


# --- one's own data -----------------------------------------------------------------------------------------------


def test_a_decision_is_taken_along_and_what_staff_wrote_goes_with_the_account(boss):
    _cohort, sessions, (place,) = make.make_course()
    row = make.make_attendance(sessions[0], place, "absent")
    attendance.mark(sessions[0].pk, [attendance.Mark(place.pk, "excused")], by=boss, reason="김다별 입원 확인")
    completion.decide(place.pk, True, by=boss, reason="대체 과제 제출")
    (told,) = privacy.export(place.person)["enrolments"]
    assert (told["completion"]["is_completed"], told["completion"]["reason"]) == (True, "대체 과제 제출")
    retention.erase_person(place.person)
    assert row.changes.get().reason == ""
    assert place.completion.reason == "–"


def test_a_roster_of_many_is_taken_whole(client):
    _cohort, sessions, (place,) = make.make_course(begun=3)
    expert = make.make_expert(user=make.make_user())
    SessionExpert.objects.create(session=sessions[0], expert=expert)
    client.force_login(expert.user)
    posted = {f"mark.{place.code}.": "late"}
    for number in range(1_100):
        posted |= {f"mark.nobody{number}.": "present", f"minutes.nobody{number}": ""}
    assert client.post(teaching.url_of(sessions[0]) + "?minutes=1", posted).status_code == 302
    assert place.attendance.get().status == "late"


@pytest.mark.parametrize("name", ["teaching-check-in", "teaching-materials"])
def test_there_is_a_way_back_to_the_roster(client, boss, name):
    cohort, sessions, _people = make.make_course(begun=3)
    expert = make.make_expert(user=make.make_user())
    SessionExpert.objects.create(session=sessions[0], expert=expert)
    in_admin = reverse("admin:programs_cohort_roster", args=[cohort.pk, sessions[0].pk])
    with override("en"):
        page, roster_page = reverse(name, args=[sessions[0].code]), teaching.url_of(sessions[0])
    for person, roster in ((expert.user, roster_page), (boss, in_admin)):
        client.force_login(person)
        assert f'href="{roster}"' in client.get(page).text
    assert f'href="{page}"' in client.get(in_admin).text
    assert f'href="{in_admin}"' in client.get(reverse("admin:programs_session_change", args=[sessions[0].pk])).text


@pytest.mark.parametrize(("kind", "is_promised"), [("course", True), ("talk", False)])
def test_a_certificate_is_promised_only_where_there_are_any(kind, is_promised):
    cohort = make.make_cohort(make.make_program(kind=kind), phase="finished")
    place = make.make_enrolment(cohort, status="completed")
    assert (certificate_part.part(place, clock.now()) is not None) == is_promised
    survey = make.make_survey(cohort, gates_certificate=True)
    assert survey_part.part(place, clock.now())["is_needed"] == is_promised
    assert survey_emails.is_needed(survey, place.person) == is_promised


def test_what_appears_elsewhere_is_not_announced_at_the_door(client):
    _cohort, sessions, (place,) = make.make_course(begun=3)
    sessions[4].link = "https://meet.example.com/1"
    sessions[4].save()
    client.force_login(place.person)
    with override("en"):
        assert "It appears here" in client.get(reverse("learning", args=[place.code])).text
        assert "It appears here" not in client.get(reverse("check-in", args=[sessions[4].code])).text


@pytest.mark.parametrize(
    ("place", "words", "is_code_there"),
    [(0, "This session is over.", False), (2, "", True), (3, "The door opens", True), (4, "not take place", False)],
)
def test_the_door_says_why_it_is_closed(client, boss, settings, place, words, is_code_there):
    _cohort, sessions, _people = make.make_course(begun=3)
    settings.DEMO_NOW = sessions[2].ends_at
    operations.cancel_session(sessions[4].pk, by=boss, reason="강사 사정")
    client.force_login(boss)
    with override("en"):
        text = client.get(reverse("teaching-check-in", args=[sessions[place].code])).text
    assert words in text
    assert ("Scan this with your phone" in text) == is_code_there


def test_requests_lead_back_to_the_place(client):
    _cohort, _sessions, (place,) = make.make_course(begun=3)
    client.force_login(place.person)
    page = client.get(reverse("learning-excuses", args=[place.code])).text
    assert f'href="{reverse("learning", args=[place.code])}"' in page


def test_before_anybody_has_completed_the_page_says_that_nobody_gets_a_certificate(client, boss):
    cohort, _sessions, (place,) = make.make_course()
    client.force_login(boss)
    page = reverse("admin:programs_cohort_certify", args=[cohort.pk])
    assert "Nobody gets a certificate now." in client.get(page).text
    completion.decide(place.pk, True, by=boss, reason="대체 과제")
    assert "Nobody gets a certificate now." not in client.get(page).text


def test_no_required_session_is_added_once_completion_is_decided(boss):
    cohort, sessions, (place,) = make.make_course()
    for session in sessions:
        make.make_attendance(session, place)
    completion.decide(place.pk, True, by=boss)
    now = clock.now()
    values = {"title_ko": "보강", "title_en": "Extra", "starts_at": now + DAY, "ends_at": now + DAY + HOUR}
    with pytest.raises(Refused):
        operations.add_session(cohort.pk, values, by=boss)
    assert operations.add_session(cohort.pk, values | {"is_required": False}, by=boss).is_required is False


def test_staff_read_that_a_survey_gates_nothing_where_the_rule_asks_for_none(client, boss):
    cohort, _sessions, _people = make.make_course()
    survey = make.make_survey(cohort, gates_certificate=True)
    client.force_login(boss)
    address = reverse("admin:programs_survey_run", args=[survey.pk])
    words = "No: the completion rule of the cohort asks for no survey."
    assert words not in client.get(address).text
    numbers = {"basis": "auto", "threshold": 80, "day_percent": 50, "slips_per_absence": 3}
    completion.change_rule(cohort.pk, by=boss, **numbers, needs_survey=False)
    assert words in client.get(address).text
