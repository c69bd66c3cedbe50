"""Publishing while somebody does something else: one comes first, the other sees what changed (PostgreSQL)."""

import pytest

from mentoring.models.pairs import EndKind, Pairing
from mentoring.models.rounds import Exclusion
from mentoring.models.runs import PairingRun
from mentoring.operations import answers, pairs, runs
from portal.errors import Refused
from programs.models.enrolments import Enrolment
from programs.operations.enrolments import end_enrolment
from tests import make
from tests.mentoring.rounds import make_full_round
from tests.races import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def staff():
    return make.make_admin()


def publishing(run, staff):
    return lambda: runs.publish(run.pk, by=staff, digest=run.digest)


def live(round_):
    return Pairing.objects.live().filter(enrolment__cohort=round_.cohort)


def test_two_staff_publish_at_once(staff):
    round_, _rows, people = make_full_round(4, 2)
    both = [runs.run(round_.pk, by=person, mode=mode) for person, mode in ((staff, "optimal"), (staff, "stable"))]

    outcomes = at_once([publishing(run, make.make_admin()) for run in both])

    (won,) = (outcome for outcome in outcomes if isinstance(outcome, PairingRun))
    (lost,) = (outcome for outcome in outcomes if isinstance(outcome, Refused))
    assert isinstance(lost, runs.Stale)
    assert {(change.what, change.mentee) for change in lost.changes} == {
        ("published", person.enrolment.code) for person in people
    }
    assert live(round_).filter(run=won).count() == live(round_).count() == 4


def test_one_run_is_published_by_two(staff):
    round_, _rows, _people = make_full_round(3, 2)
    run = runs.run(round_.pk, by=staff)
    outcomes = at_once([publishing(run, make.make_admin()) for _ in range(2)])
    assert sorted(isinstance(outcome, Refused) for outcome in outcomes) == [False, True]
    assert live(round_).count() == 3


def test_two_cohorts_want_the_last_place_of_a_mentor(staff):
    """Each run was right when it was made; the mentor has one place over both cohorts."""
    round_, (row,), _people = make_full_round(1, 1)
    row.mentor.capacity_overall = 1
    row.mentor.save()
    other = make.make_mentoring_round()
    make.make_round_mentor(other, row.mentor)
    make.make_mentee_profile(other, row.mentor)
    both = [runs.run(one.pk, by=staff) for one in (round_, other)]

    outcomes = at_once([publishing(run, staff) for run in both])

    assert sorted(isinstance(outcome, runs.Stale) for outcome in outcomes) == [False, True]
    assert Pairing.objects.live().filter(mentor=row.mentor).count() == 1


def test_a_place_given_by_hand_while_a_run_is_published(staff):
    round_, (row,), people = make_full_round(1, 1, capacity=1)
    run = runs.run(round_.pk, by=staff)
    late = make.make_enrolment(round_.cohort)

    at_once([publishing(run, staff), lambda: pairs.pair(late.pk, row.mentor.pk, by=staff)])

    assert live(round_).filter(mentor=row.mentor).count() == 1
    assert len(people) == 1


def test_a_mentee_drops_out_while_their_pair_is_published(staff):
    round_, _rows, people = make_full_round(3, 2)
    run = runs.run(round_.pk, by=staff)
    gone = people[0].enrolment

    outcomes = at_once([publishing(run, staff), lambda: end_enrolment(gone.pk, "dropped", by=staff, reason="1")])

    assert not live(round_).filter(enrolment=gone).exists()
    stale = [outcome for outcome in outcomes if isinstance(outcome, runs.Stale)]
    if stale:
        assert [change.what for change in stale[0].changes] == ["mentee_left"]
        assert live(round_).count() == 0
    else:
        assert live(round_).count() == 2
        assert Pairing.objects.get(enrolment=gone).end_kind == EndKind.LEFT
    assert Enrolment.objects.get(pk=gone.pk).status == "dropped"


def test_a_mentor_leaves_while_a_repair_is_published(staff):
    round_, rows, _people = make_full_round(4, 2, capacity=4)
    first = runs.run(round_.pk, by=staff)
    runs.publish(first.pk, by=staff, digest=first.digest)
    make.make_enrolment(round_.cohort)
    run = runs.run(round_.pk, by=staff)
    gone = rows[0].mentor

    outcomes = at_once(
        [publishing(run, staff), lambda: answers.mentor_leaves(round_.pk, gone.pk, by=staff, reason="1")]
    )

    assert not live(round_).filter(mentor=gone).exists()
    assert all(not isinstance(outcome, Refused) or isinstance(outcome, runs.Stale) for outcome in outcomes)


def test_a_mentor_declines_while_a_repair_is_published(staff):
    round_, _rows, _people = make_full_round(2, 2, capacity=1)
    first = runs.run(round_.pk, by=staff)
    runs.publish(first.pk, by=staff, digest=first.digest)
    pairing = Pairing.objects.live().first()
    run = runs.run(round_.pk, by=staff, kind="full")

    at_once([publishing(run, staff), lambda: answers.decline(pairing.pk, by=pairing.mentor.user, reason="1")])

    assert Exclusion.objects.live().filter(kind="declined").count() == 1
    assert not live(round_).filter(pk=pairing.pk).exists()


def test_undoing_and_repairing_at_once(staff):
    round_, _rows, _people = make_full_round(2, 2)
    first = runs.run(round_.pk, by=staff)
    runs.publish(first.pk, by=staff, digest=first.digest)
    make.make_enrolment(round_.cohort)
    second = runs.run(round_.pk, by=staff)

    outcomes = at_once([publishing(second, staff), lambda: runs.undo(first.pk, by=staff)])

    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    assert live(round_).count() in (0, 3)


def test_two_undo_the_same(staff):
    round_, _rows, _people = make_full_round(2, 2)
    run = runs.run(round_.pk, by=staff)
    runs.publish(run.pk, by=staff, digest=run.digest)
    outcomes = at_once([lambda: runs.undo(run.pk, by=staff)] * 2)
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    assert live(round_).count() == 0


def test_two_lock_the_last_place(staff):
    round_, (row,), people = make_full_round(2, 1, capacity=1)
    outcomes = at_once([lambda p=p: runs.lock(round_.pk, p.enrolment.pk, row.mentor.pk, by=staff) for p in people])
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    assert round_.locks.count() == 1
