"""Posters for the catalog: a pure function of a program's slug and kind.

A sheet of eight by eight squares carries the figure; below it a band in the same ground waits for the
caption that the page sets over it. The kind chooses the figure, the slug chooses inks, proportions and
direction, and the slug's first byte stands as eight marks at the foot, like the code on the edge of a film.
The bits come from SHA-256, so a poster is the same on every machine and for ever; do not change the salt of
`inks`. Flat fills alone, no text, no style attribute: right under a strict policy, and below 4 KB.
"""

import hashlib
from math import cos, pi, radians, sin
from typing import NamedTuple

UNIT = 100
SHEET = 8 * UNIT
BAND = 160
MIDDLE = SHEET // 2
BLACK, PAPER = "#15161A", "#EFEADF"
BLUE, RED, GOLD = "#1B46CF", "#E5492C", "#F2B532"
PINE, MIST, BLUSH = "#0D5749", "#A8CEC5", "#F4BBAA"


class Inks(NamedTuple):
    """Four flat colors, and which of black and paper can be read on the ground."""

    ground: str
    first: str
    second: str
    third: str
    tone: str


INK_SETS = (
    Inks(BLACK, RED, PAPER, GOLD, "paper"),
    Inks(PAPER, BLUE, BLACK, RED, "ink"),
    Inks(BLUE, PAPER, GOLD, BLACK, "paper"),
    Inks(GOLD, BLACK, RED, PAPER, "ink"),
    Inks(PINE, BLUSH, PAPER, GOLD, "paper"),
    Inks(RED, PAPER, BLACK, BLUSH, "ink"),
    Inks(MIST, PINE, BLACK, RED, "ink"),
    Inks(BLUSH, BLUE, RED, BLACK, "ink"),
    Inks(BLACK, MIST, BLUE, PAPER, "paper"),
    Inks(PAPER, PINE, GOLD, BLACK, "ink"),
)


class Choices:
    """Small decisions, one after another, read from the digest of a text."""

    def __init__(self, text):
        self.rest = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")

    def below(self, limit):
        """A whole number from 0 up to, not including, `limit`."""
        self.rest, choice = divmod(self.rest, limit)
        return choice

    def one_of(self, *options):
        """One of `options`."""
        return options[self.below(len(options))]


# --- drawing ---------------------------------------------------------------------------------------


def _number(value):
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _disc(x, y, radius, fill, clip=""):
    clip = f' clip-path="url(#{clip})"' if clip else ""
    return f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{_number(radius)}" fill="{fill}"{clip}/>'


def _ring(x, y, radius, width, stroke):
    return (
        f'<circle cx="{x}" cy="{y}" r="{_number(radius)}" fill="none" stroke="{stroke}" '
        f'stroke-width="{_number(width)}"/>'
    )


def _box(x, y, width, height, fill, turn=None):
    turn = "" if turn is None else f' transform="rotate({turn} {MIDDLE} {MIDDLE})"'
    return (
        f'<rect x="{_number(x)}" y="{_number(y)}" width="{_number(width)}" height="{_number(height)}" '
        f'fill="{fill}"{turn}/>'
    )


def _clip(name, shape):
    return f'<clipPath id="{name}">{shape}</clipPath>'


# --- seven kinds, seven figures ------------------------------------------------------------------------


def _course(choose, inks):
    """Lessons: sixteen tiles of quarter and half discs."""
    side = 2 * UNIT
    accent = choose.below(16)
    parts = []
    for place in range(16):
        left, top = place % 4 * side, place // 4 * side
        form, fill, corner = choose.below(5), choose.one_of(inks.first, inks.first, inks.second), choose.below(4)
        at_right, at_foot = corner % 2, corner // 2
        x, y = left + at_right * side, top + at_foot * side
        if place == accent:
            parts.append(_disc(left + UNIT, top + UNIT, UNIT, inks.third))
            continue
        if form < 3:  # a quarter disc round one corner
            across, along = left + (1 - at_right) * side, top + (1 - at_foot) * side
            path = f"M{x} {y}H{across}A{side} {side} 0 0 {int(at_right == at_foot)} {x} {along}Z"
        elif form == 3:  # half a disc on the upper or lower edge
            path = f"M{left} {y}A{UNIT} {UNIT} 0 0 {at_foot} {left + side} {y}Z"
        else:  # an empty tile
            continue
        # The stroke closes the seam between neighbors.
        parts.append(f'<path d="{path}" fill="{fill}" stroke="{fill}" stroke-width="1"/>')
    return parts


def _masterclass(choose, inks):
    """One light: a great disc in eclipse above a horizon."""
    radius = 3 * UNIT + choose.below(4) * 15
    angle = radians(choose.below(12) * 30 + 15)
    shift = radius * (0.34 + choose.below(4) * 0.06)
    horizon = MIDDLE + choose.one_of(1, 1.5, 2) * UNIT
    x, y = MIDDLE + cos(angle) * shift, MIDDLE + sin(angle) * shift
    return [
        _box(0, horizon, SHEET, SHEET - horizon, inks.second),
        _disc(MIDDLE, MIDDLE, radius, inks.first),
        _clip("h", f'<rect y="{_number(horizon)}" width="{SHEET}" height="{SHEET}"/>'),
        _clip("k", f'<rect width="{SHEET}" height="{_number(horizon)}"/>'),
        _disc(x, y, radius * 0.72, inks.ground, "k"),
        _disc(x, y, radius * 0.72, inks.second, "h"),
        _disc(MIDDLE + cos(angle) * shift * 1.25, MIDDLE + sin(angle) * shift * 1.25, UNIT * 0.6, inks.third),
    ]


def _internship(choose, inks):
    """A way up: steps, and someone on one of them."""
    count = choose.one_of(4, 5, 8)
    width, rise = SHEET / count, choose.one_of(80, 90, 100) * 5 / count * 1.1
    leftward = choose.below(2)
    standing = count // 2 + choose.below(max(1, count // 3))
    parts = []
    for step in range(count):
        height = 2.2 * UNIT + rise * step
        x = SHEET - (step + 1) * width if leftward else step * width
        parts.append(_box(x, SHEET - height, width, height, inks.second if step % 2 else inks.first))
        if step == standing:
            radius = min(width / 2, UNIT * 0.9)
            parts.append(_disc(x + width / 2, SHEET - height - radius, radius, inks.third))
    return parts


def _networking(choose, inks):
    """A round table: discs in a ring, and a third color where two of them meet."""
    count = choose.one_of(5, 6, 7, 8)
    turn = radians(choose.below(6) * 10)
    radius = 2.1 * UNIT * sin(pi / count) * choose.one_of(1.28, 1.4, 1.5)
    reach = 2.1 * UNIT * 1.12
    if radius > 1.5 * UNIT:
        reach = min(reach, 3.7 * UNIT - radius)
    seats = [
        (MIDDLE + reach * cos(turn + 2 * pi * seat / count), MIDDLE + reach * sin(turn + 2 * pi * seat / count))
        for seat in range(count)
    ]
    two_inks = count % 2 == 0
    parts = [
        _disc(x, y, radius, inks.second if two_inks and seat % 2 else inks.first)
        for seat, (x, y) in enumerate(seats)
    ]
    for seat, (x, y) in enumerate(seats):
        parts.append(_clip(f"n{seat}", f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{_number(radius)}"/>'))
    for seat in range(count):
        parts.append(_disc(*seats[(seat + 1) % count], radius, inks.third, f"n{seat}"))
    if not two_inks:
        parts.append(_disc(MIDDLE, MIDDLE, UNIT * 0.55, inks.second))
    return parts


def _talk(choose, inks):
    """A voice: rings that leave one corner and cross the room."""
    corner = choose.below(4)
    x, y = corner % 2 * SHEET, corner // 2 * SHEET
    first, width = choose.one_of(1.6, 2, 2.4) * UNIT, choose.one_of(0.6, 0.8, 1) * UNIT
    radii, radius = [], first
    while radius < 9 * UNIT:
        radii.append(radius)
        radius += width * 1.9
    second_at = choose.rest % 3
    parts = [
        _ring(x, y, radii[ring], width, inks.second if ring % 3 == second_at else inks.first)
        for ring in reversed(range(len(radii)))
    ]
    parts.append(_disc(x, y, first - width * 1.3 if first > width * 2 else UNIT, inks.third))
    inward = 1.4 * UNIT
    parts.append(
        _disc(
            SHEET - x + (inward if x else -inward), SHEET - y + (inward if y else -inward), UNIT * 0.8, inks.third
        )
    )
    return parts


def _workshop(choose, inks):
    """Framing: four picture formats turned round one point."""
    turn, way = choose.one_of(7, 11, 15, 20), choose.one_of(1, -1)
    start = choose.below(4) * 9 * way
    formats = ((7.6, 5.7), (6.6, 3.6), (4.6, 2.5), (2.4, 1.3))
    parts = []
    for place, fill in enumerate((inks.first, inks.ground, inks.second, inks.third)):
        width, height = formats[place][0] * UNIT * 0.94, formats[place][1] * UNIT * 1.06
        parts.append(_box(MIDDLE - width / 2, MIDDLE - height / 2, width, height, fill, start + way * turn * place))
    return parts


def _exchange(choose, inks):
    """Two sides: a pair of discs woven through each other, line by line."""
    count = choose.one_of(10, 16, 20)
    apart = choose.one_of(0.8, 1, 1.2) * UNIT
    height = SHEET / count

    def lines(first):
        return "".join(
            f"M0 {_number(line * height)}H{SHEET}V{_number((line + 1) * height)}H0Z"
            for line in range(first, count, 2)
        )

    return [
        _clip("e", f'<path d="{lines(0)}"/>'),
        _clip("o", f'<path d="{lines(1)}"/>'),
        _disc(MIDDLE - apart, MIDDLE, 2.9 * UNIT, inks.first, "e"),
        _disc(MIDDLE + apart, MIDDLE, 2.9 * UNIT, inks.second, "o"),
        _disc(MIDDLE, MIDDLE, UNIT * 0.8, inks.third),
    ]


FIGURES = {
    "course": _course,
    "masterclass": _masterclass,
    "internship": _internship,
    "networking": _networking,
    "talk": _talk,
    "workshop": _workshop,
    "exchange": _exchange,
}

# --- the sheet ------------------------------------------------------------------------------------------


def inks(slug, kind):
    """The ink set of a program."""
    return Choices(f"inks2406:{kind}:{slug}").one_of(*INK_SETS)


def caption_tone(slug, kind):
    """`ink` or `paper`: what the caption over the poster's band is set in."""
    return inks(slug, kind).tone


def _edge_code(slug, fill):
    """Eight marks at the foot: the first byte of the slug's digest."""
    byte = hashlib.sha256(slug.encode()).digest()[0]
    marks = []
    for bit in range(8):
        height = 44 if byte >> bit & 1 else 14
        marks.append(_box(SHEET - 58 - bit * 24, SHEET + (BAND - height) / 2, 14, height, fill))
    return marks


def poster(slug, kind):
    """The poster as SVG text, 800 wide and 960 high."""
    colors = inks(slug, kind)
    figure = "".join(FIGURES[kind](Choices(f"{kind}:{slug}"), colors))
    foot = "".join(_edge_code(slug, BLACK if colors.tone == "ink" else PAPER))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SHEET} {SHEET + BAND}" role="presentation">'
        f'<rect width="{SHEET}" height="{SHEET + BAND}" fill="{colors.ground}"/>'
        + _clip("s", f'<rect width="{SHEET}" height="{SHEET}"/>')
        + f'<g clip-path="url(#s)">{figure}</g>{foot}</svg>\n'
    )
