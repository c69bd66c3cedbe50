"""The pages of sessions in a real browser: accessible in both themes, wide and narrow; the door, and coming in."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import expect

from portal import clock
from programs.models.check_in import CheckIn
from programs.operations import feeds, sessions
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
WIDE, NARROW, SMALLEST = ({"width": width, "height": 800} for width in (1280, 360, 320))


@pytest.fixture
def world():
    """A session that has begun, one ahead, one that is cancelled; who takes part, who teaches, who runs it."""
    boss, cohort = make.make_admin(), make.make_cohort(phase="running")
    teacher, now = make.make_user(full_name="어진솔", romanized_name="Eo Jinsol"), clock.now()
    expert = make.make_expert(user=teacher)
    session = make.make_session(
        cohort,
        experts=[expert],
        starts_at=now - timedelta(minutes=5),
        place_ko="홍릉 콘텐츠인재캠퍼스",
        place_en="Hongneung Content Campus",
        address_ko="본관 302호",
        address_en="Main building 302",
        link="https://meet.example.com/a",
        map_link="https://map.example.com/a",
    )
    make.make_session(cohort, experts=[expert], starts_at=now + timedelta(days=1))
    gone = make.make_session(cohort, starts_at=now + timedelta(days=2))
    sessions.cancel_session(gone.pk, by=boss, reason="강사 사정")
    make.make_material(cohort, session=session, link="https://files.example.com/a")
    application = make.make_application(cohort, make.make_user(full_name="남궁별"), status="confirmed")
    place = make.make_enrolment(application=application, status="active")
    feeds.renew_feed(place.person, "learning")
    return {"session": session, "place": place, "teacher": teacher, "boss": boss}


def addresses(world, language):
    """Pages by who looks at them."""
    session, place = world["session"], world["place"]
    with override(language):
        return [
            (
                None,
                [reverse("calendar"), reverse("calendar") + "?month=2001-01", session.cohort.get_absolute_url()],
            ),
            (
                place.person,
                [
                    reverse("learning", args=[place.code]),
                    reverse("my-calendar"),
                    reverse("check-in", args=[session.code]),
                    reverse("check-in-scan", args=[session.code, "nobody"]),
                ],
            ),
            (
                world["teacher"],
                [
                    reverse("teaching-materials", args=[session.code]),
                    reverse("teaching-check-in", args=[session.code]),
                    reverse("my-calendar"),
                ],
            ),
        ]


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize(("language", "theme"), [("ko", "light"), ("en", "dark")])
def test_pages(open_page, world, language, theme, viewport):
    locale = "ko-KR" if language == "ko" else "en-US"
    for user, pages in addresses(world, language):
        page = open_page(locale, user=user, viewport=viewport, color_scheme=theme)
        for address in pages:
            assert page.goto(address).status == 200, address
            too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert too_wide == 0, f"{address} is {too_wide} px too wide"
            open_page.check_accessibility(page)


def test_nothing_scrolls_sideways_on_the_smallest_phone(open_page, world):
    for user, pages in addresses(world, "en"):
        page = open_page("en-US", user=user, viewport=SMALLEST)
        for address in pages:
            page.goto(address)
            too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert too_wide == 0, f"{address} is {too_wide} px too wide"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_admin_pages(open_page, world, language):
    world["boss"].language = language
    world["boss"].save()
    session = world["session"]
    page = open_page("ko-KR" if language == "ko" else "en-US", user=world["boss"], viewport=WIDE)
    for address in (
        reverse("admin:programs_session_changelist"),
        reverse("admin:programs_session_change", args=[session.pk]),
        reverse("admin:programs_session_cancel", args=[session.pk]),
        reverse("admin:programs_cohort_materials", args=[session.cohort_id]),
        reverse("admin:programs_cohort_change", args=[session.cohort_id]),
    ):
        assert page.goto(address).status == 200
        open_page.check_accessibility(page)


def test_the_digits_at_the_door_let_somebody_in_and_the_door_counts(open_page, world):
    session = world["session"]
    with override("en"):
        door, own = (reverse(name, args=[session.code]) for name in ("teaching-check-in", "check-in"))
    wall = open_page("en-US", user=world["teacher"])
    wall.goto(door)
    digits = wall.locator(".door__digits").inner_text()
    phone = open_page("en-US", user=world["place"].person, viewport=NARROW, java_script_enabled=False)
    phone.goto(own)
    phone.locator("[name=digits]").fill(digits)
    phone.locator("main button[type=submit]").click()
    expect(phone.locator(".alert-success").last).to_contain_text("Checked in at")
    assert CheckIn.objects.filter(session=session, enrolment=world["place"]).count() == 1
    expect(wall.locator(".door__count")).to_contain_text("1 / 1", timeout=10_000)
