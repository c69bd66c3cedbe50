"""A mentor's answer on the page: asked on top, given by POST, checked at the field; why two were paired."""

from datetime import timedelta

import pytest
from django.urls import reverse

from mentoring.models.pairs import EndKind, Pairing
from mentoring.models.rounds import Exclusion, ExclusionKind
from mentoring.operations import answers
from portal import clock
from tests.make import make_enrolment, make_goal, make_mentoring_round, make_pairing
from tests.mentoring.test_views import client_of

pytestmark = pytest.mark.django_db
WHY = {
    "choice": 2,
    "wishes": 3,
    "discipline": "writing",
    "is_main": True,
    "skills": ["pilot"],
    "languages": ["ko"],
    "times": [],
    "chosen": False,
}


@pytest.fixture
def pairing():
    round_ = make_mentoring_round()
    enrolment = make_enrolment(round_.cohort, status="active")
    return make_pairing(enrolment=enrolment, answer_until=clock.now() + timedelta(days=3), why=WHY)


def page(user, pairing):
    return client_of(user).get(pairing.get_absolute_url()).content.decode()


def test_the_mentor_is_asked_first_and_the_mentee_is_not(pairing):
    desk = client_of(pairing.mentor.user).get(reverse("mentoring")).content.decode()
    assert f"{pairing.get_absolute_url()}#answer" in desk
    assert reverse("pairing-accept", args=[pairing.code]) in page(pairing.mentor.user, pairing)
    own = page(pairing.enrolment.person, pairing)
    assert reverse("pairing-accept", args=[pairing.code]) not in own
    assert "멘토의 답변을 기다리고 있습니다." in own


@pytest.mark.parametrize("name", ["pairing-accept", "pairing-decline"])
def test_a_link_answers_nothing_and_nobody_else_answers(pairing, name):
    address = reverse(name, args=[pairing.code])
    assert client_of(pairing.mentor.user).get(address).status_code == 405
    assert client_of(pairing.enrolment.person).post(address).status_code == 404
    pairing.refresh_from_db()
    assert pairing.is_live
    assert pairing.accepted_at is None


def test_accepting_twice_is_the_same_as_once(pairing):
    client, address = client_of(pairing.mentor.user), reverse("pairing-accept", args=[pairing.code])
    assert client.post(address).status_code == 302
    first = Pairing.objects.get(pk=pairing.pk).accepted_at
    client.post(address)
    assert first is not None
    assert Pairing.objects.get(pk=pairing.pk).accepted_at == first
    assert address not in page(pairing.mentor.user, pairing)


def test_declining_asks_for_a_reason_and_keeps_what_was_typed(pairing):
    client, address = client_of(pairing.mentor.user), reverse("pairing-decline", args=[pairing.code])
    answer = client.post(address, {"decline-words": "다음 기수에는 가능합니다"}).content.decode()
    assert "사유를 골라 주세요." in answer
    assert "다음 기수에는 가능합니다" in answer
    answer = client.post(address, {"decline-reason": "other"}).content.decode()
    assert "어떤 사유인지 짧게 써 주세요." in answer
    assert Pairing.objects.get(pk=pairing.pk).is_live


def test_a_decline_ends_the_pair_and_tells_the_mentee_no_reason(pairing):
    client, address = client_of(pairing.mentor.user), reverse("pairing-decline", args=[pairing.code])
    answer = client.post(address, {"decline-reason": "field", "decline-words": "비밀 사유"})
    assert answer.status_code == 302
    pairing.refresh_from_db()
    assert pairing.end_kind == EndKind.DECLINED
    assert "비밀 사유" in Exclusion.objects.get(kind=ExclusionKind.DECLINED).reason
    mentee = client_of(pairing.enrolment.person)
    for address in (reverse("mentoring"), pairing.get_absolute_url(), reverse("my")):
        assert "비밀 사유" not in mentee.get(address).content.decode()


def test_each_side_reads_why_and_nothing_of_the_other(pairing):
    mentee, mentor = page(pairing.enrolment.person, pairing), page(pairing.mentor.user, pairing)
    assert 'id="why"' in mentee
    assert 'id="why"' in mentor
    assert "2순위" in mentee.split('id="why"')[1].split("</section>")[0]
    assert "순위" not in mentor.split('id="why"')[1].split("</section>")[0]


def test_before_the_answer_nothing_is_written_and_afterwards_all_is(pairing):
    """A mentor who has not accepted reads the application and writes nothing, by no form and by no address."""
    addresses = [
        reverse(name, args=[pairing.code]) for name in ("evaluation-save", "goal-add", "note-add", "action-add")
    ]
    for person in (pairing.mentor.user, pairing.enrolment.person):
        shown = page(person, pairing)
        assert not any(f'action="{address}"' in shown for address in addresses)
        for address in addresses:
            assert client_of(person).post(address, {"text": "먼저"}).status_code == 404
    answers.accept(pairing.pk, by=pairing.mentor.user)
    shown = page(pairing.mentor.user, pairing)
    assert all(f'action="{address}"' in shown for address in addresses)


@pytest.mark.parametrize(
    ("left", "anchor"),
    [(timedelta(days=7, seconds=1), "meetings"), (timedelta(days=7), "evaluation"), (timedelta(0), "evaluation")],
)
def test_after_accepting_meetings_come_first_and_the_evaluation_in_the_last_week(pairing, settings, left, anchor):
    answers.accept(pairing.pk, by=pairing.mentor.user)
    make_goal(pairing)
    settings.DEMO_NOW = now = clock.now()
    cohort = pairing.enrolment.cohort
    cohort.ends_at = now + left
    cohort.save()
    client = client_of(pairing.mentor.user)
    assert client.get(pairing.get_absolute_url()).context["panel"]["actions"][0]["url"] == f"#{anchor}"
    desk = client.get(reverse("mentoring")).context
    assert desk["panel"]["actions"][0]["url"].endswith(f"#{anchor}")
    assert desk["mentees"][0]["next_url"].endswith(f"#{anchor}")
