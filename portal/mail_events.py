"""Which mails there are, and what may stand in each. Every function that queues a mail declares it right there."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a placeholder stands for."""

    NAME = "name", _("Name")
    TEXT = "text", _("Text")
    MOMENT = "moment", _("Date and time")
    LINK = "link", _("Link")
    NUMBER = "number", _("Number")
    LIST = "list", _("List")
    YES_NO = "yes_no", _("Yes or no")


SAMPLES = {
    Kind.NAME: ("김하늘", "Kim Haneul"),
    Kind.TEXT: ("견본 글", "sample text"),
    Kind.MOMENT: ("2027년 3월 2일(화) 18:00", "Tue, Mar 2, 2027, 18:00 KST"),
    Kind.NUMBER: ("3", "3"),
}
BY_NAME = dict.fromkeys(
    ("deadline", "booking"), ("2027년 3월 2일(화) 18:00까지", "by Tue, Mar 2, 2027, 18:00 KST")
) | {"when": ("2027년 3월 2일(화) 18:00~18:20", "Tue, Mar 2, 2027, 18:00–18:20 KST")}


@dataclass(frozen=True)
class Placeholder:
    """One thing that stands in a mail: its name, its kind, and a sentence that says what it is.

    A `needed` one must be in the text. One that is not `is_always` may be empty, and takes its line with it.
    """

    name: str
    kind: Kind
    about: Any
    needed: bool = False
    is_always: bool = True

    @property
    def is_list(self):
        """Whether it stands for several lines."""
        return self.kind == Kind.LIST

    @property
    def nothing(self):
        """Its value where it is empty."""
        return {Kind.LIST: [], Kind.YES_NO: False}.get(self.kind, "")

    def shaped(self, text):
        """`text` as a value of its kind."""
        return {Kind.LIST: [text], Kind.YES_NO: True}.get(self.kind, text)

    def sample(self, language):
        """A made-up value in `language`."""
        if self.kind == Kind.LINK:
            return f"{settings.SITE_URL}/{language}/my/"
        if self.name in BY_NAME:
            return BY_NAME[self.name][language != "ko"]
        ko, en = SAMPLES.get(self.kind, SAMPLES[Kind.TEXT])
        return self.shaped(ko if language == "ko" else en)


def sometimes(name, kind, about):
    """A placeholder that may be empty."""
    return Placeholder(name, kind, about, is_always=False)


def needed(name, kind, about):
    """A placeholder that every wording must hold."""
    return Placeholder(name, kind, about, needed=True)


@dataclass(frozen=True)
class Event:
    """A mail: what it is called, the file with its original wording, and its placeholders.

    `is_of_application`: its usual placeholders can be had from any application, for a preview. `text`: what a text
    message beside it says unless staff word it otherwise, in Korean and English; without one there is none.
    """

    name: str
    template: str
    title: Any
    placeholders: tuple
    is_of_application: bool = False
    text: tuple = ()

    @property
    def by_text(self):
        """Whether a text message may go beside it."""
        return bool(self.text)

    @cached_property
    def by_name(self):
        """The placeholders by their names."""
        return {place.name: place for place in self.placeholders}

    @property
    def needed(self):
        """Those that must be in the text."""
        return [place for place in self.placeholders if place.needed]

    def values(self, context, person):
        """What the placeholders are filled with: taken from what the template gets, as plain JSON."""
        found = {"site_url": settings.SITE_URL, "name": person.display_name if person else "", **context}
        return {place.name: _plain(found.get(place.name, place.nothing), place) for place in self.placeholders}

    def samples(self, language):
        """Made-up values for all of them."""
        return {place.name: place.sample(language) for place in self.placeholders} | {"site_url": settings.SITE_URL}


def _plain(value, place):
    if place.kind == Kind.YES_NO:
        return bool(value)
    if place.is_list:
        return [str(entry) for entry in value]
    return "" if value is None else str(value)


EVENTS: dict[str, Event] = {}


def event(folder, name, title, *placeholders, **more):
    """Declare the mail that the decorated function queues: its file in `folder`, its title, its placeholders."""
    EVENTS[name] = Event(name, f"{folder}/{name}.txt", title, placeholders, **more)
    return lambda function: function
