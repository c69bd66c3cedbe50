"""One function a message. Each writes a row in the caller's transaction, in the recipient's language."""

from django.conf import settings

from mentoring.models import Evaluation, Pairing
from portal import mail
from portal.i18n import speaking

FOLDER = "mentoring/emails"


def _queue(message, *, target, pairing, person):
    cohort = pairing.enrolment.cohort
    with speaking(person.language):
        words = {
            "program": cohort.program.title,
            "label": cohort.label,
            "mentor": pairing.mentor.name,
            "mentee": pairing.enrolment.person.display_name,
            "url": settings.SITE_URL + pairing.get_absolute_url(),
            "contact": cohort.contact_email or settings.CONTACT_EMAIL,
        }
    return mail.queue(f"{FOLDER}/{message}.txt", person=person, target=target, context=words)


def paired_mentor(pairing):
    """Tells the mentor who the mentee is."""
    return _queue("paired_mentor", target=pairing, pairing=pairing, person=pairing.mentor.user)


def paired_mentee(pairing):
    """Tells the mentee who the mentor is."""
    return _queue("paired_mentee", target=pairing, pairing=pairing, person=pairing.enrolment.person)


def evaluation_shared(evaluation):
    """Tells the mentee that the evaluation can be read."""
    pairing = evaluation.pairing
    return _queue("evaluation_shared", target=evaluation, pairing=pairing, person=pairing.enrolment.person)


@mail.still_wanted("paired_mentor")
@mail.still_wanted("paired_mentee")
def _still_paired(pairing_id):
    return Pairing.objects.live().filter(pk=pairing_id).exists()


@mail.still_wanted("evaluation_shared")
def _still_shared(evaluation_id):
    return Evaluation.objects.filter(pk=evaluation_id, shared_at__isnull=False).exists()
