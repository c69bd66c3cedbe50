"""Reviews: what reviewers may do, what each deed leaves behind, and what is refused."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from portal import clock
from portal.errors import Refused
from portal.models import AuditEvent
from programs import conflicts
from programs.models.selection import Conflict, ConflictKind, Review, ReviewEnd, Reviewer
from programs.operations import reviews
from programs.operations.drafts import Stale
from programs.reviewing import ReviewState, rotated, state_of, total_of
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    """Refusals are told in English here."""
    with override("en"):
        yield


def keys(review):
    return list(reviews.criteria_of(review))


def full(review, points=4):
    return dict.fromkeys(keys(review), points)


def save(review, base=None, **typed):
    return reviews.save_review(review.pk, by=review.reviewer, typed=typed, base=base)


def hand_in(review, base=None, **typed):
    return reviews.hand_in_review(review.pk, by=review.reviewer, typed=typed, base=base)


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def over(review):
    past = clock.now() - timedelta(minutes=1)
    type(review.round).objects.filter(pk=review.round_id).update(due_at=past)


# --- writing --------------------------------------------------------------------------------------------------


def test_what_is_typed_is_kept_complete_or_not():
    review = make.make_review()
    one, two = keys(review)
    kept = save(review, **{one: 3}, comment_staff="근거가 약합니다.", confidence=2)
    assert (kept.revision, kept.submitted_at) == (1, None)
    kept = save(review, **{two: 0, one: None})
    review.refresh_from_db()
    assert review.scores == {two.removeprefix("criterion"): 0}
    assert (review.comment_staff, review.confidence, review.revision) == ("근거가 약합니다.", 2, 2)
    assert review.saved_at is not None
    assert verbs() == []


def test_saving_the_same_again_changes_nothing():
    review = make.make_review()
    first = save(review, **full(review))
    again = save(review, base=0, **full(review))
    assert again.revision == first.revision == 1


def test_what_another_window_saved_is_not_overwritten():
    review = make.make_review()
    one, two = keys(review)
    save(review, base=0, **{one: 3})
    with pytest.raises(Stale) as refused:
        save(review, base=0, **{one: 5, two: 1})
    assert refused.value.keys == [one, two]
    review.refresh_from_db()
    assert review.scores == {one.removeprefix("criterion"): 3}
    assert save(review, base=1, **{one: 5, two: 1}).revision == 2


@pytest.mark.parametrize(
    "typed", [{"criterion0": 1}, {"confidence": 4}, {"scores": {}}, {"points": 6}, {"points": -1}]
)
def test_what_the_round_does_not_ask_is_refused(typed):
    review = make.make_review()
    if "points" in typed:
        typed = {keys(review)[0]: typed["points"]}
    with pytest.raises(Refused):
        save(review, **typed)
    assert Review.objects.get().revision == 0


def test_a_review_is_handed_in_with_a_score_for_each_criterion():
    review = make.make_review()
    one, two = keys(review)
    with pytest.raises(reviews.Missing) as missing:
        hand_in(review, **{one: 2})
    assert missing.value.keys == [two]
    assert Review.objects.get().revision == 0  # the whole deed was refused
    first = hand_in(review, **{one: 2, two: 5})
    again = hand_in(review, **{one: 2, two: 5})
    assert first.submitted_at == again.submitted_at is not None
    assert verbs() == ["review.handed_in"]
    criteria = list(review.round.criteria.all())
    assert total_of(again, criteria) == 100 * (40 * 2 / 5 + 60 * 5 / 5) / 100
    assert total_of(Review(), criteria) is None
    assert total_of(again, []) is None


def test_until_it_is_due_it_can_be_changed_but_stays_whole():
    review = make.make_review(points=3)
    one, _two = keys(review)
    changed = save(review, **{one: 5})
    assert changed.submitted_at == review.submitted_at
    save(review, comment_applicant="좋았습니다.")
    with pytest.raises(reviews.Missing):
        save(review, **{one: None})
    assert verbs() == ["review.changed"]
    event = AuditEvent.objects.get()
    assert one.removeprefix("criterion") in event.before
    over(review)
    with pytest.raises(Refused, match="over"):
        save(review, **{one: 1})


def test_nobody_writes_where_they_may_not():
    review = make.make_review()
    stranger = make.make_user()
    with pytest.raises(Refused, match="no longer with you"):
        reviews.save_review(review.pk, by=stranger, typed={})
    Reviewer.objects.update(pledged_at=None)
    with pytest.raises(Refused, match="pledge"):
        save(review, **full(review))
    Reviewer.objects.update(pledged_at=clock.now())
    make.make_reference(review.application, email=review.reviewer.email)
    with pytest.raises(Refused, match="conflict"):
        save(review, **full(review))


@pytest.mark.parametrize("change", ["ended", "moved on", "decided", "not begun", "uninvited"])
def test_a_review_is_with_its_reviewer_only_while_it_is(change):
    review = make.make_review()
    if change == "ended":
        Review.objects.update(ended_at=clock.now(), end_reason=ReviewEnd.REMOVED)
    elif change == "moved on":
        type(review.application).objects.update(round_number=2)
    elif change == "decided":
        type(review.application).objects.update(status="waitlisted", waitlist_number=1)
    elif change == "not begun":
        later = clock.now() + timedelta(days=1)
        type(review.round).objects.update(starts_at=later)
    else:
        Reviewer.objects.update(ended_at=clock.now())
    with pytest.raises(Refused, match="no longer with you"):
        save(review, **full(review))


# --- pledging and giving back -----------------------------------------------------------------------------------


def test_the_pledge_gives_back_what_was_declared_and_what_was_found():
    round_ = make.make_round()
    invited = make.make_reviewer(round_, pledged_at=None)
    declared, found, open_ = (make.make_review(round_, reviewer=invited.user) for _row in range(3))
    make.make_reference(found.application, email=invited.user.email.upper())
    count = reviews.pledge(invited.pk, by=invited.user, declared={declared.pk: (ConflictKind.WORK, "같은 팀")})
    assert count == 2
    invited.refresh_from_db()
    assert invited.pledged_at is not None
    kinds = dict(Conflict.objects.values_list("application", "kind"))
    assert kinds == {declared.application_id: "work", found.application_id: "referee"}
    assert list(Review.objects.live()) == [open_]
    assert verbs() == ["reviewer.pledged", "review.given_back", "review.given_back"]
    assert reviews.pledge(invited.pk, by=invited.user, declared={open_.pk: (ConflictKind.WORK, "")}) == 0
    with pytest.raises(Refused, match="not invited"):
        reviews.pledge(invited.pk, by=make.make_user(), declared={})


def test_a_file_given_back_stays_closed_in_every_round():
    review = make.make_review()
    with pytest.raises(Refused, match="what connects"):
        reviews.give_back(review.pk, by=review.reviewer, kind="staff", note="x")
    with pytest.raises(Refused, match="reason"):
        reviews.give_back(review.pk, by=review.reviewer, kind="family", note="  ")
    given = reviews.give_back(review.pk, by=review.reviewer, kind="family", note="사촌입니다.")
    assert (given.end_reason, state_of(given, clock.now())) == (ReviewEnd.RECUSED, ReviewState.GIVEN_BACK)
    conflict = Conflict.objects.get()
    assert (conflict.kind, conflict.note, conflict.by) == ("family", "사촌입니다.", review.reviewer)
    following = make.make_round(review.round.cohort, number=2)
    make.make_reviewer(following, review.reviewer)
    type(review.application).objects.update(round_number=2)
    assert conflicts.conflicts_of(following) == {(review.application_id, review.reviewer_id): "family"}


def test_a_found_conflict_needs_no_word_and_a_handed_in_review_goes_back_by_staff_alone():
    review = make.make_review(points=4)
    with pytest.raises(Refused, match="staff of the cohort"):
        reviews.give_back(review.pk, by=review.reviewer, kind="family", note="사촌")
    other = make.make_review(review.round, reviewer=review.reviewer)
    make.make_reference(other.application, email=review.reviewer.email)
    reviews.give_back(other.pk, by=review.reviewer)
    assert Conflict.objects.get().kind == "referee"


# --- what they read ---------------------------------------------------------------------------------------------


def test_each_reviewer_enters_the_same_ring_elsewhere():
    round_ = make.make_round()
    files = [Review(application_id=number) for number in range(40)]
    people = [make.make_reviewer(round_).user for _row in range(20)]
    orders = {person.pk: [row.application_id for row in rotated(files, person)] for person in people}
    firsts = {order[0] for order in orders.values()}
    assert len(firsts) > 10
    ring = orders[people[0].pk]
    for order in orders.values():
        start = ring.index(order[0])
        assert order == ring[start:] + ring[:start]
    fewer = rotated(files[:-1], people[0])
    assert [row.application_id for row in fewer] == [pk for pk in ring if pk != 39]


def test_states_say_where_a_file_stands():
    review = make.make_review()
    now = clock.now()
    assert state_of(review, now) == ReviewState.WAITING
    assert state_of(review, now, barred=True) == ReviewState.CONFLICT
    assert state_of(save(review, **{keys(review)[0]: 1}), now) == ReviewState.BEGUN
    assert state_of(review, review.round.due_at) == ReviewState.MISSED
    assert state_of(hand_in(review, **full(review)), now) == ReviewState.HANDED_IN
    review.ended_at, review.end_reason = now, ReviewEnd.REMOVED
    assert state_of(review, now) == ReviewState.TAKEN_BACK
