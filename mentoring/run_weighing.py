"""What the proof of a run is good for: whether it holds, what each pair would cost, what one more place is worth.

For staff alone: it tells of everybody in the run. Reads only.
"""

from mentoring.matching_problem import Plan, Problem
from mentoring.models.rounds import PairingMode


def is_proved(run):
    """Whether the separate checker accepts the stored plan as the answer to the stored question."""
    from mentoring import matching_proof

    try:
        matching_proof.check(Problem.from_json(run.problem), Plan.from_json(run.plan))
    except ValueError:  # NotProven, and a problem or a plan that is none
        return False
    return True


def pair_costs(run):
    """The PairCosts of a run; None for a stable one, whose plan is not the best of its stages."""
    from mentoring.matching_what_if import PairCosts

    if run.mode == PairingMode.STABLE:
        return None
    return PairCosts(Problem.from_json(run.problem), Plan.from_json(run.plan))


def forced_costs(run, mentee, mentors):
    """`{mentor: {stage: difference}}` of the pairs of a mentee that are possible in a run; empty for a stable one."""
    costs = pair_costs(run)
    if costs is None or mentee in dict(run.problem["locks"]):
        return {}
    found = {mentor: costs.of(mentee, mentor) for mentor in mentors}
    return {mentor: difference for mentor, difference in found.items() if difference is not None}


def place_gains(run):
    """`{mentor: {stage: difference}}` of one more place with each; empty for a stable run."""
    costs = pair_costs(run)
    return costs.seats() if costs is not None else {}
