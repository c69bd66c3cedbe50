"""The keys that sign badges, and signing. The private half is a file of the portal's own, the public one a row.

Files lie in `VAR_DIR/badge-keys/`, readable by their owner alone. A key that is retired signs no badge more; its
public half stays published, and it still signs the status of its badges, so that they can be checked.
"""

import hashlib
import json
import logging
import os
import secrets
from base64 import urlsafe_b64encode

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import IntegrityError, transaction
from jwt.algorithms import ECAlgorithm

from portal import audit, clock
from programs import badges
from programs.models.certificates import BadgeKey, CertificateFile, CertificateStatus

ALGORITHM = "ES256"
FOLDER = "badge-keys"

logger = logging.getLogger(__name__)


def signer():
    """A function that makes the badge of a certificate, a VC-JWT, signed with the key that signs now.

    The first call ever makes that key, and so does one whose private half is gone.
    """
    key = signing_key()
    private = private_half(key)
    if private is None:
        logger.error("The private half of badge key %s is missing; another key takes its place", key.kid)
        key = rotate(by=None)
        private = private_half(key)

    def badge(certificate):
        email = certificate.person.email.strip().lower()
        return sign(badges.credential(certificate, email, secrets.token_hex(16), key.kid), key, private)

    return badge


def sign(claims, key, private):
    """`claims` as a JWT; its header leads to the public key."""
    header = {"typ": "vc+jwt", "kid": badges.address("badge-key", key.kid)}
    return jwt.encode(claims, private, algorithm=ALGORITHM, headers=header)


def signed_status_list(key, number, now):
    """A status list at `now` as a VC-JWT; None where nothing can sign it.

    It is signed with `key`, which signed the badges that lead to it: checkers ask for the same key, also after it
    was retired. Where its private half is gone, the key that signs now stands in.
    """
    signing = next((one for one in (key, active_key()) if one and private_half(one)), None)
    return sign(badges.status_list(key.kid, number, now), signing, private_half(signing)) if signing else None


def active_key():
    """The key that signs badges now, or None."""
    return BadgeKey.objects.filter(retired_at=None).first()


@transaction.atomic
def rotate(*, by):
    """Retire the key that signs and make another. Returns it."""
    now = clock.now()
    for key in BadgeKey.objects.select_for_update(no_key=True).filter(retired_at=None):
        key.retired_at = now
        key.save(update_fields=["retired_at"])
        audit.record("badge_key.retired", target=key, by=by, before=key.kid)
    return signing_key()


@transaction.atomic
def replace_leaked(*, by):
    """Do away with every key there is, make another, and sign the badges of all certificates that hold anew.

    What was signed before can no longer be checked by anyone: neither what we signed nor what somebody else did.
    Returns how many badges were signed.
    """
    for key in BadgeKey.objects.select_for_update(no_key=True):
        audit.record("badge_key.leaked", target=key, by=by, before=key.kid)
        path_of(key.kid).unlink(missing_ok=True)
        key.delete()
    sign_anew, signed = signer(), 0
    files = CertificateFile.objects.filter(certificate__status=CertificateStatus.VALID).exclude(badge="")
    rows = files.select_related("certificate__person", "certificate__cohort__program").defer("content")
    for file in rows.iterator(chunk_size=500):
        CertificateFile.objects.filter(pk=file.pk).update(badge=sign_anew(file.certificate))
        signed += 1
    return signed


def signing_key():
    """The key that signs now; made where there is none. Two who make one at once end up with the same."""
    while True:
        key = active_key()
        if key is not None:
            return key
        try:
            with transaction.atomic():
                return make_key()
        except IntegrityError:  # somebody else has just made one
            continue


def make_key():
    """A new key: its private half on the disk before its row is there."""
    private = ec.generate_private_key(ec.SECP256R1())
    public = ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
    kid = thumbprint(public)
    write_private(kid, private)
    key = BadgeKey.objects.create(kid=kid, public=public | {"kid": kid, "alg": ALGORITHM, "use": "sig"})
    audit.record("badge_key.made", target=key, by=None, after=kid)
    return key


def thumbprint(public):
    """The name of a key by what it is (RFC 7638)."""
    members = json.dumps({name: public[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    return urlsafe_b64encode(hashlib.sha256(members.encode()).digest()).rstrip(b"=").decode()


def path_of(kid):
    """Where the private half of a key lies."""
    return settings.VAR_DIR / FOLDER / f"{kid}.pem"


def write_private(kid, private):
    """Put a private key on the disk, for its owner alone, whole or not at all."""
    path = path_of(kid)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    part = path.with_suffix(".part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        target.write(text)
        target.flush()
        os.fsync(target.fileno())
    part.replace(path)


def private_half(key):
    """The private half of a key, or None where its file is gone."""
    try:
        text = path_of(key.kid).read_bytes()
    except FileNotFoundError:
        return None
    return serialization.load_pem_private_key(text, password=None)
