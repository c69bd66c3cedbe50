"""Text messages and Alimtalk, beside e-mail: information about what a person applied for, never advertising.

`queue` writes a row of its own beside the mail, for people who agreed to be told that way and gave their number, in
words that were approved in advance. What carries it is `settings.TEXT_BACKEND`: a class with `send(message)`, which
raises `Unreachable` where the number cannot be reached, and OSError where trying again may help. The one that comes
with the portal writes into `settings.TEXT_DIR`.

A text message is counted in the bytes of EUC-KR once its variables are filled in: up to 90 it goes as an SMS, up to
2,000 as an LMS. A longer one is not cut; it fails, where staff see it.
"""

import json
import re
import unicodedata

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from portal import audit, clock
from portal.errors import Refused
from portal.models import Channel, OutgoingMail, TextState, TextTemplate

VARIABLE = re.compile(r"#\{([^{}]*)\}")
VARIABLES = {  # what a template of a message calls the placeholders of the mail
    "이름": "name",
    "프로그램": "program",
    "기수": "label",
    "접수번호": "receipt_number",
    "기한": "deadline",
    "일시": "when",
    "이전일시": "before",
    "장소": "place",
    "접속주소": "link",
    "주소": "url",
    "문의": "contact",
}
MOST_BUTTONS = 5
MOST_CHARACTERS = {Channel.ALIMTALK: 1000, Channel.SMS: 1000}
MOST_BYTES = {"sms": 90, "lms": 2000}  # the kinds of text messages
CODING = "euc-kr"
STAND_INS = str.maketrans({"\u2012": "-", "\u2013": "-", "\u2014": "-", "\u00a0": " ", "\u202f": " "})
ADVERTISING = ("(광고)", "(ad)")
NEXT = {
    TextState.DRAFT: (TextState.ASKED,),
    TextState.ASKED: (TextState.APPROVED, TextState.REFUSED),
    TextState.APPROVED: (TextState.RETIRED,),
    TextState.REFUSED: (),
    TextState.RETIRED: (),
}
_reach = []


class Unreachable(Exception):
    """The number cannot be reached, and trying again does not help. Its text is what the carrier said."""


def number_of(function):
    """Register who can be reached how: `function` takes a person and returns (channel, number), or None."""
    _reach[:] = [function]
    return function


def reach(person):
    """The channel that a person has agreed to, and the number; None where there is none."""
    return _reach[0](person) if _reach and person is not None else None


def approved(event_name, channel):
    """The template that may be used, with a sender registered in advance; None where there is none."""
    row = TextTemplate.objects.filter(event=event_name, channel=channel, state=TextState.APPROVED).first()
    return row if row is not None and row.sender in settings.TEXT_SENDERS else None


def fill(text, values):
    """A text with its variables filled in."""
    return VARIABLE.sub(lambda match: str(values.get(VARIABLES.get(match[1], ""), "")), text)


def fill_text(text, values):
    """A text message with its variables filled in; a line of which none has a value is left out."""

    def is_told(line):
        names = VARIABLE.findall(line)
        return not names or any(values.get(VARIABLES.get(name, "")) for name in names)

    return carried(fill("\n".join(filter(is_told, text.split("\n"))), values))


def carried(text):
    """`text` in the characters of EUC-KR: others lose their accents, or a question mark stands for them."""

    def one(character):
        plain = "".join(
            part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part)
        )
        return next((some for some in (character, plain) if some and _encodes(some)), "?")

    return "".join(one(character) for character in unicodedata.normalize("NFC", text).translate(STAND_INS))


def _encodes(text):
    try:
        text.encode(CODING)
    except UnicodeEncodeError:
        return False
    return True


def size_of(text):
    """The bytes that a text message takes."""
    return len(text.encode(CODING))


def kind_of(text):
    """As what a text message goes: `sms` or `lms`; "" where it is too long for either."""
    return next((kind for kind, most in MOST_BYTES.items() if size_of(text) <= most), "")


def queue(event, mail, about):
    """Write the message that goes beside `mail`, if its person is reached that way. Returns one row or none."""
    found = reach(mail.person)
    if found is None:
        return []
    channel, number = found
    template = approved(event.name, channel)
    if template is None:
        return []
    language, values = mail.language, mail.values
    into = fill_text if channel == Channel.SMS else fill  # an Alimtalk has the lines that were approved
    row, is_new = OutgoingMail.objects.get_or_create(
        **{name: about[name] for name in ("reason", "target_type", "target_id", "person", "nonce")},
        channel=channel,
        defaults={
            "event": event.name,
            "to": number,
            "language": language,
            "subject": mail.subject,
            "body": into(getattr(template, f"body_{language}"), values),
            "values": values,
            "queued_at": mail.queued_at,
            "send_after": about["send_after"],
            "deadline_at": about["deadline_at"],
            "extras": {
                "template": template.pk,
                "code": template.code,
                "sender": template.sender,
                "buttons": [
                    {"name": button[language], "url": fill(button["url"], values)} for button in template.buttons
                ],
                "fallback": fill_text(getattr(template, f"fallback_{language}"), values),
            },
        },
    )
    return [row] if is_new else []


def may_send(mail):
    """Whether a message may still go: its person still agrees and has that number, its words are still approved."""
    template = TextTemplate.objects.filter(pk=mail.extras["template"], state=TextState.APPROVED).first()
    agreed = reach(mail.person) == (mail.channel, mail.to)
    return agreed and template is not None and template.sender in settings.TEXT_SENDERS


def send(mail):
    """Hand a message to the carrier; an Alimtalk that does not arrive goes as a text message where it has one."""
    carrier = import_string(settings.TEXT_BACKEND)()
    shared = {"id": mail.code, "to": mail.to, "sender": mail.extras["sender"], "language": mail.language}
    if mail.channel == Channel.SMS:
        carrier.send(shared | as_text(mail.body))
        return
    extras = {"template": mail.extras["code"], "buttons": mail.extras["buttons"]}
    try:
        carrier.send({**shared, "channel": mail.channel, "body": mail.body, **extras})
    except Unreachable:
        if not mail.extras["fallback"]:
            raise
        carrier.send(shared | as_text(mail.extras["fallback"]))


def as_text(body):
    """The part of a text message that says what it is; ValueError where it is too long to go uncut."""
    kind = kind_of(body)
    if not kind:
        raise ValueError(f"{size_of(body)} bytes, at most {MOST_BYTES['lms']}")
    return {"channel": str(Channel.SMS), "kind": kind, "body": body}


class FolderBackend:
    """Appends each message as a line of JSON to a file of its channel."""

    def send(self, message):
        """Write one message."""
        settings.TEXT_DIR.mkdir(parents=True, exist_ok=True)
        with (settings.TEXT_DIR / f"{message['channel']}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(message, ensure_ascii=False) + "\n")


# --- templates ------------------------------------------------------------------------------------------


def problems(text, event, channel):
    """What is wrong with a text of a template, in sentences."""
    known = [name for name, place in VARIABLES.items() if event and place in event.by_name]
    found = [
        _("There is no variable #{%(name)s}; known are: %(known)s.")
        % {"name": name, "known": ", ".join(f"#{{{one}}}" for one in known)}
        for name in VARIABLE.findall(text)
        if name not in known
    ]
    if len(text) > MOST_CHARACTERS.get(channel, 1000):
        found.append(_("At most %(most)s characters.") % {"most": MOST_CHARACTERS.get(channel, 1000)})
    elif event and channel == Channel.SMS and not kind_of(fill_text(text, event.samples("ko"))):
        found.append(_("At most %(most)s bytes once it is filled in.") % {"most": MOST_BYTES["lms"]})
    if any(word in text.lower() for word in ADVERTISING):
        found.append(_("Only information may be sent this way, no advertising."))
    return list(dict.fromkeys(found))


def next_number(event_name, channel):
    """The number of a new version."""
    rows = TextTemplate.objects.filter(event=event_name, channel=channel)
    return (rows.aggregate(last=Max("number"))["last"] or 0) + 1


@transaction.atomic
def move_template(template_id, state, *, by, code=""):
    """Write down where a template stands. An approved one takes the place of the one before it."""
    row = TextTemplate.objects.select_for_update().in_bulk([template_id])[template_id]
    if row.state == state:
        return
    if state not in NEXT[TextState(row.state)]:
        raise Refused(_("This is not possible while it is “%(state)s”.") % {"state": row.get_state_display()})
    row.code = code or row.code
    if state == TextState.APPROVED:
        if row.channel == Channel.ALIMTALK and not row.code:
            raise Refused(_("Give the code under which it was approved."))
        if row.sender not in settings.TEXT_SENDERS:
            raise Refused(_("The sender number is not registered (TEXT_SENDERS)."))
        before = TextTemplate.objects.filter(event=row.event, channel=row.channel, state=TextState.APPROVED)
        before.update(state=TextState.RETIRED, state_at=clock.now())
    before, row.state, row.state_at = row.state, state, clock.now()
    row.save(update_fields=["state", "state_at", "code"])
    audit.record("text_template.moved", target=row, by=by, before=before, after=state)
