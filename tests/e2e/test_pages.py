"""Every page in a real browser: accessible in both themes, wide and narrow, quiet, and usable by keyboard alone.

What a page says on the console, and any request that leaves the site, fails the test (see conftest).
"""

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import expect

from accounts.models import Role
from mentoring.operations.goals import add_goal
from portal.mail import deliver_waiting
from portal.models import OutgoingMail
from programs.models.applications import Application, ApplicationStatus
from programs.operations.certificates import reissue
from programs.operations.on_behalf import fix_application
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
PUBLIC = [
    "home", "catalog", "catalog?q=zzzz", "program", "cohort", "cohort-first-come", "cohort-finished", "instructors",
    "partners", "partner", "agreements", "agreement", "privacy", "terms", "account_login", "age", "account_signup",
    "account_reset_password", "certificate-verify", "certificate-valid", "certificate-superseded",
    "certificate-unknown", "nowhere",
]  # fmt: skip
PERSONAL = [
    "my", "profile", "apply", "application", "application-offered", "application-edit", "application-withdraw",
    "mentoring", "pairing", "mfa_index", "account_change_password", "account_email", "my-mail", "my-mail-text",
    "my-certificates",
]  # fmt: skip
ADMIN = [
    "admin:index", "admin:programs_cohort_changelist", "admin:programs_application_changelist",
    "admin:programs_enrolment_changelist", "admin:partners_agreement_changelist", "admin:accounts_user_changelist",
    "admin:portal_outgoingmail_changelist", "cohort-admin", "application-admin", "program-admin",
    "application-fix", "cohort-enter", "admin:programs_certificate_changelist", "certificate-admin",
    "cohort-certify", "cohort-certifying",
]  # fmt: skip


@pytest.fixture
def world():
    """A site with something on every page, and where its pages are."""
    organization = make.make_organization(slug="kocca", name_ko="한국콘텐츠진흥원", name_en="KOCCA")
    agreement = make.make_agreement(parties=[organization], slug="2025")
    program = make.make_program(
        kind="masterclass",
        slug="camp",
        title_ko="KAFA X Netflix 마스터클래스 (리부트캠프)",
        title_en="KAFA X Netflix Masterclass (Reboot Camp)",
        has_mentoring=True,
        partners=[organization],
    )
    cohort = make.make_cohort(program, slug="2027-1", agreement=agreement, criteria=[35, 25, 40], capacity=16)
    make.make_session(cohort, experts=[make.make_expert(), make.make_expert(country="US")])
    make.make_milestone(cohort)
    meetup = make.make_cohort(make.make_program(kind="networking"), registration_mode="first_come")
    finished = make.make_cohort(phase="finished")
    make.make_enrolment(finished, status="completed")
    person = make.make_user(full_name="남궁별", romanized_name="Namgung Byeol")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    running = make.make_application(make.make_cohort(program, phase="running"), person, status="confirmed")
    pairing = make.make_pairing(
        make.make_mentor(make.make_user(full_name="어진솔", romanized_name="Eo Jinsol")),
        make.make_enrolment(application=running, status="active"),
    )
    add_goal(pairing.pk, "1회 도입부를 어디서 시작할지", by=person)
    waiting = make.make_application(make.make_cohort(phase="in_review"), person, status="in_review")
    offered = make.make_application(make.make_cohort(phase="announced"), person, status="offered")
    draft = make.make_application(make.make_cohort(), person, status="draft")
    staff = make.make_user(role=Role.ADMIN, full_name="박소울", romanized_name="Park Soul")
    for form in (cohort.form_version, waiting.form_version):
        for kind in ("file", "credits", "ranked", "referee", "statement", "phone", "yes_no"):
            make.make_question(form, f"{kind}-more", kind)
    fix_application(waiting.pk, {"career": "동시녹음 5년"}, by=staff, reason="본인 요청")
    deliver_waiting()
    mail = OutgoingMail.objects.get(reason="fixed")
    earlier = make.make_certificate(
        make.make_enrolment(make.make_cohort(phase="finished"), person, status="completed")
    )
    certificate = reissue(earlier.pk, by=staff, reason="개명")

    def check(row, code=""):
        return f"{reverse('certificate-verify')}?number={row.number}&code={code or row.code}"

    arguments = {
        "my-mail-text": [mail.code],
        "program": ["camp"],
        "cohort": ["camp", "2027-1"],
        "apply": ["camp", "2027-1"],
        "partner": ["kocca"],
        "agreement": ["2025"],
        "application": [waiting.code],
        "application-withdraw": [waiting.code],
        "application-edit": [draft.code],
        "pairing": [pairing.code],
    }
    special = {
        "cohort-first-come": meetup.get_absolute_url,
        "cohort-finished": finished.get_absolute_url,
        "application-offered": offered.get_absolute_url,
        "catalog?q=zzzz": lambda: reverse("catalog") + "?q=zzzz",
        "nowhere": lambda: reverse("home") + "nowhere/",
        "cohort-admin": lambda: reverse("admin:programs_cohort_change", args=[cohort.pk]),
        "application-admin": lambda: reverse("admin:programs_application_change", args=[waiting.pk]),
        "application-fix": lambda: reverse("admin:programs_application_fix", args=[waiting.pk]),
        "cohort-enter": lambda: reverse("admin:programs_cohort_enter", args=[cohort.pk]),
        "certificate-valid": lambda: check(certificate),
        "certificate-superseded": lambda: check(earlier),
        "certificate-unknown": lambda: check(certificate, "0" * 20),
        "certificate-admin": lambda: reverse("admin:programs_certificate_change", args=[earlier.pk]),
        "cohort-certify": lambda: reverse("admin:programs_cohort_certify", args=[finished.pk]),
        "cohort-certifying": lambda: reverse("admin:programs_cohort_certifying", args=[earlier.cohort_id]),
        "program-admin": lambda: reverse("admin:programs_program_change", args=[program.pk]),
    }

    def address(name, language):
        with override(language):
            return special[name]() if name in special else reverse(name, args=arguments.get(name, []))

    return {"address": address, "person": person, "mentor": pairing.mentor.user, "staff": staff}


def look(open_page, world, names, language, theme, viewport, user=None):
    page = open_page("ko-KR" if language == "ko" else "en-US", user=user, viewport=viewport, color_scheme=theme)
    for name in names:
        response = page.goto(world["address"](name, language))
        if name == "nowhere":
            open_page.expect("404")
        else:
            assert response.status == 200, name
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide == 0, f"{page.url} is {too_wide} px too wide"
        open_page.check_accessibility(page)


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize(("language", "theme"), [("ko", "light"), ("en", "dark")])
def test_public_pages(open_page, world, language, theme, viewport):
    look(open_page, world, PUBLIC, language, theme, viewport)


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize(("language", "theme"), [("ko", "dark"), ("en", "light")])
def test_personal_pages(open_page, world, language, theme, viewport):
    look(open_page, world, PERSONAL, language, theme, viewport, user=world["person"])
    look(open_page, world, ["mentoring", "pairing"], language, theme, viewport, user=world["mentor"])


@pytest.mark.parametrize(("language", "theme"), [("ko", "light"), ("en", "dark")])
def test_admin_pages(open_page, world, language, theme):
    world["staff"].language = language
    world["staff"].save()
    look(open_page, world, ADMIN, language, theme, WIDE, user=world["staff"])


@pytest.mark.parametrize("language", ["ko", "en"])
def test_nothing_scrolls_sideways_on_the_smallest_phone(open_page, world, language):
    for names, user in ((PUBLIC, None), (PERSONAL, world["person"])):
        page = open_page("ko-KR", user=user, viewport={"width": 320, "height": 640})
        for name in names:
            page.goto(world["address"](name, language))
            too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert too_wide == 0, f"{page.url} is {too_wide} px too wide"
    open_page.expect("404")


def test_an_application_without_javascript(open_page, world):
    page = open_page("ko-KR", user=world["person"], java_script_enabled=False)
    page.goto(world["address"]("apply", "ko"))
    page.locator("[name=consent_application]").check()
    page.locator("main form:has([data-consent]) .actions button").click()
    page.locator("button[name=next]").last.click()
    page.locator("[name=portfolio_0]").fill("주소 아님")
    page.locator("button[name=next]").last.click()
    expect(page.locator(".summary a")).to_have_count(2)
    expect(page.locator("[name=portfolio_0]")).to_have_value("주소 아님")
    page.locator("[name=portfolio_0]").fill("https://example.com/reel")
    page.locator("[name=motivation]").fill("현장에서 배우고 싶습니다.")
    page.locator("button[name=next]").last.click()
    page.locator("form[action$='/submit/'] button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("접수번호")
    assert Application.objects.filter(status=ApplicationStatus.SUBMITTED, applicant=world["person"]).count() == 1


def press_until(page, name, key="Tab"):
    """Go on by keyboard until the control of that name has the focus."""
    for _press in range(60):
        page.keyboard.press(key)
        if page.evaluate("document.activeElement.name") == name:
            return
    raise AssertionError(f"no way to {name} by {key}")


def test_an_application_by_keyboard_alone(open_page, world):
    page = open_page("en-US", user=world["person"])
    page.goto(world["address"]("apply", "en"))
    press_until(page, "consent_application")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("[name=full_name]")).to_be_visible()
    press_until(page, "next")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    expect(page.locator("[name=motivation]")).to_be_visible()
    press_until(page, "motivation")
    page.keyboard.type("I want to learn on set.")
    press_until(page, "next")
    page.keyboard.press("Enter")
    page.locator("form[action$='/submit/'] button[type=submit]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Receipt number")


def test_what_is_typed_is_saved_without_a_click(open_page, world):
    page = open_page("ko-KR", user=world["person"])
    page.goto(world["address"]("application-edit", "ko") + "?step=part-1")
    page.clock.install()
    page.locator("[name=career]").fill("동시녹음 5년")
    page.clock.run_for(3000)
    expect(page.locator("[data-autosave-status]")).to_contain_text("저장했어요", timeout=10_000)
    draft = Application.objects.get(applicant=world["person"], status=ApplicationStatus.DRAFT)
    assert draft.draft["career"] == "동시녹음 5년"


def test_the_first_tab_leads_past_the_menu(open_page, world):
    page = open_page("ko-KR")
    page.goto(world["address"]("catalog", "ko"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
