"""What becomes of mentoring when a person's data is erased. For `accounts.privacy`."""

from django.db import transaction

from mentoring import camp_privacy
from mentoring.models.evaluations import Evaluation, EvaluationStatus
from mentoring.models.mentors import MentorProfile
from mentoring.models.pairs import Goal

GONE = "–"  # stands where a text was that a row cannot be without


@transaction.atomic
def erase_person(user):
    """Take away what was written about a person as a mentee; as a mentor they are paired with nobody any more.

    What they wrote about their mentees is those mentees' and stays.
    """
    Goal.objects.filter(pairing__enrolment__person=user).update(text=GONE)
    about = Evaluation.objects.filter(pairing__enrolment__person=user)
    about.filter(status=EvaluationStatus.DRAFT).update(strengths="", next_steps="")
    about.filter(status=EvaluationStatus.SUBMITTED).update(strengths=GONE, next_steps=GONE)
    MentorProfile.objects.filter(user=user).update(is_paused=True)
    camp_privacy.forget(user)
