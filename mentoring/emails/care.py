"""The mails of care: they say that there is something, and never what; a case is read behind a log-in alone.

Mails about cases have no target and name nobody, so that the outbox tells nothing about who reported what.
"""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from mentoring.emails.pairs import FOLDER
from mentoring.models.safeguarding import SafeguardingOfficer
from portal import clock, mail
from portal.i18n import speaking
from portal.mail_events import Kind, Placeholder, event, needed

NAME = Placeholder("name", Kind.NAME, _("The name of the person to whom the mail goes."))
SITE = Placeholder("site_url", Kind.LINK, _("The address of the portal."))
CONTACT = Placeholder("contact", Kind.TEXT, _("The address for questions."))


def link(person, name, *arguments):
    """The whole address of a page, in a person's language where pages have one."""
    with speaking(person.language):
        return settings.SITE_URL + reverse(name, args=arguments)


def _send(message, person, url, **context):
    words = {"url": url, "contact": settings.CONTACT_EMAIL, **context}
    return mail.queue(f"{FOLDER}/{message}.txt", person=person, target=None, context=words, again=True)


@event(
    FOLDER,
    "concern_news",
    _("Safeguarding: something new"),
    NAME,
    needed("url", Kind.LINK, _("The list of reports.")),
    CONTACT,
    SITE,
)
def concern_news():
    """Tells each safeguarding officer that there is a new report, or news about one. Returns how many were told."""
    officers = [duty.user for duty in SafeguardingOfficer.objects.live().select_related("user")]
    officers = [person for person in officers if person.is_staff]
    for person in officers:
        _send("concern_news", person, link(person, "admin:mentoring_concern_changelist"))
    return len(officers)


@event(
    FOLDER,
    "concern_unattended",
    _("Safeguarding: nobody is named"),
    NAME,
    needed("url", Kind.LINK, _("Where officers are named.")),
    CONTACT,
    SITE,
)
def concern_unattended():
    """Tells every administrator that a report has come in and nobody is there to open it."""
    now = clock.now()
    holding = User.objects.filter(is_active=True, grants__role=Role.ADMIN, grants__from_at__lte=now)
    admins = holding.exclude(grants__role=Role.ADMIN, grants__to_at__lte=now) | User.objects.filter(
        is_active=True, is_superuser=True
    )
    for person in User.objects.filter(pk__in=admins.values("pk")):
        _send("concern_unattended", person, link(person, "admin:mentoring_safeguardingofficer_changelist"))


@event(
    FOLDER,
    "message_waiting",
    _("A message on the portal"),
    NAME,
    needed("url", Kind.LINK, _("The person's own page.")),
    CONTACT,
    SITE,
)
def message_waiting(person):
    """Tells somebody that something is to be read on their own page; not what, and not about whom."""
    return _send("message_waiting", person, link(person, "my"))


STOPPED = (
    NAME,
    Placeholder("program", Kind.TEXT, _("The title of the program.")),
    Placeholder("label", Kind.TEXT, _("The name of the cohort.")),
    needed("contact", Kind.TEXT, _("The address for questions.")),
    SITE,
)


@event(FOLDER, "pair_stopped", _("Pair ended by the organizer"), *STOPPED)
def pair_stopped(pairing, person):
    """Tells one of a pair that it has ended, in the same words to either: neither why, nor on whose word."""
    cohort = pairing.enrolment.cohort
    with speaking(person.language):
        words = {
            "program": cohort.program.title,
            "label": cohort.label,
            "contact": cohort.contact_email or settings.CONTACT_EMAIL,
        }
    return mail.queue(f"{FOLDER}/pair_stopped.txt", person=person, target=pairing, context=words)
