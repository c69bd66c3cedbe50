"""Is a plan really the best one? Worked out from the problem and the plan alone, with the prices as the proof.

Think of every change to the plan as a circle: a row takes a column up and lets another go, that column hands a unit
on or has a place less or more free, and so on until it closes. When each column has a price such that no single
step is cheaper than the difference of the prices it leads between, no circle costs less than nothing; costs and
prices are lists, one number per stage, and the first stage in which two differ decides. A plan that no circle
improves is a best one, because costs are convex.
"""

from portal.assignment import problem as questions

LOW, HIGH = -(1 << 60), 1 << 60


class NotProven(ValueError):
    """The plan breaks the problem's rules, or the certificate does not show that it is the best one."""


def check(problem, plan, certificate=None):
    """Raise NotProven, saying what does not hold, unless the plan keeps the rules and is shown to be the best."""
    certificate = plan.certificate if certificate is None else certificate
    _check_rules(problem, plan)
    if certificate.get("problem") != problem.digest():
        raise NotProven("the certificate is for another problem")
    _check_best(problem, plan, certificate.get("prices"))


def _check_rules(problem, plan):
    pairs = [tuple(pair) for pair in plan.pairs]
    possible, chosen = set(problem.pairs), set(pairs)
    _refuse(
        "pairs given twice", [pair for pair in chosen if pairs.count(pair) > 1] if len(chosen) < len(pairs) else []
    )
    _refuse("pairs that may not meet", sorted(chosen - possible))
    _refuse("fixed pairs that are gone", sorted(set(problem.fixed) - chosen))
    added = chosen - set(problem.fixed)
    got, fixed, load = {}, {}, {}
    for counts, some in ((got, added), (fixed, problem.fixed)):
        for row, column in some:
            counts[row] = counts.get(row, 0) + 1
            load[column] = load.get(column, 0) + 1
    _refuse(
        "rows with more than they want",
        [r.id for r in problem.rows if got.get(r.id, 0) > max(0, r.demand - fixed.get(r.id, 0))],
    )
    _refuse("columns over capacity", [c.id for c in problem.columns if c.loaded + load.get(c.id, 0) > c.capacity])
    total = {row.id: got.get(row.id, 0) + fixed.get(row.id, 0) for row in problem.rows}
    loads = [column.loaded + load.get(column.id, 0) for column in problem.columns]
    for stage in problem.stages:
        if stage.lottery:
            continue
        value = sum(cost for pair, cost in zip(problem.pairs, stage.costs, strict=False) if pair in chosen)
        for row in problem.rows:
            value += _missing(stage.missing, row.demand, max(0, row.demand - total[row.id]))
        value += sum(_load(stage.loads, count) for count in loads)
        if plan.values.get(stage.name) != value:
            raise NotProven(f"stage {stage.name}: the plan says {plan.values.get(stage.name)}, it is {value}")


def _missing(kind, demand, missing):
    """What a row pays in all for so many missing units."""
    return {"": 0, "count": missing, "squares": (demand - missing) ** 2}[kind]


def _load(kind, load):
    """What a column pays in all for so many units."""
    return {"": 0, "squares": load * load, "idle": int(load == 0)}[kind]


def _costs(problem, rows, columns):
    """For each stage its name, the cost of every pair, and what it takes for missing units and loads."""
    import numpy as np

    at = (
        np.array([rows[row] for row, _column in problem.pairs], dtype=np.intp),
        np.array([columns[column] for _row, column in problem.pairs], dtype=np.intp),
    )
    for stage in problem.stages:
        if stage.lottery:
            for tickets in questions.draws(problem):
                yield stage, tickets.astype(np.int64)
            continue
        pairs = np.zeros((len(rows), len(columns)), np.int64)
        if stage.costs:
            pairs[at] = stage.costs
        yield stage, pairs


def _check_best(problem, plan, prices):
    """The steps row by row and column by column, in the order of the stages."""
    import numpy as np

    rows = {row.id: number for number, row in enumerate(problem.rows)}
    columns = {column.id: number for number, column in enumerate(problem.columns)}
    size = (len(rows), len(columns))
    fixed, chosen, possible = (np.zeros(size, bool) for _ in range(3))
    for marks, pairs in ((fixed, problem.fixed), (chosen, plan.pairs), (possible, problem.pairs)):
        for row, column in pairs:
            marks[rows[row], columns[column]] = True
    movable = chosen & ~fixed
    demand = [row.demand for row in problem.rows]
    short = [max(0, want - got) for want, got in zip(demand, chosen.sum(axis=1).tolist(), strict=True)]
    wanted = [max(0, want - kept) for want, kept in zip(demand, fixed.sum(axis=1).tolist(), strict=True)]
    loads = [c.loaded + got for c, got in zip(problem.columns, chosen.sum(axis=0).tolist(), strict=True)]
    room = np.array([c.capacity > load for c, load in zip(problem.columns, loads, strict=True)], bool)
    leaves = movable.any(axis=0)
    costs = list(_costs(problem, rows, columns))
    price = _read(prices, problem, len(costs))

    # A row: whatever it holds or misses is at most as dear as whatever it might take up instead.
    # The last column stands for missing a unit; nothing passes through a column that is full of fixed units.
    holds = np.column_stack([movable, np.array(short, bool)])
    takes = np.column_stack([possible & ~chosen & (room | leaves), np.array(short) < np.array(wanted)])
    open_rows = holds.any(axis=1) & takes.any(axis=1)
    # A column: its price is at most that of the next free place, at least that of the last one taken.
    next_open, last_open = room, leaves
    for here, (stage, pairs) in zip(price, costs, strict=True):
        fewer, now, further = (
            np.array([_missing(stage.missing, d, s + n) for d, s in zip(demand, short, strict=True)], np.int64)
            for n in (-1, 0, 1)
        )
        dearest = np.where(holds, np.column_stack([pairs + here, now - fewer]), LOW)
        cheapest = np.where(takes, np.column_stack([pairs + here, further - now]), HIGH)
        most, least = dearest.max(axis=1), cheapest.min(axis=1)
        down, now, up = (np.array([_load(stage.loads, load + n) for load in loads], np.int64) for n in (-1, 0, 1))
        wrong_rows = open_rows & (most > least)
        wrong_columns = (next_open & (here > up - now)) | (last_open & (here < now - down))
        for wrong, things in ((wrong_columns, problem.columns), (wrong_rows, problem.rows)):
            names = [things[number].id for number in np.flatnonzero(wrong)]
            _refuse(f"stage {stage.name}: a better plan is not ruled out, as may be seen at", names)
        # Where this stage finds no difference the next one decides.
        open_rows &= most == least
        holds &= dearest == most[:, None]
        takes &= cheapest == least[:, None]
        next_open = next_open & (here == up - now)
        last_open = last_open & (here == now - down)


def _read(prices, problem, stages):
    """The prices as an array, stages by columns."""
    import numpy as np

    if not isinstance(prices, dict) or set(prices) != {column.id for column in problem.columns}:
        raise NotProven("the certificate does not price every column")
    lists = [prices[column.id] for column in problem.columns]
    if any(len(some) != stages or any(type(n) is not int or abs(n) > LARGEST for n in some) for some in lists):
        raise NotProven("the certificate's prices are not one whole number for each stage")
    return np.array(lists, dtype=np.int64).reshape(len(lists), stages).T


LARGEST = 1 << 50  # of a price


def _refuse(what, things):
    if things:
        names = ", ".join("/".join(t) if isinstance(t, tuple) else t for t in things[:5])
        raise NotProven(f"{what}: {names}{f' and {len(things) - 5} more' if len(things) > 5 else ''}")
