"""Who stands behind the ids of a round's problems and plans: names, for pages of staff."""

from mentoring.models.mentors import MentorProfile
from mentoring.pairing.input import mentor_id, mentor_pk
from programs.models.enrolments import Enrolment


class People:
    """The mentees of a cohort by their enrolment's code, and mentors by what runs call them; two queries."""

    def __init__(self, round_, mentors):
        rows = Enrolment.objects.filter(cohort=round_.cohort_id).select_related("person", "mentee_profile")
        self.mentees = {row.code: row for row in rows}
        wanted = [pk for name in mentors if (pk := mentor_pk(name)) is not None]
        profiles = MentorProfile.objects.filter(pk__in=wanted).select_related("user", "expert")
        self.mentors = {mentor_id(row.pk): row for row in profiles}

    def mentee(self, code):
        """The name of a mentee; a dash where there is no such one any more."""
        return self.mentees[code].person.display_name if code in self.mentees else "–"

    def mentor(self, name):
        """The name of a mentor; a dash where there is no such one any more, nothing for no mentor."""
        if name is None:
            return ""
        return self.mentors[name].name if name in self.mentors else "–"

    def by_name(self, codes):
        """Mentees in the order of their names."""
        return sorted(codes, key=lambda code: (self.mentee(code), code))

    def mentors_by_name(self, names):
        """Mentors in the order of their names."""
        return sorted(names, key=lambda name: (self.mentor(name), name))
