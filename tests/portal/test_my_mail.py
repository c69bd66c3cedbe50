"""One's own mail: all that was sent to the person, nothing of anybody else, and never a code."""

from datetime import timedelta
from itertools import count

import pytest
from django.urls import reverse
from django.utils.translation import override

from portal import clock
from portal.models import MailStatus, OutgoingMail
from tests import make

pytestmark = pytest.mark.django_db
_serial = count(1)


@pytest.fixture
def person(client):
    person = make.make_user()
    client.force_login(person)
    return person


def mail(person, **fields):
    """A mail that was sent a minute ago."""
    now = clock.now()
    defaults = {
        "reason": f"reason{next(_serial)}",
        "to": person.email,
        "language": "ko",
        "subject": "[Grow Creative] 지원 접수 완료",
        "body": "접수되었습니다.\n\nhttps://portal.example.com/ko/my/",
        "status": MailStatus.SENT,
        "queued_at": now - timedelta(minutes=1),
        "sent_at": now,
    }
    return OutgoingMail.objects.create(person=person, **(defaults | fields))


def page(client, *args, name="my-mail", language="ko"):
    with override(language):
        return client.get(reverse(name, args=args))


def text_page(client, mail):
    return page(client, mail.code, name="my-mail-text")


def test_all_of_them_newest_first_each_with_its_text(client, person):
    older = mail(person, subject="[Grow Creative] 먼저", queued_at=clock.now() - timedelta(days=1))
    newer = mail(person, subject="[Grow Creative] 나중")
    mail(make.make_user(), subject="[Grow Creative] 남의 것")
    response = page(client)
    assert [row["code"] for row in response.context["mails"]] == [newer.code, older.code]
    assert [row["subject"] for row in response.context["mails"]] == ["나중", "먼저"]
    assert response.text.count("접수되었습니다.") == 2
    assert "남의 것" not in response.text


def test_one_of_them_with_its_links(client, person):
    response = text_page(client, mail(person))
    assert "접수되었습니다." in response.text
    assert '<a href="https://portal.example.com/ko/my/" rel="nofollow">' in response.text
    assert person.email in response.text


def test_nobody_elses(client, person):
    assert text_page(client, mail(make.make_user())).status_code == 404
    assert text_page(client, mail(make.make_admin(), status=MailStatus.DROPPED, sent_at=None)).status_code == 404
    assert page(client, "nowhere", name="my-mail-text").status_code == 404


def test_staff_do_not_read_it_here(client):
    theirs = mail(make.make_user())
    client.force_login(make.make_admin())
    assert text_page(client, theirs).status_code == 404


@pytest.mark.parametrize("status", [MailStatus.BOUNCED, MailStatus.SENT, MailStatus.FAILED])
def test_a_code_is_never_shown(client, person, status):
    """Whoever is logged in and has asked for an address to be verified proves by the code that it is theirs."""
    sent_at = clock.now() if status == MailStatus.SENT else None
    held = mail(
        person, body="123456", status=status, sent_at=sent_at, expires_at=clock.now() + timedelta(minutes=5)
    )
    for response in (page(client), text_page(client, held)):
        assert "123456" not in response.text
        assert "인증번호가 있던 메일이라" in response.text


def test_what_was_not_sent_is_not_there_and_what_failed_says_so(client, person):
    for status in (MailStatus.DROPPED, MailStatus.HELD, MailStatus.WAITING):
        row = mail(person, status=status, sent_at=None)
        assert text_page(client, row).status_code == 404
    assert page(client).context["mails"] == []
    assert "아직 보낸 메일이 없어요." in page(client).text
    mail(person, status=MailStatus.FAILED, sent_at=None)
    assert [row["pill"]["tone"] for row in page(client).context["mails"]] == ["bad"]


def test_thirty_on_a_page(client, person):
    for _number in range(31):
        mail(person)
    assert len(page(client).context["mails"]) == 30
    with override("ko"):
        second = client.get(reverse("my-mail"), {"page": "2"})
        assert len(second.context["mails"]) == 1
        for junk in ("0", "-1", "9999999999999999999999", "x", ""):
            assert client.get(reverse("my-mail"), {"page": junk}).status_code == 200


def test_a_mail_in_another_language_says_so_and_markup_is_text(client, person):
    mail(person, language="en", subject="[Grow Creative] Received", body="Dear <b>you</b><script>alert(1)</script>")
    text = page(client).text
    assert '<h3 lang="en" data-user-content>' in text
    assert "<b>you" not in text
    assert "<script>alert" not in text


def test_my_page_leads_to_it(client, person):
    with override("ko"):
        assert reverse("my-mail") in client.get(reverse("my")).text
