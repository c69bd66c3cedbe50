"""A round with mentors and mentees, for the tests of runs and of publishing."""

from mentoring.pairing.input import mentor_id
from tests import make


def make_full_round(mentees=3, mentors=2, *, capacity=2, **fields):
    """A round whose mentees all wish for the mentors in their order; returns it, its mentors and its mentees."""
    round_ = make.make_mentoring_round(**fields)
    rows = [make.make_round_mentor(round_, capacity=capacity) for _ in range(mentors)]
    people = [make.make_mentee_profile(round_, *(row.mentor for row in rows)) for _ in range(mentees)]
    return round_, rows, people


def names(*rows):
    """What mentors are called in plans."""
    return [mentor_id(row.mentor_id) for row in rows]
