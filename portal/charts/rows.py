"""Rows with a label, a place for a bar, and a value: beside each other, or below each other on a phone."""

from collections.abc import Callable
from dataclasses import dataclass

from portal.charts.drawing import LINE, SMALL, SMALL_LINE, cut, width_of, wrapped

LABELS, VALUES, BARS = 330, 300, 220  # the most that labels and values take, the least that is left for bars
BESIDE = 130  # the widest value that stands beside a bar on a phone
MANY = 12  # from here on rows are thinner
SIGN = 18  # a sign and the space after it


@dataclass(frozen=True)
class Value:
    """What stands at the end of a bar: a number, and below it what it means, with a sign before it."""

    first: str
    second: str = ""
    sign: Callable | None = None


class Rows:
    """Draws labels and values, row by row, and says where each bar has its place."""

    def __init__(self, drawing, labels, values, top=0):
        self.drawing, self.sheet, self.top = drawing, drawing.sheet, top
        self.labels, self.values = labels, values
        self.has_second = any(value.second for value in values)
        self.thick, self.gap = (16, 10) if len(labels) > MANY else (24, 18)
        self.first = max(width_of(value.first) * 1.05 for value in values)
        self.second = max(width_of(value.second, SMALL) + SIGN for value in values) if self.has_second else 0
        if self.sheet.is_narrow:
            self.lay_narrow()
        else:
            self.lay_wide()

    def lay_wide(self):
        """Labels, bars and values beside each other."""
        width = min(max(self.first, self.second), VALUES)
        self.value_x = self.sheet.width - width
        self.room = min(max(map(width_of, self.labels)), LABELS, self.value_x - BARS - 40)
        self.start = self.room + 20
        self.length = self.value_x - 20 - self.start
        self.is_below = False

    def lay_narrow(self):
        """Labels above bars; values beside them where they are short."""
        self.is_below = self.has_second or self.first > BESIDE
        self.room = self.sheet.width
        self.start = 4  # for a border, and for the mark of a target
        self.length = self.sheet.width - 8 - (0 if self.is_below else self.first + 10)
        self.thick = min(self.thick, 18)
        self.value_x = self.sheet.width - self.first

    @property
    def end(self):
        """Where the last row ends."""
        return self.top - (self.gap - 8 if self.sheet.is_narrow else self.gap / 2 - 5)

    def __iter__(self):
        """The top of each bar, after its label and its value have been drawn."""
        for label, value in zip(self.labels, self.values, strict=True):
            lines = wrapped(label, self.room, most=3 if self.sheet.is_narrow else 2)
            if self.sheet.is_narrow:
                yield self.row_below(lines, value)
            else:
                yield self.row_beside(lines, value)

    def row_beside(self, lines, value):
        """A row of a page."""
        told = LINE + SMALL_LINE if self.has_second else LINE
        height = max(len(lines) * LINE, self.thick, told) + self.gap
        middle = self.top + height / 2
        self.drawing.lines(0, middle - (len(lines) - 1) * LINE / 2 + 5, lines)
        first = cut(value.first, VALUES)
        if self.has_second:
            self.drawing.text(self.value_x, middle - 3, first, is_strong=True)
            self.draw_second(self.value_x, middle + 14, value)
        else:
            self.drawing.text(self.sheet.width, middle + 5, first, anchor="end", is_strong=True)
        self.top += height
        return middle - self.thick / 2

    def row_below(self, lines, value):
        """A row of a phone."""
        self.drawing.lines(0, self.top + 15, lines)
        bar = self.top + len(lines) * LINE + 5
        self.top = bar + self.thick
        first = cut(value.first, self.sheet.width)
        if not self.is_below:
            self.drawing.text(self.sheet.width, bar + self.thick / 2 + 5, first, anchor="end", is_strong=True)
        else:
            self.top += LINE + 4
            self.drawing.text(0, self.top - 4, first, is_strong=True)
            if self.has_second:
                x = self.first + 24
                if x + self.second > self.sheet.width:
                    x, self.top = 0, self.top + LINE
                self.draw_second(x, self.top - 4, value)
        self.top += self.gap
        return bar

    def draw_second(self, x, y, value):
        """The second line of a value, with its sign."""
        if value.sign:
            value.sign(self.drawing, x, y - 11)
            x += SIGN
        self.drawing.text(x, y, cut(value.second, self.sheet.width - x, SMALL), size=SMALL)
