"""Before a pairing, in a browser: wishes in order by pointer, keyboard and without a script; accessible pages."""

import pytest
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import expect

from accounts import operations as accounts
from mentoring import rounds
from mentoring.models.rounds import MenteeProfile, Wish
from portal import clock
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)

NARROW = {"width": 360, "height": 740}
PARTS = [(day, 9 * 60, 12 * 60) for day in range(7)] + [(0, 13 * 60, 18 * 60)]
NAMES = ("강이룸", "남다솔", "도하늘", "류서진")


def address(name, *args, language="en"):
    with override(language):
        return reverse(name, args=args)


@pytest.fixture
def round_():
    return make.make_mentoring_round(mentors_rank=True)


@pytest.fixture
def mentors(round_):
    made = []
    for name in NAMES:
        user = make.make_user(full_name=name, romanized_name="")
        mentor = make.make_mentor(
            user,
            discipline="writing",
            second_disciplines=["directing"],
            skills=["pilot", "character"],
            languages=["ko", "en"],
            confirmed_at=clock.now(),
        )
        made.append(make.make_round_mentor(round_, mentor).mentor)
    return made


@pytest.fixture
def mentee(round_):
    person = make.make_enrolment(round_.cohort, status="active").person
    make.make_week(person, *PARTS, (2, 20 * 60, 21 * 60 + 30), zone="America/Los_Angeles")
    return person


def lists(page):
    return page.locator("[data-ranking] select")


def chosen(page):
    """The names in the lists, top to bottom."""
    return [one.evaluate("list => list.selectedOptions[0].textContent") for one in lists(page).all()]


def wished(person):
    rows = Wish.objects.filter(mentee__enrolment__person=person).select_related("mentor__user")
    return [row.mentor.user.full_name for row in rows]


def choose_all(page):
    for place, name in enumerate(NAMES):
        lists(page).nth(place).select_option(label=name)


def test_wishes_move_by_button_and_by_dragging_and_save_themselves(open_page, round_, mentors, mentee):
    page = open_page("en-US", user=mentee)
    page.goto(address("mentoring-round", round_.code))
    choose_all(page)
    down = page.get_by_role("button", name="Down: Choice 1")
    down.focus()
    page.keyboard.press("Enter")
    assert chosen(page) == [NAMES[1], NAMES[0], NAMES[2], NAMES[3]]
    expect(page.get_by_role("button", name="Down: Choice 2")).to_be_focused()
    expect(page.locator("[data-ranking-status]")).to_contain_text("Now in place 2.")
    page.locator("[data-ranking-grip]").nth(3).drag_to(page.locator("[data-ranking-row]").nth(0))
    assert chosen(page) == [NAMES[3], NAMES[1], NAMES[0], NAMES[2]]
    expect(page.locator("[data-autosave-status]")).to_contain_text("Saved at")
    page.wait_for_timeout(200)
    expect(page.locator("[data-autosave-status]")).not_to_have_class("saved--not")
    page.get_by_label("Discipline").select_option("writing")
    page.get_by_label("Pilot and series structure").check()
    page.get_by_role("group", name="Languages in which you can be mentored").get_by_label("Korean").check()
    page.get_by_label("Brief").fill("1회를 다듬고 싶습니다.")
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("Your wishes are handed in.")).to_be_visible()
    assert wished(mentee) == [NAMES[3], NAMES[1], NAMES[0], NAMES[2]]
    assert MenteeProfile.objects.get().submitted_at is not None


def test_wishes_move_without_a_script(open_page, round_, mentors, mentee):
    page = open_page("en-US", user=mentee, java_script_enabled=False, viewport=NARROW)
    page.goto(address("mentoring-round", round_.code))
    for place, name in enumerate(NAMES):
        lists(page).nth(place).select_option(label=name)
    page.get_by_role("button", name="Up: Choice 3").click()
    page.wait_for_load_state()

    assert wished(mentee) == [NAMES[0], NAMES[2], NAMES[1], NAMES[3]]


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_is_accessible_and_narrow(open_page, round_, mentors, mentee, language, width):
    accounts.record_consents(
        mentors[0].user, {row["version"]: True for row in rounds.mentor_terms(mentors[0].user)}
    )
    make.make_mentee_profile(round_, mentors[0], enrolment=mentee.enrolments.get())
    pages = [
        (mentee, address("mentoring-round", round_.code, language=language)),
        (mentee, address("week", language=language)),
        (mentors[0].user, address("mentoring-round", round_.code, language=language)),
        (mentors[1].user, address("mentor-profile", language=language)),
        (mentors[0].user, address("mentoring", language=language)),
    ]
    for user, place in pages:
        page = open_page(
            "ko-KR" if language == "ko" else "en-US", user=user, viewport={"width": width, "height": 800}
        )
        page.goto(place)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, place
        open_page.check_accessibility(page)
