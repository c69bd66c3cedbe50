"""The ten demonstration logins: what each may do, and the one password they share."""

import secrets

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password

from accounts.models import Role, RoleGrant
from portal.demo.ledger import table


def grant_roles(world):
    """Give each login its role; applicants and mentees need none."""
    organizations, programs = world.catalog.organizations, world.catalog.programs
    reviewing = {"cohort": world.reviewed} if world.reviewed else {"program": programs["reboot-camp"]}
    grants = (
        ("admin", Role.ADMIN, {}),
        ("manager", Role.MANAGER, {"organization": organizations["KOCCA"]}),
        ("kafa", Role.MANAGER, {"organization": organizations["KAFA"]}),
        ("reviewer", Role.REVIEWER, reviewing),
        ("instructor", Role.INSTRUCTOR, {"program": programs["production-sound"]}),
        ("mentor", Role.MENTOR, {"program": programs["reboot-camp"]}),
        ("host", Role.HOST, {"organization": organizations["H3"]}),
        ("partner", Role.PARTNER, {"organization": organizations["NFLX"]}),
    )
    for key, role, scope in grants:
        world.ledger.add(RoleGrant(user=world.crowd[key], role=role, from_at=world.crowd[key].date_joined, **scope))
    for profile in world.mentors.values():
        if profile.user is not world.crowd["mentor"]:
            world.ledger.add(
                RoleGrant(
                    user=profile.user,
                    role=Role.MENTOR,
                    from_at=profile.user.date_joined,
                    program=programs["reboot-camp"],
                )
            )


def password():
    """The logins' password: the one in the settings, else one made once and kept for its owner alone."""
    if settings.DEMO_PASSWORD:
        return settings.DEMO_PASSWORD
    path = settings.VAR_DIR / "demo-password"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(12) + "\n")
    return path.read_text().strip()


def set_password(world):
    """Let the logins in."""
    emails = [person.email for person in world.crowd.logins]
    get_user_model().objects.filter(email__in=emails).update(password=make_password(password()))


def notice():
    """Who can log in, and how; for the terminal."""
    rows = [row["email"] for row in table("people") if row["logs_in"] == "yes"]
    return "\n".join(["Demonstration logins:", *[f"  {email}" for email in rows], f"Password: {password()}"])
