"""Text messages and Alimtalk: to people who agreed, in approved words, beside the mail and once."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Profile
from portal import channels, clock, mail
from portal.errors import Refused
from portal.models import AuditEvent, Channel, MailStatus, OutgoingMail, TextTemplate
from programs import emails
from programs.models.applications import Application, Offer, StateChange
from tests import make

pytestmark = pytest.mark.django_db
SENDER = "+82212345678"
PHONE = "+821012345678"
BODY = "#{이름} 님, #{프로그램} #{기수} 참여를 #{기한} 확정해 주십시오. #{주소}"
SEEN = []


@pytest.fixture(autouse=True)
def own(settings, tmp_path):
    settings.TEXT_SENDERS = [SENDER]
    settings.TEXT_DIR = tmp_path / "sms"
    SEEN.clear()


def template(event="offered", channel="alimtalk", state="approved", **fields):
    defaults = {
        "code": "GC-1",
        "sender": SENDER,
        "body_ko": BODY,
        "body_en": "Please confirm, #{이름}: #{주소}",
        "buttons": [{"ko": "확정하기", "en": "Confirm", "url": "#{주소}"}],
        "fallback_ko": "참여 확정: #{주소}",
    }
    number = channels.next_number(event, channel)
    return TextTemplate.objects.create(
        event=event, channel=channel, state=state, number=number, **(defaults | fields)
    )


def reached(channel="alimtalk", phone=PHONE, language="ko"):
    person = make.make_user(language=language)
    Profile.objects.create(user=person, phone=phone, told_by=channel)
    return person


def offer_to(person):
    application = make.make_application(None, person, status="offered")
    return Offer.objects.create(application=application, kind="first", expires_at=application.answer_by)


def text():
    return OutgoingMail.objects.exclude(channel="email").get()


def written(settings, channel="alimtalk"):
    path = settings.TEXT_DIR / f"{channel}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def test_an_offer_is_told_by_alimtalk_too_once(settings):
    template()
    person = reached()
    offer = offer_to(person)
    assert emails.offered(offer).channel == "email"
    emails.offered(offer)
    assert OutgoingMail.objects.count() == 2
    assert mail.deliver_waiting() == 2
    (message,) = written(settings)
    url = f"http://localhost:8000/ko/applications/{offer.application.code}/"
    assert message == {
        "id": text().code,
        "to": PHONE,
        "sender": SENDER,
        "language": "ko",
        "channel": "alimtalk",
        "body": text().body,
        "template": "GC-1",
        "buttons": [{"name": "확정하기", "url": url}],
    }
    assert message["body"].startswith(f"{person.full_name} 님, ")
    assert "까지 확정해" in message["body"]
    assert url in message["body"]
    assert mail.deliver_waiting() == 0


@pytest.mark.parametrize("event", ["offered", "promoted", "offer_expiring", "changes_requested"])
def test_what_is_told_by_phone(event):
    template(event)
    person = reached()
    if event == "changes_requested":
        application = make.make_application(None, person, status="changes_requested", changes_note="1")
        change = StateChange.objects.create(
            application=application, from_status="submitted", to_status="changes_requested"
        )
        emails.changes_requested(change)
    else:
        offer = offer_to(person)
        if event == "promoted":
            offer.application.waitlist_number = 1
        (emails.offer_expiring if event == "offer_expiring" else emails.offered)(offer)
    assert text().event == event


@pytest.mark.parametrize(
    "case", ["no wish", "no phone", "no profile", "no template", "draft", "other channel", "sender", "blocked"]
)
def test_nobody_else_and_nothing_else(case, settings):
    if case != "no template":
        template(
            state="asked" if case == "draft" else "approved",
            channel="sms" if case == "other channel" else "alimtalk",
        )
    if case == "sender":
        settings.TEXT_SENDERS = []
    person = reached("" if case == "no wish" else "alimtalk", "" if case == "no phone" else PHONE)
    if case == "no profile":
        Profile.objects.all().delete()
    if case == "blocked":
        person.is_active = False
        person.save()
    emails.offered(offer_to(person))
    assert [row.channel for row in OutgoingMail.objects.all()] == ["email"]


def test_other_mails_are_not_told_by_phone():
    template("received")
    application = make.make_application(None, reached(), status="submitted")
    emails.received(StateChange.objects.create(application=application, from_status="draft", to_status="submitted"))
    assert [row.channel for row in OutgoingMail.objects.all()] == ["email"]


@pytest.mark.parametrize("what", ["wish", "number", "template", "sender", "offer"])
def test_what_does_not_hold_any_more_is_dropped(what, settings):
    template()
    person = reached()
    emails.offered(offer_to(person))
    if what == "wish":
        Profile.objects.update(told_by="sms")
    elif what == "number":
        Profile.objects.update(phone="+821099999999")
    elif what == "template":
        TextTemplate.objects.update(state="retired")
    elif what == "sender":
        settings.TEXT_SENDERS = []
    else:
        Application.objects.update(status="declined", answer_by=None)
    mail.deliver(text().pk)
    assert text().status == MailStatus.DROPPED
    assert written(settings) == []


def test_held_back_like_mail(settings):
    settings.DEMO_NOW = clock.now()
    settings.MAIL_HOLD_SECONDS = 60
    template()
    emails.offered(offer_to(reached()))
    assert mail.deliver_waiting() == 0
    settings.DEMO_NOW += timedelta(seconds=60)
    assert mail.deliver_waiting() == 2


class Carrier:
    """Reaches nobody by Alimtalk."""

    def send(self, message):
        SEEN.append(message)
        if message["channel"] == "alimtalk" or "00000000" in message["to"]:
            raise channels.Unreachable("no such friend")


class Down:
    """Is not there."""

    def send(self, message):
        raise OSError("no line")


def test_where_alimtalk_does_not_arrive_a_text_message_goes(settings):
    settings.TEXT_BACKEND = f"{__name__}.Carrier"
    template()
    emails.offered(offer_to(reached()))
    assert mail.deliver(text().pk) == 1
    assert [message["channel"] for message in SEEN] == ["alimtalk", "sms"]
    assert SEEN[1]["body"].startswith("참여 확정: http://localhost:8000/ko/applications/")


def test_without_one_it_has_come_back(settings):
    settings.TEXT_BACKEND = f"{__name__}.Carrier"
    template(fallback_ko="")
    emails.offered(offer_to(reached()))
    assert mail.deliver(text().pk) == 0
    assert (text().status, text().error) == (MailStatus.BOUNCED, "no such friend")


def test_a_carrier_that_is_down_is_tried_again(settings):
    settings.TEXT_BACKEND = f"{__name__}.Down"
    template(channel="sms")
    emails.offered(offer_to(reached("sms")))
    assert mail.deliver(text().pk) == 0
    assert (text().status, text().error, text().attempts) == (MailStatus.WAITING, "no line", 1)


def test_in_the_persons_language_and_to_be_read_again(settings, client):
    template(channel="sms")
    person = reached("sms", language="en")
    emails.offered(offer_to(person))
    client.force_login(person)
    with override("en"):
        assert client.get(reverse("my-mail")).context["mails"] == []
        mail.deliver_waiting()
        assert text().body.startswith("Please confirm, ")
        assert "buttons" not in written(settings, "sms")[0]
        rows = client.get(reverse("my-mail")).context["mails"]
    assert {row["to"] for row in rows} == {person.email, PHONE}


def test_without_anybody_registered_nobody_is_reached(monkeypatch):
    monkeypatch.setattr(channels, "_reach", [])
    assert channels.reach(make.make_user()) is None
    assert channels.reach(None) is None


# --- templates ------------------------------------------------------------------------------------------------


def test_a_template_goes_from_draft_to_approved_and_takes_the_place_of_the_last():
    boss = make.make_admin()
    old = template()
    new = template(state="draft", code="")
    with pytest.raises(Refused):
        channels.move_template(new.pk, "approved", by=boss)
    channels.move_template(new.pk, "asked", by=boss)
    channels.move_template(new.pk, "asked", by=boss)
    with pytest.raises(Refused):
        channels.move_template(new.pk, "approved", by=boss)  # without its code
    channels.move_template(new.pk, "approved", by=boss, code="GC-2")
    assert channels.approved("offered", "alimtalk").code == "GC-2"
    old.refresh_from_db()
    assert old.state == "retired"
    assert AuditEvent.objects.filter(verb="text_template.moved").count() == 2


def test_a_sender_that_is_not_registered_is_not_approved(settings):
    row = template(state="asked")
    settings.TEXT_SENDERS = []
    with pytest.raises(Refused):
        channels.move_template(row.pk, "approved", by=make.make_admin())


FORM = {
    "event": "offered",
    "channel": "alimtalk",
    "sender": "02-1234-5678",
    "code": "",
    "body_ko": BODY,
    "body_en": "Please confirm: #{주소}",
    "buttons": "확정하기 | Confirm | #{주소}\n\n안내 | More | https://example.com/",
    "fallback_ko": "",
    "fallback_en": "",
}
ADD = "admin:portal_texttemplate_add"


@pytest.fixture
def boss(client):
    person = make.make_admin(language="en")
    client.force_login(person)
    return person


def test_staff_write_templates_and_move_them_on(client, boss):
    client.post(reverse(ADD), FORM)
    client.post(reverse(ADD), FORM)
    first, second = TextTemplate.objects.order_by("number")
    assert (first.number, second.number, first.sender) == (1, 2, SENDER)
    assert [button["en"] for button in first.buttons] == ["Confirm", "More"]
    change = reverse("admin:portal_texttemplate_change", args=[first.pk])
    assert "확정하기 | Confirm | #{주소}" in client.get(change).text
    client.post(change, FORM | {"body_en": "Confirm: #{주소}"})
    assert TextTemplate.objects.get(pk=first.pk).body_en == "Confirm: #{주소}"
    listing = reverse("admin:portal_texttemplate_changelist")
    for deed, data in (("ask_template", {}), ("approve_template", {"code": "GC-9"})):
        chosen = {"action": deed, "_selected_action": [first.pk]}
        client.post(listing, chosen)
        client.post(listing, chosen | {"confirm": "yes"} | data)
    first.refresh_from_db()
    assert (first.state, first.code) == ("approved", "GC-9")
    page = client.get(listing).text
    assert "Offer with the results · Alimtalk (KakaoTalk) · 1" in page
    client.post(change, FORM | {"body_en": "Changed: #{주소}"})
    first.refresh_from_db()
    assert first.body_en == "Confirm: #{주소}"  # approved words stay
    refused = client.post(listing, {"action": "refuse_template", "_selected_action": [first.pk]}).text
    assert "This is not possible while it is “Approved”." in refused


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("body_ko", "#{없는말}", "There is no variable #{없는말}"),
        ("body_en", "(AD) now", "no advertising"),
        ("body_ko", "(광고) 지금", "no advertising"),
        ("body_ko", "가" * 1001, "At most 1000 characters."),
        ("fallback_en", "#{nothing}", "There is no variable"),
        ("buttons", "\n".join(["a | b | #{주소}"] * 6), "At most five buttons."),
        ("buttons", "a | b", "Write each button as"),
        ("buttons", f"{'a' * 15} | b | #{{주소}}", "Write each button as"),
        ("buttons", "a | b | http://example.com/", "or begins with https://"),
        ("sender", "12", "phone number"),
        ("event", "received", "not one of the available choices"),
    ],
)
def test_what_is_wrong_with_a_template_is_said_at_its_field(client, boss, field, value, words):
    form = client.post(reverse(ADD), FORM | {field: value}).context["adminform"].form
    assert any(words in error for error in form.errors[field]), form.errors
    assert not TextTemplate.objects.exists()


def test_managers_find_no_templates(client):
    row = template()
    client.force_login(make.make_manager(make.make_cohort()))
    for address in (reverse(ADD), reverse("admin:portal_texttemplate_change", args=[row.pk])):
        assert client.get(address).status_code == 404


# --- who is told ------------------------------------------------------------------------------------------------


def test_nobody_is_told_by_phone_unless_they_say_so_and_give_a_number(client):
    person = make.make_user()
    client.force_login(person)
    with override("en"):
        address = reverse("profile")
        form = client.get(address).context["form"]
        assert form["told_by"].value() == ""
        data = {
            "full_name": person.full_name, "romanized_name": person.romanized_name, "language": "ko",
            "time_zone": "Asia/Seoul", "told_by": "sms",
        }  # fmt: skip
        errors = client.post(address, data).context["form"].errors
        assert "told_by" not in errors
        assert errors["phone"]
        client.post(address, data | {"phone": "010-1234-5678"})
        assert channels.reach(person) == (Channel.SMS, PHONE)
        assert client.get(address).context["form"]["told_by"].value() == "sms"
        client.post(address, data | {"phone": "010-1234-5678", "told_by": ""})
    assert channels.reach(person) is None
