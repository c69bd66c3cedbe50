"""What a pair goes through, who may do it, and every refusal in words."""

import threading

import pytest
from django.db import connection

from accounts.models import Role, RoleGrant
from mentoring.goal_lines import goals_in
from mentoring.mentor_places import Places
from mentoring.models.evaluations import Evaluation, EvaluationStatus, GoalScore
from mentoring.models.pairs import Pairing
from mentoring.models.rounds import Exclusion
from mentoring.operations.evaluations import save_evaluation, share_evaluation, submit_evaluation
from mentoring.operations.goals import add_goal
from mentoring.operations.pairs import end_pairing, pair
from portal import clock
from portal.errors import Refused
from portal.models import AuditEvent, OutgoingMail
from programs.models.enrolments import Enrolment, EnrolmentStatus
from programs.operations.enrolments import end_enrolment
from programs.signals import enrolment_ended
from tests.make import (
    make_admin,
    make_application,
    make_cohort,
    make_enrolment,
    make_evaluation,
    make_goal,
    make_manager,
    make_mentor,
    make_mentoring_round,
    make_pairing,
    make_program,
    make_round_mentor,
    make_user,
)

pytestmark = pytest.mark.django_db

TEXTS = {"strengths": "인물의 동기가 분명합니다.", "next_steps": "3회 이후의 갈등을 더 쌓아 보십시오."}


@pytest.fixture
def cohort():
    return make_cohort(make_program(has_mentoring=True), phase="running")


@pytest.fixture
def manager(cohort):
    return make_manager(cohort)


def mentee(cohort, goals="1회 도입부를 정하기\n계단의 규칙을 밝히기", **fields):
    return make_enrolment(application=make_application(cohort, status="confirmed", goals=goals), **fields)


def refusal(operation, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        operation(*args, **kwargs)
    return str(refused.value)


def verbs(target):
    events = AuditEvent.objects.filter(target_type=target._meta.label_lower, target_id=target.pk)
    return list(events.order_by("pk").values_list("verb", flat=True))


# --- pair -----------------------------------------------------------------------------------------


def test_pairing_makes_goals_a_grant_an_audit_row_and_two_mails(cohort, manager):
    enrolment, mentor = mentee(cohort), make_mentor()

    pairing = pair(enrolment.pk, mentor.pk, by=manager)

    assert (pairing.mentor, pairing.enrolment, pairing.paired_by) == (mentor, enrolment, manager)
    assert [(goal.position, goal.text) for goal in pairing.goals.all()] == [
        (1, "1회 도입부를 정하기"),
        (2, "계단의 규칙을 밝히기"),
    ]
    grant = RoleGrant.objects.get(user=mentor.user)
    assert (grant.role, grant.cohort, grant.to_at) == (Role.MENTOR, cohort, None)
    assert verbs(pairing) == ["pairing.made"]
    assert verbs(grant) == ["role.granted.mentor"]
    assert {(mail.reason, mail.person) for mail in OutgoingMail.objects.all()} == {
        ("paired_mentor", mentor.user),
        ("paired_mentee", enrolment.person),
    }


def test_places_are_those_of_the_round_and_of_all_cohorts(cohort, manager):
    round_, mentor = make_mentoring_round(cohort), make_mentor(capacity=3, capacity_overall=2)
    row = make_round_mentor(round_, mentor, capacity=1)
    pair(mentee(cohort).pk, mentor.pk, by=manager)
    refusal(pair, mentee(cohort).pk, mentor.pk, by=manager)
    row.capacity = 3
    row.save()
    pair(mentee(cohort).pk, mentor.pk, by=manager)
    refusal(pair, mentee(cohort).pk, mentor.pk, by=manager)


@pytest.mark.parametrize("everywhere", [True, False])
def test_nobody_pairs_by_hand_against_an_exclusion(cohort, manager, everywhere):
    enrolment, mentor = mentee(cohort), make_mentor()
    other = make_mentoring_round()
    round_ = make_mentoring_round(cohort)
    values = {"mentor": mentor, "person": enrolment.person, "kind": "staff"}
    Exclusion.objects.create(round=other, **values)
    block = Exclusion.objects.create(round=None if everywhere else round_, **values)
    refusal(pair, enrolment.pk, mentor.pk, by=manager)
    block.lifted_at, block.lifted_by = clock.now(), manager
    block.save()
    assert pair(enrolment.pk, mentor.pk, by=manager).is_live


def test_pairing_the_same_two_again_is_the_same_as_once(cohort, manager):
    enrolment, mentor = mentee(cohort), make_mentor()
    first = pair(enrolment.pk, mentor.pk, by=manager)

    assert pair(enrolment.pk, mentor.pk, by=manager) == first
    assert (Pairing.objects.count(), OutgoingMail.objects.count()) == (1, 2)
    assert verbs(first) == ["pairing.made"]


def test_a_mentor_gets_one_grant_for_a_cohort(cohort, manager):
    mentor = make_mentor()
    for _number in range(2):
        pair(mentee(cohort).pk, mentor.pk, by=manager)
    assert RoleGrant.objects.filter(user=mentor.user, role=Role.MENTOR).count() == 1


def test_an_administrator_may_pair_in_any_cohort(cohort):
    assert pair(mentee(cohort).pk, make_mentor().pk, by=make_admin()).is_live


def test_an_enrolment_without_an_application_has_no_goals_yet(cohort, manager):
    pairing = pair(make_enrolment(cohort).pk, make_mentor().pk, by=manager)
    assert not pairing.goals.exists()


@pytest.mark.parametrize(
    ("answer", "goals"),
    [
        ("", []),
        ("  \n\n", []),
        ("- 하나\n• 둘\n\n  · 셋  ", ["하나", "둘", "셋"]),
        ("같은 말\n같은 말", ["같은 말"]),
        ("\n".join("1234567"), ["1", "2", "3", "4", "5"]),
        ("가" * 400, ["가" * 300]),
        ("---", []),
    ],
)
def test_goals_are_the_lines_of_the_answer(answer, goals):
    assert goals_in(answer) == goals


def test_only_staff_who_run_the_cohort_pair(cohort):
    enrolment, mentor = mentee(cohort), make_mentor()
    for stranger in (make_user(), make_manager(make_cohort()), mentor.user, enrolment.person):
        assert refusal(pair, enrolment.pk, mentor.pk, by=stranger) == "이 기수의 담당자가 아니에요."
    assert not Pairing.objects.exists()


def test_a_program_without_mentoring_has_no_pairs():
    cohort = make_cohort(make_program(has_mentoring=False))
    text = refusal(pair, mentee(cohort).pk, make_mentor().pk, by=make_manager(cohort))
    assert text == "멘토링이 없는 과정이에요."


@pytest.mark.parametrize("status", ["dropped", "no_show", "completed", "not_completed", "cancelled"])
def test_someone_who_no_longer_takes_part_is_not_paired(cohort, manager, status):
    text = refusal(pair, mentee(cohort, status=status).pk, make_mentor().pk, by=manager)
    assert text == "이미 참여가 끝난 사람이에요."


@pytest.mark.parametrize("status", ["enrolled", "active"])
def test_someone_who_takes_part_is_paired(cohort, manager, status):
    assert pair(mentee(cohort, status=status).pk, make_mentor().pk, by=manager).is_live


def test_nobody_is_their_own_mentor(cohort, manager):
    enrolment = mentee(cohort)
    text = refusal(pair, enrolment.pk, make_mentor(enrolment.person).pk, by=manager)
    assert text == "자기 자신의 멘토가 될 수 없어요."


def test_a_mentee_has_one_mentor_at_a_time(cohort, manager):
    enrolment = mentee(cohort)
    pair(enrolment.pk, make_mentor().pk, by=manager)
    text = refusal(pair, enrolment.pk, make_mentor().pk, by=manager)
    assert text == "이미 멘토가 있는 멘티예요."


@pytest.mark.parametrize("closed", ["paused", "inactive"])
def test_a_paused_mentor_takes_nobody(cohort, manager, closed):
    mentor = make_mentor(make_user(is_active=closed != "inactive"), is_paused=closed == "paused")
    text = refusal(pair, mentee(cohort).pk, mentor.pk, by=manager)
    assert text == "지금은 멘티를 받지 않는 멘토예요."


def test_capacity_is_of_one_cohort_and_counts_live_pairs(cohort, manager):
    mentor = make_mentor(capacity=1)
    elsewhere = make_cohort(cohort.program, phase="running")
    make_pairing(mentor, mentee(elsewhere))
    first = pair(mentee(cohort).pk, mentor.pk, by=manager)

    waiting = mentee(cohort)
    text = refusal(pair, waiting.pk, mentor.pk, by=manager)
    assert text == "이 기수에서 이 멘토의 자리가 모두 찼어요."

    end_pairing(first.pk, by=manager, reason="멘토 사정")
    assert pair(waiting.pk, mentor.pk, by=manager).is_live


# --- end ------------------------------------------------------------------------------------------


def test_ending_a_pair_keeps_the_reason_and_happens_once(cohort, manager):
    pairing = make_pairing(enrolment=mentee(cohort))

    ended = end_pairing(pairing.pk, by=manager, reason="  일정이 맞지 않음 ")
    again = end_pairing(pairing.pk, by=manager, reason="다른 이유")

    pairing.refresh_from_db()
    assert pairing.end_reason == "일정이 맞지 않음"
    assert ended.ended_at == again.ended_at == pairing.ended_at
    assert verbs(pairing) == ["pairing.ended"]


def test_ending_needs_a_reason_and_staff_who_run_the_cohort(cohort, manager):
    pairing = make_pairing(enrolment=mentee(cohort))
    assert refusal(end_pairing, pairing.pk, by=manager, reason=" ") == "사유를 써 주세요."
    assert refusal(end_pairing, pairing.pk, by=pairing.mentor.user, reason="그만") == "이 기수의 담당자가 아니에요."
    pairing.refresh_from_db()
    assert pairing.is_live


def test_a_pair_ends_with_the_enrolment(cohort, manager):
    pairing, other = make_pairing(enrolment=mentee(cohort)), make_pairing(enrolment=mentee(cohort))

    end_enrolment(pairing.enrolment_id, EnrolmentStatus.DROPPED, by=manager, reason="개인 사정")

    pairing.refresh_from_db()
    assert pairing.end_reason == "enrolment dropped"
    assert verbs(pairing) == ["pairing.ended"]
    other.refresh_from_db()
    assert other.is_live


@pytest.mark.parametrize("outcome", ["completed", "not_completed"])
def test_a_mentor_writes_the_evaluation_after_the_last_session(cohort, manager, outcome):
    unwritten, written = make_pairing(enrolment=mentee(cohort)), make_pairing(enrolment=mentee(cohort))
    Evaluation.objects.create(
        pairing=written,
        author=written.mentor.user,
        status="submitted",
        strengths="장점",
        next_steps="다음",
        submitted_at=clock.now(),
    )

    for pairing in (unwritten, written):
        end_enrolment(pairing.enrolment_id, outcome, by=manager)
        pairing.refresh_from_db()

    assert unwritten.is_live
    assert written.end_reason == f"enrolment {outcome}"


def test_the_end_of_an_enrolment_without_a_pair_changes_nothing(cohort):
    enrolment = mentee(cohort, status="cancelled")
    enrolment_ended.send(sender=Enrolment, enrolment=enrolment, by=None)
    assert not AuditEvent.objects.exists()


# --- goals ----------------------------------------------------------------------------------------


def test_both_add_goals_up_to_five(cohort):
    pairing = make_pairing(enrolment=mentee(cohort))
    people = [pairing.mentor.user, pairing.enrolment.person] * 2

    for number, person in enumerate([*people, people[0]], start=1):
        goal = add_goal(pairing.pk, f" 목표 {number} ", by=person)
        assert (goal.position, goal.text) == (number, f"목표 {number}")
        assert verbs(goal) == ["goal.added"]

    text = refusal(add_goal, pairing.pk, "여섯째", by=people[0])
    assert text == "목표는 5개까지 정할 수 있어요."


def test_the_same_goal_counts_once(cohort):
    pairing = make_pairing(enrolment=mentee(cohort))
    first = add_goal(pairing.pk, "하나", by=pairing.mentor.user)
    assert add_goal(pairing.pk, "하나", by=pairing.enrolment.person) == first


def test_nobody_else_adds_goals(cohort, manager):
    pairing = make_pairing(enrolment=mentee(cohort))
    for stranger in (manager, make_user(), make_mentor().user):
        text = refusal(add_goal, pairing.pk, "하나", by=stranger)
        assert text == "목표는 멘토와 멘티만 더할 수 있어요."


@pytest.mark.parametrize("text", ["", "  ", "가" * 301])
def test_a_goal_says_something_short(cohort, text):
    pairing = make_pairing(enrolment=mentee(cohort))
    assert refusal(add_goal, pairing.pk, text, by=pairing.mentor.user) == "목표는 1자에서 300자까지예요."


def test_goals_stay_once_the_evaluation_is_submitted(cohort):
    pairing = make_pairing(enrolment=mentee(cohort))
    make_evaluation(pairing, status="submitted")
    text = refusal(add_goal, pairing.pk, "늦은 목표", by=pairing.mentor.user)
    assert text == "평가를 제출해서 목표를 더 바꿀 수 없어요."


def test_goals_can_be_added_while_the_evaluation_is_a_draft(cohort):
    pairing = make_pairing(enrolment=mentee(cohort))
    make_evaluation(pairing)
    assert add_goal(pairing.pk, "목표", by=pairing.mentor.user).position == 1


# --- evaluations ----------------------------------------------------------------------------------


@pytest.fixture
def pairing(cohort):
    pairing = make_pairing(enrolment=mentee(cohort))
    make_goal(pairing, "하나")
    make_goal(pairing, "둘")
    return pairing


@pytest.fixture
def goals(pairing):
    return [goal.pk for goal in pairing.goals.all()]


def scores_of(evaluation):
    return dict(evaluation.scores.values_list("goal", "score"))


def test_a_draft_may_be_partial_and_is_replaced_by_the_next(pairing, goals):
    mentor = pairing.mentor.user
    draft = save_evaluation(
        pairing.pk, by=mentor, strengths=" 좋음 ", next_steps="", scores={goals[0]: 4, goals[1]: None}
    )
    assert (draft.status, draft.author, draft.strengths, draft.next_steps) == ("draft", mentor, "좋음", "")
    assert scores_of(draft) == {goals[0]: 4}

    same = save_evaluation(
        pairing.pk, by=mentor, strengths="", next_steps="다음", scores={goals[0]: None, goals[1]: 2}
    )
    same.refresh_from_db()
    assert same == draft
    assert (same.strengths, same.next_steps) == ("", "다음")
    assert scores_of(same) == {goals[1]: 2}
    assert verbs(draft) == ["evaluation.begun"]
    assert not OutgoingMail.objects.exists()


def test_a_score_can_be_changed_in_a_draft(pairing, goals):
    for score in (1, 5):
        draft = save_evaluation(
            pairing.pk, by=pairing.mentor.user, strengths="", next_steps="", scores={goals[0]: score}
        )
    assert scores_of(draft) == {goals[0]: 5}


def test_a_draft_keeps_a_text_over_the_limit_but_it_is_not_submitted(pairing, goals):
    mentor, scores = pairing.mentor.user, dict.fromkeys(goals, 3)
    draft = save_evaluation(pairing.pk, by=mentor, strengths="가" * 1001, next_steps="다음", scores=scores)
    assert len(draft.strengths) == 1001
    text = refusal(
        submit_evaluation,
        pairing.pk,
        by=mentor,
        strengths="가" * 1001,
        next_steps="다음",
        scores=scores,
    )
    assert text == "글은 1000자까지 쓸 수 있어요."


def test_a_whole_evaluation_is_submitted_once(pairing, goals):
    mentor, scores = pairing.mentor.user, {goals[0]: 1, goals[1]: 5}

    first = submit_evaluation(pairing.pk, by=mentor, **TEXTS, scores=scores)
    again = submit_evaluation(pairing.pk, by=mentor, **TEXTS, scores=scores)

    assert first.submitted_at is not None
    assert (again.pk, again.submitted_at) == (first.pk, first.submitted_at)
    assert (Evaluation.objects.get().status, scores_of(first)) == (EvaluationStatus.SUBMITTED, scores)
    assert verbs(first) == ["evaluation.begun", "evaluation.submitted"]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"strengths": " "}, "강점과 다음 단계를 모두 써 주세요."),
        ({"next_steps": ""}, "강점과 다음 단계를 모두 써 주세요."),
        ({"scores": {}}, "목표마다 점수를 매겨 주세요."),
    ],
)
def test_an_evaluation_that_lacks_something_is_not_submitted(pairing, goals, change, text):
    whole = {**TEXTS, "scores": dict.fromkeys(goals, 3)}
    assert refusal(submit_evaluation, pairing.pk, by=pairing.mentor.user, **(whole | change)) == text
    assert not Evaluation.objects.exists()


@pytest.mark.parametrize("operation", [save_evaluation, submit_evaluation])
def test_a_submitted_evaluation_stays_as_it_is(pairing, goals, operation):
    mentor, scores = pairing.mentor.user, dict.fromkeys(goals, 3)
    submit_evaluation(pairing.pk, by=mentor, **TEXTS, scores=scores)
    for change in ({"strengths": "다른 말"}, {"scores": dict.fromkeys(goals, 4)}):
        text = refusal(operation, pairing.pk, by=mentor, **({**TEXTS, "scores": scores} | change))
        assert text == "제출한 평가는 더 고칠 수 없어요."


@pytest.mark.parametrize("operation", [save_evaluation, submit_evaluation])
def test_only_the_mentor_writes(pairing, goals, manager, operation):
    scores = dict.fromkeys(goals, 3)
    for stranger in (manager, pairing.enrolment.person, make_mentor().user):
        text = refusal(operation, pairing.pk, by=stranger, **TEXTS, scores=scores)
        assert text == "평가는 멘토만 쓸 수 있어요."
    assert not Evaluation.objects.exists()


def test_nothing_is_written_after_the_end(pairing, goals, manager):
    end_pairing(pairing.pk, by=manager, reason="끝")
    ended = "이미 끝난 멘토링이에요."
    mentor = pairing.mentor.user
    assert refusal(save_evaluation, pairing.pk, by=mentor, **TEXTS, scores={}) == ended
    assert refusal(add_goal, pairing.pk, "늦음", by=mentor) == ended


@pytest.mark.parametrize("score", [0, 6, -1, 99])
def test_a_score_outside_one_to_five_is_refused(pairing, goals, score):
    text = refusal(save_evaluation, pairing.pk, by=pairing.mentor.user, **TEXTS, scores={goals[0]: score})
    assert text == "점수는 1에서 5까지예요."
    assert not GoalScore.objects.exists()


def test_a_goal_of_another_pair_is_refused(pairing, cohort):
    foreign = make_goal(make_pairing(enrolment=mentee(cohort)), "남의 목표")
    text = refusal(save_evaluation, pairing.pk, by=pairing.mentor.user, **TEXTS, scores={foreign.pk: 3})
    assert text == "이 멘토링의 목표가 아닌 것에 점수를 매겼어요."


# --- share ----------------------------------------------------------------------------------------


def test_the_author_or_staff_share_once_and_the_mentee_is_told(pairing, manager):
    evaluation = make_evaluation(pairing, status="submitted")

    first = share_evaluation(evaluation.pk, by=pairing.mentor.user)
    again = share_evaluation(evaluation.pk, by=manager)

    assert first.shared_at == again.shared_at is not None
    assert verbs(evaluation) == ["evaluation.shared"]
    mail = OutgoingMail.objects.get()
    assert (mail.reason, mail.person) == ("evaluation_shared", pairing.enrolment.person)


def test_staff_share_also_after_the_end(pairing, manager):
    evaluation = make_evaluation(pairing, status="submitted")
    end_pairing(pairing.pk, by=manager, reason="끝")
    assert share_evaluation(evaluation.pk, by=manager).shared_at is not None


def test_a_draft_is_not_shared(pairing):
    evaluation = make_evaluation(pairing)
    text = refusal(share_evaluation, evaluation.pk, by=pairing.mentor.user)
    assert text == "평가를 제출한 다음에 공유할 수 있어요."


def test_nobody_else_shares(pairing):
    evaluation = make_evaluation(pairing, status="submitted")
    for stranger in (pairing.enrolment.person, make_mentor().user, make_manager(make_cohort())):
        text = refusal(share_evaluation, evaluation.pk, by=stranger)
        assert text == "평가를 쓴 사람이나 기수 담당자만 공유할 수 있어요."
    evaluation.refresh_from_db()
    assert evaluation.shared_at is None


# --- two people at once ---------------------------------------------------------------------------


def at_once(deeds):
    """Run the deeds together, each in a connection of its own; how each came out."""
    outcomes, start = [], threading.Barrier(len(deeds))

    def run(deed):
        start.wait()
        try:
            deed()
            outcomes.append("done")
        except Refused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_staff_pairing_one_mentee_make_one_pair(cohort, manager):
    enrolment, mentors = mentee(cohort), [make_mentor() for _number in range(4)]
    deeds = [lambda m=mentor: pair(enrolment.pk, m.pk, by=manager) for mentor in mentors]
    assert at_once(deeds) == ["done", "refused", "refused", "refused"]
    assert Pairing.objects.live().count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_pairing_at_once_never_exceeds_the_capacity(cohort, manager):
    mentor, mentees = make_mentor(capacity=2), [mentee(cohort) for _number in range(5)]
    deeds = [lambda e=enrolment: pair(e.pk, mentor.pk, by=manager) for enrolment in mentees]
    assert at_once(deeds) == ["done", "done", "refused", "refused", "refused"]
    assert mentor.pairings.live().count() == 2
    assert RoleGrant.objects.filter(user=mentor.user, role=Role.MENTOR).count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_six_goals_at_once_leave_five(cohort):
    pairing = make_pairing(enrolment=mentee(cohort))
    deeds = [lambda n=number: add_goal(pairing.pk, f"목표 {n}", by=pairing.mentor.user) for number in range(6)]
    assert at_once(deeds) == ["done"] * 5 + ["refused"]
    assert pairing.goals.count() == 5


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_double_click_submits_once(pairing, goals):
    scores = dict.fromkeys(goals, 3)
    deeds = [lambda: submit_evaluation(pairing.pk, by=pairing.mentor.user, **TEXTS, scores=scores)] * 3
    assert at_once(deeds) == ["done"] * 3
    assert AuditEvent.objects.filter(verb="evaluation.submitted").count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_ending_the_enrolment_and_pairing_at_once_leaves_no_live_pair(cohort, manager):
    enrolment, mentor = mentee(cohort), make_mentor()
    outcomes = at_once(
        [
            lambda: pair(enrolment.pk, mentor.pk, by=manager),
            lambda: end_enrolment(enrolment.pk, EnrolmentStatus.DROPPED, by=manager, reason="개인 사정"),
        ]
    )
    assert "done" in outcomes
    assert not Pairing.objects.live().exists()


def test_places_are_the_rounds_before_the_profiles_and_never_more_than_over_all(cohort, manager):
    mentor = make_mentor(capacity=3, capacity_overall=4)
    round_ = make_mentoring_round(cohort)
    assert Places([mentor]).free(mentor, cohort.pk) == 3
    held = make_round_mentor(round_, mentor, capacity=1)
    assert Places([mentor]).free(mentor, cohort.pk) == 1
    pair(mentee(cohort).pk, mentor.pk, by=manager)
    assert refusal(pair, mentee(cohort).pk, mentor.pk, by=manager) == "이 기수에서 이 멘토의 자리가 모두 찼어요."
    held.capacity = 9
    held.save()
    for _number in range(2):
        make_pairing(mentor)
    assert Places([mentor]).free(mentor, cohort.pk) == 1  # four over all, three of them taken
    make_pairing(mentor)
    make_pairing(mentor)
    assert Places([mentor]).free(mentor, cohort.pk) == -1
