"""What a camp holds about a person: when they are away. Handed out with their data, and let go of."""

from django.db.models import Q

from mentoring.models.timetables import CampAbsence


def of_person(user):
    """A person's absences in camps, in whatever role."""
    return CampAbsence.objects.filter(
        Q(mentor__user=user) | Q(enrolment__person=user) | Q(interpreter__expert__user=user)
    )


def export(user):
    """When the person was away, or would rather have been free."""
    return [{"from": row.starts_at, "until": row.ends_at, "wish": row.is_wish} for row in of_person(user)]


def forget(user):
    """The person's absences are gone; what was planned by them stays."""
    of_person(user).delete()
