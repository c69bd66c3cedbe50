"""Applying in a browser, from the first consent to the receipt: in both languages, wide and narrow."""

import io
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils.translation import override
from PIL import Image
from playwright.sync_api import expect

from mentoring.models.evaluations import Evaluation
from portal import clock
from portal.models import OutgoingMail, Upload
from programs.models.applications import Application, ApplicationStatus
from tests import make
from tests.e2e.applying import LOCALES, Applying, status_line, wait_for_copies

pytestmark = pytest.mark.django_db(transaction=True)

SIZES = [{"width": 1280, "height": 900}, {"width": 360, "height": 740}]
STEPS = ["consent", "details", "part-1", "part-2", "check"]
SUMMARY = "main .summary:not([data-autosave-stale])"
TEXT = "시각효과 현장에서 배운 것을 제 이야기로 옮기고 싶습니다."


@pytest.fixture
def applying():
    return Applying()


def picture(width=40):
    """A small picture as a file to choose."""
    held = io.BytesIO()
    Image.new("RGB", (width, 30), "navy").save(held, "PNG")
    return {"name": "설명 그림.png", "mimeType": "image/png", "buffer": held.getvalue()}


def next_button(page):
    return page.locator(".writing__bar button[name=next]")


# --- two windows ---------------------------------------------------------------------------------------


def two_windows(open_page, applying):
    first = open_page(user=applying.person)
    first.goto(applying.address("part-1"))
    second = first.context.new_page()
    second.goto(applying.address("part-1"))
    return first, second


def test_the_newer_text_wins_only_after_saying_so(open_page, applying):
    first, second = two_windows(open_page, applying)
    first.locator("[name=motivation]").fill("첫 창에서 쓴 글")
    first.keyboard.press("Tab")
    applying.wait_for(first, "motivation", "첫 창에서 쓴 글")
    second.locator("[name=motivation]").fill("둘째 창에서 쓴 글")
    second.keyboard.press("Tab")
    bar = second.locator("[data-autosave-stale]")
    expect(bar).to_contain_text("첫 창에서 쓴 글")
    expect(second.locator("[name=motivation]")).to_have_value("둘째 창에서 쓴 글")
    assert applying.draft()["motivation"] == "첫 창에서 쓴 글"
    open_page.check_accessibility(second)
    bar.get_by_role("button").last.click()  # mine over it
    applying.wait_for(second, "motivation", "둘째 창에서 쓴 글")
    expect(bar).to_be_hidden()
    first.locator("[name=motivation]").fill("다시 첫 창")
    first.keyboard.press("Tab")
    first.locator("[data-autosave-stale]").get_by_role("button").first.click()  # the newer
    expect(first.locator("[name=motivation]")).to_have_value("둘째 창에서 쓴 글")
    wait_for_copies(first, 0)
    assert applying.draft()["motivation"] == "둘째 창에서 쓴 글"
    open_page.expect("409")


def test_two_windows_in_different_fields_are_in_nobodys_way(open_page, applying):
    first, second = two_windows(open_page, applying)
    first.locator("[name=logline]").fill("한 줄 소개")
    first.locator("[name=wishes_0]").select_option("b")
    first.locator("[name=genre][value=c]").check()
    first.locator("[name=days][value=a]").check()
    first.locator("[name=credits-0-title]").fill("밤의 끝")
    first.keyboard.press("Tab")
    applying.wait_for(first, "logline", "한 줄 소개")
    wait_for_copies(first, 0)
    second.locator("[name=motivation]").fill(TEXT)
    second.keyboard.press("Tab")
    applying.wait_for(second, "motivation", TEXT)
    expect(second.locator("[data-autosave-stale]")).to_be_hidden()
    expect(second.locator("[name=logline]")).to_have_value("한 줄 소개")
    expect(second.locator("[name=wishes_0]")).to_have_value("b")
    expect(second.locator("[name=days][value=a]")).to_be_checked()
    expect(second.locator("[name=credits-0-title]")).to_have_value("밤의 끝")
    draft = applying.draft()
    assert (draft["genre"], draft["days"], draft["credits"][0]["title"]) == ("c", ["a"], "밤의 끝")
    open_page.expect("409")


def test_without_javascript_two_windows_overwrite_nothing_either(open_page, applying):
    first = open_page(user=applying.person, java_script_enabled=False)
    first.goto(applying.address("part-1"))
    second = first.context.new_page()
    second.goto(applying.address("part-1"))
    for page, text in ((first, "첫 창에서 쓴 글"), (second, "둘째 창에서 쓴 글")):
        page.locator("[name=motivation]").fill(text)
        with page.expect_navigation():
            page.locator("button[name=save]").click()
    expect(second.locator(SUMMARY)).to_contain_text("첫 창에서 쓴 글")
    expect(second.locator("[name=motivation]")).to_have_value("둘째 창에서 쓴 글")
    assert applying.draft()["motivation"] == "첫 창에서 쓴 글"
    with second.expect_navigation():
        second.locator("button[name=save]").click()
    expect(second.locator(SUMMARY)).to_have_count(0)
    assert applying.draft()["motivation"] == "둘째 창에서 쓴 글"


def test_what_another_window_decided_is_not_saved_over_unasked(open_page, applying):
    """The page that says so is not saved by itself, and its text is asked about again when it is opened anew."""
    first, second = two_windows(open_page, applying)
    second.clock.install()
    first.locator("[name=motivation]").fill("첫 창에서 쓴 글")
    first.keyboard.press("Tab")
    applying.wait_for(first, "motivation", "첫 창에서 쓴 글")
    second.locator("[name=motivation]").fill("둘째 창에서 쓴 글")
    second.keyboard.press("Tab")
    expect(second.locator("[data-autosave-stale]")).to_be_visible()
    second.locator(".writing__bar button[name=save]").click()
    expect(second.locator(SUMMARY)).to_contain_text("첫 창에서 쓴 글")
    posts = []
    second.on("request", lambda sent: posts.append(sent.url) if sent.method == "POST" else None)
    second.locator("[name=motivation]").press_sequentially("!")
    second.keyboard.press("Tab")
    second.clock.run_for(10_000)
    assert posts == []
    assert applying.draft()["motivation"] == "첫 창에서 쓴 글"
    second.on("dialog", lambda dialog: dialog.accept())
    second.goto(applying.address("part-1"))
    expect(second.locator("[data-autosave-stale]")).to_contain_text("첫 창에서 쓴 글")
    expect(second.locator("[name=motivation]")).to_have_value("!둘째 창에서 쓴 글")
    open_page.expect("409")


# --- the whole way ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "size"), [("ko", SIZES[1]), ("en", SIZES[0])], ids=["ko-phone", "en-wide"])
def test_a_whole_application(open_page, applying, language, size):
    applying.application.delete()
    person = applying.person
    page = open_page(LOCALES[language], user=person, viewport=size)
    with override(language):
        page.goto(reverse("apply", args=[applying.cohort.program.slug, applying.cohort.slug]))
    for box in page.locator("[data-consent]").all():
        box.check()
    page.locator("main form button[type=submit]").last.click()
    expect(page).to_have_url(re.compile("step=details"))
    expect(page.locator("[name=full_name]")).to_have_value("남궁별")
    next_button(page).click()
    expect(page).to_have_url(re.compile("step=part-1"))
    page.locator("[name=motivation]").fill(TEXT)
    page.locator("[name=genre][value=d]").check()
    next_button(page).click()
    link = page.locator(f"{SUMMARY} a")  # the question that came with the answer is required
    expect(link).to_have_count(1)
    link.click()
    expect(page.locator("[name=other-genre]")).to_be_focused()
    page.keyboard.type("A western")
    next_button(page).click()
    expect(page).to_have_url(re.compile("step=part-2"))
    page.locator("[name=phone]").fill("010-1234-5678")
    page.locator("[name=born]").fill("2000-01-31")
    page.locator("[name=true]").check()
    page.locator("input[name=treatment]").set_input_files(picture())
    expect(page.locator("[data-files] [data-file]")).to_have_count(1)
    next_button(page).click()
    expect(page).to_have_url(re.compile("step=check"))
    expect(page.locator("main")).to_contain_text("A western")
    expect(page.locator("main")).to_contain_text("설명 그림.png")
    page.locator("form[action$='/submit/'] button[type=submit]").dblclick()
    expect(page.locator("main")).to_contain_text(f"{applying.cohort.receipt_prefix}-0001")
    sent = Application.objects.get(applicant=person)
    assert sent.status == ApplicationStatus.SUBMITTED
    assert sent.submissions.count() == 1
    assert sent.answers["other-genre"] == "A western"
    assert OutgoingMail.objects.filter(person=person).count() == 1
    assert page.evaluate("Object.keys(localStorage)") == []


def test_a_double_click_on_a_step_sends_it_once(open_page, applying):
    page = open_page(user=applying.person)
    page.goto(applying.address("part-1"))
    page.locator("[name=motivation]").fill(TEXT)
    posts = []
    page.on("request", lambda sent: posts.append(sent.headers) if sent.method == "POST" else None)
    next_button(page).dblclick()
    expect(page).to_have_url(re.compile("step=part-2"))
    assert sum("x-autosave" not in headers for headers in posts) == 1
    assert applying.draft()["motivation"] == TEXT


def test_the_whole_application_by_keyboard_alone(open_page, applying):
    page = open_page("en-US", user=applying.person)
    page.goto(applying.address("part-1", "en"))

    def tab_to(selector):
        for _press in range(120):
            page.keyboard.press("Tab")
            if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
                return
        pytest.fail(f"no tab stop {selector}", pytrace=False)

    tab_to("[name=motivation]")
    page.keyboard.type("I want to learn on set.")
    tab_to("[name=logline]")
    page.keyboard.type("A line")
    tab_to("[name=genre]")
    page.keyboard.press("Space")
    tab_to("[data-rows-add]")
    page.keyboard.press("Enter")
    for text in ("2019", "Night", "Editor"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    tab_to(".writing__bar [name=next]")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("step=part-2"))
    tab_to("[name=true]")
    page.keyboard.press("Space")
    tab_to(".writing__bar [name=save]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    applying.wait_for(page, "true", True)
    page.goto(applying.address("part-1", "en"))
    page.locator("[name=logline]").focus()
    page.keyboard.press("Enter")  # goes on, and removes or adds nothing
    expect(page).to_have_url(re.compile("step=part-2"))
    page.goto(applying.address("check", "en"))
    tab_to("form[action$='/submit/'] button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(f"{applying.cohort.receipt_prefix}-0001")


def test_without_javascript(open_page, applying):
    page = open_page(user=applying.person, java_script_enabled=False)
    page.goto(applying.address("part-1"))
    expect(page.locator("[name=other-genre]")).to_be_visible()
    expect(page.locator(".condition")).to_contain_text("경우에만")
    page.locator("[name=motivation]").fill(TEXT)
    next_button(page).click()
    expect(page).to_have_url(re.compile("step=part-2"))
    page.locator("[name=contact]").fill("주소 아님")
    page.locator("input[name=treatment]").set_input_files(picture())
    page.locator("button[name=upload]").click()
    expect(page.locator("[data-files] [data-file]")).to_have_count(1)
    expect(page.locator("[name=contact]")).to_have_value("주소 아님")
    page.locator("input[name=treatment]").set_input_files(
        {"name": "글.pdf", "mimeType": "application/pdf", "buffer": b"<html>"}
    )
    page.locator("button[name=upload]").click()
    expect(page.locator(f"{SUMMARY} a")).to_have_count(1)
    page.locator("button[name=remove]").click()
    expect(page.locator("[data-files] [data-file]")).to_have_count(0)
    assert Upload.objects.count() == 0
    next_button(page).click()
    expect(page.locator(f"{SUMMARY} a")).to_have_count(2)
    page.locator("[name=contact]").fill("byeol@example.com")
    page.locator("[name=true]").check()
    next_button(page).click()
    page.locator("form[action$='/submit/'] button[type=submit]").click()
    expect(page.locator("main")).to_contain_text(f"{applying.cohort.receipt_prefix}-0001")
    assert len(mail.outbox) == 0  # it is queued, and the worker sends it
    assert OutgoingMail.objects.filter(person=applying.person).count() == 1


# --- the pages ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "theme", "size"), [("ko", "light", 0), ("en", "dark", 1), ("ko", "dark", 1), ("en", "light", 0)]
)
def test_every_step_is_accessible(open_page, applying, language, theme, size):
    page = open_page(LOCALES[language], user=applying.person, viewport=SIZES[size], color_scheme=theme)
    with override(language):
        other = make.make_cohort(form_version=applying.version)
        page.goto(reverse("apply", args=[other.program.slug, other.slug]))
    open_page.check_accessibility(page)
    for step in STEPS:
        for errors in ("", "&errors=1"):
            page.goto(applying.address(step, language) + errors)
            open_page.check_accessibility(page)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_no_step_scrolls_sideways_on_the_smallest_phone(open_page, applying, language):
    page = open_page(LOCALES[language], user=applying.person, viewport={"width": 320, "height": 640})
    for step in STEPS:
        page.goto(applying.address(step, language) + "&errors=1")
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide == 0, f"{step} is {too_wide} px too wide"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_errors_are_summed_up_and_each_leads_to_its_field(open_page, applying, language):
    applying.version.questions.exclude(key="other-genre").update(is_required=True)
    page = open_page(LOCALES[language], user=applying.person)
    for step, count in (("part-1", 7), ("part-2", 8)):
        page.goto(applying.address(step, language))
        next_button(page).click()
        expect(page.locator(SUMMARY)).to_be_focused()
        links = page.locator(f"{SUMMARY} a")
        expect(links).to_have_count(count)
        for link in links.all():
            target = page.locator(link.get_attribute("href").replace("#", "[id='") + "']")
            expect(target).to_have_count(1)
            link.click()
            held = page.evaluate("document.activeElement.closest('.field').id || document.activeElement.id")
            assert target.evaluate("(place) => place.closest('.field').id") in (held, None)
    page.goto(applying.address("check", language))
    other = page.context.new_page()
    leading = {}
    for link in page.locator(f"{SUMMARY} a").all():
        address, _hash, key = link.get_attribute("href").partition("#")
        leading.setdefault(address, []).append(key)
    for address, keys in leading.items():
        other.goto(address)
        for key in keys:
            expect(other.locator(f"[id='{key}']")).to_have_count(1)


def test_a_screen_reader_hears_label_help_error_and_counter(open_page, applying):
    page = open_page(user=applying.person)
    page.goto(applying.address("part-1") + "&errors=1")
    field = page.get_by_role("textbox", name=re.compile("지원동기|지원 동기"))
    described = field.get_attribute("aria-describedby").split()
    texts = [page.locator(f"[id='{part}']").inner_text() for part in described]
    assert "왜 지원하나요?" in texts[0]
    assert "필수" in texts[1]
    assert "0/500자" in texts[2].replace("\n", "")
    assert field.get_attribute("aria-invalid") == "true"
    for group in page.locator("main fieldset").all():
        for part in (group.get_attribute("aria-describedby") or "").split():
            expect(page.locator(f"[id='{part}']")).to_have_count(1)
    page.goto(applying.address("part-2") + "&errors=1")
    described = page.locator("input[name=treatment]").get_attribute("aria-describedby").split()
    assert "PDF" in page.locator(f"[id='{described[-2]}']").inner_text()


def test_the_counter_counts_as_the_server_does(open_page, applying):
    texts = {
        "가나다": 3,
        "\u1100\u1161\u1102\u1161": 2,  # composed on the way
        "a\u0301": 1,
        "👍🏽": 2,
        "하나\n둘": 4,
        "  앞뒤  ": 2,
        "글\u202e자\u0000": 2,
    }
    page = open_page(user=applying.person)
    page.goto(applying.address("part-1"))
    field, count = page.locator("[name=motivation]"), page.locator("#id_motivation_count b")
    for text, length in texts.items():
        field.evaluate(
            "(place, text) => { place.value = text; place.dispatchEvent(new Event('input', {bubbles: true})); }",
            text,
        )
        assert count.inner_text() == str(length), text
        page.locator("[name=logline]").focus()
        page.keyboard.press("Tab")
        kept = page.evaluate("document.querySelector('[name=motivation]').value")
        assert kept.strip() != ""
        wait_for_copies(page, 0)
        assert len(applying.draft()["motivation"]) == length, text
        page.goto(applying.address("part-1"))
        assert count.inner_text() == str(length), text


def test_a_question_appears_with_the_answer_it_depends_on(open_page, applying):
    page = open_page(user=applying.person)
    page.goto(applying.address("part-1"))
    depends = page.locator("[name=other-genre]")
    expect(depends).to_be_hidden()
    page.locator("[name=genre][value=d]").check()
    depends.fill("서부극")
    page.locator("[name=genre][value=a]").check()
    expect(depends).to_be_hidden()
    page.locator("[name=genre][value=d]").check()
    expect(depends).to_have_value("서부극")
    applying.wait_for(page, "other-genre", "서부극")


# --- files ------------------------------------------------------------------------------------------------------


def test_a_file_goes_by_itself_and_is_taken_away_again(open_page, applying):
    page = open_page(user=applying.person)
    page.goto(applying.address("part-2"))
    page.locator("[name=contact]").fill("byeol@example.com")
    page.locator("input[name=treatment]").set_input_files([picture(), {**picture(60), "name": "둘째.png"}])
    rows = page.locator("[data-files] [data-file]")
    expect(rows).to_have_count(2)
    expect(page.locator("[data-chooser]")).to_be_hidden()
    with page.expect_download() as download:
        rows.first.get_by_role("link").click()
    assert download.value.suggested_filename == "설명 그림.png"
    rows.first.get_by_role("button").click()
    expect(rows).to_have_count(1)
    expect(page.locator("[data-upload-status]")).to_contain_text("설명 그림.png")
    expect(page.locator("[data-chooser]")).to_be_visible()
    applying.wait_for(page, "contact", "byeol@example.com")
    assert Upload.objects.count() == 1
    page.locator("[name=years]").fill("3")
    page.keyboard.press("Tab")
    applying.wait_for(page, "years", "3")
    expect(page.locator("[data-autosave-stale]")).to_be_hidden()
    open_page.check_accessibility(page)


@pytest.mark.parametrize(
    ("file", "word"),
    [
        ({"name": "큰.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7" + bytes(1_100_000)}, "1MB"),
        ({"name": "그림.svg", "mimeType": "image/svg+xml", "buffer": b"<svg onload='x'/>"}, "PDF"),
        ({"name": "빈.pdf", "mimeType": "application/pdf", "buffer": b""}, "빈 파일"),
    ],
    ids=["large", "other", "empty"],
)
def test_a_file_that_is_not_taken_says_why_at_its_field(open_page, applying, file, word):
    page = open_page(user=applying.person)
    page.goto(applying.address("part-2"))
    page.locator("input[name=treatment]").set_input_files(file)
    expect(page.locator("[data-upload-error]")).to_contain_text(word)
    expect(page.locator("input[name=treatment]")).to_have_attribute("aria-invalid", "true")
    open_page.check_accessibility(page)
    page.locator("input[name=treatment]").set_input_files(picture())
    expect(page.locator("[data-files] [data-file]")).to_have_count(1)
    expect(page.locator("[data-upload-error]")).to_be_hidden()
    if file["name"] != "큰.pdf":
        open_page.expect("400")


def test_an_upload_can_be_cancelled_and_keeps_the_page_meanwhile(open_page, applying):
    page = open_page(user=applying.person)
    page.goto(applying.address("part-2"))
    held = []
    page.route("**/files/", lambda route: held.append(route))
    page.locator("input[name=treatment]").set_input_files(picture())
    expect(page.locator("[data-progress]")).to_be_visible()
    next_button(page).click()
    expect(page.locator("[data-upload-status]")).to_contain_text("기다리거나")
    expect(page.locator("[data-cancel]")).to_be_focused()
    open_page.check_accessibility(page)
    page.keyboard.press("Enter")
    expect(page.locator("[data-upload-status]")).to_contain_text("취소")
    expect(page.locator("[data-progress]")).to_be_hidden()
    page.unroute("**/files/")
    assert Upload.objects.count() == 0
    page.locator("input[name=treatment]").set_input_files(picture())
    expect(page.locator("[data-files] [data-file]")).to_have_count(1)


def test_an_upload_without_a_connection_says_so(open_page, applying):
    page = open_page(user=applying.person)
    page.goto(applying.address("part-2"))
    page.route("**/files/", lambda route: route.abort("connectionreset"))
    page.locator("input[name=treatment]").set_input_files(picture())
    expect(page.locator("[data-upload-error]")).to_contain_text("인터넷")
    expect(page.locator("[data-chooser]")).to_be_visible()
    open_page.expect("ERR_CONNECTION_RESET")


# --- the deadline, and what the browser keeps ---------------------------------------------------------------


def test_the_countdown_runs_by_the_servers_clock(open_page, applying):
    page = open_page(user=applying.person)
    page.clock.install(time="2020-01-01T00:00:00Z")  # the person's own clock is wrong by years
    page.goto(applying.address("part-1"))
    expect(page.locator("[data-deadline]")).to_have_count(0)  # far off, the day is enough
    left = {"days": 2, "hours": 5, "minutes": 30}
    applying.cohort.closes_at = clock.now() + timedelta(**left, seconds=30)
    applying.cohort.save()
    page.goto(applying.address("part-1"))
    line = page.locator("[data-deadline]")
    expect(line).to_have_text("2일 5시간 남음")
    applying.cohort.closes_at = clock.now() + timedelta(minutes=9, seconds=30)
    applying.cohort.save()
    page.goto(applying.address("part-1"))
    expect(line).to_have_text(re.compile("9분 [23].초 남음"))
    page.clock.run_for(30_000)
    expect(line).to_have_text(re.compile("(9분 0|8분 [56]).?초 남음"))
    page.clock.run_for(600_000)
    expect(line).to_have_text("마감 시각이 지났어요.")
    expect(page.locator("[data-deadline] + [role=status]")).to_have_text("마감 시각이 지났어요.")


def test_a_copy_does_not_outlive_the_log_out(open_page, applying):
    page = open_page(user=applying.person)
    page.goto(applying.address("part-1"))
    page.evaluate("localStorage.setItem('draft:old:part-1', JSON.stringify({at: Date.now() - 15 * 86400000}))")
    page.evaluate("localStorage.setItem('draft:new:part-1', JSON.stringify({at: Date.now()}))")
    page.reload()
    assert page.evaluate("Object.keys(localStorage)") == ["draft:new:part-1"]
    page.locator("[name=motivation]").fill(TEXT)
    page.locator("form[action$='/logout/'] button").first.click()
    expect(page.locator("a[href*='/login/']").first).to_be_visible()
    assert page.evaluate("Object.keys(localStorage)") == []
    assert applying.draft()["motivation"] == TEXT


def test_the_check_names_the_step_whose_words_are_in_the_browser_alone(open_page, applying):
    page = open_page(user=applying.person)
    page.goto(applying.address("part-1"))
    page.context.set_offline(True)
    page.locator("[name=motivation]").fill(TEXT)
    page.keyboard.press("Tab")
    expect(status_line(page)).to_contain_text("인터넷")
    page.close(run_before_unload=False)
    page = open_page.contexts[-1].new_page()
    page.context.set_offline(False)
    page.goto(applying.address("check"))
    expect(page.locator("[data-copies]")).to_be_visible()
    page.locator("[data-copies] a").click()
    expect(page.locator("[name=motivation]")).to_have_value(TEXT)
    applying.wait_for(page, "motivation", TEXT)
    wait_for_copies(page, 0)
    page.goto(applying.address("check"))
    expect(page.locator("[data-copies]")).to_be_hidden()
    open_page.expect("ERR_INTERNET_DISCONNECTED")


def test_everything_works_where_storage_is_forbidden(open_page, applying):
    page = open_page(user=applying.person)
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"
    )
    page.goto(applying.address("part-1"))
    page.clock.install()
    page.route("**/edit/**", lambda route: route.abort("connectionrefused"))
    page.locator("[name=motivation]").fill(TEXT)
    page.keyboard.press("Tab")
    expect(status_line(page)).to_contain_text("창을 닫지 마세요")
    page.unroute("**/edit/**")
    page.clock.run_for(12_000)
    applying.wait_for(page, "motivation", TEXT)
    open_page.expect("ERR_CONNECTION_REFUSED")


def test_printing_is_offered(open_page, applying):
    page = open_page(user=applying.person)
    page.goto(applying.address("check"))
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    page.locator("[data-print]").click()
    assert page.title() == "printed"


def test_an_evaluation_saves_itself_in_the_same_way(open_page):
    """The other form that does: its answers have no revision, and nothing of it is kept in the browser."""
    pairing = make.make_pairing()
    make.make_goal(pairing)
    page = open_page(user=pairing.mentor.user)
    page.goto(pairing.get_absolute_url())
    page.locator("[name=strengths]").fill("인물의 하루를 끝까지 따라갑니다.")
    page.keyboard.press("Tab")
    expect(page.locator("#evaluation [data-autosave-status]")).to_contain_text("저장했어요")  # notes have one too
    assert Evaluation.objects.get(pairing=pairing).strengths == "인물의 하루를 끝까지 따라갑니다."
    assert page.evaluate("Object.keys(localStorage)") == []
    page.locator("[name=next_steps]").fill("3회 이후의 갈등을 더 세워 보세요.")
    posts = []
    page.on("request", lambda sent: posts.append(sent.headers) if sent.method == "POST" else None)
    page.locator("button[name=save]").dblclick()
    expect(page.locator(".messages")).to_contain_text("저장했어요")  # the page after the one that was sent
    assert sum("x-autosave" not in headers for headers in posts) == 1
    expect(page.locator("[name=next_steps]")).to_have_value("3회 이후의 갈등을 더 세워 보세요.")
    assert Evaluation.objects.get(pairing=pairing).next_steps == "3회 이후의 갈등을 더 세워 보세요."
