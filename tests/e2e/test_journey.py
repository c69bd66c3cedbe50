"""The main job, as people do it: sign up, apply, be selected, confirm, be paired, be reviewed. In each language.

It runs on SQLite and, marked `postgres`, on PostgreSQL. What passes between two people's deeds is moved on by
hand: the deadline, and the mail that the code comes in.
"""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from portal import clock
from portal.models import OutgoingMail
from programs.models.applications import Application
from programs.models.cohorts import Cohort
from programs.models.enrolments import Enrolment
from programs.operations import releases
from tests import make

PASSWORD = "seven lamps in a corridor"
WORDS = {
    "ko": {
        "locale": "ko-KR",
        "name": "남궁별",
        "apply": "지원하기",
        "selected": "교육생으로 선정되었습니다.",
        "confirm": "참여 확정하기",
        "confirmed": "참여가 확정되었습니다.",
        "review": "심사 중",
        "goal": "1회 도입부를 어디서 시작할지",
        "strengths": "인물의 하루를 끝까지 따라갑니다.",
        "next_steps": "3회 이후의 갈등을 더 세워 보세요.",
    },
    "en": {
        "locale": "en-US",
        "name": "Amara Lindholm",
        "apply": "Apply",
        "selected": "You have been selected.",
        "confirm": "Confirm my place",
        "confirmed": "Your place is confirmed.",
        "review": "Under review",
        "goal": "Where the first episode begins",
        "strengths": "You follow one day of a character to its end.",
        "next_steps": "Build the conflict from the third episode on.",
    },
}


@pytest.fixture
def season():
    """A masterclass that is open, its manager, and its mentor."""
    organization = make.make_organization(name_ko="한국영화아카데미", name_en="Korean Academy of Film Arts")
    program = make.make_program(
        kind="masterclass",
        slug="camp",
        title_ko="리부트캠프",
        title_en="Reboot Camp",
        has_mentoring=True,
        partners=[organization],
    )
    cohort = make.make_cohort(program, slug="2027-1", capacity=2, receipt_prefix="RB27")
    manager = make.make_manager(organization, full_name="박소울", romanized_name="Park Soul")
    mentor = make.make_mentor(make.make_user(full_name="어진솔", romanized_name="Eo Jinsol"))
    return cohort, manager, mentor


def walk(open_page, season, language):
    words = WORDS[language]
    cohort, manager, mentor = season
    for person in (manager, mentor.user):
        person.language = language
        person.save(update_fields=["language"])

    # a visitor finds the program, is asked to sign up, and comes back to the form
    page = open_page(words["locale"])
    page.goto("/")
    expect(page).to_have_url(re.compile(f"/{language}/$"))
    page.goto(f"/{language}/programs/camp/2027-1/")
    page.get_by_role("link", name=words["apply"]).click()
    page.locator("main a[href*='signup'], main a[href*='age']").first.click()
    page.locator("button[value=yes]").click()
    page.locator("[name=full_name]").fill(words["name"])
    page.locator("[name=email]").fill("Newcomer@example.com")
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("[name=agree_terms]").check()
    page.locator("[name=agree_privacy]").check()
    page.locator("main form:has([name=email]) button[type=submit]").click()
    page.locator("[name=code]").wait_for()
    mail = OutgoingMail.objects.get(to="newcomer@example.com")
    assert mail.language == language
    page.locator("[name=code]").fill(re.search(r"^([A-Z0-9-]{6,9})$", mail.body, re.MULTILINE).group(1))
    page.locator("main form:has([name=code]) button[type=submit]").first.click()
    expect(page).to_have_url(re.compile(f"/{language}/programs/camp/2027-1/apply/$"))

    # they agree, write step by step, leave, come back, and submit
    page.locator("main form:has([data-consent]) .actions button").click()
    expect(page.locator(".summary")).to_be_visible()  # the consent is missing
    page.locator("[name=consent_application]").check()
    page.locator("main form:has([data-consent]) .actions button").click()
    expect(page.locator("[name=full_name]")).to_have_value(words["name"])
    page.locator("button[name=next]:visible").last.click()
    page.locator("[name=motivation]").fill(words["strengths"])
    with page.expect_navigation():
        page.locator("button[name=save]").click()
    page.goto(f"/{language}/programs/camp/2027-1/apply/")
    page.goto(page.url.split("?")[0] + "?step=part-1")
    expect(page.locator("[name=motivation]")).to_have_value(words["strengths"])
    page.locator("[name=goals]").fill(words["goal"])
    page.locator("button[name=next]:visible").last.click()
    expect(page.locator("main")).to_contain_text(words["goal"])  # everything once more, to be checked
    page.locator("form[action$='/submit/'] button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("RB27-0001")
    application = Application.objects.get()
    applicant_page = page.url
    assert OutgoingMail.objects.filter(reason="received", language=language).count() == 1

    # the deadline passes; staff move it to review, stage a decision, and release the results
    now = clock.now()
    Cohort.objects.filter(pk=cohort.pk).update(closes_at=now - timedelta(minutes=1))
    desk = open_page(words["locale"], user=manager)
    deed(desk, "/admin/programs/application/", "start_review", application.pk)
    page.goto(applicant_page)
    expect(page.locator("main")).to_contain_text(words["review"])
    deed(desk, "/admin/programs/application/", "stage_offer", application.pk)
    page.goto(applicant_page)
    expect(page.locator("main")).to_contain_text(words["review"])
    desk.goto(f"/admin/programs/cohort/{cohort.pk}/release/")
    desk.locator("#content-main button[type=submit]").click()
    expect(desk.locator("[data-progress=running]")).to_be_visible()
    # what the worker does, which does not run beside these tests
    releases.resume_releases(clock.now() + releases.STANDS_STILL)
    expect(desk.locator("[data-progress=done]")).to_be_visible()
    assert OutgoingMail.objects.filter(reason="offered", language=language).count() == 1

    # the applicant confirms
    page.goto(applicant_page)
    expect(page.locator("main h2").first).to_have_text(words["selected"])
    page.get_by_role("button", name=words["confirm"]).click()
    expect(page.locator("main h2").first).to_have_text(words["confirmed"])
    enrolment = Enrolment.objects.get(application=application)

    # staff pair
    deed(desk, "/admin/programs/enrolment/", "pair", enrolment.pk, choose={"mentor": mentor.pk})
    assert OutgoingMail.objects.filter(reason__startswith="paired", language=language).count() == 2

    # the mentor reads the application, scores the goal, writes, submits and shares
    seat = open_page(words["locale"], user=mentor.user)
    seat.goto(f"/{language}/mentoring/")
    seat.get_by_role("link", name=words["name"]).first.click()
    expect(seat.locator("main")).to_contain_text(words["strengths"])
    expect(seat.locator("main")).to_contain_text(words["goal"])
    seat.locator("fieldset.score input[value='4']").check()
    seat.locator("[name=strengths]").fill(words["strengths"])
    seat.locator("[name=next_steps]").fill(words["next_steps"])
    seat.locator("button[name=submit]").click()
    seat.locator("form[action$='/share/'] button").click()
    expect(seat.locator("form[action$='/share/']")).to_have_count(0)

    # and the mentee reads it
    page.goto(f"/{language}/mentoring/")
    page.locator("main .lines a").first.click()
    expect(page.locator("main")).to_contain_text(words["next_steps"])


def deed(page, address, name, pk, choose=None):
    """Staff tick one row of a list, choose the deed, read the page between, and go on."""
    page.goto(address)
    page.locator(f"input[name=_selected_action][value='{pk}']").check()
    page.locator("select[name=action]").select_option(name)
    page.locator("button[name=index]").first.click()
    for field, value in (choose or {}).items():
        page.locator(f"#content-main select[name^={field}]").first.select_option(str(value))
    page.locator("#content-main form button[type=submit]").last.click()
    told(page)


def told(page):
    """The admin says that it was done."""
    expect(page.locator(".messagelist .success").first).to_be_visible()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_main_job_on_sqlite(open_page, season, language):
    walk(open_page, season, language)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_main_job_on_postgresql(open_page, season, language):
    walk(open_page, season, language)
