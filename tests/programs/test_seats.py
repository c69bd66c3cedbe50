"""Seats, offers, promotions: never one too many, always the next in line."""

from datetime import timedelta

import pytest

from portal import clock
from portal.errors import Refused
from portal.models import OutgoingMail
from programs.models.applications import Application, ApplicationStatus, Offer, OfferKind
from programs.models.cohorts import PromotionStop
from programs.models.enrolments import Enrolment, EnrolmentStatus
from programs.operations import applications, seats
from tests.make import make_admin, make_application, make_cohort, make_enrolment, make_session
from tests.races import at_once

S = ApplicationStatus
pytestmark = pytest.mark.django_db


def offered(cohort=None, **fields):
    """An application with a running offer, as the operation makes it."""
    cohort = cohort or make_cohort(phase="announced")
    number = (cohort.applications.filter(waitlist_number__isnull=False).count()) + 1
    application = make_application(cohort, status=S.WAITLISTED, waitlist_number=number, **fields)
    seats.offer_seat(application.pk, by=make_admin())
    application.refresh_from_db()
    return application


def waiting(cohort, count):
    return [make_application(cohort, status=S.WAITLISTED, waitlist_number=100 + n) for n in range(count)]


def reasons(application):
    return list(
        OutgoingMail.objects.filter(person=application.applicant).order_by("pk").values_list("reason", flat=True)
    )


def test_confirming_makes_the_enrolment_and_is_idempotent():
    application = offered()
    first = seats.confirm_offer(application.pk, by=application.applicant)
    again = seats.confirm_offer(application.pk, by=application.applicant)

    application.refresh_from_db()
    assert first == again == Enrolment.objects.get()
    assert (application.status, application.answer_by) == (S.CONFIRMED, None)
    assert (first.person, first.cohort, first.status) == (application.applicant, application.cohort, "enrolled")
    assert reasons(application) == ["promoted", "confirmed"]


def test_an_offer_ends_at_its_second(settings):
    on_time, late = offered(), offered()
    settings.DEMO_NOW = on_time.answer_by - timedelta(seconds=1)
    seats.confirm_offer(on_time.pk, by=on_time.applicant)
    settings.DEMO_NOW = late.answer_by
    with pytest.raises(Refused):
        seats.confirm_offer(late.pk, by=late.applicant)


@pytest.mark.parametrize("status", [S.SUBMITTED, S.REJECTED, S.WAITLISTED, S.CANCELLED])
def test_there_must_be_an_offer(status):
    application = make_application(status=status)
    with pytest.raises(Refused):
        seats.confirm_offer(application.pk, by=application.applicant)


def test_confirming_refuses_an_overlap():
    cohort = make_cohort(phase="announced")
    make_session(cohort)
    application = offered(cohort)
    other = make_cohort(phase="announced")
    make_session(other, starts_at=cohort.starts_at)
    make_enrolment(other, application.applicant)
    with pytest.raises(Refused):
        seats.confirm_offer(application.pk, by=application.applicant)
    application.refresh_from_db()
    assert application.status == S.OFFERED


def test_declining_offers_the_seat_to_the_next():
    cohort = make_cohort(phase="announced", capacity=1)
    application = offered(cohort)
    first, second = waiting(cohort, 2)

    seats.decline_offer(application.pk, by=application.applicant)
    seats.decline_offer(application.pk, by=application.applicant)  # twice is once

    for row in (application, first, second, cohort):
        row.refresh_from_db()
    assert [application.status, first.status, second.status] == [S.DECLINED, S.OFFERED, S.WAITLISTED]
    assert cohort.promotion_stop == PromotionStop.NO_SEAT
    assert reasons(application) == ["promoted", "declined"]
    assert reasons(first) == ["promoted"]
    assert Offer.objects.get(application=first).kind == OfferKind.PROMOTION


def test_rescinding_needs_its_reason_and_frees_the_seat():
    cohort = make_cohort(phase="announced", capacity=1)
    application = offered(cohort)
    (following,) = waiting(cohort, 1)
    with pytest.raises(Refused):
        seats.rescind_offer(application.pk, by=make_admin(), reason="")

    seats.rescind_offer(application.pk, by=make_admin(), reason="자격 서류 허위")

    application.refresh_from_db()
    following.refresh_from_db()
    assert (application.status, following.status) == (S.RESCINDED, S.OFFERED)
    assert "자격 서류 허위" in OutgoingMail.objects.get(reason="rescinded").body


def test_cancelling_frees_the_seat_and_ends_the_enrolment():
    cohort = make_cohort(phase="announced", capacity=1)
    application = offered(cohort)
    enrolment = seats.confirm_offer(application.pk, by=application.applicant)
    (following,) = waiting(cohort, 1)

    seats.cancel_place(application.pk, by=application.applicant)
    seats.cancel_place(application.pk, by=application.applicant)  # twice is once

    for row in (application, enrolment, following):
        row.refresh_from_db()
    assert (application.status, enrolment.status, following.status) == (S.CANCELLED, "cancelled", S.OFFERED)
    assert enrolment.ended_at is not None


def test_the_applicant_cancels_until_the_cut_off_and_staff_after_it(settings):
    cohort = make_cohort(phase="announced")
    cohort.cancel_until = clock.now() + timedelta(days=1)
    cohort.save()
    application = offered(cohort)
    seats.confirm_offer(application.pk, by=application.applicant)

    settings.DEMO_NOW = cohort.cancel_until
    with pytest.raises(Refused):
        seats.cancel_place(application.pk, by=application.applicant)
    with pytest.raises(Refused):
        seats.cancel_place(application.pk, by=make_admin())
    seats.cancel_place(application.pk, by=make_admin(), reason="본인 요청(전화)")

    application.refresh_from_db()
    assert application.status == S.CANCELLED


def test_a_place_that_was_used_is_not_cancelled():
    application = make_application(make_cohort(phase="finished"), status=S.CONFIRMED)
    make_enrolment(application=application, status=EnrolmentStatus.COMPLETED)
    with pytest.raises(Refused):
        seats.cancel_place(application.pk, by=make_admin(), reason="실수")
    application.refresh_from_db()
    assert application.status == S.CONFIRMED


def test_an_offer_is_shorter_close_to_the_start():
    now = clock.now()
    far = make_cohort(phase="announced", starts_at=now + timedelta(days=9), ends_at=now + timedelta(days=10))
    near = make_cohort(phase="announced", starts_at=now + timedelta(hours=47), ends_at=now + timedelta(days=3))
    last = make_cohort(phase="announced", starts_at=now + timedelta(hours=1), ends_at=now + timedelta(days=3))
    begun = make_cohort(phase="running")
    assert seats.answer_time(far, now) == now + timedelta(hours=48)
    assert seats.answer_time(near, now) == now + timedelta(hours=2)
    assert seats.answer_time(last, now) == now + timedelta(hours=1)
    assert seats.answer_time(begun, now) == now + timedelta(hours=48)


# --- offers by staff ---------------------------------------------------------------------------------------


def test_staff_offer_again_with_a_reason():
    application = make_application(make_cohort(phase="announced"), status=S.REJECTED)
    with pytest.raises(Refused):
        seats.offer_seat(application.pk, by=make_admin())

    offer = seats.offer_seat(application.pk, by=make_admin(), reason="이의신청 인용")

    application.refresh_from_db()
    assert (application.status, application.reason_code, offer.kind) == (S.OFFERED, "", OfferKind.RENEWED)
    assert application.changes.get().reason == "이의신청 인용"


def test_passing_others_on_the_waitlist_needs_a_reason():
    cohort = make_cohort(phase="announced")
    first, second = waiting(cohort, 2)
    with pytest.raises(Refused):
        seats.offer_seat(second.pk, by=make_admin())
    seats.offer_seat(second.pk, by=make_admin(), reason="1번이 전화로 사양")
    seats.offer_seat(first.pk, by=make_admin())
    assert Offer.objects.count() == 2


@pytest.mark.parametrize(
    ("phase", "status"),
    [
        ("announced", S.SUBMITTED),
        ("announced", S.IN_REVIEW),
        ("announced", S.CONFIRMED),
        ("in_review", S.WAITLISTED),
        ("running", S.WAITLISTED),
        ("cancelled", S.WAITLISTED),
    ],
)
def test_when_staff_cannot_offer(phase, status):
    cohort = make_cohort(phase=phase)
    if phase == "cancelled":
        cohort.released_at = clock.now()
        cohort.save()
    application = make_application(cohort, status=status)
    with pytest.raises(Refused):
        seats.offer_seat(application.pk, by=make_admin(), reason="사유")
    assert Offer.objects.count() == 0


def test_a_full_cohort_offers_nothing():
    cohort = make_cohort(phase="announced", capacity=1)
    make_application(cohort, status=S.CONFIRMED)
    with pytest.raises(Refused):
        seats.offer_seat(make_application(cohort, status=S.WAITLISTED).pk, by=make_admin())


def test_a_closed_application_is_not_reopened_beside_a_live_one():
    closed = make_application(make_cohort(phase="announced"), status=S.DECLINED)
    make_application(closed.cohort, closed.applicant, status=S.SUBMITTED)
    with pytest.raises(Refused):
        seats.offer_seat(closed.pk, by=make_admin(), reason="사유")


# --- the promotion pass and the clock -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phase", "stop"),
    [
        ("in_review", PromotionStop.BEFORE_RELEASE),
        ("running", PromotionStop.OVER),
        ("cancelled", PromotionStop.CANCELLED),
        ("announced", PromotionStop.NOBODY_WAITS),
    ],
)
def test_a_pass_says_why_it_stopped(phase, stop):
    cohort = make_cohort(phase=phase)
    assert seats.run_promotions(cohort.pk, by=make_admin()) == 0
    cohort.refresh_from_db()
    assert cohort.promotion_stop == stop
    assert cohort.promotion_ran_at is not None


def test_a_pass_offers_every_free_seat_in_order():
    cohort = make_cohort(phase="announced", capacity=3)
    make_application(cohort, status=S.CONFIRMED)
    line = waiting(cohort, 3)

    assert seats.run_promotions(cohort.pk) == 2

    assert list(cohort.applications.filter(status=S.OFFERED).order_by("waitlist_number")) == line[:2]


def test_the_clock_writes_nothing_where_nothing_changed(settings):
    cohort = make_cohort(phase="announced")
    seats.run_promotions(cohort.pk)
    cohort.refresh_from_db()
    first = cohort.promotion_ran_at
    settings.DEMO_NOW = first + timedelta(minutes=5)
    seats.run_promotions(cohort.pk)
    cohort.refresh_from_db()
    assert cohort.promotion_ran_at == first


def test_expiry_promotes_the_next_and_happens_once(settings):
    cohort = make_cohort(phase="announced", capacity=1)
    application = offered(cohort)
    (following,) = waiting(cohort, 1)
    settings.DEMO_NOW = application.answer_by

    assert seats.expire_offers(clock.now()) == 1
    assert seats.expire_offers(clock.now()) == 0

    application.refresh_from_db()
    following.refresh_from_db()
    assert (application.status, following.status) == (S.EXPIRED, S.OFFERED)
    assert reasons(application) == ["promoted", "offer_expired"]


def test_the_clock_promotes_where_a_seat_is_free_and_nowhere_else():
    free, full = make_cohort(phase="announced", capacity=1), make_cohort(phase="announced", capacity=1)
    make_application(full, status=S.CONFIRMED)
    waiting(free, 2)
    waiting(full, 1)

    assert seats.promote_due(clock.now()) == 1
    assert seats.promote_due(clock.now()) == 0


def test_waitlists_close_when_nobody_can_be_promoted_any_more():
    cohort = make_cohort(phase="running")
    first, second = waiting(cohort, 2)
    still = waiting(make_cohort(phase="announced"), 1)[0]

    assert seats.close_waitlists(clock.now()) == 2
    assert seats.close_waitlists(clock.now()) == 0

    for row in (first, second, still):
        row.refresh_from_db()
    assert [first.status, second.status, still.status] == [S.CLOSED_OUT, S.CLOSED_OUT, S.WAITLISTED]
    assert reasons(first) == ["waitlist_closed"]


def test_a_running_offer_is_recalled_once_at_half_of_its_time(settings):
    application = offered()
    offer = Offer.objects.get()
    settings.DEMO_NOW = offer.made_at + timedelta(hours=23, minutes=59)
    assert seats.remind_offers(clock.now()) == 0
    settings.DEMO_NOW = offer.made_at + timedelta(hours=24)
    assert seats.remind_offers(clock.now()) == 1
    assert seats.remind_offers(clock.now()) == 0
    assert reasons(application) == ["promoted", "offer_expiring"]


def test_an_answered_offer_is_not_recalled(settings):
    application = offered()
    seats.confirm_offer(application.pk, by=application.applicant)
    settings.DEMO_NOW = Offer.objects.get().made_at + timedelta(hours=30)
    assert seats.remind_offers(clock.now()) == 0


# --- two at once, on PostgreSQL ----------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_six_registrations_at_once_fill_two_seats():
    cohort = make_cohort(registration_mode="first_come", capacity=2)
    drafts = [make_application(cohort, status=S.DRAFT) for _ in range(6)]

    at_once([lambda a=a: applications.submit_application(a.pk, by=a.applicant) for a in drafts])

    statuses = sorted(Application.objects.values_list("status", flat=True))
    assert statuses == ["confirmed"] * 2 + ["waitlisted"] * 4
    assert sorted(Application.objects.values_list("receipt_serial", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert sorted(n for n in Application.objects.values_list("waitlist_number", flat=True) if n) == [1, 2, 3, 4]
    assert Enrolment.objects.count() == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_last_seat_is_offered_once():
    cohort = make_cohort(phase="announced", capacity=1)
    line, staff = waiting(cohort, 4), make_admin()

    at_once([lambda a=a: seats.offer_seat(a.pk, by=staff) for a in line])

    assert Application.objects.filter(status=S.OFFERED).count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_confirming_in_two_places_at_once_leaves_one_of_two_that_overlap():
    first, second = make_cohort(phase="announced"), make_cohort(phase="announced")
    make_session(first)
    make_session(second, starts_at=first.starts_at)
    one = offered(first)
    two = offered(second, applicant=one.applicant)

    outcomes = at_once([lambda a=a: seats.confirm_offer(a.pk, by=a.applicant) for a in (one, two)])

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Enrolment", "Refused"]
    assert Enrolment.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_double_click_confirms_once():
    application = offered()
    at_once([lambda: seats.confirm_offer(application.pk, by=application.applicant)] * 4)
    assert Enrolment.objects.count() == 1
    assert application.changes.filter(to_status=S.CONFIRMED).count() == 1
