"""The mails about certificates. Each stands on the certificate; what no longer holds is dropped unsent."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal import mail
from portal.i18n import speaking
from portal.mail_events import Kind, Placeholder, event, needed
from programs import certificates
from programs.emails import address
from programs.mail_places import CONTACT, FOLDER, LABEL, NAME, PROGRAM, SITE, why
from programs.models.certificates import Certificate

NUMBER = Placeholder("number", Kind.TEXT, _("The number of the certificate."))
TITLE = Placeholder("title", Kind.TEXT, _("What the document is called."))
URL = needed("url", Kind.LINK, _("The page of one's own certificates."))
OF_CERTIFICATE = (NAME, PROGRAM, LABEL, NUMBER, URL, CONTACT, SITE)


@event(FOLDER, "certificate_issued", _("Certificate issued"), *OF_CERTIFICATE, TITLE)
def issued(certificate):
    """The certificate is there to be downloaded."""
    return _queue("certificate_issued", certificate)


@event(
    FOLDER,
    "certificate_reissued",
    _("Certificate re-issued"),
    *OF_CERTIFICATE,
    TITLE,
    needed("earlier", Kind.TEXT, _("The number that is no longer valid.")),
    why(_("Why it was issued again.")),
)
def reissued(certificate):
    """Another one stands in the place of an earlier one, which is no longer valid."""
    earlier = certificate.supersedes
    return _queue("certificate_reissued", certificate, earlier=earlier.number, why=earlier.end_reason)


@event(FOLDER, "certificate_revoked", _("Certificate revoked"), *OF_CERTIFICATE, why(_("Why it was revoked.")))
def revoked(certificate):
    """It is no longer valid, and why."""
    return _queue("certificate_revoked", certificate, why=certificate.end_reason)


def _queue(message, certificate, **more):
    person, cohort = certificate.person, certificate.cohort
    with speaking(person.language):
        context = {
            "program": cohort.program.title,
            "label": cohort.label,
            "number": certificate.number,
            "title": str(certificates.title_of(certificate.snapshot)),
            "url": address("my-certificates", person.language),
            "contact": cohort.contact_email or settings.CONTACT_EMAIL,
        }
    return mail.queue(f"{FOLDER}/{message}.txt", person=person, target=certificate, context=context | more)


def _holds(certificate_id):
    return Certificate.objects.valid().filter(pk=certificate_id).exists()


for _reason in ("certificate_issued", "certificate_reissued"):
    mail.still_wanted(_reason)(_holds)
