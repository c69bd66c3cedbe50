"""The public results of a cohort, and the comments that each applicant reads with the result."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from portal import clock
from programs import feedback, results
from programs.models.applications import Application, Offer
from programs.models.applications import ApplicationStatus as S
from programs.models.selection import Review
from programs.operations import decisions, releases, review, seats
from tests import make

pytestmark = pytest.mark.django_db


def page(cohort, **query):
    with override("en"):
        return reverse("cohort-results", args=[cohort.program.slug, cohort.slug], query=query or None)


def applied(cohort, count, **fields):
    """Applications under review, with the moves that brought them there."""
    found = [make.make_application(cohort, **fields) for _number in range(count)]
    review.start_review([row.pk for row in found], by=None)
    return found


def stage(rows, outcome, by, **fields):
    decisions.stage_decisions([row.pk for row in rows], outcome, by=by, **fields)


@pytest.fixture
def boss():
    return make.make_admin()


@pytest.fixture
def cohort():
    return make.make_cohort(phase="in_review", capacity=2, criteria=())


def release(cohort, boss):
    done = releases.release_decisions(cohort.pk, by=boss)
    cohort.refresh_from_db()
    return done


# --- the page -----------------------------------------------------------------------------------------


def test_there_is_no_page_before_the_release_and_lists_of_numbers_after_it(client, cohort, boss):
    offered, waiting, rejected = applied(cohort, 2), applied(cohort, 2), applied(cohort, 3)
    stage(offered, "offer", boss)
    stage(waiting[::-1], "waitlist", boss)
    stage(rejected, "reject", boss, reason_code="score")
    assert client.get(page(cohort)).status_code == 404

    release(cohort, boss)
    response = client.get(page(cohort))

    assert response.status_code == 200
    selected, waitlist = response.context["lists"]
    assert [row["number"] for row in selected["rows"]] == [row.receipt_number for row in offered]
    assert [row["number"] for row in waitlist["rows"]] == [row.receipt_number for row in waiting[::-1]]
    assert [row["mark"] for row in waitlist["rows"]] == ["no. 1", "no. 2"]
    for row in rejected:
        assert row.receipt_number not in response.text
    for person in Application.objects.select_related("applicant"):
        assert person.applicant.full_name not in response.text
        assert person.applicant.romanized_name not in response.text
        assert person.applicant.email not in response.text
        assert person.code not in response.text
    assert '<meta name="robots" content="noindex">' in response.text
    assert "3.5 : 1" in response.text
    assert [figure["number"] for figure in response.context["figures"]] == ["7", "7", "2", "3.5 : 1"]


def test_what_becomes_of_an_offer_rewrites_nothing_and_who_is_promoted_is_listed_from_then_on(client, cohort, boss):
    first, second = applied(cohort, 2)
    (third,) = applied(cohort, 1)
    stage([first, second], "offer", boss)
    stage([third], "waitlist", boss)
    release(cohort, boss)
    before = client.get(page(cohort)).context["lists"]

    seats.decline_offer(first.pk, by=first.applicant)
    selected, added, waitlist = client.get(page(cohort)).context["lists"]

    assert [selected, waitlist] == before
    assert [row["number"] for row in added["rows"]] == [third.receipt_number]
    assert added["rows"][0]["mark"]


def test_an_offer_that_is_renewed_is_not_listed_twice(cohort, boss):
    (only,) = applied(cohort, 1)
    stage([only], "offer", boss)
    release(cohort, boss)
    seats.decline_offer(only.pk, by=only.applicant)
    seats.offer_seat(only.pk, by=boss, reason="통화로 확인")

    assert Offer.objects.count() == 2
    assert results.added(cohort) == []
    assert results.selected(cohort) == [only.receipt_number]


def test_one_turned_down_who_is_offered_a_place_after_another_look_stands_in_the_later_list(cohort, boss):
    only, other = applied(cohort, 2)
    stage([only, other], "reject", boss, reason_code="score")
    release(cohort, boss)
    seats.offer_seat(only.pk, by=boss, reason="이의 신청을 받아들임")

    assert [number for _day, number in results.added(cohort)] == [only.receipt_number]


def test_whoever_is_not_eligible_is_counted_among_those_who_applied_alone(client, cohort, boss):
    applied(cohort, 2)
    ineligible = make.make_application(cohort)
    review.reject_ineligible(ineligible.pk, by=boss)
    later, *_rest = applied(cohort, 2)
    stage([later], "reject", boss, reason_code="not_eligible")
    make.make_application(cohort, status=S.DRAFT)
    release(cohort, boss)

    figures = client.get(page(cohort)).context["figures"]
    assert [figure["number"] for figure in figures[:3]] == ["5", "3", "0"]


@pytest.mark.parametrize(
    ("applied", "seats", "said"),
    [(7, 2, "3.5 : 1"), (1, 20, "0.1 : 1"), (10, 3, "3.3 : 1"), (2000, 300, "6.7 : 1")],
)
def test_the_competition_is_rounded_half_up(applied, seats, said):
    with override("en"):
        assert results.ratio(applied, seats) == said
    with override("ko"):
        assert results.ratio(applied, seats) == said.replace(":", "대")


def test_a_cohort_that_is_not_published_or_not_selected_has_no_results(client):
    for fields in ({"published_at": None}, {"registration_mode": "first_come", "released_at": clock.now()}):
        cohort = make.make_cohort(phase="announced", **fields)
        assert client.get(page(cohort)).status_code == 404
        assert results.address(cohort, []) == ""
        assert page(cohort) not in client.get(cohort.get_absolute_url()).text


def test_the_cohort_and_the_application_lead_to_the_results_once_they_are_out(client, cohort, boss):
    (only,) = applied(cohort, 1)
    client.force_login(only.applicant)
    stage([only], "offer", boss)
    with override("en"):
        addresses = [cohort.get_absolute_url(), only.get_absolute_url()]
    for address in addresses:
        assert page(cohort) not in client.get(address).text
    release(cohort, boss)
    for address in addresses:
        assert page(cohort) in client.get(address).text


def test_while_a_release_runs_the_page_says_so_and_lists_only_what_has_gone_out(client, cohort, boss, monkeypatch):
    monkeypatch.setattr(releases, "PORTION", 1)
    first, second = applied(cohort, 2)
    stage([first, second], "offer", boss)
    running = releases.start_release(cohort.pk, by=boss)
    releases.carry_portion(running.pk)

    response = client.get(page(cohort))
    assert "Results are going out at this moment." in response.text
    assert [row["number"] for row in response.context["lists"][0]["rows"]] == [first.receipt_number]

    releases.carry_out(running.pk)
    response = client.get(page(cohort))
    assert "Results are going out at this moment." not in response.text
    assert len(response.context["lists"][0]["rows"]) == 2


@pytest.mark.parametrize("typed", ["{}", " {} ", "{} ".lower(), "lower", "no hyphen"])
def test_a_number_is_found_as_people_type_it(client, cohort, boss, typed):
    (only,) = applied(cohort, 1)
    stage([only], "offer", boss)
    release(cohort, boss)
    number = only.receipt_number
    words = {"lower": number.lower(), "no hyphen": number.replace("-", "")}.get(typed, typed.format(number))

    response = client.get(page(cohort, q=words))

    assert [place["id"] for place in response.context["found"]["places"]] == [f"selected-{number}"]
    assert f'href="#selected-{number}"' in response.text
    assert f'id="selected-{number}"' in response.text


def test_a_number_that_is_turned_down_and_one_that_does_not_exist_get_the_same_answer(client, cohort, boss):
    chosen, rejected = applied(cohort, 2)
    stage([chosen], "offer", boss)
    stage([rejected], "reject", boss, reason_code="score")
    release(cohort, boss)
    unknown = "QQ99-9999"

    answers = [
        client.get(page(cohort, q=number)).text.replace(number, "…")
        for number in (rejected.receipt_number, unknown)
    ]
    assert answers[0] == answers[1]
    assert "is not on these lists." in answers[0]
    assert client.get(page(cohort, q=" - ")).context["found"] is None
    assert client.get(page(cohort, q="<b>" * 50)).status_code == 200


# --- rounds -------------------------------------------------------------------------------------------


@pytest.fixture
def rounds(cohort):
    now = clock.now()
    begun = {"starts_at": now - timedelta(days=2), "due_at": now - timedelta(hours=1)}
    document = make.make_round(cohort, announce_at=now + timedelta(days=2), **begun)
    interview = make.make_round(
        cohort,
        number=2,
        kind="interview",
        criteria=(),
        starts_at=now + timedelta(days=3),
        due_at=now + timedelta(days=4),
        shows_comments=False,
    )
    return document, interview


def test_each_round_lists_who_advanced_and_the_last_who_was_selected(client, cohort, rounds, boss):
    document, interview = rounds
    first, second, third = applied(cohort, 3)
    document.comment_en = "Many strong plans."
    document.save()
    stage([first, second], "advance", boss)
    stage([third], "reject", boss, reason_code="score")
    assert client.get(page(cohort)).status_code == 404

    release(cohort, boss)
    response = client.get(page(cohort))
    (passed,) = response.context["lists"]
    assert passed["title"] == "Document review passed"
    assert [row["number"] for row in passed["rows"]] == [first.receipt_number, second.receipt_number]
    assert third.receipt_number not in response.text
    assert "Results so far" in response.text
    assert "Many strong plans." in response.text

    stage([first], "offer", boss)
    stage([second], "reject", boss, reason_code="score")
    interview.comment_ko = "면접 총평입니다."
    interview.save()
    assert "면접 총평입니다." not in client.get(page(cohort)).text
    release(cohort, boss)
    response = client.get(page(cohort))
    assert [one["key"] for one in response.context["lists"]] == ["selected", "round-1"]
    assert "면접 총평입니다." in response.text
    assert '<div data-user-content lang="ko">' in response.text


def test_a_round_nobody_passed_and_one_without_its_date_have_a_page(client, cohort, rounds, boss):
    document, _interview = rounds
    (only,) = applied(cohort, 1)
    stage([only], "reject", boss, reason_code="score")
    release(cohort, boss)
    cohort.announce_at = None
    cohort.save()
    response = client.get(page(cohort))
    assert "Nobody." in response.text
    document.refresh_from_db()
    assert [fact["term"] for fact in results.dates(cohort, [document, rounds[1]])][-1] != "Final results"


def test_the_call_says_the_rounds_their_criteria_and_what_is_hidden(client, cohort, rounds):
    document, _interview = rounds
    extra = document.criteria.last()
    extra.round = None
    extra.save()
    with override("en"):
        response = client.get(cohort.get_absolute_url())
    parts = response.context["selection"]
    assert [part["title"] for part in parts] == ["Document review", "Interview", ""]
    assert [row["weight"] for row in parts[0]["criteria"]["rows"]] == [40]
    assert [row["weight"] for row in parts[2]["criteria"]["rows"]] == [60]
    assert "Hidden from the reviewers" in response.text
    assert "The criterion with most points decides" in response.text
    assert "At least 2 reviewers read each application." in response.text


# --- comments for the applicant -----------------------------------------------------------------------


def test_comments_come_with_the_result_without_names_in_an_order_that_tells_nothing(client, cohort, rounds, boss):
    document, _interview = rounds
    chosen, turned_down = applied(cohort, 2)
    texts = {}
    for place in range(3):
        person = make.make_user(full_name=f"남궁누리{place}")
        make.make_reviewer(document, person)
        for row in (chosen, turned_down):
            texts.setdefault(row.pk, []).append(f"의견 {place} {row.receipt_number}")
            make.make_review(
                document, row, person, points=3, comment_applicant=texts[row.pk][-1], comment_staff="비밀"
            )
    late = make.make_reviewer(document).user
    make.make_review(document, turned_down, late, comment_applicant="아직 쓰는 중")
    gone = make.make_reviewer(document).user
    make.make_review(
        document,
        turned_down,
        gone,
        points=1,
        comment_applicant="회피한 의견",
        ended_at=clock.now(),
        end_reason="recused",
    )
    document.comment_ko = "전체 총평"
    document.save()
    stage([chosen], "advance", boss)
    stage([turned_down], "reject", boss, reason_code="score")
    rows = list(cohort.rounds.all())
    assert feedback.parts(chosen, rows) == []

    release(cohort, boss)

    rows = list(cohort.rounds.all())
    for row in (chosen, turned_down):
        row.refresh_from_db()
        (part,) = feedback.parts(row, rows)
        assert sorted(part["comments"]) == texts[row.pk]
        by_code = Review.objects.filter(application=row, submitted_at__isnull=False, ended_at=None).order_by("code")
        assert part["comments"] == [found.comment_applicant for found in by_code]
        client.force_login(row.applicant)
        text = client.get(reverse("application", args=[row.code])).text
        for said in texts[row.pk]:
            assert said in text
        assert "전체 총평" in text
        for hidden in ("남궁누리", "비밀", "아직 쓰는 중", "회피한 의견"):
            assert hidden not in text


def test_a_round_that_keeps_its_comments_shows_the_panel_s_alone(cohort, rounds, boss):
    document, interview = rounds
    (only,) = applied(cohort, 1)
    stage([only], "advance", boss)
    release(cohort, boss)
    make.make_review(interview, only, points=5, comment_applicant="면접 의견")
    stage([only], "offer", boss)
    release(cohort, boss)
    only.refresh_from_db()
    assert feedback.parts(only, list(cohort.rounds.all())) == []
    interview.refresh_from_db()
    interview.comment_en = "Well prepared."
    (part,) = feedback.parts(only, [document, interview])
    assert part["comments"] == []


def test_one_that_is_decided_anew_shows_nothing_until_its_new_result(cohort, boss):
    round_ = make.make_round(cohort)
    (only,) = applied(cohort, 1)
    make.make_review(round_, only, points=3, comment_applicant="처음 의견")
    stage([only], "reject", boss, reason_code="score")
    release(cohort, boss)
    only.refresh_from_db()
    assert len(feedback.parts(only, list(cohort.rounds.all()))) == 1

    review.reopen_application(only.pk, by=boss, reason="이의 신청")
    make.make_review(round_, only, points=5, comment_applicant="다시 본 의견")
    only.refresh_from_db()
    assert feedback.parts(only, list(cohort.rounds.all())) == []

    stage([only], "offer", boss)
    assert feedback.parts(only, list(cohort.rounds.all())) == []
    release(cohort, boss)
    only.refresh_from_db()
    (part,) = feedback.parts(only, list(cohort.rounds.all()))
    assert set(part["comments"]) == {"처음 의견", "다시 본 의견"}


def test_whoever_left_before_the_result_and_whoever_was_not_decided_read_nothing(cohort, boss):
    round_ = make.make_round(cohort)
    left, undecided, decided = applied(cohort, 3)
    for row in (left, undecided, decided):
        make.make_review(round_, row, points=3, comment_applicant="의견")
    stage([left, decided], "reject", boss, reason_code="score")
    Application.objects.filter(pk=left.pk).update(status=S.WITHDRAWN)
    release(cohort, boss)
    rows = list(cohort.rounds.all())
    for row, parts in ((left, 0), (undecided, 0), (decided, 1)):
        row.refresh_from_db()
        assert len(feedback.parts(row, rows)) == parts
