"""Mentoring in the admin, split by noun; this module only lets Django find them."""

from mentoring.admin import (  # noqa: F401 (each registers its models)
    enrolments,
    evaluations,
    meetings,  # noqa: F401 (each registers its models)
    mentors,
    pair_surveys,
    pairs,
    rounds,
)
