"""Who may be let in to a work sample besides the other of the pair and staff: other mentors of the same round."""

from django.db.models import Exists, OuterRef

from mentoring.models.mentors import MentorProfile
from mentoring.models.pairs import contact_blocks
from mentoring.models.rounds import RoundMentor, RoundMentorState


def other_mentors(pairing, owner):
    """The mentors whom `owner` may choose, by name. A mentor chooses none: the work of the pair is the mentee's."""
    if pairing.enrolment.person_id != owner.pk:
        return []
    takes_part = RoundMentor.objects.filter(
        mentor=OuterRef("pk"), round__cohort=pairing.enrolment.cohort_id, state=RoundMentorState.TAKES_PART
    )
    blocks = contact_blocks(mentor=OuterRef("pk"), person=owner)
    found = MentorProfile.objects.filter(Exists(takes_part), ~Exists(blocks), user__is_active=True)
    found = found.exclude(pk=pairing.mentor_id).select_related("user", "expert")
    return sorted(found, key=lambda mentor: (mentor.name, mentor.pk))
