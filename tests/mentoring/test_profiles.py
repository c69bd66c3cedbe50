"""A mentor's own profile: typed, confirmed with pledge and code of conduct, and what others read of it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts import operations as accounts
from accounts.models import ConsentRecord, Term, TermVersion
from mentoring import rounds
from mentoring.models.mentors import MentorProfile
from mentoring.operations.profiles import confirm_profile
from mentoring.public_profiles import public_profile
from portal import clock
from portal.errors import Refused
from portal.models import AuditEvent
from tests import make

pytestmark = pytest.mark.django_db

TYPED = {
    "focus_ko": "시리즈 구조",
    "focus_en": "Series structure",
    "discipline": "writing",
    "second_disciplines": ["directing", "writing"],
    "skills": ["room", "pilot"],
    "languages": ["ko", "en"],
    "capacity": "3",
    "capacity_overall": "",
    "monthly_limit": "12",
    "is_paused": "",
    "consent_mentor-pledge": "on",
    "consent_mentor-conduct": "on",
}


def address(language="en"):
    with override(language):
        return reverse("mentor-profile")


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def mentor():
    return make.make_mentor()


def test_saving_confirms_it_with_both_texts(mentor):
    response = client_of(mentor.user).post(address(), TYPED)

    assert response.status_code == 302
    mentor.refresh_from_db()
    assert (mentor.focus_en, mentor.discipline, mentor.capacity) == ("Series structure", "writing", 3)
    assert (mentor.second_disciplines, mentor.skills) == (["directing"], ["pilot", "room"])
    assert (mentor.capacity_overall, mentor.monthly_limit, mentor.is_paused) == (None, 12, False)
    assert None not in (mentor.pledged_at, mentor.conduct_at, mentor.confirmed_at)
    agreed = ConsentRecord.objects.filter(user=mentor.user, given=True)
    assert {record.version.term.slug for record in agreed} == {"mentor-pledge", "mentor-conduct"}
    assert rounds.is_ready(mentor)
    assert AuditEvent.objects.filter(verb="mentorprofile.confirmed").count() == 1


def test_the_same_again_is_the_same_as_once(mentor):
    client = client_of(mentor.user)
    for _time in range(2):
        client.post(address(), TYPED)

    assert ConsentRecord.objects.filter(user=mentor.user).count() == 2
    assert AuditEvent.objects.filter(target_type="mentoring.mentorprofile").count() == 1


@pytest.mark.parametrize("missing", ["consent_mentor-pledge", "consent_mentor-conduct"])
def test_without_one_of_the_texts_nothing_is_kept_and_nothing_typed_is_lost(mentor, missing):
    response = client_of(mentor.user).post(
        address(), {key: value for key, value in TYPED.items() if key != missing}
    )

    assert response.status_code == 200
    assert "You cannot be a mentor without this." in response.text
    assert 'value="Series structure"' in response.text
    mentor.refresh_from_db()
    assert mentor.confirmed_at is None
    assert not ConsentRecord.objects.exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"skills": []}, "Choose at least one skill."),
        ({"skills": ["alchemy"]}, "alchemy"),
        ({"languages": []}, "Choose at least one language."),
        ({"discipline": ""}, "Choose a discipline."),
        ({"capacity": "0"}, "Write a whole number from 1 to 50."),
        ({"capacity": "x"}, "Write a whole number from 1 to 50."),
        ({"monthly_limit": "201"}, "Write a whole number from 1 to 200."),
        ({"focus_ko": "가" * 161}, "160"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(mentor, more, words):
    response = client_of(mentor.user).post(address(), TYPED | more)

    assert response.status_code == 200
    assert words in response.text
    mentor.refresh_from_db()
    assert mentor.confirmed_at is None


def test_fields_that_are_not_there_cannot_be_set(mentor):
    other = make.make_user()
    client_of(mentor.user).post(address(), TYPED | {"user": str(other.pk), "pledged_at": "2000-01-01"})

    mentor.refresh_from_db()
    assert mentor.user_id != other.pk
    assert mentor.pledged_at > clock.now() - timedelta(minutes=1)


def test_a_new_version_of_a_text_asks_again(mentor):
    client = client_of(mentor.user)
    client.post(address(), TYPED)
    term = Term.objects.get(slug="mentor-pledge")
    TermVersion.objects.create(term=term, number=2, title_ko="가", title_en="A", in_force_at=clock.now())

    assert not rounds.is_ready(MentorProfile.objects.get())
    page = client.get(address())
    assert 'name="consent_mentor-pledge"' in page.text
    assert 'name="consent_mentor-conduct"' not in page.text
    assert client.post(address(), TYPED).status_code == 302
    assert rounds.is_ready(MentorProfile.objects.get())


def test_who_takes_the_pledge_back_is_no_longer_confirmed(mentor):
    client_of(mentor.user).post(address(), TYPED)
    accounts.withdraw_consent(mentor.user.pk, Term.objects.get(slug="mentor-pledge").pk, by=mentor.user)

    mentor.refresh_from_db()
    assert (mentor.pledged_at, mentor.confirmed_at) == (None, None)
    assert mentor.conduct_at is not None


def test_nobody_writes_the_profile_of_another(mentor):
    values = {name: getattr(mentor, name) for name in ("focus_ko", "focus_en", "capacity", "is_paused")}
    lists = {"discipline": "writing", "second_disciplines": [], "skills": ["pilot"], "languages": ["ko"]}
    limits = {"capacity_overall": None, "monthly_limit": None}
    for person in (make.make_mentor().user, make.make_admin()):
        with pytest.raises(Refused):
            confirm_profile(mentor.pk, by=person, consents={}, **values, **lists, **limits)
    with pytest.raises(Refused):
        confirm_profile(mentor.pk, by=mentor.user, consents={}, **values, **lists, **limits)
    with pytest.raises(Refused):
        confirm_profile(mentor.pk, by=mentor.user, consents={}, **values, **lists | {"skills": ["no"]}, **limits)


def test_the_page_is_the_mentors_alone(mentor):
    assert client_of(mentor.user).get(address("ko")).status_code == 200
    assert client_of(make.make_user()).get(address()).status_code == 404
    assert client_of(make.make_enrolment().person).get(address()).status_code == 404


def test_others_read_name_focus_disciplines_skills_and_languages_and_nothing_else(mentor):
    client_of(mentor.user).post(address(), TYPED)
    mentor.refresh_from_db()
    with override("en"):
        shown = public_profile(mentor)

    assert shown == {
        "name": mentor.name,
        "name_lang": mentor.name_language,
        "focus": "Series structure",
        "focus_lang": "en",
        "facts": [
            {"term": "Disciplines", "value": "Writing · Directing"},
            {"term": "Helps with", "value": "Pilot and series structure · Running a writers' room"},
            {"term": "Languages", "value": "Korean · English"},
        ],
    }
