"""Who reviews, and which files they are given: spread exactly, within limits, moved only while nobody has begun."""

from collections import Counter

import pytest

from accounts.models import Role
from portal.assignment import checker
from portal.assignment.problem import Plan
from portal.errors import Refused
from portal.models import AuditEvent, OutgoingMail
from programs import assigning
from programs.models.selection import Conflict, Review, ReviewEnd
from programs.operations import reviewers
from tests import make

pytestmark = pytest.mark.django_db


def a_round(*, applications=6, people=3, **fields):
    """A round with so many applications and reviewers, and who reads what is spread."""
    cohort = make.make_cohort(phase="in_review")
    round_ = make.make_round(cohort, **{"min_reviews": 2, **fields})
    files = [make.make_application(cohort, status="in_review") for _number in range(applications)]
    return round_, files, [make.make_reviewer(round_).user for _number in range(people)]


def loads(round_):
    """How many live reviews each reviewer has."""
    return Counter(round_.reviews.live().values_list("reviewer", flat=True))


# --- inviting --------------------------------------------------------------------------------------


def test_somebody_new_gets_an_account_the_role_and_a_mail():
    round_ = make.make_round()
    reviewer = reviewers.invite_reviewer(
        round_.pk, "New.Person@example.com", full_name="김심사", by=make.make_admin(), affiliation="가온", most=5
    )
    person = reviewer.user
    assert (person.email, person.full_name, reviewer.affiliation, reviewer.most) == (
        "new.person@example.com",
        "김심사",
        "가온",
        5,
    )
    assert person.grants.live().get().cohort == round_.cohort
    assert person.has_role(Role.REVIEWER)
    mail = OutgoingMail.objects.get(reason="reviewer_invited", person=person)
    assert "/reviews/" in mail.body
    assert AuditEvent.objects.filter(verb="reviewer.invited").count() == 1


def test_inviting_twice_changes_the_limits_and_sends_nothing_more():
    round_, staff = make.make_round(), make.make_admin()
    person = make.make_user(full_name="박기존")
    first = reviewers.invite_reviewer(round_.pk, person.email, full_name="다른 이름", by=staff, most=5)
    again = reviewers.invite_reviewer(round_.pk, person.email, full_name="", by=staff, most=9)
    person.refresh_from_db()
    assert (first.pk, again.most, person.full_name) == (again.pk, 9, "박기존")
    assert OutgoingMail.objects.filter(reason="reviewer_invited").count() == 1


def test_who_was_taken_off_comes_back_with_a_new_mail():
    round_, staff = make.make_round(), make.make_admin()
    person = make.make_user()
    reviewer = reviewers.invite_reviewer(round_.pk, person.email, full_name="", by=staff)
    reviewers.end_reviewer(reviewer.pk, by=staff, reason="일정이 맞지 않음")
    reviewers.end_reviewer(reviewer.pk, by=staff, reason="")
    assert not person.grants.live().exists()
    back = reviewers.invite_reviewer(round_.pk, person.email, full_name="", by=staff)
    assert (back.pk, back.ended_at) == (reviewer.pk, None)
    assert person.grants.live().filter(role=Role.REVIEWER).exists()
    assert OutgoingMail.objects.filter(reason="reviewer_invited").count() == 2


def test_a_released_round_takes_nobody_in(settings):
    round_ = make.make_round(released_at=make.clock.now())
    person = make.make_user()
    for deed in (
        lambda: reviewers.invite_reviewer(round_.pk, person.email, full_name="", by=person),
        lambda: reviewers.spread_reviews(round_.pk, by=person),
        lambda: reviewers.assign_review(round_.pk, 1, 1, by=person),
    ):
        with pytest.raises(Refused, match="결과"):
            deed()


def test_ending_takes_back_what_is_not_handed_in_and_keeps_the_role_of_another_round():
    round_, staff = make.make_round(), make.make_admin()
    second = make.make_round(round_.cohort, number=2)
    reviewer = make.make_reviewer(round_)
    make.make_reviewer(second, reviewer.user)
    done = make.make_review(round_, reviewer=reviewer.user, points=3)
    begun = make.make_review(round_, reviewer=reviewer.user, saved_at=make.clock.now())
    with pytest.raises(Refused):
        reviewers.end_reviewer(reviewer.pk, by=staff, reason=" ")
    reviewers.end_reviewer(reviewer.pk, by=staff, reason="사정이 생김")
    done.refresh_from_db()
    begun.refresh_from_db()
    assert (done.ended_at, begun.end_reason) == (None, ReviewEnd.REMOVED)
    assert reviewer.user.grants.live().filter(role=Role.REVIEWER).exists()


def test_limits_change_and_only_what_changed_is_written_down():
    reviewer = make.make_reviewer(most=5)
    reviewers.change_limits(reviewer.pk, by=make.make_admin(), most=5)
    assert not AuditEvent.objects.filter(verb="reviewer.changed").exists()
    reviewers.change_limits(reviewer.pk, by=make.make_admin(), most=7, affiliation="가온")
    assert AuditEvent.objects.get(verb="reviewer.changed").after == "most, affiliation"


# --- spreading -------------------------------------------------------------------------------------


def test_every_file_gets_its_reviewers_evenly_with_a_proof_and_one_mail_each():
    round_, files, people = a_round(applications=7, people=4)
    run = reviewers.spread_reviews(round_.pk, by=make.make_admin())
    per_file = Counter(round_.reviews.live().values_list("application", flat=True))
    assert set(per_file.values()) == {2}
    assert len(per_file) == 7
    assert max(loads(round_).values()) - min(loads(round_).values()) <= 1
    assert run.gaps == []
    assert OutgoingMail.objects.filter(reason="reviews_assigned").count() == 4
    assert run.digest


def test_the_stored_proof_holds_for_the_stored_question():
    round_, _files, _people = a_round()
    problem = assigning.problem_of(round_)
    run = reviewers.spread_reviews(round_.pk, by=make.make_admin())
    assert run.digest == problem.digest()
    pairs = tuple((str(row), str(user)) for row, user in round_.reviews.values_list("application", "reviewer"))
    checker.check(problem, Plan(pairs, run.stages, (), run.certificate))
    with pytest.raises(checker.NotProven):
        checker.check(problem, Plan(pairs[1:], run.stages, (), run.certificate))


def test_spreading_again_changes_nothing_and_sends_nothing():
    round_, _files, _people = a_round()
    reviewers.spread_reviews(round_.pk, by=make.make_admin())
    before = set(round_.reviews.values_list("pk", "ended_at"))
    reviewers.spread_reviews(round_.pk, by=make.make_admin(), moves_unbegun=True)
    assert set(round_.reviews.values_list("pk", "ended_at")) == before
    assert OutgoingMail.objects.filter(reason="reviews_assigned").count() == 3


def test_after_a_recusal_only_the_gap_is_filled_and_what_was_scored_stays():
    round_, files, people = a_round(applications=4, people=4)
    reviewers.spread_reviews(round_.pk, by=make.make_admin())
    scored = round_.reviews.live().first()
    Review.objects.filter(pk=scored.pk).update(saved_at=make.clock.now(), scores={"1": 3})
    given_back = round_.reviews.live().exclude(pk=scored.pk).first()
    reviewers.note_conflict(
        given_back.application_id, given_back.reviewer_id, "family", by=make.make_admin(), note="사촌"
    )
    before = set(round_.reviews.live().values_list("application", "reviewer"))
    reviewers.spread_reviews(round_.pk, by=make.make_admin())
    after = set(round_.reviews.live().values_list("application", "reviewer"))
    assert before < after
    assert len(after - before) == 1
    assert (given_back.application_id, given_back.reviewer_id) not in after


def test_a_new_reviewer_takes_over_what_nobody_has_begun():
    round_, files, people = a_round(applications=6, people=2)
    reviewers.spread_reviews(round_.pk, by=make.make_admin())
    begun = round_.reviews.live().first()
    Review.objects.filter(pk=begun.pk).update(saved_at=make.clock.now())
    make.make_reviewer(round_)
    reviewers.spread_reviews(round_.pk, by=make.make_admin(), moves_unbegun=True)
    assert sorted(loads(round_).values()) == [4, 4, 4]
    begun.refresh_from_db()
    assert begun.ended_at is None
    assert round_.reviews.filter(end_reason=ReviewEnd.REMOVED).count() == 4


def test_limits_and_conflicts_are_kept_and_gaps_explained():
    round_, files, people = a_round(applications=3, people=2, discipline_key="motivation")
    first, second = round_.reviewers.order_by("pk")
    first.disciplines = ["editing"]
    first.save()
    second.most = 2
    second.save()
    for file, answers in ((files[0], {"motivation": "sound"}), (files[1], {})):
        file.answers = answers
        file.save()
    Conflict.objects.create(application=files[1], reviewer=second.user, kind="work")
    run = reviewers.spread_reviews(round_.pk, by=make.make_admin())
    pairs = set(round_.reviews.live().values_list("application", "reviewer"))
    assert (files[0].pk, first.user_id) not in pairs
    assert (files[1].pk, second.user_id) not in pairs
    assert loads(round_)[second.user_id] == 2
    reasons = {gap["row"]: gap["reasons"] for gap in run.gaps}
    assert reasons[str(files[0].pk)] == {"discipline": 1}
    assert reasons[str(files[1].pk)] == {"work": 1}


def test_what_staff_gave_in_spite_of_a_limit_counts_and_stays():
    round_, files, people = a_round(applications=2, people=3, language_key="motivation")
    first = round_.reviewers.order_by("pk").first()
    first.languages = ["en"]
    first.save()
    files[0].answers = {"motivation": "ko"}
    files[0].save()
    staff = make.make_admin()
    with pytest.raises(Refused, match="언어"):
        reviewers.assign_review(round_.pk, files[0].pk, first.user_id, by=staff)
    given = reviewers.assign_review(round_.pk, files[0].pk, first.user_id, by=staff, reason="국문도 읽음")
    assert reviewers.assign_review(round_.pk, files[0].pk, first.user_id, by=staff) == given
    reviewers.spread_reviews(round_.pk, by=staff)
    assert round_.reviews.live().filter(application=files[0]).count() == 2
    assert round_.reviews.live().filter(pk=given.pk).exists()


def test_a_file_with_enough_reviewers_is_left_out():
    round_, files, people = a_round(applications=1, people=3, min_reviews=1, language_key="motivation")
    first = round_.reviewers.order_by("pk").first()
    first.languages = ["en"]
    first.save()
    files[0].answers = {"motivation": "ko"}
    files[0].save()
    reviewers.assign_review(round_.pk, files[0].pk, first.user_id, by=make.make_admin(), reason="x")
    run = reviewers.spread_reviews(round_.pk, by=make.make_admin())
    assert round_.reviews.live().count() == 1
    assert run.gaps == []


def test_what_cannot_be_spread():
    staff = make.make_admin()
    interview = make.make_round(kind="interview")
    with pytest.raises(Refused, match="면접"):
        reviewers.spread_reviews(interview.pk, by=staff)
    with pytest.raises(Refused, match="심사위원"):
        reviewers.spread_reviews(make.make_round().pk, by=staff)


def test_a_change_meanwhile_refuses_the_result(monkeypatch):
    round_, files, people = a_round()
    solve = reviewers.solver.solve

    def slowly(problem):
        plan = solve(problem)
        make.make_reviewer(round_)
        return plan

    monkeypatch.setattr(reviewers.solver, "solve", slowly)
    with pytest.raises(Refused):
        reviewers.spread_reviews(round_.pk, by=make.make_admin())
    assert not round_.reviews.exists()


# --- by hand ---------------------------------------------------------------------------------------


def test_by_hand_no_conflict_is_passed_over():
    round_, files, people = a_round(applications=1, people=1)
    Conflict.objects.create(application=files[0], reviewer=people[0], kind="teaching")
    staff = make.make_admin()
    with pytest.raises(Refused, match="사제"):
        reviewers.assign_review(round_.pk, files[0].pk, people[0].pk, by=staff, reason="괜찮음")
    with pytest.raises(Refused):
        reviewers.assign_review(round_.pk, files[0].pk, make.make_user().pk, by=staff)
    with pytest.raises(Refused):
        reviewers.assign_review(round_.pk, make.make_application().pk, people[0].pk, by=staff)


def test_taking_back_needs_a_reason_and_happens_once():
    review, staff = make.make_review(points=4), make.make_admin()
    with pytest.raises(Refused):
        reviewers.take_back(review.pk, by=staff, reason="")
    reviewers.take_back(review.pk, by=staff, reason="잘못 배정")
    reviewers.take_back(review.pk, by=staff, reason="")
    review.refresh_from_db()
    assert review.end_reason == ReviewEnd.REMOVED
    assert AuditEvent.objects.filter(verb="review.removed").count() == 1


def test_a_noted_conflict_ends_the_review_also_one_that_was_handed_in_but_none_whose_result_is_out():
    round_ = make.make_round()
    begun, done = make.make_review(round_), make.make_review(round_, points=2)
    told = make.make_review(make.make_round(released_at=make.clock.now()), points=2)
    told.application.status, told.application.reason_code = "rejected", "score"
    told.application.save()
    staff = make.make_admin()
    for review in (begun, done, told):
        reviewers.note_conflict(review.application_id, review.reviewer_id, "work", by=staff)
        reviewers.note_conflict(review.application_id, review.reviewer_id, "family", by=staff)
    begun.refresh_from_db()
    done.refresh_from_db()
    told.refresh_from_db()
    assert (begun.end_reason, done.end_reason, told.ended_at) == (ReviewEnd.RECUSED, ReviewEnd.RECUSED, None)
    assert done.scores
    assert AuditEvent.objects.filter(verb="review.set_aside").count() == 1
    assert set(Conflict.objects.values_list("kind", flat=True)) == {"work"}
