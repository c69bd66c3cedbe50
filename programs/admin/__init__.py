"""Programs in the admin, split by noun; this module only lets Django find them."""

from programs.admin import applications, catalog, cohorts, enrolments, forms, references, restrictions  # noqa: F401
