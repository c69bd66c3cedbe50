"""The frozen question of a round: as plain data, as a problem for the solver, and what sets two of them apart."""

from collections import namedtuple
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from mentoring.models.rounds import PairingMode
from mentoring.models.runs import RunKind
from mentoring.pairing import scoring
from mentoring.pairing.rules import NEVER, Reason
from mentoring.solver.problem import Problem
from mentoring.solver.what_if import OPTIONS

# The order of stages of each kind of run.
ORDERS = {
    RunKind.NEW: (),
    RunKind.FEWEST_MOVES: OPTIONS["fewest_moves"],
    RunKind.NO_POOR: OPTIONS["no_new_poor"],
    RunKind.FULL: OPTIONS["full"],
}


class PairFacts(NamedTuple):
    """What a run knows of two who may be paired: the points of each part, what they come from, places in lists."""

    mentee_rank: int
    mentor_rank: int
    discipline: int
    skills: int
    time: int
    fit: int | None
    minutes: int | None
    meetings: int | None
    place: int
    mentor_place: int | None

    @property
    def parts(self):
        """The points by the names of the parts."""
        return {name: getattr(self, name) for name in scoring.PARTS}

    @property
    def score(self):
        """The sum of the parts."""
        return sum(self[: len(scoring.PARTS)])


# What has changed from one snapshot to another. `what` is a key of `words.CHANGES`; the rest as it applies.
Change = namedtuple("Change", "what mentee mentor before after", defaults=("", "", None, None))


@dataclass(frozen=True)
class Snapshot:
    """The facts of a round at one moment, and their fingerprint. `facts` is plain data (see `pairing_input`)."""

    facts: dict
    digest: str

    @classmethod
    def of_run(cls, run):
        """The one that a stored run answers."""
        return cls(run.facts, run.digest)

    # --- reading ----------------------------------------------------------------------------------

    @property
    def mentees(self):
        """By id."""
        return self.facts["mentees"]

    @property
    def mentors(self):
        """By id."""
        return self.facts["mentors"]

    @cached_property
    def published(self):
        """The announced mentor of each mentee that has one."""
        return dict(self.facts["published"])

    @cached_property
    def locks(self):
        """The locked mentor of each mentee that has one."""
        return dict(self.facts["locks"])

    def pair(self, mentee, mentor):
        """The PairFacts of two who may be paired, else None."""
        row = self.facts["pairs"].get(mentee, {}).get(mentor)
        return PairFacts(*row) if row is not None else None

    def reasons(self, mentee, mentor):
        """Why two may not be paired, as codes; empty where they may."""
        return self.facts["excluded"].get(mentee, {}).get(mentor, [])

    def possible(self, mentee):
        """The mentors that a mentee may have."""
        return sorted(self.facts["pairs"].get(mentee, {}))

    def choice(self, mentee, mentor):
        """Which wish of the mentee a mentor is, 1 for the first; None where they did not ask for them."""
        wishes = self.mentees[mentee]["wishes"]
        return wishes.index(mentor) + 1 if mentor in wishes else None

    @property
    def over_capacity(self):
        """The mentors with more announced mentees than there is room for; nobody is moved for that by itself."""
        return [name for name, row in self.mentors.items() if Reason.FULL in row["reasons"]]

    # --- asking -----------------------------------------------------------------------------------

    def problem(self, kind=RunKind.NEW, mode=PairingMode.OPTIMAL):
        """The question as the solver takes it."""
        facts, rules = self.facts, self.facts["rules"]
        scores = [
            (mentee, mentor, PairFacts(*row).score, row[len(scoring.PARTS)])
            for mentee, mentors in facts["pairs"].items()
            for mentor, row in mentors.items()
        ]
        return Problem(
            mentees=tuple(self.mentees),
            mentors=tuple((name, row["capacity"]) for name, row in self.mentors.items()),
            scores=tuple(scores),
            bands=tuple(rules["bands"]),
            locks=tuple(map(tuple, facts["locks"])),
            published=tuple(map(tuple, facts["published"])),
            mentee_ranks={name: row["wishes"] for name, row in self.mentees.items() if row["wishes"]},
            mentor_ranks={name: row["wishes"] for name, row in self.mentors.items() if row["wishes"]},
            seed=rules["seed"],
            mode=str(mode),
            order=ORDERS[kind],
            excluded=tuple(
                (mentee, mentor, reasons[0])
                for mentee, mentors in facts["excluded"].items()
                for mentor, reasons in mentors.items()
            ),
        )

    def obstacles(self):
        """Why the question cannot be put, naming the rows: locks on excluded pairs, more locks than places."""
        found = [
            Change("lock_excluded", mentee, mentor, after=self.reasons(mentee, mentor))
            for mentee, mentor in self.facts["locks"]
            if self.reasons(mentee, mentor)
        ]
        held = {}
        for _mentee, mentor in self.facts["locks"]:
            held[mentor] = held.get(mentor, 0) + 1
        found += [
            Change("locks_over", mentor=mentor, before=self.mentors[mentor]["capacity"], after=count)
            for mentor, count in sorted(held.items())
            if count > self.mentors[mentor]["capacity"]
        ]
        return found

    # --- comparing --------------------------------------------------------------------------------

    def changes_since(self, earlier):
        """What is different from an earlier Snapshot; empty exactly where the fingerprints are the same."""
        if earlier.digest == self.digest:
            return []
        found = [*self._rules_since(earlier), *self._sides_since(earlier), *self._pairs_since(earlier)]
        return found or [Change("other")]

    def _rules_since(self, earlier):
        now, before = self.facts["rules"], earlier.facts["rules"]
        return [
            Change("rule", before=before.get(name), after=now[name], mentor=name)
            for name in now
            if now[name] != before.get(name)
        ]

    def _sides_since(self, earlier):
        for name in sorted(earlier.mentees.keys() - self.mentees.keys()):
            yield Change("mentee_left", name)
        for name in sorted(self.mentees.keys() - earlier.mentees.keys()):
            yield Change("mentee_came", name)
        for name in sorted(earlier.mentors.keys() - self.mentors.keys()):
            yield Change("mentor_gone", mentor=name)
        for name in sorted(self.mentors.keys() - earlier.mentors.keys()):
            yield Change("mentor_came", mentor=name)
        for name in sorted(self.mentors.keys() & earlier.mentors.keys()):
            now, before = self.mentors[name], earlier.mentors[name]
            if now["room"] != before["room"]:
                yield Change("room", mentor=name, before=before["room"], after=now["room"])
            elif now["reasons"] != before["reasons"]:
                yield Change("mentor_reasons", mentor=name, before=before["reasons"], after=now["reasons"])
        for name in sorted(self.mentees.keys() & earlier.mentees.keys()):
            if self.mentees[name] != earlier.mentees[name]:
                yield Change("mentee_said", name)

    def _pairs_since(self, earlier):
        for kind in ("published", "locks"):
            now, before = getattr(self, kind), getattr(earlier, kind)
            for mentee in sorted(now.keys() | before.keys()):
                if now.get(mentee) != before.get(mentee):
                    yield Change(kind, mentee, before=before.get(mentee), after=now.get(mentee))
        others = []
        for mentee in sorted(self.mentees.keys() & earlier.mentees.keys()):
            for mentor in sorted(self.mentors.keys() & earlier.mentors.keys()):
                now, before = self.reasons(mentee, mentor), earlier.reasons(mentee, mentor)
                if now and not before:
                    yield Change("excluded", mentee, mentor, after=now)
                elif before and not now:
                    yield Change("allowed", mentee, mentor, before=before)
                elif self.pair(mentee, mentor) != earlier.pair(mentee, mentor):
                    others.append((mentee, mentor))
        if others:
            yield Change("scores", after=len(others))
        if len(self.facts["declared"]) != len(earlier.facts["declared"]):
            yield Change("declared", before=len(earlier.facts["declared"]), after=len(self.facts["declared"]))


def may_be_overridden(reasons):
    """Whether staff can lock a pair in spite of these reasons, and say why."""
    return not NEVER.intersection(reasons)
