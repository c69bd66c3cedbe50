"""Two people, or one with two windows, at the papers of a pair in the same moment (PostgreSQL)."""

from functools import partial

import pytest

from mentoring.models.actions import MOST_OPEN, Action
from mentoring.models.notes import NoteDraft, PrivateNote, SharedNote, SharedWording
from mentoring.models.pairs import MOST_MILESTONES
from mentoring.operations.actions import add_action, remove_action, tick_action
from mentoring.operations.goals import add_milestone, remove_milestone
from mentoring.operations.notes import change_note, remove_note, save_draft, write_note
from mentoring.operations.pairs import end_pairing
from portal.errors import Refused
from portal.models import AuditEvent
from tests import make
from tests.races import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pairing():
    cohort = make.make_cohort(make.make_program(has_mentoring=True), phase="running")
    return make.make_pairing(enrolment=make.make_enrolment(cohort, status="active"))


@pytest.fixture
def mentor(pairing):
    return pairing.mentor.user


def refusals(outcomes):
    return sum(isinstance(outcome, Refused) for outcome in outcomes)


def test_a_note_sent_by_several_clicks_is_one(pairing, mentor):
    save_draft(pairing.pk, by=mentor, text="글")
    assert refusals(at_once([partial(write_note, pairing.pk, "shared", "글", by=mentor)] * 4)) == 0
    assert SharedNote.objects.count() == AuditEvent.objects.filter(verb="note.written").count() == 1
    assert not NoteDraft.objects.exists()


def test_drafts_saved_at_once_are_one(pairing, mentor):
    deeds = [partial(save_draft, pairing.pk, by=mentor, text=f"글 {number}") for number in range(5)]
    assert refusals(at_once(deeds)) == 0
    assert NoteDraft.objects.count() == 1


def test_a_note_reworded_in_two_windows_loses_no_wording(pairing, mentor):
    note = make.make_note("shared", pairing, text="처음")
    at_once([partial(change_note, note, text, by=mentor) for text in ("하나", "둘")])
    note.refresh_from_db()
    assert {note.text, *SharedWording.objects.values_list("text", flat=True)} == {"처음", "하나", "둘"}


def test_nothing_is_written_after_the_end_however_close(pairing, mentor):
    manager = make.make_manager(pairing.enrolment.cohort)
    at_once(
        [partial(end_pairing, pairing.pk, by=manager, reason="끝")]
        + [partial(write_note, pairing.pk, "shared", f"글 {number}", by=mentor) for number in range(4)]
    )
    pairing.refresh_from_db()
    assert not SharedNote.objects.filter(written_at__gt=pairing.ended_at).exists()
    assert refusals([at_once([partial(write_note, pairing.pk, "shared", "더", by=mentor)])[0]]) == 1


def test_the_most_open_actions_and_milestones_hold(pairing, mentor):
    for number in range(MOST_OPEN - 1):
        make.make_action(pairing, f"일 {number}")
    deeds = [partial(add_action, pairing.pk, f"또 {number}", by=mentor, owner="mentor") for number in range(4)]
    assert refusals(at_once(deeds)) == 3
    assert Action.objects.count() == MOST_OPEN
    goal = make.make_goal(pairing)
    for number in range(MOST_MILESTONES - 1):
        make.make_goal_milestone(goal, f"단계 {number}")
    assert refusals(at_once([partial(add_milestone, goal.pk, f"또 {n}", by=mentor) for n in range(3)])) == 2


def test_what_the_other_has_just_deleted_is_said_to_be_so(pairing, mentor):
    action, mentee = make.make_action(pairing), pairing.enrolment.person
    outcomes = at_once(
        [partial(remove_action, action.pk, by=who) for who in (mentor, mentee)]
        + [partial(tick_action, action.pk, by=mentor, done=False)]
    )
    assert 1 <= refusals(outcomes) <= 2
    assert not Action.objects.exists()
    milestone = make.make_goal_milestone(make.make_goal(pairing))
    assert refusals(at_once([partial(remove_milestone, milestone.pk, by=who) for who in (mentor, mentee)])) == 1
    note = make.make_note("private", pairing)
    assert refusals(at_once([partial(remove_note, note, by=mentor)] * 2)) == 1
    assert not PrivateNote.objects.exists()
