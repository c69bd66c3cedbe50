"""Who may apply: every condition at its bounds, what is unknown, where it is checked, and the way out."""

import calendar
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Profile
from portal import clock
from portal.clock import SEOUL
from portal.errors import Refused
from programs import checking, eligibility
from programs.eligibility import MET, UNKNOWN, UNMET, NotEligible, age_on
from programs.models.applications import Application
from programs.models.eligibility import EligibilityRule
from programs.models.forms import QuestionType
from programs.operations import applications, seats
from programs.questions.loading import questions_of
from tests.make import (
    make_application,
    make_cohort,
    make_consents,
    make_enrolment,
    make_form_version,
    make_program,
    make_restriction,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db
BIRTH = {"key": "birth", "type": QuestionType.DATE, "profile_field": "birth_on"}
CAREER = {"key": "years", "type": QuestionType.NUMBER, "profile_field": "career_years"}


def cohort_with(*rules, questions=(BIRTH, CAREER), **fields):
    cohort = make_cohort(form_version=make_form_version(questions=questions), **fields)
    for rule in rules:
        EligibilityRule.objects.create(cohort=cohort, **rule)
    return cohort


def found(cohort, answers=None, person=None):
    """The conditions by their code."""
    rows = eligibility.conditions(
        cohort, person or make_user(), answers or {}, questions_of(cohort.form_version_id), clock.now()
    )
    return {row.code: row for row in rows}


def first_day(year, month, day):
    """The dates of a cohort whose first session begins on that day in Seoul, just after midnight."""
    begin = datetime(year, month, day, 0, 30, tzinfo=SEOUL)
    return {"starts_at": begin, "ends_at": begin + timedelta(days=2)}


# --- age ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "day", "years"),
    [
        ("2000-02-29", "2019-02-28", 18),
        ("2000-02-29", "2019-03-01", 19),
        ("2000-02-29", "2020-02-28", 19),
        ("2000-02-29", "2020-02-29", 20),
        ("2000-12-31", "2019-12-30", 18),
        ("2000-12-31", "2019-12-31", 19),
        ("2000-01-01", "2000-01-01", 0),
        ("2001-01-01", "2000-12-31", -1),
    ],
)
def test_age_in_full_years(born, day, years):
    assert age_on(date.fromisoformat(born), date.fromisoformat(day)) == years


DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31))


@given(born=DAYS, day=DAYS)
def test_age_counts_birthdays(born, day):
    """Counted one by one: every birthday up to the day adds a year, and nothing else does."""
    if day < born:
        assert age_on(born, day) < 0
        return
    birthdays = 0
    for year in range(born.year + 1, day.year + 1):
        leaps = (born.month, born.day) == (2, 29) and not calendar.isleap(year)
        birthday = date(year, 3, 1) if leaps else date(year, born.month, born.day)
        birthdays += birthday <= day
    assert age_on(born, day) == birthdays


@given(born=DAYS, day=st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 30)))
def test_age_never_falls(born, day):
    assert age_on(born, day + timedelta(days=1)) - age_on(born, day) in (0, 1)


AGE = {"kind": "age", "lowest": 19, "highest": 34}


@pytest.mark.parametrize(
    ("born", "state"),
    [
        ("2007-03-03", UNMET),  # 19 the day after the first day
        ("2007-03-02", MET),  # 19 on the first day
        ("1991-03-03", MET),  # the last day of being 34
        ("1991-03-02", UNMET),  # 35 on the first day
    ],
)
def test_both_ages_are_included_and_count_on_the_first_day_in_seoul(born, state):
    cohort = cohort_with(AGE, **first_day(2026, 3, 2))
    assert cohort.starts_at.astimezone(UTC).date() == date(2026, 3, 1)
    assert found(cohort, {"birth": born})["age"].state == state


@pytest.mark.parametrize(
    ("rule", "born", "state"),
    [
        ({"lowest": 19}, "1920-01-01", MET),
        ({"lowest": 19}, "2010-01-01", UNMET),
        ({"highest": 34}, "2010-01-01", MET),
        ({"highest": 34}, "1990-01-01", UNMET),
        ({"highest": 34}, "2090-01-01", UNMET),  # not born yet: no answer to any age
        ({"lowest": 0}, "2090-01-01", UNMET),
    ],
)
def test_an_age_may_be_open_at_one_end(rule, born, state):
    cohort = cohort_with({"kind": "age"} | rule, **first_day(2026, 3, 2))
    assert found(cohort, {"birth": born})["age"].state == state


def test_without_a_first_day_the_age_counts_today(settings):
    settings.DEMO_NOW = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)  # 2 March in Seoul
    cohort = cohort_with({"kind": "age", "lowest": 19}, starts_at=None, ends_at=None)
    assert found(cohort, {"birth": "2007-03-02"})["age"].state == MET
    assert found(cohort, {"birth": "2007-03-03"})["age"].state == UNMET


@pytest.mark.parametrize("typed", ["2010.01.02", "2010. 1. 2.", "2010/01/02", "20100102", "2010-01-02"])
def test_a_birthday_counts_however_it_is_typed(typed):
    cohort = cohort_with(AGE, **first_day(2026, 3, 2))
    assert found(cohort, {"birth": typed})["age"].state == UNMET


@pytest.mark.parametrize("typed", [None, "", "soon", "2010-13-01", "1800-01-01"])
def test_what_is_no_day_is_unknown(typed):
    assert found(cohort_with(AGE), {"birth": typed})["age"].state == UNKNOWN


# --- experience ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "typed", "state"),
    [
        ({"lowest": 3, "highest": 7}, "2", UNMET),
        ({"lowest": 3, "highest": 7}, "3", MET),
        ({"lowest": 3, "highest": 7}, " 7 ", MET),
        ({"lowest": 3, "highest": 7}, "8", UNMET),
        ({"lowest": 3}, "60", MET),
        ({"lowest": 1}, "0", UNMET),
        ({"highest": 1}, 0, MET),
        ({"highest": 1}, "2", UNMET),
        ({"lowest": 3}, "", UNKNOWN),
        ({"lowest": 3}, "some", UNKNOWN),
        ({"lowest": 3}, None, UNKNOWN),
        ({"lowest": 3}, "9" * 400, UNKNOWN),
    ],
)
def test_experience_at_its_bounds(rule, typed, state):
    cohort = cohort_with({"kind": "career"} | rule)
    assert found(cohort, {"years": typed})["career"].state == state


# --- what a form does not ask -------------------------------------------------------------------------


def test_what_the_form_does_not_ask_is_unknown_and_keeps_nobody_out():
    cohort = cohort_with(AGE, {"kind": "career", "lowest": 3}, questions=())
    rows = found(cohort)
    assert {row.state for row in rows.values()} == {UNKNOWN}
    assert eligibility.findings(cohort, make_user(), {}, [], clock.now(), complete=True) == []


def test_a_question_of_another_type_decides_nothing():
    cohort = cohort_with(AGE, questions=[BIRTH | {"type": QuestionType.SHORT}])
    row = found(cohort, {"birth": "2010-01-01"})["age"]
    assert (row.state, row.key) == (UNKNOWN, "")


def test_a_question_that_is_not_asked_decides_nothing():
    version = make_form_version(questions=[{"key": "sure", "type": QuestionType.YES_NO}, BIRTH])
    questions = questions_of(version.pk)
    questions[1].shown_if, questions[1].shown_if_values = questions[0], ["yes"]
    assert eligibility.facts_of({"birth": "2010-01-01", "sure": "no"}, questions) == {}
    assert eligibility.facts_of({"birth": "2010-01-01", "sure": "yes"}, questions) == {
        "birth_on": ("birth", "2010-01-01")
    }


# --- what people did before ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "state"),
    [("completed", MET), ("not_completed", UNMET), ("active", UNMET), ("dropped", UNMET), ("no_show", UNMET)],
)
def test_a_program_must_have_been_completed(status, state):
    wanted, person = make_program(), make_user()
    make_enrolment(make_cohort(wanted, phase="finished"), person, status=status)
    cohort = cohort_with({"kind": "completed", "program": wanted})
    row = found(cohort, person=person)["completed"]
    assert row.state == state
    assert wanted.title_ko in row.rule


def test_completing_another_program_is_not_enough():
    wanted, person = make_program(), make_user()
    make_enrolment(make_cohort(phase="finished"), person, status="completed")
    make_enrolment(make_cohort(wanted, phase="finished"), status="completed")
    assert found(cohort_with({"kind": "completed", "program": wanted}), person=person)["completed"].state == UNMET


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("completed", UNMET),
        ("not_completed", UNMET),
        ("active", UNMET),
        ("enrolled", UNMET),
        ("cancelled", MET),
        ("no_show", MET),
        ("dropped", MET),
    ],
)
def test_the_same_program_only_once(status, state):
    cohort, person = cohort_with({"kind": "not_twice"}), make_user()
    make_enrolment(make_cohort(cohort.program, phase="finished"), person, status=status)
    assert found(cohort, person=person)["not_twice"].state == state


def test_the_same_cohort_and_other_programs_do_not_count_as_twice():
    cohort, person = cohort_with({"kind": "not_twice"}), make_user()
    make_enrolment(cohort, person, status="enrolled")
    make_enrolment(make_cohort(phase="finished"), person, status="completed")
    assert found(cohort, person=person)["not_twice"].state == MET


# --- what holds everywhere ----------------------------------------------------------------------------


def test_a_restriction_holds_from_its_first_to_before_its_last_moment(settings):
    person, cohort = make_user(), make_cohort()
    now = clock.now()
    make_restriction(person, from_at=now, until=now + timedelta(days=1), reason="불참 2회")
    for moment, holds in [
        (now - timedelta(seconds=1), False),
        (now, True),
        (now + timedelta(days=1) - timedelta(seconds=1), True),
        (now + timedelta(days=1), False),
    ]:
        row = eligibility.restriction_finding(person, moment)
        assert (row is not None) == holds
    settings.DEMO_NOW = now
    assert "불참 2회" in found(cohort, person=person)["restricted"].sentence
    assert "restricted" not in found(cohort)


def test_of_several_restrictions_the_longest_is_told():
    person = make_user()
    make_restriction(person, reason="짧은")
    make_restriction(person, reason="긴", until=clock.now() + timedelta(days=99))
    make_restriction(person, reason="풀린", until=clock.now() + timedelta(days=199), lifted_at=clock.now())
    assert "긴" in found(make_cohort(), person=person)["restricted"].sentence


def overlapping(person, offset, status="enrolled"):
    """A cohort with one session of three hours, and a place of `person` in another that begins `offset` later."""
    cohort, other = make_cohort(), make_cohort()
    begin = cohort.starts_at
    make_session(cohort, starts_at=begin)
    make_session(other, starts_at=begin + offset)
    make_enrolment(other, person, status=status)
    return cohort, other


@pytest.mark.parametrize(
    ("offset", "meets"),
    [
        (timedelta(hours=3), False),  # begins as the other ends
        (timedelta(hours=2, minutes=59), True),
        (timedelta(), True),
        (timedelta(hours=-3), False),
        (timedelta(hours=-3, seconds=1), True),
    ],
)
def test_sessions_overlap_by_a_moment_or_not_at_all(offset, meets):
    person = make_user()
    cohort, other = overlapping(person, offset)
    assert ("overlap" in found(cohort, person=person)) == meets
    if meets:
        assert other.program.title in found(cohort, person=person)["overlap"].sentence
        with pytest.raises(Refused) as refused, transaction.atomic():
            seats.refuse_overlap(cohort, person)
        assert str(refused.value) == found(cohort, person=person)["overlap"].sentence
    else:
        with transaction.atomic():
            seats.refuse_overlap(cohort, person)


@pytest.mark.parametrize("status", ["cancelled", "completed", "dropped", "no_show", "not_completed"])
def test_a_place_that_has_ended_overlaps_with_nothing(status):
    person = make_user()
    cohort, _other = overlapping(person, timedelta(), status)
    assert "overlap" not in found(cohort, person=person)


def test_without_sessions_nothing_overlaps():
    person = make_user()
    _cohort, other = overlapping(person, timedelta())
    assert "overlap" not in found(make_cohort(starts_at=other.starts_at), person=person)


# --- at the start, and when it is sent ----------------------------------------------------------------


def test_nothing_is_begun_where_the_profile_already_says_no():
    cohort, person = cohort_with(AGE, **first_day(2027, 3, 2)), make_user()
    Profile.objects.create(user=person, birth_on=date(2012, 5, 1))
    with pytest.raises(NotEligible) as refused:
        applications.start_application(cohort.pk, by=person)
    assert [row.code for row in refused.value.findings] == ["age"]
    assert "만 14세" in str(refused.value)
    assert "생년월일을 확인해" in str(refused.value)
    assert not Application.objects.exists()


def test_what_is_not_known_yet_stops_nobody_from_beginning():
    cohort, person = cohort_with(AGE, {"kind": "career", "lowest": 3}), make_user()
    assert applications.start_application(cohort.pk, by=person).status == "draft"


@pytest.mark.parametrize("fact", ["restricted", "overlap", "not_twice"])
def test_what_holds_everywhere_stops_the_beginning_and_the_sending(fact):
    cohort, person = cohort_with({"kind": "not_twice"}, questions=()), make_user()
    make_session(cohort)
    make_consents(person, cohort)
    application = applications.start_application(cohort.pk, by=person)
    if fact == "restricted":
        make_restriction(person)
    elif fact == "overlap":
        other = make_cohort()
        make_session(other, starts_at=cohort.starts_at)
        make_enrolment(other, person)
    else:
        make_enrolment(make_cohort(cohort.program, phase="finished"), person, status="completed")

    with pytest.raises(applications.Incomplete) as refused:
        applications.submit_application(application.pk, by=person)

    (problem,) = refused.value.checked.problems
    assert (problem.step, problem.is_missing) == (checking.CHECK, False)
    sentence = eligibility.findings(cohort, person, {}, [], clock.now())[0]
    assert sentence.code == fact
    assert problem.message == sentence.text
    assert sentence.way_out in problem.message
    application.delete()
    with pytest.raises(NotEligible):
        applications.start_application(cohort.pk, by=person)


def problems(cohort, **draft):
    person = make_user()
    application = make_application(
        cohort, person, status="draft", form_version=cohort.form_version, draft={"full_name": "김다별"} | draft
    )
    return [(p.step, p.key, p.is_missing) for p in checking.check(application, clock.now()).problems]


@pytest.mark.parametrize("typed", ["2012-05-01", "2012.05.01", "2012. 5. 1."])
def test_an_age_that_is_not_met_is_said_at_its_question(typed):
    cohort = cohort_with(AGE)
    assert problems(cohort, birth=typed) == [(checking.DETAILS, "birth", False)]
    assert problems(cohort, birth="2000-01-01") == []


def test_an_optional_answer_that_decides_is_needed_to_send():
    cohort = cohort_with(AGE, {"kind": "career", "lowest": 3})
    missing = [(checking.DETAILS, "birth", True), (checking.DETAILS, "years", True)]
    assert problems(cohort) == missing
    assert problems(cohort, birth="2000-01-01", years="3") == []
    assert problems(cohort, birth="2000-01-01", years="2") == [(checking.DETAILS, "years", False)]


def test_a_field_with_a_fault_of_its_own_is_told_once():
    assert problems(cohort_with(AGE), birth="nonsense") == [(checking.DETAILS, "birth", False)]
    required = cohort_with(AGE, questions=[BIRTH | {"is_required": True}])
    assert problems(required) == [(checking.DETAILS, "birth", True)]


def test_an_answer_that_cannot_be_changed_now_counts_as_it_was_sent():
    """Sent back for one question: what the draft says under another one is not what was sent."""
    cohort, person = cohort_with(AGE, questions=[BIRTH, {"key": "why", "type": QuestionType.SHORT}]), make_user()
    application = make_application(
        cohort,
        person,
        status="changes_requested",
        form_version=cohort.form_version,
        changes_keys=["why"],
        answers={"birth": "2000-01-01"},
        draft={"full_name": "김다별", "birth": "2012-05-01", "why": "이유"},
    )
    assert checking.check(application, clock.now()).problems == []


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_to_begin_says_each_condition(client, language):
    program = make_program()
    cohort = cohort_with(
        AGE,
        {"kind": "career", "lowest": 1},
        {"kind": "completed", "program": program},
        {"kind": "not_twice"},
    )
    person = make_user()
    Profile.objects.create(user=person, career_years=0)
    make_restriction(person)
    client.force_login(person)
    text = client.get(f"/{language}/programs/{cohort.program.slug}/{cohort.slug}/apply/").text
    words = {
        "ko": [
            "만 19세 이상 34세 이하",
            "경력: 1년 이상",
            "적어 주신 경력은 0년",
            "참여한 적 없음",
            "소명할 수 있어요",
        ],
        "en": ["19 to 34 years old", "1 year or more", "You gave 0 years", "Has not taken part", "You can appeal"],
    }
    for word in words[language]:
        assert word in text


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"kind": "age", "lowest": 19}, "19 years old or older"),
        ({"kind": "age", "highest": 34}, "34 years old or younger"),
        ({"kind": "career", "lowest": 2, "highest": 5}, "2 to 5 years"),
        ({"kind": "career", "highest": 1}, "1 year or less"),
        ({"kind": "career", "highest": 3}, "3 years or less"),
    ],
)
def test_bounds_in_words(rule, words):
    with override("en"):
        (row,) = found(cohort_with(rule)).values()
        assert words in row.rule


# --- what it costs, what the database refuses ---------------------------------------------------------


@pytest.mark.parametrize("count", [1, 20])
def test_never_more_than_five_queries(count):
    person = make_user()
    cohort = cohort_with(AGE, {"kind": "career", "lowest": 1}, {"kind": "not_twice"})
    for number in range(count):
        make_session(cohort, starts_at=cohort.starts_at + timedelta(hours=4 * number))
        EligibilityRule.objects.create(cohort=cohort, kind="completed", program=make_program())
        make_enrolment(make_cohort(phase="finished"), person, status="completed")
    other = make_cohort()
    make_session(other, starts_at=cohort.starts_at)
    make_enrolment(other, person)
    make_restriction(person)
    questions = questions_of(cohort.form_version_id)
    with CaptureQueriesContext(connection) as queries:
        rows = eligibility.conditions(cohort, person, {"birth": "2000-01-01"}, questions, clock.now())
    assert len(rows) == 5 + count
    assert len(queries) <= 5


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "age"},
        {"kind": "career", "lowest": 5, "highest": 4},
        {"kind": "completed"},
        {"kind": "not_twice", "lowest": 1},
        {"kind": "star_sign", "lowest": 1},
    ],
)
def test_the_database_refuses_a_rule_that_says_nothing(fields):
    cohort = make_cohort()
    with pytest.raises(IntegrityError), transaction.atomic():
        EligibilityRule.objects.create(cohort=cohort, **fields)
