"""The pages of care in a browser: a report made and followed on a phone, every page accessible and narrow."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import expect

from mentoring.models.meetings import Meeting
from mentoring.models.safeguarding import Concern, SafeguardingOfficer
from mentoring.operations import absences, honorarium, safeguarding
from portal import clock
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
DAY = timedelta(days=1)


def held(pairing, days, **fields):
    starts_at = clock.now() - days * DAY
    values = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1), "settled_at": clock.now()}
    return Meeting.objects.create(pairing=pairing, **{"status": "held", "minutes": 50} | values | fields)


@pytest.fixture
def world():
    """A round with something behind every number, a statement, and a case with all that can stand in it."""
    program = make.make_program(has_mentoring=True, title_ko="KAFA X Netflix 마스터클래스", title_en="Masterclass")
    cohort = make.make_cohort(program, phase="running")
    round_ = make.make_mentoring_round(cohort, hourly_rate=120_000)
    mentor = make.make_mentor(make.make_user(full_name="남궁설아", romanized_name="Namgung Seora"))
    make.make_round_mentor(round_, mentor, capacity=1)
    make.make_round_mentor(round_)
    pairs = [
        make.make_pairing(mentor, make.make_enrolment(cohort, status="active"), paired_at=clock.now() - 40 * DAY)
        for _pair in range(3)
    ]
    make.make_enrolment(cohort, status="active")
    for days in (33, 40):
        held(pairs[0], days)
    for days in (3, 4, 5):
        held(pairs[1], days, status="mentee_absent", minutes=None)
    make.make_meeting(pairs[1], starts_at=clock.now() - 9 * DAY)
    absences.follow_up(clock.now())
    admin = make.make_admin()
    month = clock.today().replace(day=1)
    (statement,) = honorarium.draw_up(round_.pk, month, by=admin)
    honorarium.approve(statement.pk, statement.amount, by=admin)
    officer = make.make_admin()
    SafeguardingOfficer.objects.create(user=officer, named_by=admin)
    reporter = make.make_user()
    concern = safeguarding.report("회의 뒤에 있었던 일을 적습니다.\n두 번째 줄.", about="멘토", reporter=reporter)
    nameless = safeguarding.report("이름 없이 적습니다.")
    safeguarding.look(concern.pk, by=officer)
    safeguarding.answer(concern.pk, "확인하고 있습니다.", by=officer)
    safeguarding.add_note(concern.pk, "전화로 이야기함.", by=officer)
    safeguarding.block(concern.pk, mentor.pk, pairs[2].enrolment.person_id, by=officer)
    return {
        "officer": officer,
        "reporter": reporter,
        "mentor": mentor.user,
        "addresses": {
            "visitor": [("concern-report", []), ("concern", [nameless.code])],
            "reporter": [("my-concerns", []), ("my-concern", [concern.code]), ("concern-report", [])],
            "mentor": [("honorarium", []), ("honorarium-statement", [statement.code]), ("my-concerns", [])],
            "officer": [
                ("admin:index", []),
                ("admin:mentoring_health_changelist", []),
                ("admin:mentoring_health_change", [round_.pk]),
                ("admin:mentoring_health_all_rows", ["no_meeting"]),
                ("admin:mentoring_health_all_rows", ["absences"]),
                ("admin:mentoring_health_settle", [pairs[1].enrolment.person.absence_steps.get(kind="to_do").pk]),
                ("admin:mentoring_statement_changelist", []),
                ("admin:mentoring_statement_change", [statement.pk]),
                ("admin:mentoring_statement_draw_up", [round_.pk]),
                ("admin:mentoring_concern_changelist", []),
                ("admin:mentoring_concern_change", [concern.pk]),
                ("admin:mentoring_concern_change", [nameless.pk]),
                ("admin:mentoring_concern_block", [concern.pk]),
                ("admin:mentoring_concern_close", [concern.pk]),
                ("admin:mentoring_safeguardingofficer_changelist", []),
                ("admin:mentoring_safeguardingofficer_name", []),
            ],
        },
    }


@pytest.mark.parametrize("visitor", ["visitor", "reporter", "mentor", "officer"])
@pytest.mark.parametrize(("viewport", "scheme", "locale"), [(WIDE, "light", "ko"), (NARROW, "dark", "en")])
def test_every_page_of_care_is_accessible_and_fits(open_page, world, visitor, viewport, scheme, locale):
    person = world.get(visitor)
    if person is not None:
        person.language = locale
        person.save()
    page = open_page(user=person, viewport=viewport, color_scheme=scheme)
    for name, arguments in world["addresses"][visitor]:
        with override(locale):
            address = reverse(name, args=arguments)
        page.goto(address)
        open_page.check_accessibility(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, address


def test_a_report_is_made_and_followed_on_a_phone_without_scripts(open_page, world):
    page = open_page(viewport=NARROW, java_script_enabled=False)
    page.goto("/ko/")
    page.locator("footer a[href$='/mentoring/concerns/']").click()
    page.locator("button[name=report]").click()
    expect(page.locator(".invalid-feedback").first).to_be_visible()
    page.locator("textarea[name=text]").fill("늑대거미 이야기")
    page.locator("button[name=report]").click()
    code = page.locator("#report-code").input_value()
    concern = Concern.objects.latest("pk")
    safeguarding.answer(concern.pk, "알려 주셔서 고맙습니다.", by=world["officer"])
    again = open_page(viewport=NARROW, java_script_enabled=False)
    again.goto("/ko/mentoring/concerns/")
    again.locator("input[name=code]").fill(code)
    again.locator("button[name=find]").click()
    expect(again.get_by_text("알려 주셔서 고맙습니다.")).to_be_visible()
    again.locator("textarea[name=text]").fill("고맙습니다. 하나 더 적습니다.")
    again.locator("main form button[type=submit]").click()
    expect(again.get_by_text("하나 더 적습니다.")).to_be_visible()
