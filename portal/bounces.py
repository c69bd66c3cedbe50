"""Mail that came back: reads a delivery status notification (RFC 3464) and finds the mail that it speaks of."""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default

from portal import mailroom
from portal.models import OutgoingMail
from portal.validators import clean_text

OUR_ID = re.compile(r"<portal\.([A-Za-z0-9]{8,20})@")
MOST_BYTES = 5_000_000


class Unreadable(Exception):
    """The message is no notification about a mail of ours. Its text says why, for an operator."""


@dataclass(frozen=True)
class Bounce:
    """What a notification says: which mail, to whom, whether for good, in the server's words."""

    code: str
    number: int
    recipient: str
    failed: bool
    words: str


def read(data):
    """The Bounce in the bytes of a message. Raises Unreadable."""
    if len(data) > MOST_BYTES:
        raise Unreadable("The message is too large.")
    report = message_from_bytes(data, policy=default)
    status = next((part for part in report.walk() if part.get_content_type() == "message/delivery-status"), None)
    if status is None:
        raise Unreadable("The message holds no delivery status (RFC 3464).")
    blocks = [block for block in status.get_payload() if block.get("Action")]
    if not blocks:
        raise Unreadable("The delivery status names no recipient.")
    block = next((block for block in blocks if _says(block, "Action") == "failed"), blocks[0])
    sent = _sent(report)
    code = OUR_ID.search(str(sent.get("Message-ID", "")))
    number = str(sent.get("X-Portal-Mail", "")).strip()
    return Bounce(
        code=code[1] if code else "",
        number=int(number) if number.isdecimal() and len(number) < 18 else 0,
        recipient=str(block.get("Final-Recipient", "")).rpartition(";")[2].strip(),
        failed=_says(block, "Action") == "failed",
        words=clean_text(
            f"{block.get('Status', '')} {str(block.get('Diagnostic-Code', '')).partition(';')[2]}", multiline=False
        )[:300],
    )


def _says(block, name):
    return str(block.get(name, "")).strip().lower()


def _sent(report):
    """The headers of the mail that came back."""
    for part in report.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822":
            return part.get_payload(0)
        if kind == "text/rfc822-headers":
            return message_from_bytes(part.get_payload(decode=True), policy=default)
    raise Unreadable("The message holds nothing of the mail that came back.")


def find(bounce):
    """The mail that came back. Nobody can guess its Message-ID; its number alone counts for its own address."""
    if bounce.code:
        row = OutgoingMail.objects.filter(code=bounce.code).first()
    else:
        row = OutgoingMail.objects.filter(pk=bounce.number, to__iexact=bounce.recipient).exclude(to="").first()
    if row is None:
        raise Unreadable("No mail of this portal has that Message-ID.")
    return row


def take(data):
    """Mark the mail that a notification speaks of. Returns (the mail, whether it was marked)."""
    bounce = read(data)
    row = find(bounce)
    return row, bounce.failed and mailroom.bounced(row.pk, bounce.words)
