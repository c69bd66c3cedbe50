"""The ranking of a round in the admin: what it shows, and that people stage there, not the formula."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Profile
from portal import clock
from programs.models.applications import Decision, Outcome
from programs.operations import decisions, releases, reviewers
from tests import make

pytestmark = pytest.mark.django_db


def address(cohort, query=""):
    return reverse("admin:programs_cohort_ranking", args=[cohort.pk]) + query


def season(points, *, cohort=None, **fields):
    """A round with an application for each row of `points`, the points that each reviewer gave (None: nothing)."""
    cohort = cohort or make.make_cohort(phase="in_review", capacity=2)
    people = [make.make_user() for _reviewer in points[0]]
    round_ = make.make_round(cohort, reviewers=people, **fields)
    applications = []
    for number, row in enumerate(points, start=1):
        application = make.make_application(
            cohort,
            status="in_review",
            receipt_number=f"{cohort.receipt_prefix}-{number:04d}",
            receipt_serial=number,
            moved_at=clock.now() - timedelta(days=1),
        )
        applications.append(application)
        for person, given in zip(people, row, strict=True):
            if given is not None:
                make.make_review(round_, application, person, points=given, confidence=2)
    return round_, applications


def shown(response):
    return [row.pk for row in response.context["page"].object_list]


def pks(*applications):
    return [application.pk for application in applications]


def staged(cohort):
    return {pk: (row.outcome, row.rank) for pk, row in decisions.staged(cohort).items()}


def said(response):
    return [str(message) for message in response.context["messages"]]


# --- what it shows --------------------------------------------------------------------------------------------


def test_measures_stand_side_by_side_and_the_best_comes_first(client, boss):
    round_, (a, b, c) = season([(1, 1), (5, 1), (4, 4)])

    response = client.get(address(round_.cohort))

    assert shown(response) == pks(c, b, a)
    first, second, last = response.context["page"].object_list
    assert [value for _label, value, _rank in first.cells()] == ["80.0", "80.0", "80.0", "0.0 (0.0)", "2.0"]
    assert [rank for _label, _value, rank in second.cells()] == [2, 2, 2, None, None]
    assert second.line.is_flagged
    assert not last.line.is_flagged
    assert "The figures decide nothing." in response.text
    assert "n ÷ (n + 3)" in response.text
    assert response.text.count('class="flagged"') == 1


def test_strictness_is_taken_out_of_the_first_column(client, boss):
    """The second reviewer gives two points less than the first; whom only the second reads is not worse for it."""
    rows = [(3, 1), (4, 2), (5, 3), (3, 1), (4, 2), (5, 3), (3, 1), (4, 2), (None, 3), (3, None)]
    round_, applications = season(rows)
    by_second, by_first = applications[-2:]

    centered = shown(client.get(address(round_.cohort)))
    raw = shown(client.get(address(round_.cohort, "?sort=raw")))

    assert centered.index(by_second.pk) < centered.index(by_first.pk)
    assert raw.index(by_second.pk) > raw.index(applications[1].pk) - 10
    lines = {row.pk: row.line for row in client.get(address(round_.cohort)).context["page"].object_list}
    assert lines[by_second.pk].raw == lines[by_first.pk].raw
    assert lines[by_second.pk].centered - lines[by_first.pk].centered > 15


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("receipt", [1, 2, 3]),
        ("-receipt", [3, 2, 1]),
        ("name", [1, 2, 3]),
        ("reviews", [1, 2, 3]),
        ("centered", [2, 1, 3]),
        ("-centered", [1, 2, 3]),
        ("raw", [2, 1, 3]),
        ("median", [2, 1, 3]),
        ("spread", [1, 2, 3]),
        ("-spread", [2, 1, 3]),
        ("confidence", [1, 2, 3]),
        ("staged", [3, 1, 2]),
        ("nonsense", [2, 1, 3]),
    ],
)
def test_sorting_by_any_column_whoever_has_no_value_last(client, boss, sort, expected):
    round_, applications = season([(1, 5), (4, 4), (None, None)])
    for number, application in enumerate(applications, start=1):
        application.full_name = f"가{number}"
        application.save()
    Decision.objects.create(application=applications[2], outcome=Outcome.OFFER)

    response = client.get(address(round_.cohort, f"?sort={sort}"))

    assert shown(response) == [applications[number - 1].pk for number in expected]
    headings = {row["name"]: row for row in response.context["headings"]}
    if sort != "nonsense":
        heading = headings[sort.removeprefix("-")]
        turned = sort.startswith("-")
        assert heading["url"] == f"?sort={sort.removeprefix('-') if turned else '-' + sort}"
        falls = sort.removeprefix("-") not in ("receipt", "name")
        assert heading["sorted"] == ("descending" if falls != turned else "ascending")


def test_filters_say_how_many_they_leave_and_are_kept(client, boss):
    cohort = make.make_cohort(phase="in_review")
    make.make_question(cohort.form_version, "field", "single", is_required=False)
    round_, (a, b, c, d) = season([(1, 5), (4, 4), (3, None), (3, 3)], cohort=cohort, discipline_key="field")
    for application, field in ((a, "a"), (b, "b"), (c, "a")):
        application.answers["field"] = field
        application.save()
    decisions.stage_decisions(pks(b), Outcome.OFFER, by=boss)

    for query, expected in {
        "?show=undecided": [a, c, d],
        "?show=flagged": [a],
        "?show=missing": [c],
        "?show=offer": [b],
        "?show=over": [],
        "?show=nonsense": [a, b, c, d],
        "?discipline=a": [a, c],
        "?discipline=a&show=flagged": [a],
        "?discipline=nonsense": [a, b, c, d],
    }.items():
        assert sorted(shown(client.get(address(cohort, query)))) == pks(*expected), query

    response = client.get(address(cohort, "?show=undecided&sort=raw"))
    chips = {chip["label"]: (chip["count"], chip["current"]) for chip in response.context["chips"]}
    assert chips == {
        "All": (4, False), "Undecided": (3, True), "Reviewers disagree": (1, False), "Too few reviews": (1, False),
        "Offer a place": (1, False),
    }  # fmt: skip
    assert [chip["label"] for chip in response.context["disciplines"]] == [
        "All disciplines", "Choice a", "Choice b", "Choice c", "Choice d"
    ]  # fmt: skip
    assert response.context["headings"][0]["url"] == "?show=undecided&sort=receipt"
    assert response.context["action"] == address(cohort, "?show=undecided&sort=raw")


def test_one_application_opened_shows_each_review(client, boss):
    round_, (a, b) = season([(1, 5), (4, None)])
    review = a.reviews.order_by("pk").first()
    review.comment_staff, review.comment_applicant = "의견 하나", "의견 둘"
    review.save()
    make.make_review(round_, b)

    closed = client.get(address(round_.cohort))
    opened = client.get(address(round_.cohort, f"?open={a.pk}"))
    other = client.get(address(round_.cohort, f"?open={b.pk}"))

    assert "의견 하나" not in closed.text
    assert "의견 하나" in opened.text
    assert "의견 둘" in opened.text
    first, second = opened.context["opened"]["reviews"]
    assert (first["name"], first["total"]) == (review.reviewer.display_name, "20.0")
    assert float(first["strictness"]) == -float(second["strictness"]) < 0
    assert [row["points"] for row in second["scores"]] == [5, 5]
    assert [row["is_handed_in"] for row in other.context["opened"]["reviews"]] == [True, False]
    assert "not handed in yet" in other.text
    assert client.get(address(round_.cohort, "?open=999999")).context["opened"] is None


def test_a_draft_of_a_review_is_no_review(client, boss):
    round_, (a,) = season([(4,)])
    half = make.make_review(round_, a, scores={str(c.pk): 5 for c in round_.criteria.all()})
    back = make.make_review(round_, a, points=5, ended_at=clock.now(), end_reason="recused")
    (row,) = client.get(address(round_.cohort)).context["page"].object_list
    assert (row.line.totals, row.assigned) == ((80,), 2)
    assert half.submitted_at is None
    assert back.submitted_at is not None


def test_who_left_the_round_stands_there_as_they_left(client, boss):
    cohort = make.make_cohort(phase="in_review", capacity=2)
    due = {"starts_at": clock.now() - timedelta(days=3), "due_at": clock.now() - timedelta(days=1)}
    round_, (a, b, c, gone) = season([(5, 5), (3, 3), (1, 1), (5, 5)], cohort=cohort, **due)
    make.make_round(cohort, number=2, criteria=())
    gone.status = "withdrawn"
    gone.save()
    decisions.stage_decisions(pks(a), Outcome.ADVANCE, by=boss)
    decisions.stage_decisions(pks(c), Outcome.REJECT, by=boss, reason_code="score")
    releases.release_decisions(cohort.pk, by=boss)

    first = client.get(address(cohort, "?round=1"))
    second = client.get(address(cohort))

    assert shown(first) == pks(a, b, c)
    assert [row.can_be_staged for row in first.context["page"].object_list] == [False, True, False]
    assert [row.pill()["label"] if row.pill() else None for row in first.context["page"].object_list] == [
        "Under review", None, "Not selected",
    ]  # fmt: skip
    assert second.context["round"].number == 2
    assert shown(second) == pks(a)
    assert [chip["label"] for chip in second.context["rounds"]] == ["1. Document review", "2. Document review"]
    assert client.get(address(cohort, "?round=7")).status_code == 404


def test_a_cohort_without_rounds_is_decided_without_scores(client, boss):
    cohort = make.make_cohort(phase="in_review", capacity=2)
    a = make.make_application(cohort, status="in_review", moved_at=clock.now() - timedelta(days=1))

    response = client.get(address(cohort))
    assert [row["name"] for row in response.context["headings"]] == ["receipt", "name", "staged"]
    client.post(address(cohort), {"chosen": a.pk, "outcome": "offer"})

    assert staged(cohort) == {a.pk: ("offer", None)}
    assert client.get(address(cohort, f"?open={a.pk}")).context["opened"] is None
    assert client.get(address(make.make_cohort(registration_mode="rsvp"))).status_code == 404


def test_ones_own_application_is_not_there(client):
    round_, (a, b) = season([(5, 5), (3, 3)])
    a.applicant.is_superuser = True
    a.applicant.save()
    client.force_login(a.applicant)
    assert shown(client.get(address(round_.cohort))) == pks(b)
    client.post(address(round_.cohort), {"chosen": a.pk, "first": "9", "outcome": "offer"})
    assert staged(round_.cohort) == {b.pk: ("offer", None)}


def test_other_peoples_cohorts_are_not_there(client):
    round_, (a,) = season([(5, 5)])
    client.force_login(make.make_manager(make.make_cohort()))
    assert client.get(address(round_.cohort)).status_code == 404
    assert client.post(address(round_.cohort), {"chosen": a.pk, "outcome": "offer"}).status_code == 404
    assert staged(round_.cohort) == {}


# --- staging -----------------------------------------------------------------------------------------------------


def test_staging_the_chosen_against_the_seats(client, boss):
    round_, (a, b, c) = season([(5, 5), (4, 4), (3, 3)])
    query = "?sort=raw&show=undecided"

    response = client.post(address(round_.cohort, query), {"chosen": pks(a, b, c), "outcome": "offer"}, follow=True)

    assert response.redirect_chain == [(address(round_.cohort, query), 302)]
    assert said(response) == ["Offer a place: staged for 3."]
    assert {outcome for outcome, _rank in staged(round_.cohort).values()} == {"offer"}
    facts = dict(response.context["totals"]["facts"])
    assert (facts["Seats free"], facts["Offer a place"], facts["Left after that"]) == (2, 3, 0)
    assert response.context["totals"]["over"] == 1
    assert "the release would be refused" in response.text
    assert {row.by for row in Decision.objects.all()} == {boss}


def test_the_first_n_are_those_of_this_order_and_filter_on_any_page(client, boss, monkeypatch):
    monkeypatch.setattr("programs.admin.ranking_table.PAGE_ROWS", 2)
    round_, (a, b, c, d) = season([(2, 2), (5, 5), (4, 4), (1, 1)])
    assert shown(client.get(address(round_.cohort, "?page=2"))) == pks(a, d)

    client.post(address(round_.cohort, "?page=2"), {"first": "3", "outcome": "offer"})
    assert set(staged(round_.cohort)) == set(pks(a, b, c))
    client.post(
        address(round_.cohort, "?show=undecided"), {"first": "1", "outcome": "reject", "reason_code": "score"}
    )
    assert staged(round_.cohort)[d.pk] == ("reject", None)


def test_the_waitlist_follows_this_order_and_typed_places(client, boss):
    round_, (a, b, c, d) = season([(2, 2), (5, 5), (4, 4), (1, 1)])
    cohort = round_.cohort

    client.post(address(cohort), {"chosen": pks(a, b, c), "outcome": "waitlist"})
    assert staged(cohort) == {b.pk: ("waitlist", 1), c.pk: ("waitlist", 2), a.pk: ("waitlist", 3)}

    client.post(address(cohort), {f"place-{d.pk}": "2", "outcome": "waitlist"})
    assert staged(cohort) == {
        b.pk: ("waitlist", 1), d.pk: ("waitlist", 2), c.pk: ("waitlist", 3), a.pk: ("waitlist", 4),
    }  # fmt: skip
    labels = [row.pill()["label"] for row in client.get(address(cohort)).context["page"].object_list]
    assert labels == ["Waitlist, place 1", "Waitlist, place 3", "Waitlist, place 4", "Waitlist, place 2"]

    client.post(address(cohort), {"chosen": pks(d), f"place-{a.pk}": "1", "outcome": "offer"})
    assert staged(cohort)[d.pk] == ("offer", None)
    assert staged(cohort)[a.pk] == ("waitlist", 4)  # a number beside an offer moves nobody


def test_a_decision_is_taken_back_and_staged_anew(client, boss):
    round_, (a, b) = season([(2, 2), (5, 5)])
    cohort = round_.cohort
    client.post(address(cohort), {"first": "2", "outcome": "offer"})
    response = client.post(address(cohort), {"chosen": a.pk, "outcome": "undo"}, follow=True)

    assert said(response)[-1] == "1 decision taken back."
    assert staged(cohort) == {b.pk: ("offer", None)}
    assert response.context["totals"]["facts"][-1] == ("Undecided", 1)
    client.post(address(cohort), {"chosen": a.pk, "outcome": "waitlist"})
    assert staged(cohort)[a.pk] == ("waitlist", 1)
    assert [row.outcome for row in a.decisions.all()] == ["offer", "undo", "waitlist"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"outcome": "offer"}, "Choose applications"),
        ({"outcome": "offer", "chosen": "x", "first": "-1"}, "Choose applications"),
        ({"outcome": "offer", "first": "²"}, "Choose applications"),
        ({"outcome": "reject", "first": "1"}, "A rejection needs its reason."),
        ({"outcome": "reject", "first": "1", "reason_code": "nonsense"}, "A rejection needs its reason."),
        ({"outcome": "advance", "first": "1"}, "This is the last round"),
    ],
)
def test_what_is_not_staged_and_why(client, boss, data, words):
    round_, _applications = season([(2, 2), (5, 5)])
    response = client.post(address(round_.cohort, "?sort=raw"), data, follow=True)
    assert said(response)[0].startswith(words)
    assert Decision.objects.count() == 0
    assert client.post(address(round_.cohort), {"outcome": "nonsense", "first": "1"}).status_code == 404


def test_nothing_typed_is_lost_where_staging_is_refused(client, boss):
    round_, (a, b) = season([(2, 2), (5, 5)])
    typed = {"outcome": "reject", "chosen": [b.pk], "first": "0", f"place-{a.pk}": "7"}
    page = client.post(address(round_.cohort, "?sort=raw"), typed)
    assert said(page) == ["A rejection needs its reason."]
    assert f'value="{b.pk}" checked' in page.text
    assert f'value="{a.pk}" checked' not in page.text
    assert 'name="first" id="first" size="4" value="0"' in page.text
    assert f'name="place-{a.pk}" value="7"' in page.text
    page = client.post(address(round_.cohort), typed | {"outcome": "advance", "reason_code": "score"})
    assert '<option value="score" selected>' in page.text
    assert " checked" not in client.get(address(round_.cohort)).text


def test_a_review_is_taken_back_from_the_ranking_while_the_round_is_open(client, boss):
    round_, (a, _b) = season([(2, 2), (5, 5)])
    review = a.reviews.first()
    back = reverse(
        "admin:programs_cohort_round_take_back",
        kwargs={"cohort_id": round_.cohort_id, "number": round_.number, "code": review.code},
    )
    assert back in client.get(address(round_.cohort, f"?open={a.pk}")).text
    asked = client.get(back).text
    assert f"{a.receipt_number} · {review.reviewer.display_name}" in asked
    round_.released_at = clock.now()
    round_.save()
    assert back not in client.get(address(round_.cohort, f"?open={a.pk}")).text


def test_before_the_last_round_people_advance(client, boss):
    cohort = make.make_cohort(phase="in_review", capacity=2)
    _round, (a, b) = season([(5, 5), (3, 3)], cohort=cohort)
    make.make_round(cohort, number=2, criteria=(), kind="interview")

    response = client.get(address(cohort))
    assert [outcome.value for outcome in response.context["outcomes"]] == ["advance"]
    assert 'name="place-' not in response.text
    response = client.post(address(cohort), {"first": "1", "outcome": "advance"}, follow=True)
    assert said(response) == ["Advance to the next round: staged for 1."]
    assert dict(response.context["totals"]["facts"]) == {
        "Advance to the next round": 1, "Do not select": 0, "Undecided": 1, "Seats of the cohort": 2,
    }  # fmt: skip
    page = client.get(reverse("admin:programs_application_change", args=[a.pk])).text
    assert "Staged: Advance to the next round" in page
    assert "pill--live" in page
    assert client.get(reverse("admin:programs_cohort_overview", args=[cohort.pk])).context["staged"] == (
        "advance 1 · do not select 0 · undecided 1"
    )


def test_a_score_with_a_conflict_does_not_count_and_staff_see_which(client, boss):
    round_, (a, b) = season([(5, 5), (3, 3)], min_reviews=2)
    first, second = round_.reviewers.order_by("pk")
    reviewers.note_conflict(a.pk, first.user_id, "work", by=boss)
    second.affiliation = "가온"
    second.save()
    Profile.objects.update_or_create(user=b.applicant, defaults={"affiliation": "㈜가온"})
    response = client.get(address(round_.cohort, f"?open={b.pk}"))
    assert {row.pk: (len(row.line.totals), row.line.missing) for row in response.context["page"].object_list} == {
        a.pk: (1, 1), b.pk: (1, 1),
    }  # fmt: skip
    found, aside = response.context["not_counted"]
    assert found.startswith("1 score does not count")
    assert found.endswith(f"{b.receipt_number} · {second.user.display_name}")
    assert aside.startswith("1 score was set aside")
    assert aside.endswith(f"{a.receipt_number} · {first.user.display_name}")
    assert response.text.count("does not count: conflict of interest") == 1
    assert found in response.text
    page = client.get(reverse("admin:programs_cohort_round", args=[round_.cohort_id, 1]))
    assert page.context["given_back"][0]["note"].startswith("Its score was set aside")


# --- the balance ------------------------------------------------------------------------------------------------


def test_the_balance_of_who_is_selected(client, boss):
    cohort = make.make_cohort(phase="in_review", capacity=40)
    make.make_question(cohort.form_version, "gender", "single", is_required=False)
    make.make_question(cohort.form_version, "skills", "multiple", is_required=False)
    make.make_question(cohort.form_version, "name", "short", is_required=False)
    applications = []
    for number in range(36):
        answer = {"gender": "a" if number < 20 else "b", "skills": ["b", "a"] if number % 2 else []}
        fields = {"status": "in_review", "moved_at": clock.now() - timedelta(days=1), "answers": answer}
        applications.append(make.make_application(cohort, **fields))
    decisions.stage_decisions([row.pk for row in applications[12:28]], Outcome.OFFER, by=boss)

    chips = client.get(address(cohort)).context["balance"]["chips"]
    assert [chip["label"] for chip in chips] == ["First time or not", "Question gender", "Question skills"]

    def table(key):
        found = client.get(address(cohort, f"?balance={key}")).context["balance"]["table"]
        return [(row["label"], row["applied"], row["selected"]) for row in found["rows"]]

    assert table("gender") == [("Choice a", 20, 8), ("Choice b", 16, 8)]
    assert table("skills") == [("Choice a + Choice b", 18, 8), ("No answer", 18, 8)]
    assert client.get(address(cohort, "?balance=name")).context["balance"]["table"] is None

    for application in applications[:6]:
        make.make_application(applicant=application.applicant)
    assert table("-first") == [("First application", 30, None), ("Has applied before", 6, None)]
    page = client.get(address(cohort, "?balance=-first")).text
    assert page.count(">hidden<") == 2
    make.make_application(cohort, status="in_review", answers={"gender": "c"})
    assert table("gender") == [("Choice a", 20, 8), ("Choice b, Choice c", 17, 8)]


def test_few_applicants_are_not_compared(client, boss):
    round_, _applications = season([(2, 2), (5, 5)])
    assert "Too few applicants" in client.get(address(round_.cohort, "?balance=-first")).text


# --- how much it takes -------------------------------------------------------------------------------------------


def test_the_page_costs_the_same_for_two_and_for_sixty_and_writes_nothing(client, boss):
    counts = []
    for size in (2, 60):
        round_, applications = season([(number % 6, 3) for number in range(size)])
        query = f"?open={applications[0].pk}&balance=-first"
        client.get(address(round_.cohort, query))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address(round_.cohort, query)).status_code == 200
        counts.append(len(queries))
        assert all(query["sql"].startswith("SELECT") for query in queries)
    assert counts[0] == counts[1] <= 30


def test_it_works_without_scripts_and_says_everything_in_korean(client):
    client.force_login(make.make_admin(language="ko"))
    round_, _applications = season([(1, 5), (5, 5)])
    text = client.get(address(round_.cohort)).text
    main = text[text.index('id="content-main"') :]
    assert "<script" not in main
    assert not re.search(r">\s*(Ranking|Centered|Median|Undecided|Waitlist place)\s*<", main)
