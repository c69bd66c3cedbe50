"""Evaluations by a form and feedback, written by several clicks or windows in the same moment (PostgreSQL)."""

from functools import partial

import pytest

from mentoring.models.feedback import MeetingFeedback
from mentoring.models.form_evaluations import FormEvaluation
from mentoring.operations import form_evaluations as operations
from mentoring.operations.feedback import give
from mentoring.operations.pairs import end_pairing
from portal import clock
from portal.errors import Refused
from portal.models import AuditEvent, OutgoingMail
from tests import make
from tests.races import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WHOLE = {"helped": "하나", "focus": "둘", "mentor_closer": "4", "mentor_applies": "5"}


@pytest.fixture
def pairing():
    cohort = make.make_cohort(make.make_program(has_mentoring=True), phase="running")
    make.make_mentoring_round(cohort, mid_form=operations.standard_form(), mid_due=clock.now().date())
    return make.make_pairing(enrolment=make.make_enrolment(cohort, status="active"))


def refusals(outcomes):
    return sum(isinstance(outcome, Refused) for outcome in outcomes)


def test_two_windows_begin_one_draft_and_neither_overwrites_the_other(pairing):
    mentor = pairing.mentor.user
    texts = [{"helped": f"글 {number}"} for number in range(4)]
    deeds = [partial(operations.save, pairing.pk, "mid", by=mentor, typed=typed, base=0) for typed in texts]
    assert refusals(at_once(deeds)) == 3  # the first is kept, the others are told that it is there
    assert FormEvaluation.objects.get().draft in texts


def test_it_is_handed_in_and_shared_once(pairing):
    mentor = pairing.mentor.user
    operations.save(pairing.pk, "mid", by=mentor, typed=WHOLE)
    assert refusals(at_once([partial(operations.submit, pairing.pk, "mid", by=mentor)] * 4)) == 0
    found = FormEvaluation.objects.get()
    assert refusals(at_once([partial(operations.share, found.pk, by=mentor)] * 4)) == 0
    for verb in ("submitted", "shared"):
        assert AuditEvent.objects.filter(verb=f"formevaluation.{verb}").count() == 1
    assert OutgoingMail.objects.filter(reason="form_shared").count() == 1


def test_nothing_is_handed_in_after_the_end_however_close(pairing):
    mentor, manager = pairing.mentor.user, make.make_manager(pairing.enrolment.cohort)
    end = partial(end_pairing, pairing.pk, by=manager, reason="끝")
    at_once([end] + [partial(operations.submit, pairing.pk, "mid", by=mentor, typed=WHOLE)] * 3)
    pairing.refresh_from_db()
    found = FormEvaluation.objects.filter(submitted_at__isnull=False).first()
    assert found is None or found.submitted_at <= pairing.ended_at


def test_feedback_of_several_clicks_is_one(pairing):
    meeting = make.make_held_meeting(pairing)
    deeds = [partial(give, meeting.pk, by=pairing.mentor.user, useful=number) for number in (5, 5, 1, 1)]
    assert refusals(at_once(deeds)) == 2
    assert MeetingFeedback.objects.count() == 1
