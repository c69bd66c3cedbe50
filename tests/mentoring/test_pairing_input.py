"""The question of a round: who is in it, what pairs are worth, who may not meet; the same for the same rows."""

from datetime import timedelta

import pytest

from accounts.models import Profile
from mentoring.availability import least_common_minutes
from mentoring.models.availability import Week
from mentoring.models.pairs import Pairing
from mentoring.models.rounds import DeclaredConflict, Exclusion, MentorWish, Wish
from mentoring.models.runs import PairLock
from mentoring.pairing import scoring
from mentoring.pairing.input import input_of, mentor_id, mentor_pk, weeks_of
from mentoring.pairing.shared_time import SharedTime
from portal import clock
from tests import make

pytestmark = pytest.mark.django_db
DAY = 24 * 60


@pytest.fixture
def round_():
    return make.make_mentoring_round()


def ids(mentee, row):
    return mentee.enrolment.code, mentor_id(row.mentor_id)


def test_whoever_takes_part_is_in_it_with_or_without_a_profile(round_):
    mentee = make.make_mentee_profile(round_)
    silent = make.make_enrolment(round_.cohort, status="enrolled")
    for status in ("dropped", "cancelled", "no_show", "completed"):
        make.make_enrolment(round_.cohort, status=status)
    make.make_enrolment(make.make_cohort())
    row = make.make_round_mentor(round_)

    snapshot = input_of(round_)

    assert set(snapshot.mentees) == {mentee.enrolment.code, silent.code}
    assert [snapshot.mentees[code]["handed_in"] for code in (mentee.enrolment.code, silent.code)] == [True, False]
    assert set(snapshot.mentors) == {mentor_id(row.mentor_id)}
    assert snapshot.possible(silent.code) == [mentor_id(row.mentor_id)]


def test_parts_add_up_to_the_score_and_come_from_what_both_say(round_):
    first, second = (make.make_round_mentor(round_) for _ in range(2))
    mentee = make.make_mentee_profile(round_, first.mentor, second.mentor, skills=["pilot", "room"])
    for person in (mentee.enrolment.person, first.mentor.user):
        make.make_week(person)
    snapshot = input_of(round_)

    one = snapshot.pair(*ids(mentee, first))
    other = snapshot.pair(*ids(mentee, second))

    # 300 for the first wish, 250 for the discipline, 100 of 200 for one skill of two, 100 for the time; what
    # mentors wish is unknown and gets 150 in the measure of the others.
    assert one.parts == {
        "mentee_rank": 300,
        "discipline": 250,
        "skills": 100,
        "time": 100,
        "mentor_rank": 132,
    }
    assert one.score == 882
    assert one.fit == 818
    # The second of two wishes has half of the points; nobody knows the time of the second mentor.
    assert (other.mentee_rank, other.minutes, other.meetings) == (150, None, None)
    assert other.fit == 778
    problem = snapshot.problem()
    for mentee_id, mentor, score, fit in problem.scores:
        pair = snapshot.pair(mentee_id, mentor)
        assert (sum(pair.parts.values()), pair.fit) == (score, fit)


def test_silence_neither_helps_nor_hurts():
    weights = make.MentoringRound().weights
    shares = dict.fromkeys(scoring.PARTS)
    assert scoring.filled(weights, shares) == dict.fromkeys(scoring.PARTS, 0)
    assert scoring.fit_of(weights, shares) is None
    whole = {name: (1, 1) for name in scoring.PARTS}
    for name in scoring.PARTS:
        assert scoring.filled(weights, whole | {name: None}) == weights
        assert sum(scoring.filled(weights, dict.fromkeys(scoring.PARTS, (0, 1)) | {name: None}).values()) == 0


def test_lists_are_completed_by_fit():
    fit = {"a": 300, "b": 900, "c": 900, "d": None, "e": 100}
    assert scoring.completed(["e", "x", "e"], fit, fit) == {"e": 1, "b": 2, "c": 2, "a": 4, "d": 5}
    assert scoring.completed([], {"a", "b"}, {"a": None, "b": None}) == {"a": 1, "b": 1}


def test_those_who_share_a_place_get_that_of_the_middle():
    assert scoring.place_share(2, 4) == (6, 8)
    assert scoring.place_share(2, 4, sharing=2) == (5, 8)
    assert scoring.place_share(1, 7, sharing=7) == (8, 14)


def test_whoever_says_nothing_is_worth_less_than_a_first_wish_that_suits(round_):
    """A mentee who handed in nothing has no claim to a place before one who did."""
    rows = [make.make_round_mentor(round_, capacity=1) for _ in range(3)]
    keen = make.make_mentee_profile(round_, rows[0].mentor)
    silent = make.make_enrolment(round_.cohort, status="active")
    snapshot = input_of(round_)
    name = mentor_id(rows[0].mentor_id)
    assert snapshot.pair(silent.code, name).score < snapshot.pair(keen.enrolment.code, name).score
    assert snapshot.pair(silent.code, name).score > 400


def test_each_rule_is_named(round_):
    here = make.make_user()
    mentee = make.make_mentee_profile(
        round_, languages=["en"], enrolment=make.make_enrolment(round_.cohort, here, status="active")
    )
    make.make_week(here, (0, 9 * 60, 10 * 60))
    same = make.make_round_mentor(round_, make.make_mentor(here))
    korean = make.make_round_mentor(round_)
    make.make_week(korean.mentor.user, (0, 9 * 60 + 1, 10 * 60))
    paused = make.make_round_mentor(round_, make.make_mentor(is_paused=True))
    invited = make.make_round_mentor(round_, state="invited")
    blocked = make.make_round_mentor(round_, make.make_mentor(make.make_user(is_active=False)))
    rows = {}
    for kind in ("safeguarding", "for_cause", "conflict", "declined", "staff"):
        rows[kind] = make.make_round_mentor(round_, make.make_mentor())
        everywhere = kind in ("safeguarding", "for_cause")
        Exclusion.objects.create(
            round=None if everywhere else round_, mentor=rows[kind].mentor, person=here, kind=kind
        )
    lifted = make.make_round_mentor(round_, make.make_mentor())
    Exclusion.objects.create(
        round=round_, mentor=lifted.mentor, person=here, kind="staff", lifted_at=clock.now(), lifted_by=here
    )
    snapshot = input_of(round_)

    def reasons(row):
        return snapshot.reasons(*ids(mentee, row))

    assert reasons(same) == ["same_person"]
    assert reasons(korean) == ["language", "time"]
    assert reasons(paused) == ["paused"]
    assert reasons(invited) == ["not_taking_part", "language"]
    assert reasons(blocked) == ["inactive"]
    assert {kind: reasons(row) for kind, row in rows.items()} == {kind: [kind] for kind in rows}
    assert reasons(lifted) == []
    assert [snapshot.mentors[mentor_id(row.mentor_id)]["capacity"] for row in (paused, invited, blocked)] == [
        0,
        0,
        0,
    ]
    assert {row[2] for row in snapshot.problem().excluded} >= {"same_person", "language", "paused", "safeguarding"}


def test_a_conflict_that_the_portal_finds_rules_out(round_):
    person = make.make_user()
    Profile.objects.create(user=person, affiliation="(주)한빛 스튜디오")
    mentor = make.make_mentor()
    Profile.objects.create(user=mentor.user, affiliation="한빛스튜디오")
    mentee = make.make_mentee_profile(round_, enrolment=make.make_enrolment(round_.cohort, person, status="active"))
    row = make.make_round_mentor(round_, mentor)
    assert input_of(round_).reasons(*ids(mentee, row)) == ["relation"]


def test_places_are_those_of_the_round_less_live_pairs_elsewhere(round_):
    mentor = make.make_mentor(capacity=4, capacity_overall=5)
    row = make.make_round_mentor(round_, mentor, capacity=3)
    for _ in range(3):
        make.make_pairing(mentor, ended_at=None)
    make.make_pairing(mentor, ended_at=clock.now() + timedelta(days=1), end_reason="1")
    place = input_of(round_).mentors[mentor_id(row.mentor_id)]
    assert (place["places"], place["elsewhere"], place["room"], place["capacity"]) == (3, 3, 2, 2)


def test_more_announced_than_places_is_flagged_and_moves_nobody(round_):
    mentor = make.make_mentor(capacity=2)
    row = make.make_round_mentor(round_, mentor)
    mentees = [make.make_mentee_profile(round_, mentor) for _ in range(3)]
    for mentee in mentees[:2]:
        make.make_pairing(mentor, mentee.enrolment)
    mentor.capacity = 1
    mentor.save()

    snapshot = input_of(round_)

    name = mentor_id(row.mentor_id)
    assert snapshot.over_capacity == [name]
    assert (snapshot.mentors[name]["room"], snapshot.mentors[name]["capacity"]) == (1, 2)
    assert [snapshot.pair(*ids(mentee, row)) is not None for mentee in mentees] == [True, True, False]
    assert snapshot.reasons(*ids(mentees[2], row)) == ["full"]


def test_an_announced_pair_stays_possible_though_a_rule_broke_later(round_):
    row, other = make.make_round_mentor(round_), make.make_round_mentor(round_)
    mentee = make.make_mentee_profile(round_)
    make.make_pairing(row.mentor, mentee.enrolment)
    row.mentor.is_paused = True
    row.mentor.save()
    newcomer = make.make_mentee_profile(round_)
    snapshot = input_of(round_)
    assert snapshot.pair(*ids(mentee, row)) is not None
    assert snapshot.facts["kept"] == [[*ids(mentee, row), ["paused"]]]
    assert snapshot.reasons(*ids(newcomer, row)) == ["paused"]
    Exclusion.objects.create(round=None, mentor=row.mentor, person=mentee.enrolment.person, kind="safeguarding")
    snapshot = input_of(round_)
    assert snapshot.reasons(*ids(mentee, row)) == ["safeguarding", "paused"]
    assert snapshot.pair(*ids(mentee, other)) is not None


def test_a_locked_pair_against_a_rule_is_possible_where_staff_said_so(round_):
    row = make.make_round_mentor(round_)
    mentee = make.make_mentee_profile(round_, languages=["en"])
    lock = {"round": round_, "mentor": row.mentor, "enrolment": mentee.enrolment, "by": make.make_admin()}
    PairLock.objects.create(**lock, is_override=True, reason="통역이 있음")
    snapshot = input_of(round_)
    assert snapshot.pair(*ids(mentee, row)) is not None
    assert snapshot.facts["overridden"] == [[*ids(mentee, row), ["language"]]]
    Exclusion.objects.create(round=None, mentor=row.mentor, person=mentee.enrolment.person, kind="for_cause")
    snapshot = input_of(round_)
    assert snapshot.pair(*ids(mentee, row)) is None
    assert [change.what for change in snapshot.obstacles()] == ["lock_excluded"]


def test_mentors_wishes_count_where_mentors_rank(round_):
    round_.mentors_rank = True
    round_.save()
    row, silent = make.make_round_mentor(round_), make.make_round_mentor(round_)
    mentees = [make.make_mentee_profile(round_) for _ in range(3)]
    MentorWish.objects.create(mentor=row, mentee=mentees[1], rank=1)
    snapshot = input_of(round_)
    assert [snapshot.pair(*ids(mentee, row)).mentor_rank for mentee in mentees] == [75, 150, 75]
    assert [snapshot.pair(*ids(mentee, silent)).mentor_place for mentee in mentees] == [None] * 3
    assert snapshot.problem(mode="stable").mentor_ranks == {mentor_id(row.mentor_id): (mentees[1].enrolment.code,)}


def test_a_draft_says_nothing_yet(round_):
    row = make.make_round_mentor(round_)
    mentee = make.make_mentee_profile(round_, row.mentor, languages=["en"], submitted_at=None)
    snapshot = input_of(round_)
    assert snapshot.mentees[mentee.enrolment.code]["wishes"] == []
    assert snapshot.pair(*ids(mentee, row)).fit is None


def test_the_same_rows_give_the_same_fingerprint_and_a_change_is_named(round_):
    rows = [make.make_round_mentor(round_) for _ in range(2)]
    mentee = make.make_mentee_profile(round_, rows[0].mentor)
    before = input_of(round_)
    assert input_of(type(round_).objects.get(pk=round_.pk)).digest == before.digest
    assert input_of(round_).changes_since(before) == []

    def seen():
        return [(change.what, change.mentee, change.mentor) for change in input_of(round_).changes_since(before)]

    code, (one, other) = mentee.enrolment.code, (mentor_id(row.mentor_id) for row in rows)
    Wish.objects.create(mentee=mentee, mentor=rows[1].mentor, rank=2)
    assert seen() == [("mentee_said", code, "")]
    Wish.objects.filter(rank=2).delete()
    rows[0].capacity = 1
    rows[0].save()
    assert seen() == [("room", "", one)]
    rows[0].capacity = None
    rows[0].save()
    Exclusion.objects.create(round=round_, mentor=rows[1].mentor, person=mentee.enrolment.person, kind="staff")
    assert seen() == [("excluded", code, other)]
    Exclusion.objects.all().delete()
    round_.least_minutes = 90
    round_.save()
    assert seen() == [("rule", "", "least_minutes")]
    round_.least_minutes = 60
    round_.save()
    late = make.make_enrolment(round_.cohort)
    assert ("mentee_came", late.code, "") in seen()
    late.delete()
    make.make_pairing(rows[0].mentor, mentee.enrolment)
    assert seen() == [("published", code, "")]
    Pairing.objects.all().delete()
    DeclaredConflict.objects.create(round=round_, by=mentee.enrolment.person, mentor=rows[0].mentor, words="1")
    assert seen() == [("declared", "", "")]


def test_names_of_mentors():
    assert mentor_pk(mentor_id(12)) == 12
    assert [mentor_pk(name) for name in ("", "m", "x12", "m1x")] == [None] * 4


@pytest.mark.parametrize("count", [1, 4])
def test_reading_costs_the_same_for_many(round_, count, django_assert_max_num_queries):
    for _ in range(count):
        row = make.make_round_mentor(round_)
        mentee = make.make_mentee_profile(round_, row.mentor)
        make.make_week(mentee.enrolment.person)
        make.make_week(row.mentor.user)
    with django_assert_max_num_queries(30):
        input_of(round_)


# --- common time ------------------------------------------------------------------------------------


PARTS = [(0, 9 * 60, 12 * 60), (2, 18 * 60, DAY), (3, 0, 45), (5, 13 * 60 + 7, 17 * 60), (6, 1 * 60, 4 * 60)]


def test_common_time_is_that_of_two_people_alone_also_over_summer_time(round_):
    """The many at once get what `least_common_minutes` says of each two, in three zones of two hemispheres."""
    cohort = round_.cohort
    cohort.starts_at = clock.now().replace(year=2027, month=3, day=1)
    cohort.ends_at = cohort.starts_at + timedelta(days=100)
    zones = ("Asia/Seoul", "America/New_York", "Australia/Sydney")
    weeks = {}
    for number in range(9):
        week = make.make_week(None, *PARTS[number % 4 :], zone=zones[number % 3])
        weeks[number] = Week.objects.prefetch_related("parts", "exceptions").get(pk=week.pk)
    since, until = weeks_of(round_)
    shared = SharedTime(weeks, since, until, meeting=60)
    assert len(shared.starts) > 1
    for one in weeks:
        for other in weeks:
            assert shared.of(one, other)[0] == least_common_minutes(weeks[one], weeks[other], since, until)
    assert shared.of(0, "nobody") is None


@pytest.mark.parametrize(
    ("parts", "meeting", "meetings"),
    [
        (((0, 540, 599),), 60, 0),
        (((0, 540, 600),), 60, 1),
        (((0, 540, 659), (1, 540, 659)), 60, 2),
        (((0, 540, 1080),), 60, 4),
        (((0, 540, 570), (1, 540, 570), (2, 540, 570), (3, 540, 570)), 60, 0),
        (((0, 540, 580), (1, 540, 580)), 40, 2),
        (((6, 1380, DAY), (0, 0, 60)), 120, 0),  # the week ends between
    ],
)
def test_meetings_are_counted_where_they_fit(parts, meeting, meetings):
    week = Week.objects.prefetch_related("parts").get(pk=make.make_week(None, *parts).pk)
    monday = clock.now().astimezone(clock.SEOUL).replace(hour=0, minute=0, second=0, microsecond=0)
    monday -= timedelta(days=monday.weekday())
    assert SharedTime({1: week}, monday, monday, meeting=meeting).of(1, 1)[1] == meetings
