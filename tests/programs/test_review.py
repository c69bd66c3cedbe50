"""Review, staging, release: nothing shows before its time, and everything at once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from portal import clock
from portal.errors import Refused
from portal.models import AuditEvent, OutgoingMail
from programs.models.applications import ApplicationStatus, Decision, Offer, Outcome
from programs.operations import decisions, releases, review
from tests.make import make_admin, make_application, make_cohort, make_round
from tests.races import at_once

S = ApplicationStatus
pytestmark = pytest.mark.django_db


def in_review(cohort, count):
    return [make_application(cohort, status=S.IN_REVIEW, moved_at=clock.now() - timedelta(1)) for _ in range(count)]


def stage(applications, outcome, **fields):
    return decisions.stage_decisions([a.pk for a in applications], outcome, by=make_admin(), **fields)


def statuses(applications):
    for application in applications:
        application.refresh_from_db()
    return [application.status for application in applications]


def test_moving_to_review_marks_that_the_review_began():
    cohort = make_cohort(phase="closed")
    applications = [make_application(cohort) for _ in range(3)]
    staff = make_admin()

    assert review.start_review([a.pk for a in applications], by=staff) == 3

    cohort.refresh_from_db()
    began = cohort.review_began_at
    assert began is not None
    assert cohort.phase_at(clock.now()) == "in_review"
    assert statuses(applications) == [S.IN_REVIEW] * 3
    assert {change.by for a in applications for change in a.changes.all()} == {staff}
    assert OutgoingMail.objects.count() == 0

    review.start_review([make_application(cohort).pk], by=staff)
    cohort.refresh_from_db()
    assert cohort.review_began_at == began


def test_one_that_is_not_submitted_keeps_all_from_review():
    cohort = make_cohort(phase="closed")
    good, bad = make_application(cohort), make_application(cohort, status=S.WITHDRAWN)
    with pytest.raises(Refused):
        review.start_review([good.pk, bad.pk], by=make_admin())
    assert statuses([good, bad]) == [S.SUBMITTED, S.WITHDRAWN]


def test_a_registration_is_not_reviewed():
    cohort = make_cohort(registration_mode="rsvp")
    with pytest.raises(Refused):
        review.start_review([make_application(cohort).pk], by=make_admin())


def test_asking_for_more_tells_what_and_until_when():
    (application,) = in_review(make_cohort(phase="in_review"), 1)
    until = clock.now() + timedelta(days=2)

    review.request_changes(application.pk, by=make_admin(), note=" 포트폴리오가 열리지 않습니다. ", until=until)

    assert statuses([application]) == [S.CHANGES_REQUESTED]
    assert (application.changes_by, application.changes_note) == (until, "포트폴리오가 열리지 않습니다.")
    assert "포트폴리오가 열리지 않습니다." in OutgoingMail.objects.get(reason="changes_requested").body


@pytest.mark.parametrize(("note", "days"), [("", 2), ("무엇", -1)])
def test_asking_for_more_needs_a_note_and_a_time_to_come(note, days):
    (application,) = in_review(make_cohort(phase="in_review"), 1)
    with pytest.raises(Refused):
        review.request_changes(application.pk, by=make_admin(), note=note, until=clock.now() + timedelta(days=days))


@pytest.mark.parametrize("status", [S.SUBMITTED, S.CHANGES_REQUESTED])
def test_turning_down_the_ineligible(status):
    application = make_application(make_cohort(phase="in_review"), status=status)
    review.reject_ineligible(application.pk, by=make_admin())
    assert statuses([application]) == [S.REJECTED]
    assert application.reason_code == "not_eligible"
    assert OutgoingMail.objects.get().reason == "rejected"


def test_under_review_a_rejection_is_staged_not_sent():
    (application,) = in_review(make_cohort(phase="in_review"), 1)
    with pytest.raises(Refused):
        review.reject_ineligible(application.pk, by=make_admin())


@pytest.mark.parametrize("status", [S.REJECTED, S.EXPIRED, S.DECLINED])
def test_reopening_needs_a_reason(status):
    application = make_application(make_cohort(phase="announced"), status=status)
    with pytest.raises(Refused):
        review.reopen_application(application.pk, by=make_admin(), reason="")
    review.reopen_application(application.pk, by=make_admin(), reason="이의신청 인용")
    assert statuses([application]) == [S.IN_REVIEW]
    assert application.reason_code == ""


def test_nothing_is_reopened_beside_a_live_one():
    closed = make_application(make_cohort(phase="announced"), status=S.REJECTED)
    make_application(closed.cohort, closed.applicant)
    with pytest.raises(Refused):
        review.reopen_application(closed.pk, by=make_admin(), reason="사유")


@pytest.mark.parametrize(
    "fields", [{"registration_mode": "first_come"}, {"cancelled_at": clock.now(), "cancel_reason": "강사 사정"}]
)
def test_nothing_is_reopened_where_no_review_leads_anywhere(fields):
    application = make_application(make_cohort(phase="closed", **fields), status=S.EXPIRED)
    with pytest.raises(Refused):
        review.reopen_application(application.pk, by=make_admin(), reason="사유")
    assert statuses([application]) == [S.EXPIRED]


# --- staging -----------------------------------------------------------------------------------------


def test_a_staged_decision_shows_nowhere():
    cohort = make_cohort(phase="in_review")
    (application,) = in_review(cohort, 1)
    stage([application], Outcome.OFFER)

    assert statuses([application]) == [S.IN_REVIEW]
    assert application.changes.count() == 0
    assert OutgoingMail.objects.count() == 0
    assert Offer.objects.count() == 0


def test_the_latest_decision_counts_and_the_waitlist_keeps_the_given_order():
    cohort = make_cohort(phase="in_review")
    a, b, c, d = in_review(cohort, 4)
    stage([b, a], Outcome.WAITLIST)
    stage([c], Outcome.WAITLIST)
    stage([d], Outcome.OFFER)
    stage([d], Outcome.REJECT, reason_code="score")

    found = decisions.staged(cohort)
    assert {pk: (row.outcome, row.rank) for pk, row in found.items()} == {
        a.pk: ("waitlist", 2),
        b.pk: ("waitlist", 1),
        c.pk: ("waitlist", 3),
        d.pk: ("reject", None),
    }
    assert Decision.objects.count() == 5


def test_restaging_the_whole_waitlist_begins_at_one():
    cohort = make_cohort(phase="in_review")
    a, b = in_review(cohort, 2)
    stage([a, b], Outcome.WAITLIST)
    stage([b, a], Outcome.WAITLIST)
    assert {pk: row.rank for pk, row in decisions.staged(cohort).items()} == {a.pk: 2, b.pk: 1}


def test_what_cannot_be_staged():
    cohort = make_cohort(phase="in_review")
    (application,) = in_review(cohort, 1)
    with pytest.raises(Refused):
        stage([application], Outcome.REJECT)
    with pytest.raises(Refused):
        stage([application, make_application(cohort)], Outcome.OFFER)
    assert Decision.objects.count() == 0


def test_an_earlier_rounds_decision_does_not_count_after_reopening():
    cohort = make_cohort(phase="in_review", capacity=5)
    (application,) = in_review(cohort, 1)
    stage([application], Outcome.REJECT, reason_code="score")
    releases.release_decisions(cohort.pk, by=make_admin())
    review.reopen_application(application.pk, by=make_admin(), reason="이의신청 인용")
    assert decisions.staged(cohort) == {}


@pytest.mark.parametrize(
    "fields",
    [
        {"outcome": "nonsense"},
        {"outcome": "reject"},
        {"outcome": "waitlist"},
        {"outcome": "offer", "rank": 1},
        {"outcome": "offer", "reason_code": "score"},
    ],
)
def test_the_database_refuses_half_a_decision(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(application=make_application(), **fields)


# --- release --------------------------------------------------------------------------------------------


def test_a_release_carries_everything_out_at_once():
    cohort = make_cohort(phase="in_review", capacity=2)
    a, b, c, d, e = in_review(cohort, 5)
    stage([a, b], Outcome.OFFER)
    stage([d, c], Outcome.WAITLIST)
    stage([e], Outcome.REJECT, reason_code="score")
    preview = releases.release_preview(cohort)
    staff = make_admin()

    result = releases.release_decisions(cohort.pk, by=staff)

    assert tuple(result) == (2, 2, 0, 1, 0)
    assert all(preview[name] == count for name, count in result._asdict().items())
    assert preview["early"]
    assert statuses([a, b, c, d, e]) == [S.OFFERED, S.OFFERED, S.WAITLISTED, S.WAITLISTED, S.REJECTED]
    assert [c.waitlist_number, d.waitlist_number] == [2, 1]
    cohort.refresh_from_db()
    assert cohort.released_at == cohort.announce_at  # an early release moves the announcement
    assert sorted(OutgoingMail.objects.values_list("reason", flat=True)) == [
        "offered", "offered", "rejected", "waitlisted", "waitlisted",
    ]  # fmt: skip
    assert AuditEvent.objects.filter(verb="decisions.released", by=staff).count() == 1
    with pytest.raises(Refused):
        releases.release_decisions(cohort.pk, by=staff)
    assert OutgoingMail.objects.count() == 5


def test_seats_that_stay_free_go_to_the_waitlist_in_the_same_pass():
    cohort = make_cohort(phase="in_review", capacity=2)
    a, b, c = in_review(cohort, 3)
    stage([a], Outcome.OFFER)
    stage([b, c], Outcome.WAITLIST)
    releases.release_decisions(cohort.pk, by=make_admin())
    assert statuses([a, b, c]) == [S.OFFERED, S.OFFERED, S.WAITLISTED]


def test_the_undecided_stay_in_review():
    cohort = make_cohort(phase="in_review")
    a, b = in_review(cohort, 2)
    stage([a], Outcome.OFFER)
    assert releases.release_decisions(cohort.pk, by=make_admin()).undecided == 1
    assert statuses([a, b]) == [S.OFFERED, S.IN_REVIEW]


def test_more_offers_than_seats_are_refused():
    cohort = make_cohort(phase="in_review", capacity=1)
    applications = in_review(cohort, 2)
    stage(applications, Outcome.OFFER)
    with pytest.raises(Refused):
        releases.release_decisions(cohort.pk, by=make_admin())
    assert statuses(applications) == [S.IN_REVIEW] * 2


def test_a_round_but_the_last_is_not_released_before_its_reviews_are_due():
    """The database keeps its announcement behind that date; staff who want it earlier move the date first."""
    cohort = make_cohort(phase="in_review")
    first = make_round(cohort, announce_at=cohort.announce_at)
    make_round(cohort, number=2, criteria=(), due_at=first.due_at)
    applications = in_review(cohort, 1)
    stage(applications, Outcome.ADVANCE)
    with pytest.raises(Refused):
        releases.release_decisions(cohort.pk, by=make_admin())
    first.refresh_from_db()
    assert (first.released_at, first.announce_at) == (None, cohort.announce_at)


def test_what_was_left_behind_in_a_round_is_released_by_staff_and_not_by_the_clock(settings):
    """Undecided when the results went out, or brought back since: nobody stays in a round for ever."""
    cohort, staff = make_cohort(phase="in_review"), make_admin()
    first = make_round(cohort, due_at=clock.now(), announce_at=clock.now())
    make_round(cohort, number=2, criteria=(), due_at=cohort.announce_at)
    passed, undecided, rejected = applications = in_review(cohort, 3)
    stage([passed], Outcome.ADVANCE)
    stage([rejected], Outcome.REJECT, reason_code="score")
    releases.release_decisions(cohort.pk, by=staff)
    review.reopen_application(rejected.pk, by=staff, reason="재심")
    stage([undecided, rejected], Outcome.ADVANCE)
    assert releases.release_preview(cohort)["round"] == first

    settings.DEMO_NOW = cohort.announce_at
    releases.release_due(clock.now())
    for application in applications:
        application.refresh_from_db()
    assert [application.round_number for application in applications] == [2, 1, 1]

    done = releases.release_decisions(cohort.pk, by=staff)
    for application in applications:
        application.refresh_from_db()
    assert (done.advanced, done.undecided) == (2, 0)
    assert [application.round_number for application in applications] == [2, 2, 2]
    assert statuses(applications) == [S.IN_REVIEW] * 3
    assert releases.release_preview(cohort)["round"].number == 2


@pytest.mark.parametrize("phase", ["open", "cancelled"])
def test_when_nothing_is_released(phase):
    cohort = make_cohort(phase=phase)
    stage(in_review(cohort, 1), Outcome.OFFER)
    with pytest.raises(Refused):
        releases.release_decisions(cohort.pk, by=make_admin())


def test_no_seat_is_offered_once_the_cohort_has_begun():
    cohort = make_cohort(phase="in_review", capacity=3)
    late, out = in_review(cohort, 2)
    stage([late], Outcome.OFFER)
    cohort.starts_at = clock.now() - timedelta(hours=1)
    cohort.save()
    with pytest.raises(Refused):
        releases.release_decisions(cohort.pk, by=make_admin())
    stage([late, out], Outcome.REJECT, reason_code="other")
    assert releases.release_decisions(cohort.pk, by=make_admin()).rejected == 2


def test_registrations_have_no_release():
    with pytest.raises(Refused):
        releases.release_decisions(make_cohort(registration_mode="rsvp").pk, by=make_admin())


def test_the_clock_releases_at_the_announcement_and_not_a_second_before(settings):
    cohort = make_cohort(phase="in_review")
    stage(in_review(cohort, 1), Outcome.OFFER)
    settings.DEMO_NOW = cohort.announce_at - timedelta(seconds=1)
    assert releases.release_due(clock.now()) == 0
    with pytest.raises(Refused):
        releases.release_decisions(cohort.pk, by=None)

    settings.DEMO_NOW = cohort.announce_at
    assert releases.release_due(clock.now()) == 1
    assert releases.release_due(clock.now()) == 0


def test_one_cohorts_trouble_holds_up_no_other(settings):
    now = clock.now()
    full, fine, idle = (make_cohort(phase="in_review", capacity=1, announce_at=now) for _ in range(3))
    stage(in_review(full, 2), Outcome.OFFER)
    stage(in_review(fine, 1), Outcome.OFFER)
    in_review(idle, 1)
    assert releases.release_due(clock.now()) == 1
    fine.refresh_from_db()
    assert fine.released_at is not None


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_releases_at_once_are_one():
    cohort = make_cohort(phase="in_review", capacity=3)
    stage(in_review(cohort, 3), Outcome.OFFER)
    staff = make_admin()
    at_once([lambda: releases.release_decisions(cohort.pk, by=staff)] * 2)
    assert Offer.objects.count() == 3
    assert OutgoingMail.objects.filter(reason="offered").count() == 3


# --- of which questions changes are requested ---------------------------------------------------------------


def test_changes_are_requested_of_questions_that_the_form_asks():
    application, until = make_application(make_cohort(phase="in_review"), status=S.IN_REVIEW), clock.now()
    ask = {"by": make_admin(), "note": "경력을 보완해 주십시오.", "until": until + timedelta(days=3)}
    with pytest.raises(Refused):
        review.request_changes(application.pk, **ask, keys=["career", "nothing"])
    assert statuses([application]) == [S.IN_REVIEW]
    review.request_changes(application.pk, **ask, keys=["career", "full_name"])
    assert statuses([application]) == [S.CHANGES_REQUESTED]
    assert application.changes_keys == ["career", "full_name"]
