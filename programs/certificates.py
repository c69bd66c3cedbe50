"""What certificates say: the kinds that have one, the snapshot of the day of issue, its words in both languages."""

from datetime import date
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from portal import i18n, names, pills
from portal.codes import typed_code
from portal.i18n import EN, KO, language, speaking
from programs.models.certificates import Certificate, CertificateStatus
from programs.models.programs import PartnerRole, ProgramKind

PREFIX = "GC"
PILLS = {"valid": ("good", "check"), "superseded": ("warn", "swap"), "revoked": ("bad", "x")}
SERVICE = "mentoring"  # what a certificate is about that is issued for no enrolment
TITLES = {
    ProgramKind.COURSE: gettext_lazy("Certificate of Completion"),
    ProgramKind.MASTERCLASS: gettext_lazy("Masterclass Certificate"),
    ProgramKind.INTERNSHIP: gettext_lazy("Internship Certificate"),
    ProgramKind.WORKSHOP: gettext_lazy("Workshop Certificate"),
    ProgramKind.EXCHANGE: gettext_lazy("International Exchange Certificate"),
    SERVICE: gettext_lazy("Certificate of Mentoring"),
}
SENTENCES = {
    ProgramKind.COURSE: gettext_lazy(
        "This certificate is awarded for the successful completion of the course below."
    ),
    ProgramKind.MASTERCLASS: gettext_lazy(
        "This certificate is awarded for the successful completion of the masterclass below."
    ),
    ProgramKind.INTERNSHIP: gettext_lazy(
        "This certificate is awarded for the successful completion of the on-site internship below."
    ),
    ProgramKind.WORKSHOP: gettext_lazy(
        "This certificate is awarded for the successful completion of the international workshop below."
    ),
    ProgramKind.EXCHANGE: gettext_lazy(
        "This certificate is awarded for the successful completion of the international exchange below."
    ),
    SERVICE: gettext_lazy("This certificate is awarded for service as a mentor in the program below."),
}


def number_of(cohort, serial):
    """`GC-2024-VP24-0042`: the year in which the cohort ended, its receipt prefix, its serial number."""
    return f"{PREFIX}-{i18n.local_date(cohort.ends_at).year}-{cohort.receipt_prefix}-{serial:04d}"


def issuers_of(program):
    """The organizations in whose name it is issued: the organizers of the program, else who operates it."""
    partners = list(program.program_partners.select_related("organization"))
    for role in (PartnerRole.ORGANIZER, PartnerRole.OPERATOR):
        found = [partner.organization for partner in partners if partner.role == role]
        if found:
            return found
    return [partner.organization for partner in partners]


def frame_of(cohort):
    """What all certificates of a cohort say alike, as JSON holds it."""
    program, issuers = cohort.program, issuers_of(cohort.program)
    return {
        "kind": str(program.kind),
        "hours": cohort.hours,
        "starts_on": i18n.local_date(cohort.starts_at).isoformat(),
        "ends_on": i18n.local_date(cohort.ends_at).isoformat(),
        "precision": str(cohort.dates_precision),
        KO: _texts(program, cohort, issuers, KO),
        EN: _texts(program, cohort, issuers, EN),
    }


def _texts(program, cohort, issuers, code):
    with speaking(code):
        return {
            "program": program.title,
            "label": cohort.label,
            "issuers": [organization.name for organization in issuers],
        }


def snapshot(frame, person):
    """What a certificate of `person` says: the names as they stand today, in the `frame` of the cohort."""
    full, romanized = person.full_name or person.romanized_name, person.romanized_name or person.full_name
    return frame | {KO: frame[KO] | {"name": full}, EN: frame[EN] | {"name": romanized}}


def period(held):
    """When it took place, in the active language, as exactly as it is known."""
    first, last = (date.fromisoformat(held[name]) for name in ("starts_on", "ends_on"))
    if held["precision"] != "day":
        return " – ".join(dict.fromkeys(i18n.dated(day, held["precision"]) for day in (first, last)))
    return i18n.span(first, last, year=True)


def served(minutes):
    """What the certificate of a mentor says besides what all of its cohort say: for how long they were met."""
    whole, rest = divmod(minutes, 60)
    return {"kind": SERVICE, "hours": whole, "minutes": rest}


def is_service(held):
    """Whether a snapshot is that of a mentor."""
    return held["kind"] == SERVICE


def hours(held):
    """How many hours, in the active language, and minutes of a mentor's; empty where they are not set."""
    parts = []
    if held["hours"]:
        parts.append(ngettext("%(count)s hour", "%(count)s hours", held["hours"]) % {"count": held["hours"]})
    if held.get("minutes"):
        text = ngettext("%(count)s minute", "%(count)s minutes", held["minutes"])
        parts.append(text % {"count": held["minutes"]})
    return " ".join(parts)


def words(held):
    """The part of a snapshot in the active language."""
    return held[language()]


def title_of(held):
    """What the document is called."""
    return TITLES[held["kind"]]


def course_of(held):
    """The program and which run of it."""
    own = words(held)
    return f"{own['program']} ({own['label']})"


def issuers_text(held):
    """In whose name it was issued."""
    return " · ".join(words(held)["issuers"])


def pill_of(certificate):
    """Its state."""
    return pills.pill(PILLS, certificate.status, certificate.get_status_display())


# --- addresses ----------------------------------------------------------------------------------------------------


def check_address(code):
    """The short address that the QR code leads to."""
    return settings.SITE_URL + reverse("certificate-short", args=[code])


def linkedin_address(certificate):
    """The page on which a person adds the certificate to their LinkedIn profile."""
    held, issued = certificate.snapshot, i18n.local_date(certificate.issued_at)
    query = {
        "startTask": "CERTIFICATION_NAME",
        "name": words(held)["program"],
        "organizationName": ", ".join(words(held)["issuers"]),
        "issueYear": issued.year,
        "issueMonth": issued.month,
        "certUrl": check_address(certificate.code),
        "certId": certificate.number,
    }
    return f"https://www.linkedin.com/profile/add?{urlencode(query)}"


# --- checked ------------------------------------------------------------------------------------------------------


def find(code, number=""):
    """The certificate with that check code, as somebody typed it, and that number where one is given; else None."""
    wanted = typed_code(code)
    found = Certificate.objects.filter(code=wanted).first() if wanted else None
    if found is None or (number and plain(number) != plain(found.number)):
        return None
    return found


def plain(number):
    """A number without what people leave out or add."""
    return "".join(letter for letter in number.upper() if letter.isalnum())


def result(certificate, now):
    """What the check says: its tone, title, text, and the facts of one that holds. `None` is one not found."""
    checked = _("Checked on %(moment)s.") % {"moment": i18n.moment(now, year=True)}
    if certificate is None:
        return {
            "state": "unknown",
            "tone": "info",
            "title": _("No certificate with this number and check code was found."),
            "text": _("Check O and 0, I and 1 again. If you still do not find it, write to us."),
            "checked": checked,
        }
    told = {"state": certificate.status, "checked": checked, "pill": pill_of(certificate)}
    if certificate.status == CertificateStatus.VALID:
        title = _("This certificate is valid.")
        document = {"term": pgettext("certificate", "Document"), "value": title_of(certificate.snapshot)}
        return told | {
            "title": title,
            "facts": [document, *facts(certificate, name=masked_name(certificate))],
        }
    number = {"number": certificate.number}
    if certificate.status == CertificateStatus.SUPERSEDED:
        title = _("This number is no longer valid because the certificate was re-issued.")
        text = _("%(number)s. Please ask the holder for the new number.") % number
    else:
        title = _("This certificate was revoked and is not valid.")
        text = _("%(number)s. Please ask the holder.") % number
    return told | {"tone": "warning", "title": title, "text": text}


# --- as rows ------------------------------------------------------------------------------------------------------


def facts(certificate, *, name):
    """What anyone who checks it may read: number, `name` as it may be shown, course, dates, hours, issuers."""
    held = certificate.snapshot
    rows = [
        {"term": _("Certificate number"), "value": certificate.number},
        {"term": pgettext("certificate", "Name"), "value": name, "user": True},
        {"term": pgettext("certificate", "Program"), "value": course_of(held), "user": True},
        {"term": pgettext("certificate", "Period"), "value": period(held)},
        {"term": pgettext("certificate", "Hours"), "value": hours(held)},
        {"term": _("Date of issue"), "value": i18n.day(certificate.issued_at, year=True)},
        {"term": _("Issued by"), "value": issuers_text(held), "user": True},
    ]
    return [row for row in rows if row["value"]]


def masked_name(certificate):
    """The name as strangers read it."""
    name = words(certificate.snapshot)["name"]
    return name if certificate.snapshot.get("is_masked") else names.masked(name)


def without_name(held):
    """A snapshot whose names are masked for good; a check shows the same of it as before."""
    if held.get("is_masked"):
        return held
    parts = {code: held[code] | {"name": names.masked(held[code]["name"])} for code in i18n.LANGUAGES}
    return held | parts | {"is_masked": True}
