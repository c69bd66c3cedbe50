"""The proof that goes with a plan: for each column, stage by stage, what one unit more on it would cost."""

FAR = 1 << 61  # no way there


def prices(question, groups, held):
    """The cheapest way from each column to a free place or to a missed unit, its cost in every stage.

    A column that no unit can leave and that has no place left is priced at nothing: no way leads through it.
    """
    import numpy as np

    ways, movers = _ways(question, groups, held)
    columns = question.size[1]
    used, missed = held.sum(axis=0), question.need - held.sum(axis=1)
    free = np.flatnonzero(used < question.seats)
    dist = np.full((len(groups), columns + 1), FAR)
    exact = np.zeros((len(question.layers), columns + 1), np.int64)
    dist[:, columns] = 0
    for total, group in zip(dist, groups, strict=True):
        total[free] = group.loads[free, used[free]]
    for total, layer in zip(exact, question.layers, strict=True):
        if layer.loads is not None:
            total[free] = layer.loads[free, used[free]]
    while True:
        found, onward = _least([way + total[None, :] for way, total in zip(ways, dist, strict=True)])
        better, level = np.zeros(columns, bool), found[0] < FAR // 2
        for new, old in zip(found, dist[:, :-1], strict=True):
            better |= level & (new < old)
            level &= new == old
        at = np.flatnonzero(better)
        if not at.size:
            return {column.id: exact[:, number].tolist() for number, column in enumerate(question.problem.columns)}
        onto = onward[at]
        mover, to_column = movers[at, onto], onto < columns
        before = exact[:, onto]
        dist[:, at] = [new[at] for new in found]
        for total, layer, then in zip(exact, question.layers, before, strict=True):
            step = np.zeros(len(at), np.int64)
            if layer.pairs is not None:
                step[to_column] += layer.pairs[mover[to_column], onto[to_column]]
                step -= layer.pairs[mover, at]
            if layer.missing is not None:
                step[~to_column] += layer.missing[mover[~to_column], missed[mover[~to_column]]]
            total[at] = then + step


def _ways(question, groups, held):
    """What pushing a unit on from column to column costs at least, in each group, and whose unit that is.

    Beyond the real columns stands "nowhere": the unit is missed.
    """
    import numpy as np

    rows, columns = question.size
    ways = np.full((len(groups), columns, columns + 1), FAR)
    movers = np.zeros((columns, columns + 1), np.intp)
    missed = question.need - held.sum(axis=1)
    closed = held | question.fixed | ~question.feasible
    full = missed >= question.need
    ahead = np.full((len(groups), rows, columns + 1), FAR)
    for costs, group in zip(ahead, groups, strict=True):
        costs[:, :-1] = np.where(closed, FAR, group.pairs)
        costs[~full, -1] = group.missing[~full, missed[~full]]
    for column in range(columns):
        mine = np.flatnonzero(held[:, column])
        if mine.size:
            costs = [
                total[mine] - group.pairs[mine, column][:, None] for total, group in zip(ahead, groups, strict=True)
            ]
            costs = [np.where(costs[0] < FAR // 2, cost, FAR) for cost in costs]
            ways[:, column], which = _least([cost.T for cost in costs])
            movers[column] = mine[which]
    return ways, movers


def _least(costs):
    """The least of each line, where the first number counts most, then the second, …: the numbers and where."""
    import numpy as np

    found, level = [], None
    for cost in costs:
        here = cost if level is None else np.where(level, cost, 2 * FAR)
        least = here.min(axis=1)
        level = here == least[:, None]
        found.append(least)
    return found, level.argmax(axis=1)
