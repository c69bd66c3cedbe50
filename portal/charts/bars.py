"""Bars and columns: how much of something there is, and whether a target is reached."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from portal import i18n
from portal.charts import frame
from portal.charts.drawing import SMALL, SMALL_LINE, width_of, wrapped
from portal.charts.frame import GAP, SWATCH, Scale, is_known, written
from portal.charts.rows import Rows, Value

MOST_COLUMNS, LABEL_LINES = 10, 4  # more stand as bars
PLOT = 240  # how high columns are
NAMED = 5  # so many are named where it is told who missed a target


@dataclass(frozen=True)
class Bar:
    """A label and its value (`None`: still being counted, `HIDDEN`: not shown), perhaps with a target."""

    label: str
    value: Any
    goal: Any = None


class Reached(Enum):
    """Where an actual stands to its target."""

    MET = "met"
    OVER = "over"
    MISSED = "missed"
    RUNNING = "running"


@dataclass(frozen=True)
class Target:
    """A commitment: each has its own unit, so each is measured by its own target.

    `rate` is the rate as the page says it; `reached` says it where the numbers alone do not (a period that runs).
    """

    label: str
    actual: Any
    target: Any
    write: Callable = i18n.number
    rate: str = ""
    reached: Reached | None = None

    @property
    def share(self):
        """The actual in parts of its target; None where there is no such thing."""
        if not is_known(self.actual) or not is_known(self.target) or self.target <= 0:
            return None
        return float(self.actual) / float(self.target)

    @property
    def state(self):
        """Where it stands; None where that cannot be told, or would tell a value that is not shown."""
        if self.actual is frame.HIDDEN:
            return None
        if self.reached:
            return self.reached
        if not is_known(self.actual) or not is_known(self.target):
            return None
        if self.actual == self.target:
            return Reached.MET
        return Reached.OVER if self.actual > self.target else Reached.MISSED


# --- bars -------------------------------------------------------------------------------------------------------


def plain(name, title, bars, headings, *, write=i18n.number, whole=None, table=None, told=""):
    """Horizontal bars from one zero. `headings` name labels and values; `whole` is what a full track stands for.

    `table` takes the place of the table of the values.
    """
    if not bars:
        return frame.empty(title)
    frame.check([whole, *(value for bar in bars for value in (bar.value, bar.goal))])
    return frame.chart(
        name,
        title,
        told or frame.ends([(bar.label, bar.value) for bar in bars], write),
        lambda drawing: draw_bars(drawing, bars, write, whole),
        table or table_of(title, bars, headings, write),
    )


def table_of(title, bars, headings, write):
    """The numbers of bars and columns."""
    has_goals = any(bar.goal is not None for bar in bars)
    rows = []
    for bar in bars:
        goal = [written(bar.goal, write) if bar.goal is not None else "–"] if has_goals else []
        rows.append((bar.label, [written(bar.value, write), *goal]))
    return frame.table(title, [*headings, *([pgettext("target", "Target")] if has_goals else [])], rows)


def range_of(bars, whole=None):
    """From where to where all values and targets lie; zero is always among them."""
    known = [value for bar in bars for value in (bar.value, bar.goal) if is_known(value)]
    values = [0.0, *map(float, known), *([float(whole)] if whole is not None else [])]
    return min(values), max(values)


def legend_of(bars):
    """What has to be explained of bars."""
    if any(bar.goal is not None for bar in bars):
        yield goal_item()
    if any(bar.value is frame.HIDDEN for bar in bars):
        yield frame.hidden_item()


def draw_bars(drawing, bars, write, whole):
    """Bars on tracks."""
    top = frame.legend(drawing, list(legend_of(bars)))
    rows = Rows(drawing, [bar.label for bar in bars], [Value(written(bar.value, write)) for bar in bars], top)
    low, high = range_of(bars, whole)
    scale = Scale(low, high, rows.start, rows.length)
    for bar, y in zip(bars, rows, strict=True):
        if bar.value is frame.HIDDEN:
            drawing.hidden(rows.start, y, rows.length, rows.thick)
            continue
        drawing.rect("track", rows.start, y, rows.length, rows.thick)
        if is_known(bar.value) and bar.value:
            left, length = scale.span(bar.value)
            drawing.rect("s5", left, y, length, rows.thick)
        if is_known(bar.goal):
            draw_goal(drawing, scale.at(bar.goal), y, rows.thick)
        if low < 0:
            drawing.path("sign", f"M{scale.at(0):.1f} {y - 4:.1f}v{rows.thick + 8}", width=1)
    return rows.end


def draw_goal(drawing, x, y, thick):
    """The mark of a target across a bar."""
    drawing.rect("goal", x - 2, y - 4, 4, thick + 8)


def goal_item():
    """The line of a legend for a target."""
    return (lambda d, x, y: draw_goal(d, x + SWATCH / 2, y + 3, SWATCH - 6), pgettext("target", "Target"))


# --- targets ----------------------------------------------------------------------------------------------------


def targets(name, title, rows, of, *, told=""):
    """Target against actual, each in parts of its own target. `of` names what the rows are."""
    if not rows:
        return frame.empty(title)
    frame.check(value for row in rows for value in (row.actual, row.target))
    has_rates = any(row.rate for row in rows)
    rate = [pgettext("target", "Rate")] if has_rates else []
    headings = [of, pgettext("target", "Target"), pgettext("target", "Actual"), *rate, pgettext("target", "State")]
    cells = [
        (
            row.label,
            [
                written(row.target, row.write),
                written(row.actual, row.write),
                *([row.rate if row.state and row.rate else "–"] if has_rates else []),
                state_words(row) or "–",
            ],
        )
        for row in rows
    ]
    table = frame.table(title, headings, cells)
    return frame.chart(name, title, told or targets_told(rows), lambda drawing: draw_targets(drawing, rows), table)


def state_words(row):
    """Where it stands, in a word."""
    return {
        Reached.MET: pgettext("target", "Met"),
        Reached.OVER: pgettext("target", "Exceeded"),
        Reached.MISSED: pgettext("target", "Missed"),
        Reached.RUNNING: pgettext("target", "In progress"),
        None: "",
    }[row.state]


def targets_told(rows):
    """How many targets are reached, and which are missed."""
    reached = sum(row.state in (Reached.MET, Reached.OVER) for row in rows)
    text = ngettext(
        "%(met)s of %(count)s target is reached.", "%(met)s of %(count)s targets are reached.", len(rows)
    )
    told = [text % {"met": i18n.number(reached), "count": i18n.number(len(rows))}]
    missed = [row for row in rows if row.state is Reached.MISSED]
    if missed:
        names = [f"{row.label} {row.write(row.actual)} / {row.write(row.target)}" for row in missed[:NAMED]]
        told.append(_("Missed: %(names)s.") % {"names": ", ".join(names) + ("…" if len(missed) > NAMED else "")})
    return " ".join([*told, *frame.hidden_told(row.actual for row in rows)])


SIGNS = {
    Reached.MET: "M{x} {y}m1 6l4 4l7 -9",
    Reached.OVER: "M{x} {y}m6 1l6 10h-12z",
    Reached.MISSED: "M{x} {y}m0 1h12l-6 10z",
    Reached.RUNNING: "M{x} {y}m1 6a5 5 0 1 0 10 0a5 5 0 1 0 -10 0",
}


def draw_sign(state):
    """Draws the sign of a state: a tick, a triangle up or down, a ring."""

    def draw(drawing, x, y):
        lines = SIGNS[state].format(x=round(x, 1), y=round(y, 1))
        if state in (Reached.MET, Reached.RUNNING):
            drawing.path("sign", lines, width=2)
        else:
            drawing.shape("miss" if state is Reached.MISSED else "sign", lines)

    return draw


def value_of(row):
    """What stands at the end of a row: actual and target, rate and state."""
    first = written(row.actual, row.write)
    if row.target is not None:
        first = f"{first} / {written(row.target, row.write)}"
    second = " ".join(filter(None, [row.rate if row.state else "", state_words(row)]))
    return Value(first, second, draw_sign(row.state) if row.state else None)


def draw_targets(drawing, rows):
    """Bars against a mark that stands at the same place in all of them."""
    top = frame.legend(drawing, list(target_legend(rows)))
    places = Rows(drawing, [row.label for row in rows], [value_of(row) for row in rows], top)
    shares = [row.share for row in rows if row.share is not None]
    scale = Scale(min([0, *shares]), max([1.15, *shares]), places.start, places.length)
    for row, y in zip(rows, places, strict=True):
        if row.actual is frame.HIDDEN:
            drawing.hidden(places.start, y, places.length, places.thick)
        else:
            drawing.rect("track", places.start, y, places.length, places.thick)
            if row.share is not None:
                draw_share(drawing, row, scale, y, places.thick)
        if is_known(row.target) and row.target > 0:
            draw_goal(drawing, scale.at(1), y, places.thick)
    return places.end


def draw_share(drawing, row, scale, y, thick):
    """The bar of an actual: what is beyond the target stands apart, what is missing is outlined."""
    goal = scale.at(1)
    if row.share > 1:
        left, length = scale.span(1)
        drawing.rect("s4", left, y, length, thick)
        drawing.rect("s5", goal + GAP, y, max(scale.at(row.share) - goal - GAP, 1), thick)
        return
    left, length = scale.span(row.share)
    if length:
        drawing.rect("miss" if row.state is Reached.MISSED else "s4", left, y, length, thick)
    if row.state is Reached.MISSED:
        draw_gap(drawing, left + length if row.share >= 0 else scale.at(0), y, goal, thick)


def draw_gap(drawing, left, y, right, thick):
    """What is missing, as a dashed outline."""
    drawing.path("gap", f"M{left:.1f} {y + 0.75:.1f}H{right:.1f}v{thick - 1.5}H{left:.1f}", width=1.5, dash="4 3")


def target_legend(rows):
    """What has to be explained of the rows that there are."""
    states = {row.state for row in rows}
    yield goal_item()
    if Reached.OVER in states:
        yield (lambda d, x, y: d.rect("s5", x, y, SWATCH, SWATCH), _("Beyond the target"))
    if Reached.MISSED in states:
        yield (lambda d, x, y: d.rect("miss", x, y, SWATCH, SWATCH), pgettext("target", "Missed"))
        yield (lambda d, x, y: draw_gap(d, x, y, x + SWATCH, SWATCH), _("What is missing"))
    if any(row.actual is frame.HIDDEN for row in rows):
        yield frame.hidden_item()


# --- columns ----------------------------------------------------------------------------------------------------


def columns(name, title, bars, headings, *, write=i18n.number, told=""):
    """Columns, on a page and where their words fit; bars on a phone and where there are many."""
    if not bars:
        return frame.empty(title)
    frame.check(value for bar in bars for value in (bar.value, bar.goal))

    def draw(drawing):
        plot = None if drawing.sheet.is_narrow else plot_of(drawing.sheet, bars, write)
        if plot is None:
            return draw_bars(drawing, bars, write, None)
        return draw_columns(drawing, plot, bars, write)

    told = told or frame.ends([(bar.label, bar.value) for bar in bars], write)
    return frame.chart(name, title, told, draw, table_of(title, bars, headings, write))


@dataclass(frozen=True)
class Plot:
    """Where columns stand: after the numbers of the axis, each in a slot of its own."""

    left: float
    slot: float
    marks: list


def plot_of(sheet, bars, write):
    """The plot of columns, or None where their words would not fit below and above them."""
    marks = frame.ticks(*range_of(bars))
    left = max(width_of(str(write(mark)), SMALL) for mark in marks) + 10
    slot = (sheet.width - left) / len(bars)
    values = [written(bar.value, write) for bar in bars]
    lines = [line for bar in bars for line in wrapped(bar.label, slot - 6, SMALL, LABEL_LINES)]
    fits = max(map(width_of, values)) <= slot - 6 and not any(line.endswith("…") for line in lines)
    if len(bars) > MOST_COLUMNS or not fits:
        return None
    return Plot(left, slot, marks)


def draw_columns(drawing, plot, bars, write):
    """Columns over a grid."""
    top = frame.legend(drawing, list(legend_of(bars))) + 24
    scale = Scale(float(plot.marks[0]), float(plot.marks[-1]), top + PLOT, -PLOT)
    for mark in plot.marks:
        y = scale.at(mark)
        drawing.path("axis" if mark == 0 else "grid", f"M{plot.left:.1f} {y:.1f}H{drawing.sheet.width}", width=1)
        drawing.text(plot.left - 10, y + 4, write(mark), "soft", anchor="end", size=SMALL)
    width = min(plot.slot * 0.62, 84)
    most = 1
    for place, bar in enumerate(bars):
        middle = plot.left + plot.slot * (place + 0.5)
        lines = wrapped(bar.label, plot.slot - 6, SMALL, LABEL_LINES)
        most = max(most, len(lines))
        drawing.lines(middle, top + PLOT + 22, lines, anchor="middle", size=SMALL)
        draw_column(drawing, bar, scale, middle, width, top, write)
    return top + PLOT + 22 + most * SMALL_LINE


def draw_column(drawing, bar, scale, middle, width, top, write):
    """One column with its value, and the mark of its target."""
    above = scale.at(0)
    if bar.value is frame.HIDDEN:
        drawing.hidden(middle - width / 2, top, width, PLOT)
        above = top
    elif is_known(bar.value):
        end = scale.at(bar.value)
        above = min(end, above)
        if bar.value:
            drawing.rect("s5", middle - width / 2, above, width, max(abs(end - scale.at(0)), 1))
    if is_known(bar.goal):
        y = scale.at(bar.goal)
        drawing.rect("goal", middle - width / 2 - 6, y - 2, width + 12, 4)
        if above - 22 < y <= above:
            above = y
    drawing.text(middle, above - 7, written(bar.value, write), anchor="middle", is_strong=True)
