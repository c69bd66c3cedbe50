"""Open Badges as others check them: by openbadgeslib, which knows nothing of us but what is published."""

import base64
import gzip
import hashlib
import json
import stat

import jwt
import pytest
from django.conf import settings
from django.core.management import call_command
from openbadgeslib.ob3 import OB3Verifier
from openbadgeslib.ob3.verifier import OB3VerificationError

from portal.models import AuditEvent
from programs import badges
from programs.models.certificates import BadgeKey
from programs.operations import badges as keys
from programs.operations import certificates
from tests import make
from tests.races import at_once

SITE = "https://portal.example.com"


@pytest.fixture(autouse=True)
def site(settings, tmp_path):
    settings.SITE_URL, settings.VAR_DIR = SITE, tmp_path


@pytest.fixture
def certificate(db):
    program = make.make_program(title_ko="사운드 과정", title_en="Sound Course")
    cohort = make.make_cohort(program, phase="finished", hours=35)
    person = make.make_user("seoyeon@example.com", full_name="김서연", romanized_name="Kim Seoyeon")
    return make.make_certificate(make.make_enrolment(cohort, person, status="completed"))


def published(client, url):
    """What stands at a published address."""
    assert url.startswith(SITE)
    response = client.get(url.removeprefix(SITE).split("#")[0])
    assert response.status_code == 200
    return response.content


def verifier(client, token):
    """A checker that has followed the token's header to the key."""
    key = published(client, jwt.get_unverified_header(token)["kid"])
    return OB3Verifier(jwt.PyJWK(json.loads(key)).key)


def accept(client, token):
    return verifier(client, token).verify(token, check_status=True, download=lambda url: published(client, url))


def test_a_badge_is_accepted_with_its_signature_its_shape_and_its_status(client, certificate):
    credential = accept(client, certificate.file.badge)
    assert credential.issuer.id == f"{SITE}/badges/issuer.json"
    assert credential.achievement.name == "Sound Course"
    assert credential.id == f"{SITE}/c/{certificate.code}/"
    header = jwt.get_unverified_header(certificate.file.badge)
    assert (header["alg"], header["typ"]) == ("ES256", "vc+jwt")


def test_it_holds_no_name_and_only_a_hash_of_the_address(client, certificate):
    claims = jwt.decode(certificate.file.badge, options={"verify_signature": False})
    text = json.dumps(claims, ensure_ascii=False)
    for part in ("김서연", "Seoyeon", "seoyeon@example.com"):
        assert part not in text
    (identity,) = claims["credentialSubject"]["identifier"]
    digest = hashlib.sha256(f"seoyeon@example.com{identity['salt']}".encode()).hexdigest()
    assert identity["identityHash"] == f"sha256${digest}"
    assert len(identity["salt"]) == 32


def status_of(certificate):
    """Where the status of a certificate's badge is told."""
    claims = jwt.decode(certificate.file.badge, options={"verify_signature": False})
    return claims["credentialStatus"][0]["statusListCredential"]


def test_no_number_of_a_list_is_an_error(client, certificate):
    address = status_of(certificate).removeprefix(SITE).rpartition("/")[0]
    assert client.get(f"{address}/9999").status_code == 200
    assert client.get(f"{address}/99999999999999999999").status_code == 404


def flipped(token, part):
    """The token with one byte of a part changed."""
    parts = token.split(".")
    raw = bytearray(base64.urlsafe_b64decode(parts[part] + "=="))
    raw[len(raw) // 2] ^= 1
    parts[part] = base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode()
    return ".".join(parts)


@pytest.mark.parametrize("part", [1, 2])
def test_one_changed_byte_is_refused(client, certificate, part):
    token = certificate.file.badge
    changed = flipped(token, part)
    assert changed != token
    with pytest.raises(OB3VerificationError):
        verifier(client, token).verify(changed)


def test_a_claim_changed_with_care_is_refused(client, certificate):
    token = certificate.file.badge
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims["name"] = "Another course"
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    with pytest.raises(OB3VerificationError, match="signature"):
        verifier(client, token).verify(f"{head}.{forged}.{signature}")


@pytest.mark.parametrize("deed", [certificates.revoke, certificates.reissue])
def test_revoked_and_superseded_are_reported_revoked(client, certificate, deed):
    neighbour = make.make_certificate()
    accept(client, certificate.file.badge)
    deed(certificate.pk, by=make.make_admin(), reason="x")
    with pytest.raises(OB3VerificationError, match="revocation"):
        accept(client, certificate.file.badge)
    accept(client, neighbour.file.badge)


def test_a_status_list_signed_by_another_is_refused(client, certificate):
    listed = published(client, status_of(certificate))
    other = jwt.encode(
        jwt.decode(listed.decode(), options={"verify_signature": False}),
        keys.ec.generate_private_key(keys.ec.SECP256R1()),
        algorithm="ES256",
    )
    token = certificate.file.badge
    with pytest.raises(OB3VerificationError):
        verifier(client, token).verify(token, check_status=True, download=lambda url: other.encode())


def test_the_list_is_long_enough_to_hide_in_and_has_its_bits_in_order():
    packed = badges.encoded([0, 9, badges.LIST_SIZE - 1])
    assert packed.startswith("u")
    bits = gzip.decompress(base64.urlsafe_b64decode(packed[1:] + "=="))
    assert len(bits) == 16 * 1024
    assert (bits[0], bits[1], bits[-1]) == (0b1000_0000, 0b0100_0000, 0b0000_0001)
    assert sum(map(int.bit_count, bits)) == 3


def test_the_private_half_is_a_file_for_its_owner_alone(certificate):
    key = BadgeKey.objects.get()
    path = settings.VAR_DIR / "badge-keys" / f"{key.kid}.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert "d" not in key.public
    assert "PRIVATE" not in str(list(BadgeKey.objects.values()))


def test_after_a_rotation_older_badges_are_still_accepted(client, certificate):
    call_command("rotate_badge_key", verbosity=0)
    assert BadgeKey.objects.filter(retired_at=None).count() == 1
    later = make.make_certificate()
    first, second = (jwt.get_unverified_header(row.file.badge)["kid"] for row in (certificate, later))
    assert first != second
    accept(client, later.file.badge)
    accept(client, certificate.file.badge)
    certificates.revoke(certificate.pk, by=make.make_admin(), reason="x")
    with pytest.raises(OB3VerificationError, match="revocation"):
        accept(client, certificate.file.badge)
    listed = json.loads(published(client, f"{SITE}/badges/jwks.json"))["keys"]
    assert [badges.address("badge-key", key["kid"]) for key in listed] == [second, first]
    assert all("d" not in key for key in listed)
    assert AuditEvent.objects.filter(verb="badge_key.retired").count() == 1


def test_a_key_whose_file_is_gone_is_replaced(client, certificate, caplog):
    keys.path_of(BadgeKey.objects.get().kid).unlink()
    listed = status_of(certificate).removeprefix(SITE)
    assert client.get(listed).status_code == 404
    later = make.make_certificate()
    assert "is missing" in caplog.text
    accept(client, later.file.badge)
    assert client.get(listed).status_code == 200  # the new key stands in


def test_after_a_leak_older_badges_are_worth_nothing_and_those_that_hold_are_signed_anew(client, certificate):
    revoked = make.make_certificate()
    certificates.revoke(revoked.pk, by=make.make_admin(), reason="x")
    before, path = certificate.file.badge, keys.path_of(BadgeKey.objects.get().kid)
    call_command("rotate_badge_key", "--leaked", verbosity=0)
    assert not path.exists()
    assert client.get(jwt.get_unverified_header(before)["kid"].removeprefix(SITE)).status_code == 404
    certificate.file.refresh_from_db()
    assert certificate.file.badge != before
    accept(client, certificate.file.badge)
    with pytest.raises(OB3VerificationError):
        verifier(client, certificate.file.badge).verify(before)


def test_what_is_published_without_a_key(client, db):
    assert json.loads(client.get("/badges/jwks.json").content) == {"keys": []}
    assert json.loads(client.get("/badges/issuer.json").content)["id"] == f"{SITE}/badges/issuer.json"
    assert client.get("/badges/status/nobody/0").status_code == 404
    assert client.get("/badges/keys/nobody.json").status_code == 404


def test_the_badge_is_downloaded_by_its_owner(client, certificate):
    client.force_login(certificate.enrolment.person)
    response = client.get(f"/ko/certificates/{certificate.code}/badge.jwt")
    assert response.content.decode() == certificate.file.badge
    assert response["Content-Disposition"] == f'attachment; filename="{certificate.number}.jwt"'


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_make_the_first_key_at_once_end_up_with_the_same():
    made = at_once([keys.signing_key] * 4)
    assert len({key.kid for key in made}) == 1
    assert BadgeKey.objects.count() == 1
