"""The rows of programs, split by noun. Import them from their own module; this one only lets Django find them."""

from programs.models import (  # noqa: F401
    applications,
    applying,
    attendance,
    certificates,
    check_in,
    cohorts,
    eligibility,
    enrolments,
    experts,
    forms,
    imports,
    interviews,
    materials,
    programs,
    schedule,
    selection,
    survey_totals,
    surveys,
    terms,
)
