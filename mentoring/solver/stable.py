"""What each side would rather have, the stable plan, and the pairs that block a plan.

A mentee prefers whom they named, in their order; then the others they may meet, by fit (by score where nobody knows
a fit). Mentors likewise. So a short list never makes fewer mentors possible. Ties (in a list, or of fit) are broken
by the lottery; what is found is then weakly stable: nobody has a partner that both strictly prefer.
"""

from functools import cached_property
from heapq import heappush, heapreplace

from portal.assignment import problem as lots

FAR = 1 << 60
UNLISTED = 1 << 30  # a place in no list; beyond every fit and score
EVERY = slice(None)


class Tastes:
    """For pairs that may meet how far down they stand, for the mentee and for the mentor: lower is better."""

    def __init__(self, problem):
        self.problem, self.table = problem, problem.table
        self.ranks = {"mentee": problem.mentee_ranks, "mentor": problem.mentor_ranks}
        self.lists = {side: self._listed(side) for side in self.ranks if self.ranks[side]}

    @cached_property
    def draws(self):
        """What the lottery draws for each pair, in one number."""
        table, seed = self.table, self.problem.seed
        hashes = lots.hashed("row", seed, table.mentees), lots.hashed("column", seed, table.mentors)
        draws = lots.tickets(hashes[0][table.row], hashes[1][table.column])
        return sum(draw.astype("int64") << (16 * nth) for nth, draw in enumerate(reversed(draws)))

    def _listed(self, side):
        """At which place of its list everybody has everybody else, from 0; `UNLISTED` who is in no list."""
        import numpy as np

        ids, others, at = self.table.mentees, self.table.mentors, self.table.mentor_at
        if side == "mentor":
            ids, others, at = others, ids, self.table.mentee_at
        listed = np.full((len(ids), len(others)), UNLISTED, np.int64)
        for number, one in enumerate(ids):
            for nth, level in enumerate(self.ranks[side].get(one, ())):
                for other in level if isinstance(level, tuple) else (level,):
                    listed[number, at[other]] = nth
        return listed if side == "mentee" else listed.T

    def named(self, side, pairs=EVERY):
        """Which of the pairs somebody named."""
        import numpy as np

        row, column = self.table.row[pairs], self.table.column[pairs]
        return self.lists[side][row, column] < UNLISTED if side in self.lists else np.zeros(len(row), bool)

    def levels(self, side, pairs=EVERY):
        """How far down the pairs stand, equal where tastes tie."""
        import numpy as np

        fit = self.table.fit[pairs]
        level = -np.where(fit >= 0, fit, self.table.score[pairs])
        if side in self.lists:
            nth = self.lists[side][self.table.row[pairs], self.table.column[pairs]]
            level = np.where(nth < UNLISTED, nth - UNLISTED, level)
        return level

    def places(self, side):
        """The order of one side without ties."""
        import numpy as np

        table = self.table
        own = table.row if side == "mentee" else table.column
        order = np.lexsort((self.draws, (own << 32) + self.levels(side) + (1 << 31)))
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        return place


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
    mine, free_row = chosen[table.row, table.column], ~locked.any(axis=1)
    levels = tastes.levels("mentee")
    held = np.full(table.size[0], FAR)
    held[table.row[mine]] = levels[mine]
    held[~free_row] = -FAR
    wishes = np.flatnonzero((levels < held[table.row]) & ~mine)
    worst = np.full(table.size[1], -FAR)
    movable = np.flatnonzero(mine & free_row[table.row])
    np.maximum.at(worst, table.column[movable], tastes.levels("mentor", movable))
    worst[chosen.sum(axis=0) < table.capacity] = FAR
    found = wishes[tastes.levels("mentor", wishes) < worst[table.column[wishes]]]
    both = tastes.named("mentee", found) & tastes.named("mentor", found)
    found = np.concatenate([found[both], found[~both]])
    names = zip(table.row[found].tolist(), table.column[found].tolist(), strict=True)
    return tuple((table.mentees[row], table.mentors[to]) for row, to in names), int(both.sum())
