"""Surveys: made, answered once by each who is asked, reminded of, closed; what they refuse."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from portal import clock, mail
from portal.errors import Refused
from portal.models import AuditEvent, OutgoingMail
from programs import certificate_gates, privacy, survey_emails, surveys
from programs.models.enrolments import EnrolmentStatus
from programs.models.surveys import Asks, Comment, Response, SignedResponse, Survey, SurveyState, Ticket
from programs.operations import completion, retention
from programs.operations import surveys as operations
from tests import make
from tests.portal.demo_season import clock_at
from tests.races import at_once

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ANSWERS = {"overall": "5", "recommend": "9", "best": "실습이 좋았습니다.", "quote": True}


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


def window(first=-1, last=6):
    now = clock.now()
    return {"opens_at": now + first * DAY, "closes_at": now + last * DAY}


def asked(survey, status="completed"):
    return make.make_enrolment(survey.cohort, status=status).person


# --- making one -------------------------------------------------------------------------------------------------


def test_a_survey_asks_the_core_questions_and_fixes_them():
    boss, cohort = make.make_admin(), make.make_cohort(phase="running")
    survey = operations.create_survey(cohort.pk, by=boss, **window())
    keys = list(
        survey.form_version.questions.order_by("section__position", "position").values_list("key", flat=True)
    )
    assert keys[:2] == ["overall", "content"]
    assert keys[10:] == ["recommend", "best", "improve", "quote"]
    survey.form_version.refresh_from_db()
    assert survey.form_version.is_locked
    other = operations.create_survey(make.make_cohort(phase="running").pk, by=boss, **window())
    assert other.form_version == survey.form_version  # the core questions stay the same over cohorts and years
    assert list(
        AuditEvent.objects.filter(target_id=survey.pk, verb="survey.made").values_list("by", flat=True)
    ) == [boss.pk]


def test_there_is_one_survey_about_one_thing_with_the_same_questions():
    boss, cohort, expert = make.make_admin(), make.make_cohort(phase="running"), make.make_expert()
    session = make.make_session(cohort, experts=[expert])
    for about in ({}, {"session": session}, {"expert": expert}):
        operations.create_survey(cohort.pk, by=boss, **about, **window())
        with pytest.raises(Refused, match="such a survey already"):
            operations.create_survey(cohort.pk, by=boss, **about, **window())
    assert Survey.objects.count() == 3
    with pytest.raises(IntegrityError), transaction.atomic():
        make.make_survey(cohort)


def test_what_a_survey_cannot_be():
    boss, cohort = make.make_admin(), make.make_cohort(phase="running")
    session, expert = make.make_session(make.make_cohort()), make.make_expert()
    refused = [
        ({"session": session}, "another cohort"),
        ({"expert": expert}, "does not teach"),
        ({"session": session, "expert": expert}, "one thing"),
        ({"min_shown": 4}, "fewer than 5"),
        (window(1, 1), "closes after it opens"),
        (window(-3, -1), "in the past"),
    ]
    for fields, text in refused:
        with pytest.raises(Refused, match=text):
            operations.create_survey(cohort.pk, by=boss, **(window() | fields))
    cancelled = make.make_cohort(phase="cancelled")
    with pytest.raises(Refused, match="cancelled"):
        operations.create_survey(cancelled.pk, by=boss, **window())


@pytest.mark.parametrize(
    "question",
    [
        {"type": "file"},
        {"type": "email"},
        {"type": "phone", "profile_field": "phone"},
        {"type": "short", "is_personal": True, "why_ko": "왜", "why_en": "why"},
    ],
)
def test_a_survey_asks_nothing_that_tells_who_answers(question):
    version = make.make_form_version(questions=[{"key": "a", "type": "likert"}, {"key": "b", **question}])
    with pytest.raises(Refused, match="cannot ask"):
        operations.create_survey(make.make_cohort().pk, by=make.make_admin(), version=version, **window())


@pytest.mark.parametrize("bad", [{"min_shown": 4}, {"asks": "nobody"}, {"closes_at": None}, {"about": "both"}])
def test_the_database_holds_what_a_survey_is(bad):
    cohort, expert = make.make_cohort(), make.make_expert()
    fields = window() | bad
    if "about" in fields:
        fields = window() | {"session": make.make_session(cohort, experts=[expert]), "expert": expert}
    if fields["closes_at"] is None:
        fields["closes_at"] = fields["opens_at"]
    with pytest.raises(IntegrityError), transaction.atomic():
        make.make_survey(cohort, **fields)


def test_dates_move_until_it_is_closed():
    boss, survey = make.make_admin(), make.make_survey(**window(1, 3))
    later = survey.closes_at + DAY
    operations.change_window(survey.pk, survey.opens_at, later, by=boss)
    survey = operations.open_now(survey.pk, by=boss)
    assert survey.state_at(clock.now()) == SurveyState.OPEN
    opened = survey.opens_at
    survey = operations.change_window(survey.pk, opened + DAY, later + DAY, by=boss)
    assert (survey.opens_at, survey.closes_at) == (opened, later + DAY)  # what has opened has opened
    survey = operations.close_now(survey.pk, by=boss)
    operations.close_now(survey.pk, by=boss)
    for deed in (
        lambda: operations.change_window(survey.pk, opened, later, by=boss),
        lambda: operations.open_now(survey.pk, by=boss),
    ):
        with pytest.raises(Refused, match="cannot be opened again"):
            deed()
    verbs = list(AuditEvent.objects.filter(target_type="programs.survey").values_list("verb", flat=True))
    assert sorted(verbs) == ["survey.closed", "survey.opened", "survey.window", "survey.window"]


# --- answering --------------------------------------------------------------------------------------------------


def test_an_answer_is_taken_once_and_parted():
    survey = make.make_survey()
    person = asked(survey)
    operations.answer(survey.pk, ANSWERS, by=person)
    assert Ticket.objects.get().person == person
    assert Response.objects.get().answers == {"overall": "5", "recommend": "9"}
    comment = Comment.objects.get()
    assert (comment.key, comment.text, comment.may_quote) == ("best", "실습이 좋았습니다.", True)
    with pytest.raises(Refused, match="already"):
        operations.answer(survey.pk, {"overall": "1"}, by=person)
    assert Response.objects.get().answers["overall"] == "5"
    assert not AuditEvent.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_words_are_not_shown_without_consent():
    survey = make.make_survey()
    operations.answer(survey.pk, {**ANSWERS, "quote": False}, by=asked(survey))
    assert Comment.objects.get().may_quote is False


def test_it_is_open_from_the_first_second_to_the_last():
    survey = make.make_survey()
    second = timedelta(seconds=1)
    moments = [
        (survey.opens_at - second, "opens"),
        (survey.opens_at, ""),
        (survey.closes_at - second, ""),
        (survey.closes_at, "closed"),
    ]
    for moment, refusal in moments:
        person = asked(survey)
        with clock_at(moment):
            if refusal:
                with pytest.raises(Refused, match=refusal):
                    operations.answer(survey.pk, ANSWERS, by=person)
            else:
                operations.answer(survey.pk, ANSWERS, by=person)
    assert Response.objects.count() == 2


@pytest.mark.parametrize("status", ["enrolled", "dropped", "no_show", "cancelled"])
def test_it_asks_nobody_who_did_not_take_part(status):
    survey = make.make_survey()
    with pytest.raises(Refused, match="does not ask you"):
        operations.answer(survey.pk, ANSWERS, by=asked(survey, status))


def test_it_may_ask_only_those_who_completed():
    survey = make.make_survey(asks=Asks.COMPLETED)
    with pytest.raises(Refused, match="does not ask you"):
        operations.answer(survey.pk, ANSWERS, by=asked(survey, "not_completed"))
    operations.answer(survey.pk, ANSWERS, by=asked(survey))


def test_a_survey_that_is_not_anonymous_keeps_the_person():
    survey = make.make_survey(is_anonymous=False)
    person = asked(survey)
    operations.answer(survey.pk, ANSWERS, by=person)
    assert SignedResponse.objects.get().person == person
    assert not Response.objects.exists()
    [told] = privacy.surveys_of(person)
    assert {"question": "What was best", "answer": "실습이 좋았습니다."} in told["answers"]
    retention.erase_person(person)
    assert not SignedResponse.objects.exists()
    assert Ticket.objects.filter(person=person).exists()


def test_what_was_answered_anonymously_cannot_be_handed_out():
    survey = make.make_survey()
    person = asked(survey)
    operations.answer(survey.pk, ANSWERS, by=person)
    [told] = privacy.surveys_of(person)
    assert (told["is_anonymous"], told["answers"]) == (True, [])


def test_everybody_counts_once_also_who_left_after_answering():
    survey = make.make_survey()
    for _ in range(3):
        asked(survey)
    left = make.make_enrolment(survey.cohort, status="active")
    operations.answer(survey.pk, ANSWERS, by=left.person)
    row = surveys.with_counts(Survey.objects.all()).get()
    assert (row.asked, row.answered, row.missing) == (4, 1, 3)
    left.status, left.ended_at = EnrolmentStatus.DROPPED, clock.now()
    left.save()
    row = surveys.with_counts(Survey.objects.all()).get()
    assert (row.asked, row.answered, row.missing) == (4, 1, 3)


# --- telling ----------------------------------------------------------------------------------------------------


def told(reason):
    return list(OutgoingMail.objects.filter(reason=reason).order_by("pk").values_list("person", flat=True))


def test_everyone_is_told_once_that_it_is_open():
    survey = make.make_survey(**window(0, 6))
    first, second = asked(survey), asked(survey, "active")
    operations.answer(survey.pk, ANSWERS, by=first)
    now = clock.now()
    assert operations.invite_due(now) == 1
    assert operations.invite_due(now) == 0
    assert told(survey_emails.OPEN) == [second.pk]
    late = asked(survey)  # completed only now
    assert operations.invite_due(now) == 1
    assert told(survey_emails.OPEN) == [second.pk, late.pk]
    assert survey.code in OutgoingMail.objects.first().body


def test_nobody_is_told_of_what_is_not_open():
    for dates in (window(1, 3), window(-3, -1)):
        asked(make.make_survey(**dates))
    asked(make.make_survey(make.make_cohort(phase="cancelled")))
    assert operations.invite_due(clock.now()) == operations.remind_due(clock.now()) == 0


def test_only_those_who_have_not_answered_are_reminded_once_in_the_last_days():
    survey = make.make_survey(**window(-4, 3))
    answered, silent = asked(survey), asked(survey)
    operations.answer(survey.pk, ANSWERS, by=answered)
    now = clock.now()
    assert operations.remind_due(survey.closes_at - operations.REMIND_BEFORE - timedelta(seconds=1)) == 0
    assert operations.remind_due(survey.closes_at - operations.REMIND_BEFORE) == 1
    assert operations.remind_due(now + DAY) == 0
    assert told(survey_emails.REMINDER) == [silent.pk]


def test_a_reminder_by_staff_goes_once_a_day():
    survey, boss = make.make_survey(), make.make_admin()
    asked(survey)
    asked(survey)
    assert operations.remind_now(survey.pk, by=boss) == 2
    with pytest.raises(Refused, match="less than a day"):
        operations.remind_now(survey.pk, by=boss)
    with clock_at(clock.now() + DAY + timedelta(seconds=1)):
        assert operations.remind_now(survey.pk, by=boss) == 2
    assert AuditEvent.objects.filter(verb="survey.reminded", after="2").count() == 2


@pytest.mark.parametrize("reason", ["survey_open", "survey_reminder"])
def test_a_mail_that_waits_is_dropped_once_its_person_has_answered(reason):
    survey = make.make_survey()
    person = asked(survey)
    getattr(survey_emails, reason)(survey, person)
    row = OutgoingMail.objects.get()
    assert mail.is_wanted(row)
    operations.answer(survey.pk, ANSWERS, by=person)
    assert not mail.is_wanted(row)


def test_a_mail_that_waits_is_dropped_once_the_survey_is_closed():
    survey = make.make_survey()
    survey_emails.survey_open(survey, asked(survey))
    with clock_at(survey.closes_at):
        assert not mail.is_wanted(OutgoingMail.objects.get())


# --- the certificate --------------------------------------------------------------------------------------------


def test_the_certificate_waits_for_the_answer_while_it_can_be_given():
    place = make.make_enrolment(make.make_cohort(phase="running"), status="completed")
    assert certificate_gates.obstacle(place) == ""
    survey = make.make_survey(place.cohort, gates_certificate=True)
    make.make_survey(gates_certificate=True)  # of another cohort
    assert "Complete the survey" in certificate_gates.obstacle(place)
    with clock_at(survey.opens_at - DAY):
        assert "which opens" in certificate_gates.obstacle(place)
    with clock_at(survey.closes_at):
        assert certificate_gates.obstacle(place) == ""
    operations.answer(survey.pk, ANSWERS, by=place.person)
    assert certificate_gates.obstacle(place) == ""


def test_a_cohort_whose_rule_needs_no_survey_holds_nothing_up():
    place = make.make_enrolment(make.make_cohort(phase="running"), status="completed")
    make.make_survey(place.cohort, gates_certificate=True)
    assert certificate_gates.obstacle(place)
    numbers = {"basis": "auto", "threshold": 80, "day_percent": 50, "slips_per_absence": 3}
    completion.change_rule(place.cohort_id, by=make.make_admin(), **numbers, needs_survey=False)
    assert certificate_gates.obstacle(place) == ""


def test_a_survey_that_gates_nothing_holds_nothing_up():
    place = make.make_enrolment(make.make_cohort(phase="running"), status="completed")
    make.make_survey(place.cohort)
    assert certificate_gates.obstacle(place) == ""


# --- at once ----------------------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_tabs_answer_at_once():
    survey = make.make_survey()
    person, others = asked(survey), [asked(survey) for _ in range(4)]
    jobs = [lambda step=step: operations.answer(survey.pk, {"overall": str(step)}, by=person) for step in (1, 5)]
    jobs += [lambda other=other: operations.answer(survey.pk, {"overall": "3"}, by=other) for other in others]
    outcomes = at_once(jobs)
    assert [type(outcome) for outcome in outcomes].count(Refused) == 1
    assert Ticket.objects.count() == Response.objects.count() == 5


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_managers_make_the_first_survey_at_once():
    boss, cohort, dates = make.make_admin(), make.make_cohort(phase="running"), window()
    outcomes = at_once([lambda: operations.create_survey(cohort.pk, by=boss, **dates) for _ in range(3)])
    assert [type(outcome) for outcome in outcomes].count(Refused) == 2
    assert Survey.objects.count() == 1
