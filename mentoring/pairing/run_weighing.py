"""What the proof of a run is good for: whether it holds, and what each pair of a mentee would cost. Reads only.

For staff alone: it tells of everybody in the run.
"""

from mentoring.pairing import run_reading
from mentoring.solver import proof as matching_proof


def is_proved(run):
    """Whether the separate checker accepts the stored plan as the answer to the stored question."""
    try:
        matching_proof.check(run_reading.problem_of(run), run_reading.plan_of(run))
    except ValueError:  # NotProven, and a problem or a plan that is none
        return False
    return True


def forced_costs(run, mentee, mentors):
    """`{mentor: {stage: difference}}` of a mentee's pairs; empty for a stable run and for a locked mentee."""
    costs = run_reading.costs(run)
    if costs is None or mentee in dict(run.problem["locks"]):
        return {}
    found = {mentor: costs.of(mentee, mentor) for mentor in mentors}
    return {mentor: difference for mentor, difference in found.items() if difference is not None}
