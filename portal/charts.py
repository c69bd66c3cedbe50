"""Charts as SVG, made of numbers. The same string stands in a page, in print and in a document (`for_document`).

A chart says what it shows in its `title` and `desc`; its numbers stand in a table beside it.
Colors are classes that the style sheet knows, with a fill for where there is none; they are ordered by lightness,
so that nothing hangs on hue alone. The font is an attribute for where no style sheet names one. Each chart comes in
two widths, for a page and for a phone.
"""

from dataclasses import dataclass

from django.utils.html import format_html, format_html_join

STEPS = {5: "#12319a", 4: "#5674d6", 3: "#a9a69c", 2: "#d08a3c", 1: "#a3221b"}  # light --step-5 … --step-1
INK, TRACK = "#17181b", "#ebe8e0"
FONT = "Noto Sans KR"  # of documents (portal/pdf.py)
GAP = 1.5  # between the parts of a bar
LETTER, WIDE_LETTER = 8.2, 15  # about how wide a letter is at 15 px: of Latin, and of Korean
MOST_LINES = 2


@dataclass(frozen=True)
class Layout:
    """Where things stand: how wide all is, where bars begin and how long they are, how high a line is."""

    look: str
    width: int
    start: int
    length: int
    thick: int
    room: int  # for a label, in pixels
    is_above: bool  # whether the label stands above its bar


PAGE = Layout("only-wide-chart", 1000, 390, 520, 26, 370, False)
PHONE = Layout("only-phone", 360, 0, 308, 18, 350, True)
LINE = 20


@dataclass(frozen=True)
class Row:
    """A bar: its label, its parts as pairs of a step (5 is best, 1 worst) and a count, and the value at its end."""

    label: str
    parts: tuple
    value: str


def stacked(name, title, told, rows):
    """Bars each of whose parts make a whole, for a page and for a phone, as one string.

    `name` is unique on its page; `told` says in a sentence what is to be seen.
    """
    return joined(draw(name, title, told, rows, layout, None) for layout in (PAGE, PHONE))


def bars(name, title, told, rows, whole):
    """Bars of one part each, on a track that stands for `whole`."""
    return joined(draw(name, title, told, rows, layout, whole) for layout in (PAGE, PHONE))


def for_document(drawn):
    """The picture for a page, out of the two of `stacked` or `bars`, as it stands there."""
    return drawn[: drawn.index("</svg>") + len("</svg>")]


def joined(parts):
    """Pieces of SVG as one."""
    return format_html_join("", "{}", ((part,) for part in parts))


def draw(name, title, told, rows, layout, whole):
    """One picture."""
    name, drawn, top = f"{name}-{layout.look}", [], 0
    for row in rows:
        lines = wrapped(row.label, layout.room)
        height = row_height(len(lines), layout)
        drawn.append(draw_row(row, lines, top, height, layout, whole))
        top += height
    return format_html(
        '<svg class="chart {}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img" '
        'aria-labelledby="{}-title {}-desc" font-family="{}" font-size="15">'
        '<title id="{}-title">{}</title><desc id="{}-desc">{}</desc>{}</svg>',
        *(layout.look, layout.width, top, name, name, FONT, name, title, name, told),
        joined(drawn),
    )


def row_height(lines, layout):
    """How high a row with so many lines of label is."""
    if layout.is_above:
        return lines * LINE + layout.thick + 20
    return max(lines * LINE, layout.thick) + 18


def draw_row(row, lines, top, height, layout, whole):
    """A label, its bar, and the value at the end."""
    if layout.is_above:
        first, bar_top = top + 16, top + len(lines) * LINE + 6
    else:
        first = top + height / 2 - (len(lines) - 1) * LINE / 2 + 5
        bar_top = top + (height - layout.thick) / 2
    texts = format_html_join(
        "",
        '<text x="0" y="{}" fill="{}">{}</text>',
        ((f"{first + place * LINE:g}", INK, line) for place, line in enumerate(lines)),
    )
    track = ""
    if whole is not None:
        track = format_html(
            '<rect class="track" x="{}" y="{}" width="{}" height="{}" fill="{}"/>',
            *(layout.start, f"{bar_top:g}", layout.length, layout.thick, TRACK),
        )
    shapes = format_html_join(
        "",
        '<rect class="s{0}" x="{1}" y="{2}" width="{3}" height="{4}" fill="{5}"/>',
        (
            (step, left, f"{bar_top:g}", width, layout.thick, STEPS[step])
            for step, left, width in shapes_of(row.parts, layout, whole)
        ),
    )
    value = format_html(
        '<text class="strong" x="{}" y="{}" text-anchor="end" font-weight="600" fill="{}">{}</text>',
        *(layout.width, f"{bar_top + layout.thick / 2 + 5:g}", INK, row.value),
    )
    return joined([texts, track, shapes, value])


def shapes_of(parts, layout, whole):
    """The parts that there are, as `(step, left, width)`; what is next to nothing is still to be seen."""
    total = sum(count for _step, count in parts) if whole is None else whole
    before = 0
    for step, count in parts:
        if count and total:
            left = layout.start + layout.length * before / total
            width = max(layout.length * count / total - (GAP if whole is None else 0), 1)
            yield step, f"{left:.1f}", f"{width:.1f}"
        before += count


def wrapped(text, room):
    """A label in lines that fit into `room` pixels; where they are too many the last one is cut."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width_of(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1]} …"]
    return [cut(line, room) for line in lines]


def cut(line, room):
    """A line that is not longer than `room` pixels."""
    if width_of(line) <= room:
        return line
    while line and width_of(f"{line}…") > room:
        line = line[:-1]
    return f"{line}…"


def width_of(text):
    """About how many pixels a text takes."""
    return sum(WIDE_LETTER if letter > "ᄀ" and letter != "…" else LETTER for letter in text)
