"""Seats at the same moment, with real threads (PostgreSQL): the last second, the last seat, two tabs, a release.

As pretix does, one test first shows that a seat is given twice where the lock is taken out.
"""

import threading
from contextlib import nullcontext
from datetime import timedelta
from unittest import mock

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from portal.errors import Refused
from portal.models import OutgoingMail
from programs.models.applications import Application, ApplicationStatus, Outcome
from programs.models.cohorts import Cohort
from programs.models.enrolments import Enrolment
from programs.operations import applications, cohorts, decisions, moves, releases, seats
from tests.make import make_admin, make_application, make_cohort, make_enrolment
from tests.races import at_once

S = ApplicationStatus
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
AGAIN = pytest.mark.parametrize("again", range(3))  # whoever comes first this time


def told(application):
    """The reasons of the mails to a person, in their order."""
    return list(
        OutgoingMail.objects.filter(person=application.applicant).order_by("pk").values_list("reason", flat=True)
    )


def status_of(application):
    return Application.objects.values_list("status", flat=True).get(pk=application.pk)


@AGAIN
def test_an_offer_is_accepted_while_it_runs_out(again, settings):
    """The clock has come to the deadline, the click arrived a moment before it: one of the two holds."""
    cohort = make_cohort(phase="announced", capacity=1)
    offered = make_application(cohort, status=S.OFFERED)
    following = make_application(cohort, status=S.WAITLISTED)
    settings.DEMO_NOW = offered.answer_by - timedelta(microseconds=1)

    outcomes = at_once(
        [
            lambda: seats.confirm_offer(offered.pk, by=offered.applicant),
            lambda: seats.expire_offers(offered.answer_by),
        ]
    )

    if Enrolment.objects.exists():
        assert (status_of(offered), status_of(following)) == (S.CONFIRMED, S.WAITLISTED)
        assert (told(offered), told(following)) == (["confirmed"], [])
    else:
        assert any(isinstance(outcome, Refused) for outcome in outcomes)
        assert (status_of(offered), status_of(following)) == (S.EXPIRED, S.OFFERED)
        assert (told(offered), told(following)) == (["offer_expired"], ["promoted"])


def test_at_the_second_itself_it_is_too_late_whoever_comes_first(settings):
    cohort = make_cohort(phase="announced", capacity=1)
    offered = make_application(cohort, status=S.OFFERED)
    following = make_application(cohort, status=S.WAITLISTED)
    settings.DEMO_NOW = offered.answer_by

    outcomes = at_once(
        [lambda: seats.confirm_offer(offered.pk, by=offered.applicant)] * 3
        + [lambda: seats.expire_offers(offered.answer_by)]
    )

    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 3
    assert (status_of(offered), status_of(following)) == (S.EXPIRED, S.OFFERED)


def test_two_people_press_for_the_last_seat_in_two_tabs_each():
    """Through the pages, as browsers do: every tab is answered, one person has the seat, each has one receipt."""
    cohort = make_cohort(registration_mode="first_come", capacity=1)
    drafts = [make_application(cohort, status=S.DRAFT) for _ in range(2)]
    tabs = [(draft, Client()) for draft in drafts for _ in range(2)]
    for draft, tab in tabs:
        tab.force_login(draft.applicant)

    answers = at_once(
        [lambda d=draft, t=tab: t.post(reverse("application-submit", args=[d.code])) for draft, tab in tabs]
    )

    assert [answer.status_code for answer in answers] == [302] * 4
    assert sorted(status_of(draft) for draft in drafts) == [S.CONFIRMED, S.WAITLISTED]
    assert sorted(told(draft) for draft in drafts) == [["confirmed"], ["waitlisted"]]
    for draft in drafts:
        assert draft.submissions.count() == 1
    shown = [tab.get(reverse("application", args=[draft.code])).text for draft, tab in tabs]
    for (draft, _tab), text in zip(tabs, shown, strict=True):
        draft.refresh_from_db()
        assert draft.receipt_number in text


def test_two_tabs_confirm_one_offer():
    offered = make_application(make_cohort(phase="announced", capacity=1), status=S.OFFERED)
    tabs = [Client() for _ in range(2)]
    for tab in tabs:
        tab.force_login(offered.applicant)

    answers = at_once([lambda t=tab: t.post(reverse("application-confirm", args=[offered.code])) for tab in tabs])

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Enrolment.objects.filter(application=offered).count() == 1
    assert told(offered) == ["confirmed"]


@AGAIN
def test_a_place_is_cancelled_while_seats_are_promoted(again):
    """And the next in line leaves at that moment: the seat is offered once, to somebody who still waits."""
    cohort = make_cohort(phase="announced", capacity=2)
    held = make_application(cohort, status=S.CONFIRMED)
    make_enrolment(application=held)
    first, second, third = (make_application(cohort, status=S.WAITLISTED) for _ in range(3))

    at_once(
        [
            lambda: seats.cancel_place(held.pk, by=held.applicant),
            lambda: seats.run_promotions(cohort.pk),
            lambda: seats.run_promotions(cohort.pk),
            lambda: applications.withdraw_application(first.pk, by=first.applicant),
        ]
    )

    left = [status_of(row) for row in (first, second, third)]
    assert status_of(held) == S.CANCELLED
    assert left in ([S.WITHDRAWN, S.OFFERED, S.OFFERED], [S.OFFERED, S.OFFERED, S.WAITLISTED])
    for row, status in zip((first, second, third), left, strict=True):
        assert told(row) == {S.WITHDRAWN: ["withdrawn"], S.OFFERED: ["promoted"], S.WAITLISTED: []}[status]


@AGAIN
def test_fewer_seats_while_the_results_go_out(again, monkeypatch):
    """Whichever holds the lock first holds; the other is told why not. No offer is lost, none is one too many."""
    monkeypatch.setattr(releases, "PORTION", 1)
    cohort, staff = make_cohort(phase="in_review", capacity=3), make_admin()
    rows = [make_application(cohort, status=S.IN_REVIEW) for _ in range(4)]
    decisions.stage_decisions([row.pk for row in rows[:3]], Outcome.OFFER, by=staff)
    decisions.stage_decisions([rows[3].pk], Outcome.WAITLIST, by=staff)

    outcomes = at_once(
        [
            lambda: releases.release_decisions(cohort.pk, by=staff),
            lambda: cohorts.change_capacity(cohort.pk, 2, by=staff),
        ]
    )

    cohort.refresh_from_db()
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    if cohort.capacity == 3:
        assert [status_of(row) for row in rows] == [S.OFFERED] * 3 + [S.WAITLISTED]
        assert [told(row) for row in rows] == [["offered"]] * 3 + [["waitlisted"]]
    else:
        assert (cohort.capacity, cohort.released_at) == (2, None)
        assert [status_of(row) for row in rows] == [S.IN_REVIEW] * 4
        assert not OutgoingMail.objects.exists()


def test_two_workers_carry_one_release_out():
    cohort, staff = make_cohort(phase="in_review", capacity=3), make_admin()
    rows = [make_application(cohort, status=S.IN_REVIEW) for _ in range(6)]
    decisions.stage_decisions([row.pk for row in rows[:3]], Outcome.OFFER, by=staff)
    decisions.stage_decisions([row.pk for row in rows[3:]], Outcome.WAITLIST, by=staff)
    release = releases.start_release(cohort.pk, by=staff)

    with mock.patch.object(releases, "PORTION", 1):
        at_once([lambda: releases.carry_out(release.pk)] * 3)

    assert [status_of(row) for row in rows] == [S.OFFERED] * 3 + [S.WAITLISTED] * 3
    assert [told(row) for row in rows] == [["offered"]] * 3 + [["waitlisted"]] * 3
    numbers = (
        cohort.applications.filter(status=S.WAITLISTED).order_by("pk").values_list("waitlist_number", flat=True)
    )
    assert list(numbers) == [1, 2, 3]


# --- what the lock is for -----------------------------------------------------------------------------------------


def offer_the_last_seat_twice(*, locked):
    """Two members of staff offer the one seat to two people, and each has counted before the other writes.

    Behind the lock the second cannot count yet, so the first waits in vain for it and goes on alone.
    """
    cohort, staff = make_cohort(phase="announced", capacity=1), make_admin()
    line = [make_application(cohort, status=S.WAITLISTED) for _ in range(2)]
    both_have_counted = threading.Barrier(2)
    count = seats.SeatsLeft

    def count_and_pause(*args):
        counted = count(*args)
        try:
            both_have_counted.wait(timeout=1)
        except threading.BrokenBarrierError:
            assert locked
        return counted

    def unlocked(cohort_id):
        assert transaction.get_connection().in_atomic_block
        return Cohort.objects.select_related("program").get(pk=cohort_id)

    without = nullcontext() if locked else mock.patch.object(moves, "lock_cohort", unlocked)
    with without, mock.patch.object(seats, "SeatsLeft", count_and_pause):
        at_once([lambda a=row: seats.offer_seat(a.pk, by=staff, reason="추천") for row in line])
    return cohort.applications.filter(status=S.OFFERED).count()


def test_without_the_lock_the_last_seat_is_given_twice():
    assert offer_the_last_seat_twice(locked=False) == 2


def test_trust_42_with_the_lock_it_is_given_once():
    assert offer_the_last_seat_twice(locked=True) == 1
