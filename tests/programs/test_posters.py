"""Posters are a pure function of slug and kind: the same for ever, small, and safe under a strict policy."""

import hashlib
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs import posters

SLUGS = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+){0,6}", fullmatch=True)
KINDS = st.sampled_from(sorted(posters.FIGURES))
SHAPES = {"svg", "g", "rect", "circle", "path", "clipPath"}
SVG = "{http://www.w3.org/2000/svg}"


def test_a_poster_never_changes():
    drawn = {kind: digest(posters.poster("reboot-camp", kind)) for kind in posters.FIGURES}
    assert drawn == {
        "course": "79808019851d",
        "masterclass": "5ce6f5fe4838",
        "internship": "05b9c21cba70",
        "networking": "8b4bfb855b01",
        "talk": "802717afa3e4",
        "workshop": "085252f5533e",
        "exchange": "120ff553161e",
    }


@given(slug=SLUGS, kind=KINDS)
def test_every_poster_is_small_and_holds_shapes_alone(slug, kind):
    text = posters.poster(slug, kind)
    assert text == posters.poster(slug, kind)
    assert len(text.encode()) < 4096
    root = ElementTree.fromstring(text)  # noqa: S314  our own text
    assert root.get("viewBox") == "0 0 800 960"
    elements = list(root.iter())
    assert {element.tag.removeprefix(SVG) for element in elements} <= SHAPES
    assert not [name for element in elements for name in element.attrib if name == "style" or name.startswith("on")]
    assert not [element.text for element in elements if (element.text or "").strip()]


@given(slug=SLUGS, kind=KINDS)
def test_the_caption_can_be_read_on_its_ground(slug, kind):
    inks = posters.inks(slug, kind)
    caption = {"ink": posters.BLACK, "paper": posters.PAPER}[posters.caption_tone(slug, kind)]
    assert contrast(caption, inks.ground) >= 4.5


@given(slug=SLUGS, kind=KINDS)
def test_names_within_a_poster_are_used_and_defined(slug, kind):
    root = ElementTree.fromstring(posters.poster(slug, kind))  # noqa: S314  our own text
    defined = {element.get("id") for element in root.iter(f"{SVG}clipPath")}
    used = {element.get("clip-path")[5:-1] for element in root.iter() if element.get("clip-path")}
    assert used == defined


def test_slugs_of_one_kind_differ():
    drawn = {posters.poster(f"program-{number}", "course") for number in range(200)}
    assert len(drawn) == 200


def test_an_unknown_kind_is_refused():
    with pytest.raises(KeyError):
        posters.poster("reboot-camp", "seminar")


def digest(text):
    """The beginning of a text's SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def contrast(one, other):
    """The WCAG contrast of two colors."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color):
    """The relative luminance of `#rrggbb`."""
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
