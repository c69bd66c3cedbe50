"""What becomes of mentoring when a person's data is erased. For `accounts.privacy`."""

from django.db import transaction

from mentoring.models.care import AbsenceStep
from mentoring.models.evaluations import Evaluation, EvaluationStatus
from mentoring.models.mentors import MentorProfile
from mentoring.operations.erasing import GONE, erase_papers
from mentoring.operations.safeguarding import forget_reporter
from mentoring.operations.samples import erase_samples
from mentoring.privacy import camps as camp_privacy
from mentoring.privacy import meetings as meeting_texts
from mentoring.privacy import pairings as pairing_privacy
from mentoring.privacy import rematches as rematch_privacy
from mentoring.privacy import rounds as privacy_before


@transaction.atomic
def erase_person(user):
    """Take away what was written about a person as a mentee; as a mentor they are paired with nobody any more.

    What they wrote about their mentees is those mentees' and stays.
    """
    erase_papers(user)
    about = Evaluation.objects.filter(pairing__enrolment__person=user)
    about.filter(status=EvaluationStatus.DRAFT).update(strengths="", next_steps="")
    about.filter(status=EvaluationStatus.SUBMITTED).update(strengths=GONE, next_steps=GONE)
    erase_samples(user)
    meeting_texts.erase(user)
    pairing_privacy.erase(user)
    rematch_privacy.erase(user)
    MentorProfile.objects.filter(user=user).update(is_paused=True)
    forget_reporter(user)
    privacy_before.erase(user)
    camp_privacy.forget(user)
    AbsenceStep.objects.filter(person=user).delete()
