"""What mentoring holds about a person: handed out, counted against closing an account, taken away with it."""

import pytest

from accounts import privacy as people
from mentoring import privacy
from mentoring.models.mentors import MentorProfile
from mentoring.operations.people import erase_person
from portal import clock
from tests.make import make_evaluation, make_goal, make_mentor, make_pairing, make_user

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
    assert privacy.export(make_user()) == {
        "as_mentee": [],
        "as_mentor": [],
        "mentor_profile": [],
        "camp_absences": [],
    }


def test_a_mentor_gets_what_they_wrote_and_cannot_leave_their_mentees():
    pairing = make_pairing()
    evaluation = make_evaluation(pairing)
    mentor = pairing.mentor.user
    assert privacy.export(mentor)["as_mentor"][0]["strengths"] == evaluation.strengths
    assert len(privacy.export(mentor)["mentor_profile"]) == 1
    assert len(privacy.blocks(mentor)) == 1
    assert privacy.blocks(pairing.enrolment.person) == []


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


def test_a_mentor_who_goes_takes_no_more_mentees():
    mentor = make_mentor()
    erase_person(mentor.user)
    assert MentorProfile.objects.get(pk=mentor.pk).is_paused
