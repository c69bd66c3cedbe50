"""Asking for another pair in a browser: the way through without a script, every page accessible and narrow."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import expect

from mentoring.models.rematches import RematchRequest
from mentoring.operations import rematches
from portal import clock
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


def address(name, *args, language="en"):
    with override(language):
        return reverse(name, args=args)


@pytest.fixture
def pairing():
    program = make.make_program(has_mentoring=True, title_ko="KAFA X Netflix 마스터클래스", title_en="Masterclass")
    round_ = make.make_mentoring_round(make.make_cohort(program, phase="running"))
    mentor = make.make_mentor(make.make_user(full_name="남궁설아", romanized_name="Namgung Seora"))
    person = make.make_user(full_name="박소울", romanized_name="Park Soul")
    return make.make_pairing(mentor, make.make_enrolment(round_.cohort, person, status="active"))


def test_behavior_leads_past_the_concerns_without_a_script(open_page, pairing):
    page = open_page("en-US", user=pairing.enrolment.person, java_script_enabled=False, viewport=NARROW)
    page.goto(address("pairing", pairing.code))
    page.get_by_role("link", name="Ask for a re-match").click()
    page.get_by_label("Behavior", exact=True).check()
    page.get_by_label("What staff should know").fill("회의 중에 소리를 지릅니다.")
    page.get_by_label("The staff should look at it now.").check()
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_text("About behavior, please report a concern first.")).to_be_visible()
    expect(page.get_by_label("What staff should know")).to_have_value("회의 중에 소리를 지릅니다.")
    page.get_by_label("I know where to report a concern").check()
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_text("The staff are looking at it.")).to_be_visible()
    assert RematchRequest.objects.get().status == "open"
    page.get_by_role("button", name="Take the request back").click()
    expect(page.get_by_role("link", name="Ask for a re-match")).to_be_visible()
    assert RematchRequest.objects.get().status == "withdrawn"


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("screen", [WIDE, NARROW])
def test_every_page_is_accessible_and_narrow(open_page, pairing, language, screen):
    person, staff = pairing.enrolment.person, make.make_admin()
    own = address("pairing-rematch", pairing.code, language=language)

    def look(user, place, *, scheme="light"):
        page = open_page("ko-KR" if language == "ko" else "en-US", user=user, viewport=screen, color_scheme=scheme)
        page.goto(place)
        assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"], place
        open_page.check_accessibility(page)
        return page

    page = look(person, own)
    page.get_by_role("button", name="요청하기" if language == "ko" else "Send the request").click()
    open_page.check_accessibility(page)
    asked = rematches.ask(
        pairing.pk,
        by=person,
        cause="silence",
        text="3주 동안 답이 없습니다.",
        talk_until=clock.today() + timedelta(days=5),
    )
    look(person, own, scheme="dark")
    look(person, address("pairing", pairing.code, language=language))
    for name in ("change", "talk", "grant", "refuse"):
        look(staff, reverse(f"admin:mentoring_rematchrequest_{name}", args=[asked.pk]))
    look(staff, reverse("admin:mentoring_rematchrequest_changelist"))
    rematches.refuse(asked.pk, by=staff, reason="1", answer="미팅 요일을 바꾸어 보십시오.")
    look(person, own)
