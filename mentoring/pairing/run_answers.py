"""A run as people read it: its pairs, wishes and bands, and how two answers differ. Pure; on the JSON of a run."""

from collections import Counter
from functools import cached_property


class Answer:
    """The frozen question of a run and its plan, looked at together; `facts` are those of its snapshot."""

    def __init__(self, problem, plan, facts):
        self.problem, self.plan, self.facts = problem, plan, facts
        self.mentees = [row["id"] for row in problem["mentees"]]
        self.capacity = {row["id"]: row["capacity"] for row in problem["mentors"]}
        self.pairs = dict(plan["pairs"])
        self.published = dict(facts["published"])
        self.stages = plan["stages"] | {"changed": len(self.published.items() - self.pairs.items())}
        self.locks = dict(problem.get("locks", []))

    @cached_property
    def scores(self):
        """(score, fit) of every pair that is possible; fit is None where it is not rated."""
        return {(row[0], row[1]): (row[2], row[3] if len(row) > 3 else None) for row in self.problem["scores"]}

    @property
    def has_bands(self):
        """Whether fit is looked at by bands."""
        return bool(self.problem.get("bands"))

    def score(self, pair):
        """The score of a pair, None where it is not possible."""
        return self.scores.get(pair, (None, None))[0]

    def fit(self, pair):
        """How well a pair fits, 0 to 1000; None where that is not rated."""
        return self.scores.get(pair, (None, None))[1]

    def band(self, pair):
        """`poor`, `weak` or `good`."""
        return band_of(self.fit(pair), self.problem.get("bands"))

    def choice(self, pair):
        """Which of the mentee's own wishes the mentor is, 1 for the first; 0 where none."""
        mentee, mentor = pair
        wished = self.facts["mentees"].get(mentee, {}).get("wishes", [])
        return wished.index(mentor) + 1 if mentor in wished else 0

    def choices(self):
        """A Counter of the wishes that were granted; None counts those without a mentor."""
        return Counter(
            self.choice((mentee, self.pairs[mentee])) if mentee in self.pairs else None for mentee in self.mentees
        )

    def load(self):
        """A Counter of mentees by mentor."""
        return Counter(self.pairs.values())

    def blocking(self):
        """Pairs that would both rather have each other, (mentee, mentor, whether both asked); those first."""
        mutual = self.plan.get("mutual", 0)
        return [(*pair, number < mutual) for number, pair in enumerate(self.plan["blocking_pairs"])]


def band_of(fit, bands):
    """`poor`, `weak` or `good`; whose fit nobody knows is not called poor."""
    below = zip(("poor", "weak"), bands or (), strict=False)
    return next((name for name, limit in below if fit is not None and fit < limit), "good")
