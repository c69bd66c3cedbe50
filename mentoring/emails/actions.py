"""The reminder of an action, the day before it is due; dropped once it is done, moved, or the pair has ended."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from mentoring import due
from mentoring.emails.pairs import FOLDER
from mentoring.models.actions import Action
from mentoring.models.pairs import Pairing
from portal import clock, i18n, mail
from portal.i18n import speaking
from portal.mail_events import Kind, event, needed
from programs.mail_places import CONTACT, LABEL, NAME, PROGRAM, SITE

REMINDER = "action_due"


@event(
    FOLDER,
    REMINDER,
    _("Action due"),
    NAME,
    PROGRAM,
    LABEL,
    needed("action", Kind.TEXT, _("What the two have agreed that the person does.")),
    needed("day", Kind.TEXT, _("The day by which it is due.")),
    needed("url", Kind.LINK, _("The page of the pair.")),
    CONTACT,
    SITE,
)
def action_due(action, *, deadline):
    """Reminds the owner of an action; `deadline` is the end of its day."""
    person, cohort = action.person, action.pairing.enrolment.cohort
    with speaking(person.language):
        words = {
            "program": cohort.program.title,
            "label": cohort.label,
            "action": action.text,
            "day": i18n.day(action.due_on),
            "url": f"{settings.SITE_URL}{action.pairing.get_absolute_url()}#actions",
            "contact": cohort.contact_email or settings.CONTACT_EMAIL,
        }
    return mail.queue(f"{FOLDER}/{REMINDER}.txt", person=person, target=action, context=words, deadline=deadline)


@mail.still_wanted(REMINDER, of_mail=True)
def _still_due(row):
    action = (
        Action.objects.open()
        .filter(pk=row.target_id, due_on__isnull=False, pairing__ended_at__isnull=True)
        .select_related("pairing__mentor__user__week", "pairing__enrolment__person__week")
        .first()
    )
    if action is None or action.person.pk != row.person_id:
        return False
    if not Pairing.objects.of_person(action.person).filter(pk=action.pairing_id).exists():
        return False
    return clock.now() < row.deadline_at == due.end_of(action.due_on, action.person)
