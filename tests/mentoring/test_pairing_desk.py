"""The pairing desk of staff: what its pages say, what its buttons do, who may see it, what it costs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from zeal import zeal_ignore

from mentoring.models.pairs import EndKind, Pairing
from mentoring.models.rounds import Exclusion
from mentoring.models.runs import PairingRun, PairLock, RunKind
from mentoring.operations import answers
from mentoring.operations import runs as operations
from mentoring.pairing.input import mentor_id, mentor_pk
from portal import clock
from portal.models import OutgoingMail
from tests import make
from tests.mentoring.rounds import make_full_round

pytestmark = pytest.mark.django_db
PAGES = ("run", "board", "what_if", "compare", "difference", "publish", "undo")


class Desk:
    """A round with mentors and mentees who all wish for the mentors in their order, and who runs it."""

    def __init__(self, client, mentees=3, mentors=2, **fields):
        self.client = client
        self.round, self.mentors, self.people = make_full_round(mentees, mentors, **fields)
        self.boss = make.make_admin(language="en")
        client.force_login(self.boss)

    def url(self, page="desk", **more):
        return reverse(f"admin:mentoring_pairing_{page}", kwargs={"round_id": self.round.pk, **more})

    def get(self, page="desk", query="", **more):
        return self.client.get(self.url(page, **more) + query)

    def post(self, page, data=None, **more):
        with zeal_ignore():  # each deed asks and locks for itself
            return self.client.post(self.url(page, **more), data or {})

    def run(self, **kind):
        return operations.run(self.round.pk, by=self.boss, **kind)

    def code(self, place):
        return self.people[place].enrolment.code

    def name(self, place):
        return self.people[place].enrolment.person.display_name

    def mentor(self, place):
        return self.mentors[place].mentor

    def mentor_of(self, run, place):
        return dict(run.plan["pairs"]).get(self.code(place))

    def other_mentor(self, run, place):
        """A mentor whom the mentee does not get in the run."""
        held = self.mentor_of(run, place)
        return next(row.mentor for row in self.mentors if mentor_id(row.mentor_id) != held)

    def published(self):
        run = self.run()
        operations.publish(run.pk, by=self.boss, digest=run.digest)
        run.refresh_from_db()
        return run


@pytest.fixture
def desk(client):
    return Desk(client)


def text_of(response):
    assert response.status_code == 200
    return response.text


# --- who may ------------------------------------------------------------------------------------------


def test_only_who_runs_the_cohort_finds_the_desk(client, desk):
    run = desk.run()
    own = make.make_manager(desk.round.cohort)
    pages = [desk.url(), desk.url("history"), desk.url("repair"), desk.url("mentee", mentee=desk.code(0))]
    pages += [desk.url(page, number=run.number) for page in PAGES]
    pages.append(
        desk.url("cost", number=run.number) + f"?mentee={desk.code(0)}&mentor={mentor_id(desk.mentor(0).pk)}"
    )
    client.force_login(own)
    assert {client.get(page).status_code for page in pages} == {200}
    for stranger in (make.make_manager(make.make_cohort()), desk.mentor(0).user, make.make_user()):
        client.force_login(stranger)
        assert {client.get(page).status_code for page in pages} == {404}


def test_the_desk_is_linked_from_the_cohort_and_from_the_round(desk):
    cohort = reverse("admin:programs_cohort_overview", args=[desk.round.cohort_id])
    round_ = reverse("admin:mentoring_mentoringround_overview", args=[desk.round.pk])
    for address in (cohort, round_):
        assert f'href="{desk.url()}"' in text_of(desk.client.get(address))


def test_looking_writes_nothing(desk):
    run = desk.published()
    addresses = [desk.url(), desk.url("history"), desk.url("repair"), desk.url("mentee", mentee=desk.code(0))]
    addresses += [desk.url(page, number=run.number) for page in PAGES]
    for address in addresses:
        with CaptureQueriesContext(connection) as queries:
            assert desk.client.get(address).status_code == 200, address
        assert [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))] == []


@pytest.mark.parametrize("page", ["start", "keep", "mails", "toggle"])
def test_what_changes_something_is_posted(desk, page):
    run = desk.run()
    more = {} if page == "start" else {"number": run.number}
    more |= {"mentee": desk.code(0)} if page == "toggle" else {}
    assert desk.get(page, **more).status_code == 405


def test_a_run_or_a_mentee_of_another_round_is_not_found(desk):
    other, _mentors, people = make_full_round(1, 1)
    foreign = operations.run(other.pk, by=desk.boss)
    assert desk.get("run", number=foreign.number).status_code == 404
    assert desk.get("mentee", mentee=people[0].enrolment.code).status_code == 404


# --- overview ------------------------------------------------------------------------------------------


def test_the_overview_counts_who_is_possible_and_puts_those_with_few_first(desk):
    operations.exclude(desk.round.pk, desk.people[1].enrolment_id, desk.mentor(0).pk, by=desk.boss, reason="Family")
    response = desk.get()
    rows = response.context["mentees"]
    assert [(row["name"], row["eligible"]) for row in rows][0] == (desk.name(1), 1)
    assert [row["eligible"] for row in rows] == [1, 2, 2]
    text = text_of(response)
    assert "4 for 3 mentees" in text
    assert "Family" in text


def test_the_overview_warns_of_too_few_places_and_of_nobody_possible(client):
    desk = Desk(client, mentees=3, mentors=1)
    operations.exclude(desk.round.pk, desk.people[0].enrolment_id, desk.mentor(0).pk, by=desk.boss, reason="Family")
    warnings = desk.get().context["warnings"]
    assert warnings[0].startswith("There is 1 place fewer than mentees")
    assert f"No mentor is possible for 1 mentee: {desk.name(0)}." in warnings


def test_an_empty_round_says_what_to_do(client):
    desk = Desk(client, mentees=0, mentors=0)
    text = text_of(desk.get())
    assert "There are no mentees yet." in text
    assert "Invite mentors to the round first." in text
    assert "Nothing has been worked out yet" in text_of(desk.get("history"))


def test_working_out_both_leads_to_them_side_by_side(desk):
    response = desk.post("start", {"mode": "both"})
    one, two = desk.round.runs.order_by("number")
    assert (one.mode, two.mode) == ("optimal", "stable")
    assert response.url == f"{desk.url('compare', number=one.number)}?with={two.number}"
    text = text_of(desk.client.get(response.url))
    assert "Run 1 · Best for the cohort" in text
    assert "Run 2 · Stable" in text


def test_after_an_announcement_everything_is_worked_out_anew(desk):
    desk.published()
    desk.post("start", {"mode": "stable"})
    run = desk.round.runs.first()
    assert (run.kind, run.mode) == (RunKind.FULL, "stable")
    assert "Everything anew · Stable" in text_of(desk.get("history"))


def test_an_unknown_way_to_pair_is_none(desk):
    assert desk.post("start", {"mode": "by hand"}).status_code == 404
    assert not PairingRun.objects.exists()


def test_locks_that_cannot_be_kept_are_said_on_the_desk(desk):
    desk.post("lock", {"reason": ""}, mentee=desk.code(0), mentor=desk.mentor(0).pk)
    desk.mentors[0].delete()
    response = desk.client.post(desk.url("start"), {"mode": "optimal"}, follow=True)
    assert "against the rules" in text_of(response)


# --- a mentee ------------------------------------------------------------------------------------------


def test_a_mentee_sees_each_mentor_with_parts_that_add_up(desk):
    desk.run()
    rows = desk.get("mentee", mentee=desk.code(0)).context["possible"]
    assert len(rows) == 2
    for row in rows:
        assert sum(part["value"] for part in row["parts"]) == row["score"]
    assert {row["choice"] for row in rows} == {"Wish no. 1", "Wish no. 2"}
    assert "The pair of this run" in {row["cost"]["text"] for row in rows}


def test_costs_of_a_mentee_are_those_of_the_same_pair_forced(client):
    desk = Desk(client, mentees=4, mentors=3)
    desk.run()
    for row in desk.get("mentee", mentee=desk.code(0)).context["possible"]:
        if row["cost"].get("url"):
            assert row["cost"]["text"] in text_of(client.get(row["cost"]["url"]))


def test_a_mentor_who_is_ruled_out_stands_with_the_reason(desk):
    operations.exclude(desk.round.pk, desk.people[0].enrolment_id, desk.mentor(0).pk, by=desk.boss, reason="Family")
    response = desk.get("mentee", mentee=desk.code(0))
    [row] = response.context["excluded"]
    assert row["reasons"] == ["Excluded by staff: Family"]
    assert [str(deed["label"]) for deed in row["deeds"]] == ["Lock in spite of this", "Lift"]


def test_a_contact_block_is_neither_explained_nor_lifted_nor_overridden(desk):
    Exclusion.objects.create(
        mentor=desk.mentor(0), person=desk.people[0].enrolment.person, kind="safeguarding", reason="secret"
    )
    response = desk.get("mentee", mentee=desk.code(0))
    [row] = response.context["excluded"]
    assert row["reasons"] == ["Contact block"]
    assert [str(deed["label"]) for deed in row["deeds"]] == ["Exclude"]
    assert "secret" not in text_of(response) + text_of(desk.get())
    block = Exclusion.objects.get()
    assert desk.get("lift", pk=block.pk).status_code == 404
    assert desk.get("lock", mentee=desk.code(0), mentor=desk.mentor(0).pk).status_code == 404


def test_excluding_asks_for_a_reason_and_lifting_takes_it_back(desk):
    place = {"mentee": desk.code(0), "mentor": desk.mentor(0).pk}
    assert "field is required" in text_of(desk.post("exclude", {"reason": " "}, **place))
    assert desk.post("exclude", {"reason": "Family"}, **place).status_code == 302
    row = Exclusion.objects.get()
    assert (row.reason, row.by) == ("Family", desk.boss)
    assert desk.post("lift", {"reason": "Settled"}, pk=row.pk).status_code == 302
    row.refresh_from_db()
    assert row.lifted_by == desk.boss


def test_locking_against_a_rule_wants_a_reason(desk):
    operations.exclude(desk.round.pk, desk.people[0].enrolment_id, desk.mentor(0).pk, by=desk.boss, reason="Family")
    place = {"mentee": desk.code(0), "mentor": desk.mentor(0).pk}
    assert "Excluded by staff" in text_of(desk.get("lock", **place))
    assert "field is required" in text_of(desk.post("lock", {"reason": ""}, **place))
    assert not PairLock.objects.exists()
    assert desk.post("lock", {"reason": "Both agree"}, **place).status_code == 302
    assert PairLock.objects.get().is_override
    assert desk.post("unlock", mentee=desk.code(0)).status_code == 302
    assert not PairLock.objects.exists()


# --- a run ---------------------------------------------------------------------------------------------


def test_a_run_shows_its_pairs_its_proof_and_what_it_grants(desk):
    run = desk.run()
    response = desk.get("run", number=run.number)
    text = text_of(response)
    assert "Proof checked" in text
    assert {row["mentee"] for row in response.context["pairs"]} == {desk.name(place) for place in range(3)}
    assert sum(row["count"] for row in response.context["choices"]) == 3


@pytest.mark.parametrize("sort", ["worst", "choice", "mentor", "mentee", "score", "nonsense"])
def test_pairs_are_sorted_as_asked(desk, sort):
    run = desk.run()
    rows = desk.get("run", f"?sort={sort}", number=run.number).context["pairs"]
    keys = {
        "worst": [row["fit"] for row in rows],
        "nonsense": [row["fit"] for row in rows],
        "choice": [-row["number"] for row in rows],
        "mentor": [row["mentor"] for row in rows],
        "mentee": [row["mentee"] for row in rows],
        "score": [row["score"] for row in rows],
    }[sort]
    assert keys == sorted(keys)


def test_a_plan_that_was_tampered_with_is_not_called_proved(desk):
    run = desk.run()
    run.plan["stages"]["total"] += 1
    run.save()
    assert "Proof does not hold" in text_of(desk.get("run", number=run.number))


def test_who_is_left_over_is_told_why_in_words(client):
    desk = Desk(client, mentees=3, mentors=1)
    run = desk.run()
    response = desk.get("run", number=run.number)
    [row] = response.context["unmatched"]
    assert row["text"].startswith("These 3 mentees can only go to")
    assert "who have 2 places together" in row["text"]
    assert any(text.startswith("One more place with one of") for text in row["relax"])
    assert response.context["prices"][0]["side"] == "1 mentee more with a mentor"


def test_a_pair_is_locked_and_unlocked_from_the_table(desk):
    run = desk.run()
    assert desk.post("toggle", number=run.number, mentee=desk.code(0)).status_code == 302
    lock = PairLock.objects.get()
    assert mentor_id(lock.mentor_id) == desk.mentor_of(run, 0)
    rows = desk.get("run", number=run.number).context["pairs"]
    assert [row["mentee"] for row in rows if row["is_locked"]] == [desk.name(0)]
    desk.post("toggle", number=run.number, mentee=desk.code(0))
    assert not PairLock.objects.exists()


# --- the board -----------------------------------------------------------------------------------------


def test_the_board_has_a_column_a_mentor_with_load_and_a_card_a_mentee(client):
    desk = Desk(client, mentees=3, mentors=1)
    run = desk.run()
    response = desk.get("board", number=run.number)
    [column] = response.context["columns"]
    assert column["load"] == "2 of 2"
    assert len(column["cards"]) == 2
    assert len(response.context["free"]["cards"]) == 1
    assert "Without a mentor" in text_of(response)


def test_the_cost_of_a_pair_is_the_same_on_the_page_and_for_the_script(desk):
    run = desk.run()
    query = f"?mentee={desk.code(0)}&mentor={mentor_id(desk.other_mentor(run, 0).pk)}"
    cost = desk.get("board", query, number=run.number).context["cost"]
    answer = desk.get("cost", query, number=run.number).json()
    assert answer["text"] == cost["text"]
    assert answer["can_keep"] is True
    assert 'name="csrfmiddlewaretoken"' in answer["html"]
    assert not PairLock.objects.exists()


@pytest.mark.parametrize("query", ["", "?mentee=x&mentor=y", "?mentee=%20&mentor=m9", "?mentee[]=1"])
def test_the_cost_of_nobody_is_not_found_and_the_board_still_opens(desk, query):
    run = desk.run()
    assert desk.get("cost", query, number=run.number).status_code == 404
    assert desk.get("board", query, number=run.number).context["cost"] is None


def test_keeping_a_pair_locks_it_and_runs_anew(desk):
    run = desk.run()
    other = desk.other_mentor(run, 0)
    data = {"mentee": desk.code(0), "mentor": mentor_id(other.pk), "reason": "Same studio"}
    response = desk.post("keep", data, number=run.number)
    new = PairingRun.objects.get(number=run.number + 1)
    assert response.url == desk.url("board", number=new.number)
    assert desk.mentor_of(new, 0) == mentor_id(other.pk)
    assert PairLock.objects.get().reason == "Same studio"


def test_keeping_against_a_rule_without_a_reason_loses_nothing_typed(desk):
    operations.exclude(desk.round.pk, desk.people[0].enrolment_id, desk.mentor(0).pk, by=desk.boss, reason="Family")
    run = desk.run()
    data = {"mentee": desk.code(0), "mentor": mentor_id(desk.mentor(0).pk), "reason": "  "}
    response = desk.post("keep", data, number=run.number)
    assert response.status_code == 400
    assert response.context["cost"]["error"] == "Give a reason."
    assert not PairLock.objects.exists()
    assert PairingRun.objects.count() == 1
    response = desk.post("keep", data | {"reason": "900101-1234567"}, number=run.number)
    assert response.status_code == 400
    assert 'value="900101-1234567"' in response.text
    assert desk.post("keep", data | {"reason": "Both agree"}, number=run.number).status_code == 302
    assert PairLock.objects.get().is_override


# --- what if, compare, difference ----------------------------------------------------------------------


def test_what_if_answers_without_keeping_anything(client):
    desk = Desk(client, mentees=3, mentors=1)
    run = desk.run()
    query = f"?who1={mentor_id(desk.mentor(0).pk)}&places1=3"
    response = desk.get("what_if", query, number=run.number)
    assert [value["text"] for value in response.context["stages"][0]["values"]] == ["2", "3 (+1)"]
    assert "takes 3 instead of 2" in text_of(response)
    assert PairingRun.objects.count() == 1


def test_what_if_an_excluded_pair_were_possible(client):
    desk = Desk(client, mentees=1, mentors=1)
    operations.exclude(desk.round.pk, desk.people[0].enrolment_id, desk.mentor(0).pk, by=desk.boss, reason="Family")
    run = desk.run()
    for way in ("allow", "force"):
        query = f"?mentee={desk.code(0)}&mentor={mentor_id(desk.mentor(0).pk)}&pair={way}"
        response = desk.get("what_if", query, number=run.number)
        assert [value["text"] for value in response.context["stages"][0]["values"]] == ["0", "1 (+1)"]
    assert Exclusion.objects.live().count() == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?who1=m0&places1=1", "who1"),
        ("?places1=2", "who1"),
        ("?places1=-1&who1={mentor}", "places1"),
        ("?who1={mentor}", "places1"),
        ("?mentor={mentor}", "mentee"),
        ("?who1=", "__all__"),
    ],
)
def test_what_if_says_at_the_field_what_is_missing(desk, query, field):
    run = desk.run()
    query = query.format(mentor=mentor_id(desk.mentor(0).pk))
    response = desk.get("what_if", query, number=run.number)
    assert field in response.context["form"].errors
    assert response.context["asked"] is False


def test_comparing_wants_a_run_that_there_is(desk):
    run = desk.run()
    assert "nothing to compare with" in text_of(desk.get("compare", number=run.number))
    desk.run(mode="stable")
    assert desk.get("compare", "?with=99", number=run.number).status_code == 404
    for wrong in ("x", "9" * 30, "9" * 5000):
        assert desk.get("compare", f"?with={wrong}", number=run.number).status_code == 404
    assert "Side by side" in text_of(desk.get("compare", number=run.number))


def test_the_difference_is_against_what_is_published_now(desk):
    run = desk.published()
    text = text_of(desk.get("difference", number=run.number))
    assert "Nothing: the pairs of this run are those that are published." in text
    Pairing.objects.filter(enrolment=desk.people[0].enrolment).update(
        ended_at=clock.now(), end_reason="x", end_kind=EndKind.STAFF
    )
    moves = desk.get("difference", number=run.number).context["moves"]
    assert [(move["who"], move["before"]) for move in moves] == [(desk.name(0), "")]


# --- publishing ----------------------------------------------------------------------------------------


def test_the_mails_are_shown_as_they_would_go_and_nothing_is_kept(desk):
    run = desk.run()
    mails = desk.post("mails", number=run.number).context["mails"]
    assert len(mails) == 6
    assert {mail["to"] for mail in mails} >= {desk.name(place) for place in range(3)}
    run.refresh_from_db()
    assert run.published_at is None
    assert not OutgoingMail.objects.exists()
    assert not Pairing.objects.exists()
    operations.publish(run.pk, by=desk.boss, digest=run.digest)
    sent = OutgoingMail.objects.values_list("subject", flat=True)
    assert sorted(sent) == sorted(mail["subject"] for mail in mails)


def test_the_page_names_the_pairs_that_are_new_changed_and_gone(desk):
    first = desk.run()
    asked = desk.get("publish", number=first.number).text
    for mentee, mentor in first.plan["pairs"]:
        place = [person.enrolment.code for person in desk.people].index(mentee)
        named = next(row.mentor for row in desk.mentors if mentor_id(row.mentor_id) == mentor)
        assert f"{named.name} → {desk.name(place)}" in asked
    operations.publish(first.pk, by=desk.boss, digest=first.digest)
    before = mentor_pk(desk.mentor_of(first, 0))
    name = next(row.mentor.name for row in desk.mentors if row.mentor_id == before)
    operations.exclude(desk.round.pk, desk.people[0].enrolment_id, before, by=desk.boss, reason="1")
    second = desk.run()
    asked = desk.get("publish", number=second.number).text
    assert "Changed" in asked
    assert f"Until now: {name}" in asked
    after = mentor_pk(desk.mentor_of(second, 0))
    operations.exclude(desk.round.pk, desk.people[0].enrolment_id, after, by=desk.boss, reason="1")
    gone = desk.get("publish", number=desk.run().number).text
    assert "Removed" in gone
    assert f"{name} → {desk.name(0)}" in gone


def test_publishing_begins_the_pairs_and_offers_to_undo(desk):
    run = desk.run()
    page = desk.get("publish", number=run.number)
    assert dict(page.context["hidden"])["digest"] == run.digest
    assert desk.post("publish", {"digest": run.digest}, number=run.number).status_code == 302
    assert Pairing.objects.live().count() == 3
    text = text_of(desk.get("run", number=run.number))
    assert "data-deadline" in text
    assert "Undo the publishing" in text
    assert desk.post("undo", number=run.number).status_code == 302
    assert not Pairing.objects.live().exists()
    assert "data-deadline" not in text_of(desk.get("run", number=run.number))


def test_after_the_time_nothing_is_undone(desk, monkeypatch):
    run = desk.published()
    later = clock.now() + timedelta(minutes=desk.round.undo_minutes, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "Undo the publishing" not in text_of(desk.get("run", number=run.number))
    assert "is over" in text_of(desk.post("undo", number=run.number))
    assert Pairing.objects.live().count() == 3


@pytest.mark.parametrize("page", ["publish", "mails"])
def test_a_run_out_of_date_is_409_with_the_difference(desk, page):
    run = desk.run()
    operations.exclude(desk.round.pk, desk.people[0].enrolment_id, desk.mentor(0).pk, by=desk.boss, reason="Family")
    response = desk.post(page, {"digest": run.digest}, number=run.number)
    assert response.status_code == 409
    assert f"{desk.name(0)} and {desk.mentor(0).name} may not be paired any more" in response.text
    assert dict(response.context["again"])["mode"] == run.mode
    assert not Pairing.objects.exists()
    assert desk.get("publish", number=run.number).status_code == 409


def test_a_page_seen_before_another_published_is_out_of_date(desk):
    one, two = desk.run(), desk.run(mode="stable")
    operations.publish(one.pk, by=desk.boss, digest=one.digest)
    response = desk.post("publish", {"digest": two.digest}, number=two.number)
    assert response.status_code == 409
    assert "Announced mentor of" in response.text
    assert response.context["run_url"] == desk.url("repair")


def test_who_has_no_mentor_is_said_before_publishing(client):
    desk = Desk(client, mentees=3, mentors=1)
    run = desk.run()
    assert "1 mentee has no mentor in this run" in text_of(desk.get("publish", number=run.number))


# --- repair --------------------------------------------------------------------------------------------


def test_a_decline_opens_a_repair_with_three_ways(client):
    desk = Desk(client, mentees=3, mentors=3)
    desk.published()
    pairing = Pairing.objects.live().get(enrolment=desk.people[0].enrolment)
    answers.decline(pairing.pk, by=pairing.mentor.user, reason="No time")
    page = desk.get("repair")
    assert f"{desk.name(0)} – {pairing.mentor.name}" in text_of(page)
    assert "The mentor has declined." in page.text
    assert page.context["options"] == []
    assert desk.post("repair").status_code == 302
    options = desk.get("repair").context["options"]
    assert [option["title"] for option in options] == [
        RunKind.FEWEST_MOVES.label,
        RunKind.NO_POOR.label,
        RunKind.FULL.label,
    ]
    assert [move["who"] for move in options[0]["moves"]] == [desk.name(0)]
    run = PairingRun.objects.filter(kind=RunKind.FEWEST_MOVES).get()
    assert desk.post("publish", {"digest": run.digest}, number=run.number).status_code == 302
    assert Pairing.objects.live().count() == 3
    assert desk.get("repair").context["events"] == []


def test_nothing_is_repaired_before_anything_is_published(desk):
    assert "nothing to repair" in text_of(desk.client.post(desk.url("repair"), follow=True))


def test_an_answer_that_did_not_come_in_time_is_named(desk, monkeypatch):
    desk.published()
    later = clock.now() + timedelta(hours=desk.round.answer_hours, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert len(desk.get("repair").context["events"]) == 3


# --- what it costs -------------------------------------------------------------------------------------


def grown(client, count):
    desk = Desk(client, mentees=count, mentors=count)
    for person in desk.people:
        make.make_week(person.enrolment.person)
    operations.lock(desk.round.pk, desk.people[0].enrolment_id, desk.mentor(0).pk, by=desk.boss)
    desk.published()
    desk.post("repair")
    return desk, desk.run(kind=RunKind.FULL)


def test_a_page_costs_the_same_for_one_and_for_many(client):
    counts = {}
    for count in (1, 8):
        desk, run = grown(client, count)
        addresses = [desk.url(), desk.url("history"), desk.url("repair"), desk.url("mentee", mentee=desk.code(0))]
        addresses += [desk.url(page, number=run.number) for page in PAGES]
        for place, address in enumerate(addresses):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counts.setdefault(place, []).append(len(queries))
    assert [pair for pair in counts.values() if pair[0] != pair[1]] == []
