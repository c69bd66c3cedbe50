"""What is made of parts: bars of parts (answers from 5 to 1, what became of those who applied), and one strip."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal import i18n
from portal.charts import frame
from portal.charts.drawing import LINE, SMALL, width_of
from portal.charts.frame import GAP, is_known, written
from portal.charts.rows import Rows, Value

HIDDEN_WIDTH = 34  # of any part that is not shown, whatever it is
STRIP = 36  # how high a strip is
STEPS = {1: (5,), 2: (5, 3), 3: (5, 4, 3), 4: (5, 4, 3, 2), 5: (5, 4, 3, 2, 1)}  # told apart by lightness


@dataclass(frozen=True)
class Stack:
    """A bar: its label, its counts in the order of the parts, and what stands at its end."""

    label: str
    counts: tuple
    value: str = ""


def stacked(name, title, names, stacks, of, *, is_whole=True, table=None, told="", write=i18n.number):
    """Bars of parts. `names` are pairs of a step (5 is best, 1 worst) and its words, in the order of the counts.

    Each bar is a whole, or all have one scale where `is_whole` is false. `table` takes the place of the table of
    the counts; `of` names what its rows are.
    """
    if not stacks:
        return frame.empty(title)
    for stack in stacks:
        check(stack.counts)
    steps = [step for step, _words in names]
    return frame.chart(
        name,
        title,
        told or stacked_told(names, stacks),
        lambda drawing: draw_stacks(drawing, names, steps, stacks, is_whole, write),
        table or table_of(title, names, stacks, of, write),
    )


def check(counts):
    """Refuses what cannot be a part of anything."""
    frame.check(counts)
    if any(is_known(count) and count < 0 for count in counts):
        raise ValueError("a part cannot be less than nothing")


def table_of(title, names, stacks, of, write):
    """The counts, and what stands at the end of each bar."""
    has_values = any(stack.value for stack in stacks)
    headings = [of, *(words for _step, words in names), *([pgettext("chart", "Value")] if has_values else [])]
    rows = [
        (
            stack.label,
            [*(written(count, write) for count in stack.counts), *([stack.value or "–"] if has_values else [])],
        )
        for stack in stacks
    ]
    return frame.table(title, headings, rows)


def share_of(stack, place):
    """How much of a whole a part is; None where not all of it is known."""
    if not all(map(is_known, stack.counts)) or not sum(stack.counts):
        return None
    return float(stack.counts[place]) / float(sum(stack.counts))


def stacked_told(names, stacks):
    """Where the first part is highest and lowest."""
    shares = [(stack, share_of(stack, 0)) for stack in stacks]
    known = [(stack, share) for stack, share in shares if share is not None]
    told = []
    if known:
        best, worst = max(known, key=lambda pair: pair[1])[0], min(known, key=lambda pair: pair[1])[0]
        words = {"part": names[0][1], "best": best.label, "worst": worst.label}
        words |= {"high": percent_of(best), "low": percent_of(worst)}
        if len(known) == 1:
            told.append(_("“%(part)s”: %(high)s.") % words)
        else:
            told.append(_("“%(part)s”: highest in %(best)s (%(high)s), lowest in %(worst)s (%(low)s).") % words)
    return " ".join([*told, *frame.hidden_told(count for stack in stacks for count in stack.counts)])


def percent_of(stack):
    """The share of the first part."""
    return frame.percent(stack.counts[0], sum(stack.counts))


def total_of(counts):
    """The sum of what is shown."""
    return sum(float(count) for count in counts if is_known(count))


def draw_stacks(drawing, names, steps, stacks, is_whole, write):
    """Rows of parts under their legend."""
    items = [frame.part_item(step, words) for step, words in names]
    if any(count is frame.HIDDEN for stack in stacks for count in stack.counts):
        items.append(frame.hidden_item())
    top = frame.legend(drawing, items)
    rows = Rows(drawing, [stack.label for stack in stacks], [Value(stack.value) for stack in stacks], top)
    hidden = max(sum(count is frame.HIDDEN for count in stack.counts) for stack in stacks) * HIDDEN_WIDTH
    longest = max(total_of(stack.counts) for stack in stacks)
    for stack, y in zip(stacks, rows, strict=True):
        if is_whole:
            draw_parts(drawing, steps, stack.counts, (rows.start, y, rows.length, rows.thick), write)
        else:
            whole = total_of(stack.counts)
            own = sum(count is frame.HIDDEN for count in stack.counts) * HIDDEN_WIDTH
            length = own + (rows.length - hidden) * (whole / longest if longest else 0)
            draw_parts(drawing, steps, stack.counts, (rows.start, y, length, rows.thick), write)
    return rows.end


def draw_parts(drawing, steps, counts, place, write):
    """The parts of one bar. Those that are not shown are all equally wide, and the others share what is left."""
    start, y, length, thick = place
    left = start
    hidden = sum(count is frame.HIDDEN for count in counts)
    room, total = length - hidden * HIDDEN_WIDTH, total_of(counts)
    for step, count in zip(steps, counts, strict=True):
        if count is frame.HIDDEN:
            drawing.hidden(left, y, HIDDEN_WIDTH - GAP, thick)
            left += HIDDEN_WIDTH
        elif is_known(count) and count and total:
            width = room * float(count) / total
            drawn = max(width - GAP, 1)
            x = max(min(left, start + length - drawn), start)  # also what is next to nothing stays inside
            drawing.part(step, x, y, drawn, thick)
            words = written(count, write)
            if width_of(words, SMALL) + 8 <= drawn and thick > SMALL:
                drawing.text(left + drawn / 2, y + thick / 2 + 5, words, f"on{step}", anchor="middle", size=SMALL)
            left += width


# --- a strip ----------------------------------------------------------------------------------------------------


def strip(name, title, bars, headings, *, write=i18n.number, told=""):
    """One whole and its parts, at most five `bars.Bar`, with number and share below."""
    if not bars:
        return frame.empty(title)
    if len(bars) > len(STEPS):
        raise ValueError("so many parts nobody can tell apart: use `bars.plain`")
    counts = [bar.value for bar in bars]
    check(counts)
    shares = shares_of(bars)
    rows = [(bar.label, [written(bar.value, write), *share]) for bar, share in zip(bars, shares, strict=True)]
    has_shares = any(shares)
    table = frame.table(title, [*headings, *([_("In percent")] if has_shares else [])], rows)
    words = [words_of(bar, write, share) for bar, share in zip(bars, shares, strict=True)]
    told = told or " ".join([", ".join(words) + ".", *frame.hidden_told(counts)])
    return frame.chart(name, title, told, lambda drawing: draw_strip(drawing, bars, words, write), table)


def words_of(bar, write, share):
    """A part in words; one that is not shown has its label alone, and the sign of what is not shown."""
    if bar.value is frame.HIDDEN:
        return bar.label
    return " ".join([bar.label, written(bar.value, write), *(f"({part})" for part in share)])


def shares_of(bars):
    """The share of each part, as a list of one; no shares where a value is not known, or it could be worked out."""
    values = [bar.value for bar in bars]
    if not all(map(is_known, values)) or not sum(values):
        return [[] for _bar in bars]
    return [[frame.percent(value, sum(values))] for value in values]


def draw_strip(drawing, bars, words, write):
    """The strip, and below it what its parts are."""
    steps = STEPS[len(bars)]
    draw_parts(drawing, steps, [bar.value for bar in bars], (0, 1, drawing.sheet.width, STRIP), write)
    items = [
        frame.hidden_item()[:1] + (text,) if bar.value is frame.HIDDEN else frame.part_item(step, text)
        for bar, step, text in zip(bars, steps, words, strict=True)
    ]
    if any(bar.value is frame.HIDDEN for bar in bars):
        items.append(frame.hidden_item())
    return frame.legend(drawing, items, STRIP + 12) - LINE / 2
