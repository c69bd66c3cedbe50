"""A season of mentoring as its people walk it, in each language: from the mentor's profile to the end of a pair.

The mentor and the mentee have phones and live in zones of their own; staff have a wide screen. Between their deeds
the frozen clock is set on, and what the clock itself does is done once.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override, pgettext
from playwright.sync_api import expect

from mentoring.models.meetings import Meeting
from mentoring.models.pairs import EndKind, Pairing
from mentoring.models.rematches import RematchRequest
from mentoring.models.rounds import MenteeProfile, RoundMentor
from mentoring.models.runs import PairingRun
from mentoring.operations import answers
from portal.models import OutgoingMail
from tests import make
from tests.e2e.applying import LOCALES

pytestmark = pytest.mark.django_db(transaction=True)

PHONE, WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime(2027, 3, 1, 0, 0, tzinfo=UTC)  # a Monday, 09:00 in Seoul
PAIRING = NOW + 3 * DAY + HOUR  # just after the deadlines
PARTS = ("morning", "afternoon", "evening")
ABROAD = {  # where the mentor lives, and what both clocks say: until when to answer, and of the meetings
    "ko": {
        "zone": "America/Los_Angeles",
        "hour": 0,
        "answer": "3월 6일 (토) 17:00 PST · 3월 7일 (일) 10:00 KST",
        "winter": ("3월 9일 (화) 09:00~10:00 KST", "3월 8일 (월) 16:00~17:00 PST"),
        "summer": ("3월 30일 (화) 09:00~10:00 KST", "3월 29일 (월) 17:00~18:00 PDT"),
    },
    "en": {
        "zone": "Europe/London",
        "hour": 10,
        "answer": "Sun, 7 March, 01:00 GMT · 10:00 KST",
        "winter": ("Tue, 9 March, 19:00–20:00 KST", "10:00–11:00 GMT"),
        "summer": ("19:00–20:00 KST", "Tue, 30 March, 11:00–12:00 BST"),
    },
}
TEXTS = {
    "ko": {
        "goal": "1회 도입부를 어디서 시작할지",
        "brief": "외딴섬의 등대지기 이야기를 여덟 회로 씁니다.",
        "subject": "1회 도입부",
        "private": "말수가 적으니 먼저 물어볼 것.",
        "shared": "인물의 동기를 먼저 정하기로 했습니다.",
        "action": "도입부 두 쪽 다시 쓰기",
        "strengths": "인물의 하루를 끝까지 따라갑니다.",
        "next_steps": "3회 이후의 갈등을 더 쌓아 보세요.",
        "reason": "멘토링을 모두 마쳤습니다.",
    },
    "en": {
        "goal": "Where the first episode begins",
        "brief": "Eight episodes about the keeper of a lighthouse on a lonely island.",
        "subject": "How the first episode begins",
        "private": "Speaks little, so ask first.",
        "shared": "We settled the motives of the characters first.",
        "action": "Rewrite two pages of the opening",
        "strengths": "You follow one day of a character to its end.",
        "next_steps": "Build the conflict from the third episode on.",
        "reason": "All meetings have been held.",
    },
}


class Visitor:
    """Somebody in a browser of their own. Every page they come to is in their language and fits their screen."""

    def __init__(self, open_page, user, language, viewport):
        self.page = open_page(LOCALES[language], user=user, viewport=viewport)
        self.language, self.width = language, viewport["width"]

    def go(self, name, *args, tail=""):
        """Opens the page of that name."""
        with override(self.language):
            address = reverse(name, args=args)
        response = self.page.goto(address + tail)
        assert response.status == 200, self.page.url
        return self.look()

    def look(self):
        """The page as it stands, checked."""
        assert self.page.locator("html").get_attribute("lang") == self.language, self.page.url
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width, self.page.url
        return self.page

    def press(self, button):
        """Presses a button or follows a link that leads to a page."""
        with self.page.expect_navigation():
            button.click()
        return self.look()

    def button(self, text, within="main", **values):
        """The button with that text, given as it stands in the code."""
        return self.page.locator(within).get_by_role("button", name=self.say(text, **values))

    def link(self, text):
        """The link with that text, given as it stands in the code."""
        return self.page.locator("main").get_by_role("link", name=self.say(text))

    def say(self, text, context=None, **values):
        """A text of the portal in the visitor's language."""
        with override(self.language):
            found = pgettext(context, text) if context else gettext(text)
        return found % values if values else found

    def reads(self, *texts, within="main"):
        """What stands on the page."""
        for text in texts:
            expect(self.page.locator(within).first).to_contain_text(text)

    def is_told(self, text):
        """What the portal answers to a deed."""
        expect(self.page.locator("body")).to_contain_text(self.say(text))


class Season:
    """A round that is open, with a mentor and a mentee who have done nothing yet, and others who have."""

    def __init__(self, open_page, settings, language):
        self.settings, self.language = settings, language
        self.abroad, self.texts = ABROAD[language], TEXTS[language]
        self.set_clock(NOW)
        program = make.make_program(has_mentoring=True, title_ko="리부트 캠프", title_en="Reboot Camp")
        dates = {"starts_at": NOW - 30 * DAY, "ends_at": NOW + 100 * DAY}
        self.cohort = make.make_cohort(program, phase="running", **dates)
        self.round = make.make_mentoring_round(self.cohort)
        self.mentor = make.make_mentor(self.person("어진솔", "Eo Jinsol"), capacity=2)
        make.make_round_mentor(self.round, self.mentor, state="invited")
        self.mentee = self.enrol("박소울", "Park Soul")
        other = make.make_round_mentor(self.round, self.colleague("남궁설아", "Namgung Seora")).mentor
        self.other = other
        self.second = self.enrol("정이룸", "Jeong Ireum")
        self.third = self.enrol("도하늘", "Do Haneul")
        make.make_mentee_profile(self.round, self.mentor, other, enrolment=self.second)
        make.make_mentee_profile(self.round, other, self.mentor, enrolment=self.third)
        self.boss = make.make_manager(self.cohort, language=language)
        self.at_mentor = Visitor(open_page, self.mentor.user, language, PHONE)
        self.at_mentee = Visitor(open_page, self.mentee.person, language, PHONE)
        self.at_third = Visitor(open_page, self.third.person, language, PHONE)
        self.at_staff = Visitor(open_page, self.boss, language, WIDE)

    def set_clock(self, moment):
        """It is `moment` from here on."""
        self.settings.DEMO_NOW = moment

    def person(self, name, romanized):
        """Somebody who uses the portal in the language of the walk."""
        return make.make_user(full_name=name, romanized_name=romanized, language=self.language)

    def enrol(self, name, romanized):
        """A mentee who takes part."""
        person = self.person(name, romanized)
        application = make.make_application(self.cohort, person, status="confirmed", goals=self.texts["goal"])
        return make.make_enrolment(application=application, status="active")

    def colleague(self, name, romanized):
        """A mentor whose profile is confirmed."""
        return make.make_mentor(
            self.person(name, romanized),
            discipline="writing",
            skills=["pilot"],
            languages=["ko"],
            capacity=2,
            confirmed_at=NOW,
        )

    def pairing(self, enrolment):
        """The pair in which a mentee is now."""
        return Pairing.objects.live().get(enrolment=enrolment)

    def slot(self, day):
        """The free time of that day of March at which the two meet, as the form has it."""
        return f"2027-03-{day:02}T{self.abroad['hour']:02}:00Z"

    # --- before the pairing ---------------------------------------------------------------------------------

    def fill_week(self, visitor, zone, parts):
        """Ticks these parts of five days."""
        page = visitor.go("week")
        page.locator("[name=zone]").select_option(zone)
        for day in range(5):
            for part in parts:
                page.locator(f"[name={part}_on_{day}]").check()
        visitor.press(visitor.button("Save"))
        visitor.is_told("Your week is saved.")

    def mentor_confirms(self):
        mentor = self.at_mentor
        page = mentor.go("mentor-profile")
        page.locator("[name=discipline]").select_option("writing")
        page.locator("[name=skills][value=pilot]").check()
        page.locator("[name=languages][value=ko]").check()
        for consent in page.locator("[name^=consent_]").all():
            consent.check()
        mentor.press(mentor.button("Save and confirm"))
        mentor.is_told("Your profile is saved and confirmed.")
        self.fill_week(mentor, self.abroad["zone"], PARTS)
        page = mentor.go("mentoring-round", self.round.code)
        page.locator("[name=answer][value=in]").check()
        mentor.press(mentor.button("Save", "#answer"))
        mentor.is_told("Thank you. You take part in this round.")
        assert RoundMentor.objects.get(mentor=self.mentor).state == "in"

    def mentee_hands_in(self):
        mentee = self.at_mentee
        self.fill_week(mentee, "Asia/Seoul", PARTS)
        page = mentee.go("mentoring-round", self.round.code)
        page.locator("[name=discipline]").select_option("writing")
        page.locator("[name=skills][value=pilot]").check()
        page.locator("[name=languages][value=ko]").check()
        page.locator("[name=brief]").fill(self.texts["brief"])
        for place, wish in enumerate((self.other, self.mentor)):
            page.locator("[data-ranking] select").nth(place).select_option(str(wish.pk))
        mentee.press(mentee.button("Hand in"))
        mentee.is_told("Your wishes are handed in.")
        profile = MenteeProfile.objects.get(enrolment=self.mentee)
        assert [wish.mentor for wish in profile.wishes.order_by("rank")] == [self.other, self.mentor]

    # --- the pairing ----------------------------------------------------------------------------------------

    def confirm(self):
        """Staff press the button of a page that asks before it acts."""
        page = self.at_staff.press(self.at_staff.page.locator("#content-main form button[type=submit]").last)
        expect(page.locator(".messagelist .success").first).to_be_visible()

    def work_out(self):
        """Staff have the pairs worked out; the page of the run opens."""
        self.at_staff.go("admin:mentoring_pairing_desk", self.round.pk)
        self.at_staff.press(self.at_staff.page.locator("button[name=mode][value=optimal]"))
        return PairingRun.objects.latest("number")

    def staff_pair(self):
        staff = self.at_staff
        run = self.work_out()
        assert dict(run.plan["pairs"])[self.mentee.code] == f"m{self.other.pk}"
        page = staff.go("admin:mentoring_pairing_mentee", self.round.pk, self.mentee.code)
        staff.press(page.locator(f"main a[href$='/{self.mentee.code}/{self.mentor.pk}/lock/']"))
        self.confirm()
        run = self.work_out()
        pairs = dict(run.plan["pairs"])
        assert {code for code in pairs if pairs[code] == f"m{self.mentor.pk}"} == {
            self.mentee.code,
            self.second.code,
        }
        self.publish()
        assert Pairing.objects.live().count() == 3

    def publish(self):
        """Staff go to the page that asks, which tells nobody anything yet, and publish there."""
        mails = OutgoingMail.objects.count()
        self.at_staff.press(self.at_staff.page.locator("main a[href$='/publish/']").first)
        assert OutgoingMail.objects.count() == mails
        self.confirm()
        assert OutgoingMail.objects.count() > mails

    def mentor_answers(self):
        mentor = self.at_mentor
        mentor.go("mentoring")
        name = self.mentee.person
        mentor.reads(name.full_name if self.language == "ko" else name.romanized_name)
        pairing = self.pairing(self.mentee)
        mentor.go("pairing", pairing.code)
        mentor.reads(self.texts["goal"], self.abroad["answer"])
        mentor.press(mentor.button("Accept this mentee"))
        mentor.is_told("You have accepted. You can now agree on a first meeting.")
        declined = self.pairing(self.second)
        page = mentor.go("pairing", declined.code)
        page.locator("#answer summary").click()
        page.locator("[name=decline-reason][value=time]").check()
        mentor.press(mentor.button("Decline", "#answer details"))
        mentor.is_told("You have declined. Staff will find another mentor for this mentee.")
        declined.refresh_from_db()
        assert declined.end_kind == EndKind.DECLINED

    def staff_repair(self):
        staff = self.at_staff
        staff.go("admin:mentoring_pairing_repair", self.round.pk)
        staff.reads(staff.say("The mentor has declined. Repair the pairing."))
        self.repair()
        assert self.pairing(self.second).mentor == self.other
        assert self.pairing(self.mentee).mentor == self.mentor

    def repair(self):
        """Staff have the three ways worked out, and publish the first."""
        self.at_staff.press(self.at_staff.button("Work out three ways"))
        expect(self.at_staff.page.locator(".pairing-option")).to_have_count(3)
        self.publish()

    def one_asks_for_another(self):
        third, staff, pairing = self.at_third, self.at_staff, self.pairing(self.third)
        assert pairing.mentor == self.other
        answers.accept(pairing.pk, by=self.other.user)
        third.go("pairing", pairing.code)
        page = third.press(third.link("Ask for a re-match"))
        page.locator("[name=cause][value=silence]").check()
        page.locator("[name=way][value=staff]").check()
        third.press(third.page.locator("main form:has([name=cause]) button[type=submit]"))
        third.is_told("Your request is written down. The other side is told nothing.")
        page = staff.go("admin:mentoring_rematchrequest_grant", RematchRequest.objects.get().pk)
        page.locator("[name=reason]").fill(self.texts["reason"])
        self.confirm()
        self.repair()
        assert self.pairing(self.third).mentor == self.mentor

    # --- meetings -------------------------------------------------------------------------------------------

    def book(self, visitor, day, clocks):
        """Books a meeting on that day of March; both clocks stand on the pair's page and on its own."""
        monday = f"?week=2027-03-{day - 1:02}"
        page = visitor.go("meeting-book", self.pairing(self.mentee).code, tail=monday)
        page.locator(f"[value='{self.slot(day)}']").check()
        page.locator("[name=subject]").fill(self.texts["subject"])
        visitor.press(visitor.button("Book this time"))
        meeting = Meeting.objects.latest("pk")
        for name, code in (("meeting", meeting.code), ("pairing", meeting.pairing.code)):
            visitor.go(name, code)
            visitor.reads(" · ".join(clocks))
        return meeting

    def two_meet(self):
        mentee, mentor = self.at_mentee, self.at_mentor
        own, theirs = self.abroad["winter"]
        mentee.go("pairing", self.pairing(self.mentee).code)
        mentee.press(mentee.link("Book a meeting").first)
        meeting = self.book(mentee, 9, (own, theirs))
        self.set_clock(meeting.starts_at + 2 * HOUR)
        page = mentee.go("meeting", meeting.code)
        page.locator("[name=how][value=held]").check()
        page.locator("[name=minutes]").fill("55")
        mentee.press(mentee.button("Save how it went"))
        mentee.reads(mentee.say("You have said how it went."))
        mentor.go("meeting", meeting.code)
        for clock in (own, theirs):
            mentor.reads(clock.split(", ")[-1])
        mentor.press(mentor.page.locator("main form:has(input[type=hidden][name=how]) button"))
        mentor.reads(mentor.say("How this meeting went is settled."))
        meeting.refresh_from_db()
        assert (meeting.status, meeting.minutes) == ("held", 55)

    def two_write(self):
        mentee, mentor, code = self.at_mentee, self.at_mentor, self.pairing(self.mentee).code
        for audience in ("private", "shared"):
            page = mentor.go("pairing", code)
            page.locator("[name=note-text]").fill(self.texts[audience])
            page.locator(f"[name=note-audience][value={audience}]").check()
            mentor.press(mentor.button("Write the note"))
            mentor.reads(self.texts[audience], within="#notes .lines")
        page = mentor.page
        page.locator("[name=action-text]").fill(self.texts["action"])
        page.locator("[name=action-owner][value=mentee]").check()
        page.locator("[name=action-due_on]").fill("2027-03-20")
        mentor.press(mentor.button("Add an action"))
        page = mentee.go("pairing", code)
        mentee.reads(self.texts["shared"], within="#notes")
        assert self.texts["private"] not in page.content()
        mentee.press(page.locator("#actions form[action$='/tick/'] button"))
        expect(page.locator("#actions summary")).to_be_visible()
        self.at_staff.go("pairing", code)
        self.at_staff.reads(self.texts["shared"])
        assert self.texts["private"] not in self.at_staff.page.content()

    def one_stays_away(self):
        mentee, mentor = self.at_mentee, self.at_mentor
        own, theirs = self.abroad["summer"]
        first = own if self.language == "ko" else f"Tue, 30 March, {own}"
        meeting = self.book(mentor, 30, (theirs, own))
        self.set_clock(meeting.starts_at + 2 * HOUR)
        page = mentor.go("meeting", meeting.code)
        page.locator("[name=how][value=mentee_absent]").check()
        mentor.press(mentor.button("Save how it went"))
        self.set_clock(meeting.starts_at + 2 * HOUR + 3 * DAY)
        call_command("run_due", once=True)
        meeting.refresh_from_db()
        assert meeting.status == "mentee_absent"
        mentee.go("meeting", meeting.code)
        mentee.reads(mentee.say("How this meeting went is settled."), first)

    # --- the end --------------------------------------------------------------------------------------------

    def mentor_evaluates(self):
        mentee, mentor, code = self.at_mentee, self.at_mentor, self.pairing(self.mentee).code
        page = mentor.go("pairing", code)
        page.locator("fieldset.score input[value='4']").check()
        page.locator("[name=strengths]").fill(self.texts["strengths"])
        page.locator("[name=next_steps]").fill(self.texts["next_steps"])
        mentor.press(page.locator("#evaluation button[name=submit]"))
        page = mentee.go("pairing", code)
        assert self.texts["next_steps"] not in page.content()
        mentor.press(mentor.button("Share with the mentee"))
        mentee.go("pairing", code)
        mentee.reads(self.texts["next_steps"])

    def staff_close(self):
        pairing, staff = self.pairing(self.mentee), self.at_staff
        page = staff.go("admin:mentoring_pairing_changelist")
        page.locator(f"input[name=_selected_action][value='{pairing.pk}']").check()
        page.locator("select[name=action]").select_option("close_pairing")
        staff.press(page.locator("button[name=index]").first)
        cancels = page.locator("[name=cancels]")
        if cancels.count():
            cancels.check()
        self.confirm()
        pairing.refresh_from_db()
        assert pairing.end_kind == EndKind.FINISHED
        return pairing

    def both_read_what_was_reached(self, pairing):
        for side in (self.at_mentee, self.at_mentor):
            side.go("pairing", pairing.code)
            side.press(side.link("What was reached").first)
            side.reads(self.texts["goal"], self.texts["next_steps"])

    def after_the_end(self, pairing):
        mentee, mentor = self.at_mentee, self.at_mentor
        mentor.go("mentoring")
        page = mentor.go("pairing", pairing.code)
        mentor.reads(self.texts["shared"], self.texts["next_steps"], self.texts["goal"])
        expect(page.locator("main form")).to_have_count(0)
        client = Client()
        client.force_login(self.mentor.user)
        note = {"note-text": self.texts["shared"], "note-audience": "shared"}
        action = {"action-text": self.texts["action"], "action-owner": "mentee"}
        for name, data in (("note-add", note), ("action-add", action), ("evaluation-save", {}), ("goal-add", {})):
            assert client.post(reverse(name, args=[pairing.code]), data).status_code == 404, name
        self.set_clock(self.settings.DEMO_NOW + 30 * DAY - HOUR)
        mentor.go("pairing", pairing.code)
        self.set_clock(self.settings.DEMO_NOW + HOUR)
        assert client.get(pairing.get_absolute_url()).status_code == 404
        mentee.go("pairing", pairing.code)
        mentee.reads(self.texts["next_steps"])


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_season_is_walked_from_the_profile_to_the_end_of_a_pair(open_page, settings, language):
    settings.ZEAL_ALLOWLIST = [{"model": "*", "field": "*"}]  # a deed locks for itself; each pair is made by itself
    season = Season(open_page, settings, language)
    season.mentor_confirms()
    season.mentee_hands_in()
    season.set_clock(PAIRING)
    season.staff_pair()
    season.set_clock(PAIRING + HOUR)
    season.mentor_answers()
    season.staff_repair()
    season.one_asks_for_another()
    season.two_meet()
    season.two_write()
    season.one_stays_away()
    season.mentor_evaluates()
    closed = season.staff_close()
    season.both_read_what_was_reached(closed)
    season.after_the_end(closed)
    assert set(OutgoingMail.objects.values_list("language", flat=True)) == {language}
