"""Following and answering an application in the browser's stead; writing one is in test_writing_pages.py."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from portal import clock, i18n
from programs.models.applications import ApplicationStatus, Decision
from programs.models.enrolments import Enrolment
from programs.models.interviews import InterviewSlot, Panel
from programs.operations import decisions, review, seats
from tests.make import (
    make_admin,
    make_application,
    make_cohort,
    make_enrolment,
    make_grant,
    make_manager,
    make_milestone,
    make_round,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db
S = ApplicationStatus


@pytest.fixture(autouse=True)
def korean():
    with override("ko"):
        yield


def page_of(application, act=""):
    return reverse(f"application-{act}" if act else "application", args=[application.code])


@pytest.fixture
def person():
    return make_user(full_name="김다별", romanized_name="Kim Dabyeol")


@pytest.fixture
def client(client, person):
    client.force_login(person)
    return client


def test_a_place_without_dates_can_be_cancelled(client, person):
    cohort = make_cohort(phase="announced", starts_at=None, ends_at=None)
    application = make_application(cohort, person, status=S.CONFIRMED)
    make_enrolment(application=application)
    assert page_of(application, "cancel") in client.get(page_of(application)).text


# --- following it -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", S)
@pytest.mark.parametrize("mode", ["review", "first_come"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_status_has_its_page(client, person, status, mode, language):
    cohort = make_cohort(registration_mode=mode, phase="announced" if mode == "review" else "open")
    application = make_application(cohort, person, status=status)
    if status == S.CONFIRMED:
        make_enrolment(application=application)
    with override(language):
        response = client.get(page_of(application))
        assert response.status_code == 200
        assert str(application.label) in response.text
        assert response.context["steps"]
        my = client.get(reverse("my"))
        assert str(application.label) in my.text


def test_nothing_staged_shows_before_the_release(client, person):
    cohort = make_cohort(phase="in_review")
    make_milestone(cohort)
    application = make_application(cohort, person, status=S.IN_REVIEW, moved_at=clock.now() - timedelta(1))
    before = {address: client.get(address).text for address in (page_of(application), reverse("my"))}
    decisions.stage_decisions([application.pk], "reject", by=make_admin(), reason_code="score")
    assert Decision.objects.count() == 1

    for address, text in before.items():
        assert without_tokens(client.get(address).text) == without_tokens(text)


def without_tokens(text):
    return re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", text)


def test_the_waitlisted_see_their_number_and_how_many_are_ahead(client, person):
    cohort = make_cohort(phase="announced")
    for number in (1, 2):
        make_application(cohort, status=S.WAITLISTED, waitlist_number=number)
    application = make_application(cohort, person, status=S.WAITLISTED, waitlist_number=5)
    text = client.get(page_of(application)).text
    assert "예비 5번" in text
    assert "2명" in text


def test_the_waitlisted_see_until_when_places_can_open(client, person):
    cohort = make_cohort(phase="announced")
    application = make_application(cohort, person, status=S.WAITLISTED)
    facts = {
        str(fact["term"]): fact["value"] for fact in client.get(page_of(application)).context["panel"]["facts"]
    }
    assert facts["결원 안내"] == f"{i18n.moment(cohort.starts_at)}까지"
    cohort.promote_until = cohort.starts_at - timedelta(days=2)
    cohort.save()
    assert i18n.moment(cohort.promote_until) in client.get(page_of(application)).text
    cohort.promote_until = cohort.starts_at = cohort.ends_at = None
    cohort.save()
    assert "결원 안내" not in client.get(page_of(application)).text


def test_ahead_are_only_those_who_still_wait(client, person):
    cohort = make_cohort(phase="announced")
    for number, status in enumerate((S.WAITLISTED, S.WITHDRAWN, S.OFFERED, S.CONFIRMED), start=1):
        row = make_application(cohort, status=status, waitlist_number=number)
        if status == S.CONFIRMED:
            make_enrolment(application=row)
    application = make_application(cohort, person, status=S.WAITLISTED, waitlist_number=5)
    facts = {
        str(fact["term"]): fact["value"] for fact in client.get(page_of(application)).context["panel"]["facts"]
    }
    assert facts["앞 순번"] == "1명"


@pytest.mark.parametrize(
    ("kinds", "title", "text"),
    [
        (["document", "interview"], "서류심사에 합격하셨습니다.", "다음은 면접입니다."),
        (["document", "document"], "서류심사에 합격하셨습니다.", "다음 심사가 이어집니다."),
        (["interview", "document"], "면접심사에 합격하셨습니다.", "다음 심사가 이어집니다."),
    ],
)
def test_one_that_has_passed_a_round_says_so_and_what_comes_next(client, person, kinds, title, text):
    cohort = make_cohort(phase="in_review")
    for number, kind in enumerate(kinds, start=1):
        make_round(cohort, number=number, kind=kind, criteria=())
    application = make_application(cohort, person, status=S.IN_REVIEW)
    assert title not in client.get(page_of(application)).text
    application.round_number = 2
    application.save()
    page = client.get(page_of(application)).text
    assert title in page
    assert text in page


def test_the_panel_says_when_the_interview_is(client, person):
    cohort = make_cohort(phase="in_review")
    make_round(cohort, criteria=())
    interview = make_round(cohort, number=2, kind="interview", criteria=())
    panel = Panel.objects.create(round=interview, title_ko="1조", title_en="Panel 1", place_ko="홍릉")
    begin = clock.now() + timedelta(days=2)
    application = make_application(cohort, person, status=S.IN_REVIEW)
    InterviewSlot.objects.create(
        panel=panel,
        round=interview,
        starts_at=begin,
        ends_at=begin + timedelta(minutes=20),
        application=application,
        booked_at=clock.now(),
    )
    when = i18n.span(begin, begin + timedelta(minutes=20), times=True)
    for address in (page_of(application), reverse("my")):
        assert when not in client.get(address).text  # the slot would tell that the first round is passed
    application.round_number = 2
    application.save()
    for address in (page_of(application), reverse("my")):
        assert when in client.get(address).text


def test_staff_read_and_cannot_act(client, person):
    application = make_application(make_cohort(phase="announced"), status=S.OFFERED)
    client.force_login(make_manager(application.cohort))
    response = client.get(page_of(application))
    assert response.status_code == 200
    assert response.context["panel"]["actions"] == []
    for act in ("edit", "submit", "withdraw", "confirm", "decline", "cancel"):
        assert client.post(page_of(application, act)).status_code == 404
    application.refresh_from_db()
    assert application.status == S.OFFERED


def test_strangers_find_nothing(client):
    application = make_application(status=S.OFFERED)
    for act in ("", "edit", "submit", "withdraw", "confirm", "decline", "cancel"):
        assert client.get(page_of(application, act)).status_code == 404
        if act:
            assert client.post(page_of(application, act)).status_code == 404


# --- answering ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "status", "becomes"),
    [
        ("confirm", S.OFFERED, S.CONFIRMED),
        ("decline", S.OFFERED, S.DECLINED),
        ("withdraw", S.IN_REVIEW, S.WITHDRAWN),
        ("cancel", S.CONFIRMED, S.CANCELLED),
    ],
)
def test_each_answer_asks_on_get_and_acts_on_post(client, person, act, status, becomes):
    application = make_application(make_cohort(phase="announced"), person, status=status)
    if status == S.CONFIRMED:
        make_enrolment(application=application)

    asked = client.get(page_of(application, act))
    application.refresh_from_db()
    assert (asked.status_code, application.status) == (200, status)

    client.post(page_of(application, act))
    again = client.post(page_of(application, act), follow=True)
    application.refresh_from_db()
    assert application.status == becomes
    assert again.status_code == 200
    assert client.get(page_of(application, act)).url == page_of(application)


def test_a_refused_answer_is_explained(client, person, settings):
    application = make_application(make_cohort(phase="announced"), person, status=S.OFFERED)
    settings.DEMO_NOW = application.answer_by
    response = client.post(page_of(application, "confirm"), follow=True)
    assert "확정 기한이 지나" in response.text
    assert Enrolment.objects.count() == 0


# --- the person's own page -------------------------------------------------------------------------------------


def test_an_empty_page_says_what_to_do(client):
    text = client.get(reverse("my")).text
    assert "아직 지원한 과정이 없어요." in text
    assert reverse("catalog") in text


def test_what_wants_an_answer_stands_on_top(client, person):
    cohort = make_cohort(phase="announced")
    offered = make_application(cohort, person, status=S.OFFERED)
    response = client.get(reverse("my"))
    assert [item["id"] for item in response.context["waiting"]] == [f"now-{offered.code}"]
    assert page_of(offered, "confirm") in response.text


def test_what_has_ended_stands_below(client, person):
    done = make_application(make_cohort(phase="finished"), person, status=S.CONFIRMED)
    make_enrolment(application=done, status="completed")
    make_application(make_cohort(phase="closed"), person, status=S.DRAFT)
    running = make_application(make_cohort(phase="running"), person, status=S.CONFIRMED)
    make_enrolment(application=running, status="active")
    context = client.get(reverse("my")).context
    assert len(context["ended"]) == 2
    assert len(context["current"]) == 1
    assert len(context["learning"]) == 1


@pytest.mark.parametrize("count", [1, 12])
def test_the_page_costs_the_same_for_one_and_for_many(client, person, count, django_assert_max_num_queries):
    for number in range(count):
        application = make_application(
            make_cohort(phase="announced"), person, status=S.WAITLISTED, waitlist_number=number + 1
        )
        make_milestone(application.cohort)
        seats.run_promotions(application.cohort_id)
    with django_assert_max_num_queries(15):
        assert client.get(reverse("my")).status_code == 200


def test_a_reason_that_staff_wrote_for_themselves_is_not_shown(client, person):
    application = make_application(make_cohort(phase="announced"), person, status=S.DECLINED)
    review.reopen_application(application.pk, by=make_admin(), reason="심사위원 착오로 점수를 다시 매김")
    assert "착오" not in client.get(page_of(application)).text
    offered = make_application(make_cohort(phase="announced"), person, status=S.EXPIRED)
    seats.offer_seat(offered.pk, by=make_admin(), reason="전화로 사정을 들음")
    assert "사정을 들음" not in client.get(page_of(offered)).text
    seats.rescind_offer(offered.pk, by=make_admin(), reason="제출한 경력이 사실과 다름")
    assert "사실과 다름" in client.get(page_of(offered)).text


def test_staff_who_apply_do_not_see_their_own_result_in_the_admin(client, person):
    cohort = make_cohort(phase="in_review")
    make_grant(person, "manager", cohort)
    own, other = make_application(cohort, person, status=S.IN_REVIEW), make_application(cohort, status=S.IN_REVIEW)
    decisions.stage_decisions([own.pk, other.pk], "offer", by=make_admin())
    assert client.get(reverse("admin:programs_application_change", args=[other.pk])).status_code == 200
    assert client.get(reverse("admin:programs_application_change", args=[own.pk])).status_code == 404
    text = client.get(reverse("admin:programs_application_changelist")).text
    assert (other.receipt_number in text, own.receipt_number in text) == (True, False)
    fields = {"action": "stage_reject", "_selected_action": own.pk, "confirm": "yes", "reason_code": "score"}
    client.post(reverse("admin:programs_application_changelist"), fields)
    assert own.decisions.count() == 1


# --- a place that stands in the way -------------------------------------------------------------------


def overlapping(person, **fields):
    """An offer, and a confirmed place whose session is at the same time."""
    begin = clock.now() + timedelta(days=39)
    held = make_application(make_cohort(phase="announced", **fields), person, status=S.CONFIRMED)
    make_enrolment(application=held)
    offered = make_application(make_cohort(phase="announced"), person, status=S.OFFERED)
    for row in (held, offered):
        make_session(row.cohort, starts_at=begin)
    return held, offered


def test_the_offer_and_its_confirmation_say_which_place_stands_in_the_way_and_the_way_out(client, person):
    held, offered = overlapping(person)
    for address in (page_of(offered), page_of(offered, "confirm")):
        text = client.get(address).text
        assert held.cohort.program.title_ko in text
        assert page_of(held, "cancel") in text
        assert i18n.deadline(held.cohort.starts_at) in text
    client.post(page_of(offered, "confirm"), follow=True)
    offered.refresh_from_db()
    assert offered.status == S.OFFERED

    client.post(page_of(held, "cancel"), follow=True)
    for address in (page_of(offered), page_of(offered, "confirm")):
        assert held.cohort.program.title_ko not in client.get(address).text
    client.post(page_of(offered, "confirm"))
    offered.refresh_from_db()
    assert offered.status == S.CONFIRMED


def test_a_place_without_an_end_of_cancelling_says_no_day(client, person):
    held, offered = overlapping(person, starts_at=None, ends_at=None)
    response = client.get(page_of(offered))
    assert page_of(held, "cancel") in response.text
    assert "취소하실 수 있습니다" not in response.context["overlap"]["text"]


def test_a_place_that_cannot_be_given_up_any_more_says_whom_to_write_to(client, person):
    held, offered = overlapping(person, cancel_until=clock.now() - timedelta(hours=1))
    text = client.get(page_of(offered, "confirm")).text
    assert "취소 기한이 지났습니다" in text
    assert page_of(held, "cancel") not in text
