"""A browser's part in a rush: one request a connection, tried again after a lost connection or an error page."""

import asyncio
import random
import re
import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

PATIENCE = 60  # seconds in which a browser waits for an answer
RECEIPT = re.compile(r"Receipt number:?\s*(?:<[^>]*>\s*)*([A-Z0-9]+-\d{4,})")  # the message, or the page's own line
WAITLISTED = re.compile(r"Waitlisted \(no\. (\d+)\)")
CONFIRMED = "Place confirmed"
SAID = re.compile(r"<(?:title|h1)[^>]*>(.*?)</(?:title|h1)>|class=\"alert[^>]*>(.*?)</div>", re.S)
TAGS = re.compile(r"<[^>]+>")


class Lost(Exception):
    """The connection was refused, broke off or was silent for too long."""


@dataclass
class Visitor:
    """A person who is logged in and has one button to press: where it leads, and what its form holds."""

    number: int
    address: str
    form: dict
    cookies: dict
    receipt: str = ""
    waitlist_number: int | None = None
    began_at: float = 0.0
    ended_at: float = 0.0
    tries: int = 0

    @property
    def is_served(self):
        """Whether the page that the person sees at last says that the application has arrived."""
        return bool(self.receipt)


@dataclass
class Tally:
    """What all visitors met with."""

    seconds: list = field(default_factory=list)  # of each answered request
    statuses: dict = field(default_factory=dict)
    lost: int = 0
    odd: list = field(default_factory=list)

    def note(self, status, seconds):
        """One answer."""
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.seconds.append(seconds)


async def ask(port, method, path, *, cookies, form=None, file=None):
    """One request on a connection of its own: (status, headers, text). Lost where no whole answer comes.

    `file` are bytes, sent as the form's `file`.
    """
    kind, body = encoded(form, file)
    try:
        async with asyncio.timeout(PATIENCE):
            status, headers, content = await _ask(port, method, path, cookies, kind, body)
            return status, headers, content.decode(errors="replace")
    except (OSError, EOFError, TimeoutError, ValueError, IndexError) as error:
        raise Lost(repr(error)) from error


def encoded(form, file):
    """(the type of the content, the content) of a form, with a file or without one."""
    if form is None:
        return "", b""
    if file is None:
        return "application/x-www-form-urlencoded", urlencode(form).encode()
    edge = secrets.token_hex(16)
    head = f'--{edge}\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n'
    parts = [(head % (name, "") + value + "\r\n").encode() for name, value in form.items()]
    parts += [(head % ("file", '; filename="script.pdf"')).encode(), file, f"\r\n--{edge}--\r\n".encode()]
    return f"multipart/form-data; boundary={edge}", b"".join(parts)


async def _ask(port, method, path, cookies, kind, body):
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close"]
    lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in cookies.items()))
    if kind:
        lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()
        answer = await reader.read(-1)
    finally:
        writer.close()
    head, _, rest = answer.partition(b"\r\n\r\n")
    first, *others = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in others)}
    if len(rest) < int(headers.get("content-length", 0)):
        raise EOFError("The answer breaks off.")
    return int(first.split()[1]), headers, rest


async def press(port, visitor, tally, *, give_up_at):
    """Press the button until a page says that it worked, as people do; the visitor holds what that page says."""
    visitor.began_at = time.monotonic()
    while not visitor.is_served and time.monotonic() < give_up_at:
        visitor.tries += 1
        try:
            await _press_once(port, visitor, tally)
        except Lost:
            tally.lost += 1
        if not visitor.is_served:
            await asyncio.sleep(random.uniform(0.5, 2.5))
    visitor.ended_at = time.monotonic()


async def _press_once(port, visitor, tally):
    at = time.monotonic()
    status, headers, text = await ask(port, "POST", visitor.address, cookies=visitor.cookies, form=visitor.form)
    tally.note(status, time.monotonic() - at)
    if status == 302:
        at = time.monotonic()
        address = urlsplit(headers["location"]).path
        status, headers, text = await ask(port, "GET", address, cookies=visitor.cookies)
        tally.note(status, time.monotonic() - at)
    if status >= 500:
        return
    found = RECEIPT.search(text)
    waits = WAITLISTED.search(text)
    if status != 200 or found is None or (waits is None and CONFIRMED not in text):
        says = " | ".join(
            " ".join(TAGS.sub(" ", part).split()) for found in SAID.findall(text) for part in found if part
        )
        tally.odd.append(f"visitor {visitor.number}: {status} {headers.get('location', '')} {says}".rstrip())
        return
    visitor.receipt = found[1]
    visitor.waitlist_number = int(waits[1]) if waits else None


async def rush(port, visitors, tally, *, seconds, patience):
    """All visitors press their buttons, at moments spread at random over `seconds`."""
    began_at = time.monotonic()

    async def come(visitor, after):
        await asyncio.sleep(after)
        await press(port, visitor, tally, give_up_at=began_at + seconds + patience)

    await asyncio.gather(*(come(visitor, random.uniform(0, seconds)) for visitor in visitors))
