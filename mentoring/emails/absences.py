"""The mail to somebody who has missed meetings; dropped unsent where it is no longer so."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from mentoring.care import absences
from mentoring.emails.care import CONTACT, NAME, SITE, link
from mentoring.emails.pairs import FOLDER
from mentoring.models.care import AbsenceStep
from portal import clock, mail
from portal.mail_events import Kind, event, needed


@event(
    FOLDER,
    "absence_warning",
    _("Mentoring: meetings missed"),
    NAME,
    needed("count", Kind.NUMBER, _("How many meetings.")),
    needed("days", Kind.NUMBER, _("In how many days.")),
    needed("url", Kind.LINK, _("The person's own page.")),
    CONTACT,
    SITE,
)
def absence_warning(step):
    """Tells a person how many meetings they missed; once for each step. It names nobody else."""
    words = {
        "count": step.count,
        "days": absences.WITHIN.days,
        "url": link(step.person, "my"),
        "contact": settings.CONTACT_EMAIL,
    }
    return mail.queue(f"{FOLDER}/absence_warning.txt", person=step.person, target=step, context=words)


@mail.still_wanted("absence_warning")
def _still_missed(step_id):
    step = AbsenceStep.objects.filter(pk=step_id).first()
    return step is not None and absences.count_of(step.person_id, clock.now()) >= absences.WARNED_AT
