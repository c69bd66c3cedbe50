"""The rows of mentoring, split by noun. Import them from their own module; this one only lets Django find them."""

from mentoring.models import availability, evaluations, meetings, mentors, pairs, rounds, runs, timetables  # noqa: F401
