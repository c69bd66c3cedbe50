"""What people are told about not having come: a warning, and that it was recorded by mistake."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal import i18n, mail
from portal.i18n import speaking
from portal.mail_events import Kind, event, needed, sometimes
from programs.emails import address
from programs.mail_places import CONTACT, FOLDER, LABEL, NAME, PROGRAM, SITE
from programs.models.enrolments import Enrolment, EnrolmentStatus

OF_ENROLMENT = (NAME, PROGRAM, LABEL, needed("url", Kind.LINK, _("The person's own page.")), CONTACT, SITE)


@event(
    FOLDER,
    "no_show_warning",
    _("Warning after a no-show"),
    *OF_ENROLMENT,
    sometimes("why", Kind.TEXT, _("The reason, where staff gave one.")),
    needed("lapses", Kind.MOMENT, _("Until when the no-show counts.")),
)
def no_show_warning(enrolment, *, lapses_at):
    """The person did not come: what the next time within the year leads to, and until when this one counts."""
    return _queue("no_show_warning", enrolment, why=enrolment.end_reason, lapses=lapses_at)


@event(FOLDER, "no_show_undone", _("No-show taken back"), *OF_ENROLMENT)
def no_show_undone(enrolment):
    """The record of not having come was wrong and is taken back."""
    return _queue("no_show_undone", enrolment)


def _queue(message, enrolment, *, lapses=None, **context):
    person, cohort = enrolment.person, enrolment.cohort
    with speaking(person.language):
        words = {
            "name": person.display_name,
            "program": cohort.program.title,
            "label": cohort.label,
            "url": address("my", person.language),
            "contact": cohort.contact_email or settings.CONTACT_EMAIL,
            **context,
        }
        if lapses is not None:
            words["lapses"] = i18n.day(lapses, year=True)
    return mail.queue(f"{FOLDER}/{message}.txt", person=person, target=enrolment, context=words, again=True)


@mail.still_wanted("no_show_warning")
def still_no_show(enrolment_id):
    """Whether it has not been taken back meanwhile."""
    return Enrolment.objects.filter(pk=enrolment_id, status=EnrolmentStatus.NO_SHOW).exists()
