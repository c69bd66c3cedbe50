"""How those who are selected compare with all applicants, by group, so that no count points at a person. Pure.

A count of persons under LEAST is not shown, and nothing is shown from which it follows by subtraction:

- groups with fewer than LEAST applicants are joined into one row, together with the smallest other group where one
  alone, or all of them together, would still tell;
- where in a row fewer than LEAST are selected, or fewer than LEAST are not, its selected stay hidden, and so do
  those of the smallest other row, until two are hidden whose selected, and whose others, number LEAST together.

Where fewer than LEAST are selected in all (or are not), no row says how many of it are; with fewer than LEAST
applicants no row is shown. Every hidden number can then have at least four values. A group that nobody is in is no
row. The same is asked of any other table (`partners/suppression/`); here small groups are joined, for few rows stay
that way.
"""

from collections import Counter, namedtuple

from partners.suppression.tables import LEAST

Row = namedtuple("Row", "groups applied selected")  # groups: one, or those joined; selected None where hidden
Balance = namedtuple("Balance", "rows applied selected")  # the totals hold for all and are always known


def balance(people):
    """The Balance of `people`, pairs (group, whether selected): largest row first, a joined one last."""
    applied = Counter(group for group, _is_selected in people)
    chosen = Counter(group for group, is_selected in people if is_selected)
    whole, taken = applied.total(), chosen.total()
    if whole < LEAST:
        return Balance([], whole, taken)
    rows = join_small(applied, chosen)
    if min(taken, whole - taken) < LEAST:
        rows = [row._replace(selected=None) for row in rows]
    else:
        rows = hide_small(rows)
    return Balance(rows, whole, taken)


def join_small(applied, chosen):
    """Rows of at least LEAST applicants: each group, the small ones joined in a last row."""
    ordered = sorted(applied, key=lambda group: (-applied[group], str(group)))
    joined = [group for group in ordered if applied[group] < LEAST]
    alone = [group for group in ordered if applied[group] >= LEAST]
    while joined and alone and (len(joined) < 2 or sum(applied[group] for group in joined) < LEAST):
        joined.insert(0, alone.pop())
    rows = [Row((group,), applied[group], chosen[group]) for group in alone]
    if joined:
        together = (sum(counts[group] for group in joined) for counts in (applied, chosen))
        rows.append(Row(tuple(joined), *together))
    return rows


def hide_small(rows):
    """The rows without the selected that would tell, or from which others would follow."""
    hidden = {at for at, row in enumerate(rows) if min(row.selected, row.applied - row.selected) < LEAST}
    shown = sorted(set(range(len(rows))) - hidden, key=lambda at: rows[at].applied)
    while hidden and shown and tells([rows[at] for at in hidden]):
        hidden.add(shown.pop(0))
    return [row._replace(selected=None) if at in hidden else row for at, row in enumerate(rows)]


def tells(rows):
    """Whether hidden rows, whose sum follows from the totals, still say how many of one are selected."""
    selected = sum(row.selected for row in rows)
    others = sum(row.applied for row in rows) - selected
    return len(rows) < 2 or min(selected, others) < LEAST
