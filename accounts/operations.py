"""What is done with people: consents and roles. Each leaves its row in the audit."""

from django.db import transaction

from accounts.models import ConsentRecord, RoleGrant
from portal import audit, clock


@transaction.atomic
def record_consents(user, answers):
    """Write down what `user` answered: `answers` maps each TermVersion to whether consent was given."""
    return ConsentRecord.objects.bulk_create(
        ConsentRecord(user=user, term=term, given=given, at=clock.now()) for term, given in answers.items()
    )


@transaction.atomic
def grant_role(user_id, role, *, by, organization=None, program=None, cohort=None, to_at=None):
    """Give a person a role for one scope (none for an administrator). Returns the RoleGrant."""
    grant = RoleGrant.objects.create(
        user_id=user_id, role=role, organization=organization, program=program, cohort=cohort, to_at=to_at
    )
    audit.record(f"role.granted.{role}", target=grant, by=by, after=str(user_id))
    return grant


@transaction.atomic
def end_grant(grant_id, *, by):
    """End a role now; ending it twice is the same as once."""
    grant = RoleGrant.objects.select_for_update(of=("self",), no_key=True).get(pk=grant_id)
    if grant.to_at is None or grant.to_at > clock.now():
        grant.to_at = clock.now()
        grant.save(update_fields=["to_at"])
        audit.record(f"role.ended.{grant.role}", target=grant, by=by, before=str(grant.user_id))
    return grant
