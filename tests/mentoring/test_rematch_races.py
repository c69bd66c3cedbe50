"""Requests for another pair at the same moment: one is made, one decision holds (PostgreSQL)."""

import pytest

from mentoring.models.pairs import Pairing
from mentoring.models.rematches import RematchRequest
from mentoring.models.rounds import Exclusion
from mentoring.operations import pairs, rematches
from portal.errors import Refused
from portal.models import OutgoingMail
from tests import make
from tests.races import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pairing():
    round_ = make.make_mentoring_round()
    return make.make_pairing(enrolment=make.make_enrolment(round_.cohort, status="active"))


def test_asking_twice_at_once_is_asking_once(pairing):
    person = pairing.enrolment.person
    at_once([lambda: rematches.ask(pairing.pk, by=person, cause="schedule") for _ in range(2)])
    assert RematchRequest.objects.count() == 1


def test_granted_and_refused_at_once_is_one_of_the_two(pairing):
    asked = make.make_rematch(pairing)
    first, second = make.make_admin(), make.make_admin()
    outcomes = at_once(
        [
            lambda: rematches.grant(asked.pk, by=first, reason="1"),
            lambda: rematches.refuse(asked.pk, by=second, reason="1", answer="2"),
        ]
    )
    assert sorted(isinstance(outcome, Refused) for outcome in outcomes) == [False, True]
    asked.refresh_from_db()
    granted = asked.status == "granted"
    assert Pairing.objects.live().exists() is not granted
    assert Exclusion.objects.exists() is granted
    assert OutgoingMail.objects.filter(event="rematch_refused").exists() is not granted


def test_granted_while_the_pair_is_ended_leaves_one_end(pairing):
    asked = make.make_rematch(pairing)
    staff, other = make.make_admin(), make.make_admin()
    at_once(
        [
            lambda: rematches.grant(asked.pk, by=staff, reason="1"),
            lambda: pairs.end_pairing(pairing.pk, by=other, reason="1"),
        ]
    )
    asked.refresh_from_db()
    assert asked.status in ("granted", "lapsed")
    assert not Pairing.objects.live().exists()
