"""A person's own usual week: typed, kept, shown in two zones, and fixed while pairs are made."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from mentoring import availability, rounds, week_words
from mentoring.forms.weeks import WeekForm, as_time, offset_words
from mentoring.models.availability import Week
from mentoring.models.runs import PairingRun
from mentoring.operations.weeks import Frozen, merged, save_week
from portal import clock
from portal.models import AuditEvent
from tests import make

pytestmark = pytest.mark.django_db

USUAL = {"zone": "Asia/Seoul", "buffer_minutes": 10, "notice_hours": 24, "exceptions": []}
MORNING, EVENING = (0, 540, 720), (2, 1140, 1320)
TYPED = {
    "zone": "America/Los_Angeles",
    "buffer_minutes": "15",
    "notice_hours": "48",
    "morning_on_0": "on",
    "evening_on_2": "on",
    "stretches-rows": "1",
    "stretches-0-day": "5",
    "stretches-0-starts": "10:30",
    "stretches-0-ends": "24:00",
    "days-rows": "1",
    "days-0-first": "2099-01-01",
}


def address(language="en"):
    with override(language):
        return reverse("week")


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def round_():
    return make.make_mentoring_round()


@pytest.fixture
def mentee(round_):
    return make.make_enrolment(round_.cohort, status="active").person


def typed(**more):
    days = clock.today() + timedelta(days=30)
    return TYPED | {"days-0-first": days.isoformat()} | more


def parts(user):
    return [(part.weekday, part.starts, part.ends) for part in Week.objects.get(person=user).parts.all()]


# --- typing -----------------------------------------------------------------------------------------------------


def test_ticks_and_rows_are_kept_and_come_back_as_they_were(mentee):
    client = client_of(mentee)
    response = client.post(address(), typed())

    assert response.status_code == 302
    week = Week.objects.get(person=mentee)
    assert (week.zone, week.buffer_minutes, week.notice_hours) == ("America/Los_Angeles", 15, 48)
    assert parts(mentee) == [MORNING, EVENING, (5, 630, 1440)]
    day = clock.today() + timedelta(days=30)
    assert [(one.first_day, one.last_day, one.is_away) for one in week.exceptions.all()] == [(day, day, True)]
    form = WeekForm(week=rounds.week_of(mentee))
    assert form["morning_on_0"].value() is True
    assert not form["morning_on_1"].value()
    assert form["stretches"].value() == [{"day": "5", "starts": "10:30", "ends": "24:00"}]
    assert client.get(address()).status_code == 200


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"stretches-0-ends": "10:30"}, "The end comes after the beginning."),
        ({"stretches-0-ends": "09:00"}, "The end comes after the beginning."),
        ({"stretches-0-day": "7"}, "Please choose one from the list."),
        ({"stretches-0-starts": "10:31"}, "Please choose one from the list."),
        ({"zone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"buffer_minutes": "241"}, "Write a whole number from 0 to 240."),
        ({"notice_hours": "-1"}, "Write a whole number from 0 to 336."),
        ({"days-0-first": "morgen"}, "Write the day like 2027-01-14."),
        ({"days-0-first": "9999-12-31"}, "Choose a day within the next two years."),
        ({"days-0-starts": "09:00"}, "Choose both times, or none for days away."),
        ({"days-0-last": "2020-01-01"}, "Choose a day within the next two years."),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(mentee, more, words):
    response = client_of(mentee).post(address(), typed(**more))

    assert response.status_code == 200
    assert words in response.text
    assert 'name="buffer_minutes"' in response.text
    assert not Week.objects.filter(person=mentee, parts__isnull=False).exists()
    assert 'name="evening_on_2" id="id_evening_on_2" checked' in response.text


def test_a_last_day_before_the_first(mentee):
    earlier = (clock.today() + timedelta(days=29)).isoformat()
    response = client_of(mentee).post(address(), typed(**{"days-0-last": earlier}))

    assert "The last day comes after the first." in response.text


def test_further_rows_without_a_script_save_nothing(mentee):
    response = client_of(mentee).post(address(), typed(more="stretches"))

    assert response.status_code == 200
    assert 'name="stretches-2-day"' in response.text
    assert not Week.objects.filter(person=mentee).exists()


def test_fields_that_are_not_there_cannot_be_set(mentee, round_):
    other = make.make_user()
    client_of(mentee).post(address(), typed(person=str(other.pk), week="1", changed_at="2000-01-01"))

    assert not Week.objects.filter(person=other).exists()
    assert Week.objects.get(person=mentee).changed_at > clock.now() - timedelta(minutes=1)


def test_the_page_is_for_mentors_and_mentees_alone(mentee):
    assert client_of(make.make_user()).get(address()).status_code == 404
    assert client_of(make.make_mentor().user).get(address()).status_code == 200
    assert client_of(mentee).get(address("ko")).status_code == 200


# --- keeping ----------------------------------------------------------------------------------------------------


def test_stretches_that_touch_or_overlap_become_one():
    assert merged([(0, 720, 780), (0, 540, 720), (0, 600, 650), (1, 540, 720)]) == [(0, 540, 780), (1, 540, 720)]


def test_saving_the_same_again_is_the_same_as_once(mentee):
    for _time in range(2):
        save_week(by=mentee, parts=[MORNING], **USUAL)

    assert parts(mentee) == [MORNING]
    assert AuditEvent.objects.filter(verb="week.changed").count() == 1


def test_days_that_are_over_are_kept(mentee):
    make.make_week(mentee, MORNING, exceptions=[(date(2020, 1, 1), date(2020, 1, 2), None, None)])
    save_week(by=mentee, parts=[MORNING], **USUAL)

    assert [one.first_day for one in Week.objects.get(person=mentee).exceptions.all()] == [date(2020, 1, 1)]


# --- fixed while pairs are made ---------------------------------------------------------------------------------


def close(round_):
    round_.wishes_until = clock.now()
    round_.save()


def refused(mentee, **more):
    try:
        save_week(by=mentee, **{**USUAL, "parts": [EVENING], **more})
    except Frozen:
        return True
    return False


def test_a_second_before_the_deadline_it_changes_and_at_the_deadline_no_more(mentee, round_, settings):
    make.make_week(mentee, MORNING)
    settings.DEMO_NOW = round_.wishes_until - timedelta(seconds=1)
    assert not refused(mentee)
    settings.DEMO_NOW = round_.wishes_until
    assert refused(mentee, parts=[MORNING])
    assert parts(mentee) == [EVENING]


def test_the_zone_is_fixed_too_and_days_away_are_not(mentee, round_):
    make.make_week(mentee, MORNING)
    close(round_)

    assert refused(mentee, parts=[MORNING], zone="America/New_York")
    away = (clock.today(), clock.today(), None, None)
    assert not refused(mentee, parts=[MORNING], exceptions=[away], notice_hours=48)
    week = Week.objects.get(person=mentee)
    assert (week.notice_hours, week.exceptions.count()) == (48, 1)


def test_whoever_was_opened_again_may(mentee, round_):
    make.make_week(mentee, MORNING)
    close(round_)
    profile = make.make_mentee_profile(round_, enrolment=mentee.enrolments.get())
    profile.reopened_until = clock.now() + timedelta(hours=1)
    profile.save()

    assert not refused(mentee)


def test_once_pairs_are_out_it_changes_again(mentee, round_):
    make.make_week(mentee, MORNING)
    close(round_)
    admin, now = make.make_admin(), clock.now()
    run = PairingRun.objects.create(
        round=round_,
        number=1,
        problem={},
        digest="0",
        plan={},
        made_by=admin,
        published_at=now,
        published_by=admin,
        undo_until=now,
    )
    assert not refused(mentee)
    run.undone_at, run.undone_by = now, admin
    run.save()
    assert refused(mentee, parts=[MORNING])


def test_whoever_has_a_mentor_and_who_is_a_mentor_may(mentee, round_):
    make.make_week(mentee, MORNING)
    close(round_)
    assert not refused(make.make_mentor().user)
    make.make_pairing(make.make_mentor(), mentee.enrolments.get())
    assert not refused(mentee)


def test_the_page_says_so_and_keeps_what_was_typed(mentee, round_):
    make.make_week(mentee, MORNING)
    close(round_)
    response = client_of(mentee).post(address(), typed())

    assert response.status_code == 200
    assert "Your usual week is fixed until the pairs of" in response.text
    assert 'name="evening_on_2" id="id_evening_on_2" checked' in response.text
    assert parts(mentee) == [MORNING]


# --- in words ---------------------------------------------------------------------------------------------------


def test_both_zones_show_the_same_time():
    week = make.make_week(make.make_user(), (0, 16 * 60, 24 * 60), zone="America/Los_Angeles")
    own, seoul = week_words.tables(week)

    assert own["rows"][0]["times"] == "16:00–24:00"
    assert [row["times"] for row in seoul["rows"][:2]] in (["", "08:00–16:00"], ["", "09:00–17:00"])


def test_seoul_is_shown_once_also_from_tokyo():
    for zone in ("Asia/Seoul", "Asia/Tokyo"):
        assert len(week_words.tables(make.make_week(make.make_user(), MORNING, zone=zone))) == 1


def test_a_week_that_crosses_midnight_in_seoul_is_cut_there():
    week = make.make_week(make.make_user(), (6, 9 * 60, 23 * 60), zone="Europe/London")
    _own, seoul = week_words.tables(week)
    shown = {row["day"]: row["times"] for row in seoul["rows"]}

    assert shown["일요일"].endswith("–24:00")
    assert shown["월요일"].startswith("00:00–")
    minutes = availability.minutes(
        availability.free_time(
            week,
            week_words.next_monday("Europe/London"),
            week_words.next_monday("Europe/London") + availability.WEEK,
        )
    )
    assert minutes == 14 * 60


@pytest.mark.parametrize(
    ("zone", "words"),
    [("Asia/Seoul", "UTC+9"), ("Asia/Kolkata", "UTC+5:30"), ("America/Sao_Paulo", "UTC−3"), ("Etc/UTC", "UTC+0")],
)
def test_how_far_a_zone_is(zone, words):
    assert offset_words(zone, clock.now()) == words


def test_few_parts_are_said(mentee):
    make.make_week(mentee, MORNING)
    response = client_of(mentee).get(address())

    assert "1 of 21 parts of the week" in response.text
    assert "At least 8 of the 21 parts of the week are needed" in response.text
    assert as_time(1440) == "24:00"
