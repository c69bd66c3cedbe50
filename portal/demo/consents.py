"""What everyone agreed to: the terms when they joined, the collection of their data when they first applied."""

from accounts import terms
from accounts.models import ConsentRecord, TermKind
from programs.models.applications import Application


def add_consents(world):
    """Add the consents of everyone in the ledger."""
    first_submitted = {}
    for application in world.ledger.rows[Application]:
        if application.submitted_at is not None:
            moments = first_submitted.setdefault(id(application.applicant), [])
            moments.append(application.submitted_at)
    on_joining = [terms.in_force(kind) for kind in (TermKind.TERMS, TermKind.PRIVACY)]
    on_applying = terms.in_force(TermKind.APPLICATION)
    for person in world.crowd.everyone:
        for term in on_joining:
            world.ledger.add(ConsentRecord(user=person, version=term, given=True, at=person.date_joined))
        if id(person) in first_submitted:
            at = min(first_submitted[id(person)])
            world.ledger.add(ConsentRecord(user=person, version=on_applying, given=True, at=at))
