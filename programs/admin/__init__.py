"""Programs in the admin, split by noun; this module only lets Django find them."""

from programs.admin import (  # noqa: F401 (each registers its models)
    applications,
    catalog,
    certificates,
    cohorts,
    enrolments,
    excuses,
    forms,
    imports,
    interviews,
    references,
    restrictions,
    sessions,
    surveys,
)
