"""The sums of completion: every boundary of the rule, and a second, naive computation beside ours."""

from datetime import datetime, timedelta
from fractions import Fraction
from types import SimpleNamespace

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.clock import SEOUL
from programs import completion_words as words
from programs.completion import Verdict, standing
from programs.models.attendance import SLIPS, AttendanceStatus

FIRST = datetime(2024, 7, 22, 10, tzinfo=SEOUL)


def rule(**fields):
    return SimpleNamespace(
        **({"basis": "auto", "threshold": 80, "day_percent": 50, "slips_per_absence": 3} | fields)
    )


def session(pk, minutes, day=0, at=0, **fields):
    starts_at = FIRST + timedelta(days=day, minutes=at)
    fields = {"is_required": True, "title": f"{pk}", "title_ko": "", "title_en": f"{pk}"} | fields
    return SimpleNamespace(pk=pk, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes), **fields)


def row(session, status, minutes=None):
    return SimpleNamespace(session_id=session.pk, status=status, minutes=minutes)


def days(count, minutes=420):
    """So many days of one session each."""
    return [session(number, minutes, day=number) for number in range(count)]


def stand(sessions, statuses, hours=None, **fields):
    """`statuses` in the order of the sessions: a status, a pair with minutes, or None where it is not marked."""
    pairs = [status if isinstance(status, tuple) else (status, None) for status in statuses]
    rows = [row(one, *pair) for one, pair in zip(sessions, pairs, strict=True) if pair[0]]
    return standing(rule(**fields), sessions, rows, hours)


# --- hours or days ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "basis"), [(29, "hours"), (30, "days"), (31, "days"), (1, "hours")])
def test_thirty_hours_are_counted_by_days(hours, basis):
    assert stand(days(4), ["present"] * 4, hours).basis == basis


@pytest.mark.parametrize(("minutes", "basis"), [(30 * 60 - 1, "hours"), (30 * 60, "days")])
def test_without_declared_hours_the_sessions_say_how_long_it_is(minutes, basis):
    assert stand([session(1, minutes)], ["present"]).basis == basis


@pytest.mark.parametrize("basis", ["hours", "days"])
def test_a_rule_may_say_how_to_count(basis):
    assert stand(days(2), ["present"] * 2, 4, basis=basis).basis == basis
    assert stand(days(2), ["present"] * 2, 400, basis=basis).basis == basis


# --- enough -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "verdict", "percent"),
    [(80, Verdict.REACHED, 80), (79, Verdict.NOT_REACHED, 79), (81, Verdict.REACHED, 81)],
)
def test_exactly_eighty_percent_is_enough_and_a_minute_less_is_not(minutes, verdict, percent):
    found = stand([session(1, 100)], [("present", minutes)])
    assert (found.verdict, found.percent) == (verdict, percent)


@pytest.mark.parametrize(("total", "missing"), [(1440, 1), (1680, 1), (35, 1), (7, 1)])
def test_eighty_percent_of_any_length_is_compared_in_integers(total, missing):
    least = -(-total * 80 // 100)
    assert stand([session(1, total)], [("late", least)]).verdict == Verdict.REACHED
    assert stand([session(1, total)], [("late", least - missing)]).verdict == Verdict.NOT_REACHED


def test_a_percentage_never_says_more_than_there_is():
    assert stand([session(1, 1000)], [("late", 799)]).percent == 79


def test_the_threshold_stands_in_the_rule():
    assert stand([session(1, 100)], [("present", 60)], threshold=60).verdict == Verdict.REACHED
    assert stand([session(1, 100)], [("present", 59)], threshold=60).verdict == Verdict.NOT_REACHED
    assert stand([session(1, 100)], [("present", 99)], threshold=100).verdict == Verdict.NOT_REACHED


# --- a day ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "counts"), [(49, False), (50, True), (51, True)])
def test_a_day_counts_from_half_of_its_minutes_on(minutes, counts):
    found = stand([session(1, 100)], [("left_early", minutes)], basis="days")
    assert found.sum.days[0].counts is counts
    assert found.present == int(counts)


def test_half_of_an_odd_number_of_minutes_is_not_rounded_in_favor():
    assert stand([session(1, 101)], [("late", 50)], basis="days").present == 0
    assert stand([session(1, 101)], [("late", 51)], basis="days").present == 1


def test_a_day_of_several_sessions_counts_by_their_minutes_together():
    sessions = [session(1, 120), session(2, 120, at=180)]
    assert stand(sessions, ["present", "absent"], basis="days").present == 1
    assert stand([session(1, 119), session(2, 121, at=180)], ["present", "absent"], basis="days").present == 0


def test_a_session_past_midnight_belongs_to_the_day_on_which_it_begins():
    sessions = [session(1, 120, at=13 * 60), session(2, 60, day=1)]
    assert stand(sessions, ["present", "present"], basis="days").total == 2


# --- slips ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("slips", "present"), [(0, 7), (2, 7), (3, 6), (5, 6), (6, 5), (7, 5)])
def test_every_three_slips_take_a_day(slips, present):
    statuses = [SLIPS[number % 3] for number in range(slips)] + ["present"] * (7 - slips)
    found = stand(days(7), statuses, basis="days")
    assert (found.sum.slips, found.present, found.total) == (slips, present, 7)


@pytest.mark.parametrize(("slips", "taken"), [(2, 0), (3, 1), (5, 1), (6, 2)])
def test_every_three_slips_take_a_session_by_hours(slips, taken):
    found = stand(days(7, 60), ["late"] * slips + ["present"] * (7 - slips))
    assert (found.basis, found.present, found.total) == ("hours", 420 - 60 * taken, 420)


def test_of_three_slips_the_shortest_stay_is_taken_and_of_it_what_was_attended():
    sessions = [session(1, 60), session(2, 300, day=1), session(3, 180, day=2)]
    found = stand(sessions, ["late", "late", ("left_early", 100)])
    assert found.sum.attended == 60 + 300 + 100
    assert found.present == 300 + 100
    assert stand(sessions, ["late", "late", ("left_early", 20)]).present == 60 + 300


def test_three_slips_and_as_many_days_as_the_rule_needs():
    """C3: five days, late three times: one absence, 4 of 5 days, exactly 80 %."""
    found = stand(days(5), ["late", "present", "late", "present", "late"], 35)
    assert (found.basis, found.present, found.total, found.percent) == ("days", 4, 5, 80)
    assert found.verdict == Verdict.REACHED


def test_twenty_two_of_twenty_eight_hours():
    """C5: 28 hours on four days, 22 attended: 78 %, not completed."""
    found = stand(days(4), ["present", "present", "present", ("left_early", 60)], 28)
    assert (found.present, found.total, found.percent) == (22 * 60, 28 * 60, 78)
    assert found.verdict == Verdict.NOT_REACHED


def test_as_many_slips_as_days_never_go_below_nothing():
    assert stand(days(2), ["late", "late"], basis="days", slips_per_absence=1).present == 0
    sessions = [session(number, 60, at=number * 60) for number in range(6)]
    assert stand(sessions, ["late"] * 6, basis="days").present == 0


# --- what does not count ----------------------------------------------------------------------------------------


def test_excused_counts_as_attended():
    assert stand(days(5), ["excused"] * 5, 35).present == 5
    assert stand([session(1, 100)], ["excused"]).present == 100


def test_what_is_not_marked_is_open_and_never_missed():
    found = stand(days(5), ["present", None, None, None, None], 35)
    assert (found.present, found.best, len(found.open)) == (1, 5, 4)
    assert found.verdict == Verdict.WITHIN
    assert not found.has_missed


def test_optional_and_cancelled_sessions_count_neither_way():
    sessions = [*days(2, 60), session(7, 600, day=5, is_required=False), session(8, 600, day=6, cancelled_at=FIRST)]
    for status in ("absent", "late", "present", None):
        found = stand(sessions, ["present", "present", status, status])
        assert (found.present, found.total, found.sum.slips, found.verdict) == (120, 120, 0, Verdict.REACHED)


def test_a_cohort_in_which_nothing_counts_is_not_decided():
    found = standing(rule(), [], [])
    assert (found.verdict, found.percent, found.is_decided) == (Verdict.WITHIN, 0, False)


def test_more_minutes_than_the_session_has_count_as_the_whole_session():
    assert stand([session(1, 60)], [("present", 90)]).present == 60


# --- the verdict ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        (["present", None, None, None, None], Verdict.WITHIN),
        (["absent", None, None, None, None], Verdict.ONE_MORE),
        (["absent", "absent", None, None, None], Verdict.UNREACHABLE),
        (["present", "present", "present", "present", None], Verdict.REACHED),
        (["late", "late", "present", "present", None], Verdict.WITHIN),
        (["late", "late", "late", None, None], Verdict.ONE_MORE),
        (["late", "late", "late", "absent", None], Verdict.UNREACHABLE),
        (["absent", "present", "present", "present", "present"], Verdict.REACHED),
        (["absent", "absent", "present", "present", "present"], Verdict.NOT_REACHED),
    ],
)
def test_the_verdict_by_days(statuses, verdict):
    assert stand(days(5), statuses, 35).verdict == verdict


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        ([None] * 4, Verdict.ONE_MORE),  # 3 of 4 are 75 %
        (["present", "present", "present", None], Verdict.ONE_MORE),
        ([("late", 20), None, None, None], Verdict.ONE_MORE),
        ([("late", 19), None, None, None], Verdict.UNREACHABLE),
        (["present", "present", "present", ("late", 20)], Verdict.REACHED),
        (["present", "present", "present", ("late", 19)], Verdict.NOT_REACHED),
    ],
)
def test_the_verdict_by_hours(statuses, verdict):
    assert stand(days(4, 100), statuses).verdict == verdict


def test_by_hours_what_is_left_may_be_too_short_to_matter():
    sessions = [session(1, 95), session(2, 5, day=1)]
    assert stand(sessions, ["present", None]).verdict == Verdict.REACHED
    assert stand(
        [session(1, 75), session(2, 15, day=1), session(3, 10, day=2)], ["present", None, None]
    ).verdict == (Verdict.WITHIN)


# --- a second computation ---------------------------------------------------------------------------------------

MARKED = st.one_of(
    st.tuples(st.sampled_from(["excused", "absent"]), st.none()),
    st.tuples(st.sampled_from(["present", *SLIPS]), st.one_of(st.none(), st.integers(0, 400))),
)
MARKS = st.one_of(st.none(), MARKED)


@st.composite
def rosters(draw, marks=MARKS):
    """Sessions on some days, a mark or none for each, and a rule."""
    found = []
    for day in range(draw(st.integers(1, 6))):
        for number in range(draw(st.integers(1, 3))):
            fields = {"is_required": draw(st.integers(0, 9)) > 0}
            pk = len(found) + 1
            found.append(session(pk, draw(st.integers(1, 240)), day=day, at=number * 241, **fields))
    numbers = {
        "basis": draw(st.sampled_from(["hours", "days"])),
        "threshold": draw(st.integers(1, 100)),
        "day_percent": draw(st.integers(1, 100)),
        "slips_per_absence": draw(st.integers(1, 4)),
    }
    return found, [draw(marks) for _one in found], numbers


def naive(sessions, marks, numbers):
    """Present, total and whether it is enough, minute by minute and slip by slip, in fractions."""
    seen = []
    for one, mark in zip(sessions, marks, strict=True):
        if not one.is_required:
            continue
        length = (one.ends_at - one.starts_at) // timedelta(minutes=1)
        status, minutes = mark or (None, None)
        there = [
            status not in (None, "absent") and (minutes is None or minute < minutes) for minute in range(length)
        ]
        seen.append((one.starts_at.date(), there, status in ("late", "left_early", "stepped_out")))
    if numbers["basis"] == "hours":
        present, total = (
            sum(sum(there) for _day, there, _slip in seen),
            sum(len(there) for _day, there, _slip in seen),
        )
        stays = sorted(sum(there) for _day, there, slip in seen if slip)
        while len(stays) >= numbers["slips_per_absence"]:
            group = [stays.pop() for _slip in range(numbers["slips_per_absence"])]
            present -= min(group)
    else:
        every_day = {day for day, _there, _slip in seen}
        total, present = len(every_day), 0
        for day in every_day:
            minutes = [minute for its, there, _slip in seen if its == day for minute in there]
            present += Fraction(sum(minutes), len(minutes)) >= Fraction(numbers["day_percent"], 100)
        slips = sum(slip for _day, _there, slip in seen)
        while slips >= numbers["slips_per_absence"]:
            slips -= numbers["slips_per_absence"]
            present = max(0, present - 1)
    return present, total, bool(total) and Fraction(present, total) >= Fraction(numbers["threshold"], 100)


@given(rosters())
@settings(max_examples=300, deadline=None)
def test_a_naive_computation_comes_to_the_same(roster):
    sessions, marks, numbers = roster
    found = stand(sessions, [mark or None for mark in marks], **numbers)
    present, total, is_enough = naive(sessions, marks, numbers)
    assert (found.present, found.total) == (present, total)
    if total and not found.open:
        assert found.verdict == (Verdict.REACHED if is_enough else Verdict.NOT_REACHED)


@given(rosters(), st.data())
@settings(max_examples=300, deadline=None)
def test_a_verdict_holds_whatever_comes(roster, data):
    """Reached stays reached, out of reach stays out of reach, however the open sessions are marked."""
    sessions, marks, numbers = roster
    found = stand(sessions, marks, **numbers)
    if not found.total:
        return
    whole = [mark or data.draw(MARKED) for mark in marks]
    later = naive(sessions, whole, numbers)[2]
    if found.verdict == Verdict.REACHED:
        assert later
    if found.verdict in (Verdict.UNREACHABLE, Verdict.NOT_REACHED):
        assert not later
    if found.verdict in (Verdict.WITHIN, Verdict.ONE_MORE):
        best = [mark or ("present", None) for mark in marks]
        assert naive(sessions, best, numbers)[2]


@given(rosters(MARKED), st.data())
@settings(max_examples=300, deadline=None)
def test_by_hours_it_never_pays_to_behave_worse(roster, data):
    """Late instead of present, absent instead of late, fewer minutes: none of it ever gives more."""
    sessions, marks, numbers = roster
    numbers["basis"] = "hours"
    place = data.draw(st.integers(0, len(marks) - 1))
    status, minutes = marks[place]
    worse = list(marks)
    if status in ("present", "excused"):
        worse[place] = (data.draw(st.sampled_from(SLIPS)), minutes)
    elif status == "absent":
        return
    else:
        fewer = None if minutes is None else data.draw(st.integers(0, minutes))
        worse[place] = data.draw(st.sampled_from([("absent", None), (status, fewer)]))
    before, after = (stand(sessions, its, **numbers).present for its in (marks, worse))
    assert after <= before


# --- words ------------------------------------------------------------------------------------------------------


def test_the_sums_are_told_line_by_line():
    found = stand(days(5), ["late", "present", "late", "present", "late"], 35)
    with override("en"):
        told = dict(words.sums(found))
        assert told["Days that count"] == "5 / 5 days"
        assert told["Late, left early or stepped out"] == "3 times, which makes 1 absence: −1 day"
        assert told["Counts"] == "4 days of 5 days, which is 80%"
        assert words.pill(found)["label"] == "Reached"
        assert [line["pill"]["label"] for line in words.session_lines(found)][:2] == ["Late", "Present"]


def test_a_day_that_does_not_count_says_why():
    found = stand(days(5), ["present", ("left_early", 209), ("left_early", 210), None, None], 35)
    with override("en"):
        told = dict(words.sums(found))
    assert told["Tue, 23 July 2024"] == "3 h 29 min of 7 h: less than 50%, so the day does not count"
    assert told["Wed, 24 July 2024"] == "3 h 30 min of 7 h: at least 50%, so the day counts"
    assert told["Late, left early or stepped out"] == "2 times; 3 make one absence"
    assert told["Can still become"] == "4 days of 5 days, which is 80%"


@pytest.mark.parametrize(("minutes", "text"), [(0, "0 min"), (59, "59 min"), (60, "1 h"), (61, "1 h 1 min")])
def test_minutes_in_words(minutes, text):
    with override("en"):
        assert words.time_text(minutes) == text


def test_every_status_and_every_verdict_has_its_word_and_its_pill():
    with override("en"):
        assert {words.status_pill(status)["label"] for status in AttendanceStatus} == set(
            map(str, AttendanceStatus.labels)
        )
        assert words.status_pill("")["label"] == "Not marked yet"
    assert set(words.VERDICTS) == set(Verdict)
