"""Each message whole, in the language of whoever gets it, and dropped when its reason is gone."""

from datetime import UTC, datetime, timedelta

import pytest

from mentoring.emails import pairings as pairing_emails
from mentoring.emails import pairs as emails
from mentoring.models.pairs import Pairing
from portal import clock, mail
from portal.models import MailStatus
from tests.make import (
    make_application,
    make_cohort,
    make_enrolment,
    make_evaluation,
    make_mentor,
    make_pairing,
    make_program,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pairing():
    program = make_program(has_mentoring=True, title_ko="리부트 캠프", title_en="Reboot Camp")
    cohort = make_cohort(
        program, phase="running", label_ko="2027년 1기", label_en="2027, cohort 1", contact_email="kafa@example.com"
    )
    mentee = make_user("mentee@example.com", full_name="박소울", romanized_name="Park Soul")
    mentor = make_user("mentor@example.com", full_name="어진솔", romanized_name="Eo Jinsol")
    return make_pairing(
        make_mentor(mentor), make_enrolment(application=make_application(cohort, mentee, status="confirmed"))
    )


def in_english(person):
    person.language = "en"
    person.save()


def test_the_mentor_is_told_in_korean(pairing, settings):
    sent = emails.paired_mentor(pairing)
    assert (sent.to, sent.language) == ("mentor@example.com", "ko")
    assert sent.subject == "[Grow Creative] 리부트 캠프: 멘티 매칭 안내"
    assert sent.body == (
        "어진솔 님, 안녕하십니까.\n\n"
        "‘리부트 캠프’(2027년 1기) 1:1 멘토링에서 박소울 님의 멘토로 매칭되셨습니다.\n"
        "아래 페이지에서 지원서와 목표를 읽고 평가를 작성하실 수 있습니다.\n\n"
        f"{settings.SITE_URL}/ko/mentoring/{pairing.code}/\n\n"
        "문의: kafa@example.com (평일 10:00~17:00)\n"
        f"Grow Creative · {settings.SITE_URL}"
    )


def test_the_mentee_is_told_in_english(pairing, settings):
    in_english(pairing.enrolment.person)
    sent = emails.paired_mentee(pairing)
    assert (sent.to, sent.language) == ("mentee@example.com", "en")
    assert sent.subject == "[Grow Creative] Reboot Camp: you have been paired with a mentor"
    assert sent.body == (
        "Dear Park Soul,\n\n"
        "You have been paired with the mentor Eo Jinsol for the 1:1 mentoring of “Reboot Camp” (2027, cohort 1).\n"
        "On the page below you can check the goals that your mentor sees, and add to them.\n\n"
        f"{settings.SITE_URL}/en/mentoring/{pairing.code}/\n\n"
        "Questions: kafa@example.com (weekdays 10:00–17:00 KST)\n"
        f"Grow Creative · {settings.SITE_URL}"
    )


def test_the_mentee_is_told_of_the_evaluation_but_not_what_it_says(pairing, settings):
    sent = emails.evaluation_shared(make_evaluation(pairing, status="submitted", shared_at=clock.now()))
    assert (sent.to, sent.subject) == ("mentee@example.com", "[Grow Creative] 리부트 캠프: 멘토 평가 안내")
    assert sent.body == (
        "박소울 님, 안녕하십니까.\n\n"
        "‘리부트 캠프’(2027년 1기) 멘토링에 대한 어진솔 멘토의 평가가 공유되었습니다.\n"
        "로그인 후 아래 페이지에서 확인하실 수 있습니다.\n\n"
        f"{settings.SITE_URL}/ko/mentoring/{pairing.code}/\n\n"
        "문의: kafa@example.com (평일 10:00~17:00)\n"
        f"Grow Creative · {settings.SITE_URL}"
    )


def test_the_others_speak_the_other_language_too(pairing):
    in_english(pairing.mentor.user)
    in_english(pairing.enrolment.person)
    assert emails.paired_mentor(pairing).subject.endswith("you have been paired with a mentee")
    assert emails.evaluation_shared(make_evaluation(pairing)).subject.endswith("your mentor's evaluation")


def test_without_a_contact_of_the_cohort_the_site_answers(pairing, settings):
    pairing.enrolment.cohort.contact_email = ""
    assert settings.CONTACT_EMAIL in emails.paired_mentee(pairing).body


def status_after(sent):
    mail.deliver(sent.pk)
    sent.refresh_from_db()
    return sent.status


def test_mail_about_a_pair_that_has_ended_is_dropped(pairing):
    told, dropped = emails.paired_mentor(pairing), emails.paired_mentee(pairing)
    assert status_after(told) == MailStatus.SENT
    Pairing.objects.filter(pk=pairing.pk).update(ended_at=clock.now(), end_reason="끝")
    assert status_after(dropped) == MailStatus.DROPPED


def test_mail_about_an_evaluation_that_is_not_shared_is_dropped(pairing):
    evaluation = make_evaluation(pairing, status="submitted")
    sent = emails.evaluation_shared(evaluation)
    assert status_after(sent) == MailStatus.DROPPED
    evaluation.shared_at = clock.now()
    evaluation.save()
    sent.status = MailStatus.WAITING
    sent.save()
    assert status_after(sent) == MailStatus.SENT


# --- a published pairing ------------------------------------------------------------------------------

WHY = {
    "wishes": 3,
    "choice": 2,
    "discipline": "writing",
    "is_main": True,
    "skills": ["pilot"],
    "languages": ["ko", "en"],
    "times": [],
    "chosen": False,
}


@pytest.fixture
def published_pair(pairing):
    """In English, with its reasons, and an answer awaited until a Monday."""
    in_english(pairing.mentor.user)
    in_english(pairing.enrolment.person)
    pairing.why = WHY
    pairing.answer_until = datetime(2027, 3, 8, 9, tzinfo=UTC)
    pairing.save()
    return pairing


def lines_of(row):
    """What stands between the greeting and the address of the page."""
    return [line for line in row.body.split("\n")[1:-3] if line and not line.startswith("http")]


def test_a_mentor_is_told_why_and_until_when(published_pair):
    row = emails.paired_mentor(published_pair)
    assert lines_of(row) == [
        "You have been paired with Park Soul for the 1:1 mentoring of “Reboot Camp” (2027, cohort 1).",
        "On the page below you can read the application and the goals. There you also write the evaluation.",
        "Please read the application first, and accept or decline by Mon, 8 March 2027, 18:00 KST.",
        "Why you were paired:",
        "- The mentee is looking for your discipline: Writing.",
        "- The mentee wants to work on what you offer: Pilot and series structure.",
        "- You can talk in Korean, English.",
    ]


def test_a_mentee_is_told_why(published_pair):
    assert lines_of(emails.paired_mentee(published_pair))[-5:] == [
        "Why you were paired:",
        "- This mentor was your wish number 2.",
        "- Writing, which you are looking for, is this mentor's discipline.",
        "- This mentor helps with what you want to work on: Pilot and series structure.",
        "- You can talk in Korean, English.",
    ]


def test_a_mentee_is_told_of_another_mentor(published_pair):
    former = make_pairing(
        make_mentor(make_user(romanized_name="Gil Dong", full_name="길동")),
        make_enrolment(published_pair.enrolment.cohort),
    )
    former.enrolment = published_pair.enrolment
    row = pairing_emails.moved_mentee(former, published_pair, hold=timedelta(0))
    assert row.subject == "[Grow Creative] Reboot Camp: your mentor has changed"
    assert lines_of(row)[:3] == [
        "In the 1:1 mentoring of “Reboot Camp” (2027, cohort 1) the pair with the mentor Gil Dong has ended.",
        "Your mentor is Eo Jinsol from now on. On the page below you can check the goals that your mentor sees, "
        "and add to them.",
        "Why you were paired:",
    ]


def test_a_mentee_without_a_mentor_is_told_so(published_pair):
    row = pairing_emails.moved_mentee(published_pair, None, hold=timedelta(0))
    assert lines_of(row) == [
        "In the 1:1 mentoring of “Reboot Camp” (2027, cohort 1) the pair with the mentor Eo Jinsol has ended.",
        "At the moment you have no mentor. The staff of the program are looking for one and will write to you.",
    ]


def test_both_are_told_that_a_pair_was_announced_by_mistake(published_pair):
    assert lines_of(pairing_emails.undone_mentor(published_pair)) == [
        "In the 1:1 mentoring of “Reboot Camp” (2027, cohort 1) we told you of a pair with Park Soul. It was "
        "announced by mistake and does not take place. We are sorry.",
        "We will write to you as soon as it is clear who your mentees are.",
    ]
    assert lines_of(pairing_emails.undone_mentee(published_pair, published_pair))[-1] == (
        "Your mentor is still Eo Jinsol."
    )


def test_whoever_does_not_see_the_pair_any_more_is_led_to_the_desk(published_pair, settings):
    desk = f"{settings.SITE_URL}/en/mentoring/"
    for row in (
        pairing_emails.moved_mentor(published_pair, hold=timedelta(0)),
        pairing_emails.undone_mentor(published_pair),
    ):
        assert [line for line in row.body.split("\n") if line.startswith("http")] == [desk]


def test_a_mentor_is_asked_to_answer(published_pair):
    assert lines_of(pairing_emails.answer_reminder(published_pair)) == [
        "You have been paired with Park Soul for the 1:1 mentoring of “Reboot Camp” (2027, cohort 1). Please read "
        "the application, and accept or decline by Mon, 8 March 2027, 18:00 KST.",
    ]
    row = pairing_emails.answer_overdue(published_pair)
    assert row.deadline_at == published_pair.answer_until
    assert lines_of(row)[-1].startswith("The pair goes on until you answer.")
