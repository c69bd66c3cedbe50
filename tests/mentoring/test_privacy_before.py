"""What is held about a person from before a pairing: handed out without a word of others, and let go of."""

from datetime import date

import pytest

from mentoring.models.availability import Week
from mentoring.models.rounds import DeclaredConflict, MenteeProfile, Wish
from mentoring.operations.people import erase_person
from mentoring.privacy import people as privacy
from tests import make

pytestmark = pytest.mark.django_db


def before_pairing():
    """A mentee with a week, wishes and a declared conflict, and the mentor who declined."""
    round_ = make.make_mentoring_round()
    mentor = make.make_round_mentor(round_, state="out", decline_reason="표식-사유").mentor
    profile = make.make_mentee_profile(round_, mentor, brief="표식-글")
    person = profile.enrolment.person
    make.make_week(person, (0, 540, 720), exceptions=[(date(2099, 1, 1), date(2099, 1, 2), None, None)])
    DeclaredConflict.objects.create(round=round_, by=person, mentor=mentor, words="표식-관계")
    other = make.make_mentee_profile(round_, brief="표식-다른-글")
    DeclaredConflict.objects.create(round=round_, by=mentor.user, words="표식-멘토의-말")
    return person, mentor, other


def test_an_export_holds_what_one_handed_in_and_nothing_of_others():
    person, mentor, other = before_pairing()
    found = str(privacy.export(person)["before_pairing"])

    for part in ("표식-글", "표식-관계", "09:00–12:00", "2099-01-01", mentor.name):
        assert part in found
    for secret in ("표식-다른-글", "표식-멘토의-말", "표식-사유", other.enrolment.person.full_name):
        assert secret not in found
    found = str(privacy.export(mentor.user)["before_pairing"])
    assert "표식-사유" in found
    assert "표식-멘토의-말" in found
    for secret in ("표식-글", "표식-관계", person.full_name):
        assert secret not in found


def test_what_one_handed_in_goes_with_the_account():
    person, mentor, other = before_pairing()
    for user in (person, mentor.user):
        erase_person(user)

    assert not Week.objects.filter(person=person).exists()
    assert not Wish.objects.exists()
    assert set(DeclaredConflict.objects.values_list("words", flat=True)) == {"–"}
    assert MenteeProfile.objects.get(enrolment__person=person).brief == ""
    other.refresh_from_db()
    assert other.brief == "표식-다른-글"
