"""What stands in runs of the pairing, side by side with each other and with what is announced; what could be else.

For staff alone: these functions name other mentees, mentors' rankings and prices. Reads only.
"""

from collections import Counter, namedtuple

from django.utils.translation import gettext as _

from mentoring import matching
from mentoring.models.rounds import PairingMode
from mentoring.models.runs import RunKind
from mentoring.pairing.input import Reading
from mentoring.pairing.snapshot import Snapshot
from mentoring.solver.problem import BadProblem, Plan, Problem, value_of
from mentoring.solver.what_if import OPTIONS, PairCosts
from portal.errors import Refused

VALUES = ("matched", "poor", "changed", "weak", "total")
OTHER = 0  # among choices: a mentor whom the mentee did not ask for

# A mentee whose mentor differs; None where there is none.
Move = namedtuple("Move", "mentee before after")
# What could be: the stages of the run and of the other plan, who moves, and who has nobody then.
Outcome = namedtuple("Outcome", "before after moves unmatched")
# Two runs: (first, second) of each stage, of choices, of blocking pairs and mutual ones; who is paired otherwise.
Comparison = namedtuple("Comparison", "stages choices blocking mutual moves")


def problem_of(run):
    """The question of a run as the solver takes it."""
    return Problem.from_json(run.problem)


def plan_of(run):
    """The answer of a run."""
    return Plan.from_json(run.plan)


def pairs_of(run):
    """The mentor of each mentee that the run pairs."""
    return {mentee: mentor for mentee, mentor in run.plan["pairs"]}


def difference(after, before):
    """The Moves from one `{mentee: mentor}` to another, in the order of mentees."""
    names = sorted(after.keys() | before.keys())
    return [Move(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)]


def moves(run):
    """What publishing a run changes of what was announced when it ran."""
    return difference(pairs_of(run), Snapshot.of_run(run).published)


def is_moved(move):
    """Whether somebody loses an announced mentor, rather than getting a first one."""
    return move.before is not None


def choices(run):
    """How many got their first wish, their second, …; OTHER counts those who got somebody else."""
    snapshot = Snapshot.of_run(run)
    counts = Counter(snapshot.choice(*pair) or OTHER for pair in pairs_of(run).items())
    return dict(sorted(counts.items(), key=lambda item: (item[0] == OTHER, item[0])))


def compare(one, other):
    """Two runs side by side."""
    return Comparison(
        stages={name: (getattr(one, name), getattr(other, name)) for name in VALUES},
        choices=(choices(one), choices(other)),
        blocking=(one.plan["blocking_pairs"], other.plan["blocking_pairs"]),
        mutual=(one.plan.get("mutual", 0), other.plan.get("mutual", 0)),
        moves=difference(pairs_of(other), pairs_of(one)),
    )


def by_worst(run):
    """`[(mentee, mentor, PairFacts)]`, the lowest fit first, then the lowest score; an unknown fit comes last."""
    snapshot = Snapshot.of_run(run)
    rows = [(mentee, mentor, snapshot.pair(mentee, mentor)) for mentee, mentor in pairs_of(run).items()]
    return sorted(rows, key=lambda row: (row[2].fit is None, row[2].fit or 0, row[2].score, row[0]))


def costs(run):
    """The PairCosts of a run: what forcing each pair would change in the stages, and what a seat more is worth.

    None for a stable run, which is not the best by stages. `of(mentee, mentor)` and `seats()` tell.
    """
    return PairCosts(problem_of(run), plan_of(run)) if run.mode == PairingMode.OPTIMAL else None


def seats_worth(run, most=5):
    """`[(mentor, difference of stages)]` of the mentors whose one seat more would help most; for the best run."""
    found = costs(run)
    rows = found.seats().items() if found is not None else ()
    order = list(problem_of(run).stages)
    worth = [(mentor, difference) for mentor, difference in rows if any(difference.values())]
    return sorted(worth, key=lambda row: ([_gain(name, row[1]) for name in order], row[0]))[:most]


def _gain(name, difference):
    value = difference.get(name, 0)
    return -value if name in ("matched", "total") else value


def what_if(run, *, capacities=None, allow=(), exclude=(), force=(), keep=True):
    """What the plan of a run would be if mentors had other capacities, pairs were possible, ruled out, or forced.

    Pairs are (mentee, mentor). With `keep` as few people as can be are moved from the run's own plan, which is what
    staff will do; without, the best plan is sought anew. What `allow` makes possible is read from the rows as they
    stand. Nothing is stored. Returns an Outcome.
    """
    snapshot = Snapshot.of_run(run)
    if allow:
        reading = Reading(run.round, allow=set(map(tuple, allow)))
        snapshot = reading.snapshot()
    pairs = pairs_of(run)
    try:
        problem = _changed(snapshot, run, dict(capacities or {}), set(map(tuple, exclude)), list(force))
        known = {pair for pair in pairs.items() if pair in problem.possible}
        order = OPTIONS["fewest_moves"] if keep else ()
        found = matching.solve(problem.but(published=tuple(sorted(known)) if keep else (), order=order))
    except BadProblem as error:
        raise Refused(_("This cannot be: %(reason)s") % {"reason": error.lines[0]}) from error
    after = value_of(problem, found.pairs)
    after["changed"] = len(pairs.items() - set(found.pairs))
    before = {name: getattr(run, name) for name in VALUES}
    return Outcome(
        before=before | {"changed": 0},
        after={name: after[name] for name in VALUES},
        moves=difference(found.mentor_of, pairs),
        unmatched=[entry["mentee"] for entry in found.unmatched],
    )


def _changed(snapshot, run, capacities, exclude, force):
    problem = snapshot.problem(RunKind.FULL).but(published=(), order=())
    if exclude:
        locks = tuple(pair for pair in problem.locks if pair not in exclude)
        scores = tuple(row for row in problem.scores if row[:2] not in exclude)
        problem = problem.but(scores=scores, locks=locks)
    if capacities:
        problem = problem.but(capacities=capacities)
    if force:
        forced = {mentee: mentor for mentee, mentor in force}
        kept = {mentee: mentor for mentee, mentor in problem.locks if mentee not in forced}
        problem = problem.but(locks=tuple((kept | forced).items()))
    return problem
