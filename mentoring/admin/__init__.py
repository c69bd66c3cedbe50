"""Mentoring in the admin, split by noun; this module only lets Django find them."""

from mentoring.admin import (  # noqa: F401 (each registers its models)
    camps,
    concerns,
    enrolments,
    evaluations,
    feedback,
    form_evaluations,
    health,
    honorarium,
    meetings,
    mentors,
    officers,
    pair_surveys,
    pairing,
    pairs,
    rematches,
    rounds,
)
