"""Staff pair a round in a browser: a card is dragged, by keyboard, without JavaScript; published and undone."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from mentoring.models.pairs import Pairing
from mentoring.models.runs import PairingRun, PairLock
from mentoring.operations import runs as operations
from mentoring.pairing.input import mentor_id
from tests import make
from tests.mentoring.rounds import make_full_round

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 360, "height": 740}
TALL = {"width": 1280, "height": 1800}  # the whole board, so that nothing scrolls while a card is held


class Season:
    """A round of four mentees and three mentors with one run, and the manager of its cohort."""

    def __init__(self):
        self.round, self.mentors, self.people = make_full_round(4, 3)
        self.boss = make.make_manager(self.round.cohort, language="ko")
        self.run = operations.run(self.round.pk, by=self.boss)
        self.mentee = self.people[0].enrolment
        held = dict(self.run.plan["pairs"])[self.mentee.code]
        self.other = next(row.mentor for row in self.mentors if mentor_id(row.mentor_id) != held)

    def address(self, page="desk", **more):
        return reverse(f"admin:mentoring_pairing_{page}", kwargs={"round_id": self.round.pk, **more})

    @property
    def board(self):
        return self.address("board", number=self.run.number)


@pytest.fixture
def season(settings):
    settings.ZEAL_ALLOWLIST = [{"model": "*", "field": "*"}]  # a deed locks for itself; each pair is made by itself
    return Season()


def card_of(page, season):
    return page.locator(f"[data-pairing-mentee='{season.mentee.code}']")


def column_of(page, season):
    return page.locator(f"[data-pairing-mentor='{mentor_id(season.other.pk)}']")


def drag(page, season):
    """Drags the card to the other mentor, once nothing on the page moves by itself any more."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    card_of(page, season).drag_to(column_of(page, season))


def shown(page, season):
    """The cost of the pair, as it stands on the page."""
    cost = page.locator("#cost")
    title = f"{season.mentee.person.display_name} – {season.other.name}"
    expect(cost.get_by_role("heading", name=title)).to_be_visible()
    return cost


def keep(page, cost, season):
    """Locks the pair; the next run has it, and its card stands with the other mentor."""
    cost.get_by_role("button", name="Lock the pair and work out anew").or_(
        cost.get_by_role("button", name="고정하고 다시 계산하기")
    ).click()
    expect(column_of(page, season).locator(f"[data-pairing-mentee='{season.mentee.code}']")).to_be_visible()
    lock = PairLock.objects.get()
    assert (lock.enrolment_id, lock.mentor_id) == (season.mentee.pk, season.other.pk)
    assert PairingRun.objects.count() == 2


def test_a_card_dragged_to_another_mentor_shows_its_cost_at_once(open_page, season):
    page = open_page("ko-KR", season.boss, viewport=TALL)
    page.goto(season.board)
    drag(page, season)
    cost = shown(page, season)
    assert not PairLock.objects.exists()
    assert page.locator("h1").count() == 1
    open_page.check_accessibility(page)
    keep(page, cost, season)
    expect(card_of(page, season)).not_to_have_attribute("draggable", "true")


def test_the_same_by_keyboard_alone(open_page, season):
    page = open_page("ko-KR", season.boss)
    page.goto(season.board)
    card_of(page, season).locator("[data-pairing-choose]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#mentor")).to_be_focused()
    assert page.locator("#mentee").input_value() == season.mentee.code
    page.locator("#mentor").select_option(mentor_id(season.other.pk))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    cost = shown(page, season)
    expect(cost.get_by_role("heading").first).to_be_focused()
    assert f"mentee={season.mentee.code}" in page.url
    cost.locator("#reason").press("Enter")
    expect(column_of(page, season).locator(f"[data-pairing-mentee='{season.mentee.code}']")).to_be_visible()
    assert PairLock.objects.count() == 1


def test_the_same_without_javascript(open_page, season):
    page = open_page("ko-KR", season.boss, java_script_enabled=False)
    page.goto(season.board)
    card_of(page, season).locator("[data-pairing-choose]").click()
    expect(page.locator("#mentee")).to_have_value(season.mentee.code)
    page.locator("#mentor").select_option(mentor_id(season.other.pk))
    page.locator("[data-pairing-ask] button").click()
    keep(page, shown(page, season), season)


def test_on_a_phone_the_board_is_a_list(open_page, season):
    page = open_page("ko-KR", season.boss, viewport=PHONE)
    page.goto(season.board)
    card_of(page, season).locator("[data-pairing-choose]").click()
    page.locator("#mentor").select_option(mentor_id(season.other.pk))
    page.locator("[data-pairing-ask] button").click()
    shown(page, season)
    lefts = page.eval_on_selector_all(".pairing-column", "all => all.map(one => one.getBoundingClientRect().left)")
    assert len(set(lefts)) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    open_page.check_accessibility(page)


def test_a_cost_that_cannot_be_had_is_said(open_page, season):
    page = open_page("ko-KR", season.boss, viewport=TALL)
    page.goto(season.board)
    words = page.locator("[data-pairing]").get_attribute("data-pairing-failed")
    page.route("**/cost/**", lambda route: route.abort())
    drag(page, season)
    expect(page.locator("#cost")).to_have_text(words)
    open_page.expect("ERR_FAILED")


def test_a_run_is_read_published_and_undone(open_page, season):
    season.boss.language = "en"
    season.boss.save()
    page = open_page("en-US", season.boss)
    page.goto(season.address())
    open_page.check_accessibility(page)
    page.get_by_role("link", name=re.compile("Run 1")).first.click()
    open_page.check_accessibility(page)
    page.get_by_role("button", name="Read every mail beforehand").click()
    expect(page.get_by_text("8 mails would go out")).to_be_visible()
    open_page.check_accessibility(page)
    page.get_by_role("link", name="Publish", exact=True).click()
    page.get_by_role("button", name="Publish these pairs").click()
    expect(page.locator("[data-deadline]")).to_have_text(re.compile(r"\d+ min left"))
    assert Pairing.objects.live().count() == 4
    page.get_by_role("link", name="Undo the publishing").click()
    page.get_by_role("button", name="Undo the publishing").click()
    expect(page.locator("[data-deadline]")).to_have_count(0)
    assert not Pairing.objects.live().exists()
