"""What people are told when their place is moved to another cohort."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal import i18n, mail
from portal.i18n import speaking
from portal.mail_events import Kind, event, needed, sometimes
from programs.emails import address
from programs.mail_places import CONTACT, FOLDER, LABEL, NAME, PROGRAM, SITE, why
from programs.models.enrolments import Enrolment

MOVED = "place_moved"


@event(
    FOLDER,
    MOVED,
    _("Place moved to another cohort"),
    NAME,
    PROGRAM,
    LABEL,
    needed("before", Kind.TEXT, _("The program and the cohort in which the place was.")),
    needed("url", Kind.LINK, _("The page of the new place.")),
    why(_("Why it was moved.")),
    sometimes("dates", Kind.MOMENT, _("From when to when the cohort runs, once that is known.")),
    sometimes("place", Kind.TEXT, _("Where it takes place, once that is known.")),
    CONTACT,
    SITE,
)
def place_moved(enrolment, left, *, reason):
    """The place is in another cohort now: which, from where, and why."""
    person, cohort = enrolment.person, enrolment.cohort
    with speaking(person.language):
        words = {
            "program": cohort.program.title,
            "label": cohort.label,
            "before": f"{left.cohort.program.title} ({left.cohort.label})",
            "dates": i18n.span(cohort.starts_at, cohort.ends_at, year=True) if cohort.starts_at else "",
            "place": cohort.place,
            "url": address("learning", person.language, enrolment.code),
            "why": reason,
            "contact": cohort.contact_email or settings.CONTACT_EMAIL,
        }
    return mail.queue(f"{FOLDER}/{MOVED}.txt", person=person, target=enrolment, context=words)


@mail.still_wanted(MOVED)
def _still_there(enrolment_id):
    return Enrolment.objects.live().filter(pk=enrolment_id).exists()
