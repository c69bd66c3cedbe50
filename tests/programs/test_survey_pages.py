"""The pages of surveys: answering in both languages, what is refused and kept, what staff and instructors see."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from portal import clock
from portal.models import AuditEvent, OutgoingMail
from programs import survey_part
from programs.core_survey import ITEMS
from programs.models.surveys import Comment, Response, Survey, Ticket
from programs.operations import surveys as operations
from tests import make
from tests.portal.demo_season import clock_at
from tests.test_hostile import ODD

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
KEYS = [key for key, _ko, _en in ITEMS]
GOOD = dict.fromkeys(KEYS, "4") | {"recommend": "9"}


@pytest.fixture
def survey():
    return make.make_survey()


@pytest.fixture
def person(survey, client):
    [found] = make.make_asked(survey)
    client.force_login(found)
    return found


def address(survey, language="en"):
    return f"/{language}/surveys/{survey.code}/"


# --- answering --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ko", ["본 과정에 전반적으로 만족한다", "가장 좋았던 점", "제가 쓴 의견을 이름 없이 공개"]),
        ("en", ["Overall I am satisfied with the course", "Strongly agree", "This survey is anonymous."]),
    ],
)
def test_the_questions_stand_on_one_page(client, survey, person, language, words):
    text = client.get(address(survey, language)).text
    for word in words:
        assert word in text
    assert text.count('type="radio"') == 10 * 5 + 11
    assert text.count("<fieldset") == 11
    assert "style=" not in text


def test_answers_arrive_and_thanks_follow(client, survey, person):
    response = client.post(address(survey), GOOD | {"best": " 실습이\r\n좋았습니다. ", "quote": "on"})
    assert (response.status_code, response.url) == (302, address(survey))
    text = client.get(response.url).text
    assert "Thank you. Your answers have arrived." in text
    assert "실습이" not in text
    assert Response.objects.get().answers == GOOD
    assert Comment.objects.get().text == "실습이\n좋았습니다."


def test_what_is_missing_is_said_and_nothing_is_lost(client, survey, person):
    response = client.post(address(survey), {"overall": "5", "best": "<b>좋음</b>", "quote": "on"})
    assert response.status_code == 200
    assert response.text.count('class="scale__row is-invalid"') == 10
    assert 'name="overall" id="id_overall_0" value="5" checked' in response.text
    assert "&lt;b&gt;좋음&lt;/b&gt;" in response.text
    assert not Ticket.objects.exists()


def test_a_survey_that_closes_meanwhile_takes_nothing_and_loses_nothing(client, survey, person):
    with clock_at(survey.closes_at):
        for data in (GOOD, {"overall": "4"}):
            response = client.post(address(survey), data | {"best": "긴 글"})
            assert response.status_code == 200
            assert "Your answers were not taken." in response.text
            assert "What you typed is still below." in response.text
            assert "긴 글" in response.text
            assert 'name="overall" id="id_overall_1" value="4" checked' in response.text
        assert "It takes no answers any more." in client.get(address(survey)).text
    assert not Ticket.objects.exists()
    assert not Response.objects.exists()


def test_a_second_tab_is_told_that_the_first_one_counts(client, survey, person):
    client.post(address(survey), GOOD)
    response = client.post(address(survey), GOOD | {"overall": "1", "improve": "다른 생각"})
    assert "You have answered this survey already." in response.text
    assert "다른 생각" in response.text
    assert Response.objects.get().answers["overall"] == "4"


def test_before_it_opens_the_page_says_when(client, survey, person):
    with clock_at(survey.opens_at - DAY):
        assert "The survey opens" in client.get(address(survey)).text


def test_it_is_nobody_elses_page(client, survey):
    client.force_login(make.make_user())
    assert client.get(address(survey)).status_code == client.post(address(survey), GOOD).status_code == 404
    client.force_login(make.make_manager(survey.cohort))
    assert client.get(address(survey)).status_code == 404
    client.force_login(make.make_enrolment(status="completed").person)  # of another cohort
    assert client.get(address(survey)).status_code == 404


def test_a_survey_with_names_says_so(client):
    survey = make.make_survey(is_anonymous=False)
    [person] = make.make_asked(survey)
    client.force_login(person)
    text = client.get(address(survey)).text
    assert "This survey is not anonymous." in text
    assert "This survey is anonymous." not in text


@pytest.mark.parametrize(
    "bad",
    [
        {"overall": "6"},
        {"overall": "0"},
        {"overall": "５"},
        {"overall": "5.0"},
        {"recommend": "11"},
        {"recommend": "-1"},
        {"best": "가" * 501},
        {"best": "x" * 300_000},
        {"best": "900101-1234567"},
        {"quote": "on", "best": "a\u202e" + "b" * 600},
    ],
)
def test_what_no_question_takes_is_refused_at_its_field(client, survey, person, bad):
    response = client.post(address(survey), GOOD | bad)
    assert response.status_code == 200
    assert "invalid-feedback" in response.text
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("odd", ODD)
def test_odd_text_neither_fails_nor_runs(client, survey, person, odd):
    response = client.post(address(survey), GOOD | {"best": odd, "unknown": odd, "overall": ["1", "2"]})
    assert response.status_code in (200, 302, 400)
    assert all(comment.key == "best" for comment in Comment.objects.all())
    assert set(Response.objects.first().answers if Response.objects.exists() else ()) <= GOOD.keys()


def test_what_is_typed_is_kept_by_the_browser_alone(client, survey, person):
    """Two people have different names for their copies, so that one never sees the other's."""
    text = client.get(address(survey)).text
    other = Client()
    [second] = make.make_asked(survey)
    other.force_login(second)
    copies = set(re.findall(r'data-survey="([^"]+)"', text + other.get(address(survey)).text))
    assert len(copies) == 2


def test_my_page_shows_what_waits(client, survey, person):
    assert address(survey) in client.get("/en/my/").text
    client.post(address(survey), GOOD)
    assert address(survey) not in client.get("/en/my/").text


def test_the_answer_costs_the_same_after_many(client, survey, person):
    def cost(who):
        client.force_login(who)
        client.get(address(survey))
        with CaptureQueriesContext(connection) as queries:
            assert client.post(address(survey), GOOD | {"best": "글"}).status_code == 302
        return len(queries)

    first, second = (cost(who) for who in make.make_asked(survey, 2))
    make.make_answered(survey, [4] * 120, comments=[("best", f"글 {n}", True) for n in range(120)])
    assert cost(person) <= max(first, second) + 2


# --- on a trainee's page ----------------------------------------------------------------------------------------


def render(part):
    with override("en"):
        return render_to_string(part["template"], part)


def test_the_part_of_a_trainees_page(survey):
    place = make.make_enrolment(survey.cohort, status="active")
    Survey.objects.update(gates_certificate=True)
    now = clock.now()
    part = survey_part.part(place, now)
    assert survey.code in render(part)
    assert "Complete the survey to get your certificate." in render(part)
    operations.answer(survey.pk, GOOD, by=place.person)
    part = survey_part.part(place, now)
    assert "Complete the survey" not in render(part)
    assert part["lines"][0]["pill"]["tone"] == "good"
    assert survey_part.part(make.make_enrolment(status="active"), now) is None
    assert survey_part.part(make.make_enrolment(survey.cohort, status="no_show"), now) is None


# --- staff ------------------------------------------------------------------------------------------------------


def page(name, *args):
    return reverse(f"admin:programs_survey_{name}", args=args)


def new_survey(**fields):
    now = clock.now()
    return {
        "version": "",
        "about": "cohort",
        "asks": "present",
        "opens_at": f"{now:%Y-%m-%dT%H:%M}",
        "closes_at": f"{now + 9 * DAY:%Y-%m-%dT%H:%M}",
        "is_anonymous": "on",
        "min_shown": "5",
    } | fields


def test_a_manager_makes_a_survey_of_an_own_cohort(client):
    cohort = make.make_cohort(phase="running")
    expert = make.make_expert()
    make.make_session(cohort, experts=[expert])
    client.force_login(make.make_manager(cohort))
    assert client.get(page("new", cohort.pk)).status_code == 200
    assert not Survey.objects.exists()
    assert client.post(page("new", cohort.pk), new_survey()).status_code == 302
    survey = Survey.objects.get()
    assert (survey.cohort, survey.is_anonymous, survey.min_shown) == (cohort, True, 5)
    client.post(page("new", cohort.pk), new_survey(about=f"expert-{expert.pk}"))
    assert Survey.objects.filter(expert=expert).exists()
    response = client.post(page("new", cohort.pk), new_survey())
    assert response.context["refused"]
    assert f"{clock.now() + 9 * DAY:%Y-%m-%dT%H:%M}" in response.text
    other = make.make_cohort(phase="running")
    assert client.get(page("new", other.pk)).status_code == 404
    assert client.post(page("new", other.pk), new_survey()).status_code == 404


@pytest.mark.parametrize(
    "bad", [{"about": "session-1"}, {"version": "99"}, {"min_shown": "4"}, {"closes_at": ""}, {"asks": "all"}]
)
def test_a_survey_that_cannot_be_is_refused_at_its_field(client, bad):
    cohort = make.make_cohort(phase="running")
    client.force_login(make.make_admin())
    response = client.post(page("new", cohort.pk), new_survey(**bad))
    assert response.status_code == 200
    assert response.context["form"].errors
    assert not Survey.objects.exists()


def test_only_forms_that_a_survey_can_ask_are_offered(client):
    fit = make.make_form_version(questions=[{"key": "a", "type": "likert"}])
    make.make_form_version(questions=[{"key": "a", "type": "likert"}, {"key": "b", "type": "file"}])
    make.make_form_version(questions=[])
    cohort = make.make_cohort(phase="running", form_version=None)
    client.force_login(make.make_admin())
    form = client.get(page("new", cohort.pk)).context["form"]
    assert [key for key, _label in form.fields["version"].choices] == ["", str(fit.pk)]


def test_the_page_of_a_survey_counts_and_names_nobody(client, survey):
    make.make_answered(survey, [5, 4, 3, 3, 2, 1])
    people = [ticket.person for ticket in Ticket.objects.all()] + make.make_asked(survey, 4)
    client.force_login(make.make_manager(survey.cohort))
    for name in ("run", "results"):
        text = client.get(page(name, survey.pk)).text
        assert "60.0%" in text
        for person in people:
            assert person.full_name not in text
            assert person.email not in text


def test_results_wait_for_the_close(client, survey):
    make.make_answered(survey, [5, 4, 3, 3, 2, 1])
    client.force_login(make.make_admin())
    with override("en"):
        assert client.get(page("results", survey.pk)).context["results"]["why"]
        with clock_at(survey.closes_at):
            results = client.get(page("results", survey.pk)).context["results"]
    assert not results["why"]
    assert results["figures"][0]["number"] == "3.00"


def test_a_stranger_on_the_staff_finds_nothing(client, survey):
    client.force_login(make.make_manager(make.make_cohort()))
    for name in ("run", "results", "window", "open", "close", "remind"):
        assert client.get(page(name, survey.pk)).status_code == 404
        assert client.post(page(name, survey.pk)).status_code == 404
    assert survey.cohort.label_ko not in client.get(page("compare")).text


def test_deeds_ask_before_they_act(client, survey):
    make.make_asked(survey, 3)
    client.force_login(make.make_admin())
    for name in ("remind", "close"):
        client.get(page(name, survey.pk))
    assert not AuditEvent.objects.exists()
    client.post(page("remind", survey.pk))
    assert OutgoingMail.objects.filter(reason="survey_reminder").count() == 3
    assert "refused" in client.post(page("remind", survey.pk)).context
    client.post(page("close", survey.pk))
    survey.refresh_from_db()
    assert survey.closes_at <= clock.now()
    assert client.get(page("run", survey.pk)).context["buttons"][0]["url"] == page("results", survey.pk)
    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert verbs == {"survey.reminded", "survey.closed"}


# --- those who teach --------------------------------------------------------------------------------------------


def closed(**fields):
    now = clock.now()
    return make.make_survey(**({"opens_at": now - 9 * DAY, "closes_at": now - DAY} | fields))


def test_who_teaches_reads_of_the_own_sessions_alone(client):
    user, cohort = make.make_user(), make.make_cohort(phase="running")
    expert, other = make.make_expert(user=user), make.make_expert(user=make.make_user())
    own = make.make_session(cohort, experts=[expert])
    theirs = make.make_session(cohort, experts=[other])
    interpreted = make.make_session(cohort)
    interpreted.session_experts.create(expert=expert, role="interpreter")
    mine = [closed(cohort=cohort, session=own), closed(cohort=cohort, expert=expert)]
    others = [
        closed(cohort=cohort),
        closed(cohort=cohort, session=theirs),
        closed(cohort=cohort, expert=other),
        closed(cohort=cohort, session=interpreted),
    ]
    client.force_login(user)
    listed = client.get("/en/teaching/surveys/").text
    for survey in mine:
        assert survey.code in listed
        assert client.get(f"/en/teaching/surveys/{survey.code}/").status_code == 200
    for survey in others:
        assert survey.code not in listed
        assert client.get(f"/en/teaching/surveys/{survey.code}/").status_code == 404
    client.force_login(make.make_user())
    assert client.get("/en/teaching/surveys/").status_code == 404


@pytest.mark.parametrize(("count", "is_shown"), [(4, False), (5, True)])
def test_who_teaches_reads_nothing_of_fewer_than_five(client, count, is_shown):
    user = make.make_user()
    expert, cohort = make.make_expert(user=user), make.make_cohort(phase="running")
    survey = closed(cohort=cohort, session=make.make_session(cohort, experts=[expert]))
    said = [("best", "공개합니다.", True), ("best", "혼자만의 말", False)]
    make.make_answered(survey, [5] * count, comments=said)
    client.force_login(user)
    text = client.get(f"/en/teaching/surveys/{survey.code}/").text
    assert ("공개합니다." in text) is is_shown
    assert ("Overall satisfaction" in text) is is_shown
    assert "혼자만의 말" not in text
    assert ("1 more text is shown to nobody" in text) is is_shown


LISTS = ["teaching-surveys", "admin:programs_survey_changelist", "admin:programs_survey_compare"]


@pytest.mark.parametrize("name", LISTS)
def test_lists_cost_the_same_for_one_and_many(client, name):
    user = make.make_admin()
    expert, cohort = make.make_expert(user=user), make.make_cohort(phase="running")
    client.force_login(user)

    def fill(count):
        for _ in range(count):
            session = make.make_session(cohort, experts=[expert])
            make.make_answered(closed(cohort=cohort, session=session), [4] * 5)
            make.make_answered(closed(), [4] * 5)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(name)).status_code == 200
        return len(queries)

    fill(1)
    cost()
    one = cost()
    fill(12)
    assert cost() == one
