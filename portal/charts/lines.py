"""What goes over time (days of a snapshot, years of a campaign): a line or a few, or many small ones."""

from dataclasses import dataclass
from itertools import count, groupby, pairwise
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal import i18n
from portal.charts import frame
from portal.charts.drawing import LINE, SMALL, SMALL_LINE, TEXT, cut, width_of, wrapped
from portal.charts.frame import SWATCH, Scale, is_known, written

DASHES = {"r1": "", "r2": "9 4", "r3": "2 4", "r4": "12 3 2 3"}
DOT = {
    "r1": "M{x} {y}m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
    "r2": "M{x} {y}m-4 -4h8v8h-8z",
    "r3": "M{x} {y}m0 -5l5 9h-10z",
    "r4": "M{x} {y}m0 -5l5 5l-5 5l-5 -5z",
}
LOOKS = list(DASHES)
GOAL_DASH = "6 5"
PLOT = {False: 260, True: 200}  # how high a picture is, by whether it is narrow
DOTS = 16  # of more points each is no longer marked
ALL_TOLD = 10  # of one line with so many points every value is written
PANEL = 84  # how high a small picture is


@dataclass(frozen=True)
class Series:
    """A line: its name and a value for each point in time (`None`: not counted, `HIDDEN`: not shown)."""

    name: str
    values: tuple
    goal: Any = None  # a target, for small pictures


@dataclass(frozen=True)
class Axis:
    """Points in time: their labels and where they lie."""

    labels: tuple
    places: tuple

    @classmethod
    def of(cls, labels, days):
        """Equally far apart, or by days (dates, or numbers that rise)."""
        if days is None:
            return cls(tuple(labels), tuple(range(len(labels))))
        places = tuple(day.toordinal() if hasattr(day, "toordinal") else day for day in days)
        if len(places) != len(labels) or any(one >= other for one, other in pairwise(places)):
            raise ValueError("points in time must rise, one for each label")
        return cls(tuple(labels), places)

    def pixels(self, left, width):
        """Where the points lie between two edges; a single one in the middle."""
        if len(self.places) == 1:
            return [left + width / 2]
        scale = Scale(self.places[0], self.places[-1], left, width)
        return [scale.at(place) for place in self.places]


def over_time(name, title, labels, series, of, *, days=None, goal=None, low=0, write=i18n.number, told=""):
    """At most four lines. `goal` is a target, one number or one for each point; `low` is where the axis begins."""
    if not labels or not series:
        return frame.empty(title)
    axis = Axis.of(labels, days)
    goals = tuple(goal) if isinstance(goal, (tuple, list)) else (goal,) * len(labels)
    check(labels, series, goals)
    if len(series) > len(LOOKS):
        raise ValueError("so many lines nobody can tell apart: use `multiples`")
    has_goal = any(map(is_known, goals))
    headings = [of, *(line.name for line in series), *([pgettext("target", "Target")] if has_goal else [])]
    columns = [*(line.values for line in series), *([goals] if has_goal else [])]
    rows = [(label, [written(column[place], write) for column in columns]) for place, label in enumerate(labels)]
    return frame.chart(
        name,
        title,
        told or lines_told(labels, series, goals, write),
        lambda drawing: draw_lines(drawing, axis, series, goals, low, write),
        frame.table(title, headings, rows),
    )


def check(labels, series, goals):
    """Refuses what cannot be drawn."""
    for values in [*(line.values for line in series), goals]:
        if len(values) != len(labels):
            raise ValueError("a line needs a value for each point")
        frame.check(values)


def last_known(values):
    """The place of the last value that is shown; None where there is none."""
    return max((place for place, value in enumerate(values) if is_known(value)), default=None)


def lines_told(labels, series, goals, write):
    """Where each line begins and ends, and what the target is."""
    told = []
    for line in series:
        places = [place for place, value in enumerate(line.values) if is_known(value)]
        if not places:
            continue
        first, last = places[0], places[-1]
        words = {"name": line.name, "start": labels[first], "end": labels[last]}
        words |= {"first": written(line.values[first], write), "last": written(line.values[last], write)}
        if first == last:
            told.append(_("%(name)s: %(last)s (%(end)s).") % words)
        else:
            told.append(_("%(name)s: from %(first)s (%(start)s) to %(last)s (%(end)s).") % words)
    goal = last_known(goals)
    if goal is not None:
        told.append(_("The target is %(target)s.") % {"target": written(goals[goal], write)})
    return " ".join([*told, *frame.hidden_told(value for line in series for value in line.values)])


# --- drawing ----------------------------------------------------------------------------------------------------


def line_item(look, words):
    """The line of a legend for a series."""

    def sign(drawing, x, y):
        drawing.path(look, f"M{x:.1f} {y + SWATCH / 2:.1f}h{SWATCH}", width=2.5, dash=DASHES[look])
        draw_dot(drawing, look, x + SWATCH / 2, y + SWATCH / 2)

    return (sign, words)


def goal_item():
    """The line of a legend for the target."""
    return (
        lambda d, x, y: d.path("sign", f"M{x:.1f} {y + SWATCH / 2:.1f}h{SWATCH}", width=1.5, dash="4 3"),
        pgettext("target", "Target"),
    )


def draw_dot(drawing, look, x, y):
    """The mark of a point, another shape for each line."""
    drawing.shape(look, DOT[look].format(x=round(x, 1), y=round(y, 1)))


def draw_lines(drawing, axis, series, goals, low, write):
    """Lines over a grid."""
    items = [line_item(look, line.name) for look, line in zip(LOOKS, series, strict=False)]
    if len(series) == 1:
        items = []
    if any(map(is_known, goals)):
        items.append(goal_item())
    if any(value is frame.HIDDEN for line in series for value in line.values):
        items.append(frame.hidden_item())
    known = [value for line in series for value in line.values if is_known(value)]
    known += [value for value in goals if is_known(value)]
    marks = frame.ticks(min([low, *known]), max([low, *known]))
    top, height = frame.legend(drawing, items) + 24, PLOT[drawing.sheet.is_narrow]
    scale = Scale(float(marks[0]), float(marks[-1]), top + height, -height)
    left = max(width_of(str(write(mark)), SMALL) for mark in marks) + 20
    ends = [last_known(line.values) for line in series]
    told = [written(line.values[end], write) for line, end in zip(series, ends, strict=True) if end is not None]
    right = drawing.sheet.width - max([*(width_of(words) * 1.05 + 12 for words in told), 12])
    for mark in marks:
        y = scale.at(mark)
        drawing.path("axis" if mark == marks[0] else "grid", f"M{left - 10:.1f} {y:.1f}H{right + 6:.1f}", width=1)
        drawing.text(left - 18, y + 4, write(mark), "soft", anchor="end", size=SMALL)
    xs = axis.pixels(left, right - left)
    for line in series:
        draw_hidden(drawing, line.values, xs, (left, right), top, height)
    draw_run(drawing, "sign", goals, xs, scale, width=1.5, dash=GOAL_DASH)
    for look, line in zip(LOOKS, series, strict=False):
        draw_run(drawing, look, line.values, xs, scale, width=2.5, dash=DASHES[look])
        draw_dots(drawing, look, line.values, xs, scale)
    if len(series) > 1 or not draw_all_values(drawing, series[0].values, goals, xs, scale, write):
        draw_ends(drawing, series, xs, scale, (top, top + height), write)
    draw_labels(drawing, axis.labels, xs, top + height + 24, drawing.sheet.width)
    return top + height + 32


def runs(values):
    """The stretches of known values, as lists of places."""
    found = [[]]
    for place, value in enumerate(values):
        if is_known(value):
            found[-1].append(place)
        elif found[-1]:
            found.append([])
    return [run for run in found if run]


def draw_run(drawing, look, values, xs, scale, *, width, dash=""):
    """A line that breaks where there is nothing to show."""
    for run in runs(values):
        points = [f"{xs[place]:.1f} {scale.at(values[place]):.1f}" for place in run]
        if len(points) > 1:
            drawing.path(look, "M" + "L".join(points), width=width, dash=dash)
        elif look == "sign":
            drawing.path(look, f"M{points[0]}m-20 0h40", width=width, dash=dash)


def draw_dots(drawing, look, values, xs, scale):
    """Marks of few points; of many, of the last one and of those that stand alone."""
    alone = {run[0] for run in runs(values) if len(run) == 1}
    for place, value in enumerate(values):
        if is_known(value) and (len(values) <= DOTS or place == last_known(values) or place in alone):
            draw_dot(drawing, look, xs[place], scale.at(value))


def draw_hidden(drawing, values, xs, edges, top, height):
    """Bands as high as the picture where values are not shown."""
    borders = [edges[0], *((one + other) / 2 for one, other in pairwise(xs)), edges[1]]
    for is_hidden, run in groupby(range(len(values)), key=lambda place: values[place] is frame.HIDDEN):
        places = list(run)
        if is_hidden:
            left, right = borders[places[0]], borders[places[-1] + 1]
            drawing.hidden(left, top, max(right - left, 4), height)


def draw_all_values(drawing, values, goals, xs, scale, write):
    """Writes each value of one line above its point, and says whether there was room for it."""
    places = [place for place, value in enumerate(values) if is_known(value)]
    if len(places) > ALL_TOLD or any(map(is_known, goals)):
        return False
    boxes = []
    for place in places:
        words = written(values[place], write)
        half = width_of(words, SMALL) / 2
        boxes.append((min(max(xs[place], xs[0] - 12 + half), drawing.sheet.width - half), half, words))
    if any(x + half + 8 > other - more for (x, half, _w), (other, more, _v) in pairwise(boxes)):
        return False
    for place, (x, _half, words) in zip(places, boxes, strict=True):
        drawing.text(x, scale.at(values[place]) - 11, words, anchor="middle", size=SMALL, is_strong=True)
    return True


def draw_ends(drawing, series, xs, scale, edges, write):
    """Writes the last value of each line beside its end, pushed apart where they would touch."""
    places = []
    for line in series:
        end = last_known(line.values)
        if end is not None:
            places.append((scale.at(line.values[end]), xs[end], written(line.values[end], write)))
    places.sort()
    ys = apart([y for y, _x, _words in places], TEXT + 3, *edges)
    for y, (_own, x, words) in zip(ys, places, strict=True):
        drawing.text(x + 10, y + 5, words, is_strong=True)


def apart(ys, step, low, high):
    """Heights in order, at least `step` from each other and between `low` and `high` where there is room."""
    found = []
    for y in ys:
        found.append(max(y, found[-1] + step) if found else max(y, low))
    limit = high
    for place in reversed(range(len(found))):
        found[place] = min(found[place], limit)
        limit = found[place] - step
    return found


def draw_labels(drawing, labels, xs, y, width, *, start=0, size=SMALL):
    """As many labels as fit, the last one always, each as far as can be below its point."""
    boxes = []
    for label, x in zip(labels, xs, strict=True):
        label = cut(label, width - start, size)
        half = width_of(label, size) / 2
        boxes.append((min(max(x, start + half), width - half), half, label))
    for stride in count(1):
        shown = boxes[::-1][::stride][::-1]
        if all(x + half + 8 <= other - more for (x, half, _l), (other, more, _m) in pairwise(shown)):
            break
    for x, _half, label in shown:
        drawing.text(x, y, label, "soft", anchor="middle", size=size)


# --- small multiples --------------------------------------------------------------------------------------------


def multiples(name, title, labels, series, of, *, days=None, low=0, write=i18n.number, told=""):
    """A small picture for each line, all on one scale from `low`, with its last value and perhaps its target."""
    if not labels or not series:
        return frame.empty(title)
    axis = Axis.of(labels, days)
    check(labels, series, (None,) * len(labels))
    frame.check(line.goal for line in series)
    has_goal = any(line.goal is not None for line in series)
    headings = [of, *labels, *([pgettext("target", "Target")] if has_goal else [])]
    rows = []
    for line in series:
        goal = [written(line.goal, write) if line.goal is not None else "–"] if has_goal else []
        rows.append((line.name, [*(written(value, write) for value in line.values), *goal]))
    latest = [(line.name, line.values[-1]) for line in series]
    return frame.chart(
        name,
        title,
        told or f"{labels[-1]}. {frame.ends(latest, write)}",
        lambda drawing: draw_panels(drawing, axis, series, low, write),
        frame.table(title, headings, rows),
    )


def draw_panels(drawing, axis, series, low, write):
    """Panels in rows, four beside each other or two."""
    items = [goal_item()] if any(is_known(line.goal) for line in series) else []
    if any(value is frame.HIDDEN for line in series for value in line.values):
        items.append(frame.hidden_item())
    top = frame.legend(drawing, items)
    beside = 2 if drawing.sheet.is_narrow else 4
    space = 20
    width = (drawing.sheet.width - space * (beside - 1)) / beside
    known = [value for line in series for value in (*line.values, line.goal) if is_known(value)]
    marks = frame.ticks(min([low, *known]), max([low, *known]))
    ends = (float(marks[0]), float(marks[-1]))
    words = _("Each from %(low)s to %(high)s") % {"low": write(marks[0]), "high": write(marks[-1])}
    drawing.text(0, top + 13, words, "soft", size=SMALL)
    top += LINE + 8
    for first in range(0, len(series), beside):
        row = series[first : first + beside]
        heads = [wrapped(line.name, width, SMALL, 3) for line in row]
        plot = top + max(map(len, heads)) * SMALL_LINE + 28
        for place, (line, head) in enumerate(zip(row, heads, strict=True)):
            left = place * (width + space)
            drawing.lines(left, top + 13, head, size=SMALL)
            draw_panel(drawing, axis, line, (left, width, plot), ends, write)
        top = plot + PANEL + 40
    return top - 16


def draw_panel(drawing, axis, line, place, ends, write):
    """One small picture."""
    left, width, top = place
    scale = Scale(*ends, top + PANEL, -PANEL)
    latest = cut(written(line.values[-1], write), width)
    drawing.text(left, top - 9, latest, is_strong=True)
    drawing.path("axis", f"M{left:.1f} {top + PANEL}h{width:.1f}", width=1)
    if ends[0] < 0:
        drawing.path("grid", f"M{left:.1f} {scale.at(0):.1f}h{width:.1f}", width=1)
    xs = axis.pixels(left + 6, width - 12)
    draw_hidden(drawing, line.values, xs, (left, left + width), top, PANEL)
    if is_known(line.goal):
        drawing.path("sign", f"M{left:.1f} {scale.at(line.goal):.1f}h{width:.1f}", width=1.5, dash=GOAL_DASH)
    draw_run(drawing, "r1", line.values, xs, scale, width=2.5)
    draw_dots(drawing, "r1", line.values, xs, scale)
    pair = [0, len(xs) - 1] if len(xs) > 1 else [0]
    labels = [axis.labels[place] for place in pair]
    draw_labels(drawing, labels, [xs[place] for place in pair], top + PANEL + 18, left + width, start=left)
