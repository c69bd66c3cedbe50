"""What all charts have in common: values that may not be shown, scales, legends, the table beside the picture."""

import math
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import i18n
from portal.charts.drawing import LINE, SHEETS, SMALL, Drawing, cut, joined, width_of

GAP = 2  # between two parts
SWATCH = 14


class Hidden(Enum):
    """A value that is not told, so that nobody is recognized. It carries no number: nothing of it can be drawn."""

    HIDDEN = "hidden"


HIDDEN = Hidden.HIDDEN


def is_known(value):
    """Whether there is a number that may be shown; `None` stands for one that is still being counted."""
    return value is not None and value is not HIDDEN


def size_of(value):
    """A number as a length; what is none is a mistake of the caller's, never drawn."""
    if isinstance(value, bool) or not math.isfinite(value):
        raise ValueError(f"{value!r} cannot be drawn")
    return float(value)


def check(values):
    """Refuses what cannot be drawn before anything is."""
    for value in values:
        if is_known(value):
            size_of(value)


def written(value, write=i18n.number):
    """A value as people read it."""
    if value is HIDDEN:
        return _("Not shown")
    return _("Being counted") if value is None else str(write(value))


def percent(part, whole):
    """How much of the whole a part is: `66.7%`, half up."""
    share = Decimal(str(part)) * 100 / Decimal(str(whole))
    return f"{share.quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


# --- scales -----------------------------------------------------------------------------------------------------


def ticks(low, high, most=5):
    """Round numbers from `low` to `high` or a little beyond, at most about `most` steps apart: 0, 200, 400 …"""
    low, high = Decimal(str(float(low))), Decimal(str(float(high)))
    rough = (high - low or Decimal(1)) / most
    power = rough.adjusted()
    step = next(Decimal(lead).scaleb(power) for lead in (1, 2, 5, 10) if Decimal(lead).scaleb(power) >= rough)
    first = math.floor(low / step)
    last = max(math.ceil(high / step), first + 1)
    return [int(step * place) if step >= 1 else step * place for place in range(first, last + 1)]


class Scale:
    """Where numbers from `low` to `high` lie on a line of pixels."""

    def __init__(self, low, high, start, length):
        self.low, self.start, self.length = low, start, length
        self.reach = (high - low) or 1

    def at(self, value):
        """The pixel of a number."""
        return self.start + self.length * (float(value) - self.low) / self.reach

    def span(self, value):
        """Where a bar from zero begins, and how long it is; what is next to nothing is still to be seen."""
        zero, end = self.at(0), self.at(value)
        length = max(abs(end - zero), 1) if value else 0
        return (zero if value >= 0 else zero - length), length


# --- legends ----------------------------------------------------------------------------------------------------


def hidden_item():
    """The line of a legend that explains the hatching."""
    return (lambda d, x, y: d.hidden(x, y, SWATCH, SWATCH), _("Not shown, so that nobody can be recognized"))


def part_item(step, words):
    """The line of a legend for a part of a whole."""
    return (lambda d, x, y: d.part(step, x, y, SWATCH, SWATCH), words)


def legend(drawing, items, top=0, size=SMALL):
    """Draws the items, pairs of what draws a sign and its words, side by side; returns where they end."""
    if not items:
        return top
    x, y, width = 0, top, drawing.sheet.width
    for sign, words in items:
        words = cut(words, width - SWATCH - 8, size)
        needed = SWATCH + 8 + width_of(words, size)
        if x and x + needed > width:
            x, y = 0, y + LINE + 4
        sign(drawing, x, y + 3)
        drawing.text(x + SWATCH + 8, y + 15, words, size=size)
        x += needed + 20
    return y + LINE + 14


# --- the chart --------------------------------------------------------------------------------------------------


def chart(name, title, told, draw, table):
    """A chart for a page: `draw(drawing)` draws on one sheet and returns how high it has become."""
    pictures = []
    for sheet in SHEETS:
        drawing = Drawing(name, sheet)
        height = draw(drawing)
        pictures.append(drawing.finished(title, told, height))
    return {"title": title, "told": told, "svg": joined(pictures), "wide": pictures[0], "table": table}


def empty(title):
    """A chart of nothing."""
    return {"title": title, "told": _("Nothing has been counted yet."), "svg": "", "wide": "", "table": None}


def table(caption, headings, rows, total=None):
    """The numbers of a chart: headings, and rows of a label and its cells."""
    found = {"caption": caption, "headings": headings}
    found["rows"] = [{"label": label, "cells": cells} for label, cells in rows]
    if total:
        found["total"] = {"label": total[0], "cells": total[1]}
    return found


def for_document(chart):
    """A chart as `components/chart.typ` reads it: the wide picture of the page, what is read out, the table."""
    held = chart["table"] or {"headings": [], "rows": []}
    rows = [[row["label"], *row["cells"]] for row in held["rows"]]
    if held.get("total"):
        rows.append([held["total"]["label"], *held["total"]["cells"]])
    return {
        "title": chart["title"],
        "told": chart["told"],
        "svg": chart["wide"],
        "alt": f"{chart['title']}. {chart['told']}",
        "headings": [str(heading) for heading in held["headings"]],
        "rows": rows,
    }


# --- what is to be seen -----------------------------------------------------------------------------------------


def ends(pairs, write):
    """The highest and the lowest of pairs of a label and a value, in words, and how many are not shown."""
    known = [pair for pair in pairs if is_known(pair[1])]
    told = []
    if len(known) == 1:
        told.append(f"{known[0][0]}: {written(known[0][1], write)}.")
    elif known:
        best, worst = max(known, key=lambda pair: pair[1]), min(known, key=lambda pair: pair[1])
        words = {"best": best[0], "high": written(best[1], write)}
        words |= {"worst": worst[0], "low": written(worst[1], write)}
        if best[1] == worst[1]:
            told.append(_("All have the same value, %(high)s.") % words)
        else:
            told.append(_("Highest: %(best)s, %(high)s. Lowest: %(worst)s, %(low)s.") % words)
    return " ".join([*told, *hidden_told(value for _label, value in pairs)])


def hidden_told(values):
    """How many values are not shown, as a list of no sentence or one."""
    count = sum(value is HIDDEN for value in values)
    if not count:
        return []
    text = ngettext("%(count)s value is not shown.", "%(count)s values are not shown.", count)
    return [text % {"count": i18n.number(count)}]
