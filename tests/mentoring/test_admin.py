"""The admin of mentoring: who sees what, pairing from the enrolments, and every deed behind its page."""

import re
from contextlib import nullcontext

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse
from zeal import zeal_ignore

from mentoring.models.evaluations import Evaluation
from mentoring.models.mentors import MentorProfile
from mentoring.models.pairs import Pairing
from portal import audit, clock
from portal.models import AuditEvent
from tests.make import (
    make_admin,
    make_application,
    make_cohort,
    make_enrolment,
    make_evaluation,
    make_expert,
    make_goal,
    make_manager,
    make_mentor,
    make_pairing,
    make_program,
    make_user,
)

pytestmark = pytest.mark.django_db

ENROLMENTS = "admin:programs_enrolment_changelist"
PAIRS = "admin:mentoring_pairing_changelist"
EVALUATIONS = "admin:mentoring_evaluation_changelist"
MENTORS = "admin:mentoring_mentorprofile_changelist"


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def cohort():
    return make_cohort(make_program(has_mentoring=True, title_ko="리부트 캠프"), phase="running")


@pytest.fixture
def manager(cohort):
    return make_manager(cohort)


@pytest.fixture
def client(manager):
    return client_of(manager)


def mentee(cohort, name="박소울", goals="1회 도입부\n계단의 규칙", **fields):
    person = make_user(full_name=name)
    return make_enrolment(application=make_application(cohort, person, status="confirmed", goals=goals), **fields)


def deed(client, changelist, action, rows, **data):
    """The page of a deed on rows, or with `confirm` what comes after it: one locked operation a row."""
    data |= {"action": action, ACTION_CHECKBOX_NAME: [row.pk for row in rows]}
    with zeal_ignore() if "confirm" in data else nullcontext():
        return client.post(reverse(changelist), data, follow=True)


def messages(page):
    return [str(message) for message in page.context["messages"]]


# --- pairing --------------------------------------------------------------------------------------


def test_the_page_shows_goals_and_free_places_and_pairs_nobody_yet(cohort, client):
    enrolment = mentee(cohort)
    mentor = make_mentor(make_user(full_name="형다인"), focus_ko="시리즈 연출", capacity=3)
    make_pairing(mentor, mentee(cohort, "이미 멘티"))
    page = deed(client, ENROLMENTS, "pair", [enrolment])
    assert "박소울" in page.text
    assert "1회 도입부 / 계단의 규칙" in page.text
    assert "형다인 · 시리즈 연출 · 2자리 남음" in page.text
    assert Pairing.objects.count() == 1


def test_confirming_pairs_each_with_the_chosen_mentor(cohort, client, manager):
    first, second = mentee(cohort), mentee(cohort, "정이룸", goals="")
    mentors = [make_mentor(), make_mentor()]
    chosen = {f"mentor_{first.pk}": mentors[0].pk, f"mentor_{second.pk}": mentors[1].pk}
    page = deed(client, ENROLMENTS, "pair", [first, second], confirm="yes", **chosen)
    assert messages(page) == ["2명을 멘토와 매칭했어요."]
    assert {(pairing.enrolment, pairing.mentor, pairing.paired_by) for pairing in Pairing.objects.all()} == {
        (first, mentors[0], manager),
        (second, mentors[1], manager),
    }


def test_a_mentee_without_a_choice_is_asked_again(cohort, client):
    enrolment = mentee(cohort)
    make_mentor()
    page = deed(client, ENROLMENTS, "pair", [enrolment], confirm="yes")
    assert list(page.context["form"].errors) == [f"mentor_{enrolment.pk}"]
    assert not Pairing.objects.exists()


def test_places_are_counted_over_all_choices_before_anybody_is_paired(cohort, client):
    first, second = mentee(cohort), mentee(cohort, "정이룸")
    mentor = make_mentor(capacity=1)
    chosen = {f"mentor_{row.pk}": mentor.pk for row in (first, second)}
    page = deed(client, ENROLMENTS, "pair", [first, second], confirm="yes", **chosen)
    assert list(page.context["form"].errors.values()) == [["이 기수에서 이 멘토의 자리가 모두 찼어요."]]
    assert not Pairing.objects.exists()


def test_only_mentors_who_can_take_the_mentee_are_offered(cohort, client):
    enrolment = mentee(cohort)
    full = make_mentor(make_user(full_name="꽉 찬"), capacity=1)
    make_pairing(full, mentee(cohort, "다른 사람"))
    make_mentor(make_user(full_name="쉬는"), is_paused=True)
    make_mentor(make_user(full_name="막힌", is_active=False))
    make_mentor(enrolment.person)
    free = make_mentor(make_user(full_name="빈자리"))
    page = deed(client, ENROLMENTS, "pair", [enrolment])
    (field,) = page.context["form"].fields.values()
    assert [value for value, _label in field.choices] == ["", free.pk]
    for mentor in (full, make_mentor(is_paused=True)):
        chosen = {f"mentor_{enrolment.pk}": mentor.pk}
        page = deed(client, ENROLMENTS, "pair", [enrolment], confirm="yes", **chosen)
        assert page.context["form"].errors


def test_those_who_cannot_be_paired_are_named_with_the_reason(cohort):
    admin = client_of(make_admin())
    paired = mentee(cohort, "매칭된 사람")
    make_pairing(make_mentor(make_user(full_name="형다인")), paired)
    ended = mentee(cohort, "그만둔 사람", status="dropped")
    elsewhere = make_enrolment(make_cohort(make_program(), phase="running"))
    page = deed(admin, ENROLMENTS, "pair", [paired, ended, elsewhere])
    assert sorted(row["note"] for row in page.context["refused"]) == [
        "멘토링이 없는 과정이에요.",
        "이미 참여가 끝난 사람이에요.",
        "이미 형다인 멘토와 매칭했어요.",
    ]
    assert page.context["form"] is None


def test_an_enrolment_without_an_application_has_no_goals_to_show(cohort, client):
    page = deed(client, ENROLMENTS, "pair", [make_enrolment(cohort)])
    assert "지원서에 목표가 없어요." in page.text


def test_a_place_lost_in_the_meantime_is_a_message(cohort, client, monkeypatch):
    """Two staff at once: the form was right, and the operation looks again behind its lock."""
    rows, mentor = [mentee(cohort), mentee(cohort, "정이룸")], make_mentor(capacity=1)
    monkeypatch.setattr("mentoring.admin.enrolments.PairForm.clean", lambda form: form.cleaned_data)
    chosen = {f"mentor_{row.pk}": mentor.pk for row in rows}
    page = deed(client, ENROLMENTS, "pair", rows, confirm="yes", **chosen)
    assert Pairing.objects.count() == 1
    assert messages(page)[0] == "1명을 멘토와 매칭했어요."
    assert "이 기수에서 이 멘토의 자리가 모두 찼어요." in messages(page)[1]


def test_another_cohorts_enrolments_are_not_there(cohort, client):
    other = mentee(make_cohort(cohort.program, phase="running"))
    deed(client, ENROLMENTS, "pair", [other], confirm="yes", **{f"mentor_{other.pk}": make_mentor().pk})
    assert not Pairing.objects.exists()


@pytest.mark.parametrize("count", [1, 20])
def test_the_page_costs_the_same_for_any_number_of_mentees(cohort, client, count, django_assert_max_num_queries):
    rows = [mentee(cohort, f"멘티 {number}") for number in range(count)]
    for _number in range(5):
        make_mentor(expert=make_expert(), capacity=40)
    client.get(reverse(ENROLMENTS))
    with django_assert_max_num_queries(14):
        page = deed(client, ENROLMENTS, "pair", rows)
    assert len(page.context["form"].fields) == count


def test_the_enrolments_can_be_narrowed_to_those_without_a_mentor(cohort, client):
    paired, waiting = mentee(cohort), mentee(cohort, "정이룸")
    make_pairing(enrolment=paired)

    def listed(value):
        page = client.get(reverse(ENROLMENTS), {"mentor": value} if value else {})
        return set(page.context["cl"].queryset)

    assert listed("no") == {waiting}
    assert listed("yes") == {paired}
    assert listed("") == {paired, waiting}


# --- pairs ----------------------------------------------------------------------------------------


@pytest.fixture
def pairing(cohort):
    pairing = make_pairing(make_mentor(make_user(full_name="형다인")), mentee(cohort))
    make_goal(pairing, "1회 도입부")
    return pairing


def change_url(row):
    return reverse(f"admin:mentoring_{row._meta.model_name}_change", args=[row.pk])


def history_url(row):
    return reverse(f"admin:mentoring_{row._meta.model_name}_history", args=[row.pk])


def test_who_gets_into_the_lists(pairing):
    people = [pairing.mentor.user, pairing.enrolment.person, make_user()]
    for name in (PAIRS, EVALUATIONS, MENTORS):
        assert Client().get(reverse(name)).status_code == 302
        for stranger in people:
            assert client_of(stranger).get(reverse(name)).status_code == 404


def test_a_manager_sees_the_pairs_of_their_cohorts(pairing, client):
    other = make_pairing()
    page = client.get(reverse(PAIRS))
    assert list(page.context["cl"].queryset) == [pairing]
    assert client.get(change_url(pairing)).status_code == 200
    assert client.get(change_url(other)).status_code == 404
    assert client_of(make_admin()).get(reverse(PAIRS)).context["cl"].queryset.count() == 2


def test_a_pair_is_shown_and_not_edited(pairing, client):
    page = client.get(change_url(pairing))
    assert "1회 도입부" in page.text
    assert f'href="{pairing.get_absolute_url()}"' in page.text
    assert 'name="_save"' not in page.text
    client.post(change_url(pairing), {"end_reason": "x", "mentor": "1"})
    pairing.refresh_from_db()
    assert pairing.end_reason == ""
    assert client.get(reverse("admin:mentoring_pairing_add")).status_code in (403, 404)


def test_pairs_are_filtered_and_found(pairing, client, cohort):
    ended = make_pairing(enrolment=mentee(cohort, "정이룸"))
    Pairing.objects.filter(pk=ended.pk).update(ended_at=clock.now(), end_reason="끝")

    def listed(**query):
        return set(client.get(reverse(PAIRS), query).context["cl"].queryset)

    assert listed(status="live") == {pairing}
    assert listed(status="ended") == {ended}
    assert listed(cohort=cohort.pk) == {pairing, ended}
    assert listed(cohort="999999") == set()
    assert listed(q="박소울") == {pairing}
    assert listed(q=ended.code) == {ended}


def test_ending_asks_for_a_reason_first(pairing, client):
    page = deed(client, PAIRS, "end_pairing", [pairing])
    assert "박소울 – 형다인" in page.text
    page = deed(client, PAIRS, "end_pairing", [pairing], confirm="yes", reason=" ")
    assert list(page.context["form"].errors) == ["reason"]
    pairing.refresh_from_db()
    assert pairing.is_live

    page = deed(client, PAIRS, "end_pairing", [pairing], confirm="yes", reason="일정이 맞지 않음")
    assert messages(page) == ["멘토링 1건을 끝냈어요."]
    pairing.refresh_from_db()
    assert (pairing.is_live, pairing.end_reason) == (False, "일정이 맞지 않음")
    page = deed(client, PAIRS, "end_pairing", [pairing])
    assert [row["note"] for row in page.context["refused"]] == ["이미 끝난 멘토링이에요."]


def test_the_history_of_a_pair_tells_of_its_evaluation_but_not_of_the_draft(pairing, client):
    evaluation = make_evaluation(pairing, status="submitted")
    for verb in ("evaluation.begun", "evaluation.submitted"):
        audit.record(verb, target=evaluation, by=pairing.mentor.user)
    audit.record("pairing.made", target=pairing, by=None)
    page = client.get(history_url(pairing))
    assert [line["title"] for line in page.context["lines"]] == ["매칭", "평가 제출"]
    Evaluation.objects.all().delete()
    assert [line["title"] for line in client.get(history_url(pairing)).context["lines"]] == ["매칭"]


@pytest.mark.parametrize("count", [1, 20])
def test_the_lists_cost_the_same_for_any_number_of_rows(cohort, count, client, django_assert_max_num_queries):
    for number in range(count):
        pairing = make_pairing(make_mentor(expert=make_expert()), mentee(cohort, f"멘티 {number}"))
        make_goal(pairing)
        make_evaluation(pairing, status="submitted", score=3)
    for name, limit in ((PAIRS, 9), (EVALUATIONS, 8), (MENTORS, 7)):
        with django_assert_max_num_queries(limit):
            page = client.get(reverse(name))
        assert page.context["cl"].result_count == count


# --- evaluations ----------------------------------------------------------------------------------


def test_drafts_are_nobodys_in_the_admin(pairing, client):
    draft = make_evaluation(pairing, strengths="초안입니다")
    for who in (client, client_of(make_admin()), client_of(pairing.mentor.user)):
        assert who.get(change_url(draft)).status_code == 404
        assert who.get(history_url(draft)).status_code == 404
        assert "초안입니다" not in who.get(change_url(pairing)).text
    assert list(client.get(reverse(EVALUATIONS)).context["cl"].queryset) == []


def test_a_submitted_evaluation_is_read_and_not_edited(pairing, client):
    evaluation = make_evaluation(pairing, status="submitted", score=4)
    page = client.get(change_url(evaluation))
    assert "인물의 동기가 분명합니다." in page.text
    assert re.search(r"1회 도입부</span>: <strong>4</strong> · 뛰어남", page.text)
    assert 'name="_save"' not in page.text
    other = make_evaluation(make_pairing(), status="submitted")
    assert client.get(change_url(other)).status_code == 404
    assert list(client.get(reverse(EVALUATIONS)).context["cl"].queryset) == [evaluation]


def test_evaluations_are_filtered(pairing, client, cohort):
    evaluation = make_evaluation(pairing, status="submitted")
    shared = make_evaluation(
        make_pairing(enrolment=mentee(cohort, "정이룸")), status="submitted", shared_at=clock.now()
    )

    def listed(**query):
        return set(client.get(reverse(EVALUATIONS), query).context["cl"].queryset)

    assert listed(shared="no") == {evaluation}
    assert listed(shared="yes") == {shared}
    assert listed(cohort=cohort.pk) == {evaluation, shared}
    assert listed() == {evaluation, shared}


def test_sharing_shows_its_page_first(pairing, client):
    evaluation = make_evaluation(pairing, status="submitted")
    page = deed(client, EVALUATIONS, "share", [evaluation])
    assert "박소울 – 형다인" in page.text
    assert Evaluation.objects.get().shared_at is None
    page = deed(client, EVALUATIONS, "share", [evaluation], confirm="yes")
    assert messages(page) == ["평가 1건을 공유했어요."]
    assert Evaluation.objects.get().shared_at is not None
    page = deed(client, EVALUATIONS, "share", [evaluation])
    assert [row["note"] for row in page.context["refused"]] == ["이미 공유했어요."]


# --- mentors --------------------------------------------------------------------------------------

NEW = {"focus_ko": "시리즈 연출", "focus_en": "Directing for series", "capacity": "4"}


def test_an_administrator_makes_a_mentor_of_someone_with_an_account():
    person, admin = make_user("hyung@example.com"), client_of(make_admin())
    add = reverse("admin:mentoring_mentorprofile_add")
    page = admin.post(add, {**NEW, "email": "nobody@example.com"})
    assert page.context["errors"]
    assert admin.post(add, {**NEW, "email": "Hyung@example.com "}).status_code == 302
    mentor = MentorProfile.objects.get()
    assert (mentor.user, mentor.capacity) == (person, 4)
    assert AuditEvent.objects.get().verb == "mentorprofile.added"
    page = admin.post(add, {**NEW, "email": "hyung@example.com"})
    assert "이미 멘토로 등록된 사람이에요." in page.text


def test_an_administrator_changes_a_mentor_but_not_who_it_is():
    mentor, admin = make_mentor(make_user(full_name="형다인")), client_of(make_admin())
    assert "형다인" in admin.get(change_url(mentor)).text
    data = {**NEW, "capacity": "2", "is_paused": "on", "email": "other@example.com", "user": "1"}
    assert admin.post(change_url(mentor), data).status_code == 302
    before = mentor.user
    mentor.refresh_from_db()
    assert (mentor.user, mentor.capacity, mentor.is_paused) == (before, 2, True)
    assert "쉬는 중" in admin.get(reverse(MENTORS)).text


def test_a_manager_sees_mentors_and_changes_none(client):
    mentor = make_mentor(make_user(full_name="형다인"))
    make_pairing(mentor)
    page = client.get(reverse(MENTORS))
    assert "형다인" in page.text
    assert "멘티를 받음" in page.text
    client.post(change_url(mentor), {**NEW, "capacity": "9"})
    mentor.refresh_from_db()
    assert mentor.capacity == 4
    assert client.get(reverse("admin:mentoring_mentorprofile_add")).status_code in (403, 404)
