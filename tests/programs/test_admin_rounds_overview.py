"""The review rounds on the page from which a cohort is run: how far each is, who is behind, what is to do."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal import clock
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def boss(client):
    person = make.make_admin(language="en")
    client.force_login(person)
    return person


def overview(client, cohort):
    return client.get(reverse("admin:programs_cohort_overview", args=[cohort.pk]))


def titles(response):
    return [line["title"] for line in response.context["todo"]]


def reviewed(cohort, **fields):
    """A round with two reviewers, of whom the first has handed in one of two reviews and the second one of one."""
    quick, slow = make.make_user(romanized_name="Quick"), make.make_user(romanized_name="Slow")
    round_ = make.make_round(cohort, number=1, reviewers=[quick, slow], **fields)
    a, b, _nobodys = (make.make_application(cohort, status="in_review") for _number in range(3))
    make.make_review(round_, a, slow, points=5)
    make.make_review(round_, b, slow)
    make.make_review(round_, a, quick, points=1)
    make.make_review(round_, b, quick, ended_at=clock.now(), end_reason="recused")
    return round_


def test_how_far_a_round_is_and_who_is_behind(client):
    cohort = make.make_cohort(phase="in_review")
    round_ = reviewed(cohort)
    make.make_round(cohort, number=2, criteria=(), kind="interview", starts_at=clock.now() + timedelta(days=5),
                    due_at=clock.now() + timedelta(days=6))  # fmt: skip

    response = overview(client, cohort)

    first, second = response.context["rounds"]
    assert (first["title"], first["done"], first["assigned"]) == ("1. Document review", 2, 3)
    assert (first["pill"]["label"], second["pill"]["label"]) == ("Reviewing", "Not begun")
    assert first["announced"] == "not set"
    assert [(row["name"], row["done"], row["assigned"]) for row in response.context["behind"]] == [("Slow", 1, 2)]
    assert [title for title in titles(response) if "review" in title.lower()] == [
        "2 applications have too few reviewers",
        "1 review is not handed in",
        "Reviewers disagree on 1 application",
    ]
    notes = [line["note"] for line in response.context["todo"] if "handed in" in line["title"]]
    assert notes[0].startswith("Reviews are due")
    for line in response.context["todo"]:
        assert client.get(line["url"]).status_code == 200
    assert client.get(first["url"]).context["round"] == round_
    assert "2 of 3 reviews handed in" in response.text
    assert "No review is assigned." in response.text


def test_a_late_round_and_one_whose_reviews_are_in(client):
    cohort = make.make_cohort(phase="in_review")
    past = {"starts_at": clock.now() - timedelta(days=4), "due_at": clock.now() - timedelta(days=1)}
    round_ = reviewed(cohort, **past)
    make.make_round(cohort, number=2, criteria=())

    response = overview(client, cohort)
    assert [row["pill"]["label"] for row in response.context["rounds"]] == ["Overdue", "After the round before"]
    notes = [line["note"] for line in response.context["todo"] if "handed in" in line["title"]]
    assert notes[0].startswith("Reviews were due")

    round_.reviews.filter(submitted_at=None, ended_at=None).update(submitted_at=clock.now())
    response = overview(client, cohort)
    assert response.context["rounds"][0]["pill"]["label"] == "Reviews are in"
    assert response.context["behind"] == []
    assert "Every assigned review is handed in." in response.text


def test_a_released_round_leaves_the_next_one_to_do(client):
    cohort = make.make_cohort(phase="in_review")
    past = {"starts_at": clock.now() - timedelta(days=4), "due_at": clock.now() - timedelta(days=1)}
    reviewed(cohort, released_at=clock.now(), announce_at=clock.now(), **past)
    make.make_round(cohort, number=2, criteria=(), starts_at=clock.now() + timedelta(days=1))

    response = overview(client, cohort)
    assert [row["pill"]["label"] for row in response.context["rounds"]] == ["Results released", "Not begun"]
    assert not [title for title in titles(response) if "reviewer" in title]


def test_a_cohort_without_rounds_says_nothing_of_them(client):
    response = overview(client, make.make_cohort(phase="in_review"))
    assert response.context["rounds"] == []
    assert "Review rounds" not in response.text


def test_more_are_behind_than_are_named(client, monkeypatch):
    monkeypatch.setattr("programs.admin.round_overview.BEHIND_ROWS", 1)
    round_ = make.make_round()
    for _number in range(3):
        make.make_review(round_)
    response = overview(client, round_.cohort)
    assert (len(response.context["behind"]), response.context["behind_left"]) == (1, 2)
    assert "and 2 more" in response.text


def test_it_costs_the_same_for_few_and_many(client):
    counts = []
    for size in (2, 20):
        round_ = make.make_round()
        for _number in range(size):
            make.make_review(round_, points=3)
        overview(client, round_.cohort)
        with CaptureQueriesContext(connection) as queries:
            overview(client, round_.cohort)
        counts.append(len(queries))
    assert counts[0] == counts[1]
