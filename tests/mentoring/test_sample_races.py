"""Several windows at a work sample in the same moment (PostgreSQL)."""

from functools import partial

import pytest

from mentoring.models.samples import MOST_SAMPLES, WorkSample
from mentoring.operations import samples
from mentoring.operations.pairs import end_pairing
from portal import clock
from portal.errors import Refused
from portal.models import AuditEvent
from tests import make
from tests.races import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
LINK = "https://files.example.com/script"


@pytest.fixture
def pairing():
    cohort = make.make_cohort(make.make_program(has_mentoring=True), phase="running")
    return make.make_pairing(enrolment=make.make_enrolment(cohort, status="active"))


def refusals(outcomes):
    return sum(isinstance(outcome, Refused) for outcome in outcomes)


def test_versions_sent_at_once_have_each_their_number(pairing):
    sample = make.make_sample(pairing)
    add = partial(samples.add_version, sample.pk, by=sample.owner, link=LINK)
    assert refusals(at_once([add] * 4)) == 0
    assert sorted(sample.versions.values_list("number", flat=True)) == [1, 2, 3, 4, 5]


def test_no_more_samples_than_a_pair_may_have(pairing):
    for _number in range(MOST_SAMPLES - 1):
        make.make_sample(pairing)
    assert refusals(at_once([partial(make.make_sample, pairing)] * 4)) == 3
    assert WorkSample.objects.count() == MOST_SAMPLES


def test_a_sample_that_is_changed_and_withdrawn_at_once_is_withdrawn(pairing):
    sample = make.make_sample(pairing)
    given = {"readable_until": clock.today(), "with_other": True, "with_staff": True}
    change = partial(samples.change, sample.pk, "다른 제목", by=sample.owner, **given)
    at_once([change, partial(samples.withdraw, sample.pk, by=sample.owner)] * 2)
    assert not WorkSample.objects.shared_with(pairing.mentor.user).exists()
    assert AuditEvent.objects.filter(verb="sample.withdrawn").count() == 1


def test_nothing_is_handed_in_after_the_end_however_close(pairing):
    manager = make.make_manager(pairing.enrolment.cohort)
    deeds = [partial(end_pairing, pairing.pk, by=manager, reason="끝"), *[partial(make.make_sample, pairing)] * 3]
    at_once(deeds)
    pairing.refresh_from_db()
    assert not WorkSample.objects.filter(handed_in_at__gt=pairing.ended_at).exists()
