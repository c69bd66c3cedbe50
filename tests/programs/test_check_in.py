"""The door of a session: its code, who comes in with it and who does not, and what a check-in comes to."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as site
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from portal import clock
from portal.errors import Refused
from programs import check_in as reads
from programs import privacy
from programs.models.check_in import CheckIn
from programs.models.cohorts import SessionExpert
from programs.operations import attendance, feeds, sessions
from programs.operations import check_in as operations
from programs.signals import checked_in
from tests import make
from tests.races import at_once

pytestmark = pytest.mark.django_db
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
NOON = datetime(2027, 3, 2, 3, 0, tzinfo=UTC)  # 12:00 in Seoul, at the begin of a half minute


def make_door(**fields):
    """A session of three hours from noon on, in a running cohort."""
    cohort = make.make_cohort(phase="running", starts_at=NOON - timedelta(days=1), ends_at=NOON + timedelta(days=1))
    return make.make_session(cohort, starts_at=NOON, **fields)


@pytest.fixture
def session(settings):
    settings.DEMO_NOW = NOON
    return make_door(place_ko="1호", place_en="Room 1")


def trainee(session, **fields):
    return make.make_enrolment(session.cohort, make.make_user(**fields), status="active")


def phone_of(person):
    phone = Client()
    phone.force_login(person)
    return phone


def page(name, *args):
    with override("en"):
        return reverse(name, args=args)


def scanned(session, at=None):
    """The address that the QR code holds at a moment."""
    return page("check-in-scan", session.code, reads.token(session, reads.window_at(at or clock.now())))


def press(phone, address, deed="come", **data):
    """Open a page and press its button, as a phone does."""
    opened = phone.get(address)
    stamp = opened.context["stamp"] if opened.status_code == 200 else ""
    return phone.post(address, {"deed": deed, "stamp": stamp} | data)


def refusal(response):
    assert response.status_code == 200
    return response.context["refusal"]


# --- the code -----------------------------------------------------------------------------------------------------


def test_a_code_holds_for_its_half_minute_and_the_next(session):
    window = reads.window_at(NOON)
    for make_code in (reads.token, reads.digits):
        code = make_code(session, window)
        held = [reads.holds(make_code, session, code, NOON + seconds * SECOND) for seconds in (-1, 0, 29, 59, 60)]
        assert held == [False, True, True, True, False]


def test_codes_differ_by_session_and_time(session):
    other, window = make_door(), reads.window_at(NOON)
    tokens = {reads.token(row, number) for row in (session, other) for number in range(window, window + 50)}
    assert len(tokens) == 100
    assert all(len(token) == 16 for token in tokens)


@given(st.text(max_size=40))
def test_nothing_else_holds(text):
    class Door:
        code = "a" * 20

    assert not reads.holds(reads.token, Door, text, NOON)
    assert reads.holds(reads.digits, Door, text, NOON) is (
        text in {reads.digits(Door, reads.window_at(NOON) - back) for back in (0, 1)}
    )


def test_the_door_shows_the_code_and_how_many_have_come(session):
    teacher = make.make_user()
    part = SessionExpert.objects.create(session=session, expert=make.make_expert(user=teacher))
    one, _other = trainee(session), trainee(session)
    operations.come(session.pk, one.person, "1")
    response = phone_of(teacher).get(page("teaching-check-in", session.code))
    shown = response.context["shown"]
    assert (shown["come"], shown["people"], shown["seconds"]) == (1, 2, 30)
    digits = reads.digits(session, reads.window_at(NOON))
    assert f"{digits[:3]} {digits[3:]}" in response.text
    assert "<svg" in phone_of(teacher).get(page("teaching-check-in-code", session.code)).text
    part.role = "interpreter"
    part.save()
    assert phone_of(teacher).get(page("teaching-check-in", session.code)).status_code == 404


def test_a_trainee_does_not_see_the_door(session):
    person = trainee(session).person
    for name in ("teaching-check-in", "teaching-check-in-code"):
        assert phone_of(person).get(page(name, session.code)).status_code == 404


@pytest.mark.parametrize(("at", "is_open"), [(-31, False), (-30, True), (210, True), (211, False)])
def test_the_door_is_open_from_half_an_hour_before_to_half_an_hour_after(session, settings, at, is_open):
    settings.DEMO_NOW = NOON + at * MINUTE
    response = phone_of(make.make_admin()).get(page("teaching-check-in", session.code))
    assert response.context["shown"]["is_open"] is is_open
    assert ("<path" in response.text.split("door__code")[-1] and "door__code" in response.text) is is_open


# --- coming in ----------------------------------------------------------------------------------------------------


def test_scan_press_and_be_in(session):
    place = trainee(session)
    phone = phone_of(place.person)
    assert "Check in" in phone.get(scanned(session)).text
    assert not CheckIn.objects.exists()
    response = press(phone, scanned(session))
    assert (response.status_code, response.url) == (302, page("check-in", session.code))
    row = CheckIn.objects.get()
    assert (row.enrolment, row.in_at, row.out_at) == (place, NOON, None)
    assert "Checked in at 12:00." in phone.get(response.url).text
    assert phone.cookies["device"]["httponly"]
    assert phone.cookies["device"].value not in row.device


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_pages_speak_both_languages(session, language):
    phone = phone_of(trainee(session).person)
    with override(language):
        address = reverse("check-in", args=[session.code])
    text = phone.get(address).text
    assert getattr(session, f"title_{language}") in text
    assert getattr(session.cohort.program, f"title_{language}") in text


def test_twice_is_once(session, settings):
    phone = phone_of(trainee(session).person)
    press(phone, scanned(session))
    settings.DEMO_NOW = NOON + 5 * MINUTE
    assert press(phone, scanned(session)).status_code == 302
    assert CheckIn.objects.get().in_at == NOON


def test_the_digits_do_as_well(session):
    phone = phone_of(trainee(session).person)
    digits = reads.digits(session, reads.window_at(NOON))
    response = phone.post(
        page("check-in", session.code), {"deed": "come", "digits": f" {digits[:3]} {digits[3:]} "}
    )
    assert response.status_code == 302
    assert CheckIn.objects.count() == 1


def test_whoever_scanned_in_time_has_time_to_press(session, settings):
    """The stamp of the page is proof of that; its time is the real one, which no demonstration freezes."""
    phone = phone_of(trainee(session).person)
    address = scanned(session)
    stamp = phone.get(address).context["stamp"]
    settings.DEMO_NOW = NOON + 90 * SECOND
    assert phone.post(address, {"deed": "come", "stamp": stamp}).status_code == 302


def test_a_stamp_is_of_one_person_and_one_session_and_does_not_last(session, monkeypatch):
    person, other = trainee(session).person, make_door()
    stamp = reads.stamp(session, person)
    assert reads.is_stamped(session, person, stamp)
    assert not reads.is_stamped(session, make.make_user(), stamp)
    assert not reads.is_stamped(other, person, stamp)
    assert not reads.is_stamped(session, person, stamp[:-1])
    monkeypatch.setattr(reads, "CLICK", -1)
    assert not reads.is_stamped(session, person, stamp)


# --- not coming in ------------------------------------------------------------------------------------------------


def test_an_expired_code_says_so(session, settings):
    phone, address = phone_of(trainee(session).person), scanned(session)
    settings.DEMO_NOW = NOON + 60 * SECOND
    assert "no longer valid" in refusal(phone.get(address))
    assert "no longer valid" in refusal(phone.post(address, {"deed": "come"}))
    assert not CheckIn.objects.exists()


def test_the_code_of_another_session_says_so(session):
    other = make_door(place_en="Room 2")
    phone = phone_of(trainee(session).person)
    digits = reads.digits(other, reads.window_at(NOON))
    response = phone.post(page("check-in", session.code), {"deed": "come", "digits": digits})
    assert "another session" in refusal(response)
    seen = phone.get(scanned(other))
    assert "another session" in refusal(seen)
    assert session.title_en in refusal(seen)
    assert "Room 1" in refusal(seen)
    assert phone.get(page("check-in-scan", session.code, reads.token(other, reads.window_at(NOON)))).context[
        "refusal"
    ]
    assert not CheckIn.objects.exists()


def test_whoever_does_not_take_part_reads_it_at_the_door_and_gets_404_elsewhere(session):
    stranger = phone_of(make.make_user())
    assert "do not take part" in refusal(stranger.get(scanned(session)))
    assert "do not take part" in refusal(stranger.post(scanned(session), {"deed": "come"}))
    assert stranger.get(page("check-in", session.code)).status_code == 404
    assert stranger.get(page("check-in-scan", session.code, "nobody")).status_code == 404
    assert not CheckIn.objects.exists()


@pytest.mark.parametrize("status", ["cancelled", "dropped", "no_show", "completed"])
def test_whose_place_has_ended_does_not_come_in(session, status):
    place = make.make_enrolment(session.cohort, status=status)
    assert "do not take part" in refusal(phone_of(place.person).post(scanned(session), {"deed": "come"}))


def test_one_phone_does_not_bring_two_accounts(session):
    """Log out, log in as a friend, scan again: the browser is known. Another browser is the friend's own."""
    one, friend = trainee(session).person, trainee(session).person
    phone = phone_of(one)
    press(phone, scanned(session))
    phone.post(page("account_logout"))
    phone.force_login(friend)
    assert "checked in somebody else" in refusal(press(phone, scanned(session)))
    assert CheckIn.objects.count() == 1
    other = make_door(title_en="Next one")
    make.make_enrolment(other.cohort, friend, status="active")
    assert press(phone, scanned(other)).status_code == 302  # of another session it knows nothing
    assert press(phone_of(friend), scanned(session)).status_code == 302
    assert CheckIn.objects.filter(session=session).count() == 2


@pytest.mark.parametrize(("at", "words"), [(-31, "from"), (181, "over"), (241, "over")])
def test_too_early_and_too_late(session, settings, at, words):
    settings.DEMO_NOW = NOON + at * MINUTE
    with override("en"), pytest.raises(Refused, match=words):
        operations.come(session.pk, trainee(session).person, "1")


def test_nobody_comes_in_to_what_is_cancelled(session):
    place = trainee(session)
    sessions.cancel_session(session.pk, by=make.make_admin(), reason="강사 사정")
    with override("en"), pytest.raises(Refused, match="does not take place"):
        operations.come(session.pk, place.person, "1")
    assert phone_of(place.person).get(page("check-in", session.code)).status_code == 200


@pytest.mark.parametrize(
    "digits", ["", "12345", "1234567", "１２３４５６", "abcdef", "' OR 1=1", "-12345", "٠١٢٣٤٥"]
)
def test_hostile_digits(session, digits):
    phone = phone_of(trainee(session).person)
    response = phone.post(page("check-in", session.code), {"deed": "come", "digits": digits})
    assert "six digits" in refusal(response)


@pytest.mark.parametrize("data", [{}, {"deed": "x"}])
def test_a_post_without_a_deed_is_404(session, data):
    assert phone_of(trainee(session).person).post(scanned(session), data).status_code == 404


def test_digits_are_not_guessed(session, settings):
    settings.RATE_LIMITS = "on"
    phone = phone_of(trainee(session).person)
    right = reads.digits(session, reads.window_at(NOON))
    wrong = "000000" if right != "000000" else "000001"
    answers = [
        refusal(phone.post(page("check-in", session.code), {"deed": "come", "digits": wrong})) for _ in range(11)
    ]
    assert "no longer valid" in answers[0]
    assert "Too many tries" in answers[-1]
    assert "Too many tries" in refusal(
        phone.post(page("check-in", session.code), {"deed": "come", "digits": right})
    )
    assert press(phone, scanned(session)).status_code == 302  # a scan is no guess


def test_a_long_cookie_is_only_a_number(session):
    phone = phone_of(trainee(session).person)
    phone.cookies["device"] = "x" * 3000
    assert press(phone, scanned(session)).status_code == 302


def test_under_https_no_other_site_sets_the_cookie(session, settings):
    settings.SESSION_COOKIE_SECURE = True
    phone = phone_of(trainee(session).person)
    phone.post(scanned(session), {"deed": "come"}, secure=True)
    assert phone.cookies["__Host-device"]["secure"]


# --- leaving ------------------------------------------------------------------------------------------------------


def test_whoever_leaves_and_comes_back_has_left_the_last_time(session, settings):
    phone = phone_of(trainee(session).person)
    press(phone, scanned(session))
    for at in (60, 175):
        settings.DEMO_NOW = NOON + at * MINUTE
        assert press(phone, scanned(session), deed="leave").status_code == 302
        assert CheckIn.objects.get().out_at == settings.DEMO_NOW
    assert "Checked in at 12:00, out at 14:55." in phone.get(page("check-in", session.code)).text


def test_nobody_leaves_without_having_come(session):
    assert "have not checked in" in refusal(
        press(phone_of(trainee(session).person), scanned(session), deed="leave")
    )


def test_the_learning_page_leads_to_the_door_while_it_is_open(session, settings):
    place = trainee(session)
    phone = phone_of(place.person)
    assert page("check-in", session.code) in phone.get(page("learning", place.code)).text
    settings.DEMO_NOW = NOON - 31 * MINUTE
    assert page("check-in", session.code) not in phone.get(page("learning", place.code)).text


# --- what it comes to ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("came", "left", "status", "minutes"),
    [
        (-20, None, "present", None),
        (10, None, "present", None),
        (10 + 1 / 60, None, "late", 169),
        (30, None, "late", 150),
        (0, 170, "present", None),
        (0, 170 - 1 / 60, "left_early", 169),
        (-20, 90, "left_early", 90),
        (30, 90, "late", 60),
        (30, 175, "late", 150),
        (-20, -5, "absent", None),
        (-20, 0, "absent", None),
        (179, None, "late", 1),
    ],
)
def test_how_somebody_attended(came, left, status, minutes):
    session = make_door()
    row = CheckIn(in_at=NOON + came * MINUTE, out_at=None if left is None else NOON + left * MINUTE)
    assert reads.attendance_of(row, session) == (status, minutes)


def test_a_session_may_have_thresholds_of_its_own():
    session = make_door(late_after=0, early_before=60)
    assert reads.attendance_of(CheckIn(in_at=NOON + SECOND), session).status == "late"
    row = CheckIn(in_at=NOON, out_at=NOON + 119 * MINUTE)
    assert reads.attendance_of(row, session) == ("left_early", 119)


def test_each_check_in_is_told_on(session):
    told = []

    def note(sender, check_in, **kwargs):
        told.append(reads.attendance_of(check_in, check_in.session).status)

    person = trainee(session).person
    checked_in.connect(note)
    try:
        operations.come(session.pk, person, "1")
        operations.come(session.pk, person, "1")
        operations.leave(session.pk, person)
    finally:
        checked_in.disconnect(note)
    assert told == ["present", "absent"]


def attended(session, place):
    return list(session.attendance.filter(enrolment=place).values_list("status", "minutes", "source", "marked_by"))


def test_a_check_in_becomes_attendance_and_leaving_early_puts_it_right(session, settings):
    place = trainee(session)
    operations.come(session.pk, place.person, "phone")
    assert attended(session, place) == [("present", None, "qr", place.person_id)]
    settings.DEMO_NOW = NOON + 60 * MINUTE
    operations.leave(session.pk, place.person)
    assert attended(session, place) == [("left_early", 60, "qr", place.person_id)]
    (change,) = session.attendance.get(enrolment=place).changes.all()
    assert (change.before, change.after) == ("present", "left_early")


def test_what_whoever_teaches_has_marked_stands_against_a_check_in(session, settings):
    place, staff = trainee(session), make.make_admin()
    settings.DEMO_NOW = NOON + 20 * MINUTE
    attendance.mark(session.pk, [attendance.Mark(place.pk, "absent")], by=staff)
    settings.DEMO_NOW = NOON + 40 * MINUTE
    operations.come(session.pk, place.person, "phone")
    assert attended(session, place) == [("absent", None, "hand", staff.pk)]
    assert CheckIn.objects.filter(enrolment=place).exists()


def test_who_was_excused_and_comes_all_the_same_stays_excused(session):
    place = trainee(session)
    make.make_attendance(session, place, "excused")
    operations.come(session.pk, place.person, "phone")
    assert [row[0] for row in attended(session, place)] == ["excused"]


def test_where_attendance_cannot_be_marked_the_check_in_stands(session, monkeypatch):
    def refuses(*arguments, **keywords):
        raise Refused("no")

    monkeypatch.setattr(attendance, "mark", refuses)
    place = trainee(session)
    operations.come(session.pk, place.person, "phone")
    assert CheckIn.objects.filter(enrolment=place).exists()
    assert attended(session, place) == []


def test_a_person_takes_their_check_ins_along(session):
    person = trainee(session).person
    operations.come(session.pk, person, "1")
    feeds.renew_feed(person, "learning")
    data = privacy.export(person)
    (row,) = data["enrolments"][0]["check_ins"]
    assert (row["session"], row["came_at"], row["left_at"]) == (session.title, NOON, None)
    assert len(data["calendar_addresses"]) == 1
    assert person.calendar_feeds.get().code not in str(data)


def test_what_must_not_happen_twice_is_a_constraint(session):
    place, other = trainee(session), trainee(session)
    CheckIn.objects.create(session=session, enrolment=place, in_at=NOON, device="1")
    for fields in ({"enrolment": place, "device": "2"}, {"enrolment": other, "device": "1"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CheckIn.objects.create(session=session, in_at=NOON, **fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        CheckIn.objects.filter(enrolment=place).update(out_at=NOON - SECOND)


def test_the_cookie_says_nothing_across_sessions(session):
    assert reads.device_of(session, "1") != reads.device_of(make_door(), "1")
    assert site.SECRET_KEY not in reads.device_of(session, "1")


# --- at the same moment -------------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """With real threads (PostgreSQL)."""

    @pytest.fixture
    def session(self, settings):
        settings.DEMO_NOW = NOON
        return make_door()

    def test_a_crowd_at_one_door(self, session):
        places = [trainee(session) for _ in range(12)]
        phones = [phone_of(place.person) for place in places for _tab in range(2)]
        answers = at_once([lambda p=phone: press(p, scanned(session)).status_code for phone in phones])
        assert answers == [302] * 24
        assert CheckIn.objects.count() == 12
        assert set(CheckIn.objects.values_list("enrolment", flat=True)) == {place.pk for place in places}

    @pytest.mark.parametrize("again", range(3))
    def test_two_accounts_from_one_phone(self, again, session):
        people = [trainee(session).person for _ in range(4)]
        outcomes = at_once([lambda p=person: operations.come(session.pk, p, "one") for person in people])
        assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 3
        assert CheckIn.objects.count() == 1

    @pytest.mark.parametrize("again", range(3))
    def test_somebody_comes_and_leaves_while_the_session_is_cancelled(self, again, session):
        person, boss = trainee(session).person, make.make_admin()
        at_once(
            [
                lambda: operations.come(session.pk, person, "1"),
                lambda: operations.leave(session.pk, person),
                lambda: sessions.cancel_session(session.pk, by=boss, reason="중단"),
            ]
        )
        session.refresh_from_db()
        assert session.cancelled_at is not None
        assert CheckIn.objects.count() <= 1
