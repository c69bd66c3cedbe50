"""As what a text message goes: measured in bytes once it is filled in, and never cut."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Profile
from portal import channels, clock, mail
from portal.mail_events import EVENTS
from portal.models import MailStatus, OutgoingMail, TextTemplate
from programs.models.interviews import InterviewSlot
from programs.operations import interview_news
from programs.operations import interviews as operations
from tests.make import make_admin
from tests.programs.interviews import at, make_interviews

SENDER = "+82212345678"
PHONE = "+821012345678"
BY_TEXT = sorted(name for name, event in EVENTS.items() if event.by_text)
SHORT = {"interview_cancelled", "interview_soon"}
LONGEST = {
    "ko": {
        "name": "남궁하늘별빛",
        "program": "VFX 프로듀서 양성 및 버추얼 프로덕션 교육",
        "label": "데모 시즌 12기 (글로벌 더빙 심화)",
        "receipt_number": "SOUNDD12-12345",
        "deadline": "2027년 12월 22일 (수) 18:00까지",
        "when": "2027년 12월 22일 (수) 14:00~14:30",
        "before": "2027년 12월 23일 (목) 14:00",
        "place": "서울특별시 동대문구 회기로 66 홍릉 콘텐츠인재캠퍼스 본관 3층 대회의실 옆 세미나실 B호",
        "link": "https://meet.example.com/j/12345678901?pwd=" + "x" * 60,
        "url": "https://training.growcreative.example.org/ko/applications/abcdefghijkmnpqrstuv/",
        "contact": "training-desk@growcreative.example.org",
    },
    "en": {
        "name": "Maximiliana Wolfeschlegelstein-Lindholm",
        "program": "VFX Producer & Virtual Production Training for Film and Series",
        "label": "Demo season, cohort 12 (global dubbing)",
        "receipt_number": "SOUNDD12-12345",
        "deadline": "by Wed, Dec 22, 2027, 18:00 KST",
        "when": "Wed, Dec 22, 2027, 14:00–14:30 KST",
        "before": "Thu, Dec 23, 2027, 14:00 KST",
        "place": "Hongneung Content Talent Campus, main building, 3rd floor, seminar room B, 66 Hoegi-ro, Seoul",
        "link": "https://meet.example.com/j/12345678901?pwd=" + "x" * 60,
        "url": "https://training.growcreative.example.org/en/applications/abcdefghijkmnpqrstuv/",
        "contact": "training-desk@growcreative.example.org",
    },
}


@pytest.fixture(autouse=True)
def own(settings, tmp_path):
    settings.TEXT_SENDERS = [SENDER]
    settings.TEXT_DIR = tmp_path / "sms"


def template(event, **fields):
    ko, en = EVENTS[event].text
    words = {"body_ko": ko, "body_en": en, "channel": "sms", "state": "approved", "sender": SENDER}
    return TextTemplate.objects.create(event=event, **(words | fields))


def written(settings):
    path = settings.TEXT_DIR / "sms.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def told(person, by="sms"):
    Profile.objects.create(user=person, phone=PHONE, told_by=by)


# --- measuring -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("가" * 45, "sms"),
        ("가" * 45 + ".", "lms"),
        ("a" * 90, "sms"),
        ("a" * 91, "lms"),
        ("가" * 1000, "lms"),
        ("가" * 1000 + "a", ""),
        ("", "sms"),
    ],
)
def test_the_kind_follows_the_bytes(text, kind):
    assert channels.kind_of(text) == kind


@pytest.mark.parametrize(
    ("typed", "arrives"),
    [
        ("14:00–14:30 — 김하늘", "14:00-14:30 - 김하늘"),
        ("“José” Dvořák Łódź", "“Jose” Dvorak Łodz"),
        ("회의실 🎬 가", "회의실 ? 가"),
        ("\u1112\u1161\u11ab", "한"),
        ("a\u00a0b ½", "a b ½"),
    ],
)
def test_what_cannot_arrive_has_a_stand_in(typed, arrives):
    assert channels.carried(typed) == arrives
    assert channels.size_of(arrives) >= len(arrives)


def test_a_line_without_its_value_is_left_out():
    text = "면접\n장소: #{장소}\n온라인: #{접속주소}\n#{일시} #{장소}\n\n끝"
    assert channels.fill_text(text, {"when": "화", "place": ""}) == "면접\n화 \n\n끝"


# --- every wording -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("name", BY_TEXT)
def test_every_wording_arrives_whole_with_its_longest_values(name, language):
    event = EVENTS[name]
    words = event.text[language != "ko"]
    assert channels.problems(words, event, "sms") == []
    text = channels.fill_text(words, LONGEST[language])
    assert channels.kind_of(text) == ("sms" if name in SHORT else "lms"), channels.size_of(text)
    assert "#{" not in text
    assert "?" not in text.replace(LONGEST[language]["link"], "")
    for variable in channels.VARIABLE.findall(words):
        assert channels.carried(LONGEST[language][channels.VARIABLES[variable]]) in text


def test_what_is_short_notice_goes_as_a_text_message_too():
    assert {name for name in EVENTS if name.startswith("interview_")} - set(BY_TEXT) == {"interview_digest"}


# --- sending -------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_interview_is_told_by_text_from_its_booking_to_its_end(settings, monkeypatch):
    for name in BY_TEXT:
        template(name)
    _round, (first, second, *_rest), (application, other) = make_interviews()
    person, staff = application.applicant, make_admin()
    told(person)
    panel = first.panel
    operations.book(application.pk, first.code, by=person)
    operations.book(application.pk, second.code, by=person)
    mail.deliver_waiting()
    operations.change_panel(
        panel.pk, by=staff, members=list(panel.members.all()), place_ko="홍릉 3층", place_en="H3"
    )
    mail.deliver_waiting()
    at(monkeypatch, second.starts_at - timedelta(hours=23))
    interview_news.remind(clock.now())
    mail.deliver_waiting()
    at(monkeypatch, second.starts_at - timedelta(minutes=50))
    interview_news.remind(clock.now())
    mail.deliver_waiting()
    operations.cancel(second.pk, by=staff, reason="심사위원 사정")
    mail.deliver_waiting()

    messages = written(settings)
    assert [message["kind"] for message in messages] == ["lms", "lms", "lms", "sms", "sms"]
    moved, details, tomorrow, soon, cancelled = [message["body"] for message in messages]
    assert "변경 전: " in moved
    assert "온라인: " not in moved  # the link is for the last 24 hours
    assert "장소: 홍릉 3층" in details
    assert "하루 안으로" in tomorrow
    assert soon.endswith(f"({application.receipt_number})")
    assert "면접 취소" in cancelled
    assert {message["to"] for message in messages} == {PHONE}
    dropped = OutgoingMail.objects.get(channel="sms", reason="interview_booked")
    assert dropped.status == MailStatus.DROPPED  # the move had overtaken it
    assert not OutgoingMail.objects.filter(channel="sms").exclude(person=person).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("by", ["", "alimtalk"])
def test_who_has_not_chosen_text_messages_gets_none(by):
    template("interview_booked")
    _round, (first, *_rest), (application, _other) = make_interviews()
    told(application.applicant, by)
    operations.book(application.pk, first.code, by=application.applicant)
    assert not OutgoingMail.objects.exclude(channel="email").exists()


@pytest.mark.django_db
def test_whoever_takes_the_wish_back_is_not_told(settings):
    template("interview_booked")
    _round, (first, *_rest), (application, _other) = make_interviews()
    told(application.applicant)
    operations.book(application.pk, first.code, by=application.applicant)
    Profile.objects.update(told_by="")
    mail.deliver_waiting()
    assert written(settings) == []
    assert OutgoingMail.objects.get(channel="sms").status == MailStatus.DROPPED


@pytest.mark.django_db
def test_one_that_is_too_long_fails_and_says_so(settings, client):
    template("interview_booked", body_ko="#{장소}" * 12)
    _round, (first, *_rest), (application, _other) = make_interviews()
    told(application.applicant)
    first.panel.place_ko = "가" * 160
    first.panel.save()
    operations.book(application.pk, first.code, by=application.applicant)
    mail.deliver_waiting()
    row = OutgoingMail.objects.get(channel="sms")
    assert (row.status, row.error.strip()) == (MailStatus.FAILED, "3840 bytes, at most 2000")
    assert written(settings) == []
    client.force_login(make_admin(language="en"))
    page = client.get(reverse("admin:portal_outgoingmail_change", args=[row.pk])).text
    assert "Too long: 3,840 bytes" in page


# --- templates -----------------------------------------------------------------------------------------


@pytest.fixture
def boss(client):
    person = make_admin(language="en")
    client.force_login(person)
    return person


def form(**fields):
    empty = dict.fromkeys(("code", "body_ko", "body_en", "buttons", "fallback_ko", "fallback_en"), "")
    return empty | {"event": "interview_soon", "channel": "sms", "sender": "02-1234-5678"} | fields


ADD = "admin:portal_texttemplate_add"


@pytest.mark.django_db
def test_a_text_left_empty_takes_the_usual_words(client, boss):
    client.post(reverse(ADD), form())
    client.post(reverse(ADD), form(event="offered", body_en="Yours: #{주소}"))
    soon, offered = TextTemplate.objects.order_by("pk")
    assert (soon.body_ko, soon.body_en) == EVENTS["interview_soon"].text
    assert (offered.body_ko, offered.body_en) == (EVENTS["offered"].text[0], "Yours: #{주소}")
    page = client.get(reverse("admin:portal_texttemplate_changelist")).text
    assert "SMS" in page
    assert "LMS / SMS" in page


@pytest.mark.django_db
def test_a_template_that_no_kind_holds_is_refused(client, boss):
    answer = client.post(reverse(ADD), form(body_ko="가" * 990 + "#{일시}")).context["adminform"].form
    assert answer.errors["body_ko"] == ["At most 2000 bytes once it is filled in."]
    row = template("interview_soon", state="draft", body_ko="가" * 1001, body_en="가" * 1001)
    alimtalk = template("interview_moved", state="draft", channel="alimtalk")
    page = client.get(reverse("admin:portal_texttemplate_changelist")).context["cl"].model_admin
    assert (page.kind(row), page.kind(alimtalk)) == ("–", "–")


@pytest.mark.django_db
def test_an_outbox_row_says_as_what_it_goes(client, boss):
    template("interview_booked")
    _round, (first, *_rest), (application, _other) = make_interviews()
    told(application.applicant)
    operations.book(application.pk, first.code, by=application.applicant)
    assert InterviewSlot.objects.filter(application=application).exists()
    row = OutgoingMail.objects.get(channel="sms")
    page = client.get(reverse("admin:portal_outgoingmail_change", args=[row.pk])).text
    assert f"LMS, {channels.size_of(row.body)} bytes" in page
