"""Why a row got too little: what rules its columns out, and which full columns bar it from the rest."""


def unfilled(problem, pairs):
    """One entry for each row that misses units, as plain data.

    `missing` units; `possible` columns it may have; `held`; `reasons` counts the excluded columns by reason;
    `barred` lists columns that are all full and stay so: those that the row may still have and those that the rows
    on them might be moved to; `rivals` says how many other rows hold them. None barred: the row has all that it may
    have.
    """
    held, possible, holders, onward = {}, {}, {}, {}
    for row, column in pairs:
        held.setdefault(row, []).append(column)
    if all(len(held.get(row.id, ())) >= row.demand for row in problem.rows):
        return ()
    # Sets as the bits of one number: rows by rows, columns by columns.
    row_bit = {row.id: 1 << number for number, row in enumerate(problem.rows)}
    column_bit = {column.id: 1 << number for number, column in enumerate(problem.columns)}
    for row, column in problem.pairs:
        possible[row] = possible.get(row, 0) | column_bit[column]
    mine = {row: sum(column_bit[column] for column in columns) for row, columns in held.items()}
    fixed = set(problem.fixed)
    for row, column in pairs:
        holders[column] = holders.get(column, 0) | row_bit[row]
        if (row, column) not in fixed:
            onward[column] = onward.get(column, 0) | possible[row] & ~mine[row]
    counts = {}
    for row, _column, reason in problem.excluded:
        why = counts.setdefault(row, {})
        why[reason] = why.get(reason, 0) + 1
    ids = [column.id for column in problem.columns]
    found = []
    for row in problem.rows:
        columns, may = held.get(row.id, []), possible.get(row.id, 0)
        if len(columns) >= row.demand:
            continue
        barred, todo = 0, may & ~mine.get(row.id, 0)
        while todo:
            barred |= todo
            reached = 0
            for column in _named(ids, todo):
                reached |= onward.get(column, 0)
            todo = reached & ~barred
        rivals = 0
        for column in _named(ids, barred):
            rivals |= holders.get(column, 0)
        found.append(
            {
                "row": row.id,
                "missing": row.demand - len(columns),
                "possible": may.bit_count(),
                "held": sorted(columns),
                "reasons": dict(sorted(counts.get(row.id, {}).items())),
                "barred": _named(ids, barred),
                "rivals": (rivals & ~row_bit[row.id]).bit_count(),
            }
        )
    return tuple(found)


def _named(ids, bits):
    """The ids whose bit is set, in their order."""
    return [one for one, bit in zip(ids, reversed(f"{bits:b}"), strict=False) if bit == "1"]
