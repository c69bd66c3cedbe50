"""Why somebody has no mentor: who shares which seats with them, and what would help."""

from functools import cached_property

from portal.assignment import problem as lots


class Reach:
    """From whom which seats can be had when people are moved: mentees and mentors as places in the table."""

    def __init__(self, problem, pairs):
        import numpy as np

        self.problem, self.table = problem, problem.table
        self.possible = np.zeros(self.table.size, bool)
        self.possible[self.table.row, self.table.column] = True
        self.possible[self.table.marks(problem.locks).any(axis=1)] = False
        self.chosen = self.table.marks(pairs)
        movable = (self.chosen & self.possible).astype(np.float32)
        self.onward = movable.T @ self.possible.astype(np.float32) > 0
        self.known = {}

    def mentors(self, row):
        """The mentors a mentee might have, those to whom theirs could be moved, and so on."""
        return self._closed(self.possible[row], self.onward)

    @cached_property
    def able(self):
        """The mentors who could take somebody more, if need be by moving people on."""
        return self._closed(self.chosen.sum(axis=0) < self.table.capacity, self.onward.T)

    def _closed(self, reached, onward):
        while True:
            further = reached | onward[reached].any(axis=0)
            if (further == reached).all():
                return reached
            reached = further

    def hall(self, row):
        """Mentees who can only go to these mentors, and there are fewer seats than mentees: one must stay over."""
        mentors = self.mentors(row)
        key = mentors.tobytes()
        if key not in self.known:
            people = self.chosen[:, mentors].any(axis=1)
            people |= ~self.chosen.any(axis=1) & self.possible.any(axis=1) & ~self.possible[:, ~mentors].any(axis=1)
            self.known[key] = {
                "mentees": [self.table.mentees[one] for one in people.nonzero()[0]],
                "mentors": [self.table.mentors[one] for one in mentors.nonzero()[0]],
                "seats": int(self.table.capacity[mentors].sum()),
            }
        return self.known[key]


def unmatched(problem, pairs):
    """One entry for each mentee without a mentor, in the order of the waiting list, as plain data.

    `reason` is `no_mentor_possible`, `no_seats` (all that are possible are full, and stay full however people are
    moved), or `seat_free` (one could be had, but something comes before it). `hall` holds for `no_seats`, and for
    `no_mentor_possible` it is empty of mentors. `excluded` counts the mentors that may not be met, by reason.
    """
    have = {mentee for mentee, _mentor in pairs}
    missing = [mentee for mentee in problem.mentees if mentee not in have]
    if not missing:
        return ()
    draw = dict(zip(problem.mentees, lots.hashed("row", problem.seed, problem.mentees).tolist(), strict=True))
    counts = {}
    for mentee, _mentor, reason in problem.excluded:
        why = counts.setdefault(mentee, {})
        why[reason] = why.get(reason, 0) + 1
    reach, found = Reach(problem, pairs), []
    for mentee in sorted(missing, key=lambda one: (draw[one], one)):
        row = reach.table.mentee_at[mentee]
        if not reach.possible[row].any():
            reason, hall = "no_mentor_possible", {"mentees": [mentee], "mentors": [], "seats": 0}
        elif (reach.possible[row] & reach.able).any():
            reason, hall = "seat_free", {}
        else:
            reason, hall = "no_seats", reach.hall(row)
        entry = {"mentee": mentee, "reason": reason, "hall": hall}
        found.append(entry | {"excluded": dict(sorted(counts.get(mentee, {}).items()))})
    return tuple(found)


def relaxations(problem, plan, mentee):
    """What one change would give this mentee a mentor and take nobody theirs, as plain data.

    `pairs`: mentors who could take them if they might meet, with the reasons against it; fewest reasons first.
    `seats`: mentors with whom one seat more would do.
    """
    reach = Reach(problem, plan.pairs)
    row, reasons = reach.table.mentee_at[mentee], {}
    for other, mentor, reason in problem.excluded:
        if other == mentee:
            reasons.setdefault(mentor, []).append(reason)
    barred = reach.able & ~reach.possible[row]
    mentors = [reach.table.mentors[to] for to in barred.nonzero()[0]]
    pairs = [(mentor, sorted(reasons.get(mentor, ()))) for mentor in mentors]
    return {
        "pairs": [[mentor, why] for mentor, why in sorted(pairs, key=lambda one: (len(one[1]), one[0]))],
        "seats": [reach.table.mentors[to] for to in reach.mentors(row).nonzero()[0]],
    }
