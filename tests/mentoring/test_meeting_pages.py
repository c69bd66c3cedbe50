"""The pages of meetings: who gets them, what a form does, what hostile input does not do, what nobody is shown."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from mentoring.models.meetings import Meeting
from mentoring.operations import meeting_words, meetings
from mentoring.operations.pairs import end_pairing
from portal.models import OutgoingMail
from tests import make
from tests.mentoring.meetings import DAY, HOUR, NOW, make_pair, people

pytestmark = pytest.mark.django_db
START = NOW + 3 * DAY
DETAILS = {"way": "online", "link": "https://meet.example.com/a", "place": "", "subject": "1회"}


@pytest.fixture(autouse=True)
def _now(settings):
    settings.DEMO_NOW = NOW


@pytest.fixture
def pairing():
    return make_pair()


@pytest.fixture
def meeting(pairing):
    return meetings.book(pairing.pk, START, by=pairing.enrolment.person, **DETAILS)


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def address(name, *args, language="ko"):
    with override(language):
        return reverse(name, args=args)


def page(user, name, *args, language="en", query="", status=200):
    response = client_of(user).get(address(name, *args, language=language) + query)
    assert response.status_code == status
    return response.content.decode()


def post(user, name, code, data, language="en"):
    return client_of(user).post(address(name, code, language=language), data)


def test_a_mentee_is_led_to_booking_and_then_to_the_next_meeting(pairing):
    mentee = pairing.enrolment.person
    assert "Say what you want out of the mentoring." in page(mentee, "pairing", pairing.code)
    make.make_goal(pairing)
    led = page(mentee, "pairing", pairing.code)
    book = reverse("meeting-book", args=[pairing.code])
    assert led.count(f'href="{book}">Book a meeting</a>') == 2  # on top and among the meetings
    assert "Agree on your next meeting" in led
    meetings.book(pairing.pk, START, by=mentee, **DETAILS)
    led = page(mentee, "pairing", pairing.code)
    assert "Your next meeting is booked." in led
    assert 'href="#meetings">Go to the meetings</a>' in led


def test_the_head_tells_the_time_on_the_clocks_of_both(pairing, meeting):
    mentor, mentee = people(pairing)
    assert "16:00 PST · Mon, 1 March, 09:00 KST" in page(mentor, "meeting", meeting.code).replace(" 2027", "")
    assert "PST" in page(mentee, "meeting-book", pairing.code).partition("</h1>")[0]
    assert "PST" in page(mentor, "mentoring").partition("</h1>")[0]
    assert "PST" not in page(mentee, "mentoring").partition("</h1>")[0]


PAGES = ("meeting", "meeting-move", "meeting-cancel", "meeting-ics")
POSTS = ("meeting-details", "meeting-word", "meeting-move", "meeting-cancel")


# --- who gets what ------------------------------------------------------------------------------------------------


def test_strangers_other_mentors_and_other_staff_find_nothing(pairing, meeting):
    other = make_pair(cohort=pairing.enrolment.cohort)
    for stranger in (*people(other), make.make_user(), make.make_manager(make.make_cohort())):
        client = client_of(stranger)
        for name in PAGES:
            assert client.get(address(name, meeting.code)).status_code == 404, name
        for name in POSTS:
            assert client.post(address(name, meeting.code), {"reason": "1"}).status_code == 404, name
        assert client.get(address("meeting-book", pairing.code)).status_code == 404
        assert client.post(address("meeting-book", pairing.code), {}).status_code == 404
    meeting.refresh_from_db()
    assert meeting.status == "scheduled"


def test_staff_of_the_cohort_read_and_may_cancel_but_see_no_link(pairing, meeting):
    boss = make.make_manager(pairing.enrolment.cohort)
    text = page(boss, "meeting", meeting.code)
    assert "Eo Jinsol" in text
    assert "Park Soul" in text
    assert "meet.example.com" not in text
    assert "There is an online link, which only the two see." in text
    for name in ("meeting-move", "meeting-ics"):
        assert client_of(boss).get(address(name, meeting.code)).status_code == 404
    for name in ("meeting-details", "meeting-word"):
        assert client_of(boss).post(address(name, meeting.code), DETAILS).status_code == 404
    assert client_of(boss).get(address("meeting-book", pairing.code)).status_code == 404
    assert post(boss, "meeting-cancel", meeting.code, {"reason": "태풍"}).status_code == 302
    meeting.refresh_from_db()
    assert meeting.status == "cancelled"


def test_a_mentor_loses_the_meetings_with_the_pair_and_the_mentee_keeps_them_to_read(pairing, meeting):
    mentor, mentee = people(pairing)
    end_pairing(pairing.pk, by=make.make_admin(), reason="1")
    assert client_of(mentee).get(address("meeting", meeting.code)).status_code == 200
    text = page(mentee, "meeting", meeting.code)
    assert "meet.example.com" not in text
    for name in ("meeting-move", "meeting-cancel"):
        assert client_of(mentee).get(address(name, meeting.code)).status_code in (302, 404)
    assert client_of(mentee).get(address("meeting-book", pairing.code)).status_code == 404
    for person in (mentor, mentee):
        for name in ("meeting-word", "meeting-details", "meeting-move"):
            assert client_of(person).post(address(name, meeting.code), {"how": "held"}).status_code == 404


def test_no_page_shows_an_address_of_the_other(pairing, meeting):
    mentor, mentee = people(pairing)
    for person, other in ((mentor, mentee), (mentee, mentor)):
        for name, code in (
            ("meeting", meeting.code),
            ("meeting-move", meeting.code),
            ("meeting-cancel", meeting.code),
            ("meeting-ics", meeting.code),
            ("meeting-book", pairing.code),
            ("pairing", pairing.code),
        ):
            assert other.email not in page(person, name, code), name


def test_what_the_mentor_does_elsewhere_stays_unsaid(pairing):
    other = make_pair(pairing.mentor, mentee=make.make_user(full_name="남궁별", romanized_name="Namgung Byeol"))
    elsewhere = meetings.book(other.pk, START, by=other.enrolment.person, subject="비밀 각본")
    mentee = pairing.enrolment.person
    texts = [page(mentee, "meeting-book", pairing.code), page(mentee, "pairing", pairing.code)]
    response = post(mentee, "meeting-book", pairing.code, DETAILS | {"slot": "2027-03-04T00:00Z"})
    texts.append(response.content.decode())
    assert "One of you has something else at that time." in texts[-1]
    for text in texts:
        for secret in ("Namgung", "남궁별", "비밀 각본", elsewhere.code, other.code):
            assert secret not in text


# --- booking ------------------------------------------------------------------------------------------------------


def test_the_free_times_are_told_in_both_zones_with_the_readers_first(pairing):
    mentor, mentee = people(pairing)
    text = page(mentee, "meeting-book", pairing.code)
    assert "In your time zone, Seoul." in text
    assert 'value="2027-03-02T00:00Z"' in text  # exactly 24 hours ahead
    assert 'value="2027-03-01T23:30Z"' not in text
    assert "Mon, 1 March, 16:00 PST" in text
    assert "In your time zone, Los Angeles, Vancouver." in page(mentor, "meeting-book", pairing.code)


def test_weeks_can_be_turned_and_a_wrong_one_is_the_first(pairing):
    mentee = pairing.enrolment.person
    first = page(mentee, "meeting-book", pairing.code)
    assert "?week=2027-03-08#free" in first
    second = page(mentee, "meeting-book", pairing.code, query="?week=2027-03-08")
    assert 'value="2027-03-09T00:00Z"' in second
    assert "?week=2027-03-01#free" in second
    for wrong in ("x", "2027-03-09", "9999-99-99", "1999-01-04"):
        assert 'value="2027-03-02T00:00Z"' in page(mentee, "meeting-book", pairing.code, query=f"?week={wrong}")


def test_posting_a_free_time_books_it_and_posting_it_again_is_once(pairing):
    mentee = pairing.enrolment.person
    for _time in range(2):
        response = post(mentee, "meeting-book", pairing.code, DETAILS | {"slot": "2027-03-04T00:00Z"})
        made = Meeting.objects.get()
        assert response.status_code == 302
        assert response.url == address("meeting", made.code, language="en")
    assert (made.starts_at, made.link, made.subject) == (START, "https://meet.example.com/a", "1회")


@pytest.mark.parametrize("slot", ["", "x", "2027-03-04", "9999-12-31T23:59Z", "2027-03-04T00:00Z'--"])
def test_what_is_no_time_is_said_and_nothing_typed_is_lost(pairing, slot):
    response = post(
        pairing.enrolment.person, "meeting-book", pairing.code, DETAILS | {"slot": slot, "subject": "각본"}
    )
    text = response.content.decode()
    assert response.status_code == 200
    assert "Please choose a time." in text
    assert "각본" in text
    assert not Meeting.objects.exists()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"way": ""}, "Choose whether you meet online or in person."),
        ({"way": "in_person", "link": ""}, "Write where you meet."),
        ({"link": "javascript:alert(1)"}, "Enter an address that begins with https://."),
        ({"link": "ftp://a.example.com/"}, "Enter an address that begins with https://."),
        ({"subject": "가" * 201}, "200"),
        ({"subject": "900101-1234567"}, "resident"),
    ],
)
def test_a_wrong_detail_is_said_at_its_field_and_the_chosen_time_stays(pairing, data, words):
    response = post(
        pairing.enrolment.person, "meeting-book", pairing.code, DETAILS | {"slot": "2027-03-04T00:00Z"} | data
    )
    text = response.content.decode()
    assert response.status_code == 200
    assert words in text
    assert 'value="2027-03-04T00:00Z" checked' in text
    assert not Meeting.objects.exists()


def test_a_mentor_books_an_agreed_time_in_their_own_zone(pairing):
    mentor, _mentee = people(pairing)
    data = DETAILS | {"other": "1", "day": "2027-02-28", "time": "20:05"}
    response = post(mentor, "meeting-book", pairing.code, data)
    assert "Ask the mentee first, then say so here." in response.content.decode()
    response = post(mentor, "meeting-book", pairing.code, data | {"agreed": "on"})
    assert response.status_code == 302
    assert Meeting.objects.get().starts_at == datetime(2027, 3, 1, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"day": "x"}, "Choose a day."),
        ({"day": "9999-12-31"}, "Choose a day."),
        ({"time": "25:00"}, "Choose a time."),
        ({"day": "2027-03-14", "time": "02:30"}, "This time does not exist on that day"),
        ({"day": "2027-02-01"}, "This time has passed."),
    ],
)
def test_a_time_that_there_is_not_is_said(pairing, data, words):
    full = DETAILS | {"other": "1", "day": "2027-03-10", "time": "20:05", "agreed": "on"} | data
    response = post(pairing.mentor.user, "meeting-book", pairing.code, full)
    assert response.status_code == 200
    assert words in response.content.decode()


def test_a_mentee_has_no_such_form_and_posting_it_books_nothing(pairing):
    mentee = pairing.enrolment.person
    assert "Another time" not in page(mentee, "meeting-book", pairing.code)
    data = DETAILS | {"other": "1", "day": "2027-03-10", "time": "20:05", "agreed": "on"}
    assert "Please choose a time." in post(mentee, "meeting-book", pairing.code, data).content.decode()


def test_without_free_times_the_page_says_why(pairing):
    mentor, mentee = people(pairing)
    mentor.week.parts.all().delete()
    assert "The other side has not said yet when they have time." in page(mentee, "meeting-book", pairing.code)
    assert "You have not said yet when you have time." in page(mentor, "meeting-book", pairing.code)
    round_ = pairing.enrolment.cohort.mentoring_round
    round_.is_camp = True
    round_.save()
    text = page(mentee, "meeting-book", pairing.code)
    assert "No meeting can be booked here." in text
    assert "<form method" not in text
    assert "Book a meeting</a>" not in page(mentee, "pairing", pairing.code)


# --- the page of a meeting ----------------------------------------------------------------------------------------


def test_the_page_shows_the_time_in_both_zones_the_link_and_what_can_be_done(pairing, meeting):
    mentor, mentee = people(pairing)
    text = page(mentee, "meeting", meeting.code)
    assert "Thu, 4 March, 09:00–10:00 KST · Wed, 3 March, 16:00–17:00 PST" in text
    assert 'href="https://meet.example.com/a"' in text
    assert "Move the meeting" in text
    assert "Save how it went" not in text
    assert "Wed, 3 March, 16:00–17:00 PST · Thu, 4 March, 09:00–10:00 KST" in page(mentor, "meeting", meeting.code)


def test_moving_and_the_way_from_the_old_page_to_the_new(pairing, meeting):
    mentor, mentee = people(pairing)
    assert "The time now" in page(mentor, "meeting-move", meeting.code)
    response = post(mentor, "meeting-move", meeting.code, {"slot": "2027-03-05T00:00Z", "reason": "촬영"})
    moved = Meeting.objects.get(status="scheduled")
    assert response.url == address("meeting", moved.code, language="en")
    old = page(mentee, "meeting", meeting.code)
    assert moved.get_absolute_url().partition("/mentoring/")[2] in old
    assert "촬영" in old
    assert client_of(mentor).get(address("meeting-move", meeting.code)).status_code == 302


def test_cancelling_asks_for_a_reason_and_says_where_it_is_late(pairing, meeting, settings):
    mentee = pairing.enrolment.person
    assert "called off late" not in page(mentee, "meeting-cancel", meeting.code)
    settings.DEMO_NOW = START - HOUR
    assert "called off late" in page(mentee, "meeting-cancel", meeting.code)
    response = post(mentee, "meeting-cancel", meeting.code, {"reason": " "})
    assert "Write why the meeting does not take place." in response.content.decode()
    assert post(mentee, "meeting-cancel", meeting.code, {"reason": "병원"}).status_code == 302
    assert "병원" in page(pairing.mentor.user, "meeting", meeting.code)
    assert client_of(mentee).get(address("meeting-cancel", meeting.code)).status_code == 302


def test_looking_changes_nothing(pairing, meeting):
    for person in people(pairing):
        for name in (*PAGES, "meeting-book"):
            code = pairing.code if name == "meeting-book" else meeting.code
            with CaptureQueriesContext(connection) as queries:
                client_of(person).get(address(name, code))
            sql = [query["sql"] for query in queries if "django_session" not in query["sql"]]
            wrote = [line for line in sql if line.startswith(("INSERT", "DELETE"))]
            assert wrote == [], name


def test_details_are_saved_and_mistakes_stand_at_their_field(pairing, meeting):
    mentor = pairing.mentor.user
    response = post(mentor, "meeting-details", meeting.code, DETAILS | {"link": "x y", "subject": "2회"})
    text = response.content.decode()
    assert "Enter an address that begins with https://." in text
    assert 'value="2회"' in text
    assert post(mentor, "meeting-details", meeting.code, DETAILS | {"subject": "2회"}).status_code == 302
    meeting.refresh_from_db()
    assert meeting.subject == "2회"
    assert "2회" in OutgoingMail.objects.get(reason="meeting_details").body


def test_saying_how_it_went_and_agreeing_with_one_press(pairing, meeting, settings):
    mentor, mentee = people(pairing)
    settings.DEMO_NOW = START + HOUR
    text = page(mentor, "meeting", meeting.code)
    assert "Save how it went" in text
    assert 'value="60"' in text
    response = post(mentor, "meeting-word", meeting.code, {"how": "held", "minutes": ""})
    assert "Say how many minutes you met." in response.content.decode()
    assert post(mentor, "meeting-word", meeting.code, {"how": "held", "minutes": "55"}).status_code == 302
    text = page(mentee, "meeting", meeting.code)
    assert "Agree: Held, 55 minutes" in text
    assert "Sun, 7 March, 10:00 KST" in text  # until when it can be said otherwise
    assert post(mentee, "meeting-word", meeting.code, {"how": "held", "minutes": "55"}).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.status, meeting.minutes) == ("held", 55)
    assert "Save how it went" not in page(mentee, "meeting", meeting.code)


@pytest.mark.parametrize(
    "data", [{}, {"how": "cancelled"}, {"how": "held", "minutes": "-1"}, {"how": "held", "minutes": "9" * 40}]
)
def test_a_word_that_is_none_is_refused_at_its_field(pairing, meeting, settings, data):
    settings.DEMO_NOW = START + HOUR
    response = post(pairing.mentor.user, "meeting-word", meeting.code, data)
    assert response.status_code == 200
    assert "is-invalid" in response.content.decode()
    meeting.refresh_from_db()
    assert meeting.mentor_says == ""


def test_where_the_two_disagree_the_page_says_that_staff_decide(pairing, meeting, settings):
    mentor, mentee = people(pairing)
    settings.DEMO_NOW = START + HOUR
    meeting_words.say(meeting.pk, "held", by=mentor, minutes=60)
    meeting_words.say(meeting.pk, "mentor_absent", by=mentee)
    assert "The two of you say different things." in page(mentee, "meeting", meeting.code)
    boss = make.make_manager(pairing.enrolment.cohort)
    text = page(boss, "meeting", meeting.code)
    assert "The two disagree." in text
    assert "Save how it went" not in text


# --- on the page of the pair --------------------------------------------------------------------------------------


def test_the_pairs_page_shows_the_next_meeting_and_those_before(pairing, meeting, settings):
    for person in (*people(pairing), make.make_manager(pairing.enrolment.cohort)):
        text = page(person, "pairing", pairing.code)
        assert f"/en/mentoring/meetings/{meeting.code}/" in text
        assert "0 of 6 held" in text
    assert "Book a meeting" in page(pairing.mentor.user, "pairing", pairing.code)
    assert "Book a meeting" not in page(make.make_admin(), "pairing", pairing.code)


def test_the_pairs_page_costs_the_same_for_any_number_of_meetings(pairing, django_assert_num_queries):
    mentee = pairing.enrolment.person
    client = client_of(mentee)
    counts = []
    for number in range(3):
        meetings.book(pairing.pk, START + number * DAY, by=mentee)
        with CaptureQueriesContext(connection) as queries:
            client.get(address("pairing", pairing.code))
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_choosing_costs_the_same_for_any_number_of_meetings(pairing):
    mentee = pairing.enrolment.person
    client = client_of(mentee)
    counts = []
    for number in range(3):
        meetings.book(pairing.pk, START + number * timedelta(hours=5), by=mentee)
        with CaptureQueriesContext(connection) as queries:
            client.get(address("meeting-book", pairing.code))
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] < 20


# --- staff --------------------------------------------------------------------------------------------------------


@pytest.fixture
def disputed(pairing, meeting, settings):
    mentor, mentee = people(pairing)
    settings.DEMO_NOW = START + HOUR
    meeting_words.say(meeting.pk, "held", by=mentor, minutes=60)
    meeting_words.say(meeting.pk, "mentor_absent", by=mentee)
    return meeting


def admin_page(user, name, *args, query=""):
    response = client_of(user).get(reverse(f"admin:mentoring_meeting_{name}", args=args) + query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("state", "is_there"),
    [("decide", True), ("unsaid", False), ("waiting", False), ("ahead", False), ("held", False),
     ("no_show", False), ("late", False), ("off", False), ("x", True)],
)  # fmt: skip
def test_staff_filter_what_is_to_be_done(pairing, disputed, state, is_there):
    boss = make.make_manager(pairing.enrolment.cohort)
    text = admin_page(boss, "changelist", query=f"?state={state}")
    assert (f"/meeting/{disputed.pk}/change/" in text) is is_there
    stranger = make.make_manager(make.make_cohort())
    assert f"/meeting/{disputed.pk}/change/" not in admin_page(stranger, "changelist")


def test_what_is_to_be_decided_stands_on_the_overview_of_its_cohort(pairing, disputed):
    boss = make.make_manager(pairing.enrolment.cohort)
    client = client_of(boss)
    link = f"?cohort={pairing.enrolment.cohort_id}&amp;state=decide"
    overview = reverse("admin:programs_cohort_overview", args=[pairing.enrolment.cohort_id])
    assert link in client.get(overview).content.decode()
    page_ = client.get(reverse("admin:mentoring_meeting_changelist") + link.replace("&amp;", "&"))
    assert f"/meeting/{disputed.pk}/change/" in page_.content.decode()
    meeting_words.decide(disputed.pk, "held", by=boss, reason="1", minutes=50)
    assert link not in client.get(overview).content.decode()


def test_staff_decide_by_a_deed_that_asks_first(pairing, disputed):
    boss = make.make_manager(pairing.enrolment.cohort)
    client = client_of(boss)
    data = {"action": "decide_meeting", "_selected_action": [disputed.pk]}
    url = reverse("admin:mentoring_meeting_changelist")
    assert "박소울 – 어진솔" in client.post(url, data).content.decode()
    refused = client.post(url, data | {"confirm": "yes", "how": "held", "minutes": "", "reason": "기록"})
    assert refused.status_code == 200
    disputed.refresh_from_db()
    assert disputed.status == "scheduled"
    client.post(url, data | {"confirm": "yes", "how": "held", "minutes": "50", "reason": "기록"})
    disputed.refresh_from_db()
    assert (disputed.status, disputed.minutes, disputed.settled_by) == ("held", 50, boss)
    assert "기록" in admin_page(boss, "history", disputed.pk)


def test_the_admin_shows_no_link_and_chooses_an_interpreter(pairing, meeting, settings):
    boss = make.make_manager(pairing.enrolment.cohort)
    expert = make.make_expert(name_ko="통역가", name_en="An Interpreter")
    text = admin_page(boss, "change", meeting.pk)
    assert "meet.example.com" not in text
    url = reverse("admin:mentoring_meeting_interpreter", args=[meeting.pk])
    assert url in text
    client = client_of(boss)
    assert client.get(url).status_code == 200
    assert client.post(url, {"interpreter": expert.pk}).status_code == 302
    meeting.refresh_from_db()
    assert meeting.interpreter == expert
    assert client_of(make.make_manager(make.make_cohort())).get(url).status_code in (403, 404)
    settings.DEMO_NOW = START
    assert client.get(url).status_code == 404
