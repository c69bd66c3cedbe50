"""Reports: drawn up, sent to the parties, approved or returned, published, corrected.

Locks in the order agreement, report, the report that it corrects.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from partners import freezing, permissions
from partners.models.agreements import Agreement, AgreementState
from partners.models.reports import (
    OPEN,
    Decision,
    LookKind,
    Report,
    ReportApproval,
    ReportLook,
    ReportPart,
    ReportRows,
    ReportState,
)
from portal import audit, clock
from portal.errors import Refused

S = ReportState
DIGEST_SHOWN = 12  # so much of a fingerprint stands in the audit


def _agreement(agreement_id):
    return Agreement.objects.select_for_update(of=("self",), no_key=True).get(pk=agreement_id)


def _locked(report_id):
    """A report behind the locks on its agreement and on itself."""
    agreement = _agreement(Report.objects.values_list("agreement", flat=True).get(pk=report_id))
    report = Report.objects.select_for_update(of=("self",)).get(pk=report_id)
    report.agreement = agreement
    return report


def _for_staff(report_id, by):
    _refuse_others(by)
    return _locked(report_id)


def _refuse_others(by):
    if not by.is_admin:
        raise Refused(_("Only administrators make reports."))


# --- drawing up -------------------------------------------------------------------------------------------------


@transaction.atomic
def draw_up(agreement_id, starts_on, ends_on, parts, *, by):
    """Freeze what counts for an agreement in a period, as of now; a draft of it that is there is written anew.

    Raises Refused while a report on the period is with the parties, and where one is out: that one is corrected.
    """
    _refuse_others(by)
    agreement = _agreement(agreement_id)
    if agreement.state == AgreementState.DRAFT or agreement.is_history_note:
        raise Refused(_("This agreement is not signed yet."))
    if ends_on < starts_on:
        raise Refused(_("The last day is not before the first."))
    if not parts or not set(parts) <= set(ReportPart.values):
        raise Refused(_("Choose at least one part."))
    period = Report.objects.filter(agreement=agreement, starts_on=starts_on, ends_on=ends_on)
    report = period.select_for_update(of=("self",)).filter(state__in=OPEN).first()
    if report is None:
        if period.exists():
            raise Refused(_("There is a report on this period. Correct that one."))
        report = Report(starts_on=starts_on, ends_on=ends_on)
    elif report.state != S.DRAFT:
        raise Refused(_("A report on this period is with the parties."))
    report.agreement, report.parts = agreement, list(parts)
    return _write(report, by)


@transaction.atomic
def draw_up_again(report_id, *, by):
    """Write a draft anew from the rows as they stand, each figure by its newest rule."""
    report = _for_staff(report_id, by)
    if report.state != S.DRAFT:
        raise Refused(_("Only a draft is drawn up anew."))
    return _write(report, by)


def _write(report, by):
    report.as_of, report.drawn_up_by = clock.now(), by
    report.content, rows = freezing.freeze(report)
    report.digest = freezing.digest_of(report.content)
    report.save()
    report.counted.all().delete()
    ReportRows.objects.bulk_create(ReportRows(report=report, slot=slot, rows=found) for slot, found in rows.items())
    audit.record("report.drawn_up", target=report, by=by, after=report.digest[:DIGEST_SHOWN])
    return report


# --- approval ---------------------------------------------------------------------------------------------------


@transaction.atomic
def send_for_approval(report_id, *, by):
    """Send a draft to every party of its agreement. Twice is once."""
    report = _for_staff(report_id, by)
    if report.state == S.IN_APPROVAL:
        return report
    if report.state != S.DRAFT:
        raise Refused(_("Only a draft is sent for approval."))
    _refuse_broken(report)
    parties = _parties(report.agreement)
    if not parties:
        raise Refused(_("This agreement has no parties who could approve."))
    report.state, report.sent_at, report.sending = S.IN_APPROVAL, clock.now(), report.sending + 1
    report.save(update_fields=["state", "sent_at", "sending"])
    ReportApproval.objects.bulk_create(
        ReportApproval(report=report, organization_id=party, sending=report.sending, digest=report.digest)
        for party in parties
    )
    audit.record("report.sent", target=report, by=by, after=report.digest[:DIGEST_SHOWN])
    return report


def _parties(agreement):
    return list(agreement.signatures.values_list("organization", flat=True))


def _refuse_broken(report):
    if not freezing.is_intact(report):
        raise Refused(_("The figures are no longer those that were frozen. Tell an administrator."))


def _asked(report_id, organization_id, digest, by):
    """A report that waits for a party, and what is asked of it; for whoever answers for the party."""
    report = _locked(report_id)
    if not permissions.answers_for(by, organization_id):
        raise Refused(_("You do not answer for this party."))
    asked = report.approvals.filter(organization=organization_id, sending=report.sending).first()
    if asked is None or report.state == S.DRAFT:
        raise Refused(_("This report is not with you for approval."))
    if digest != report.digest:
        raise Refused(_("The report has changed since you opened it. Please look at it again."))
    return report, asked


@transaction.atomic
def approve(report_id, organization_id, digest, *, by):
    """A party approves what it saw, named by its `digest`; the last approval approves the report. Twice is once."""
    report, asked = _asked(report_id, organization_id, digest, by)
    if asked.decision == Decision.APPROVED:
        return report
    if report.state != S.IN_APPROVAL:
        raise Refused(_("This report is not with you for approval."))
    _refuse_broken(report)
    asked.decision, asked.by, asked.at = Decision.APPROVED, by, clock.now()
    asked.save(update_fields=["decision", "by", "at"])
    audit.record("report.party_approved", target=report, by=by, after=asked.organization.code)
    if not report.approvals.filter(sending=report.sending).exclude(decision=Decision.APPROVED).exists():
        report.state, report.approved_at = S.APPROVED, clock.now()
        report.save(update_fields=["state", "approved_at"])
        audit.record("report.approved", target=report, by=None, after=report.digest[:DIGEST_SHOWN])
    return report


@transaction.atomic
def send_back(report_id, organization_id, digest, reason, *, by):
    """A party returns a report with its reason: it is a draft again, and every party is asked anew next time."""
    report, asked = _asked(report_id, organization_id, digest, by)
    if report.state != S.IN_APPROVAL or asked.decision != Decision.WAITING:
        raise Refused(_("This report is not with you for approval."))
    if not reason.strip():
        raise Refused(_("Please say why you return the report."))
    asked.decision, asked.by, asked.at, asked.reason = Decision.RETURNED, by, clock.now(), reason.strip()
    asked.save(update_fields=["decision", "by", "at", "reason"])
    report.state, report.sent_at = S.DRAFT, None
    report.save(update_fields=["state", "sent_at"])
    audit.record("report.returned", target=report, by=by, after=asked.organization.code, reason=asked.reason)
    return report


# --- publishing -------------------------------------------------------------------------------------------------


@transaction.atomic
def publish(report_id, *, by):
    """Publish what every party has approved; the one that it corrects is superseded. Twice is once."""
    report = _for_staff(report_id, by)
    if report.state in (S.PUBLISHED, S.SUPERSEDED):
        return report
    if report.state != S.APPROVED:
        raise Refused(_("Every party has to approve the report first."))
    _refuse_broken(report)
    approved = report.approvals.filter(sending=report.sending, decision=Decision.APPROVED, digest=report.digest)
    if set(approved.values_list("organization", flat=True)) != set(_parties(report.agreement)):
        raise Refused(_("The parties of the agreement have changed since. Withdraw the report and send it anew."))
    if report.supersedes_id:
        before = Report.objects.select_for_update(of=("self",)).get(pk=report.supersedes_id)
        before.state, before.superseded_at = S.SUPERSEDED, clock.now()
        before.save(update_fields=["state", "superseded_at"])
        audit.record("report.superseded", target=before, by=by, after=report.code, reason=report.correction)
    report.state, report.published_at = S.PUBLISHED, clock.now()
    report.save(update_fields=["state", "published_at"])
    audit.record("report.published", target=report, by=by, after=report.digest[:DIGEST_SHOWN])
    return report


@transaction.atomic
def withdraw(report_id, reason, *, by):
    """Take a report that is not published back from the parties: it is a draft again. The reason is kept."""
    report = _for_staff(report_id, by)
    if report.state not in (S.IN_APPROVAL, S.APPROVED):
        raise Refused(_("Only a report that is with the parties is taken back."))
    if not reason.strip():
        raise Refused(_("Please give a reason."))
    report.state, report.sent_at, report.approved_at = S.DRAFT, None, None
    report.save(update_fields=["state", "sent_at", "approved_at"])
    audit.record("report.withdrawn", target=report, by=by, reason=reason.strip())
    return report


@transaction.atomic
def supersede(report_id, correction, *, by):
    """Draw up the next version of a published report, saying what is corrected; returns the draft.

    The published one holds until the draft is published in its place.
    """
    before = _for_staff(report_id, by)
    if before.state != S.PUBLISHED:
        raise Refused(_("Only the published report that holds is corrected."))
    if not correction.strip():
        raise Refused(_("Please say what is corrected."))
    if Report.objects.filter(supersedes=before).exists():
        raise Refused(_("A correction of this report is being made already."))
    report = Report(
        agreement=before.agreement,
        starts_on=before.starts_on,
        ends_on=before.ends_on,
        parts=before.parts,
        version=before.version + 1,
        supersedes=before,
        correction=correction.strip(),
    )
    return _write(report, by)


# --- looks ------------------------------------------------------------------------------------------------------


def note_look(report, *, by, format=""):
    """Keep that somebody read a report, or downloaded it in a format such as pdf."""
    kind = LookKind.FILE if format else LookKind.PAGE
    return ReportLook.objects.create(report=report, by=by, kind=kind, format=format)
