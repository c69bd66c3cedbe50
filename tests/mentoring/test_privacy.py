"""What mentoring holds about a person: handed out, counted against closing an account, taken away with it."""

from datetime import timedelta

import pytest

from accounts import privacy as people
from mentoring.models.mentors import MentorProfile
from mentoring.operations.people import erase_person
from mentoring.privacy import people as privacy
from portal import clock
from tests.make import (
    make_action,
    make_evaluation,
    make_goal,
    make_goal_milestone,
    make_meeting,
    make_mentor,
    make_note,
    make_pairing,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_a_mentee_gets_goals_and_what_was_shared():
    pairing = make_pairing()
    make_goal(pairing, text="1회 도입부")
    evaluation = make_evaluation(pairing, status="submitted")
    person = pairing.enrolment.person
    [pair] = privacy.export(person)["as_mentee"]
    assert (pair["goals"], pair["strengths"]) == (["1회 도입부"], "")
    evaluation.shared_at = clock.now()
    evaluation.save()
    [pair] = people.export(person)["mentoring"]["as_mentee"]
    assert pair["strengths"] == evaluation.strengths
    found = privacy.export(make_user())
    assert not any(found.pop("before_pairing").values())
    assert not any(found.values())


def test_a_mentor_gets_what_they_wrote_and_cannot_leave_their_mentees():
    pairing = make_pairing()
    evaluation = make_evaluation(pairing)
    mentor = pairing.mentor.user
    assert privacy.export(mentor)["as_mentor"][0]["strengths"] == evaluation.strengths
    assert len(privacy.export(mentor)["mentor_profile"]) == 1
    assert len(privacy.blocks(mentor)) == 1
    assert privacy.blocks(pairing.enrolment.person) == []


@pytest.mark.parametrize(
    ("kind", "days", "is_read"), [("staff", 29, True), ("staff", 31, False), ("for_cause", 1, False)]
)
def test_a_mentor_takes_along_what_the_mentee_wrote_for_as_long_as_they_may_read_it(kind, days, is_read):
    now = clock.now()
    ended = {"paired_at": now - timedelta(days=60), "ended_at": now - timedelta(days=days)}
    pairing = make_pairing(**ended, end_reason="끝", end_kind=kind)
    make_goal(pairing, text="1회 도입부")
    make_note("shared", pairing, by=pairing.enrolment.person, text="멘티의 글")
    make_note("shared", pairing, text="멘토의 글")
    make_meeting(pairing, starts_at=now - timedelta(days=40), subject="초고")
    [pair] = privacy.export(pairing.mentor.user)["as_mentor"]
    assert pair["goals"] == (["1회 도입부"] if is_read else [])
    assert {note["text"] for note in pair["shared_notes"]} == {"멘토의 글"} | ({"멘티의 글"} if is_read else set())
    assert pair["meetings"][0]["subject"] == ("초고" if is_read else "")


@pytest.mark.parametrize("status", ["draft", "submitted"])
def test_what_was_written_about_a_mentee_goes_with_them(status):
    pairing, other = make_pairing(), make_pairing()
    for one in (pairing, other):
        make_goal(one, text="1회 도입부")
        make_evaluation(one, status=status)
    erase_person(pairing.enrolment.person)
    pairing.evaluation.refresh_from_db()
    other.evaluation.refresh_from_db()
    assert {goal.text for goal in pairing.goals.all()} == {"–"}
    assert pairing.evaluation.strengths in ("", "–")
    assert other.goals.get().text == "1회 도입부"
    assert other.evaluation.strengths not in ("", "–")


def test_actions_and_milestones_are_handed_out_and_go_with_the_mentee():
    pairing = make_pairing()
    make_goal_milestone(make_goal(pairing, state="dropped", state_word="미룸"), "도입부 초고")
    make_action(pairing, "초고 보내기")
    person = pairing.enrolment.person
    [pair] = privacy.export(person)["as_mentee"]
    assert [row["text"] for row in (*pair["milestones"], *pair["actions"])] == ["도입부 초고", "초고 보내기"]
    assert "notes_for_staff" not in pair
    erase_person(person)
    [pair] = privacy.export(person)["as_mentee"]
    assert (pair["milestones"], [row["text"] for row in pair["actions"]]) == ([], ["–"])
    assert pairing.goals.get().state_word == "–"


def test_a_mentor_who_goes_takes_no_more_mentees():
    mentor = make_mentor()
    erase_person(mentor.user)
    assert MentorProfile.objects.get(pk=mentor.pk).is_paused
