"""One function a message. Each writes a row in the caller's transaction, in the recipient's language.

The mails about a pair are sent while the pair lives, that about an evaluation while the evaluation is shared.
"""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from mentoring.models.evaluations import Evaluation
from mentoring.models.pairs import Pairing
from portal import mail
from portal.i18n import speaking
from portal.mail_events import Kind, Placeholder, event, needed

FOLDER = "mentoring/emails"
PLACES = (
    Placeholder("name", Kind.NAME, _("The name of the person to whom the mail goes.")),
    Placeholder("program", Kind.TEXT, _("The title of the program.")),
    Placeholder("label", Kind.TEXT, _("The name of the cohort.")),
    Placeholder("mentor", Kind.NAME, _("The name of the mentor.")),
    Placeholder("mentee", Kind.NAME, _("The name of the mentee.")),
    needed("url", Kind.LINK, _("The page of the pair.")),
    Placeholder("contact", Kind.TEXT, _("The address for questions.")),
    Placeholder("site_url", Kind.LINK, _("The address of the portal.")),
)


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


@event(FOLDER, "paired_mentor", _("Paired, to the mentor"), *PLACES)
def paired_mentor(pairing):
    """Tells the mentor who the mentee is."""
    return _queue("paired_mentor", target=pairing, pairing=pairing, person=pairing.mentor.user)


@event(FOLDER, "paired_mentee", _("Paired, to the mentee"), *PLACES)
def paired_mentee(pairing):
    """Tells the mentee who the mentor is."""
    return _queue("paired_mentee", target=pairing, pairing=pairing, person=pairing.enrolment.person)


@event(FOLDER, "evaluation_shared", _("Evaluation shared"), *PLACES)
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
