"""How many mentees mentors take and have: in a cohort as its round says, else as their profile does, and over all.

Read in two queries, for however many mentors and cohorts.
"""

from collections import Counter

from mentoring.models.pairs import Pairing
from mentoring.models.rounds import RoundMentor


class Places:
    """The places of some mentors, `MentorProfile`s, in whatever cohort is asked for."""

    def __init__(self, mentors):
        keys = [mentor.pk for mentor in mentors]
        held = RoundMentor.objects.filter(mentor__in=keys, capacity__isnull=False)
        self.held = {row[:2]: row[2] for row in held.values_list("mentor", "round__cohort", "capacity")}
        live = Pairing.objects.live().filter(mentor__in=keys).values_list("mentor", "enrolment__cohort")
        self.load = Counter(live)
        self.overall = Counter(mentor for mentor, _cohort in self.load.elements())

    def taken_in(self, mentor, cohort_id):
        """How many mentees the mentor takes in the cohort."""
        return mentor.places(self.held.get((mentor.pk, cohort_id)))

    def free(self, mentor, cohort_id):
        """How many more the mentor can take there; below nothing where there are too many already."""
        free = self.taken_in(mentor, cohort_id) - self.load[mentor.pk, cohort_id]
        if mentor.capacity_overall is None:
            return free
        return min(free, mentor.capacity_overall - self.overall[mentor.pk])
