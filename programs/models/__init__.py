"""The rows of programs, split by noun. Import them from their own module; this one only lets Django find them."""

from programs.models import (  # noqa: F401
    applications,
    applying,
    check_in,
    cohorts,
    eligibility,
    enrolments,
    experts,
    forms,
    interviews,
    materials,
    programs,
    schedule,
    selection,
    terms,
)
