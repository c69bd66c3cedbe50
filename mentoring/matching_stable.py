"""What each side would rather have, the stable plan, and the pairs that block a plan.

A mentee prefers whom they named, in their order; then the others they may meet, by fit (by score where nobody knows
a fit). Mentors likewise. So a short list never makes fewer mentors possible. Ties (in a list, or of fit) are broken
by the lottery; what is found is then weakly stable: nobody has a partner that both strictly prefer.
"""

from heapq import heappush, heapreplace

from mentoring.matching_problem import LARGEST
from portal.assignment import problem as lots


class Tastes:
    """For each pair that may meet how far down it stands, for the mentee and for the mentor: lower is better.

    `level` is equal where tastes tie, `place` never is; `named` says whom somebody named. All are arrays in the
    order of the problem's scores, one for the mentees and one for the mentors.
    """

    def __init__(self, problem):
        import numpy as np

        table = problem.table
        self.problem = problem
        fit = np.where(table.fit >= 0, table.fit, table.score)
        self.own = {"mentee": table.row, "mentor": table.column}
        self.named, self.level = {}, {}
        for name, ids, at, ranks in (
            ("mentee", table.mentees, table.mentor_at, problem.mentee_ranks),
            ("mentor", table.mentors, table.mentee_at, problem.mentor_ranks),
        ):
            listed = _listed(table, name, ids, at, ranks)
            self.named[name] = listed < len(at)
            self.level[name] = (listed + 1) * (LARGEST + 1) - np.where(self.named[name], 0, fit)

    def places(self, name):
        """The levels of one side in an order without ties."""
        import numpy as np

        table, seed = self.problem.table, self.problem.seed
        hashes = lots.hashed("row", seed, table.mentees), lots.hashed("column", seed, table.mentors)
        draws = lots.tickets(hashes[0][table.row], hashes[1][table.column])
        order = np.lexsort((*reversed(draws), self.level[name], self.own[name]))
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        return place


def _listed(table, name, ids, at, ranks):
    """At which place of its list each pair stands; as many as there are others where it stands in none."""
    import numpy as np

    own, others = (table.row, table.column) if name == "mentee" else (table.column, table.row)
    places = np.full(len(own), len(at), np.int64)
    if ranks:
        listed = np.full((len(ids), len(at)), len(at), np.int32)
        for number, one in enumerate(ids):
            for nth, level in enumerate(ranks.get(one, ())):
                for other in level if isinstance(level, tuple) else (level,):
                    listed[number, at[other]] = nth
        places[:] = listed[own, others]
    return places


def propose(problem):
    """The stable plan that is best for the mentees, and every refusal on the way to it, in order.

    Mentees propose to the best who has not refused them; a mentor keeps the best and refuses the others. Locked
    pairs are kept aside. A refusal is final, which is why their list proves that nobody can do better.
    """
    import numpy as np

    table, tastes = problem.table, Tastes(problem)
    mentee_place, rating = tastes.places("mentee"), tastes.places("mentor").tolist()
    locked = dict(problem.locks)
    capacity = table.capacity.tolist()
    for mentor in locked.values():
        capacity[table.mentor_at[mentor]] -= 1
    order = np.argsort(mentee_place)
    ends = np.searchsorted(table.row[order], np.arange(table.size[0] + 1)).tolist()
    entries, column = order.tolist(), table.column.tolist()
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
    held[table.row[mine]] = tastes.level["mentee"][mine]
    room = chosen.sum(axis=0) < table.capacity
    worst = np.full(table.size[1], -1)
    movable = mine & free_row[table.row]
    np.maximum.at(worst, table.column[movable], tastes.level["mentor"][movable])
    worst[room] = far
    blocks = free_row[table.row] & ~mine
    blocks &= (tastes.level["mentee"] < held[table.row]) & (tastes.level["mentor"] < worst[table.column])
    found = np.flatnonzero(blocks)
    both = (tastes.named["mentee"] & tastes.named["mentor"])[found]
    names = [(table.mentees[table.row[e]], table.mentors[table.column[e]]) for e in [*found[both], *found[~both]]]
    return tuple(names), int(both.sum())
