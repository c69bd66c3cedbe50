"""Who reads what of agreements: a partner's people the agreements of their own organization, and no other's."""

from accounts.models import Role
from partners.models.agreements import Agreement
from partners.models.commitments import Commitment
from partners.models.reports import Report


def organizations_of(user):
    """The primary keys of the organizations that a person stands for as a partner, now."""
    if not user.is_active:
        return set()
    return {grant.organization_id for grant in user.live_grants if grant.role == Role.PARTNER} - {None}


def is_partner(user):
    """Whether there is a partners' desk for a person."""
    return bool(organizations_of(user))


def agreements_of(user):
    """The signed agreements to which an organization of the person is a party."""
    own = Agreement.objects.exclude(state="draft").filter(signatures__organization__in=organizations_of(user))
    return own.distinct()


def commitments_of(user, agreement):
    """The commitments of an agreement that the person reads as a party to it."""
    return Commitment.objects.of_parties(organizations_of(user)).filter(agreement=agreement)


def reports_of(user):
    """The reports on agreements of the person's organizations, once they are sent for approval."""
    return Report.objects.of_parties(organizations_of(user))


def answers_for(user, organization_id):
    """Whether a person may approve or return a report in the name of a party."""
    return organization_id in organizations_of(user)
