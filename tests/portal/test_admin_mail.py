"""The outbox and the wordings of mails in the admin: read, held, changed, dropped, tried again; worded anew."""

import re
from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.translation import override

from portal import clock, mail, mail_words, mailroom, wordings
from portal.errors import Refused
from portal.mail_events import EVENTS
from portal.models import AuditEvent, MailStatus, MailTemplate, OutgoingMail
from programs import emails
from programs.models.applications import Offer, StateChange
from tests import make

pytestmark = pytest.mark.django_db
LIST = "admin:portal_outgoingmail_changelist"


@pytest.fixture
def boss(client):
    person = make.make_admin(language="en")
    client.force_login(person)
    return person


def received(**fields):
    application = make.make_application(status="submitted")
    change = StateChange.objects.create(application=application, from_status="draft", to_status="submitted")
    row = emails.received(change)
    if fields:
        OutgoingMail.objects.filter(pk=row.pk).update(**fields)
        row.refresh_from_db()
    return row


def offered(language="ko"):
    application = make.make_application(None, make.make_user(language=language), status="offered")
    return emails.offered(
        Offer.objects.create(application=application, kind="first", expires_at=application.answer_by)
    )


def act(client, deed, rows, **data):
    chosen = {"action": deed, "_selected_action": [row.pk for row in rows]}
    client.post(reverse(LIST), chosen)  # asks
    return client.post(reverse(LIST), chosen | {"confirm": "yes"} | data, follow=True)


def status(row):
    return OutgoingMail.objects.get(pk=row.pk).status


# --- the outbox -------------------------------------------------------------------------------------------


def test_several_are_held_released_dropped_and_tried_again(client, boss):
    rows = [received(), received(), received()]
    client.post(reverse(LIST), {"action": "hold_mail", "_selected_action": [rows[0].pk]})
    assert status(rows[0]) == MailStatus.WAITING  # nothing before it is confirmed
    act(client, "hold_mail", rows)
    assert {status(row) for row in rows} == {MailStatus.HELD}
    assert mail.deliver_waiting() == 0
    act(client, "release_mail", rows[:1])
    assert mail.deliver_waiting() == 1
    act(client, "drop_mail", rows[1:2])
    assert status(rows[1]) == MailStatus.HELD  # without a reason
    act(client, "drop_mail", rows[1:2], reason="두 번 나갔다")
    assert status(rows[1]) == MailStatus.DROPPED
    assert AuditEvent.objects.get(verb="mail.dropped").reason == "두 번 나갔다"
    OutgoingMail.objects.filter(pk=rows[2].pk).update(status=MailStatus.FAILED, attempts=8)
    act(client, "retry_mail", rows[2:])
    assert mail.deliver_waiting() == 1


def test_what_cannot_be_done_is_said_on_the_page(client, boss):
    row = received(status=MailStatus.SENT, sent_at=clock.now())
    page = client.post(reverse(LIST), {"action": "hold_mail", "_selected_action": [row.pk]}).text
    assert "Not possible for these" in page
    assert "This is not possible while it is “Sent”." in page


def test_one_mail_is_read_and_changed(client, boss):
    row = received()
    address = reverse("admin:portal_outgoingmail_change", args=[row.pk])
    page = client.get(address).text
    assert row.body.splitlines()[0] in page
    assert mail.message_id(row).strip("<>") in page
    edit = reverse("admin:portal_outgoingmail_edit", args=[row.pk])
    assert edit in page
    assert row.subject in client.get(edit).text
    assert client.post(edit, {"subject": "", "body": "새 글"}).status_code == 200
    client.post(edit, {"subject": "새 제목", "body": "새 글"})
    assert "Changed by staff" in client.get(address).text
    mail.deliver_waiting()
    (sent,) = outbox.outbox
    assert (sent.subject, sent.body) == ("새 제목", "새 글\n")
    assert client.get(edit).status_code == 404
    client.force_login(row.person)
    with override("ko"):
        assert "새 글" in client.get(reverse("my-mail-text", args=[row.code])).text
        assert "새 제목" in client.get(reverse("my-mail")).text


def test_pages_about_a_mail_call_it_by_its_title_and_its_history_is_in_words(client, boss):
    row = received()
    mailroom.hold(row.pk, by=boss)
    raw = f"{row.target_type} {row.target_id}"
    with override("en"):
        title = str(EVENTS[row.event].title)
    for name in ("change", "edit", "history"):
        page = client.get(reverse(f"admin:portal_outgoingmail_{name}", args=[row.pk])).text
        assert title in page
        assert raw not in page
    assert "Waiting → Held" in page
    assert "waiting → held" not in page


@pytest.mark.parametrize(
    "fields", [{"expires_at": "soon"}, {"reason": "account_closed"}, {"event": "password_reset"}]
)
def test_a_mail_that_may_hold_a_code_is_neither_read_nor_changed(client, boss, fields):
    if fields.get("expires_at"):
        fields = {"expires_at": clock.now() + timedelta(minutes=5)}
    row = received(subject="제목 482913", body="코드 482913", **fields)
    page = client.get(reverse("admin:portal_outgoingmail_change", args=[row.pk])).text
    assert "482913" not in page + client.get(reverse(LIST)).text
    edit = reverse("admin:portal_outgoingmail_edit", args=[row.pk])
    assert edit not in page
    assert client.get(edit).status_code == client.post(edit, {"subject": "x", "body": "y"}).status_code == 404
    with pytest.raises(Refused):
        mailroom.edit(row.pk, by=boss, subject="x", body="y")


def test_managers_find_no_outbox(client):
    row = received()
    client.force_login(make.make_manager(make.make_cohort()))
    for name in ("change", "edit"):
        assert client.get(reverse(f"admin:portal_outgoingmail_{name}", args=[row.pk])).status_code == 404


# --- wordings ---------------------------------------------------------------------------------------------


def word(event="offered", language="ko"):
    return reverse("admin:portal_mailtemplate_word", args=[event, language])


BODY = "{name} 님\n\n선정을 축하합니다. {deadline} 확정해 주십시오.\n\n{url}"


def post(client, do, *, subject="선정: {program}", body=BODY, whose="sample", address=None, **more):
    return client.post(
        address or word(), {"do": do, "subject": subject, "body": body, "whose": whose, **more}, follow=True
    )


def test_a_wording_by_staff_counts_until_they_go_back(client, boss):
    post(client, "save")
    row = offered()
    assert row.subject.startswith("선정: ")
    assert row.body.startswith(f"{row.person.full_name} 님\n\n선정을 축하합니다. ")
    assert "까지 확정해 주십시오." in row.body
    assert offered("en").subject.startswith("[Grow Creative] ")  # the other language keeps its own
    page = client.get(word()).text
    assert "What differs from the original" in page
    assert "Worded by staff" in client.get(reverse("admin:portal_mailtemplate_changelist")).text
    back = reverse("admin:portal_mailtemplate_original", args=["offered", "ko"])
    assert back in page
    client.get(back)
    assert MailTemplate.objects.count() == 1
    client.post(back)
    assert offered().subject.startswith("[Grow Creative] ")
    assert [(row.number, row.is_original) for row in MailTemplate.objects.order_by("number")] == [
        (1, False),
        (2, True),
    ]
    assert client.get(back).status_code == 404
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", "after")) == [
        ("mail_template.written", "offered ko"),
        ("mail_template.original", "offered ko"),
    ]
    assert wordings.back_to_original("offered", "ko", by=boss) is None


def test_saving_what_counts_adds_nothing_and_saving_the_original_goes_back(client, boss):
    subject, body = wordings.original("offered", "ko")
    assert "Nothing was changed." in post(client, "save", subject=subject, body=body).text
    post(client, "save")
    post(client, "save")
    assert MailTemplate.objects.count() == 1
    post(client, "save", subject=subject, body=body)
    assert MailTemplate.objects.get(number=2).is_original


@pytest.mark.parametrize(
    ("field", "subject", "body", "words"),
    [
        ("body", "s", "{url}", "{deadline} must stand in the text."),
        ("body", "s", "{deadline}", "{url} must stand in the text."),
        ("body", "s", "{receipt_number} {url}\n{deadline}", "{url} must stand in the text every time"),
        ("body", "s", BODY + "{nobody}", "There is no placeholder {nobody} in this mail."),
        ("body", "s", BODY + "\n{% include 'x' %}", "A brace { or } stands alone."),
        ("body", "s", BODY + "\n{is_registration}", "{is_registration} says yes or no."),
        ("body", "s", BODY + "\nhttp://example.com/", "http://example.com/ is not a safe address"),
        ("subject", "{receipt_number}", BODY, "{receipt_number} may be empty or long"),
        ("subject", "{nobody}", BODY, "There is no placeholder {nobody} in this mail."),
        ("subject", "{name?}", BODY, "{name} may be empty or long"),
    ],
)
def test_what_a_mail_cannot_be_filled_from_is_refused_at_its_field(client, boss, field, subject, body, words):
    form = post(client, "save", subject=subject, body=body).context["form"]
    assert any(words in error for error in form.errors[field])
    assert not MailTemplate.objects.exists()
    with pytest.raises(Refused):
        wordings.write("offered", "ko", subject=subject, body=body, by=boss)


def test_a_line_kept_in_both_cases_holds_what_must_be_there(client, boss):
    body = "{is_registration?}신청 {deadline} {url}\n{is_registration!}지원 {deadline} {url}"
    assert mail_words.problems(EVENTS["offered"], "s", body) == ([], [])


def test_a_preview_has_a_real_persons_values_and_writes_nothing(client, boss):
    row = offered()
    page = client.get(word())
    assert [key for key, _label in page.context["form"].fields["whose"].choices] == [f"mail-{row.pk}", "sample"]
    response = post(client, "preview", whose=f"mail-{row.pk}")
    shown = response.context["shown"]
    assert row.person.full_name in shown["body"]
    assert shown["made_up"] == []
    assert f'<a href="{row.values["url"]}" rel="nofollow">' in response.text
    assert not MailTemplate.objects.exists()
    assert OutgoingMail.objects.count() == 1


def test_without_a_mail_there_are_applications_and_what_is_made_up_is_marked(client, boss):
    application = make.make_application(None, make.make_user(full_name="남궁별"), status="submitted")
    make.make_application(status="draft")
    keys = [key for key, _label in client.get(word()).context["form"].fields["whose"].choices]
    assert keys == [f"application-{application.pk}", "sample"]
    shown = post(client, "preview", whose=keys[0]).context["shown"]
    assert "남궁별" in shown["body"]
    assert shown["made_up"] == ["{deadline}"]
    sample = post(client, "preview")
    assert "{name}" in sample.context["shown"]["made_up"]
    assert "Sample values, nobody" in sample.text
    assert post(client, "preview", whose="mail-1").context["form"].errors["whose"]


def test_a_test_mail_goes_to_who_asked_alone_and_is_kept_nowhere(client, boss):
    row = offered()
    post(client, "test", whose=f"mail-{row.pk}")
    (sent,) = outbox.outbox
    assert sent.to == [boss.email]
    assert sent.subject.startswith("[TEST] 선정: ")
    assert row.person.full_name in sent.body
    assert list(OutgoingMail.objects.all()) == [row]
    assert not MailTemplate.objects.exists()
    with override("en"):
        assert client.get(reverse("my-mail")).context["mails"] == []
    (event,) = AuditEvent.objects.all()
    assert (event.verb, event.after) == ("mail_template.tested", "offered ko")


def test_a_test_mail_that_the_server_does_not_take_says_so(client, boss, monkeypatch):
    def down(self, fail_silently=False):
        raise OSError("no route")

    monkeypatch.setattr(EmailMessage, "send", down)
    assert "The mail server did not take it." in post(client, "test").text
    assert not AuditEvent.objects.exists()


def test_managers_see_wordings_and_change_nothing(client):
    client.force_login(make.make_manager(make.make_cohort(), language="en"))
    page = client.get(word())
    assert "{deadline}" in page.text
    assert "<textarea" not in page.text
    assert client.get(reverse("admin:portal_mailtemplate_changelist")).status_code == 200
    for do in ("save", "preview", "test"):
        assert post(client, do).status_code == 404
    assert client.post(reverse("admin:portal_mailtemplate_original", args=["offered", "ko"])).status_code == 404


def test_addresses_that_are_none(client, boss):
    for event, language in (("nothing", "ko"), ("offered", "de"), ("password_reset", "ko")):
        assert client.get(word(event, language)).status_code == 404
    assert client.put(word()).status_code == 404
    assert client.post(reverse("admin:portal_mailtemplate_changelist")).status_code == 404
    post(client, "save")
    row = MailTemplate.objects.get()
    version = reverse("admin:portal_mailtemplate_change", args=[row.pk])
    assert client.get(version).url == word()
    assert client.post(version).status_code == 404
    MailTemplate.objects.update(event="gone")
    assert client.get(version).status_code == 404


def test_a_wording_that_does_not_fit_any_more_is_passed_over(boss):
    MailTemplate.objects.create(event="offered", language="ko", number=1, subject="s", body="{gone}", made_by=boss)
    assert offered().subject.startswith("[Grow Creative] ")


def test_a_subject_cannot_write_a_header(client, boss):
    post(client, "save", subject="선정\r\nBcc: all@example.com {program}")
    row = offered()
    assert "\n" not in row.subject
    assert "\r" not in row.subject
    assert re.search(r"\nBcc:", mail.message(row).message().as_string()) is None
