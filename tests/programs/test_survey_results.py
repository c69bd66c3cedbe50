"""Figures of surveys: of whole numbers, rounded half up; and nothing of few, not by subtraction either."""

import itertools
import random
from datetime import timedelta
from fractions import Fraction
from types import SimpleNamespace

import pytest
from django.test import override_settings
from django.utils.translation import override

from portal import clock
from programs import survey_results, survey_tables
from programs.models.surveys import SignedResponse, Survey, Ticket
from programs.survey_results import Agreement, Recommendation, percent, rounded
from tests import make

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


# --- figures ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (Fraction(1, 2), 0, "1"),
        (Fraction(5, 2), 0, "3"),
        (Fraction(2675, 1000), 2, "2.68"),  # a float would say 2.67
        (Fraction(-1, 2), 0, "−1"),
        (Fraction(-1, 100), 1, "0.0"),
        (Fraction(1005, 1000), 2, "1.01"),
        (Fraction(0), 1, "0.0"),
        (Fraction(12345, 10), 1, "1234.5"),
    ],
)
def test_rounding_is_half_up(value, digits, text):
    assert rounded(value, digits) == text


def test_rounding_is_never_further_off_than_half_a_digit():
    rng = random.Random("rounding")
    for _ in range(2000):
        value = Fraction(rng.randint(-(10**6), 10**6), rng.randint(1, 9999))
        for digits in (0, 1, 2):
            found = Fraction(rounded(value, digits).replace("−", "-"))
            assert abs(found - value) <= Fraction(1, 2 * 10**digits)


def test_an_agreement():
    row = Agreement((541, 249, 41, 8, 3))
    assert (row.n, row.mean, row.top2) == (842, "4.56", "93.8")
    assert (row.points("linear"), row.points("times20")) == ("89.1", "91.3")


@pytest.mark.parametrize(
    ("counts", "score"),
    [
        ((0,) * 9 + (3, 2), "+100.0"),
        ((5,) + (0,) * 10, "−100.0"),
        ((1,) + (0,) * 8 + (1, 0), "0.0"),
        ((0,) * 7 + (3, 0, 0, 0), "0.0"),
        ((2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0), "−33.3"),
        ((0,) * 7 + (2, 0, 14, 0), "+87.5"),
    ],
)
def test_a_recommendation(counts, score):
    assert Recommendation(counts).score == score


def test_nothing_of_nothing():
    assert percent(0, 0) == "0.0"
    assert survey_results.add_up([]) is None


def question(kind, key="q", choices=()):
    return SimpleNamespace(type=kind, key=key, choices=[{"key": choice} for choice in choices])


@pytest.mark.parametrize(
    ("asked", "answers", "counts", "n"),
    [
        (question("likert"), ["5", "5", "1", None], (2, 0, 0, 0, 1), 3),
        (question("nps"), ["10", "0", "9"], (1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1), 3),
        (question("single", choices="ab"), ["a", "a", "b"], (2, 1), 3),
        (question("multiple", choices="abc"), [["a", "b"], ["b"]], (1, 2, 0), 2),
        (question("yes_no"), ["no", None], (0, 1), 1),
        (question("statement"), [True, None], (1,), 1),
    ],
)
def test_answers_are_counted(asked, answers, counts, n):
    responses = [{} if value is None else {"q": value} for value in answers]
    found = survey_results.tally(asked, responses)
    assert (found.counts, found.n) == (counts, n)


def test_words_are_not_counted():
    assert survey_results.tally(question("long"), [{"q": "글"}]) is None


# --- what is hidden stays hidden --------------------------------------------------------------------------------


def test_no_sum_or_difference_of_what_is_shown_gives_what_is_hidden():
    """Whatever shown rows are taken from the sum, no hidden row and no part of one is left."""
    rng = random.Random("hidden")
    for _ in range(200):
        sizes = [rng.choice([1, 2, 3, 4, 5, 6, 30]) for _row in range(rng.randint(1, 6))]
        parts = [Agreement((*(0,) * place, size, *(0,) * (4 - place))) for place, size in enumerate(sizes[:5])]
        rows = [(place, survey_results.summed([(part, 5)])) for place, part in enumerate(parts)]
        split = survey_results.side_by_side(rows)
        assert len(split.rows) + len(split.hidden) == len(parts)
        if split.total is None:
            assert not split.rows
            continue
        for taken in range(len(split.rows) + 1):
            for some in itertools.combinations(split.rows, taken):
                left = split.total.n - sum(row.n for _label, row in some)
                assert left == 0 or left >= 5
        assert all(split.total.counts[place] == 0 for place in split.hidden)


def test_a_sum_leaves_out_each_survey_that_may_not_be_shown_by_itself():
    parts = [(Agreement((4, 0, 0, 0, 0)), 5), (Agreement((0, 3, 0, 0, 0)), 5)]
    assert survey_results.summed(parts) is None  # seven together, but each could be had from a page of its own
    assert survey_results.summed([*parts, (Agreement((0, 0, 6, 0, 0)), 5)]).n == 6
    assert survey_results.summed([(Agreement((0, 0, 6, 0, 0)), 7)]) is None


def closed(**fields):
    now = clock.now()
    return make.make_survey(**({"opens_at": now - 9 * DAY, "closes_at": now - DAY} | fields))


@pytest.mark.django_db
@pytest.mark.parametrize(("count", "is_shown"), [(0, False), (1, False), (4, False), (5, True)])
def test_nothing_is_told_of_fewer_than_five(count, is_shown):
    survey = closed()
    make.make_answered(survey, [5] * count, comments=[("best", "한마디", True)])
    results = survey_tables.results(survey, clock.now())
    assert (not results["why"]) is is_shown
    assert ("n" in results) is is_shown
    assert ("한마디" in str(results)) is is_shown


@pytest.mark.django_db
def test_a_question_that_few_have_answered_is_hidden_by_itself():
    version = make.make_form_version(questions=[{"key": "a", "type": "likert"}, {"key": "b", "type": "likert"}])
    survey = closed(form_version=version)
    make.make_answered(survey, [4] * 6)
    for row in list(survey.responses.all())[:2]:
        row.answers.pop("b")
        row.save()
    results = survey_tables.results(survey, clock.now())
    assert results["left_out"] == 1
    assert [row["label"] for row in results["agreement"]["table"]["rows"]] == ["1. Question a"]


@pytest.mark.django_db
def test_a_survey_may_ask_for_more_before_it_shows_anything():
    survey = closed(min_shown=10)
    make.make_answered(survey, [5] * 9)
    assert survey_tables.results(survey, clock.now())["why"]


@pytest.mark.django_db
def test_side_by_side_the_small_one_is_named_and_in_no_figure():
    large, small = closed(), closed()
    make.make_answered(large, [5, 4, 4, 3, 5, 5])
    make.make_answered(small, [1, 1, 1])
    rows = survey_tables.comparable(Survey.objects.all(), clock.now())
    [overall] = [q for q in survey_tables.keys_of(rows) if q.key == "overall"]
    found = survey_tables.comparison(survey_tables.by_cohort(rows), overall)
    assert len(found["hidden"]) == 1
    assert found["chart"]["table"]["total"]["cells"][1:3] == ["6", "3"]
    assert found["chart"]["table"]["total"]["cells"][0] == "100.0% (6 of 6)"


@pytest.mark.django_db
def test_experts_are_compared_over_cohorts_with_their_numbers():
    expert, other = make.make_expert(name_en="A"), make.make_expert(name_en="B")
    for step in (5, 3):
        make.make_answered(closed(expert=expert), [step] * 5)
    make.make_answered(closed(expert=expert), [1] * 4)  # too few, and not in the sum
    make.make_answered(closed(expert=other), [4] * 4)
    rows = survey_tables.comparable(Survey.objects.all(), clock.now())
    [overall] = [q for q in survey_tables.keys_of(rows) if q.key == "overall"]
    found = survey_tables.comparison(survey_tables.by_expert(rows), overall)
    [line] = found["chart"]["table"]["rows"]
    assert (line["label"], line["cells"][1], line["cells"][7]) == ("A", "10", "4.00")
    assert found["hidden"] == ["B"]


@pytest.mark.django_db
def test_an_open_survey_is_compared_with_nothing():
    survey = make.make_survey()
    make.make_answered(survey, [5] * 9)
    assert survey_tables.comparable(Survey.objects.all(), clock.now()) == []


# --- pages of figures -------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(("how", "first"), [("linear", "(mean − 1) ÷ 4 × 100"), ("times20", "mean × 20")])
def test_the_conversion_that_leads_is_a_setting_and_both_are_printed(how, first):
    survey = closed()
    make.make_answered(survey, [5, 5, 4, 4, 4], nps=[10, 9, 8, 7, 3])
    with override_settings(SURVEY_POINTS=how):
        results = survey_tables.results(survey, clock.now())
    notes = [figure["note"] for figure in results["figures"]]
    assert notes[1] == first
    assert {"(mean − 1) ÷ 4 × 100", "mean × 20"} <= set(notes)
    assert {figure["number"] for figure in results["figures"]} == {"4.40", "85.0", "88.0", "+20.0"}


@pytest.mark.django_db
def test_a_survey_with_names_is_counted_alike_and_quotes_with_consent_alone():
    survey = closed(is_anonymous=False)
    for place, person in enumerate(make.make_asked(survey, 5)):
        Ticket.objects.create(survey=survey, person=person)
        answers = {"overall": "4", "best": f"글 {place}"} | ({"quote": True} if place else {})
        SignedResponse.objects.create(survey=survey, person=person, answers=answers)
    results = survey_tables.results(survey, clock.now())
    assert results["figures"][0]["number"] == "4.00"
    assert [row["text"] for row in results["words"][0]["texts"]] == ["글 1", "글 2", "글 3", "글 4"]
    assert results["words"][0]["kept"] == 1
