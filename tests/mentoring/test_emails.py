"""Each message whole, in the language of whoever gets it, and dropped when its reason is gone."""

import pytest

from mentoring import emails
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
