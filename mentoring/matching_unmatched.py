"""Why somebody has no mentor: who shares which seats with them, and what would help."""

from portal.assignment import problem as lots


class Reach:
    """Who may go where and who sits where: from whom which seats can be had."""

    def __init__(self, problem, pairs):
        self.problem, self.pairs = problem, dict(pairs)
        self.capacity, self.locked = dict(problem.mentors), dict(problem.locks)
        self.possible, self.held = {}, {one: [] for one in self.capacity}
        for mentee, mentor, _score, _fit in problem.scores:
            if mentee not in self.locked:
                self.possible.setdefault(mentee, []).append(mentor)
        for mentee, mentor in pairs:
            self.held[mentor].append(mentee)

    def hall(self, mentee):
        """Mentees who can only go to these mentors, and there are fewer seats than mentees: one must stay over."""
        mentors, todo = set(), list(self.possible.get(mentee, ()))
        people = {mentee}
        while todo:
            mentor = todo.pop()
            if mentor in mentors:
                continue
            mentors.add(mentor)
            for other in self.held[mentor]:
                people.add(other)
                todo += self.possible.get(other, ())
        for other in self.problem.mentees:
            if other not in self.pairs and self.possible.get(other) and mentors.issuperset(self.possible[other]):
                people.add(other)
        return {
            "mentees": sorted(people),
            "mentors": sorted(mentors),
            "seats": sum(self.capacity[mentor] for mentor in mentors),
        }


def unmatched(problem, pairs):
    """One entry for each mentee without a mentor, in the order of the waiting list, as plain data.

    `reason` is `no_mentor_possible`, `no_seats` (all that are possible are full, and stay full however people are
    moved), or `seat_free` (one could be had: the stages put something before it). `hall` holds for the first two.
    `excluded` counts the mentors that may not be met, by reason.
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
        hall = reach.hall(mentee)
        reason = "no_seats" if reach.possible.get(mentee) else "no_mentor_possible"
        if hall["seats"] >= len(hall["mentees"]):
            reason, hall = "seat_free", {}
        entry = {"mentee": mentee, "reason": reason, "hall": hall}
        found.append(entry | {"excluded": dict(sorted(counts.get(mentee, {}).items()))})
    return tuple(found)
