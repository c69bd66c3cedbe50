"""Open Badges 3.0: what a badge says, what the issuer and the status list say. Nothing here signs.

A badge is a verifiable credential as a JWT (VC-JWT). It holds no name: whose it is stands in it as a salted hash of
the e-mail address, so that only who is told the address can compare.
"""

import base64
import gzip
import hashlib
from datetime import UTC, timedelta

from django.conf import settings
from django.urls import reverse

from portal.i18n import EN, KO, speaking
from programs import certificates
from programs.models.certificates import Certificate, CertificateStatus

VC = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
SCHEMA_TYPE = "1EdTechJsonSchemaValidator2019"
NAME = "Grow Creative"
LIST_SIZE = 131_072  # entries, the least that the standard takes, so that one of them says nothing by its place
LIST_HOLDS = timedelta(days=1)
LIST_SECONDS = 60  # how long a copy of the list is good; as long as any public page


def address(name, *args):
    """The absolute address of what is published about badges."""
    return settings.SITE_URL + reverse(name, args=args)


def moment(value):
    """A moment as credentials write it."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def issuer():
    """Who issues, as the profile that is published."""
    return {
        "id": address("badge-issuer"),
        "type": ["Profile"],
        "name": NAME,
        "url": settings.SITE_URL,
    }


def credential(certificate, email, salt, kid):
    """The badge of a certificate for whoever has the address `email`, hashed with `salt`; key `kid` signs it."""
    held, identity = certificate.snapshot, address("certificate-short", certificate.code)
    own, cohort = held[EN], certificate.cohort
    with speaking(EN):
        course, when, hours = certificates.course_of(held), certificates.period(held), certificates.hours(held)
        page = settings.SITE_URL + cohort.get_absolute_url()
        kind = str(certificates.title_of(held))
    deed = "Served as a mentor in" if certificates.is_service(held) else "Completed"
    digest = hashlib.sha256((email + salt).encode()).hexdigest()
    return {
        "@context": [VC, OB, "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"],
        "id": identity,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": own["program"],
        "issuer": issuer(),
        "validFrom": moment(certificate.issued_at),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": True,
                    "identityHash": f"sha256${digest}",
                    "identityType": "emailAddress",
                    "salt": salt,
                }
            ],
            "achievement": {
                "id": page,
                "type": ["Achievement"],
                "achievementType": "Certificate",
                "name": own["program"],
                "description": " · ".join(filter(None, [kind, course, held[KO]["program"], when, hours])),
                "criteria": {"narrative": f"{deed} {course}. Issued by {', '.join(own['issuers'])}."},
            },
        },
        "credentialStatus": [status_entry(certificate, kid)],
        "credentialSchema": [{"id": SCHEMA, "type": SCHEMA_TYPE}],
        "iss": issuer()["id"],
        "jti": identity,
        "nbf": int(certificate.issued_at.timestamp()),
    }


# --- status -------------------------------------------------------------------------------------------------------


def status_entry(certificate, kid):
    """Where the status of a badge is told that key `kid` has signed."""
    number, index = divmod(certificate.pk, LIST_SIZE)
    url = address("badge-status", kid, number)
    return {
        "id": f"{url}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(index),
        "statusListCredential": url,
    }


def status_list(kid, number, now):
    """The list `number` of key `kid` at `now`: a bit each, set for certificates that are revoked or re-issued."""
    first = number * LIST_SIZE
    ended = Certificate.objects.exclude(status=CertificateStatus.VALID).filter(
        pk__gte=first, pk__lt=first + LIST_SIZE
    )
    url = address("badge-status", kid, number)
    return {
        "@context": [VC],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer()["id"],
        "validFrom": moment(now),
        "validUntil": moment(now + LIST_HOLDS),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "ttl": LIST_SECONDS * 1000,
            "encodedList": encoded(pk - first for pk in ended.values_list("pk", flat=True)),
        },
        "iss": issuer()["id"],
        "jti": url,
        "nbf": int(now.timestamp()),
        "exp": int((now + LIST_HOLDS).timestamp()),
    }


def encoded(places):
    """A bit string with those bits set, the first bit on the left, as the standard packs it."""
    bits = bytearray(LIST_SIZE // 8)
    for place in places:
        bits[place // 8] |= 0x80 >> place % 8
    packed = gzip.compress(bytes(bits), mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()
