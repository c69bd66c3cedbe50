"""The part of the page of one's own learning that tells about the certificate."""

from django.urls import reverse
from django.utils.translation import gettext as _

from programs import certificate_gates, certificates
from programs.models.enrolments import EnrolmentStatus


def part(enrolment, now):
    """What to show of the certificate of `enrolment`; None as long as it is not completed, or where the kind of
    program has none.
    """
    if enrolment.status != EnrolmentStatus.COMPLETED:
        return None
    told = {"template": "programs/learning/_certificate.html", "mine_url": reverse("my-certificates")}
    rows = enrolment.certificates.select_related("file").defer("file__content", "file__badge")
    certificate = rows.first()
    if certificate is None:
        if enrolment.cohort.program.kind not in certificates.TITLES:
            return None
        why = certificate_gates.obstacle(enrolment)
        return told | {"why": why or _("You have completed the program. The certificate is being prepared.")}
    is_made = certificate.status == "valid" and hasattr(certificate, "file")
    return told | {
        "pill": certificates.pill_of(certificate),
        "facts": certificates.facts(certificate, name=certificates.words(certificate.snapshot)["name"]),
        "document_url": reverse("certificate-document", args=[certificate.code]) if is_made else "",
    }
