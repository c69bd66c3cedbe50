"""Seats kept for a partner: never more than there are, taken by whom it nominates, and falling back on time."""

from datetime import timedelta

import pytest
from django.urls import reverse

from portal import clock
from portal.errors import Refused
from portal.models import AuditEvent
from programs import seating
from programs.models.applications import Outcome
from programs.models.cohorts import PromotionStop
from programs.models.selection import SeatReservation
from programs.operations import cohorts, decisions, releases, reservations, seats
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner():
    return make.make_organization(code="KOFIC", name_en="Film Council")


def keep(cohort, partner, count=2, days=3, **fields):
    until = fields.pop("until", clock.now() + timedelta(days=days))
    reservations.keep_seats(cohort.pk, partner, count, until, by=make.make_admin())
    return until


def statuses(*applications):
    for application in applications:
        application.refresh_from_db()
    return [application.status for application in applications]


def waiting(cohort, count):
    return [
        make.make_application(cohort, status="waitlisted", waitlist_number=number) for number in range(1, count + 1)
    ]


# --- keeping ----------------------------------------------------------------------------------------------


def test_an_offer_that_is_going_out_to_whom_it_nominates_takes_the_kept_seat(partner):
    cohort = make.make_cohort(phase="in_review", capacity=5)
    keep(cohort, partner)
    nominated = make.make_application(cohort, status="in_review", nominated_by=partner)
    boss = make.make_admin()
    decisions.stage_decisions([nominated.pk], Outcome.OFFER, by=boss)
    release = releases.start_release(cohort.pk, by=boss)
    counted = seating.seats(cohort, clock.now())
    assert (counted.pending, counted.reserved, counted.free) == (1, 1, 3)
    releases.carry_out(release.pk)
    counted = seating.seats(cohort, clock.now())
    assert (counted.pending, counted.offered, counted.reserved, counted.free) == (0, 1, 1, 3)


def test_kept_seats_are_not_free_and_are_on_record(partner):
    cohort = make.make_cohort(phase="in_review", capacity=5)
    until = keep(cohort, partner)
    counted = seating.seats(cohort, clock.now())
    assert (counted.free, counted.reserved) == (3, 2)
    later = keep(cohort, partner, 1, days=4)
    events = AuditEvent.objects.filter(verb="cohort.seats_kept", target_id=cohort.pk).order_by("pk")
    assert [(event.before, event.after) for event in events] == [
        ("", f"KOFIC 2 {until.isoformat()}"),
        (f"KOFIC 2 {until.isoformat()}", f"KOFIC 1 {later.isoformat()}"),
    ]
    keep(cohort, partner, 0)
    assert events.last().after == "KOFIC 0"
    assert not SeatReservation.objects.exists()
    with pytest.raises(Refused):
        keep(cohort, partner, 0)


def test_no_more_are_kept_than_are_not_promised(partner):
    cohort = make.make_cohort(phase="announced", capacity=4)
    make.make_application(cohort, status="confirmed")
    make.make_application(cohort, status="offered")
    keep(cohort, partner, 2)
    for count, other in ((3, partner), (1, make.make_organization())):
        with pytest.raises(Refused, match="4"):
            keep(cohort, other, count)
    assert [row.seats for row in SeatReservation.objects.all()] == [2]
    with pytest.raises(Refused):
        cohorts.change_capacity(cohort.pk, 3, by=make.make_admin())


def test_what_its_own_people_hold_is_not_counted_twice(partner):
    cohort = make.make_cohort(phase="announced", capacity=2)
    make.make_application(cohort, status="confirmed", nominated_by=partner)
    keep(cohort, partner, 2)
    counted = seating.seats(cohort, clock.now())
    assert (counted.confirmed, counted.reserved, counted.free) == (1, 1, 0)


@pytest.mark.parametrize(
    ("fields", "after"),
    [
        ({}, timedelta(0)),
        ({"promote_until": timedelta(days=5)}, timedelta(days=5)),
        ({"cancelled_at": timedelta(0), "cancel_reason": "강사 사정"}, timedelta(days=1)),
    ],
)
def test_dates_until_which_nothing_is_kept(partner, settings, fields, after):
    settings.DEMO_NOW = now = clock.now()
    fields = {name: now + value if isinstance(value, timedelta) else value for name, value in fields.items()}
    cohort = make.make_cohort(phase="in_review", **fields)
    with pytest.raises(Refused):
        keep(cohort, partner, until=now + after)
    assert not SeatReservation.objects.exists()


def test_a_cohort_without_a_start_keeps_seats_until_any_day(partner):
    cohort = make.make_cohort(phase="in_review", starts_at=None, ends_at=None)
    keep(cohort, partner, days=400)
    assert seating.seats(cohort, clock.now()).reserved == 2


# --- nominating ----------------------------------------------------------------------------------------------


def test_whoever_is_nominated_passes_the_others_and_is_offered_the_kept_seat(partner):
    cohort = make.make_cohort(phase="announced", capacity=2)
    keep(cohort, partner, 1)
    first, second, third = waiting(cohort, 3)
    seats.run_promotions(cohort.pk)
    cohort.refresh_from_db()
    assert statuses(first, second, third) == ["offered", "waitlisted", "waitlisted"]
    assert cohort.promotion_stop == PromotionStop.RESERVED

    staff = make.make_admin()
    reservations.nominate(third.pk, partner, by=staff)
    assert statuses(first, second, third) == ["offered", "waitlisted", "offered"]
    event = AuditEvent.objects.get(verb="application.nominated")
    assert (event.target_id, event.by, event.before, event.after) == (third.pk, staff, "", "KOFIC")
    reservations.nominate(third.pk, partner, by=staff)
    assert AuditEvent.objects.filter(verb="application.nominated").count() == 1
    cohort.refresh_from_db()
    assert cohort.promotion_stop == PromotionStop.NO_SEAT


def test_a_nomination_of_somebody_with_a_seat_frees_one_for_the_waitlist(partner):
    cohort = make.make_cohort(phase="announced", capacity=2)
    seated = make.make_application(cohort, status="confirmed")
    keep(cohort, partner, 1)
    (first,) = waiting(cohort, 1)
    seats.run_promotions(cohort.pk)
    assert statuses(first) == ["waitlisted"]
    reservations.nominate(seated.pk, partner, by=make.make_admin())
    assert statuses(first) == ["offered"]

    with pytest.raises(Refused):  # the seat that would be kept again is promised
        reservations.nominate(seated.pk, None, by=make.make_admin())
    seated.refresh_from_db()
    assert seated.nominated_by == partner


def test_a_nomination_is_taken_away_where_nothing_hangs_on_it(partner):
    application = make.make_application(make.make_cohort(), nominated_by=partner)
    reservations.nominate(application.pk, None, by=make.make_admin())
    application.refresh_from_db()
    assert application.nominated_by is None
    assert AuditEvent.objects.get(verb="application.nominated").before == "KOFIC"


@pytest.mark.parametrize("status", ["draft", "rejected", "withdrawn", "cancelled"])
def test_who_is_not_nominated(partner, status):
    application = make.make_application(status=status)
    with pytest.raises(Refused):
        reservations.nominate(application.pk, partner, by=make.make_admin())


def test_a_release_counts_who_is_nominated_on_the_kept_seats(partner):
    cohort = make.make_cohort(phase="in_review", capacity=2)
    keep(cohort, partner, 1)
    fields = {"status": "in_review", "moved_at": clock.now() - timedelta(days=1)}
    a, b = (make.make_application(cohort, **fields) for _number in range(2))
    staff = make.make_admin()
    decisions.stage_decisions([a.pk, b.pk], Outcome.OFFER, by=staff)
    with pytest.raises(Refused):
        releases.start_release(cohort.pk, by=staff)
    reservations.nominate(b.pk, partner, by=staff)
    assert releases.release_decisions(cohort.pk, by=staff).offered == 2


# --- falling back ----------------------------------------------------------------------------------------------


def test_at_its_date_a_kept_seat_falls_back_and_not_a_second_before(partner, settings):
    settings.DEMO_NOW = clock.now()
    cohort = make.make_cohort(phase="announced", capacity=1)
    until = keep(cohort, partner, 1)
    (first,) = waiting(cohort, 1)

    settings.DEMO_NOW = until - timedelta(seconds=1)
    assert seats.promote_due(clock.now()) == 0
    cohort.refresh_from_db()
    assert (statuses(first), cohort.promotion_stop) == (["waitlisted"], PromotionStop.RESERVED)

    settings.DEMO_NOW = until
    assert seats.promote_due(clock.now()) == 1
    assert statuses(first) == ["offered"]


def test_letting_go_promotes_at_once(partner):
    cohort = make.make_cohort(phase="announced", capacity=1)
    keep(cohort, partner, 1)
    (first,) = waiting(cohort, 1)
    keep(cohort, partner, 0)
    assert statuses(first) == ["offered"]


# --- the admin ----------------------------------------------------------------------------------------------


def page(name, cohort):
    return reverse(f"admin:programs_cohort_{name}", args=[cohort.pk])


def local(moment):
    return moment.astimezone(clock.SEOUL).strftime("%Y-%m-%dT%H:%M")


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_seats_are_kept_and_let_go_on_the_page_of_the_cohort(client, boss, partner):
    cohort = make.make_cohort(phase="announced", capacity=3)
    make.make_application(cohort, status="confirmed")
    until = local(clock.now() + timedelta(days=3))

    missing = client.post(page("keep", cohort), {"organization": partner.pk, "seats": 1, "until": ""})
    wrong = client.post(page("keep", cohort), {"organization": partner.pk, "seats": 1, "until": "x"})
    many = client.post(page("keep", cohort), {"organization": partner.pk, "seats": 3, "until": until})
    done = client.post(page("keep", cohort), {"organization": partner.pk, "seats": 2, "until": until}, follow=True)

    assert missing.context["form"].errors["until"] == ["Say until when they are kept."]
    assert len(wrong.context["form"].errors["until"]) == 1
    assert many.context["refused"][0]["note"] == "4 seats would be confirmed, offered or kept, but there are 3."
    assert many.context["form"]["seats"].value() == "3"
    assert said(done) == ["2 seats are kept for Film Council."]
    facts = {fact["term"]: fact["value"] for fact in done.context["facts"]}
    assert facts["Seats"] == "3 · confirmed 1 · offered 0 · free 0 · kept for partners 2"
    assert done.context["kept"][0][0] == "Kept for Film Council"
    assert done.context["kept"][0][1].startswith("2 of 2 open, kept until")
    assert "Kept for Film Council" in done.text
    assert "Seats kept for a partner" in done.text

    make.make_application(cohort, status="waitlisted", waitlist_number=1)
    response = client.post(page("promote", cohort), follow=True)
    assert said(response) == ["0 seats offered. The seats that are left are kept for whom partners nominate."]
    assert response.context["promotion"] == "The seats that are left are kept for whom partners nominate."

    SeatReservation.objects.update(until=clock.now())
    assert client.get(page("overview", cohort)).context["kept"][0][1].startswith("fell back")
    response = client.post(page("keep", cohort), {"organization": partner.pk, "seats": 0, "until": ""}, follow=True)
    assert said(response) == ["No seat is kept for Film Council any more."]


def test_why_nothing_is_promoted_while_results_go_out(client, boss):
    cohort = make.make_cohort(phase="in_review", capacity=3)
    before = client.get(page("overview", cohort)).context["promotion"]
    application = make.make_application(cohort, status="in_review", moved_at=clock.now() - timedelta(days=1))
    decisions.stage_decisions([application.pk], Outcome.OFFER, by=boss)
    releases.start_release(cohort.pk, by=boss)
    response = client.get(page("overview", cohort))
    assert before == PromotionStop.BEFORE_RELEASE.label
    assert response.context["promotion"] == PromotionStop.RELEASING.label
    facts = {fact["term"]: fact["value"] for fact in response.context["facts"]}
    assert facts["Seats"] == "3 · confirmed 0 · offered 0 · free 2 · about to be offered 1"


def test_applications_are_nominated_by_a_deed(client, boss, partner):
    cohort = make.make_cohort(phase="announced", capacity=1)
    keep(cohort, partner, 1)
    _first, second = waiting(cohort, 2)
    address = reverse("admin:programs_application_changelist")

    asked = client.post(address, {"action": "nominate", "index": "0", "_selected_action": [second.pk]})
    assert ("Kept for Film Council" in dict(asked.context["counts"])) is True
    posted = {**dict(asked.context["hidden"]), "organization": partner.pk}
    response = client.post(address, posted, follow=True)

    assert said(response) == ["Nomination written down for 1 application."]
    assert statuses(second) == ["offered"]
    detail = client.get(reverse("admin:programs_application_change", args=[second.pk]))
    assert ("Nominated by", "Film Council") in [(fact["term"], fact["value"]) for fact in detail.context["facts"]]
    assert "Nomination by a partner" in [line["title"] for line in detail.context["lines"]]
