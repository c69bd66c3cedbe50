"""What the database holds, who sees which rows, and the words of the rows."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from accounts.models import Role, User
from mentoring.models.evaluations import Evaluation, GoalScore
from mentoring.models.mentors import MentorProfile
from mentoring.models.pairs import Pairing
from mentoring.models.rounds import Exclusion
from portal import clock
from tests.make import (
    make_admin,
    make_application,
    make_cohort,
    make_enrolment,
    make_evaluation,
    make_expert,
    make_goal,
    make_grant,
    make_manager,
    make_mentor,
    make_pairing,
    make_program,
    make_user,
)

pytestmark = pytest.mark.django_db


def broken(constraint, change):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        change()


def test_a_mentor_has_a_place(db):
    mentor = make_mentor()
    broken("mentor_has_capacity", lambda: MentorProfile.objects.filter(pk=mentor.pk).update(capacity=0))


def test_a_mentee_has_one_live_mentor():
    pairing = make_pairing()
    broken("enrolment_id|pairing_one_live_per_mentee", lambda: make_pairing(enrolment=pairing.enrolment))


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("pairing_ended_with_its_reason", {"ended_at": clock.now() + timedelta(days=1)}),
        ("pairing_ended_with_its_reason", {"end_reason": "사유"}),
        (
            "pairing_ends_after_it_began",
            {"ended_at": clock.now() - timedelta(days=9), "end_reason": "사유"},
        ),
    ],
)
def test_a_pair_ends_with_time_and_reason(constraint, fields):
    pairing = make_pairing()
    broken(constraint, lambda: Pairing.objects.filter(pk=pairing.pk).update(**fields))


def test_goals_say_something_and_have_their_places():
    pairing = make_pairing()
    make_goal(pairing)
    broken("goal_says_something", lambda: make_goal(pairing, ""))
    broken("pairing_id|goal_position_once", lambda: make_goal(pairing, position=1))
    broken("goal_among_the_most", lambda: make_goal(pairing, position=6))
    broken("goal_among_the_most", lambda: make_goal(pairing, position=0))


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("evaluation_status_is_known", {"status": "lost"}),
        ("evaluation_submitted_has_its_time", {"submitted_at": clock.now()}),
        ("evaluation_submitted_has_its_time", {"shared_at": clock.now()}),
        ("evaluation_submitted_has_its_time", {"status": "submitted", "next_steps": "다음"}),
        ("evaluation_submitted_is_whole", {"status": "submitted", "submitted_at": clock.now()}),
    ],
)
def test_an_evaluation_agrees_with_its_times(constraint, fields):
    evaluation = make_evaluation()
    broken(constraint, lambda: Evaluation.objects.filter(pk=evaluation.pk).update(**fields))


def test_a_goal_has_one_score_from_one_to_five():
    pairing = make_pairing()
    goal = make_goal(pairing)
    evaluation = make_evaluation(pairing)
    for score in (0, 6):
        broken(
            "score_is_one_to_five",
            lambda score=score: GoalScore.objects.create(evaluation=evaluation, goal=goal, score=score),
        )
    GoalScore.objects.create(evaluation=evaluation, goal=goal, score=1)
    broken(
        "evaluation_id|score_one_per_goal",
        lambda: GoalScore.objects.create(evaluation=evaluation, goal=goal, score=2),
    )


@pytest.fixture
def pairing():
    cohort = make_cohort(make_program(has_mentoring=True), phase="running")
    return make_pairing(enrolment=make_enrolment(application=make_application(cohort, status="confirmed")))


def end(pairing):
    pairing.ended_at, pairing.end_reason = clock.now(), "끝"
    pairing.save()


def test_a_pair_is_seen_by_the_two_and_by_staff_of_the_cohort(pairing):
    cohort = pairing.enrolment.cohort
    make_pairing()
    for person in (
        pairing.mentor.user,
        pairing.enrolment.person,
        make_manager(cohort),
        make_manager(cohort.program),
    ):
        assert list(Pairing.objects.visible_to(person)) == [pairing]
    assert Pairing.objects.visible_to(make_admin()).count() == 2
    for stranger in (make_user(), make_mentor().user, make_manager(make_cohort())):
        assert not Pairing.objects.visible_to(stranger).exists()


DAYS = timedelta(days=30)


def ended(pairing, ago, **fields):
    at = clock.now() - ago
    values = {"paired_at": at, "ended_at": at, "end_reason": "끝"} | fields
    Pairing.objects.filter(pk=pairing.pk).update(**values)


def seeing(pairing):
    """Who sees the pair, by all ways to it."""
    mentor, mentee = pairing.mentor.user, pairing.enrolment.person
    people = {"mentor": mentor, "mentee": mentee, "staff": make_manager(pairing.enrolment.cohort)}
    seen = {name for name, user in people.items() if Pairing.objects.visible_to(user).exists()}
    assert Pairing.objects.of_mentor(mentor).exists() == ("mentor" in seen)
    assert Pairing.objects.of_mentee(mentee).exists() == ("mentee" in seen)
    assert {name for name, user in people.items() if Pairing.objects.of_person(user).exists()} == seen - {"staff"}
    return seen


def test_a_mentor_reads_an_ended_pair_for_thirty_days_to_the_second(pairing, settings):
    settings.DEMO_NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
    ended(pairing, DAYS - timedelta(seconds=1))
    assert seeing(pairing) == {"mentor", "mentee", "staff"}
    ended(pairing, DAYS)
    assert seeing(pairing) == {"mentee", "staff"}


@pytest.mark.parametrize(
    ("kind", "who"),
    [
        ("for_cause", {"mentee", "staff"}),
        ("undone", {"staff"}),
        ("declined", {"mentee", "staff"}),
        ("moved", {"mentor", "mentee", "staff"}),
    ],
)
def test_what_ended_for_cause_or_was_undone_is_gone_at_once(pairing, kind, who):
    ended(pairing, timedelta(0), end_kind=kind)
    assert seeing(pairing) == who


def test_a_contact_block_shuts_a_pair_to_both_at_once_and_lifting_it_opens_it_again(pairing):
    block = Exclusion.objects.create(
        mentor=pairing.mentor, person=pairing.enrolment.person, kind="conflict", reason="끝"
    )
    assert seeing(pairing) == {"mentor", "mentee", "staff"}
    Exclusion.objects.filter(pk=block.pk).update(kind="safeguarding")
    assert seeing(pairing) == {"staff"}
    ended(pairing, timedelta(days=1))
    assert seeing(pairing) == {"staff"}
    Exclusion.objects.filter(pk=block.pk).update(lifted_at=clock.now())
    assert seeing(pairing) == {"mentor", "mentee", "staff"}


def test_a_contact_block_shuts_it_to_one_of_the_two_who_is_also_staff(pairing):
    Exclusion.objects.create(mentor=pairing.mentor, person=pairing.enrolment.person, kind="safeguarding")
    for person in (pairing.mentor.user, pairing.enrolment.person):
        make_grant(person, Role.ADMIN)
        assert not Pairing.objects.visible_to(User.objects.get(pk=person.pk)).exists()


def test_a_block_between_two_others_closes_nothing(pairing):
    Exclusion.objects.create(mentor=make_mentor(), person=pairing.enrolment.person, kind="safeguarding")
    Exclusion.objects.create(mentor=pairing.mentor, person=make_user(), kind="safeguarding")
    assert seeing(pairing) == {"mentor", "mentee", "staff"}


def test_who_reads_an_evaluation_depends_on_how_far_it_is(pairing):
    manager, admin = make_manager(pairing.enrolment.cohort), make_admin()
    readers = {
        "mentor": pairing.mentor.user,
        "mentee": pairing.enrolment.person,
        "manager": manager,
        "admin": admin,
        "other mentor": make_mentor().user,
        "other manager": make_manager(make_cohort()),
    }

    def reading():
        return {name for name, user in readers.items() if Evaluation.objects.visible_to(user).exists()}

    evaluation = make_evaluation(pairing)
    assert reading() == {"mentor"}
    Evaluation.objects.filter(pk=evaluation.pk).update(
        status="submitted", submitted_at=clock.now(), next_steps="다음"
    )
    assert reading() == {"mentor", "manager", "admin"}
    Evaluation.objects.filter(pk=evaluation.pk).update(shared_at=clock.now())
    assert reading() == {"mentor", "mentee", "manager", "admin"}


def test_staff_do_not_read_their_own_evaluation_before_it_is_shared():
    admin = make_admin()
    evaluation = make_evaluation(make_pairing(enrolment=make_enrolment(person=admin)), status="submitted")
    assert not Evaluation.objects.visible_to(admin).exists()
    Evaluation.objects.filter(pk=evaluation.pk).update(shared_at=clock.now())
    assert Evaluation.objects.visible_to(admin).exists()


def test_a_mentor_is_called_by_the_public_profile_where_there_is_one():
    plain = make_mentor(make_user(full_name="형다인", romanized_name="Hyung Dain"))
    listed = make_mentor(expert=make_expert(name_ko="기디언 말로프라이스", name_en="Gideon Marlowe-Pryce"))
    nameless = make_mentor(make_user(full_name="어진솔", romanized_name=""))
    with translation.override("ko"):
        assert [plain.name, listed.name] == ["형다인", "기디언 말로프라이스"]
    with translation.override("en"):
        assert [plain.name, listed.name] == ["Hyung Dain", "Gideon Marlowe-Pryce"]
        assert [plain.name_language, nameless.name_language] == ["en", "ko"]


def test_rows_name_themselves_without_personal_data(pairing):
    goal = make_goal(pairing)
    evaluation = make_evaluation(pairing, score=3)
    score = evaluation.scores.get()
    assert [str(row) for row in (pairing, goal, evaluation, score)] == [
        pairing.code,
        f"{pairing.pk} 1",
        evaluation.code,
        f"{goal.pk}: 3",
    ]
    assert str(make_mentor(make_user(full_name="형다인"))) == "형다인"
