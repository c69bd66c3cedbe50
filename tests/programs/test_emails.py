"""Every message: in the person's language, whole, once, and dropped when its reason is gone."""

from datetime import timedelta

import pytest
from django.core import mail as outbox

from portal import clock, mail
from portal.models import MailStatus, OutgoingMail
from programs import emails
from programs.models.applications import ApplicationStatus, Offer, StateChange
from tests.make import (
    make_admin,
    make_appeal,
    make_application,
    make_cohort,
    make_program,
    make_restriction,
    make_user,
)

S = ApplicationStatus
pytestmark = pytest.mark.django_db


def application_of(language, **fields):
    program = make_program(title_ko="프로덕션 사운드 세미나", title_en="Production Sound Seminar")
    cohort = make_cohort(program, phase="announced", label_ko="2026년 1기", label_en="2026, cohort 1")
    person = make_user(full_name="남궁별", romanized_name="Namgung Byeol", language=language)
    return make_application(cohort, person, **fields)


def change_of(application, *, by=None, reason=""):
    return StateChange.objects.create(
        application=application, from_status=S.SUBMITTED, to_status=application.status, by=by, reason=reason
    )


MESSAGES = {
    "received": ({}, "지원서가 접수되었습니다", "has been received"),
    "changes_requested": ({"status": S.CHANGES_REQUESTED, "changes_note": "1 + 1"}, "보완", "missing"),
    "offer_expired": ({"status": S.EXPIRED}, "기한", "has passed"),
    "waitlisted": ({"status": S.WAITLISTED, "waitlist_number": 3}, "예비 3번", "number 3"),
    "waitlist_closed": ({"status": S.CLOSED_OUT, "waitlist_number": 3}, "예비", "waitlist has been closed"),
    "rejected": ({"status": S.REJECTED}, "선정되지 않았음을", "not been selected"),
    "confirmed": ({"status": S.CONFIRMED}, "확정", "is confirmed"),
    "declined": ({"status": S.DECLINED}, "포기", "declined"),
    "rescinded": ({"status": S.RESCINDED}, "취소", "withdrawn"),
    "withdrawn": ({"status": S.WITHDRAWN}, "취소", "withdrawn"),
    "cancelled": ({"status": S.CANCELLED}, "취소", "cancelled"),
    "cohort_cancelled": ({"status": S.CANCELLED}, "폐강", "cancelled"),
}


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_each_message_speaks_the_persons_language(message, language):
    fields, korean, english = MESSAGES[message]
    application = application_of(language, **fields)

    getattr(emails, message)(change_of(application, reason="장비 고장" if language == "ko" else "Broken equipment"))

    sent = OutgoingMail.objects.get()
    assert (sent.reason, sent.to, sent.language) == (message, application.applicant.email, language)
    assert sent.subject.startswith("[Grow Creative] ")
    text = f"{sent.subject}\n{sent.body}"
    assert {"ko": korean, "en": english}[language] in text
    assert {"ko": "프로덕션 사운드 세미나", "en": "Production Sound Seminar"}[language] in text
    assert {"ko": "남궁별 님, 안녕하십니까", "en": "Dear Namgung Byeol,"}[language] in text
    assert application.receipt_number in text
    assert f"http://localhost:8000/{language}/applications/{application.code}/" in text
    if language == "en":
        assert not any("가" <= letter <= "힣" for letter in text)


@pytest.mark.parametrize(("language", "words"), [("ko", "자격"), ("en", "does not meet the conditions")])
def test_the_ineligible_are_told_so(language, words):
    emails.rejected(change_of(application_of(language, status=S.REJECTED, reason_code="not_eligible")))
    assert words in OutgoingMail.objects.get().body


@pytest.mark.parametrize(("language", "words"), [("ko", "정원"), ("en", "is full")])
def test_a_full_registration_is_told_so(language, words):
    application = application_of(language, status=S.WAITLISTED, waitlist_number=2)
    application.cohort.registration_mode = "first_come"
    emails.waitlisted(change_of(application))
    assert words in OutgoingMail.objects.get().body


@pytest.mark.parametrize(("language", "words"), [("ko", "주관 기관"), ("en", "by the organizer")])
def test_a_place_that_staff_cancelled_says_why(language, words):
    application = application_of(language, status=S.CANCELLED)
    emails.cancelled(change_of(application, by=make_admin(), reason="42"))
    body = OutgoingMail.objects.get().body
    assert words in body
    assert "42" in body


def offer_of(application):
    now = clock.now()
    return Offer.objects.create(
        application=application, kind="first", made_at=now, expires_at=application.answer_by
    )


@pytest.mark.parametrize(
    ("message", "fields", "korean", "english"),
    [
        ("offered", {}, "선정되었습니다", "You have been selected"),
        ("promoted", {"waitlist_number": 1}, "추가 선정", "has opened for you"),
    ],
)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_an_offer_names_its_deadline(message, fields, korean, english, language):
    application = application_of(language, status=S.OFFERED, **fields)
    emails.offered(offer_of(application))
    sent = OutgoingMail.objects.get()
    assert sent.reason == message
    assert {"ko": korean, "en": english}[language] in sent.subject + sent.body
    assert {"ko": "까지", "en": "KST"}[language] in sent.body


def test_a_reminder_is_sent_once():
    offer = offer_of(application_of("ko", status=S.OFFERED))
    assert [emails.offer_expiring(offer), emails.offer_expiring(offer)] == [1, 0]
    assert OutgoingMail.objects.get().reason == "offer_expiring"


def test_the_same_change_tells_once():
    change = change_of(application_of("ko"))
    assert emails.received(change) == emails.received(change)
    assert OutgoingMail.objects.count() == 1


def test_an_offer_that_is_gone_is_not_told():
    application = application_of("ko", status=S.OFFERED)
    queued = emails.offered(offer_of(application))
    application.status, application.answer_by = S.DECLINED, None
    application.save()

    assert mail.deliver(queued.pk) == 0

    queued.refresh_from_db()
    assert queued.status == MailStatus.DROPPED
    assert outbox.outbox == []


def test_an_offer_renewed_later_is_told_by_its_own_mail():
    application = application_of("ko", status=S.OFFERED)
    queued = emails.offered(offer_of(application))
    application.answer_by += timedelta(days=5)
    application.save()
    assert mail.deliver(queued.pk) == 0


def test_a_wanted_mail_is_sent():
    queued = emails.offered(offer_of(application_of("en", status=S.OFFERED)))
    assert mail.deliver(queued.pk) == 1
    (sent,) = outbox.outbox
    assert sent.to == [queued.to]
    html, kind = sent.alternatives[0]
    assert kind == "text/html"
    assert 'lang="en"' in html
    assert "You have been selected" in html


def test_a_name_cannot_write_a_header():
    application = application_of("en")
    program = application.cohort.program
    program.title_en = "Sound\r\nBcc: all@example.com"
    program.save()
    application.cohort.program = program
    emails.received(change_of(application))
    assert "\n" not in OutgoingMail.objects.get().subject


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("mode", ["review", "first_come"])
@pytest.mark.parametrize("status", [S.DRAFT, S.SUBMITTED])
def test_an_extension_names_its_new_deadline(language, mode, status):
    application = application_of(language, status=status)
    application.cohort.registration_mode = mode
    application.extended_until = clock.now() + timedelta(days=40)
    emails.extended(application)
    emails.extended(application)
    sent = OutgoingMail.objects.get()
    assert {"ko": "까지", "en": "KST"}[language] in sent.body
    word = {
        ("ko", "review"): "지원서",
        ("ko", "first_come"): "신청서",
        ("en", "review"): "your application to",
        ("en", "first_come"): "your registration for",
    }
    assert word[language, mode] in sent.body
    assert ({"ko": "다시 제출", "en": "submit it again"}[language] in sent.body) == (status == S.SUBMITTED)
    assert ({"ko": "접수번호", "en": "Receipt number"}[language] in sent.body) == (status == S.SUBMITTED)
    assert_one_language(sent)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("mode", ["review", "first_come"])
def test_a_draft_reminder_names_the_deadline_and_comes_once(language, mode):
    application = application_of(language, status=S.DRAFT)
    application.cohort.registration_mode = mode
    assert [emails.draft_reminder(application, days) for days in (3, 3, 1, 1)] == [1, 0, 1, 0]
    first, second = OutgoingMail.objects.order_by("pk")
    assert (first.reason, second.reason) == ("draft_reminder_3", "draft_reminder_1")
    assert {"ko": "제출되지 않았습니다", "en": "is not submitted yet"}[language] in first.subject
    assert {"ko": "까지", "en": "KST"}[language] in first.body
    assert f"http://localhost:8000/{language}/applications/{application.code}/" in first.body
    assert_one_language(first)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_what_is_still_missing_is_said_again(language):
    application = application_of(language, status=S.CHANGES_REQUESTED, changes_note="1 + 1")
    emails.changes_reminder(change_of(application))
    sent = OutgoingMail.objects.get()
    assert {"ko": "하루 남았습니다", "en": "one day left"}[language] in sent.subject
    assert "1 + 1" in sent.body
    assert_one_language(sent)


RESTRICTION_MAILS = {
    "restricted": ("지원하거나 신청하실 수 없습니다", "you cannot apply"),
    "restriction_lifted": ("해제되었습니다", "has been lifted"),
    "appeal_received": ("소명이 접수되었습니다", "has been received"),
    "accepted": ("소명이 인정되어", "has been accepted"),
    "refused": ("인정되지 않았습니다", "has not been accepted"),
}


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("message", RESTRICTION_MAILS)
def test_restrictions_are_told_in_the_persons_language(message, language):
    person = make_user(full_name="남궁별", romanized_name="Namgung Byeol", language=language)
    restriction = make_restriction(person, reason="1 + 1")
    appeal = make_appeal(restriction)
    if message in ("accepted", "refused"):
        appeal.is_accepted, appeal.answer = message == "accepted", "2 + 2"
        emails.appeal_decided(appeal)
    else:
        getattr(emails, message)(appeal if message == "appeal_received" else restriction)
    sent = OutgoingMail.objects.get()
    text = f"{sent.subject}\n{sent.body}"
    assert RESTRICTION_MAILS[message][language == "en"] in text
    assert f"http://localhost:8000/{language}/my/restrictions/" in text
    assert ("1 + 1" in text) == (message == "restricted")
    assert ("2 + 2" in text) == (message in ("accepted", "refused"))
    assert {"ko": "남궁별 님, 안녕하십니까", "en": "Dear Namgung Byeol,"}[language] in text
    assert "\n\n\n" not in text
    assert_one_language(sent)


def assert_one_language(sent):
    if sent.language == "en":
        assert not any("가" <= letter <= "힣" for letter in sent.subject + sent.body)
    else:
        words = [line for line in sent.body.splitlines() if line and "://" not in line]
        assert all(any("가" <= letter <= "힣" for letter in line) or "+" in line for line in words), words
