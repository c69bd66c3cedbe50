"""What the two of a pair are told when their mentoring is complete."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mentoring import emails, zones
from mentoring.emails import FOLDER, PLACES
from mentoring.models.pairs import EndKind, Pairing
from portal import mail
from portal.i18n import speaking
from portal.mail_events import Kind, event, sometimes

CLOSED = "pair_closed"
UNTIL = sometimes("until", Kind.MOMENT, _("Until when the mentor can read the page of the pair."))
OTHER = sometimes("other", Kind.NAME, _("The name of the other side."))


@event(FOLDER, CLOSED, _("Mentoring completed"), *PLACES, OTHER, UNTIL)
def closed(pairing):
    """Tells both sides that the mentoring is complete, and where they read what was reached."""
    mentor, mentee = pairing.mentor.user, pairing.enrolment.person
    for person in (mentor, mentee):
        with speaking(person.language):
            words = {"other": pairing.mentor.name if person == mentee else mentee.display_name}
            if person == mentor:
                words["until"] = zones.own_moment(pairing.read_until, zones.zone_of(mentor))
            words["url"] = settings.SITE_URL + reverse("pairing-closing", args=[pairing.code])
        emails.queue(CLOSED, target=pairing, pairing=pairing, person=person, **words)


@mail.still_wanted(CLOSED)
def _is_finished(pairing_id):
    return Pairing.objects.filter(pk=pairing_id, end_kind=EndKind.FINISHED).exists()
