"""A round before its pairing: what mentees hand in, what mentors answer, until when; nobody sees the others."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from accounts import operations as accounts
from mentoring import rounds
from mentoring.forms.wishes import moved
from mentoring.models.rounds import DeclaredConflict, Exclusion, MenteeProfile, MentorWish, RoundMentor, Wish
from mentoring.operations import declared, wishes
from portal import clock
from portal.errors import Refused
from portal.models import AuditEvent
from programs.operations.drafts import Stale
from programs.views.writing import opened_stamp
from tests import make
from tests.races import at_once

pytestmark = pytest.mark.django_db

PARTS = [(day, 9 * 60, 12 * 60) for day in range(7)] + [(0, 13 * 60, 18 * 60)]
TEXTS = {"discipline": "writing", "skills": ["pilot"], "languages": ["ko"], "brief": "1회를 다듬고 싶습니다."}
NOW = {"base": 0}


def address(name, round_, language="en"):
    with override(language):
        return reverse(name, args=[round_.code])


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def round_():
    return make.make_mentoring_round()


@pytest.fixture
def mentors(round_):
    return [make.make_round_mentor(round_).mentor for _number in range(4)]


def make_mentee(round_, **fields):
    person = make.make_enrolment(round_.cohort, status="active", **fields).person
    make.make_week(person, *PARTS)
    return person


@pytest.fixture
def mentee(round_):
    return make_mentee(round_)


def typed(mentors, count=3):
    return TEXTS | {"wishes": [str(mentor.pk) for mentor in mentors[:count]]}


def posted(mentors, count=3, **more):
    fields = TEXTS | {f"wishes_{place}": str(mentor.pk) for place, mentor in enumerate(mentors[:count])}
    return fields | {"revision": "0"} | more


def wished(person):
    return list(Wish.objects.filter(mentee__enrolment__person=person).values_list("mentor", flat=True))


# --- mentees ----------------------------------------------------------------------------------------------------


def test_a_draft_keeps_what_is_there(round_, mentors, mentee):
    profile = wishes.save_wishes(round_.pk, by=mentee, typed={"brief": "아직", "wishes": []}, **NOW)

    assert (profile.brief, profile.revision, profile.submitted_at) == ("아직", 1, None)
    assert not AuditEvent.objects.filter(verb__startswith="menteeprofile").exists()


def test_handing_in_is_once_and_changes_count_until_the_deadline(round_, mentors, mentee):
    profile = wishes.hand_in(round_.pk, by=mentee, typed=typed(mentors), **NOW)
    again = wishes.hand_in(round_.pk, by=mentee, typed=typed(mentors), base=profile.revision)

    assert again.submitted_at == profile.submitted_at
    assert wished(mentee) == [mentor.pk for mentor in mentors[:3]]
    assert AuditEvent.objects.filter(verb="menteeprofile.handed_in").count() == 1
    order = [mentors[3], mentors[0], mentors[1]]
    wishes.save_wishes(round_.pk, by=mentee, typed=typed(order), base=again.revision)
    assert wished(mentee) == [mentor.pk for mentor in order]
    assert AuditEvent.objects.filter(verb="menteeprofile.changed").get().after == "wishes"


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"discipline": ""}, "discipline"),
        ({"skills": []}, "skills"),
        ({"languages": []}, "languages"),
        ({"brief": ""}, "brief"),
        ({"brief": "가" * 601}, "brief"),
        ({"wishes": []}, "wishes"),
    ],
)
def test_what_is_handed_in_is_whole_and_stays_so(round_, mentors, mentee, more, key):
    with pytest.raises(wishes.Missing) as missing:
        wishes.hand_in(round_.pk, by=mentee, typed=typed(mentors) | more, **NOW)
    assert missing.value.keys == [key]
    profile = wishes.hand_in(round_.pk, by=mentee, typed=typed(mentors), **NOW)
    with pytest.raises(wishes.Missing):
        wishes.save_wishes(round_.pk, by=mentee, typed=more, base=profile.revision)
    assert wished(mentee) == [mentor.pk for mentor in mentors[:3]]


def test_two_wishes_are_too_few_unless_there_are_no_more_mentors(round_, mentors, mentee):
    with pytest.raises(wishes.Missing):
        wishes.hand_in(round_.pk, by=mentee, typed=typed(mentors, 2), **NOW)
    RoundMentor.objects.filter(mentor__in=mentors[2:]).update(state="out")
    wishes.hand_in(round_.pk, by=mentee, typed=typed(mentors, 2), **NOW)

    assert wished(mentee) == [mentor.pk for mentor in mentors[:2]]


def test_few_parts_of_the_week_are_not_handed_in_but_kept(round_, mentors, mentee):
    mentee.week.parts.filter(weekday=0).delete()
    response = client_of(mentee).post(
        address("mentoring-round-wishes", round_), posted(mentors, submit="1"), follow=True
    )

    assert "fewer than 8 of the 21 parts" in response.text
    profile = MenteeProfile.objects.get(enrolment__person=mentee)
    assert (profile.submitted_at, profile.discipline, len(wished(mentee))) == (None, "writing", 3)


@pytest.mark.parametrize(
    "more",
    [
        {"wishes": ["0"]},
        {"wishes": ["x"]},
        {"discipline": "alchemy"},
        {"submitted_at": "2000-01-01"},
        {"reopened_until": "2099-01-01"},
    ],
)
def test_what_no_form_of_ours_sends_is_refused(round_, mentors, mentee, more):
    with pytest.raises(Refused):
        wishes.save_wishes(round_.pk, by=mentee, typed=more, **NOW)


def test_nobody_wishes_for_whoever_has_declined_is_not_confirmed_or_is_themselves(round_, mentors, mentee):
    own = make.make_round_mentor(round_, make.make_mentor(user=mentee, confirmed_at=clock.now())).mentor
    unready = make.make_round_mentor(round_, make.make_mentor()).mentor
    RoundMentor.objects.filter(mentor=mentors[0]).update(state="out")
    for mentor in (own, unready, mentors[0]):
        with pytest.raises(Refused):
            wishes.save_wishes(round_.pk, by=mentee, typed={"wishes": [str(mentor.pk)]}, **NOW)


def test_the_same_mentor_twice_and_more_than_the_most_are_refused(round_, mentors, mentee):
    with pytest.raises(Refused):
        wishes.save_wishes(round_.pk, by=mentee, typed={"wishes": [str(mentors[0].pk)] * 2}, **NOW)


def test_two_windows_do_not_overwrite_each_other(round_, mentors, mentee):
    wishes.save_wishes(round_.pk, by=mentee, typed={"brief": "하나"}, **NOW)
    with pytest.raises(Stale) as stale:
        wishes.save_wishes(round_.pk, by=mentee, typed={"brief": "둘"}, **NOW)

    assert stale.value.keys == ["brief"]
    client = client_of(mentee)
    data = posted([], 0, brief="둘", discipline="", skills=[], languages=[])
    answer = client.post(address("mentoring-round-wishes", round_), data, headers={"X-Autosave": "1"})
    assert answer.status_code == 409
    assert answer.json()["values"] == {"brief": "하나"}
    page = client.post(address("mentoring-round-wishes", round_), data)
    assert "Nothing has been overwritten." in page.text
    assert "둘" in page.text


# --- the deadline -----------------------------------------------------------------------------------------------


def tries(round_, mentee, mentors, began_at=None):
    try:
        wishes.hand_in(round_.pk, by=mentee, typed=typed(mentors), began_at=began_at)
    except Refused:
        return False
    return True


@pytest.mark.parametrize(
    ("late", "begun", "counts"),
    [(-1, None, True), (0, None, False), (29, -60, True), (30, -60, False), (5, 0, False)],
)
def test_seconds_around_the_deadline(round_, mentors, mentee, settings, late, begun, counts):
    end = round_.wishes_until
    settings.DEMO_NOW = end + timedelta(seconds=late)
    began_at = end + timedelta(seconds=begun) if begun is not None else None

    assert tries(round_, mentee, mentors, began_at) is counts


def test_before_it_opens_nothing_is_taken(round_, mentors, mentee, settings):
    settings.DEMO_NOW = round_.opens_at - timedelta(seconds=1)
    assert not tries(round_, mentee, mentors)
    page = client_of(mentee).get(address("mentoring-round", round_))
    assert "You can write here from" in page.text


def test_a_page_opened_in_time_says_so_itself(round_, mentors, mentee, settings):
    settings.DEMO_NOW = round_.wishes_until - timedelta(seconds=5)
    opened = opened_stamp()
    settings.DEMO_NOW = round_.wishes_until + timedelta(seconds=5)
    client = client_of(mentee)
    late = client.post(address("mentoring-round-wishes", round_), posted(mentors, submit="1"))
    assert "The deadline has passed." in late.text
    assert "1회를 다듬고 싶습니다." in late.text
    client.post(address("mentoring-round-wishes", round_), posted(mentors, submit="1", opened=opened))
    assert MenteeProfile.objects.get(enrolment__person=mentee).submitted_at is not None


def test_whoever_was_opened_again_may_until_then(round_, mentors, mentee, settings):
    profile = make.make_mentee_profile(round_, enrolment=mentee.enrolments.get(), submitted_at=None)
    until = round_.wishes_until + timedelta(days=1)
    profile.reopened_until = until
    profile.save()
    settings.DEMO_NOW = until - timedelta(seconds=1)
    assert tries(round_, mentee, mentors)
    settings.DEMO_NOW = until
    assert not tries(round_, mentee, mentors)


# --- pages of mentees -------------------------------------------------------------------------------------------


def test_the_page_takes_it_and_shows_it_again(round_, mentors, mentee):
    client = client_of(mentee)
    assert client.get(address("mentoring-round", round_)).status_code == 200
    response = client.post(address("mentoring-round-wishes", round_), posted(mentors, submit="1"))

    assert response.status_code == 302
    page = client.get(address("mentoring-round", round_, "ko"))
    assert page.status_code == 200
    assert "1회를 다듬고 싶습니다." in page.text


def test_autosave_answers_with_the_new_revision(round_, mentors, mentee):
    client = client_of(mentee)
    answer = client.post(address("mentoring-round-wishes", round_), posted(mentors, 2), headers={"X-Autosave": "1"})

    assert answer.status_code == 200
    assert answer.json()["revision"] == 1
    wishes.hand_in(round_.pk, by=mentee, typed=typed(mentors), base=1)
    answer = client.post(
        address("mentoring-round-wishes", round_),
        posted(mentors, 1, revision="2"),
        headers={"X-Autosave": "1"},
    )
    assert answer.status_code == 400
    assert "What you handed in before counts." in answer.json()["error"]


def test_the_same_mentor_twice_is_said_at_the_field_and_the_rest_is_kept(round_, mentors, mentee):
    data = posted(mentors, submit="1", wishes_1=str(mentors[0].pk))
    response = client_of(mentee).post(address("mentoring-round-wishes", round_), data)

    assert "Choose each only once." in response.text
    assert MenteeProfile.objects.get(enrolment__person=mentee).brief == TEXTS["brief"]


def test_buttons_move_a_wish_without_a_script(round_, mentors, mentee):
    client = client_of(mentee)
    client.post(address("mentoring-round-wishes", round_), posted(mentors, move="0:down"))

    assert wished(mentee) == [mentors[1].pk, mentors[0].pk, mentors[2].pk]


@pytest.mark.parametrize("move", ["", "0:up", "9:down", "x:up", "0:sideways", "-1:down", "99999:up", "٣:up"])
def test_a_move_that_is_none_changes_nothing(move):
    assert moved(["a", "b", ""], move) == ["a", "b", ""]
    assert moved(["a", "b", ""], "2:up") == ["a", "", "b"]


def test_a_mentee_sees_no_other_mentee_and_no_round_of_others(round_, mentors, mentee):
    other = make_mentee(round_)
    mark = make.make_mentee_profile(round_, mentors[0], enrolment=other.enrolments.get(), brief="표식-다른-멘티")
    DeclaredConflict.objects.create(round=round_, by=other, mentor=mentors[1], words="표식-다른-충돌")
    client = client_of(mentee)
    for page in (address("mentoring-round", round_), reverse("mentoring"), reverse("week"), reverse("my")):
        text = client.get(page).text
        assert page == reverse("week") or f"/mentoring/rounds/{round_.code}/" in text
        for secret in ("표식-다른", mark.code, other.full_name, other.email):
            assert secret not in text
    elsewhere = make.make_mentoring_round()
    for name in ("mentoring-round", "mentoring-round-wishes", "mentoring-round-conflict"):
        assert client.get(address(name, elsewhere)).status_code in (404, 405)
        assert client.post(address(name, elsewhere), posted(mentors)).status_code in (404, 405)
    for name in ("mentoring-round-answer", "mentoring-round-briefs"):
        assert client.post(address(name, round_)).status_code == 404


def test_whoever_has_left_sees_it_no_more(round_, mentors):
    gone = make.make_enrolment(round_.cohort, status="dropped", ended_at=clock.now()).person
    assert client_of(gone).get(address("mentoring-round", round_)).status_code == 404
    with pytest.raises(Refused):
        wishes.save_wishes(round_.pk, by=gone, typed={"brief": "1"})


@pytest.mark.parametrize("count", [1, 4])
def test_the_desk_costs_the_same_for_many_rounds(mentee, count):
    mentor = make.make_mentor(user=mentee)
    for _number in range(count):
        make.make_round_mentor(make.make_mentoring_round(), mentor)
    client = client_of(mentee)
    client.get(reverse("mentoring"))
    with CaptureQueriesContext(connection) as queries:
        page = client.get(reverse("mentoring"))

    assert page.text.count("/mentoring/rounds/") == count + 1
    assert len(queries) == 17


@pytest.mark.parametrize("count", [2, 8])
def test_the_page_costs_the_same_for_many_mentors(round_, mentee, count):
    for _number in range(count):
        make.make_round_mentor(round_)
    client = client_of(mentee)
    client.get(address("mentoring-round", round_))
    with CaptureQueriesContext(connection) as queries:
        client.get(address("mentoring-round", round_))

    assert len(queries) <= 20


# --- mentors ----------------------------------------------------------------------------------------------------


@pytest.fixture
def invited(round_):
    mentor = make.make_mentor(
        discipline="writing", skills=["pilot"], languages=["ko"], confirmed_at=clock.now(), capacity=4
    )
    make.make_week(mentor.user, *PARTS)
    accounts.record_consents(mentor.user, {row["version"]: True for row in rounds.mentor_terms(mentor.user)})
    return make.make_round_mentor(round_, mentor, state="invited")


def test_a_mentor_takes_part_for_so_many_or_not_and_says_why(round_, invited):
    client = client_of(invited.mentor.user)
    page = address("mentoring-round", round_)
    assert client.get(page).status_code == 200
    client.post(address("mentoring-round-answer", round_), {"answer": "in", "capacity": "2"})
    invited.refresh_from_db()
    assert (invited.state, invited.capacity, invited.places) == ("in", 2, 2)
    response = client.post(address("mentoring-round-answer", round_), {"answer": "out", "reason": ""})
    assert "Give a reason." in response.text
    client.post(address("mentoring-round-answer", round_), {"answer": "out", "reason": "촬영이 있습니다."})
    invited.refresh_from_db()
    assert (invited.state, invited.decline_reason) == ("out", "촬영이 있습니다.")
    assert AuditEvent.objects.filter(verb="roundmentor.answered").count() == 2


def test_without_profile_pledge_or_time_nobody_takes_part(round_, invited):
    invited.mentor.user.week.parts.all().delete()
    with pytest.raises(Refused):
        wishes.answer_round(round_.pk, by=invited.mentor.user, takes_part=True)
    bare = make.make_round_mentor(round_, make.make_mentor(), state="invited")
    with pytest.raises(Refused):
        wishes.answer_round(round_.pk, by=bare.mentor.user, takes_part=True)
    wishes.answer_round(round_.pk, by=bare.mentor.user, takes_part=False, reason="1")


def test_seconds_around_the_mentors_deadline(round_, invited, settings):
    settings.DEMO_NOW = round_.mentors_until - timedelta(seconds=1)
    wishes.answer_round(round_.pk, by=invited.mentor.user, takes_part=True)
    settings.DEMO_NOW = round_.mentors_until
    with pytest.raises(Refused):
        wishes.answer_round(round_.pk, by=invited.mentor.user, takes_part=False, reason="1")
    assert client_of(invited.mentor.user).get(address("mentoring-round", round_)).status_code == 200


def test_briefs_are_read_without_anything_else_of_the_mentee(round_, invited):
    round_.mentors_rank = True
    round_.save()
    wishes.answer_round(round_.pk, by=invited.mentor.user, takes_part=True)
    person = make_mentee(round_)
    profile = make.make_mentee_profile(
        round_, invited.mentor, enrolment=person.enrolments.get(), brief="표식-글", skills=["budget"]
    )
    make.make_mentee_profile(round_, brief="표식-초안", submitted_at=None)
    text = client_of(invited.mentor.user).get(address("mentoring-round", round_)).text

    assert "표식-글" in text
    for secret in ("표식-초안", person.full_name, person.email, profile.enrolment.code, "Schedule and budget"):
        assert secret not in text


def test_briefs_are_ranked_and_taken_back(round_, invited):
    round_.mentors_rank = True
    round_.save()
    wishes.answer_round(round_.pk, by=invited.mentor.user, takes_part=True)
    first, second = make.make_mentee_profile(round_), make.make_mentee_profile(round_)
    client = client_of(invited.mentor.user)
    ranked = {"briefs_0": second.code, "briefs_1": first.code}
    assert client.post(address("mentoring-round-briefs", round_), ranked).status_code == 302
    assert list(MentorWish.objects.order_by("rank").values_list("mentee", flat=True)) == [second.pk, first.pk]
    twice = {"briefs_0": second.code, "briefs_1": second.code}
    assert "Choose each only once." in client.post(address("mentoring-round-briefs", round_), twice).text
    client.post(address("mentoring-round-briefs", round_), {"briefs_0": "", "briefs_1": ""})
    assert not MentorWish.objects.exists()


def test_briefs_cannot_be_ranked_where_the_round_has_it_not_or_it_is_over(round_, invited, settings):
    wishes.answer_round(round_.pk, by=invited.mentor.user, takes_part=True)
    profile = make.make_mentee_profile(round_)
    with pytest.raises(Refused):
        wishes.rank_briefs(round_.pk, [profile.code], by=invited.mentor.user)
    round_.mentors_rank, round_.ranks_until = True, round_.wishes_until + timedelta(days=1)
    round_.save()
    settings.DEMO_NOW = round_.ranks_until - timedelta(seconds=1)
    wishes.rank_briefs(round_.pk, [profile.code], by=invited.mentor.user)
    settings.DEMO_NOW = round_.ranks_until
    with pytest.raises(Refused):
        wishes.rank_briefs(round_.pk, [], by=invited.mentor.user)


def test_briefs_stand_in_an_order_of_each_mentors_own_and_without_those_with_whom_contact_is_blocked(round_):
    profiles = [make.make_mentee_profile(round_) for _number in range(8)]
    one, two = make.make_round_mentor(round_), make.make_round_mentor(round_)
    orders = [[profile.pk for profile in rounds.briefs_for(round_, mentor)] for mentor in (one, two)]
    assert orders[0] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1]) == sorted(profile.pk for profile in profiles)
    Exclusion.objects.create(mentor=one.mentor, person=profiles[0].enrolment.person, kind="safeguarding")
    assert profiles[0] not in rounds.briefs_for(round_, one)


# --- conflicts --------------------------------------------------------------------------------------------------


def test_a_mentee_declares_a_conflict_and_the_wish_goes_with_it(round_, mentors, mentee):
    wishes.hand_in(round_.pk, by=mentee, typed=typed(mentors, 4), **NOW)
    client = client_of(mentee)
    data = {"as": "mentee", "mentor": str(mentors[1].pk), "words": "옛 스승입니다."}
    for _time in range(2):
        assert client.post(address("mentoring-round-conflict", round_), data).status_code == 302

    assert wished(mentee) == [mentors[0].pk, mentors[2].pk, mentors[3].pk]
    row = DeclaredConflict.objects.get()
    assert (row.by, row.mentor, row.words) == (mentee, mentors[1], "옛 스승입니다.")
    with pytest.raises(Refused):
        wishes.save_wishes(round_.pk, by=mentee, typed={"wishes": [str(mentors[1].pk)]})
    assert "옛 스승입니다." in client.get(address("mentoring-round", round_)).text
    assert "옛 스승입니다." not in client_of(mentors[1].user).get(address("mentoring-round", round_)).text
    client.post(address("mentoring-round-conflict", round_), {"withdraw": str(row.pk)})
    assert not DeclaredConflict.objects.exists()


def test_a_mentor_declares_in_words(round_, invited):
    client = client_of(invited.mentor.user)
    response = client.post(address("mentoring-round-conflict", round_), {"as": "mentor", "words": ""})
    assert "Write how you know each other." in response.text
    client.post(address("mentoring-round-conflict", round_), {"as": "mentor", "words": "들풀 스튜디오 사람들"})
    row = DeclaredConflict.objects.get()
    assert (row.by, row.mentor, row.words) == (invited.mentor.user, None, "들풀 스튜디오 사람들")


def test_nobody_takes_back_what_another_declared_or_what_is_settled(round_, mentors, mentee):
    row = declared.declare_of_mentee(round_.pk, mentors[0].pk, "1", by=mentee)
    other = make_mentee(round_)
    client_of(other).post(address("mentoring-round-conflict", round_), {"withdraw": str(row.pk)})
    assert DeclaredConflict.objects.count() == 1
    declared.dismiss(row.pk, by=make.make_admin(), reason="1")
    client_of(mentee).post(address("mentoring-round-conflict", round_), {"withdraw": str(row.pk)})
    assert DeclaredConflict.objects.count() == 1
    wishes.save_wishes(round_.pk, by=mentee, typed={"wishes": [str(mentors[0].pk)]}, **NOW)


@pytest.mark.parametrize("withdraw", ["x", "-1", "9" * 30, "\x00", "٣"])
def test_what_is_no_number_takes_nothing_back(round_, mentors, mentee, withdraw):
    response = client_of(mentee).post(address("mentoring-round-conflict", round_), {"withdraw": withdraw})
    assert response.status_code == 302


# --- at once ----------------------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_windows_that_hand_in_at_once_leave_one_whole_list():
    round_ = make.make_mentoring_round()
    mentors = [make.make_round_mentor(round_).mentor for _number in range(4)]
    mentee = make_mentee(round_)
    orders = [mentors[:3], mentors[1:], [mentors[3], mentors[2], mentors[0]]]
    jobs = [
        lambda order=order: wishes.hand_in(round_.pk, by=mentee, typed=typed(order), base=0) for order in orders
    ]
    outcomes = at_once(jobs)

    assert sum(not isinstance(outcome, Refused) for outcome in outcomes) == 1
    assert wished(mentee) in [[mentor.pk for mentor in order] for order in orders]
    assert MenteeProfile.objects.get().revision == 1
