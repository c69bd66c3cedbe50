"""Feedback after meetings: who is asked, who reads it, and that a mentor knows a mean alone."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts import privacy
from mentoring import feedback
from mentoring.models.feedback import FEEDBACK_LIMIT, MeetingFeedback
from mentoring.models.meetings import MeetingStatus
from mentoring.models.pairs import EndKind, Pairing
from mentoring.models.rounds import Exclusion
from mentoring.operations.feedback import give
from portal import clock
from portal.errors import Refused
from portal.models import AuditEvent
from tests import make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WORD = "멘토가 읽으면 안 되는 말입니다."


def make_cohort():
    return make.make_cohort(make.make_program(has_mentoring=True), phase="running")


def make_pair(mentor=None, cohort=None):
    cohort = cohort or make_cohort()
    enrolment = make.make_enrolment(application=make.make_application(cohort, status="confirmed"))
    return make.make_pairing(mentor or make.make_mentor(), enrolment, paired_at=clock.now() - 20 * DAY)


@pytest.fixture
def pairing():
    return make_pair()


@pytest.fixture
def meeting(pairing):
    return make.make_held_meeting(pairing)


def people(pairing):
    return pairing.mentor.user, pairing.enrolment.person


def page(meeting, user, data=None, *, language="ko"):
    client = Client()
    client.force_login(user)
    with override(language):
        address = reverse("meeting-feedback", args=[meeting.code])
    return client.get(address) if data is None else client.post(address, data)


def read(user, address):
    client = Client()
    client.force_login(user)
    return client.get(address).text


# --- who is asked -------------------------------------------------------------------------------------------------


def test_each_of_the_two_says_it_once(pairing, meeting):
    mentor, mentee = people(pairing)
    given = give(meeting.pk, by=mentee, useful=5, text=f"  {WORD} ")
    assert (given.side, given.author, given.useful, given.text) == ("mentee", mentee, 5, WORD)
    assert give(meeting.pk, by=mentee, useful=5, text=WORD) == given
    with pytest.raises(Refused, match="처음"), override("ko"):
        give(meeting.pk, by=mentee, useful=1)
    assert give(meeting.pk, by=mentor, useful=3).side == "mentor"
    assert AuditEvent.objects.filter(verb="meeting.feedback").count() == 2
    assert WORD not in "".join(f"{row.before}{row.after}{row.reason}" for row in AuditEvent.objects.all())


def test_nobody_else_says_it(meeting):
    for user in (make.make_user(), make.make_admin(), make.make_manager(meeting.pairing.enrolment.cohort)):
        with pytest.raises(Refused):
            give(meeting.pk, by=user, useful=5)
        assert page(meeting, user).status_code == 404
    assert not MeetingFeedback.objects.exists()


@pytest.mark.parametrize(
    ("status", "fields"),
    [
        (MeetingStatus.SCHEDULED, {"minutes": None, "settled_at": None}),
        (MeetingStatus.MENTEE_ABSENT, {"minutes": None}),
        (MeetingStatus.CANCELLED, {"minutes": None, "settled_at": None, "called_off_reason": "x"}),
    ],
)
def test_only_what_was_held_is_asked_about(pairing, status, fields):
    meeting = make.make_held_meeting(pairing, status=status, **fields)
    _mentor, mentee = people(pairing)
    with pytest.raises(Refused):
        give(meeting.pk, by=mentee, useful=5)
    assert page(meeting, mentee).status_code == 404


def test_it_is_asked_for_a_month(pairing):
    _mentor, mentee = people(pairing)
    meeting = make.make_held_meeting(pairing)
    until = meeting.ends_at + feedback.ASKED_FOR
    assert feedback.is_asked(meeting, until - timedelta(seconds=1))
    assert not feedback.is_asked(meeting, until)
    old = make.make_held_meeting(pairing, days_ago=31)
    with pytest.raises(Refused):
        give(old.pk, by=mentee, useful=5)
    assert page(old, mentee).status_code == 404


@pytest.mark.parametrize(("kind", "is_asked"), [(EndKind.FINISHED, True), (EndKind.FOR_CAUSE, False)])
def test_never_after_an_end_for_cause(pairing, meeting, kind, is_asked):
    Pairing.objects.update(ended_at=clock.now(), end_reason="끝", end_kind=kind)
    _mentor, mentee = people(pairing)
    assert page(meeting, mentee).status_code == (200 if is_asked else 404)
    assert ("/feedback/" in read(mentee, pairing.get_absolute_url())) is is_asked
    assert ("/feedback/" in read(mentee, meeting.get_absolute_url())) is is_asked
    if is_asked:
        give(meeting.pk, by=mentee, useful=4)
    else:
        with pytest.raises(Refused):
            give(meeting.pk, by=mentee, useful=4)


def test_a_contact_block_ends_it(pairing, meeting):
    mentor, mentee = people(pairing)
    Exclusion.objects.create(mentor=pairing.mentor, person=mentee, kind="safeguarding")
    for user in (mentor, mentee):
        assert page(meeting, user).status_code == 404
        with pytest.raises(Refused):
            give(meeting.pk, by=user, useful=4)


@pytest.mark.parametrize("useful", [0, 6, None])
def test_it_is_a_number_from_one_to_five(pairing, meeting, useful):
    with pytest.raises(Refused):
        give(meeting.pk, by=pairing.mentor.user, useful=useful)
    with pytest.raises(Refused):
        give(meeting.pk, by=pairing.mentor.user, useful=3, text="가" * (FEEDBACK_LIMIT + 1))


# --- who reads it -------------------------------------------------------------------------------------------------


def test_the_other_side_never_reads_it_and_staff_do(pairing, meeting):
    mentor, mentee = people(pairing)
    staff, stranger = make.make_manager(pairing.enrolment.cohort), make.make_manager(make_cohort())
    give(meeting.pk, by=mentee, useful=2, text=WORD)
    address = meeting.get_absolute_url()
    for user, reads in ((mentee, True), (staff, True), (mentor, False), (stranger, False)):
        assert (WORD in read(user, address)) is reads, user
        assert MeetingFeedback.objects.visible_to(user).exists() is reads
    for place in (pairing.get_absolute_url(), reverse("mentoring"), reverse("mentor-profile")):
        assert WORD not in read(mentor, place)
    assert WORD not in str(privacy.export(mentor))
    assert WORD in str(privacy.export(mentee))
    changelist = reverse("admin:mentoring_meetingfeedback_changelist")
    assert WORD in read(staff, changelist)
    assert WORD not in read(stranger, changelist)


def test_staff_who_are_one_of_the_two_read_nothing_of_the_other(pairing, meeting):
    mentor, mentee = people(pairing)
    make.make_grant(mentor, "admin")
    give(meeting.pk, by=mentee, useful=2, text=WORD)
    dates = {"paired_at": clock.now() - 60 * DAY, "ended_at": clock.now() - 40 * DAY}
    Pairing.objects.update(end_reason="끝", end_kind="finished", **dates)
    assert WORD not in read(mentor, meeting.get_absolute_url())  # by now staff alone, and still one of the two
    assert WORD not in read(mentor, reverse("admin:mentoring_meetingfeedback_changelist"))


def test_the_words_go_with_the_person_and_the_number_stays(pairing, meeting):
    mentor, mentee = people(pairing)
    give(meeting.pk, by=mentee, useful=2, text=WORD)
    give(meeting.pk, by=mentor, useful=4, text=WORD)
    privacy.erase(mentee)
    assert list(MeetingFeedback.objects.order_by("useful").values_list("useful", "text")) == [(2, ""), (4, "")]


# --- the mean -----------------------------------------------------------------------------------------------------


def say(mentor, cohort, *numbers):
    """So many mentees of a mentor, each with an answer."""
    for number in numbers:
        pairing = make_pair(mentor, cohort)
        give(make.make_held_meeting(pairing).pk, by=pairing.enrolment.person, useful=number, text=WORD)


def test_a_mentor_knows_a_mean_once_five_mentees_have_answered():
    mentor, cohort = make.make_mentor(), make_cohort()
    say(mentor, cohort, 5, 4, 4, 2)
    assert feedback.mean_of(mentor) is None
    with override("en"):
        address = reverse("mentor-profile")
    assert "There is no mean yet." in read(mentor.user, address)
    say(mentor, cohort, 4)
    assert feedback.mean_of(mentor) == feedback.Mean("3.8", 5)
    text = read(mentor.user, address)
    assert "3.8" in text
    assert "5 mentees" in text
    assert WORD not in text


def test_many_answers_of_few_mentees_are_no_mean():
    mentor, cohort = make.make_mentor(), make_cohort()
    pairing = make_pair(mentor, cohort)
    for days in range(1, 9):
        give(make.make_held_meeting(pairing, days_ago=days).pk, by=pairing.enrolment.person, useful=1)
    say(mentor, cohort, 5, 5, 5)
    assert feedback.mean_of(mentor) is None
    say(mentor, cohort, 5)
    assert feedback.mean_of(mentor).value == "4.2"  # each mentee counts once: (1 + 5 + 5 + 5 + 5) / 5


def test_one_more_mentee_does_not_move_it():
    """From how a mean moves with one answer that answer could be told."""
    mentor, cohort = make.make_mentor(), make_cohort()
    say(mentor, cohort, 5, 5, 5, 5, 5)
    say(mentor, cohort, 1, 1, 1, 1)
    assert feedback.mean_of(mentor) == feedback.Mean("5.0", 5)
    say(mentor, cohort, 1)
    assert feedback.mean_of(mentor) == feedback.Mean("3.0", 10)


def test_what_mentors_say_and_other_mentors_count_for_nothing():
    mentor, cohort = make.make_mentor(), make_cohort()
    say(mentor, cohort, 5, 5, 5, 5)
    say(make.make_mentor(), cohort, 1)
    pairing = make_pair(mentor, cohort)
    give(make.make_held_meeting(pairing).pk, by=mentor.user, useful=1)
    assert feedback.mean_of(mentor) is None


@pytest.mark.parametrize("rows", [[], [(1, 5)] * 9, [(n, n % 5 + 1) for n in range(23)]])
def test_every_part_has_exactly_five_mentees(rows):
    parts = feedback.whole_parts(rows)
    assert [len(part) for part in parts] == [5] * (len({mentee for mentee, _useful in rows}) // 5)


# --- pages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "title"), [("ko", "미팅 피드백"), ("en", "Feedback on the meeting")])
def test_the_page_takes_it_says_what_is_missing_and_loses_nothing(pairing, meeting, language, title):
    mentor, mentee = people(pairing)
    for user in (mentor, mentee):
        answer = page(meeting, user, language=language)
        assert title in answer.text
        assert answer["Cache-Control"] == "private, no-store"
        answer = page(meeting, user, {"text": WORD}, language=language)
        assert answer.context["form"].errors.keys() == {"useful"}
        assert WORD in answer.text
        assert page(meeting, user, {"useful": "4", "text": WORD}, language=language).status_code == 302
        assert WORD in page(meeting, user, language=language).text
        answer = page(meeting, user, {"useful": "1"}, language=language)
        assert answer.status_code == 200
        assert answer.context["form"].non_field_errors()
    assert MeetingFeedback.objects.filter(useful=4).count() == 2


def test_the_pairs_page_names_those_still_unsaid(pairing):
    _mentor, mentee = people(pairing)
    client = Client()
    client.force_login(mentee)
    address = pairing.get_absolute_url()
    assert "/feedback/" not in client.get(address).text
    meetings = [make.make_held_meeting(pairing, days_ago=days) for days in range(1, 5)]
    give(meetings[0].pk, by=mentee, useful=3)
    text = client.get(address).text
    assert [f"/meetings/{row.code}/feedback/" in text for row in meetings] == [False, True, True, True]
