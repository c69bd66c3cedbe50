"""Pieces of a picture: shapes, hatching, text that is known to fit.

A color is a class that the style sheet knows, with the same color of the light theme as an attribute for where
there is no style sheet. The font is an attribute too, so that a picture can be read anywhere.
"""

from dataclasses import dataclass

from django.utils.html import format_html, format_html_join

FONT = "Noto Sans KR"  # of documents (portal/pdf.py)
TEXT, SMALL = 15, 13  # sizes of letters
LINE, SMALL_LINE = 20, 17  # from one line of text to the next
COLORS = {  # the light side of static/css/tokens.css
    "paper": "#f5f3ee",
    "ink": "#17181b",
    "ink-soft": "#55565b",
    "paper-deep": "#ebe8e0",
    "hairline": "#d3cec2",
    "edge": "#77746c",
    "bad": "#a3221b",
    "step-5": "#12319a",
    "step-4": "#506ed2",
    "step-3": "#a9a69c",
    "step-2": "#d08a3c",
    "step-1": "#a3221b",
    "on-step-5": "#ffffff",
    "on-step-4": "#ffffff",
    "on-step-3": "#17181b",
    "on-step-2": "#17181b",
    "on-step-1": "#ffffff",
}
LOOKS = {  # each class with what it is painted with
    **{f"s{step}": {"fill": f"step-{step}"} for step in range(1, 6)},
    "s2": {"fill": "step-2", "stroke": "edge"},
    "s3": {"fill": "step-3", "stroke": "edge"},
    **{f"on{step}": {"fill": f"on-step-{step}", "stroke": f"step-{step}"} for step in range(1, 6)},
    **{f"over{step}": {"stroke": f"on-step-{step}"} for step in (1, 2)},
    "ink": {"fill": "ink"},
    "soft": {"fill": "ink-soft"},
    "track": {"fill": "paper-deep"},
    "miss": {"fill": "bad"},
    "gap": {"stroke": "bad"},
    "hatch": {"stroke": "edge"},
    "grid": {"stroke": "hairline"},
    "axis": {"stroke": "edge"},
    "sign": {"stroke": "ink", "fill": "ink"},
    "goal": {"fill": "ink", "stroke": "paper"},  # the border sets it off from the bar that it crosses
    "r1": {"stroke": "step-5", "fill": "step-5"},
    "r2": {"stroke": "bad", "fill": "bad"},
    "r3": {"stroke": "step-4", "fill": "step-4"},
    "r4": {"stroke": "ink-soft", "fill": "ink-soft"},
}
HATCHED = {1: "M3 0V6", 2: "M2 3h2"}  # what lies over the two lowest steps, which gray would not tell apart


@dataclass(frozen=True)
class Sheet:
    """How wide a picture is, and what it is called in the style sheet."""

    look: str
    width: int
    is_narrow: bool


WIDE = Sheet("chart--wide", 860, False)
NARROW = Sheet("chart--narrow", 360, True)
SHEETS = (WIDE, NARROW)


# --- text -------------------------------------------------------------------------------------------------------


def letter_width(letter):
    """About how wide a letter is, as a part of its size; rather too wide than too narrow."""
    if letter > "ᄀ" and not "\u2000" <= letter <= "\u206f":
        return 0.95
    if letter in "iljtfrI.,:;'|!()[] ·":
        return 0.4
    if letter in "mwMW%…—@&":
        return 0.98
    return 0.72 if letter.isupper() else 0.62


def width_of(text, size=TEXT):
    """About how many pixels a text takes."""
    return sum(map(letter_width, text)) * size


def cut(line, room, size=TEXT):
    """A line that is not longer than `room` pixels."""
    if width_of(line, size) <= room:
        return line
    while line and width_of(f"{line}…", size) > room:
        line = line[:-1]
    return f"{line.rstrip()}…"


def wrapped(text, room, size=TEXT, most=2):
    """A label in lines that fit into `room` pixels; where they are more than `most` the last one is cut."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width_of(longer, size) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    if len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return [cut(line, room, size) for line in lines]


# --- shapes -----------------------------------------------------------------------------------------------------


def at(number):
    """A place in a picture, to a tenth of a pixel."""
    return f"{round(number, 1):g}"


def attributes(pairs):
    """`name="value"` for each pair."""
    return format_html_join("", ' {}="{}"', pairs)


def painted(look):
    """A class with its colors."""
    return [("class", look), *((name, COLORS[token]) for name, token in LOOKS[look].items())]


class Drawing:
    """A picture that grows; what is drawn first lies below."""

    def __init__(self, name, sheet):
        self.name = f"{name}-{sheet.look}"
        self.sheet = sheet
        self.pieces = []

    def add(self, tag, *pairs):
        """An element without contents."""
        self.pieces.append(format_html("<{}{}/>", tag, attributes(pairs)))

    def rect(self, look, x, y, width, height, *more):
        """A bar, which ends where it is told to, also where it has a border."""
        places = zip(("x", "y", "width", "height"), map(at, (x, y, width, height)), strict=True)
        self.add("rect", *painted(look), *places, *more)

    def part(self, step, x, y, width, height):
        """A part of a whole. The lower steps carry lines, so that no two look alike without color."""
        self.rect(f"s{step}", x, y, width, height)
        if step in HATCHED and width > 2:
            self.fill(f"over{step}", x, y, width, height)

    def fill(self, pattern, x, y, width, height):
        """A rectangle filled with a pattern."""
        places = zip(("x", "y", "width", "height"), map(at, (x, y, width, height)), strict=True)
        self.add("rect", ("fill", f"url(#{self.name}-{pattern})"), *places)

    def hidden(self, x, y, width, height):
        """The place of a value that is not shown. Whoever calls takes a place that says nothing about the value."""
        self.fill("hatch", x, y, width, height)
        self.path("axis", f"M{at(x)} {at(y)}h{at(width)}v{at(height)}h{at(-width)}z", width=1)

    def path(self, look, lines, *, width, dash=""):
        """Lines without a filling."""
        paint = [(name, value) for name, value in painted(look) if name != "fill"]
        more = [("stroke-dasharray", dash)] if dash else []
        self.add("path", *paint, ("d", lines), ("fill", "none"), ("stroke-width", width), *more)

    def shape(self, look, lines):
        """An outline that is filled."""
        self.add("path", *painted(look), ("d", lines))

    def text(self, x, y, words, look="ink", *, anchor="start", size=TEXT, is_strong=False):
        """A line of text whose letters stand on `y`."""
        classes = f"{look} strong" if is_strong else look
        more = [("text-anchor", anchor)] if anchor != "start" else []
        more += [("font-size", size)] if size != TEXT else []
        more += [("font-weight", 600)] if is_strong else []
        if look.startswith("on"):
            more += [("stroke-width", 4), ("paint-order", "stroke"), ("stroke-linejoin", "round")]
        paint = [("class", classes), *painted(look)[1:]]
        pairs = attributes([*paint, ("x", at(x)), ("y", at(y)), *more])
        self.pieces.append(format_html("<text{}>{}</text>", pairs, words))

    def lines(self, x, y, lines, look="ink", *, anchor="start", size=TEXT, is_strong=False):
        """Several lines of text, the first of which stands on `y`."""
        step = LINE if size == TEXT else SMALL_LINE
        for place, line in enumerate(lines):
            self.text(x, y + place * step, line, look, anchor=anchor, size=size, is_strong=is_strong)

    def finished(self, title, told, height):
        """The picture as SVG."""
        drawn = joined([*patterns(self.name, joined(self.pieces)), *self.pieces])
        return format_html(
            '<svg class="chart {}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img" '
            'aria-labelledby="{}-title {}-desc" font-family="{}" font-size="{}">'
            '<title id="{}-title">{}</title><desc id="{}-desc">{}</desc>{}</svg>',
            *(self.sheet.look, self.sheet.width, at(height), self.name, self.name, FONT, TEXT),
            *(self.name, title, self.name, told, drawn),
        )


def patterns(name, drawn):
    """The patterns that a picture uses."""
    known = [("hatch", "M0 0V6", 6, 45, 2)]
    known += [(f"over{step}", lines, 6, 0, step) for step, lines in HATCHED.items()]
    for look, lines, size, turned, width in known:
        if f"#{name}-{look})" in drawn:
            yield format_html(
                '<pattern id="{}-{}" width="{}" height="{}" patternUnits="userSpaceOnUse" '
                'patternTransform="rotate({})"><path{}/></pattern>',
                *(name, look, size, size, turned),
                attributes([*painted(look), ("d", lines), ("fill", "none"), ("stroke-width", width)]),
            )


def joined(parts):
    """Pieces of SVG as one."""
    return format_html_join("", "{}", ((part,) for part in parts))
