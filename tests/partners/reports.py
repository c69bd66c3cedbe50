"""Reports for tests, brought to where they are wanted."""

from datetime import date

from accounts.models import Role
from partners.models.reports import Report
from partners.operations import reports
from tests.make import make_admin, make_cohort, make_enrolment, make_user

YEAR = (date(2020, 1, 1), date(2039, 12, 31))


def partner_of(organization):
    """Somebody who stands for a partner."""
    return make_user(role=Role.PARTNER, scope=organization)


def run(agreement, enrolled=0, **fields):
    """A course that runs under the agreement, and its enrolments."""
    cohort = make_cohort(phase="running", agreement=agreement, **fields)
    return cohort, [make_enrolment(cohort, status="active") for _ in range(enrolled)]


def drawn_up(agreement, *parts, by=None):
    """A draft of some parts, or of short courses and commitments."""
    return reports.draw_up(agreement.pk, *YEAR, parts or ["courses", "commitments"], by=by or make_admin())


def approved(report, by=None):
    """Sent, and approved by every party."""
    report = reports.send_for_approval(report.pk, by=by or make_admin())
    for signature in report.agreement.signatures.all():
        person = partner_of(signature.organization)
        reports.approve(report.pk, signature.organization_id, report.digest, by=person)
    return Report.objects.get(pk=report.pk)


def published(report, by=None):
    """Approved by every party and published."""
    boss = by or make_admin()
    return reports.publish(approved(report, boss).pk, by=boss)
