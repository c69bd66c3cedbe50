"""Goals that are reworded, reached or dropped, and their milestones; by the two, until the evaluation is in."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from mentoring.models.evaluations import Evaluation
from mentoring.models.pairs import GOAL_LIMIT, MILESTONE_LIMIT, MOST_MILESTONES, Goal, GoalMilestone, Pairing
from mentoring.operations import goals as operations
from mentoring.operations.evaluations import save_evaluation, submit_evaluation
from portal import clock
from portal.errors import Refused
from portal.models import AuditEvent
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def pairing():
    cohort = make.make_cohort(make.make_program(has_mentoring=True), phase="running")
    enrolment = make.make_enrolment(application=make.make_application(cohort, status="confirmed"))
    return make.make_pairing(enrolment=enrolment)


@pytest.fixture
def goal(pairing):
    return make.make_goal(pairing, "1회 도입부")


@pytest.fixture
def mentor(pairing):
    return pairing.mentor.user


@pytest.fixture
def mentee(pairing):
    return pairing.enrolment.person


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def address(name, *args):
    with override("ko"):
        return reverse(name, args=args)


def goal_address(goal, name="goal"):
    return address(name, goal.pairing.code, goal.position)


def refused(operation, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        operation(*args, **kwargs)
    return str(refusal.value)


# --- goals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["mentor", "mentee"])
def test_both_reword_a_goal_and_say_what_became_of_it(goal, side, request):
    client = client_of(request.getfixturevalue(side))
    assert "1회 도입부" in client.get(goal_address(goal)).text
    answer = client.post(goal_address(goal), {"text": "1회 도입부 완성", "state": "reached", "word": "2고에서"})
    assert answer.status_code == 302
    goal.refresh_from_db()
    assert (goal.text, goal.state, goal.state_word) == ("1회 도입부 완성", "reached", "2고에서")
    page = client.get(goal.pairing.get_absolute_url())
    assert [(row["pill"]["icon"], row["word"]) for row in page.context["goals"]] == [("flag", "2고에서")]
    assert AuditEvent.objects.get().verb == "goal.changed"


def test_a_dropped_goal_says_why_and_an_open_one_has_no_word(goal, mentor):
    client = client_of(mentor)
    page = client.post(goal_address(goal), {"text": "1회 도입부", "state": "dropped", "word": ""})
    assert list(page.context["form"].errors) == ["word"]
    refused(operations.change_goal, goal.pk, by=mentor, text="1회", state="dropped", word=" ")
    operations.change_goal(goal.pk, by=mentor, text="1회", state="dropped", word="방향을 바꿔서")
    operations.change_goal(goal.pk, by=mentor, text="1회", state="open", word="남은 말")
    goal.refresh_from_db()
    assert (goal.state, goal.state_word) == ("open", "")
    with pytest.raises(IntegrityError), transaction.atomic():
        Goal.objects.update(state="dropped")
    with pytest.raises(IntegrityError), transaction.atomic():
        Goal.objects.update(state="lost")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"text": ""}, "text"),
        ({"text": "가" * (GOAL_LIMIT + 1)}, "text"),
        ({"text": "계단의 규칙"}, "text"),
        ({"state": ""}, "state"),
        ({"state": "lost"}, "state"),
        ({"word": "가" * 201}, "word"),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field(goal, mentor, fields, wrong):
    make.make_goal(goal.pairing, "계단의 규칙")
    typed = {"text": "새 말", "state": "reached", "word": ""} | fields
    page = client_of(mentor).post(goal_address(goal), typed)
    assert list(page.context["form"].errors) == [wrong]
    assert page.context["form"]["text"].value() == typed["text"]
    goal.refresh_from_db()
    assert (goal.text, goal.state) == ("1회 도입부", "open")


def test_a_dropped_goal_gets_no_score_and_keeps_nobody_from_submitting(goal, mentor):
    other = make.make_goal(goal.pairing, "계단의 규칙")
    words = {"strengths": "좋습니다.", "next_steps": "계속 쓰기."}
    pk = goal.pairing_id
    save_evaluation(pk, by=mentor, **words, scores={goal.pk: 3, other.pk: None})
    refused(submit_evaluation, pk, by=mentor, **words, scores={goal.pk: 3, other.pk: None})
    operations.change_goal(other.pk, by=mentor, text=other.text, state="dropped", word="미룸")
    form = client_of(mentor).get(goal.pairing.get_absolute_url()).context["form"]
    assert [text for text, _field in form.scores()] == ["1회 도입부"]
    submit_evaluation(pk, by=mentor, **words, scores={goal.pk: 3})
    assert Evaluation.objects.get().status == "submitted"


# --- milestones -----------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["mentor", "mentee"])
def test_both_add_change_reach_and_delete_milestones(goal, side, request):
    client = client_of(request.getfixturevalue(side))
    add = goal_address(goal, "milestone-add")
    for _time in range(2):
        client.post(add, {"milestone-text": "도입부 초고", "milestone-due_on": "2027-01-15"})
    milestone = GoalMilestone.objects.get()
    assert (milestone.text, milestone.due_on) == ("도입부 초고", date(2027, 1, 15))
    assert "도입부 초고" in client.get(goal_address(goal)).text
    assert "도입부 초고" in client.get(goal.pairing.get_absolute_url()).text

    client.post(address("milestone-tick", milestone.code), {"done": "1"})
    milestone.refresh_from_db()
    assert milestone.done_at is not None
    client.post(address("milestone-tick", milestone.code), {"done": ""})
    assert 'value="2027-01-15"' in client.get(address("milestone", milestone.code)).text
    client.post(address("milestone", milestone.code), {"text": "도입부 2고", "due_on": ""})
    milestone.refresh_from_db()
    assert (milestone.text, milestone.due_on, milestone.done_at) == ("도입부 2고", None, None)
    client.post(address("milestone-remove", milestone.code))
    assert not GoalMilestone.objects.exists()
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == [
        "milestone.added",
        "milestone.done",
        "milestone.undone",
        "milestone.changed",
        "milestone.removed",
    ]


def test_milestones_stand_by_their_day(goal, mentor):
    for text, due_on in (("언젠가", None), ("나중", date(2027, 2, 1)), ("먼저", date(2027, 1, 1))):
        make.make_goal_milestone(goal, text, due_on=due_on)
    page = client_of(mentor).get(goal.pairing.get_absolute_url())
    assert [row["text"] for row in page.context["goals"][0]["milestones"]] == ["먼저", "나중", "언젠가"]


@pytest.mark.parametrize(("text", "due_on"), [("", ""), ("가" * (MILESTONE_LIMIT + 1), ""), ("초고", "15 January")])
def test_a_milestone_that_cannot_be_taken_keeps_what_was_typed(goal, mentor, text, due_on):
    typed = {"milestone-text": text, "milestone-due_on": due_on}
    page = client_of(mentor).post(goal_address(goal, "milestone-add"), typed)
    assert page.context["milestone_form"].errors
    assert page.context["milestone_form"]["text"].value() == text
    milestone = make.make_goal_milestone(goal, "그대로")
    page = client_of(mentor).post(address("milestone", milestone.code), {"text": text, "due_on": due_on})
    assert page.context["form"].errors
    milestone.refresh_from_db()
    assert milestone.text == "그대로"


def test_there_is_an_end_to_milestones_and_none_twice(goal, mentor):
    made = [make.make_goal_milestone(goal, f"단계 {number}") for number in range(MOST_MILESTONES)]
    refused(operations.add_milestone, goal.pk, "하나 더", by=mentor)
    refused(operations.change_milestone, made[0].pk, "단계 1", by=mentor)
    assert client_of(mentor).get(goal_address(goal)).context["milestone_form"] is None


# --- who, and how long ------------------------------------------------------------------------------


def test_nobody_else_touches_goals_or_milestones(goal):
    milestone, pairing = make.make_goal_milestone(goal), goal.pairing
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
        assert client.get(goal_address(goal)).status_code == 404
        assert client.get(address("milestone", milestone.code)).status_code == 404
        assert client.post(goal_address(goal, "milestone-add"), {"milestone-text": "하나"}).status_code == 404
        for name in ("milestone", "milestone-tick", "milestone-remove"):
            assert client.post(address(name, milestone.code), {"text": "바꿈", "done": "1"}).status_code == 404
        refused(operations.change_goal, goal.pk, by=user, text="바꿈", state="open", word="")
        refused(operations.add_milestone, goal.pk, "바꿈", by=user)
        refused(operations.tick_milestone, milestone.pk, by=user, done=True)
        refused(operations.remove_milestone, milestone.pk, by=user)
    milestone.refresh_from_db()
    assert (milestone.text, milestone.done_at) == ("도입부 초고", None)


@pytest.mark.parametrize("closed", ["submitted", "ended"])
@pytest.mark.parametrize("side", ["mentor", "mentee"])
def test_goals_stay_once_the_evaluation_is_in_or_the_pair_has_ended(goal, closed, side, request):
    user, pairing, milestone = request.getfixturevalue(side), goal.pairing, make.make_goal_milestone(goal)
    if closed == "submitted":
        make.make_evaluation(pairing, status="submitted", score=3)
    else:
        Pairing.objects.filter(pk=pairing.pk).update(ended_at=clock.now(), end_reason="끝")
    client = client_of(user)
    assert client.get(goal_address(goal)).status_code == 404
    assert client.post(address("milestone-tick", milestone.code), {"done": "1"}).status_code == 404
    page = client.get(pairing.get_absolute_url())
    assert page.context["goal_form"] is None
    assert [row["url"] for row in page.context["goals"]] == [""]
    refused(operations.change_goal, goal.pk, by=user, text="바꿈", state="open", word="")
    refused(operations.add_milestone, goal.pk, "바꿈", by=user)
    refused(operations.change_milestone, milestone.pk, "바꿈", by=user)
    refused(operations.tick_milestone, milestone.pk, by=user, done=True)
    refused(operations.remove_milestone, milestone.pk, by=user)


def test_a_goal_that_is_not_there_is_404(goal, mentor):
    assert client_of(mentor).get(address("goal", goal.pairing.code, 5)).status_code == 404
    assert client_of(mentor).get(address("milestone", "nobody")).status_code == 404
