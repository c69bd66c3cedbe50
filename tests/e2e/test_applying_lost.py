"""Nobody loses a word: the server, the network, the session or the tab goes while somebody writes."""

import re
from contextlib import suppress

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Error, expect

from tests.e2e.applying import (
    LOCALES,
    Applying,
    saves,
    status_line,
    stop_clock,
    wait_for_copies,
    wait_until,
)

pytestmark = pytest.mark.django_db(transaction=True)

SIZES = [{"width": 1280, "height": 900}, {"width": 360, "height": 740}]
TEXT = "시각효과 현장에서 배운 것을 제 이야기로 옮기고 싶습니다."
SAVED = {"ko": "저장", "en": "Saved"}


@pytest.fixture
def applying():
    return Applying()


@pytest.fixture(params=SIZES, ids=["wide", "phone"])
def size(request):
    return request.param


@pytest.mark.parametrize("language", ["ko", "en"])
def test_what_is_typed_is_saved_three_seconds_after_the_last_key(open_page, applying, language, size):
    page = open_page(LOCALES[language], user=applying.person, viewport=size)
    page.goto(applying.address("part-1", language))
    stop_clock(page)
    begun = saves(page)
    page.locator("[name=motivation]").focus()
    page.keyboard.insert_text(TEXT)
    page.clock.run_for(2900)
    assert begun == []
    assert not applying.draft()["motivation"]
    page.clock.run_for(200)
    applying.wait_for(page, "motivation", TEXT)
    expect(status_line(page)).to_contain_text(SAVED[language])
    wait_for_copies(page, 0)


def test_while_somebody_types_on_it_is_saved_every_five_seconds(open_page, applying, size):
    page = open_page(user=applying.person, viewport=size)
    page.goto(applying.address("part-1"))
    stop_clock(page)
    page.locator("[name=motivation]").focus()
    written = 0
    for _five_seconds in range(2):
        before = written
        for _key in range(33):
            page.keyboard.insert_text("가")
            page.clock.run_for(150)
        written += 33
        wait_until(page, lambda before=before: len(applying.draft()["motivation"]) > before, True)


def test_leaving_a_field_saves_at_once(open_page, applying):
    page = open_page(user=applying.person)
    page.goto(applying.address("part-1"))
    stop_clock(page)
    page.locator("[name=motivation]").fill(TEXT)
    page.keyboard.press("Tab")
    applying.wait_for(page, "motivation", TEXT)
    page.locator("[name=genre][value=b]").check()
    applying.wait_for(page, "genre", "b")


def test_the_server_is_gone_while_somebody_types(open_page, applying, size):
    page = open_page(user=applying.person, viewport=size)
    page.goto(applying.address("part-1"))
    stop_clock(page)
    page.route("**/edit/**", lambda route: route.abort("connectionrefused"))
    page.locator("[name=motivation]").focus()
    page.keyboard.insert_text(TEXT)
    page.clock.run_for(3000)
    expect(status_line(page)).to_contain_text("이 브라우저에")
    page.keyboard.insert_text(" 그리고")
    wait_for_copies(page, 1)
    page.unroute("**/edit/**")
    page.clock.run_for(12_000)
    applying.wait_for(page, "motivation", TEXT + " 그리고")
    expect(status_line(page)).to_contain_text("저장")
    wait_for_copies(page, 0)
    open_page.expect("ERR_CONNECTION_REFUSED")


def test_an_answer_that_never_came_is_not_taken_for_another_window(open_page, applying):
    page = open_page(user=applying.person)
    page.goto(applying.address("part-1"))

    def swallow(route):
        route.fetch()  # the server saves it
        route.abort("connectionreset")

    page.route("**/edit/**", swallow, times=1)
    stop_clock(page)
    page.locator("[name=motivation]").focus()
    page.keyboard.insert_text("하나")
    page.clock.run_for(3000)
    applying.wait_for(page, "motivation", "하나")
    expect(status_line(page)).to_contain_text("이 브라우저에")
    page.keyboard.insert_text(" 둘")
    page.clock.run_for(8000)
    applying.wait_for(page, "motivation", "하나 둘")
    expect(page.locator("[data-autosave-stale]")).to_be_hidden()
    open_page.expect("ERR_CONNECTION_RESET")


def test_the_network_is_gone_while_somebody_types(open_page, applying, size):
    page = open_page(user=applying.person, viewport=size)
    page.goto(applying.address("part-1"))
    stop_clock(page)
    page.context.set_offline(True)
    page.locator("[name=motivation]").focus()
    page.keyboard.insert_text(TEXT)
    page.clock.run_for(3000)
    expect(status_line(page)).to_contain_text("인터넷")
    page.locator("button[name=next]:visible").last.click()  # stays, and keeps the text
    expect(page.locator("[name=motivation]")).to_have_value(TEXT)
    page.context.set_offline(False)  # that is enough: no time passes
    applying.wait_for(page, "motivation", TEXT)
    open_page.expect("ERR_INTERNET_DISCONNECTED")


def test_the_session_ends_while_somebody_types(open_page, applying, size):
    applying.person.set_password("seven lamps in a corridor")
    applying.person.save()
    page = open_page(viewport=size)
    open_page.log_in(page.context, applying.person)
    page.goto(applying.address("part-1"))
    page.clock.install()
    Session.objects.all().delete()
    page.locator("[name=motivation]").focus()
    page.keyboard.insert_text(TEXT)
    page.clock.run_for(3000)
    expect(status_line(page)).to_contain_text("로그아웃")
    page.keyboard.insert_text(" 그리고")
    page.clock.run_for(400)
    status_line(page).get_by_role("link").click()
    page.locator("[name=login]").fill(applying.person.email)
    page.locator("[name=password]").fill("seven lamps in a corridor")
    page.locator("form:has([name=password]) button[type=submit]").click()
    expect(page).to_have_url(re.compile(r"/edit/\?step=part-1$"))
    expect(page.locator("[name=motivation]")).to_have_value(TEXT + " 그리고")
    expect(status_line(page)).to_contain_text("되살렸")
    applying.wait_for(page, "motivation", TEXT + " 그리고")
    wait_for_copies(page, 0)


def test_somebody_logs_in_again_in_another_tab(open_page, applying):
    page = open_page(user=applying.person)
    page.goto(applying.address("part-1"))
    stop_clock(page)
    Session.objects.all().delete()
    page.locator("[name=motivation]").focus()
    page.keyboard.insert_text(TEXT)
    page.clock.run_for(3000)
    expect(status_line(page)).to_contain_text("로그아웃")
    page.context.clear_cookies()
    open_page.log_in(page.context, applying.person)
    page.evaluate("dispatchEvent(new Event('online'))")
    applying.wait_for(page, "motivation", TEXT)
    open_page.expect("403")


def test_the_tab_is_killed_while_somebody_types(open_page, applying, size):
    page = open_page(user=applying.person, viewport=size)
    page.goto(applying.address("part-1"))
    stop_clock(page)
    page.locator("[name=motivation]").focus()
    page.keyboard.insert_text(TEXT)
    page.clock.run_for(500)
    context = page.context
    page.close(run_before_unload=False)
    again = context.new_page()
    again.goto(applying.address("part-1"))
    expect(again.locator("[name=motivation]")).to_have_value(TEXT)
    applying.wait_for(again, "motivation", TEXT)
    wait_for_copies(again, 0)


def test_the_page_crashes_while_somebody_types(open_page, applying):
    page = open_page(user=applying.person)
    page.goto(applying.address("part-1"))
    page.locator("[name=logline]").focus()
    page.keyboard.insert_text("한 줄")
    page.locator("[data-rows-add]").click()
    page.locator("[name=credits-1-title]").fill("밤의 끝")
    wait_until(page, lambda: "밤의 끝" in page.evaluate("JSON.stringify(localStorage)"), True)
    context = page.context
    page.route("**/edit/**", lambda route: route.abort())
    with page.expect_event("crash"), suppress(Error):
        page.goto("chrome://crash")
    again = context.new_page()
    again.goto(applying.address("part-1"))
    expect(again.locator("[name=logline]")).to_have_value("한 줄")
    expect(again.locator("[name=credits-1-title]")).to_have_value("밤의 끝")


def test_closing_the_tab_sends_the_last_words(open_page, applying):
    page = open_page(user=applying.person)
    page.goto(applying.address("part-1"))
    page.locator("[name=motivation]").focus()
    page.keyboard.insert_text(TEXT)
    page.goto("about:blank")
    applying.wait_for(page, "motivation", TEXT)
