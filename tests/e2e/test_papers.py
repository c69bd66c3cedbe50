"""Notes, actions and goals of a pair in a browser: accessible, narrow, saved by themselves, without a script."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import expect

from mentoring.models.actions import Action, Owner
from mentoring.models.evaluations import Evaluation
from mentoring.models.notes import NoteDraft, PrivateNote, SharedNote
from mentoring.models.pairs import Pairing
from portal import clock
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
DAY = timedelta(days=1)


def paired(cohort, mentor, name, romanized):
    person = make.make_user(full_name=name, romanized_name=romanized)
    application = make.make_application(cohort, person, status="confirmed", goals="1회 도입부")
    return make.make_pairing(mentor, make.make_enrolment(application=application), choice=1)


@pytest.fixture
def pairing():
    """A pair with something of everything, beside one that has ended."""
    program = make.make_program(has_mentoring=True, title_ko="리부트 캠프", title_en="Reboot Camp")
    cohort = make.make_cohort(program, phase="running", ends_at=clock.now() + 5 * DAY)
    mentor = make.make_mentor(
        make.make_user(full_name="어진솔", romanized_name="Eo Jinsol"),
        expert=make.make_expert(bio_ko="시리즈 각본을 20년 썼습니다.", bio_en="Twenty years of series."),
    )
    make.make_week(mentor.user, zone="America/Los_Angeles")
    pairing = paired(cohort, mentor, "박소울", "Park Soul")
    reached = make.make_goal(pairing, "1회 도입부를 세 쪽 안에서 끝내기", state="reached", state_word="2고에서")
    make.make_goal_milestone(reached, "도입부 초고", done_at=clock.now() - DAY)
    goal = make.make_goal(pairing, "계단의 규칙을 한 장면으로 보여 주기")
    make.make_goal_milestone(goal, "규칙 목록", due_on=clock.today() - DAY)
    make.make_goal_milestone(goal, "장면 초고", due_on=clock.today() + 9 * DAY)
    meeting = make.make_meeting(pairing)
    make.make_action(pairing, due_on=clock.today() - DAY)
    make.make_action(pairing, "메모 읽고 답하기", owner=Owner.MENTOR, due_on=clock.today() + 3 * DAY)
    make.make_action(pairing, "레퍼런스 보기", done_at=clock.now(), done_by=mentor.user)
    for audience in ("private", "staff", "shared"):
        make.make_note(audience, pairing, text="인물의 동기를 먼저 정하고,\n장면은 그다음에 쓴다.", meeting=meeting)
    note = make.make_note("shared", pairing, by=pairing.enrolment.person, changed_at=clock.now())
    note.earlier.create(text="처음 쓴 글")
    other = paired(cohort, mentor, "정이룸", "Jeong Ireum")
    Pairing.objects.filter(pk=other.pk).update(ended_at=clock.now(), end_reason="끝")
    return pairing


def look(page, open_page, name, language, *args):
    with override(language):
        response = page.goto(reverse(name, args=args))
    assert response.status == 200, page.url
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide == 0, f"{page.url} is {too_wide} px too wide"
    open_page.check_accessibility(page)


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize(("language", "theme"), [("ko", "light"), ("en", "dark")])
def test_pages_of_the_two(open_page, pairing, language, theme, viewport):
    note = SharedNote.objects.get(author=pairing.mentor.user)
    goal, action = pairing.goals.last(), pairing.actions.open().first()
    for user in (pairing.mentor.user, pairing.enrolment.person):
        page = open_page("ko-KR", user=user, viewport=viewport, color_scheme=theme)
        look(page, open_page, "mentoring", language)
        look(page, open_page, "pairing", language, pairing.code)
        look(page, open_page, "goal", language, pairing.code, goal.position)
        look(page, open_page, "milestone", language, goal.milestones.first().code)
        look(page, open_page, "action", language, action.code)
    page = open_page("ko-KR", user=pairing.mentor.user, viewport=viewport, color_scheme=theme)
    look(page, open_page, "note", language, "shared", note.code)
    look(page, open_page, "note", language, "private", PrivateNote.objects.get().code)


def test_a_note_and_the_evaluation_are_each_saved_by_themselves(open_page, pairing):
    page = open_page("en-US", user=pairing.mentor.user)
    look(page, open_page, "pairing", "en", pairing.code)
    note = page.locator("form[action$='/notes/']")
    note.locator("textarea").fill("She wants to begin with the sea.")
    expect(note.locator("[data-autosave-status]")).to_contain_text("Only you see it.")
    evaluation = page.locator("form[action$='/evaluation/']")
    evaluation.locator("#id_strengths").fill("Clear motives.")
    expect(evaluation.locator("[data-autosave-status]")).to_contain_text("Saved at")
    assert NoteDraft.objects.get().text == "She wants to begin with the sea."
    assert Evaluation.objects.get().strengths == "Clear motives."

    page.reload()
    expect(note.locator("textarea")).to_have_value("She wants to begin with the sea.")
    note.get_by_role("button").click()  # without having said who reads it
    expect(page.locator(".summary")).to_be_focused()
    expect(note.locator("textarea")).to_have_value("She wants to begin with the sea.")
    open_page.check_accessibility(page)
    note.get_by_role("radio", name="Only me").check()
    note.get_by_role("button").click()
    expect(page.get_by_text("The note is written.")).to_be_visible()
    assert PrivateNote.objects.filter(text="She wants to begin with the sea.").exists()
    assert not NoteDraft.objects.exists()


def test_everything_works_without_a_script(open_page, pairing):
    page = open_page("en-US", user=pairing.enrolment.person, viewport=NARROW, java_script_enabled=False)
    with override("en"):
        page.goto(pairing.get_absolute_url())
    note = page.locator("form[action$='/notes/']")
    note.locator("textarea").fill("Thank you for today.")
    note.get_by_role("radio", name="Shared").check()
    note.get_by_role("button").click()
    assert SharedNote.objects.filter(text="Thank you for today.").exists()
    action = page.locator("form[action$='/actions/']")
    action.locator("#id_action-text").fill("Send the second draft")
    action.get_by_role("radio", name="Mentee").check()
    action.get_by_role("button").click()
    page.get_by_role("button", name="Done : Send the second draft").or_(
        page.get_by_role("button", name="Done: Send the second draft")
    ).click()
    assert Action.objects.get(text="Send the second draft").done_by == pairing.enrolment.person
