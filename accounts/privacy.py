"""What the portal holds about a person: shown, handed out and erased, part by part.

Each app says for itself what it holds: it calls `register` in `AppConfig.ready`. Nothing here knows the apps above.
"""

import json
import secrets
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from shutil import copyfileobj
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.emails import CLOSED
from accounts.models import ERASED, Profile, Role
from portal import clock
from portal.models import AuditEvent, MailStatus, OutgoingMail

IN_MEMORY = 5 * 1024 * 1024  # an archive larger than this is built on disk


@dataclass(frozen=True)
class Part:
    """What one app does about a person's data; each entry is a function or None."""

    export: Any = None
    erase: Any = None
    blocks: Any = None
    files: Any = None
    follows: Any = None


_parts: dict[str, Part] = {}


def register(name, *, export=None, erase=None, blocks=None, files=None, follows=None):
    """Add the part `name`; registering it again replaces it.

    - `export(user)`: what is held about the person, as JSON can hold it (moments and days may stay as they are).
    - `files(user)`: pairs of a name and the stored file (something with `open("rb")`).
    - `blocks(user)`: sentences, each a reason why the account cannot be closed now.
    - `erase(user)`: takes the person's data away, in the transaction that closes the account.
    - `follows(user, term, cohort)`: sentences that say what happens when that consent is withdrawn.
    """
    _parts[name] = Part(export=export, erase=erase, blocks=blocks, files=files, follows=follows)


# --- what apps say ----------------------------------------------------------------------------------


def export(user):
    """Everything that is held about `user`: the account, then each part under its name."""
    return {"account": _account(user)} | {
        name: part.export(user) for name, part in _parts.items() if part.export is not None
    }


def files(user):
    """The files of `user`: for each the part's name, its own name, and what is stored."""
    for part_name, part in _parts.items():
        for name, stored in part.files(user) if part.files is not None else ():
            yield part_name, name, stored


def blockers(user):
    """Why the account of `user` cannot be closed now, in sentences; empty where it can."""
    return _own_blockers(user) + [
        sentence for part in _parts.values() if part.blocks is not None for sentence in part.blocks(user)
    ]


def consequences(user, term, cohort):
    """What happens when `user` withdraws the consent to `term` in `cohort`, in sentences."""
    return [
        sentence
        for part in _parts.values()
        if part.follows is not None
        for sentence in part.follows(user, term, cohort)
    ]


def erase(user):
    """Take away what is held about `user`. The highest app goes first: it stands on the others' rows."""
    for part in reversed(_parts.values()):
        if part.erase is not None:
            part.erase(user)
    _erase_account(user)


def is_erased(user):
    """Whether the account has been closed for good."""
    return user.email.endswith(ERASED) and not user.is_active


# --- the archive ------------------------------------------------------------------------------------


def archive(user):
    """All that is held about `user`, as an open zip: `data.json`, and the files in folders by part.

    A file that is no longer in the storage stands in the list with `stored: false`.
    """
    packed = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (the answer closes it)
    listed = []
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as box:
        for number, (part, name, stored) in enumerate(files(user), start=1):
            place = f"files/{part}/{number:03d}-{PurePosixPath(name.replace(chr(92), '/')).name}"
            listed.append({"name": name, "path": place, "stored": _pack(box, place, stored)})
        data = {"made_at": clock.now(), **export(user), "files": listed}
        text = json.dumps(data, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder)
        box.writestr("data.json", text.encode())
    packed.seek(0)
    return packed


def _pack(box, place, stored):
    try:
        opened = stored.open("rb")
    except FileNotFoundError:
        return False
    with opened, box.open(place, "w") as target:
        copyfileobj(opened, target)
    return True


# --- the account's own part -------------------------------------------------------------------------


def _account(user):
    consents = user.consents.select_related("version", "cohort__program", "recorded_by")
    grants = user.grants.select_related("organization", "program", "cohort__program")
    mails = OutgoingMail.objects.filter(person=user, expires_at=None)  # the others held a code
    deeds = AuditEvent.objects.filter(Q(by=user) | Q(target_type=user._meta.label_lower, target_id=user.pk))
    return {
        "email": user.email,
        "full_name": user.full_name,
        "romanized_name": user.romanized_name,
        "language": user.language,
        "time_zone": user.time_zone,
        "joined_at": user.date_joined,
        "age_confirmed_at": user.age_confirmed_at,
        "last_login_at": user.last_login,
        "addresses": list(EmailAddress.objects.filter(user=user).values("email", "verified", "primary")),
        "second_factors": list(
            Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at")
        ),
        "profile": _profile(user),
        "roles": [
            {
                "role": grant.role,
                "scope": str(grant.cohort or grant.program or grant.organization or ""),
                "from_at": grant.from_at,
                "to_at": grant.to_at,
            }
            for grant in grants
        ],
        "consents": [
            {
                "title": record.version.title,
                "version": record.version.number,
                "cohort": str(record.cohort or ""),
                "given": record.given,
                "items": record.items,
                "language": record.language,
                "on_paper": record.recorded_by is not None,
                "at": record.at,
            }
            for record in consents
        ],
        "mails": list(mails.values("to", "subject", "body", "status", "queued_at", "sent_at")),
        "history": list(deeds.values("verb", "target_type", "at")),
    }


def _profile(user):
    profile = Profile.objects.filter(user=user).first()
    if profile is None:
        return None
    left_out = ("id", "user")
    return {
        field.name: getattr(profile, field.name)
        for field in Profile._meta.concrete_fields
        if field.name not in left_out
    }


def _own_blockers(user):
    if not (user.is_superuser or user.grants.live().exists()):
        return []
    names = {str(grant.get_role_display()) for grant in user.grants.live()} or {str(Role.ADMIN.label)}
    return [
        _("You hold a role (%(roles)s). Ask an administrator to end it first.")
        % {"roles": ", ".join(sorted(names))}
    ]


def _erase_account(user):
    """The row stays, as a person without a name, address or password: consents and the audit point at it."""
    addresses = {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)}
    mails = OutgoingMail.objects.filter(Q(person=user) | Q(to__in=addresses)).exclude(reason=CLOSED)
    mails.filter(status__in=(MailStatus.WAITING, MailStatus.HELD)).update(status=MailStatus.DROPPED)
    mails.update(to="", subject="", body="", values={}, extras={}, error="")
    Profile.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    user.email = f"erased-{secrets.token_hex(8)}{ERASED}"
    user.full_name = user.romanized_name = ""
    user.age_confirmed_at = user.last_login = None
    user.time_zone = type(user)._meta.get_field("time_zone").default
    user.is_active = False
    user.set_unusable_password()  # with the hash, every session ends
    user.save()
