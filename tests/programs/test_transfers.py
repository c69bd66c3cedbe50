"""A place moved to another cohort: one ends, the other begins, seats are counted, people are told."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from portal import clock, mail
from portal.errors import Refused
from portal.models import AuditEvent, MailStatus, OutgoingMail
from programs.models.applications import Application, ApplicationStatus
from programs.models.enrolments import Enrolment
from programs.operations import cohorts, seats, transfers
from tests import make
from tests.programs.test_admin_cohorts import send
from tests.races import at_once

S = ApplicationStatus
WHY = "개인 사정으로 다음 기수에 참여합니다."


@pytest.fixture
def boss():
    return make.make_admin()


def make_place(cohort, status="enrolled", **fields):
    return make.make_enrolment(
        application=make.make_application(cohort, status="confirmed", **fields), status=status
    )


@pytest.fixture
def place():
    return make_place(make.make_cohort(phase="announced", capacity=1))


@pytest.fixture
def target():
    return make.make_cohort(phase="announced", capacity=1)


pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", ["enrolled", "active"])
def test_one_place_ends_and_the_other_begins(boss, target, status):
    place = make_place(make.make_cohort(phase="announced", capacity=1), status)
    waiting = make.make_application(place.cohort, status=S.WAITLISTED)
    pairing = make.make_pairing(make.make_mentor(), place)
    answers = place.application.answers
    new = transfers.move_place(place.pk, target.pk, by=boss, reason=WHY)
    for row in (place, place.application, waiting, pairing):
        row.refresh_from_db()
    assert (place.status, place.end_reason, place.application.status) == ("cancelled", WHY, S.CANCELLED)
    assert place.application.answers == answers
    assert waiting.status == S.OFFERED
    assert pairing.ended_at is not None
    assert (new.cohort, new.person, new.status) == (target, place.person, "enrolled")
    assert (new.application.status, new.application.receipt_number) == (
        S.CONFIRMED,
        f"{target.receipt_prefix}-0001",
    )
    assert [change.to_status for change in new.application.changes.order_by("pk")] == [S.SUBMITTED, S.CONFIRMED]
    assert place.application.changes.get().reason == WHY
    assert set(
        AuditEvent.objects.filter(verb__startswith="enrolment.moved").values_list("target_id", flat=True)
    ) == {
        place.pk,
        new.pk,
    }


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_person_is_told_once_where_and_why(boss, target, language):
    place = make_place(make.make_cohort(phase="announced"), applicant=make.make_user(language=language))
    new = transfers.move_place(place.pk, target.pk, by=boss, reason="1")
    row = OutgoingMail.objects.get(person=place.person)
    assert row.event == "place_moved"
    assert f"/{language}/my/learning/{new.code}/" in row.body
    assert getattr(place.cohort.program, f"title_{language}") in row.body


def test_twice_is_once(boss, place, target):
    first = transfers.move_place(place.pk, target.pk, by=boss, reason=WHY)
    assert transfers.move_place(place.pk, target.pk, by=boss, reason=WHY) == first
    assert OutgoingMail.objects.filter(event="place_moved").count() == 1


def test_without_a_seat_nothing_happens(boss, place, target):
    make_place(target)
    with pytest.raises(Refused):
        transfers.move_place(place.pk, target.pk, by=boss, reason=WHY)
    place.refresh_from_db()
    assert place.status == "enrolled"
    assert place.application.status == S.CONFIRMED
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("phase", ["draft", "finished", "cancelled"])
def test_nobody_is_moved_to_what_is_over_or_hidden(boss, place, phase):
    with pytest.raises(Refused):
        transfers.move_place(place.pk, make.make_cohort(phase=phase).pk, by=boss, reason=WHY)


@pytest.mark.parametrize("reason", ["", "  "])
def test_it_takes_a_reason(boss, place, target, reason):
    with pytest.raises(Refused):
        transfers.move_place(place.pk, target.pk, by=boss, reason=reason)


@pytest.mark.parametrize("status", ["completed", "not_completed", "dropped", "no_show", "cancelled"])
def test_what_has_ended_is_not_moved(boss, target, status):
    place = make_place(make.make_cohort(phase="announced"), status)
    with pytest.raises(Refused):
        transfers.move_place(place.pk, target.pk, by=boss, reason=WHY)


def test_nobody_is_moved_to_where_they_are_or_have_applied(boss, place, target):
    with pytest.raises(Refused):
        transfers.move_place(place.pk, place.cohort_id, by=boss, reason=WHY)
    make.make_application(target, place.person, status=S.WAITLISTED)
    with pytest.raises(Refused):
        transfers.move_place(place.pk, target.pk, by=boss, reason=WHY)


def test_sessions_that_overlap_with_the_old_cohort_do_not_matter_and_with_a_third_they_do(boss, place, target):
    at = place.cohort.starts_at
    make.make_session(place.cohort, starts_at=at)
    make.make_session(target, starts_at=at)
    third = make_place(make.make_cohort(phase="announced"), applicant=place.person)
    make.make_session(third.cohort, starts_at=at + timedelta(hours=1))
    with pytest.raises(Refused):
        transfers.move_place(place.pk, target.pk, by=boss, reason=WHY)
    third.cohort.sessions.all().delete()
    transfers.move_place(place.pk, target.pk, by=boss, reason=WHY)


def test_a_seat_kept_for_a_partner_is_not_taken(boss, place, target):
    organization = make.make_organization()
    target.reservations.create(organization=organization, seats=1, until=clock.now() + timedelta(days=9))
    with pytest.raises(Refused):
        transfers.move_place(place.pk, target.pk, by=boss, reason=WHY)


def test_a_place_without_an_application_is_moved_too(boss, target):
    place = make.make_enrolment(make.make_cohort(phase="announced"))
    assert transfers.move_place(place.pk, target.pk, by=boss, reason=WHY).cohort == target


def test_the_mail_is_dropped_when_the_new_place_is_gone(boss, place, target):
    new = transfers.move_place(place.pk, target.pk, by=boss, reason=WHY)
    row = OutgoingMail.objects.get(event="place_moved")
    seats.cancel_place(new.application.pk, by=new.person)
    mail.deliver(row.pk)
    row.refresh_from_db()
    assert row.status == MailStatus.DROPPED


def test_both_applications_can_be_read_and_the_new_one_cancelled(client, boss, place, target):
    new = transfers.move_place(place.pk, target.pk, by=boss, reason=WHY)
    client.force_login(place.person)
    with override("ko"):
        for row in (place, new):
            assert client.get(reverse("application", args=[row.application.code])).status_code == 200
            assert client.get(reverse("learning", args=[row.code])).status_code == 200
        assert client.get(reverse("my")).status_code == 200
    client.force_login(boss)
    assert client.get(reverse("admin:programs_application_change", args=[new.application.pk])).status_code == 200


# --- by staff -----------------------------------------------------------------------------------------------------

LIST = "/admin/programs/enrolment/"


def deed(client, rows, **data):
    posted = {"action": "move_place", "_selected_action": [row.pk for row in rows]} | data
    return send(client, LIST, posted)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_deed_asks_where_to_and_why(client, place, target, language):
    client.force_login(make.make_admin(language=language))
    client.cookies["django_language"] = language
    text = deed(client, [place]).text
    assert getattr(target.program, f"title_{language}") in text
    assert Enrolment.objects.count() == 1
    assert deed(client, [place], confirm="yes", cohort=target.pk, reason="").status_code == 200
    assert Enrolment.objects.count() == 1
    assert deed(client, [place], confirm="yes", cohort=target.pk, reason=WHY).status_code == 302
    assert Enrolment.objects.filter(cohort=target, person=place.person).exists()


def test_of_two_who_are_moved_to_one_seat_one_moves(client, boss, place, target):
    other = make_place(place.cohort)
    client.force_login(boss)
    response = deed(client, [place, other], confirm="yes", cohort=target.pk, reason=WHY)
    assert response.status_code == 302
    assert Enrolment.objects.filter(cohort=target).count() == 1


def test_a_manager_moves_within_what_they_run(client, place, target):
    client.force_login(make.make_manager(place.cohort))
    response = deed(client, [place], confirm="yes", cohort=target.pk, reason=WHY)
    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["cohort"]
    client.force_login(make.make_manager(target))
    assert deed(client, [place], confirm="yes", cohort=target.pk, reason=WHY).status_code in (200, 302)
    assert not Enrolment.objects.filter(cohort=target).exists()


@pytest.mark.parametrize("cohort", ["", "0", "x", "' OR 1", "99999999999999999999"])
def test_hostile_targets_are_refused_at_the_field(client, boss, place, cohort):
    client.force_login(boss)
    response = deed(client, [place], confirm="yes", cohort=cohort, reason=WHY)
    assert list(response.context["form"].errors) == ["cohort"]


# --- at the same moment -------------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """With real threads (PostgreSQL)."""

    @pytest.mark.parametrize("again", range(3))
    def test_two_are_moved_to_the_last_seat(self, again):
        boss, target = make.make_admin(), make.make_cohort(phase="announced", capacity=1)
        places = [make_place(make.make_cohort(phase="announced")) for _ in range(4)]
        outcomes = at_once(
            [lambda p=row: transfers.move_place(p.pk, target.pk, by=boss, reason=WHY) for row in places]
        )
        assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 3
        assert target.applications.filter(status=S.CONFIRMED).count() == 1
        assert Enrolment.objects.live().count() == 4

    @pytest.mark.parametrize("again", range(3))
    def test_two_change_places_without_waiting_for_each_other(self, again):
        """Each cohort has a seat free: crosswise both moves go through, and neither is a deadlock."""
        boss = make.make_admin()
        one, other = (make.make_cohort(phase="announced", capacity=2) for _ in range(2))
        first, second = make_place(one), make_place(other)
        outcomes = at_once(
            [
                lambda: transfers.move_place(first.pk, other.pk, by=boss, reason=WHY),
                lambda: transfers.move_place(second.pk, one.pk, by=boss, reason=WHY),
            ]
        )
        assert sorted(outcome.cohort_id for outcome in outcomes) == sorted([other.pk, one.pk])

    @pytest.mark.parametrize("again", range(3))
    def test_a_move_and_a_confirmation_for_the_last_seat(self, again):
        boss, target = make.make_admin(), make.make_cohort(phase="announced", capacity=2)
        offered = make.make_application(target, status=S.OFFERED)
        places = [make_place(make.make_cohort(phase="announced")) for _ in range(2)]
        at_once(
            [lambda: seats.confirm_offer(offered.pk, by=offered.applicant)]
            + [lambda p=row: transfers.move_place(p.pk, target.pk, by=boss, reason=WHY) for row in places]
        )
        assert Application.objects.filter(cohort=target, status=S.CONFIRMED).count() == 2
        assert Enrolment.objects.live().filter(cohort=target).count() == 2

    @pytest.mark.parametrize("again", range(3))
    def test_the_same_move_twice_and_a_cancelled_cohort(self, again):
        boss, target = make.make_admin(), make.make_cohort(phase="announced", capacity=2)
        place = make_place(make.make_cohort(phase="announced"))
        at_once(
            [lambda: transfers.move_place(place.pk, target.pk, by=boss, reason=WHY)] * 2
            + [lambda: cohorts.cancel_cohort(target.pk, by=boss, reason="폐강")]
        )
        target.refresh_from_db()
        assert target.cancelled_at is not None
        assert Enrolment.objects.live().filter(cohort=target).count() == 0
        assert Enrolment.objects.filter(cohort=target).count() <= 1
        assert OutgoingMail.objects.filter(event="place_moved").count() <= 1
