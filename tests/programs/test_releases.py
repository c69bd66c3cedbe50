"""Staging in detail, the pages of a release, and a release whose process is killed."""

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django_tasks import default_task_backend

from accounts.emails import account_opened
from portal import clock, mail
from portal.errors import Refused
from portal.models import MailStatus, OutgoingMail
from programs import seating
from programs.models.applications import Application, Offer, Outcome, StateChange
from programs.models.selection import Release, ReleaseItem
from programs.operations import decisions, releases, review, reviews, seats
from tests import make

pytestmark = pytest.mark.django_db


def in_review(cohort, count, **fields):
    fields = {"status": "in_review", "moved_at": clock.now() - timedelta(days=1)} | fields
    return [make.make_application(cohort, **fields).pk for _number in range(count)]


def stage(ids, outcome, **fields):
    return decisions.stage_decisions(ids, outcome, by=make.make_admin(), **fields)


def waitlist(cohort):
    return decisions.waiting_list(decisions.staged(cohort))


def page(name, cohort):
    return reverse(f"admin:programs_cohort_{name}", args=[cohort.pk])


# --- staging ----------------------------------------------------------------------------------------------------


def test_a_place_puts_between_and_the_others_make_room():
    cohort = make.make_cohort(phase="in_review")
    a, b, c, d, e = in_review(cohort, 5)
    stage([a, b, c], Outcome.WAITLIST)
    stage([d, e], Outcome.WAITLIST, places={d: 1, e: 99})
    assert waitlist(cohort) == [d, a, b, c, e]
    assert [row.rank for row in decisions.staged(cohort).values()] == [2, 3, 4, 1, 5]

    stage([c, b], Outcome.WAITLIST, places={b: 2, c: 2})
    assert waitlist(cohort) == [d, b, c, a, e]
    stage([b], Outcome.OFFER)
    assert waitlist(cohort) == [d, c, a, e]
    stage([c], Outcome.WAITLIST)
    assert waitlist(cohort) == [d, a, e, c]


def test_whoever_keeps_the_place_gets_no_new_decision():
    cohort = make.make_cohort(phase="in_review")
    a, b, c = in_review(cohort, 3)
    stage([a, b], Outcome.WAITLIST)
    stage([c], Outcome.WAITLIST, places={c: 2})
    assert [row.decisions.count() for row in cohort.applications.order_by("pk")] == [1, 2, 1]


def test_taken_back_it_is_undecided_and_is_not_released():
    cohort = make.make_cohort(phase="in_review")
    a, b = in_review(cohort, 2)
    stage([a, b], Outcome.OFFER)
    stage([a], Outcome.UNDO)
    assert releases.release_preview(cohort)["undecided"] == 1
    releases.release_decisions(cohort.pk, by=make.make_admin())
    assert dict(cohort.applications.values_list("pk", "status")) == {a: "in_review", b: "offered"}


def test_the_list_of_applications_shows_what_counts(client, boss):
    """Neither a decision that was taken back, nor one that was released, nor the one before either of them."""
    cohort = make.make_cohort(phase="in_review")
    due = {"starts_at": clock.now() - timedelta(days=3), "due_at": clock.now() - timedelta(days=1)}
    make.make_round(cohort, number=1, **due)
    make.make_round(cohort, number=2, criteria=())
    undone, gone_on, staged = in_review(cohort, 3)
    stage([undone, gone_on, staged], Outcome.ADVANCE)
    stage([undone], Outcome.UNDO)
    stage([staged], Outcome.UNDO)
    releases.release_decisions(cohort.pk, by=boss)
    stage([staged], Outcome.REJECT, reason_code="score")

    address = reverse("admin:programs_application_changelist")
    rows = client.get(address).context["cl"].result_list
    assert {row.pk: row.staged_outcome for row in rows} == {undone: None, gone_on: None, staged: "reject"}
    none = client.get(f"{address}?staged=none").context["cl"].result_list
    assert {row.pk for row in none} == {undone, gone_on}


def test_the_history_names_whoever_staged_and_took_back(client):
    boss = make.make_admin(language="en", full_name="남궁설", romanized_name="Namgung Seol")
    client.force_login(boss)
    cohort = make.make_cohort(phase="in_review")
    (pk,) = in_review(cohort, 1)
    decisions.stage_decisions([pk], Outcome.REJECT, by=boss, reason_code="score")
    decisions.stage_decisions([pk], Outcome.UNDO, by=boss)
    lines = client.get(reverse("admin:programs_application_history", args=[pk])).context["lines"]
    assert [(line["title"], line["note"], line["pill"]["icon"]) for line in lines] == [
        ("Decision taken back", boss.display_name, "back"),
        ("Staged: Do not select", f"{boss.display_name} · Others scored higher", "minus"),
    ]


def test_a_round_is_not_released_before_its_reviews_are_due(settings):
    cohort = make.make_cohort(phase="in_review")
    first = make.make_round(cohort, number=1)
    make.make_round(cohort, number=2, criteria=())
    stage(in_review(cohort, 1), Outcome.ADVANCE)
    settings.DEMO_NOW = first.due_at - timedelta(seconds=1)
    with pytest.raises(Refused):
        releases.start_release(cohort.pk, by=make.make_admin())
    settings.DEMO_NOW = first.due_at
    assert releases.release_decisions(cohort.pk, by=make.make_admin()).advanced == 1


# --- the pages ---------------------------------------------------------------------------------------------------


def test_a_release_is_left_to_the_worker_and_its_page_says_how_far_it_is(client, boss, monkeypatch):
    monkeypatch.setattr(releases, "PORTION", 2)
    cohort = make.make_cohort(phase="in_review", capacity=2)
    a, b, c, d, e = in_review(cohort, 5)
    stage([a, b], Outcome.OFFER)
    stage([c], Outcome.WAITLIST)
    stage([d, e], Outcome.REJECT, reason_code="score")
    assert client.get(page("releasing", cohort)).status_code == 404

    hidden = dict(client.get(page("release", cohort)).context["hidden"])
    response = client.post(page("release", cohort), hidden, follow=True)
    assert response.redirect_chain == [(page("releasing", cohort), 302)]
    assert [str(message) for message in response.context["messages"]] == ["5 results are going out."]
    assert (response.context["done"], response.context["total"]) == (0, 5)
    assert "0 of 5 decisions" in response.text
    assert 'data-progress="running"' in response.text
    assert "js/progress.js" in response.text
    assert StateChange.objects.count() == 0

    release = cohort.releases.get()
    releases.carry_portion(release.pk)
    review.request_changes(
        Application.objects.get(pk=c).pk, by=boss, note="무엇", until=clock.now() + timedelta(days=1)
    )
    response = client.get(page("releasing", cohort))
    assert (response.context["done"], response.context["running"]) == (2, True)
    overview = client.get(page("overview", cohort))
    assert overview.context["todo"][0]["title"] == "Results are going out: 2 of 5"
    assert overview.context["todo"][0]["url"] == page("releasing", cohort)

    releases.carry_out(release.pk)
    response = client.get(page("releasing", cohort))
    facts = {fact["term"]: fact["value"] for fact in response.context["facts"]}
    assert 'data-progress="done"' in response.text
    assert "js/progress.js" not in response.text
    assert facts["By"] == boss.display_name
    assert (facts["Offer a place"], facts["Do not select"]) == ("2", "2")
    assert facts["Fallen away: withdrawn or sent back in the meantime"] == "1"
    assert "Waitlist" not in facts
    assert client.post(page("releasing", cohort)).status_code == 404
    assert "Results are going out" not in str(client.get(page("overview", cohort)).context["todo"])


def test_the_page_before_a_release_knows_the_round(client, boss):
    cohort = make.make_cohort(phase="in_review")
    due = {"starts_at": clock.now() - timedelta(days=3), "due_at": clock.now() - timedelta(days=1)}
    promised = clock.now() + timedelta(days=2)
    make.make_round(cohort, number=1, announce_at=promised, **due)
    make.make_round(cohort, number=2, criteria=(), kind="interview")
    a, b = in_review(cohort, 2)
    stage([a], Outcome.ADVANCE)

    response = client.get(page("release", cohort))
    counts = dict(response.context["counts"])
    assert counts["Review round"] == "1. Document review"
    assert (counts["Advance"], counts["Undecided, staying under review"]) == (1, 1)
    assert "Offer a place" not in counts
    assert "Releasing now moves it to now" in response.context["intro"]

    client.post(page("release", cohort), dict(response.context["hidden"]))
    releases.carry_out(cohort.releases.get().pk)
    facts = {fact["term"]: fact["value"] for fact in client.get(page("releasing", cohort)).context["facts"]}
    assert facts["Review round"] == "1. Document review"
    assert facts["Advance to the next round"] == "1"
    counts = dict(client.get(page("release", cohort)).context["counts"])
    assert counts["Review round"] == "2. Interview"
    assert "Advance" not in counts


# --- killed ----------------------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
import django
django.setup()
from django.db import connection
from programs.operations import releases
portions, seen = 0, releases.carry_item
def carry_item(*arguments):
    global portions
    portions += 1
    if portions == 70:  # twenty into the second portion of fifty
        os.kill(os.getpid(), signal.SIGKILL)
    seen(*arguments)
releases.carry_item = carry_item
releases.carry_out(int(sys.argv[1]))
"""


def in_a_process(code, *arguments):
    """Run Python code on the database of this test; returns the exit status."""
    at = connection.settings_dict
    url = f"postgres://{at['USER']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "TEST_DATABASE_URL": url}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, env=env, cwd=settings.BASE_DIR, timeout=300).returncode


# --- what happens beside a release -----------------------------------------------------------------------------


def test_a_frozen_decision_is_void_once_its_application_came_back_anew():
    """Sent back, completed and reviewed again while the worker was away: the old outcome says nothing any more."""
    cohort = make.make_cohort(phase="in_review", capacity=2)
    (pk,) = in_review(cohort, 1)
    stage([pk], Outcome.OFFER)
    release = releases.start_release(cohort.pk, by=make.make_admin())
    assert seating.seats(cohort, clock.now()).pending == 1
    Application.objects.filter(pk=pk).update(moved_at=clock.now() + timedelta(seconds=1))
    assert seating.seats(cohort, clock.now()).pending == 0
    releases.carry_out(release.pk)
    assert Application.objects.get(pk=pk).status == "in_review"
    assert (release.items.get().is_void, OutgoingMail.objects.filter(reason="offered").exists()) == (True, False)


def a_selection(*numbers):
    cohort = make.make_cohort(phase="in_review", announce_at=clock.now() - timedelta(minutes=1))
    past = clock.now() - timedelta(hours=1)
    return cohort, [
        make.make_round(cohort, number=number, criteria=(), due_at=past, announce_at=past) for number in numbers
    ]


def test_an_outcome_that_the_rounds_no_longer_allow_is_not_released():
    cohort, (_first, second) = a_selection(1, 2)
    (pk,) = in_review(cohort, 1)
    stage([pk], Outcome.ADVANCE)
    second.delete()
    with pytest.raises(Refused, match="마지막 심사 단계"):
        releases.start_release(cohort.pk, by=make.make_admin())
    stage([pk], Outcome.OFFER)
    make.make_round(cohort, number=2, criteria=())
    with pytest.raises(Refused, match="다음 심사 단계"):
        releases.start_release(cohort.pk, by=make.make_admin())
    assert not ReleaseItem.objects.exists()


def test_who_advances_stands_in_the_next_round_there_is():
    cohort, _rounds = a_selection(1, 5)
    (pk,) = in_review(cohort, 1)
    stage([pk], Outcome.ADVANCE)
    releases.release_decisions(cohort.pk, by=None)
    assert Application.objects.get(pk=pk).round_number == 5
    mail.deliver_waiting()
    assert OutgoingMail.objects.get(reason="advanced").status == MailStatus.SENT


def test_no_release_begins_while_another_runs():
    cohort = make.make_cohort(phase="in_review")
    first, second = in_review(cohort, 2)
    boss = make.make_admin()
    stage([first], Outcome.OFFER)
    running = releases.start_release(cohort.pk, by=boss)
    stage([second], Outcome.OFFER)
    with pytest.raises(Refused, match="지금 결과를 공개하고"):
        releases.start_release(cohort.pk, by=boss)
    assert Release.objects.get() == running

    releases.carry_out(running.pk)
    releases.release_decisions(cohort.pk, by=boss)
    assert set(cohort.applications.values_list("status", flat=True)) == {"offered"}


def test_waitlist_numbers_go_on_from_portion_to_portion_and_release_to_release(monkeypatch):
    monkeypatch.setattr(releases, "PORTION", 2)
    cohort = make.make_cohort(phase="in_review")
    *first, late = in_review(cohort, 6)
    stage(first, Outcome.WAITLIST)
    releases.release_decisions(cohort.pk, by=make.make_admin())
    stage([late], Outcome.WAITLIST)
    releases.release_decisions(cohort.pk, by=make.make_admin())
    numbers = dict(cohort.applications.values_list("pk", "waitlist_number"))
    assert [numbers[pk] for pk in (*first, late)] == [1, 2, 3, 4, 5, 6]


def test_a_release_that_fails_holds_up_no_other(monkeypatch):
    stopped = []
    for _number in range(2):
        cohort = make.make_cohort(phase="in_review")
        stage(in_review(cohort, 1), Outcome.REJECT, reason_code="score")
        stopped.append(releases.start_release(cohort.pk, by=make.make_admin()))
    carry = releases.carry_portion

    def fails_for_the_first(release_id):
        if release_id == stopped[0].pk:
            raise ValueError("broken")
        return carry(release_id)

    monkeypatch.setattr(releases, "carry_portion", fails_for_the_first)
    assert releases.resume_releases(clock.now() + releases.STANDS_STILL) == 2
    assert [bool(row.finished_at) for row in Release.objects.order_by("pk")] == [False, True]


def test_the_worker_takes_a_portion_a_task_and_the_clock_leaves_it_alone_until_it_stands_still(monkeypatch):
    monkeypatch.setattr(releases, "PORTION", 2)
    cohort = make.make_cohort(phase="in_review", capacity=5)
    stage(in_review(cohort, 5), Outcome.OFFER)
    release = releases.start_release(cohort.pk, by=make.make_admin())

    def portions():
        return [row for row in default_task_backend.results if row.task.func == releases.carry_out_release.func]

    default_task_backend.clear()
    releases.carry_out_release.func(release.pk)
    (following,) = portions()
    assert (following.args, following.task.priority) == ([release.pk], releases.PRIORITY)
    assert release.items.exclude(done_at=None).count() == 2
    touched = release.items.exclude(done_at=None).latest("done_at").done_at
    assert releases.resume_releases(touched + releases.STANDS_STILL - timedelta(microseconds=1)) == 0
    assert release.items.exclude(done_at=None).count() == 2

    for _portion in range(2):
        releases.carry_out_release.func(release.pk)
    assert release.items.filter(done_at=None).count() == 0
    assert len(portions()) == 3
    releases.carry_out_release.func(release.pk)  # finds nothing left, and ends the release
    assert len(portions()) == 3
    release.refresh_from_db()
    assert release.finished_at is not None


def test_the_clock_goes_on_with_a_release_that_stands_still_from_that_second_on():
    cohort = make.make_cohort(phase="in_review", capacity=5)
    stage(in_review(cohort, 1), Outcome.OFFER)
    release = releases.start_release(cohort.pk, by=make.make_admin())
    at = release.started_at + releases.STANDS_STILL
    assert releases.resume_releases(at - timedelta(microseconds=1)) == 0
    assert releases.resume_releases(at) == 1
    assert set(cohort.applications.values_list("status", flat=True)) == {"offered"}


def test_what_somebody_waits_for_goes_before_the_portions_of_a_release():
    default_task_backend.clear()
    person = make.make_user()
    account_opened(person)
    cohort = make.make_cohort(phase="in_review", capacity=5)
    stage(in_review(cohort, 1), Outcome.OFFER)
    releases.release_decisions(cohort.pk, by=make.make_admin())
    priorities = [queued.task.priority for queued in default_task_backend.results]
    assert priorities == [mail.URGENT, 0]
    assert mail.URGENT > releases.PRIORITY > 0


def test_a_waitlist_is_not_closed_while_some_have_still_to_be_put_on_it_or_where_time_was_given(settings):
    cohort = make.make_cohort(phase="in_review", capacity=1)
    first, second = in_review(cohort, 2)
    stage([first], Outcome.OFFER)
    stage([second], Outcome.WAITLIST)
    release = releases.start_release(cohort.pk, by=make.make_admin())
    releases.carry_portion(release.pk)
    late = cohort.starts_at + timedelta(hours=1)
    settings.DEMO_NOW = late
    assert seats.close_waitlists(late) == 0
    releases.carry_out(release.pk)
    assert seats.close_waitlists(late) == 1


def test_a_review_is_not_changed_once_the_result_is_out():
    review_ = make.make_review(points=3)
    review_.round.released_at = clock.now()
    review_.round.save()
    with pytest.raises(Refused):
        reviews.save_review(review_.pk, by=review_.reviewer, typed={"comment_staff": "다시"})


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_is_followed_by_another():
    cohort = make.make_cohort(phase="in_review", capacity=30)
    ids = in_review(cohort, 120)
    stage(ids[:30], Outcome.OFFER)
    stage(ids[30:80], Outcome.WAITLIST)
    stage(ids[80:], Outcome.REJECT, reason_code="score")
    release = releases.start_release(cohort.pk, by=make.make_admin())

    assert in_a_process(KILLED, release.pk) == -signal.SIGKILL
    release.refresh_from_db()
    assert release.finished_at is None
    assert ReleaseItem.objects.exclude(done_at=None).count() == 50  # the portion that was cut short is undone
    assert (StateChange.objects.count(), OutgoingMail.objects.count()) == (50, 50)

    on = "import django; django.setup(); from portal import clock; from programs.operations import releases; "
    assert in_a_process(on + "raise SystemExit(releases.resume_releases(clock.now() + releases.STANDS_STILL))") == 1

    release.refresh_from_db()
    assert release.finished_at is not None
    assert not ReleaseItem.objects.filter(done_at=None).exists()
    statuses = Counter(cohort.applications.values_list("status", flat=True))
    assert statuses == {"offered": 30, "waitlisted": 50, "rejected": 40}
    assert set(Counter(StateChange.objects.values_list("application", flat=True)).values()) == {1}
    mails = Counter(OutgoingMail.objects.values_list("person", flat=True))
    assert len(mails) == 120
    assert set(mails.values()) == {1}
    numbers = list(
        cohort.applications.filter(pk__in=ids[30:80]).order_by("pk").values_list("waitlist_number", flat=True)
    )
    assert numbers == list(range(1, 51))
    assert Offer.objects.count() == 30
    assert in_a_process(on + "raise SystemExit(releases.resume_releases(clock.now() + releases.STANDS_STILL))") == 0
