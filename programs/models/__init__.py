"""The rows of programs, split by noun. Import them from their own module; this one only lets Django find them."""

from programs.models import applications, cohorts, enrolments, experts, programs  # noqa: F401
