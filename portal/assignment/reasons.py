"""Why a row got too little: what rules its columns out, and which full columns bar it from the rest."""


def unfilled(problem, pairs):
    """One entry for each row that misses units, as plain data.

    `missing` units; `possible` columns it may have; `held`; `reasons` counts the excluded columns by reason;
    `barred` lists columns that are all full and stay so: those that the row may still have and those that the rows
    on them might be moved to; `rivals` says how many other rows hold them. None barred: the row has all that it may
    have.
    """
    possible, held, holders = {}, {}, {}
    for row, column in pairs:
        held.setdefault(row, set()).add(column)
        holders.setdefault(column, set()).add(row)
    if all(len(held.get(row.id, ())) >= row.demand for row in problem.rows):
        return ()
    for row, column in problem.pairs:
        possible.setdefault(row, set()).add(column)
    fixed, onward = set(problem.fixed), {}
    for column, some in holders.items():
        movers = [row for row in some if (row, column) not in fixed]
        onward[column] = set().union(*(possible[row] - held[row] for row in movers))
    counts = {}
    for row, _column, reason in problem.excluded:
        why = counts.setdefault(row, {})
        why[reason] = why.get(reason, 0) + 1
    found = []
    for row in problem.rows:
        mine, may = held.get(row.id, set()), possible.get(row.id, set())
        if len(mine) >= row.demand:
            continue
        barred, todo = set(), may - mine
        while todo:
            barred |= todo
            todo = set().union(*(onward.get(column, ()) for column in todo)) - barred
        found.append(
            {
                "row": row.id,
                "missing": row.demand - len(mine),
                "possible": len(may),
                "held": sorted(mine),
                "reasons": dict(sorted(counts.get(row.id, {}).items())),
                "barred": sorted(barred),
                "rivals": len(set().union(*(holders.get(column, ()) for column in barred)) - {row.id}),
            }
        )
    return tuple(found)
