"""What each side would rather have, the stable plan, and the pairs that block a plan.

A mentee prefers whom they named, in their order; then the others they may meet, by fit (by score where nobody knows
a fit). Mentors likewise. So a short list never makes fewer mentors possible. Ties (in a list, or of fit) are broken
by the lottery; what is found is then weakly stable: nobody has a partner that both strictly prefer.
"""

from heapq import heappush, heapreplace

from portal.assignment import problem as lots


class Tastes:
    """For each pair that may meet how far down it stands, for the mentee and for the mentor: lower is better.

    `mentee_level` and `mentor_level` tie where tastes tie; `mentee_place` and `mentor_place` never do. All are arrays
    in the order of the problem's scores. `mentee_named` and `mentor_named` say whom somebody named.
    """

    def __init__(self, problem):
        import numpy as np

        table = problem.table
        fit = np.where(table.fit >= 0, table.fit, table.score) if (table.fit < 0).any() else table.fit
        hashes = lots.hashed("row", problem.seed, table.mentees), lots.hashed("column", problem.seed, table.mentors)
        draws = lots.tickets(hashes[0][table.row], hashes[1][table.column])
        sides = (("mentee", table.row, table.column, table.mentees, table.mentor_at, problem.mentee_ranks),) + (
            ("mentor", table.column, table.row, table.mentors, table.mentee_at, problem.mentor_ranks),
        )
        for name, own, others, ids, at, ranks in sides:
            named = _named(own, others, ids, at, ranks)
            keys = (*reversed(draws), -np.where(named < len(at), 0, fit), named, own)
            tied = np.where(named < len(at), 0, fit)
            order = np.lexsort((*reversed(draws), -fit, named, own))
            place = np.empty(len(own), np.int64)
            place[order] = np.arange(len(own))
            order = np.lexsort(keys[-3:])
            new = np.ones(len(own), bool)
            new[1:] = (np.diff(own[order]) != 0) | (np.diff(named[order]) != 0) | (np.diff(tied[order]) != 0)
            level = np.empty(len(own), np.int64)
            level[order] = np.cumsum(new)
            setattr(self, f"{name}_place", place)
            setattr(self, f"{name}_level", level)
            setattr(self, f"{name}_named", named < len(at))


def _named(own, others, ids, at, ranks):
    """At which place of its list each pair stands; as many as there are others where it stands in none."""
    import numpy as np

    places = np.full(len(own), len(at), np.int64)
    if not ranks:
        return places
    listed = {
        (number, at[other]): nth
        for number, one in enumerate(ids)
        for nth, level in enumerate(ranks.get(one, ()))
        for other in (level if isinstance(level, tuple) else (level,))
    }
    for entry, pair in enumerate(zip(own.tolist(), others.tolist(), strict=True)):
        if pair in listed:
            places[entry] = listed[pair]
    return places


def propose(problem):
    """The stable plan that is best for the mentees, and every refusal on the way to it, in order.

    Mentees propose to the best who has not refused them; a mentor keeps the best and refuses the others. Locked
    pairs are kept aside. A refusal is final, which is why their list proves that nobody can do better.
    """
    import numpy as np

    table, tastes = problem.table, Tastes(problem)
    locked = dict(problem.locks)
    capacity = table.capacity.tolist()
    for mentor in locked.values():
        capacity[table.mentor_at[mentor]] -= 1
    order = np.argsort(tastes.mentee_place)
    ends = np.searchsorted(table.row[order], np.arange(table.size[0] + 1)).tolist()
    entries, column, rating = order.tolist(), table.column.tolist(), tastes.mentor_place.tolist()
    nth, held, refused = ends[:-1].copy(), [[] for _mentor in table.mentors], []
    waiting = [row for row in range(table.size[0] - 1, -1, -1) if table.mentees[row] not in locked]
    while waiting:
        row = waiting.pop()
        while nth[row] < ends[row + 1]:
            entry = entries[nth[row]]
            nth[row] += 1
            to, mine = column[entry], (-rating[entry], row)
            if len(held[to]) < capacity[to]:
                heappush(held[to], mine)
                break
            if capacity[to] > 0 and mine > held[to][0]:
                _rating, other = heapreplace(held[to], mine)
                refused.append([table.mentees[other], table.mentors[to]])
                waiting.append(other)
                break
            refused.append([table.mentees[row], table.mentors[to]])
    pairs = [(table.mentees[row], table.mentors[to]) for to, some in enumerate(held) for _rating, row in some]
    return sorted([*pairs, *locked.items()]), refused


def blocking(problem, pairs):
    """The pairs of whom both would rather have each other, and how many of them named each other: those come first.

    Locked people stay where they are, so they block nothing and push nobody out.
    """
    import numpy as np

    table = problem.table
    if not len(table.row):
        return (), 0
    tastes = Tastes(problem)
    locked, chosen = table.marks(problem.locks), table.marks(pairs)
    at = (table.row, table.column)
    mine, free_row = chosen[at], ~locked.any(axis=1)
    far = 1 << 60
    held = np.full(table.size[0], far)
    held[table.row[mine]] = tastes.mentee_level[mine]
    room = chosen.sum(axis=0) < table.capacity
    worst = np.full(table.size[1], -1)
    movable = mine & free_row[table.row]
    np.maximum.at(worst, table.column[movable], tastes.mentor_level[movable])
    worst[room] = far
    blocks = free_row[table.row] & ~mine
    blocks &= (tastes.mentee_level < held[table.row]) & (tastes.mentor_level < worst[table.column])
    found = np.flatnonzero(blocks)
    both = (tastes.mentee_named & tastes.mentor_named)[found]
    names = [(table.mentees[table.row[e]], table.mentors[table.column[e]]) for e in [*found[both], *found[~both]]]
    return tuple(names), int(both.sum())
