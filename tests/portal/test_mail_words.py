"""The language of wordings, and that the original of every mail says in it exactly what its file says."""

from itertools import product

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from portal import mail_words, wordings
from portal.mail_events import EVENTS, Event, Kind, Placeholder, needed, sometimes

PLACES = (
    Placeholder("name", Kind.NAME, "x"),
    needed("url", Kind.LINK, "x"),
    sometimes("when", Kind.MOMENT, "x"),
    sometimes("late", Kind.YES_NO, "x"),
    sometimes("parts", Kind.LIST, "x"),
)
EVENT = Event("x", "x.txt", "x", PLACES)
VALUES = {"name": "{url}", "url": "U", "when": "", "late": True, "parts": ["1", "2"]}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{name} {url}", "{url} U"),  # values are never looked through again
        ("a\nat {when}\nb", "a\nb"),
        ("a\n\nat {when}\n\nb", "a\n\nb"),
        ("{late?}so\n{late!}not so", "so"),
        ("{when?}so\n{when!}not so", "not so"),
        ("{late?}{when!}both", "both"),
        ("- {parts}", "- 1\n- 2"),
        ("{parts?}Parts:\n- {parts}", "Parts:\n- 1\n- 2"),
    ],
)
def test_filling(text, filled):
    assert mail_words.fill(text, VALUES) == filled


def test_an_empty_list_takes_its_line_with_it():
    assert mail_words.fill("a\n- {parts}", VALUES | {"parts": []}) == "a"


def lines(text):
    return [line.strip() for line in text.split("\n") if line.strip()]


def cases(event):
    unsure = [place for place in event.placeholders if not place.is_always]
    samples = event.samples("ko")
    for case in product((True, False), repeat=len(unsure)):
        there = dict(zip(unsure, case, strict=True))
        yield samples | {place.name: samples[place.name] if so else place.nothing for place, so in there.items()}


class Person:
    def __init__(self, name):
        self.display_name = name


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("name", EVENTS)
def test_the_original_says_in_every_case_what_its_file_says(name, language):
    event = EVENTS[name]
    subject, body = wordings.original(name, language)
    assert mail_words.problems(event, subject, body) == ([], [])
    for values in cases(event):
        with translation.override(language):
            text = render_to_string(
                event.template, {**values, "person": Person(values.get("name"))}, using="plaintext"
            )
        own_subject, _break, own_body = text.strip().partition("\n")
        filled = wordings.filled(subject, body, values)
        assert filled[0] == own_subject.strip()
        assert lines(filled[1]) == lines(own_body)


@pytest.mark.parametrize("name", EVENTS)
def test_each_placeholder_is_used_or_belongs_to_every_mail_of_its_kind(name):
    event = EVENTS[name]
    text = " ".join(wordings.original(name, "en"))
    shared = {"name", "is_registration", "label", "program", "receipt_number", "mentor", "mentee"}
    for place in event.placeholders:
        assert "{" + place.name in text or place.name in shared, place.name
        assert str(place.about).endswith(".")


def test_a_line_in_cases_that_no_single_condition_tells_is_written_for_each():
    places = (sometimes("a", Kind.YES_NO, "x"), sometimes("b", Kind.YES_NO, "x"))

    def render(values):
        return "subject\n" + ("either\n" if values["a"] or values["b"] else "") + "end"

    subject, body = mail_words.as_wording(Event("x", "x", "x", places), render)
    assert subject == "subject"
    for a, b in product((True, False), repeat=2):
        assert ("either" in mail_words.fill(body, {"a": a, "b": b})) == (a or b)


def test_a_sample_of_each_kind():
    assert EVENT.samples("en")["parts"] == ["sample text"]
    assert EVENT.samples("ko")["late"] is True
    assert EVENT.samples("ko")["url"].endswith("/ko/my/")
