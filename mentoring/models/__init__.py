"""The rows of mentoring, split by noun. Import them from their own module; this one only lets Django find them."""

from mentoring.models import (  # noqa: F401
    actions,
    availability,
    care,
    evaluations,
    feedback,
    form_evaluations,
    honorarium,
    meetings,
    mentors,
    notes,
    pairs,
    rematches,
    rounds,
    runs,
    safeguarding,
    samples,
    timetables,  # noqa: F401
)
