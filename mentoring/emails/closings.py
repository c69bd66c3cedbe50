"""What the two of a pair are told when their mentoring is complete."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mentoring import zones
from mentoring.emails import pairs as emails
from mentoring.emails.pairs import FOLDER, PLACES
from mentoring.models.pairs import EndKind, Pairing
from portal import mail
from portal.i18n import speaking
from portal.mail_events import Kind, event, sometimes

CLOSED = "pair_closed"
UNTIL = sometimes("until", Kind.MOMENT, _("Until when the mentor can read the page of the pair."))
OTHER = sometimes("other", Kind.NAME, _("The name of the other side."))


@event(FOLDER, CLOSED, _("Mentoring completed"), *PLACES, OTHER, UNTIL)
def closed(pairing, person):
    """Tells one of the two that the mentoring is complete, and where to read what was reached."""
    with speaking(person.language):
        words = {"url": settings.SITE_URL + reverse("pairing-closing", args=[pairing.code])}
        if person.pk == pairing.mentor.user_id:
            words["other"] = pairing.enrolment.person.display_name
            words["until"] = zones.own_moment(pairing.read_until, zones.zone_of(person))
        else:
            words["other"] = pairing.mentor.name
    return emails.queue(CLOSED, target=pairing, pairing=pairing, person=person, **words)


def tell_both(pairing):
    """The same to both."""
    for person in (pairing.mentor.user, pairing.enrolment.person):
        closed(pairing, person)


@mail.still_wanted(CLOSED)
def _is_finished(pairing_id):
    return Pairing.objects.filter(pk=pairing_id, end_kind=EndKind.FINISHED).exists()
