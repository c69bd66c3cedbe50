"""Running, fixing beforehand, publishing, undoing, repairing: what comes of it, who may, and every refusal."""

from datetime import timedelta

import pytest

from mentoring import run_reading
from mentoring.models.pairs import Pairing
from mentoring.operations import runs
from portal.errors import Refused
from portal.models import AuditEvent, OutgoingMail
from tests import make
from tests.mentoring.rounds import make_full_round, names

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return make.make_admin()


def refusal(operation, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        operation(*args, **kwargs)
    return str(refused.value)


def published(round_, staff, **more):
    run = runs.run(round_.pk, by=staff, **more)
    return runs.publish(run.pk, by=staff, digest=run.digest)


def live(round_):
    rows = Pairing.objects.live().filter(enrolment__cohort=round_.cohort)
    return {row.enrolment.code: row.mentor_id for row in rows.select_related("enrolment")}


def test_a_run_freezes_its_question_and_its_answer(staff):
    round_, rows, people = make_full_round()
    run = runs.run(round_.pk, by=staff)
    assert (run.number, run.kind, run.mode, run.matched, run.changed) == (1, "new", "optimal", 3, 0)
    assert run.published_at is None
    assert run_reading.problem_of(run).as_json() == run.problem
    assert set(run_reading.pairs_of(run)) == {person.enrolment.code for person in people}
    assert runs.run(round_.pk, by=staff).number == 2
    assert not Pairing.objects.exists()
    assert AuditEvent.objects.filter(verb="pairing.run").count() == 2


def test_publishing_begins_the_pairs(staff):
    round_, rows, people = make_full_round()
    run = published(round_, staff)
    pairs = list(Pairing.objects.live().select_related("enrolment"))
    assert {row.enrolment.code: names(make.RoundMentor(mentor_id=row.mentor_id))[0] for row in pairs} == (
        run_reading.pairs_of(run)
    )
    for pair in pairs:
        assert pair.run == run
        assert pair.choice in (1, 2)
        assert pair.answer_until == run.published_at + timedelta(hours=72)
        assert pair.why["skills"] == ["pilot"]
    assert run.undo_until == run.published_at + timedelta(minutes=30)
    mails = OutgoingMail.objects.all()
    assert sorted(mails.values_list("reason", flat=True)) == ["paired_mentee"] * 3 + ["paired_mentor"] * 3
    assert {row.send_after >= run.undo_until - timedelta(seconds=5) for row in mails} == {True}
