"""One function a message. Each writes a row in the caller's transaction, in the recipient's language.

The mails about a pair are sent while the pair lives, that about an evaluation while the evaluation is shared.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mentoring import zones
from mentoring.models.evaluations import Evaluation
from mentoring.models.pairs import Pairing
from mentoring.pairing import why
from portal import mail
from portal.i18n import speaking
from portal.mail_events import Kind, Placeholder, event, needed, sometimes

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


UNTIL = sometimes("deadline", Kind.MOMENT, _("Until when the mentor answers, where a time is set."))
WHY = sometimes("why", Kind.LIST, _("Why the two were paired, one a line."))


def queue(
    message,
    *,
    target,
    pairing,
    person=None,
    hold=timedelta(0),
    deadline_at=None,
    to_desk=False,
    reason=None,
    **more,
):
    """Queue a mail about a pair to `person`, the mentee where nobody is named; `more` are further placeholders.

    It leads to the page of the pair; `to_desk` to the desk, for a mentor who does not see the pair any more.
    """
    cohort = pairing.enrolment.cohort
    person = person or pairing.enrolment.person
    with speaking(person.language):
        words = {
            "program": cohort.program.title,
            "label": cohort.label,
            "mentor": pairing.mentor.name,
            "mentee": pairing.enrolment.person.display_name,
            "url": settings.SITE_URL + (reverse("mentoring") if to_desk else pairing.get_absolute_url()),
            "contact": cohort.contact_email or settings.CONTACT_EMAIL,
        }
    return mail.queue(
        f"{FOLDER}/{message}.txt",
        person=person,
        target=target,
        context=words | more,
        reason=reason,
        hold=hold,
        deadline=deadline_at,
    )


def mentor_name(pairing):
    """The mentor's name as the mentee reads it."""
    with speaking(pairing.enrolment.person.language):
        return pairing.mentor.name


def reasons(pairing, person):
    """Why the two were paired, in the words of one of them."""
    side = why.MENTOR if person.pk == pairing.mentor.user_id else why.MENTEE
    with speaking(person.language):
        return why.lines(pairing, side)


@event(FOLDER, "paired_mentor", _("Paired, to the mentor"), *PLACES, UNTIL, WHY)
def paired_mentor(pairing, *, hold=timedelta(0)):
    """Tells the mentor who the mentee is, and until when to accept."""
    person = pairing.mentor.user
    more = {"why": reasons(pairing, person)}
    if pairing.answer_until is not None and pairing.accepted_at is None:
        with speaking(person.language):
            more["deadline"] = zones.own_deadline(pairing.answer_until, ZoneInfo(why.zones_of(pairing)[0]))
    return queue("paired_mentor", target=pairing, pairing=pairing, person=person, hold=hold, **more)


@event(FOLDER, "paired_mentee", _("Paired, to the mentee"), *PLACES, WHY)
def paired_mentee(pairing, *, hold=timedelta(0)):
    """Tells the mentee who the mentor is."""
    return queue(
        "paired_mentee", target=pairing, pairing=pairing, hold=hold, why=reasons(pairing, pairing.enrolment.person)
    )


@event(FOLDER, "evaluation_shared", _("Evaluation shared"), *PLACES)
def evaluation_shared(evaluation):
    """Tells the mentee that the evaluation can be read."""
    pairing = evaluation.pairing
    return queue("evaluation_shared", target=evaluation, pairing=pairing)


@mail.still_wanted("paired_mentor")
@mail.still_wanted("paired_mentee")
def _still_paired(pairing_id):
    return Pairing.objects.live().filter(pk=pairing_id).exists()


@mail.still_wanted("evaluation_shared")
def _still_shared(evaluation_id):
    return Evaluation.objects.filter(pk=evaluation_id, shared_at__isnull=False).exists()
