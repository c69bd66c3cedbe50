"""The document of a certificate: one page in both languages, with a QR code that leads to its check."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal import i18n, pdf, qr
from portal.codes import shown_code
from portal.i18n import EN, KO, speaking
from programs import certificates

TEMPLATE = "programs/documents/certificate.typ"


def document(certificate):
    """The PDF of a certificate, from its snapshot alone: the same certificate gives the same bytes."""
    return pdf.make(TEMPLATE, content_of(certificate), about=certificate.number)


def content_of(certificate):
    """Everything that stands on the page, in both languages."""
    address = certificates.check_address(certificate.code)
    return {
        "number": certificate.number,
        "code": shown_code(certificate.code),
        "address": address.partition("://")[2],
        "qr": qr.svg(address),
        "issued": list(i18n.local_date(certificate.issued_at).timetuple()[:3]),
        KO: _part(certificate, KO),
        EN: _part(certificate, EN),
    }


def _part(certificate, code):
    held = certificate.snapshot
    with speaking(code):
        rows = [
            (pgettext("certificate", "Program"), certificates.course_of(held)),
            (pgettext("certificate", "Period"), certificates.period(held)),
            (pgettext("certificate", "Hours"), certificates.hours(held)),
        ]
        return {
            "title": str(certificates.title_of(held)),
            "name": held[code]["name"],
            "sentence": str(certificates.SENTENCES[held["kind"]]),
            "rows": [[term, value] for term, value in rows if value],
            "issued": i18n.day(certificate.issued_at, year=True, weekday=False),
            "issuers": held[code]["issuers"],
            "number": _("Certificate number"),
            "code": _("Check code"),
            "check": _("Check that it is genuine"),
            "alt": _("QR code that leads to the check of this certificate"),
        }
