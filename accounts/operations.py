"""What is done with people: consents and roles. Each leaves its row in the audit."""

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import emails, privacy, signals, terms
from accounts.models import ConsentRecord, Profile, RoleGrant, Term, User
from accounts.profiles import KEPT
from portal import audit, clock, i18n
from portal.errors import Refused


@transaction.atomic
def record_consents(user, answers, *, cohort=None, items=None, recorded_by=None):
    """Write down what `user` answered: `answers` maps each TermVersion to whether consent was given.

    `items` maps TermVersions to the items as they were shown; `recorded_by` is the staff who hold the consent in
    writing. A no where there was a yes is a withdrawal, with all that follows from it.
    """
    items = items or {}
    before = terms.standing(user, cohort) if not all(answers.values()) else {}
    records = ConsentRecord.objects.bulk_create(
        ConsentRecord(
            user=user,
            version=version,
            cohort=cohort if version.term.is_of_cohort else None,
            given=given,
            items=items.get(version, ""),
            language=i18n.language(),
            recorded_by=recorded_by,
            at=clock.now(),
        )
        for version, given in answers.items()
    )
    if recorded_by is not None:
        audit.record("consent.recorded", target=user, by=recorded_by, after=", ".join(v.term.slug for v in answers))
    for version, given in answers.items():
        known = before.get(version.term_id)
        if not given and known is not None and known.given:
            _withdrawn(user, version.term, known.cohort_id, by=recorded_by or user)
    return records


@transaction.atomic
def withdraw_consent(user_id, term_id, *, cohort_id=None, by):
    """Take back a consent, by a new row; what follows from it happens with it. Twice is the same as once.

    What belongs to the account cannot be taken back alone. Returns the row that stands; None where there is none.
    """
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user_id)
    term = Term.objects.get(pk=term_id)
    cohort_id = cohort_id if term.is_of_cohort else None
    answers = ConsentRecord.objects.filter(user=user, version__term=term, cohort=cohort_id)
    known = answers.select_related("version").first()
    if known is None or not known.given:
        return known
    if not term.can_be_withdrawn:
        raise Refused(_("This belongs to your account. It ends when you close your account."))
    record = ConsentRecord.objects.create(
        user=user,
        version=known.version,
        cohort_id=cohort_id,
        given=False,
        items=known.items,
        language=i18n.language(),
        recorded_by=None if by.pk == user.pk else by,
        at=clock.now(),
    )
    _withdrawn(user, term, cohort_id, by=by)
    return record


def _withdrawn(user, term, cohort_id, *, by):
    """Write down that a consent was taken back, and tell the apps above."""
    audit.record("consent.withdrawn", target=user, by=by, before=term.slug, after=cohort_id or "")
    signals.consent_withdrawn.send(sender=Term, user=user, term=term, cohort_id=cohort_id)


@transaction.atomic
def finish_sign_up(user, *, full_name, romanized_name, language, age_confirmed_at, consents):
    """Complete whoever has just signed up: name, language, when they said their age, what they agreed to."""
    user.full_name, user.romanized_name = full_name, romanized_name
    user.language, user.age_confirmed_at = language, age_confirmed_at
    user.save(update_fields=["full_name", "romanized_name", "language", "age_confirmed_at"])
    record_consents(user, consents)
    audit.record("person.signed_up", target=user, by=user)


@transaction.atomic
def open_account(email, *, full_name, romanized_name, language, by):
    """An account without a password, for whoever has handed something in on paper; a mail tells them about it.

    Staff vouch that the person is old enough; the address is verified by whoever chooses the password. Whoever has
    an account keeps it as it is, and is sent nothing.
    """
    user, is_new = User.objects.get_or_create(
        email=email.strip().lower(),
        defaults={
            "full_name": full_name,
            "romanized_name": romanized_name,
            "language": language,
            "age_confirmed_at": clock.now(),
            "password": make_password(None),
        },
    )
    if is_new:
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
        audit.record("person.opened", target=user, by=by)
        emails.account_opened(user)
    return user


@transaction.atomic
def change_profile(user_id, *, by, **values):
    """Change what a person tells about themselves. The audit holds which of it, never what it says."""
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user_id)
    profile = Profile.objects.filter(user=user).first() or Profile(user=user)
    holders = {name: profile if name in KEPT else user for name in values}
    changed = [name for name, value in values.items() if getattr(holders[name], name) != value]
    for name in changed:
        setattr(holders[name], name, values[name])
    if any(holders[name] is user for name in changed):
        user.save(update_fields=[name for name in changed if holders[name] is user])
    if any(holders[name] is profile for name in changed):
        profile.changed_at = clock.now()
        profile.save()
    if changed:
        audit.record("person.changed", target=user, by=by, after=", ".join(changed))
    return user


@transaction.atomic
def verify_address(user):
    """Count the person's address as verified, where somebody vouches for it: the demonstration, an import."""
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"primary": True, "verified": True})


@transaction.atomic
def grant_role(user_id, role, *, by, organization=None, program=None, cohort=None, to_at=None):
    """Give a person a role for one scope (none for an administrator). Returns the RoleGrant.

    Giving again what the person has already is the same as once, whatever the end of the new grant.
    """
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user_id)
    scope = {"organization": organization, "program": program, "cohort": cohort}
    known = user.grants.live().filter(role=role, **scope).first()
    if known is not None:
        return known
    grant = RoleGrant(user=user, role=role, to_at=to_at, **scope)
    try:
        grant.full_clean()
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    grant.save()
    audit.record(f"role.granted.{role}", target=grant, by=by, after=str(user_id))
    return grant


@transaction.atomic
def end_grant(grant_id, *, by):
    """End a role now; ending it twice is the same as once. One that has not begun is taken back altogether."""
    now = clock.now()
    grant = RoleGrant.objects.select_for_update(of=("self",), no_key=True).filter(pk=grant_id).first()
    if grant is None or (grant.to_at is not None and grant.to_at <= now):
        return grant
    audit.record(f"role.ended.{grant.role}", target=grant, by=by, before=str(grant.user_id))
    if grant.from_at >= now:
        grant.delete()
        return None
    grant.to_at = now
    grant.save(update_fields=["to_at"])
    return grant


@transaction.atomic
def block_user(user_id, *, by, reason):
    """Keep a person from logging in; their open sessions end with it. Twice is the same as once.

    Nobody can block themselves, so that an administrator is always left.
    """
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user_id)
    if user.pk == by.pk:
        raise Refused(_("You cannot block yourself."))
    if not reason.strip():
        raise Refused(_("Give a reason."))
    if not user.is_active:
        return
    user.is_active = False
    user.save(update_fields=["is_active"])
    audit.record("person.blocked", target=user, by=by, reason=reason)


@transaction.atomic
def unblock_user(user_id, *, by, reason):
    """Let a blocked person log in again. Twice is the same as once."""
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user_id)
    if not reason.strip():
        raise Refused(_("Give a reason."))
    if user.is_active:
        return
    if privacy.is_erased(user):
        raise Refused(_("This account was closed for good."))
    user.is_active = True
    user.save(update_fields=["is_active"])
    audit.record("person.unblocked", target=user, by=by, reason=reason)


@transaction.atomic
def close_account(user_id, *, by):
    """Close an account for good: the person's data go, what they agreed to and the audit stay without a name.

    Refuses while something still needs the person. Closing what is closed is the same as once. One last mail says
    so, to the address that goes with it.
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
    if privacy.is_erased(user):
        return
    reasons = privacy.blockers(user)
    if reasons:
        raise Refused(" ".join(reasons))
    emails.account_closed(user)
    privacy.erase(user)
    audit.record("person.closed", target=user, by=by)


@transaction.atomic
def download_data(user):
    """All that is held about the person, as an open zip; that it was handed out is written down."""
    audit.record("person.data_downloaded", target=user, by=user)
    return privacy.archive(user)
